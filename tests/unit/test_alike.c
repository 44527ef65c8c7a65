/* Rows that are possibly one thing (sync.md section 2): found by label or by facts, never by guess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "office_db.h"
#include "store/sql.h"
#include "tuquan/alike.h"

#define ROW(key, label, day, category)                                                             \
    "INSERT INTO incident(id,unit,label,area,village,occurred_on,category) VALUES("                \
    "x'000000000000000000000000000000" key "','" OFFICE_UNIT "'," label ",1,'" OFFICE_VILLAGE      \
    "','" day "','" category "');"

static struct office_db office;
static struct tq_arena *arena;
static struct tq_alike *pairs;
static size_t n;
static size_t total;

static int set_up(void **state)
{
    (void)state;
    office_db_make(&office);
    arena = tq_arena_new(1 << 20);
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    tq_arena_free(arena);
    office_db_remove(&office);
    return 0;
}

static void run(const char *sql)
{
    char words[256];

    if (office_db_run(&office, sql, words, sizeof(words)) != 0)
        fail_msg("%s: %s", sql, words);
}

static void look(const char *unit, size_t limit)
{
    struct tq_error err = { TQ_OK, "" };

    tq_arena_reset(arena);
    if (tq_alike_list(office.db, tq_slice_str(unit), limit, arena, &pairs, &n, &total, &err) !=
            TQ_OK)
        fail_msg("%s", err.msg);
}

static void alike_list__finds_equal_labels(void **state)
{
    (void)state;
    run(ROW("01", "'BL-20-A-001'", "2020-10-01", "theft") ROW("02", "'BL-20-A-001'", "2020-11-05",
            "assault") ROW("03", "'BL-20-A-002'", "2020-11-06", "fraud"));
    look("", 10);
    assert_int_equal(n, 1);
    assert_int_equal(total, 1);
    assert_int_equal(pairs[0].reason, TQ_ALIKE_LABEL);
    assert_string_equal(pairs[0].table->name, "incident");
    assert_int_equal(pairs[0].keys[0].data[15], 1);
    assert_int_equal(pairs[0].keys[1].data[15], 2);
    assert_true(tq_slice_equal(pairs[0].labels[1], tq_slice_str("BL-20-A-001")));
    assert_true(tq_slice_equal(pairs[0].unit, tq_slice_str(OFFICE_UNIT)));
    look("08782@2004-01-01", 10);
    assert_int_equal(total, 0);
}

static void alike_list__finds_the_same_facts_of_two_devices_only(void **state)
{
    (void)state;
    run(ROW("01", "'BL-20-A-001'", "2020-10-01", "theft") ROW("02", "'BL-20-B-001'", "2020-10-01",
            "theft") ROW("03", "'BL-20-A-002'", "2020-10-01", "theft"));
    look("", 10);
    assert_int_equal(n, 2); /* 1 and 3 are one machine's: its clerk knows that they are two */
    for (size_t i = 0; i < n; i++)
        assert_true(pairs[i].reason == TQ_ALIKE_FACTS &&
                    (pairs[i].keys[0].data[15] == 2 || pairs[i].keys[1].data[15] == 2));
    look("", 1);
    assert_int_equal(n, 1);
    assert_int_equal(total, 2);
    run("UPDATE incident SET category='fraud' WHERE label='BL-20-B-001'");
    look("", 10);
    assert_int_equal(total, 0);
}

static void alike_list__forgets_voided_rows_and_pairs_that_are_two(void **state)
{
    struct tq_error err = { TQ_OK, "" };
    char first[TQ_ALIKE_ID_SIZE];
    char again[TQ_ALIKE_ID_SIZE];

    (void)state;
    run(ROW("01", "'BL-20-A-001'", "2020-10-01", "theft") ROW("02", "'BL-20-B-001'", "2020-10-01",
            "theft") ROW("03", "'BL-20-C-001'", "2020-10-01", "theft"));
    look("", 10);
    assert_int_equal(total, 3);
    tq_alike_id(&pairs[0], first);
    for (int i = 0; i < 2; i++)
        assert_int_equal(tq_alike_keep(office.db, &pairs[0], tq_slice_str("cán bộ"),
                                 tq_slice_str("hai nhà"), 5, &err),
                TQ_OK);
    look("", 10);
    assert_int_equal(total, 2);
    for (size_t i = 0; i < n; i++) {
        tq_alike_id(&pairs[i], again);
        assert_string_not_equal(first, again);
    }
    run("UPDATE incident SET voided_at=1605916800000, void_reason='t' WHERE label='BL-20-A-001'");
    look("", 10);
    assert_int_equal(total, 1);
    run("UPDATE incident SET voided_at=1605916800000, void_reason='t' WHERE label='BL-20-C-001'");
    look("", 10);
    assert_int_equal(total, 0);
    assert_string_equal(
            office_db_text(&office, "SELECT author||'/'||why||'/'||at_ms FROM tq_distinct"),
            "cán bộ/hai nhà/5");
    assert_int_equal(office_db_int(&office, "SELECT count(*) FROM tq_log WHERE tbl=0"), 0);
}

/* However many there are, each is found by its id, in its own unit only. */
static void alike_find__knows_every_pair_by_its_id(void **state)
{
    struct tq_error err = { TQ_OK, "" };
    struct tq_alike found;

    (void)state;
    run(ROW("01", "'BL-20-A-001'", "2020-10-01", "theft") ROW("02", "'BL-20-B-001'", "2020-10-01",
            "theft") ROW("03", "'BL-20-C-001'", "2020-10-01", "theft"));
    look("", 10);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        struct tq_alike pair = pairs[i];
        char id[TQ_ALIKE_ID_SIZE];

        tq_alike_id(&pair, id);
        assert_int_equal(
                tq_alike_find(office.db, tq_slice_str(""), id, arena, &found, &err), TQ_OK);
        for (int k = 0; k < 2; k++)
            assert_true(tq_slice_equal(found.keys[k], pair.keys[k]));
        assert_int_equal(
                tq_alike_find(office.db, tq_slice_str("08782@2004-01-01"), id, arena, &found, &err),
                TQ_NOT_FOUND);
    }
    assert_int_equal(
            tq_alike_find(office.db, tq_slice_str(""), "0123456789ab", arena, &found, &err),
            TQ_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(alike_find__knows_every_pair_by_its_id),
        TEST(alike_list__finds_equal_labels),
        TEST(alike_list__finds_the_same_facts_of_two_devices_only),
        TEST(alike_list__forgets_voided_rows_and_pairs_that_are_two),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
