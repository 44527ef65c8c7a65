/* merge.c - One batch: check the sets, judge their changes, write rows, receipts and the ledger. */
#include "tuquan/merge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sync/merge_internal.h"

struct tq_merger {
    struct tq_merge_config config;
    struct tq_arena *arena;
};

/* A change in merge order. */
struct turn {
    struct merge_source *source;
    const struct tq_table *table; /* NULL: unknown; judged first, by name */
    uint32_t place;
    size_t order; /* of arrival: keeps the sort stable */
};

tq_status tq_merger_new(
        struct tq_merger **out, const struct tq_merge_config *config, struct tq_error *err)
{
    struct tq_merger *merger = tq_mem_zalloc(sizeof(*merger));

    *out = NULL;
    if (merger == NULL)
        return tq_error_set(err, TQ_NOMEM, "merger");
    merger->config = *config;
    merger->arena = tq_arena_new(MERGE_ARENA_BYTES);
    if (merger->arena == NULL) {
        tq_mem_free(merger);
        return tq_error_set(err, TQ_NOMEM, "merger");
    }
    *out = merger;
    return TQ_OK;
}

void tq_merger_free(struct tq_merger *merger)
{
    if (merger == NULL)
        return;
    tq_arena_free(merger->arena);
    tq_mem_free(merger);
}

static tq_status batch_init(
        struct merge_batch *batch, struct tq_merger *merger, size_t expected, struct tq_error *err)
{
    tq_arena_reset(merger->arena);
    memset(batch, 0, sizeof(*batch));
    batch->config = &merger->config;
    batch->store = merger->config.store;
    batch->arena = merger->arena;
    batch->err = err;
    batch->nbuckets = 256;
    while (batch->nbuckets < expected * 2)
        batch->nbuckets *= 2;
    batch->buckets = tq_arena_array(batch->arena, batch->nbuckets, sizeof(*batch->buckets));
    return batch->buckets != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "batch");
}

static int by_turn(const void *a, const void *b)
{
    const struct turn *x = a;
    const struct turn *y = b;
    int order;

    if (x->source->refilled != y->source->refilled)
        return x->source->refilled ? -1 : 1;
    if (x->table != y->table) {
        if (x->table == NULL || y->table == NULL)
            return x->table == NULL ? -1 : 1;
        if (x->table->rank != y->table->rank)
            return x->table->rank < y->table->rank ? -1 : 1;
        return x->table->id < y->table->id ? -1 : 1;
    }
    order = tq_slice_compare(
            x->source->body.changes[x->place].key, y->source->body.changes[y->place].key);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* Load all rows of the batch, table by table, keys sorted and once each. */
static tq_status preload(struct merge_batch *batch, const struct turn *turns, size_t count)
{
    struct tq_slice *keys = tq_arena_array(batch->arena, count + 1, sizeof(*keys));
    tq_status rc = TQ_OK;

    if (keys == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "keys");
    for (size_t i = 0; rc == TQ_OK && i < count;) {
        const struct tq_table *table = turns[i].table;
        size_t n = 0;

        for (; i < count && turns[i].table == table; i++) {
            struct tq_slice key = turns[i].source->body.changes[turns[i].place].key;
            struct tq_value parts[TQ_MAX_KEY_COLUMNS];

            if (table == NULL || !tq_key_decode(table, key, parts))
                continue; /* refused by the rules */
            if (n == 0 || !tq_slice_equal(keys[n - 1], key))
                keys[n++] = key;
        }
        if (n > 0)
            rc = merge_rows_preload(batch, table, keys, n);
    }
    return rc;
}

/* What comes back was decided before anything that arrives now: first the sets that were lost, then the
 * lost receipts of those that were not, then the new ones. */
static tq_status judge_turns(struct merge_batch *batch, const struct turn *turns, size_t total)
{
    tq_status rc = TQ_OK;
    size_t i = 0;

    for (; rc == TQ_OK && i < total && turns[i].source->refilled; i++)
        rc = merge_refill_judge(batch, turns[i].source, turns[i].place);
    if (rc == TQ_OK)
        rc = merge_amend(batch);
    for (; rc == TQ_OK && i < total; i++)
        rc = merge_judge(batch, turns[i].source, turns[i].place,
                turns[i].source->first_seq + turns[i].place);
    return rc;
}

static tq_status judge_all(struct merge_batch *batch, struct merge_source **sources, size_t count)
{
    struct turn *turns;
    size_t total = 0;
    size_t released;
    tq_status rc;

    for (size_t i = 0; i < count; i++)
        total += sources[i]->body.nchanges;
    turns = tq_arena_array(batch->arena, total + 1, sizeof(*turns));
    if (turns == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "changes");
    total = 0;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < sources[i]->body.nchanges; k++) {
            turns[total].source = sources[i];
            turns[total].place = k;
            turns[total].table =
                    tq_catalogue_table(batch->config->catalogue, sources[i]->body.changes[k].table);
            turns[total].order = total;
            total++;
        }
    }
    qsort(turns, total, sizeof(*turns), by_turn);
    rc = preload(batch, turns, total);
    if (rc == TQ_OK)
        rc = judge_turns(batch, turns, total);
    if (rc == TQ_OK && batch->any_schema)
        return merge_release_schema(batch, &released);
    return rc != TQ_OK ? rc : merge_release(batch);
}

