/* liaison_due.c - Deadlines across the border, all communes': what the rules of border_due.h say, what
 * an agreement lists and nobody sent, agreements that end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/border_words.h"
#include "cli/table.h"
#include "cmd.h"
#include "liaison_health.h"
#include "liaison_show.h"
#include "liaison_standing.h"
#include "liaison_stats.h"
#include "show.h"
#include "tuquan/border_cover.h"
#include "tuquan/border_due.h"
#include "tuquan/calendar.h"
#include "tuquan/word_store.h"
#include "tuquan/words.h"

#define MOST 500u         /* of one kind */
#define MOST_FROZEN 5000u /* looked at for them, with those that are frozen */
#define SOON_DAYS 14      /* what is due later is not told yet */

static const struct cli_column COLUMNS[] = {
    { "kind", { "Việc", "What" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "unit", { "Xã", "Commune" }, false, false },
    { "partner", { "Bên bạn", "Neighbour" }, false, false },
    { "due", { "Hạn", "Due" }, false, false },
    { "days_late", { "Trễ (ngày)", "Days late" }, true, false },
    { "state", { "Trạng thái", "State" }, false, false },
};

/* The district's words for what is due, by the rule. */
static const struct said {
    const char *code;
    struct cli_text kind;
} SAID[TQ_BORDER_DUE_COUNT] = {
    [TQ_BORDER_REPLY_OURS] = { "reply_ours", { "Xã phải trả lời", "our commune answers" } },
    [TQ_BORDER_REPLY_THEIRS] = { "reply_theirs",
            { "Bên bạn phải trả lời", "the neighbour answers" } },
    [TQ_BORDER_MEETING] = { "meeting", { "Họp giáp ranh", "border meeting" } },
    [TQ_BORDER_PATROL] = { "patrol", { "Tuần tra chung", "joint patrol" } },
    [TQ_BORDER_HANDOVER] = { "handover_minutes",
            { "Bàn giao chưa có biên bản", "hand-over without minutes" } },
    [TQ_BORDER_MINUTES] = { "minutes", { "Cuộc họp chưa có biên bản", "meeting without minutes" } },
    [TQ_BORDER_SIGN_OURS] = { "sign_ours",
            { "Biên bản ta chưa ký", "minutes we have not signed" } },
    [TQ_BORDER_SIGN_THEIRS] = { "sign_theirs",
            { "Biên bản bên bạn chưa ký", "minutes they have not signed" } },
    [TQ_BORDER_STATISTICS_SEEN] = { "statistics_seen",
            { "Thống kê của bạn chưa báo nhận", "their statistics to acknowledge" } },
    [TQ_BORDER_SEEN] = { "seen_ours",
            { "Bên bạn lập, xã chưa báo đã nhận", "made by them, to acknowledge" } },
};

static const struct cli_text STATISTICS[] = {
    { "Thống kê ta phải gửi", "our statistics" },
    { "Thống kê bên bạn phải gửi", "their statistics" },
};
static const struct cli_text HANDOVER = { "Bàn giao thường trực",
    "hand-over of the standing unit" };
static const struct cli_text DIFFERS = { "Hai bên ghi khác nơi xảy ra vụ việc chung",
    "the sides disagree where a shared case happened" };
static const struct cli_text DIFFER = {
    "Biên bản hai bên ghi khác nhau: so bản giấy với huyện bạn, bên ghi sai thì sửa và ký lại",
    "the sides have the minutes otherwise: compare the paper, whoever is wrong corrects and signs"
};
static const struct cli_text OF_BEFORE = {
    "Biên bản đã đổi sau khi huyện bạn ký: nhờ huyện bạn xem và ký lại",
    "the minutes changed after the neighbour signed: have it look and sign again"
};
static const struct cli_text ENDS = { "Quy chế hết hạn", "agreement ends" };

static const char *const TOLD[] = { "border_notice", "border_meeting", "joint_patrol",
    "border_statistics", "border_handover" };

struct item {
    const char *code;
    const struct cli_text *kind;
    const struct tq_table *table; /* NULL: a link */
    struct tq_slice key;          /* or its name */
    struct tq_slice unit;
    struct tq_slice partner;
    struct tq_value state;
    tq_day due;
};

struct due {
    struct app *app;
    struct cli *cli;
    struct item *items;
    size_t count;
    size_t cap;
    struct tq_covers covers;
    bool more; /* of one kind there are more than are told */
};

static void add_filter(
        struct tq_query *query, const char *column, tq_query_op op, struct tq_value value)
{
    query->filters[query->nfilters].column = tq_table_column_find(query->table, column);
    query->filters[query->nfilters].op = op;
    query->filters[query->nfilters++].value = value;
}

/* Whose row it is and how far it has come. */
static void put_row(struct item *item, const struct tq_record *row)
{
    item->key = row->key;
    item->unit = row->values[tq_table_column_find(item->table, "unit")].s;
    item->partner = row->values[tq_table_column_find(item->table, "partner_unit")].s;
    item->state = row->values[tq_table_column_find(item->table, "state")];
}

static tq_status collect(struct due *due, const struct tq_border_rule *rule, struct tq_error *err)
{
    tq_day today = tq_day_of_instant(app_now_ms());
    struct tq_border_query of;
    const struct tq_table *table;
    struct tq_record *rows;
    size_t told = 0;
    size_t n = 0;
    size_t total;
    tq_status rc;

    tq_border_query_init(&of, rule, tq_catalogue_current(), today, today + SOON_DAYS, false);
    table = of.query.table;
    of.query.limit = MOST_FROZEN + 1;
    of.query.first = rule->day; /* the most overdue are told, whatever is left out */
    of.query.uncounted = true;
    rc = tq_record_list(due->app->records, &of.query, due->app->arena, &rows, &n, &total, err);
    due->more = due->more || n > MOST_FROZEN;
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct item *item = &due->items[due->count];
        struct tq_cover cover = tq_covers_judge(&due->covers, table, rows[i].values);

        if (tq_cover_bars(&cover)) /* frozen: nobody can do it now */
            continue;
        if (told++ == MOST) {
            due->more = true;
            break;
        }
        if (!tq_border_due_on(rule, table, rows[i].values, &item->due))
            continue;
        item->code = SAID[rule->due].code;
        item->kind = &SAID[rule->due].kind;
        item->table = table;
        put_row(item, &rows[i]);
        due->count++;
    }
    return rc;
}

