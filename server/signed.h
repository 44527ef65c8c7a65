/* signed.h - Publications that the district lost and offices offer: what bears the district's own
 * signature is taken back at once, as changes of the district.
 *
 * Threads: the one that writes the store. */
#ifndef TQ_SERVER_SIGNED_H
#define TQ_SERVER_SIGNED_H

#include "app.h"

/* *taken: how many versions came back. A version whose period, sheet or units are not here yet stays
 * a proposal. Then what is no proposal any more is taken out. */
TQ_MUST_CHECK tq_status signed_take(
        struct app *app, struct tq_merger *merger, size_t *taken, struct tq_error *err);

#endif
