/* clock.h - Where the time comes from: the machine's clock, or one that a test or the simulator
 * owns.
 *
 * Ownership: the system clock is static; others as their maker says.
 * Threads:   the system clock is good for any; others as their maker says. */
#ifndef TQ_CLOCK_H
#define TQ_CLOCK_H

#include <stdint.h>

#include "tuquan/api.h"

struct tq_clock {
    void *ctx;

    /* Wall clock, UTC milliseconds; may step in both directions. Never blocks. */
    int64_t (*now_ms)(void *ctx);

    /* Never steps back; for timeouts and pauses. Never blocks. */
    int64_t (*steady_ms)(void *ctx);
};

TQ_BEGIN_DECLS

/* The machine's clocks. */
const struct tq_clock *tq_clock_system(void);

TQ_END_DECLS
#endif
