/* identity.h - Keys, signatures, certificates, invitations and the seal of broadcasts (sync.md 7).
 *
 * A device, and the district, has a CURVE pair (Curve25519, as libzmq's CURVE) and an Ed25519
 * signing pair, made on the machine and kept in a file of their own that only its owner may read.
 * A signature is Ed25519 over BLAKE2b-256 of (domain text, NUL, data).
 *
 * Invariant: secret bytes never stand in an error, a log, a database or a backup; working copies
 *            are wiped.
 * Ownership: struct tq_keys is the caller's; it calls tq_keys_wipe when done.
 * Threads:   any, after tq_identity_init. */
#ifndef TQ_IDENTITY_H
#define TQ_IDENTITY_H

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/codec_ops.h"
#include "tuquan/error.h"
#include "tuquan/message.h"

#define TQ_SIGN_SECRET_BYTES 64u
#define TQ_TOKEN_BYTES 16u
#define TQ_GROUP_KEY_BYTES 32u
#define TQ_GROUP_KEY_ID_BYTES 8u
#define TQ_ADDRESS_BYTES 128u     /* with its NUL */
#define TQ_INVITATION_BYTES 1024u /* as text, with its NUL */
#define TQ_SEAL_OVERHEAD 48u      /* key id, nonce, tag */

struct tq_keys {
    uint8_t curve_public[TQ_CURVE_KEY_BYTES];
    uint8_t curve_secret[TQ_CURVE_KEY_BYTES];
    uint8_t sign_public[TQ_SIGN_KEY_BYTES];
    uint8_t sign_secret[TQ_SIGN_SECRET_BYTES];
};

/* What one line of text invites a machine with. It may be used once. */
struct tq_invitation {
    char guest_address[TQ_ADDRESS_BYTES]; /* tcp://host:port of the guests' socket */
    char sync_address[TQ_ADDRESS_BYTES];  /* of the sync socket; may be empty */
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint8_t district_curve_key[TQ_CURVE_KEY_BYTES];
    uint8_t guest_public
            [TQ_CURVE_KEY_BYTES]; /* one-time pair; not in the text: the secret gives it */
    uint8_t guest_secret[TQ_CURVE_KEY_BYTES];
    uint8_t token[TQ_TOKEN_BYTES];
    int64_t expires_at_ms; /* whole seconds */
};

TQ_BEGIN_DECLS

/* Once, before threads start. Fails: INTERNAL (no source of randomness). */
TQ_MUST_CHECK tq_status tq_identity_init(struct tq_error *err);

/* New pairs. Fails: INTERNAL. */
TQ_MUST_CHECK tq_status tq_keys_generate(struct tq_keys *out, struct tq_error *err);
void tq_keys_wipe(struct tq_keys *keys);

/* Write a key file, mode 0600. A file that is there is never replaced: EXISTS. Fails: EXISTS,
 * KEY_FILE, IO, DISK_FULL. */
TQ_MUST_CHECK tq_status tq_keys_save(
        const char *path, const struct tq_keys *keys, struct tq_error *err);

/* Fails: KEY_FILE: missing, readable by others, damaged, or pairs that do not belong together. */
TQ_MUST_CHECK tq_status tq_keys_load(const char *path, struct tq_keys *out, struct tq_error *err);

/* The id of the district that begins with these keys: whoever has them and not its data anymore
 * begins the same district again. */
void tq_district_id_of(const struct tq_keys *keys, uint8_t out[TQ_DISTRICT_ID_BYTES]);

/* The CURVE pair with which devices that this district lost knock at its guests' port; made from its
 * keys, so that it needs no data. Either half may be NULL. */
void tq_readmit_pair(const struct tq_keys *district, uint8_t public_key[TQ_CURVE_KEY_BYTES],
        uint8_t secret[TQ_CURVE_KEY_BYTES]);
void tq_curve_public(uint8_t out[TQ_CURVE_KEY_BYTES], const uint8_t secret[TQ_CURVE_KEY_BYTES]);

/* Signs with the keys, which are borrowed as long as the signer is used. */
struct tq_signer tq_signer_of(const struct tq_keys *keys);

/* A tq_verify_fn. */
bool tq_verify(const uint8_t key[TQ_SIGN_KEY_BYTES], const char *domain, struct tq_slice data,
        const uint8_t signature[TQ_SIGNATURE_BYTES]);

