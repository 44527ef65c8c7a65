#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sheet_file.h"
#include "tuquan/ranking.h"

#define UNITS 17u

struct fixture {
    struct tq_arena *arena;
    const struct tq_sheet *sheet;
    struct tq_contender units[UNITS];
    struct tq_count *counts[UNITS];
    char names[UNITS][8];
    struct tq_vote votes[2];
    size_t nvotes;
    tq_period_kind kind;
};

static struct tq_count *count(struct fixture *f, size_t unit, const char *code)
{
    return &f->counts[unit][sheet_file_index(f->sheet, code)];
}

/* Every criterion verified at its maximum, but 1.1, which makes the unit's final `final_c`. */
static void set_final(struct fixture *f, size_t unit, int64_t final_c)
{
    int64_t missing = 10000 - final_c;

    for (size_t i = 0; i < f->sheet->ncriteria; i++) {
        const struct tq_criterion *c = &f->sheet->criteria[i];
        int64_t less = missing < c->max_c ? missing : c->max_c;

        if (c->area == 0)
            continue;
        f->counts[unit][i].verified = true;
        f->counts[unit][i].verified_c = c->max_c - less;
        missing -= less;
    }
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->arena = tq_arena_new(64u << 20);
    f->sheet = sheet_file_5tq(f->arena);
    f->kind = TQ_PERIOD_QUARTER;
    for (size_t i = 0; i < UNITS; i++) {
        snprintf(f->names[i], sizeof(f->names[i]), "u%02u", (unsigned)i);
        f->counts[i] = tq_arena_array(f->arena, f->sheet->ncriteria, sizeof(struct tq_count));
        f->units[i] = (struct tq_contender){ tq_slice_str(f->names[i]), true, 300, 300, 4, 4,
            f->counts[i] };
        set_final(f, i, 7900 - (int64_t)i * 10);
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    free(f);
    return 0;
}

static const struct tq_ranking *rank(struct fixture *f)
{
    const struct tq_ranking *out = NULL;
    struct tq_error err;

    assert_int_equal(tq_ranking_make(&out, f->arena, f->sheet, tq_slice_str("ADMIN/2020-Q4"),
                             f->kind, f->units, UNITS, f->votes, f->nvotes, &err),
            TQ_OK);
    return out;
}

static const struct tq_standing *row(const struct tq_ranking *ranking, const char *unit)
{
    const struct tq_standing *out = tq_ranking_find(ranking, tq_slice_str(unit));

    assert_non_null(out);
    return out;
}

static void vote(struct fixture *f, const char *const *names, size_t n)
{
    struct tq_slice *units = tq_arena_array(f->arena, n, sizeof(*units));

    for (size_t i = 0; i < n; i++)
        units[i] = tq_slice_str(names[i]);
    f->votes[f->nvotes++] = (struct tq_vote){ units, n };
}

/* Two units of one final stand one below the other, parted by `tie`. */
static void expect_step(struct fixture *f, const char *first, const char *second, tq_tie_kind tie)
{
    const struct tq_ranking *ranking = rank(f);

    assert_int_equal(row(ranking, first)->score.final_c, row(ranking, second)->score.final_c);
    assert_int_equal(row(ranking, first)->rank + 1, row(ranking, second)->rank);
    assert_int_equal(row(ranking, first)->tie, tie);
    assert_int_equal(row(ranking, second)->tie, tie);
    assert_false(row(ranking, first)->shared);
}

/* The points of one criterion, by the district. */
static void verify(struct fixture *f, size_t unit, const char *code, int64_t points_c)
{
    count(f, unit, code)->verified = true;
    count(f, unit, code)->verified_c = points_c;
}

/* Equal in everything that a step looks at; 100 points but for 1.1. */
static void make_equal(struct fixture *f)
{
    set_final(f, 3, 9600);
    set_final(f, 5, 9600);
}

static void ranking_order__is_final_descending(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking = rank(f);

    for (size_t i = 0; i < UNITS; i++) {
        assert_true(tq_slice_equal(ranking->rows[i].unit, f->units[i].unit));
        assert_int_equal(ranking->rows[i].rank, i + 1);
        assert_int_equal(ranking->rows[i].tie, TQ_TIE_NONE);
        assert_int_equal(ranking->rows[i].grade, TQ_GRADE_FAIR);
    }
    assert_int_equal(ranking->nscored, UNITS);
    assert_int_equal(ranking->quota, 3);
}

static void ranking_tie__smaller_penalty(void **state)
{
    struct fixture *f = *state;

    make_equal(f);
    count(f, 3, "P1")->n = 2; /* -1 */
    count(f, 3, "B3")->n = 1; /* +1 */
    expect_step(f, "u05", "u03", TQ_TIE_PENALTY);
}

/* What was cut by a cap parts nobody: neither that of a code nor that of the sum. */
static void ranking_tie__penalty_counts_after_caps(void **state)
{
    struct fixture *f = *state;

    make_equal(f);
    count(f, 3, "P4")->n = 4; /* -12, at most -9 */
    count(f, 5, "P4")->n = 3; /* -9 */
    assert_int_equal(row(rank(f), "u03")->score.penalty_c, 900);
    assert_true(row(rank(f), "u03")->shared);
    assert_int_equal(row(rank(f), "u05")->tie, TQ_TIE_SHARED);
    for (size_t i = 3; i <= 5; i += 2) {
        count(f, i, "P1")->d = 5;
        count(f, i, "P5")->n = 3;
    }
    count(f, 3, "P2")->n = 9; /* -19 in sum, and -17: at most -15 */
    assert_int_equal(row(rank(f), "u03")->score.penalty_c, 1500);
    assert_true(row(rank(f), "u03")->shared);
    assert_int_equal(row(rank(f), "u05")->tie, TQ_TIE_SHARED);
}

static void ranking_tie__larger_area_one(void **state)
{
    struct fixture *f = *state;

    make_equal(f);
    verify(f, 5, "1.1", 200);
    verify(f, 5, "2.3", 400);
    verify(f, 3, "1.1", 300);
    verify(f, 3, "2.3", 300);
    expect_step(f, "u03", "u05", TQ_TIE_AREA);
    verify(f, 5, "1.1", 301);
    verify(f, 5, "2.3", 299);
    expect_step(f, "u05", "u03", TQ_TIE_AREA);
}

static void ranking_tie__larger_sum_of_incident_criteria(void **state)
{
    struct fixture *f = *state;

    make_equal(f);
    verify(f, 3, "4.3", 400);
    verify(f, 5, "4.2", 400);
    expect_step(f, "u05", "u03", TQ_TIE_SUM);
}

static void ranking_tie__not_applicable_counts_as_maximum_in_the_sum(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking;

    make_equal(f);
    /* u05: 5.4 does not apply, the rest of area V is full: the area is 15.00 all the same, and
     * so is the sum; were it 0 there, u03 would lead. */
    count(f, 5, "5.4")->verified_absent = true;
    ranking = rank(f);
    assert_int_equal(row(ranking, "u03")->rank, 1);
    assert_int_equal(row(ranking, "u05")->rank, 1);
    assert_int_equal(row(ranking, "u05")->tie, TQ_TIE_SHARED);
}

static void ranking_tie__on_time_as_fraction(void **state)
{
    struct fixture *f = *state;

    make_equal(f);
    f->units[3].reports_in_time = 2;
    f->units[3].reports_due = 3;
    f->units[5].reports_in_time = 5;
    f->units[5].reports_due = 7; /* 71.4 % beats 66.7 % */
    expect_step(f, "u05", "u03", TQ_TIE_ON_TIME);
    f->units[3].reports_in_time = 0;
    f->units[3].reports_due = 0; /* none due = 1 */
    expect_step(f, "u03", "u05", TQ_TIE_ON_TIME);
    f->units[5].reports_in_time = 7;
    assert_true(row(rank(f), "u05")->shared);
    f->units[5].reports_in_time = 0;
    f->units[5].reports_due = 0;
    f->units[3].reports_in_time = 1;
    f->units[3].reports_due = 2;
    expect_step(f, "u05", "u03", TQ_TIE_ON_TIME);
}

static void ranking_tie__vote(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = { "u05", "u03" };
    static const char *const again[] = { "u03", "u05" };

    make_equal(f);
    assert_true(row(rank(f), "u03")->shared);
    vote(f, order, 2);
    expect_step(f, "u05", "u03", TQ_TIE_VOTE);
    vote(f, again, 2); /* the later vote goes before */
    expect_step(f, "u03", "u05", TQ_TIE_VOTE);
}

static void ranking_tie__units_a_vote_does_not_name_stay_shared(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = { "u05", "u03" };
    static const char *const one[] = { "u08", "u16" };
    const struct tq_ranking *ranking;

    make_equal(f);
    set_final(f, 7, 9600);
    set_final(f, 8, 9600);
    vote(f, order, 2);
    ranking = rank(f);
    assert_int_equal(row(ranking, "u05")->rank, 1);
    assert_int_equal(row(ranking, "u03")->rank, 2);
    assert_int_equal(row(ranking, "u07")->rank, 3);
    assert_int_equal(row(ranking, "u08")->rank, 3);
    assert_true(row(ranking, "u07")->shared);
    f->nvotes = 0;
    vote(f, one, 2); /* names only one of the group: orders nothing */
    ranking = rank(f);
    assert_int_equal(row(ranking, "u08")->rank, 1);
    assert_int_equal(row(ranking, "u03")->rank, 1);
}

static void ranking_shared__is_1_2_2_4_listed_by_unit(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking;

    set_final(f, 9, 9700);
    set_final(f, 5, 9600);
    set_final(f, 3, 9600);
    set_final(f, 1, 9500);
    ranking = rank(f);
    assert_int_equal(ranking->rows[0].rank, 1);
    assert_int_equal(ranking->rows[1].rank, 2);
    assert_int_equal(ranking->rows[2].rank, 2);
    assert_int_equal(ranking->rows[3].rank, 4);
    assert_true(tq_slice_equal(ranking->rows[1].unit, tq_slice_str("u03")));
    assert_true(tq_slice_equal(ranking->rows[2].unit, tq_slice_str("u05")));
    assert_int_equal(ranking->rows[1].tie, TQ_TIE_SHARED);
    assert_false(ranking->rows[3].shared);
}

static void ranking_grade__thresholds(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int64_t final_c;
        tq_grade grade;
    } cases[] = { { 9000, TQ_GRADE_EXCELLENT }, { 8999, TQ_GRADE_GOOD }, { 8000, TQ_GRADE_GOOD },
        { 7999, TQ_GRADE_FAIR }, { 6500, TQ_GRADE_FAIR }, { 6499, TQ_GRADE_AVERAGE },
        { 5000, TQ_GRADE_AVERAGE }, { 4999, TQ_GRADE_WEAK } };
    const struct tq_ranking *ranking;

    for (size_t i = 0; i < 8; i++)
        set_final(f, i, cases[i].final_c);
    ranking = rank(f);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(row(ranking, f->names[i])->grade, cases[i].grade);
    assert_false(ranking->grades_are_final);
    f->kind = TQ_PERIOD_YEAR;
    assert_true(rank(f)->grades_are_final);
}

