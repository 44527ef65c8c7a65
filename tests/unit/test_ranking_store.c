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
#include "test_mem.h"
#include "tuquan/ranking_store.h"
#include "tuquan/tally.h"

#define Q4 "ADMIN/2020-Q4"
#define DISTRICT "253@2009-01-01"

/* Six communes c1..c6 of one village; the higher the number, the more households signed. Bạch Lưu
 * is closed, so that the six are all. */
static int set_up(void **state)
{
    struct score_db *s = calloc(1, sizeof(*s));

    score_db_make(s, TQ_ROLE_DISTRICT);
    score_db_sql(s, "UPDATE unit SET valid_to = '2010-01-01' WHERE unit = '" SCORE_UNIT "'");
    for (int i = 1; i <= 6; i++) {
        score_db_sql(s,
                "INSERT INTO unit (unit, code, valid_from, level, type, name, parent) VALUES"
                " ('c%d@2004-01-01', 'c%d', '2004-01-01', 3, 'commune', 'Xã %d (mẫu)',"
                "  '" DISTRICT "'),"
                " ('c%d-1@2004-01-01', 'c%d-1', '2004-01-01', 4, 'village', 'Thôn 1 (mẫu)',"
                "  'c%d@2004-01-01')",
                i, i, i, i, i, i);
        score_db_sql(s,
                "INSERT INTO village_profile (village, as_of, unit, households) VALUES"
                " ('c%d-1@2004-01-01', '2019-01-01', 'c%d@2004-01-01', 100)",
                i, i);
        score_db_sql(s,
                "INSERT INTO village_return (village, period, indicator, unit, value, source,"
                " state) SELECT 'c%d-1@2004-01-01', p.period, n.indicator, 'c%d@2004-01-01',"
                " CASE n.code WHEN 'households_signed' THEN %d WHEN 'reoffended' THEN 0 ELSE 60"
                " END, 'typed', 'confirmed' FROM indicator AS n, period AS p"
                " WHERE p.period IN ('ADMIN/2020-10', 'ADMIN/2020-11', 'ADMIN/2020-12')",
                i, i, 40 + i * 10);
        score_db_sql(s,
                "INSERT INTO report (unit, type, period, submitted_at, received_at, state)"
                " SELECT 'c%d@2004-01-01', kind, period, due_at - 1, due_at - 1, 'sent' FROM period"
                " WHERE due_at IS NOT NULL AND period < 'ADMIN/2021'",
                i);
    }
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct score_db *s = *state;

    score_db_remove(s);
    free(s);
    return 0;
}

static struct tq_ranking_order order(const char *sheet)
{
    return (struct tq_ranking_order){ tq_slice_str(Q4), tq_slice_str(sheet), tq_slice_str(DISTRICT),
        SCORE_NOW };
}

static tq_status try_publish(struct score_db *s, const char *sheet, const char *decision,
        int64_t now_ms, uint32_t *version, struct tq_error *err)
{
    struct tq_publication publication = { .order = order(sheet),
        .author = tq_slice_str("Phó Trưởng Công an huyện"),
        .missing_decision_no = tq_slice_str(decision) };
    const struct tq_ranking *ranking = NULL;
    struct tq_changes changes;
    tq_status rc;

    publication.order.now_ms = now_ms;
    rc = tq_ranking_publish(s->db, s->arena, &publication, &changes, version, &ranking, err);
    if (rc == TQ_OK)
        score_db_apply(s, &changes);
    return rc;
}

static uint32_t publish(struct score_db *s, const char *sheet, int64_t now_ms)
{
    struct tq_error err = { TQ_OK, "" };
    uint32_t version = 0;

    if (try_publish(s, sheet, "", now_ms, &version, &err) != TQ_OK)
        fail_msg("%s", err.msg);
    return version;
}

static struct tq_ranking_view load(struct score_db *s, const char *sheet, uint32_t version)
{
    struct tq_ranking_view out;
    struct tq_error err = { TQ_OK, "" };

