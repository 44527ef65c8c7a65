/* cmd_changes.c - tuquan-district changes: every change that ever came to the ledger, the newest first,
 * by commune, person, row, day and fate. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "story.h"
#include "tuquan/calendar.h"
#include "tuquan/codec.h"
#include "tuquan/district_changes.h"
#include "tuquan/words.h"

#define MOST 500

static const struct cli_option OPTIONS[] = {
    { "author", 0, "TÊN", { "người ghi (một phần tên, không cần dấu)", "who wrote (part of it)" } },
    { "table", 't', "BẢNG", { "chỉ một bảng", "one table" } },
    { "row", 'r', "KHÓA", { "chỉ một dòng của bảng ấy", "one row of that table" } },
    { "from", 0, "DATE", { "huyện nhận từ ngày", "received from" } },
    { "to", 0, "DATE", { "đến ngày", "up to" } },
    { "verdict", 0, "KẾT_QUẢ",
            { "accepted, superseded, held, refused, requested; exceptions: chưa nhận",
                    "accepted, superseded, held, refused, requested; exceptions: not taken" } },
    { "limit", 'n', "N", { "số thay đổi nhiều nhất (mặc định 50)", "most changes (50)" } },
    { "before", 0, "CHỖ",
            { "tiếp từ chỗ mà lần trước nói", "go on from where the last one said" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "received_at_ms", { "Huyện nhận", "Received" }, false, false },
    { "written_at_ms", { "Ghi lúc", "Written" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "device", { "Máy", "Device" }, true, false },
    { "author", { "Ai", "Who" }, false, true },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "before", { "Trước", "Before" }, false, true },
    { "after", { "Sau", "After" }, false, true },
    { "verdict", { "Kết quả", "Became" }, false, true },
    { "reason", { "Lý do", "Reason" }, false, true },
};

static const char *const VERDICT = "verdict";
static const char *const BEFORE = "before";
static const char *const ROW = "row"; /* needs its table */

static tq_status wrong_option(const char *option, const char *text, struct tq_error *err)
{
    return tq_error_set(err, TQ_USAGE, "--%s %s", option, text);
}

static tq_status read_verdict(const struct cli *cli, uint32_t *out, struct tq_error *err)
{
    static const struct {
        const char *word;
        uint32_t bits;
    } WORDS[] = {
        { "accepted", 1u << TQ_ACCEPTED },
        { "superseded", 1u << TQ_SUPERSEDED },
        { "held", 1u << TQ_HELD },
        { "refused", 1u << TQ_REFUSED_ROW },
        { "requested", 1u << TQ_REQUESTED },
        { "exceptions",
                1u << TQ_SUPERSEDED | 1u << TQ_HELD | 1u << TQ_REFUSED_ROW | 1u << TQ_REQUESTED },
    };
    const char *word = cli_option(cli, "verdict");

    for (size_t i = 0; word != NULL && i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(WORDS[i].word, word) == 0) {
            *out = WORDS[i].bits;
            return TQ_OK;
        }
    return word == NULL ? TQ_OK : wrong_option(VERDICT, word, err);
}

/* The instant at which a day of ours begins, `days` later. */
static tq_status read_day(
        const struct cli *cli, const char *option, int days, int64_t *out, struct tq_error *err)
{
    const char *text = cli_option(cli, option);
    tq_day day;

    if (text == NULL)
        return TQ_OK;
    if (!tq_day_parse(tq_slice_str(text), &day))
        return tq_error_set(err, TQ_USAGE, "--%s %s (%s)", option, text,
                cli_say(cli, "viết NĂM-THÁNG-NGÀY", "write YYYY-MM-DD"));
    *out = tq_day_start_ms(day + days);
    return TQ_OK;
}

/* "n:place", as the last page said it. */
static tq_status read_before(
        const struct cli *cli, struct tq_changes_place *out, struct tq_error *err)
{
    const char *text = cli_option(cli, "before");
    unsigned long long n;
    unsigned long place;
    char *end;

    if (text == NULL)
        return TQ_OK;
    n = strtoull(text, &end, 10);
    if (n == 0 || n > INT64_MAX || end == text || *end != ':')
        return wrong_option(BEFORE, text, err);
    text = end + 1;
    place = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || place > UINT32_MAX)
        return wrong_option(BEFORE, cli_option(cli, BEFORE), err);
    out->n = n;
    out->place = (uint32_t)place;
    return TQ_OK;
}

static tq_status read_row(struct app *app, const struct cli *cli,
        struct tq_changes_question *question, struct tq_error *err)
{
    const char *table = cli_option(cli, "table");
    const char *row = cli_option(cli, "row");

