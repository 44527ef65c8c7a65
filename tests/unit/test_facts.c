#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "score_db.h"
#include "sheet_file.h"
#include "tuquan/facts.h"

#define Q4 "ADMIN/2020-Q4" /* 15/09/2020 .. 14/12/2020 */

static void facts_incidents__fall_in_the_window_by_day_and_category(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 1, "assault", "2020-09-14"); /* the day before */
    score_db_incident(s, 1, "assault", "2020-09-15");
    score_db_incident(s, 1, "fraud", "2020-12-14");
    score_db_incident(s, 1, "fraud", "2020-12-15"); /* the day after */
    score_db_incident(s, 1, "theft", "2020-10-01");
    score_db_incident(s, 3, "theft", "2020-10-02");
    score_db_incident(s, 3, "property", "2020-10-03");
    score_db_incident(s, 3, "fire_explosion", "2020-10-04");
    score_db_incident(s, 4, "traffic_accident", "2020-10-05");
    score_db_incident(s, 4, "public_disorder", "2020-10-05");
    score_db_expect_n(s, Q4, "1.3", 2);
    score_db_expect_n(s, Q4, "3.4", 3);
    score_db_expect_n(s, Q4, "3.5", 1);
    score_db_expect_n(s, Q4, "4.3", 1);
    score_db_expect_n(s, "ADMIN/2020-Q3", "1.3", 1);
    score_db_expect_n(s, "ADMIN/2021-Q1", "1.3", 1);
}

static void facts_incidents__voided_reclassified_and_without_a_day(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_sql(s, "UPDATE incident SET voided_at = 1600000000000, void_reason = 'nhầm'");
    score_db_expect_n(s, Q4, "1.3", 0);
    score_db_incident(s, 3, "other", "2020-10-01");
    score_db_sql(s, "UPDATE incident SET reclassified = 1 WHERE category = 'other'");
    score_db_expect_n(s, Q4, "1.3", 1);
    score_db_sql(s, "UPDATE incident SET reclassified_category = 'theft' WHERE category = 'other'");
    score_db_expect_n(s, Q4, "1.3", 0);
    score_db_expect_n(s, Q4, "3.4", 1);
    /* Without a day of its own it counts on the day it was known; without an area by category. */
    score_db_sql(s,
            "INSERT INTO incident (unit, category, known_at) VALUES ('" SCORE_UNIT
            "', 'fire_explosion', %lld)",
            (long long)score_db_noon("2020-12-14"));
    score_db_expect_nd(s, Q4, "3.5", 1, 0);
    score_db_sql(s, "INSERT INTO incident (unit, category, occurred_on) VALUES ('" SCORE_UNIT
                    "', 'assault', '2020-11-01')");
    score_db_expect_n(s, Q4, "1.3", 1);
}

static void facts_incidents__unreconciled_marks_the_criterion(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_incident(s, 1, "assault", "2020-10-01");
    c = score_db_count(s, Q4);
    assert_false(score_db_at(s, &c, "1.3")->unreconciled);
    score_db_incident(s, 1, "assault", "2020-10-02");
    score_db_sql(s, "UPDATE incident SET reconciled = 0 WHERE occurred_on = '2020-10-02'");
    c = score_db_count(s, Q4);
    assert_true(score_db_at(s, &c, "1.3")->unreconciled);
    assert_false(score_db_at(s, &c, "3.4")->unreconciled);
}

/* By either day; voided ones are left out; what no criterion counts is there, too. */
static void facts_incidents__are_listed_with_who_counts_them(void **state)
{
    struct score_db *s = *state;
    const struct tq_incident_fact *list = NULL;
    const struct tq_sheet *sheet = NULL;
    struct tq_facts_period period;
    size_t seen[4] = { 0 };
    size_t n = 0;

    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_incident(s, 5, "other", "2020-10-02");
    score_db_incident(s, 1, "assault", "2020-12-15"); /* the day after */
    score_db_incident(s, 2, "gambling", "2020-08-01");
    score_db_sql(s, "UPDATE incident SET due_on = '2020-12-14' WHERE category = 'gambling'");
    score_db_incident(s, 3, "theft", "2020-10-03");
    score_db_sql(s,
            "UPDATE incident SET voided_at = 1600000000000, void_reason = 'nhầm' WHERE area = 3");
    score_db_sql(s, "UPDATE incident SET reconciled = 0 WHERE category = 'other'");
    assert_int_equal(tq_facts_period(s->db, s->arena, tq_slice_str(Q4), &period, NULL), TQ_OK);
    assert_int_equal(tq_facts_sheet(s->db, s->arena, tq_slice_str("5TQ@1"), &sheet, NULL), TQ_OK);
    assert_int_equal(tq_facts_incidents(s->db, s->arena, sheet, &period, tq_slice_str(SCORE_UNIT),
                             &list, &n, NULL),
            TQ_OK);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        seen[0] += tq_slice_equal(list[i].codes, tq_slice_str("1.3"));
        seen[1] += tq_slice_equal(list[i].codes, tq_slice_str("2.4"));
        seen[2] += list[i].codes.len == 0 && !list[i].reconciled;
        seen[3] += list[i].reconciled;
    }
    assert_int_equal(seen[0], 1);
    assert_int_equal(seen[1], 1);
    assert_int_equal(seen[2], 1);
    assert_int_equal(seen[3], 2);
}

