#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sheet_file.h"
#include "tuquan/scoring.h"

struct fixture {
    struct tq_arena *arena;
    const struct tq_sheet *sheet;
    struct tq_count *counts;
};

static int set_up(void **state)
{
    static struct fixture made;

    made.arena = tq_arena_new(8u << 20);
    made.sheet = sheet_file_5tq(made.arena);
    made.counts = sheet_file_golden(made.arena, made.sheet);
    *state = &made;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    return 0;
}

static int64_t points(const struct fixture *f, const char *code, struct tq_count count)
{
    size_t at = sheet_file_index(f->sheet, code);
    struct tq_points out = tq_score_criterion(&f->sheet->criteria[at], &count);

    return out.absence == TQ_ABSENCE_NONE ? out.points_c : -1;
}

static int64_t ratio(const struct fixture *f, const char *code, int64_t n, int64_t d)
{
    return points(f, code, (struct tq_count){ .n = n, .d = d });
}

static int64_t band(const struct fixture *f, const char *code, int64_t c, int64_t b)
{
    return points(f, code, (struct tq_count){ .n = c, .b = b, .has_b = true });
}

static struct tq_count *count(struct fixture *f, const char *code)
{
    return &f->counts[sheet_file_index(f->sheet, code)];
}

static void scoring_golden__is_92_39(void **state)
{
    struct fixture *f = *state;
    struct tq_score score;

    tq_score_unit(f->sheet, f->counts, &score);
    assert_int_equal(score.area_c[1], 2362);
    assert_int_equal(score.area_c[2], 2000);
    assert_int_equal(score.area_c[3], 1632);
    assert_int_equal(score.area_c[4], 1747);
    assert_int_equal(score.area_c[5], 1448);
    assert_int_equal(score.base_c, 9189);
    assert_int_equal(score.bonus_c, 100);
    assert_int_equal(score.penalty_c, 50);
    assert_int_equal(score.final_c, 9239);
}

static void scoring_sheet__has_21_criteria_of_100_points(void **state)
{
    struct fixture *f = *state;
    static const int64_t areas[] = { 0, 2500, 2000, 2000, 2000, 1500 };
    size_t criteria = 0;

    for (size_t i = 0; i < f->sheet->ncriteria; i++)
        criteria += f->sheet->criteria[i].area > 0 ? 1 : 0;
    assert_int_equal(criteria, 21);
    assert_int_equal(f->sheet->total_c, 10000);
    for (size_t a = 1; a <= 5; a++)
        assert_int_equal(f->sheet->area_max_c[a], areas[a]);
}

static void scoring_half_up__rounds_the_middle_up(void **state)
{
    (void)state;
    assert_int_equal(tq_half_up(0, 3), 0);
    assert_int_equal(tq_half_up(1, 2), 1);
    assert_int_equal(tq_half_up(1, 3), 0);
    assert_int_equal(tq_half_up(2, 3), 1);
    assert_int_equal(tq_half_up(INT64_MAX - 1, INT64_MAX), 1);
    assert_int_equal(tq_half_up(5, 1), 5);
}

static void scoring_ratio__targets_caps_and_nothing_due(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ratio(f, "1.1", 412, 430), 479);
    assert_int_equal(ratio(f, "1.1", 0, 430), 0);
    assert_int_equal(ratio(f, "1.1", 500, 430), 500); /* n > d is capped */
    assert_int_equal(ratio(f, "1.1", 0, 0), -1);
    assert_int_equal(ratio(f, "3.1", 301, 430), 500); /* 70 % is enough */
    assert_int_equal(ratio(f, "3.1", 300, 430), 498);
    assert_int_equal(ratio(f, "4.4", 5, 6), 600);
    assert_int_equal(ratio(f, "4.4", 4, 6), 500);
    assert_int_equal(ratio(f, "5.3", 4, 7), 286);
    assert_int_equal(ratio(f, "1.1", 1, 1000), 1); /* 0.5 of a hundredth goes up */
    assert_int_equal(ratio(f, "1.1", 1, 1001), 0);
    assert_int_equal(ratio(f, "1.1", INT64_MAX, INT64_MAX), 500);
    assert_int_equal(ratio(f, "1.1", -5, 10), 0);
}

