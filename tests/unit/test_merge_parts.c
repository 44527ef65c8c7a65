/* Inserts judged cell by cell: over a row that exists, of a newer schema, in a locked period; and what
 * waits while its own device goes on writing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "tuquan/digest.h"

#define LC "08773@2004-01-01"
#define PROFILE "village_profile"
#define LOCKED_DAY "2020-11-20"

static struct tq_slice profile(void)
{
    return tq_slice_str("08773-01@2019-01-01\x1f" LOCKED_DAY);
}

static int64_t number(struct mill *m, const char *column)
{
    struct tq_value value = mill_cell(m, PROFILE, profile(), column, NULL);

    return value.type == TQ_INT ? value.i : -1;
}

static bool text_is(struct tq_value value, const char *text)
{
    return value.type == TQ_TEXT && tq_slice_equal(value.s, tq_slice_str(text));
}

/* Where a receipt says something of one cell of a place; nexceptions: nowhere. */
static size_t said_at(const struct tq_receipt *receipt, uint32_t place, uint32_t cell)
{
    size_t i = 0;

    while (i < receipt->nexceptions &&
            (receipt->exceptions[i].place != place || receipt->exceptions[i].cell != cell))
        i++;
    return i;
}

/* What it says there; that it says something is part of the test. */
static const struct tq_exception *said(
        const struct tq_receipt *receipt, uint32_t place, uint32_t cell)
{
    size_t i = said_at(receipt, place, cell);

    assert_true(i < receipt->nexceptions);
    return &receipt->exceptions[i];
}

static void set_period(struct mill *m, const char *state)
{
    struct tq_error err;

    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), state, NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

/* --- a row that exists --- */

static void insert_over__is_judged_cell_by_cell(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_receipt receipt;

    mill_insert(m, a, PROFILE, profile(), "households=100", NULL);
    mill_send(m, a);
    m->now_ms += 10;
    mill_insert(m, b, PROFILE, profile(), "households=-3", "residents=400", "document_no=7", NULL);
    receipt = mill_send(m, b);
    assert_int_equal(receipt.nexceptions, 1);
    assert_int_equal(said(&receipt, 0, 8)->verdict, TQ_REFUSED_ROW);
    assert_int_equal(said(&receipt, 0, 8)->reason, TQ_REASON_OUT_OF_RANGE);
    assert_int_equal(number(m, "households"), 100);
    assert_int_equal(number(m, "residents"), 400);
    assert_true(text_is(mill_cell(m, PROFILE, profile(), "document_no", NULL), "7"));
    assert_int_equal(mill_count(m, "held_row", NULL, NULL), 0); /* nothing of it waits */
}

/* The same two, the other way round: the one who waits is judged so when the row comes. */
static void insert_over__is_judged_so_whoever_comes_first(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_receipt receipt;

    m->now_ms += 10;
    mill_insert(m, b, PROFILE, profile(), "households=-3", "residents=400", "document_no=7", NULL);
    assert_int_equal(mill_send(m, b).refused, 1);
    assert_int_equal(number(m, "residents"), -1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 1);
    mill_insert(m, a, PROFILE, profile(), "households=100", NULL);
    assert_int_equal(mill_send(m, a).accepted, 1);
    assert_int_equal(number(m, "households"), 100);
    assert_int_equal(number(m, "residents"), 400);
    assert_true(text_is(mill_cell(m, PROFILE, profile(), "document_no", NULL), "7"));
    receipt = mill_amended(m, b, 1);
    assert_int_equal(receipt.nexceptions, 1);
    assert_int_equal(said(&receipt, 0, 8)->verdict, TQ_REFUSED_ROW);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 1);
}