static void facts_incidents__tt23_boundary_day_counts_in_both_years(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 1, "assault", "2020-11-30");
    score_db_expect_n(s, "COMMUNE/2020", "1.3", 1);
    score_db_expect_n(s, "COMMUNE/2021", "1.3", 1);
    score_db_expect_n(s, Q4, "1.3", 1);
    score_db_incident(s, 1, "assault", "2022-11-15");
    score_db_incident(s, 1, "assault", "2022-11-16");
    score_db_expect_n(s, "COMMUNE/2022", "1.3", 1);
}

/* Seen by both sides of the border, it is counted where it happened. In doubt that is here: what a
 * commune says of its own district's communes, or of units that nobody knows, takes nothing away, and
 * the district's word is first. */
static void facts_incidents__across_the_border_are_not_ours(void **state)
{
    static const struct {
        const char *set;
        int64_t n;
    } SAID[] = { { "across_unit = '02632@2004-01-01'", 0 }, { "counted_here = 1", 1 },
        { "counted_here = 0", 0 }, { "across_unit = '08773@2004-01-01'", 1 },
        { "across_unit = 'v9@2004-01-01'", 1 }, { "across_unit = '99999@2004-01-01'", 1 },
        { "across_unit = NULL", 1 } };
    struct score_db *s = *state;

    score_db_neighbours(s);
    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_expect_n(s, Q4, "1.3", 1);
    for (size_t i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++) {
        score_db_sql(s, "UPDATE incident SET %s", SAID[i].set);
        score_db_expect_n(s, Q4, "1.3", SAID[i].n);
    }
}

static void expect_place(struct score_db *s, const char *unit)
{
    struct tq_slice key = tq_slice_str("incident-of-test");
    struct tq_slice place;
    struct tq_error err = { TQ_OK, "" };

    assert_int_equal(
            tq_facts_place(s->db, s->arena, tq_slice_str(SCORE_UNIT), key, &place, &err), TQ_OK);
    assert_true(tq_slice_equal(place, tq_slice_str(unit)));
}

static void facts_place__is_where_it_counts(void **state)
{
    struct score_db *s = *state;

    score_db_neighbours(s);
    expect_place(s, ""); /* no such case */
    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_sql(s, "UPDATE incident SET id = CAST('incident-of-test' AS BLOB)");
    expect_place(s, SCORE_UNIT);
    score_db_sql(s, "UPDATE incident SET across_unit = '02632@2004-01-01'");
    expect_place(s, "02632@2004-01-01");
    score_db_sql(s, "UPDATE incident SET counted_here = 1");
    expect_place(s, SCORE_UNIT);
    score_db_sql(s, "UPDATE incident SET voided_at = 1");
    expect_place(s, "");
}

static void facts_golden_day__15_11_2026(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 1, "assault", "2026-11-15");
    score_db_expect_n(s, "ADMIN/2026-12", "1.3", 1);
    score_db_expect_n(s, "ADMIN/2026-11", "1.3", 0);
    score_db_expect_n(s, "VILLAGE/2027", "1.3", 1);
    score_db_expect_n(s, "VILLAGE/2026", "1.3", 0);
    score_db_expect_n(s, "COMMUNE/2026", "1.3", 1);
    score_db_expect_n(s, "COMMUNE/2027", "1.3", 0);
}

