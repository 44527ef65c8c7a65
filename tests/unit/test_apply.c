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

#define A "2020-01-01"
#define B "2020-02-02"
#define ADD_A "INSERT INTO item(code,title,amount) VALUES('" A "','mine',5)"
#define TITLE_A "SELECT title FROM item WHERE code='" A "'"
#define AMOUNT_A "SELECT amount FROM item WHERE code='" A "'"
#define UNSETTLED "SELECT count(*) FROM pending"

static tq_apply_outcome try_rows(
        struct office_world *w, const struct tq_rows *rows, tq_status expected)
{
    struct tq_apply_result result;

    assert_int_equal(
            tq_office_apply_rows(&w->office, rows, tq_slice_str("scope"), WORLD_NOW, &result, NULL),
            expected);
    return result.outcome;
}

/* ---- rows ---- */

static void apply_rows__lays_rows_uncaptured_and_moves_the_cursor(void **state)
{
    struct office_world *w = *state;

    world_loaded(w);
    world_expect(w, TITLE_A, "old");
    world_expect(w, "SELECT count(*) FROM tq_log", "0");
    world_expect(w, UNSETTLED, "0");
    world_expect(w, "SELECT scope||' '||t_seen FROM tq_state", "scope 1600000000010");
    world_expect(w, "SELECT applying FROM tq_flag", "0");
}

static void apply_rows__ignores_what_does_not_continue_the_file(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "new", 2, 20);
    struct tq_rows first = world_rows(w, 10, 0, true, &row, 1);
    struct tq_rows later;

    assert_int_equal(try_rows(w, &first, TQ_OK), TQ_APPLY_DONE);
    later = world_rows(w, 30, 0, false, &row, 1);
    later.from.cursor = 25;
    row.exists = false;
    assert_int_equal(try_rows(w, &later, TQ_OK), TQ_APPLY_IGNORED); /* one in between was lost */
    assert_int_equal(try_rows(w, &first, TQ_OK), TQ_APPLY_IGNORED); /* repeated */
    world_expect(w, TITLE_A, "new");
    world_expect(w, "SELECT cursor FROM tq_state", "10");
}

/* Its rows are those of the district's head, however far the cursor has come: a district that is put
 * back to before that has lost them. */
static void apply_rows__raises_the_top_to_the_head_of_the_chunk(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "new", 2, 40);
    struct tq_rows first = world_rows(w, 10, 0, true, &row, 1);
    struct tq_rows chunk = world_rows(w, 20, 0, false, &row, 1);

    assert_int_equal(try_rows(w, &first, TQ_OK), TQ_APPLY_DONE);
    chunk.from.cursor = 10;
    chunk.head = 42;
    memset(chunk.ledger_hash, 0x1e, sizeof(chunk.ledger_hash));
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_DONE);
    world_expect(w,
            "SELECT cursor||' '||seen||' '||top||' '||hex(substr(top_hash,1,1)) FROM tq_state",
            "20 10 42 1E");
    w->office.rebuilding = true; /* the histories differ: the lost one is remembered */
    chunk = world_rows(w, 30, 0, false, &row, 1);
    chunk.from.cursor = 20;
    chunk.head = 50;
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_DONE);
    world_expect(w, "SELECT cursor||' '||top FROM tq_state", "30 42");
}

static void apply_rows__resumes_a_scan_by_table_and_key(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "x", 1, 5);
    struct tq_rows chunk = world_rows(w, 0, 0, false, &row, 1);

    chunk.to.cursor = 0;
    chunk.to.scanning = true;
    chunk.to.scan_h = 50;
    chunk.to.scan_table = WORLD_ITEM;
    chunk.to.scan_key = world_key(w, A);
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_DONE);
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_IGNORED);
    world_expect(w, "SELECT scan_h||' '||scan_table||' '||loading FROM tq_state", "50 20 1");
    row = world_item(w, B, "y", 1, 6);
    chunk = world_rows(w, 50, 0, false, &row, 1);
    assert_true(chunk.from.scanning);
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_DONE);
    world_expect(w, "SELECT scan_h||' '||cursor||' '||seen FROM tq_state", "0 50 0");
}

