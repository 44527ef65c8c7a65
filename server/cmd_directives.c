/* cmd_directives.c - tuquan-district directives [LABEL]: what was issued, with how many communes have
 * seen and answered it; of one, each commune's answer, those that have not answered first. */
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/own_units.h"
#include "tuquan/records.h"

static const struct cli_column COLUMNS[] = {
    { "label", { "Số hiệu", "Label" }, false, false },
    { "document_no", { "Số văn bản", "Document" }, false, false },
    { "title", { "Trích yếu", "Title" }, false, true },
    { "issued_on", { "Ban hành", "Issued" }, false, false },
    { "due_on", { "Hạn", "Due" }, false, false },
    { "state", { "Trạng thái", "State" }, false, false },
    { "seen", { "Đã đọc", "Seen" }, true, false },
    { "answered", { "Đã trả lời", "Answered" }, true, false },
};

static const struct cli_column ANSWERS[] = {
    { "unit", { "Xã", "Commune" }, false, false },
    { "seen_at", { "Đọc lúc", "Seen" }, false, false },
    { "answered_at", { "Trả lời lúc", "Answered" }, false, false },
    { "answer", { "Trả lời", "Answer" }, false, true },
    { "accepted_at", { "Ghi nhận lúc", "Accepted" }, false, false },
};

static const struct tq_table *table_of(const char *name)
{
    return tq_catalogue_find(tq_catalogue_current(), name);
}

static const struct tq_value *value_of(
        const struct tq_record *row, const char *table, const char *column)
{
    return &row->values[tq_table_column_find(table_of(table), column)];
}

static tq_status rows_of(struct app *app, const char *table, const char *column,
        const struct tq_value *value, struct tq_record **rows, size_t *n, struct tq_error *err)
{
    struct tq_query query = { .table = table_of(table) };
    size_t total;

    if (column != NULL) {
        query.filters[0].column = tq_table_column_find(query.table, column);
        query.filters[0].value = *value;
        query.nfilters = 1;
    }
    return tq_record_list(app->records, &query, app->arena, rows, n, &total, err);
}

static struct tq_value key_of(const struct tq_record *directive)
{
    return *value_of(directive, "directive", "id");
}

static void put_text(struct cli_table *out, const struct tq_value *value)
{
    if (value->type == TQ_TEXT)
        cli_table_text(out, value->s);
    else
        cli_table_str(out, NULL);
}

