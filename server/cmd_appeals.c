/* cmd_appeals.c - tuquan-district appeals: what communes hold against a published ranking, with the
 * time at which each was entered and the last day for it (five working days after the publication of
 * the version in force); and the answer to one. Which day counts is said by the ledger, not by the
 * column that the clerk filled in: a row that another tool wrote too late is marked, and an officer
 * decides. */
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
    { "entered_at_ms", { "Ghi lúc", "Entered" }, false, false },
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

/* When the appeal was entered: 0 where no set of an office tells it. */
static tq_status entered_at(
        struct app *app, const struct tq_record *row, int64_t *e, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");
    tq_status rc =
            tq_report_entered(app->store, tq_codec_ops(), table, row->key, app->arena, e, err);

    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    *e = 0;
    return TQ_OK;
}

static void put_times(struct cli *cli, struct cli_table *out, bool published, tq_day due, int64_t e)
{
    char text[40];
    struct tq_value value;
    bool late = !published || (e != 0 && tq_day_of_instant(e) > due);

    if (e != 0)
        cli_table_both(out, cli_show_instant(cli, e, text, sizeof(text)), json_integer(e));
    else
        cli_table_both(out, cli_say(cli, "không rõ", "unknown"), json_null());
    tq_day_print(due, text);
    value = published ? tq_value_str(text) : tq_value_null();
    show_date(out, &value);
    cli_table_both(out,
            !published ? cli_say(cli, "kỳ chưa công bố", "not published")
            : late     ? cli_say(cli, "trễ", "late")
                       : "",
            json_boolean(late));
}

static tq_status put(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_record *row, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");
    static const char *const SHOWN[] = { "unit", "period", "criterion", "reason" };
    bool published = false;
    tq_day due = 0;
    int64_t e = 0;
    tq_status rc = entered_at(app, row, &e, err);

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
    put_times(cli, out, published, due, e);
    cli_table_both_text(out, value_of(row, "answer")->s, show_value_json(value_of(row, "answer")));
    if (cli->json)
        cli_table_both(out, "", show_key_json(table, row->key));
    return TQ_OK;
}

/* Those of a commune (NULL: all) about a period (NULL: any). */
static tq_status load(struct app *app, const char *unit, const char *period, bool answered,
        struct tq_record **rows, size_t *n, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");
    struct tq_query query = { .table = table };
    size_t total;
    tq_status rc = app_records(app, err);

    *n = 0;
    if (rc == TQ_OK && unit != NULL) {
        query.filters[query.nfilters].column = table->owner;
        query.filters[query.nfilters].value.type = TQ_TEXT;
        rc = app_unit(app, unit, &query.filters[query.nfilters++].value.s, err);
    }
    if (rc == TQ_OK && period != NULL)
        rc = app_period(app, period, err);
    if (rc == TQ_OK && period != NULL) {
        query.filters[query.nfilters].column = tq_table_column_find(table, "period");
        query.filters[query.nfilters++].value = tq_value_str(app->period);
    }
    if (!answered) {
        query.filters[query.nfilters].column = tq_table_column_find(table, "state");
        query.filters[query.nfilters++].value = tq_value_str("open");
    }
    return rc == TQ_OK ? tq_record_list(app->records, &query, app->arena, rows, n, &total, err)
                       : rc;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    size_t ncolumns = sizeof(COLUMNS) / sizeof(COLUMNS[0]) - (cli->json ? 0u : 1u); /* the key */
    struct tq_record *rows = NULL;
    struct cli_table out;
    size_t n = 0;
    tq_status rc = load(app, cli->nargs > 0 ? cli->args[0] : NULL, NULL,
            cli_option(cli, "all") != NULL, &rows, &n, err);

    cli_table_init(&out, cli, COLUMNS, ncolumns);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = put(app, cli, &out, &rows[i], err);
    if (rc == TQ_OK && n == 0)
        cli_print(cli, "%s", cli_say(cli, "Không có khiếu nại nào chờ.", "No appeal waits."));
    if (rc == TQ_OK && (n > 0 || cli->json))
        rc = cli_table_print(&out, "appeals", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK && n > 0)
        cli_print(cli, "%s",
                cli_say(cli, "\nTrả lời: tuquan-district appeals answer XÃ KỲ TIÊU_CHÍ --text=...",
                        "\nTo answer: tuquan-district appeals answer COMMUNE PERIOD CRITERION "
                        "--text=..."));
    return rc;
}

