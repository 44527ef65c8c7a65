#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "tuquan/identity.h"
#include "tuquan/mem.h"

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

static_assert(
        TQ_SEAL_OVERHEAD == TQ_GROUP_KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES, "what a seal adds");
static_assert(TQ_GROUP_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "group key");

tq_status tq_group_key_draw(
        uint8_t id[TQ_GROUP_KEY_ID_BYTES], uint8_t key[TQ_GROUP_KEY_BYTES], struct tq_error *err)
{
    tq_status rc = tq_identity_init(err);

    if (rc != TQ_OK)
        return rc;
    randombytes_buf(id, TQ_GROUP_KEY_ID_BYTES);
    randombytes_buf(key, TQ_GROUP_KEY_BYTES);
    return TQ_OK;
}

tq_status tq_seal(const uint8_t id[TQ_GROUP_KEY_ID_BYTES], const uint8_t key[TQ_GROUP_KEY_BYTES],
        struct tq_slice plain, struct tq_buf *out, struct tq_error *err)
{
    size_t size = plain.len + TQ_SEAL_OVERHEAD;
    uint8_t *sealed = tq_mem_alloc(size);
    uint8_t *nonce;

    if (sealed == NULL)
        return tq_error_set(err, TQ_NOMEM, "seal %zu bytes", plain.len);
    memcpy(sealed, id, TQ_GROUP_KEY_ID_BYTES);
    nonce = sealed + TQ_GROUP_KEY_ID_BYTES;
    randombytes_buf(nonce, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, plain.data, plain.len, id,
            TQ_GROUP_KEY_ID_BYTES, NULL, nonce, key);
    tq_buf_append(out, sealed, size);
    tq_mem_free(sealed);
    return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "seal %zu bytes", plain.len);
}

tq_status tq_open(const uint8_t id[TQ_GROUP_KEY_ID_BYTES], const uint8_t key[TQ_GROUP_KEY_BYTES],
        struct tq_slice sealed, struct tq_buf *out, struct tq_error *err)
{
    size_t size;
    uint8_t *plain;
    const uint8_t *nonce;
    tq_status rc = TQ_OK;

    if (sealed.len < TQ_SEAL_OVERHEAD)
        return tq_error_set(err, TQ_FORGED, "a seal of %zu bytes", sealed.len);
    if (memcmp(sealed.data, id, TQ_GROUP_KEY_ID_BYTES) != 0)
        return tq_error_phrase(err, TQ_NOT_FOUND, TQ_PHRASE_OTHER_GROUP_KEY);
    size = sealed.len - TQ_SEAL_OVERHEAD;
    nonce = sealed.data + TQ_GROUP_KEY_ID_BYTES;
    plain = tq_mem_alloc(size);
    if (plain == NULL)
        return tq_error_set(err, TQ_NOMEM, "open %zu bytes", size);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + NONCE_BYTES,
                sealed.len - TQ_GROUP_KEY_ID_BYTES - NONCE_BYTES, id, TQ_GROUP_KEY_ID_BYTES, nonce,
                key) != 0)
        rc = tq_error_set(err, TQ_FORGED, "a seal does not open");
    else
        tq_buf_append(out, plain, size);
    tq_mem_free(plain);
    if (rc == TQ_OK && !tq_buf_is_ok(out))
        rc = tq_error_set(err, TQ_NOMEM, "open %zu bytes", size);
    return rc;
}

tq_status tq_seal_to(const uint8_t curve_public[TQ_CURVE_KEY_BYTES], struct tq_slice plain,
        struct tq_buf *out, struct tq_error *err)
{
    size_t size = plain.len + crypto_box_SEALBYTES;
    uint8_t *sealed = tq_mem_alloc(size);
    tq_status rc = TQ_OK;

    if (sealed == NULL)
        return tq_error_set(err, TQ_NOMEM, "seal %zu bytes", plain.len);
    if (crypto_box_seal(sealed, plain.data, plain.len, curve_public) != 0)
        rc = tq_error_set(err, TQ_INTERNAL, "a device's key cannot be sealed to");
    else
        tq_buf_append(out, sealed, size);
    tq_mem_free(sealed);
    if (rc == TQ_OK && !tq_buf_is_ok(out))
        rc = tq_error_set(err, TQ_NOMEM, "seal %zu bytes", plain.len);
    return rc;
}

tq_status tq_open_own(const struct tq_keys *keys, struct tq_slice sealed, struct tq_buf *out,
        struct tq_error *err)
{
    size_t size;
    uint8_t *plain;
    tq_status rc = TQ_OK;

    if (sealed.len < crypto_box_SEALBYTES)
        return tq_error_set(err, TQ_FORGED, "a seal of %zu bytes", sealed.len);
    size = sealed.len - crypto_box_SEALBYTES;
    plain = tq_mem_alloc(size);
    if (plain == NULL)
        return tq_error_set(err, TQ_NOMEM, "open %zu bytes", size);
    if (crypto_box_seal_open(
                plain, sealed.data, sealed.len, keys->curve_public, keys->curve_secret) != 0)
        rc = tq_error_set(err, TQ_FORGED, "a seal does not open");
    else
        tq_buf_append(out, plain, size);
    sodium_memzero(plain, size);
    tq_mem_free(plain);
    if (rc == TQ_OK && !tq_buf_is_ok(out))
        rc = tq_error_set(err, TQ_NOMEM, "open %zu bytes", size);
    return rc;
}
