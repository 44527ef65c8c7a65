/* cmd_list.c - list: the rows of a table, or the tables with their counts. */
#include <stdint.h>
#include <string.h>

#include "app.h"
#include "border.h"
#include "cli/rows.h"
#include "commands.h"
#include "list_query.h"
#include "tuquan/mem.h"
#include "tuquan/words.h"

#define MAX_SHOWN (TQ_MAX_COLUMNS + 4u)

static const struct cli_option OPTIONS[] = {
    LIST_QUERY_OPTIONS,
    { "all", 'a', NULL, { "mọi cột", "every column" } },
    { "shown", 0, NULL,
            { "với --json: kèm tên dòng và chữ cho người đọc",
                    "with --json: the row's name and texts for people, too" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column TABLE_COLUMNS[] = {
    { "table", { "Bảng", "Table" }, false, false },
    { "label", { "Tên", "Name" }, false, true },
    { "rows", { "Số dòng", "Rows" }, true, false },
    { "waiting", { "Chưa khớp", "Waiting" }, true, false },
};

static tq_status count_rows(struct app *app, const struct tq_table *table, bool waiting,
        size_t *total, struct tq_error *err)
{
    struct tq_query query = { .table = table, .limit = 1, .unsettled_only = waiting };
    struct tq_record *rows;
    size_t n;

    return tq_record_list(app->records, &query, app->arena, &rows, &n, total, err);
}

static tq_status list_tables(struct app *app, struct tq_error *err)
{
    struct cli_table out;
    tq_status rc = TQ_OK;

    cli_table_init(&out, app->cli, TABLE_COLUMNS, 4);
    for (size_t t = 0; rc == TQ_OK && t < app->catalogue->ntables; t++) {
        const struct tq_table *table = &app->catalogue->tables[t];
        size_t rows = 0;
        size_t waiting = 0;

        rc = count_rows(app, table, false, &rows, err);
        if (rc == TQ_OK)
            rc = count_rows(app, table, true, &waiting, err);
        if (rc != TQ_OK || (rows == 0 && (table->writers & TQ_BY_COMMUNE) == 0))
            continue;
        cli_table_str(&out, table->name);
        cli_table_str(&out, tq_word_of_table(table, app->cli->lang));
        cli_table_int(&out, (int64_t)rows);
        cli_table_int(&out, (int64_t)waiting);
    }
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "tables", err);
    cli_table_deinit(&out);
    return rc;
}

static bool is_shown(const struct cli *cli)
{
    return cli->json && cli_option(cli, "shown") != NULL;
}

static tq_status put_shown(struct app *app, struct cli_table *out, const struct tq_table *table,
        const struct tq_record *row, struct tq_error *err)
{
    json_t *shown = NULL;
    struct tq_buf name;
    tq_status rc;

    tq_buf_init(&name, 0);
    rc = tq_record_name(app->records, table, row, &name, err);
    cli_table_both_buf(out, &name, json_stringn((const char *)name.data, name.len));
    tq_buf_deinit(&name);
    if (rc == TQ_OK)
        rc = app_shown_json(app, table, row, &shown, err);
    cli_table_both(out, "", shown);
    return rc;
}

static tq_status put_row(struct app *app, struct cli_table *out, const struct border *border,
        const struct tq_table *table, const size_t *shown, size_t nshown,
        const struct tq_record *row, struct tq_error *err)
{
    int state = tq_table_column_find(table, "state");
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < nshown; i++) {
        struct tq_buf text;

        tq_buf_init(&text, 0);
        if (!app->cli->json)
            rc = app_show_value(
                    app, table, &table->columns[shown[i]], &row->values[shown[i]], &text, err);
        if (!app->cli->json && (int)shown[i] == state)
            border_append(app, border, table, row->values, &text);
        cli_table_both_buf(out, &text, app_value_json(&row->values[shown[i]]));
        tq_buf_deinit(&text);
    }
    if (app->cli->json)
        cli_table_both(out, "", app_key_json(table, row->key));
    if (app->cli->json && border->is)
        cli_table_both(out, "", border_mark(app, border, table, row->values));
    cli_table_both(
            out, app_sync_word(app->cli, row->pending), json_string(app_sync_code(row->pending)));
    if (is_shown(app->cli))
        rc = put_shown(app, out, table, row, err);
    return rc;
}

static tq_status print_rows(struct app *app, const struct tq_table *table,
        const struct tq_record *rows, size_t n, struct tq_error *err)
{
    const struct tq_value **values = tq_arena_array(app->arena, n + 1, sizeof(*values));
    struct cli_column columns[MAX_SHOWN];
    size_t shown[TQ_MAX_COLUMNS];
    struct cli_table out;
    size_t nshown;
    size_t ncolumns;
    struct border border;
    tq_status rc = border_load(app, table, &border, err);

    if (rc != TQ_OK)
        return rc;
    if (values == NULL)
        return tq_error_set(err, TQ_NOMEM, "list");
    for (size_t r = 0; r < n; r++)
        values[r] = rows[r].values;
    memset(columns, 0, sizeof(columns));
    nshown = cli_rows_columns(app->cli, table, values, n, false, shown, columns);
    ncolumns = nshown;
    if (app->cli->json)
        columns[ncolumns++].key = "_key";
    if (app->cli->json && border.is)
        columns[ncolumns++].key = "_border";
    columns[ncolumns].key = "_sync";
    columns[ncolumns].title.vi = "Với huyện";
    columns[ncolumns++].title.en = "District";
    if (is_shown(app->cli)) {
        columns[ncolumns++].key = "_name";
        columns[ncolumns++].key = "_shown";
    }
    cli_table_init(&out, app->cli, columns, ncolumns);
    for (size_t r = 0; rc == TQ_OK && r < n; r++)
        rc = put_row(app, &out, &border, table, shown, nshown, &rows[r], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "rows", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct tq_query query = { 0 };
    struct tq_record *rows;
    size_t n = 0;
    size_t total = 0;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK && cli->nargs == 0) {
        rc = list_tables(&app, err);
        app_close(&app);
        return rc;
    }
    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &query.table, err);
    if (rc == TQ_OK)
        rc = list_query(&app, &query, cli->args + 1, cli->nargs - 1, 50, err);
    if (rc == TQ_OK)
        rc = tq_record_list(app.records, &query, app.arena, &rows, &n, &total, err);
    if (rc == TQ_OK)
        rc = print_rows(&app, query.table, rows, n, err);
    if (rc == TQ_OK) {
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
    }
    app_close(&app);
    return rc;
}

const struct cli_command CMD_LIST = {
    .name = "list",
    .usage = "[BẢNG [CỘT=GIÁ_TRỊ...]]",
    .summary = { "xem các dòng của một bảng; không có tên bảng: các bảng",
            "show the rows of a table; without a name: the tables" },
    .details = { "Ví dụ:\n"
                 "  list vu-viec --from=15/09/2020 --to=14/12/2020\n"
                 "  list activity kind=\"tuần tra\" state=planned\n"
                 "  list so-lieu period=2020-11 --limit=0",
            "Examples:\n  list incident --from=2020-09-15 --to=2020-12-14\n"
            "  list activity kind=patrol state=planned" },
    .options = OPTIONS,
    .max_args = SIZE_MAX,
    .run = run,
};
