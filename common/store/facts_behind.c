/* facts_behind.c - The rows behind a figure: the same counting, with a note of each row. */
#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"
#include "tuquan/facts.h"

#define FIRST_NOTES ((size_t)64)

void facts_note(const struct facts *facts, const char *table, struct tq_slice key, int64_t amount)
{
    struct fact_notes *notes = facts->notes;

    if (notes == NULL || notes->failed || amount == 0)
        return;
    if (notes->n == notes->cap) {
        size_t cap = notes->cap == 0 ? FIRST_NOTES : notes->cap * 2;
        struct tq_fact *grown = tq_arena_array(notes->arena, cap, sizeof(*grown));

        if (grown == NULL) {
            notes->failed = true;
            return;
        }
        if (notes->n > 0)
            memcpy(grown, notes->list, notes->n * sizeof(*grown));
        notes->list = grown;
        notes->cap = cap;
    }
    notes->list[notes->n++] = (struct tq_fact){ notes->part,
        tq_catalogue_find(tq_db_catalogue(facts->db), table), key, amount };
}

/* ?1 unit, ?2 period, ?3 first day, ?4 last day, ?5 code, ?6 1 in a year, ?7 and ?8 the window as
 * instants; key and amount. They say what the statements of facts.c count. */
#define SIGNED_BY_BOTH                                                                             \
    " WHERE unit = ?1 AND held_on BETWEEN ?3 AND ?4 AND signed_on IS NOT NULL"                     \
    " AND partner_signed_on IS NOT NULL AND voided_at IS NULL"                                     \
    " AND (minutes_no IS NOT NULL OR minutes_hash IS NOT NULL) ORDER BY held_on, id"

static const struct asked {
    tq_source_kind kind;
    const char *table;
    const char *sql;
} ASKED[] = {
    { TQ_SOURCE_BORDER, "border_meeting", "SELECT id, 1 FROM border_meeting" SIGNED_BY_BOTH },
    { TQ_SOURCE_BORDER, "joint_patrol", "SELECT id, 1 FROM joint_patrol" SIGNED_BY_BOTH },
    { TQ_SOURCE_ADJUSTMENT, "adjustment",
            "SELECT id, abs(coalesce(decided_c, points_c)) FROM adjustment WHERE unit = ?1"
            " AND code = ?5 AND state = 'accepted' AND voided_at IS NULL"
            " AND (period = ?2 OR (?6 = 1 AND fact_on BETWEEN ?3 AND ?4)) ORDER BY id" },
    { TQ_SOURCE_CORRECTION, "correction_request",
            "SELECT min(id), 1 FROM correction_request WHERE unit = ?1"
            " AND written_at BETWEEN ?7 AND ?8 AND state IN ('granted', 'applied')"
            " AND voided_at IS NULL AND device IS NOT 0 GROUP BY ifnull(table_name || hex(row_key) "
            "|| char(31) ||"
            " decision, hex(id)) ORDER BY 1" },
};

static void bind_asked(const struct facts *f, sqlite3_stmt *stmt, const struct tq_source *source,
        struct tq_window window, char days[2][TQ_DAY_TEXT])
{
    int n = sqlite3_bind_parameter_count(stmt);

    tq_day_print(window.first, days[0]);
    tq_day_print(window.last, days[1]);
    sql_bind_text(stmt, 1, f->unit);
    if (n >= 4) {
        sql_bind_text(stmt, 2, f->period->key);
        sql_bind_str(stmt, 3, days[0]);
        sql_bind_str(stmt, 4, days[1]);
    }
    if (n >= 6) {
        sql_bind_text(stmt, 5, source->first);
        sql_bind_int(stmt, 6, f->period->period.kind == TQ_PERIOD_YEAR);
    }
    if (n >= 8) {
        sql_bind_int(stmt, 7, tq_day_start_ms(window.first));
        sql_bind_int(stmt, 8, tq_day_start_ms(window.last + 1) - 1);
    }
}

static tq_status note_asked(struct facts *f, const struct asked *asked,
        const struct tq_source *source, struct tq_window window, struct tq_error *err)
{
    char days[2][TQ_DAY_TEXT];
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(f->db, &stmt, asked->sql, err);

    if (rc == TQ_OK)
        bind_asked(f, stmt, source, window, days);
    while (rc == TQ_OK) {
        struct tq_slice key;
        void *copy;

        rc = sql_step(f->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        key = sql_bytes(stmt, 0);
        copy = tq_arena_copy(f->arena, key.data, key.len);
        if (copy == NULL) {
            sql_done(stmt);
            return tq_error_set(err, TQ_NOMEM, "facts");
        }
        facts_note(f, asked->table, tq_slice_of(copy, key.len), sql_int(stmt, 1));
    }
    return rc;
}

tq_status facts_note_asked(struct facts *f, const struct tq_source *source, struct tq_window window,
        struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < sizeof(ASKED) / sizeof(ASKED[0]); i++)
        if (ASKED[i].kind == source->kind)
            rc = note_asked(f, &ASKED[i], source, window, err);
    return rc;
}

tq_status tq_facts_behind(struct tq_db *db, struct tq_arena *arena, const struct tq_sheet *sheet,
        const struct tq_facts_period *period, struct tq_slice unit, int64_t now_ms,
        struct tq_slice code, struct tq_count *count, const struct tq_fact **out, size_t *nout,
        struct tq_error *err)
{
    struct fact_notes notes = { .arena = arena };
    struct facts f = { .db = db,
        .arena = arena,
        .sheet = sheet,
        .period = period,
        .unit = unit,
        .now_ms = now_ms,
        .notes = &notes };
    int at = tq_sheet_find(sheet, code);
    tq_status rc;

    *out = NULL;
    *nout = 0;
    memset(count, 0, sizeof(*count));
    if (at < 0)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %.*s", tq_phrase(TQ_PHRASE_CRITERION),
                (int)code.len, (const char *)code.data);
    rc = facts_load(&f, err);
    if (rc == TQ_OK)
        rc = facts_criterion(&f, &sheet->criteria[at], count, err);
    if (rc == TQ_OK && notes.failed)
        rc = tq_error_set(err, TQ_NOMEM, "facts");
    if (rc == TQ_OK) {
        *out = notes.list;
        *nout = notes.n;
    }
    return rc;
}
