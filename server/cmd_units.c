/* cmd_units.c - tuquan-district units: the communes, their villages counted; renamed, merged, split. */
#include <stdint.h>
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/own_units.h"
#include "units_change.h"

#define PAGE 256

static const struct cli_column COLUMNS[] = {
    { "unit", { "Mã", "Key" }, false, false },
    { "name", { "Tên", "Name" }, false, false },
    { "villages", { "Số thôn", "Villages" }, true, false },
    { "state", { "Trạng thái", "State" }, false, false },
    { "own", { "Của", "Whose" }, false, false },
    { "short", { "Tên gọn", "Short name" }, false, false },
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

/* A neighbour's stand in the file for a link. */
static bool is_own(const struct tq_slice *own, size_t nown, const struct tq_stored_row *row)
{
    bool found = false;

    for (size_t i = 0; !found && i < nown; i++)
        found = tq_slice_equal(own[i], row->key);
    return found;
}

/* One of those that are there, or were to the end of a commune that has ended. */
static bool is_village_of(const struct tq_stored_row *village, const struct tq_stored_row *commune)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "unit");
    const struct tq_value *to = &village->values[tq_table_column_find(t, "valid_to")];

    return village->values[tq_table_column_find(t, "level")].i == 4 &&
           tq_slice_equal(village->values[tq_table_column_find(t, "parent")].s, commune->key) &&
           (to->type == TQ_NULL ||
                   tq_value_equal(to, &commune->values[tq_table_column_find(t, "valid_to")]));
}

/* A merger is entered before its day: until then the unit is what it was. */
static struct tq_value state_of(const struct tq_table *t, const struct tq_stored_row *row)
{
    const struct tq_value *to = &row->values[tq_table_column_find(t, "valid_to")];
    struct tq_value state = row->values[tq_table_column_find(t, "state")];
    tq_day last;

    if (state.type == TQ_TEXT && tq_slice_equal(state.s, tq_slice_str("merged")) &&
            to->type == TQ_TEXT && tq_day_parse(to->s, &last) &&
            last >= tq_day_of_instant(app_now_ms()))
        return tq_value_str("active");
    return state;
}

static tq_status show(struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "unit");
    int level = tq_table_column_find(t, "level");
    int name = tq_table_column_find(t, "full_name");
    int bare = tq_table_column_find(t, "name");
    int state = tq_table_column_find(t, "state");
    struct cli_table table;
    struct units units;
    struct tq_slice *own = NULL;
    size_t nown = 0;
    tq_status rc = load(app, &units, err);

    if (rc == TQ_OK)
        rc = tq_own_units_ever(tq_district_store_db(app->store), app->arena, tq_slice_of(NULL, 0),
                &own, &nown, err);
    if (rc != TQ_OK)
        return rc;
    cli_table_init(&table, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; i < units.count; i++) {
        struct tq_value now = state_of(t, &units.rows[i]);
        int64_t villages = 0;
        bool ours;

        if (units.rows[i].values[level].i != 3)
            continue;
        for (size_t k = 0; k < units.count; k++)
            villages += is_village_of(&units.rows[k], &units.rows[i]);
        cli_table_text(&table, units.rows[i].key);
        cli_table_text(&table, units.rows[i].values[name].s);
        cli_table_int(&table, villages);
        show_code(&table, t, state, &now);
        ours = is_own(own, nown, &units.rows[i]);
        cli_table_both(
                &table, ours ? "" : cli_say(cli, "huyện bạn", "neighbour"), json_boolean(ours));
        cli_table_both(&table, "", cli_json_slice(units.rows[i].values[bare].s));
    }
    table.drop_empty = true;
    rc = cli_table_print_or(&table, "units",
            cli_say(cli, "Chưa có đơn vị nào. Nhập: import unit TỆP.csv.",
                    "No unit yet. Import them: import unit FILE.csv."),
            err);
    cli_table_deinit(&table);
    return rc;
}

