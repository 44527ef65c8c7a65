/* What holds of every row at the district (sync.md 2 and 5.1): groups, voids, defaults, the order
 * of one device, changes that come before their row; and the digest that others can make, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "tuquan/digest.h"

#define LC "08773@2004-01-01"
#define LC_VILLAGE "08773-01@2019-01-01"
#define PROFILE_KEY                                                                                \
    LC_VILLAGE "\x1f"                                                                              \
               "2020-12-01"
#define RETURN_KEY                                                                                 \
    LC_VILLAGE "\x1f"                                                                              \
               "ADMIN/2020-12\x1fhouseholds@1"

static void assert_text(struct tq_value value, const char *text)
{
    assert_int_equal(value.type, TQ_TEXT);
    assert_true(tq_slice_equal(value.s, tq_slice_str(text)));
}

static struct tq_value of_incident(struct mill *m, const char *column)
{
    return mill_cell(m, "incident", mill_key(m, 1), column, NULL);
}

/* Both change the group, neither knows of the other: one of the two stands whole, never a mixture. */
static void group__has_one_winner(struct mill *m, bool later_first)
{
    struct tq_slice key = tq_slice_str(RETURN_KEY);
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);

    mill_insert(m, a, "village_return", key, "value=10", "source=typed", "state=draft", NULL);
    mill_send(m, a);
    a->seen = b->seen = mill_head(m, &a->t_seen);
    b->t_seen = a->t_seen;
    m->now_ms += 1000;
    mill_update(m, a, "village_return", key, "value=11", "source=paper", "state=draft", NULL);
    m->now_ms += 1000;
    mill_update(m, b, "village_return", key, "value=10", "source=import", "state=confirmed", NULL);
    mill_send(m, later_first ? b : a);
    mill_send(m, later_first ? a : b);
    assert_int_equal(mill_cell(m, "village_return", key, "value", NULL).i, 10);
    assert_text(mill_cell(m, "village_return", key, "source", NULL), "import");
    assert_text(mill_cell(m, "village_return", key, "state", NULL), "confirmed");
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 1);
}

static void row_group__has_one_winner_as_a_whole(void **state)
{
    group__has_one_winner(*state, false);
}

static void row_group__has_the_same_winner_in_the_other_order(void **state)
{
    group__has_one_winner(*state, true);
}

static void row_voided__stays_so_when_another_device_edits_it(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);

    mill_insert(m, a, "incident", mill_key(m, 1), "area=1", NULL);
    mill_send(m, a);
    a->seen = b->seen = mill_head(m, &a->t_seen);
    b->t_seen = a->t_seen;
    m->now_ms += 1000;
    mill_update(m, a, "incident", mill_key(m, 1), "voided_at=1608000000000",
            "void_reason=dữ liệu mẫu", NULL);
    m->now_ms += 1000;
    mill_update(m, b, "incident", mill_key(m, 1), "damage_vnd=5", NULL);
    mill_send(m, a);
    assert_int_equal(mill_send(m, b).accepted, 1);
    assert_int_equal(of_incident(m, "damage_vnd").i, 5);
    assert_int_equal(of_incident(m, "voided_at").i, INT64_C(1608000000000));
}

/* The district voids no row of a commune, and a commune none of the district's. */
static void row_void__is_its_writers_alone(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    struct tq_error err;

    mill_insert(m, d, "incident", mill_key(m, 1), "area=1", NULL);
    mill_send(m, d);
    mill_update(m, &m->devices[0], "incident", mill_key(m, 1), "voided_at=1608000000000",
            "void_reason=dữ liệu mẫu", NULL);
    assert_int_equal(mill_district(m, &err), TQ_RULE);
    assert_int_equal(of_incident(m, "voided_at").type, TQ_NULL);
    mill_update(m, d, "period", tq_slice_str("ADMIN/2020-12"), "voided_at=1608000000000",
            "void_reason=dữ liệu mẫu", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NOT_YOUR_COLUMN);
}

