/* codec_parcel.c - Parcels: what a link carries in one direction, as one signed file. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "codec_lists.h"
#include "codec_parts.h"
#include "frame.h"
#include "tuquan/codec.h"
#include "tuquan/parcel.h"
#include "tuquan/v1/bundle.pb-c.h"
#include "tuquan/v1/change.pb-c.h"

#define VIEW_MOST 4096u

static const uint8_t MAGIC[8] = { 'T', 'Q', 'P', '1', '\r', '\n', 0x1a, '\n' };

bool tq_parcel_is(struct tq_slice file)
{
    return file.len >= sizeof(MAGIC) && memcmp(file.data, MAGIC, sizeof(MAGIC)) == 0;
}

/* ---- the code ---- */

void tq_parcel_code(struct tq_slice file, uint8_t code[TQ_PARCEL_CODE_BYTES])
{
    crypto_hash_sha256(code, file.data, file.len);
}

/* A syllable for each byte, without marks: the same table stands in the viewer. */
void tq_parcel_words(const uint8_t code[TQ_PARCEL_CODE_BYTES], char out[TQ_PARCEL_WORDS_TEXT])
{
    static const char *const HEAD[16] = { "b", "c", "ch", "d", "g", "h", "kh", "l", "m", "n", "ng",
        "nh", "ph", "s", "t", "v" };
    static const char *const TAIL[16] = { "a", "ac", "ai", "am", "an", "ang", "anh", "ao", "o",
        "oc", "om", "on", "ong", "u", "um", "ung" };
    size_t used = 0;

    for (size_t i = 0; i < 8; i++)
        used += (size_t)snprintf(out + used, TQ_PARCEL_WORDS_TEXT - used, "%s%s%s",
                i > 0 ? " " : "", HEAD[code[i] >> 4], TAIL[code[i] & 15]);
}

/* ---- the view ---- */

tq_status tq_parcel_view_put(
        const struct tq_row *rows, size_t nrows, struct tq_buf *out, struct tq_error *err)
{
    struct coder c = { tq_arena_new(CODER_ARENA_BYTES), err, TQ_OK };
    struct tq_rows all;

    memset(&all, 0, sizeof(all));
    all.rows = rows;
    all.nrows = nrows;
    if (c.arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "view");
    rows_put(&c, &all, out);
    tq_arena_free(c.arena);
    return c.status;
}

tq_status tq_parcel_view_take(
        struct tq_slice entry, struct tq_arena *arena, struct tq_rows *out, struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };

    memset(out, 0, sizeof(*out));
    rows_take(&c, entry, out);
    return c.status;
}

/* ---- writing ---- */

static bool deflate_body(
        struct coder *c, const struct tq_parcel *head, struct tq_slice plain, struct tq_buf *out)
{
    uLongf len = compressBound((uLong)plain.len);
    uint8_t *packed;
    bool smaller;

    if (!head->readable) {
        c->status = frame_deflate(plain, true, out, &smaller, c->err);
        if (c->status == TQ_OK && !smaller) /* then as it is: what opens it compares the sizes */
            tq_buf_append(out, plain.data, plain.len);
        return c->status == TQ_OK &&
               (tq_buf_is_ok(out) || coder_fail(c, TQ_NOMEM, "compress %zu bytes", plain.len));
    }
    packed = coder_alloc(c, 1, len);
    if (packed == NULL)
        return false;
    if (compress2(packed, &len, plain.data, (uLong)plain.len, Z_BEST_COMPRESSION) != Z_OK)
        return coder_fail(c, TQ_NOMEM, "compress %zu bytes", plain.len);
    tq_buf_append(out, packed, len);
    return tq_buf_is_ok(out) || coder_fail(c, TQ_NOMEM, "parcel");
}

