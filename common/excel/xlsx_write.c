/* xlsx_write.c - libxlsxwriter behind xlsx_write.h. */
#include "excel/xlsx_write.h"

#include <stdio.h>
#include <string.h>
#include <xlsxwriter.h>

#include "tuquan/calendar.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"

#define PATH_BYTES 1100u
#define DAY_OF_1970 25569
#define VIETNAM_MS (INT64_C(7) * 3600 * 1000)
#define DAY_MS 86400000.0
#define COUNT_MAX 999999999

/* What a cell holds decides its format beside its style. */
enum { AS_TEXT, AS_INT, AS_POINTS, AS_DAY, AS_INSTANT, AS_COUNT };

struct excel_writer {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *formats[EXCEL_STYLES][AS_COUNT];
    bool failed;
    char path[PATH_BYTES];
    char work[PATH_BYTES];
};

static const char *const NUMBER_FORMATS[AS_COUNT] = { "@", "#,##0", "0.00", "dd/mm/yyyy",
    "dd/mm/yyyy hh:mm" };

/* Lines of a paper, above and below its table. */
static void make_document_format(lxw_format *format, int style)
{
    bool middle = style == EXCEL_MID || style == EXCEL_MID_BOLD || style == EXCEL_MID_SLANTED;

    format_set_text_wrap(format);
    format_set_align(format, middle ? LXW_ALIGN_CENTER : LXW_ALIGN_LEFT);
    if (style == EXCEL_MID_BOLD || style == EXCEL_BODY_BOLD)
        format_set_bold(format);
    if (style == EXCEL_MID_SLANTED)
        format_set_italic(format);
}

static lxw_format *make_format(struct excel_writer *writer, int style, int as)
{
    lxw_format *format = workbook_add_format(writer->book);

    if (format == NULL) {
        writer->failed = true;
        return NULL;
    }
    format_set_font_name(format, "Times New Roman");
    format_set_font_size(format, style == EXCEL_TITLE ? 14 : style == EXCEL_NOTE ? 10 : 12);
    format_set_num_format(format, NUMBER_FORMATS[as]);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (style == EXCEL_PLAIN || style == EXCEL_HEAD || style == EXCEL_TOTAL)
        format_set_border(format, LXW_BORDER_THIN);
    if (style == EXCEL_HEAD || style == EXCEL_TITLE || style == EXCEL_TOTAL)
        format_set_bold(format);
    if (style == EXCEL_HEAD) {
        format_set_text_wrap(format);
        format_set_align(format, LXW_ALIGN_CENTER);
        format_set_bg_color(format, 0xE8EEF4);
    }
    if (style == EXCEL_NOTE)
        format_set_font_color(format, 0x5A5A5A);
    if (style == EXCEL_PLAIN && as == AS_TEXT) {
        format_set_text_wrap(format);
        format_set_indent(format, 1);
    }
    if (style >= EXCEL_MID)
        make_document_format(format, style);
    return format;
}

tq_status excel_write_new(struct excel_writer **out, const char *path, struct tq_error *err)
{
    struct excel_writer *writer = tq_mem_zalloc(sizeof(*writer));
    int n;

    *out = NULL;
    if (writer == NULL)
        return tq_error_set(err, TQ_NOMEM, "xlsx");
    n = snprintf(writer->path, sizeof(writer->path), "%s", path);
    snprintf(writer->work, sizeof(writer->work), "%.1080s.moi.xlsx", path);
    if (n < 0 || n > 1080) {
        excel_write_free(writer);
        return tq_error_set(err, TQ_USAGE, "%.80s...", path);
    }
    writer->book = workbook_new(writer->work);
    if (writer->book == NULL) {
        excel_write_free(writer);
        return tq_error_set(err, TQ_NOMEM, "xlsx");
    }
    for (int style = 0; style < EXCEL_STYLES; style++)
        for (int as = 0; as < AS_COUNT; as++)
            writer->formats[style][as] = make_format(writer, style, as);
    *out = writer;
    return TQ_OK;
}

void excel_write_free(struct excel_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->book != NULL) {
        lxw_workbook_free(writer->book);
        tq_file_remove(writer->work);
    }
    tq_mem_free(writer);
}

static void note(struct excel_writer *writer, lxw_error rc)
{
    writer->failed = writer->failed || rc != LXW_NO_ERROR;
}

void excel_write_sheet(struct excel_writer *writer, const char *name, bool landscape)
{
    char cut[LXW_SHEETNAME_MAX * 4 + 1];
    size_t letters = 0;
    size_t len = 0;

    /* Excel takes 31 letters and none of []:*?/\ . */
    for (const char *p = name; *p != '\0' && len + 1 < sizeof(cut); p++) {
        letters += ((unsigned char)*p & 0xC0u) != 0x80u;
        if (letters > LXW_SHEETNAME_MAX)
            break;
        cut[len++] = strchr("[]:*?/\\'", *p) != NULL ? '-' : *p;
    }
    cut[len] = '\0';
    writer->sheet = workbook_add_worksheet(writer->book, cut);
    if (writer->sheet == NULL) {
        writer->failed = true;
        return;
    }
    worksheet_set_paper(writer->sheet, 9); /* A4 */
    if (landscape)
        worksheet_set_landscape(writer->sheet);
    worksheet_fit_to_pages(writer->sheet, 1, 0);
    worksheet_set_margins(writer->sheet, 0.5, 0.5, 0.6, 0.6);
    note(writer, worksheet_set_footer(writer->sheet, "&R&P/&N"));
}

void excel_write_width(struct excel_writer *writer, size_t column, double letters)
{
    if (writer->sheet != NULL)
        note(writer, worksheet_set_column(
                             writer->sheet, (lxw_col_t)column, (lxw_col_t)column, letters, NULL));
}

