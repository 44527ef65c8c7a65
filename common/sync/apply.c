/* apply.c - Laying the district's rows under what the clerk has changed (sync.md section 4).
 *
 * Canonical values live in the file where a cell is settled, and in its pending record where it is
 * not. Every function here runs inside one APPLY transaction of its caller, or is one. */
#include <string.h>

#include "sync/office_internal.h"

#define MAX_OWNERS 64u /* units of a scope */

/* ---- values ---- */

tq_status tq_office_cell_of(const struct tq_table *table, uint32_t cell,
        const struct tq_value *values, struct tq_arena *arena, struct tq_cells *out,
        struct tq_error *err)
{
    uint32_t index[TQ_MAX_COLUMNS];
    size_t n = tq_table_cell(table, cell, index);
    uint32_t *columns = tq_arena_array(arena, n, sizeof(*columns));
    struct tq_value *copies = tq_arena_array(arena, n, sizeof(*copies));

    out->n = 0;
    out->columns = columns;
    out->values = copies;
    if (columns == NULL || copies == NULL)
        return tq_error_set(err, TQ_NOMEM, "cell");
    for (size_t i = 0; i < n; i++) {
        if (!table->columns[index[i]].leaves)
            continue;
        columns[out->n] = table->columns[index[i]].id;
        copies[out->n++] = values[index[i]];
    }
    return TQ_OK;
}

/* Put cells over a row. */
static void overlay(
        const struct tq_table *table, const struct tq_cells *cells, struct tq_value *values)
{
    for (uint32_t i = 0; i < cells->n; i++) {
        int column = tq_table_column(table, cells->columns[i]);

        if (column >= 0)
            values[column] = cells->values[i];
    }
}

bool tq_office_canonical(const struct tq_table *table, const struct tq_pending *pending,
        size_t npending, struct tq_value *values)
{
    for (size_t i = 0; i < npending; i++) {
        if (pending[i].cell == TQ_CELL_ROW)
            return false;
        overlay(table, &pending[i].base, values);
    }
    return true;
}

static void defaults(const struct tq_table *table, struct tq_value *values)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        values[i] = table->columns[i].fallback;
}

static tq_status check_key(const struct tq_table *table, struct tq_slice key,
        const struct tq_value *values, struct tq_error *err)
{
    struct tq_buf buf;
    tq_status rc = TQ_OK;

    tq_buf_init(&buf, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(table, values, &buf) || !tq_slice_equal(tq_buf_slice(&buf), key))
        rc = tq_error_set(err, TQ_PROTOCOL, "%s: key and values differ", table->name);
    if (!tq_buf_is_ok(&buf))
        rc = tq_error_set(err, TQ_NOMEM, "key");
    tq_buf_deinit(&buf);
    return rc;
}

tq_status tq_office_row_values(const struct tq_table *table, const struct tq_row *row,
        struct tq_value *values, struct tq_error *err)
{
    for (uint32_t i = 0; i < row->ncolumns; i++) {
        int column = tq_table_column(table, row->columns[i]);

        if (column < 0 || !table->columns[column].leaves)
            continue; /* of a newer district */
        if (row->values[i].type != TQ_NULL && row->values[i].type != table->columns[column].type)
            return tq_error_set(err, TQ_PROTOCOL, "%s.%s has the wrong type", table->name,
                    table->columns[column].name);
        values[column] = row->values[i];
    }
    return check_key(table, row->key, values, err);
}

static bool cells_differ(const struct tq_table *table, uint32_t cell, const struct tq_value *a,
        const struct tq_value *b)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (table->columns[i].leaves && table->columns[i].cell == cell &&
                !tq_value_equal(&a[i], &b[i]))
            return true;
    return false;
}

static const struct tq_pending *find_cell(const struct tq_pending *pending, size_t n, uint32_t cell)
{
    for (size_t i = 0; i < n; i++)
        if (pending[i].cell == cell)
            return &pending[i];
    return NULL;
}

/* ---- one row of the district ---- */

/* The row that the clerk made turned out to exist: his insert becomes changes of single cells. */
static tq_status split(struct tq_office *office, const struct tq_table *table,
        const struct tq_pending *insert, const struct tq_pending *pending, size_t npending,
        const struct tq_value *local, const struct tq_value *theirs, struct tq_arena *arena,
        struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];
        const struct tq_pending *own = find_cell(pending, npending, column->cell);
        struct tq_pending next = own != NULL ? *own : *insert;

        if (column->cell != column->id) /* once for each cell, at its first column */
            continue;
        if (own == NULL && !cells_differ(table, column->cell, local, theirs))
            continue;
        next.cell = column->cell;
        if (own == NULL)
            next.state = TQ_PENDING_WAITING;
        rc = tq_office_cell_of(table, column->cell, theirs, arena, &next.base, err);
        if (rc == TQ_OK)
            rc = office->ops->pending_put(office->store, &next, err);
    }
    return rc;
}

