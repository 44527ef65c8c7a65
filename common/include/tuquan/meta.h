/* meta.h - The metadata of one row at the district: which change brought each cell.
 *
 * One packed blob a row (sync.md section 5): the sequence of the last change or touch, the sequence
 * of the insert, and exceptions for the cells that differ from the insert. Encoding: varint
 * row_seq, varint row_seq - born_seq, then per exception varint cell, varint row_seq - seq.
 * Ownership: a plain value.
 * Threads:   pure functions, any. */
#ifndef TQ_META_H
#define TQ_META_H

#include "tuquan/catalogue.h"

struct tq_meta_cell {
    uint32_t cell;
    uint64_t seq;
};

struct tq_meta {
    uint64_t row_seq;  /* of the last change or touch */
    uint64_t born_seq; /* of the insert; cells without an exception carry it */
    size_t ncells;
    struct tq_meta_cell cells[TQ_MAX_COLUMNS]; /* ascending by cell */
};

TQ_BEGIN_DECLS

/* Sequence of the present value of a cell. */
uint64_t tq_meta_seq(const struct tq_meta *meta, uint32_t cell);

/* A change or touch at `seq`: the cell's (cell 0: none) and the row's sequence move. */
void tq_meta_set(struct tq_meta *meta, uint32_t cell, uint64_t seq);

/* Append the blob; short memory is the buf's. */
void tq_meta_encode(const struct tq_meta *meta, struct tq_buf *out);

/* False: malformed (the file was damaged). */
bool tq_meta_decode(struct tq_slice bytes, struct tq_meta *out);

TQ_END_DECLS
#endif
