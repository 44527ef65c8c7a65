/* exchange.h - One sync over a real link: connect, run the session, end.
 *
 * Ownership: all borrowed for the call.
 * Threads:   the thread that owns the database. Blocks until the session ends, the stop descriptor
 *            is readable or nothing came for `timeout_ms`. */
#ifndef TQ_MEMBER_EXCHANGE_H
#define TQ_MEMBER_EXCHANGE_H

#include "member/network.h"

struct exchange_config {
    struct tq_net *net;
    const char *program; /* as the other side shows it */
    int timeout_ms;      /* without a word from the district */
    int stop_fd;         /* -1: none */
    void (*progress)(void *ctx, const struct tq_office_progress *progress);
    void *progress_ctx;
};

/* Sync once. `result` is filled in any case; the status is OK when the session came to its end
 * (also when rows were held or refused: see the result). Fails: UNREACHABLE, TIMEOUT,
 * NOT_ADMITTED, WRONG_SERVER, REVOKED, REFUSED, COME_BACK, INTERRUPTED, and what the file fails
 * with. Nothing is lost by any of them. */
TQ_MUST_CHECK tq_status exchange_run(struct network *net, const struct exchange_config *config,
        struct tq_office_result *result, struct tq_error *err);

#endif
