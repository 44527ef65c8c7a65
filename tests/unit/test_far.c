/* test_far.c - Offices that were away for long, or whose scope grew: what comes by the index of keys,
 * what by a scan of the whole scope, and how either goes on after a cut (sync.md section 4). Real
 * sessions, stores, triggers and codec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ends.h"

#define AWAY 0 /* the office that stays away */
#define BUSY 1
#define ROWS 9000 /* more than one chunk of them */
#define LC "08773@2004-01-01"

/* What goes to AWAY in one session. */
struct line {
    size_t chunks;
    size_t scans; /* chunks of a scan */
    size_t rows;
    uint64_t h;    /* of the last scan */
    bool from_key; /* the first chunk goes on in the middle of a scan */
    size_t cut;    /* chunks that arrive; the line is dead then; 0: all */
    size_t lose;   /* this one chunk is lost, no other */
    size_t receipts;
};

static bool look(void *ctx, size_t from, size_t to, const struct tq_message *message)
{
    struct line *line = ctx;
    const struct tq_rows *rows = &message->u.rows;

    (void)from;
    if (to != AWAY)
        return false;
    if (message->kind == TQ_MSG_RECEIPT)
        line->receipts++;
    if (message->kind != TQ_MSG_ROWS)
        return line->cut > 0 && line->chunks > line->cut;
    if (line->chunks++ == 0)
        line->from_key = rows->from.scanning && rows->to.scanning &&
                         rows->from.scan_h == rows->to.scan_h && rows->from.scan_key.len > 0;
    if (rows->from.scanning || rows->to.scanning) {
        line->scans++;
        line->h = rows->to.scanning ? rows->to.scan_h : rows->from.scan_h;
    }
    if ((line->cut > 0 && line->chunks > line->cut) || line->chunks == line->lose)
        return true;
    line->rows += rows->nrows;
    return false;
}

static struct line fresh(struct ends *e, struct line *line, size_t cut)
{
    struct line before = *line;

    memset(line, 0, sizeof(*line));
    line->cut = cut;
    e->watch = look;
    e->watch_ctx = line;
    return before;
}

/* Another device of the commune works on all rows, or on those of the first days, night after
 * night. */
static void work(struct ends *e, unsigned nights, unsigned rows)
{
    struct office_world *w = &e->ends[BUSY].w;
    char sql[256];

    for (unsigned night = 0; night < nights; night++) {
        snprintf(sql, sizeof(sql),
                "UPDATE item SET amount=amount+1 WHERE code<date('1900-01-01','+%u days')", rows);
        world_sql(w, sql);
        ends_sync(e, BUSY);
    }
}

static int set_up(void **state)
{
    struct ends *e;
    char sql[256];

    ends_open(state);
    e = *state;
    snprintf(sql, sizeof(sql),
            "WITH c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i<%d) INSERT INTO"
            " item(code,title,amount) SELECT date('1900-01-01','+'||i||' days'),'mẫu',i FROM c",
            ROWS - 1);
    world_sql(&e->ends[BUSY].w, sql);
    ends_sync(e, BUSY);
    return 0;
}

static int set_up_known(void **state)
{
    set_up(state);
    ends_sync(*state, AWAY);
    return 0;
}

static void agree(struct ends *e)
{
    static const char SUM[] = "SELECT count(*)||' '||sum(amount) FROM item";

    world_expect(&e->ends[AWAY].w, SUM, world_get(&e->ends[BUSY].w, SUM));
    world_expect(&e->ends[AWAY].w, "SELECT count(*) FROM tq_fault", "0");
    world_expect(&e->ends[AWAY].w, "SELECT scan_h FROM tq_state", "0");
}

/* Few rows, whatever happened to them: by the index, each once. */
static void far__few_rows_come_by_the_index_however_often_they_changed(void **state)
{
    struct ends *e = *state;
    struct line line = { 0 };

    work(e, 60, 200);
    fresh(e, &line, 0);
    assert_int_equal(ends_sync(e, AWAY)->round_trips, 1);
    assert_int_equal(line.scans, 0);
    assert_int_equal(line.rows, 200);
    agree(e);
}

