/* merge_amend.c - Amending receipts that come back for sets which the ledger still holds.
 *
 * The district was restored to a moment at which some of their changes waited; since then these had
 * been decided, and the offices know how. What still waits is decided so; what was decided anew
 * meanwhile (by a parent that came back first) gets the outcome that its office was told. */
#include <string.h>

#include "sync/merge_internal.h"

/* Inbox entries of a cell that are the given change's, and were seen by the writer of the present
 * value or of another entry: they were settled before the loss. */
static tq_status resettle_cell(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, struct merge_row *row, uint32_t cell)
{
    struct merge_stamp present;
    struct tq_loser *list;
    size_t count;
    tq_status rc = batch->store->losers(batch->store->ctx, row->table->id, row->key, cell,
            batch->arena, &list, &count, batch->err);

    if (rc == TQ_OK && count > 0)
        rc = merge_stamp_of(batch, tq_meta_seq(&row->meta, cell), &present);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        bool covered = false;

        if (list[i].set_n != source->n || list[i].place != place)
            continue;
        rc = merge_is_settled(batch, source, place, list[i].seq, row, cell, &present, &covered);
        if (rc == TQ_OK && covered)
            rc = merge_loser_settle(batch, &list[i]);
    }
    return rc;
}

static tq_status resettle(struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    struct merge_row *row;
    tq_status rc;

    if (table == NULL)
        return TQ_OK;
    rc = merge_row_get(batch, table, change->key, &row);
    source->replaying = true;
    for (size_t i = 0; rc == TQ_OK && row->exists && i < table->ncolumns; i++)
        if (table->columns[i].cell == table->columns[i].id) /* once for each cell */
            rc = resettle_cell(batch, source, place, row, table->columns[i].cell);
    source->replaying = false;
    return rc;
}

/* What names a place last: what this batch says of it, or the last receipt of the ledger that does, or
 * one that says nothing. */
static tq_status last_word(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        struct tq_receipt *out)
{
    struct tq_slice *list;
    size_t count;
    tq_status rc = batch->store->receipts_of(batch->store->ctx, source->set.device,
            source->set.incarnation, source->set.seq, batch->arena, &list, &count, batch->err);

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < source->nexceptions; i++) {
        if (source->exceptions[i].place != place)
            continue;
        out->exceptions = source->exceptions;
        out->nexceptions = source->nexceptions;
        return rc;
    }
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_receipt receipt;
        bool names = false;

        rc = batch->config->codec->receipt_decode(list[i], batch->arena, &receipt, batch->err);
        for (size_t k = 0; rc == TQ_OK && !names && k < receipt.nexceptions; k++)
            names = receipt.exceptions[k].place == place;
        if (names)
            *out = receipt;
    }
    return rc;
}

/* The heaviest that a receipt says of a place. */
static tq_verdict fate_in(const struct tq_receipt *receipt, uint32_t place)
{
    tq_verdict worst = TQ_ACCEPTED;

    for (size_t i = 0; i < receipt->nexceptions; i++) {
        const struct tq_exception *e = &receipt->exceptions[i];

        if (e->place == place && merge_fate_weight(e->verdict) > merge_fate_weight(worst))
            worst = e->verdict;
    }
    return worst;
}

/* Is all that the one list says of the cells of a place in the other too? */
static bool is_within(const struct tq_exception *a, size_t na, const struct tq_exception *b,
        size_t nb, uint32_t place)
{
    for (size_t i = 0; i < na; i++) {
        bool found = a[i].place != place;

        for (size_t k = 0; !found && k < nb; k++)
            found = b[k].place == place && b[k].cell == a[i].cell && b[k].verdict == a[i].verdict;
        if (!found)
            return false;
    }
    return true;
}

/* All that the receipts say of a place, said again. */
tq_status merge_say_told(struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    const struct merge_fate *told = &source->fates[place];
    tq_status rc = TQ_OK;

    merge_forget_exceptions(source, place, MERGE_ALL);
    for (size_t i = 0; rc == TQ_OK && i < told->n; i++) {
        const struct tq_exception *e = &told->list[i];
        struct merge_verdict verdict = { e->verdict, e->reason, e->column, NULL, { NULL, 0 } };

        if (e->place == place)
            rc = merge_except(batch, source, place, e->cell, &verdict);
    }
    return rc;
}

/* An office takes the last receipt that names a place for all of it: so all that it was told then is
 * said again, if anything else was said since. */
