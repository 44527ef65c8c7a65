/* district_devices.h - The devices of a district: invitations, enrolment, revocation, what was last
 * heard of each, the log of sessions and the audit trail.
 *
 * Ownership: results live in the arena that was given.
 * Threads:   those of the store. Changes are one commit each unless the caller has begun a
 *            transaction with the store's operations; then they belong to it. Queries also run on a
 *            reading store (the gate has its own). */
#ifndef TQ_DISTRICT_DEVICES_H
#define TQ_DISTRICT_DEVICES_H

#include "tuquan/district_store.h"

struct tq_open_invitation {
    struct tq_slice token;                 /* random; only its hash is kept */
    uint8_t curve_key[TQ_CURVE_KEY_BYTES]; /* public half of the guest's one-time pair */
    struct tq_slice unit;
    int64_t made_at_ms;
    int64_t expires_at_ms;
    struct tq_slice made_by;
};

/* Put the district's signature into a certificate. */
typedef tq_status (*tq_certify_fn)(
        void *ctx, struct tq_certificate *certificate, struct tq_error *err);

/* Instants are 0 when it never happened. */
struct tq_device_info {
    uint32_t device;
    struct tq_slice unit;
    struct tq_slice letter;
    uint32_t incarnation;
    uint8_t curve_key[TQ_CURVE_KEY_BYTES]; /* zeros: the district itself */
    uint8_t sign_key[TQ_SIGN_KEY_BYTES];
    struct tq_slice machine;
    int64_t enrolled_at_ms;
    int64_t revoked_at_ms;
    int64_t last_heard_at_ms;
    int64_t last_confirmed_at_ms;
    int64_t offset_ms;
    struct tq_slice software;
    uint32_t schema;
    uint32_t waiting; /* rows that the office said it still holds back */
    uint64_t cursor;
    uint64_t equal_as_of;
    int64_t equal_at_ms;
    bool equal_read_every_row;
    tq_fork_kind fork; /* of the last file of it that was restored or copied */
    int64_t forked_at_ms;
    struct tq_slice last_letter; /* of its newest incarnation */
    int64_t keys_since_ms;       /* since when it has the pair in force */
    int64_t renewal_asked_ms;    /* it was asked to renew it; 0: no, or done */
    bool offers_keys;            /* a new one, not used yet: */
    uint8_t next_curve_key[TQ_CURVE_KEY_BYTES];
    int64_t offered_at_ms;
    int64_t readmitted_at_ms; /* it came back after the district had lost it */
};

struct tq_session_record {
    int64_t at_ms;
    uint32_t device;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t sets;
    uint64_t rows_in;
    uint64_t rows_out;
    uint32_t round_trips;
    int64_t took_ms;
    struct tq_slice outcome; /* a word: "complete", "refused", "broken", ... */
    struct tq_slice detail;
};

#define TQ_OFFER_MS (INT64_C(90) * 24 * 3600 * 1000) /* a pair that is not used is forgotten */
#define TQ_READMIT_MS (INT64_C(30) * 24 * 3600 * 1000)

struct tq_readmission {
    int64_t until_ms; /* 0, or in the past: nobody is taken back */
    bool closed;      /* by an officer */
    uint64_t devices; /* that came back */
};

struct tq_revocation {
    uint32_t device;
    uint8_t curve_key[TQ_CURVE_KEY_BYTES];
    int64_t revoked_at_ms;
};

TQ_BEGIN_DECLS

/* Keep an invitation. Fails: NOT_FOUND when the unit is not there or is closed, EXISTS. */
TQ_MUST_CHECK tq_status tq_devices_invite(struct tq_district_store *store,
        const struct tq_open_invitation *invitation, struct tq_error *err);

/* Invitations that nobody has spent are over. */
TQ_MUST_CHECK tq_status tq_devices_void_invitations(
        struct tq_district_store *store, int64_t now_ms, struct tq_error *err);

/* Keys of those who may connect as guests, TQ_CURVE_KEY_BYTES each: until their invitation expires,
 * spent or not, for the answer to a Join may have been lost. */
TQ_MUST_CHECK tq_status tq_devices_guests(struct tq_district_store *store, int64_t now_ms,
        struct tq_arena *arena, const uint8_t **out, size_t *count, struct tq_error *err);

/* Spend an invitation: a new device with its certificate, letter and first incarnation. The same
 * join again gives the same certificate, also when it came too late. `guest_key`: the key that the
 * connection proved. Fails: INVITATION (unknown, another's, spent with other keys, expired),
 * REVOKED (the keys were turned away once), EXISTS (they belong to a device), what `certify` fails
 * with. */
TQ_MUST_CHECK tq_status tq_devices_spend(struct tq_district_store *store,
        const struct tq_join *join, const uint8_t guest_key[TQ_CURVE_KEY_BYTES], int64_t now_ms,
        tq_certify_fn certify, void *certify_ctx, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err);

/* A device that the district lost comes back by its certificate, whose signature the caller has
 * verified: as the machine that it was, from where its file stands; certified anew. *new_here false:
 * it never was gone. Fails: FORGED (another district's, or not for these keys), REVOKED,
 * NOT_ADMITTED (its number is another machine's now), PROTOCOL, what `certify` fails with. */
