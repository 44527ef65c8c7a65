/* today_border.c - What is due at an office across the border. */
#include <stdio.h>
#include <string.h>

#include "border.h"
#include "cli/border_words.h"
#include "today.h"
#include "tuquan/border_due.h"

static const struct today_kind KINDS[TQ_BORDER_DUE_COUNT] = {
    [TQ_BORDER_REPLY_OURS] = { "notice_reply",
            { "Thông báo giáp ranh cần trả lời", "border notice to be answered" },
            { "Trả lời bên bạn", "answer the neighbour" } },
    [TQ_BORDER_REPLY_THEIRS] = { "notice_wait",
            { "Bên bạn chưa trả lời thông báo", "notice the neighbour has not answered" },
            { "Gọi hỏi bên bạn", "call the neighbour" } },
    [TQ_BORDER_MEETING] = { "meeting_coming", { "Họp giáp ranh sắp đến", "coming border meeting" },
            { "Chuẩn bị nội dung, đến họp", "prepare, and attend it" } },
    [TQ_BORDER_PATROL] = { "patrol_planned",
            { "Tuần tra chung đã lên lịch", "planned joint patrol" },
            { "Làm xong thì ghi ngày làm", "once done, enter the day" } },
    [TQ_BORDER_HANDOVER] = { "handover_minutes",
            { "Bàn giao thường trực", "hand-over of the standing unit" },
            { "Lập biên bản, ghi số biên bản", "write minutes, enter their number" } },
    [TQ_BORDER_MINUTES] = { "minutes_missing",
            { "Cuộc họp chưa có biên bản", "meeting without minutes" },
            { "Lập biên bản, ghi số biên bản", "write minutes, enter their number" } },
    [TQ_BORDER_SIGN_OURS] = { "minutes_sign",
            { "Biên bản xã chưa ký", "minutes this commune has not signed" },
            { "Ký biên bản, ghi ngày ký", "sign them, enter the day" } },
    [TQ_BORDER_SIGN_THEIRS] = { "minutes_wait",
            { "Bên bạn chưa ký biên bản", "minutes the neighbour has not signed" },
            { "Gọi hỏi bên bạn", "call the neighbour" } },
    [TQ_BORDER_STATISTICS_SEEN] = { "statistics_new",
            { "Thống kê giáp ranh mới đến", "border statistics that came" },
            { "Xem và báo đã nhận", "read and acknowledge them" } },
};

#define SEE                                                                                        \
    {                                                                                              \
        "Xem và báo đã nhận", "read and acknowledge it"                                            \
    }

/* What the neighbour made, by its table. */
static const struct {
    const char *table;
    struct today_kind kind;
} CAME[] = {
    { "border_meeting",
            { "meeting_new",
                    { "Giao ban bên bạn lập, xã chưa báo nhận", "border meeting that came" },
                    SEE } },
    { "joint_patrol",
            { "patrol_new",
                    { "Tuần tra chung bên bạn lập, xã chưa báo nhận", "joint patrol that came" },
                    SEE } },
    { "border_handover",
            { "handover_new",
                    { "Bàn giao thường trực bên bạn lập, xã chưa báo nhận", "hand-over that came" },
                    SEE } },
};

static const struct today_kind HANDOVER = { "handover_due",
    { "Bàn giao thường trực đầu năm", "yearly hand-over of the standing unit" },
    { "Hai bên bàn giao, ghi số biên bản", "hand over, enter the number of the minutes" } };
static const struct today_kind ENDS = { "agreement_ends",
    { "Quy chế phối hợp sắp hết hạn", "agreement that ends soon" },
    { "Đề nghị huyện ký tiếp", "ask the district to renew it" } };

static const struct today_kind *kind_of(const struct tq_border_rule *rule)
{
    for (size_t i = 0; rule->came && i < sizeof(CAME) / sizeof(CAME[0]); i++)
        if (strcmp(CAME[i].table, rule->table) == 0)
            return &CAME[i].kind;
    return &KINDS[rule->due];
}

/* What is the neighbour's to do is told once it is late, and never of a draft. */
static tq_status put_rule(
        struct today *today, const struct tq_border_rule *rule, struct tq_error *err)
{
    struct app *app = today->app;
    struct tq_border_query of;
    struct tq_record *rows;
    struct tq_cover cover;
    struct border border;
    size_t n = 0;
    size_t total;
    tq_status rc;

    tq_border_query_init(&of, rule, app->catalogue, today->day,
            rule->theirs ? today->day - 1 : today->day + TODAY_HORIZON_DAYS, !rule->theirs);
    of.query.own_unit_only = true;
    of.query.limit = TODAY_MOST_BORDER;
    of.query.any_order = true;
    of.query.uncounted = true;
    rc = border_load(app, of.query.table, &border, err);
    if (rc != TQ_OK)
        return rc;
    rc = tq_record_list(app->records, &of.query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_day due;

        if (tq_border_due_on(rule, of.query.table, rows[i].values, &due) &&
                !(border_stops(&border, of.query.table, rows[i].values, &cover) &&
                        tq_cover_bars(&cover))) /* put_stopped */
            rc = today_put_row(today, kind_of(rule), of.query.table, rows[i].key, due, err);
    }
    return rc;
}

static const struct tq_value *value_of(
        const struct tq_table *table, const struct tq_record *row, const char *column)
{
    return &row->values[tq_table_column_find(table, column)];
}

