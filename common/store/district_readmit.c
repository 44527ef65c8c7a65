/* district_readmit.c - Devices that the district lost with its data come back by what it signed for
 * them; those that it revoked do not (sync.md section 7). */
#include <inttypes.h>
#include <string.h>

#include "store/district_internal.h"
#include "tuquan/district_devices.h"

#define SPAN_MS INT64_C(600000)
#define MS_2020 INT64_C(1577836800000)
#define CLOSED 1 /* by an officer: only what an officer does opens it again */
#define NOTED_LETTERS 3u

tq_status tq_devices_readmission(
        struct tq_district_store *store, struct tq_readmission *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_READMISSION);
    bool row;
    tq_status rc = district_step(&q, &row, "readmission", err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK || !row)
        return rc;
    out->until_ms = column_int(&q, 0);
    out->closed = out->until_ms == CLOSED;
    if (out->closed)
        out->until_ms = 0;
    out->devices = column_u64(&q, 1);
    district_end(&q);
    return TQ_OK;
}

static tq_status put(
        struct tq_district_store *store, int64_t until_ms, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_READMISSION_SET);

    bind_int(&q, until_ms);
    bind_int(&q, now_ms);
    /* Higher than any that was given before, even by a district that is all lost: nobody enrols
     * more machines than one in ten minutes for years. */
    bind_int(&q, now_ms > MS_2020 ? (now_ms - MS_2020) / SPAN_MS : 1);
    return district_run(&q, "readmission", err);
}

tq_status tq_devices_take_back(
        struct tq_district_store *store, int64_t until_ms, int64_t now_ms, struct tq_error *err)
{
    return put(store, until_ms > CLOSED ? until_ms : CLOSED, now_ms, err);
}

tq_status tq_devices_lost_some(
        struct tq_district_store *store, int64_t now_ms, bool *opened, struct tq_error *err)
{
    struct tq_readmission now;
    tq_status rc = tq_devices_readmission(store, &now, err);

    *opened = rc == TQ_OK && !now.closed && now.until_ms < now_ms;
    return *opened ? put(store, now_ms + TQ_READMIT_MS, now_ms, err) : rc;
}

/* ---- revocations ---- */

tq_status tq_devices_revocations(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_revocation **out, size_t *count, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_REVOKED_WALK);
    size_t room = 0;
    bool row;
    tq_status rc = district_step(&q, &row, "revocations", err);

    *out = NULL;
    *count = 0;
    while (rc == TQ_OK && row) {
        if (*count == room) {
            struct tq_revocation *grown;

            room = room == 0 ? 32 : room * 2;
            grown = tq_arena_array(arena, room, sizeof(*grown));
            if (grown == NULL) {
                rc = district_no_memory(arena, err);
                break;
            }
            if (*count > 0)
                memcpy(grown, *out, *count * sizeof(*grown));
            *out = grown;
        }
        rc = column_fixed(&q, 0, (*out)[*count].curve_key, TQ_CURVE_KEY_BYTES, "revocation", err);
        (*out)[*count].device = (uint32_t)column_u64(&q, 1);
        (*out)[*count].revoked_at_ms = column_int(&q, 2);
        if (rc == TQ_OK) {
            (*count)++;
            rc = district_step(&q, &row, "revocations", err);
        }
    }
    district_end(&q);
    return rc;
}

tq_status tq_devices_revoke_again(struct tq_district_store *store, const struct tq_revocation *list,
        size_t count, struct tq_slice why, size_t *revoked, struct tq_error *err)
{
    struct district_bind q;
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    *revoked = 0;
    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        q = district_take(store, SQL_REVOKED_ADD);
        bind_blob(&q, list[i].curve_key, TQ_CURVE_KEY_BYTES);
        bind_int(&q, list[i].device);
        bind_int(&q, list[i].revoked_at_ms);
        rc = district_run(&q, "revocation", err);
    }
    if (rc == TQ_OK) {
        q = district_take(store, SQL_REVOKED_APPLY);
        bind_text(&q, why);
        rc = district_run(&q, "revocation", err);
        *revoked = rc == TQ_OK ? (size_t)sqlite3_changes(store->db) : 0;
    }
    /* Revoked by the keys that it had offered, say: those that it holds meanwhile are no better. */
    if (rc == TQ_OK) {
        q = district_take(store, SQL_REVOKED_FILL);
        rc = district_run(&q, "revocation", err);
    }
    return district_leave(store, mine, rc, err);
}

