/* The copy of all texts against the walk over the rows: whatever is written in between, by whom ever,
 * the two say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "office_db.h"
#include "store/search_internal.h"
#include "test_mem.h"
#include "tuquan/records.h"
#include "tuquan/search.h"

#define STEPS 400

static const char *const TEXTS[] = { "Mất xe đạp", "mất bò ở đồi", "Va chạm giao thông",
    "trộm xe máy", "Cãi nhau", "đánh bạc", "TRỘM XE", "xe cháy" };
static const char *const WORDS[] = { "trom xe", "xe", "mat", "Đồi", "khong co", "bac", "a",
    "va cham g" };

struct fixture {
    struct office_db office;
    struct tq_records *records; /* searches by the copy */
    struct tq_records *plain;   /* the same handle, by the walk */
    struct tq_db *other;        /* another program */
    struct tq_records *others;
    struct tq_db *builder;
    struct tq_search *search;
    struct tq_arena *arena;
    unsigned seed;
    long live;
};

static unsigned draw(struct fixture *f, unsigned n)
{
    f->seed = f->seed * 1103515245u + 12345u;
    return (f->seed >> 16) % n;
}

static struct tq_records *records_of(struct tq_db *db)
{
    struct tq_records *records;

    assert_int_equal(tq_records_new(&records, db, tq_catalogue_current(), "x", NULL), TQ_OK);
    return records;
}

static int set_up(void **state)
{
    static struct fixture f;
    const char *seed = getenv("TUQUAN_TEST_SEED");
    struct tq_db_config config = { .role = TQ_ROLE_OFFICE };

    f.live = test_mem_live();
    f.seed = seed != NULL ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL);
    print_message("seed %u (TUQUAN_TEST_SEED)\n", f.seed);
    office_db_make(&f.office);
    config.path = f.office.path;
    assert_int_equal(tq_db_open(&f.other, &config, NULL, NULL), TQ_OK);
    assert_int_equal(tq_db_open(&f.builder, &config, NULL, NULL), TQ_OK);
    f.records = records_of(f.office.db);
    f.plain = records_of(f.office.db);
    f.others = records_of(f.other);
    assert_int_equal(tq_search_new(&f.search, NULL), TQ_OK);
    tq_records_set_search(f.records, f.search);
    f.arena = tq_arena_new((size_t)64 << 20);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    tq_records_free(f->records);
    tq_records_free(f->plain);
    tq_records_free(f->others);
    tq_search_free(f->search);
    tq_db_close(f->builder);
    tq_db_close(f->other);
    office_db_remove(&f->office);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

static const struct tq_table *incidents(void)
{
    return tq_catalogue_find(tq_catalogue_current(), "incident");
}

static void list(struct fixture *f, struct tq_records *records, const char *words, bool with_voided,
        size_t offset, struct tq_record **rows, size_t *n, size_t *total)
{
    struct tq_query query = { .table = incidents(),
        .search = tq_slice_str(words),
        .with_voided = with_voided,
        .offset = offset,
        .limit = 7 };

    assert_int_equal(tq_record_list(records, &query, f->arena, rows, n, total, NULL), TQ_OK);
}

static void compare(struct fixture *f)
{
    const char *words = WORDS[draw(f, sizeof(WORDS) / sizeof(WORDS[0]))];
    bool with_voided = draw(f, 2) == 0;
    size_t offset = draw(f, 3) * 5;
    struct tq_record *a;
    struct tq_record *b;
    size_t na;
    size_t nb;
    size_t ta;
    size_t tb;

    tq_arena_reset(f->arena);
    list(f, f->records, words, with_voided, offset, &a, &na, &ta);
    list(f, f->plain, words, with_voided, offset, &b, &nb, &tb);
    assert_int_equal(ta, tb);
    assert_int_equal(na, nb);
    for (size_t i = 0; i < na; i++) {
        assert_true(tq_slice_equal(a[i].key, b[i].key));
        assert_int_equal(a[i].pending, b[i].pending);
    }
}

static struct tq_draft draft_of(struct fixture *f)
{
    struct tq_draft draft = { .table = incidents() };
    int summary = tq_table_column_find(draft.table, "summary");

    draft.given[summary] = true;
    draft.values[summary] = tq_value_str(TEXTS[draw(f, sizeof(TEXTS) / sizeof(TEXTS[0]))]);
    return draft;
}

