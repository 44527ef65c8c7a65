#include "tuquan/codec.h"

#include <string.h>

#include "codec_parts.h"
#include "frame.h"

#define DEFLATE_FROM 200u /* smaller bodies are sent as they are */

/* How large a body of each kind may be once inflated. */
static size_t body_limit(uint32_t kind)
{
    switch (kind) {
    case TQ_MSG_HELLO:
    case TQ_MSG_WELCOME:
        return TQ_MAX_SCOPE_BYTES + 4096;
    case TQ_MSG_REFUSED:
        return 4 * (size_t)TQ_MAX_SENTENCE_BYTES + 1024;
    case TQ_MSG_PULL:
    case TQ_MSG_CREDIT:
    case TQ_MSG_RECEIPT_ASK:
        return 4096;
    case TQ_MSG_STATUS:
        return TQ_MAX_SENTENCE_BYTES + 1024;
    case TQ_MSG_JOIN:
    case TQ_MSG_JOINED:
        return TQ_MAX_INVITE_BYTES;
    case TQ_MSG_PUSH:
        return TQ_SET_MAX_PAYLOAD + 1024;
    case TQ_MSG_OFFER:
        return TQ_MAX_OFFER_BYTES;
    default:
        return TQ_MESSAGE_MAX_PLAIN;
    }
}

/* Whose bytes are wiped: an invitation's token, what a machine comes back with, the group key. */
static bool is_secret(tq_message_kind kind)
{
    return kind == TQ_MSG_JOIN || kind == TQ_MSG_JOINED || kind == TQ_MSG_WELCOME;
}

static bool put_body(struct coder *c, const struct tq_message *message, struct tq_buf *out)
{
    switch (message->kind) {
    case TQ_MSG_HELLO:
        return hello_put(c, &message->u.hello, out);
    case TQ_MSG_WELCOME:
        return welcome_put(c, &message->u.welcome, out);
    case TQ_MSG_REFUSED:
        return refused_put(c, &message->u.refused, out);
    case TQ_MSG_PUSH:
        return push_put(c, &message->u.push, out);
    case TQ_MSG_RECEIPT:
        return receipt_put(c, &message->u.receipt, true, out);
    case TQ_MSG_PULL:
        return pull_put(c, &message->u.pull, out);
    case TQ_MSG_ROWS:
        return rows_put(c, &message->u.rows, out);
    case TQ_MSG_CREDIT:
        return credit_put(c, message->u.credit_bytes, out);
    case TQ_MSG_DIGEST_ASK:
    case TQ_MSG_DIGEST_TELL:
        return ranges_put(c, &message->u.ranges, out);
    case TQ_MSG_RECEIPT_ASK:
        return ask_put(c, &message->u.receipt_ask, out);
    case TQ_MSG_STATUS:
        return status_put(c, &message->u.status, out);
    case TQ_MSG_JOIN:
        return join_put(c, &message->u.join, out);
    case TQ_MSG_JOINED:
        return joined_put(c, &message->u.joined, out);
    case TQ_MSG_BROADCAST:
        return broadcast_put(c, &message->u.broadcast, true, out);
    case TQ_MSG_REFILL:
        return refill_put(c, &message->u.refill, out);
    case TQ_MSG_OFFER:
        return offer_put(c, &message->u.offer, out);
    }
    return coder_fail(c, TQ_INVALID, "message kind %u", (unsigned)message->kind);
}

static bool take_body(struct coder *c, struct tq_slice body, struct tq_message *out)
{
    switch (out->kind) {
    case TQ_MSG_HELLO:
        return hello_take(c, body, &out->u.hello);
    case TQ_MSG_WELCOME:
        return welcome_take(c, body, &out->u.welcome);
    case TQ_MSG_REFUSED:
        return refused_take(c, body, &out->u.refused);
    case TQ_MSG_PUSH:
        return push_take(c, body, &out->u.push);
    case TQ_MSG_RECEIPT:
        return receipt_take(c, body, &out->u.receipt);
    case TQ_MSG_PULL:
        return pull_take(c, body, &out->u.pull);
    case TQ_MSG_ROWS:
        return rows_take(c, body, &out->u.rows);
    case TQ_MSG_CREDIT:
        return credit_take(c, body, &out->u.credit_bytes);
    case TQ_MSG_DIGEST_ASK:
    case TQ_MSG_DIGEST_TELL:
        return ranges_take(c, body, &out->u.ranges);
    case TQ_MSG_RECEIPT_ASK:
        return ask_take(c, body, &out->u.receipt_ask);
    case TQ_MSG_STATUS:
        return status_take(c, body, &out->u.status);
    case TQ_MSG_JOIN:
        return join_take(c, body, &out->u.join);
    case TQ_MSG_JOINED:
        return joined_take(c, body, &out->u.joined);
    case TQ_MSG_BROADCAST:
        return broadcast_take(c, body, &out->u.broadcast);
    case TQ_MSG_REFILL:
        return refill_take(c, body, &out->u.refill);
    case TQ_MSG_OFFER:
        return offer_take(c, body, &out->u.offer);
    }
    return coder_fail(c, TQ_PROTOCOL, "message kind %u", (unsigned)out->kind);
}