    if (tq_ranking_load(s->db, s->arena, tq_slice_str(Q4), tq_slice_str(sheet), version, &out,
                &err) != TQ_OK)
        fail_msg("%s", err.msg);
    return out;
}

static struct tq_ranking_check recompute(struct score_db *s, const char *sheet, uint32_t version)
{
    struct tq_ranking_check out;
    struct tq_error err = { TQ_OK, "" };

    if (tq_ranking_recompute(s->db, s->arena, tq_slice_str(Q4), tq_slice_str(sheet), version, &out,
                &err) != TQ_OK)
        fail_msg("%s", err.msg);
    return out;
}

static void ranking_publish__freezes_what_the_rows_give(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_view view;
    struct tq_ranking_check check;
    uint8_t a[TQ_HASH_BYTES];
    uint8_t b[TQ_HASH_BYTES];

    assert_int_equal(publish(s, "5TQ@1", SCORE_NOW), 1);
    view = load(s, "5TQ@1", 0);
    assert_int_equal(view.version, 1);
    assert_int_equal(view.nlines, 6);
    assert_int_equal(view.units_scored, 6);
    assert_true(tq_slice_equal(view.lines[0].unit, tq_slice_str("c6@2004-01-01")));
    assert_true(tq_slice_equal(view.lines[0].name, tq_slice_str("Xã 6 (mẫu)")));
    assert_int_equal(view.lines[0].rank, 1);
    assert_int_equal(view.lines[0].coverage_c, 10000);
    assert_false(view.lines[0].provisional);
    assert_int_equal(view.lines[0].final_c,
            view.lines[0].base_c + view.lines[0].bonus_c - view.lines[0].penalty_c);
    assert_memory_equal(view.rows_hash, view.found_hash, TQ_HASH_BYTES);
    /* Every figure of every scored unit is verified now, the not applicable ones included. */
    assert_string_equal(score_db_text(s, "SELECT count(*) FROM verified_score"), "126");
    assert_string_equal(
            score_db_text(s, "SELECT points_c FROM verified_score WHERE applicable = 'no'"
                             " AND criterion = '5TQ@1/1.3' LIMIT 1"),
            "");
    assert_string_equal(
            score_db_text(s, "SELECT accepted_by FROM acceptance"), "Phó Trưởng Công an huyện");
    check = recompute(s, "5TQ@1", 1);
    assert_true(check.same);
    assert_memory_equal(check.stored, check.found, TQ_HASH_BYTES);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(check.ranking->rows[i].score.final_c, view.lines[i].final_c);
        assert_memory_equal(
                check.ranking->rows[i].input_hash, view.lines[i].input_hash, TQ_HASH_BYTES);
    }
    /* A row that somebody changed no longer fits the hash that was signed. */
    tq_ranking_signed_hash(a, &view);
    score_db_sql(s, "UPDATE ranking_row SET final_c = final_c + 1 WHERE unit LIKE 'c3%%'");
    view = load(s, "5TQ@1", 1);
    tq_ranking_signed_hash(b, &view);
    assert_memory_not_equal(view.rows_hash, view.found_hash, TQ_HASH_BYTES);
    assert_memory_not_equal(a, b, sizeof(a));
}

