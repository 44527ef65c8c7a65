/* Digests over canonical values, where they part, and the repair of what differs. */
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
#define B "2020-02-02"
#define TITLE_A "SELECT title FROM item WHERE code='" A "'"
#define AMOUNT_A "SELECT amount FROM item WHERE code='" A "'"
#define UNSETTLED "SELECT count(*) FROM pending"

/* How many digests differ from those of `rows`. */
static size_t unequal(struct office_world *w, const struct tq_row *rows, size_t n)
{
    struct tq_digest theirs[2];
    struct tq_digest *out;
    size_t differing;
    size_t of_items = 0;
    bool every_row;

    world_digest(w, rows, n, WORLD_ITEM, &theirs[0]);
    world_digest(w, rows, n, WORLD_NEWS, &theirs[1]);
    assert_int_equal(tq_office_compare(&w->office, 1, theirs, 2, WORLD_NOW, w->arena, &out,
                             &differing, &every_row, NULL),
            TQ_OK);
    for (size_t i = 0; i < differing; i++)
        of_items += out[i].table == WORLD_ITEM || out[i].table == WORLD_NEWS;
    return of_items;
}

static void digest__is_taken_over_canonical_values(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "old", 1, 10);

    world_loaded(w);
    assert_int_equal(unequal(w, &row, 1), 0);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_sql(w, "INSERT INTO item(code,title) VALUES('" B "','not there yet')");
    assert_int_equal(unequal(w, &row, 1), 0);
    world_sql(w,
            "UPDATE tq_flag SET applying=1; UPDATE village_profile SET note='x' WHERE as_of='" A
            "'; UPDATE tq_flag SET applying=0");
    assert_int_equal(unequal(w, &row, 1), 1);
}

static void split__cuts_at_keys_and_the_parts_add_up(void **state)
{
    struct office_world *w = *state;
    struct tq_row rows[20];
    struct tq_range whole = { WORLD_ITEM, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, 0, { 0 } };
    struct tq_range *parts;
    uint8_t sum[TQ_DIGEST_BYTES] = { 0 };
    size_t n;

    for (int i = 0; i < 20; i++) {
        char *code = tq_arena_alloc(w->arena, 32);

        snprintf(code, 32, "2020-03-%02d", i + 1);
        rows[i] = world_item(w, code, "t", i, 10);
    }
    world_lay(w, 10, 0, true, rows, 20);
    whole.owner = tq_slice_str(WORLD_UNIT);
    assert_int_equal(tq_office_split(&w->office, 1, WORLD_ITEM, whole.owner, 6, 100, w->arena,
                             &parts, &n, NULL),
            TQ_OK);
    assert_int_equal(n, 4);
    assert_int_equal(parts[0].low.len, 0);
    assert_int_equal(parts[3].high.len, 0);
    for (size_t i = 0; i < n; i++) {
        struct tq_range again = parts[i];

        if (i > 0)
            assert_true(tq_slice_equal(parts[i].low, parts[i - 1].high));
        assert_int_equal(tq_office_digest(&w->office, 1, &again, NULL), TQ_OK);
        assert_memory_equal(again.sum, parts[i].sum, TQ_DIGEST_BYTES);
        assert_int_equal(again.rows, parts[i].rows);
        for (size_t k = TQ_DIGEST_BYTES, carry = 0; k-- > 0;) {
            carry += (size_t)sum[k] + parts[i].sum[k];
            sum[k] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    assert_int_equal(tq_office_digest(&w->office, 1, &whole, NULL), TQ_OK);
    assert_memory_equal(whole.sum, sum, TQ_DIGEST_BYTES);
}

static uint32_t repair(struct office_world *w, const struct tq_row *rows, size_t n, tq_status rc)
{
    struct tq_rows message;
    uint32_t repaired;

    memset(&message, 0, sizeof(message));
    message.repair = true;
    message.range.table = WORLD_ITEM;
    message.range.owner = tq_slice_str(WORLD_UNIT);
    message.rows = rows;
    message.nrows = n;
    assert_int_equal(
            tq_office_apply_repair(&w->office, &message, 10, WORLD_NOW, &repaired, NULL), rc);
    return repaired;
}

static void repair__names_table_key_and_column_and_moves_nothing_else(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "old", 1, 10);

    world_loaded(w);
    world_sql(w, "UPDATE tq_flag SET applying=1; UPDATE village_profile SET households=666;"
                 "UPDATE tq_flag SET applying=0");
    world_sql(w, "UPDATE item SET title='mine' WHERE code='" A "'");
    assert_int_equal(repair(w, &row, 1, TQ_OK), 1);
    world_expect(w, AMOUNT_A, "1");
    world_expect(w, TITLE_A, "mine");
    world_expect(w, "SELECT kind||' '||tbl||' '||cell||' '||found||' '||expected FROM tq_fault",
            "1 20 8 666 1");
    world_expect(
            w, "SELECT text FROM tq_fault", "village_profile " WORLD_VILLAGE "/" A " households");
    world_expect(w, "SELECT cursor||' '||seen FROM tq_state", "10 10");
    assert_int_equal(unequal(w, &row, 1), 0);
    assert_int_equal(repair(w, &row, 1, TQ_OK), 0); /* repeated: nothing to do, no second fault */
    world_expect(w, "SELECT count(*) FROM tq_fault", "1");
}

static void repair__brings_back_a_row_that_is_missing(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "old", 1, 10);

    world_loaded(w);
    world_sql(w, "UPDATE tq_flag SET applying=1; DELETE FROM village_profile;"
                 "UPDATE tq_flag SET applying=0");
    assert_int_equal(repair(w, &row, 1, TQ_OK), 1);
    world_expect(w, TITLE_A, "old");
    world_expect(w, "SELECT kind||' '||cell FROM tq_fault", "2 0");
}

