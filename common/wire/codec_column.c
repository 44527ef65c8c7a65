#include <string.h>

#include "codec_block.h"

#define KEY_SEPARATOR 0x1f
#define KEY_INT_DIGITS 8u
#define MAX_DISTINCT 4096u

/* The value that FORM_KEY stands for: part `part` of the key (0: all of it). False: no such. */
static bool key_value(
        struct tq_slice key, uint32_t part, Tuquan__V1__ValueType type, struct tq_value *out)
{
    size_t from = 0;
    size_t to = key.len;

    if (part > 0) {
        for (uint32_t k = 1; k < part; k++) {
            while (from < key.len && key.data[from] != KEY_SEPARATOR)
                from++;
            if (from++ >= key.len)
                return false;
        }
        for (to = from; to < key.len && key.data[to] != KEY_SEPARATOR;)
            to++;
    }
    *out = tq_value_null();
    out->s = tq_slice_of(key.data + from, to - from);
    if (type == TUQUAN__V1__VALUE_TYPE__VALUE_TEXT) {
        out->type = TQ_TEXT;
        return text_is_clean(out->s);
    }
    if (type == TUQUAN__V1__VALUE_TYPE__VALUE_BLOB) {
        out->type = TQ_BLOB;
        return true;
    }
    out->type = TQ_INT;
    if (type != TUQUAN__V1__VALUE_TYPE__VALUE_INT || out->s.len != KEY_INT_DIGITS)
        return false;
    for (size_t i = 0; i < out->s.len; i++) {
        if (out->s.data[i] < '0' || out->s.data[i] > '9')
            return false;
        out->i = out->i * 10 + (out->s.data[i] - '0');
    }
    out->s = tq_slice_of(NULL, 0);
    return true;
}

static Tuquan__V1__ValueType wire_type(const struct tq_value *value)
{
    if (value->type == TQ_TEXT && !text_is_clean(value->s))
        return TUQUAN__V1__VALUE_TYPE__VALUE_UNCLEAN_TEXT;
    return (Tuquan__V1__ValueType)value->type;
}

/* What is being encoded: the values that are not null. */
struct column_work {
    struct coder *c;
    Tuquan__V1__Column *out;
    size_t n;
    struct tq_value *values;
    struct tq_value *base; /* NULL: no differences possible */
    struct tq_slice *keys;
    uint32_t *first; /* scratch: places of the distinct values */
};

bool column_scratch_init(struct coder *c, struct column_scratch *scratch, size_t rows)
{
    scratch->values = coder_alloc(c, rows, sizeof(*scratch->values));
    scratch->base = coder_alloc(c, rows, sizeof(*scratch->base));
    scratch->keys = coder_alloc(c, rows, sizeof(*scratch->keys));
    scratch->first = coder_alloc(c, rows, sizeof(*scratch->first));
    return c->status == TQ_OK;
}

/* Split off the nulls and find the type; mixed types are listed. False: failed. */
static bool collect(struct column_work *w, struct keys_view keys, const struct tq_value *values,
        const struct tq_value *base)
{
    Tuquan__V1__Column *out = w->out;
    uint8_t *nulls = coder_alloc(w->c, keys.n / 8 + 1, 1);
    uint8_t *types = coder_alloc(w->c, keys.n, 1);
    bool mixed = false;
    bool differences = base != NULL;

    if (w->c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < keys.n; i++) {
        if (values[i].type == TQ_NULL) {
            bit_set(nulls, i);
            continue;
        }
        if (values[i].type > TQ_BLOB)
            return coder_fail(w->c, TQ_INVALID, "column %u: unknown type", out->number);
        if (values[i].type != TQ_INT &&
                !size_check(w->c, values[i].s.len, TQ_MAX_TEXT_BYTES, TQ_INVALID, "a value"))
            return false;
        types[w->n] = (uint8_t)wire_type(&values[i]);
        mixed = mixed || types[w->n] != types[0];
        differences = differences && values[i].type == TQ_INT && base[i].type == TQ_INT;
        if (base != NULL)
            w->base[w->n] = base[i];
        w->keys[w->n] = keys.at[i];
        w->values[w->n++] = values[i];
    }
    if (!differences)
        w->base = NULL;
    if (w->n < keys.n)
        out->null = pb_of(nulls, (keys.n + 7) / 8);
    if (w->n > 0)
        out->type = (Tuquan__V1__ValueType)types[0];
    if (mixed)
        out->types = pb_of(types, w->n);
    return true;
}

