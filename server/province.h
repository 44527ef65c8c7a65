/* province.h - The district's own report to the province: what the facts say of a period, beside what
 * people write.
 *
 * Ownership: texts live in the app's arena. Threads: those of the app. */
#ifndef TQ_SERVER_PROVINCE_H
#define TQ_SERVER_PROVINCE_H

#include "summary.h"
#include "tuquan/province_report.h"

/* The draft of SITUATION and RESULTS in sentences. Small counts are hidden: it leaves the district.
 * Fails: NOMEM. */
TQ_MUST_CHECK tq_status province_draft(struct app *app, const struct cli *cli,
        const struct summary *summary, struct tq_slice *situation, struct tq_slice *results,
        struct tq_error *err);

#endif
