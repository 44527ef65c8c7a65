/* The district's ports against guests, subscribers, silent and hostile peers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "line_world.h"
#include "raw_peer.h"
#include "relay.h"
#include "test_mem.h"
#include "tuquan/process.h"

#define OFFICES 17u

static int set_up(void **state)
{
    static struct world world;

    world_init(&world);
    world_admit(&world, OFFICES, 0, true);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    world_deinit(*state);
    assert_int_equal(test_mem_live(), 0);
    return 0;
}

static void open_guests(struct world *world)
{
    struct tq_error err;

    assert_int_equal(tq_hub_open_guests(world->hub, "tcp://127.0.0.1:0", &err), TQ_OK);
}

static int dial(uint16_t port)
{
    struct sockaddr_in address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void guests_open__takes_a_join_and_answers(void **state)
{
    struct world *world = *state;
    static uint8_t large[TQ_LINK_GUEST_MAX_MESSAGE + 1];
    struct tq_link_config config;
    struct tq_link *link;
    struct tq_error err;

    open_guests(world);
    config = world_config(world, TQ_LINK_GUEST, 0, NULL);
    link = world_link(world, &config);
    assert_int_equal(tq_link_send(link, large, sizeof(large), &err), TQ_TOO_LARGE);
    assert_int_equal(tq_link_send(link, large, sizeof(large) - 1, &err), TQ_OK);
    world_expect_letters(world, link, 1);
    assert_int_equal(world->inbox[0].kind, TQ_HUB_GUEST);
    assert_string_equal(world->inbox[0].user_id, "guest:1");
    assert_int_equal(tq_hub_send(world->hub, &world->inbox[0].peer, "welcome", 7, &err), TQ_OK);
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    world_expect_text(world, link, "welcome");
    tq_link_free(link);
}

static void guests_open__drops_a_guest_that_sends_more_than_a_join(void **state)
{
    struct world *world = *state;
    static uint8_t large[2 * TQ_LINK_GUEST_MAX_MESSAGE];
    struct tq_link_config config;
    struct tq_link *link;

    open_guests(world);
    config = world_config(world, TQ_LINK_GUEST, 0, NULL);
    config.kind = TQ_LINK_SYNC; /* a guest's key in a program that knows no limit */
    link = world_link(world, &config);
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    assert_int_equal(tq_link_send(link, large, sizeof(large), NULL), TQ_OK);
    world_expect(world, link, TQ_LINK_DISCONNECTED, TQ_UNREACHABLE);
    assert_int_equal(world->ninbox, 0);
    tq_link_free(link);
}

/* A few bytes over the limit still fit the frame; the hub counts them itself. */
static void guests_open__refuses_one_byte_too_many(void **state)
{
    struct world *world = *state;
    static uint8_t large[TQ_LINK_GUEST_MAX_MESSAGE + 1];
    struct tq_link_config config;
    struct tq_link *link;
    struct tq_hub_stats stats;

    open_guests(world);
    config = world_config(world, TQ_LINK_GUEST, 0, NULL);
    config.kind = TQ_LINK_SYNC;
    link = world_link(world, &config);
    assert_int_equal(tq_link_send(link, large, sizeof(large), NULL), TQ_OK);
    assert_int_equal(tq_link_send(link, large, 1, NULL), TQ_OK);
    world_expect_letters(world, link, 1);
    assert_int_equal(world->inbox[0].len, 1);
    tq_hub_get_stats(world->hub, &stats);
    assert_int_equal(stats.malformed, 1);
    tq_link_free(link);
}

static void guests_open__keys_open_their_own_door_only(void **state)
{
    struct world *world = *state;
    struct tq_link_config guest;
    struct tq_link_config device;
    struct tq_link *link;

    open_guests(world);
    guest = world_config(world, TQ_LINK_GUEST, 0, tq_hub_sync_address(world->hub));
    link = world_link(world, &guest);
    world_expect(world, link, TQ_LINK_NOT_ADMITTED, TQ_NOT_ADMITTED);
    tq_link_free(link);
    device = world_config(world, TQ_LINK_SYNC, 1, tq_hub_guest_address(world->hub));
    link = world_link(world, &device);
    world_expect(world, link, TQ_LINK_NOT_ADMITTED, TQ_NOT_ADMITTED);
    tq_link_free(link);
}

