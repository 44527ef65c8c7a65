/* cmd_units.c - tuquan-district units: the communes, their villages counted. */
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/own_units.h"

#define PAGE 256

static const struct cli_column COLUMNS[] = {
    { "unit", { "Mã", "Key" }, false, false },
    { "name", { "Tên", "Name" }, false, false },
    { "villages", { "Số thôn", "Villages" }, true, false },
    { "state", { "Trạng thái", "State" }, false, false },
    { "own", { "Của", "Whose" }, false, false },
};

struct units {
    struct tq_stored_row *rows;
    size_t count;
};

static tq_status load(struct app *app, struct units *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "unit");
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t cap = 65536;
    size_t got = PAGE;
    tq_status rc = TQ_OK;

    out->count = 0;
    out->rows = tq_arena_array(app->arena, cap, sizeof(*out->rows));
    if (out->rows == NULL)
        return tq_error_set(err, TQ_NOMEM, "units");
    while (rc == TQ_OK && got == PAGE && out->count + PAGE <= cap) {
        rc = ops->rows_scan(ops->ctx, table, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0),
                PAGE, app->arena, out->rows + out->count, &got, err);
        if (rc == TQ_OK && got > 0) {
            out->count += got;
            after = out->rows[out->count - 1].key;
        }
    }
    return rc;
}

/* A neighbour's stand in the file for a link; what was merged away was the district's own. */
static bool is_own(const struct tq_slice *own, size_t nown, const struct tq_stored_row *row)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "unit");
    bool found = row->values[tq_table_column_find(t, "valid_to")].type != TQ_NULL;

    for (size_t i = 0; !found && i < nown; i++)
        found = tq_slice_equal(own[i], row->key);
    return found;
}

static tq_status show(struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "unit");
    int level = tq_table_column_find(t, "level");
    int parent = tq_table_column_find(t, "parent");
    int name = tq_table_column_find(t, "full_name");
    int state = tq_table_column_find(t, "state");
    struct cli_table table;
    struct units units;
    struct tq_slice *own = NULL;
    size_t nown = 0;
    tq_status rc = load(app, &units, err);

    if (rc == TQ_OK)
        rc = tq_own_units(tq_district_store_db(app->store), app->arena, tq_slice_of(NULL, 0),
                tq_day_of_instant(app_now_ms()), &own, &nown, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&table, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; i < units.count; i++) {
        int64_t villages = 0;
        bool ours;

        if (units.rows[i].values[level].i != 3)
            continue;
        for (size_t k = 0; k < units.count; k++)
            villages += units.rows[k].values[level].i == 4 &&
                        tq_slice_equal(units.rows[k].values[parent].s, units.rows[i].key);
        cli_table_text(&table, units.rows[i].key);
        cli_table_text(&table, units.rows[i].values[name].s);
        cli_table_int(&table, villages);
        show_code(&table, t, state, &units.rows[i].values[state]);
        ours = is_own(own, nown, &units.rows[i]);
        cli_table_both(
                &table, ours ? "" : cli_say(cli, "huyện bạn", "neighbour"), json_boolean(ours));
    }
    table.drop_empty = true;
    rc = cli_table_print(&table, "units", err);
    cli_table_deinit(&table);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = show(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_UNITS = {
    .name = "units",
    .usage = "",
    .summary = { "các xã, thị trấn và số thôn", "the communes and their villages" },
    .run = run,
};
