#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office_world.h"
#include "test_mem.h"
#include "tuquan/text.h"

static int set_up(void **state)
{
    struct office_world *w = calloc(1, sizeof(*w));

    world_open(w);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    world_close(*state);
    free(*state);
    return 0;
}

static struct tq_set_body body_of(struct office_world *w, uint64_t seq, struct tq_stored_set *set)
{
    struct tq_set_body body;

    assert_int_equal(w->office.ops->set_get(w->store, 1, seq, w->arena, set, NULL), TQ_OK);
    assert_true(set->n != 0);
    assert_int_equal(tq_body_decode(set->set.payload, w->arena, &body, NULL), TQ_OK);
    return body;
}

static void add_items(struct office_world *w, int from, int count)
{
    char sql[256];

    world_sql(w, "BEGIN");
    for (int i = from; i < from + count; i++) {
        snprintf(sql, sizeof(sql),
                "INSERT INTO item(code,title,amount) VALUES('%04d-%02d-%02d','title',%d)",
                2000 + i / 300, 1 + i / 25 % 12, 1 + i % 25, i);
        world_sql(w, sql);
    }
    world_sql(w, "COMMIT");
}

static void seal__makes_no_set_of_an_empty_log(void **state)
{
    struct office_world *w = *state;

    assert_int_equal(world_seal(w), 0);
    world_expect(w, "SELECT count(*) FROM tq_set", "0");
}

static void seal__takes_the_whole_log_and_names_the_set_in_pending(void **state)
{
    struct office_world *w = *state;
    struct tq_stored_set set;
    struct tq_set_body body;

    add_items(w, 0, 1);
    world_sql(w, "UPDATE item SET title='it''s', amount=NULL WHERE code='2000-01-01'");
    assert_int_equal(world_seal(w), 1);
    world_expect(w, "SELECT count(*) FROM tq_log", "0");
    world_expect(w, "SELECT count(*) FROM tq_pending WHERE set_n=1", "3");
    body = body_of(w, 1, &set);
    assert_int_equal(body.nchanges, 3);
    assert_int_equal(body.changes[0].cell, TQ_CELL_ROW);
    assert_int_equal(body.changes[0].log_id, 1);
    assert_null(body.changes[0].before);
    for (size_t i = 1; i < 3; i++) {
        const struct tq_change *c = &body.changes[i];

        assert_int_equal(c->ncolumns, 1);
        if (c->cell == WORLD_TITLE)
            assert_true(tq_slice_equal(c->after[0].s, tq_slice_str("it's")));
        else
            assert_int_equal(c->after[0].type, TQ_NULL);
        assert_true(c->before[0].type == (c->cell == WORLD_TITLE ? TQ_TEXT : TQ_INT));
    }
}

static void seal__chains_hashes_and_signs(void **state)
{
    struct office_world *w = *state;
    struct tq_stored_set first;
    struct tq_stored_set second;
    uint8_t hash[TQ_HASH_BYTES];
    uint8_t device_key[TQ_SIGN_KEY_BYTES] = { 1 };

    add_items(w, 0, 2);
    world_seal(w);
    add_items(w, 2, 2);
    world_seal(w);
    body_of(w, 1, &first);
    body_of(w, 2, &second);
    assert_memory_equal(second.set.prev, first.set.hash, TQ_HASH_BYTES);
    tq_set_hash(&second.set, hash);
    assert_memory_equal(hash, second.set.hash, TQ_HASH_BYTES);
    assert_true(w->office.verify(device_key, TQ_SIGN_SET,
            tq_slice_of(second.set.hash, TQ_HASH_BYTES), second.set.signature));
}

static void seal__cuts_between_rows_into_numbered_parts(void **state)
{
    struct office_world *w = *state;
    struct tq_stored_set set;

    w->office.part_changes = 4;
    for (int i = 0; i < 5; i++) { /* 5 rows of 3 changes: cut after the row that reaches 4 */
        char sql[128];

        add_items(w, i, 1);
        snprintf(sql, sizeof(sql), "UPDATE item SET title='x',amount=9%d WHERE code='2000-01-%02d'",
                i, i + 1);
        world_sql(w, sql);
    }
    assert_int_equal(world_seal(w), 3);
    for (uint64_t seq = 1; seq <= 3; seq++) {
        struct tq_set_body body = body_of(w, seq, &set);

        assert_int_equal(body.part, seq);
        assert_int_equal(body.parts, 3);
        assert_int_equal(body.group, 1);
        assert_int_equal(body.nchanges % 3, 0); /* never inside one row's change */
    }
}

static void seal__cuts_by_bytes(void **state)
{
    struct office_world *w = *state;

    w->office.part_bytes = 1000;
    add_items(w, 0, 100);
    assert_true(world_seal(w) > 5);
    world_expect(w, "SELECT sum(nchanges) FROM tq_set", "100");
    world_expect(w, "SELECT count(*) FROM tq_pending WHERE set_n IS NULL", "0");
}

