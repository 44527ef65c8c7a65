/* sim_judged.h - Of a value that was not taken: was the "no" right, and is what was asked for kept?
 *
 * Threads: none inside. */
#ifndef TQ_TESTS_SIM_JUDGED_H
#define TQ_TESTS_SIM_JUDGED_H

#include "sim.h"

/* Is `value` what was `sent`, or the NFC of it, as which the merge writes text? */
bool sim_is_same(const struct tq_value *sent, const struct tq_value *value);

/* Does a correction request for the row hold what `c` gives to `cell`, whatever became of it? `waits`:
 * the change is still held, so that a column of a later version may wait beside the request. */
bool sim_is_asked(struct sim *s, const struct tq_table *table, const struct tq_change *c,
        uint32_t cell, bool waits);

/* Is the change what a receipt refused it for, as far as that can be seen by its values? */
bool sim_is_wrong(
        const struct tq_table *table, const struct tq_change *c, const struct tq_exception *said);

#endif
