/* cmd_score.c - score: what the machine makes of this office's facts, criterion by criterion, with
 * what would gain most. The same scorer as the district's; a preview, never the published figure. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cli/fact_words.h"
#include "commands.h"
#include "score_view.h"
#include "tuquan/ranking.h"
#include "tuquan/ranking_store.h"
#include "tuquan/scoring.h"
#include "tuquan/sheet_store.h"

#define MAX_UNITS 512u

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "code", { "Mã", "Code" }, false, false },
    { "name", { "Tiêu chí", "Criterion" }, false, true },
    { "counts", { "Số liệu", "Counts" }, true, false },
    { "points_c", { "Điểm", "Points" }, true, false },
    { "max_c", { "Tối đa", "Max" }, true, false },
    { "median_c", { "Trung vị", "Median" }, true, false },
    { "gain_c", { "Còn được", "Gain" }, true, false },
    { "note", { "Ghi chú", "Note" }, false, false },
};

struct preview {
    struct score_view view;
    bool published; /* medians come from a published table */
    struct tq_ranking_view ranking;
};

/* "2020-Q4", or the quarter of today. */
static tq_status period_key(struct app *app, struct tq_slice *out, struct tq_error *err)
{
    struct tq_period period;
    char *text;

    if (app->cli->nargs > 0)
        return app_period(app, app->cli->args[0], out, err);
    text = tq_arena_alloc(app->arena, TQ_PERIOD_TEXT);
    if (text == NULL)
        return tq_error_set(err, TQ_NOMEM, "period");
    period = tq_period_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_QUARTER, TQ_LEVEL_COMMUNE,
            tq_day_of_instant(app_now(app)));
    tq_period_print(&period, text);
    *out = tq_slice_str(text);
    return TQ_OK;
}

/* The middle of the published points of all units to whom it applies. */
static bool median_of(const struct preview *preview, struct tq_slice code, int64_t *median)
{
    int64_t points[MAX_UNITS];
    size_t n = 0;

    for (size_t i = 0; preview->published && i < preview->ranking.nlines && n < MAX_UNITS; i++)
        n += rank_item_of(preview->ranking.lines[i].items, code, &points[n]);
    if (n == 0)
        return false;
    *median = tq_points_median(points, n);
    return true;
}

static void put_counts(
        struct cli_table *out, const struct tq_criterion *criterion, const struct tq_count *count)
{
    char text[96];
    json_t *json = json_object();
    struct tq_buf words;

    tq_buf_init(&words, 0);
    if (criterion->formula == TQ_FORMULA_BAND && count->has_b)
        snprintf(text, sizeof(text), "%" PRId64 " (%s %" PRId64 ")", count->n,
                cli_say(out->cli, "cùng kỳ", "last year"), count->b);
    else if (criterion->formula == TQ_FORMULA_RATIO || criterion->formula == TQ_FORMULA_SHARE)
        snprintf(text, sizeof(text), "%" PRId64 "/%" PRId64, count->n, count->d);
    else
        snprintf(text, sizeof(text), "%" PRId64, count->n);
    json_object_set_new(json, "n", json_integer(count->n));
    json_object_set_new(json, "d", json_integer(count->d));
    json_object_set_new(json, "x", json_integer(count->x));
    json_object_set_new(json, "last_year", count->has_b ? json_integer(count->b) : json_null());
    if (criterion->formula == TQ_FORMULA_DEDUCT || criterion->formula == TQ_FORMULA_MINOR ||
            criterion->formula == TQ_FORMULA_PER)
        fact_count_words(out->cli, criterion, count, &words);
    else
        tq_buf_append_str(&words, text);
    json_object_set_new(
            json, "text", json_stringn((const char *)words.data, words.len)); /* no words: no key */
    out->cut = out->cut || !tq_buf_is_ok(&words);
    tq_buf_deinit(&words);
    cli_table_both(out, text, json);
}