/* FORM_KEY, when one part of the key gives every value. */
static bool try_key(struct column_work *w)
{
    for (uint32_t part = 0; part <= TQ_MAX_KEY_COLUMNS; part++) {
        size_t i = 0;
        struct tq_value from_key;

        while (i < w->n && key_value(w->keys[i], part, w->out->type, &from_key) &&
                tq_value_equal(&from_key, &w->values[i]))
            i++;
        if (i < w->n)
            continue;
        w->out->form = TUQUAN__V1__COLUMN_FORM__FORM_KEY;
        w->out->key_part = part;
        return true;
    }
    return false;
}

/* Number the distinct values; *ndistinct stays below n when a dictionary is worth it. Returns NULL
 * when it is not. w->first receives the
 * place of each distinct value. */
static uint32_t *number_values(struct column_work *w, size_t *ndistinct)
{
    uint32_t *first = w->first;
    size_t nslots = 64;
    uint32_t *slots;
    uint32_t *index = coder_alloc(w->c, w->n, sizeof(*index));
    size_t most = w->n / 2 < MAX_DISTINCT ? w->n / 2 : MAX_DISTINCT;

    if (most == 0)
        most = 1;
    while (nslots < most * 2 + 2)
        nslots *= 2;
    slots = coder_alloc(w->c, nslots, sizeof(*slots));
    if (index == NULL || slots == NULL)
        return NULL;
    *ndistinct = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct tq_value *v = &w->values[i];
        size_t at = (v->type == TQ_INT ? hash_bytes(&v->i, sizeof(v->i))
                                       : hash_bytes(v->s.data, v->s.len)) %
                    nslots;

        while (slots[at] != 0 && !tq_value_equal(&w->values[first[slots[at] - 1]], v))
            at = (at + 1) % nslots;
        if (slots[at] == 0) {
            if (*ndistinct == most)
                return NULL;
            first[(*ndistinct)++] = (uint32_t)i;
            slots[at] = (uint32_t)*ndistinct;
        }
        index[i] = slots[at] - 1;
    }
    return index;
}

static size_t varint_bytes(uint64_t value)
{
    size_t n = 1;

    for (; value >= 0x80; value >>= 7)
        n++;
    return n;
}

static size_t zigzag_bytes(uint64_t value)
{
    return varint_bytes(value << 1 ^ ((value >> 63) != 0 ? UINT64_MAX : 0));
}

static size_t entry_bytes(const struct tq_value *value)
{
    return value->type == TQ_INT ? zigzag_bytes((uint64_t)value->i) : value->s.len + 1;
}

/* Bytes of the integers in each form; the smallest decides. */
static Tuquan__V1__ColumnForm best_int_form(const struct column_work *w, size_t *bytes)
{
    size_t plain = 0;
    size_t step = 0;
    size_t difference = 0;

    for (size_t i = 0; i < w->n; i++) {
        uint64_t v = (uint64_t)w->values[i].i;

        plain += zigzag_bytes(v);
        step += zigzag_bytes(v - (i > 0 ? (uint64_t)w->values[i - 1].i : 0));
        if (w->base != NULL)
            difference += zigzag_bytes(v - (uint64_t)w->base[i].i);
    }
    *bytes = plain;
    if (w->base != NULL && difference <= plain && difference <= step) {
        *bytes = difference;
        return TUQUAN__V1__COLUMN_FORM__FORM_DIFFERENCE;
    }
    if (step < plain) {
        *bytes = step;
        return TUQUAN__V1__COLUMN_FORM__FORM_STEP;
    }
    return TUQUAN__V1__COLUMN_FORM__FORM_PLAIN;
}

/* Write entry after entry; pick: which values (NULL: all). */
static bool put_entries(struct column_work *w, size_t n, const uint32_t *pick)
{
    Tuquan__V1__Column *out = w->out;
    size_t bytes = 0;

    for (size_t i = 0; i < n; i++)
        if (w->values[pick != NULL ? pick[i] : i].type != TQ_INT)
            bytes += w->values[pick != NULL ? pick[i] : i].s.len;
    out->ints = coder_alloc(w->c, n, sizeof(*out->ints));
    out->lengths = coder_alloc(w->c, n, sizeof(*out->lengths));
    out->data.data = coder_alloc(w->c, bytes, 1);
    if (w->c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct tq_value *v = &w->values[pick != NULL ? pick[i] : i];
        uint64_t minus = 0;

        if (v->type != TQ_INT) {
            out->lengths[out->n_lengths++] = (uint32_t)v->s.len;
            if (v->s.len > 0)
                memcpy(out->data.data + out->data.len, v->s.data, v->s.len);
            out->data.len += v->s.len;
            continue;
        }
        if (out->form == TUQUAN__V1__COLUMN_FORM__FORM_STEP && i > 0)
            minus = (uint64_t)w->values[i - 1].i;
        if (out->form == TUQUAN__V1__COLUMN_FORM__FORM_DIFFERENCE && w->base != NULL)
            minus = (uint64_t)w->base[i].i;
        out->ints[out->n_ints++] = (int64_t)((uint64_t)v->i - minus);
    }
    return true;
}

