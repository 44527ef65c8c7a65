/* district_digest.c - Narrows a difference down to rows: the office names ranges of keys with its
 * sums, the district sends the rows of small ranges that differ and splits large ones.
 *
 * Each question is answered by the repairs, then one DIGEST_TELL (perhaps empty), so that the
 * office knows when the answer is over. */
#include <string.h>

#include "sync/district_internal.h"

#define REPAIR_ROWS 64u
#define SPLIT 16u
#define PAGE 512u
#define RANGE_GROUPS 2048u /* tables times units, and room */

/* The rows that are read for an answer stand in d->arena and go with their page or range, however
 * large the table is; what the answer keeps (keys of parts) stands in `keys`. */
struct answering {
    struct tq_arena *keys;
    struct tq_stored_row *page;
    struct tq_range *tell;
    size_t ntell;
};

/* Sum of the rows of a range; with `parts`, also of up to SPLIT parts of `step` rows each. */
struct sums {
    struct tq_range whole;
    struct tq_range parts[SPLIT];
    size_t nparts;
    uint64_t step; /* 0: no parts */
    bool no_memory;
};

static tq_status in_scope(const struct tq_district *d, const struct session *s,
        const struct tq_range *range, const struct tq_table **table)
{
    *table = tq_catalogue_table(d->config.merge.catalogue, range->table);
    if (*table == NULL || (*table)->since > s->schema)
        return TQ_NOT_FOUND;
    if ((*table)->scope == TQ_OWN && !district_owns(s, range->owner))
        return TQ_NOT_FOUND;
    return TQ_OK;
}

static void count_row(struct sums *sums, const struct session *s, const struct tq_stored_row *row,
        struct tq_arena *keys)
{
    uint8_t digest[TQ_DIGEST_BYTES];

    tq_digest_row(row->table, s->schema, row->values, digest);
    if (sums->step > 0 && sums->whole.rows % sums->step == 0 && sums->nparts < SPLIT) {
        struct tq_range *part = &sums->parts[sums->nparts++];

        *part = sums->whole;
        memset(part->sum, 0, sizeof(part->sum));
        part->rows = 0;
        if (sums->nparts > 1) {
            const void *key = tq_arena_copy(keys, row->key.data, row->key.len);

            sums->no_memory = sums->no_memory || key == NULL;
            part->low = tq_slice_of(key, key != NULL ? row->key.len : 0);
            part[-1].high = part->low;
        }
    }
    if (sums->nparts > 0) {
        tq_digest_add(sums->parts[sums->nparts - 1].sum, digest);
        sums->parts[sums->nparts - 1].rows++;
    }
    tq_digest_add(sums->whole.sum, digest);
    sums->whole.rows++;
}

/* Read every row of the range. Bounds are [low, high); rows_scan wants "after", so a row at `low`
 * itself is fetched first. */
static tq_status add_up(struct tq_district *d, const struct session *s,
        const struct tq_table *table, const struct tq_range *range, struct answering *answering,
        struct sums *sums, struct tq_stored_row *keep, size_t *nkeep, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_slice owner = table->scope == TQ_OWN ? range->owner : tq_slice_of(NULL, 0);
    struct tq_stored_row *page = answering->page;
    uint8_t last[TQ_MAX_KEY_BYTES];
    struct tq_slice after = range->low;
    size_t got = PAGE;
    bool first = range->low.len > 0;
    tq_status rc = TQ_OK;

    memset(&sums->whole.sum, 0, sizeof(sums->whole.sum));
    sums->whole.table = range->table;
    sums->whole.owner = range->owner;
    sums->whole.low = range->low;
    sums->whole.high = range->high;
    sums->whole.rows = 0;
    while (rc == TQ_OK && (first || got == PAGE)) {
        if (keep == NULL) /* what is kept is less than a page */
            tq_arena_reset(d->arena);
        if (first) {
            memset(page, 0, sizeof(*page));
            rc = store->rows_get(store->ctx, table, &after, 1, d->arena, page, err);
            page[0].table = table;
            page[0].key = after;
            got = rc == TQ_OK && page[0].exists &&
                                  (table->owner < 0 || table->scope == TQ_PUBLIC ||
                                          tq_slice_equal(page[0].values[table->owner].s, owner))
                          ? 1
                          : 0;
        } else {
            rc = store->rows_scan(
                    store->ctx, table, owner, after, range->high, PAGE, d->arena, page, &got, err);
        }
        for (size_t i = 0; rc == TQ_OK && i < got; i++) {
            count_row(sums, s, &page[i], answering->keys);
            if (keep != NULL && *nkeep < REPAIR_ROWS + 1)
                keep[(*nkeep)++] = page[i];
        }
        if (got > 0 && page[got - 1].key.len <= sizeof(last)) {
            memmove(last, page[got - 1].key.data, page[got - 1].key.len);
            after = tq_slice_of(last, page[got - 1].key.len);
        }
        if (first)
            got = PAGE;
        first = false;
    }
    if (rc == TQ_OK && sums->no_memory)
        rc = tq_error_set(err, TQ_NOMEM, "digest");
    return rc;
}

