/* district_resum.c - The kept digests, made anew after an upgrade that brought columns or tables:
 * they add up the columns of one version of the catalogue, the file says which. */
#include "tuquan/arena.h"
#include "tuquan/digest.h"
#include "tuquan/mem.h"

#include <string.h>

#include "store/district_internal.h"

#define PAGE_ROWS 256u

static tq_status version_of(
        struct tq_district_store *store, uint32_t *out, bool *found, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DIGEST_SCHEMA);
    tq_status rc = district_step(&q, found, "digests", err);

    *out = rc == TQ_OK && *found ? (uint32_t)column_u64(&q, 0) : 0;
    district_end(&q);
    return rc;
}

/* Do the column lists of the two versions differ? */
static bool differs(const struct tq_table *table, uint32_t older)
{
    bool differs = table->since > older;

    for (size_t i = 0; i < table->ncolumns; i++)
        differs = differs || (table->columns[i].leaves && table->columns[i].since > older);
    return differs;
}

static tq_status drop(struct tq_district_store *store, uint32_t table, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DIGEST_DROP);

    bind_int(&q, table);
    return district_run(&q, "digests", err);
}

static tq_status add_row(
        struct tq_district_store *store, const struct tq_stored_row *row, struct tq_error *err)
{
    static const uint8_t nothing[TQ_DIGEST_BYTES];
    const struct tq_table *table = row->table;
    uint8_t digest[TQ_DIGEST_BYTES];

    tq_digest_row(table, store->catalogue->version, row->values, digest);
    return store->ops.digest_move(store, table->id,
            table->owner >= 0 && table->scope == TQ_OWN ? row->values[table->owner].s
                                                        : tq_slice_of(NULL, 0),
            1, digest, nothing, err);
}

static tq_status resum_table(
        struct tq_district_store *store, const struct tq_table *table, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(SIZE_MAX);
    struct tq_stored_row *page = tq_mem_alloc(PAGE_ROWS * sizeof(*page));
    struct tq_slice none = tq_slice_of(NULL, 0);
    uint8_t after[TQ_MAX_KEY_BYTES];
    size_t after_len = 0;
    size_t count = PAGE_ROWS;
    tq_status rc = arena != NULL && page != NULL ? drop(store, table->id, err)
                                                 : district_no_memory(NULL, err);

    while (rc == TQ_OK && count == PAGE_ROWS) {
        tq_arena_reset(arena);
        rc = store->ops.rows_scan(store, table, none, tq_slice_of(after, after_len), none,
                PAGE_ROWS, arena, page, &count, err);
        for (size_t i = 0; rc == TQ_OK && i < count; i++)
            rc = add_row(store, &page[i], err);
        if (rc == TQ_OK && count > 0) {
            after_len = page[count - 1].key.len;
            memcpy(after, page[count - 1].key.data, after_len);
        }
    }
    tq_mem_free(page);
    tq_arena_free(arena);
    return rc;
}

tq_status district_resum(struct tq_district_store *store, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = store->catalogue;
    struct district_bind q;
    uint32_t made;
    bool found;
    tq_status rc = version_of(store, &made, &found, err);

    if (rc != TQ_OK || !found || made == catalogue->version)
        return rc;
    if ((rc = district_begin(store, err)) != TQ_OK)
        return rc;
    rc = version_of(store, &made, &found, err); /* another program may have been first */
    if (rc == TQ_OK && made != catalogue->version) {
        uint32_t older = made < catalogue->version ? made : catalogue->version;

        for (size_t i = 0; rc == TQ_OK && i < catalogue->ntables; i++)
            if (made > catalogue->version || differs(&catalogue->tables[i], older))
                rc = resum_table(store, &catalogue->tables[i], err);
        if (rc == TQ_OK) {
            q = district_take(store, SQL_DIGEST_SCHEMA_SET);
            bind_int(&q, catalogue->version);
            rc = district_run(&q, "digests", err);
        }
    }
    if (rc == TQ_OK)
        return district_commit(store, err);
    district_rollback(store);
    return rc;
}
