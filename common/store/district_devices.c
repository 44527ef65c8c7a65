#include "tuquan/district_devices.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/district_internal.h"
#include "tuquan/calendar.h"

#define NAME_BYTES 256 /* of a machine, as the messages limit it; more is cut */

tq_status district_enter(struct tq_district_store *store, bool *mine, struct tq_error *err)
{
    *mine = !store->in_txn;
    return *mine ? district_begin(store, err) : TQ_OK;
}

tq_status district_leave(
        struct tq_district_store *store, bool mine, tq_status rc, struct tq_error *err)
{
    if (!mine)
        return rc;
    if (rc == TQ_OK)
        return district_commit(store, err);
    district_rollback(store);
    return rc;
}

static void token_hash(struct tq_slice token, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.invitation.v1", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, token);
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

/* A unit that people can be invited for: there, not closed, and no village: villages have no office. */
static tq_status check_unit(
        struct tq_district_store *store, struct tq_slice unit, int64_t at_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_UNIT_OPEN);
    char today[TQ_DAY_TEXT];
    bool row;
    tq_status rc;

    tq_day_print(tq_day_of_instant(at_ms), today);
    bind_text(&q, unit);
    bind_text(&q, tq_slice_str(today));
    rc = district_step(&q, &row, "unit", err);
    if (rc == TQ_OK && !row)
        rc = tq_error_set(err, TQ_NOT_FOUND, "unit %.*s", (int)unit.len, (const char *)unit.data);
    else
        district_end(&q);
    return rc;
}

tq_status tq_devices_invite(struct tq_district_store *store,
        const struct tq_open_invitation *invitation, struct tq_error *err)
{
    struct district_bind q;
    uint8_t hash[TQ_HASH_BYTES];
    tq_status rc = check_unit(store, invitation->unit, invitation->made_at_ms, err);

    if (rc != TQ_OK)
        return rc;
    token_hash(invitation->token, hash);
    q = district_take(store, SQL_INVITE);
    bind_blob(&q, hash, sizeof(hash));
    bind_blob(&q, invitation->curve_key, sizeof(invitation->curve_key));
    bind_text(&q, invitation->unit);
    bind_int(&q, invitation->made_at_ms);
    bind_int(&q, invitation->expires_at_ms);
    bind_text(&q, invitation->made_by);
    return district_run(&q, "invitation", err);
}

tq_status tq_devices_void_invitations(
        struct tq_district_store *store, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_INVITATIONS_VOID);

    bind_int(&q, now_ms);
    return district_run(&q, "invitation", err);
}

tq_status tq_devices_guests(struct tq_district_store *store, int64_t now_ms, struct tq_arena *arena,
        const uint8_t **out, size_t *count, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_GUESTS);
    uint8_t *keys = NULL;
    size_t room = 0;
    bool row;
    tq_status rc;

    *count = 0;
    bind_int(&q, now_ms);
    rc = district_step(&q, &row, "invitations", err);
    while (rc == TQ_OK && row) {
        if (*count == room) {
            uint8_t *grown = tq_arena_alloc(arena, 2 * (room + 8) * TQ_CURVE_KEY_BYTES);

            if (grown == NULL) {
                rc = district_no_memory(arena, err);
                break;
            }
            if (room > 0)
                memcpy(grown, keys, room * TQ_CURVE_KEY_BYTES);
            room = 2 * (room + 8);
            keys = grown;
        }
        rc = column_fixed(
                &q, 0, keys + *count * TQ_CURVE_KEY_BYTES, TQ_CURVE_KEY_BYTES, "invitation", err);
        if (rc == TQ_OK) {
            (*count)++;
            rc = district_step(&q, &row, "invitations", err);
        }
    }
    district_end(&q);
    *out = keys;
    return rc;
}

void district_letter(uint64_t number, char out[TQ_MAX_LETTER_BYTES + 1])
{
    char reversed[TQ_MAX_LETTER_BYTES];
    size_t n = 0;

    do {
        reversed[n++] = (char)('A' + number % 26);
        number /= 26;
    } while (number-- > 0 && n < TQ_MAX_LETTER_BYTES);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = '\0';
}

