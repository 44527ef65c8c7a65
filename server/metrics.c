#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api.h"
#include "cmd.h"
#include "liaison_health.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/random.h"
#include "tuquan/thread.h"
#include "tuquan/version.h"
#include "watch.h"

#define NAME_BYTES 80u
#define TYPE "text/plain; version=0.0.4; charset=utf-8"

struct metrics {
    struct api api; /* first: the routes' ctx */
    char dir[APP_PATH_BYTES];
    char name[NAME_BYTES];
    struct web_sessions *sessions; /* nobody's: the server wants a table */
    struct web_board *board;
    struct web_server *server;
    struct tq_thread *thread;
};

/* ---- lines ---- */

static void head(struct tq_buf *out, const char *name, const char *kind, const char *help)
{
    tq_buf_printf(out, "# HELP tuquan_%s %s\n# TYPE tuquan_%s %s\n", name, help, name, kind);
}

static void line(
        struct tq_buf *out, const char *name, const char *kind, const char *help, uint64_t value)
{
    head(out, name, kind, help);
    tq_buf_printf(out, "tuquan_%s %" PRIu64 "\n", name, value);
}

static uint64_t seconds(int64_t at_ms)
{
    return at_ms > 0 ? (uint64_t)at_ms / 1000 : 0;
}

static void put_watch(struct tq_buf *out, const struct watch *w)
{
    line(out, "start_time_seconds", "gauge", "when the server started", seconds(w->started_ms));
    line(out, "page_up", "gauge", "the district's page is served", strcmp(w->page, "ok") == 0);
    line(out, "gate_answers", "gauge", "the gate lets known machines in", w->gate_answers);
    line(out, "alarm", "gauge", "over half of the descriptors are connections", w->alarm);
    line(out, "connections", "gauge", "connections of machines", w->connections);
    line(out, "files_max", "gauge", "descriptors that may be open", w->files);
    line(out, "sessions", "gauge", "syncs in work", w->sessions);
    line(out, "peers", "gauge", "machines remembered", w->peers);
    line(out, "queued_bytes", "gauge", "bytes that wait to be sent", w->queued_bytes);
    line(out, "messages_total", "counter", "messages since the start", w->messages);
    line(out, "turns_total", "counter", "turns of merging and sending", w->turns);
    line(out, "turn_milliseconds_total", "counter", "time of these turns", w->turn_ms);
    line(out, "turn_milliseconds_max", "gauge", "the longest of them", w->turn_most_ms);
    line(out, "proposals", "gauge", "proposals that wait for an officer", w->proposals);
    head(out, "trouble_total", "counter", "what strangers and members did wrong, by kind");
    for (int i = 0; i < WATCH_KINDS; i++)
        tq_buf_printf(out, "tuquan_trouble_total{kind=\"%s\"} %" PRIu64 "\n",
                watch_code((watch_kind)i), w->kinds[i].count);
}

static void put_machine(struct tq_buf *out, const struct api *api)
{
    struct stat file;
    uint64_t left;

    if (tq_file_room(api->dir, &left, NULL) == TQ_OK)
        line(out, "disk_free_bytes", "gauge", "left where the data is", left);
    if (stat(api->app.db_path, &file) == 0)
        line(out, "database_bytes", "gauge", "size of the data file", (uint64_t)file.st_size);
}

/* The code of a unit's key, which holds nothing that a label must escape. */
static void put_of_unit(struct tq_buf *out, const char *name, const json_t *row, json_int_t value)
{
    const char *unit = json_string_value(json_object_get(row, "unit"));

    if (unit != NULL && strcspn(unit, "\"\\\n") == strlen(unit))
        tq_buf_printf(out, "tuquan_%s{unit=\"%.*s\"} %" JSON_INTEGER_FORMAT "\n", name,
                (int)strcspn(unit, "@"), unit, value);
}

