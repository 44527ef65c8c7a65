#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "line_world.h"
#include "test_mem.h"
#include "tuquan/process.h"

static int set_up(void **state)
{
    static struct world world;

    world_init(&world);
    world_admit(&world, 17, 0, true);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    world_deinit(*state);
    assert_int_equal(test_mem_live(), 0);
    return 0;
}

static void say(struct tq_link *link, const char *text)
{
    assert_int_equal(tq_link_send(link, text, strlen(text), NULL), TQ_OK);
}

static void link_open__lets_a_known_device_talk_and_names_it(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 7, NULL);
    struct tq_link *link = world_link(world, &config);

    say(link, "xin chào"); /* before the handshake: it waits */
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    world_expect_letters(world, link, 1);
    assert_int_equal(world->inbox[0].kind, TQ_HUB_DEVICE);
    assert_string_equal(world->inbox[0].user_id, "7");
    assert_int_equal(world->inbox[0].len, strlen("xin chào"));
    assert_memory_equal(world->inbox[0].head, "xin chào", strlen("xin chào"));
    assert_int_equal(tq_hub_send(world->hub, &world->inbox[0].peer, "chào 7", 7, NULL), TQ_OK);
    world_expect_text(world, link, "chào 7");
    tq_link_free(link);
}

static void link_open__tells_a_stranger_that_he_is_not_known(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct world_key own = world_key_new();
    struct tq_link *link;
    struct tq_error err;

    memcpy(config.public_key, own.public_key, sizeof(own.public_key));
    memcpy(config.secret_key, own.secret_key, sizeof(own.secret_key));
    link = world_link(world, &config);
    say(link, "let me in");
    world_expect(world, link, TQ_LINK_NOT_ADMITTED, TQ_NOT_ADMITTED);
    assert_false(tq_link_is_open(link));
    assert_int_equal(world->ninbox, 0);
    assert_int_equal(tq_link_send(link, "x", 1, &err), TQ_UNREACHABLE);
    tq_link_free(link);
}

static void link_reopen__lets_in_who_was_admitted_later(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 18, NULL);
    struct tq_link *link = world_link(world, &config);

    world_expect(world, link, TQ_LINK_NOT_ADMITTED, TQ_NOT_ADMITTED);
    world_admit(world, 18, 0, false);
    assert_int_equal(tq_link_reopen(link, NULL), TQ_OK);
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    tq_link_free(link);
}

static void roster_replace__refuses_the_revoked_at_the_next_handshake(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 3, NULL);
    struct tq_link *link = world_link(world, &config);

    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    world_admit(world, 17, 3, false);
    assert_int_equal(tq_link_reopen(link, NULL), TQ_OK);
    world_expect(world, link, TQ_LINK_NOT_ADMITTED, TQ_NOT_ADMITTED);
    tq_link_free(link);
}

static void hub_recv__turns_away_the_revoked_on_a_live_connection(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 3, NULL);
    struct tq_link *link = world_link(world, &config);
    struct tq_hub_stats stats;

    say(link, "one");
    world_expect_letters(world, link, 1);
    world_admit(world, 17, 3, false);
    say(link, "two");
    world_expect_letters(world, link, 2);
    assert_int_equal(world->inbox[0].kind, TQ_HUB_DEVICE);
    assert_int_equal(world->inbox[1].kind, TQ_HUB_TURNED_AWAY);
    assert_string_equal(world->inbox[1].user_id, "3");
    /* Its data says only which session the "no" belongs to. */
    assert_int_equal(world->inbox[1].len, 3);
    tq_hub_get_stats(world->hub, &stats);
    assert_int_equal(stats.turned_away, 1);
    /* It can still be told why. */
    assert_int_equal(tq_hub_send(world->hub, &world->inbox[1].peer, "revoked", 7, NULL), TQ_OK);
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    world_expect_text(world, link, "revoked");
    tq_link_free(link);
}

static void link_open__names_a_wrong_server_key(void **state)
{
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct world_key other = world_key_new();
    struct tq_link *link;

    memcpy(config.server_key, other.public_key, sizeof(config.server_key));
    link = world_link(world, &config);
    world_expect(world, link, TQ_LINK_WRONG_SERVER, TQ_WRONG_SERVER);
    assert_false(tq_link_is_open(link));
    tq_link_free(link);
}