static void add_missing(struct due *due, const struct item *missing)
{
    if (due->count == due->cap)
        due->more = true;
    else
        due->items[due->count++] = *missing;
}

/* One case, and each side has another place for it: then both count it, or neither does. Two people
 * talk; nothing decides it by itself. */
static tq_status collect_cases(struct due *due, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(tq_catalogue_current(), "border_notice") };
    int ours = tq_table_column_find(query.table, "case_unit");
    int theirs = tq_table_column_find(query.table, "partner_case_unit");
    int issued = tq_table_column_find(query.table, "issued_on");
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    query.uncounted = true;
    add_filter(&query, "case_unit", TQ_QUERY_NOT, tq_value_null());
    add_filter(&query, "partner_case_unit", TQ_QUERY_NOT, tq_value_null());
    rc = tq_record_list(due->app->records, &query, due->app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct item item = { .code = "case_differs", .kind = &DIFFERS, .table = query.table };

        if (tq_value_equal(&rows[i].values[ours], &rows[i].values[theirs]))
            continue;
        if (!tq_day_parse(rows[i].values[issued].s, &item.due))
            item.due = tq_day_of_instant(app_now_ms());
        put_row(&item, &rows[i]);
        add_missing(due, &item);
    }
    return rc;
}

/* "Sơn Dương, sáu tháng đầu năm 2020". */
static tq_status name_missing(struct due *due, const struct tq_link_info *link, const char *period,
        struct item *out, struct tq_error *err)
{
    struct tq_buf key;
    bool whole;

