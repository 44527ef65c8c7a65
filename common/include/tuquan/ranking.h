/* ranking.h - From the scores of many units to one table: order, ranks, ties, caps, quota, grades.
 *
 * Order: final; then the sheet's tie steps; then a recorded vote; else a shared rank (1, 2, 2, 4)
 * listed by unit. Never random, never by time of arrival: the result is a function of the *set* of
 * contenders. domain.md section 5.
 * Ownership: a ranking lives in the arena it was made in and borrows the sheet and the units' keys.
 * Threads:   pure functions. */
#ifndef TQ_RANKING_H
#define TQ_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/bytes.h"
#include "tuquan/calendar.h"
#include "tuquan/error.h"
#include "tuquan/hash.h"
#include "tuquan/scoring.h"
#include "tuquan/sheet.h"

/* What is known of one unit for one period. */
struct tq_contender {
    struct tq_slice unit; /* "code@valid_from" */
    bool submitted;       /* its report of the period was */
    int64_t returns_confirmed;
    int64_t returns_due;
    int64_t reports_in_time;
    int64_t reports_due;
    const struct tq_count *counts; /* one per criterion of the sheet, in its order */
};

/* A recorded vote of the committee: units in the order that it gave them. */
struct tq_vote {
    const struct tq_slice *units;
    size_t nunits;
};

typedef enum tq_place {
    TQ_PLACE_RANKED,
    TQ_PLACE_PROVISIONAL, /* a month: points, no rank */
    TQ_PLACE_NOT_ENOUGH,  /* "chưa đủ dữ liệu": coverage below the sheet's */
    TQ_PLACE_NOT_SENT,    /* "chưa gửi" */
    TQ_PLACE_LAST,        /* listed after all others, no rank (D5) */
} tq_place;

struct tq_standing {
    struct tq_slice unit;
    tq_place place;
    uint32_t rank; /* 0: none */
    bool shared;
    tq_tie_kind tie;           /* what parted it from a neighbour with the same final */
    struct tq_slice tie_text;  /* the sheet's word for that step; empty: none */
    tq_grade grade;            /* after caps and quota; NONE: "chưa xếp loại" */
    tq_grade score_grade;      /* by the final alone */
    struct tq_slice capped_by; /* code of the cap that made the grade; empty: none */
    bool over_quota;           /* dropped from the best grade for the quota */
    bool ungraded;             /* ranked, but a cap leaves the grade empty (D6) */
    bool no_award;
    uint32_t coverage_c;               /* 1/100 percent, rounded down */
    uint8_t input_hash[TQ_HASH_BYTES]; /* of this unit's part */
    struct tq_score score;             /* zeros where there are no points */
    const struct tq_count *counts;
};

struct tq_ranking {
    const struct tq_sheet *sheet;
    tq_period_kind kind;
    bool grades_are_final; /* a year; a quarter's are shown "tạm xếp" */
    size_t nrows;
    const struct tq_standing *rows; /* in the order they are shown */
    size_t nscored;
    uint32_t quota;
    int64_t median_c[TQ_MAX_CRITERIA]; /* of the scored units to whom the criterion applies */
    uint8_t input_hash[TQ_HASH_BYTES];
    uint32_t engine;
};

/* One row of a published table, as far as two versions are compared. */
struct tq_published {
    struct tq_slice unit;
    uint32_t rank;
    int64_t final_c;
    tq_grade grade;
    tq_place place;
    int64_t area_c[TQ_MAX_AREAS + 1];
};

typedef enum tq_difference_kind {
    TQ_DIFFERENCE_ADDED,
    TQ_DIFFERENCE_REMOVED,
    TQ_DIFFERENCE_PLACE,
    TQ_DIFFERENCE_RANK,
    TQ_DIFFERENCE_FINAL,
    TQ_DIFFERENCE_GRADE,
    TQ_DIFFERENCE_AREA,
} tq_difference_kind;

struct tq_difference {
    struct tq_slice unit;
    tq_difference_kind kind;
    uint32_t area; /* AREA */
    int64_t before;
    int64_t after;
};

TQ_BEGIN_DECLS

/* The last day on which a commune may appeal against what was published at this instant: five
 * working days after (domain.md 5). */
tq_day tq_appeal_last_day(int64_t published_at_ms);

/* Rank `contenders` (in any order; each unit once). `period` is the key that stands in the input
 * hash. Later votes go before earlier ones. Fails: INVALID (a unit twice), NOMEM. */
TQ_MUST_CHECK tq_status tq_ranking_make(const struct tq_ranking **out, struct tq_arena *arena,
        const struct tq_sheet *sheet, struct tq_slice period, tq_period_kind kind,
        const struct tq_contender *contenders, size_t ncontenders, const struct tq_vote *votes,
        size_t nvotes, struct tq_error *err);

/* BLAKE2b over engine, period, sheet and the counts of one unit: an office makes its own. */
void tq_ranking_hash_unit(uint8_t *out, const struct tq_sheet *sheet, struct tq_slice period,
        const struct tq_contender *contender);

/* BLAKE2b over engine, period, sheet, the hashes of the units in order of their keys, and votes: an
 * office can check it against the published rows. Fails: INVALID (a unit twice), NOMEM. */
TQ_MUST_CHECK tq_status tq_ranking_hash(uint8_t *out, struct tq_arena *arena,
        const struct tq_sheet *sheet, struct tq_slice period, const struct tq_contender *contenders,
        size_t ncontenders, const struct tq_vote *votes, size_t nvotes, struct tq_error *err);

/* True when a CAP criterion holds for a unit with this count in a period of this kind. */
bool tq_ranking_cap_holds(
        const struct tq_criterion *criterion, const struct tq_count *count, tq_period_kind kind);

/* What holds the grade of a row down, as it is published: "D1 D4 quota". Appends to `out`. */
void tq_ranking_caps(
        const struct tq_ranking *ranking, const struct tq_standing *row, struct tq_buf *out);

/* The row of a unit; NULL when there is none. */
const struct tq_standing *tq_ranking_find(const struct tq_ranking *ranking, struct tq_slice unit);

/* Indexes of the criteria by what each would gain the unit if it had its maximum, most first (in
 * doubt the sheet's order), those with no gain left out. `out` and `gains_c` (may be NULL) have
 * room for TQ_MAX_CRITERIA; returns how many. */
size_t tq_ranking_gains(const struct tq_sheet *sheet, const struct tq_count *counts, uint32_t *out,
        int64_t *gains_c);

/* What changed from one version to the next, units in order of `after`, removed ones last.
 * Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_ranking_differences(const struct tq_difference **out, size_t *nout,
        struct tq_arena *arena, const struct tq_published *before, size_t nbefore,
        const struct tq_published *after, size_t nafter, struct tq_error *err);

/* "đã xếp hạng", "chưa gửi", ... and the stable code "ranked", "not_sent", ... Static text. */
const char *tq_place_name(tq_place place, tq_lang lang);
const char *tq_place_code(tq_place place);

TQ_END_DECLS
#endif
