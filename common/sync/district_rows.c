/* district_rows.c - The chunks of a pull (sync.md section 4).
 *
 * Near cursors are answered from the index of keys by sequence (district_near.c); first loads, far
 * cursors and grown scopes by a scan in key order up to a fixed head, then the tail from there. Each
 * chunk is built in one read transaction. */
#include <string.h>

#include "sync/district_near.h"

#define PAGE_FIRST 16
#define PAGE_MOST 256

tq_status district_row(struct tq_district *d, const struct session *s,
        const struct tq_stored_row *stored, struct tq_row *out, struct tq_error *err)
{
    uint32_t *columns;
    struct tq_value *values;
    uint32_t n = 0;

    memset(out, 0, sizeof(*out));
    out->table = stored->table->id;
    out->key = stored->key;
    out->exists = stored->exists;
    if (!stored->exists)
        return TQ_OK;
    out->seq = stored->meta.row_seq;
    columns = tq_arena_array(d->arena, stored->table->ncolumns, sizeof(*columns));
    values = tq_arena_array(d->arena, stored->table->ncolumns, sizeof(*values));
    if (columns == NULL || values == NULL)
        return tq_error_set(err, TQ_NOMEM, "row");
    for (size_t i = 0; i < stored->table->ncolumns; i++) {
        const struct tq_column *column = &stored->table->columns[i];

        if (!column->leaves || column->since > s->schema)
            continue;
        columns[n] = column->id;
        values[n++] = stored->values[i];
    }
    out->columns = columns;
    out->values = values;
    out->ncolumns = n;
    return district_origins(d, s, stored, out, err);
}

static size_t row_bytes(const struct tq_row *row)
{
    size_t bytes = row->key.len + 8;

    for (uint32_t i = 0; i < row->ncolumns; i++)
        bytes += 9 + row->values[i].s.len;
    return bytes;
}

/* The next rows from the index. *done: nothing is left up to the head. */
static tq_status near_rows(struct tq_district *d, struct session *s, struct district_near *near,
        struct tq_rows *rows, struct tq_row *list, bool *done, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    size_t bytes = 0;
    size_t n = 0;
    size_t i;

    for (i = near->next; i < near->count && n < d->config.chunk_rows && bytes < CHUNK_BYTES; i++) {
        const struct tq_index_entry *e = &near->rows[i].last;
        const struct tq_table *table = tq_catalogue_table(d->config.merge.catalogue, e->table);
        struct tq_stored_row stored;
        tq_status rc;

        if (table == NULL || table->since > s->schema)
            continue;
        memset(&stored, 0, sizeof(stored));
        rc = store->rows_get(store->ctx, table, &e->key, 1, d->arena, &stored, err);
        if (rc != TQ_OK)
            return rc;
        stored.table = table;
        stored.key = e->key;
        rc = district_row(d, s, &stored, &list[n], err);
        if (rc != TQ_OK)
            return rc;
        if (!stored.exists)
            list[n].seq = e->seq;
        bytes += row_bytes(&list[n]);
        n++;
    }
    *done = i == near->count;
    near->next = i;
    rows->nrows = n;
    rows->rows = list;
    if (!*done)
        rows->to.cursor = near->rows[i - 1].last.seq;
    return TQ_OK;
}

static const struct tq_table *table_after(const struct tq_district *d, uint32_t id)
{
    const struct tq_catalogue *catalogue = d->config.merge.catalogue;

    if (id == 0)
        return &catalogue->tables[0];
    for (size_t i = 0; i + 1 < catalogue->ntables; i++)
        if (catalogue->tables[i].id == id)
            return &catalogue->tables[i + 1];
    return NULL;
}

/* How many rows are read at a time: few until it is known how long they are, for what is read and does
 * not fit in the chunk is read again. */
static size_t page_of(size_t room, size_t n, size_t bytes)
{
    size_t most = n == 0 ? PAGE_FIRST : (CHUNK_BYTES - bytes) / (bytes / n + 1) + 1;

    most = most < PAGE_MOST ? most : PAGE_MOST;
    return room < most ? room : most;
}

/* The next rows in key order: on from (table, key), through the following tables. */
static tq_status scan_rows(struct tq_district *d, struct session *s, struct tq_rows *rows,
        struct tq_row *list, struct tq_error *err)
{
    const struct tq_table *table =
            s->at.scan_table == 0 ? table_after(d, 0)
                                  : tq_catalogue_table(d->config.merge.catalogue, s->at.scan_table);
    struct tq_stored_row *stored = tq_arena_array(d->arena, d->config.chunk_rows, sizeof(*stored));
    struct tq_slice after = s->at.scan_table == 0 ? tq_slice_of(NULL, 0) : s->at.scan_key;
    size_t bytes = 0;
    size_t n = 0;

