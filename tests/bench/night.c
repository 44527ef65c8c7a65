/* night.c - Nights over real links: CURVE on the loopback, the district in a thread of its own. */
#include "ends.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "member/exchange.h"
#include "tuquan/clock.h"
#include "tuquan/hub.h"
#include "tuquan/process.h"

#define PEERS 4096u
#define ECHO 0xee
#define TOPIC "news"
#define BROADCAST_BYTES ((size_t)12 * 1024)
#define PATIENCE_MS 20000

struct served {
    struct bench_district d;
    struct tq_net *net;
    struct tq_roster *roster;
    struct tq_gate *gate;
    struct tq_hub *hub;
    struct tq_peer peers[PEERS];
    size_t npeers;
    struct tq_wake stop;
    pthread_t thread;
};

static tq_status hub_send(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct served *s = ctx;
    struct tq_buf buf;

    tq_buf_init(&buf, 0);
    bench_must(tq_message_encode(message, &buf, err), "encode", err);
    *bytes = buf.len;
    (void)!tq_hub_send(s->hub, &s->peers[peer], buf.data, buf.len, err);
    tq_buf_deinit(&buf);
    return TQ_OK;
}

static size_t peer_number(struct served *s, const struct tq_peer *peer)
{
    for (size_t i = s->npeers; i-- > 0;)
        if (s->peers[i].len == peer->len && memcmp(s->peers[i].id, peer->id, peer->len) == 0)
            return i;
    if (s->npeers == PEERS)
        bench_fail("hub", "too many peers");
    s->peers[s->npeers] = *peer;
    return s->npeers++;
}

static void take(struct served *s, const struct tq_hub_message *in)
{
    const struct tq_clock *clock = tq_clock_system();
    struct tq_message message;
    struct tq_error err;

    if (in->data.len > 0 && in->data.data[0] == ECHO) { /* the floor: no session */
        (void)!tq_hub_send(s->hub, &in->peer, in->data.data, in->data.len, &err);
        return;
    }
    tq_arena_reset(s->d.arena);
    bench_must(tq_message_decode(in->data, s->d.arena, &message, &err), "decode", &err);
    bench_must(tq_district_receive(s->d.sessions, peer_number(s, &in->peer),
                       (uint32_t)strtoul(in->user_id, NULL, 10), &message, in->data.len,
                       clock->now_ms(clock->ctx), &err),
            "receive", &err);
}

/* The loop of server/serve.c, without what a server looks after beside it. */
static void *serve(void *arg)
{
    const struct tq_clock *clock = tq_clock_system();
    struct served *s = arg;
    bool woken = false;

    while (!woken) {
        struct tq_hub_message message;
        struct tq_error err;
        bool any = false;
        bool got = true;

        bench_must(tq_hub_wait(s->hub, s->stop.read_fd, &woken, 250, &err), "wait", &err);
        while (got) {
            bench_must(tq_hub_recv(s->hub, &message, &got, &err), "recv", &err);
            any = any || got;
            if (got)
                take(s, &message);
        }
        if (any)
            bench_must(
                    tq_district_turn(s->d.sessions, clock->now_ms(clock->ctx), &err), "turn", &err);
        else
            bench_must(tq_district_store_checkpoint(s->d.store, NULL, &err), "checkpoint", &err);
    }
    return NULL;
}

