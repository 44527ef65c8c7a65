/* district_verify_devices.c - Who the district says it is and whom it admitted: devices with the
 * certificate that it signed for each, its name with the first line of its trail. */
#include <inttypes.h>

#include "store/district_verify.h"

#define MOST_BEFORE 64

/* Is it signed, with its incarnation or one before it? Files of early versions kept the first one's. */
static tq_status is_signed(
        struct verifying *v, struct tq_certificate *certificate, bool *right, struct tq_error *err)
{
    struct tq_device own;
    struct tq_buf bytes;
    tq_status rc = v->store->ops.device_get(v->store, TQ_DEVICE_DISTRICT, v->arena, &own, err);

    *right = false;
    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&bytes, 0);
    for (int i = 0; rc == TQ_OK && !*right && certificate->incarnation > 0 && i < MOST_BEFORE;
            i++) {
        tq_buf_clear(&bytes);
        rc = v->codec->certificate_encode(certificate, false, &bytes, err);
        *right = rc == TQ_OK && v->verify(own.sign_key, TQ_SIGN_CERTIFICATE, tq_buf_slice(&bytes),
                                        certificate->signature);
        certificate->incarnation--;
    }
    tq_buf_deinit(&bytes);
    return rc;
}

/* The certificate of the keys in force, or of those that the device offers. */
static tq_status check_certificate(struct verifying *v, uint32_t device, bool offered)
{
    struct tq_certificate certificate;
    bool right = false;
    tq_status rc = offered ? district_offered(v->store, device, v->arena, &certificate, v->err)
                           : district_certificate(v->store, device, v->arena, &certificate, v->err);

    if (rc == TQ_OK)
        rc = is_signed(v, &certificate, &right, v->err);
    if (rc == TQ_OK && !right)
        return verify_damage(v, "%s %" PRIu32 ": %s", tq_phrase(TQ_PHRASE_DEVICE), device,
                tq_phrase(offered ? TQ_PHRASE_VERIFY_OFFERED : TQ_PHRASE_VERIFY_CERTIFICATE));
    return verify_read(v, rc, TQ_PHRASE_DISTRICT_DATA);
}

static tq_status check_certificates(struct verifying *v, bool offered)
{
    struct district_bind q = district_take(v->store, offered ? SQL_OFFERED_WALK : SQL_STAMPED_WALK);
    bool row;
    tq_status rc = district_step(&q, &row, "devices", v->err);

    while (rc == TQ_OK && row && !v->report->damaged) {
        tq_arena_reset(v->arena);
        rc = check_certificate(v, (uint32_t)column_u64(&q, 0), offered);
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "devices", v->err);
    }
    district_end(&q);
    return rc;
}

tq_status verify_devices(struct verifying *v)
{
    const char *device = tq_phrase(TQ_PHRASE_DEVICE);
    tq_status rc = check_certificates(v, false);

    if (rc == TQ_OK && !v->report->damaged)
        rc = check_certificates(v, true);
    if (rc == TQ_OK && !v->report->damaged)
        rc = verify_none(v, SQL_REVOKED_WRONG, device, TQ_PHRASE_VERIFY_REVOKED);
    if (rc == TQ_OK && !v->report->damaged)
        rc = verify_none(v, SQL_UNITS_UNKNOWN, NULL, TQ_PHRASE_VERIFY_UNIT);
    /* Of a file made before its first line was written there is nothing to say. */
    if (rc == TQ_OK && !v->report->damaged)
        rc = verify_none(v, SQL_FOUNDED_AS, NULL, TQ_PHRASE_VERIFY_FOUNDED);
    return rc;
}