static void seal__normalises_text_by_a_captured_update(void **state)
{
    struct office_world *w = *state;
    struct tq_stored_set set;
    struct tq_set_body body;

    w->office.nfc = tq_text_nfc;
    world_sql(w, "UPDATE tq_state SET author='lan'");
    world_sql(w, "INSERT INTO item(code,title) VALUES('2019-01-01','Ba\xcc\xa3"
                 "ch')");
    world_sql(w, "UPDATE tq_state SET author=''");
    world_seal(w);
    world_expect(w, "SELECT title FROM item",
            "B\xe1\xba\xa1"
            "ch");
    world_expect(w, "SELECT author FROM tq_state", "");
    body = body_of(w, 1, &set);
    assert_int_equal(body.nchanges, 2);
    assert_true(tq_slice_equal(body.changes[1].after[0].s, tq_slice_str("B\xe1\xba\xa1"
                                                                        "ch")));
    assert_true(tq_slice_equal(body.changes[1].author, tq_slice_str("lan")));
}

/* A catalogue in which the note of village_profile (title of `item`) may not leave the office. */
static const struct tq_catalogue *with_a_note_that_stays(struct office_world *w)
{
    const struct tq_catalogue *now = tq_catalogue_current();
    struct tq_table *tables = tq_arena_copy(w->arena, now->tables, now->ntables * sizeof(*tables));
    struct tq_catalogue *out = tq_arena_alloc(w->arena, sizeof(*out));

    for (size_t i = 0; i < now->ntables; i++) {
        struct tq_table *t = &tables[i];
        struct tq_column *columns;

        if (t->id != WORLD_ITEM)
            continue;
        columns = tq_arena_copy(w->arena, t->columns, t->ncolumns * sizeof(*columns));
        columns[tq_table_column(t, WORLD_TITLE)].leaves = false;
        t->columns = columns;
    }
    *out = (struct tq_catalogue){ now->version + 1, now->ntables, tables };
    return out;
}

static void seal__sends_nothing_of_a_column_that_may_not_leave(void **state)
{
    struct office_world *w = *state;
    struct tq_stored_set set;
    struct tq_set_body body;

    world_reopen(w, with_a_note_that_stays(w));
    add_items(w, 0, 1);
    world_sql(w, "UPDATE item SET title='stays here'");
    world_expect(w, "SELECT count(*) FROM tq_log", "1");
    world_expect(w, "SELECT count(*) FROM tq_pending", "1");
    assert_int_equal(world_seal(w), 1);
    body = body_of(w, 1, &set);
    assert_int_equal(body.nchanges, 1);
    for (uint32_t i = 0; i < body.changes[0].ncolumns; i++)
        assert_int_not_equal(body.changes[0].columns[i], WORLD_TITLE);
    world_sql(w, "UPDATE item SET title='and here', amount=8");
    assert_int_equal(world_seal(w), 1);
    body = body_of(w, 2, &set);
    assert_int_equal(body.nchanges, 1);
    assert_int_equal(body.changes[0].cell, WORLD_AMOUNT);
    world_expect(w, "SELECT title FROM item", "and here");
}

static void seal__changes_nothing_when_memory_is_short(void **state)
{
    struct office_world *w = *state;
    struct tq_seal_result result;
    struct tq_buf before;
    struct tq_error err = { TQ_OK, "" };
    tq_status rc = TQ_NOMEM;
    int sealed = 0;
    char count[16];

    w->office.nfc = tq_text_nfc;
    add_items(w, 0, 5);
    world_sql(w, "INSERT INTO item(code,title) VALUES('2019-01-01','Ba\xcc\xa3"
                 "ch')");
    tq_buf_init(&before, 0);
    world_dump(w, &before);
    for (long n = 0; n == 0 || test_mem_struck(); n += 1 + n / 50) {
        struct tq_buf after;

        test_mem_fail_after(n, n % 2 == 0);
        rc = tq_office_seal(&w->office, WORLD_NOW, &result, &err);
        test_mem_fail_after(-1, false);
        if (rc == TQ_OK) { /* SQLite could do without: another row, and on */
            sealed++;
            add_items(w, 100 + (int)n, 1);
            tq_buf_clear(&before);
            world_dump(w, &before);
            continue;
        }
        if (rc != TQ_NOMEM)
            fail_msg("allocation %ld: %s", n, err.msg);
        tq_buf_init(&after, 0);
        world_dump(w, &after);
        assert_true(tq_slice_equal(tq_buf_slice(&before), tq_buf_slice(&after)));
        tq_buf_deinit(&after);
        assert_true(n < 10000);
    }
    tq_buf_deinit(&before);
    snprintf(count, sizeof(count), "%d", sealed);
    world_expect(w, "SELECT count(*) FROM tq_set", count);
}

