/* cmd_run.c - tuquan-commune run: the agent, and the page beside it. */
#include <stdio.h>

#include "agent.h"
#include "commands.h"
#include "member/network.h"
#include "page.h"
#include "restore.h"
#include "tuquan/clock.h"
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
static tq_status wait_to_join(struct network *net, const struct app *app, struct page *page,
        int stop_fd, bool *stopped, struct tq_error *err)
{
    tq_status rc = TQ_NOT_JOINED;

    while (rc == TQ_NOT_JOINED && !*stopped && page_restore_asked(page) == NULL) {
        tq_error_clear(err);
        rc = tq_link_wait(NULL, 0, stop_fd, stopped, LOOK_MS, err);
        if (rc == TQ_OK && !*stopped)
            rc = network_open(net, app->cli->dir, app->db, err);
    }
    if (rc == TQ_NOT_JOINED && page_restore_asked(page) != NULL) {
        tq_error_clear(err);
        rc = TQ_OK;
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

/* What outlives a restore. */
struct run {
    struct cli *cli;
    int stop_fd;
    struct tq_file_lock *lock;
    uint16_t port;                /* where the page was; 0: as configured */
    char restore[APP_PATH_BYTES]; /* the copy to go back to; "": none */
    struct {
        const char *id; /* NULL: nothing to tell */
        int64_t at_ms;
        char text[APP_PATH_BYTES];
    } restored; /* what came of it, for the page's log */
};

static tq_status start_page(
        struct run *run, struct app *app, struct page **page, struct tq_error *err)
{
    tq_status rc = page_start(page, run->cli, app, run->port, err);

    if (rc != TQ_OK)
        return rc;
    run->port = page_port(*page);
    tell_page(run->cli, *page);
    if (run->restored.id != NULL)
        page_tell(*page, run->restored.id, run->restored.text, run->restored.at_ms);
    run->restored.id = NULL;
    return TQ_OK;
}

/* Until a stop, or until the page asks for a copy. */
static tq_status serve(struct run *run, bool *stopped, struct tq_error *err)
{
    struct network net = { 0 };
    struct page *page = NULL;
    struct app app = { 0 };
    bool joined = false;
    tq_status rc = open_patiently(&app, run->cli, run->stop_fd, stopped, err);

    if (rc == TQ_OK && !*stopped)
        rc = open_network(&net, &app, &joined, err);
    /* not before: what cannot be opened is left as it was found */
    if (rc == TQ_OK && !*stopped && run->lock == NULL)
        rc = only_agent(&run->lock, run->cli, err);
    if (rc == TQ_OK && !*stopped)
        rc = start_page(run, &app, &page, err);
    if (rc == TQ_OK && !*stopped && !joined)
        rc = wait_to_join(&net, &app, page, run->stop_fd, stopped, err);
    if (rc == TQ_OK && !*stopped && page_restore_asked(page) == NULL) {
        page_set_agent(page, true);
        rc = agent_run(&app, &net, page, run->stop_fd, err);
    }
    snprintf(run->restore, sizeof(run->restore), "%s",
            page_restore_asked(page) != NULL ? page_restore_asked(page) : "");
    page_stop(page);
    network_close(&net);
    app_close(&app);
    return rc;
}

/* As `restore` does it, under the agent's lock; a failure leaves the file that was there, and the page
 * says so when it is open again. */
static void go_back(struct run *run)
{
    const struct tq_clock *clock = tq_clock_system();
    struct tq_error why = { 0 };
    char text[640];
    tq_status rc = restore_copy(run->cli, run->restore, &why);

    run->restored.id = rc == TQ_OK ? "RESTORED" : "RESTORE-FAILED";
    run->restored.at_ms = clock->now_ms(clock->ctx);
    snprintf(run->restored.text, sizeof(run->restored.text), "%s",
            rc == TQ_OK ? run->restore : tq_error_text(&why, run->cli->lang, text, sizeof(text)));
    cli_print(run->cli, "%s %s", run->restored.id, run->restored.text);
    fflush(stdout);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct run run = { .cli = cli, .stop_fd = -1 };
    bool stopped = false;
    bool again = true;
    tq_status rc =
            tq_process_open_stop(&run.stop_fd, err); /* first: a stop is clean from here on */

    if (rc == TQ_OK)
        rc = tq_identity_init(err);
    while (rc == TQ_OK && again) {
        rc = serve(&run, &stopped, err);
        again = rc == TQ_OK && !stopped && run.restore[0] != '\0';
        if (again)
            go_back(&run);
    }
    tq_file_unlock(run.lock);
    tq_process_close_stop(&run.stop_fd);
    return rc;
}

const struct cli_command CMD_RUN = {
    .name = "run",
    .usage = "",
    .summary = { "chạy nền: trang của xã; tự đồng bộ ban đêm, nhận xếp hạng ngay khi công bố",
            "the office's page, and the agent: syncs at night, hears rankings" },
    .run = run,
};