/* A set that came twice in one batch: both get the one receipt. */
static void share_receipts(struct tq_merge_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; items[i].duplicate && items[i].nreceipts == 0 && k < i; k++) {
            if (memcmp(items[i].set->hash, items[k].set->hash, TQ_HASH_BYTES) != 0)
                continue;
            items[i].receipts = items[k].receipts;
            items[i].nreceipts = items[k].nreceipts;
        }
    }
}

/* Everything is judged: stamp, write, answer. */
static tq_status conclude(
        struct merge_batch *batch, uint64_t head_before, const uint8_t *hash_before)
{
    tq_status rc = merge_reports_stamp(batch);

    if (rc == TQ_OK)
        rc = merge_rows_write(batch);
    if (rc == TQ_OK)
        rc = merge_answer_all(batch, head_before, hash_before);
    batch->state.t_last = batch->t;
    return rc != TQ_OK ? rc : batch->store->state_put(batch->store->ctx, &batch->state, batch->err);
}

/* Admit, enter, judge, write, answer; inside an open transaction. */
static tq_status run(
        struct merge_batch *batch, struct tq_merge_item *items, size_t count, int64_t now_ms)
{
    uint8_t hash_before[TQ_HASH_BYTES];
    uint64_t head_before;
    tq_status rc;

    batch->good = tq_arena_array(batch->arena, count + 1, sizeof(*batch->good));
    if (batch->good == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "batch");
    rc = batch->store->state_get(batch->store->ctx, &batch->state, batch->err);
    if (rc != TQ_OK)
        return rc;
    rc = batch->store->held_any(batch->store->ctx, &batch->any_held, batch->err);
    if (rc != TQ_OK)
        return rc;
    head_before = batch->state.head;
    memcpy(hash_before, batch->state.ledger_hash, TQ_HASH_BYTES);
    batch->t = batch->state.t_last + 1 > now_ms ? batch->state.t_last + 1 : now_ms;
    batch->t_begun = batch->t;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_source *source = tq_arena_alloc(batch->arena, sizeof(*source));
        bool is_good;

        if (source == NULL)
            return tq_error_set(batch->err, TQ_NOMEM, "batch");
        source->item = &items[i];
        rc = merge_admit(batch, source, &is_good);
        if (rc != TQ_OK || !is_good)
            continue;
        merge_raise_t(batch, source);
        batch->good[batch->ngood++] = source;
    }
    if (rc != TQ_OK || (batch->ngood == 0 && !batch->amends))
        return rc;
    /* Entered when T is known for all of them. */
    for (size_t i = 0; rc == TQ_OK && i < batch->ngood; i++) {
        rc = merge_enter(batch, batch->good[i]);
        batch->good[i]->next = batch->sources;
        batch->sources = batch->good[i];
    }
    if (rc != TQ_OK)
        return rc;
    rc = judge_all(batch, batch->good, batch->ngood);
    if (rc == TQ_OK && batch->state.head == head_before) /* another hash is another head */
        (void)merge_next_seq(batch);
    if (rc == TQ_OK)
        rc = conclude(batch, head_before, hash_before);
    share_receipts(items, count);
    return rc;
}

