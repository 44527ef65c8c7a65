/* merge_admit.c - What can be wrong with a set before its rows are looked at, and its entry into
 * the ledger: sequences, effective times, text in NFC. */
#include <string.h>

#include "sync/merge_internal.h"
#include "tuquan/ledger.h"
#include "tuquan/text.h"

#define DAY_MS INT64_C(86400000)

/* A set that this chain already has: the receipts it got then. */
static tq_status repeat(
        struct merge_batch *batch, struct tq_merge_item *item, uint64_t *n, bool *held)
{
    const struct tq_set *set = item->set;
    struct tq_ledger_set kept;
    struct tq_slice *receipts;
    tq_status rc;

    *held = false;
    memset(&kept, 0, sizeof(kept));
    rc = batch->store->ledger_find(batch->store->ctx, set->device, set->incarnation, set->seq,
            batch->arena, &kept, batch->err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(batch->err);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    *held = true;
    *n = kept.n;
    if (memcmp(kept.set.hash, set->hash, TQ_HASH_BYTES) != 0) {
        item->status = tq_error_set(&item->error, TQ_COPIED,
                "set %llu of incarnation %u is held with another hash",
                (unsigned long long)set->seq, set->incarnation);
        return TQ_OK;
    }
    item->duplicate = true;
    rc = batch->store->receipts_of(batch->store->ctx, set->device, set->incarnation, set->seq,
            batch->arena, &receipts, &item->nreceipts, batch->err);
    item->receipts = receipts;
    return rc;
}

/* Are all receipts that the ledger has among those that the office has? */
static tq_status knows_all(struct merge_batch *batch, const struct tq_merge_item *item, bool *out)
{
    *out = true;
    for (size_t i = 0; *out && i < item->nreceipts; i++) {
        *out = false;
        for (size_t k = 0; !*out && k < item->nrefill; k++)
            *out = tq_slice_equal(item->receipts[i], item->refill[k]);
    }
    (void)batch;
    return TQ_OK;
}

/* Held, and offered with its receipts: some of them may be lost. */
static tq_status offered_again(struct merge_batch *batch, struct tq_merge_item *item, uint64_t n)
{
    struct merge_source *kept;
    bool knows;
    tq_status rc;

    if (item->nrefill == 0 || item->status != TQ_OK)
        return TQ_OK;
    rc = merge_source_by_n(batch, n, &kept);
    if (rc == TQ_OK)
        rc = knows_all(batch, item, &knows);
    if (rc == TQ_OK)
        rc = merge_refill_read(batch, kept, item);
    if (rc == TQ_OK && kept->elsewhere && knows && kept->ntold == 0)
        kept->fates = NULL;
    else if (rc == TQ_OK && (kept->ntold > 0 || kept->elsewhere) && item->status == TQ_OK)
        batch->amends = true;
    return rc;
}

/* Is the set that a branch begins behind in the ledger, or in this batch before it? */
static tq_status find_parent(
        struct merge_batch *batch, struct merge_source *source, const struct tq_chain_point *parent)
{
    struct tq_ledger_set kept;
    uint32_t device;
    bool same;
    tq_status rc;

