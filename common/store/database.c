#include "tuquan/database.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/capture_install.h"
#include "store/database_internal.h"
#include "store/migrate.h"
#include "store/sql.h"
#include "store/tally.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"

#define BUSY_WAIT_MS 10000
#define GIVE_WAY_STEPS 4000 /* of SQLite's machine: less than a millisecond */
#define BUSY_TURN_MS 20     /* how often is asked again; sooner at first */
#define CHECKPOINT_PAGES 4000

/* Commit hook: rows that were laid down uncaptured must not become visible with capture off. */
static int refuse_commit(void *ctx)
{
    const struct tq_db *db = ctx;

    return db->applying ? 1 : 0;
}

static void rolled_back(void *ctx)
{
    struct tq_db *db = ctx;

    db->applying = false;
    db->authored = false;
}

/* After each commit that wrote something, in place of SQLite's own checkpoints. */
static int committed(void *ctx, sqlite3 *handle, const char *name, int pages)
{
    struct tq_db *db = ctx;

    db->wrote = true;
    if (pages >= CHECKPOINT_PAGES) /* what fails now is done the next time */
        sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

/* SQLite's own 2 MB spill a large merge to the WAL and read it back, page by page. Taken only when
 * it is used. */
static tq_status set_pragmas(struct tq_db *db, struct tq_error *err)
{
    tq_status rc = sql_exec(db,
            db->role == TQ_ROLE_DISTRICT ? "PRAGMA cache_size = -65536"
                                         : "PRAGMA cache_size = -16384",
            err);

    if (rc != TQ_OK)
        return rc;
    rc = sql_exec(db,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;"
            "PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF;"
            "PRAGMA temp_store = MEMORY",
            err);
    sqlite3_wal_hook(db->handle, committed, db);
    return rc;
}

/* A file that is larger already stays, and grows no more. */
tq_status tq_db_bound(struct tq_db *db, uint64_t max_bytes, struct tq_error *err)
{
    int64_t page = 0;
    char text[64];
    tq_status rc = max_bytes == 0 ? TQ_OK : sql_get_int(db, "PRAGMA page_size", &page, err);

    if (rc != TQ_OK || page <= 0)
        return rc;
    snprintf(text, sizeof(text), "PRAGMA max_page_count = %" PRIu64, max_bytes / (uint64_t)page);
    return sql_exec(db, text, err);
}

/* What a program wrote before it was killed within a commit is found, and shown, by the next one; it
 * may be in the system's cache only. What is shown outlives the power. */
static tq_status make_durable(struct tq_db *db, struct tq_error *err)
{
    sqlite3_file *wal = NULL;
    sqlite3_int64 size = 0;
    int code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);

    if (code == SQLITE_OK && wal != NULL && wal->pMethods != NULL)
        code = wal->pMethods->xFileSize(wal, &size);
    if (code == SQLITE_OK && size > 0)
        code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    if (code == SQLITE_OK)
        return TQ_OK;
    return tq_error_set(err, TQ_IO, "%s (SQLite %d): %s", sql_phrase(code, sqlite3_errstr(code)),
            code, tq_phrase(TQ_PHRASE_OPENING));
}

static void draw_key(struct tq_db *db, const struct tq_random *random)
{
    uint64_t opened = (uint64_t)db->clock->now_ms(db->clock->ctx);

    for (size_t i = 0; i < 6; i++)
        db->key[i] = (uint8_t)(opened >> (8 * (5 - i)));
    random->fill(random->ctx, db->key + 6, 4);
    memset(db->key + 10, 0, 6);
}

static tq_status clear_applying(struct tq_db *db, bool *cleared, struct tq_error *err)
{
    int64_t applying = 0;
    tq_status rc = sql_get_int(db, "SELECT applying FROM tq_flag", &applying, err);

    *cleared = rc == TQ_OK && applying != 0;
    if (*cleared)
        rc = sql_exec(
                db, "UPDATE tq_flag SET applying = 0; UPDATE tq_state SET foreign_write = 1", err);
    return rc;
}

/* What was written under an older catalogue is sealed as such, before the file names a newer one. The
 * tables are migrated by then, for sealing knows those of this build only. */
static tq_status seal_first(
        struct tq_db *db, const struct tq_db_config *config, struct tq_error *err)
{
    int64_t waiting = 0;
    tq_status rc = sql_get_int(db, "SELECT count(*) FROM tq_log", &waiting, err);