static void ranking_publish__needs_all_units_or_a_decision(void **state)
{
    struct score_db *s = *state;
    struct tq_error err = { TQ_OK, "" };
    struct tq_ranking_view view;
    uint32_t version = 0;

    score_db_sql(s, "UPDATE report SET submitted_at = NULL, state = 'draft'"
                    " WHERE unit = 'c2@2004-01-01' AND period = '" Q4 "'");
    assert_int_equal(try_publish(s, "5TQ@1", "", SCORE_NOW, &version, &err), TQ_NOT_SENT);
    assert_non_null(strstr(err.msg, "Xã 2 (mẫu)"));
    assert_string_equal(score_db_text(s, "SELECT count(*) FROM ranking"), "0");
    assert_int_equal(try_publish(s, "5TQ@1", "15/QĐ", SCORE_NOW, &version, &err), TQ_OK);
    view = load(s, "5TQ@1", 0);
    assert_int_equal(view.units_due, 6);
    assert_int_equal(view.units_scored, 5);
    assert_true(tq_slice_equal(view.missing_units, tq_slice_str("c2@2004-01-01")));
    assert_true(tq_slice_equal(view.decision_no, tq_slice_str("15/QĐ")));
    assert_int_equal(view.lines[5].place, TQ_PLACE_NOT_SENT);
    assert_int_equal(view.lines[5].rank, 0);
    assert_true(recompute(s, "5TQ@1", 1).same);
}

static void ranking_publish__too_little_data_is_listed_without_points(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_view view;

    score_db_sql(s, "UPDATE village_return SET state = 'draft' WHERE unit = 'c6@2004-01-01'"
                    " AND period <> 'ADMIN/2020-12'");
    publish(s, "5TQ@1", SCORE_NOW);
    view = load(s, "5TQ@1", 0);
    assert_int_equal(view.lines[5].place, TQ_PLACE_NOT_ENOUGH);
    assert_int_equal(view.lines[5].coverage_c, 3333);
    assert_true(tq_slice_equal(view.lines[0].unit, tq_slice_str("c5@2004-01-01")));
    assert_string_equal(
            score_db_text(s, "SELECT final_c FROM ranking_row WHERE unit = 'c6@2004-01-01'"), "");
}

static void ranking_publish__a_month_has_no_rank(void **state)
{
    struct score_db *s = *state;
    struct tq_publication publication = { .order = order("5TQ@1") };
    const struct tq_ranking *ranking = NULL;
    struct tq_changes changes;
    struct tq_error err;
    uint32_t version = 0;

    publication.order.period = tq_slice_str("ADMIN/2020-11");
    assert_int_equal(
            tq_ranking_publish(s->db, s->arena, &publication, &changes, &version, &ranking, &err),
            TQ_RULE);
    assert_int_equal(
            tq_ranking_compute(s->db, s->arena, &publication.order, &ranking, &err), TQ_OK);
    assert_int_equal(ranking->rows[0].place, TQ_PLACE_PROVISIONAL);
}

static void ranking_publish__correction_makes_the_next_version(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_view view;
    struct tq_error err = { TQ_OK, "" };
    uint32_t version = 0;

    publish(s, "5TQ@1", SCORE_NOW);
    assert_int_equal(try_publish(s, "5TQ@1", "", SCORE_NOW + 1000, &version, &err), TQ_UNCHANGED);
    score_db_sql(s, "UPDATE village_return SET value = 100 WHERE unit = 'c1@2004-01-01'"
                    " AND indicator = 'households_signed@1'");
    assert_int_equal(publish(s, "5TQ@1", SCORE_NOW + 2000), 2);
    view = load(s, "5TQ@1", 0);
    assert_int_equal(view.version, 2);
    assert_true(tq_slice_equal(view.lines[0].unit, tq_slice_str("c1@2004-01-01")) ||
                tq_slice_equal(view.lines[1].unit, tq_slice_str("c1@2004-01-01")));
    if (strstr((const char *)view.differences.data, "c1@2004-01-01|rank|0|6|1") == NULL)
        fail_msg("%s", (const char *)view.differences.data);
    assert_true(recompute(s, "5TQ@1", 2).same);
    view = load(s, "5TQ@1", 1); /* the old one stays, marked */
    assert_true(tq_slice_equal(view.state, tq_slice_str("superseded")));
    assert_true(tq_slice_equal(view.lines[0].unit, tq_slice_str("c6@2004-01-01")));
    assert_memory_equal(view.rows_hash, view.found_hash, TQ_HASH_BYTES);
    assert_false(recompute(s, "5TQ@1", 1).same); /* and says that its rows have changed since */
}

