#include "summary.h"

#include <string.h>

#include "cmd.h"

/* Lines that are sums of others, before those that they are made of. */
static const char INCIDENTS[] = "incidents";

int64_t summary_incidents(const struct tq_figures *figures, size_t unit, size_t window)
{
    int64_t sum = 0;

    for (int f = TQ_FIGURE_INCIDENTS_1; f <= TQ_FIGURE_INCIDENTS_5; f++)
        sum += tq_figures_at(figures, unit, (tq_figure)f, window);
    return sum;
}

int64_t summary_rate_c(int64_t incidents, int64_t households)
{
    return households > 0 ? (incidents * 200000 + households) / (2 * households) : -1;
}

json_t *summary_rate_json(int64_t incidents, int64_t households)
{
    int64_t rate_c = summary_rate_c(incidents, households);

    return rate_c >= 0 ? json_integer(rate_c) : json_null();
}

bool summary_percent_t(int64_t before, int64_t now, int64_t *out)
{
    int64_t change = now - before;
    int64_t size = change < 0 ? -change : change;

    if (before <= 0)
        return false;
    *out = (size * 2000 + before) / (2 * before) * (change < 0 ? -1 : 1);
    return true;
}

/* ---- windows ---- */

static struct tq_window since_year_began(const struct tq_facts_period *period)
{
    struct tq_period year = { period->period.calendar, TQ_PERIOD_YEAR, period->period.year, 1 };
    struct tq_window window = tq_period_window(&year, TQ_LEVEL_COMMUNE);

    window.last = period->window.last;
    if (window.first > period->window.first)
        window.first = period->window.first;
    return window;
}

static tq_status load_windows(struct app *app, struct summary *out, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(app->store);
    char before[TQ_PERIOD_TEXT];
    tq_status rc = tq_facts_period(db, app->arena, tq_slice_str(app->period), &out->period, err);

    if (rc != TQ_OK)
        return rc;
    rank_period_before(&out->period.period, before);
    rc = tq_facts_period(db, app->arena, tq_slice_str(before), &out->previous, err);
    if (rc == TQ_OK)
        rc = tq_facts_period(db, app->arena, out->period.last_year, &out->last_year, err);
    if (rc != TQ_OK)
        return rc;
    out->windows[SUMMARY_NOW] = out->period.window;
    out->windows[SUMMARY_PREVIOUS] = out->previous.window;
    out->windows[SUMMARY_LAST_YEAR] = out->last_year.window;
    out->windows[SUMMARY_YTD] = since_year_began(&out->period);
    out->windows[SUMMARY_YTD_LAST_YEAR] = since_year_began(&out->last_year);
    return TQ_OK;
}

/* ---- lines ---- */

static void add_up(const struct summary *s, struct summary_line *line)
{
    for (size_t u = 0; u < s->figures.nunits; u++)
        for (size_t w = 0; w < SUMMARY_WINDOWS; w++)
            line->total[w] += line->n[u * SUMMARY_WINDOWS + w];
}

static tq_status add_figure(struct app *app, const struct cli *cli, struct summary *s,
        tq_figure figure, struct tq_error *err)
{
    const struct tq_figure_info *info = tq_figure_info(figure);
    struct summary_line *line = &s->lines[s->nlines++];
    bool all = figure == TQ_FIGURES; /* the incidents of every area */
    int64_t *n = tq_arena_array(app->arena, s->figures.nunits * SUMMARY_WINDOWS + 1, sizeof(*n));

    if (n == NULL)
        return tq_error_set(err, TQ_NOMEM, "summary");
    *line = (struct summary_line){ .code = all ? INCIDENTS : info->code,
        .name = tq_slice_str(all ? cli_say(cli, "Tổng số vụ việc", "Incidents, all areas")
                                 : cli_say(cli, info->vi, info->en)),
        .area = all ? 0 : info->area,
        .small = all || info->small,
        .stock = !all && info->stock,
        .n = n };
    for (size_t u = 0; u < s->figures.nunits; u++)
        for (size_t w = 0; w < SUMMARY_WINDOWS; w++)
            n[u * SUMMARY_WINDOWS + w] = all ? summary_incidents(&s->figures, u, w)
                                             : tq_figures_at(&s->figures, u, figure, w);
    add_up(s, line);
    return TQ_OK;
}

static tq_status add_typed(
        struct app *app, struct summary *s, const struct tq_typed *typed, struct tq_error *err)
{
    struct summary_line *line = &s->lines[s->nlines++];
    char *code = tq_arena_alloc(app->arena, typed->code.len + 1);

    if (code == NULL)
        return tq_error_set(err, TQ_NOMEM, "summary");
    memcpy(code, typed->code.data, typed->code.len);
    code[typed->code.len] = '\0';
    /* Who is helped, managed or offends again is counted in areas II and V. */
    *line = (struct summary_line){ .code = code,
        .name = typed->name,
        .area = typed->area,
        .small = typed->area == 2 || typed->area == 5,
        .stock = typed->stock,
        .n = typed->n };
    add_up(s, line);
    return TQ_OK;
}

static tq_status add_area(struct app *app, const struct cli *cli, struct summary *s, uint32_t area,
        const struct tq_typed *typed, size_t ntyped, struct tq_error *err)
{
    tq_status rc = area == 0 ? add_figure(app, cli, s, TQ_FIGURES, err) : TQ_OK;

    for (int f = 0; rc == TQ_OK && f < TQ_FIGURES; f++) {
        if (tq_figure_info((tq_figure)f)->area == area)
            rc = add_figure(app, cli, s, (tq_figure)f, err);
    }
    for (size_t i = 0; rc == TQ_OK && i < ntyped; i++) {
        if (typed[i].area == area)
            rc = add_typed(app, s, &typed[i], err);
    }
    return rc;
}

tq_status summary_load(struct app *app, struct cli *cli, struct summary *out, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(app->store);
    const struct tq_typed *typed = NULL;
    struct tq_slice sheet = { NULL, 0 };
    size_t ntyped = 0;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = load_windows(app, out, err);
    if (rc == TQ_OK)
        rc = rank_sheet(app, cli, app->period, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, app->arena, sheet, &out->sheet, err);
    if (rc == TQ_OK)
        rc = tq_figures_read(db, app->arena, tq_slice_of(NULL, 0), out->windows, SUMMARY_WINDOWS,
                UINT64_MAX, app_now_ms(), &out->figures, err);
    if (rc == TQ_OK)
        rc = tq_typed_read(
                db, app->arena, out->sheet, &out->figures, out->windows, &typed, &ntyped, err);
    if (rc != TQ_OK)
        return rc;
    out->lines = tq_arena_array(app->arena, TQ_FIGURES + ntyped + 1, sizeof(*out->lines));
    if (out->lines == NULL)
        return tq_error_set(err, TQ_NOMEM, "summary");
    for (uint32_t a = 0; rc == TQ_OK && a <= TQ_MAX_AREAS; a++)
        rc = add_area(app, cli, out, a, typed, ntyped, err);
    return rc;
}
