/* cmd_list.c - tuquan-district list: the rows of a table as they stand at the district, of one commune
 * or of all, with what a decision about one of them needs to name it. */
#include <stdint.h>
#include <string.h>

#include "app.h"
#include "cli/border_words.h"
#include "cli/rows.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/border_cover.h"
#include "tuquan/intake.h"
#include "tuquan/liaison.h"
#include "tuquan/records.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    { "unit", 'u', "XÃ",
            { "chỉ của một xã (mã, tên hoặc khóa)", "one commune (code, name, key)" } },
    { "search", 's', "TEXT", { "tìm chữ, không cần dấu", "look for a text, marks do not matter" } },
    { "from", 0, "DATE", { "từ ngày (cột ngày đầu tiên của bảng)", "from (first date column)" } },
    { "to", 0, "DATE", { "đến ngày", "up to" } },
    { "limit", 'n', "N",
            { "số dòng nhiều nhất (mặc định 50; 0: tất cả)", "most rows (50; 0: all)" } },
    { "offset", 0, "N", { "bỏ qua N dòng đầu", "leave out the first N" } },
    { "voided", 0, NULL, { "kể cả dòng đã hủy", "voided rows, too" } },
    { "all", 'a', NULL, { "mọi cột", "every column" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* One more condition: the column's value as a person writes it. */
static tq_status add_filter(struct app *app, struct tq_query *query, int c, const char *text,
        tq_query_op op, struct tq_error *err)
{
    const struct tq_column *column = &query->table->columns[c];
    struct tq_value value;
    tq_reason reason = TQ_REASON_NONE;
    tq_intake got;
    tq_status rc = TQ_OK;

    if (query->nfilters == TQ_QUERY_MAX_FILTERS)
        return tq_error_set(err, TQ_USAGE, "> %u", TQ_QUERY_MAX_FILTERS);
    got = tq_intake_value(query->table, column, tq_slice_str(text), app->arena, &value, &reason);
    if (got != TQ_INTAKE_OK) {
        struct tq_buf rule;

        tq_buf_init(&rule, 0);
        tq_intake_say(query->table, column, got, reason, app->cli->lang, &rule);
        rc = tq_error_set(err,
                got == TQ_INTAKE_NOMEM || !tq_buf_is_ok(&rule) ? TQ_NOMEM : TQ_INVALID,
                "%s = \"%s\": %.*s", tq_word_of_column(column, app->cli->lang), text, (int)rule.len,
                rule.len > 0 ? (const char *)rule.data : "");
        tq_buf_deinit(&rule);
        return rc;
    }
    if (c == query->table->owner && value.type == TQ_TEXT)
        rc = app_unit(app, text, &value.s, err);
    else if (column->rule.kind == TQ_RULE_REF && value.type == TQ_TEXT)
        rc = tq_record_resolve(app->records, column, value.s, app->arena, &value, err);
    query->filters[query->nfilters].column = c;
    query->filters[query->nfilters].op = op;
    query->filters[query->nfilters++].value = value;
    return rc;
}

/* The option as a condition on a column that the table may not have. */
static tq_status add_option(struct app *app, struct tq_query *query, const char *option, int c,
        tq_query_op op, struct tq_error *err)
{
    const char *text = cli_option(app->cli, option);

    if (text == NULL)
        return TQ_OK;
    if (c < 0)
        return tq_error_set(
                err, TQ_USAGE, "--%s: %s", option, tq_word_of_table(query->table, app->cli->lang));
    return add_filter(app, query, c, text, op, err);
}

static tq_status add_argument(
        struct app *app, struct tq_query *query, const char *argument, struct tq_error *err)
{
    const char *equals = strchr(argument, '=');
    int c = equals != NULL ? tq_word_to_column(query->table,
                                     tq_slice_of(argument, (size_t)(equals - argument)))
                           : -1;

    if (equals == NULL)
        return tq_error_set(err, TQ_USAGE, "\"%s\" (%s)", argument,
                cli_say(app->cli, "viết CỘT=GIÁ_TRỊ", "write COLUMN=VALUE"));
    if (c < 0)
        return tq_error_set(err, TQ_USAGE, "%s: %s \"%.*s\"",
                tq_word_of_table(query->table, app->cli->lang),
                cli_say(app->cli, "không có cột", "no column"), (int)(equals - argument), argument);
    return add_filter(app, query, c, equals + 1, TQ_QUERY_IS, err);
}

static tq_status make_query(struct app *app, struct tq_query *query, struct tq_error *err)
{
    struct cli *cli = app->cli;
    int64_t limit = 50;
    int64_t offset = 0;
    tq_status rc = TQ_OK;

    query->table = tq_word_to_table(tq_catalogue_current(), tq_slice_str(cli->args[0]));
    if (query->table == NULL)
        return tq_error_set(err, TQ_USAGE, "%s \"%s\"",
                cli_say(cli, "không có bảng tên", "no table called"), cli->args[0]);
    for (size_t i = 1; rc == TQ_OK && i < cli->nargs; i++)
        rc = add_argument(app, query, cli->args[i], err);
    if (rc == TQ_OK)
        rc = add_option(app, query, "unit", query->table->owner, TQ_QUERY_IS, err);
    if (rc == TQ_OK)
        rc = add_option(app, query, "from", cli_rows_date(query->table), TQ_QUERY_FROM, err);
    if (rc == TQ_OK)
        rc = add_option(app, query, "to", cli_rows_date(query->table), TQ_QUERY_TO, err);
    if (rc == TQ_OK)
        rc = cli_option_number(cli, "limit", 0, INT32_MAX, 50, &limit, err);
    if (rc == TQ_OK)
        rc = cli_option_number(cli, "offset", 0, INT32_MAX, 0, &offset, err);
    query->limit = (size_t)limit;
    query->offset = (size_t)offset;
    query->with_voided = cli_option(cli, "voided") != NULL;
    if (cli_option(cli, "search") != NULL)
        query->search = tq_slice_str(cli_option(cli, "search"));
    return rc;
}

static tq_status put_row(struct app *app, struct cli_table *out, const struct tq_covers *covers,
        const struct tq_table *table, const size_t *shown, size_t nshown,
        const struct tq_record *row, struct tq_error *err)
{
    struct tq_cover cover = tq_covers_judge(covers, table, row->values);
    bool stops = tq_cover_stops(&cover, table, row->values);
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < nshown; i++) {
        const struct tq_value *value = &row->values[shown[i]];
        struct tq_buf text;

        tq_buf_init(&text, 0);
        if ((!app->cli->json || app->cli->texts) && value->type != TQ_NULL)
            rc = show_value(app, app->cli, table, &table->columns[shown[i]], value, &text, err);
        if (stops && strcmp(table->columns[shown[i]].name, "state") == 0 && text.len > 0) {
            tq_buf_append_str(&text, ". ");
            border_words(app->cli, &cover, &text);
        }
        cli_table_both_buf(out, &text, show_value_json(value));
        tq_buf_deinit(&text);
    }
    if (app->cli->json)
        cli_table_both(out, "", show_key_json(table, row->key));
    if (app->cli->json && tq_liaison_is_table(table))
        cli_table_both(out, "", border_json(app->cli, &cover, table, row->values));
    return rc;
}

static tq_status print_rows(struct app *app, const struct tq_table *table,
        const struct tq_record *rows, size_t n, struct tq_error *err)
{
    const struct tq_value **values = tq_arena_array(app->arena, n + 1, sizeof(*values));
    struct cli_column columns[TQ_MAX_COLUMNS + 2];
    size_t shown[TQ_MAX_COLUMNS];
    struct cli_table out;
    size_t ncolumns;
    size_t nshown;
    struct tq_covers covers;
    tq_status rc =
            tq_covers_load(&covers, app->records, tq_day_of_instant(app_now_ms()), app->arena, err);

    if (rc != TQ_OK)
        return rc;
    if (values == NULL)
        return tq_error_set(err, TQ_NOMEM, "list");
    for (size_t r = 0; r < n; r++)
        values[r] = rows[r].values;
    nshown = cli_rows_columns(app->cli, table, values, n, true, shown, columns);
    ncolumns = nshown;
    if (app->cli->json) {
        memset(&columns[ncolumns], 0, sizeof(columns[0]));
        columns[ncolumns++].key = "_key";
        memset(&columns[ncolumns], 0, sizeof(columns[0]));
        columns[ncolumns].key = "_border";
        ncolumns += tq_liaison_is_table(table);
    }
    cli_table_init(&out, app->cli, columns, ncolumns);
    for (size_t r = 0; rc == TQ_OK && r < n; r++)
        rc = put_row(app, &out, &covers, table, shown, nshown, &rows[r], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "rows", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status list(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct tq_query query = { 0 };
    struct tq_record *rows;
    size_t n = 0;
    size_t total = 0;
    tq_status rc = app_records(app, err);

    if (rc == TQ_OK)
        rc = make_query(app, &query, err);
    if (rc == TQ_OK)
        rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    if (rc == TQ_OK)
        rc = print_rows(app, query.table, rows, n, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "table", json_string(query.table->name));
    cli_json_set(cli, "total", json_integer((json_int_t)total));
    cli_json_set(cli, "offset", json_integer((json_int_t)query.offset));
    if (total == 0)
        cli_print(cli, "%s", cli_say(cli, "Không có dòng nào.", "No rows."));
    else if (n < total)
        cli_print(cli,
                CLI_SAY(cli, "%zu trong %zu dòng; xem tiếp: --offset=%zu",
                        "%zu of %zu rows; more: --offset=%zu"),
                n, total, query.offset + n);
    else
        cli_print(cli, CLI_SAY(cli, "%zu dòng.", "%zu rows."), total);
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = list(app, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_LIST = {
    .name = "list",
    .usage = "TABLE [CỘT=GIÁ_TRỊ...]",
    .summary = { "xem các dòng của một bảng, của một xã hay của tất cả",
            "rows of a table, of one commune or of all" },
    .details = { "Ví dụ:\n  list tin-bao --unit 08779 solved=có solved_confirmed=không\n"
                 "Quyết định về một dòng: import BẢNG TỆP.csv, cột id ghi số hiệu của dòng.",
            "Example:\n  list tip --unit 08779 solved=1 solved_confirmed=0\n"
            "To decide about a row: import TABLE FILE.csv with its label in the column id." },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = SIZE_MAX,
    .run = run,
};
