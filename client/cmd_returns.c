/* cmd_returns.c - returns: the monthly figures of all villages as a grid, and several of them written
 * at once: all or none. */
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "cli/json.h"
#include "commands.h"
#include "figures.h"
#include "tuquan/intake.h"
#include "tuquan/words.h"

/* ---- showing ---- */

static json_t *cell_json(const struct cli *cli, const struct figures_grid *grid, size_t v, size_t k)
{
    const struct figures_cell *cell = &grid->cells[v * grid->frame.nindicators + k];
    struct figures_warning warnings[FIGURES_MAX_WARNINGS];
    size_t n = figures_warn(grid, v, k, warnings);
    json_t *list = json_array();
    json_t *json = json_object();

    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();

        json_object_set_new(one, "code", json_string(warnings[i].code));
        json_object_set_new(
                one, "text", json_string(cli_say(cli, warnings[i].text.vi, warnings[i].text.en)));
        json_array_append_new(list, one);
    }
    json_object_set_new(json, "village", cli_json_slice(grid->frame.villages[v].unit));
    json_object_set_new(json, "indicator", cli_json_slice(grid->frame.indicators[k].key));
    json_object_set_new(json, "value", app_value_json(&cell->value));
    json_object_set_new(json, "state", cell->there ? app_value_json(&cell->state) : json_null());
    json_object_set_new(
            json, "_sync", cell->there ? json_string(app_sync_code(cell->pending)) : json_null());
    json_object_set_new(json, "before", app_value_json(&cell->before));
    json_object_set_new(json, "last_year", app_value_json(&cell->last_year));
    json_object_set_new(json, "warnings", list);
    return json;
}

static json_t *villages_json(const struct figures_grid *grid)
{
    json_t *list = json_array();

    for (size_t i = 0; i < grid->frame.nvillages; i++) {
        json_t *one = json_object();

        json_object_set_new(one, "unit", cli_json_slice(grid->frame.villages[i].unit));
        json_object_set_new(one, "name", cli_json_slice(grid->frame.villages[i].name));
        json_object_set_new(one, "households",
                grid->households[i] >= 0 ? json_integer(grid->households[i]) : json_null());
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *indicators_json(const struct figures_grid *grid)
{
    json_t *list = json_array();

    for (size_t i = 0; i < grid->frame.nindicators; i++) {
        const struct returns_indicator *indicator = &grid->frame.indicators[i];
        json_t *one = json_object();

        json_object_set_new(one, "indicator", cli_json_slice(indicator->key));
        json_object_set_new(one, "code", cli_json_slice(indicator->code));
        json_object_set_new(one, "name", cli_json_slice(indicator->name));
        json_object_set_new(one, "measure", cli_json_slice(indicator->measure));
        json_object_set_new(one, "nature", cli_json_slice(indicator->nature));
        json_array_append_new(list, one);
    }
    return list;
}

static void put_json(struct cli *cli, const struct figures_grid *grid)
{
    json_t *cells = json_array();

    for (size_t v = 0; v < grid->frame.nvillages; v++)
        for (size_t k = 0; k < grid->frame.nindicators; k++)
            json_array_append_new(cells, cell_json(cli, grid, v, k));
    cli_json_set(cli, "period", cli_json_slice(grid->frame.period));
    cli_json_set(cli, "state", cli_json_slice(grid->frame.state));
    cli_json_set(cli, "before", cli_json_slice(grid->before));
    cli_json_set(cli, "last_year", cli_json_slice(grid->last_year));
    cli_json_set(cli, "villages", villages_json(grid));
    cli_json_set(cli, "indicators", indicators_json(grid));
    cli_json_set(cli, "cells", cells);
}

static const struct cli_column COLUMNS[] = {
    { "village", { "Thôn", "Village" }, false, true },
    { "indicator", { "Chỉ tiêu", "Indicator" }, false, true },
    { "value", { "Số liệu", "Value" }, true, false },
    { "before", { "Tháng trước", "Month before" }, true, false },
    { "last_year", { "Cùng kỳ", "Last year" }, true, false },
    { "warning", { "Lưu ý", "Note" }, false, true },
};

static void put_figure(struct cli_table *out, const struct tq_value *value)
{
    if (value->type == TQ_INT)
        cli_table_int(out, value->i);
    else
        cli_table_str(out, NULL);
}

static tq_status show(struct app *app, const struct figures_grid *grid, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct cli_table out;
    tq_status rc;

    if (cli->json) {
        put_json(cli, grid);
        return TQ_OK;
    }
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; i < grid->frame.nvillages * grid->frame.nindicators; i++) {
        const struct figures_cell *cell = &grid->cells[i];
        struct figures_warning warnings[FIGURES_MAX_WARNINGS];
        size_t v = i / grid->frame.nindicators;
        size_t k = i % grid->frame.nindicators;

        cli_table_text(&out, grid->frame.villages[v].name);
        cli_table_text(&out, grid->frame.indicators[k].name);
        put_figure(&out, &cell->value);
        put_figure(&out, &cell->before);
        put_figure(&out, &cell->last_year);
        cli_table_str(&out, figures_warn(grid, v, k, warnings) > 0
                                    ? cli_say(cli, warnings[0].text.vi, warnings[0].text.en)
                                    : NULL);
    }
    rc = cli_table_print(&out, "cells", err);
    cli_table_deinit(&out);
    return rc;
}

/* ---- writing ---- */

/* What is asked of one cell; several arguments may speak of the same. */
struct wish {
    bool given;
    bool has_was;
    bool confirm;
    struct tq_value value;
    struct tq_value was;
};

static tq_status take_value(struct app *app, struct tq_slice text, struct tq_value *out,
        const char *arg, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "village_return");
    const struct tq_column *column = &table->columns[tq_table_column_find(table, "value")];

    const tq_intake got = tq_intake_value(table, column, text, app->arena, out, NULL);

    if (got == TQ_INTAKE_OK)
        return TQ_OK;
    return tq_error_set(err, got == TQ_INTAKE_NOMEM ? TQ_NOMEM : TQ_INVALID, "%s", arg);
}

