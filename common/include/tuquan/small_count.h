/* small_count.h - Counts of one or two never leave the district as they are: a commune is small, and
 * neighbours would know who is meant. The one rule for papers, workbooks and what is printed.
 *
 * In a table whose totals are told too, hidden counts could be worked out from the others; so a line
 * with one hidden count hides a second one, and one whose told total leaves the hidden counts a single
 * way (two of them that make 2 or 4) a further one.
 * Ownership: tables are the caller's; `hidden` is written, counts are only read.
 * Threads:   pure functions, any. */
#ifndef TQ_SMALL_COUNT_H
#define TQ_SMALL_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"

#define TQ_SMALL_TEXT 24u

typedef enum tq_hidden {
    TQ_HIDDEN_NO,
    TQ_HIDDEN_SMALL, /* "<3" */
    TQ_HIDDEN_WITH,  /* for the sake of another one: "…" */
} tq_hidden;

TQ_BEGIN_DECLS

/* A count by itself. */
bool tq_count_is_small(int64_t count);

/* Decide for a table of `rows` x `columns` counts, row by row, whose last row is the total of each
 * column and, where `across`, whose last column is that of each row. `hidden` has as many. */
void tq_small_hide(
        const int64_t *counts, size_t rows, size_t columns, bool across, tq_hidden *hidden);

/* As tq_small_hide, but keeps what is hidden already. True when it hid more. */
bool tq_small_hide_more(
        const int64_t *counts, size_t rows, size_t columns, bool across, tq_hidden *hidden);

/* As it is told outside: "<3", "…" or the number. `out` has TQ_SMALL_TEXT bytes; returned. */
const char *tq_small_text(int64_t count, tq_hidden hidden, char *out);

TQ_END_DECLS
#endif
