/* network.h - What an office needs to talk to its district: its keys, whom it joined, and the
 * office side of the sync over its file.
 *
 * The folder holds device.key (0600) and district.link (public: address, keys and certificate that
 * joining brought).
 * Ownership: network_open fills the caller's struct, network_close empties it and wipes the keys.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_NETWORK_H
#define TQ_CLIENT_NETWORK_H

#include "tuquan/database.h"
#include "tuquan/identity.h"
#include "tuquan/link.h"
#include "tuquan/office.h"
#include "tuquan/office_session.h"
#include "tuquan/office_store.h"

#define NETWORK_KEYS "device.key"
#define NETWORK_LINK "district.link"
#define NETWORK_TOPIC "news"
#define NETWORK_PATH_BYTES 1024u

/* What joining brought; public. */
struct district_link {
    char sync_address[TQ_LINK_ADDRESS_SIZE];
    char news_address[TQ_LINK_ADDRESS_SIZE];
    uint8_t curve_key[TQ_CURVE_KEY_BYTES]; /* the district's */
    uint8_t sign_key[TQ_SIGN_KEY_BYTES];
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint32_t device;
};

struct network {
    struct tq_keys keys;
    struct tq_signer signer;
    struct district_link link;
    struct tq_office_store *store;
    struct tq_office office;
};

/* Keys, link and office over an open file. Fails: KEY_FILE, NOT_FOUND (not joined), CONFIG (the
 * link file is damaged), WRONG_FILE (the file is of another district or device). */
TQ_MUST_CHECK tq_status network_open(
        struct network *net, const char *dir, struct tq_db *db, struct tq_error *err);
void network_close(struct network *net);

/* Fails: NOT_FOUND (not joined), CONFIG (damaged). */
TQ_MUST_CHECK tq_status network_load_link(
        const char *dir, struct district_link *link, struct tq_error *err);
TQ_MUST_CHECK tq_status network_save_link(
        const char *dir, const struct district_link *link, struct tq_error *err);

#endif
