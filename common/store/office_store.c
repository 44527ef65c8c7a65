#include "store/office_store_internal.h"

#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/quoted.h"

#define SET_COLUMNS                                                                                \
    "n,incarnation,seq,hash,prev,payload,signature,sealed_at,nchanges,acked,canonical,merged_at,"  \
    "(SELECT district FROM tq_state),coalesce((SELECT f.former FROM tq_fork f WHERE f.former<>0"   \
    " AND f.incarnation>tq_set.incarnation ORDER BY f.incarnation LIMIT 1),"                       \
    "(SELECT device FROM tq_state))"

typedef enum sql {
    SQL_STATE_GET,
    SQL_STATE_PUT,
    SQL_LOG_NEXT,
    SQL_LOG_PENDING,
    SQL_LOG_ROWS,
    SQL_LOG_DELETE,
    SQL_SET_PUT,
    SQL_SET_GET,
    SQL_SET_GET_N,
    SQL_SET_LAST,
    SQL_SET_NEXT,
    SQL_SET_MARK,
    SQL_SET_MOVE,
    SQL_SET_PRUNE,
    SQL_RETURNED_MOVE,
    SQL_RECEIPT_PUT,
    SQL_RECEIPT_NEXT,
    SQL_FORK_PUT,
    SQL_FORK_LETTER,
    SQL_FORK_AGAIN,
    SQL_FORK_LAST,
    SQL_COUNT,
} sql;

