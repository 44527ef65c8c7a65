/* returns_sheet.h - A sheet of figures in Excel, villages down and indicators across, as rows of
 * table village_return: one for each cell in which something stands.
 *
 * The sheet is the one that `export` writes, or one like it: a cell "Kỳ" with the month beside it, a
 * line that begins with "Thôn" and names indicators, then a line for each village. Lines that begin
 * with "Cộng" or "Tổng" are sums and no village's.
 * Ownership: borrows app and rows until returns_sheet_free.
 * Threads:   none inside. */
#ifndef TQ_CLIENT_RETURNS_SHEET_H
#define TQ_CLIENT_RETURNS_SHEET_H

#include "app.h"
#include "excel/xlsx_read.h"
#include "tuquan/import.h"

struct returns_sheet; /* opaque */

/* Does the sheet look so (and not like a list with a column for the indicator)? Fails: CSV (cannot be
 * read), NOMEM. */
TQ_MUST_CHECK tq_status returns_sheet_is(
        struct excel_book *book, size_t sheet, bool *is, struct tq_error *err);

/* `period` (may be NULL): the month where the sheet names none; `confirmed`: the figures come in as
 * confirmed, not as drafts. Fails: NOMEM. */
TQ_MUST_CHECK tq_status returns_sheet_new(struct returns_sheet **out, struct app *app,
        struct excel_rows *rows, const char *period, bool confirmed, struct tq_error *err);
void returns_sheet_free(struct returns_sheet *sheet);

struct tq_import_source returns_sheet_source(struct returns_sheet *sheet);

#endif
