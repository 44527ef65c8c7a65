/* cmd_trends.c - tuquan-district trends PERIOD: the communes over the periods of one kind that end with
 * this one: points as they were published, incidents, timeliness. */
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "paper/paper.h"
#include "show.h"
#include "summary.h"
#include "tuquan/ranking_store.h"

#define MOST_PERIODS 25
#define BIT(figure) (UINT64_C(1) << (figure))

static const struct cli_option OPTIONS[] = {
    { "last", 'n', "N",
            { "bao nhiêu kỳ, tới 25 (mặc định: hơn hai năm; năm: 4)",
                    "how many periods, up to 25 (more than two years; of years 4)" } },
    { "sheet", 's', "SHEET",
            { "bảng điểm (mặc định: của lần công bố trước, hoặc bảng mới nhất)",
                    "scoring sheet (that of the last publication, or the newest)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "unit", { "Đơn vị", "Unit" }, false, true },
    { "rank", { "Hạng", "Rank" }, true, false },
    { "final_c", { "Tổng", "Points" }, true, false },
    { "incidents", { "Vụ việc", "Incidents" }, true, false },
    { "per_1000_c", { "Vụ/1.000 hộ", "Per 1,000 households" }, true, false },
    { "reports_due", { "Báo cáo đến hạn", "Reports due" }, true, false },
    { "reports_in_time", { "Đúng hạn", "In time" }, true, false },
};

struct trends {
    struct app *app;
    struct cli *cli;
    size_t n;
    struct tq_facts_period periods[MOST_PERIODS]; /* oldest first */
    struct tq_window windows[MOST_PERIODS];
    struct tq_figures figures;
    const struct tq_sheet *sheet;
    struct cli_table out;
};

/* What one commune had in a period. */
struct standing {
    uint32_t rank;
    bool scored;
    int64_t final_c;
    const int64_t *area_c;
    const bool *area_left_out;
    tq_grade grade;
    struct tq_slice items;              /* of a published line */
    const struct tq_standing *computed; /* of a table of now; NULL: published */
};

static tq_status load_periods(struct trends *t, struct tq_error *err)
{
    static const int64_t USUAL[] = {
        [TQ_PERIOD_MONTH] = 25, [TQ_PERIOD_QUARTER] = 9, [TQ_PERIOD_HALF] = 5, [TQ_PERIOD_YEAR] = 4
    };
    struct tq_db *db = tq_district_store_db(t->app->store);
    struct tq_period period;
    char key[TQ_PERIOD_TEXT];
    int64_t n = 0;
    tq_status rc;

    memcpy(key, t->app->period, sizeof(key));
    if (!tq_period_parse(tq_slice_str(key), &period))
        return tq_error_set(err, TQ_NOT_FOUND, "period %s", key);
    rc = cli_option_number(t->cli, "last", 1, MOST_PERIODS, USUAL[period.kind], &n, err);
    t->n = (size_t)n;
    for (size_t i = t->n; rc == TQ_OK && i > 0; i--) {
        struct tq_facts_period *one = &t->periods[i - 1];

        rc = tq_facts_period(db, t->app->arena, tq_slice_str(key), one, err);
        t->windows[i - 1] = one->window;
        rank_period_before(&one->period, key);
    }
    return rc;
}

static json_t *items_json(const struct trends *t, const struct standing *s)
{
    json_t *items = json_object();

    for (size_t i = 0; i < t->sheet->ncriteria; i++) {
        const struct tq_criterion *c = &t->sheet->criteria[i];
        int64_t points_c = 0;
        bool has;

        if (c->area == 0)
            continue;
        if (s->computed != NULL) {
            has = s->computed->score.criteria[i].absence == TQ_ABSENCE_NONE;
            points_c = s->computed->score.criteria[i].points_c;
        } else {
            has = rank_item_of(s->items, c->code, &points_c);
        }
        json_object_setn_new(items, (const char *)c->code.data, c->code.len,
                has ? json_integer(points_c) : json_null());
    }
    return items;
}

static json_t *areas_json(const struct trends *t, const struct standing *s)
{
    json_t *areas = json_array();

    for (uint32_t a = 1; a <= t->sheet->nareas; a++)
        json_array_append_new(
                areas, s->area_left_out[a] ? json_null() : json_integer(s->area_c[a]));
    return areas;
}

/* One commune in one period; `s` NULL: it had no place then. */
static json_t *unit_json(const struct trends *t, size_t u, size_t w, const struct standing *s,
        const char *incidents_out)
{
    const struct tq_figures *f = &t->figures;
    int64_t incidents = summary_incidents(f, u, w);
    int64_t households = tq_figures_at(f, u, TQ_FIGURE_HOUSEHOLDS, w);
    bool scored = s != NULL && s->scored;
    json_t *one = json_object();

    json_object_set_new(one, "unit", cli_json_slice(f->units[u]));
    json_object_set_new(
            one, "rank", s != NULL && s->rank > 0 ? json_integer(s->rank) : json_null());
    json_object_set_new(one, "final_c", scored ? json_integer(s->final_c) : json_null());
    json_object_set_new(one, "areas_c", scored ? areas_json(t, s) : json_null());
    json_object_set_new(one, "items", scored ? items_json(t, s) : json_null());
    json_object_set_new(one, "incidents", json_integer(incidents));
    json_object_set_new(one, "incidents_outside", json_string(incidents_out));
    json_object_set_new(one, "households", json_integer(households));
    json_object_set_new(one, "per_1000_c", summary_rate_json(incidents, households));
    json_object_set_new(
            one, "reports_due", json_integer(tq_figures_at(f, u, TQ_FIGURE_REPORTS_DUE, w)));
    json_object_set_new(one, "reports_in_time",
            json_integer(tq_figures_at(f, u, TQ_FIGURE_REPORTS_IN_TIME, w)));
    return one;
}

static void put_row(struct trends *t, size_t u, const struct standing *s)
{
    size_t w = t->n - 1;
    int64_t incidents = summary_incidents(&t->figures, u, w);
    int64_t households = tq_figures_at(&t->figures, u, TQ_FIGURE_HOUSEHOLDS, w);
    int64_t rate_c = summary_rate_c(incidents, households);

    cli_table_both_text(&t->out, t->figures.names[u], cli_json_slice(t->figures.units[u]));
    if (s != NULL && s->rank > 0)
        cli_table_int(&t->out, s->rank);
    else
        cli_table_str(&t->out, NULL);
    cli_table_points(&t->out, s != NULL && s->scored, s != NULL ? s->final_c : 0);
    cli_table_int(&t->out, incidents);
    cli_table_points(&t->out, rate_c >= 0, rate_c);
    cli_table_int(&t->out, tq_figures_at(&t->figures, u, TQ_FIGURE_REPORTS_DUE, w));
    cli_table_int(&t->out, tq_figures_at(&t->figures, u, TQ_FIGURE_REPORTS_IN_TIME, w));
}

static bool of_published(
        const struct tq_ranking_view *view, struct tq_slice unit, struct standing *out)
{
    for (size_t i = 0; i < view->nlines; i++) {
        const struct tq_ranking_line *line = &view->lines[i];
        struct cli_rank_row shown = rank_row_of(line);

        if (!tq_slice_equal(line->unit, unit))
            continue;
        *out = (struct standing){ line->rank, cli_rank_has_points(&shown), line->final_c,
            line->area_c, line->area_left_out, line->grade, line->items, NULL };
        return true;
    }
    return false;
}

static bool of_computed(
        const struct tq_ranking *ranking, struct tq_slice unit, struct standing *out)
{
    const struct tq_standing *row = tq_ranking_find(ranking, unit);

    if (row == NULL)
        return false;
    *out = (struct standing){ row->rank,
        row->place != TQ_PLACE_NOT_SENT && row->place != TQ_PLACE_NOT_ENOUGH, row->score.final_c,
        row->score.area_c, row->score.area_left_out, row->grade, tq_slice_of(NULL, 0), row };
    return true;
}

/* The published table of a period; of the last one, where it has none, that of now. */
struct source {
    struct tq_ranking_view view;
    bool published;
    const struct tq_ranking *ranking;
};

static tq_status find_source(
        const struct trends *t, size_t w, struct source *out, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(t->app->store);
    struct tq_ranking_order order = {
        .period = t->periods[w].key, .sheet = t->sheet->key, .now_ms = app_now_ms()
    };
    tq_status rc = tq_ranking_load(
            db, t->app->arena, t->periods[w].key, tq_slice_of(NULL, 0), 0, &out->view, err);

    out->published = rc == TQ_OK;
    out->ranking = NULL;
    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    return w + 1 == t->n ? tq_ranking_compute(db, t->app->arena, &order, &out->ranking, err)
                         : TQ_OK;
}

static tq_status put_period(struct trends *t, size_t w, json_t *periods, struct tq_error *err)
{
    json_t *one = json_object();
    json_t *units = json_array();
    struct source source = { .published = false };
    struct summary_column hidden = { NULL, NULL };
    tq_status rc = find_source(t, w, &source, err);

    if (rc == TQ_OK)
        rc = summary_hide_incidents(&t->figures, w, t->app->arena, &hidden, err);
    for (size_t u = 0; rc == TQ_OK && u < t->figures.nunits; u++) {
        char text[TQ_SMALL_TEXT];
        struct standing s;
        bool has = source.published         ? of_published(&source.view, t->figures.units[u], &s)
                   : source.ranking != NULL ? of_computed(source.ranking, t->figures.units[u], &s)
                                            : false;

        json_array_append_new(
                units, unit_json(t, u, w, has ? &s : NULL,
                               tq_small_text(hidden.counts[u], hidden.hidden[u], text)));
        if (w + 1 == t->n)
            put_row(t, u, has ? &s : NULL);
    }
    json_object_set_new(one, "period", cli_json_slice(t->periods[w].key));
    json_object_set_new(
            one, "version", source.published ? json_integer(source.view.version) : json_null());
    json_object_set_new(one, "units", units);
    json_array_append_new(periods, one);
    return rc;
}

static json_t *criteria_json(const struct tq_sheet *sheet)
{
    json_t *list = json_array();

    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];
        json_t *one;

        if (c->area == 0)
            continue;
        one = json_object();
        json_object_set_new(one, "code", cli_json_slice(c->code));
        json_object_set_new(one, "name", cli_json_slice(c->name));
        json_object_set_new(one, "area", json_integer(c->area));
        json_object_set_new(one, "max_c", json_integer(c->max_c));
        json_array_append_new(list, one);
    }
    return list;
}