static void facts_band__needs_last_years_report_or_a_baseline(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_incident(s, 1, "assault", "2019-09-15");
    score_db_incident(s, 1, "assault", "2019-12-14");
    score_db_incident(s, 1, "assault", "2019-12-15");
    c = score_db_count(s, Q4);
    assert_false(score_db_at(s, &c, "1.3")->has_b); /* "chưa có số cùng kỳ" */
    score_db_report(s, "quarter", "ADMIN/2019-Q4", "2019-12-16");
    c = score_db_count(s, Q4);
    assert_true(score_db_at(s, &c, "1.3")->has_b);
    assert_int_equal(score_db_at(s, &c, "1.3")->b, 2);
    assert_true(score_db_at(s, &c, "3.4")->has_b);
    assert_int_equal(score_db_at(s, &c, "3.4")->b, 0); /* confirmed: none */
    score_db_sql(s, "INSERT INTO baseline (unit, period, code, value) VALUES ('" SCORE_UNIT
                    "', '" Q4 "', '1.3', 7)");
    c = score_db_count(s, Q4);
    assert_int_equal(score_db_at(s, &c, "1.3")->b, 2); /* a baseline without its document is none */
    score_db_sql(s, "UPDATE baseline SET document_no = '12/BC'");
    c = score_db_count(s, Q4);
    assert_int_equal(score_db_at(s, &c, "1.3")->b, 7);
}

/* What a year of rows takes is given back: seventeen communes are counted in one arena. */
static void facts_unit__keeps_no_rows(void **state)
{
    struct score_db *s = *state;
    struct tq_arena *arena = tq_arena_new((size_t)256 << 10);
    struct tq_facts_period period;
    struct tq_contender c;
    struct tq_error err;

    score_db_sql(s,
            "WITH RECURSIVE i (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 20000)"
            " INSERT INTO incident (id, unit, area, category, occurred_on) SELECT"
            " CAST(printf('%%016d', x) AS BLOB), '" SCORE_UNIT
            "', 1, 'assault', '2020-10-01' FROM i");
    tq_error_clear(&err);
    assert_int_equal(tq_facts_period(s->db, arena, tq_slice_str(Q4), &period, &err), TQ_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(tq_facts_unit(s->db, arena, s->sheet, &period, tq_slice_str(SCORE_UNIT),
                                 SCORE_NOW, &c, &err),
                TQ_OK);
    assert_int_equal(score_db_at(s, &c, "1.3")->n, 20000);
    tq_arena_free(arena);
}

static void facts_traffic__deaths_reach_the_cap(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_incident(s, 4, "traffic_accident", "2020-10-05");
    score_db_sql(s, "UPDATE incident SET deaths = 1");
    c = score_db_count(s, Q4);
    assert_int_equal(score_db_at(s, &c, "4.3")->x, 1);
}

static void facts_fire__casualty_or_not_contained_is_grave(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_incident(s, 3, "fire_explosion", "2020-10-05");
    score_db_sql(s, "UPDATE incident SET contained_locally = 1");
    c = score_db_count(s, Q4);
    assert_int_equal(score_db_at(s, &c, "3.5")->x, 0);
    score_db_sql(s, "UPDATE incident SET injured = 1");
    c = score_db_count(s, Q4);
    assert_int_equal(score_db_at(s, &c, "3.5")->x, 1);
    score_db_sql(s, "UPDATE incident SET injured = 0, contained_locally = 0");
    c = score_db_count(s, Q4);
    assert_int_equal(score_db_at(s, &c, "3.5")->x, 1);
}

static void facts_incidents__fall_in_a_window_by_either_day(void **state)
{
    struct score_db *s = *state;
    struct tq_facts_period q4;
    struct tq_error err = { TQ_OK, "" };
    struct tq_value none = tq_value_null();
    struct tq_value in = tq_value_str("2020-12-14");
    struct tq_value out = tq_value_str("2020-12-15");
    struct tq_value known = tq_value_int(score_db_noon("2020-09-15"));
    struct tq_value later = tq_value_int(score_db_noon("2020-12-15"));

    assert_int_equal(tq_facts_period(s->db, s->arena, tq_slice_str(Q4), &q4, &err), TQ_OK);
#define FALLS(on, known_at, due)                                                                   \
    tq_facts_incident_falls(tq_facts_incident_days(&(on), &(known_at), &(due)), q4.window)
    assert_true(FALLS(in, later, none));
    assert_false(FALLS(out, known, none)); /* known does not count where a day was given */
    assert_true(FALLS(none, known, none));
    assert_false(FALLS(none, later, none));
    assert_true(FALLS(out, later, in)); /* 2.4 counts by the deadline */
    assert_false(FALLS(none, none, none));
#undef FALLS
}

static void facts_deadlines__by_due_day(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 2, "gambling", "2020-08-01");
    score_db_sql(s, "UPDATE incident SET due_on = '2020-09-15', closed_on = '2020-09-15'");
    score_db_expect_nd(s, Q4, "2.4", 1, 1);
    score_db_sql(s, "UPDATE incident SET closed_on = '2020-09-16'");
    score_db_expect_nd(s, Q4, "2.4", 0, 1);
    score_db_sql(s, "UPDATE incident SET closed_on = NULL, due_on = '2020-12-15'");
    score_db_expect_nd(s, Q4, "2.4", 0, 0);
}

