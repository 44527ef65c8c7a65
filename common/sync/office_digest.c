/* office_digest.c - Comparing with the district: sums over canonical values, narrowing by ranges.
 *
 * On most nights tq_office_compare takes the sums that office_sums.c kept; the rows themselves are
 * read when these may be wrong, and always before anything is called different. */
#include <stdlib.h>
#include <string.h>

#include "tuquan/digest.h"
#include "tuquan/mem.h"

#include "sync/office_internal.h"

/* What to do with one canonical row, in key order. */
typedef tq_status (*visit_fn)(
        void *ctx, struct tq_slice key, const struct tq_value *values, struct tq_error *err);

struct walker {
    struct tq_office *office;
    const struct tq_table *table;
    const struct tq_range *range;
    const struct tq_pending *pending; /* of the table, by key */
    size_t npending;
    visit_fn visit;
    void *ctx;
};

/* The unsettled cells of one key: how many, and where they begin. */
static size_t pending_of(const struct walker *walker, struct tq_slice key, size_t *first)
{
    size_t low = 0;
    size_t high = walker->npending;
    size_t n = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (tq_slice_compare(walker->pending[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + n < walker->npending && tq_slice_equal(walker->pending[low + n].key, key))
        n++;
    *first = low;
    return n;
}

/* Visit one row of the file. *past: its key lies beyond the range. */
static tq_status walk_row(const struct walker *walker, struct tq_value *values, struct tq_buf *buf,
        bool *past, struct tq_error *err)
{
    struct tq_slice key;
    size_t first;
    size_t n;

    tq_buf_clear(buf);
    if (!tq_key_encode(walker->table, values, buf))
        return tq_buf_is_ok(buf) ? tq_error_set(err, TQ_CORRUPT, "%s: a row without a key",
                                           walker->table->name)
                                 : tq_error_set(err, TQ_NOMEM, "digest");
    key = tq_buf_slice(buf);
    if (tq_slice_compare(key, walker->range->low) < 0)
        return TQ_OK;
    *past = walker->range->high.len > 0 && tq_slice_compare(key, walker->range->high) >= 0;
    if (*past)
        return TQ_OK;
    n = pending_of(walker, key, &first);
    if (n > 0 && !tq_office_canonical(walker->table, &walker->pending[first], n, values))
        return TQ_OK; /* no such row at the district */
    return walker->visit(walker->ctx, key, values, err);
}

static tq_status walk(struct tq_office *office, const struct tq_table *table,
        const struct tq_range *range, visit_fn visit, void *ctx, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct walker walker = { office, table, range, NULL, 0, visit, ctx };
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_pending *pending = NULL;
    struct tq_buf buf;
    bool found = true;
    bool past = false;
    tq_status rc;

    tq_buf_init(&buf, TQ_MAX_KEY_BYTES);
    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "digest");
        goto out;
    }
    rc = office->ops->pending_table(
            office->store, table->id, keep, &pending, &walker.npending, err);
    walker.pending = pending;
    if (rc == TQ_OK)
        rc = office->ops->rows_open(office->store, table, range->owner, range->low, err);
    while (rc == TQ_OK && !past) {
        tq_arena_reset(arena);
        rc = office->ops->rows_next(office->store, arena, values, &found, err);
        if (rc != TQ_OK || !found)
            break;
        rc = walk_row(&walker, values, &buf, &past, err);
    }

out:
    office->ops->rows_close(office->store);
    tq_buf_deinit(&buf);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}

/* ---- sums ---- */

struct summing {
    const struct tq_table *table;
    uint32_t schema;
    uint64_t rows;
    uint8_t sum[TQ_DIGEST_BYTES];
};

static tq_status visit_sum(
        void *ctx, struct tq_slice key, const struct tq_value *values, struct tq_error *err)
{
    struct summing *summing = ctx;
    uint8_t row[TQ_DIGEST_BYTES];

    (void)key;
    (void)err;
    tq_digest_row(summing->table, summing->schema, values, row);
    tq_digest_add(summing->sum, row);
    summing->rows++;
    return TQ_OK;
}

tq_status tq_office_digest(
        struct tq_office *office, uint32_t schema, struct tq_range *range, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(office->catalogue, range->table);
    struct summing summing = { table, schema, 0, { 0 } };
    tq_status rc = TQ_OK;

    if (table != NULL)
        rc = walk(office, table, range, visit_sum, &summing, err);
    range->rows = summing.rows;
    memcpy(range->sum, summing.sum, sizeof(range->sum));
    return rc;
}

