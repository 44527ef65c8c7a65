#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tuquan/calendar.h"

static tq_day day(const char *text)
{
    tq_day out = 0;

    assert_true(tq_day_parse(tq_slice_str(text), &out));
    return out;
}

static struct tq_period period(const char *text)
{
    struct tq_period out;

    assert_true(tq_period_parse(tq_slice_str(text), &out));
    return out;
}

static void expect_window_at(const char *code, tq_level level, const char *first, const char *last)
{
    struct tq_period p = period(code);
    struct tq_window window = tq_period_window(&p, level);
    char text[TQ_DAY_TEXT];
    char again[TQ_PERIOD_TEXT];

    tq_day_print(window.first, text);
    assert_string_equal(text, first);
    tq_day_print(window.last, text);
    assert_string_equal(text, last);
    tq_period_print(&p, again);
    assert_string_equal(again, code);
}

static void expect_window(const char *code, const char *first, const char *last)
{
    expect_window_at(code, TQ_LEVEL_COMMUNE, first, last);
}

static void expect_holding(
        tq_calendar calendar, tq_period_kind kind, const char *on, const char *code)
{
    struct tq_period p = tq_period_holding(calendar, kind, TQ_LEVEL_COMMUNE, day(on));
    char text[TQ_PERIOD_TEXT];

    tq_period_print(&p, text);
    assert_string_equal(text, code);
}

static void calendar_working__days_leave_the_weekend_out(void **state)
{
    static const char *const CASES[][2] = { { "2021-01-04", "2021-01-11" }, /* Monday */
        { "2021-01-08", "2021-01-15" }, { "2021-01-09", "2021-01-15" },
        { "2021-01-10", "2021-01-15" }, { "2021-01-11", "2021-01-18" } };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_int_equal(tq_day_add_working(day(CASES[i][0]), 5), day(CASES[i][1]));
    assert_int_equal(tq_day_add_working(day("2021-01-09"), 0), day("2021-01-09"));
}

