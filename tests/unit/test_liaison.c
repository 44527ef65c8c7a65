#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tuquan/liaison.h"
#include "tuquan/mem.h"

#define DAY "2020-11-20"

static const char TEXT[] =
        "# dữ liệu mẫu\n"
        "number = 05/QCPH-SL-SD\n"
        "signed_on = 2020-10-01\n"
        "from = 2020-10-15\r\n"
        "to = 2021-10-14\n"
        "side_a = Huyện Sông Lô\n"
        "side_b = Huyện Sơn Dương\n"
        "communes_a = 08779@2004-01-01, 08773@2004-01-01\n"
        "communes_b = 02632@2004-01-01\n"
        "categories = theft, traffic_accident\n"
        "\n"
        "article_3 = border_notice: label, category, issued_on, body, reply_due\n"
        "article_4 = border_notice: acknowledged_at, answer\n"
        "article_5 = border_meeting: held_on, place, signed_on, partner_signed_on\n";

struct fixture {
    struct tq_arena *arena;
    struct tq_agreement agreement;
    const struct tq_table *notice;
    struct tq_value row[TQ_MAX_COLUMNS];
};

static void set(struct fixture *f, const char *column, struct tq_value value)
{
    int at = tq_table_column_find(f->notice, column);

    assert_true(at >= 0);
    f->row[at] = value;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->arena = tq_arena_new(1 << 20);
    assert_non_null(f->arena);
    assert_int_equal(tq_agreement_read(&f->agreement, tq_slice_str(TEXT), f->arena, NULL), TQ_OK);
    f->notice = tq_catalogue_find(tq_catalogue_current(), "border_notice");
    for (size_t i = 0; i < f->notice->ncolumns; i++)
        f->row[i] = f->notice->columns[i].fallback;
    set(f, "id", tq_value_blob(tq_slice_str("0123456789abcdef")));
    set(f, "unit", tq_value_str("08779@2004-01-01"));
    set(f, "partner_unit", tq_value_str("02632@2004-01-01"));
    set(f, "category", tq_value_str("theft"));
    set(f, "body", tq_value_str("dữ liệu mẫu"));
    set(f, "state", tq_value_str("sent"));
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

static struct tq_liaison_verdict judge(struct fixture *f, tq_liaison_side writer, const char *day)
{
    struct tq_liaison_verdict verdict;

    tq_liaison_judge(&f->agreement, writer, day, f->notice, f->row, &verdict);
    return verdict;
}

static void expect_outside(struct fixture *f, const char *column)
{
    struct tq_liaison_verdict verdict = judge(f, TQ_SIDE_A, DAY);

    assert_int_equal(verdict.code, TQ_LIAISON_OUTSIDE);
    assert_int_equal(verdict.column, tq_table_column_find(f->notice, column));
}

static void agreement_read__takes_what_both_sides_wrote(void **state)
{
    struct fixture *f = *state;
    const struct tq_agreement *a = &f->agreement;

    assert_true(tq_slice_equal(a->number, tq_slice_str("05/QCPH-SL-SD")));
    assert_string_equal(a->from, "2020-10-15");
    assert_int_equal(a->communes[TQ_SIDE_A].count, 2);
    assert_int_equal(a->narticles, 3);
    assert_true(tq_slice_equal(a->articles[1].name, tq_slice_str("4")));
    assert_false(tq_agreement_in_force(a, "2020-10-14"));
    assert_true(tq_agreement_in_force(a, "2020-10-15"));
    assert_true(tq_agreement_in_force(a, "2021-10-14"));
    assert_false(tq_agreement_in_force(a, "2021-10-15"));
}

static void agreement_read__says_who_signed_by_post(void **state)
{
    static const char MORE[] = "signer_a = Chủ tịch UBND huyện\nsigner_b = Trưởng Công an huyện\n";
    struct fixture *f = *state;
    struct tq_agreement a;
    char text[sizeof(TEXT) + sizeof(MORE)];

    assert_int_equal(f->agreement.signers[TQ_SIDE_A].len, 0);
    snprintf(text, sizeof(text), "%s%s", TEXT, MORE);
    assert_int_equal(tq_agreement_read(&a, tq_slice_str(text), f->arena, NULL), TQ_OK);
    assert_true(tq_slice_equal(a.signers[TQ_SIDE_A], tq_slice_str("Chủ tịch UBND huyện")));
    assert_true(tq_slice_equal(a.signers[TQ_SIDE_B], tq_slice_str("Trưởng Công an huyện")));
    assert_int_equal(tq_agreement_schema(&a), 2); /* programs of before cannot read the line */
}

static void agreement_read__names_the_line_that_is_wrong(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        const char *facts;
    } CASES[] = {
        { "number = 05/QCPH-SL-SD\n", "", "number" },
        { "from = 2020-10-15", "from = 2020-13-15", "4: from" },
        { "to = 2021-10-14", "to = 2020-10-14", "to" },
        { "side_b =", "side_c =", "7: side_c" },
        { "categories = theft,", "categories = theft,,", "10: categories" },
        { "border_notice: label", "incident: label", "12: article_3" },
        { "body, reply_due", "body, reply_dew", "12: article_3" },
        { "article_4 = border_notice: acknowledged_at, answer", "article_4 = border_notice",
                "13: article_4" },
        { "place, signed_on", "signed_on; place", "14: article_5" },
        { "side_a =", "standing = Huyện Tam Dương\nside_a =", "standing" },
        { "side_a =", "standing = 08773@2004-01-01, 08773@2004-01-01\nside_a =", "standing" },
        { "place, signed_on", "came, signed_on", "14: article_5" }, /* no word of either side */
        { "side_a =", "statistics_until = 2021-10-13\nside_a =", "statistics_until" },
        { "side_a =", "statistics_until = 2022-01-15\nside_a =", "statistics_until" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const char *at = strstr(TEXT, CASES[i].from);
        struct tq_agreement a;
        struct tq_error err;
        char text[2 * sizeof(TEXT)];

        assert_non_null(at);
        snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - TEXT), TEXT, CASES[i].to,
                at + strlen(CASES[i].from));
        assert_int_equal(
                tq_agreement_read(&a, tq_slice_str(text), f->arena, &err), TQ_LIAISON_FILE);
        assert_string_equal(err.msg, CASES[i].facts);
    }
}

