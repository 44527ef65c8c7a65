#include "receipt_list.h"

#include <stdio.h>
#include <string.h>

#include "receipt_told.h"
#include "receipt_words.h"
#include "tuquan/text.h"

#define COVERS_COLUMNS 48u                /* of what a set carries, in the list */
#define PAYLOAD_BYTES ((size_t)64 * 1024) /* longer ones are read when asked for alone */
#define MOST_WALKED ((size_t)200)         /* looked through for a register, in one answer */

static const struct cli_column COLUMNS[] = {
    { "set", { "Gói", "Set" }, true, false },
    { "sealed_at", { "Đóng gói lúc", "Sealed" }, false, false },
    { "changes", { "Thay đổi", "Changes" }, true, false },
    { "state", { "Tình trạng", "State" }, false, false },
    { "received_at", { "Huyện nhận lúc", "Received" }, false, false },
    { "accepted", { "Nhận", "Accepted" }, true, false },
    { "superseded", { "Cũ hơn", "Superseded" }, true, false },
    { "held", { "Tạm giữ", "Held" }, true, false },
    { "refused", { "Từ chối", "Refused" }, true, false },
    { "requested", { "Đề nghị", "Requested" }, true, false },
    { "copies", { "Số bản lưu", "Copies" }, true, false },
    { "covers", { "Gồm", "Carries" }, false, true },
};

static const char *fate_word(const struct cli *cli, int64_t fate)
{
    static const struct cli_text WORDS[] = {
        { "chờ biên nhận", "waits" },
        { "có biên nhận", "confirmed" },
        { "đã đóng gói lại", "sealed again" },
    };
    size_t i = fate >= 0 && fate < 3 ? (size_t)fate : 0;

    return cli_say(cli, WORDS[i].vi, WORDS[i].en);
}

const char *receipt_fate_code(int64_t fate)
{
    return fate == 1 ? "confirmed" : fate == 2 ? "resealed" : "waiting";
}

/* A list of them, or one of them is not what was written: its own line alone says so. */
static tq_status forgive(tq_status rc, bool *unreadable, struct tq_error *err)
{
    if (rc != TQ_PROTOCOL)
        return rc;
    tq_error_clear(err);
    *unreadable = true;
    return TQ_OK;
}

/* One set of the list with what it carries. */
struct line {
    const struct tq_sent_set *set;
    struct receipt_cover *covers;
    size_t n;
    bool unreadable;
};

static tq_status read_line(
        struct app *app, const struct tq_sent_set *set, struct line *out, struct tq_error *err)
{
    *out = (struct line){ .set = set };
    return forgive(receipt_covers(app, set, &out->covers, &out->n, err), &out->unreadable, err);
}

/* Long ones are not read here and may carry it. */
static bool carries(const struct line *line, const struct tq_table *table)
{
    for (size_t i = 0; i < line->n; i++)
        if (line->covers[i].table == table)
            return true;
    return line->set->payload_bytes > (int64_t)PAYLOAD_BYTES;
}

static void cut_line(struct tq_buf *text)
{
    if (!tq_buf_is_ok(text) || tq_text_width(tq_buf_slice(text)) <= COVERS_COLUMNS)
        return;
    text->len = tq_text_cut(tq_buf_slice(text), COVERS_COLUMNS - 1).len;
    tq_buf_append_str(text, "…");
}

/* "Vụ việc: 3 mục mới, ngày 05/11/2020; Hoạt động: ...", for people cut at COVERS_COLUMNS
 * (`receipt N` says all of it); and the same for programs, whole. */
static tq_status put_covers(
        struct app *app, struct cli_table *out, const struct line *line, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    for (size_t i = 0; rc == TQ_OK && i < line->n; i++) {
        if (i > 0)
            tq_buf_append_str(&text, "; ");
        rc = receipt_cover_words(app, &line->covers[i], &text, err);
    }
    if (line->unreadable)
        tq_buf_append_str(&text, cli_say(app->cli, "gói này không đọc được: báo cho huyện",
                                         "this set cannot be read: tell the district"));
    else if (line->set->payload_bytes == 0)
        tq_buf_append_str(&text, cli_say(app->cli, "quá một năm: nội dung nằm ở huyện",
                                         "older than a year: kept at the district"));
    cut_line(&text);
    if (rc == TQ_OK)
        cli_table_both_buf(out, &text,
                line->n > 0 ? receipt_covers_json(app, line->covers, line->n) : json_null());
    tq_buf_deinit(&text);
    return rc;
}

