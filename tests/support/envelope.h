/* envelope.h - The outer frame by hand, so that tests can put any body into it. */
#ifndef TQ_TESTS_ENVELOPE_H
#define TQ_TESTS_ENVELOPE_H

#include "tuquan/message.h"

/* Append an envelope: plain_bytes 0: `body` as it is. */
void envelope_wrap(struct tq_buf *out, uint32_t kind, uint32_t plain_bytes, uint32_t dictionary,
        struct tq_slice body);

/* The body of an encoded message, inflated, appended to `out`. */
bool envelope_unwrap(struct tq_slice message, struct tq_buf *out);

#endif
