/* district_why.c - Every value ever sent for a cell, with what became of it. */
#include "store/district_internal.h"
#include "tuquan/district_reports.h"

#include <string.h>

#include "tuquan/merge.h"

#define SCRATCH_BYTES ((size_t)256 * 1024 * 1024)

/* What is being asked, and what has been found so far. */
struct asking {
    struct tq_district_store *store;
    const struct tq_codec_ops *codec;
    const struct tq_table *table;
    struct tq_slice key;
    uint32_t cell;
    bool exists;
    struct tq_meta meta; /* of the row as it stands */
    struct tq_arena *scratch;
    struct tq_arena *arena;
    struct tq_why_entry *list;
    size_t count;
    size_t room;
    struct tq_error *err;
};

static bool concerns(const struct asking *ask, const struct tq_change *change)
{
    if (change->table != ask->table->id || !tq_slice_equal(change->key, ask->key))
        return false;
    return ask->cell == TQ_CELL_ROW || change->cell == TQ_CELL_ROW || change->cell == ask->cell;
}

static bool copy_slice(struct tq_arena *arena, struct tq_slice *slice)
{
    if (slice->len == 0)
        return true;
    slice->data = tq_arena_copy(arena, slice->data, slice->len);
    return slice->data != NULL;
}

static struct tq_value *copy_values(
        struct tq_arena *arena, const struct tq_value *values, uint32_t count)
{
    struct tq_value *copy = tq_arena_array(arena, (size_t)count + 1, sizeof(*copy));

    for (uint32_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = values[i];
        if ((copy[i].type == TQ_TEXT || copy[i].type == TQ_BLOB) && !copy_slice(arena, &copy[i].s))
            return NULL;
    }
    return copy;
}

/* Out of the scratch arena into the result's. */
static tq_status copy_change(struct asking *ask, struct tq_change *change)
{
    uint32_t *columns = tq_arena_array(ask->arena, (size_t)change->ncolumns + 1, sizeof(*columns));
    struct tq_value *after = copy_values(ask->arena, change->after, change->ncolumns);
    struct tq_value *before = change->before != NULL
                                      ? copy_values(ask->arena, change->before, change->ncolumns)
                                      : NULL;

    if (columns == NULL || after == NULL || (change->before != NULL && before == NULL) ||
            !copy_slice(ask->arena, &change->key) || !copy_slice(ask->arena, &change->owner) ||
            !copy_slice(ask->arena, &change->lock_on) || !copy_slice(ask->arena, &change->author))
        return district_no_memory(ask->arena, ask->err);
    if (change->ncolumns > 0)
        memcpy(columns, change->columns, change->ncolumns * sizeof(*columns));
    change->columns = columns;
    change->after = after;
    change->before = before;
    return TQ_OK;
}

static struct tq_why_entry *add(struct asking *ask)
{
    if (ask->count == ask->room) {
        size_t room = ask->room == 0 ? 16 : ask->room * 2;
        struct tq_why_entry *grown = tq_arena_array(ask->arena, room, sizeof(*grown));

        if (grown == NULL)
            return NULL;
        if (ask->count > 0)
            memcpy(grown, ask->list, ask->count * sizeof(*grown));
        ask->list = grown;
        ask->room = room;
    }
    return &ask->list[ask->count++];
}

/* The latest word about each place that was found in this set. */
static tq_status read_verdicts(
        struct asking *ask, const struct tq_ledger_set *set, size_t first_found)
{
    struct tq_slice *bytes;
    size_t nreceipts;
    tq_status rc = ask->store->ops.receipts_of(ask->store, set->set.device, set->set.incarnation,
            set->set.seq, ask->scratch, &bytes, &nreceipts, ask->err);

    for (size_t i = 0; rc == TQ_OK && i < nreceipts; i++) {
        struct tq_receipt receipt;

        rc = ask->codec->receipt_decode(bytes[i], ask->scratch, &receipt, ask->err);
        for (size_t k = 0; rc == TQ_OK && k < receipt.nexceptions; k++) {
            for (size_t j = first_found; j < ask->count; j++) {
                if (ask->list[j].place != receipt.exceptions[k].place)
                    continue;
                ask->list[j].verdict = receipt.exceptions[k].verdict;
                ask->list[j].reason = receipt.exceptions[k].reason;
            }
        }
    }
    return rc;
}

/* The sequence that the cell carries, if it came from this change: its own, or the one that it got
 * when it was released later. */
static tq_status is_current(struct asking *ask, const struct tq_why_entry *entry, bool *out)
{
    uint64_t seq = ask->cell == TQ_CELL_ROW ? tq_meta_seq(&ask->meta, entry->change.cell)
                                            : tq_meta_seq(&ask->meta, ask->cell);
    struct tq_error ignored;
    uint64_t n;
    uint32_t place;
    tq_status rc;

    *out = ask->exists && seq == entry->seq;
    if (!ask->exists || *out)
        return TQ_OK;
    rc = ask->store->ops.origin_get(ask->store, seq, &n, &place, &ignored);
    if (rc == TQ_OK)
        *out = n == entry->set_n && place == entry->place;
    else if (rc != TQ_NOT_FOUND && ask->err != NULL)
        *ask->err = ignored;
    return rc == TQ_NOT_FOUND ? TQ_OK : rc;
}

