#include "tuquan/identity.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/codec.h"
#include "tuquan/file.h"

#define KEY_FILE_MAX 1024u
#define KEY_FILE_HEAD "tuquan-keys 1\n"
#define CHECK_BYTES 8u

tq_status tq_identity_init(struct tq_error *err)
{
    if (sodium_init() < 0)
        return tq_error_set(err, TQ_INTERNAL, "libsodium does not start");
    return TQ_OK;
}

tq_status tq_keys_generate(struct tq_keys *out, struct tq_error *err)
{
    tq_status rc = tq_identity_init(err);

    if (rc != TQ_OK)
        return rc;
    crypto_box_keypair(out->curve_public, out->curve_secret);
    crypto_sign_keypair(out->sign_public, out->sign_secret);
    return TQ_OK;
}

void tq_keys_wipe(struct tq_keys *keys)
{
    sodium_munlock(keys, sizeof(*keys)); /* wipes, too */
}

/* The file is the head, then four lines "name hex": the two secrets (of the signing pair the seed
 * alone), the two public keys for people to compare, and a checksum against damage. */
struct key_lines {
    char curve_secret[2 * TQ_CURVE_KEY_BYTES + 1];
    char sign_secret[2 * crypto_sign_SEEDBYTES + 1];
    char curve_public[2 * TQ_CURVE_KEY_BYTES + 1];
    char sign_public[2 * TQ_SIGN_KEY_BYTES + 1];
    char check[2 * CHECK_BYTES + 1];
};

static void key_check(const struct tq_keys *keys, uint8_t out[CHECK_BYTES])
{
    struct tq_hasher hasher;
    uint8_t hash[TQ_HASH_BYTES];

    tq_hash_init(&hasher, "tuquan.keyfile.v1", sizeof(hash));
    tq_hash_add(&hasher, keys, sizeof(*keys));
    tq_hash_final(&hasher, hash, sizeof(hash));
    memcpy(out, hash, CHECK_BYTES);
    sodium_memzero(&hasher, sizeof(hasher));
}

tq_status tq_keys_save(const char *path, const struct tq_keys *keys, struct tq_error *err)
{
    struct key_lines lines;
    char text[KEY_FILE_MAX];
    uint8_t check[CHECK_BYTES];
    int n;
    tq_status rc;

    key_check(keys, check);
    tq_hex(lines.curve_secret, keys->curve_secret, TQ_CURVE_KEY_BYTES);
    tq_hex(lines.sign_secret, keys->sign_secret, crypto_sign_SEEDBYTES);
    tq_hex(lines.curve_public, keys->curve_public, TQ_CURVE_KEY_BYTES);
    tq_hex(lines.sign_public, keys->sign_public, TQ_SIGN_KEY_BYTES);
    tq_hex(lines.check, check, CHECK_BYTES);
    n = snprintf(text, sizeof(text),
            KEY_FILE_HEAD "curve_secret %s\nsign_secret %s\ncurve_public %s\nsign_public %s\n"
                          "check %s\n",
            lines.curve_secret, lines.sign_secret, lines.curve_public, lines.sign_public,
            lines.check);
    if (tq_file_exists(path))
        rc = tq_error_set(err, TQ_EXISTS, "%s", path);
    else
        rc = tq_file_replace(path, tq_slice_of(text, (size_t)n), true, err);
    sodium_memzero(text, sizeof(text));
    sodium_memzero(&lines, sizeof(lines));
    return rc;
}

/* As we write it: a bit that turns "f" into "F" is a damaged byte like any other. */
static bool is_lower(struct tq_slice hex)
{
    for (size_t i = 0; i < hex.len; i++)
        if (hex.data[i] >= 'A' && hex.data[i] <= 'F')
            return false;
    return true;
}

/* Take "name hex\n" off the front. */
static bool take_line(struct tq_slice *from, const char *name, uint8_t *out, size_t len)
{
    size_t name_len = strlen(name);
    struct tq_slice part;

    return tq_read_bytes(from, name_len, &part) && memcmp(part.data, name, name_len) == 0 &&
           tq_read_bytes(from, 1, &part) && part.data[0] == ' ' &&
           tq_read_bytes(from, 2 * len, &part) && is_lower(part) &&
           tq_unhex((const char *)part.data, part.len, out, len) && tq_read_bytes(from, 1, &part) &&
           part.data[0] == '\n';
}

