/* office_receipt.c - Receipts: verify, store, and say what each unsettled cell now waits for. */
#include <stdlib.h>
#include <string.h>

#include "sync/office_internal.h"

/* An exception and the order of the receipt that said it. */
struct said {
    struct tq_exception exception;
    size_t order;
};

static int compare_said(const void *a, const void *b)
{
    const struct said *x = a;
    const struct said *y = b;

    if (x->exception.place != y->exception.place)
        return x->exception.place < y->exception.place ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->exception.cell != y->exception.cell)
        return x->exception.cell < y->exception.cell ? -1 : 1;
    return 0;
}

/* Of each place, keep what the last receipt that names it says. */
static size_t keep_last(const struct said *said, size_t n, struct tq_exception *out)
{
    size_t kept = 0;

    for (size_t i = 0; i < n;) {
        size_t end = i;

        while (end < n && said[end].exception.place == said[i].exception.place)
            end++;
        for (size_t k = i; k < end; k++)
            if (said[k].order == said[end - 1].order)
                out[kept++] = said[k].exception;
        i = end;
    }
    return kept;
}

tq_status tq_office_fates(struct tq_office *office, const struct tq_set *set,
        struct tq_arena *arena, struct tq_fates *out, struct tq_error *err)
{
    struct said *said = NULL;
    size_t n = 0;
    size_t order = 0;
    int64_t t = INT64_MIN;

    memset(out, 0, sizeof(*out));
    for (;;) {
        struct tq_receipt receipt;
        struct tq_slice bytes;
        struct said *grown;
        bool found = false;
        tq_status rc = office->ops->receipt_next(
                office->store, set->incarnation, set->seq, t, arena, &t, &bytes, &found, err);

        if (rc == TQ_OK && found)
            rc = office->codec->receipt_decode(bytes, arena, &receipt, err);
        if (rc != TQ_OK)
            return rc;
        if (!found)
            break;
        grown = tq_arena_array(arena, n + receipt.nexceptions, sizeof(*grown));
        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "receipts");
        if (n > 0)
            memcpy(grown, said, n * sizeof(*grown));
        for (size_t i = 0; i < receipt.nexceptions; i++) {
            grown[n].exception = receipt.exceptions[i];
            grown[n++].order = order;
        }
        said = grown;
        order++;
        out->merged_at = receipt.merged_at;
        out->confirmed = out->confirmed || !receipt.amending;
    }
    out->list = tq_arena_array(arena, n, sizeof(*out->list));
    if (out->list == NULL)
        return tq_error_set(err, TQ_NOMEM, "receipts");
    if (n > 0) {
        qsort(said, n, sizeof(*said), compare_said);
        out->n = keep_last(said, n, out->list);
    }
    return TQ_OK;
}

