#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "office_db.h"
#include "sim_disk.h"
#include "store/sql.h"
#include "test_mem.h"
#include "tmp.h"
#include "tuquan/capture.h"

struct fixture {
    char dir[64];
    char path[128];
    struct tq_db *db;
    struct tq_db_report report;
    struct tq_error err;
};

static tq_status open_as(struct fixture *f, tq_role role, bool create)
{
    struct tq_db_config config = { .path = f->path, .role = role, .create = create, .busy_ms = 1 };

    return tq_db_open(&f->db, &config, &f->report, &f->err);
}

static void reopen(struct fixture *f, tq_role role)
{
    tq_db_close(f->db);
    f->db = NULL;
    assert_int_equal(open_as(f, role, true), TQ_OK);
}

static int set_up(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    tmp_make(f.dir, sizeof(f.dir));
    snprintf(f.path, sizeof(f.path), "%s/a.db", f.dir);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    test_mem_fail_after(-1, false);
    tq_db_close(f->db);
    tmp_remove(f->dir);
    return 0;
}

static void write_bytes(const char *path, const void *data, size_t len, long at)
{
    FILE *file = fopen(path, at < 0 ? "wb" : "r+b");

    assert_non_null(file);
    if (at >= 0)
        fseek(file, at, SEEK_SET);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

static size_t read_bytes(const char *path, uint8_t *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t n;

    assert_non_null(file);
    n = fread(out, 1, size, file);
    fclose(file);
    return n;
}

static void check_columns(struct fixture *f, const struct tq_table *t, bool district)
{
    sqlite3_stmt *info;
    size_t metas = 0; /* stands before the columns that came later */
    size_t n = 0;
    int code;

    sqlite3_prepare_v2(sql_handle(f->db),
            "SELECT name, type, dflt_value, pk, hidden FROM pragma_table_xinfo(?1)", -1, &info,
            NULL);
    sqlite3_bind_text(info, 1, t->name, -1, SQLITE_STATIC);
    while ((code = sqlite3_step(info)) == SQLITE_ROW) {
        static const char *const TYPES[] = { "", "INTEGER", "TEXT", "BLOB" };
        const struct tq_column *c = &t->columns[n < t->ncolumns ? n : 0];
        char fallback[64] = "";
        const char *found = (const char *)sqlite3_column_text(info, 2);

        if (strcmp((const char *)sqlite3_column_text(info, 0), "tq_meta") == 0) {
            metas++;
            continue;
        }
        assert_true(n < t->ncolumns);
        if (c->fallback.type == TQ_INT)
            snprintf(fallback, sizeof(fallback), "%lld", (long long)c->fallback.i);
        else if (c->fallback.type == TQ_TEXT)
            snprintf(fallback, sizeof(fallback), "'%.*s'", (int)c->fallback.s.len,
                    (const char *)c->fallback.s.data);
        else if (t->surrogate && n == 0)
            snprintf(fallback, sizeof(fallback), "randomblob(16)");
        assert_string_equal(sqlite3_column_text(info, 0), c->name);
        assert_string_equal(sqlite3_column_text(info, 1), TYPES[c->type]);
        assert_string_equal(found != NULL ? found : "", fallback);
        assert_int_equal(sqlite3_column_int(info, 3), n < t->nkey ? (int)n + 1 : 0);
        assert_int_equal(sqlite3_column_int(info, 4), 0);
        n++;
    }
    assert_int_equal(n, t->ncolumns);
    assert_int_equal(metas, district ? 1 : 0);
    assert_int_equal(code, SQLITE_DONE);
    sqlite3_finalize(info);
}

static void database_open__makes_the_tables_of_the_catalogue(void **state)
{
    struct fixture *f = *state;

    for (int role = 0; role < 2; role++) {
        snprintf(f->path, sizeof(f->path), "%s/%d.db", f->dir, role);
        reopen(f, role == 0 ? TQ_ROLE_OFFICE : TQ_ROLE_DISTRICT);
        assert_true(f->report.created && f->report.migrations > 0);
        for (size_t i = 0; i < tq_catalogue_current()->ntables; i++) {
            const struct tq_table *t = &tq_catalogue_current()->tables[i];
            char sql[200];
            int64_t found;

            check_columns(f, t, role == 1);
            /* STRICT, WITHOUT ROWID, and no key besides the primary one. */
            snprintf(sql, sizeof(sql), "SELECT strict+wr FROM pragma_table_list WHERE name='%s'",
                    t->name);
            assert_int_equal(sql_get_int(f->db, sql, &found, &f->err), TQ_OK);
            assert_int_equal(found, 2);
            snprintf(sql, sizeof(sql),
                    "SELECT count(*) FROM pragma_index_list('%s') WHERE origin<>'pk' AND [unique]",
                    t->name);
            assert_int_equal(sql_get_int(f->db, sql, &found, &f->err), TQ_OK);
            assert_int_equal(found, 0);
        }
    }
}

static void database_open__again_changes_nothing(void **state)
{
    struct fixture *f = *state;

    reopen(f, TQ_ROLE_OFFICE);
    reopen(f, TQ_ROLE_OFFICE);
    assert_false(f->report.created || f->report.cleared_applying);
    assert_int_equal(f->report.migrations + f->report.triggers_mended, 0);
}

static void database_open__refuses_a_newer_file_and_leaves_it(void **state)
{
    struct fixture *f = *state;
    static uint8_t before[4096];
    static uint8_t after[4096];

    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(sql_exec(f->db, "PRAGMA user_version=99", &f->err), TQ_OK);
    tq_db_close(f->db);
    f->db = NULL;
    read_bytes(f->path, before, sizeof(before));
    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, true), TQ_NEWER_FILE);
    assert_null(f->db);
    assert_non_null(strstr(f->err.msg, "99"));
    read_bytes(f->path, after, sizeof(after));
    assert_memory_equal(before, after, sizeof(before));
}

