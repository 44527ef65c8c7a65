#include <string.h>

#include "codec_parts.h"
#include "tuquan/codec.h"
#include "tuquan/v1/identity.pb-c.h"

#define MAX_TOKEN_BYTES 64u

static bool former_check(struct coder *c, struct tq_slice keys, tq_status why)
{
    return size_check(c, keys.len, TQ_FORMER_KEYS * TQ_SIGN_KEY_BYTES, why, "former keys") &&
           (keys.len % TQ_SIGN_KEY_BYTES == 0 ||
                   coder_fail(c, why, "%zu bytes of former keys", keys.len));
}

static bool certificate_body(
        struct coder *c, const struct tq_certificate *certificate, struct tq_buf *out)
{
    Tuquan__V1__Certificate packed;

    if (!former_check(c, certificate->former, TQ_INVALID) ||
            !text_check(c, certificate->letter, TQ_MAX_NAME_BYTES, TQ_INVALID, "letter") ||
            !text_check(c, certificate->unit, TQ_MAX_NAME_BYTES, TQ_INVALID, "unit"))
        return false;
    tuquan__v1__certificate__init(&packed);
    packed.district = pb_fixed(certificate->district, sizeof(certificate->district));
    packed.device = certificate->device;
    packed.incarnation = certificate->incarnation;
    packed.letter = pb_of_slice(certificate->letter);
    packed.unit = pb_of_slice(certificate->unit);
    packed.curve_key = pb_fixed(certificate->curve_key, sizeof(certificate->curve_key));
    packed.sign_key = pb_fixed(certificate->sign_key, sizeof(certificate->sign_key));
    packed.issued_at_ms = certificate->issued_at_ms;
    packed.former_sign_keys = pb_of_slice(certificate->former);
    return coder_pack(c, &packed, out);
}

bool certificate_put(struct coder *c, const struct tq_certificate *certificate, bool with_signature,
        struct tq_buf *out)
{
    struct tq_slice body = certificate->signed_bytes;
    struct tq_buf made;
    bool ok = true;

    tq_buf_init(&made, 0);
    if (body.len == 0) {
        ok = certificate_body(c, certificate, &made);
        body = tq_buf_slice(&made);
    }
    if (ok && with_signature) {
        ok = signed_encode(c, body, certificate->signature, out);
    } else if (ok) {
        tq_buf_append_slice(out, body);
        ok = tq_buf_is_ok(out) || coder_fail(c, TQ_NOMEM, "codec");
    }
    tq_buf_deinit(&made);
    return ok;
}

bool certificate_take(struct coder *c, struct tq_slice bytes, struct tq_certificate *out)
{
    const Tuquan__V1__Certificate *from;

    if (!signed_decode(c, bytes, &out->signed_bytes, out->signature))
        return false;
    from = coder_unpack(c, &tuquan__v1__certificate__descriptor, out->signed_bytes, "certificate");
    if (from == NULL)
        return false;
    out->device = from->device;
    out->incarnation = from->incarnation;
    out->letter = slice_of_pb(from->letter);
    out->unit = slice_of_pb(from->unit);
    out->issued_at_ms = from->issued_at_ms;
    out->former = slice_of_pb(from->former_sign_keys);
    return former_check(c, out->former, TQ_PROTOCOL) &&
           text_check(c, out->letter, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "letter") &&
           text_check(c, out->unit, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "unit") &&
           read_fixed(c, from->district, out->district, sizeof(out->district), "district") &&
           read_fixed(c, from->curve_key, out->curve_key, sizeof(out->curve_key), "CURVE key") &&
           read_fixed(c, from->sign_key, out->sign_key, sizeof(out->sign_key), "signing key");
}

bool join_put(struct coder *c, const struct tq_join *join, struct tq_buf *out)
{
    Tuquan__V1__Join packed;
    struct tq_buf certificate;
    bool ok;

    if (!size_check(c, join->token.len, MAX_TOKEN_BYTES, TQ_INVALID, "token") ||
            !text_check(c, join->letter, TQ_MAX_LETTER_BYTES, TQ_INVALID, "letter") ||
            !name_check(c, join->machine, TQ_MAX_NAME_BYTES, TQ_INVALID, "machine's name"))
        return false;
    tq_buf_init(&certificate, 0);
    ok = !join->returns || certificate_put(c, &join->certificate, true, &certificate);
    tuquan__v1__join__init(&packed);
    packed.token = pb_of_slice(join->token);
    packed.curve_key = pb_fixed(join->curve_key, sizeof(join->curve_key));
    packed.sign_key = pb_fixed(join->sign_key, sizeof(join->sign_key));
    packed.machine = pb_of_slice(join->machine);
    packed.former_device = join->former_device;
    packed.former_incarnation = join->former_incarnation;
    packed.confirmed = chain_point_encode(c, &join->confirmed);
    packed.certificate = pb_of_slice(tq_buf_slice(&certificate));
    packed.letter = pb_of_slice(join->letter);
    if (join->renews)
        packed.renewal = pb_fixed(join->renewal, sizeof(join->renewal));
    ok = ok && coder_pack(c, &packed, out);
    tq_buf_deinit(&certificate);
    return ok;
}

