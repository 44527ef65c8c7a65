/* tally.h - Counts kept in memory by one who shows them again and again (the district's page).
 *
 * Each is kept with the state of the rows that it was counted from: the digests that the merge moves
 * with every row, in the same transaction. It is shown only while they are what they were, so nothing
 * has to be told that a row came, went or was put back. What is published or stored is counted afresh.
 *
 * Ownership: the database's, freed with it. Threads: that of the database. */
#ifndef TQ_TALLY_H
#define TQ_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

/* What was asked for since the start. */
struct tq_tally_use {
    uint64_t found;
    uint64_t counted;
};

TQ_BEGIN_DECLS

/* From now on facts and figures of a district's file are kept. Fails: INTERNAL (an office's: its
 * digests are not those of its rows), NOMEM. */
TQ_MUST_CHECK tq_status tq_tally_start(struct tq_db *db, struct tq_error *err);

/* True: count afresh and keep nothing, until told otherwise. Returns what held before. */
bool tq_tally_rest(struct tq_db *db, bool rest);

/* Read rows for kept counts `most` times more, then end with INTERRUPTED: what takes long is counted in
 * pieces, by who asks again until he gets an answer (each try finds what those before it counted).
 * 0: as often as needed. */
void tq_tally_budget(struct tq_db *db, unsigned most);

/* All zero where nothing is kept. */
struct tq_tally_use tq_tally_used(const struct tq_db *db);

TQ_END_DECLS
#endif
