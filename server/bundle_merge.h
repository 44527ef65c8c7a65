/* bundle_merge.h - What an office says in a file, fed to the district's own session: merged exactly as
 * if it had come by the wire.
 *
 * Ownership: the caller's.
 * Threads:   one that writes. */
#ifndef TQ_SERVER_BUNDLE_MERGE_H
#define TQ_SERVER_BUNDLE_MERGE_H

#include "app.h"

struct bundle_answer {
    struct tq_buf messages; /* as tq_bundle_put makes them; the caller's to begin and end */
    uint32_t count;
    uint32_t receipts;
    uint64_t rows;
    uint64_t accepted;
    uint64_t superseded;
    uint64_t held;
    uint64_t refused;
    uint64_t requested;
    uint64_t cursor; /* that the office named */
    tq_status why;   /* not OK: the district refused it */
    bool complete;   /* everything that the office lacks is in it */
};

/* `messages` as tq_bundle_put makes them, of `device`, whose clock was last measured `offset_ms` away.
 * Fails: what the district refuses it with (a restored or copied file: BUNDLE_OLD, COPIED), PROTOCOL,
 * TOO_LARGE, NOMEM, what the store fails with. */
TQ_MUST_CHECK tq_status bundle_merge(struct app *app, uint32_t device, int64_t offset_ms,
        struct tq_slice messages, struct bundle_answer *answer, struct tq_error *err);

#endif