static tq_status put_history(struct tq_office *office, const struct tq_table *table,
        const struct tq_row *row, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; table->scope == TQ_OWN && rc == TQ_OK && i < row->norigins; i++)
        rc = office->ops->history_put(
                office->store, row->table, row->key, &row->origins[i], row->seq, err);
    return rc;
}

/* The row exists on both sides: settled cells take the district's value, others keep theirs on
 * top of it. */
static tq_status lay_over(struct tq_office *office, const struct tq_table *table,
        const struct tq_pending *pending, size_t npending, const struct tq_value *local,
        struct tq_value *theirs, struct tq_arena *arena, struct tq_error *err)
{
    bool differs = false;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < npending; i++) {
        struct tq_pending next = pending[i];

        rc = tq_office_cell_of(table, next.cell, theirs, arena, &next.base, err);
        if (rc == TQ_OK)
            rc = office->ops->pending_put(office->store, &next, err);
    }
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (!column->leaves ||
                (column->cell != TQ_CELL_ROW && find_cell(pending, npending, column->cell) != NULL))
            theirs[i] = local[i];
        differs = differs || !tq_value_equal(&theirs[i], &local[i]);
    }
    if (rc == TQ_OK && differs)
        rc = office->ops->row_put(office->store, table, theirs, true, err);
    return rc;
}

/* A column that an older district does not know is not in its row: of a row that the clerk made, it
 * waits there for the upgrade and is unsettled here. */
static void forget_unknown(
        const struct tq_table *table, const struct tq_row *row, struct tq_value *theirs)
{
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];
        bool carried = !column->leaves || column->cell == TQ_CELL_ROW;

        for (uint32_t k = 0; !carried && k < row->ncolumns; k++)
            carried = row->columns[k] == column->id;
        if (!carried)
            theirs[i] = column->fallback;
    }
}

tq_status tq_office_lay_row(struct tq_office *office, const struct tq_row *row,
        struct tq_arena *arena, bool *was_split, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(office->catalogue, row->table);
    struct tq_value local[TQ_MAX_COLUMNS];
    struct tq_value theirs[TQ_MAX_COLUMNS];
    struct tq_value before[TQ_MAX_COLUMNS];
    struct tq_pending *pending;
    const struct tq_pending *insert;
    size_t n;
    bool found;
    tq_status rc;

    if (table == NULL || !row->exists)
        return TQ_OK; /* a newer district's table; what was returned stays where it is */
    if ((rc = office->ops->row_get(office->store, table, row->key, arena, local, &found, err)) !=
            TQ_OK)
        return rc;
    if (!found)
        defaults(table, local);
    memcpy(theirs, local, table->ncolumns * sizeof(*theirs));
    if ((rc = tq_office_row_values(table, row, theirs, err)) != TQ_OK ||
            (rc = put_history(office, table, row, err)) != TQ_OK)
        return rc;
    if (!found) {
        tq_sums_change(office, table, NULL, theirs);
        return office->ops->row_put(office->store, table, theirs, false, err);
    }
    rc = office->ops->pending_row(office->store, row->table, row->key, arena, &pending, &n, err);
    if (rc != TQ_OK)
        return rc;
    memcpy(before, local, table->ncolumns * sizeof(*before));
    found = tq_office_canonical(table, pending, n, before);
    tq_sums_change(office, table, found ? before : NULL, theirs);
    insert = find_cell(pending, n, TQ_CELL_ROW);
    if (insert == NULL)
        return lay_over(office, table, pending, n, local, theirs, arena, err);
    /* Kept after the district had lost it, and nobody sent it again: the district's word holds. */
    if (insert->state == TQ_PENDING_RETURNED && insert->set_n == 0) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++)
            if (pending[i].cell != TQ_CELL_ROW)
                pending[kept++] = pending[i];
        rc = lay_over(office, table, pending, kept, local, theirs, arena, err);
    } else {
        forget_unknown(table, row, theirs);
        rc = split(office, table, insert, pending, n, local, theirs, arena, err);
        *was_split = true;
    }
    if (rc == TQ_OK)
        rc = office->ops->pending_delete(office->store, row->table, row->key, TQ_CELL_ROW, err);
    if (rc == TQ_OK)
        rc = office->ops->returned_delete(office->store, row->table, row->key, err);
    return rc;
}

