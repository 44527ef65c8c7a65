#include <pthread.h>
#include <string.h>

#include "store/sql.h"
#include "tuquan/mem.h"

#define SIZE_BYTES ((size_t)16) /* keeps blocks aligned as malloc does */

/* SQLite's heap is ours, so that one fault injector reaches both. It wants to know the size of a
 * block, which stands in front of it. This configures the library, once a process: the one place
 * where it cannot be done by an object. */
static void *heap_alloc(int size)
{
    uint8_t *block = tq_mem_alloc((size_t)size + SIZE_BYTES);

    if (block == NULL)
        return NULL;
    memcpy(block, &size, sizeof(size));
    return block + SIZE_BYTES;
}

static void heap_free(void *at)
{
    if (at != NULL)
        tq_mem_free((uint8_t *)at - SIZE_BYTES);
}

static int heap_size(void *at)
{
    int size = 0;

    if (at != NULL)
        memcpy(&size, (uint8_t *)at - SIZE_BYTES, sizeof(size));
    return size;
}

static void *heap_realloc(void *at, int size)
{
    uint8_t *block = tq_mem_realloc((uint8_t *)at - SIZE_BYTES, (size_t)size + SIZE_BYTES);

    if (block == NULL)
        return NULL;
    memcpy(block, &size, sizeof(size));
    return block + SIZE_BYTES;
}

static int heap_roundup(int size)
{
    return (size + 7) & ~7;
}

static int heap_init(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void heap_shutdown(void *ctx)
{
    (void)ctx;
}

static void configure_sqlite(void)
{
    static const sqlite3_mem_methods HEAP = { heap_alloc, heap_free, heap_realloc, heap_size,
        heap_roundup, heap_init, heap_shutdown, NULL };

    /* MISUSE when a test or another library has started SQLite already: then it keeps its heap. */
    sqlite3_config(SQLITE_CONFIG_MALLOC, &HEAP);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_initialize();
}

void sql_use_our_heap(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, configure_sqlite);
}