static void open_ports(struct served *s, struct bench_office *offices)
{
    struct tq_roster_entry entries[BENCH_OFFICES];
    struct tq_hub_config hub;
    struct tq_error err;

    memset(entries, 0, sizeof(entries));
    for (size_t i = 0; i < BENCH_OFFICES; i++) {
        memcpy(entries[i].key, offices[i].net.keys.curve_public, TQ_CURVE_KEY_BYTES);
        snprintf(entries[i].user_id, sizeof(entries[i].user_id), "%u", offices[i].device);
    }
    bench_must(tq_net_new(&s->net, &err), "net", &err);
    bench_must(tq_roster_new(&s->roster, &err), "roster", &err);
    bench_must(tq_roster_replace(s->roster, entries, BENCH_OFFICES, &err), "roster", &err);
    bench_must(tq_gate_start(&s->gate, s->net, tq_roster_lookup, s->roster, &err), "gate", &err);
    memset(&hub, 0, sizeof(hub));
    hub.sync_address = "tcp://127.0.0.1:0";
    hub.news_address = "tcp://127.0.0.1:0";
    memcpy(hub.public_key, s->d.keys.curve_public, TQ_LINK_KEY_BYTES);
    memcpy(hub.secret_key, s->d.keys.curve_secret, TQ_LINK_KEY_BYTES);
    hub.topics[0] = TOPIC;
    hub.admits = tq_roster_admits;
    hub.admits_ctx = s->roster;
    hub.max_message_bytes = TQ_MESSAGE_MAX_BYTES;
    bench_must(tq_hub_new(&s->hub, s->net, s->gate, &hub, &err), "hub", &err);
    for (size_t i = 0; i < BENCH_OFFICES; i++) {
        snprintf(offices[i].net.link.sync_address, TQ_LINK_ADDRESS_SIZE, "%s",
                tq_hub_sync_address(s->hub));
        snprintf(offices[i].net.link.news_address, TQ_LINK_ADDRESS_SIZE, "%s",
                tq_hub_news_address(s->hub));
    }
}

static void start_serving(struct served *s)
{
    struct tq_error err;

    bench_must(tq_wake_init(&s->stop, &err), "wake", &err);
    if (pthread_create(&s->thread, NULL, serve, s) != 0)
        bench_fail("thread", "district");
}

static void stop_serving(struct served *s)
{
    tq_wake_signal(&s->stop);
    pthread_join(s->thread, NULL);
    tq_wake_deinit(&s->stop);
}

static struct tq_link_config link_config(const struct bench_office *o, tq_link_kind kind)
{
    struct tq_link_config config;

    memset(&config, 0, sizeof(config));
    config.kind = kind;
    config.address = kind == TQ_LINK_NEWS ? o->net.link.news_address : o->net.link.sync_address;
    config.topic = TOPIC;
    memcpy(config.server_key, o->net.link.curve_key, TQ_LINK_KEY_BYTES);
    memcpy(config.public_key, o->net.keys.curve_public, TQ_LINK_KEY_BYTES);
    memcpy(config.secret_key, o->net.keys.curve_secret, TQ_LINK_KEY_BYTES);
    config.max_message_bytes = TQ_MESSAGE_MAX_BYTES;
    return config;
}

static struct tq_slice await(struct tq_link *link)
{
    double deadline = bench_now() + PATIENCE_MS / 1e3;
    struct tq_slice message = { NULL, 0 };
    bool got = false;

    while (!got) {
        struct tq_link_ready ready;
        struct tq_link_event event;
        struct tq_error err;
        bool woken;

        memset(&ready, 0, sizeof(ready));
        ready.link = link;
        bench_must(tq_link_wait(&ready, 1, -1, &woken, 1000, &err), "link", &err);
        bench_must(tq_link_recv(link, &message, &got, &err), "link", &err);
        if (!got && ready.event)
            bench_must(tq_link_next_event(link, &event, &woken, &err), "link", &err);
        if (bench_now() > deadline)
            bench_fail("link", "nothing came");
    }
    return message;
}

/* Connect, handshake, one small message there and back. */
static void touch(const struct bench_office *o, struct tq_net *net)
{
    struct tq_link_config config = link_config(o, TQ_LINK_SYNC);
    static const uint8_t HELLO[] = { ECHO };
    struct tq_link *link;
    struct tq_error err;

    bench_must(tq_link_new(&link, net, &config, &err), "link", &err);
    bench_must(tq_link_send(link, HELLO, sizeof(HELLO), &err), "send", &err);
    await(link);
    tq_link_free(link);
}

