/* codec_util.h - What the parts of the codec share: a sticky error, protobuf-c over an arena, runs,
 * bitmaps and texts.
 *
 * A struct coder remembers the first failure; all helpers do nothing sensible after it but stay
 * safe, so callers look at `status` where it matters and at the end.
 * Ownership: everything is in the coder's arena. */
#ifndef TQ_WIRE_CODEC_UTIL_H
#define TQ_WIRE_CODEC_UTIL_H

#include <protobuf-c/protobuf-c.h>

#include "tuquan/arena.h"
#include "tuquan/bytes.h"
#include "tuquan/catalogue.h"
#include "tuquan/error.h"

#define CODER_ARENA_BYTES ((size_t)1024 * 1024 * 1024) /* of an encoder's own working memory */

struct coder {
    struct tq_arena *arena;
    struct tq_error *err;
    tq_status status;
};

/* Record the first failure; returns false. */
bool coder_fail(struct coder *c, tq_status status, const char *fmt, ...) TQ_PRINTF(3, 4);

/* Zeroed memory; NULL: c->status says NOMEM or TOO_LARGE. */
void *coder_alloc(struct coder *c, size_t count, size_t size);

/* Unpack; NULL: PROTOCOL, TOO_LARGE or NOMEM. `what` names the message in the error. */
void *coder_unpack(struct coder *c, const ProtobufCMessageDescriptor *type, struct tq_slice bytes,
        const char *what);

/* Append the packed message to `out`. */
bool coder_pack(struct coder *c, const void *message, struct tq_buf *out);

/* A growing list of 32-bit numbers in the arena. */
struct u32_list {
    uint32_t *at;
    size_t n;
    size_t cap;
};
bool u32_push(struct coder *c, struct u32_list *list, uint32_t value);

/* Runs, written by adding one value a row. finish: drops the list when it says 0 for all. */
bool runs_add(struct coder *c, struct u32_list *runs, uint32_t value);
void runs_finish(struct u32_list *runs);

/* Runs, read one row at a time. open: checks that they cover `rows` exactly, no value > `max`. */
struct runs_reader {
    const uint32_t *at;
    uint32_t left;
    uint32_t value;
};
bool runs_open(struct coder *c, struct runs_reader *runs, const uint32_t *list, size_t n,
        size_t rows, uint32_t max, const char *what);
uint32_t runs_next(struct runs_reader *runs);

/* A dictionary of byte strings, by first use; number 0 is the empty one. */
struct texts {
    ProtobufCBinaryData *at;
    size_t n;
    size_t cap;
    uint32_t *slots; /* open addressing, number of the text */
    size_t nslots;
};
bool texts_number(struct coder *c, struct texts *texts, struct tq_slice text, uint32_t *out);

/* Entry `number` of decoded texts; the caller has checked number <= n. */
struct tq_slice texts_get(const ProtobufCBinaryData *texts, uint32_t number);

uint32_t hash_bytes(const void *data, size_t len);

/* Bitmaps over n rows. check: right size (or empty), unused bits 0. */
void bit_set(uint8_t *bits, size_t i);
bool bit_get(const ProtobufCBinaryData *bits, size_t i);
bool bits_check(struct coder *c, const ProtobufCBinaryData *bits, size_t n, const char *what);
size_t bits_count(const ProtobufCBinaryData *bits);

struct tq_slice slice_of_pb(ProtobufCBinaryData data);
/* Bytes at..at+len of `data`; the caller has checked that they are there. */
struct tq_slice slice_part(ProtobufCBinaryData data, size_t at, size_t len);
ProtobufCBinaryData pb_of_slice(struct tq_slice slice);
ProtobufCBinaryData pb_of(const void *data, size_t len);

/* Bytes of fixed size, empty when all zero. */
ProtobufCBinaryData pb_fixed(const void *data, size_t len);
bool read_fixed(struct coder *c, ProtobufCBinaryData data, void *out, size_t len, const char *what);

/* UTF-8 without NUL. */
bool text_is_clean(struct tq_slice text);

/* The same and without control characters but tab and line feed; at most `max` bytes. Encoding
 * fails with ENCODING or INVALID, decoding with PROTOCOL. */
bool text_check(struct coder *c, struct tq_slice text, size_t max, tq_status bad, const char *what);
/* The same for one line: a line break or a tab in a name would break the tables that show it. */
bool name_check(struct coder *c, struct tq_slice text, size_t max, tq_status bad, const char *what);

/* `data` has at most `max` bytes. */
bool size_check(struct coder *c, size_t len, size_t max, tq_status bad, const char *what);

#endif