static const char *const SQL[SQL_COUNT] = {
    [SQL_STATE_GET] = "SELECT district,device,incarnation,schema,unit,cursor,scan_h,scan_table,"
                      "scan_key,seen,t_seen,scope,top,top_hash,epoch,loading,last_sent_at,"
                      "last_confirmed_at,last_received_at,last_heard_at,equal_as_of,equal_at,"
                      "read_every_row_at,foreign_write,backed_up,backup_from,loaded_scope FROM "
                      "tq_state WHERE id=1",
    [SQL_STATE_PUT] = "UPDATE tq_state SET incarnation=?1,cursor=?2,scan_h=?3,scan_table=?4,"
                      "scan_key=?5,seen=?6,t_seen=?7,scope=?8,top=?9,top_hash=?10,epoch=?11,"
                      "loading=?12,last_sent_at=?13,last_confirmed_at=?14,last_received_at=?15,"
                      "last_heard_at=?16,equal_as_of=?17,equal_at=?18,read_every_row_at=?19,"
                      "foreign_write=?20,backed_up=?21,backup_from=?22,loaded_scope=?23"
                      " WHERE id=1",
    [SQL_LOG_NEXT] = "SELECT id,tbl,cell,key,owner,lock_on,old,new,at_ms,author,incarnation,seen,"
                     "t_seen FROM tq_log WHERE id>?1 ORDER BY id LIMIT 1",
    [SQL_LOG_PENDING] = "UPDATE tq_pending SET set_n=?1,state=0 WHERE (tbl,key,cell) IN"
                        " (SELECT tbl,key,cell FROM tq_log WHERE id BETWEEN ?2 AND ?3)",
    /* Cells that a row was split into while its insert was still in the log. */
    [SQL_LOG_ROWS] = "UPDATE tq_pending SET set_n=?1 WHERE set_n IS NULL AND (tbl,key) IN"
                     " (SELECT tbl,key FROM tq_log WHERE cell=0 AND id BETWEEN ?2 AND ?3)",
    [SQL_LOG_DELETE] = "DELETE FROM tq_log WHERE id BETWEEN ?1 AND ?2",
    [SQL_SET_PUT] = "INSERT INTO tq_set(incarnation,seq,hash,prev,payload,signature,sealed_at,"
                    "nchanges) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
    [SQL_SET_GET] = "SELECT " SET_COLUMNS " FROM tq_set WHERE incarnation=?1 AND seq=?2",
    [SQL_SET_GET_N] = "SELECT " SET_COLUMNS " FROM tq_set WHERE n=?1",
    [SQL_SET_LAST] = "SELECT " SET_COLUMNS " FROM tq_set WHERE acked<>2 ORDER BY n DESC LIMIT 1",
    [SQL_SET_NEXT] = "SELECT " SET_COLUMNS " FROM tq_set WHERE acked=?1 AND canonical<=(?1=0)"
                     " AND n>?2 ORDER BY n LIMIT 1",
    [SQL_SET_MARK] = "UPDATE tq_set SET acked=?2,canonical=?3,merged_at=?4 WHERE n=?1",
    [SQL_SET_MOVE] = "UPDATE tq_pending SET set_n=?2,state=0 WHERE set_n=?1",
    [SQL_SET_PRUNE] =
            "UPDATE tq_set SET payload=x'' WHERE n IN (SELECT s.n FROM tq_set s WHERE s.acked=1 AND"
            " s.canonical=1 AND s.merged_at<=?2 AND length(s.payload)>0 AND (SELECT max(r.t) FROM"
            " tq_receipt r WHERE r.incarnation=s.incarnation AND r.seq=s.seq)<?1 AND s.n<(SELECT"
            " max(l.n) FROM tq_set l WHERE l.incarnation=s.incarnation AND l.acked=1) AND NOT "
            "EXISTS"
            " (SELECT 1 FROM tq_pending p WHERE p.set_n=s.n) AND NOT EXISTS (SELECT 1 FROM"
            " tq_returned b WHERE b.set_n=s.n) ORDER BY s.n LIMIT ?3)",
    [SQL_RETURNED_MOVE] = "DELETE FROM tq_returned WHERE set_n=?1",
    [SQL_RECEIPT_PUT] = "INSERT INTO tq_receipt(incarnation,seq,t,bytes) VALUES(?1,?2,?3,?4)"
                        " ON CONFLICT DO NOTHING",
    [SQL_RECEIPT_NEXT] = "SELECT t,bytes FROM tq_receipt WHERE incarnation=?1 AND seq=?2 AND t>?3"
                         " ORDER BY t LIMIT 1",
    [SQL_FORK_PUT] =
            "INSERT INTO tq_fork(incarnation,at_ms,kind,letter,parent_incarnation,"
            "parent_seq,parent_hash,since_ms,lost,former) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,"
            "?10)",
    [SQL_FORK_LETTER] = "UPDATE tq_state SET letter=?1 WHERE id=1 AND ?1<>''",
    [SQL_FORK_AGAIN] = "UPDATE tq_fork SET again=again+?2 WHERE incarnation=?1",
    [SQL_FORK_LAST] = "SELECT incarnation,at_ms,kind,letter,parent_incarnation,parent_seq,"
                      "parent_hash,since_ms,lost,again FROM tq_fork ORDER BY incarnation DESC "
                      "LIMIT 1", /* numbers rise; clocks may not */
};

/* ---- statements ---- */

tq_status tq_store_fail(
        struct tq_office_store *store, int code, const char *doing, struct tq_error *err)
{
    return sql_fail(store->handle, code, doing, err);
}

tq_status tq_store_stmt(struct tq_office_store *store, unsigned slot, const char *text,
        sqlite3_stmt **out, struct tq_error *err)
{
    int code = SQLITE_OK;

    if (store->fixed[slot] == NULL)
        code = sqlite3_prepare_v3(
                store->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &store->fixed[slot], NULL);
    *out = store->fixed[slot];
    return code == SQLITE_OK ? TQ_OK : tq_store_fail(store, code, "prepare", err);
}

static tq_status get_stmt(
        struct tq_office_store *store, sql which, sqlite3_stmt **out, struct tq_error *err)
{
    return tq_store_stmt(store, which, SQL[which], out, err);
}

void tq_store_bind_blob(sqlite3_stmt *stmt, int at, struct tq_slice bytes)
{
    sqlite3_bind_blob64(
            stmt, at, bytes.len > 0 ? (const void *)bytes.data : "", bytes.len, SQLITE_STATIC);
}