static void sync_one(struct bench_office *o, struct tq_net *net)
{
    struct exchange_config config;
    struct tq_office_result result;
    struct tq_error err;

    memset(&config, 0, sizeof(config));
    config.net = net;
    config.program = "tuquan-bench";
    config.timeout_ms = PATIENCE_MS;
    config.stop_fd = -1;
    bench_must(exchange_run(&o->net, &config, &result, &err), "night", &err);
    if (result.equal_as_of == 0 || result.complete == 0)
        bench_fail("night", "not complete");
}

struct turn {
    struct bench_office *office;
    struct tq_net *net;
    pthread_barrier_t *gate;
    bool floor;
    double end;
};

static void *one_of_many(void *arg)
{
    struct turn *turn = arg;

    pthread_barrier_wait(turn->gate);
    if (turn->floor)
        touch(turn->office, turn->net);
    else
        sync_one(turn->office, turn->net);
    turn->end = bench_now();
    return NULL;
}

static double all_at_once(struct bench_office *offices, struct tq_net *net, bool floor)
{
    struct turn turns[BENCH_OFFICES];
    pthread_t threads[BENCH_OFFICES];
    pthread_barrier_t gate;
    double start;
    double end = 0;

    pthread_barrier_init(&gate, NULL, BENCH_OFFICES + 1);
    for (size_t i = 0; i < BENCH_OFFICES; i++) {
        turns[i] = (struct turn){ &offices[i], net, &gate, floor, 0 };
        if (pthread_create(&threads[i], NULL, one_of_many, &turns[i]) != 0)
            bench_fail("thread", "office");
    }
    start = bench_now();
    pthread_barrier_wait(&gate);
    for (size_t i = 0; i < BENCH_OFFICES; i++) {
        pthread_join(threads[i], NULL);
        end = turns[i].end > end ? turns[i].end : end;
    }
    pthread_barrier_destroy(&gate);
    return end - start;
}

static void write_night(struct bench *b, struct bench_office *o, struct workload *w)
{
    size_t at = w->nops;

    work_mix(w, b->night_rows);
    work_write(&o->writer, w, at, at + b->night_rows);
}

static void nights(struct bench *b, struct bench_office *offices, struct workload *works)
{
    double plain[BENCH_MAX_RUNS];
    double ours[BENCH_MAX_RUNS];
    size_t crowds = (b->nights + 3) / 4;
    struct bench_line *line;
    struct tq_net *net;
    struct tq_error err;

    bench_must(tq_net_new(&net, &err), "net", &err);
    touch(&offices[0], net);
    for (size_t i = 0; i < b->nights; i++) {
        write_night(b, &offices[0], &works[0]);
        plain[i] = bench_now();
        touch(&offices[0], net);
        plain[i] = bench_now() - plain[i];
        ours[i] = bench_now();
        sync_one(&offices[0], net);
        ours[i] = bench_now() - ours[i];
    }
    line = bench_add(b, "one night, one office", "ms", BENCH_TIMES,
            1e3 * bench_median(plain, b->nights), 1e3 * bench_median(ours, b->nights));
    line->must = 5.0;
    line->reach = 2.8;
    snprintf(line->note, sizeof(line->note), "%zu rows, cold connect to checked; 9 / 5 ms",
            b->night_rows);
    for (size_t i = 0; i < crowds; i++) {
        for (size_t u = 0; u < BENCH_OFFICES; u++)
            write_night(b, &offices[u], &works[u]);
        plain[i] = all_at_once(offices, net, true);
        ours[i] = all_at_once(offices, net, false);
    }
    line = bench_add(b, "17 offices in the same instant", "ms", BENCH_TIMES,
            1e3 * bench_median(plain, crowds), 1e3 * bench_median(ours, crowds));
    snprintf(line->note, sizeof(line->note), "to the last one checked; must 60 ms, reach 30");
    tq_net_free(net);
}

