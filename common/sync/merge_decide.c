/* merge_decide.c - What waits and is decided by others than the merge: an officer grants or refuses a
 * correction request, its writer takes it back, an upgrade makes a newer schema known.
 *
 * A request for a whole row holds the insert (TQ_HELD_REQUEST); later cells of that row by the same
 * device join it (TQ_HELD_ROW with TQ_REASON_PERIOD_LOCKED), so that one decision is about all of
 * it. A granted row is one that the district inserted in the name of a request. */
#include <string.h>

#include "sync/merge_internal.h"

#define GRANT "grant:"

/* Was this row made by the district, granting what the device of `source` had asked for? A grant is
 * for the cells of one request: what another device asked for the same row is still to be decided. */
tq_status merge_row_is_granted(struct merge_batch *batch, const struct merge_row *row,
        const struct merge_source *source, bool *out)
{
    const struct tq_table *requests =
            tq_catalogue_find(batch->config->catalogue, "correction_request");
    int device_at = requests != NULL ? tq_table_column_find(requests, "device") : -1;
    uint8_t id[TQ_SURROGATE_BYTES];
    struct merge_row *request;
    struct merge_stamp stamp;
    struct tq_slice lock_on;
    tq_status rc;

    *out = false;
    if (!row->exists || device_at < 0)
        return TQ_OK;
    rc = merge_stamp_of(batch, row->meta.born_seq, &stamp);
    if (rc != TQ_OK || !stamp.found || stamp.source->set.device != TQ_DEVICE_DISTRICT)
        return rc;
    lock_on = stamp.source->body.changes[stamp.place].lock_on;
    if (lock_on.len != strlen(GRANT) + 2 * sizeof(id) ||
            memcmp(lock_on.data, GRANT, strlen(GRANT)) != 0 ||
            !tq_unhex((const char *)lock_on.data + strlen(GRANT), 2 * sizeof(id), id, sizeof(id)))
        return TQ_OK;
    rc = merge_row_get(batch, requests, tq_slice_of(id, sizeof(id)), &request);
    if (rc == TQ_OK && request->exists) {
        int64_t asked_by = request->values[device_at].i;

        *out = asked_by == source->set.device ||
               (source->device.former != 0 && asked_by == source->device.former);
    }
    return rc;
}

/* Is this held change one that a grant of its row decides? */
bool merge_is_requested(const struct tq_held *held, const struct tq_change *change)
{
    if (change->cell == TQ_CELL_ROW)
        return held->kind == TQ_HELD_REQUEST || held->reason == TQ_REASON_REQUEST_REFUSED;
    return held->kind == TQ_HELD_ROW && held->reason == TQ_REASON_PERIOD_LOCKED;
}

/* The insert that a later change of the row joins: held, and of the same device. *out NULL: none. */
static tq_status find_request(struct merge_batch *batch, struct tq_held *list, size_t count,
        const struct merge_source *by, struct merge_source **source, struct tq_held **out)
{
    tq_status rc = TQ_OK;

    *out = NULL;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_source *writer;

        if (list[i].kind != TQ_HELD_REQUEST && list[i].reason != TQ_REASON_REQUEST_REFUSED)
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &writer);
        if (rc != TQ_OK || !merge_same_file(writer, by))
            continue;
        *source = writer;
        *out = &list[i];
        return TQ_OK;
    }
    return rc;
}

/* Is it the very change of `insert`, sent by a copy of its file? */
static bool is_same_request(const struct merge_source *source, uint32_t place,
        const struct merge_source *insert, uint32_t insert_place)
{
    uint8_t mine[TQ_SURROGATE_BYTES];
    uint8_t other[TQ_SURROGATE_BYTES];

    merge_change_id(source, place, "tuquan.request.v1", TQ_CELL_ROW, mine);
    merge_change_id(insert, insert_place, "tuquan.request.v1", TQ_CELL_ROW, other);
    return memcmp(mine, other, sizeof(mine)) == 0;
}

/* It was refused, and its writer has put it right: asked again, for all copies of his file that had
 * sent it, as the refusal was said to all of them. */
