/* one_way.h - One direction of a session, for when it travels as a file: all that an office would say
 * to its district, and all that the district answered.
 *
 * Nothing is settled by the saying: only a receipt does that, by whichever way it comes.
 * Ownership: none kept.
 * Threads:   the thread that owns the database. */
#ifndef TQ_MEMBER_ONE_WAY_H
#define TQ_MEMBER_ONE_WAY_H

#include "member/network.h"

struct one_way_said {
    struct tq_buf messages; /* as tq_bundle_put makes them; the caller's to begin and end */
    uint64_t session;
    uint32_t count;
    uint32_t sets;
    uint32_t left; /* sets that did not fit */
    uint64_t changes;
};

struct one_way_taken {
    uint32_t receipts;
    uint64_t accepted; /* by those receipts */
    uint64_t superseded;
    uint64_t held;
    uint64_t refused;
    uint64_t requested;
    uint64_t rows;  /* laid */
    bool behind;    /* the file stood further already: no row of it was needed */
    bool equal;     /* the file equals the district as of the answer */
    bool every_row; /* found by reading every row */
};

/* Hello, every set without a receipt that fits into `bytes`, Pull. Fails: TOO_LARGE (a single set is
 * larger), NOMEM, what the store fails with. */
TQ_MUST_CHECK tq_status one_way_say(struct network *net, const char *software, uint64_t bytes,
        int64_t now_ms, struct one_way_said *said, struct tq_error *err);

/* What the district answered to the session `session`, as tq_bundle_put makes it. The same twice, and
 * what is behind the wire, changes nothing. Fails: BUNDLE_OLD (the wire has brought what is later),
 * what a sync fails with. */
TQ_MUST_CHECK tq_status one_way_take(struct network *net, const char *software, uint64_t session,
        struct tq_slice messages, bool overlaps, int64_t now_ms, struct one_way_taken *taken,
        struct tq_error *err);

#endif