static void apply_rows__refuses_values_that_do_not_fit(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "x", 1, 5);
    struct tq_rows chunk = world_rows(w, 10, 0, true, &row, 1);

    row.key = world_key(w, B);
    try_rows(w, &chunk, TQ_PROTOCOL);
    row = world_item(w, A, "x", 1, 5);
    for (uint32_t i = 0; i < row.ncolumns; i++)
        if (row.columns[i] == WORLD_AMOUNT)
            ((struct tq_value *)(uintptr_t)row.values)[i] = tq_value_str("many");
    try_rows(w, &chunk, TQ_PROTOCOL);
    world_expect(w, "SELECT (SELECT count(*) FROM item)||' '||cursor FROM tq_state", "0 0");
}

static void apply_rows__keeps_the_clerks_value_over_the_districts(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "theirs", 2, 20);

    world_loaded(w);
    world_sql(w, "UPDATE item SET title='mine' WHERE code='" A "'");
    world_lay(w, 20, 0, true, &row, 1);
    world_expect(w, TITLE_A, "mine");
    world_expect(w, AMOUNT_A, "2"); /* the other cell is settled */
    world_expect(w, "SELECT base FROM pending", "12='theirs',");
}

static void apply_rows__does_not_move_seen_before_complete(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "theirs", 2, 20);

    world_loaded(w);
    world_lay(w, 20, 0, false, &row, 1); /* the pull is cut here */
    world_expect(w, "SELECT cursor||' '||seen FROM tq_state", "20 10");
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_expect(w, "SELECT seen FROM tq_log", "10"); /* a conflict, never a silent overwrite */
}

static void apply_rows__keeps_the_oldest_seen_over_an_unsettled_cell(void **state)
{
    struct office_world *w = *state;

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_lay(w, 30, 0, true, NULL, 0);
    world_expect(w, "SELECT seen FROM tq_state", "30");
    world_sql(w, "UPDATE item SET amount=8 WHERE code='" A "'");
    world_sql(w, "UPDATE item SET title='t' WHERE code='" A "'");
    world_expect(
            w, "SELECT group_concat(seen) FROM (SELECT seen FROM tq_log ORDER BY id)", "10,10,30");
}

static void apply_rows__writes_the_history_of_cells(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "theirs", 2, 20);
    struct tq_origin origin = { WORLD_TITLE, 9, tq_slice_str("hoa"), 1234 };

    row.norigins = 1;
    row.origins = &origin;
    world_lay(w, 20, 0, true, &row, 1);
    world_expect(w,
            "SELECT cell||' '||device||' '||author||' '||at_ms||' '||seq"
            " FROM tq_cell_history",
            "12 9 hoa 1234 20");
}

static void apply_rows__skips_tables_and_columns_of_a_newer_district(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "x", 1, 5);
    struct tq_row strange = row;
    struct tq_row rows[2];

    strange.table = 9999;
    ((uint32_t *)(uintptr_t)row.columns)[row.ncolumns - 1] = 4000;
    rows[0] = strange;
    rows[1] = row;
    world_lay(w, 10, 0, true, rows, 2);
    world_expect(w, "SELECT count(*) FROM item", "1");
}

/* ---- sets that the district holds ---- */

static void apply_rows__asks_for_the_receipt_that_is_missing(void **state)
{
    struct office_world *w = *state;
    struct tq_apply_result result;
    struct tq_rows chunk;

    world_sql(w, ADD_A);
    world_seal(w);
    chunk = world_rows(w, 20, 1, true, NULL, 0);
    assert_int_equal(
            tq_office_apply_rows(&w->office, &chunk, tq_slice_str(""), WORLD_NOW, &result, NULL),
            TQ_OK);
    assert_int_equal(result.outcome, TQ_APPLY_RECEIPT);
    assert_int_equal(result.missing.seq, 1);
    world_expect(w, "SELECT cursor FROM tq_state", "0");
}

