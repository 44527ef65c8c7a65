#include "store/migrate.h"

#include <stdio.h>
#include <string.h>

#include "model/migrations.h"
#include "store/sql.h"

#define APPLICATION_OFFICE 0x5451356f   /* TQ5o */
#define APPLICATION_DISTRICT 0x54513564 /* TQ5d */

static uint32_t application_of(tq_role role)
{
    return role == TQ_ROLE_OFFICE ? APPLICATION_OFFICE : APPLICATION_DISTRICT;
}

static bool is_for(const struct tq_migration *migration, tq_role role)
{
    return strcmp(migration->folder, "data") == 0 ||
           strcmp(migration->folder, role == TQ_ROLE_OFFICE ? "office" : "district") == 0;
}

static uint32_t count_for(tq_role role)
{
    uint32_t n = 0;

    for (size_t i = 0; i < TQ_MIGRATION_COUNT; i++)
        n += is_for(&TQ_MIGRATIONS[i], role);
    return n;
}

static tq_status judge(tq_role role, uint32_t application, uint32_t version, struct tq_error *err)
{
    if (application == application_of(role == TQ_ROLE_OFFICE ? TQ_ROLE_DISTRICT : TQ_ROLE_OFFICE))
        return tq_error_set(err, TQ_WRONG_FILE, "%s",
                role == TQ_ROLE_OFFICE ? tq_phrase(TQ_PHRASE_DISTRICTS_FILE)
                                       : tq_phrase(TQ_PHRASE_OFFICES_FILE));
    if (application != application_of(role))
        return tq_error_set(err, TQ_WRONG_FILE, "%s", tq_phrase(TQ_PHRASE_NOT_OURS));
    if (version > count_for(role))
        return tq_error_set(err, TQ_NEWER_FILE, "%s %u, %s %u", tq_phrase(TQ_PHRASE_SCHEMA),
                version, tq_phrase(TQ_PHRASE_KNOWS_UP_TO), count_for(role));
    return TQ_OK;
}

static tq_status pragma_int(sqlite3 *handle, const char *text, uint32_t *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(handle, text, -1, &stmt, NULL);

    *out = 0;
    if (code == SQLITE_OK) {
        code = sqlite3_step(stmt);
        if (code == SQLITE_ROW) {
            *out = (uint32_t)sqlite3_column_int64(stmt, 0);
            code = SQLITE_OK;
        } else if (code == SQLITE_DONE) {
            code = SQLITE_OK;
        }
    }
    if (code != SQLITE_OK)
        code = sqlite3_extended_errcode(handle);
    sqlite3_finalize(stmt);
    return code == SQLITE_OK ? TQ_OK : sql_fail(handle, code, tq_phrase(TQ_PHRASE_OPENING), err);
}

/* A path as an SQLite URI that only reads the file's own header: no lock, no WAL, nothing made. */
static void append_uri(struct tq_buf *out, const char *path)
{
    tq_buf_append_str(out, "file:");
    for (const char *p = path; *p != '\0'; p++) {
        if (*p == '%' || *p == '?' || *p == '#')
            tq_buf_printf(out, "%%%02x", (unsigned char)*p);
        else
            tq_buf_append_u8(out, (uint8_t)*p);
    }
    tq_buf_append_str(out, "?mode=ro&immutable=1");
    tq_buf_append_u8(out, 0);
}

/* Through SQLite, never by open() and close() of our own: closing any descriptor of a file drops
 * all locks that this process holds on it, and with them those of another connection. */
