/* serve_guest.c - A new machine joins: its invitation is spent, its certificate goes back. */
#include <string.h>

#include "serve_internal.h"

static tq_status certify(void *ctx, struct tq_certificate *certificate, struct tq_error *err)
{
    struct server *s = ctx;

    return tq_certificate_sign(certificate, &s->app->signer, err);
}

static tq_status reply(struct server *s, const struct tq_peer *peer,
        const struct tq_message *message, struct tq_error *err)
{
    size_t bytes;
    tq_status rc = serve_send(s, peer, message, &bytes, err);

    if (rc == TQ_BUSY) {
        tq_error_clear(err);
        rc = TQ_OK; /* a guest that does not read asks again */
    }
    return rc;
}

static void refusal(struct tq_message *out, tq_status why)
{
    memset(out, 0, sizeof(*out));
    out->kind = TQ_MSG_REFUSED;
    out->u.refused.code = TQ_REFUSAL_INVITATION;
    out->u.refused.text_vi = tq_slice_str(tq_status_sentence(why, TQ_LANG_VI));
    out->u.refused.text_en = tq_slice_str(tq_status_sentence(why, TQ_LANG_EN));
    out->u.refused.next_vi = tq_slice_str(tq_status_next_step(why, TQ_LANG_VI));
    out->u.refused.next_en = tq_slice_str(tq_status_next_step(why, TQ_LANG_EN));
}

tq_status guest_message(
        struct server *s, const struct tq_hub_message *message, struct tq_error *err)
{
    struct tq_district_identity identity;
    struct tq_message in;
    struct tq_message out;
    uint8_t guest_key[TQ_CURVE_KEY_BYTES];
    char sync[TQ_ADDRESS_BYTES];
    char news[TQ_ADDRESS_BYTES];
    tq_status rc;

    tq_arena_reset(s->arena);
    if (!gate_guest_key(message->user_id, guest_key) ||
            tq_message_decode(message->data, s->arena, &in, err) != TQ_OK ||
            in.kind != TQ_MSG_JOIN) {
        watch_add(&s->watch, s->cli, WATCH_INVITATION, 1, message->user_id, TQ_PROTOCOL, s->now_ms);
        refusal(&out, TQ_PROTOCOL);
        return reply(s, &message->peer, &out, err);
    }
    memset(&out, 0, sizeof(out));
    out.kind = TQ_MSG_JOINED;
    out.session = in.session;
    rc = tq_devices_spend(s->app->store, &in.u.join, guest_key, s->now_ms, certify, s, s->arena,
            &out.u.joined.certificate, err);
    if (rc != TQ_OK && tq_status_fault(rc) != TQ_FAULT_ENVIRONMENT) {
        watch_add(&s->watch, s->cli, WATCH_INVITATION, 1, message->user_id, rc, s->now_ms);
        refusal(&out, rc);
        out.session = in.session;
        return reply(s, &message->peer, &out, err);
    }
    if (rc == TQ_OK)
        rc = gate_refresh_for_new(s, err);
    if (rc == TQ_OK)
        rc = tq_district_store_identity(s->app->store, s->arena, &identity, err);
    if (rc == TQ_OK)
        rc = app_public_address(s->app, tq_hub_sync_address(s->hub), sync, sizeof(sync), err);
    if (rc == TQ_OK)
        rc = app_public_address(s->app, tq_hub_news_address(s->hub), news, sizeof(news), err);
    if (rc != TQ_OK)
        return rc;
    out.u.joined.district_name = identity.name;
    memcpy(out.u.joined.district_sign_key, s->app->keys.sign_public, TQ_SIGN_KEY_BYTES);
    out.u.joined.sync_address = tq_slice_str(sync);
    out.u.joined.broadcast_address = tq_slice_str(news);
    return reply(s, &message->peer, &out, err);
}