static uint64_t letter_number(struct tq_slice letter)
{
    uint64_t number = 0;

    for (size_t i = 0; i < letter.len && i < TQ_MAX_LETTER_BYTES; i++)
        number = number * 26 + (uint64_t)(letter.data[i] - 'A') + 1;
    return number; /* A is 1: so many came before the next one */
}

tq_status district_next_letter(struct tq_district_store *store, struct tq_slice unit,
        char out[TQ_MAX_LETTER_BYTES + 1], struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LETTERS);
    uint64_t floor = 0;
    uint64_t number = 0;
    bool row;
    tq_status rc;

    bind_text(&q, unit);
    rc = district_step(&q, &row, "letters", err);
    if (rc == TQ_OK && row) {
        floor = column_u64(&q, 0);
        number = letter_number(column_slice(&q, 1));
        district_end(&q);
    }
    district_letter(number > floor ? number : floor, out);
    return rc;
}

static tq_status one_number(
        struct district_bind *q, const char *what, uint64_t *out, struct tq_error *err)
{
    bool row;
    tq_status rc = district_step(q, &row, what, err);

    *out = 0;
    if (rc == TQ_OK && row) {
        *out = column_u64(q, 0);
        district_end(q);
    }
    return rc;
}

/* The next incarnation of a device, above `floor`, and its letter, written down. */
static tq_status give_incarnation(struct tq_district_store *store, struct tq_certificate *to,
        uint32_t floor, tq_fork_kind kind, const char *why, int64_t now_ms, struct tq_arena *arena,
        struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_INCARNATION_NEXT);
    char letter[TQ_MAX_LETTER_BYTES + 1];
    uint64_t number;
    void *copy;
    tq_status rc;

    bind_int(&q, to->device);
    rc = one_number(&q, "incarnation", &number, err);
    if (rc != TQ_OK)
        return rc;
    to->incarnation = (uint32_t)(number > floor ? number : (uint64_t)floor + 1);
    rc = district_next_letter(store, to->unit, letter, err);
    if (rc != TQ_OK)
        return rc;
    copy = tq_arena_copy(arena, letter, strlen(letter));
    if (copy == NULL)
        return district_no_memory(arena, err);
    to->letter = tq_slice_of(copy, strlen(letter));
    q = district_take(store, SQL_INCARNATION_ADD);
    bind_int(&q, to->device);
    bind_int(&q, to->incarnation);
    bind_text(&q, to->unit);
    bind_text(&q, to->letter);
    bind_int(&q, now_ms);
    bind_text(&q, tq_slice_str(why));
    bind_int(&q, kind);
    return district_run(&q, "incarnation", err);
}

void district_stamp(const struct tq_certificate *certificate, uint8_t out[DISTRICT_STAMP_BYTES])
{
    uint64_t at = (uint64_t)certificate->issued_at_ms;

    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(at >> (56 - 8 * i));
    memcpy(out + 8, certificate->signature, TQ_SIGNATURE_BYTES);
}

tq_status district_unstamp(
        struct tq_slice stamp, struct tq_certificate *certificate, struct tq_error *err)
{
    uint64_t at;

    if (stamp.len == 0) /* made by hand */
        return TQ_OK;
    if (stamp.len != DISTRICT_STAMP_BYTES || !tq_read_u64(&stamp, &at))
        return tq_error_set(err, TQ_CORRUPT, "certificate of device %" PRIu32, certificate->device);
    certificate->issued_at_ms = (int64_t)at;
    memcpy(certificate->signature, stamp.data, TQ_SIGNATURE_BYTES);
    return TQ_OK;
}

tq_status district_certificate(struct tq_district_store *store, uint32_t device,
        struct tq_arena *arena, struct tq_certificate *out, struct tq_error *err)
{
    struct tq_district_identity identity;
    struct tq_device_info info;
    struct district_bind q;
    bool row;
    tq_status rc = tq_devices_get(store, device, arena, &info, err);

