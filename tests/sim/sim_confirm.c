/* sim_confirm.c - What an officer of a restored district enters again, because an office holds it: rows
 * of the neighbour's, of which the restored file knows neither that they came nor by which link. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"

/* A column of the statement as the catalogue has it, in the arena. */
static struct tq_value value_of(struct tq_arena *arena, sqlite3_stmt *stmt, int at)
{
    const void *data = sqlite3_column_blob(stmt, at);
    size_t len = (size_t)sqlite3_column_bytes(stmt, at);
    struct tq_slice bytes = tq_slice_of(tq_arena_copy(arena, data, len), len);

    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return tq_value_int(sqlite3_column_int64(stmt, at));
    case SQLITE_TEXT:
        return tq_value_text(bytes);
    case SQLITE_BLOB:
        return tq_value_blob(bytes);
    default:
        return tq_value_null();
    }
}

/* The insert that makes the row at the district as this office has it; false: it has no such row. */
static bool insert_of(struct sim_office *o, const struct tq_table *table, struct tq_slice key,
        struct tq_arena *arena, struct tq_change *out)
{
    uint32_t *columns = tq_arena_array(arena, table->ncolumns, sizeof(*columns));
    struct tq_value *after = tq_arena_array(arena, table->ncolumns, sizeof(*after));
    sqlite3_stmt *stmt = NULL;
    char sql[128];
    bool found;

    memset(out, 0, sizeof(*out));
    snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE id=?1", table->name);
    if (sqlite3_prepare_v2(o->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_blob(stmt, 1, key.data, (int)key.len, SQLITE_STATIC);
    found = sqlite3_step(stmt) == SQLITE_ROW;
    for (int c = 0; found && c < sqlite3_column_count(stmt); c++) {
        int at = tq_table_column_find(table, sqlite3_column_name(stmt, c));
        struct tq_value value = value_of(arena, stmt, c);

        if (at == table->owner)
            out->owner = value.s;
        if (at < 0 || at == table->owner || tq_table_is_key(table, (uint32_t)at) ||
                !table->columns[at].leaves || tq_value_equal(&value, &table->columns[at].fallback))
            continue;
        columns[out->ncolumns] = table->columns[at].id;
        after[out->ncolumns++] = value;
    }
    sqlite3_finalize(stmt);
    out->table = table->id;
    out->key = key;
    out->columns = columns;
    out->after = after;
    out->author = tq_slice_str("dữ liệu mẫu");
    return found;
}

static bool is_here(struct sim *s, const struct tq_table *table, struct tq_slice key)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE id=x'%s'", table->name,
            sim_key_text(s, table, key));
    return sim_district_int(s, sql) > 0;
}

static void enter_again(
        struct sim *s, const struct tq_table *table, struct tq_slice key, struct tq_arena *arena)
{
    for (size_t i = 0; i < s->noffices; i++) {
        struct tq_change change;
        bool found;

        sim_pause(true);
        found = s->offices[i].db != NULL && insert_of(&s->offices[i], table, key, arena, &change);
        sim_pause(false);
        if (!found || change.ncolumns == 0)
            continue;
        s->stats.faults[SIM_BORDER_CONFIRMED] += sim_district_write(s, &change, 1) == TQ_OK;
        return;
    }
}

void border_confirm(struct sim *s)
{
    static const char *const TABLES[] = { "border_meeting", "joint_patrol", "border_handover" };
    struct border_side *theirs = &s->border->sides[1];
    struct tq_arena *arena = tq_arena_new((size_t)4 << 20);

    for (size_t t = 0; t < 3; t++) {
        const struct tq_table *table = tq_catalogue_find(s->catalogue, TABLES[t]);
        struct tq_slice keys[SIM_KEYS];
        sqlite3_stmt *stmt = NULL;
        char sql[64];
        size_t n = 0;

        snprintf(sql, sizeof(sql), "SELECT id FROM %s ORDER BY id", TABLES[t]);
        sim_pause(true);
        if (table != NULL && sqlite3_prepare_v2(sql_handle(tq_district_store_db(theirs->out.store)),
                                     sql, -1, &stmt, NULL) == SQLITE_OK)
            while (n < SIM_KEYS && sqlite3_step(stmt) == SQLITE_ROW)
                keys[n++] = value_of(arena, stmt, 0).s;
        sqlite3_finalize(stmt);
        sim_pause(false);
        for (size_t i = 0; i < n; i++)
            if (!is_here(s, table, keys[i]) && sim_chance(s, 70))
                enter_again(s, table, keys[i], arena);
    }
    tq_arena_free(arena);
}
