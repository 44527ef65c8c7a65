/* merge_judge.c - One change: the rules, then insert, cell by cell, or put aside. */
#include <string.h>

#include "sync/merge_internal.h"

/* An insert as it arrived: is every cell of the row this change's own? */
tq_status merge_insert_row(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, const bool *skip)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    bool clean = source->arrives && seq == source->first_seq + place;
    struct merge_row *row;
    tq_status rc = merge_row_get(batch, table, change->key, &row);

    if (rc == TQ_OK)
        rc = merge_row_create(batch, row, change->owner, seq);
    for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
        int at = tq_table_column(table, change->columns[i]);

        if (at >= 0 && (skip == NULL || !skip[at]))
            row->values[at] = change->after[i];
    }
    for (size_t i = 0; i < source->nexceptions; i++)
        clean = clean && source->exceptions[i].place != place;
    if (rc == TQ_OK)
        rc = merge_row_entry(batch, merge_row_owner(row), seq, table, row->key, source, clean);
    return rc;
}

/* A change of a row that exists, cell by cell. */
tq_status merge_judge_cells(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row)
{
    const struct tq_change *change = &source->body.changes[place];
    bool done[TQ_MAX_COLUMNS] = { false };
    bool clean = source->arrives && seq == source->first_seq + place;
    bool moved = false;
    bool excepted = false;
    tq_status rc = TQ_OK;

    for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
        int at = tq_table_column(row->table, change->columns[i]);
        uint32_t cell = at >= 0 ? row->table->columns[at].cell : 0;
        int first = tq_table_column(row->table, cell);
        struct merge_verdict verdict;

        if (first < 0 || done[first])
            continue;
        done[first] = true;
        rc = merge_cell(batch, source, place, seq, row, cell, &verdict);
        moved = moved || tq_meta_seq(&row->meta, cell) == seq;
        if (rc == TQ_OK && verdict.verdict != TQ_ACCEPTED) {
            excepted = true;
            rc = merge_except(batch, source, place, cell, &verdict);
        }
    }
    if (rc == TQ_OK && change->cell == TQ_CELL_ROW)
        rc = merge_void_entered(batch, source, place, seq, row);
    else if (rc == TQ_OK && !excepted && change->cell == row->table->void_cell)
        rc = merge_void_over(batch, source, place, row);
    for (size_t i = 0; i < source->nexceptions; i++)
        clean = clean && source->exceptions[i].place != place;
    /* An insert is listed even where every cell of it lost: a void must find it. */
    if (rc == TQ_OK && (moved || change->cell == TQ_CELL_ROW))
        rc = merge_row_entry(batch, merge_row_owner(row), seq, row->table, row->key, source,
                clean && change->cell != TQ_CELL_ROW);
    if (rc == TQ_OK && excepted)
        rc = merge_row_touch(batch, row->table, row->key, change->owner);
    /* An insert over an existing row: what it did not name comes down too. */
    if (rc == TQ_OK && !excepted && change->cell == TQ_CELL_ROW)
        rc = merge_row_touch(batch, row->table, row->key, change->owner);
    return rc;
}

/* Reasons that the writer can put right in the row that he entered. */
static bool is_correctable(tq_reason reason)
{
    return reason >= TQ_REASON_BAD_TYPE && reason <= TQ_REASON_GROUP;
}

/* The rules said no, not yet, or ask: keep what must be kept, tell the office. */
static tq_status put_aside(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_table *table, const struct merge_row *row,
        const struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    bool insert = change->cell == TQ_CELL_ROW && (row == NULL || !row->exists);
    tq_status rc = merge_except(batch, source, place, change->cell, verdict);

    if (rc != TQ_OK)
        return rc;
    if (verdict->verdict == TQ_HELD)
        return merge_hold(batch, source, place,
                verdict->wait_table != NULL ? TQ_HELD_PARENT : TQ_HELD_SCHEMA, verdict);
    if (verdict->verdict == TQ_REQUESTED) {
        rc = merge_request(batch, source, place);
        if (rc == TQ_OK && insert)
            rc = merge_hold(batch, source, place, TQ_HELD_REQUEST, verdict);
    } else if (insert && is_correctable(verdict->reason)) {
        rc = merge_hold(batch, source, place, TQ_HELD_CORRECTION, verdict);
    }
    /* Another commune's row is none of its business: nothing comes down. */
    if (rc == TQ_OK && table != NULL && row != NULL && verdict->reason != TQ_REASON_NOT_YOUR_UNIT)
        rc = merge_row_touch(batch, table, change->key, change->owner);
    return rc;
}

