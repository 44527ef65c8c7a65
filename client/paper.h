/* paper.h - This office's report as an official paper in a workbook: what the page prints, as .xlsx.
 *
 * Ownership: borrows all. Threads: the thread that owns the database. */
#ifndef TQ_CLIENT_PAPER_H
#define TQ_CLIENT_PAPER_H

#include "app.h"
#include "paper/paper.h"

/* The report of a period: who, to whom, what was done, the figures, who signs; of a month a sheet with
 * the figures of the villages, too. *rows: lines of figures. Fails: NOT_FOUND (no such period),
 * NOT_COMPLETE (not drafted). */
TQ_MUST_CHECK tq_status paper_report(struct app *app, struct excel_writer *writer,
        struct tq_slice period, size_t *rows, struct tq_error *err);

/* The report of this office for a period (cmd_report.c). Fails: NOT_FOUND (no such period). */
TQ_MUST_CHECK tq_status report_load(struct app *app, struct tq_slice period, struct tq_record *out,
        bool *found, struct tq_error *err);

#endif
