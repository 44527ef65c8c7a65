/* What falls into a locked period becomes a request, by every day that is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"

#define LC "08773@2004-01-01"
#define LC_VILLAGE "village=08773-01@2019-01-01"

static struct tq_change *incident(struct mill *m, struct mill_device *d, uint32_t key)
{
    return mill_insert(m, d, "incident", mill_key(m, key), "area=1", "category=theft", LC_VILLAGE,
            "occurred_on=2020-11-20", "summary=dữ liệu mẫu", NULL);
}

static void merge__makes_one_request_of_a_change_in_a_locked_period(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    struct tq_error err;
    bool exists;

    incident(m, d, 1);
    mill_send(m, d);
    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), "state=locked", NULL);
    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), "kind=month", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=9", NULL)->lock_on =
            tq_slice_str("2020-11-20");
    incident(m, d, 2)->lock_on = tq_slice_str("2020-11-20");
    /* What an insert is about stands in its own values; a row does not slip out of the period. */
    mill_insert(m, d, "incident", mill_key(m, 3), "area=1", "occurred_on=2020-12-20", NULL)
            ->lock_on = tq_slice_str("2020-11-20");
    mill_insert(m, d, "incident", mill_key(m, 4), "area=1", "occurred_on=2020-11-21", NULL)
            ->lock_on = tq_slice_str("2020-12-20");
    {
        struct tq_change *c =
                mill_update(m, d, "incident", mill_key(m, 1), "occurred_on=2020-12-20", NULL);

        c->lock_on = tq_slice_str("2020-12-20");
        ((struct tq_value *)c->before)[0] = tq_value_str("2020-11-20");
    }
    receipt = mill_send(m, d);
    assert_int_equal(receipt.requested, 4);
    assert_int_equal(receipt.accepted, 1);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 0);
    mill_cell(m, "incident", mill_key(m, 2), "id", &exists);
    assert_false(exists);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 4);
}

static uint32_t asked_of(struct mill *m, struct mill_device *d)
{
    return mill_send(m, d).requested;
}

/* Not the one that names the row's period alone: a tip by when it came, a plan by its day, what was
 * found by its deadline, what ended by its end. */
static void merge__asks_for_every_day_that_is_counted_in_a_locked_period(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_error err;

    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), "state=locked", NULL);
    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), "kind=month", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    /* 15/11 .. 14/12: the first instant of it in Viet Nam, and the last before. */
    mill_insert(m, d, "tip", mill_key(m, 1), "area=1", "received_at=1605373200000", NULL);
    assert_int_equal(asked_of(m, d), 1);
    mill_insert(m, d, "tip", mill_key(m, 2), "area=1", "received_at=1605373199999", NULL);
    assert_int_equal(asked_of(m, d), 0);
    mill_insert(m, d, "activity", mill_key(m, 3), "kind=patrol", "planned_on=2020-11-20", NULL);
    assert_int_equal(asked_of(m, d), 1);
    mill_insert(m, d, "incident", mill_key(m, 4), "area=2", "due_on=2020-12-14", NULL);
    assert_int_equal(asked_of(m, d), 1);
    mill_insert(m, d, "incident", mill_key(m, 5), "area=2", "due_on=2020-12-15", NULL);
    mill_insert(m, d, "hotspot", mill_key(m, 6), "arisen_on=2020-10-20", NULL);
    mill_insert(m, d, "self_mgmt_group", mill_key(m, 7), "founded_on=2020-10-20", NULL);
    mill_insert(m, d, "model", mill_key(m, 8), "launched_on=2020-10-20", NULL);
    assert_int_equal(asked_of(m, d), 0);
    mill_update(m, d, "hotspot", mill_key(m, 6), "ended_on=2020-12-14", NULL);
    mill_update(m, d, "self_mgmt_group", mill_key(m, 7), "trained_on=2020-12-14", NULL);
    mill_update(m, d, "model", mill_key(m, 8), "paused_on=2020-12-14", NULL);
    assert_int_equal(asked_of(m, d), 3);
    mill_update(m, d, "hotspot", mill_key(m, 6), "ended_on=2020-12-15", NULL);
    mill_update(m, d, "self_mgmt_group", mill_key(m, 7), "trained_on=2020-12-15", NULL);
    assert_int_equal(asked_of(m, d), 0);
    /* What its writer saw, one day of several; and the value that a change leaves. */
    mill_update(m, d, "incident", mill_key(m, 5), "deaths=1", NULL)->lock_on =
            tq_slice_str("2020-12-15 2020-11-20");
    {
        struct tq_change *c =
                mill_update(m, d, "hotspot", mill_key(m, 6), "ended_on=2020-12-20", NULL);

        ((struct tq_value *)c->before)[0] = tq_value_str("2020-12-01");
    }
    assert_int_equal(asked_of(m, d), 2);
}