static void database_open__refuses_what_is_not_ours(void **state)
{
    struct fixture *f = *state;
    sqlite3 *other;

    reopen(f, TQ_ROLE_DISTRICT);
    tq_db_close(f->db);
    f->db = NULL;
    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, true), TQ_WRONG_FILE);

    snprintf(f->path, sizeof(f->path), "%s/foreign.db", f->dir);
    sqlite3_open(f->path, &other);
    sqlite3_exec(other, "CREATE TABLE x(a)", NULL, NULL, NULL);
    sqlite3_close(other);
    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, true), TQ_WRONG_FILE);

    snprintf(f->path, sizeof(f->path), "%s/text.db", f->dir);
    write_bytes(f->path, "ten;so\n", 7, -1);
    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, true), TQ_WRONG_FILE);
}

static void database_open__names_missing_locked_and_corrupt_files(void **state)
{
    struct fixture *f = *state;
    static const uint8_t RUBBISH[8192];
    sqlite3 *other;

    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, false), TQ_NOT_FOUND);
    assert_non_null(strstr(f->err.msg, f->path));
    reopen(f, TQ_ROLE_OFFICE);
    tq_db_close(f->db);
    f->db = NULL;

    sqlite3_open(f->path, &other);
    sqlite3_exec(other, "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM tq_trigger;",
            NULL, NULL, NULL);
    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, false), TQ_BUSY);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);

    write_bytes(f->path, RUBBISH, sizeof(RUBBISH), 100);
    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, false), TQ_CORRUPT);

    snprintf(f->path, sizeof(f->path), "%s", f->dir);
    assert_int_equal(open_as(f, TQ_ROLE_OFFICE, true), TQ_IO);
}

/* A program is killed while its commit waits for the disk; the next one finds the commit; then the
 * power goes. */
