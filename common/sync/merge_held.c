/* merge_held.c - What waits: for a parent, for its row, for a correction, for a newer catalogue.
 *
 * Nothing here is decided by a timer: a row that comes to exist releases what waits for it, in
 * order of arrival, and so on down the chain (a worklist, no recursion). */
#include <string.h>

#include "sync/merge_internal.h"

/* Hold a change, or (cell not 0) one cell of an insert whose other cells go on. */
tq_status merge_hold_part(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        tq_held_kind kind, uint32_t cell, const struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    struct tq_held held;
    tq_status rc;

    memset(&held, 0, sizeof(held));
    held.kind = kind;
    held.reason = verdict->reason;
    held.column = verdict->column;
    held.cell = cell;
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
    } else if (kind == TQ_HELD_SCHEMA || kind == TQ_HELD_DROPPED) {
        held.wait_table = 0;
        held.wait_key = tq_slice_of(NULL, 0);
    }
    batch->any_held = true;
    /* It may have waited, before the district was lost, for a catalogue that is here by now. */
    batch->any_schema = batch->any_schema || (kind == TQ_HELD_SCHEMA && source->refilled);
    rc = batch->store->held_put(batch->store->ctx, &held, batch->err);
    /* What was accepted once concerns nobody but us. */
    return rc != TQ_OK || kind == TQ_HELD_REFILL || kind == TQ_HELD_DROPPED
                   ? rc
                   : merge_held_note(batch, source, place, cell, verdict, "open");
}

tq_status merge_hold(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        tq_held_kind kind, const struct merge_verdict *verdict)
{
    return merge_hold_part(batch, source, place, kind, 0, verdict);
}

/* --- what was taken out --- */

static size_t slot_of(const struct merge_gone *gone, uint64_t id)
{
    size_t at = (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (gone->room - 1);

    while (gone->ids[at] != 0 && gone->ids[at] != id)
        at = (at + 1) & (gone->room - 1);
    return at;
}

static bool is_gone(const struct merge_batch *batch, uint64_t id)
{
    return batch->gone.room > 0 && batch->gone.ids[slot_of(&batch->gone, id)] == id;
}

static tq_status note_gone(struct merge_batch *batch, uint64_t id)
{
    struct merge_gone *gone = &batch->gone;

    if (gone->count * 2 >= gone->room) {
        struct merge_gone grown = { NULL, gone->count, gone->room > 0 ? gone->room * 2 : 64 };

        grown.ids = tq_arena_array(batch->arena, grown.room, sizeof(*grown.ids));
        if (grown.ids == NULL)
            return tq_error_set(batch->err, TQ_NOMEM, "held changes");
        for (size_t i = 0; i < gone->room; i++)
            if (gone->ids[i] != 0)
                grown.ids[slot_of(&grown, gone->ids[i])] = gone->ids[i];
        *gone = grown;
    }
    gone->ids[slot_of(gone, id)] = id;
    gone->count++;
    return TQ_OK;
}

/* Take one held change out: its exceptions of this batch are forgotten, it is judged afresh. */
tq_status merge_held_take(
        struct merge_batch *batch, const struct tq_held *held, struct merge_source **source)
{
    tq_status rc = merge_source_by_n(batch, held->set_n, source);

    if (rc == TQ_OK)
        rc = batch->store->held_delete(batch->store->ctx, held->id, batch->err);
    if (rc == TQ_OK)
        rc = note_gone(batch, held->id);
    if (rc != TQ_OK)
        return rc;
    if (held->place >= (*source)->body.nchanges)
        return tq_error_set(batch->err, TQ_CORRUPT, "held change %llu has no place",
                (unsigned long long)held->id);
    merge_forget_exceptions(*source, held->place, held->cell);
    return TQ_OK;
}

static tq_status new_seq(struct merge_batch *batch, const struct tq_held *held, uint64_t *seq)
{
    *seq = merge_next_seq(batch);
    return batch->store->origin_put(batch->store->ctx, *seq, held->set_n, held->place, batch->err);
}

/* Does this held change stand before the other on its own device's way? *change: what is held. */
static tq_status comes_before(struct merge_batch *batch, const struct tq_held *held,
        const struct merge_source *source, uint32_t place, const struct tq_change **change,
        bool *out)
{
    struct merge_stamp stamp;
    tq_status rc;

    *out = false;
    memset(&stamp, 0, sizeof(stamp));
    rc = merge_source_by_n(batch, held->set_n, &stamp.source);
    if (rc != TQ_OK)
        return rc;
    if (held->place >= stamp.source->body.nchanges)
        return tq_error_set(batch->err, TQ_CORRUPT, "held change %llu has no place",
                (unsigned long long)held->id);
    *change = &stamp.source->body.changes[held->place];
    stamp.place = held->place;
    stamp.found = true;
    return merge_is_own(batch, &stamp, source, place, out);
}

/* Which columns of an insert of a missing row held changes overwrite that its own device made after
 * it, and whether one of them voids the row. */
static tq_status overrides(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_held *list, size_t count, struct merge_source *insert,
        uint32_t insert_place, bool *skip, bool *voided)
{
    const struct merge_stamp mine = { true, insert, insert_place, 0 };
    tq_status rc = TQ_OK;

    memset(skip, 0, TQ_MAX_COLUMNS * sizeof(*skip));
    *voided = false;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_source *source;
        const struct tq_change *change;
        bool after = false;

        if (list[i].kind != TQ_HELD_ROW)
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &source);
        if (rc == TQ_OK && list[i].place < source->body.nchanges)
            rc = merge_is_own(batch, &mine, source, list[i].place, &after);
        if (rc != TQ_OK || !after)
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
    return rc;
}

