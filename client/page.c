#include "page.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cli/json.h"
#include "page/session_file.h"
#include "page_index.h"
#include "tuquan/clock.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/calendar.h"
#include "tuquan/text.h"
#include "tuquan/thread.h"

#define PROGRESS_EVERY_MS 100
#define LINES_MAX 200u
#define BUSY_MS 500       /* of the page's own handle: meanwhile nobody else is answered */
#define SLOW_BUSY_MS 1500 /* of the worker's: a stop must not wait for another writer */

extern const struct web_asset COMMUNE_PAGE[]; /* made by the build */

/* One thing that the agent said. */
struct line {
    int64_t at_ms;
    char id[24];
    char text[320];
};

struct page {
    char dir[APP_PATH_BYTES];
    char address[96];
    uint16_t port;
    struct web_sessions *sessions;
    struct web_board *board;
    struct web_server *server;
    struct tq_thread *thread;
    const struct tq_clock *clock;
    struct tq_wake wake; /* of the agent */
    atomic_bool asked;
    atomic_bool has_agent;
    atomic_bool restores; /* `restore` is set, and stays */
    char restore[APP_PATH_BYTES];
    struct tq_mutex *lock; /* of the lines and of setting `restore` */
    size_t nlines;         /* ever; the last LINES_MAX are kept */
    struct line lines[LINES_MAX];
    /* The server's thread: */
    struct api api;
    uint64_t seen;     /* of the file */
    int64_t seq;       /* of `status` events */
    int64_t ranked_ms; /* when the newest ranking was published */
    struct session_file kept;
    struct page_index *index;
    /* The worker's: */
    struct api slow;
    /* The agent's: */
    int64_t progress_ms;
};

/* ---- what is kept in the data folder ---- */

static tq_status write_url(struct page *page, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    char text[256];
    int n;
    tq_status rc = tq_file_join(path, sizeof(path), page->dir, PAGE_URL, err);

    n = snprintf(text, sizeof(text), "%s/open?t=%s\n", page->address,
            web_sessions_token(page->sessions));
    if (rc == TQ_OK)
        rc = tq_file_replace(path, tq_slice_of(text, (size_t)n), true, err);
    tq_wipe(text, sizeof(text));
    return rc;
}

static void drop_url(const struct page *page)
{
    char path[APP_PATH_BYTES];

    if (tq_file_join(path, sizeof(path), page->dir, PAGE_URL, NULL) == TQ_OK)
        tq_file_remove(path);
}

/* ---- the server's thread ---- */

static struct page *page_of(void *ctx)
{
    return ((struct api *)ctx)->page;
}

/* The newest published ranking; *at_ms 0: none. */
static tq_status newest_ranking(
        struct app *app, int64_t *at_ms, char *period, size_t size, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "ranking") };
    int at = tq_table_column_find(query.table, "published_at");
    int of = tq_table_column_find(query.table, "period");
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    *at_ms = 0;
    period[0] = '\0';
    tq_arena_reset(app->arena);
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        if (rows[i].values[at].type != TQ_INT || rows[i].values[at].i <= *at_ms)
            continue;
        *at_ms = rows[i].values[at].i;
        snprintf(period, size, "%.*s", (int)rows[i].values[of].s.len,
                (const char *)rows[i].values[of].s.data);
    }
    return rc;
}

/* A ranking that has come is told at once. */
static void watch_rankings(struct page *page)
{
    char period[TQ_PERIOD_TEXT + 8];
    char data[96];
    int64_t at_ms;

    if (newest_ranking(&page->api.app, &at_ms, period, sizeof(period), NULL) != TQ_OK ||
            at_ms <= page->ranked_ms)
        return;
    page->ranked_ms = at_ms;
    snprintf(data, sizeof(data), "{\"period\":\"%s\",\"published_at\":%" PRId64 "}", period, at_ms);
    web_board_publish(page->board, "ranking", data);
}

/* Whoever has the page open hears that the file has changed, by whatever program. */
static void watch_file(struct page *page)
{
    char data[48];
    int64_t others;
    uint64_t seen;

    if (page->api.is_open && tq_db_others(page->api.app.db, &others, NULL) == TQ_OK)
        page_index_want(page->index, others);
    if (!page->api.is_open || tq_db_seen(page->api.app.db, &seen, NULL) != TQ_OK ||
            seen == page->seen)
        return;
    page->seen = seen;
    snprintf(data, sizeof(data), "{\"seq\":%" PRId64 "}", ++page->seq);
    web_board_publish(page->board, "status", data);
    watch_rankings(page);
}