static void liaison_judge__lets_through_what_is_named(void **state)
{
    struct fixture *f = *state;
    struct tq_liaison_verdict verdict = judge(f, TQ_SIDE_A, DAY);

    assert_int_equal(verdict.code, TQ_OK);
    assert_true(tq_slice_equal(verdict.article->name, tq_slice_str("3")));
    /* Answers cross the other way: what stands there is not this row's to tell. */
    set(f, "answer_no", tq_value_str("9/CA"));
    assert_int_equal(judge(f, TQ_SIDE_A, DAY).code, TQ_OK);
}

static void liaison_judge__refuses_what_is_not(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(judge(f, TQ_SIDE_A, "2021-10-15").code, TQ_LIAISON_ENDED);
    assert_int_equal(judge(f, TQ_SIDE_B, DAY).code, TQ_LIAISON_OUTSIDE); /* not its commune */
    set(f, "dispatch_no", tq_value_str("12/CA"));
    expect_outside(f, "dispatch_no");
    set(f, "dispatch_no", tq_value_null());
    set(f, "incident", tq_value_blob(tq_slice_str("0123456789abcdef")));
    expect_outside(f, "incident");
    set(f, "incident", tq_value_null());
    set(f, "category", tq_value_str("murder"));
    expect_outside(f, "category");
    set(f, "category", tq_value_null());
    expect_outside(f, "category");
    set(f, "category", tq_value_str("theft"));
    set(f, "unit", tq_value_str("08806@2004-01-01"));
    expect_outside(f, "unit");
    set(f, "unit", tq_value_str("08779@2004-01-01"));
    set(f, "partner_unit", tq_value_str("08773@2004-01-01")); /* one of its own */
    expect_outside(f, "partner_unit");
    f->notice = tq_catalogue_find(tq_catalogue_current(), "joint_patrol"); /* no article */
    assert_int_equal(judge(f, TQ_SIDE_A, DAY).code, TQ_LIAISON_OUTSIDE);
    f->notice = tq_catalogue_find(tq_catalogue_current(), "incident"); /* never */
    assert_int_equal(judge(f, TQ_SIDE_A, DAY).code, TQ_LIAISON_OUTSIDE);
}

