#include "codec_util.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/mem.h"

bool coder_fail(struct coder *c, tq_status status, const char *fmt, ...)
{
    char text[256];
    va_list args;

    if (c->status != TQ_OK)
        return false;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    c->status = tq_error_set(c->err, status, "%s", text);
    return false;
}

static void fail_memory(struct coder *c)
{
    if (tq_arena_is_exhausted(c->arena))
        coder_fail(c, TQ_TOO_LARGE, "takes more memory than allowed");
    else
        coder_fail(c, TQ_NOMEM, "codec");
}

void *coder_alloc(struct coder *c, size_t count, size_t size)
{
    void *block;

    if (c->status != TQ_OK)
        return NULL;
    block = tq_arena_array(c->arena, count > 0 ? count : 1, size);
    if (block == NULL)
        fail_memory(c);
    return block;
}

/* protobuf-c asks for memory: what it cannot get makes its unpack fail like bad bytes do, so the
 * difference is kept in the coder. */
static void *pb_alloc(void *data, size_t size)
{
    return coder_alloc(data, 1, size);
}

static void pb_free(void *data, void *block)
{
    (void)data;
    (void)block;
}

void *coder_unpack(struct coder *c, const ProtobufCMessageDescriptor *type, struct tq_slice bytes,
        const char *what)
{
    ProtobufCAllocator allocator = { pb_alloc, pb_free, c };
    void *message;

    if (c->status != TQ_OK)
        return NULL;
    message = protobuf_c_message_unpack(type, &allocator, bytes.len, bytes.data);
    if (message == NULL)
        coder_fail(c, TQ_PROTOCOL, "%s is malformed", what);
    return message;
}

bool coder_pack(struct coder *c, const void *message, struct tq_buf *out)
{
    size_t size;
    uint8_t *bytes;

    if (c->status != TQ_OK)
        return false;
    size = protobuf_c_message_get_packed_size(message);
    bytes = coder_alloc(c, size, 1);
    if (bytes == NULL)
        return false;
    protobuf_c_message_pack(message, bytes);
    tq_buf_append(out, bytes, size);
    if (!tq_buf_is_ok(out)) {
        if (out->limit > 0 && size > out->limit - out->len)
            return coder_fail(c, TQ_TOO_LARGE, "%zu bytes", size);
        return coder_fail(c, TQ_NOMEM, "codec");
    }
    return true;
}

/* Double an array of the arena; the old one stays until the arena goes. */
static void *grow(struct coder *c, void *at, size_t n, size_t *cap, size_t size)
{
    size_t wanted = *cap > 0 ? *cap * 2 : 16;
    void *grown = coder_alloc(c, wanted, size);

    if (grown == NULL)
        return NULL;
    if (n > 0)
        memcpy(grown, at, n * size);
    *cap = wanted;
    return grown;
}

bool u32_push(struct coder *c, struct u32_list *list, uint32_t value)
{
    if (list->n == list->cap) {
        uint32_t *grown = grow(c, list->at, list->n, &list->cap, sizeof(*list->at));

        if (grown == NULL)
            return false;
        list->at = grown;
    }
    list->at[list->n++] = value;
    return true;
}

bool runs_add(struct coder *c, struct u32_list *runs, uint32_t value)
{
    if (runs->n >= 2 && runs->at[runs->n - 2] == value) {
        runs->at[runs->n - 1]++;
        return true;
    }
    return u32_push(c, runs, value) && u32_push(c, runs, 1);
}

void runs_finish(struct u32_list *runs)
{
    if (runs->n == 2 && runs->at[0] == 0)
        runs->n = 0;
}

bool runs_open(struct coder *c, struct runs_reader *runs, const uint32_t *list, size_t n,
        size_t rows, uint32_t max, const char *what)
{
    size_t covered = 0;

    memset(runs, 0, sizeof(*runs));
    if (n % 2 != 0)
        return coder_fail(c, TQ_PROTOCOL, "%s: odd list of runs", what);
    for (size_t i = 0; i < n; i += 2) {
        if (list[i] > max)
            return coder_fail(c, TQ_PROTOCOL, "%s: %u is more than %u", what, list[i], max);
        if (list[i + 1] == 0 || list[i + 1] > rows - covered)
            return coder_fail(c, TQ_PROTOCOL, "%s: runs do not fit %zu rows", what, rows);
        covered += list[i + 1];
    }
    if (n > 0 && covered != rows)
        return coder_fail(c, TQ_PROTOCOL, "%s: runs do not cover %zu rows", what, rows);
    runs->at = n > 0 ? list : NULL;
    return true;
}

uint32_t runs_next(struct runs_reader *runs)
{
    if (runs->at == NULL)
        return 0;
    if (runs->left == 0) {
        runs->value = runs->at[0];
        runs->left = runs->at[1];
        runs->at += 2;
    }
    runs->left--;
    return runs->value;
}

uint32_t hash_bytes(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    uint32_t hash = 2166136261u; /* FNV-1a: only spreads, nothing rests on it */

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash;
}

static bool texts_grow(struct coder *c, struct texts *texts)
{
    size_t nslots = texts->nslots > 0 ? texts->nslots * 2 : 64;
    uint32_t *slots = coder_alloc(c, nslots, sizeof(*slots));

    if (slots == NULL)
        return false;
    for (size_t i = 0; i < texts->n; i++) {
        size_t at = hash_bytes(texts->at[i].data, texts->at[i].len) % nslots;

        while (slots[at] != 0)
            at = (at + 1) % nslots;
        slots[at] = (uint32_t)i + 1;
    }
    texts->slots = slots;
    texts->nslots = nslots;
    return true;
}

