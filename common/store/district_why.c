/* district_why.c - Every value ever sent for a cell, with what became of it. */
#include "store/district_found.h"

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
    struct found_list found;
    struct tq_error *err;
};

static bool concerns(const struct asking *ask, const struct tq_change *change)
{
    if (change->table != ask->table->id || !tq_slice_equal(change->key, ask->key))
        return false;
    return ask->cell == TQ_CELL_ROW || change->cell == TQ_CELL_ROW || change->cell == ask->cell;
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

static tq_status search_set(struct asking *ask, const struct tq_ledger_set *set)
{
    struct tq_set_body body;
    size_t first_found = ask->found.count;
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
        rc = found_add(&ask->found, set, &body.changes[i], (uint32_t)i, e[i], ask->err);
        if (rc == TQ_OK) {
            struct tq_why_entry *entry = &ask->found.list[ask->found.count - 1];

            rc = is_current(ask, entry, &entry->current);
        }
    }
    if (rc == TQ_OK && ask->found.count > first_found)
        rc = found_read_verdicts(
                ask->store, ask->codec, set, ask->scratch, &ask->found, first_found, ask->err);
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
    ask.found.arena = arena;
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
        *out = ask.found.list;
        *count = ask.found.count;
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

tq_status tq_report_wrote(struct tq_district_store *store, const struct tq_codec_ops *codec,
        const struct tq_table *table, struct tq_slice key, uint32_t cell, struct tq_arena *arena,
        struct tq_why_entry *out, bool *found, struct tq_error *err)
{
    struct tq_stored_row row;
    struct tq_ledger_set set;
    struct tq_set_body body;
    uint32_t place = 0;
    uint64_t seq = 0;
    tq_status rc = store->ops.rows_get(store, table, &key, 1, arena, &row, err);

    memset(out, 0, sizeof(*out));
    *found = false;
    if (rc != TQ_OK || !row.exists)
        return rc;
    seq = tq_meta_seq(&row.meta, cell);
    rc = change_at(store, seq, arena, &set, &place, err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = codec->body_decode(set.set.payload, arena, &body, err);
    if (rc == TQ_OK && place >= body.nchanges)
        rc = tq_error_set(
                err, TQ_CORRUPT, "sequence %llu has no place in its set", (unsigned long long)seq);
    if (rc != TQ_OK)
        return rc;
    out->set_n = set.n;
    out->device = set.set.device;
    out->incarnation = set.set.incarnation;
    out->set_seq = set.set.seq;
    out->place = place;
    out->seq = seq;
    out->change = body.changes[place];
    out->received_t = set.ta;
    out->current = true;
    *found = true;
    return TQ_OK;
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
