/* cmd_report.c - report: the periods that are due, and draft, approve, submit one. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "paper.h"
#include "tuquan/words.h"

static const struct cli_column COLUMNS[] = {
    { "period", { "Kỳ", "Period" }, false, false },
    { "kind", { "Loại kỳ", "Kind" }, false, false },
    { "due_at", { "Hạn nộp", "Due" }, false, false },
    { "period_state", { "Kỳ đang", "Period is" }, false, false },
    { "state", { "Báo cáo", "Report" }, false, false },
    { "submitted_at", { "Nộp lúc", "Submitted" }, false, false },
    { "receipt_state", { "Huyện xử lý", "At the district" }, false, false },
    { "_sync", { "Với huyện", "District" }, false, false },
};

/* What a report of one period is made of. */
struct period {
    struct tq_slice key;
    struct tq_slice kind;
};

static const struct tq_value *value_of(
        const struct tq_table *table, const struct tq_record *record, const char *column)
{
    return &record->values[tq_table_column_find(table, column)];
}

static tq_status find_report(struct app *app, struct tq_slice kind, struct tq_slice period,
        struct tq_record *out, bool *found, struct tq_slice *key, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "report");
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_buf encoded;
    void *copy;
    tq_status rc = TQ_OK;

    for (size_t c = 0; c < table->ncolumns; c++)
        values[c] = tq_value_null();
    values[tq_table_column_find(table, "unit")] = tq_value_text(tq_records_unit(app->records));
    values[tq_table_column_find(table, "type")] = tq_value_text(kind);
    values[tq_table_column_find(table, "period")] = tq_value_text(period);
    tq_buf_init(&encoded, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(table, values, &encoded))
        rc = tq_error_set(err, TQ_NOMEM, "report");
    copy = tq_arena_copy(app->arena, encoded.data, encoded.len);
    if (rc == TQ_OK && copy == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "report");
    *key = tq_slice_of(copy, encoded.len);
    tq_buf_deinit(&encoded);
    if (rc == TQ_OK)
        rc = tq_record_get(app->records, table, *key, app->arena, out, found, err);
    return rc;
}

static void put_word(struct app *app, struct cli_table *out, const struct tq_table *table,
        const char *column, const struct tq_value *value)
{
    if (value == NULL || value->type != TQ_TEXT)
        cli_table_str(out, NULL);
    else
        cli_table_both_text(out,
                tq_word_of_code(table->name, &table->columns[tq_table_column_find(table, column)],
                        value->s, app->cli->lang),
                app_value_json(value));
}

static void put_instant(struct app *app, struct cli_table *out, const struct tq_value *value)
{
    char text[40];

    if (value == NULL || value->type != TQ_INT)
        cli_table_str(out, NULL);
    else
        cli_table_both(out, cli_show_instant(app->cli, value->i, text, sizeof(text)),
                json_integer(value->i));
}

static tq_status put_period(struct app *app, struct cli_table *out, const struct tq_table *periods,
        const struct tq_record *period, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "report");
    struct tq_record report;
    struct tq_slice key;
    bool found = false;
    const struct tq_value *kind = value_of(periods, period, "kind");
    tq_status rc = find_report(app, kind->s, period->key, &report, &found, &key, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_text(out, period->key);
    put_word(app, out, periods, "kind", kind);
    put_instant(app, out, value_of(periods, period, "due_at"));
    put_word(app, out, periods, "state", value_of(periods, period, "state"));
    if (found)
        put_word(app, out, table, "state", value_of(table, &report, "state"));
    else
        cli_table_both(out, cli_say(app->cli, "chưa soạn", "not drafted"), json_null());
    put_instant(app, out, found ? value_of(table, &report, "submitted_at") : NULL);
    put_word(app, out, table, "receipt_state",
            found ? value_of(table, &report, "receipt_state") : NULL);
    if (found)
        cli_table_both(out, app_sync_word(app->cli, report.pending),
                json_string(app_sync_code(report.pending)));
    else
        cli_table_str(out, NULL);
    return TQ_OK;
}

/* Periods with a due day, the open ones; --all: every one. */
static tq_status list_periods(struct app *app, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "period") };
    struct cli_table out;
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);

    cli_table_init(&out, app->cli, COLUMNS, 8);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        const struct tq_value *state = value_of(query.table, &rows[i], "state");
        bool done =
                state->type == TQ_TEXT && (tq_slice_equal(state->s, tq_slice_str("future")) ||
                                                  tq_slice_equal(state->s, tq_slice_str("locked")));

        if (value_of(query.table, &rows[i], "due_at")->type != TQ_NULL &&
                (!done || cli_option(app->cli, "all") != NULL))
            rc = put_period(app, &out, query.table, &rows[i], err);
    }
    if (rc == TQ_OK && out.nrows == 0)
        cli_print(app->cli, "%s",
                cli_say(app->cli, "Không có kỳ nào đang mở.", "No period is open."));
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "reports", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status find_period(
        struct app *app, const char *text, struct period *out, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "period");
    struct tq_slice key;
    struct tq_record record;
    bool found = false;
    tq_status rc = app_period(app, text, &key, err);

    if (rc == TQ_OK)
        rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s \"%s\"", cli_say(app->cli, "kỳ", "period"), text);
    if (rc != TQ_OK)
        return rc;
    out->key = key;
    out->kind = value_of(table, &record, "kind")->s;
    return TQ_OK;
}

