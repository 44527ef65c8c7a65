#include "tuquan/quoted.h"

#include <inttypes.h>
#include <string.h>

static bool take(struct tq_slice *text, char c)
{
    if (text->len == 0 || text->data[0] != (uint8_t)c)
        return false;
    text->data++;
    text->len--;
    return true;
}

static bool take_word(struct tq_slice *text, const char *word)
{
    size_t len = strlen(word);

    if (text->len < len || memcmp(text->data, word, len) != 0)
        return false;
    text->data += len;
    text->len -= len;
    return true;
}

static bool take_number(struct tq_slice *text, int64_t *out)
{
    bool negative = take(text, '-');
    uint64_t value = 0;
    size_t digits = 0;

    while (text->len > 0 && text->data[0] >= '0' && text->data[0] <= '9') {
        unsigned digit = (unsigned)(text->data[0] - '0');

        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
        digits++;
        text->data++;
        text->len--;
    }
    if (digits == 0 || value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

/* '...' with doubled quotes, or X'...'. NULL data with *ok true: no memory. */
static bool take_text(
        struct tq_slice *text, struct tq_arena *arena, struct tq_slice *out, bool *nomem)
{
    uint8_t *copy;
    size_t n = 0;

    if (!take(text, '\''))
        return false;
    copy = tq_arena_alloc(arena, text->len + 1);
    *nomem = copy == NULL;
    if (copy == NULL)
        return false;
    for (;;) {
        if (text->len == 0)
            return false;
        if (take(text, '\'')) {
            if (!take(text, '\''))
                break;
            copy[n++] = '\'';
            continue;
        }
        copy[n++] = text->data[0];
        text->data++;
        text->len--;
    }
    *out = tq_slice_of(copy, n);
    return true;
}

static bool take_value(
        struct tq_slice *text, struct tq_arena *arena, struct tq_value *out, bool *nomem)
{
    struct tq_slice bytes;
    uint8_t *raw;

    *nomem = false;
    *out = tq_value_null();
    if (take_word(text, "NULL"))
        return true;
    if (text->len > 0 && text->data[0] == '\'') {
        out->type = TQ_TEXT;
        return take_text(text, arena, &out->s, nomem);
    }
    if (take(text, 'X')) {
        if (!take_text(text, arena, &bytes, nomem))
            return false;
        raw = tq_arena_alloc(arena, bytes.len / 2 + 1);
        *nomem = raw == NULL;
        if (raw == NULL || bytes.len % 2 != 0)
            return false;
        for (size_t i = 0; i < bytes.len; i++) /* tq_unhex reads lower case only */
            if (bytes.data[i] >= 'A' && bytes.data[i] <= 'F')
                ((uint8_t *)(uintptr_t)bytes.data)[i] = (uint8_t)(bytes.data[i] - 'A' + 'a');
        out->type = TQ_BLOB;
        out->s = tq_slice_of(raw, bytes.len / 2);
        return tq_unhex((const char *)bytes.data, bytes.len, raw, bytes.len / 2);
    }
    out->type = TQ_INT;
    return take_number(text, &out->i);
}

tq_status tq_quoted_parse(
        struct tq_slice text, struct tq_arena *arena, struct tq_cells *out, struct tq_error *err)
{
    uint32_t *columns = NULL;
    struct tq_value *values = NULL;
    uint32_t n = 0;

    memset(out, 0, sizeof(*out));
    if (text.len == 0)
        return TQ_OK;
    columns = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*columns));
    values = tq_arena_array(arena, TQ_MAX_COLUMNS, sizeof(*values));
    if (columns == NULL || values == NULL)
        return tq_error_set(err, TQ_NOMEM, "change log");
    while (text.len > 0) {
        bool nomem = false;
        int64_t column;

        if (n == TQ_MAX_COLUMNS || !take_number(&text, &column) || column < 1 ||
                column > UINT32_MAX || !take(&text, '=') ||
                !take_value(&text, arena, &values[n], &nomem) || !take(&text, ','))
            return nomem ? tq_error_set(err, TQ_NOMEM, "change log")
                         : tq_error_set(err, TQ_CORRUPT, "change log: not a list of values");
        columns[n++] = (uint32_t)column;
    }
    out->n = n;
    out->columns = columns;
    out->values = values;
    return TQ_OK;
}

static void format_value(struct tq_buf *out, const struct tq_value *value)
{
    switch (value->type) {
    case TQ_NULL:
        tq_buf_append_str(out, "NULL");
        return;
    case TQ_INT:
        tq_buf_printf(out, "%" PRId64, value->i);
        return;
    case TQ_TEXT:
        tq_buf_append_u8(out, '\'');
        for (size_t i = 0; i < value->s.len; i++) {
            if (value->s.data[i] == '\'')
                tq_buf_append_u8(out, '\'');
            tq_buf_append_u8(out, value->s.data[i]);
        }
        tq_buf_append_u8(out, '\'');
        return;
    case TQ_BLOB:
        tq_buf_append_str(out, "X'");
        for (size_t i = 0; i < value->s.len; i++)
            tq_buf_printf(out, "%02X", value->s.data[i]);
        tq_buf_append_u8(out, '\'');
        return;
    }
}

void tq_quoted_format(struct tq_buf *out, const struct tq_cells *cells)
{
    for (uint32_t i = 0; i < cells->n; i++) {
        tq_buf_printf(out, "%u=", cells->columns[i]);
        format_value(out, &cells->values[i]);
        tq_buf_append_u8(out, ',');
    }
}
