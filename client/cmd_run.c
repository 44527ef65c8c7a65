/* cmd_run.c - tuquan-commune run: the agent. */
#include "agent.h"
#include "commands.h"

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct network net = { 0 };
    struct app app = { 0 };
    tq_status rc = tq_identity_init(err);

    if (rc == TQ_OK)
        rc = app_open(&app, cli, err);
    if (rc == TQ_OK)
        rc = network_open(&net, cli->dir, app.db, err);
    if (rc == TQ_OK)
        rc = agent_run(&app, &net, err);
    network_close(&net);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_RUN = {
    .name = "run",
    .usage = "",
    .summary = { "chạy nền: tự đồng bộ ban đêm và nhận xếp hạng ngay khi công bố",
            "the agent: syncs at night, hears rankings as they are published" },
    .run = run,
};
