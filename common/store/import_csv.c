/* import_csv.c - A CSV file as a source of rows. */
#include "tuquan/csv.h"
#include "tuquan/import.h"

struct csv_source {
    struct tq_csv csv;
    size_t total;
    tq_status begun; /* what opening it came to; told with the first row */
};

static tq_status next(void *ctx, struct tq_csv_row *row, bool *more, struct tq_error *err)
{
    struct csv_source *source = ctx;

    if (source->begun != TQ_OK)
        return tq_error_set(err, source->begun, "csv");
    return tq_csv_next(&source->csv, row, more, err);
}

static const char *sentence(void *ctx, tq_lang lang)
{
    struct csv_source *source = ctx;
    bool en = lang == TQ_LANG_EN;

    switch (source->csv.problem) {
    case TQ_CSV_UTF16:
        return en ? "the file is UTF-16: save it as CSV UTF-8"
                  : "tệp dùng mã UTF-16: hãy lưu lại dạng CSV UTF-8";
    case TQ_CSV_NOT_UTF8:
        return en ? "not UTF-8 (an old font such as TCVN3 or VNI?): save it as CSV UTF-8"
                  : "chữ không đúng mã UTF-8 (có thể là TCVN3, VNI): hãy lưu lại dạng CSV UTF-8";
    case TQ_CSV_OPEN_QUOTE:
        return en ? "a quote is opened here and never closed"
                  : "dấu ngoặc kép mở ở đây mà không đóng";
    case TQ_CSV_AFTER_QUOTE:
        return en ? "text stands behind a closing quote" : "có chữ đứng sau dấu ngoặc kép đóng";
    case TQ_CSV_TOO_WIDE:
        return en ? "too many cells in one line" : "quá nhiều ô trên một dòng";
    case TQ_CSV_FINE:
        break;
    }
    return en ? "the file is empty" : "tệp không có dòng nào";
}

static uint32_t line(void *ctx)
{
    struct csv_source *source = ctx;

    return source->csv.problem == TQ_CSV_FINE ? 1 : source->csv.problem_line;
}

static void progress_of(void *ctx, uint64_t *done, uint64_t *total)
{
    struct csv_source *source = ctx;

    *done = source->total - source->csv.rest.len;
    *total = source->total;
}

tq_status tq_import_file(struct tq_import *import, const struct tq_table *table, const char *name,
        struct tq_slice text, tq_import_progress progress, void *arg, struct tq_error *err)
{
    struct csv_source csv = { .total = text.len };
    struct tq_import_source source = { &csv, next, sentence, line, progress_of, false };
    tq_status rc;

    csv.begun = tq_csv_init(&csv.csv, text, NULL);
    rc = csv.begun == TQ_NOMEM ? tq_error_phrase(err, TQ_NOMEM, TQ_PHRASE_IMPORT)
                               : tq_import_rows(import, table, name, &source, progress, arg, err);
    tq_csv_deinit(&csv.csv);
    return rc;
}