static tq_status send_repair(struct tq_district *d, struct session *s, const struct tq_range *range,
        const struct tq_stored_row *rows, size_t count, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_row *list = tq_arena_array(d->arena, count + 1, sizeof(*list));
    struct tq_district_state state;
    struct tq_message message;
    tq_status rc;

    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "repair");
    memset(&message, 0, sizeof(message));
    rc = store->state_get(store->ctx, &state, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = district_row(d, s, &rows[i], &list[i], err);
    if (rc != TQ_OK)
        return rc;
    message.kind = TQ_MSG_ROWS;
    message.u.rows.head = state.head;
    memcpy(message.u.rows.ledger_hash, state.ledger_hash, TQ_HASH_BYTES);
    message.u.rows.from = s->at;
    message.u.rows.to = s->at;
    message.u.rows.repair = true;
    message.u.rows.range = *range;
    message.u.rows.nrows = count;
    message.u.rows.rows = list;
    s->rows_out += count;
    return district_send(d, s, &message, err);
}

/* One range of the question: nothing, a repair, or its parts into `tell`. */
static tq_status answer(struct tq_district *d, struct session *s, const struct tq_range *range,
        struct answering *answering, struct tq_error *err)
{
    struct tq_stored_row keep[REPAIR_ROWS + 1];
    const struct tq_table *table;
    struct sums sums;
    size_t nkeep = 0;
    tq_status rc;

    if (in_scope(d, s, range, &table) != TQ_OK)
        return TQ_OK; /* not its business: no word about it */
    memset(&sums, 0, sizeof(sums));
    rc = add_up(d, s, table, range, answering, &sums, NULL, NULL, err);
    if (rc != TQ_OK)
        return rc;
    if (sums.whole.rows == range->rows && memcmp(sums.whole.sum, range->sum, TQ_DIGEST_BYTES) == 0)
        return TQ_OK;
    if (sums.whole.rows <= REPAIR_ROWS) {
        tq_arena_reset(d->arena);
        rc = add_up(d, s, table, range, answering, &sums, keep, &nkeep, err);
        return rc != TQ_OK ? rc : send_repair(d, s, &sums.whole, keep, nkeep, err);
    }
    sums.step = (sums.whole.rows + SPLIT - 1) / SPLIT;
    rc = add_up(d, s, table, range, answering, &sums, NULL, NULL, err);
    for (size_t i = 0; rc == TQ_OK && i < sums.nparts; i++)
        answering->tell[answering->ntell++] = sums.parts[i];
    return rc;
}

static bool same_group(const struct tq_range *a, const struct tq_range *b)
{
    return a->table == b->table && tq_slice_equal(a->owner, b->owner);
}

/* Ranges of one table and owner stand together and one behind the other. */
bool district_ranges_are_fair(const struct tq_ranges *ask)
{
    size_t first[RANGE_GROUPS]; /* of each table and owner */
    size_t n = 0;

    for (size_t i = 0; i < ask->nranges; i++) {
        const struct tq_range *range = &ask->ranges[i];

        if (i > 0 && same_group(range, range - 1)) {
            const struct tq_range *before = range - 1;

            if (before->high.len == 0 || tq_slice_compare(range->low, before->high) < 0)
                return false;
            continue;
        }
        for (size_t k = 0; k < n; k++)
            if (same_group(&ask->ranges[first[k]], range))
                return false;
        if (n == RANGE_GROUPS)
            return false;
        first[n++] = i;
    }
    return true;
}

tq_status district_ranges(
        struct tq_district *d, struct session *s, const struct tq_ranges *ask, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_arena *turn = d->arena;
    struct answering answering = { turn, NULL, NULL, 0 };
    struct tq_message message;
    tq_status rc;

    answering.page = tq_arena_array(turn, PAGE, sizeof(*answering.page));
    answering.tell = tq_arena_array(turn, ask->nranges * SPLIT + 1, sizeof(*answering.tell));
    if (answering.page == NULL || answering.tell == NULL)
        return tq_error_set(err, TQ_NOMEM, "digest question");
    d->arena = tq_arena_new(DISTRICT_TURN_ARENA);
    rc = d->arena != NULL ? store->begin_read(store->ctx, err)
                          : tq_error_set(err, TQ_NOMEM, "digest question");
    for (size_t i = 0; rc == TQ_OK && i < ask->nranges; i++)
        rc = answer(d, s, &ask->ranges[i], &answering, err);
    store->rollback(store->ctx);
    district_origins_forget(d);
    tq_arena_free(d->arena);
    d->arena = turn;
    if (rc != TQ_OK)
        return rc;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_DIGEST_TELL;
    message.u.ranges.as_of = ask->as_of;
    message.u.ranges.nranges = answering.ntell;
    message.u.ranges.ranges = answering.tell;
    return district_send(d, s, &message, err);
}
