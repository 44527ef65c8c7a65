#include "store/tally.h"

#include <string.h>

#include "store/database_internal.h"
#include "store/sql.h"
#include "tuquan/mem.h"

static const char release[] = "RELEASE tq_tally";

#define FIRST_CELLS ((size_t)4096)
#define MOST_CELLS ((size_t)1 << 18) /* 15 MB; then it begins anew */

struct tally_cell {
    struct tally_key key;
    struct tally_state state;
    struct tally_value value;
    bool taken;
};

struct tally {
    struct tally_cell *cells; /* open addressing; a power of two of them */
    size_t cap;
    size_t n;
    bool rests;
    bool limited;
    unsigned left; /* where it is limited */
    struct tq_tally_use used;
};

tq_status tq_tally_start(struct tq_db *db, struct tq_error *err)
{
    struct tally *tally;

    if (db->role != TQ_ROLE_DISTRICT)
        return tq_error_set(err, TQ_INTERNAL, "tally");
    if (db->tally != NULL)
        return TQ_OK;
    tally = tq_mem_zalloc(sizeof(*tally));
    if (tally != NULL)
        tally->cells = tq_mem_zalloc(FIRST_CELLS * sizeof(*tally->cells));
    if (tally == NULL || tally->cells == NULL) {
        tq_mem_free(tally);
        return tq_error_set(err, TQ_NOMEM, "tally");
    }
    tally->cap = FIRST_CELLS;
    db->tally = tally;
    return TQ_OK;
}

void tally_free(struct tally *tally)
{
    if (tally != NULL)
        tq_mem_free(tally->cells);
    tq_mem_free(tally);
}

bool tq_tally_rest(struct tq_db *db, bool rest)
{
    bool before = db->tally != NULL && db->tally->rests;

    if (db->tally != NULL)
        db->tally->rests = rest;
    return before;
}

struct tq_tally_use tq_tally_used(const struct tq_db *db)
{
    return db->tally != NULL ? db->tally->used : (struct tq_tally_use){ 0, 0 };
}

void tq_tally_budget(struct tq_db *db, unsigned most)
{
    if (db->tally == NULL)
        return;
    db->tally->limited = most > 0;
    db->tally->left = most;
}

tq_status tally_spend(struct tq_db *db, struct tq_error *err)
{
    struct tally *tally = db->tally;

    if (!tally->limited)
        return TQ_OK;
    if (tally->left == 0)
        return tq_error_set(err, TQ_INTERRUPTED, "tally");
    tally->left--;
    return TQ_OK;
}

tq_status tally_owners(struct tq_db *db, struct tq_arena *arena, struct tq_slice **out, size_t *n,
        struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int64_t most = 0;
    bool row = true;
    tq_status rc = sql_get_int(db, "SELECT count(DISTINCT owner) FROM tq_digest", &most, err);

    *n = 0;
    *out = NULL;
    if (rc == TQ_OK) {
        *out = tq_arena_array(arena, (size_t)most + 1, sizeof(**out));
        rc = *out != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "tally");
    }
    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt,
                "SELECT DISTINCT owner FROM tq_digest WHERE owner <> '' ORDER BY owner", err);
    while (rc == TQ_OK && row) {
        struct tq_slice owner;
        void *copy;

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        owner = sql_bytes(stmt, 0);
        copy = tq_arena_copy(arena, owner.data, owner.len);
        if (copy == NULL) {
            sql_done(stmt);
            return tq_error_set(err, TQ_NOMEM, "tally");
        }
        (*out)[(*n)++] = tq_slice_of(copy, owner.len);
    }
    return rc;
}

bool tally_is_on(const struct tq_db *db)
{
    return db->tally != NULL && !db->tally->rests;
}

tq_status tally_begin(struct tq_db *db, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt, release, err); /* ending it must not need memory */

    if (rc == TQ_OK) {
        sql_done(stmt);
        rc = sql_prepare(db, &stmt, "SAVEPOINT tq_tally", err);
    }
    return rc == TQ_OK ? sql_run(db, stmt, err) : rc;
}

void tally_end(struct tq_db *db)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = tq_db_in_transaction(db) ? sql_prepare(db, &stmt, release, NULL) : TQ_NOT_FOUND;

    if (rc == TQ_OK)
        rc = sql_run(db, stmt, NULL);
    (void)rc;
}