static void insert_over__in_a_locked_period_asks_for_the_cells_that_differ(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_receipt receipt;

    mill_insert(m, a, PROFILE, profile(), "households=100", "residents=400", NULL);
    mill_send(m, a);
    set_period(m, "state=locked");
    mill_insert(m, b, PROFILE, profile(), "households=100", "residents=410", "document_no=7", NULL);
    receipt = mill_send(m, b);
    assert_int_equal(receipt.nexceptions, 2);
    assert_int_equal(said_at(&receipt, 0, 8), receipt.nexceptions);
    assert_int_equal(said(&receipt, 0, 9)->verdict, TQ_REQUESTED);
    assert_int_equal(said(&receipt, 0, 11)->verdict, TQ_REQUESTED);
    assert_int_equal(number(m, "residents"), 400);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 2);
    assert_int_equal(mill_count(m, "correction_request", "cell", "residents"), 1);
}

static void insert_over__by_a_wrong_name_loses_that_cell_only(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_receipt receipt;
    struct tq_change *c;

    mill_insert(m, a, PROFILE, profile(), "households=100", NULL);
    mill_send(m, a);
    c = mill_insert(m, b, PROFILE, profile(), "residents=400", "note=dữ liệu mẫu", NULL);
    ((uint32_t *)(uintptr_t)c->columns)[1] = 4000;
    receipt = mill_send(m, b);
    assert_int_equal(receipt.nexceptions, 1);
    assert_int_equal(said(&receipt, 0, 4000)->reason, TQ_REASON_UNKNOWN_NAME);
    assert_int_equal(number(m, "residents"), 400);
    /* Where no row is there, the unit of refusal is the row. */
    c = mill_insert(m, b, "tip", mill_key(m, 1), "area=1", "note=dữ liệu mẫu", NULL);
    ((uint32_t *)(uintptr_t)c->columns)[1] = 4000;
    receipt = mill_send(m, b);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(mill_count(m, "tip", NULL, NULL), 0);
}

static void insert_over__a_surrogate_key_of_another_chain_is_never_merged(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_receipt receipt;

    /* It waits for its own correction; the key turns out to be another's. */
    mill_insert(m, b, "incident", mill_key(m, 1), "area=9", "damage_vnd=7", NULL);
    mill_send(m, b);
    mill_insert(m, a, "incident", mill_key(m, 1), "area=1", NULL);
    assert_int_equal(mill_send(m, a).accepted, 1);
    receipt = mill_amended(m, b, 1);
    assert_int_equal(said(&receipt, 0, 0)->reason, TQ_REASON_KEY_TAKEN);
    /* A bad value beside it does not hide that. */
    mill_insert(m, b, "incident", mill_key(m, 1), "area=9", "damage_vnd=8", NULL);
    receipt = mill_send(m, b);
    assert_int_equal(said(&receipt, 0, 0)->reason, TQ_REASON_KEY_TAKEN);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 0);
}

/* --- a newer schema --- */

/* The catalogue of this build without the last columns of two tables, and the next version. */
struct two_catalogues {
    struct tq_catalogue before;
    struct tq_catalogue after;
    struct tq_table *tables;
};

static void make_catalogues(struct two_catalogues *two)
{
    const struct tq_catalogue *now = tq_catalogue_current();

    two->tables = calloc(now->ntables, sizeof(*two->tables));
    memcpy(two->tables, now->tables, now->ntables * sizeof(*two->tables));
    for (size_t i = 0; i < now->ntables; i++)
        if (strcmp(two->tables[i].name, PROFILE) == 0)
            two->tables[i].ncolumns -= 2; /* document_no, note */
    two->before = (struct tq_catalogue){ now->version, now->ntables, two->tables };
    two->after = (struct tq_catalogue){ now->version + 1, now->ntables, now->tables };
}

/* A settled district that takes the next version for the time being. */
static struct mill *open_newer(struct two_catalogues *two)
{
    struct mill *m = calloc(1, sizeof(*m));

    make_catalogues(two);
    mill_open_with(m, &two->after);
    mill_settle(m);
    return m;
}

