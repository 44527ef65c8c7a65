/* cmd_today.c - today: what is due and how late, what came back, what a person must decide. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "border.h"
#include "cli/border_words.h"
#include "cli/json.h"
#include "commands.h"
#include "tuquan/calendar.h"
#include "tuquan/office_view.h"
#include "tuquan/words.h"

#define HORIZON_DAYS 7    /* what is due within a week is shown, too */
#define MOST 100u         /* of one kind: more than that is not worked off in a day */
#define MOST_BORDER 2000u /* those that are frozen are left out of them */
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct cli_column COLUMNS[] = {
    { "kind", { "Việc", "What" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "due", { "Hạn", "Due" }, false, false },
    { "days_late", { "Trễ (ngày)", "Days late" }, true, false },
};

/* Rows that are not done by the day that one of their columns names. */
struct source {
    const char *code;
    struct cli_text kind;
    const char *table;
    const char *due;    /* a date, or an instant to which a day is added */
    const char *done;   /* nothing stands here while it is open; NULL: the state alone says it */
    const char *column; /* and this column has this value; NULL: any */
    const char *value;
    bool waits_for_others; /* told once it is late, and no draft: others must act */
    const char *told;      /* a date by which the row stands in the list already; NULL: none */
};

static const struct source SOURCES[] = {
    { "incident_due", { "Vụ việc đến hạn xử lý", "incident to be handled" }, "incident", "due_on",
            "closed_on", NULL, NULL, false, NULL },
    { "tip_to_pass", { "Tin báo chuyển trong 24 giờ", "tip to be passed within 24 hours" }, "tip",
            "received_at", "passed_at", "state", "received", false, NULL },
    { "activity_planned", { "Hoạt động đã lên lịch", "planned activity" }, "activity", "planned_on",
            "held_on", "state", "planned", false, NULL },
    { "notice_reply", { "Thông báo giáp ranh cần trả lời", "border notice to be answered" },
            "border_notice", "reply_due", "answered_on", "direction", "in", false, NULL },
    { "notice_new", { "Thông báo giáp ranh mới đến", "border notice that came" }, "border_notice",
            "issued_on", "acknowledged_at", "direction", "in", false, "reply_due" },
    { "notice_wait", { "Bên bạn chưa trả lời thông báo", "notice the neighbour has not answered" },
            "border_notice", "reply_due", "answered_on", "direction", "out", true, NULL },
    { "patrol_planned", { "Tuần tra chung đã lên lịch", "planned joint patrol" }, "joint_patrol",
            "planned_on", "held_on", NULL, NULL, false, NULL },
    { "statistics_new", { "Thống kê giáp ranh mới đến", "border statistics that came" },
            "border_statistics", "issued_on", "acknowledged_at", "direction", "in", false, NULL },
    { "meeting_new", { "Giao ban bên bạn lập, xã chưa báo nhận", "border meeting that came" },
            "border_meeting", "held_on", "acknowledged_at", "came", NULL, false, NULL },
    { "patrol_new", { "Tuần tra chung bên bạn lập, xã chưa báo nhận", "joint patrol that came" },
            "joint_patrol", "planned_on", "acknowledged_at", "came", NULL, false, NULL },
    { "handover_new",
            { "Bàn giao thường trực bên bạn lập, xã chưa báo nhận", "hand-over that came" },
            "border_handover", "handed_on", "acknowledged_at", "came", NULL, false, NULL },
};

struct today {
    struct app *app;
    struct cli_table out;
    tq_day day;
    int64_t now_ms;
    size_t late;
};

static void put(struct today *today, const char *code, const struct cli_text *kind,
        const struct tq_table *table, struct tq_slice key, struct tq_slice name, int64_t due_ms)
{
    struct cli *cli = today->app->cli;
    int64_t late = today->day - tq_day_of_instant(due_ms);
    json_t *row = json_object();
    char text[40];

    json_object_set_new(row, "table", json_string(table->name));
    json_object_set_new(row, "key", app_key_json(table, key));
    json_object_set_new(row, "name", cli_json_slice(name));
    cli_table_both(&today->out, cli_say(cli, kind->vi, kind->en), json_string(code));
    cli_table_both_text(&today->out, name, row);
    cli_table_both(
            &today->out, cli_show_instant(cli, due_ms, text, sizeof(text)), json_integer(due_ms));
    cli_table_int(&today->out, late);
    today->late += due_ms < today->now_ms;
}

/* Until when: the end of a day, or a day after an instant. */
static bool due_of(const struct tq_value *value, int64_t *due_ms)
{
    tq_day day;

    if (value->type == TQ_INT) {
        *due_ms = value->i + DAY_MS;
        return true;
    }
    if (value->type != TQ_TEXT || !tq_day_parse(value->s, &day))
        return false;
    *due_ms = tq_day_start_ms(day) + DAY_MS - 1;
    return true;
}

static void add_filter(
        struct tq_query *query, const char *column, tq_query_op op, struct tq_value value)
{
    query->filters[query->nfilters].column = tq_table_column_find(query->table, column);
    query->filters[query->nfilters].op = op;
    query->filters[query->nfilters++].value = value;
}

/* Across the border a row that is closed waits for nothing, nor does a draft wait for others, nor what
 * the district has acknowledged, whose instant comes later. */
static void add_state(struct tq_query *query, const struct source *source)
{
    bool seen = source->done != NULL && strcmp(source->done, "acknowledged_at") == 0;

    if (seen && strcmp(source->table, "border_notice") != 0)
        add_filter(query, "state", TQ_QUERY_NOT, tq_value_str("acknowledged"));
    if (seen || strcmp(source->table, "border_notice") == 0 ||
            strcmp(source->table, "joint_patrol") == 0)
        add_filter(query, "state", TQ_QUERY_NOT, tq_value_str("closed"));
    if (source->waits_for_others)
        add_filter(query, "state", TQ_QUERY_NOT, tq_value_str("draft"));
}

/* By the horizon, another day of the row has put it into the list. */
static bool is_told(const struct today *today, const struct source *source,
        const struct tq_query *query, const struct tq_record *row)
{
    const struct tq_value *value;
    tq_day day;

    if (source->told == NULL)
        return false;
    value = &row->values[tq_table_column_find(query->table, source->told)];
    return value->type == TQ_TEXT && tq_day_parse(value->s, &day) &&
           day <= today->day + HORIZON_DAYS;
}

static tq_status put_source(struct today *today, const struct source *source, struct tq_error *err)
{
    struct app *app = today->app;
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, source->table) };
    int due = tq_table_column_find(query.table, source->due);
    struct tq_record *rows;
    char limit[TQ_DAY_TEXT];
    size_t n = 0;
    size_t total;
    struct border border;
    struct tq_cover cover;
    tq_status rc = border_load(app, query.table, &border, err);

    if (rc != TQ_OK)
        return rc;
    query.own_unit_only = true;
    query.limit = border.is ? MOST_BORDER : MOST;
    query.any_order = true; /* the index of open rows has the oldest first */
    query.uncounted = true;
    tq_day_print(source->waits_for_others ? today->day - 1 : today->day + HORIZON_DAYS, limit);
    add_filter(&query, source->done, TQ_QUERY_IS, tq_value_null());
    if (query.table->columns[due].type == TQ_TEXT)
        add_filter(&query, source->due, TQ_QUERY_TO, tq_value_str(limit));
    else
        add_filter(&query, source->due, TQ_QUERY_NOT, tq_value_null());
    if (source->column != NULL)
        add_filter(&query, source->column, TQ_QUERY_IS,
                strcmp(source->column, "came") == 0 ? tq_value_int(1)
                                                    : tq_value_str(source->value));
    add_state(&query, source);
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_slice name;
        int64_t due_ms;

        if (!due_of(&rows[i].values[due], &due_ms) || is_told(today, source, &query, &rows[i]) ||
                border_stops(&border, query.table, rows[i].values, &cover)) /* put_stopped */
            continue;
        rc = app_row_name(app, query.table, rows[i].key, &name, err);
        if (rc == TQ_OK)
            put(today, source->code, &source->kind, query.table, rows[i].key, name, due_ms);
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
    struct tq_slice name;
    struct cli_text kind;
    struct tq_buf text;
    char *copy = NULL;
    tq_status rc = app_row_name(app, table, row->key, &name, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    border_words(cli, cover, &text);
    tq_buf_append_str(&text, cli_say(cli, ". Đề nghị huyện ký, nhập quy chế, hoặc hủy dòng này",
                                     ". Ask the district for an agreement, or void this row"));
    tq_buf_append_u8(&text, '\0');
    if (tq_buf_is_ok(&text))
        copy = tq_arena_alloc(app->arena, text.len);
    if (copy != NULL)
        memcpy(copy, text.data, text.len);
    tq_buf_deinit(&text);
    if (copy == NULL)
        return tq_error_set(err, TQ_NOMEM, "today");
    kind.vi = kind.en = copy;
    put(today, "border_stopped", &kind, table, row->key, name,
            tq_day_start_ms(today->day) + DAY_MS - 1);
    return TQ_OK;
}