static bool is_criterion(struct tq_slice key, struct tq_slice said)
{
    return tq_slice_equal(key, said) ||
           (key.len > said.len && key.data[key.len - said.len - 1] == '/' &&
                   tq_slice_equal(tq_slice_of(key.data + key.len - said.len, said.len), said));
}

/* The appeal that commune, period and criterion ("1.1", or with its sheet "5TQ@1/1.1") mean. */
static tq_status find(
        struct app *app, struct cli *cli, const struct tq_record **out, struct tq_error *err)
{
    struct tq_record *rows = NULL;
    size_t n = 0;
    tq_status rc = load(app, cli->args[1], cli->args[2], true, &rows, &n, err);

    *out = NULL;
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_slice key = value_of(&rows[i], "criterion")->s;

        if (!is_criterion(key, tq_slice_str(cli->args[3])))
            continue;
        if (*out != NULL)
            return tq_error_set(err, TQ_NEEDS_PERSON, "%.*s, %.*s", (int)key.len,
                    (const char *)key.data, (int)value_of(*out, "criterion")->s.len,
                    (const char *)value_of(*out, "criterion")->s.data);
        *out = &rows[i];
    }
    return rc == TQ_OK && *out == NULL ? tq_error_set(err, TQ_NOT_FOUND, "%s %s %s %s",
                                                 cli_say(cli, "khiếu nại", "appeal"), cli->args[1],
                                                 cli->args[2], cli->args[3])
                                       : rc;
}

/* Answer, day and state of one appeal, as one change of the district. */
static tq_status answer(struct app *app, struct cli *cli, const char *text, struct tq_error *err)
{
    static const char *const WRITTEN[] = { "answer", "answered_on", "state" };
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "appeal");
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    char today[TQ_DAY_TEXT];
    struct tq_value answered[3];
    const struct tq_record *row;
    struct edit_list edits;
    tq_status rc = find(app, cli, &row, err);

    if (rc != TQ_OK)
        return rc;
    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    answered[0] = tq_value_str(text);
    answered[1] = tq_value_str(today);
    answered[2] = tq_value_str("answered");
    memcpy(values, row->values, table->ncolumns * sizeof(values[0]));
    for (size_t i = 0; i < table->nkey; i++)
        given[table->key[i]] = true;
    for (size_t i = 0; i < sizeof(WRITTEN) / sizeof(WRITTEN[0]); i++) {
        int at = tq_table_column_find(table, WRITTEN[i]);

        values[at] = answered[i];
        given[at] = true;
    }
    edit_init(&edits, app->arena);
    rc = edit_row(&edits, app, table, values, given, err);
    if (rc == TQ_OK && edits.count > 0)
        rc = app_write(app, edits.changes, edits.count, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "key", show_key_json(table, row->key));
        cli_print(cli, "%s",
                cli_say(cli, "Đã trả lời. Xã đọc ở lần đồng bộ sau.",
                        "Answered. The commune reads it at its next sync."));
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool answering = cli->nargs > 0 && strcmp(cli->args[0], "answer") == 0;
    const char *text = NULL;
    tq_status rc = TQ_OK;

    if (answering && cli->nargs != 4)
        return cli_wrong_word(cli, NULL, err);
    if (!answering && cli->nargs > 1)
        return cli_wrong_word(cli, cli->args[0], err);
    if (answering)
        rc = cli_need_option(cli, "text", &text, err);
    if (rc != TQ_OK)
        return rc;
    rc = app_open(app, cli, answering, err);
    if (rc == TQ_OK)
        rc = answering ? answer(app, cli, text, err) : list(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_APPEALS = {
    .name = "appeals",
    .usage = "[XÃ | answer XÃ KỲ TIÊU_CHÍ --text=...]",
    .summary = { "khiếu nại điểm của các xã: xem, có trễ hạn không, trả lời",
            "appeals of the communes: see, whether in time, answer" },
    .details = { "Ví dụ:\n  appeals answer \"Bạch Lưu\" 2020-Q4 1.1 --text=\"Đã tính lại\"",
            "Example:\n  appeals answer 08779 2020-Q4 1.1 --text=\"Counted again\"" },
    .options = OPTIONS,
    .max_args = 4,
    .run = run,
};
