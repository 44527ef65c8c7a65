/* merge_source.c - The set behind a sequence, and the tree of incarnations. */
#include <string.h>

#include "sync/merge_internal.h"

/* Decode what the ledger keeps and compute the effective times again. */
static tq_status load(
        struct merge_batch *batch, const struct tq_ledger_set *kept, struct merge_source **out)
{
    struct merge_source *source = tq_arena_alloc(batch->arena, sizeof(*source));
    tq_status rc;

    if (source == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "set of the ledger");
    source->set = kept->set;
    source->n = kept->n;
    source->first_seq = kept->first_seq;
    source->ta = kept->ta;
    source->offset_ms = kept->offset_ms;
    source->e0 = kept->e0;
    rc = batch->config->codec->body_decode(
            kept->set.payload, batch->arena, &source->body, batch->err);
    if (rc != TQ_OK) {
        tq_error_wrap(batch->err, "%s %llu", tq_phrase(TQ_PHRASE_LEDGER_ENTRY),
                (unsigned long long)kept->n);
        return rc;
    }
    rc = batch->store->device_get(
            batch->store->ctx, kept->set.device, batch->arena, &source->device, batch->err);
    if (rc != TQ_OK)
        return rc;
    source->e = tq_arena_array(batch->arena, source->body.nchanges + 1, sizeof(int64_t));
    source->verdicts = tq_arena_alloc(batch->arena, source->body.nchanges + 1);
    if (source->e == NULL || source->verdicts == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "set of the ledger");
    tq_effective_times(&source->body, source->ta, source->offset_ms, source->e0, source->e);
    rc = merge_normalise(batch, source, false); /* a held change is released as it was judged */
    if (rc != TQ_OK)
        return rc;
    source->next = batch->sources;
    batch->sources = source;
    *out = source;
    return TQ_OK;
}

static struct merge_source *find_by_n(struct merge_batch *batch, uint64_t n)
{
    struct merge_source *source = batch->sources;

    while (source != NULL && source->n != n)
        source = source->next;
    return source;
}

tq_status merge_source_by_n(struct merge_batch *batch, uint64_t n, struct merge_source **out)
{
    struct tq_ledger_set kept;
    tq_status rc;

    *out = find_by_n(batch, n);
    if (*out != NULL)
        return TQ_OK;
    memset(&kept, 0, sizeof(kept));
    rc = batch->store->ledger_by_n(batch->store->ctx, n, batch->arena, &kept, batch->err);
    return rc != TQ_OK ? rc : load(batch, &kept, out);
}

