/* cmd_facts.c - facts: the rows of this office behind the machine's figure of a criterion. */
#include <string.h>

#include "app.h"
#include "cli/fact_words.h"
#include "cli/json.h"
#include "commands.h"
#include "score_view.h"
#include "tuquan/facts.h"
#include "tuquan/sheet_store.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    FACT_OPTION_LIMIT,
    FACT_OPTION_OFFSET,
    { NULL, 0, NULL, { NULL, NULL } },
};

/* "Loại: Tuần tra; Ngày tổ chức: 15/11/2020" */
static tq_status put_values(
        struct app *app, struct cli_table *out, const struct tq_fact *fact, struct tq_error *err)
{
    const struct tq_table *table = fact->table;
    json_t *json = json_object();
    struct tq_record row;
    struct tq_buf text;
    bool found = false;
    tq_status rc = tq_record_get(app->records, table, fact->key, app->arena, &row, &found, err);

    tq_buf_init(&text, 0);
    for (size_t i = 0; rc == TQ_OK && found && i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (!fact_tells(column) || row.values[i].type == TQ_NULL ||
                tq_table_is_key(table, (uint32_t)i))
            continue;
        tq_buf_printf(&text, "%s%s: ", text.len > 0 ? "; " : "",
                tq_word_of_column(column, app->cli->lang));
        rc = app_show_value(app, table, column, &row.values[i], &text, err);
        json_object_set_new(json, column->name, app_value_json(&row.values[i]));
    }
    cli_table_both_buf(out, &text, json);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status put_fact(struct app *app, struct cli_table *out,
        const struct tq_criterion *criterion, const struct tq_fact *fact, struct tq_error *err)
{
    static const char PARTS[] = {
        [TQ_FACT_N] = 'n', [TQ_FACT_D] = 'd', [TQ_FACT_X] = 'x', [TQ_FACT_B] = 'b'
    };
    const char code[2] = { PARTS[fact->part], '\0' };
    json_t *json = json_object();
    struct tq_slice name = { NULL, 0 };
    struct tq_buf text;
    tq_status rc = app_row_name(app, fact->table, fact->key, &name, err);

    tq_buf_init(&text, 0);
    fact_part_words(app->cli, criterion, PARTS[fact->part], &text);
    cli_table_both_buf(out, &text, json_string(code));
    tq_buf_clear(&text);
    tq_buf_printf(&text, "%s ", tq_word_of_table(fact->table, app->cli->lang));
    tq_buf_append_slice(&text, name);
    json_object_set_new(json, "table", json_string(fact->table->name));
    json_object_set_new(json, "key", app_key_json(fact->table, fact->key));
    cli_table_both_buf(out, &text, json);
    tq_buf_deinit(&text);
    if (rc == TQ_OK)
        rc = put_values(app, out, fact, err);
    fact_put_amount(out, criterion, code[0], fact->amount);
    return rc;
}

/* The figure, and a page of the rows behind it. */
static tq_status put_all(struct app *app, const struct tq_criterion *criterion,
        const struct tq_count *count, const struct tq_fact *facts, size_t n, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct cli_table out;
    struct fact_page page;
    int64_t rows_d = 0;
    tq_status rc = fact_page(cli, n, &page, err);

    for (size_t i = 0; i < n; i++)
        rows_d += facts[i].part == TQ_FACT_D ? facts[i].amount : 0;
    if (rc == TQ_OK)
        rc = fact_tell_sum(cli, criterion, count, rows_d, err);
    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, FACT_COLUMN, FACT_COLUMNS);
    for (size_t i = page.first; rc == TQ_OK && i < page.end; i++)
        rc = put_fact(app, &out, criterion, &facts[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "facts", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK)
        fact_tell_page(cli, &page);
    return rc;
}

static tq_status list(struct app *app, struct tq_slice period, struct tq_error *err)
{
    struct cli *cli = app->cli;
    const struct tq_sheet *sheet = NULL;
    const struct tq_fact *facts = NULL;
    struct tq_facts_period window;
    struct tq_slice key = { NULL, 0 };
    struct tq_count count = { 0 };
    size_t n = 0;
    tq_status rc = score_sheet_key(app, period, &key, err);

    if (rc == TQ_OK)
        rc = tq_facts_period(app->db, app->arena, period, &window, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(app->db, app->arena, key, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_behind(app->db, app->arena, sheet, &window, tq_records_unit(app->records),
                app_now(app), tq_slice_str(cli->args[1]), &count, &facts, &n, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "period", cli_json_slice(period));
    return put_all(app, sheet->criteria + tq_sheet_find(sheet, tq_slice_str(cli->args[1])), &count,
            facts, n, err);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct tq_slice period = { NULL, 0 };
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_period(&app, cli->args[0], &period, err);
    if (rc == TQ_OK)
        rc = list(&app, period, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_FACTS = {
    .name = "facts",
    .usage = "KỲ TIÊU_CHÍ",
    .summary = { "những dòng của xã đứng sau số máy tính của một tiêu chí",
            "this office's rows behind the machine's figure of a criterion" },
    .details = { "Ví dụ:\n  facts 2020-Q4 1.2", "Example:\n  facts 2020-Q4 1.2" },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
