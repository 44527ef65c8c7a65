#include "tuquan/arena.h"

#include <stdint.h>
#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"

#define BLOCK_BYTES ((size_t)64 * 1024)
#define ALIGNMENT ((size_t)16)

struct block {
    struct block *next;
    size_t size;
    size_t used;
    max_align_t data[];
};

struct tq_arena {
    struct block *first; /* newest */
    size_t given;
    size_t limit;
    bool exhausted;
    bool secret;
};

struct tq_arena *tq_arena_new(size_t limit_bytes)
{
    struct tq_arena *arena = tq_mem_zalloc(sizeof(*arena));

    if (arena != NULL)
        arena->limit = limit_bytes;
    return arena;
}

/* The newest block goes. */
static void drop_first(struct tq_arena *arena)
{
    struct block *next = arena->first->next;

    if (arena->secret)
        tq_wipe(arena->first->data, arena->first->used);
    tq_mem_free(arena->first);
    arena->first = next;
}

void tq_arena_keep_secret(struct tq_arena *arena)
{
    arena->secret = true;
}

void tq_arena_free(struct tq_arena *arena)
{
    if (arena == NULL)
        return;
    while (arena->first != NULL)
        drop_first(arena);
    tq_mem_free(arena);
}

void tq_arena_reset(struct tq_arena *arena)
{
    while (arena->first != NULL && arena->first->next != NULL)
        drop_first(arena);
    if (arena->first != NULL && arena->secret)
        tq_wipe(arena->first->data, arena->first->used);
    if (arena->first != NULL)
        arena->first->used = 0;
    arena->secret = false;
    arena->given = 0;
    arena->exhausted = false;
}

void *tq_arena_alloc(struct tq_arena *arena, size_t size)
{
    struct block *block = arena->first;
    size_t rounded;
    uint8_t *at;

    if (size > SIZE_MAX - ALIGNMENT ||
            (rounded = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1)) > arena->limit - arena->given) {
        arena->exhausted = true;
        return NULL;
    }
    if (block == NULL || block->size - block->used < rounded) {
        size_t bytes = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;

        block = tq_mem_alloc(sizeof(*block) + bytes);
        if (block == NULL) {
            arena->exhausted = false;
            return NULL;
        }
        block->size = bytes;
        block->used = 0;
        block->next = arena->first;
        arena->first = block;
    }
    at = (uint8_t *)block->data + block->used;
    block->used += rounded;
    arena->given += rounded;
    memset(at, 0, rounded);
    return at;
}

void *tq_arena_array(struct tq_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->exhausted = true;
        return NULL;
    }
    return tq_arena_alloc(arena, count * size);
}

void *tq_arena_copy(struct tq_arena *arena, const void *data, size_t size)
{
    void *copy = tq_arena_alloc(arena, size);

    if (copy != NULL && size > 0)
        memcpy(copy, data, size);
    return copy;
}

bool tq_arena_is_exhausted(const struct tq_arena *arena)
{
    return arena->exhausted;
}
