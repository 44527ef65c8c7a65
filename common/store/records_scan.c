/* records_scan.c - Rows of which a text is worth a look. A year's rows are walked each time it is
 * asked: only their texts are read, as they lie in the file, and only what is found is read whole. */
#include "store/records_internal.h"

/* "SELECT key columns, texts FROM table WHERE in force and our own". */
static tq_status open_scan(struct tq_records *records, const struct tq_table *table,
        const uint32_t *columns, size_t n, sqlite3_stmt **stmt, struct tq_error *err)
{
    struct tq_buf sql;
    tq_status rc;

    tq_buf_init(&sql, 0);
    tq_buf_append_str(&sql, "SELECT ");
    for (uint32_t k = 0; k < table->nkey; k++)
        tq_buf_printf(&sql, "%s, ", table->columns[table->key[k]].name);
    for (size_t i = 0; i < n; i++)
        tq_buf_printf(&sql, "%s%s", i > 0 ? ", " : "", table->columns[columns[i]].name);
    tq_buf_printf(&sql, " FROM %s WHERE 1", table->name);
    if (tq_table_column_find(table, "voided_at") >= 0)
        tq_buf_append_str(&sql, " AND voided_at IS NULL");
    if (table->owner >= 0)
        tq_buf_printf(&sql, " AND %s = ?1", table->columns[table->owner].name);
    rc = records_prepare(records, &sql, stmt, err);
    if (rc == TQ_OK && table->owner >= 0)
        sql_bind_str(*stmt, 1, records->unit);
    tq_buf_deinit(&sql);
    return rc;
}

/* The encoded key of the row that `stmt` stands on; empty: it has none. */
static tq_status keep_key(sqlite3_stmt *stmt, const struct tq_table *table, struct tq_arena *arena,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS] = { 0 };
    struct tq_buf key;
    bool whole;
    tq_status rc = TQ_OK;

    *out = tq_slice_of(NULL, 0);
    for (uint32_t k = 0; k < table->nkey; k++)
        values[table->key[k]] = sql_value(stmt, (int)k);
    tq_buf_init(&key, 0); /* without a limit: it fails for want of memory alone */
    whole = tq_key_encode(table, values, &key);
    if (!tq_buf_is_ok(&key))
        rc = tq_error_set(err, TQ_NOMEM, "%s", table->name);
    else if (whole && key.len <= TQ_MAX_KEY_BYTES) {
        *out = records_keep(arena, tq_buf_slice(&key));
        if (out->data == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "%s", table->name);
    }
    tq_buf_deinit(&key);
    return rc;
}

tq_status tq_record_scan(struct tq_records *records, const struct tq_table *table,
        const uint32_t *columns, size_t ncolumns, tq_record_text_fn wanted, struct tq_arena *arena,
        struct tq_slice **keys, size_t *n, struct tq_error *err)
{
    struct tq_buf list;
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = open_scan(records, table, columns, ncolumns, &stmt, err);

    *keys = NULL;
    *n = 0;
    tq_buf_init(&list, 0);
    while (rc == TQ_OK && row) {
        struct tq_slice key;
        bool hit = false;

        rc = sql_step(records->db, stmt, &row, err);
        for (size_t i = 0; rc == TQ_OK && row && i < ncolumns && !hit; i++)
            hit = wanted(sql_bytes(stmt, (int)(table->nkey + i)));
        if (!hit)
            continue;
        rc = keep_key(stmt, table, arena, &key, err);
        if (key.len > 0)
            tq_buf_append(&list, &key, sizeof(key));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    if (rc == TQ_OK && list.len > 0)
        *keys = tq_arena_copy(arena, list.data, list.len);
    if (rc == TQ_OK && (!tq_buf_is_ok(&list) || (list.len > 0 && *keys == NULL)))
        rc = tq_error_set(err, TQ_NOMEM, "%s", table->name);
    *n = rc == TQ_OK ? list.len / sizeof(struct tq_slice) : 0;
    tq_buf_deinit(&list);
    return rc;
}
