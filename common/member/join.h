/* join.h - A new machine joins its district by the one line of its invitation.
 *
 * Ownership: all borrowed for the call; keys are wiped before it returns.
 * Threads:   the main thread; blocks until the answer, the timeout or the stop descriptor. */
#ifndef TQ_MEMBER_JOIN_H
#define TQ_MEMBER_JOIN_H

#include "tuquan/catalogue.h"
#include "tuquan/error.h"
#include "tuquan/identity.h"

/* How the question gets to the district and its answer back: for join_by. */
typedef tq_status (*join_ask_fn)(void *ctx, const struct tq_invitation *invitation,
        const struct tq_join *join, struct tq_arena *arena, struct tq_joined *out,
        struct tq_error *err);

/* Make keys (or take those of an earlier try), send Join, verify the certificate, make or bind the
 * office's file (of `catalogue`; NULL: that of this build), write the link. Doing it again with the
 * same folder and invitation gives the same result: the answer may have been lost. An office's file
 * without a district keeps its rows.
 * `unit` (64 bytes) and `district_name` (128 bytes) get what was joined. Fails: INVITATION,
 * UNREACHABLE, TIMEOUT, WRONG_SERVER, FORGED, JOINED (joined already), KEY_FILE, IO. */
TQ_MUST_CHECK tq_status join_district(const char *dir, const char *invitation, const char *machine,
        const struct tq_catalogue *catalogue, int timeout_ms, char unit[64],
        char district_name[128], struct tq_error *err);

/* The same by another way than the line. `ask` fails with COME_BACK while there is no answer yet: what
 * was made stays, and the next call goes on. Fails also as `ask` does. */
TQ_MUST_CHECK tq_status join_by(const char *dir, const char *invitation, const char *machine,
        const struct tq_catalogue *catalogue, join_ask_fn ask, void *ask_ctx, char unit[64],
        char district_name[128], struct tq_error *err);

#endif