void tq_store_bind_text(sqlite3_stmt *stmt, int at, struct tq_slice text)
{
    sqlite3_bind_text64(stmt, at, text.len > 0 ? (const char *)text.data : "", text.len,
            SQLITE_STATIC, SQLITE_UTF8);
}

void tq_store_bind_value(sqlite3_stmt *stmt, int at, const struct tq_value *value)
{
    switch (value->type) {
    case TQ_NULL:
        sqlite3_bind_null(stmt, at);
        return;
    case TQ_INT:
        sqlite3_bind_int64(stmt, at, value->i);
        return;
    case TQ_TEXT:
        tq_store_bind_text(stmt, at, value->s);
        return;
    case TQ_BLOB:
        tq_store_bind_blob(stmt, at, value->s);
        return;
    }
}

bool tq_store_column_slice(sqlite3_stmt *stmt, int at, struct tq_arena *arena, struct tq_slice *out)
{
    const void *data = sqlite3_column_blob(stmt, at);
    size_t len = (size_t)sqlite3_column_bytes(stmt, at);
    const void *copy = tq_arena_copy(arena, data, len);

    *out = tq_slice_of(copy, len);
    return copy != NULL;
}

bool tq_store_column_value(sqlite3_stmt *stmt, int at, struct tq_arena *arena, struct tq_value *out)
{
    *out = tq_value_null();
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        *out = tq_value_int(sqlite3_column_int64(stmt, at));
        return true;
    case SQLITE_TEXT:
    case SQLITE_FLOAT: /* STRICT tables hold none; as text it is seen as a difference */
        out->type = TQ_TEXT;
        return tq_store_column_slice(stmt, at, arena, &out->s);
    case SQLITE_BLOB:
        out->type = TQ_BLOB;
        return tq_store_column_slice(stmt, at, arena, &out->s);
    default:
        return true;
    }
}

tq_status tq_store_run(
        struct tq_office_store *store, sqlite3_stmt *stmt, const char *doing, struct tq_error *err)
{
    int code = sqlite3_step(stmt);
    tq_status rc = code == SQLITE_DONE || code == SQLITE_ROW
                           ? TQ_OK
                           : tq_store_fail(store, code, doing, err);

    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return rc;
}

tq_status tq_store_step(struct tq_office_store *store, sqlite3_stmt *stmt, const char *doing,
        bool *found, struct tq_error *err)
{
    int code = sqlite3_step(stmt);

    *found = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return TQ_OK;
    return tq_store_fail(store, code, doing, err);
}

