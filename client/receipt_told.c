#include "receipt_told.h"

#include <stdlib.h>
#include <string.h>

#include "tuquan/codec.h"

/* An exception, and which receipt said it. */
struct said {
    struct tq_exception exception;
    size_t order;
};

static int by_place(const void *a, const void *b)
{
    const struct said *x = a;
    const struct said *y = b;

    if (x->exception.place != y->exception.place)
        return x->exception.place < y->exception.place ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->exception.cell > y->exception.cell) - (x->exception.cell < y->exception.cell);
}

/* The number that a change of this fate counts in; what a first receipt counts as taken is. */
static uint32_t *count_of(struct tq_receipt *receipt, tq_verdict verdict)
{
    switch (verdict) {
    case TQ_SUPERSEDED:
        return &receipt->superseded;
    case TQ_HELD:
        return &receipt->held;
    case TQ_REFUSED_ROW:
        return &receipt->refused;
    case TQ_REQUESTED:
        return &receipt->requested;
    default:
        return &receipt->accepted;
    }
}

static bool is_taken(tq_verdict verdict)
{
    return verdict == TQ_ACCEPTED || verdict == TQ_DUPLICATE || verdict == TQ_DROPPED;
}

/* Of what one receipt says of one place, the fate that is not "taken" where there is one. */
static tq_verdict fate_of(const struct said *said, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_taken(said[i].exception.verdict))
            return said[i].exception.verdict;
    return TQ_ACCEPTED;
}

/* One place: counted by its last word instead of its first, which alone is kept. */
static size_t settle_place(struct tq_receipt *whole, size_t first, const struct said *said,
        size_t n, struct tq_exception *out)
{
    size_t begun = 0; /* what the first receipt says of it */
    size_t last = n - 1;
    size_t kept = 0;
    uint32_t *before;

    while (begun < n && said[begun].order == first)
        begun++;
    while (last > 0 && said[last - 1].order == said[n - 1].order)
        last--;
    before = count_of(whole, fate_of(said, begun));
    if (said[n - 1].order != first && *before > 0) {
        --*before;
        ++*count_of(whole, fate_of(&said[last], n - last));
    }
    for (size_t i = last; i < n; i++)
        if (!is_taken(said[i].exception.verdict))
            out[kept++] = said[i].exception;
    return kept;
}

static tq_status settle(struct app *app, struct receipt_told *told, size_t first, size_t total,
        struct tq_error *err)
{
    struct said *said = tq_arena_array(app->arena, total + 1, sizeof(*said));
    struct tq_exception *list = tq_arena_array(app->arena, total + 1, sizeof(*list));
    size_t n = 0;
    size_t end;

    if (said == NULL || list == NULL)
        return tq_error_set(err, TQ_NOMEM, "receipts");
    for (size_t i = first; i < told->n; i++)
        for (size_t k = 0; k < told->all[i].nexceptions; k++)
            said[n++] = (struct said){ told->all[i].exceptions[k], i };
    qsort(said, n, sizeof(*said), by_place);
    told->whole = told->all[first];
    told->whole.exceptions = list;
    told->whole.nexceptions = 0;
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && said[end].exception.place == said[i].exception.place;)
            end++;
        told->whole.nexceptions += settle_place(
                &told->whole, first, &said[i], end - i, &list[told->whole.nexceptions]);
    }
    return TQ_OK;
}

tq_status receipt_told(struct app *app, const struct tq_sent_set *set, struct receipt_told *out,
        struct tq_error *err)
{
    struct tq_receipt *all;
    struct tq_slice *bytes = NULL;
    size_t first = 0;
    size_t total = 0;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    if (set->receipt.len == 0)
        return TQ_OK;
    rc = tq_office_set_receipts(app->db, set, app->arena, &bytes, &out->n, err);
    if (rc != TQ_OK)
        return rc;
    all = tq_arena_array(app->arena, out->n + 1, sizeof(*all));
    if (all == NULL)
        return tq_error_set(err, TQ_NOMEM, "receipts");
    for (size_t i = 0; rc == TQ_OK && i < out->n; i++) {
        rc = tq_receipt_decode(bytes[i], app->arena, &all[i], err);
        if (rc != TQ_OK)
            return rc;
        total += all[i].nexceptions;
        out->amended += all[i].amending;
        if (!all[i].amending)
            first = i;
    }
    out->all = all;
    return out->n > 0 ? settle(app, out, first, total, err) : TQ_OK;
}
