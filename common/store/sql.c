#include "store/sql.h"

#include <stdio.h>
#include <string.h>

#include "store/database_internal.h"
#include "tuquan/mem.h"
#include "tuquan/reason.h"

#define FIRST_CAPACITY ((size_t)64) /* a power of two */

sqlite3 *sql_handle(struct tq_db *db)
{
    return db->handle;
}

static tq_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return TQ_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return TQ_BUSY;
    case SQLITE_FULL:
        return TQ_DISK_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return TQ_CORRUPT;
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        /* Of a full disk the first to fail may be the index beside the log, which says it otherwise. */
        return code == SQLITE_IOERR_NOMEM     ? TQ_NOMEM
               : code == SQLITE_IOERR_SHMSIZE ? TQ_DISK_FULL
                                              : TQ_IO;
    case SQLITE_INTERRUPT:
        return TQ_INTERRUPTED;
    case SQLITE_TOOBIG:
        return TQ_RANGE;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return TQ_RULE;
    default:
        return TQ_INTERNAL;
    }
}

/* SQLite looks at the types of a STRICT table before any trigger can, and says so in English: told
 * as the trigger would have told it. The column is the last word of its sentence. */
static tq_status refused_row(int code, const char *said, struct tq_error *err)
{
    tq_reason reason = code == SQLITE_CONSTRAINT_DATATYPE  ? TQ_REASON_BAD_TYPE
                       : code == SQLITE_CONSTRAINT_NOTNULL ? TQ_REASON_REQUIRED
                                                           : TQ_REASON_NONE;
    const char *column = strrchr(said, ' ');
    const char *given = strstr(said, "cannot store ");
    const char *wanted = strstr(said, " value in ");

    if (reason == TQ_REASON_NONE || column == NULL)
        return tq_error_set(err, TQ_RULE, "%s", said);
    if (given == NULL || wanted == NULL)
        return tq_error_set(err, TQ_RULE, "[%s] %s: %s. %s", tq_reason_code(reason), column + 1,
                tq_reason_sentence(reason, TQ_LANG_VI), tq_reason_next_step(reason, TQ_LANG_VI));
    given += strlen("cannot store ");
    return tq_error_set(err, TQ_RULE, "[%s] %s = %.*s: %s. %s", tq_reason_code(reason), column + 1,
            (int)(wanted - given), given, tq_reason_sentence(reason, TQ_LANG_VI),
            tq_reason_next_step(reason, TQ_LANG_VI));
}

const char *sql_phrase(int code, const char *said)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return tq_phrase(TQ_PHRASE_SYS_MEMORY);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return tq_phrase(TQ_PHRASE_SYS_BUSY);
    case SQLITE_FULL:
        return tq_phrase(TQ_PHRASE_SYS_FULL);
    case SQLITE_CORRUPT:
        return tq_phrase(TQ_PHRASE_NOT_SOUND);
    case SQLITE_NOTADB:
        return tq_phrase(TQ_PHRASE_NOT_SQLITE);
    case SQLITE_READONLY:
        return tq_phrase(TQ_PHRASE_READ_ONLY);
    case SQLITE_IOERR:
        return tq_phrase(code == SQLITE_IOERR_NOMEM     ? TQ_PHRASE_SYS_MEMORY
                         : code == SQLITE_IOERR_SHMSIZE ? TQ_PHRASE_SYS_FULL
                                                        : TQ_PHRASE_SYS_FAULT);
    case SQLITE_CANTOPEN:
        return tq_phrase(TQ_PHRASE_NOT_OPENED);
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return tq_phrase(TQ_PHRASE_SYS_DENIED);
    default:
        return said;
    }
}

tq_status sql_fail(sqlite3 *handle, int code, const char *what, struct tq_error *err)
{
    tq_status status = status_of(code);

    if (status == TQ_RULE)
        return refused_row(code, sqlite3_errmsg(handle), err);
    return tq_error_set(err, status, "%s (SQLite %d): %.120s",
            sql_phrase(code, sqlite3_errmsg(handle)), code, what);
}

