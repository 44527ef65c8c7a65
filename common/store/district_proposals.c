/* district_proposals.c - Rows and cells that the district wrote itself and lost, as offices offer them:
 * noted, counted by commune, listed for the officers; within bounds (sync.md section 7). */
#include "tuquan/proposals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/district_proposals.h"
#include "tuquan/district_devices.h"
#include "tuquan/hash.h"

static tq_status was_rebuilt(void *ctx, bool *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_WAS_REBUILT);
    bool row;
    tq_status rc = district_step(&q, &row, "district", err);

    *out = false;
    if (rc != TQ_OK || !row)
        return rc;
    *out = column_int(&q, 0) != 0;
    district_end(&q);
    return TQ_OK;
}

/* ---- taking ---- */

static bool encode_cells(struct tq_buf *out, const struct tq_cells *cells)
{
    for (uint32_t i = 0; i < cells->n; i++) {
        tq_buf_append_varint(out, cells->columns[i]);
        tq_value_encode(out, &cells->values[i]);
    }
    return tq_buf_is_ok(out);
}

static tq_status has_room(struct tq_district_store *store, const struct tq_proposed *proposed,
        size_t bytes, bool *room, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PROPOSAL_ROOM);
    bool row;
    tq_status rc;

    *room = false;
    bind_int(&q, proposed->device);
    rc = district_step(&q, &row, "proposals", err);
    if (rc != TQ_OK || !row)
        return rc;
    *room = column_u64(&q, 0) < TQ_PROPOSALS_OF_A_DEVICE && column_u64(&q, 1) < TQ_PROPOSALS_ALL &&
            column_u64(&q, 2) + bytes <= TQ_PROPOSALS_BYTES;
    district_end(&q);
    return TQ_OK;
}

/* A device holds one value of a row: what it had offered before is no longer its. */
static tq_status forget_before(struct tq_district_store *store, const struct tq_proposed *proposed,
        const uint8_t *hash, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PROPOSAL_BEFORE);
    tq_status rc;

    bind_int(&q, proposed->device);
    bind_int(&q, proposed->table);
    bind_slice(&q, proposed->key);
    bind_blob(&q, hash, TQ_HASH_BYTES);
    rc = district_run(&q, "proposal", err);
    if (rc != TQ_OK || sqlite3_changes(store->db) == 0)
        return rc;
    q = district_take(store, SQL_PROPOSAL_ALONE);
    bind_int(&q, proposed->table);
    bind_slice(&q, proposed->key);
    return district_run(&q, "proposal", err);
}

static tq_status find(struct tq_district_store *store, const struct tq_proposed *proposed,
        const uint8_t *hash, uint64_t *id, tq_proposal_fate *fate, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PROPOSAL_FIND);
    bool row;
    tq_status rc;

    *id = 0;
    bind_int(&q, proposed->table);
    bind_slice(&q, proposed->key);
    bind_blob(&q, hash, TQ_HASH_BYTES);
    rc = district_step(&q, &row, "proposal", err);
    if (rc != TQ_OK || !row)
        return rc;
    *id = column_u64(&q, 0);
    *fate = column_int(&q, 1) != 0 ? TQ_PROPOSAL_REFUSED : TQ_PROPOSAL_OPEN;
    district_end(&q);
    return TQ_OK;
}

static tq_status add(struct tq_district_store *store, const struct tq_proposed *proposed,
        const uint8_t *hash, struct tq_slice cells, int64_t now_ms, uint64_t *id,
        tq_proposal_fate *fate, struct tq_error *err)
{
    struct district_bind q;
    bool room;
    tq_status rc = has_room(store, proposed, cells.len, &room, err);

    if (rc != TQ_OK || !room) {
        *fate = TQ_PROPOSAL_NO_ROOM;
        return rc;
    }
    q = district_take(store, SQL_PROPOSAL_ADD);
    bind_int(&q, proposed->table);
    bind_slice(&q, proposed->key);
    bind_blob(&q, hash, TQ_HASH_BYTES);
    bind_slice(&q, cells);
    bind_int(&q, now_ms);
    rc = district_run(&q, "proposal", err);
    *id = rc == TQ_OK ? (uint64_t)sqlite3_last_insert_rowid(store->db) : 0;
    return rc;
}

