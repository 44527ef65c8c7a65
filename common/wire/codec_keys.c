#include <string.h>

#include "codec_block.h"

#define HEAD_TIME 6u
#define HEAD_RANDOM 4u
#define HEAD_BYTES (HEAD_TIME + HEAD_RANDOM)
#define COUNTER_BYTES 6u
#define COUNTER_LIMIT (UINT64_C(1) << 48)

static uint64_t read_48(const uint8_t *at)
{
    uint64_t value = 0;

    for (size_t i = 0; i < 6; i++)
        value = value << 8 | at[i];
    return value;
}

static void write_48(uint8_t *at, uint64_t value)
{
    for (size_t i = 6; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
}

/* Form 1: what is shared with the key before, and the rest. */
static Tuquan__V1__Keys *encode_prefix(struct coder *c, struct keys_view keys)
{
    Tuquan__V1__Keys *out = coder_alloc(c, 1, sizeof(*out));
    uint32_t *shared = coder_alloc(c, keys.n, sizeof(*shared));
    uint32_t *length = coder_alloc(c, keys.n, sizeof(*length));
    size_t total = 0;
    bool any = false;

    if (out == NULL || shared == NULL || length == NULL)
        return NULL;
    for (size_t i = 0; i < keys.n; i++) {
        size_t same = 0;

        while (i > 0 && same < keys.at[i].len && same < keys.at[i - 1].len &&
                keys.at[i].data[same] == keys.at[i - 1].data[same])
            same++;
        shared[i] = (uint32_t)same;
        length[i] = (uint32_t)(keys.at[i].len - same);
        any = any || same > 0;
        total += length[i];
    }
    tuquan__v1__keys__init(out);
    out->tail.data = coder_alloc(c, total, 1);
    if (out->tail.data == NULL)
        return NULL;
    for (size_t i = 0; i < keys.n; i++) {
        if (length[i] > 0)
            memcpy(out->tail.data + out->tail.len, keys.at[i].data + shared[i], length[i]);
        out->tail.len += length[i];
    }
    out->n_shared = any ? keys.n : 0;
    out->shared = shared;
    out->n_length = keys.n;
    out->length = length;
    return out;
}

/* Form 2: heads by first use, and counters as steps. */
static Tuquan__V1__Keys *encode_counter(struct coder *c, struct keys_view keys)
{
    Tuquan__V1__Keys *out = coder_alloc(c, 1, sizeof(*out));
    int64_t *step = coder_alloc(c, keys.n, sizeof(*step));
    struct texts heads = { 0 };
    struct u32_list runs = { 0 };
    uint64_t before = 0;
    uint64_t time = 0;

    for (size_t i = 0; i < keys.n && c->status == TQ_OK; i++) {
        uint64_t counter = read_48(keys.at[i].data + HEAD_BYTES);
        uint32_t head;

        if (!texts_number(c, &heads, tq_slice_of(keys.at[i].data, HEAD_BYTES), &head))
            return NULL;
        runs_add(c, &runs, head - 1);
        step[i] = (int64_t)(counter - before);
        before = counter;
    }
    if (c->status != TQ_OK)
        return NULL;
    tuquan__v1__keys__init(out);
    out->n_head_time_step = heads.n;
    out->head_time_step = coder_alloc(c, heads.n, sizeof(*out->head_time_step));
    out->head_random.len = heads.n * HEAD_RANDOM;
    out->head_random.data = coder_alloc(c, heads.n, HEAD_RANDOM);
    if (out->head_time_step == NULL || out->head_random.data == NULL)
        return NULL;
    for (size_t i = 0; i < heads.n; i++) {
        uint64_t t = read_48(heads.at[i].data);

        out->head_time_step[i] = (int64_t)(t - time);
        time = t;
        memcpy(out->head_random.data + i * HEAD_RANDOM, heads.at[i].data + HEAD_TIME, HEAD_RANDOM);
    }
    runs_finish(&runs);
    out->n_head_runs = runs.n;
    out->head_runs = runs.at;
    out->n_counter_step = keys.n;
    out->counter_step = step;
    return out;
}

Tuquan__V1__Keys *keys_encode(struct coder *c, struct keys_view keys)
{
    Tuquan__V1__Keys *prefix;
    Tuquan__V1__Keys *counter;
    bool surrogate = keys.n > 0;

    for (size_t i = 0; i < keys.n; i++) {
        if (keys.at[i].len == 0 || keys.at[i].len > TQ_MAX_KEY_BYTES) {
            coder_fail(c, TQ_INVALID, "a key of %zu bytes", keys.at[i].len);
            return NULL;
        }
        surrogate = surrogate && keys.at[i].len == TQ_SURROGATE_BYTES;
    }
    prefix = encode_prefix(c, keys);
    if (prefix == NULL || !surrogate)
        return prefix;
    /* A natural key may have 16 bytes too: the smaller form is taken. */
    counter = encode_counter(c, keys);
    if (counter == NULL)
        return NULL;
    return tuquan__v1__keys__get_packed_size(counter) <= tuquan__v1__keys__get_packed_size(prefix)
                   ? counter
                   : prefix;
}

static bool decode_prefix(
        struct coder *c, const Tuquan__V1__Keys *from, size_t n, struct tq_slice *out)
{
    size_t total = 0;
    size_t tail = 0;
    uint8_t *bytes;

    if (from->n_length != n || (from->n_shared != 0 && from->n_shared != n))
        return coder_fail(c, TQ_PROTOCOL, "keys: lists do not fit %zu rows", n);
    for (size_t i = 0; i < n; i++) {
        size_t shared = from->n_shared > 0 ? from->shared[i] : 0;

        if (from->length[i] > TQ_MAX_KEY_BYTES || shared > (i > 0 ? out[i - 1].len : 0) ||
                from->length[i] + shared == 0 || from->length[i] + shared > TQ_MAX_KEY_BYTES ||
                from->length[i] > from->tail.len - tail)
            return coder_fail(c, TQ_PROTOCOL, "keys: bad length of key %zu", i);
        out[i].len = shared + from->length[i];
        total += out[i].len;
        tail += from->length[i];
    }
    if (tail != from->tail.len)
        return coder_fail(c, TQ_PROTOCOL, "keys: %zu bytes too many", from->tail.len - tail);
    bytes = coder_alloc(c, total, 1);
    if (bytes == NULL)
        return false;
    tail = 0;
    for (size_t i = 0; i < n; i++) {
        size_t shared = from->n_shared > 0 ? from->shared[i] : 0;

        if (shared > 0)
            memcpy(bytes, out[i - 1].data, shared);
        if (from->length[i] > 0)
            memcpy(bytes + shared, from->tail.data + tail, from->length[i]);
        tail += from->length[i];
        out[i].data = bytes;
        bytes += out[i].len;
    }
    return true;
}

static bool decode_counter(
        struct coder *c, const Tuquan__V1__Keys *from, size_t n, struct tq_slice *out)
{
    size_t nheads = from->n_head_time_step;
    struct runs_reader runs;
    uint64_t *times;
    uint64_t counter = 0;
    uint64_t time = 0;
    uint8_t *bytes;

    if (from->n_counter_step != n || from->n_length != 0 || from->n_shared != 0 ||
            from->tail.len != 0)
        return coder_fail(c, TQ_PROTOCOL, "keys: lists do not fit %zu rows", n);
    if (nheads == 0 || nheads > n || from->head_random.len != nheads * HEAD_RANDOM)
        return coder_fail(c, TQ_PROTOCOL, "keys: %zu heads for %zu rows", nheads, n);
    if (!runs_open(c, &runs, from->head_runs, from->n_head_runs, n, (uint32_t)nheads - 1, "keys"))
        return false;
    times = coder_alloc(c, nheads, sizeof(*times));
    bytes = coder_alloc(c, n, TQ_SURROGATE_BYTES);
    if (times == NULL || bytes == NULL)
        return false;
    for (size_t i = 0; i < nheads; i++) {
        time += (uint64_t)from->head_time_step[i];
        if (time >= COUNTER_LIMIT)
            return coder_fail(c, TQ_PROTOCOL, "keys: time of head %zu", i);
        times[i] = time;
    }
    for (size_t i = 0; i < n; i++, bytes += TQ_SURROGATE_BYTES) {
        uint32_t head = runs_next(&runs);

        counter += (uint64_t)from->counter_step[i];
        if (counter >= COUNTER_LIMIT)
            return coder_fail(c, TQ_PROTOCOL, "keys: counter of key %zu", i);
        write_48(bytes, times[head]);
        memcpy(bytes + HEAD_TIME, from->head_random.data + (size_t)head * HEAD_RANDOM, HEAD_RANDOM);
        write_48(bytes + HEAD_BYTES, counter);
        out[i] = tq_slice_of(bytes, TQ_SURROGATE_BYTES);
    }
    return true;
}

bool keys_decode(struct coder *c, const Tuquan__V1__Keys *from, size_t n, struct tq_slice *out)
{
    if (c->status != TQ_OK)
        return false;
    if (from == NULL)
        return n == 0 || coder_fail(c, TQ_PROTOCOL, "keys are missing");
    if (from->n_counter_step > 0)
        return decode_counter(c, from, n, out);
    if (from->n_head_time_step > 0 || from->head_random.len > 0 || from->n_head_runs > 0)
        return coder_fail(c, TQ_PROTOCOL, "keys: heads without counters");
    return decode_prefix(c, from, n, out);
}
