/* import_index.c - Which rows an import has met, by what tells them apart: a row given twice is named
 * with both its lines. */
#include <string.h>

#include "store/import_internal.h"
#include "tuquan/mem.h"

static size_t hash_of(struct tq_slice mark)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < mark.len; i++)
        h = (h ^ mark.data[i]) * UINT64_C(1099511628211);
    return (size_t)(h ^ (h >> 29));
}

struct import_seen *import_index_find(struct import_index *index, struct tq_slice mark)
{
    if (index->cap == 0)
        return NULL;
    for (size_t i = hash_of(mark) & (index->cap - 1); index->slots[i].mark.data != NULL;
            i = (i + 1) & (index->cap - 1))
        if (tq_slice_equal(index->slots[i].mark, mark))
            return &index->slots[i];
    return NULL;
}

static void put(struct import_index *index, const struct import_seen *seen)
{
    size_t i = hash_of(seen->mark) & (index->cap - 1);

    while (index->slots[i].mark.data != NULL)
        i = (i + 1) & (index->cap - 1);
    index->slots[i] = *seen;
}

bool import_index_add(struct import_index *index, const struct import_seen *seen)
{
    if (2 * (index->used + 1) > index->cap) {
        struct import_index grown = { NULL, index->cap == 0 ? 256 : 2 * index->cap, 0 };

        grown.slots = tq_mem_zalloc(grown.cap * sizeof(grown.slots[0]));
        if (grown.slots == NULL)
            return false;
        for (size_t i = 0; i < index->cap; i++)
            if (index->slots[i].mark.data != NULL)
                put(&grown, &index->slots[i]);
        grown.used = index->used;
        tq_mem_free(index->slots);
        *index = grown;
    }
    put(index, seen);
    index->used++;
    return true;
}

void import_index_deinit(struct import_index *index)
{
    tq_mem_free(index->slots);
    memset(index, 0, sizeof(*index));
}