/* An agreement that says so lets the figures of its last periods cross when they can be counted, and
 * nothing else. */
static void liaison_judge__lets_last_statistics_through_after_the_end(void **state)
{
    static const struct {
        const char *day;
        const char *period;
        tq_status code;
    } CASES[] = {
        { "2021-10-14", "2021-H1", TQ_OK },
        { "2021-10-15", "2021-H1", TQ_OK },
        { "2021-11-13", "2020", TQ_OK },
        { "2021-11-14", "2021-H1", TQ_LIAISON_ENDED },
        { "2021-10-15", "2021-H2", TQ_LIAISON_ENDED },
        { "2021-10-15", "2021", TQ_LIAISON_ENDED },
        { "2021-10-15", "", TQ_LIAISON_ENDED },
        { "2021-10-15", "2021-6", TQ_LIAISON_ENDED },
        { "2021-10-15", "2020-X9", TQ_LIAISON_ENDED },
        { "2021-10-15", "2020-H3", TQ_LIAISON_ENDED },
        { "2021-10-15", "2020abc", TQ_LIAISON_ENDED },
        { "2020-10-14", "2019", TQ_LIAISON_ENDED },
    };
    static const char MORE[] = "statistics_until = 2021-11-13\n"
                               "article_6 = border_statistics: period, figures\n";
    struct fixture *f = *state;
    char text[sizeof(TEXT) + sizeof(MORE)];

    assert_int_equal(tq_agreement_schema(&f->agreement), 1);
    snprintf(text, sizeof(text), "%s%s", TEXT, MORE);
    assert_int_equal(tq_agreement_read(&f->agreement, tq_slice_str(text), f->arena, NULL), TQ_OK);
    assert_int_equal(tq_agreement_schema(&f->agreement), 2);
    assert_int_equal(judge(f, TQ_SIDE_A, "2021-10-15").code, TQ_LIAISON_ENDED); /* a notice */
    assert_false(tq_agreement_carries(&f->agreement, "2021-10-15", f->notice));
    f->notice = tq_catalogue_find(tq_catalogue_current(), "border_statistics");
    for (size_t i = 0; i < f->notice->ncolumns; i++)
        f->row[i] = f->notice->columns[i].fallback;
    set(f, "unit", tq_value_str("08779@2004-01-01"));
    set(f, "partner_unit", tq_value_str("02632@2004-01-01"));
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        set(f, "period", tq_value_str(CASES[i].period));
        assert_int_equal(judge(f, TQ_SIDE_A, CASES[i].day).code, CASES[i].code);
    }
}

static void liaison_mask__leaves_what_may_cross(void **state)
{
    struct fixture *f = *state;
    int answer = tq_table_column_find(f->notice, "answer");

    set(f, "dispatch_no", tq_value_str("12/CA"));
    set(f, "answer", tq_value_str("của bên kia"));
    set(f, "void_reason", tq_value_str("nhầm"));
    set(f, "voided_at", tq_value_int(1604275200000));
    assert_int_equal(judge(f, TQ_SIDE_A, DAY).code, TQ_LIAISON_OUTSIDE);
    tq_liaison_mask(&f->agreement, f->notice, f->row);
    assert_int_equal(judge(f, TQ_SIDE_A, DAY).code, TQ_OK);
    assert_int_equal(f->row[answer].type, TQ_NULL);
    /* That it is void crosses with the row, the words about it do not. */
    assert_int_equal(f->row[tq_table_column_find(f->notice, "void_reason")].type, TQ_NULL);
    assert_int_equal(f->row[tq_table_column_find(f->notice, "voided_at")].i, 1604275200000);
    assert_true(tq_slice_equal(
            f->row[tq_table_column_find(f->notice, "body")].s, tq_slice_str("dữ liệu mẫu")));
    assert_true(tq_slice_equal(
            f->row[tq_table_column_find(f->notice, "state")].s, tq_slice_str("sent")));
}

