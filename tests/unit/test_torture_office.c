/* What an office's file is asked and told, while the heap fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "office_db.h"
#include "store/sql.h"
#include "test_mem.h"
#include "torture.h"
#include "tuquan/alike.h"
#include "tuquan/backup.h"
#include "tuquan/border_cover.h"
#include "tuquan/file.h"
#include "tuquan/import.h"
#include "tuquan/office_agent.h"
#include "tuquan/office_answers.h"
#include "tuquan/office_bind.h"
#include "tuquan/office_machines.h"
#include "tuquan/office_store.h"
#include "tuquan/office_view.h"
#include "tuquan/orphans.h"
#include "tuquan/quoted.h"
#include "tuquan/records.h"

#define NOW INT64_C(1605400000000)
#define INCIDENT(key, device)                                                                      \
    "INSERT INTO incident(id,unit,label,area,village,occurred_on,category,summary) VALUES("        \
    "x'000000000000000000000000000000" key "','" OFFICE_UNIT "','BL-20-" device                    \
    "-001',1,'" OFFICE_VILLAGE "','2020-11-05','theft','Mất xe (mẫu)');"

struct fixture {
    struct office_db office;
    struct tq_records *records;
    struct tq_arena *arena;
    char copy[128];
    unsigned tries;
    long live;
};

static int set_up(void **state)
{
    static struct fixture f;
    char words[256];

    f.live = test_mem_live();
    office_db_make(&f.office);
    if (office_db_run(&f.office,
                INCIDENT("01", "A") INCIDENT("02", "B")
                        INCIDENT("03", "C") "UPDATE incident SET damage_vnd = 5;"
                                            "INSERT INTO border_notice(unit,incident) SELECT "
                                            "unit,id FROM incident LIMIT 1;"
                                            "UPDATE incident SET voided_at = 1605400000000, "
                                            "void_reason = 'mẫu' WHERE id = "
                                            "(SELECT incident FROM border_notice)",
                words, sizeof(words)) != 0)
        fail_msg("%s", words);
    assert_int_equal(
            tq_records_new(&f.records, f.office.db, tq_catalogue_current(), "văn thư", NULL),
            TQ_OK);
    f.arena = tq_arena_new((size_t)16 << 20);
    snprintf(f.copy, sizeof(f.copy), "%s/copy", f.office.dir);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    tq_records_free(f->records);
    office_db_remove(&f->office);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

static void rows(void *fixture, struct tq_buf *out)
{
    struct fixture *f = fixture;

    torture_rows(sql_handle(f->office.db), out);
}

/* The arena's blocks are counted with the others: give all of them back. */
static struct tq_arena *fresh(struct fixture *f)
{
    tq_arena_reset(f->arena);
    return f->arena;
}

/* ---- what is read ---- */

static tq_status alike(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_alike *pairs;
    size_t n;
    size_t total = 0;
    tq_status rc = tq_alike_list(
            f->office.db, tq_slice_str(OFFICE_UNIT), 9, fresh(f), &pairs, &n, &total, err);

    assert_true(rc != TQ_OK || total == 1);
    return rc;
}

static tq_status orphans(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_orphan *list;
    size_t n = 0;
    size_t total;
    tq_status rc = tq_orphans_list(
            f->office.db, tq_slice_str(OFFICE_UNIT), 9, fresh(f), &list, &n, &total, err);

    assert_true(rc != TQ_OK || n == 1);
    return rc;
}

static tq_status facts(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_office_facts facts;

    return tq_office_facts_read(f->office.db, fresh(f), &facts, err);
}

static tq_status waiting(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_waiting *list;
    size_t n = 0;
    tq_status rc = tq_office_waiting(f->office.db, 50, fresh(f), &list, &n, err);

    assert_true(rc != TQ_OK || n == 4);
    return rc;
}

static tq_status refused(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_refused_cell *list;
    size_t n;

    return tq_office_refused(f->office.db, 0, fresh(f), &list, &n, err);
}

static tq_status sets_and_faults(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_fault_line *faults;
    struct tq_sent_set *sets;
    struct tq_slice said = { NULL, 0 };
    size_t n;
    const struct tq_set_query query = { .limit = 9, .payload = SIZE_MAX / 2 };
    tq_status rc = tq_office_sets(f->office.db, &query, fresh(f), &sets, &n, err);

    if (rc == TQ_OK)
        rc = tq_office_faults(f->office.db, 9, f->arena, &faults, &n, err);
    if (rc == TQ_OK)
        rc = tq_office_integrity(f->office.db, f->arena, &said, err);
    assert_true(rc != TQ_OK || tq_slice_equal(said, tq_slice_str("ok")));
    return rc;
}