/* A refused row undoes its own statement and nothing else; everything worse ends the transaction. */
tq_status sql_stick(struct tq_db *db, tq_status status, const struct tq_error *err)
{
    if (status == TQ_OK || status == TQ_RULE || db->sticky != TQ_OK ||
            sqlite3_get_autocommit(db->handle) != 0)
        return status;
    db->sticky = status;
    if (err != NULL)
        db->first = *err;
    else
        tq_error_set(&db->first, status, "transaction");
    return status;
}

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static struct sql_kept *slot_of(struct sql_kept *kept, size_t cap, uint32_t hash, const char *text)
{
    size_t i = hash & (cap - 1);

    while (kept[i].stmt != NULL &&
            (kept[i].hash != hash || strcmp(sqlite3_sql(kept[i].stmt), text) != 0 ||
                    sqlite3_stmt_busy(kept[i].stmt)))
        i = (i + 1) & (cap - 1);
    return &kept[i];
}

static tq_status grow(struct tq_db *db, struct tq_error *err)
{
    size_t cap = db->cap == 0 ? FIRST_CAPACITY : db->cap * 2;
    struct sql_kept *kept = tq_mem_zalloc(cap * sizeof(*kept));

    if (kept == NULL)
        return tq_error_set(err, TQ_NOMEM, "%zu SQL", cap);
    for (size_t i = 0; i < db->cap; i++) {
        size_t to = db->kept[i].hash & (cap - 1);

        if (db->kept[i].stmt == NULL)
            continue;
        while (kept[to].stmt != NULL)
            to = (to + 1) & (cap - 1);
        kept[to] = db->kept[i];
    }
    tq_mem_free(db->kept);
    db->kept = kept;
    db->cap = cap;
    return TQ_OK;
}

tq_status sql_prepare(struct tq_db *db, sqlite3_stmt **out, const char *text, struct tq_error *err)
{
    uint32_t hash = hash_of(text);
    struct sql_kept *slot = db->cap > 0 ? slot_of(db->kept, db->cap, hash, text) : NULL;
    tq_status rc = TQ_OK;
    int code;

    *out = NULL;
    /* What is kept is given without any memory: it is so that transactions end. */
    if (slot == NULL || (slot->stmt == NULL && db->nkept * 2 >= db->cap)) {
        rc = grow(db, err);
        if (rc != TQ_OK)
            return sql_stick(db, rc, err);
        slot = slot_of(db->kept, db->cap, hash, text);
    }
    if (slot->stmt == NULL) {
        code = sqlite3_prepare_v3(
                db->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt, NULL);
        if (code != SQLITE_OK) {
            slot->stmt = NULL;
            rc = sql_fail(db->handle, sqlite3_extended_errcode(db->handle), text, err);
            return sql_stick(db, rc, err);
        }
        slot->hash = hash;
        db->nkept++;
    }
    *out = slot->stmt;
    return TQ_OK;
}

void sql_done(sqlite3_stmt *stmt)
{
    if (stmt == NULL)
        return;
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    /* tq_db_give_way counts steps: of one run, not of all that this statement ever had. */
    (void)sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
}

