/* scoring.h - From counts to points: one unit, one sheet. The same at the office and the district.
 *
 * Integers in 1/100 throughout, half up: a criterion rounds first; an area is the sum of its
 * applicable criteria (rescaled to its maximum where some are not applicable); the base is the sum
 * of the rounded areas (rescaled to the sheet's total where an area is left out); bonus and penalty
 * are capped per code, then in sum; final = max(0, base + bonus - penalty). domain.md section 5.
 * Ownership: plain values; a score borrows nothing, counts borrow their reasons.
 * Threads:   pure functions, any. */
#ifndef TQ_SCORING_H
#define TQ_SCORING_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/sheet.h"

/* Raised whenever the same counts could give other points: frozen with each publication. */
#define TQ_SCORING_ENGINE 1
#define TQ_RANKING_ENGINE_TEXT "1" /* as it stands in rows */

/* What one criterion is computed from; `n`, `d`, `x` as the sheet names them, floors applied. */
struct tq_count {
    int64_t n;
    int64_t d;
    int64_t x;
    int64_t b; /* BAND: n of the same window last year */
    bool has_b;
    bool unreconciled;               /* counts facts that the district has not reconciled */
    bool verified;                   /* the district's figure stands instead of the machine's */
    bool verified_absent;            /* ... and says that the criterion does not apply */
    int64_t verified_c;              /* that figure */
    struct tq_slice verified_reason; /* why it is not the machine's; empty: it is, or no reason */
};

/* Why a criterion does not count. */
typedef enum tq_absence {
    TQ_ABSENCE_NONE,
    TQ_ABSENCE_NOTHING_DUE, /* d = 0 after floors */
    TQ_ABSENCE_NO_BASELINE, /* "chưa có số cùng kỳ" */
    TQ_ABSENCE_DECIDED,     /* the district verified it as not applicable */
} tq_absence;

struct tq_points {
    int64_t points_c;
    tq_absence absence; /* not NONE: not applicable, left out and the area rescaled */
    bool provisional;   /* "tạm tính": not verified, or of unreconciled facts */
};

struct tq_score {
    struct tq_points criteria[TQ_MAX_CRITERIA]; /* as the sheet has them; PER: as applied by code,
                                                   before the cap of their sum */
    int64_t area_c[TQ_MAX_AREAS + 1];
    bool area_left_out[TQ_MAX_AREAS + 1];
    bool empty; /* nothing was applicable */
    bool provisional;
    int64_t base_c;
    int64_t bonus_c;
    int64_t penalty_c;
    int64_t final_c;
};

TQ_BEGIN_DECLS

/* (a / b), half up; a >= 0, b > 0. */
int64_t tq_half_up(int64_t a, int64_t b);

/* The middle of `n` > 0 points, half up between two; sorts them. */
int64_t tq_points_median(int64_t *points_c, size_t n);

/* Points of one criterion from its count, verified figures apart. Negative counts are taken as 0,
 * counts above 10^10 as that. CAP criteria: 0 points. */
struct tq_points tq_score_criterion(
        const struct tq_criterion *criterion, const struct tq_count *count);

/* `counts` has one entry per criterion of the sheet, in its order. */
void tq_score_unit(
        const struct tq_sheet *sheet, const struct tq_count *counts, struct tq_score *out);

/* By how much the final would rise if criterion `index` had its maximum; 0 for one without area. */
int64_t tq_score_gain(const struct tq_sheet *sheet, const struct tq_count *counts, size_t index);

TQ_END_DECLS
#endif