static void put_criterion(struct cli_table *out, const struct preview *preview, size_t i)
{
    const struct cli *cli = out->cli;
    const struct tq_criterion *criterion = &preview->view.sheet->criteria[i];
    const struct tq_points *points = &preview->view.score.criteria[i];
    int64_t median = 0;
    bool has_median = median_of(preview, criterion->code, &median);
    struct tq_buf said;

    cli_table_text(out, criterion->code);
    cli_table_text(out, criterion->name);
    put_counts(out, criterion, &preview->view.unit.counts[i]);
    cli_table_points(out, points->absence == TQ_ABSENCE_NONE, points->points_c);
    cli_table_points(out, true, criterion->max_c);
    cli_table_points(out, has_median, median);
    cli_table_points(out, criterion->area > 0 && points->absence == TQ_ABSENCE_NONE,
            tq_score_gain(preview->view.sheet, preview->view.unit.counts, i));
    tq_buf_init(&said, 0);
    score_view_note(cli, &preview->view, i, &said);
    cli_table_both_buf(out, &said,
            json_string(points->absence == TQ_ABSENCE_NO_BASELINE ? "no_baseline"
                        : points->absence != TQ_ABSENCE_NONE      ? "not_applicable"
                        : points->provisional                     ? "provisional"
                                                                  : ""));
    tq_buf_deinit(&said);
}

/* What the district changed, and why, by criterion. */
static void say_changes(struct cli *cli, const struct preview *preview)
{
    json_t *reasons = json_object();

    for (size_t i = 0; i < preview->view.sheet->ncriteria; i++) {
        struct tq_slice code = preview->view.sheet->criteria[i].code;
        struct tq_slice why = preview->view.unit.counts[i].verified_reason;
        char key[40];

        snprintf(key, sizeof(key), "%.*s", (int)code.len, (const char *)code.data);
        if (why.len > 0)
            json_object_set_new(reasons, key, json_stringn((const char *)why.data, why.len));
    }
    cli_json_set(cli, "changed_by_district", reasons);
}

/* Where the figures come from: all, some or none of the items were verified by the district. */
static const char *standing_of(struct cli *cli, const struct preview *preview)
{
    size_t items = 0;
    size_t verified = 0;

    for (size_t i = 0; i < preview->view.sheet->ncriteria; i++) {
        if (preview->view.sheet->criteria[i].area == 0 ||
                preview->view.score.criteria[i].absence != TQ_ABSENCE_NONE)
            continue;
        items++;
        verified += preview->view.unit.counts[i].verified;
    }
    cli_json_set(cli, "items", json_integer((json_int_t)items));
    cli_json_set(cli, "items_verified", json_integer((json_int_t)verified));
    if (verified == 0)
        return cli_say(cli, "xã tự tính, chưa thẩm định", "a preview, not verified");
    if (verified < items)
        return cli_say(
                cli, "xã tự tính, huyện mới thẩm định một phần", "a preview, verified in part");
    return cli_say(cli, "theo số huyện đã thẩm định", "by the figures that the district verified");
}

static void print_sums(struct cli *cli, const struct preview *preview)
{
    const struct tq_score *score = &preview->view.score;
    char a[40];
    char b[40];
    char c[40];
    char d[40];
    json_t *areas = json_array();

    for (uint32_t i = 1; i <= preview->view.sheet->nareas; i++)
        json_array_append_new(areas, json_integer(score->area_c[i]));
    cli_json_set(cli, "areas_c", areas);
    cli_json_set(cli, "base_c", json_integer(score->base_c));
    cli_json_set(cli, "bonus_c", json_integer(score->bonus_c));
    cli_json_set(cli, "penalty_c", json_integer(score->penalty_c));
    cli_json_set(cli, "final_c", json_integer(score->final_c));
    cli_json_set(cli, "submitted", json_boolean(preview->view.unit.submitted));
    cli_json_set(cli, "returns_confirmed", json_integer(preview->view.unit.returns_confirmed));
    cli_json_set(cli, "returns_due", json_integer(preview->view.unit.returns_due));
    for (uint32_t i = 1; i <= preview->view.sheet->nareas; i++)
        cli_print(cli, "%s %u: %s / %s", cli_say(cli, "Lĩnh vực", "Area"), i,
                cli_show_points(cli, score->area_c[i], a, sizeof(a)),
                cli_show_points(cli, preview->view.sheet->area_max_c[i], b, sizeof(b)));
    cli_print(cli,
            CLI_SAY(cli, "Cộng %s, thưởng %s, trừ %s: TỔNG %s điểm (%s)",
                    "Base %s, bonus %s, penalty %s: TOTAL %s points (%s)"),
            cli_show_points(cli, score->base_c, a, sizeof(a)),
            cli_show_points(cli, score->bonus_c, b, sizeof(b)),
            cli_show_points(cli, score->penalty_c, c, sizeof(c)),
            cli_show_points(cli, score->final_c, d, sizeof(d)), standing_of(cli, preview));
    cli_print(cli,
            CLI_SAY(cli, "Số liệu thôn đã xác nhận %" PRId64 "/%" PRId64 "; báo cáo kỳ này %s.",
                    "Village returns confirmed %" PRId64 "/%" PRId64 "; report of the period %s."),
            preview->view.unit.returns_confirmed, preview->view.unit.returns_due,
            preview->view.unit.submitted ? cli_say(cli, "đã nộp", "submitted")
                                         : cli_say(cli, "chưa nộp", "not submitted"));
}

