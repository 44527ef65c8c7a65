/* rank_table.h - The table of communes as every program prints it: the same at 17 offices and at the
 * district.
 *
 * Ownership: rows borrow; nothing is kept.
 * Threads:   the main thread. */
#ifndef TQ_CLI_RANK_TABLE_H
#define TQ_CLI_RANK_TABLE_H

#include "cli/cli.h"
#include "tuquan/ranking.h"

/* One line, from wherever it was read. */
struct cli_rank_row {
    struct tq_slice unit;
    struct tq_slice name;
    tq_place place;
    uint32_t rank; /* 0: none */
    bool shared;
    bool provisional;
    int64_t final_c;
    int64_t bonus_c;
    int64_t penalty_c;
    const int64_t *area_c; /* 1..nareas */
    tq_grade grade;
    struct tq_slice caps;
    struct tq_slice tie; /* the sheet's word: penalty, area:1, sum:..., ontime, vote */
    uint32_t coverage_c; /* 1/100 percent */
};

/* Print in the order given; "rows" under --json. The grade of anything but a year is titled as one
 * for the time being. Fails: NOMEM. */
TQ_MUST_CHECK tq_status cli_rank_table(struct cli *cli, const struct cli_rank_row *rows, size_t n,
        uint32_t nareas, tq_period_kind kind, struct tq_error *err);

/* Why a row stands where it does, in words; nothing where it simply has its rank. Appends to `out`. */
void cli_rank_note(const struct cli *cli, const struct cli_rank_row *row, struct tq_buf *out);

/* Whether a row has points to be shown. */
bool cli_rank_has_points(const struct cli_rank_row *row);

/* What parted two units with the same points, in words. Appends to `out`. */
void cli_rank_tie(const struct cli *cli, struct tq_slice tie, struct tq_buf *out);

#endif
