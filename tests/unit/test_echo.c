/* test_echo.c - What Rows leaves out: a row that was not touched above `seen`, or whose every cell
 * above it came from the receiving chain and was accepted, as sent, at its first merge. All else comes
 * down (sync.md section 4). Real sessions, stores, triggers and codec. */
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
#define MANY 5000 /* rows of more than one chunk */

/* The items that went to one office, and the chunk at which its line is cut. */
struct line {
    size_t office;
    size_t items;
    size_t chunks;
    size_t cut; /* chunks that arrive; 0: all */
};

static bool look(void *ctx, size_t from, size_t to, const struct tq_message *message)
{
    struct line *line = ctx;

    (void)from;
    if (to != line->office || message->kind != TQ_MSG_ROWS)
        return false;
    if (++line->chunks > line->cut && line->cut > 0)
        return true;
    for (size_t i = 0; i < message->u.rows.nrows; i++)
        line->items += message->u.rows.rows[i].table == WORLD_ITEM;
    return false;
}

/* One good sync of an office: how many items came down. */
static size_t items_for(struct ends *e, size_t office)
{
    struct line line = { office, 0, 0, 0 };

    e->watch = look;
    e->watch_ctx = &line;
    assert_int_equal(ends_sync(e, office)->progress.rows_repaired, 0);
    e->watch = NULL;
    return line.items;
}

static void echo__own_row_that_was_taken_as_sent_does_not_come_back(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;

    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('" A "','a',1)");
    assert_int_equal(items_for(e, 0), 0);
    world_sql(w, "UPDATE item SET amount=2");
    assert_int_equal(items_for(e, 0), 0);
    assert_int_equal(items_for(e, 1), 1);
    assert_int_equal(items_for(e, 1), 0); /* not touched above `seen` */
}

static void echo__a_row_in_which_another_changed_a_cell_comes(void **state)
{
    struct ends *e = *state;

    world_sql(&e->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','a',1)");
    ends_sync(e, 0);
    ends_sync(e, 1);
    world_sql(&e->ends[1].w, "UPDATE item SET title='b'");
    ends_sync(e, 1);
    world_sql(&e->ends[0].w, "UPDATE item SET amount=2"); /* the last that happens to it */
    assert_int_equal(items_for(e, 0), 1);
    world_expect(&e->ends[0].w, "SELECT title||amount FROM item", "b2");
}

/* What was sent lost against another's later value of the same cell. */
static void echo__a_row_that_was_not_taken_as_sent_comes(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;

    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('" A "','a',1)");
    ends_sync(e, 0);
    ends_sync(e, 1);
    world_sql(w, "UPDATE item SET amount=2");
    world_sql(w, "UPDATE tq_log SET at_ms=at_ms-100000"); /* written before the other's */
    world_sql(&e->ends[1].w, "UPDATE item SET amount=3");
    ends_sync(e, 1);
    assert_int_equal(items_for(e, 0), 1);
    world_expect(w, "SELECT amount FROM item", "3");
}

/* Refused: what is there instead of it comes down. */
static void echo__a_cell_that_was_refused_comes(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;

    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('" A "','a',1)");
    ends_sync(e, 0);
    world_sql(w, "UPDATE item SET amount=2");
    world_sql(w, "UPDATE tq_flag SET applying=1; UPDATE item SET amount=-5;"
                 "UPDATE tq_log SET new=replace(new,'=2','=-5'); UPDATE tq_flag SET applying=0");
    assert_int_equal(items_for(e, 0), 1);
    world_expect(w, "SELECT amount FROM item", "1");
}

/* Another changed the row low down; then much else happened, and last this office changed it too: the
 * row waits for the end of the pull. The cursor is past the other's change when the line is cut. */
static void echo__it_is_seen_that_counts_and_not_the_cursor(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[0].w;
    struct line line = { 0, 0, 0, 1 };
    char sql[256];

    snprintf(sql, sizeof(sql),
            "WITH c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i<%d) INSERT INTO"
            " item(code,title,amount) SELECT date('1900-01-01','+'||i||' days'),'mẫu',i FROM c",
            2 * MANY);
    world_sql(&e->ends[1].w, sql);
    ends_sync(e, 1);
    ends_sync(e, 0);
    world_sql(&e->ends[1].w, "UPDATE item SET title='khác' WHERE code='1900-01-01'");
    ends_sync(e, 1);
    snprintf(sql, sizeof(sql), "UPDATE item SET amount=amount+1 WHERE amount BETWEEN 1 AND %d",
            MANY);
    world_sql(&e->ends[1].w, sql);
    ends_sync(e, 1);
    world_sql(w, "UPDATE item SET amount=77 WHERE code='1900-01-01'");
    e->watch = look;
    e->watch_ctx = &line;
    (void)ends_try(e, 0);
    world_expect(w, "SELECT cursor>seen FROM tq_state", "1");
    world_expect(w, "SELECT title FROM item WHERE code='1900-01-01'", "mẫu");
    assert_int_equal(line.items + items_for(e, 0), MANY + 1);
    world_expect(w, "SELECT title||amount FROM item WHERE code='1900-01-01'", "khác77");
}

/* The file went back in time: what it had sent under its incarnation is not what it has now. */
static void echo__what_another_incarnation_sent_comes(void **state)
{
    struct ends *e = *state;
    struct image image;

    world_sql(&e->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','a',1)");
    ends_sync(e, 0);
    ends_save(e, 0, &image);
    world_sql(&e->ends[0].w, "UPDATE item SET amount=2");
    ends_sync(e, 0);
    ends_load(e, 0, &image);
    ends_forget(&image);
    assert_int_equal(items_for(e, 0), 1);
    world_expect(&e->ends[0].w, "SELECT amount FROM item", "2");
}

static void echo__what_was_refilled_comes(void **state)
{
    struct ends *e = *state;
    char path[256];

    world_sql(&e->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','a',1)");
    ends_sync(e, 0);
    snprintf(path, sizeof(path), "%s/backup.db", e->mill.dir);
    mill_backup(&e->mill, path);
    world_sql(&e->ends[0].w, "UPDATE item SET amount=2");
    world_sql(&e->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" B "','b',1)");
    assert_int_equal(items_for(e, 0), 0);
    ends_restore_district(e, path);
    assert_int_equal(items_for(e, 0), 2);
    world_expect(&e->ends[0].w, "SELECT group_concat(amount) FROM item", "2,1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, ends_open, ends_close)
    const struct CMUnitTest tests[] = {
        TEST(echo__own_row_that_was_taken_as_sent_does_not_come_back),
        TEST(echo__a_row_in_which_another_changed_a_cell_comes),
        TEST(echo__a_row_that_was_not_taken_as_sent_comes),
        TEST(echo__a_cell_that_was_refused_comes),
        TEST(echo__it_is_seen_that_counts_and_not_the_cursor),
        TEST(echo__what_another_incarnation_sent_comes),
        TEST(echo__what_was_refilled_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
