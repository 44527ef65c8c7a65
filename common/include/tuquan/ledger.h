/* ledger.h - The hash chain over everything that the district ever received and answered.
 *
 * One chain: every set as it is appended and every receipt as it is put, in that order, in the
 * order of the calls of ledger_append and receipt_put. What a receipt names as its ledger head is
 * the state *before* its own transaction (a receipt cannot hold its own hash). The hash after each
 * transaction is kept beside the head of then (history_get), so that what an office brings as its
 * "top" can be looked up. The ledger's verification walks the same chain.
 * Ownership: the hash is the caller's and changed in place.
 * Threads:   pure functions, any. */
#ifndef TQ_LEDGER_H
#define TQ_LEDGER_H

#include "tuquan/api.h"
#include "tuquan/change.h"

TQ_BEGIN_DECLS

/* The ledger hash after one more set, by its hash. In place; the first one is all zeros. */
void tq_ledger_hash_set(uint8_t ledger[TQ_HASH_BYTES], const uint8_t set_hash[TQ_HASH_BYTES]);

/* The same after one more receipt: its bytes as stored and sent, signature included. */
void tq_ledger_hash_receipt(uint8_t ledger[TQ_HASH_BYTES], struct tq_slice bytes);

TQ_END_DECLS
#endif
