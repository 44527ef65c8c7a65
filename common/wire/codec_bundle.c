/* codec_bundle.c - Bundles: a session's messages as one signed and sealed file. */
#include <string.h>

#include "codec_lists.h"
#include "tuquan/bundle.h"
#include "tuquan/codec.h"
#include "tuquan/v1/bundle.pb-c.h"
#include "tuquan/v1/change.pb-c.h"

static const uint8_t MAGIC[8] = { 'T', 'Q', 'B', '1', '\r', '\n', 0x1a, '\n' };

tq_status tq_bundle_put(struct tq_buf *messages, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct tq_buf buf;
    tq_status rc;

    tq_buf_init(&buf, TQ_MESSAGE_MAX_BYTES);
    rc = tq_message_encode(message, &buf, err);
    if (rc == TQ_OK) {
        *bytes = buf.len;
        tq_buf_append_u32(messages, (uint32_t)buf.len);
        tq_buf_append(messages, buf.data, buf.len);
        if (!tq_buf_is_ok(messages))
            rc = tq_error_set(err, TQ_NOMEM, "bundle");
    }
    tq_buf_deinit(&buf);
    return rc;
}

bool tq_bundle_is(struct tq_slice file)
{
    return file.len >= sizeof(MAGIC) && memcmp(file.data, MAGIC, sizeof(MAGIC)) == 0;
}

bool tq_bundle_next(struct tq_slice *rest, struct tq_slice *message)
{
    uint32_t len;

    return tq_read_u32(rest, &len) && tq_read_bytes(rest, len, message);
}

/* ---- writing ---- */

bool bundle_put_list(
        struct coder *c, struct tq_slice messages, ProtobufCBinaryData **list, size_t *n)
{
    struct tq_slice rest = messages;
    struct tq_slice message;
    size_t count = 0;

    while (tq_bundle_next(&rest, &message))
        count++;
    *list = coder_alloc(c, count + 1, sizeof(**list));
    if (*list == NULL)
        return false;
    for (*n = 0; tq_bundle_next(&messages, &message); ++*n)
        (*list)[*n] = pb_of_slice(message);
    return messages.len == 0 || coder_fail(c, TQ_INTERNAL, "%zu bytes", messages.len);
}

static bool pack_body(struct coder *c, uint32_t count, struct tq_slice messages, struct tq_buf *out)
{
    Tuquan__V1__BundleBody body = TUQUAN__V1__BUNDLE_BODY__INIT;

    if (!bundle_put_list(c, messages, &body.messages, &body.n_messages))
        return false;
    if (body.n_messages != count)
        return coder_fail(c, TQ_INTERNAL, "%zu messages of %u", body.n_messages, count);
    return coder_pack(c, &body, out);
}

static bool pack_head(struct coder *c, const struct tq_bundle *head, const struct tq_keys *keys,
        struct tq_slice sealed, struct tq_buf *out)
{
    Tuquan__V1__Bundle pb = TUQUAN__V1__BUNDLE__INIT;

    pb.kind = head->kind == TQ_BUNDLE_OFFICE ? TUQUAN__V1__BUNDLE_KIND__BUNDLE_OFFICE
                                             : TUQUAN__V1__BUNDLE_KIND__BUNDLE_ANSWER;
    pb.district = pb_of(head->district, sizeof(head->district));
    pb.device = head->device;
    pb.signer = pb_of(keys->sign_public, sizeof(keys->sign_public));
    pb.made_at_ms = head->made_at_ms;
    pb.session = head->session;
    pb.messages = head->messages;
    pb.sets = head->sets;
    pb.rows = head->rows;
    pb.sealed = pb_of_slice(sealed);
    return coder_pack(c, &pb, out);
}

bool bundle_pack_signed(struct coder *c, const char *domain, struct tq_slice body,
        const struct tq_keys *keys, struct tq_buf *out)
{
    Tuquan__V1__Signed pb = TUQUAN__V1__SIGNED__INIT;
    struct tq_signer signer = tq_signer_of(keys);
    uint8_t signature[TQ_SIGNATURE_BYTES];

    signer.sign(signer.ctx, domain, body, signature);
    pb.body = pb_of_slice(body);
    pb.signature = pb_of(signature, sizeof(signature));
    return coder_pack(c, &pb, out);
}