static void guests_close__frees_the_port_at_once(void **state)
{
    struct world *world = *state;
    char address[TQ_LINK_ADDRESS_SIZE];
    struct tq_error err;

    open_guests(world);
    snprintf(address, sizeof(address), "%s", tq_hub_guest_address(world->hub));
    assert_int_equal(tq_hub_open_guests(world->hub, address, &err), TQ_EXISTS);
    for (int i = 0; i < 10; i++) {
        tq_hub_close_guests(world->hub);
        assert_string_equal(tq_hub_guest_address(world->hub), "");
        assert_int_equal(dial(world_port_of(address)), -1);
        assert_int_equal(tq_hub_open_guests(world->hub, address, &err), TQ_OK);
    }
}

/* As large as an answer to a Join may be; larger ones may be cut (tuquan/hub.h says so). */
static void guests_close__lets_the_last_answer_out(void **state)
{
    struct world *world = *state;
    static uint8_t body[TQ_LINK_GUEST_MAX_MESSAGE];

    for (int i = 0; i < 20; i++) {
        struct tq_link_config config;
        struct tq_link *link;
        struct tq_slice message;
        int64_t since = tq_process_monotonic_ms();
        bool got = false;

        open_guests(world);
        config = world_config(world, TQ_LINK_GUEST, 0, NULL);
        link = world_link(world, &config);
        world->ninbox = 0;
        assert_int_equal(tq_link_send(link, "join", 4, NULL), TQ_OK);
        world_expect_letters(world, link, 1);
        assert_int_equal(
                tq_hub_send(world->hub, &world->inbox[0].peer, body, sizeof(body), NULL), TQ_OK);
        tq_hub_close_guests(world->hub);
        while (!got && world_patient(since)) {
            world_turn(world, link);
            assert_int_equal(tq_link_recv(link, &message, &got, NULL), TQ_OK);
        }
        assert_int_equal(message.len, sizeof(body));
        tq_link_free(link);
    }
}

static void hub_refuse_new__frees_the_ports_and_lets_the_last_answers_out(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct tq_link *link = world_link(world, &config);
    char address[TQ_LINK_ADDRESS_SIZE];
    struct tq_error err;

    snprintf(address, sizeof(address), "%s", tq_hub_sync_address(world->hub));
    assert_int_equal(tq_link_send(link, "hello", 5, &err), TQ_OK);
    world_expect_letters(world, link, 1);
    assert_int_equal(tq_hub_send(world->hub, &world->inbox[0].peer, "bye", 3, &err), TQ_OK);
    tq_hub_refuse_new(world->hub);
    assert_int_equal(dial(world_port_of(address)), -1);
    tq_hub_free(world->hub, 500);
    world->hub = NULL;
    world_expect_text(world, link, "bye");
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    world_expect(world, link, TQ_LINK_DISCONNECTED, TQ_UNREACHABLE);
    tq_link_free(link);
}

/* Pump until `count` subscriptions are followed. */
static void expect_subscriptions(struct world *world, struct tq_link *link, uint64_t count)
{
    int64_t since = tq_process_monotonic_ms();
    struct tq_hub_stats stats;

    do {
        world_turn(world, link);
        tq_hub_get_stats(world->hub, &stats);
    } while (stats.subscriptions < count && world_patient(since));
    assert_int_equal(stats.subscriptions, count);
}