    if (rc == TQ_OK)
        rc = tq_district_store_identity(store, arena, &identity, err);
    if (rc != TQ_OK)
        return rc;
    memset(out, 0, sizeof(*out));
    memcpy(out->district, identity.district, sizeof(out->district));
    out->device = device;
    out->incarnation = info.incarnation;
    out->letter = info.letter;
    out->unit = info.unit;
    memcpy(out->curve_key, info.curve_key, sizeof(out->curve_key));
    memcpy(out->sign_key, info.sign_key, sizeof(out->sign_key));
    q = district_take(store, SQL_DEVICE_CERTIFICATE);
    bind_int(&q, device);
    rc = district_step(&q, &row, "certificate", err);
    if (rc != TQ_OK || !row)
        return rc;
    rc = district_unstamp(column_slice(&q, 0), out, err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 1, arena, &out->former, err);
    district_end(&q);
    return rc;
}

/* What the table says of an invitation. */
struct spending {
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_slice unit;
    bool used;
    bool same_keys;
    uint32_t device;
};

static tq_status look_up(struct tq_district_store *store, const struct tq_join *join,
        const uint8_t *guest_key, int64_t now_ms, struct tq_arena *arena, struct spending *out,
        struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_INVITATION);
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    token_hash(join->token, out->hash);
    bind_blob(&q, out->hash, sizeof(out->hash));
    rc = district_step(&q, &row, "invitation", err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_phrase(err, TQ_INVITATION, TQ_PHRASE_NO_INVITATION);
    out->used = sqlite3_column_type(q.stmt, 3) != SQLITE_NULL;
    out->device = (uint32_t)column_u64(&q, 3);
    out->same_keys = tq_slice_equal(column_slice(&q, 4),
                             tq_slice_of(join->curve_key, sizeof(join->curve_key))) &&
                     tq_slice_equal(column_slice(&q, 5),
                             tq_slice_of(join->sign_key, sizeof(join->sign_key)));
    if (!tq_slice_equal(column_slice(&q, 0), tq_slice_of(guest_key, TQ_CURVE_KEY_BYTES)))
        rc = tq_error_phrase(err, TQ_INVITATION, TQ_PHRASE_INVITED_OTHER);
    else if (out->used && !out->same_keys)
        rc = tq_error_set(err, TQ_INVITATION, "%s %" PRIu32, tq_phrase(TQ_PHRASE_INVITATION_USED),
                out->device);
    else if (!out->used && column_int(&q, 2) <= now_ms)
        rc = tq_error_phrase(err, TQ_INVITATION, TQ_PHRASE_INVITATION_EXPIRED);
    else
        rc = column_copy(&q, 1, arena, &out->unit, err);
    district_end(&q);
    return rc;
}

tq_status district_device_add(struct tq_district_store *store,
        const struct tq_certificate *certificate, struct tq_slice machine, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DEVICE_ADD);
    uint8_t stamp[DISTRICT_STAMP_BYTES];

    district_stamp(certificate, stamp);
    bind_int(&q, certificate->device);
    bind_text(&q, certificate->unit);
    bind_text(&q, certificate->letter);
    bind_int(&q, certificate->incarnation);
    bind_blob(&q, certificate->curve_key, sizeof(certificate->curve_key));
    bind_blob(&q, certificate->sign_key, sizeof(certificate->sign_key));
    bind_text(&q, machine);
    bind_int(&q, certificate->issued_at_ms);
    bind_blob(&q, stamp, sizeof(stamp));
    bind_slice(&q, certificate->former);
    return district_run(&q, "device", err);
}

static tq_status add_device(struct tq_district_store *store,
        const struct tq_certificate *certificate, const struct tq_join *join,
        const struct spending *spending, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q;
    tq_status rc = district_device_add(store, certificate, join->machine, err);

    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_INVITATION_USE);
    bind_blob(&q, spending->hash, sizeof(spending->hash));
    bind_int(&q, now_ms);
    bind_int(&q, certificate->device);
    bind_blob(&q, join->curve_key, sizeof(join->curve_key));
    bind_blob(&q, join->sign_key, sizeof(join->sign_key));
    return district_run(&q, "invitation", err);
}

