#include "tuquan/hash.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert(sizeof(struct tq_hasher) >= sizeof(crypto_generichash_state),
        "tq_hasher has no room for libsodium's state");

static crypto_generichash_state *state_of(struct tq_hasher *hasher)
{
    return (crypto_generichash_state *)(void *)hasher->opaque;
}

void tq_hash_init(struct tq_hasher *hasher, const char *domain, size_t out_len)
{
    crypto_generichash_init(state_of(hasher), NULL, 0, out_len);
    tq_hash_add(hasher, domain, strlen(domain) + 1);
}

void tq_hash_add(struct tq_hasher *hasher, const void *data, size_t len)
{
    if (len > 0)
        crypto_generichash_update(state_of(hasher), data, len);
}

void tq_hash_add_u32(struct tq_hasher *hasher, uint32_t value)
{
    uint8_t b[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
        (uint8_t)value };

    tq_hash_add(hasher, b, sizeof(b));
}

void tq_hash_add_u64(struct tq_hasher *hasher, uint64_t value)
{
    tq_hash_add_u32(hasher, (uint32_t)(value >> 32));
    tq_hash_add_u32(hasher, (uint32_t)value);
}

void tq_hash_add_slice(struct tq_hasher *hasher, struct tq_slice slice)
{
    tq_hash_add_u64(hasher, slice.len);
    tq_hash_add(hasher, slice.data, slice.len);
}

void tq_hash_final(struct tq_hasher *hasher, uint8_t *out, size_t out_len)
{
    crypto_generichash_final(state_of(hasher), out, out_len);
}
