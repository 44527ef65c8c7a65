/* vote.h - What the district writes down of a vote on communes that share a rank: whole, of a day that
 * has come, and never written over.
 *
 * Ownership: nothing is kept.
 * Threads:   the one of `app`. */
#ifndef TQ_SERVER_VOTE_H
#define TQ_SERVER_VOTE_H

#include "app.h"

/* Of a row of tie_vote, `values` and `given` by column; `made`: it is a new one. Fails: INVALID (the
 * vote is not whole: who, in what order, when, by which minutes), NOT_FOUND (no such commune), RULE (a
 * recorded vote would change: it can be voided, with a reason, and nothing else), NOMEM. */
TQ_MUST_CHECK tq_status vote_check(struct app *app, const struct cli *cli,
        const struct tq_table *table, const struct tq_value *values, const bool *given, bool made,
        struct tq_error *err);

#endif