tq_status district_check_revoked(struct tq_district_store *store,
        const uint8_t curve_key[TQ_CURVE_KEY_BYTES], struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_REVOKED_HAS);
    uint32_t device;
    bool row;
    tq_status rc;

    bind_blob(&q, curve_key, TQ_CURVE_KEY_BYTES);
    rc = district_step(&q, &row, "revocation", err);
    if (rc != TQ_OK || !row)
        return rc;
    device = (uint32_t)column_int(&q, 0);
    district_end(&q);
    return tq_error_set(err, TQ_REVOKED, "%s %" PRIu32, tq_phrase(TQ_PHRASE_DEVICE), device);
}

/* ---- coming back ---- */

static tq_status check_join(struct tq_district_store *store, const struct tq_join *join,
        struct tq_arena *arena, struct tq_error *err)
{
    const struct tq_certificate *c = &join->certificate;
    struct tq_district_identity identity;
    tq_status rc = tq_district_store_identity(store, arena, &identity, err);

    if (rc != TQ_OK)
        return rc;
    if (memcmp(c->district, identity.district, sizeof(c->district)) != 0 ||
            memcmp(c->curve_key, join->curve_key, sizeof(c->curve_key)) != 0 ||
            memcmp(c->sign_key, join->sign_key, sizeof(c->sign_key)) != 0)
        return tq_error_set(err, TQ_FORGED, "certificate of device %" PRIu32, c->device);
    if (c->device == TQ_DEVICE_DISTRICT || c->device > INT32_MAX ||
            join->former_device != c->device || join->former_incarnation < c->incarnation ||
            join->former_incarnation >= INT32_MAX)
        return tq_error_set(err, TQ_PROTOCOL, "device %" PRIu32 ", incarnation %" PRIu32, c->device,
                join->former_incarnation);
    return district_check_revoked(store, c->curve_key, err);
}

/* Is it this device, with keys that it has had since? The certificate names the former ones. */
static bool has_renewed(const struct tq_device_info *info, const struct tq_certificate *c)
{
    for (size_t i = 0; i + TQ_SIGN_KEY_BYTES <= c->former.len; i += TQ_SIGN_KEY_BYTES)
        if (memcmp(c->former.data + i, info->sign_key, TQ_SIGN_KEY_BYTES) == 0)
            return true;
    return false;
}

/* The row has the keys of before a renewal that was lost: these take their place. */
static tq_status replace_keys(struct tq_district_store *store, const struct tq_certificate *c,
        int64_t now_ms, bool *had_row, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_KEYS_REPLACE);
    uint8_t stamp[DISTRICT_STAMP_BYTES];
    tq_status rc;

    district_stamp(c, stamp);
    bind_int(&q, c->device);
    bind_blob(&q, c->curve_key, TQ_CURVE_KEY_BYTES);
    bind_blob(&q, c->sign_key, TQ_SIGN_KEY_BYTES);
    bind_slice(&q, c->former);
    bind_int(&q, now_ms);
    bind_blob(&q, stamp, sizeof(stamp));
    bind_int(&q, c->incarnation);
    bind_text(&q, c->letter);
    rc = district_run(&q, "keys", err);
    *had_row = rc == TQ_OK && sqlite3_changes(store->db) == 1;
    return rc;
}

/* One that never left, or whose answer got lost, gets what it has. */
static tq_status find_known(struct tq_district_store *store, const struct tq_join *join,
        struct tq_arena *arena, bool *known, struct tq_certificate *out, struct tq_error *err)
{
    const struct tq_certificate *c = &join->certificate;
    struct tq_device_info info;
    tq_status rc = tq_devices_get(store, c->device, arena, &info, err);