/* ---- accepted sets ---- */

/* `cells` of one cell are canonical now: under the unsettled cell, or in the file. */
static tq_status put_canonical(struct tq_office *office, const struct tq_table *table,
        struct tq_slice key, uint32_t cell, const struct tq_cells *cells, struct tq_arena *arena,
        struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_value before[TQ_MAX_COLUMNS];
    struct tq_value after[TQ_MAX_COLUMNS];
    struct tq_pending *pending;
    struct tq_pending next;
    size_t n;
    const struct tq_pending *own;
    bool found;
    tq_status rc =
            office->ops->pending_row(office->store, table->id, key, arena, &pending, &n, err);

    if (rc != TQ_OK)
        return rc;
    if (find_cell(pending, n, TQ_CELL_ROW) != NULL)
        return TQ_OK; /* part of a row that is not there yet; it comes down whole */
    rc = office->ops->row_get(office->store, table, key, arena, values, &found, err);
    if (rc != TQ_OK || !found)
        return rc;
    memcpy(before, values, table->ncolumns * sizeof(*before));
    (void)tq_office_canonical(table, pending, n, before);
    memcpy(after, before, table->ncolumns * sizeof(*after));
    overlay(table, cells, after);
    tq_sums_change(office, table, before, after);
    own = find_cell(pending, n, cell);
    if (own == NULL) {
        memcpy(before, values, table->ncolumns * sizeof(*before));
        overlay(table, cells, values);
        for (size_t i = 0; i < table->ncolumns; i++)
            if (!tq_value_equal(&before[i], &values[i]))
                return office->ops->row_put(office->store, table, values, true, err);
        return TQ_OK;
    }
    next = *own;
    overlay(table, &own->base, values);
    overlay(table, cells, values);
    rc = tq_office_cell_of(table, cell, values, arena, &next.base, err);
    return rc == TQ_OK ? office->ops->pending_put(office->store, &next, err) : rc;
}

/* The clerk's row exists at the district from now on. */
static tq_status row_appears(struct tq_office *office, const struct tq_table *table,
        struct tq_slice key, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_pending *pending;
    bool found = false;
    size_t n;
    tq_status rc = office->ops->pending_delete(office->store, table->id, key, TQ_CELL_ROW, err);

    if (rc != TQ_OK || !office->sums.valid)
        return rc;
    rc = office->ops->row_get(office->store, table, key, arena, values, &found, err);
    if (rc == TQ_OK && found)
        rc = office->ops->pending_row(office->store, table->id, key, arena, &pending, &n, err);
    if (rc == TQ_OK && found && tq_office_canonical(table, pending, n, values))
        tq_sums_change(office, table, NULL, values);
    return rc;
}

/* An accepted insert: the row exists at the district now, with the values that were sent. */
static tq_status insert_accepted(struct tq_office *office, const struct tq_table *table,
        const struct tq_change *change, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_cells sent = { change->ncolumns, change->columns, change->after };
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_pending *pending;
    size_t n;
    tq_status rc = office->ops->pending_row(
            office->store, table->id, change->key, arena, &pending, &n, err);

    if (rc != TQ_OK)
        return rc;
    defaults(table, values);
    overlay(table, &sent, values);
    if (find_cell(pending, n, TQ_CELL_ROW) == NULL) {
        /* What an insert does not name of a group it means to be the default, as the merge takes it. */
        for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
            int column = tq_table_column(table, change->columns[i]);
            uint32_t cell = column >= 0 ? table->columns[column].cell : 0;
            struct tq_cells whole;

            if (column < 0)
                continue;
            rc = tq_office_cell_of(table, cell, values, arena, &whole, err);
            if (rc == TQ_OK)
                rc = put_canonical(office, table, change->key, cell, &whole, arena, err);
        }
        return rc;
    }
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        if (pending[i].cell == TQ_CELL_ROW)
            continue;
        rc = tq_office_cell_of(table, pending[i].cell, values, arena, &pending[i].base, err);
        if (rc == TQ_OK)
            rc = office->ops->pending_put(office->store, &pending[i], err);
    }
    if (rc == TQ_OK)
        rc = row_appears(office, table, change->key, arena, err);
    if (rc == TQ_OK)
        rc = office->ops->returned_delete(office->store, table->id, change->key, err);
    return rc;
}

