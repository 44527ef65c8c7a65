/* merge_row.c - The rows of a batch: loaded once, changed in memory, written sorted at the end. */
#include <stdlib.h>
#include <string.h>

#include "sync/merge_internal.h"

static uint64_t hash_key(const struct tq_table *table, struct tq_slice key)
{
    uint64_t h = UINT64_C(1469598103934665603) ^ table->id;

    for (size_t i = 0; i < key.len; i++)
        h = (h ^ key.data[i]) * UINT64_C(1099511628211);
    return h ^ (h >> 29);
}

static struct merge_row *lookup(
        struct merge_batch *batch, const struct tq_table *table, struct tq_slice key)
{
    struct merge_row *row = batch->buckets[hash_key(table, key) & (batch->nbuckets - 1)];

    while (row != NULL && (row->table != table || !tq_slice_equal(row->key, key)))
        row = row->next;
    return row;
}

static tq_status remember(
        struct merge_batch *batch, const struct tq_stored_row *stored, struct merge_row **out)
{
    struct merge_row *row = tq_arena_alloc(batch->arena, sizeof(*row));
    size_t at = hash_key(stored->table, stored->key) & (batch->nbuckets - 1);

    if (row == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "row of a batch");
    row->table = stored->table;
    row->key = stored->key;
    row->exists = stored->exists;
    row->existed = stored->exists;
    row->values = stored->values;
    row->was = stored->exists ? stored->values : NULL;
    row->meta = stored->meta;
    row->next = batch->buckets[at];
    batch->buckets[at] = row;
    if (out != NULL)
        *out = row;
    return TQ_OK;
}

tq_status merge_row_get(struct merge_batch *batch, const struct tq_table *table,
        struct tq_slice key, struct merge_row **out)
{
    struct tq_stored_row stored;
    struct tq_slice copy;
    tq_status rc;

    *out = lookup(batch, table, key);
    if (*out != NULL)
        return TQ_OK;
    copy = tq_slice_of(tq_arena_copy(batch->arena, key.data, key.len), key.len);
    if (copy.data == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "key");
    memset(&stored, 0, sizeof(stored));
    rc = batch->store->rows_get(
            batch->store->ctx, table, &copy, 1, batch->arena, &stored, batch->err);
    if (rc != TQ_OK)
        return rc;
    stored.table = table;
    stored.key = copy;
    return remember(batch, &stored, out);
}

tq_status merge_rows_preload(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_slice *keys, size_t count)
{
    struct tq_stored_row *rows = tq_arena_array(batch->arena, count, sizeof(*rows));
    tq_status rc;

    if (rows == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "rows of a batch");
    rc = batch->store->rows_get(
            batch->store->ctx, table, keys, count, batch->arena, rows, batch->err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        rows[i].table = table;
        rows[i].key = keys[i];
        if (lookup(batch, table, keys[i]) == NULL)
            rc = remember(batch, &rows[i], NULL);
    }
    return rc;
}

uint64_t merge_next_seq(struct merge_batch *batch)
{
    return ++batch->state.head;
}

/* A list in the arena with room for one more; NULL when memory is short. */
void *merge_grow(struct merge_batch *batch, void *list, size_t count, size_t *cap, size_t size)
{
    size_t want;
    void *grown;

    if (count < *cap)
        return list;
    want = *cap > 0 ? *cap * 2 : 8;
    grown = tq_arena_array(batch->arena, want, size);
    if (grown == NULL)
        return NULL;
    if (count > 0)
        memcpy(grown, list, count * size);
    *cap = want;
    return grown;
}

struct tq_slice merge_row_owner(const struct merge_row *row)
{
    if (row->table->owner < 0 || !row->exists)
        return tq_slice_of(NULL, 0);
    return row->values[row->table->owner].s;
}

