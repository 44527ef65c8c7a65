#include "web/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/socket.h"
#include "web/answer.h"
#include "web/path.h"

#define EXCHANGE_ARENA_BYTES ((size_t)256 << 10)
#define SECRET_BYTES ((size_t)4 << 10)
#define DEVICE_S 31536000
#define SWALLOW_BYTES ((size_t)128 << 20) /* so that a browser hears why; then the line is cut */

/* No script, style, font or picture but our own; nothing inline; nobody frames us. */
static const char POLICY[] =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'";

static const char NO_PAGE[] =
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>Tự Quản</title>"
        "<p>Chương trình này được dựng không kèm trang (không có Node.js lúc dựng). Các lệnh và "
        "<code>/api/v1</code> vẫn dùng được.</p></html>";

void exchange_headers(const struct web_server *server, struct MHD_Response *response)
{
    if (server->config.hosts.secure)
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    MHD_add_response_header(response, "Content-Security-Policy", POLICY);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "X-Frame-Options", "DENY");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(
            response, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

static const char *header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

#define COOKIE "tq"
#define DEVICE_COOKIE "tqd"
#define COOKIE_NAME_BYTES 32u

/* Cookies know no ports: another program on this machine has another name for its own. Browsers take
 * "__Host-" from nobody but this very host, over https. */
static void cookie_name(const struct web_server *server, const char *what, char *out, size_t size)
{
    snprintf(out, size, "%s%s_%u", server->config.hosts.secure ? "__Host-" : "", what,
            server->config.address.port);
}

static const char *read_cookie(const struct exchange *exchange, const char *what)
{
    char name[COOKIE_NAME_BYTES];
    const char *value;

    cookie_name(exchange->server, what, name, sizeof(name));
    value = MHD_lookup_connection_value(exchange->connection, MHD_COOKIE_KIND, name);
    return value != NULL ? value : "";
}

static const char *cookie_of(const struct exchange *exchange)
{
    return read_cookie(exchange, COOKIE);
}

static void write_cookie(const struct exchange *exchange, const char *what, const char *value,
        unsigned max_age_s, char *out, size_t size)
{
    char name[COOKIE_NAME_BYTES];

    cookie_name(exchange->server, what, name, sizeof(name));
    snprintf(out, size, "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%u%s", name, value,
            max_age_s, exchange->server->config.hosts.secure ? "; Secure" : "");
}

static void refuse(struct exchange *exchange, tq_status status, const char *facts)
{
    exchange->refused = true;
    web_answer_fail(&exchange->answer, status, facts, exchange->request.lang);
}

/* ---- who asks for what ---- */

static enum MHD_Result take_argument(
        void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct exchange *exchange = cls;
    struct web_request *request = &exchange->request;
    struct web_pair *pair = &request->query[request->nquery];
    tq_status rc;

    (void)kind;
    if (request->nquery == WEB_MAX_QUERY) {
        refuse(exchange, TQ_RANGE, "?");
        return MHD_NO;
    }
    if (value == NULL)
        value = "";
    rc = web_decode(exchange->arena, key, strlen(key), &pair->name);
    if (rc == TQ_OK)
        rc = web_decode(exchange->arena, value, strlen(value), &pair->value);
    if (rc != TQ_OK) {
        refuse(exchange, rc, key);
        return MHD_NO;
    }
    request->nquery++;
    return MHD_YES;
}

static const struct web_route *find_route(
        const struct web_server *server, const struct web_request *request, bool *other_method)
{
    bool reads = strcmp(request->method, "HEAD") == 0;

    *other_method = false;
    for (const struct web_route *route = server->config.routes; route->method != NULL; route++) {
        if (!web_path_fits(route->path, request->parts, request->nparts))
            continue;
        if (strcmp(route->method, request->method) == 0 ||
                (reads && strcmp(route->method, "GET") == 0))
            return route;
        *other_method = true;
    }
    return NULL;
}

static bool is_read(const struct web_request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

/* A file of the page, or the page itself for any path without a dot. */
static void find_file(struct exchange *exchange, const char *url)
{
    const struct web_asset *assets = exchange->server->config.assets;

    if (!is_read(&exchange->request)) {
        refuse(exchange, TQ_USAGE, exchange->request.method);
        exchange->answer.status = 405;
        return;
    }
    exchange->asset = web_asset_find(assets, url + 1);
    if (exchange->asset != NULL)
        return;
    if (strchr(url, '.') != NULL || strncmp(url, "/a/", 3) == 0) {
        refuse(exchange, TQ_NOT_FOUND, url);
        return;
    }
    exchange->asset = web_asset_find(assets, "index.html");
    if (exchange->asset == NULL) {
        exchange->answer.type = "text/html; charset=utf-8";
        tq_buf_append_str(&exchange->answer.body, NO_PAGE);
    }
}

/* Session and CSRF token of whoever calls a route that is not open. */
static void check_session(struct exchange *exchange)
{
    const struct web_server_config *config = &exchange->server->config;
    tq_status none = config->no_session != TQ_OK ? config->no_session : TQ_PAGE_SESSION;
    const char *cookie = cookie_of(exchange);
    const char *given = header(exchange, "X-TQ-CSRF");
    struct web_session *session =
            web_sessions_find(config->sessions, cookie, config->clock->now_ms(config->clock->ctx));

    if (session == NULL) {
        refuse(exchange, none, "");
    } else if (!is_read(&exchange->request) &&
               (given == NULL || !web_session_is_csrf(cookie, given))) {
        refuse(exchange, TQ_PAGE_FOREIGN, "X-TQ-CSRF");
    } else {
        exchange->request.session = session;
        memcpy(exchange->request.person, session->person, sizeof(session->person));
        memcpy(exchange->request.ticket, session->person, sizeof(session->person));
        web_session_csrf(cookie, exchange->request.csrf);
    }
}

static void check_right(struct exchange *exchange)
{
    const struct web_server_config *config = &exchange->server->config;
    tq_status rc = config->may != NULL
                           ? config->may(config->ctx, exchange->route, &exchange->request)
                           : TQ_OK;

    if (rc != TQ_OK)
        refuse(exchange, rc, "");
}

static bool is_api(const struct web_request *request)
{
    return request->nparts > 0 && strcmp(request->parts[0], "api") == 0;
}

static void check_origin(struct exchange *exchange)
{
    const struct web_server_config *config = &exchange->server->config;
    bool opens = !is_api(&exchange->request) && is_read(&exchange->request);

    if (!web_guard_host(&config->hosts, header(exchange, "Host")))
        refuse(exchange, TQ_PAGE_FOREIGN, "Host");
    else if (!web_guard_origin(&config->hosts, header(exchange, "Origin"),
                     header(exchange, "Sec-Fetch-Site"), !is_read(&exchange->request), opens))
        refuse(exchange, TQ_PAGE_FOREIGN, "Origin");
}

static void check_size(struct exchange *exchange)
{
    const struct web_route *route = exchange->route;
    const char *length = header(exchange, "Content-Length");
    unsigned flags = route != NULL ? route->flags : 0;
    size_t most = (flags & WEB_LARGE) != 0    ? WEB_LARGE_BYTES
                  : (flags & WEB_UPLOAD) != 0 ? WEB_UPLOAD_BYTES
                                              : WEB_BODY_BYTES;

    tq_buf_init(&exchange->body, most);
    if (length != NULL && (strlen(length) > 12 || strtoull(length, NULL, 10) > most))
        refuse(exchange, TQ_TOO_LARGE, length);
}

/* The lines come in their order: what the last one says stays, also that it says nothing. */
static enum MHD_Result take_forwarded(
        void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
    char *said = cls;

    (void)kind;
    if (strcasecmp(key, "X-Forwarded-For") == 0 &&
            !web_guard_forwarded(value != NULL ? value : "", said, WEB_ADDRESS_BYTES))
        said[0] = '\0';
    return MHD_YES;
}

/* Of what comes through the trusted proxy: whom the proxy itself saw. Whoever else sends such a line
 * sends words. */
static void find_address(struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *proxy = exchange->server->config.proxy;
    char *out = exchange->request.address;
    char said[WEB_ADDRESS_BYTES] = "";

    tq_socket_peer(info != NULL ? info->client_addr : NULL, out, WEB_ADDRESS_BYTES);
    if (proxy == NULL || strcmp(proxy, out) != 0)
        return;
    (void)MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, take_forwarded, said);
    if (said[0] != '\0')
        memcpy(out, said, sizeof(said));
}

static void find_device(struct exchange *exchange)
{
    const char *device = read_cookie(exchange, DEVICE_COOKIE);

    if (strlen(device) == WEB_TOKEN_BYTES - 1)
        memcpy(exchange->request.device, device, WEB_TOKEN_BYTES);
}

/* All that can be said before the body has come; the first refusal stands. */
static void check(struct exchange *exchange, const char *url)
{
    struct web_request *request = &exchange->request;
    bool other_method = false;
    tq_status rc =
            web_path_split(exchange->arena, url, request->parts, WEB_MAX_PARTS, &request->nparts);

    find_address(exchange);
    find_device(exchange);
    if (rc != TQ_OK)
        refuse(exchange, rc, "/");
    if (!exchange->refused)
        check_origin(exchange);
    if (!exchange->refused)
        MHD_get_connection_values(
                exchange->connection, MHD_GET_ARGUMENT_KIND, take_argument, exchange);
    if (exchange->refused)
        return;
    exchange->route = find_route(exchange->server, request, &other_method);
    check_size(exchange);
    if (exchange->refused)
        return;
    if (exchange->route == NULL && !is_api(request)) {
        find_file(exchange, url);
        return;
    }
    if (exchange->route == NULL || (exchange->route->flags & WEB_OPEN) == 0) {
        check_session(exchange);
        if (!exchange->refused)
            check_right(exchange);
    }
    if (exchange->refused)
        return;
    if (exchange->route == NULL) {
        refuse(exchange, other_method ? TQ_USAGE : TQ_NOT_FOUND, url);
        exchange->answer.status = other_method ? 405 : 404;
    }
}

/* ---- sending ---- */

static struct MHD_Response *file_response(struct exchange *exchange, unsigned *status)
{
    const struct web_asset *asset = exchange->asset;
    const char *accepts = header(exchange, "Accept-Encoding");
    const char *has = header(exchange, "If-None-Match");
    bool packed = asset->packed != NULL && accepts != NULL && strstr(accepts, "gzip") != NULL;
    bool same = has != NULL && strstr(has, asset->tag) != NULL;
    const uint8_t *data = packed ? asset->packed : asset->data;
    /* Static, and only read: the call knows no const. */
    struct MHD_Response *response =
            MHD_create_response_from_buffer(same ? 0 : (packed ? asset->packed_len : asset->len),
                    (void *)(uintptr_t)data, MHD_RESPMEM_PERSISTENT);

    *status = same ? 304 : 200;
    if (response == NULL)
        return NULL;
    MHD_add_response_header(response, "ETag", asset->tag);
    MHD_add_response_header(response, "Content-Type", web_asset_type(asset->path));
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
    if (packed && !same)
        MHD_add_response_header(response, "Content-Encoding", "gzip");
    /* Names under a/ carry the hash of what they hold; the rest is asked for each time. */
    MHD_add_response_header(response, "Cache-Control",
            strncmp(asset->path, "a/", 2) == 0 ? "public, max-age=31536000, immutable"
                                               : "no-cache");
    return response;
}

static struct MHD_Response *answer_response(struct exchange *exchange, unsigned *status)
{
    struct web_answer *answer = &exchange->answer;
    struct MHD_Response *response;
    char line[192];

    *status = tq_buf_is_ok(&answer->body) ? answer->status : 500;
    response = MHD_create_response_from_buffer_with_free_callback(
            answer->body.len, answer->body.data, tq_mem_free);
    if (response == NULL)
        return NULL;
    memset(&answer->body, 0, sizeof(answer->body)); /* the response's now */
    MHD_add_response_header(response, "Content-Type", answer->type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (answer->file_name[0] != '\0') {
        snprintf(line, sizeof(line), "attachment; filename=\"%s\"", answer->file_name);
        MHD_add_response_header(response, "Content-Disposition", line);
    }
    if (answer->location[0] != '\0')
        MHD_add_response_header(response, "Location", answer->location);
    if (answer->cookie[0] != '\0')
        MHD_add_response_header(response, "Set-Cookie", answer->cookie);
    if (answer->device[0] != '\0') {
        write_cookie(exchange, DEVICE_COOKIE, answer->device, DEVICE_S, line, sizeof(line));
        MHD_add_response_header(response, "Set-Cookie", line);
    }
    return response;
}

/* Who has proved who he is gets a session that nobody can have prepared for him. */
static void begin_session(struct exchange *exchange, struct web_session *old, int64_t now)
{
    struct web_sessions *sessions = exchange->server->config.sessions;
    struct web_answer *answer = &exchange->answer;
    struct web_session *session;
    char cookie[WEB_TOKEN_BYTES];

    if (old != NULL)
        web_sessions_close(sessions, old);
    web_sessions_begin(sessions, answer->person, now, cookie);
    session = web_sessions_find(sessions, cookie, now);
    if (session != NULL)
        memcpy(session->address, exchange->request.address, sizeof(session->address));
    write_cookie(exchange, COOKIE, cookie, DEVICE_S, answer->cookie, sizeof(answer->cookie));
    tq_wipe(cookie, sizeof(cookie));
}

/* Also of a slow route, which must not touch the sessions itself. */
static void sign(struct exchange *exchange)
{
    const struct web_server_config *config = &exchange->server->config;
    int64_t now = config->clock->now_ms(config->clock->ctx);
    struct web_session *session = web_sessions_find(config->sessions, cookie_of(exchange), now);

    if (exchange->answer.closes && session != NULL)
        web_sessions_close(config->sessions, session);
    else if (exchange->answer.signs && exchange->route != NULL &&
             (exchange->route->flags & WEB_OPEN) != 0)
        begin_session(exchange, session, now);
    else if (exchange->answer.signs && session != NULL)
        web_session_sign(config->sessions, session, exchange->answer.person, now);
    exchange->answer.signs = false;
    exchange->answer.closes = false;
}

static enum MHD_Result reply(struct exchange *exchange)
{
    struct web_answer *answer = &exchange->answer;
    struct MHD_Response *response;
    unsigned status = 500;
    enum MHD_Result rc;

    /* Who wants out is out, whatever became of the line about it. */
    if (answer->closes || (answer->signs && answer->status == 200 && tq_buf_is_ok(&answer->body)))
        sign(exchange);
    response = exchange->asset != NULL && !exchange->refused ? file_response(exchange, &status)
                                                             : answer_response(exchange, &status);
    if (response == NULL)
        return MHD_NO;
    exchange_headers(exchange->server, response);
    rc = MHD_queue_response(exchange->connection, status, response);
    MHD_destroy_response(response);
    return rc;
}

/* ---- the opening link ---- */

/* /open?t=TOKEN. A browser that has a session already is let in by a used link, too. */
static void open_session(struct exchange *exchange)
{
    const struct web_server_config *config = &exchange->server->config;
    int64_t now = config->clock->now_ms(config->clock->ctx);
    const char *token = web_query(&exchange->request, "t");
    char cookie[WEB_TOKEN_BYTES];

    if (token != NULL && web_sessions_open(config->sessions, token, now, cookie)) {
        write_cookie(exchange, COOKIE, cookie, DEVICE_S, exchange->answer.cookie,
                sizeof(exchange->answer.cookie));
        if (config->opened != NULL)
            config->opened(config->ctx);
    } else if (web_sessions_find(config->sessions, cookie_of(exchange), now) == NULL) {
        refuse(exchange, TQ_PAGE_SESSION, "");
        return;
    }
    exchange->answer.status = 303;
    snprintf(exchange->answer.location, sizeof(exchange->answer.location), "/");
}

/* ---- the daemon's calls ---- */

static void run_slow(void *arg)
{
    struct exchange *exchange = arg;

    const struct web_server_config *config = &exchange->server->config;
    bool door = (exchange->route->flags & WEB_DOOR) != 0;

    exchange->route->run(
            door ? config->door_ctx : config->slow_ctx, &exchange->request, &exchange->answer);
}

void exchange_done(struct exchange *exchange)
{
    if (!exchange->job.is_run)
        refuse(exchange, TQ_INTERRUPTED, "");
    exchange->state = EXCHANGE_ANSWERS;
    MHD_resume_connection(exchange->connection);
}

static bool is_large(const struct exchange *exchange)
{
    return exchange->route != NULL && (exchange->route->flags & WEB_LARGE) != 0;
}

/* Every check was passed: who may not send it does not get here. */
static void spool_part(struct exchange *exchange, struct tq_slice part)
{
    struct tq_error err = { .status = TQ_OK };
    tq_status rc = TQ_OK;

    if (exchange->spool == NULL)
        rc = spool_take(&exchange->server->spools, &exchange->spool, &err);
    if (rc == TQ_OK)
        rc = spool_add(exchange->spool, part, &err);
    if (rc != TQ_OK)
        refuse(exchange, rc, rc == TQ_PAGE_UPLOADS || rc == TQ_TOO_LARGE ? "" : err.msg);
}

static enum MHD_Result run(struct exchange *exchange)
{
    const struct web_route *route = exchange->route;
    struct web_server *server = exchange->server;
    bool full = false;

    exchange->request.body = tq_buf_slice(&exchange->body);
    exchange->state = EXCHANGE_ANSWERS;
    if (!exchange->refused && is_large(exchange)) {
        if (exchange->spool == NULL)
            spool_part(exchange, tq_slice_of(NULL, 0));
        if (exchange->spool != NULL) {
            spool_end(exchange->spool);
            exchange->request.body_file = exchange->spool->path;
        }
    }
    if (route == NULL || exchange->refused)
        return reply(exchange);
    if ((route->flags & WEB_STREAM) != 0) {
        enum MHD_Result rc =
                stream_open(server, exchange->connection, exchange->request.session, &full);

        if (!full)
            return rc;
        refuse(exchange, TQ_BUSY, "");
    } else if ((route->flags & (WEB_SLOW | WEB_DOOR)) != 0) {
        exchange->request.session = NULL;
        exchange->job.run = run_slow;
        exchange->job.arg = exchange;
        exchange->state = EXCHANGE_WORKS;
        if (web_worker_put((route->flags & WEB_DOOR) != 0 ? server->door : server->worker,
                    &exchange->job)) {
            MHD_suspend_connection(exchange->connection);
            return MHD_YES;
        }
        exchange->state = EXCHANGE_ANSWERS;
        refuse(exchange, TQ_BUSY, "");
    } else if (route->run != NULL) {
        route->run(server->config.ctx, &exchange->request, &exchange->answer);
    } else {
        open_session(exchange);
    }
    return reply(exchange);
}

/* The language that the page says with every question; a program that says none has ours. Not
 * Accept-Language: a browser sends that by itself, and papers are taken by plain links. */
static tq_lang lang_of(const struct exchange *exchange)
{
    const char *asked = header(exchange, "X-TQ-Lang");

    if (asked == NULL || (strcmp(asked, "en") != 0 && strcmp(asked, "vi") != 0))
        return exchange->server->config.lang;
    return asked[0] == 'e' ? TQ_LANG_EN : TQ_LANG_VI;
}

static enum MHD_Result begin(struct web_server *server, struct MHD_Connection *connection,
        const char *url, const char *method, void **state)
{
    struct exchange *exchange = tq_mem_zalloc(sizeof(*exchange));

    if (exchange == NULL)
        return MHD_NO;
    exchange->server = server;
    exchange->connection = connection;
    exchange->request.method = method;
    exchange->request.lang = lang_of(exchange);
    web_answer_init(&exchange->answer);
    tq_buf_init(&exchange->body, WEB_BODY_BYTES);
    exchange->arena = tq_arena_new(EXCHANGE_ARENA_BYTES);
    if (exchange->arena == NULL) {
        tq_mem_free(exchange);
        return MHD_NO;
    }
    *state = exchange;
    check(exchange, url);
    return MHD_YES;
}

/* A part of the body. A refused one is swallowed, so that the browser hears the refusal. */
static enum MHD_Result take_body(struct exchange *exchange, const char *data, size_t *size)
{
    if (!exchange->refused && is_large(exchange)) {
        spool_part(exchange, tq_slice_of(data, *size));
    } else if (!exchange->refused) {
        tq_buf_append(&exchange->body, data, *size);
        if (!tq_buf_is_ok(&exchange->body)) {
            refuse(exchange, TQ_TOO_LARGE, "");
            tq_buf_deinit(&exchange->body);
            tq_buf_init(&exchange->body, WEB_BODY_BYTES);
        }
    }
    exchange->swallowed += *size;
    *size = 0;
    return exchange->swallowed <= SWALLOW_BYTES ? MHD_YES : MHD_NO;
}

enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version, const char *data, size_t *size, void **state)
{
    struct web_server *server = cls;
    struct exchange *exchange = *state;

    (void)version;
    if (exchange == NULL)
        return begin(server, connection, url, method, state);
    if (*size > 0)
        return take_body(exchange, data, size);
    if (exchange->state == EXCHANGE_TAKES)
        return run(exchange);
    if (exchange->state == EXCHANGE_WORKS)
        return MHD_YES;
    return reply(exchange);
}

void exchange_end(void *cls, struct MHD_Connection *connection, void **state,
        enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;

    (void)cls;
    (void)connection;
    (void)code;
    if (exchange == NULL)
        return;
    if (exchange->body.data != NULL && exchange->body.len <= SECRET_BYTES)
        tq_wipe(exchange->body.data, exchange->body.len); /* it may have been a PIN */
    tq_buf_deinit(&exchange->body);
    spool_give(exchange->spool);
    web_answer_deinit(&exchange->answer);
    tq_arena_free(exchange->arena);
    tq_mem_free(exchange);
    *state = NULL;
}