static void calendar_period__is_read_with_and_without_its_calendar(void **state)
{
    static const struct {
        const char *text;
        const char *key; /* NULL: the facts name these */
        const char *says;
    } CASES[] = {
        { "ADMIN/2020-Q4", "ADMIN/2020-Q4", "" },
        { "2020-Q4", "ADMIN/2020-Q4", "" },
        { "2020-11", "ADMIN/2020-11", "" },
        { "2020-H1", "ADMIN/2020-H1", "" },
        { "COMMUNE/2020", "COMMUNE/2020", "" },
        { "2020", NULL, "ADMIN/2020, VILLAGE/2020, COMMUNE/2020" },
        { "2020-Q5", NULL, "2020-Q5" },
        { "COMMUNE/2020-Q4", NULL, "COMMUNE/2020-Q4" },
        { "", NULL, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char key[TQ_PERIOD_TEXT];
        struct tq_error err;
        tq_status rc = tq_period_read(tq_slice_str(CASES[i].text), key, &err);

        if (CASES[i].key != NULL) {
            assert_int_equal(rc, TQ_OK);
            assert_string_equal(key, CASES[i].key);
        } else {
            assert_int_equal(rc, strcmp(CASES[i].text, "2020") == 0 ? TQ_INVALID : TQ_NOT_FOUND);
            assert_non_null(strstr(err.msg, CASES[i].says));
        }
    }
}

static void calendar_day__round_trips_every_day_of_four_centuries(void **state)
{
    tq_day first = day("1800-01-01");
    tq_day last = day("2200-12-31");
    char text[TQ_DAY_TEXT];

    (void)state;
    assert_int_equal(day("1970-01-01"), 0);
    assert_int_equal(day("2000-03-01") - day("2000-02-28"), 2);
    assert_int_equal(day("2100-03-01") - day("2100-02-28"), 1);
    for (tq_day d = first; d <= last; d++) {
        tq_day again = d + 1;

        tq_day_print(d, text);
        assert_true(tq_day_parse(tq_slice_str(text), &again));
        assert_int_equal(again, d);
    }
}

static void calendar_day__refuses_what_is_not_a_date(void **state)
{
    static const char *const bad[] = { "", "2020-02-30", "2021-02-29", "2020-13-01", "2020-00-10",
        "2020-1-10", "2020-01-1", "15/11/2026", "2020-01-011", "2020-01-aa", "0000-00-01" };
    tq_day out;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(tq_day_parse(tq_slice_str(bad[i]), &out));
    assert_true(tq_day_parse(tq_slice_str("2020-02-29"), &out));
}

static void calendar_instant__is_the_day_in_vietnam(void **state)
{
    int64_t midnight = tq_day_start_ms(day("2020-12-15"));

    (void)state;
    assert_int_equal(tq_day_of_instant(midnight), day("2020-12-15"));
    assert_int_equal(tq_day_of_instant(midnight - 1), day("2020-12-14"));
    assert_int_equal(midnight, INT64_C(1607965200000)); /* 2020-12-14T17:00Z */
    assert_int_equal(tq_day_of_instant(-INT64_C(25200001)), day("1969-12-31"));
}

static void calendar_window__admin(void **state)
{
    (void)state;
    expect_window("ADMIN/2020-11", "2020-10-15", "2020-11-14");
    expect_window("ADMIN/2020-01", "2019-12-15", "2020-01-14");
    expect_window("ADMIN/2020-Q1", "2019-12-15", "2020-03-14");
    expect_window("ADMIN/2020-Q4", "2020-09-15", "2020-12-14");
    expect_window("ADMIN/2020-H1", "2019-12-15", "2020-06-14");
    expect_window("ADMIN/2020-H2", "2020-06-15", "2020-12-14");
    expect_window("ADMIN/2020", "2019-12-15", "2020-12-14");
}

static void calendar_window__year_by_the_calendar_in_force_on_its_last_day(void **state)
{
    (void)state;
    expect_window("VILLAGE/2027", "2026-11-01", "2027-10-31");
    expect_window("COMMUNE/2026", "2025-11-16", "2026-11-15");
    expect_window("COMMUNE/2022", "2021-11-16", "2022-11-15");
    expect_window("VILLAGE/2022", "2021-11-01", "2022-10-31");
    expect_window("COMMUNE/2021", "2020-11-30", "2021-11-30");
    expect_window("COMMUNE/2020", "2019-11-30", "2020-11-30");
    expect_window("VILLAGE/2020", "2019-10-31", "2020-10-31");
    expect_window_at("TT23/2020", TQ_LEVEL_VILLAGE, "2019-10-31", "2020-10-31");
    expect_window_at("TT23/2020", TQ_LEVEL_COMMUNE, "2019-11-30", "2020-11-30");
}

static void calendar_golden_day__15_11_2026(void **state)
{
    struct tq_period commune = period("COMMUNE/2026");

    (void)state;
    expect_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_MONTH, "2026-11-15", "ADMIN/2026-12");
    expect_holding(TQ_CALENDAR_VILLAGE, TQ_PERIOD_YEAR, "2026-11-15", "VILLAGE/2027");
    expect_holding(TQ_CALENDAR_COMMUNE, TQ_PERIOD_YEAR, "2026-11-15", "COMMUNE/2026");
    assert_int_equal(tq_period_window(&commune, TQ_LEVEL_COMMUNE).last, day("2026-11-15"));
    expect_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_MONTH, "2026-11-14", "ADMIN/2026-11");
    expect_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_QUARTER, "2026-12-15", "ADMIN/2027-Q1");
    expect_holding(TQ_CALENDAR_COMMUNE, TQ_PERIOD_YEAR, "2026-11-16", "COMMUNE/2027");
}

static void calendar_tt23__boundary_day_is_in_two_years(void **state)
{
    struct tq_period y2020 = period("TT23/2020");
    struct tq_period y2021 = period("TT23/2021");
    tq_day both = day("2020-11-30");

    (void)state;
    assert_true(tq_window_has(tq_period_window(&y2020, TQ_LEVEL_COMMUNE), both));
    assert_true(tq_window_has(tq_period_window(&y2021, TQ_LEVEL_COMMUNE), both));
    assert_true(tq_window_has(tq_period_window(&y2020, TQ_LEVEL_VILLAGE), day("2020-10-31")));
    assert_true(tq_window_has(tq_period_window(&y2021, TQ_LEVEL_VILLAGE), day("2020-10-31")));
    assert_false(tq_window_has(tq_period_window(&y2020, TQ_LEVEL_COMMUNE), both + 1));
    assert_false(tq_window_has(tq_period_window(&y2021, TQ_LEVEL_COMMUNE), both - 1));
}

