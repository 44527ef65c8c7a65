#include "tuquan/district_backup.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "store/district_internal.h"
#include "store/sql.h"
#include "tuquan/district_audit.h"
#include "tuquan/district_reports.h"
#include "tuquan/file.h"

#define BUSY_MS 10000

static tq_status open_plain(const char *path, int flags, sqlite3 **out, struct tq_error *err)
{
    int code;

    sql_use_our_heap();
    code = sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (*out == NULL)
        return tq_error_set(err, TQ_NOMEM, "%s", path);
    sqlite3_busy_timeout(*out, BUSY_MS);
    return code == SQLITE_OK ? TQ_OK : sql_fail(*out, code, path, err);
}

static tq_status copy_pages(sqlite3 *from, sqlite3 *to, struct tq_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int code;

    if (backup == NULL)
        return sql_fail(to, sqlite3_extended_errcode(to), "backup", err);
    /* All in one step is one moment; in WAL mode it keeps no writer waiting. */
    do
        code = sqlite3_backup_step(backup, -1);
    while (code == SQLITE_OK);
    (void)sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? TQ_OK : sql_fail(to, code, "backup", err);
}

tq_status tq_district_copy(const char *from, const char *to, struct tq_error *err)
{
    sqlite3 *in = NULL;
    sqlite3 *out = NULL;
    tq_status rc;

    if (!tq_file_exists(from))
        return tq_error_set(err, TQ_NOT_FOUND, "%s", from);
    /* Made here, empty and private: SQLite keeps the rights that it finds. */
    rc = tq_file_write_new(to, tq_slice_of("", 0), true, err);
    if (rc != TQ_OK)
        return rc;
    rc = open_plain(from, SQLITE_OPEN_READWRITE, &in, err);
    if (rc == TQ_OK)
        rc = open_plain(to, SQLITE_OPEN_READWRITE, &out, err);
    if (rc == TQ_OK)
        rc = copy_pages(in, out, err);
    sqlite3_close(out);
    sqlite3_close(in);
    if (rc != TQ_OK)
        tq_file_remove(to);
    return rc;
}

static tq_status check_pages(struct tq_district_store *store, struct tq_error *err)
{
    char said[256];
    tq_status rc = sql_integrity(store->db, said, sizeof(said), err);

    return rc == TQ_OK && strcmp(said, "ok") != 0 ? tq_error_set(err, TQ_CORRUPT, "%s", said) : rc;
}

tq_status tq_district_check(const char *path, const struct tq_catalogue *catalogue,
        const struct tq_codec_ops *codec, tq_verify_fn verify, struct tq_backup_facts *out,
        struct tq_error *err)
{
    struct tq_district_config config;
    struct tq_district_store *store;
    struct tq_verify_report report;
    struct tq_district_state state;
    char what[160];
    tq_status rc;

    memset(out, 0, sizeof(*out));
    memset(&config, 0, sizeof(config));
    config.path = path;
    config.catalogue = catalogue;
    config.reading = true;
    rc = tq_district_store_open(&store, &config, err);
    if (rc == TQ_OK)
        rc = check_pages(store, err);
    if (rc == TQ_OK)
        rc = tq_report_verify(store, codec, verify, &report, err);
    if (rc == TQ_OK && report.damaged)
        rc = tq_error_set(err, TQ_CORRUPT, "%s", report.what);
    if (rc == TQ_OK)
        rc = tq_audit_verify(store, what, sizeof(what), err);
    if (rc == TQ_OK && what[0] != '\0')
        rc = tq_error_set(err, TQ_CORRUPT, "%s", what);
    if (rc == TQ_OK)
        rc = store->ops.state_get(store, &state, err);
    if (rc == TQ_OK) {
        out->head = state.head;
        out->t_last = state.t_last;
        out->sets = report.sets;
        out->receipts = report.receipts;
    }
    tq_district_store_close(store);
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s", path);
    return rc;
}

tq_status tq_district_close_off(const char *path, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = NULL;
    const char *mode = NULL;
    bool alone = true;
    int code;

    sql_use_our_heap();
    code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    /* Only the last connection may leave the WAL. */
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, "PRAGMA journal_mode = DELETE", -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
        alone = false;
    else if (code == SQLITE_ROW)
        mode = (const char *)sqlite3_column_text(stmt, 0);
    if (code == SQLITE_ROW && mode == NULL)
        code = SQLITE_NOMEM;
    if (mode != NULL)
        alone = strcmp(mode, "delete") == 0;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    if ((code & 0xff) == SQLITE_NOMEM)
        return tq_error_set(err, TQ_NOMEM, "%s", path);
    return alone ? TQ_OK : tq_error_set(err, TQ_BUSY, "%s", path);
}