struct splitting {
    struct summing summing;
    size_t per_range;
    struct tq_arena *arena;
    struct tq_range *list;
    size_t n;
    size_t max;
};

static void end_range(struct splitting *splitting)
{
    struct tq_range *range = &splitting->list[splitting->n - 1];

    range->rows = splitting->summing.rows;
    memcpy(range->sum, splitting->summing.sum, sizeof(range->sum));
    splitting->summing.rows = 0;
    memset(splitting->summing.sum, 0, sizeof(splitting->summing.sum));
}

static tq_status visit_split(
        void *ctx, struct tq_slice key, const struct tq_value *values, struct tq_error *err)
{
    struct splitting *splitting = ctx;

    if (splitting->summing.rows >= splitting->per_range && splitting->n < splitting->max) {
        struct tq_range *next = &splitting->list[splitting->n];
        const void *copy = tq_arena_copy(splitting->arena, key.data, key.len);

        if (copy == NULL)
            return tq_error_set(err, TQ_NOMEM, "digest");
        end_range(splitting);
        *next = splitting->list[splitting->n - 1];
        next->low = tq_slice_of(copy, key.len);
        next->high = tq_slice_of(NULL, 0);
        splitting->list[splitting->n - 1].high = next->low;
        splitting->n++;
    }
    return visit_sum(&splitting->summing, key, values, err);
}

tq_status tq_office_split(struct tq_office *office, uint32_t schema, uint32_t table_id,
        struct tq_slice owner, size_t per_range, size_t max, struct tq_arena *arena,
        struct tq_range **out, size_t *n, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(office->catalogue, table_id);
    struct tq_range whole = { table_id, owner, { NULL, 0 }, { NULL, 0 }, 0, { 0 } };
    struct splitting splitting = { { table, schema, 0, { 0 } }, per_range, arena, NULL, 1, max };
    tq_status rc;

    *out = NULL;
    *n = 0;
    if (table == NULL || max == 0)
        return TQ_OK;
    rc = tq_office_digest(office, schema, &whole, err);
    if (rc != TQ_OK)
        return rc;
    if (whole.rows / max + 1 > per_range)
        splitting.per_range = (size_t)(whole.rows / max) + 1;
    splitting.list = tq_arena_array(arena, max, sizeof(*splitting.list));
    if (splitting.list == NULL)
        return tq_error_set(err, TQ_NOMEM, "digest");
    splitting.list[0] = whole;
    rc = walk(office, table, &whole, visit_split, &splitting, err);
    end_range(&splitting);
    *out = splitting.list;
    *n = splitting.n;
    return rc;
}

/* ---- comparing ---- */

struct comparing {
    struct tq_office *office;
    uint32_t schema;
    bool every_row;
    struct tq_slice unit;
    const struct tq_digest *theirs;
    size_t ntheirs;
    struct tq_digest *out;
    size_t n;
};

static tq_status compare_one(
        struct comparing *comparing, const struct tq_digest *theirs, struct tq_error *err)
{
    struct tq_range range = { theirs->table, theirs->owner, { NULL, 0 }, { NULL, 0 }, 0, { 0 } };
    tq_status rc = TQ_OK;

    if (tq_catalogue_table(comparing->office->catalogue, theirs->table) == NULL)
        return TQ_OK;
    if (comparing->every_row) {
        rc = tq_office_digest(comparing->office, comparing->schema, &range, err);
        if (rc == TQ_OK && !tq_sums_put(comparing->office, &range))
            comparing->office->sums.n = TQ_SUMS_MAX + 1; /* not kept */
    } else if (!tq_sums_get(comparing->office, &range)) {
        comparing->out[comparing->n++] = *theirs; /* never asked for before */
        return TQ_OK;
    }
    if (rc == TQ_OK &&
            (range.rows != theirs->rows || memcmp(range.sum, theirs->sum, TQ_DIGEST_BYTES) != 0))
        comparing->out[comparing->n++] = *theirs;
    return rc;
}

static bool is_listed(
        const struct tq_digest *digests, size_t n, uint32_t table, struct tq_slice owner)
{
    for (size_t i = 0; i < n; i++)
        if (digests[i].table == table && tq_slice_equal(digests[i].owner, owner))
            return true;
    return false;
}