bool texts_number(struct coder *c, struct texts *texts, struct tq_slice text, uint32_t *out)
{
    size_t at;

    *out = 0;
    if (text.len == 0)
        return true;
    if (texts->n * 2 >= texts->nslots && !texts_grow(c, texts))
        return false;
    at = hash_bytes(text.data, text.len) % texts->nslots;
    while (texts->slots[at] != 0) {
        if (tq_slice_equal(texts_get(texts->at, texts->slots[at]), text)) {
            *out = texts->slots[at];
            return true;
        }
        at = (at + 1) % texts->nslots;
    }
    if (texts->n == texts->cap) {
        ProtobufCBinaryData *grown = grow(c, texts->at, texts->n, &texts->cap, sizeof(*grown));

        if (grown == NULL)
            return false;
        texts->at = grown;
    }
    texts->at[texts->n++] = pb_of_slice(text);
    texts->slots[at] = (uint32_t)texts->n;
    *out = (uint32_t)texts->n;
    return true;
}

struct tq_slice texts_get(const ProtobufCBinaryData *texts, uint32_t number)
{
    return number == 0 ? tq_slice_of(NULL, 0) : slice_of_pb(texts[number - 1]);
}

void bit_set(uint8_t *bits, size_t i)
{
    bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
}

bool bit_get(const ProtobufCBinaryData *bits, size_t i)
{
    return bits->len > 0 && (bits->data[i / 8] >> (i % 8) & 1) != 0;
}

bool bits_check(struct coder *c, const ProtobufCBinaryData *bits, size_t n, const char *what)
{
    if (bits->len == 0)
        return true;
    if (bits->len != (n + 7) / 8)
        return coder_fail(c, TQ_PROTOCOL, "%s: bitmap of %zu bytes for %zu", what, bits->len, n);
    if (n % 8 != 0 && bits->data[bits->len - 1] >> (n % 8) != 0)
        return coder_fail(c, TQ_PROTOCOL, "%s: unused bits are set", what);
    return true;
}

size_t bits_count(const ProtobufCBinaryData *bits)
{
    size_t count = 0;

    for (size_t i = 0; i < bits->len; i++)
        for (unsigned b = bits->data[i]; b != 0; b &= b - 1)
            count++;
    return count;
}

struct tq_slice slice_of_pb(ProtobufCBinaryData data)
{
    return tq_slice_of(data.data, data.len);
}

struct tq_slice slice_part(ProtobufCBinaryData data, size_t at, size_t len)
{
    /* No offset into NULL, which empty data may be. */
    return len > 0 ? tq_slice_of(data.data + at, len) : tq_slice_of(NULL, 0);
}

ProtobufCBinaryData pb_of(const void *data, size_t len)
{
    ProtobufCBinaryData out;

    /* protobuf-c has no const, but only reads what it packs. */
    out.len = len;
    memcpy(&out.data, &data, sizeof(data));
    return out;
}

ProtobufCBinaryData pb_of_slice(struct tq_slice slice)
{
    return pb_of(slice.data, slice.len);
}

ProtobufCBinaryData pb_fixed(const void *data, size_t len)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i++)
        if (bytes[i] != 0)
            return pb_of(data, len);
    return pb_of(NULL, 0);
}

bool read_fixed(struct coder *c, ProtobufCBinaryData data, void *out, size_t len, const char *what)
{
    if (data.len != 0 && data.len != len)
        return coder_fail(c, TQ_PROTOCOL, "%s has %zu bytes, not %zu", what, data.len, len);
    if (data.len == len)
        memcpy(out, data.data, len);
    else
        memset(out, 0, len);
    return true;
}

/* Length of the UTF-8 character at the front, 0 when it is none. */
static size_t character(const uint8_t *s, size_t len)
{
    size_t n;

    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (len < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, beyond U+10FFFF. */
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
            (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

bool text_is_clean(struct tq_slice text)
{
    for (size_t i = 0; i < text.len;) {
        size_t n = character(text.data + i, text.len - i);

        if (n == 0 || text.data[i] == 0)
            return false;
        i += n;
    }
    return true;
}

bool size_check(struct coder *c, size_t len, size_t max, tq_status bad, const char *what)
{
    if (len > max)
        return coder_fail(c, bad, "%s has %zu bytes, more than %zu", what, len, max);
    return c->status == TQ_OK;
}

bool text_check(struct coder *c, struct tq_slice text, size_t max, tq_status bad, const char *what)
{
    if (!size_check(c, text.len, max, bad, what))
        return false;
    if (!text_is_clean(text))
        return coder_fail(c, bad == TQ_PROTOCOL ? bad : TQ_ENCODING, "%s is not UTF-8", what);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t b = text.data[i];

        if ((b < 0x20 && b != '\t' && b != '\n') || b == 0x7f)
            return coder_fail(
                    c, bad == TQ_PROTOCOL ? bad : TQ_ENCODING, "%s has a control character", what);
    }
    return true;
}

bool name_check(struct coder *c, struct tq_slice text, size_t max, tq_status bad, const char *what)
{
    if (!text_check(c, text, max, bad, what))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20)
            return coder_fail(
                    c, bad == TQ_PROTOCOL ? bad : TQ_ENCODING, "%s is not one line", what);
    return true;
}
