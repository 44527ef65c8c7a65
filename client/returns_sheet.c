/* returns_sheet.c - Cells of a sheet of figures, one at a time. */
#include "returns_sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "returns.h"
#include "tuquan/intake.h"
#include "tuquan/mem.h"
#include "tuquan/text.h"

#define TITLE_LINES 20u
#define FIELDS 6u

enum { NOT_A_FIGURE = -1 };

struct returns_sheet {
    struct app *app;
    struct excel_rows *rows;
    const char *option;
    bool confirmed;
    bool begun;
    struct tq_slice period; /* as the sheet or the option says it */
    struct returns_frame frame;
    int indicators[TQ_CSV_MAX_FIELDS]; /* of each column; NOT_A_FIGURE */
    int code_column;                   /* codes of villages; -1: none */
    size_t ncolumns;
    struct tq_csv_row row; /* the line in work */
    size_t at;             /* its next column */
    bool have_row;
    struct tq_slice fields[FIELDS];
    uint8_t marks[FIELDS];
    char place[16];
    char said[2][400]; /* what is wrong with the sheet itself */
    uint32_t line;
    bool refused;
};

static bool folds_to(struct tq_slice text, const char *const *words)
{
    char folded[128];
    bool found = false;

    if (tq_text_fold_word(text, folded, sizeof(folded)))
        for (; *words != NULL && !found; words++)
            found = strcmp(folded, *words) == 0;
    return found;
}

static bool is_village_heading(struct tq_slice text)
{
    static const char *const WORDS[] = { "thon", "ten thon", "village", NULL };

    return folds_to(text, WORDS);
}

static bool is_code_heading(struct tq_slice text)
{
    static const char *const WORDS[] = { "ma thon", "ma", "code", NULL };

    return folds_to(text, WORDS);
}

static bool is_sum(struct tq_slice text)
{
    static const char *const WORDS[] = { "cong", "tong", "tong cong", "toan xa", "total", NULL };

    return folds_to(text, WORDS);
}

static bool is_period_label(struct tq_slice text)
{
    static const char *const WORDS[] = { "ky", "ky:", "thang", "thang:", "period", NULL };

    return folds_to(text, WORDS);
}

/* The column that heads the villages: the first ones may be numbers of lines. */
static int village_column(const struct tq_csv_row *row)
{
    for (size_t i = 0; i < row->count && i < 4; i++)
        if (is_village_heading(row->fields[i]))
            return (int)i;
    return -1;
}

tq_status returns_sheet_is(struct excel_book *book, size_t sheet, bool *is, struct tq_error *err)
{
    static const char *const LIST[] = { "chi tieu", "indicator", NULL };
    struct excel_rows *rows = NULL;
    struct tq_csv_row row;
    bool more = true;
    tq_status rc = excel_rows_new(&rows, book, sheet, err);

    *is = false;
    for (unsigned i = 0; rc == TQ_OK && more && i < TITLE_LINES; i++) {
        rc = excel_rows_next(rows, &row, &more, err);
        if (rc != TQ_OK || !more || village_column(&row) < 0)
            continue;
        *is = true;
        for (size_t c = 0; c < row.count; c++)
            *is = *is && !folds_to(row.fields[c], LIST);
        break;
    }
    excel_rows_free(rows);
    return rc;
}

tq_status returns_sheet_new(struct returns_sheet **out, struct app *app, struct excel_rows *rows,
        const char *period, bool confirmed, struct tq_error *err)
{
    *out = tq_mem_zalloc(sizeof(**out));
    if (*out == NULL)
        return tq_error_set(err, TQ_NOMEM, "returns");
    (*out)->app = app;
    (*out)->rows = rows;
    (*out)->option = period;
    (*out)->confirmed = confirmed;
    return TQ_OK;
}

void returns_sheet_free(struct returns_sheet *sheet)
{
    tq_mem_free(sheet);
}

static tq_status refuse(struct returns_sheet *sheet, const char *vi, const char *en,
        struct tq_slice what, struct tq_error *err)
{
    int len = (int)(what.len < 120 ? what.len : 120);
    const char *text = what.len > 0 ? (const char *)what.data : "";

    sheet->refused = true;
    sheet->line = sheet->row.line;
    snprintf(sheet->said[0], sizeof(sheet->said[0]), "%s%.*s", vi, len, text);
    snprintf(sheet->said[1], sizeof(sheet->said[1]), "%s%.*s", en, len, text);
    return tq_error_set(err, TQ_CSV, "xlsx");
}