    tq_buf_init(&key, 0);
    tq_buf_printf(&key, "%.*s, %s", (int)link->name.len, (const char *)link->name.data, period);
    whole = tq_buf_is_ok(&key);
    out->key = tq_slice_of(tq_arena_copy(due->app->arena, key.data, key.len), key.len);
    tq_buf_deinit(&key);
    return whole && out->key.data != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "liaison");
}

/* How many of `others` have a row that answers the question: a neighbour's link is asked for by its
 * own communes, for a commune may be in several agreements. */
static tq_status count_pairs(struct due *due, struct tq_query *query, const char *column,
        const struct tq_agreement_list *others, size_t *out, struct tq_error *err)
{
    int at = tq_table_column_find(query->table, column);
    struct tq_record *rows;
    size_t total;
    size_t n = 0;
    tq_status rc;

    query->limit = MOST;
    query->uncounted = true;
    rc = tq_record_list(due->app->records, query, due->app->arena, &rows, &n, &total, err);
    *out = 0;
    for (size_t i = 0; rc == TQ_OK && i < others->count; i++)
        for (size_t r = 0; r < n; r++)
            if (tq_slice_equal(rows[r].values[at].s, others->items[i])) {
                (*out)++;
                break;
            }
    return rc;
}

/* What an agreement lists and nobody sent, of a side's communes: ours go out, theirs come in. */
static tq_status collect_statistics(struct due *due, const struct tq_link_info *link,
        const struct tq_agreement *agreement, const struct stats_period *period, bool ours,
        struct tq_error *err)
{
    tq_liaison_side other = link->side == TQ_SIDE_A ? TQ_SIDE_B : TQ_SIDE_A;
    const struct tq_agreement_list *communes = &agreement->communes[ours ? link->side : other];
    const struct tq_agreement_list *others = &agreement->communes[ours ? other : link->side];
    struct item missing = { .code = ours ? "statistics_ours" : "statistics_theirs",
        .kind = &STATISTICS[ours ? 0 : 1] };
    char said[STATS_SAY];
    tq_day last;
    tq_status rc;

    stats_period_say(tq_slice_str(period->code), due->cli->lang, said);
    rc = name_missing(due, link, said, &missing, err);

    if (!tq_day_parse(tq_slice_str(period->to), &missing.due) ||
            !tq_day_parse(tq_slice_str(agreement->statistics_to), &last))
        return rc;
    missing.due = missing.due + STATS_DAYS < last ? missing.due + STATS_DAYS : last;
    for (size_t i = 0; rc == TQ_OK && i < communes->count; i++) {
        struct tq_query query = { .table = tq_catalogue_find(
                                          tq_catalogue_current(), "border_statistics") };
        size_t n = 0;

        add_filter(&query, ours ? "unit" : "partner_unit", TQ_QUERY_IS,
                tq_value_text(communes->items[i]));
        add_filter(&query, "direction", TQ_QUERY_IS, tq_value_str(ours ? "out" : "in"));
        add_filter(&query, "period", TQ_QUERY_IS, tq_value_str(period->code));
        add_filter(&query, "state", TQ_QUERY_NOT, tq_value_str("draft"));
        rc = count_pairs(due, &query, ours ? "partner_unit" : "unit", others, &n, err);
        if (rc != TQ_OK || n == others->count)
            continue;
        *(ours ? &missing.unit : &missing.partner) = communes->items[i];
        add_missing(due, &missing);
    }
    return rc;
}

/* Is it another unit than the year before? Where the text does not say, each year hands over. */
static bool rotates(const struct tq_agreement *agreement, int year)
{
    struct tq_slice now;
    struct tq_slice before;

    return !tq_agreement_standing(agreement, year, &now) ||
           !tq_agreement_standing(agreement, year - 1, &before) || !tq_slice_equal(now, before);
}

