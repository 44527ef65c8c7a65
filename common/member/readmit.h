/* readmit.h - The district has lost this machine with its data: it comes back by its certificate.
 *
 * Ownership: all borrowed for the call.
 * Threads:   the thread that owns the database. */
#ifndef TQ_MEMBER_READMIT_H
#define TQ_MEMBER_READMIT_H

#include "member/network.h"

/* Knock at the guests' port. On success `net->link` is as the district said, saved, and
 * net->readmitted is set: sync again. Fails: NOT_FOUND (joined before there were certificates),
 * NOT_ADMITTED (nobody is taken back, or the number is another machine's now), REVOKED,
 * UNREACHABLE (the port is closed), and as guest_ask. */
TQ_MUST_CHECK tq_status readmit(struct network *net, struct tq_net *sockets, int timeout_ms,
        int stop_fd, struct tq_error *err);

#endif