static const char *kind_name(tq_message_kind kind)
{
    static const char *const NAMES[] = { "message", "HELLO", "WELCOME", "REFUSED", "PUSH",
        "RECEIPT", "PULL", "ROWS", "CREDIT", "DIGEST_ASK", "DIGEST_TELL", "RECEIPT_ASK", "STATUS",
        "JOIN", "JOINED", "BROADCAST", "REFILL", "OFFER" };

    return (size_t)kind < sizeof(NAMES) / sizeof(NAMES[0]) ? NAMES[kind] : NAMES[0];
}

/* Put the body into its envelope, compressed where that saves something. */
static bool put_envelope(
        struct coder *c, const struct tq_message *message, struct tq_slice body, struct tq_buf *out)
{
    Tuquan__V1__Envelope envelope;
    struct tq_buf packed;
    bool smaller = false;
    bool ok = true;
    size_t before = out->len;

    if (!size_check(c, body.len, body_limit((uint32_t)message->kind), TQ_TOO_LARGE, "message"))
        return false;
    tuquan__v1__envelope__init(&envelope);
    envelope.kind = (Tuquan__V1__Kind)message->kind;
    envelope.session = message->session;
    envelope.body = pb_of_slice(body);
    tq_buf_init(&packed, 0);
    if (is_secret(message->kind))
        tq_buf_keep_secret(&packed);
    if (body.len >= DEFLATE_FROM) {
        c->status = frame_deflate(body, message->kind == TQ_MSG_PUSH, &packed, &smaller, c->err);
        ok = c->status == TQ_OK;
    }
    if (smaller) {
        envelope.plain_bytes = (uint32_t)body.len;
        envelope.body = pb_of_slice(tq_buf_slice(&packed));
    }
    ok = ok && coder_pack(c, &envelope, out);
    tq_buf_deinit(&packed);
    if (ok && out->len - before > TQ_MESSAGE_MAX_BYTES) {
        out->len = before;
        ok = coder_fail(c, TQ_TOO_LARGE, "a message of more than %zu bytes", TQ_MESSAGE_MAX_BYTES);
    }
    return ok;
}

tq_status tq_message_encode(
        const struct tq_message *message, struct tq_buf *out, struct tq_error *err)
{
    struct coder c = { tq_arena_new(CODER_ARENA_BYTES), err, TQ_OK };
    struct tq_buf body;

    if (c.arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "codec");
    tq_buf_init(&body, 0);
    if (is_secret(message->kind)) {
        tq_arena_keep_secret(c.arena);
        tq_buf_keep_secret(&body);
        tq_buf_keep_secret(out);
    }
    if (put_body(&c, message, &body))
        put_envelope(&c, message, tq_buf_slice(&body), out);
    if (c.status != TQ_OK)
        tq_error_wrap(err, "%s", kind_name(message->kind));
    tq_buf_deinit(&body);
    tq_arena_free(c.arena);
    return c.status;
}

/* The envelope, checked; NULL after a failure. */
static const Tuquan__V1__Envelope *take_envelope(struct coder *c, struct tq_slice bytes)
{
    const Tuquan__V1__Envelope *envelope;
    uint32_t kind;

    if (bytes.len > TQ_MESSAGE_MAX_BYTES) {
        coder_fail(c, TQ_TOO_LARGE, "a message of %zu bytes", bytes.len);
        return NULL;
    }
    envelope = coder_unpack(c, &tuquan__v1__envelope__descriptor, bytes, "envelope");
    if (envelope == NULL)
        return NULL;
    kind = (uint32_t)envelope->kind;
    if (kind < TQ_MSG_HELLO || kind > TQ_MSG_OFFER) {
        coder_fail(c, TQ_PROTOCOL, "message kind %u", kind);
        return NULL;
    }
    if (envelope->plain_bytes > body_limit(kind) || envelope->body.len > body_limit(kind)) {
        coder_fail(
                c, TQ_TOO_LARGE, "%u bytes, %zu packed", envelope->plain_bytes, envelope->body.len);
        return NULL;
    }
    return envelope;
}