    if (table != NULL) {
        question->table = tq_word_to_table(tq_catalogue_current(), tq_slice_str(table));
        if (question->table == NULL)
            return tq_error_set(err, TQ_USAGE, "%s \"%s\"",
                    cli_say(cli, "không có bảng tên", "no table called"), table);
    }
    if (row == NULL)
        return TQ_OK;
    if (table == NULL)
        return wrong_option(ROW, row, err);
    return show_find_key(app, cli, question->table, row, &question->key, err);
}

static tq_status read_question(struct app *app, const struct cli *cli,
        struct tq_changes_question *question, struct tq_error *err)
{
    int64_t limit = 50;
    tq_status rc = TQ_OK;

    if (cli->nargs > 0)
        rc = app_unit(app, cli->args[0], &question->unit, err);
    if (rc == TQ_OK)
        rc = read_row(app, cli, question, err);
    if (rc == TQ_OK)
        rc = read_verdict(cli, &question->verdicts, err);
    if (rc == TQ_OK)
        rc = read_day(cli, "from", 0, &question->from_ms, err);
    if (rc == TQ_OK)
        rc = read_day(cli, "to", 1, &question->until_ms, err);
    if (rc == TQ_OK)
        rc = read_before(cli, &question->before, err);
    if (rc == TQ_OK)
        rc = cli_option_number(cli, "limit", 1, MOST, 50, &limit, err);
    if (cli_option(cli, "author") != NULL)
        question->author = tq_slice_str(cli_option(cli, "author"));
    question->limit = (size_t)limit;
    return rc;
}

static tq_status put_row(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_table *table, const struct tq_change *change, struct tq_error *err)
{
    json_t *json = json_object();
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    rc = show_row(app, cli, table, change->key, &text, err);
    json_object_set_new(json, "table", json_string(table->name));
    json_object_set_new(json, "key", show_key_json(table, change->key));
    cli_table_both_buf(out, &text, json);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status put_change(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_why_entry *e, struct tq_slice unit, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(tq_catalogue_current(), e->change.table);
    struct tq_slice name;
    char text[40];
    tq_status rc;

    if (table == NULL) /* of a newer version: held until this one is brought up to it */
        return TQ_OK;
    cli_table_both(out, cli_show_instant(cli, e->received_t, text, sizeof(text)),
            json_integer(e->received_t));
    cli_table_both(out, cli_show_instant(cli, e->change.at_ms, text, sizeof(text)),
            json_integer(e->change.at_ms));
    rc = show_unit(app, unit, &name, err);
    if (rc != TQ_OK)
        return rc;
    story_unit(out, cli, name, unit);
    story_device(out, cli, e->device);
    story_author(out, cli, &e->change);
    rc = put_row(app, cli, out, table, &e->change, err);
    story_cell(out, cli, table, &e->change);
    if (rc == TQ_OK)
        rc = story_side(app, cli, out, table, &e->change, true, err);
    if (rc == TQ_OK)
        rc = story_side(app, cli, out, table, &e->change, false, err);
    story_fate(out, cli, e);
    return rc;
}

/* Where the next page begins, and how far back this one has looked. */
static void tell_rest(struct cli *cli, const struct tq_changes_page *page)
{
    char next[48];
    char day[40];

    snprintf(next, sizeof(next), "%" PRIu64 ":%" PRIu32, page->next.n, page->next.place);
    cli_json_set(cli, "next", page->more ? json_string(next) : json_null());
    cli_json_set(cli, "reached_ms", json_integer(page->reached_ms));
    if (page->count == 0)
        cli_print(cli, "%s", cli_say(cli, "Không có thay đổi nào.", "No changes."));
    if (page->more)
        cli_print(cli,
                CLI_SAY(cli, "Đã xem ngược đến %s; xem tiếp: --before=%s",
                        "Looked back to %s; more: --before=%s"),
                cli_show_instant(cli, page->reached_ms, day, sizeof(day)), next);
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_changes_question question = { 0 };
    struct tq_changes_page page;
    struct cli_table out;
    tq_status rc = read_question(app, cli, &question, err);

    if (rc == TQ_OK)
        rc = tq_changes_list(app->store, tq_codec_ops(), &question, app->arena, &page, err);
    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < page.count; i++)
        rc = put_change(app, cli, &out, &page.list[i], page.units[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print_blocks(&out, "changes", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK)
        tell_rest(cli, &page);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    return app_show(cli, list, err);
}

const struct cli_command CMD_CHANGES = {
    .name = "changes",
    .usage = "[XÃ]",
    .summary = { "sổ cái từng trang: mọi thay đổi từng đến, theo xã, người, dòng, ngày",
            "the ledger by page: every change that ever came, by commune, person, row, day" },
    .details = { "Ví dụ:\n  changes 08779 --verdict=refused\n  changes --table=incident "
                 "--row=BL-20-A-031 --from=2020-11-01",
            "Example:\n  changes 08779 --verdict=refused\n  changes --table=incident "
            "--row=BL-20-A-031 --from=2020-11-01" },
    .options = OPTIONS,
    .max_args = 1,
    .run = run,
};