static void apply_rows__names_a_copy_when_the_hash_is_another(void **state)
{
    struct office_world *w = *state;
    struct tq_rows chunk;

    world_sql(w, ADD_A);
    world_seal(w);
    chunk = world_rows(w, 20, 1, true, NULL, 0);
    chunk.held.hash[0] ^= 1;
    try_rows(w, &chunk, TQ_COPIED);
    chunk.held = world_point(w, 1);
    chunk.held.seq = 2; /* a set that this file never sealed */
    try_rows(w, &chunk, TQ_COPIED);
    world_expect(w, "SELECT cursor FROM tq_state", "0");
}

static void apply_rows__settles_an_accepted_insert_without_seeing_it_again(void **state)
{
    struct office_world *w = *state;

    world_sql(w, ADD_A);
    world_seal(w);
    world_take(w, 1, 20, false, NULL, 0);
    world_expect(w, UNSETTLED, "1"); /* the cursor is not there yet */
    world_lay(w, 20, 1, true, NULL, 0);
    world_expect(w, UNSETTLED, "0");
    world_expect(w, TITLE_A, "mine");
    world_expect(w, "SELECT acked||canonical FROM tq_set", "11");
}

static void apply_rows__makes_an_accepted_cell_canonical_under_a_newer_edit(void **state)
{
    struct office_world *w = *state;

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_sql(w, "UPDATE item SET amount=8 WHERE code='" A "'");
    world_take(w, 1, 20, false, NULL, 0);
    world_lay(w, 20, 1, true, NULL, 0);
    world_expect(w, AMOUNT_A, "8");
    world_expect(w, "SELECT base FROM pending", "8=7,");
}

static void apply_rows__fills_the_base_of_edits_over_an_accepted_insert(void **state)
{
    struct office_world *w = *state;

    world_sql(w, ADD_A);
    world_seal(w);
    world_sql(w, "UPDATE item SET amount=8 WHERE code='" A "'");
    world_take(w, 1, 20, false, NULL, 0);
    world_lay(w, 20, 1, true, NULL, 0);
    world_expect(w, "SELECT group_concat(cell||':'||base) FROM pending", "8:8=5,");
    world_expect(w, AMOUNT_A, "8");
}

static void apply_rows__splits_an_insert_whose_row_exists(void **state)
{
    struct office_world *w = *state;
    struct tq_row row = world_item(w, A, "theirs", 5, 20);

    world_sql(w, ADD_A);
    world_lay(w, 20, 0, true, &row, 1);
    world_expect(w, TITLE_A, "mine");
    world_expect(w, "SELECT group_concat(cell||':'||base) FROM pending", "12:12='theirs',");
    world_seal(w); /* the insert carries the cell that stayed */
    world_expect(w, "SELECT set_n FROM pending", "1");
    world_take(w, 1, 30, false, NULL, 0);
    row = world_item(w, A, "mine", 5, 30);
    world_lay(w, 30, 1, true, &row, 1);
    world_expect(w, UNSETTLED, "0");
    world_expect(w, TITLE_A, "mine");
}

static void apply_rows__takes_the_winner_of_two_inserts_cell_by_cell(void **state)
{
    struct office_world *w = *state;
    struct tq_exception lost =
            world_exception(w, 0, WORLD_TITLE, A, TQ_SUPERSEDED, TQ_REASON_NEWER_VALUE);
    struct tq_row row = world_item(w, A, "theirs", 5, 20);

    world_sql(w, ADD_A);
    world_seal(w);
    world_take(w, 1, 20, false, &lost, 1);
    world_expect(w, UNSETTLED, "1");
    world_lay(w, 20, 1, true, &row, 1);
    world_expect(w, TITLE_A, "theirs");
    world_expect(w, AMOUNT_A, "5");
    world_expect(w, UNSETTLED, "0");
}

/* ---- cells that did not become what was sent ---- */

static void settle__reverts_a_superseded_cell(void **state)
{
    struct office_world *w = *state;
    struct tq_exception lost =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_SUPERSEDED, TQ_REASON_NEWER_VALUE);
    struct tq_row row = world_item(w, A, "old", 99, 20);

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 20, false, &lost, 1);
    world_expect(w, AMOUNT_A, "7"); /* until the cursor is there */
    world_lay(w, 20, 1, true, &row, 1);
    world_expect(w, AMOUNT_A, "99");
    world_expect(w, UNSETTLED, "0");
}