/* Sign; signed_bytes must be empty. Fails as the encoding does. */
TQ_MUST_CHECK tq_status tq_certificate_sign(
        struct tq_certificate *certificate, const struct tq_signer *signer, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_broadcast_sign(
        struct tq_broadcast *broadcast, const struct tq_signer *signer, struct tq_error *err);

/* Verify with the district's key: over signed_bytes, or, when empty, over the encoding. FORGED. */
TQ_MUST_CHECK tq_status tq_certificate_verify(const struct tq_certificate *certificate,
        const uint8_t district_key[TQ_SIGN_KEY_BYTES], struct tq_error *err);
TQ_MUST_CHECK tq_status tq_receipt_verify(const struct tq_receipt *receipt,
        const uint8_t district_key[TQ_SIGN_KEY_BYTES], struct tq_error *err);
TQ_MUST_CHECK tq_status tq_broadcast_verify(const struct tq_broadcast *broadcast,
        const uint8_t district_key[TQ_SIGN_KEY_BYTES], struct tq_error *err);

/* A device's word, by its key in force, about the new ones named in `join`. */
void tq_renewal_sign(struct tq_join *join, const uint8_t district[TQ_DISTRICT_ID_BYTES],
        uint32_t device, const struct tq_signer *signer);
bool tq_renewal_verify(const struct tq_join *join, const uint8_t district[TQ_DISTRICT_ID_BYTES],
        uint32_t device, const uint8_t key[TQ_SIGN_KEY_BYTES]);

/* Fresh one-time pair and token. Fails: INTERNAL. */
TQ_MUST_CHECK tq_status tq_invitation_draw(struct tq_invitation *invitation, struct tq_error *err);

/* "TQ1-" and Crockford's base32 with a checksum, upper case: short as a QR code. Fails: INVALID
 * (an address that is too long or not printable). */
TQ_MUST_CHECK tq_status tq_invitation_text(const struct tq_invitation *invitation,
        char out[TQ_INVITATION_BYTES], struct tq_error *err);

/* Read what a person typed or pasted: case, blanks, hyphens and line ends do not matter, O and 0,
 * I, L and 1 are the same. Fails: INVITATION. Whether it has expired is the caller's to see. */
TQ_MUST_CHECK tq_status tq_invitation_parse(
        struct tq_slice text, struct tq_invitation *out, struct tq_error *err);
void tq_invitation_wipe(struct tq_invitation *invitation);

/* New key of the broadcast with a random id. Fails: INTERNAL. */
TQ_MUST_CHECK tq_status tq_group_key_draw(
        uint8_t id[TQ_GROUP_KEY_ID_BYTES], uint8_t key[TQ_GROUP_KEY_BYTES], struct tq_error *err);

/* Append id, nonce and ciphertext to `out`. Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_seal(const uint8_t id[TQ_GROUP_KEY_ID_BYTES],
        const uint8_t key[TQ_GROUP_KEY_BYTES], struct tq_slice plain, struct tq_buf *out,
        struct tq_error *err);

/* Append the plain bytes to `out`. Fails: NOT_FOUND (sealed with another key: pull), FORGED,
 * NOMEM. */
TQ_MUST_CHECK tq_status tq_open(const uint8_t id[TQ_GROUP_KEY_ID_BYTES],
        const uint8_t key[TQ_GROUP_KEY_BYTES], struct tq_slice sealed, struct tq_buf *out,
        struct tq_error *err);

/* For one device alone, under its CURVE public key (a new group key). Fails: NOMEM, INTERNAL. */
TQ_MUST_CHECK tq_status tq_seal_to(const uint8_t curve_public[TQ_CURVE_KEY_BYTES],
        struct tq_slice plain, struct tq_buf *out, struct tq_error *err);

/* Fails: FORGED (not for us, or damaged), NOMEM. */
TQ_MUST_CHECK tq_status tq_open_own(const struct tq_keys *keys, struct tq_slice sealed,
        struct tq_buf *out, struct tq_error *err);

/* A new group key on its way to devices that hold the old one: a bundle of entries, each sealed to
 * one device's own key and signed by the district for that device. In a broadcast's place it begins
 * with a key id of zeros. Append one entry (the first call writes the beginning). Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_rekey_add(struct tq_buf *bundle, uint32_t device,
        const uint8_t curve_public[TQ_CURVE_KEY_BYTES], const uint8_t id[TQ_GROUP_KEY_ID_BYTES],
        const uint8_t key[TQ_GROUP_KEY_BYTES], const struct tq_signer *signer,
        struct tq_error *err);
bool tq_rekey_is(struct tq_slice message);

/* Take this device's entry. Fails: NOT_FOUND (none for it: it was revoked), FORGED, NOMEM. */
TQ_MUST_CHECK tq_status tq_rekey_take(struct tq_slice bundle, uint32_t device,
        const struct tq_keys *keys, const uint8_t district_key[TQ_SIGN_KEY_BYTES],
        uint8_t id[TQ_GROUP_KEY_ID_BYTES], uint8_t key[TQ_GROUP_KEY_BYTES], struct tq_error *err);

TQ_END_DECLS
#endif