static void release(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

static tq_status no_memory(bool ok, const char *doing, struct tq_error *err)
{
    return ok ? TQ_OK : tq_error_set(err, TQ_NOMEM, "%s", doing);
}

/* ---- transactions ---- */

static void rollback(void *ctx)
{
    struct tq_office_store *store = ctx;

    tq_store_rows_close(store);
    tq_db_rollback(store->db);
    store->applying = false;
}

static tq_status begin(void *ctx, tq_txn_mode mode, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    tq_status rc =
            mode == TQ_TXN_READ ? tq_db_begin_read(store->db, err) : tq_db_begin(store->db, err);

    if (rc != TQ_OK || mode != TQ_TXN_APPLY)
        return rc;
    rc = tq_db_set_applying(store->db, true, err);
    if (rc != TQ_OK)
        rollback(store);
    store->applying = rc == TQ_OK;
    return rc;
}

static tq_status commit(void *ctx, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    tq_status rc = TQ_OK;

    if (store->applying)
        rc = tq_db_set_applying(store->db, false, err);
    if (rc == TQ_OK)
        rc = tq_db_commit(store->db, err);
    if (rc != TQ_OK)
        rollback(store);
    store->applying = false;
    return rc;
}

/* ---- state ---- */

static void copy_fixed(sqlite3_stmt *stmt, int at, uint8_t *out, size_t size)
{
    const void *data = sqlite3_column_blob(stmt, at);

    memset(out, 0, size);
    if (data != NULL && (size_t)sqlite3_column_bytes(stmt, at) == size)
        memcpy(out, data, size);
}

static bool read_state(sqlite3_stmt *stmt, struct tq_arena *arena, struct tq_office_state *out)
{
    memset(out, 0, sizeof(*out));
    copy_fixed(stmt, 0, out->district, sizeof(out->district));
    out->device = (uint32_t)sqlite3_column_int64(stmt, 1);
    out->incarnation = (uint32_t)sqlite3_column_int64(stmt, 2);
    out->schema = (uint32_t)sqlite3_column_int64(stmt, 3);
    out->position.cursor = (uint64_t)sqlite3_column_int64(stmt, 5);
    out->position.scan_h = (uint64_t)sqlite3_column_int64(stmt, 6);
    out->position.scanning = out->position.scan_h != 0;
    out->position.scan_table = (uint32_t)sqlite3_column_int64(stmt, 7);
    out->seen = (uint64_t)sqlite3_column_int64(stmt, 9);
    out->t_seen = sqlite3_column_int64(stmt, 10);
    out->top = (uint64_t)sqlite3_column_int64(stmt, 12);
    copy_fixed(stmt, 13, out->top_hash, sizeof(out->top_hash));
    out->epoch = (uint64_t)sqlite3_column_int64(stmt, 14);
    out->loading = sqlite3_column_int(stmt, 15) != 0;
    out->last_sent_at = sqlite3_column_int64(stmt, 16);
    out->last_confirmed_at = sqlite3_column_int64(stmt, 17);
    out->last_received_at = sqlite3_column_int64(stmt, 18);
    out->last_heard_at = sqlite3_column_int64(stmt, 19);
    out->equal_as_of = (uint64_t)sqlite3_column_int64(stmt, 20);
    out->equal_at = sqlite3_column_int64(stmt, 21);
    out->read_every_row_at = sqlite3_column_int64(stmt, 22);
    out->foreign_write = sqlite3_column_int(stmt, 23) != 0;
    out->backed_up = (uint64_t)sqlite3_column_int64(stmt, 24);
    out->backup_from = (uint64_t)sqlite3_column_int64(stmt, 25);
    return tq_store_column_slice(stmt, 4, arena, &out->unit) &&
           tq_store_column_slice(stmt, 8, arena, &out->position.scan_key) &&
           tq_store_column_slice(stmt, 11, arena, &out->scope) &&
           tq_store_column_slice(stmt, 26, arena, &out->loaded_scope);
}

static tq_status state_get(
        void *ctx, struct tq_arena *arena, struct tq_office_state *out, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    tq_status rc = get_stmt(store, SQL_STATE_GET, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    rc = tq_store_step(store, stmt, "state", &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_CORRUPT, "the file does not say whose it is");
    if (rc == TQ_OK)
        rc = no_memory(read_state(stmt, arena, out), "state", err);
    release(stmt);
    return rc;
}

/* 0 in memory is NULL in the file: "never". */
static void bind_time(sqlite3_stmt *stmt, int at, int64_t value)
{
    if (value == 0)
        sqlite3_bind_null(stmt, at);
    else
        sqlite3_bind_int64(stmt, at, value);
}

static tq_status state_put(void *ctx, const struct tq_office_state *state, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_STATE_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, state->incarnation);
    sqlite3_bind_int64(stmt, 2, (int64_t)state->position.cursor);
    sqlite3_bind_int64(stmt, 3, state->position.scanning ? (int64_t)state->position.scan_h : 0);
    sqlite3_bind_int64(stmt, 4, state->position.scanning ? state->position.scan_table : 0);
    if (state->position.scanning)
        tq_store_bind_blob(stmt, 5, state->position.scan_key);
    sqlite3_bind_int64(stmt, 6, (int64_t)state->seen);
    sqlite3_bind_int64(stmt, 7, state->t_seen);
    tq_store_bind_text(stmt, 8, state->scope);
    sqlite3_bind_int64(stmt, 9, (int64_t)state->top);
    tq_store_bind_blob(stmt, 10, tq_slice_of(state->top_hash, sizeof(state->top_hash)));
    sqlite3_bind_int64(stmt, 11, (int64_t)state->epoch);
    sqlite3_bind_int(stmt, 12, state->loading);
    bind_time(stmt, 13, state->last_sent_at);
    bind_time(stmt, 14, state->last_confirmed_at);
    bind_time(stmt, 15, state->last_received_at);
    bind_time(stmt, 16, state->last_heard_at);
    bind_time(stmt, 17, (int64_t)state->equal_as_of);
    bind_time(stmt, 18, state->equal_at);
    bind_time(stmt, 19, state->read_every_row_at);
    sqlite3_bind_int(stmt, 20, state->foreign_write);
    sqlite3_bind_int64(stmt, 21, (int64_t)state->backed_up);
    sqlite3_bind_int64(stmt, 22, (int64_t)state->backup_from);
    tq_store_bind_text(stmt, 23, state->loaded_scope);
    return tq_store_run(store, stmt, "state", err);
}

/* ---- change log ---- */

static tq_status read_change(
        sqlite3_stmt *stmt, struct tq_arena *arena, struct tq_change *out, struct tq_error *err)
{
    struct tq_cells before;
    struct tq_cells after;
    struct tq_slice before_text;
    struct tq_slice after_text;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    out->log_id = (uint64_t)sqlite3_column_int64(stmt, 0);
    out->table = (uint32_t)sqlite3_column_int64(stmt, 1);
    out->cell = (uint32_t)sqlite3_column_int64(stmt, 2);
    out->at_ms = sqlite3_column_int64(stmt, 8);
    out->incarnation = (uint32_t)sqlite3_column_int64(stmt, 10);
    out->seen = (uint64_t)sqlite3_column_int64(stmt, 11);
    out->t_seen = sqlite3_column_int64(stmt, 12);
    if (!tq_store_column_slice(stmt, 3, arena, &out->key) ||
            !tq_store_column_slice(stmt, 4, arena, &out->owner) ||
            !tq_store_column_slice(stmt, 5, arena, &out->lock_on) ||
            !tq_store_column_slice(stmt, 6, arena, &before_text) ||
            !tq_store_column_slice(stmt, 7, arena, &after_text) ||
            !tq_store_column_slice(stmt, 9, arena, &out->author))
        return tq_error_set(err, TQ_NOMEM, "change log");
    if ((rc = tq_quoted_parse(after_text, arena, &after, err)) != TQ_OK ||
            (rc = tq_quoted_parse(before_text, arena, &before, err)) != TQ_OK)
        return rc;
    out->ncolumns = after.n;
    out->columns = after.columns;
    out->after = after.values;
    if (out->cell == TQ_CELL_ROW)
        return TQ_OK;
    if (before.n != after.n ||
            (after.n > 0 && memcmp(before.columns, after.columns, after.n * sizeof(uint32_t)) != 0))
        return tq_error_set(err, TQ_CORRUPT, "change log row %llu: old and new differ in columns",
                (unsigned long long)out->log_id);
    out->before = before.values;
    return TQ_OK;
}

static tq_status log_next(void *ctx, uint64_t after, struct tq_arena *arena, struct tq_change *out,
        bool *found, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_LOG_NEXT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, (int64_t)after);
    rc = tq_store_step(store, stmt, "change log", found, err);
    if (rc == TQ_OK && *found)
        rc = read_change(stmt, arena, out, err);
    release(stmt);
    return rc;
}

