/* sheets_in.h - Files of records and figures, CSV or Excel, into an import: the one way for the page
 * and the command line.
 *
 * Ownership: borrows the paths; what the import's problems name lives until sheets_in_free.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_SHEETS_IN_H
#define TQ_CLIENT_SHEETS_IN_H

#include "app.h"
#include "tuquan/import.h"

struct sheets_in; /* opaque */

struct sheets_in_options {
    const char *table;  /* NULL: by the names of sheets and files */
    const char *period; /* of sheets of figures that name none; NULL */
    bool confirmed;     /* figures of such sheets come in as confirmed */
};

/* Read all files into the import, tables of parents first. What is wrong with a file becomes a problem
 * of the import. Fails: USAGE (no such table, or none told), NOT_FOUND (no such file), IO, NOMEM. Call
 * sheets_in_free after the import was freed, in any case. */
TQ_MUST_CHECK tq_status sheets_in_read(struct sheets_in **out, struct app *app,
        struct tq_import *import, const char *const *paths, size_t npaths,
        const struct sheets_in_options *options, struct tq_error *err);
void sheets_in_free(struct sheets_in *in);

#endif
