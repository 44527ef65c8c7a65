/* merge_again.c - Changes that the district has already, from another branch of the same file.
 *
 * A restored or copied file sends what it has without a receipt as rows of its new incarnation, and
 * each row keeps the incarnation and the log id of its capture. So one that the other branch had
 * sent is known again by (device, incarnation of the capture, log id) and equal content; the same
 * numbers with another content are another change, for a restored file counts on from where it was.
 *
 * Along one branch log ids only rise, so that a set is found by halving. */
#include <string.h>

#include "sync/merge_internal.h"

/* The sets of one branch, loaded as they are looked at. */
struct merge_branch {
    struct merge_branch *next;
    uint32_t device;
    uint32_t incarnation;
    uint64_t head;
    struct merge_source **sets; /* by sequence - 1 */
};

bool merge_same_change(const struct tq_change *a, const struct tq_change *b)
{
    bool same = a->incarnation == b->incarnation && a->log_id == b->log_id &&
                a->table == b->table && a->cell == b->cell && a->at_ms == b->at_ms &&
                a->ncolumns == b->ncolumns && tq_slice_equal(a->key, b->key) &&
                tq_slice_equal(a->author, b->author);

    for (uint32_t i = 0; same && i < a->ncolumns; i++)
        same = a->columns[i] == b->columns[i] && tq_value_equal(&a->after[i], &b->after[i]);
    return same;
}

bool merge_same_file(const struct merge_source *a, const struct merge_source *b)
{
    return a->set.device == b->set.device ||
           (a->device.former != 0 && a->device.former == b->set.device) ||
           (b->device.former != 0 && b->device.former == a->set.device);
}

static tq_status branch_of(
        struct merge_batch *batch, uint32_t device, uint32_t incarnation, struct merge_branch **out)
{
    struct merge_branch *branch = batch->branches;
    struct tq_chain chain;
    tq_status rc;

    while (branch != NULL && (branch->device != device || branch->incarnation != incarnation))
        branch = branch->next;
    *out = branch;
    if (branch != NULL)
        return TQ_OK;
    rc = batch->store->chain_get(batch->store->ctx, device, incarnation, &chain, batch->err);
    if (rc != TQ_OK)
        return rc;
    branch = tq_arena_alloc(batch->arena, sizeof(*branch));
    if (branch == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "branch");
    branch->device = device;
    branch->incarnation = incarnation;
    branch->head = chain.exists ? chain.head.seq : 0;
    branch->sets = tq_arena_array(batch->arena, branch->head + 1, sizeof(struct merge_source *));
    if (branch->sets == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "branch");
    memset(branch->sets, 0, (size_t)(branch->head + 1) * sizeof(struct merge_source *));
    branch->next = batch->branches;
    batch->branches = branch;
    *out = branch;
    return TQ_OK;
}

/* Set `seq` of a branch; *out NULL when the ledger has it not (an earlier part was lost). */
static tq_status set_of(struct merge_batch *batch, struct merge_branch *branch, uint64_t seq,
        struct merge_source **out)
{
    struct tq_ledger_set kept;
    tq_status rc;

    *out = branch->sets[seq - 1];
    if (*out != NULL)
        return TQ_OK;
    memset(&kept, 0, sizeof(kept));
    rc = batch->store->ledger_find(batch->store->ctx, branch->device, branch->incarnation, seq,
            batch->arena, &kept, batch->err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(batch->err);
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = merge_source_by_n(batch, kept.n, out);
    if (rc == TQ_OK)
        branch->sets[seq - 1] = *out;
    return rc;
}

static bool find_place(
        const struct merge_source *set, const struct tq_change *change, uint32_t *place)
{
    size_t low = 0;
    size_t high = set->body.nchanges;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->body.changes[middle].log_id < change->log_id)
            low = middle + 1;
        else
            high = middle;
    }
    *place = (uint32_t)low;
    return low < set->body.nchanges && merge_same_change(&set->body.changes[low], change);
}