static void liaison_mirror__turns_the_two_signatures_round(void **state)
{
    const struct tq_table *meeting = tq_catalogue_find(tq_catalogue_current(), "border_meeting");
    struct fixture *f = *state;
    uint32_t ours = (uint32_t)tq_table_column_find(meeting, "signed_on");
    uint32_t theirs = (uint32_t)tq_table_column_find(meeting, "partner_signed_on");

    assert_int_equal(tq_liaison_mirror(meeting, ours), theirs);
    assert_int_equal(tq_liaison_mirror(meeting, theirs), ours);
    ours = (uint32_t)tq_table_column_find(f->notice, "case_unit");
    theirs = (uint32_t)tq_table_column_find(f->notice, "partner_case_unit");
    assert_int_equal(tq_liaison_mirror(f->notice, ours), theirs);
    assert_int_equal(tq_liaison_mirror(f->notice, theirs), ours);
    for (uint32_t i = 0; i < f->notice->ncolumns; i++)
        if (i != ours && i != theirs)
            assert_int_equal(tq_liaison_mirror(f->notice, i), i);
}

/* A shared case happened in one of the two communes that the notice is between: no third one crosses,
 * and to have linked a case is no step of the notice. */
static void liaison_case__is_of_one_of_the_two(void **state)
{
    static const char MORE[] = "article_6 = border_notice: case_unit, partner_case_unit\n";
    struct fixture *f = *state;
    uint32_t ours = (uint32_t)tq_table_column_find(f->notice, "case_unit");
    uint32_t theirs = (uint32_t)tq_table_column_find(f->notice, "partner_case_unit");
    char text[sizeof(TEXT) + sizeof(MORE)];

    set(f, "case_unit", tq_value_str("02632@2004-01-01"));
    expect_outside(f, "case_unit"); /* an agreement of before does not name it */
    snprintf(text, sizeof(text), "%s%s", TEXT, MORE);
    assert_int_equal(tq_agreement_read(&f->agreement, tq_slice_str(text), f->arena, NULL), TQ_OK);
    assert_int_equal(tq_agreement_schema(&f->agreement), 4);
    assert_int_equal(judge(f, TQ_SIDE_A, DAY).code, TQ_OK);
    set(f, "case_unit", tq_value_str("08779@2004-01-01"));
    assert_int_equal(judge(f, TQ_SIDE_A, DAY).code, TQ_OK);
    set(f, "case_unit", tq_value_str("08773@2004-01-01"));
    expect_outside(f, "case_unit");
    assert_false(tq_liaison_is_between(f->notice, ours, f->row));
    set(f, "partner_case_unit", tq_value_str("x"));
    assert_false(tq_liaison_is_between(f->notice, theirs, f->row));
    set(f, "partner_case_unit", tq_value_null());
    assert_true(tq_liaison_is_between(f->notice, theirs, f->row));
    assert_true(tq_liaison_is_answer(&f->notice->columns[theirs]));
    assert_int_equal(tq_liaison_reach(&f->notice->columns[theirs]), 0);
}

static void liaison_reach__is_of_the_answers(void **state)
{
    static const struct {
        const char *table;
        const char *column;
        int step;
    } CASES[] = { { "border_meeting", "acknowledged_at", 2 },
        { "joint_patrol", "acknowledged_at", 2 }, { "border_handover", "acknowledged_at", 2 },
        { "border_notice", "acknowledged_at", 2 }, { "border_meeting", "partner_signed_on", 3 },
        { "border_notice", "answer", 3 }, { "border_meeting", "signed_on", 0 },
        { "border_meeting", "state", 0 }, { "border_meeting", "came", 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), CASES[i].table);
        int at = tq_table_column_find(table, CASES[i].column);

        assert_int_equal(tq_liaison_reach(&table->columns[at]), CASES[i].step);
    }
}

static void expect_standing(const struct tq_agreement *a, int year, const char *who)
{
    struct tq_slice said;

    assert_int_equal(tq_agreement_standing(a, year, &said), who != NULL);
    assert_true(who == NULL || tq_slice_equal(said, tq_slice_str(who)));
}

