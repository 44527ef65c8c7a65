/* merge_tell.c - What an amending receipt says of a held change that met its fate, and, since a receipt
 * that names a place is all that is known of it from then on, of the other parts of the same change. */
#include <string.h>

#include "sync/merge_internal.h"

/* Does it wait, as a whole or this part of it, after it was judged again? */
static bool waits(const struct merge_source *source, uint32_t place, uint32_t cell)
{
    for (size_t i = 0; i < source->nexceptions; i++)
        if (source->exceptions[i].place == place && source->exceptions[i].cell == cell &&
                source->exceptions[i].verdict == TQ_HELD)
            return true;
    return false;
}

/* The receipt that said something of the place last; *out empty when none did. */
static tq_status last_naming(struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, struct tq_receipt *out)
{
    struct tq_slice *list;
    size_t count;
    tq_status rc = batch->store->receipts_of(batch->store->ctx, source->set.device,
            source->set.incarnation, source->set.seq, batch->arena, &list, &count, batch->err);

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_receipt receipt;

        rc = batch->config->codec->receipt_decode(list[i], batch->arena, &receipt, batch->err);
        for (size_t k = 0; rc == TQ_OK && k < receipt.nexceptions; k++)
            if (receipt.exceptions[k].place == place)
                *out = receipt;
    }
    return rc;
}

/* Parts that came back to their writer, or were asked for: nothing of them waits here, only the
 * receipts know. */
static tq_status restate_others(
        struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    struct tq_receipt last;
    tq_status rc = last_naming(batch, source, place, &last);

    for (size_t i = 0; rc == TQ_OK && i < last.nexceptions; i++) {
        const struct tq_exception *e = &last.exceptions[i];
        struct merge_verdict again = {
            .verdict = e->verdict, .reason = e->reason, .column = e->column
        };
        struct merge_verdict said;

        if (e->place == place && e->cell != TQ_CELL_ROW &&
                (e->verdict == TQ_REFUSED_ROW || e->verdict == TQ_REQUESTED) &&
                !merge_is_excepted(source, place, e->cell, &said))
            rc = merge_except(batch, source, place, e->cell, &again);
    }
    return rc;
}

/* An office takes what the last receipt says of a place for all of it: other parts of the change
 * that wait, were refused, or asked for, are named again. */
static tq_status restate(
        struct merge_batch *batch, struct merge_source *source, const struct tq_held *told)
{
    const struct tq_change *change = &source->body.changes[told->place];
    struct tq_held *list;
    size_t count;
    tq_status rc;

    if (source->arrives || change->cell != TQ_CELL_ROW)
        return TQ_OK;
    rc = batch->store->held_about(
            batch->store->ctx, change->table, change->key, batch->arena, &list, &count, batch->err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_verdict still = {
            .verdict = TQ_HELD, .reason = list[i].reason, .column = list[i].column
        };
        struct merge_verdict said;

        if (list[i].set_n != source->n || list[i].place != told->place || list[i].cell == 0 ||
                merge_is_excepted(source, told->place, list[i].cell, &said))
            continue;
        rc = merge_except(batch, source, told->place, list[i].cell, &still);
    }
    return rc == TQ_OK && told->cell != 0 ? restate_others(batch, source, told->place) : rc;
}

/* A fate that an earlier receipt told otherwise is told in an amending one, acceptance too. */
tq_status merge_held_tell(struct merge_batch *batch, struct merge_source *source,
        const struct tq_held *held, const char *state)
{
    uint32_t cell = held->cell != 0 ? held->cell : source->body.changes[held->place].cell;
    struct merge_verdict accepted;
    struct merge_verdict worst;
    tq_status rc = TQ_OK;

    memset(&accepted, 0, sizeof(accepted));
    if (!merge_is_excepted(source, held->place, held->cell, &worst) && !source->arrives)
        rc = merge_except(batch, source, held->place, cell, &accepted);
    /* Judged again and refused: nothing waits any more, the office has it back. */
    if (rc == TQ_OK && !waits(source, held->place, cell))
        rc = merge_held_note(batch, source, held->place, held->cell, &accepted,
                worst.verdict == TQ_REFUSED_ROW ? "returned" : state);
    return rc != TQ_OK ? rc : restate(batch, source, held);
}
