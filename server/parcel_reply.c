#include "parcel_reply.h"

#include <jansson.h>
#include <string.h>

#include "tuquan/catalogue.h"
#include "tuquan/text.h"

static const char KIND[] = "tra-loi-goi";

bool parcel_reply_is(struct tq_slice file)
{
    size_t at = 0;

    while (at < file.len && (file.data[at] == ' ' || file.data[at] == '\n'))
        at++;
    return at < file.len && file.data[at] == '{';
}

static bool fails(tq_status *rc, tq_status why)
{
    *rc = why;
    return false;
}

/* Text in normal form, of at most `max` bytes. A tab is a space; other control characters but line
 * feeds are none. */
static bool take_text(const json_t *of, const char *name, size_t max, struct tq_arena *arena,
        struct tq_slice *out, tq_status *rc)
{
    const json_t *value = json_object_get(of, name);
    struct tq_slice text = tq_slice_of(json_string_value(value), json_string_length(value));
    struct tq_buf normal;
    const void *copy;
    bool ok = json_is_string(value) && text.len <= max;

    for (size_t i = 0; ok && i < text.len; i++)
        ok = text.data[i] >= ' ' || text.data[i] == '\n' || text.data[i] == '\t';
    if (!ok)
        return fails(rc, TQ_BUNDLE);
    tq_buf_init(&normal, 0);
    *rc = tq_text_nfc(text, &normal, NULL);
    for (size_t i = 0; *rc == TQ_OK && i < normal.len; i++)
        if (normal.data[i] == '\t')
            normal.data[i] = ' ';
    copy = *rc == TQ_OK ? tq_arena_copy(arena, normal.data, normal.len) : NULL;
    *out = tq_slice_of(copy, normal.len);
    if (*rc == TQ_OK && copy == NULL && normal.len > 0)
        *rc = TQ_NOMEM;
    else if (*rc != TQ_OK && *rc != TQ_NOMEM)
        *rc = TQ_BUNDLE;
    tq_buf_deinit(&normal);
    return *rc == TQ_OK;
}

static bool take_hex(const json_t *of, const char *name, uint8_t *out, size_t len, tq_status *rc)
{
    const json_t *value = json_object_get(of, name);

    return (json_is_string(value) &&
                   tq_unhex(json_string_value(value), json_string_length(value), out, len)) ||
           fails(rc, TQ_BUNDLE);
}

static bool take_answer(
        const json_t *from, struct tq_arena *arena, struct parcel_answer *out, tq_status *rc)
{
    struct tq_slice table;

    return take_text(from, "table", 64, arena, &table, rc) &&
           (tq_slice_equal(table, tq_slice_str("border_notice")) || fails(rc, TQ_BUNDLE)) &&
           take_hex(from, "id", out->key, sizeof(out->key), rc) &&
           take_text(from, "answered_on", 10, arena, &out->answered_on, rc) &&
           (tq_date_is_valid(out->answered_on) || fails(rc, TQ_BUNDLE)) &&
           take_text(from, "answer", PARCEL_REPLY_TEXT, arena, &out->answer, rc) &&
           (out->answer.len > 0 || fails(rc, TQ_BUNDLE));
}

static tq_status take(const json_t *json, struct tq_arena *arena, struct parcel_reply *out)
{
    const json_t *list = json_object_get(json, "answers");
    size_t n = json_array_size(list);
    struct tq_slice kind;
    tq_status rc = TQ_OK;

    if (json_integer_value(json_object_get(json, "version")) != 1 || n == 0 ||
            n > PARCEL_REPLY_MOST)
        return TQ_BUNDLE;
    if (!take_text(json, "tuquan", 64, arena, &kind, &rc) ||
            !take_text(json, "by", 1024, arena, &out->by, &rc) ||
            !take_hex(json, "code", out->code, sizeof(out->code), &rc))
        return rc;
    if (!tq_slice_equal(kind, tq_slice_str(KIND)))
        return TQ_BUNDLE;
    out->answers = tq_arena_array(arena, n, sizeof(*out->answers));
    if (out->answers == NULL)
        return TQ_NOMEM;
    for (; out->count < n; out->count++)
        if (!take_answer(json_array_get(list, out->count), arena, &out->answers[out->count], &rc))
            return rc;
    return TQ_OK;
}

tq_status parcel_reply_read(struct tq_slice file, struct tq_arena *arena, struct parcel_reply *out,
        struct tq_error *err)
{
    json_t *json = file.len <= PARCEL_REPLY_BYTES ? json_loadb((const char *)file.data, file.len,
                                                            JSON_REJECT_DUPLICATES, NULL)
                                                  : NULL;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = json == NULL ? TQ_BUNDLE : take(json, arena, out);
    json_decref(json);
    return rc == TQ_OK ? rc : tq_error_set(err, rc, "%s", KIND);
}
