#include "web/server.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/mem.h"
#include "web/server_internal.h"

#define HEADER_BYTES ((size_t)32 << 10) /* of one connection: request line and headers */
#define IDLE_S 60u
#define BEAT_MS 15000 /* to find out who is gone */
#define DRAIN_TURNS 20

static const char PRIORITIES[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

const char *web_query(const struct web_request *request, const char *name)
{
    for (size_t i = 0; i < request->nquery; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

/* Paths are decoded by us, after they are taken apart. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

/* What it has to say is about broken requests of others; nobody can act on it. */
static void stay_quiet(void *cls, const char *format, va_list args)
{
    (void)cls;
    (void)format;
    (void)args;
}

static int64_t steady_ms(const struct web_server *server)
{
    return server->config.clock->steady_ms(server->config.clock->ctx);
}

static tq_status start_daemon(struct web_server *server, struct tq_error *err)
{
    const struct web_server_config *config = &server->config;
    const union MHD_DaemonInfo *info;
    bool tls = config->certificate != NULL;
    /* They are only read: the table knows no const. */
    struct MHD_OptionItem secrets[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)config->certificate },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)config->key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES },
        { MHD_OPTION_END, 0, NULL },
    };

    server->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0u),
            0, NULL, NULL, exchange_handle, server, MHD_OPTION_EXTERNAL_LOGGER, stay_quiet, NULL,
            MHD_OPTION_LISTEN_SOCKET, server->config.listen_fd, MHD_OPTION_CONNECTION_LIMIT,
            WEB_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_BYTES,
            MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
            MHD_OPTION_NOTIFY_COMPLETED, exchange_end, server, MHD_OPTION_UNESCAPE_CALLBACK,
            leave_escaped, NULL, MHD_OPTION_ARRAY, tls ? secrets : &secrets[3], MHD_OPTION_END);
    if (server->daemon == NULL)
        return tls ? tq_error_set(
                             err, TQ_CONFIG, "%s", "TLS") /* a key that is not the certificate's */
                   : tq_error_set(err, TQ_IO, "microhttpd");
    info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return tq_error_set(err, TQ_IO, "epoll");
    server->epoll_fd = info->epoll_fd;
    return TQ_OK;
}

static void fill_hosts(struct web_server_config *config)
{
    const struct tq_socket_address *address = &config->address;

    if (config->hosts.n > 0)
        return;
    config->hosts.secure = config->certificate != NULL;
    (void)web_hosts_add(&config->hosts, address->host, address->port);
    if (tq_socket_is_loopback(address))
        (void)web_hosts_add(&config->hosts, "localhost", address->port);
}

/* A large body has to lie somewhere. */
static tq_status check_routes(const struct web_server_config *config, struct tq_error *err)
{
    for (const struct web_route *route = config->routes; route->method != NULL; route++)
        if ((route->flags & WEB_LARGE) != 0 && config->spool_dir == NULL)
            return tq_error_set(err, TQ_INTERNAL, "%s: no folder for large bodies", route->path);
    return TQ_OK;
}

tq_status web_server_new(
        struct web_server **out, const struct web_server_config *config, struct tq_error *err)
{
    struct web_server *server = tq_mem_zalloc(sizeof(*server));
    struct web_idle idle = { config->idle, config->slow_ctx };
    tq_status rc = check_routes(config, err);

    *out = NULL;
    if (rc != TQ_OK) {
        tq_mem_free(server);
        return rc;
    }
    if (server == NULL)
        return tq_error_set(err, TQ_NOMEM, "server");
    server->config = *config;
    server->wake.read_fd = -1;
    server->wake.write_fd = -1;
    atomic_init(&server->stop, false);
    fill_hosts(&server->config);
    rc = tq_wake_init(&server->wake, err);
    if (rc == TQ_OK)
        rc = spools_init(&server->spools, config->spool_dir, err);
    if (rc == TQ_OK)
        rc = web_worker_new(&server->worker, &server->wake, idle, err);
    if (rc == TQ_OK && config->door_ctx != NULL)
        rc = web_worker_new(&server->door, &server->wake, (struct web_idle){ NULL, NULL }, err);
    if (rc == TQ_OK)
        rc = start_daemon(server, err);
    if (rc != TQ_OK) {
        web_server_free(server);
        return rc;
    }
    web_board_watch(config->board, &server->wake);
    *out = server;
    return TQ_OK;
}