    if (stored == NULL)
        return tq_error_set(err, TQ_NOMEM, "scan");
    while (table != NULL && n < d->config.chunk_rows && bytes < CHUNK_BYTES) {
        size_t want = page_of(d->config.chunk_rows - n, n, bytes);
        size_t got = 0;
        size_t taken = 0;
        tq_status rc = TQ_OK;

        if (table->since <= s->schema)
            rc = district_scan(d, s, table, after, want, stored, &got, err);
        while (rc == TQ_OK && taken < got && bytes < CHUNK_BYTES) {
            rc = district_row(d, s, &stored[taken++], &list[n], err);
            bytes += row_bytes(&list[n]);
            n++;
        }
        if (rc != TQ_OK)
            return rc;
        rows->to.scan_table = table->id;
        rows->to.scan_key = taken > 0 ? stored[taken - 1].key : after;
        after = rows->to.scan_key;
        if (taken == got && got < want) {
            table = table_after(d, table->id);
            after = tq_slice_of(NULL, 0);
            if (table != NULL) {
                rows->to.scan_table = table->id;
                rows->to.scan_key = after;
            }
        }
    }
    rows->nrows = n;
    rows->rows = list;
    if (table == NULL) { /* the scan is through: go on from its head */
        rows->to.scanning = false;
        if (s->seen < s->at.scan_h)
            s->seen = s->at.scan_h; /* the tail begins there, however much lies below */
        rows->to.cursor = s->at.scan_h;
        rows->to.scan_h = 0;
        rows->to.scan_table = 0;
        rows->to.scan_key = tq_slice_of(NULL, 0);
    }
    return TQ_OK;
}

/* What the office is to be equal to, as of the head of this transaction. */
static tq_status digests(
        struct tq_district *d, struct session *s, struct tq_rows *rows, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = d->config.merge.catalogue;
    struct tq_digest *list =
            tq_arena_array(d->arena, catalogue->ntables * s->nunits, sizeof(*list));
    size_t n = 0;

    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "digests");
    for (size_t i = 0; i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];
        for (size_t k = 0; table->since <= s->schema && k < district_owners(s, table); k++) {
            struct tq_slice owner = district_owner(s, table, k);
            tq_status rc = district_digest(d, s, table, owner, &list[n], err);

            if (rc != TQ_OK)
                return rc;
            list[n].table = table->id;
            list[n].owner = owner;
            n++;
        }
    }
    rows->ndigests = n;
    rows->digests = list;
    return TQ_OK;
}

/* Leave out what lies above `to`: the next chunk begins there. */
static void cut(struct district_near *near, struct tq_rows *rows, uint64_t to)
{
    if (near->walked) {
        while (near->next > 0 && near->rows[near->next - 1].last.seq > to)
            near->next--;
        while (rows->nrows > 0 && rows->rows[rows->nrows - 1].seq > to)
            rows->nrows--;
    }
    rows->to.cursor = to;
    rows->complete = false;
}

/* What an earlier receipt told otherwise, in the very chunk that moves the cursor over it: so it
 * is lost with the chunk or stored with it, and each file has all receipts up to its cursor. Many
 * of them end the chunk early, between two transactions. *all: none was left for the next. */
static tq_status amend(struct tq_district *d, struct session *s, struct district_near *near,
        struct tq_rows *rows, bool *all, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_receipt *list;
    struct tq_slice *bytes;
    uint64_t *heads;
    size_t total = 0;
    size_t told = 0;
    size_t count = 0;
    tq_status rc = TQ_OK;

    *all = true;
    if (rows->to.cursor > rows->from.cursor)
        rc = store->receipts_amending(store->ctx, s->device, rows->from.cursor, rows->to.cursor,
                d->arena, &bytes, &heads, &count, err);
    if (rc != TQ_OK || count == 0)
        return rc;
    list = tq_arena_array(d->arena, count, sizeof(*list));
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "receipts");
    for (size_t i = 0; *all && i < count; i++) {
        rc = d->config.merge.codec->receipt_decode(bytes[i], d->arena, &list[i], err);
        if (rc != TQ_OK)
            return rc;
        *all = (total < CHUNK_BYTES && told < d->config.chunk_rows) || heads[i] == heads[i - 1];
        if (*all)
            rows->nreceipts = i + 1;
        else
            cut(near, rows, heads[i - 1]);
        total += bytes[i].len;
        told += list[i].nexceptions;
    }
    rows->receipts = list;
    return TQ_OK;
}