/* The same change in sets 1..upto of a branch; *out NULL: not there. */
static tq_status find_in(struct merge_batch *batch, uint32_t device, uint32_t incarnation,
        uint64_t upto, const struct tq_change *change, struct merge_source **out, uint32_t *place)
{
    struct merge_branch *branch;
    uint64_t low = 1;
    uint64_t high;
    tq_status rc = branch_of(batch, device, incarnation, &branch);

    *out = NULL;
    if (rc != TQ_OK || branch == NULL)
        return rc;
    high = (branch->head < upto ? branch->head : upto) + 1;
    while (low < high) { /* the first set that does not end before it */
        uint64_t middle = low + (high - low) / 2;
        struct merge_source *set;

        rc = set_of(batch, branch, middle, &set);
        if (rc != TQ_OK)
            return rc;
        if (set == NULL || set->body.nchanges == 0 ||
                set->body.changes[set->body.nchanges - 1].log_id < change->log_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > branch->head || low > upto)
        return TQ_OK;
    rc = set_of(batch, branch, low, out);
    if (rc == TQ_OK && *out != NULL && !find_place(*out, change, place))
        *out = NULL;
    return rc;
}

static bool is_no_value(tq_verdict verdict)
{
    return verdict == TQ_HELD || verdict == TQ_REQUESTED || verdict == TQ_REFUSED_ROW;
}

/* Whether these name a place, and the verdict that kept it, or a part of it, from becoming a value. */
static bool name(const struct tq_exception *list, size_t count, uint32_t place, tq_verdict *verdict)
{
    tq_verdict worst = TQ_ACCEPTED;
    bool named = false;

    for (size_t i = 0; i < count; i++) {
        named = named || list[i].place == place;
        if (list[i].place == place && is_no_value(list[i].verdict))
            worst = list[i].verdict;
    }
    if (named)
        *verdict = worst;
    return named;
}

/* What the last receipt that names a change of the ledger says of it: one that this batch makes, else
 * one that came back with the set in this batch, else one that the ledger has. */
static tq_status last_word(
        struct merge_batch *batch, const struct merge_source *set, uint32_t place, tq_verdict *out)
{
    struct tq_slice *list;
    size_t n;
    tq_status rc = batch->store->receipts_of(batch->store->ctx, set->set.device,
            set->set.incarnation, set->set.seq, batch->arena, &list, &n, batch->err);

    *out = TQ_ACCEPTED;
    for (size_t i = 0; rc == TQ_OK && i < n + set->ntold; i++) {
        struct tq_receipt receipt;

        rc = batch->config->codec->receipt_decode(
                i < n ? list[i] : set->told[i - n], batch->arena, &receipt, batch->err);
        if (rc == TQ_OK)
            name(receipt.exceptions, receipt.nexceptions, place, out);
    }
    if (rc == TQ_OK)
        name(set->exceptions, set->nexceptions, place, out);
    return rc;
}

/* Did it become a value, if only for a while? What still waits or was refused is judged again. */
static tq_status became_value(
        struct merge_batch *batch, const struct merge_source *set, uint32_t place, bool *out)
{
    tq_verdict verdict = TQ_ACCEPTED;
    tq_status rc = TQ_OK;

    if (set->arrives)
        verdict = (tq_verdict)set->verdicts[place];
    else
        rc = last_word(batch, set, place, &verdict);
    *out = !is_no_value(verdict);
    return rc;
}

/* Did a branch of this device bring it, from the incarnation of its capture on? */
static tq_status had_branch(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint32_t device, bool *out)
{
    const struct tq_change *change = &source->body.changes[place];
    uint32_t i = change->incarnation > 0 ? change->incarnation - 1 : 0;
    tq_status rc = batch->store->chain_next(batch->store->ctx, device, i, &i, batch->err);

    while (rc == TQ_OK && i != 0) {
        struct merge_source *set = NULL;
        uint32_t at;

        if (device != source->set.device || i != source->set.incarnation)
            rc = find_in(batch, device, i, UINT64_MAX - 1, change, &set, &at);
        if (rc == TQ_OK && set != NULL && set->n < source->n)
            rc = became_value(batch, set, at, out);
        if (rc != TQ_OK || *out)
            return rc;
        rc = batch->store->chain_next(batch->store->ctx, device, i, &i, batch->err);
    }
    return rc;
}

tq_status merge_had_already(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, bool *out)
{
    uint32_t device = source->set.device;
    uint32_t former = source->device.former;
    tq_status rc = TQ_OK;

    *out = false;
    if (device == TQ_DEVICE_DISTRICT ||
            source->body.changes[place].incarnation == source->set.incarnation)
        return TQ_OK;
    for (unsigned generation = 0; rc == TQ_OK && !*out && generation < 16; generation++) {
        struct tq_device before;

        rc = had_branch(batch, source, place, device, out);
        if (former == 0 || rc != TQ_OK)
            break;
        device = former;
        rc = batch->store->device_get(batch->store->ctx, device, batch->arena, &before, batch->err);
        former = rc == TQ_OK ? before.former : 0;
    }
    return rc;
}

tq_status merge_had_sent(struct merge_batch *batch, const struct tq_change *change,
        const struct merge_source *source, uint32_t place, bool *out)
{
    uint32_t device = source->set.device;
    uint32_t incarnation = source->set.incarnation;
    uint64_t upto = source->set.seq;

    *out = false;
    for (unsigned hops = 0; hops < 10000; hops++) {
        struct merge_source *set;
        struct tq_chain chain;
        uint32_t at;
        tq_status rc = find_in(batch, device, incarnation, upto, change, &set, &at);

        if (rc != TQ_OK)
            return rc;
        if (set != NULL) {
            *out = hops > 0 || set->set.seq < source->set.seq || at < place;
            return TQ_OK;
        }
        rc = batch->store->chain_get(batch->store->ctx, device, incarnation, &chain, batch->err);
        if (rc != TQ_OK || !chain.exists || chain.parent.seq == 0)
            return rc;
        if (chain.parent_device != 0)
            device = chain.parent_device;
        incarnation = chain.parent.incarnation;
        upto = chain.parent.seq;
    }
    return TQ_OK;
}
