/* quoted.h - The text in which the capture triggers write values: `<column>=<quote(value)>,` ...
 *
 * Ownership: what is parsed lies in the caller's arena. Threads: no state. */
#ifndef TQ_QUOTED_H
#define TQ_QUOTED_H

#include "tuquan/arena.h"
#include "tuquan/error.h"
#include "tuquan/office_ops.h"

TQ_BEGIN_DECLS

/* Parse into `arena`; CORRUPT when it is not such a text. Empty: no cells. */
TQ_MUST_CHECK tq_status tq_quoted_parse(
        struct tq_slice text, struct tq_arena *arena, struct tq_cells *out, struct tq_error *err);

/* Append the text of `cells`. */
void tq_quoted_format(struct tq_buf *out, const struct tq_cells *cells);

TQ_END_DECLS
#endif
