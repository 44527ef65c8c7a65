/* steps.h - Rows in force whose state lacks the facts that it needs (`steps` in the catalogue).
 *
 * The triggers hold a person to it; the merge judges no state of a row, so two people may each write
 * a half: one the state, the other the fact away. Such rows are for a person to look at.
 * Ownership: results lie in the caller's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_STEPS_H
#define TQ_STEPS_H

#include "tuquan/arena.h"
#include "tuquan/database.h"

struct tq_unmet_step {
    const struct tq_table *table;
    struct tq_slice unit;
    struct tq_slice key;
    const struct tq_step *step;
    int column; /* index of the first fact that is missing */
};

TQ_BEGIN_DECLS

/* By unit, table and key; at most `limit`, *total says how many there are. Fails: NOMEM, the
 * database's. */
TQ_MUST_CHECK tq_status tq_steps_unmet(struct tq_db *db, size_t limit, struct tq_arena *arena,
        struct tq_unmet_step **out, size_t *n, size_t *total, struct tq_error *err);

TQ_END_DECLS
#endif
