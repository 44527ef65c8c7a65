/* hash.h - BLAKE2b, streaming: the one hash of the project (chains, digests, ranking inputs).
 *
 * Ownership: a hasher is the caller's memory, good for one hash; nothing to free.
 * Threads:   one hasher is one thread's. */
#ifndef TQ_HASH_H
#define TQ_HASH_H

#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"

#define TQ_HASH_BYTES 32u
#define TQ_DIGEST_BYTES 16u

/* Room for libsodium's state; aligned as it asks. */
struct tq_hasher {
#if defined(__GNUC__)
    __attribute__((aligned(64)))
#endif
    uint8_t opaque[384];
};

TQ_BEGIN_DECLS

/* Start a hash of `out_len` bytes (16..64) in the domain `domain` (its text and a NUL go first). */
void tq_hash_init(struct tq_hasher *hasher, const char *domain, size_t out_len);
void tq_hash_add(struct tq_hasher *hasher, const void *data, size_t len);
void tq_hash_add_u32(struct tq_hasher *hasher, uint32_t value);
void tq_hash_add_u64(struct tq_hasher *hasher, uint64_t value);

/* Length first, so that two neighbours cannot trade bytes. */
void tq_hash_add_slice(struct tq_hasher *hasher, struct tq_slice slice);
void tq_hash_final(struct tq_hasher *hasher, uint8_t *out, size_t out_len);

TQ_END_DECLS
#endif
