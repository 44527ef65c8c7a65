/* paper.h - Reports and rankings as official papers in a workbook: what the page prints, as .xlsx.
 *
 * Ownership: borrows all. Threads: the thread that owns the database. */
#ifndef TQ_CLIENT_PAPER_H
#define TQ_CLIENT_PAPER_H

#include "app.h"
#include "excel/xlsx_write.h"

/* The report of a period: who, to whom, what was done, the figures, who signs; of a month a sheet with
 * the figures of the villages, too. *rows: lines of figures. Fails: NOT_FOUND (no such period),
 * NOT_COMPLETE (not drafted). */
TQ_MUST_CHECK tq_status paper_report(struct app *app, struct excel_writer *writer,
        struct tq_slice period, size_t *rows, struct tq_error *err);

/* The newest published table of a period, and a sheet with the points by criterion. *rows: communes.
 * Fails: NOT_FOUND (nothing was published). */
TQ_MUST_CHECK tq_status paper_ranking(struct app *app, struct excel_writer *writer,
        struct tq_slice period, size_t *rows, struct tq_error *err);

/* ---- what papers share (paper.c) ---- */

/* Columns 0..last of a sheet, parted into a left and a right half for heads and feet. */
struct paper {
    struct app *app;
    struct excel_writer *writer;
    size_t left_last;
    size_t last;
    double letters; /* that go into a line over all columns */
    uint32_t row;   /* the next */
};

/* The two heads of an official paper: the body that issues it (its kind and name) with its number, the
 * state with place and day. Fails: NOMEM. */
TQ_MUST_CHECK tq_status paper_head(struct paper *paper, const char *body, struct tq_slice name,
        const char *number, int64_t at_ms, struct tq_error *err);

/* A line over all columns, as high as its text needs. */
void paper_line(struct paper *paper, excel_style style, struct tq_slice text);
void paper_line_str(struct paper *paper, excel_style style, const char *text);

/* One line at the left, another at the right. */
void paper_two(struct paper *paper, excel_style left_style, const char *left,
        excel_style right_style, const char *right);

/* Make the next row of a table as high as its longest cell needs; texts of the same number of columns
 * as widths, in letters. Moves on. */
void paper_table_row(
        struct paper *paper, const double *widths, const struct tq_slice *texts, size_t n);

/* "quý IV/2020", "tháng 8/2020". */
void paper_period(const struct cli *cli, struct tq_slice period, struct tq_buf *out);

/* The report of this office for a period (cmd_report.c). Fails: NOT_FOUND (no such period). */
TQ_MUST_CHECK tq_status report_load(struct app *app, struct tq_slice period, struct tq_record *out,
        bool *found, struct tq_error *err);

#endif
