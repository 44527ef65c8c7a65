/* district_fork.c - Files that were restored or copied (sync.md section 7).
 *
 * A chain has one end. Who comes with an end that lies before it, or beside it, holds an older or
 * another state of the file, and goes on as a branch of its own: a new incarnation with a new
 * letter, whose parent is the last set of the file that has its receipt. The other file, if it
 * still lives, goes on with the old one; neither is told to stop. Two copies that stand at the same
 * end are the same file, until one of them has sent more. */
#include <string.h>

#include "sync/district_internal.h"

/* Does the ledger hold this very set? *e: of its last change. */
static tq_status holds(struct tq_district *d, uint32_t device, const struct tq_chain_point *point,
        bool *out, int64_t *e, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_ledger_set set;
    tq_status rc;

    *out = false;
    *e = 0;
    if (point->seq == 0)
        return TQ_OK;
    rc = store->ledger_find(
            store->ctx, device, point->incarnation, point->seq, d->arena, &set, err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    *out = memcmp(set.set.hash, point->hash, TQ_HASH_BYTES) == 0;
    *e = *out ? set.e_last : 0;
    return TQ_OK;
}

/* An older state at its own place, or the same file at two? The place tells; where it is not known,
 * a shorter chain is taken for an older state. A branch that a district gave and lost is no sign of a
 * second file, for which an officer would look in vain. */
static tq_status kind_of(
        struct tq_district *d, struct tq_fork *fork, bool behind, bool known, struct tq_error *err)
{
    static const uint8_t NOWHERE[TQ_PLACE_BYTES] = { 0 };
    const struct tq_district_ops *store = d->config.merge.store;
    uint8_t place[TQ_PLACE_BYTES];
    bool same = behind || !known;
    tq_status rc = store->place_get(store->ctx, fork->device, fork->head.incarnation, place, err);

    if (memcmp(place, NOWHERE, sizeof(place)) != 0 &&
            memcmp(fork->place, NOWHERE, sizeof(place)) != 0)
        same = memcmp(place, fork->place, sizeof(place)) == 0;
    fork->kind = same ? TQ_FORK_RESTORED : TQ_FORK_COPIED;
    return rc;
}

/* The same answer for the same question, as long as nothing came under it: a Welcome may get
 * lost. */
static tq_status give(struct tq_district *d, struct tq_fork *fork, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    tq_status rc = store->fork_find(store->ctx, fork, err);

    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    rc = store->begin(store->ctx, err);
    if (rc == TQ_OK)
        rc = store->fork_give(store->ctx, fork, err);
    if (rc == TQ_OK)
        rc = store->commit(store->ctx, err);
    if (rc != TQ_OK)
        store->rollback(store->ctx);
    return rc;
}

tq_status district_fork(struct tq_district *d, const struct session *s,
        const struct tq_hello *hello, bool known, const struct tq_chain *chain, int64_t now_ms,
        struct tq_fork *fork, bool *forked, struct tq_error *err)
{
    const struct tq_chain_point *head = &hello->head;
    bool behind = head->seq < chain->head.seq;
    bool held;
    int64_t e;
    tq_status rc;

    *forked = !known || behind || hello->astray ||
              (head->seq == chain->head.seq && head->seq > 0 &&
                      memcmp(head->hash, chain->head.hash, TQ_HASH_BYTES) != 0);
    if (!*forked)
        return TQ_OK;
    memset(fork, 0, sizeof(*fork));
    fork->device = s->device;
    fork->head = *head;
    fork->parent = hello->confirmed;
    memcpy(fork->place, hello->place, sizeof(fork->place));
    fork->at_ms = now_ms;
    if (fork->parent.incarnation == head->incarnation)
        fork->common = fork->parent.seq;
    rc = holds(d, s->device, head, &held, &e, err);
    if (rc == TQ_OK && held)
        fork->common = head->seq;
    if (rc == TQ_OK)
        rc = d->config.merge.store->chain_device(d->config.merge.store->ctx, s->device,
                fork->parent.incarnation, &fork->parent_device, err);
    if (rc == TQ_OK)
        rc = holds(d, fork->parent_device, &fork->parent, &held, &fork->e_parent, err);
    if (rc == TQ_OK)
        rc = kind_of(d, fork, behind, known, err);
    return rc == TQ_OK ? give(d, fork, err) : rc;
}