    for (size_t i = 0; i < batch->ngood; i++) {
        const struct tq_set *set = &batch->good[i]->set;

        if (set->device == source->set.device && set->incarnation == parent->incarnation &&
                set->seq == parent->seq && memcmp(set->hash, source->set.prev, TQ_HASH_BYTES) == 0)
            return TQ_OK;
    }
    memset(&kept, 0, sizeof(kept));
    rc = batch->store->chain_device(
            batch->store->ctx, source->set.device, parent->incarnation, &device, batch->err);
    if (rc != TQ_OK)
        return rc;
    rc = batch->store->ledger_find(batch->store->ctx, device, parent->incarnation, parent->seq,
            batch->arena, &kept, batch->err);
    same = rc == TQ_OK && memcmp(kept.set.hash, source->set.prev, TQ_HASH_BYTES) == 0;
    if (same && device != source->set.device)
        source->chain.parent_device = device;
    if (rc != TQ_NOT_FOUND && (rc != TQ_OK || same))
        return rc;
    tq_error_clear(batch->err);
    /* Another copy has taken the parent's place: what was lost there cannot come back. */
    source->item->ahead = rc == TQ_NOT_FOUND;
    source->item->status =
            tq_error_set(&source->item->error, rc == TQ_NOT_FOUND ? TQ_PROTOCOL : TQ_COPIED,
                    "incarnation %u branches off a set that is not held", source->set.incarnation);
    return TQ_OK;
}

/* The first set of an incarnation that comes back names the set that it branches off. */
static tq_status branch_off(struct merge_batch *batch, struct merge_source *source)
{
    source->chain.parent = source->body.parent;
    return source->body.parent.seq == 0 ? TQ_OK : find_parent(batch, source, &source->body.parent);
}

/* A branch that was given here goes on when its parent, where the district has lost that, is back. */
static tq_status has_parent(struct merge_batch *batch, struct merge_source *source)
{
    const struct tq_chain *chain = &source->chain;

    if (source->set.seq != 1 || chain->parent.seq == 0 || chain->parent_device != 0)
        return TQ_OK;
    return find_parent(batch, source, &chain->parent);
}

/* The same set twice in one batch: the second gets the first one's receipt. */
static bool repeats_in_batch(const struct merge_batch *batch, struct tq_merge_item *item)
{
    for (size_t i = 0; i < batch->ngood; i++) {
        const struct tq_set *other = &batch->good[i]->set;

        if (other->device == item->set->device &&
                memcmp(other->hash, item->set->hash, TQ_HASH_BYTES) == 0) {
            item->duplicate = true;
            return true;
        }
    }
    return false;
}

/* The chain's head as it will be once the sets admitted before this one are entered. */
static void follow_batch(const struct merge_batch *batch, struct merge_source *source)
{
    for (size_t i = 0; i < batch->ngood; i++) {
        const struct tq_set *other = &batch->good[i]->set;

        if (other->device != source->set.device || other->incarnation != source->set.incarnation)
            continue;
        source->chain.exists = true; /* an earlier incarnation comes back */
        source->chain.head.incarnation = other->incarnation;
        source->chain.head.seq = other->seq;
        memcpy(source->chain.head.hash, other->hash, TQ_HASH_BYTES);
    }
}

static bool body_is_sane(
        const struct merge_batch *batch, const struct merge_source *source, struct tq_error *err)
{
    uint64_t last_log = 0;

    for (size_t i = 0; i < source->body.nchanges; i++) {
        const struct tq_change *c = &source->body.changes[i];

        if (c->seen > batch->state.head || c->t_seen < 0 || c->log_id <= last_log) {
            tq_error_set(err, TQ_PROTOCOL, "change %zu: seen %llu, log id %llu", i,
                    (unsigned long long)c->seen, (unsigned long long)c->log_id);
            return false;
        }
        last_log = c->log_id;
    }
    return true;
}

/* The first set of an incarnation names the parent that the district gave it. */
static bool parent_is_right(const struct merge_source *source, struct tq_error *err)
{
    const struct tq_chain_point *given = &source->chain.parent;
    const struct tq_chain_point *named = &source->body.parent;

    if (source->set.seq != 1 ||
            (given->seq == named->seq &&
                    (given->seq == 0 ||
                            (given->incarnation == named->incarnation &&
                                    memcmp(given->hash, named->hash, TQ_HASH_BYTES) == 0))))
        return true;
    tq_error_set(err, TQ_PROTOCOL, "incarnation %u names %u/%llu as its parent, not %u/%llu",
            source->set.incarnation, named->incarnation, (unsigned long long)named->seq,
            given->incarnation, (unsigned long long)given->seq);
    return false;
}

tq_status merge_normalise_value(struct tq_value *value, struct tq_buf *buf, struct tq_arena *arena,
        bool *changed, struct tq_error *err)
{
    tq_status rc;

    *changed = false;
    if (value->type != TQ_TEXT || tq_text_is_nfc(value->s))
        return TQ_OK;
    tq_buf_clear(buf);
    rc = tq_text_nfc(value->s, buf, err);
    if (rc == TQ_ENCODING) { /* the rules judge it */
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc != TQ_OK || tq_slice_equal(tq_buf_slice(buf), value->s))
        return rc;
    value->s = tq_slice_of(tq_arena_copy(arena, buf->data, buf->len), buf->len);
    *changed = value->s.data != NULL;
    return *changed ? TQ_OK : tq_error_set(err, TQ_NOMEM, "text");
}

/* Text in NFC before anything looks at it; the set's own bytes stay as they were signed. `tell`: an
 * arriving set's receipt says so; one read again from the ledger has said it. */
tq_status merge_normalise(struct merge_batch *batch, struct merge_source *source, bool tell)
{
    struct merge_verdict verdict = { TQ_ACCEPTED, TQ_REASON_NORMALISED, 0, NULL, { NULL, 0 } };
    struct tq_buf buf;
    tq_status rc = TQ_OK;

    tq_buf_init(&buf, MERGE_NFC_BYTES);
    for (uint32_t i = 0; rc == TQ_OK && i < source->body.nchanges; i++) {
        const struct tq_change *c = &source->body.changes[i];

        for (uint32_t k = 0; rc == TQ_OK && k < c->ncolumns; k++) {
            /* Decoded into our own arena: ours to change. */
            struct tq_value *value = (struct tq_value *)&c->after[k];
            bool changed;

            rc = merge_normalise_value(value, &buf, batch->arena, &changed, batch->err);
            verdict.column = c->columns[k];
            if (rc == TQ_OK && changed && tell)
                rc = merge_except(batch, source, i, c->cell, &verdict);
        }
    }
    tq_buf_deinit(&buf);
    return rc;
}

/* May it be of an incarnation that a district gave which is lost since? Then its receipt may be lost
 * as well, and sets that were answered follow it. */
static bool was_given(const struct merge_batch *batch, uint32_t incarnation)
{
    uint64_t epoch = incarnation >> TQ_INCARNATION_EPOCH_SHIFT;

    return epoch > 0 && epoch < batch->state.epoch;
}

/* Another copy's set is in its place, or in the place before it. */
static bool is_beside(const struct merge_source *source)
{
    const struct tq_chain *chain = &source->chain;
    uint64_t seq = source->set.seq;

    return chain->exists && (chain->head.seq > 0 || source->item->nrefill > 0) && seq > 0 &&
           seq <= chain->head.seq + 1;
}

/* Does the set come next in its chain? *branches: it begins one whose parent its body names. */
static tq_status continues_chain(
        struct merge_batch *batch, struct merge_source *source, bool *branches)
{
    const struct tq_set *set = &source->set;
    struct tq_merge_item *item = source->item;
    struct tq_chain *chain = &source->chain;
    tq_status rc = batch->store->chain_get(
            batch->store->ctx, set->device, set->incarnation, chain, batch->err);

