/* arena.h - Memory that is freed all at once, with a hard limit: what is decoded from a peer goes
 * into one, so that no message can take more than its bound.
 *
 * Ownership: what tq_arena_alloc returns lives until tq_arena_reset or tq_arena_free.
 * Threads:   one thread at a time. */
#ifndef TQ_ARENA_H
#define TQ_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "tuquan/api.h"

struct tq_arena;

TQ_BEGIN_DECLS

/* A new arena that gives out at most `limit_bytes`; NULL when memory is short. */
TQ_MUST_CHECK struct tq_arena *tq_arena_new(size_t limit_bytes);

/* NULL is fine. */
void tq_arena_free(struct tq_arena *arena);

/* Forget everything, keep the first block. */
void tq_arena_reset(struct tq_arena *arena);

/* What it holds are secrets: the next reset, or the end, wipes it. */
void tq_arena_keep_secret(struct tq_arena *arena);

/* Zeroed memory, aligned for any type; NULL when the limit is reached or memory is short. */
TQ_MUST_CHECK void *tq_arena_alloc(struct tq_arena *arena, size_t size);

/* The same for an array; NULL on overflow too. */
TQ_MUST_CHECK void *tq_arena_array(struct tq_arena *arena, size_t count, size_t size);

/* A copy of `size` bytes. */
TQ_MUST_CHECK void *tq_arena_copy(struct tq_arena *arena, const void *data, size_t size);

/* True when the last NULL came from the limit and not from the heap. */
bool tq_arena_is_exhausted(const struct tq_arena *arena);

TQ_END_DECLS
#endif
