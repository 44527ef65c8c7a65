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
    return rc != TQ_OK ? rc : merge_release_about(batch, row, source, place);
}

/* What came of the cells of one change. */
struct landing {
    bool moved;    /* a cell took its value */
    bool excepted; /* a cell did not become what was sent */
};

/* One cell of a change whose row exists. */
static tq_status land(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row, uint32_t cell, struct landing *l)
{
    struct merge_verdict verdict;
    tq_status rc = merge_cell(batch, source, place, seq, row, cell, &verdict);

    l->moved = l->moved || tq_meta_seq(&row->meta, cell) == seq;
    if (rc != TQ_OK || verdict.verdict == TQ_ACCEPTED)
        return rc;
    l->excepted = true;
    return merge_except(batch, source, place, cell, &verdict);
}

/* The pull index, and what must come down because it is not what was sent. */
static tq_status landed(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row, const struct landing *l)
{
    const struct tq_change *change = &source->body.changes[place];
    bool insert = change->cell == TQ_CELL_ROW;
    bool clean = !insert && source->arrives && seq == source->first_seq + place;
    tq_status rc = TQ_OK;

    for (size_t i = 0; i < source->nexceptions; i++)
        clean = clean && source->exceptions[i].place != place;
    if (l->moved)
        rc = merge_row_entry(batch, merge_row_owner(row), seq, row->table, row->key, source, clean);
    /* An insert over an existing row: what it did not name comes down too. */
    if (rc == TQ_OK && (l->excepted || insert))
        rc = merge_row_touch(batch, row->table, row->key, change->owner);
    return rc;
}

/* A change of a row that exists, cell by cell, past the rules. */
tq_status merge_judge_cells(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row)
{
    const struct tq_change *change = &source->body.changes[place];
    bool done[TQ_MAX_COLUMNS] = { false };
    struct landing l = { false, false };
    tq_status rc = TQ_OK;

    for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
        int at = tq_table_column(row->table, change->columns[i]);
        uint32_t cell = at >= 0 ? row->table->columns[at].cell : 0;
        int first = tq_table_column(row->table, cell);

        if (first < 0 || done[first])
            continue;
        done[first] = true;
        rc = land(batch, source, place, seq, row, cell, &l);
    }
    if (rc == TQ_OK && change->cell == TQ_CELL_ROW)
        rc = merge_void_entered(batch, source, place, seq, row);
    return rc != TQ_OK ? rc : landed(batch, source, place, seq, row, &l);
}

/* The rules said no, not yet, or ask of one cell of an insert over a row that exists. */
static tq_status put_part_aside(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, const struct merge_row *row, const struct tq_change *part,
        struct merge_verdict *verdict, struct landing *l)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    size_t count = tq_table_cell(row->table, part->cell, columns);
    bool same = count == part->ncolumns;
    tq_status rc = TQ_OK;

    for (size_t i = 0; same && i < count; i++)
        same = tq_value_equal(&part->after[i], &row->values[columns[i]]);
    if (verdict->verdict == TQ_REQUESTED && same)
        return TQ_OK; /* the row says so already: nothing to ask for */
    l->excepted = true;
    if (verdict->verdict == TQ_REQUESTED && !source->replaying)
        rc = merge_request_stands(batch, source, place, part->cell, verdict);
    if (rc == TQ_OK)
        rc = merge_except(batch, source, place, part->cell, verdict);
    if (rc == TQ_OK && verdict->verdict == TQ_HELD)
        rc = merge_hold_part(batch, source, place,
                verdict->wait_table != NULL ? TQ_HELD_PARENT : TQ_HELD_SCHEMA, part->cell, verdict);
    else if (rc == TQ_OK && verdict->verdict == TQ_REQUESTED)
        rc = merge_request(batch, source, place, part);
    return rc;
}

static tq_status judge_part(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row, uint32_t cell, struct landing *l)
{
    struct merge_verdict verdict;
    struct tq_change part;
    tq_status rc = merge_part(batch, row->table, &source->body.changes[place], cell, &part);

    if (source->replaying)
        merge_refill_part(batch, source, place, cell, &verdict);
    else if (rc == TQ_OK)
        rc = merge_rules(batch, source, &part, NULL, &verdict);
    if (rc != TQ_OK)
        return rc;
    if (verdict.verdict == TQ_ACCEPTED)
        return land(batch, source, place, seq, row, cell, l);
    return put_part_aside(batch, source, place, row, &part, &verdict, l);
}