/* A row of another commune, or a surrogate key that another chain gave. */
static tq_status row_is_yours(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, const struct merge_row *row, struct merge_verdict *out)
{
    const struct tq_change *change = &source->body.changes[place];
    struct merge_stamp stamp;
    bool own = false;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    if (row->table->scope == TQ_OWN && !tq_slice_equal(merge_row_owner(row), change->owner)) {
        out->verdict = TQ_REFUSED_ROW;
        out->reason = TQ_REASON_NOT_YOUR_UNIT;
        return TQ_OK;
    }
    if (change->cell != TQ_CELL_ROW || !row->table->surrogate ||
            source->set.device == TQ_DEVICE_DISTRICT)
        return TQ_OK;
    rc = merge_stamp_of(batch, row->meta.born_seq, &stamp);
    if (rc == TQ_OK)
        rc = merge_is_own(batch, &stamp, source, place, &own);
    if (rc == TQ_OK && !own && stamp.found && stamp.source->set.device != TQ_DEVICE_DISTRICT) {
        out->verdict = TQ_REFUSED_ROW;
        out->reason = TQ_REASON_KEY_TAKEN;
    }
    return rc;
}

/* A change of a row that is not there. *done: nothing is left to be judged. */
static tq_status judge_missing(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, const struct tq_table *table, struct merge_verdict *verdict, bool *done)
{
    const struct tq_change *change = &source->body.changes[place];
    bool dropped = false;
    tq_status rc = TQ_OK;

    *done = false;
    if (verdict->verdict != TQ_REFUSED_ROW)
        rc = merge_is_dropped(batch, source, table, change->key, &dropped);
    if (rc == TQ_OK && dropped) {
        struct merge_verdict drop = { .verdict = TQ_DROPPED };

        *done = true;
        rc = merge_except(batch, source, place, change->cell, &drop);
        return rc != TQ_OK ? rc : merge_row_touch(batch, table, change->key, change->owner);
    }
    if (rc == TQ_OK && verdict->verdict == TQ_REQUESTED)
        rc = merge_request_join(batch, source, place, verdict, done);
    return rc;
}

tq_status merge_judge(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, uint64_t seq)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct merge_row *row = NULL;
    struct merge_verdict verdict;
    tq_status rc = TQ_OK;

    if (table != NULL && tq_key_decode(table, change->key, parts))
        rc = merge_row_get(batch, table, change->key, &row);
    if (source->replaying)
        merge_refill_verdict(batch, source, place, &verdict);
    else if (rc == TQ_OK)
        rc = merge_rules(batch, source, place, NULL, &verdict);
    if (rc == TQ_OK && verdict.verdict == TQ_ACCEPTED && row != NULL && row->exists &&
            !source->replaying)
        rc = row_is_yours(batch, source, place, row, &verdict);
    if (rc != TQ_OK)
        return rc;
    if (change->cell != TQ_CELL_ROW && row != NULL && !row->exists) {
        bool done;

        rc = judge_missing(batch, source, place, table, &verdict, &done);
        if (rc != TQ_OK || done)
            return rc;
    }
    if (verdict.verdict != TQ_ACCEPTED && verdict.reason != TQ_REASON_ROW_MISSING)
        return put_aside(batch, source, place, table, row, &verdict);
    if (row != NULL && row->exists && verdict.verdict == TQ_ACCEPTED) {
        rc = merge_judge_cells(batch, source, place, seq, row);
        if (rc == TQ_OK && source->set.device == TQ_DEVICE_DISTRICT &&
                strcmp(table->name, "correction_request") == 0)
            rc = merge_request_refused(batch, row);
        if (rc == TQ_OK && strcmp(table->name, "conflict") == 0)
            rc = merge_conflict_decided(batch, row);
        return rc;
    }
    if (change->cell == TQ_CELL_ROW)
        return merge_insert_row(batch, source, place, seq,
                source->replaying ? merge_refill_skip(batch, source, place, table) : NULL);
    if (source->replaying && verdict.verdict == TQ_ACCEPTED)
        return merge_hold(batch, source, place, TQ_HELD_REFILL, &verdict);
    verdict.verdict = TQ_HELD;
    verdict.reason = TQ_REASON_ROW_MISSING;
    rc = merge_except(batch, source, place, change->cell, &verdict);
    if (rc == TQ_OK)
        rc = merge_hold(batch, source, place, TQ_HELD_ROW, &verdict);
    return rc != TQ_OK ? rc : merge_try_correction(batch, table, change->key, source);
}