/* The file whose keys were lost: which incarnations it had, and whether this unit may go on with it.
 * *known false: of a district that lost it; its sets come back with their receipts. */
static tq_status look_at_former(struct tq_district_store *store, const struct tq_join *join,
        const struct spending *spending, struct tq_arena *arena, bool *known, uint32_t *floor,
        struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_MAY_FOLLOW);
    struct tq_device former;
    uint64_t may;
    tq_status rc = store->ops.device_get(store, join->former_device, arena, &former, err);

    *known = rc == TQ_OK;
    *floor = join->former_incarnation;
    if (join->former_incarnation >= INT32_MAX)
        return tq_error_set(err, TQ_PROTOCOL, "incarnation %" PRIu32, join->former_incarnation);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    if (former.last_incarnation > *floor)
        *floor = former.last_incarnation;
    bind_text(&q, spending->unit);
    bind_int(&q, join->former_device);
    rc = one_number(&q, "unit", &may, err);
    if (rc == TQ_OK && may == 0)
        rc = tq_error_set(err, TQ_WRONG_FILE, "%" PRIu32 ": %.*s", join->former_device,
                (int)former.unit.len, (const char *)former.unit.data);
    return rc;
}

/* Its chain begins where the file's answered sets end. Asked again, the file may have had another
 * receipt meanwhile: as long as nothing came under it, it begins there. */
tq_status district_begin_after(struct tq_district_store *store, const struct tq_certificate *to,
        const struct tq_join *join, struct tq_arena *arena, struct tq_error *err)
{
    const struct tq_district_ops *ops = &store->ops;
    struct tq_ledger_set parent;
    struct tq_chain chain;
    uint32_t device = join->former_device;
    tq_status rc = ops->chain_get(store, to->device, to->incarnation, &chain, err);

    if (rc != TQ_OK || chain.head.seq > 0)
        return rc;
    memset(&chain, 0, sizeof(chain));
    chain.exists = true;
    chain.parent = join->confirmed;
    chain.head.incarnation = to->incarnation;
    if (chain.parent.seq > 0)
        rc = ops->chain_device(store, device, chain.parent.incarnation, &device, err);
    if (rc == TQ_OK && chain.parent.seq > 0) {
        if (device != to->device) /* its keys are lost; else it may come back itself */
            chain.parent_device = device;
        rc = ops->ledger_find(
                store, device, chain.parent.incarnation, chain.parent.seq, arena, &parent, err);
        if (rc == TQ_OK)
            chain.e_last = parent.e_last;
        if (rc == TQ_NOT_FOUND) { /* lost with a district: it comes back */
            tq_error_clear(err);
            rc = TQ_OK;
        }
    }
    return rc != TQ_OK ? rc : ops->chain_put(store, to->device, to->incarnation, &chain, err);
}

/* The device goes on with the file of one whose keys were lost. */
static tq_status follow(struct tq_district_store *store, const struct tq_certificate *to,
        const struct tq_join *join, bool known, struct tq_arena *arena, struct tq_error *err)
{
    struct district_bind q;
    tq_status rc = district_begin_after(store, to, join, arena, err);

    if (rc != TQ_OK || !known)
        return rc;
    q = district_take(store, SQL_DEVICE_FORMER);
    bind_int(&q, to->device);
    bind_int(&q, join->former_device);
    return district_run(&q, "device", err);
}

static tq_status enrol(struct tq_district_store *store, const struct tq_join *join,
        const struct spending *spending, int64_t now_ms, tq_certify_fn certify, void *certify_ctx,
        struct tq_arena *arena, struct tq_certificate *out, struct tq_error *err)
{
    struct tq_district_identity identity;
    struct district_bind q = district_take(store, SQL_DEVICE_NEXT);
    bool goes_on = join->former_device != 0;
    bool known = false;
    uint32_t floor = 0;
    uint64_t number;
    tq_status rc = one_number(&q, "device", &number, err);