static tq_status ask_again(struct merge_batch *batch, struct tq_held *list, size_t count,
        const struct merge_source *insert, uint32_t insert_place)
{
    struct merge_verdict verdict = { .verdict = TQ_REQUESTED, .reason = TQ_REASON_PERIOD_LOCKED };
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_held *held = &list[i];
        struct merge_source *source;

        if (held->kind != TQ_HELD_CORRECTION || held->reason != TQ_REASON_REQUEST_REFUSED)
            continue;
        rc = merge_source_by_n(batch, held->set_n, &source);
        if (rc != TQ_OK || !is_same_request(source, held->place, insert, insert_place))
            continue;
        held->kind = TQ_HELD_REQUEST;
        held->reason = TQ_REASON_PERIOD_LOCKED;
        merge_forget_exceptions(source, held->place, 0);
        rc = batch->store->held_put(batch->store->ctx, held, batch->err);
        if (rc == TQ_OK)
            rc = merge_except(batch, source, held->place, TQ_CELL_ROW, &verdict);
        if (rc == TQ_OK)
            rc = merge_held_note(batch, source, held->place, 0, &verdict, "open");
    }
    return rc;
}

/* Is it a cell of the row that joined the insert's request? */
static bool joined(const struct tq_held *held, const struct merge_source *source,
        const struct merge_source *insert)
{
    const struct tq_change *change = &source->body.changes[held->place];

    return merge_same_file(source, insert) && change->cell != TQ_CELL_ROW &&
           merge_is_requested(held, change);
}

/* Does an earlier one that joined hold the very change of list[at], sent by a copy of the file? */
static tq_status is_sent_before(struct merge_batch *batch, const struct tq_held *list, size_t at,
        const struct merge_source *insert, const struct tq_change *change, bool *out)
{
    tq_status rc = TQ_OK;

    *out = false;
    for (size_t i = 0; rc == TQ_OK && !*out && i < at; i++) {
        struct merge_source *source;

        rc = merge_source_by_n(batch, list[i].set_n, &source);
        *out = rc == TQ_OK && joined(&list[i], source, insert) &&
               merge_same_change(&source->body.changes[list[i].place], change);
    }
    return rc;
}

/* The insert with what joined it laid over, columns ascending: what would be granted. What another
 * copy of the file sent once more is no later word than what was written since. */
static tq_status whole_request(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_held *list, size_t count, const struct merge_source *insert,
        uint32_t insert_place, struct tq_change *out)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    uint32_t *columns = tq_arena_array(batch->arena, table->ncolumns, sizeof(*columns));
    struct tq_value *after = tq_arena_array(batch->arena, table->ncolumns, sizeof(*after));

    if (columns == NULL || after == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "request");
    *out = insert->body.changes[insert_place];
    for (size_t i = 0; i <= count; i++) {
        const struct tq_change *change = out;

        if (i > 0) {
            struct merge_source *source;
            bool again = false;
            tq_status rc = merge_source_by_n(batch, list[i - 1].set_n, &source);

            if (rc == TQ_OK && !joined(&list[i - 1], source, insert))
                continue;
            if (rc == TQ_OK) {
                change = &source->body.changes[list[i - 1].place];
                rc = is_sent_before(batch, list, i - 1, insert, change, &again);
            }
            if (rc != TQ_OK)
                return rc;
            if (again)
                continue;
        }
        for (uint32_t k = 0; k < change->ncolumns; k++) {
            int at = tq_table_column(table, change->columns[k]);

            if (at < 0)
                continue;
            values[at] = change->after[k];
            given[at] = true;
        }
    }
    out->ncolumns = 0;
    for (size_t i = 0; i < table->ncolumns; i++) {
        if (!given[i])
            continue;
        columns[out->ncolumns] = table->columns[i].id;
        after[out->ncolumns++] = values[i];
    }
    out->columns = columns;
    out->after = after;
    return TQ_OK;
}

/* A cell that comes back had joined the row's request, if that was asked for, or refused, by then. */
static tq_status had_joined(struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, const struct merge_source *insert, uint32_t insert_place, bool *out)
{
    struct tq_exception said;
    uint64_t when;
    tq_status rc =
            merge_refill_was(batch, insert, insert_place, source->fates[place].lost, &said, &when);

    *out = said.verdict == TQ_REQUESTED || said.reason == TQ_REASON_REQUEST_REFUSED;
    return rc;
}