static tq_status proposal_put(void *ctx, const struct tq_proposed *proposed, int64_t now_ms,
        tq_proposal_fate *fate, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_hasher hasher;
    struct district_bind q;
    struct tq_buf cells;
    uint64_t id = 0;
    tq_status rc = TQ_OK;

    *fate = TQ_PROPOSAL_OPEN;
    tq_buf_init(&cells, 0);
    if (!encode_cells(&cells, &proposed->cells))
        rc = tq_error_set(err, TQ_NOMEM, "proposal");
    tq_hash_init(&hasher, "tuquan.proposal.v1", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, tq_buf_slice(&cells));
    tq_hash_final(&hasher, hash, sizeof(hash));
    if (rc == TQ_OK)
        rc = forget_before(store, proposed, hash, err);
    if (rc == TQ_OK)
        rc = find(store, proposed, hash, &id, fate, err);
    if (rc == TQ_OK && id == 0)
        rc = add(store, proposed, hash, tq_buf_slice(&cells), now_ms, &id, fate, err);
    if (rc == TQ_OK && id != 0) {
        q = district_take(store, SQL_PROPOSAL_BY);
        bind_int(&q, proposed->device);
        bind_u64(&q, id);
        bind_int(&q, now_ms);
        rc = district_run(&q, "proposal", err);
    }
    tq_buf_deinit(&cells);
    return rc;
}

void district_proposal_ops(struct tq_district_ops *ops)
{
    ops->was_rebuilt = was_rebuilt;
    ops->proposal_put = proposal_put;
}

/* ---- reading ---- */

static tq_status decode_cells(
        struct tq_slice from, struct tq_arena *arena, struct tq_cells *out, struct tq_error *err)
{
    uint32_t *columns = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*columns));
    struct tq_value *values = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*values));
    uint64_t number;

    memset(out, 0, sizeof(*out));
    if (columns == NULL || values == NULL)
        return tq_error_set(err, TQ_NOMEM, "proposal");
    while (from.len > 0) {
        if (out->n == TQ_MAX_COLUMNS || !tq_read_varint(&from, &number) || number > UINT32_MAX ||
                !tq_value_decode(&from, &values[out->n]))
            return tq_error_set(err, TQ_CORRUPT, "a proposal's cells");
        columns[out->n++] = (uint32_t)number;
    }
    out->columns = columns;
    out->values = values;
    return TQ_OK;
}

tq_status district_proposal_read(const struct district_bind *q, struct tq_arena *arena,
        struct tq_proposal *out, struct tq_error *err)
{
    struct tq_slice cells;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    out->id = column_u64(q, 0);
    out->table = tq_catalogue_table(q->store->catalogue, (uint32_t)column_u64(q, 1));
    out->first_at = column_int(q, 4);
    rc = column_copy(q, 2, arena, &out->key, err);
    if (rc == TQ_OK)
        rc = column_copy(q, 3, arena, &cells, err);
    return rc == TQ_OK ? decode_cells(cells, arena, &out->cells, err) : rc;
}

tq_status district_proposal_grow(struct tq_proposal **list, size_t n, size_t *cap,
        struct tq_arena *arena, struct tq_error *err)
{
    struct tq_proposal *grown;

    if (n < *cap)
        return TQ_OK;
    *cap = *cap > 0 ? 2 * *cap : 32;
    grown = tq_arena_array(arena, *cap, sizeof(*grown));
    if (grown == NULL)
        return district_no_memory(arena, err);
    if (n > 0)
        memcpy(grown, *list, n * sizeof(*grown));
    *list = grown;
    return TQ_OK;
}

static tq_status read_open(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_proposal **out, size_t *n, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PROPOSALS);
    size_t cap = 0;
    bool row;
    tq_status rc = district_step(&q, &row, "proposals", err);

    *n = 0;
    *out = NULL;
    while (rc == TQ_OK && row) {
        struct tq_proposal *p;

        rc = district_proposal_grow(out, *n, &cap, arena, err);
        if (rc != TQ_OK)
            break;
        p = &(*out)[*n];
        rc = district_proposal_read(&q, arena, p, err);
        if (rc == TQ_OK)
            rc = column_copy(&q, 6, arena, &p->names, err);
        p->units = (uint32_t)column_u64(&q, 5);
        if (rc != TQ_OK)
            break;
        *n += p->table != NULL; /* else of a newer version of this program */
        rc = district_step(&q, &row, "proposals", err);
    }
    if (rc != TQ_OK)
        district_end(&q);
    return rc;
}

bool district_proposal_differs(const struct tq_proposal *p)
{
    for (uint32_t i = 0; i < p->cells.n; i++) {
        int at = tq_table_column(p->table, p->cells.columns[i]);

        if (!p->now.exists || (at >= 0 && !tq_value_equal(&p->now.values[at], &p->cells.values[i])))
            return true;
    }
    return !p->now.exists;
}

