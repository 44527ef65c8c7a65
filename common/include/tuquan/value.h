/* value.h - One value of one column: nothing, an integer, text or bytes. There are no floats.
 *
 * Ownership: a value borrows its bytes; who made it says from where.
 * Threads:   pure functions, any.
 * The fixed encoding (tq_value_encode) is what digests, cell comparison and stored cells use; it is
 * part of the contract with other programs: 00 | 01 + 8 bytes big-endian two's complement |
 * 02 + u32 length + UTF-8 | 03 + u32 length + bytes. */
#ifndef TQ_VALUE_H
#define TQ_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"

typedef enum tq_type { TQ_NULL = 0, TQ_INT = 1, TQ_TEXT = 2, TQ_BLOB = 3 } tq_type;

struct tq_value {
    tq_type type;
    int64_t i;         /* TQ_INT */
    struct tq_slice s; /* TQ_TEXT, TQ_BLOB */
};

TQ_BEGIN_DECLS

/* A value of that type over the caller's bytes, which are not looked at: UTF-8 is the codec's. */
struct tq_value tq_value_null(void);
struct tq_value tq_value_int(int64_t i);
struct tq_value tq_value_text(struct tq_slice text);
struct tq_value tq_value_str(const char *text);
struct tq_value tq_value_blob(struct tq_slice bytes);

/* Of one type and the same bytes; nothing equals nothing. */
bool tq_value_equal(const struct tq_value *a, const struct tq_value *b);

/* Append the fixed encoding; short memory is the buf's. */
void tq_value_encode(struct tq_buf *out, const struct tq_value *value);

/* Take one encoded value off the front of `from`; the result borrows from it. False: malformed. */
bool tq_value_decode(struct tq_slice *from, struct tq_value *out);

TQ_END_DECLS
#endif
