/* liaison_journal.c - What crossed the border and what was refused, by page. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "liaison_show.h"
#include "show.h"
#include "tuquan/liaison_store.h"
#include "tuquan/words.h"

#define MOST 200 /* lines of a page, unless another number is asked for */

static const struct cli_column ENTRIES[] = {
    { "at_ms", { "Lúc", "When" }, false, false },
    { "link", { "Nối", "Link" }, true, false },
    { "way", { "Chiều", "Way" }, false, false },
    { "table", { "Bảng", "Table" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "key", { "Khóa", "Key" }, false, false },
    { "agreement", { "Quy chế", "Agreement" }, false, false },
    { "article", { "Điều", "Article" }, false, false },
    { "code", { "Mã", "Code" }, false, false },
    { "why", { "Vì sao", "Why" }, false, true },
    { "detail", { "Ô", "Cell" }, false, false },
};

static const char *way_word(const struct cli *cli, struct tq_slice way)
{
    static const struct {
        const char *code;
        struct cli_text text;
    } WAYS[] = {
        { "out", { "đưa đi", "out" } },
        { "in", { "nhận về", "in" } },
        { "answer_out", { "ta trả lời", "our answer" } },
        { "answer_in", { "bạn trả lời", "their answer" } },
        { "line", { "đường nối", "line" } },
        { "head", { "mốc sổ cái", "ledger head" } },
        { "head_in", { "mốc sổ cái của bạn", "the neighbour's ledger head" } },
        { "bundle_out", { "gói lập ra", "bundle made" } },
        { "bundle_in", { "gói mở ra", "bundle opened" } },
    };

    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++)
        if (tq_slice_equal(way, tq_slice_str(WAYS[i].code)))
            return cli_say(cli, WAYS[i].text.vi, WAYS[i].text.en);
    return "";
}

/* The sentence of a code of either catalogue. */
const char *liaison_why(const struct cli *cli, struct tq_slice code)
{
#define X(name, value, text, ...)                                                                  \
    if (tq_slice_equal(code, tq_slice_str(tq_status_code(name))) && code.len > 0 &&                \
            code.data[0] == 'E')                                                                   \
        return tq_status_sentence(name, cli->lang);
    TQ_STATUS_MAP(X)
#undef X
    for (int i = 1; i < 64; i++)
        if (tq_slice_equal(code, tq_slice_str(tq_reason_code((tq_reason)i))))
            return tq_reason_sentence((tq_reason)i, cli->lang);
    return "";
}

/* The row by its label, where we have it: what was refused lies in the mailbox alone. */
static tq_status put_row_name(struct cli_table *out, struct app *app, const struct cli *cli,
        const struct tq_table *table, struct tq_slice key, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (table != NULL)
        rc = show_row(app, cli, table, key, &text, err);
    cli_table_both_buf(out, &text,
            text.len > 0 ? json_stringn((const char *)text.data, text.len) : json_string(""));
    tq_buf_deinit(&text);
    return rc;
}

