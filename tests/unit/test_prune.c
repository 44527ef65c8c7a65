/* test_prune.c - What an office may forget of what it sent: never by age alone, never because of a
 * backup alone, and nothing that the district may ask back (sync.md sections 3 and 7). Real sessions,
 * stores, triggers and codec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ends.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define KEPT                                                                                       \
    "SELECT coalesce(group_concat(seq),'') FROM (SELECT seq FROM tq_set WHERE"                     \
    " length(payload)>0 ORDER BY n)"

static size_t prune(struct ends *e)
{
    struct tq_error err = { TQ_OK, "" };
    size_t pruned;

    if (tq_office_prune(&e->ends[0].w.office, &pruned, &err) != TQ_OK)
        fail_msg("prune: %s", err.msg);
    return pruned;
}

/* The district's file was backed up, and the copy tried. */
static void backed_up(struct ends *e)
{
    assert_int_equal(
            tq_district_store_set_backed_up(e->mill.store, mill_head(&e->mill, NULL), NULL), TQ_OK);
}

/* Sets 1 to 3 of office 0. */
static void write_three(struct ends *e)
{
    struct office_world *w = &e->ends[0].w;

    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('2020-01-01','a',1)");
    ends_sync(e, 0);
    world_sql(w, "UPDATE item SET amount=2");
    ends_sync(e, 0);
    world_sql(w, "UPDATE item SET amount=3");
    ends_sync(e, 0);
}

static void prune__takes_neither_age_nor_a_backup_alone(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;

    write_three(e);
    backed_up(e);
    ends_sync(e, 0);
    assert_int_equal(prune(e), 0); /* young */
    world_sql(w, "UPDATE item SET amount=4");
    ends_sync(e, 0);
    e->now_ms += 365 * DAY_MS;
    ends_sync(e, 0);
    assert_int_equal(prune(e), 0); /* a day too young */
    e->now_ms += 5 * DAY_MS;
    world_sql(w, "UPDATE item SET amount=5");
    ends_sync(e, 0);
    assert_int_equal(prune(e), 3); /* 4 is as old, and in no backup */
    world_expect(w, KEPT, "4,5");
    world_expect(w, "SELECT count(*) FROM tq_receipt", "5");
    backed_up(e);
    ends_sync(e, 0);
    assert_int_equal(prune(e), 1); /* 5 is the last of its chain, and young */
    world_expect(w, KEPT, "5");
    e->now_ms += 400 * DAY_MS;
    ends_sync(e, 0);
    assert_int_equal(prune(e), 0);
    world_sql(w, "UPDATE item SET amount=6"); /* the chain goes on */
    ends_sync(e, 0);
    ends_sync(e, 1);
    ends_agree(e, 2);
}

/* The office's clock has no say: neither a late one nor one that stands still. */
static void prune__goes_by_the_districts_clock(void **state)
{
    struct ends *e = *state;

    write_three(e);
    backed_up(e);
    world_sql(&e->ends[0].w, "UPDATE tq_set SET sealed_at=0");
    ends_sync(e, 0);
    assert_int_equal(prune(e), 0);
}

static void prune__keeps_what_carries_unsettled_cells(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;

    world_sql(w, "INSERT INTO incident(unit,area,category,occurred_on) VALUES('" WORLD_UNIT
                 "',1,'theft','2020-12-10')");
    world_sql(w, "UPDATE tq_flag SET applying=1; UPDATE incident SET village='08779-09@2019-01-01';"
                 "UPDATE tq_flag SET applying=0");
    ends_sync(e, 0);
    world_sql(w, "UPDATE incident SET village='" WORLD_VILLAGE "'");
    world_sql(w, "UPDATE tq_flag SET applying=1;"
                 "UPDATE tq_log SET new=replace(new,'" WORLD_VILLAGE "','08779-09@2019-01-01');"
                 "UPDATE incident SET village='08779-09@2019-01-01';"
                 "UPDATE tq_flag SET applying=0");
    assert_int_equal(ends_sync(e, 0)->held, 1);
    write_three(e);
    backed_up(e);
    e->now_ms += 400 * DAY_MS;
    world_sql(&e->ends[1].w, "INSERT INTO item(code,title,amount) VALUES('2020-01-03','c',1)");
    ends_sync(e, 1); /* the district's clock is that of its last merge */
    ends_sync(e, 0);
    assert_int_equal(prune(e), 3);
    world_expect(w, KEPT, "2,5");
}

/* A backup that was made of a restored district before this office gave back what it lacked does not
 * have it, whatever its head says. */
static void prune__does_not_count_a_backup_from_before_a_refill(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", e->mill.dir);
    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('2020-01-02','b',1)");
    ends_sync(e, 0);
    mill_backup(&e->mill, path);
    write_three(e);
    ends_restore_district(e, path);
    backed_up(e); /* with a head above everything that the office's receipts name */
    e->now_ms += 400 * DAY_MS;
    assert_int_equal(ends_sync(e, 0)->sets_refilled, 3);
    assert_int_equal(prune(e), 0);
    ends_sync(e, 0);
    assert_int_equal(prune(e), 0);
    backed_up(e);
    ends_sync(e, 0);
    assert_int_equal(prune(e), 3);
    world_expect(w, KEPT, "4");
}

/* What is kept is enough for a district that was restored from the backup that was named. */
static void prune__leaves_what_a_restored_district_lacks(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", e->mill.dir);
    write_three(e);
    backed_up(e);
    mill_backup(&e->mill, path);
    e->now_ms += 400 * DAY_MS;
    world_sql(w, "UPDATE item SET amount=8");
    ends_sync(e, 0);
    assert_int_equal(prune(e), 3);
    world_expect(w, KEPT, "4");
    ends_restore_district(e, path);
    assert_int_equal(ends_sync(e, 0)->sets_refilled, 1);
    ends_sync(e, 1);
    world_expect(&e->ends[1].w, "SELECT amount FROM item", "8");
    ends_agree(e, 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, ends_open, ends_close)
    const struct CMUnitTest tests[] = {
        TEST(prune__takes_neither_age_nor_a_backup_alone),
        TEST(prune__goes_by_the_districts_clock),
        TEST(prune__keeps_what_carries_unsettled_cells),
        TEST(prune__does_not_count_a_backup_from_before_a_refill),
        TEST(prune__leaves_what_a_restored_district_lacks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
