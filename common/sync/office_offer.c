/* office_offer.c - What the district wrote itself is in no set. A district that was restored or
 * made anew, and says that it wants them, is offered the rows that this file holds and it has not, and
 * the cells that were other before it was found restored (sync.md section 7).
 *
 * The memory of it is the file's: rows that are marked (mark_extra), cells among the differences. One
 * message at a time, in order of the catalogue: parents come before their children. */
#include <string.h>

#include "sync/office_session_internal.h"

#define CHUNK_BYTES (TQ_MAX_OFFER_BYTES / 2)
#define ROW_BYTES ((size_t)64 * 1024) /* a larger one stays marked */
#define LOST_CELLS ((size_t)20000)    /* of one table */

bool tq_office_is_districts(const struct tq_column *column)
{
    return column->leaves && (column->writers & (TQ_BY_DISTRICT | TQ_BY_SYSTEM)) != 0;
}

/* The district writes its rows, or no row of it is ever offered. */
static bool is_districts(const struct tq_table *table)
{
    return (table->writers & (TQ_BY_DISTRICT | TQ_BY_SYSTEM)) != 0;
}

struct chunk {
    struct tq_office_session *session;
    struct tq_row *rows;
    size_t n;
    size_t bytes;
    bool full;
};

static size_t size_of(const struct tq_row *row)
{
    size_t bytes = row->key.len + 16;

    for (uint32_t i = 0; i < row->ncolumns; i++)
        bytes += 16 + (row->values[i].type == TQ_NULL ? 0 : row->values[i].s.len);
    return bytes;
}

/* Put a row to the message, and note it for the answer; *full: it must wait for the next one. */
static tq_status put(
        struct chunk *chunk, const struct tq_row *row, bool whole, struct tq_error *err)
{
    struct tq_offering *o = &chunk->session->offering;
    size_t bytes = size_of(row);
    const void *key;

    if (row->ncolumns == 0 || bytes > ROW_BYTES)
        return TQ_OK;
    chunk->full =
            chunk->n == TQ_MAX_OFFER_ROWS || (chunk->n > 0 && chunk->bytes + bytes > CHUNK_BYTES);
    if (chunk->full)
        return TQ_OK;
    key = tq_arena_copy(chunk->session->offered, row->key.data, row->key.len);
    if (key == NULL)
        return tq_error_set(err, TQ_NOMEM, "offer");
    chunk->rows[chunk->n++] = *row;
    chunk->bytes += bytes;
    memset(&o->rows[o->nrows], 0, sizeof(o->rows[0]));
    o->rows[o->nrows].table = row->table;
    o->rows[o->nrows].key = tq_slice_of(key, row->key.len);
    o->rows[o->nrows++].exists = whole;
    return TQ_OK;
}

/* A row as it stands in the file, as far as the district may write it. */
static tq_status whole_row(struct chunk *chunk, const struct tq_table *table, struct tq_slice key,
        struct tq_row *out, struct tq_error *err)
{
    struct tq_office *office = chunk->session->office;
    struct tq_arena *arena = chunk->session->step;
    struct tq_value *values = tq_arena_array(arena, table->ncolumns, sizeof(*values));
    uint32_t *columns = tq_arena_array(arena, table->ncolumns, sizeof(*columns));
    uint32_t n = 0;
    bool found;
    tq_status rc;

    if (values == NULL || columns == NULL)
        return tq_error_set(err, TQ_NOMEM, "offer");
    rc = office->ops->row_get(office->store, table, key, arena, values, &found, err);
    for (size_t i = 0; rc == TQ_OK && found && i < table->ncolumns; i++) {
        if (!tq_office_is_districts(&table->columns[i]))
            continue;
        columns[n] = table->columns[i].id;
        values[n++] = values[i];
    }
    out->ncolumns = n;
    out->columns = columns;
    out->values = values;
    return rc;
}

static bool is_after(const struct tq_offering *o, struct tq_slice key)
{
    return o->key_len == 0 || tq_slice_compare(key, tq_slice_of(o->key, o->key_len)) > 0;
}

static void pass(struct tq_offering *o, struct tq_slice key)
{
    if (key.len <= sizeof(o->key)) {
        memcpy(o->key, key.data, key.len);
        o->key_len = key.len;
    }
}

/* Rows that the district has not: those that are marked. */
static tq_status put_rows(struct chunk *chunk, const struct tq_table *table, struct tq_error *err)
{
    struct tq_office *office = chunk->session->office;
    struct tq_offering *o = &chunk->session->offering;
    struct tq_pending *list;
    size_t n;
    tq_status rc = office->ops->pending_table(
            office->store, table->id, chunk->session->step, &list, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n && !chunk->full; i++) {
        struct tq_row row = { .table = table->id, .key = list[i].key, .exists = true };

        if (list[i].cell != TQ_CELL_ROW || list[i].state != TQ_PENDING_RETURNED ||
                list[i].set_n != 0 || !is_after(o, list[i].key))
            continue;
        rc = whole_row(chunk, table, list[i].key, &row, err);
        if (rc == TQ_OK)
            rc = put(chunk, &row, true, err);
        if (rc == TQ_OK && !chunk->full)
            pass(o, list[i].key);
    }
    return rc;
}

