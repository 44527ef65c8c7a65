/* figures_form.h - The figures of a month as a sheet of a workbook: villages down, indicators across,
 * as `import` reads it back.
 *
 * Ownership: borrows all. Threads: the thread that owns the database. */
#ifndef TQ_CLIENT_FIGURES_FORM_H
#define TQ_CLIENT_FIGURES_FORM_H

#include "excel/xlsx_write.h"
#include "returns.h"

/* A new sheet with the figures that stand, or `blank`. Fails: as returns_cell does. */
TQ_MUST_CHECK tq_status figures_form(struct app *app, struct excel_writer *writer,
        const struct returns_frame *frame, bool blank, struct tq_error *err);

#endif
