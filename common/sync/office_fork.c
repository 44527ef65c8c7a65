/* office_fork.c - The file goes on as a branch of its own (sync.md section 7).
 *
 * Its sets without a receipt may be, or stand beside, what the district holds of the other branch:
 * they are sealed again under the new incarnation, as the rows that they were. The district tells by
 * (device, incarnation of the capture, log id) which of them it had already. */
#include <string.h>

#include "sync/office_internal.h"

/* A set that the district has answered for, whatever it has to say again about it. */
static bool is_answered(const struct tq_stored_set *set)
{
    return set->fate == TQ_SET_CONFIRMED || (set->fate == TQ_SET_WAITS && set->merged_at != 0);
}

tq_status tq_office_confirmed(
        struct tq_office *office, struct tq_chain_point *point, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_stored_set set;
    tq_status rc;

    memset(point, 0, sizeof(*point));
    if (arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "sets");
    rc = office->ops->set_last(office->store, arena, &set, err);
    while (rc == TQ_OK && set.n > 0 && !is_answered(&set)) {
        tq_arena_reset(arena);
        rc = office->ops->set_get_n(office->store, set.n - 1, arena, &set, err);
    }
    if (rc == TQ_OK && set.n > 0) {
        point->incarnation = set.set.incarnation;
        point->seq = set.set.seq;
        memcpy(point->hash, set.set.hash, sizeof(point->hash));
    }
    tq_arena_free(arena);
    return rc;
}

/* Seal the changes of one set without a receipt again, as a set of the new incarnation. */
static tq_status reseal(struct tq_office *office, const struct tq_office_state *state,
        struct tq_chain_point *head, struct tq_stored_set *old, struct tq_arena *arena,
        struct tq_error *err)
{
    struct tq_stored_set stored;
    struct tq_set_body body;
    tq_status rc;

    rc = office->codec->body_decode(old->set.payload, arena, &body, err);
    if (rc != TQ_OK)
        return rc;
    memset(&body.parent, 0, sizeof(body.parent));
    rc = tq_office_seal_body(office, state, head, &body, &stored, err);
    if (rc != TQ_OK)
        return rc;
    rc = office->ops->set_move(office->store, old->n, stored.n, err);
    if (rc != TQ_OK)
        return rc;
    old->fate = TQ_SET_RESEALED;
    return office->ops->set_mark(office->store, old, err);
}

/* All that wait, in the order of the log; those that were answered before keep their set, unless
 * it is another device's: that one's are sent no more. */
static tq_status reseal_all(struct tq_office *office, const struct tq_office_state *state,
        struct tq_chain_point *head, struct tq_arena *arena, struct tq_error *err)
{
    int64_t after = 0;

    for (;;) {
        struct tq_stored_set old;
        tq_status rc;

        tq_arena_reset(arena);
        rc = office->ops->set_next(office->store, TQ_SET_WAITS, after, arena, &old, err);
        if (rc != TQ_OK || old.n == 0 || old.set.incarnation == state->incarnation)
            return rc;
        after = old.n;
        if (is_answered(&old) && old.set.device == state->device)
            continue;
        rc = reseal(office, state, head, &old, arena, err);
        if (rc != TQ_OK)
            return rc;
    }
}

static bool points_equal(const struct tq_chain_point *a, const struct tq_chain_point *b)
{
    return a->seq == b->seq &&
           (a->seq == 0 || (a->incarnation == b->incarnation &&
                                   memcmp(a->hash, b->hash, TQ_HASH_BYTES) == 0));
}

tq_status tq_office_reincarnate(
        struct tq_office *office, struct tq_office_fork *fork, int64_t now_ms, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state state;
    struct tq_chain_point head;
    tq_status rc;

    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "reincarnate");
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_WRITE, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, keep, &state, err)) != TQ_OK ||
            state.incarnation == fork->incarnation ||
            (rc = tq_office_confirmed(office, &head, err)) != TQ_OK)
        goto out;
    if (!points_equal(&head, &fork->parent)) {
        rc = tq_error_set(err, TQ_PROTOCOL, "its branch begins at %u/%llu, not at %u/%llu",
                head.incarnation, (unsigned long long)head.seq, fork->parent.incarnation,
                (unsigned long long)fork->parent.seq);
        goto out;
    }
    state.incarnation = fork->incarnation;
    fork->at_ms = now_ms;
    fork->since_ms = state.last_heard_at;
    fork->again = 0;
    if ((rc = office->ops->state_put(office->store, &state, err)) != TQ_OK ||
            (rc = office->ops->fork_put(office->store, fork, err)) != TQ_OK ||
            (rc = reseal_all(office, &state, &head, arena, err)) != TQ_OK)
        goto out;
    rc = office->ops->commit(office->store, err);

out:
    if (rc != TQ_OK)
        tq_error_wrap(err, "new incarnation %u", fork->incarnation);
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}

tq_status tq_office_whose(struct tq_office *office, struct tq_join *join, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state state;
    tq_status rc;

    if (arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "file");
    if ((rc = office->ops->begin(office->store, TQ_TXN_READ, err)) == TQ_OK &&
            (rc = office->ops->state_get(office->store, arena, &state, err)) == TQ_OK &&
            (rc = tq_office_confirmed(office, &join->confirmed, err)) == TQ_OK) {
        join->former_device = state.device;
        join->former_incarnation = state.device != 0 ? state.incarnation : 0;
    }
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    return rc;
}

static void describe(struct tq_office_fork *fork, const struct tq_office_state *before,
        const struct tq_certificate *certificate, const struct tq_chain_point *parent,
        int64_t now_ms)
{
    memset(fork, 0, sizeof(*fork));
    fork->kind = TQ_FORK_REBOUND;
    fork->incarnation = certificate->incarnation;
    fork->former = before->device;
    fork->parent = *parent;
    fork->at_ms = now_ms;
    fork->since_ms = before->last_heard_at;
    if (certificate->letter.len > 0 && certificate->letter.len < sizeof(fork->letter))
        memcpy(fork->letter, certificate->letter.data, certificate->letter.len);
}

tq_status tq_office_rebind(struct tq_office *office, const struct tq_certificate *certificate,
        struct tq_slice district_name, int64_t now_ms, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state before;
    struct tq_office_state state;
    struct tq_chain_point head;
    struct tq_office_fork fork;
    tq_status rc;

    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "another device");
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_WRITE, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, keep, &before, err)) != TQ_OK ||
            before.device == certificate->device ||
            (rc = tq_office_confirmed(office, &head, err)) != TQ_OK)
        goto out;
    describe(&fork, &before, certificate, &head, now_ms);
    if ((rc = office->ops->bind(office->store, certificate, district_name, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, keep, &state, err)) != TQ_OK ||
            (before.device != 0 &&
                    (rc = office->ops->fork_put(office->store, &fork, err)) != TQ_OK) ||
            (rc = reseal_all(office, &state, &head, arena, err)) != TQ_OK)
        goto out;
    rc = office->ops->commit(office->store, err);

out:
    if (rc != TQ_OK)
        tq_error_wrap(err, "device %u", certificate->device);
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}