    if (rc != TQ_OK || waiting == 0)
        return rc;
    if (config->seal == NULL)
        return tq_error_set(err, TQ_INTERNAL, "%s", tq_phrase(TQ_PHRASE_UNSEALED));
    return config->seal(config->seal_ctx, db, err);
}

/* What the office tells the district: from now on it knows the columns of this build. An unjoined
 * file says nothing. */
static tq_status raise_schema(
        struct tq_db *db, const struct tq_db_config *config, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    int64_t schema = 0;
    tq_status rc = sql_get_int(db, "SELECT coalesce(schema, -1) FROM tq_state", &schema, err);

    if (rc != TQ_OK || schema < 0 || schema >= (int64_t)db->catalogue->version)
        return rc;
    rc = seal_first(db, config, err);
    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt, "UPDATE tq_state SET schema = ?1", err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, db->catalogue->version);
    return sql_run(db, stmt, err);
}

static tq_status prepare_file(struct tq_db *db, const struct tq_db_config *config,
        struct tq_db_report *report, struct tq_error *err)
{
    struct migrate_state state;
    tq_status rc = migrate_check(db->handle, db->role, &state, err);

    if (rc == TQ_OK && state.fresh && !config->create)
        rc = tq_error_set(err, TQ_WRONG_FILE, "%s", tq_phrase(TQ_PHRASE_EMPTY_FILE));
    if (rc == TQ_OK)
        rc = set_pragmas(db, err);
    if (rc == TQ_OK)
        rc = tq_db_bound(db, config->max_bytes, err);
    if (rc == TQ_OK)
        rc = make_durable(db, err);
    if (rc == TQ_OK)
        rc = migrate_run(
                db->handle, db->role, db->clock->now_ms(db->clock->ctx), &report->migrations, err);
    report->created = state.fresh;
    if (rc != TQ_OK || db->role != TQ_ROLE_OFFICE)
        return rc;
    db->counts = true;
    rc = clear_applying(db, &report->cleared_applying, err);
    if (rc == TQ_OK)
        rc = raise_schema(db, config, err);
    if (rc == TQ_OK)
        rc = capture_install(db, config->triggers, report, err);
    return rc;
}

/* Another writes: wait, until the time is over or tq_db_stop says that nobody waits for this any more
 * (sqlite3_interrupt does not end SQLite's own wait). */
static int wait_turn(void *ctx, int turns)
{
    struct tq_db *db = ctx;
    int left;

    if (turns == 0)
        db->waited_ms = 0;
    left = db->busy_ms - db->waited_ms;
    if (left <= 0 || atomic_load(&db->stop))
        return 0;
    if (left > BUSY_TURN_MS)
        left = turns < BUSY_TURN_MS ? turns + 1 : BUSY_TURN_MS;
    sqlite3_sleep(left);
    db->waited_ms += left;
    return 1;
}

static tq_status open_handle(
        struct tq_db *db, const struct tq_db_config *config, struct tq_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    tq_status rc;
    int code;

    if (tq_file_is_dir(config->path))
        return tq_error_set(err, TQ_IO, "%s", tq_phrase(TQ_PHRASE_IS_FOLDER));
    if (!config->create && !tq_file_exists(config->path))
        return tq_error_set(err, TQ_NOT_FOUND, "%s", tq_phrase(TQ_PHRASE_NO_FILE));
    rc = migrate_peek(config->path, config->role, config->create, err);
    if (rc != TQ_OK)
        return rc;
    code = sqlite3_open_v2(
            config->path, &db->handle, flags | (config->create ? SQLITE_OPEN_CREATE : 0), NULL);
    if (db->handle == NULL)
        return tq_error_set(err, TQ_NOMEM, "%s", tq_phrase(TQ_PHRASE_OPENING));
    if (code != SQLITE_OK)
        return sql_fail(db->handle, code, tq_phrase(TQ_PHRASE_OPENING), err);
    if (sqlite3_db_readonly(db->handle, "main") == 1)
        return tq_error_set(err, TQ_IO, "%s", tq_phrase(TQ_PHRASE_READ_ONLY));
    db->busy_ms = config->busy_ms > 0 ? config->busy_ms : BUSY_WAIT_MS;
    sqlite3_busy_handler(db->handle, wait_turn, db);
    sqlite3_commit_hook(db->handle, refuse_commit, db);
    sqlite3_rollback_hook(db->handle, rolled_back, db);
    return TQ_OK;
}

