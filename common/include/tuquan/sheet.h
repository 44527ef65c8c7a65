/* sheet.h - A scoring sheet as data: which counts a criterion reads and by which formula.
 *
 * A sheet is rows of tables `scoring_sheet` and `criterion`; every target, band, floor, maximum and
 * threshold stands there, none in C. Points are integers in 1/100. `parameters` is a text of
 * `key=value` parted by spaces; lists are parted by commas.
 *
 * Of a sheet: total=10000 grades=9000,8000,6500,5000 quota=20 coverage=60 bonus=500 penalty=1500
 *   ties=penalty,area:1,sum:1.3+3.4,ontime,vote  (quota and coverage in percent; grades: the least
 *   final of excellent, good, fair, average; ties in the order in which they are tried)
 *
 * Of a criterion, by formula (n, d, x are sources):
 *   RATIO   n= d= target=100 [floor=4/model_month | floor=1/month]   n against d, target in percent
 *   BAND    n= points=800,600,400,200,0 small=5 steps=95,100,110,125 [x= cap=200]
 *           n against the same window last year; if x > 0 at most `cap`
 *   DEDUCT  n= d= n_from=400 n_each=200 d_from=300 d_each=100
 *   MINOR   n= x= points=300,200,0    none; one and no x; otherwise
 *   SHARE   n= d= limit=5 points=300,150,0    none; up to limit percent of d; otherwise
 *   PER     side=bonus|penalty [n= n_each=50] [d= d_each=100] [x=]   x counts points as they are;
 *           the maximum is the cap of the code. No area.
 *   CAP     n= [grade=average] [effect=last|ungraded|no_award] [only=year]    when n > 0. No area.
 *   AREA    a heading, no parameters: the name of an area and what its criteria add up to
 *
 * Sources, a closed list that common/store/facts.c evaluates; several are added with `|`:
 *   return:CODE                               confirmed typed returns (flow: sum; stock: latest)
 *   households                                of the villages valid at the window's end
 *   activity:KINDS:held|planned|accepted|settled          KINDS parted by +
 *   incident:AREAS:CATEGORIES:count|deaths|grave|due|in_time|reported_late:DAYS
 *                                             AREAS 1..5 parted by + or *; CATEGORIES parted by +,
 *                                             or * for all, or !A+B for all but these;
 *                                             grave: with a casualty or not contained locally
 *   tip:received|in_time:HOURS|solved
 *   hotspot:new|standing:DAYS                 encroachment:found|cleared      group:all|trained
 *   border:signed                             meetings and joint patrols with minutes of both
 *   report:late:FROM:TO (days; TO 0: or missing)          correction:after_lock
 *   start:missing                             launch, registration, covenant not done in Q1
 *   model:young:MONTHS|none                   recognition:short:PERCENT
 *   adjustment:CODE                           accepted points       gradecap:CODE
 *
 * Ownership: a parsed sheet lives in the arena it was parsed into.
 * Threads:   immutable, any. */
#ifndef TQ_SHEET_H
#define TQ_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"

#define TQ_MAX_CRITERIA 96u
#define TQ_MAX_AREAS 5u   /* a published ranking has a column for each, area1_c to area5_c */
#define TQ_MAX_SOURCES 4u /* added together */
#define TQ_MAX_TIES 8u
#define TQ_MAX_POINTS_C 1000000
#define TQ_BAND_STEPS 5u

typedef enum tq_formula {
    TQ_FORMULA_RATIO,
    TQ_FORMULA_BAND,
    TQ_FORMULA_DEDUCT,
    TQ_FORMULA_MINOR,
    TQ_FORMULA_SHARE,
    TQ_FORMULA_PER,
    TQ_FORMULA_CAP,
} tq_formula;