static tq_status compare_all(struct comparing *comparing, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = comparing->office->catalogue;
    tq_status rc = TQ_OK;

    comparing->n = 0;
    for (size_t i = 0; rc == TQ_OK && i < comparing->ntheirs; i++)
        rc = compare_one(comparing, &comparing->theirs[i], err);
    /* What the district does not name is empty there. */
    for (size_t i = 0; rc == TQ_OK && i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];
        struct tq_digest empty = { table->id, { NULL, 0 }, 0, { 0 } };

        if (table->scope == TQ_OWN)
            empty.owner = comparing->unit;
        if (table->since <= comparing->schema &&
                !is_listed(comparing->theirs, comparing->ntheirs, table->id, empty.owner))
            rc = compare_one(comparing, &empty, err);
    }
    return rc;
}

/* May the sums be taken that were kept since the last comparison? A clock that was set back makes
 * no week longer. */
static bool sums_hold(const struct tq_office *office, const struct tq_office_state *state,
        uint32_t schema, int64_t now_ms, bool quiet)
{
    return quiet && office->sums.valid && office->sums.schema == schema && !state->foreign_write &&
           now_ms >= state->read_every_row_at &&
           now_ms - state->read_every_row_at < TQ_READ_EVERY_ROW_MS;
}

static tq_status read_all(struct comparing *comparing, struct tq_error *err)
{
    struct tq_sums *sums = &comparing->office->sums;
    tq_status rc;

    comparing->every_row = true;
    tq_sums_begin(comparing->office, comparing->schema);
    rc = compare_all(comparing, err);
    sums->valid = rc == TQ_OK && sums->n <= TQ_SUMS_MAX;
    return rc;
}

tq_status tq_office_compare(struct tq_office *office, uint32_t schema,
        const struct tq_digest *digests, size_t ndigests, int64_t now_ms, struct tq_arena *arena,
        struct tq_digest **out, size_t *unequal, bool *every_row, struct tq_error *err)
{
    struct comparing comparing = { office, schema, false, { NULL, 0 }, digests, ndigests, NULL, 0 };
    struct tq_office_state state;
    bool quiet;
    tq_status rc;

    *out = NULL;
    *unequal = 0;
    *every_row = true;
    comparing.out =
            tq_arena_array(arena, ndigests + office->catalogue->ntables, sizeof(*comparing.out));
    if (comparing.out == NULL)
        return tq_error_set(err, TQ_NOMEM, "digest");
    if ((rc = office->ops->begin(office->store, TQ_TXN_READ, err)) != TQ_OK ||
            (rc = office->ops->watch(office->store, &quiet, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, arena, &state, err)) != TQ_OK)
        goto out;
    comparing.unit = state.unit;
    if (sums_hold(office, &state, schema, now_ms, quiet)) {
        rc = compare_all(&comparing, err);
        *every_row = comparing.n > 0;
        if (rc == TQ_OK && *every_row) {
            size_t before = comparing.n;

            rc = read_all(&comparing, err);
            office->sums.wrong += rc == TQ_OK && comparing.n < before ? 1 : 0;
        }
    } else {
        rc = read_all(&comparing, err);
    }
    *out = comparing.out;
    *unequal = comparing.n;

out:
    if (rc != TQ_OK)
        tq_sums_forget(office);
    office->ops->rollback(office->store);
    return rc;
}

tq_status tq_office_record_equal(
        struct tq_office *office, uint64_t h, int64_t now_ms, bool every_row, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state state;
    tq_status rc;

    if (arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "digest");
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_APPLY, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, arena, &state, err)) != TQ_OK)
        goto out;
    state.equal_as_of = h;
    state.equal_at = now_ms;
    if (every_row) {
        state.read_every_row_at = now_ms;
        state.foreign_write = false;
    }
    rc = office->ops->state_put(office->store, &state, err);
    if (rc == TQ_OK)
        rc = office->ops->commit(office->store, err);

out:
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    return rc;
}

/* ---- repair ---- */

struct keys {
    struct tq_arena *arena;
    struct tq_slice *list;
    size_t n;
    size_t cap;
};

