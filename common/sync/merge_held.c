/* merge_held.c - What waits: for a parent, for its row, for a correction, for a newer catalogue.
 *
 * Nothing here is decided by a timer: a row that comes to exist releases what waits for it, in
 * order of arrival, and so on down the chain (a worklist, no recursion). */
#include <string.h>

#include "sync/merge_internal.h"

tq_status merge_hold(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        tq_held_kind kind, const struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    struct tq_held held;
    tq_status rc;

    memset(&held, 0, sizeof(held));
    held.kind = kind;
    held.reason = verdict->reason;
    held.column = verdict->column;
    held.set_n = source->n;
    held.place = place;
    held.e = source->e[place];
    held.table = change->table;
    held.key = change->key;
    held.wait_table = change->table;
    held.wait_key = change->key;
    if (kind == TQ_HELD_PARENT) {
        held.wait_table = verdict->wait_table->id;
        held.wait_key = verdict->wait_key;
    } else if (kind == TQ_HELD_SCHEMA) {
        held.wait_table = 0;
        held.wait_key = tq_slice_of(NULL, 0);
    }
    rc = batch->store->held_put(batch->store->ctx, &held, batch->err);
    /* What was accepted once concerns nobody but us. */
    return rc != TQ_OK || kind == TQ_HELD_REFILL
                   ? rc
                   : merge_held_note(batch, source, place, verdict, "open");
}

/* Take one held change out: its exceptions of this batch are forgotten, it is judged afresh. */
static tq_status take(
        struct merge_batch *batch, const struct tq_held *held, struct merge_source **source)
{
    tq_status rc = merge_source_by_n(batch, held->set_n, source);

    if (rc == TQ_OK)
        rc = batch->store->held_delete(batch->store->ctx, held->id, batch->err);
    if (rc != TQ_OK)
        return rc;
    if (held->place >= (*source)->body.nchanges)
        return tq_error_set(batch->err, TQ_CORRUPT, "held change %llu has no place",
                (unsigned long long)held->id);
    merge_forget_exceptions(*source, held->place);
    (*source)->verdicts[held->place] = TQ_ACCEPTED;
    return TQ_OK;
}

/* A fate that an earlier receipt told otherwise is told in an amending one, acceptance too. */
static tq_status tell(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, const char *state)
{
    struct merge_verdict accepted;
    tq_verdict verdict = (tq_verdict)source->verdicts[place];
    tq_status rc = TQ_OK;

    memset(&accepted, 0, sizeof(accepted));
    if (!source->arrives && verdict == TQ_ACCEPTED)
        rc = merge_except(batch, source, place, source->body.changes[place].cell, &accepted);
    /* Judged again and refused: nothing waits any more, the office has it back. */
    if (rc == TQ_OK && verdict != TQ_HELD)
        rc = merge_held_note(
                batch, source, place, &accepted, verdict == TQ_REFUSED_ROW ? "returned" : state);
    return rc;
}

static tq_status new_seq(struct merge_batch *batch, const struct tq_held *held, uint64_t *seq)
{
    *seq = merge_next_seq(batch);
    return batch->store->origin_put(batch->store->ctx, *seq, held->set_n, held->place, batch->err);
}

/* Which columns of a missing row later held changes of the same device overwrite, and whether one
 * of them voids it. */
static tq_status overrides(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_held *list, size_t count, uint32_t device, bool *skip, bool *voided)
{
    memset(skip, 0, TQ_MAX_COLUMNS * sizeof(*skip));
    *voided = false;
    for (size_t i = 0; i < count; i++) {
        struct merge_source *source;
        const struct tq_change *change;
        tq_status rc;

        if (list[i].kind != TQ_HELD_ROW)
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &source);
        if (rc != TQ_OK)
            return rc;
        if (source->set.device != device || list[i].place >= source->body.nchanges)
            continue;
        change = &source->body.changes[list[i].place];
        for (uint32_t k = 0; k < change->ncolumns; k++) {
            int at = tq_table_column(table, change->columns[k]);

            if (at >= 0)
                skip[at] = true;
            if (change->cell == table->void_cell && change->after[k].type != TQ_NULL)
                *voided = true;
        }
    }
    return TQ_OK;
}

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
        if (rc == TQ_OK && writer->set.device == source->set.device &&
                writer->body.changes[list[i].place].cell == TQ_CELL_ROW)
            *out = list[i].kind == TQ_HELD_DROPPED;
    }
    return rc;
}

/* The writer voided a row that the district never took: all that waits about it is dropped. */
static tq_status drop_all(
        struct merge_batch *batch, const struct tq_held *list, size_t count, uint32_t device)
{
    struct merge_verdict dropped;
    bool touched = false;
    tq_status rc = TQ_OK;

