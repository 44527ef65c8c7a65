#include <string.h>

#include "codec_parts.h"
#include "tuquan/codec.h"

Tuquan__V1__ChainPoint *chain_point_encode(struct coder *c, const struct tq_chain_point *point)
{
    Tuquan__V1__ChainPoint *out;

    if (point->seq == 0 && point->incarnation == 0 &&
            pb_fixed(point->hash, sizeof(point->hash)).len == 0)
        return NULL;
    out = coder_alloc(c, 1, sizeof(*out));
    if (out == NULL)
        return NULL;
    tuquan__v1__chain_point__init(out);
    out->incarnation = point->incarnation;
    out->seq = point->seq;
    out->hash = pb_fixed(point->hash, sizeof(point->hash));
    return out;
}

bool chain_point_decode(
        struct coder *c, const Tuquan__V1__ChainPoint *from, struct tq_chain_point *out)
{
    memset(out, 0, sizeof(*out));
    if (from == NULL)
        return c->status == TQ_OK;
    out->incarnation = from->incarnation;
    out->seq = from->seq;
    return read_fixed(c, from->hash, out->hash, sizeof(out->hash), "hash of a chain point");
}

Tuquan__V1__Position *position_encode(struct coder *c, const struct tq_position *position)
{
    Tuquan__V1__Position *out = coder_alloc(c, 1, sizeof(*out));

    if (out == NULL || !size_check(c, position->scan_key.len, TQ_MAX_KEY_BYTES, TQ_INVALID, "key"))
        return NULL;
    tuquan__v1__position__init(out);
    out->cursor = position->cursor;
    out->scanning = position->scanning;
    out->scan_head = position->scan_h;
    out->scan_table = position->scan_table;
    out->scan_key = pb_of_slice(position->scan_key);
    return out;
}

bool position_decode(struct coder *c, const Tuquan__V1__Position *from, struct tq_position *out)
{
    memset(out, 0, sizeof(*out));
    if (from == NULL)
        return c->status == TQ_OK;
    out->cursor = from->cursor;
    out->scanning = from->scanning != 0;
    out->scan_h = from->scan_head;
    out->scan_table = from->scan_table;
    out->scan_key = slice_of_pb(from->scan_key);
    if (out->scan_table > TQ_MAX_NUMBER)
        return coder_fail(c, TQ_PROTOCOL, "position: table %u", out->scan_table);
    return size_check(c, out->scan_key.len, TQ_MAX_KEY_BYTES, TQ_PROTOCOL, "key of a position");
}

bool order_open(struct coder *c, struct row_order *order, const uint32_t *runs, size_t nruns,
        const uint32_t *rows, size_t nblocks, size_t n)
{
    struct runs_reader reader;
    size_t total = 0;
    size_t *taken;

    memset(order, 0, sizeof(*order));
    for (size_t k = 0; k < nblocks; k++) {
        if (rows[k] == 0 || rows[k] > n - total)
            return coder_fail(c, TQ_PROTOCOL, "blocks do not fit %zu rows", n);
        total += rows[k];
    }
    if (total != n)
        return coder_fail(c, TQ_PROTOCOL, "blocks hold %zu of %zu rows", total, n);
    order->rows = rows;
    order->left = nblocks > 0 ? rows[0] : 0;
    if (nruns == 0)
        return true;
    if (!runs_open(c, &reader, runs, nruns, n, (uint32_t)nblocks - 1, "order"))
        return false;
    taken = coder_alloc(c, nblocks, sizeof(*taken));
    if (taken == NULL)
        return false;
    for (size_t i = 0; i < nruns; i += 2) {
        taken[runs[i]] += runs[i + 1];
        if (taken[runs[i]] > rows[runs[i]])
            return coder_fail(c, TQ_PROTOCOL, "order takes too many rows of block %u", runs[i]);
    }
    order->runs = runs;
    order->left = 0;
    return true;
}

uint32_t order_next(struct row_order *order)
{
    if (order->left == 0) {
        if (order->runs != NULL) {
            order->block = order->runs[0];
            order->left = order->runs[1];
            order->runs += 2;
        } else {
            order->block++;
            order->left = order->rows[order->block];
        }
    }
    order->left--;
    return order->block;
}

bool signed_encode(
        struct coder *c, struct tq_slice body, const uint8_t *signature, struct tq_buf *out)
{
    Tuquan__V1__Signed packed;

    tuquan__v1__signed__init(&packed);
    packed.body = pb_of_slice(body);
    packed.signature = pb_fixed(signature, TQ_SIGNATURE_BYTES);
    return coder_pack(c, &packed, out);
}

bool signed_decode(struct coder *c, struct tq_slice bytes, struct tq_slice *body,
        uint8_t signature[TQ_SIGNATURE_BYTES])
{
    Tuquan__V1__Signed *from = coder_unpack(c, &tuquan__v1__signed__descriptor, bytes, "signed");

    if (from == NULL)
        return false;
    *body = slice_of_pb(from->body);
    return read_fixed(c, from->signature, signature, TQ_SIGNATURE_BYTES, "signature");
}
