/* office_prune.c - Sets that the office need not keep any longer (sync.md section 3).
 *
 * Two conditions, never one: the district named a backup that was restored for a test and holds the
 * set, and it answered more than a year ago. Both by the district's own word: T(seen) is its clock as
 * of the last complete pull. What stays (hash, signature, receipts) keeps the chain whole. */
#include "sync/office_internal.h"

#define PRUNE_SETS 256u /* in one transaction */

tq_status tq_office_prune(struct tq_office *office, size_t *pruned, struct tq_error *err)
{
    const struct tq_office_ops *ops = office->ops;
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_office_state state;
    tq_status rc;

    *pruned = 0;
    if (arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "prune");
    rc = ops->begin(office->store, TQ_TXN_APPLY, err);
    if (rc == TQ_OK)
        rc = ops->state_get(office->store, arena, &state, err);
    if (rc == TQ_OK && state.backed_up != 0 && state.backed_up >= state.backup_from) {
        rc = ops->set_prune(office->store, state.t_seen - TQ_KEEP_SETS_MS, state.backed_up,
                PRUNE_SETS, pruned, err);
        if (rc == TQ_OK && *pruned > 0)
            rc = ops->commit(office->store, err);
    }
    ops->rollback(office->store);
    tq_arena_free(arena);
    return rc;
}
