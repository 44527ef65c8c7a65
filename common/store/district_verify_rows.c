/* district_verify_rows.c - Every row against the index and the digests, every loose sequence and
 * held change and loser against the set that it is said to come from. */
#include "store/district_verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/digest.h"
#include "tuquan/mem.h"
#include "tuquan/merge.h"

#define PAGE_ROWS 256u
#define OWNERS_FIRST 32u

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *at = data;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t hash_owner(struct tq_slice owner)
{
    return hash_bytes(UINT64_C(14695981039346656037), owner.data, owner.len);
}

static uint64_t hash_row(uint32_t table, struct tq_slice key)
{
    uint64_t hash = hash_bytes(UINT64_C(14695981039346656037), &table, sizeof(table));

    return hash_bytes(hash, key.data, key.len);
}

bool verify_note(
        struct seen_list *seen, uint64_t seq, uint32_t table, struct tq_slice key, uint64_t what)
{
    if (seen->count == seen->room) {
        size_t room = seen->room == 0 ? 4096 : seen->room * 2;
        struct seen_entry *grown = tq_mem_realloc(seen->list, room * sizeof(*grown));

        if (grown == NULL)
            return false;
        seen->list = grown;
        seen->room = room;
    }
    seen->list[seen->count].seq = seq;
    seen->list[seen->count].row = hash_row(table, key);
    seen->list[seen->count++].what = what;
    return true;
}

/* The entries of one owner's index. */
struct noting {
    struct seen_list *seen;
    uint64_t owner;
    bool failed;
};

static bool note(void *arg, const struct tq_index_entry *entry)
{
    struct noting *n = arg;

    n->failed = !verify_note(n->seen, entry->seq, entry->table, entry->key, n->owner);
    return !n->failed;
}

static int by_seq(const void *a, const void *b)
{
    const struct seen_entry *x = a;
    const struct seen_entry *y = b;

    return (x->seq > y->seq) - (x->seq < y->seq);
}

