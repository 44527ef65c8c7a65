/* network.h - What an office needs to talk to its district: its keys, whom it joined, and the
 * office side of the sync over its file.
 *
 * The folder holds device.key and district.link (both 0600: the link has what joining brought, the
 * certificate and the key for coming back among it).
 * Ownership: network_open fills the caller's struct, network_close empties it and wipes the keys.
 * Threads:   the thread that owns the database. */
#ifndef TQ_MEMBER_NETWORK_H
#define TQ_MEMBER_NETWORK_H

#include "tuquan/database.h"
#include "tuquan/identity.h"
#include "tuquan/link.h"
#include "tuquan/office.h"
#include "tuquan/office_session.h"
#include "tuquan/office_store.h"

#define NETWORK_KEYS "device.key"
#define NETWORK_NEXT_KEYS "device.key.new-pair" /* there while a renewal is under way: renew.h */
/* Keys of a device that is to go on with a file; they get their name when the file is bound. While
 * they are there, a join was begun and not finished. */
#define NETWORK_FRESH_KEYS "device.key.new"
#define NETWORK_LINK "district.link"
#define NETWORK_TOPIC "news"
#define NETWORK_PATH_BYTES 1024u

#define NETWORK_CERTIFICATE_BYTES 3072u /* with many former keys */

/* What joining brought. */
struct district_link {
    char sync_address[TQ_LINK_ADDRESS_SIZE];
    char news_address[TQ_LINK_ADDRESS_SIZE];
    uint8_t curve_key[TQ_CURVE_KEY_BYTES]; /* the district's */
    uint8_t sign_key[TQ_SIGN_KEY_BYTES];
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint32_t device;
    /* For coming back to a district that lost this machine; empty: joined before there were any. */
    char guest_address[TQ_LINK_ADDRESS_SIZE];
    uint8_t readmit_secret[TQ_CURVE_KEY_BYTES];
    uint8_t certificate[NETWORK_CERTIFICATE_BYTES]; /* an encoded Signed */
    size_t certificate_len;
    char machine[TQ_LINK_ADDRESS_SIZE]; /* its name for people */
};

struct network {
    const char *dir;
    bool renewing;   /* `keys` are a pair that is offered, not yet in place of the other */
    bool renewed;    /* by this process */
    bool readmitted; /* by this process: the district had lost this machine */
    /* Where this machine is told to call instead of where joining said; NULL or "": nowhere else.
     * Borrowed until network_close, never saved into the link. */
    const char *server;
    const char *broadcast;
    const char *guest;
    struct tq_keys keys;
    struct tq_signer signer;
    struct district_link link;
    struct tq_office_store *store;
    struct tq_office office;
};

/* Keys, link and office over an open file. Fails: KEY_FILE (also: not the key that joined),
 * NOT_JOINED, CONFIG (the link file is damaged), WRONG_FILE (the file is of another district or
 * device). */
TQ_MUST_CHECK tq_status network_open(
        struct network *net, const char *dir, struct tq_db *db, struct tq_error *err);
void network_close(struct network *net);

/* Where a machine is taken back: as told, else the port that joining said at the host of `server`. */
void network_guest_address(const struct network *net, char out[TQ_LINK_ADDRESS_SIZE]);

/* Where to sync, and where broadcasts are heard; borrowed from `net`. */
const char *network_sync_address(const struct network *net);
const char *network_news_address(const struct network *net);

/* What the district said when it took the machine in, into `link` (its keys are the caller's). Fails:
 * TOO_LARGE, NOMEM. */
TQ_MUST_CHECK tq_status network_fill_link(
        struct district_link *link, const struct tq_joined *joined, struct tq_error *err);

/* The same for a machine that is one already, and saved. Fails also as network_save_link. */
TQ_MUST_CHECK tq_status network_take_joined(
        struct network *net, const struct tq_joined *joined, struct tq_error *err);

/* Give the machine another name, one line of text; the next sync tells the district. Fails:
 * NOT_JOINED, CONFIG, KEY_FILE, TOO_LARGE, NOMEM, DISK. */
TQ_MUST_CHECK tq_status network_rename(const char *dir, const char *name, struct tq_error *err);

/* Another program may have renamed it since; what cannot be read leaves the name as it was. */
void network_read_name(struct network *net);

/* Is the certificate about the keys in use? */
bool network_is_certified(const struct network *net);

/* Was a pair of keys made that has not taken the place of the other yet? */
bool network_is_renewing(const char *dir);

/* Is `db` the file that this folder joined with? Without a link that can be read, or in the middle of a
 * join, nobody can tell: OK. Fails: WRONG_FILE, NOMEM, what the store fails with. */
TQ_MUST_CHECK tq_status network_check_file(const char *dir, struct tq_db *db, struct tq_error *err);

/* Are these the keys that the folder joined with? A link of before there were certificates cannot
 * tell, and is let pass. Fails: KEY_FILE (they are not), CONFIG (the certificate is damaged), NOMEM. */
TQ_MUST_CHECK tq_status network_check_keys(const char *dir, const struct district_link *link,
        const struct tq_keys *keys, struct tq_error *err);

/* Fails: NOT_JOINED, CONFIG (damaged), KEY_FILE (others may read it). */
TQ_MUST_CHECK tq_status network_load_link(
        const char *dir, struct district_link *link, struct tq_error *err);
TQ_MUST_CHECK tq_status network_save_link(
        const char *dir, const struct district_link *link, struct tq_error *err);

#endif
