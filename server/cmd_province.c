/* cmd_province.c - tuquan-district province PERIOD: the district's own report to the province: drafted
 * from the facts, written, signed by a leader, as a workbook. */
#include <string.h>

#include "actor.h"
#include "cli/table.h"
#include "cmd.h"
#include "prepared.h"
#include "province.h"
#include "show.h"
#include "tuquan/file.h"
#include "tuquan/hash.h"
#include "tuquan/intake.h"
#include "tuquan/tally.h"
#include "tuquan/text.h"

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
    { "was", 0, "SỐ",
            { "với --save: made_at_ms của bản đã đọc; đã khác thì không ghi",
                    "with --save: made_at_ms of what was read; refused if it is another" } },
    { "digest", 0, "MÃ",
            { "với --sign: mã của bản đã đọc; đã khác thì không ký",
                    "with --sign: digest of what was read; refused if it is another" } },
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

#define DOCUMENT_BYTES 200
#define PART_BYTES 20000
#define PAPER_FILE "province.signing.xlsx"
#define PAPER_BYTES ((size_t)8 << 20)

struct work {
    struct app *app;
    struct cli *cli;
    struct summary summary;
    struct tq_province_report report;          /* as it is kept */
    struct tq_slice draft[TQ_PROVINCE_FIELDS]; /* by the facts */
    struct tq_province_report shown;           /* what nobody wrote as it is drafted */
    char digest[PREPARED_DIGEST_BYTES];        /* of what is shown, and of the figures under it */
};

/* What a leader reads and signs: the texts, and every figure of the tables behind them. */
static void digest_of(struct work *w)
{
    const struct summary *s = &w->summary;
    size_t cells = s->figures.nunits * SUMMARY_WINDOWS;
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.province.v1", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, tq_slice_str(w->app->period));
    for (int i = 0; i < TQ_PROVINCE_FIELDS; i++)
        tq_hash_add_slice(&hasher, w->shown.fields[i]);
    for (size_t i = 0; i < s->nlines; i++) {
        tq_hash_add_slice(&hasher, s->lines[i].name);
        for (size_t n = 0; n < cells; n++)
            tq_hash_add_u64(&hasher, (uint64_t)s->lines[i].n[n]);
    }
    tq_hash_final(&hasher, hash, sizeof(hash));
    tq_hex(w->digest, hash, sizeof(hash));
}

static tq_status read_kept(struct work *w, struct tq_error *err)
{
    struct app *app = w->app;
    tq_status rc = tq_province_report_get(
            app->store, app->arena, tq_slice_str(app->period), &w->report, err);

    w->shown = w->report;
    for (int i = 0; rc == TQ_OK && i < TQ_PROVINCE_FIELDS; i++) {
        if (w->report.fields[i].data == NULL)
            w->shown.fields[i] = w->draft[i];
    }
    if (rc == TQ_OK)
        digest_of(w);
    return rc;
}

/* A paper of the district is Vietnamese, whoever reads or signs it here: its words, and the names of
 * its lines, which the digest has, too. */
static struct cli on_paper(const struct cli *cli)
{
    struct cli vi = *cli;

    vi.lang = TQ_LANG_VI;
    return vi;
}

static tq_status load(struct work *w, struct tq_error *err)
{
    struct cli vi = on_paper(w->cli);
    tq_status rc = summary_load(w->app, &vi, &w->summary, err);

    if (rc == TQ_OK)
        rc = province_draft(w->app, &vi, &w->summary, &w->draft[TQ_PROVINCE_SITUATION],
                &w->draft[TQ_PROVINCE_RESULTS], err);
    return rc == TQ_OK ? read_kept(w, err) : rc;
}

