/* Rows in force under a row that was voided: listed until one or the other is put right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "office_db.h"
#include "store/sql.h"
#include "tuquan/orphans.h"

#define INCIDENT "x'00000000000000000000000000000001'"
#define NOTICE "x'00000000000000000000000000000002'"

static struct office_db office;
static struct tq_arena *arena;
static struct tq_orphan *list;
static size_t n;
static size_t total;

static void run(const char *sql)
{
    char words[256];

    if (office_db_run(&office, sql, words, sizeof(words)) != 0)
        fail_msg("%s: %s", sql, words);
}

static int set_up(void **state)
{
    (void)state;
    office_db_make(&office);
    arena = tq_arena_new(1 << 20);
    run("INSERT INTO incident(id,unit,area) VALUES(" INCIDENT ",'" OFFICE_UNIT "',1);"
        "INSERT INTO border_notice(id,unit,incident) VALUES(" NOTICE ",'" OFFICE_UNIT "'," INCIDENT
        ")");
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    tq_arena_free(arena);
    office_db_remove(&office);
    return 0;
}

static void look(const char *unit, size_t limit)
{
    struct tq_error err = { TQ_OK, "" };

    tq_arena_reset(arena);
    if (tq_orphans_list(office.db, tq_slice_str(unit), limit, arena, &list, &n, &total, &err) !=
            TQ_OK)
        fail_msg("%s", err.msg);
}

static void voids(const char *table, const char *at)
{
    char sql[160];

    snprintf(sql, sizeof(sql), "UPDATE %s SET voided_at=%s, void_reason=%s", table, at,
            strcmp(at, "NULL") == 0 ? "NULL" : "'dữ liệu mẫu'");
    run(sql);
}

static void orphans_list__names_the_row_and_the_parent_that_was_voided(void **state)
{
    (void)state;
    look("", 10);
    assert_int_equal(total, 0);
    voids("incident", "1608000000000");
    look(OFFICE_UNIT, 10);
    assert_int_equal(total, 1);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].table->name, "border_notice");
    assert_string_equal(list[0].parent->name, "incident");
    assert_string_equal(list[0].table->columns[list[0].column].name, "incident");
    assert_int_equal(list[0].key.data[15], 2);
    assert_int_equal(list[0].parent_key.data[15], 1);
    assert_true(tq_slice_equal(list[0].unit, tq_slice_str(OFFICE_UNIT)));
    assert_true(tq_slice_equal(list[0].void_reason, tq_slice_str("dữ liệu mẫu")));
    look("08782@2004-01-01", 10);
    assert_int_equal(total, 0);
    look("", 0);
    assert_int_equal(total, 1);
    assert_int_equal(n, 0);
}

static void orphans_list__is_empty_when_either_is_put_right(void **state)
{
    (void)state;
    voids("incident", "1608000000000");
    voids("incident", "NULL");
    look("", 10);
    assert_int_equal(total, 0);
    voids("incident", "1608000000000");
    voids("border_notice", "1608000000000");
    look("", 10);
    assert_int_equal(total, 0);
}

/* A key of several parts: the village was voided by the district. */
static void orphans_list__names_rows_of_natural_keys(void **state)
{
    (void)state;
    run("INSERT INTO village_profile(village,as_of,unit,households) VALUES('" OFFICE_VILLAGE
        "','2020-01-01','" OFFICE_UNIT "',5);"
        "UPDATE tq_flag SET applying=1;"
        "UPDATE unit SET voided_at=1, void_reason='dữ liệu mẫu' WHERE unit='" OFFICE_VILLAGE "';"
        "UPDATE tq_flag SET applying=0");
    look("", 10);
    assert_int_equal(total, 1);
    assert_true(tq_slice_equal(list[0].key, tq_slice_str(OFFICE_VILLAGE "\x1f"
                                                                        "2020-01-01")));
    assert_string_equal(list[0].parent->name, "unit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(orphans_list__names_the_row_and_the_parent_that_was_voided),
        TEST(orphans_list__is_empty_when_either_is_put_right),
        TEST(orphans_list__names_rows_of_natural_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
