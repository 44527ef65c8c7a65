/* office_rows.c - Rows of data tables by the catalogue, for the office's store. */
#include "store/office_store_internal.h"

static void append_name(struct tq_buf *sql, const char *name)
{
    tq_buf_printf(sql, "\"%s\"", name);
}

static void append_where_key(struct tq_buf *sql, const struct tq_table *table)
{
    for (uint32_t i = 0; i < table->nkey; i++) {
        tq_buf_append_str(sql, i == 0 ? " WHERE " : " AND ");
        append_name(sql, table->columns[table->key[i]].name);
        tq_buf_append_str(sql, "=?");
    }
}

static void append_columns(struct tq_buf *sql, const struct tq_table *table)
{
    for (size_t i = 0; i < table->ncolumns; i++) {
        if (i > 0)
            tq_buf_append_u8(sql, ',');
        append_name(sql, table->columns[i].name);
    }
}

static void append_sql(struct tq_buf *sql, const struct tq_table *table, tq_row_sql kind)
{
    const char *separator = " SET ";

    switch (kind) {
    case TQ_ROW_GET:
        tq_buf_append_str(sql, "SELECT ");
        append_columns(sql, table);
        tq_buf_append_str(sql, " FROM ");
        append_name(sql, table->name);
        append_where_key(sql, table);
        return;
    case TQ_ROW_INSERT:
        tq_buf_append_str(sql, "INSERT INTO ");
        append_name(sql, table->name);
        tq_buf_append_u8(sql, '(');
        append_columns(sql, table);
        tq_buf_append_str(sql, ") VALUES(");
        for (size_t i = 0; i < table->ncolumns; i++)
            tq_buf_append_str(sql, i == 0 ? "?" : ",?");
        tq_buf_append_u8(sql, ')');
        return;
    case TQ_ROW_UPDATE:
        tq_buf_append_str(sql, "UPDATE ");
        append_name(sql, table->name);
        for (size_t i = 0; i < table->ncolumns; i++) {
            if (tq_table_is_key(table, (uint32_t)i))
                continue;
            tq_buf_append_str(sql, separator);
            append_name(sql, table->columns[i].name);
            tq_buf_append_str(sql, "=?");
            separator = ",";
        }
        append_where_key(sql, table);
        return;
    case TQ_ROW_DELETE:
        tq_buf_append_str(sql, "DELETE FROM ");
        append_name(sql, table->name);
        append_where_key(sql, table);
        return;
    }
}

static tq_status prepare(struct tq_office_store *store, const struct tq_buf *sql,
        sqlite3_stmt **out, struct tq_error *err)
{
    int code;

    if (!tq_buf_is_ok(sql))
        return tq_error_set(err, TQ_NOMEM, "statement");
    code = sqlite3_prepare_v3(store->handle, (const char *)sql->data, (int)sql->len,
            SQLITE_PREPARE_PERSISTENT, out, NULL);
    return code == SQLITE_OK ? TQ_OK : tq_store_fail(store, code, "prepare", err);
}

static tq_status row_stmt(struct tq_office_store *store, const struct tq_table *table,
        tq_row_sql kind, sqlite3_stmt **out, struct tq_error *err)
{
    struct tq_buf sql;
    tq_status rc = TQ_OK;

    if (table->id >= TQ_STORE_TABLES)
        return tq_error_set(err, TQ_INTERNAL, "table number %u", table->id);
    if (store->rows[table->id][kind] == NULL) {
        tq_buf_init(&sql, 0);
        append_sql(&sql, table, kind);
        rc = prepare(store, &sql, &store->rows[table->id][kind], err);
        tq_buf_deinit(&sql);
    }
    *out = store->rows[table->id][kind];
    return rc;
}

static tq_status bind_key(sqlite3_stmt *stmt, int at, const struct tq_table *table,
        struct tq_slice key, struct tq_error *err)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];

    if (!tq_key_decode(table, key, parts))
        return tq_error_set(err, TQ_PROTOCOL, "%s: not a key", table->name);
    for (uint32_t i = 0; i < table->nkey; i++)
        tq_store_bind_value(stmt, at + (int)i, &parts[i]);
    return TQ_OK;
}

static tq_status read_row(struct tq_office_store *store, sqlite3_stmt *stmt,
        const struct tq_table *table, struct tq_arena *arena, struct tq_value *values,
        struct tq_error *err)
{
    (void)store;
    for (size_t i = 0; i < table->ncolumns; i++)
        if (!tq_store_column_value(stmt, (int)i, arena, &values[i]))
            return tq_error_set(err, TQ_NOMEM, "%s", table->name);
    return TQ_OK;
}

tq_status tq_store_row_get(void *ctx, const struct tq_table *table, struct tq_slice key,
        struct tq_arena *arena, struct tq_value *values, bool *found, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    int code;
    tq_status rc;

    *found = false;
    if ((rc = row_stmt(store, table, TQ_ROW_GET, &stmt, err)) != TQ_OK ||
            (rc = bind_key(stmt, 1, table, key, err)) != TQ_OK)
        return rc;
    code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) {
        *found = true;
        rc = read_row(store, stmt, table, arena, values, err);
    } else if (code != SQLITE_DONE) {
        rc = tq_store_fail(store, code, table->name, err);
    }
    sqlite3_reset(stmt);
    return rc;
}

