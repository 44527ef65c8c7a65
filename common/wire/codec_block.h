/* codec_block.h - Keys and columns of a block, between our rows and the lists of block.proto.
 *
 * Encoding: describe the rows by struct block_rows, get keys and columns.
 * Decoding: block_columns turns the columns of a block into one struct cells a row. */
#ifndef TQ_WIRE_CODEC_BLOCK_H
#define TQ_WIRE_CODEC_BLOCK_H

#include "codec_util.h"
#include "tuquan/value.h"
#include "tuquan/v1/block.pb-c.h"

/* The columns of one row. */
struct cells {
    uint32_t n;
    const uint32_t *numbers; /* ascending */
    const struct tq_value *values;
};

struct keys_view {
    size_t n;
    const struct tq_slice *at;
};

/* NULL on failure. */
Tuquan__V1__Keys *keys_encode(struct coder *c, struct keys_view keys);

/* `out` has room for n keys. */
bool keys_decode(struct coder *c, const Tuquan__V1__Keys *from, size_t n, struct tq_slice *out);

/* The columns of n rows, as blocks. `before` NULL, or the values before of the same columns, one
 * array a row. On success *out holds *nout columns; of `before` too (before_out, same count). */
struct columns_job {
    struct keys_view keys;
    const struct cells *rows;             /* keys.n of them */
    const struct tq_value *const *before; /* NULL: none */
    Tuquan__V1__Column **after_out;
    Tuquan__V1__Column **before_out;
    size_t nout;
};
bool columns_encode(struct coder *c, struct columns_job *job);

/* The reverse. `before` may be empty (nbefore 0). *rows_out: one struct cells a row. *before_out:
 * as many arrays of values, NULL when there are none. */
struct columns_source {
    struct keys_view keys;
    size_t nafter;
    Tuquan__V1__Column **after;
    size_t nbefore;
    Tuquan__V1__Column **before;
};
bool columns_decode(struct coder *c, const struct columns_source *from, struct cells **rows_out,
        const struct tq_value ***before_out);

/* Working memory that the columns of one block share: room for its rows. */
struct column_scratch {
    struct tq_value *values;
    struct tq_value *base;
    struct tq_slice *keys;
    uint32_t *first;
};
bool column_scratch_init(struct coder *c, struct column_scratch *scratch, size_t rows);

/* One column; the parts of the two functions above (codec_column.c).
 * `values`: those that are not absent, in row order, n of them; keys of the same rows; base: for
 * FORM_DIFFERENCE the values before, or NULL. */
Tuquan__V1__Column *column_encode(struct coder *c, uint32_t number, struct keys_view keys,
        const struct tq_value *values, const struct tq_value *base, struct column_scratch *scratch);
bool column_decode(struct coder *c, const Tuquan__V1__Column *from, struct keys_view keys,
        const struct tq_value *base, struct tq_value *out);

#endif
