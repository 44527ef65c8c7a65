/* merge_dropped.c - Rows that their writer voided before the district ever took them: what waits about
 * them is dropped, and a mark of the insert stays, for what he still writes to it. */
#include <string.h>

#include "sync/merge_internal.h"

/* What is left of a dropped insert. */
static tq_status keep_dropped(struct merge_batch *batch, const struct tq_held *held)
{
    struct tq_held mark = *held;

    mark.id = 0;
    mark.kind = TQ_HELD_DROPPED;
    mark.reason = TQ_REASON_NONE;
    mark.column = 0;
    mark.wait_table = 0;
    mark.wait_key = tq_slice_of(NULL, 0);
    return batch->store->held_put(batch->store->ctx, &mark, batch->err);
}

/* Did the device that sends this change void the row before it was ever taken, and has not entered
 * it again since? Whatever it still writes to it is dropped as well. */
tq_status merge_is_dropped(struct merge_batch *batch, const struct merge_source *source,
        const struct tq_table *table, struct tq_slice key, bool *out)
{
    struct tq_held *list;
    size_t count;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, table->id, key, batch->arena, &list, &count, batch->err);

    *out = false;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) { /* oldest first: the last insert counts */
        struct merge_source *writer;

        if (list[i].kind == TQ_HELD_ROW)
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &writer);
        if (rc == TQ_OK && merge_same_file(writer, source) &&
                writer->body.changes[list[i].place].cell == TQ_CELL_ROW)
            *out = list[i].kind == TQ_HELD_DROPPED;
    }
    return rc;
}

/* The writer voided a row that the district never took: all that waits about it is dropped. */
tq_status merge_drop_all(struct merge_batch *batch, const struct tq_held *list, size_t count,
        const struct merge_source *by)
{
    struct merge_verdict dropped;
    bool touched = false;
    tq_status rc = TQ_OK;

    memset(&dropped, 0, sizeof(dropped));
    dropped.verdict = TQ_DROPPED;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_source *source;

        rc = merge_source_by_n(batch, list[i].set_n, &source);
        if (rc != TQ_OK || !merge_same_file(source, by))
            continue;
        if (list[i].kind == TQ_HELD_DROPPED) { /* of an earlier time */
            rc = batch->store->held_delete(batch->store->ctx, list[i].id, batch->err);
            continue;
        }
        rc = merge_held_take(batch, &list[i], &source);
        if (rc == TQ_OK && list[i].cell == 0 &&
                source->body.changes[list[i].place].cell == TQ_CELL_ROW)
            rc = keep_dropped(batch, &list[i]);
        if (rc == TQ_OK && list[i].cell == 0)
            rc = merge_except(batch, source, list[i].place,
                    source->body.changes[list[i].place].cell, &dropped);
        if (rc == TQ_OK)
            rc = merge_held_note(batch, source, list[i].place, list[i].cell, &dropped, "dropped");
        if (rc == TQ_OK && list[i].kind == TQ_HELD_REQUEST)
            rc = merge_request_close(batch, source, list[i].place, "xã đã hủy dòng này");
        if (rc == TQ_OK && !touched) { /* its office learns that it is not here, and asks why */
            const struct tq_change *change = &source->body.changes[list[i].place];
            const struct tq_table *table =
                    tq_catalogue_table(batch->config->catalogue, change->table);

            touched = true;
            if (table != NULL)
                rc = merge_row_touch(batch, table, change->key, change->owner);
        }
    }
    return rc;
}

/* ---- what comes back ---- */

/* One change that waits about the row, or the mark of a dropped insert. */
struct waiter {
    struct merge_stamp at;
    bool insert;
    bool dropped;
};

static tq_status waiter_of(
        struct merge_batch *batch, const struct tq_held *held, struct waiter *out)
{
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = merge_source_by_n(batch, held->set_n, &out->at.source);
    if (rc == TQ_OK && held->place >= out->at.source->body.nchanges)
        rc = tq_error_set(batch->err, TQ_CORRUPT, "held change %llu has no place",
                (unsigned long long)held->id);
    if (rc != TQ_OK)
        return rc;
    out->at.found = true;
    out->at.place = held->place;
    out->insert = held->cell == 0 && out->at.source->body.changes[held->place].cell == TQ_CELL_ROW;
    out->dropped = held->kind == TQ_HELD_DROPPED;
    return TQ_OK;
}

