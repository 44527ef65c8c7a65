/* cmd_held.c - tuquan-district held: what the district has not taken, and what it waits for. */
#include "app.h"
#include "cmd.h"
#include "entries.h"

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = entries_list(app, cli, ENTRIES_HELD, cli->nargs > 0 ? cli->args[0] : NULL, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_HELD = {
    .name = "held",
    .usage = "[UNIT]",
    .summary = { "dòng đang tạm giữ: giá trị và lý do", "held rows: values and reasons" },
    .max_args = 1,
    .run = run,
};