bool tq_office_as_sent(const struct tq_fates *fates, uint32_t place)
{
    size_t low = 0;
    size_t high = fates->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fates->list[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low == fates->n || fates->list[low].place != place;
}

/* Changes of a set by table, key, cell; equal ones in the order of the set. */
static int compare_changes(const void *a, const void *b)
{
    const struct tq_change *x = *(const struct tq_change *const *)a;
    const struct tq_change *y = *(const struct tq_change *const *)b;
    int order;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    order = tq_slice_compare(x->key, y->key);
    if (order != 0)
        return order;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    return (x > y) - (x < y); /* one array: the address is the place */
}

/* The last change of a cell in a set, NULL when there is none. */
static const struct tq_change *last_change(const struct tq_change *const *sorted, size_t n,
        uint32_t table, struct tq_slice key, uint32_t cell)
{
    size_t low = 0;
    size_t high = n;

    while (low < high) { /* first one after the cell's changes */
        size_t middle = low + (high - low) / 2;
        const struct tq_change *at = sorted[middle];
        int order =
                at->table != table ? (at->table < table ? -1 : 1) : tq_slice_compare(at->key, key);

        if (order < 0 || (order == 0 && at->cell <= cell))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    if (sorted[low - 1]->table != table || sorted[low - 1]->cell != cell ||
            !tq_slice_equal(sorted[low - 1]->key, key))
        return NULL;
    return sorted[low - 1];
}

static tq_pending_state state_of(tq_verdict verdict, bool row)
{
    if (verdict == TQ_HELD)
        return TQ_PENDING_HELD;
    if (!row) /* a cell that was not taken goes back to the district's value */
        return TQ_PENDING_WAITING;
    if (verdict == TQ_REFUSED_ROW)
        return TQ_PENDING_RETURNED;
    if (verdict == TQ_REQUESTED)
        return TQ_PENDING_REQUESTED;
    if (verdict == TQ_DROPPED)
        return TQ_PENDING_DROPPED;
    return TQ_PENDING_WAITING;
}

static tq_status put_state(struct tq_office *office, struct tq_pending *pending,
        const struct tq_exception *exception, int64_t now_ms, struct tq_error *err)
{
    tq_pending_state state = state_of(exception->verdict, pending->cell == TQ_CELL_ROW);
    struct tq_returned returned = { pending->table, pending->key, exception->reason,
        exception->column, exception->detail, pending->set_n, exception->place, now_ms };
    tq_status rc = TQ_OK;

    if (state != pending->state) {
        pending->state = state;
        rc = office->ops->pending_put(office->store, pending, err);
    }
    if (rc != TQ_OK || pending->cell != TQ_CELL_ROW)
        return rc;
    if (state == TQ_PENDING_WAITING || state == TQ_PENDING_DROPPED)
        return office->ops->returned_delete(office->store, pending->table, pending->key, err);
    return office->ops->returned_put(office->store, &returned, err);
}

/* The file goes back to the district's value of the cell: what it holds until then is kept for the
 * list that people see. Nothing has changed it since it was sealed. */
static tq_status keep_refused(struct tq_office *office, const struct tq_pending *pending,
        const struct tq_exception *exception, int64_t now_ms, struct tq_arena *arena,
        struct tq_error *err)
{
    struct tq_refused_change refused = { pending->table, pending->key, pending->cell, { 0 },
        exception->reason, exception->column, exception->detail, pending->set_n, now_ms };
    const struct tq_table *table = tq_catalogue_table(office->catalogue, pending->table);
    struct tq_value *row = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*row));
    struct tq_value *mine = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*mine));
    uint32_t *numbers = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*numbers));
    bool found = false;
    tq_status rc;

    if (table == NULL)
        return TQ_OK;
    if (row == NULL || mine == NULL || numbers == NULL)
        return tq_error_set(err, TQ_NOMEM, "refused");
    rc = office->ops->row_get(office->store, table, pending->key, arena, row, &found, err);
    if (rc != TQ_OK || !found)
        return rc;
    refused.mine.n = (uint32_t)tq_table_cell(table, pending->cell, numbers);
    for (uint32_t i = 0; i < refused.mine.n; i++) {
        mine[i] = row[numbers[i]];
        numbers[i] = table->columns[numbers[i]].id;
    }
    refused.mine.columns = numbers;
    refused.mine.values = mine;
    return office->ops->refused_put(office->store, &refused, err);
}

/* Apply one exception to the unsettled cells that it is about. */
static tq_status refresh_one(struct tq_office *office, int64_t set_n,
        const struct tq_change *const *sorted, const struct tq_set_body *body,
        const struct tq_exception *exception, int64_t now_ms, struct tq_arena *arena,
        struct tq_error *err)
{
    const struct tq_change *change = &body->changes[exception->place];
    bool whole = change->cell == TQ_CELL_ROW && exception->cell == TQ_CELL_ROW;
    uint32_t cell = change->cell == TQ_CELL_ROW ? exception->cell : change->cell;
    struct tq_pending *pending;
    size_t n;
    bool row_missing = false;
    tq_status rc = office->ops->pending_row(
            office->store, change->table, change->key, arena, &pending, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        row_missing = row_missing || pending[i].cell == TQ_CELL_ROW;
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        const struct tq_change *last;

        if (pending[i].set_n != set_n)
            continue;
        /* A refused insert whose row exists by now was split: it is about all its cells. */
        if (whole && !row_missing ? pending[i].cell == TQ_CELL_ROW : pending[i].cell != cell)
            continue;
        last = last_change(sorted, body->nchanges, change->table, change->key, pending[i].cell);
        if (last != NULL && last > change)
            continue;
        rc = put_state(office, &pending[i], exception, now_ms, err);
        if (rc == TQ_OK && exception->verdict == TQ_REFUSED_ROW && pending[i].cell != TQ_CELL_ROW)
            rc = keep_refused(office, &pending[i], exception, now_ms, arena, err);
    }
    return rc;
}

