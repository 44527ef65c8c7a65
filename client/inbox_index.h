/* inbox_index.h - Which of the sets that were sealed lately touch a row: they are walked once for all
 * items of a command, and only those that touch a row are decoded again when it is asked for.
 *
 * Ownership: the index lives in the app's arena, until the command ends.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_INBOX_INDEX_H
#define TQ_CLIENT_INBOX_INDEX_H

#include "app.h"
#include "tuquan/office_view.h"

/* A set that touches the row; set->payload and the arena are its own until the call returns. *stop:
 * no older set is wanted. */
typedef tq_status (*inbox_set_fn)(void *ctx, const struct tq_sent_set *set,
        struct tq_arena *scratch, bool *stop, struct tq_error *err);

/* Hand on each such set, the newest first. Of the newest three hundred; a long one (an import) is
 * passed over. */
TQ_MUST_CHECK tq_status inbox_sets_of(struct app *app, const struct tq_table *table,
        struct tq_slice key, inbox_set_fn each, void *ctx, struct tq_error *err);

#endif
