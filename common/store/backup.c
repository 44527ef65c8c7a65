#include "tuquan/backup.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/file.h"

#include "store/sql.h"

#define APPLICATION_OFFICE 0x5451356f /* TQ5o, as in migrate.c */
#define COPY_MAX ((size_t)1 << 31)
#define BUSY_MS 10000

static tq_status open_file(const char *path, sqlite3 **out, struct tq_error *err)
{
    int code;

    *out = NULL;
    sql_use_our_heap();
    if (!tq_file_exists(path))
        return tq_error_set(err, TQ_NOT_FOUND, "%s", path);
    code = sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (*out != NULL)
        sqlite3_busy_timeout(*out, BUSY_MS);
    return code == SQLITE_OK ? TQ_OK : sql_fail(*out, code, path, err);
}

/* The first column of the first row, as text. */
static tq_status ask(sqlite3 *db, const char *sql, char *out, size_t size, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    out[0] = '\0';
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
        const char *text = (const char *)sqlite3_column_text(stmt, 0);

        if (text != NULL)
            snprintf(out, size, "%s", text);
        else
            code = SQLITE_NOMEM;
    }
    sqlite3_finalize(stmt);
    return code == SQLITE_ROW || code == SQLITE_DONE ? TQ_OK : sql_fail(db, code, "backup", err);
}

static tq_status whose(
        sqlite3 *db, const char *path, struct tq_backup_report *report, struct tq_error *err)
{
    char text[80];
    tq_status rc = ask(db, "PRAGMA application_id", text, sizeof(text), err);
    char office[24];

    snprintf(office, sizeof(office), "%d", APPLICATION_OFFICE);
    if (rc == TQ_OK && strcmp(text, office) != 0)
        rc = tq_error_set(err, TQ_WRONG_FILE, "%s", path);
    if (rc == TQ_OK)
        rc = ask(db, "SELECT unit FROM tq_state", report->unit, sizeof(report->unit), err);
    if (rc == TQ_OK)
        rc = ask(db,
                "SELECT coalesce(u.full_name, u.name, s.unit) FROM tq_state s LEFT JOIN unit u ON"
                " u.unit = s.unit",
                report->name, sizeof(report->name), err);
    if (rc == TQ_OK)
        rc = ask(db, "SELECT hex(district) FROM tq_state", text, sizeof(text), err);
    if (rc == TQ_OK && strlen(text) == 2 * sizeof(report->district) &&
            !tq_unhex(text, strlen(text), report->district, sizeof(report->district)))
        rc = tq_error_set(err, TQ_CORRUPT, "%s", path);
    return rc;
}

tq_status tq_backup_whose(const char *path, struct tq_backup_report *report, struct tq_error *err)
{
    sqlite3 *db;
    tq_status rc;

    memset(report, 0, sizeof(*report));
    rc = open_file(path, &db, err);
    if (rc == TQ_OK)
        rc = whose(db, path, report, err);
    sqlite3_close(db);
    return rc;
}

static tq_status copy_pages(sqlite3 *to, sqlite3 *from, const char *path, struct tq_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int code = backup != NULL ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(to);

    if (backup != NULL && sqlite3_backup_finish(backup) != SQLITE_OK && code == SQLITE_DONE)
        code = sqlite3_errcode(to);
    return code == SQLITE_DONE ? TQ_OK : sql_fail(to, code, path, err);
}

/* Everything in the one file, and every page and index right. */
static tq_status check_copy(
        sqlite3 *db, const char *path, struct tq_backup_report *report, struct tq_error *err)
{
    char text[256];
    tq_status rc = ask(db, "PRAGMA journal_mode = DELETE", text, sizeof(text), err);

    if (rc == TQ_OK)
        rc = sql_integrity(db, text, sizeof(text), err);
    if (rc == TQ_OK && strcmp(text, "ok") != 0)
        rc = tq_error_set(err, TQ_CORRUPT, "%s: %s", path, text);
    if (rc == TQ_OK)
        rc = ask(db, "PRAGMA page_count", text, sizeof(text), err);
    report->pages = strtoull(text, NULL, 10);
    return rc == TQ_OK ? whose(db, path, report, err) : rc;
}

static tq_status digest(const char *path, struct tq_backup_report *report, struct tq_error *err)
{
    struct tq_hasher hasher;
    struct tq_buf bytes;
    tq_status rc;

    tq_buf_init(&bytes, 0);
    rc = tq_file_read(path, COPY_MAX, &bytes, err);
    tq_hash_init(&hasher, "tuquan.backup.v1", TQ_HASH_BYTES);
    if (rc == TQ_OK)
        tq_hash_add(&hasher, bytes.data, bytes.len);
    tq_hash_final(&hasher, report->digest, TQ_HASH_BYTES);
    report->bytes = bytes.len;
    tq_buf_deinit(&bytes);
    return rc;
}

tq_status tq_backup_make(
        const char *from, const char *to, struct tq_backup_report *report, struct tq_error *err)
{
    sqlite3 *source = NULL;
    sqlite3 *target = NULL;
    bool made = false;
    tq_status rc;

    memset(report, 0, sizeof(*report));
    rc = open_file(from, &source, err);
    if (rc == TQ_OK)
        rc = whose(source, from, report, err);
    if (rc == TQ_OK)
        rc = tq_file_write_new(to, tq_slice_of(NULL, 0), true, err);
    made = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = open_file(to, &target, err);
    if (rc == TQ_OK)
        rc = copy_pages(target, source, to, err);
    if (rc == TQ_OK)
        rc = check_copy(target, to, report, err);
    sqlite3_close(target);
    sqlite3_close(source);
    if (rc == TQ_OK)
        rc = digest(to, report, err);
    if (rc != TQ_OK && made)
        tq_file_remove(to);
    return rc;
}