/* A part as it is kept: no secret, in the one normal form, of a bounded length. */
static tq_status take_part(struct work *w, int at, const char *text, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "report");
    const struct tq_column *like = &table->columns[tq_table_column_find(table, "narrative")];
    size_t most = at == TQ_PROVINCE_DOCUMENT ? DOCUMENT_BYTES : PART_BYTES;
    const char *title = cli_say(w->cli, FIELDS[at].title.vi, FIELDS[at].title.en);
    struct tq_value value = { 0 };
    tq_reason reason = TQ_REASON_NONE;
    tq_intake got =
            tq_intake_value(table, like, tq_slice_str(text), w->app->arena, &value, &reason);

    if (got == TQ_INTAKE_OK && value.type == TQ_TEXT && value.s.len > most) {
        got = TQ_INTAKE_RULE;
        reason = TQ_REASON_TOO_LONG;
    }
    if (got != TQ_INTAKE_OK)
        return tq_error_set(err, got == TQ_INTAKE_NOMEM ? TQ_NOMEM : TQ_INVALID, "%s: %s", title,
                tq_intake_sentence(got, reason, w->cli->lang));
    w->report.fields[at] = value.type == TQ_TEXT ? value.s : tq_slice_str("");
    return TQ_OK;
}

/* What looks like personal data leaves the district only once a person says that it is none. */
static tq_status lint(struct work *w, struct tq_error *err)
{
    bool any = false;
    bool yes = true;
    tq_status rc = TQ_OK;

    for (int i = TQ_PROVINCE_SITUATION; i < TQ_PROVINCE_FIELDS; i++) {
        struct tq_slice text = w->report.fields[i];
        struct tq_lint_finding finding;

        if (cli_option(w->cli, FIELDS[i].name) == NULL || tq_text_lint(text, &finding, 1) == 0)
            continue;
        any = true;
        cli_warn(w->cli, "%s: %s (\"%.*s\")",
                cli_say(w->cli, FIELDS[i].title.vi, FIELDS[i].title.en),
                tq_lint_sentence(finding.kind, w->cli->lang), (int)finding.len,
                (const char *)text.data + finding.at);
    }
    if (any)
        rc = cli_confirm(w->cli,
                cli_say(w->cli, "Báo cáo ra ngoài huyện không nêu thông tin cá nhân. Vẫn ghi?",
                        "The report names no persons outside. Write it all the same?"),
                &yes, err);
    if (rc == TQ_USAGE || (rc == TQ_OK && !yes))
        rc = tq_error_set(err, TQ_NEEDS_PERSON, "%s",
                cli_say(w->cli, "bỏ thông tin cá nhân, hoặc xác nhận là không phải (--yes)",
                        "remove the personal data, or say that it is none (--yes)"));
    return rc;
}

static tq_status save(struct work *w, struct tq_error *err)
{
    int64_t now = app_now_ms();
    int64_t was = w->report.made_at_ms;
    tq_status rc = cli_option_number(w->cli, "was", 0, INT64_MAX, was, &was, err);

    if (rc == TQ_OK && was != w->report.made_at_ms)
        rc = tq_error_set(err, TQ_STALE, "%.*s", (int)w->report.made_by.len,
                w->report.made_by.len > 0 ? (const char *)w->report.made_by.data : "");
    for (int i = 0; rc == TQ_OK && i < TQ_PROVINCE_FIELDS; i++) {
        const char *text = cli_option(w->cli, FIELDS[i].name);

        if (text != NULL)
            rc = take_part(w, i, text, err);
    }
    if (rc == TQ_OK)
        rc = lint(w, err);
    if (rc != TQ_OK)
        return rc;
    w->report.made_by = tq_slice_str(app_author(w->app));
    w->report.made_at_ms = now > was ? now : was + 1; /* it names one saving */
    rc = tq_province_report_put(w->app->store, tq_slice_str(w->app->period), &w->report, err);
    return rc == TQ_OK ? read_kept(w, err) : rc;
}