/* The hand-over of a year that has no minutes with any commune of the other side. */
static tq_status collect_handover(struct due *due, const struct tq_link_info *link,
        const struct tq_agreement *agreement, struct tq_error *err)
{
    struct item missing = { .code = "handover", .kind = &HANDOVER };
    struct tq_query query;
    char said[16];
    size_t n = 0;
    int year;
    tq_status rc;

    if (!tq_border_handover_due(tq_slice_str(agreement->from), tq_slice_str(agreement->to),
                tq_day_of_instant(app_now_ms()), SOON_DAYS, &year, &missing.due) ||
            !rotates(agreement, year))
        return TQ_OK;
    tq_border_handover_query(&query, tq_catalogue_current(), year);
    rc = count_pairs(due, &query, "partner_unit",
            &agreement->communes[link->side == TQ_SIDE_A ? TQ_SIDE_B : TQ_SIDE_A], &n, err);
    snprintf(said, sizeof(said), "%d", year);
    if (rc == TQ_OK && n == 0)
        rc = name_missing(due, link, said, &missing, err);
    if (rc == TQ_OK && n == 0)
        add_missing(due, &missing);
    return rc;
}

/* What the agreement itself asks for. */
static tq_status collect_listed(struct due *due, const struct tq_link_info *link,
        const struct tq_agreement *agreement, struct tq_error *err)
{
    struct stats_period periods[2];
    size_t n = stats_periods_due(agreement, tq_day_of_instant(app_now_ms()), SOON_DAYS, periods);
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < 2 * n; i++)
        rc = collect_statistics(due, link, agreement, &periods[i / 2], i % 2 == 0, err);
    if (rc == TQ_OK && stats_listed(agreement, "border_handover"))
        rc = collect_handover(due, link, agreement, err);
    return rc;
}

static tq_status collect_links(struct due *due, struct tq_error *err)
{
    struct tq_link_info *list;
    size_t count = 0;
    tq_status rc = tq_links_list(due->app->store, false, due->app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_agreement *agreement = tq_arena_alloc(due->app->arena, sizeof(*agreement));
        struct item *item;

        if (list[i].ended_at_ms != 0 || list[i].agreement.len == 0)
            continue;
        rc = agreement == NULL
                     ? tq_error_set(err, TQ_NOMEM, "liaison")
                     : tq_agreement_read(agreement, list[i].agreement, due->app->arena, err);
        if (rc == TQ_OK)
            rc = collect_listed(due, &list[i], agreement, err);
        item = &due->items[due->count];
        if (rc == TQ_OK && due->count == due->cap)
            due->more = true;
        if (due->count == due->cap)
            break;
        if (rc != TQ_OK || !tq_day_parse(tq_slice_str(agreement->to), &item->due) ||
                item->due > tq_day_of_instant(app_now_ms()) + TQ_AGREEMENT_SOON_DAYS)
            continue;
        item->code = "agreement";
        item->kind = &ENDS;
        item->key = list[i].name;
        due->count++;
    }
    return rc;
}

static tq_status say_stopped(
        struct due *due, const struct tq_cover *cover, struct item *item, struct tq_error *err)
{
    struct cli_text *kind = tq_arena_alloc(due->app->arena, sizeof(*kind));
    struct tq_buf text;
    char *copy = NULL;

    tq_buf_init(&text, 0);
    tq_buf_append_str(&text,
            cli_say(due->cli, "Đã gửi, chưa sang được bên bạn. ", "Sent, and has not crossed. "));
    border_words(due->cli, cover, &text);
    tq_buf_append_u8(&text, '\0');
    if (tq_buf_is_ok(&text))
        copy = tq_arena_alloc(due->app->arena, text.len);
    if (copy != NULL)
        memcpy(copy, text.data, text.len);
    tq_buf_deinit(&text);
    if (kind == NULL || copy == NULL)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    kind->vi = kind->en = copy;
    item->kind = kind;
    return TQ_OK;
}