static tq_status put_line(
        struct app *app, struct cli_table *out, struct line *line, struct tq_error *err)
{
    const struct tq_sent_set *set = line->set;
    struct receipt_told told;
    tq_status rc = forgive(receipt_told(app, set, &told, err), &line->unreadable, err);

    if (rc != TQ_OK)
        return rc;
    if (line->unreadable) {
        memset(&told, 0, sizeof(told));
        line->n = 0;
    }
    cli_table_int(out, set->n);
    cli_table_instant(out, set->sealed_at);
    cli_table_int(out, set->nchanges);
    cli_table_both(out, fate_word(app->cli, set->fate), json_string(receipt_fate_code(set->fate)));
    cli_table_instant(out, told.whole.ta);
    for (int i = 0; told.n == 0 && i < 6; i++)
        cli_table_str(out, NULL);
    if (told.n > 0) {
        cli_table_int(out, told.whole.accepted);
        cli_table_int(out, told.whole.superseded);
        cli_table_int(out, told.whole.held);
        cli_table_int(out, told.whole.refused);
        cli_table_int(out, told.whole.requested);
        cli_table_int(out, set->copies);
    }
    return put_covers(app, out, line, err);
}

/* `before`: where the next page begins; 0: there is none. */
static tq_status put_sets(struct app *app, struct cli_table *out, const struct tq_table *table,
        size_t limit, int64_t *before, struct tq_error *err)
{
    struct tq_set_query query = { .before = *before, .payload = PAYLOAD_BYTES };
    struct tq_sent_set *sets = NULL;
    size_t walked;
    size_t shown = 0;
    size_t n = 0;
    tq_status rc;

    query.limit = (table != NULL ? MOST_WALKED : limit) + 1; /* one more: is there a next page? */
    rc = tq_office_sets(app->db, &query, app->arena, &sets, &n, err);
    for (walked = 0; rc == TQ_OK && walked < n && walked + 1 < query.limit && shown < limit;
            walked++) {
        struct line line;

        rc = read_line(app, &sets[walked], &line, err);
        if (rc != TQ_OK || (table != NULL && !carries(&line, table)))
            continue;
        rc = put_line(app, out, &line, err);
        shown++;
    }
    *before = rc == TQ_OK && walked < n ? sets[walked - 1].n : 0;
    return rc;
}

/* Of those that were looked through there is none: they need not be all. */
static void say_none(const struct cli *cli, bool from_newest, bool of_table, bool more)
{
    const struct cli_text said =
            more && of_table ? (struct cli_text){ "Chưa thấy gói nào có sổ này, còn gói cũ hơn.",
                "None carries this register so far; there are older ones." }
            : of_table    ? (struct cli_text){ "Không thấy gói nào có sổ này.",
                     "No set carries this register." }
            : from_newest ? (struct cli_text){ "Chưa gửi gói nào.", "Nothing was sent yet." }
                          : (struct cli_text){ "Không còn gói nào cũ hơn.", "None is older." };

    cli_print(cli, "%s", cli_say(cli, said.vi, said.en));
}

tq_status receipt_list(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    const struct tq_table *table = NULL;
    struct cli_table out;
    int64_t limit = 20;
    int64_t before = 0;
    bool from_newest;
    size_t nrows;
    tq_status rc = cli_option_number(cli, "limit", 1, INT32_MAX, 20, &limit, err);

    if (rc == TQ_OK)
        rc = cli_option_number(cli, "before", 1, INT64_MAX, 0, &before, err);
    if (rc == TQ_OK && cli_option(cli, "table") != NULL)
        rc = app_table(app, cli_option(cli, "table"), &table, err);
    if (rc != TQ_OK)
        return rc;
    from_newest = before == 0;
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    rc = put_sets(app, &out, table, (size_t)limit, &before, err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "sets", err);
    nrows = out.nrows;
    cli_table_deinit(&out);
    if (rc != TQ_OK)
        return rc;
    if (nrows == 0)
        say_none(cli, from_newest, table != NULL, before > 0);
    cli_json_set(cli, "before", before > 0 ? json_integer(before) : json_null());
    if (before > 0)
        cli_print(cli,
                CLI_SAY(cli, "Gói cũ hơn: receipt --before %lld", "Older: receipt --before %lld"),
                (long long)before);
    return TQ_OK;
}
