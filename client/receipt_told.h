/* receipt_told.h - What the district has said of a set by now, over all receipts that it has signed.
 *
 * The first receipt speaks of every change; an amending one names only those whose fate changed, and
 * holds for them. One alone is therefore never the answer to the set.
 * Ownership: everything lives in the app's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_RECEIPT_TOLD_H
#define TQ_CLIENT_RECEIPT_TOLD_H

#include "app.h"
#include "tuquan/change.h"
#include "tuquan/office_view.h"

struct receipt_told {
    const struct tq_receipt *all; /* oldest first, the last one is the newest */
    size_t n;
    size_t amended; /* those of them that amend */
    struct tq_receipt
            whole; /* the first one with counts and exceptions as they are by now; what was
                                taken, was there, or was voided here before is no exception */
};

/* `n` 0: the district has signed nothing of it yet. Fails: NOMEM, PROTOCOL, BUSY, DISK. */
TQ_MUST_CHECK tq_status receipt_told(struct app *app, const struct tq_sent_set *set,
        struct receipt_told *out, struct tq_error *err);

#endif