static tq_status visit_key(
        void *ctx, struct tq_slice key, const struct tq_value *values, struct tq_error *err)
{
    struct keys *keys = ctx;
    const void *copy = tq_arena_copy(keys->arena, key.data, key.len);

    (void)values;
    if (keys->n == keys->cap) {
        size_t cap = keys->cap > 0 ? 2 * keys->cap : 64;
        struct tq_slice *grown = tq_mem_realloc(keys->list, cap * sizeof(*grown));

        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "repair");
        keys->list = grown;
        keys->cap = cap;
    }
    if (copy == NULL)
        return tq_error_set(err, TQ_NOMEM, "repair");
    keys->list[keys->n++] = tq_slice_of(copy, key.len);
    return TQ_OK;
}

/* "table key.column" for people: natural keys as they are, surrogates in hex. */
static void fault_text(
        struct tq_buf *out, const struct tq_table *table, struct tq_slice key, const char *column)
{
    tq_buf_printf(out, "%s ", table->name);
    for (size_t i = 0; i < key.len; i++) {
        if (table->surrogate)
            tq_buf_printf(out, "%02x", key.data[i]);
        else
            tq_buf_append_u8(out, key.data[i] == 0x1f ? '/' : key.data[i]);
    }
    if (column != NULL)
        tq_buf_printf(out, " %s", column);
}

static tq_status put_fault(struct tq_office *office, tq_difference kind,
        const struct tq_table *table, struct tq_slice key, const struct tq_column *column,
        const struct tq_value *found, const struct tq_value *expected, int64_t now_ms,
        struct tq_error *err)
{
    struct tq_difference_record fault = { kind, table->id, key, column != NULL ? column->id : 0,
        tq_value_null(), tq_value_null(), { NULL, 0 }, now_ms };
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    if (office->rebuilding)
        fault.kind = (tq_difference)(kind + TQ_DIFFERS_LOST);
    if (found != NULL)
        fault.found = *found;
    if (expected != NULL)
        fault.expected = *expected;
    fault_text(&text, table, key, column != NULL ? column->name : NULL);
    fault.text = tq_buf_slice(&text);
    rc = tq_buf_is_ok(&text) ? office->ops->fault_put(office->store, &fault, err)
                             : tq_error_set(err, TQ_NOMEM, "fault");
    tq_buf_deinit(&text);
    return rc;
}

/* Canonical values of one row here; *found false when the district would not have it either. */
static tq_status canonical_row(struct tq_office *office, const struct tq_table *table,
        struct tq_slice key, struct tq_arena *arena, struct tq_value *values, bool *found,
        struct tq_error *err)
{
    struct tq_pending *pending;
    size_t n;
    tq_status rc = office->ops->row_get(office->store, table, key, arena, values, found, err);

    if (rc != TQ_OK || !*found)
        return rc;
    rc = office->ops->pending_row(office->store, table->id, key, arena, &pending, &n, err);
    if (rc == TQ_OK)
        *found = tq_office_canonical(table, pending, n, values);
    return rc;
}

/* A repair tells the district's present rows: what is newer than `as_of` came after the comparing
 * and is laid, but it is no fault of this file. */
static tq_status repair_row(struct tq_office *office, const struct tq_table *table,
        const struct tq_row *row, uint64_t as_of, int64_t now_ms, struct tq_arena *arena,
        bool *split, uint32_t *repaired, struct tq_error *err)
{
    struct tq_value ours[TQ_MAX_COLUMNS];
    struct tq_value theirs[TQ_MAX_COLUMNS];
    bool found;
    bool differs = false;
    tq_status rc = canonical_row(office, table, row->key, arena, ours, &found, err);

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < table->ncolumns; i++)
        theirs[i] = found ? ours[i] : table->columns[i].fallback;
    rc = tq_office_row_values(table, row, theirs, err);
    if (rc == TQ_OK && !found) {
        differs = true;
        if (row->seq <= as_of)
            rc = put_fault(
                    office, TQ_DIFFERS_MISSING, table, row->key, NULL, NULL, NULL, now_ms, err);
    }
    for (size_t i = 0; rc == TQ_OK && found && i < table->ncolumns; i++) {
        if (!table->columns[i].leaves || tq_value_equal(&ours[i], &theirs[i]))
            continue;
        differs = true;
        if (row->seq <= as_of)
            rc = put_fault(office, TQ_DIFFERS_CELL, table, row->key, &table->columns[i], &ours[i],
                    &theirs[i], now_ms, err);
    }
    if (rc != TQ_OK || !differs)
        return rc;
    (*repaired)++;
    return tq_office_lay_row(office, row, arena, split, err);
}

