#include "store/capture_install.h"

#include <stdio.h>
#include <string.h>

#include "store/database_internal.h"
#include "store/sql.h"
#include "tuquan/capture.h"
#include "tuquan/digest.h"
#include "tuquan/hash.h"

struct install {
    struct tq_db *db;
    struct tq_db_report *report;
    bool changed; /* something differs from what this build wants: not just looking */
    bool writing; /* second pass, inside a transaction */
};

static void hash_text(const char *text, uint8_t out[TQ_DIGEST_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.trigger.v1", TQ_DIGEST_BYTES);
    tq_hash_add(&hasher, text, strlen(text));
    tq_hash_final(&hasher, out, TQ_DIGEST_BYTES);
}

/* What the file has (`same`: as wanted; `ours`: as we once installed it; `known`: we did). */
static tq_status look(struct tq_db *db, const char *name, const char *sql, bool *same, bool *ours,
        bool *known, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    bool row;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT (SELECT sql FROM sqlite_schema WHERE type='trigger' AND name=?1),"
            "(SELECT hash FROM tq_trigger WHERE name=?1)",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_str(stmt, 1, name);
    rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        const char *found = (const char *)sqlite3_column_text(stmt, 0);
        struct tq_slice noted = sql_bytes(stmt, 1);
        uint8_t hash[TQ_DIGEST_BYTES];

        hash_text(found != NULL ? found : "", hash);
        *known = noted.len > 0;
        *same = found != NULL && strcmp(found, sql) == 0;
        *ours = *known && tq_slice_equal(noted, tq_slice_of(hash, sizeof(hash)));
        sql_done(stmt);
    }
    return rc;
}

static void name_it(struct tq_db_report *report, const char *name)
{
    size_t used = strlen(report->names);

    report->triggers_mended++;
    snprintf(report->names + used, sizeof(report->names) - used, "%s%s", used > 0 ? " " : "", name);
}

