/* paper.h - Official papers in a workbook: heads, lines and tables, and the ranking, which both
 * programs print.
 *
 * Ownership: borrows all. Threads: the thread that owns the database. */
#ifndef TQ_PAPER_PAPER_H
#define TQ_PAPER_PAPER_H

#include "cli/rank_table.h"
#include "excel/xlsx_write.h"
#include "tuquan/ranking_store.h"

/* Columns 0..last of a sheet, parted into a left and a right half for heads and feet. */
struct paper {
    const struct cli *cli;
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
void paper_line_buf(struct paper *paper, excel_style style, const struct tq_buf *text);

/* One line at the left, another at the right. */
void paper_two(struct paper *paper, excel_style left_style, const char *left,
        excel_style right_style, const char *right);

/* Make the next row of a table as high as its longest cell needs; texts of the same number of columns
 * as widths, in letters. Moves on. */
void paper_table_row(
        struct paper *paper, const double *widths, const struct tq_slice *texts, size_t n);

/* "quý IV/2020", "tháng 8/2020". */
void paper_period(const struct cli *cli, struct tq_slice period, struct tq_buf *out);

/* ---- the ranking ---- */

/* A published table of a period (version 0: the newest), and a sheet with the points by criterion.
 * *rows: communes. Fails: NOT_FOUND (nothing was published). */
TQ_MUST_CHECK tq_status paper_ranking(const struct cli *cli, struct tq_db *db,
        struct tq_arena *arena, struct excel_writer *writer, struct tq_slice period,
        uint32_t version, struct tq_slice district_name, size_t *rows, struct tq_error *err);

/* The points of a criterion in the items of a published line ("1.1=479;2.4=-;"). False: it has none. */
bool rank_item_of(struct tq_slice items, struct tq_slice code, int64_t *points_c);

/* A published line as a table shows it; borrows from the line. */
struct cli_rank_row rank_row_of(const struct tq_ranking_line *line);

#endif
