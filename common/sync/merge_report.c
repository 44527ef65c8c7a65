/* merge_report.c - A report that has arrived gets the district's stamp: when, how late, "received".
 *
 * In the transaction that merges it, below its merged_at. The time is Ta of the set that completed
 * it, so that whoever merges the same sets with their receipts stamps the same; a report in several
 * parts has arrived with its last one. The first arrival counts: when it came and how late is never
 * moved here, unless sets come back after a loss, the later one first, or one batch brings both. A
 * report that was given back and comes again is "received" once more, by the order in which the
 * district merged both (before the loss, where they came back), not by anybody's clock. The table is
 * known by the names of its columns; a catalogue without them has no reports. */
#include <string.h>

#include "sync/merge_internal.h"
#include "tuquan/calendar.h"

#define MAX_LATE_DAYS 36500

struct report_columns {
    const struct tq_table *table;
    const struct tq_table *period;
    int of_period;
    int submitted_at;
    int state;
    int received_at;
    int late_days;
    int receipt_state;
    int due_at;
    int grace_days;
};

static bool find_columns(const struct tq_catalogue *catalogue, struct report_columns *out)
{
    memset(out, 0, sizeof(*out));
    out->table = tq_catalogue_find(catalogue, "report");
    out->period = tq_catalogue_find(catalogue, "period");
    if (out->table == NULL || out->period == NULL)
        return false;
    out->of_period = tq_table_column_find(out->table, "period");
    out->submitted_at = tq_table_column_find(out->table, "submitted_at");
    out->state = tq_table_column_find(out->table, "state");
    out->received_at = tq_table_column_find(out->table, "received_at");
    out->late_days = tq_table_column_find(out->table, "late_days");
    out->receipt_state = tq_table_column_find(out->table, "receipt_state");
    out->due_at = tq_table_column_find(out->period, "due_at");
    out->grace_days = tq_table_column_find(out->period, "grace_days");
    return out->of_period >= 0 && out->submitted_at >= 0 && out->state >= 0 &&
           out->received_at >= 0 && out->late_days >= 0 && out->receipt_state >= 0 &&
           out->due_at >= 0 && out->grace_days >= 0;
}

/* Ta of the last part of a set's group; *arrived false while it has not come. */
static tq_status group_arrival(
        struct merge_batch *batch, const struct merge_source *source, bool *arrived, int64_t *ta)
{
    struct tq_ledger_set last;
    tq_status rc;

    *arrived = source->body.part >= source->body.parts;
    *ta = source->ta;
    if (*arrived)
        return TQ_OK;
    memset(&last, 0, sizeof(last));
    rc = batch->store->ledger_find(batch->store->ctx, source->set.device, source->set.incarnation,
            source->set.seq + (source->body.parts - source->body.part), batch->arena, &last,
            batch->err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(batch->err);
        return TQ_OK;
    }
    *arrived = rc == TQ_OK;
    *ta = last.ta;
    return rc;
}

/* What receipts say of a change. */
struct heard {
    bool asked;      /* it became a correction request */
    bool waited;     /* for an officer, a row, an upgrade: it was none when it came */
    unsigned weight; /* of the last word */
    int64_t decided; /* when that was said; 0: accepted in silence */
};

static void hear_one(const struct tq_receipt *receipt, uint32_t place, struct heard *out)
{
    unsigned weight = 0;
    bool named = false;

    for (size_t i = 0; i < receipt->nexceptions; i++) {
        const struct tq_exception *e = &receipt->exceptions[i];

        if (e->place != place)
            continue;
        named = true;
        out->asked = out->asked || e->verdict == TQ_REQUESTED;
        out->waited = out->waited || merge_fate_weight(e->verdict) == 2;
        if (merge_fate_weight(e->verdict) > weight)
            weight = merge_fate_weight(e->verdict);
    }
    if (named && receipt->t >= out->decided) {
        out->decided = receipt->t;
        out->weight = weight;
    }
}