/* Is the last insert that the writer of `held` had made of the row before it a dropped one, or is it
 * a part of such a one? Of one insert that two branches of his file brought, that of his own branch. */
static tq_status follows_dropped(struct merge_batch *batch, const struct waiter *list, size_t count,
        const struct waiter *held, bool *out)
{
    const struct waiter *last = NULL;
    bool last_behind = false;
    tq_status rc = TQ_OK;

    *out = false;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        const struct waiter *w = &list[i];
        bool behind = w->at.source == held->at.source && w->at.place == held->at.place;
        bool before = behind;

        if (!w->insert)
            continue;
        if (!behind)
            rc = merge_is_behind(batch, &w->at, held->at.source, held->at.place, &behind);
        if (rc == TQ_OK && !before)
            rc = merge_is_own(batch, &w->at, held->at.source, held->at.place, &before);
        if (rc == TQ_OK && before && last != NULL && behind == last_behind)
            rc = merge_is_own(batch, &last->at, w->at.source, w->at.place, &before);
        else if (before && last != NULL)
            before = behind;
        if (rc == TQ_OK && before) {
            last = w;
            last_behind = behind;
        }
    }
    *out = rc == TQ_OK && last != NULL && last->dropped;
    return rc;
}

static tq_status drop(struct merge_batch *batch, const struct tq_held *held)
{
    struct merge_verdict dropped = { .verdict = TQ_DROPPED };
    const struct tq_change *change;
    struct merge_source *source;
    tq_status rc = merge_held_take(batch, held, &source);

    if (rc != TQ_OK)
        return rc;
    change = &source->body.changes[held->place];
    if (held->cell == 0 && change->cell == TQ_CELL_ROW)
        rc = keep_dropped(batch, held);
    if (rc == TQ_OK && held->cell == 0)
        rc = merge_except(batch, source, held->place, change->cell, &dropped);
    if (rc == TQ_OK)
        rc = merge_held_note(batch, source, held->place, held->cell, &dropped, "dropped");
    return rc != TQ_OK || held->kind != TQ_HELD_REQUEST
                   ? rc
                   : merge_request_close(batch, source, held->place, "xã đã hủy dòng này");
}

/* Of sets that come back one may have lost the receipt that dropped its change together with its row,
 * and another not: then it waits for what will never be. */
tq_status merge_drop_followers(
        struct merge_batch *batch, const struct tq_table *table, struct tq_slice key)
{
    struct waiter *waiters;
    struct tq_held *list;
    size_t count;
    bool any = false;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, table->id, key, batch->arena, &list, &count, batch->err);

    if (rc != TQ_OK)
        return rc;
    waiters = tq_arena_array(batch->arena, count + 1, sizeof(*waiters));
    if (waiters == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "held changes");
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        rc = waiter_of(batch, &list[i], &waiters[i]);
        any = any || waiters[i].dropped;
    }
    for (size_t i = 0; rc == TQ_OK && any && i < count; i++) {
        bool follows;

        /* What was accepted once waits for its row whatever became of others, unless what its file
         * wrote to the row after it says otherwise (merge_drop_before). */
        if (waiters[i].insert || waiters[i].dropped || list[i].kind == TQ_HELD_REFILL)
            continue;
        rc = follows_dropped(batch, waiters, count, &waiters[i], &follows);
        if (rc == TQ_OK && follows)
            rc = drop(batch, &list[i]);
    }
    return rc;
}

/* A change comes back that was dropped with its row. In the history that said so the row was not there,
 * and all that its file had written to it before was dropped with it, also what an earlier history had
 * taken: the receipts that said so of those may be lost. */
tq_status merge_drop_before(struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    const struct tq_change *change = &source->body.changes[place];
    struct tq_held *list;
    size_t count;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, change->table, change->key, batch->arena, &list, &count, batch->err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct waiter w;
        bool before = false;

        if (list[i].kind == TQ_HELD_DROPPED)
            continue;
        rc = waiter_of(batch, &list[i], &w);
        if (rc == TQ_OK && merge_same_file(w.at.source, source))
            rc = merge_is_own(batch, &w.at, source, place, &before);
        if (rc == TQ_OK && before)
            rc = drop(batch, &list[i]);
    }
    return rc;
}
