/* cmd_run.c - tuquan-district run: serve until told to stop. */
#include "app.h"
#include "cmd.h"
#include "serve.h"

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = tq_identity_init(err);

    if (rc == TQ_OK)
        rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = serve_run(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_RUN = {
    .name = "run",
    .usage = "",
    .summary = { "chạy máy chủ cho đến khi dừng", "serve until stopped" },
    .run = run,
};