/* Cells of one row, of the list of differences; *n: how many of them were looked at. */
static tq_status lost_of(struct chunk *chunk, const struct tq_table *table,
        const struct tq_difference_record *list, size_t count, struct tq_row *out, size_t *n,
        struct tq_error *err)
{
    struct tq_arena *arena = chunk->session->step;
    uint32_t *columns = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*columns));
    struct tq_value *values = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*values));

    *n = 0;
    if (columns == NULL || values == NULL)
        return tq_error_set(err, TQ_NOMEM, "offer");
    for (; *n < count && tq_slice_equal(list[*n].key, list[0].key); (*n)++) {
        int at = tq_table_column(table, list[*n].column);

        if (at < 0 || out->ncolumns == TQ_MAX_COLUMNS ||
                !tq_office_is_districts(&table->columns[at]))
            continue;
        columns[out->ncolumns] = list[*n].column;
        values[out->ncolumns++] = list[*n].found;
    }
    out->columns = columns;
    out->values = values;
    return TQ_OK;
}

static tq_status put_cells(struct chunk *chunk, const struct tq_table *table, struct tq_error *err)
{
    struct tq_office *office = chunk->session->office;
    struct tq_offering *o = &chunk->session->offering;
    struct tq_difference_record *list;
    size_t count;
    size_t n = 0;
    tq_status rc = office->ops->lost_cells(
            office->store, table->id, LOST_CELLS, chunk->session->step, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count && !chunk->full; i += n) {
        struct tq_row row = { .table = table->id, .key = list[i].key, .exists = true };

        rc = lost_of(chunk, table, &list[i], count - i, &row, &n, err);
        if (rc != TQ_OK || !is_after(o, row.key))
            continue;
        rc = put(chunk, &row, false, err);
        if (rc == TQ_OK && !chunk->full)
            pass(o, row.key);
    }
    return rc;
}

static tq_status fill(struct chunk *chunk, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = chunk->session->office->catalogue;
    struct tq_offering *o = &chunk->session->offering;
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && !chunk->full && o->table < catalogue->ntables) {
        const struct tq_table *table = &catalogue->tables[o->table];

        if (o->cells)
            rc = put_cells(chunk, table, err);
        else if (is_districts(table))
            rc = put_rows(chunk, table, err);
        if (rc != TQ_OK || chunk->full)
            break;
        o->table += o->cells ? 1 : 0;
        o->cells = !o->cells;
        o->key_len = 0;
    }
    return rc;
}

tq_status tq_session_offer(struct tq_office_session *session, bool *done, struct tq_error *err)
{
    struct tq_offering *o = &session->offering;
    struct chunk chunk = { session, NULL, 0, 0, false };
    struct tq_message message;
    tq_status rc;

    *done = o->done || !session->welcome.wants_offers;
    if (*done || o->waiting)
        return TQ_OK;
    tq_arena_reset(session->offered);
    o->nrows = 0;
    chunk.rows = tq_arena_array(session->step, TQ_MAX_OFFER_ROWS, sizeof(*chunk.rows));
    if (chunk.rows == NULL)
        return tq_error_set(err, TQ_NOMEM, "offer");
    rc = fill(&chunk, err);
    if (rc != TQ_OK)
        return rc;
    o->done = chunk.n == 0;
    *done = o->done;
    if (o->done)
        return TQ_OK;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_OFFER;
    message.u.offer.number = ++o->number;
    message.u.offer.nrows = chunk.n;
    message.u.offer.rows = chunk.rows;
    o->waiting = true;
    session->result.rows_offered += (uint32_t)chunk.n;
    session->result.round_trips++;
    return tq_session_send(session, &message, err);
}

/* An officer decided against a row: it goes, if only the district could have written it and nobody has
 * begun to change it here. */
static tq_status drop_row(
        struct tq_office_session *session, const struct tq_row *row, struct tq_error *err)
{
    struct tq_office *office = session->office;
    const struct tq_table *table = tq_catalogue_table(office->catalogue, row->table);
    struct tq_pending *list;
    size_t n;
    tq_status rc;

    if (table == NULL || (table->writers & TQ_BY_COMMUNE) != 0)
        return TQ_OK;
    rc = office->ops->pending_row(
            office->store, table->id, row->key, session->step, &list, &n, err);
    if (rc != TQ_OK || n != 1 || list[0].cell != TQ_CELL_ROW || list[0].set_n != 0 ||
            list[0].state != TQ_PENDING_RETURNED)
        return rc;
    rc = office->ops->pending_delete(office->store, table->id, row->key, TQ_CELL_ROW, err);
    if (rc == TQ_OK)
        rc = office->ops->returned_delete(office->store, table->id, row->key, err);
    if (rc == TQ_OK)
        rc = office->ops->row_delete(office->store, table, row->key, err);
    session->result.rows_refused += rc == TQ_OK;
    return rc;
}

/* Only what this very message had offered can be refused by its answer. */
static const struct tq_row *find_offered(const struct tq_offering *o, const struct tq_row *row)
{
    for (size_t i = 0; i < o->nrows; i++)
        if (o->rows[i].exists && o->rows[i].table == row->table &&
                tq_slice_equal(o->rows[i].key, row->key))
            return &o->rows[i];
    return NULL;
}

tq_status tq_session_offer_answered(
        struct tq_office_session *session, const struct tq_offer *answer, struct tq_error *err)
{
    const struct tq_office_ops *ops = session->office->ops;
    void *store = session->office->store;
    struct tq_offering *o = &session->offering;
    tq_status rc = ops->begin(store, TQ_TXN_APPLY, err);

    for (size_t i = 0; rc == TQ_OK && i < answer->nrows; i++)
        if (!answer->rows[i].exists && find_offered(o, &answer->rows[i]) != NULL)
            rc = drop_row(session, &answer->rows[i], err);
    for (size_t i = 0; rc == TQ_OK && i < o->nrows; i++)
        if (!o->rows[i].exists)
            rc = ops->lost_told(store, o->rows[i].table, o->rows[i].key, err);
    if (rc == TQ_OK)
        rc = ops->commit(store, err);
    ops->rollback(store);
    o->waiting = rc != TQ_OK;
    return rc;
}
