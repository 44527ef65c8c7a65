/* cmd_sync.c - tuquan-commune sync: send what waits, fetch what is new, compare; now. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"
#include "app.h"
#include "cli/progress.h"
#include "commands.h"
#include "member/exchange.h"
#include "sync_report.h"
#include "tuquan/process.h"

struct shown {
    struct cli *cli;
    struct cli_progress progress;
    uint32_t sets;
    bool begun;
};

/* Sets confirmed of sets to be sent; rows have no total. */
static void show(void *ctx, const struct tq_office_progress *progress)
{
    struct shown *shown = ctx;

    if (progress->sets == 0)
        return;
    if (!shown->begun)
        cli_progress_begin(&shown->progress, shown->cli,
                cli_say(shown->cli, "Gửi lên huyện", "Sending"), progress->sets);
    shown->begun = true;
    cli_progress_update(&shown->progress, progress->sets_confirmed);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct tq_office_result result;
    struct exchange_config config;
    struct network net = { 0 };
    struct shown shown = { 0 };
    struct app app = { 0 };
    int64_t began;
    int stop_fd = -1;
    tq_status rc = tq_identity_init(err);

    memset(&config, 0, sizeof(config));
    if (rc == TQ_OK)
        rc = app_open(&app, cli, err);
    if (rc == TQ_OK)
        rc = network_open(&net, cli->dir, app.db, err);
    if (rc == TQ_OK)
        app_lead(&app, &net);
    if (rc == TQ_OK)
        rc = tq_process_open_stop(&stop_fd, err);
    if (rc == TQ_OK)
        rc = tq_net_new(&config.net, err);
    if (rc == TQ_OK) {
        shown.cli = cli;
        config.program = "tuquan-commune";
        config.timeout_ms = (int)cli_config_number(app.config, "timeout_s") * 1000;
        config.stop_fd = stop_fd;
        config.progress = show;
        config.progress_ctx = &shown;
        began = app_now(&app);
        rc = agent_exchange(&app, &net, &config, &result, err);
        tq_wipe(result.group_key, sizeof(result.group_key));
        sync_report_refusal(cli, &result, err);
        /* A file that is held would only be waited for once more. */
        if (rc != TQ_INTERRUPTED && rc != TQ_BUSY &&
                agent_remember(app.db, began, rc, err, &result, cli->lang, NULL) != TQ_OK)
            cli_warn(cli, "%s", cli_say(cli, "không ghi được kết quả lần này", "not remembered"));
        if (shown.begun)
            cli_progress_end(&shown.progress, NULL);
        sync_report(cli, &result, net.readmitted);
    }
    tq_net_free(config.net);
    tq_process_close_stop(&stop_fd);
    network_close(&net);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_SYNC = {
    .name = "sync",
    .usage = "",
    .summary = { "đồng bộ ngay với huyện", "sync with the district now" },
    .run = run,
};
