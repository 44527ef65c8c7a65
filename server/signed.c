#include "signed.h"

#include <inttypes.h>
#include <stdio.h>

#include "tuquan/district_devices.h"
#include "tuquan/proposals.h"

#define SIGNED_ARENA ((size_t)256 * 1024 * 1024)

static tq_status audit(struct app *app, uint64_t id, struct tq_error *err)
{
    char about[32];

    snprintf(about, sizeof(about), "proposal %" PRIu64, id);
    return tq_devices_audit(app->store, app_now_ms(), tq_slice_str("server"),
            tq_slice_str("publication_taken_back"), tq_slice_str(about), tq_slice_str(""), err);
}

tq_status signed_take(
        struct app *app, struct tq_merger *merger, size_t *taken, struct tq_error *err)
{
    struct tq_slice author = tq_slice_str(app_author(app));
    struct tq_arena *arena = tq_arena_new(SIGNED_ARENA);
    struct tq_district_write write;
    struct tq_changes changes;
    uint64_t id = 0;
    size_t settled;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "proposals") : TQ_OK;

    *taken = 0;
    while (rc == TQ_OK) {
        tq_arena_reset(arena);
        rc = tq_proposals_signed(app->store, arena, tq_verify, app->keys.sign_public, id,
                app_now_ms(), author, &changes, &id, err);
        if (rc != TQ_OK || changes.n == 0)
            break;
        write = (struct tq_district_write){ .changes = changes.changes, .count = changes.n };
        rc = tq_merge_district(merger, &write, app_now_ms(), err);
        if (rc == TQ_RULE || rc == TQ_IMMUTABLE ||
                rc == TQ_STALE) { /* its period or sheet is not here yet */
            tq_error_clear(err);
            rc = TQ_OK;
            continue;
        }
        if (rc == TQ_OK)
            rc = audit(app, id, err);
        *taken += rc == TQ_OK;
    }
    tq_arena_free(arena);
    return rc == TQ_OK ? tq_proposals_settle(app->store, &settled, err) : rc;
}