/* Before the first change of a row in this batch: keep the digest of what is stored. */
tq_status merge_row_dirty(struct merge_batch *batch, struct merge_row *row)
{
    struct tq_value *copy;

    if (row->dirty)
        return TQ_OK;
    if (row->exists) {
        tq_digest_row(
                row->table, batch->config->catalogue->version, row->values, row->digest_before);
        copy = tq_arena_copy(
                batch->arena, row->values, row->table->ncolumns * sizeof(struct tq_value));
        if (copy == NULL)
            return tq_error_set(batch->err, TQ_NOMEM, "row");
        row->values = copy;
    }
    row->dirty = true;
    row->next_dirty = batch->dirty;
    batch->dirty = row;
    return TQ_OK;
}

/* Make a row exist: key and owner from the change, every other column at its default. */
tq_status merge_row_create(
        struct merge_batch *batch, struct merge_row *row, struct tq_slice owner, uint64_t seq)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct merge_row **grown;
    tq_status rc = merge_row_dirty(batch, row);

    if (rc != TQ_OK)
        return rc;
    row->values = tq_arena_array(batch->arena, row->table->ncolumns, sizeof(struct tq_value));
    grown = merge_grow(batch, batch->came, batch->ncame, &batch->cap_came, sizeof(*grown));
    if (row->values == NULL || grown == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "row");
    batch->came = grown;
    for (size_t i = 0; i < row->table->ncolumns; i++)
        row->values[i] = row->table->columns[i].fallback;
    if (row->table->owner >= 0)
        row->values[row->table->owner] = tq_value_text(owner);
    if (!tq_key_decode(row->table, row->key, parts))
        return tq_error_set(batch->err, TQ_INTERNAL, "key of table %s", row->table->name);
    for (uint32_t i = 0; i < row->table->nkey; i++)
        row->values[row->table->key[i]] = parts[i];
    row->exists = true;
    row->came = true;
    memset(&row->meta, 0, sizeof(row->meta));
    row->meta.born_seq = seq;
    row->meta.row_seq = seq;
    batch->came[batch->ncame++] = row;
    return TQ_OK;
}

tq_status merge_row_entry(struct merge_batch *batch, struct tq_slice owner, uint64_t seq,
        const struct tq_table *table, struct tq_slice key, const struct merge_source *source,
        bool clean)
{
    struct merge_entry *grown =
            merge_grow(batch, batch->entries, batch->nentries, &batch->cap_entries, sizeof(*grown));
    struct merge_entry *e;

    if (grown == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "index");
    batch->entries = grown;
    e = &batch->entries[batch->nentries++];
    memset(e, 0, sizeof(*e));
    e->owner = table->scope == TQ_PUBLIC ? tq_slice_of(NULL, 0) : owner;
    e->entry.seq = seq;
    e->entry.table = table->id;
    e->entry.key = key;
    e->entry.device = source != NULL ? source->set.device : TQ_DEVICE_DISTRICT;
    e->entry.incarnation = source != NULL ? source->set.incarnation : 0;
    e->entry.clean = clean;
    return TQ_OK;
}

/* The row gets a new sequence and comes down to its office as it stands here; its cells keep
 * theirs. A row that does not exist is listed too: the office learns that it is not here. */
tq_status merge_row_touch(struct merge_batch *batch, const struct tq_table *table,
        struct tq_slice key, struct tq_slice owner)
{
    struct merge_row *row;
    uint64_t seq;
    tq_status rc = merge_row_get(batch, table, key, &row);

    if (rc != TQ_OK)
        return rc;
    if (row->exists && !row->dirty) {
        rc = merge_row_dirty(batch, row);
        if (rc != TQ_OK)
            return rc;
    }
    seq = merge_next_seq(batch);
    if (row->exists) {
        tq_meta_set(&row->meta, TQ_CELL_ROW, seq);
        owner = merge_row_owner(row);
    }
    return merge_row_entry(batch, owner, seq, table, row->key, NULL, false);
}

static int by_table_and_key(const void *a, const void *b)
{
    const struct tq_stored_row *x = a;
    const struct tq_stored_row *y = b;

    if (x->table != y->table) {
        if (x->table->rank != y->table->rank)
            return x->table->rank < y->table->rank ? -1 : 1;
        return x->table->id < y->table->id ? -1 : 1;
    }
    return tq_slice_compare(x->key, y->key);
}

