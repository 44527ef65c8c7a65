/* rows.h - The columns that a list of rows shows: to people those that say something on this page, to
 * programs all.
 *
 * Ownership: what the columns name is the catalogue's.
 * Threads:   none inside. */
#ifndef TQ_CLI_ROWS_H
#define TQ_CLI_ROWS_H

#include "cli/cli.h"
#include "cli/table.h"
#include "tuquan/catalogue.h"

/* Which columns of the table, by index into `shown`, with their headings in `columns` (room for
 * TQ_MAX_COLUMNS each); returns how many. `rows`: the values of each row. `owner`: whose row it is is
 * news to the reader. */
size_t cli_rows_columns(const struct cli *cli, const struct tq_table *table,
        const struct tq_value *const *rows, size_t n, bool owner, size_t *shown,
        struct cli_column *columns);

/* The first date that is a fact of the row: what --from and --to mean; -1: there is none. */
int cli_rows_date(const struct tq_table *table);

#endif
