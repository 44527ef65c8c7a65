/* codec_lists.h - What codec_bundle.c and codec_parcel.c share: messages one behind the other as a
 * protobuf list, checked as they come in; the signed whole.
 *
 * Ownership: lists lie in the coder's arena. */
#ifndef TQ_WIRE_CODEC_LISTS_H
#define TQ_WIRE_CODEC_LISTS_H

#include "codec_util.h"
#include "tuquan/bundle.h"

bool bundle_put_list(
        struct coder *c, struct tq_slice messages, ProtobufCBinaryData **list, size_t *n);

/* Each can be decoded, is of bundle->session and one that goes the way of bundle->kind. */
bool bundle_take_list(struct coder *c, const struct tq_bundle *bundle,
        const ProtobufCBinaryData *list, size_t n, struct tq_buf *messages);

bool bundle_pack_signed(struct coder *c, const char *domain, struct tq_slice body,
        const struct tq_keys *keys, struct tq_buf *out);

#endif
