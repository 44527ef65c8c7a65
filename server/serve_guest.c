/* serve_guest.c - A new machine joins: its invitation is spent, its certificate goes back. Or one
 * that the district lost comes back by the certificate that it had. */
#include <stdio.h>
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
    out->u.refused.code = why == TQ_REVOKED        ? TQ_REFUSAL_REVOKED
                          : why == TQ_NOT_ADMITTED ? TQ_REFUSAL_UNKNOWN_DEVICE
                                                   : TQ_REFUSAL_INVITATION;
    out->u.refused.text_vi = tq_slice_str(tq_status_sentence(why, TQ_LANG_VI));
    out->u.refused.text_en = tq_slice_str(tq_status_sentence(why, TQ_LANG_EN));
    out->u.refused.next_vi = tq_slice_str(tq_status_next_step(why, TQ_LANG_VI));
    out->u.refused.next_en = tq_slice_str(tq_status_next_step(why, TQ_LANG_EN));
}

/* For whoever looks after the district: who came, and what only a person can know. */
static tq_status tell(struct server *s, const struct tq_certificate *c, struct tq_error *err)
{
    char about[32];
    char detail[160];

    snprintf(about, sizeof(about), "device %u", c->device);
    snprintf(detail, sizeof(detail), "incarnation %u letter %.*s unit %.*s", c->incarnation,
            (int)c->letter.len, (const char *)c->letter.data, (int)c->unit.len,
            (const char *)c->unit.data);
    cli_print(s->cli, "%s %u (%.*s). %s", cli_say(s->cli, "Đã nhận lại máy", "Took back machine"),
            c->device, (int)c->unit.len, (const char *)c->unit.data,
            cli_say(s->cli, "Nếu máy này đã bị thu hồi trước khi mất dữ liệu: chạy `revoke`.",
                    "If it had been revoked before the data was lost: run `revoke`."));
    return tq_devices_audit(s->app->store, s->now_ms, tq_slice_str("server"),
            tq_slice_str("readmitted"), tq_slice_str(about), tq_slice_str(detail), err);
}

static tq_status take_back(struct server *s, const struct tq_join *join, const char *user_id,
        struct tq_certificate *out, struct tq_error *err)
{
    bool new_here = false;
    tq_status rc;

    if (s->readmit_until_ms == 0 || strcmp(user_id, s->readmit_id) != 0)
        return tq_error_phrase(err, TQ_NOT_ADMITTED, TQ_PHRASE_READMIT_CLOSED);
    rc = tq_certificate_verify(&join->certificate, s->app->keys.sign_public, err);
    if (rc == TQ_OK)
        rc = tq_devices_readmit(
                s->app->store, join, s->now_ms, certify, s, s->arena, out, &new_here, err);
    return rc == TQ_OK && new_here ? tell(s, out, err) : rc;
}

/* Who it is, where to go, and with what to come back. */
static tq_status fill(struct server *s, struct tq_joined *joined,
        char addresses[3][TQ_ADDRESS_BYTES], struct tq_error *err)
{
    const char *at[3] = { tq_hub_sync_address(s->hub), tq_hub_news_address(s->hub),
        s->app->guest_address };
    struct tq_slice *to[3] = { &joined->sync_address, &joined->broadcast_address,
        &joined->guest_address };
    struct tq_district_identity identity;
    tq_status rc = tq_district_store_identity(s->app->store, s->arena, &identity, err);

    for (size_t i = 0; rc == TQ_OK && i < 3; i++) {
        rc = app_public_address(s->app, at[i], addresses[i], TQ_ADDRESS_BYTES, err);
        *to[i] = tq_slice_str(addresses[i]);
    }
    if (rc != TQ_OK)
        return rc;
    joined->district_name = identity.name;
    memcpy(joined->district_sign_key, s->app->keys.sign_public, TQ_SIGN_KEY_BYTES);
    tq_readmit_pair(&s->app->keys, NULL, joined->readmit_secret);
    return TQ_OK;
}

tq_status guest_message(
        struct server *s, const struct tq_hub_message *message, struct tq_error *err)
{
    struct tq_message in;
    struct tq_message out;
    uint8_t guest_key[TQ_CURVE_KEY_BYTES];
    char addresses[3][TQ_ADDRESS_BYTES];
    tq_status rc;

    tq_arena_reset(s->arena);
    rc = tq_message_decode(message->data, s->arena, &in, err);
    if (rc == TQ_NOMEM)
        return rc;
    if (rc != TQ_OK || !gate_guest_key(message->user_id, guest_key) || in.kind != TQ_MSG_JOIN) {
        tq_error_clear(err);
        watch_add(&s->watch, s->cli, WATCH_INVITATION, 1, message->user_id, TQ_PROTOCOL, s->now_ms);
        refusal(&out, TQ_PROTOCOL);
        return reply(s, &message->peer, &out, err);
    }
    memset(&out, 0, sizeof(out));
    out.kind = TQ_MSG_JOINED;
    out.session = in.session;
    if (in.u.join.returns)
        rc = take_back(s, &in.u.join, message->user_id, &out.u.joined.certificate, err);
    else
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
        rc = fill(s, &out.u.joined, addresses, err);
    if (rc == TQ_OK)
        rc = reply(s, &message->peer, &out, err);
    tq_wipe(out.u.joined.readmit_secret, sizeof(out.u.joined.readmit_secret));
    return rc;
}

tq_status guest_renew(struct server *s, const struct tq_hub_message *message,
        const struct tq_message *in, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->app->store);
    uint32_t device = gate_device(message->user_id);
    struct tq_district_identity identity;
    struct tq_device keys;
    struct tq_message out;
    char addresses[3][TQ_ADDRESS_BYTES];
    tq_status rc;

    memset(&out, 0, sizeof(out));
    out.kind = TQ_MSG_JOINED;
    out.session = in->session;
    rc = tq_district_store_identity(s->app->store, s->arena, &identity, err);
    if (rc == TQ_OK)
        rc = ops->device_get(ops->ctx, device, s->arena, &keys, err);
    if (rc == TQ_OK && !tq_renewal_verify(&in->u.join, identity.district, device, keys.sign_key))
        rc = tq_error_set(err, TQ_FORGED, "renewal of device %u", device);
    if (rc == TQ_OK)
        rc = tq_devices_renew(s->app->store, device, &in->u.join, s->now_ms, certify, s, s->arena,
                &out.u.joined.certificate, err);
    if (rc != TQ_OK && tq_status_fault(rc) != TQ_FAULT_ENVIRONMENT) {
        watch_device(&s->watch, s->cli, WATCH_FORGED, device, rc, s->now_ms);
        tq_error_clear(err);
        refusal(&out, rc);
        out.session = in->session;
        return reply(s, &message->peer, &out, err);
    }
    if (rc == TQ_OK)
        rc = gate_refresh_for_new(s, err);
    if (rc == TQ_OK)
        rc = fill(s, &out.u.joined, addresses, err);
    if (rc == TQ_OK)
        rc = reply(s, &message->peer, &out, err);
    tq_wipe(out.u.joined.readmit_secret, sizeof(out.u.joined.readmit_secret));
    return rc;
}
