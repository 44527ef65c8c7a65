/* renew.h - This machine renews its keys: new ones lie beside those in force until the district has
 * seen them used.
 *
 * While device.key.new-pair is there, a renewal is under way: each sync offers the pair with the keys
 * in force, uses it, and puts it in their place once the sync went well. Killed anywhere, one of the
 * two works, and the next sync goes on.
 * Ownership: all borrowed for the call.
 * Threads:   the thread that owns the database. */
#ifndef TQ_MEMBER_RENEW_H
#define TQ_MEMBER_RENEW_H

#include "member/network.h"

/* Make the pair; one that is there stays. Fails: KEY_FILE, IO, DISK_FULL. */
TQ_MUST_CHECK tq_status renew_begin(const char *dir, struct tq_error *err);

/* Offer the pair and go over to it in `net`, for this sync. Nothing is begun: OK. Fails: what the line
 * fails with; the keys in force stay in use then. */
TQ_MUST_CHECK tq_status renew_offer(struct network *net, struct tq_net *sockets, int timeout_ms,
        int stop_fd, struct tq_error *err);

/* The sync with the new pair went well: it takes its place. */
TQ_MUST_CHECK tq_status renew_end(struct network *net, struct tq_error *err);

/* The district did not take it: back to the keys in force. */
TQ_MUST_CHECK tq_status renew_back(struct network *net, struct tq_error *err);

#endif
