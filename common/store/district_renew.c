/* district_renew.c - A device renews its keys (sync.md section 7).
 *
 * It offers a pair while it goes on with the one in force; the first message under the new one puts
 * that in force. What the former ones signed verifies for ever: their public halves stay, here and in
 * the certificate. */
#include <inttypes.h>
#include <string.h>

#include "store/district_internal.h"
#include "tuquan/district_devices.h"

/* What the row says of the keys. */
struct keys_row {
    struct tq_slice former;
    struct tq_slice next_curve;
    struct tq_slice next_sign;
    int64_t next_at;
    struct tq_slice next_stamp;
};

static tq_status read_row(struct tq_district_store *store, uint32_t device, struct tq_arena *arena,
        struct keys_row *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_KEYS);
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_int(&q, device);
    rc = district_step(&q, &row, "keys", err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu32, tq_phrase(TQ_PHRASE_DEVICE), device);
    out->next_at = column_int(&q, 3);
    rc = column_copy(&q, 0, arena, &out->former, err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 1, arena, &out->next_curve, err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 2, arena, &out->next_sign, err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 4, arena, &out->next_stamp, err);
    district_end(&q);
    return rc;
}

/* `former` with one key more; the oldest go when there are too many for a certificate. */
static tq_status with_key(struct tq_slice former, const uint8_t key[TQ_SIGN_KEY_BYTES],
        struct tq_arena *arena, struct tq_slice *out, struct tq_error *err)
{
    size_t most = (TQ_FORMER_KEYS - 1) * TQ_SIGN_KEY_BYTES;
    size_t skip = former.len > most ? former.len - most : 0;
    uint8_t *bytes = tq_arena_alloc(arena, former.len - skip + TQ_SIGN_KEY_BYTES);

    if (bytes == NULL)
        return district_no_memory(arena, err);
    if (former.len > skip)
        memcpy(bytes, former.data + skip, former.len - skip);
    memcpy(bytes + former.len - skip, key, TQ_SIGN_KEY_BYTES);
    *out = tq_slice_of(bytes, former.len - skip + TQ_SIGN_KEY_BYTES);
    return TQ_OK;
}

/* What `read_row` found of offered keys put into the certificate of those in force. */
static tq_status as_offered(const struct keys_row *row, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err)
{
    struct tq_slice former;
    tq_status rc = with_key(row->former, out->sign_key, arena, &former, err);

    if (rc != TQ_OK)
        return rc;
    if (row->next_curve.len != sizeof(out->curve_key) ||
            row->next_sign.len != sizeof(out->sign_key) || row->next_stamp.len == 0)
        return tq_error_set(err, TQ_CORRUPT, "%s %" PRIu32 ": %s", tq_phrase(TQ_PHRASE_DEVICE),
                out->device, tq_phrase(TQ_PHRASE_VERIFY_OFFERED));
    out->former = former;
    memcpy(out->curve_key, row->next_curve.data, sizeof(out->curve_key));
    memcpy(out->sign_key, row->next_sign.data, sizeof(out->sign_key));
    return district_unstamp(row->next_stamp, out, err);
}

tq_status district_offered(struct tq_district_store *store, uint32_t device, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err)
{
    struct keys_row row;
    tq_status rc = district_certificate(store, device, arena, out, err);

    if (rc == TQ_OK)
        rc = read_row(store, device, arena, &row, err);
    return rc == TQ_OK ? as_offered(&row, arena, out, err) : rc;
}

static tq_status check_free(struct tq_district_store *store, uint32_t device,
        const uint8_t curve_key[TQ_CURVE_KEY_BYTES], struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_KEY_TAKEN);
    bool row;
    tq_status rc;

    bind_blob(&q, curve_key, TQ_CURVE_KEY_BYTES);
    bind_int(&q, device);
    rc = district_step(&q, &row, "keys", err);
    if (rc != TQ_OK || !row)
        return rc;
    district_end(&q);
    return tq_error_phrase(err, TQ_EXISTS, TQ_PHRASE_OTHERS_KEYS);
}