static void facts_patrols__planned_floor_and_cancelled(void **state)
{
    struct score_db *s = *state;

    score_db_activity(s, "patrol", "2020-10-01", "2020-10-01", "done");
    score_db_activity(s, "joint_patrol", "2020-10-02", "2020-12-15", "done"); /* held too late */
    score_db_activity(s, "patrol", "2020-10-03", "", "cancelled");
    score_db_activity(s, "patrol", "2020-09-14", "2020-09-15", "done"); /* planned before */
    score_db_activity(s, "outreach", "2020-10-03", "2020-10-03", "done");
    score_db_expect_nd(s, Q4, "1.2", 2, 3);
    score_db_model(s, "v1", "2019-05-01", "running");
    score_db_expect_nd(s, Q4, "1.2", 2, 12);
    score_db_model(s, "v1", "2019-06-01", "running"); /* the same village twice is one */
    score_db_expect_nd(s, Q4, "1.2", 2, 12);
    score_db_model(s, "v2", "2020-11-14", "running"); /* runs on 14/11 and 14/12 */
    score_db_expect_nd(s, Q4, "1.2", 2, 20);
    score_db_sql(s, "UPDATE model SET launched_on = '2020-11-15' WHERE village LIKE 'v2%%'");
    score_db_expect_nd(s, Q4, "1.2", 2, 16);
    score_db_sql(s, "UPDATE model SET state = 'ended', ended_on = '2020-12-14'"
                    " WHERE village LIKE 'v2%%'");
    score_db_expect_nd(s, Q4, "1.2", 2, 12);
    score_db_sql(s, "UPDATE model SET state = 'ended' WHERE village LIKE 'v1%%'"); /* no day */
    score_db_expect_nd(s, Q4, "1.2", 2, 12);
    score_db_sql(s, "UPDATE model SET state = 'running', paused_on = '2020-11-01'"
                    " WHERE village LIKE 'v1%%'"); /* taken back */
    score_db_expect_nd(s, Q4, "1.2", 2, 12);
    score_db_sql(s, "UPDATE model SET state = 'paused' WHERE village LIKE 'v1%%'");
    score_db_expect_nd(s, Q4, "1.2", 2, 4);
    score_db_sql(s, "UPDATE model SET state = 'running', paused_on = NULL"
                    " WHERE village LIKE 'v1%%'");
    score_db_expect_nd(s, Q4, "2.1", 1, 3); /* floor: one a month for the commune */
    score_db_expect_nd(s, Q4, "3.2", 0, 3);
    score_db_expect_nd(s, "COMMUNE/2020", "2.1", 1, 12);
}

static void facts_tips__within_24_hours(void **state)
{
    struct score_db *s = *state;
    long long received = (long long)score_db_noon("2020-10-01");
    static const long long after[] = { 24 * 3600000, 24 * 3600000 + 1, 5 };

    for (size_t i = 0; i < 3; i++)
        score_db_sql(s,
                "INSERT INTO tip (unit, received_at, passed_at) VALUES ('" SCORE_UNIT
                "', %lld, %lld)",
                received, received + after[i]);
    score_db_sql(
            s, "INSERT INTO tip (unit, received_at) VALUES ('" SCORE_UNIT "', %lld)", received);
    score_db_expect_nd(s, Q4, "1.4", 2, 4);
    score_db_sql(s, "UPDATE tip SET solved = 1");
    score_db_expect_n(s, Q4, "B4", 0); /* the district confirms */
    score_db_sql(s, "UPDATE tip SET solved_confirmed = 1 WHERE passed_at IS NULL");
    score_db_expect_n(s, Q4, "B4", 1);
}

static void facts_hotspots__new_and_standing_over_30_days(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s, "INSERT INTO hotspot (unit, arisen_on, ended_on) VALUES"
                    " ('" SCORE_UNIT "', '2020-11-14', NULL)," /* 30 days at the end: not over */
                    " ('" SCORE_UNIT "', '2020-11-13', NULL)," /* 31 */
                    " ('" SCORE_UNIT "', '2020-01-01', '2020-12-14')," /* closed on the last day */
                    " ('" SCORE_UNIT "', '2020-01-01', '2020-12-15')");
    score_db_expect_nd(s, Q4, "2.2", 2, 2);
}

