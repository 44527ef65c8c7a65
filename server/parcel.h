/* parcel.h - Bundles for a neighbouring district that runs no server, and its own (docs/liaison.md):
 * what a round would carry over the line, as one file; under the same agreement, journal and
 * mailboxes, so that wire and bundle may overlap in any order.
 *
 * Beside a mailbox stand what a neighbour asked last by file and how it joined: the next bundle
 * answers that again, so that one that was lost on its way is made good by the next.
 * Ownership: the caller's.
 * Threads:   one at a time on a link (it takes the lock of a round). */
#ifndef TQ_SERVER_PARCEL_H
#define TQ_SERVER_PARCEL_H

#include "liaison_way.h"
#include "tuquan/district_devices.h"
#include "tuquan/parcel.h"
#include "tuquan/words.h"

#define PARCEL_KINDS 8u /* tables of a link, at most */

struct parcel_made {
    struct tq_parcel head;
    uint8_t code[TQ_PARCEL_CODE_BYTES];
    struct {
        const struct tq_table *table;
        uint32_t rows;
    } kinds[PARCEL_KINDS]; /* what it holds, by table; NULL: no more */
    bool joins;            /* it brings our JOIN */
    bool answers;          /* it answers what the neighbour asked, or begins to tell it */
};

struct parcel_opened {
    int64_t link;
    struct tq_slice name; /* of the link, in the arena of the program */
    uint8_t code[TQ_PARCEL_CODE_BYTES];
    struct round_result round;
    bool joined; /* either side, by it */
    bool again;  /* it had been opened before */
    bool stale;  /* the wire has brought what is later than its rows */
};

/* Keep the invitation, by which the next bundle joins: the neighbour's keys are pinned from now on.
 * Fails: as tq_invitation_parse, IO. */
TQ_MUST_CHECK tq_status parcel_accept(struct app *app, const struct tq_link_info *link,
        const char *invitation, struct tq_error *err);

/* Append the file for this link: for nobody yet, until parcel_record. made->head lives in the
 * program's arena. Fails: NOT_JOINED (nobody to seal it to, and the agreement says sealed),
 * LIAISON_ENDED, BUSY, TOO_LARGE, what the files fail with. */
TQ_MUST_CHECK tq_status parcel_make(struct app *app, const struct tq_link_info *link,
        struct parcel_made *made, struct tq_buf *out, struct tq_error *err);

/* "Thông báo giáp ranh: 3; Giao ban giáp ranh: 1". Appends; nothing where it holds no rows. */
void parcel_say_kinds(const struct parcel_made *made, tq_lang lang, struct tq_buf *out);

/* It is where people can take it from: from now on an answer to it is known, and it is in the
 * journal. */
TQ_MUST_CHECK tq_status parcel_record(struct app *app, const struct tq_link_info *link,
        const struct parcel_made *made, struct tq_slice file, struct tq_error *err);

/* Take one. Whatever it is refused with is in the journal first. Fails: BUNDLE, FORGED (nobody whom we
 * know), REVOKED (keys of before), BUNDLE_OTHERS (for another district), PARCEL_SEAL,
 * PARCEL_AGREEMENT, PARCEL_OLD, LIAISON_ENDED, INVITATION, PROTOCOL, BUSY, what the files fail with. */
TQ_MUST_CHECK tq_status parcel_open(
        struct app *app, struct tq_slice file, struct parcel_opened *opened, struct tq_error *err);

/* A line of the journal about a file as a whole; `code` OK: it was made (way "bundle_out") or opened
 * ("bundle_in"). link 0: whose it is, nobody knows. file.data NULL: it was not read, its code is
 * unknown. */
TQ_MUST_CHECK tq_status parcel_note(struct app *app, int64_t link, const char *way,
        struct tq_slice number, tq_status code, struct tq_slice file, struct tq_error *err);

/* ---- for its parts ---- */

#define PARCEL_QUESTION "parcel.question" /* in `out`: the partner's last, behind when it came */
#define PARCEL_JOIN "parcel.join"         /* in `out`: guest's key and JOIN */
#define PARCEL_INVITATION "invitation"    /* in `in`: that is still to be joined by */

/* The member of `out` that is the partner now. Fails: NOT_FOUND. */
TQ_MUST_CHECK tq_status parcel_member(
        struct box *box, struct tq_device_info *out, struct tq_error *err);

/* The neighbour's mailbox as this link knows it; *pinned false: it was never accepted. */
struct parcel_peer {
    bool pinned;
    bool joined; /* with our own device there */
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint8_t curve_key[TQ_CURVE_KEY_BYTES];
};
TQ_MUST_CHECK tq_status parcel_peer_of(
        struct app *app, int64_t link, struct parcel_peer *out, struct tq_error *err);

/* The link whose neighbour's pinned keys signed it, or, *ours, that it was made for by us. *name: of
 * that link, in the program's arena; empty: a key that is pinned for nobody. */
TQ_MUST_CHECK tq_status parcel_signer(struct app *app, const struct tq_parcel *head,
        struct tq_slice *name, bool *ours, struct tq_error *err);

/* The text of the invitation that waits; the caller ends and wipes the buffer. Fails: NOT_FOUND. */
TQ_MUST_CHECK tq_status parcel_invitation(
        struct app *app, int64_t link, struct tq_buf *text, struct tq_error *err);

#endif