static void tick(void *ctx)
{
    struct page *page = page_of(ctx);

    watch_file(page);
    session_file_keep(&page->kept, page->clock->steady_ms(page->clock->ctx), false);
}

static void opened(void *ctx)
{
    /* Fails: the link in the file opens nothing, and `open` says so. */
    if (write_url(page_of(ctx), NULL) != TQ_OK)
        return;
}

/* Opened before the worker and closed after it: the handle is there. */
static void interrupt(void *ctx)
{
    struct api *slow = ctx;

    tq_db_stop(slow->app.db);
}

static void serve(void *arg)
{
    struct page *page = arg;
    struct tq_error err = { 0 };
    char text[640];

    if (web_server_run(page->server, &err) != TQ_OK)
        fprintf(stderr, "%s\n", tq_error_text(&err, page->api.lang, text, sizeof(text)));
}

/* ---- start and stop ---- */

/* The port that the page gave way to; 0: none. */
static uint16_t kept_port(const char *dir)
{
    struct tq_buf text;
    char path[APP_PATH_BYTES];
    long port = 0;

    tq_buf_init(&text, 16);
    if (tq_file_join(path, sizeof(path), dir, PAGE_PORT_FILE, NULL) == TQ_OK &&
            tq_file_read(path, 15, &text, NULL) == TQ_OK) {
        tq_buf_append_u8(&text, 0);
        if (tq_buf_is_ok(&text))
            port = strtol((const char *)text.data, NULL, 10);
    }
    tq_buf_deinit(&text);
    return (uint16_t)(port > 0 && port <= UINT16_MAX ? port : 0);
}

/* Without it the page is at another address next time, which costs what the browser keeps: no reason
 * not to begin. */
static void keep_port(const char *dir, uint16_t port)
{
    char path[APP_PATH_BYTES];
    char text[16];
    int n = snprintf(text, sizeof(text), "%u\n", port);

    if (tq_file_join(path, sizeof(path), dir, PAGE_PORT_FILE, NULL) == TQ_OK &&
            tq_file_replace(path, tq_slice_of(text, (size_t)n), true, NULL) != TQ_OK)
        return;
}

/* The port that nobody chose gives way to one that is free, and that is taken again from then on: a
 * browser keeps what is being typed for one address alone. */
static tq_status give_way(const char *dir, uint16_t kept, struct tq_socket_address *address,
        int *fd, struct tq_error *err)
{
    const uint16_t ports[] = { kept, PAGE_PORT, 0 };
    tq_status rc = TQ_PORT_TAKEN;

    for (size_t i = kept != 0 ? 0 : 1; rc == TQ_PORT_TAKEN && i < 3; i++) {
        if (err != NULL)
            tq_error_clear(err);
        address->port = ports[i];
        rc = tq_socket_listen(address, fd, err);
    }
    if (rc == TQ_OK && address->port != PAGE_PORT && address->port != kept)
        keep_port(dir, address->port);
    return rc;
}

/* Where it is configured. */
static tq_status listen_at(const struct page *page, const struct cli_config *config,
        uint16_t before, struct tq_socket_address *address, int *fd, struct tq_error *err)
{
    tq_status rc = tq_socket_address_parse(cli_config_text(config, "page_address"), address, err);

    *fd = -1;
    if (rc != TQ_OK) {
        tq_error_wrap(err, "page_address");
        return err != NULL ? (err->status = TQ_CONFIG) : TQ_CONFIG;
    }
    if (before == 0 && address->port == PAGE_PORT)
        return give_way(page->dir, kept_port(page->dir), address, fd, err);
    if (before != 0)
        address->port = before;
    return tq_socket_listen(address, fd, err);
}

static void api_init(struct api *api, struct page *page, const struct cli *cli)
{
    api->dir = page->dir;
    api->lang = cli->lang;
    api->page = page;
}

