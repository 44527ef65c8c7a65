/* bytes.h - A borrowed run of bytes (tq_slice) and a growing buffer (tq_buf) with a sticky error.
 *
 * A tq_buf remembers a failed allocation or a passed limit: callers append freely and look once,
 * at the end, with tq_buf_is_ok.
 * Ownership: a slice never owns; a buf owns its bytes until tq_buf_deinit.
 * Threads:   none inside. */
#ifndef TQ_BYTES_H
#define TQ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"

struct tq_slice {
    const uint8_t *data; /* may be NULL when len is 0 */
    size_t len;
};

struct tq_buf {
    uint8_t *data;
    size_t len;
    size_t cap;
    size_t limit; /* 0: no limit */
    bool failed;
    bool secret; /* leaves nothing behind, where it grows or ends */
};

TQ_BEGIN_DECLS

/* Borrow bytes, a text without its NUL (NULL: nothing); the same bytes, so two empty ones. */
struct tq_slice tq_slice_of(const void *data, size_t len);
struct tq_slice tq_slice_str(const char *text);
bool tq_slice_equal(struct tq_slice a, struct tq_slice b);

/* memcmp order, the shorter first. */
int tq_slice_compare(struct tq_slice a, struct tq_slice b);

/* Empty, without memory; `limit` in bytes, 0: none. deinit frees and leaves it empty. */
void tq_buf_init(struct tq_buf *buf, size_t limit);
void tq_buf_deinit(struct tq_buf *buf);

/* From now on it is for secrets: wiped where it grows or ends. */
void tq_buf_keep_secret(struct tq_buf *buf);

/* Empty it and forget a failure; keeps the memory. */
void tq_buf_clear(struct tq_buf *buf);
bool tq_buf_is_ok(const struct tq_buf *buf);
struct tq_slice tq_buf_slice(const struct tq_buf *buf);

/* Each copies; what does not fit fails the buf, and nothing more is appended to one that failed. */
void tq_buf_append(struct tq_buf *buf, const void *data, size_t len);
void tq_buf_append_slice(struct tq_buf *buf, struct tq_slice slice);
void tq_buf_append_str(struct tq_buf *buf, const char *text);
void tq_buf_printf(struct tq_buf *buf, const char *fmt, ...) TQ_PRINTF(2, 3);
void tq_buf_append_u8(struct tq_buf *buf, uint8_t value);

/* Big-endian, fixed width. */
void tq_buf_append_u32(struct tq_buf *buf, uint32_t value);
void tq_buf_append_u64(struct tq_buf *buf, uint64_t value);

/* LEB128. */
void tq_buf_append_varint(struct tq_buf *buf, uint64_t value);

/* Readers over a slice: each takes bytes off the front, false when there are not enough. */
bool tq_read_u8(struct tq_slice *from, uint8_t *out);
bool tq_read_u32(struct tq_slice *from, uint32_t *out);
bool tq_read_u64(struct tq_slice *from, uint64_t *out);
bool tq_read_varint(struct tq_slice *from, uint64_t *out);
bool tq_read_bytes(struct tq_slice *from, size_t len, struct tq_slice *out);

/* Lower-case hex; `out` needs 2 * len + 1 bytes. */
void tq_hex(char *out, const void *data, size_t len);

/* Reads exactly `len` bytes of hex text; false when text is anything else. */
bool tq_unhex(const char *text, size_t text_len, uint8_t *out, size_t len);

TQ_END_DECLS
#endif
