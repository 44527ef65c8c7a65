#include "tuquan/change.h"

#include "tuquan/district_ops.h"

void tq_set_hash(const struct tq_set *set, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.set.v1", TQ_HASH_BYTES);
    tq_hash_add(&hasher, set->district, sizeof(set->district));
    tq_hash_add_u32(&hasher, set->device);
    tq_hash_add_u32(&hasher, set->incarnation);
    tq_hash_add_u64(&hasher, set->seq);
    tq_hash_add(&hasher, set->prev, sizeof(set->prev));
    tq_hash_add_slice(&hasher, set->payload);
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

bool tq_device_signed(const struct tq_device *device, tq_verify_fn verify,
        const uint8_t hash[TQ_HASH_BYTES], const uint8_t signature[TQ_SIGNATURE_BYTES])
{
    struct tq_slice signed_hash = tq_slice_of(hash, TQ_HASH_BYTES);

    if (verify(device->sign_key, TQ_SIGN_SET, signed_hash, signature))
        return true;
    for (size_t i = 0; i + TQ_SIGN_KEY_BYTES <= device->other_keys.len; i += TQ_SIGN_KEY_BYTES)
        if (verify(device->other_keys.data + i, TQ_SIGN_SET, signed_hash, signature))
            return true;
    return false;
}