static tq_status hear(struct merge_batch *batch, const struct merge_source *source, uint32_t place,
        struct heard *out)
{
    struct tq_slice *list;
    size_t count;
    tq_status rc = batch->store->receipts_of(batch->store->ctx, source->set.device,
            source->set.incarnation, source->set.seq, batch->arena, &list, &count, batch->err);

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; rc == TQ_OK && i < count + source->ntold; i++) {
        struct tq_receipt receipt;

        rc = batch->config->codec->receipt_decode(
                i < count ? list[i] : source->told[i - count], batch->arena, &receipt, batch->err);
        if (rc == TQ_OK)
            hear_one(&receipt, place, out);
    }
    return rc;
}

/* What was asked for arrived with its grant. That is a set of the district's, but what comes back is
 * laid as its writer's, with the receipts that say so. */
static tq_status grant_arrival(
        struct merge_batch *batch, const struct merge_source *source, uint32_t place, int64_t *ta)
{
    struct heard heard;
    tq_status rc = hear(batch, source, place, &heard);

    if (rc == TQ_OK && heard.asked && heard.decided > *ta)
        *ta = heard.decided;
    return rc;
}

/* When everything that makes the report a sent one had come. */
static tq_status arrival(struct merge_batch *batch, const struct report_columns *c,
        const struct merge_row *row, bool *arrived, int64_t *at)
{
    const int cells[] = { c->submitted_at, c->state };

    *at = 0;
    *arrived = true;
    for (size_t i = 0; *arrived && i < 2; i++) {
        struct merge_stamp stamp;
        int64_t ta = 0;
        tq_status rc = merge_stamp_of(
                batch, tq_meta_seq(&row->meta, c->table->columns[cells[i]].cell), &stamp);

        *arrived = rc == TQ_OK && stamp.found;
        if (*arrived)
            rc = group_arrival(batch, stamp.source, arrived, &ta);
        if (rc == TQ_OK && *arrived)
            rc = grant_arrival(batch, stamp.source, stamp.place, &ta);
        if (rc != TQ_OK)
            return rc;
        *at = ta > *at ? ta : *at;
    }
    return TQ_OK;
}

/* Civil days of Viet Nam after the day it was due and the days of grace; false: never due. */
static tq_status days_late(struct merge_batch *batch, const struct report_columns *c,
        const struct merge_row *row, int64_t at, bool *due, int64_t *out)
{
    struct merge_row *period;
    int64_t days;
    tq_status rc = merge_row_get(batch, c->period, row->values[c->of_period].s, &period);

    *due = rc == TQ_OK && period->exists && period->values[c->due_at].type == TQ_INT;
    if (!*due)
        return rc;
    days = (int64_t)tq_day_of_instant(at) - tq_day_of_instant(period->values[c->due_at].i) -
           period->values[c->grace_days].i;
    *out = days < 0 ? 0 : days > MAX_LATE_DAYS ? MAX_LATE_DAYS : days;
    return TQ_OK;
}

/* The sequence of a cell, or what it was before the district lost it: what comes back does so in any
 * order. */
static tq_status first_seq(struct merge_batch *batch, const struct report_columns *c,
        const struct merge_row *row, int column, uint64_t *out)
{
    uint64_t lost;
    tq_status rc;

    *out = tq_meta_seq(&row->meta, c->table->columns[column].cell);
    rc = batch->store->lost_get(batch->store->ctx, *out, &lost, batch->err);
    if (rc == TQ_OK)
        *out = lost;
    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(batch->err);
    return TQ_OK;
}

/* Given back, and submitted after that. */
static tq_status comes_again(struct merge_batch *batch, const struct report_columns *c,
        const struct merge_row *row, bool *out)
{
    uint64_t submitted = 0;
    uint64_t returned = 0;
    tq_status rc = TQ_OK;

    *out = tq_slice_equal(row->values[c->receipt_state].s, tq_slice_str("returned"));
    if (*out)
        rc = first_seq(batch, c, row, c->submitted_at, &submitted);
    if (*out && rc == TQ_OK)
        rc = first_seq(batch, c, row, c->receipt_state, &returned);
    *out = *out && submitted > returned;
    return rc;
}

