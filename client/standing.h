/* standing.h - Where this machine stands with its district: the one rule for `status`, for its
 * colour on the page and for the line at the top of it.
 *
 * Green is only what receipts cover, on a machine that the district still takes.
 * Ownership: plain values; the sentences are static.
 * Threads:   none; pure. */
#ifndef TQ_CLIENT_STANDING_H
#define TQ_CLIENT_STANDING_H

#include "cli/cli.h"
#include "tuquan/office_agent.h"
#include "tuquan/office_view.h"

enum standing {
    STANDING_DAMAGED,   /* the file has pages that do not fit together: nothing here is sure */
    STANDING_ALONE,     /* no district has admitted this machine */
    STANDING_TURNED,    /* the last sync failed in a way that no further try mends */
    STANDING_LOADING,   /* the first load is not complete */
    STANDING_DECIDE,    /* something waits for a person here */
    STANDING_TRIED,     /* the last sync failed in a way that a further try may mend */
    STANDING_WAITS,     /* something has no receipt yet */
    STANDING_REQUESTED, /* a correction waits for the district's decision */
    STANDING_GREEN,
};

enum standing standing_of(
        const struct tq_office_facts *facts, const struct tq_agent_memory *memory);

/* The sentence that answers the clerk's question. */
const char *standing_sentence(const struct cli *cli, enum standing where);

/* The same for programs: "damaged", "alone", "turned_away", "loading", "decide",
 * "tried", "waits", "requested", "green". */
const char *standing_code(enum standing where);

/* What the page colours by: "ok" only where it is green, "bad" where a person has to act because the
 * district does not take something or the file is damaged, else "wait". */
const char *standing_tone(enum standing where, const struct tq_office_facts *facts);

#endif
