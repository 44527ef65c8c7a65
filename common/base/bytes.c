#include "tuquan/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"

struct tq_slice tq_slice_of(const void *data, size_t len)
{
    struct tq_slice slice = { data, len };

    return slice;
}

struct tq_slice tq_slice_str(const char *text)
{
    return tq_slice_of(text, text != NULL ? strlen(text) : 0);
}

int tq_slice_compare(struct tq_slice a, struct tq_slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;

    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool tq_slice_equal(struct tq_slice a, struct tq_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

void tq_buf_init(struct tq_buf *buf, size_t limit)
{
    memset(buf, 0, sizeof(*buf));
    buf->limit = limit;
}

void tq_buf_deinit(struct tq_buf *buf)
{
    if (buf->secret && buf->data != NULL)
        tq_wipe(buf->data, buf->cap);
    tq_mem_free(buf->data);
    buf->data = NULL;
    buf->len = 0;
    buf->cap = 0;
}

void tq_buf_keep_secret(struct tq_buf *buf)
{
    buf->secret = true;
}

void tq_buf_clear(struct tq_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

bool tq_buf_is_ok(const struct tq_buf *buf)
{
    return !buf->failed;
}

struct tq_slice tq_buf_slice(const struct tq_buf *buf)
{
    return tq_slice_of(buf->data, buf->len);
}

/* What tq_mem_realloc does, but nothing of a secret stays where it was. */
static uint8_t *grow(struct tq_buf *buf, size_t cap)
{
    uint8_t *grown;

    if (!buf->secret || buf->data == NULL)
        return tq_mem_realloc(buf->data, cap);
    grown = tq_mem_alloc(cap);
    if (grown == NULL)
        return NULL;
    memcpy(grown, buf->data, buf->len);
    tq_wipe(buf->data, buf->cap);
    tq_mem_free(buf->data);
    return grown;
}

/* Room for `more` further bytes, or the sticky failure. */
static bool reserve(struct tq_buf *buf, size_t more)
{
    size_t need = buf->len + more;
    size_t cap = buf->cap > 0 ? buf->cap : 64;
    uint8_t *grown;

    if (buf->failed || need < more || (buf->limit > 0 && need > buf->limit)) {
        buf->failed = true;
        return false;
    }
    if (need <= buf->cap)
        return true;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    grown = grow(buf, cap);
    if (grown == NULL) {
        buf->failed = true;
        return false;
    }
    buf->data = grown;
    buf->cap = cap;
    return true;
}

void tq_buf_append(struct tq_buf *buf, const void *data, size_t len)
{
    if (len == 0 || !reserve(buf, len))
        return;
    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
}

void tq_buf_append_slice(struct tq_buf *buf, struct tq_slice slice)
{
    tq_buf_append(buf, slice.data, slice.len);
}

void tq_buf_append_str(struct tq_buf *buf, const char *text)
{
    tq_buf_append(buf, text, strlen(text));
}

void tq_buf_printf(struct tq_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int n;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0) {
        buf->failed = true;
    } else if (reserve(buf, (size_t)n + 1)) {
        vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void tq_buf_append_u8(struct tq_buf *buf, uint8_t value)
{
    tq_buf_append(buf, &value, 1);
}

void tq_buf_append_u32(struct tq_buf *buf, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
        (uint8_t)value };

    tq_buf_append(buf, bytes, sizeof(bytes));
}

void tq_buf_append_u64(struct tq_buf *buf, uint64_t value)
{
    tq_buf_append_u32(buf, (uint32_t)(value >> 32));
    tq_buf_append_u32(buf, (uint32_t)value);
}

void tq_buf_append_varint(struct tq_buf *buf, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;

    while (value >= 0x80) {
        bytes[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[n++] = (uint8_t)value;
    tq_buf_append(buf, bytes, n);
}

bool tq_read_bytes(struct tq_slice *from, size_t len, struct tq_slice *out)
{
    if (from->len < len)
        return false;
    *out = tq_slice_of(from->data, len);
    if (len > 0)
        from->data += len;
    from->len -= len;
    return true;
}

bool tq_read_u8(struct tq_slice *from, uint8_t *out)
{
    struct tq_slice b;

    if (!tq_read_bytes(from, 1, &b))
        return false;
    *out = b.data[0];
    return true;
}

bool tq_read_u32(struct tq_slice *from, uint32_t *out)
{
    struct tq_slice b;

    if (!tq_read_bytes(from, 4, &b))
        return false;
    *out = (uint32_t)b.data[0] << 24 | (uint32_t)b.data[1] << 16 | (uint32_t)b.data[2] << 8 |
           (uint32_t)b.data[3];
    return true;
}

bool tq_read_u64(struct tq_slice *from, uint64_t *out)
{
    uint32_t high;
    uint32_t low;

    if (from->len < 8 || !tq_read_u32(from, &high) || !tq_read_u32(from, &low))
        return false;
    *out = (uint64_t)high << 32 | low;
    return true;
}

bool tq_read_varint(struct tq_slice *from, uint64_t *out)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte;

        if (!tq_read_u8(from, &byte) || (shift == 63 && byte > 1))
            return false;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

void tq_hex(char *out, const void *data, size_t len)
{
    static const char DIGITS[] = "0123456789abcdef";
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = DIGITS[bytes[i] >> 4];
        out[2 * i + 1] = DIGITS[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool tq_unhex(const char *text, size_t text_len, uint8_t *out, size_t len)
{
    if (text_len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = nibble(text[2 * i]);
        int low = nibble(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
