/* district_rows.c - Rows of the data tables with their metadata.
 *
 * One prepared statement a table and kind, made from the catalogue. No table has an index besides
 * its key and, of the four with most rows, one of a commune's days (0015_days.sql): one on the owner
 * of each costs a quarter of the stored size. A scan of one owner walks the
 * table in key order and skips the others' rows, a first load reads each table once. */
#include "store/district_internal.h"

#include <inttypes.h>
#include <string.h>

static void append_names(struct tq_buf *sql, const struct tq_table *table, const char *between)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        tq_buf_printf(sql, "%s\"%s\"", i > 0 ? between : "", table->columns[i].name);
}

/* ("k1", "k2") or, for one column, "k1": with `mark`, as many question marks. */
static void append_key(struct tq_buf *sql, const struct tq_table *table, bool mark)
{
    tq_buf_append_str(sql, table->nkey > 1 ? "(" : "");
    for (uint32_t i = 0; i < table->nkey; i++) {
        tq_buf_append_str(sql, i > 0 ? ", " : "");
        if (mark)
            tq_buf_append_str(sql, "?");
        else
            tq_buf_printf(sql, "\"%s\"", table->columns[table->key[i]].name);
    }
    tq_buf_append_str(sql, table->nkey > 1 ? ")" : "");
}

static void select_text(struct tq_buf *sql, const struct tq_table *table)
{
    tq_buf_append_str(sql, "SELECT tq_meta, ");
    append_names(sql, table, ", ");
    tq_buf_printf(sql, " FROM \"%s\"", table->name);
}

/* From a key on: rows_get walks it beside its sorted keys. */
static void get_text(struct tq_buf *sql, const struct tq_table *table)
{
    select_text(sql, table);
    tq_buf_append_str(sql, " WHERE ");
    append_key(sql, table, false);
    tq_buf_append_str(sql, " >= ");
    append_key(sql, table, true);
    tq_buf_append_str(sql, " ORDER BY ");
    for (uint32_t i = 0; i < table->nkey; i++)
        tq_buf_printf(sql, "%s\"%s\"", i > 0 ? ", " : "", table->columns[table->key[i]].name);
}

static void put_text(struct tq_buf *sql, const struct tq_table *table)
{
    tq_buf_printf(sql, "INSERT INTO \"%s\" (tq_meta, ", table->name);
    append_names(sql, table, ", ");
    tq_buf_append_str(sql, ") VALUES (?");
    for (size_t i = 0; i < table->ncolumns; i++)
        tq_buf_append_str(sql, ", ?");
    tq_buf_append_str(sql, ") ON CONFLICT (");
    for (uint32_t i = 0; i < table->nkey; i++)
        tq_buf_printf(sql, "%s\"%s\"", i > 0 ? ", " : "", table->columns[table->key[i]].name);
    tq_buf_append_str(sql, ") DO UPDATE SET tq_meta = excluded.tq_meta");
    for (size_t i = 0; i < table->ncolumns; i++) {
        if (!tq_table_is_key(table, (uint32_t)i))
            tq_buf_printf(sql, ", \"%s\" = excluded.\"%s\"", table->columns[i].name,
                    table->columns[i].name);
    }
}

static void scan_text(struct tq_buf *sql, const struct tq_table *table, unsigned shape)
{
    const char *word = " WHERE ";

    select_text(sql, table);
    if ((shape & SCAN_AFTER) != 0) {
        tq_buf_append_str(sql, word);
        append_key(sql, table, false);
        tq_buf_append_str(sql, " > ");
        append_key(sql, table, true);
        word = " AND ";
    }
    if ((shape & SCAN_BEFORE) != 0) {
        tq_buf_append_str(sql, word);
        append_key(sql, table, false);
        tq_buf_append_str(sql, " < ");
        append_key(sql, table, true);
        word = " AND ";
    }
    /* "+": an index of an owner's days must not be taken, a page would sort all that the owner has. */
    if ((shape & SCAN_OWNER) != 0)
        tq_buf_printf(sql, "%s+\"%s\" = ?", word, table->columns[table->owner].name);
    tq_buf_append_str(sql, " ORDER BY ");
    for (uint32_t i = 0; i < table->nkey; i++)
        tq_buf_printf(sql, "%s\"%s\"", i > 0 ? ", " : "", table->columns[table->key[i]].name);
    tq_buf_append_str(sql, " LIMIT ?");
}

