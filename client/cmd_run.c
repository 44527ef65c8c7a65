/* cmd_run.c - tuquan-commune run: the agent. */
#include "agent.h"
#include "commands.h"
#include "network.h"
#include "tuquan/file.h"
#include "tuquan/process.h"

#define FILE_WAIT_MS                                                                               \
    1500 /* at most, for another writer: a stop must not wait for a clerk's import */

/* Another program may hold the file just now. */
static tq_status open_patiently(
        struct app *app, struct cli *cli, int stop_fd, bool *stopped, struct tq_error *err)
{
    tq_status rc = app_open(app, cli, err);

    *stopped = false;
    while (rc == TQ_BUSY && !*stopped) {
        tq_error_clear(err);
        app_close(app);
        rc = tq_link_wait(NULL, 0, stop_fd, stopped, FILE_WAIT_MS, err);
        if (rc == TQ_OK && !*stopped)
            rc = app_open(app, cli, err);
    }
    if (rc == TQ_OK && !*stopped)
        tq_db_set_busy_ms(app->db, FILE_WAIT_MS);
    return rc;
}

/* Two agents of one file would both answer for one device. */
static tq_status only_agent(struct tq_file_lock **out, const struct cli *cli, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, "agent.lock", err);

    return rc == TQ_OK ? tq_file_lock(out, path, err) : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct network net = { 0 };
    struct app app = { 0 };
    struct tq_file_lock *lock = NULL;
    int stop_fd = -1;
    bool stopped = false;
    tq_status rc = tq_process_open_stop(&stop_fd, err); /* first: a stop is clean from here on */

    if (rc == TQ_OK)
        rc = tq_identity_init(err);
    if (rc == TQ_OK)
        rc = open_patiently(&app, cli, stop_fd, &stopped, err);
    if (rc == TQ_OK && !stopped)
        rc = network_open(&net, cli->dir, app.db, err);
    if (rc == TQ_OK && !stopped) /* not before: what cannot be opened is left as it was found */
        rc = only_agent(&lock, cli, err);
    if (rc == TQ_OK && !stopped)
        rc = agent_run(&app, &net, stop_fd, err);
    network_close(&net);
    app_close(&app);
    tq_file_unlock(lock);
    tq_process_close_stop(&stop_fd);
    return rc;
}

const struct cli_command CMD_RUN = {
    .name = "run",
    .usage = "",
    .summary = { "chạy nền: tự đồng bộ ban đêm và nhận xếp hạng ngay khi công bố",
            "the agent: syncs at night, hears rankings as they are published" },
    .run = run,
};
