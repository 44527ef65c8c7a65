/* Effective times (sync.md 5.2): a stamp that cannot be true is worth the least that it can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tuquan/merge.h"

#define TA INT64_C(1608000000000)
#define MINUTE INT64_C(60000)
#define SEEN (TA - 600 * MINUTE)

static struct tq_change changes[4];

/* Effective times of up to four changes with these clocks, written over one `seen`. */
static void expect(size_t n, const int64_t *at_ms, int64_t offset_ms, int64_t e0, const int64_t *e)
{
    struct tq_set_body body;
    int64_t out[4];

    memset(&body, 0, sizeof(body));
    memset(changes, 0, sizeof(changes));
    for (size_t i = 0; i < n; i++) {
        changes[i].at_ms = at_ms[i];
        changes[i].t_seen = SEEN;
    }
    body.nchanges = n;
    body.changes = changes;
    tq_effective_times(&body, TA, offset_ms, e0, out);
    for (size_t i = 0; i < n; i++)
        if (out[i] != e[i])
            fail_msg("change %zu: %lld, not %lld", i, (long long)(out[i] - TA),
                    (long long)(e[i] - TA));
}

#define ONE(at, offset, e0, e) expect(1, &(int64_t){ (at) }, (offset), (e0), &(int64_t){ (e) })

static void effective_times__take_a_clock_that_can_be_true(void **state)
{
    (void)state;
    ONE(TA - 30 * MINUTE, 0, 0, TA - 30 * MINUTE);
    ONE(TA - 90 * MINUTE, 60 * MINUTE, 0, TA - 30 * MINUTE); /* an hour slow, and known to be */
    ONE(TA + 30 * MINUTE, -60 * MINUTE, 0, TA - 30 * MINUTE);
}

static void effective_times__cut_what_is_wrong_by_two_minutes(void **state)
{
    (void)state;
    ONE(TA + 2 * MINUTE, 0, 0, TA);
    ONE(SEEN + 1 - 2 * MINUTE, 0, 0, SEEN + 1);
}

static void effective_times__give_the_least_to_what_cannot_be_true(void **state)
{
    (void)state;
    ONE(TA + 2 * MINUTE + 1, 0, 0, SEEN + 1);
    ONE(INT64_C(4070908800000), 0, 0, SEEN + 1); /* the year 2099 */
    ONE(SEEN - 2 * MINUTE, 0, 0, SEEN + 1);
    ONE(0, 0, 0, SEEN + 1);
}

static void effective_times__never_fall_within_a_chain(void **state)
{
    const int64_t at[] = { TA - 9 * MINUTE, TA - 20 * MINUTE, INT64_C(4070908800000), TA - MINUTE };
    const int64_t e[] = { TA - 9 * MINUTE, TA - 9 * MINUTE, TA - 9 * MINUTE, TA - MINUTE };
    const int64_t later[] = { TA - 5 * MINUTE, TA - 5 * MINUTE, TA - 5 * MINUTE, TA - MINUTE };

    (void)state;
    expect(4, at, 0, 0, e);
    expect(4, at, 0, TA - 5 * MINUTE, later); /* the set before in the chain was later */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effective_times__take_a_clock_that_can_be_true),
        cmocka_unit_test(effective_times__cut_what_is_wrong_by_two_minutes),
        cmocka_unit_test(effective_times__give_the_least_to_what_cannot_be_true),
        cmocka_unit_test(effective_times__never_fall_within_a_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
