/* cmd_why.c - tuquan-district why: every value ever sent for a cell or a row, who sent it, and what
 * became of it. */
#include "app.h"
#include "cmd.h"
#include "story.h"
#include "tuquan/codec.h"
#include "tuquan/words.h"

static const struct cli_column COLUMNS[] = {
    { "received_at_ms", { "Huyện nhận", "Received" }, false, false },
    { "written_at_ms", { "Ghi lúc", "Written" }, false, false },
    { "device", { "Máy", "Device" }, true, false },
    { "author", { "Ai", "Who" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "before", { "Trước", "Before" }, false, true },
    { "after", { "Sau", "After" }, false, true },
    { "verdict", { "Kết quả", "Became" }, false, true },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "current", { "Đang dùng", "Now" }, false, false },
};

static tq_status put_entry(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_table *table, const struct tq_why_entry *e, struct tq_error *err)
{
    char text[40];
    tq_status rc;

    cli_table_both(out, cli_show_instant(cli, e->received_t, text, sizeof(text)),
            json_integer(e->received_t));
    cli_table_both(out, cli_show_instant(cli, e->change.at_ms, text, sizeof(text)),
            json_integer(e->change.at_ms));
    story_device(out, cli, e->device);
    story_author(out, cli, &e->change);
    story_cell(out, cli, table, &e->change);
    rc = story_side(app, cli, out, table, &e->change, true, err);
    if (rc == TQ_OK)
        rc = story_side(app, cli, out, table, &e->change, false, err);
    story_fate(out, cli, e);
    cli_table_both(out, e->current ? cli_say(cli, "có", "yes") : "", json_boolean(e->current));
    return rc;
}

static tq_status tell(struct app *app, struct cli *cli, const struct tq_table *table,
        struct tq_slice key, uint32_t cell, struct tq_error *err)
{
    struct tq_why_entry *list;
    struct cli_table out;
    struct tq_buf row;
    size_t count;
    tq_status rc = tq_report_why(
            app->store, tq_codec_ops(), table, key, cell, app->arena, &list, &count, err);

    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    tq_buf_init(&row, 0);
    if (rc == TQ_OK && count == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %s", table->name, cli->args[1]);
    if (rc == TQ_OK)
        rc = show_row(app, cli, table, key, &row, err);
    if (rc == TQ_OK)
        cli_print(
                cli, "%.*s, %s", (int)row.len, (const char *)row.data, show_cell(cli, table, cell));
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = put_entry(app, cli, &out, table, &list[i], err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "table", json_string(table->name));
        cli_json_set(cli, "key", show_key_json(table, key));
        rc = cli_table_print_blocks(&out, "story", err);
    }
    tq_buf_deinit(&row);
    cli_table_deinit(&out);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const struct tq_table *table =
            tq_word_to_table(tq_catalogue_current(), tq_slice_str(cli->args[0]));
    uint32_t cell = TQ_CELL_ROW;
    struct tq_slice key;
    tq_status rc;

    if (table == NULL)
        return tq_error_set(err, TQ_USAGE, "%s \"%s\"",
                cli_say(cli, "không có bảng tên", "no table called"), cli->args[0]);
    if (cli->nargs > 2) {
        int at = tq_word_to_column(table, tq_slice_str(cli->args[2]));

        if (at < 0)
            return tq_error_set(err, TQ_USAGE, "%s: %s \"%s\"", tq_word_of_table(table, cli->lang),
                    cli_say(cli, "không có cột", "no column"), cli->args[2]);
        cell = table->columns[at].cell;
    }
    rc = app_open(app, cli, false, err);
    if (rc == TQ_OK)
        rc = show_find_key(app, cli, table, cli->args[1], &key, err);
    if (rc == TQ_OK)
        rc = tell(app, cli, table, key, cell, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_WHY = {
    .name = "why",
    .usage = "TABLE KEY [COLUMN]",
    .summary = { "vì sao ô này có giá trị này: mọi giá trị từng được gửi và kết quả",
            "why a cell holds its value: every value ever sent and its fate" },
    .details = { "KHÓA: số hiệu, 32 chữ số hex, hoặc các phần của khóa cách nhau bằng ;\n"
                 "  why incident BL-20-A-031 category",
            "KEY: a label, 32 hex digits, or the parts of the key parted by ;\n"
            "  why incident BL-20-A-031 category" },
    .min_args = 2,
    .max_args = 3,
    .run = run,
};