static tq_status put_directive(
        struct app *app, struct cli_table *out, const struct tq_record *row, struct tq_error *err)
{
    const struct tq_table *table = table_of("directive");
    struct tq_value key = key_of(row);
    struct tq_record *answers = NULL;
    size_t n = 0;
    int64_t seen = 0;
    int64_t answered = 0;
    tq_status rc = rows_of(app, "directive_answer", "directive", &key, &answers, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        seen += value_of(&answers[i], "directive_answer", "seen_at")->type == TQ_INT;
        answered += value_of(&answers[i], "directive_answer", "answered_at")->type == TQ_INT;
    }
    put_text(out, value_of(row, "directive", "label"));
    put_text(out, value_of(row, "directive", "document_no"));
    put_text(out, value_of(row, "directive", "title"));
    show_date(out, value_of(row, "directive", "issued_on"));
    show_date(out, value_of(row, "directive", "due_on"));
    show_code(
            out, table, tq_table_column_find(table, "state"), value_of(row, "directive", "state"));
    cli_table_int(out, seen);
    cli_table_int(out, answered);
    if (cli_table_last(out) != NULL) {
        json_object_set_new(cli_table_last(out), "key", show_key_json(table, row->key));
        json_object_set_new(
                cli_table_last(out), "body", show_value_json(value_of(row, "directive", "body")));
    }
    return rc;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_record *rows = NULL;
    struct cli_table out;
    size_t n = 0;
    tq_status rc = rows_of(app, "directive", NULL, NULL, &rows, &n, err);

    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = put_directive(app, &out, &rows[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print_or(
                &out, "directives", cli_say(cli, "Chưa có chỉ đạo nào.", "No directive yet."), err);
    cli_table_deinit(&out);
    return rc;
}

static void put_instant(struct cli_table *out, const struct cli *cli, const struct tq_value *value)
{
    char text[40];

    if (value != NULL && value->type == TQ_INT)
        cli_table_both(
                out, cli_show_instant(cli, value->i, text, sizeof(text)), json_integer(value->i));
    else
        cli_table_str(out, NULL);
}

/* `row` NULL: this commune's program has not shown it to anybody yet. */
static tq_status put_answer(struct app *app, struct cli *cli, struct cli_table *out,
        struct tq_slice unit, const struct tq_record *row, struct tq_error *err)
{
    static const char *const NAME = "directive_answer";
    struct tq_slice name;
    tq_status rc = show_unit(app, unit, &name, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_both_text(out, name, json_stringn((const char *)unit.data, unit.len));
    put_instant(out, cli, row != NULL ? value_of(row, NAME, "seen_at") : NULL);
    put_instant(out, cli, row != NULL ? value_of(row, NAME, "answered_at") : NULL);
    if (row != NULL)
        put_text(out, value_of(row, NAME, "answer"));
    else
        cli_table_str(out, NULL);
    put_instant(out, cli, row != NULL ? value_of(row, NAME, "accepted_at") : NULL);
    if (cli_table_last(out) != NULL)
        json_object_set_new(cli_table_last(out), "key",
                row != NULL ? show_key_json(table_of(NAME), row->key) : json_null());
    return TQ_OK;
}

static bool has_answered(const struct tq_record *row)
{
    return row != NULL && value_of(row, "directive_answer", "answered_at")->type == TQ_INT;
}

/* A unit that was merged has nobody left to answer, and a neighbour's was not asked; what one answered
 * before stays. */
static bool is_asked(
        const struct tq_slice *own, size_t nown, struct tq_slice unit, const struct tq_record *row)
{
    for (size_t i = 0; row == NULL && i < nown; i++)
        if (tq_slice_equal(own[i], unit))
            return true;
    return row != NULL;
}

/* Every commune that is there, whether its program has said something of it or not. */
static tq_status put_answers(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_value *directive, struct tq_error *err)
{
    struct tq_value communes = tq_value_int(3);
    struct tq_record *units = NULL;
    struct tq_record *rows = NULL;
    struct tq_slice *own = NULL;
    size_t nunits = 0;
    size_t nown = 0;
    size_t n = 0;
    tq_status rc = rows_of(app, "unit", "level", &communes, &units, &nunits, err);

    if (rc == TQ_OK)
        rc = tq_own_units(tq_district_store_db(app->store), app->arena, tq_slice_of(NULL, 0),
                tq_day_of_instant(app_now_ms()), &own, &nown, err);
    if (rc == TQ_OK)
        rc = rows_of(app, "directive_answer", "directive", directive, &rows, &n, err);
    for (int answered = 0; answered < 2; answered++) {
        for (size_t i = 0; rc == TQ_OK && i < nunits; i++) {
            const struct tq_record *row = NULL;

            for (size_t k = 0; row == NULL && k < n; k++)
                if (tq_slice_equal(value_of(&rows[k], "directive_answer", "unit")->s, units[i].key))
                    row = &rows[k];
            if (is_asked(own, nown, units[i].key, row) && has_answered(row) == (answered == 1))
                rc = put_answer(app, cli, out, units[i].key, row, err);
        }
    }
    return rc;
}

static tq_status one(struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *table = table_of("directive");
    struct tq_stored_row found = { 0 };
    struct tq_slice key;
    struct cli_table out;
    tq_status rc = show_find_key(app, cli, table, cli->args[0], &key, err);

    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, table, &key, 1, app->arena, &found, err);
    if (rc == TQ_OK && !found.exists)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", cli->args[0]);
    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, ANSWERS, sizeof(ANSWERS) / sizeof(ANSWERS[0]));
    rc = put_answers(app, cli, &out, &found.values[table->key[0]], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "answers", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = app_records(app, err);
    if (rc == TQ_OK)
        rc = cli->nargs > 0 ? one(app, cli, err) : list(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_DIRECTIVES = {
    .name = "directives",
    .usage = "[SỐ_HIỆU]",
    .summary = { "chỉ đạo: bao nhiêu xã đã đọc, đã trả lời; từng xã của một chỉ đạo",
            "directives: how many have seen, answered; each commune's answer to one" },
    .max_args = 1,
    .run = run,
};
