/* cmd_today.c - today: what is due and how late, what came back, what a person must decide. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "border.h"
#include "cli/json.h"
#include "commands.h"
#include "today.h"
#include "tuquan/calendar.h"
#include "tuquan/office_view.h"
#include "tuquan/words.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct cli_column COLUMNS[] = {
    { "kind", { "Việc", "What" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "due", { "Hạn", "Due" }, false, false },
    { "days_late", { "Trễ (ngày)", "Days late" }, true, false },
    { "next", { "Việc làm tiếp", "Next step" }, false, false },
};

/* Rows that are not done by the day that one of their columns names. */
struct source {
    struct today_kind kind;
    const char *table;
    const char *due;    /* a date, or an instant to which a day is added */
    const char *done;   /* nothing stands here while it is open */
    const char *column; /* and this column has this value; NULL: any */
    const char *value;
    const char *told; /* a date by which the row stands in the list already; NULL: none */
};

static const struct source SOURCES[] = {
    { { "incident_due", { "Vụ việc đến hạn xử lý", "incident to be handled" },
              { "Xử lý xong thì ghi ngày", "once handled, enter the day" } },
            "incident", "due_on", "closed_on", NULL, NULL, NULL },
    { { "tip_to_pass", { "Tin báo chuyển trong 24 giờ", "tip to be passed within 24 hours" },
              { "Chuyển công an xã, ghi giờ chuyển", "pass it on, enter the hour" } },
            "tip", "received_at", "passed_at", "state", "received", NULL },
    { { "activity_planned", { "Hoạt động đã lên lịch", "planned activity" },
              { "Làm xong thì ghi ngày làm", "once done, enter the day" } },
            "activity", "planned_on", "held_on", "state", "planned", NULL },
    { { "notice_new", { "Thông báo giáp ranh mới đến", "border notice that came" },
              { "Xem và báo đã nhận", "read and acknowledge it" } },
            "border_notice", "issued_on", "acknowledged_at", "direction", "in", "reply_due" },
};

void today_put(struct today *today, const struct today_kind *kind, const struct tq_table *table,
        struct tq_slice key, struct tq_slice name, int64_t due_ms)
{
    struct cli *cli = today->app->cli;
    int64_t late = today->day - tq_day_of_instant(due_ms);
    json_t *row = json_object();
    char text[40];

    json_object_set_new(row, "table", json_string(table->name));
    json_object_set_new(row, "key", app_key_json(table, key));
    json_object_set_new(row, "name", cli_json_slice(name));
    cli_table_both(
            &today->out, cli_say(cli, kind->kind.vi, kind->kind.en), json_string(kind->code));
    cli_table_both_text(&today->out, name, row);
    cli_table_both(
            &today->out, cli_show_instant(cli, due_ms, text, sizeof(text)), json_integer(due_ms));
    cli_table_int(&today->out, late);
    cli_table_str(&today->out, cli_say(cli, kind->next.vi, kind->next.en));
    today->late += due_ms < today->now_ms;
}

static int64_t end_of(tq_day day)
{
    return tq_day_start_ms(day) + DAY_MS - 1;
}

tq_status today_put_row(struct today *today, const struct today_kind *kind,
        const struct tq_table *table, struct tq_slice key, tq_day due, struct tq_error *err)
{
    struct tq_slice name;
    tq_status rc = app_row_name(today->app, table, key, &name, err);

    if (rc == TQ_OK)
        today_put(today, kind, table, key, name, end_of(due));
    return rc;
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
    *due_ms = end_of(day);
    return true;
}

static void add_filter(
        struct tq_query *query, const char *column, tq_query_op op, struct tq_value value)
{
    query->filters[query->nfilters].column = tq_table_column_find(query->table, column);
    query->filters[query->nfilters].op = op;
    query->filters[query->nfilters++].value = value;
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
           day <= today->day + TODAY_HORIZON_DAYS;
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
    query.limit = border.is ? TODAY_MOST_BORDER : TODAY_MOST;
    query.any_order = true; /* the index of open rows has the oldest first */
    query.uncounted = true;
    tq_day_print(today->day + TODAY_HORIZON_DAYS, limit);
    add_filter(&query, source->done, TQ_QUERY_IS, tq_value_null());
    if (query.table->columns[due].type == TQ_TEXT)
        add_filter(&query, source->due, TQ_QUERY_TO, tq_value_str(limit));
    else
        add_filter(&query, source->due, TQ_QUERY_NOT, tq_value_null());
    if (source->column != NULL)
        add_filter(&query, source->column, TQ_QUERY_IS, tq_value_str(source->value));
    if (strcmp(source->table, "border_notice") == 0) /* what is closed waits for nothing */
        add_filter(&query, "state", TQ_QUERY_NOT, tq_value_str("closed"));
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_slice name;
        int64_t due_ms;

        if (!due_of(&rows[i].values[due], &due_ms) || is_told(today, source, &query, &rows[i]) ||
                (border_stops(&border, query.table, rows[i].values, &cover) &&
                        tq_cover_bars(&cover))) /* put_stopped */
            continue;
        rc = app_row_name(app, query.table, rows[i].key, &name, err);
        if (rc == TQ_OK)
            today_put(today, &source->kind, query.table, rows[i].key, name, due_ms);
    }
    return rc;
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
    if (tq_key_encode(of, values, &key))
        rc = tq_record_get(app->records, of, tq_buf_slice(&key), app->arena, &record, &found, err);
    else if (!tq_buf_is_ok(&key))
        rc = tq_error_set(err, TQ_NOMEM, "%s", table);
    tq_buf_deinit(&key);
    *out = found && record.values[tq_table_column_find(of, column)].type != TQ_NULL;
    return rc;
}

/* Periods whose report is due within the horizon and was not submitted. */
static tq_status put_reports(struct today *today, struct tq_error *err)
{
    static const struct today_kind KIND = { "report_due",
        { "Báo cáo phải nộp", "report to be submitted" },
        { "Lập, trình duyệt rồi nộp", "draft it, have it approved, submit it" } };
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
    add_filter(&query, "due_at", TQ_QUERY_TO,
            tq_value_int(today->now_ms + TODAY_HORIZON_DAYS * DAY_MS));
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
            today_put(today, &KIND, query.table, rows[i].key, rows[i].key, rows[i].values[due].i);
    }
    return rc;
}

/* Directives of the district that this office has not answered. */
static tq_status put_directives(struct today *today, struct tq_error *err)
{
    static const struct today_kind KIND = { "directive_due",
        { "Chỉ đạo cần trả lời", "directive to be answered" },
        { "Làm và trả lời huyện", "carry it out and answer the district" } };
    struct app *app = today->app;
    const struct tq_table *answer = tq_catalogue_find(app->catalogue, "directive_answer");
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "directive") };
    int due = tq_table_column_find(query.table, "due_on");
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    query.limit = TODAY_MOST;
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
            today_put(today, &KIND, query.table, rows[i].key, name, due_ms);
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
    tq_status rc = put_reports(today, err);

    for (size_t i = 0; rc == TQ_OK && i < sizeof(SOURCES) / sizeof(SOURCES[0]); i++)
        rc = put_source(today, &SOURCES[i], err);
    if (rc == TQ_OK)
        rc = today_border(today, err);
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
