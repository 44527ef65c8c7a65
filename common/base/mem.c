#include "tuquan/mem.h"

#include <stdlib.h>

void *tq_mem_alloc(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

void *tq_mem_zalloc(size_t size)
{
    return calloc(1, size > 0 ? size : 1);
}

void *tq_mem_realloc(void *block, size_t size)
{
    return realloc(block, size > 0 ? size : 1);
}

void tq_mem_free(void *block)
{
    free(block);
}