/* An insert that waited for its parent is refused: what had put it right was given back meanwhile. */
static tq_status refuse_after_all(
        struct merge_batch *batch, const struct tq_held *held, struct merge_verdict *verdict)
{
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, held->table);
    struct merge_source *source;
    struct merge_row *row;
    tq_status rc = merge_held_take(batch, held, &source);

    if (rc == TQ_OK)
        rc = merge_row_get(batch, table, held->key, &row);
    if (rc == TQ_OK)
        rc = merge_put_aside(batch, source, held->place, table, row, verdict);
    return rc != TQ_OK || merge_is_correctable(verdict->reason)
                   ? rc
                   : merge_held_note(batch, source, held->place, 0, verdict, "returned");
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
        rc = merge_rules(batch, source, &source->body.changes[held->place], skip, &verdict);
    if (rc == TQ_OK && verdict.verdict == TQ_REFUSED_ROW && held->kind == TQ_HELD_PARENT)
        return refuse_after_all(batch, held, &verdict);
    if (rc != TQ_OK || verdict.verdict == TQ_REFUSED_ROW)
        return rc; /* still waiting */
    if (verdict.verdict == TQ_HELD && held->kind == TQ_HELD_PARENT && verdict.wait_table != NULL &&
            verdict.wait_table->id == held->wait_table &&
            tq_slice_equal(verdict.wait_key, held->wait_key))
        return TQ_OK; /* for the same parent still */
    rc = merge_held_take(batch, held, &source);
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
            rc = merge_request(batch, source, held->place, &source->body.changes[held->place]);
        if (rc == TQ_OK) /* refused before, and changed by its writer since */
            rc = merge_request_turn(batch, source, held->place, "asked", NULL);
        return rc != TQ_OK ? rc : merge_hold(batch, source, held->place, TQ_HELD_REQUEST, &verdict);
    }
    rc = new_seq(batch, held, &seq);
    if (rc == TQ_OK)
        rc = merge_insert_row(batch, source, held->place, seq, skip);
    return rc != TQ_OK ? rc : merge_held_tell(batch, source, held, "released");
}