static int by_owner_and_seq(const void *a, const void *b)
{
    const struct merge_entry *x = a;
    const struct merge_entry *y = b;
    int order = tq_slice_compare(x->owner, y->owner);

    if (order != 0)
        return order;
    return (x->entry.seq > y->entry.seq) - (x->entry.seq < y->entry.seq);
}

/* A sum that moves for one (table, owner). */
struct move {
    uint32_t table;
    struct tq_slice owner;
    int64_t rows;
    uint8_t add[TQ_DIGEST_BYTES];
    uint8_t subtract[TQ_DIGEST_BYTES];
};

static tq_status move_digests(struct merge_batch *batch)
{
    struct move moves[64];
    size_t nmoves = 0;
    tq_status rc = TQ_OK;

    for (struct merge_row *row = batch->dirty; rc == TQ_OK && row != NULL; row = row->next_dirty) {
        struct tq_slice owner = merge_row_owner(row);
        uint8_t now[TQ_DIGEST_BYTES];
        size_t i = 0;

        if (!row->exists)
            continue;
        if (row->table->scope == TQ_PUBLIC)
            owner = tq_slice_of(NULL, 0);
        while (i < nmoves &&
                (moves[i].table != row->table->id || !tq_slice_equal(moves[i].owner, owner)))
            i++;
        if (i == 64) { /* full: write the first out */
            rc = batch->store->digest_move(batch->store->ctx, moves[0].table, moves[0].owner,
                    moves[0].rows, moves[0].add, moves[0].subtract, batch->err);
            memmove(&moves[0], &moves[1], sizeof(moves[0]) * 63);
            nmoves = 63;
            i = 63;
        }
        if (i == nmoves) {
            memset(&moves[i], 0, sizeof(moves[i]));
            moves[i].table = row->table->id;
            moves[i].owner = owner;
            nmoves++;
        }
        tq_digest_row(row->table, batch->config->catalogue->version, row->values, now);
        tq_digest_add(moves[i].add, now);
        if (row->existed)
            tq_digest_add(moves[i].subtract, row->digest_before);
        else
            moves[i].rows++;
    }
    for (size_t i = 0; rc == TQ_OK && i < nmoves; i++)
        rc = batch->store->digest_move(batch->store->ctx, moves[i].table, moves[i].owner,
                moves[i].rows, moves[i].add, moves[i].subtract, batch->err);
    return rc;
}

static tq_status write_index(struct merge_batch *batch)
{
    struct tq_index_entry *block;
    tq_status rc = TQ_OK;

    if (batch->nentries == 0)
        return TQ_OK;
    qsort(batch->entries, batch->nentries, sizeof(batch->entries[0]), by_owner_and_seq);
    block = tq_arena_array(batch->arena, batch->nentries, sizeof(*block));
    if (block == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "index");
    for (size_t i = 0; rc == TQ_OK && i < batch->nentries;) {
        size_t n = 0;
        struct tq_slice owner = batch->entries[i].owner;

        while (i < batch->nentries && tq_slice_equal(batch->entries[i].owner, owner))
            block[n++] = batch->entries[i++].entry;
        rc = batch->store->index_put(batch->store->ctx, owner, block, n, batch->err);
    }
    return rc;
}

tq_status merge_rows_write(struct merge_batch *batch)
{
    struct tq_stored_row *rows;
    size_t count = 0;
    tq_status rc;

    for (struct merge_row *row = batch->dirty; row != NULL; row = row->next_dirty)
        count += row->exists;
    rows = tq_arena_array(batch->arena, count + 1, sizeof(*rows));
    if (rows == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "rows of a batch");
    count = 0;
    for (struct merge_row *row = batch->dirty; row != NULL; row = row->next_dirty) {
        if (!row->exists)
            continue;
        rows[count].table = row->table;
        rows[count].key = row->key;
        rows[count].exists = true;
        rows[count].values = row->values;
        rows[count].meta = row->meta;
        count++;
    }
    if (count > 0)
        qsort(rows, count, sizeof(*rows), by_table_and_key);
    rc = batch->store->rows_put(batch->store->ctx, rows, count, batch->err);
    if (rc == TQ_OK)
        rc = move_digests(batch);
    if (rc == TQ_OK)
        rc = write_index(batch);
    return rc;
}
