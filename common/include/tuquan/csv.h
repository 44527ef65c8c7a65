/* csv.h - CSV as RFC 4180 and as Excel writes it: comma, semicolon or tab, quotes, CRLF, a byte
 * order mark; and one row out of it at a time.
 *
 * Ownership: the reader borrows the text; a row borrows from the reader until the next call.
 * Threads:   none inside. */
#ifndef TQ_CSV_H
#define TQ_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"

#define TQ_CSV_MAX_FIELDS 128u

/* What is wrong with a file, for callers that say it in their own words. */
typedef enum tq_csv_problem {
    TQ_CSV_FINE,
    TQ_CSV_UTF16,
    TQ_CSV_NOT_UTF8,
    TQ_CSV_OPEN_QUOTE,  /* a quote that is never closed */
    TQ_CSV_AFTER_QUOTE, /* text behind a closing quote */
    TQ_CSV_TOO_WIDE,    /* more than TQ_CSV_MAX_FIELDS */
} tq_csv_problem;

struct tq_csv {
    struct tq_slice rest;
    char delimiter;
    uint32_t line; /* number of the line that comes next, 1 the first */
    struct tq_buf scratch;
    size_t ends[TQ_CSV_MAX_FIELDS];
    struct tq_slice fields[TQ_CSV_MAX_FIELDS];
    tq_csv_problem problem; /* why the last call failed */
    uint32_t problem_line;
};

/* What may be the matter with a cell of a workbook, beside what stands in it. */
typedef enum tq_cell_mark {
    TQ_CELL_FINE,
    TQ_CELL_COVERED, /* lies under a merged cell: whether it means the same is not known */
    TQ_CELL_FORMULA, /* a formula that was never computed */
    TQ_CELL_ERROR,   /* #REF!, #N/A; a number that is none; a date of no calendar */
} tq_cell_mark;

struct tq_csv_row {
    uint32_t line; /* where it starts */
    size_t count;
    const struct tq_slice *fields; /* NFC is not applied; white space is kept */
    const uint8_t *marks;          /* tq_cell_mark of each; NULL: all are fine */
    struct tq_slice place; /* what a message calls the cell, where a row is one cell; else empty */
};

TQ_BEGIN_DECLS

/* Start reading. Skips a UTF-8 byte order mark and Excel's "sep=;" line, and finds the delimiter
 * (the most frequent of , ; and tab in the first line, outside quotes).
 * Fails: ENCODING when the text is UTF-16 or not UTF-8; the facts name the line and the byte.
 * Call tq_csv_deinit in any case. */
TQ_MUST_CHECK tq_status tq_csv_init(struct tq_csv *csv, struct tq_slice text, struct tq_error *err);

/* The next row that is not empty; *more is false at the end.
 * Fails: CSV (quote not closed, text behind a closing quote, too many fields), NOMEM. */
TQ_MUST_CHECK tq_status tq_csv_next(
        struct tq_csv *csv, struct tq_csv_row *row, bool *more, struct tq_error *err);

/* Frees its own memory; the text stays the caller's. */
void tq_csv_deinit(struct tq_csv *csv);

TQ_END_DECLS
#endif
