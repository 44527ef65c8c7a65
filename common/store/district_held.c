/* district_held.c - What waits, what lost, digests and the dated facts of the district's store. */
#include "store/district_internal.h"

#include <inttypes.h>
#include <string.h>

#include "tuquan/digest.h"

#define UNITS_OF_A_SCOPE 33u /* one more than a session takes: it says so */

static tq_status held_put(void *ctx, struct tq_held *held, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, held->id == 0 ? SQL_HELD_ADD : SQL_HELD_SET);
    tq_status rc;

    bind_int(&q, held->kind);
    bind_int(&q, held->reason);
    bind_int(&q, held->column);
    bind_u64(&q, held->set_n);
    bind_int(&q, held->place);
    bind_int(&q, held->e);
    bind_int(&q, held->wait_table);
    bind_slice(&q, held->wait_key);
    bind_int(&q, held->table);
    bind_slice(&q, held->key);
    bind_int(&q, held->cell);
    if (held->id != 0)
        bind_u64(&q, held->id);
    rc = district_run(&q, "held change", err);
    if (rc == TQ_OK && sqlite3_changes(store->db) != 1)
        rc = tq_error_set(
                err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_HELD_CHANGE), held->id);
    if (rc == TQ_OK && held->id == 0)
        held->id = (uint64_t)sqlite3_last_insert_rowid(store->db);
    return rc;
}

static tq_status held_delete(void *ctx, uint64_t id, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_HELD_DELETE);

    bind_u64(&q, id);
    return district_run(&q, "held change", err);
}

static tq_status held_any(void *ctx, bool *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_HELD_ANY);
    tq_status rc = district_step(&q, out, "held changes", err);

    district_end(&q);
    return rc;
}

static tq_status read_held(
        struct district_bind *q, struct tq_arena *arena, void *to, struct tq_error *err)
{
    struct tq_held *out = to;
    tq_status rc;

    out->id = column_u64(q, 0);
    out->kind = (tq_held_kind)column_int(q, 1);
    out->reason = (tq_reason)column_int(q, 2);
    out->column = (uint32_t)column_u64(q, 3);
    out->set_n = column_u64(q, 4);
    out->place = (uint32_t)column_u64(q, 5);
    out->e = column_int(q, 6);
    out->wait_table = (uint32_t)column_u64(q, 7);
    out->table = (uint32_t)column_u64(q, 9);
    out->cell = (uint32_t)column_u64(q, 11);
    rc = column_copy(q, 8, arena, &out->wait_key, err);
    if (rc == TQ_OK)
        rc = column_copy(q, 10, arena, &out->key, err);
    return rc;
}

static tq_status read_loser(
        struct district_bind *q, struct tq_arena *arena, void *to, struct tq_error *err)
{
    struct tq_loser *out = to;
    tq_status rc;

    out->seq = column_u64(q, 0);
    out->cell = (uint32_t)column_u64(q, 1);
    out->set_n = column_u64(q, 2);
    out->place = (uint32_t)column_u64(q, 3);
    out->table = (uint32_t)column_u64(q, 4);
    rc = column_copy(q, 5, arena, &out->key, err);
    if (rc == TQ_OK)
        rc = column_copy(q, 6, arena, &out->entry, err);
    return rc;
}

/* All rows of a statement as an array of `size` byte elements in the arena. */
static tq_status collect(struct district_bind *q, struct tq_arena *arena, size_t size,
        tq_status (*read)(struct district_bind *, struct tq_arena *, void *, struct tq_error *),
        void **out, size_t *count, struct tq_error *err)
{
    uint8_t *list = NULL;
    size_t room = 0;
    bool row;
    tq_status rc = district_step(q, &row, "what waits", err);

    *count = 0;
    while (rc == TQ_OK && row) {
        if (*count == room) {
            uint8_t *grown;

            room = room == 0 ? 4 : room * 2;
            grown = tq_arena_array(arena, room, size);
            if (grown == NULL) {
                rc = district_no_memory(arena, err);
                break;
            }
            if (*count > 0)
                memcpy(grown, list, *count * size);
            list = grown;
        }
        rc = read(q, arena, list + *count * size, err);
        if (rc == TQ_OK) {
            (*count)++;
            rc = district_step(q, &row, "what waits", err);
        }
    }
    district_end(q);
    *out = list;
    return rc;
}

static tq_status held_by(struct tq_district_store *store, enum district_sql which, uint32_t table,
        struct tq_slice key, struct tq_arena *arena, struct tq_held **out, size_t *count,
        struct tq_error *err)
{
    struct district_bind q = district_take(store, which);
    void *list;
    tq_status rc;

    bind_int(&q, table);
    bind_slice(&q, key);
    rc = collect(&q, arena, sizeof(**out), read_held, &list, count, err);
    *out = list;
    return rc;
}

static tq_status held_waiting(void *ctx, uint32_t table, struct tq_slice key,
        struct tq_arena *arena, struct tq_held **out, size_t *count, struct tq_error *err)
{
    return held_by(ctx, SQL_HELD_WAITING, table, key, arena, out, count, err);
}

static tq_status held_about(void *ctx, uint32_t table, struct tq_slice key, struct tq_arena *arena,
        struct tq_held **out, size_t *count, struct tq_error *err)
{
    return held_by(ctx, SQL_HELD_ABOUT, table, key, arena, out, count, err);
}

static tq_status loser_put(void *ctx, const struct tq_loser *loser, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LOSER_ADD);

    bind_u64(&q, loser->seq);
    bind_int(&q, loser->cell);
    bind_u64(&q, loser->set_n);
    bind_int(&q, loser->place);
    bind_int(&q, loser->table);
    bind_slice(&q, loser->key);
    bind_slice(&q, loser->entry);
    return district_run(&q, "inbox entry", err);
}

