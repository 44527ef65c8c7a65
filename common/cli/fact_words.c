#include "cli/fact_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOST_ROWS 1000
#define ROWS 100

const struct cli_column FACT_COLUMN[FACT_COLUMNS] = {
    { "part", { "Tính vào", "Counted as" }, false, false },
    { "row", { "Mục trong sổ", "Entry" }, false, true },
    { "values", { "Nội dung", "Values" }, false, true },
    { "amount", { "Số", "Counted" }, true, false },
};

tq_status fact_page(
        const struct cli *cli, size_t total, struct fact_page *out, struct tq_error *err)
{
    int64_t limit = ROWS;
    int64_t offset = 0;
    tq_status rc = cli_option_number(cli, "limit", 1, MOST_ROWS, ROWS, &limit, err);

    if (rc == TQ_OK)
        rc = cli_option_number(cli, "offset", 0, INT32_MAX, 0, &offset, err);
    if (rc != TQ_OK)
        return rc;
    out->total = total;
    out->first = (size_t)offset < total ? (size_t)offset : total;
    out->end = total - out->first > (size_t)limit ? out->first + (size_t)limit : total;
    return TQ_OK;
}

bool fact_tells(const struct tq_column *column)
{
    return column->rule.kind == TQ_RULE_DATE || column->rule.kind == TQ_RULE_LIST ||
           strcmp(column->name, "village") == 0 || strcmp(column->name, "value") == 0;
}

/* ---- what a source counts ---- */

/* `%` stands for the number of the source, `&` for the end of its range. */
static const struct {
    tq_source_kind kind;
    tq_measure measure;
    struct cli_text text;
} SOURCES[] = {
    { TQ_SOURCE_HOUSEHOLDS, TQ_MEASURE_NONE, { "hộ của các thôn", "households" } },
    { TQ_SOURCE_ACTIVITY, TQ_MEASURE_HELD, { "buổi đã làm", "held" } },
    { TQ_SOURCE_ACTIVITY, TQ_MEASURE_PLANNED, { "buổi trong kế hoạch", "planned" } },
    { TQ_SOURCE_ACTIVITY, TQ_MEASURE_ACCEPTED, { "vụ nhận hòa giải", "taken up" } },
    { TQ_SOURCE_ACTIVITY, TQ_MEASURE_SETTLED, { "vụ hòa giải thành", "settled" } },
    { TQ_SOURCE_INCIDENT, TQ_MEASURE_COUNT, { "vụ việc", "incidents" } },
    { TQ_SOURCE_INCIDENT, TQ_MEASURE_DEATHS, { "người chết", "deaths" } },
    { TQ_SOURCE_INCIDENT, TQ_MEASURE_GRAVE,
            { "vụ có thương vong hoặc xã không tự dập được",
                    "with casualties or not contained locally" } },
    { TQ_SOURCE_INCIDENT, TQ_MEASURE_DUE, { "vụ việc đến hạn", "incidents due" } },
    { TQ_SOURCE_INCIDENT, TQ_MEASURE_IN_TIME, { "vụ việc xong đúng hạn", "closed in time" } },
    { TQ_SOURCE_INCIDENT, TQ_MEASURE_REPORTED_LATE,
            { "vụ việc báo chậm quá % ngày", "reported more than % days late" } },
    { TQ_SOURCE_TIP, TQ_MEASURE_RECEIVED, { "tin báo đã nhận", "tips received" } },
    { TQ_SOURCE_TIP, TQ_MEASURE_IN_TIME,
            { "tin báo chuyển trong % giờ", "passed on within % hours" } },
    { TQ_SOURCE_TIP, TQ_MEASURE_SOLVED,
            { "tin báo dẫn đến khám phá vụ việc", "tips that solved a case" } },
    { TQ_SOURCE_HOTSPOT, TQ_MEASURE_NEW, { "tụ điểm mới", "new hotspots" } },
    { TQ_SOURCE_HOTSPOT, TQ_MEASURE_STANDING,
            { "tụ điểm còn quá % ngày", "hotspots standing for more than % days" } },
    { TQ_SOURCE_ENCROACHMENT, TQ_MEASURE_FOUND, { "chỗ lấn chiếm phát hiện", "found" } },
    { TQ_SOURCE_ENCROACHMENT, TQ_MEASURE_CLEARED, { "chỗ lấn chiếm đã giải tỏa", "cleared" } },
    { TQ_SOURCE_GROUP, TQ_MEASURE_ALL, { "tổ tự quản", "groups" } },
    { TQ_SOURCE_GROUP, TQ_MEASURE_TRAINED, { "tổ đã tập huấn", "groups trained" } },
    { TQ_SOURCE_BORDER, TQ_MEASURE_SIGNED,
            { "biên bản giáp ranh hai bên đã ký", "border minutes signed by both" } },
    { TQ_SOURCE_REPORT, TQ_MEASURE_LATE,
            { "báo cáo chậm % đến & ngày", "reports % to & days late" } },
    { TQ_SOURCE_CORRECTION, TQ_MEASURE_AFTER_LOCK,
            { "lần đính chính sau khi khóa kỳ", "corrections after the lock" } },
    { TQ_SOURCE_START, TQ_MEASURE_MISSING,
            { "việc của quý I chưa làm (phát động, đăng ký, quy ước)",
                    "things of the first quarter not done (launch, registration, covenant)" } },
    { TQ_SOURCE_MODEL, TQ_MEASURE_YOUNG, { "mô hình chưa đủ % tháng", "no model of % months" } },
    { TQ_SOURCE_MODEL, TQ_MEASURE_NO_MODEL, { "không còn mô hình", "no model runs" } },
    { TQ_SOURCE_RECOGNITION, TQ_MEASURE_SHORT,
            { "công nhận chưa đủ % phần trăm số thôn", "fewer than % percent recognised" } },
    { TQ_SOURCE_ADJUSTMENT, TQ_MEASURE_NONE, { "điểm huyện quyết định", "points decided" } },
    { TQ_SOURCE_GRADECAP, TQ_MEASURE_NONE,
            { "lần huyện khống chế xếp loại", "caps set by the district" } },
};