static void settle__waits_for_the_cursor_and_for_the_receipt(void **state)
{
    struct office_world *w = *state;

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 50, false, NULL, 0);
    world_lay(w, 40, 1, false, NULL, 0);
    world_expect(w, UNSETTLED, "1");
    world_lay(w, 50, 1, true, NULL, 0);
    world_expect(w, UNSETTLED, "0");
    world_expect(w, AMOUNT_A, "7");
}

static void settle__sends_a_refused_cell_back_to_the_districts_value(void **state)
{
    struct office_world *w = *state;
    struct tq_exception refused =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_REFUSED_ROW, TQ_REASON_OUT_OF_RANGE);

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 20, false, &refused, 1);
    world_lay(w, 20, 1, true, NULL, 0);
    world_expect(w, AMOUNT_A, "1");
    world_expect(w, UNSETTLED, "0");
    world_expect(w, "SELECT count(*) FROM tq_returned", "0"); /* the row exists */
}

static void settle__keeps_a_held_cell_until_it_is_released(void **state)
{
    struct office_world *w = *state;
    struct tq_exception held =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_HELD, TQ_REASON_PARENT_MISSING);
    struct tq_exception released =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_ACCEPTED, TQ_REASON_NONE);
    struct tq_row row = world_item(w, A, "old", 7, 40);

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 20, false, &held, 1);
    world_lay(w, 30, 1, true, NULL, 0);
    world_expect(w, "SELECT state||' '||base FROM pending", "1 8=1,");
    world_expect(w, AMOUNT_A, "7"); /* the clerk goes on seeing his value */
    world_take(w, 1, 40, true, &released, 1);
    world_expect(w, "SELECT state FROM pending", "0");
    world_lay(w, 40, 1, true, &row, 1);
    world_expect(w, UNSETTLED, "0");
    world_expect(w, AMOUNT_A, "7");
    world_expect(w, "SELECT count(*) FROM tq_receipt", "2");
}

static void settle__lists_a_refused_insert_until_it_is_corrected(void **state)
{
    struct office_world *w = *state;
    struct tq_exception refused =
            world_exception(w, 0, 0, A, TQ_REFUSED_ROW, TQ_REASON_OUT_OF_RANGE);
    struct tq_exception joined =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_ACCEPTED, TQ_REASON_NONE);
    struct tq_exception accepted = world_exception(w, 0, 0, A, TQ_ACCEPTED, TQ_REASON_NONE);
    struct tq_row none = world_no_item(w, A);
    struct tq_row row = world_item(w, A, "mine", 6, 40);

    refused.column = WORLD_AMOUNT;
    world_sql(w, ADD_A);
    world_seal(w);
    world_take(w, 1, 20, false, &refused, 1);
    world_lay(w, 20, 1, true, &none, 1);
    world_expect(w, TITLE_A, "mine"); /* stays on the screen */
    world_expect(w, "SELECT state FROM pending", "2");
    world_expect(w, "SELECT reason||' '||\"column\"||' '||set_n FROM tq_returned", "7 8 1");
    world_sql(w, "UPDATE item SET amount=6 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 2, 40, false, &joined, 1);
    world_take(w, 1, 40, true, &accepted, 1);
    world_expect(w, "SELECT count(*) FROM tq_returned", "0");
    world_lay(w, 40, 2, true, &row, 1);
    world_expect(w, UNSETTLED, "0");
    world_expect(w, AMOUNT_A, "6");
}

static void settle__removes_a_returned_row_that_its_writer_voided(void **state)
{
    struct office_world *w = *state;
    struct tq_exception refused =
            world_exception(w, 0, 0, A, TQ_REFUSED_ROW, TQ_REASON_OUT_OF_RANGE);
    struct tq_exception dropped = world_exception(w, 0, 0, A, TQ_DROPPED, TQ_REASON_NONE);
    struct tq_exception void_cell =
            world_exception(w, 0, WORLD_VOID, A, TQ_DROPPED, TQ_REASON_NONE);

    world_sql(w, ADD_A);
    world_seal(w);
    world_take(w, 1, 20, false, &refused, 1);
    world_lay(w, 20, 1, true, NULL, 0);
    world_sql(w, "UPDATE item SET voided_at=1600000000000,void_reason='nhầm' WHERE code='" A "'");
    world_seal(w);
    world_take(w, 2, 40, false, &void_cell, 1);
    world_take(w, 1, 40, true, &dropped, 1);
    world_expect(w, "SELECT count(*) FROM item", "1");
    world_lay(w, 40, 2, true, NULL, 0);
    world_expect(w, "SELECT count(*) FROM item", "0");
    world_expect(w, UNSETTLED, "0");
    world_expect(w, "SELECT count(*) FROM tq_returned", "0");
}

