#include "page.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "page/session_file.h"
#include "tuquan/clock.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/random.h"
#include "tuquan/tally.h"
#include "tuquan/thread.h"
#include "user.h"
#include "warm.h"

#define PEM_BYTES ((size_t)256 << 10)
#define IDLE_MS (INT64_C(2) * 3600 * 1000)
#define ORIGIN_BYTES 160u
#define SLOW_BUSY_MS 5000

extern const struct web_asset DISTRICT_PAGE[]; /* made by the build */

struct page {
    char dir[APP_PATH_BYTES];
    char origin[ORIGIN_BYTES];
    char proxy[WEB_ADDRESS_BYTES];
    struct tq_buf certificate;
    struct tq_buf key;
    struct web_hosts hosts;
    struct web_sessions *sessions;
    struct web_board *board;
    struct web_server *server;
    struct tq_thread *thread;
    const struct tq_clock *clock;
    struct session_file kept;
    struct api api;   /* the page's thread */
    atomic_int ended; /* a tq_status; 0 while it serves */
    uint64_t seen;    /* of the file */
    int64_t seq;      /* of `status` events */
    struct api slow;  /* the worker's */
    struct api door;  /* the door's */
    struct warm warm; /* the worker's */
    struct examine examine;
};

/* ---- the page's thread ---- */

static void tell_change(struct page *page)
{
    char data[48];

    snprintf(data, sizeof(data), "{\"seq\":%" PRId64 "}", ++page->seq);
    web_board_publish(page->board, "status", data);
}

static void watch_file(struct page *page)
{
    struct tq_db *db = tq_district_store_db(page->api.app.store);
    uint64_t seen;

    if (tq_db_seen(db, &seen, NULL) != TQ_OK || seen == page->seen)
        return;
    page->seen = seen;
    tell_change(page);
    web_server_nudge(page->server); /* what changed is counted before somebody asks */
}

static bool is_still_in(void *ctx, const struct web_session *session)
{
    return account_of_ticket(ctx, session->person) != NULL;
}

/* Who was disabled, or has another role, is out: his streams end with his session. */
static void end_sessions(struct page *page)
{
    struct account_list list;

    if (account_load(page->dir, &list, NULL) == TQ_OK)
        web_sessions_sweep(page->sessions, is_still_in, &list);
    tq_wipe(&list, sizeof(list));
}

/* ctx: the thread's struct api, the page's first part that it can be found by. */
static struct page *page_of(void *ctx)
{
    return (struct page *)((char *)ctx - offsetof(struct page, api));
}

static void tick(void *ctx)
{
    struct page *page = page_of(ctx);

    watch_file(page);
    if (examine_tick(&page->examine, app_now_ms()))
        tell_change(page);
    end_sessions(page);
    session_file_keep(&page->kept, page->clock->steady_ms(page->clock->ctx), false);
}

static void interrupt(void *ctx)
{
    struct api *slow = ctx;

    tq_db_stop(tq_district_store_db(slow->app.store));
}

/* ctx: the worker's struct api. */
static bool idle(void *ctx, const atomic_bool *waits)
{
    struct page *page = (struct page *)((char *)ctx - offsetof(struct page, slow));

    return warm_piece(&page->warm, &page->slow, waits);
}

static void serve(void *arg)
{
    struct page *page = arg;
    struct tq_error err = { 0 };
    char text[640];

    if (web_server_run(page->server, &err) != TQ_OK) {
        fprintf(stderr, "%s\n", tq_error_text(&err, page->api.lang, text, sizeof(text)));
        atomic_store(&page->ended, (int)err.status);
    }
}

/* ---- start and stop ---- */

static tq_status wrong_setting(const char *name, const char *value, struct tq_error *err)
{
    return tq_error_set(err, TQ_CONFIG, "%s = %s", name, value);
}

static tq_status read_pem(const char *name, const char *path, bool is_private, struct tq_buf *out,
        struct tq_error *err)
{
    tq_status rc;

    if (is_private && tq_file_exists(path) && !tq_file_is_private(path))
        return tq_error_set(err, TQ_KEY_FILE, "%s", path);
    rc = tq_file_read(path, PEM_BYTES, out, err);
    if (rc == TQ_OK) {
        tq_buf_append_u8(out, 0);
        if (!tq_buf_is_ok(out))
            rc = tq_error_set(err, TQ_NOMEM, "%s", name);
    }
    return rc;
}