/* Of one row. *found false: it is void, or not there. */
static tq_status fill_row(struct due *due, const struct tq_table *table, struct tq_slice key,
        struct item *item, bool *found, struct tq_error *err)
{
    struct tq_record row;
    tq_status rc = tq_record_get(due->app->records, table, key, due->app->arena, &row, found, err);

    *found = rc == TQ_OK && *found &&
             row.values[tq_table_column_find(table, "voided_at")].type == TQ_NULL;
    if (!*found)
        return rc;
    item->table = table;
    item->key = key;
    item->unit = row.values[tq_table_column_find(table, "unit")].s;
    item->partner = row.values[tq_table_column_find(table, "partner_unit")].s;
    item->state = row.values[tq_table_column_find(table, "state")];
    return TQ_OK;
}

static tq_status collect_minutes(struct due *due, struct tq_error *err)
{
    struct tq_minutes *list;
    size_t count;
    tq_status rc =
            tq_minutes_list(due->app->store, 0, MOST + 1, due->app->arena, &list, &count, err);

    due->more = due->more || count > MOST;
    for (size_t i = 0; rc == TQ_OK && i < count && i < MOST; i++) {
        const struct tq_table *table = tq_catalogue_table(tq_catalogue_current(), list[i].table);
        struct item item = { .code = "minutes_differ",
            .kind = list[i].before ? &OF_BEFORE : &DIFFER,
            .due = tq_day_of_instant(list[i].since_ms) };
        bool found = false;

        if (table != NULL)
            rc = fill_row(due, table, list[i].key, &item, &found, err);
        if (rc == TQ_OK && found)
            add_missing(due, &item);
    }
    return rc;
}

/* What goes on paper is due as it is: then it is told as that, once. */
static bool is_told(const struct due *due, const struct tq_table *table, struct tq_slice key)
{
    for (size_t i = 0; i < due->count; i++)
        if (due->items[i].table == table && tq_slice_equal(due->items[i].key, key))
            return true;
    return false;
}

/* Our rows that were sent, never crossed, and cannot: no agreement in force covers them. */
static tq_status collect_stopped(struct due *due, const char *name, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(tq_catalogue_current(), name),
        .limit = MOST_FROZEN,
        .any_order = true,
        .uncounted = true };
    int direction = tq_table_column_find(query.table, "direction");
    int theirs = tq_table_column_find(query.table, "partner_signed_on");
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    add_filter(&query, "state", TQ_QUERY_IS, tq_value_str("sent"));
    if (direction >= 0)
        add_filter(&query, "direction", TQ_QUERY_IS, tq_value_str("out"));
    rc = tq_record_list(due->app->records, &query, due->app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_cover cover = tq_covers_judge(&due->covers, query.table, rows[i].values);
        struct item item = { .code = "stopped", .due = tq_day_of_instant(app_now_ms()) };
        struct tq_link_row crossed;
        bool found = true;

        if (cover.why == TQ_COVER_FINE || is_told(due, query.table, rows[i].key))
            continue;
        if (theirs >= 0 && rows[i].values[theirs].type != TQ_NULL) /* they have it on paper */
            continue;
        rc = tq_links_row(due->app->store, query.table->id, rows[i].key, &crossed, err);
        if (rc != TQ_OK || crossed.link != 0)
            continue;
        rc = fill_row(due, query.table, rows[i].key, &item, &found, err);
        if (rc == TQ_OK && found)
            rc = say_stopped(due, &cover, &item, err);
        if (rc == TQ_OK && found)
            add_missing(due, &item);
    }
    return rc;
}

static int by_day(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;

    return x->due != y->due ? (x->due > y->due) - (x->due < y->due) : strcmp(x->code, y->code);
}

static tq_status put_unit(
        struct due *due, struct cli_table *out, struct tq_slice unit, struct tq_error *err)
{
    struct tq_slice name = tq_slice_of(NULL, 0);
    tq_status rc = unit.len > 0 ? show_unit(due->app, unit, &name, err) : TQ_OK;