static void settle__keeps_a_requested_insert_until_the_decision(void **state)
{
    struct office_world *w = *state;
    struct tq_exception requested =
            world_exception(w, 0, 0, A, TQ_REQUESTED, TQ_REASON_PERIOD_LOCKED);
    struct tq_exception no = world_exception(w, 0, 0, A, TQ_REFUSED_ROW, TQ_REASON_REQUEST_REFUSED);

    world_sql(w, ADD_A);
    world_seal(w);
    world_take(w, 1, 20, false, &requested, 1);
    world_lay(w, 30, 1, true, NULL, 0);
    world_expect(w, "SELECT state FROM pending", "3");
    world_expect(w, "SELECT reason FROM tq_returned", "18");
    world_take(w, 1, 40, true, &no, 1);
    world_lay(w, 40, 1, true, NULL, 0);
    world_expect(w, "SELECT state FROM pending", "2");
    world_expect(w, "SELECT reason FROM tq_returned", "52");
    world_expect(w, TITLE_A, "mine");
}

static void settle__keeps_a_held_cell_of_an_insert_whose_row_exists(void **state)
{
    struct office_world *w = *state;
    struct tq_exception held =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_HELD, TQ_REASON_PARENT_MISSING);
    struct tq_row row = world_item(w, A, "theirs", 9, 20);

    world_sql(w, ADD_A);
    world_seal(w);
    world_take(w, 1, 20, false, &held, 1);
    world_lay(w, 20, 1, true, &row, 1);
    world_expect(w, AMOUNT_A, "5");
    world_expect(w, TITLE_A, "theirs");
    world_expect(w, "SELECT group_concat(cell||' '||state||' '||base) FROM pending", "8 1 8=9,");
}

static void settle__judges_a_cell_by_its_last_change_in_the_set(void **state)
{
    struct office_world *w = *state;
    struct tq_exception held =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_HELD, TQ_REASON_PARENT_MISSING);

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_sql(w, "UPDATE item SET amount=8 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 20, false, &held, 1); /* the first one; the second was accepted */
    world_lay(w, 20, 1, true, NULL, 0);
    world_expect(w, UNSETTLED, "0");
    world_expect(w, AMOUNT_A, "8");
}

/* ---- receipts ---- */

/* What moves the cursor over a receipt brings it: both are stored, or neither. */
static void apply_rows__stores_the_receipts_of_its_chunk_or_nothing(void **state)
{
    struct office_world *w = *state;
    struct tq_exception held =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_HELD, TQ_REASON_PARENT_MISSING);
    struct tq_exception taken = world_exception(w, 0, WORLD_AMOUNT, A, TQ_ACCEPTED, TQ_REASON_NONE);
    struct tq_row row = world_item(w, A, "old", 7, 30);
    struct tq_receipt receipt;
    struct tq_rows chunk;

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 20, false, &held, 1);
    world_lay(w, 20, 1, true, NULL, 0);
    world_expect(w, "SELECT state FROM pending", "1");
    receipt = world_receipt(w, 1, 30, true, &taken, 1);
    chunk = world_rows(w, 30, 1, true, &row, 1);
    chunk.nreceipts = 1;
    chunk.receipts = &receipt;
    chunk.from.cursor = 25;
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_IGNORED);
    chunk.from.cursor = 20;
    receipt.signature[0] ^= 1;
    try_rows(w, &chunk, TQ_FORGED);
    world_expect(w, "SELECT count(*) FROM tq_receipt", "1");
    world_expect(w, "SELECT state FROM pending", "1");
    world_expect(w, "SELECT cursor FROM tq_state", "20");
    receipt.signature[0] ^= 1;
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_DONE);
    world_expect(w, "SELECT count(*) FROM tq_receipt", "2");
    world_expect(w, UNSETTLED, "0");
    world_expect(w, AMOUNT_A, "7");
}

