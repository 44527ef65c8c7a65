#include "tuquan/steps.h"

#include <string.h>

#include "store/sql.h"

#define QUERY_BYTES ((size_t)32768)

/* Columns of the result: table, step, first missing fact, owner, the parts of the key. */
enum { AT_TABLE, AT_STEP, AT_MISSING, AT_OWNER, AT_KEY };

static const char *name_of(const struct tq_table *table, uint32_t number)
{
    return table->columns[tq_table_column(table, number)].name;
}

static void append_step(struct tq_buf *sql, const struct tq_table *table, size_t step)
{
    const struct tq_step *s = &table->steps[step];
    const char *between = " AND (";

    tq_buf_printf(sql, "SELECT %u, %zu, CASE", table->id, step);
    for (const uint32_t *need = s->needs; *need != 0; need++)
        tq_buf_printf(sql, " WHEN %s IS NULL THEN %u", name_of(table, *need), *need);
    tq_buf_printf(sql, " END, %s", table->columns[table->owner].name);
    for (uint32_t i = 0; i < TQ_MAX_KEY_COLUMNS; i++)
        tq_buf_printf(sql, ", %s", i < table->nkey ? table->columns[table->key[i]].name : "NULL");
    tq_buf_printf(sql, " FROM %s WHERE %s = '%s'", table->name, name_of(table, s->state), s->code);
    if (table->void_cell != 0)
        tq_buf_printf(sql, " AND %s IS NULL", name_of(table, table->void_cell));
    for (const uint32_t *need = s->needs; *need != 0; need++) {
        tq_buf_printf(sql, "%s%s IS NULL", between, name_of(table, *need));
        between = " OR ";
    }
    tq_buf_append_str(sql, ")");
}

/* Every step of every table in one statement; false: the catalogue has none. */
static bool append_query(struct tq_buf *sql, const struct tq_catalogue *catalogue)
{
    const char *between = "";

    for (size_t i = 0; i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];

        for (size_t s = 0; table->steps != NULL && table->steps[s].state != 0; s++) {
            tq_buf_append_str(sql, between);
            between = " UNION ALL ";
            append_step(sql, table, s);
        }
    }
    tq_buf_append_str(sql, " ORDER BY 4, 1, 5, 6, 7, 2");
    tq_buf_append_u8(sql, 0);
    return between[0] != '\0';
}

static tq_status keep_bytes(
        struct tq_arena *arena, struct tq_slice from, struct tq_slice *out, struct tq_error *err)
{
    void *copy = tq_arena_copy(arena, from.data, from.len);

    if (copy == NULL && from.len > 0)
        return tq_error_set(err, TQ_NOMEM, "steps");
    *out = tq_slice_of(copy, from.len);
    return TQ_OK;
}

static tq_status read_row(struct tq_db *db, sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_unmet_step *out, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_buf key;
    tq_status rc;

    memset(values, 0, sizeof(values));
    out->table = tq_catalogue_table(tq_db_catalogue(db), (uint32_t)sql_int(stmt, AT_TABLE));
    out->step = &out->table->steps[sql_int(stmt, AT_STEP)];
    out->column = tq_table_column(out->table, (uint32_t)sql_int(stmt, AT_MISSING));
    for (uint32_t i = 0; i < out->table->nkey; i++)
        values[out->table->key[i]] = sql_value(stmt, AT_KEY + (int)i);
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(out->table, values, &key) || !tq_buf_is_ok(&key))
        rc = tq_error_set(err, tq_buf_is_ok(&key) ? TQ_CORRUPT : TQ_NOMEM, "key of a row of %s",
                out->table->name);
    else
        rc = keep_bytes(arena, tq_buf_slice(&key), &out->key, err);
    tq_buf_deinit(&key);
    return rc == TQ_OK ? keep_bytes(arena, sql_bytes(stmt, AT_OWNER), &out->unit, err) : rc;
}

tq_status tq_steps_unmet(struct tq_db *db, size_t limit, struct tq_arena *arena,
        struct tq_unmet_step **out, size_t *n, size_t *total, struct tq_error *err)
{
    struct tq_unmet_step *list = tq_arena_array(arena, limit, sizeof(*list));
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    bool row = true;
    tq_status rc = list != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "steps");

    *out = list;
    *n = 0;
    *total = 0;
    tq_buf_init(&sql, QUERY_BYTES);
    if (rc == TQ_OK && append_query(&sql, tq_db_catalogue(db)))
        rc = tq_buf_is_ok(&sql) ? sql_prepare(db, &stmt, (const char *)sql.data, err)
                                : tq_error_set(err, TQ_NOMEM, "steps");
    while (rc == TQ_OK && stmt != NULL) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        (*total)++;
        if (*n < limit)
            rc = read_row(db, stmt, arena, &list[(*n)++], err);
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    tq_buf_deinit(&sql);
    return rc;
}