tq_status tq_office_make_canonical(
        struct tq_office *office, struct tq_stored_set *set, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_set_body body;
    struct tq_fates fates;
    tq_status rc;

    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "set");
        goto out;
    }
    if ((rc = tq_office_fates(office, &set->set, keep, &fates, err)) != TQ_OK ||
            (rc = office->codec->body_decode(set->set.payload, keep, &body, err)) != TQ_OK)
        goto out;
    for (size_t i = 0; rc == TQ_OK && i < body.nchanges; i++) {
        const struct tq_change *change = &body.changes[i];
        const struct tq_table *table = tq_catalogue_table(office->catalogue, change->table);
        struct tq_cells sent = { change->ncolumns, change->columns, change->after };

        tq_arena_reset(arena);
        if (table == NULL || !tq_office_as_sent(&fates, (uint32_t)i))
            continue;
        rc = change->cell == TQ_CELL_ROW
                     ? insert_accepted(office, table, change, arena, err)
                     : put_canonical(office, table, change->key, change->cell, &sent, arena, err);
    }
    set->canonical = true;
    if (rc == TQ_OK)
        rc = office->ops->set_mark(office->store, set, err);

out:
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}

/* ---- settling ---- */

static tq_status drop_row(struct tq_office *office, const struct tq_table *table,
        struct tq_slice key, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_pending *pending;
    size_t n;
    tq_status rc =
            office->ops->pending_row(office->store, table->id, key, arena, &pending, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = office->ops->pending_delete(office->store, table->id, key, pending[i].cell, err);
    return rc == TQ_OK ? office->ops->row_delete(office->store, table, key, err) : rc;
}

/* The row was accepted and has not come: a district that was restored has lost it since. Cells of it
 * that waited there wait again when it comes back. */
static tq_status keep_parts(struct tq_office *office, const struct tq_table *table,
        const struct tq_pending *insert, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_stored_set set;
    struct tq_set_body body;
    struct tq_pending *pending;
    struct tq_fates fates;
    size_t n;
    tq_status rc = office->ops->set_get_n(office->store, insert->set_n, arena, &set, err);

    if (rc != TQ_OK || set.n == 0 || set.set.payload.len == 0)
        return rc;
    rc = office->ops->pending_row(office->store, table->id, insert->key, arena, &pending, &n, err);
    if (rc == TQ_OK)
        rc = tq_office_fates(office, &set.set, arena, &fates, err);
    if (rc == TQ_OK)
        rc = office->codec->body_decode(set.set.payload, arena, &body, err);
    defaults(table, values);
    for (size_t i = 0; rc == TQ_OK && i < fates.n; i++) {
        const struct tq_exception *said = &fates.list[i];
        const struct tq_change *change =
                said->place < body.nchanges ? &body.changes[said->place] : NULL;
        int at = tq_table_column(table, said->cell);
        struct tq_pending part = *insert;

        if (change == NULL || said->verdict != TQ_HELD || said->cell == TQ_CELL_ROW ||
                change->table != insert->table || !tq_slice_equal(change->key, insert->key) ||
                at < 0 || table->columns[at].cell != said->cell ||
                find_cell(pending, n, said->cell) != NULL) /* changed since: that waits by itself */
            continue;
        part.cell = said->cell;
        part.state = TQ_PENDING_HELD;
        rc = tq_office_cell_of(table, part.cell, values, arena, &part.base, err);
        if (rc == TQ_OK)
            rc = office->ops->pending_put(office->store, &part, err);
    }
    return rc;
}

static tq_status settle_one(struct tq_office *office, const struct tq_pending *pending,
        struct tq_arena *arena, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(office->catalogue, pending->table);
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_value before[TQ_MAX_COLUMNS];
    bool found = false;
    bool differs = false;
    tq_status rc = TQ_OK;

    if (table != NULL && pending->cell != TQ_CELL_ROW) {
        rc = office->ops->row_get(office->store, table, pending->key, arena, values, &found, err);
        if (rc == TQ_OK && found) {
            memcpy(before, values, table->ncolumns * sizeof(*before));
            overlay(table, &pending->base, values);
            for (size_t i = 0; i < table->ncolumns; i++)
                differs = differs || !tq_value_equal(&values[i], &before[i]);
            if (differs)
                rc = office->ops->row_put(office->store, table, values, true, err);
        }
    } else if (pending->cell == TQ_CELL_ROW) {
        if (table != NULL && pending->state == TQ_PENDING_DROPPED)
            rc = drop_row(office, table, pending->key, arena, err);
        if (rc == TQ_OK)
            rc = office->ops->returned_delete(office->store, pending->table, pending->key, err);
        if (rc == TQ_OK && table != NULL && pending->state != TQ_PENDING_DROPPED) {
            rc = keep_parts(office, table, pending, arena, err);
            return rc != TQ_OK ? rc : row_appears(office, table, pending->key, arena, err);
        }
    }
    if (rc == TQ_OK)
        rc = office->ops->pending_delete(
                office->store, pending->table, pending->key, pending->cell, err);
    return rc;
}

tq_status tq_office_settle(
        struct tq_office *office, uint64_t cursor, size_t *settled, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    tq_status rc = TQ_OK;

    *settled = 0;
    if (keep == NULL || arena == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "settle");
    while (rc == TQ_OK) {
        struct tq_pending *due;
        size_t n = 0;

        tq_arena_reset(keep);
        rc = office->ops->pending_due(office->store, cursor, keep, &due, &n, err);
        if (rc != TQ_OK || n == 0)
            break;
        for (size_t i = 0; rc == TQ_OK && i < n; i++) {
            tq_arena_reset(arena);
            rc = settle_one(office, &due[i], arena, err);
        }
        *settled += n;
    }
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}

/* ---- one chunk ---- */

static bool positions_equal(const struct tq_position *a, const struct tq_position *b)
{
    if (a->cursor != b->cursor || a->scanning != b->scanning)
        return false;
    return !a->scanning || (a->scan_h == b->scan_h && a->scan_table == b->scan_table &&
                                   tq_slice_equal(a->scan_key, b->scan_key));
}

/* Nothing is held of the branch yet: what the file was before it began is, and becomes canonical before
 * the branch's first rows are laid over it. *last: n of the last set before. */
static tq_status before_branch(struct tq_office *office, uint32_t incarnation,
        struct tq_arena *arena, int64_t *last, struct tq_error *err)
{
    struct tq_stored_set set;
    tq_status rc;

    if (incarnation == 0)
        return TQ_OK;
    rc = office->ops->set_get(office->store, incarnation, 1, arena, &set, err);
    if (rc == TQ_OK && set.n != 0) {
        *last = set.n - 1;
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = office->ops->set_last(office->store, arena, &set, err);
    if (rc == TQ_OK)
        *last = set.n;
    return rc;
}

/* Is the chunk about this very file, and do we hold what it builds on? *last: n of that set. */
static tq_status check_held(struct tq_office *office, const struct tq_chain_point *held,
        struct tq_arena *arena, int64_t *last, struct tq_apply_result *result, struct tq_error *err)
{
    struct tq_stored_set set;
    tq_status rc;

    *last = 0;
    if (held->seq == 0)
        return before_branch(office, held->incarnation, arena, last, err);
    rc = office->ops->set_get(office->store, held->incarnation, held->seq, arena, &set, err);
    if (rc != TQ_OK)
        return rc;
    if (set.n == 0 || memcmp(set.set.hash, held->hash, TQ_HASH_BYTES) != 0)
        return tq_error_set(err, TQ_COPIED, "the district holds set %u/%llu, which is not here",
                held->incarnation, (unsigned long long)held->seq);
    *last = set.n;
    rc = office->ops->set_next(office->store, TQ_SET_WAITS, 0, arena, &set, err);
    if (rc == TQ_OK && set.n != 0 && set.n <= *last) {
        result->outcome = TQ_APPLY_RECEIPT;
        result->missing.incarnation = set.set.incarnation;
        result->missing.seq = set.set.seq;
        memcpy(result->missing.hash, set.set.hash, TQ_HASH_BYTES);
    }
    return rc;
}

static tq_status canonical_up_to(struct tq_office *office, int64_t last, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    int64_t after = 0;
    tq_status rc = arena != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "sets");

    while (rc == TQ_OK) {
        struct tq_stored_set set;

        tq_arena_reset(arena);
        rc = office->ops->set_next(office->store, TQ_SET_CONFIRMED, after, arena, &set, err);
        if (rc != TQ_OK || set.n == 0 || set.n > last)
            break;
        after = set.n;
        rc = tq_office_make_canonical(office, &set, err);
    }
    tq_arena_free(arena);
    return rc;
}

void tq_office_raise_top(const struct tq_office *office, struct tq_office_state *state,
        uint64_t head, const uint8_t hash[TQ_HASH_BYTES])
{
    if (office->rebuilding) { /* until office_refill.c finds both equal */
        memset(state->top_hash, TQ_NO_LEDGER, sizeof(state->top_hash));
        return;
    }
    if (head <= state->top || office->keeps_top)
        return;
    state->top = head;
    memcpy(state->top_hash, hash, sizeof(state->top_hash));
}

static void move(const struct tq_office *office, struct tq_office_state *state,
        const struct tq_rows *rows, struct tq_slice scope, int64_t now_ms)
{
    state->position = rows->to;
    state->scope = scope; /* each chunk is of the scope of its session */
    state->last_received_at = now_ms;
    state->last_heard_at = now_ms;
    tq_office_raise_top(
            office, state, rows->complete ? rows->to.cursor : rows->head, rows->ledger_hash);
    if (!rows->complete)
        return;
    state->loaded_scope = scope;
    state->seen = rows->to.cursor;
    state->t_seen = rows->t_h;
    state->loading = false;
    state->backed_up = office->backed_up;
    if (office->backed_up == 0) /* none, or the district lacked what its receipts confirm */
        state->backup_from = rows->to.cursor;
    state->epoch = rows->to.cursor >> TQ_SEQUENCE_EPOCH_SHIFT;
}

/* Whose rows the file holds, now that they are all here: units of the scope, each ended by ';', then
 * the schema. */
static tq_status note_owners(struct tq_office *office, struct tq_slice scope, struct tq_error *err)
{
    struct tq_slice owners[MAX_OWNERS];
    size_t n = 0;
    size_t from = 0;

    for (size_t i = 0; i < scope.len && n < MAX_OWNERS; i++) {
        if (scope.data[i] != ';')
            continue;
        owners[n++] = tq_slice_of(scope.data + from, i - from);
        from = i + 1;
    }
    return office->ops->owners_put(office->store, owners, n, err);
}

static tq_status lay_chunk(struct tq_office *office, const struct tq_rows *rows, int64_t last,
        struct tq_office_state *state, struct tq_slice scope, int64_t now_ms,
        struct tq_arena *arena, struct tq_apply_result *result, struct tq_error *err)
{
    bool was_split = false;
    bool mine;
    tq_status rc = TQ_OK;

    if (!tq_slice_equal(state->scope, scope))
        tq_sums_forget(office); /* of other owners or columns than will be compared */
    for (size_t i = 0; rc == TQ_OK && i < rows->nreceipts; i++) {
        tq_arena_reset(arena);
        rc = tq_office_store_receipt(office, &rows->receipts[i], state, now_ms, arena, &mine, err);
    }
    if (rc == TQ_OK)
        rc = canonical_up_to(office, last, err);
    for (size_t i = 0; rc == TQ_OK && i < rows->nrows; i++) {
        tq_arena_reset(arena);
        rc = tq_office_lay_row(office, &rows->rows[i], arena, &was_split, err);
    }
    if (rc == TQ_OK && was_split)
        rc = tq_office_refresh_all(office, now_ms, err);
    if (rc == TQ_OK && rows->complete)
        rc = note_owners(office, scope, err);
    move(office, state, rows, scope, now_ms);
    if (rc == TQ_OK)
        rc = tq_office_settle(office, state->position.cursor, &result->settled, err);
    if (rc == TQ_OK)
        rc = office->ops->state_put(office->store, state, err);
    result->rows = rows->nrows;
    return rc;
}

tq_status tq_office_apply_rows(struct tq_office *office, const struct tq_rows *rows,
        struct tq_slice scope, int64_t now_ms, struct tq_apply_result *result, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state state;
    int64_t last;
    tq_status rc;

    memset(result, 0, sizeof(*result));
    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "rows");
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_APPLY, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, keep, &state, err)) != TQ_OK)
        goto out;
    if (rows->repair || !positions_equal(&state.position, &rows->from) ||
            rows->to.cursor < state.position.cursor) {
        result->outcome = TQ_APPLY_IGNORED;
        goto out;
    }
    rc = check_held(office, &rows->held, keep, &last, result, err);
    if (rc != TQ_OK || result->outcome != TQ_APPLY_DONE)
        goto out;
    rc = lay_chunk(office, rows, last, &state, scope, now_ms, arena, result, err);
    if (rc == TQ_OK)
        rc = office->ops->commit(office->store, err);

out:
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_APPLYING));
    tq_sums_end(office, rc == TQ_OK && result->outcome == TQ_APPLY_DONE);
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}
