/* server_internal.h - The server and what it keeps of one request; for server.c, exchange.c and
 * streams.c. */
#ifndef TQ_WEB_SERVER_INTERNAL_H
#define TQ_WEB_SERVER_INTERNAL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "tuquan/arena.h"
#include "web/server.h"
#include "web/spool.h"
#include "web/worker.h"

#define WEB_CONNECTIONS_MAX 128u
#define WEB_STREAMS_MAX 32u

struct web_stream;

struct web_server {
    struct web_server_config config;
    struct MHD_Daemon *daemon;
    int epoll_fd;
    struct tq_wake wake;
    atomic_bool stop;
    struct web_worker *worker;
    struct web_worker *door; /* NULL: no route is at the door */
    struct web_spools spools;
    struct web_stream *streams;
    size_t nstreams;
    int64_t ticked_ms; /* steady */
    int64_t beaten_ms;
};

typedef enum exchange_state {
    EXCHANGE_TAKES,   /* its body comes */
    EXCHANGE_WORKS,   /* in the worker; the connection is suspended */
    EXCHANGE_ANSWERS, /* `answer` is to be sent */
} exchange_state;

/* One request, from its first header until it is answered. */
struct exchange {
    struct web_server *server;
    struct MHD_Connection *connection;
    const struct web_route *route; /* NULL: a file of the page */
    exchange_state state;
    bool refused; /* `answer` is a refusal; the body is swallowed */
    size_t swallowed;
    struct tq_arena *arena;
    struct tq_buf body;
    struct web_spool *spool; /* of a large one, instead; NULL: nothing has come of it yet */
    struct web_request request;
    struct web_answer answer;
    const struct web_asset *asset;
    struct web_job job;
};

/* The callbacks of the daemon. */
enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version, const char *data, size_t *size, void **state);
void exchange_end(void *cls, struct MHD_Connection *connection, void **state,
        enum MHD_RequestTerminationCode code);

/* What the worker has done (or not begun) is to be answered. */
void exchange_done(struct exchange *exchange);

/* The headers that every answer has. */
void exchange_headers(const struct web_server *server, struct MHD_Response *response);

/* A connection becomes an event stream. Fails as MHD does; too many: *full. */
enum MHD_Result stream_open(struct web_server *server, struct MHD_Connection *connection,
        const struct web_session *session, bool *full);

/* End those whose session has ended. */
void streams_check(struct web_server *server);

/* To every stream; "" wakes nobody. */
void streams_send(struct web_server *server, struct tq_slice text);

/* End them all. */
void streams_end(struct web_server *server);

#endif
