/* digest.h - The digest of rows: what district and office compare after every pull (sync.md 4).
 *
 * One row: BLAKE2b-128 in the domain "tuquan.row.v1" over the table's number, then every column
 * that may leave, of the given schema version, in catalogue order, key and owner included, each as
 * its number (u32) and its fixed encoding (value.h). A set of rows: the sum mod 2^128, so order
 * does not matter and one row can be taken out and put back.
 * Ownership: sums are the caller's; rows are only read.
 * Threads:   pure functions, any. */
#ifndef TQ_DIGEST_H
#define TQ_DIGEST_H

#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/catalogue.h"
#include "tuquan/hash.h"

TQ_BEGIN_DECLS

/* Digest of one row: `values` has one entry per column of `table`, in catalogue order. Columns
 * newer than `schema` are left out. */
void tq_digest_row(const struct tq_table *table, uint32_t schema, const struct tq_value *values,
        uint8_t out[TQ_DIGEST_BYTES]);

/* sum += row, sum -= row; big-endian, mod 2^128. */
void tq_digest_add(uint8_t sum[TQ_DIGEST_BYTES], const uint8_t row[TQ_DIGEST_BYTES]);
void tq_digest_subtract(uint8_t sum[TQ_DIGEST_BYTES], const uint8_t row[TQ_DIGEST_BYTES]);

TQ_END_DECLS
#endif
