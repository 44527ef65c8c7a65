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

/* Of the change that was given this sequence; *found false: of the receiver's own chain, or unknown. */
static tq_status origin_of(struct tq_district *d, const struct session *s, uint64_t seq,
        struct tq_origin *out, bool *found, struct tq_error *err)
{
    const struct tq_change *change;
    struct origin_set *set;
    tq_status rc = find(d, seq, &set, err);

    *found = false;
    if (rc != TQ_OK || set == NULL ||
            (set->set.set.device == s->device && set->set.set.incarnation == s->incarnation))
        return rc;
    if (!set->decoded) {
        rc = d->config.merge.codec->body_decode(set->set.set.payload, set->arena, &set->body, err);
        if (rc != TQ_OK)
            return rc;
        set->decoded = true;
    }
    if (seq - set->set.first_seq >= set->body.nchanges)
        return TQ_OK;
    change = &set->body.changes[seq - set->set.first_seq];
    out->device = set->set.set.device;
    /* The set may give up its memory before the row has left. */
    out->author.data = tq_arena_copy(d->arena, change->author.data, change->author.len);
    out->author.len = change->author.len;
    if (out->author.data == NULL && out->author.len > 0)
        return tq_error_set(err, TQ_NOMEM, "origins");
    out->at_ms = change->at_ms;
    *found = true;
    return TQ_OK;
}

/* A row of the border that the district made itself (a neighbour's, one from paper) says so whole,
 * once: else nobody there knew from whom it came. Of others nobody asks, and each would cost a set. */
static tq_status origin_of_row(struct tq_district *d, const struct session *s,
        const struct tq_stored_row *stored, struct tq_origin *list, size_t *n, struct tq_error *err)
{
    bool found;
    tq_status rc;

    if (stored->meta.born_seq <= s->at.cursor ||
            tq_table_column_find(stored->table, "partner_unit") < 0)
        return TQ_OK;
    rc = origin_of(d, s, stored->meta.born_seq, &list[*n], &found, err);
    list[*n].cell = TQ_CELL_ROW;
    *n += rc == TQ_OK && found && list[*n].device == TQ_DEVICE_DISTRICT;
    return rc;
}

tq_status district_origins(struct tq_district *d, const struct session *s,
        const struct tq_stored_row *stored, struct tq_row *out, struct tq_error *err)
{
    struct tq_origin *list;
    size_t n = 0;
    tq_status rc;

    if (stored->table->scope != TQ_OWN || s->at.scanning)
        return TQ_OK;
    list = tq_arena_array(d->arena, stored->meta.ncells + 1, sizeof(*list));
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "origins");
    rc = origin_of_row(d, s, stored, list, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < stored->meta.ncells && n < TQ_MAX_COLUMNS; i++) {
        const struct tq_meta_cell *cell = &stored->meta.cells[i];
        bool found;

        if (cell->seq <= s->at.cursor)
            continue;
        rc = origin_of(d, s, cell->seq, &list[n], &found, err);
        list[n].cell = cell->cell;
        n += rc == TQ_OK && found;
    }
    out->origins = list;
    out->norigins = rc == TQ_OK ? n : 0;
    return rc;
}
