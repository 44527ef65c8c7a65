#include <string.h>

#include "model/sheet_text.h"
#include "tuquan/csv.h"
#include "tuquan/sheet.h"

enum { CODE, AREA, NAME, MAX_C, FORMULA, PARAMETERS, BASIS, NCOLUMNS };

static const char *const headings[NCOLUMNS] = { "code", "area", "name", "max_c", "formula",
    "parameters", "basis" };

static tq_status check_headings(const struct tq_csv_row *row, bool more, struct tq_error *err)
{
    if (!more || row->count != NCOLUMNS)
        return tq_error_set(err, TQ_CSV, "%s %d", tq_phrase(TQ_PHRASE_COLUMNS_WANTED), NCOLUMNS);
    for (size_t i = 0; i < NCOLUMNS; i++) {
        if (!tq_slice_equal(row->fields[i], tq_slice_str(headings[i])))
            return tq_error_set(err, TQ_CSV, "%s 1, %s %zu: %s %s", tq_phrase(TQ_PHRASE_LINE),
                    tq_phrase(TQ_PHRASE_COLUMN), i + 1, tq_phrase(TQ_PHRASE_MUST_BE), headings[i]);
    }
    return TQ_OK;
}

static tq_status read_row(struct tq_arena *arena, const struct tq_csv_row *row,
        struct tq_criterion_row *out, struct tq_error *err)
{
    if (row->count != NCOLUMNS)
        return tq_error_set(err, TQ_CSV, "%s %u: %s %d", tq_phrase(TQ_PHRASE_LINE), row->line,
                tq_phrase(TQ_PHRASE_COLUMNS_WANTED), NCOLUMNS);
    if (!sheet_text_copy(arena, row->fields[CODE], &out->code) ||
            !sheet_text_copy(arena, row->fields[NAME], &out->name) ||
            !sheet_text_copy(arena, row->fields[FORMULA], &out->formula) ||
            !sheet_text_copy(arena, row->fields[PARAMETERS], &out->parameters) ||
            !sheet_text_copy(arena, row->fields[BASIS], &out->basis))
        return tq_error_set(err, TQ_NOMEM, "sheet");
    if (tq_slice_equal(out->formula, tq_slice_str("SHEET")))
        return TQ_OK;
    if (!sheet_text_int(row->fields[AREA], TQ_MAX_AREAS, &out->area))
        return tq_error_set(err, TQ_INVALID, "%s %u: %s", tq_phrase(TQ_PHRASE_LINE), row->line,
                tq_phrase(TQ_PHRASE_AREA_RANGE));
    if (!sheet_text_int(row->fields[MAX_C], TQ_MAX_POINTS_C, &out->max_c))
        return tq_error_set(err, TQ_INVALID, "%s %u: max_c", tq_phrase(TQ_PHRASE_LINE), row->line);
    return TQ_OK;
}

static tq_status read_rows(struct tq_csv *csv, struct tq_arena *arena, struct tq_sheet_row *sheet,
        struct tq_criterion_row *rows, size_t *nrows, struct tq_error *err)
{
    struct tq_csv_row row;
    bool more;
    tq_status rc = tq_csv_next(csv, &row, &more, err);

    if (rc == TQ_OK)
        rc = check_headings(&row, more, err);
    while (rc == TQ_OK) {
        struct tq_criterion_row one;

        memset(&one, 0, sizeof(one));
        rc = tq_csv_next(csv, &row, &more, err);
        if (rc != TQ_OK || !more)
            break;
        rc = read_row(arena, &row, &one, err);
        if (rc == TQ_OK && tq_slice_equal(one.formula, tq_slice_str("SHEET"))) {
            if (sheet->key.data != NULL)
                return tq_error_set(err, TQ_INVALID, "%s %u: %s", tq_phrase(TQ_PHRASE_LINE),
                        row.line, tq_phrase(TQ_PHRASE_SECOND_SHEET));
            *sheet = (struct tq_sheet_row){ one.code, one.name, one.parameters, one.basis };
        } else if (rc == TQ_OK) {
            if (*nrows == TQ_MAX_CRITERIA)
                return tq_error_set(err, TQ_RANGE, "criterion: %s %u",
                        tq_phrase(TQ_PHRASE_TOO_MANY), TQ_MAX_CRITERIA);
            rows[(*nrows)++] = one;
        }
    }
    return rc;
}

tq_status tq_sheet_read_csv(struct tq_slice text, struct tq_arena *arena,
        struct tq_sheet_row *sheet, const struct tq_criterion_row **rows, size_t *nrows,
        struct tq_error *err)
{
    struct tq_criterion_row *made = tq_arena_array(arena, TQ_MAX_CRITERIA, sizeof(*made));
    struct tq_csv csv;
    tq_status rc;

    memset(sheet, 0, sizeof(*sheet));
    *rows = made;
    *nrows = 0;
    if (made == NULL)
        return tq_error_set(err, TQ_NOMEM, "sheet");
    rc = tq_csv_init(&csv, text, err);
    if (rc == TQ_OK)
        rc = read_rows(&csv, arena, sheet, made, nrows, err);
    tq_csv_deinit(&csv);
    if (rc == TQ_OK && sheet->key.data == NULL)
        rc = tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_NO_SHEET_ROW);
    return rc;
}
