/* cmd_appeals.c - tuquan-district appeals: what communes hold against a published ranking, with the
 * day on which each was entered and the last day for it (five working days after the publication);
 * and the answer to one. Which day counts is said by the ledger, not by the column that the clerk
 * filled in: a row that another tool wrote too late is marked, and an officer decides. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "show.h"
#include "tuquan/codec.h"
#include "tuquan/district_reports.h"
#include "tuquan/ranking.h"
#include "tuquan/ranking_store.h"

static const struct cli_option OPTIONS[] = {
    { "text", 't', "TRẢ_LỜI", { "câu trả lời, xã sẽ đọc", "the answer; the commune reads it" } },
    { "all", 'a', NULL, { "kể cả đã trả lời", "answered ones, too" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "unit", { "Xã", "Commune" }, false, false },
    { "period", { "Kỳ", "Period" }, false, false },
    { "criterion", { "Tiêu chí", "Criterion" }, false, false },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "entered_at", { "Ghi lúc", "Entered" }, false, false },
    { "due_on", { "Hạn", "Due" }, false, false },
    { "late", { "Trễ hạn", "Late" }, false, false },
    { "answer", { "Trả lời", "Answer" }, false, true },
    { "key", { "Khóa", "Key" }, false, false },
};

static const struct tq_value *value_of(const struct tq_record *row, const char *column)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");

    return &row->values[tq_table_column_find(table, column)];
}

/* The last day for it; *there false: nothing was published, so nothing can be appealed against. */
static tq_status last_day(struct app *app, const struct tq_record *row, tq_day *day, bool *there,
        struct tq_error *err)
{
    struct tq_ranking_view view;
    tq_status rc = tq_ranking_load(tq_district_store_db(app->store), app->arena,
            value_of(row, "period")->s, tq_slice_of(NULL, 0), 0, &view, err);

    *there = rc == TQ_OK;
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK)
        *day = tq_appeal_last_day(view.published_at);
    return rc;
}

static void put_due(struct cli *cli, struct cli_table *out, bool published, tq_day due, int64_t e)
{
    char text[TQ_DAY_TEXT];
    struct tq_value value;
    bool late = !published || tq_day_of_instant(e) > due;
    const char *said = "";

    tq_day_print(due, text);
    value = tq_value_str(text);
    if (published)
        show_date(out, &value);
    else
        cli_table_both(out, "", json_null());
    if (!published)
        said = cli_say(cli, "kỳ chưa công bố", "not published");
    else if (late)
        said = cli_say(cli, "trễ", "late");
    cli_table_both(out, said, json_boolean(late));
}

static tq_status put(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_record *row, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");
    static const char *const SHOWN[] = { "unit", "period", "criterion", "reason" };
    char text[40];
    bool published = false;
    tq_day due = 0;
    int64_t e = 0;
    tq_status rc =
            tq_report_entered(app->store, tq_codec_ops(), table, row->key, app->arena, &e, err);

    if (rc == TQ_OK)
        rc = last_day(app, row, &due, &published, err);
    for (size_t i = 0; rc == TQ_OK && i < sizeof(SHOWN) / sizeof(SHOWN[0]); i++) {
        const struct tq_value *value = value_of(row, SHOWN[i]);
        struct tq_buf shown;

        tq_buf_init(&shown, 0);
        if (value->type != TQ_NULL)
            rc = show_value(app, cli, table, &table->columns[tq_table_column_find(table, SHOWN[i])],
                    value, &shown, err);
        cli_table_both_buf(out, &shown, show_value_json(value));
        tq_buf_deinit(&shown);
    }
    if (rc != TQ_OK)
        return rc;
    cli_table_both(out, cli_show_instant(cli, e, text, sizeof(text)), json_integer(e));
    put_due(cli, out, published, due, e);
    cli_table_both_text(out, value_of(row, "answer")->s, show_value_json(value_of(row, "answer")));
    if (cli->json)
        cli_table_both(out, "", show_key_json(table, row->key));
    return TQ_OK;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");
    struct tq_query query = { .table = table };
    struct tq_record *rows = NULL;
    struct cli_table out;
    size_t n = 0;
    size_t total = 0;
    tq_status rc = app_records(app, err);

    if (rc == TQ_OK && cli->nargs > 0) {
        query.filters[query.nfilters].column = table->owner;
        query.filters[query.nfilters].op = TQ_QUERY_IS;
        query.filters[query.nfilters].value.type = TQ_TEXT;
        rc = app_unit(app, cli->args[0], &query.filters[query.nfilters++].value.s, err);
    }
    if (cli_option(cli, "all") == NULL) {
        query.filters[query.nfilters].column = tq_table_column_find(table, "state");
        query.filters[query.nfilters].op = TQ_QUERY_IS;
        query.filters[query.nfilters++].value = tq_value_str("open");
    }
    if (rc == TQ_OK)
        rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    cli_table_init(
            &out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]) - (cli->json ? 0u : 1u));
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = put(app, cli, &out, &rows[i], err);
    if (rc == TQ_OK && n > 0)
        rc = cli_table_print(&out, "appeals", err);
    else if (rc == TQ_OK) {
        cli_json_set(cli, "appeals", json_array());
        cli_print(cli, "%s", cli_say(cli, "Không có khiếu nại nào chờ.", "No appeal waits."));
    }
    cli_table_deinit(&out);
    return rc;
}

