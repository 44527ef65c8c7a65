#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tuquan/backoff.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY TQ_BACKOFF_DAY_MS

/* 2020-11-23 00:00 in Asia/Ho_Chi_Minh. */
#define MIDNIGHT (INT64_C(1606064400000))

static struct tq_backoff_plan plan(void)
{
    struct tq_backoff_plan p;

    tq_backoff_plan_default(&p);
    return p;
}

/* Device 1, ten in the morning, all well since tonight's slot. */
static struct tq_backoff_facts calm(void)
{
    struct tq_backoff_facts f;

    memset(&f, 0, sizeof(f));
    f.now_ms = MIDNIGHT + 10 * HOUR;
    f.device = 1;
    f.started_ms = MIDNIGHT - DAY;
    f.last_attempt_ms = MIDNIGHT + 4 * HOUR;
    f.last_success_ms = f.last_attempt_ms;
    return f;
}

static void expect(const struct tq_backoff_facts *facts, bool sync_now, tq_backoff_reason reason,
        int64_t at_ms)
{
    struct tq_backoff_plan p = plan();
    struct tq_backoff_decision d = tq_backoff_decide(&p, facts);

    assert_int_equal(d.sync_now, sync_now);
    assert_int_equal(d.reason, reason);
    assert_int_equal(d.at_ms, at_ms);
}

static void backoff_decide__waits_for_the_next_slot_when_all_is_well(void **state)
{
    struct tq_backoff_plan p = plan();
    struct tq_backoff_facts f = calm();
    int64_t slot = tq_backoff_slot_before(&p, 1, f.now_ms);

    (void)state;
    assert_in_range(slot, MIDNIGHT + 2 * HOUR, MIDNIGHT + 4 * HOUR - 1);
    expect(&f, false, TQ_BACKOFF_SLOT, slot + DAY);
    f.now_ms = slot + DAY;
    expect(&f, true, TQ_BACKOFF_SLOT, f.now_ms);
    f.now_ms = slot + DAY - 1;
    expect(&f, false, TQ_BACKOFF_SLOT, slot + DAY);
}

static void backoff_decide__makes_up_for_a_missed_slot_at_start(void **state)
{
    struct tq_backoff_plan p = plan();
    struct tq_backoff_facts f = calm();

    (void)state;
    f.last_success_ms = MIDNIGHT - 20 * HOUR;
    f.last_attempt_ms = f.last_success_ms;
    f.started_ms = f.now_ms;
    expect(&f, false, TQ_BACKOFF_CROWD, f.now_ms + tq_backoff_place_ms(1, p.crowd_ms));
    f.now_ms += MINUTE;
    expect(&f, true, TQ_BACKOFF_MISSED, f.now_ms);
}

static void backoff_decide__syncs_at_once_the_first_time_and_while_loading(void **state)
{
    struct tq_backoff_facts f = calm();

    (void)state;
    f.loading = true;
    expect(&f, true, TQ_BACKOFF_FIRST, f.now_ms);
    f.loading = false;
    f.last_success_ms = 0;
    f.last_attempt_ms = 0;
    expect(&f, true, TQ_BACKOFF_FIRST, f.now_ms);
}

static void backoff_decide__lets_changes_wait_for_more(void **state)
{
    struct tq_backoff_plan p = plan();
    struct tq_backoff_facts f = calm();

    (void)state;
    f.waiting_since_ms = f.now_ms - MINUTE;
    expect(&f, false, TQ_BACKOFF_WAITING, f.waiting_since_ms + p.quiet_ms);
    f.now_ms = f.waiting_since_ms + p.quiet_ms;
    expect(&f, true, TQ_BACKOFF_WAITING, f.now_ms);
}

static void backoff_decide__pulls_after_a_gap_not_all_at_once(void **state)
{
    struct tq_backoff_plan p = plan();
    struct tq_backoff_facts f = calm();

    (void)state;
    f.gap_since_ms = f.now_ms;
    expect(&f, false, TQ_BACKOFF_GAP, f.now_ms + tq_backoff_place_ms(1, p.crowd_ms));
}