    if (rc == TQ_OK)
        rc = district_check_revoked(store, join->curve_key, err);
    if (rc == TQ_OK && goes_on)
        rc = look_at_former(store, join, spending, arena, &known, &floor, err);
    if (rc == TQ_OK)
        rc = tq_district_store_identity(store, arena, &identity, err);
    if (rc != TQ_OK)
        return rc;
    memset(out, 0, sizeof(*out));
    memcpy(out->district, identity.district, sizeof(out->district));
    out->device = (uint32_t)number;
    out->unit = spending->unit;
    memcpy(out->curve_key, join->curve_key, sizeof(out->curve_key));
    memcpy(out->sign_key, join->sign_key, sizeof(out->sign_key));
    out->issued_at_ms = now_ms;
    rc = give_incarnation(store, out, floor, goes_on ? TQ_FORK_REBOUND : TQ_FORK_NONE,
            goes_on ? "rebound" : "enrolled", now_ms, arena, err);
    if (rc == TQ_OK)
        rc = certify(certify_ctx, out, err);
    if (rc == TQ_OK)
        rc = add_device(store, out, join, spending, now_ms, err);
    if (rc == TQ_OK && goes_on)
        rc = follow(store, out, join, known, arena, err);
    return rc;
}

tq_status tq_devices_spend(struct tq_district_store *store, const struct tq_join *join,
        const uint8_t guest_key[TQ_CURVE_KEY_BYTES], int64_t now_ms, tq_certify_fn certify,
        void *certify_ctx, struct tq_arena *arena, struct tq_certificate *out, struct tq_error *err)
{
    struct spending spending;
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    if (rc != TQ_OK)
        return rc;
    rc = look_up(store, join, guest_key, now_ms, arena, &spending, err);
    if (rc == TQ_OK && spending.used)
        rc = district_certificate(store, spending.device, arena, out, err);
    if (rc == TQ_OK && spending.used && join->former_device != 0 &&
            join->former_device != spending.device)
        rc = district_begin_after(store, out, join, arena, err);
    if (rc == TQ_OK && !spending.used)
        rc = enrol(store, join, &spending, now_ms, certify, certify_ctx, arena, out, err);
    return district_leave(store, mine, rc, err);
}

/* Run an update that must meet one device. */
static tq_status update_one(struct tq_district_store *store, struct district_bind *q,
        uint32_t device, struct tq_error *err)
{
    tq_status rc = district_run(q, "device", err);

    if (rc == TQ_OK && sqlite3_changes(store->db) != 1)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu32, tq_phrase(TQ_PHRASE_DEVICE), device);
    return rc;
}

/* Turned away before: said so, with the day; else the error that stands in `err`. */
static tq_status already_revoked(
        struct tq_district_store *store, uint32_t device, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DEVICE_REVOKED);
    char day[TQ_DAY_TEXT];
    bool row = false;
    tq_status rc;

    bind_int(&q, device);
    rc = district_step(&q, &row, "device", err);
    if (rc != TQ_OK)
        return rc;
    if (row)
        tq_day_print(tq_day_of_instant(column_int(&q, 0)), day);
    district_end(&q);
    return row ? tq_error_set(err, TQ_EXISTS, "%s %" PRIu32 " %s %s", tq_phrase(TQ_PHRASE_DEVICE),
                         device, tq_phrase(TQ_PHRASE_REVOKED_ON), day)
               : TQ_NOT_FOUND;
}

tq_status tq_devices_revoke(struct tq_district_store *store, uint32_t device, struct tq_slice why,
        int64_t now_ms, struct tq_error *err)
{
    struct district_bind q;
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_DEVICE_REVOKE);
    bind_int(&q, device);
    bind_int(&q, now_ms);
    bind_text(&q, why);
    rc = update_one(store, &q, device, err);
    if (rc == TQ_NOT_FOUND)
        rc = already_revoked(store, device, err);
    if (rc == TQ_OK) {
        q = district_take(store, SQL_REVOKED_OF);
        bind_int(&q, device);
        rc = district_run(&q, "revocation", err);
    }
    return district_leave(store, mine, rc, err);
}

