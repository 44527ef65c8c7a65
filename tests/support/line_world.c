#include "line_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "tuquan/process.h"

struct world_key world_key_new(void)
{
    struct world_key key;

    assert_true(sodium_init() >= 0);
    assert_int_equal(crypto_box_keypair(key.public_key, key.secret_key), 0);
    return key;
}

static void add(struct tq_roster_entry *entry, const struct world_key *key, const char *prefix,
        size_t number, bool guest)
{
    memset(entry, 0, sizeof(*entry));
    memcpy(entry->key, key->public_key, sizeof(entry->key));
    snprintf(entry->user_id, sizeof(entry->user_id), "%s%zu", prefix, number);
    entry->guest = guest;
}

void world_admit(struct world *world, size_t count, size_t revoked, bool guest)
{
    struct tq_roster_entry entries[WORLD_LINKS + 1];
    size_t n = 0;

    for (size_t i = 1; i <= count; i++)
        if (i != revoked)
            add(&entries[n++], &world->devices[i - 1], "", i, false);
    if (guest)
        add(&entries[n++], &world->guest, "guest:", 1, true);
    assert_int_equal(tq_roster_replace(world->roster, entries, n, NULL), TQ_OK);
}

void world_init(struct world *world)
{
    struct tq_error err;

    memset(world, 0, sizeof(*world));
    world->server = world_key_new();
    world->guest = world_key_new();
    for (size_t i = 0; i < WORLD_LINKS; i++)
        world->devices[i] = world_key_new();
    assert_int_equal(tq_net_new(&world->district_net, &err), TQ_OK);
    assert_int_equal(tq_net_new(&world->office_net, &err), TQ_OK);
    assert_int_equal(tq_roster_new(&world->roster, &err), TQ_OK);
    assert_int_equal(
            tq_gate_start(&world->gate, world->district_net, tq_roster_lookup, world->roster, &err),
            TQ_OK);
    world->hub_config.sync_address = "tcp://127.0.0.1:0";
    world->hub_config.news_address = "tcp://127.0.0.1:0";
    world->hub_config.topics[0] = "rank";
    world->hub_config.admits = tq_roster_admits;
    world->hub_config.admits_ctx = world->roster;
    memcpy(world->hub_config.public_key, world->server.public_key, TQ_LINK_KEY_BYTES);
    memcpy(world->hub_config.secret_key, world->server.secret_key, TQ_LINK_KEY_BYTES);
    assert_int_equal(
            tq_hub_new(&world->hub, world->district_net, world->gate, &world->hub_config, &err),
            TQ_OK);
}

void world_deinit(struct world *world)
{
    tq_hub_free(world->hub, 0);
    tq_gate_free(world->gate);
    tq_roster_free(world->roster);
    tq_net_free(world->office_net);
    tq_net_free(world->district_net);
}

struct tq_link_config world_config(
        const struct world *world, tq_link_kind kind, size_t number, const char *address)
{
    const struct world_key *key =
            kind == TQ_LINK_GUEST ? &world->guest : &world->devices[number - 1];
    struct tq_link_config config;

    memset(&config, 0, sizeof(config));
    config.kind = kind;
    config.address = address;
    if (address == NULL && kind == TQ_LINK_SYNC)
        config.address = tq_hub_sync_address(world->hub);
    if (address == NULL && kind == TQ_LINK_NEWS)
        config.address = tq_hub_news_address(world->hub);
    if (address == NULL && kind == TQ_LINK_GUEST)
        config.address = tq_hub_guest_address(world->hub);
    config.topic = "rank";
    memcpy(config.server_key, world->server.public_key, TQ_LINK_KEY_BYTES);
    memcpy(config.public_key, key->public_key, TQ_LINK_KEY_BYTES);
    memcpy(config.secret_key, key->secret_key, TQ_LINK_KEY_BYTES);
    return config;
}

struct tq_link *world_link(struct world *world, const struct tq_link_config *config)
{
    struct tq_link *link;
    struct tq_error err;

    assert_int_equal(tq_link_new(&link, world->office_net, config, &err), TQ_OK);
    return link;
}

/* Takes no letter that the inbox has no room for: what is not read now waits in the socket. */
static void take_letters(struct world *world)
{
    struct tq_hub_message message;
    bool got = true;

    while (got && world->ninbox < WORLD_INBOX) {
        struct world_letter *letter = &world->inbox[world->ninbox];

        assert_int_equal(tq_hub_recv(world->hub, &message, &got, NULL), TQ_OK);
        if (!got)
            return;
        world->ninbox++;
        letter->kind = message.kind;
        letter->peer = message.peer;
        memcpy(letter->user_id, message.user_id, sizeof(letter->user_id));
        letter->len = message.data.len;
        if (message.data.len > 0)
            memcpy(letter->head, message.data.data,
                    message.data.len < sizeof(letter->head) ? message.data.len
                                                            : sizeof(letter->head));
    }
}

void world_turn(struct world *world, struct tq_link *link)
{
    struct tq_link_ready item;
    bool woken;

    memset(&item, 0, sizeof(item));
    item.link = link;
    if (world->hub != NULL) {
        assert_int_equal(tq_hub_wait(world->hub, -1, &woken, 5, NULL), TQ_OK);
        take_letters(world);
    }
    if (link != NULL)
        assert_int_equal(tq_link_wait(&item, 1, -1, &woken, 5, NULL), TQ_OK);
}

bool world_patient(int64_t since)
{
    if (tq_process_monotonic_ms() - since >= WORLD_WAIT_MS)
        fail_msg("nothing came in %d ms", WORLD_WAIT_MS);
    return true;
}

void world_expect(
        struct world *world, struct tq_link *link, tq_link_event_kind kind, tq_status status)
{
    int64_t since = tq_process_monotonic_ms();
    struct tq_link_event event;
    bool got = false;

    while (!got && world_patient(since)) {
        world_turn(world, link);
        assert_int_equal(tq_link_next_event(link, &event, &got, NULL), TQ_OK);
    }
    assert_int_equal(event.kind, kind);
    assert_int_equal(event.error.status, status);
}

void world_expect_letters(struct world *world, struct tq_link *link, size_t count)
{
    int64_t since = tq_process_monotonic_ms();

    while (world->ninbox < count && world_patient(since))
        world_turn(world, link);
    assert_int_equal(world->ninbox, count);
}

void world_expect_text(struct world *world, struct tq_link *link, const char *text)
{
    int64_t since = tq_process_monotonic_ms();
    struct tq_slice message;
    bool got = false;

    while (!got && world_patient(since)) {
        world_turn(world, link);
        assert_int_equal(tq_link_recv(link, &message, &got, NULL), TQ_OK);
    }
    assert_int_equal(message.len, strlen(text));
    assert_memory_equal(message.data, text, message.len);
}

uint16_t world_port_of(const char *address)
{
    const char *colon = strrchr(address, ':');

    assert_non_null(colon);
    return (uint16_t)strtoul(colon + 1, NULL, 10);
}

int world_listen(uint16_t *port)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}
