/* cmd_reconcile.c - tuquan-district reconcile PERIOD [UNIT]: the incidents of the window were
 * compared with the district's second source and stand as the commune wrote them. One that differs
 * is reclassified before (import incident ...). */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"

#define PAGE 512

struct reconciling {
    struct app *app;
    struct tq_slice unit; /* empty: all */
    struct tq_slice from;
    struct tq_slice to;
    struct edit_list edits;
};

static tq_status find_window(struct reconciling *r, const char *period, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "period");
    struct tq_slice key = tq_slice_str(period);
    struct tq_stored_row row;
    tq_status rc;

    memset(&row, 0, sizeof(row));
    rc = ops->rows_get(ops->ctx, t, &key, 1, r->app->arena, &row, err);
    if (rc == TQ_OK && !row.exists)
        rc = tq_error_set(err, TQ_NOT_FOUND, "period %s", period);
    if (rc != TQ_OK)
        return rc;
    r->from = row.values[tq_table_column_find(t, "starts_on")].s;
    r->to = row.values[tq_table_column_find(t, "ends_on")].s;
    return TQ_OK;
}

static tq_status mark(struct reconciling *r, const struct tq_stored_row *row, struct tq_error *err)
{
    const struct tq_table *t = row->table;
    int reconciled = tq_table_column_find(t, "reconciled");
    const struct tq_value *day = &row->values[tq_table_column_find(t, "occurred_on")];
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };

    if (row->values[reconciled].i == 1 ||
            row->values[tq_table_column_find(t, "voided_at")].type != TQ_NULL ||
            day->type != TQ_TEXT || tq_slice_compare(day->s, r->from) < 0 ||
            tq_slice_compare(day->s, r->to) > 0)
        return TQ_OK;
    for (size_t i = 0; i < t->ncolumns; i++)
        values[i] = row->values[i];
    given[t->key[0]] = true;
    given[reconciled] = true;
    values[reconciled] = tq_value_int(1);
    return edit_row(&r->edits, r->app, t, values, given, err);
}

static tq_status walk(struct reconciling *r, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "incident");
    struct tq_stored_row *page = tq_arena_array(r->app->arena, PAGE, sizeof(*page));
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t got = PAGE;
    tq_status rc = page == NULL ? tq_error_set(err, TQ_NOMEM, "incidents") : TQ_OK;

    while (rc == TQ_OK && got == PAGE) {
        rc = ops->rows_scan(ops->ctx, t, r->unit, after, tq_slice_of(NULL, 0), PAGE, r->app->arena,
                page, &got, err);
        for (size_t i = 0; rc == TQ_OK && i < got; i++) {
            page[i].table = t;
            rc = mark(r, &page[i], err);
        }
        if (got > 0)
            after = page[got - 1].key;
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct reconciling r;
    tq_status rc = app_open(app, cli, true, err);

    memset(&r, 0, sizeof(r));
    r.app = app;
    if (cli->nargs > 1)
        r.unit = tq_slice_str(cli->args[1]);
    if (rc == TQ_OK) {
        edit_init(&r.edits, app->arena);
        rc = find_window(&r, cli->args[0], err);
    }
    if (rc == TQ_OK)
        rc = walk(&r, err);
    if (rc == TQ_OK && r.edits.count > 0)
        rc = app_write(app, r.edits.changes, r.edits.count, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "reconciled", json_integer((json_int_t)r.edits.updated));
        cli_print(cli, "%s %s: %zu",
                cli_say(cli, "Đã đối soát vụ việc kỳ", "Reconciled incidents of"), cli->args[0],
                r.edits.updated);
    }
    app_close(app);
    return rc;
}

const struct cli_command CMD_RECONCILE = {
    .name = "reconcile",
    .usage = "PERIOD [UNIT]",
    .summary = { "xác nhận đã đối soát vụ việc của kỳ với nguồn thứ hai",
            "the period's incidents were compared with the second source" },
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