static void close_newer(struct mill *m, struct two_catalogues *two)
{
    mill_close(m);
    free(two->tables);
    free(m);
}

/* The parts of an insert: two unknown cells, one wrong, one right; corrected; then the upgrade. */
static void newer_schema__holds_the_unknown_cells_and_no_others(void **state)
{
    struct two_catalogues two;
    struct mill *m = open_newer(&two);
    struct mill_device *d;
    struct tq_receipt receipt;
    struct tq_error err;
    size_t released;

    (void)state;
    d = mill_device(m, 1, LC);
    d->schema = two.after.version;
    mill_insert(m, d, PROFILE, profile(), "households=-3", "residents=400", "document_no=7",
            "note=dữ liệu mẫu", NULL);
    mill_update(m, d, PROFILE, profile(), "note=ghi sau (mẫu)", NULL);
    mill_reopen(m, &two.before);
    receipt = mill_send(m, d); /* the insert waits for its correction, the cells for the upgrade */
    assert_int_equal(said(&receipt, 0, 0)->reason, TQ_REASON_OUT_OF_RANGE);
    assert_int_equal(said(&receipt, 0, 11)->reason, TQ_REASON_NEWER_SCHEMA);
    assert_int_equal(said(&receipt, 0, 12)->reason, TQ_REASON_NEWER_SCHEMA);
    assert_int_equal(said(&receipt, 1, 12)->reason, TQ_REASON_NEWER_SCHEMA);
    d->nchanges = 0;
    mill_update(m, d, PROFILE, profile(), "households=120", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(number(m, "households"), 120);
    assert_int_equal(number(m, "residents"), 400);
    /* The row is in; that its cells still wait is said again. */
    receipt = mill_amended(m, d, 1);
    assert_int_equal(said(&receipt, 0, 0)->verdict, TQ_ACCEPTED);
    assert_int_equal(said(&receipt, 0, 11)->verdict, TQ_HELD);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 3);
    mill_reopen(m, &two.after);
    m->now_ms += 1000;
    assert_int_equal(tq_merge_release_schema(m->merger, m->now_ms, &released, &err), TQ_OK);
    assert_int_equal(released, 3);
    assert_true(text_is(mill_cell(m, PROFILE, profile(), "document_no", NULL), "7"));
    assert_true(text_is(mill_cell(m, PROFILE, profile(), "note", NULL), "ghi sau (mẫu)"));
    assert_int_equal(number(m, "households"), 120);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 0);
    close_newer(m, &two);
}

/* A receipt that lets one cell in is all that is known of its insert from then on: what was refused of
 * it stays refused. */
static void newer_schema__says_again_what_was_refused_beside_it(void **state)
{
    struct two_catalogues two;
    struct mill *m = open_newer(&two);
    struct mill_device *a;
    struct mill_device *b;
    struct tq_receipt receipt;
    struct tq_error err;
    size_t released;

    (void)state;
    a = mill_device(m, 1, LC);
    b = mill_device(m, 2, LC);
    b->schema = two.after.version;
    mill_insert(m, a, PROFILE, profile(), "households=100", NULL);
    mill_send(m, a);
    m->now_ms += 10;
    mill_insert(m, b, PROFILE, profile(), "households=-3", "note=dữ liệu mẫu", NULL);
    mill_reopen(m, &two.before);
    receipt = mill_send(m, b);
    assert_int_equal(said(&receipt, 0, 8)->verdict, TQ_REFUSED_ROW);
    assert_int_equal(said(&receipt, 0, 12)->verdict, TQ_HELD);
    mill_reopen(m, &two.after);
    m->now_ms += 1000;
    assert_int_equal(tq_merge_release_schema(m->merger, m->now_ms, &released, &err), TQ_OK);
    assert_int_equal(released, 1);
    receipt = mill_amended(m, b, 1);
    assert_int_equal(said(&receipt, 0, 12)->verdict, TQ_ACCEPTED);
    assert_int_equal(said(&receipt, 0, 8)->verdict, TQ_REFUSED_ROW);
    assert_int_equal(said(&receipt, 0, 8)->reason, TQ_REASON_OUT_OF_RANGE);
    assert_int_equal(number(m, "households"), 100);
    close_newer(m, &two);
}

