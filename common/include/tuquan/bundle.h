/* bundle.h - A sync by file: the messages of one session in one direction, signed by who made them
 * and sealed to who is to read them (proto/tuquan/v1/bundle.proto).
 *
 * Ownership: what is read borrows from the bytes and the arena that were given.
 * Threads:   any, after tq_identity_init. */
#ifndef TQ_BUNDLE_H
#define TQ_BUNDLE_H

#include "tuquan/identity.h"

#define TQ_BUNDLE_MAX_BYTES ((size_t)64 * 1024 * 1024)       /* of a file */
#define TQ_BUNDLE_CONTENT_BYTES ((uint64_t)48 * 1024 * 1024) /* what its maker puts in at most */
#define TQ_BUNDLE_MAX_MESSAGES 100000u
#define TQ_BUNDLE_ARENA_BYTES ((size_t)160 * 1024 * 1024) /* for reading one */

typedef enum tq_bundle_kind {
    TQ_BUNDLE_OFFICE = 1, /* device to district */
    TQ_BUNDLE_ANSWER = 2, /* district to device */
} tq_bundle_kind;

struct tq_bundle {
    tq_bundle_kind kind;
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint32_t device;
    uint8_t signer[TQ_SIGN_KEY_BYTES];
    int64_t made_at_ms;
    uint64_t session;
    uint32_t messages;
    uint32_t sets;
    uint64_t rows;
    struct tq_slice sealed; /* when read */
};

TQ_BEGIN_DECLS

/* Is this the beginning of such a file? */
bool tq_bundle_is(struct tq_slice file);

/* Encoded messages one after another, each behind its length (u32): what a session said. Put one
 * there; take the next one (false: there is none). Fails: as encoding does. */
TQ_MUST_CHECK tq_status tq_bundle_put(struct tq_buf *messages, const struct tq_message *message,
        size_t *bytes, struct tq_error *err);
bool tq_bundle_next(struct tq_slice *rest, struct tq_slice *message);

/* Append the file. head->sealed and head->signer are not looked at: `keys` sign. `messages`: as
 * tq_bundle_put made them, head->messages of them. Fails: TOO_LARGE, NOMEM, INTERNAL. */
TQ_MUST_CHECK tq_status tq_bundle_write(const struct tq_bundle *head, struct tq_slice messages,
        const struct tq_keys *keys, const uint8_t receiver[TQ_CURVE_KEY_BYTES], struct tq_buf *out,
        struct tq_error *err);

/* The head of a file whose signature holds for the signer that it names. Fails: BUNDLE (no bundle,
 * or one that was cut or changed), TOO_LARGE, NOMEM. */
TQ_MUST_CHECK tq_status tq_bundle_read(
        struct tq_slice file, struct tq_arena *arena, struct tq_bundle *out, struct tq_error *err);

/* Unseal into `messages`, as tq_bundle_put would have made them; each can be decoded, is of the
 * bundle's session and one that goes this way. Fails: BUNDLE_OTHERS (sealed to somebody else),
 * PROTOCOL (what is in it is no session), TOO_LARGE, NOMEM. */
TQ_MUST_CHECK tq_status tq_bundle_unseal(const struct tq_bundle *bundle, const struct tq_keys *keys,
        struct tq_buf *messages, struct tq_error *err);

TQ_END_DECLS
#endif
