/* cmd_catalogue.c - catalogue: every table and column as a form needs it: titles, kinds, words,
 * bounds, who writes them. Of the program, and of the file only the villages. */
#include <string.h>

#include "app.h"
#include "cli/describe.h"
#include "commands.h"
#include "tuquan/words.h"

static tq_status put_villages(struct app *app, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "unit"), .nfilters = 1 };
    int name = tq_table_column_find(query.table, "name");
    int full = tq_table_column_find(query.table, "full_name");
    json_t *list = json_array();
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    query.filters[0].column = tq_table_column_find(query.table, "parent");
    query.filters[0].value = tq_value_text(tq_records_unit(app->records));
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        json_t *one = json_object();

        json_object_set_new(one, "unit", app_key_json(query.table, rows[i].key));
        json_object_set_new(one, "name", app_value_json(&rows[i].values[name]));
        json_object_set_new(one, "full_name", app_value_json(&rows[i].values[full]));
        json_array_append_new(list, one);
    }
    cli_json_set(app->cli, "villages", list);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    json_t *tables;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = put_villages(&app, err);
    if (rc == TQ_OK && cli->json) {
        tables = json_object();
        for (size_t t = 0; t < app.catalogue->ntables; t++)
            json_object_set_new(tables, app.catalogue->tables[t].name,
                    cli_describe_table(cli, &app.catalogue->tables[t], TQ_BY_COMMUNE));
        cli_json_set(cli, "schema", json_integer((json_int_t)app.catalogue->version));
        cli_json_set(cli, "tables", tables);
    }
    for (size_t t = 0; rc == TQ_OK && t < app.catalogue->ntables; t++)
        cli_print(cli, "%-20s %s", app.catalogue->tables[t].name,
                tq_word_of_table(&app.catalogue->tables[t], cli->lang));
    app_close(&app);
    return rc;
}

const struct cli_command CMD_CATALOGUE = {
    .name = "catalogue",
    .summary = { "các bảng; với --json: mọi cột, kiểu, từ và giới hạn",
            "the tables; with --json: every column, its kind, words and bounds" },
    .run = run,
};