tq_status tq_message_decode(
        struct tq_slice bytes, struct tq_arena *arena, struct tq_message *out, struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };
    const Tuquan__V1__Envelope *envelope;
    struct tq_slice body;

    memset(out, 0, sizeof(*out));
    envelope = take_envelope(&c, bytes);
    if (envelope == NULL)
        return c.status;
    out->kind = (tq_message_kind)envelope->kind;
    out->session = envelope->session;
    if (is_secret(out->kind))
        tq_arena_keep_secret(arena);
    body = slice_of_pb(envelope->body);
    if (envelope->plain_bytes > 0)
        c.status =
                frame_inflate(body, envelope->plain_bytes, envelope->dictionary, arena, &body, err);
    if (c.status == TQ_OK)
        take_body(&c, body, out);
    if (c.status != TQ_OK) {
        tq_error_wrap(err, "%s", kind_name(out->kind));
        memset(out, 0, sizeof(*out));
    }
    return c.status;
}

tq_status tq_message_peek(
        struct tq_slice bytes, tq_message_kind *kind, uint64_t *session, struct tq_error *err)
{
    struct coder c = { tq_arena_new(2 * TQ_MESSAGE_MAX_BYTES), err, TQ_OK };
    const Tuquan__V1__Envelope *envelope;

    if (c.arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "codec");
    envelope = take_envelope(&c, bytes);
    if (envelope != NULL) {
        *kind = (tq_message_kind)envelope->kind;
        *session = envelope->session;
        if (is_secret(*kind))
            tq_arena_keep_secret(c.arena);
    }
    tq_arena_free(c.arena);
    return c.status;
}

tq_status tq_receipt_encode(const struct tq_receipt *receipt, bool with_signature,
        struct tq_buf *out, struct tq_error *err)
{
    struct coder c = { tq_arena_new(CODER_ARENA_BYTES), err, TQ_OK };

    if (c.arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "codec");
    receipt_put(&c, receipt, with_signature, out);
    tq_arena_free(c.arena);
    return c.status;
}

tq_status tq_receipt_decode(
        struct tq_slice bytes, struct tq_arena *arena, struct tq_receipt *out, struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };

    memset(out, 0, sizeof(*out));
    if (bytes.len > TQ_MESSAGE_MAX_PLAIN)
        return tq_error_set(err, TQ_TOO_LARGE, "a receipt of %zu bytes", bytes.len);
    receipt_take(&c, bytes, out);
    return c.status;
}

tq_status tq_certificate_encode(const struct tq_certificate *certificate, bool with_signature,
        struct tq_buf *out, struct tq_error *err)
{
    struct coder c = { tq_arena_new(CODER_ARENA_BYTES), err, TQ_OK };

    if (c.arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "codec");
    certificate_put(&c, certificate, with_signature, out);
    tq_arena_free(c.arena);
    return c.status;
}

tq_status tq_certificate_decode(struct tq_slice bytes, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };

    memset(out, 0, sizeof(*out));
    if (bytes.len > TQ_MAX_INVITE_BYTES)
        return tq_error_set(err, TQ_TOO_LARGE, "a certificate of %zu bytes", bytes.len);
    certificate_take(&c, bytes, out);
    return c.status;
}

tq_status tq_broadcast_encode(const struct tq_broadcast *broadcast, bool with_signature,
        struct tq_buf *out, struct tq_error *err)
{
    struct coder c = { tq_arena_new(CODER_ARENA_BYTES), err, TQ_OK };

    if (c.arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "codec");
    broadcast_put(&c, broadcast, with_signature, out);
    tq_arena_free(c.arena);
    return c.status;
}

const struct tq_codec_ops *tq_codec_ops(void)
{
    static const struct tq_codec_ops OPS = { tq_body_encode, tq_body_decode, tq_receipt_encode,
        tq_receipt_decode, tq_certificate_encode };

    return &OPS;
}