tq_status merge_request_join(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_verdict *verdict, bool *joined)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    struct merge_source *insert = NULL;
    struct tq_held *request = NULL;
    struct tq_change whole;
    struct tq_held *list;
    size_t count;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, change->table, change->key, batch->arena, &list, &count, batch->err);

    *joined = false;
    if (rc == TQ_OK)
        rc = find_request(batch, list, count, source, &insert, &request);
    if (rc != TQ_OK || request == NULL)
        return rc;
    *joined = true;
    if (source->replaying)
        rc = had_joined(batch, source, place, insert, request->place, joined);
    if (rc != TQ_OK || !*joined)
        return rc;
    rc = merge_except(batch, source, place, change->cell, verdict);
    if (rc == TQ_OK)
        rc = merge_hold(batch, source, place, TQ_HELD_ROW, verdict);
    if (rc == TQ_OK && change->cell == table->void_cell && change->after[0].type != TQ_NULL)
        return merge_try_correction(batch, table, change->key, source); /* he takes it back */
    if (rc == TQ_OK && !source->replaying) /* else what was decided since holds */
        rc = ask_again(batch, list, count, insert, request->place);
    if (rc == TQ_OK)
        rc = batch->store->held_about(batch->store->ctx, change->table, change->key, batch->arena,
                &list, &count, batch->err);
    if (rc == TQ_OK)
        rc = whole_request(batch, table, list, count, insert, request->place, &whole);
    if (rc == TQ_OK)
        rc = merge_request_turn(batch, insert, request->place, "asked", &whole);
    return rc != TQ_OK || request->kind == TQ_HELD_REQUEST
                   ? rc
                   : merge_request_turn(batch, insert, request->place, "refused", NULL);
}

static tq_status asked_since(struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, uint64_t decided_at, bool *out)
{
    struct tq_exception said;
    uint64_t when;
    tq_status rc;

    *out = false;
    if (decided_at == 0)
        return TQ_OK;
    rc = merge_refill_was(batch, source, place, UINT64_MAX, &said, &when);
    /* Of one transaction: what was refused in its first receipt was asked again since. */
    *out = said.verdict == TQ_REQUESTED && when >= decided_at;
    return rc;
}

/* It was asked again since: the request stands again, and so does its place in the inbox. */
tq_status merge_request_again(
        struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    struct merge_verdict verdict = { .verdict = TQ_REQUESTED, .reason = TQ_REASON_PERIOD_LOCKED };
    tq_status rc = merge_request_turn(batch, source, place, "asked", NULL);

    return rc != TQ_OK || source->body.changes[place].cell != TQ_CELL_ROW
                   ? rc
                   : merge_held_note(batch, source, place, 0, &verdict, "open");
}

/* The officer said no: the held insert goes back to its writer, who corrects it in place (when the
 * period is open again) or voids it; it stays in our hands as any refused insert does. `decided_at`:
 * for a decision that comes back, the head under which it was known; one that was asked again since
 * then is asked still. */
tq_status merge_request_refused(
        struct merge_batch *batch, struct merge_row *request, uint64_t decided_at)
{
    int name_at = tq_table_column_find(request->table, "table_name");
    int key_at = tq_table_column_find(request->table, "row_key");
    int state_at = tq_table_column_find(request->table, "state");
    struct merge_verdict verdict = { .verdict = TQ_REFUSED_ROW,
        .reason = TQ_REASON_REQUEST_REFUSED };
    const struct tq_table *table = NULL;
    struct tq_held *list;
    struct tq_slice key;
    size_t count;
    tq_status rc;