static void facts_encroachments__cleared_by_the_end(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s, "INSERT INTO encroachment (unit, found_on, cleared_on) VALUES"
                    " ('" SCORE_UNIT "', '2020-09-15', '2020-12-14'),"
                    " ('" SCORE_UNIT "', '2020-09-16', '2020-12-15'),"
                    " ('" SCORE_UNIT "', '2020-09-14', '2020-10-01'),"
                    " ('" SCORE_UNIT "', '2020-12-14', NULL)");
    score_db_expect_nd(s, Q4, "4.2", 1, 3);
}

static void facts_mediation__accepted_and_settled_of_those_held(void **state)
{
    struct score_db *s = *state;

    score_db_activity(s, "mediation", "2020-09-20", "2020-09-21", "done");
    score_db_sql(s, "UPDATE activity SET accepted = 6, settled = 5");
    score_db_activity(s, "mediation", "2020-09-20", "2020-12-15", "done");
    score_db_sql(s, "UPDATE activity SET accepted = 9, settled = 9 WHERE accepted IS NULL");
    score_db_expect_nd(s, Q4, "4.4", 5, 6);
}

static void facts_groups__trained_in_the_commune_year(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s,
            "INSERT INTO self_mgmt_group (unit, founded_on, trained_on, dissolved_on, state) VALUES"
            " ('" SCORE_UNIT "', '2019-01-01', '2019-11-30', NULL, 'active'),"
            " ('" SCORE_UNIT "', '2019-01-01', '2019-11-29', NULL, 'active'),"
            " ('" SCORE_UNIT "', NULL, '2020-11-30', NULL, 'active'),"
            " ('" SCORE_UNIT "', NULL, '2020-05-01', '2020-12-14', 'dissolved'),"
            " ('" SCORE_UNIT "', '2020-12-15', '2020-05-01', NULL, 'active')");
    score_db_expect_nd(s, Q4, "3.3", 2, 3);
    /* A state alone has no day that it could count from: locked periods stay as they are. */
    score_db_sql(s, "UPDATE self_mgmt_group SET state = 'dissolved' WHERE dissolved_on IS NULL");
    score_db_expect_nd(s, Q4, "3.3", 2, 3);
    score_db_sql(s, "UPDATE self_mgmt_group SET state = 'active' WHERE dissolved_on IS NULL");
    score_db_expect_nd(
            s, "ADMIN/2020-Q1", "3.3", 1, 4); /* what was trained later does not count yet */
}

static void facts_returns__flow_sums_stock_takes_the_latest_confirmed(void **state)
{
    struct score_db *s = *state;

    score_db_figure(s, "v1", "2020-10", "contacts_due", 4, "confirmed");
    score_db_figure(s, "v1", "2020-11", "contacts_due", 5, "confirmed");
    score_db_figure(s, "v1", "2020-12", "contacts_due", 6, "draft");
    score_db_figure(s, "v2", "2020-09", "contacts_due", 9, "confirmed"); /* ends 14/09: before */
    score_db_figure(s, "v2", "2020-12", "contacts_due", 1, "confirmed");
    score_db_figure(s, "v2", "2020-12", "contacts_done", 1, "confirmed");
    score_db_expect_nd(s, Q4, "5.2", 1, 10);
    score_db_figure(s, "v1", "2020-10", "households_signed", 100, "confirmed");
    score_db_figure(s, "v1", "2020-11", "households_signed", 150, "confirmed");
    score_db_figure(s, "v1", "2020-12", "households_signed", 170, "draft");
    score_db_expect_nd(s, Q4, "1.1", 150, 430);
    score_db_figure(s, "v2", "2020-10", "households_signed", 20, "confirmed");
    score_db_expect_nd(s, Q4, "1.1", 170, 430);
}

static void facts_households__newest_profile_of_villages_valid_at_the_end(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s, "INSERT INTO village_profile (village, as_of, unit, households) VALUES"
                    " ('v1@2004-01-01', '2020-12-14', '" SCORE_UNIT "', 210),"
                    " ('v1@2004-01-01', '2020-12-15', '" SCORE_UNIT "', 300)");
    score_db_expect_nd(s, Q4, "1.1", 0, 440);
    score_db_sql(s, "UPDATE unit SET valid_to = '2020-12-13' WHERE unit LIKE 'v2%%'");
    score_db_expect_nd(s, Q4, "1.1", 0, 210);
    score_db_sql(s, "UPDATE unit SET valid_to = '2020-12-14' WHERE unit LIKE 'v2%%'");
    score_db_expect_nd(s, Q4, "1.1", 0, 440);
}

