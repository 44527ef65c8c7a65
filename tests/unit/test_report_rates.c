#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "score_db.h"
#include "tuquan/report_rates.h"

#define Q4 "ADMIN/2020-Q4" /* 15/09/2020 .. 14/12/2020 */
#define OCT "ADMIN/2020-10"
#define NOV "ADMIN/2020-11"

static struct tq_window window_of(const char *key)
{
    struct tq_period period;

    assert_true(tq_period_parse(tq_slice_str(key), &period));
    return tq_period_window(&period, TQ_LEVEL_COMMUNE);
}

static struct tq_rates rates_at(struct score_db *s, const char *key, const char *day)
{
    struct tq_window window = window_of(key);
    const struct tq_rates_line *lines;
    struct tq_error err;
    size_t n;

    tq_error_clear(&err);
    if (tq_report_rates(s->db, s->arena, tq_slice_of(NULL, 0), &window, 1, score_db_noon(day),
                &lines, &n, &err) != TQ_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(n, 2);
    assert_true(tq_slice_equal(lines[0].unit, tq_slice_str(SCORE_UNIT)));
    assert_int_equal(lines[1].unit.len, 0);
    assert_memory_equal(lines[0].of, lines[1].of, sizeof(struct tq_rates)); /* the only commune */
    return lines[0].of[0];
}

static void expect_reports(struct tq_rates r, int64_t due, int64_t given, int64_t in_time)
{
    assert_int_equal(r.reports_due, due);
    assert_int_equal(r.reports_given, given);
    assert_int_equal(r.reports_in_time, in_time);
}

static void rates_reports__are_due_after_their_last_day_or_when_they_came(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s, "UPDATE period SET due_at = %lld, grace_days = 1 WHERE period = '" OCT "'",
            (long long)score_db_noon("2020-10-20"));
    expect_reports(rates_at(s, OCT, "2020-10-21"), 0, 0, 0); /* a day of grace is left */
    expect_reports(rates_at(s, OCT, "2020-10-22"), 1, 0, 0);
    score_db_report(s, "month", OCT, "2020-10-18");
    expect_reports(rates_at(s, OCT, "2020-10-18"), 1, 1, 1); /* before it was due */
    score_db_sql(s, "UPDATE report SET received_at = %lld", (long long)score_db_noon("2020-10-21"));
    expect_reports(rates_at(s, OCT, "2020-12-01"), 1, 1, 1);
    score_db_sql(s, "UPDATE report SET received_at = %lld", (long long)score_db_noon("2020-10-22"));
    expect_reports(rates_at(s, OCT, "2020-12-01"), 1, 1, 0);
    score_db_sql(s, "UPDATE report SET late_days = 0"); /* an officer forgives */
    expect_reports(rates_at(s, OCT, "2020-12-01"), 1, 1, 1);
    score_db_sql(s, "UPDATE report SET late_days = 5"); /* and makes nothing worse */
    expect_reports(rates_at(s, OCT, "2020-12-01"), 1, 1, 0);
    score_db_sql(s, "UPDATE report SET state = 'draft', late_days = NULL"); /* taken back */
    expect_reports(rates_at(s, OCT, "2020-12-01"), 1, 0, 0);
    score_db_sql(s, "UPDATE report SET state = 'sent', voided_at = 1");
    expect_reports(rates_at(s, OCT, "2020-12-01"), 1, 0, 0);
}

static void rates_quarter__holds_its_months(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s, "UPDATE period SET due_at = %lld", (long long)score_db_noon("2020-12-17"));
    score_db_report(s, "month", OCT, "2020-10-18");
    score_db_report(s, "quarter", Q4, "2020-12-19");
    expect_reports(rates_at(s, Q4, "2020-12-20"), 4, 2, 1);
    expect_reports(rates_at(s, NOV, "2020-12-20"), 1, 0, 0);
    score_db_sql(s, "UPDATE period SET due_at = NULL WHERE period = '" NOV "'"); /* not asked */
    expect_reports(rates_at(s, Q4, "2020-12-20"), 3, 2, 1);
}

static void rates_cells__asked_of_each_village_once_the_month_has_ended(void **state)
{
    struct score_db *s = *state;
    struct tq_rates r = rates_at(s, OCT, "2020-12-25");
    int64_t codes = r.cells_asked / 2;

    assert_true(codes > 3 && r.cells_asked == 2 * codes); /* two villages */
    assert_int_equal(r.cells_filled, 0);
    assert_int_equal(rates_at(s, OCT, "2020-10-14").cells_asked, 0);
    assert_int_equal(rates_at(s, OCT, "2020-10-15").cells_asked, 2 * codes);
    assert_int_equal(rates_at(s, Q4, "2020-12-25").cells_asked, 6 * codes);
    score_db_sql(s,
            "INSERT INTO village_return (village, period, indicator, unit, value, state)"
            " SELECT v.unit, '" OCT "', i.indicator, v.parent, 0, 'confirmed' FROM unit AS v,"
            " (SELECT indicator FROM indicator WHERE source = 'typed' AND state = 'published'"
            " ORDER BY 1 LIMIT 2) AS i WHERE v.level = 4");
    assert_int_equal(rates_at(s, OCT, "2020-12-25").cells_filled, 4);
    assert_int_equal(rates_at(s, Q4, "2020-12-25").cells_filled, 4);
    assert_int_equal(rates_at(s, NOV, "2020-12-25").cells_filled, 0);
    /* The same one said under its next version is no second cell. */
    score_db_sql(s, "INSERT INTO indicator (indicator, code, version, source, state)"
                    " SELECT code || '@9', code, 9, source, state FROM indicator WHERE indicator IN"
                    " (SELECT indicator FROM village_return)");
    score_db_sql(s, "INSERT INTO village_return (village, period, indicator, unit, value, state)"
                    " SELECT village, period, replace(indicator, '@1', '@9'), unit, 1, state"
                    " FROM village_return");
    assert_int_equal(rates_at(s, OCT, "2020-12-25").cells_filled, 4);
    assert_int_equal(rates_at(s, OCT, "2020-12-25").cells_asked, 2 * codes);
    score_db_sql(s, "DELETE FROM village_return WHERE indicator LIKE '%%@9'");
    score_db_sql(s, "UPDATE village_return SET state = 'draft'");
    assert_int_equal(rates_at(s, OCT, "2020-12-25").cells_filled, 0);
}