static void reincarnate__seals_again_what_was_not_answered(void **state)
{
    struct office_world *w = *state;
    struct tq_office_fork fork = { .incarnation = 2, .letter = "D", .kind = TQ_FORK_COPIED };
    struct tq_stored_set old;
    struct tq_stored_set set;
    struct tq_set_body body;

    add_items(w, 0, 1);
    world_seal(w);
    world_take(w, 1, 10, false, NULL, 0);
    add_items(w, 1, 2);
    world_seal(w);
    body_of(w, 2, &old);
    /* The parent is the last set that was answered, and no other. */
    fork.parent = world_point(w, 2);
    assert_int_equal(tq_office_reincarnate(&w->office, &fork, WORLD_NOW, NULL), TQ_PROTOCOL);
    world_expect(w, "SELECT incarnation FROM tq_state", "1");
    fork.parent = world_point(w, 1);
    assert_int_equal(tq_office_reincarnate(&w->office, &fork, WORLD_NOW, NULL), TQ_OK);
    world_expect(w, "SELECT letter FROM tq_state", "D");
    world_expect(w, "SELECT kind||'/'||parent_incarnation||'/'||parent_seq FROM tq_fork", "2/1/1");
    world_expect(w, "SELECT incarnation FROM tq_state", "2");
    world_expect(w, "SELECT acked FROM tq_set WHERE n=2", "2");
    assert_int_equal(w->office.ops->set_get(w->store, 2, 1, w->arena, &set, NULL), TQ_OK);
    assert_int_equal(tq_body_decode(set.set.payload, w->arena, &body, NULL), TQ_OK);
    assert_int_equal(body.parent.incarnation, 1);
    assert_int_equal(body.parent.seq, 1);
    assert_memory_equal(body.parent.hash, set.set.prev, TQ_HASH_BYTES);
    assert_int_equal(body.nchanges, 2);
    assert_int_equal(body.changes[0].incarnation, 1); /* under which it was captured */
    world_expect(w, "SELECT count(*) FROM tq_pending WHERE set_n=3", "2");
    world_expect(w, "SELECT count(*) FROM tq_pending WHERE set_n=2", "0");
}

/* A restored district lost it, and another copy's set is in its place: it goes out as rows again, and
 * what was said of them is forgotten. */
static void reincarnate__seals_again_what_was_answered_behind_the_branch(void **state)
{
    struct office_world *w = *state;
    struct tq_office_fork fork = { .incarnation = 2, .letter = "D", .kind = TQ_FORK_COPIED };
    struct tq_exception held =
            world_exception(w, 0, TQ_CELL_ROW, "2000-01-01", TQ_HELD, TQ_REASON_PARENT_MISSING);

    add_items(w, 0, 1);
    world_seal(w);
    world_take(w, 1, 10, false, &held, 1);
    add_items(w, 1, 1);
    world_seal(w);
    world_expect(w, "SELECT group_concat(state) FROM tq_pending WHERE set_n=1", "1");
    assert_int_equal(tq_office_reincarnate(&w->office, &fork, WORLD_NOW, NULL), TQ_OK);
    world_expect(
            w, "SELECT group_concat(acked) FROM (SELECT acked FROM tq_set ORDER BY n)", "2,2,0,0");
    world_expect(w, "SELECT state FROM tq_pending WHERE set_n=3", "0");
    world_expect(w, "SELECT count(*) FROM tq_returned", "0");
    world_expect(w, "SELECT incarnation||'/'||seq FROM tq_set WHERE n=3", "2/1");
}

/* What was answered follows what waits: the district takes the one only behind the other, as it is. */
static void reincarnate__keeps_what_waits_before_the_branch(void **state)
{
    struct office_world *w = *state;
    struct tq_office_fork fork = { .incarnation = 2, .letter = "D", .kind = TQ_FORK_COPIED };

    for (int i = 0; i < 3; i++) {
        add_items(w, i, 1);
        world_seal(w);
    }
    world_take(w, 2, 10, false, NULL, 0);
    fork.parent = world_point(w, 2);
    assert_int_equal(tq_office_reincarnate(&w->office, &fork, WORLD_NOW, NULL), TQ_OK);
    world_expect(
            w, "SELECT group_concat(acked) FROM (SELECT acked FROM tq_set ORDER BY n)", "0,1,2,0");
    world_expect(w, "SELECT count(*) FROM tq_pending WHERE set_n=1", "1");
    world_expect(w, "SELECT incarnation||'/'||seq FROM tq_set WHERE n=4", "2/1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(seal__makes_no_set_of_an_empty_log),
        TEST(seal__takes_the_whole_log_and_names_the_set_in_pending),
        TEST(seal__chains_hashes_and_signs),
        TEST(seal__cuts_between_rows_into_numbered_parts),
        TEST(seal__cuts_by_bytes),
        TEST(seal__normalises_text_by_a_captured_update),
        TEST(seal__sends_nothing_of_a_column_that_may_not_leave),
        TEST(seal__changes_nothing_when_memory_is_short),
        TEST(reincarnate__seals_again_what_was_not_answered),
        TEST(reincarnate__seals_again_what_was_answered_behind_the_branch),
        TEST(reincarnate__keeps_what_waits_before_the_branch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
