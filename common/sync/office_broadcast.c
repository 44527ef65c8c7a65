/* office_broadcast.c - Public rows that arrive before the next pull (sync.md section 6). */
#include <string.h>

#include "sync/office_internal.h"

static tq_status lay(struct tq_office *office, const struct tq_broadcast *broadcast,
        uint64_t cursor, struct tq_arena *arena, struct tq_error *err)
{
    bool split = false;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < broadcast->nrows; i++) {
        const struct tq_row *row = &broadcast->rows[i];
        const struct tq_table *table = tq_catalogue_table(office->catalogue, row->table);
        uint64_t brought;

        tq_arena_reset(arena);
        if (table == NULL)
            continue;
        if (table->scope != TQ_PUBLIC)
            return tq_error_set(err, TQ_PROTOCOL, "%s is not public", table->name);
        rc = office->ops->broadcast_get(office->store, row->table, &brought, err);
        if (rc == TQ_OK && row->seq > cursor && row->seq > brought)
            rc = tq_office_lay_row(office, row, arena, &split, err);
    }
    return rc;
}

/* Only after all rows are laid: those of one message do not shut each other out. */
static tq_status remember(
        struct tq_office *office, const struct tq_broadcast *broadcast, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < broadcast->nrows; i++)
        rc = office->ops->broadcast_put(
                office->store, broadcast->rows[i].table, broadcast->rows[i].seq, err);
    return rc == TQ_OK ? office->ops->broadcast_put(office->store, 0, broadcast->seq, err) : rc;
}

tq_status tq_office_apply_broadcast(struct tq_office *office, const struct tq_broadcast *broadcast,
        int64_t now_ms, tq_broadcast_outcome *outcome, struct tq_error *err)
{
    struct tq_arena *keep = NULL;
    struct tq_arena *arena = NULL;
    struct tq_office_state state;
    uint64_t last;
    tq_status rc;

    *outcome = TQ_BROADCAST_WAIT;
    if (office->in_session)
        return TQ_OK;
    /* A district that was put back starts a new epoch. Were its rows laid before a session compared
     * the histories, `top` would lie in the new one and nobody would see that the old one is lost. */
    *outcome = TQ_BROADCAST_UNMET;
    if (broadcast->epoch != office->epoch)
        return TQ_OK;
    keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "broadcast");
        goto out;
    }
    if ((rc = office->ops->begin(office->store, TQ_TXN_APPLY, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, keep, &state, err)) != TQ_OK ||
            (rc = office->ops->broadcast_get(office->store, 0, &last, err)) != TQ_OK ||
            (rc = lay(office, broadcast, state.position.cursor, arena, err)) != TQ_OK ||
            (rc = remember(office, broadcast, err)) != TQ_OK)
        goto out;
    state.last_heard_at = now_ms;
    tq_office_raise_top(office, &state, broadcast->seq, broadcast->ledger_hash);
    if ((rc = office->ops->state_put(office->store, &state, err)) != TQ_OK ||
            (rc = office->ops->commit(office->store, err)) != TQ_OK)
        goto out;
    *outcome = TQ_BROADCAST_DONE;
    if (broadcast->prev != last && broadcast->prev > state.position.cursor && broadcast->seq > last)
        *outcome = TQ_BROADCAST_GAP;

out:
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_BROADCAST));
    tq_sums_end(office, rc == TQ_OK);
    office->ops->rollback(office->store);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}
