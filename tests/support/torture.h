/* torture.h - An operation while its heap fails: at its first allocation, its second, and so on until
 * it succeeds without having met a failure; once alone, once all that come after it, too.
 *
 * Every try ends well or with NOMEM. One that failed has given back all it took and left `state` as it
 * was. Ends the test otherwise, with the case's name and the number of the allocation.
 * Ownership: cases are borrowed. Threads: one. */
#ifndef TQ_TESTS_TORTURE_H
#define TQ_TESTS_TORTURE_H

#include <sqlite3.h>

#include "tuquan/bytes.h"
#include "tuquan/error.h"

struct torture {
    const char *name;
    /* The operation; it frees what it got. Run once with a sound heap first, so that what is kept for
     * the next time (statements, pages) is there. */
    tq_status (*run)(void *fixture, struct tq_error *err);
    /* Append what a failed try must leave as it was; NULL: it changes nothing anyway. */
    void (*state)(void *fixture, struct tq_buf *out);
    /* Before each try, to begin where the first began; NULL: any order will do. */
    void (*again)(void *fixture);
    bool loose; /* of SQLite: what it keeps differs from try to try; the fixture's end counts blocks */
};

void torture(void *fixture, const struct torture *cases, size_t count);

/* Every row of every table, for `state`. */
void torture_rows(sqlite3 *db, struct tq_buf *out);

#endif