/* The chunk is on its way: the session stands behind it. */
static void chunk_sent(
        struct tq_district *d, struct session *s, const struct tq_rows *rows, uint64_t head)
{
    struct tq_district_note note;

    s->rows_out += rows->nrows;
    s->at = rows->to;
    if (s->at.scan_key.len > 0) {
        memcpy(s->scan_key, rows->to.scan_key.data, rows->to.scan_key.len);
        s->at.scan_key.data = s->scan_key;
    }
    if (!rows->complete)
        return;
    district_session_move(s, TQ_DISTRICT_SERVED);
    memset(&note, 0, sizeof(note));
    note.event = TQ_EVENT_COMPLETE;
    note.head = head;
    district_note(d, s, &note);
}

/* The whole scope, from its first key; `h` is fixed however often the pull is cut. */
static void begin_scan(struct session *s, uint64_t h)
{
    s->rescope = false;
    s->began_h = h;
    s->at.scanning = true;
    s->at.scan_h = h;
    s->at.scan_table = 0;
    s->at.scan_key = tq_slice_of(s->scan_key, 0);
}

/* Build and send one chunk. *more: another may follow at once. */
static tq_status chunk(struct tq_district *d, struct session *s, struct district_near *near,
        bool *more, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_row *list = tq_arena_array(d->arena, d->config.chunk_rows, sizeof(*list));
    struct tq_district_state state;
    struct tq_message message;
    struct tq_rows *rows = &message.u.rows;
    struct tq_chain chain;
    bool sets_done;
    bool done = false;
    bool all;
    tq_status rc;

    memset(&message, 0, sizeof(message));
    *more = false;
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "chunk");
    rc = store->state_get(store->ctx, &state, err);
    if (rc == TQ_OK)
        rc = store->chain_get(store->ctx, s->device, s->incarnation, &chain, err);
    if (rc != TQ_OK)
        return rc;
    sets_done = chain.head.seq >= s->sets_coming;
    message.kind = TQ_MSG_ROWS;
    rows->from = s->at;
    rows->held = chain.head;
    rows->held.incarnation = s->incarnation;
    rows->head = state.head;
    memcpy(rows->ledger_hash, state.ledger_hash, TQ_HASH_BYTES);
    if (!s->at.scanning && !s->rescope) {
        bool far = false;

        rc = near->walked ? TQ_OK : district_near_walk(d, s, near, &far, err);
        if (rc != TQ_OK)
            return rc;
        s->rescope = far;
    }
    if (s->rescope)
        begin_scan(s, state.head);
    rows->to = s->at;
    if (s->at.scanning) {
        rc = scan_rows(d, s, rows, list, err);
    } else {
        rows->to.cursor = state.head;
        rc = near_rows(d, s, near, rows, list, &done, err);
        if (rc == TQ_OK && done && !sets_done && rows->nrows == 0)
            return TQ_OK; /* nothing to say before the office's own sets are in */
        rows->complete = done && sets_done;
    }
    if (rc == TQ_OK)
        rc = amend(d, s, near, rows, &all, err);
    if (rc == TQ_OK && rows->complete) {
        rows->t_h = state.t_last;
        rc = digests(d, s, rows, err);
    }
    if (rc == TQ_OK)
        rc = district_send(d, s, &message, err);
    if (rc != TQ_OK)
        return rc;
    chunk_sent(d, s, rows, state.head);
    *more = !(done && all) && !rows->complete;
    return TQ_OK;
}

/* One read transaction for all chunks that the credit allows: they continue one another. */
tq_status district_pump(
        struct tq_district *d, struct session *s, int64_t now_ms, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct district_near near;
    bool more = true;
    tq_status rc;

    (void)now_ms;
    if (s->credit == 0)
        return TQ_OK;
    rc = district_near_init(&near, err);
    if (rc == TQ_OK)
        rc = store->begin_read(store->ctx, err);
    if (rc == TQ_OK) {
        while (rc == TQ_OK && more && s->credit > 0 && s->phase == TQ_DISTRICT_PULLING) {
            tq_arena_reset(d->arena); /* a first load is many chunks: each has the whole of it */
            rc = chunk(d, s, &near, &more, err);
        }
        store->rollback(store->ctx);
    }
    district_near_deinit(&near);
    district_origins_forget(d);
    return rc;
}
