/* district_refill.c - Sets that came back after the district's file was restored or lost. */
#include "store/district_internal.h"

#include <inttypes.h>
#include <string.h>

static tq_status refill_put(void *ctx, uint64_t set_n, uint64_t lost_first, uint64_t lost_merged_at,
        struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_REFILL_ADD);

    bind_u64(&q, set_n);
    bind_u64(&q, lost_first);
    bind_u64(&q, lost_merged_at);
    return district_run(&q, "refilled set", err);
}

tq_status district_refill(struct tq_district_store *store, uint64_t set_n, uint64_t *lost_first,
        uint64_t *lost_merged_at, bool *found, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_REFILL);
    tq_status rc;

    bind_u64(&q, set_n);
    rc = district_step(&q, found, "refilled set", err);
    if (rc != TQ_OK || !*found)
        return rc;
    *lost_first = column_u64(&q, 0);
    *lost_merged_at = column_u64(&q, 1);
    district_end(&q);
    return TQ_OK;
}

tq_status tq_district_store_refilled(
        struct tq_district_store *store, struct tq_refilled *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_REFILL_SUM);
    bool row;
    tq_status rc = district_step(&q, &row, "refilled sets", err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK || !row)
        return rc;
    out->sets = column_u64(&q, 0);
    out->from_ms = column_int(&q, 1);
    out->to_ms = column_int(&q, 2);
    out->waiting = column_u64(&q, 3);
    district_end(&q);
    return TQ_OK;
}

static tq_status origin_find(
        void *ctx, uint64_t set_n, uint32_t place, uint64_t *seq, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_ORIGIN_FIND);
    bool row;
    tq_status rc;

    *seq = 0;
    bind_u64(&q, set_n);
    bind_int(&q, place);
    rc = district_step(&q, &row, "origin of a sequence", err);
    if (rc == TQ_OK && row) {
        *seq = column_u64(&q, 0);
        district_end(&q);
    }
    if (rc == TQ_OK && *seq == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64 "/%" PRIu32,
                tq_phrase(TQ_PHRASE_LEDGER_ENTRY), set_n, place);
    return rc;
}

static tq_status lost_put(
        void *ctx, uint64_t first, uint64_t count, uint64_t lost, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LOST_ADD);

    bind_u64(&q, first);
    bind_u64(&q, count);
    bind_u64(&q, lost);
    return district_run(&q, "lost sequences", err);
}

static tq_status lost_get(void *ctx, uint64_t seq, uint64_t *lost, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LOST);
    bool row;
    tq_status rc;

    bind_u64(&q, seq);
    rc = district_step(&q, &row, "lost sequences", err);
    if (rc != TQ_OK)
        return rc;
    if (row && seq - column_u64(&q, 0) < column_u64(&q, 1))
        *lost = column_u64(&q, 2);
    else
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_SEQUENCE), seq);
    if (row)
        district_end(&q);
    return rc;
}

static tq_status history_floor(void *ctx, uint64_t seq, uint64_t *head, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_HISTORY_FLOOR);
    bool row;
    tq_status rc;

    *head = 0;
    bind_u64(&q, seq);
    rc = district_step(&q, &row, "history of heads", err);
    if (rc != TQ_OK || !row)
        return rc;
    *head = column_u64(&q, 0);
    district_end(&q);
    return TQ_OK;
}

void district_refill_ops(struct tq_district_ops *ops)
{
    ops->origin_find = origin_find;
    ops->refill_put = refill_put;
    ops->lost_put = lost_put;
    ops->lost_get = lost_get;
    ops->history_floor = history_floor;
}