/* "https://a https://b:8443": what Host and Origin may say. */
static tq_status read_origins(struct page *page, const char *text, struct tq_error *err)
{
    const char *at = text + strspn(text, " ");

    while (*at != '\0') {
        size_t n = strcspn(at, " ");
        char one[ORIGIN_BYTES];

        if (n >= sizeof(one))
            return wrong_setting("page_origin", text, err);
        memcpy(one, at, n);
        one[n] = '\0';
        if (!web_hosts_add_origin(&page->hosts, one))
            return wrong_setting("page_origin", text, err);
        if (page->origin[0] == '\0')
            memcpy(page->origin, one, n + 1);
        at += n + strspn(at + n, " ");
    }
    return TQ_OK;
}

/* Passwords do not go over a line that others hear: this machine alone, TLS, or behind a proxy that has
 * it. */
static tq_status read_settings(struct page *page, const struct cli_config *config,
        struct tq_socket_address *address, struct tq_error *err)
{
    const char *where = cli_config_text(config, "page_address");
    const char *certificate = cli_config_text(config, "page_certificate");
    const char *key = cli_config_text(config, "page_key");
    const char *proxy = cli_config_text(config, "page_proxy");
    tq_status rc = TQ_OK;

    if (tq_socket_address_parse(where, address, NULL) != TQ_OK)
        return wrong_setting("page_address", where, err);
    if ((certificate[0] == '\0') != (key[0] == '\0'))
        return wrong_setting(certificate[0] == '\0' ? "page_certificate" : "page_key", "", err);
    if (proxy[0] != '\0' && !tq_socket_numeric(proxy, page->proxy, sizeof(page->proxy)))
        return wrong_setting("page_proxy", proxy, err); /* a name would never be the peer's */
    if (certificate[0] != '\0')
        rc = read_pem("page_certificate", certificate, false, &page->certificate, err);
    if (rc == TQ_OK && key[0] != '\0')
        rc = read_pem("page_key", key, true, &page->key, err);
    if (rc == TQ_OK)
        rc = read_origins(page, cli_config_text(config, "page_origin"), err);
    if (rc == TQ_OK && certificate[0] == '\0' && !tq_socket_is_loopback(address) &&
            (proxy[0] == '\0' || !page->hosts.secure))
        rc = wrong_setting("page_address", where, err);
    if (rc == TQ_OK && certificate[0] != '\0' && page->hosts.n > 0 && !page->hosts.secure)
        rc = wrong_setting("page_origin", page->origin, err);
    return rc;
}

static void name_origin(struct page *page, const struct tq_socket_address *address)
{
    bool v6 = strchr(address->host, ':') != NULL;

    if (page->origin[0] == '\0')
        snprintf(page->origin, sizeof(page->origin), "%s://%s%s%s:%u",
                page->certificate.len > 0 ? "https" : "http", v6 ? "[" : "", address->host,
                v6 ? "]" : "", address->port);
}

static tq_status start_server(
        struct page *page, struct tq_socket_address address, int fd, struct tq_error *err)
{
    struct web_server_config config;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.listen_fd = fd;
    config.address = address;
    config.hosts = page->hosts;
    config.certificate = page->certificate.len > 0 ? (const char *)page->certificate.data : NULL;
    config.key = page->key.len > 0 ? (const char *)page->key.data : NULL;
    config.proxy = page->proxy[0] != '\0' ? page->proxy : NULL;
    config.no_session = TQ_PAGE_ACCOUNT;
    config.lang = page->api.lang;
    config.routes = API_ROUTES;
    config.ctx = &page->api;
    config.slow_ctx = &page->slow;
    config.door_ctx = &page->door;
    config.may = api_may;
    config.interrupt = interrupt;
    config.idle = idle;
    config.spool_dir = page->dir;
    config.assets = DISTRICT_PAGE;
    config.sessions = page->sessions;
    config.board = page->board;
    config.clock = page->clock;
    config.tick = tick;
    rc = web_server_new(&page->server, &config, err);
    if (rc != TQ_OK)
        tq_socket_close(fd);
    return rc;
}

