/* cmd_ledger.c - tuquan-district ledger verify: walk every set, receipt and row. */
#include <inttypes.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "tuquan/codec.h"
#include "tuquan/district_reports.h"

static tq_status verify(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_verify_report report;
    tq_status rc = tq_report_verify(app->store, tq_codec_ops(), tq_verify, &report, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "whole", json_boolean(!report.damaged));
    cli_json_set(cli, "sets", json_integer((json_int_t)report.sets));
    cli_json_set(cli, "receipts", json_integer((json_int_t)report.receipts));
    cli_json_set(cli, "changes", json_integer((json_int_t)report.changes));
    cli_json_set(cli, "rows", json_integer((json_int_t)report.rows));
    cli_print(cli, "%s %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s",
            cli_say(cli, "Đã xem", "Checked"), report.sets, cli_say(cli, "gói", "sets"),
            report.receipts, cli_say(cli, "biên nhận", "receipts"), report.changes,
            cli_say(cli, "thay đổi", "changes"), report.rows, cli_say(cli, "dòng", "rows"));
    if (report.damaged)
        return tq_error_set(err, TQ_CORRUPT, "%s", report.what);
    cli_print(cli, "%s", cli_say(cli, "Sổ cái nguyên vẹn.", "The ledger is whole."));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc;

    if (strcmp(cli->args[0], "verify") != 0)
        return cli_wrong_word(cli, cli->args[0], err);
    rc = app_open(app, cli, false, err);
    if (rc == TQ_OK)
        rc = verify(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_LEDGER = {
    .name = "ledger",
    .usage = "verify",
    .summary = { "kiểm tra sổ cái: mọi gói, chữ ký, biên nhận, dòng",
            "check the ledger: every set, signature, receipt, row" },
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