/* Choose the form of values that are all of one type and write them. */
static bool put_values(struct column_work *w)
{
    Tuquan__V1__Column *out = w->out;
    size_t bytes = 0;
    size_t dictionary;
    size_t ndistinct;
    uint32_t *index;

    if (out->type == TUQUAN__V1__VALUE_TYPE__VALUE_INT) {
        out->form = best_int_form(w, &bytes);
    } else {
        for (size_t i = 0; i < w->n; i++)
            bytes += entry_bytes(&w->values[i]);
    }
    index = number_values(w, &ndistinct);
    if (index != NULL) {
        dictionary = ndistinct > 1 ? w->n * varint_bytes(ndistinct) : 0;
        for (size_t i = 0; i < ndistinct; i++)
            dictionary += entry_bytes(&w->values[w->first[i]]);
        if (dictionary < bytes) {
            out->form = TUQUAN__V1__COLUMN_FORM__FORM_DICTIONARY;
            out->index = index;
            out->n_index = ndistinct > 1 ? w->n : 0;
            return put_entries(w, ndistinct, w->first);
        }
    }
    return w->c->status == TQ_OK && put_entries(w, w->n, NULL);
}

Tuquan__V1__Column *column_encode(struct coder *c, uint32_t number, struct keys_view keys,
        const struct tq_value *values, const struct tq_value *base, struct column_scratch *scratch)
{
    struct column_work w = { 0 };

    w.c = c;
    w.values = scratch->values;
    w.base = scratch->base;
    w.keys = scratch->keys;
    w.first = scratch->first;
    w.out = coder_alloc(c, 1, sizeof(*w.out));
    if (w.out == NULL)
        return NULL;
    tuquan__v1__column__init(w.out);
    w.out->number = number;
    if (!collect(&w, keys, values, base))
        return NULL;
    if (w.n == 0)
        return w.out;
    if (w.out->types.len > 0) {
        if (!put_entries(&w, w.n, NULL))
            return NULL;
    } else if (!try_key(&w) && !put_values(&w)) {
        return NULL;
    }
    return c->status == TQ_OK ? w.out : NULL;
}

/* Reading entries one after another. */
struct entries {
    struct coder *c;
    const Tuquan__V1__Column *from;
    size_t ints;
    size_t lengths;
    size_t data;
};

static bool take_entry(struct entries *e, uint32_t type, struct tq_value *out)
{
    const Tuquan__V1__Column *from = e->from;
    size_t len;

    *out = tq_value_null();
    if (type == TUQUAN__V1__VALUE_TYPE__VALUE_INT) {
        if (e->ints == from->n_ints)
            return coder_fail(e->c, TQ_PROTOCOL, "column %u: too few integers", from->number);
        *out = tq_value_int(from->ints[e->ints++]);
        return true;
    }
    if (type < TUQUAN__V1__VALUE_TYPE__VALUE_TEXT ||
            type > TUQUAN__V1__VALUE_TYPE__VALUE_UNCLEAN_TEXT)
        return coder_fail(e->c, TQ_PROTOCOL, "column %u: type %u", from->number, type);
    if (e->lengths == from->n_lengths)
        return coder_fail(e->c, TQ_PROTOCOL, "column %u: too few lengths", from->number);
    len = from->lengths[e->lengths++];
    if (len > TQ_MAX_TEXT_BYTES || len > from->data.len - e->data)
        return coder_fail(e->c, TQ_PROTOCOL, "column %u: length %zu", from->number, len);
    out->type = type == TUQUAN__V1__VALUE_TYPE__VALUE_BLOB ? TQ_BLOB : TQ_TEXT;
    out->s = slice_part(from->data, e->data, len);
    e->data += len;
    if (type != TUQUAN__V1__VALUE_TYPE__VALUE_BLOB &&
            text_is_clean(out->s) != (type == TUQUAN__V1__VALUE_TYPE__VALUE_TEXT))
        return coder_fail(e->c, TQ_PROTOCOL, "column %u: text is not UTF-8, or marked so in vain",
                from->number);
    return true;
}

static bool entries_done(const struct entries *e)
{
    if (e->ints != e->from->n_ints || e->lengths != e->from->n_lengths ||
            e->data != e->from->data.len)
        return coder_fail(e->c, TQ_PROTOCOL, "column %u: more than its rows need", e->from->number);
    return true;
}

