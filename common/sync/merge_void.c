/* merge_void.c - A row voided by one and entered by another, neither knowing of the other: the void
 * stays and a person looks, whichever of the two arrives first. */
#include <string.h>

#include "sync/merge_internal.h"

/* A row entered again over a void that its writer had not seen: the void stays, a person looks. */
tq_status merge_void_entered(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row)
{
    uint32_t cell = row->table->void_cell;
    uint32_t columns[TQ_MAX_COLUMNS];
    uint64_t present = tq_meta_seq(&row->meta, cell);
    struct merge_stamp stamp;
    bool own = false;
    tq_status rc = TQ_OK;

    if (cell == 0 || tq_table_cell(row->table, cell, columns) == 0 ||
            row->values[columns[0]].type == TQ_NULL || present <= source->body.changes[place].seen)
        return TQ_OK;
    rc = merge_stamp_of(batch, present, &stamp);
    if (rc == TQ_OK)
        rc = merge_is_own(batch, &stamp, source, place, &own);
    if (rc == TQ_OK && !own)
        rc = merge_has_seen(batch, source->body.changes[place].seen, present, &own);
    if (rc == TQ_OK && !own)
        rc = merge_is_covered(batch, source, place, seq, &stamp, &own);
    if (rc == TQ_OK && !own)
        rc = merge_loser_add(batch, row, cell, source, place, seq);
    if (rc == TQ_OK && !own)
        rc = merge_inbox_refresh(batch, row, cell, source, place);
    return rc;
}

/* Sequences of one row that the pull index lists. */
struct found {
    struct merge_batch *batch;
    const struct merge_row *row;
    uint64_t *seqs;
    size_t count;
    size_t cap;
    bool no_memory;
};

static bool keep(void *arg, const struct tq_index_entry *entry)
{
    struct found *found = arg;
    uint64_t *grown;

    if (entry->table != found->row->table->id || !tq_slice_equal(entry->key, found->row->key))
        return true;
    grown = merge_grow(found->batch, found->seqs, found->count, &found->cap, sizeof(*grown));
    found->no_memory = grown == NULL;
    if (found->no_memory)
        return false;
    found->seqs = grown;
    found->seqs[found->count++] = entry->seq;
    return true;
}

static tq_status collect(
        struct merge_batch *batch, const struct merge_row *row, uint64_t above, struct found *found)
{
    struct tq_slice owner =
            row->table->scope == TQ_OWN ? merge_row_owner(row) : tq_slice_of(NULL, 0);
    tq_status rc;

    memset(found, 0, sizeof(*found));
    found->batch = batch;
    found->row = row;
    rc = batch->store->index_walk(batch->store->ctx, owner, above, keep, found, batch->err);
    for (size_t i = 0; rc == TQ_OK && i < batch->nentries; i++)
        if (batch->entries[i].entry.seq > above && !keep(found, &batch->entries[i].entry))
            break;
    if (rc == TQ_OK && found->no_memory)
        rc = tq_error_set(batch->err, TQ_NOMEM, "inserts of a row");
    return rc;
}

/* A void: every insert of the row that its writer had not seen goes to the inbox. Only a key made
 * of facts can be entered twice. */
tq_status merge_void_over(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        struct merge_row *row)
{
    const struct tq_change *change = &source->body.changes[place];
    struct found found;
    tq_status rc;

    if (row->table->surrogate || row->meta.row_seq <= change->seen ||
            change->after[0].type == TQ_NULL)
        return TQ_OK;
    rc = collect(batch, row, change->seen, &found);
    for (size_t i = 0; rc == TQ_OK && i < found.count; i++) {
        struct merge_stamp stamp;
        bool own = true;

        rc = merge_stamp_of(batch, found.seqs[i], &stamp);
        if (rc == TQ_OK && stamp.found &&
                stamp.source->body.changes[stamp.place].cell == TQ_CELL_ROW)
            rc = merge_is_own(batch, &stamp, source, place, &own);
        if (rc == TQ_OK && !own)
            rc = merge_has_seen(batch, change->seen, found.seqs[i], &own);
        if (rc == TQ_OK && stamp.found && !own)
            rc = merge_loser_add(
                    batch, row, change->cell, stamp.source, stamp.place, found.seqs[i]);
    }
    return rc != TQ_OK ? rc : merge_inbox_refresh(batch, row, change->cell, source, place);
}