/* Has this office written `column` into the row of `table` with this key before its own unit? */
static tq_status is_written(struct today *today, const char *table, const struct tq_value *values,
        const char *column, bool *out, struct tq_error *err)
{
    struct app *app = today->app;
    const struct tq_table *of = tq_catalogue_find(app->catalogue, table);
    struct tq_record record;
    struct tq_buf key;
    bool found = false;
    tq_status rc = TQ_OK;

    *out = false;
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (tq_key_encode(of, values, &key) && tq_buf_is_ok(&key))
        rc = tq_record_get(app->records, of, tq_buf_slice(&key), app->arena, &record, &found, err);
    tq_buf_deinit(&key);
    *out = found && record.values[tq_table_column_find(of, column)].type != TQ_NULL;
    return rc;
}

/* Periods whose report is due within the horizon and was not submitted. */
static tq_status put_reports(struct today *today, struct tq_error *err)
{
    static const struct cli_text KIND = { "Báo cáo phải nộp", "report to be submitted" };
    struct app *app = today->app;
    const struct tq_table *report = tq_catalogue_find(app->catalogue, "report");
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "period") };
    int due = tq_table_column_find(query.table, "due_at");
    int state = tq_table_column_find(query.table, "state");
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    add_filter(&query, "due_at", TQ_QUERY_NOT, tq_value_null());
    add_filter(&query, "due_at", TQ_QUERY_TO, tq_value_int(today->now_ms + HORIZON_DAYS * DAY_MS));
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_value key[TQ_MAX_COLUMNS] = { { 0 } };
        struct tq_slice word = rows[i].values[state].s;
        bool sent = false;

        if (!tq_slice_equal(word, tq_slice_str("open")) &&
                !tq_slice_equal(word, tq_slice_str("closing")))
            continue;
        key[tq_table_column_find(report, "unit")] = tq_value_text(tq_records_unit(app->records));
        key[tq_table_column_find(report, "type")] =
                rows[i].values[tq_table_column_find(query.table, "kind")];
        key[tq_table_column_find(report, "period")] = tq_value_text(rows[i].key);
        rc = is_written(today, "report", key, "submitted_at", &sent, err);
        if (rc == TQ_OK && !sent)
            put(today, "report_due", &KIND, query.table, rows[i].key, rows[i].key,
                    rows[i].values[due].i);
    }
    return rc;
}

