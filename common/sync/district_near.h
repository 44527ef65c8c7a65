/* district_near.h - The rows of a session's scope that changed above a sequence, from the index of
 * keys by sequence; or the word that a scan of the whole scope costs less.
 *
 * Ownership: init/deinit; rows and keys live until deinit. */
#ifndef TQ_DISTRICT_NEAR_H
#define TQ_DISTRICT_NEAR_H

#include "sync/district_internal.h"

/* One row and what happened to it: its last entry, and whether the office has all of it already. */
struct near_row {
    struct tq_index_entry last;
    bool echo;
};

/* Good for all chunks of one turn. */
struct district_near {
    bool walked;
    size_t next;           /* row of the next chunk */
    struct near_row *rows; /* by sequence, each row once */
    size_t count;
    size_t cap;
    struct tq_arena *arena; /* of rows and keys */
    struct tq_arena *spare; /* what stays after folding goes there: so the other can be emptied */
    const struct session *session;
    uint64_t known;   /* the file has everything up to here; 0: not told, then nothing is an echo */
    uint64_t scanned; /* what a scan would cost: rows of the scope */
    uint64_t walks;   /* entries met so far */
    bool far;
    bool no_memory;
};

TQ_MUST_CHECK tq_status district_near_init(struct district_near *near, struct tq_error *err);
void district_near_deinit(struct district_near *near);

/* Rows touched above the session's cursor, without echoes. *far: too many; a scan is cheaper, and
 * `near` is empty again. */
TQ_MUST_CHECK tq_status district_near_walk(struct tq_district *d, const struct session *s,
        struct district_near *near, bool *far, struct tq_error *err);

#endif
