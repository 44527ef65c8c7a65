#include "liaison_show.h"

#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "liaison_box.h"
#include "show.h"
#include "tuquan/district_devices.h"
#include "tuquan/mem.h"
#include "tuquan/words.h"
#include "watch.h"

static const struct cli_column LINKS[] = {
    { "link", { "Số", "No." }, true, false },
    { "name", { "Huyện bạn", "Neighbour" }, false, true },
    { "state", { "Tình trạng", "State" }, false, false },
    { "agreement", { "Quy chế", "Agreement" }, false, false },
    { "to", { "Hết hạn", "Until" }, false, false },
    { "heard_at_ms", { "Nhận của bạn", "We heard" }, false, false },
    { "partner_heard_at_ms", { "Bạn đến lấy", "They came" }, false, false },
    { "told", { "Đã đưa", "Told" }, true, false },
    { "waits", { "Chờ bạn lấy", "Waits" }, true, false },
    { "came", { "Đã nhận", "Came" }, true, false },
    { "refused", { "Không nhận", "Refused" }, true, false },
    { "frozen", { "Đóng băng", "Frozen" }, true, false },
    { "strangers", { "Khóa lạ", "Strangers" }, true, false },
    { "revoked", { "Khóa đã thu hồi", "Revoked keys" }, true, false },
    { "problem", { "Lần cuối", "Last try" }, false, false },
};

enum link_state { LINK_NEW, LINK_ONE_WAY, LINK_NO_AGREEMENT, LINK_OPEN, LINK_NOT_NOW, LINK_ENDED };

static const struct {
    const char *code;
    struct cli_text text;
} STATES[] = {
    [LINK_NEW] = { "new", { "chưa nối", "not connected" } },
    [LINK_ONE_WAY] = { "one_way", { "mới nối một chiều", "one way so far" } },
    [LINK_NO_AGREEMENT] = { "no_agreement", { "chưa có quy chế", "no agreement yet" } },
    [LINK_OPEN] = { "open", { "đang nối", "open" } },
    [LINK_NOT_NOW] = { "not_in_force", { "quy chế chưa/hết hạn", "agreement not in force" } },
    [LINK_ENDED] = { "ended", { "đã chấm dứt", "ended" } },
};

/* What stands beside a link in its mailbox. */
struct mailbox {
    int64_t heard_ms; /* the partner's last Hello */
    int64_t waits;    /* rows that it has not pulled */
    int64_t strangers;
    int64_t revoked;
};

static tq_status count_waiting(struct box *box, uint64_t cursor, int64_t *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(box->app.store);
    tq_status rc = TQ_OK;

    for (size_t t = 0; rc == TQ_OK && t < box->catalogue->ntables; t++) {
        const struct tq_table *table = &box->catalogue->tables[t];
        struct tq_stored_row *page = tq_arena_array(box->app.arena, 256, sizeof(*page));
        struct tq_slice after = tq_slice_of(NULL, 0);
        size_t got = 256;

        if (page == NULL)
            return tq_error_set(err, TQ_NOMEM, "liaison");
        while (rc == TQ_OK && got == 256 && tq_liaison_is_table(table)) {
            rc = ops->rows_scan(ops->ctx, table, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0),
                    256, box->app.arena, page, &got, err);
            for (size_t i = 0; rc == TQ_OK && i < got; i++)
                *out += page[i].meta.row_seq > cursor;
            if (got > 0)
                after = page[got - 1].key;
        }
    }
    return rc;
}

static tq_status look_into(
        struct cli *cli, const struct tq_link_info *link, struct mailbox *out, struct tq_error *err)
{
    struct box *box = tq_mem_zalloc(sizeof(*box));
    struct tq_device_info *list;
    struct watch *watch = tq_mem_zalloc(sizeof(*watch));
    uint64_t cursor = 0;
    size_t count;
    tq_status rc = box == NULL || watch == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                                                : box_open_out(box, cli, link, false, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK)
        rc = tq_devices_list(box->app.store, box->app.arena, &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        if (list[i].last_heard_at_ms > out->heard_ms)
            out->heard_ms = list[i].last_heard_at_ms;
        if (list[i].cursor > cursor)
            cursor = list[i].cursor;
    }
    if (rc == TQ_OK)
        rc = count_waiting(box, cursor, &out->waits, err);
    if (rc == TQ_OK && watch_load(watch, box->dir, NULL) == TQ_OK) {
        out->strangers = (int64_t)watch->kinds[WATCH_STRANGER].count;
        out->revoked = (int64_t)watch->kinds[WATCH_REVOKED].count;
    }
    if (box != NULL)
        box_close(box);
    tq_mem_free(box);
    tq_mem_free(watch);
    if (rc == TQ_NO_DATA) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc;
}

static enum link_state state_of(
        const struct tq_link_info *link, const struct tq_agreement *agreement)
{
    char today[16];

    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    if (link->ended_at_ms != 0)
        return LINK_ENDED;
    if (link->invited_at_ms == 0 && link->accepted_at_ms == 0)
        return LINK_NEW;
    if (link->agreement.len == 0)
        return LINK_NO_AGREEMENT;
    if (!tq_agreement_in_force(agreement, today))
        return LINK_NOT_NOW;
    return link->invited_at_ms != 0 && link->accepted_at_ms != 0 ? LINK_OPEN : LINK_ONE_WAY;
}

