/* summary.h - The consolidated table of a period: what was recorded in it, in the one before, in the
 * same one of last year, since the year began; by area and by commune. Only communes that there are on
 * the last day count, in each window: after a merger those that ended are missing from the ones before.
 *
 * Ownership: everything found lives in the app's arena. Threads: those of the app. */
#ifndef TQ_SERVER_SUMMARY_H
#define TQ_SERVER_SUMMARY_H

#include "app.h"
#include "tuquan/facts.h"
#include "tuquan/figures.h"
#include "tuquan/province_report.h"
#include "tuquan/small_count.h"

/* LAST is PERIOD itself: the communes are those of its last day. */
enum {
    SUMMARY_PREVIOUS,
    SUMMARY_LAST_YEAR,
    SUMMARY_YTD_LAST_YEAR,
    SUMMARY_YTD,
    SUMMARY_NOW,
    SUMMARY_WINDOWS,
};

/* A line of the table: a figure, or a typed indicator of the villages. */
struct summary_line {
    const char *code;
    struct tq_slice name;
    uint32_t area;
    bool small; /* 1 or 2 stay within the district */
    bool stock;
    const int64_t *n; /* [unit * SUMMARY_WINDOWS + window] */
    int64_t total[SUMMARY_WINDOWS];
};

struct summary {
    struct tq_facts_period period;
    struct tq_facts_period previous;
    struct tq_facts_period last_year;
    struct tq_window windows[SUMMARY_WINDOWS];
    const struct tq_sheet *sheet;
    struct tq_figures figures;
    struct summary_line *lines; /* by area; those of no area first */
    size_t nlines;
    bool counted_later; /* under a report that was signed without its paper being kept */
};

/* Counts of a column, the communes and then their total, and what is hidden of them outside. */
struct summary_column {
    int64_t *counts;
    tq_hidden *hidden;
};

/* Of app->period. Fails: NOT_FOUND (no such period, no sheet), NOMEM, IO... */
TQ_MUST_CHECK tq_status summary_load(
        struct app *app, struct cli *cli, struct summary *out, struct tq_error *err);

/* Of all areas. */
int64_t summary_incidents(const struct tq_figures *figures, size_t unit, size_t window);

/* A line's columns, one for each window, as they leave the district. Fails: NOMEM. */
TQ_MUST_CHECK tq_status summary_hide(const struct summary *summary, const struct summary_line *line,
        struct tq_arena *arena, struct summary_column out[SUMMARY_WINDOWS], struct tq_error *err);

/* Hides further in columns of `cells` counts, the last one the total, until neither a column nor the
 * windows, which add up, tell a hidden one. True when it hid any. */
bool summary_hide_more(struct summary_column columns[SUMMARY_WINDOWS], size_t cells);

/* The incidents of one window by itself: for windows that do not add up. Fails: NOMEM. */
TQ_MUST_CHECK tq_status summary_hide_incidents(const struct tq_figures *figures, size_t window,
        struct tq_arena *arena, struct summary_column *out, struct tq_error *err);

/* Incidents for each 1,000 households in 1/100, half up; -1 and null: nobody knows the households. */
int64_t summary_rate_c(int64_t incidents, int64_t households);
json_t *summary_rate_json(int64_t incidents, int64_t households);

/* Change from `before` in 1/10 percent, half away from 0; false: there was nothing before. */
bool summary_percent_t(int64_t before, int64_t now, int64_t *out);

/* As a workbook; `report`: with the district's report before it (NULL: none). Fails: IO, NO_SPACE,
 * NOMEM. */
TQ_MUST_CHECK tq_status summary_write(struct app *app, struct cli *cli,
        const struct summary *summary, const struct tq_province_report *report, const char *path,
        struct tq_error *err);

#endif