/* ---- states and keys ---- */

static tq_status add_digests(struct tq_db *db, const struct tally_need *need, struct tq_slice unit,
        struct tq_hasher *hasher, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_db_catalogue(db), need->table);
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc;

    if (table == NULL)
        return tq_error_set(err, TQ_INTERNAL, "tally: %s", need->table);
    rc = sql_prepare(db, &stmt,
            need->all ? "SELECT owner, rows, sum FROM tq_digest WHERE tbl = ?1 ORDER BY owner"
                      : "SELECT owner, rows, sum FROM tq_digest WHERE tbl = ?1 AND owner = ?2",
            err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, table->id);
    if (!need->all)
        sql_bind_text(stmt, 2, unit);
    tq_hash_add_u32(hasher, table->id);
    for (;;) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        tq_hash_add_slice(hasher, sql_bytes(stmt, 0));
        tq_hash_add_u64(hasher, (uint64_t)sql_int(stmt, 1));
        tq_hash_add_slice(hasher, sql_bytes(stmt, 2));
    }
}

tq_status tally_state(struct tq_db *db, const struct tally_need *needs, size_t n,
        struct tq_slice unit, struct tally_state *out, struct tq_error *err)
{
    struct tq_hasher hasher;
    tq_status rc = TQ_OK;

    tq_hash_init(&hasher, "tuquan.tally.state.v1", sizeof(out->sum));
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = add_digests(db, &needs[i], unit, &hasher, err);
    tq_hash_final(&hasher, out->sum, sizeof(out->sum));
    return rc;
}

void tally_key_begin(struct tq_hasher *hasher, const char *what, struct tq_slice unit)
{
    tq_hash_init(hasher, "tuquan.tally.key.v1", TQ_DIGEST_BYTES);
    tq_hash_add_slice(hasher, tq_slice_str(what));
    tq_hash_add_slice(hasher, unit);
}

void tally_key_end(struct tq_hasher *hasher, struct tally_key *out)
{
    tq_hash_final(hasher, out->sum, sizeof(out->sum));
}

/* ---- cells ---- */

/* That of the key, or the free one where it would be; there always is one. */
static struct tally_cell *cell_of(struct tally_cell *cells, size_t cap, const struct tally_key *key)
{
    uint64_t at;

    memcpy(&at, key->sum, sizeof(at));
    while (cells[at & (cap - 1)].taken &&
            memcmp(cells[at & (cap - 1)].key.sum, key->sum, sizeof(key->sum)) != 0)
        at++;
    return &cells[at & (cap - 1)];
}

static void grow(struct tally *tally)
{
    size_t cap = tally->cap * 2;
    struct tally_cell *cells = cap <= MOST_CELLS ? tq_mem_zalloc(cap * sizeof(*cells)) : NULL;

    if (cells == NULL) {
        memset(tally->cells, 0, tally->cap * sizeof(*tally->cells));
        tally->n = 0;
        return;
    }
    for (size_t i = 0; i < tally->cap; i++)
        if (tally->cells[i].taken)
            *cell_of(cells, cap, &tally->cells[i].key) = tally->cells[i];
    tq_mem_free(tally->cells);
    tally->cells = cells;
    tally->cap = cap;
}

bool tally_find(struct tq_db *db, const struct tally_key *key, const struct tally_state *state,
        struct tally_value *out)
{
    struct tally *tally = db->tally;
    const struct tally_cell *cell = cell_of(tally->cells, tally->cap, key);
    bool found = cell->taken && memcmp(cell->state.sum, state->sum, sizeof(state->sum)) == 0;

    if (found) {
        *out = cell->value;
        tally->used.found++;
    } else {
        tally->used.counted++;
    }
    return found;
}

void tally_put(struct tq_db *db, const struct tally_key *key, const struct tally_state *state,
        const struct tally_value *value)
{
    struct tally *tally = db->tally;
    struct tally_cell *cell;

    if (tally->n >= tally->cap / 4 * 3)
        grow(tally);
    cell = cell_of(tally->cells, tally->cap, key);
    tally->n += cell->taken ? 0 : 1;
    *cell = (struct tally_cell){ *key, *state, *value, true };
}