/* An amending receipt came, the first one got lost: the set waits for it all the same. */
static void apply_rows__asks_for_a_first_receipt_that_an_amending_one_overtook(void **state)
{
    struct office_world *w = *state;
    struct tq_exception taken = world_exception(w, 0, WORLD_AMOUNT, A, TQ_ACCEPTED, TQ_REASON_NONE);
    struct tq_row row = world_item(w, A, "old", 7, 30);
    struct tq_rows chunk;

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 30, true, &taken, 1);
    chunk = world_rows(w, 30, 1, true, &row, 1);
    assert_int_equal(try_rows(w, &chunk, TQ_OK), TQ_APPLY_RECEIPT);
    world_expect(w, "SELECT cursor FROM tq_state", "10");
}

static void take_receipt__refuses_a_forged_one(void **state)
{
    struct office_world *w = *state;
    struct tq_receipt receipt;
    bool mine;

    world_sql(w, ADD_A);
    world_seal(w);
    receipt = world_receipt(w, 1, 20, false, NULL, 0);
    receipt.accepted++;
    assert_int_equal(
            tq_office_take_receipt(&w->office, &receipt, WORLD_NOW, &mine, NULL), TQ_FORGED);
    receipt.accepted--;
    receipt.set_hash[3] ^= 1;
    assert_int_equal(
            tq_office_take_receipt(&w->office, &receipt, WORLD_NOW, &mine, NULL), TQ_COPIED);
    world_expect(w, "SELECT (SELECT count(*) FROM tq_receipt)||' '||acked FROM tq_set", "0 0");
}

static void take_receipt__is_stored_once_however_often_it_comes(void **state)
{
    struct office_world *w = *state;
    struct tq_receipt receipt;
    bool mine;

    world_sql(w, ADD_A);
    world_seal(w);
    receipt = world_receipt(w, 1, 20, false, NULL, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
                tq_office_take_receipt(&w->office, &receipt, WORLD_NOW, &mine, NULL), TQ_OK);
    assert_true(mine);
    world_expect(w, "SELECT count(*) FROM tq_receipt", "1");
    receipt.device = 8;
    assert_int_equal(tq_office_take_receipt(&w->office, &receipt, WORLD_NOW, &mine, NULL), TQ_OK);
    assert_false(mine);
}

static void take_receipt__settles_when_it_comes_after_the_rows(void **state)
{
    struct office_world *w = *state;
    struct tq_exception held =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_HELD, TQ_REASON_PARENT_MISSING);
    struct tq_exception refused =
            world_exception(w, 0, WORLD_AMOUNT, A, TQ_REFUSED_ROW, TQ_REASON_PARENT_HELD);

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7 WHERE code='" A "'");
    world_seal(w);
    world_take(w, 1, 20, false, &held, 1);
    world_lay(w, 40, 1, true, NULL, 0);
    world_take(w, 1, 30, true, &refused, 1);
    world_expect(w, UNSETTLED, "0");
    world_expect(w, AMOUNT_A, "1");
}

/* ---- short memory ---- */