static void database_open__shows_only_what_outlives_the_power(void **state)
{
    struct fixture *f = *state;
    int found = 0;

    sim_vfs_install();
    snprintf(f->path, sizeof(f->path), "/sim/pc/office.db");
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct sim_disk *disk = sim_disk_new("pc", seed);
        int64_t shown = 0;
        int64_t left = 0;

        reopen(f, TQ_ROLE_OFFICE);
        disk->crash.in = 1;
        disk->crash.op = SIM_OP_SYNC;
        assert_int_equal(
                sql_exec(f->db, "UPDATE tq_state SET commits = commits + 1", &f->err), TQ_IO);
        for (int power = 0; power < 2; power++) {
            disk->off = true;
            tq_db_close(f->db);
            f->db = NULL;
            sim_disk_settle(disk, power == 1);
            reopen(f, TQ_ROLE_OFFICE);
            shown = left;
            assert_int_equal(
                    sql_get_int(f->db, "SELECT commits FROM tq_state", &left, &f->err), TQ_OK);
        }
        found += shown > 0;
        assert_int_equal(left, shown);
        tq_db_close(f->db);
        f->db = NULL;
        sim_disk_free(disk);
    }
    assert_int_not_equal(found, 0);
}

static void database_types__are_told_as_the_rules_are(void **state)
{
    struct fixture *f = *state;

    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(sql_exec(f->db,
                             "UPDATE tq_flag SET applying=1; INSERT INTO incident(id, unit, area)"
                             " VALUES(zeroblob(16), 'x', 'mot')",
                             &f->err),
            TQ_RULE);
    assert_string_equal(f->err.msg, "[R05] incident.area = TEXT: giá trị sai kiểu. Sửa giá trị.");
    assert_int_equal(
            sql_exec(f->db, "INSERT INTO incident(id, unit) VALUES(zeroblob(16), NULL)", &f->err),
            TQ_RULE);
    assert_string_equal(f->err.msg, "[R06] incident.unit: ô bắt buộc còn trống. Điền ô còn trống.");
}

static void database_commit__refuses_while_applying(void **state)
{
    struct fixture *f = *state;
    int64_t applying;

    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(tq_db_begin(f->db, &f->err), TQ_OK);
    assert_int_equal(tq_db_set_applying(f->db, true, &f->err), TQ_OK);
    assert_int_equal(tq_db_commit(f->db, &f->err), TQ_INTERNAL);
    assert_false(tq_db_in_transaction(f->db));

    /* And when COMMIT is not said through us. */
    assert_int_equal(tq_db_begin(f->db, &f->err), TQ_OK);
    assert_int_equal(tq_db_set_applying(f->db, true, &f->err), TQ_OK);
    assert_int_not_equal(sql_exec(f->db, "COMMIT", &f->err), TQ_OK);
    assert_false(tq_db_in_transaction(f->db));
    assert_int_equal(sql_get_int(f->db, "SELECT applying FROM tq_flag", &applying, NULL), TQ_OK);
    assert_int_equal(applying, 0);

    assert_int_equal(tq_db_begin(f->db, &f->err), TQ_OK);
    assert_int_equal(tq_db_set_applying(f->db, true, &f->err), TQ_OK);
    assert_int_equal(tq_db_set_applying(f->db, false, &f->err), TQ_OK);
    assert_int_equal(tq_db_commit(f->db, &f->err), TQ_OK);
}

static void database_open__clears_a_left_over_flag_and_says_so(void **state)
{
    struct fixture *f = *state;
    int64_t value;

    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(sql_exec(f->db, "UPDATE tq_flag SET applying=1", &f->err), TQ_OK);
    reopen(f, TQ_ROLE_OFFICE);
    assert_true(f->report.cleared_applying);
    assert_int_equal(sql_get_int(f->db, "SELECT applying FROM tq_flag", &value, NULL), TQ_OK);
    assert_int_equal(value, 0);
    assert_int_equal(sql_get_int(f->db, "SELECT foreign_write FROM tq_state", &value, NULL), TQ_OK);
    assert_int_equal(value, 1);
}

