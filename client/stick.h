/* stick.h - A sync without a line: what the office would say to its district as one signed and sealed
 * file, and the district's answer to such a file taken in.
 *
 * Nothing is settled by the making: only a receipt does that, by whichever way it comes. Wire and file
 * may overlap in any order.
 * Ownership: none kept.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_STICK_H
#define TQ_CLIENT_STICK_H

#include "member/one_way.h"
#include "tuquan/bundle.h"

struct stick_made {
    uint32_t sets;    /* in the file */
    uint32_t left;    /* that did not fit: a next file, after the answer */
    uint64_t changes; /* in the file */
};

struct stick_taken {
    struct one_way_taken said;
    bool waits; /* sets without a receipt are left */
};

/* Append the file to `out`. Fails: TOO_LARGE (a single set of more than a file holds), NOMEM, what the
 * store fails with. */
TQ_MUST_CHECK tq_status stick_make(struct network *net, int64_t now_ms, struct stick_made *made,
        struct tq_buf *out, struct tq_error *err);

/* Take an answer. The same one twice, and one that is behind the wire, change nothing. Fails: BUNDLE
 * (no bundle, or damaged), BUNDLE_OTHERS (no answer to this machine), FORGED (not signed by this
 * district), BUNDLE_OLD (the wire has brought what is later), what a sync fails with. */
TQ_MUST_CHECK tq_status stick_take(struct network *net, struct tq_slice file, int64_t now_ms,
        struct stick_taken *taken, struct tq_error *err);

#endif