/* What was asked for is asked for still, when a cell beside it comes in. */
static void newer_schema__says_again_what_was_asked_for_beside_it(void **state)
{
    struct two_catalogues two;
    struct mill *m = open_newer(&two);
    struct mill_device *a;
    struct mill_device *b;
    struct tq_receipt receipt;
    struct tq_error err;
    size_t released;

    (void)state;
    a = mill_device(m, 1, LC);
    b = mill_device(m, 2, LC);
    b->schema = two.after.version;
    mill_insert(m, a, PROFILE, profile(), "households=100", NULL);
    mill_send(m, a);
    set_period(m, "state=locked");
    mill_insert(m, b, PROFILE, profile(), "households=110", "note=dữ liệu mẫu", NULL);
    mill_reopen(m, &two.before);
    receipt = mill_send(m, b);
    assert_int_equal(said(&receipt, 0, 8)->verdict, TQ_REQUESTED);
    assert_int_equal(said(&receipt, 0, 12)->verdict, TQ_HELD);
    set_period(m, "state=open");
    mill_reopen(m, &two.after);
    m->now_ms += 1000;
    assert_int_equal(tq_merge_release_schema(m->merger, m->now_ms, &released, &err), TQ_OK);
    assert_int_equal(released, 1);
    receipt = mill_amended(m, b, 1);
    assert_int_equal(said(&receipt, 0, 12)->verdict, TQ_ACCEPTED);
    assert_int_equal(said(&receipt, 0, 8)->verdict, TQ_REQUESTED);
    assert_int_equal(number(m, "households"), 100);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 1);
    close_newer(m, &two);
}

/* What may not leave an office is nobody's to send, and in no digest. */
static void column__that_may_not_leave_is_refused_and_in_no_digest(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));
    struct tq_column columns[TQ_MAX_COLUMNS];
    struct two_catalogues two;
    struct tq_table *table;
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    uint8_t digest[2][TQ_DIGEST_BYTES];
    struct tq_receipt receipt;
    struct mill_device *d;
    int note;

    (void)state;
    make_catalogues(&two);
    table = two.tables;
    while (strcmp(table->name, PROFILE) != 0)
        table++;
    table->ncolumns += 2; /* whole again */
    memcpy(columns, table->columns, table->ncolumns * sizeof(columns[0]));
    table->columns = columns;
    note = tq_table_column_find(table, "note");
    columns[note].leaves = false;
    mill_open_with(m, &two.before);
    mill_settle(m);
    d = mill_device(m, 1, LC);
    mill_insert(m, d, PROFILE, profile(), "households=120", NULL);
    mill_update(m, d, PROFILE, profile(), "note=ở lại xã (mẫu)", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 1);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NOT_YOUR_COLUMN);
    assert_int_equal(mill_cell(m, PROFILE, profile(), "note", NULL).type, TQ_NULL);
    values[tq_table_column_find(table, "households")] = tq_value_int(120);
    tq_digest_row(table, two.before.version, values, digest[0]);
    values[note] = tq_value_str("ở lại xã (mẫu)");
    tq_digest_row(table, two.before.version, values, digest[1]);
    assert_memory_equal(digest[0], digest[1], TQ_DIGEST_BYTES);
    close_newer(m, &two);
}

