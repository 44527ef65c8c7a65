/* agent.h - The nightly agent: syncs when it is due, hears the broadcast, sleeps in between.
 *
 * Phases of one turn of the loop, in this order:
 *   1. read the clock and the facts that the file holds (what waits, what was last tried)
 *   2. decide (tq_backoff_decide); when it says "now": one sync, its outcome into the file
 *   3. wait for a broadcast, the line, the stop signal, the page or the next moment to look
 *   4. take broadcasts: open, verify, lay the rows
 * Ownership: all borrowed for the call.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_AGENT_H
#define TQ_CLIENT_AGENT_H

#include "app.h"
#include "member/exchange.h"
#include "member/network.h"
#include "page.h"
#include "tuquan/backoff.h"

/* Run until `stop_fd` (tq_process_open_stop) is readable or the page wants the file to go back to a
 * copy. Fails only for reasons of this machine;
 * what the line or the district do is told, remembered and tried again. `page` (may be NULL) asks for
 * syncs and hears what is told. */
TQ_MUST_CHECK tq_status agent_run(
        struct app *app, struct network *net, struct page *page, int stop_fd, struct tq_error *err);

/* What the agent would do now, as far as the file says it: what it saw of the line and of broadcasts
 * stays with it. */
TQ_MUST_CHECK tq_status agent_next(const struct app *app, uint32_t device,
        struct tq_backoff_decision *out, struct tq_error *err);

/* One exchange (exchange_run), and a look at the file: behind it where the sync found that it was
 * copied or restored (a copy taken while it was written may hold pages of two moments), before it
 * where an earlier look found it damaged. `result` is always filled. Fails: as the exchange, or
 * CORRUPT (with what SQLite says), NOMEM, IO. */
TQ_MUST_CHECK tq_status agent_exchange(struct app *app, struct network *net,
        const struct exchange_config *config, struct tq_office_result *result,
        struct tq_error *err);

/* Write down what came of one sync, by the agent or by `sync`. */
TQ_MUST_CHECK tq_status agent_remember(struct tq_db *db, int64_t began_ms, tq_status status,
        const struct tq_error *why, const struct tq_office_result *result, tq_lang lang,
        struct tq_error *err);

#endif
