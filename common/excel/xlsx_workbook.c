/* xlsx_workbook.c - What a workbook says of its sheets, formats and shared texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "excel/excel_internal.h"

#define MAX_FORMATS 4096u

struct format {
    uint32_t number;
    uint8_t kind;
};

struct reading {
    struct excel_part part; /* first: the handlers get it */
    struct tq_buf text;     /* of the shared text in work */
    struct tq_buf formats;  /* struct format: those of the workbook's own */
    bool in_cell_formats;
    bool in_text;
    bool in_phonetic;
};

static const char *keep(struct excel_book *book, const char *text)
{
    return tq_arena_copy(book->arena, text, strlen(text) + 1);
}

static tq_status read_part(struct reading *reading, struct excel_book *book, const char *name,
        XML_StartElementHandler start, XML_EndElementHandler end, XML_CharacterDataHandler text,
        bool *there, struct tq_error *err)
{
    bool more = true;
    tq_status rc = excel_part_open(&reading->part, book, name, there, err);

    if (rc != TQ_OK || !*there)
        return rc;
    XML_SetElementHandler(reading->part.parser, start, end);
    XML_SetCharacterDataHandler(reading->part.parser, text);
    while (rc == TQ_OK && more)
        rc = excel_part_read(&reading->part, &more, err);
    excel_part_close(&reading->part);
    return rc;
}

/* ---- xl/workbook.xml and what its relations name ---- */

static void add_sheet(struct reading *reading, const char **attributes)
{
    struct excel_book *book = reading->part.book;
    const char *name = excel_attribute(attributes, "name");
    const char *relation = excel_attribute(attributes, "id");
    const char *state = excel_attribute(attributes, "state");
    struct excel_sheet *sheet = &book->sheets[book->nsheets];

    if (name == NULL || relation == NULL || book->nsheets == EXCEL_MAX_SHEETS)
        return;
    sheet->name = keep(book, name);
    sheet->relation = keep(book, relation);
    sheet->hidden = state != NULL && strcmp(state, "visible") != 0;
    if (sheet->name == NULL || sheet->relation == NULL)
        excel_part_no_memory(&reading->part);
    book->nsheets++;
}

static void workbook_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = user;
    const char *what = excel_name(name);

    if (strcmp(what, "sheet") == 0) {
        add_sheet(reading, attributes);
    } else if (strcmp(what, "workbookPr") == 0) {
        const char *value = excel_attribute(attributes, "date1904");

        reading->part.book->dates_from_1904 =
                value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
    }
}

/* Targets are relative to xl/, or begin with '/' at the top of the archive. */
static void relation_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = user;
    struct excel_book *book = reading->part.book;
    const char *id = excel_attribute(attributes, "Id");
    const char *target = excel_attribute(attributes, "Target");
    char path[512];

    if (strcmp(excel_name(name), "Relationship") != 0 || id == NULL || target == NULL ||
            strlen(target) + 4 > sizeof(path))
        return;
    snprintf(path, sizeof(path), "%s%s", target[0] == '/' ? "" : "xl/",
            target[0] == '/' ? target + 1 : target);
    for (size_t i = 0; i < book->nsheets; i++)
        if (strcmp(book->sheets[i].relation, id) == 0) {
            book->sheets[i].path = keep(book, path);
            if (book->sheets[i].path == NULL)
                excel_part_no_memory(&reading->part);
        }
}

/* Sheets that can be read and seen come first; the rest is for nobody. */
static void order_sheets(struct excel_book *book)
{
    size_t n = 0;

    for (size_t i = 0; i < book->nsheets; i++)
        if (book->sheets[i].path != NULL && !book->sheets[i].hidden)
            book->sheets[n++] = book->sheets[i];
    book->nshown = n;
}

tq_status excel_read_workbook(struct excel_book *book, struct tq_error *err)
{
    struct reading reading = { 0 };
    bool there = false;
    tq_status rc =
            read_part(&reading, book, "xl/workbook.xml", workbook_start, NULL, NULL, &there, err);

    if (rc == TQ_OK && there)
        rc = read_part(&reading, book, "xl/_rels/workbook.xml.rels", relation_start, NULL, NULL,
                &there, err);
    if (rc != TQ_OK)
        return rc;
    order_sheets(book);
    if (there && book->nshown > 0)
        return TQ_OK;
    book->problem = EXCEL_NOT_EXCEL;
    return tq_error_set(err, TQ_CSV, "xlsx");
}