static tq_status say_again(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_receipt *present)
{
    const struct merge_fate *told = &source->fates[place];

    if (is_within(told->list, told->n, present->exceptions, present->nexceptions, place) &&
            is_within(present->exceptions, present->nexceptions, told->list, told->n, place))
        return TQ_OK;
    return merge_say_told(batch, source, place);
}

/* The other copy of the file was told this since, and it is so: whoever was told otherwise hears it. */
static tq_status say_present(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_receipt *present)
{
    const struct merge_fate *told = &source->fates[place];
    struct merge_verdict verdict = { .verdict = TQ_ACCEPTED };
    bool said = false;
    tq_status rc = TQ_OK;

    if ((merge_fate_weight(told->last.verdict) == 0 &&
                merge_fate_weight(fate_in(present, place)) == 0) ||
            (is_within(told->list, told->n, present->exceptions, present->nexceptions, place) &&
                    is_within(
                            present->exceptions, present->nexceptions, told->list, told->n, place)))
        return TQ_OK;
    for (size_t i = 0; rc == TQ_OK && i < present->nexceptions; i++) {
        const struct tq_exception *e = &present->exceptions[i];

        if (e->place != place)
            continue;
        said = true;
        verdict = (struct merge_verdict){ e->verdict, e->reason, e->column, NULL, { NULL, 0 } };
        rc = merge_except(batch, source, place, e->cell, &verdict);
    }
    return rc != TQ_OK || said
                   ? rc
                   : merge_except(batch, source, place, source->body.changes[place].cell, &verdict);
}

/* It waits no more: it was decided anew before the receipt that had decided it came back. What the
 * office was told then holds, in a receipt that is newer than both; but that it waited (in another
 * history) decides nothing, and no value was known by it. */
static tq_status decided_again(
        struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    const struct tq_exception *told = &source->fates[place].last;
    bool waited = merge_fate_weight(told->verdict) == 2;
    struct tq_receipt present;
    bool carried_out;
    uint64_t lost;
    uint64_t seq;
    tq_status rc = batch->store->origin_find(batch->store->ctx, source->n, place, &seq, batch->err);

    if (rc == TQ_OK)
        rc = batch->store->lost_get(batch->store->ctx, seq, &lost, batch->err);
    else if (rc == TQ_NOT_FOUND) /* refused, and not kept: nothing of it is here */
        seq = 0;
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(batch->err);
        rc = TQ_OK;
        if (seq != 0 && !waited)
            rc = batch->store->lost_put(
                    batch->store->ctx, seq, 1, source->fates[place].lost, batch->err);
    }
    if (rc == TQ_OK)
        rc = last_word(batch, source, place, &present);
    if (rc != TQ_OK)
        return rc;
    carried_out = merge_fate_weight(fate_in(&present, place)) > 0 &&
                  merge_fate_weight(told->verdict) == 0;
    if (carried_out) {
        seq = merge_next_seq(batch);
        rc = batch->store->origin_put(batch->store->ctx, seq, source->n, place, batch->err);
        if (rc == TQ_OK)
            rc = batch->store->lost_put(
                    batch->store->ctx, seq, 1, source->fates[place].lost, batch->err);
        if (rc == TQ_OK)
            rc = merge_refill_replay(batch, source, place, seq);
    } else {
        rc = resettle(batch, source, place);
    }
    if (rc != TQ_OK)
        return rc;
    return waited || (source->elsewhere && !carried_out)
                   ? say_present(batch, source, place, &present)
                   : say_again(batch, source, place, &present);
}

/* In the inbox too the change is what the receipt made of it. */
static tq_status close_note(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_held *held)
{
    struct merge_verdict verdict;
    struct merge_verdict heard;
    const char *state;
    tq_status rc;

    if (held->cell != 0)
        merge_refill_part(batch, source, place, held->cell, &verdict);
    else
        merge_refill_verdict(batch, source, place, &verdict);
    /* It was refused, and its writer asked again in the part that was lost: unless the other copy of
     * the file was refused after that (merge_request_of_copies). */
    if (verdict.verdict == TQ_REQUESTED && held->cell == 0 && held->kind == TQ_HELD_CORRECTION &&
            held->reason == TQ_REASON_REQUEST_REFUSED)
        return merge_is_excepted(source, place, 0, &heard) && heard.verdict == TQ_REFUSED_ROW
                       ? TQ_OK
                       : merge_request_again(batch, source, place);
    if (verdict.verdict == TQ_HELD || verdict.verdict == TQ_REQUESTED)
        return TQ_OK;
    state = verdict.verdict == TQ_REFUSED_ROW ? "returned"
            : verdict.verdict == TQ_DROPPED   ? "dropped"
                                              : "released";
    rc = merge_held_note(batch, source, place, held->cell, &verdict, state);
    if (rc == TQ_OK && held->kind == TQ_HELD_REQUEST)
        rc = merge_request_turn(
                batch, source, place, verdict.verdict == TQ_ACCEPTED ? "granted" : "refused", NULL);
    return rc;
}

