/* warm.h - What the page's screens open with is counted before anybody asks: after a start, and
 * after each change of the file.
 *
 * The very commands that the screens ask run, in pieces, and only what they counted stays
 * (tuquan/tally.h): of the periods that ended last and of the one that runs now: rank, each
 * commune's assessment, map and lines, consolidated tables; then rows that are possibly one.
 * Ownership: struct warm is the caller's; nothing else is kept. Threads: the worker's. */
#ifndef TQ_SERVER_WARM_H
#define TQ_SERVER_WARM_H

#include "api.h"

#define WARM_PERIODS 3u

struct warm {
    uint64_t seen; /* the file as it was when this round began */
    bool begun;    /* a round has begun */
    bool done;     /* and all of it is counted */
    unsigned step;
    unsigned tries;                             /* of the step */
    size_t unit;                                /* of the assessments */
    char periods[WARM_PERIODS][TQ_PERIOD_TEXT]; /* "": there is none */
};

/* One piece, ended early once somebody `waits`; false: all is counted, until the file changes. What
 * fails is left for who asks. */
bool warm_piece(struct warm *warm, struct api *api, const atomic_bool *waits);

#endif
