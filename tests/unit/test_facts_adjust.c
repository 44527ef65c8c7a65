/* What is added to, taken from or held down beside the criteria: bonuses, penalties, caps. */
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

static void facts_incidents__reported_after_five_days_is_p4(void **state)
{
    struct score_db *s = *state;

    for (int days = 4; days <= 7; days++) {
        long long known = (long long)score_db_noon("2020-10-01");

        score_db_incident(s, 1, "assault", "2020-10-01");
        score_db_sql(s,
                "UPDATE incident SET known_at = %lld, reported_at = %lld WHERE known_at IS NULL",
                known, known + (long long)days * 86400000 - 11 * 3600000);
    }
    score_db_expect_n(s, Q4, "P4", 2); /* civil days: 6 and 7 are more than 5 */
    score_db_incident(s, 1, "assault", "2020-10-01");
    score_db_expect_n(s, Q4, "P4", 2); /* half-filled by the clerk */
    score_db_sql(s, "UPDATE incident SET found_by_other = 1 WHERE reported_at IS NULL");
    score_db_expect_n(s, Q4, "P4", 3);
}

static void facts_start__launch_registration_covenant_in_q1(void **state)
{
    struct score_db *s = *state;

    score_db_expect_n(s, "ADMIN/2020-Q1", "P5", 3);
    score_db_expect_n(s, "COMMUNE/2020", "P5", 3);
    score_db_expect_n(s, Q4, "P5", 0);
    score_db_sql(s, "INSERT INTO emulation_launch (unit, year, registered_on, launched_on) VALUES"
                    " ('" SCORE_UNIT "', 2020, '2020-03-14', '2020-03-15')");
    score_db_expect_n(s, "ADMIN/2020-Q1", "P5", 2);
    score_db_sql(s, "UPDATE emulation_launch SET launched_on = '2020-01-05'");
    score_db_sql(s, "INSERT INTO covenant (village, adopted_on, unit, state) VALUES"
                    " ('v1@2004-01-01', '2019-05-01', '" SCORE_UNIT "', 'draft')");
    score_db_expect_n(s, "ADMIN/2020-Q1", "P5", 1); /* a draft is no covenant */
    score_db_sql(s, "UPDATE covenant SET state = 'adopted'");
    score_db_expect_n(s, "ADMIN/2020-Q1", "P5", 0);
    score_db_expect_n(s, "ADMIN/2021-Q1", "P5", 2);
}

static void facts_border__minutes_of_both_sides(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s, "INSERT INTO border_meeting (unit, held_on, signed_on) VALUES ('" SCORE_UNIT
                    "', '2020-10-10', '2020-10-10')");
    score_db_expect_n(s, Q4, "B3", 0);
    score_db_sql(s, "UPDATE border_meeting SET partner_signed_on = '2020-10-12'");
    score_db_expect_n(s, Q4, "B3", 0); /* signed by both, but nothing says which minutes */
    score_db_sql(s, "UPDATE border_meeting SET minutes_no = '01/BB'");
    score_db_expect_n(s, Q4, "B3", 1);
    score_db_sql(s, "INSERT INTO joint_patrol (unit, held_on, signed_on, partner_signed_on,"
                    " minutes_hash) VALUES"
                    " ('" SCORE_UNIT "', '2020-12-15', '2020-12-15', '2020-12-15', zeroblob(32))");
    score_db_expect_n(s, Q4, "B3", 1);
    score_db_expect_n(s, "COMMUNE/2021", "B3", 1);
}

static void facts_adjustments__accepted_ones_only(void **state)
{
    struct score_db *s = *state;
    struct tq_contender c;

    score_db_sql(s, "INSERT INTO adjustment (unit, period, code, points_c, decided_c, state,"
                    " fact_on) VALUES"
                    " ('" SCORE_UNIT "', '" Q4 "', 'B2', 100, 50, 'accepted', '2020-10-01'),"
                    " ('" SCORE_UNIT "', '" Q4 "', 'B2', 100, NULL, 'proposed', '2020-10-01'),"
                    " ('" SCORE_UNIT "', '" Q4 "', 'P3', -50, NULL, 'accepted', '2020-10-01')");
    c = score_db_count(s, Q4);
    assert_int_equal(score_db_at(s, &c, "B2")->x, 50);
    assert_int_equal(score_db_at(s, &c, "P3")->x, 50);
    c = score_db_count(s, "COMMUNE/2020");
    assert_int_equal(score_db_at(s, &c, "B2")->x, 50);
    c = score_db_count(s, "ADMIN/2020-Q3");
    assert_int_equal(score_db_at(s, &c, "B2")->x, 0);
}