/* "Kỳ" and the month in the cell beside it. */
static void look_for_period(struct returns_sheet *sheet)
{
    const struct tq_csv_row *row = &sheet->row;

    for (size_t i = 0; i + 1 < row->count; i++) {
        void *kept;

        if (!is_period_label(row->fields[i]))
            continue;
        kept = tq_arena_copy(sheet->app->arena, row->fields[i + 1].data, row->fields[i + 1].len);
        if (kept != NULL)
            sheet->period = tq_slice_of(kept, row->fields[i + 1].len);
    }
}

static tq_status read_headings(struct returns_sheet *sheet, int village, struct tq_error *err)
{
    const struct tq_csv_row *row = &sheet->row;

    sheet->code_column = -1;
    sheet->ncolumns = row->count;
    for (size_t i = 0; i < row->count; i++) {
        sheet->indicators[i] = NOT_A_FIGURE;
        if (i <= (size_t)village || row->fields[i].len == 0)
            continue;
        if (is_code_heading(row->fields[i])) {
            sheet->code_column = (int)i;
            continue;
        }
        sheet->indicators[i] = returns_indicator_find(&sheet->frame, row->fields[i]);
        if (sheet->indicators[i] < 0)
            return refuse(sheet, "tên cột không phải một chỉ tiêu đang dùng: ",
                    "the heading names no indicator in use: ", row->fields[i], err);
        for (size_t k = 0; k < i; k++)
            if (sheet->indicators[k] == sheet->indicators[i])
                return refuse(sheet,
                        "chỉ tiêu có hai cột: ", "an indicator has two columns: ", row->fields[i],
                        err);
    }
    sheet->indicators[village] = -2;
    return TQ_OK;
}

/* Down to the line of headings. */
static tq_status begin(struct returns_sheet *sheet, struct tq_error *err)
{
    bool more = true;
    int village = -1;
    tq_status rc = TQ_OK;

    if (sheet->option != NULL)
        sheet->period = tq_slice_str(sheet->option);
    for (unsigned i = 0; rc == TQ_OK && village < 0 && more && i < TITLE_LINES; i++) {
        rc = excel_rows_next(sheet->rows, &sheet->row, &more, err);
        if (rc != TQ_OK || !more)
            break;
        if (sheet->option == NULL)
            look_for_period(sheet);
        village = village_column(&sheet->row);
    }
    if (rc != TQ_OK)
        return rc;
    if (village < 0)
        return refuse(sheet, "không thấy dòng tiêu đề bắt đầu bằng \"Thôn\"",
                "no heading line that begins with \"Thôn\"", tq_slice_str(""), err);
    if (sheet->period.len == 0)
        return refuse(sheet,
                "không thấy kỳ: ghi \"Kỳ\" ở một ô trên bảng, tháng (thí dụ 2020-12) ở ô bên "
                "cạnh, hoặc thêm --period",
                "no period: write \"Kỳ\" above the table and the month beside it, or add --period",
                tq_slice_str(""), err);
    rc = returns_frame(sheet->app, sheet->period, &sheet->frame, err);
    if (rc == TQ_NOT_FOUND || rc == TQ_USAGE)
        return refuse(
                sheet, "không có kỳ tháng này: ", "there is no such month: ", sheet->period, err);
    if (rc == TQ_OK)
        rc = read_headings(sheet, village, err);
    sheet->begun = rc == TQ_OK;
    return rc;
}

static const char *const HEADINGS[FIELDS] = { "village", "period", "indicator", "value", "source",
    "state" };

static size_t village_of(const struct returns_sheet *sheet)
{
    size_t at = 0;

    while (sheet->indicators[at] != -2)
        at++;
    return at;
}

/* The next line that is a village's, or has figures and no village. */
static tq_status next_line(struct returns_sheet *sheet, bool *more, struct tq_error *err)
{
    size_t village = village_of(sheet);

    for (;;) {
        const struct tq_csv_row *row = &sheet->row;
        bool figures = false;
        tq_status rc = excel_rows_next(sheet->rows, &sheet->row, more, err);

        if (rc != TQ_OK || !*more)
            return rc;
        for (size_t i = sheet->ncolumns; i < row->count; i++)
            if (row->fields[i].len > 0)
                return refuse(sheet, "có số ở cột không có tên chỉ tiêu",
                        "a figure stands in a column without a heading", tq_slice_str(""), err);
        for (size_t i = 0; i < row->count && i < sheet->ncolumns; i++)
            figures = figures ||
                      (sheet->indicators[i] >= 0 && (row->fields[i].len > 0 || row->marks[i] != 0));
        if (!figures || (village < row->count && is_sum(row->fields[village])))
            continue;
        sheet->at = 0;
        return TQ_OK;
    }
}