static void facts_coverage__villages_indicators_months(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c = score_db_count(s, Q4);

    assert_int_equal(c.returns_due, 2 * 11 * 3);
    assert_int_equal(c.returns_confirmed, 0);
    assert_false(c.submitted);
    score_db_figure(s, "v1", "2020-10", "contacts_due", 4, "confirmed");
    score_db_figure(s, "v1", "2020-11", "contacts_due", 4, "draft");
    score_db_figure(s, "v1", "2020-09", "contacts_due", 4, "confirmed");
    score_db_sql(s, "INSERT INTO report (unit, type, period, state) VALUES ('" SCORE_UNIT
                    "', 'quarter', '" Q4 "', 'draft')");
    c = score_db_count(s, Q4);
    assert_int_equal(c.returns_confirmed, 1);
    assert_false(c.submitted);
    score_db_sql(s, "UPDATE report SET submitted_at = 1608000000000, received_at = 1608000000000,"
                    " state = 'sent'");
    c = score_db_count(s, Q4);
    assert_true(c.submitted);
    score_db_sql(s, "UPDATE report SET voided_at = 1608000000000, void_reason = 'x'");
    c = score_db_count(s, Q4);
    assert_false(c.submitted);
}

static void facts_returns__leaving_a_bad_village_out_never_gains(void **state)
{
    struct score_db *s = *state;
    static const char *const codes[] = { "1.1", "3.1", "4.1" };
    static const char *const figures[] = { "households_signed", "households_fire_equipped",
        "households_traffic_signed" };
    uint64_t seed = 17;

    for (int round = 0; round < 40; round++) {
        struct tq_contender all;
        struct tq_contender fewer;

        score_db_sql(s, "DELETE FROM village_return");
        for (size_t i = 0; i < 3; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            score_db_figure(s, "v1", "2020-12", figures[i], (int)(seed >> 33) % 200, "confirmed");
            score_db_figure(s, "v2", "2020-12", figures[i], (int)(seed >> 50) % 230, "confirmed");
        }
        all = score_db_count(s, Q4);
        score_db_sql(s, "UPDATE village_return SET state = 'draft' WHERE village LIKE 'v2%%'");
        fewer = score_db_count(s, Q4);
        for (size_t i = 0; i < 3; i++) {
            size_t k = sheet_file_index(s->sheet, codes[i]);

            if (tq_score_criterion(&s->sheet->criteria[k], &fewer.counts[k]).points_c >
                    tq_score_criterion(&s->sheet->criteria[k], &all.counts[k]).points_c)
                fail_msg("round %d: %s gains", round, codes[i]);
        }
    }
}

static void facts_reports__late_and_missing(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    /* Due in Q4 (five days after the window): 2020-09, 2020-Q3, 2020-10, 2020-11. */
    score_db_report(s, "month", "ADMIN/2020-09", "2020-09-19");   /* the last day */
    score_db_report(s, "quarter", "ADMIN/2020-Q3", "2020-09-22"); /* 3 days late */
    score_db_report(s, "month", "ADMIN/2020-10", "2020-10-23");   /* 4 days late */
    c = score_db_count(s, Q4);
    assert_int_equal(c.reports_due, 4);
    assert_int_equal(c.reports_in_time, 1);
    score_db_expect_nd(s, Q4, "P1", 1, 2); /* short: one; long or missing: two */
    score_db_sql(s, "UPDATE period SET grace_days = 1");
    score_db_expect_nd(s, Q4, "P1", 2, 1);
    /* An officer forgives; a stamp from before the grace does not take it back. */
    score_db_sql(s, "UPDATE report SET late_days = 4 WHERE period = 'ADMIN/2020-10'");
    score_db_expect_nd(s, Q4, "P1", 2, 1);
    score_db_sql(s, "UPDATE report SET late_days = 0 WHERE period = 'ADMIN/2020-10'");
    score_db_expect_nd(s, Q4, "P1", 1, 1);
}

/* In parts, it came with the last one: until then the clerk's own stamp says nothing here. */
static void facts_reports__come_when_the_district_stamps_them(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_report(s, "quarter", Q4, "2020-12-16");
    score_db_report(s, "month", "ADMIN/2020-09", "2020-09-16");
    score_db_report(s, "quarter", "ADMIN/2019-Q4", "2019-12-16");
    c = score_db_count(s, Q4);
    assert_true(c.submitted);
    assert_int_equal(c.reports_in_time, 1);
    assert_true(score_db_at(s, &c, "1.3")->has_b);
    score_db_sql(s, "UPDATE report SET received_at = NULL");
    c = score_db_count(s, Q4);
    assert_false(c.submitted);
    assert_int_equal(c.reports_in_time, 0);
    assert_false(score_db_at(s, &c, "1.3")->has_b);
}

