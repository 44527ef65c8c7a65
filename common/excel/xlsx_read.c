/* xlsx_read.c - Opens a workbook and hands out its rows. */
#include "excel/xlsx_read.h"

#include <stdlib.h>
#include <string.h>

#include "excel/excel_internal.h"
#include "tuquan/mem.h"

#define BOOK_ARENA_BYTES ((size_t)EXCEL_MAX_UNPACKED)
#define MAX_MERGED 4096u

/* Cells that one merged cell covers: rows from 1, columns from 0, all ends inside. */
struct merged {
    uint32_t first_row;
    uint32_t last_row;
    uint16_t first_column;
    uint16_t last_column;
};

struct excel_rows {
    struct excel_part part; /* first: the handlers get it */
    struct tq_buf merged;   /* struct merged */
    struct tq_buf text;     /* the cells of the row in work, one after another */
    size_t ends[TQ_CSV_MAX_FIELDS];
    struct tq_slice fields[TQ_CSV_MAX_FIELDS];
    uint8_t marks[TQ_CSV_MAX_FIELDS];
    size_t count;
    uint32_t line;
    bool only_merged; /* first pass: rows are passed over */
    bool ready;       /* a row is complete */
    /* The cell in work. */
    size_t column;
    char type; /* n number, s shared, t text, b truth, e error */
    excel_kind kind;
    bool formula;
    bool has_value;
    bool in_value;
    bool in_phonetic;
    struct tq_buf value;
};

/* ---- the file as a whole ---- */

static const uint8_t OLE[] = { 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1 };

static bool begins(struct tq_slice bytes, const void *with, size_t n)
{
    return bytes.len >= n && memcmp(bytes.data, with, n) == 0;
}

bool excel_is(struct tq_slice bytes)
{
    return begins(bytes, "PK\x03\x04", 4) || begins(bytes, "PK\x05\x06", 4) ||
           begins(bytes, OLE, sizeof(OLE));
}