static bool pack_body(struct coder *c, const struct tq_parcel_body *body, struct tq_buf *out)
{
    Tuquan__V1__ParcelBody pb = TUQUAN__V1__PARCEL_BODY__INIT;

    pb.join = pb_of_slice(body->join);
    pb.guest = pb_of_slice(body->guest);
    pb.joined = pb_of_slice(body->joined);
    if (!bundle_put_list(c, body->question, &pb.question, &pb.n_question) ||
            !bundle_put_list(c, body->answer, &pb.answer, &pb.n_answer))
        return false;
    pb.view = coder_alloc(c, body->nview + 1, sizeof(*pb.view));
    if (pb.view == NULL)
        return false;
    for (; pb.n_view < body->nview; pb.n_view++)
        pb.view[pb.n_view] = pb_of_slice(body->view[pb.n_view]);
    return coder_pack(c, &pb, out) &&
           size_check(c, out->len, TQ_PARCEL_PLAIN_BYTES, TQ_TOO_LARGE, "parcel");
}

static bool pack_head(struct coder *c, const struct tq_parcel *head, const struct tq_keys *keys,
        size_t plain, struct tq_slice content, struct tq_buf *out)
{
    Tuquan__V1__Parcel pb = TUQUAN__V1__PARCEL__INIT;
    uint8_t from[TQ_DISTRICT_ID_BYTES];

    tq_district_id_of(keys, from);
    pb.from = pb_of(from, sizeof(from));
    pb.signer = pb_of(keys->sign_public, sizeof(keys->sign_public));
    pb.to = pb_fixed(head->to, sizeof(head->to));
    pb.from_name = pb_of_slice(head->from_name);
    pb.to_name = pb_of_slice(head->to_name);
    pb.number = pb_of_slice(head->number);
    pb.agreement = pb_of(head->agreement, sizeof(head->agreement));
    pb.made_at_ms = head->made_at_ms;
    pb.serial = head->serial;
    pb.rows = head->rows;
    pb.answers = head->answers;
    pb.readable = head->readable;
    pb.plain_bytes = plain;
    pb.content = pb_of_slice(content);
    return coder_pack(c, &pb, out);
}

tq_status tq_parcel_write(const struct tq_parcel *head, const struct tq_parcel_body *body,
        const struct tq_keys *keys, const uint8_t receiver[TQ_CURVE_KEY_BYTES], struct tq_buf *out,
        struct tq_error *err)
{
    struct coder c = { tq_arena_new(CODER_ARENA_BYTES), err, TQ_OK };
    struct tq_buf plain;
    struct tq_buf packed;
    struct tq_buf sealed;
    struct tq_buf whole;

    tq_buf_init(&plain, 0);
    tq_buf_init(&packed, 0);
    tq_buf_init(&sealed, 0);
    tq_buf_init(&whole, TQ_BUNDLE_MAX_BYTES);
    if (c.arena != NULL && body->join.len + body->joined.len > 0) {
        tq_arena_keep_secret(c.arena);
        tq_buf_keep_secret(&plain);
        tq_buf_keep_secret(&packed);
    }
    if (c.arena == NULL)
        c.status = tq_error_set(err, TQ_NOMEM, "parcel");
    else if (!head->readable && receiver == NULL)
        c.status = tq_error_set(err, TQ_INTERNAL, "nobody to seal to");
    else if (pack_body(&c, body, &plain))
        deflate_body(&c, head, tq_buf_slice(&plain), &packed);
    if (c.status == TQ_OK && !head->readable)
        c.status = tq_seal_to(receiver, tq_buf_slice(&packed), &sealed, err);
    if (c.status == TQ_OK && pack_head(&c, head, keys, plain.len,
                                     tq_buf_slice(head->readable ? &packed : &sealed), &whole)) {
        tq_buf_append(out, MAGIC, sizeof(MAGIC));
        bundle_pack_signed(&c, TQ_SIGN_PARCEL, tq_buf_slice(&whole), keys, out);
    }
    if (c.status == TQ_OK && (!tq_buf_is_ok(out) || out->len > TQ_BUNDLE_MAX_BYTES))
        c.status = tq_error_set(err, tq_buf_is_ok(out) ? TQ_TOO_LARGE : TQ_NOMEM, "parcel");
    tq_buf_deinit(&whole);
    tq_buf_deinit(&sealed);
    tq_buf_deinit(&packed);
    tq_buf_deinit(&plain);
    tq_arena_free(c.arena);
    return c.status;
}

/* ---- reading ---- */

static bool read_name(struct coder *c, ProtobufCBinaryData data, struct tq_slice *out)
{
    *out = slice_of_pb(data);
    return text_check(c, *out, TQ_PARCEL_NAME_BYTES, TQ_PROTOCOL, "name");
}