bool join_take(struct coder *c, struct tq_slice bytes, struct tq_join *out)
{
    const Tuquan__V1__Join *from = coder_unpack(c, &tuquan__v1__join__descriptor, bytes, "join");

    if (from == NULL)
        return false;
    out->token = slice_of_pb(from->token);
    out->machine = slice_of_pb(from->machine);
    out->former_device = from->former_device;
    out->former_incarnation = from->former_incarnation;
    out->letter = slice_of_pb(from->letter);
    out->returns = from->certificate.len > 0;
    out->renews = from->renewal.len > 0;
    if (out->returns && !certificate_take(c, slice_of_pb(from->certificate), &out->certificate))
        return false;
    return chain_point_decode(c, from->confirmed, &out->confirmed) &&
           size_check(c, out->token.len, MAX_TOKEN_BYTES, TQ_PROTOCOL, "token") &&
           text_check(c, out->letter, TQ_MAX_LETTER_BYTES, TQ_PROTOCOL, "letter") &&
           read_fixed(c, from->renewal, out->renewal, sizeof(out->renewal), "renewal") &&
           name_check(c, out->machine, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "machine's name") &&
           read_fixed(c, from->curve_key, out->curve_key, sizeof(out->curve_key), "CURVE key") &&
           read_fixed(c, from->sign_key, out->sign_key, sizeof(out->sign_key), "signing key");
}

bool joined_put(struct coder *c, const struct tq_joined *joined, struct tq_buf *out)
{
    Tuquan__V1__Joined packed;
    struct tq_buf certificate;
    bool ok;

    if (!text_check(c, joined->district_name, TQ_MAX_NAME_BYTES, TQ_INVALID, "district's name") ||
            !text_check(c, joined->sync_address, TQ_MAX_NAME_BYTES, TQ_INVALID, "address") ||
            !text_check(c, joined->broadcast_address, TQ_MAX_NAME_BYTES, TQ_INVALID, "address") ||
            !text_check(c, joined->guest_address, TQ_MAX_NAME_BYTES, TQ_INVALID, "address"))
        return false;
    tuquan__v1__joined__init(&packed);
    tq_buf_init(&certificate, 0);
    ok = certificate_put(c, &joined->certificate, true, &certificate);
    packed.certificate = pb_of_slice(tq_buf_slice(&certificate));
    packed.district_name = pb_of_slice(joined->district_name);
    packed.district_sign_key =
            pb_fixed(joined->district_sign_key, sizeof(joined->district_sign_key));
    packed.sync_address = pb_of_slice(joined->sync_address);
    packed.broadcast_address = pb_of_slice(joined->broadcast_address);
    packed.guest_address = pb_of_slice(joined->guest_address);
    packed.readmit_secret = pb_fixed(joined->readmit_secret, sizeof(joined->readmit_secret));
    ok = ok && coder_pack(c, &packed, out);
    tq_buf_deinit(&certificate);
    return ok;
}

bool joined_take(struct coder *c, struct tq_slice bytes, struct tq_joined *out)
{
    const Tuquan__V1__Joined *from =
            coder_unpack(c, &tuquan__v1__joined__descriptor, bytes, "joined");

    if (from == NULL)
        return false;
    out->district_name = slice_of_pb(from->district_name);
    out->sync_address = slice_of_pb(from->sync_address);
    out->broadcast_address = slice_of_pb(from->broadcast_address);
    out->guest_address = slice_of_pb(from->guest_address);
    return certificate_take(c, slice_of_pb(from->certificate), &out->certificate) &&
           read_fixed(c, from->district_sign_key, out->district_sign_key,
                   sizeof(out->district_sign_key), "district's signing key") &&
           text_check(c, out->district_name, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "district's name") &&
           text_check(c, out->sync_address, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "address") &&
           text_check(c, out->broadcast_address, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "address") &&
           text_check(c, out->guest_address, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "address") &&
           read_fixed(c, from->readmit_secret, out->readmit_secret, sizeof(out->readmit_secret),
                   "key for coming back");
}
