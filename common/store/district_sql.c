#include <string.h>

#include "store/district_internal.h"
#include "store/sql.h"

static const char *const sql_text[SQL_COUNT] = {
#define X(name, text) text,
    DISTRICT_SQL_MAP(X)
#undef X
};

static tq_status status_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return TQ_OK;
    case SQLITE_NOMEM:
        return TQ_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return TQ_BUSY;
    case SQLITE_FULL:
        return TQ_DISK_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return TQ_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return TQ_CORRUPT;
    case SQLITE_CONSTRAINT:
        return rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_UNIQUE ? TQ_EXISTS
                                                                                    : TQ_INTERNAL;
    case SQLITE_TOOBIG:
        return TQ_TOO_LARGE;
    case SQLITE_INTERRUPT:
        return TQ_INTERRUPTED;
    default:
        return TQ_INTERNAL;
    }
}

tq_status district_fail(
        struct tq_district_store *store, int rc, const char *what, struct tq_error *err)
{
    int extended = sqlite3_extended_errcode(store->db);

    /* A failed bind leaves its own code; the connection's words may be of something older. */
    if ((extended & 0xff) != (rc & 0xff))
        return tq_error_set(
                err, status_of(rc), "%s: %s (%d)", what, sql_phrase(rc, sqlite3_errstr(rc)), rc);
    return tq_error_set(err, status_of(extended), "%s: %s (%d)", what,
            sql_phrase(extended, sqlite3_errmsg(store->db)), extended);
}

tq_status district_prepare(
        struct tq_district_store *store, const char *text, sqlite3_stmt **out, struct tq_error *err)
{
    int rc = sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);

    return rc == SQLITE_OK ? TQ_OK : district_fail(store, rc, "prepare", err);
}

struct district_bind district_take(struct tq_district_store *store, enum district_sql which)
{
    struct district_bind bind = { store, store->sql[which], 0, SQLITE_OK };

    if (bind.stmt == NULL) {
        bind.rc = sqlite3_prepare_v3(store->db, sql_text[which], -1, SQLITE_PREPARE_PERSISTENT,
                &store->sql[which], NULL);
        bind.stmt = store->sql[which];
    }
    return bind;
}

void bind_int(struct district_bind *bind, int64_t value)
{
    if (bind->rc == SQLITE_OK)
        bind->rc = sqlite3_bind_int64(bind->stmt, ++bind->at, value);
}

void bind_u64(struct district_bind *bind, uint64_t value)
{
    bind_int(bind, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void bind_null(struct district_bind *bind)
{
    if (bind->rc == SQLITE_OK)
        bind->rc = sqlite3_bind_null(bind->stmt, ++bind->at);
}

void bind_text(struct district_bind *bind, struct tq_slice text)
{
    const char *data = text.len > 0 ? (const char *)text.data : "";

    if (bind->rc == SQLITE_OK)
        bind->rc = sqlite3_bind_text64(
                bind->stmt, ++bind->at, data, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void bind_blob(struct district_bind *bind, const void *data, size_t len)
{
    /* A null pointer would bind NULL. */
    if (bind->rc == SQLITE_OK)
        bind->rc = sqlite3_bind_blob64(
                bind->stmt, ++bind->at, len > 0 ? data : "", len, SQLITE_STATIC);
}

void bind_slice(struct district_bind *bind, struct tq_slice bytes)
{
    bind_blob(bind, bytes.data, bytes.len);
}

void district_end(struct district_bind *bind)
{
    if (bind->stmt != NULL)
        sqlite3_reset(bind->stmt);
}

tq_status district_step(
        struct district_bind *bind, bool *row, const char *what, struct tq_error *err)
{
    int rc = bind->rc;
    tq_status status;

    *row = false;
    if (rc == SQLITE_OK)
        rc = sqlite3_step(bind->stmt);
    if (rc == SQLITE_ROW) {
        *row = true;
        return TQ_OK;
    }
    /* Record before the reset, which would clear the message. */
    status = rc == SQLITE_DONE ? TQ_OK : district_fail(bind->store, rc, what, err);
    district_end(bind);
    return status;
}

tq_status district_run(struct district_bind *bind, const char *what, struct tq_error *err)
{
    bool row;
    tq_status status = district_step(bind, &row, what, err);

    if (row)
        district_end(bind);
    return status;
}

uint64_t column_u64(const struct district_bind *bind, int at)
{
    return (uint64_t)sqlite3_column_int64(bind->stmt, at);
}

int64_t column_int(const struct district_bind *bind, int at)
{
    return sqlite3_column_int64(bind->stmt, at);
}

struct tq_slice column_slice(const struct district_bind *bind, int at)
{
    const void *data = sqlite3_column_blob(bind->stmt, at);

    return tq_slice_of(data, (size_t)sqlite3_column_bytes(bind->stmt, at));
}

tq_status column_fixed(const struct district_bind *bind, int at, uint8_t *out, size_t len,
        const char *what, struct tq_error *err)
{
    struct tq_slice bytes = column_slice(bind, at);

    if (bytes.len != len || bytes.data == NULL)
        return tq_error_set(
                err, TQ_CORRUPT, "%s: column %d has %zu bytes, not %zu", what, at, bytes.len, len);
    memcpy(out, bytes.data, len);
    return TQ_OK;
}

#undef district_no_memory /* the analyzer's, see district_internal.h */
tq_status district_no_memory(const struct tq_arena *arena, struct tq_error *err)
{
    return tq_error_set(err, TQ_NOMEM, "%s",
            arena != NULL && tq_arena_is_exhausted(arena) ? "the arena's limit" : "district store");
}

tq_status column_copy(const struct district_bind *bind, int at, struct tq_arena *arena,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice bytes = column_slice(bind, at);

    *out = tq_slice_of(NULL, 0);
    if (bytes.len == 0)
        return TQ_OK;
    out->data = bytes.data != NULL ? tq_arena_copy(arena, bytes.data, bytes.len) : NULL;
    if (out->data == NULL)
        return district_no_memory(arena, err);
    out->len = bytes.len;
    return TQ_OK;
}