tq_status tq_db_open(struct tq_db **out, const struct tq_db_config *config,
        struct tq_db_report *report, struct tq_error *err)
{
    struct tq_db_report unread;
    struct tq_db *db;
    tq_status rc;

    *out = NULL;
    sql_use_our_heap();
    if (report == NULL)
        report = &unread;
    memset(report, 0, sizeof(*report));
    db = tq_mem_zalloc(sizeof(*db));
    if (db == NULL)
        return tq_error_set(err, TQ_NOMEM, "%s", config->path);
    db->role = config->role;
    db->catalogue = config->catalogue != NULL ? config->catalogue : tq_catalogue_current();
    db->clock = config->clock != NULL ? config->clock : tq_clock_system();
    draw_key(db, config->random != NULL ? config->random : tq_random_system());
    db->path = tq_mem_alloc(strlen(config->path) + 1);
    if (db->path == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "%s", tq_phrase(TQ_PHRASE_OPENING));
        goto out;
    }
    memcpy(db->path, config->path, strlen(config->path) + 1);
    rc = open_handle(db, config, err);
    if (rc == TQ_OK)
        rc = prepare_file(db, config, report, err);

out:
    if (rc == TQ_OK) {
        *out = db;
    } else {
        tq_error_wrap(err, "%s", config->path);
        tq_db_close(db);
    }
    return rc;
}

void tq_db_close(struct tq_db *db)
{
    if (db == NULL)
        return;
    if (db->handle != NULL)
        tq_db_rollback(db);
    for (size_t i = 0; i < db->cap; i++)
        sqlite3_finalize(db->kept[i].stmt);
    tq_mem_free(db->kept);
    tally_free(db->tally);
    sqlite3_close(db->handle);
    tq_mem_free(db->path);
    tq_mem_free(db);
}

void tq_db_set_busy_ms(struct tq_db *db, int busy_ms)
{
    db->busy_ms = busy_ms;
}

void tq_db_stop(struct tq_db *db)
{
    atomic_store(&db->stop, true);
    sqlite3_interrupt(db->handle);
}

void tq_db_give_way(struct tq_db *db, int (*waits)(void *ctx), void *ctx)
{
    /* Short ones (the end of a snapshot) have fewer steps, and always run. */
    sqlite3_progress_handler(db->handle, waits != NULL ? GIVE_WAY_STEPS : 0, waits, ctx);
}

const struct tq_catalogue *tq_db_catalogue(const struct tq_db *db)
{
    return db->catalogue;
}

const struct tq_clock *tq_db_clock(const struct tq_db *db)
{
    return db->clock;
}

const char *tq_db_path(const struct tq_db *db)
{
    return db->path;
}

void tq_db_new_key(struct tq_db *db, uint8_t out[TQ_SURROGATE_BYTES])
{
    for (size_t i = TQ_SURROGATE_BYTES; i-- > 10;) {
        if (++db->key[i] != 0)
            break;
    }
    memcpy(out, db->key, TQ_SURROGATE_BYTES);
}

static tq_status begin(struct tq_db *db, const char *text, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    tq_status rc;

    if (tq_db_in_transaction(db))
        return tq_error_set(err, TQ_INTERNAL, "%s", tq_phrase(TQ_PHRASE_IN_TRANSACTION));
    db->sticky = TQ_OK;
    db->laid = false;
    db->changes = sqlite3_total_changes(db->handle);
    rc = sql_prepare(db, &stmt, "ROLLBACK", err);
    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt, text, err);
    return rc == TQ_OK ? sql_run(db, stmt, err) : rc;
}

tq_status tq_db_begin(struct tq_db *db, struct tq_error *err)
{
    return begin(db, "BEGIN IMMEDIATE", err);
}

tq_status tq_db_begin_read(struct tq_db *db, struct tq_error *err)
{
    return begin(db, "BEGIN", err);
}

/* What the triggers captured is counted in the file: office_watch.c tells others' commits by it. */
static tq_status count_commit(struct tq_db *db, bool *counted, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    tq_status rc;

    *counted = false;
    if (!db->counts || db->laid || sqlite3_total_changes(db->handle) == db->changes)
        return TQ_OK;
    rc = sql_prepare(db, &stmt, "UPDATE tq_state SET commits = commits + 1", err);
    if (rc == TQ_OK)
        rc = sql_run(db, stmt, err);
    *counted = rc == TQ_OK;
    return rc;
}

