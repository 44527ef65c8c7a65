/* merge_answer.c - Receipts: every set of the batch gets its first, every set of the ledger whose
 * changes met another fate an amending one. */
#include <string.h>

#include "sync/merge_internal.h"
#include "tuquan/ledger.h"

static void count_verdicts(const struct merge_source *source, struct tq_receipt *receipt)
{
    for (size_t i = 0; i < source->body.nchanges; i++) {
        switch ((tq_verdict)source->verdicts[i]) {
        case TQ_SUPERSEDED:
            receipt->superseded++;
            break;
        case TQ_HELD:
            receipt->held++;
            break;
        case TQ_REFUSED_ROW:
            receipt->refused++;
            break;
        case TQ_REQUESTED:
            receipt->requested++;
            break;
        case TQ_ACCEPTED:
        case TQ_DUPLICATE:
        case TQ_DROPPED:
            receipt->accepted++;
            break;
        }
    }
}

/* Only what an amending receipt names counts in it. */
static void count_exceptions(struct tq_receipt *receipt)
{
    for (size_t i = 0; i < receipt->nexceptions; i++) {
        tq_verdict v = receipt->exceptions[i].verdict;

        receipt->accepted += v == TQ_ACCEPTED || v == TQ_DROPPED;
        receipt->superseded += v == TQ_SUPERSEDED;
        receipt->held += v == TQ_HELD;
        receipt->refused += v == TQ_REFUSED_ROW;
        receipt->requested += v == TQ_REQUESTED;
    }
}

static tq_status sign_receipt(
        struct merge_batch *batch, struct tq_receipt *receipt, struct tq_slice *out)
{
    struct tq_signer *signer = (struct tq_signer *)&batch->config->signer;
    struct tq_buf buf;
    void *copy;
    tq_status rc;

    tq_buf_init(&buf, 0);
    rc = batch->config->codec->receipt_encode(receipt, false, &buf, batch->err);
    if (rc == TQ_OK) {
        signer->sign(signer->ctx, TQ_SIGN_RECEIPT, tq_buf_slice(&buf), receipt->signature);
        tq_buf_clear(&buf);
        rc = batch->config->codec->receipt_encode(receipt, true, &buf, batch->err);
    }
    if (rc == TQ_OK) {
        copy = tq_arena_copy(batch->arena, buf.data, buf.len);
        *out = tq_slice_of(copy, buf.len);
        if (copy == NULL)
            rc = tq_error_set(batch->err, TQ_NOMEM, "receipt");
    }
    tq_buf_deinit(&buf);
    return rc;
}

/* One more receipt for whoever sent the set: of one that came back, its first one stands before. */
static tq_status tell(
        struct merge_batch *batch, struct tq_merge_item *item, struct tq_slice receipt)
{
    struct tq_slice *list;

    if (item == NULL)
        return TQ_OK;
    list = tq_arena_array(batch->arena, item->nreceipts + 1, sizeof(*list));
    if (list == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "receipt");
    if (item->nreceipts > 0)
        memcpy(list, item->receipts, item->nreceipts * sizeof(*list));
    list[item->nreceipts++] = receipt;
    item->receipts = list;
    return TQ_OK;
}

static tq_status answer(struct merge_batch *batch, struct merge_source *source,
        uint64_t head_before, const uint8_t *hash_before)
{
    struct tq_receipt receipt;
    struct tq_slice bytes;
    tq_status rc;

    memset(&receipt, 0, sizeof(receipt));
    receipt.device = source->set.device;
    receipt.incarnation = source->set.incarnation;
    receipt.seq = source->set.seq;
    memcpy(receipt.set_hash, source->set.hash, TQ_HASH_BYTES);
    receipt.amending = !source->arrives;
    receipt.t = batch->t;
    receipt.ta = source->ta;
    receipt.offset_ms = source->offset_ms;
    receipt.e0 = source->e0;
    receipt.first_seq = source->first_seq;
    receipt.merged_at = batch->state.head;
    receipt.copies = 1;
    receipt.ledger_seq = head_before;
    memcpy(receipt.ledger_hash, hash_before, TQ_HASH_BYTES);
    receipt.exceptions = source->exceptions;
    receipt.nexceptions = source->nexceptions;
    if (source->arrives)
        count_verdicts(source, &receipt);
    else
        count_exceptions(&receipt);
    rc = sign_receipt(batch, &receipt, &bytes);
    if (rc == TQ_OK)
        rc = batch->store->receipt_put(batch->store->ctx, &receipt, bytes, batch->err);
    if (rc == TQ_OK && source->arrives)
        rc = batch->store->ledger_settle(
                batch->store->ctx, source->n, batch->state.head, batch->err);
    if (rc != TQ_OK)
        return rc;
    tq_ledger_hash_receipt(batch->state.ledger_hash, bytes);
    return tell(batch, source->item, bytes);
}

/* Receipts in order of arrival: `sources` is newest first. */
tq_status merge_answer_all(
        struct merge_batch *batch, uint64_t head_before, const uint8_t *hash_before)
{
    struct merge_source *list = NULL;

    for (struct merge_source *s = batch->sources; s != NULL;) {
        struct merge_source *older = s->next;

        s->next = list;
        list = s;
        s = older;
    }
    batch->sources = list;
    if (batch->state.head == head_before)
        (void)merge_next_seq(
                batch); /* a pull finds amending receipts by their place above a cursor */
    for (struct merge_source *s = list; s != NULL; s = s->next) {
        tq_status rc = s->ntold > 0 ? merge_refill_answer(batch, s) : TQ_OK;

        if (rc == TQ_OK && (s->arrives || s->amended))
            rc = answer(batch, s, head_before, hash_before);

        if (rc != TQ_OK)
            return rc;
    }
    return TQ_OK;
}
