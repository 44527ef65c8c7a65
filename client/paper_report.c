/* paper_report.c - The report of a period as an official paper. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figures_form.h"
#include "paper.h"
#include "score_view.h"
#include "tuquan/words.h"

static const double WIDTHS[] = { 6, 46, 11, 11, 12, 24 };
enum { COLUMNS = sizeof(WIDTHS) / sizeof(WIDTHS[0]) };

static const struct tq_value *value_of(
        const struct tq_table *table, const struct tq_record *record, const char *column)
{
    return &record->values[tq_table_column_find(table, column)];
}

static void put_subject(struct paper *paper, struct tq_slice period)
{
    const struct cli *cli = paper->cli;
    struct tq_buf text;

    tq_buf_init(&text, 0);
    tq_buf_append_str(
            &text, cli_say(cli, "Kết quả thực hiện mô hình \"5 tự quản về an ninh, trật tự\" ",
                           "Results of \"5 self-managements of security and order\", "));
    paper_period(cli, period, &text);
    paper_line_str(paper, EXCEL_MID_BOLD, cli_say(cli, "BÁO CÁO", "REPORT"));
    paper_line_buf(paper, EXCEL_MID_BOLD, &text);
    paper_line_str(paper, EXCEL_MID,
            cli_say(cli, "Kính gửi: Ban chỉ đạo huyện",
                    "To the steering committee of the district"));
    paper->row++;
    tq_buf_deinit(&text);
}

/* A paragraph for each line that says something. */
static void put_narrative(struct paper *paper, struct tq_slice text)
{
    paper_line_str(paper, EXCEL_BODY_BOLD,
            cli_say(paper->cli, "I. TÌNH HÌNH VÀ KẾT QUẢ", "I. SITUATION AND RESULTS"));
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.data) : text.len;

        if (len > 0)
            paper_line(paper, EXCEL_BODY, tq_slice_of(text.data, len));
        len += end != NULL;
        text = tq_slice_of(text.data + len, text.len - len);
    }
    paper->row++;
}

static void put_criterion(struct paper *paper, const struct score_view *view, size_t i, size_t no)
{
    const struct tq_criterion *criterion = &view->sheet->criteria[i];
    const struct tq_count *count = &view->unit.counts[i];
    bool parts = criterion->formula == TQ_FORMULA_RATIO || criterion->formula == TQ_FORMULA_SHARE;
    struct excel_writer *writer = paper->writer;
    uint32_t row = paper->row;
    struct tq_buf note;

    tq_buf_init(&note, 0);
    score_view_note(paper->cli, view, i, &note);
    excel_write_int(writer, row, 0, EXCEL_PLAIN, (int64_t)no);
    excel_write_text(writer, row, 1, EXCEL_PLAIN, criterion->name);
    excel_write_int(writer, row, 2, EXCEL_PLAIN, count->n);
    if (parts)
        excel_write_int(writer, row, 3, EXCEL_PLAIN, count->d);
    else
        excel_write_blank(writer, row, 3, EXCEL_PLAIN);
    if (count->has_b)
        excel_write_int(writer, row, 4, EXCEL_PLAIN, count->b);
    else
        excel_write_blank(writer, row, 4, EXCEL_PLAIN);
    excel_write_buf(writer, row, 5, EXCEL_PLAIN, &note);
    paper_table_row(paper, (const double[]){ WIDTHS[1], WIDTHS[5] },
            (const struct tq_slice[]){ criterion->name, tq_buf_slice(&note) }, 2);
    tq_buf_deinit(&note);
}

