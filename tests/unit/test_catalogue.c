#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tuquan/catalogue.h"

#define CATALOGUE tq_catalogue_current()

static void catalogue_current__has_ordered_tables_with_unique_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < CATALOGUE->ntables; i++) {
        const struct tq_table *t = &CATALOGUE->tables[i];

        assert_ptr_equal(tq_catalogue_table(CATALOGUE, t->id), t);
        assert_ptr_equal(tq_catalogue_find(CATALOGUE, t->name), t);
        if (i > 0) {
            const struct tq_table *before = &CATALOGUE->tables[i - 1];

            assert_true(before->rank < t->rank || (before->rank == t->rank && before->id < t->id));
        }
    }
    assert_null(tq_catalogue_table(CATALOGUE, 9999));
    assert_null(tq_catalogue_find(CATALOGUE, "resident"));
}

static void check_reference(const struct tq_table *t, const struct tq_column *c)
{
    const struct tq_table *parent = tq_catalogue_find(CATALOGUE, c->rule.ref);

    if (parent == NULL)
        fail_msg("%s.%s refers to %s", t->name, c->name, c->rule.ref);
    assert_int_equal(parent->nkey, 1);
    assert_int_equal(parent->columns[0].type, c->type);
    if (parent->rank > t->rank || (parent->rank == t->rank && parent != t))
        fail_msg("%s.%s: parent %s has no lower rank", t->name, c->name, parent->name);
}

static void check_column(const struct tq_table *t, size_t i)
{
    const struct tq_column *c = &t->columns[i];
    bool is_row = tq_table_is_key(t, (uint32_t)i) || (int)i == t->owner;
    uint32_t members[TQ_MAX_COLUMNS];

    assert_int_equal(tq_table_column(t, c->id), (int)i);
    assert_int_equal(tq_table_column_find(t, c->name), (int)i);
    if (i > 0)
        assert_true(t->columns[i - 1].id < c->id);
    if (is_row != (c->cell == TQ_CELL_ROW) || (is_row && !c->required))
        fail_msg("%s.%s: cell %u", t->name, c->name, c->cell);
    if (!is_row) {
        assert_true(tq_table_cell(t, c->cell, members) > 0);
        assert_int_equal(t->columns[members[0]].id, c->cell);
        assert_int_equal(t->columns[members[0]].writers, c->writers);
        assert_int_equal(t->columns[members[0]].leaves, c->leaves);
    }
    assert_true(c->leaves || !is_row);
    assert_true(c->writers != 0 && c->label_vi[0] != '\0');
    if (c->rule.kind == TQ_RULE_REF)
        check_reference(t, c);
    if (c->required && !is_row && c->fallback.type != TQ_NULL)
        assert_int_equal(tq_column_check(c, &c->fallback), TQ_REASON_NONE);
}

static void catalogue_tables__have_sound_columns_and_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < CATALOGUE->ntables; i++) {
        const struct tq_table *t = &CATALOGUE->tables[i];

        assert_true(t->ncolumns <= TQ_MAX_COLUMNS && t->nkey >= 1);
        for (size_t k = 0; k < t->ncolumns; k++)
            check_column(t, k);
        assert_int_equal(t->scope == TQ_OWN, t->owner >= 0);
        assert_true(tq_table_column_find(t, "unit") == t->owner || t->scope == TQ_PUBLIC);
        assert_int_equal(tq_table_column(t, t->void_cell), tq_table_column_find(t, "voided_at"));
        for (const uint32_t *c = t->alike; *c != 0; c++) {
            assert_true(tq_table_column(t, *c) >= 0);
            assert_true(t->scope == TQ_OWN && tq_table_column_find(t, "label") >= 0);
            assert_true((size_t)(c - t->alike) < TQ_MAX_ALIKE);
        }
        assert_true(t->freeze.state == 0 || tq_table_column(t, t->freeze.state) >= 0);
        if (t->freeze.via != 0) {
            const struct tq_column *c = &t->columns[tq_table_column(t, t->freeze.via)];

            assert_int_equal(c->rule.kind, TQ_RULE_REF);
            assert_true(tq_catalogue_find(CATALOGUE, c->rule.ref)->freeze.state != 0);
        }
        if (t->lock_by >= 0) {
            const struct tq_column *c = &t->columns[t->lock_by];

            assert_true(c->rule.kind == TQ_RULE_DATE || strcmp(c->name, "period") == 0);
        }
        for (const struct tq_lock *l = t->also_locked; l != NULL && l->column != 0; l++) {
            int at = tq_table_column(t, l->column);

            assert_true(at >= 0 && at != t->lock_by);
            assert_true(t->columns[at].rule.kind == TQ_RULE_DATE ||
                        t->columns[at].rule.kind == TQ_RULE_INSTANT ||
                        strcmp(t->columns[at].name, "year") == 0);
            assert_int_equal(
                    tq_lock_is_year(&t->columns[at]), strcmp(t->columns[at].name, "year") == 0);
            /* A key never changes. */
            assert_true(
                    tq_table_is_key(t, (uint32_t)at) || tq_lock_matters(l, t->columns[at].cell));
            for (const uint32_t *c = l->cells; *c != 0; c++)
                assert_true(tq_table_column(t, *c) >= 0);
            assert_true(tq_lock_matters(l, t->void_cell));
            assert_int_equal(l->cells[TQ_MAX_LOCK_CELLS], 0);
        }
    }
}