/* Directives of the district that this office has not answered. */
static tq_status put_directives(struct today *today, struct tq_error *err)
{
    static const struct cli_text KIND = { "Chỉ đạo cần trả lời", "directive to be answered" };
    struct app *app = today->app;
    const struct tq_table *answer = tq_catalogue_find(app->catalogue, "directive_answer");
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "directive") };
    int due = tq_table_column_find(query.table, "due_on");
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    query.limit = MOST;
    add_filter(&query, "state", TQ_QUERY_NOT, tq_value_str("closed"));
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_value key[TQ_MAX_COLUMNS] = { { 0 } };
        struct tq_slice name;
        bool answered = false;
        int64_t due_ms;

        key[tq_table_column_find(answer, "directive")] = tq_value_blob(rows[i].key);
        key[tq_table_column_find(answer, "unit")] = tq_value_text(tq_records_unit(app->records));
        rc = is_written(today, "directive_answer", key, "answered_at", &answered, err);
        if (rc == TQ_OK)
            rc = app_row_name(app, query.table, rows[i].key, &name, err);
        if (rc == TQ_OK && !answered && due_of(&rows[i].values[due], &due_ms))
            put(today, "directive_due", &KIND, query.table, rows[i].key, name, due_ms);
    }
    return rc;
}

static void put_counts(struct cli *cli, const struct tq_office_facts *facts)
{
    json_t *inbox = json_object();
    int64_t open = facts->rows_returned + facts->rows_held + facts->cells_refused +
                   facts->conflicts_open + facts->held_open;

    json_object_set_new(inbox, "open", json_integer(open));
    json_object_set_new(inbox, "returned", json_integer(facts->rows_returned));
    json_object_set_new(inbox, "held", json_integer(facts->rows_held));
    json_object_set_new(inbox, "refused", json_integer(facts->cells_refused));
    json_object_set_new(inbox, "conflicts", json_integer(facts->conflicts_open));
    json_object_set_new(inbox, "requests", json_integer(facts->requests_open));
    cli_json_set(cli, "inbox", inbox);
    if (open > 0)
        cli_print(cli,
                CLI_SAY(cli, "\n%" PRId64 " việc chờ quyết (inbox).",
                        "\n%" PRId64 " things wait for a decision (inbox)."),
                open);
}