static void facts_corrections__after_lock_are_p2(void **state)
{
    struct score_db *s = *state;

    score_db_sql(s,
            "INSERT INTO correction_request (id, unit, written_at, state) VALUES"
            " (randomblob(16), '" SCORE_UNIT "', %lld, 'applied'),"
            " (randomblob(16), '" SCORE_UNIT "', %lld, 'refused')",
            (long long)score_db_noon("2020-10-10"), (long long)score_db_noon("2020-10-10"));
    score_db_sql(s, /* asked for by the neighbour */
            "INSERT INTO correction_request (id, unit, device, written_at, state) VALUES"
            " (randomblob(16), '" SCORE_UNIT "', 0, %lld, 'granted')",
            (long long)score_db_noon("2020-10-10"));
    score_db_expect_n(s, Q4, "P2", 1);
    score_db_expect_n(s, "ADMIN/2020-Q3", "P2", 0);
    for (int i = 0; i < 4; i++) /* two cells of one row; another decision; another row */
        score_db_sql(s,
                "INSERT INTO correction_request (id, unit, table_name, row_key, cell, decision,"
                " written_at, state) VALUES (randomblob(16), '" SCORE_UNIT
                "', 'incident', x'0%d', '%d', '%d/CV', %lld, 'granted')",
                i / 3, i, i == 2, (long long)score_db_noon("2020-10-11"));
    score_db_expect_n(s, Q4, "P2", 4);
}

static void facts_caps__rows_models_and_recognition(void **state)
{
    struct score_db *s = *state;

    for (int i = 1; i <= 6; i++) {
        char code[3] = { 'D', (char)('0' + i), '\0' };

        if (i == 3 || i == 4)
            continue;
        score_db_expect_n(s, Q4, code, 0);
        score_db_sql(s,
                "INSERT INTO grade_cap (unit, period, code) VALUES ('" SCORE_UNIT "', '" Q4
                "', '%s')",
                code);
        score_db_expect_n(s, Q4, code, 1);
        score_db_expect_n(s, "ADMIN/2020-Q3", code, 0);
    }
    score_db_expect_n(s, "COMMUNE/2020", "D4", 1); /* no working model */
    score_db_expect_n(s, "COMMUNE/2020", "D3", 1); /* nothing registered */
    score_db_model(s, "v1", "2019-05-01", "running");
    score_db_expect_n(s, "COMMUNE/2020", "D4", 0);
    score_db_sql(s, "INSERT INTO recognition (unit, year, villages_total, villages_registered,"
                    " villages_recognised) VALUES ('" SCORE_UNIT "', 2020, 2, 2, 1)");
    score_db_expect_n(s, "COMMUNE/2020", "D3", 1); /* 50 % */
    score_db_sql(s, "UPDATE recognition SET villages_recognised = 2");
    score_db_expect_n(s, "COMMUNE/2020", "D3", 1); /* the commune's own word */
    score_db_sql(s, "UPDATE recognition SET state = 'assessed', result = 'met'");
    score_db_expect_n(s, "COMMUNE/2020", "D3", 1); /* not decided yet */
    score_db_sql(s, "UPDATE recognition SET state = 'decided', result = 'not_met'");
    score_db_expect_n(s, "COMMUNE/2020", "D3", 1);
    score_db_sql(s, "UPDATE recognition SET result = 'met'");
    score_db_expect_n(s, "COMMUNE/2020", "D3", 0);
    score_db_sql(s, "UPDATE recognition SET villages_recognised = 1");
    score_db_expect_n(s, "COMMUNE/2020", "D3", 1);
    score_db_sql(s, "UPDATE recognition SET villages_recognised = 2");
    score_db_sql(s, "UPDATE recognition SET villages_registered = 1");
    score_db_expect_n(s, "COMMUNE/2020", "D3", 1);
}

static void facts_caps__model_under_nine_months_is_d6(void **state)
{
    struct score_db *s = *state;

    score_db_expect_n(s, Q4, "D6", 0); /* no model at all is another matter */
    score_db_model(s, "v1", "2020-11-09", "running");
    score_db_expect_n(s, Q4, "D6", 1);
    score_db_sql(s, "UPDATE model SET launched_on = '2020-03-14'"); /* nine months to the day */
    score_db_expect_n(s, Q4, "D6", 0);
    score_db_sql(s, "UPDATE model SET launched_on = '2020-03-15'");
    score_db_expect_n(s, Q4, "D6", 1);
    score_db_model(s, "v2", "2019-01-01", "running"); /* the oldest counts */
    score_db_expect_n(s, Q4, "D6", 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, score_db_set_up, score_db_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(facts_incidents__reported_after_five_days_is_p4),
        CASE(facts_start__launch_registration_covenant_in_q1),
        CASE(facts_border__minutes_of_both_sides),
        CASE(facts_adjustments__accepted_ones_only),
        CASE(facts_corrections__after_lock_are_p2),
        CASE(facts_caps__rows_models_and_recognition),
        CASE(facts_caps__model_under_nine_months_is_d6),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