static void forget(struct district_table *entry)
{
    sqlite3_finalize(entry->get);
    sqlite3_finalize(entry->put);
    for (size_t i = 0; i < SCAN_SHAPES; i++)
        sqlite3_finalize(entry->scan[i]);
    memset(entry, 0, sizeof(*entry));
}

void district_rows_close(struct tq_district_store *store)
{
    for (size_t i = 0; i < store->ntables; i++)
        forget(&store->tables[i]);
}

/* NULL: no such table here. */
static struct district_table *entry_of(
        struct tq_district_store *store, const struct tq_table *table, struct tq_error *err)
{
    struct district_table *entry;

    if (table->id >= store->ntables) {
        tq_error_set(err, TQ_INTERNAL, "no table %" PRIu32 " in this store", table->id);
        return NULL;
    }
    entry = &store->tables[table->id];
    if (entry->table != table) {
        forget(entry);
        entry->table = table;
    }
    return entry;
}

/* Prepare `*kept` from the text in scratch when it is not there yet. */
static tq_status keep(struct tq_district_store *store, sqlite3_stmt **kept, struct tq_error *err)
{
    tq_buf_append_u8(&store->scratch, 0);
    if (!tq_buf_is_ok(&store->scratch))
        return district_no_memory(NULL, err);
    return district_prepare(store, (const char *)store->scratch.data, kept, err);
}

static struct district_bind take(struct tq_district_store *store, sqlite3_stmt *stmt)
{
    struct district_bind bind = { store, stmt, 0, SQLITE_OK };

    return bind;
}

static void bind_value(struct district_bind *bind, const struct tq_value *value)
{
    switch (value->type) {
    case TQ_NULL:
        bind_null(bind);
        break;
    case TQ_INT:
        bind_int(bind, value->i);
        break;
    case TQ_TEXT:
        bind_text(bind, value->s);
        break;
    case TQ_BLOB:
        bind_slice(bind, value->s);
        break;
    }
}

static tq_status bind_key(struct district_bind *bind, const struct tq_table *table,
        struct tq_slice key, struct tq_error *err)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];

    if (!tq_key_decode(table, key, parts))
        return tq_error_set(err, TQ_INVALID, "%s: %s", table->name, tq_phrase(TQ_PHRASE_NOT_A_KEY));
    for (uint32_t i = 0; i < table->nkey; i++)
        bind_value(bind, &parts[i]);
    return TQ_OK;
}

/* Values of the present row (columns from 1 on; 0 is the metadata): one piece of the arena, the
 * values first, their bytes behind them. */
static tq_status read_row(struct district_bind *q, const struct tq_table *table,
        struct tq_arena *arena, struct tq_stored_row *out, struct tq_error *err)
{
    size_t n = table->ncolumns;
    size_t bytes = 0;
    struct tq_value *values;
    uint8_t *at;

    for (size_t i = 0; i < n; i++) {
        int type = sqlite3_column_type(q->stmt, (int)i + 1);

        if (type == SQLITE_TEXT || type == SQLITE_BLOB)
            bytes += (size_t)sqlite3_column_bytes(q->stmt, (int)i + 1);
    }
    values = tq_arena_alloc(arena, n * sizeof(*values) + bytes);
    if (values == NULL)
        return district_no_memory(arena, err);
    at = (uint8_t *)(values + n);
    for (size_t i = 0; i < n; i++) {
        int type = sqlite3_column_type(q->stmt, (int)i + 1);
        struct tq_slice s;

        if (type == SQLITE_INTEGER) {
            values[i].type = TQ_INT;
            values[i].i = sqlite3_column_int64(q->stmt, (int)i + 1);
        } else if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
            s = column_slice(q, (int)i + 1);
            if (s.data == NULL && s.len > 0)
                return district_no_memory(NULL, err);
            if (s.len > 0)
                memcpy(at, s.data, s.len);
            values[i].type = type == SQLITE_TEXT ? TQ_TEXT : TQ_BLOB;
            values[i].s = tq_slice_of(at, s.len);
            at += s.len;
        }
    }
    out->exists = true;
    out->values = values;
    if (!tq_meta_decode(column_slice(q, 0), &out->meta))
        return tq_error_set(err, TQ_CORRUPT, "%s: metadata of a row", table->name);
    return TQ_OK;
}