tq_status report_load(struct app *app, struct tq_slice period, struct tq_record *out, bool *found,
        struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "period");
    struct tq_record record;
    struct tq_slice key;
    tq_status rc = tq_record_get(app->records, table, period, app->arena, &record, found, err);

    if (rc == TQ_OK && !*found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s \"%.*s\"", cli_say(app->cli, "kỳ", "period"),
                (int)period.len, (const char *)period.data);
    if (rc == TQ_OK)
        rc = find_report(app, value_of(table, &record, "kind")->s, period, out, found, &key, err);
    return rc;
}

static void give(struct tq_draft *draft, const char *column, struct tq_value value)
{
    int c = tq_table_column_find(draft->table, column);

    draft->given[c] = true;
    draft->values[c] = value;
}

static bool has_state(
        const struct tq_table *table, const struct tq_record *record, const char *state)
{
    return tq_slice_equal(value_of(table, record, "state")->s, tq_slice_str(state));
}

/* What was sent stands as it was approved: only one that the district returned is drafted anew, and
 * that takes back the approval. */
static tq_status may_step(struct app *app, const char *step, const struct tq_table *table,
        const struct tq_record *report, struct tq_error *err)
{
    bool returned =
            tq_slice_equal(value_of(table, report, "receipt_state")->s, tq_slice_str("returned"));

    if (!has_state(table, report, "sent") || (returned && strcmp(step, "draft") == 0))
        return TQ_OK;
    return tq_error_set(err, TQ_NOT_COMPLETE, "%s",
            returned ? cli_say(app->cli, "huyện trả lại: soạn lại trước đã (report draft)",
                               "returned by the district: draft it anew first (report draft)")
                     : cli_say(app->cli,
                               "đã nộp: chỉ sửa được khi huyện trả lại, số liệu sai thì đề nghị "
                               "đính chính",
                               "it was sent: it can be changed once the district returns it"));
}

/* Each step needs the one before: draft, approve (the chairman), submit. */
static tq_status fill_step(struct app *app, const char *step, bool found,
        const struct tq_record *report, struct tq_draft *draft, struct tq_error *err)
{
    const struct cli *cli = app->cli;
    tq_status rc = found ? may_step(app, step, draft->table, report, err) : TQ_OK;

    if (rc != TQ_OK)
        return rc;
    if (strcmp(step, "draft") == 0) {
        give(draft, "narrative", cli->nargs > 2 ? tq_value_str(cli->args[2]) : tq_value_null());
        if (cli->nargs <= 2 && found)
            draft->given[tq_table_column_find(draft->table, "narrative")] = false;
        give(draft, "approved_at", tq_value_null());
        give(draft, "submitted_at", tq_value_null());
        give(draft, "state", tq_value_str("draft"));
    } else if (strcmp(step, "approve") == 0) {
        if (!found)
            return tq_error_set(err, TQ_NOT_COMPLETE, "%s",
                    cli_say(cli, "chưa soạn báo cáo (report draft)", "not drafted (report draft)"));
        give(draft, "approved_at", tq_value_int(app_now(app)));
        give(draft, "state", tq_value_str("approved"));
    } else if (strcmp(step, "submit") == 0) {
        if (!found || has_state(draft->table, report, "draft"))
            return tq_error_set(err, TQ_NOT_COMPLETE, "%s",
                    cli_say(cli, "chưa được duyệt (report approve)",
                            "not approved (report approve)"));
        give(draft, "submitted_at", tq_value_int(app_now(app)));
        give(draft, "state", tq_value_str("sent"));
    } else {
        return tq_error_set(err, TQ_USAGE, "report %s (draft, approve, submit)", step);
    }
    return TQ_OK;
}

/* What the writer saw (--was, --was-state), into the draft: the write compares it with the file in its
 * own transaction, so that nobody approves or submits a text that he has not seen. */
static void give_shown(
        struct app *app, const char *option, const char *column, struct tq_draft *draft)
{
    const char *text = cli_option(app->cli, option);
    int c = tq_table_column_find(draft->table, column);

    if (text == NULL)
        return;
    draft->has_shown[c] = true;
    draft->shown[c] = text[0] != '\0' ? tq_value_str(text) : tq_value_null();
    if (!draft->given[c])
        give(draft, column, draft->shown[c]);
}