static const struct {
    const char *name;
    const char *key;
    const char *help;
    json_int_t per; /* of the key's unit in one of ours */
} OF_UNITS[] = {
    { "unit_last_heard_seconds", "last_heard_at_ms", "when a machine of it was last heard", 1000 },
    { "unit_last_confirmed_seconds", "last_confirmed_at_ms", "when a change of it was last taken",
            1000 },
    { "unit_waiting_rows", "waiting", "changes that wait at its machines", 1 },
    { "unit_held_rows", "held", "rows that are held", 1 },
    { "unit_refused_rows", "refused", "rows that were returned", 1 },
    { "unit_conflicts", "conflicts", "conflicts that are open", 1 },
    { "unit_requests", "requests", "corrections that are asked for", 1 },
    { "unit_clock_offset_milliseconds", "offset_ms", "how wrong its clock is", 1 },
};

static void put_units(struct tq_buf *out, const json_t *rows)
{
    for (size_t m = 0; m < sizeof(OF_UNITS) / sizeof(OF_UNITS[0]); m++) {
        head(out, OF_UNITS[m].name, "gauge", OF_UNITS[m].help);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            const json_t *row = json_array_get(rows, i);
            json_int_t value = json_integer_value(json_object_get(row, OF_UNITS[m].key));

            put_of_unit(out, OF_UNITS[m].name, row, value / OF_UNITS[m].per);
        }
    }
}

#define LINKS_MOST 64u

/* Links by their number: what a neighbour is called is no figure's business. */
static const struct {
    const char *name;
    const char *help;
} OF_LINKS[] = {
    { "link_open", "the link is in force and both ways" },
    { "link_last_heard_seconds", "when its rows were last fetched to the end" },
    { "link_partner_heard_seconds", "when the neighbour last came to our mailbox" },
    { "link_waiting_rows", "rows that the neighbour has not fetched" },
    { "link_refused_rows", "what did not cross, either way" },
    { "link_agreement_days", "days that its agreement still holds" },
};

static void link_values(
        const struct tq_link_info *link, const struct link_health *health, uint64_t *out)
{
    out[0] = health->state == LINK_OPEN || health->state == LINK_BY_FILE;
    out[1] = seconds(link->heard_at_ms);
    out[2] = seconds(health->partner_heard_ms);
    out[3] = (uint64_t)health->waits;
    out[4] = link->refused;
    out[5] = health->days_left > 0 ? (uint64_t)health->days_left : 0;
}

static tq_status put_links(
        struct tq_buf *out, struct app *app, struct cli *cli, struct tq_error *err)
{
    uint64_t values[LINKS_MOST][sizeof(OF_LINKS) / sizeof(OF_LINKS[0])];
    struct tq_link_info *list;
    size_t count = 0;
    tq_status rc = tq_links_list(app->store, true, app->arena, &list, &count, err);

    count = count > LINKS_MOST ? LINKS_MOST : count;
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct link_health health;

        rc = link_health_read(app, cli, &list[i], &health, err);
        if (rc == TQ_OK)
            link_values(&list[i], &health, values[i]);
    }
    for (size_t m = 0; rc == TQ_OK && count > 0 && m < sizeof(OF_LINKS) / sizeof(OF_LINKS[0]);
            m++) {
        head(out, OF_LINKS[m].name, "gauge", OF_LINKS[m].help);
        for (size_t i = 0; i < count; i++)
            tq_buf_printf(out, "tuquan_%s{link=\"%" PRId64 "\"} %" PRIu64 "\n", OF_LINKS[m].name,
                    list[i].id, values[i][m]);
    }
    return rc;
}

static void route_metrics(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api *api = ctx;
    struct api_call call;
    struct watch watch;
    uint64_t ledger = 0;
    tq_status rc;

    api_begin(&call, api, request, answer, &CMD_BOARD);
    rc = api_run(&call);
    if (rc == TQ_OK)
        rc = app_head(&api->app, &ledger, &call.err);
    if (rc == TQ_OK)
        rc = watch_load(&watch, api->dir, &call.err);
    if (rc != TQ_OK) {
        api_answer(&call, rc);
        return;
    }
    head(&answer->body, "build_info", "gauge", "what runs here");
    tq_buf_printf(&answer->body, "tuquan_build_info{version=\"%s\"} 1\n", tq_version());
    line(&answer->body, "ledger_head", "counter", "the last sequence", ledger);
    put_machine(&answer->body, api);
    put_watch(&answer->body, &watch);
    put_units(&answer->body, json_object_get(call.cli.result, "rows"));
    rc = put_links(&answer->body, &api->app, &call.cli, &call.err);
    if (rc != TQ_OK) {
        tq_buf_clear(&answer->body);
        api_answer(&call, rc);
        return;
    }
    json_decref(call.cli.result);
    answer->type = TYPE;
}