static bool parse_keys(struct tq_slice text, struct tq_keys *out)
{
    struct tq_slice head;
    uint8_t seed[crypto_sign_SEEDBYTES];
    struct tq_keys named;
    uint8_t check[CHECK_BYTES];
    uint8_t expected[CHECK_BYTES];
    bool ok;

    ok = tq_read_bytes(&text, strlen(KEY_FILE_HEAD), &head) &&
         memcmp(head.data, KEY_FILE_HEAD, head.len) == 0 &&
         take_line(&text, "curve_secret", out->curve_secret, TQ_CURVE_KEY_BYTES) &&
         take_line(&text, "sign_secret", seed, sizeof(seed)) &&
         take_line(&text, "curve_public", named.curve_public, TQ_CURVE_KEY_BYTES) &&
         take_line(&text, "sign_public", named.sign_public, TQ_SIGN_KEY_BYTES) &&
         take_line(&text, "check", check, CHECK_BYTES) && text.len == 0;
    if (ok) {
        crypto_scalarmult_base(out->curve_public, out->curve_secret);
        crypto_sign_seed_keypair(out->sign_public, out->sign_secret, seed);
        key_check(out, expected);
        ok = memcmp(check, expected, CHECK_BYTES) == 0 &&
             memcmp(named.curve_public, out->curve_public, TQ_CURVE_KEY_BYTES) == 0 &&
             memcmp(named.sign_public, out->sign_public, TQ_SIGN_KEY_BYTES) == 0;
    }
    sodium_memzero(seed, sizeof(seed));
    if (!ok)
        tq_keys_wipe(out);
    return ok;
}

tq_status tq_keys_load(const char *path, struct tq_keys *out, struct tq_error *err)
{
    static const uint8_t ROOM[KEY_FILE_MAX + 1] = { 0 };
    struct tq_buf text;
    tq_status rc;

    sodium_memzero(out, sizeof(*out));
    (void)sodium_mlock(out, sizeof(*out)); /* as far as the system's limit goes */
    if (!tq_file_exists(path))
        return tq_error_set(err, TQ_KEY_FILE, "%s: %s", path, tq_phrase(TQ_PHRASE_NO_KEY_FILE));
    if (!tq_file_is_private(path))
        return tq_error_set(err, TQ_KEY_FILE, "%s: %s", path, tq_phrase(TQ_PHRASE_KEY_FILE_OPEN));
    tq_buf_init(&text, 0);
    /* Room at once: a buffer that grows would leave secrets in freed memory. */
    tq_buf_append(&text, ROOM, sizeof(ROOM));
    text.len = 0;
    rc = tq_buf_is_ok(&text) ? tq_file_read(path, KEY_FILE_MAX, &text, err)
                             : tq_error_set(err, TQ_NOMEM, "%s", path);
    if (rc == TQ_OK ? !parse_keys(tq_buf_slice(&text), out) : rc == TQ_RANGE)
        rc = tq_error_set(err, TQ_KEY_FILE, "%s: %s", path, tq_phrase(TQ_PHRASE_NOT_KEY_FILE));
    if (text.data != NULL)
        sodium_memzero(text.data, text.cap);
    tq_buf_deinit(&text);
    return rc;
}

