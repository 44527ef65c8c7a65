/* cmd_board.c - tuquan-district board [PERIOD]: the communes at a glance, those that somebody should
 * call first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "board_rates.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/calendar.h"
#include "tuquan/district_reports.h"
#include "tuquan/words.h"

#define DAY_MS INT64_C(86400000)
#define SILENT_MS (2 * DAY_MS)
#define REFUSED_SINCE_MS (30 * DAY_MS)
#define PAGE 256u
#define CLOCK_OFF_MS INT64_C(120000)

static const struct cli_column COLUMNS[] = {
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "call", { "Cần gọi vì", "Call because" }, false, true },
    { "last_heard_at_ms", { "Liên lạc cuối", "Last heard" }, false, false },
    { "last_confirmed_at_ms", { "Xác nhận cuối", "Last confirmed" }, false, false },
    { "report_state", { "Báo cáo", "Report" }, false, false },
    { "late_days", { "Chậm", "Late" }, true, false },
    { "waiting", { "Chờ gửi", "Waiting" }, true, false },
    { "held", { "Tạm giữ", "Held" }, true, false },
    { "refused", { "Trả lại", "Refused" }, true, false },
    { "conflicts", { "Khác nhau", "Conflicts" }, true, false },
    { "requests", { "Đề nghị", "Requests" }, true, false },
    { "offset_ms", { "Lệch giờ (s)", "Clock off (s)" }, true, false },
    { "software", { "Phiên bản", "Software" }, false, true },
    { "name", { "", "" }, false, true },
};

static const struct cli_option OPTIONS[] = {
    { "parent", 0, "UNIT",
            { "chỉ các xã của đơn vị này (mã, tên hoặc khóa)",
                    "only communes of this unit (code, name, key)" } },
    { "rates", 0, NULL,
            { "tỷ lệ đầy đủ, đúng hạn của báo cáo và số liệu: kỳ này và bốn kỳ trước",
                    "how complete and timely reports and figures are: five periods" } },
    { "csv", 0, "FILE", { "với --rates: ghi ra tệp CSV", "with --rates: into a CSV file" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* Why somebody should call; in this order of weight. */
enum call {
    CALL_NO_MACHINE,
    CALL_NEVER,
    CALL_SILENT,
    CALL_REPORT,
    CALL_CLOCK,
    CALL_REFUSED,
    NCALLS
};

static const struct {
    const char *code;
    struct cli_text words;
} CALLS[NCALLS] = {
    { "no_machine", { "chưa có máy", "no machine" } },
    { "never_heard", { "máy chưa từng liên lạc", "never heard" } },
    { "silent", { "im hơn 2 ngày", "silent over 2 days" } },
    { "report_overdue", { "quá hạn báo cáo", "report overdue" } },
    { "clock", { "đồng hồ sai", "clock is wrong" } },
    { "refused", { "có dòng bị trả lại", "rows refused" } },
};

struct line {
    const struct tq_board_row *row;
    unsigned calls; /* bits */
};

struct board {
    struct app *app;
    struct cli *cli;
    struct tq_slice period;
    char period_text[TQ_PERIOD_TEXT];
    const char *type;
    const char *chosen; /* why this period, when nobody asked for one */
    int64_t due_ms;     /* last moment in time, grace included; 0 unknown */
    int64_t now_ms;
    struct cli_table out;
};

static const struct tq_table *table_called(const char *name)
{
    return tq_catalogue_find(tq_catalogue_current(), name);
}

/* Keep `text` as the period when it ends later than the one so far; of two that end together the
 * longer one, which begins earlier. */
static void consider(struct board *b, struct tq_slice text, struct tq_period *best, bool *any)
{
    struct tq_window have = { 0 };
    struct tq_window window;
    struct tq_period period;

    if (!tq_period_parse(text, &period))
        return;
    window = tq_period_window(&period, TQ_LEVEL_COMMUNE);
    if (*any)
        have = tq_period_window(best, TQ_LEVEL_COMMUNE);
    if (*any &&
            (window.last < have.last || (window.last == have.last && window.first >= have.first)))
        return;
    *best = period;
    *any = true;
    tq_period_print(&period, b->period_text);
}