    memset(&dropped, 0, sizeof(dropped));
    dropped.verdict = TQ_DROPPED;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_source *source;

        rc = merge_source_by_n(batch, list[i].set_n, &source);
        if (rc != TQ_OK || source->set.device != device)
            continue;
        if (list[i].kind == TQ_HELD_DROPPED) { /* of an earlier time */
            rc = batch->store->held_delete(batch->store->ctx, list[i].id, batch->err);
            continue;
        }
        rc = take(batch, &list[i], &source);
        if (rc == TQ_OK && source->body.changes[list[i].place].cell == TQ_CELL_ROW)
            rc = keep_dropped(batch, &list[i]);
        if (rc == TQ_OK)
            rc = merge_except(batch, source, list[i].place,
                    source->body.changes[list[i].place].cell, &dropped);
        if (rc == TQ_OK)
            rc = merge_held_note(batch, source, list[i].place, &dropped, "dropped");
        if (rc == TQ_OK && list[i].kind == TQ_HELD_REQUEST)
            rc = merge_request_withdrawn(batch, source, list[i].place);
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

/* An insert that was refused, and now perhaps put right by later cells of the same device. */
static tq_status retry_insert(
        struct merge_batch *batch, const struct tq_held *held, const bool *skip)
{
    struct merge_source *source;
    struct merge_verdict verdict;
    uint64_t seq;
    tq_status rc = merge_source_by_n(batch, held->set_n, &source);

    if (rc == TQ_OK)
        rc = merge_rules(batch, source, held->place, skip, &verdict);
    if (rc != TQ_OK || verdict.verdict == TQ_REFUSED_ROW)
        return rc; /* still waiting */
    if (verdict.verdict == TQ_HELD && held->kind == TQ_HELD_PARENT && verdict.wait_table != NULL &&
            verdict.wait_table->id == held->wait_table &&
            tq_slice_equal(verdict.wait_key, held->wait_key))
        return TQ_OK; /* for the same parent still */
    rc = take(batch, held, &source);
    if (rc != TQ_OK)
        return rc;
    if (verdict.verdict == TQ_HELD) {
        rc = merge_except(batch, source, held->place, TQ_CELL_ROW, &verdict);
        return rc != TQ_OK ? rc
                           : merge_hold(batch, source, held->place,
                                     verdict.wait_table != NULL ? TQ_HELD_PARENT : TQ_HELD_SCHEMA,
                                     &verdict);
    }
    if (verdict.verdict == TQ_REQUESTED) {
        rc = merge_except(batch, source, held->place, TQ_CELL_ROW, &verdict);
        if (rc == TQ_OK)
            rc = merge_request(batch, source, held->place);
        return rc != TQ_OK ? rc : merge_hold(batch, source, held->place, TQ_HELD_REQUEST, &verdict);
    }
    rc = new_seq(batch, held, &seq);
    if (rc == TQ_OK)
        rc = merge_insert_row(batch, source, held->place, seq, skip);
    return rc != TQ_OK ? rc : tell(batch, source, held->place, "released");
}

tq_status merge_try_correction(struct merge_batch *batch, const struct tq_table *table,
        struct tq_slice key, struct merge_source *source)
{
    uint32_t device = source->set.device;
    bool skip[TQ_MAX_COLUMNS];
    struct tq_held *list;
    size_t count;
    bool voided;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, table->id, key, batch->arena, &list, &count, batch->err);

    if (rc == TQ_OK)
        rc = overrides(batch, table, list, count, device, skip, &voided);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_source *writer;

        if (list[i].kind != TQ_HELD_CORRECTION && list[i].kind != TQ_HELD_PARENT &&
                !(voided && list[i].kind == TQ_HELD_REQUEST))
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &writer);
        if (rc != TQ_OK || writer->set.device != device)
            continue;
        if (voided)
            return drop_all(batch, list, count, device);
        return retry_insert(batch, &list[i], skip);
    }
    return rc;
}

/* Judge a held change afresh, by the rules or (granted) without them. */
static tq_status judge_again(
        struct merge_batch *batch, const struct tq_held *held, struct merge_row *row, bool granted)
{
    struct merge_source *source;
    uint64_t seq;
    tq_status rc = take(batch, held, &source);

    if (rc == TQ_OK)
        rc = new_seq(batch, held, &seq);
    if (rc == TQ_OK)
        rc = granted ? merge_judge_cells(batch, source, held->place, seq, row)
                     : merge_judge(batch, source, held->place, seq);
    return rc != TQ_OK ? rc : tell(batch, source, held->place, "released");
}

