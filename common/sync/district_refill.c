/* district_refill.c - A district that was restored: does an office know a history that is not here,
 * and what it then brings back (sync.md section 7). */
#include <string.h>

#include "sync/district_internal.h"

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Only a top that is not in this ledger shows a restore; a new epoch by itself does not. What is kept
 * of the history that the file was equal with last, the number tells. */
tq_status district_restored(struct tq_district *d, const struct tq_hello *hello, bool *restored,
        uint64_t *kept, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    uint8_t hash[TQ_HASH_BYTES];
    int64_t t;
    tq_status rc;

    *restored = false;
    *kept = 0;
    if (hello->top == 0)
        return TQ_OK;
    rc = store->history_get(store->ctx, hello->top, &t, hash, err);
    if (rc == TQ_OK && (is_zero(hello->top_hash, TQ_HASH_BYTES) ||
                               memcmp(hash, hello->top_hash, TQ_HASH_BYTES) == 0)) {
        *kept = hello->top;
        return TQ_OK;
    }
    if (rc != TQ_OK && rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    *restored = true;
    return store->history_floor(store->ctx, hello->top - 1, kept, err);
}

tq_status district_keep_set(struct session *s, const struct tq_set *set,
        const struct tq_slice *receipts, size_t nreceipts, size_t bytes, struct tq_error *err)
{
    size_t size = sizeof(struct waiting_set) + nreceipts * sizeof(*receipts) + set->payload.len;
    struct waiting_set *w;
    uint8_t *at;

    for (size_t i = 0; i < nreceipts; i++)
        size += receipts[i].len;
    w = tq_mem_zalloc(size);
    if (w == NULL)
        return tq_error_set(err, TQ_NOMEM, "set that waits");
    w->receipts = (struct tq_slice *)(w + 1);
    w->nreceipts = nreceipts;
    at = (uint8_t *)(w->receipts + nreceipts);
    w->set = *set;
    w->set.payload = tq_slice_of(at, set->payload.len);
    if (set->payload.len > 0)
        memcpy(at, set->payload.data, set->payload.len);
    at += set->payload.len;
    for (size_t i = 0; i < nreceipts; i++) {
        w->receipts[i] = tq_slice_of(at, receipts[i].len);
        if (receipts[i].len > 0)
            memcpy(at, receipts[i].data, receipts[i].len);
        at += receipts[i].len;
    }
    w->bytes = bytes;
    if (s->last != NULL)
        s->last->next = w;
    else
        s->first = w;
    s->last = w;
    s->waiting_bytes += bytes;
    return TQ_OK;
}
