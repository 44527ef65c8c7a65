/* codec_parts.h - The bodies of the messages and what they share, by file: codec_shared.c,
 * codec_rows.c, codec_receipt.c, codec_session.c, codec_join.c.
 *
 * An encoder appends the packed body to `out`; a decoder fills its value from an unpacked body. All
 * return false after a failure that the coder remembers. */
#ifndef TQ_WIRE_CODEC_PARTS_H
#define TQ_WIRE_CODEC_PARTS_H

#include "codec_block.h"
#include "tuquan/message.h"
#include "tuquan/v1/change.pb-c.h"
#include "tuquan/v1/sync.pb-c.h"

/* NULL stands for "before the first set", and for a failure. */
Tuquan__V1__ChainPoint *chain_point_encode(struct coder *c, const struct tq_chain_point *point);
bool chain_point_decode(
        struct coder *c, const Tuquan__V1__ChainPoint *from, struct tq_chain_point *out);

/* In which order the rows of blocks come. open: checks runs against the rows of each block. */
struct row_order {
    const uint32_t *runs; /* NULL: block after block */
    const uint32_t *rows;
    uint32_t block;
    uint32_t left;
};
bool order_open(struct coder *c, struct row_order *order, const uint32_t *runs, size_t nruns,
        const uint32_t *rows, size_t nblocks, size_t n);
uint32_t order_next(struct row_order *order);

/* Full rows, as Rows and Broadcast carry them. */
struct rows_lists {
    size_t nrows;
    size_t ntexts;
    ProtobufCBinaryData *texts;
    size_t nblocks;
    Tuquan__V1__RowBlock **blocks;
    size_t norder_runs;
    uint32_t *order_runs;
    size_t nseq_step;
    int64_t *seq_step;
};
bool row_lists_encode(
        struct coder *c, const struct tq_row *rows, size_t nrows, struct rows_lists *out);
bool row_lists_decode(struct coder *c, const struct rows_lists *from, const struct tq_row **out);

/* Receipts, certificates and broadcasts are kept as signed. */
bool signed_encode(
        struct coder *c, struct tq_slice body, const uint8_t *signature, struct tq_buf *out);
bool signed_decode(struct coder *c, struct tq_slice bytes, struct tq_slice *body,
        uint8_t signature[TQ_SIGNATURE_BYTES]);

bool receipt_put(
        struct coder *c, const struct tq_receipt *receipt, bool with_signature, struct tq_buf *out);
bool receipt_take(struct coder *c, struct tq_slice bytes, struct tq_receipt *out);
bool broadcast_put(struct coder *c, const struct tq_broadcast *broadcast, bool with_signature,
        struct tq_buf *out);
bool broadcast_take(struct coder *c, struct tq_slice bytes, struct tq_broadcast *out);
bool certificate_put(struct coder *c, const struct tq_certificate *certificate, bool with_signature,
        struct tq_buf *out);
bool certificate_take(struct coder *c, struct tq_slice bytes, struct tq_certificate *out);

bool rows_put(struct coder *c, const struct tq_rows *rows, struct tq_buf *out);
bool rows_take(struct coder *c, struct tq_slice bytes, struct tq_rows *out);
bool ranges_put(struct coder *c, const struct tq_ranges *ranges, struct tq_buf *out);
bool ranges_take(struct coder *c, struct tq_slice bytes, struct tq_ranges *out);

bool hello_put(struct coder *c, const struct tq_hello *hello, struct tq_buf *out);
bool hello_take(struct coder *c, struct tq_slice bytes, struct tq_hello *out);
bool welcome_put(struct coder *c, const struct tq_welcome *welcome, struct tq_buf *out);
bool welcome_take(struct coder *c, struct tq_slice bytes, struct tq_welcome *out);
bool refused_put(struct coder *c, const struct tq_refused *refused, struct tq_buf *out);
bool refused_take(struct coder *c, struct tq_slice bytes, struct tq_refused *out);
bool push_put(struct coder *c, const struct tq_set *set, struct tq_buf *out);
bool push_take(struct coder *c, struct tq_slice bytes, struct tq_set *out);
bool refill_put(struct coder *c, const struct tq_refill *refill, struct tq_buf *out);
bool refill_take(struct coder *c, struct tq_slice bytes, struct tq_refill *out);
bool offer_put(struct coder *c, const struct tq_offer *offer, struct tq_buf *out);
bool offer_take(struct coder *c, struct tq_slice bytes, struct tq_offer *out);
bool pull_put(struct coder *c, const struct tq_pull *pull, struct tq_buf *out);
bool pull_take(struct coder *c, struct tq_slice bytes, struct tq_pull *out);
bool credit_put(struct coder *c, uint64_t bytes, struct tq_buf *out);
bool credit_take(struct coder *c, struct tq_slice bytes, uint64_t *out);
bool ask_put(struct coder *c, const struct tq_chain_point *point, struct tq_buf *out);
bool ask_take(struct coder *c, struct tq_slice bytes, struct tq_chain_point *out);
bool status_put(struct coder *c, const struct tq_office_status *status, struct tq_buf *out);
bool status_take(struct coder *c, struct tq_slice bytes, struct tq_office_status *out);

bool join_put(struct coder *c, const struct tq_join *join, struct tq_buf *out);
bool join_take(struct coder *c, struct tq_slice bytes, struct tq_join *out);
bool joined_put(struct coder *c, const struct tq_joined *joined, struct tq_buf *out);
bool joined_take(struct coder *c, struct tq_slice bytes, struct tq_joined *out);

/* Positions (of Rows and Pull). */
Tuquan__V1__Position *position_encode(struct coder *c, const struct tq_position *position);
bool position_decode(struct coder *c, const Tuquan__V1__Position *from, struct tq_position *out);

#endif
