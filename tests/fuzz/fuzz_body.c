/* fuzz_body.c - Any bytes into the decoder of a set's payload; what it accepts must survive being
 * encoded and decoded again. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "message_gen.h"
#include "tuquan/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tq_arena *arena = tq_arena_new((size_t)64 << 20);
    struct tq_set_body body;
    struct tq_set_body back;
    struct tq_error err;
    struct tq_buf bytes;
    const char *where = "";

    tq_buf_init(&bytes, 0);
    if (tq_body_decode(tq_slice_of(data, size), arena, &body, &err) == TQ_OK) {
        if (tq_body_encode(&body, &bytes, &err) != TQ_OK)
            fuzz_fail("accepted, but does not encode", err.msg);
        if (tq_body_decode(tq_buf_slice(&bytes), arena, &back, &err) != TQ_OK)
            fuzz_fail("own encoding is refused", err.msg);
        if (!same_body(&body, &back, &where))
            fuzz_fail("differs after encoding", where);
    }
    tq_buf_deinit(&bytes);
    tq_arena_free(arena);
    return 0;
}