/* All rows, more than once: a scan, each once, in one round trip. */
static void far__a_whole_scope_comes_by_a_scan(void **state)
{
    struct ends *e = *state;
    struct line line = { 0 };

    work(e, 2, ROWS);
    fresh(e, &line, 0);
    assert_int_equal(ends_sync(e, AWAY)->round_trips, 1);
    assert_true(line.scans > 2);
    assert_in_range(line.rows, ROWS, ROWS + 20);
    agree(e);
}

static void far__goes_on_from_table_and_key_after_a_cut(void **state)
{
    struct ends *e = *state;
    struct office_world *w = &e->ends[AWAY].w;
    struct line line = { 0 };
    struct line before;

    work(e, 2, ROWS);
    fresh(e, &line, 2);
    (void)ends_try(e, AWAY);
    assert_int_not_equal(strtoull(world_get(w, "SELECT scan_h FROM tq_state"), NULL, 10), 0);
    world_expect(w, "SELECT length(scan_key)>0 FROM tq_state", "1");
    /* Meanwhile: a row that the scan is past, one that it is before, and the office's own. */
    world_sql(&e->ends[BUSY].w, "UPDATE item SET title='cũ' WHERE code='1900-01-02'");
    world_sql(&e->ends[BUSY].w, "UPDATE item SET title='mới' WHERE code='1924-01-02'");
    ends_sync(e, BUSY);
    world_sql(w, "UPDATE item SET title='của mình' WHERE code='1900-01-03'");
    before = fresh(e, &line, 0);
    ends_sync(e, AWAY);
    assert_true(line.from_key);
    assert_int_equal(line.h, before.h);
    assert_true(line.rows + before.rows <= ROWS + 20);
    agree(e);
    world_expect(w, "SELECT group_concat(title) FROM (SELECT * FROM item WHERE title<>'mẫu')",
            "cũ,của mình,mới");
}

/* One chunk a night is enough: neither the scan nor its tail begins again. */
static void far__comes_to_an_end_when_every_session_is_cut(void **state)
{
    struct ends *e = *state;
    struct line line = { 0 };
    size_t rows = 0;
    unsigned nights = 0;

    work(e, 2, ROWS);
    do {
        fresh(e, &line, 1);
        (void)ends_try(e, AWAY);
        rows += line.rows;
        assert_true(++nights < 20);
    } while (e->ends[AWAY].session != NULL &&
             tq_office_session_result(e->ends[AWAY].session)->progress.phase != TQ_OFFICE_DONE);
    assert_true(rows <= ROWS + 20);
    fresh(e, &line, 0);
    ends_sync(e, AWAY);
    agree(e);
}

static void far__a_first_load_comes_to_an_end_when_every_session_is_cut(void **state)
{
    struct ends *e = *state;

    world_expect(&e->ends[AWAY].w, "SELECT count(*) FROM item", "0");
    world_sql(&e->ends[AWAY].w,
            "UPDATE tq_state SET cursor=0,seen=0,scope='',loading=1,equal_as_of=0");
    world_sql(&e->ends[AWAY].w,
            "UPDATE tq_flag SET applying=1; DELETE FROM unit; DELETE FROM period;"
            "UPDATE tq_flag SET applying=0");
    far__comes_to_an_end_when_every_session_is_cut(state);
}