tq_status merge_judge_part(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row, uint32_t cell)
{
    struct landing l = { false, false };
    tq_status rc = judge_part(batch, source, place, seq, row, cell, &l);

    return rc != TQ_OK ? rc : landed(batch, source, place, seq, row, &l);
}

/* An insert of a row that exists is judged as if its writer had changed each of the cells: one bad
 * value does not take the others with it. */
static tq_status judge_parts(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row)
{
    const struct tq_change *change = &source->body.changes[place];
    bool newer = merge_is_newer(batch, source);
    bool done[TQ_MAX_COLUMNS] = { false };
    struct landing l = { false, false };
    tq_status rc = TQ_OK;

    for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
        int at = tq_table_column(row->table, change->columns[i]);
        uint32_t cell = at >= 0 ? row->table->columns[at].cell : change->columns[i];
        int first = tq_table_column(row->table, cell);

        if ((at < 0 && newer) || (first >= 0 && done[first]))
            continue; /* unknown yet: merge_hold_unknown */
        if (first >= 0)
            done[first] = true;
        rc = judge_part(batch, source, place, seq, row, cell, &l);
    }
    if (rc == TQ_OK)
        rc = merge_void_entered(batch, source, place, seq, row);
    return rc != TQ_OK ? rc : landed(batch, source, place, seq, row, &l);
}

/* Reasons that the writer can put right in the row that he entered. */
bool merge_is_correctable(tq_reason reason)
{
    return (reason >= TQ_REASON_BAD_TYPE && reason <= TQ_REASON_GROUP) ||
           reason == TQ_REASON_NOT_YOUR_VILLAGE || reason == TQ_REASON_HELD_RETURNED;
}

/* A refused insert stays with us for its writer's correction. What an officer had given back stays
 * given back, also when another copy of the file sends it. */
static tq_status keep_for_correction(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, const struct merge_verdict *verdict)
{
    bool returned = false;
    tq_status rc = merge_held_was_returned(batch, source, place, &returned);

    if (rc == TQ_OK)
        rc = merge_hold(batch, source, place, TQ_HELD_CORRECTION, verdict);
    if (!source->replaying)
        returned = returned || verdict->reason == TQ_REASON_HELD_RETURNED ||
                   verdict->reason == TQ_REASON_REQUEST_REFUSED;
    return rc == TQ_OK && returned ? merge_held_note(batch, source, place, 0, verdict, "returned")
                                   : rc;
}

/* The rules said no, not yet, or ask: keep what must be kept, tell the office. */
tq_status merge_put_aside(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_table *table, const struct merge_row *row, struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    /* One that comes back was said no to, or asked for, as a row: where others have made that since,
     * it is taken out again at once (merge_refill.c). */
    bool insert = change->cell == TQ_CELL_ROW &&
                  (row == NULL || !row->exists || (source->replaying && !row->table->surrogate));
    tq_status rc = TQ_OK;

    if (verdict->verdict == TQ_REQUESTED && !source->replaying)
        rc = merge_request_stands(batch, source, place, change->cell, verdict);
    if (rc == TQ_OK)
        rc = merge_held_stands(batch, source, place, verdict);
    if (rc == TQ_OK)
        rc = merge_except(batch, source, place, change->cell, verdict);
    if (rc != TQ_OK)
        return rc;
    if (verdict->verdict == TQ_HELD)
        return merge_hold(batch, source, place,
                verdict->wait_table != NULL ? TQ_HELD_PARENT : TQ_HELD_SCHEMA, verdict);
    if (verdict->verdict == TQ_REQUESTED) {
        rc = merge_request(batch, source, place, change);
        if (rc == TQ_OK && insert)
            rc = merge_hold(batch, source, place, TQ_HELD_REQUEST, verdict);
    } else if (insert &&
               (merge_is_correctable(verdict->reason) ||
                       (verdict->reason == TQ_REASON_REQUEST_REFUSED && !source->replaying))) {
        rc = keep_for_correction(batch, source, place, verdict);
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
    /* A part of the other copy's that came only now. */
    if (rc == TQ_OK && stamp.found)
        own = own || merge_same_change(&stamp.source->body.changes[stamp.place], change);
    if (rc == TQ_OK && !own && stamp.found && stamp.source->set.device != TQ_DEVICE_DISTRICT) {
        out->verdict = TQ_REFUSED_ROW;
        out->reason = TQ_REASON_KEY_TAKEN;
    }
    return rc;
}

/* Had the district said no to this cell for good? */
static bool was_refused(const struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, uint32_t cell)
{
    struct merge_verdict was;

    merge_refill_part(batch, source, place, cell, &was);
    return was.verdict == TQ_REFUSED_ROW || was.verdict == TQ_DROPPED;
}

/* The columns of an insert that a newer schema brought wait until they are known here, the rest of the
 * row does not wait for them. One that comes back has waited before, or was even known: all of it
 * that was not refused then waits. */
static tq_status hold_unknown(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, const struct tq_table *table)
{
    const struct tq_change *change = &source->body.changes[place];
    struct merge_verdict verdict = { .verdict = TQ_HELD, .reason = TQ_REASON_NEWER_SCHEMA };
    tq_status rc = TQ_OK;

    for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
        if (tq_table_column(table, change->columns[i]) >= 0 ||
                (source->replaying && was_refused(batch, source, place, change->columns[i])))
            continue;
        verdict.column = change->columns[i];
        rc = merge_except(batch, source, place, verdict.column, &verdict);
        if (rc == TQ_OK)
            rc = merge_hold_part(batch, source, place, TQ_HELD_SCHEMA, verdict.column, &verdict);
    }
    return rc;
}

