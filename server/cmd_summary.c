/* cmd_summary.c - tuquan-district summary PERIOD: the consolidated table, by area and by commune, on
 * the screen or as a workbook. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "summary.h"

static const struct cli_option OPTIONS[] = {
    { "line", 'l', "ID",
            { "một dòng của bảng, theo từng xã (mã ở cột đầu)",
                    "one line of the table, by commune (the code in the first column)" } },
    { "sheet", 's', "SHEET",
            { "bảng điểm (mặc định: của lần công bố trước, hoặc bảng mới nhất)",
                    "scoring sheet (that of the last publication, or the newest)" } },
    { "xlsx", 0, "FILE",
            { "thành tệp Excel, như văn bản (số đếm 1-2 của xã in là <3)",
                    "as a workbook, as a paper (a commune's counts of 1-2 stand as <3)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "code", { "Mã", "Code" }, false, true },
    { "name", { "Chỉ tiêu", "Line" }, false, true },
    { "now", { "Kỳ này", "Now" }, true, false },
    { "previous", { "Kỳ trước", "Before" }, true, false },
    { "change", { "Tăng, giảm", "Change" }, true, false },
    { "percent_t", { "%", "%" }, true, false },
    { "last_year", { "Cùng kỳ", "Last year" }, true, false },
    { "change_year", { "Tăng, giảm", "Change" }, true, false },
    { "percent_year_t", { "%", "%" }, true, false },
    { "ytd", { "Luỹ kế", "Year to date" }, true, false },
    { "ytd_last_year", { "Luỹ kế cùng kỳ", "Last year to date" }, true, false },
};

/* Which column shows which window, in their order. */
static const char *const NAMES[SUMMARY_WINDOWS] = { [SUMMARY_PREVIOUS] = "previous",
    [SUMMARY_LAST_YEAR] = "last_year",
    [SUMMARY_YTD_LAST_YEAR] = "ytd_last_year",
    [SUMMARY_YTD] = "ytd",
    [SUMMARY_NOW] = "now" };

static void put_percent(struct cli_table *out, int64_t before, int64_t now)
{
    int64_t tenths = 0;
    char text[32];

    if (!summary_percent_t(before, now, &tenths)) {
        cli_table_str(out, NULL);
        return;
    }
    snprintf(text, sizeof(text), "%s%" PRId64 "%s%" PRId64, tenths < 0 ? "-" : "",
            (tenths < 0 ? -tenths : tenths) / 10, out->cli->lang == TQ_LANG_EN ? "." : ",",
            (tenths < 0 ? -tenths : tenths) % 10);
    cli_table_both(out, text, json_integer(tenths));
}

/* The cells behind code and name; `n` by window. */
static void put_numbers(struct cli_table *out, const int64_t *n)
{
    int64_t now = n[SUMMARY_NOW];

    cli_table_int(out, now);
    cli_table_int(out, n[SUMMARY_PREVIOUS]);
    cli_table_int(out, now - n[SUMMARY_PREVIOUS]);
    put_percent(out, n[SUMMARY_PREVIOUS], now);
    cli_table_int(out, n[SUMMARY_LAST_YEAR]);
    cli_table_int(out, now - n[SUMMARY_LAST_YEAR]);
    put_percent(out, n[SUMMARY_LAST_YEAR], now);
    cli_table_int(out, n[SUMMARY_YTD]);
    cli_table_int(out, n[SUMMARY_YTD_LAST_YEAR]);
}

/* "outside": what a paper shows of the counts of a commune and of the district, by window. */
static tq_status put_outside(struct app *app, const struct summary *s,
        const struct summary_line *line, json_t *communes, json_t *total, struct tq_error *err)
{
    struct summary_column columns[SUMMARY_WINDOWS];
    size_t units = s->figures.nunits;
    tq_status rc = summary_hide(s, line, app->arena, columns, err);

    for (size_t w = 0; rc == TQ_OK && w < SUMMARY_WINDOWS; w++) {
        for (size_t u = 0; u <= units; u++) {
            json_t *one =
                    u < units ? json_object_get(json_array_get(communes, u), "outside") : total;
            tq_hidden hidden = columns[w].hidden[u];
            char text[TQ_SMALL_TEXT];

            if (hidden != TQ_HIDDEN_NO)
                json_object_set_new(one, NAMES[w],
                        json_string(tq_small_text(columns[w].counts[u], hidden, text)));
        }
    }
    return rc;
}