/* The cell at fault by its name; of a row that crossed, the cells that the agreement left behind. */
static void put_detail(struct cli_table *out, const struct cli *cli, const struct tq_table *about,
        const struct tq_link_entry *entry)
{
    struct tq_slice rest = entry->detail;
    struct tq_buf text;

    tq_buf_init(&text, 0);
    while (about != NULL && rest.len > 0) {
        const uint8_t *end = memchr(rest.data, ' ', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
        char name[64];
        int column;

        snprintf(name, sizeof(name), "%.*s", (int)len, (const char *)rest.data);
        column = tq_table_column_find(about, name);
        tq_buf_printf(&text, "%s%s", text.len > 0 ? ", " : "",
                column >= 0 ? tq_word_of_column(&about->columns[column], cli->lang) : name);
        rest = tq_slice_of(rest.data + len, rest.len - len);
        if (rest.len > 0)
            rest = tq_slice_of(rest.data + 1, rest.len - 1);
    }
    if (about == NULL)
        tq_buf_append_slice(&text, entry->detail);
    else if (text.len > 0 && entry->code.len == 0)
        tq_buf_append_str(&text, cli_say(cli, " (không kèm)", " (left behind)"));
    cli_table_both_buf(out, &text, cli_json_slice(entry->detail));
    tq_buf_deinit(&text);
}

static tq_status entry_row(struct cli_table *table, struct app *app, const struct cli *cli,
        const struct tq_link_entry *entry, struct tq_error *err)
{
    const struct tq_table *about = tq_catalogue_table(tq_catalogue_current(), entry->table);
    char hex[2 * TQ_SURROGATE_BYTES + 1] = "";
    tq_status rc;

    if (entry->key.len == TQ_SURROGATE_BYTES)
        tq_hex(hex, entry->key.data, entry->key.len);
    cli_table_instant(table, entry->at_ms);
    cli_table_int(table, entry->link);
    cli_table_both(table, way_word(cli, entry->way),
            json_stringn((const char *)entry->way.data, entry->way.len));
    cli_table_both(table, about != NULL ? tq_word_of_table(about, cli->lang) : "",
            about != NULL ? json_string(about->name) : json_null());
    rc = put_row_name(table, app, cli, hex[0] != '\0' ? about : NULL, entry->key, err);
    cli_table_str(table, hex);
    cli_table_text(table, entry->agreement);
    cli_table_text(table, entry->article);
    cli_table_text(table, entry->code);
    cli_table_str(table, entry->code.len > 0 ? liaison_why(cli, entry->code) : "");
    put_detail(table, cli, about, entry);
    return rc;
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

static tq_status read_words(
        struct cli *cli, struct tq_journal_question *question, struct tq_error *err)
{
    const char *way = cli_option(cli, "way");
    const char *name = cli_option(cli, "table");
    const struct tq_table *table =
            name != NULL ? tq_word_to_table(tq_catalogue_current(), tq_slice_str(name)) : NULL;

    if (way != NULL && way_word(cli, tq_slice_str(way))[0] == '\0')
        return cli_wrong_word(cli, way, err);
    if (name != NULL && table == NULL)
        return cli_wrong_word(cli, name, err);
    question->way = tq_slice_str(way != NULL ? way : "");
    question->table = table != NULL ? table->id : 0;
    question->refused_only = cli_option(cli, "refused") != NULL;
    return TQ_OK;
}

static tq_status read_question(
        struct cli *cli, struct tq_journal_question *question, struct tq_error *err)
{
    int64_t limit = MOST;
    tq_status rc = cli_option_number(cli, "limit", 1, 100000, MOST, &limit, err);

    if (rc == TQ_OK)
        rc = cli_option_number(cli, "before", 0, INT64_MAX, 0, &question->before, err);
    if (rc == TQ_OK)
        rc = read_day(cli, "from", 0, &question->from_ms, err);
    if (rc == TQ_OK)
        rc = read_day(cli, "to", 1, &question->until_ms, err);
    if (rc == TQ_OK)
        rc = read_words(cli, question, err);
    question->limit = (size_t)limit;
    return rc;
}

tq_status liaison_journal(struct app *app, struct cli *cli, int64_t link, struct tq_error *err)
{
    struct tq_journal_question question = { .link = link };
    struct tq_link_entry *list;
    struct cli_table table;
    size_t count = 0;
    bool more = false;
    tq_status rc = read_question(cli, &question, err);

    if (rc == TQ_OK)
        rc = tq_journal_list(app->store, &question, app->arena, &list, &count, &more, err);
    if (rc != TQ_OK)
        return rc;
    cli_table_init(&table, cli, ENTRIES, sizeof(ENTRIES) / sizeof(ENTRIES[0]));
    table.drop_empty = true;
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = entry_row(&table, app, cli, &list[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print_or(&table, "entries",
                cli_say(cli, "Nhật ký chưa có dòng nào.", "The journal holds no line."), err);
    cli_table_deinit(&table);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "next", more ? json_integer(list[0].id) : json_null());
    if (more)
        cli_print(cli, CLI_SAY(cli, "Cũ hơn: --before=%" PRId64, "Older: --before=%" PRId64),
                list[0].id);
    return TQ_OK;
}