    if (name_at < 0 || key_at < 0 || state_at < 0 ||
            !tq_slice_equal(request->values[state_at].s, tq_slice_str("refused")))
        return TQ_OK;
    for (size_t i = 0; i < batch->config->catalogue->ntables; i++)
        if (tq_slice_equal(request->values[name_at].s,
                    tq_slice_str(batch->config->catalogue->tables[i].name)))
            table = &batch->config->catalogue->tables[i];
    if (table == NULL)
        return TQ_OK;
    key = request->values[key_at].s;
    rc = batch->store->held_about(
            batch->store->ctx, table->id, key, batch->arena, &list, &count, batch->err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        uint8_t id[TQ_SURROGATE_BYTES];
        struct merge_source *source;
        const struct tq_change *change;
        bool again = false;

        if (list[i].kind != TQ_HELD_REQUEST)
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &source);
        if (rc != TQ_OK)
            return rc;
        change = &source->body.changes[list[i].place];
        merge_change_id(source, list[i].place, "tuquan.request.v1", change->cell, id);
        if (!tq_slice_equal(request->key, tq_slice_of(id, sizeof(id))))
            continue;
        rc = asked_since(batch, source, list[i].place, decided_at, &again);
        if (rc == TQ_OK && again)
            rc = merge_request_again(batch, source, list[i].place);
        if (rc != TQ_OK || again)
            continue;
        merge_forget_exceptions(source, list[i].place, 0);
        list[i].kind = TQ_HELD_CORRECTION;
        list[i].reason = TQ_REASON_REQUEST_REFUSED;
        rc = batch->store->held_put(batch->store->ctx, &list[i], batch->err);
        if (rc == TQ_OK)
            rc = merge_except(batch, source, list[i].place, change->cell, &verdict);
        if (rc == TQ_OK)
            rc = merge_held_note(batch, source, list[i].place, 0, &verdict, "returned");
        if (rc == TQ_OK)
            rc = merge_row_touch(batch, table, key, change->owner);
    }
    return rc;
}

/* One insert came in two copies of a file: the one was refused, the other, under the same request,
 * perhaps asked again since. In whatever order they come back, the later of the two holds. */
tq_status merge_request_of_copies(
        struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table =
            tq_catalogue_find(batch->config->catalogue, "correction_request");
    uint8_t id[TQ_SURROGATE_BYTES];
    struct merge_row *request;
    uint64_t refused_at = 0;
    struct tq_held *list;
    size_t count;
    tq_status rc = batch->store->held_about(
            batch->store->ctx, change->table, change->key, batch->arena, &list, &count, batch->err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_source *other;
        struct tq_exception said;
        uint64_t when;

        if (list[i].cell != 0 || list[i].reason != TQ_REASON_REQUEST_REFUSED)
            continue;
        rc = merge_source_by_n(batch, list[i].set_n, &other);
        if (rc != TQ_OK || !merge_same_change(&other->body.changes[list[i].place], change))
            continue;
        rc = merge_refill_was(batch, other, list[i].place, UINT64_MAX, &said, &when);
        if (rc == TQ_OK && said.reason == TQ_REASON_REQUEST_REFUSED && when > refused_at)
            refused_at = when;
    }
    if (rc != TQ_OK || refused_at == 0 || table == NULL)
        return rc;
    merge_change_id(source, place, "tuquan.request.v1", change->cell, id);
    rc = merge_row_get(batch, table, tq_slice_of(id, sizeof(id)), &request);
    return rc != TQ_OK || !request->exists ? rc : merge_request_refused(batch, request, refused_at);
}

/* Is what it names known by now? */
static tq_status is_known(struct merge_batch *batch, const struct tq_held *held, bool *out)
{
    struct merge_source *source;
    struct merge_verdict verdict;
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, held->table);
    tq_status rc;

    *out = held->cell != 0 && table != NULL && tq_table_column(table, held->cell) >= 0;
    if (held->cell != 0)
        return TQ_OK;
    rc = merge_source_by_n(batch, held->set_n, &source);
    if (rc == TQ_OK && held->place >= source->body.nchanges)
        return tq_error_set(batch->err, TQ_CORRUPT, "held change %llu has no place",
                (unsigned long long)held->id);
    if (rc == TQ_OK)
        rc = merge_rules(batch, source, &source->body.changes[held->place], NULL, &verdict);
    *out = rc == TQ_OK && verdict.reason != TQ_REASON_NEWER_SCHEMA;
    return rc;
}

/* Changes, and cells of them, that waited for this catalogue are judged by it; those that wait for a
 * newer one stay. A part of an insert that is itself not taken yet goes with it. */
tq_status merge_release_schema(struct merge_batch *batch, size_t *released)
{
    struct tq_held *list;
    size_t count;
    tq_status rc = batch->store->held_waiting(
            batch->store->ctx, 0, tq_slice_of("", 0), batch->arena, &list, &count, batch->err);

    *released = 0;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        uint64_t head = batch->state.head;
        bool known = false;

        if (list[i].kind == TQ_HELD_SCHEMA)
            rc = is_known(batch, &list[i], &known);
        if (rc != TQ_OK || !known)
            continue;
        rc = merge_held_judge(batch, &list[i]);
        *released += batch->state.head != head;
    }
    return rc != TQ_OK ? rc : merge_release(batch);
}