/* ---- xl/styles.xml ---- */

static void styles_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = user;
    struct excel_book *book = reading->part.book;
    const char *what = excel_name(name);
    const char *number = excel_attribute(attributes, "numFmtId");
    uint32_t format = number != NULL ? (uint32_t)strtoul(number, NULL, 10) : 0;

    if (strcmp(what, "cellXfs") == 0) {
        reading->in_cell_formats = true;
    } else if (strcmp(what, "numFmt") == 0) {
        const char *code = excel_attribute(attributes, "formatCode");
        struct format mine = { format, 0 };

        if (code == NULL || reading->formats.len / sizeof(mine) >= MAX_FORMATS)
            return;
        mine.kind = (uint8_t)excel_kind_of_format(format, code);
        tq_buf_append(&reading->formats, &mine, sizeof(mine));
    } else if (strcmp(what, "xf") == 0 && reading->in_cell_formats &&
               book->kinds.len < EXCEL_MAX_STYLES) {
        const struct format *formats = (const void *)reading->formats.data;
        size_t n = reading->formats.len / sizeof(formats[0]);
        uint8_t kind = (uint8_t)excel_kind_of_format(format, NULL);

        for (size_t i = 0; i < n; i++)
            if (formats[i].number == format)
                kind = formats[i].kind;
        tq_buf_append_u8(&book->kinds, kind);
    }
}

static void styles_end(void *user, const XML_Char *name)
{
    struct reading *reading = user;

    if (strcmp(excel_name(name), "cellXfs") == 0)
        reading->in_cell_formats = false;
}

tq_status excel_read_styles(struct excel_book *book, struct tq_error *err)
{
    struct reading reading = { 0 };
    bool there;
    tq_status rc;

    tq_buf_init(&reading.formats, 0);
    rc = read_part(&reading, book, "xl/styles.xml", styles_start, styles_end, NULL, &there, err);
    if (rc == TQ_OK && (!tq_buf_is_ok(&reading.formats) || !tq_buf_is_ok(&book->kinds)))
        rc = tq_error_set(err, TQ_NOMEM, "xlsx");
    tq_buf_deinit(&reading.formats);
    return rc;
}

/* ---- xl/sharedStrings.xml ---- */

static void texts_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = user;
    const char *what = excel_name(name);

    (void)attributes;
    if (strcmp(what, "si") == 0)
        tq_buf_clear(&reading->text);
    else if (strcmp(what, "rPh") == 0) /* how it is read aloud */
        reading->in_phonetic = true;
    else if (strcmp(what, "t") == 0)
        reading->in_text = !reading->in_phonetic;
}

static void texts_end(void *user, const XML_Char *name)
{
    struct reading *reading = user;
    struct excel_book *book = reading->part.book;
    const char *what = excel_name(name);
    struct tq_slice kept;

    if (strcmp(what, "t") == 0)
        reading->in_text = false;
    else if (strcmp(what, "rPh") == 0)
        reading->in_phonetic = false;
    if (strcmp(what, "si") != 0)
        return;
    excel_unescape(&reading->text, 0);
    kept.len = reading->text.len;
    kept.data = tq_arena_copy(
            book->arena, kept.len > 0 ? reading->text.data : (const void *)"", kept.len);
    tq_buf_append(&book->texts, &kept, sizeof(kept));
    if ((kept.data == NULL && kept.len > 0) || !tq_buf_is_ok(&book->texts) ||
            !tq_buf_is_ok(&reading->text))
        excel_part_no_memory(&reading->part);
}

static void texts_text(void *user, const XML_Char *text, int len)
{
    struct reading *reading = user;

    if (!reading->in_text)
        return;
    if (reading->text.len + (size_t)len > EXCEL_MAX_TEXT_BYTES)
        excel_part_fail(&reading->part, EXCEL_CELL_LARGE);
    else
        tq_buf_append(&reading->text, text, (size_t)len);
}

tq_status excel_read_texts(struct excel_book *book, struct tq_error *err)
{
    struct reading reading = { 0 };
    bool there;
    tq_status rc;

    tq_buf_init(&reading.text, 0);
    rc = read_part(&reading, book, "xl/sharedStrings.xml", texts_start, texts_end, texts_text,
            &there, err);
    tq_buf_deinit(&reading.text);
    return rc;
}