static void facts_reports__taken_back_to_a_draft_have_not_come(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_report(s, "quarter", Q4, "2020-12-16");
    score_db_report(s, "month", "ADMIN/2020-09", "2020-09-16");
    score_db_report(s, "quarter", "ADMIN/2019-Q4", "2019-12-16");
    score_db_sql(s, "UPDATE report SET receipt_state = 'verified'");
    c = score_db_count(s, Q4);
    assert_true(c.submitted);
    score_db_sql(s, "UPDATE report SET state = 'approved'");
    c = score_db_count(s, Q4);
    assert_false(c.submitted);
    assert_int_equal(c.reports_in_time, 0);
    assert_false(score_db_at(s, &c, "1.3")->has_b);
}

static void facts_office__goes_by_its_own_stamp_until_it_has_the_districts(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_sql(s,
            "INSERT INTO report (unit, type, period, submitted_at, state) VALUES"
            " ('" SCORE_UNIT "', 'quarter', '" Q4 "', %lld, 'sent'),"
            " ('" SCORE_UNIT "', 'month', 'ADMIN/2020-09', %lld, 'sent')",
            (long long)score_db_noon("2020-12-16"), (long long)score_db_noon("2020-09-16"));
    c = score_db_count(s, Q4);
    assert_true(c.submitted);
    assert_int_equal(c.reports_in_time, 1);
    score_db_sql(s, "UPDATE report SET received_at = %lld", (long long)score_db_noon("2020-12-25"));
    c = score_db_count(s, Q4);
    assert_int_equal(c.reports_in_time, 0);
}

static void facts_verified__stands_instead_of_the_machine(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_sql(s, "INSERT INTO verified_score (unit, period, sheet, criterion, points_c,"
                    " applicable) VALUES"
                    " ('" SCORE_UNIT "', '" Q4 "', '5TQ@1', '5TQ@1/1.1', 321, 'yes'),"
                    " ('" SCORE_UNIT "', '" Q4 "', '5TQ@1', '5TQ@1/2.4', NULL, 'no')");
    score_db_sql(s, "INSERT INTO self_score (unit, period, sheet, criterion, points_c) VALUES"
                    " ('" SCORE_UNIT "', '" Q4 "', '5TQ@1', '5TQ@1/1.2', 700)");
    c = score_db_count(s, Q4);
    assert_true(score_db_at(s, &c, "1.1")->verified);
    assert_int_equal(score_db_at(s, &c, "1.1")->verified_c, 321);
    assert_true(score_db_at(s, &c, "2.4")->verified_absent);
    assert_false(score_db_at(s, &c, "1.2")->verified); /* never the self score */
}

static void facts_units__other_communes_rows_do_not_count(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_sql(s, "UPDATE incident SET unit = '08770@2004-01-01'");
    score_db_expect_n(s, Q4, "1.3", 0);
}

/* The preview: the same function on the office's own rows; rows sent back stay out of it. */
static void facts_office__counts_its_own_rows_without_those_sent_back(void **state)
{
    struct score_db *s = *state;

    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_incident(s, 1, "assault", "2020-10-02");
    score_db_figure(s, "v1", "2020-12", "households_signed", 150, "confirmed");
    score_db_expect_n(s, Q4, "1.3", 2);
    score_db_expect_nd(s, Q4, "1.1", 150, 430);
    score_db_sql(s,
            "INSERT INTO tq_returned (tbl, key, reason, \"column\", detail, place, at_ms)"
            " SELECT 28, id, 6, 0, '', 0, 0 FROM incident WHERE occurred_on = '2020-10-02'");
    score_db_expect_n(s, Q4, "1.3", 1);
    score_db_sql(s, "INSERT INTO tq_returned (tbl, key, reason, \"column\", detail, place, at_ms) "
                    "VALUES (26,"
                    " CAST('v1@2004-01-01' || char(31) || 'ADMIN/2020-12' || char(31)"
                    " || 'households_signed@1' AS BLOB), 6, 0, '', 0, 0)");
    score_db_expect_nd(s, Q4, "1.1", 0, 430);
}

