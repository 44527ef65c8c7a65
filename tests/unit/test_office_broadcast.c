/* What a broadcast lays into an office file, and what it leaves to the pull. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "office_world.h"

#define A "2020-01-01"

static tq_broadcast_outcome broadcast(
        struct office_world *w, const struct tq_row *row, uint64_t seq, uint64_t prev)
{
    struct tq_broadcast message;
    tq_broadcast_outcome outcome;

    memset(&message, 0, sizeof(message));
    message.seq = seq;
    message.prev = prev;
    memset(message.ledger_hash, (int)seq, sizeof(message.ledger_hash));
    message.nrows = row != NULL ? 1 : 0;
    message.rows = row;
    assert_int_equal(
            tq_office_apply_broadcast(&w->office, &message, WORLD_NOW, &outcome, NULL), TQ_OK);
    return outcome;
}

static void broadcast__lays_public_rows_above_the_cursor_only(void **state)
{
    struct office_world *w = *state;
    struct tq_row old = world_news(w, "ADMIN", "old", 9);
    struct tq_row second = world_news(w, "ADMIN", "second", 20);
    struct tq_row first = world_news(w, "ADMIN", "first", 15);

    world_loaded(w); /* cursor 10 */
    assert_int_equal(broadcast(w, &old, 9, 5), TQ_BROADCAST_DONE);
    world_expect(w, "SELECT count(*) FROM news", "0");
    assert_int_equal(broadcast(w, &second, 20, 9), TQ_BROADCAST_DONE);
    world_expect(w, "SELECT text FROM news", "second");
    assert_int_equal(broadcast(w, &first, 15, 9), TQ_BROADCAST_DONE); /* late: brought already */
    world_expect(w, "SELECT text FROM news", "second");
    world_expect(w, "SELECT cursor||' '||seen FROM tq_state", "10 10");
}

static void broadcast__sees_a_gap(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_news(w, "ADMIN", "x", 30);

    world_loaded(w);
    assert_int_equal(broadcast(w, &row, 30, 25), TQ_BROADCAST_GAP);
    world_expect(w, "SELECT text FROM news", "x"); /* it only came sooner */
    assert_int_equal(broadcast(w, NULL, 40, 30), TQ_BROADCAST_DONE);
}

static void broadcast__raises_the_top_with_the_hash_of_the_ledger(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_news(w, "ADMIN", "x", 28);

    world_loaded(w);
    world_expect(w, "SELECT top FROM tq_state", "10");
    assert_int_equal(broadcast(w, &row, 30, 9), TQ_BROADCAST_DONE);
    world_expect(w, "SELECT top||' '||hex(top_hash) FROM tq_state",
            "30 1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E1E");
    assert_int_equal(broadcast(w, &row, 20, 9), TQ_BROADCAST_DONE); /* late */
    world_expect(w, "SELECT top||' '||hex(substr(top_hash,1,1)) FROM tq_state", "30 1E");
}

/* Otherwise the file's top would lie in the new history, and the lost one would be missed. */
static void broadcast__leaves_what_comes_from_an_epoch_that_no_session_met(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_news(w, "ADMIN", "x", 30);

    world_loaded(w);
    w->office.epoch = 1;
    assert_int_equal(broadcast(w, &row, 30, 9), TQ_BROADCAST_UNMET);
    world_expect(w, "SELECT count(*) FROM news", "0");
    world_expect(w, "SELECT top FROM tq_state", "10");
}

static void broadcast__waits_while_a_session_runs(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_news(w, "ADMIN", "x", 30);

    w->office.in_session = true;
    assert_int_equal(broadcast(w, &row, 30, 0), TQ_BROADCAST_WAIT);
    world_expect(w, "SELECT count(*) FROM news", "0");
}

static void broadcast__refuses_rows_that_are_not_public(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "x", 1, 30);
    struct tq_broadcast message;
    tq_broadcast_outcome outcome;

    memset(&message, 0, sizeof(message));
    message.seq = 30;
    message.nrows = 1;
    message.rows = &row;
    assert_int_equal(tq_office_apply_broadcast(&w->office, &message, WORLD_NOW, &outcome, NULL),
            TQ_PROTOCOL);
    world_expect(w, "SELECT count(*) FROM item", "0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(broadcast__lays_public_rows_above_the_cursor_only),
        TEST(broadcast__sees_a_gap),
        TEST(broadcast__raises_the_top_with_the_hash_of_the_ledger),
        TEST(broadcast__leaves_what_comes_from_an_epoch_that_no_session_met),
        TEST(broadcast__waits_while_a_session_runs),
        TEST(broadcast__refuses_rows_that_are_not_public),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