static void assert_caps(
        const struct tq_ranking *ranking, const struct tq_standing *row, const char *caps)
{
    struct tq_buf text;

    tq_buf_init(&text, 0);
    tq_ranking_caps(ranking, row, &text);
    tq_buf_append_u8(&text, 0);
    assert_string_equal((const char *)text.data, caps);
    tq_buf_deinit(&text);
}

static void ranking_quota__surplus_drops_to_good(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking;

    for (size_t i = 0; i < 5; i++)
        set_final(f, i, 9800 - (int64_t)i * 10);
    ranking = rank(f);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(ranking->rows[i].grade, i < 3 ? TQ_GRADE_EXCELLENT : TQ_GRADE_GOOD);
        assert_int_equal(ranking->rows[i].over_quota, i >= 3);
        assert_caps(ranking, &ranking->rows[i], i >= 3 ? "quota" : "");
        assert_int_equal(ranking->rows[i].score_grade, TQ_GRADE_EXCELLENT);
    }
}

static void ranking_quota__shared_rank_drops_whole_until_a_vote(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = { "u03", "u02" };
    const struct tq_ranking *ranking;

    set_final(f, 0, 9800);
    set_final(f, 1, 9700);
    set_final(f, 2, 9600);
    set_final(f, 3, 9600);
    set_final(f, 4, 9500);
    ranking = rank(f);
    assert_int_equal(row(ranking, "u01")->grade, TQ_GRADE_EXCELLENT);
    assert_int_equal(row(ranking, "u02")->grade, TQ_GRADE_GOOD);
    assert_int_equal(row(ranking, "u03")->grade, TQ_GRADE_GOOD);
    assert_int_equal(row(ranking, "u04")->grade, TQ_GRADE_GOOD); /* nobody jumps the queue */
    vote(f, order, 2);
    ranking = rank(f);
    assert_int_equal(row(ranking, "u03")->grade, TQ_GRADE_EXCELLENT);
    assert_int_equal(row(ranking, "u02")->grade, TQ_GRADE_GOOD);
}