/* Before a step is judged by the state: where it is another than the writer saw, he is told that. */
static tq_status is_as_shown(struct app *app, const struct tq_table *table, bool found,
        const struct tq_record *report, struct tq_error *err)
{
    static const char *const SHOWN[][2] = { { "was", "narrative" }, { "was-state", "state" } };

    for (size_t i = 0; i < 2; i++) {
        const char *text = cli_option(app->cli, SHOWN[i][0]);
        int c = tq_table_column_find(table, SHOWN[i][1]);
        struct tq_slice there =
                found && report->values[c].type == TQ_TEXT ? report->values[c].s : tq_slice_str("");

        if (text == NULL || tq_slice_equal(there, tq_slice_str(text)))
            continue;
        return tq_error_set(err, TQ_STALE, "%s: %s",
                cli_say(app->cli, "báo cáo đã được sửa từ lúc xem",
                        "the report was changed since it was read"),
                tq_word_of_column(&table->columns[c], app->cli->lang));
    }
    return TQ_OK;
}

static tq_status do_step(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct tq_draft draft = { .table = tq_catalogue_find(app->catalogue, "report") };
    struct tq_problem problem = { 0 };
    struct tq_record report;
    struct period period;
    struct tq_slice key;
    bool found = false;
    tq_status rc = find_period(app, cli->args[1], &period, err);

    if (rc == TQ_OK)
        rc = find_report(app, period.kind, period.key, &report, &found, &key, err);
    if (rc == TQ_OK)
        rc = is_as_shown(app, draft.table, found, &report, err);
    if (rc == TQ_OK)
        rc = fill_step(app, cli->args[0], found, &report, &draft, err);
    if (rc == TQ_OK)
        rc = app_lint(app, &draft, err);
    if (rc == TQ_OK) {
        give_shown(app, "was", "narrative", &draft);
        give_shown(app, "was-state", "state", &draft);
    }
    if (rc == TQ_OK && !found) {
        give(&draft, "type", tq_value_text(period.kind));
        give(&draft, "period", tq_value_text(period.key));
        give(&draft, "unit", tq_value_text(tq_records_unit(app->records)));
        rc = tq_record_insert(app->records, &draft, app->arena, &key, &problem, err);
    } else if (rc == TQ_OK) {
        rc = tq_record_update(app->records, &draft, key, NULL, &problem, err);
    }
    if (rc != TQ_OK) {
        app_explain(app, &problem, err);
        return rc == TQ_STALE ? app_tell_row(app, draft.table, key, err) : rc;
    }
    cli_json_set(cli, "period", json_stringn((const char *)period.key.data, period.key.len));
    cli_json_set(cli, "step", json_string(cli->args[0]));
    cli_print(cli, CLI_SAY(cli, "Báo cáo kỳ %.*s: %s.%s", "Report of %.*s: %s.%s"),
            (int)period.key.len, (const char *)period.key.data,
            strcmp(cli->args[0], "draft") == 0     ? cli_say(cli, "đã soạn", "drafted")
            : strcmp(cli->args[0], "approve") == 0 ? cli_say(cli, "đã duyệt", "approved")
                                                   : cli_say(cli, "đã nộp", "submitted"),
            strcmp(cli->args[0], "submit") == 0
                    ? cli_say(cli, " Tính là đã nộp khi huyện gửi biên nhận.",
                              " It counts once the district has sent its receipt.")
                    : "");
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK && cli->nargs == 0)
        rc = list_periods(&app, err);
    else if (rc == TQ_OK && cli->nargs == 1)
        rc = tq_error_set(
                err, TQ_USAGE, "report draft|approve|submit %s", cli_say(cli, "KỲ", "PERIOD"));
    else if (rc == TQ_OK)
        rc = do_step(&app, err);
    app_close(&app);
    return rc;
}

static const struct cli_option OPTIONS[] = {
    { "all", 'a', NULL, { "mọi kỳ, kể cả đã khóa", "every period, locked ones too" } },
    { "was", 0, "TEXT",
            { "nội dung đang thấy (\"\": chưa có); đã khác thì dừng",
                    "the narrative that you see (\"\": none); another stops it" } },
    { "was-state", 0, "MÃ",
            { "trạng thái đang thấy: draft, approved, sent (\"\": chưa soạn)",
                    "the state that you see: draft, approved, sent (\"\": none)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

const struct cli_command CMD_REPORT = {
    .name = "report",
    .usage = "[draft KỲ [NỘI_DUNG] | approve KỲ | submit KỲ]",
    .summary = { "báo cáo theo kỳ: xem hạn nộp; soạn, duyệt, nộp",
            "reports by period: see what is due; draft, approve, submit" },
    .details = { "Ví dụ:\n  report draft 2020-Q4 \"Tình hình quý IV ổn định\"\n"
                 "  report approve 2020-Q4\n  report submit 2020-Q4",
            "Example:\n  report draft 2020-Q4 \"A quiet quarter\"\n  report approve 2020-Q4\n"
            "  report submit 2020-Q4" },
    .options = OPTIONS,
    .max_args = 3,
    .run = run,
};