tq_status merge_try_correction(struct merge_batch *batch, const struct tq_table *table,
        struct tq_slice key, struct merge_source *source)
{
    struct tq_held *list;
    struct merge_row *row;
    size_t count;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, table->id, key, batch->arena, &list, &count, batch->err);

    if (rc == TQ_OK)
        rc = merge_row_get(batch, table, key, &row);
    for (size_t i = 0; rc == TQ_OK && i < count && !row->exists; i++) {
        struct merge_source *writer;
        bool skip[TQ_MAX_COLUMNS];
        bool voided;

        if (list[i].cell != 0 ||
                (list[i].kind != TQ_HELD_CORRECTION && list[i].kind != TQ_HELD_PARENT &&
                        list[i].kind != TQ_HELD_REQUEST))
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &writer);
        if (rc != TQ_OK || !merge_same_file(writer, source) ||
                list[i].place >= writer->body.nchanges ||
                writer->body.changes[list[i].place].cell != TQ_CELL_ROW)
            continue;
        rc = overrides(batch, table, list, count, writer, list[i].place, skip, &voided);
        if (rc == TQ_OK && voided)
            return merge_drop_all(batch, list, count, source);
        if (rc == TQ_OK && list[i].kind != TQ_HELD_REQUEST)
            rc = retry_insert(batch, &list[i], skip);
    }
    return rc;
}

/* Judge a held change afresh, by the rules or (granted) without them. */
static tq_status judge_again(
        struct merge_batch *batch, const struct tq_held *held, struct merge_row *row, bool granted)
{
    struct merge_source *source;
    uint64_t seq;
    tq_status rc = merge_held_take(batch, held, &source);

    if (rc == TQ_OK)
        rc = new_seq(batch, held, &seq);
    if (rc == TQ_OK)
        rc = granted ? merge_judge_cells(batch, source, held->place, seq, row)
                     : merge_judge(batch, source, held->place, seq);
    return rc != TQ_OK ? rc : merge_held_tell(batch, source, held, "released");
}

/* One cell of an insert whose row exists. */
static tq_status judge_part_again(
        struct merge_batch *batch, const struct tq_held *held, struct merge_row *row)
{
    int at = tq_table_column(row->table, held->cell);
    struct merge_source *source;
    uint64_t seq;
    tq_status rc;

    if (at < 0)
        return TQ_OK; /* of a still newer schema */
    rc = merge_held_take(batch, held, &source);
    if (rc == TQ_OK)
        rc = new_seq(batch, held, &seq);
    if (rc == TQ_OK)
        rc = merge_judge_part(batch, source, held->place, seq, row, row->table->columns[at].cell);
    return rc != TQ_OK ? rc : merge_held_tell(batch, source, held, "released");
}

/* One held change whose row, parent or schema is there now. */
tq_status merge_held_release(struct merge_batch *batch, const struct tq_held *held)
{
    struct merge_source *source;
    const struct tq_change *change;
    const struct tq_table *table;
    struct merge_row *row;
    bool granted = false;
    tq_status rc;

    if (is_gone(batch, held->id))
        return TQ_OK;
    rc = merge_source_by_n(batch, held->set_n, &source);
    if (rc != TQ_OK)
        return rc;
    change = &source->body.changes[held->place];
    table = tq_catalogue_table(batch->config->catalogue, change->table);
    if (table == NULL)
        return tq_error_set(batch->err, TQ_CORRUPT, "held change of table %u", change->table);
    rc = merge_row_get(batch, table, change->key, &row);
    if (rc != TQ_OK)
        return rc;
    if (held->kind == TQ_HELD_REFILL && row->exists) {
        rc = note_gone(batch, held->id);
        return rc != TQ_OK ? rc : merge_refill_release(batch, held, row);
    }
    if (held->kind == TQ_HELD_REFILL)
        return TQ_OK;
    if (held->cell != 0)
        return row->exists ? judge_part_again(batch, held, row) : TQ_OK; /* goes with the row */
    if (change->cell == TQ_CELL_ROW && !row->exists) {
        struct tq_held *about;
        bool skip[TQ_MAX_COLUMNS];
        size_t count;
        bool voided;

        rc = batch->store->held_about(batch->store->ctx, table->id, change->key, batch->arena,
                &about, &count, batch->err);
        if (rc == TQ_OK)
            rc = overrides(batch, table, about, count, source, held->place, skip, &voided);
        return rc != TQ_OK ? rc : retry_insert(batch, held, skip);
    }
    if (merge_is_requested(held, change))
        rc = merge_row_is_granted(batch, row, source, &granted);
    if (rc == TQ_OK && held->kind == TQ_HELD_REQUEST && !granted)
        rc = merge_request_close(batch, source, held->place,
                "dòng này đã có do nơi khác nhập; từng ô được xét riêng");
    return rc != TQ_OK ? rc : judge_again(batch, held, row, granted);
}