static void scoring_band__small_baseline_counts_cases(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(band(f, "1.3", 0, 0), 800); /* c = 0 always takes step 1 */
    assert_int_equal(band(f, "1.3", 0, 5), 800);
    assert_int_equal(band(f, "1.3", 3, 4), 800);
    assert_int_equal(band(f, "1.3", 4, 4), 600);
    assert_int_equal(band(f, "1.3", 5, 4), 400);
    assert_int_equal(band(f, "1.3", 6, 4), 200);
    assert_int_equal(band(f, "1.3", 7, 4), 0);
    assert_int_equal(band(f, "1.3", 100, 5), 0);
    assert_int_equal(band(f, "1.3", 1, 0), 400);
    assert_int_equal(band(f, "1.3", 2, 0), 200);
    assert_int_equal(band(f, "1.3", 3, 0), 0);
    assert_int_equal(band(f, "1.3", 6, 5), 400); /* b = 5 still counts cases */
}

static void scoring_band__large_baseline_counts_percent(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(band(f, "1.3", 95, 100), 800);
    assert_int_equal(band(f, "1.3", 96, 100), 600);
    assert_int_equal(band(f, "1.3", 100, 100), 600);
    assert_int_equal(band(f, "1.3", 101, 100), 400);
    assert_int_equal(band(f, "1.3", 110, 100), 400);
    assert_int_equal(band(f, "1.3", 111, 100), 200);
    assert_int_equal(band(f, "1.3", 125, 100), 200);
    assert_int_equal(band(f, "1.3", 126, 100), 0);
    assert_int_equal(band(f, "1.3", 0, 100), 800);
    assert_int_equal(band(f, "1.3", 6, 6), 600);
    assert_int_equal(band(f, "1.3", 7, 6), 200); /* 116.7 % */
    assert_int_equal(band(f, "1.3", 5, 6), 800); /* 83.3 % */
}

static void scoring_band__without_baseline_does_not_apply(void **state)
{
    struct fixture *f = *state;
    struct tq_count none = { .n = 2 };
    size_t at = sheet_file_index(f->sheet, "1.3");

    assert_int_equal(
            tq_score_criterion(&f->sheet->criteria[at], &none).absence, TQ_ABSENCE_NO_BASELINE);
}

static void scoring_traffic__a_death_caps_at_two(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(band(f, "4.3", 1, 1), 400);
    assert_int_equal(
            points(f, "4.3", (struct tq_count){ .n = 1, .b = 4, .has_b = true, .x = 1 }), 200);
    assert_int_equal(
            points(f, "4.3", (struct tq_count){ .n = 4, .b = 1, .has_b = true, .x = 2 }), 0);
    assert_int_equal(
            points(f, "4.3", (struct tq_count){ .n = 1, .b = 1, .has_b = true, .x = 0 }), 400);
}

static void scoring_hotspots__new_and_standing_deduct_apart(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ratio(f, "2.2", 0, 0), 700);
    assert_int_equal(ratio(f, "2.2", 1, 0), 500);
    assert_int_equal(ratio(f, "2.2", 2, 0), 300);
    assert_int_equal(ratio(f, "2.2", 9, 0), 300);
    assert_int_equal(ratio(f, "2.2", 0, 2), 500);
    assert_int_equal(ratio(f, "2.2", 1, 9), 200);
    assert_int_equal(ratio(f, "2.2", 5, 5), 0);
}

static void scoring_fire__one_minor_case_costs_one_point(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(points(f, "3.5", (struct tq_count){ .n = 0 }), 300);
    assert_int_equal(points(f, "3.5", (struct tq_count){ .n = 1, .x = 0 }), 200);
    assert_int_equal(points(f, "3.5", (struct tq_count){ .n = 1, .x = 1 }), 0);
    assert_int_equal(points(f, "3.5", (struct tq_count){ .n = 2, .x = 0 }), 0);
}