static size_t expected_rows(const struct tq_merge_item *items, size_t count)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += items[i].set->payload.len;
    return bytes / 32 + 64;
}

tq_status tq_merge_batch(struct tq_merger *merger, struct tq_merge_item *items, size_t count,
        int64_t now_ms, struct tq_error *err)
{
    struct tq_error scratch;
    struct merge_batch batch;
    tq_status rc;

    tq_error_clear(&scratch);
    for (size_t i = 0; i < count; i++) {
        items[i].status = TQ_OK;
        tq_error_clear(&items[i].error);
        items[i].duplicate = false;
        items[i].ahead = false;
        items[i].nreceipts = 0;
        items[i].receipts = NULL;
    }
    rc = batch_init(&batch, merger, expected_rows(items, count), err != NULL ? err : &scratch);
    if (rc != TQ_OK)
        return rc;
    rc = batch.store->begin(batch.store->ctx, batch.err);
    if (rc != TQ_OK)
        return rc;
    rc = run(&batch, items, count, now_ms);
    if (rc == TQ_OK)
        rc = batch.store->commit(batch.store->ctx, batch.err);
    if (rc != TQ_OK)
        batch.store->rollback(batch.store->ctx);
    return rc;
}

/* The district's own set: next of device 0's chain. */
static tq_status seal_district(struct merge_batch *batch, const struct tq_change *changes,
        size_t count, int64_t now_ms, struct tq_set *out)
{
    struct tq_signer *signer = (struct tq_signer *)&batch->config->signer;
    struct tq_change *own = tq_arena_array(batch->arena, count + 1, sizeof(*own));
    struct tq_set_body body;
    struct tq_device device;
    struct tq_chain chain;
    struct tq_buf buf;
    tq_status rc;

    if (own == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "changes");
    rc = batch->store->state_get(batch->store->ctx, &batch->state, batch->err);
    if (rc == TQ_OK)
        rc = batch->store->device_get(
                batch->store->ctx, TQ_DEVICE_DISTRICT, batch->arena, &device, batch->err);
    if (rc == TQ_OK)
        rc = batch->store->chain_get(
                batch->store->ctx, TQ_DEVICE_DISTRICT, device.incarnation, &chain, batch->err);
    if (rc != TQ_OK)
        return rc;
    memset(&body, 0, sizeof(body));
    body.schema = batch->config->catalogue->version;
    body.sealed_at_ms = now_ms;
    body.seen = batch->state.head;
    body.t_seen = batch->state.t_last;
    body.part = 1;
    body.parts = 1;
    body.group = (chain.head.seq + 1) << 20;
    body.nchanges = count;
    body.changes = own;
    for (size_t i = 0; i < count; i++) {
        own[i] = changes[i];
        own[i].at_ms = now_ms;
        own[i].incarnation = device.incarnation;
        own[i].log_id = body.group + i + 1;
        own[i].seen = batch->state.head;
        own[i].t_seen = batch->state.t_last;
    }
    memset(out, 0, sizeof(*out));
    memcpy(out->district, batch->state.district, TQ_DISTRICT_ID_BYTES);
    out->device = TQ_DEVICE_DISTRICT;
    out->incarnation = device.incarnation;
    out->seq = chain.head.seq + 1;
    memcpy(out->prev, chain.head.seq > 0 ? chain.head.hash : chain.parent.hash, TQ_HASH_BYTES);
    tq_buf_init(&buf, TQ_SET_MAX_PAYLOAD);
    rc = batch->config->codec->body_encode(&body, &buf, batch->err);
    if (rc == TQ_OK) {
        out->payload = tq_slice_of(tq_arena_copy(batch->arena, buf.data, buf.len), buf.len);
        if (out->payload.data == NULL)
            rc = tq_error_set(batch->err, TQ_NOMEM, "set");
    }
    tq_buf_deinit(&buf);
    if (rc != TQ_OK)
        return rc;
    tq_set_hash(out, out->hash);
    signer->sign(signer->ctx, TQ_SIGN_SET, tq_slice_of(out->hash, TQ_HASH_BYTES), out->signature);
    return TQ_OK;
}