tq_status merge_held_judge(struct merge_batch *batch, const struct tq_held *held)
{
    return held->cell != 0 ? merge_held_release(batch, held)
                           : judge_again(batch, held, NULL, false);
}

/* Does it go on when its row exists? What waits for a parent does not, but an insert is judged cell by
 * cell now; a part that waits for a newer schema looks whether it is known. */
static bool goes_on(const struct tq_held *held, const struct tq_change *change)
{
    if (held->kind == TQ_HELD_PARENT)
        return held->cell == 0 && change->cell == TQ_CELL_ROW;
    return held->kind != TQ_HELD_DROPPED && (held->kind != TQ_HELD_SCHEMA || held->cell != 0);
}

/* Of what waits about a row: those that its own device had written before the insert, or the others. */
static tq_status release_those(struct merge_batch *batch, const struct tq_held *list, size_t count,
        const struct merge_source *source, uint32_t place, bool wanted)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        const struct tq_change *change = NULL;
        bool before;

        if (is_gone(batch, list[i].id))
            continue;
        rc = comes_before(batch, &list[i], source, place, &change, &before);
        if (rc == TQ_OK && before == wanted && goes_on(&list[i], change))
            rc = merge_held_release(batch, &list[i]);
    }
    return rc;
}

/* What waits about a row that an insert has just made, before anything later is looked at: first what
 * its own device had written before the insert, then the others, in order of arrival. */
tq_status merge_release_about(struct merge_batch *batch, const struct merge_row *row,
        const struct merge_source *source, uint32_t place)
{
    struct tq_held *list;
    size_t count;
    tq_status rc;

    if (!batch->any_held)
        return TQ_OK;
    rc = batch->store->held_about(
            batch->store->ctx, row->table->id, row->key, batch->arena, &list, &count, batch->err);
    if (rc == TQ_OK)
        rc = release_those(batch, list, count, source, place, true);
    return rc != TQ_OK ? rc : release_those(batch, list, count, source, place, false);
}

tq_status merge_release(struct merge_batch *batch)
{
    for (size_t at = 0; at < batch->ncame; at++) {
        struct merge_row *row = batch->came[at];
        struct tq_held *list;
        size_t count;
        tq_status rc;

        if (!batch->any_held)
            continue;
        rc = batch->store->held_waiting(batch->store->ctx, row->table->id, row->key, batch->arena,
                &list, &count, batch->err);
        for (size_t i = 0; rc == TQ_OK && i < count; i++)
            rc = merge_held_release(batch, &list[i]);
        if (rc != TQ_OK)
            return rc;
    }
    batch->ncame = 0;
    return TQ_OK;
}

/* A change of a cell is judged: what its own device wrote there before, and what waits still, has
 * been overtaken by it. Nothing later needs to be looked for when a change is released. */
tq_status merge_overtake(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_row *row, uint32_t cell)
{
    struct merge_verdict overtaken = {
        .verdict = TQ_SUPERSEDED, .reason = TQ_REASON_NEWER_VALUE, .column = cell
    };
    struct tq_held *list;
    size_t count;
    tq_status rc;

    if (!batch->any_held)
        return TQ_OK;
    rc = batch->store->held_about(
            batch->store->ctx, row->table->id, row->key, batch->arena, &list, &count, batch->err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        const struct tq_change *change = NULL;
        struct merge_source *before;
        bool is_before;

        if (list[i].kind == TQ_HELD_REFILL)
            continue; /* its fate is known: it was accepted before the loss */
        rc = comes_before(batch, &list[i], source, place, &change, &is_before);
        if (rc != TQ_OK || !is_before || (list[i].cell != 0 ? list[i].cell : change->cell) != cell)
            continue;
        rc = merge_held_take(batch, &list[i], &before);
        if (rc == TQ_OK)
            rc = merge_except(batch, before, list[i].place, cell, &overtaken);
        if (rc == TQ_OK)
            rc = merge_held_tell(batch, before, &list[i], "released");
    }
    return rc;
}