static bool read_head(struct coder *c, const Tuquan__V1__Parcel *pb, struct tq_parcel *out)
{
    struct tq_keys keys;
    uint8_t from[TQ_DISTRICT_ID_BYTES];

    if (!read_fixed(c, pb->from, out->from, sizeof(out->from), "from") ||
            !read_fixed(c, pb->signer, out->signer, sizeof(out->signer), "signer") ||
            !read_fixed(c, pb->to, out->to, sizeof(out->to), "to") ||
            !read_fixed(c, pb->agreement, out->agreement, sizeof(out->agreement), "agreement") ||
            !read_name(c, pb->from_name, &out->from_name) ||
            !read_name(c, pb->to_name, &out->to_name) || !read_name(c, pb->number, &out->number))
        return false;
    memcpy(keys.sign_public, out->signer, sizeof(keys.sign_public));
    tq_district_id_of(&keys, from);
    if (memcmp(from, out->from, sizeof(from)) != 0)
        return coder_fail(c, TQ_PROTOCOL, "from");
    out->made_at_ms = pb->made_at_ms;
    out->serial = pb->serial;
    out->rows = pb->rows;
    out->answers = pb->answers;
    out->readable = pb->readable;
    out->plain_bytes = pb->plain_bytes;
    out->content = slice_of_pb(pb->content);
    return pb->plain_bytes <= TQ_PARCEL_PLAIN_BYTES || coder_fail(c, TQ_PROTOCOL, "plain_bytes");
}

tq_status tq_parcel_read(
        struct tq_slice file, struct tq_arena *arena, struct tq_parcel *out, struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };
    Tuquan__V1__Signed *whole;
    Tuquan__V1__Parcel *head = NULL;

    memset(out, 0, sizeof(*out));
    if (file.len > TQ_BUNDLE_MAX_BYTES)
        return tq_error_set(err, TQ_TOO_LARGE, "%zu > %zu", file.len, TQ_BUNDLE_MAX_BYTES);
    if (!tq_parcel_is(file))
        return tq_error_set(err, TQ_BUNDLE, "TQP1");
    whole = coder_unpack(&c, &tuquan__v1__signed__descriptor,
            tq_slice_of(file.data + sizeof(MAGIC), file.len - sizeof(MAGIC)), "parcel");
    if (whole != NULL && whole->signature.len == TQ_SIGNATURE_BYTES)
        head = coder_unpack(
                &c, &tuquan__v1__parcel__descriptor, slice_of_pb(whole->body), "parcel");
    if (head != NULL && read_head(&c, head, out) &&
            tq_verify(out->signer, TQ_SIGN_PARCEL, slice_of_pb(whole->body), whole->signature.data))
        return TQ_OK;
    memset(out, 0, sizeof(*out)); /* nobody vouches for what was read */
    return c.status == TQ_NOMEM ? c.status : tq_error_set(err, TQ_BUNDLE, "TQP1");
}

static bool inflate_body(struct coder *c, const struct tq_parcel *parcel, struct tq_slice packed,
        struct tq_slice *out)
{
    uLongf len = (uLongf)parcel->plain_bytes;
    uint8_t *plain;

    if (!parcel->readable && packed.len == parcel->plain_bytes) {
        *out = packed;
        return true;
    }
    if (!parcel->readable) {
        c->status = frame_inflate(packed, (size_t)parcel->plain_bytes, 0, c->arena, out, c->err);
        return c->status == TQ_OK;
    }
    plain = coder_alloc(c, 1, (size_t)len + 1);
    if (plain == NULL)
        return false;
    if (uncompress(plain, &len, packed.data, (uLong)packed.len) != Z_OK ||
            len != parcel->plain_bytes)
        return coder_fail(c, TQ_PROTOCOL, "inflate %zu bytes", packed.len);
    *out = tq_slice_of(plain, len);
    return true;
}