static void facts_sheet__from_rows_is_the_file(void **state)
{
    struct score_db *s = *state;
    const struct tq_sheet *file = sheet_file_5tq(s->arena);
    struct tq_contender none = { .unit = tq_slice_str("x") };
    uint8_t a[TQ_HASH_BYTES];
    uint8_t b[TQ_HASH_BYTES];
    struct tq_changes changes;
    struct tq_error err;

    none.counts = tq_arena_array(s->arena, file->ncriteria, sizeof(struct tq_count));
    tq_ranking_hash_unit(a, file, tq_slice_str(Q4), &none);
    tq_ranking_hash_unit(b, s->sheet, tq_slice_str(Q4), &none);
    assert_memory_equal(a, b, sizeof(a));
    /* What is published never changes. */
    assert_int_equal(tq_sheet_import(s->db, s->arena, score_db_file(s, "5TQ-v1.csv"), true,
                             SCORE_NOW, tq_slice_str(""), &changes, &err),
            TQ_IMMUTABLE);
    assert_int_equal(tq_sheet_publish(s->db, s->arena, tq_slice_str("5TQ@1"), SCORE_NOW,
                             tq_slice_str(""), &changes, &err),
            TQ_IMMUTABLE);
}

static void facts_period__row_goes_before_the_calendar(void **state)
{
    struct score_db *s = *state;
    struct tq_facts_period period;
    struct tq_error err;

    score_db_sql(s, "UPDATE period SET ends_on = '2020-12-20' WHERE period = '" Q4 "'");
    assert_int_equal(tq_facts_period(s->db, s->arena, tq_slice_str(Q4), &period, &err), TQ_OK);
    assert_true(period.stored);
    assert_int_equal(period.window.last, tq_day_make(2020, 12, 20));
    assert_true(tq_slice_equal(period.last_year, tq_slice_str("ADMIN/2019-Q4")));
    assert_int_equal(
            tq_facts_period(s->db, s->arena, tq_slice_str("ADMIN/2030-Q1"), &period, &err), TQ_OK);
    assert_false(period.stored);
    assert_int_equal(
            tq_facts_period(s->db, s->arena, tq_slice_str("ADMIN/x"), &period, &err), TQ_NOT_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, score_db_set_up, score_db_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(facts_incidents__fall_in_the_window_by_day_and_category),
        CASE(facts_incidents__voided_reclassified_and_without_a_day),
        CASE(facts_incidents__unreconciled_marks_the_criterion),
        CASE(facts_incidents__are_listed_with_who_counts_them),
        CASE(facts_incidents__tt23_boundary_day_counts_in_both_years),
        CASE(facts_incidents__across_the_border_are_not_ours),
        CASE(facts_place__is_where_it_counts),
        CASE(facts_golden_day__15_11_2026),
        CASE(facts_band__needs_last_years_report_or_a_baseline),
        CASE(facts_unit__keeps_no_rows),
        CASE(facts_traffic__deaths_reach_the_cap),
        CASE(facts_fire__casualty_or_not_contained_is_grave),
        CASE(facts_incidents__fall_in_a_window_by_either_day),
        CASE(facts_deadlines__by_due_day),
        CASE(facts_patrols__planned_floor_and_cancelled),
        CASE(facts_tips__within_24_hours),
        CASE(facts_hotspots__new_and_standing_over_30_days),
        CASE(facts_encroachments__cleared_by_the_end),
        CASE(facts_mediation__accepted_and_settled_of_those_held),
        CASE(facts_groups__trained_in_the_commune_year),
        CASE(facts_returns__flow_sums_stock_takes_the_latest_confirmed),
        CASE(facts_households__newest_profile_of_villages_valid_at_the_end),
        CASE(facts_coverage__villages_indicators_months),
        CASE(facts_returns__leaving_a_bad_village_out_never_gains),
        CASE(facts_reports__late_and_missing),
        CASE(facts_reports__come_when_the_district_stamps_them),
        CASE(facts_reports__taken_back_to_a_draft_have_not_come),
        CASE(facts_verified__stands_instead_of_the_machine),
        CASE(facts_units__other_communes_rows_do_not_count),
        cmocka_unit_test_setup_teardown(
                facts_office__goes_by_its_own_stamp_until_it_has_the_districts,
                score_db_set_up_office, score_db_tear_down),
        cmocka_unit_test_setup_teardown(facts_office__counts_its_own_rows_without_those_sent_back,
                score_db_set_up_office, score_db_tear_down),
        CASE(facts_sheet__from_rows_is_the_file),
        CASE(facts_period__row_goes_before_the_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