/* What is published, or retired, today was not asked, or not left out, then. */
static void rates_cells__are_those_of_the_sheet_of_the_time(void **state)
{
    struct score_db *s = *state;
    int64_t asked = rates_at(s, OCT, "2020-12-25").cells_asked;

    score_db_sql(s, "INSERT INTO indicator (indicator, code, version, source, state)"
                    " VALUES ('moi@1', 'moi', 1, 'typed', 'published')");
    assert_int_equal(rates_at(s, OCT, "2020-12-25").cells_asked, asked);
    score_db_sql(s, "UPDATE indicator SET state = 'retired' WHERE source = 'typed'");
    assert_int_equal(rates_at(s, OCT, "2020-12-25").cells_asked, asked);
    /* A newer sheet of one indicator: for what ended before it the older one holds... */
    score_db_sql(s, "UPDATE scoring_sheet SET published_at = %lld",
            (long long)score_db_noon("2020-10-01"));
    score_db_sql(s,
            "INSERT INTO scoring_sheet (sheet, code, version, name, state, published_at, params)"
            " SELECT '5TQ@9', code, 9, name, state, %lld, params FROM scoring_sheet",
            (long long)score_db_noon("2020-11-01"));
    score_db_sql(s,
            "INSERT INTO criterion (criterion, sheet, code, kind, area, name, max_points_c, "
            "formula,"
            " params) SELECT '5TQ@9/' || code, '5TQ@9', code, kind, area, name, max_points_c,"
            " iif(params LIKE '%%return:%%', 'RATIO', formula), iif(params LIKE '%%return:%%',"
            " 'n=return:households_signed d=households target=100', params) FROM criterion");
    assert_int_equal(rates_at(s, OCT, "2020-12-25").cells_asked, asked);
    assert_true(rates_at(s, NOV, "2020-12-25").cells_asked < asked);
    assert_true(rates_at(s, NOV, "2020-12-25").cells_asked > 0);
    /* ... and for what was ranked the sheet of its table. */
    score_db_sql(s, "INSERT INTO ranking (period, sheet, version, state) VALUES"
                    " ('" Q4 "', '5TQ@1', 1, 'published')");
    assert_int_equal(rates_at(s, NOV, "2020-12-25").cells_asked, asked);
}

static void rates_units__count_in_the_periods_at_whose_end_they_are_there(void **state)
{
    static const char *const KEYS[] = { NOV, OCT };
    struct score_db *s = *state;
    struct tq_window windows[2];
    const struct tq_rates_line *lines;
    struct tq_error err;
    size_t n;

    for (size_t i = 0; i < 2; i++)
        windows[i] = window_of(KEYS[i]);
    score_db_sql(s, "UPDATE period SET due_at = %lld", (long long)score_db_noon("2020-11-17"));
    score_db_sql(s, "INSERT INTO unit (unit, code, level, name, valid_from, valid_to) VALUES"
                    " ('08100@2004-01-01', '08100', 3, 'Cũ (mẫu)', '2004-01-01', '2020-10-31')");
    tq_error_clear(&err);
    assert_int_equal(tq_report_rates(s->db, s->arena, tq_slice_of(NULL, 0), windows, 2, SCORE_NOW,
                             &lines, &n, &err),
            TQ_OK);
    assert_int_equal(n, 3);
    assert_true(tq_slice_equal(lines[0].name, tq_slice_str("Cũ (mẫu)")));
    assert_int_equal(lines[0].of[0].reports_due, 0);
    assert_int_equal(lines[0].of[1].reports_due, 1);
    assert_int_equal(lines[2].of[0].reports_due, 1);
    assert_int_equal(lines[2].of[1].reports_due, 2);
    assert_int_equal(tq_report_rates(s->db, s->arena, tq_slice_of(NULL, 0), windows, 0, SCORE_NOW,
                             &lines, &n, &err),
            TQ_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                rates_reports__are_due_after_their_last_day_or_when_they_came, score_db_set_up,
                score_db_tear_down),
        cmocka_unit_test_setup_teardown(
                rates_quarter__holds_its_months, score_db_set_up, score_db_tear_down),
        cmocka_unit_test_setup_teardown(rates_cells__asked_of_each_village_once_the_month_has_ended,
                score_db_set_up, score_db_tear_down),
        cmocka_unit_test_setup_teardown(rates_cells__are_those_of_the_sheet_of_the_time,
                score_db_set_up, score_db_tear_down),
        cmocka_unit_test_setup_teardown(
                rates_units__count_in_the_periods_at_whose_end_they_are_there, score_db_set_up,
                score_db_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
