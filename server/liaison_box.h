/* liaison_box.h - The two mailboxes of a link with a neighbouring district (docs/liaison.md):
 * liaison/ID/out, a district's folder whose one member is the partner, and liaison/ID/in, the folder
 * of an office that joined the partner's.
 *
 * Ownership: box_open_* fills the caller's struct, which does not move until box_close empties it.
 * Threads:   one at a time. */
#ifndef TQ_SERVER_LIAISON_BOX_H
#define TQ_SERVER_LIAISON_BOX_H

#include "app.h"
#include "tuquan/link.h"
#include "tuquan/liaison_store.h"

#define BOX_MAX_BYTES ((uint64_t)256 << 20) /* of what a partner may put into `in` */
#define BOX_OUR_BYTES ((uint64_t)16 << 20)  /* kept there for our answers */
#define LIAISON_DIR "liaison"
#define BOX_UNIT "LK@2020-01-01" /* whose member the partner is */

struct network;

struct box {
    struct cli cli; /* the command's, with the mailbox for its folder */
    char dir[APP_PATH_BYTES];
    char sync_address[TQ_LINK_ADDRESS_SIZE];
    char guest_address[TQ_LINK_ADDRESS_SIZE];
    struct tq_catalogue *catalogue;
    struct app app;      /* out */
    struct tq_db *db;    /* in */
    struct network *net; /* in */
};

/* liaison/ID/out or liaison/ID/in below `dir`. Fails: RANGE. */
TQ_MUST_CHECK tq_status box_path(
        const char *dir, int64_t link, const char *which, char *out, struct tq_error *err);

/* Is the neighbour one that is reached by bundles alone (`accept --by-file`)? */
bool box_is_by_file(const char *dir, int64_t link);
TQ_MUST_CHECK tq_status box_set_by_file(
        const char *dir, int64_t link, bool by_file, struct tq_error *err);

/* liaison/LINK becomes liaison/LINK.before-NOW, if it is there. */
TQ_MUST_CHECK tq_status box_set_aside(
        const char *dir, int64_t link, int64_t now_ms, struct tq_error *err);

/* Both folders' parents, and the `out` mailbox with keys of its own; what is there stays. `our_name`:
 * what the partner sees. */
TQ_MUST_CHECK tq_status box_make(struct cli *cli, int64_t link, struct tq_slice our_name,
        struct tq_slice their_name, struct tq_error *err);

/* Fails: NO_DATA (no such mailbox yet), and as app_open. */
TQ_MUST_CHECK tq_status box_open_out(struct box *box, struct cli *cli,
        const struct tq_link_info *link, bool writing, struct tq_error *err);

/* Fails: NOT_JOINED (not accepted yet), and as network_open. */
TQ_MUST_CHECK tq_status box_open_in(
        struct box *box, struct cli *cli, const struct tq_link_info *link, struct tq_error *err);
void box_close(struct box *box);

#endif
