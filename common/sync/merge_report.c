/* merge_report.c - A report that has arrived gets the district's stamp: when, how late, "received".
 *
 * In the transaction that merges it, below its merged_at. The time is Ta of the set that completed
 * it, so that whoever merges the same sets with their receipts stamps the same; a report in several
 * parts has arrived with its last one. The first arrival counts: when it came and how late is never
 * moved here. A report that was given back and comes again is "received" once more, by the order in
 * which the district merged both, not by anybody's clock. The table is known by the names of its
 * columns; a catalogue without them has no reports. */
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

/* Given back, and submitted after that. */
static bool comes_again(const struct report_columns *c, const struct merge_row *row)
{
    const struct tq_column *columns = c->table->columns;

    return tq_slice_equal(row->values[c->receipt_state].s, tq_slice_str("returned")) &&
           tq_meta_seq(&row->meta, columns[c->submitted_at].cell) >
                   tq_meta_seq(&row->meta, columns[c->receipt_state].cell);
}

static tq_status consider(
        struct merge_batch *batch, const struct report_columns *c, struct merge_row *row)
{
    const char *again = "receipt_state";
    const struct tq_value received = tq_value_str("received");
    const char *names[3] = { "received_at" };
    struct tq_value values[3];
    int64_t late = 0;
    int64_t at;
    size_t n = 1;
    bool arrived;
    bool due;
    tq_status rc;

    if (!row->exists || row->values[c->submitted_at].type != TQ_INT ||
            (row->values[c->received_at].type != TQ_NULL && !comes_again(c, row)) ||
            !tq_slice_equal(row->values[c->state].s, tq_slice_str("sent")))
        return TQ_OK;
    rc = arrival(batch, c, row, &arrived, &at);
    if (rc != TQ_OK || !arrived)
        return rc;
    if (row->values[c->received_at].type != TQ_NULL)
        return merge_system_write(batch, row, &again, &received, 1);
    rc = days_late(batch, c, row, at, &due, &late);
    if (rc != TQ_OK)
        return rc;
    values[0] = tq_value_int(at);
    if (due && row->values[c->late_days].type == TQ_NULL) {
        names[n] = "late_days";
        values[n++] = tq_value_int(late);
    }
    if (row->values[c->receipt_state].type == TQ_NULL) {
        names[n] = again;
        values[n++] = received;
    }
    return merge_system_write(batch, row, names, values, n);
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
    return rc;
}