/* A figure that stands here already keeps its source and state: the same file twice changes nothing. */
static tq_status keep_same(struct returns_sheet *sheet, size_t column, struct tq_error *err)
{
    struct app *app = sheet->app;
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "village_return");
    const struct tq_column *columns = table->columns;
    int value_at = tq_table_column_find(table, "value");
    struct tq_record cell;
    struct tq_value village;
    struct tq_value value;
    bool found = false;
    tq_intake got;
    tq_status rc = tq_record_resolve(app->records, &columns[tq_table_column_find(table, "village")],
            sheet->fields[0], app->arena, &village, err);

    for (size_t v = 0; rc == TQ_OK && village.type == TQ_TEXT && v < sheet->frame.nvillages; v++)
        if (tq_slice_equal(sheet->frame.villages[v].unit, village.s))
            rc = returns_cell(
                    app, &sheet->frame, v, (size_t)sheet->indicators[column], &cell, &found, err);
    if (rc != TQ_OK || !found)
        return rc;
    got = tq_intake_value(table, &columns[value_at], sheet->fields[3], app->arena, &value, NULL);
    if (got == TQ_INTAKE_NOMEM)
        return tq_error_set(err, TQ_NOMEM, "import");
    if (got != TQ_INTAKE_OK || !tq_value_equal(&value, &cell.values[value_at]))
        return TQ_OK;
    for (size_t i = 4; i < FIELDS; i++) {
        const struct tq_value *stands = &cell.values[tq_table_column_find(table, HEADINGS[i])];

        /* A draft is confirmed by a file that says so. */
        if (stands->type == TQ_TEXT && !(i == 5 && sheet->confirmed))
            sheet->fields[i] = stands->s;
    }
    return TQ_OK;
}

static void fill(struct returns_sheet *sheet, size_t column, struct tq_csv_row *out)
{
    const struct tq_csv_row *row = &sheet->row;
    size_t village = village_of(sheet);
    char letters[4];

    if (sheet->code_column >= 0 && (size_t)sheet->code_column < row->count &&
            row->fields[sheet->code_column].len > 0)
        village = (size_t)sheet->code_column;
    sheet->fields[0] = village < row->count ? row->fields[village] : tq_slice_str("");
    sheet->marks[0] = village < row->count ? row->marks[village] : 0;
    sheet->fields[1] = sheet->frame.period;
    sheet->fields[2] = sheet->frame.indicators[sheet->indicators[column]].key;
    sheet->fields[3] = row->fields[column];
    sheet->marks[3] = row->marks[column];
    sheet->fields[4] = tq_slice_str("import");
    sheet->fields[5] = tq_slice_str(sheet->confirmed ? "confirmed" : "draft");
    excel_column_letters(sheet->marks[0] != TQ_CELL_FINE ? village : column, letters);
    snprintf(sheet->place, sizeof(sheet->place), "%s%" PRIu32, letters, row->line);
    out->line = row->line;
    out->place = tq_slice_str(sheet->place);
}

static tq_status next(void *ctx, struct tq_csv_row *out, bool *more, struct tq_error *err)
{
    struct returns_sheet *sheet = ctx;
    tq_status rc = TQ_OK;

    out->count = FIELDS;
    out->fields = sheet->fields;
    out->marks = sheet->marks;
    *more = true;
    if (!sheet->begun) {
        rc = begin(sheet, err);
        for (size_t i = 0; i < FIELDS; i++)
            sheet->fields[i] = tq_slice_str(HEADINGS[i]);
        out->line = sheet->row.line;
        return rc;
    }
    for (;;) {
        if (!sheet->have_row)
            rc = next_line(sheet, more, err);
        if (rc != TQ_OK || !*more)
            return rc;
        sheet->have_row = true;
        while (sheet->at < sheet->row.count && sheet->at < sheet->ncolumns) {
            size_t column = sheet->at++;

            if (sheet->indicators[column] < 0 ||
                    (sheet->row.fields[column].len == 0 && sheet->row.marks[column] == 0))
                continue;
            fill(sheet, column, out);
            return keep_same(sheet, column, err);
        }
        sheet->have_row = false;
    }
}

static const char *sentence(void *ctx, tq_lang lang)
{
    struct returns_sheet *sheet = ctx;

    return sheet->refused ? sheet->said[lang == TQ_LANG_EN]
                          : excel_problem_sentence(excel_rows_problem(sheet->rows), lang);
}

static uint32_t line(void *ctx)
{
    struct returns_sheet *sheet = ctx;

    return sheet->refused ? sheet->line : sheet->row.line;
}

static void progress(void *ctx, uint64_t *done, uint64_t *total)
{
    struct returns_sheet *sheet = ctx;

    excel_rows_progress(sheet->rows, done, total);
}

struct tq_import_source returns_sheet_source(struct returns_sheet *sheet)
{
    struct tq_import_source source = { sheet, next, sentence, line, progress, false };

    return source;
}