static tq_status read_info(const struct district_bind *q, struct tq_arena *arena,
        struct tq_device_info *out, struct tq_error *err)
{
    struct tq_slice curve = column_slice(q, 4);
    tq_status rc;

    memset(out, 0, sizeof(*out));
    out->device = (uint32_t)column_u64(q, 0);
    out->incarnation = (uint32_t)column_u64(q, 3);
    out->enrolled_at_ms = column_int(q, 7);
    out->revoked_at_ms = column_int(q, 8);
    out->last_heard_at_ms = column_int(q, 9);
    out->last_confirmed_at_ms = column_int(q, 10);
    out->offset_ms = column_int(q, 11);
    out->schema = (uint32_t)column_u64(q, 13);
    out->waiting = (uint32_t)column_u64(q, 14);
    out->cursor = column_u64(q, 15);
    out->equal_as_of = column_u64(q, 16);
    out->equal_at_ms = column_int(q, 17);
    out->equal_read_every_row = column_int(q, 18) != 0;
    if (curve.len == sizeof(out->curve_key))
        memcpy(out->curve_key, curve.data, sizeof(out->curve_key));
    rc = column_fixed(q, 5, out->sign_key, sizeof(out->sign_key), "device", err);
    if (rc == TQ_OK)
        rc = column_copy(q, 1, arena, &out->unit, err);
    if (rc == TQ_OK)
        rc = column_copy(q, 2, arena, &out->letter, err);
    if (rc == TQ_OK)
        rc = column_copy(q, 6, arena, &out->machine, err);
    if (rc == TQ_OK)
        rc = column_copy(q, 12, arena, &out->software, err);
    out->fork = (tq_fork_kind)column_int(q, 19);
    out->forked_at_ms = column_int(q, 20);
    if (rc == TQ_OK)
        rc = column_copy(q, 21, arena, &out->last_letter, err);
    out->readmitted_at_ms = column_int(q, 22);
    out->keys_since_ms = column_int(q, 23);
    out->renewal_asked_ms = column_int(q, 24);
    curve = column_slice(q, 25);
    out->offers_keys = curve.len == sizeof(out->next_curve_key);
    if (out->offers_keys)
        memcpy(out->next_curve_key, curve.data, sizeof(out->next_curve_key));
    out->offered_at_ms = column_int(q, 26);
    return rc;
}

static tq_status list(struct tq_district_store *store, int64_t device, struct tq_arena *arena,
        struct tq_device_info **out, size_t *count, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DEVICES);
    size_t room = 0;
    bool row;
    tq_status rc;

    *out = NULL;
    *count = 0;
    bind_int(&q, device);
    rc = district_step(&q, &row, "devices", err);
    while (rc == TQ_OK && row) {
        if (*count == room) {
            struct tq_device_info *grown;

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
        rc = read_info(&q, arena, &(*out)[*count], err);
        if (rc == TQ_OK) {
            (*count)++;
            rc = district_step(&q, &row, "devices", err);
        }
    }
    district_end(&q);
    return rc;
}

tq_status tq_devices_list(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_device_info **out, size_t *count, struct tq_error *err)
{
    return list(store, -1, arena, out, count, err);
}

tq_status tq_devices_get(struct tq_district_store *store, uint32_t device, struct tq_arena *arena,
        struct tq_device_info *out, struct tq_error *err)
{
    struct tq_device_info *one;
    size_t count;
    tq_status rc = list(store, device, arena, &one, &count, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK && count == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu32, tq_phrase(TQ_PHRASE_DEVICE), device);
    if (rc == TQ_OK)
        *out = one[0];
    return rc;
}

