/* cmd_revoke.c - tuquan-district revoke DEVICE: the machine is turned away at its next message. */
#include <stdlib.h>

#include "app.h"
#include "cmd.h"
#include "revocations.h"
#include "tuquan/district_devices.h"

static const struct cli_option OPTIONS[] = {
    { "why", 'w', "LÝ_DO", { "lý do, ghi vào sổ", "why, for the records" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *why = cli_option(cli, "why");
    char *end;
    unsigned long device = strtoul(cli->args[0], &end, 10);
    tq_status rc;

    if (*end != '\0' || device == 0 || device > UINT32_MAX)
        return cli_wrong_word(cli, cli->args[0], err);
    rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = tq_devices_revoke(app->store, (uint32_t)device, tq_slice_str(why != NULL ? why : ""),
                app_now_ms(), err);
    cli->done = rc == TQ_OK; /* the list beside the keys is written again with each start */
    if (rc == TQ_OK)
        rc = revocations_save(app, cli, err);
    app_close(app);
    if (rc == TQ_OK)
        cli_print(cli, "%s %lu", cli_say(cli, "Đã thu hồi máy", "Revoked machine"), device);
    return rc;
}

const struct cli_command CMD_REVOKE = {
    .name = "revoke",
    .usage = "DEVICE",
    .summary = { "thu hồi một máy; dữ liệu đã nhận vẫn còn",
            "turn a machine away; what it sent stays" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
