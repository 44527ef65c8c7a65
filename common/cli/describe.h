/* describe.h - A table of the catalogue as a form needs it: titles, kinds, words, bounds, who writes
 * what.
 *
 * Ownership: the result is the caller's.
 * Threads:   any. */
#ifndef TQ_CLI_DESCRIBE_H
#define TQ_CLI_DESCRIBE_H

#include "cli/cli.h"
#include "tuquan/catalogue.h"

/* `writers`: who fills the form, TQ_BY_COMMUNE or TQ_BY_DISTRICT. */
json_t *cli_describe_table(const struct cli *cli, const struct tq_table *table, unsigned writers);

#endif
