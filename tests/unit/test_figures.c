#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "score_db.h"
#include "tuquan/figures.h"

#define Q4 "ADMIN/2020-Q4" /* 15/09/2020 .. 14/12/2020 */

static struct tq_window window_of(const char *key)
{
    struct tq_period period;

    assert_true(tq_period_parse(tq_slice_str(key), &period));
    return tq_period_window(&period, TQ_LEVEL_COMMUNE);
}

static struct tq_figures read_all(struct score_db *s, const struct tq_window *windows, size_t n)
{
    struct tq_figures out;
    struct tq_error err;

    tq_error_clear(&err);
    assert_int_equal(tq_figures_read(s->db, s->arena, tq_slice_of(NULL, 0), windows, n, UINT64_MAX,
                             SCORE_NOW, &out, &err),
            TQ_OK);
    assert_true(out.nunits > 0); /* the greatest key: neighbours of a test come before it */
    assert_true(tq_slice_equal(out.units[out.nunits - 1], tq_slice_str(SCORE_UNIT)));
    return out;
}

static int64_t in_q4(struct score_db *s, tq_figure figure)
{
    struct tq_window window = window_of(Q4);
    struct tq_figures f = read_all(s, &window, 1);

    return tq_figures_at(&f, f.nunits - 1, figure, 0);
}

static void figures_incidents__by_area_and_day_as_the_facts_have_them(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 1, "assault", "2020-09-14"); /* the day before */
    score_db_incident(s, 1, "assault", "2020-09-15");
    score_db_incident(s, 4, "traffic_accident", "2020-12-14");
    score_db_incident(s, 4, "traffic_accident", "2020-12-15"); /* the day after */
    score_db_incident(s, 3, "theft", "2020-10-01");
    score_db_incident(s, 3, "other", "2020-10-02");
    score_db_sql(s, "UPDATE incident SET reclassified = 1 WHERE category = 'other'");
    score_db_sql(s,
            "INSERT INTO incident (unit, category, known_at, deaths, damage_vnd) VALUES "
            "('" SCORE_UNIT "', 'drugs', %lld, 2, 5000)",
            (long long)score_db_noon("2020-12-14"));
    score_db_sql(s, "INSERT INTO incident (unit, area, occurred_on, voided_at) VALUES ('" SCORE_UNIT
                    "', 5, '2020-10-03', 1)");
    assert_int_equal(in_q4(s, TQ_FIGURE_INCIDENTS_1), 2);
    assert_int_equal(in_q4(s, TQ_FIGURE_INCIDENTS_2), 1);
    assert_int_equal(in_q4(s, TQ_FIGURE_INCIDENTS_3), 1);
    assert_int_equal(in_q4(s, TQ_FIGURE_INCIDENTS_4), 1);
    assert_int_equal(in_q4(s, TQ_FIGURE_INCIDENTS_5), 0);
    assert_int_equal(in_q4(s, TQ_FIGURE_DEATHS), 2);
    assert_int_equal(in_q4(s, TQ_FIGURE_DAMAGE_VND), 5000);
    assert_int_equal(in_q4(s, TQ_FIGURE_HOUSEHOLDS), 430);
}

static void figures_incidents__across_the_border_are_not_ours(void **state)
{
    struct score_db *s = *state;

    score_db_neighbours(s);
    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_sql(s, "UPDATE incident SET across_unit = '02632@2004-01-01', due_on = '2020-10-20',"
                    " deaths = 1");
    score_db_incident(s, 1, "assault", "2020-10-02");
    assert_int_equal(in_q4(s, TQ_FIGURE_INCIDENTS_1), 1);
    assert_int_equal(in_q4(s, TQ_FIGURE_DUE), 0);
    assert_int_equal(in_q4(s, TQ_FIGURE_DEATHS), 0);
    score_db_sql(s, "UPDATE incident SET counted_here = 1");
    assert_int_equal(in_q4(s, TQ_FIGURE_INCIDENTS_1), 2);
    assert_int_equal(in_q4(s, TQ_FIGURE_DUE), 1);
    assert_int_equal(in_q4(s, TQ_FIGURE_DEATHS), 1);
}

