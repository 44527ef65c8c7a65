/* report_rates.h - How complete and how timely the communes' reports and figures of a period are.
 *
 * A period's reports: its own and those of the periods within it (of a quarter, its months), where a
 * deadline was set. One is due once its last day with grace has passed, or once it came; given when
 * it came and was not taken back; in time by the rule of the facts (facts.h). Cells: each typed
 * indicator that the sheet of that time reads (of the ranking of a period around it, else the newest
 * published by then; without a sheet each one published today) for each village of each month of the
 * period that ended before today; filled when confirmed. A commune counts in the periods on whose
 * last day it is there.
 *
 * Ownership: everything found lives in the arena. Threads: that of the database. */
#ifndef TQ_REPORT_RATES_H
#define TQ_REPORT_RATES_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

#define TQ_RATES_MOST_PERIODS 12u

struct tq_rates {
    int64_t reports_due;
    int64_t reports_given;
    int64_t reports_in_time;
    int64_t cells_asked;
    int64_t cells_filled;
};

/* One commune, or all together: `of` has one entry for each window. */
struct tq_rates_line {
    struct tq_slice unit; /* empty: all of the district */
    struct tq_slice name;
    const struct tq_rates *of;
};

TQ_BEGIN_DECLS

/* The communes by key, then all together; `n` counts that last line, too. `parent`: only communes of
 * this unit (empty: every own commune). Fails: RANGE (no window, too many), NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_report_rates(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice parent, const struct tq_window *windows, size_t nwindows, int64_t now_ms,
        const struct tq_rates_line **out, size_t *n, struct tq_error *err);

TQ_END_DECLS
#endif