static void ranking_publish__a_vote_splits_a_shared_rank(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_view view;

    score_db_sql(s, "UPDATE village_return SET value = 100"
                    " WHERE unit IN ('c5@2004-01-01', 'c6@2004-01-01')"
                    " AND indicator = 'households_signed@1'");
    publish(s, "5TQ@1", SCORE_NOW);
    view = load(s, "5TQ@1", 0);
    assert_true(view.lines[0].shared);
    assert_true(tq_slice_equal(view.lines[0].tie, tq_slice_str("shared")));
    assert_true(tq_slice_equal(view.lines[0].unit, tq_slice_str("c5@2004-01-01")));
    score_db_sql(s, "INSERT INTO tie_vote (period, sheet, ordered_units, voted_on) VALUES"
                    " ('" Q4 "', '5TQ@1', 'c6@2004-01-01 c5@2004-01-01', '2020-12-26')");
    publish(s, "5TQ@1", SCORE_NOW + 2 * 86400000);
    view = load(s, "5TQ@1", 0);
    assert_true(tq_slice_equal(view.lines[0].unit, tq_slice_str("c6@2004-01-01")));
    assert_true(tq_slice_equal(view.lines[0].tie, tq_slice_str("vote")));
    assert_int_equal(view.lines[1].rank, 2);
    assert_true(recompute(s, "5TQ@1", 2).same);
    assert_true(recompute(s, "5TQ@1", 1).same); /* the vote came after it */
    /* One of the very day, entered after the table was signed, is not of it either; what changes a
     * fact is. */
    score_db_sql(s, "INSERT INTO tie_vote (period, sheet, ordered_units, voted_on) VALUES"
                    " ('" Q4 "', '5TQ@1', 'c5@2004-01-01 c6@2004-01-01', '2020-12-27')");
    publish(s, "5TQ@1", SCORE_NOW + 2 * 86400000 + 3600000);
    assert_true(recompute(s, "5TQ@1", 3).same);
    assert_true(recompute(s, "5TQ@1", 2).same);
    assert_true(tq_slice_equal(
            recompute(s, "5TQ@1", 2).ranking->rows[0].unit, tq_slice_str("c6@2004-01-01")));
    assert_true(tq_slice_equal(
            recompute(s, "5TQ@1", 3).ranking->rows[0].unit, tq_slice_str("c5@2004-01-01")));
    score_db_sql(s, "UPDATE tie_vote SET voided_at = 1 WHERE voted_on = '2020-12-26'");
    assert_false(recompute(s, "5TQ@1", 2).same);
}