/* By the same days, classes and places as everything else that counts incidents. */
static void figures_kinds__by_the_rules_of_the_facts(void **state)
{
    static const char *const NAMES[] = { "theft", "drugs", "assault" };
    struct score_db *s = *state;
    struct tq_slice kinds[3];
    int64_t n[3];
    struct tq_error err = { TQ_OK, "" };

    for (size_t i = 0; i < 3; i++)
        kinds[i] = tq_slice_str(NAMES[i]);
    score_db_neighbours(s);
    score_db_incident(s, 3, "theft", "2020-09-15");
    score_db_incident(s, 3, "theft", "2020-12-15"); /* the day after */
    score_db_sql(s,
            "INSERT INTO incident (unit, category, known_at, reclassified_category) VALUES"
            " ('" SCORE_UNIT "', 'theft', %lld, NULL), ('" SCORE_UNIT "', 'other', %lld, 'drugs')",
            (long long)score_db_noon("2020-12-14"), (long long)score_db_noon("2020-09-15"));
    score_db_sql(s,
            "INSERT INTO incident (unit, category, occurred_on, known_at, across_unit, voided_at)"
            " VALUES ('" SCORE_UNIT "', 'theft', '2020-09-01', %lld, NULL, NULL),"
            " ('" SCORE_UNIT "', 'theft', '2020-10-01', NULL, '02632@2004-01-01', NULL),"
            " ('" SCORE_UNIT "', 'theft', '2020-10-01', NULL, NULL, 1)",
            (long long)score_db_noon("2020-10-01"));
    assert_int_equal(
            tq_figures_kinds(s->db, tq_slice_str(SCORE_UNIT), window_of(Q4), kinds, 3, n, &err),
            TQ_OK);
    assert_int_equal(n[0], 2);
    assert_int_equal(n[1], 1);
    assert_int_equal(n[2], 0);
}

/* One engine counts for the ranking, the other for the tables: they never differ. */
static void figures_work__equals_what_the_criteria_count(void **state)
{
    static const char *const KINDS[] = { "patrol", "joint_patrol", "outreach", "fire_inspection",
        "mediation" };
    static const struct {
        const char *criterion;
        tq_figure n;
        tq_figure d;
    } SAME[] = { { "1.2", TQ_FIGURE_PATROLS, TQ_FIGURE_PATROLS_PLANNED },
        { "2.1", TQ_FIGURE_OUTREACH, TQ_FIGURE_OUTREACH_PLANNED },
        { "3.2", TQ_FIGURE_INSPECTIONS, TQ_FIGURE_INSPECTIONS_PLANNED },
        { "4.4", TQ_FIGURE_MEDIATIONS_SETTLED, TQ_FIGURE_MEDIATIONS },
        { "1.4", TQ_FIGURE_TIPS_IN_TIME, TQ_FIGURE_TIPS },
        { "2.4", TQ_FIGURE_IN_TIME, TQ_FIGURE_DUE } };
    struct score_db *s = *state;
    struct tq_contender c;
    uint32_t draw = 11;

    for (int i = 0; i < 400; i++) {
        char held[TQ_DAY_TEXT];
        char planned[TQ_DAY_TEXT];
        tq_day day = tq_day_make(2020, 9, 1);

        draw = draw * 1664525u + 1013904223u;
        tq_day_print(day + (tq_day)((draw >> 16) % 120), planned);
        tq_day_print(day + (tq_day)((draw >> 8) % 120), held);
        score_db_activity(s, KINDS[(draw >> 24) % 5], planned, (draw >> 5) % 3 == 0 ? "" : held,
                (draw >> 3) % 5 == 0 ? "cancelled" : "done");
        score_db_sql(s,
                "INSERT INTO tip (unit, received_at, passed_at) VALUES ('" SCORE_UNIT
                "', %lld, %lld)",
                (long long)score_db_noon(planned),
                (long long)score_db_noon(planned) + (long long)(draw >> 12) % 50 * 3600000);
        score_db_sql(s,
                "INSERT INTO incident (unit, area, category, due_on, closed_on) VALUES "
                "('" SCORE_UNIT "', 2, 'gambling', '%s', '%s')",
                planned, held);
    }
    score_db_sql(s, "UPDATE activity SET accepted = 3, settled = 2 WHERE kind = 'mediation'");
    c = score_db_count(s, Q4);
    for (size_t i = 0; i < sizeof(SAME) / sizeof(SAME[0]); i++) {
        const struct tq_count *count = score_db_at(s, &c, SAME[i].criterion);

        assert_true(count->n > 3);
        assert_int_equal(in_q4(s, SAME[i].n), count->n);
        assert_int_equal(in_q4(s, SAME[i].d), count->d);
    }
}

/* A commune that was merged is shown with the one that followed it, in windows from before, too; one
 * that was split has a line of its own. */
