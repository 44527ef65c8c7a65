/* fact_words.h - The rows behind a figure as both programs list them, and the figure in words: what is
 * counted, against what, which floor stood above it.
 *
 * Ownership: nothing is kept.
 * Threads:   the main thread. */
#ifndef TQ_CLI_FACT_WORDS_H
#define TQ_CLI_FACT_WORDS_H

#include "cli/table.h"
#include "tuquan/catalogue.h"
#include "tuquan/scoring.h"

/* Among a command's options: which of the rows. */
#define FACT_OPTION_LIMIT                                                                          \
    {                                                                                              \
        "limit", 'n', "N",                                                                         \
        {                                                                                          \
            "số mục nhiều nhất (mặc định 100)", "most rows (100)"                                  \
        }                                                                                          \
    }
#define FACT_OPTION_OFFSET                                                                         \
    {                                                                                              \
        "offset", 0, "N",                                                                          \
        {                                                                                          \
            "bỏ qua N mục đầu", "leave out the first N rows"                                       \
        }                                                                                          \
    }

#define FACT_COLUMNS 4u
extern const struct cli_column FACT_COLUMN[FACT_COLUMNS];

/* Which rows are shown, first..end-1 of `total`. */
struct fact_page {
    size_t first;
    size_t end;
    size_t total;
};

/* By the options. Fails: USAGE. */
TQ_MUST_CHECK tq_status fact_page(
        const struct cli *cli, size_t total, struct fact_page *out, struct tq_error *err);

/* Does a column tell one row of its table from another: its kind, its days, its village? */
bool fact_tells(const struct tq_column *column);

/* What a row of part 'n', 'd', 'x' or 'b' is counted as: "buổi đã làm", "cùng kỳ năm trước". Appends to
 * `out`. */
void fact_part_words(
        const struct cli *cli, const struct tq_criterion *criterion, char part, struct tq_buf *out);

/* The last column of a row: points that were given are shown as points. */
void fact_put_amount(
        struct cli_table *out, const struct tq_criterion *criterion, char part, int64_t amount);

/* "1 tụ điểm mới, 2 tụ điểm còn quá 30 ngày": all that a criterion counts. `out` is empty before. */
void fact_count_words(const struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, struct tq_buf *out);

/* "Đạt 5 trên 12: ...". `rows_d`: what the rows of part d add up to; less than count->d where a floor
 * stands above it. `out` is empty before. */
void fact_sum_words(const struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, int64_t rows_d, struct tq_buf *out);

/* The figure and its words, for people above the table, for programs as keys. Fails: NOMEM. */
TQ_MUST_CHECK tq_status fact_tell_sum(struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, int64_t rows_d, struct tq_error *err);

/* How many rows there are, and how to see the next, below it. */
void fact_tell_page(struct cli *cli, const struct fact_page *page);

#endif
