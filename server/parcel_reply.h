/* parcel_reply.h - The answer of a neighbour without our programs, as the viewer saves it: JSON, bound
 * to one bundle by the code on its cover, and signed by nobody. It counts for nothing until an officer
 * confirms it with the number of the dispatch that came with it.
 *
 * Ownership: what is read lives in the arena.
 * Threads:   any. */
#ifndef TQ_SERVER_PARCEL_REPLY_H
#define TQ_SERVER_PARCEL_REPLY_H

#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/parcel.h"

#define PARCEL_REPLY_BYTES ((size_t)4 * 1024 * 1024) /* of such a file */
#define PARCEL_REPLY_MOST 4096u                      /* answers in it */
#define PARCEL_REPLY_TEXT 16384u                     /* bytes of one */

struct parcel_answer {
    uint8_t key[TQ_SURROGATE_BYTES]; /* of the notice */
    struct tq_slice answered_on;     /* YYYY-MM-DD */
    struct tq_slice answer;
};

struct parcel_reply {
    uint8_t code[TQ_PARCEL_CODE_BYTES];
    struct tq_slice by;
    struct parcel_answer *answers;
    size_t count;
};

/* Does it look like one? */
bool parcel_reply_is(struct tq_slice file);

/* Fails: BUNDLE (no such file, or a wrong one), NOMEM. */
TQ_MUST_CHECK tq_status parcel_reply_read(struct tq_slice file, struct tq_arena *arena,
        struct parcel_reply *out, struct tq_error *err);

#endif
