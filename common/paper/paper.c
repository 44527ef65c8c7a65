/* paper.c - Heads, lines and feet of official papers. */
#include "paper/paper.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/calendar.h"
#include "tuquan/text.h"

#define LINE_POINTS 17.0

void paper_line(struct paper *paper, excel_style style, struct tq_slice text)
{
    double lines = 1 + (double)(int)((double)tq_text_width(text) / paper->letters);

    excel_write_across(paper->writer, paper->row, 0, paper->last, style, text);
    excel_write_height(paper->writer, paper->row, lines * LINE_POINTS);
    paper->row++;
}

void paper_line_str(struct paper *paper, excel_style style, const char *text)
{
    paper_line(paper, style, tq_slice_str(text));
}

void paper_line_buf(struct paper *paper, excel_style style, const struct tq_buf *text)
{
    excel_write_check(paper->writer, text);
    paper_line(paper, style, tq_buf_slice(text));
}

void paper_two(struct paper *paper, excel_style left_style, const char *left,
        excel_style right_style, const char *right)
{
    excel_write_across_str(paper->writer, paper->row, 0, paper->left_last, left_style, left);
    excel_write_across_str(
            paper->writer, paper->row, paper->left_last + 1, paper->last, right_style, right);
    excel_write_height(paper->writer, paper->row, LINE_POINTS);
    paper->row++;
}

void paper_table_row(
        struct paper *paper, const double *widths, const struct tq_slice *texts, size_t n)
{
    double most = 1;

    for (size_t i = 0; i < n; i++) {
        double lines = 1 + (double)(int)((double)tq_text_width(texts[i]) / widths[i]);

        most = lines > most ? lines : most;
    }
    excel_write_height(paper->writer, paper->row, 3 + most * LINE_POINTS);
    paper->row++;
}

/* "Xã Bạch Lưu" is a commune; the place is Bạch Lưu. */
static struct tq_slice place_of(struct tq_slice name)
{
    static const char *const KINDS[] = { "Xã ", "Thị trấn ", "Huyện " };

    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        size_t n = strlen(KINDS[i]);

        if (name.len > n && memcmp(name.data, KINDS[i], n) == 0)
            return tq_slice_of(name.data + n, name.len - n);
    }
    return name;
}

tq_status paper_head(struct paper *paper, const char *body, struct tq_slice name,
        const char *number, int64_t at_ms, struct tq_error *err)
{
    const struct cli *cli = paper->cli;
    struct tq_slice place = place_of(name);
    struct tq_buf capitals;
    struct tq_buf day;
    int year;
    int month;
    int dom;
    tq_status rc = TQ_OK;

    tq_buf_init(&capitals, 0);
    tq_buf_init(&day, 0);
    tq_day_split(tq_day_of_instant(at_ms), &year, &month, &dom);
    tq_text_upper(name, &capitals);
    tq_buf_append_u8(&capitals, 0);
    tq_buf_printf(&day, CLI_SAY(cli, "%.*s, ngày %02d tháng %02d năm %d", "%.*s, %02d/%02d/%d"),
            (int)place.len, place.len > 0 ? (const char *)place.data : "", dom, month, year);
    tq_buf_append_u8(&day, 0);
    if (!tq_buf_is_ok(&capitals) || !tq_buf_is_ok(&day)) {
        rc = tq_error_set(err, TQ_NOMEM, "export");
    } else {
        paper_two(paper, EXCEL_MID, body, EXCEL_MID_BOLD,
                cli_say(cli, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                        "SOCIALIST REPUBLIC OF VIET NAM"));
        paper_two(paper, EXCEL_MID_BOLD, (const char *)capitals.data, EXCEL_MID_BOLD,
                cli_say(cli, "Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"));
        paper_two(paper, EXCEL_MID, number, EXCEL_MID_SLANTED, (const char *)day.data);
        paper->row++;
    }
    tq_buf_deinit(&capitals);
    tq_buf_deinit(&day);
    return rc;
}

void paper_period(const struct cli *cli, struct tq_slice period, struct tq_buf *out)
{
    static const char *const ROMAN[] = { "", "I", "II", "III", "IV" };
    struct tq_period read;

    if (!tq_period_parse(period, &read))
        tq_buf_append_slice(out, period);
    else if (read.kind == TQ_PERIOD_MONTH)
        tq_buf_printf(out, CLI_SAY(cli, "tháng %d/%d", "month %d/%d"), read.number, read.year);
    else if (read.kind == TQ_PERIOD_QUARTER)
        tq_buf_printf(
                out, CLI_SAY(cli, "quý %s/%d", "quarter %s/%d"), ROMAN[read.number], read.year);
    else if (read.kind == TQ_PERIOD_HALF)
        tq_buf_printf(out, CLI_SAY(cli, "6 tháng %s năm %d", "%s half of %d"),
                read.number == 1 ? cli_say(cli, "đầu", "first") : cli_say(cli, "cuối", "second"),
                read.year);
    else
        tq_buf_printf(out, CLI_SAY(cli, "năm %d", "year %d"), read.year);
}