typedef enum tq_source_kind {
    TQ_SOURCE_RETURN,
    TQ_SOURCE_HOUSEHOLDS,
    TQ_SOURCE_ACTIVITY,
    TQ_SOURCE_INCIDENT,
    TQ_SOURCE_TIP,
    TQ_SOURCE_HOTSPOT,
    TQ_SOURCE_ENCROACHMENT,
    TQ_SOURCE_GROUP,
    TQ_SOURCE_BORDER,
    TQ_SOURCE_REPORT,
    TQ_SOURCE_CORRECTION,
    TQ_SOURCE_START,
    TQ_SOURCE_MODEL,
    TQ_SOURCE_RECOGNITION,
    TQ_SOURCE_ADJUSTMENT,
    TQ_SOURCE_GRADECAP,
} tq_source_kind;

typedef enum tq_measure {
    TQ_MEASURE_NONE,
    TQ_MEASURE_HELD,
    TQ_MEASURE_PLANNED,
    TQ_MEASURE_ACCEPTED,
    TQ_MEASURE_SETTLED,
    TQ_MEASURE_COUNT,
    TQ_MEASURE_DEATHS,
    TQ_MEASURE_GRAVE,
    TQ_MEASURE_DUE,
    TQ_MEASURE_IN_TIME,
    TQ_MEASURE_REPORTED_LATE,
    TQ_MEASURE_RECEIVED,
    TQ_MEASURE_SOLVED,
    TQ_MEASURE_NEW,
    TQ_MEASURE_STANDING,
    TQ_MEASURE_FOUND,
    TQ_MEASURE_CLEARED,
    TQ_MEASURE_ALL,
    TQ_MEASURE_TRAINED,
    TQ_MEASURE_SIGNED,
    TQ_MEASURE_LATE,
    TQ_MEASURE_AFTER_LOCK,
    TQ_MEASURE_MISSING,
    TQ_MEASURE_YOUNG,
    TQ_MEASURE_NO_MODEL,
    TQ_MEASURE_SHORT,
} tq_measure;

struct tq_source {
    tq_source_kind kind;
    tq_measure measure;
    struct tq_slice first;  /* code, kinds or areas */
    struct tq_slice second; /* categories */
    int64_t number;         /* days, hours, months or percent; `from` of report:late */
    int64_t to;
};

struct tq_sum {
    size_t n;
    struct tq_source of[TQ_MAX_SOURCES];
};

typedef enum tq_floor { TQ_FLOOR_NONE, TQ_FLOOR_MONTH, TQ_FLOOR_MODEL_MONTH } tq_floor;

/* Best first; what a cap allows at most. */
typedef enum tq_grade {
    TQ_GRADE_NONE, /* "chưa xếp loại" */
    TQ_GRADE_EXCELLENT,
    TQ_GRADE_GOOD,
    TQ_GRADE_FAIR,
    TQ_GRADE_AVERAGE,
    TQ_GRADE_WEAK,
} tq_grade;

typedef enum tq_cap_effect {
    TQ_CAP_GRADE,    /* lowers the grade only */
    TQ_CAP_LAST,     /* listed last, unranked */
    TQ_CAP_UNGRADED, /* ranked, grade empty */
    TQ_CAP_NO_AWARD,
} tq_cap_effect;

struct tq_criterion {
    struct tq_slice code;
    struct tq_slice name;
    uint32_t area; /* 1..; 0: bonus, penalty or cap */
    int64_t max_c;
    tq_formula formula;
    struct tq_slice parameters;
    struct tq_sum n;
    struct tq_sum d;
    struct tq_sum x;
    int64_t target;
    tq_floor floor;
    int64_t floor_each;
    int64_t points[TQ_BAND_STEPS];
    int64_t small;
    int64_t steps[TQ_BAND_STEPS - 1];
    int64_t limit; /* SHARE: percent */
    int64_t cap_c; /* BAND: when x > 0; -1 none */
    int64_t n_from, n_each, d_from, d_each;
    bool penalty;   /* PER */
    bool year_only; /* CAP */
    tq_grade grade; /* CAP: TQ_GRADE_NONE when it lowers none */
    tq_cap_effect effect;
};

