/* Sheets and periods, worked out from a district's file while the heap fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "score_db.h"
#include "store/sql.h"
#include "test_mem.h"
#include "torture.h"
#include "tuquan/figures.h"
#include "tuquan/movement.h"
#include "tuquan/own_units.h"
#include "tuquan/report_rates.h"
#include "tuquan/sheet_store.h"

#define AUTHOR tq_slice_str("cán bộ huyện")

struct fixture {
    struct score_db score;
    struct tq_arena *arena;
    struct tq_slice csv;
    long live;
};

static int set_up(void **state)
{
    static struct fixture f;

    f.live = test_mem_live();
    score_db_make(&f.score, TQ_ROLE_DISTRICT);
    score_db_activity(&f.score, "patrol", "2020-11-05", "2020-11-05", "done");
    score_db_activity(&f.score, "patrol", "2020-11-12", "2020-11-12", "done");
    score_db_incident(&f.score, 1, "assault", "2020-11-05");
    score_db_model(&f.score, "v1", "2019-05-01", "running");
    f.csv = score_db_file(&f.score, "5TQ-v1.csv");
    f.arena = tq_arena_new((size_t)64 << 20);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    score_db_remove(&f->score);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

static void rows(void *fixture, struct tq_buf *out)
{
    struct fixture *f = fixture;

    torture_rows(sql_handle(f->score.db), out);
}

static struct tq_arena *fresh(struct fixture *f)
{
    tq_arena_reset(f->arena);
    return f->arena;
}

static tq_status import(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_changes changes = { 0 };
    char *text;
    tq_status rc;

    tq_arena_reset(f->arena);
    text = tq_arena_copy(f->arena, f->csv.data, f->csv.len);
    if (text == NULL)
        return tq_error_set(err, TQ_NOMEM, "text");
    for (size_t i = 0; i + 5 <= f->csv.len; i++) /* another version than the one that is there */
        if (memcmp(text + i, "5TQ@1", 5) == 0)
            text[i + 4] = '2';
    rc = tq_sheet_import(f->score.db, f->arena, tq_slice_of(text, f->csv.len), true, SCORE_NOW,
            AUTHOR, &changes, err);
    assert_true(rc != TQ_OK || changes.n > 20);
    return rc;
}

static tq_status of_period(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_slice sheet = { NULL, 0 };
    tq_status rc =
            tq_sheet_of_period(f->score.db, fresh(f), tq_slice_str("ADMIN/2020-Q4"), &sheet, err);

    assert_true(rc != TQ_OK || tq_slice_equal(sheet, tq_slice_str("5TQ@1")));
    return rc;
}

static tq_status periods(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_changes changes = { 0 };
    tq_status rc =
            tq_periods_make(f->score.db, fresh(f), 2031, 2031, 3, SCORE_NOW, AUTHOR, &changes, err);

    assert_true(rc != TQ_OK || changes.n > 12);
    return rc;
}

static tq_status behind(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_facts_period period;
    const struct tq_sheet *sheet;
    const struct tq_fact *facts;
    struct tq_count count;
    size_t n = 0;
    tq_status rc =
            tq_facts_period(f->score.db, fresh(f), tq_slice_str("ADMIN/2020-Q4"), &period, err);

    if (rc == TQ_OK)
        rc = tq_facts_sheet(f->score.db, f->arena, tq_slice_str("5TQ@1"), &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_behind(f->score.db, f->arena, sheet, &period, tq_slice_str(SCORE_UNIT),
                SCORE_NOW, tq_slice_str("1.2"), &count, &facts, &n, err);
    assert_true(rc != TQ_OK || n == 4);
    return rc;
}

static tq_status incidents(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_facts_period period;
    const struct tq_incident_fact *list;
    const struct tq_sheet *sheet;
    size_t n = 0;
    tq_status rc =
            tq_facts_period(f->score.db, fresh(f), tq_slice_str("ADMIN/2020-Q4"), &period, err);

    if (rc == TQ_OK)
        rc = tq_facts_sheet(f->score.db, f->arena, tq_slice_str("5TQ@1"), &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_incidents(
                f->score.db, f->arena, sheet, &period, tq_slice_str(SCORE_UNIT), &list, &n, err);
    assert_true(rc != TQ_OK || n > 0);
    return rc;
}

static tq_status movement(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_movement_question question = { .year = 2020 };
    struct tq_movement_unit *units;
    struct tq_movement_model *models;
    struct tq_slice *own;
    size_t n = 0;
    size_t m = 0;
    tq_status rc;

    assert_true(tq_day_parse(tq_slice_str("2020-12-31"), &question.as_of));
    question.villages_on = question.as_of;
    rc = tq_movement_units(f->score.db, fresh(f), &question, &units, &n, err);
    if (rc == TQ_OK)
        rc = tq_movement_models(f->score.db, f->arena, &question, &models, &m, err);
    if (rc == TQ_OK)
        rc = tq_own_units(f->score.db, f->arena, tq_slice_str(""), question.as_of, &own, &n, err);
    assert_true(rc != TQ_OK || (n == 1 && m == 1));
    return rc;
}

static tq_status figures(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_facts_period period;
    const struct tq_rates_line *rates;
    const struct tq_typed *typed;
    const struct tq_sheet *sheet;
    struct tq_figures out = { 0 };
    size_t n;
    tq_status rc =
            tq_facts_period(f->score.db, fresh(f), tq_slice_str("ADMIN/2020-Q4"), &period, err);

    if (rc == TQ_OK)
        rc = tq_figures_read(f->score.db, f->arena, tq_slice_str(""), &period.window, 1, UINT64_MAX,
                SCORE_NOW, &out, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(f->score.db, f->arena, tq_slice_str("5TQ@1"), &sheet, err);
    if (rc == TQ_OK)
        rc = tq_typed_read(f->score.db, f->arena, sheet, &out, &period.window, &typed, &n, err);
    if (rc == TQ_OK)
        rc = tq_report_rates(f->score.db, f->arena, tq_slice_str(""), &period.window, 1, SCORE_NOW,
                &rates, &n, err);
    assert_true(rc != TQ_OK || (tq_figures_total(&out, TQ_FIGURE_PATROLS, 0) == 2 && n == 2));
    return rc;
}

static void sheets__are_worked_out_whole_or_not(void **state)
{
    static const struct torture CASES[] = {
        { "import", import, rows, NULL, true },
        { "of a period", of_period, rows, NULL, true },
        { "periods", periods, rows, NULL, true },
        { "behind a figure", behind, rows, NULL, true },
        { "incidents of a period", incidents, rows, NULL, true },
        { "movement", movement, rows, NULL, true },
        { "figures", figures, rows, NULL, true },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sheets__are_worked_out_whole_or_not, set_up, tear_down),
    };

    sql_use_our_heap(); /* and keep what SQLite keeps for good */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
