/* The line itself is bad: slow, cut, refusing, silent. A relay of ours stands between both ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "line_world.h"
#include "relay.h"
#include "test_mem.h"
#include "tuquan/process.h"

struct line {
    struct world world;
    struct relay *relay;
};

static int set_up(void **state)
{
    static struct line line;

    world_init(&line.world);
    world_admit(&line.world, 17, 0, true);
    line.relay = relay_start(world_port_of(tq_hub_sync_address(line.world.hub)));
    *state = &line;
    return 0;
}

static int tear_down(void **state)
{
    struct line *line = *state;

    world_deinit(&line->world);
    relay_stop(line->relay);
    assert_int_equal(test_mem_live(), 0);
    return 0;
}

static struct tq_link *through(struct line *line)
{
    struct tq_link_config config =
            world_config(&line->world, TQ_LINK_SYNC, 1, relay_address(line->relay));

    return world_link(&line->world, &config);
}

static void line_count__names_what_a_handshake_and_a_message_cost(void **state)
{
    struct line *line = *state;
    struct tq_link *link = through(line);
    uint64_t up;

    world_expect(&line->world, link, TQ_LINK_CONNECTED, TQ_OK);
    up = relay_bytes(line->relay, RELAY_UP);
    assert_in_range(up + relay_bytes(line->relay, RELAY_DOWN), 700, 1000);
    assert_int_equal(tq_link_send(link, "0123456789", 10, NULL), TQ_OK);
    world_expect_letters(&line->world, link, 1);
    assert_int_equal(relay_bytes(line->relay, RELAY_UP) - up, 10 + 33 + 2);
    tq_link_free(link);
}

static void line_cut__at_any_byte_is_healed_by_a_reopen(void **state)
{
    static const uint64_t CUTS[] = { 0, 1, 9, 10, 11, 63, 64, 65, 265, 300, 500, 700, 900, 1200 };
    struct line *line = *state;
    struct tq_link *link = through(line);

    world_expect(&line->world, link, TQ_LINK_CONNECTED, TQ_OK);
    for (size_t i = 0; i < 2 * sizeof(CUTS) / sizeof(CUTS[0]); i++) {
        static const uint8_t body[2000] = { 1 };
        struct tq_link_event event;
        int64_t since = tq_process_monotonic_ms();
        uint64_t cuts = relay_cuts(line->relay);
        bool down = false;

        line->world.ninbox = 0;
        relay_cut(line->relay);
        world_expect(&line->world, link, TQ_LINK_DISCONNECTED, TQ_UNREACHABLE);
        relay_cut_after(line->relay, i % 2 == 0 ? RELAY_UP : RELAY_DOWN, CUTS[i / 2]);
        assert_int_equal(tq_link_reopen(link, NULL), TQ_OK);
        assert_int_equal(tq_link_send(link, body, sizeof(body), NULL), TQ_OK);
        /* A cut inside the handshake is retried by the link, a later one is reported. */
        while (!down && relay_cuts(line->relay) == cuts && line->world.ninbox == 0 &&
                world_patient(since)) {
            bool got;

            world_turn(&line->world, link);
            assert_int_equal(tq_link_next_event(link, &event, &got, NULL), TQ_OK);
            down = got && event.kind == TQ_LINK_DISCONNECTED;
        }
        assert_int_equal(tq_link_reopen(link, NULL), TQ_OK);
        relay_cut_after(line->relay, RELAY_UP, UINT64_MAX);
        relay_cut_after(line->relay, RELAY_DOWN, UINT64_MAX);
        world_expect(&line->world, link, TQ_LINK_CONNECTED, TQ_OK);
        line->world.ninbox = 0;
        assert_int_equal(tq_link_send(link, "again", 5, NULL), TQ_OK);
        world_expect_letters(&line->world, link, 1);
    }
    tq_link_free(link);
}

/* As by a district that restarts: the link tries again of itself, and who sent knows nothing of it. */
static void line_cut__inside_the_handshake_loses_nothing_that_was_sent(void **state)
{
    static const uint64_t CUTS[] = { 0, 1, 10, 64, 65, 265 };
    struct line *line = *state;
    struct tq_link *link = through(line);

    world_expect(&line->world, link, TQ_LINK_CONNECTED, TQ_OK);
    for (size_t i = 0; i < 2 * sizeof(CUTS) / sizeof(CUTS[0]); i++) {
        uint64_t cuts = relay_cuts(line->relay);
        int64_t since = tq_process_monotonic_ms();
        struct tq_link_event event;
        bool got = false;

        line->world.ninbox = 0;
        relay_cut(line->relay);
        world_expect(&line->world, link, TQ_LINK_DISCONNECTED, TQ_UNREACHABLE);
        relay_cut_after(line->relay, i % 2 == 0 ? RELAY_UP : RELAY_DOWN, CUTS[i / 2]);
        assert_int_equal(tq_link_reopen(link, NULL), TQ_OK);
        assert_int_equal(tq_link_send(link, "before", 6, NULL), TQ_OK);
        while (relay_cuts(line->relay) <= cuts && world_patient(since)) {
            world_turn(&line->world, link);
            assert_int_equal(tq_link_next_event(link, &event, &got, NULL), TQ_OK);
            assert_false(got);
        }
        assert_int_equal(tq_link_send(link, "after", 5, NULL), TQ_OK); /* in its pause, mostly */
        world_expect(&line->world, link, TQ_LINK_CONNECTED, TQ_OK);
        world_expect_letters(&line->world, link, 2);
        assert_memory_equal(line->world.inbox[0].head, "before", 6);
        assert_memory_equal(line->world.inbox[1].head, "after", 5);
    }
    tq_link_free(link);
}

static void line_refuse__is_unreachable_until_it_is_over(void **state)
{
    struct line *line = *state;
    struct tq_link *link;

    relay_set_refusing(line->relay, true);
    link = through(line);
    world_expect(&line->world, link, TQ_LINK_UNREACHABLE, TQ_UNREACHABLE);
    assert_int_equal(tq_link_reopen(link, NULL), TQ_OK);
    world_expect(&line->world, link, TQ_LINK_UNREACHABLE, TQ_UNREACHABLE);
    relay_set_refusing(line->relay, false);
    assert_int_equal(tq_link_reopen(link, NULL), TQ_OK);
    world_expect(&line->world, link, TQ_LINK_CONNECTED, TQ_OK);
    tq_link_free(link);
}

static void line_delay__of_two_seconds_there_and_back_lets_a_handshake_through(void **state)
{
    struct line *line = *state;
    struct tq_link *link;

    relay_set_delay(line->relay, 1000);
    relay_set_rate(line->relay, 1000);
    link = through(line);
    assert_int_equal(tq_link_send(link, "slow", 4, NULL), TQ_OK);
    world_expect(&line->world, link, TQ_LINK_CONNECTED, TQ_OK);
    world_expect_letters(&line->world, link, 1);
    tq_link_free(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define LINE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        LINE_TEST(line_count__names_what_a_handshake_and_a_message_cost),
        LINE_TEST(line_cut__at_any_byte_is_healed_by_a_reopen),
        LINE_TEST(line_cut__inside_the_handshake_loses_nothing_that_was_sent),
        LINE_TEST(line_refuse__is_unreachable_until_it_is_over),
        LINE_TEST(line_delay__of_two_seconds_there_and_back_lets_a_handshake_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