static tq_status count_units(struct tq_district_store *store, uint32_t *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PROPOSAL_UNITS);
    bool row;
    tq_status rc = district_step(&q, &row, "devices", err);

    *out = 0;
    if (rc == TQ_OK && row) {
        *out = (uint32_t)column_u64(&q, 0);
        district_end(&q);
    }
    return rc;
}

static int by_rank(const void *left, const void *right)
{
    const struct tq_proposal *a = left;
    const struct tq_proposal *b = right;
    int keys;

    if (a->table != b->table)
        return a->table < b->table ? -1 : 1; /* the catalogue is in order of rank */
    keys = tq_slice_compare(a->key, b->key);
    return keys != 0 ? keys : (a->id > b->id) - (a->id < b->id);
}

/* All that wait, each with the row as it stands here. */
static tq_status load(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_proposal **out, size_t *n, struct tq_error *err)
{
    uint32_t units;
    tq_status rc = count_units(store, &units, err);

    if (rc == TQ_OK)
        rc = read_open(store, arena, out, n, err);
    for (size_t i = 0; rc == TQ_OK && i < *n; i++) {
        struct tq_proposal *p = &(*out)[i];

        p->of = p->table->scope == TQ_PUBLIC ? units : 1;
        rc = store->ops.rows_get(store, p->table, &p->key, 1, arena, &p->now, err);
    }
    return rc;
}

tq_status tq_proposals_list(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_proposal **out, size_t *n, struct tq_error *err)
{
    size_t kept = 0;
    tq_status rc = load(store, arena, out, n, err);

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < *n; i++)
        if (district_proposal_differs(&(*out)[i]))
            (*out)[kept++] = (*out)[i];
    *n = kept;
    if (kept > 0)
        qsort(*out, kept, sizeof(**out), by_rank);
    for (size_t i = 0; i < kept; i++) {
        struct tq_proposal *p = &(*out)[i];

        p->alone = (i == 0 || (*out)[i - 1].table != p->table ||
                           !tq_slice_equal((*out)[i - 1].key, p->key)) &&
                   (i + 1 == kept || (*out)[i + 1].table != p->table ||
                           !tq_slice_equal((*out)[i + 1].key, p->key));
    }
    return TQ_OK;
}

tq_status tq_proposals_count(struct tq_district_store *store, uint64_t *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PROPOSALS_OPEN);
    bool row;
    tq_status rc = district_step(&q, &row, "proposals", err);

    *out = 0;
    if (rc != TQ_OK || !row)
        return rc;
    *out = column_u64(&q, 0);
    district_end(&q);
    return TQ_OK;
}

/* ---- deciding ---- */

static tq_status drop(struct tq_district_store *store, uint64_t id, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PROPOSAL_DROP_BY);
    tq_status rc;

    bind_u64(&q, id);
    rc = district_run(&q, "proposal", err);
    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_PROPOSAL_DROP);
    bind_u64(&q, id);
    return district_run(&q, "proposal", err);
}

tq_status tq_proposals_settle(
        struct tq_district_store *store, size_t *settled, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(DISTRICT_PROPOSALS_ARENA);
    struct tq_proposal *list;
    size_t n;
    bool mine = false;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "proposals")
                                 : district_enter(store, &mine, err);

    *settled = 0;
    if (rc == TQ_OK) {
        rc = load(store, arena, &list, &n, err);
        for (size_t i = 0; rc == TQ_OK && i < n; i++) {
            if (district_proposal_differs(&list[i]))
                continue;
            rc = drop(store, list[i].id, err);
            (*settled)++;
        }
        rc = district_leave(store, mine, rc, err);
    }
    tq_arena_free(arena);
    return rc;
}

tq_status tq_proposals_refuse(struct tq_district_store *store, uint64_t id, struct tq_slice who,
        int64_t now_ms, struct tq_error *err)
{
    struct district_bind q;
    char about[32];
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_PROPOSAL_REFUSE);
    bind_u64(&q, id);
    bind_int(&q, now_ms);
    bind_text(&q, who);
    rc = district_run(&q, "proposal", err);
    if (rc == TQ_OK && sqlite3_changes(store->db) == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_PROPOSAL), id);
    snprintf(about, sizeof(about), "proposal %" PRIu64, id);
    if (rc == TQ_OK)
        rc = tq_devices_audit(store, now_ms, who, tq_slice_str("proposal_refused"),
                tq_slice_str(about), tq_slice_str(""), err);
    return district_leave(store, mine, rc, err);
}