void sql_bind(sqlite3_stmt *stmt, int at, const struct tq_value *value)
{
    switch (value->type) {
    case TQ_INT:
        sql_bind_int(stmt, at, value->i);
        break;
    case TQ_TEXT:
        sqlite3_bind_text64(stmt, at, value->s.len > 0 ? (const char *)value->s.data : "",
                value->s.len, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case TQ_BLOB:
        sql_bind_blob(stmt, at, value->s);
        break;
    case TQ_NULL:
        sqlite3_bind_null(stmt, at);
        break;
    }
}

void sql_bind_int(sqlite3_stmt *stmt, int at, int64_t value)
{
    sqlite3_bind_int64(stmt, at, value);
}

void sql_bind_text(sqlite3_stmt *stmt, int at, struct tq_slice text)
{
    if (text.data == NULL)
        sqlite3_bind_null(stmt, at);
    else
        sqlite3_bind_text64(
                stmt, at, (const char *)text.data, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void sql_bind_str(sqlite3_stmt *stmt, int at, const char *text)
{
    sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

void sql_bind_blob(sqlite3_stmt *stmt, int at, struct tq_slice bytes)
{
    /* A NULL pointer would bind NULL, not an empty blob. */
    sqlite3_bind_blob64(
            stmt, at, bytes.len > 0 ? (const void *)bytes.data : "", bytes.len, SQLITE_STATIC);
}

tq_status sql_step(struct tq_db *db, sqlite3_stmt *stmt, bool *row, struct tq_error *err)
{
    int code = atomic_load_explicit(&db->stop, memory_order_relaxed) ? SQLITE_INTERRUPT
                                                                     : sqlite3_step(stmt);
    tq_status rc = TQ_OK;

    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW)
        return TQ_OK;
    if (code != SQLITE_DONE) {
        if (code != SQLITE_INTERRUPT)
            code = sqlite3_extended_errcode(db->handle);
        if ((code & 0xff) == SQLITE_BUSY && atomic_load(&db->stop))
            code = SQLITE_INTERRUPT; /* nobody waits for it any more */
        rc = sql_fail(db->handle, code, sqlite3_sql(stmt), err);
        sql_stick(db, rc, err);
    }
    sql_done(stmt);
    return rc;
}

tq_status sql_run(struct tq_db *db, sqlite3_stmt *stmt, struct tq_error *err)
{
    bool row = true;
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && row)
        rc = sql_step(db, stmt, &row, err);
    return rc;
}

struct tq_value sql_value(sqlite3_stmt *stmt, int column)
{
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_INTEGER:
        return tq_value_int(sqlite3_column_int64(stmt, column));
    case SQLITE_TEXT:
        return tq_value_text(sql_bytes(stmt, column));
    case SQLITE_BLOB:
        return tq_value_blob(sql_bytes(stmt, column));
    default:
        return tq_value_null();
    }
}

int64_t sql_int(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt, column);
}

struct tq_slice sql_bytes(sqlite3_stmt *stmt, int column)
{
    const void *data = sqlite3_column_type(stmt, column) == SQLITE_TEXT
                               ? (const void *)sqlite3_column_text(stmt, column)
                               : sqlite3_column_blob(stmt, column);
    int len = sqlite3_column_bytes(stmt, column);

    return tq_slice_of(data, data == NULL ? 0 : (size_t)len);
}

tq_status sql_exec(struct tq_db *db, const char *text, struct tq_error *err)
{
    int code = sqlite3_exec(db->handle, text, NULL, NULL, NULL);

    if (code == SQLITE_OK)
        return TQ_OK;
    return sql_stick(
            db, sql_fail(db->handle, sqlite3_extended_errcode(db->handle), text, err), err);
}

tq_status sql_get_int(struct tq_db *db, const char *text, int64_t *out, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    bool row;
    tq_status rc = sql_prepare(db, &stmt, text, err);

    *out = 0;
    if (rc != TQ_OK)
        return rc;
    rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        *out = sql_int(stmt, 0);
        sql_done(stmt);
    }
    return rc;
}

tq_status sql_integrity(sqlite3 *handle, char *out, size_t size, struct tq_error *err)
{
    int code = SQLITE_ROW;

    out[0] = '\0';
    for (int i = 0; code == SQLITE_ROW && i < 2 && strcmp(out, "ok") != 0; i++) {
        sqlite3_stmt *stmt = NULL;
        const char *said = NULL;

        code = sqlite3_prepare_v2(handle, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
        if (code == SQLITE_OK)
            code = sqlite3_step(stmt);
        if (code == SQLITE_ROW)
            said = (const char *)sqlite3_column_text(stmt, 0);
        if (code == SQLITE_ROW && said == NULL)
            code = SQLITE_NOMEM;
        if (said != NULL)
            snprintf(out, size, "%s", said);
        sqlite3_finalize(stmt);
    }
    return code == SQLITE_ROW ? TQ_OK : sql_fail(handle, code, "integrity_check", err);
}