static size_t put_figures(struct paper *paper, const struct score_view *view)
{
    const struct cli *cli = paper->cli;
    const char *const heads[COLUMNS] = { cli_say(cli, "TT", "No"),
        cli_say(cli, "Tiêu chí", "Criterion"), cli_say(cli, "Thực hiện", "Done"),
        cli_say(cli, "Trên tổng số", "Out of"), cli_say(cli, "Cùng kỳ năm trước", "Last year"),
        cli_say(cli, "Ghi chú", "Note") };
    size_t n = 0;
    char text[160];

    paper_line_str(paper, EXCEL_BODY_BOLD,
            cli_say(cli, "II. SỐ LIỆU TRONG KỲ", "II. FIGURES OF THE PERIOD"));
    for (size_t c = 0; c < COLUMNS; c++)
        excel_write_str(paper->writer, paper->row, c, EXCEL_HEAD, heads[c]);
    excel_write_height(paper->writer, paper->row, 34);
    excel_write_repeat(paper->writer, paper->row);
    paper->row++;
    for (size_t i = 0; i < view->sheet->ncriteria; i++)
        if (view->sheet->criteria[i].area > 0)
            put_criterion(paper, view, i, ++n);
    snprintf(text, sizeof(text),
            CLI_SAY(cli, "Số liệu thôn đã xác nhận: %" PRId64 "/%" PRId64 ".",
                    "Village figures confirmed: %" PRId64 "/%" PRId64 "."),
            view->unit.returns_confirmed, view->unit.returns_due);
    excel_write_str(paper->writer, paper->row++, 0, EXCEL_NOTE, text);
    paper->row++;
    return n;
}

static void put_foot(struct paper *paper)
{
    const struct cli *cli = paper->cli;

    paper_two(paper, EXCEL_BODY_BOLD, cli_say(cli, "Nơi nhận:", "Receivers:"), EXCEL_MID_BOLD,
            cli_say(cli, "TM. ỦY BAN NHÂN DÂN", "FOR THE PEOPLE'S COMMITTEE"));
    paper_two(paper, EXCEL_BODY, cli_say(cli, "- Như trên;", "- As above;"), EXCEL_MID_BOLD,
            cli_say(cli, "CHỦ TỊCH", "CHAIRMAN"));
    paper_two(paper, EXCEL_BODY, cli_say(cli, "- Lưu: VT.", "- File."), EXCEL_MID, "");
}

/* The figures of the villages, where the period is a month. */
static tq_status add_villages(
        struct app *app, struct excel_writer *writer, struct tq_slice period, struct tq_error *err)
{
    struct tq_period read;
    struct returns_frame frame;
    tq_status rc;

    if (!tq_period_parse(period, &read) || read.kind != TQ_PERIOD_MONTH)
        return TQ_OK;
    rc = returns_frame(app, period, &frame, err);
    if (rc == TQ_OK)
        rc = figures_form(app, writer, &frame, false, err);
    return rc;
}

tq_status paper_report(struct app *app, struct excel_writer *writer, struct tq_slice period,
        size_t *rows, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "report");
    struct paper paper = { .cli = app->cli, .writer = writer, .left_last = 1, .last = COLUMNS - 1 };
    const struct tq_value *approved;
    struct score_view view;
    struct tq_record report;
    struct tq_slice unit;
    bool found;
    tq_status rc = report_load(app, period, &report, &found, err);

    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_COMPLETE, "%s",
                cli_say(app->cli, "chưa soạn báo cáo (report draft)",
                        "not drafted (report draft)"));
    if (rc == TQ_OK)
        rc = tq_records_unit_name(
                app->records, tq_records_unit(app->records), app->arena, &unit, err);
    if (rc != TQ_OK)
        return rc;
    excel_write_sheet(writer, tq_word_of_table(table, app->cli->lang), false);
    for (size_t c = 0; c < COLUMNS; c++) {
        excel_write_width(writer, c, WIDTHS[c]);
        paper.letters += WIDTHS[c];
    }
    approved = value_of(table, &report, "approved_at");
    rc = paper_head(&paper, cli_say(app->cli, "ỦY BAN NHÂN DÂN", "PEOPLE'S COMMITTEE"), unit,
            cli_say(app->cli, "Số:          /BC-UBND", "No.          /BC-UBND"),
            approved->type == TQ_INT ? approved->i : app_now(app), err);
    if (rc != TQ_OK)
        return rc;
    put_subject(&paper, period);
    put_narrative(&paper, value_of(table, &report, "narrative")->s);
    *rows = 0;
    rc = score_view_load(app, period, &view, err);
    if (rc == TQ_OK) {
        *rows = put_figures(&paper, &view);
    } else if (rc == TQ_NOT_FOUND) { /* no sheet was published yet: the paper has no figures */
        tq_error_clear(err);
        rc = TQ_OK;
    }
    put_foot(&paper);
    return rc == TQ_OK ? add_villages(app, writer, period, err) : rc;
}
