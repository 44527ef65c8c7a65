/* sim_chores.c - What people do now and then: decide in their inboxes and about held rows, back up and
 * prune; and a height file that was torn. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "tuquan/quoted.h"

#define YEAR_MS (INT64_C(370) * SIM_DAY_MS)

/* ---- the inbox of a commune ---- */

struct conflict {
    struct tq_slice id;
    const struct tq_table *table; /* of the row that it is about */
    struct tq_slice key;
    struct tq_cells other;
    bool is_known; /* all of its columns, to this program */
};

static struct tq_slice column(struct sim *s, sqlite3_stmt *row, int i)
{
    size_t len = (size_t)sqlite3_column_bytes(row, i);

    return tq_slice_of(
            len > 0 ? tq_arena_copy(s->arena, sqlite3_column_blob(row, i), len) : NULL, len);
}

/* One that nobody has decided in this file: mostly the first, so that two PCs decide the same. */
static bool pick(struct sim_office *o, struct conflict *out)
{
    struct sim *s = o->sim;
    sqlite3_stmt *list = NULL;
    struct tq_error err;
    bool found;

    tq_error_clear(&err);
    memset(out, 0, sizeof(*out));
    sim_pause(true);
    sqlite3_prepare_v2(o->db,
            "SELECT id,table_name,row_key,other_values FROM conflict WHERE state='open' AND "
            "decision IS NULL AND voided_at IS NULL ORDER BY id LIMIT 1 OFFSET ?1",
            -1, &list, NULL);
    sqlite3_bind_int(list, 1, sim_chance(s, 70) ? 0 : (int)sim_roll(s, 4));
    found = sqlite3_step(list) == SQLITE_ROW;
    if (found) {
        out->id = column(s, list, 0);
        out->table =
                tq_catalogue_find(o->office.catalogue, (const char *)sqlite3_column_text(list, 1));
        out->key = column(s, list, 2);
        found = out->table != NULL &&
                tq_quoted_parse(column(s, list, 3), s->arena, &out->other, &err) == TQ_OK &&
                out->other.n > 0;
    }
    out->is_known = found;
    for (uint32_t i = 0; found && i < out->other.n; i++)
        out->is_known = out->is_known && tq_table_column(out->table, out->other.columns[i]) >= 0;
    sqlite3_finalize(list);
    sim_pause(false);
    return found;
}

static void literal(struct tq_buf *sql, const struct tq_value *value)
{
    char *text = NULL;

    if (value->type == TQ_INT)
        tq_buf_printf(sql, "%" PRId64, value->i);
    else if (value->type == TQ_TEXT)
        text = sqlite3_mprintf("%.*Q", (int)value->s.len, (const char *)value->s.data);
    else if (value->type == TQ_NULL)
        tq_buf_append_str(sql, "NULL");
    for (size_t i = 0; value->type == TQ_BLOB && i < value->s.len; i++)
        tq_buf_printf(sql, "%s%02x", i == 0 ? "x'" : "", value->s.data[i]);
    if (value->type == TQ_BLOB)
        tq_buf_append_str(sql, value->s.len > 0 ? "'" : "x''");
    if (text != NULL)
        tq_buf_append_str(sql, text);
    sqlite3_free(text);
}

/* The values of the other side; or, where they are numbers, something else again. */
static void update_row(
        struct sim_office *o, const struct conflict *c, bool other, struct tq_buf *sql)
{
    struct tq_value key[TQ_MAX_KEY_COLUMNS];

    tq_buf_printf(sql, "UPDATE \"%s\" SET ", c->table->name);
    for (uint32_t i = 0; i < c->other.n; i++) {
        struct tq_value value = c->other.values[i];
        int at = tq_table_column(c->table, c->other.columns[i]);

        if (!other && value.type == TQ_INT)
            value.i = (int64_t)(++o->sim->values % 100);
        tq_buf_printf(sql, "%s\"%s\"=", i > 0 ? "," : "", c->table->columns[at].name);
        literal(sql, &value);
    }
    if (!tq_key_decode(c->table, c->key, key))
        sim_fail(o->sim, "office %zu: a conflict about no row", o->number);
    for (uint32_t i = 0; i < c->table->nkey; i++) {
        tq_buf_printf(sql, "%s\"%s\"=", i > 0 ? " AND " : " WHERE ",
                c->table->columns[c->table->key[i]].name);
        literal(sql, &key[i]);
    }
}