/* Accepts, says `text`, closes, until the link reports. */
static void expect_other_program(struct world *world, const char *text)
{
    char address[40];
    uint16_t port;
    int listener = world_listen(&port);
    struct tq_link_config config;
    struct tq_link *link;
    struct tq_link_event event;
    int64_t since = tq_process_monotonic_ms();
    bool got = false;
    int served = 0;
    struct timeval moment = { 0, 5000 };

    setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof(moment));
    snprintf(address, sizeof(address), "tcp://127.0.0.1:%u", port);
    config = world_config(world, TQ_LINK_SYNC, 1, address);
    link = world_link(world, &config);
    while (!got && world_patient(since)) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0) {
            if (text[0] != '\0')
                assert_true(send(fd, text, strlen(text), MSG_NOSIGNAL) > 0);
            close(fd);
            served++;
        }
        world_turn(world, link);
        assert_int_equal(tq_link_next_event(link, &event, &got, NULL), TQ_OK);
    }
    assert_int_equal(event.kind, TQ_LINK_WRONG_SERVER);
    assert_int_equal(served, TQ_LINK_HANDSHAKE_TRIES);
    tq_link_free(link);
    close(listener);
}

static void link_open__names_another_program_that_closes(void **state)
{
    expect_other_program(*state, "");
}

static void link_open__names_another_program_that_talks(void **state)
{
    expect_other_program(*state, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}

static void link_open__says_when_nobody_listens(void **state)
{
    struct world *world = *state;
    char address[40];
    uint16_t port;
    struct tq_link_config config;
    struct tq_link *link;

    close(world_listen(&port)); /* a port that was free a moment ago */
    snprintf(address, sizeof(address), "tcp://127.0.0.1:%u", port);
    config = world_config(world, TQ_LINK_SYNC, 1, address);
    link = world_link(world, &config);
    world_expect(world, link, TQ_LINK_UNREACHABLE, TQ_UNREACHABLE);
    tq_link_free(link);
}

static void link_open__says_when_the_other_program_is_silent(void **state)
{
    struct world *world = *state;
    char address[40];
    uint16_t port;
    int listener = world_listen(&port);
    struct tq_link_config config;
    struct tq_link *link;

    snprintf(address, sizeof(address), "tcp://127.0.0.1:%u", port);
    config = world_config(world, TQ_LINK_SYNC, 1, address);
    config.handshake_ms = 1000; /* time enough to be connected on a busy machine */
    link = world_link(world, &config);
    world_expect(world, link, TQ_LINK_UNREACHABLE, TQ_TIMEOUT);
    tq_link_free(link);
    close(listener);
}

static void link_new__refuses_an_address_that_is_none(void **state)
{
    static const char *const ADDRESSES[] = { "", "127.0.0.1:80", "tcp://nowhere", "ipc://x:1",
        "tcp://a b:1:", "tcp://127.0.0.1:99999" };
    struct world *world = *state;

    for (size_t i = 0; i < sizeof(ADDRESSES) / sizeof(ADDRESSES[0]); i++) {
        struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, ADDRESSES[i]);
        struct tq_link *link;
        struct tq_error err;

        assert_int_equal(tq_link_new(&link, world->office_net, &config, &err), TQ_CONFIG);
        assert_null(link);
    }
}

static void hub_new__says_that_the_port_is_taken(void **state)
{
    struct world *world = *state;
    struct tq_hub_config config = world->hub_config;
    struct tq_hub *second;
    struct tq_error err;

    config.sync_address = tq_hub_sync_address(world->hub);
    assert_int_equal(
            tq_hub_new(&second, world->district_net, world->gate, &config, &err), TQ_PORT_TAKEN);
    assert_null(second);
    assert_non_null(strstr(err.msg, config.sync_address));
}

static void hub_new__binds_every_interface_and_finds_its_port(void **state)
{
    struct world *world = *state;
    struct tq_hub_config config = world->hub_config;
    struct tq_hub *hub;
    struct tq_error err;

    config.sync_address = "tcp://*:0";
    config.news_address = "tcp://0.0.0.0:*";
    assert_int_equal(tq_hub_new(&hub, world->district_net, world->gate, &config, &err), TQ_OK);
    assert_true(world_port_of(tq_hub_sync_address(hub)) > 0);
    assert_true(world_port_of(tq_hub_news_address(hub)) > 0);
    tq_hub_free(hub, 0);
}

static bool admit_everybody(void *ctx, const char *domain, const uint8_t key[TQ_LINK_KEY_BYTES],
        char user_id[TQ_USER_ID_SIZE])
{
    (void)ctx;
    (void)domain;
    (void)key;
    snprintf(user_id, TQ_USER_ID_SIZE, "1");
    return true;
}

/* The gate answers for another net: nobody answers the hub's own handshakes. */
static void hub_self_test__fails_where_no_handler_answers(void **state)
{
    struct world *world = *state;
    struct tq_net *bare = NULL;
    struct tq_hub *hub;
    struct tq_error err;

    assert_int_equal(tq_net_new(&bare, &err), TQ_OK);
    assert_int_equal(tq_hub_new(&hub, bare, world->gate, &world->hub_config, &err), TQ_GATE_OPEN);
    assert_null(hub);
    assert_non_null(strstr(err.msg, "(in)"));
    tq_net_free(bare);
}