#define MOST_GAINS 3u

/* What would raise the score most, if it had its maximum. */
static void print_gains(struct cli *cli, const struct preview *preview)
{
    uint32_t order[TQ_MAX_CRITERIA];
    int64_t gains_c[TQ_MAX_CRITERIA];
    size_t n = tq_ranking_gains(preview->view.sheet, preview->view.unit.counts, order, gains_c);
    json_t *codes = json_array();
    char text[40];

    for (size_t i = 0; i < n; i++) {
        const struct tq_criterion *criterion = &preview->view.sheet->criteria[order[i]];

        json_array_append_new(
                codes, json_stringn((const char *)criterion->code.data, criterion->code.len));
        if (i == 0)
            cli_print(cli, "%s", cli_say(cli, "Điều gì tăng điểm nhiều nhất:", "What gains most:"));
        if (i < MOST_GAINS)
            cli_print(cli, "  %.*s %.*s: +%s", (int)criterion->code.len,
                    (const char *)criterion->code.data, (int)criterion->name.len,
                    (const char *)criterion->name.data,
                    cli_show_points(cli, gains_c[i], text, sizeof(text)));
    }
    cli_json_set(cli, "gains_most", codes);
}

static tq_status print_preview(struct app *app, const struct preview *preview, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct cli_table out;
    tq_status rc;

    cli_json_set(cli, "period",
            json_stringn(
                    (const char *)preview->view.period.key.data, preview->view.period.key.len));
    cli_json_set(cli, "sheet",
            json_stringn(
                    (const char *)preview->view.sheet->key.data, preview->view.sheet->key.len));
    cli_print(cli,
            CLI_SAY(cli, "TỰ CHẤM kỳ %.*s theo bảng điểm %.*s\n",
                    "PREVIEW of %.*s by sheet %.*s\n"),
            (int)preview->view.period.key.len, (const char *)preview->view.period.key.data,
            (int)preview->view.sheet->key.len, (const char *)preview->view.sheet->key.data);
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; i < preview->view.sheet->ncriteria; i++)
        if (preview->view.sheet->criteria[i].formula != TQ_FORMULA_CAP &&
                (preview->view.sheet->criteria[i].area > 0 ||
                        preview->view.score.criteria[i].points_c != 0 || cli->json))
            put_criterion(&out, preview, i);
    rc = cli_table_print(&out, "criteria", err);
    cli_table_deinit(&out);
    cli_print(cli, "%s", "");
    if (rc == TQ_OK) {
        print_sums(cli, preview);
        say_changes(cli, preview);
        print_gains(cli, preview);
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct preview preview = { 0 };
    struct tq_slice period = { NULL, 0 };
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = period_key(&app, &period, err);
    if (rc == TQ_OK)
        rc = score_view_load(&app, period, &preview.view, err);
    if (rc == TQ_OK) {
        /* Without a published table there is no median yet. */
        rc = tq_ranking_load(
                app.db, app.arena, period, tq_slice_of(NULL, 0), 0, &preview.ranking, NULL);
        preview.published = rc == TQ_OK;
        rc = rc == TQ_NOMEM ? tq_error_set(err, rc, "ranking") : TQ_OK;
    }
    if (rc == TQ_OK)
        rc = print_preview(&app, &preview, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_SCORE = {
    .name = "score",
    .usage = "[KỲ]",
    .summary = { "tự chấm: máy tính điểm từ dữ liệu của xã, còn thiếu ở đâu",
            "preview of the score from this office's data, and where points are to be gained" },
    .details = { "Ví dụ:\n  score 2020-Q4", "Example:\n  score 2020-Q4" },
    .options = OPTIONS,
    .max_args = 1,
    .run = run,
};