/* A locked workbook is a container of the old kind that holds a stream of this name. */
static bool is_locked(struct tq_slice bytes)
{
    static const char NAME[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    const uint8_t *at = bytes.data;
    size_t left = bytes.len;

    while (left >= sizeof(NAME)) {
        const uint8_t *found = memchr(at, 'E', left - sizeof(NAME) + 1);

        if (found == NULL)
            return false;
        if (memcmp(found, NAME, sizeof(NAME)) == 0)
            return true;
        left -= (size_t)(found + 1 - at);
        at = found + 1;
    }
    return false;
}

static tq_status open_archive(struct excel_book *book, struct tq_slice bytes, struct tq_error *err)
{
    zip_error_t why;

    if (begins(bytes, OLE, sizeof(OLE)))
        book->problem = is_locked(bytes) ? EXCEL_PASSWORD : EXCEL_OLD;
    else if (bytes.len > EXCEL_MAX_PACKED)
        book->problem = EXCEL_TOO_LARGE;
    else if (!excel_is(bytes))
        book->problem = EXCEL_NOT_EXCEL;
    if (book->problem != EXCEL_FINE)
        return tq_error_set(err, TQ_CSV, "xlsx");
    zip_error_init(&why);
    book->source = zip_source_buffer_create(bytes.data, bytes.len, 0, &why);
    if (book->source != NULL)
        book->zip = zip_open_from_source(book->source, ZIP_RDONLY | ZIP_CHECKCONS, &why);
    if (book->zip == NULL) {
        bool no_memory = zip_error_code_zip(&why) == ZIP_ER_MEMORY;

        zip_source_free(book->source);
        zip_error_fini(&why);
        book->problem = EXCEL_DAMAGED;
        return tq_error_set(err, no_memory ? TQ_NOMEM : TQ_CSV, "xlsx");
    }
    return TQ_OK;
}

tq_status excel_open(struct excel_book **out, struct tq_slice bytes, excel_problem *problem,
        struct tq_error *err)
{
    struct excel_book *book = tq_mem_zalloc(sizeof(*book));
    tq_status rc;

    *out = NULL;
    *problem = EXCEL_FINE;
    if (book == NULL)
        return tq_error_set(err, TQ_NOMEM, "xlsx");
    tq_buf_init(&book->kinds, 0);
    tq_buf_init(&book->texts, 0);
    book->arena = tq_arena_new(BOOK_ARENA_BYTES);
    rc = book->arena == NULL ? tq_error_set(err, TQ_NOMEM, "xlsx") : open_archive(book, bytes, err);
    if (rc == TQ_OK)
        rc = excel_read_workbook(book, err);
    if (rc == TQ_OK)
        rc = excel_read_styles(book, err);
    if (rc == TQ_OK)
        rc = excel_read_texts(book, err);
    if (rc != TQ_OK) {
        *problem = book->problem;
        excel_close(book);
        return rc;
    }
    *out = book;
    return TQ_OK;
}

void excel_close(struct excel_book *book)
{
    if (book == NULL)
        return;
    if (book->zip != NULL)
        zip_discard(book->zip);
    tq_buf_deinit(&book->kinds);
    tq_buf_deinit(&book->texts);
    tq_arena_free(book->arena);
    tq_mem_free(book);
}

size_t excel_sheet_count(const struct excel_book *book)
{
    return book->nshown;
}

const char *excel_sheet_name(const struct excel_book *book, size_t sheet)
{
    return book->sheets[sheet].name;
}

/* ---- places ---- */

void excel_column_letters(size_t column, char out[4])
{
    char text[4];
    size_t n = 0;

    for (column++; column > 0 && n < 3; column = (column - 1) / 26)
        text[n++] = (char)('A' + (column - 1) % 26);
    for (size_t i = 0; i < n; i++)
        out[i] = text[n - 1 - i];
    out[n] = '\0';
}

/* "AB12" into column 27 and row 12; what is behind it comes back, NULL when it is no place. */
static const char *read_place(const char *text, uint32_t *column, uint32_t *row)
{
    *column = 0;
    *row = 0;
    for (; *text >= 'A' && *text <= 'Z' && *column < 100000; text++)
        *column = *column * 26 + (uint32_t)(*text - 'A') + 1;
    for (; *text >= '0' && *text <= '9' && *row < 100000000; text++)
        *row = *row * 10 + (uint32_t)(*text - '0');
    if (*column == 0 || *row == 0)
        return NULL;
    (*column)--;
    return text;
}

static void note_merged(struct excel_rows *rows, const char *range)
{
    struct merged one = { 0 };
    uint32_t column;
    uint32_t last_column;
    const char *rest = range != NULL ? read_place(range, &column, &one.first_row) : NULL;

    if (rest == NULL || *rest != ':' || rows->merged.len / sizeof(one) >= MAX_MERGED)
        return;
    if (read_place(rest + 1, &last_column, &one.last_row) == NULL || column > UINT16_MAX ||
            last_column > UINT16_MAX)
        return;
    one.first_column = (uint16_t)column;
    one.last_column = (uint16_t)last_column;
    tq_buf_append(&rows->merged, &one, sizeof(one));
}

/* ---- cells ---- */

static void begin_cell(struct excel_rows *rows, const char **attributes)
{
    struct excel_book *book = rows->part.book;
    const char *place = excel_attribute(attributes, "r");
    const char *type = excel_attribute(attributes, "t");
    const char *style = excel_attribute(attributes, "s");
    size_t number = style != NULL ? (size_t)strtoul(style, NULL, 10) : 0;
    uint32_t column;
    uint32_t row;

    if (place != NULL && read_place(place, &column, &row) != NULL)
        rows->column = column;
    rows->kind = number < book->kinds.len ? (excel_kind)book->kinds.data[number] : EXCEL_NUMBER;
    rows->type = 'n';
    if (type != NULL && strcmp(type, "s") == 0)
        rows->type = 's';
    else if (type != NULL &&
             (strcmp(type, "str") == 0 || strcmp(type, "inlineStr") == 0 || strcmp(type, "d") == 0))
        rows->type = 't';
    else if (type != NULL && (type[0] == 'b' || type[0] == 'e') && type[1] == '\0')
        rows->type = type[0];
    rows->formula = false;
    rows->has_value = false;
    tq_buf_clear(&rows->value);
}

/* The value in work as text behind the others; the mark says what is wrong with it. */
static uint8_t put_value(struct excel_rows *rows)
{
    struct excel_book *book = rows->part.book;
    struct tq_slice raw = tq_buf_slice(&rows->value);

    if (!rows->has_value)
        return rows->formula ? TQ_CELL_FORMULA : 0;
    switch (rows->type) {
    case 's': {
        const struct tq_slice *texts = (const void *)book->texts.data;
        char number[16] = "";
        size_t at;

        memcpy(number, raw.data, raw.len < sizeof(number) ? raw.len : 0);
        at = (size_t)strtoul(number, NULL, 10);
        if (at >= book->texts.len / sizeof(texts[0]))
            return TQ_CELL_ERROR;
        tq_buf_append_slice(&rows->text, texts[at]);
        return 0;
    }
    case 'e':
        tq_buf_append_slice(&rows->text, raw);
        return TQ_CELL_ERROR;
    case 't': {
        size_t from = rows->text.len;

        tq_buf_append_slice(&rows->text, raw);
        if (tq_buf_is_ok(&rows->text))
            excel_unescape(&rows->text, from);
        return 0;
    }
    case 'b':
        tq_buf_append_slice(&rows->text, raw);
        return 0;
    default:
        if (raw.len > 0 &&
                !excel_print_number(raw, rows->kind, book->dates_from_1904, &rows->text)) {
            tq_buf_append_slice(&rows->text, raw);
            return TQ_CELL_ERROR;
        }
        return 0;
    }
}

static void end_cell(struct excel_rows *rows)
{
    size_t before = rows->text.len;
    uint8_t mark;

    if (rows->column >= TQ_CSV_MAX_FIELDS) {
        if (rows->has_value)
            excel_part_fail(&rows->part, EXCEL_TOO_WIDE);
        return;
    }
    if (rows->column < rows->count) /* twice the same cell: no program writes that */
        return;
    mark = put_value(rows);
    for (; rows->count < rows->column; rows->count++) {
        rows->ends[rows->count] = before;
        rows->marks[rows->count] = 0;
    }
    rows->ends[rows->count] = rows->text.len;
    rows->marks[rows->count++] = mark;
    rows->column++;
    if (!tq_buf_is_ok(&rows->text) || !tq_buf_is_ok(&rows->value))
        excel_part_no_memory(&rows->part);
}

static void begin_row(struct excel_rows *rows, const char **attributes)
{
    const char *number = excel_attribute(attributes, "r");

    rows->line = number != NULL ? (uint32_t)strtoul(number, NULL, 10) : rows->line + 1;
    rows->count = 0;
    rows->column = 0;
    tq_buf_clear(&rows->text);
}

/* Cells that a merged one covers are mostly not written: put them in, empty and marked. */
static void mark_covered(struct excel_rows *rows)
{
    const struct merged *all = (const void *)rows->merged.data;

    for (size_t i = 0; i < rows->merged.len / sizeof(all[0]); i++) {
        if (rows->line < all[i].first_row || rows->line > all[i].last_row)
            continue;
        for (size_t c = all[i].first_column; c <= all[i].last_column && c < TQ_CSV_MAX_FIELDS;
                c++) {
            for (; rows->count <= c; rows->count++) {
                rows->ends[rows->count] = rows->text.len;
                rows->marks[rows->count] = 0;
            }
            if (rows->line != all[i].first_row || c != all[i].first_column)
                rows->marks[c] = TQ_CELL_COVERED;
        }
    }
}

/* Out of the way what is empty at the end; a row of nothing is no row. */
static void end_row(struct excel_rows *rows)
{
    bool empty = true;
    struct tq_slice text;
    size_t begin = 0;
    size_t last = 0;

    mark_covered(rows);
    text = rows->text.data != NULL ? tq_buf_slice(&rows->text) : tq_slice_str("");
    for (size_t i = 0; i < rows->count; i++) {
        rows->fields[i] = tq_slice_of(text.data + begin, rows->ends[i] - begin);
        begin = rows->ends[i];
        if (rows->fields[i].len > 0 && rows->marks[i] == TQ_CELL_COVERED)
            rows->marks[i] = TQ_CELL_FINE; /* it says something of its own */
        if (rows->fields[i].len > 0 || rows->marks[i] != TQ_CELL_FINE)
            last = i + 1;
        empty = empty && rows->fields[i].len == 0 && rows->marks[i] != TQ_CELL_FORMULA;
    }
    rows->count = last;
    if (empty)
        return;
    rows->ready = true;
    XML_StopParser(rows->part.parser, XML_TRUE);
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct excel_rows *rows = user;
    const char *what = excel_name(name);

    if (strcmp(what, "mergeCell") == 0 && rows->only_merged)
        note_merged(rows, excel_attribute(attributes, "ref"));
    if (rows->only_merged)
        return;
    if (strcmp(what, "row") == 0)
        begin_row(rows, attributes);
    else if (strcmp(what, "c") == 0)
        begin_cell(rows, attributes);
    else if (strcmp(what, "f") == 0)
        rows->formula = true;
    else if (strcmp(what, "rPh") == 0)
        rows->in_phonetic = true;
    else if (strcmp(what, "v") == 0 || (strcmp(what, "t") == 0 && !rows->in_phonetic))
        rows->in_value = rows->has_value = true;
}

static void on_end(void *user, const XML_Char *name)
{
    struct excel_rows *rows = user;
    const char *what = excel_name(name);

    if (rows->only_merged)
        return;
    if (strcmp(what, "v") == 0 || strcmp(what, "t") == 0)
        rows->in_value = false;
    else if (strcmp(what, "rPh") == 0)
        rows->in_phonetic = false;
    else if (strcmp(what, "c") == 0)
        end_cell(rows);
    else if (strcmp(what, "row") == 0)
        end_row(rows);
}

static void on_text(void *user, const XML_Char *text, int len)
{
    struct excel_rows *rows = user;

    if (!rows->in_value || rows->only_merged)
        return;
    if (rows->value.len + (size_t)len > EXCEL_MAX_TEXT_BYTES)
        excel_part_fail(&rows->part, EXCEL_CELL_LARGE);
    else
        tq_buf_append(&rows->value, text, (size_t)len);
}

/* ---- rows ---- */

static tq_status open_sheet(
        struct excel_rows *rows, struct excel_book *book, size_t sheet, struct tq_error *err)
{
    bool there;
    tq_status rc = excel_part_open(&rows->part, book, book->sheets[sheet].path, &there, err);

    if (rc == TQ_OK && !there) {
        rows->part.problem = book->problem = EXCEL_DAMAGED;
        rc = tq_error_set(err, TQ_CSV, "xlsx");
    }
    if (rc != TQ_OK)
        return rc;
    XML_SetElementHandler(rows->part.parser, on_start, on_end);
    XML_SetCharacterDataHandler(rows->part.parser, on_text);
    return TQ_OK;
}

/* Merged cells stand behind the rows: the sheet is read once for them alone. */
static tq_status read_merged(
        struct excel_rows *rows, struct excel_book *book, size_t sheet, struct tq_error *err)
{
    uint64_t before = book->inflated;
    bool more = true;
    tq_status rc = open_sheet(rows, book, sheet, err);

    rows->only_merged = true;
    while (rc == TQ_OK && more)
        rc = excel_part_read(&rows->part, &more, err);
    rows->only_merged = false;
    excel_part_close(&rows->part);
    book->inflated = before; /* the same bytes come a second time */
    if (rc == TQ_OK && !tq_buf_is_ok(&rows->merged))
        rc = tq_error_set(err, TQ_NOMEM, "xlsx");
    return rc;
}

tq_status excel_rows_new(
        struct excel_rows **out, struct excel_book *book, size_t sheet, struct tq_error *err)
{
    struct excel_rows *rows = tq_mem_zalloc(sizeof(*rows));
    tq_status rc;

    *out = NULL;
    if (rows == NULL)
        return tq_error_set(err, TQ_NOMEM, "xlsx");
    tq_buf_init(&rows->merged, 0);
    tq_buf_init(&rows->text, 0);
    tq_buf_init(&rows->value, 0);
    rc = read_merged(rows, book, sheet, err);
    if (rc == TQ_OK)
        rc = open_sheet(rows, book, sheet, err);
    if (rc != TQ_OK && rc != TQ_CSV) {
        excel_rows_free(rows);
        return rc;
    }
    *out = rows; /* also of a damaged sheet: its problem is asked for */
    return rc;
}

void excel_rows_free(struct excel_rows *rows)
{
    if (rows == NULL)
        return;
    excel_part_close(&rows->part);
    tq_buf_deinit(&rows->merged);
    tq_buf_deinit(&rows->text);
    tq_buf_deinit(&rows->value);
    tq_mem_free(rows);
}

tq_status excel_rows_next(
        struct excel_rows *rows, struct tq_csv_row *row, bool *more, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    *more = true;
    rows->ready = false;
    while (rc == TQ_OK && *more && !rows->ready)
        rc = excel_part_read(&rows->part, more, err);
    if (rc != TQ_OK)
        return rc;
    *more = rows->ready;
    row->line = rows->line;
    row->count = rows->count;
    row->fields = rows->fields;
    row->marks = rows->marks;
    return TQ_OK;
}

excel_problem excel_rows_problem(const struct excel_rows *rows)
{
    return rows->part.book != NULL ? rows->part.book->problem : rows->part.problem;
}

void excel_rows_progress(const struct excel_rows *rows, uint64_t *done, uint64_t *total)
{
    *done = rows->part.done;
    *total = rows->part.size;
}

const char *excel_problem_sentence(excel_problem problem, tq_lang lang)
{
    static const char *const WORDS[][2] = {
        [EXCEL_FINE] = { "tệp không có dòng nào", "the file is empty" },
        [EXCEL_NOT_EXCEL] = { "đây không phải tệp Excel: hãy mở bằng Excel và lưu lại dạng .xlsx",
                "this is no Excel file: open it with Excel and save it as .xlsx" },
        [EXCEL_OLD] = { "đây là tệp Excel kiểu cũ (.xls): hãy mở bằng Excel, chọn Lưu thành (Save "
                        "As) dạng .xlsx",
                "this is an old Excel file (.xls): open it with Excel and save it as .xlsx" },
        [EXCEL_PASSWORD] = { "tệp Excel có mật khẩu: hãy mở bằng Excel, bỏ mật khẩu rồi lưu lại",
                "the Excel file has a password: open it with Excel, remove it and save again" },
        [EXCEL_TOO_LARGE] = { "tệp Excel quá lớn (nhiều nhất 20 MB, mở ra 200 MB): hãy xóa các "
                              "trang và hình không cần rồi lưu lại",
                "the Excel file is too large (20 MB at most, 200 MB unpacked): delete sheets and "
                "pictures that are not needed and save again" },
        [EXCEL_DAMAGED] = { "tệp Excel bị hỏng hoặc chép chưa hết: hãy mở bằng Excel và lưu lại, "
                            "hoặc chép lại",
                "the Excel file is damaged or incomplete: open it with Excel and save it, or copy "
                "it again" },
        [EXCEL_TOO_WIDE] = { "trang có ô ở quá xa bên phải (hơn 128 cột): hãy xóa các cột thừa",
                "the sheet has cells too far to the right (over 128 columns): delete them" },
        [EXCEL_CELL_LARGE] = { "có ô dài hơn 32.767 chữ: hãy rút ngắn",
                "a cell has more than 32,767 letters: shorten it" },
    };

    return WORDS[problem][lang == TQ_LANG_EN];
}