/* A list of messages, copied behind one another into the arena. */
static bool take_list(struct coder *c, tq_bundle_kind kind, const ProtobufCBinaryData *list,
        size_t n, struct tq_slice *out, uint64_t *session)
{
    struct tq_bundle bundle = { .kind = kind };
    tq_message_kind first;
    struct tq_buf messages;
    const void *copy;
    bool ok;

    if (n == 0)
        return true;
    if (n > TQ_BUNDLE_MAX_MESSAGES)
        return coder_fail(c, TQ_PROTOCOL, "%zu messages", n);
    c->status = tq_message_peek(slice_of_pb(list[0]), &first, session, c->err);
    if (c->status != TQ_OK)
        return false;
    bundle.session = *session;
    tq_buf_init(&messages, 0);
    ok = bundle_take_list(c, &bundle, list, n, &messages);
    copy = ok ? tq_arena_copy(c->arena, messages.data, messages.len) : NULL;
    if (ok && copy == NULL)
        ok = coder_fail(c, tq_arena_is_exhausted(c->arena) ? TQ_TOO_LARGE : TQ_NOMEM, "parcel");
    *out = tq_slice_of(copy, ok ? messages.len : 0);
    tq_buf_deinit(&messages);
    return ok;
}

/* One message of this kind, or none. */
static bool take_one(
        struct coder *c, ProtobufCBinaryData data, tq_message_kind kind, struct tq_slice *out)
{
    tq_message_kind is = kind;
    uint64_t session;

    *out = slice_of_pb(data);
    if (out->len > 0)
        c->status = tq_message_peek(*out, &is, &session, c->err);
    return c->status == TQ_OK && (is == kind || coder_fail(c, TQ_PROTOCOL, "message %d", (int)is));
}

static bool take_body(struct coder *c, struct tq_slice plain, struct tq_parcel_body *out)
{
    Tuquan__V1__ParcelBody *pb =
            coder_unpack(c, &tuquan__v1__parcel_body__descriptor, plain, "parcel");
    struct tq_slice *view;

    if (pb == NULL || !take_one(c, pb->join, TQ_MSG_JOIN, &out->join) ||
            !take_one(c, pb->joined, TQ_MSG_JOINED, &out->joined) ||
            !take_list(c, TQ_BUNDLE_OFFICE, pb->question, pb->n_question, &out->question,
                    &out->question_session) ||
            !take_list(c, TQ_BUNDLE_ANSWER, pb->answer, pb->n_answer, &out->answer,
                    &out->answer_session))
        return false;
    out->guest = slice_of_pb(pb->guest);
    if (out->join.len > 0 && out->guest.len != TQ_CURVE_KEY_BYTES)
        return coder_fail(c, TQ_PROTOCOL, "guest");
    if (pb->n_view > VIEW_MOST)
        return coder_fail(c, TQ_PROTOCOL, "%zu views", pb->n_view);
    view = coder_alloc(c, pb->n_view + 1, sizeof(*view));
    if (view == NULL)
        return false;
    for (; out->nview < pb->n_view; out->nview++)
        view[out->nview] = slice_of_pb(pb->view[out->nview]);
    out->view = view;
    return true;
}

tq_status tq_parcel_open(const struct tq_parcel *parcel, const struct tq_keys *keys,
        struct tq_arena *arena, struct tq_parcel_body *out, struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };
    struct tq_slice packed = parcel->content;
    struct tq_slice plain = { NULL, 0 };
    struct tq_buf opened;
    const void *copy;

    memset(out, 0, sizeof(*out));
    tq_buf_init(&opened, 0);
    if (!parcel->readable) {
        tq_buf_keep_secret(&opened);
        tq_arena_keep_secret(arena);
        c.status = keys != NULL ? tq_open_own(keys, parcel->content, &opened, err) : TQ_FORGED;
        if (c.status == TQ_FORGED)
            c.status = tq_error_set(err, TQ_PARCEL_SEAL, "TQP1");
        copy = c.status == TQ_OK ? tq_arena_copy(arena, opened.data, opened.len) : NULL;
        if (c.status == TQ_OK && copy == NULL)
            c.status = tq_error_set(err, TQ_NOMEM, "parcel");
        packed = tq_slice_of(copy, opened.len);
    }
    if (c.status == TQ_OK && inflate_body(&c, parcel, packed, &plain))
        take_body(&c, plain, out);
    tq_buf_deinit(&opened);
    return c.status;
}
