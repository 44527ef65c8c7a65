/* xlsx_write.h - An Excel workbook (.xlsx) out of titles, headings and cells.
 *
 * Codes stay text ("08779"), numbers are numbers, days and instants are real dates; A4, wide tables
 * lying, headings repeated on each printed page. Nothing is ever written as a formula, whatever a text
 * begins with.
 * Ownership: a writer is the caller's until excel_write_finish or excel_write_free; texts are copied.
 * Threads:   none inside. A failure is remembered and told at the end. */
#ifndef TQ_EXCEL_XLSX_WRITE_H
#define TQ_EXCEL_XLSX_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/bytes.h"
#include "tuquan/error.h"

typedef enum excel_style {
    EXCEL_PLAIN,
    EXCEL_TITLE, /* large, no border */
    EXCEL_NOTE,  /* small and grey, no border */
    EXCEL_HEAD,  /* of a column */
    EXCEL_TOTAL,
    EXCEL_MID, /* lines of a document: no border, in the middle */
    EXCEL_MID_BOLD,
    EXCEL_MID_SLANTED,
    EXCEL_BODY, /* from the left, folded */
    EXCEL_BODY_BOLD,
    EXCEL_STYLES,
} excel_style;

struct excel_writer; /* opaque */

/* Begin a workbook that will be `path`. Fails: NOMEM. */
TQ_MUST_CHECK tq_status excel_write_new(
        struct excel_writer **out, const char *path, struct tq_error *err);

/* Gives up what was not finished; NULL is fine. */
void excel_write_free(struct excel_writer *writer);

/* A new sheet; what follows goes there. `landscape`: lying paper. Names are cut to what Excel takes. */
void excel_write_sheet(struct excel_writer *writer, const char *name, bool landscape);

/* How wide a column is, in letters. */
void excel_write_width(struct excel_writer *writer, size_t column, double letters);

/* How high a row is, in points (15 is one line). */
void excel_write_height(struct excel_writer *writer, uint32_t row, double points);

/* Rows above `row` and columns left of `column` stay where they are, and are printed on each page. */
void excel_write_freeze(struct excel_writer *writer, uint32_t row, size_t column);

/* Row `row` is printed on each page on which there are rows below it; nothing stays on the screen. */
void excel_write_repeat(struct excel_writer *writer, uint32_t row);

/* Cells; rows and columns from 0. */
void excel_write_text(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        struct tq_slice text);
void excel_write_str(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        const char *text);
/* A text that was put together: one that had no memory fails the workbook. */
void excel_write_buf(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        const struct tq_buf *text);
void excel_write_check(struct excel_writer *writer, const struct tq_buf *text); /* writes nothing */
/* One text over the cells first..last of a row, which become one cell; at least two. */
void excel_write_across(struct excel_writer *writer, uint32_t row, size_t first, size_t last,
        excel_style style, struct tq_slice text);
void excel_write_across_str(struct excel_writer *writer, uint32_t row, size_t first, size_t last,
        excel_style style, const char *text);
void excel_write_int(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        int64_t number);
void excel_write_points(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        int64_t points_c); /* 1/100 */
void excel_write_day(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        struct tq_slice date); /* 2020-11-15; what is none is written as text */
void excel_write_instant(struct excel_writer *writer, uint32_t row, size_t column,
        excel_style style, int64_t at_ms); /* shown in the time of Viet Nam */
void excel_write_blank(struct excel_writer *writer, uint32_t row, size_t column, excel_style style);

/* Whole numbers of 0 or more only, with a sentence for who types something else. */
void excel_write_only_counts(struct excel_writer *writer, uint32_t first_row, uint32_t last_row,
        size_t first_column, size_t last_column, const char *sentence);

/* Write the file, complete or not at all (a neighbour file is renamed). Frees the writer in any case
 * and sets *writer to NULL. Fails: IO, NO_SPACE, NOMEM. */
TQ_MUST_CHECK tq_status excel_write_finish(struct excel_writer **writer, struct tq_error *err);

#endif
