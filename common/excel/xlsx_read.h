/* xlsx_read.h - The rows of an Excel workbook (.xlsx), one at a time, as text.
 *
 * What a cell shows becomes what a person would type: whole numbers without a point, dates as
 * 2020-11-15 (with 14:30 where the format shows a time), yes and no as 1 and 0. A formula gives the
 * result that Excel stored; one without a result, an error value and a cell that lies under a merged
 * one are marked, never guessed.
 *
 * Invariant: at most EXCEL_MAX_PACKED bytes are taken and EXCEL_MAX_UNPACKED inflated in all; a part
 *            that says it is smaller than it is ends the reading.
 * Ownership: a book borrows the file's bytes; rows borrow the book; a row borrows until the next call.
 * Threads:   none inside. */
#ifndef TQ_EXCEL_XLSX_READ_H
#define TQ_EXCEL_XLSX_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/bytes.h"
#include "tuquan/csv.h"
#include "tuquan/error.h"

#define EXCEL_MAX_PACKED ((size_t)20 * 1024 * 1024)
#define EXCEL_MAX_UNPACKED ((uint64_t)200 * 1024 * 1024)

/* Why a file cannot be read; each has a sentence (excel_problem_sentence). */
typedef enum excel_problem {
    EXCEL_FINE,
    EXCEL_NOT_EXCEL,  /* no workbook at all */
    EXCEL_OLD,        /* .xls of Excel 97-2003, whatever its name says */
    EXCEL_PASSWORD,   /* a workbook that a password locks */
    EXCEL_TOO_LARGE,  /* more than EXCEL_MAX_PACKED, or EXCEL_MAX_UNPACKED inside */
    EXCEL_DAMAGED,    /* cut off, or XML that is none */
    EXCEL_TOO_WIDE,   /* a cell beyond TQ_CSV_MAX_FIELDS columns */
    EXCEL_CELL_LARGE, /* a cell of more than 32,767 letters, which Excel itself cannot hold */
} excel_problem;

struct excel_book; /* opaque */
struct excel_rows; /* opaque */

/* Open a workbook. Fails: CSV (see *problem), NOMEM. */
TQ_MUST_CHECK tq_status excel_open(struct excel_book **out, struct tq_slice bytes,
        excel_problem *problem, struct tq_error *err);
void excel_close(struct excel_book *book); /* NULL is fine */

/* Is this a file that Excel would open (a zip archive, or the old format)? */
bool excel_is(struct tq_slice bytes);

/* The sheets that a person sees, in their order. */
size_t excel_sheet_count(const struct excel_book *book);
const char *excel_sheet_name(const struct excel_book *book, size_t sheet);

/* Begin with the rows of one sheet. Fails: CSV (see excel_rows_problem), NOMEM. */
TQ_MUST_CHECK tq_status excel_rows_new(
        struct excel_rows **out, struct excel_book *book, size_t sheet, struct tq_error *err);
void excel_rows_free(struct excel_rows *rows); /* NULL is fine */

/* The next row in which something stands; *more is false at the end. Fields run from column A; what
 * is empty behind the last one is left out. Fails: CSV (see excel_rows_problem), NOMEM. */
TQ_MUST_CHECK tq_status excel_rows_next(
        struct excel_rows *rows, struct tq_csv_row *row, bool *more, struct tq_error *err);
excel_problem excel_rows_problem(const struct excel_rows *rows);

/* How far the sheet has been read, and all of it, in bytes. */
void excel_rows_progress(const struct excel_rows *rows, uint64_t *done, uint64_t *total);

/* What to tell a person, with the next step; static. */
const char *excel_problem_sentence(excel_problem problem, tq_lang lang);

/* "C" of column 2, "AA" of 26; `out` takes 4 bytes. */
void excel_column_letters(size_t column, char out[4]);

#endif
