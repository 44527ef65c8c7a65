/* rekey.c - A new key of the broadcast, sealed to each remaining device (sync.md section 6).
 *
 * Bundle: 8 zero bytes, then per device u32 number, u32 length, sealed bytes. Sealed: key id, key,
 * and the district's signature over (device, id, key), so that one device's entry is worth nothing
 * to another and nobody else can make one. */
#include <string.h>

#include "tuquan/identity.h"
#include "tuquan/process.h"

#define PLAIN_BYTES (TQ_GROUP_KEY_ID_BYTES + TQ_GROUP_KEY_BYTES + TQ_SIGNATURE_BYTES)
#define SIGNED_BYTES (4 + TQ_GROUP_KEY_ID_BYTES + TQ_GROUP_KEY_BYTES)

static const uint8_t NO_KEY[TQ_GROUP_KEY_ID_BYTES];

static void signed_part(uint8_t out[SIGNED_BYTES], uint32_t device, const uint8_t *id_and_key)
{
    out[0] = (uint8_t)(device >> 24);
    out[1] = (uint8_t)(device >> 16);
    out[2] = (uint8_t)(device >> 8);
    out[3] = (uint8_t)device;
    memcpy(out + 4, id_and_key, SIGNED_BYTES - 4);
}

tq_status tq_rekey_add(struct tq_buf *bundle, uint32_t device,
        const uint8_t curve_public[TQ_CURVE_KEY_BYTES], const uint8_t id[TQ_GROUP_KEY_ID_BYTES],
        const uint8_t key[TQ_GROUP_KEY_BYTES], const struct tq_signer *signer, struct tq_error *err)
{
    uint8_t plain[PLAIN_BYTES];
    uint8_t data[SIGNED_BYTES];
    struct tq_buf sealed;
    tq_status rc;

    memcpy(plain, id, TQ_GROUP_KEY_ID_BYTES);
    memcpy(plain + TQ_GROUP_KEY_ID_BYTES, key, TQ_GROUP_KEY_BYTES);
    signed_part(data, device, plain);
    signer->sign(signer->ctx, TQ_SIGN_REKEY, tq_slice_of(data, sizeof(data)),
            plain + TQ_GROUP_KEY_ID_BYTES + TQ_GROUP_KEY_BYTES);
    tq_buf_init(&sealed, 0);
    rc = tq_seal_to(curve_public, tq_slice_of(plain, sizeof(plain)), &sealed, err);
    if (rc == TQ_OK) {
        if (bundle->len == 0)
            tq_buf_append(bundle, NO_KEY, sizeof(NO_KEY));
        tq_buf_append_u32(bundle, device);
        tq_buf_append_u32(bundle, (uint32_t)sealed.len);
        tq_buf_append(bundle, sealed.data, sealed.len);
        if (!tq_buf_is_ok(bundle))
            rc = tq_error_set(err, TQ_NOMEM, "rekey");
    }
    tq_buf_deinit(&sealed);
    tq_wipe(plain, sizeof(plain));
    tq_wipe(data, sizeof(data));
    return rc;
}

bool tq_rekey_is(struct tq_slice message)
{
    return message.len >= sizeof(NO_KEY) && memcmp(message.data, NO_KEY, sizeof(NO_KEY)) == 0;
}

static tq_status open_entry(struct tq_slice sealed, uint32_t device, const struct tq_keys *keys,
        const uint8_t *district_key, uint8_t *id, uint8_t *key, struct tq_error *err)
{
    uint8_t data[SIGNED_BYTES] = { 0 };
    struct tq_buf plain;
    tq_status rc;

    tq_buf_init(&plain, PLAIN_BYTES);
    rc = tq_open_own(keys, sealed, &plain, err);
    if (rc == TQ_OK && plain.len != PLAIN_BYTES)
        rc = tq_error_set(err, TQ_FORGED, "rekey");
    if (rc == TQ_OK) {
        signed_part(data, device, plain.data);
        if (!tq_verify(district_key, TQ_SIGN_REKEY, tq_slice_of(data, sizeof(data)),
                    plain.data + TQ_GROUP_KEY_ID_BYTES + TQ_GROUP_KEY_BYTES))
            rc = tq_error_set(err, TQ_FORGED, "rekey");
    }
    if (rc == TQ_OK) {
        memcpy(id, plain.data, TQ_GROUP_KEY_ID_BYTES);
        memcpy(key, plain.data + TQ_GROUP_KEY_ID_BYTES, TQ_GROUP_KEY_BYTES);
    }
    if (plain.data != NULL)
        tq_wipe(plain.data, plain.len);
    tq_wipe(data, sizeof(data));
    tq_buf_deinit(&plain);
    return rc;
}

tq_status tq_rekey_take(struct tq_slice bundle, uint32_t device, const struct tq_keys *keys,
        const uint8_t district_key[TQ_SIGN_KEY_BYTES], uint8_t id[TQ_GROUP_KEY_ID_BYTES],
        uint8_t key[TQ_GROUP_KEY_BYTES], struct tq_error *err)
{
    struct tq_slice entry;
    uint32_t number;
    uint32_t len;

    if (!tq_rekey_is(bundle) || !tq_read_bytes(&bundle, sizeof(NO_KEY), &entry))
        return tq_error_set(err, TQ_PROTOCOL, "rekey");
    while (bundle.len > 0) {
        if (!tq_read_u32(&bundle, &number) || !tq_read_u32(&bundle, &len) ||
                !tq_read_bytes(&bundle, len, &entry))
            return tq_error_set(err, TQ_PROTOCOL, "rekey");
        if (number == device)
            return open_entry(entry, device, keys, district_key, id, key, err);
    }
    return tq_error_set(err, TQ_NOT_FOUND, "%s %u", tq_phrase(TQ_PHRASE_DEVICE), device);
}
