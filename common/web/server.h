/* server.h - The one HTTP server: a table of routes, the files of a page, an event stream; behind
 * Host and Origin checks, sessions, limits and security headers.
 *
 * The loop, in this order: wait for the line, a wake or the tick; finish what the worker has done;
 * hand events to the streams; run HTTP; tick.
 * Invariant: what has no session gets nothing but the files of the page, which hold no data; every
 *            answer has the security headers.
 * Ownership: what the configuration points to is borrowed and must outlive the server; the socket is
 *            the server's.
 * Threads:   run by one; web_server_stop by any. Slow routes run in a worker of their own, those at the
 *            door in another. */
#ifndef TQ_WEB_SERVER_H
#define TQ_WEB_SERVER_H

#include <stdatomic.h>

#include "tuquan/clock.h"
#include "tuquan/socket.h"
#include "web/assets.h"
#include "web/board.h"
#include "web/guard.h"
#include "web/request.h"
#include "web/session.h"

#define WEB_TICK_MS 500

struct web_server_config {
    int listen_fd;
    struct tq_socket_address address; /* that it listens on */
    struct web_hosts hosts;           /* what Host may say; empty: the address (and "localhost") */
    const char *certificate;          /* PEM: serve TLS, with `key`; NULL: plain */
    const char *key;
    const char *proxy;    /* whose X-Forwarded-For is believed, in numbers; NULL: nobody's */
    tq_status no_session; /* what a request without a session is told; 0: PAGE_SESSION */
    tq_lang lang;
    const struct web_route *routes; /* ends with a NULL method */
    void *ctx;                      /* for routes */
    void *slow_ctx;                 /* for slow ones: nothing that `ctx` touches */
    void *door_ctx;                 /* for those at the door: nothing that the others touch; NULL:
                                     * there are none */
    /* May this be done by who is signed in? In the server's thread, after the checks of this layer, for
     * each request with a session (`route` NULL: there is no such route); sets `person` and `role` for
     * the route. Anything but OK is told. NULL: whoever has a session may. */
    tq_status (*may)(void *ctx, const struct web_route *route, struct web_request *request);
    /* End what a route of slow_ctx or door_ctx does; any thread; may be NULL. */
    void (*interrupt)(void *worker_ctx);
    /* What the worker does with slow_ctx while no slow route waits, a piece at a time; false: there
     * is no more until web_server_nudge. It ends early once `waits`. NULL: nothing. */
    bool (*idle)(void *slow_ctx, const atomic_bool *waits);
    const char *spool_dir;          /* where large bodies lie; NULL only without WEB_LARGE */
    const struct web_asset *assets; /* NULL: there is no page */
    struct web_sessions *sessions;
    struct web_board *board;
    const struct tq_clock *clock;
    void (*tick)(void *ctx);   /* about every WEB_TICK_MS, in the server's thread; may be NULL */
    void (*opened)(void *ctx); /* the opening token was used: there is a new one; may be NULL */
};

struct web_server;

/* Fails: NOMEM, IO; the socket stays the caller's then. */
TQ_MUST_CHECK tq_status web_server_new(
        struct web_server **out, const struct web_server_config *config, struct tq_error *err);

/* Serve until web_server_stop. Fails: IO. */
TQ_MUST_CHECK tq_status web_server_run(struct web_server *server, struct tq_error *err);
void web_server_stop(struct web_server *server);

/* There may be something for `idle` again. In the server's thread, from its `tick`. */
void web_server_nudge(struct web_server *server);

/* After run. NULL is fine. */
void web_server_free(struct web_server *server);

#endif
