/* district_verify_devices.c - Who the district says it is and whom it admitted: devices with the
 * certificate that it signed for each, its name with the first line of its trail. */
#include <inttypes.h>

#include "store/district_verify.h"

#define MOST_BEFORE 64

/* The certificate as the device's row gives it, with the row's incarnation or one before it: files
 * of early versions kept the first one's. */
static tq_status check_certificate(struct verifying *v, uint32_t device)
{
    struct tq_certificate certificate;
    struct tq_device own;
    struct tq_buf bytes;
    bool right = false;
    tq_status rc = v->store->ops.device_get(v->store, TQ_DEVICE_DISTRICT, v->arena, &own, v->err);

    if (rc == TQ_OK)
        rc = district_certificate(v->store, device, v->arena, &certificate, v->err);
    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_DISTRICT_DATA);
    tq_buf_init(&bytes, 0);
    for (int i = 0; rc == TQ_OK && !right && certificate.incarnation > 0 && i < MOST_BEFORE; i++) {
        tq_buf_clear(&bytes);
        rc = v->codec->certificate_encode(&certificate, false, &bytes, v->err);
        right = rc == TQ_OK && v->verify(own.sign_key, TQ_SIGN_CERTIFICATE, tq_buf_slice(&bytes),
                                       certificate.signature);
        certificate.incarnation--;
    }
    tq_buf_deinit(&bytes);
    if (rc == TQ_OK && !right)
        return verify_damage(v, "%s %" PRIu32 ": %s", tq_phrase(TQ_PHRASE_DEVICE), device,
                tq_phrase(TQ_PHRASE_VERIFY_CERTIFICATE));
    return verify_read(v, rc, TQ_PHRASE_DISTRICT_DATA);
}

static tq_status check_certificates(struct verifying *v)
{
    struct district_bind q = district_take(v->store, SQL_STAMPED_WALK);
    bool row;
    tq_status rc = district_step(&q, &row, "devices", v->err);

    while (rc == TQ_OK && row && !v->report->damaged) {
        tq_arena_reset(v->arena);
        rc = check_certificate(v, (uint32_t)column_u64(&q, 0));
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "devices", v->err);
    }
    district_end(&q);
    return rc;
}

tq_status verify_devices(struct verifying *v)
{
    tq_status rc = check_certificates(v);

    if (rc == TQ_OK && !v->report->damaged)
        rc = verify_none(v, SQL_UNITS_UNKNOWN, NULL, TQ_PHRASE_VERIFY_UNIT);
    /* Of a file made before its first line was written there is nothing to say. */
    if (rc == TQ_OK && !v->report->damaged)
        rc = verify_none(v, SQL_FOUNDED_AS, NULL, TQ_PHRASE_VERIFY_FOUNDED);
    return rc;
}
