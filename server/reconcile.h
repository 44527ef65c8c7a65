/* reconcile.h - The incidents of a commune that fall in a period, beside the district's second source:
 * what is open, what was decided, by whom and by which document.
 *
 * Ownership: what is written lies in the caller's buffers.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_RECONCILE_H
#define TQ_SERVER_RECONCILE_H

#include "app.h"
#include "cli/cli.h"
#include "tuquan/facts.h"

/* The trail's code of a decision; its line is about "PERIOD UNIT: what was said" ("PERIOD: ..." of all
 * communes). */
#define RECONCILE_WHAT "reconcile"

#define RECONCILE_SEEN_BYTES 33u /* hex and its NUL */

/* A mark of all that stands in the row: whoever decides says by it what he saw. */
void reconcile_seen(const struct tq_stored_row *row, char out[RECONCILE_SEEN_BYTES]);

/* Put the list of one commune, open ones first, and its decisions into the answer. Fails as reads do;
 * NOT_COMPLETE (no sheet is published). */
TQ_MUST_CHECK tq_status reconcile_list(struct app *app, struct cli *cli, struct tq_slice unit,
        const struct tq_facts_period *period, struct tq_error *err);

#endif