static tq_status offer(struct tq_district_store *store, const struct tq_certificate *c,
        int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_KEYS_OFFER);
    uint8_t stamp[DISTRICT_STAMP_BYTES];

    district_stamp(c, stamp);
    bind_int(&q, c->device);
    bind_blob(&q, c->curve_key, TQ_CURVE_KEY_BYTES);
    bind_blob(&q, c->sign_key, TQ_SIGN_KEY_BYTES);
    bind_int(&q, now_ms);
    bind_blob(&q, stamp, sizeof(stamp));
    return district_run(&q, "keys", err);
}

static bool same_keys(const struct tq_join *join, struct tq_slice curve, struct tq_slice sign)
{
    return tq_slice_equal(curve, tq_slice_of(join->curve_key, sizeof(join->curve_key))) &&
           tq_slice_equal(sign, tq_slice_of(join->sign_key, sizeof(join->sign_key)));
}

static tq_status renew(struct tq_district_store *store, uint32_t device, const struct tq_join *join,
        int64_t now_ms, tq_certify_fn certify, void *certify_ctx, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err)
{
    struct keys_row row;
    struct tq_slice former;
    tq_status rc = district_certificate(store, device, arena, out, err);

    if (rc == TQ_OK)
        rc = read_row(store, device, arena, &row, err);
    if (rc != TQ_OK || same_keys(join, tq_slice_of(out->curve_key, sizeof(out->curve_key)),
                               tq_slice_of(out->sign_key, sizeof(out->sign_key))))
        return rc; /* in force already: its certificate */
    rc = with_key(row.former, out->sign_key, arena, &former, err);
    if (rc != TQ_OK)
        return rc;
    out->former = former;
    memcpy(out->curve_key, join->curve_key, sizeof(out->curve_key));
    memcpy(out->sign_key, join->sign_key, sizeof(out->sign_key));
    if (same_keys(join, row.next_curve, row.next_sign) && row.next_at + TQ_OFFER_MS > now_ms)
        return district_unstamp(row.next_stamp, out, err); /* the answer was lost */
    rc = check_free(store, device, join->curve_key, err);
    out->issued_at_ms = now_ms;
    if (rc == TQ_OK)
        rc = certify(certify_ctx, out, err);
    return rc == TQ_OK ? offer(store, out, now_ms, err) : rc;
}

tq_status tq_devices_renew(struct tq_district_store *store, uint32_t device,
        const struct tq_join *join, int64_t now_ms, tq_certify_fn certify, void *certify_ctx,
        struct tq_arena *arena, struct tq_certificate *out, struct tq_error *err)
{
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    if (rc != TQ_OK)
        return rc;
    rc = renew(store, device, join, now_ms, certify, certify_ctx, arena, out, err);
    return district_leave(store, mine, rc, err);
}

tq_status tq_devices_keys_used(struct tq_district_store *store, uint32_t device, int64_t now_ms,
        struct tq_arena *arena, struct tq_error *err)
{
    struct tq_device_info info;
    struct keys_row row;
    struct tq_slice former;
    struct district_bind q;
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    if (rc != TQ_OK)
        return rc;
    rc = tq_devices_get(store, device, arena, &info, err);
    if (rc == TQ_OK)
        rc = read_row(store, device, arena, &row, err);
    if (rc == TQ_OK && row.next_curve.len > 0)
        rc = with_key(row.former, info.sign_key, arena, &former, err);
    if (rc == TQ_OK && row.next_curve.len > 0) {
        q = district_take(store, SQL_KEYS_USED);
        bind_int(&q, device);
        bind_slice(&q, former);
        bind_int(&q, now_ms);
        rc = district_run(&q, "keys", err);
    }
    return district_leave(store, mine, rc, err);
}

tq_status tq_devices_ask_renewal(
        struct tq_district_store *store, uint32_t device, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_KEYS_ASK);
    tq_status rc;

    bind_int(&q, device);
    bind_int(&q, now_ms);
    rc = district_run(&q, "device", err);
    if (rc == TQ_OK && sqlite3_changes(store->db) != 1)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu32, tq_phrase(TQ_PHRASE_DEVICE), device);
    return rc;
}