static void hub_publish__reaches_17_subscribers_and_again_after_they_came_back(void **state)
{
    struct world *world = *state;
    struct tq_link *links[OFFICES];
    static uint8_t content[12 * 1024];
    struct tq_error err;

    for (size_t i = 0; i < OFFICES; i++) {
        struct tq_link_config config = world_config(world, TQ_LINK_NEWS, i + 1, NULL);

        links[i] = world_link(world, &config);
    }
    expect_subscriptions(world, links[0], OFFICES);
    for (unsigned round = 1; round <= 2; round++) {
        memset(content, (int)round, sizeof(content));
        assert_int_equal(tq_hub_publish(world->hub, "rank", content, sizeof(content), &err), TQ_OK);
        for (size_t i = 0; i < OFFICES; i++) {
            int64_t since = tq_process_monotonic_ms();
            struct tq_slice message;
            bool got = false;

            while (!got && world_patient(since)) {
                world_turn(world, links[i]);
                assert_int_equal(tq_link_recv(links[i], &message, &got, &err), TQ_OK);
            }
            assert_int_equal(message.len, sizeof(content));
            assert_memory_equal(message.data, content, sizeof(content));
        }
        /* All leave and come back in the same moment: no end may be taken for another's start. */
        if (round == 1) {
            for (size_t i = 0; i < OFFICES; i++)
                assert_int_equal(tq_link_reopen(links[i], &err), TQ_OK);
            expect_subscriptions(world, links[0], (uint64_t)2 * OFFICES);
        }
    }
    for (size_t i = 0; i < OFFICES; i++)
        tq_link_free(links[i]);
}

/* Resident, in kB. */
static long resident_kb(void)
{
    char line[128];
    char *second;
    FILE *file = fopen("/proc/self/statm", "r");

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    fclose(file);
    second = strchr(line, ' ');
    assert_non_null(second);
    return strtol(second, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Who keeps freed memory says nothing of what is held. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HELD_MOST_KB 4000000L
#else
#define HELD_MOST_KB 40000L
#endif

/* 80 MB of broadcasts that one of two does not read: some wait for it, the others it misses; whoever
 * reads hears each of them. Once it reads again, it hears what comes then. */
static void hub_publish__bounds_what_waits_for_a_subscriber_that_never_reads(void **state)
{
    struct world *world = *state;
    static uint8_t content[256 * 1024];
    struct relay *relay = relay_start(world_port_of(tq_hub_news_address(world->hub)));
    struct tq_link_config config = world_config(world, TQ_LINK_NEWS, 1, relay_address(relay));
    struct tq_link *deaf = world_link(world, &config);
    struct tq_link *good;
    struct tq_slice message;
    struct tq_error err;
    unsigned heard = 0;
    int64_t since;
    long before;
    long held;

    config = world_config(world, TQ_LINK_NEWS, 2, NULL);
    good = world_link(world, &config);
    expect_subscriptions(world, good, 2);
    relay_set_stalled(relay, true);
    before = resident_kb();
    for (unsigned i = 0; i < 320; i++) {
        bool got = false;

        memset(content, (int)(i % 251), sizeof(content));
        assert_int_equal(tq_hub_publish(world->hub, "rank", content, sizeof(content), &err), TQ_OK);
        since = tq_process_monotonic_ms();
        while (!got && world_patient(since)) {
            world_turn(world, good);
            assert_int_equal(tq_link_recv(good, &message, &got, &err), TQ_OK);
        }
        assert_int_equal(message.len, sizeof(content));
        assert_memory_equal(message.data, content, sizeof(content));
    }
    held = resident_kb() - before;
    relay_set_stalled(relay, false);
    since = tq_process_monotonic_ms();
    for (bool last = false; !last && world_patient(since);) {
        bool got = false;

        assert_int_equal(tq_hub_publish(world->hub, "rank", "now", 3, &err), TQ_OK);
        world_turn(world, deaf);
        do {
            assert_int_equal(tq_link_recv(deaf, &message, &got, &err), TQ_OK);
            heard += got && message.len == sizeof(content);
            last = last || (got && message.len == 3);
        } while (got);
    }
    tq_link_free(deaf);
    tq_link_free(good);
    relay_stop(relay);
    assert_true(held < HELD_MOST_KB);
    assert_in_range(heard, 1, 200); /* what waited */
}

static void hub_publish__knows_its_topics_only(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_NEWS, 1, NULL);
    struct raw_peer *peer = raw_peer_new(&config);
    static const char *const WISHES[] = { "\1", "\1rank", "\1ranking", "\1x", "\1secret" };
    struct tq_link *link;
    struct tq_hub_stats stats;
    int64_t since = tq_process_monotonic_ms();
    struct tq_error err;

    assert_int_equal(tq_hub_publish(world->hub, "other", "x", 1, &err), TQ_NOT_FOUND);
    for (size_t i = 0; i < 5; i++)
        assert_true(raw_peer_send(peer, WISHES[i], strlen(WISHES[i]), false));
    assert_true(raw_peer_send(peer, "\7noise", 6, false));
    do {
        world_turn(world, NULL);
        tq_hub_get_stats(world->hub, &stats);
    } while (stats.wrong_topic < 6 && world_patient(since));
    assert_int_equal(stats.subscriptions, 0);
    config = world_config(world, TQ_LINK_NEWS, 2, NULL);
    link = world_link(world, &config);
    expect_subscriptions(world, link, 1);
    assert_int_equal(tq_hub_publish(world->hub, "rank", "news", 4, &err), TQ_OK);
    world_expect_text(world, link, "news");
    tq_link_free(link);
    raw_peer_free(peer);
}

static void hub_publish__gives_nothing_to_a_revoked_device_that_subscribes(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_NEWS, 4, NULL);
    struct tq_link *link = world_link(world, &config);
    struct tq_hub_stats stats;
    struct tq_gate_stats gate;
    int64_t since = tq_process_monotonic_ms();

    /* Revoked between its handshake and the moment in which its wish is read. */
    do
        tq_gate_get_stats(world->gate, &gate);
    while (gate.admitted < 1 && world_patient(since));
    world_admit(world, OFFICES, 4, false);
    do {
        world_turn(world, link);
        tq_hub_get_stats(world->hub, &stats);
    } while (stats.turned_away < 1 && world_patient(since));
    assert_int_equal(stats.subscriptions, 0);
    tq_link_free(link);
}