/* Where a walk beside sorted keys stands: on a row, at the end, or nowhere yet. A key before the
 * row that it stands on is not in the table, which costs no query: new rows come in runs. */
struct beside {
    struct tq_district_store *store;
    const struct tq_table *table;
    struct district_bind q;
    bool sought;
    bool row;
    struct tq_slice key; /* of the row; in `bytes` */
    uint8_t bytes[TQ_MAX_KEY_BYTES];
    unsigned misses; /* steps to the next row that did not reach the key */
};

/* Take the key of the row that the walk stands on. */
static tq_status note_key(struct beside *at, struct tq_error *err)
{
    const struct tq_table *table = at->table;
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_buf *scratch = &at->store->scratch;

    if (!at->row)
        return TQ_OK;
    for (uint32_t i = 0; i < table->nkey; i++) {
        uint32_t column = table->key[i];
        int type = sqlite3_column_type(at->q.stmt, (int)column + 1);

        values[column].type = type == SQLITE_INTEGER ? TQ_INT
                              : type == SQLITE_TEXT  ? TQ_TEXT
                              : type == SQLITE_BLOB  ? TQ_BLOB
                                                     : TQ_NULL;
        values[column].i = type == SQLITE_INTEGER ? column_int(&at->q, (int)column + 1) : 0;
        values[column].s = type == SQLITE_INTEGER ? tq_slice_of(NULL, 0)
                                                  : column_slice(&at->q, (int)column + 1);
    }
    tq_buf_clear(scratch);
    if (!tq_key_encode(table, values, scratch) || scratch->len > sizeof(at->bytes))
        return tq_buf_is_ok(scratch) ? tq_error_set(err, TQ_CORRUPT, "%s: a row's key", table->name)
                                     : district_no_memory(NULL, err);
    memcpy(at->bytes, scratch->data, scratch->len);
    at->key = tq_slice_of(at->bytes, scratch->len);
    return TQ_OK;
}

static tq_status seek(struct beside *at, struct tq_slice key, struct tq_error *err)
{
    tq_status rc;

    district_end(&at->q);
    at->q.at = 0;
    at->sought = true;
    at->row = false;
    rc = bind_key(&at->q, at->table, key, err);
    if (rc == TQ_OK)
        rc = district_step(&at->q, &at->row, at->table->name, err);
    return rc == TQ_OK ? note_key(at, err) : rc;
}

/* Move to the first row at or after `key`, which is not before the one asked last. */
static tq_status reach(struct beside *at, struct tq_slice key, struct tq_error *err)
{
    tq_status rc;

    if (!at->sought)
        return seek(at, key, err);
    if (!at->row || tq_slice_compare(at->key, key) >= 0)
        return TQ_OK;
    /* Dense keys: the next row is cheaper than a search. Sparse ones: now and then try again. */
    if (at->misses < 4 || at->misses % 64 == 0) {
        rc = district_step(&at->q, &at->row, at->table->name, err);
        if (rc == TQ_OK)
            rc = note_key(at, err);
        if (rc != TQ_OK || !at->row)
            return rc;
        if (tq_slice_compare(at->key, key) >= 0) {
            at->misses = 0;
            return TQ_OK;
        }
    }
    at->misses++;
    return seek(at, key, err);
}

static tq_status rows_get(void *ctx, const struct tq_table *table, const struct tq_slice *keys,
        size_t count, struct tq_arena *arena, struct tq_stored_row *out, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_table *entry = entry_of(store, table, err);
    struct beside at;
    tq_status rc = TQ_OK;

    if (entry == NULL)
        return TQ_INTERNAL;
    if (entry->get == NULL) {
        tq_buf_clear(&store->scratch);
        get_text(&store->scratch, table);
        rc = keep(store, &entry->get, err);
    }
    at.store = store;
    at.table = table;
    at.q = take(store, entry->get);
    at.sought = false;
    at.row = false;
    at.misses = 0;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        out[i].table = table;
        out[i].key = keys[i];
        out[i].exists = false;
        out[i].values = NULL;
        out[i].meta.row_seq = 0;
        out[i].meta.born_seq = 0;
        out[i].meta.ncells = 0;
        if (i > 0 && tq_slice_compare(keys[i], keys[i - 1]) < 0)
            at.sought = false;
        rc = reach(&at, keys[i], err);
        if (rc == TQ_OK && at.row && tq_slice_equal(at.key, keys[i]))
            rc = read_row(&at.q, table, arena, &out[i], err);
    }
    district_end(&at.q);
    return rc;
}