tq_status tq_db_commit(struct tq_db *db, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    bool counted = false;
    tq_status rc = TQ_OK;

    if (!tq_db_in_transaction(db) && db->sticky == TQ_OK)
        return tq_error_set(err, TQ_INTERNAL, "%s", tq_phrase(TQ_PHRASE_NO_TRANSACTION));
    if (db->applying) {
        tq_db_rollback(db);
        return tq_error_set(err, TQ_INTERNAL, "%s", tq_phrase(TQ_PHRASE_NOT_CAPTURING));
    }
    /* A failure here need not stick: SQLite ends the transaction by itself when memory runs out. */
    if (db->sticky == TQ_OK && db->authored)
        rc = tq_db_set_author(db, tq_slice_of(NULL, 0), err);
    if (rc == TQ_OK && db->sticky == TQ_OK)
        rc = count_commit(db, &counted, err);
    if (rc == TQ_OK && db->sticky != TQ_OK) {
        rc = db->sticky;
        if (err != NULL)
            *err = db->first;
    }
    if (rc != TQ_OK) {
        tq_db_rollback(db);
        return rc;
    }
    db->wrote = false;
    rc = sql_prepare(db, &stmt, "COMMIT", err);
    if (rc == TQ_OK)
        rc = sql_run(db, stmt, err);
    if (rc != TQ_OK)
        tq_db_rollback(db);
    if (rc == TQ_OK && db->wrote) {
        db->commits++;
        db->counted += counted ? 1 : 0;
    }
    return rc;
}

void tq_db_rollback(struct tq_db *db)
{
    sqlite3_stmt *stmt;

    /* SQLite may have rolled back by itself (full disk, I/O error). Busy readers of this connection
     * would keep the transaction open. */
    if (tq_db_in_transaction(db)) {
        for (size_t i = 0; i < db->cap; i++)
            if (db->kept[i].stmt != NULL && sqlite3_stmt_busy(db->kept[i].stmt))
                sqlite3_reset(db->kept[i].stmt);
        /* Kept since the transaction began: ending it must not need memory. */
        if (sql_prepare(db, &stmt, "ROLLBACK", NULL) == TQ_OK) {
            sqlite3_step(stmt);
            sql_done(stmt);
        }
    }
    db->sticky = TQ_OK;
    db->applying = false;
    db->authored = false;
}

tq_status tq_db_others(struct tq_db *db, int64_t *out, struct tq_error *err)
{
    return sql_get_int(db, "PRAGMA data_version", out, err);
}

tq_status tq_db_seen(struct tq_db *db, uint64_t *out, struct tq_error *err)
{
    int64_t others = 0;
    tq_status rc = tq_db_others(db, &others, err);

    *out = ((uint64_t)others << 32) + (uint32_t)sqlite3_total_changes(db->handle);
    return rc;
}

bool tq_db_in_transaction(const struct tq_db *db)
{
    return sqlite3_get_autocommit(db->handle) == 0;
}

tq_status tq_db_set_applying(struct tq_db *db, bool on, struct tq_error *err)
{
    sqlite3_stmt *stmt;
    tq_status rc;

    if (!tq_db_in_transaction(db))
        return tq_error_set(err, TQ_INTERNAL, "%s", tq_phrase(TQ_PHRASE_NO_TRANSACTION));
    rc = sql_prepare(db, &stmt, "UPDATE tq_flag SET applying = ?1", err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, on ? 1 : 0);
    /* Set first and cleared last: a failure between leaves the commit refused. */
    if (on)
        db->applying = db->laid = true;
    rc = sql_run(db, stmt, err);
    if (rc == TQ_OK)
        db->applying = on;
    return rc;
}

tq_status tq_db_set_author(struct tq_db *db, struct tq_slice author, struct tq_error *err)
{
    struct tq_value name = tq_value_text(author);
    sqlite3_stmt *stmt;
    tq_status rc;

    if (!tq_db_in_transaction(db))
        return tq_error_set(err, TQ_INTERNAL, "%s", tq_phrase(TQ_PHRASE_NO_TRANSACTION));
    rc = sql_prepare(db, &stmt, "UPDATE tq_state SET author = ?1", err);
    if (rc != TQ_OK)
        return rc;
    sql_bind(stmt, 1, &name);
    rc = sql_run(db, stmt, err);
    if (rc == TQ_OK)
        db->authored = author.len > 0;
    return rc;
}