/* The set whose own range holds `seq`; *out NULL when there is none. */
static tq_status find_by_seq(struct merge_batch *batch, uint64_t seq, struct merge_source **out)
{
    struct tq_ledger_set kept;
    tq_status rc;

    for (struct merge_source *s = batch->sources; s != NULL; s = s->next) {
        if (seq >= s->first_seq && seq - s->first_seq < s->body.nchanges) {
            *out = s;
            return TQ_OK;
        }
    }
    *out = NULL;
    memset(&kept, 0, sizeof(kept));
    rc = batch->store->ledger_by_seq(batch->store->ctx, seq, batch->arena, &kept, batch->err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(batch->err);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    *out = find_by_n(batch, kept.n);
    return *out != NULL ? TQ_OK : load(batch, &kept, out);
}

tq_status merge_stamp_of(struct merge_batch *batch, uint64_t seq, struct merge_stamp *out)
{
    uint64_t n;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = find_by_seq(batch, seq, &out->source);
    if (rc != TQ_OK)
        return rc;
    if (out->source != NULL) {
        out->place = (uint32_t)(seq - out->source->first_seq);
    } else {
        rc = batch->store->origin_get(batch->store->ctx, seq, &n, &out->place, batch->err);
        if (rc == TQ_NOT_FOUND) {
            tq_error_clear(batch->err);
            return TQ_OK; /* the district's program wrote it */
        }
        if (rc == TQ_OK)
            rc = merge_source_by_n(batch, n, &out->source);
        if (rc != TQ_OK)
            return rc;
    }
    if (out->place >= out->source->body.nchanges)
        return tq_error_set(batch->err, TQ_CORRUPT, "sequence %llu has no place in its set",
                (unsigned long long)seq);
    out->e = out->source->e[out->place];
    out->found = true;
    return TQ_OK;
}

/* Does the stamp's set lie before this change on its way back through the tree of incarnations?
 * A parent branch counts only up to the named parent. */
tq_status merge_is_behind(struct merge_batch *batch, const struct merge_stamp *stamp,
        const struct merge_source *source, uint32_t place, bool *behind)
{
    uint32_t device = source->set.device;
    uint32_t incarnation = source->set.incarnation;
    uint64_t upto = source->set.seq;
    bool first = true;

    *behind = false;
    if (!stamp->found || stamp->source->set.device == TQ_DEVICE_DISTRICT)
        return TQ_OK;
    for (unsigned hops = 0; hops < 10000; hops++) {
        struct tq_chain chain;
        tq_status rc;

        if (stamp->source->set.device == device && stamp->source->set.incarnation == incarnation) {
            *behind = stamp->source->set.seq < upto || (!first && stamp->source->set.seq == upto) ||
                      (first && stamp->source->set.seq == upto && stamp->place < place);
            return TQ_OK;
        }
        rc = batch->store->chain_get(batch->store->ctx, device, incarnation, &chain, batch->err);
        if (rc != TQ_OK || !chain.exists || chain.parent.incarnation == 0)
            return rc;
        if (chain.parent_device != 0)
            device = chain.parent_device;
        incarnation = chain.parent.incarnation;
        upto = chain.parent.seq;
        first = false;
    }
    return TQ_OK;
}

/* The same, or another branch of the same file brought it, and this one holds it as well. */
tq_status merge_is_own(struct merge_batch *batch, const struct merge_stamp *stamp,
        const struct merge_source *source, uint32_t place, bool *own)
{
    tq_status rc = merge_is_behind(batch, stamp, source, place, own);

    if (rc != TQ_OK || *own || !stamp->found || stamp->source->set.device == TQ_DEVICE_DISTRICT ||
            (stamp->source->set.device != source->set.device &&
                    stamp->source->set.device != source->device.former))
        return rc;
    return merge_had_sent(batch, &stamp->source->body.changes[stamp->place], source, place, own);
}

/* A change's verdict is the worst of its cells', in this order. */
static unsigned gravity(tq_verdict verdict)
{
    static const uint8_t ORDER[] = { [TQ_ACCEPTED] = 0,
        [TQ_DUPLICATE] = 1,
        [TQ_SUPERSEDED] = 2,
        [TQ_DROPPED] = 3,
        [TQ_REQUESTED] = 4,
        [TQ_HELD] = 5,
        [TQ_REFUSED_ROW] = 6 };

    return ORDER[verdict];
}

tq_status merge_except(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint32_t cell, const struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    struct tq_exception *e;
    struct tq_exception *grown = merge_grow(batch, source->exceptions, source->nexceptions,
            &source->cap_exceptions, sizeof(*grown));

    if (grown == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "exceptions");
    source->exceptions = grown;
    e = &source->exceptions[source->nexceptions++];
    memset(e, 0, sizeof(*e));
    e->place = place;
    e->table = change->table;
    e->cell = cell;
    e->key = change->key;
    e->verdict = verdict->verdict;
    e->reason = verdict->reason;
    e->column = verdict->column;
    e->detail = verdict->wait_key;
    if (gravity(verdict->verdict) > gravity((tq_verdict)source->verdicts[place]))
        source->verdicts[place] = (uint8_t)verdict->verdict;
    source->amended = true;
    return TQ_OK;
}

/* Is this an exception of a part of an insert that waits for itself, apart from the rest? */
static bool is_apart(const struct merge_source *source, const struct tq_exception *e)
{
    return e->verdict == TQ_HELD && e->reason == TQ_REASON_NEWER_SCHEMA &&
           e->cell != source->body.changes[e->place].cell;
}

/* Its fate is decided again: that of one part, or (part 0) of the whole change but for the parts that
 * wait apart, or MERGE_ALL. */
void merge_forget_exceptions(struct merge_source *source, uint32_t place, uint32_t part)
{
    size_t kept = 0;

    source->verdicts[place] = TQ_ACCEPTED;
    for (size_t i = 0; i < source->nexceptions; i++) {
        const struct tq_exception *e = &source->exceptions[i];

        if (e->place == place &&
                (part == MERGE_ALL || (part != 0 ? e->cell == part : !is_apart(source, e))))
            continue;
        if (e->place == place && gravity(e->verdict) > gravity((tq_verdict)source->verdicts[place]))
            source->verdicts[place] = (uint8_t)e->verdict;
        source->exceptions[kept++] = *e;
    }
    source->nexceptions = kept;
}

/* The worst that was said of a change (cell 0) or of one cell of it; false: nothing. */
bool merge_is_excepted(const struct merge_source *source, uint32_t place, uint32_t cell,
        struct merge_verdict *worst)
{
    bool found = false;

    memset(worst, 0, sizeof(*worst));
    for (size_t i = 0; i < source->nexceptions; i++) {
        const struct tq_exception *e = &source->exceptions[i];

        if (e->place != place || (cell != 0 ? e->cell != cell : is_apart(source, e)))
            continue;
        found = true;
        if (gravity(e->verdict) >= gravity(worst->verdict)) {
            worst->verdict = e->verdict;
            worst->reason = e->reason;
            worst->column = e->column;
        }
    }
    return found;
}
