/* cmd_doctor.c - doctor: is this folder sound? Looks, and changes nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "member/network.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"

#define MAX_FAULTS 20u

static const struct cli_column COLUMNS[] = {
    { "check", { "Kiểm tra", "Check" }, false, false },
    { "result", { "Kết quả", "Result" }, false, false },
    { "detail", { "Chi tiết", "Detail" }, false, true },
};

enum verdict { FINE, LOOK, BAD };

struct visit {
    struct app *app;
    struct cli_table out;
    enum verdict worst;
};

static void note(struct visit *visit, const char *vi, const char *en, enum verdict verdict,
        struct tq_slice detail)
{
    static const struct cli_text WORDS[] = { { "tốt", "fine" }, { "cần xem", "look" },
        { "hỏng", "broken" } };
    static const char *const CODES[] = { "fine", "look", "broken" };
    const struct cli *cli = visit->app->cli;

    cli_table_both(&visit->out, cli_say(cli, vi, en), json_string(en));
    cli_table_both(&visit->out, cli_say(cli, WORDS[verdict].vi, WORDS[verdict].en),
            json_string(CODES[verdict]));
    cli_table_text(&visit->out, detail);
    if (verdict > visit->worst)
        visit->worst = verdict;
}

/* Reading the file through takes as long as it is large: not with --quick. */
static tq_status look_at_file(struct visit *visit, struct tq_error *err)
{
    struct app *app = visit->app;
    struct tq_slice text;
    tq_status rc;

    note(visit, "Trigger ghi thay đổi", "capture triggers",
            app->report.triggers_mended == 0 ? FINE : LOOK, tq_slice_str(app->report.names));
    if (cli_option(app->cli, "quick") != NULL)
        return TQ_OK;
    rc = tq_office_integrity(app->db, app->arena, &text, err);
    if (rc != TQ_OK)
        return rc;
    if (tq_slice_equal(text, tq_slice_str("ok")))
        note(visit, "Tệp dữ liệu", "data file", FINE,
                tq_slice_str(cli_say(app->cli, "đã đọc hết", "read through")));
    else
        note(visit, "Tệp dữ liệu", "data file", BAD, text);
    return TQ_OK;
}

/* Such a key would keep every sync from beginning: what is wrong with it, in its own words. */
static void judge_keys(struct visit *visit, const char *path)
{
    const struct cli *cli = visit->app->cli;
    struct district_link link;
    struct tq_keys keys = { 0 };
    struct tq_error why = { 0 };
    char said[sizeof(why.msg)];
    tq_status rc = tq_identity_init(&why);

    memset(&link, 0, sizeof(link));
    if (rc == TQ_OK)
        rc = tq_keys_load(path, &keys, &why);
    if (rc == TQ_OK && network_load_link(cli->dir, &link, NULL) == TQ_OK)
        rc = network_check_keys(cli->dir, &link, &keys, &why);
    note(visit, "Tệp khóa", "key file", rc == TQ_OK ? FINE : BAD,
            tq_slice_str(rc == TQ_OK ? path : tq_retell(why.msg, cli->lang, said, sizeof(said))));
    tq_keys_wipe(&keys);
    tq_wipe(&link, sizeof(link));
}

static void look_at_keys(struct visit *visit, const struct tq_office_facts *facts)
{
    char path[APP_PATH_BYTES];

    if (tq_file_join(path, sizeof(path), visit->app->cli->dir, APP_KEYS, NULL) != TQ_OK)
        return;
    if (tq_file_exists(path))
        judge_keys(visit, path);
    else
        note(visit, "Tệp khóa", "key file", facts->joined ? BAD : FINE,
                tq_slice_str(
                        cli_say(visit->app->cli, facts->joined ? "không có" : "chưa nối với huyện",
                                facts->joined ? "missing" : "not joined")));
}

static tq_status look_at_sync(struct visit *visit, struct tq_error *err)
{
    struct app *app = visit->app;
    struct tq_office_facts facts;
    struct tq_fault_line *faults;
    size_t n = 0;
    char text[160];
    tq_status rc = tq_office_facts_read(app->db, app->arena, &facts, err);

    if (rc != TQ_OK)
        return rc;
    look_at_keys(visit, &facts);
    note(visit, "Ghi bởi chương trình khác", "written by another program",
            facts.foreign_write ? LOOK : FINE, tq_slice_str(""));
    if (facts.equal_at != 0)
        note(visit, "So với huyện lần cuối", "last compared with the district", FINE,
                tq_slice_str(app_read_how(app->cli, facts.equal_at, facts.read_every_row_at)));
    snprintf(text, sizeof(text), "%" PRId64 " / %" PRId64 " / %" PRId64, facts.rows_waiting,
            facts.changes_unsealed, facts.sets_waiting);
    note(visit, "Chờ huyện (dòng/thay đổi/gói)", "waiting (rows/changes/sets)", FINE,
            tq_slice_str(text));
    snprintf(text, sizeof(text), "%" PRId64 " / %" PRId64 " / %" PRId64 " / %" PRId64,
            facts.rows_held, facts.rows_returned, facts.cells_refused, facts.conflicts_open);
    note(visit, "Cần người xem (giữ/trả/không nhận/khác)",
            "needs a person (held/returned/not taken/conflicts)",
            facts.rows_held + facts.rows_returned + facts.cells_refused + facts.conflicts_open > 0
                    ? LOOK
                    : FINE,
            tq_slice_str(text));
    rc = tq_office_faults(app->db, MAX_FAULTS, app->arena, &faults, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        note(visit, "Sai lệch đã sửa", "difference repaired", LOOK, faults[i].text);
    if (rc == TQ_OK && n == 0)
        note(visit, "Sai lệch với huyện", "differences", FINE, tq_slice_str(""));
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct visit visit = { .app = &app, .worst = FINE };
    tq_status rc = app_open(&app, cli, err);

    cli_table_init(&visit.out, cli, COLUMNS, 3);
    if (rc == TQ_OK) {
        note(&visit, "Cấu hình", "configuration", FINE, tq_slice_str(APP_CONFIG));
        rc = look_at_file(&visit, err);
    }
    if (rc == TQ_OK)
        rc = look_at_sync(&visit, err);
    if (rc == TQ_OK)
        rc = cli_table_print(&visit.out, "checks", err);
    cli_table_deinit(&visit.out);
    if (rc == TQ_OK && visit.worst != FINE)
        cli->exit_code = tq_status_exit_code(visit.worst == BAD ? TQ_CORRUPT : TQ_NEEDS_PERSON);
    app_close(&app);
    return rc;
}

static const struct cli_option OPTIONS[] = {
    { "quick", 0, NULL, { "không đọc hết tệp dữ liệu", "without reading the data file through" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

const struct cli_command CMD_DOCTOR = {
    .name = "doctor",
    .summary = { "khám thư mục dữ liệu: tệp, trigger, khóa, sai lệch (không sửa gì)",
            "examine the data folder: file, triggers, keys, differences (changes nothing)" },
    .details = { "Mã kết thúc 0: tốt; 5: có chỗ cần xem; 1: hỏng.",
            "Exit code 0: fine; 5: something to look at; 1: broken." },
    .options = OPTIONS,
    .run = run,
};