tq_status migrate_peek(const char *path, tq_role role, bool create, struct tq_error *err)
{
    sqlite3 *handle = NULL;
    struct tq_error scratch;
    uint32_t application = 0;
    uint32_t version = 0;
    uint32_t pages = 0;
    struct tq_buf uri;
    tq_status rc = TQ_OK;

    tq_buf_init(&uri, 0);
    append_uri(&uri, path);
    if (!tq_buf_is_ok(&uri))
        rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    else if (sqlite3_open_v2((const char *)uri.data, &handle,
                     SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
        goto out; /* opening it in earnest says why */
    if (rc == TQ_OK)
        rc = pragma_int(handle, "PRAGMA application_id", &application, &scratch);
    if (rc == TQ_OK)
        rc = pragma_int(handle, "PRAGMA user_version", &version, &scratch);
    if (rc == TQ_OK && application == 0 && version == 0) /* it reads the whole schema */
        rc = pragma_int(handle, "PRAGMA page_count", &pages, &scratch);
    if (rc != TQ_OK) {
        rc = (sqlite3_errcode(handle) & 0xff) == SQLITE_NOTADB
                     ? tq_error_set(err, TQ_WRONG_FILE, "%s", tq_phrase(TQ_PHRASE_NOT_SQLITE))
                     : TQ_OK;
        goto out;
    }
    /* A file whose first commit still stands in the WAL has an empty header. */
    if (application != 0 || version != 0)
        rc = judge(role, application, version, err);
    else if (pages == 0 && !create) /* opened in earnest, SQLite would drop a WAL beside it */
        rc = tq_error_set(err, TQ_WRONG_FILE, "%s", tq_phrase(TQ_PHRASE_EMPTY_FILE));

out:
    sqlite3_close(handle);
    tq_buf_deinit(&uri);
    return rc;
}

tq_status migrate_check(
        sqlite3 *handle, tq_role role, struct migrate_state *out, struct tq_error *err)
{
    uint32_t application;
    uint32_t version;
    uint32_t objects;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = pragma_int(handle, "SELECT count(*) FROM sqlite_schema", &objects, err);
    if (rc == TQ_OK)
        rc = pragma_int(handle, "PRAGMA application_id", &application, err);
    if (rc == TQ_OK)
        rc = pragma_int(handle, "PRAGMA user_version", &version, err);
    if (rc != TQ_OK)
        return rc;
    out->missing = count_for(role);
    if (objects == 0 && version == 0) {
        out->fresh = true;
        return TQ_OK;
    }
    rc = judge(role, application, version, err);
    if (rc != TQ_OK)
        return rc;
    out->done = version;
    out->missing -= version;
    return TQ_OK;
}

static tq_status exec(sqlite3 *handle, const char *text, struct tq_error *err)
{
    int code = sqlite3_exec(handle, text, NULL, NULL, NULL);

    return code == SQLITE_OK ? TQ_OK : sql_fail(handle, code, tq_phrase(TQ_PHRASE_UPGRADING), err);
}

static tq_status run_one(sqlite3 *handle, tq_role role, const struct tq_migration *migration,
        uint32_t number, int64_t now_ms, struct tq_error *err)
{
    char note[512];
    uint32_t version;
    tq_status rc = exec(handle, "BEGIN IMMEDIATE", err);

    if (rc != TQ_OK)
        return rc;
    /* Another program may have run it while we waited for the lock. */
    rc = pragma_int(handle, "PRAGMA user_version", &version, err);
    if (rc != TQ_OK || version >= number) {
        sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
        return rc;
    }
    sqlite3_snprintf(sizeof(note), note,
            "CREATE TABLE IF NOT EXISTS tq_migration (name TEXT PRIMARY KEY, at_ms INTEGER) STRICT;"
            "INSERT INTO tq_migration VALUES (%Q, %lld);"
            "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
            migration->name, (long long)now_ms, (int)application_of(role), (int)number);
    rc = exec(handle, migration->sql, err);
    if (rc == TQ_OK)
        rc = exec(handle, note, err);
    if (rc != TQ_OK) {
        tq_error_wrap(err, "%s", migration->name);
        if (sqlite3_get_autocommit(handle) == 0)
            sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
    }
    return rc;
}

tq_status migrate_run(
        sqlite3 *handle, tq_role role, int64_t now_ms, uint32_t *ran, struct tq_error *err)
{
    struct migrate_state state;
    uint32_t number = 0;
    tq_status rc = migrate_check(handle, role, &state, err);

    *ran = 0;
    for (size_t i = 0; rc == TQ_OK && i < TQ_MIGRATION_COUNT; i++) {
        if (!is_for(&TQ_MIGRATIONS[i], role))
            continue;
        number++;
        if (number <= state.done)
            continue;
        rc = run_one(handle, role, &TQ_MIGRATIONS[i], number, now_ms, err);
        *ran += rc == TQ_OK;
    }
    return rc;
}