static struct tq_slice text_of(
        const struct tq_table *table, const struct tq_record *row, const char *column)
{
    const struct tq_value *value = value_of(table, row, column);

    return value->type == TQ_TEXT ? value->s : tq_slice_of(NULL, 0);
}

/* Is it one of the words of a text that spaces part? */
static bool has_word(struct tq_slice list, struct tq_slice word)
{
    for (size_t at = 0; word.len > 0 && at + word.len <= list.len; at++)
        if ((at == 0 || list.data[at - 1] == ' ') &&
                (at + word.len == list.len || list.data[at + word.len] == ' ') &&
                memcmp(list.data + at, word.data, word.len) == 0)
            return true;
    return false;
}

/* Has this office the minutes of that year's hand-over with one of these neighbours? */
static tq_status is_handed(
        struct today *today, struct tq_slice partners, int year, bool *out, struct tq_error *err)
{
    struct app *app = today->app;
    struct tq_query query;
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    tq_border_handover_query(&query, app->catalogue, year);
    query.own_unit_only = true;
    query.limit = TODAY_MOST;
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    *out = false;
    for (size_t i = 0; rc == TQ_OK && i < n && !*out; i++)
        *out = has_word(partners, text_of(query.table, &rows[i], "partner_unit"));
    return rc;
}

/* Where the order of the standing units names one alone, it never hands over; where there is none, each
 * year does. */
static bool rotates(struct tq_slice order)
{
    return order.len == 0 || memchr(order.data, ';', order.len) != NULL;
}

/* One commune of a side hands over for all of them. Which one, an office does not know but by the year
 * before: any other is told until the deadline, and then the district alone. */
static tq_status put_handover(struct today *today, const struct tq_table *table,
        const struct tq_record *row, struct tq_error *err)
{
    struct tq_slice partners = text_of(table, row, "partner_units");
    bool done = false;
    bool before = false;
    tq_day due;
    int year;
    tq_status rc;

    if (!has_word(text_of(table, row, "allowed"), tq_slice_str("border_handover")) ||
            !rotates(text_of(table, row, "standing_order")) ||
            !tq_border_handover_due(text_of(table, row, "valid_from"),
                    text_of(table, row, "valid_to"), today->day, TODAY_HORIZON_DAYS, &year, &due))
        return TQ_OK;
    rc = is_handed(today, partners, year, &done, err);
    if (rc == TQ_OK && !done && due < today->day)
        rc = is_handed(today, partners, year - 1, &before, err);
    if (rc != TQ_OK || done || (due < today->day && !before))
        return rc;
    return today_put_row(today, &HANDOVER, table, row->key, due, err);
}

static tq_status put_agreements(struct today *today, struct tq_error *err)
{
    struct app *app = today->app;
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "liaison_agreement"),
        .own_unit_only = true,
        .limit = TODAY_MOST,
        .uncounted = true };
    struct tq_record *rows;
    char day[TQ_DAY_TEXT];
    size_t n = 0;
    size_t total;
    tq_status rc;

    tq_day_print(today->day, day);
    query.filters[0].column = tq_table_column_find(query.table, "valid_to");
    query.filters[0].op = TQ_QUERY_FROM;
    query.filters[0].value = tq_value_str(day);
    query.filters[1].column = tq_table_column_find(query.table, "state");
    query.filters[1].op = TQ_QUERY_NOT;
    query.filters[1].value = tq_value_str("closed");
    query.nfilters = 2;
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_day ends;

        rc = put_handover(today, query.table, &rows[i], err);
        if (rc == TQ_OK && tq_day_parse(text_of(query.table, &rows[i], "valid_to"), &ends) &&
                ends <= today->day + TQ_AGREEMENT_SOON_DAYS)
            rc = today_put_row(today, &ENDS, query.table, rows[i].key, ends, err);
    }
    return rc;
}

/* Sent, and nothing lets it cross: why, and what to do about it. */
static tq_status put_stopped(void *ctx, const struct tq_table *table, const struct tq_record *row,
        const struct tq_cover *cover, struct tq_error *err)
{
    struct today *today = ctx;
    struct app *app = today->app;
    const struct cli *cli = app->cli;
    struct today_kind kind = { "border_stopped",
        { "Đã gửi, không sang được bên bạn", "sent, and cannot cross" }, { NULL, NULL } };
    struct tq_buf text;
    char *copy = NULL;

    tq_buf_init(&text, 0);
    border_words(cli, cover, &text);
    tq_buf_append_str(&text, cli_say(cli, ". Đề nghị huyện ký, nhập quy chế, hoặc hủy dòng này",
                                     ". Ask the district for an agreement, or void this row"));
    tq_buf_append_u8(&text, '\0');
    if (tq_buf_is_ok(&text))
        copy = tq_arena_copy(app->arena, text.data, text.len);
    tq_buf_deinit(&text);
    if (copy == NULL)
        return tq_error_set(err, TQ_NOMEM, "today");
    kind.next.vi = kind.next.en = copy;
    return today_put_row(today, &kind, table, row->key, today->day, err);
}

tq_status today_border(struct today *today, struct tq_error *err)
{
    size_t count;
    size_t stopped;
    const struct tq_border_rule *rules = tq_border_rules(&count);
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = put_rule(today, &rules[i], err);
    if (rc == TQ_OK)
        rc = border_stopped(today->app, put_stopped, today, &stopped, err);
    return rc == TQ_OK ? put_agreements(today, err) : rc;
}