/* "VILLAGE;INDICATOR=VALUE", "was:VILLAGE;INDICATOR=VALUE", "confirm:VILLAGE;INDICATOR". */
static tq_status take_wish(struct app *app, const struct figures_grid *grid, const char *arg,
        struct wish *wishes, struct tq_error *err)
{
    bool was = strncmp(arg, "was:", 4) == 0;
    bool confirm = strncmp(arg, "confirm:", 8) == 0;
    const char *at = arg + (was ? 4 : confirm ? 8 : 0);
    const char *semicolon = strchr(at, ';');
    const char *equals = strchr(at, '=');
    const char *end = confirm ? at + strlen(at) : equals;
    struct wish *wish;
    int v;
    int k;

    if (semicolon == NULL || end == NULL || end < semicolon)
        return tq_error_set(err, TQ_USAGE, "\"%s\" (%s)", arg,
                cli_say(app->cli, "viết THÔN;CHỈ_TIÊU=SỐ", "write VILLAGE;INDICATOR=NUMBER"));
    v = figures_village(app, grid, tq_slice_of(at, (size_t)(semicolon - at)));
    k = returns_indicator_find(
            &grid->frame, tq_slice_of(semicolon + 1, (size_t)(end - semicolon - 1)));
    if (v < 0 || k < 0)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", arg);
    wish = &wishes[(size_t)v * grid->frame.nindicators + (size_t)k];
    if (confirm) {
        wish->confirm = true;
        return TQ_OK;
    }
    wish->has_was = wish->has_was || was;
    wish->given = wish->given || !was;
    return take_value(app, tq_slice_str(equals + 1), was ? &wish->was : &wish->value, arg, err);
}

static void give(struct tq_draft *draft, const char *column, struct tq_value value)
{
    int c = tq_table_column_find(draft->table, column);

    draft->given[c] = true;
    draft->values[c] = value;
}

/* Confirming alone keeps the figure; a new figure is a draft until it is confirmed. */
static void fill(struct tq_draft *draft, const struct figures_cell *cell, const struct wish *wish)
{
    int c = tq_table_column_find(draft->table, "value");

    give(draft, "value", wish->given ? wish->value : cell->value);
    give(draft, "source", tq_value_str("typed"));
    give(draft, "state", tq_value_str(wish->confirm ? "confirmed" : "draft"));
    draft->has_shown[c] = wish->has_was && cell->there;
    draft->shown[c] = wish->was;
}

static tq_status write_cell(struct app *app, const struct figures_grid *grid, size_t i,
        const struct wish *wish, struct tq_problem *problem, struct tq_error *err)
{
    const struct figures_cell *cell = &grid->cells[i];
    struct tq_draft draft = { .table = tq_catalogue_find(app->catalogue, "village_return") };
    struct tq_slice key;

    fill(&draft, cell, wish);
    if (cell->there)
        return tq_record_update(app->records, &draft, cell->key, NULL, problem, err);
    if (wish->has_was && wish->was.type != TQ_NULL)
        return tq_error_set(err, TQ_STALE, "%s", "");
    if (!wish->given)
        return TQ_OK; /* nothing stands there that could be confirmed */
    give(&draft, "village", tq_value_text(grid->frame.villages[i / grid->frame.nindicators].unit));
    give(&draft, "period", tq_value_text(grid->frame.period));
    give(&draft, "indicator",
            tq_value_text(grid->frame.indicators[i % grid->frame.nindicators].key));
    return tq_record_insert(app->records, &draft, app->arena, &key, problem, err);
}