static void ranking_quota__counts_after_caps_the_ranked_and_graded(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking;

    for (size_t i = 0; i < 5; i++)
        set_final(f, i, 9800 - (int64_t)i * 10);
    count(f, 0, "D2")->n = 1; /* Khá: takes none of the quota */
    ranking = rank(f);
    assert_int_equal(row(ranking, "u00")->grade, TQ_GRADE_FAIR);
    assert_caps(ranking, row(ranking, "u00"), "D2");
    assert_int_equal(row(ranking, "u03")->grade, TQ_GRADE_EXCELLENT);
    assert_int_equal(row(ranking, "u04")->grade, TQ_GRADE_GOOD);
    /* 15 ranked and graded give 3; two more that are not graded take one away. */
    count(f, 14, "D6")->n = 1;
    count(f, 15, "D6")->n = 1;
    assert_int_equal(rank(f)->quota, 3);
    count(f, 16, "D6")->n = 1;
    assert_int_equal(rank(f)->quota, 2);
}

static void ranking_cap__d1_average_no_award(void **state)
{
    struct fixture *f = *state;
    const struct tq_standing *r;

    set_final(f, 0, 9800);
    count(f, 0, "D1")->n = 1;
    r = row(rank(f), "u00");
    assert_int_equal(r->grade, TQ_GRADE_AVERAGE);
    assert_int_equal(r->rank, 1);
    assert_true(r->no_award);
    assert_true(tq_slice_equal(r->capped_by, tq_slice_str("D1")));
    set_final(f, 0, 4000); /* the lower of both */
    assert_int_equal(row(rank(f), "u00")->grade, TQ_GRADE_WEAK);
}