static tq_status open_handles(struct page *page, tq_lang lang, struct tq_error *err)
{
    tq_status rc;

    page->api.dir = page->dir;
    page->api.lang = lang;
    page->api.sessions = page->sessions;
    page->slow.dir = page->dir;
    page->slow.lang = lang;
    page->slow.writes = true;
    page->door.dir = page->dir;
    page->door.lang = lang;
    page->door.writes = true;
    page->door.door = true;
    examine_begin(&page->examine, page->dir, lang);
    page->api.examine = page->slow.examine = page->door.examine = &page->examine;
    rc = api_open(&page->api, err);
    if (rc == TQ_OK)
        rc = api_open(&page->slow, err);
    if (rc == TQ_OK)
        rc = api_open(&page->door, err);
    if (rc == TQ_OK) /* the worker's calls count; the others never do */
        rc = tq_tally_start(tq_district_store_db(page->slow.app.store), err);
    if (rc != TQ_OK)
        return rc;
    tq_db_set_busy_ms(tq_district_store_db(page->slow.app.store), SLOW_BUSY_MS);
    tq_db_set_busy_ms(tq_district_store_db(page->door.app.store), SLOW_BUSY_MS);
    return tq_db_seen(tq_district_store_db(page->api.app.store), &page->seen, err);
}

static tq_status start(
        struct page *page, struct cli *cli, const struct app *app, struct tq_error *err)
{
    struct tq_socket_address address;
    int fd = -1;
    tq_status rc = read_settings(page, app->config, &address, err);

    if (rc == TQ_OK)
        rc = web_sessions_new(&page->sessions, tq_random_system(), err);
    if (rc == TQ_OK)
        rc = web_board_new(&page->board, err);
    if (rc == TQ_OK)
        rc = tq_socket_listen(&address, &fd, err);
    if (rc != TQ_OK)
        return rc;
    name_origin(page, &address);
    web_sessions_limit(page->sessions, IDLE_MS, WEB_PERSON_MS);
    page->kept = (struct session_file){ page->dir, USER_SESSIONS, page->sessions, 0, 0 };
    rc = session_file_load(&page->kept, page->clock->steady_ms(page->clock->ctx), err);
    if (rc == TQ_OK)
        rc = open_handles(page, cli->lang, err);
    if (rc == TQ_OK)
        rc = start_server(page, address, fd, err);
    else
        tq_socket_close(fd);
    if (rc == TQ_OK)
        rc = tq_thread_start(&page->thread, "page", serve, page, err);
    return rc;
}

tq_status page_start(
        struct page **out, struct cli *cli, const struct app *app, struct tq_error *err)
{
    struct page *page;
    int n;
    tq_status rc;

    *out = NULL;
    if (cli_config_text(app->config, "page_address")[0] == '\0')
        return TQ_OK;
    page = tq_mem_zalloc(sizeof(*page));
    if (page == NULL)
        return tq_error_set(err, TQ_NOMEM, "page");
    page->clock = tq_clock_system();
    atomic_init(&page->ended, TQ_OK);
    tq_buf_init(&page->certificate, PEM_BYTES + 1);
    tq_buf_init(&page->key, PEM_BYTES + 1);
    tq_buf_keep_secret(&page->key);
    n = snprintf(page->dir, sizeof(page->dir), "%s", cli->dir);
    rc = n >= 0 && (size_t)n < sizeof(page->dir) ? start(page, cli, app, err)
                                                 : tq_error_set(err, TQ_RANGE, "%s", cli->dir);
    if (rc == TQ_OK)
        *out = page;
    else
        page_stop(page);
    return rc;
}

void page_stop(struct page *page)
{
    if (page == NULL)
        return;
    if (page->thread != NULL) {
        web_server_stop(page->server);
        tq_thread_join(page->thread);
    }
    web_server_free(page->server);
    examine_end(&page->examine);
    if (page->thread != NULL)
        session_file_keep(&page->kept, 0, true); /* when each was last seen, too */
    api_close(&page->api);
    api_close(&page->slow);
    api_close(&page->door);
    web_board_free(page->board);
    web_sessions_free(page->sessions);
    tq_buf_deinit(&page->key);
    tq_buf_deinit(&page->certificate);
    tq_mem_free(page);
}

const char *page_origin(const struct page *page)
{
    return page->origin;
}

tq_status page_status(const struct page *page)
{
    return (tq_status)atomic_load(&page->ended);
}