    cli_table_both_text(out, name, unit.len > 0 ? cli_json_slice(unit) : json_null());
    return rc;
}

static tq_status put_item(
        struct due *due, struct cli_table *out, const struct item *item, struct tq_error *err)
{
    char day[TQ_DAY_TEXT];
    struct tq_buf text;
    json_t *row = json_object();
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (item->table != NULL)
        rc = show_row(due->app, due->cli, item->table, item->key, &text, err);
    else
        tq_buf_append_slice(&text, item->key);
    json_object_set_new(
            row, "table", json_string(item->table != NULL ? item->table->name : "link"));
    json_object_set_new(row, "key",
            item->table != NULL ? show_key_json(item->table, item->key)
                                : cli_json_slice(item->key));
    cli_table_both(out, cli_say(due->cli, item->kind->vi, item->kind->en), json_string(item->code));
    cli_table_both_buf(out, &text, row);
    tq_buf_deinit(&text);
    if (rc == TQ_OK)
        rc = put_unit(due, out, item->unit, err);
    if (rc == TQ_OK)
        rc = put_unit(due, out, item->partner, err);
    tq_day_print(item->due, day);
    if (rc != TQ_OK)
        return rc;
    show_date(out, &(struct tq_value){ TQ_TEXT, 0, { (const uint8_t *)day, strlen(day) } });
    cli_table_int(out, (int64_t)tq_day_of_instant(app_now_ms()) - item->due);
    if (item->table != NULL)
        show_code(out, item->table, tq_table_column_find(item->table, "state"), &item->state);
    else
        cli_table_str(out, NULL);
    return TQ_OK;
}

tq_status liaison_due(struct app *app, struct cli *cli, struct tq_error *err)
{
    size_t nrules;
    const struct tq_border_rule *rules = tq_border_rules(&nrules);
    struct due due = { app, cli,
        tq_arena_array(app->arena, (nrules + 2) * MOST, sizeof(*due.items)), 0,
        .cap = (nrules + 2) * MOST };
    struct cli_table out;
    tq_status rc = due.items == NULL ? tq_error_set(err, TQ_NOMEM, "liaison") : TQ_OK;

    if (rc == TQ_OK)
        memset(due.items, 0, due.cap * sizeof(*due.items));
    if (rc == TQ_OK)
        rc = app_records(app, err);
    if (rc == TQ_OK)
        rc = tq_covers_load(
                &due.covers, app->records, tq_day_of_instant(app_now_ms()), app->arena, err);
    for (size_t i = 0; rc == TQ_OK && i < nrules; i++)
        rc = collect(&due, &rules[i], err);
    for (size_t i = 0; rc == TQ_OK && i < sizeof(TOLD) / sizeof(TOLD[0]); i++)
        rc = collect_stopped(&due, TOLD[i], err);
    if (rc == TQ_OK)
        rc = collect_minutes(&due, err);
    if (rc == TQ_OK)
        rc = collect_cases(&due, err);
    if (rc == TQ_OK)
        rc = collect_links(&due, err);
    if (rc != TQ_OK)
        return rc;
    qsort(due.items, due.count, sizeof(*due.items), by_day);
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < due.count; i++)
        rc = put_item(&due, &out, &due.items[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "due", err);
    cli_table_deinit(&out);
    cli_json_set(cli, "more", json_boolean(due.more));
    if (due.more)
        cli_print(cli,
                CLI_SAY(cli, "Còn nữa: mỗi loại chỉ kể %u việc trễ nhất.",
                        "There are more: the %u latest of each kind are told."),
                MOST);
    if (due.count == 0)
        cli_print(cli, "%s", cli_say(cli, "Không có việc nào đến hạn.", "Nothing is due."));
    return rc == TQ_OK ? liaison_standing_tell(app, cli, err) : rc;
}
