/* cmd_facts.c - tuquan-district facts PERIOD UNIT CRITERION: the rows behind the machine's figure. */
#include <string.h>

#include "app.h"
#include "cli/fact_words.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/facts.h"

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    FACT_OPTION_LIMIT,
    FACT_OPTION_OFFSET,
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status put_values(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_fact *fact, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    uint32_t columns[TQ_MAX_COLUMNS];
    struct tq_value values[TQ_MAX_COLUMNS];
    json_t *json = json_object();
    struct tq_stored_row row = { 0 };
    struct tq_buf text;
    size_t n = 0;
    tq_status rc = ops->rows_get(ops->ctx, fact->table, &fact->key, 1, app->arena, &row, err);

    tq_buf_init(&text, 0);
    for (size_t i = 0; rc == TQ_OK && row.exists && i < fact->table->ncolumns; i++) {
        if (!fact_tells(&fact->table->columns[i]) || row.values[i].type == TQ_NULL ||
                tq_table_is_key(fact->table, (uint32_t)i))
            continue;
        columns[n] = fact->table->columns[i].id;
        values[n++] = row.values[i];
    }
    if (rc == TQ_OK && n > 0)
        rc = show_values(app, cli, fact->table, columns, values, n, &text, json, err);
    cli_table_both_buf(out, &text, json);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status put_fact(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_criterion *criterion, const struct tq_fact *fact, struct tq_error *err)
{
    static const char PARTS[] = {
        [TQ_FACT_N] = 'n', [TQ_FACT_D] = 'd', [TQ_FACT_X] = 'x', [TQ_FACT_B] = 'b'
    };
    const char code[2] = { PARTS[fact->part], '\0' };
    json_t *json = json_object();
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    fact_part_words(cli, criterion, PARTS[fact->part], &text);
    cli_table_both_buf(out, &text, json_string(code));
    tq_buf_clear(&text);
    rc = show_row(app, cli, fact->table, fact->key, &text, err);
    json_object_set_new(json, "table", json_string(fact->table->name));
    json_object_set_new(json, "key", show_key_json(fact->table, fact->key));
    cli_table_both_buf(out, &text, json);
    tq_buf_deinit(&text);
    if (rc == TQ_OK)
        rc = put_values(app, cli, out, fact, err);
    fact_put_amount(out, criterion, code[0], fact->amount);
    return rc;
}

/* The figure, and a page of the rows behind it. */
static tq_status put_all(struct app *app, struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, const struct tq_fact *facts, size_t n, struct tq_error *err)
{
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
        rc = put_fact(app, cli, &out, criterion, &facts[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "facts", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK)
        fact_tell_page(cli, &page);
    return rc;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_slice unit, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(app->store);
    const struct tq_sheet *sheet = NULL;
    const struct tq_fact *facts = NULL;
    struct tq_facts_period period;
    struct tq_slice key = { NULL, 0 };
    struct tq_count count = { 0 };
    size_t n = 0;
    tq_status rc = rank_sheet(app, cli, app->period, &key, err);

    if (rc == TQ_OK)
        rc = tq_facts_period(db, app->arena, tq_slice_str(app->period), &period, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, app->arena, key, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_behind(db, app->arena, sheet, &period, unit, app_now_ms(),
                tq_slice_str(cli->args[2]), &count, &facts, &n, err);
    if (rc != TQ_OK)
        return rc;
    return put_all(app, cli, sheet->criteria + tq_sheet_find(sheet, tq_slice_str(cli->args[2])),
            &count, facts, n, err);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct tq_slice unit;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = app_unit(app, cli->args[1], &unit, err);
    if (rc == TQ_OK)
        rc = list(app, cli, unit, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_FACTS = {
    .name = "facts",
    .usage = "KỲ XÃ TIÊU_CHÍ",
    .summary = { "những dòng đứng sau số máy tính của một tiêu chí",
            "the rows behind the machine's figure of a criterion" },
    .details = { "Ví dụ:\n  facts 2020-Q4 08779 1.2", "Example:\n  facts 2020-Q4 08779 1.2" },
    .options = OPTIONS,
    .min_args = 3,
    .max_args = 3,
    .run = run,
};