static void database_open__names_triggers_that_were_dropped_or_changed(void **state)
{
    struct fixture *f = *state;
    int64_t value;

    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(sql_exec(f->db,
                             "DROP TRIGGER tq_tip_delete; DROP TRIGGER tq_incident_insert;"
                             "CREATE TRIGGER tq_incident_insert BEFORE INSERT ON incident BEGIN "
                             "SELECT 1; END",
                             &f->err),
            TQ_OK);
    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(f->report.triggers_mended, 2);
    assert_non_null(strstr(f->report.names, "tq_tip_delete"));
    assert_non_null(strstr(f->report.names, "tq_incident_insert"));
    assert_int_equal(sql_get_int(f->db, "SELECT foreign_write FROM tq_state", &value, NULL), TQ_OK);
    assert_int_equal(value, 1);
    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(f->report.triggers_mended, 0);
}

/* Who opens many files says once what the triggers add up to. */
static void database_open__compares_the_triggers_when_told_what_they_add_up_to(void **state)
{
    struct tq_capture_sum triggers;
    struct fixture *f = *state;
    struct tq_db_config config = {
        .path = f->path, .role = TQ_ROLE_OFFICE, .create = true, .triggers = &triggers
    };

    assert_int_equal(tq_capture_add_up(tq_catalogue_current(), &triggers, &f->err), TQ_OK);
    for (uint32_t mended = 0; mended < 3; mended++) {
        assert_int_equal(tq_db_open(&f->db, &config, &f->report, &f->err), TQ_OK);
        assert_int_equal(f->report.triggers_mended, mended);
        assert_int_equal(sql_exec(f->db, "DROP TRIGGER tq_tip_delete", &f->err), TQ_OK);
        if (mended == 1)
            assert_int_equal(sql_exec(f->db,
                                     "DROP TRIGGER tq_incident_insert;"
                                     "CREATE TRIGGER tq_incident_insert BEFORE INSERT ON incident "
                                     "BEGIN SELECT 1; END",
                                     &f->err),
                    TQ_OK);
        tq_db_close(f->db);
        f->db = NULL;
    }
    /* What he says counts for nothing but time: a sum that is wrong spoils no file. */
    triggers.sum[0] ^= 1;
    reopen(f, TQ_ROLE_OFFICE);
    tq_db_close(f->db);
    f->db = NULL;
    assert_int_equal(tq_db_open(&f->db, &config, &f->report, &f->err), TQ_OK);
    assert_int_equal(f->report.triggers_mended, 0);
}

static void database_commit__returns_the_first_failure(void **state)
{
    struct fixture *f = *state;
    int64_t n;

    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(tq_db_begin(f->db, &f->err), TQ_OK);
    assert_int_equal(sql_exec(f->db, "UPDATE tq_state SET scope='x'", &f->err), TQ_OK);
    assert_int_equal(sql_exec(f->db, "SELECT no_such_thing", &f->err), TQ_INTERNAL);
    assert_int_equal(sql_exec(f->db, "UPDATE tq_state SET scope='y'", &f->err), TQ_OK);
    tq_error_clear(&f->err);
    assert_int_equal(tq_db_commit(f->db, &f->err), TQ_INTERNAL);
    assert_non_null(strstr(f->err.msg, "no_such_thing"));
    assert_int_equal(
            sql_get_int(f->db, "SELECT count(*) FROM tq_state WHERE scope=''", &n, NULL), TQ_OK);
    assert_int_equal(n, 1);
}