static void ranking_cap__d2_fair_always_d3_d4_in_the_year_only(void **state)
{
    struct fixture *f = *state;
    static const char *const codes[] = { "D2", "D3", "D4" };

    for (size_t i = 0; i < 3; i++) {
        set_final(f, i, 9800);
        count(f, i, codes[i])->n = 1;
    }
    assert_int_equal(row(rank(f), "u00")->grade, TQ_GRADE_FAIR);
    assert_int_equal(row(rank(f), "u01")->grade, TQ_GRADE_EXCELLENT);
    assert_int_equal(row(rank(f), "u02")->grade, TQ_GRADE_EXCELLENT);
    f->kind = TQ_PERIOD_YEAR;
    assert_int_equal(row(rank(f), "u01")->grade, TQ_GRADE_FAIR);
    assert_int_equal(row(rank(f), "u02")->grade, TQ_GRADE_FAIR);
}

static void ranking_cap__d5_weak_last_unranked(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking;

    set_final(f, 4, 9900);
    set_final(f, 2, 9800);
    count(f, 4, "D5")->n = 1;
    count(f, 2, "D5")->n = 1;
    f->units[7].submitted = false;
    ranking = rank(f);
    assert_true(tq_slice_equal(ranking->rows[15].unit, tq_slice_str("u02")));
    assert_true(tq_slice_equal(ranking->rows[16].unit, tq_slice_str("u04")));
    assert_int_equal(ranking->rows[16].rank, 0);
    assert_int_equal(ranking->rows[16].place, TQ_PLACE_LAST);
    assert_int_equal(ranking->rows[16].grade, TQ_GRADE_WEAK);
    assert_int_equal(ranking->rows[16].score.final_c, 9900);
    assert_int_equal(ranking->rows[0].rank, 1);
    assert_int_equal(row(ranking, "u16")->rank, 14);
}

