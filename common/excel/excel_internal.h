/* excel_internal.h - Shared by the files of xlsx_read.h. */
#ifndef TQ_EXCEL_INTERNAL_H
#define TQ_EXCEL_INTERNAL_H

#include <expat.h>
#include <zip.h>

#include "excel/xlsx_read.h"
#include "tuquan/arena.h"

#define EXCEL_MAX_SHEETS 64u
#define EXCEL_MAX_STYLES 65536u
#define EXCEL_MAX_TEXT 32767u /* letters in a cell, by Excel's own limit */
#define EXCEL_MAX_TEXT_BYTES ((size_t)4 * EXCEL_MAX_TEXT)

/* What a number under a style is. */
typedef enum excel_kind { EXCEL_NUMBER, EXCEL_DATE, EXCEL_DATE_TIME, EXCEL_TIME } excel_kind;

struct excel_sheet {
    const char *name;
    const char *relation; /* r:id */
    const char *path;     /* of its part in the archive; NULL: not found */
    bool hidden;
};

struct excel_book {
    zip_source_t *source;
    zip_t *zip;
    struct tq_arena *arena; /* names, shared texts */
    uint64_t inflated;      /* over all parts, so far */
    bool dates_from_1904;
    struct excel_sheet sheets[EXCEL_MAX_SHEETS];
    size_t nsheets; /* those that are shown come first */
    size_t nshown;
    struct tq_buf kinds; /* uint8_t excel_kind by style number */
    struct tq_buf texts; /* struct tq_slice by number of the shared text */
    excel_problem problem;
};

/* A part that is being read. */
struct excel_part {
    struct excel_book *book;
    zip_file_t *file;
    uint64_t size;
    uint64_t done;
    XML_Parser parser;
    bool no_memory;
    excel_problem problem;
    bool last; /* the parser has had the last of it */
};

/* Open a part by its name in the archive; *there false when it has none. Fails: CSV (book->problem),
 * NOMEM. The caller sets the parser's handlers. */
TQ_MUST_CHECK tq_status excel_part_open(struct excel_part *part, struct excel_book *book,
        const char *name, bool *there, struct tq_error *err);
void excel_part_close(struct excel_part *part);

/* Feed the parser until it was stopped by a handler or has had all; *more false at the end. Fails:
 * CSV (part->problem), NOMEM. */
TQ_MUST_CHECK tq_status excel_part_read(struct excel_part *part, bool *more, struct tq_error *err);

/* From a handler: this file is at fault, or there is no memory. */
void excel_part_fail(struct excel_part *part, excel_problem problem);
void excel_part_no_memory(struct excel_part *part);

/* The name of an element without its namespace, and an attribute (NULL: none). */
const char *excel_name(const char *name);
const char *excel_attribute(const char **attributes, const char *name);

/* Read sheets, styles and shared texts into the book. Fails as excel_part_read (book->problem). */
TQ_MUST_CHECK tq_status excel_read_workbook(struct excel_book *book, struct tq_error *err);
TQ_MUST_CHECK tq_status excel_read_styles(struct excel_book *book, struct tq_error *err);
TQ_MUST_CHECK tq_status excel_read_texts(struct excel_book *book, struct tq_error *err);

/* What a number format shows: by its number, or by its code. */
excel_kind excel_kind_of_format(uint32_t number, const char *code);

/* A number as a cell stores it, as a person would type it under this kind. Appends; false when it is
 * no number, or a date that no calendar has. */
bool excel_print_number(struct tq_slice raw, excel_kind kind, bool from_1904, struct tq_buf *out);

/* "_x000D_" and the like, as Excel writes control characters: out of the text, in place. */
void excel_unescape(struct tq_buf *text, size_t from);

#endif
