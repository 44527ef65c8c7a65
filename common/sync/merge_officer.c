/* merge_officer.c - What an officer decides about a change that is held: judge it now, or give it back.
 *
 * He writes the decision cell of its held_row, as a change of the district's own. No rule is waived for
 * him: a child without its parent would break the counts of everybody. So `release` asks the rules
 * again and leaves what must still wait as it is, in its place of the order of arrival; `return` ends
 * the waiting, and the commune has it back with his words in an amending receipt. What waits for a
 * request is decided by the request, what waits for a newer schema by the upgrade. */
#include <string.h>

#include "sync/merge_internal.h"

#define RELEASE "release:"
#define RETURN "return:"

static bool begins(struct tq_slice text, const char *word)
{
    return text.len >= strlen(word) && memcmp(text.data, word, strlen(word)) == 0;
}

/* What follows the word, without the blanks between. */
static struct tq_slice words_of(struct tq_slice text, const char *word)
{
    size_t at = strlen(word);

    while (at < text.len && text.data[at] == ' ')
        at++;
    return tq_slice_of(text.data + at, text.len - at);
}

/* The decision that this change writes; false: it is about something else. */
static bool decision_of(
        const struct merge_row *entry, const struct tq_change *change, struct tq_slice *out)
{
    int at = tq_table_column_find(entry->table, "decision");

    for (uint32_t i = 0; at >= 0 && i < change->ncolumns; i++) {
        if (change->columns[i] != entry->table->columns[at].id || change->after[i].type != TQ_TEXT)
            continue;
        *out = change->after[i].s;
        return true;
    }
    return false;
}

/* The change of which a held_row tells: its table, and what stands in the list of the held ones. */
struct decided {
    const struct tq_table *table;
    struct tq_held held;
    struct merge_source *source;
    struct tq_change part; /* the change, or the cell of it that waits apart */
};

static tq_status look_at(struct merge_batch *batch, const struct tq_held *held,
        const struct merge_row *entry, struct decided *d, bool *found)
{
    uint8_t id[TQ_SURROGATE_BYTES];
    tq_status rc = merge_source_by_n(batch, held->set_n, &d->source);

    *found = false;
    if (rc != TQ_OK)
        return rc;
    if (held->place >= d->source->body.nchanges)
        return tq_error_set(batch->err, TQ_CORRUPT, "held change %llu has no place",
                (unsigned long long)held->id);
    d->held = *held;
    d->part = d->source->body.changes[held->place];
    if (held->cell != 0)
        rc = merge_part(
                batch, d->table, &d->source->body.changes[held->place], held->cell, &d->part);
    merge_change_id(d->source, held->place, "tuquan.held.v1", d->part.cell, id);
    *found = rc == TQ_OK && tq_slice_equal(entry->key, tq_slice_of(id, sizeof(id)));
    return rc;
}

static const struct tq_table *table_of(struct merge_batch *batch, const struct merge_row *entry)
{
    int at = tq_table_column_find(entry->table, "table_name");
    const struct tq_catalogue *catalogue = batch->config->catalogue;

    for (size_t i = 0; at >= 0 && i < catalogue->ntables; i++)
        if (tq_slice_equal(entry->values[at].s, tq_slice_str(catalogue->tables[i].name)))
            return &catalogue->tables[i];
    return NULL;
}

/* What waits about the row of an entry: of one change more than one where copies of a file sent it. */
static tq_status list_about(struct merge_batch *batch, const struct merge_row *entry,
        const struct tq_table *table, struct tq_held **list, size_t *count)
{
    int at = tq_table_column_find(entry->table, "row_key");

    *count = 0;
    if (table == NULL || at < 0)
        return TQ_OK;
    return batch->store->held_about(batch->store->ctx, table->id, entry->values[at].s, batch->arena,
            list, count, batch->err);
}

/* Is it his to decide? */
static bool is_open_to_him(const struct decided *d)
{
    if (d->held.kind == TQ_HELD_ROW)
        return d->held.reason != TQ_REASON_PERIOD_LOCKED;
    return d->held.kind == TQ_HELD_PARENT || d->held.kind == TQ_HELD_CORRECTION;
}

static bool is_whole_insert(const struct decided *d)
{
    return d->held.cell == 0 && d->part.cell == TQ_CELL_ROW;
}

/* An insert looks for itself whether it may go on; an update would lose its place in the order of
 * arrival by being taken out for nothing. */
static tq_status release(struct merge_batch *batch, const struct decided *d)
{
    struct merge_verdict verdict;
    struct merge_row *row;
    tq_status rc;

    if (is_whole_insert(d))
        return merge_held_release(batch, &d->held);
    rc = merge_row_get(batch, d->table, d->part.key, &row);
    if (rc != TQ_OK || !row->exists)
        return rc;
    rc = merge_rules(batch, d->source, &d->part, NULL, &verdict);
    if (rc != TQ_OK || verdict.verdict == TQ_HELD)
        return rc;
    return merge_held_release(batch, &d->held);
}

/* The row goes back as any refused insert does: it stays with us for its writer's correction. A reason
 * of the rules stands, for it names the cell; his words come beside it. */
static tq_status give_back_row(
        struct merge_batch *batch, struct decided *d, struct merge_verdict *verdict)
{
    tq_status rc;