static tq_status put_row(
        struct tq_district_store *store, const struct tq_stored_row *row, struct tq_error *err)
{
    struct district_table *entry = entry_of(store, row->table, err);
    struct district_bind q;
    tq_status rc = TQ_OK;

    if (entry == NULL)
        return TQ_INTERNAL;
    if (entry->put == NULL) {
        tq_buf_clear(&store->scratch);
        put_text(&store->scratch, row->table);
        rc = keep(store, &entry->put, err);
    }
    if (rc != TQ_OK)
        return rc;
    tq_buf_clear(&store->scratch);
    tq_meta_encode(&row->meta, &store->scratch);
    if (!tq_buf_is_ok(&store->scratch))
        return district_no_memory(NULL, err);
    q = take(store, entry->put);
    bind_slice(&q, tq_buf_slice(&store->scratch));
    for (size_t i = 0; i < row->table->ncolumns; i++)
        bind_value(&q, &row->values[i]);
    return district_run(&q, row->table->name, err);
}

static tq_status rows_put(
        void *ctx, const struct tq_stored_row *rows, size_t count, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = put_row(ctx, &rows[i], err);
    return rc;
}

/* The encoded key of a row that was read, in the arena. */
static tq_status key_of(struct tq_district_store *store, const struct tq_table *table,
        struct tq_arena *arena, struct tq_stored_row *row, struct tq_error *err)
{
    void *copy;

    tq_buf_clear(&store->scratch);
    if (!tq_key_encode(table, row->values, &store->scratch))
        return tq_buf_is_ok(&store->scratch)
                       ? tq_error_set(err, TQ_CORRUPT, "%s: a row's key", table->name)
                       : district_no_memory(NULL, err);
    copy = tq_arena_copy(arena, store->scratch.data, store->scratch.len);
    if (copy == NULL)
        return district_no_memory(arena, err);
    row->key = tq_slice_of(copy, store->scratch.len);
    return TQ_OK;
}

static tq_status rows_scan(void *ctx, const struct tq_table *table, struct tq_slice owner,
        struct tq_slice after, struct tq_slice before, size_t limit, struct tq_arena *arena,
        struct tq_stored_row *out, size_t *count, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    bool by_owner = owner.len > 0 && table->owner >= 0;
    unsigned shape = (after.len > 0 ? SCAN_AFTER : 0) | (before.len > 0 ? SCAN_BEFORE : 0) |
                     (by_owner ? SCAN_OWNER : 0);
    struct district_table *entry = entry_of(store, table, err);
    struct district_bind q;
    bool row = false;
    tq_status rc = TQ_OK;

    *count = 0;
    if (entry == NULL)
        return TQ_INTERNAL;
    if (entry->scan[shape] == NULL) {
        tq_buf_clear(&store->scratch);
        scan_text(&store->scratch, table, shape);
        rc = keep(store, &entry->scan[shape], err);
    }
    if (rc != TQ_OK)
        return rc;
    q = take(store, entry->scan[shape]);
    if ((shape & SCAN_AFTER) != 0)
        rc = bind_key(&q, table, after, err);
    if (rc == TQ_OK && (shape & SCAN_BEFORE) != 0)
        rc = bind_key(&q, table, before, err);
    if (by_owner)
        bind_text(&q, owner);
    bind_int(&q, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    if (rc == TQ_OK)
        rc = district_step(&q, &row, table->name, err);
    while (rc == TQ_OK && row && *count < limit) {
        struct tq_stored_row *to = &out[*count];

        to->table = table;
        rc = read_row(&q, table, arena, to, err);
        if (rc == TQ_OK)
            rc = key_of(store, table, arena, to, err);
        if (rc == TQ_OK) {
            (*count)++;
            rc = district_step(&q, &row, table->name, err);
        }
    }
    district_end(&q);
    return rc;
}

void district_rows_ops(struct tq_district_ops *ops)
{
    ops->rows_get = rows_get;
    ops->rows_put = rows_put;
    ops->rows_scan = rows_scan;
}