/* The communes of one line: "communes": [{unit, name, now, previous, ..., outside}]. */
static tq_status put_communes(struct app *app, const struct summary *s,
        const struct summary_line *line, json_t *row, struct tq_error *err)
{
    json_t *communes = json_array();
    json_t *total = json_object();

    for (size_t u = 0; u < s->figures.nunits; u++) {
        json_t *one = json_object();

        json_object_set_new(one, "unit", cli_json_slice(s->figures.units[u]));
        for (size_t w = 0; w < SUMMARY_WINDOWS; w++)
            json_object_set_new(one, NAMES[w], json_integer(line->n[u * SUMMARY_WINDOWS + w]));
        json_object_set_new(one, "outside", json_object());
        json_array_append_new(communes, one);
    }
    json_object_set_new(row, "communes", communes);
    json_object_set_new(row, "outside", total);
    return put_outside(app, s, line, communes, total, err);
}

static tq_status put_line(struct app *app, struct cli_table *out, const struct summary *s,
        const struct summary_line *line, struct tq_error *err)
{
    json_t *row;

    cli_table_str(out, line->code);
    cli_table_text(out, line->name);
    put_numbers(out, line->total);
    row = cli_table_last(out);
    if (row == NULL)
        return TQ_OK;
    json_object_set_new(row, "area", json_integer(line->area));
    json_object_set_new(row, "stock", json_boolean(line->stock));
    json_object_set_new(row, "small", json_boolean(line->small));
    return put_communes(app, s, line, row, err);
}

/* For people: the communes of one line as a table of their own. */
static tq_status print_line(
        struct cli *cli, const struct summary *s, const char *code, struct tq_error *err)
{
    const struct summary_line *line = NULL;
    struct cli_table out;
    tq_status rc;

    for (size_t i = 0; i < s->nlines && line == NULL; i++)
        line = strcmp(s->lines[i].code, code) == 0 ? &s->lines[i] : NULL;
    if (line == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", code);
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t u = 0; u < s->figures.nunits; u++) {
        cli_table_text(&out, s->figures.units[u]);
        cli_table_text(&out, s->figures.names[u]);
        put_numbers(&out, &line->n[u * SUMMARY_WINDOWS]);
    }
    rc = cli_table_print(&out, "communes", err);
    cli_table_deinit(&out);
    return rc;
}

static json_t *names_json(const struct tq_figures *figures)
{
    json_t *list = json_array();

    for (size_t u = 0; u < figures->nunits; u++) {
        json_t *one = json_object();

        json_object_set_new(one, "unit", cli_json_slice(figures->units[u]));
        json_object_set_new(one, "name", cli_json_slice(figures->names[u]));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *windows_json(const struct summary *s)
{
    json_t *all = json_object();

    for (size_t w = 0; w < SUMMARY_WINDOWS; w++) {
        char first[TQ_DAY_TEXT];
        char last[TQ_DAY_TEXT];
        json_t *one = json_object();

        tq_day_print(s->windows[w].first, first);
        tq_day_print(s->windows[w].last, last);
        json_object_set_new(one, "from", json_string(first));
        json_object_set_new(one, "to", json_string(last));
        json_object_set_new(all, NAMES[w], one);
    }
    return all;
}

static tq_status print(
        struct app *app, struct cli *cli, const struct summary *s, struct tq_error *err)
{
    const char *code = cli_option(cli, "line");
    struct cli_table out;
    tq_status rc = TQ_OK;

    cli_json_set(cli, "period", json_string(app->period));
    cli_json_set(cli, "previous", cli_json_slice(s->previous.key));
    cli_json_set(cli, "last_year", cli_json_slice(s->last_year.key));
    cli_json_set(cli, "windows", windows_json(s));
    cli_json_set(cli, "communes", names_json(&s->figures));
    if (code != NULL)
        return print_line(cli, s, code, err);
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < s->nlines; i++)
        rc = put_line(app, &out, s, &s->lines[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "lines", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *path = cli_option(cli, "xlsx");
    struct summary summary;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = summary_load(app, cli, &summary, err);
    if (rc == TQ_OK)
        rc = path != NULL ? summary_write(app, cli, &summary, NULL, path, err)
                          : print(app, cli, &summary, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_SUMMARY = {
    .name = "summary",
    .usage = "KỲ",
    .summary = { "bảng tổng hợp: kỳ này, kỳ trước, cùng kỳ, luỹ kế; theo lĩnh vực và theo xã",
            "consolidated: now, before, last year, year to date; by area and by commune" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
