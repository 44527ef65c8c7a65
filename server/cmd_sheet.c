/* cmd_sheet.c - tuquan-district sheet: scoring sheets are rows; a published one never changes. */
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/file.h"
#include "tuquan/sheet_store.h"

#define MAX_SHEETS 256

static const struct cli_column COLUMNS[] = {
    { "sheet", { "Bảng điểm", "Sheet" }, false, false },
    { "name", { "Tên", "Name" }, false, true },
    { "state", { "Trạng thái", "State" }, false, false },
};

static const struct cli_option OPTIONS[] = {
    { "publish", 'p', NULL, { "ban hành ngay", "publish at once" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "scoring_sheet");
    struct tq_stored_row *rows = tq_arena_array(app->arena, MAX_SHEETS, sizeof(*rows));
    struct cli_table table;
    int state = tq_table_column_find(t, "state");
    size_t got = 0;
    tq_status rc = rows == NULL
                           ? tq_error_set(err, TQ_NOMEM, "sheets")
                           : ops->rows_scan(ops->ctx, t, tq_slice_of(NULL, 0), tq_slice_of(NULL, 0),
                                     tq_slice_of(NULL, 0), MAX_SHEETS, app->arena, rows, &got, err);

    cli_table_init(&table, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < got; i++) {
        cli_table_text(&table, rows[i].key);
        cli_table_text(&table, rows[i].values[tq_table_column_find(t, "name")].s);
        show_code(&table, t, state, &rows[i].values[state]);
    }
    if (rc == TQ_OK)
        rc = cli_table_print(&table, "sheets", err);
    cli_table_deinit(&table);
    return rc;
}

static tq_status load(
        struct app *app, struct cli *cli, struct tq_changes *out, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, (size_t)4 << 20);
    rc = tq_file_read(cli->args[1], (size_t)4 << 20, &text, err);
    if (rc == TQ_OK)
        rc = tq_sheet_import(tq_district_store_db(app->store), app->arena, tq_buf_slice(&text),
                cli_option(cli, "publish") != NULL, app_now_ms(), tq_slice_str(app_author(app)),
                out, err);
    /* The changes may borrow from the text: write before it goes. */
    if (rc == TQ_OK && out->n > 0)
        rc = app_write(app, (struct tq_change *)out->changes, out->n, err);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *verb = cli->nargs > 0 ? cli->args[0] : "list";
    struct tq_changes changes = { 0, NULL };
    bool listing = strcmp(verb, "list") == 0;
    tq_status rc = app_open(app, cli, !listing, err);

    if (rc == TQ_OK && listing) {
        rc = list(app, cli, err);
    } else if (rc == TQ_OK && cli->nargs == 2 && strcmp(verb, "import") == 0) {
        rc = load(app, cli, &changes, err);
    } else if (rc == TQ_OK && cli->nargs == 2 && strcmp(verb, "publish") == 0) {
        rc = tq_sheet_publish(tq_district_store_db(app->store), app->arena,
                tq_slice_str(cli->args[1]), app_now_ms(), tq_slice_str(app_author(app)), &changes,
                err);
        if (rc == TQ_OK && changes.n > 0)
            rc = app_write(app, (struct tq_change *)changes.changes, changes.n, err);
    } else if (rc == TQ_OK) {
        rc = cli_wrong_word(cli, verb, err);
    }
    if (rc == TQ_OK && !listing)
        cli_print(cli, "%s: %zu %s", verb, changes.n, cli_say(cli, "thay đổi", "changes"));
    app_close(app);
    return rc;
}

const struct cli_command CMD_SHEET = {
    .name = "sheet",
    .usage = "[list | import FILE.csv [--publish] | publish SHEET]",
    .summary = { "bảng điểm: xem, nạp, ban hành", "scoring sheets: list, import, publish" },
    .options = OPTIONS,
    .max_args = 2,
    .run = run,
};
