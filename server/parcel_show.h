/* parcel_show.h - What a neighbour's bundle says of itself, for people and for programs; its cover.
 *
 * Ownership: none kept.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_PARCEL_SHOW_H
#define TQ_SERVER_PARCEL_SHOW_H

#include "app.h"
#include "parcel.h"

/* The head, whose signature holds; and its rows, if it is readable or `keys` (NULL: none) open it. */
TQ_MUST_CHECK tq_status parcel_show(
        struct cli *cli, struct tq_slice file, const struct tq_keys *keys, struct tq_error *err);

/* Is there a mailbox of ours that it is for? Its keys into `out`. */
TQ_MUST_CHECK tq_status parcel_keys_for(struct app *app, const struct tq_parcel *head,
        struct tq_keys *out, bool *found, struct tq_error *err);

/* Append a page to print and lay in: HTML of its own, A4. Fails: TOO_LARGE, NOMEM. */
TQ_MUST_CHECK tq_status parcel_cover(struct cli *cli, const struct parcel_made *made, size_t bytes,
        struct tq_buf *out, struct tq_error *err);

#endif
