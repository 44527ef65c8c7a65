/* merge_void.c - A row voided by one and entered by another, neither knowing of the other: the void
 * stays and a person looks, whichever of the two arrives first.
 *
 * Only a key made of facts can be entered twice. An insert says of its row that it is not void, and
 * says it without winning over any void. So it stands in the list of the void cell like a change that
 * lost: from its arrival, where the row was there; where it made the row, from the first change of the
 * void cell, for until then nothing is said against it. Like any other it leaves the list with a
 * change of the cell whose writer had seen it, and is shown while the row is void by a change that
 * its writer had not seen. */
#include <string.h>

#include "sync/merge_internal.h"

static bool names_void(const struct tq_table *table, const struct tq_change *change)
{
    for (uint32_t i = 0; i < change->ncolumns; i++) {
        int at = tq_table_column(table, change->columns[i]);

        if (at >= 0 && table->columns[at].cell == table->void_cell)
            return true;
    }
    return false;
}

/* Does this change of the list of a cell only say that the row is there? */
bool merge_is_entry(const struct tq_table *table, uint32_t cell, const struct tq_change *change)
{
    return cell == table->void_cell && change->cell == TQ_CELL_ROW && !names_void(table, change);
}

/* An insert of a row that was there. */
tq_status merge_void_entered(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row)
{
    uint32_t cell = row->table->void_cell;
    struct merge_stamp present;
    bool settled = false;
    tq_status rc;

    if (cell == 0 || row->table->surrogate ||
            !merge_is_entry(row->table, cell, &source->body.changes[place]))
        return TQ_OK;
    memset(&present, 0, sizeof(present));
    rc = TQ_OK;
    if (merge_was_written(row, cell))
        rc = merge_stamp_of(batch, tq_meta_seq(&row->meta, cell), &present);
    if (rc == TQ_OK)
        rc = merge_is_settled(batch, source, place, seq, row, cell, &present, &settled);
    if (rc != TQ_OK || settled)
        return rc;
    rc = merge_loser_add(batch, row, cell, source, place, seq);
    return rc != TQ_OK ? rc : merge_inbox_show(batch, row, cell);
}

/* The first change of the void cell: the insert that made the row stands in the list from now on,
 * unless the writer had seen it. */
tq_status merge_void_first(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        struct merge_row *row)
{
    uint64_t seen = source->body.changes[place].seen;
    struct merge_stamp maker;
    bool knew = false;
    tq_status rc;

    if (row->table->surrogate || row->meta.born_seq <= seen)
        return TQ_OK;
    rc = merge_stamp_of(batch, row->meta.born_seq, &maker);
    if (rc == TQ_OK && maker.found)
        rc = merge_is_own(batch, &maker, source, place, &knew);
    if (rc == TQ_OK && maker.found && !knew)
        rc = merge_has_seen(batch, seen, row->meta.born_seq, &knew);
    if (rc != TQ_OK || !maker.found || knew)
        return rc;
    return merge_loser_add(
            batch, row, row->table->void_cell, maker.source, maker.place, row->meta.born_seq);
}
