#include "app.h"

#include "cli/json.h"

tq_status app_shown_json(struct app *app, const struct tq_table *table, const struct tq_record *row,
        json_t **out, struct tq_error *err)
{
    json_t *shown = json_object();
    tq_status rc = TQ_OK;

    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns; c++) {
        struct tq_buf text;

        if (row->values[c].type == TQ_NULL)
            continue;
        tq_buf_init(&text, 0);
        rc = app_show_value(app, table, &table->columns[c], &row->values[c], &text, err);
        json_object_set_new(shown, table->columns[c].name, cli_json_buf(&text));
        tq_buf_deinit(&text);
    }
    if (rc != TQ_OK) {
        json_decref(shown);
        shown = NULL;
    }
    *out = shown;
    return rc;
}

tq_status app_row_json(struct app *app, const struct tq_table *table, const struct tq_record *row,
        json_t **out, struct tq_error *err)
{
    json_t *json = json_object();
    json_t *shown = NULL;
    struct tq_buf name;
    tq_status rc;

    for (size_t c = 0; c < table->ncolumns; c++)
        json_object_set_new(json, table->columns[c].name, app_value_json(&row->values[c]));
    json_object_set_new(json, "_key", app_key_json(table, row->key));
    json_object_set_new(json, "_sync", json_string(app_sync_code(row->pending)));
    tq_buf_init(&name, 0);
    rc = tq_record_name(app->records, table, row, &name, err);
    json_object_set_new(json, "_name", cli_json_buf(&name));
    tq_buf_deinit(&name);
    if (rc == TQ_OK)
        rc = app_shown_json(app, table, row, &shown, err);
    json_object_set_new(json, "_shown", shown);
    if (rc != TQ_OK) {
        json_decref(json);
        json = NULL;
    }
    *out = json;
    return rc;
}

tq_status app_tell_row(
        struct app *app, const struct tq_table *table, struct tq_slice key, struct tq_error *err)
{
    struct tq_record row;
    json_t *json = NULL;
    bool found = false;
    tq_status rc;

    if (!app->cli->json)
        return TQ_STALE;
    rc = tq_record_get(app->records, table, key, app->arena, &row, &found, NULL);
    if (rc == TQ_OK && found)
        rc = app_row_json(app, table, &row, &json, NULL);
    if (json != NULL)
        cli_json_set(app->cli, "row", json);
    return rc == TQ_NOMEM ? tq_error_set(err, rc, "row") : TQ_STALE;
}
