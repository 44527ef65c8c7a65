/* cmd_receipts.c - tuquan-district receipts: what the district has answered, the newest first. */
#include <stdio.h>

#include "app.h"
#include "cmd.h"
#include "show.h"
#include "story.h"
#include "tuquan/district_changes.h"

#define MOST 500

static const struct cli_option OPTIONS[] = {
    { "limit", 'n', "N", { "số biên nhận nhiều nhất (mặc định 50)", "most receipts (50)" } },
    { "before", 0, "CHỖ",
            { "tiếp từ chỗ mà lần trước nói", "go on from where the last one said" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "at_ms", { "Ký lúc", "Signed" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "device", { "Máy", "Device" }, true, false },
    { "set", { "Gói", "Set" }, true, false },
    { "amending", { "Bổ sung", "Amending" }, false, false },
    { "accepted", { "Nhận", "Accepted" }, true, false },
    { "superseded", { "Bị thay", "Superseded" }, true, false },
    { "held", { "Tạm giữ", "Held" }, true, false },
    { "refused", { "Trả lại", "Refused" }, true, false },
    { "requested", { "Đề nghị", "Requested" }, true, false },
    { "hash", { "Mã băm của gói", "Hash of the set" }, false, true },
};

static tq_status put_receipt(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_receipt_line *line, struct tq_error *err)
{
    const uint64_t counts[] = { line->accepted, line->superseded, line->held, line->refused,
        line->requested };
    char hex[2 * TQ_HASH_BYTES + 1] = "";
    struct tq_slice name;
    char text[40];
    tq_status rc = show_unit(app, line->unit, &name, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_both(
            out, cli_show_instant(cli, line->at_ms, text, sizeof(text)), json_integer(line->at_ms));
    story_unit(out, cli, name, line->unit);
    story_device(out, cli, line->device);
    cli_table_int(out, (int64_t)line->set_seq);
    cli_table_both(
            out, line->amending ? cli_say(cli, "có", "yes") : "", json_boolean(line->amending));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        cli_table_int(out, (int64_t)counts[i]);
    if (line->set_hash.len == TQ_HASH_BYTES)
        tq_hex(hex, line->set_hash.data, TQ_HASH_BYTES);
    cli_table_both(out, hex, hex[0] != '\0' ? json_string(hex) : json_null());
    return TQ_OK;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_slice unit = { NULL, 0 };
    struct tq_receipt_line *lines = NULL;
    struct cli_table out;
    int64_t limit = 50;
    int64_t before = 0;
    size_t count = 0;
    tq_status rc = cli_option_number(cli, "limit", 1, MOST, 50, &limit, err);

    if (rc == TQ_OK)
        rc = cli_option_number(cli, "before", 1, INT64_MAX, 0, &before, err);
    if (rc == TQ_OK && cli->nargs > 0)
        rc = app_unit(app, cli->args[0], &unit, err);
    if (rc == TQ_OK)
        rc = tq_receipts_list(
                app->store, unit, (uint64_t)before, (size_t)limit, app->arena, &lines, &count, err);
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = put_receipt(app, cli, &out, &lines[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print_or(&out, "receipts",
                cli_say(cli, "Không có biên nhận nào: chưa gói nào đến.",
                        "No receipt: no set has come."),
                err);
    cli_table_deinit(&out);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "next",
            count == (size_t)limit ? json_integer((json_int_t)lines[count - 1].pos) : json_null());
    if (count == (size_t)limit)
        cli_print(cli, CLI_SAY(cli, "Xem tiếp: --before=%llu", "More: --before=%llu"),
                (unsigned long long)lines[count - 1].pos);
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    return app_show(cli, list, err);
}

const struct cli_command CMD_RECEIPTS = {
    .name = "receipts",
    .usage = "[XÃ]",
    .summary = { "biên nhận huyện đã ký, mới nhất trước",
            "receipts that were signed, newest first" },
    .options = OPTIONS,
    .max_args = 1,
    .run = run,
};