static tq_status refresh(struct tq_office *office, const struct tq_stored_set *set,
        const struct tq_fates *fates, int64_t now_ms, struct tq_arena *keep, struct tq_error *err)
{
    struct tq_arena *arena = NULL;
    const struct tq_change **sorted;
    struct tq_set_body body;
    tq_status rc;

    if (fates->n == 0 || set->set.payload.len == 0) /* pruned: no cell of it is unsettled */
        return TQ_OK;
    rc = office->codec->body_decode(set->set.payload, keep, &body, err);
    if (rc != TQ_OK)
        return rc;
    sorted = tq_arena_array(keep, body.nchanges, sizeof(*sorted));
    arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    if (sorted == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "receipts");
        goto out;
    }
    for (size_t i = 0; i < body.nchanges; i++)
        sorted[i] = &body.changes[i];
    if (body.nchanges > 0)
        qsort(sorted, body.nchanges, sizeof(*sorted), compare_changes);
    for (size_t i = 0; rc == TQ_OK && i < fates->n; i++) {
        tq_arena_reset(arena);
        if (fates->list[i].place >= body.nchanges)
            rc = tq_error_set(err, TQ_PROTOCOL, "receipt of set %llu names change %u of %zu",
                    (unsigned long long)set->set.seq, fates->list[i].place, body.nchanges);
        else
            rc = refresh_one(office, set->n, sorted, &body, &fates->list[i], now_ms, arena, err);
    }

out:
    tq_arena_free(arena);
    return rc;
}

tq_status tq_office_refresh_all(struct tq_office *office, int64_t now_ms, struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    int64_t *numbers;
    size_t n;
    tq_status rc;

    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "receipts");
        goto out;
    }
    rc = office->ops->pending_sets(office->store, keep, &numbers, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_stored_set set;
        struct tq_fates fates;

        tq_arena_reset(arena);
        if ((rc = office->ops->set_get_n(office->store, numbers[i], arena, &set, err)) == TQ_OK &&
                set.n != 0 && (rc = tq_office_fates(office, &set.set, arena, &fates, err)) == TQ_OK)
            rc = refresh(office, &set, &fates, now_ms, arena, err);
    }

out:
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}

/* Encode as stored, after the signature over the rest was checked. */
static tq_status check_signature(struct tq_office *office, const struct tq_receipt *receipt,
        struct tq_buf *stored, struct tq_error *err)
{
    tq_status rc = office->codec->receipt_encode(receipt, false, stored, err);

    if (rc == TQ_OK && !tq_buf_is_ok(stored))
        rc = tq_error_set(err, TQ_NOMEM, "receipt");
    if (rc != TQ_OK)
        return rc;
    if (!office->verify(
                office->district_key, TQ_SIGN_RECEIPT, tq_buf_slice(stored), receipt->signature))
        return tq_error_set(
                err, TQ_FORGED, "receipt of set %llu", (unsigned long long)receipt->seq);
    tq_buf_clear(stored);
    rc = office->codec->receipt_encode(receipt, true, stored, err);
    if (rc == TQ_OK && !tq_buf_is_ok(stored))
        rc = tq_error_set(err, TQ_NOMEM, "receipt");
    return rc;
}

/* Changes of a new branch that the district had from the old one already. */
static tq_status count_again(
        struct tq_office *office, const struct tq_receipt *receipt, struct tq_error *err)
{
    uint64_t again = 0;

