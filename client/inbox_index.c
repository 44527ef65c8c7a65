#include "inbox_index.h"

#include <string.h>

#include "tuquan/change.h"
#include "tuquan/codec.h"

#define MOST_SETS 300u                   /* that are looked through, newest first */
#define MOST_PAYLOAD ((size_t)64 * 1024) /* of each: longer ones are imports */
#define SCRATCH ((size_t)16 * 1024 * 1024)
#define FIRST_ROWS 256u

/* A row of a set. Rows whose sums are equal are told apart when the set is decoded. */
struct touch {
    uint64_t sum;
    int64_t set; /* its number */
    int64_t sealed_at;
};

struct inbox_index {
    struct touch *rows; /* newest set first */
    size_t n;
    size_t room;
};

static uint64_t sum_of(uint32_t table, struct tq_slice key)
{
    uint64_t sum = UINT64_C(14695981039346656037) ^ table;

    for (size_t i = 0; i < key.len; i++)
        sum = (sum ^ key.data[i]) * UINT64_C(1099511628211);
    return sum;
}

static tq_status add(struct app *app, struct inbox_index *index, uint64_t sum,
        const struct tq_sent_set *set, struct tq_error *err)
{
    if (index->n > 0 && index->rows[index->n - 1].sum == sum &&
            index->rows[index->n - 1].set == set->n)
        return TQ_OK;
    if (index->n == index->room) {
        size_t room = index->room == 0 ? FIRST_ROWS : index->room * 2;
        struct touch *rows = tq_arena_array(app->arena, room, sizeof(*rows));

        if (rows == NULL)
            return tq_error_set(err, TQ_NOMEM, "inbox");
        if (index->n > 0)
            memcpy(rows, index->rows, index->n * sizeof(*rows));
        index->rows = rows;
        index->room = room;
    }
    index->rows[index->n++] = (struct touch){ sum, set->n, set->sealed_at };
    return TQ_OK;
}

/* The set of this number with its payload; NULL: it has none, or a long one. */
static tq_status read_set(struct app *app, int64_t n, struct tq_arena *scratch,
        struct tq_sent_set **out, struct tq_error *err)
{
    const struct tq_set_query query = { .limit = 1, .only = n, .payload = MOST_PAYLOAD };
    struct tq_sent_set *one = NULL;
    size_t found = 0;
    tq_status rc = tq_office_sets(app->db, &query, scratch, &one, &found, err);

    *out = rc == TQ_OK && found == 1 && one->payload.len > 0 ? one : NULL;
    return rc;
}

static tq_status add_set(struct app *app, struct inbox_index *index, int64_t n,
        struct tq_arena *scratch, struct tq_error *err)
{
    struct tq_sent_set *set;
    struct tq_set_body body;
    tq_status rc = read_set(app, n, scratch, &set, err);

    if (rc != TQ_OK || set == NULL)
        return rc;
    rc = tq_body_decode(set->payload, scratch, &body, err);
    for (size_t k = 0; rc == TQ_OK && k < body.nchanges; k++)
        rc = add(app, index, sum_of(body.changes[k].table, body.changes[k].key), set, err);
    return rc;
}

static tq_status build(struct app *app, struct tq_arena *scratch, struct tq_error *err)
{
    const struct tq_set_query newest = { .limit = MOST_SETS };
    struct inbox_index *index = tq_arena_alloc(app->arena, sizeof(*index));
    struct tq_sent_set *sets;
    size_t n = 0;
    tq_status rc;

    if (index == NULL)
        return tq_error_set(err, TQ_NOMEM, "inbox");
    *index = (struct inbox_index){ 0 };
    rc = tq_office_sets(app->db, &newest, app->arena, &sets, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        rc = add_set(app, index, sets[i].n, scratch, err);
        tq_arena_reset(scratch);
    }
    if (rc == TQ_OK)
        app->index = index;
    return rc;
}

tq_status inbox_sets_of(struct app *app, const struct tq_table *table, struct tq_slice key,
        inbox_set_fn each, void *ctx, struct tq_error *err)
{
    struct tq_arena *scratch = tq_arena_new(SCRATCH);
    const uint64_t sum = sum_of(table->id, key);
    int64_t last = 0;
    bool stop = false;
    tq_status rc = scratch != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "inbox");

    if (rc == TQ_OK && app->index == NULL)
        rc = build(app, scratch, err);
    for (size_t i = 0; rc == TQ_OK && !stop && i < app->index->n; i++) {
        const struct touch *row = &app->index->rows[i];
        struct tq_sent_set *set;

        if (row->sum != sum || row->set == last)
            continue;
        last = row->set;
        rc = read_set(app, row->set, scratch, &set, err);
        if (rc == TQ_OK && set != NULL)
            rc = each(ctx, set, scratch, &stop, err);
        tq_arena_reset(scratch);
    }
    tq_arena_free(scratch);
    return rc;
}