static void repair__keeps_a_row_that_the_district_has_not_but_marks_it(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "again", 3, 50);

    world_loaded(w);
    assert_int_equal(repair(w, NULL, 0, TQ_OK), 1);
    world_expect(w, TITLE_A, "old");
    world_expect(w, "SELECT kind FROM tq_fault", "3");
    world_expect(w, "SELECT cell||' '||state FROM pending", "0 2");
    world_expect(w, "SELECT reason FROM tq_returned", "0");
    assert_int_equal(unequal(w, NULL, 0), 0);
    world_lay(w, 50, 0, true, &row, 1); /* a refill brings it back */
    world_expect(w, UNSETTLED, "0");
    world_expect(w, TITLE_A, "again");
    world_expect(w, "SELECT count(*) FROM tq_returned", "0");
}

/* A merge between the comparing and the question: the rows come, and nobody was wrong. */
static void repair__calls_nothing_a_fault_that_is_newer_than_the_comparing(void **state)
{
    struct office_world *w = *state;
    struct tq_row rows[2] = { world_item(w, A, "old", 5, 11),
        world_item(w, "2020-02-01", "new", 6, 12) };

    world_loaded(w); /* compared as of 10 */
    repair(w, rows, 2, TQ_OK);
    world_expect(w,
            "SELECT group_concat(title||amount,' ') FROM (SELECT * FROM item ORDER BY amount)",
            "old5 new6");
    world_expect(w, "SELECT count(*) FROM tq_fault", "0");
}

static void repair__refuses_rows_outside_its_range(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_news(w, "ADMIN", "x", 10);

    world_loaded(w);
    repair(w, &row, 1, TQ_PROTOCOL);
    world_expect(w, "SELECT count(*) FROM tq_fault", "0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(digest__is_taken_over_canonical_values),
        TEST(split__cuts_at_keys_and_the_parts_add_up),
        TEST(repair__names_table_key_and_column_and_moves_nothing_else),
        TEST(repair__brings_back_a_row_that_is_missing),
        TEST(repair__keeps_a_row_that_the_district_has_not_but_marks_it),
        TEST(repair__calls_nothing_a_fault_that_is_newer_than_the_comparing),
        TEST(repair__refuses_rows_outside_its_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
