/* cmd_readmit.c - tuquan-district readmit: take back machines that the district knew before it lost
 * data, by the certificates that it gave them; or stop to. */
#include <inttypes.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "tuquan/district_devices.h"

#define DAY_MS INT64_C(86400000)

static const struct cli_option OPTIONS[] = {
    { "days", 0, "N", { "nhận lại trong N ngày (mặc định 30)", "for N days (30)" } },
    { "close", 0, NULL, { "thôi nhận lại", "take nobody back any more" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status set(struct app *app, const struct cli *cli, int64_t days, struct tq_error *err)
{
    bool closes = cli_option(cli, "close") != NULL;
    int64_t now = app_now_ms();
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    tq_status rc = ops->begin(ops->ctx, err);

    if (rc != TQ_OK)
        return rc;
    rc = tq_devices_take_back(app->store, closes ? 0 : now + days * DAY_MS, now, err);
    if (rc == TQ_OK)
        rc = tq_devices_audit(app->store, now, tq_slice_str(app_author(app)),
                tq_slice_str("readmit"), tq_slice_str(closes ? "close" : "open"), tq_slice_str(""),
                err);
    if (rc == TQ_OK)
        return ops->commit(ops->ctx, err);
    ops->rollback(ops->ctx);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct tq_readmission now;
    char shown[40];
    int64_t days;
    tq_status rc = cli_option_number(cli, "days", 1, 366, 30, &days, err);

    if (rc == TQ_OK)
        rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = set(app, cli, days, err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = tq_devices_readmission(app->store, &now, err);
    app_close(app);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "until_ms", json_integer(now.until_ms));
    cli_json_set(cli, "devices", json_integer((json_int_t)now.devices));
    if (now.until_ms != 0)
        cli_print(cli, "%s %s.",
                cli_say(cli, "Nhận lại bằng giấy chứng nhận các máy đã mất khỏi danh sách, đến",
                        "Machines that were lost from the list are taken back by their "
                        "certificates "
                        "until"),
                cli_show_instant(cli, now.until_ms, shown, sizeof(shown)));
    else
        cli_print(cli, "%s",
                cli_say(cli, "Không nhận lại máy nào nữa; máy còn lại cần giấy mời mới.",
                        "Nobody is taken back any more; others need a new invitation."));
    cli_print(cli, "%s: %" PRIu64 " (tuquan-district devices).",
            cli_say(cli, "Số máy đã về", "Came back so far"), now.devices);
    return TQ_OK;
}

const struct cli_command CMD_READMIT = {
    .name = "readmit",
    .usage = "",
    .summary = { "nhận lại máy của các xã sau khi mất dữ liệu, bằng giấy chứng nhận đã cấp",
            "take machines back after a loss of data, by the certificates that they were given" },
    .options = OPTIONS,
    .run = run,
};