/* SQLite ends a transaction by itself where memory runs out: whatever our own commit writes. */
static void database_commit__says_out_of_memory(void **state)
{
    struct fixture *f = *state;
    long failed = 0;
    tq_status rc = TQ_NOMEM;

    reopen(f, TQ_ROLE_OFFICE);
    for (long n = 0; n == 0 || test_mem_struck(); n++) {
        assert_int_equal(tq_db_begin(f->db, &f->err), TQ_OK);
        assert_int_equal(tq_db_set_author(f->db, tq_slice_str("an"), &f->err), TQ_OK);
        assert_int_equal(sql_exec(f->db, "UPDATE tq_state SET scope=scope||'x'", &f->err), TQ_OK);
        test_mem_fail_after(n, false);
        rc = tq_db_commit(f->db, &f->err);
        test_mem_fail_after(-1, false);
        failed += rc != TQ_OK;
        if (rc != TQ_OK && rc != TQ_NOMEM)
            fail_msg("allocation %ld: %s", n, f->err.msg);
        assert_false(tq_db_in_transaction(f->db));
    }
    assert_true(failed > 2);
    assert_int_equal(rc, TQ_OK);
}

static int64_t fixed_now(void *ctx)
{
    (void)ctx;
    return INT64_C(0x010203040506);
}

static void fixed_fill(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 0xab, len);
}

static void database_new_key__is_time_random_and_a_counter(void **state)
{
    struct fixture *f = *state;
    static const uint8_t WANT[] = { 1, 2, 3, 4, 5, 6, 0xab, 0xab, 0xab, 0xab, 0, 0, 0, 0, 0, 1 };
    struct tq_clock clock = { NULL, fixed_now, fixed_now };
    struct tq_random random = { NULL, fixed_fill };
    struct tq_db_config config = {
        .path = f->path, .role = TQ_ROLE_OFFICE, .create = true, .clock = &clock, .random = &random
    };
    uint8_t first[TQ_SURROGATE_BYTES];
    uint8_t next[TQ_SURROGATE_BYTES];

    assert_int_equal(tq_db_open(&f->db, &config, NULL, &f->err), TQ_OK);
    tq_db_new_key(f->db, first);
    assert_memory_equal(first, WANT, sizeof(WANT));
    for (int i = 0; i < 300; i++) {
        tq_db_new_key(f->db, next);
        assert_true(memcmp(first, next, sizeof(next)) < 0);
        memcpy(first, next, sizeof(next));
    }
}

static void database_open__survives_every_failed_allocation(void **state)
{
    struct fixture *f = *state;
    long live = test_mem_live();
    long failed = 0;
    tq_status rc = TQ_NOMEM;

    reopen(f, TQ_ROLE_OFFICE);
    tq_db_close(f->db);
    f->db = NULL;
    sqlite3_release_memory(1 << 30);
    live = test_mem_live();
    for (long n = 0; n == 0 || test_mem_struck(); n += 1 + n / 25) {
        test_mem_fail_after(n, n % 2 == 1);
        rc = open_as(f, TQ_ROLE_OFFICE, true);
        test_mem_fail_after(-1, false);
        failed += rc != TQ_OK;
        if (rc == TQ_OK) {
            tq_db_close(f->db);
            f->db = NULL;
        }
        assert_true(rc == TQ_OK || rc == TQ_NOMEM);
        assert_null(f->db);
        if (test_mem_live() > live + 8) /* SQLite's own global caches */
            fail_msg("call %ld leaked %ld blocks", n, test_mem_live() - live);
    }
    assert_true(failed > 50);
    assert_int_equal(rc, TQ_OK);
}

/* Closing a descriptor of our own would drop the locks of the first connection; another program
 * would then take itself for the last one and remove the WAL under it. */
static void database_open__again_keeps_the_locks_of_the_first(void **state)
{
    struct fixture *f = *state;
    struct tq_db_config config = { .path = f->path, .role = TQ_ROLE_DISTRICT };
    struct tq_db *second = NULL;
    char command[512];
    int64_t seen = 0;

    assert_int_equal(open_as(f, TQ_ROLE_DISTRICT, true), TQ_OK);
    assert_int_equal(tq_db_open(&second, &config, NULL, &f->err), TQ_OK);
    snprintf(command, sizeof(command),
            "sqlite3 '%s' \"CREATE TABLE x(a); INSERT INTO x VALUES (7)\" >/dev/null", f->path);
    assert_int_equal(system(command), 0);
    assert_int_equal(sql_get_int(f->db, "SELECT a FROM x", &seen, &f->err), TQ_OK);
    assert_int_equal(seen, 7);
    snprintf(command, sizeof(command), "test -e '%s-wal'", f->path);
    assert_int_equal(system(command), 0);
    tq_db_close(second);
}