static void figures_units__that_ended_are_carried(void **state)
{
    struct score_db *s = *state;
    struct tq_window windows[2] = { window_of("ADMIN/2020-Q3"), window_of(Q4) };
    const struct tq_typed *typed;
    struct tq_figures f;
    struct tq_error err;
    size_t n;
    const char *code = "households_signed";
    int64_t signed_q3 = 0;
    int64_t own_q3;
    int64_t own_q4;
    int64_t due_by_end;
    struct tq_window part = { windows[1].first, tq_day_make(2020, 10, 31) };

    tq_error_clear(&err);
    f = read_all(s, windows, 2);
    own_q3 = tq_figures_at(&f, 0, TQ_FIGURE_REPORTS_DUE, 0);
    own_q4 = tq_figures_at(&f, 0, TQ_FIGURE_REPORTS_DUE, 1);
    f = read_all(s, &part, 1);
    due_by_end = tq_figures_at(&f, 0, TQ_FIGURE_REPORTS_DUE, 0);
    assert_true(own_q3 > 1 && due_by_end > 0 && due_by_end < own_q4);
    score_db_sql(s,
            "INSERT INTO unit (unit, code, level, parent, name, valid_from, valid_to) VALUES"
            " ('00001@2004-01-01', '00001', 3, (SELECT parent FROM unit WHERE unit = '" SCORE_UNIT
            "'), 'Cũ (mẫu)', '2004-01-01', '2020-10-31'),"
            " ('00001-01@2004-01-01', '00001-01', 4, '00001@2004-01-01', 'Thôn cũ (mẫu)',"
            " '2004-01-01', '2020-10-31'),"
            " ('00002@2004-01-01', '00002', 3, NULL, 'Lâu rồi (mẫu)', '2004-01-01', '2019-10-31')");
    score_db_sql(s, "INSERT INTO unit_successor (old_unit, new_unit, happened_on) VALUES"
                    " ('00001@2004-01-01', '" SCORE_UNIT "', '2020-11-01')");
    score_db_sql(s, "INSERT INTO incident (unit, area, category, occurred_on) VALUES"
                    " ('00001@2004-01-01', 1, 'assault', '2020-08-01'),"
                    " ('00001@2004-01-01', 1, 'assault', '2020-10-01'),"
                    " ('" SCORE_UNIT "', 1, 'assault', '2020-10-02')");
    score_db_sql(s, "INSERT INTO village_profile (unit, village, as_of, households) VALUES"
                    " ('00001@2004-01-01', '00001-01@2004-01-01', '2020-01-01', 7)");
    score_db_sql(s,
            "INSERT INTO village_return (unit, village, period, indicator, value, state)"
            " SELECT '00001@2004-01-01', '00001-01@2004-01-01', period, '%s@1', 5, 'confirmed'"
            " FROM period WHERE period = 'ADMIN/2020-09'",
            code);
    score_db_report(s, "month", "ADMIN/2020-10", "2020-10-15");
    score_db_sql(s, "UPDATE report SET unit = '00001@2004-01-01'");
    f = read_all(s, windows, 2); /* one line */
    /* Reports were due from it to its last day, and not after. */
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_REPORTS_DUE, 0), 2 * own_q3);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_REPORTS_DUE, 1), own_q4 + due_by_end);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_REPORTS_IN_TIME, 1), 1);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_INCIDENTS_1, 0), 1);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_INCIDENTS_1, 1), 2);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_HOUSEHOLDS, 0), 437);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_HOUSEHOLDS, 1), 430);
    assert_true(tq_slice_equal(f.units[0], tq_slice_str(SCORE_UNIT)));
    assert_int_equal(f.ncarried, 1);
    assert_int_equal(
            tq_typed_read(s->db, s->arena, s->sheet, &f, windows, &typed, &n, &err), TQ_OK);
    for (size_t i = 0; i < n; i++)
        if (tq_slice_equal(typed[i].code, tq_slice_str(code)))
            signed_q3 = typed[i].n[0];
    assert_int_equal(signed_q3, 5);
    score_db_sql(s, "INSERT INTO unit_successor (old_unit, new_unit, happened_on) VALUES"
                    " ('00001@2004-01-01', '00003@2020-11-01', '2020-11-01')");
    assert_int_equal(tq_figures_read(s->db, s->arena, tq_slice_of(NULL, 0), windows, 2, UINT64_MAX,
                             SCORE_NOW, &f, &err),
            TQ_OK);
    assert_int_equal(f.nunits, 2);
    assert_true(tq_slice_equal(f.names[0], tq_slice_str("Cũ (mẫu)")));
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_INCIDENTS_1, 1), 1);
    assert_int_equal(tq_figures_at(&f, 1, TQ_FIGURE_INCIDENTS_1, 1), 1);
    /* Nor before its first day. */
    score_db_sql(s, "UPDATE unit SET valid_from = '2020-11-01' WHERE unit = '" SCORE_UNIT "'");
    assert_int_equal(tq_figures_read(s->db, s->arena, tq_slice_of(NULL, 0), windows, 2, UINT64_MAX,
                             SCORE_NOW, &f, &err),
            TQ_OK);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_REPORTS_DUE, 1), due_by_end);
    assert_int_equal(tq_figures_at(&f, 1, TQ_FIGURE_REPORTS_DUE, 0), 0);
    assert_int_equal(tq_figures_at(&f, 1, TQ_FIGURE_REPORTS_DUE, 1), own_q4 - due_by_end);
}

