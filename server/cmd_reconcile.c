/* cmd_reconcile.c - tuquan-district reconcile PERIOD [UNIT]: the incidents that the scorer counts in
 * the period were compared with the district's second source and stand as the commune wrote them.
 * One that differs is reclassified before (import incident ...). Those that a commune leaves to the
 * other side of a border are marked, too, and told of: somebody has looked at that. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "tuquan/facts.h"

#define PAGE 512

struct reconciling {
    struct app *app;
    struct tq_slice unit; /* empty: all */
    struct tq_facts_period period;
    struct edit_list edits;
    size_t across; /* left to the other side of a border, of those that are marked */
};

static const struct tq_value *value_of(const struct tq_stored_row *row, const char *column)
{
    return &row->values[tq_table_column_find(row->table, column)];
}

static tq_status mark(struct reconciling *r, const struct tq_stored_row *row, struct tq_error *err)
{
    const struct tq_table *t = row->table;
    int reconciled = tq_table_column_find(t, "reconciled");
    struct tq_incident_days days = tq_facts_incident_days(
            value_of(row, "occurred_on"), value_of(row, "known_at"), value_of(row, "due_on"));
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };

    if (row->values[reconciled].i == 1 || value_of(row, "voided_at")->type != TQ_NULL ||
            !tq_facts_incident_falls(days, r->period.window))
        return TQ_OK;
    for (size_t i = 0; i < t->ncolumns; i++)
        values[i] = row->values[i];
    r->across +=
            value_of(row, "across_unit")->type != TQ_NULL && value_of(row, "counted_here")->i != 1;
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
    if (rc == TQ_OK && cli->nargs > 1)
        rc = app_unit(app, cli->args[1], &r.unit, err);
    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK) {
        edit_init(&r.edits, app->arena);
        rc = tq_facts_period(tq_district_store_db(app->store), app->arena,
                tq_slice_str(app->period), &r.period, err);
    }
    if (rc == TQ_OK)
        rc = walk(&r, err);
    if (rc == TQ_OK && r.edits.count > 0)
        rc = app_write(app, r.edits.changes, r.edits.count, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "reconciled", json_integer((json_int_t)r.edits.updated));
        cli_json_set(cli, "across", json_integer((json_int_t)r.across));
        cli_print(cli, "%s %s: %zu",
                cli_say(cli, "Đã đối soát vụ việc kỳ", "Reconciled incidents of"), app->period,
                r.edits.updated);
        if (r.across > 0)
            cli_print(cli,
                    CLI_SAY(cli,
                            "Trong đó %zu vụ xã ghi là xảy ra ở đơn vị bạn, không tính ở xã. Vụ "
                            "nào "
                            "xảy ra ở xã thì ghi counted_here=1.",
                            "%zu of them happened across the border, says the commune, and count "
                            "there. Set counted_here=1 where one happened here."),
                    r.across);
    }
    app_close(app);
    return rc;
}

const struct cli_command CMD_RECONCILE = {
    .name = "reconcile",
    .usage = "KỲ [XÃ]",
    .summary = { "xác nhận đã đối soát vụ việc của kỳ với nguồn thứ hai",
            "the period's incidents were compared with the second source" },
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
