/* fuzz_message.c - Any bytes into the message decoder; what it accepts must survive being encoded
 * and decoded again.
 *
 * First byte: 1..16 the kind of an envelope that the other bytes are the plain body of, anything
 * else: the other bytes are the whole message. */
#include <stdio.h>
#include <stdlib.h>

#include "envelope.h"
#include "fuzz.h"
#include "message_gen.h"
#include "tuquan/codec.h"

/* What is signed is otherwise passed on as it came, which would test nothing. */
static void forget_signed_bytes(struct tq_message *message)
{
    struct tq_slice none = { NULL, 0 };

    if (message->kind == TQ_MSG_RECEIPT)
        message->u.receipt.signed_bytes = none;
    if (message->kind == TQ_MSG_BROADCAST)
        message->u.broadcast.signed_bytes = none;
    if (message->kind == TQ_MSG_JOIN)
        message->u.join.certificate.signed_bytes = none;
    if (message->kind == TQ_MSG_JOINED)
        message->u.joined.certificate.signed_bytes = none;
}

static void again(struct tq_message *message, struct tq_arena *arena)
{
    struct tq_message back;
    struct tq_error err;
    struct tq_buf bytes;
    const char *where = "";

    forget_signed_bytes(message);
    tq_buf_init(&bytes, 0);
    if (tq_message_encode(message, &bytes, &err) != TQ_OK)
        fuzz_fail("accepted, but does not encode", err.msg);
    if (tq_message_decode(tq_buf_slice(&bytes), arena, &back, &err) != TQ_OK)
        fuzz_fail("own encoding is refused", err.msg);
    if (!same_message(message, &back, &where))
        fuzz_fail("differs after encoding", where);
    tq_buf_deinit(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tq_arena *arena = tq_arena_new((size_t)64 << 20);
    struct tq_message message;
    struct tq_error err;
    struct tq_buf wrapped;
    struct tq_slice bytes;

    tq_buf_init(&wrapped, 0);
    if (size > 0) {
        bytes = tq_slice_of(data + 1, size - 1);
        if (data[0] >= 1 && data[0] <= TQ_MSG_OFFER) {
            envelope_wrap(&wrapped, data[0], 0, 0, bytes);
            bytes = tq_buf_slice(&wrapped);
        }
        if (tq_message_decode(bytes, arena, &message, &err) == TQ_OK)
            again(&message, arena);
    }
    tq_buf_deinit(&wrapped);
    tq_arena_free(arena);
    return 0;
}