static void catalogue_tables__hold_no_person(void **state)
{
    static const char *const TABLES[] = { "resident", "suspect", "informant", "supported_person" };

    (void)state;
    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++)
        assert_null(tq_catalogue_find(CATALOGUE, TABLES[i]));
    assert_true(tq_table_column_find(tq_catalogue_find(CATALOGUE, "tip"), "name") < 0);
}

static void key_encode__round_trips_and_sorts_as_the_columns_do(void **state)
{
    const struct tq_table *t = tq_catalogue_find(CATALOGUE, "ranking");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    struct tq_value out[TQ_MAX_KEY_COLUMNS];
    struct tq_buf nine;
    struct tq_buf ten;

    (void)state;
    tq_buf_init(&nine, 0);
    tq_buf_init(&ten, 0);
    values[0] = tq_value_str("ADMIN/2020-Q4");
    values[1] = tq_value_str("5TQ@1");
    values[2] = tq_value_int(9);
    assert_true(tq_key_encode(t, values, &nine));
    assert_memory_equal(nine.data, "ADMIN/2020-Q4\0375TQ@1\03700000009", nine.len);
    values[2] = tq_value_int(10);
    assert_true(tq_key_encode(t, values, &ten));
    assert_true(tq_slice_compare(tq_buf_slice(&nine), tq_buf_slice(&ten)) < 0);
    assert_true(tq_key_decode(t, tq_buf_slice(&ten), out));
    for (size_t i = 0; i < 3; i++)
        assert_true(tq_value_equal(&out[i], &values[i]));
    assert_false(tq_key_decode(t, tq_slice_of(ten.data, ten.len - 1), out));
    tq_buf_deinit(&nine);
    tq_buf_deinit(&ten);
}

static void key_encode__refuses_what_is_no_key(void **state)
{
    const struct tq_table *t = tq_catalogue_find(CATALOGUE, "ranking");
    const struct tq_table *answer = tq_catalogue_find(CATALOGUE, "directive_answer");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    struct tq_value out[TQ_MAX_KEY_COLUMNS];
    struct tq_buf buf;

    (void)state;
    tq_buf_init(&buf, 0);
    values[0] = tq_value_str("ADMIN/2020-Q4");
    values[1] = tq_value_str("5TQ\0371");
    values[2] = tq_value_int(1);
    assert_false(tq_key_encode(t, values, &buf));
    values[1] = tq_value_null();
    assert_false(tq_key_encode(t, values, &buf));
    values[1] = tq_value_str("5TQ@1");
    values[2] = tq_value_int(100000000);
    assert_false(tq_key_encode(t, values, &buf));

    /* A surrogate inside a key may hold the separator byte. */
    tq_buf_clear(&buf);
    values[0] = tq_value_blob(tq_slice_of("\037\037\037\037\037\037\037\0370123456\037", 16));
    values[1] = tq_value_str("08779@2004-01-01");
    assert_true(tq_key_encode(answer, values, &buf));
    assert_true(tq_key_decode(answer, tq_buf_slice(&buf), out));
    assert_true(tq_value_equal(&out[0], &values[0]) && tq_value_equal(&out[1], &values[1]));
    tq_buf_deinit(&buf);
}

static tq_reason check(const char *table, const char *column, struct tq_value value)
{
    const struct tq_table *t = tq_catalogue_find(CATALOGUE, table);

    return tq_column_check(&t->columns[tq_table_column_find(t, column)], &value);
}

