/* orphans.h - Rows in force that refer to a row which was voided: odd, and for a person to look at.
 *
 * The merge judges a change by itself, so it takes a child whose parent was voided by another, in
 * whichever order they come. Nothing is voided by itself.
 * Ownership: results lie in the caller's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_ORPHANS_H
#define TQ_ORPHANS_H

#include "tuquan/arena.h"
#include "tuquan/database.h"

struct tq_orphan {
    const struct tq_table *table;
    struct tq_slice unit;
    struct tq_slice key;
    uint32_t column; /* index of the one that refers */
    const struct tq_table *parent;
    struct tq_slice parent_key;
    struct tq_slice void_reason; /* of the parent; may be empty */
};

TQ_BEGIN_DECLS

/* Those of one unit (empty: all), by unit, table and key; at most `limit`, *total says how many there
 * are. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_orphans_list(struct tq_db *db, struct tq_slice unit, size_t limit,
        struct tq_arena *arena, struct tq_orphan **out, size_t *n, size_t *total,
        struct tq_error *err);

TQ_END_DECLS
#endif
