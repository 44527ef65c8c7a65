/* sheet.h - A scoring sheet as the district's file has it, and two of them beside each other.
 *
 * Ownership: rows live in the app's arena. Threads: that of the app. */
#ifndef TQ_SERVER_SHEET_H
#define TQ_SERVER_SHEET_H

#include "app.h"
#include "tuquan/records.h"

struct sheet {
    struct tq_stored_row row;
    struct tq_record *criteria; /* in their order */
    size_t n;
};

/* Fails: NOT_FOUND, NOMEM, the store's. */
TQ_MUST_CHECK tq_status sheet_load(
        struct app *app, const char *name, struct sheet *out, struct tq_error *err);

/* Places of columns of scoring_sheet and of criterion. */
int sheet_column(const char *name);
int sheet_criterion_column(const char *name);

/* compare SHEET SHEET: a line for each fact that differs, of the sheets themselves and of criteria. */
TQ_MUST_CHECK tq_status sheet_compare(struct app *app, struct cli *cli, struct tq_error *err);

#endif