static tq_status log_seal(
        void *ctx, uint64_t first, uint64_t last, int64_t set_n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    static const sql STEPS[2] = { SQL_LOG_PENDING, SQL_LOG_ROWS };
    sqlite3_stmt *stmt = NULL;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < 2; i++) {
        rc = get_stmt(store, STEPS[i], &stmt, err);
        if (rc != TQ_OK)
            break;
        sqlite3_bind_int64(stmt, 1, set_n);
        sqlite3_bind_int64(stmt, 2, (int64_t)first);
        sqlite3_bind_int64(stmt, 3, (int64_t)last);
        rc = tq_store_run(store, stmt, "change log", err);
    }
    if (rc == TQ_OK)
        rc = tq_store_refused_sealed(store, set_n, err); /* looks at the log, too */
    if (rc == TQ_OK)
        rc = get_stmt(store, SQL_LOG_DELETE, &stmt, err);
    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, (int64_t)first);
    sqlite3_bind_int64(stmt, 2, (int64_t)last);
    return tq_store_run(store, stmt, "change log", err);
}

/* ---- sets and receipts ---- */

static tq_status set_put(void *ctx, struct tq_stored_set *set, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, set->set.incarnation);
    sqlite3_bind_int64(stmt, 2, (int64_t)set->set.seq);
    tq_store_bind_blob(stmt, 3, tq_slice_of(set->set.hash, TQ_HASH_BYTES));
    tq_store_bind_blob(stmt, 4, tq_slice_of(set->set.prev, TQ_HASH_BYTES));
    tq_store_bind_blob(stmt, 5, set->set.payload);
    tq_store_bind_blob(stmt, 6, tq_slice_of(set->set.signature, TQ_SIGNATURE_BYTES));
    sqlite3_bind_int64(stmt, 7, set->sealed_at_ms);
    sqlite3_bind_int64(stmt, 8, (int64_t)set->nchanges);
    rc = tq_store_run(store, stmt, "set", err);
    set->n = sqlite3_last_insert_rowid(store->handle);
    return rc;
}