static tq_status start_server(
        struct page *page, struct tq_socket_address address, int fd, struct tq_error *err)
{
    struct web_server_config config;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.listen_fd = fd;
    config.address = address;
    config.lang = page->api.lang;
    config.routes = API_ROUTES;
    config.ctx = &page->api;
    config.slow_ctx = &page->slow;
    config.interrupt = interrupt;
    config.assets = COMMUNE_PAGE;
    config.spool_dir = page->dir;
    config.sessions = page->sessions;
    config.board = page->board;
    config.clock = page->clock;
    config.tick = tick;
    config.opened = opened;
    rc = web_server_new(&page->server, &config, err);
    if (rc != TQ_OK)
        tq_socket_close(fd);
    return rc;
}

/* Both handles, before any thread uses them. */
static tq_status open_handles(struct page *page, struct tq_error *err)
{
    char period[TQ_PERIOD_TEXT + 8];
    tq_status rc = api_open(&page->api, err);

    if (rc == TQ_OK)
        rc = api_open(&page->slow, err);
    if (rc != TQ_OK)
        return rc;
    tq_db_set_busy_ms(page->api.app.db, BUSY_MS);
    tq_db_set_busy_ms(page->slow.app.db, SLOW_BUSY_MS);
    rc = tq_db_seen(page->api.app.db, &page->seen, err);
    if (rc == TQ_OK)
        rc = newest_ranking(&page->api.app, &page->ranked_ms, period, sizeof(period), err);
    if (rc == TQ_OK)
        rc = page_index_start(&page->index, tq_db_path(page->api.app.db), err);
    if (rc == TQ_OK)
        tq_records_set_search(page->api.app.records, page_index_search(page->index));
    return rc;
}

static tq_status start(struct page *page, struct cli *cli, const struct app *app, uint16_t port,
        struct tq_error *err)
{
    struct tq_socket_address address;
    bool v6;
    int fd = -1;
    tq_status rc = tq_wake_init(&page->wake, err);

    if (rc == TQ_OK)
        rc = tq_mutex_new(&page->lock, err);
    if (rc == TQ_OK)
        rc = web_sessions_new(&page->sessions, tq_random_system(), err);
    if (rc == TQ_OK)
        rc = web_board_new(&page->board, err);
    if (rc == TQ_OK)
        rc = listen_at(page, app->config, port, &address, &fd, err);
    if (rc != TQ_OK)
        return rc;
    page->kept = (struct session_file){ page->dir, PAGE_SESSIONS, page->sessions, 0, 0 };
    rc = session_file_load(&page->kept, page->clock->steady_ms(page->clock->ctx), err);
    api_init(&page->api, page, cli);
    api_init(&page->slow, page, cli);
    page->api.sessions = page->sessions;
    v6 = strchr(address.host, ':') != NULL;
    snprintf(page->address, sizeof(page->address), "http://%s%s%s:%u", v6 ? "[" : "", address.host,
            v6 ? "]" : "", address.port);
    page->port = address.port;
    if (rc == TQ_OK)
        rc = open_handles(page, err);
    if (rc == TQ_OK)
        rc = start_server(page, address, fd, err);
    else
        tq_socket_close(fd);
    if (rc == TQ_OK)
        rc = write_url(page, err);
    if (rc == TQ_OK)
        rc = tq_thread_start(&page->thread, "page", serve, page, err);
    return rc;
}

tq_status page_start(struct page **out, struct cli *cli, const struct app *app, uint16_t port,
        struct tq_error *err)
{
    struct page *page;
    int n;
    tq_status rc;

    *out = NULL;
    if (cli_config_number(app->config, "page") == 0)
        return TQ_OK;
    page = tq_mem_zalloc(sizeof(*page));
    if (page == NULL)
        return tq_error_set(err, TQ_NOMEM, "page");
    page->wake.read_fd = -1;
    page->wake.write_fd = -1;
    page->clock = tq_clock_system();
    atomic_init(&page->asked, false);
    atomic_init(&page->has_agent, false);
    atomic_init(&page->restores, false);
    n = snprintf(page->dir, sizeof(page->dir), "%s", cli->dir);
    rc = n >= 0 && (size_t)n < sizeof(page->dir) ? start(page, cli, app, port, err)
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
    if (page->thread != NULL) {
        drop_url(page);
        session_file_keep(&page->kept, 0, true); /* when each was last seen, too */
    }
    api_close(&page->api);
    api_close(&page->slow);
    page_index_stop(page->index);
    web_board_free(page->board);
    web_sessions_free(page->sessions);
    tq_mutex_free(page->lock);
    tq_wake_deinit(&page->wake);
    tq_mem_free(page);
}