void sim_office_inbox(struct sim_office *o)
{
    struct sim *s = o->sim;
    static const sim_fault KINDS[] = { SIM_INBOX_KEEP, SIM_INBOX_TAKE, SIM_INBOX_EDIT };
    struct tq_value id = tq_value_null();
    uint32_t what = sim_roll(s, 3);
    struct conflict c;
    struct tq_buf sql;

    sim_office_use(o);
    if (!pick(o, &c))
        return;
    if (!c.is_known) /* a newer program's: what this one cannot write, its clerk can only keep */
        what = 0;
    tq_buf_init(&sql, 0);
    tq_buf_append_str(&sql, "BEGIN;");
    if (what > 0) {
        update_row(o, &c, what == 1, &sql);
        tq_buf_append_str(&sql, ";");
    }
    id.type = TQ_BLOB;
    id.s = c.id;
    tq_buf_printf(&sql,
            "UPDATE conflict SET decision='%s',decided_by='dữ liệu mẫu',decided_at=%" PRId64
            " WHERE id=",
            what == 1 ? "take_other" : "keep", sim_office_now(o) < 0 ? 1 : sim_office_now(o));
    literal(&sql, &id);
    tq_buf_append_str(&sql, ";COMMIT");
    tq_buf_append_u8(&sql, 0);
    if (sim_clerk(o, "%s", (const char *)sql.data) && o->written > 0)
        s->stats.faults[KINDS[what]]++;
    tq_buf_deinit(&sql);
    o->applying = false;
    sim_check_commit(o);
}

/* ---- held rows ---- */

void sim_district_held(struct sim *s)
{
    struct sim_row *row = sim_district_pick(s, "held_row");
    bool release = sim_chance(s, 50);
    int decision;
    int state;

    if (row == NULL)
        return;
    decision = tq_table_column_find(row->table, "decision");
    state = tq_table_column_find(row->table, "state");
    if (row->newest->values[decision].type != TQ_NULL ||
            strcmp(sim_text(s, &row->newest->values[state]), "open") != 0)
        return;
    if (!sim_district_change(
                s, row, "decision", release ? "release: dữ liệu mẫu" : "return: dữ liệu mẫu"))
        return;
    /* What must still wait does, whatever he says: then it was judged once more. */
    if (release || strcmp(sim_text(s, &row->newest->values[state]), "returned") == 0)
        s->stats.faults[release ? SIM_HELD_RELEASED : SIM_HELD_RETURNED]++;
}

/* ---- backups ---- */

/* A copy that was opened for a test; from now on it is what a restore restores. */
void sim_district_back_up(struct sim *s)
{
    uint64_t head = s->shadow.head;
    struct tq_error err;
    tq_status rc;

    tq_error_clear(&err);
    if (!sim_district_save(s))
        return;
    sim_pause(true);
    rc = tq_district_store_set_backed_up(s->district.store, head, &err);
    sim_pause(false);
    sim_must(s, rc, "backed up", &err);
    s->stats.faults[SIM_BACKUP]++;
}

void sim_office_prune(struct sim_office *o)
{
    struct sim *s = o->sim;
    struct tq_error err;
    size_t pruned;
    tq_status rc;

    if (o->revoked)
        return;
    sim_office_use(o);
    tq_error_clear(&err);
    rc = tq_office_prune(&o->office, &pruned, &err);
    if (sim_office_is_dead(o)) {
        sim_office_crash(o);
        return;
    }
    if (rc != TQ_OK && !sim_may_fail(s, rc) && !sim_is_busy(o, rc))
        sim_fail(s, "office %zu: prune: %s", o->number, err.msg);
    s->stats.faults[SIM_PRUNED] += rc == TQ_OK && pruned > 0;
}

void sim_year(struct sim *s)
{
    sim_say(s, "a year passes");
    s->stats.faults[SIM_YEAR]++;
    s->skipped_ms += YEAR_MS;
    s->now_ms += YEAR_MS;
}

/* ---- the height file ---- */

void sim_district_tear_height(struct sim *s)
{
    static const char *const WHAT[] = { "", "5", "5\n", "50873508\n", "99999999999999999999\n" };
    char old[32] = "";
    FILE *file = fopen(s->district.height, "r");

    if (file == NULL || fgets(old, sizeof(old), file) == NULL)
        old[0] = '\0';
    if (file != NULL)
        fclose(file);
    if (sim_chance(s, 30))
        old[strlen(old) / 2] = '\0';
    else
        snprintf(old, sizeof(old), "%s", WHAT[sim_roll(s, 5)]);
    file = fopen(s->district.height, "w");
    if (file == NULL || fputs(old, file) < 0)
        sim_fail(s, "cannot write the height file");
    fclose(file);
    s->stats.faults[SIM_HEIGHT]++;
    sim_district_restart(s);
}
