/* values.h - Values as the change log and the inbox write them (tuquan/quoted.h), shown.
 *
 * Ownership: what is read lives in the arena.
 * Threads:   any. */
#ifndef TQ_CLIENT_VALUES_H
#define TQ_CLIENT_VALUES_H

#include "app.h"

/* "Column = value; Column = value" in the user's words. `names` false: the values alone. Fails as
 * tq_quoted_parse does. */
TQ_MUST_CHECK tq_status values_show(struct app *app, const struct tq_table *table,
        struct tq_slice text, bool names, struct tq_buf *out, struct tq_error *err);

/* Given in the draft, as far as its table has their columns. Fails as tq_quoted_parse does. */
TQ_MUST_CHECK tq_status values_give(
        struct app *app, struct tq_slice text, struct tq_draft *draft, struct tq_error *err);

#endif