static void calendar_period__refuses_codes_without_a_window(void **state)
{
    static const char *const bad[] = { "", "ADMIN", "ADMIN/", "ADMIN/20", "ADMIN/2020-13",
        "ADMIN/2020-Q5", "ADMIN/2020-Q0", "ADMIN/2020-H3", "ADMIN/2020-1", "COMMUNE/2020-Q1",
        "VILLAGE/2020-01", "TT23/2020-H1", "LUNAR/2020", "ADMIN/2020-Q4x", "ADMIN/0000" };
    struct tq_period out;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(tq_period_parse(tq_slice_str(bad[i]), &out));
}

static void calendar_last_year__is_the_same_days(void **state)
{
    struct tq_period q4 = period("ADMIN/2020-Q4");
    struct tq_window last = tq_window_last_year(tq_period_window(&q4, TQ_LEVEL_COMMUNE));
    struct tq_window leap = { day("2020-02-29"), day("2020-02-29") };

    (void)state;
    assert_int_equal(last.first, day("2019-09-15"));
    assert_int_equal(last.last, day("2019-12-14"));
    assert_int_equal(tq_window_last_year(leap).first, day("2019-02-28"));
}

static void calendar_months__belong_to_the_window_that_holds_their_last_day(void **state)
{
    struct tq_period year = period("COMMUNE/2026");
    struct tq_period quarter = period("ADMIN/2020-Q4");
    struct tq_period out[24];
    size_t n = tq_window_months(tq_period_window(&quarter, TQ_LEVEL_COMMUNE), out, 24);

    (void)state;
    assert_int_equal(n, 3);
    assert_int_equal(out[0].number, 10);
    assert_int_equal(out[2].number, 12);
    /* 16/11/2025 .. 15/11/2026: the months 12/2025 to 11/2026. */
    n = tq_window_months(tq_period_window(&year, TQ_LEVEL_COMMUNE), out, 24);
    assert_int_equal(n, 12);
    assert_int_equal(out[0].number, 12);
    assert_int_equal(out[0].year, 2025);
    assert_int_equal(out[11].number, 11);
    assert_int_equal(tq_periods_of_year(2020, out), TQ_PERIODS_A_YEAR);
}

static void calendar_days__know_their_weekday_and_the_end_of_a_month(void **state)
{
    tq_day friday = day("2020-12-25");

    (void)state;
    assert_int_equal(tq_day_weekday(friday), 4);
    assert_int_equal(tq_day_weekday(day("1969-12-28")), 6);
    assert_int_equal(tq_day_add_months(day("2020-05-31"), 9), day("2021-02-28"));
    assert_int_equal(tq_day_add_months(day("2020-01-31"), -11), day("2019-02-28"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_day__round_trips_every_day_of_four_centuries),
        cmocka_unit_test(calendar_day__refuses_what_is_not_a_date),
        cmocka_unit_test(calendar_instant__is_the_day_in_vietnam),
        cmocka_unit_test(calendar_window__admin),
        cmocka_unit_test(calendar_window__year_by_the_calendar_in_force_on_its_last_day),
        cmocka_unit_test(calendar_golden_day__15_11_2026),
        cmocka_unit_test(calendar_tt23__boundary_day_is_in_two_years),
        cmocka_unit_test(calendar_period__refuses_codes_without_a_window),
        cmocka_unit_test(calendar_last_year__is_the_same_days),
        cmocka_unit_test(calendar_months__belong_to_the_window_that_holds_their_last_day),
        cmocka_unit_test(calendar_days__know_their_weekday_and_the_end_of_a_month),
        cmocka_unit_test(calendar_period__is_read_with_and_without_its_calendar),
        cmocka_unit_test(calendar_working__days_leave_the_weekend_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