static tq_status put(struct tq_db *db, const char *name, const char *sql, struct tq_error *err)
{
    uint8_t hash[TQ_DIGEST_BYTES];
    char drop[200];
    sqlite3_stmt *stmt;
    tq_status rc;

    hash_text(sql, hash);
    snprintf(drop, sizeof(drop), "DROP TRIGGER IF EXISTS %s", name);
    rc = sql_exec(db, drop, err);
    if (rc == TQ_OK)
        rc = sql_exec(db, sql, err);
    if (rc != TQ_OK)
        return rc;
    rc = sql_prepare(db, &stmt, "INSERT OR REPLACE INTO tq_trigger VALUES(?1,?2)", err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_str(stmt, 1, name);
    sql_bind_blob(stmt, 2, tq_slice_of(hash, sizeof(hash)));
    return sql_run(db, stmt, err);
}

static tq_status visit(void *ctx, const char *name, const char *sql, struct tq_error *err)
{
    struct install *install = ctx;
    bool same = false;
    bool ours = false;
    bool known = false;
    tq_status rc = look(install->db, name, sql, &same, &ours, &known, err);

    if (rc != TQ_OK || (same && ours))
        return rc;
    install->changed = true;
    if (!install->writing)
        return TQ_OK;
    if (known && !ours)
        name_it(install->report, name);
    return put(install->db, name, sql, err);
}

/* Triggers under our prefix that our programs did not install. */
static tq_status drop_strangers(struct install *install, struct tq_error *err)
{
    struct tq_db *db = install->db;
    char name[200];
    char drop[220];
    sqlite3_stmt *stmt;
    bool row = true;
    tq_status rc;

    while (row) {
        rc = sql_prepare(db, &stmt,
                "SELECT name FROM sqlite_schema WHERE type='trigger' AND name GLOB 'tq_*'"
                " AND name NOT IN (SELECT name FROM tq_trigger) LIMIT 1",
                err);
        if (rc == TQ_OK)
            rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        snprintf(name, sizeof(name), "%s", (const char *)sqlite3_column_text(stmt, 0));
        sql_done(stmt);
        sqlite3_snprintf(sizeof(drop), drop, "DROP TRIGGER \"%w\"", name);
        rc = sql_exec(db, drop, err);
        if (rc != TQ_OK)
            return rc;
    }
    return TQ_OK;
}

static tq_status install_all(struct install *install, struct tq_error *err)
{
    struct tq_db *db = install->db;
    tq_status rc = tq_db_begin(db, err);

    if (rc != TQ_OK)
        return rc;
    install->writing = true;
    rc = tq_capture_triggers(db->catalogue, visit, install, err);
    if (rc == TQ_OK)
        rc = drop_strangers(install, err);
    if (rc == TQ_OK && install->report->triggers_mended > 0)
        rc = sql_exec(db, "UPDATE tq_state SET foreign_write = 1", err);
    if (rc == TQ_OK)
        rc = tq_db_commit(db, err);
    else
        tq_db_rollback(db);
    return rc;
}

static tq_status add_wanted(void *ctx, const char *name, const char *sql, struct tq_error *err)
{
    struct tq_capture_sum *wanted = ctx;
    uint8_t hash[TQ_DIGEST_BYTES];

    (void)name;
    (void)err;
    hash_text(sql, hash);
    tq_digest_add(wanted->sum, hash);
    wanted->count++;
    return TQ_OK;
}

tq_status tq_capture_add_up(
        const struct tq_catalogue *catalogue, struct tq_capture_sum *out, struct tq_error *err)
{
    memset(out, 0, sizeof(*out));
    return tq_capture_triggers(catalogue, add_wanted, out, err);
}

/* The texts that the file has, or what was noted of those that we installed. */
static tq_status add_up(
        struct tq_db *db, bool noted, struct tq_capture_sum *out, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    bool row = true;
    tq_status rc = sql_prepare(db, &stmt,
            noted ? "SELECT hash FROM tq_trigger"
                  : "SELECT sql FROM sqlite_schema WHERE type='trigger' AND name GLOB 'tq_*'",
            err);

    memset(out, 0, sizeof(*out));
    while (rc == TQ_OK && row) {
        uint8_t hash[TQ_DIGEST_BYTES];
        const char *text;

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        text = noted ? NULL : (const char *)sqlite3_column_text(stmt, 0);
        hash_text(text != NULL ? text : "", hash);
        if (noted && sql_bytes(stmt, 0).len == sizeof(hash))
            memcpy(hash, sql_bytes(stmt, 0).data, sizeof(hash));
        tq_digest_add(out->sum, hash);
        out->count++;
    }
    return rc;
}

/* One pass over the file instead of a search for each trigger: is all as it should be? */
static tq_status is_right(
        struct tq_db *db, const struct tq_capture_sum *told, bool *right, struct tq_error *err)
{
    struct tq_capture_sum wanted;
    struct tq_capture_sum found;
    struct tq_capture_sum noted;
    tq_status rc = TQ_OK;

    if (told != NULL)
        wanted = *told;
    else
        rc = tq_capture_add_up(db->catalogue, &wanted, err);
    if (rc == TQ_OK)
        rc = add_up(db, false, &found, err);
    if (rc == TQ_OK)
        rc = add_up(db, true, &noted, err);
    *right = rc == TQ_OK && found.count == wanted.count && noted.count == wanted.count &&
             memcmp(found.sum, wanted.sum, sizeof(found.sum)) == 0 &&
             memcmp(noted.sum, wanted.sum, sizeof(noted.sum)) == 0;
    return rc;
}

tq_status capture_install(struct tq_db *db, const struct tq_capture_sum *wanted,
        struct tq_db_report *report, struct tq_error *err)
{
    struct install install = { db, report, false, false };
    bool right = false;
    tq_status rc = is_right(db, wanted, &right, err);

    if (rc == TQ_OK && !right)
        rc = tq_capture_triggers(db->catalogue, visit, &install, err);
    if (rc == TQ_OK && install.changed)
        rc = install_all(&install, err);
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_TRIGGERS));
    return rc;
}