/* A unit with rows whose keys come first is closed into the office's own. */
static void grow(struct ends *e)
{
    struct mill_device *district = &e->mill.devices[0];
    struct mill_device *other = mill_device(&e->mill, 12, LC);
    struct tq_error err = { TQ_OK, "" };

    e->mill.now_ms = e->now_ms;
    for (unsigned day = 1; day <= 9; day++) {
        char key[64];

        snprintf(key, sizeof(key),
                "08773-01@2019-01-01\x1f"
                "1890-01-0%u",
                day);
        mill_insert(&e->mill, other, "village_profile", tq_slice_str(key), "households=7", NULL);
    }
    assert_int_equal(mill_send(&e->mill, other).accepted, 9);
    mill_insert(&e->mill, district, "unit_successor",
            tq_slice_str(LC "\x1f" WORLD_UNIT "\x1f"
                            "2020-02-01"),
            NULL);
    mill_update(&e->mill, district, "unit", tq_slice_str(LC), "valid_to=2020-02-01", NULL);
    if (mill_district(&e->mill, &err) != TQ_OK)
        fail_msg("successor: %s", err.msg);
}

static void expect_grown(struct ends *e)
{
    world_expect(&e->ends[AWAY].w,
            "SELECT count(*)||' '||sum(households) FROM village_profile WHERE as_of<'1900-01-01'",
            "9 63");
    world_expect(&e->ends[AWAY].w, "SELECT count(*) FROM tq_scope", "2");
    world_expect(&e->ends[AWAY].w, "SELECT count(*) FROM tq_fault", "0");
}

/* The scan that was begun with the smaller scope is past the keys that came to it. */
static void far__a_scope_that_grows_within_a_scan_is_scanned_from_its_first_key(void **state)
{
    struct ends *e = *state;
    struct line line = { 0 };

    work(e, 2, ROWS);
    fresh(e, &line, 2);
    (void)ends_try(e, AWAY);
    grow(e);
    fresh(e, &line, 0);
    assert_int_equal(ends_sync(e, AWAY)->progress.rows_repaired, 0);
    assert_false(line.from_key);
    expect_grown(e);
}

/* The first chunk of the scan is lost: the pull that follows in the same session begins it again,
 * and is not answered as a near one. */
static void far__a_grown_scope_is_scanned_though_its_first_chunk_is_lost(void **state)
{
    struct ends *e = *state;
    struct line line = { 0 };

    grow(e);
    fresh(e, &line, 0);
    line.lose = 1;
    assert_int_equal(ends_sync(e, AWAY)->progress.rows_repaired, 0);
    expect_grown(e);
}

/* Its scan went through and `complete` got lost: the next session goes on from its head. */
static void far__a_grown_scope_is_not_scanned_twice(void **state)
{
    struct ends *e = *state;
    struct line line = { 0 };
    size_t chunks;

    grow(e);
    fresh(e, &line, 0);
    ends_sync(e, 2); /* another device of the commune: as many chunks */
    fresh(e, &line, 1000);
    (void)ends_try(e, AWAY);
    chunks = line.chunks;
    assert_true(line.scans > 2);
    ends_close(state); /* the same history once more, cut before its last chunk */
    set_up_known(state);
    e = *state;
    grow(e);
    fresh(e, &line, chunks - 1);
    (void)ends_try(e, AWAY);
    world_expect(&e->ends[AWAY].w, "SELECT scan_h FROM tq_state", "0");
    fresh(e, &line, 0);
    ends_sync(e, AWAY);
    assert_int_equal(line.scans, 0);
    assert_true(line.rows < 20);
    expect_grown(e);
}

int main(void)
{
#define TEST(f, up) cmocka_unit_test_setup_teardown(f, up, ends_close)
    const struct CMUnitTest tests[] = {
        TEST(far__few_rows_come_by_the_index_however_often_they_changed, set_up_known),
        TEST(far__a_whole_scope_comes_by_a_scan, set_up_known),
        TEST(far__goes_on_from_table_and_key_after_a_cut, set_up_known),
        TEST(far__comes_to_an_end_when_every_session_is_cut, set_up_known),
        TEST(far__a_first_load_comes_to_an_end_when_every_session_is_cut, set_up),
        TEST(far__a_scope_that_grows_within_a_scan_is_scanned_from_its_first_key, set_up_known),
        TEST(far__a_grown_scope_is_scanned_though_its_first_chunk_is_lost, set_up_known),
        TEST(far__a_grown_scope_is_not_scanned_twice, set_up_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
