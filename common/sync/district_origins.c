/* district_origins.c - Who changed the cells of a row, when it was another chain.
 *
 * The ledger knows it by sequence; rows of one chunk mostly come from a few sets, which are read
 * and decoded once, not once for each cell. */
#include <string.h>

#include "sync/district_internal.h"

/* One set of the ledger; its own memory, so that it goes when another takes the place. */
struct origin_set {
    struct tq_arena *arena;
    struct tq_ledger_set set; /* nchanges 0: none */
    struct tq_set_body body;
    bool decoded;
};

struct district_origins {
    struct origin_set sets[4];
    size_t next; /* to be given up */
};

void district_origins_forget(struct tq_district *d)
{
    if (d->origins == NULL)
        return;
    for (size_t i = 0; i < sizeof(d->origins->sets) / sizeof(d->origins->sets[0]); i++)
        tq_arena_free(d->origins->sets[i].arena);
    tq_mem_free(d->origins);
    d->origins = NULL;
}

/* The set that gave `seq`; *out is NULL when none did. */
static tq_status find(
        struct tq_district *d, uint64_t seq, struct origin_set **out, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct origin_set *set;
    tq_status rc;

    *out = NULL;
    if (d->origins == NULL)
        d->origins = tq_mem_zalloc(sizeof(*d->origins));
    if (d->origins == NULL)
        return tq_error_set(err, TQ_NOMEM, "origins");
    for (size_t i = 0; i < sizeof(d->origins->sets) / sizeof(d->origins->sets[0]); i++) {
        set = &d->origins->sets[i];
        if (seq >= set->set.first_seq && seq - set->set.first_seq < set->set.nchanges) {
            *out = set;
            return TQ_OK;
        }
    }
    set = &d->origins->sets[d->origins->next];
    d->origins->next =
            (d->origins->next + 1) % (sizeof(d->origins->sets) / sizeof(d->origins->sets[0]));
    tq_arena_free(set->arena);
    memset(set, 0, sizeof(*set));
    set->arena = tq_arena_new(DISTRICT_TURN_ARENA);
    if (set->arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "origins");
    rc = store->ledger_by_seq(store->ctx, seq, set->arena, &set->set, err);
    if (rc == TQ_OK) {
        *out = set;
        return TQ_OK;
    }
    memset(&set->set, 0, sizeof(set->set));
    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    return TQ_OK;
}

tq_status district_origins(struct tq_district *d, const struct session *s,
        const struct tq_stored_row *stored, struct tq_row *out, struct tq_error *err)
{
    struct tq_origin *list = NULL;
    size_t n = 0;

    if (stored->table->scope != TQ_OWN || s->at.scanning)
        return TQ_OK;
    for (size_t i = 0; i < stored->meta.ncells; i++) {
        const struct tq_meta_cell *cell = &stored->meta.cells[i];
        const struct tq_change *change;
        struct origin_set *set;
        tq_status rc;

        if (cell->seq <= s->at.cursor)
            continue;
        rc = find(d, cell->seq, &set, err);
        if (rc != TQ_OK)
            return rc;
        if (set == NULL ||
                (set->set.set.device == s->device && set->set.set.incarnation == s->incarnation))
            continue;
        if (!set->decoded) {
            rc = d->config.merge.codec->body_decode(
                    set->set.set.payload, set->arena, &set->body, err);
            if (rc != TQ_OK)
                return rc;
            set->decoded = true;
        }
        if (list == NULL)
            list = tq_arena_array(d->arena, stored->meta.ncells, sizeof(*list));
        if (list == NULL)
            return tq_error_set(err, TQ_NOMEM, "origins");
        if (cell->seq - set->set.first_seq >= set->body.nchanges)
            continue;
        change = &set->body.changes[cell->seq - set->set.first_seq];
        list[n].cell = cell->cell;
        list[n].device = set->set.set.device;
        /* The set may give up its memory before the row has left. */
        list[n].author.data = tq_arena_copy(d->arena, change->author.data, change->author.len);
        list[n].author.len = change->author.len;
        if (list[n].author.data == NULL)
            return tq_error_set(err, TQ_NOMEM, "origins");
        list[n].at_ms = change->at_ms;
        n++;
    }
    out->origins = list;
    out->norigins = n;
    return TQ_OK;
}
