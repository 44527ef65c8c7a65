/* random.h - Where randomness comes from: the machine, or a seed that a test or the simulator owns.
 *
 * Ownership: the system's is static; others as their maker says.
 * Threads:   the system's is good for any; others as their maker says. */
#ifndef TQ_RANDOM_H
#define TQ_RANDOM_H

#include <stddef.h>

#include "tuquan/api.h"

struct tq_random {
    void *ctx;

    /* Fill `out`; cannot fail. */
    void (*fill)(void *ctx, void *out, size_t len);
};

TQ_BEGIN_DECLS

/* The machine's, good for keys. */
const struct tq_random *tq_random_system(void);

TQ_END_DECLS
#endif