static tq_status change(struct app *app, struct cli *cli, const char *verb, struct tq_error *err)
{
    const struct units_target target = { cli_option(cli, "into"), cli_option(cli, "name"),
        cli_option(cli, "full-name"), cli_option(cli, "on"), cli_option(cli, "resolution") };
    struct tq_slice key = { NULL, 0 };
    const char *villages = cli_option(cli, "villages");
    tq_status rc;

    if (strcmp(verb, "rename") == 0 && cli->nargs == 2)
        rc = units_rename(app, cli->args[1], target.name, target.full_name, &key, err);
    else if (strcmp(verb, "add") == 0 && cli->nargs == 2)
        rc = units_add(app, cli->args[1], &target, &key, err);
    else if (strcmp(verb, "merge") == 0 && cli->nargs > 1)
        rc = units_merge(app, cli->args + 1, cli->nargs - 1, &target, &key, err);
    else if (strcmp(verb, "split") == 0 && cli->nargs == 2)
        rc = units_split(app, cli->args[1], villages != NULL ? villages : "", &target, &key, err);
    else
        return cli_wrong_word(cli, verb, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "unit", json_stringn((const char *)key.data, key.len));
    cli_print(cli, "%.*s: %s", (int)key.len, (const char *)key.data,
            cli_say(cli, "đã ghi; xã nhận ở lần đồng bộ tới",
                    "written; the communes get it with their next sync"));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool listing = cli->nargs == 0 || strcmp(cli->args[0], "list") == 0;
    tq_status rc;

    if (!listing && strcmp(cli->args[0], "rename") != 0 && strcmp(cli->args[0], "add") != 0 &&
            strcmp(cli->args[0], "merge") != 0 && strcmp(cli->args[0], "split") != 0)
        return cli_wrong_word(cli, cli->args[0], err);
    rc = app_open(app, cli, !listing, err);
    if (rc == TQ_OK)
        rc = listing ? show(app, cli, err) : change(app, cli, cli->args[0], err);
    app_close(app);
    return rc;
}

static const struct cli_option OPTIONS[] = {
    { "name", 'n', "TÊN",
            { "tên mới, hay tên của đơn vị mới", "the new name, or the new unit's" } },
    { "full-name", 0, "TÊN",
            { "tên đầy đủ (mặc định như --name)", "full name (as --name when not given)" } },
    { "into", 'i', "ĐƠN_VỊ",
            { "nhập vào đơn vị này; với --name: mã của đơn vị, thôn mới",
                    "into this unit; with --name: the code of a new one" } },
    { "on", 0, "NGÀY", { "từ ngày nào", "from which day" } },
    { "resolution", 0, "SỐ_HIỆU", { "số nghị quyết", "number of the resolution" } },
    { "villages", 0, "THÔN",
            { "mã các thôn chuyển đi, cách nhau dấu phẩy", "codes of the villages that leave" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

const struct cli_command CMD_UNITS = {
    .name = "units",
    .usage = "[rename XÃ | add XÃ | merge XÃ... | split XÃ]",
    .summary = { "các xã, thị trấn và số thôn; đổi tên, thêm thôn, nhập, tách, giữ lịch sử",
            "the communes and their villages; rename, add a village, merge, split, history kept" },
    .details = { "Ví dụ:\n  units rename 08779 --name=\"Bạch Lưu\"\n  units add 08779 "
                 "--into=08779-09 "
                 "--name=\"Hồng Sen\" --on=2025-07-01\n  units merge 08779 08782 "
                 "--into=08782 --name=\"Hải Lựu\" --on=2025-07-01 --resolution=01/NQ\n  units "
                 "split "
                 "08779 --into=08782 --villages=08779-01,08779-02 --on=2025-07-01 "
                 "--resolution=02/NQ",
            "Example:\n  units rename 08779 --name=\"Bach Luu\"\n  units add 08779 --into=08779-09 "
            "--name=\"Hong Sen\" --on=2025-07-01\n  units merge 08779 08782 "
            "--into=08782 --name=\"Hai Luu\" --on=2025-07-01 --resolution=01/NQ\n  units split "
            "08779 --into=08782 --villages=08779-01,08779-02 --on=2025-07-01 --resolution=02/NQ" },
    .options = OPTIONS,
    .max_args = SIZE_MAX,
    .run = run,
};