/* It arrived then, and `again`, if it had been given back. */
static tq_status stamp_row(struct merge_batch *batch, const struct report_columns *c,
        struct merge_row *row, int64_t at, bool again)
{
    const char *names[3];
    struct tq_value values[3];
    int64_t late = 0;
    size_t n = 0;
    bool due = false;
    tq_status rc = days_late(batch, c, row, at, &due, &late);

    if (rc != TQ_OK)
        return rc;
    if (row->values[c->received_at].type == TQ_NULL) {
        names[n] = "received_at";
        values[n++] = tq_value_int(at);
        if (due && row->values[c->late_days].type == TQ_NULL) {
            names[n] = "late_days";
            values[n++] = tq_value_int(late);
        }
    }
    if (again || row->values[c->receipt_state].type == TQ_NULL) {
        names[n] = "receipt_state";
        values[n++] = tq_value_str("received");
    }
    return merge_system_write(batch, row, names, values, n);
}

static tq_status consider(
        struct merge_batch *batch, const struct report_columns *c, struct merge_row *row)
{
    int64_t at;
    bool arrived;
    bool again;
    tq_status rc;

    if (!row->exists || row->values[c->submitted_at].type != TQ_INT ||
            !tq_slice_equal(row->values[c->state].s, tq_slice_str("sent")))
        return TQ_OK;
    rc = comes_again(batch, c, row, &again);
    if (rc != TQ_OK || (!again && row->values[c->received_at].type != TQ_NULL))
        return rc;
    rc = arrival(batch, c, row, &arrived, &at);
    return rc != TQ_OK || !arrived ? rc : stamp_row(batch, c, row, at, again);
}

/* Did the program itself write the cell? What an officer wrote stays. */
static tq_status is_programs(struct merge_batch *batch, const struct report_columns *c,
        const struct merge_row *row, int column, bool *out)
{
    struct merge_stamp stamp;
    tq_status rc =
            merge_stamp_of(batch, tq_meta_seq(&row->meta, c->table->columns[column].cell), &stamp);

    *out = rc == TQ_OK && !stamp.found;
    return rc;
}

static const struct tq_value *written(
        const struct report_columns *c, const struct tq_change *change, int column)
{
    for (uint32_t i = 0; i < change->ncolumns; i++)
        if (change->columns[i] == c->table->columns[column].id)
            return &change->after[i];
    return NULL;
}

static bool submits(const struct report_columns *c, const struct tq_change *change)
{
    const struct tq_value *value = written(c, change, c->submitted_at);

    return change->table == c->table->id && value != NULL && value->type != TQ_NULL;
}

/* Does the set say of the report, in whatever change, that it is sent? */
static bool sends(
        const struct report_columns *c, const struct merge_source *source, struct tq_slice key)
{
    for (uint32_t i = 0; i < source->body.nchanges; i++) {
        const struct tq_change *change = &source->body.changes[i];
        const struct tq_value *state =
                change->table == c->table->id ? written(c, change, c->state) : NULL;

        if (state != NULL && state->type == TQ_TEXT && tq_slice_equal(change->key, key) &&
                tq_slice_equal(state->s, tq_slice_str("sent")))
            return true;
    }
    return false;
}

/* Did this submission arrive earlier than the one that the row's cells are of: before a loss, or in the
 * same batch? Or is that one there only in part, so that they do not say yet that any had come? */
static tq_status came_before(struct merge_batch *batch, const struct report_columns *c,
        struct merge_row *row, const struct merge_source *source)
{
    const char *names[2] = { "received_at" };
    struct tq_value values[2];
    int64_t late = 0;
    int64_t at;
    size_t n = 1;
    bool arrived;
    bool by_us = false;
    bool due = false;
    tq_status rc = group_arrival(batch, source, &arrived, &at);

    if (rc == TQ_OK && arrived && row->exists && row->values[c->received_at].type == TQ_NULL)
        return sends(c, source, row->key) ? stamp_row(batch, c, row, at, false) : TQ_OK;
    if (rc == TQ_OK && arrived && row->exists && row->values[c->received_at].type == TQ_INT &&
            at < row->values[c->received_at].i)
        rc = is_programs(batch, c, row, c->received_at, &by_us);
    if (rc != TQ_OK || !by_us)
        return rc;
    values[0] = tq_value_int(at);
    if (row->values[c->late_days].type == TQ_INT)
        rc = is_programs(batch, c, row, c->late_days, &due);
    if (rc == TQ_OK && due)
        rc = days_late(batch, c, row, at, &due, &late);
    if (rc == TQ_OK && due) {
        names[n] = "late_days";
        values[n++] = tq_value_int(late);
    }
    return rc != TQ_OK ? rc : merge_system_write(batch, row, names, values, n);
}

