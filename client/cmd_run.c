/* cmd_run.c - tuquan-commune run: the agent, and the page beside it. */
#include <stdio.h>

#include "agent.h"
#include "commands.h"
#include "network.h"
#include "page.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"

#define FILE_WAIT_MS                                                                               \
    1500 /* at most, for another writer: a stop must not wait for a clerk's import */

#define LOOK_MS 1000

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

static void tell_page(struct cli *cli, const struct page *page)
{
    if (page == NULL)
        return;
    cli_print(cli, "%s: %s  (%s)", cli_say(cli, "Trang của xã", "The office's page"),
            page_address(page),
            cli_say(cli, "mở bằng: tuquan-commune open", "open it with: tuquan-commune open"));
    fflush(stdout);
}

/* Without a district there is nothing to sync; the page is served until the machine joins one. */
static tq_status wait_to_join(struct network *net, const struct app *app, int stop_fd,
        bool *stopped, struct tq_error *err)
{
    tq_status rc = TQ_NOT_JOINED;

    while (rc == TQ_NOT_JOINED && !*stopped) {
        tq_error_clear(err);
        rc = tq_link_wait(NULL, 0, stop_fd, stopped, LOOK_MS, err);
        if (rc == TQ_OK && !*stopped)
            rc = network_open(net, app->cli->dir, app->db, err);
    }
    return rc;
}

/* Fails as network_open does; a file that no district knows yet is fine where there is a page. */
static tq_status open_network(
        struct network *net, const struct app *app, bool *joined, struct tq_error *err)
{
    struct tq_error why = { 0 };
    struct tq_office_facts facts;
    tq_status rc = network_open(net, app->cli->dir, app->db, &why);

    *joined = rc == TQ_OK;
    if (rc == TQ_NOT_JOINED && cli_config_number(app->config, "page") != 0) {
        tq_status read = tq_office_facts_read(app->db, app->arena, &facts, err);

        if (read != TQ_OK || !facts.joined)
            return read;
    }
    if (rc != TQ_OK && err != NULL)
        *err = why;
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct network net = { 0 };
    struct page *page = NULL;
    struct app app = { 0 };
    struct tq_file_lock *lock = NULL;
    int stop_fd = -1;
    bool stopped = false;
    bool joined = false;
    tq_status rc = tq_process_open_stop(&stop_fd, err); /* first: a stop is clean from here on */

    if (rc == TQ_OK)
        rc = tq_identity_init(err);
    if (rc == TQ_OK)
        rc = open_patiently(&app, cli, stop_fd, &stopped, err);
    if (rc == TQ_OK && !stopped)
        rc = open_network(&net, &app, &joined, err);
    if (rc == TQ_OK && !stopped) /* not before: what cannot be opened is left as it was found */
        rc = only_agent(&lock, cli, err);
    if (rc == TQ_OK && !stopped)
        rc = page_start(&page, cli, &app, err);
    if (rc == TQ_OK && !stopped) {
        tell_page(cli, page);
        if (!joined)
            rc = wait_to_join(&net, &app, stop_fd, &stopped, err);
    }
    if (rc == TQ_OK && !stopped) {
        page_set_agent(page, true);
        rc = agent_run(&app, &net, page, stop_fd, err);
    }
    page_stop(page);
    network_close(&net);
    app_close(&app);
    tq_file_unlock(lock);
    tq_process_close_stop(&stop_fd);
    return rc;
}

const struct cli_command CMD_RUN = {
    .name = "run",
    .usage = "",
    .summary = { "chạy nền: trang của xã; tự đồng bộ ban đêm, nhận xếp hạng ngay khi công bố",
            "the office's page, and the agent: syncs at night, hears rankings" },
    .run = run,
};
