/* cmd_status.c - tuquan-district status: is the server running here, who is connected, and who tried
 * what he may not. Reads the small file that the server writes; works beside it. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/table.h"
#include "cmd.h"
#include "liaison_health.h"
#include "tuquan/file.h"
#include "watch.h"

static const struct cli_column COLUMNS[] = {
    { "kind", { "Chuyện", "What" }, false, false },
    { "count", { "Số lần", "Times" }, true, false },
    { "last_at_ms", { "Lần cuối", "Last" }, false, false },
    { "who", { "Ai", "Who" }, false, true },
    { "code", { "Mã", "Code" }, false, false },
};

static void put_kinds(struct cli *cli, struct cli_table *out, const struct watch *watch)
{
    for (int i = 0; i < WATCH_KINDS; i++) {
        const struct watch_entry *e = &watch->kinds[i];
        char shown[40];

        if (e->count == 0 && !cli->json)
            continue;
        cli_table_both(
                out, watch_words((watch_kind)i, cli), json_string(watch_code((watch_kind)i)));
        cli_table_int(out, (int64_t)e->count);
        cli_table_both(out,
                e->last_ms != 0 ? cli_show_instant(cli, e->last_ms, shown, sizeof(shown)) : "",
                json_integer(e->last_ms));
        cli_table_str(out, e->who);
        cli_table_str(out, e->what);
    }
}

/* It has written nothing yet: it never ran here, or starts this moment. */
static tq_status say_never_ran(struct cli *cli, const char *lock, struct tq_error *err)
{
    bool running = tq_file_is_locked(lock);
    char db[APP_PATH_BYTES];
    tq_status rc = tq_file_join(db, sizeof(db), cli->dir, "district.db", err);

    if (rc == TQ_OK && !tq_file_exists(db))
        rc = tq_error_set(err, TQ_NO_DATA, "%s", db);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "running", json_boolean(running));
    cli_print(cli, "%s",
            running ? cli_say(cli, "Máy chủ đang khởi động; xem lại sau vài giây.",
                              "The server is starting; look again in a few seconds.")
                    : cli_say(cli,
                              "Máy chủ chưa chạy ở thư mục này. Khởi động: tuquan-district run",
                              "The server does not run in this folder. Start it: tuquan-district "
                              "run"));
    return TQ_OK;
}

/* The district's page, which may be missing while the server runs. */
static void tell_page(struct cli *cli, const struct watch *watch)
{
    cli_json_set(cli, "page", json_string(watch->page));
    cli_json_set(cli, "page_facts", json_string(watch->page_facts));
    if (watch_page_failed(watch))
        cli_print(cli, "%s: %s %s",
                cli_say(cli, "TRANG CỦA HUYỆN KHÔNG CHẠY", "THE DISTRICT'S PAGE IS NOT SERVED"),
                watch->page, watch->page_facts);
}

/* Of the neighbours, from the file: a server that has stopped says nothing of them. */
static tq_status tell_links(struct cli *cli, bool *alarm, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = liaison_status(app, cli, alarm, err);
    app_close(app);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    bool alarm = false;
    char lock[APP_PATH_BYTES];
    char shown[40];
    struct cli_table out;
    struct watch watch;
    bool running;
    tq_status rc = tq_file_join(lock, sizeof(lock), cli->dir, WATCH_LOCK, err);

    if (rc == TQ_OK)
        rc = watch_load(&watch, cli->dir, err);
    if (rc == TQ_NOT_FOUND)
        return say_never_ran(cli, lock, err);
    if (rc != TQ_OK)
        return rc;
    running = tq_file_is_locked(lock);
    cli_json_set(cli, "running", json_boolean(running));
    cli_json_set(cli, "pid", json_integer(watch.pid));
    cli_json_set(cli, "started_at_ms", json_integer(watch.started_ms));
    cli_json_set(cli, "connections", json_integer((json_int_t)watch.connections));
    cli_json_set(cli, "files", json_integer((json_int_t)watch.files));
    cli_json_set(cli, "alarm", json_boolean(watch.alarm));
    cli_json_set(cli, "gate_answers", json_boolean(watch.gate_answers));
    cli_json_set(cli, "sessions", json_integer((json_int_t)watch.sessions));
    cli_json_set(cli, "peers", json_integer((json_int_t)watch.peers));
    cli_json_set(cli, "queued_bytes", json_integer((json_int_t)watch.queued_bytes));
    cli_json_set(cli, "messages", json_integer((json_int_t)watch.messages));
    cli_print(cli, "%s (PID %" PRId64 ", %s %s)",
            running ? cli_say(cli, "Máy chủ đang chạy", "The server is running")
                    : cli_say(cli, "Máy chủ đã dừng; khởi động: tuquan-district run",
                              "The server has stopped; start it: tuquan-district run"),
            watch.pid, cli_say(cli, "từ", "since"),
            cli_show_instant(cli, watch.started_ms, shown, sizeof(shown)));
    cli_print(cli, "%s: %" PRIu64 " / %" PRIu64 "%s; %s: %" PRIu64,
            cli_say(cli, "Kết nối", "Connections"), watch.connections, watch.files,
            watch.alarm ? cli_say(cli, " (BÁO ĐỘNG: quá nửa)", " (ALARM: over half)") : "",
            cli_say(cli, "phiên", "sessions"), watch.sessions);
    tell_page(cli, &watch);
    cli_json_set(cli, "proposals", json_integer((json_int_t)watch.proposals));
    if (watch.proposals > 0)
        cli_print(cli, "%s: %" PRIu64 " (tuquan-district proposals)",
                cli_say(cli, "Đề xuất chờ cán bộ quyết định", "Proposals that wait for an officer"),
                watch.proposals);
    if (!watch.gate_answers)
        cli_print(cli, "%s", tq_status_sentence(TQ_GATE_OPEN, cli->lang));
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    put_kinds(cli, &out, &watch);
    rc = cli_table_print(&out, "kinds", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK)
        rc = tell_links(cli, &alarm, err);
    if (rc == TQ_OK && (alarm || watch.alarm || !watch.gate_answers || watch_page_failed(&watch)))
        cli->exit_code = tq_status_exit_code(TQ_NEEDS_PERSON);
    return rc;
}

const struct cli_command CMD_STATUS = {
    .name = "status",
    .usage = "",
    .summary = { "máy chủ có đang chạy không, ai đang nối, ai làm điều không được phép",
            "is the server running, who is connected, who tried what he may not" },
    .details = { "Các số đếm từ lúc máy chủ khởi động. Mã kết thúc 5: có báo động.",
            "Counts are since the server's start. Exit code 5: an alarm." },
    .run = run,
};