static void figures_windows__overlap_as_they_like(void **state)
{
    struct score_db *s = *state;
    struct tq_window windows[3] = { window_of("ADMIN/2019-Q4"), window_of("ADMIN/2020"),
        window_of(Q4) };
    struct tq_figures f;

    score_db_incident(s, 1, "assault", "2019-10-01");
    score_db_incident(s, 1, "assault", "2020-02-01");
    score_db_incident(s, 1, "assault", "2020-10-01");
    f = read_all(s, windows, 3);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_INCIDENTS_1, 0), 1);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_INCIDENTS_1, 1), 2);
    assert_int_equal(tq_figures_at(&f, 0, TQ_FIGURE_INCIDENTS_1, 2), 1);
    assert_int_equal(tq_figures_total(&f, TQ_FIGURE_INCIDENTS_1, 1), 2);
}

static void figures_reports__due_and_in_time(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_report(s, "month", "ADMIN/2020-10", "2020-10-15");
    score_db_report(s, "month", "ADMIN/2020-11", "2020-11-30");
    c = score_db_count(s, Q4);
    assert_int_equal(c.reports_in_time, 1);
    assert_int_equal(in_q4(s, TQ_FIGURE_REPORTS_DUE), c.reports_due);
    assert_int_equal(in_q4(s, TQ_FIGURE_REPORTS_IN_TIME), c.reports_in_time);
}

static void figures_typed__stock_is_the_latest_and_flow_the_sum(void **state)
{
    struct score_db *s = *state;
    struct tq_window window = window_of(Q4);
    struct tq_figures f;
    const struct tq_typed *typed = NULL;
    struct tq_contender c;
    struct tq_error err;
    size_t n = 0;

    score_db_figure(s, "v1", "2020-10", "households_signed", 90, "confirmed");
    score_db_figure(s, "v1", "2020-12", "households_signed", 95, "confirmed");
    score_db_figure(s, "v2", "2020-11", "households_signed", 200, "confirmed");
    score_db_figure(s, "v2", "2020-12", "households_signed", 999, "draft");
    score_db_figure(s, "v1", "2020-10", "contacts_done", 4, "confirmed");
    score_db_figure(s, "v1", "2020-11", "contacts_done", 5, "confirmed");
    f = read_all(s, &window, 1);
    tq_error_clear(&err);
    assert_int_equal(
            tq_typed_read(s->db, s->arena, s->sheet, &f, &window, &typed, &n, &err), TQ_OK);
    c = score_db_count(s, Q4);
    for (size_t i = 0; i < n; i++) {
        if (tq_slice_equal(typed[i].code, tq_slice_str("households_signed"))) {
            assert_true(typed[i].stock);
            assert_int_equal(typed[i].n[0], 295);
            assert_int_equal(typed[i].n[0], score_db_at(s, &c, "1.1")->n);
        } else if (tq_slice_equal(typed[i].code, tq_slice_str("contacts_done"))) {
            assert_false(typed[i].stock);
            assert_int_equal(typed[i].area, 5);
            assert_int_equal(typed[i].n[0], 9);
        } else {
            assert_int_equal(typed[i].n[0], 0);
        }
    }
    assert_true(n >= 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, score_db_set_up, score_db_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(figures_incidents__by_area_and_day_as_the_facts_have_them),
        TEST(figures_incidents__across_the_border_are_not_ours),
        TEST(figures_kinds__by_the_rules_of_the_facts),
        TEST(figures_work__equals_what_the_criteria_count),
        TEST(figures_units__that_ended_are_carried),
        TEST(figures_windows__overlap_as_they_like),
        TEST(figures_reports__due_and_in_time),
        TEST(figures_typed__stock_is_the_latest_and_flow_the_sum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