static void column_check__gives_each_reason(void **state)
{
    char long_text[4002];

    (void)state;
    memset(long_text, 'a', sizeof(long_text) - 1);
    long_text[4001] = '\0';
    assert_int_equal(check("incident", "area", tq_value_int(5)), TQ_REASON_NONE);
    assert_int_equal(check("incident", "area", tq_value_null()), TQ_REASON_NONE);
    assert_int_equal(check("incident", "area", tq_value_int(6)), TQ_REASON_OUT_OF_RANGE);
    assert_int_equal(check("incident", "area", tq_value_str("5")), TQ_REASON_BAD_TYPE);
    assert_int_equal(check("incident", "state", tq_value_null()), TQ_REASON_REQUIRED);
    assert_int_equal(check("incident", "state", tq_value_str("lost")), TQ_REASON_NOT_IN_LIST);
    assert_int_equal(check("incident", "summary", tq_value_str(long_text)), TQ_REASON_TOO_LONG);
    assert_int_equal(check("incident", "summary", tq_value_str("hòa giải\n2")), TQ_REASON_NONE);
    assert_int_equal(check("incident", "summary", tq_value_str("a\001b")), TQ_REASON_BAD_TEXT);
    assert_int_equal(check("incident", "summary", tq_value_str("\xc3(")), TQ_REASON_BAD_TEXT);
    assert_int_equal(
            check("incident", "summary", tq_value_str("\xed\xa0\x80")), TQ_REASON_BAD_TEXT);
    assert_int_equal(check("incident", "summary", tq_value_text(tq_slice_of("a\0b", 3))),
            TQ_REASON_BAD_TEXT);
    assert_int_equal(
            check("incident", "occurred_on", tq_value_str("2020-02-30")), TQ_REASON_BAD_DATE);
    assert_int_equal(check("incident", "occurred_on", tq_value_str("2020-02-29")), TQ_REASON_NONE);
    assert_int_equal(
            check("incident", "occurred_on", tq_value_str("29/02/2020")), TQ_REASON_BAD_DATE);
    assert_int_equal(check("incident", "known_at", tq_value_int(1)), TQ_REASON_BAD_DATE);
    assert_int_equal(check("covenant", "doc_hash", tq_value_blob(tq_slice_of("abc", 3))),
            TQ_REASON_BAD_TYPE);
}

static tq_reason covenant(struct tq_value total, struct tq_value present, struct tq_value agreed)
{
    const struct tq_table *t = tq_catalogue_find(CATALOGUE, "covenant");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };

    values[tq_table_column_find(t, "households_total")] = total;
    values[tq_table_column_find(t, "present")] = present;
    values[tq_table_column_find(t, "agreed")] = agreed;
    return tq_table_check_groups(t, 10, values);
}

static void table_check_groups__wants_a_majority_of_all_households(void **state)
{
    (void)state;
    assert_int_equal(
            covenant(tq_value_int(100), tq_value_int(80), tq_value_int(51)), TQ_REASON_NONE);
    assert_int_equal(
            covenant(tq_value_int(100), tq_value_int(80), tq_value_int(50)), TQ_REASON_GROUP);
    assert_int_equal(
            covenant(tq_value_int(100), tq_value_int(101), tq_value_int(90)), TQ_REASON_GROUP);
    assert_int_equal(
            covenant(tq_value_int(100), tq_value_int(60), tq_value_int(61)), TQ_REASON_GROUP);
    assert_int_equal(covenant(tq_value_int(100), tq_value_null(), tq_value_null()), TQ_REASON_NONE);
}

static void table_check_groups__wants_a_reason_with_a_void(void **state)
{
    const struct tq_table *t = tq_catalogue_find(CATALOGUE, "incident");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    int at = tq_table_column_find(t, "voided_at");

    (void)state;
    assert_int_equal(tq_table_check_groups(t, 0, values), TQ_REASON_NONE);
    values[at] = tq_value_int(INT64_C(1604880000000));
    assert_int_equal(tq_table_check_groups(t, t->void_cell, values), TQ_REASON_GROUP);
    values[at + 1] = tq_value_str("nhập nhầm");
    assert_int_equal(tq_table_check_groups(t, t->void_cell, values), TQ_REASON_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue_current__has_ordered_tables_with_unique_numbers),
        cmocka_unit_test(catalogue_tables__have_sound_columns_and_cells),
        cmocka_unit_test(catalogue_tables__hold_no_person),
        cmocka_unit_test(key_encode__round_trips_and_sorts_as_the_columns_do),
        cmocka_unit_test(key_encode__refuses_what_is_no_key),
        cmocka_unit_test(column_check__gives_each_reason),
        cmocka_unit_test(table_check_groups__wants_a_majority_of_all_households),
        cmocka_unit_test(table_check_groups__wants_a_reason_with_a_void),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