/* --- broadcast --- */

static void make_broadcast(struct served *s, struct tq_buf *out)
{
    static const uint32_t COLUMNS[] = { 1, 8 };
    struct tq_row rows[512];
    struct tq_value values[512][2];
    struct tq_message message;
    struct tq_arena *arena = tq_arena_new((size_t)1 << 20);
    struct tq_error err;

    memset(&message, 0, sizeof(message));
    memset(rows, 0, sizeof(rows));
    message.kind = TQ_MSG_BROADCAST;
    message.u.broadcast.epoch = 1;
    message.u.broadcast.rows = rows;
    for (size_t n = 0; n < 512 && out->len < BROADCAST_BYTES; n++) {
        char *text = tq_arena_alloc(arena, 160);
        uint64_t mixed = n * UINT64_C(0x9e3779b97f4a7c15);

        for (size_t i = 0; i < 150; i++) { /* what does not compress */
            mixed ^= mixed << 13;
            mixed ^= mixed >> 7;
            mixed ^= mixed << 17;
            text[i] = (char)('!' + (mixed >> 20) % 90);
        }
        values[n][0] = tq_value_text(tq_slice_of(text, 12));
        values[n][1] = tq_value_text(tq_slice_of(text, 150));
        rows[n].table = 3;
        rows[n].key = tq_slice_of(text, 12);
        rows[n].exists = true;
        rows[n].seq = n + 1;
        rows[n].ncolumns = 2;
        rows[n].columns = COLUMNS;
        rows[n].values = values[n];
        message.u.broadcast.nrows = n + 1;
        message.u.broadcast.seq = n + 1;
        tq_buf_clear(out);
        bench_must(tq_broadcast_sign(&message.u.broadcast, &s->d.signer, &err), "sign", &err);
        bench_must(tq_message_encode(&message, out, &err), "broadcast", &err);
    }
    tq_arena_free(arena);
}

static void read_broadcast(struct served *s, struct tq_slice sealed, const uint8_t *id,
        const uint8_t *key, struct tq_arena *arena)
{
    struct tq_message message;
    struct tq_error err;
    struct tq_buf plain;

    tq_buf_init(&plain, 0);
    tq_arena_reset(arena);
    bench_must(tq_open(id, key, sealed, &plain, &err), "open", &err);
    bench_must(tq_message_decode(tq_buf_slice(&plain), arena, &message, &err), "news", &err);
    bench_must(
            tq_broadcast_verify(&message.u.broadcast, s->d.keys.sign_public, &err), "news", &err);
    tq_buf_deinit(&plain);
}

static double publish(struct served *s, struct tq_link **links, const struct tq_buf *plain,
        const uint8_t *id, const uint8_t *key, struct tq_arena *arena, bool floor)
{
    double start = bench_now();
    struct tq_buf sealed;
    struct tq_error err;

    tq_buf_init(&sealed, 0);
    if (floor)
        tq_buf_append_slice(&sealed, tq_buf_slice(plain));
    else
        bench_must(tq_seal(id, key, tq_buf_slice(plain), &sealed, &err), "seal", &err);
    bench_must(tq_hub_publish(s->hub, TOPIC, sealed.data, sealed.len, &err), "publish", &err);
    for (size_t i = 0; i < BENCH_OFFICES; i++) {
        struct tq_slice got = await(links[i]);

        if (!floor)
            read_broadcast(s, got, id, key, arena);
    }
    tq_buf_deinit(&sealed);
    return bench_now() - start;
}

static void subscribe_all(
        struct served *s, struct bench_office *offices, struct tq_net *net, struct tq_link **links)
{
    struct tq_hub_stats stats;
    struct tq_error err;