tq_status tq_bundle_write(const struct tq_bundle *head, struct tq_slice messages,
        const struct tq_keys *keys, const uint8_t receiver[TQ_CURVE_KEY_BYTES], struct tq_buf *out,
        struct tq_error *err)
{
    struct coder c = { tq_arena_new(CODER_ARENA_BYTES), err, TQ_OK };
    struct tq_buf body;
    struct tq_buf sealed;
    struct tq_buf whole;

    tq_buf_init(&body, 0);
    tq_buf_init(&sealed, 0);
    tq_buf_init(&whole, TQ_BUNDLE_MAX_BYTES);
    if (c.arena == NULL)
        c.status = tq_error_set(err, TQ_NOMEM, "bundle");
    if (pack_body(&c, head->messages, messages, &body))
        c.status = tq_seal_to(receiver, tq_buf_slice(&body), &sealed, err);
    body.len = 0;
    if (c.status == TQ_OK && pack_head(&c, head, keys, tq_buf_slice(&sealed), &body)) {
        tq_buf_append(&whole, MAGIC, sizeof(MAGIC));
        bundle_pack_signed(&c, TQ_SIGN_BUNDLE, tq_buf_slice(&body), keys, &whole);
    }
    if (c.status == TQ_OK) {
        tq_buf_append(out, whole.data, whole.len);
        if (!tq_buf_is_ok(out))
            c.status = tq_error_set(err, TQ_NOMEM, "bundle");
    }
    tq_buf_deinit(&whole);
    tq_buf_deinit(&sealed);
    tq_buf_deinit(&body);
    tq_arena_free(c.arena);
    return c.status;
}

/* ---- reading ---- */

static tq_status not_one(const struct coder *c, struct tq_error *err)
{
    if (c->status == TQ_NOMEM || c->status == TQ_TOO_LARGE)
        return c->status;
    return tq_error_set(err, TQ_BUNDLE, "TQB1");
}

static bool read_head(struct coder *c, const Tuquan__V1__Bundle *pb, struct tq_bundle *out)
{
    if (pb->kind == TUQUAN__V1__BUNDLE_KIND__BUNDLE_OFFICE)
        out->kind = TQ_BUNDLE_OFFICE;
    else if (pb->kind == TUQUAN__V1__BUNDLE_KIND__BUNDLE_ANSWER)
        out->kind = TQ_BUNDLE_ANSWER;
    else
        return coder_fail(c, TQ_PROTOCOL, "kind %d", (int)pb->kind);
    if (pb->messages == 0 || pb->messages > TQ_BUNDLE_MAX_MESSAGES || pb->device == 0)
        return coder_fail(c, TQ_PROTOCOL, "%u messages", pb->messages);
    out->device = pb->device;
    out->made_at_ms = pb->made_at_ms;
    out->session = pb->session;
    out->messages = pb->messages;
    out->sets = pb->sets;
    out->rows = pb->rows;
    out->sealed = slice_of_pb(pb->sealed);
    return read_fixed(c, pb->district, out->district, sizeof(out->district), "district") &&
           read_fixed(c, pb->signer, out->signer, sizeof(out->signer), "signer");
}

tq_status tq_bundle_read(
        struct tq_slice file, struct tq_arena *arena, struct tq_bundle *out, struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };
    Tuquan__V1__Signed *whole;
    Tuquan__V1__Bundle *head;

    memset(out, 0, sizeof(*out));
    if (file.len > TQ_BUNDLE_MAX_BYTES)
        return tq_error_set(err, TQ_TOO_LARGE, "%zu > %zu", file.len, TQ_BUNDLE_MAX_BYTES);
    if (!tq_bundle_is(file))
        return tq_error_set(err, TQ_BUNDLE, "TQB1");
    whole = coder_unpack(&c, &tuquan__v1__signed__descriptor,
            tq_slice_of(file.data + sizeof(MAGIC), file.len - sizeof(MAGIC)), "bundle");
    if (whole == NULL || whole->signature.len != TQ_SIGNATURE_BYTES)
        return not_one(&c, err);
    head = coder_unpack(&c, &tuquan__v1__bundle__descriptor, slice_of_pb(whole->body), "bundle");
    if (head == NULL || !read_head(&c, head, out))
        return not_one(&c, err);
    if (!tq_verify(out->signer, TQ_SIGN_BUNDLE, slice_of_pb(whole->body), whole->signature.data))
        return tq_error_set(err, TQ_BUNDLE, "TQB1");
    return TQ_OK;
}