static tq_status take_change(struct asking *ask, const struct tq_ledger_set *set,
        const struct tq_set_body *body, const int64_t *e, uint32_t place)
{
    struct tq_why_entry *entry = add(ask);
    tq_status rc;

    if (entry == NULL)
        return district_no_memory(ask->arena, ask->err);
    entry->set_n = set->n;
    entry->device = set->set.device;
    entry->incarnation = set->set.incarnation;
    entry->set_seq = set->set.seq;
    entry->place = place;
    entry->seq = set->first_seq + place;
    entry->change = body->changes[place];
    entry->e = e[place];
    entry->received_t = set->ta;
    entry->verdict = TQ_ACCEPTED;
    entry->reason = TQ_REASON_NONE;
    rc = copy_change(ask, &entry->change);
    if (rc == TQ_OK)
        rc = is_current(ask, entry, &entry->current);
    return rc;
}

static tq_status search_set(struct asking *ask, const struct tq_ledger_set *set)
{
    struct tq_set_body body;
    size_t first_found = ask->count;
    int64_t *e = NULL;
    tq_status rc = ask->codec->body_decode(set->set.payload, ask->scratch, &body, ask->err);

    for (size_t i = 0; rc == TQ_OK && i < body.nchanges; i++) {
        if (!concerns(ask, &body.changes[i]))
            continue;
        if (e == NULL) {
            e = tq_arena_array(ask->scratch, body.nchanges, sizeof(*e));
            if (e == NULL)
                return district_no_memory(ask->scratch, ask->err);
            tq_effective_times(&body, set->ta, set->offset_ms, set->e0, e);
        }
        rc = take_change(ask, set, &body, e, (uint32_t)i);
    }
    if (rc == TQ_OK && ask->count > first_found)
        rc = read_verdicts(ask, set, first_found);
    return rc;
}

static tq_status load_row(struct asking *ask)
{
    struct tq_stored_row row;
    tq_status rc = ask->store->ops.rows_get(
            ask->store, ask->table, &ask->key, 1, ask->scratch, &row, ask->err);

    if (rc == TQ_OK) {
        ask->exists = row.exists;
        ask->meta = row.meta;
    }
    return rc;
}

tq_status tq_report_why(struct tq_district_store *store, const struct tq_codec_ops *codec,
        const struct tq_table *table, struct tq_slice key, uint32_t cell, struct tq_arena *arena,
        struct tq_why_entry **out, size_t *count, struct tq_error *err)
{
    struct asking ask;
    uint64_t n = 0;
    bool found = true;
    bool mine = !store->in_txn;
    tq_status rc;

    memset(&ask, 0, sizeof(ask));
    ask.store = store;
    ask.codec = codec;
    ask.table = table;
    ask.key = key;
    ask.cell = cell;
    ask.arena = arena;
    ask.err = err;
    *out = NULL;
    *count = 0;
    ask.scratch = tq_arena_new(SCRATCH_BYTES);
    if (ask.scratch == NULL)
        return district_no_memory(NULL, err);
    rc = mine ? district_begin_read(store, err) : TQ_OK;
    if (rc != TQ_OK)
        goto out;
    rc = load_row(&ask);
    while (rc == TQ_OK && found) {
        struct tq_ledger_set set;

        tq_arena_reset(ask.scratch);
        rc = district_next_set(store, n, ask.scratch, &set, NULL, &found, err);
        if (rc == TQ_OK && found) {
            n = set.n;
            rc = search_set(&ask, &set);
        }
    }
    if (mine)
        district_rollback(store);
    if (rc == TQ_OK) {
        *out = ask.list;
        *count = ask.count;
    }

out:
    tq_arena_free(ask.scratch);
    return rc;
}

/* The set and place that a sequence was given to. */
static tq_status change_at(struct tq_district_store *store, uint64_t seq, struct tq_arena *arena,
        struct tq_ledger_set *set, uint32_t *place, struct tq_error *err)
{
    uint64_t n = 0;
    tq_status rc = store->ops.origin_get(store, seq, &n, place, err);

    if (rc == TQ_OK)
        return store->ops.ledger_by_n(store, n, arena, set, err);
    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    rc = store->ops.ledger_by_seq(store, seq, arena, set, err);
    if (rc == TQ_OK)
        *place = (uint32_t)(seq - set->first_seq);
    return rc;
}

tq_status tq_report_entered(struct tq_district_store *store, const struct tq_codec_ops *codec,
        const struct tq_table *table, struct tq_slice key, struct tq_arena *arena, int64_t *e,
        struct tq_error *err)
{
    struct tq_stored_row row;
    struct tq_ledger_set set;
    struct tq_set_body body;
    uint32_t place = 0;
    int64_t *times;
    tq_status rc = store->ops.rows_get(store, table, &key, 1, arena, &row, err);

    *e = 0;
    if (rc == TQ_OK && !row.exists)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", table->name);
    if (rc == TQ_OK)
        rc = change_at(store, row.meta.born_seq, arena, &set, &place, err);
    if (rc == TQ_OK)
        rc = codec->body_decode(set.set.payload, arena, &body, err);
    if (rc != TQ_OK)
        return rc;
    if (place >= body.nchanges)
        return tq_error_set(err, TQ_CORRUPT, "set %llu has no place %u", (unsigned long long)set.n,
                (unsigned)place);
    times = tq_arena_array(arena, body.nchanges, sizeof(*times));
    if (times == NULL)
        return district_no_memory(arena, err);
    tq_effective_times(&body, set.ta, set.offset_ms, set.e0, times);
    *e = times[place];
    return TQ_OK;
}