static void scoring_reoffence__up_to_five_percent_is_half(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ratio(f, "5.4", 0, 7), 300);
    assert_int_equal(ratio(f, "5.4", 1, 20), 150); /* exactly 5 % */
    assert_int_equal(ratio(f, "5.4", 1, 19), 0);
    assert_int_equal(ratio(f, "5.4", 0, 0), -1);
}

static void scoring_area__rescales_what_does_not_apply(void **state)
{
    struct fixture *f = *state;
    struct tq_score score;

    /* Area V: 5.1 4/7 (286), 5.2 none due, 5.3 and 5.4 as they are: of 11 points. */
    count(f, "5.1")->n = 4;
    count(f, "5.2")->d = 0;
    tq_score_unit(f->sheet, f->counts, &score);
    assert_int_equal(score.area_c[5], (286 + 286 + 300) * 1500 / 1100);
    assert_int_equal(
            score.criteria[sheet_file_index(f->sheet, "5.2")].absence, TQ_ABSENCE_NOTHING_DUE);
    assert_false(score.area_left_out[5]);
}

static void scoring_base__rescales_when_an_area_is_left_out(void **state)
{
    struct fixture *f = *state;
    static const char *const codes[] = { "5.1", "5.2", "5.3", "5.4" };
    struct tq_score score;

    for (size_t i = 0; i < 4; i++) {
        count(f, codes[i])->n = 0;
        count(f, codes[i])->d = 0;
    }
    tq_score_unit(f->sheet, f->counts, &score);
    assert_true(score.area_left_out[5]);
    assert_int_equal(score.area_c[5], 0);
    /* 2362 + 2000 + 1632 + 1747 = 7741 of 8500 */
    assert_int_equal(score.base_c, 9107);
    assert_int_equal(score.final_c, 9157);
    assert_false(score.empty);
}

static void scoring_adjustments__cap_by_code_then_in_sum(void **state)
{
    struct fixture *f = *state;
    struct tq_score score;

    count(f, "B1")->x = 900;
    count(f, "B2")->x = 50;
    count(f, "B3")->n = 5;
    count(f, "B4")->n = 2;
    count(f, "P1")->n = 4; /* late: 4 x 0.5 */
    count(f, "P1")->d = 2; /* very late: 2 x 1, together 4 */
    count(f, "P4")->n = 4; /* 12, at most 9 */
    count(f, "P2")->n = 9;
    count(f, "P5")->n = 3;
    tq_score_unit(f->sheet, f->counts, &score);
    assert_int_equal(score.criteria[sheet_file_index(f->sheet, "B1")].points_c, 200);
    assert_int_equal(score.criteria[sheet_file_index(f->sheet, "B3")].points_c, 100);
    assert_int_equal(score.criteria[sheet_file_index(f->sheet, "P1")].points_c, 400);
    assert_int_equal(score.criteria[sheet_file_index(f->sheet, "P4")].points_c, 900);
    assert_int_equal(score.bonus_c, 450);    /* 200 + 50 + 100 + 100 */
    assert_int_equal(score.penalty_c, 1500); /* 400 + 900 + 200 + 300 = 1800 */
    count(f, "B2")->x = 800;
    tq_score_unit(f->sheet, f->counts, &score);
    assert_int_equal(score.bonus_c, 500); /* 200 + 200 + 100 + 100 */
}

static void scoring_final__never_below_zero_may_pass_100(void **state)
{
    struct fixture *f = *state;
    struct tq_score score;

    for (size_t i = 0; i < f->sheet->ncriteria; i++) {
        if (f->sheet->criteria[i].area == 0)
            continue;
        f->counts[i].verified = true;
        f->counts[i].verified_c = f->sheet->criteria[i].max_c;
    }
    tq_score_unit(f->sheet, f->counts, &score);
    assert_int_equal(score.base_c, 10000);
    assert_int_equal(score.final_c, 10050);
    for (size_t i = 0; i < f->sheet->ncriteria; i++)
        f->counts[i].verified_c = 0;
    count(f, "B3")->n = 0;
    tq_score_unit(f->sheet, f->counts, &score);
    assert_int_equal(score.final_c, 0);
}