typedef enum tq_tie_kind {
    TQ_TIE_NONE,
    TQ_TIE_PENALTY,
    TQ_TIE_AREA,
    TQ_TIE_SUM,
    TQ_TIE_ON_TIME,
    TQ_TIE_VOTE,
    TQ_TIE_SHARED, /* nothing broke it */
} tq_tie_kind;

struct tq_tie {
    tq_tie_kind kind;
    uint32_t area;
    struct tq_slice text; /* as the sheet has it */
    size_t ncriteria;
    uint32_t criteria[TQ_MAX_CRITERIA]; /* indexes */
};

struct tq_sheet {
    struct tq_slice key; /* "5TQ@1" */
    struct tq_slice name;
    struct tq_slice parameters;
    int64_t total_c;
    int64_t grades[4];
    int64_t quota_percent;
    int64_t coverage_percent;
    int64_t bonus_c;
    int64_t penalty_c;
    size_t nties;
    struct tq_tie ties[TQ_MAX_TIES];
    uint32_t nareas;
    int64_t area_max_c[TQ_MAX_AREAS + 1];  /* by number; the sum of its criteria */
    int64_t area_said_c[TQ_MAX_AREAS + 1]; /* as its heading says; 0: no heading */
    struct tq_slice area_name[TQ_MAX_AREAS + 1];
    size_t ncriteria;
    const struct tq_criterion *criteria; /* areas first, then by code */
};

/* One row of table `criterion`, as it stands there. */
struct tq_criterion_row {
    struct tq_slice code;
    struct tq_slice name;
    int64_t area;
    int64_t max_c;
    struct tq_slice formula;
    struct tq_slice parameters;
    struct tq_slice basis; /* where it comes from: a circular, or the district's own sheet */
};

struct tq_sheet_row {
    struct tq_slice key;
    struct tq_slice name;
    struct tq_slice parameters;
    struct tq_slice basis;
};

TQ_BEGIN_DECLS

/* Parse a sheet; `*out` and all it points to live in `arena` and borrow nothing. Fails: INVALID
 * (the facts name criterion, key and value), RANGE (too many), NOMEM. A sheet whose maxima do not
 * add up to its total is INVALID. */
TQ_MUST_CHECK tq_status tq_sheet_parse(const struct tq_sheet **out, struct tq_arena *arena,
        const struct tq_sheet_row *sheet, const struct tq_criterion_row *rows, size_t nrows,
        struct tq_error *err);

/* A sheet file: CSV of columns code, area, name, max_c, formula, parameters, basis; the sheet
 * itself is the row whose formula is SHEET, and its code the key ("5TQ@1"). Copies into `arena`.
 * Fails: CSV, ENCODING, INVALID (the facts name the line), NOMEM. */
TQ_MUST_CHECK tq_status tq_sheet_read_csv(struct tq_slice text, struct tq_arena *arena,
        struct tq_sheet_row *sheet, const struct tq_criterion_row **rows, size_t *nrows,
        struct tq_error *err);

/* One source, as above. Borrows from `text`. Fails: INVALID. */
TQ_MUST_CHECK tq_status tq_source_parse(
        struct tq_slice text, struct tq_source *out, struct tq_error *err);

/* Index of a criterion; -1 when the sheet has none of that code. */
int tq_sheet_find(const struct tq_sheet *sheet, struct tq_slice code);

/* True when `item` is one of `list` (parted by +); `*` has all, `!A+B` all but these. */
bool tq_list_has(struct tq_slice list, struct tq_slice item);

/* "Xuất sắc", ... ; "chưa xếp loại" for none. Static text. `tq_grade_code`: "excellent", ... */
const char *tq_grade_name(tq_grade grade, tq_lang lang);
const char *tq_grade_code(tq_grade grade);
bool tq_grade_parse(struct tq_slice code, tq_grade *out);

TQ_END_DECLS
#endif
