/* liaison_accept.h - Joining a neighbour's mailbox by its invitation, also where we belonged to one of
 * before: a neighbour that lost its mailbox, or ended the link, invites anew. What gives way is kept
 * beside it (liaison/ID/in-DAY-NNN).
 *
 * Ownership: the caller's. Threads: one at a time on a link. */
#ifndef TQ_SERVER_LIAISON_ACCEPT_H
#define TQ_SERVER_LIAISON_ACCEPT_H

#include "liaison_box.h"

/* Over the line. What is there stays until the neighbour has admitted us. `theirs`: the name that it
 * gives itself. Fails: EXISTS (joined already, and this invitation admits nobody), as join_district,
 * BUSY (a round goes on). */
TQ_MUST_CHECK tq_status accept_by_line(struct app *app, const struct tq_link_info *link,
        const char *invitation, const char *machine, int timeout_ms, char theirs[128],
        struct tq_error *err);

/* `in` makes room for joining by file, unless it joined by this very invitation (*stays), which is
 * kept there as `name`. Fails: BUSY (a round goes on), what the files fail with. */
TQ_MUST_CHECK tq_status accept_make_room(struct app *app, const struct tq_link_info *link,
        const char *invitation, const char *name, bool *stays, struct tq_error *err);

#endif