/* Where the entries of this sequence begin, or would. */
static size_t first_at(const struct seen_list *seen, uint64_t seq)
{
    size_t low = 0;
    size_t high = seen->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (seen->list[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* An entry of this sequence and row; `what`: that one, or (NULL) any, or `other`. */
static bool is_seen(const struct seen_list *seen, uint64_t seq, uint64_t row, const uint64_t *what,
        uint64_t other)
{
    for (size_t i = first_at(seen, seq); i < seen->count && seen->list[i].seq == seq; i++) {
        if (seen->list[i].row == row &&
                (what == NULL || seen->list[i].what == *what || seen->list[i].what == other))
            return true;
    }
    return false;
}

static bool is_listed(const struct seen_list *seen, uint64_t seq)
{
    size_t at = first_at(seen, seq);

    return at < seen->count && seen->list[at].seq == seq;
}

static tq_status load_index(struct verifying *v, struct seen_list *seen)
{
    struct district_bind q = district_take(v->store, SQL_OWNERS);
    struct noting noting = { seen, 0, false };
    bool row;
    tq_status rc = district_step(&q, &row, "index", v->err);

    while (rc == TQ_OK && row && !noting.failed) {
        struct tq_slice owner;

        tq_arena_reset(v->arena);
        rc = column_copy(&q, 0, v->arena, &owner, v->err);
        noting.owner = hash_owner(owner);
        if (rc == TQ_OK)
            rc = v->store->ops.index_walk(v->store, owner, 0, note, &noting, v->err);
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "index", v->err);
    }
    district_end(&q);
    if (rc == TQ_OK && noting.failed)
        rc = district_no_memory(NULL, v->err);
    if (rc == TQ_OK && seen->count > 0)
        qsort(seen->list, seen->count, sizeof(*seen->list), by_seq);
    v->report->index_entries = seen->count;
    return rc;
}

/* Sums of one table, by owner. */
struct sums {
    struct tq_digest *list;
    size_t count;
    size_t room;
    struct tq_arena *owners;
};

static struct tq_digest *sum_of(struct sums *sums, uint32_t table, struct tq_slice owner)
{
    struct tq_digest *to;

    for (size_t i = 0; i < sums->count; i++) {
        if (tq_slice_equal(sums->list[i].owner, owner))
            return &sums->list[i];
    }
    if (sums->count == sums->room) {
        size_t room = sums->room == 0 ? OWNERS_FIRST : sums->room * 2;
        struct tq_digest *grown = tq_mem_realloc(sums->list, room * sizeof(*grown));

        if (grown == NULL)
            return NULL;
        sums->list = grown;
        sums->room = room;
    }
    to = &sums->list[sums->count];
    memset(to, 0, sizeof(*to));
    to->table = table;
    if (owner.len > 0) {
        to->owner.data = tq_arena_copy(sums->owners, owner.data, owner.len);
        to->owner.len = owner.len;
        if (to->owner.data == NULL)
            return NULL;
    }
    sums->count++;
    return to;
}

/* Each cell's sequence is that of a change to it (its own, an insert's, or the one it got when it
 * was released), or of something that the district's program did to the row. */
static bool cells_have_sources(
        const struct verifying *v, const struct seen_list *seen, const struct tq_stored_row *row)
{
    uint64_t hash = hash_row(row->table->id, row->key);

    for (size_t i = 0; i <= row->meta.ncells; i++) {
        uint64_t seq = i == 0 ? row->meta.born_seq : row->meta.cells[i - 1].seq;
        uint64_t cell = i == 0 ? TQ_CELL_ROW : row->meta.cells[i - 1].cell;

        if (!is_seen(&v->changes, seq, hash, &cell, TQ_CELL_ROW) &&
                (is_seen(&v->changes, seq, hash, NULL, 0) || !is_seen(seen, seq, hash, NULL, 0)))
            return false;
    }
    return true;
}

static tq_status check_row(struct verifying *v, const struct seen_list *seen, struct sums *sums,
        const struct tq_stored_row *row)
{
    const struct tq_table *table = row->table;
    struct tq_slice owner = table->owner >= 0 && table->scope == TQ_OWN
                                    ? row->values[table->owner].s
                                    : tq_slice_of(NULL, 0);
    uint64_t owner_hash = hash_owner(owner);
    struct tq_digest *sum = sum_of(sums, table->id, owner);
    uint8_t digest[TQ_DIGEST_BYTES];
    char key[2 * TQ_MAX_KEY_BYTES + 1];

    if (sum == NULL)
        return district_no_memory(NULL, v->err);
    tq_digest_row(table, v->store->catalogue->version, row->values, digest);
    tq_digest_add(sum->sum, digest);
    sum->rows++;
    v->report->rows++;
    tq_hex(key, row->key.data, row->key.len <= TQ_MAX_KEY_BYTES ? row->key.len : 0);
    if (is_seen(seen, row->meta.row_seq, hash_row(table->id, row->key), &owner_hash, owner_hash))
        return cells_have_sources(v, seen, row) ? TQ_OK
                                                : verify_damage(v, "%s: %s %s: %s", table->name,
                                                          tq_phrase(TQ_PHRASE_VERIFY_ROW_KEY), key,
                                                          tq_phrase(TQ_PHRASE_VERIFY_NO_SOURCE));
    return verify_damage(v, "%s: %s %s: %s %" PRIu64, table->name,
            tq_phrase(TQ_PHRASE_VERIFY_ROW_KEY), key, tq_phrase(TQ_PHRASE_VERIFY_NOT_INDEXED),
            row->meta.row_seq);
}

static tq_status check_sums(
        struct verifying *v, const struct sums *sums, const struct tq_table *table)
{
    const struct tq_digest *mine = NULL;
    struct district_bind q = district_take(v->store, SQL_DIGEST_WALK);
    size_t met = 0;
    bool row;
    tq_status rc;

    bind_int(&q, table->id);
    rc = district_step(&q, &row, "digests", v->err);
    while (rc == TQ_OK && row && !v->report->damaged) {
        struct tq_slice owner = column_slice(&q, 0);
        struct tq_digest none;

        memset(&none, 0, sizeof(none));
        mine = &none;
        for (size_t i = 0; i < sums->count; i++) {
            if (tq_slice_equal(sums->list[i].owner, owner))
                mine = &sums->list[i];
        }
        met += mine != &none;
        if (mine->rows != column_u64(&q, 1) ||
                !tq_slice_equal(column_slice(&q, 2), tq_slice_of(mine->sum, TQ_DIGEST_BYTES)))
            verify_damage(v, "%s, %.*s: %s", table->name, (int)owner.len,
                    owner.data != NULL ? (const char *)owner.data : "",
                    tq_phrase(TQ_PHRASE_VERIFY_DIGEST));
        rc = district_step(&q, &row, "digests", v->err);
    }
    district_end(&q);
    if (rc == TQ_OK && met != sums->count)
        verify_damage(v, "%s: %s", table->name, tq_phrase(TQ_PHRASE_VERIFY_NO_DIGEST));
    return rc;
}

static tq_status check_table(
        struct verifying *v, const struct seen_list *seen, const struct tq_table *table)
{
    struct sums sums = { NULL, 0, 0, tq_arena_new(SIZE_MAX) };
    struct tq_stored_row *page = tq_mem_alloc(PAGE_ROWS * sizeof(*page));
    struct tq_slice none = { NULL, 0 };
    uint8_t after[TQ_MAX_KEY_BYTES];
    size_t after_len = 0;
    size_t count = PAGE_ROWS;
    tq_status rc = sums.owners != NULL && page != NULL ? TQ_OK : district_no_memory(NULL, v->err);

    while (rc == TQ_OK && count == PAGE_ROWS && !v->report->damaged) {
        tq_arena_reset(v->arena);
        rc = v->store->ops.rows_scan(v->store, table, none, tq_slice_of(after, after_len), none,
                PAGE_ROWS, v->arena, page, &count, v->err);
        for (size_t i = 0; rc == TQ_OK && i < count; i++)
            rc = check_row(v, seen, &sums, &page[i]);
        if (rc == TQ_OK && count > 0) {
            after_len = page[count - 1].key.len;
            memcpy(after, page[count - 1].key.data, after_len);
        }
    }
    if (rc == TQ_OK && !v->report->damaged)
        rc = check_sums(v, &sums, table);
    tq_mem_free(page);
    tq_mem_free(sums.list);
    tq_arena_free(sums.owners);
    return verify_read(v, rc, TQ_PHRASE_DISTRICT_DATA);
}

/* The change that stands at a place of the ledger; *out NULL: none, and that is told. */
static tq_status change_at(struct verifying *v, uint64_t n, uint32_t place,
        struct tq_ledger_set *set, const struct tq_change **out)
{
    struct tq_set_body body;
    tq_status rc = v->store->ops.ledger_by_n(v->store, n, v->arena, set, v->err);

    *out = NULL;
    if (rc == TQ_OK)
        rc = v->codec->body_decode(set->set.payload, v->arena, &body, v->err);
    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
    if (place >= body.nchanges)
        return verify_damage(v, "%s %" PRIu64 ": %s %" PRIu32, tq_phrase(TQ_PHRASE_LEDGER_ENTRY), n,
                tq_phrase(TQ_PHRASE_VERIFY_NO_PLACE), place);
    *out = &body.changes[place];
    return TQ_OK;
}

static tq_status check_origins(struct verifying *v, const struct seen_list *seen)
{
    struct district_bind q = district_take(v->store, SQL_ORIGIN_WALK);
    bool row;
    tq_status rc = district_step(&q, &row, "origins", v->err);

    while (rc == TQ_OK && row && !v->report->damaged) {
        const struct tq_change *change;
        struct tq_ledger_set set;

        tq_arena_reset(v->arena);
        rc = change_at(v, column_u64(&q, 1), (uint32_t)column_u64(&q, 2), &set, &change);
        if (rc == TQ_OK && change != NULL &&
                is_listed(seen, column_u64(&q, 0)) && /* a released change may lose every cell */
                !is_seen(seen, column_u64(&q, 0), hash_row(change->table, change->key), NULL, 0))
            verify_damage(v, "%s %" PRIu64 ": %s", tq_phrase(TQ_PHRASE_VERIFY_ORIGIN_OF),
                    column_u64(&q, 0), tq_phrase(TQ_PHRASE_VERIFY_ORIGIN));
        if (rc == TQ_OK && change != NULL &&
                !verify_note(
                        &v->changes, column_u64(&q, 0), change->table, change->key, change->cell))
            rc = district_no_memory(NULL, v->err);
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "origins", v->err);
    }
    district_end(&q);
    return rc;
}

/* A loser's sequence: the one that its set gave the change, or one that it got when it was released. */
static tq_status is_its_own(struct verifying *v, const struct tq_ledger_set *set, uint32_t place,
        uint64_t seq, bool *its)
{
    uint32_t at;
    uint64_t n;
    tq_status rc;

    *its = seq == set->first_seq + place;
    if (*its)
        return TQ_OK;
    rc = v->store->ops.origin_get(v->store, seq, &n, &at, v->err);
    *its = rc == TQ_OK && n == set->n && at == place;
    if (rc == TQ_NOT_FOUND)
        tq_error_clear(v->err);
    return rc == TQ_NOT_FOUND ? TQ_OK : rc;
}

/* The entry of the inbox that tells of a loser bears the key that the merge makes of the change, as it
 * reads it from the ledger. `q`: columns of SQL_LOSER_WALK. */
static tq_status check_told(struct verifying *v, const struct district_bind *q,
        const struct tq_ledger_set *set, const struct tq_change *change)
{
    uint8_t id[TQ_SURROGATE_BYTES];
    bool its = false;
    tq_status rc = is_its_own(v, set, (uint32_t)column_u64(q, 2), column_u64(q, 0), &its);

    if (rc == TQ_OK && !its)
        return verify_damage(v, "%s %" PRIu64 ": %s", tq_phrase(TQ_PHRASE_VERIFY_LOSER),
                column_u64(q, 0), tq_phrase(TQ_PHRASE_VERIFY_NOT_ITS));
    if (rc == TQ_OK)
        rc = tq_merge_conflict_id(
                change, set->set.device, (uint32_t)column_u64(q, 5), v->arena, id, v->err);
    if (rc == TQ_OK && !tq_slice_equal(column_slice(q, 6), tq_slice_of(id, sizeof(id))))
        return verify_damage(v, "%s %" PRIu64 ": %s", tq_phrase(TQ_PHRASE_VERIFY_LOSER),
                column_u64(q, 0), tq_phrase(TQ_PHRASE_VERIFY_NOT_TOLD));
    return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
}

/* Held changes, or losers. */
static tq_status check_held(struct verifying *v, bool losers)
{
    struct district_bind q = district_take(v->store, losers ? SQL_LOSER_WALK : SQL_HELD_WALK);
    bool row;
    tq_status rc = district_step(&q, &row, "held", v->err);

    while (rc == TQ_OK && row && !v->report->damaged) {
        const struct tq_change *change;
        struct tq_ledger_set set;

        tq_arena_reset(v->arena);
        rc = change_at(v, column_u64(&q, 1), (uint32_t)column_u64(&q, 2), &set, &change);
        if (rc == TQ_OK && change != NULL &&
                (change->table != column_u64(&q, 3) ||
                        !tq_slice_equal(change->key, column_slice(&q, 4))))
            verify_damage(v, "%s %" PRIu64 ": %s",
                    tq_phrase(losers ? TQ_PHRASE_VERIFY_LOSER : TQ_PHRASE_HELD_CHANGE),
                    column_u64(&q, 0), tq_phrase(TQ_PHRASE_VERIFY_OTHER_ROW));
        else if (rc == TQ_OK && change != NULL && losers)
            rc = check_told(v, &q, &set, change);
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "held", v->err);
    }
    district_end(&q);
    return rc;
}

tq_status verify_rows(struct verifying *v)
{
    const struct tq_catalogue *catalogue = v->store->catalogue;
    struct seen_list seen = { NULL, 0, 0 };
    tq_status rc = verify_read(v, load_index(v, &seen), TQ_PHRASE_VERIFY_INDEX);

    if (rc == TQ_OK && !v->report->damaged)
        rc = check_origins(v, &seen);
    if (v->changes.count > 0)
        qsort(v->changes.list, v->changes.count, sizeof(*v->changes.list), by_seq);
    for (size_t i = 0; rc == TQ_OK && !v->report->damaged && i < catalogue->ntables; i++)
        rc = check_table(v, &seen, &catalogue->tables[i]);
    if (rc == TQ_OK && !v->report->damaged)
        rc = check_held(v, false);
    if (rc == TQ_OK && !v->report->damaged)
        rc = check_held(v, true);
    tq_mem_free(seen.list);
    return rc;
}