static void apply__changes_nothing_when_memory_is_short(void **state)
{
    struct office_world *w = *state;
    struct tq_exception lost[2];
    struct tq_row rows[3];
    struct tq_rows chunk;
    struct tq_receipt receipt;
    struct tq_apply_result result;
    struct tq_error err = { TQ_OK, "" };
    bool mine;

    world_loaded(w);
    world_sql(w, "UPDATE item SET amount=7,title='t' WHERE code='" A "'");
    world_sql(w, "INSERT INTO item(code,title) VALUES('" B "','b')");
    world_seal(w);
    lost[0] = world_exception(w, 0, WORLD_AMOUNT, A, TQ_SUPERSEDED, TQ_REASON_NEWER_VALUE);
    lost[1] = world_exception(w, 2, WORLD_TITLE, B, TQ_SUPERSEDED, TQ_REASON_NEWER_VALUE);
    rows[0] = world_item(w, A, "t", 8, 20);
    rows[1] = world_item(w, B, "theirs", 8, 20);
    rows[2] = world_item(w, "2020-05-05", "c", 8, 20);
    receipt = world_receipt(w, 1, 20, false, lost, 2);
    chunk = world_rows(w, 20, 1, true, rows, 3);
    for (int step = 0; step < 2; step++) {
        tq_status rc = TQ_NOMEM;
        struct tq_buf before;

        tq_buf_init(&before, 0);
        world_dump(w, &before);
        for (long n = 0; rc == TQ_NOMEM; n++) {
            struct tq_buf after;

            test_mem_fail_after(n, n % 2 == 0);
            rc = step == 0 ? tq_office_take_receipt(&w->office, &receipt, WORLD_NOW, &mine, &err)
                           : tq_office_apply_rows(&w->office, &chunk, tq_slice_str("s"), WORLD_NOW,
                                     &result, &err);
            test_mem_fail_after(-1, false);
            if (rc == TQ_OK)
                break;
            if (rc != TQ_NOMEM)
                fail_msg("step %d, allocation %ld: %s", step, n, err.msg);
            tq_buf_init(&after, 0);
            world_dump(w, &after);
            assert_true(tq_slice_equal(tq_buf_slice(&before), tq_buf_slice(&after)));
            tq_buf_deinit(&after);
        }
        tq_buf_deinit(&before);
    }
    world_expect(w, UNSETTLED, "0");
    world_expect(w, AMOUNT_A, "8");
    world_expect(w, "SELECT title FROM item WHERE code='" B "'", "theirs");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(apply_rows__lays_rows_uncaptured_and_moves_the_cursor),
        TEST(apply_rows__ignores_what_does_not_continue_the_file),
        TEST(apply_rows__raises_the_top_to_the_head_of_the_chunk),
        TEST(apply_rows__resumes_a_scan_by_table_and_key),
        TEST(apply_rows__refuses_values_that_do_not_fit),
        TEST(apply_rows__keeps_the_clerks_value_over_the_districts),
        TEST(apply_rows__does_not_move_seen_before_complete),
        TEST(apply_rows__keeps_the_oldest_seen_over_an_unsettled_cell),
        TEST(apply_rows__writes_the_history_of_cells),
        TEST(apply_rows__skips_tables_and_columns_of_a_newer_district),
        TEST(apply_rows__asks_for_the_receipt_that_is_missing),
        TEST(apply_rows__names_a_copy_when_the_hash_is_another),
        TEST(apply_rows__settles_an_accepted_insert_without_seeing_it_again),
        TEST(apply_rows__makes_an_accepted_cell_canonical_under_a_newer_edit),
        TEST(apply_rows__fills_the_base_of_edits_over_an_accepted_insert),
        TEST(apply_rows__splits_an_insert_whose_row_exists),
        TEST(apply_rows__takes_the_winner_of_two_inserts_cell_by_cell),
        TEST(settle__reverts_a_superseded_cell),
        TEST(settle__waits_for_the_cursor_and_for_the_receipt),
        TEST(settle__sends_a_refused_cell_back_to_the_districts_value),
        TEST(settle__keeps_a_held_cell_until_it_is_released),
        TEST(settle__lists_a_refused_insert_until_it_is_corrected),
        TEST(settle__removes_a_returned_row_that_its_writer_voided),
        TEST(settle__keeps_a_requested_insert_until_the_decision),
        TEST(settle__keeps_a_held_cell_of_an_insert_whose_row_exists),
        TEST(settle__judges_a_cell_by_its_last_change_in_the_set),
        TEST(apply_rows__stores_the_receipts_of_its_chunk_or_nothing),
        TEST(apply_rows__asks_for_a_first_receipt_that_an_amending_one_overtook),
        TEST(take_receipt__refuses_a_forged_one),
        TEST(take_receipt__is_stored_once_however_often_it_comes),
        TEST(take_receipt__settles_when_it_comes_after_the_rows),
        TEST(apply__changes_nothing_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