/* A row is added, changed or voided, here or by another program. */
static void write(struct fixture *f)
{
    struct tq_records *records = draw(f, 3) == 0 ? f->others : f->records;
    struct tq_draft draft = draft_of(f);
    struct tq_record *rows;
    struct tq_slice key;
    size_t n;
    size_t total;
    unsigned what = draw(f, 4);

    list(f, f->plain, "", false, draw(f, 4) * 7, &rows, &n, &total);
    if (what < 2 || n == 0) {
        assert_int_equal(tq_record_insert(records, &draft, f->arena, &key, NULL, NULL), TQ_OK);
    } else if (what == 2) {
        assert_int_equal(
                tq_record_update(records, &draft, rows[draw(f, (unsigned)n)].key, NULL, NULL, NULL),
                TQ_OK);
    } else {
        assert_int_equal(tq_record_void(records, draft.table, rows[draw(f, (unsigned)n)].key,
                                 tq_slice_str("mẫu"), 1600000000000, NULL, NULL),
                TQ_OK);
    }
}

static void build(struct fixture *f)
{
    int64_t others;

    assert_int_equal(tq_db_others(f->office.db, &others, NULL), TQ_OK);
    assert_int_equal(tq_search_build(f->search, f->builder, others, NULL), TQ_OK);
}

/* A sync has confirmed everything: nothing waits any more. */
static void settle(struct fixture *f)
{
    sqlite3 *raw;

    assert_int_equal(sqlite3_open(f->office.path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, "DELETE FROM tq_pending", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
}

static void record_list__says_the_same_by_the_copy_and_by_the_walk(void **state)
{
    struct fixture *f = *state;

    for (int step = 0; step < STEPS; step++) {
        write(f);
        if (draw(f, 10) == 0)
            build(f);
        if (draw(f, 25) == 0)
            settle(f);
        compare(f);
    }
}

static bool is_fresh(struct fixture *f, size_t *hits)
{
    struct tq_buf keys;
    int64_t others;
    bool fresh;

    tq_buf_init(&keys, 0);
    assert_int_equal(tq_db_others(f->office.db, &others, NULL), TQ_OK);
    assert_int_equal(search_find(f->search, incidents()->id, others, true, tq_slice_str("xe"),
                             &keys, &fresh, NULL),
            TQ_OK);
    *hits = keys.len / TQ_SURROGATE_BYTES;
    tq_buf_deinit(&keys);
    return fresh;
}

static void search_find__serves_until_somebody_else_writes(void **state)
{
    struct fixture *f = *state;
    struct tq_draft draft = { .table = incidents() };
    int summary = tq_table_column_find(draft.table, "summary");
    struct tq_slice key;
    size_t hits;

    draft.given[summary] = true;
    draft.values[summary] = tq_value_str("Trộm xe máy ở xe buýt");
    assert_int_equal(tq_record_insert(f->records, &draft, f->arena, &key, NULL, NULL), TQ_OK);
    assert_false(is_fresh(f, &hits));
    build(f);
    assert_true(is_fresh(f, &hits));
    assert_int_equal(hits, 1);
    assert_int_equal(tq_record_insert(f->records, &draft, f->arena, &key, NULL, NULL), TQ_OK);
    assert_true(is_fresh(f, &hits));
    settle(f);
    assert_false(is_fresh(f, &hits));
    build(f);
    assert_true(is_fresh(f, &hits));
    assert_int_equal(hits, 2);
}

static void search_build__survives_a_failing_heap(void **state)
{
    struct fixture *f = *state;
    tq_status rc = TQ_NOMEM;
    int64_t others;

    for (int i = 0; i < 5; i++)
        write(f);
    settle(f); /* what waits is looked at itself, and would hide a copy that is not whole */
    build(f);
    assert_int_equal(tq_db_others(f->office.db, &others, NULL), TQ_OK);
    for (long n = 0; rc != TQ_OK; n++) {
        test_mem_fail_after(n, false);
        rc = tq_search_build(f->search, f->builder, others, NULL);
        if (!test_mem_struck())
            assert_int_equal(rc, TQ_OK);
        test_mem_fail_after(-1, false);
        assert_true(rc == TQ_OK || rc == TQ_NOMEM);
        for (int i = 0; i < 10; i++)
            compare(f); /* what was in place stays */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                record_list__says_the_same_by_the_copy_and_by_the_walk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                search_find__serves_until_somebody_else_writes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(search_build__survives_a_failing_heap, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