static void backoff_decide__holds_off_after_failures(void **state)
{
    struct tq_backoff_facts f = calm();

    (void)state;
    f.waiting_since_ms = f.now_ms - DAY;
    f.last_attempt_ms = f.now_ms;
    f.failures = 1;
    expect(&f, false, TQ_BACKOFF_FAILED, f.now_ms + 15 * SECOND);
    f.failures = 3;
    expect(&f, false, TQ_BACKOFF_FAILED, f.now_ms + 60 * SECOND);
    f.failures = UINT32_MAX;
    expect(&f, false, TQ_BACKOFF_FAILED, f.now_ms + 30 * MINUTE);
    f.needs_person = true;
    expect(&f, false, TQ_BACKOFF_FAILED, f.now_ms + 4 * HOUR);
    f.failures = 1;
    expect(&f, false, TQ_BACKOFF_FAILED, f.now_ms + 10 * MINUTE);
    f.random = UINT32_MAX; /* takes nearly half of it away */
    expect(&f, false, TQ_BACKOFF_FAILED, f.now_ms + 5 * MINUTE + 1);
}

static void backoff_decide__starts_afresh_when_the_line_comes_up(void **state)
{
    struct tq_backoff_plan p = plan();
    struct tq_backoff_facts f = calm();
    int64_t crowd = tq_backoff_place_ms(1, p.crowd_ms);

    (void)state;
    f.waiting_since_ms = f.now_ms - DAY;
    f.failures = 20;
    f.last_attempt_ms = f.now_ms - MINUTE;
    f.reachable_since_ms = f.now_ms;
    expect(&f, false, TQ_BACKOFF_CROWD, f.now_ms + crowd);
    f.now_ms += crowd;
    expect(&f, true, TQ_BACKOFF_WAITING, f.now_ms);
    /* It failed again: the same "up" does not count twice. */
    f.last_attempt_ms = f.now_ms;
    expect(&f, false, TQ_BACKOFF_FAILED, f.now_ms + 30 * MINUTE);
    /* A line does not make a district know us. */
    f.reachable_since_ms = f.now_ms + 1;
    f.now_ms += 2;
    f.needs_person = true;
    expect(&f, false, TQ_BACKOFF_FAILED, f.last_attempt_ms + 4 * HOUR);
}

static void backoff_decide__comes_back_when_the_district_says(void **state)
{
    struct tq_backoff_facts f = calm();

    (void)state;
    f.waiting_since_ms = f.now_ms - DAY;
    f.last_attempt_ms = f.now_ms;
    f.come_back_at_ms = f.now_ms + 40 * MINUTE;
    expect(&f, false, TQ_BACKOFF_COME_BACK, f.now_ms + 40 * MINUTE);
    f.failures = 1; /* the later of the two */
    expect(&f, false, TQ_BACKOFF_COME_BACK, f.now_ms + 40 * MINUTE);
    f.now_ms += 40 * MINUTE;
    expect(&f, true, TQ_BACKOFF_WAITING, f.now_ms);
    f.failures = 0;
    f.come_back_at_ms = f.last_attempt_ms + DAY + 1; /* nobody means that */
    expect(&f, true, TQ_BACKOFF_WAITING, f.now_ms);
    f.come_back_at_ms = INT64_MAX;
    expect(&f, true, TQ_BACKOFF_WAITING, f.now_ms);
    f.come_back_at_ms = INT64_MIN;
    expect(&f, true, TQ_BACKOFF_WAITING, f.now_ms);
}

static void backoff_decide__obeys_a_person(void **state)
{
    struct tq_backoff_facts f = calm();

    (void)state;
    f.asked = true;
    f.failures = 9;
    f.last_attempt_ms = f.now_ms;
    f.come_back_at_ms = f.now_ms + HOUR;
    expect(&f, true, TQ_BACKOFF_ASKED, f.now_ms);
}

/* Everything was recorded while the clock stood in 2099; now it is right again. */
static void backoff_decide__is_not_held_up_by_a_clock_that_was_wrong(void **state)
{
    struct tq_backoff_facts f = calm();
    int64_t far = f.now_ms + 79 * 365 * DAY;

    (void)state;
    f.last_success_ms = far;
    f.last_attempt_ms = far;
    f.started_ms = far;
    f.waiting_since_ms = far;
    f.gap_since_ms = far;
    f.reachable_since_ms = far;
    f.failures = 30;
    f.come_back_at_ms = far + HOUR;
    expect(&f, true, TQ_BACKOFF_FIRST, f.now_ms);
}

static void backoff_place__spreads_17_devices_over_the_window(void **state)
{
    struct tq_backoff_plan p = plan();
    int64_t window = p.slot_length_minute * MINUTE;
    int64_t closest = window;

    (void)state;
    for (uint32_t i = 1; i <= 17; i++)
        for (uint32_t j = 1; j < i; j++) {
            int64_t apart = llabs(tq_backoff_place_ms(i, window) - tq_backoff_place_ms(j, window));

            closest = apart < closest ? apart : closest;
        }
    assert_true(closest >= window / 17 / 2); /* at best window / 17 */
    assert_int_equal(tq_backoff_place_ms(5, 0), 0);
    assert_int_equal(tq_backoff_place_ms(5, -1), 0);
}