TQ_MUST_CHECK tq_status tq_devices_readmit(struct tq_district_store *store,
        const struct tq_join *join, int64_t now_ms, tq_certify_fn certify, void *certify_ctx,
        struct tq_arena *arena, struct tq_certificate *out, bool *new_here, struct tq_error *err);

/* A device offers new keys, whose renewal the caller has verified: they are good beside those in force
 * until they are used (tq_devices_keys_used) or TQ_OFFER_MS have passed. The same question gives the
 * same certificate. Fails: EXISTS (another device's keys), NOT_FOUND, what `certify` fails with. */
TQ_MUST_CHECK tq_status tq_devices_renew(struct tq_district_store *store, uint32_t device,
        const struct tq_join *join, int64_t now_ms, tq_certify_fn certify, void *certify_ctx,
        struct tq_arena *arena, struct tq_certificate *out, struct tq_error *err);

/* A message came under the pair that was offered: it is in force, the other one is a former one.
 * Nothing offered: OK. */
TQ_MUST_CHECK tq_status tq_devices_keys_used(struct tq_district_store *store, uint32_t device,
        int64_t now_ms, struct tq_arena *arena, struct tq_error *err);

/* Welcome asks the device to renew its keys, until it has. Fails: NOT_FOUND (or revoked). */
TQ_MUST_CHECK tq_status tq_devices_ask_renewal(
        struct tq_district_store *store, uint32_t device, int64_t now_ms, struct tq_error *err);

/* Does the district take devices back, and how many came. */
TQ_MUST_CHECK tq_status tq_devices_readmission(
        struct tq_district_store *store, struct tq_readmission *out, struct tq_error *err);

/* By an officer: until then (0: no more). New devices get numbers and letters that the lost ones
 * cannot have. */
TQ_MUST_CHECK tq_status tq_devices_take_back(
        struct tq_district_store *store, int64_t until_ms, int64_t now_ms, struct tq_error *err);

/* Something shows that data was lost: for TQ_READMIT_MS from now, unless an officer said no. */
TQ_MUST_CHECK tq_status tq_devices_lost_some(
        struct tq_district_store *store, int64_t now_ms, bool *opened, struct tq_error *err);

/* All keys that were ever revoked, as far as this file knows. */
TQ_MUST_CHECK tq_status tq_devices_revocations(struct tq_district_store *store,
        struct tq_arena *arena, struct tq_revocation **out, size_t *count, struct tq_error *err);

/* What was revoked stays so, whatever was restored: note them, and revoke the devices that have one
 * of these keys and are good; *revoked of them. */
TQ_MUST_CHECK tq_status tq_devices_revoke_again(struct tq_district_store *store,
        const struct tq_revocation *list, size_t count, struct tq_slice why, size_t *revoked,
        struct tq_error *err);

/* Fails: NOT_FOUND (no such device, or the district's own), EXISTS (revoked before: says when). */
TQ_MUST_CHECK tq_status tq_devices_revoke(struct tq_district_store *store, uint32_t device,
        struct tq_slice why, int64_t now_ms, struct tq_error *err);

/* All, the district's own (0) included; or one (NOT_FOUND). */
TQ_MUST_CHECK tq_status tq_devices_list(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_device_info **out, size_t *count, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_devices_get(struct tq_district_store *store, uint32_t device,
        struct tq_arena *arena, struct tq_device_info *out, struct tq_error *err);

/* What a session told: at Hello, when it was complete, and with its Status. `equal_as_of` of Hello
 * counts where it is above what is known: the Status of the session before may have got lost, and that
 * session is then when they were equal, not the Hello that tells it days later. */
TQ_MUST_CHECK tq_status tq_devices_heard(struct tq_district_store *store, uint32_t device,
        int64_t now_ms, int64_t offset_ms, uint32_t schema, struct tq_slice software,
        uint64_t equal_as_of, struct tq_error *err);
/* What its people call it now; without a write where that is known, with a line of the trail where it
 * was called otherwise. */
TQ_MUST_CHECK tq_status tq_devices_named(struct tq_district_store *store, uint32_t device,
        struct tq_slice name, int64_t now_ms, struct tq_error *err);
/* Where an incarnation was heard from. */
TQ_MUST_CHECK tq_status tq_devices_placed(struct tq_district_store *store, uint32_t device,
        uint32_t incarnation, const uint8_t place[TQ_PLACE_BYTES], int64_t now_ms,
        struct tq_error *err);
TQ_MUST_CHECK tq_status tq_devices_confirmed(struct tq_district_store *store, uint32_t device,
        int64_t now_ms, uint64_t cursor, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_devices_checked(struct tq_district_store *store, uint32_t device,
        int64_t now_ms, const struct tq_office_status *status, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_devices_log_session(struct tq_district_store *store,
        const struct tq_session_record *record, struct tq_error *err);

/* Who did what at the district, for people: never secrets. */
TQ_MUST_CHECK tq_status tq_devices_audit(struct tq_district_store *store, int64_t now_ms,
        struct tq_slice who, struct tq_slice what, struct tq_slice about, struct tq_slice detail,
        struct tq_error *err);

TQ_END_DECLS
#endif
