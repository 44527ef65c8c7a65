/* parcel_confirm.h - An unsigned answer (parcel_reply.h) shown, and confirmed by an officer.
 *
 * Ownership: none kept.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_PARCEL_CONFIRM_H
#define TQ_SERVER_PARCEL_CONFIRM_H

#include "parcel.h"

/* What it says, and that nobody signed it. Fails: BUNDLE, NOMEM. */
TQ_MUST_CHECK tq_status parcel_reply_show(
        struct cli *cli, struct tq_slice file, struct tq_error *err);

struct parcel_confirmed {
    int64_t link;
    struct tq_slice name; /* of the link, in the program's arena */
    struct tq_slice by;   /* who says that he answers; in the program's arena */
    uint64_t answers;     /* that went into our rows */
    uint64_t refused;     /* each in the journal, while the others go on */
};

/* Its answers into our notices, with the dispatch that it came with: under the agreement and in the
 * journal as those of the line. Refused are those never asked for, outside the agreement, against a
 * rule of the table, to a row that is void or closed, or overtaken: another answer came since the
 * bundle was made. Twice changes nothing. Fails: BUNDLE, BUNDLE_OTHERS (no bundle of ours has that
 * code), LIAISON_ENDED, BUSY, what the files fail with. */
TQ_MUST_CHECK tq_status parcel_confirm(struct app *app, struct tq_slice file,
        struct tq_slice dispatch, struct parcel_confirmed *out, struct tq_error *err);

#endif