static tq_status machines_put(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_machine told[2] = { { 18, tq_slice_str("B"), tq_slice_str("Phòng một cửa"), 1 },
        { 19, tq_slice_str("C"), tq_slice_of(NULL, 0), 2 } };

    return tq_office_machines_put(f->office.db, told, 2, err);
}

static void forget_machines(void *fixture)
{
    struct fixture *f = fixture;

    if (sqlite3_exec(sql_handle(f->office.db), "DELETE FROM tq_machine", NULL, NULL, NULL) !=
            SQLITE_OK)
        fail_msg("machines");
}

static tq_status machines(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_machine *list;
    int64_t own;
    size_t n;

    return tq_office_machines(f->office.db, fresh(f), &own, &list, &n, err);
}

static tq_status answer_noted_and_undone(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_answer answer = { .item = tq_slice_str("r7"),
        .kind = tq_slice_str("refused"),
        .what = tq_slice_str("keep"),
        .table = tq_catalogue_find(tq_catalogue_current(), "incident"),
        .key = tq_slice_str("k"),
        .refused = 7,
        .at_ms = 1 };
    struct tq_answer *list;
    size_t n = 0;
    tq_status rc = tq_db_begin(f->office.db, err);

    if (rc == TQ_OK)
        rc = tq_office_answer_put(f->office.db, &answer, err);
    if (rc == TQ_OK)
        rc = tq_office_answers(f->office.db, "r7", 5, fresh(f), &list, &n, err);
    assert_true(rc != TQ_OK || n == 1);
    if (rc == TQ_OK)
        rc = tq_office_answer_undo(f->office.db, &list[0], err);
    if (rc == TQ_OK)
        rc = tq_office_answers(f->office.db, NULL, 5, f->arena, &list, &n, err);
    assert_true(rc != TQ_OK || n == 0);
    tq_db_rollback(f->office.db);
    return rc;
}

static tq_status story(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "incident");
    struct tq_story *list;
    struct tq_slice key;
    size_t n = 0;
    tq_status rc =
            tq_record_find(f->records, table, tq_slice_str("BL-20-B-001"), fresh(f), &key, err);

    if (rc == TQ_OK)
        rc = tq_office_story(f->office.db, table, key, TQ_CELL_ROW, f->arena, &list, &n, err);
    assert_true(rc != TQ_OK || n > 0);
    return rc;
}

static tq_status search(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_query query = { .table = tq_catalogue_find(tq_catalogue_current(), "incident"),
        .search = tq_slice_str("mat xe"),
        .with_voided = true };
    struct tq_record *list;
    size_t n = 0;
    size_t total;
    tq_status rc = tq_record_list(f->records, &query, fresh(f), &list, &n, &total, err);

    if (rc == TQ_OK && n != 3)
        fail_msg("%zu rows found, struck %d", n, (int)test_mem_struck());
    return rc;
}

static tq_status covers(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_covers out;

    return tq_covers_load(&out, f->records, 0, fresh(f), err);
}

static tq_status resolve(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "incident");
    struct tq_value village = tq_value_null();
    tq_status rc =
            tq_record_resolve(f->records, &table->columns[tq_table_column_find(table, "village")],
                    tq_slice_str("thon 1 (mau)"), fresh(f), &village, err);

    assert_true(rc != TQ_OK || tq_slice_equal(village.s, tq_slice_str(OFFICE_VILLAGE)));
    return rc;
}

static tq_status quoted(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_cells cells;
    struct tq_buf out;
    tq_status rc = tq_quoted_parse(
            tq_slice_str("3='một ''hai''',4=NULL,7=X'0A0B',9=-5,"), fresh(f), &cells, err);

    tq_buf_init(&out, 0);
    if (rc == TQ_OK)
        tq_quoted_format(&out, &cells);
    if (rc == TQ_OK && !tq_buf_is_ok(&out))
        rc = tq_error_set(err, TQ_NOMEM, "quoted");
    assert_true(rc != TQ_OK || out.len > 20);
    tq_buf_deinit(&out);
    return rc;
}

/* ---- what is written ---- */

static tq_status import(void *fixture, struct tq_error *err, tq_import_mode mode)
{
    static const char TEXT[] = "area,loại,village,occurred_on,summary\n"
                               "1,Trộm cắp,Thôn 1 (mẫu),5/11/2020,một\n"
                               "2,theft,Thôn 1 (mẫu),2020-11-06,hai\n";
    struct fixture *f = fixture;
    struct tq_import *import = NULL;
    int64_t number;
    tq_status rc = tq_import_new(&import, f->records, err);

    if (rc == TQ_OK)
        rc = tq_import_file(import, tq_catalogue_find(tq_catalogue_current(), "incident"), "mẫu",
                tq_slice_str(TEXT), NULL, NULL, err);
    if (rc == TQ_OK)
        rc = tq_import_finish(import, mode, NOW, &number, err);
    tq_import_free(import);
    return rc;
}

