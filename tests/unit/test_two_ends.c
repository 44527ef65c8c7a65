/* test_two_ends.c - Devices of one commune and the district: real sessions, stores, triggers and
 * codec, a line in memory that may lose messages (ends.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ends.h"
#include "test_mem.h"

#define A "2020-01-01"

static void two_ends__load_an_empty_file_and_agree(void **state)
{
    struct ends *n = *state;

    for (size_t i = 0; i < ENDS; i++) {
        world_expect(&n->ends[i].w, "SELECT count(*) FROM unit", "4");
        world_expect(&n->ends[i].w, "SELECT loading FROM tq_state", "0");
    }
    assert_int_equal(ends_sync(n, 0)->round_trips, 1);
}

static void two_ends__carry_a_row_to_the_other_device_in_one_round_trip(void **state)
{
    struct ends *n = *state;

    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','mine',5)");
    assert_int_equal(ends_sync(n, 0)->round_trips, 1);
    world_expect(&n->ends[0].w, "SELECT count(*) FROM pending", "0");
    assert_int_equal(ends_sync(n, 1)->round_trips, 1);
    world_expect(&n->ends[1].w, "SELECT title||amount FROM item", "mine5");
}

static void two_ends__agree_on_one_value_of_a_cell_that_both_changed(void **state)
{
    struct ends *n = *state;
    const char *first;

    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    ends_sync(n, 0);
    ends_sync(n, 1);
    world_sql(&n->ends[0].w, "UPDATE item SET amount=6");
    world_sql(&n->ends[1].w, "UPDATE item SET amount=7, title='u'");
    ends_sync(n, 0);
    ends_sync(n, 1);
    ends_sync(n, 0);
    first = world_get(&n->ends[0].w, "SELECT amount||title FROM item");
    world_expect(&n->ends[1].w, "SELECT amount||title FROM item", first);
    for (size_t i = 0; i < ENDS; i++)
        world_expect(&n->ends[i].w, "SELECT count(*) FROM pending", "0");
}

static void two_ends__agree_on_two_inserts_of_one_row(void **state)
{
    struct ends *n = *state;
    const char *first;

    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','a',5)");
    world_sql(&n->ends[1].w, "INSERT INTO item(code,title) VALUES('" A "','b')");
    ends_sync(n, 0);
    ends_sync(n, 1);
    ends_sync(n, 0);
    ends_sync(n, 1);
    first = world_get(&n->ends[0].w, "SELECT amount||title FROM item");
    world_expect(&n->ends[1].w, "SELECT amount||title FROM item", first);
    for (size_t i = 0; i < ENDS; i++)
        world_expect(&n->ends[i].w, "SELECT count(*) FROM pending", "0");
}

/* The office's triggers would refuse it: a right one, made wrong in row and log alike. */
static void insert_a_wrong_amount(struct office_world *w)
{
    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    world_sql(w, "UPDATE tq_flag SET applying=1");
    world_sql(w, "UPDATE item SET amount=-5");
    world_sql(w, "UPDATE tq_log SET new=replace(new,'8=5,','8=-5,')");
    world_sql(w, "UPDATE tq_flag SET applying=0");
}

static void two_ends__return_a_refused_insert_and_take_its_correction(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;

    insert_a_wrong_amount(w);
    assert_int_equal(ends_sync(n, 0)->refused, 1);
    world_expect(w, "SELECT state FROM pending", "2");
    world_expect(w, "SELECT reason||' '||\"column\" FROM tq_returned", "7 8");
    ends_sync(n, 1);
    world_expect(&n->ends[1].w, "SELECT count(*) FROM item", "0");
    world_sql(w, "UPDATE item SET amount=5");
    ends_sync(n, 0);
    ends_sync(n, 0);
    world_expect(w, "SELECT count(*) FROM pending", "0");
    world_expect(w, "SELECT count(*) FROM tq_returned", "0");
    ends_sync(n, 1);
    world_expect(&n->ends[1].w, "SELECT amount FROM item", "5");
}

