/* codec.h - Messages, set bodies, receipts, certificates and broadcasts as bytes, and back.
 *
 * The bytes are the contract of proto/tuquan/v1. Encoding is deterministic. Decoding is strict:
 * sizes, counts, numbers and text are checked before they are used, and no bytes can make it take
 * more memory than the arena gives (TOO_LARGE then).
 * Ownership: decoded values borrow from the arena; encoders append to `out` and leave it as it was
 *            on failure.
 * Threads:   none inside; any, each with its own arena and buffer. */
#ifndef TQ_CODEC_H
#define TQ_CODEC_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/codec_ops.h"
#include "tuquan/error.h"
#include "tuquan/message.h"

#define TQ_MESSAGE_MAX_BYTES ((size_t)6 * 1024 * 1024) /* on the wire: ZMQ_MAXMSGSIZE */
#define TQ_MESSAGE_MAX_PLAIN ((size_t)8 * 1024 * 1024) /* of a body once inflated */
#define TQ_ROWS_MAX 100000u                            /* rows of one message */
#define TQ_RANGES_MAX 4096u
#define TQ_MAX_AUTHOR_BYTES 256u
#define TQ_MAX_SCOPE_BYTES ((size_t)64 * 1024)
#define TQ_MAX_DETAIL_BYTES 1024u /* of an exception; encoding cuts there */
#define TQ_MAX_NAME_BYTES 256u    /* addresses, names of machines, letters, units */
#define TQ_MAX_SENTENCE_BYTES 4096u
#define TQ_MAX_NUMBER 65535u     /* of a table */
#define TQ_MAX_CELL_NUMBER 4095u /* of a column or cell */

/* Arena limits that every honest message and set of full size fits into. */
#define TQ_MESSAGE_ARENA_BYTES ((size_t)128 * 1024 * 1024)
#define TQ_BODY_ARENA_BYTES ((size_t)256 * 1024 * 1024)

TQ_BEGIN_DECLS

/* One message part. Fails: NOMEM, TOO_LARGE, INVALID (a value that must not be sent), ENCODING. */
TQ_MUST_CHECK tq_status tq_message_encode(
        const struct tq_message *message, struct tq_buf *out, struct tq_error *err);

/* Fails: PROTOCOL (says what is wrong), TOO_LARGE, NOMEM. The hash of a pushed set is computed. */
TQ_MUST_CHECK tq_status tq_message_decode(struct tq_slice bytes, struct tq_arena *arena,
        struct tq_message *out, struct tq_error *err);

/* Only the kind and session of a message, without unpacking its body; for gates and logs. */
TQ_MUST_CHECK tq_status tq_message_peek(
        struct tq_slice bytes, tq_message_kind *kind, uint64_t *session, struct tq_error *err);

/* The payload of a set; see codec_ops.h. */
TQ_MUST_CHECK tq_status tq_body_encode(
        const struct tq_set_body *body, struct tq_buf *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_body_decode(struct tq_slice payload, struct tq_arena *arena,
        struct tq_set_body *out, struct tq_error *err);

/* With signature: for storing and sending. Without: what is signed. */
TQ_MUST_CHECK tq_status tq_receipt_encode(const struct tq_receipt *receipt, bool with_signature,
        struct tq_buf *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_receipt_decode(struct tq_slice bytes, struct tq_arena *arena,
        struct tq_receipt *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_certificate_encode(const struct tq_certificate *certificate,
        bool with_signature, struct tq_buf *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_certificate_decode(struct tq_slice bytes, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_broadcast_encode(const struct tq_broadcast *broadcast,
        bool with_signature, struct tq_buf *out, struct tq_error *err);

/* The functions above as the pure core sees them. */
const struct tq_codec_ops *tq_codec_ops(void);

TQ_END_DECLS
#endif