/* The one set that `stmt` finds; n stays 0 when there is none. */
static tq_status read_set(struct tq_office_store *store, sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_stored_set *out, struct tq_error *err)
{
    bool found = false;
    tq_status rc = tq_store_step(store, stmt, "set", &found, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK && found) {
        out->n = sqlite3_column_int64(stmt, 0);
        out->set.incarnation = (uint32_t)sqlite3_column_int64(stmt, 1);
        out->set.seq = (uint64_t)sqlite3_column_int64(stmt, 2);
        copy_fixed(stmt, 3, out->set.hash, TQ_HASH_BYTES);
        copy_fixed(stmt, 4, out->set.prev, TQ_HASH_BYTES);
        copy_fixed(stmt, 6, out->set.signature, TQ_SIGNATURE_BYTES);
        out->sealed_at_ms = sqlite3_column_int64(stmt, 7);
        out->nchanges = (uint64_t)sqlite3_column_int64(stmt, 8);
        out->fate = (tq_set_fate)sqlite3_column_int(stmt, 9);
        out->canonical = sqlite3_column_int(stmt, 10) != 0;
        out->merged_at = (uint64_t)sqlite3_column_int64(stmt, 11);
        copy_fixed(stmt, 12, out->set.district, sizeof(out->set.district));
        out->set.device = (uint32_t)sqlite3_column_int64(stmt, 13);
        rc = no_memory(tq_store_column_slice(stmt, 5, arena, &out->set.payload), "set", err);
    }
    release(stmt);
    return rc;
}

static tq_status set_get(void *ctx, uint32_t incarnation, uint64_t seq, struct tq_arena *arena,
        struct tq_stored_set *out, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_GET, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, incarnation);
    sqlite3_bind_int64(stmt, 2, (int64_t)seq);
    return read_set(store, stmt, arena, out, err);
}

static tq_status set_get_n(void *ctx, int64_t n, struct tq_arena *arena, struct tq_stored_set *out,
        struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_GET_N, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, n);
    return read_set(store, stmt, arena, out, err);
}

static tq_status set_last(
        void *ctx, struct tq_arena *arena, struct tq_stored_set *out, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_LAST, &stmt, err);

    return rc == TQ_OK ? read_set(store, stmt, arena, out, err) : rc;
}

static tq_status set_next(void *ctx, tq_set_fate fate, int64_t after, struct tq_arena *arena,
        struct tq_stored_set *out, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_NEXT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int(stmt, 1, (int)fate);
    sqlite3_bind_int64(stmt, 2, after);
    return read_set(store, stmt, arena, out, err);
}