static tq_status link_row(struct cli_table *table, struct app *app, struct cli *cli,
        const struct tq_link_info *link, struct tq_error *err)
{
    struct tq_agreement *agreement = tq_arena_alloc(app->arena, sizeof(*agreement));
    struct mailbox mailbox;
    enum link_state state;
    tq_status rc = agreement == NULL ? tq_error_set(err, TQ_NOMEM, "liaison") : TQ_OK;

    if (rc == TQ_OK && link->agreement.len > 0)
        rc = tq_agreement_read(agreement, link->agreement, app->arena, err);
    if (rc == TQ_OK)
        rc = look_into(cli, link, &mailbox, err);
    if (rc != TQ_OK)
        return rc;
    state = state_of(link, agreement);
    cli_table_int(table, link->id);
    cli_table_text(table, link->name);
    cli_table_both(table, cli_say(cli, STATES[state].text.vi, STATES[state].text.en),
            json_string(STATES[state].code));
    cli_table_text(table, agreement->number);
    cli_table_str(table, agreement->to);
    cli_table_instant(table, link->heard_at_ms);
    cli_table_instant(table, mailbox.heard_ms);
    cli_table_int(table, (int64_t)link->told);
    cli_table_int(table, mailbox.waits);
    cli_table_int(table, (int64_t)link->came);
    cli_table_int(table, (int64_t)link->refused);
    cli_table_int(table, (int64_t)link->frozen);
    cli_table_int(table, mailbox.strangers);
    cli_table_int(table, mailbox.revoked);
    cli_table_text(table, link->problem);
    return TQ_OK;
}

tq_status liaison_list(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_link_info *list;
    struct cli_table table;
    size_t count;
    tq_status rc = tq_links_list(app->store, true, app->arena, &list, &count, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&table, cli, LINKS, sizeof(LINKS) / sizeof(LINKS[0]));
    table.drop_empty = true;
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = link_row(&table, app, cli, &list[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&table, "links", err);
    cli_table_deinit(&table);
    return rc;
}

/* ---- the journal ---- */

static const struct cli_column ENTRIES[] = {
    { "at_ms", { "Lúc", "When" }, false, false },
    { "link", { "Nối", "Link" }, true, false },
    { "way", { "Chiều", "Way" }, false, false },
    { "table", { "Bảng", "Table" }, false, false },
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
        { "bundle_out", { "gói lập ra", "bundle made" } },
        { "bundle_in", { "gói mở ra", "bundle opened" } },
    };

    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++)
        if (tq_slice_equal(way, tq_slice_str(WAYS[i].code)))
            return cli_say(cli, WAYS[i].text.vi, WAYS[i].text.en);
    return "";
}

/* The sentence of a code of either catalogue. */
static const char *why_word(const struct cli *cli, struct tq_slice code)
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

static void entry_row(
        struct cli_table *table, const struct cli *cli, const struct tq_link_entry *entry)
{
    const struct tq_table *about = tq_catalogue_table(tq_catalogue_current(), entry->table);
    char hex[2 * TQ_SURROGATE_BYTES + 1] = "";
    int column = -1;
    char name[64];

    if (entry->key.len == TQ_SURROGATE_BYTES)
        tq_hex(hex, entry->key.data, entry->key.len);
    snprintf(name, sizeof(name), "%.*s", (int)entry->detail.len, (const char *)entry->detail.data);
    if (about != NULL && name[0] != '\0')
        column = tq_table_column_find(about, name);
    cli_table_instant(table, entry->at_ms);
    cli_table_int(table, entry->link);
    cli_table_both(table, way_word(cli, entry->way),
            json_stringn((const char *)entry->way.data, entry->way.len));
    cli_table_both(table, about != NULL ? tq_word_of_table(about, cli->lang) : "",
            about != NULL ? json_string(about->name) : json_null());
    cli_table_str(table, hex);
    cli_table_text(table, entry->agreement);
    cli_table_text(table, entry->article);
    cli_table_text(table, entry->code);
    cli_table_str(table, entry->code.len > 0 ? why_word(cli, entry->code) : "");
    cli_table_both(table,
            column >= 0 ? tq_word_of_column(&about->columns[column], cli->lang) : name,
            json_string(name));
}

tq_status liaison_journal(
        struct app *app, struct cli *cli, int64_t link, size_t limit, struct tq_error *err)
{
    struct tq_link_entry *list;
    struct cli_table table;
    size_t count;
    tq_status rc = tq_journal_list(app->store, link, limit, app->arena, &list, &count, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&table, cli, ENTRIES, sizeof(ENTRIES) / sizeof(ENTRIES[0]));
    table.drop_empty = true;
    for (size_t i = 0; i < count; i++)
        entry_row(&table, cli, &list[i]);
    rc = cli_table_print(&table, "entries", err);
    cli_table_deinit(&table);
    return rc;
}
