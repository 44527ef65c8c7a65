/* office_fork.c - The file goes on as a branch of its own (sync.md section 7).
 *
 * Its sets without a receipt may be, or stand beside, what the district holds of the other branch:
 * they are sealed again under the new incarnation, as the rows that they were. The district tells by
 * (device, incarnation of the capture, log id) which of them it had already. */
#include <string.h>

#include "sync/office_internal.h"

bool tq_office_is_answered(const struct tq_stored_set *set)
{
    return set->fate == TQ_SET_CONFIRMED || (set->fate == TQ_SET_WAITS && set->merged_at != 0);
}

tq_status tq_office_confirmed(
        struct tq_office *office, uint64_t kept, struct tq_chain_point *point, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_stored_set set;
    tq_status rc;

    memset(point, 0, sizeof(*point));
    if (arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "sets");
    rc = office->ops->set_last(office->store, arena, &set, err);
    while (rc == TQ_OK && set.n > 0 && (!tq_office_is_answered(&set) || set.merged_at > kept)) {
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

/* All behind the set that the branch begins at, in the order of the log. Those before it keep their
 * set, for the answered one follows them: what waits there has lost its receipt, or the district has
 * lost it, and goes out once more as it is. Unless it is another device's: that one's are sent no more.
 * What was answered behind it can only come back so: its place is another copy's. */
static tq_status reseal_all(struct tq_office *office, const struct tq_office_state *state,
        struct tq_chain_point *head, int64_t from, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_stored_set old;
    int64_t last;
    tq_status rc = office->ops->set_last(office->store, arena, &old, err);

    last = old.n;
    for (int64_t n = 1; rc == TQ_OK && n <= last; n++) {
        tq_arena_reset(arena);
        rc = office->ops->set_get_n(office->store, n, arena, &old, err);
        if (rc != TQ_OK || old.n == 0 || old.fate == TQ_SET_RESEALED ||
                old.set.payload.len == 0 || /* pruned: a tested backup of the district has it */
                (n <= from && (old.fate != TQ_SET_WAITS || old.set.device == state->device)))
            continue;
        rc = reseal(office, state, head, &old, arena, err);
    }
    return rc;
}

/* The set of ours at which the district lets the branch begin: one that it had answered. */
static tq_status find_parent(struct tq_office *office, const struct tq_office_fork *fork,
        struct tq_arena *arena, int64_t *n, struct tq_error *err)
{
    const struct tq_chain_point *parent = &fork->parent;
    struct tq_stored_set set;
    tq_status rc;

    *n = 0;
    if (parent->seq == 0)
        return TQ_OK;
    rc = office->ops->set_get(office->store, parent->incarnation, parent->seq, arena, &set, err);
    if (rc == TQ_OK && (set.n == 0 || !tq_office_is_answered(&set) ||
                               memcmp(set.set.hash, parent->hash, TQ_HASH_BYTES) != 0))
        rc = tq_error_set(err, TQ_PROTOCOL, "its branch does not begin at %u/%llu",
                parent->incarnation, (unsigned long long)parent->seq);
    *n = set.n;
    return rc;
}

tq_status tq_office_reincarnate(
        struct tq_office *office, struct tq_office_fork *fork, int64_t now_ms, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state state;
    struct tq_chain_point head = fork->parent;
    int64_t from;
    tq_status rc;

    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "reincarnate");
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_WRITE, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, keep, &state, err)) != TQ_OK ||
            state.incarnation == fork->incarnation ||
            (rc = find_parent(office, fork, arena, &from, err)) != TQ_OK)
        goto out;
    state.incarnation = fork->incarnation;
    fork->at_ms = now_ms;
    fork->since_ms = state.last_heard_at;
    fork->again = 0;
    if ((rc = office->ops->state_put(office->store, &state, err)) != TQ_OK ||
            (rc = office->ops->fork_put(office->store, fork, err)) != TQ_OK ||
            (rc = reseal_all(office, &state, &head, from, arena, err)) != TQ_OK)
        goto out;
    rc = office->ops->commit(office->store, err);

out:
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s %u", tq_phrase(TQ_PHRASE_NEW_BRANCH), fork->incarnation);
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
            (rc = tq_office_confirmed(office, UINT64_MAX, &join->confirmed, err)) == TQ_OK) {
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
            (rc = tq_office_confirmed(office, UINT64_MAX, &head, err)) != TQ_OK)
        goto out;
    describe(&fork, &before, certificate, &head, now_ms);
    if ((rc = office->ops->bind(office->store, certificate, district_name, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, keep, &state, err)) != TQ_OK ||
            (before.device != 0 &&
                    (rc = office->ops->fork_put(office->store, &fork, err)) != TQ_OK) ||
            (rc = reseal_all(office, &state, &head, INT64_MAX, arena, err)) != TQ_OK)
        goto out;
    rc = office->ops->commit(office->store, err);

out:
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s %u", tq_phrase(TQ_PHRASE_DEVICE), certificate->device);
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}