static void ranking_cap__d6_keeps_rank_without_grade(void **state)
{
    struct fixture *f = *state;
    const struct tq_standing *r;

    set_final(f, 6, 9900);
    count(f, 6, "D6")->n = 1;
    r = row(rank(f), "u06");
    assert_int_equal(r->rank, 1);
    assert_int_equal(r->grade, TQ_GRADE_NONE);
    assert_string_equal(tq_grade_name(r->grade, TQ_LANG_VI), "chưa xếp loại");
    assert_true(tq_slice_equal(r->capped_by, tq_slice_str("D6")));
}

static void ranking_place__not_sent_and_not_enough_have_no_points(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking;

    f->units[0].submitted = false;
    f->units[1].returns_confirmed = 179; /* 59.7 % */
    f->units[2].returns_confirmed = 180; /* 60 % */
    f->units[3].returns_confirmed = 0;
    f->units[3].returns_due = 0; /* an empty commune */
    ranking = rank(f);
    assert_int_equal(row(ranking, "u00")->place, TQ_PLACE_NOT_SENT);
    assert_int_equal(row(ranking, "u00")->rank, 0);
    assert_int_equal(row(ranking, "u00")->score.final_c, 0);
    assert_int_equal(row(ranking, "u00")->grade, TQ_GRADE_NONE);
    assert_int_equal(row(ranking, "u01")->place, TQ_PLACE_NOT_ENOUGH);
    assert_int_equal(row(ranking, "u01")->coverage_c, 5966);
    assert_int_equal(row(ranking, "u02")->place, TQ_PLACE_RANKED);
    assert_int_equal(row(ranking, "u02")->rank, 1);
    assert_int_equal(row(ranking, "u03")->place, TQ_PLACE_NOT_ENOUGH);
    assert_string_equal(tq_place_name(TQ_PLACE_NOT_SENT, TQ_LANG_VI), "chưa gửi");
    assert_string_equal(tq_place_name(TQ_PLACE_NOT_ENOUGH, TQ_LANG_VI), "chưa đủ dữ liệu");
    assert_int_equal(ranking->nscored, 14);
    assert_int_equal(ranking->quota, 2);
    /* Not enough stands before not sent. */
    assert_int_equal(ranking->rows[16].place, TQ_PLACE_NOT_SENT);
}

static void ranking_place__nothing_applicable_is_not_enough(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->sheet->ncriteria; i++) {
        f->counts[0][i].verified = f->sheet->criteria[i].area > 0;
        f->counts[0][i].verified_absent = true;
    }
    assert_int_equal(row(rank(f), "u00")->place, TQ_PLACE_NOT_ENOUGH);
}

static void ranking_month__has_points_but_no_rank(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *ranking;

    f->kind = TQ_PERIOD_MONTH;
    set_final(f, 9, 9900);
    ranking = rank(f);
    assert_int_equal(row(ranking, "u09")->place, TQ_PLACE_PROVISIONAL);
    assert_int_equal(row(ranking, "u09")->rank, 0);
    assert_int_equal(row(ranking, "u09")->grade, TQ_GRADE_NONE);
    assert_int_equal(row(ranking, "u09")->score.final_c, 9900);
    assert_true(tq_slice_equal(ranking->rows[9].unit, tq_slice_str("u09")));
}