void excel_write_height(struct excel_writer *writer, uint32_t row, double points)
{
    if (writer->sheet != NULL)
        note(writer, worksheet_set_row(writer->sheet, row, points, NULL));
}

void excel_write_freeze(struct excel_writer *writer, uint32_t row, size_t column)
{
    if (writer->sheet == NULL)
        return;
    worksheet_freeze_panes(writer->sheet, row, (lxw_col_t)column);
    if (row > 0)
        note(writer, worksheet_repeat_rows(writer->sheet, row - 1, row - 1));
}

void excel_write_repeat(struct excel_writer *writer, uint32_t row)
{
    if (writer->sheet != NULL)
        note(writer, worksheet_repeat_rows(writer->sheet, row, row));
}

void excel_write_across(struct excel_writer *writer, uint32_t row, size_t first, size_t last,
        excel_style style, struct tq_slice text)
{
    if (writer->sheet == NULL)
        return;
    note(writer, worksheet_merge_range(writer->sheet, row, (lxw_col_t)first, row, (lxw_col_t)last,
                         "", writer->formats[style][AS_TEXT]));
    excel_write_text(writer, row, first, style, text);
}

void excel_write_across_str(struct excel_writer *writer, uint32_t row, size_t first, size_t last,
        excel_style style, const char *text)
{
    excel_write_across(writer, row, first, last, style, tq_slice_str(text));
}

void excel_write_text(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        struct tq_slice text)
{
    char *copy;

    if (writer->sheet == NULL)
        return;
    if (text.len == 0) {
        excel_write_blank(writer, row, column, style);
        return;
    }
    copy = tq_mem_alloc(text.len + 1);
    if (copy == NULL) {
        writer->failed = true;
        return;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    note(writer, worksheet_write_string(writer->sheet, row, (lxw_col_t)column, copy,
                         writer->formats[style][AS_TEXT]));
    tq_mem_free(copy);
}

void excel_write_str(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        const char *text)
{
    excel_write_text(writer, row, column, style, tq_slice_str(text));
}

void excel_write_check(struct excel_writer *writer, const struct tq_buf *text)
{
    writer->failed = writer->failed || !tq_buf_is_ok(text);
}

void excel_write_buf(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        const struct tq_buf *text)
{
    excel_write_check(writer, text);
    excel_write_text(writer, row, column, style, tq_buf_slice(text));
}

static void put_number(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        int as, double number)
{
    if (writer->sheet != NULL)
        note(writer, worksheet_write_number(writer->sheet, row, (lxw_col_t)column, number,
                             writer->formats[style][as]));
}

void excel_write_int(
        struct excel_writer *writer, uint32_t row, size_t column, excel_style style, int64_t number)
{
    put_number(writer, row, column, style, AS_INT, (double)number);
}

void excel_write_points(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        int64_t points_c)
{
    put_number(writer, row, column, style, AS_POINTS, (double)points_c / 100.0);
}

void excel_write_day(struct excel_writer *writer, uint32_t row, size_t column, excel_style style,
        struct tq_slice date)
{
    tq_day day;

    /* Days before 1900-03-01 are others in Excel's calendar. */
    if (tq_day_parse(date, &day) && day + DAY_OF_1970 > 60)
        put_number(writer, row, column, style, AS_DAY, (double)day + DAY_OF_1970);
    else
        excel_write_text(writer, row, column, style, date);
}

void excel_write_instant(
        struct excel_writer *writer, uint32_t row, size_t column, excel_style style, int64_t at_ms)
{
    put_number(writer, row, column, style, AS_INSTANT,
            (double)(at_ms + VIETNAM_MS) / DAY_MS + DAY_OF_1970);
}

void excel_write_blank(struct excel_writer *writer, uint32_t row, size_t column, excel_style style)
{
    if (writer->sheet != NULL)
        note(writer, worksheet_write_blank(writer->sheet, row, (lxw_col_t)column,
                             writer->formats[style][AS_INT]));
}

void excel_write_only_counts(struct excel_writer *writer, uint32_t first_row, uint32_t last_row,
        size_t first_column, size_t last_column, const char *sentence)
{
    char text[256];
    lxw_data_validation rule;

    if (writer->sheet == NULL)
        return;
    snprintf(text, sizeof(text), "%s", sentence);
    memset(&rule, 0, sizeof(rule));
    rule.validate = LXW_VALIDATION_TYPE_INTEGER;
    rule.criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
    rule.minimum_number = 0;
    rule.maximum_number = COUNT_MAX;
    rule.ignore_blank = LXW_VALIDATION_ON;
    rule.error_message = text;
    note(writer, worksheet_data_validation_range(writer->sheet, first_row, (lxw_col_t)first_column,
                         last_row, (lxw_col_t)last_column, &rule));
}

tq_status excel_write_finish(struct excel_writer **writer, struct tq_error *err)
{
    struct excel_writer *w = *writer;
    lxw_error rc = w->failed ? LXW_ERROR_MEMORY_MALLOC_FAILED : workbook_close(w->book);
    tq_status status = TQ_OK;

    *writer = NULL;
    if (!w->failed)
        w->book = NULL; /* closing frees it */
    if (rc == LXW_ERROR_MEMORY_MALLOC_FAILED)
        status = tq_error_set(err, TQ_NOMEM, "%s", w->path);
    else if (rc != LXW_NO_ERROR)
        status = tq_error_set(err, TQ_IO, "%s: %s", w->path, tq_phrase(TQ_PHRASE_NOT_WRITTEN));
    else
        status = tq_file_put_over(w->work, w->path, err);
    if (status != TQ_OK)
        tq_file_remove(w->work);
    excel_write_free(w);
    return status;
}
