/* office_machines.h - What the other machines of an office are called: each session the district says
 * it, so that people are told by name which one wrote a value.
 *
 * Ownership: texts live in the arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_OFFICE_MACHINES_H
#define TQ_OFFICE_MACHINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/database.h"
#include "tuquan/error.h"
#include "tuquan/message.h"

TQ_BEGIN_DECLS

/* In a transaction of its own; without a write where nothing is new. None is ever forgotten. */
TQ_MUST_CHECK tq_status tq_office_machines_put(
        struct tq_db *db, const struct tq_machine *list, size_t n, struct tq_error *err);

/* By rising number; *own: the number of this one, which is not among them (0: it has none yet). */
TQ_MUST_CHECK tq_status tq_office_machines(struct tq_db *db, struct tq_arena *arena, int64_t *own,
        struct tq_machine **out, size_t *n, struct tq_error *err);

TQ_END_DECLS
#endif