static tq_status set_prune(void *ctx, int64_t before, uint64_t up_to, size_t most, size_t *pruned,
        struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_PRUNE, &stmt, err);

    *pruned = 0;
    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, before);
    sqlite3_bind_int64(stmt, 2, (int64_t)up_to);
    sqlite3_bind_int64(stmt, 3, (int64_t)most);
    rc = tq_store_run(store, stmt, "prune", err);
    if (rc == TQ_OK)
        *pruned = (size_t)sqlite3_changes(store->handle);
    return rc;
}

static tq_status set_mark(void *ctx, const struct tq_stored_set *set, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_MARK, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, set->n);
    sqlite3_bind_int(stmt, 2, (int)set->fate);
    sqlite3_bind_int(stmt, 3, set->canonical);
    bind_time(stmt, 4, (int64_t)set->merged_at);
    return tq_store_run(store, stmt, "set", err);
}

static tq_status set_move(void *ctx, int64_t from, int64_t to, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_SET_MOVE, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, from);
    sqlite3_bind_int64(stmt, 2, to);
    rc = tq_store_run(store, stmt, "set", err);
    if (rc == TQ_OK) /* what was said of its rows is said anew */
        rc = get_stmt(store, SQL_RETURNED_MOVE, &stmt, err);
    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, from);
    return tq_store_run(store, stmt, "returned rows", err);
}

static tq_status receipt_put(void *ctx, uint32_t incarnation, uint64_t seq, int64_t t,
        struct tq_slice bytes, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_RECEIPT_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, incarnation);
    sqlite3_bind_int64(stmt, 2, (int64_t)seq);
    sqlite3_bind_int64(stmt, 3, t);
    tq_store_bind_blob(stmt, 4, bytes);
    return tq_store_run(store, stmt, "receipt", err);
}

static tq_status receipt_next(void *ctx, uint32_t incarnation, uint64_t seq, int64_t after_t,
        struct tq_arena *arena, int64_t *t, struct tq_slice *bytes, bool *found,
        struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_RECEIPT_NEXT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, incarnation);
    sqlite3_bind_int64(stmt, 2, (int64_t)seq);
    sqlite3_bind_int64(stmt, 3, after_t);
    rc = tq_store_step(store, stmt, "receipt", found, err);
    if (rc == TQ_OK && *found) {
        *t = sqlite3_column_int64(stmt, 0);
        rc = no_memory(tq_store_column_slice(stmt, 1, arena, bytes), "receipt", err);
    }
    release(stmt);
    return rc;
}

/* ---- forks ---- */

static tq_status fork_put(void *ctx, const struct tq_office_fork *fork, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_FORK_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, fork->incarnation);
    sqlite3_bind_int64(stmt, 2, fork->at_ms);
    sqlite3_bind_int(stmt, 3, (int)fork->kind);
    tq_store_bind_text(stmt, 4, tq_slice_str(fork->letter));
    sqlite3_bind_int64(stmt, 5, fork->parent.incarnation);
    sqlite3_bind_int64(stmt, 6, (int64_t)fork->parent.seq);
    tq_store_bind_blob(stmt, 7, tq_slice_of(fork->parent.hash, TQ_HASH_BYTES));
    sqlite3_bind_int64(stmt, 8, fork->since_ms);
    sqlite3_bind_int64(stmt, 9, (int64_t)fork->lost);
    sqlite3_bind_int64(stmt, 10, fork->former);
    rc = tq_store_run(store, stmt, "incarnation", err);
    if (rc == TQ_OK)
        rc = get_stmt(store, SQL_FORK_LETTER, &stmt, err);
    if (rc != TQ_OK)
        return rc;
    tq_store_bind_text(stmt, 1, tq_slice_str(fork->letter));
    return tq_store_run(store, stmt, "letter", err);
}

static tq_status fork_again(void *ctx, uint32_t incarnation, uint64_t changes, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_FORK_AGAIN, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, incarnation);
    sqlite3_bind_int64(stmt, 2, (int64_t)changes);
    return tq_store_run(store, stmt, "incarnation", err);
}