static void ranking_median__over_those_to_whom_it_applies(void **state)
{
    struct fixture *f = *state;
    size_t at = sheet_file_index(f->sheet, "2.3");

    for (size_t i = 0; i < UNITS; i++)
        verify(f, i, "2.3", (int64_t)i * 10);
    assert_int_equal(rank(f)->median_c[at], 80);
    count(f, 16, "2.3")->verified_absent = true;
    assert_int_equal(rank(f)->median_c[at], 75);
    f->units[0].submitted = false;
    assert_int_equal(rank(f)->median_c[at], 80);
}

static void ranking_gains__most_first(void **state)
{
    struct fixture *f = *state;
    uint32_t order[TQ_MAX_CRITERIA];
    int64_t gains[TQ_MAX_CRITERIA];
    size_t n;

    set_final(f, 0, 10000);
    verify(f, 0, "2.3", 400);
    verify(f, 0, "1.2", 300);
    verify(f, 0, "5.3", 200);
    n = tq_ranking_gains(f->sheet, f->counts[0], order, gains);
    assert_int_equal(n, 3);
    assert_int_equal(order[0], sheet_file_index(f->sheet, "1.2"));
    assert_int_equal(gains[0], 400);
    assert_int_equal(order[1], sheet_file_index(f->sheet, "2.3"));
    assert_int_equal(order[2], sheet_file_index(f->sheet, "5.3"));
}

static void ranking_hash__changes_with_any_input_and_only_then(void **state)
{
    struct fixture *f = *state;
    uint8_t first[TQ_HASH_BYTES];
    struct tq_contender swap = f->units[0];

    memcpy(first, rank(f)->input_hash, sizeof(first));
    f->units[0] = f->units[9];
    f->units[9] = swap;
    assert_memory_equal(rank(f)->input_hash, first, sizeof(first));
    f->counts[4][0].n++;
    assert_memory_not_equal(rank(f)->input_hash, first, sizeof(first));
    f->counts[4][0].n--;
    assert_memory_equal(rank(f)->input_hash, first, sizeof(first));
    f->units[2].reports_in_time--;
    assert_memory_not_equal(rank(f)->input_hash, first, sizeof(first));
}

static void ranking_make__refuses_a_unit_twice(void **state)
{
    struct fixture *f = *state;
    const struct tq_ranking *out = NULL;
    struct tq_error err;

    f->units[8].unit = f->units[3].unit;
    assert_int_equal(tq_ranking_make(&out, f->arena, f->sheet, tq_slice_str("ADMIN/2020-Q4"),
                             f->kind, f->units, UNITS, NULL, 0, &err),
            TQ_INVALID);
    assert_null(out);
    assert_non_null(strstr(err.msg, "u03"));
}

static void ranking_differences__name_every_change(void **state)
{
    struct fixture *f = *state;
    struct tq_published before[3] = { { tq_slice_str("a"), 1, 9000, TQ_GRADE_EXCELLENT, 0, { 0 } },
        { tq_slice_str("b"), 2, 8000, TQ_GRADE_GOOD, 0, { 0 } },
        { tq_slice_str("c"), 3, 7000, TQ_GRADE_FAIR, 0, { 0 } } };
    struct tq_published after[3] = { before[1], before[0],
        { tq_slice_str("d"), 3, 6000, TQ_GRADE_FAIR, 0, { 0 } } };
    const struct tq_difference *out;
    struct tq_error err;
    size_t n;

    after[0].rank = 1;
    after[1].rank = 2;
    after[1].final_c = 7900;
    after[1].grade = TQ_GRADE_FAIR;
    after[1].area_c[3] = 5;
    assert_int_equal(tq_ranking_differences(&out, &n, f->arena, before, 3, after, 3, &err), TQ_OK);
    assert_int_equal(n, 7);
    assert_int_equal(out[0].kind, TQ_DIFFERENCE_RANK);
    assert_int_equal(out[0].before, 2);
    assert_int_equal(out[0].after, 1);
    assert_int_equal(out[2].kind, TQ_DIFFERENCE_FINAL);
    assert_int_equal(out[4].kind, TQ_DIFFERENCE_AREA);
    assert_int_equal(out[4].area, 3);
    assert_int_equal(out[5].kind, TQ_DIFFERENCE_ADDED);
    assert_int_equal(out[6].kind, TQ_DIFFERENCE_REMOVED);
    assert_true(tq_slice_equal(out[6].unit, tq_slice_str("c")));
}

