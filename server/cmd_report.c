/* cmd_report.c - tuquan-district report PERIOD UNIT: give one figure of a commune's report back
 * with what is wrong with it, or say that the report was verified. The commune reads it in its
 * inbox; what it corrects arrives with its next sync. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    { "cell", 'c', "Ô", { "ô hoặc tiêu chí trả lại", "the figure or criterion given back" } },
    { "reason", 'r', "LÝ_DO", { "lý do, xã sẽ đọc", "why; the commune reads it" } },
    { "type", 't', "LOẠI",
            { "month, quarter, half, year (mặc định: theo kỳ)", "by the period where not given" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static int column(const char *name)
{
    return tq_table_column_find(tq_catalogue_find(tq_catalogue_current(), "report"), name);
}

static const char *type_of(const struct app *app, const struct cli *cli)
{
    static const char *const TYPES[] = { [TQ_PERIOD_MONTH] = "month",
        [TQ_PERIOD_QUARTER] = "quarter",
        [TQ_PERIOD_HALF] = "half",
        [TQ_PERIOD_YEAR] = "year" };
    struct tq_period period;

    if (cli_option(cli, "type") != NULL)
        return cli_option(cli, "type");
    return tq_period_parse(tq_slice_str(app->period), &period) ? TYPES[period.kind] : "";
}

/* The report as it stands. Fails: NOT_FOUND (there is none), NOT_COMPLETE (it is
 * not sent: what a commune still writes is neither verified nor given back). */
static tq_status find(struct app *app, struct tq_slice unit, const char *type,
        struct tq_stored_row *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "report");
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    struct tq_slice key;
    struct tq_buf text;
    tq_status rc;

    values[column("unit")] = tq_value_text(unit);
    values[column("type")] = tq_value_str(type);
    values[column("period")] = tq_value_str(app->period);
    tq_buf_init(&text, TQ_MAX_KEY_BYTES);
    rc = tq_key_encode(table, values, &text) && tq_buf_is_ok(&text)
                 ? TQ_OK
                 : tq_error_set(err, TQ_INVALID, "%s", app->period);
    key = tq_slice_of(tq_arena_copy(app->arena, text.data, text.len), text.len);
    tq_buf_deinit(&text);
    if (rc == TQ_OK && key.data == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "report");
    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, table, &key, 1, app->arena, out, err);
    if (rc == TQ_OK && !out->exists)
        rc = tq_error_set(
                err, TQ_NOT_FOUND, "%s, %s", tq_word_of_table(table, app->cli->lang), app->period);
    if (rc == TQ_OK && !tq_slice_equal(out->values[column("state")].s, tq_slice_str("sent")))
        rc = tq_error_set(err, TQ_NOT_COMPLETE, "%s, %s: %s",
                tq_word_of_table(table, app->cli->lang), app->period,
                cli_say(app->cli, "xã chưa nộp", "the commune has not submitted it"));
    return rc;
}

/* What was given back before and has not come anew stays in the list: one line each. */
static void add_cell(struct tq_buf *out, const struct cli *cli, const struct tq_stored_row *row)
{
    bool waits = tq_slice_equal(row->values[column("receipt_state")].s, tq_slice_str("returned"));
    const struct tq_value *before = &row->values[column("returned_cells")];

    if (waits && before->type == TQ_TEXT && before->s.len > 0)
        tq_buf_printf(out, "%.*s; ", (int)before->s.len, (const char *)before->s.data);
    tq_buf_printf(out, "%s: %s", cli_option(cli, "cell"), cli_option(cli, "reason"));
}

static tq_status decide(
        struct app *app, struct cli *cli, struct tq_slice unit, bool returns, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "report");
    const char *type = type_of(app, cli);
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    bool given[TQ_MAX_COLUMNS] = { false };
    static const char *const KEYS[] = { "unit", "type", "period" };
    int stamp = column(returns ? "returned_at" : "verified_at");
    struct tq_stored_row row = { 0 };
    struct edit_list edits;
    struct tq_buf text;
    tq_status rc = find(app, unit, type, &row, err);

    tq_buf_init(&text, 0);
    if (rc == TQ_OK && returns)
        add_cell(&text, cli, &row);
    for (size_t i = 0; rc == TQ_OK && i < 3; i++) {
        values[column(KEYS[i])] = row.values[column(KEYS[i])];
        given[column(KEYS[i])] = true;
    }
    values[column("receipt_state")] = tq_value_str(returns ? "returned" : "verified");
    given[column("receipt_state")] = true;
    values[column("returned_cells")] =
            returns ? tq_value_text(tq_buf_slice(&text)) : tq_value_null();
    given[column("returned_cells")] = true;
    values[stamp] = tq_value_int(app_now_ms());
    given[stamp] = true;
    edit_init(&edits, app->arena);
    if (rc == TQ_OK && !tq_buf_is_ok(&text))
        rc = tq_error_set(err, TQ_NOMEM, "report");
    if (rc == TQ_OK)
        rc = edit_row(&edits, app, table, values, given, err);
    if (rc == TQ_OK && edits.count > 0)
        rc = app_write(app, edits.changes, edits.count, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "receipt_state", json_string(returns ? "returned" : "verified"));
        cli_json_set(cli, "returned_cells",
                returns ? json_stringn((const char *)text.data, text.len) : json_null());
        cli_print(cli, "%s, %s: %s", app->period, type,
                returns ? cli_say(cli, "đã trả lại; xã nhận ở lần đồng bộ tới",
                                  "given back; the commune gets it with its next sync")
                        : cli_say(cli, "đã thẩm định", "verified"));
    }
    tq_buf_deinit(&text);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool returns = strcmp(cli->args[2], "return") == 0;
    const char *needed;
    struct tq_slice unit;
    tq_status rc = TQ_OK;

    if (!returns && strcmp(cli->args[2], "verify") != 0)
        return cli_wrong_word(cli, cli->args[2], err);
    if (returns)
        rc = cli_need_option(cli, "cell", &needed, err);
    if (rc == TQ_OK && returns)
        rc = cli_need_option(cli, "reason", &needed, err);
    if (rc == TQ_OK)
        rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = app_unit(app, cli->args[1], &unit, err);
    if (rc == TQ_OK)
        rc = decide(app, cli, unit, returns, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_REPORT = {
    .name = "report",
    .usage = "KỲ XÃ return --cell=... --reason=... | KỲ XÃ verify",
    .summary = { "trả lại một ô của báo cáo kèm lý do, hoặc ghi là đã thẩm định",
            "give a figure of a report back with a reason, or say it was verified" },
    .details = { "Ví dụ:\n  report 2020-11 08779 return --cell=1.2 --reason=\"thiếu sổ ký\"",
            "Example:\n  report 2020-11 08779 return --cell=1.2 --reason=\"no signatures\"" },
    .options = OPTIONS,
    .min_args = 3,
    .max_args = 3,
    .run = run,
};
