#include "status_values.h"

#include "tuquan/quoted.h"
#include "tuquan/reason.h"
#include "tuquan/words.h"

static const struct cli_column COLUMNS[] = {
    { "table", { "Bảng", "Table" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "here", { "Trên máy này", "Here" }, false, true },
    { "district", { "Ở huyện", "At the district" }, false, true },
    { "state", { "Tình trạng", "State" }, false, false },
    { "why", { "Vì sao", "Why" }, false, true },
};

/* A cell for people, "value" or "column = value; ..." of a group; and for programs by column. */
struct shown {
    struct tq_buf text;
    json_t *json;
};

static void shown_put(struct shown *shown, struct cli_table *out)
{
    cli_table_both_buf(out, &shown->text, shown->json);
    tq_buf_deinit(&shown->text);
}

static tq_status shown_add(struct app *app, const struct tq_table *table, uint32_t column,
        bool named, const struct tq_value *value, struct shown *shown, struct tq_error *err)
{
    const struct tq_column *c = &table->columns[column];

    if (named)
        tq_buf_printf(&shown->text, "%s%s = ", shown->text.len > 0 ? "; " : "",
                tq_word_of_column(c, app->cli->lang));
    json_object_set_new(shown->json, c->name, app_value_json(value));
    if (value->type != TQ_NULL)
        return app_show_value(app, table, c, value, &shown->text, err);
    tq_buf_append_str(&shown->text, cli_say(app->cli, "(trống)", "(empty)"));
    return TQ_OK;
}

/* What the file holds. */
static tq_status put_here(struct app *app, const struct tq_table *table, uint32_t cell,
        const struct tq_value *values, struct cli_table *out, struct tq_error *err)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    size_t n = tq_table_cell(table, cell, columns);
    struct shown shown = { { 0 }, json_object() };
    tq_status rc = TQ_OK;

    tq_buf_init(&shown.text, 0);
    for (size_t i = 0; rc == TQ_OK && values != NULL && i < n; i++)
        rc = shown_add(app, table, columns[i], n > 1, &values[columns[i]], &shown, err);
    shown_put(&shown, out);
    return rc;
}

/* What the district has, as far as this machine knows: "9=5,12='2020-11-05',". */
static tq_status put_district(struct app *app, const struct tq_table *table, uint32_t cell,
        struct tq_slice base, struct cli_table *out, struct tq_error *err)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    bool named = tq_table_cell(table, cell, columns) > 1;
    struct shown shown = { { 0 }, json_object() };
    struct tq_cells cells;
    tq_status rc = tq_quoted_parse(base, app->arena, &cells, err);

    tq_buf_init(&shown.text, 0);
    for (uint32_t i = 0; rc == TQ_OK && i < cells.n; i++) {
        int column = tq_table_column(table, cells.columns[i]);

        if (column >= 0)
            rc = shown_add(app, table, (uint32_t)column, named, &cells.values[i], &shown, err);
    }
    shown_put(&shown, out);
    return rc;
}

static tq_status put_cell(struct app *app, const struct tq_waiting *row, struct tq_slice name,
        const struct tq_value *values, const struct tq_story *cell, struct cli_table *out,
        struct tq_error *err)
{
    const struct tq_table *table = row->table;
    const struct cli *cli = app->cli;
    int c = cell->no_row ? -1 : tq_table_column(table, cell->cell);
    json_t *json = json_object();
    tq_status rc = TQ_OK;

    cli_table_both(out, tq_word_of_table(table, cli->lang), json_string(table->name));
    json_object_set_new(json, "name", json_stringn((const char *)name.data, name.len));
    json_object_set_new(json, "key", app_key_json(table, row->key));
    cli_table_both_text(out, name, json);
    if (c < 0) {
        cli_table_both(out, cli_say(cli, "(cả dòng)", "(whole row)"), json_null());
        cli_table_both(out, cli_say(cli, "(đã nhập)", "(entered)"), json_null());
        cli_table_both(
                out, cli_say(cli, "(huyện chưa có dòng này)", "(no such row there)"), json_null());
    } else {
        cli_table_both(out, tq_word_of_column(&table->columns[c], cli->lang),
                json_string(tq_table_cell_name(table, cell->cell)));
        rc = put_here(app, table, cell->cell, values, out, err);
        if (rc == TQ_OK)
            rc = put_district(app, table, cell->cell, cell->old_text, out, err);
    }
    cli_table_both(out, app_sync_word(cli, cell->state), json_string(app_sync_code(cell->state)));
    if (row->reason != 0 && cell->state != 0)
        cli_table_both(out, tq_reason_sentence((tq_reason)row->reason, cli->lang),
                json_string(tq_reason_code((tq_reason)row->reason)));
    else
        cli_table_str(out, NULL);
    return rc;
}

static tq_status put_row(
        struct app *app, const struct tq_waiting *row, struct cli_table *out, struct tq_error *err)
{
    struct tq_slice name = { NULL, 0 };
    struct tq_record record = { 0 };
    struct tq_story *story;
    bool found = false;
    size_t n = 0;
    tq_status rc = app_row_name(app, row->table, row->key, &name, err);

    if (rc == TQ_OK)
        rc = tq_record_get(app->records, row->table, row->key, app->arena, &record, &found, err);
    if (rc == TQ_OK)
        rc = tq_office_story(
                app->db, row->table, row->key, TQ_CELL_ROW, app->arena, &story, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        if (story[i].kind == TQ_STORY_PENDING)
            rc = put_cell(app, row, name, found ? record.values : NULL, &story[i], out, err);
    return rc;
}

tq_status status_print_values(
        struct app *app, const struct tq_waiting *rows, size_t n, struct tq_error *err)
{
    struct cli_table out;
    tq_status rc = TQ_OK;

    cli_table_init(&out, app->cli, COLUMNS, 7);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        if (rows[i].table != NULL)
            rc = put_row(app, &rows[i], &out, err);
    if (rc == TQ_OK && n > 0)
        cli_print(app->cli, "%s", "");
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "cells", err);
    cli_table_deinit(&out);
    return rc;
}
