/* values.h - Values as the change log and the inbox write them: "number=quoted," repeated.
 *
 * Ownership: texts live in the arena.
 * Threads:   any. */
#ifndef TQ_CLIENT_VALUES_H
#define TQ_CLIENT_VALUES_H

#include "app.h"

/* Take one "number=quoted," off the front; number 0 and NULL when nothing sensible stands there. */
void values_next(
        struct tq_slice *in, struct tq_arena *arena, uint32_t *number, struct tq_value *value);

/* "Column = value; Column = value" in the user's words. `names` false: the values alone. */
TQ_MUST_CHECK tq_status values_show(struct app *app, const struct tq_table *table,
        struct tq_slice text, bool names, struct tq_buf *out, struct tq_error *err);

#endif