static void hub_self_test__fails_where_the_handler_knows_everybody(void **state)
{
    struct world *world = *state;
    struct tq_net *net = NULL;
    struct tq_gate *gate = NULL;
    struct tq_hub *hub;
    struct tq_error err;

    assert_int_equal(tq_net_new(&net, &err), TQ_OK);
    assert_int_equal(tq_gate_start(&gate, net, admit_everybody, NULL, &err), TQ_OK);
    assert_int_equal(tq_hub_new(&hub, net, gate, &world->hub_config, &err), TQ_GATE_OPEN);
    assert_null(hub);
    tq_gate_free(gate);
    tq_net_free(net);
}

static void gate_start__refuses_a_second_one(void **state)
{
    struct world *world = *state;
    struct tq_gate *gate;
    struct tq_error err;

    assert_int_equal(
            tq_gate_start(&gate, world->district_net, tq_roster_lookup, world->roster, &err),
            TQ_EXISTS);
    assert_null(gate);
}

static void link_send__refuses_what_is_too_large(void **state)
{
    static uint8_t large[TQ_LINK_MAX_MESSAGE + 1];
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct tq_link *link = world_link(world, &config);
    struct tq_error err;

    assert_int_equal(tq_link_send(link, large, sizeof(large), &err), TQ_TOO_LARGE);
    assert_int_equal(tq_link_send(link, large, sizeof(large) - 1, &err), TQ_OK);
    world_expect_letters(world, link, 1);
    assert_int_equal(world->inbox[0].len, TQ_LINK_MAX_MESSAGE);
    tq_link_free(link);
}

static void hub_recv__tells_of_a_message_over_the_limit(void **state)
{
    static uint8_t large[TQ_LINK_MAX_MESSAGE + 4096];
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct tq_link *link;

    config.max_message_bytes = sizeof(large);
    link = world_link(world, &config);
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    assert_int_equal(tq_link_send(link, large, sizeof(large), NULL), TQ_OK);
    assert_int_equal(tq_link_send(link, large, 1, NULL), TQ_OK);
    world_expect_letters(world, link, 2);
    assert_int_equal(world->inbox[0].kind, TQ_HUB_TOO_LARGE);
    assert_int_equal(world->inbox[0].len, 0);
    assert_int_equal(world->inbox[1].kind, TQ_HUB_DEVICE);
    tq_link_free(link);
}

static void hub_recv__drops_a_peer_that_sends_too_much_at_once(void **state)
{
    static uint8_t large[TQ_LINK_MAX_MESSAGE + TQ_LINK_MAX_MESSAGE / 8 + 4096];
    struct world *world = *state;
    struct tq_link_config config = world_config(world, TQ_LINK_SYNC, 1, NULL);
    struct tq_link *link;

    config.max_message_bytes = sizeof(large);
    link = world_link(world, &config);
    world_expect(world, link, TQ_LINK_CONNECTED, TQ_OK);
    assert_int_equal(tq_link_send(link, large, sizeof(large), NULL), TQ_OK);
    world_expect(world, link, TQ_LINK_DISCONNECTED, TQ_UNREACHABLE);
    assert_int_equal(world->ninbox, 0);
    tq_link_free(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define LINE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        LINE_TEST(link_open__lets_a_known_device_talk_and_names_it),
        LINE_TEST(link_open__tells_a_stranger_that_he_is_not_known),
        LINE_TEST(link_reopen__lets_in_who_was_admitted_later),
        LINE_TEST(roster_replace__refuses_the_revoked_at_the_next_handshake),
        LINE_TEST(hub_recv__turns_away_the_revoked_on_a_live_connection),
        LINE_TEST(link_open__names_a_wrong_server_key),
        LINE_TEST(link_open__names_another_program_that_closes),
        LINE_TEST(link_open__names_another_program_that_talks),
        LINE_TEST(link_open__says_when_nobody_listens),
        LINE_TEST(link_open__says_when_the_other_program_is_silent),
        LINE_TEST(link_new__refuses_an_address_that_is_none),
        LINE_TEST(hub_new__says_that_the_port_is_taken),
        LINE_TEST(hub_new__binds_every_interface_and_finds_its_port),
        LINE_TEST(hub_self_test__fails_where_no_handler_answers),
        LINE_TEST(hub_self_test__fails_where_the_handler_knows_everybody),
        LINE_TEST(gate_start__refuses_a_second_one),
        LINE_TEST(link_send__refuses_what_is_too_large),
        LINE_TEST(hub_recv__tells_of_a_message_over_the_limit),
        LINE_TEST(hub_recv__drops_a_peer_that_sends_too_much_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