/* The workbook as it is signed, in the arena. */
static tq_status make_paper(struct work *w, struct tq_slice *out, struct tq_error *err)
{
    struct cli still = on_paper(w->cli); /* says nothing of a file that goes again */
    char path[APP_PATH_BYTES];
    struct tq_buf bytes;
    tq_status rc = tq_file_join(path, sizeof(path), w->cli->dir, PAPER_FILE, err);

    still.quiet = true;
    still.result = NULL;
    tq_buf_init(&bytes, PAPER_BYTES);
    if (rc == TQ_OK)
        rc = summary_write(w->app, &still, &w->summary, &w->shown, path, err);
    if (rc == TQ_OK) {
        rc = tq_file_read(path, PAPER_BYTES, &bytes, err);
        tq_file_remove(path);
    }
    *out = tq_slice_of(NULL, 0);
    if (rc == TQ_OK) {
        *out = tq_slice_of(tq_arena_copy(w->app->arena, bytes.data, bytes.len), bytes.len);
        rc = out->data != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "report");
    }
    tq_buf_deinit(&bytes);
    return rc;
}

/* What was signed is what is read later, whatever was entered since. */
static tq_status write_paper(struct work *w, const char *path, struct tq_error *err)
{
    struct cli vi = on_paper(w->cli);
    struct tq_slice paper = { NULL, 0 };
    tq_status rc = tq_province_report_paper(
            w->app->store, w->app->arena, tq_slice_str(w->app->period), &paper, err);

    /* One signed before papers were kept has its words, but today's count: it says so. */
    w->summary.counted_later = w->report.signed_at_ms != 0;
    if (rc != TQ_OK || paper.len == 0)
        return rc != TQ_OK ? rc : summary_write(w->app, &vi, &w->summary, &w->shown, path, err);
    rc = tq_file_replace(path, paper, false, err);
    if (rc == TQ_OK) {
        cli_json_set(w->cli, "file", json_string(path));
        cli_print(w->cli, "%s", path);
    }
    return rc;
}

static tq_status sign(struct work *w, struct tq_error *err)
{
    struct tq_slice paper = { NULL, 0 };
    const char *read = cli_option(w->cli, "digest");
    tq_day last = w->summary.windows[SUMMARY_NOW].last;
    char day[TQ_DAY_TEXT];
    tq_status rc = actor_take(w->app, w->cli, RIGHT_SIGN, err);

    tq_day_print(last, day);
    if (rc == TQ_OK && tq_day_of_instant(app_now_ms()) <= last)
        rc = tq_error_set(err, TQ_NOT_COMPLETE,
                CLI_SAY(w->cli, "kỳ đến hết ngày %s", "the period ends on %s"), day);
    if (rc == TQ_OK && read != NULL && strcmp(read, w->digest) != 0)
        rc = tq_error_set(err, TQ_STALE, "%s", w->app->period);
    w->shown.signed_by = tq_slice_str(app_author(w->app));
    w->shown.signed_at_ms = app_now_ms();
    if (rc == TQ_OK)
        rc = make_paper(w, &paper, err);
    if (rc == TQ_OK)
        rc = tq_province_report_sign(
                w->app->store, tq_slice_str(w->app->period), &w->shown, paper, err);
    return rc == TQ_OK ? read_kept(w, err) : rc;
}

static json_t *text_json(struct tq_slice text)
{
    return text.data != NULL ? cli_json_slice(text) : json_string("");
}

static void tell(const struct work *w)
{
    const struct tq_province_report *r = &w->shown;
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
    cli_json_set(cli, "digest", json_string(w->digest));
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

/* What is saved or signed is counted, never remembered. */
static tq_status keep(struct work *w, bool saves, bool signs, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(w->app->store);
    bool rested = tq_tally_rest(db, saves || signs);
    tq_status rc = load(w, err);

    if (rc == TQ_OK && saves)
        rc = save(w, err);
    if (rc == TQ_OK && signs)
        rc = sign(w, err);
    (void)tq_tally_rest(db, rested);
    return rc;
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
        rc = keep(&w, saves, signs, err);
    if (rc == TQ_OK && path != NULL)
        rc = write_paper(&w, path, err);
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