/* Every row of a table whose `column` holds `value` (NULL: any) offers its period. */
static tq_status consider_rows(struct board *b, const char *name, const char *column,
        const char *value, struct tq_period *best, bool *any, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(b->app->store);
    struct tq_stored_row *rows = tq_arena_array(b->app->arena, PAGE, sizeof(*rows));
    const struct tq_table *t = table_called(name);
    int period = tq_table_column_find(t, "period");
    int at = tq_table_column_find(t, column);
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t got = PAGE;
    tq_status rc = rows == NULL ? tq_error_set(err, TQ_NOMEM, "board") : TQ_OK;

    while (rc == TQ_OK && got == PAGE) {
        rc = ops->rows_scan(ops->ctx, t, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0), PAGE,
                b->app->arena, rows, &got, err);
        for (size_t i = 0; rc == TQ_OK && i < got; i++) {
            const struct tq_value *v = &rows[i].values[at];

            if (v->type != TQ_NULL && (value == NULL || tq_slice_equal(v->s, tq_slice_str(value))))
                consider(b, rows[i].values[period].s, best, any);
        }
        if (rc == TQ_OK && got > 0)
            after = rows[got - 1].key;
    }
    return rc;
}

/* Not asked for one: the last that has reports or is closing; a file without any shows the last
 * month that has ended. */
static tq_status choose_period(struct board *b, struct tq_period *out, struct tq_error *err)
{
    bool any = false;
    tq_status rc = consider_rows(b, "report", "submitted_at", NULL, out, &any, err);

    if (rc == TQ_OK)
        rc = consider_rows(b, "period", "state", "closing", out, &any, err);
    if (rc == TQ_OK && !any) {
        *out = tq_period_holding(
                TQ_CALENDAR_ADMIN, TQ_PERIOD_MONTH, TQ_LEVEL_COMMUNE, tq_day_of_instant(b->now_ms));
        *out = tq_period_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_MONTH, TQ_LEVEL_COMMUNE,
                tq_period_window(out, TQ_LEVEL_COMMUNE).first - 1);
        tq_period_print(out, b->period_text);
    }
    b->period = tq_slice_str(b->period_text);
    b->chosen = any ? cli_say(b->cli, "kỳ gần nhất có báo cáo hoặc đang chốt",
                              "the last period with reports or closing")
                    : cli_say(b->cli, "tháng vừa hết", "the month that has just ended");
    return rc;
}

/* The period asked for or chosen; when its report is due. */
static tq_status find_period(struct board *b, struct tq_error *err)
{
    static const char *const KINDS[] = { "month", "quarter", "half", "year" };
    const struct tq_district_ops *ops = tq_district_store_ops(b->app->store);
    const struct tq_table *t = table_called("period");
    struct tq_stored_row row;
    struct tq_period period;
    tq_status rc = TQ_OK;

    if (b->cli->nargs > 0) {
        rc = app_period(b->app, b->cli->args[0], err);
        b->period = tq_slice_str(b->app->period);
    } else {
        rc = choose_period(b, &period, err);
    }
    if (rc != TQ_OK)
        return rc;
    (void)tq_period_parse(b->period, &period);
    b->type = KINDS[period.kind];
    memset(&row, 0, sizeof(row));
    rc = ops->rows_get(ops->ctx, t, &b->period, 1, b->app->arena, &row, err);
    if (rc == TQ_OK && row.exists) {
        int64_t due = row.values[tq_table_column_find(t, "due_at")].i;
        int64_t grace = row.values[tq_table_column_find(t, "grace_days")].i;

        b->due_ms = due != 0 ? tq_day_start_ms(tq_day_of_instant(due) + (tq_day)grace + 1) - 1 : 0;
    } else if (rc == TQ_OK && b->cli->nargs > 0) {
        rc = tq_error_set(err, TQ_NOT_FOUND, "period %s", b->app->period);
    }
    return rc;
}

/* As the facts have it: stamped, and not taken back to a draft. */
static bool has_sent(const struct tq_board_row *row)
{
    return row->report_received_at_ms != 0 &&
           tq_slice_equal(row->report_state, tq_slice_str("sent"));
}