/* Answer, day and state of one appeal, as one change of the district. */
static tq_status answer(struct app *app, struct cli *cli, const char *text, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    char today[TQ_DAY_TEXT];
    struct tq_stored_row row;
    struct edit_list edits;
    struct tq_slice key;
    tq_status rc = show_find_key(app, cli, table, cli->args[1], &key, err);

    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, table, &key, 1, app->arena, &row, err);
    if (rc == TQ_OK && !row.exists)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", cli->args[1]);
    if (rc != TQ_OK)
        return rc;
    memcpy(values, row.values, table->ncolumns * sizeof(values[0]));
    for (size_t i = 0; i < table->nkey; i++)
        given[table->key[i]] = true;
    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    values[tq_table_column_find(table, "answer")] = tq_value_str(text);
    values[tq_table_column_find(table, "answered_on")] = tq_value_str(today);
    values[tq_table_column_find(table, "state")] = tq_value_str("answered");
    given[tq_table_column_find(table, "answer")] = true;
    given[tq_table_column_find(table, "answered_on")] = true;
    given[tq_table_column_find(table, "state")] = true;
    edit_init(&edits, app->arena);
    rc = edit_row(&edits, app, table, values, given, err);
    if (rc == TQ_OK && edits.count > 0)
        rc = app_write(app, edits.changes, edits.count, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "key", show_key_json(table, key));
        cli_print(cli, "%s: %s", cli->args[1], cli_say(cli, "đã trả lời xã", "answered"));
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool answering = cli->nargs == 2 && strcmp(cli->args[0], "answer") == 0;
    const char *text = cli_option(cli, "text");
    tq_status rc;

    if (cli->nargs == 2 && !answering)
        return cli_wrong_word(cli, cli->args[0], err);
    if (answering && (text == NULL || text[0] == '\0'))
        return cli_wrong_word(cli, cli->args[0], err);
    rc = app_open(app, cli, answering, err);
    if (rc == TQ_OK)
        rc = answering ? answer(app, cli, text, err) : list(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_APPEALS = {
    .name = "appeals",
    .usage = "[XÃ | answer KHÓA --text=...]",
    .summary = { "khiếu nại điểm của các xã: xem, có trễ hạn không, trả lời",
            "appeals of the communes: see, whether in time, answer" },
    .details = { "Ví dụ:\n  appeals answer \"08779@2004-01-01;ADMIN/2020-Q4;5TQ@1/1.1\" "
                 "--text=\"Đã tính lại\"\n"
                 "Khóa: xã;kỳ;tiêu chí, như `appeals --json` ghi.",
            "Example:\n  appeals answer \"08779@2004-01-01;ADMIN/2020-Q4;5TQ@1/1.1\" "
            "--text=\"Counted again\"\n"
            "The key: commune;period;criterion, as `appeals --json` gives it." },
    .options = OPTIONS,
    .max_args = 2,
    .run = run,
};