    if (rc != TQ_OK)
        return rc;
    /* The first set of a device's incarnation in force begins its chain; one that comes back may be
     * of an earlier incarnation: its receipt says that it was ours, or its number. */
    *branches = !chain->exists && set->seq == 1 &&
                (item->nrefill > 0 || was_given(batch, set->incarnation));
    if (*branches || (!chain->exists && set->incarnation == source->device.incarnation)) {
        memset(chain, 0, sizeof(*chain));
        chain->exists = true;
        if (*branches)
            memcpy(chain->parent.hash, set->prev, TQ_HASH_BYTES);
    }
    follow_batch(batch, source);
    if (chain->exists && set->seq == chain->head.seq + 1 &&
            memcmp(set->prev, chain->head.seq > 0 ? chain->head.hash : chain->parent.hash,
                    TQ_HASH_BYTES) == 0)
        return TQ_OK;
    item->status = tq_error_set(&item->error, is_beside(source) ? TQ_COPIED : TQ_PROTOCOL,
            "set %llu of incarnation %u does not continue set %llu", (unsigned long long)set->seq,
            set->incarnation, (unsigned long long)chain->head.seq);
    item->ahead = (chain->exists || item->nrefill > 0 || was_given(batch, set->incarnation)) &&
                  set->seq > chain->head.seq + 1;
    return TQ_OK;
}

/* Everything about a set that can be wrong before its rows are looked at. Wrong ones get their
 * status in the item; a return other than OK is the batch's own failure. */
tq_status merge_admit(struct merge_batch *batch, struct merge_source *source, bool *good)
{
    struct tq_merge_item *item = source->item;
    const struct tq_set *set = item->set;
    struct tq_error *why = &item->error;
    uint8_t hash[TQ_HASH_BYTES];
    uint64_t n = 0;
    bool held;
    bool branches;
    tq_status rc;

    *good = false;
    source->set = *set;
    tq_set_hash(set, hash);
    if (set->device != item->device ||
            memcmp(set->district, batch->state.district, TQ_DISTRICT_ID_BYTES) != 0 ||
            memcmp(hash, set->hash, TQ_HASH_BYTES) != 0) {
        item->status = tq_error_set(
                why, TQ_FORGED, "set %llu of device %u", (unsigned long long)set->seq, set->device);
        return TQ_OK;
    }
    rc = batch->store->device_get(
            batch->store->ctx, set->device, batch->arena, &source->device, batch->err);
    if (rc == TQ_NOT_FOUND || (rc == TQ_OK && source->device.revoked)) {
        tq_error_clear(batch->err);
        item->status = tq_error_set(why, rc == TQ_OK ? TQ_REVOKED : TQ_NOT_ADMITTED, "%s %u",
                tq_phrase(TQ_PHRASE_DEVICE), set->device);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    if (!tq_device_signed(&source->device, batch->config->verify, set->hash, set->signature)) {
        item->status = tq_error_set(why, TQ_FORGED, "signature of set %llu of device %u",
                (unsigned long long)set->seq, set->device);
        return TQ_OK;
    }
    rc = repeat(batch, item, &n, &held);
    if (rc != TQ_OK || held)
        return rc != TQ_OK ? rc : offered_again(batch, item, n);
    if (repeats_in_batch(batch, item))
        return TQ_OK;
    rc = continues_chain(batch, source, &branches);
    if (rc != TQ_OK || item->status != TQ_OK)
        return rc;
    rc = batch->config->codec->body_decode(set->payload, batch->arena, &source->body, why);
    if (rc == TQ_NOMEM)
        return tq_error_set(batch->err, TQ_NOMEM, "set");
    if (rc != TQ_OK) {
        item->status = rc;
        return TQ_OK;
    }
    if (!body_is_sane(batch, source, why) || (!branches && !parent_is_right(source, why))) {
        item->status = TQ_PROTOCOL;
        return TQ_OK;
    }
    rc = branches ? branch_off(batch, source) : has_parent(batch, source);
    if (rc == TQ_OK && item->status == TQ_OK && item->nrefill > 0) {
        rc = merge_refill_read(batch, source, item);
        source->refilled = source->ntold > 0;
    }
    *good = rc == TQ_OK && item->status == TQ_OK;
    return rc;
}

/* T strictly rises, over everything that the sets name too. */
void merge_raise_t(struct merge_batch *batch, const struct merge_source *source)
{
    for (size_t i = 0; i < source->body.nchanges; i++) {
        int64_t named = source->body.changes[i].t_seen;

        /* One far ahead would push the district's time away for ever: it is not believed. */
        if (named >= batch->t && named <= batch->t_begun + DAY_MS)
            batch->t = named + 1;
    }
}

/* A branch goes on from the e of its parent, which may have come back after the branch was given. */
static tq_status parent_e(
        struct merge_batch *batch, const struct merge_source *source, struct tq_chain *chain)
{
    struct tq_ledger_set parent;
    tq_status rc;

    if (source->set.seq != 1 || chain->parent.seq == 0 || source->refilled)
        return TQ_OK;
    memset(&parent, 0, sizeof(parent));
    rc = batch->store->ledger_find(batch->store->ctx,
            chain->parent_device != 0 ? chain->parent_device : source->set.device,
            chain->parent.incarnation, chain->parent.seq, batch->arena, &parent, batch->err);
    if (rc == TQ_OK)
        chain->e_last = parent.e_last;
    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(batch->err);
    return TQ_OK;
}

/* Sequences, effective times and the ledger entry of an admitted set. */
tq_status merge_enter(struct merge_batch *batch, struct merge_source *source)
{
    struct tq_ledger_set entry;
    struct tq_chain chain;
    size_t count = source->body.nchanges;
    tq_status rc = batch->store->chain_get(
            batch->store->ctx, source->set.device, source->set.incarnation, &chain, batch->err);

    if (rc != TQ_OK)
        return rc;
    if (!chain.exists) {
        chain.parent = source->chain.parent;
        chain.parent_device = source->chain.parent_device;
    }
    rc = parent_e(batch, source, &chain);
    if (rc != TQ_OK)
        return rc;
    source->chain = chain; /* with the e of a set of this very batch before it */
    source->arrives = !source->refilled;
    source->first_seq = batch->state.head + 1;
    source->ta = source->refilled ? source->first.ta : batch->t;
    source->e0 = source->refilled ? source->first.e0 : source->chain.e_last;
    source->offset_ms = source->refilled ? source->first.offset_ms : source->item->offset_ms;
    source->e = tq_arena_array(batch->arena, count + 1, sizeof(int64_t));
    source->verdicts = tq_arena_alloc(batch->arena, count + 1);
    if (source->e == NULL || source->verdicts == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "set");
    tq_effective_times(&source->body, source->ta, source->offset_ms, source->e0, source->e);
    batch->state.head += count;
    memset(&entry, 0, sizeof(entry));
    entry.set = source->set;
    entry.first_seq = source->first_seq;
    entry.nchanges = (uint32_t)count;
    entry.ta = source->ta;
    entry.offset_ms = source->offset_ms;
    entry.e0 = source->e0;
    entry.e_last = count > 0 ? source->e[count - 1] : source->e0;
    rc = batch->store->ledger_append(batch->store->ctx, &entry, batch->err);
    if (rc != TQ_OK)
        return rc;
    source->n = entry.n;
    tq_ledger_hash_set(batch->state.ledger_hash, source->set.hash);
    chain.exists = true;
    chain.head.incarnation = source->set.incarnation;
    chain.head.seq = source->set.seq;
    memcpy(chain.head.hash, source->set.hash, TQ_HASH_BYTES);
    chain.e_last = entry.e_last;
    rc = batch->store->chain_put(
            batch->store->ctx, source->set.device, source->set.incarnation, &chain, batch->err);
    if (rc == TQ_OK && source->refilled)
        rc = merge_refill_enter(batch, source);
    return rc != TQ_OK ? rc : merge_normalise(batch, source, source->arrives);
}
