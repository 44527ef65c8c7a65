/* own_units.h - The district's own communes, without those of a neighbour that stand in its file for a
 * link (common/store/own_units.h says which are its own).
 *
 * Ownership: results live in the arena that was given.
 * Threads:   that of the database. */
#ifndef TQ_OWN_UNITS_H
#define TQ_OWN_UNITS_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

TQ_BEGIN_DECLS

/* Keys of the communes that are valid on a day, in order; under `parent`, or (empty) all of the
 * district's own. Fails: RANGE (more than twenty thousand), NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_own_units(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice parent, tq_day on, struct tq_slice **out, size_t *n, struct tq_error *err);

/* The same of any day: with those that have ended or have yet to begin. */
TQ_MUST_CHECK tq_status tq_own_units_ever(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice parent, struct tq_slice **out, size_t *n, struct tq_error *err);

TQ_END_DECLS
#endif
