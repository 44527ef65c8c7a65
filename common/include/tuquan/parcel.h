/* parcel.h - What a link between two districts carries, in one direction, as one file for a neighbour
 * that runs no server: signed; sealed to the neighbour, or readable, as the agreement says
 * (proto/tuquan/v1/bundle.proto, docs/liaison.md).
 *
 * Ownership: what is read borrows from the bytes and the arena that were given.
 * Threads:   any, after tq_identity_init. */
#ifndef TQ_PARCEL_H
#define TQ_PARCEL_H

#include "tuquan/bundle.h"

#define TQ_PARCEL_PLAIN_BYTES ((size_t)64 * 1024 * 1024) /* of what is in it */
#define TQ_PARCEL_CODE_BYTES 32u                         /* SHA-256, which a browser can work out */
#define TQ_PARCEL_WORDS_TEXT 64u                         /* eight words and a NUL */
#define TQ_PARCEL_NAME_BYTES 256u                        /* of a district, an agreement's number */

struct tq_parcel {
    uint8_t from[TQ_DISTRICT_ID_BYTES];
    uint8_t signer[TQ_SIGN_KEY_BYTES];
    uint8_t to[TQ_DISTRICT_ID_BYTES]; /* zeros: the neighbour has no mailbox */
    struct tq_slice from_name;
    struct tq_slice to_name;
    struct tq_slice number;
    uint8_t agreement[TQ_HASH_BYTES];
    int64_t made_at_ms;
    uint64_t serial;
    uint32_t rows;
    uint32_t answers;
    bool readable;
    uint64_t plain_bytes;    /* when read */
    struct tq_slice content; /* when read */
};

/* Empty: not in it. */
struct tq_parcel_body {
    struct tq_slice join;     /* an encoded message */
    struct tq_slice guest;    /* with it: TQ_CURVE_KEY_BYTES, of the invitation's one-time pair */
    struct tq_slice joined;   /* likewise */
    struct tq_slice question; /* as tq_bundle_put makes them */
    struct tq_slice answer;   /* likewise */
    uint64_t question_session;
    uint64_t answer_session;
    const struct tq_slice *view; /* as tq_parcel_view_put makes them */
    size_t nview;
};

TQ_BEGIN_DECLS

/* Is this the beginning of such a file? */
bool tq_parcel_is(struct tq_slice file);

/* Append the file. head->from, signer, plain_bytes and content are not looked at: `keys` sign.
 * `receiver`: its CURVE key; NULL for one that is readable. Fails: TOO_LARGE, NOMEM, INTERNAL. */
TQ_MUST_CHECK tq_status tq_parcel_write(const struct tq_parcel *head,
        const struct tq_parcel_body *body, const struct tq_keys *keys,
        const uint8_t receiver[TQ_CURVE_KEY_BYTES], struct tq_buf *out, struct tq_error *err);

/* The head of a file whose signature holds for the signer that it names, who is `from`. Fails: BUNDLE
 * (no parcel, or one that was cut or changed), TOO_LARGE, NOMEM. */
TQ_MUST_CHECK tq_status tq_parcel_read(
        struct tq_slice file, struct tq_arena *arena, struct tq_parcel *out, struct tq_error *err);

/* What is in it, each message checked. `keys`: the receiver's; NULL for one that is readable. Fails:
 * PARCEL_SEAL (sealed to another key), PROTOCOL, TOO_LARGE, NOMEM. */
TQ_MUST_CHECK tq_status tq_parcel_open(const struct tq_parcel *parcel, const struct tq_keys *keys,
        struct tq_arena *arena, struct tq_parcel_body *out, struct tq_error *err);

/* Append one entry of the view. Read it. Fails: TOO_LARGE, NOMEM; PROTOCOL. */
TQ_MUST_CHECK tq_status tq_parcel_view_put(
        const struct tq_row *rows, size_t nrows, struct tq_buf *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_parcel_view_take(
        struct tq_slice entry, struct tq_arena *arena, struct tq_rows *out, struct tq_error *err);

/* The code of a file, and its first eight bytes as words that can be read over the telephone. */
void tq_parcel_code(struct tq_slice file, uint8_t code[TQ_PARCEL_CODE_BYTES]);
void tq_parcel_words(const uint8_t code[TQ_PARCEL_CODE_BYTES], char out[TQ_PARCEL_WORDS_TEXT]);

TQ_END_DECLS
#endif
