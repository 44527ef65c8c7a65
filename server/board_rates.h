/* board_rates.h - Completeness and timeliness of the communes' reports and figures, of a period and of
 * the four of its kind before it: as lines, as JSON, as CSV.
 *
 * Ownership: results live in the app's arena. Threads: that of the app. */
#ifndef TQ_BOARD_RATES_H
#define TQ_BOARD_RATES_H

#include "app.h"
#include "tuquan/calendar.h"

#define BOARD_RATES_PERIODS 5

/* `csv`: a file instead of lines; NULL: lines. Fails: NOMEM, the store's, the file's. */
TQ_MUST_CHECK tq_status board_rates(struct app *app, struct cli *cli,
        const struct tq_period *period, struct tq_slice parent, const char *csv,
        struct tq_error *err);

#endif