tq_status tq_devices_heard(struct tq_district_store *store, uint32_t device, int64_t now_ms,
        int64_t offset_ms, uint32_t schema, struct tq_slice software, uint64_t equal_as_of,
        struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DEVICE_HEARD);

    bind_int(&q, device);
    bind_int(&q, now_ms);
    bind_int(&q, offset_ms);
    bind_int(&q, schema);
    bind_text(&q, software);
    bind_u64(&q, equal_as_of);
    return update_one(store, &q, device, err);
}

static tq_status note_rename(struct tq_district_store *store, uint32_t device, struct tq_slice name,
        int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DEVICE_CALLED);
    struct tq_slice before;
    char about[32];
    char detail[2 * NAME_BYTES + 8];
    bool row;
    tq_status rc;

    bind_int(&q, device);
    bind_text(&q, name);
    rc = district_step(&q, &row, "device", err);
    if (rc != TQ_OK || !row)
        return rc;
    before = column_slice(&q, 0);
    snprintf(about, sizeof(about), "device %" PRIu32, device);
    snprintf(detail, sizeof(detail), "%.*s -> %.*s", (int)before.len, (const char *)before.data,
            (int)name.len, (const char *)name.data);
    district_end(&q);
    return tq_devices_audit(store, now_ms, tq_slice_str("server"), tq_slice_str("device_renamed"),
            tq_slice_str(about), tq_slice_str(detail), err);
}

tq_status tq_devices_named(struct tq_district_store *store, uint32_t device, struct tq_slice name,
        int64_t now_ms, struct tq_error *err)
{
    struct district_bind q;
    tq_status rc = note_rename(store, device, name, now_ms, err);

    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_DEVICE_NAME);
    bind_int(&q, device);
    bind_text(&q, name);
    return district_run(&q, "device", err);
}

tq_status tq_devices_placed(struct tq_district_store *store, uint32_t device, uint32_t incarnation,
        const uint8_t place[TQ_PLACE_BYTES], int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PLACE_SET);

    bind_int(&q, device);
    bind_int(&q, incarnation);
    bind_blob(&q, place, TQ_PLACE_BYTES);
    bind_int(&q, now_ms);
    return district_run(&q, "incarnation", err);
}

tq_status tq_devices_confirmed(struct tq_district_store *store, uint32_t device, int64_t now_ms,
        uint64_t cursor, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DEVICE_CONFIRMED);

    bind_int(&q, device);
    bind_int(&q, now_ms);
    bind_u64(&q, cursor);
    return update_one(store, &q, device, err);
}

tq_status tq_devices_checked(struct tq_district_store *store, uint32_t device, int64_t now_ms,
        const struct tq_office_status *status, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DEVICE_EQUAL);

    bind_int(&q, device);
    bind_int(&q, now_ms);
    bind_u64(&q, status->equal_as_of);
    bind_int(&q, status->read_every_row ? 1 : 0);
    bind_int(&q, status->waiting);
    return update_one(store, &q, device, err);
}

tq_status tq_devices_log_session(struct tq_district_store *store,
        const struct tq_session_record *record, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_SESSION_ADD);

    bind_int(&q, record->at_ms);
    bind_int(&q, record->device);
    bind_u64(&q, record->bytes_in);
    bind_u64(&q, record->bytes_out);
    bind_u64(&q, record->sets);
    bind_u64(&q, record->rows_in);
    bind_u64(&q, record->rows_out);
    bind_int(&q, record->round_trips);
    bind_int(&q, record->took_ms);
    bind_text(&q, record->outcome);
    bind_text(&q, record->detail);
    return district_run(&q, "session log", err);
}

tq_status tq_devices_audit(struct tq_district_store *store, int64_t now_ms, struct tq_slice who,
        struct tq_slice what, struct tq_slice about, struct tq_slice detail, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_AUDIT_ADD);

    bind_int(&q, now_ms);
    bind_text(&q, who);
    bind_text(&q, what);
    bind_text(&q, about);
    bind_text(&q, detail);
    return district_run(&q, "audit", err);
}