/* An insert comes back that was taken but for some of its cells: those are put aside again. */
static tq_status keep_aside(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_row *row)
{
    const struct tq_change *change = &source->body.changes[place];
    struct landing l = { false, false };
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < row->table->ncolumns; i++) {
        uint32_t cell = row->table->columns[i].cell;
        struct merge_verdict verdict;
        struct tq_change part;

        if (cell != row->table->columns[i].id)
            continue; /* once for each cell */
        merge_refill_part(batch, source, place, cell, &verdict);
        if (verdict.verdict == TQ_ACCEPTED)
            continue;
        rc = merge_part(batch, row->table, change, cell, &part);
        if (rc == TQ_OK)
            rc = put_part_aside(batch, source, place, row, &part, &verdict, &l);
    }
    return rc;
}

/* No cell of it is anybody's business: neither the rest is looked at, nor does anything wait. */
static bool is_final(const struct merge_verdict *verdict)
{
    return verdict->verdict == TQ_DROPPED ||
           (verdict->verdict == TQ_REFUSED_ROW && !merge_is_correctable(verdict->reason) &&
                   verdict->reason != TQ_REASON_REQUEST_REFUSED);
}

/* An insert names a column of the key or the owner: it is wrong as a whole. */
static bool names_its_key(const struct tq_table *table, const struct tq_change *change)
{
    for (uint32_t i = 0; i < change->ncolumns; i++) {
        int at = tq_table_column(table, change->columns[i]);

        if (at >= 0 && table->columns[at].cell == TQ_CELL_ROW)
            return true;
    }
    return false;
}

/* An office's insert where the row exists. The district's own are taken or refused as a whole. */
static bool is_over(const struct merge_source *source, const struct tq_change *change,
        const struct merge_row *row)
{
    return change->cell == TQ_CELL_ROW && row != NULL && row->exists &&
           source->set.device != TQ_DEVICE_DISTRICT && !names_its_key(row->table, change);
}

/* The rules, and whose row it is; for an insert over an existing row only what concerns all of it. */
static tq_status ask(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_row *row, struct merge_verdict *out)
{
    const struct tq_change *change = &source->body.changes[place];
    tq_status rc = is_over(source, change, row) ? merge_rules_frame(batch, source, change, out)
                                                : merge_rules(batch, source, change, NULL, out);

    if (rc == TQ_OK && out->verdict == TQ_ACCEPTED && row != NULL && row->exists)
        rc = row_is_yours(batch, source, place, row, out);
    return rc;
}