/* What is shown finds what was counted; what is written down or checked neither finds nor keeps. */
static void ranking_publish__counts_afresh(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_order wanted = order("5TQ@1");
    const struct tq_ranking *ranking;
    struct tq_tally_use shown;
    struct tq_tally_use used;
    struct tq_changes changes;
    struct tq_error err = { TQ_OK, "" };

    assert_int_equal(tq_tally_start(s->db, &err), TQ_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(tq_ranking_compute(s->db, s->arena, &wanted, &ranking, &err), TQ_OK);
    shown = tq_tally_used(s->db);
    assert_true(shown.counted > 0);
    assert_true(shown.found > 0);
    publish(s, "5TQ@1", SCORE_NOW);
    assert_true(recompute(s, "5TQ@1", 1).same);
    assert_int_equal(tq_score_verify(s->db, s->arena, &wanted, tq_slice_str("c1@2004-01-01"),
                             tq_slice_str("1.1"), true, 100, tq_slice_str("dữ liệu mẫu"),
                             tq_slice_str("mẫu"), &changes, &err),
            TQ_OK);
    used = tq_tally_used(s->db);
    assert_int_equal(used.counted, shown.counted);
    assert_int_equal(used.found, shown.found);
    assert_int_equal(tq_ranking_compute(s->db, s->arena, &wanted, &ranking, &err), TQ_OK);
    assert_true(tq_tally_used(s->db).found > used.found);
}

/* Of very many votes the newest count. */
static void ranking_votes__of_many_the_newest(void **state)
{
    struct score_db *s = *state;
    const struct tq_vote *votes;
    struct tq_error err = { TQ_OK, "" };
    size_t n = 0;

    for (int i = 0; i < 70; i++)
        score_db_sql(s,
                "INSERT INTO tie_vote (period, sheet, ordered_units, voted_on) VALUES"
                " ('" Q4 "', '5TQ@1', 'u%d v', date('2020-09-01', '+%d days'))",
                i, i);
    assert_int_equal(tq_facts_votes(s->db, s->arena, tq_slice_str(Q4), tq_slice_str("5TQ@1"),
                             SCORE_NOW, &votes, &n, &err),
            TQ_OK);
    assert_int_equal(n, 64);
    assert_true(tq_slice_equal(votes[0].units[0], tq_slice_str("u6")));
    assert_true(tq_slice_equal(votes[63].units[0], tq_slice_str("u69")));
}

static void ranking_verify__a_reason_where_it_differs(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_order o = order("5TQ@1");
    struct tq_changes changes;
    struct tq_error err = { TQ_OK, "" };
    struct tq_slice unit = tq_slice_str("c1@2004-01-01");
    struct tq_slice code = tq_slice_str("1.1");
    struct tq_slice author = tq_slice_str("Đội trưởng");

    assert_int_equal(tq_score_verify(s->db, s->arena, &o, unit, code, true, 400, tq_slice_str(""),
                             author, &changes, &err),
            TQ_INVALID);
    assert_int_equal(tq_score_verify(s->db, s->arena, &o, unit, code, true, 501, tq_slice_str("x"),
                             author, &changes, &err),
            TQ_INVALID);
    assert_int_equal(tq_score_verify(s->db, s->arena, &o, unit, tq_slice_str("9.9"), true, 1,
                             tq_slice_str("x"), author, &changes, &err),
            TQ_NOT_FOUND);
    assert_int_equal(tq_score_verify(s->db, s->arena, &o, unit, code, true, 400,
                             tq_slice_str("Biên bản kiểm tra"), author, &changes, &err),
            TQ_OK);
    score_db_apply(s, &changes);
    publish(s, "5TQ@1", SCORE_NOW); /* keeps what a person has decided */
    assert_string_equal(
            score_db_text(s, "SELECT points_c || '/' || machine_c FROM verified_score"
                             " WHERE unit = 'c1@2004-01-01' AND criterion = '5TQ@1/1.1'"),
            "400/250");
    assert_true(recompute(s, "5TQ@1", 1).same);
}

/* 5TQ-v1 with another target, band and maximum and one criterion more, as a text. */
static struct tq_slice second_sheet(struct score_db *s)
{
    static const char *const edits[][2] = { { "5TQ@1,", "5TQ@2," },
        { "n=return:households_signed d=households target=100",
                "n=return:households_signed d=households target=80" },
        { "points=800,600,400,200,0", "points=800,500,300,100,0" },
        { "Tuyên truyền,400,RATIO", "Tuyên truyền,200,RATIO" },
        { "\n2.2,2,", "\n2.5,2,Hội nghị toàn dân,200,RATIO,n=activity:meeting:held "
                      "d=activity:meeting:planned target=100 floor=1/month,\n2.2,2," } };
    struct tq_slice text = score_db_file(s, "5TQ-v1.csv");
    char *from = tq_arena_alloc(s->arena, text.len + 4096);

    memcpy(from, text.data, text.len);
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        char *at = strstr(from, edits[i][0]);
        size_t old = strlen(edits[i][0]);
        size_t new = strlen(edits[i][1]);

        if (at == NULL)
            fail_msg("the sheet no longer holds \"%s\"", edits[i][0]);
        memmove(at + new, at + old, strlen(at + old) + 1);
        memcpy(at, edits[i][1], new);
    }
    return tq_slice_str(from);
}