    for (size_t i = 0; i < receipt->nexceptions; i++)
        if (receipt->exceptions[i].verdict == TQ_DUPLICATE &&
                (i == 0 || receipt->exceptions[i].place != receipt->exceptions[i - 1].place))
            again++;
    if (again == 0)
        return TQ_OK;
    return office->ops->fork_again(office->store, receipt->incarnation, again, err);
}

/* A set and its receipts changed: mark it, and its unsettled cells. */
static tq_status take(struct tq_office *office, const struct tq_receipt *receipt,
        struct tq_slice bytes, struct tq_stored_set *set, struct tq_office_state *state,
        int64_t now_ms, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_fates fates;
    bool first = !receipt->amending && set->merged_at == 0;
    tq_status rc = office->ops->receipt_put(
            office->store, receipt->incarnation, receipt->seq, receipt->t, bytes, err);

    if (rc == TQ_OK)
        rc = tq_office_fates(office, &set->set, arena, &fates, err);
    if (rc != TQ_OK)
        return rc;
    if (fates.merged_at > set->merged_at) /* it may have come back, and lie above its receipts */
        set->merged_at = fates.merged_at;
    if (set->fate == TQ_SET_WAITS && fates.confirmed)
        set->fate = TQ_SET_CONFIRMED;
    rc = office->ops->set_mark(office->store, set, err);
    if (rc == TQ_OK)
        rc = refresh(office, set, &fates, now_ms, arena, err);
    if (rc == TQ_OK && first)
        rc = count_again(office, receipt, err);
    if (rc != TQ_OK)
        return rc;
    tq_office_raise_top(office, state, receipt->ledger_seq, receipt->ledger_hash);
    state->last_confirmed_at = now_ms;
    state->last_heard_at = now_ms;
    if (!receipt->amending)
        state->last_sent_at = now_ms;
    return TQ_OK;
}

tq_status tq_office_store_receipt(struct tq_office *office, const struct tq_receipt *receipt,
        struct tq_office_state *state, int64_t now_ms, struct tq_arena *arena, bool *mine,
        struct tq_error *err)
{
    struct tq_stored_set set;
    struct tq_buf bytes;
    tq_status rc;

    *mine = false;
    rc = office->ops->set_get(office->store, receipt->incarnation, receipt->seq, arena, &set, err);
    if (rc != TQ_OK || set.n == 0 || receipt->device != set.set.device)
        return rc;
    if (memcmp(set.set.hash, receipt->set_hash, TQ_HASH_BYTES) != 0)
        return set.fate == TQ_SET_RESEALED
                       ? TQ_OK /* of the other copy, from before this file went on by itself */
                       : tq_error_set(err, TQ_COPIED, "set %llu", (unsigned long long)receipt->seq);
    tq_buf_init(&bytes, 0);
    rc = check_signature(office, receipt, &bytes, err);
    if (rc == TQ_OK)
        rc = take(office, receipt, tq_buf_slice(&bytes), &set, state, now_ms, arena, err);
    tq_buf_deinit(&bytes);
    *mine = rc == TQ_OK;
    return rc;
}

tq_status tq_office_take_receipt(struct tq_office *office, const struct tq_receipt *receipt,
        int64_t now_ms, bool *mine, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state state;
    size_t settled;
    tq_status rc;

    *mine = false;
    if (arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "receipt");
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_APPLY, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, arena, &state, err)) != TQ_OK ||
            (rc = tq_office_store_receipt(office, receipt, &state, now_ms, arena, mine, err)) !=
                    TQ_OK ||
            !*mine)
        goto out;
    if ((rc = tq_office_settle(office, state.position.cursor, &settled, err)) == TQ_OK &&
            (rc = office->ops->state_put(office->store, &state, err)) == TQ_OK)
        rc = office->ops->commit(office->store, err);

out:
    *mine = *mine && rc == TQ_OK;
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_RECEIPT));
    tq_sums_end(office, *mine);
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    return rc;
}