static void append_filled(const char *text, const struct tq_source *source, struct tq_buf *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '%')
            tq_buf_printf(out, "%" PRId64, source->number);
        else if (*text == '&')
            tq_buf_printf(out, "%" PRId64, source->to);
        else
            tq_buf_append_u8(out, (uint8_t)*text);
    }
}

static void append_source(const struct cli *cli, const struct tq_source *source, struct tq_buf *out)
{
    if (source->kind == TQ_SOURCE_REPORT && source->to == 0) {
        append_filled(cli_say(cli, "báo cáo chậm từ % ngày hoặc không nộp",
                              "reports % days late or missing"),
                source, out);
        return;
    }
    for (size_t i = 0; i < sizeof(SOURCES) / sizeof(SOURCES[0]); i++)
        if (SOURCES[i].kind == source->kind && SOURCES[i].measure == source->measure)
            append_filled(cli_say(cli, SOURCES[i].text.vi, SOURCES[i].text.en), source, out);
}

/* Figures that villages typed say themselves which they are; here, on which side they stand. */
static void append_typed(
        const struct cli *cli, const struct tq_criterion *criterion, char part, struct tq_buf *out)
{
    tq_buf_append_str(out, part == 'd' ? cli_say(cli, "tổng số", "of all")
                           : criterion->formula == TQ_FORMULA_RATIO
                                   ? cli_say(cli, "số đạt", "reached")
                                   : cli_say(cli, "số đã ghi", "counted"));
}

static const struct tq_sum *sum_of(const struct tq_criterion *criterion, char part)
{
    return part == 'd' ? &criterion->d : part == 'x' ? &criterion->x : &criterion->n;
}

void fact_part_words(
        const struct cli *cli, const struct tq_criterion *criterion, char part, struct tq_buf *out)
{
    const struct tq_sum *sum = sum_of(criterion, part);

    if (part == 'b') {
        tq_buf_append_str(out, cli_say(cli, "cùng kỳ năm trước", "last year"));
        return;
    }
    for (size_t i = 0; i < sum->n; i++) {
        if (i > 0)
            tq_buf_append_str(out, cli_say(cli, " và ", " and "));
        if (sum->of[i].kind == TQ_SOURCE_RETURN)
            append_typed(cli, criterion, part, out);
        else
            append_source(cli, &sum->of[i], out);
    }
}

/* ---- the figure ---- */

/* "2 tụ điểm mới"; points of an adjustment as points. Nothing where the sheet counts nothing. */
static void append_count(const struct cli *cli, const struct tq_criterion *criterion, char part,
        int64_t count, struct tq_buf *out)
{
    const struct tq_sum *sum = sum_of(criterion, part);
    char text[40];

    if (sum->n == 0)
        return;
    if (out->len > 0)
        tq_buf_append_str(out, ", ");
    tq_buf_printf(out, "%s ",
            sum->of[0].kind == TQ_SOURCE_ADJUSTMENT
                    ? cli_show_points(cli, count, text, sizeof(text))
                    : cli_show_number(cli, count, text, sizeof(text)));
    fact_part_words(cli, criterion, part, out);
}