static bool goes_this_way(tq_bundle_kind kind, tq_message_kind message, bool first)
{
    if (kind == TQ_BUNDLE_OFFICE)
        return first ? message == TQ_MSG_HELLO : message == TQ_MSG_PUSH || message == TQ_MSG_PULL;
    return first ? message == TQ_MSG_WELCOME
                 : message == TQ_MSG_RECEIPT || message == TQ_MSG_ROWS ||
                           message == TQ_MSG_CREDIT || message == TQ_MSG_REFUSED;
}

/* All of them before any is acted on: a bundle is taken, or nothing of it. */
static bool check_message(struct coder *c, const struct tq_bundle *bundle, struct tq_slice bytes,
        bool first, uint32_t *pulls, struct tq_arena *scratch)
{
    struct tq_message message;
    tq_status rc;

    tq_arena_reset(scratch);
    rc = tq_message_decode(bytes, scratch, &message, c->err);
    if (rc != TQ_OK) {
        c->status = rc;
        return false;
    }
    if (message.session != bundle->session || !goes_this_way(bundle->kind, message.kind, first))
        return coder_fail(c, TQ_PROTOCOL, "message %d", (int)message.kind);
    *pulls += message.kind == TQ_MSG_PULL; /* each is a whole answer's worth of rows */
    return *pulls < 2 || coder_fail(c, TQ_PROTOCOL, "%u pulls", *pulls);
}

bool bundle_take_list(struct coder *c, const struct tq_bundle *bundle,
        const ProtobufCBinaryData *list, size_t n, struct tq_buf *messages)
{
    struct tq_arena *scratch = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    uint32_t pulls = 0;
    bool ok = scratch != NULL || coder_fail(c, TQ_NOMEM, "bundle");

    for (size_t i = 0; ok && i < n; i++) {
        ok = check_message(c, bundle, slice_of_pb(list[i]), i == 0, &pulls, scratch);
        tq_buf_append_u32(messages, (uint32_t)list[i].len);
        tq_buf_append(messages, list[i].data, list[i].len);
    }
    tq_arena_free(scratch);
    return ok && (tq_buf_is_ok(messages) || coder_fail(c, TQ_NOMEM, "bundle"));
}

static bool take_messages(struct coder *c, const struct tq_bundle *bundle, struct tq_slice plain,
        struct tq_buf *messages)
{
    Tuquan__V1__BundleBody *body =
            coder_unpack(c, &tuquan__v1__bundle_body__descriptor, plain, "bundle");

    if (body == NULL)
        return false;
    if (body->n_messages != bundle->messages)
        return coder_fail(c, TQ_PROTOCOL, "%zu messages of %u", body->n_messages, bundle->messages);
    return bundle_take_list(c, bundle, body->messages, body->n_messages, messages);
}

tq_status tq_bundle_unseal(const struct tq_bundle *bundle, const struct tq_keys *keys,
        struct tq_buf *messages, struct tq_error *err)
{
    struct coder c = { tq_arena_new(TQ_BUNDLE_ARENA_BYTES), err, TQ_OK };
    struct tq_buf plain;

    tq_buf_init(&plain, 0);
    if (c.arena == NULL)
        c.status = tq_error_set(err, TQ_NOMEM, "bundle");
    else
        c.status = tq_open_own(keys, bundle->sealed, &plain, err);
    if (c.status == TQ_FORGED)
        c.status = tq_error_set(err, TQ_BUNDLE_OTHERS, "TQB1");
    if (c.status == TQ_OK)
        take_messages(&c, bundle, tq_buf_slice(&plain), messages);
    tq_buf_deinit(&plain);
    tq_arena_free(c.arena);
    return c.status;
}