/* FORM_DICTIONARY: the distinct values, then one index a value. */
static bool read_dictionary(struct entries *e, size_t n, struct tq_value **out, size_t *nout)
{
    const Tuquan__V1__Column *from = e->from;
    size_t count = from->type == TUQUAN__V1__VALUE_TYPE__VALUE_INT ? from->n_ints : from->n_lengths;
    struct tq_value *entries;

    if (count == 0 || count > n || (from->n_index != 0 && from->n_index != n))
        return coder_fail(e->c, TQ_PROTOCOL, "column %u: bad dictionary", from->number);
    entries = coder_alloc(e->c, count, sizeof(*entries));
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_entry(e, (uint32_t)from->type, &entries[i]))
            return false;
    *out = entries;
    *nout = count;
    return true;
}

/* What must hold between the lists of a column before its values are read. n: values not null. */
static bool check_column(
        struct coder *c, const Tuquan__V1__Column *from, size_t n, const struct tq_value *base)
{
    uint32_t form = (uint32_t)from->form;
    bool ints_only = form == TUQUAN__V1__COLUMN_FORM__FORM_STEP ||
                     form == TUQUAN__V1__COLUMN_FORM__FORM_DIFFERENCE;

    if (form > TUQUAN__V1__COLUMN_FORM__FORM_DIFFERENCE ||
            (ints_only && from->type != TUQUAN__V1__VALUE_TYPE__VALUE_INT) ||
            (form == TUQUAN__V1__COLUMN_FORM__FORM_DIFFERENCE && base == NULL))
        return coder_fail(c, TQ_PROTOCOL, "column %u: form %u", from->number, form);
    if (from->types.len > 0 && (from->types.len != n || form != 0))
        return coder_fail(c, TQ_PROTOCOL, "column %u: %zu types", from->number, from->types.len);
    if (form != TUQUAN__V1__COLUMN_FORM__FORM_DICTIONARY && from->n_index > 0)
        return coder_fail(c, TQ_PROTOCOL, "column %u: index without dictionary", from->number);
    return true;
}

/* One value that is not null; k counts them, i is its row. */
static bool read_value(struct entries *e, size_t k, struct tq_slice key,
        const struct tq_value *base, const struct tq_value *before, struct tq_value *out)
{
    const Tuquan__V1__Column *from = e->from;

    if (from->form == TUQUAN__V1__COLUMN_FORM__FORM_KEY) {
        if (key_value(key, from->key_part, from->type, out))
            return true;
        return coder_fail(e->c, TQ_PROTOCOL, "column %u: its key has no such part", from->number);
    }
    if (!take_entry(e, from->types.len > 0 ? from->types.data[k] : (uint32_t)from->type, out))
        return false;
    if (from->form == TUQUAN__V1__COLUMN_FORM__FORM_STEP && before != NULL)
        out->i = (int64_t)((uint64_t)out->i + (uint64_t)before->i);
    if (from->form == TUQUAN__V1__COLUMN_FORM__FORM_DIFFERENCE) {
        if (base == NULL || base->type != TQ_INT)
            return coder_fail(
                    e->c, TQ_PROTOCOL, "column %u: difference to what is no integer", from->number);
        out->i = (int64_t)((uint64_t)out->i + (uint64_t)base->i);
    }
    return true;
}

bool column_decode(struct coder *c, const Tuquan__V1__Column *from, struct keys_view keys,
        const struct tq_value *base, struct tq_value *out)
{
    struct entries e = { c, from, 0, 0, 0 };
    struct tq_value *dictionary = NULL;
    struct tq_value *before = NULL;
    size_t ndictionary = 0;
    size_t n;
    size_t k = 0;

    if (!bits_check(c, &from->null, keys.n, "null"))
        return false;
    n = keys.n - bits_count(&from->null);
    if (!check_column(c, from, n, base))
        return false;
    if (from->form == TUQUAN__V1__COLUMN_FORM__FORM_DICTIONARY &&
            !read_dictionary(&e, n, &dictionary, &ndictionary))
        return false;
    for (size_t i = 0; i < keys.n; i++) {
        out[i] = tq_value_null();
        if (bit_get(&from->null, i))
            continue;
        if (dictionary != NULL) {
            uint32_t at = from->n_index > 0 ? from->index[k] : 0;

            if (at >= ndictionary)
                return coder_fail(c, TQ_PROTOCOL, "column %u: index %u", from->number, at);
            out[i] = dictionary[at];
        } else if (!read_value(
                           &e, k, keys.at[i], base != NULL ? &base[i] : NULL, before, &out[i])) {
            return false;
        }
        before = &out[i];
        k++;
    }
    return entries_done(&e);
}
