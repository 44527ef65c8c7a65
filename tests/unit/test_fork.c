/* test_fork.c - Files that were restored or copied, over real sessions and stores (sync.md 7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ends.h"

#define A "2020-01-01"
#define B "2020-01-02"
#define C "2020-01-03"
#define ADD(code, title) "INSERT INTO item(code,title,amount) VALUES('" code "','" title "',5)"

static struct office_world *world(struct ends *e, size_t number)
{
    return &e->ends[number].w;
}

/* Office 2 is another device of the commune: what it gets is what the district holds. */
static void everybody(struct ends *e)
{
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < ENDS; i++)
            ends_sync(e, i);
    ends_agree(e, ENDS);
}

static void fork__restored_file_gets_back_what_it_had_sent(void **state)
{
    struct ends *e = *state;
    const struct tq_office_result *result;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    ends_save(e, 0, &image);
    world_sql(world(e, 0), ADD(B, "b"));
    ends_sync(e, 0);
    world_sql(world(e, 0), "UPDATE item SET title='a2' WHERE code='" A "'");
    ends_sync(e, 0);
    ends_load(e, 0, &image);
    world_expect(world(e, 0), "SELECT count(*) FROM item", "1");
    result = ends_sync(e, 0);
    assert_int_equal(result->new_incarnation, 2);
    assert_int_equal(result->fork.kind, TQ_FORK_RESTORED);
    assert_int_equal(result->fork.lost, 2);
    assert_int_equal(result->round_trips, 2);
    world_expect(world(e, 0), "SELECT group_concat(title) FROM item", "a2,b");
    world_expect(world(e, 0), "SELECT incarnation FROM tq_state", "2");
    /* Its own work goes on, as a branch that names where it began. */
    world_sql(world(e, 0), "UPDATE item SET title='b3' WHERE code='" B "'");
    assert_int_equal(ends_sync(e, 0)->new_incarnation, 0);
    world_expect(world(e, 0), "SELECT parent_incarnation||'/'||parent_seq FROM tq_fork", "1/1");
    assert_int_equal(e->forks, 1);
    everybody(e);
    world_expect(world(e, 1), "SELECT group_concat(title) FROM item", "a2,b3");
    ends_forget(&image);
}

static void fork__lost_welcome_is_answered_the_same_again(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    ends_save(e, 0, &image);
    world_sql(world(e, 0), ADD(B, "b"));
    ends_sync(e, 0);
    ends_load(e, 0, &image);
    for (int i = 0; i < 3; i++) {
        e->swallow = TQ_MSG_WELCOME;
        assert_int_equal(ends_try(e, 0)->progress.phase, TQ_OFFICE_FAILED);
        world_expect(world(e, 0), "SELECT incarnation FROM tq_state", "1");
        assert_int_equal(e->fork.incarnation, 2);
    }
    assert_int_equal(ends_sync(e, 0)->new_incarnation, 2);
    assert_int_equal(e->fork.incarnation, 2);
    everybody(e);
    ends_forget(&image);
}

static void fork__restored_twice_from_one_image(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    world_sql(world(e, 0), "UPDATE item SET title='not sent' WHERE code='" A "'");
    ends_save(e, 0, &image);
    for (int i = 0; i < 3; i++) {
        char sql[128];

        snprintf(sql, sizeof(sql),
                "INSERT INTO item(code,title,amount) VALUES('2020-02-0%d','new',5)", i + 1);
        world_sql(world(e, 0), sql);
        ends_sync(e, 0);
        ends_load(e, 0, &image);
        assert_int_equal(ends_sync(e, 0)->new_incarnation, i + 2);
    }
    everybody(e);
    world_expect(world(e, 1), "SELECT count(*) FROM item", "4");
    world_expect(world(e, 1), "SELECT title FROM item WHERE code='" A "'", "not sent");
    world_expect(world(e, 1), "SELECT count(*) FROM conflict WHERE state='open'", "0");
    ends_forget(&image);
}