static void hub_send__says_when_a_peer_does_not_read_and_when_it_is_gone(void **state)
{
    struct world *world = *state;
    static uint8_t body[512 * 1024];
    struct relay *relay = relay_start(world_port_of(tq_hub_sync_address(world->hub)));
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, relay_address(relay));
    struct tq_link *link = world_link(world, &config);
    int64_t since = tq_process_monotonic_ms();
    tq_status rc = TQ_OK;
    struct tq_error err;

    assert_int_equal(tq_link_send(link, "hello", 5, &err), TQ_OK);
    world_expect_letters(world, link, 1);
    relay_set_stalled(relay, true);
    for (int i = 0; rc == TQ_OK && i < 1000; i++)
        rc = tq_hub_send(world->hub, &world->inbox[0].peer, body, sizeof(body), &err);
    assert_int_equal(rc, TQ_BUSY);
    relay_cut(relay);
    while (rc == TQ_BUSY && world_patient(since)) {
        world_turn(world, NULL);
        rc = tq_hub_send(world->hub, &world->inbox[0].peer, body, sizeof(body), &err);
        rc = rc == TQ_OK ? TQ_BUSY : rc;
    }
    assert_int_equal(rc, TQ_UNREACHABLE);
    tq_link_free(link);
    relay_stop(relay);
}

static void hub_new__closes_who_never_ends_his_handshake(void **state)
{
    struct world *world = *state;
    struct tq_hub_stats stats;
    struct tq_error err;
    int64_t since = tq_process_monotonic_ms();
    int fds[50];
    char byte;

    tq_hub_free(world->hub, 0);
    world->hub_config.handshake_ms = 300;
    assert_int_equal(
            tq_hub_new(&world->hub, world->district_net, world->gate, &world->hub_config, &err),
            TQ_OK);
    for (size_t i = 0; i < 50; i++)
        fds[i] = dial(world_port_of(tq_hub_sync_address(world->hub)));
    do {
        world_turn(world, NULL);
        tq_hub_get_stats(world->hub, &stats);
    } while (stats.handshakes_failed < 50 && world_patient(since));
    while (stats.connections > 0 && world_patient(since)) {
        world_turn(world, NULL);
        tq_hub_get_stats(world->hub, &stats);
    }
    for (size_t i = 0; i < 50; i++) {
        while (recv(fds[i], &byte, 1, 0) > 0)
            ;
        close(fds[i]);
    }
}

