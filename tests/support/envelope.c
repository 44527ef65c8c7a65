#include "envelope.h"

#include <stdlib.h>

#include <zstd.h>

void envelope_wrap(struct tq_buf *out, uint32_t kind, uint32_t plain_bytes, uint32_t dictionary,
        struct tq_slice body)
{
    tq_buf_append_u8(out, 1 << 3 | 0);
    tq_buf_append_varint(out, kind);
    tq_buf_append_u8(out, 2 << 3 | 1);
    tq_buf_append_u64(out, 0x0102030405060708);
    if (plain_bytes != 0) {
        tq_buf_append_u8(out, 3 << 3 | 0);
        tq_buf_append_varint(out, plain_bytes);
    }
    if (dictionary != 0) {
        tq_buf_append_u8(out, 4 << 3 | 0);
        tq_buf_append_varint(out, dictionary);
    }
    tq_buf_append_u8(out, 5 << 3 | 2);
    tq_buf_append_varint(out, body.len);
    tq_buf_append_slice(out, body);
}

bool envelope_unwrap(struct tq_slice message, struct tq_buf *out)
{
    uint64_t plain_bytes = 0;
    uint64_t value;
    struct tq_slice part;
    uint8_t tag;
    uint8_t *plain;

    while (tq_read_u8(&message, &tag)) {
        if ((tag & 7) == 1) {
            if (!tq_read_bytes(&message, 8, &part))
                return false;
            continue;
        }
        if (!tq_read_varint(&message, &value))
            return false;
        if (tag >> 3 == 3)
            plain_bytes = value;
        if ((tag & 7) != 2)
            continue;
        if (!tq_read_bytes(&message, (size_t)value, &part))
            return false;
        if (plain_bytes == 0) {
            tq_buf_append_slice(out, part);
            continue;
        }
        plain = malloc(plain_bytes);
        if (ZSTD_decompress(plain, plain_bytes, part.data, part.len) != plain_bytes) {
            free(plain);
            return false;
        }
        tq_buf_append(out, plain, plain_bytes);
        free(plain);
    }
    return tq_buf_is_ok(out);
}
