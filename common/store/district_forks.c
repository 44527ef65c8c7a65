/* district_forks.c - Incarnations that were given to restored and copied files (sync.md section 7).
 *
 * The chain of a new incarnation is there from the beginning, empty, with its parent: so the merge
 * admits its first set as it does any other. */
#include <string.h>

#include "store/district_internal.h"

/* A member that says Hello with ever new heads gets no more than this without sending anything. */
#define MAX_UNUSED 64u

static tq_status one(struct district_bind *q, uint64_t *out, struct tq_error *err)
{
    bool row;
    tq_status rc = district_step(q, &row, "incarnation", err);

    *out = 0;
    if (rc == TQ_OK && row) {
        *out = column_u64(q, 0);
        district_end(q);
    }
    return rc;
}

static void bind_point(struct district_bind *q, const struct tq_chain_point *point)
{
    bind_int(q, point->incarnation);
    bind_u64(q, point->seq);
    bind_blob(q, point->hash, sizeof(point->hash));
}

static tq_status fork_find(void *ctx, struct tq_fork *fork, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_FORK_FIND);
    struct tq_slice letter;
    bool row;
    tq_status rc;

    bind_int(&q, fork->device);
    bind_point(&q, &fork->head);
    bind_point(&q, &fork->parent);
    rc = district_step(&q, &row, "incarnation", err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_phrase(err, TQ_NOT_FOUND, TQ_PHRASE_NO_BRANCH);
    fork->incarnation = (uint32_t)column_u64(&q, 0);
    letter = column_slice(&q, 1);
    memset(fork->letter, 0, sizeof(fork->letter));
    if (letter.len > 0 && letter.len < sizeof(fork->letter))
        memcpy(fork->letter, letter.data, letter.len);
    fork->kind = (tq_fork_kind)column_int(&q, 2);
    fork->lost = column_u64(&q, 3);
    district_end(&q);
    return TQ_OK;
}

static tq_status next_letter(
        struct tq_district_store *store, struct tq_fork *fork, struct tq_error *err)
{
    struct district_bind unit = district_take(store, SQL_FORK_UNIT);
    bool row;
    tq_status rc;

    bind_int(&unit, fork->device);
    rc = district_step(&unit, &row, "device", err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %u", tq_phrase(TQ_PHRASE_DEVICE), fork->device);
    rc = district_next_letter(store, column_slice(&unit, 0), fork->letter, err);
    district_end(&unit);
    return rc;
}

static tq_status put_chain(
        struct tq_district_store *store, const struct tq_fork *fork, struct tq_error *err)
{
    struct tq_chain chain;

    memset(&chain, 0, sizeof(chain));
    chain.exists = true;
    chain.parent = fork->parent;
    if (fork->parent_device != fork->device) /* its keys were lost */
        chain.parent_device = fork->parent_device;
    chain.head.incarnation = fork->incarnation;
    chain.e_last = fork->e_parent;
    return store->ops.chain_put(store, fork->device, fork->incarnation, &chain, err);
}

static tq_status chain_device(
        void *ctx, uint32_t device, uint32_t incarnation, uint32_t *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_CHAIN_DEVICE);
    uint64_t found;
    tq_status rc;

    bind_int(&q, device);
    bind_int(&q, incarnation);
    rc = one(&q, &found, err);
    *out = rc == TQ_OK && found != 0 ? (uint32_t)found : device;
    return rc;
}

static tq_status chain_next(
        void *ctx, uint32_t device, uint32_t above, uint32_t *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_CHAIN_NEXT);
    uint64_t found;
    tq_status rc;

    bind_int(&q, device);
    bind_int(&q, above);
    rc = one(&q, &found, err);
    *out = (uint32_t)found;
    return rc;
}

/* The epoch is the high part, as it is of a sequence: what a restored district gives is none of those
 * that were given in the part that it lost. */
static tq_status next_incarnation(struct tq_district_store *store, const struct tq_fork *fork,
        uint32_t *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_FORK_NEXT);
    struct tq_district_state state;
    uint64_t number;
    uint64_t first;
    tq_status rc;

    bind_int(&q, fork->device);
    bind_int(&q, fork->head.incarnation > fork->parent.incarnation ? fork->head.incarnation
                                                                   : fork->parent.incarnation);
    rc = one(&q, &number, err);
    if (rc == TQ_OK)
        rc = store->ops.state_get(store, &state, err);
    if (rc != TQ_OK)
        return rc;
    first = state.epoch << TQ_INCARNATION_EPOCH_SHIFT;
    if (number == 0 || number > INT32_MAX)
        return tq_error_set(err, TQ_PROTOCOL, "incarnation %u", fork->head.incarnation);
    if (number < first)
        number = first;
    if (state.epoch > 0 && number - first >= (UINT64_C(1) << TQ_INCARNATION_EPOCH_SHIFT))
        return tq_error_set(err, TQ_COME_BACK,
                "device %u: too many incarnations before the next start", fork->device);
    *out = (uint32_t)number;
    return TQ_OK;
}

static tq_status fork_give(void *ctx, struct tq_fork *fork, struct tq_error *err)
{
    static const char *const WHY[] = { "", "restored", "copied", "rebound" };
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, SQL_FORK_UNUSED);
    uint64_t number;
    tq_status rc;

    bind_int(&q, fork->device);
    rc = one(&q, &number, err);
    if (rc == TQ_OK && number >= MAX_UNUSED)
        rc = tq_error_set(err, TQ_COME_BACK, "device %u has %u incarnations without a set",
                fork->device, (unsigned)number);
    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_FORK_LOST);
    bind_int(&q, fork->device);
    bind_int(&q, fork->head.incarnation);
    bind_u64(&q, fork->common);
    rc = one(&q, &fork->lost, err);
    if (rc != TQ_OK)
        return rc;
    rc = next_incarnation(store, fork, &fork->incarnation, err);
    if (rc == TQ_OK)
        rc = next_letter(store, fork, err);
    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_FORK_ADD);
    bind_int(&q, fork->device);
    bind_int(&q, fork->incarnation);
    bind_text(&q, tq_slice_str(fork->letter));
    bind_int(&q, fork->at_ms);
    bind_text(&q, tq_slice_str(WHY[(size_t)fork->kind < 4 ? fork->kind : 0]));
    bind_int(&q, fork->kind);
    bind_point(&q, &fork->head);
    bind_u64(&q, fork->lost);
    bind_blob(&q, fork->place, sizeof(fork->place));
    rc = district_run(&q, "incarnation", err);
    return rc == TQ_OK ? put_chain(store, fork, err) : rc;
}

static tq_status place_get(void *ctx, uint32_t device, uint32_t incarnation,
        uint8_t place[TQ_PLACE_BYTES], struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_PLACE);
    bool row;
    tq_status rc;

    memset(place, 0, TQ_PLACE_BYTES);
    bind_int(&q, device);
    bind_int(&q, incarnation);
    rc = district_step(&q, &row, "incarnation", err);
    if (rc != TQ_OK || !row)
        return rc;
    if (column_slice(&q, 0).len == TQ_PLACE_BYTES)
        memcpy(place, column_slice(&q, 0).data, TQ_PLACE_BYTES);
    district_end(&q);
    return TQ_OK;
}

void district_fork_ops(struct tq_district_ops *ops)
{
    ops->fork_find = fork_find;
    ops->fork_give = fork_give;
    ops->chain_device = chain_device;
    ops->chain_next = chain_next;
    ops->place_get = place_get;
}