static void two_ends__remove_a_refused_insert_that_is_voided(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;

    insert_a_wrong_amount(w);
    ends_sync(n, 0);
    world_sql(w, "UPDATE item SET voided_at=1600000000000,void_reason='nhầm'");
    ends_sync(n, 0);
    ends_sync(n, 0);
    world_expect(w, "SELECT count(*) FROM item", "0");
    world_expect(w, "SELECT count(*) FROM pending", "0");
}

static void two_ends__repair_one_cell_and_name_it(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;
    const struct tq_office_result *result;

    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5),('2020-02-02','u',6)");
    ends_sync(n, 0);
    world_sql(w, "UPDATE tq_flag SET applying=1; UPDATE village_profile SET households=666 WHERE"
                 " as_of='" A "'; UPDATE tq_flag SET applying=0");
    result = ends_sync(n, 0);
    assert_int_equal(result->progress.rows_repaired, 1);
    assert_int_equal(result->round_trips, 2);
    world_expect(w, "SELECT text||' '||found||' '||expected FROM tq_fault",
            "village_profile " WORLD_VILLAGE "/" A " households 666 5");
    world_expect(w, "SELECT group_concat(amount) FROM item", "5,6");
}

/* The office's triggers would refuse a village that nobody knows. */
static void move_to_new_village(struct office_world *w, unsigned village)
{
    char sql[512];

    world_sql(w, "UPDATE incident SET village='" WORLD_VILLAGE "'");
    snprintf(sql, sizeof(sql),
            "UPDATE tq_flag SET applying=1;"
            "UPDATE incident SET village='08779-%02u@2019-01-01';"
            "UPDATE tq_log SET new=replace(new,'" WORLD_VILLAGE "','08779-%02u@2019-01-01');"
            "UPDATE tq_flag SET applying=0",
            village, village);
    world_sql(w, sql);
}

static void add_village(struct ends *n, unsigned village)
{
    struct mill_device *district = &n->mill.devices[0];
    struct tq_error err = { TQ_OK, "" };
    char key[32];
    char code[32];

    snprintf(key, sizeof(key), "08779-%02u@2019-01-01", village);
    snprintf(code, sizeof(code), "code=08779-%02u", village);
    mill_insert(&n->mill, district, "unit", tq_slice_str(key), code, "level=4", "name=Thôn (mẫu)",
            "parent=" WORLD_UNIT, NULL);
    n->mill.now_ms = n->now_ms;
    if (mill_district(&n->mill, &err) != TQ_OK)
        fail_msg("village: %s", err.msg);
}

/* What waited for its village is released; the messages that say so get lost, one after another. */
static void two_ends__release_what_was_held_whichever_message_is_lost(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;
    unsigned lost = 0;

    world_sql(w, "INSERT INTO incident(unit,area,category,occurred_on) VALUES('" WORLD_UNIT
                 "',1,'theft','2020-12-10')");
    ends_sync(n, 0);
    for (unsigned k = 1; lost + 1 == k; k++) {
        move_to_new_village(w, k + 1);
        assert_int_equal(ends_sync(n, 0)->held, 1);
        world_expect(w, "SELECT group_concat(state) FROM pending", "1");
        add_village(n, k + 1);
        world_sql(w, "UPDATE incident SET injured=coalesce(injured,0)+1"); /* more is on its way */
        n->lose = k;
        (void)ends_try(n, 0);
        lost += n->lose == 0;
        n->lose = 0;
        ends_sync(n, 0);
        world_expect(w, "SELECT count(*) FROM pending", "0");
        world_expect(w, "SELECT count(*) FROM held_row WHERE state='open'", "0");
    }
    assert_true(lost >= 7); /* Hello, set, Pull; Welcome, receipt, rows, status */
}

/* As our own program writes: counted. */
static void clerk(struct office_world *w, const char *sql)
{
    assert_int_equal(tq_db_begin(w->file, NULL), TQ_OK);
    world_sql(w, sql);
    assert_int_equal(tq_db_commit(w->file, NULL), TQ_OK);
}