static tq_status fill(struct today *today, struct tq_error *err)
{
    struct app *app = today->app;
    struct cli *cli = app->cli;
    struct tq_office_facts facts;
    char day[TQ_DAY_TEXT];
    size_t stopped;
    tq_status rc = put_reports(today, err);

    for (size_t i = 0; rc == TQ_OK && i < sizeof(SOURCES) / sizeof(SOURCES[0]); i++)
        rc = put_source(today, &SOURCES[i], err);
    if (rc == TQ_OK)
        rc = border_stopped(app, put_stopped, today, &stopped, err);
    if (rc == TQ_OK)
        rc = put_directives(today, err);
    if (rc == TQ_OK)
        rc = tq_office_facts_read(app->db, app->arena, &facts, err);
    if (rc != TQ_OK)
        return rc;
    tq_day_print(today->day, day);
    cli_json_set(cli, "day", json_string(day));
    cli_json_set(cli, "late", json_integer((json_int_t)today->late));
    if (today->out.nrows == 0)
        cli_print(cli, "%s",
                cli_say(cli, "Không có việc nào đến hạn trong 7 ngày tới.",
                        "Nothing is due within 7 days."));
    rc = cli_table_print(&today->out, "due", err);
    put_counts(cli, &facts);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct today today = { .app = &app };
    tq_status rc = app_open(&app, cli, err);

    cli_table_init(&today.out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    if (rc == TQ_OK)
        rc = tq_db_begin_read(app.db, err);
    if (rc == TQ_OK) {
        today.now_ms = app_now(&app);
        today.day = tq_day_of_instant(today.now_ms);
        rc = fill(&today, err);
    }
    if (app.db != NULL)
        tq_db_rollback(app.db);
    cli_table_deinit(&today.out);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_TODAY = {
    .name = "today",
    .summary = { "việc hôm nay: đến hạn, trễ bao lâu, gì bị trả lại, gì chờ quyết",
            "today: what is due and how late, what came back, what waits for a decision" },
    .run = run,
};
