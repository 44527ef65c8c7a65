/* stamp.c - Effective times (sync.md 5.2): what a device's clock says, as far as it can be true. */
#include "tuquan/merge.h"

#define TOLERANCE_MS 120000 /* clocks right to two minutes count as right */

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

void tq_effective_times(
        const struct tq_set_body *body, int64_t ta, int64_t offset_ms, int64_t e0, int64_t *e)
{
    int64_t last = e0;

    for (size_t i = 0; i < body->nchanges; i++) {
        const struct tq_change *change = &body->changes[i];
        int64_t low = change->t_seen + 1;
        int64_t x = change->at_ms + offset_ms;

        if (low > ta)
            low = ta;
        /* A stamp that cannot be true is worth the least that it can be. */
        if (x < low - TOLERANCE_MS || x > ta + TOLERANCE_MS)
            x = low;
        x = clamp(x, low, ta);
        last = x > last ? x : last;
        e[i] = last;
    }
}