/* The row exists and nothing is held against the change. */
static tq_status take_into(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row)
{
    const struct tq_change *change = &source->body.changes[place];
    tq_status rc = is_over(source, change, row) ? judge_parts(batch, source, place, seq, row)
                                                : merge_judge_cells(batch, source, place, seq, row);

    if (rc == TQ_OK && source->set.device == TQ_DEVICE_DISTRICT &&
            strcmp(row->table->name, "correction_request") == 0)
        rc = merge_request_refused(
                batch, row, source->fates != NULL ? source->fates[place].lost : 0);
    /* One that comes back was carried out then: the receipts of the change tell. */
    if (rc == TQ_OK && source->set.device == TQ_DEVICE_DISTRICT &&
            strcmp(row->table->name, "held_row") == 0)
        rc = source->replaying ? merge_held_decided_before(batch, row)
                               : merge_held_decided(batch, change, row);
    if (rc == TQ_OK && strcmp(row->table->name, "conflict") == 0)
        rc = merge_conflict_decided(batch, row);
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
    if (verdict->verdict != TQ_REFUSED_ROW && !source->replaying) /* then its receipts know */
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

/* Said in the receipt, and the row comes down as it is by now. */
static tq_status had_already(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_row *row)
{
    const struct tq_change *change = &source->body.changes[place];
    struct merge_verdict verdict = { .verdict = TQ_DUPLICATE };
    tq_status rc;

    if (source->replaying) /* its receipt has said so */
        return TQ_OK;
    rc = merge_except(batch, source, place, change->cell, &verdict);
    return rc != TQ_OK ? rc : merge_row_touch(batch, row->table, change->key, change->owner);
}

/* Rows that are only told, as on a link between districts: all have them, the district alone makes
 * them. What changes one that is not there was never asked, and waits for none. */
static bool is_told(const struct tq_table *table)
{
    return table->scope == TQ_PUBLIC && (table->writers & TQ_BY_COMMUNE) == 0;
}

/* An edit that comes before its row waits for it, where there may be one to come. */
static tq_status wait_for_row(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, const struct tq_table *table, const struct merge_row *row,
        struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    bool none = table != NULL && is_told(table) && source->set.device != TQ_DEVICE_DISTRICT &&
                !source->replaying;
    tq_status rc = TQ_OK;

    verdict->verdict = none ? TQ_REFUSED_ROW : TQ_HELD;
    verdict->reason = TQ_REASON_ROW_MISSING;
    if (!none)
        rc = merge_held_stands(batch, source, place, verdict);
    if (rc == TQ_OK && verdict->verdict == TQ_REFUSED_ROW)
        return merge_put_aside(batch, source, place, table, row, verdict);
    if (rc == TQ_OK)
        rc = merge_except(batch, source, place, change->cell, verdict);
    if (rc == TQ_OK)
        rc = merge_hold(batch, source, place, TQ_HELD_ROW, verdict);
    /* Of one that comes back: whether it put the row right, that one's receipts know. */
    return rc != TQ_OK || source->replaying
                   ? rc
                   : merge_try_correction(batch, table, change->key, source);
}

tq_status merge_judge(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, uint64_t seq)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    bool first = (source->arrives || source->replaying) && seq == source->first_seq + place;
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct merge_row *row = NULL;
    struct merge_verdict verdict;
    bool again = false;
    tq_status rc = TQ_OK;

    if (table != NULL && tq_key_decode(table, change->key, parts))
        rc = merge_row_get(batch, table, change->key, &row);
    if (rc == TQ_OK && row != NULL && row->exists)
        rc = merge_had_already(batch, source, place, &again);
    if (rc == TQ_OK && again)
        return had_already(batch, source, place, row);
    if (source->replaying)
        merge_refill_verdict(batch, source, place, &verdict);
    else if (rc == TQ_OK)
        rc = ask(batch, source, place, row, &verdict);
    if (rc == TQ_OK && first && row != NULL && change->cell == TQ_CELL_ROW &&
            merge_is_newer(batch, source) && !is_final(&verdict))
        rc = hold_unknown(batch, source, place, table);
    if (rc != TQ_OK)
        return rc;
    if (change->cell != TQ_CELL_ROW && row != NULL && !row->exists) {
        bool done;

        rc = judge_missing(batch, source, place, table, &verdict, &done);
        if (rc != TQ_OK || done)
            return rc;
    }
    if (verdict.verdict != TQ_ACCEPTED &&
            (verdict.verdict != TQ_HELD || verdict.reason != TQ_REASON_ROW_MISSING))
        return merge_put_aside(batch, source, place, table, row, &verdict);
    if (row != NULL && row->exists && verdict.verdict == TQ_ACCEPTED)
        return take_into(batch, source, place, seq, row);
    if (change->cell == TQ_CELL_ROW) {
        rc = merge_insert_row(batch, source, place, seq,
                source->replaying ? merge_refill_skip(batch, source, place, table) : NULL);
        return rc == TQ_OK && source->replaying && row != NULL
                       ? keep_aside(batch, source, place, row)
                       : rc;
    }
    if (source->replaying && verdict.verdict == TQ_ACCEPTED)
        return merge_hold(batch, source, place, TQ_HELD_REFILL, &verdict);
    return wait_for_row(batch, source, place, table, row, &verdict);
}