static void scoring_verified__stands_instead_of_the_machine(void **state)
{
    struct fixture *f = *state;
    struct tq_score score;

    tq_score_unit(f->sheet, f->counts, &score);
    assert_true(score.provisional);
    assert_true(score.criteria[sheet_file_index(f->sheet, "1.1")].provisional);
    assert_false(score.criteria[sheet_file_index(f->sheet, "2.4")].provisional);
    count(f, "1.1")->verified = true;
    count(f, "1.1")->verified_c = 9999; /* never above the maximum */
    count(f, "2.4")->verified = true;
    count(f, "2.4")->verified_c = 200; /* applies now */
    count(f, "5.2")->verified = true;
    count(f, "5.2")->verified_absent = true;
    tq_score_unit(f->sheet, f->counts, &score);
    assert_int_equal(score.criteria[sheet_file_index(f->sheet, "1.1")].points_c, 500);
    assert_false(score.criteria[sheet_file_index(f->sheet, "1.1")].provisional);
    assert_int_equal(score.area_c[2], 1800);
    assert_int_equal(score.criteria[sheet_file_index(f->sheet, "5.2")].absence, TQ_ABSENCE_DECIDED);
    count(f, "1.1")->unreconciled = true;
    tq_score_unit(f->sheet, f->counts, &score);
    assert_true(score.provisional);
}

static void scoring_gain__is_what_the_maximum_would_bring(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(tq_score_gain(f->sheet, f->counts, sheet_file_index(f->sheet, "1.2")), 117);
    assert_int_equal(tq_score_gain(f->sheet, f->counts, sheet_file_index(f->sheet, "1.3")), 0);
    assert_int_equal(tq_score_gain(f->sheet, f->counts, sheet_file_index(f->sheet, "2.4")), 0);
    assert_int_equal(tq_score_gain(f->sheet, f->counts, sheet_file_index(f->sheet, "P1")), 0);
}

