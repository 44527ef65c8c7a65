/* liaison_way.h - Rounds of a link as this program goes them: over the folder's files, locks and
 * sockets (liaison_round.h has what a round is).
 *
 * Ownership: the caller's. Threads: one at a time on a link. */
#ifndef TQ_SERVER_LIAISON_WAY_H
#define TQ_SERVER_LIAISON_WAY_H

#include "liaison_round.h"
#include "tuquan/file.h"

/* One round over `app`, the district's own file, opened for writing. What does not cross is in the
 * journal and no failure. Fails: BUSY (another round goes on), LIAISON_ENDED (no agreement in force),
 * what the line fails with (after the mailbox for the partner was filled), what the files fail with. */
TQ_MUST_CHECK tq_status round_run(struct app *app, const struct tq_link_info *link, int timeout_ms,
        int stop_fd, struct round_result *out, struct tq_error *err);

/* A round without the line. Fails: as round_run, and what `visit` fails with. */
TQ_MUST_CHECK tq_status round_visit(struct app *app, const struct tq_link_info *link,
        const struct round_visit *visit, struct round_result *out, struct tq_error *err);

/* What fails with BUSY because a round goes on is tried again, for half a minute at most;
 * two seconds where a page waits. */
typedef tq_status (*round_try_fn)(void *ctx, struct tq_error *err);
TQ_MUST_CHECK tq_status round_when_free(
        const struct app *app, round_try_fn fn, void *ctx, struct tq_error *err);

/* The agreement `text` holds from now on; before it does, what was laid out under the one before and is
 * outside this one is withdrawn from the mailbox. Fails: BUSY (a round goes on), LIAISON_FILE, what the
 * files fail with: the former one holds. */
TQ_MUST_CHECK tq_status round_agree(struct app *app, const struct tq_link_info *link,
        tq_liaison_side side, struct tq_slice text, struct tq_error *err);

/* No round goes on and none begins until it is given back (tq_file_unlock; NULL: there is no mailbox).
 * Fails: BUSY. */
TQ_MUST_CHECK tq_status round_hold(struct app *app, const struct tq_link_info *link,
        struct tq_file_lock **out, struct tq_error *err);

/* Whoever knocked at the mailbox and was turned away, into the journal: a line for each kind and minute
 * at most. Also of a link that has ended. */
TQ_MUST_CHECK tq_status round_knocks(
        struct app *app, const struct tq_link_info *link, struct tq_error *err);

/* Is there an agreement in force today? Fails: NOMEM. */
TQ_MUST_CHECK tq_status round_in_force(
        const struct tq_link_info *link, bool *out, struct tq_error *err);

#endif
