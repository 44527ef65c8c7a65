/* district_proposals.h - What the files of the proposals share; not installed.
 *
 * Ownership: all in the arena. Threads: that of the store. */
#ifndef TQ_STORE_DISTRICT_PROPOSALS_H
#define TQ_STORE_DISTRICT_PROPOSALS_H

#include "store/district_internal.h"
#include "tuquan/proposals.h"

#define DISTRICT_PROPOSALS_ARENA ((size_t)512 * 1024 * 1024)

/* A row of a statement whose first columns are id, tbl, key, cells, first_at. */
TQ_MUST_CHECK tq_status district_proposal_read(const struct district_bind *q,
        struct tq_arena *arena, struct tq_proposal *out, struct tq_error *err);

/* Room for one more than n. */
TQ_MUST_CHECK tq_status district_proposal_grow(struct tq_proposal **list, size_t n, size_t *cap,
        struct tq_arena *arena, struct tq_error *err);

/* Is it another value than what stands here (`now`)? */
bool district_proposal_differs(const struct tq_proposal *p);

#endif