const char *page_address(const struct page *page)
{
    return page->address;
}

uint16_t page_port(const struct page *page)
{
    return page != NULL ? page->port : 0;
}

/* ---- between page and agent ---- */

void page_set_agent(struct page *page, bool there)
{
    if (page != NULL)
        atomic_store(&page->has_agent, there);
}

int page_wake_fd(const struct page *page)
{
    return page != NULL ? page->wake.read_fd : -1;
}

bool page_take_asked(struct page *page)
{
    if (page == NULL)
        return false;
    tq_wake_clear(&page->wake);
    return atomic_exchange(&page->asked, false);
}

bool page_ask_sync(struct page *page)
{
    if (!atomic_load(&page->has_agent))
        return false;
    atomic_store(&page->asked, true);
    tq_wake_signal(&page->wake);
    return true;
}

bool page_ask_restore(struct page *page, const char *file)
{
    bool taken = false;

    tq_mutex_lock(page->lock);
    if (!atomic_load(&page->restores) && strlen(file) < sizeof(page->restore)) {
        snprintf(page->restore, sizeof(page->restore), "%s", file);
        atomic_store(&page->restores, true);
        taken = true;
    }
    tq_mutex_unlock(page->lock);
    if (taken)
        tq_wake_signal(&page->wake);
    return taken;
}

const char *page_restore_asked(struct page *page)
{
    return page != NULL && atomic_load(&page->restores) ? page->restore : NULL;
}

static json_t *line_json(const struct line *line, tq_lang lang)
{
    json_t *json = json_object();

    json_object_set_new(json, "id", json_string(line->id));
    json_object_set_new(json, "text", json_string(line->text));
    json_object_set_new(json, "words", json_string(page_words(line->id, lang)));
    json_object_set_new(json, "at", json_integer(line->at_ms));
    return json;
}

/* A text that was cut may end within a letter: jansson takes whole ones only. */
static void cut_text(char *text)
{
    size_t n = strlen(text);
    size_t at = 0;

    if (!tq_text_is_valid(tq_slice_of(text, n), &at))
        text[at] = '\0';
}

void page_tell(struct page *page, const char *id, const char *text, int64_t at_ms)
{
    struct line line = { .at_ms = at_ms };
    json_t *json;
    char *data;

    if (page == NULL)
        return;
    snprintf(line.id, sizeof(line.id), "%s", id);
    snprintf(line.text, sizeof(line.text), "%s", text);
    cut_text(line.text);
    tq_mutex_lock(page->lock);
    page->lines[page->nlines++ % LINES_MAX] = line;
    tq_mutex_unlock(page->lock);
    json = line_json(&line, page->api.lang);
    data = json_dumps(json, JSON_COMPACT);
    if (data != NULL)
        web_board_publish(page->board, "agent", data);
    cli_json_free(data);
    json_decref(json);
}

json_t *page_log(struct page *page)
{
    json_t *list = json_array();
    size_t first;

    tq_mutex_lock(page->lock);
    first = page->nlines > LINES_MAX ? page->nlines - LINES_MAX : 0;
    for (size_t i = first; i < page->nlines; i++)
        json_array_append_new(list, line_json(&page->lines[i % LINES_MAX], page->api.lang));
    tq_mutex_unlock(page->lock);
    return list;
}

void page_tell_progress(struct page *page, const struct tq_office_progress *progress)
{
    char line[192];
    int64_t now;

    if (page == NULL)
        return;
    now = page->clock->steady_ms(page->clock->ctx);
    if (now - page->progress_ms < PROGRESS_EVERY_MS)
        return;
    page->progress_ms = now;
    snprintf(line, sizeof(line),
            "{\"phase\":\"%s\",\"sets\":%" PRIu32 ",\"sets_confirmed\":%" PRIu32
            ",\"rows_received\":%" PRIu64 "}",
            tq_office_phase_name(progress->phase), progress->sets, progress->sets_confirmed,
            progress->rows_received);
    web_board_publish(page->board, "progress", line);
}
