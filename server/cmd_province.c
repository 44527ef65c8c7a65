/* cmd_province.c - tuquan-district province PERIOD: the district's own report to the province: drafted
 * from the facts, written, signed by a leader, as a workbook. */
#include <string.h>

#include "actor.h"
#include "cli/table.h"
#include "cmd.h"
#include "province.h"
#include "show.h"

static const struct cli_option OPTIONS[] = {
    { "document", 0, "TEXT", { "số văn bản", "document number" } },
    { "situation", 0, "TEXT",
            { "I. Tình hình (mặc định: máy soạn từ số liệu)",
                    "I. situation (unless given: as the facts say)" } },
    { "results", 0, "TEXT",
            { "II. Kết quả (mặc định: máy soạn từ số liệu)",
                    "II. results (unless given: as the facts say)" } },
    { "assessment", 0, "TEXT", { "III. Nhận xét, đánh giá", "III. assessment" } },
    { "proposals", 0, "TEXT", { "IV. Kiến nghị", "IV. proposals" } },
    { "save", 0, NULL, { "lưu; phần không ghi thì giữ như đang có", "save; the rest is kept" } },
    { "sign", 0, NULL,
            { "lãnh đạo ký (--as); ký rồi không sửa được nữa",
                    "a leader signs (--as); it never changes again" } },
    { "xlsx", 0, "FILE",
            { "thành tệp Excel, như văn bản, kèm bảng tổng hợp",
                    "as a workbook, as a paper, with the consolidated tables" } },
    ACTOR_OPTIONS,
    { NULL, 0, NULL, { NULL, NULL } },
};

/* In the order of tq_province_field. */
static const struct {
    const char *name;
    struct cli_text title;
} FIELDS[TQ_PROVINCE_FIELDS] = {
    { "document", { "Số văn bản", "Document" } },
    { "situation", { "I. Tình hình", "I. Situation" } },
    { "results", { "II. Kết quả", "II. Results" } },
    { "assessment", { "III. Nhận xét, đánh giá", "III. Assessment" } },
    { "proposals", { "IV. Kiến nghị", "IV. Proposals" } },
};

struct work {
    struct app *app;
    struct cli *cli;
    struct summary summary;
    struct tq_province_report report;
    struct tq_slice draft[TQ_PROVINCE_FIELDS]; /* by the facts */
};

static tq_status load(struct work *w, struct tq_error *err)
{
    struct app *app = w->app;
    tq_status rc = summary_load(app, w->cli, &w->summary, err);

    if (rc == TQ_OK)
        rc = tq_province_report_get(
                app->store, app->arena, tq_slice_str(app->period), &w->report, err);
    if (rc == TQ_OK)
        rc = province_draft(app, w->cli, &w->summary, &w->draft[TQ_PROVINCE_SITUATION],
                &w->draft[TQ_PROVINCE_RESULTS], err);
    for (int i = 0; rc == TQ_OK && i < TQ_PROVINCE_FIELDS; i++) {
        if (w->report.made_at_ms == 0)
            w->report.fields[i] = w->draft[i];
    }
    return rc;
}

static tq_status save(struct work *w, struct tq_error *err)
{
    for (int i = 0; i < TQ_PROVINCE_FIELDS; i++) {
        const char *text = cli_option(w->cli, FIELDS[i].name);

        if (text != NULL)
            w->report.fields[i] = tq_slice_str(text);
    }
    w->report.made_by = tq_slice_str(app_author(w->app));
    w->report.made_at_ms = app_now_ms();
    return tq_province_report_put(w->app->store, tq_slice_str(w->app->period), &w->report, err);
}

static tq_status sign(struct work *w, struct tq_error *err)
{
    tq_status rc = actor_take(w->app, w->cli, RIGHT_SIGN, err);

    if (rc == TQ_OK)
        rc = tq_province_report_sign(w->app->store, tq_slice_str(w->app->period),
                tq_slice_str(app_author(w->app)), app_now_ms(), err);
    return rc == TQ_OK ? tq_province_report_get(w->app->store, w->app->arena,
                                 tq_slice_str(w->app->period), &w->report, err)
                       : rc;
}

static json_t *text_json(struct tq_slice text)
{
    return text.data != NULL ? cli_json_slice(text) : json_string("");
}

static void tell(const struct work *w)
{
    const struct tq_province_report *r = &w->report;
    struct cli *cli = w->cli;
    char at[40];

    cli_json_set(cli, "period", json_string(w->app->period));
    for (int i = 0; i < TQ_PROVINCE_FIELDS; i++) {
        cli_json_set(cli, FIELDS[i].name, text_json(r->fields[i]));
        cli_print(cli, "%s\n%.*s\n", cli_say(cli, FIELDS[i].title.vi, FIELDS[i].title.en),
                (int)r->fields[i].len, r->fields[i].len > 0 ? (const char *)r->fields[i].data : "");
    }
    cli_json_set(cli, "draft_situation", text_json(w->draft[TQ_PROVINCE_SITUATION]));
    cli_json_set(cli, "draft_results", text_json(w->draft[TQ_PROVINCE_RESULTS]));
    cli_json_set(cli, "made_by", text_json(r->made_by));
    cli_json_set(cli, "made_at_ms", json_integer(r->made_at_ms));
    cli_json_set(cli, "signed_by", text_json(r->signed_by));
    cli_json_set(cli, "signed_at_ms", json_integer(r->signed_at_ms));
    if (r->signed_at_ms != 0)
        cli_print(cli, CLI_SAY(cli, "Đã ký: %.*s, %s", "Signed: %.*s, %s"), (int)r->signed_by.len,
                (const char *)r->signed_by.data,
                cli_show_instant(cli, r->signed_at_ms, at, sizeof(at)));
    else
        cli_print(cli, "%s", cli_say(cli, "Chưa ký.", "Not signed."));
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct work w = { .app = app, .cli = cli };
    bool saves = cli_option(cli, "save") != NULL;
    bool signs = cli_option(cli, "sign") != NULL;
    const char *path = cli_option(cli, "xlsx");
    tq_status rc = app_open(app, cli, saves || signs, err);

    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = load(&w, err);
    if (rc == TQ_OK && saves)
        rc = save(&w, err);
    if (rc == TQ_OK && signs)
        rc = sign(&w, err);
    if (rc == TQ_OK && path != NULL)
        rc = summary_write(app, cli, &w.summary, &w.report, path, err);
    else if (rc == TQ_OK)
        tell(&w);
    app_close(app);
    return rc;
}

const struct cli_command CMD_PROVINCE = {
    .name = "province",
    .usage = "KỲ",
    .summary = { "báo cáo của huyện gửi tỉnh: máy soạn từ số liệu, người viết, lãnh đạo ký",
            "the district's report to the province: drafted, written, signed" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