tq_status tq_store_row_put(void *ctx, const struct tq_table *table, const struct tq_value *values,
        bool exists, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    int at = 1;
    tq_status rc = row_stmt(store, table, exists ? TQ_ROW_UPDATE : TQ_ROW_INSERT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < table->ncolumns; i++)
        if (!exists || !tq_table_is_key(table, (uint32_t)i))
            tq_store_bind_value(stmt, at++, &values[i]);
    for (uint32_t i = 0; exists && i < table->nkey; i++)
        tq_store_bind_value(stmt, at++, &values[table->key[i]]);
    return tq_store_run(store, stmt, table->name, err);
}

tq_status tq_store_row_delete(
        void *ctx, const struct tq_table *table, struct tq_slice key, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc;

    if ((rc = row_stmt(store, table, TQ_ROW_DELETE, &stmt, err)) != TQ_OK ||
            (rc = bind_key(stmt, 1, table, key, err)) != TQ_OK)
        return rc;
    return tq_store_run(store, stmt, table->name, err);
}

/* Rare (a text that was not NFC), so nothing is cached. */
tq_status tq_store_cells_write(void *ctx, const struct tq_table *table, struct tq_slice key,
        struct tq_slice author, const struct tq_cells *cells, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    tq_status rc;
    tq_status put_back;

    tq_buf_init(&sql, 0);
    tq_buf_append_str(&sql, "UPDATE ");
    append_name(&sql, table->name);
    for (uint32_t i = 0; i < cells->n; i++) {
        int column = tq_table_column(table, cells->columns[i]);

        if (column < 0) {
            rc = tq_error_set(err, TQ_INTERNAL, "%s: column %u", table->name, cells->columns[i]);
            goto out;
        }
        tq_buf_append_str(&sql, i == 0 ? " SET " : ",");
        append_name(&sql, table->columns[column].name);
        tq_buf_append_str(&sql, "=?");
    }
    append_where_key(&sql, table);
    if ((rc = prepare(store, &sql, &stmt, err)) != TQ_OK ||
            (rc = bind_key(stmt, (int)cells->n + 1, table, key, err)) != TQ_OK ||
            (rc = tq_db_set_author(store->db, author, err)) != TQ_OK)
        goto out;
    for (uint32_t i = 0; i < cells->n; i++)
        tq_store_bind_value(stmt, (int)i + 1, &cells->values[i]);
    rc = tq_store_run(store, stmt, table->name, err);
    if (rc == TQ_OK || rc == TQ_RULE) { /* anything worse ends the transaction */
        put_back = tq_db_set_author(store->db, tq_slice_of("", 0), err);
        if (put_back != TQ_OK)
            rc = put_back;
    }

out:
    sqlite3_finalize(stmt);
    tq_buf_deinit(&sql);
    return rc;
}

/* ---- walking a table ---- */

tq_status tq_store_rows_open(void *ctx, const struct tq_table *table, struct tq_slice owner,
        struct tq_slice low, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    bool from = low.len > 0 && tq_key_decode(table, low, parts);
    bool owned = owner.len > 0 && table->owner >= 0;
    struct tq_buf sql;
    int at = 1;
    tq_status rc;

    tq_store_rows_close(store);
    tq_buf_init(&sql, 0);
    tq_buf_append_str(&sql, "SELECT ");
    append_columns(&sql, table);
    tq_buf_append_str(&sql, " FROM ");
    append_name(&sql, table->name);
    if (owned) {
        tq_buf_append_str(&sql, " WHERE ");
        append_name(&sql, table->columns[table->owner].name);
        tq_buf_append_str(&sql, "=?");
    }
    if (from) {
        tq_buf_append_str(&sql, owned ? " AND (" : " WHERE (");
        for (uint32_t i = 0; i < table->nkey; i++) {
            tq_buf_append_str(&sql, i == 0 ? "" : ",");
            append_name(&sql, table->columns[table->key[i]].name);
        }
        tq_buf_append_str(&sql, ")>=(");
        for (uint32_t i = 0; i < table->nkey; i++)
            tq_buf_append_str(&sql, i == 0 ? "?" : ",?");
        tq_buf_append_u8(&sql, ')');
    }
    for (uint32_t i = 0; i < table->nkey; i++) {
        tq_buf_append_str(&sql, i == 0 ? " ORDER BY " : ",");
        append_name(&sql, table->columns[table->key[i]].name);
    }
    rc = prepare(store, &sql, &store->walk, err);
    tq_buf_deinit(&sql);
    if (rc != TQ_OK)
        return rc;
    store->walk_table = table;
    if (owned)
        tq_store_bind_text(store->walk, at++, owner);
    for (uint32_t i = 0; from && i < table->nkey; i++)
        tq_store_bind_value(store->walk, at++, &parts[i]);
    return TQ_OK;
}

tq_status tq_store_rows_next(void *ctx, struct tq_arena *arena, struct tq_value *values,
        bool *found, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    int code = sqlite3_step(store->walk);

    *found = code == SQLITE_ROW;
    if (code == SQLITE_DONE)
        return TQ_OK;
    if (code != SQLITE_ROW)
        return tq_store_fail(store, code, store->walk_table->name, err);
    return read_row(store, store->walk, store->walk_table, arena, values, err);
}

void tq_store_rows_close(void *ctx)
{
    struct tq_office_store *store = ctx;

    sqlite3_finalize(store->walk);
    store->walk = NULL;
    store->walk_table = NULL;
}
