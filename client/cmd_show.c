/* cmd_show.c - show: one row, every column that says something. */
#include <string.h>

#include "app.h"
#include "border.h"
#include "commands.h"
#include "tuquan/words.h"

static const struct cli_column COLUMNS[] = {
    { "column", { "Cột", "Column" }, false, false },
    { "value", { "Giá trị", "Value" }, false, true },
};

static tq_status print_columns(struct app *app, const struct tq_table *table,
        const struct border *border, const struct tq_record *row, struct tq_error *err)
{
    int state = tq_table_column_find(table, "state");
    struct cli_table out;
    tq_status rc = TQ_OK;

    cli_table_init(&out, app->cli, COLUMNS, 2);
    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns; c++) {
        struct tq_buf text;

        if (row->values[c].type == TQ_NULL)
            continue;
        tq_buf_init(&text, 0);
        rc = app_show_value(app, table, &table->columns[c], &row->values[c], &text, err);
        if ((int)c == state)
            border_append(app, border, table, row->values, &text);
        cli_table_str(&out, tq_word_of_column(&table->columns[c], app->cli->lang));
        cli_table_text_buf(&out, &text);
        tq_buf_deinit(&text);
    }
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "columns", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    const struct tq_table *table = NULL;
    struct tq_record row;
    struct tq_slice key;
    struct tq_slice name;
    struct border border;
    json_t *json = NULL;
    bool found = false;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &table, err);
    if (rc == TQ_OK)
        rc = tq_record_find(app.records, table, tq_slice_str(cli->args[1]), app.arena, &key, err);
    if (rc == TQ_OK)
        rc = tq_record_get(app.records, table, key, app.arena, &row, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %s", table->name, cli->args[1]);
    if (rc == TQ_OK)
        rc = app_row_name(&app, table, key, &name, err);
    if (rc == TQ_OK)
        rc = border_load(&app, table, &border, err);
    if (rc == TQ_OK && cli->json) {
        cli_json_set(cli, "table", json_string(table->name));
        rc = app_row_json(&app, table, &row, &json, err);
        if (rc == TQ_OK && border.is)
            json_object_set_new(json, "_border", border_mark(&app, &border, table, row.values));
        cli_json_set(cli, "row", json);
    } else if (rc == TQ_OK) {
        cli_print(cli, "%s %.*s (%s)", tq_word_of_table(table, cli->lang), (int)name.len,
                (const char *)name.data, app_sync_word(cli, row.pending));
        rc = print_columns(&app, table, &border, &row, err);
    }
    app_close(&app);
    return rc;
}

const struct cli_command CMD_SHOW = {
    .name = "show",
    .usage = "BẢNG DÒNG",
    .summary = { "xem một dòng, mọi cột", "show one row, every column" },
    .details = { "Ví dụ:\n  show vu-viec BL-20-A-031", "Example:\n  show incident BL-20-A-031" },
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