static tq_status tell(struct trends *t, struct tq_error *err)
{
    json_t *periods = json_array();
    json_t *communes = json_array();
    json_t *areas = json_array();
    tq_status rc = TQ_OK;

    for (size_t w = 0; rc == TQ_OK && w < t->n; w++)
        rc = put_period(t, w, periods, err);
    for (size_t u = 0; u < t->figures.nunits; u++) {
        json_t *one = json_object();

        json_object_set_new(one, "unit", cli_json_slice(t->figures.units[u]));
        json_object_set_new(one, "name", cli_json_slice(t->figures.names[u]));
        json_array_append_new(communes, one);
    }
    for (uint32_t a = 1; a <= t->sheet->nareas; a++)
        json_array_append_new(areas, json_integer(t->sheet->area_max_c[a]));
    cli_json_set(t->cli, "period", json_string(t->app->period));
    cli_json_set(t->cli, "periods", periods);
    cli_json_set(t->cli, "communes", communes);
    cli_json_set(t->cli, "criteria", criteria_json(t->sheet));
    cli_json_set(t->cli, "areas_max_c", areas);
    return rc == TQ_OK ? cli_table_print(&t->out, "rows", err) : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    static const uint64_t WANTED = BIT(TQ_FIGURE_INCIDENTS_1) | BIT(TQ_FIGURE_INCIDENTS_2) |
                                   BIT(TQ_FIGURE_INCIDENTS_3) | BIT(TQ_FIGURE_INCIDENTS_4) |
                                   BIT(TQ_FIGURE_INCIDENTS_5) | BIT(TQ_FIGURE_HOUSEHOLDS) |
                                   BIT(TQ_FIGURE_REPORTS_DUE) | BIT(TQ_FIGURE_REPORTS_IN_TIME);
    struct app *app = cli->app;
    struct trends t = { .app = app, .cli = cli };
    struct tq_slice sheet = { NULL, 0 };
    tq_status rc = app_open(app, cli, false, err);

    cli_table_init(&t.out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = load_periods(&t, err);
    if (rc == TQ_OK)
        rc = rank_sheet(app, cli, app->period, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(tq_district_store_db(app->store), app->arena, sheet, &t.sheet, err);
    if (rc == TQ_OK)
        rc = tq_figures_read(tq_district_store_db(app->store), app->arena, tq_slice_of(NULL, 0),
                t.windows, t.n, WANTED, app_now_ms(), &t.figures, err);
    if (rc == TQ_OK)
        rc = tell(&t, err);
    cli_table_deinit(&t.out);
    app_close(app);
    return rc;
}

const struct cli_command CMD_TRENDS = {
    .name = "trends",
    .usage = "KỲ",
    .summary = { "các xã qua các kỳ cùng loại: điểm đã công bố, vụ việc, đúng hạn",
            "the communes over periods of one kind: points, incidents, timeliness" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