tq_status merge_held_judge(struct merge_batch *batch, const struct tq_held *held)
{
    return judge_again(batch, held, NULL, false);
}

/* One held change whose row or parent now exists. */
static tq_status release_one(struct merge_batch *batch, const struct tq_held *held)
{
    struct merge_source *source;
    const struct tq_change *change;
    const struct tq_table *table;
    struct merge_row *row;
    bool granted = false;
    tq_status rc = merge_source_by_n(batch, held->set_n, &source);

    if (rc != TQ_OK)
        return rc;
    change = &source->body.changes[held->place];
    table = tq_catalogue_table(batch->config->catalogue, change->table);
    if (table == NULL)
        return tq_error_set(batch->err, TQ_CORRUPT, "held change of table %u", change->table);
    rc = merge_row_get(batch, table, change->key, &row);
    if (rc != TQ_OK)
        return rc;
    if (held->kind == TQ_HELD_REFILL)
        return row->exists ? merge_refill_release(batch, held, row) : TQ_OK;
    if (change->cell == TQ_CELL_ROW && !row->exists) {
        struct tq_held *about;
        bool skip[TQ_MAX_COLUMNS];
        size_t count;
        bool voided;

        rc = batch->store->held_about(batch->store->ctx, table->id, change->key, batch->arena,
                &about, &count, batch->err);
        if (rc == TQ_OK)
            rc = overrides(batch, table, about, count, source->set.device, skip, &voided);
        return rc != TQ_OK ? rc : retry_insert(batch, held, skip);
    }
    if (merge_is_requested(held, change))
        rc = merge_row_is_granted(batch, row, &granted);
    return rc != TQ_OK ? rc : judge_again(batch, held, row, granted);
}

tq_status merge_release(struct merge_batch *batch)
{
    for (size_t at = 0; at < batch->ncame; at++) {
        struct merge_row *row = batch->came[at];
        struct tq_held *list;
        size_t count;
        tq_status rc = batch->store->held_waiting(batch->store->ctx, row->table->id, row->key,
                batch->arena, &list, &count, batch->err);

        for (size_t i = 0; rc == TQ_OK && i < count; i++)
            rc = release_one(batch, &list[i]);
        if (rc != TQ_OK)
            return rc;
    }
    batch->ncame = 0;
    return TQ_OK;
}

/* Does a change of this set, from `from` on, write the same cell, and not against the rules? */
static tq_status writes_cell(struct merge_batch *batch, struct merge_source *source, size_t from,
        const struct tq_change *than, const struct tq_table *table, uint32_t cell, bool *out)
{
    for (size_t i = from; i < source->body.nchanges; i++) {
        const struct tq_change *c = &source->body.changes[i];
        struct merge_verdict verdict;
        bool names = c->cell == cell;
        tq_status rc;

        if (c->table != than->table || !tq_slice_equal(c->key, than->key))
            continue;
        for (uint32_t k = 0; c->cell == TQ_CELL_ROW && k < c->ncolumns; k++) {
            int at = tq_table_column(table, c->columns[k]);

            names = names || (at >= 0 && table->columns[at].cell == cell);
        }
        if (!names)
            continue;
        rc = merge_rules(batch, source, (uint32_t)i, NULL, &verdict);
        if (rc != TQ_OK)
            return rc;
        if (verdict.verdict != TQ_REFUSED_ROW) {
            *out = true;
            return TQ_OK;
        }
    }
    return TQ_OK;
}

/* A change that waited comes late: has its own device written the cell again since? Then that
 * later change had seen it, and stands for it. */
tq_status merge_is_overtaken(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_table *table, uint32_t cell, bool *out)
{
    const struct tq_change *change = &source->body.changes[place];
    uint64_t seq = source->set.seq;
    tq_status rc = writes_cell(batch, source, place + 1, change, table, cell, out);

    while (rc == TQ_OK && !*out) {
        struct tq_ledger_set kept;
        struct merge_source *later;

        seq++;
        memset(&kept, 0, sizeof(kept));
        rc = batch->store->ledger_find(batch->store->ctx, source->set.device,
                source->set.incarnation, seq, batch->arena, &kept, batch->err);
        if (rc == TQ_NOT_FOUND) {
            tq_error_clear(batch->err);
            return TQ_OK;
        }
        if (rc == TQ_OK)
            rc = merge_source_by_n(batch, kept.n, &later);
        if (rc == TQ_OK)
            rc = writes_cell(batch, later, 0, change, table, cell, out);
    }
    return rc;
}