static unsigned why_call(const struct board *b, const struct tq_board_row *row)
{
    unsigned calls = 0;

    if (row->devices == 0)
        calls |= 1u << CALL_NO_MACHINE;
    else if (row->last_heard_at_ms == 0)
        calls |= 1u << CALL_NEVER;
    else if (row->last_heard_at_ms + SILENT_MS < b->now_ms)
        calls |= 1u << CALL_SILENT;
    if (b->due_ms != 0 && b->due_ms < b->now_ms && !has_sent(row))
        calls |= 1u << CALL_REPORT;
    if (row->offset_ms > CLOCK_OFF_MS || row->offset_ms < -CLOCK_OFF_MS)
        calls |= 1u << CALL_CLOCK;
    if (row->refused > 0)
        calls |= 1u << CALL_REFUSED;
    return calls;
}

/* The weightiest reason first; then by unit. */
static int by_need(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;

    for (unsigned i = 0; i < NCALLS; i++) {
        unsigned bit = 1u << i;

        if ((x->calls & bit) != (y->calls & bit))
            return (x->calls & bit) != 0 ? -1 : 1;
    }
    return tq_slice_compare(x->row->unit, y->row->unit);
}

static void put_instant(struct board *b, int64_t at_ms)
{
    char shown[40];

    cli_table_both(&b->out,
            at_ms != 0 ? cli_show_instant(b->cli, at_ms, shown, sizeof(shown))
                       : cli_say(b->cli, "chưa có", "never"),
            json_integer(at_ms));
}

static void put_calls(struct board *b, unsigned calls)
{
    json_t *codes = json_array();
    struct tq_buf words;

    tq_buf_init(&words, 0);
    for (unsigned i = 0; i < NCALLS; i++) {
        if ((calls & 1u << i) == 0)
            continue;
        json_array_append_new(codes, json_string(CALLS[i].code));
        tq_buf_printf(&words, "%s%s", words.len > 0 ? ", " : "",
                cli_say(b->cli, CALLS[i].words.vi, CALLS[i].words.en));
    }
    cli_table_both_buf(&b->out, &words, codes);
    tq_buf_deinit(&words);
}

/* What became of the report here, else how far the commune is with it. */
static void put_report(struct board *b, const struct tq_board_row *row)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "report");
    bool answered = row->receipt_state.len > 0;
    struct tq_slice code = answered ? row->receipt_state : row->report_state;
    int at = tq_table_column_find(t, answered ? "receipt_state" : "state");
    char days[24];

    if (!row->has_report || code.len == 0)
        cli_table_both(
                &b->out, cli_say(b->cli, "chưa gửi", "not received"), json_string("not_received"));
    else
        cli_table_both_text(&b->out, tq_word_of_code(t->name, &t->columns[at], code, b->cli->lang),
                json_stringn((const char *)code.data, code.len));
    snprintf(days, sizeof(days), "%lld", (long long)row->report_late_days);
    cli_table_both(
            &b->out, row->report_late_days > 0 ? days : "", json_integer(row->report_late_days));
}

/* Nothing is nothing to read. */
static void put_count(struct board *b, uint64_t count)
{
    char shown[24];

    snprintf(shown, sizeof(shown), "%llu", (unsigned long long)count);
    cli_table_both(&b->out, count > 0 ? shown : "", json_integer((json_int_t)count));
}

static tq_status put_line(struct board *b, const struct line *line, struct tq_error *err)
{
    const struct tq_board_row *row = line->row;
    struct tq_slice name;
    char seconds[24];
    tq_status rc = show_unit(b->app, row->unit, &name, err);

    cli_table_both_text(&b->out, name, json_stringn((const char *)row->unit.data, row->unit.len));
    put_calls(b, line->calls);
    put_instant(b, row->last_heard_at_ms);
    put_instant(b, row->last_confirmed_at_ms);
    put_report(b, row);
    put_count(b, row->waiting);
    put_count(b, row->held);
    put_count(b, row->refused);
    put_count(b, row->conflicts);
    put_count(b, row->requests);
    snprintf(seconds, sizeof(seconds), "%lld", (long long)(row->offset_ms / 1000));
    cli_table_both(
            &b->out, row->offset_ms / 1000 != 0 ? seconds : "", json_integer(row->offset_ms));
    cli_table_text(&b->out, row->software);
    if (b->cli->json)
        cli_table_text(&b->out, name);
    return rc;
}

