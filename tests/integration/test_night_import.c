/* The sample records of the demo go through the door that a clerk uses: every file of every commune
 * is imported, all rows of it, through records and capture triggers, and each row is in the log. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tmp.h"
#include "tuquan/database.h"
#include "tuquan/file.h"
#include "tuquan/import.h"
#include "tuquan/mem.h"

#define NIGHT_MS INT64_C(1608051600000) /* 2020-12-15 */

struct fixture {
    char dir[64];
    struct tq_error err;
};

static int python(const char *program, const char *arguments)
{
    char command[1024];

    assert_in_range(snprintf(command, sizeof(command), "%s -B " TQ_SOURCE_DIR "/%s %s", TQ_PYTHON,
                            program, arguments),
            1, sizeof(command) - 1);
    return system(command);
}

static int set_up(void **state)
{
    static struct fixture f;
    char arguments[900];

    memset(&f, 0, sizeof(f));
    tmp_make(f.dir, sizeof(f.dir));
    snprintf(arguments, sizeof(arguments), TQ_SOURCE_DIR "/data %s/records", f.dir);
    assert_int_equal(python("script/demo.d/generate.py", arguments), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tmp_remove(f->dir);
    return 0;
}

/* Whole file; the caller frees. */
static struct tq_slice slurp(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(1 << 20);
    size_t len;

    assert_non_null(file);
    assert_non_null(data);
    len = fread(data, 1, 1 << 20, file);
    fclose(file);
    return tq_slice_of(data, len);
}

static void say_problems(const struct tq_import *import, const char *path)
{
    size_t n = 0;
    const struct tq_import_problem *problems = tq_import_problems(import, &n);

    for (size_t i = 0; i < n && i < 5; i++) {
        struct tq_buf words;

        tq_buf_init(&words, 2000);
        tq_import_say(&problems[i], TQ_LANG_VI, &words);
        fprintf(stderr, "%s:%u: %.*s: %.*s: %.*s\n", path, problems[i].line,
                (int)problems[i].column.len, (const char *)problems[i].column.data,
                (int)problems[i].value.len, (const char *)problems[i].value.data,
                (int)tq_buf_slice(&words).len, (const char *)tq_buf_slice(&words).data);
        tq_buf_deinit(&words);
    }
}

/* Import one table's file; returns its rows. */
static size_t import_table(
        struct fixture *f, struct tq_records *records, const char *folder, const char *name)
{
    char path[800];
    char table[64];
    struct tq_import *import = NULL;
    struct tq_slice text;
    int64_t number = 0;
    size_t rows;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    snprintf(table, sizeof(table), "%.*s", (int)(strlen(name) - 4), name);
    text = slurp(path);
    assert_int_equal(tq_import_new(&import, records, &f->err), TQ_OK);
    if (tq_import_file(import, tq_catalogue_find(tq_catalogue_current(), table), name, text, NULL,
                NULL, &f->err) != TQ_OK)
        fail_msg("%s: %s", path, f->err.msg);
    say_problems(import, path);
    assert_int_equal(tq_import_counts(import)->wrong, 0);
    rows = tq_import_counts(import)->added;
    assert_int_equal(rows, tq_import_counts(import)->rows);
    if (tq_import_finish(import, TQ_IMPORT_ALL, NIGHT_MS, &number, &f->err) != TQ_OK)
        fail_msg("%s: %s", path, f->err.msg);
    tq_import_free(import);
    free((void *)(uintptr_t)text.data);
    return rows;
}

static int64_t logged_inserts(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t n;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
            sqlite3_prepare_v2(db, "SELECT count(*) FROM tq_log WHERE cell = 0", -1, &stmt, NULL),
            SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static void import_office(struct fixture *f, const char *code)
{
    char path[400];
    char folder[400];
    char arguments[900];
    struct tq_db_config config = { .path = path, .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_records *records = NULL;
    struct tq_db *db = NULL;
    struct dirent *entry;
    size_t rows = 0;
    DIR *files;

    snprintf(path, sizeof(path), "%s/%s.db", f->dir, code);
    snprintf(folder, sizeof(folder), "%s/records/commune/%s", f->dir, code);
    snprintf(arguments, sizeof(arguments), "%s/records %s --office %s", f->dir, path, code);
    assert_int_equal(tq_db_open(&db, &config, NULL, &f->err), TQ_OK);
    assert_int_equal(python("tests/support/load_records.py", arguments), 0);
    assert_int_equal(
            tq_records_new(&records, db, tq_catalogue_current(), "Văn thư (mẫu)", &f->err), TQ_OK);
    files = opendir(folder);
    assert_non_null(files);
    while ((entry = readdir(files)) != NULL) {
        if (entry->d_name[0] != '.')
            rows += import_table(f, records, folder, entry->d_name);
    }
    closedir(files);
    tq_records_free(records);
    tq_db_close(db);
    assert_true(rows >= 400);
    assert_int_equal(logged_inserts(path), rows);
}

static void import_file__takes_every_record_of_the_night(void **state)
{
    struct fixture *f = *state;
    char folder[128];
    struct dirent *entry;
    size_t offices = 0;
    DIR *codes;

    snprintf(folder, sizeof(folder), "%s/records/commune", f->dir);
    codes = opendir(folder);
    assert_non_null(codes);
    while ((entry = readdir(codes)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        import_office(f, entry->d_name);
        offices++;
    }
    closedir(codes);
    assert_int_equal(offices, 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                import_file__takes_every_record_of_the_night, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
