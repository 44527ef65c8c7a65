#include "tuquan/orphans.h"

#include <string.h>

#include "store/sql.h"

#define QUERY_BYTES ((size_t)32768)

/* The first column of the cell that voids a row of the table; NULL: its rows are not voided. */
static const char *voided_at(const struct tq_table *table)
{
    int at = table->void_cell != 0 ? tq_table_column(table, table->void_cell) : -1;

    return at >= 0 ? table->columns[at].name : NULL;
}

/* Does this column of a commune's row refer to one that can be voided? Its owner is no parent. */
static const struct tq_table *parent_of(
        const struct tq_catalogue *catalogue, const struct tq_table *table, size_t column)
{
    const struct tq_column *c = &table->columns[column];
    const struct tq_table *parent = NULL;

    if (table->scope == TQ_OWN && voided_at(table) != NULL && (int)column != table->owner &&
            c->rule.kind == TQ_RULE_REF)
        parent = tq_catalogue_find(catalogue, c->rule.ref);
    return parent != NULL && voided_at(parent) != NULL ? parent : NULL;
}

static void append_children(struct tq_buf *sql, const struct tq_table *table, size_t column,
        const struct tq_table *parent)
{
    tq_buf_printf(
            sql, "SELECT %u, %zu, c.%s", table->id, column, table->columns[table->owner].name);
    for (uint32_t i = 0; i < TQ_MAX_KEY_COLUMNS; i++)
        tq_buf_printf(sql, ", %s%s", i < table->nkey ? "c." : "",
                i < table->nkey ? table->columns[table->key[i]].name : "NULL");
    tq_buf_printf(sql,
            ", c.%s, p.void_reason FROM %s c JOIN %s p ON p.%s = c.%s WHERE p.%s IS NOT NULL"
            " AND c.%s IS NULL AND (?1 = '' OR c.%s = ?1)",
            table->columns[column].name, table->name, parent->name,
            parent->columns[parent->key[0]].name, table->columns[column].name, voided_at(parent),
            voided_at(table), table->columns[table->owner].name);
}

/* Every reference in one statement. */
static void append_query(struct tq_buf *sql, const struct tq_catalogue *catalogue)
{
    const char *between = "";

    for (size_t i = 0; i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];

        for (size_t c = 0; c < table->ncolumns; c++) {
            const struct tq_table *parent = parent_of(catalogue, table, c);

            if (parent == NULL)
                continue;
            tq_buf_append_str(sql, between);
            between = " UNION ALL ";
            append_children(sql, table, c, parent);
        }
    }
    tq_buf_append_str(sql, " ORDER BY 3, 1, 4, 5, 6, 2");
    tq_buf_append(sql, "", 1);
}

static tq_status keep_bytes(
        struct tq_arena *arena, struct tq_slice from, struct tq_slice *out, struct tq_error *err)
{
    void *copy = tq_arena_copy(arena, from.data, from.len);

    if (copy == NULL && from.len > 0)
        return tq_error_set(err, TQ_NOMEM, "orphans");
    *out = tq_slice_of(copy, from.len);
    return TQ_OK;
}

static tq_status read_orphan(struct tq_db *db, sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_orphan *out, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_db_catalogue(db);
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_buf key;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    memset(values, 0, sizeof(values));
    out->table = tq_catalogue_table(catalogue, (uint32_t)sql_int(stmt, 0));
    out->column = (uint32_t)sql_int(stmt, 1);
    out->parent = parent_of(catalogue, out->table, out->column);
    for (uint32_t i = 0; i < out->table->nkey; i++)
        values[out->table->key[i]] = sql_value(stmt, 3 + (int)i);
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(out->table, values, &key) || !tq_buf_is_ok(&key))
        rc = tq_error_set(err, tq_buf_is_ok(&key) ? TQ_CORRUPT : TQ_NOMEM, "key of a row of %s",
                out->table->name);
    else
        rc = keep_bytes(arena, tq_buf_slice(&key), &out->key, err);
    tq_buf_deinit(&key);
    if (rc == TQ_OK)
        rc = keep_bytes(arena, sql_bytes(stmt, 2), &out->unit, err);
    if (rc == TQ_OK)
        rc = keep_bytes(arena, sql_bytes(stmt, 3 + TQ_MAX_KEY_COLUMNS), &out->parent_key, err);
    if (rc == TQ_OK)
        rc = keep_bytes(arena, sql_bytes(stmt, 4 + TQ_MAX_KEY_COLUMNS), &out->void_reason, err);
    return rc;
}

tq_status tq_orphans_list(struct tq_db *db, struct tq_slice unit, size_t limit,
        struct tq_arena *arena, struct tq_orphan **out, size_t *n, size_t *total,
        struct tq_error *err)
{
    struct tq_orphan *list = tq_arena_array(arena, limit, sizeof(*list));
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    bool row = true;
    tq_status rc;

    *out = list;
    *n = 0;
    *total = 0;
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "orphans");
    tq_buf_init(&sql, QUERY_BYTES);
    append_query(&sql, tq_db_catalogue(db));
    if (!tq_buf_is_ok(&sql)) {
        rc = tq_error_set(err, TQ_NOMEM, "orphans");
        goto out;
    }
    rc = sql_prepare(db, &stmt, (const char *)sql.data, err);
    if (rc == TQ_OK)
        sql_bind_text(stmt, 1, unit.len > 0 ? unit : tq_slice_str(""));
    while (rc == TQ_OK) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        (*total)++;
        if (*n < limit)
            rc = read_orphan(db, stmt, arena, &list[(*n)++], err);
    }
    if (rc != TQ_OK)
        sql_done(stmt);

out:
    tq_buf_deinit(&sql);
    return rc;
}