static void two_ends__add_up_on_most_nights_and_read_every_row_when_they_must(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;

    clerk(w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5),('2020-02-02','u',6)");
    assert_false(ends_sync(n, 0)->every_row);
    clerk(w, "UPDATE item SET amount=9 WHERE code='" A "'");
    assert_false(ends_sync(n, 0)->every_row);
    assert_true(ends_sync(n, 1)->progress.rows_received > 0);
    assert_false(ends_sync(n, 1)->every_row);
    world_sql(w, "UPDATE item SET amount=8 WHERE code='" A "'"); /* another tool, captured */
    assert_true(ends_sync(n, 0)->every_row);
    assert_false(ends_sync(n, 0)->every_row);
    world_sql(w, "PRAGMA wal_checkpoint(TRUNCATE)"); /* what was written cannot be told any more */
    clerk(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    assert_true(ends_sync(n, 0)->every_row);
    assert_false(ends_sync(n, 0)->every_row);
    n->now_ms += TQ_READ_EVERY_ROW_MS - 60000;
    assert_false(ends_sync(n, 0)->every_row);
    n->now_ms += 120000;
    assert_true(ends_sync(n, 0)->every_row);
    assert_false(ends_sync(n, 0)->every_row);
    n->now_ms -= 3 * TQ_READ_EVERY_ROW_MS; /* a clock that steps back makes no week longer */
    assert_true(ends_sync(n, 0)->every_row);
}

/* Blocks of memory while the district sends a repair. */
static bool measure(void *ctx, size_t from, size_t to, const struct tq_message *message)
{
    long *most = ctx;

    (void)from;
    (void)to;
    if (message->kind == TQ_MSG_ROWS && message->u.rows.repair && test_mem_live() > *most)
        *most = test_mem_live();
    return false;
}

/* Narrowing reads the table three times over; none of it stays in memory. */
static void two_ends__repair_a_large_table_in_little_memory(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;
    long before;
    long most = 0;

    clerk(w, "WITH c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i<11999)"
             " INSERT INTO item(code,title,amount) SELECT date('1900-01-01','+'||i||' days'),"
             "'dữ liệu mẫu',i FROM c");
    ends_sync(n, 0);
    before = test_mem_live();
    n->watch = measure;
    n->watch_ctx = &most;
    world_sql(w, "UPDATE tq_flag SET applying=1; UPDATE village_profile SET households=666 WHERE"
                 " as_of=date('1900-01-01','+11998 days'); UPDATE tq_flag SET applying=0");
    assert_int_equal(ends_sync(n, 0)->progress.rows_repaired, 1);
    assert_true(most > before && most - before < 40); /* of 64 KiB most of them */
}

/* No trigger ran and no row of ours tells of it: the log of SQLite does. */
static void two_ends__notice_a_write_that_left_no_trace_in_the_tables(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;
    const struct tq_office_result *result;
    sqlite3 *tool;
    char path[256];

    clerk(w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5),('2020-02-02','u',6)");
    ends_sync(n, 0);
    assert_false(ends_sync(n, 0)->every_row);
    snprintf(path, sizeof(path), "%s/office.db", w->dir);
    assert_int_equal(sqlite3_open(path, &tool), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(tool, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL), SQLITE_OK);
    assert_int_equal(
            sqlite3_exec(tool, "UPDATE village_profile SET households=666 WHERE as_of='" A "'",
                    NULL, NULL, NULL),
            SQLITE_OK);
    sqlite3_close(tool);
    clerk(w, "UPDATE item SET amount=7 WHERE code='2020-02-02'");
    result = ends_sync(n, 0);
    assert_true(result->every_row);
    assert_int_equal(result->progress.rows_repaired, 1);
    world_expect(w, "SELECT text||' '||found||' '||expected FROM tq_fault",
            "village_profile " WORLD_VILLAGE "/" A " households 666 5");
    assert_true(ends_sync(n, 0)->every_row); /* after a repair */
    assert_false(ends_sync(n, 0)->every_row);
    world_expect(w, "SELECT count(*) FROM tq_fault", "1");
}

static void two_ends__find_sums_that_are_wrong_and_call_nothing_different(void **state)
{
    struct ends *n = *state;
    struct office_world *w = &n->ends[0].w;
    const struct tq_office_result *result;

    clerk(w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    ends_sync(n, 0);
    for (size_t i = 0; i < w->office.sums.n; i++)
        w->office.sums.list[i].sum[3] ^= 1;
    n->wrong = 1;
    result = ends_sync(n, 0);
    assert_true(result->every_row);
    assert_int_equal(result->round_trips, 1);
    assert_int_equal(w->office.sums.wrong, 1);
    world_expect(w, "SELECT count(*) FROM tq_fault", "0");
    assert_false(ends_sync(n, 0)->every_row);
}

/* Random work at both ends over a line that loses messages; then the line is good again. */
static void two_ends__converge_over_a_bad_line(void **state)
{
    struct ends *n = *state;
    const char *given = getenv("TQ_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    const char *first;

    print_message("seed %llu\n", (unsigned long long)seed);
    n->random = seed * 2654435761u + 1;
    for (int step = 0; step < 120; step++) {
        struct office_world *w = &n->ends[ends_random(n) % ENDS].w;
        unsigned day = (unsigned)(ends_random(n) % 8) + 1;
        unsigned value = (unsigned)(ends_random(n) % 1000);
        char sql[256];

        snprintf(sql, sizeof(sql), "SELECT count(*) FROM item WHERE code='2020-01-%02u'", day);
        if (strcmp(world_get(w, sql), "0") == 0)
            snprintf(sql, sizeof(sql),
                    "INSERT INTO item(code,title,amount) VALUES('2020-01-%02u','t%u',%u)", day,
                    value, value);
        else
            snprintf(sql, sizeof(sql), "UPDATE item SET %s=%u WHERE code='2020-01-%02u'",
                    value % 2 == 0 ? "amount" : "title", value, day);
        clerk(w, sql);
        n->loss = 15;
        if (ends_random(n) % 3 == 0) {
            ends_start(n, ends_random(n) % ENDS);
            if (ends_random(n) % 2 == 0)
                ends_start(n, ends_random(n) % ENDS);
            ends_run(n);
        }
    }
    n->loss = 0;
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < ENDS; i++)
            ends_sync(n, i);
    first = world_get(&n->ends[0].w, "SELECT group_concat(code||title||amount) FROM item");
    world_expect(&n->ends[1].w, "SELECT group_concat(code||title||amount) FROM item", first);
    for (size_t i = 0; i < ENDS; i++) {
        world_expect(&n->ends[i].w, "SELECT count(*) FROM pending", "0");
        world_expect(&n->ends[i].w, "SELECT count(*) FROM tq_fault", "0");
        world_expect(&n->ends[i].w, "SELECT count(*) FROM tq_set WHERE acked=0", "0");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ends_open, ends_close)
    const struct CMUnitTest tests[] = {
        TEST(two_ends__load_an_empty_file_and_agree),
        TEST(two_ends__carry_a_row_to_the_other_device_in_one_round_trip),
        TEST(two_ends__agree_on_one_value_of_a_cell_that_both_changed),
        TEST(two_ends__agree_on_two_inserts_of_one_row),
        TEST(two_ends__return_a_refused_insert_and_take_its_correction),
        TEST(two_ends__remove_a_refused_insert_that_is_voided),
        TEST(two_ends__repair_one_cell_and_name_it),
        TEST(two_ends__release_what_was_held_whichever_message_is_lost),
        TEST(two_ends__add_up_on_most_nights_and_read_every_row_when_they_must),
        TEST(two_ends__repair_a_large_table_in_little_memory),
        TEST(two_ends__notice_a_write_that_left_no_trace_in_the_tables),
        TEST(two_ends__find_sums_that_are_wrong_and_call_nothing_different),
        TEST(two_ends__converge_over_a_bad_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
