/* merge_cell.c - Which value a cell keeps (sync.md 5.3 and 5.4). */
#include <string.h>

#include "sync/merge_internal.h"

/* The value that this change gives column `at` of a cell; an insert that does not name a column of
 * a group means its default. */
static struct tq_value value_for(
        const struct merge_row *row, const struct tq_change *change, uint32_t at)
{
    for (uint32_t i = 0; i < change->ncolumns; i++)
        if (change->columns[i] == row->table->columns[at].id)
            return change->after[i];
    return row->table->columns[at].fallback;
}

/* `exactly`: as it was sent, to the last word; else as far as people's decisions go. */
static bool same_values(const struct merge_row *row, const struct tq_change *change, uint32_t cell,
        const uint32_t *columns, size_t count, bool *exactly)
{
    struct tq_value given[TQ_MAX_COLUMNS];
    struct tq_value present[TQ_MAX_COLUMNS];

    for (size_t i = 0; i < count; i++) {
        given[i] = value_for(row, change, columns[i]);
        present[i] = row->values[columns[i]];
        *exactly = *exactly && tq_value_equal(&given[i], &present[i]);
    }
    return merge_cell_agrees(row->table, cell, given, present, count);
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* The order of two changes of one cell that had not seen each other. */
static int compare(int64_t e, const struct merge_source *source, uint32_t place,
        const struct merge_stamp *other)
{
    int order;

    if (!other->found)
        return 1;
    if (e != other->e)
        return e > other->e ? 1 : -1;
    order = compare_u64(source->set.device, other->source->set.device);
    if (order == 0)
        order = compare_u64(source->set.incarnation, other->source->set.incarnation);
    if (order == 0)
        order = compare_u64(source->set.seq, other->source->set.seq);
    return order != 0 ? order : compare_u64(place, other->place);
}

/* An insert writes only the cells that differ from their default: one that still has it, and no
 * sequence of its own, was never written, whoever made the row. */
bool merge_was_written(const struct merge_row *row, uint32_t cell)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    size_t count = tq_table_cell(row->table, cell, columns);

    for (size_t i = 0; i < row->meta.ncells; i++)
        if (row->meta.cells[i].cell == cell)
            return true;
    for (size_t i = 0; i < count; i++)
        if (!tq_value_equal(&row->values[columns[i]], &row->table->columns[columns[i]].fallback))
            return true;
    return false;
}

static tq_status write_cell(struct merge_batch *batch, struct merge_row *row,
        const struct tq_change *change, uint32_t cell, const uint32_t *columns, size_t count,
        uint64_t seq)
{
    tq_status rc = merge_row_dirty(batch, row);

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < count; i++)
        row->values[columns[i]] = value_for(row, change, columns[i]);
    tq_meta_set(&row->meta, cell, seq);
    return TQ_OK;
}

/* A change that comes back: had the present value's writer, or that of one in the inbox, seen it?
 * Then it was settled before the loss and needs nobody's decision. */
tq_status merge_is_settled(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, const struct merge_row *row, uint32_t cell, const struct merge_stamp *present,
        bool *out)
{
    struct tq_loser *list;
    size_t count;
    tq_status rc = merge_is_covered(batch, source, place, seq, present, out);

    if (rc != TQ_OK || *out || !source->replaying)
        return rc;
    rc = batch->store->losers(batch->store->ctx, row->table->id, row->key, cell, batch->arena,
            &list, &count, batch->err);
    for (size_t i = 0; rc == TQ_OK && !*out && i < count; i++) {
        struct merge_stamp loser;

        memset(&loser, 0, sizeof(loser));
        loser.found = true;
        loser.place = list[i].place;
        rc = merge_source_by_n(batch, list[i].set_n, &loser.source);
        if (rc == TQ_OK &&
                !merge_is_entry(row->table, cell, &loser.source->body.changes[loser.place]))
            rc = merge_is_covered(batch, source, place, seq, &loser, out);
    }
    return rc;
}

/* Is the value that stands a later one of the very device that this change is of? */
static tq_status is_overtaken(struct merge_batch *batch, const struct merge_stamp *present,
        struct merge_source *source, uint32_t place, bool *out)
{
    const struct merge_stamp mine = { true, source, place, source->e[place] };

    *out = false;
    return present->found ? merge_is_own(batch, &mine, present->source, present->place, out)
                          : TQ_OK;
}

tq_status merge_cell(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row, uint32_t cell, struct merge_verdict *out)
{
    const struct tq_change *change = &source->body.changes[place];
    uint64_t present = tq_meta_seq(&row->meta, cell);
    uint32_t columns[TQ_MAX_COLUMNS];
    size_t count = tq_table_cell(row->table, cell, columns);
    struct merge_stamp stamp;
    bool settled = false;
    bool overtaken = false;
    bool written = merge_was_written(row, cell);
    bool exactly = true;
    bool own;
    bool same;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = merge_overtake(batch, source, place, row, cell);
    if (rc == TQ_OK && cell == row->table->void_cell && !written)
        rc = merge_void_first(batch, source, place, row);
    if (rc != TQ_OK)
        return rc;
    /* Fast path: the writer had seen the present value, no stamp is looked up. */
    own = present <= change->seen || !written;
    memset(&stamp, 0, sizeof(stamp));
    if (!own) {
        rc = merge_stamp_of(batch, present, &stamp);
        if (rc == TQ_OK)
            rc = merge_is_own(batch, &stamp, source, place, &own);
        if (rc == TQ_OK && !own)
            rc = merge_has_seen(batch, change->seen, present, &own);
        if (rc == TQ_OK && !own)
            rc = merge_is_settled(batch, source, place, seq, row, cell, &stamp, &settled);
        if (rc != TQ_OK)
            return rc;
        /* A part that waited apart, and came in with the rest meanwhile. */
        if (stamp.found && stamp.source == source && stamp.place == place)
            return TQ_OK;
    }
    if (own) {
        rc = write_cell(batch, row, change, cell, columns, count, seq);
        return rc != TQ_OK ? rc : merge_inbox_refresh(batch, row, cell, source, place);
    }
    /* A change that waited comes late: the present value, of the same device, was written over it. */
    if (!source->replaying) /* that one has its own way: merge_is_settled */
        rc = is_overtaken(batch, &stamp, source, place, &overtaken);
    if (rc != TQ_OK)
        return rc;
    if (overtaken) {
        out->verdict = TQ_SUPERSEDED;
        out->reason = TQ_REASON_NEWER_VALUE;
        out->column = cell;
        return TQ_OK;
    }
    same = same_values(row, change, cell, columns, count, &exactly);
    if (compare(source->e[place], source, place, &stamp) > 0) {
        /* The present value gives way to one that had not seen it. A value of the district's own
         * program has no author who could be asked. */
        rc = !stamp.found ? TQ_OK
                          : merge_loser_add(batch, row, cell, stamp.source, stamp.place, present);
        if (rc == TQ_OK)
            rc = write_cell(batch, row, change, cell, columns, count, seq);
    } else {
        rc = settled ? TQ_OK : merge_loser_add(batch, row, cell, source, place, seq);
        if (!same) {
            out->verdict = TQ_SUPERSEDED;
            out->reason = TQ_REASON_NEWER_VALUE;
            out->column = cell;
        }
        /* Decided alike by two: who did, and when, comes down. */
        if (rc == TQ_OK && same && !exactly)
            rc = merge_row_touch(batch, row->table, row->key, change->owner);
    }
    return rc != TQ_OK ? rc : merge_inbox_refresh(batch, row, cell, source, place);
}
