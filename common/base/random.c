#include "tuquan/random.h"

#include <sodium.h>

static void system_fill(void *ctx, void *out, size_t len)
{
    (void)ctx;
    randombytes_buf(out, len);
}

const struct tq_random *tq_random_system(void)
{
    static const struct tq_random SYSTEM = { NULL, system_fill };

    return &SYSTEM;
}