/* What an insert does not name keeps its default, and takes nothing from who did name it. */
static void row_insert__writes_only_what_differs_from_its_default(void **state)
{
    struct tq_slice key = tq_slice_str(PROFILE_KEY);
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);

    mill_insert(m, a, "village_profile", key, "households=100", "note=dữ liệu mẫu", NULL);
    m->now_ms += 1000;
    mill_insert(m, b, "village_profile", key, "residents=400", NULL);
    mill_send(m, a);
    mill_send(m, b);
    assert_int_equal(mill_cell(m, "village_profile", key, "households", NULL).i, 100);
    assert_int_equal(mill_cell(m, "village_profile", key, "residents", NULL).i, 400);
    assert_text(mill_cell(m, "village_profile", key, "note", NULL), "dữ liệu mẫu");
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 0);
}

/* The clock of the machine goes back between two edits: the second one stands, within one set and over
 * two, and nobody is asked. */
static void row_order__of_one_device_is_its_log_and_no_clock(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);

    mill_insert(m, d, "incident", mill_key(m, 1), "area=1", NULL);
    mill_send(m, d);
    for (int sets = 1; sets <= 2; sets++) {
        d->clock_ms = 0;
        mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=1", NULL);
        if (sets == 2)
            mill_send(m, d);
        d->clock_ms = -INT64_C(86400000);
        mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=2", NULL);
        mill_send(m, d);
        assert_int_equal(of_incident(m, "damage_vnd").i, 2);
    }
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 0);
}

/* An edit that comes before its row waits, with its value in a row that goes to the commune; the row
 * comes from another machine, and the receipt says so. */
static void row_update__waits_for_a_row_that_is_not_there(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    const struct tq_table *held = tq_catalogue_find(m->catalogue, "held_row");
    struct tq_receipt receipt;

    mill_update(m, b, "incident", mill_key(m, 1), "damage_vnd=5", NULL);
    receipt = mill_send(m, b);
    assert_int_equal(receipt.held, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_ROW_MISSING);
    assert_int_equal(mill_count(m, "held_row", "unit", LC), 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 1);
    assert_true(held->owner >= 0);
    mill_insert(m, a, "incident", mill_key(m, 1), "area=1", NULL);
    mill_send(m, a);
    assert_int_equal(of_incident(m, "damage_vnd").i, 5);
    assert_int_equal(mill_amended(m, b, 1).accepted, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
}

/* Worked out by Python's hashlib from the words of sync.proto alone. */
static void row_digest__is_what_the_contract_says(void **state)
{
    static const char *const HEX[] = { "ff18beb393c8d0b7e9c7c0ca07bf40b3",
        "fc0666853f2940e8c6868dbf524bd3c0", "fb1f2538d2f211a0b04e4e895a0b1473" };
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "village_profile");
    struct tq_value values[TQ_MAX_COLUMNS];
    uint8_t want[TQ_DIGEST_BYTES];
    uint8_t row[2][TQ_DIGEST_BYTES];

    (void)state;
    for (size_t i = 0; i < TQ_MAX_COLUMNS; i++)
        values[i] = tq_value_null();
    values[0] = tq_value_str(LC_VILLAGE);
    values[1] = tq_value_str("2020-12-01");
    values[2] = tq_value_str(LC);
    values[tq_table_column_find(table, "households")] = tq_value_int(100);
    values[tq_table_column_find(table, "note")] = tq_value_str("dữ liệu mẫu");
    tq_digest_row(table, tq_catalogue_current()->version, values, row[0]);
    values[tq_table_column_find(table, "households")] = tq_value_int(-1);
    tq_digest_row(table, tq_catalogue_current()->version, values, row[1]);
    for (size_t i = 0; i < 3; i++) {
        if (i == 2)
            tq_digest_add(row[0], row[1]);
        assert_true(tq_unhex(HEX[i], strlen(HEX[i]), want, sizeof(want)));
        assert_memory_equal(row[i % 2], want, sizeof(want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(row_group__has_one_winner_as_a_whole),
        TEST(row_group__has_the_same_winner_in_the_other_order),
        TEST(row_voided__stays_so_when_another_device_edits_it),
        TEST(row_void__is_its_writers_alone),
        TEST(row_insert__writes_only_what_differs_from_its_default),
        TEST(row_order__of_one_device_is_its_log_and_no_clock),
        TEST(row_update__waits_for_a_row_that_is_not_there),
        cmocka_unit_test(row_digest__is_what_the_contract_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
