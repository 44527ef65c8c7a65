#include "sync/district_near.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROWS 4096u  /* fewer entries than this are never far */
#define MOST_ROWS 100000u /* held at once, for one office */
#define WALKS_PER_ROW 64u /* so many entries are walked in the time that one row costs */

tq_status district_near_init(struct district_near *near, struct tq_error *err)
{
    memset(near, 0, sizeof(*near));
    near->arena = tq_arena_new(DISTRICT_TURN_ARENA);
    near->spare = tq_arena_new(DISTRICT_TURN_ARENA);
    return near->arena != NULL && near->spare != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "pull");
}

void district_near_deinit(struct district_near *near)
{
    tq_arena_free(near->arena);
    tq_arena_free(near->spare);
}

static void forget(struct district_near *near)
{
    struct tq_arena *arena = near->arena;
    struct tq_arena *spare = near->spare;

    tq_arena_reset(arena);
    tq_arena_reset(spare);
    memset(near, 0, sizeof(*near));
    near->arena = arena;
    near->spare = spare;
}

static int by_key(const void *a, const void *b)
{
    const struct tq_index_entry *x = &((const struct near_row *)a)->last;
    const struct tq_index_entry *y = &((const struct near_row *)b)->last;
    int order;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    order = tq_slice_compare(x->key, y->key);
    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_seq(const void *a, const void *b)
{
    uint64_t x = ((const struct near_row *)a)->last.seq;
    uint64_t y = ((const struct near_row *)b)->last.seq;

    return (x > y) - (x < y);
}

/* One entry for each row: its last; an echo if all of them were. */
static void fold(struct district_near *near)
{
    size_t kept = 0;

    if (near->count == 0)
        return;
    qsort(near->rows, near->count, sizeof(*near->rows), by_key);
    for (size_t i = 1; i < near->count; i++) {
        struct near_row *row = &near->rows[kept];
        const struct near_row *next = &near->rows[i];

        if (next->last.table == row->last.table && tq_slice_equal(next->last.key, row->last.key)) {
            row->last = next->last;
            row->echo = row->echo && next->echo;
        } else {
            near->rows[++kept] = *next;
        }
    }
    near->count = kept + 1;
}

static bool keep_key(struct near_row *row, struct tq_arena *arena)
{
    row->last.key.data = tq_arena_copy(arena, row->last.key.data, row->last.key.len);
    return row->last.key.data != NULL;
}

/* Room for more: fold, and move what stays, so that memory grows with rows and not with what
 * happened to them. */
static bool make_room(struct district_near *near)
{
    struct tq_arena *from = near->arena;
    struct near_row *rows;
    size_t cap;

    fold(near);
    if (near->count > MOST_ROWS ||
            (near->walks > 0 && near->walks / WALKS_PER_ROW + near->count > near->scanned)) {
        near->far = true;
        return false;
    }
    cap = near->cap == 0 ? FIRST_ROWS : near->count > near->cap / 2 ? near->cap * 2 : near->cap;
    rows = tq_arena_array(near->spare, cap, sizeof(*rows));
    near->no_memory = rows == NULL;
    for (size_t i = 0; !near->no_memory && i < near->count; i++) {
        rows[i] = near->rows[i];
        near->no_memory = !keep_key(&rows[i], near->spare);
    }
    if (near->no_memory)
        return false;
    near->rows = rows;
    near->cap = cap;
    near->arena = near->spare;
    near->spare = from;
    tq_arena_reset(from);
    return true;
}

static bool collect(void *arg, const struct tq_index_entry *entry)
{
    struct district_near *near = arg;
    const struct session *s = near->session;
    struct near_row *row;

    if (near->count == near->cap && !make_room(near))
        return false;
    near->walks++;
    row = &near->rows[near->count];
    row->last = *entry;
    row->echo = near->known != 0 &&
                (entry->seq <= near->known || (entry->clean && entry->device == s->device &&
                                                      entry->incarnation == s->incarnation));
    near->no_memory = !keep_key(row, near->arena);
    if (near->no_memory)
        return false;
    near->count++;
    return true;
}

/* What a scan would send: the counts are kept with the digests. */
static tq_status count_scope(
        struct tq_district *d, const struct session *s, uint64_t *rows, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    const struct tq_catalogue *catalogue = d->config.merge.catalogue;

    *rows = 0;
    for (size_t i = 0; i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];

        for (size_t k = 0; table->since <= s->schema && k < district_owners(s, table); k++) {
            struct tq_digest digest;
            tq_status rc = store->digest_get(
                    store->ctx, table->id, district_owner(s, table, k), &digest, err);

            if (rc != TQ_OK)
                return rc;
            *rows += digest.rows;
        }
    }
    return TQ_OK;
}

static tq_status walk_above(struct tq_district *d, const struct session *s,
        struct district_near *near, uint64_t above, uint64_t known, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    tq_status rc;

    forget(near);
    near->session = s;
    near->known = known;
    rc = count_scope(d, s, &near->scanned, err);
    for (size_t i = 0; rc == TQ_OK && i <= s->nunits && !near->far && !near->no_memory; i++) {
        struct tq_slice owner = i < s->nunits ? tq_slice_str(s->units[i]) : tq_slice_of(NULL, 0);

        rc = store->index_walk(store->ctx, owner, above, collect, near, err);
    }
    return rc == TQ_OK && near->no_memory ? tq_error_set(err, TQ_NOMEM, "index") : rc;
}

/* An echo may be left out only when everything above `seen` is known to be one: a row may have
 * moved from below the cursor to above it while an earlier pull went on. Where that cannot be told,
 * or costs more than it saves, the rows above the cursor go out as they are. */
tq_status district_near_walk(struct tq_district *d, const struct session *s,
        struct district_near *near, bool *far, struct tq_error *err)
{
    uint64_t cursor = s->at.cursor;
    uint64_t above = s->seen != 0 && s->seen < cursor ? s->seen : cursor;
    size_t kept = 0;
    tq_status rc = walk_above(d, s, near, above, s->seen, err);

    if (rc == TQ_OK && near->far && above < cursor)
        rc = walk_above(d, s, near, cursor, 0, err);
    *far = rc == TQ_OK && near->far;
    if (rc != TQ_OK || *far) {
        forget(near);
        return rc;
    }
    fold(near);
    for (size_t i = 0; i < near->count; i++)
        if (!near->rows[i].echo && near->rows[i].last.seq > cursor)
            near->rows[kept++] = near->rows[i];
    near->count = kept;
    if (kept > 0)
        qsort(near->rows, kept, sizeof(*near->rows), by_seq);
    near->walked = true;
    return TQ_OK;
}