/* Told with the session, and by `status`. */
static void fork__tells_of_the_last_branch_whatever_the_clock_said(void **state)
{
    static const char *const ADDED[] = { ADD(B, "b"), ADD(C, "c") };
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    for (uint32_t i = 0; i < 2; i++) {
        ends_save(e, 0, &image);
        world_sql(world(e, 0), ADDED[i]);
        ends_sync(e, 0);
        ends_load(e, 0, &image);
        ends_forget(&image);
        assert_int_equal(ends_sync(e, 0)->fork.incarnation, i + 2);
        e->now_ms -= 86400000; /* it was ahead, and is put right */
    }
    everybody(e);
}

/* Nothing unsent in the image, so that its question is the same each time; but under the answer of
 * before something came meanwhile, and it is not given again. */
static void fork__restored_again_is_given_a_branch_that_nobody_used(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    ends_save(e, 0, &image);
    for (int i = 0; i < 3; i++) {
        char sql[128];

        snprintf(sql, sizeof(sql),
                "INSERT INTO item(code,title,amount) VALUES('2020-02-0%d','new',5)", i + 1);
        world_sql(world(e, 0), sql);
        ends_sync(e, 0);
        ends_load(e, 0, &image);
        assert_int_equal(ends_sync(e, 0)->new_incarnation, i + 2);
        assert_int_equal(e->forks, i + 1);
    }
    everybody(e);
    world_expect(world(e, 1), "SELECT count(*) FROM item", "4");
    ends_forget(&image);
}

/* With the same unsealed rows in both, and new ones of each. */
static void fork__copied_file_and_both_go_on(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    world_sql(world(e, 0), ADD(B, "both"));
    ends_save(e, 0, &image);
    ends_load(e, 1, &image);
    world_sql(world(e, 0), "UPDATE item SET amount=1 WHERE code='" A "'");
    world_sql(world(e, 1), "UPDATE item SET title='second' WHERE code='" A "'");
    world_sql(world(e, 1), ADD(C, "c"));
    ends_sync(e, 0);
    assert_int_equal(ends_sync(e, 1)->new_incarnation, 2);
    assert_int_equal(tq_office_session_result(e->ends[1].session)->fork.kind, TQ_FORK_COPIED);
    everybody(e);
    assert_int_equal(e->forks, 1);
    world_expect(world(e, 0), "SELECT incarnation FROM tq_state", "1");
    world_expect(world(e, 2), "SELECT group_concat(title||amount) FROM item", "second1,both5,c5");
    world_expect(world(e, 2), "SELECT count(*) FROM conflict WHERE state='open'", "0");
    ends_forget(&image);
}

/* Both at once, with several sets each: whoever is second is told apart in the same session. */
static void fork__copies_that_sync_in_the_same_moment(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    ends_save(e, 0, &image);
    ends_load(e, 1, &image);
    world_sql(world(e, 0), ADD(B, "of the first"));
    world_sql(world(e, 1), ADD(C, "of the second"));
    world_seal(world(e, 1));
    world_sql(world(e, 1), "UPDATE item SET title='second' WHERE code='" A "'");
    ends_start(e, 0);
    ends_start(e, 1);
    ends_run(e);
    everybody(e);
    assert_int_equal(e->forks, 1);
    world_expect(world(e, 2), "SELECT group_concat(title) FROM item",
            "second,of the first,of the second");
    ends_forget(&image);
}

/* Ahead by number, beside by hash: the district cannot see it in Hello alone. */
static void fork__file_that_is_beside_and_longer(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    ends_save(e, 0, &image);
    world_sql(world(e, 0), ADD(B, "b"));
    ends_sync(e, 0);
    ends_load(e, 0, &image);
    for (int i = 1; i < 5; i++) {
        char sql[128];

        snprintf(sql, sizeof(sql),
                "INSERT INTO item(code,title,amount) VALUES('2020-03-0%d','longer',5)", i);
        world_sql(world(e, 0), sql);
        world_seal(world(e, 0));
    }
    assert_int_equal(ends_sync(e, 0)->new_incarnation, 2);
    world_expect(world(e, 0), "SELECT count(*) FROM tq_set WHERE acked=2", "4");
    everybody(e);
    world_expect(world(e, 1), "SELECT count(*) FROM item", "6");
    ends_forget(&image);
}