    for (size_t i = 0; i < BENCH_OFFICES; i++) {
        struct tq_link_config config = link_config(&offices[i], TQ_LINK_NEWS);

        bench_must(tq_link_new(&links[i], net, &config, &err), "news", &err);
    }
    do {
        struct tq_hub_message message;
        bool woken;
        bool got;

        bench_must(tq_hub_wait(s->hub, -1, &woken, 100, &err), "hub", &err);
        bench_must(tq_hub_recv(s->hub, &message, &got, &err), "hub", &err);
        tq_hub_get_stats(s->hub, &stats);
    } while (stats.subscriptions < BENCH_OFFICES);
}

/* In one thread: the hub's. */
static void broadcasts(struct bench *b, struct served *s, struct bench_office *offices)
{
    uint8_t id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t key[TQ_GROUP_KEY_BYTES];
    struct tq_link *links[BENCH_OFFICES];
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    double plain[BENCH_MAX_RUNS];
    double ours[BENCH_MAX_RUNS];
    struct bench_line *line;
    struct tq_buf bytes;
    struct tq_net *net;
    struct tq_error err;

    bench_must(tq_net_new(&net, &err), "net", &err);
    bench_must(tq_group_key_draw(id, key, &err), "key", &err);
    tq_buf_init(&bytes, 0);
    make_broadcast(s, &bytes);
    subscribe_all(s, offices, net, links);
    for (size_t i = 0; i < b->nights; i++) {
        plain[i] = publish(s, links, &bytes, id, key, arena, true);
        ours[i] = publish(s, links, &bytes, id, key, arena, false);
    }
    line = bench_add(b, "broadcast to the last of 17", "ms", BENCH_TIMES,
            1e3 * bench_median(plain, b->nights), 1e3 * bench_median(ours, b->nights));
    line->must = 2.5;
    line->reach = 1.25;
    snprintf(line->note, sizeof(line->note), "%zu bytes; floor: unsealed, unread; 3 / 1.5 ms",
            bytes.len);
    for (size_t i = 0; i < BENCH_OFFICES; i++)
        tq_link_free(links[i]);
    tq_net_free(net);
    tq_buf_deinit(&bytes);
    tq_arena_free(arena);
}

void bench_night(struct bench *b)
{
    struct bench_office *offices = calloc(BENCH_OFFICES, sizeof(*offices));
    struct workload *works = calloc(BENCH_OFFICES, sizeof(*works));
    struct served *s = calloc(1, sizeof(*s));
    size_t stored = b->stored / BENCH_OFFICES + 1;

    if (offices == NULL || works == NULL || s == NULL)
        bench_fail("night", "no memory");
    bench_say(b, "night: 17 offices join and write what is stored");
    district_make(&s->d, b, "night-district.db");
    for (uint32_t u = 0; u < BENCH_OFFICES; u++) {
        char name[32];

        snprintf(name, sizeof(name), "night-%u.db", u);
        work_init(&works[u], u, b->seed, stored + (2 * b->nights + 8) * b->night_rows);
        office_make(&offices[u], b, &s->d, name, 101 + u, works[u].unit);
        ends_sync(&s->d, &offices[u]);
        work_inserts(&works[u], stored);
        office_writer(&offices[u], &works[u]);
        work_write(&offices[u].writer, &works[u], 0, stored);
        ends_sync(&s->d, &offices[u]);
    }
    open_ports(s, offices);
    bench_say(b, "night: broadcasts");
    broadcasts(b, s, offices);
    district_close(&s->d);
    s->d.send = hub_send;
    s->d.send_ctx = s;
    district_open(&s->d, s->d.path);
    bench_say(b, "night: nights");
    start_serving(s);
    nights(b, offices, works);
    stop_serving(s);
    tq_hub_free(s->hub, 0);
    tq_gate_free(s->gate);
    tq_roster_free(s->roster);
    tq_net_free(s->net);
    for (size_t u = 0; u < BENCH_OFFICES; u++) {
        office_close(&offices[u]);
        work_deinit(&works[u]);
    }
    district_close(&s->d);
    free(s);
    free(works);
    free(offices);
}