/* A row that the district has not: it stays, marked, until someone decides. */
static tq_status mark_extra(struct tq_office *office, const struct tq_table *table,
        struct tq_slice key, int64_t now_ms, struct tq_error *err)
{
    struct tq_returned returned = { table->id, key, TQ_REASON_NONE, 0, { NULL, 0 }, 0, 0, now_ms };
    struct tq_pending insert;
    tq_status rc;

    memset(&insert, 0, sizeof(insert));
    insert.table = table->id;
    insert.cell = TQ_CELL_ROW;
    insert.key = key;
    insert.state = TQ_PENDING_RETURNED;
    if ((rc = office->ops->pending_put(office->store, &insert, err)) != TQ_OK ||
            (rc = office->ops->returned_put(office->store, &returned, err)) != TQ_OK)
        return rc;
    return put_fault(office, TQ_DIFFERS_EXTRA, table, key, NULL, NULL, NULL, now_ms, err);
}

static const struct tq_row *find_row(const struct tq_rows *rows, struct tq_slice key)
{
    for (size_t i = 0; i < rows->nrows; i++)
        if (rows->rows[i].exists && tq_slice_equal(rows->rows[i].key, key))
            return &rows->rows[i];
    return NULL;
}

static bool in_range(const struct tq_range *range, const struct tq_row *row)
{
    return row->table == range->table && tq_slice_compare(row->key, range->low) >= 0 &&
           (range->high.len == 0 || tq_slice_compare(row->key, range->high) < 0);
}

static tq_status repair(struct tq_office *office, const struct tq_table *table,
        const struct tq_rows *rows, uint64_t as_of, struct keys *keys, int64_t now_ms,
        struct tq_arena *arena, uint32_t *repaired, struct tq_error *err)
{
    bool split = false;
    size_t settled;
    struct tq_office_state state;
    tq_status rc = walk(office, table, &rows->range, visit_key, keys, err);

    for (size_t i = 0; rc == TQ_OK && i < rows->nrows; i++) {
        tq_arena_reset(arena);
        if (!in_range(&rows->range, &rows->rows[i]))
            rc = tq_error_set(err, TQ_PROTOCOL, "%s: a repair outside its range", table->name);
        else if (rows->rows[i].exists)
            rc = repair_row(
                    office, table, &rows->rows[i], as_of, now_ms, arena, &split, repaired, err);
    }
    for (size_t i = 0; rc == TQ_OK && i < keys->n; i++) {
        if (find_row(rows, keys->list[i]) != NULL)
            continue;
        rc = mark_extra(office, table, keys->list[i], now_ms, err);
        (*repaired)++;
    }
    if (rc == TQ_OK && split)
        rc = tq_office_refresh_all(office, now_ms, err);
    tq_arena_reset(arena);
    if (rc == TQ_OK)
        rc = office->ops->state_get(office->store, arena, &state, err);
    if (rc == TQ_OK) {
        tq_office_raise_top(office, &state, rows->head, rows->ledger_hash);
        rc = office->ops->state_put(office->store, &state, err);
    }
    return rc == TQ_OK ? tq_office_settle(office, state.position.cursor, &settled, err) : rc;
}

tq_status tq_office_apply_repair(struct tq_office *office, const struct tq_rows *rows,
        uint64_t as_of, int64_t now_ms, uint32_t *repaired, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(office->catalogue, rows->range.table);
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct keys keys = { keep, NULL, 0, 0 };
    tq_status rc;

    *repaired = 0;
    tq_sums_forget(office);
    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "repair");
        goto out;
    }
    if (!rows->repair || table == NULL) {
        rc = tq_error_set(err, TQ_PROTOCOL, "a repair of table %u", rows->range.table);
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_APPLY, err)) != TQ_OK ||
            (rc = repair(office, table, rows, as_of, &keys, now_ms, arena, repaired, err)) != TQ_OK)
        goto out;
    rc = office->ops->commit(office->store, err);

out:
    if (rc != TQ_OK) {
        *repaired = 0;
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_REPAIR));
    }
    office->ops->rollback(office->store);
    tq_mem_free(keys.list);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}