static tq_status loser_delete(void *ctx, uint64_t seq, uint32_t cell, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LOSER_DELETE);

    bind_u64(&q, seq);
    bind_int(&q, cell);
    return district_run(&q, "inbox entry", err);
}

static tq_status losers(void *ctx, uint32_t table, struct tq_slice key, uint32_t cell,
        struct tq_arena *arena, struct tq_loser **out, size_t *count, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LOSERS);
    void *list;
    tq_status rc;

    bind_int(&q, table);
    bind_slice(&q, key);
    bind_int(&q, cell);
    rc = collect(&q, arena, sizeof(**out), read_loser, &list, count, err);
    *out = list;
    return rc;
}

static tq_status digest_get(void *ctx, uint32_t table, struct tq_slice owner, struct tq_digest *out,
        struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_DIGEST);
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    out->table = table;
    out->owner = owner;
    bind_int(&q, table);
    bind_text(&q, owner);
    rc = district_step(&q, &row, "digest", err);
    if (rc != TQ_OK || !row)
        return rc;
    out->rows = column_u64(&q, 0);
    rc = column_fixed(&q, 1, out->sum, sizeof(out->sum), "digest", err);
    district_end(&q);
    return rc;
}

static tq_status digest_move(void *ctx, uint32_t table, struct tq_slice owner, int64_t rows,
        const uint8_t add[TQ_DIGEST_BYTES], const uint8_t subtract[TQ_DIGEST_BYTES],
        struct tq_error *err)
{
    struct tq_digest now;
    struct district_bind q;
    tq_status rc = digest_get(ctx, table, owner, &now, err);

    if (rc != TQ_OK)
        return rc;
    if (rows < 0 && now.rows < (uint64_t)-rows)
        return tq_error_set(
                err, TQ_CORRUPT, "digest of table %" PRIu32 ": fewer than no rows", table);
    tq_digest_add(now.sum, add);
    tq_digest_subtract(now.sum, subtract);
    q = district_take(ctx, SQL_DIGEST_SET);
    bind_int(&q, table);
    bind_text(&q, owner);
    bind_int(&q, (int64_t)now.rows + rows);
    bind_blob(&q, now.sum, sizeof(now.sum));
    return district_run(&q, "digest", err);
}

/* Is there a row? */
static tq_status any(struct district_bind *q, bool *out, const char *what, struct tq_error *err)
{
    tq_status rc = district_step(q, out, what, err);

    if (rc == TQ_OK && *out)
        district_end(q);
    return rc;
}

static tq_status locked(void *ctx, struct tq_slice lock_on, bool *out, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    bool by_date = tq_date_is_valid(lock_on);
    struct district_bind q;

    *out = false;
    if (lock_on.len == 0 || tq_catalogue_find(store->catalogue, "period") == NULL)
        return TQ_OK;
    q = district_take(store, by_date ? SQL_LOCKED_DATE : SQL_LOCKED_PERIOD);
    bind_text(&q, lock_on);
    return any(&q, out, "locked periods", err);
}

static tq_status unit_scope(void *ctx, struct tq_slice unit, struct tq_arena *arena,
        struct tq_slice **out, size_t *count, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct tq_slice *list = tq_arena_array(arena, UNITS_OF_A_SCOPE, sizeof(*list));
    struct district_bind q;
    bool row = true;
    tq_status rc = TQ_OK;

    *out = list;
    *count = 1;
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "units");
    list[0] = unit;
    if (tq_catalogue_find(store->catalogue, "unit_successor") == NULL)
        return TQ_OK;
    q = district_take(store, SQL_UNIT_SCOPE);
    bind_text(&q, unit);
    while (rc == TQ_OK && *count < UNITS_OF_A_SCOPE) {
        rc = district_step(&q, &row, "units", err);
        if (rc != TQ_OK || !row)
            return rc;
        rc = column_copy(&q, 0, arena, &list[*count], err);
        (*count)++;
    }
    district_end(&q);
    return rc;
}

static tq_status unit_closed(
        void *ctx, struct tq_slice unit, uint64_t *closed_seq, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    const struct tq_table *table = tq_catalogue_find(store->catalogue, "unit");
    int column = table != NULL ? tq_table_column_find(table, "valid_to") : -1;
    struct district_bind q;
    struct tq_meta meta;
    bool row;
    tq_status rc;

    *closed_seq = 0;
    if (column < 0)
        return TQ_OK;
    q = district_take(store, SQL_UNIT_CLOSED);
    bind_text(&q, unit);
    rc = district_step(&q, &row, "unit", err);
    if (rc != TQ_OK || !row)
        return rc;
    if (tq_meta_decode(column_slice(&q, 0), &meta))
        *closed_seq = tq_meta_seq(&meta, table->columns[column].cell);
    else
        rc = tq_error_set(err, TQ_CORRUPT, "metadata of unit %.*s", (int)unit.len, unit.data);
    district_end(&q);
    return rc;
}

void district_held_ops(struct tq_district_ops *ops)
{
    ops->held_put = held_put;
    ops->held_delete = held_delete;
    ops->held_any = held_any;
    ops->held_waiting = held_waiting;
    ops->held_about = held_about;
    ops->loser_put = loser_put;
    ops->loser_delete = loser_delete;
    ops->losers = losers;
    ops->digest_move = digest_move;
    ops->digest_get = digest_get;
    ops->locked = locked;
    ops->unit_scope = unit_scope;
    ops->unit_closed = unit_closed;
}