static void agreement_standing__goes_round_each_year(void **state)
{
    static const char MORE[] = "standing = Huyện Sơn Dương, 08773@2004-01-01, Huyện Sông Lô\n";
    struct fixture *f = *state;
    char text[sizeof(TEXT) + sizeof(MORE)];
    char *to;

    expect_standing(&f->agreement, 2020, NULL);
    snprintf(text, sizeof(text), "%s%s", TEXT, MORE);
    to = strstr(text, "to = 2021");
    assert_non_null(to);
    memcpy(to, "to = 2024", 9);
    assert_int_equal(tq_agreement_read(&f->agreement, tq_slice_str(text), f->arena, NULL), TQ_OK);
    assert_int_equal(tq_agreement_schema(&f->agreement), 4);
    expect_standing(&f->agreement, 2019, NULL);
    expect_standing(&f->agreement, 2020, "Huyện Sơn Dương");
    expect_standing(&f->agreement, 2021, "08773@2004-01-01");
    expect_standing(&f->agreement, 2022, "Huyện Sông Lô");
    expect_standing(&f->agreement, 2023, "Huyện Sơn Dương");
    expect_standing(&f->agreement, 2024, "08773@2004-01-01");
    expect_standing(&f->agreement, 2025, NULL);
}

static void liaison_step__knows_the_way_of_a_row(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(tq_liaison_step(tq_slice_str(tq_liaison_state(i))), i);
    assert_int_equal(tq_liaison_step(tq_slice_str("gone")), -1);
    assert_string_equal(tq_liaison_state(5), "");
    assert_string_equal(tq_liaison_state(-1), "");
}

static void liaison_catalogue__lets_the_partner_write_answers_alone(void **state)
{
    struct tq_catalogue *link;
    size_t told = 0;

    (void)state;
    assert_int_equal(tq_liaison_catalogue_new(&link, tq_catalogue_current(), NULL), TQ_OK);
    assert_null(tq_catalogue_find(link, "incident"));
    assert_null(tq_catalogue_find(link, "ranking"));
    for (size_t t = 0; t < link->ntables; t++) {
        const struct tq_table *table = &link->tables[t];

        if (!tq_liaison_is_table(table)) { /* the merge's own: nothing in it is the partner's */
            assert_int_equal(table->writers & (TQ_BY_COMMUNE | TQ_BY_PARTNER), 0);
            for (size_t i = 0; i < table->ncolumns; i++) {
                assert_int_equal(table->columns[i].writers & (TQ_BY_COMMUNE | TQ_BY_PARTNER), 0);
                assert_int_not_equal(table->columns[i].writers, 0);
            }
            continue;
        }
        told++;
        assert_int_equal(table->writers, TQ_BY_DISTRICT);
        assert_int_equal(table->scope, TQ_PUBLIC);
        for (size_t i = 0; i < table->ncolumns; i++) {
            const struct tq_column *here =
                    &tq_catalogue_table(tq_catalogue_current(), table->id)->columns[i];
            bool answer = (here->writers & TQ_BY_PARTNER) != 0;

            assert_int_equal(table->columns[i].writers, answer ? TQ_BY_COMMUNE : TQ_BY_DISTRICT);
            assert_int_not_equal(table->columns[i].rule.kind, TQ_RULE_REF);
        }
    }
    assert_int_equal(told, 5);
    tq_liaison_catalogue_free(link);
    tq_liaison_catalogue_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(agreement_read__takes_what_both_sides_wrote),
        TEST(agreement_read__says_who_signed_by_post),
        TEST(agreement_read__names_the_line_that_is_wrong),
        TEST(liaison_judge__lets_through_what_is_named),
        TEST(liaison_judge__refuses_what_is_not),
        TEST(liaison_judge__lets_last_statistics_through_after_the_end),
        TEST(liaison_mask__leaves_what_may_cross),
        TEST(liaison_mirror__turns_the_two_signatures_round),
        TEST(liaison_case__is_of_one_of_the_two),
        TEST(liaison_reach__is_of_the_answers),
        TEST(agreement_standing__goes_round_each_year),
        TEST(liaison_step__knows_the_way_of_a_row),
        TEST(liaison_catalogue__lets_the_partner_write_answers_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