static void hub_free__does_not_wait_for_the_dead(void **state)
{
    struct world *world = *state;
    static uint8_t body[512 * 1024];
    struct relay *relay = relay_start(world_port_of(tq_hub_sync_address(world->hub)));
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, relay_address(relay));
    struct tq_link *link = world_link(world, &config);
    int64_t began;
    struct tq_error err;

    assert_int_equal(tq_link_send(link, "hello", 5, &err), TQ_OK);
    world_expect_letters(world, link, 1);
    relay_set_stalled(relay, true);
    for (int i = 0; i < 40; i++) {
        tq_status rc = tq_hub_send(world->hub, &world->inbox[0].peer, body, sizeof(body), &err);

        assert_true(rc == TQ_OK || rc == TQ_BUSY);
        rc = tq_link_send(link, body, sizeof(body), &err);
        assert_true(rc == TQ_OK || rc == TQ_BUSY);
    }
    began = tq_process_monotonic_ms();
    tq_link_free(link);
    tq_hub_free(world->hub, 300);
    world->hub = NULL;
    tq_gate_free(world->gate);
    world->gate = NULL;
    tq_net_free(world->district_net);
    world->district_net = NULL;
    assert_true(tq_process_monotonic_ms() - began < 5000);
    relay_stop(relay);
}

static void hub_wait__ends_at_a_wake_up(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct tq_link_ready item;
    struct tq_wake wake;
    bool woken = false;
    struct tq_error err;

    assert_int_equal(tq_wake_init(&wake, &err), TQ_OK);
    for (int i = 0; i < 100000; i++)
        tq_wake_signal(&wake); /* never blocks */
    assert_int_equal(tq_hub_wait(world->hub, wake.read_fd, &woken, -1, &err), TQ_OK);
    assert_true(woken);
    memset(&item, 0, sizeof(item));
    item.link = world_link(world, &config);
    assert_int_equal(tq_link_wait(&item, 1, wake.read_fd, &woken, -1, &err), TQ_OK);
    assert_true(woken);
    tq_wake_clear(&wake);
    assert_int_equal(tq_link_wait(&item, 1, wake.read_fd, &woken, 0, &err), TQ_OK);
    assert_false(woken);
    tq_link_free(item.link);
    tq_wake_deinit(&wake);
    tq_wake_deinit(&wake);
}

static uint32_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

static uint64_t seed_of_this_run(void)
{
    const char *set = getenv("TQ_SEED");
    uint64_t seed = set != NULL ? strtoull(set, NULL, 10) : (uint64_t)time(NULL);

    print_message("TQ_SEED=%llu\n", (unsigned long long)seed);
    return seed | 1;
}