static void expect_refused(struct fixture *f, const char *code, const char *formula,
        const char *parameters, int64_t max_c, const char *why)
{
    struct tq_sheet_row sheet;
    size_t nrows;
    struct tq_criterion_row *rows = sheet_file_rows(f->arena, "5TQ-v1.csv", &sheet, &nrows);
    const struct tq_sheet *out = NULL;
    struct tq_error err;
    char told[sizeof(err.msg)];

    for (size_t i = 0; i < nrows; i++) {
        if (!tq_slice_equal(rows[i].code, tq_slice_str(code)))
            continue;
        rows[i].formula = tq_slice_str(formula);
        rows[i].parameters = tq_slice_str(parameters);
        rows[i].max_c = max_c;
    }
    assert_int_equal(tq_sheet_parse(&out, f->arena, &sheet, rows, nrows, &err), TQ_INVALID);
    assert_null(out);
    tq_retell(err.msg, TQ_LANG_EN, told, sizeof(told));
    if (strstr(told, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", told, why);
}

static void scoring_sheet__mistakes_are_named(void **state)
{
    struct fixture *f = *state;

    expect_refused(
            f, "1.1", "RATIO", "n=households d=households", 500, "a parameter is missing: target");
    expect_refused(f, "1.1", "RATIO", "n=households d=households target=0", 500, "target=0");
    expect_refused(f, "1.1", "RATIO", "n=household d=households target=100", 500, "no such source");
    expect_refused(f, "1.1", "MAGIC", "n=households", 500, "no such formula as MAGIC");
    expect_refused(f, "1.1", "RATIO", "n=households d=households target=100", 600, "maxima add up");
    expect_refused(f, "1.3", "BAND", "n=households points=900,6,4,2,0 small=5 steps=95,100,110,125",
            800, "points must fall");
    expect_refused(f, "1.3", "BAND", "n=households points=800,6,4,2 small=5 steps=95,100,110,125",
            800, "as many as 5");
    expect_refused(f, "1.1", "RATIO", "n=households d=households target=100 target=90", 500,
            "written twice: target");
    expect_refused(f, "1.1", "RATIO", "n=return: d=households target=100", 500, "no such source");
    expect_refused(f, "1.1", "RATIO", "n d=households target=100", 500, "a source is missing");
    expect_refused(
            f, "1.4", "RATIO", "n=tip:in_time d=tip:received target=100", 500, "tip:in_time");
    expect_refused(f, "D1", "CAP", "n=gradecap:D1 grade=awful", 0,
            "grade=awful: the word is not known here");
}

static void scoring_lists__plus_star_and_not(void **state)
{
    (void)state;
    assert_true(tq_list_has(tq_slice_str("1+3"), tq_slice_str("3")));
    assert_false(tq_list_has(tq_slice_str("1+3"), tq_slice_str("2")));
    assert_true(tq_list_has(tq_slice_str("*"), tq_slice_str("")));
    assert_false(tq_list_has(tq_slice_str("!theft+fraud"), tq_slice_str("fraud")));
    assert_true(tq_list_has(tq_slice_str("!theft+fraud"), tq_slice_str("")));
}

/* More done, fewer cases, never costs points: for every criterion, over random counts. */
static void scoring_criterion__is_monotone(void **state)
{
    struct fixture *f = *state;
    uint64_t seed = 20201109;

    for (int round = 0; round < 200000; round++) {
        struct tq_count a;
        struct tq_count b;
        size_t at;
        const struct tq_criterion *c;
        int64_t more;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        at = (size_t)(seed >> 33) % f->sheet->ncriteria;
        c = &f->sheet->criteria[at];
        a = (struct tq_count){ .n = (int64_t)(seed >> 40) % 40,
            .d = (int64_t)(seed >> 20) % 40,
            .x = (int64_t)(seed >> 55) % 2,
            .b = (int64_t)(seed >> 13) % 40,
            .has_b = true };
        b = a;
        b.n++;
        more = tq_score_criterion(c, &b).points_c - tq_score_criterion(c, &a).points_c;
        if (c->formula == TQ_FORMULA_RATIO || c->formula == TQ_FORMULA_PER ? more < 0 : more > 0)
            fail_msg("round %d: criterion %.*s n %d d %d", round, (int)c->code.len,
                    (const char *)c->code.data, (int)a.n, (int)a.d);
        if (tq_score_criterion(c, &a).points_c > c->max_c && c->formula != TQ_FORMULA_CAP)
            fail_msg("round %d: above the maximum", round);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(scoring_golden__is_92_39),
        CASE(scoring_sheet__has_21_criteria_of_100_points),
        CASE(scoring_half_up__rounds_the_middle_up),
        CASE(scoring_ratio__targets_caps_and_nothing_due),
        CASE(scoring_band__small_baseline_counts_cases),
        CASE(scoring_band__large_baseline_counts_percent),
        CASE(scoring_band__without_baseline_does_not_apply),
        CASE(scoring_traffic__a_death_caps_at_two),
        CASE(scoring_hotspots__new_and_standing_deduct_apart),
        CASE(scoring_fire__one_minor_case_costs_one_point),
        CASE(scoring_reoffence__up_to_five_percent_is_half),
        CASE(scoring_area__rescales_what_does_not_apply),
        CASE(scoring_base__rescales_when_an_area_is_left_out),
        CASE(scoring_adjustments__cap_by_code_then_in_sum),
        CASE(scoring_final__never_below_zero_may_pass_100),
        CASE(scoring_verified__stands_instead_of_the_machine),
        CASE(scoring_gain__is_what_the_maximum_would_bring),
        CASE(scoring_sheet__mistakes_are_named),
        CASE(scoring_lists__plus_star_and_not),
        CASE(scoring_criterion__is_monotone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