void tq_district_id_of(const struct tq_keys *keys, uint8_t out[TQ_DISTRICT_ID_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.district.v1", TQ_DISTRICT_ID_BYTES);
    tq_hash_add(&hasher, keys->sign_public, sizeof(keys->sign_public));
    tq_hash_final(&hasher, out, TQ_DISTRICT_ID_BYTES);
}

void tq_curve_public(uint8_t out[TQ_CURVE_KEY_BYTES], const uint8_t secret[TQ_CURVE_KEY_BYTES])
{
    crypto_scalarmult_base(out, secret);
}

void tq_readmit_pair(const struct tq_keys *district, uint8_t public_key[TQ_CURVE_KEY_BYTES],
        uint8_t secret[TQ_CURVE_KEY_BYTES])
{
    struct tq_hasher hasher;
    uint8_t made[TQ_CURVE_KEY_BYTES];

    tq_hash_init(&hasher, "tuquan.readmit.v1", sizeof(made));
    tq_hash_add(&hasher, district->curve_secret, sizeof(district->curve_secret));
    tq_hash_final(&hasher, made, sizeof(made));
    if (public_key != NULL)
        crypto_scalarmult_base(public_key, made);
    if (secret != NULL)
        memcpy(secret, made, sizeof(made));
    sodium_memzero(made, sizeof(made));
    sodium_memzero(&hasher, sizeof(hasher));
}

static void message_hash(const char *domain, struct tq_slice data, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, domain, TQ_HASH_BYTES);
    tq_hash_add(&hasher, data.data, data.len);
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

static void sign_with_keys(
        void *ctx, const char *domain, struct tq_slice data, uint8_t signature[TQ_SIGNATURE_BYTES])
{
    const struct tq_keys *keys = ctx;
    uint8_t hash[TQ_HASH_BYTES];

    message_hash(domain, data, hash);
    crypto_sign_detached(signature, NULL, hash, sizeof(hash), keys->sign_secret);
}

struct tq_signer tq_signer_of(const struct tq_keys *keys)
{
    struct tq_signer signer = { NULL, sign_with_keys };

    /* The context is not const because other signers have state; this one only reads. */
    memcpy(&signer.ctx, &keys, sizeof(keys));
    return signer;
}

bool tq_verify(const uint8_t key[TQ_SIGN_KEY_BYTES], const char *domain, struct tq_slice data,
        const uint8_t signature[TQ_SIGNATURE_BYTES])
{
    uint8_t hash[TQ_HASH_BYTES];

    message_hash(domain, data, hash);
    return crypto_sign_verify_detached(signature, hash, sizeof(hash), key) == 0;
}

tq_status tq_certificate_sign(
        struct tq_certificate *certificate, const struct tq_signer *signer, struct tq_error *err)
{
    struct tq_buf bytes;
    tq_status rc;

    tq_buf_init(&bytes, 0);
    rc = tq_certificate_encode(certificate, false, &bytes, err);
    if (rc == TQ_OK)
        signer->sign(
                signer->ctx, TQ_SIGN_CERTIFICATE, tq_buf_slice(&bytes), certificate->signature);
    tq_buf_deinit(&bytes);
    return rc;
}

tq_status tq_broadcast_sign(
        struct tq_broadcast *broadcast, const struct tq_signer *signer, struct tq_error *err)
{
    struct tq_buf bytes;
    tq_status rc;

    tq_buf_init(&bytes, 0);
    rc = tq_broadcast_encode(broadcast, false, &bytes, err);
    if (rc == TQ_OK)
        signer->sign(signer->ctx, TQ_SIGN_BROADCAST, tq_buf_slice(&bytes), broadcast->signature);
    tq_buf_deinit(&bytes);
    return rc;
}

#define RENEWAL_BYTES (TQ_DISTRICT_ID_BYTES + 4u + TQ_CURVE_KEY_BYTES + TQ_SIGN_KEY_BYTES)

static void renewal_bytes(const struct tq_join *join, const uint8_t district[TQ_DISTRICT_ID_BYTES],
        uint32_t device, uint8_t out[RENEWAL_BYTES])
{
    memcpy(out, district, TQ_DISTRICT_ID_BYTES);
    out += TQ_DISTRICT_ID_BYTES;
    for (size_t i = 0; i < 4; i++)
        *out++ = (uint8_t)(device >> (24 - 8 * i));
    memcpy(out, join->curve_key, TQ_CURVE_KEY_BYTES);
    memcpy(out + TQ_CURVE_KEY_BYTES, join->sign_key, TQ_SIGN_KEY_BYTES);
}

void tq_renewal_sign(struct tq_join *join, const uint8_t district[TQ_DISTRICT_ID_BYTES],
        uint32_t device, const struct tq_signer *signer)
{
    uint8_t bytes[RENEWAL_BYTES];

    renewal_bytes(join, district, device, bytes);
    join->renews = true;
    signer->sign(signer->ctx, TQ_SIGN_RENEWAL, tq_slice_of(bytes, sizeof(bytes)), join->renewal);
}

bool tq_renewal_verify(const struct tq_join *join, const uint8_t district[TQ_DISTRICT_ID_BYTES],
        uint32_t device, const uint8_t key[TQ_SIGN_KEY_BYTES])
{
    uint8_t bytes[RENEWAL_BYTES];

    renewal_bytes(join, district, device, bytes);
    return join->renews &&
           tq_verify(key, TQ_SIGN_RENEWAL, tq_slice_of(bytes, sizeof(bytes)), join->renewal);
}

/* Ends each verification: `bytes` are those that were signed. */
static tq_status verify_bytes(tq_status encoded, const struct tq_buf *bytes, const uint8_t *key,
        const char *domain, const uint8_t *signature, const char *what, struct tq_error *err)
{
    if (encoded != TQ_OK)
        return encoded;
    if (!tq_verify(key, domain, tq_buf_slice(bytes), signature))
        return tq_error_set(err, TQ_FORGED, "%s", what);
    return TQ_OK;
}

tq_status tq_certificate_verify(const struct tq_certificate *certificate,
        const uint8_t district_key[TQ_SIGN_KEY_BYTES], struct tq_error *err)
{
    struct tq_buf bytes;
    tq_status rc;

    tq_buf_init(&bytes, 0);
    rc = verify_bytes(tq_certificate_encode(certificate, false, &bytes, err), &bytes, district_key,
            TQ_SIGN_CERTIFICATE, certificate->signature, "certificate", err);
    tq_buf_deinit(&bytes);
    return rc;
}

tq_status tq_receipt_verify(const struct tq_receipt *receipt,
        const uint8_t district_key[TQ_SIGN_KEY_BYTES], struct tq_error *err)
{
    struct tq_buf bytes;
    tq_status rc;

    tq_buf_init(&bytes, 0);
    rc = verify_bytes(tq_receipt_encode(receipt, false, &bytes, err), &bytes, district_key,
            TQ_SIGN_RECEIPT, receipt->signature, "receipt", err);
    tq_buf_deinit(&bytes);
    return rc;
}

tq_status tq_broadcast_verify(const struct tq_broadcast *broadcast,
        const uint8_t district_key[TQ_SIGN_KEY_BYTES], struct tq_error *err)
{
    struct tq_buf bytes;
    tq_status rc;

    tq_buf_init(&bytes, 0);
    rc = verify_bytes(tq_broadcast_encode(broadcast, false, &bytes, err), &bytes, district_key,
            TQ_SIGN_BROADCAST, broadcast->signature, "broadcast", err);
    tq_buf_deinit(&bytes);
    return rc;
}