    if (d->held.kind == TQ_HELD_CORRECTION) {
        verdict->reason = d->held.reason;
        verdict->column = d->held.column;
    }
    merge_forget_exceptions(d->source, d->held.place, 0);
    d->held.kind = TQ_HELD_CORRECTION;
    d->held.reason = verdict->reason;
    d->held.column = verdict->column;
    d->held.wait_table = d->held.table;
    d->held.wait_key = d->held.key;
    rc = batch->store->held_put(batch->store->ctx, &d->held, batch->err);
    if (rc == TQ_OK)
        rc = merge_except(batch, d->source, d->held.place, TQ_CELL_ROW, verdict);
    return rc != TQ_OK ? rc
                       : merge_held_note(batch, d->source, d->held.place, 0, verdict, "returned");
}

static tq_status give_back_cell(
        struct merge_batch *batch, struct decided *d, const struct merge_verdict *verdict)
{
    tq_status rc = merge_held_take(batch, &d->held, &d->source);

    if (rc == TQ_OK)
        rc = merge_except(batch, d->source, d->held.place, d->part.cell, verdict);
    return rc != TQ_OK ? rc : merge_held_tell(batch, d->source, &d->held, "returned");
}

static tq_status decide(struct merge_batch *batch, struct decided *d, struct tq_slice decision)
{
    struct merge_verdict verdict = { .verdict = TQ_REFUSED_ROW, .reason = TQ_REASON_HELD_RETURNED };
    tq_status rc;

    if (begins(decision, RELEASE))
        return release(batch, d);
    if (!begins(decision, RETURN))
        return TQ_OK;
    verdict.wait_key = words_of(decision, RETURN); /* the facts of the exception */
    rc = is_whole_insert(d) ? give_back_row(batch, d, &verdict)
                            : give_back_cell(batch, d, &verdict);
    return rc != TQ_OK ? rc : merge_row_touch(batch, d->table, d->part.key, d->part.owner);
}

static bool says(const struct merge_row *entry, const char *column, const char *text)
{
    int at = tq_table_column_find(entry->table, column);

    return at >= 0 && tq_slice_equal(entry->values[at].s, tq_slice_str(text));
}

tq_status merge_held_decided(
        struct merge_batch *batch, const struct tq_change *change, const struct merge_row *entry)
{
    const struct tq_table *table = table_of(batch, entry);
    struct tq_slice decision;
    struct tq_held *list;
    size_t count;
    tq_status rc;

    if (!decision_of(entry, change, &decision) || !says(entry, "state", "open"))
        return TQ_OK;
    rc = list_about(batch, entry, table, &list, &count);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct decided d = { .table = table };
        bool found;

        rc = look_at(batch, &list[i], entry, &d, &found);
        if (rc == TQ_OK && found && is_open_to_him(&d))
            rc = decide(batch, &d, decision);
    }
    return rc;
}

static bool is_returned(const struct merge_row *entry)
{
    int at = tq_table_column_find(entry->table, "decision");

    return at >= 0 && entry->values[at].type == TQ_TEXT && begins(entry->values[at].s, RETURN);
}

/* Only what waits for its writer was given back; what became of anything else, its receipts say. */
tq_status merge_held_decided_before(struct merge_batch *batch, const struct merge_row *entry)
{
    const struct tq_table *table = table_of(batch, entry);
    struct merge_verdict verdict = { .verdict = TQ_REFUSED_ROW };
    struct tq_held *list;
    size_t count;
    tq_status rc;

    if (!is_returned(entry) || !says(entry, "state", "open"))
        return TQ_OK;
    rc = list_about(batch, entry, table, &list, &count);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct decided d = { .table = table };
        bool found;

        rc = look_at(batch, &list[i], entry, &d, &found);
        if (rc != TQ_OK || !found || d.held.kind != TQ_HELD_CORRECTION)
            continue;
        verdict.reason = d.held.reason;
        verdict.column = d.held.column;
        return merge_held_note(batch, d.source, d.held.place, d.held.cell, &verdict, "returned");
    }
    return rc;
}

tq_status merge_held_was_returned(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, bool *out)
{
    const struct tq_table *held = tq_catalogue_find(batch->config->catalogue, "held_row");
    uint8_t id[TQ_SURROGATE_BYTES];
    struct merge_row *entry;
    tq_status rc;

    *out = false;
    if (held == NULL)
        return TQ_OK;
    merge_change_id(source, place, "tuquan.held.v1", source->body.changes[place].cell, id);
    rc = merge_row_get(batch, held, tq_slice_of(id, sizeof(id)), &entry);
    *out = rc == TQ_OK && entry->exists && is_returned(entry) && says(entry, "state", "returned");
    return rc;
}

tq_status merge_held_stands(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        struct merge_verdict *verdict)
{
    bool returned;
    tq_status rc;

    if (source->replaying || !source->arrives || verdict->verdict != TQ_HELD ||
            verdict->reason == TQ_REASON_NEWER_SCHEMA || verdict->reason == TQ_REASON_PERIOD_LOCKED)
        return TQ_OK;
    rc = merge_held_was_returned(batch, source, place, &returned);
    if (rc != TQ_OK || !returned)
        return rc;
    verdict->verdict = TQ_REFUSED_ROW;
    verdict->reason = TQ_REASON_HELD_RETURNED;
    return TQ_OK;
}