/* An admitted device sends anything, in any number of parts; a good one is heard all the while. */
static void hub_recv__survives_garbage_from_an_admitted_peer(void **state)
{
    struct world *world = *state;
    struct tq_link_config bad = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct tq_link_config good = world_config(world, TQ_LINK_SYNC, 2, NULL);
    struct raw_peer *peer = raw_peer_new(&bad);
    struct tq_link *link = world_link(world, &good);
    static uint8_t noise[20000];
    uint64_t seed = seed_of_this_run();
    struct tq_hub_stats stats;
    size_t several = 0;
    int64_t since = tq_process_monotonic_ms();
    size_t single = 0;
    size_t heard = 0;

    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (uint8_t)next(&seed);
    for (unsigned i = 0; i < 2000; i++) {
        unsigned parts = i % 3 == 0 ? 1 : 2 + next(&seed) % 5;

        for (unsigned part = 0; part < parts; part++)
            while (!raw_peer_send(peer, noise, next(&seed) % (part % 2 == 0 ? 40 : sizeof(noise)),
                           part + 1 < parts) &&
                    world_patient(since)) {
                world->ninbox = 0;
                world_turn(world, NULL);
                single += world->ninbox;
            }
        several += parts > 1;
    }
    assert_int_equal(tq_link_send(link, "still there?", 12, NULL), TQ_OK);
    do {
        world->ninbox = 0;
        world_turn(world, link);
        for (size_t i = 0; i < world->ninbox; i++) {
            bool from_good = strcmp(world->inbox[i].user_id, "2") == 0;

            heard += from_good;
            single += !from_good;
        }
        tq_hub_get_stats(world->hub, &stats);
    } while ((heard < 1 || stats.malformed < several || single < 2000 - several) &&
             world_patient(since));
    assert_int_equal(stats.malformed, several);
    assert_int_equal(single, 2000 - several);
    tq_link_free(link);
    raw_peer_free(peer);
}

/* Random bytes to all ports before any handshake: closed, counted, nobody disturbed. */
static void hub_recv__survives_garbage_from_strangers(void **state)
{
    struct world *world = *state;
    struct tq_link_config good = world_config(world, TQ_LINK_SYNC, 2, NULL);
    uint64_t seed = seed_of_this_run();
    struct tq_link *link;

    open_guests(world);
    for (unsigned i = 0; i < 300; i++) {
        static const uint8_t GREETING[] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'C', 'U', 'R',
            'V', 'E' };
        const char *ports[] = { tq_hub_sync_address(world->hub), tq_hub_news_address(world->hub),
            tq_hub_guest_address(world->hub) };
        uint8_t bytes[1500];
        size_t len = next(&seed) % sizeof(bytes);
        int fd = dial(world_port_of(ports[i % 3]));

        assert_true(fd >= 0);
        for (size_t n = 0; n < len; n++)
            bytes[n] = (uint8_t)next(&seed);
        if (i % 2 == 0 && len > 64) {
            memset(bytes, 0, 64);
            memcpy(bytes, GREETING, sizeof(GREETING));
        }
        if (len > 0) /* the other side may close in the middle of it */
            assert_true(send(fd, bytes, len, MSG_NOSIGNAL) != 0);
        close(fd);
        if (i % 50 == 0)
            world_turn(world, NULL);
    }
    link = world_link(world, &good);
    assert_int_equal(tq_link_send(link, "still there?", 12, NULL), TQ_OK);
    world_expect_letters(world, link, 1);
    assert_string_equal(world->inbox[0].user_id, "2");
    tq_link_free(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define HUB_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        HUB_TEST(guests_open__takes_a_join_and_answers),
        HUB_TEST(guests_open__drops_a_guest_that_sends_more_than_a_join),
        HUB_TEST(guests_open__refuses_one_byte_too_many),
        HUB_TEST(guests_open__keys_open_their_own_door_only),
        HUB_TEST(guests_close__frees_the_port_at_once),
        HUB_TEST(guests_close__lets_the_last_answer_out),
        HUB_TEST(hub_refuse_new__frees_the_ports_and_lets_the_last_answers_out),
        HUB_TEST(hub_publish__reaches_17_subscribers_and_again_after_they_came_back),
        HUB_TEST(hub_publish__bounds_what_waits_for_a_subscriber_that_never_reads),
        HUB_TEST(hub_publish__knows_its_topics_only),
        HUB_TEST(hub_publish__gives_nothing_to_a_revoked_device_that_subscribes),
        HUB_TEST(hub_send__says_when_a_peer_does_not_read_and_when_it_is_gone),
        HUB_TEST(hub_new__closes_who_never_ends_his_handshake),
        HUB_TEST(hub_free__does_not_wait_for_the_dead),
        HUB_TEST(hub_wait__ends_at_a_wake_up),
        HUB_TEST(hub_recv__survives_garbage_from_an_admitted_peer),
        HUB_TEST(hub_recv__survives_garbage_from_strangers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