static void finish_jobs(struct web_server *server)
{
    for (struct web_job *job; (job = web_worker_take(server->worker)) != NULL;)
        exchange_done(job->arg);
    for (struct web_job *job;
            server->door != NULL && (job = web_worker_take(server->door)) != NULL;)
        exchange_done(job->arg);
}

static void hand_out(struct web_server *server, int64_t now_ms)
{
    struct tq_buf text;

    tq_buf_init(&text, 0);
    web_board_take(server->config.board, &text);
    if (now_ms - server->beaten_ms >= BEAT_MS) {
        tq_buf_append_str(&text, ": \n\n");
        server->beaten_ms = now_ms;
    }
    if (tq_buf_is_ok(&text))
        streams_send(server, tq_buf_slice(&text));
    else /* something is missing: who asks anew reads the state as it is then */
        streams_end(server);
    tq_buf_deinit(&text);
}

/* How long nothing needs to be done: the daemon's word, or until the next tick. */
static int patience(const struct web_server *server)
{
    MHD_UNSIGNED_LONG_LONG asked = 0;
    int64_t left = server->ticked_ms + WEB_TICK_MS - steady_ms(server);

    if (left < 0)
        left = 0;
    if (MHD_get_timeout(server->daemon, &asked) == MHD_YES && asked < (uint64_t)left)
        left = (int64_t)asked;
    return (int)left;
}

tq_status web_server_run(struct web_server *server, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && !atomic_load(&server->stop)) {
        int fds[2] = { server->epoll_fd, server->wake.read_fd };
        int64_t now_ms;

        rc = tq_socket_wait(fds, 2, patience(server), err);
        tq_wake_clear(&server->wake);
        now_ms = steady_ms(server);
        /* Before HTTP runs: a connection that was woken after it would sleep until the next tick. */
        finish_jobs(server);
        hand_out(server, now_ms);
        if (rc == TQ_OK && MHD_run(server->daemon) != MHD_YES)
            rc = tq_error_set(err, TQ_IO, "microhttpd");
        if (now_ms - server->ticked_ms >= WEB_TICK_MS) {
            server->ticked_ms = now_ms;
            if (server->config.tick != NULL)
                server->config.tick(server->config.ctx);
            streams_check(server);
        }
    }
    return rc;
}

void web_server_nudge(struct web_server *server)
{
    web_worker_nudge(server->worker);
}

void web_server_stop(struct web_server *server)
{
    atomic_store(&server->stop, true);
    tq_wake_signal(&server->wake);
}

/* The daemon does not end while a connection sleeps: all are woken and get their end. */
static void drain(struct web_server *server)
{
    if (server->config.interrupt != NULL) {
        server->config.interrupt(server->config.slow_ctx);
        if (server->config.door_ctx != NULL)
            server->config.interrupt(server->config.door_ctx);
    }
    web_worker_stop(server->worker);
    web_worker_stop(server->door);
    finish_jobs(server);
    for (int i = 0; i < DRAIN_TURNS && (i == 0 || server->streams != NULL); i++) {
        streams_end(server);
        (void)MHD_run(server->daemon);
    }
}

void web_server_free(struct web_server *server)
{
    if (server == NULL)
        return;
    if (server->config.board != NULL)
        web_board_watch(server->config.board, NULL);
    if (server->daemon != NULL) {
        drain(server);
        MHD_stop_daemon(server->daemon); /* closes the socket, too */
    }
    web_worker_free(server->worker);
    web_worker_free(server->door);
    tq_wake_deinit(&server->wake);
    tq_mem_free(server);
}