static bool is_received_by(
        const struct report_columns *c, const struct merge_row *row, int64_t instant)
{
    return row->exists && row->values[c->received_at].type == TQ_INT &&
           row->values[c->received_at].i <= instant;
}

/* Submissions of a set, but for those that were asked for or refused (a grant is a set of its own), and
 * those that waited, for a row or an upgrade, until another one had come. */
static tq_status submitted_in(struct merge_batch *batch, const struct report_columns *c,
        const struct merge_source *source)
{
    tq_status rc = TQ_OK;

    for (uint32_t i = 0; rc == TQ_OK && i < source->body.nchanges; i++) {
        const struct tq_change *change = &source->body.changes[i];
        struct merge_verdict said;
        struct merge_row *row;
        struct heard heard;

        if (!submits(c, change) || (merge_is_excepted(source, i, change->cell, &said) &&
                                           merge_fate_weight(said.verdict) > 0))
            continue;
        rc = hear(batch, source, i, &heard);
        if (rc != TQ_OK || heard.asked || heard.weight > 0)
            continue;
        rc = merge_row_get(batch, c->table, change->key, &row);
        if (rc == TQ_OK && !(heard.waited && is_received_by(c, row, heard.decided)))
            rc = came_before(batch, c, row, source);
    }
    return rc;
}

/* Reports that came in earlier parts of a group that is complete with this set. */
static tq_status earlier_parts(
        struct merge_batch *batch, const struct report_columns *c, const struct merge_source *last)
{
    tq_status rc = TQ_OK;

    for (uint32_t back = 1; rc == TQ_OK && back < last->body.parts && back < last->set.seq;
            back++) {
        struct tq_ledger_set kept;
        struct merge_source *source = NULL;

        memset(&kept, 0, sizeof(kept));
        rc = batch->store->ledger_find(batch->store->ctx, last->set.device, last->set.incarnation,
                last->set.seq - back, batch->arena, &kept, batch->err);
        if (rc == TQ_OK)
            rc = merge_source_by_n(batch, kept.n, &source);
        if (rc != TQ_OK || source->body.group != last->body.group)
            return rc;
        for (size_t i = 0; rc == TQ_OK && i < source->body.nchanges; i++) {
            struct merge_row *row;

            if (source->body.changes[i].table != c->table->id)
                continue;
            rc = merge_row_get(batch, c->table, source->body.changes[i].key, &row);
            if (rc == TQ_OK)
                rc = consider(batch, c, row);
        }
        if (rc == TQ_OK)
            rc = submitted_in(batch, c, source);
    }
    return rc;
}

tq_status merge_reports_stamp(struct merge_batch *batch)
{
    struct report_columns c;
    tq_status rc = TQ_OK;

    if (!find_columns(batch->config->catalogue, &c))
        return TQ_OK;
    for (struct merge_row *row = batch->dirty; rc == TQ_OK && row != NULL; row = row->next_dirty)
        if (row->table == c.table)
            rc = consider(batch, &c, row);
    for (size_t i = 0; rc == TQ_OK && i < batch->ngood; i++)
        if (batch->good[i]->body.parts > 1 &&
                batch->good[i]->body.part == batch->good[i]->body.parts)
            rc = earlier_parts(batch, &c, batch->good[i]);
    for (size_t i = 0; rc == TQ_OK && i < batch->ngood; i++)
        rc = submitted_in(batch, &c, batch->good[i]);
    /* Submissions that had to wait for the row: the one that counts may lie before the row's last. */
    for (struct merge_source *s = batch->sources; rc == TQ_OK && s != NULL; s = s->next)
        if (s->resumed)
            rc = submitted_in(batch, &c, s);
    return rc;
}