static void backoff_slot__may_cross_midnight(void **state)
{
    struct tq_backoff_plan p = plan();

    (void)state;
    p.slot_start_minute = 23 * 60;
    for (uint32_t device = 0; device < 100; device++) {
        int64_t slot = tq_backoff_slot_before(&p, device, MIDNIGHT + 12 * HOUR);

        assert_in_range(slot + DAY, MIDNIGHT + 23 * HOUR, MIDNIGHT + DAY + 12 * HOUR);
        assert_int_equal(tq_backoff_slot_before(&p, device, slot), slot);
        assert_int_equal(tq_backoff_slot_before(&p, device, slot - 1), slot - DAY);
    }
}

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int64_t some_instant(uint64_t *seed, int64_t now)
{
    switch (next(seed) % 6) {
    case 0:
        return 0;
    case 1:
        return now;
    case 2:
        return now + (int64_t)(next(seed) % (uint64_t)(80 * 365 * DAY));
    case 3:
        return now - (int64_t)(next(seed) % (uint64_t)(500 * DAY));
    default:
        return now - (int64_t)(next(seed) % (uint64_t)HOUR);
    }
}

/* Any state whatever: at the time that it names, the decision is "now"; and that is within a day. */
static void backoff_decide__keeps_its_word(void **state)
{
    const char *set = getenv("TQ_SEED");
    uint64_t seed = (set != NULL ? strtoull(set, NULL, 10) : (uint64_t)time(NULL)) | 1;
    struct tq_backoff_plan p = plan();

    (void)state;
    print_message("TQ_SEED=%llu\n", (unsigned long long)seed);
    for (int i = 0; i < 200000; i++) {
        struct tq_backoff_facts f;
        struct tq_backoff_decision d;

        memset(&f, 0, sizeof(f));
        f.now_ms = MIDNIGHT + (int64_t)(next(&seed) % (uint64_t)(1000 * DAY));
        f.device = (uint32_t)next(&seed);
        f.started_ms = some_instant(&seed, f.now_ms);
        f.last_attempt_ms = some_instant(&seed, f.now_ms);
        f.last_success_ms = some_instant(&seed, f.now_ms);
        f.waiting_since_ms = some_instant(&seed, f.now_ms);
        f.gap_since_ms = some_instant(&seed, f.now_ms);
        f.reachable_since_ms = some_instant(&seed, f.now_ms);
        f.come_back_at_ms = some_instant(&seed, f.now_ms);
        f.failures = (uint32_t)(next(&seed) % 5);
        f.random = (uint32_t)next(&seed);
        f.needs_person = next(&seed) % 4 == 0;
        f.loading = next(&seed) % 8 == 0;
        d = tq_backoff_decide(&p, &f);
        assert_true(d.at_ms >= f.now_ms && d.at_ms <= f.now_ms + DAY);
        assert_int_equal(d.sync_now, d.at_ms == f.now_ms);
        /* Time alone passes. Instants that lay ahead may have become true meanwhile: each puts it
         * off once more, but there are few of them and each is put off only so far. */
        for (int turns = 0; !d.sync_now; turns++) {
            assert_true(turns < 8);
            f.now_ms = d.at_ms;
            d = tq_backoff_decide(&p, &f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_decide__waits_for_the_next_slot_when_all_is_well),
        cmocka_unit_test(backoff_decide__makes_up_for_a_missed_slot_at_start),
        cmocka_unit_test(backoff_decide__syncs_at_once_the_first_time_and_while_loading),
        cmocka_unit_test(backoff_decide__lets_changes_wait_for_more),
        cmocka_unit_test(backoff_decide__pulls_after_a_gap_not_all_at_once),
        cmocka_unit_test(backoff_decide__holds_off_after_failures),
        cmocka_unit_test(backoff_decide__starts_afresh_when_the_line_comes_up),
        cmocka_unit_test(backoff_decide__comes_back_when_the_district_says),
        cmocka_unit_test(backoff_decide__obeys_a_person),
        cmocka_unit_test(backoff_decide__is_not_held_up_by_a_clock_that_was_wrong),
        cmocka_unit_test(backoff_place__spreads_17_devices_over_the_window),
        cmocka_unit_test(backoff_slot__may_cross_midnight),
        cmocka_unit_test(backoff_decide__keeps_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