static const struct web_route ROUTES[] = {
    { "GET", "/metrics", route_metrics, WEB_OPEN },
    { "GET", "/healthz", api_healthz, WEB_OPEN },
    { NULL, NULL, NULL, 0 },
};

/* ---- start and stop ---- */

static void serve(void *arg)
{
    struct metrics *metrics = arg;
    struct tq_error err = { 0 };
    char text[640];

    if (web_server_run(metrics->server, &err) != TQ_OK)
        fprintf(stderr, "%s\n", tq_error_text(&err, metrics->api.lang, text, sizeof(text)));
}

static bool is_everywhere(const struct tq_socket_address *address)
{
    char host[TQ_SOCKET_HOST_BYTES];

    return !tq_socket_numeric(address->host, host, sizeof(host)) || strcmp(host, "0.0.0.0") == 0 ||
           strcmp(host, "::") == 0;
}

static tq_status start(struct metrics *metrics, const char *where, struct tq_error *err)
{
    struct web_server_config config;
    int fd = -1;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    if (tq_socket_address_parse(where, &config.address, NULL) != TQ_OK ||
            is_everywhere(&config.address))
        return tq_error_set(err, TQ_CONFIG, "%s = %s", "metrics_address", where);
    rc = web_sessions_new(&metrics->sessions, tq_random_system(), err);
    if (rc == TQ_OK)
        rc = web_board_new(&metrics->board, err);
    if (rc == TQ_OK)
        rc = api_open(&metrics->api, err);
    if (rc == TQ_OK)
        rc = tq_socket_listen(&config.address, &fd, err);
    if (rc != TQ_OK)
        return rc;
    snprintf(metrics->name, sizeof(metrics->name), "%s:%u", config.address.host,
            config.address.port);
    config.listen_fd = fd;
    config.lang = metrics->api.lang;
    config.routes = ROUTES;
    config.ctx = &metrics->api;
    config.slow_ctx = &metrics->api; /* no route is slow */
    config.no_session = TQ_PAGE_ACCOUNT;
    config.sessions = metrics->sessions;
    config.board = metrics->board;
    config.clock = tq_clock_system();
    rc = web_server_new(&metrics->server, &config, err);
    if (rc != TQ_OK)
        tq_socket_close(fd);
    return rc == TQ_OK ? tq_thread_start(&metrics->thread, "metrics", serve, metrics, err) : rc;
}

tq_status metrics_start(
        struct metrics **out, struct cli *cli, const struct app *app, struct tq_error *err)
{
    const char *where = cli_config_text(app->config, "metrics_address");
    struct metrics *metrics;
    int n;
    tq_status rc;

    *out = NULL;
    if (where[0] == '\0')
        return TQ_OK;
    metrics = tq_mem_zalloc(sizeof(*metrics));
    if (metrics == NULL)
        return tq_error_set(err, TQ_NOMEM, "metrics");
    n = snprintf(metrics->dir, sizeof(metrics->dir), "%s", cli->dir);
    metrics->api.dir = metrics->dir;
    metrics->api.lang = cli->lang;
    rc = n >= 0 && (size_t)n < sizeof(metrics->dir) ? start(metrics, where, err)
                                                    : tq_error_set(err, TQ_RANGE, "%s", cli->dir);
    if (rc == TQ_OK)
        *out = metrics;
    else
        metrics_stop(metrics);
    return rc;
}

void metrics_stop(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    if (metrics->thread != NULL) {
        web_server_stop(metrics->server);
        tq_thread_join(metrics->thread);
    }
    web_server_free(metrics->server);
    api_close(&metrics->api);
    web_board_free(metrics->board);
    web_sessions_free(metrics->sessions);
    tq_mem_free(metrics);
}

const char *metrics_address(const struct metrics *metrics)
{
    return metrics->name;
}