static uint64_t roll(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* The table is a function of the set of contenders, ties, votes and caps included. */
static void ranking_order__does_not_depend_on_arrival(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = { "u05", "u03", "u11" };

    vote(f, order, 3);
    for (uint64_t seed = 1; seed <= 300; seed++) {
        uint64_t s = seed;
        const struct tq_ranking *first;
        const struct tq_ranking *again;

        for (size_t i = 0; i < UNITS; i++) {
            set_final(f, i, 9400 + (int64_t)(roll(&s) % 3) * 10);
            f->units[i].reports_in_time = (int64_t)(roll(&s) % 2) + 3;
            count(f, i, "P1")->n = (int64_t)(roll(&s) % 2);
            count(f, i, "D6")->n = roll(&s) % 8 == 0;
            count(f, i, "D5")->n = roll(&s) % 9 == 0;
        }
        first = rank(f);
        for (size_t i = UNITS - 1; i > 0; i--) {
            size_t k = roll(&s) % (i + 1);
            struct tq_contender swap = f->units[i];
            struct tq_count *counts = f->counts[i];

            f->units[i] = f->units[k];
            f->units[k] = swap;
            f->counts[i] = f->counts[k];
            f->counts[k] = counts;
        }
        again = rank(f);
        for (size_t i = 0; i < UNITS; i++) {
            if (!tq_slice_equal(first->rows[i].unit, again->rows[i].unit) ||
                    first->rows[i].rank != again->rows[i].rank ||
                    first->rows[i].grade != again->rows[i].grade)
                fail_msg("seed %u: row %u", (unsigned)seed, (unsigned)i);
        }
        assert_memory_equal(first->input_hash, again->input_hash, TQ_HASH_BYTES);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(ranking_order__is_final_descending),
        CASE(ranking_tie__smaller_penalty),
        CASE(ranking_tie__penalty_counts_after_caps),
        CASE(ranking_tie__larger_area_one),
        CASE(ranking_tie__larger_sum_of_incident_criteria),
        CASE(ranking_tie__not_applicable_counts_as_maximum_in_the_sum),
        CASE(ranking_tie__on_time_as_fraction),
        CASE(ranking_tie__vote),
        CASE(ranking_tie__units_a_vote_does_not_name_stay_shared),
        CASE(ranking_shared__is_1_2_2_4_listed_by_unit),
        CASE(ranking_grade__thresholds),
        CASE(ranking_quota__surplus_drops_to_good),
        CASE(ranking_quota__shared_rank_drops_whole_until_a_vote),
        CASE(ranking_quota__counts_after_caps_the_ranked_and_graded),
        CASE(ranking_cap__d1_average_no_award),
        CASE(ranking_cap__d2_fair_always_d3_d4_in_the_year_only),
        CASE(ranking_cap__d5_weak_last_unranked),
        CASE(ranking_cap__d6_keeps_rank_without_grade),
        CASE(ranking_place__not_sent_and_not_enough_have_no_points),
        CASE(ranking_place__nothing_applicable_is_not_enough),
        CASE(ranking_month__has_points_but_no_rank),
        CASE(ranking_median__over_those_to_whom_it_applies),
        CASE(ranking_gains__most_first),
        CASE(ranking_hash__changes_with_any_input_and_only_then),
        CASE(ranking_make__refuses_a_unit_twice),
        CASE(ranking_differences__name_every_change),
        CASE(ranking_order__does_not_depend_on_arrival),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