/* On a full disk SQLite rolls back by itself, and says so once: what our own statements before the
 * COMMIT meet is the failure that counts. */
static void database_commit__tells_what_undid_it(void **state)
{
    struct fixture *f = *state;

    reopen(f, TQ_ROLE_OFFICE);
    assert_int_equal(
            sql_exec(f->db,
                    "UPDATE tq_state SET unit='1@2020-01-01', incarnation=1, loading=0;"
                    "CREATE TEMP TRIGGER full BEFORE UPDATE OF commits ON main.tq_state BEGIN "
                    "SELECT RAISE(ROLLBACK,'no room'); END",
                    &f->err),
            TQ_OK);
    assert_int_equal(tq_db_begin(f->db, &f->err), TQ_OK);
    assert_int_equal(sql_exec(f->db, "UPDATE tq_state SET top=1", &f->err), TQ_OK);
    assert_int_not_equal(tq_db_commit(f->db, &f->err), TQ_OK);
    assert_non_null(strstr(f->err.msg, "no room"));
    assert_int_equal(tq_db_begin(f->db, &f->err), TQ_OK);
    tq_db_rollback(f->db);
}

/* ---- another writes ---- */

static struct {
    sqlite3_vfs vfs;
    struct tq_db *db;
    int sleeps;
} waiting;

/* SQLite's clock for those who wait: the page is stopped while somebody does. */
static int stop_instead_of_sleeping(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    waiting.sleeps++;
    tq_db_stop(waiting.db);
    return us;
}

static void database_stop__ends_the_wait_for_another_writer(void **state)
{
    struct fixture *f = *state;
    sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    struct tq_db *other = NULL;
    struct tq_db_config config = { .path = f->path, .role = TQ_ROLE_OFFICE, .create = true };

    assert_int_equal(tq_db_open(&other, &config, NULL, &f->err), TQ_OK);
    config.busy_ms = 600000;
    assert_int_equal(tq_db_open(&f->db, &config, NULL, &f->err), TQ_OK);
    assert_int_equal(tq_db_begin(other, &f->err), TQ_OK);
    waiting.vfs = *usual;
    waiting.vfs.zName = "stops";
    waiting.vfs.xSleep = stop_instead_of_sleeping;
    waiting.db = f->db;
    waiting.sleeps = 0;
    assert_int_equal(sqlite3_vfs_register(&waiting.vfs, 1), SQLITE_OK);
    assert_int_equal(tq_db_begin(f->db, &f->err), TQ_INTERRUPTED);
    assert_int_equal(sqlite3_vfs_register(usual, 1), SQLITE_OK);
    sqlite3_vfs_unregister(&waiting.vfs);
    assert_int_equal(waiting.sleeps, 1);
    tq_db_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                database_open__makes_the_tables_of_the_catalogue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(database_open__again_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__again_keeps_the_locks_of_the_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__refuses_a_newer_file_and_leaves_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(database_open__refuses_what_is_not_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__names_missing_locked_and_corrupt_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__shows_only_what_outlives_the_power, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_types__are_told_as_the_rules_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(database_commit__refuses_while_applying, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__clears_a_left_over_flag_and_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__names_triggers_that_were_dropped_or_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__compares_the_triggers_when_told_what_they_add_up_to, set_up,
                tear_down),
        cmocka_unit_test_setup_teardown(
                database_commit__returns_the_first_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(database_commit__says_out_of_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_new_key__is_time_random_and_a_counter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_open__survives_every_failed_allocation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(database_commit__tells_what_undid_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                database_stop__ends_the_wait_for_another_writer, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