/* Nothing has been merged since the changes were worked out. */
static tq_status head_is(struct merge_batch *batch, uint64_t head)
{
    if (head == 0 || head == batch->state.head)
        return TQ_OK;
    return tq_error_set(batch->err, TQ_STALE, "%s %" PRIu64 ", %s %" PRIu64,
            tq_phrase(TQ_PHRASE_HEAD), head, tq_phrase(TQ_PHRASE_BY_NOW), batch->state.head);
}

/* Inside the transaction: compare, seal, merge; then what spoke against it. */
static tq_status merge_own(struct merge_batch *batch, const struct tq_district_write *write,
        int64_t now_ms, struct merge_objections *objections)
{
    struct tq_merge_item item;
    struct tq_set set;
    tq_status rc = seal_district(batch, write->changes, write->count, now_ms, &set);

    memset(&item, 0, sizeof(item));
    item.set = &set;
    item.device = TQ_DEVICE_DISTRICT;
    if (rc == TQ_OK)
        rc = head_is(batch, write->head);
    if (rc == TQ_OK)
        rc = merge_own_compare(batch, write->changes, write->count, objections);
    if (rc == TQ_OK)
        rc = merge_own_say(batch, write->changes, objections);
    if (rc == TQ_OK)
        rc = run(batch, &item, 1, now_ms);
    if (rc == TQ_OK && item.status != TQ_OK) {
        rc = item.status;
        *batch->err = item.error;
    }
    if (rc == TQ_OK)
        rc = merge_own_refused(batch, write->changes, objections);
    return rc != TQ_OK ? rc : merge_own_say(batch, write->changes, objections);
}

tq_status tq_merge_district(struct tq_merger *merger, struct tq_district_write *write,
        int64_t now_ms, struct tq_error *err)
{
    struct merge_objections objections = { NULL, 0, 0 };
    struct tq_error scratch;
    struct merge_batch batch;
    tq_status rc;

    write->nobjections = 0;
    write->objections = NULL;
    tq_error_clear(&scratch);
    rc = batch_init(&batch, merger, write->count, err != NULL ? err : &scratch);
    if (rc != TQ_OK)
        return rc;
    rc = batch.store->begin(batch.store->ctx, batch.err);
    if (rc != TQ_OK)
        return rc;
    rc = merge_own(&batch, write, now_ms, &objections);
    if (rc == TQ_OK)
        rc = batch.store->commit(batch.store->ctx, batch.err);
    if (rc != TQ_OK) {
        write->nobjections = objections.count;
        write->objections = objections.list;
        batch.store->rollback(batch.store->ctx);
    }
    return rc;
}

tq_status tq_merge_release_schema(
        struct tq_merger *merger, int64_t now_ms, size_t *released, struct tq_error *err)
{
    uint8_t hash_before[TQ_HASH_BYTES];
    struct tq_error scratch;
    struct merge_batch batch;
    tq_status rc;

    *released = 0;
    tq_error_clear(&scratch);
    rc = batch_init(&batch, merger, 0, err != NULL ? err : &scratch);
    if (rc == TQ_OK)
        rc = batch.store->begin(batch.store->ctx, batch.err);
    if (rc != TQ_OK)
        return rc;
    rc = batch.store->state_get(batch.store->ctx, &batch.state, batch.err);
    if (rc == TQ_OK) {
        uint64_t head_before = batch.state.head;

        batch.any_held = true;
        memcpy(hash_before, batch.state.ledger_hash, TQ_HASH_BYTES);
        batch.t = batch.state.t_last + 1 > now_ms ? batch.state.t_last + 1 : now_ms;
        rc = merge_release_schema(&batch, released);
        if (rc == TQ_OK && *released > 0)
            rc = conclude(&batch, head_before, hash_before);
    }
    if (rc == TQ_OK && *released > 0)
        rc = batch.store->commit(batch.store->ctx, batch.err);
    else
        batch.store->rollback(batch.store->ctx);
    if (rc != TQ_OK)
        *released = 0;
    return rc;
}