/* c5: one case in the quarter, none a year before: two steps down; c6: three talks, all held. */
static void facts_of_band_and_maximum(struct score_db *s)
{
    score_db_sql(s, "INSERT INTO incident (unit, area, category, occurred_on, reconciled) VALUES"
                    " ('c5@2004-01-01', 1, 'assault', '2020-10-20', 1)");
    score_db_sql(s, "INSERT INTO activity (unit, kind, planned_on, held_on, state) SELECT"
                    " 'c6@2004-01-01', 'outreach', value, value, 'done' FROM json_each("
                    "'[\"2020-09-20\", \"2020-10-20\", \"2020-11-20\"]')");
}

/* What a criterion of a commune gives by the first sheet and by the second. */
static const char *points_by_sheet(struct score_db *s, int commune, const char *code)
{
    char sql[256];

    snprintf(sql, sizeof(sql),
            "SELECT group_concat(points_c, ' ') FROM (SELECT points_c FROM verified_score"
            " WHERE unit = 'c%d@2004-01-01' AND criterion LIKE '%%/%s' ORDER BY sheet)",
            commune, code);
    return score_db_text(s, "%s", sql);
}

static void assert_sheet_of(struct score_db *s, const char *period, const char *sheet)
{
    struct tq_error err = { TQ_OK, "" };
    struct tq_slice found;

    if (tq_sheet_of_period(s->db, s->arena, tq_slice_str(period), &found, &err) != TQ_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(found.len, strlen(sheet));
    assert_memory_equal(found.data, sheet, found.len);
}

static void ranking_sheet_v2__scores_without_a_build_and_v1_stays(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_view one;
    struct tq_ranking_view two;
    struct tq_changes changes;
    struct tq_error err = { TQ_OK, "" };
    uint32_t version = 0;

    facts_of_band_and_maximum(s);
    publish(s, "5TQ@1", SCORE_NOW);
    one = load(s, "5TQ@1", 0);
    assert_sheet_of(s, "ADMIN/2020-Q3", "5TQ@1");
    if (tq_sheet_import(s->db, s->arena, second_sheet(s), false, SCORE_NOW, tq_slice_str("huyện"),
                &changes, &err) != TQ_OK)
        fail_msg("%s", err.msg);
    score_db_apply(s, &changes);
    assert_int_equal(
            try_publish(s, "5TQ@2", "", SCORE_NOW + 1000, &version, &err), TQ_NOT_COMPLETE);
    assert_int_equal(tq_sheet_publish(s->db, s->arena, tq_slice_str("5TQ@2"), SCORE_NOW,
                             tq_slice_str("huyện"), &changes, &err),
            TQ_OK);
    score_db_apply(s, &changes);
    assert_sheet_of(s, Q4, "5TQ@1"); /* a correction goes by the sheet it corrects */
    assert_int_equal(publish(s, "5TQ@2", SCORE_NOW + 1000), 2);
    assert_sheet_of(s, Q4, "5TQ@2");
    two = load(s, "", 0);                         /* of whichever sheet was published last */
    assert_sheet_of(s, "ADMIN/2020-Q3", "5TQ@2"); /* nothing published: the newest sheet */
    assert_true(tq_slice_equal(two.sheet, tq_slice_str("5TQ@2")));
    /* c4: 80 of 100 households signed; the new target is 80 %: 4.00 becomes 5.00. */
    assert_string_equal(points_by_sheet(s, 4, "1.1"), "400 500");
    assert_string_equal(points_by_sheet(s, 5, "1.3"), "400 300"); /* the band */
    assert_string_equal(points_by_sheet(s, 6, "2.1"), "400 200"); /* the maximum */
    assert_string_equal(
            score_db_text(s, "SELECT count(*) FROM verified_score WHERE criterion = '5TQ@2/2.5'"
                             " AND applicable = 'yes' AND points_c = 0"),
            "6"); /* the floor makes it apply */
    assert_true(recompute(s, "5TQ@1", 1).same);
    assert_true(recompute(s, "5TQ@2", 2).same);
    assert_memory_equal(load(s, "5TQ@1", 1).input_hash, one.input_hash, TQ_HASH_BYTES);
    assert_true(tq_slice_equal(load(s, "5TQ@1", 1).state, tq_slice_str("superseded")));
}

/* A period has one table in force: the next version, by whichever sheet, takes the place of the one
 * before and says what differs; a number means one table. */
static void ranking_sheet_v2__is_the_next_version_of_the_period(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_view view;
    struct tq_changes changes;
    struct tq_error err = { TQ_OK, "" };
    uint32_t version = 0;

    publish(s, "5TQ@1", SCORE_NOW);
    if (tq_sheet_import(s->db, s->arena, second_sheet(s), true, SCORE_NOW, tq_slice_str("huyện"),
                &changes, &err) != TQ_OK)
        fail_msg("%s", err.msg);
    score_db_apply(s, &changes);
    assert_int_equal(publish(s, "5TQ@2", SCORE_NOW + 1000), 2);
    view = load(s, "", 1); /* without a sheet: the number is enough */
    assert_true(tq_slice_equal(view.sheet, tq_slice_str("5TQ@1")));
    assert_true(tq_slice_equal(view.state, tq_slice_str("superseded")));
    view = load(s, "", 2);
    assert_true(tq_slice_equal(view.sheet, tq_slice_str("5TQ@2")));
    if (strstr((const char *)view.differences.data, "c4@2004-01-01|final|0|") == NULL)
        fail_msg("%s", (const char *)view.differences.data);
    assert_int_equal(try_publish(s, "5TQ@2", "", SCORE_NOW + 2000, &version, &err), TQ_UNCHANGED);
    /* Back to the first sheet: the same figures as version 1, and yet a version of its own. */
    assert_int_equal(publish(s, "5TQ@1", SCORE_NOW + 3000), 3);
    assert_string_equal(score_db_text(s, "SELECT group_concat(version || sheet || state, ' ') FROM"
                                         " (SELECT * FROM ranking ORDER BY version)"),
            "15TQ@1superseded 25TQ@2superseded 35TQ@1published");
    assert_memory_equal(load(s, "", 3).input_hash, load(s, "", 1).input_hash, TQ_HASH_BYTES);
    /* Two in force, as an earlier build left them: the next version ends both. */
    score_db_sql(s, "UPDATE ranking SET state = 'published'");
    assert_int_equal(publish(s, "5TQ@2", SCORE_NOW + 4000), 4);
    assert_string_equal(
            score_db_text(s, "SELECT group_concat(version) FROM ranking WHERE state = 'published'"),
            "4");
}

/* An office that got the published rows, and has only its own facts, finds its own row's hash. */
static void ranking_office__recomputes_its_own_row(void **state)
{
    struct score_db *s = *state;
    struct tq_ranking_view view;
    struct tq_facts_period period;
    struct tq_contender own;
    struct tq_error err;
    uint8_t hash[TQ_HASH_BYTES];

    publish(s, "5TQ@1", SCORE_NOW);
    view = load(s, "5TQ@1", 0);
    score_db_sql(s, "DELETE FROM village_return WHERE unit <> 'c6@2004-01-01'");
    score_db_sql(s, "DELETE FROM verified_score WHERE unit <> 'c6@2004-01-01'");
    score_db_sql(s, "DELETE FROM report WHERE unit <> 'c6@2004-01-01'");
    assert_int_equal(tq_facts_period(s->db, s->arena, tq_slice_str(Q4), &period, &err), TQ_OK);
    assert_int_equal(tq_facts_unit(s->db, s->arena, s->sheet, &period,
                             tq_slice_str("c6@2004-01-01"), SCORE_NOW, &own, &err),
            TQ_OK);
    tq_ranking_hash_unit(hash, s->sheet, tq_slice_str(Q4), &own);
    assert_memory_equal(hash, view.lines[0].input_hash, TQ_HASH_BYTES);
}

static tq_status sign_with_sevens(
        void *ctx, const uint8_t *hash, uint8_t signature[64], struct tq_error *err)
{
    (void)err;
    memcpy(ctx, hash, TQ_HASH_BYTES);
    memset(signature, 7, 64);
    return TQ_OK;
}

static void ranking_publish__signs_what_readers_compute(void **state)
{
    struct score_db *s = *state;
    uint8_t signed_hash[TQ_HASH_BYTES];
    uint8_t found[TQ_HASH_BYTES];
    struct tq_publication publication = { .order = order("5TQ@1"),
        .author = tq_slice_str("huyện"),
        .sign = sign_with_sevens,
        .sign_ctx = signed_hash };
    const struct tq_ranking *ranking = NULL;
    struct tq_ranking_view view;
    struct tq_changes changes;
    struct tq_error err;
    uint32_t version = 0;

    assert_int_equal(
            tq_ranking_publish(s->db, s->arena, &publication, &changes, &version, &ranking, &err),
            TQ_OK);
    score_db_apply(s, &changes);
    view = load(s, "5TQ@1", 1);
    tq_ranking_signed_hash(found, &view);
    assert_memory_equal(found, signed_hash, sizeof(found));
    assert_int_equal(view.signature.len, 64);
    assert_int_equal(view.signature.data[63], 7);
}

/* Every allocation fails once: NOMEM each time, no block lost, and in the end the same ranking. */
static void ranking_publish__survives_a_heap_that_fails(void **state)
{
    struct score_db *s = *state;
    struct tq_publication publication = { .order = order("5TQ@1") };
    struct tq_error err = { TQ_OK, "" };
    tq_status rc = TQ_NOMEM;
    long fails = 0;

    for (long n = 0; rc != TQ_OK; n++) {
        struct tq_arena *arena = tq_arena_new((size_t)64 << 20);
        const struct tq_ranking *ranking = NULL;
        struct tq_changes changes;
        uint32_t version = 0;
        long live = test_mem_live();

        assert_non_null(arena);
        test_mem_fail_after(n, false);
        rc = tq_ranking_publish(s->db, arena, &publication, &changes, &version, &ranking, &err);
        test_mem_fail_after(-1, false);
        if (rc != TQ_OK) {
            assert_int_equal(rc, TQ_NOMEM);
            fails++;
        } else {
            assert_int_equal(ranking->nscored, 6);
            assert_int_equal(version, 1);
        }
        tq_arena_free(arena);
        assert_true(test_mem_live() <= live + 400); /* statements that are kept for the next time */
    }
    assert_true(fails > 10);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(ranking_publish__freezes_what_the_rows_give),
        CASE(ranking_publish__needs_all_units_or_a_decision),
        CASE(ranking_publish__too_little_data_is_listed_without_points),
        CASE(ranking_publish__a_month_has_no_rank),
        CASE(ranking_publish__correction_makes_the_next_version),
        CASE(ranking_publish__a_vote_splits_a_shared_rank),
        CASE(ranking_publish__counts_afresh),
        CASE(ranking_votes__of_many_the_newest),
        CASE(ranking_verify__a_reason_where_it_differs),
        CASE(ranking_sheet_v2__is_the_next_version_of_the_period),
        CASE(ranking_sheet_v2__scores_without_a_build_and_v1_stays),
        CASE(ranking_office__recomputes_its_own_row),
        CASE(ranking_publish__survives_a_heap_that_fails),
        CASE(ranking_publish__signs_what_readers_compute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
