/* codec_ops.h - What the pure core asks of bytes and keys: encode, decode, sign, verify.
 *
 * wire/ provides the real one (tq_codec_ops in tuquan/codec.h); sync/ never includes wire/.
 * None of these blocks. */
#ifndef TQ_CODEC_OPS_H
#define TQ_CODEC_OPS_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/change.h"
#include "tuquan/error.h"
#include "tuquan/message.h"

struct tq_codec_ops {
    /* The payload of a set from its body. Fails: NOMEM, TOO_LARGE. */
    tq_status (*body_encode)(
            const struct tq_set_body *body, struct tq_buf *out, struct tq_error *err);

    /* The body from a payload, strictly: PROTOCOL names what is wrong. Fails: NOMEM, TOO_LARGE. */
    tq_status (*body_decode)(struct tq_slice payload, struct tq_arena *arena,
            struct tq_set_body *out, struct tq_error *err);

    /* A receipt, with (for storing and sending) or without (for signing) its signature. */
    tq_status (*receipt_encode)(const struct tq_receipt *receipt, bool with_signature,
            struct tq_buf *out, struct tq_error *err);
    tq_status (*receipt_decode)(struct tq_slice bytes, struct tq_arena *arena,
            struct tq_receipt *out, struct tq_error *err);

    /* A device's certificate, as above. */
    tq_status (*certificate_encode)(const struct tq_certificate *certificate, bool with_signature,
            struct tq_buf *out, struct tq_error *err);
};

/* A signing key somewhere (file, memory, test). */
struct tq_signer {
    void *ctx;

    /* Ed25519 over `data` with a domain prefix; never fails once the signer exists. */
    void (*sign)(void *ctx, const char *domain, struct tq_slice data,
            uint8_t signature[TQ_SIGNATURE_BYTES]);
};

/* Verify what a tq_signer signed. */
typedef bool (*tq_verify_fn)(const uint8_t key[TQ_SIGN_KEY_BYTES], const char *domain,
        struct tq_slice data, const uint8_t signature[TQ_SIGNATURE_BYTES]);

/* Domains of signatures. */
#define TQ_SIGN_SET "tuquan.sign.set.v1"         /* data: the set's hash */
#define TQ_SIGN_RECEIPT "tuquan.sign.receipt.v1" /* data: the receipt without signature */
#define TQ_SIGN_CERTIFICATE "tuquan.sign.certificate.v1"
#define TQ_SIGN_BROADCAST "tuquan.sign.broadcast.v1"
#define TQ_SIGN_REKEY "tuquan.sign.rekey.v1"
#define TQ_SIGN_RENEWAL "tuquan.sign.renewal.v1"
#define TQ_SIGN_RANKING "tuquan.sign.ranking.v1"
#define TQ_SIGN_BUNDLE "tuquan.sign.bundle.v1"
#define TQ_SIGN_PARCEL "tuquan.sign.parcel.v1"
#define TQ_SIGN_HEAD "tuquan.sign.head.v1"
#define TQ_SIGN_HEAD_SEEN "tuquan.sign.head-seen.v1"

#endif