static tq_status find_parent(struct board *b, struct tq_slice *out, struct tq_error *err)
{
    const char *parent = cli_option(b->cli, "parent");

    *out = tq_slice_of(NULL, 0);
    return parent != NULL ? app_area(b->app, parent, out, err) : TQ_OK;
}

static tq_status show(struct board *b, struct tq_error *err)
{
    struct tq_board_question question = { 0 };
    struct tq_board_row *rows;
    struct line *lines;
    size_t count;
    size_t sent = 0;
    size_t call = 0;
    tq_status rc = find_parent(b, &question.parent, err);

    if (rc != TQ_OK)
        return rc;
    question.period = b->period;
    question.type = tq_slice_str(b->type);
    question.since_ms = b->now_ms - REFUSED_SINCE_MS;
    question.on = tq_day_of_instant(b->now_ms);
    rc = tq_report_board(b->app->store, &question, b->app->arena, &rows, &count, err);
    lines = tq_arena_array(b->app->arena, count + 1, sizeof(*lines));
    if (rc == TQ_OK && lines == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "board");
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        lines[i].row = &rows[i];
        lines[i].calls = why_call(b, &rows[i]);
        sent += has_sent(&rows[i]);
        call += lines[i].calls != 0;
    }
    if (rc == TQ_OK)
        qsort(lines, count, sizeof(*lines), by_need);
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = put_line(b, &lines[i], err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(b->cli, "period", json_stringn((const char *)b->period.data, b->period.len));
    cli_json_set(b->cli, "sent", json_integer((json_int_t)sent));
    cli_json_set(b->cli, "to_call", json_integer((json_int_t)call));
    if (b->chosen != NULL)
        cli_print(b->cli,
                CLI_SAY(b->cli, "Kỳ %s (%s; kỳ khác: board KỲ)\n",
                        "Period %s (%s; another one: board PERIOD)\n"),
                b->period_text, b->chosen);
    b->out.drop_empty = true;
    rc = cli_table_print(&b->out, "rows", err);
    cli_print(b->cli, "\n%.*s: %zu/%zu %s; %zu %s", (int)b->period.len,
            (const char *)b->period.data, sent, count,
            cli_say(b->cli, "đơn vị đã gửi báo cáo", "reports received"), call,
            cli_say(b->cli, "đơn vị cần gọi", "units to call"));
    return rc;
}

static tq_status show_rates(struct board *b, struct tq_error *err)
{
    struct tq_period period;
    struct tq_slice parent;
    tq_status rc = find_parent(b, &parent, err);

    if (rc == TQ_OK && !tq_period_parse(b->period, &period))
        rc = tq_error_set(err, TQ_INVALID, "%s", b->period_text);
    return rc == TQ_OK
                   ? board_rates(b->app, b->cli, &period, parent, cli_option(b->cli, "csv"), err)
                   : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct board b = { .app = app, .cli = cli };
    bool rates = cli_option(cli, "rates") != NULL;
    tq_status rc = rates || cli_option(cli, "csv") == NULL
                           ? app_open(app, cli, false, err)
                           : tq_error_set(err, TQ_USAGE, "%s", "--csv: --rates");

    b.now_ms = app_now_ms();
    /* The name stands in the first column for people: the last is for programs. */
    cli_table_init(
            &b.out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]) - (cli->json ? 0 : 1));
    if (rc == TQ_OK)
        rc = find_period(&b, err);
    if (rc == TQ_OK)
        rc = rates ? show_rates(&b, err) : show(&b, err);
    cli_table_deinit(&b.out);
    app_close(app);
    return rc;
}

const struct cli_command CMD_BOARD = {
    .name = "board",
    .usage = "[PERIOD]",
    .summary = { "xã nào chưa gửi: liên lạc, báo cáo, việc chờ; nơi cần gọi đứng trước",
            "who has not sent: contact, reports, what waits; those to call first" },
    .options = OPTIONS,
    .max_args = 1,
    .run = run,
};
