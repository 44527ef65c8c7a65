#include "tuquan/ledger.h"

void tq_ledger_hash_set(uint8_t ledger[TQ_HASH_BYTES], const uint8_t set_hash[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.ledger.set.v1", TQ_HASH_BYTES);
    tq_hash_add(&hasher, ledger, TQ_HASH_BYTES);
    tq_hash_add(&hasher, set_hash, TQ_HASH_BYTES);
    tq_hash_final(&hasher, ledger, TQ_HASH_BYTES);
}

void tq_ledger_hash_receipt(uint8_t ledger[TQ_HASH_BYTES], struct tq_slice bytes)
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.ledger.receipt.v1", TQ_HASH_BYTES);
    tq_hash_add(&hasher, ledger, TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, bytes);
    tq_hash_final(&hasher, ledger, TQ_HASH_BYTES);
}