/* The upgrade comes while the row itself still waits: its cells come in with it. */
static void newer_schema__known_before_the_row_comes_in_with_it(void **state)
{
    struct two_catalogues two;
    struct mill *m = open_newer(&two);
    struct mill_device *d;
    struct tq_error err;
    size_t released;

    (void)state;
    d = mill_device(m, 1, LC);
    d->schema = two.after.version;
    mill_insert(m, d, PROFILE, profile(), "households=-3", "document_no=7", NULL);
    mill_reopen(m, &two.before);
    mill_send(m, d);
    mill_reopen(m, &two.after);
    m->now_ms += 1000;
    assert_int_equal(tq_merge_release_schema(m->merger, m->now_ms, &released, &err), TQ_OK);
    assert_int_equal(released, 0);
    mill_update(m, d, PROFILE, profile(), "households=120", NULL);
    mill_send(m, d);
    assert_true(text_is(mill_cell(m, PROFILE, profile(), "document_no", NULL), "7"));
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 0);
    close_newer(m, &two);
}

/* --- what waits is overtaken by its own device --- */

static void held__is_overtaken_when_its_device_writes_the_cell_again(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    struct tq_error err;

    mill_insert(m, d, "incident", mill_key(m, 1), "area=1", NULL);
    mill_send(m, d);
    mill_update(m, d, "incident", mill_key(m, 1), "village=08773-09@2019-01-01", NULL);
    assert_int_equal(mill_send(m, d).held, 1);
    mill_update(m, d, "incident", mill_key(m, 1), "village=08773-01@2019-01-01", NULL);
    assert_int_equal(mill_send(m, d).accepted, 1);
    /* Decided at once: nothing waits, whatever comes in the next four hundred nights. */
    receipt = mill_amended(m, d, 2);
    assert_int_equal(receipt.superseded, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    mill_insert(m, &m->devices[0], "unit", tq_slice_str("08773-09@2019-01-01"), "code=08773-09",
            "level=4", "name=Thôn 9 (mẫu)", "parent=08773@2004-01-01", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    assert_true(text_is(
            mill_cell(m, "incident", mill_key(m, 1), "village", NULL), "08773-01@2019-01-01"));
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 0);
}

/* A later value that waits, too, takes nothing from the earlier one. */
static void held__earlier_value_stands_while_the_later_one_waits(void **state)
{
    static const char *const VILLAGE[] = { "08773-08@2019-01-01", "08773-09@2019-01-01" };
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_error err;
    char text[64];

    mill_insert(m, d, "incident", mill_key(m, 1), "area=1", NULL);
    mill_send(m, d);
    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof(text), "village=%s", VILLAGE[i]);
        mill_update(m, d, "incident", mill_key(m, 1), text, NULL);
        assert_int_equal(mill_send(m, d).held, 1);
    }
    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof(text), "code=08773-0%zu", 8 + i);
        mill_insert(m, &m->devices[0], "unit", tq_slice_str(VILLAGE[i]), text, "level=4",
                "name=Thôn (mẫu)", "parent=08773@2004-01-01", NULL);
        assert_int_equal(mill_district(m, &err), TQ_OK);
        assert_true(text_is(mill_cell(m, "incident", mill_key(m, 1), "village", NULL), VILLAGE[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(insert_over__is_judged_cell_by_cell),
        TEST(insert_over__is_judged_so_whoever_comes_first),
        TEST(insert_over__in_a_locked_period_asks_for_the_cells_that_differ),
        TEST(insert_over__by_a_wrong_name_loses_that_cell_only),
        TEST(insert_over__a_surrogate_key_of_another_chain_is_never_merged),
        cmocka_unit_test(newer_schema__holds_the_unknown_cells_and_no_others),
        cmocka_unit_test(newer_schema__says_again_what_was_refused_beside_it),
        cmocka_unit_test(newer_schema__says_again_what_was_asked_for_beside_it),
        cmocka_unit_test(column__that_may_not_leave_is_refused_and_in_no_digest),
        cmocka_unit_test(newer_schema__known_before_the_row_comes_in_with_it),
        TEST(held__is_overtaken_when_its_device_writes_the_cell_again),
        TEST(held__earlier_value_stands_while_the_later_one_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