/* One cell of an insert waits here; the receipts know what became of it. */
static tq_status amend_part(
        struct merge_batch *batch, struct merge_source *source, const struct tq_held *held)
{
    const struct tq_change *change = &source->body.changes[held->place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    struct merge_verdict verdict;
    struct merge_row *row;
    uint64_t seq;
    int at;
    tq_status rc;

    merge_refill_part(batch, source, held->place, held->cell, &verdict);
    at = table != NULL ? tq_table_column(table, held->cell) : -1;
    if (verdict.verdict == TQ_HELD || at < 0)
        return TQ_OK;
    rc = merge_row_get(batch, table, change->key, &row);
    if (rc != TQ_OK || !row->exists)
        return rc;
    rc = batch->store->held_delete(batch->store->ctx, held->id, batch->err);
    if (rc != TQ_OK)
        return rc;
    seq = merge_next_seq(batch);
    rc = batch->store->origin_put(batch->store->ctx, seq, source->n, held->place, batch->err);
    if (rc == TQ_OK)
        rc = batch->store->lost_put(
                batch->store->ctx, seq, 1, source->fates[held->place].lost, batch->err);
    source->replaying = true;
    if (rc == TQ_OK)
        rc = merge_judge_part(batch, source, held->place, seq, row, table->columns[at].cell);
    source->replaying = false;
    merge_forget_exceptions(source, held->place, MERGE_ALL);
    if (rc == TQ_OK && source->elsewhere)
        rc = merge_say_told(batch, source, held->place);
    return rc != TQ_OK ? rc : close_note(batch, source, held->place, held);
}

/* All of a change waits here; the receipts know what became of it. Those of another copy are not this
 * ledger's: who was told here that it waits hears it in one of its own. */
static tq_status amend_whole(
        struct merge_batch *batch, struct merge_source *source, const struct tq_held *held)
{
    uint32_t place = held->place;
    struct merge_verdict said;
    uint64_t seq;
    tq_status rc = batch->store->held_delete(batch->store->ctx, held->id, batch->err);

    if (rc != TQ_OK)
        return rc;
    seq = merge_next_seq(batch);
    rc = batch->store->origin_put(batch->store->ctx, seq, source->n, place, batch->err);
    if (rc == TQ_OK)
        rc = batch->store->lost_put(
                batch->store->ctx, seq, 1, source->fates[place].lost, batch->err);
    if (rc == TQ_OK)
        rc = merge_refill_replay(batch, source, place, seq);
    if (rc == TQ_OK && source->elsewhere && !merge_is_excepted(source, place, 0, &said))
        rc = merge_say_told(batch, source, place);
    return rc != TQ_OK ? rc : close_note(batch, source, place, held);
}

static tq_status amend_place(struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    const struct tq_change *change = &source->body.changes[place];
    struct tq_held *list;
    bool parts = false;
    size_t count;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, change->table, change->key, batch->arena, &list, &count, batch->err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        if (list[i].set_n != source->n || list[i].place != place)
            continue;
        if (list[i].cell != 0) {
            parts = true;
            rc = amend_part(batch, source, &list[i]);
            continue;
        }
        if (source->elsewhere && merge_fate_weight(source->fates[place].last.verdict) == 2)
            return TQ_OK; /* it waited then, and it waits now */
        return amend_whole(batch, source, &list[i]);
    }
    return rc != TQ_OK || parts ? rc : decided_again(batch, source, place);
}

/* Sets that the ledger holds, told of a fate that it had lost. */
tq_status merge_amend(struct merge_batch *batch)
{
    tq_status rc = TQ_OK;

    for (struct merge_source *s = batch->sources; rc == TQ_OK && s != NULL; s = s->next) {
        if (s->fates == NULL || s->refilled)
            continue;
        for (uint32_t i = 0; rc == TQ_OK && i < s->body.nchanges; i++)
            if (s->fates[i].named)
                rc = amend_place(batch, s, i);
    }
    return rc;
}