static tq_status preview(void *fixture, struct tq_error *err)
{
    return import(fixture, err, TQ_IMPORT_PREVIEW);
}

static tq_status import_all(void *fixture, struct tq_error *err)
{
    return import(fixture, err, TQ_IMPORT_ALL);
}

static tq_status undo(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    int64_t number = 0;
    size_t undone = 0;
    size_t kept;

    return tq_import_undo(f->records, &number, tq_slice_str("mẫu"), NOW, &undone, &kept, err);
}

static void import_first(void *fixture)
{
    struct tq_error err = { 0 };

    if (import_all(fixture, &err) != TQ_OK)
        fail_msg("%s", err.msg);
}

static void undo_first(void *fixture)
{
    struct tq_error err = { 0 };

    (void)!undo(fixture, &err); /* there may be none yet */
}

static tq_status backup(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_backup_report report;

    return tq_backup_make(f->office.path, f->copy, &report, err);
}

static void no_copy(void *fixture)
{
    struct fixture *f = fixture;

    tq_file_remove(f->copy);
}

static void is_there(void *fixture, struct tq_buf *out)
{
    struct fixture *f = fixture;

    tq_buf_append_u8(out, tq_file_exists(f->copy) ? 1 : 0);
}

static bool holds_a_sample(struct tq_slice text)
{
    return tq_slice_equal(text, tq_slice_str("Mất xe (mẫu)"));
}

static tq_status scan(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    const struct tq_table *incident = tq_catalogue_find(tq_catalogue_current(), "incident");
    uint32_t column = (uint32_t)tq_table_column_find(incident, "summary");
    struct tq_slice *keys;
    size_t n = 0;
    tq_status rc = tq_record_scan(
            f->records, incident, &column, 1, holds_a_sample, fresh(f), &keys, &n, err);

    assert_true(rc != TQ_OK || n == 2);
    return rc;
}

/* ---- whose file it is, and what its agent remembers ---- */

static tq_status bind_file(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_certificate certificate = { .device = 7, .incarnation = 1 };
    char name[32];

    snprintf(name, sizeof(name), "huyện mẫu %u", f->tries++);
    certificate.letter = tq_slice_str("A");
    certificate.unit = tq_slice_str(OFFICE_UNIT);
    return tq_office_bind(f->office.db, &certificate, tq_slice_str(name), err);
}

static tq_status store(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_office_store *store;
    tq_status rc = tq_office_store_new(&store, f->office.db, err);

    assert_int_equal(store != NULL, rc == TQ_OK);
    tq_office_store_free(store);
    return rc;
}

static tq_status remember(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_agent_memory memory = { .last_attempt_ms = NOW, .last_error = "E101" };

    memory.failures = ++f->tries;
    return tq_agent_put(f->office.db, &memory, err);
}

static tq_status remembered(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_agent_memory memory = { 0 };
    struct tq_agent_outbox outbox = { 0 };
    tq_status rc = tq_agent_get(f->office.db, &memory, err);

    if (rc == TQ_OK)
        rc = tq_agent_outbox(f->office.db, &outbox, err);
    assert_true(rc != TQ_OK || outbox.waiting > 0);
    return rc;
}

static void reads__say_that_there_is_no_memory(void **state)
{
    static const struct torture CASES[] = {
        { "alike", alike, rows, NULL, true },
        { "orphans", orphans, rows, NULL, true },
        { "facts", facts, rows, NULL, true },
        { "waiting", waiting, rows, NULL, true },
        { "refused", refused, rows, NULL, true },
        { "sets and faults", sets_and_faults, rows, NULL, true },
        { "story", story, rows, NULL, true },
        { "search", search, rows, NULL, true },
        { "covers", covers, rows, NULL, true },
        { "resolve", resolve, rows, NULL, true },
        { "scan", scan, rows, NULL, true },
        { "machines", machines, rows, NULL, true },
        { "answer noted and undone", answer_noted_and_undone, rows, NULL, true },
        { "quoted", quoted, NULL, NULL, true },
        { "agent remembers", remembered, rows, NULL, true },
        { "store", store, rows, NULL, true },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void writes__are_all_or_nothing(void **state)
{
    static const struct torture CASES[] = {
        { "preview", preview, rows, NULL, true },
        { "import", import_all, rows, undo_first, true },
        { "undo", undo, rows, import_first, true },
        { "machines", machines_put, rows, forget_machines, true },
        { "backup", backup, is_there, no_copy, true },
        { "bind", bind_file, rows, NULL, true },
        { "agent", remember, rows, NULL, true },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads__say_that_there_is_no_memory),
        TEST(writes__are_all_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