/* The image was taken between the sending of a set and its receipt. */
static void fork__set_that_had_gone_out_is_known_again(void **state)
{
    struct ends *e = *state;
    const struct tq_office_result *result;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    e->swallow = TQ_MSG_RECEIPT;
    (void)ends_try(e, 0);
    world_sql(world(e, 0), "UPDATE item SET title='a2' WHERE code='" A "'");
    ends_save(e, 0, &image);
    world_sql(world(e, 0), ADD(B, "b"));
    ends_sync(e, 0);
    ends_load(e, 0, &image);
    result = ends_sync(e, 0);
    assert_int_equal(result->new_incarnation, 2);
    everybody(e);
    world_expect(world(e, 2), "SELECT group_concat(title) FROM item", "a2,b");
    world_expect(world(e, 2), "SELECT count(*) FROM conflict", "0");
    world_expect(world(e, 0), "SELECT lost-again FROM tq_fork", "1"); /* a and a2 were known */
    ends_forget(&image);
}

static void fork__copies_at_one_end_are_one_file_until_one_sends(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    ends_save(e, 0, &image);
    ends_load(e, 1, &image);
    ends_sync(e, 0);
    ends_sync(e, 1);
    assert_int_equal(e->forks, 0);
    world_sql(world(e, 1), ADD(B, "b"));
    ends_sync(e, 1);
    ends_sync(e, 0); /* now it is the first that stands behind */
    assert_int_equal(e->forks, 1);
    world_expect(world(e, 1), "SELECT incarnation FROM tq_state", "1");
    world_expect(world(e, 0), "SELECT incarnation FROM tq_state", "2");
    everybody(e);
    ends_forget(&image);
}

/* The first set that comes back is lost under way. */
static bool lose_one_refill(void *ctx, size_t from, size_t to, const struct tq_message *message)
{
    bool *lost = ctx;
    bool now = !*lost && message->kind == TQ_MSG_REFILL;

    (void)from;
    (void)to;
    *lost = *lost || now;
    return now;
}

/* The other copy's set takes the place of what the restored district had lost, while that is on its
 * way back, and the session begins again: it is offered once more, and comes back as rows of a branch
 * that begins before it. */
static void fork__beside_what_comes_back_loses_nothing(void **state)
{
    struct ends *e = *state;
    struct image image;
    bool lost = false;
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", e->mill.dir);
    world_sql(world(e, 0), ADD(A, "a"));
    ends_sync(e, 0);
    mill_backup(&e->mill, path);
    ends_save(e, 0, &image);
    ends_load(e, 1, &image);
    world_sql(world(e, 0), ADD(B, "lost"));
    ends_sync(e, 0);
    ends_restore_district(e, path);
    world_sql(world(e, 1), ADD(C, "in its place"));
    e->watch = lose_one_refill;
    e->watch_ctx = &lost;
    ends_start(e, 0);
    ends_start(e, 1);
    ends_run(e);
    assert_true(lost);
    everybody(e);
    world_expect(world(e, 2), "SELECT group_concat(title) FROM item", "a,lost,in its place");
    world_sql(world(e, 0), "UPDATE item SET title='found' WHERE code='" B "'");
    everybody(e);
    world_expect(world(e, 2), "SELECT group_concat(title) FROM item", "a,found,in its place");
    ends_forget(&image);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ends_open, ends_close)
    const struct CMUnitTest tests[] = {
        TEST(fork__restored_file_gets_back_what_it_had_sent),
        TEST(fork__lost_welcome_is_answered_the_same_again),
        TEST(fork__restored_twice_from_one_image),
        TEST(fork__tells_of_the_last_branch_whatever_the_clock_said),
        TEST(fork__restored_again_is_given_a_branch_that_nobody_used),
        TEST(fork__copied_file_and_both_go_on),
        TEST(fork__copies_that_sync_in_the_same_moment),
        TEST(fork__file_that_is_beside_and_longer),
        TEST(fork__set_that_had_gone_out_is_known_again),
        TEST(fork__copies_at_one_end_are_one_file_until_one_sends),
        TEST(fork__beside_what_comes_back_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