/* What was due by the end of Q1, the border, and a year by its number. */
static void merge__asks_for_launches_covenants_border_and_recognition(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct mill_device *o = &m->devices[0];
    static const char ADOPTED[] = "08773-01@2019-01-01\x1f"
                                  "2020-12-14";
    static const char LATER[] = "08773-01@2019-01-01\x1f"
                                "2020-12-15";
    static const char LAUNCH[] = LC "\x1f"
                                    "00002020";
    static const char NEXT[] = LC "\x1f"
                                  "00002021";
    struct tq_error err;

    mill_update(m, o, "period", tq_slice_str("ADMIN/2020-12"), "kind=month", NULL);
    mill_insert(m, o, "calendar", tq_slice_str("COMMUNE"), "name=x", NULL);
    mill_insert(m, o, "period", tq_slice_str("COMMUNE/2020"), "calendar=COMMUNE", "code=2020",
            "kind=year", "starts_on=2019-11-16", "ends_on=2020-11-15", "state=locked", NULL);
    mill_update(m, o, "period", tq_slice_str("ADMIN/2020-12"), "state=locked", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    mill_insert(m, d, "covenant", tq_slice_str(ADOPTED), "state=adopted", NULL);
    mill_insert(m, d, "recognition", tq_slice_str(LAUNCH), "villages_recognised=9", NULL);
    mill_insert(m, d, "border_meeting", mill_key(m, 1), "held_on=2020-12-14", NULL);
    mill_insert(m, d, "joint_patrol", mill_key(m, 2), "held_on=2020-12-14", NULL);
    assert_int_equal(asked_of(m, d), 4);
    mill_insert(m, d, "covenant", tq_slice_str(LATER), "state=adopted", NULL);
    mill_insert(m, d, "recognition", tq_slice_str(NEXT), "villages_recognised=9", NULL);
    mill_insert(m, d, "emulation_launch", tq_slice_str(LAUNCH), "pledged=9", NULL);
    mill_insert(m, d, "border_meeting", mill_key(m, 3), "held_on=2020-12-15", NULL);
    mill_insert(m, d, "joint_patrol", mill_key(m, 4), "held_on=2020-12-15", NULL);
    assert_int_equal(asked_of(m, d), 0);
    mill_update(m, d, "emulation_launch", tq_slice_str(LAUNCH), "registered_on=2020-12-14", NULL);
    mill_update(m, d, "emulation_launch", tq_slice_str(LAUNCH), "launched_on=2020-12-14", NULL);
    mill_update(m, d, "border_meeting", mill_key(m, 3), "held_on=2020-12-14", NULL);
    mill_update(m, d, "joint_patrol", mill_key(m, 4), "signed_on=2021-01-02", NULL)->lock_on =
            tq_slice_str("2020-12-14");
    mill_update(m, d, "recognition", tq_slice_str(NEXT), "villages_registered=9", NULL)->lock_on =
            tq_slice_str("COMMUNE/2020");
    assert_int_equal(asked_of(m, d), 5);
    mill_update(m, d, "emulation_launch", tq_slice_str(LAUNCH), "launched_on=2020-12-15", NULL);
    assert_int_equal(asked_of(m, d), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(merge__makes_one_request_of_a_change_in_a_locked_period),
        TEST(merge__asks_for_every_day_that_is_counted_in_a_locked_period),
        TEST(merge__asks_for_launches_covenants_border_and_recognition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
