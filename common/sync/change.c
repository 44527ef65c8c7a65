#include "tuquan/change.h"

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
