/* score_view.h - This office's facts of a period, criterion by criterion, and the points that they
 * give: what the preview, the report and the inbox show. The same scorer as the district's.
 *
 * Ownership: all lives in the app's arena. Threads: the thread that owns the database. */
#ifndef TQ_CLIENT_SCORE_VIEW_H
#define TQ_CLIENT_SCORE_VIEW_H

#include "app.h"
#include "paper/paper.h"
#include "tuquan/facts.h"
#include "tuquan/ranking_store.h"
#include "tuquan/scoring.h"

struct score_view {
    struct tq_facts_period period;
    const struct tq_sheet *sheet;
    struct tq_contender unit; /* its counts stand in the order of the sheet's criteria */
    struct tq_score score;
};

/* By the sheet in use, or that of --sheet. Fails: NOT_FOUND (no sheet, no such period). */
TQ_MUST_CHECK tq_status score_view_load(
        struct app *app, struct tq_slice period, struct score_view *out, struct tq_error *err);

/* The sheet of a period (tq_sheet_of_period), or that of --sheet. Fails: NOT_COMPLETE (no
 * sheet is published), NOT_FOUND. */
TQ_MUST_CHECK tq_status score_sheet_key(
        struct app *app, struct tq_slice period, struct tq_slice *out, struct tq_error *err);

/* What is to be known of a criterion's figure: provisional, verified, changed and why. Appends. */
void score_view_note(
        const struct cli *cli, const struct score_view *view, size_t i, struct tq_buf *out);

#endif