/* "Đạt 5 trên 12: buổi đã làm so với buổi trong kế hoạch", or with the floor instead. */
static void append_ratio(const struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, int64_t rows_d, struct tq_buf *out)
{
    char n[40];
    char d[40];

    tq_buf_printf(out, CLI_SAY(cli, "Đạt %s trên %s: ", "%s of %s: "),
            cli_show_number(cli, count->n, n, sizeof(n)),
            cli_show_number(cli, count->d, d, sizeof(d)));
    fact_part_words(cli, criterion, 'n', out);
    if (criterion->floor == TQ_FLOOR_NONE || rows_d >= count->d) {
        tq_buf_append_str(out, cli_say(cli, " so với ", " against "));
        fact_part_words(cli, criterion, 'd', out);
        return;
    }
    tq_buf_printf(out,
            CLI_SAY(cli, " so với mức phải làm ít nhất là %s (trong sổ chỉ có %" PRId64 " ",
                    " against the floor of %s (there are %" PRId64 " "),
            d, rows_d);
    fact_part_words(cli, criterion, 'd', out);
    tq_buf_append_u8(out, ')');
}

static void append_band(const struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, struct tq_buf *out)
{
    char n[40];

    tq_buf_printf(
            out, CLI_SAY(cli, "Kỳ này %s ", "%s "), cli_show_number(cli, count->n, n, sizeof(n)));
    fact_part_words(cli, criterion, 'n', out);
    append_count(cli, criterion, 'x', count->x, out);
    if (count->has_b)
        tq_buf_printf(out, CLI_SAY(cli, "; cùng kỳ năm trước %" PRId64, "; last year %" PRId64),
                count->b);
    else
        tq_buf_append_str(
                out, cli_say(cli, "; chưa có số cùng kỳ năm trước", "; no figure of last year"));
}

void fact_put_amount(
        struct cli_table *out, const struct tq_criterion *criterion, char part, int64_t amount)
{
    const struct tq_sum *sum = sum_of(criterion, part);
    char text[40];

    if (sum->n > 0 && sum->of[0].kind == TQ_SOURCE_ADJUSTMENT)
        cli_table_both(
                out, cli_show_points(out->cli, amount, text, sizeof(text)), json_integer(amount));
    else
        cli_table_int(out, amount);
}

void fact_count_words(const struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, struct tq_buf *out)
{
    append_count(cli, criterion, 'n', count->n, out);
    append_count(cli, criterion, 'd', count->d, out);
    append_count(cli, criterion, 'x', count->x, out);
}

void fact_sum_words(const struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, int64_t rows_d, struct tq_buf *out)
{
    if (criterion->formula == TQ_FORMULA_RATIO) {
        append_ratio(cli, criterion, count, rows_d, out);
    } else if (criterion->formula == TQ_FORMULA_BAND) {
        append_band(cli, criterion, count, out);
    } else {
        fact_count_words(cli, criterion, count, out);
    }
    tq_buf_append_u8(out, '.');
}

tq_status fact_tell_sum(struct cli *cli, const struct tq_criterion *criterion,
        const struct tq_count *count, int64_t rows_d, struct tq_error *err)
{
    struct tq_buf text;
    bool whole;

    tq_buf_init(&text, 0);
    fact_sum_words(cli, criterion, count, rows_d, &text);
    whole = tq_buf_is_ok(&text);
    if (whole) {
        cli_print(cli, "%.*s\n", (int)text.len, (const char *)text.data);
        cli_json_set(cli, "sum_text", json_stringn((const char *)text.data, text.len));
    }
    tq_buf_deinit(&text);
    cli_json_set(cli, "n", json_integer(count->n));
    cli_json_set(cli, "d", json_integer(count->d));
    cli_json_set(cli, "x", json_integer(count->x));
    cli_json_set(cli, "b", count->has_b ? json_integer(count->b) : json_null());
    return whole ? TQ_OK : tq_error_set(err, TQ_NOMEM, "facts");
}

void fact_tell_page(struct cli *cli, const struct fact_page *page)
{
    cli_json_set(cli, "total", json_integer((json_int_t)page->total));
    cli_json_set(cli, "offset", json_integer((json_int_t)page->first));
    if (page->end < page->total)
        cli_print(cli,
                CLI_SAY(cli, "Mục %zu đến %zu trong %zu; xem tiếp: --offset %zu",
                        "Rows %zu to %zu of %zu; on: --offset %zu"),
                page->first + 1, page->end, page->total, page->end);
}
