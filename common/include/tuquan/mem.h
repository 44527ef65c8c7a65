/* mem.h - The heap. All of our allocations, SQLite's and protobuf-c's go through here, so that one
 * fault injector (tests/support/test_mem.c, which takes the place of base/mem.c) reaches all.
 *
 * Ownership: a block is the caller's until tq_mem_free, of whatever module of ours took it.
 * Threads:   any. Every function may fail by returning NULL; nothing aborts. */
#ifndef TQ_MEM_H
#define TQ_MEM_H

#include <stddef.h>

#include "tuquan/api.h"

TQ_BEGIN_DECLS

/* `size` bytes, as they are or zeroed. */
void *tq_mem_alloc(size_t size);
void *tq_mem_zalloc(size_t size);

/* As realloc: on failure the old block stays as it is. */
void *tq_mem_realloc(void *block, size_t size);

/* NULL is fine. */
void tq_mem_free(void *block);

TQ_END_DECLS
#endif