/* Why one cell was not taken, beside what stands there now. */
static json_t *fault_json(const struct app *app, const struct figures_grid *grid, size_t i,
        tq_status status, const struct tq_problem *problem)
{
    tq_lang lang = app->cli->lang;
    json_t *json = json_object();

    json_object_set_new(json, "village",
            cli_json_slice(grid->frame.villages[i / grid->frame.nindicators].unit));
    json_object_set_new(json, "indicator",
            cli_json_slice(grid->frame.indicators[i % grid->frame.nindicators].key));
    json_object_set_new(json, "code", json_string(tq_status_code(status)));
    json_object_set_new(json, "sentence",
            json_string(status == TQ_RULE ? tq_record_reason(problem->table, problem->column,
                                                    problem->reason, lang)
                                          : tq_status_sentence(status, lang)));
    json_object_set_new(json, "value", app_value_json(&grid->cells[i].value));
    return json;
}

static tq_status write_all(struct app *app, const struct figures_grid *grid,
        const struct wish *wishes, struct tq_error *err)
{
    struct cli *cli = app->cli;
    json_t *faults = json_array();
    tq_status worst = TQ_OK;
    size_t written = 0;
    tq_status rc = tq_records_begin(app->records, err);

    for (size_t i = 0; rc == TQ_OK && i < grid->frame.nvillages * grid->frame.nindicators; i++) {
        struct tq_problem problem = { 0 };
        tq_status status;

        if (!wishes[i].given && !wishes[i].confirm)
            continue;
        status = write_cell(app, grid, i, &wishes[i], &problem, err);
        if (status == TQ_OK) {
            written++;
            continue;
        }
        if (status != TQ_STALE && status != TQ_RULE && status != TQ_EXISTS)
            rc = status;
        worst = worst == TQ_STALE ? worst : status;
        json_array_append_new(faults, fault_json(app, grid, i, status, &problem));
    }
    if (rc == TQ_OK && worst == TQ_OK)
        rc = tq_records_commit(app->records, err);
    else
        tq_records_rollback(app->records);
    cli->done = rc == TQ_OK && worst == TQ_OK;
    cli_json_set(cli, "written", json_integer(cli->done ? (json_int_t)written : 0));
    if (rc == TQ_OK && worst != TQ_OK)
        rc = tq_error_set(err, worst,
                CLI_SAY(cli, "%zu ô chưa ghi được; không ô nào được ghi",
                        "%zu cells were not taken; none was written"),
                json_array_size(faults));
    cli_json_set(cli, "faults", faults);
    if (rc == TQ_OK)
        cli_print(cli,
                CLI_SAY(cli, "Đã ghi %zu ô. Chờ gửi lên huyện.",
                        "%zu cells were written; they wait to be sent."),
                written);
    return rc;
}

static tq_status set(struct app *app, const struct figures_grid *grid, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct wish *wishes = tq_arena_array(
            app->arena, grid->frame.nvillages * grid->frame.nindicators + 1, sizeof(*wishes));
    tq_status rc = wishes != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "returns");

    for (size_t i = 1; rc == TQ_OK && i < cli->nargs; i++)
        rc = take_wish(app, grid, cli->args[i], wishes, err);
    if (rc == TQ_OK)
        rc = write_all(app, grid, wishes, err);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct figures_grid grid;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = figures_load(&app, cli->args[0], &grid, err);
    if (rc == TQ_OK)
        rc = cli->nargs == 1 ? show(&app, &grid, err) : set(&app, &grid, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_RETURNS = {
    .name = "returns",
    .usage = "KỲ [[was:]THÔN;CHỈ_TIÊU=SỐ | confirm:THÔN;CHỈ_TIÊU]...",
    .summary = { "số liệu tháng của các thôn: xem cả bảng, ghi nhiều ô một lần",
            "the villages' monthly figures: the whole grid, several cells at once" },
    .details = { "Ví dụ:\n  returns 2020-11\n"
                 "  returns 2020-11 \"Anh Dũng;households_signed=96\" "
                 "\"confirm:Anh Dũng;households_signed\"\n"
                 "Ghi hết hoặc không ghi gì; ô đã bị người khác sửa (was:) thì dừng lại.",
            "Example:\n  returns 2020-11 \"08779-01;households_signed=96\"\n"
            "All cells or none; one that somebody else changed (was:) stops it." },
    .min_args = 1,
    .max_args = SIZE_MAX,
    .run = run,
};
