/* district_sums.c - Digests by the column list of an office's schema version (sync.md section 4).
 *
 * The store keeps those of its own version. For an office of an older one, tables that have got
 * columns since are added up row by row, once: as long as the kept digest is the same, so are the
 * rows, and so is the sum of their older columns. */
#include <string.h>

#include "sync/district_internal.h"
#include "tuquan/mem.h"

#define OLD_SUMS 1024u /* of all offices; a full list is written over from its beginning */
#define PAGE 256u

struct district_old_sum {
    uint32_t table;
    uint32_t schema;
    char owner[64];
    struct tq_digest kept; /* when it was added up; owner not set */
    uint8_t sum[TQ_DIGEST_BYTES];
};

struct district_sums {
    struct district_old_sum list[OLD_SUMS];
    size_t count;
    size_t next; /* to be written over */
};

/* Has the table columns that an office of `schema` does not know? */
static bool has_grown(const struct tq_table *table, uint32_t schema)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (table->columns[i].leaves && table->columns[i].since > schema)
            return true;
    return false;
}

static bool is_of(
        const struct district_old_sum *old, uint32_t table, uint32_t schema, struct tq_slice owner)
{
    return old->table == table && old->schema == schema &&
           tq_slice_equal(owner, tq_slice_str(old->owner));
}

static tq_status add_up(struct tq_district *d, const struct tq_table *table, uint32_t schema,
        struct tq_slice owner, uint8_t sum[TQ_DIGEST_BYTES], struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_arena *arena = tq_arena_new(DISTRICT_TURN_ARENA);
    struct tq_stored_row *page = tq_mem_alloc(PAGE * sizeof(*page));
    uint8_t last[TQ_MAX_KEY_BYTES];
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t got = PAGE;
    tq_status rc = arena != NULL && page != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "digest");

    memset(sum, 0, TQ_DIGEST_BYTES);
    while (rc == TQ_OK && got == PAGE) {
        tq_arena_reset(arena);
        rc = store->rows_scan(store->ctx, table, owner, after, tq_slice_of(NULL, 0), PAGE, arena,
                page, &got, err);
        for (size_t i = 0; rc == TQ_OK && i < got; i++) {
            uint8_t digest[TQ_DIGEST_BYTES];

            tq_digest_row(table, schema, page[i].values, digest);
            tq_digest_add(sum, digest);
        }
        if (rc == TQ_OK && got > 0) {
            memcpy(last, page[got - 1].key.data, page[got - 1].key.len);
            after = tq_slice_of(last, page[got - 1].key.len);
        }
    }
    tq_mem_free(page);
    tq_arena_free(arena);
    return rc;
}

/* The place of a sum: where it stands, else one to be written. */
static struct district_old_sum *place_of(
        struct district_sums *sums, uint32_t table, uint32_t schema, struct tq_slice owner)
{
    struct district_old_sum *to;

    for (size_t i = 0; i < sums->count; i++)
        if (is_of(&sums->list[i], table, schema, owner))
            return &sums->list[i];
    to = &sums->list[sums->next];
    sums->next = (sums->next + 1) % OLD_SUMS;
    if (sums->count < OLD_SUMS)
        sums->count++;
    memset(to, 0, sizeof(*to));
    return to;
}

tq_status district_digest(struct tq_district *d, const struct session *s,
        const struct tq_table *table, struct tq_slice owner, struct tq_digest *out,
        struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct district_old_sum *old;
    uint8_t sum[TQ_DIGEST_BYTES];
    tq_status rc = store->digest_get(store->ctx, table->id, owner, out, err);

    if (rc != TQ_OK || out->rows == 0 || !has_grown(table, s->schema))
        return rc;
    if (owner.len >= sizeof(old->owner))
        return tq_error_phrase(err, TQ_RANGE, TQ_PHRASE_UNIT_KEY);
    if (d->sums == NULL)
        d->sums = tq_mem_zalloc(sizeof(*d->sums));
    if (d->sums == NULL)
        return tq_error_set(err, TQ_NOMEM, "digest");
    old = place_of(d->sums, table->id, s->schema, owner);
    if (old->table == 0 || old->kept.rows != out->rows ||
            memcmp(old->kept.sum, out->sum, TQ_DIGEST_BYTES) != 0) {
        old->table = 0;
        if ((rc = add_up(d, table, s->schema, owner, sum, err)) != TQ_OK)
            return rc;
        old->table = table->id;
        old->schema = s->schema;
        if (owner.len > 0)
            memcpy(old->owner, owner.data, owner.len);
        old->owner[owner.len] = '\0';
        old->kept.rows = out->rows;
        memcpy(old->kept.sum, out->sum, TQ_DIGEST_BYTES);
        memcpy(old->sum, sum, TQ_DIGEST_BYTES);
    }
    memcpy(out->sum, old->sum, TQ_DIGEST_BYTES);
    return TQ_OK;
}

void district_sums_forget(struct tq_district *d)
{
    tq_mem_free(d->sums);
    d->sums = NULL;
}
