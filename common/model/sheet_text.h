/* sheet_text.h - Small readers of the text in which sheets hold their parameters.
 *
 * Ownership: slices borrow from the text that is read; sheet_text_copy copies into an arena.
 * Threads:   pure functions. */
#ifndef TQ_SHEET_TEXT_H
#define TQ_SHEET_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/arena.h"
#include "tuquan/bytes.h"

/* Take the part before the next `mark` (or all that is left) off the front; false at the end. */
bool sheet_text_cut(struct tq_slice *rest, char mark, struct tq_slice *part);

/* Take one `key=value` off the front, past spaces; false at the end. A word without `=` comes as a
 * key with an empty value. */
bool sheet_text_pair(struct tq_slice *rest, struct tq_slice *key, struct tq_slice *value);

/* Decimal digits only, 0..most. */
bool sheet_text_int(struct tq_slice text, int64_t most, int64_t *out);

/* False when memory is short. */
bool sheet_text_copy(struct tq_arena *arena, struct tq_slice from, struct tq_slice *out);

#endif
