#include "app.h"

json_t *app_shown_json(struct app *app, const struct tq_table *table, const struct tq_record *row)
{
    json_t *shown = json_object();

    for (size_t c = 0; c < table->ncolumns; c++) {
        struct tq_buf text;

        if (row->values[c].type == TQ_NULL)
            continue;
        tq_buf_init(&text, 0);
        if (app_show_value(app, table, &table->columns[c], &row->values[c], &text, NULL) == TQ_OK)
            json_object_set_new(
                    shown, table->columns[c].name, json_stringn((const char *)text.data, text.len));
        tq_buf_deinit(&text);
    }
    return shown;
}

json_t *app_row_json(struct app *app, const struct tq_table *table, const struct tq_record *row)
{
    json_t *json = json_object();
    struct tq_buf name;

    for (size_t c = 0; c < table->ncolumns; c++)
        json_object_set_new(json, table->columns[c].name, app_value_json(&row->values[c]));
    json_object_set_new(json, "_key", app_key_json(table, row->key));
    json_object_set_new(json, "_sync", json_string(app_sync_code(row->pending)));
    tq_buf_init(&name, 0);
    if (tq_record_name(app->records, table, row, &name, NULL) == TQ_OK)
        json_object_set_new(json, "_name", json_stringn((const char *)name.data, name.len));
    tq_buf_deinit(&name);
    json_object_set_new(json, "_shown", app_shown_json(app, table, row));
    return json;
}

void app_tell_row(struct app *app, const struct tq_table *table, struct tq_slice key)
{
    struct tq_record row;
    bool found = false;

    if (app->cli->json &&
            tq_record_get(app->records, table, key, app->arena, &row, &found, NULL) == TQ_OK &&
            found)
        cli_json_set(app->cli, "row", app_row_json(app, table, &row));
}