static tq_status fork_last(void *ctx, struct tq_office_fork *out, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    tq_status rc = get_stmt(store, SQL_FORK_LAST, &stmt, err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK)
        return rc;
    rc = tq_store_step(store, stmt, "incarnation", &found, err);
    if (rc == TQ_OK && found) {
        const void *letter = sqlite3_column_text(stmt, 3);
        size_t len = (size_t)sqlite3_column_bytes(stmt, 3);

        out->incarnation = (uint32_t)sqlite3_column_int64(stmt, 0);
        out->at_ms = sqlite3_column_int64(stmt, 1);
        out->kind = (tq_fork_kind)sqlite3_column_int(stmt, 2);
        if (letter != NULL && len > 0 && len < sizeof(out->letter))
            memcpy(out->letter, letter, len);
        out->parent.incarnation = (uint32_t)sqlite3_column_int64(stmt, 4);
        out->parent.seq = (uint64_t)sqlite3_column_int64(stmt, 5);
        copy_fixed(stmt, 6, out->parent.hash, TQ_HASH_BYTES);
        out->since_ms = sqlite3_column_int64(stmt, 7);
        out->lost = (uint64_t)sqlite3_column_int64(stmt, 8);
        out->again = (uint64_t)sqlite3_column_int64(stmt, 9);
    }
    release(stmt);
    return rc;
}

/* ---- the store ---- */

tq_status tq_office_store_new(struct tq_office_store **out, struct tq_db *db, struct tq_error *err)
{
    struct tq_office_store *store = tq_mem_zalloc(sizeof(*store));

    *out = store;
    if (store == NULL)
        return tq_error_set(err, TQ_NOMEM, "store");
    store->db = db;
    store->handle = sql_handle(db);
    return TQ_OK;
}

void tq_office_store_free(struct tq_office_store *store)
{
    if (store == NULL)
        return;
    rollback(store);
    for (size_t i = 0; i < TQ_STORE_SQLS; i++)
        sqlite3_finalize(store->fixed[i]);
    for (size_t i = 0; i < TQ_STORE_TABLES; i++)
        for (size_t k = 0; k < TQ_ROW_SQLS; k++)
            sqlite3_finalize(store->rows[i][k]);
    tq_mem_free(store);
}

const struct tq_office_ops *tq_office_store_ops(void)
{
    static const struct tq_office_ops OPS = {
        .begin = begin,
        .commit = commit,
        .rollback = rollback,
        .watch = tq_store_watch,
        .state_get = state_get,
        .state_put = state_put,
        .log_next = log_next,
        .log_seal = log_seal,
        .cells_write = tq_store_cells_write,
        .set_put = set_put,
        .set_get = set_get,
        .set_get_n = set_get_n,
        .set_last = set_last,
        .set_next = set_next,
        .set_mark = set_mark,
        .set_prune = set_prune,
        .set_move = set_move,
        .fork_put = fork_put,
        .bind = tq_store_bind_file,
        .machines_put = tq_store_machines_put,
        .fork_again = fork_again,
        .fork_last = fork_last,
        .receipt_put = receipt_put,
        .receipt_next = receipt_next,
        .row_get = tq_store_row_get,
        .row_put = tq_store_row_put,
        .row_delete = tq_store_row_delete,
        .rows_open = tq_store_rows_open,
        .rows_next = tq_store_rows_next,
        .rows_close = tq_store_rows_close,
        .pending_row = tq_store_pending_row,
        .pending_table = tq_store_pending_table,
        .pending_due = tq_store_pending_due,
        .pending_sets = tq_store_pending_sets,
        .pending_rows = tq_store_pending_rows,
        .pending_put = tq_store_pending_put,
        .pending_delete = tq_store_pending_delete,
        .returned_put = tq_store_returned_put,
        .returned_delete = tq_store_returned_delete,
        .refused_put = tq_store_refused_put,
        .history_put = tq_store_history_put,
        .fault_put = tq_store_fault_put,
        .lost_cells = tq_store_lost_cells,
        .lost_told = tq_store_lost_told,
        .owners_put = tq_store_owners_put,
        .broadcast_get = tq_store_broadcast_get,
        .broadcast_put = tq_store_broadcast_put,
    };

    return &OPS;
}