    *known = rc == TQ_OK;
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    if (info.revoked_at_ms != 0)
        return tq_error_set(err, TQ_REVOKED, "%s %" PRIu32, tq_phrase(TQ_PHRASE_DEVICE), c->device);
    rc = district_certificate(store, c->device, arena, out, err);
    if (rc != TQ_OK || (memcmp(info.curve_key, c->curve_key, sizeof(info.curve_key)) == 0 &&
                               memcmp(info.sign_key, c->sign_key, sizeof(info.sign_key)) == 0))
        return rc;
    *known = !has_renewed(&info, c) || c->issued_at_ms <= out->issued_at_ms;
    return *known ? tq_error_set(err, TQ_NOT_ADMITTED, "%s %" PRIu32 ": %s",
                            tq_phrase(TQ_PHRASE_DEVICE), c->device,
                            tq_phrase(TQ_PHRASE_OTHER_MACHINE))
                  : TQ_OK;
}

static bool is_letter(struct tq_slice letter)
{
    for (size_t i = 0; i < letter.len; i++)
        if (letter.data[i] < 'A' || letter.data[i] > 'Z')
            return false;
    return letter.len > 0 && letter.len <= NOTED_LETTERS;
}

/* No machine of its unit may get its letter now; that another has it is no reason to refuse. */
static tq_status note_letter(struct tq_district_store *store, const struct tq_certificate *c,
        int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LETTER_NOTE);

    bind_int(&q, c->device);
    bind_int(&q, c->incarnation);
    bind_text(&q, c->unit);
    bind_text(&q, c->letter);
    bind_int(&q, now_ms);
    return district_run(&q, "incarnation", err);
}

static tq_status come_back(struct tq_district_store *store, const struct tq_join *join,
        int64_t now_ms, tq_certify_fn certify, void *certify_ctx, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err)
{
    struct district_bind q;
    bool had_row = false;
    tq_status rc = note_letter(store, &join->certificate, now_ms, err);

    *out = join->certificate;
    out->signed_bytes = tq_slice_of(NULL, 0);
    out->issued_at_ms = now_ms;
    out->incarnation = join->former_incarnation; /* where its file stands now */
    if (is_letter(join->letter) && out->incarnation != join->certificate.incarnation)
        out->letter = join->letter;
    if (rc == TQ_OK)
        rc = note_letter(store, out, now_ms, err);
    if (rc == TQ_OK)
        rc = certify(certify_ctx, out, err);
    if (rc == TQ_OK)
        rc = replace_keys(store, out, now_ms, &had_row, err);
    if (rc == TQ_OK && !had_row)
        rc = district_device_add(store, out, join->machine, err);
    if (rc == TQ_OK) {
        q = district_take(store, SQL_READMITTED);
        bind_int(&q, out->device);
        bind_int(&q, now_ms);
        bind_int(&q, join->certificate.issued_at_ms);
        rc = district_run(&q, "device", err);
    }
    /* A branch without an answered set of its own begins behind the last one that has its answer;
     * else its first set comes back and says where it began. */
    if (rc == TQ_OK && join->confirmed.incarnation != out->incarnation && join->confirmed.seq > 0)
        rc = district_begin_after(store, out, join, arena, err);
    return rc;
}

tq_status tq_devices_readmit(struct tq_district_store *store, const struct tq_join *join,
        int64_t now_ms, tq_certify_fn certify, void *certify_ctx, struct tq_arena *arena,
        struct tq_certificate *out, bool *new_here, struct tq_error *err)
{
    bool known = false;
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    *new_here = false;
    if (rc != TQ_OK)
        return rc;
    rc = check_join(store, join, arena, err);
    if (rc == TQ_OK)
        rc = find_known(store, join, arena, &known, out, err);
    if (rc == TQ_OK && !known)
        rc = come_back(store, join, now_ms, certify, certify_ctx, arena, out, err);
    *new_here = rc == TQ_OK && !known;
    return district_leave(store, mine, rc, err);
}
