#include "tuquan/value.h"

#include <string.h>

struct tq_value tq_value_null(void)
{
    struct tq_value value = { TQ_NULL, 0, { NULL, 0 } };

    return value;
}

struct tq_value tq_value_int(int64_t i)
{
    struct tq_value value = { TQ_INT, i, { NULL, 0 } };

    return value;
}

struct tq_value tq_value_text(struct tq_slice text)
{
    struct tq_value value = { TQ_TEXT, 0, text };

    return value;
}

struct tq_value tq_value_str(const char *text)
{
    return tq_value_text(tq_slice_str(text));
}

struct tq_value tq_value_blob(struct tq_slice bytes)
{
    struct tq_value value = { TQ_BLOB, 0, bytes };

    return value;
}

bool tq_value_equal(const struct tq_value *a, const struct tq_value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == TQ_NULL)
        return true;
    if (a->type == TQ_INT)
        return a->i == b->i;
    return tq_slice_equal(a->s, b->s);
}

void tq_value_encode(struct tq_buf *out, const struct tq_value *value)
{
    tq_buf_append_u8(out, (uint8_t)value->type);
    if (value->type == TQ_INT) {
        tq_buf_append_u64(out, (uint64_t)value->i);
    } else if (value->type != TQ_NULL) {
        if (value->s.len > UINT32_MAX) {
            out->failed = true;
            return;
        }
        tq_buf_append_u32(out, (uint32_t)value->s.len);
        tq_buf_append_slice(out, value->s);
    }
}

bool tq_value_decode(struct tq_slice *from, struct tq_value *out)
{
    uint8_t type;
    uint64_t number;
    uint32_t len;

    *out = tq_value_null();
    if (!tq_read_u8(from, &type) || type > TQ_BLOB)
        return false;
    out->type = (tq_type)type;
    if (out->type == TQ_NULL)
        return true;
    if (out->type == TQ_INT) {
        if (!tq_read_u64(from, &number))
            return false;
        out->i = (int64_t)number;
        return true;
    }
    return tq_read_u32(from, &len) && tq_read_bytes(from, len, &out->s);
}
