#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tuquan/small_count.h"

#define NO TQ_HIDDEN_NO
#define SMALL TQ_HIDDEN_SMALL
#define WITH TQ_HIDDEN_WITH

static void small_text__tells_no_one_and_no_two(void **state)
{
    char text[TQ_SMALL_TEXT];

    (void)state;
    assert_false(tq_count_is_small(0));
    assert_true(tq_count_is_small(1));
    assert_true(tq_count_is_small(2));
    assert_false(tq_count_is_small(3));
    assert_string_equal(tq_small_text(0, NO, text), "0");
    assert_string_equal(tq_small_text(2, SMALL, text), "<3");
    assert_string_equal(tq_small_text(7, WITH, text), "…");
    assert_string_equal(tq_small_text(1234567, NO, text), "1234567");
}

static void small_hide__one_hidden_count_takes_the_least_other_along(void **state)
{
    static const int64_t counts[] = { 0, 2, 9, 4, 15 };
    static const int64_t two[] = { 1, 2, 9, 12 };
    static const int64_t none[] = { 0, 3, 9, 12 };
    tq_hidden hidden[5];

    (void)state;
    tq_small_hide(counts, 5, 1, false, hidden);
    assert_memory_equal(hidden, ((tq_hidden[]){ NO, SMALL, NO, WITH, NO }), sizeof(hidden));
    tq_small_hide(two, 4, 1, false, hidden);
    assert_memory_equal(hidden, ((tq_hidden[]){ SMALL, SMALL, NO, NO }), 4 * sizeof(*hidden));
    tq_small_hide(none, 4, 1, false, hidden);
    assert_memory_equal(hidden, ((tq_hidden[]){ NO, NO, NO, NO }), 4 * sizeof(*hidden));
}

/* Nothing else there: the total is hidden with it. */
static void small_hide__a_lone_count_hides_its_total(void **state)
{
    static const int64_t counts[] = { 1, 1 };
    static const int64_t zeros[] = { 0, 2, 2 };
    tq_hidden hidden[3];

    (void)state;
    tq_small_hide(counts, 2, 1, false, hidden);
    assert_memory_equal(hidden, ((tq_hidden[]){ SMALL, SMALL }), 2 * sizeof(*hidden));
    tq_small_hide(zeros, 3, 1, false, hidden);
    assert_memory_equal(hidden, ((tq_hidden[]){ NO, SMALL, SMALL }), sizeof(hidden));
}

/* How many ways there are for the hidden parts from `i` on to make `sum`; `seen` has a bit for each
 * value of the part `of`. */
static void tell_apart(const int64_t *n, const tq_hidden *hidden, size_t parts, size_t i,
        int64_t sum, size_t of, int64_t value, unsigned *seen)
{
    int64_t first = hidden[i] == SMALL ? 1 : 0;
    int64_t last = hidden[i] == SMALL ? 2 : sum;

    if (i == parts) {
        *seen |= sum == 0 ? 1u << value : 0;
        return;
    }
    if (hidden[i] == NO)
        first = last = 0; /* told: not part of the sum */
    for (int64_t v = first; v <= last && v <= sum; v++)
        if (hidden[i] != WITH || v == 0 || v > 2)
            tell_apart(n, hidden, parts, i + 1, sum - v, of, i == of ? v : value, seen);
}

/* Two hidden ones that make 2 or 4 are told by the total; and so on for any number of them. */
static void small_hide__no_told_total_leaves_a_small_count_a_single_way(void **state)
{
    enum { PARTS = 5 };
    int64_t n[PARTS + 1];
    tq_hidden hidden[PARTS + 1];

    (void)state;
    for (int draw = 0; draw < 7776; draw++) {
        int64_t sum = 0;

        n[PARTS] = 0;
        for (int i = 0, rest = draw; i < PARTS; i++, rest /= 6) {
            n[i] = rest % 6;
            n[PARTS] += n[i];
        }
        tq_small_hide(n, PARTS + 1, 1, false, hidden);
        for (size_t i = 0; i < PARTS; i++)
            sum += hidden[i] != NO ? n[i] : 0;
        for (size_t i = 0; i < PARTS && hidden[PARTS] == NO; i++) {
            unsigned seen = 0;

            if (hidden[i] == SMALL)
                tell_apart(n, hidden, PARTS, 0, sum, i, 0, &seen);
            assert_true(hidden[i] != SMALL || (seen & (seen - 1)) != 0);
        }
    }
}

/* Whoever knows the totals and the told counts finds no hidden one: no line has exactly one. */
static void small_hide__no_line_of_any_table_has_one_hidden_count(void **state)
{
    enum { ROWS = 8, COLUMNS = 6 };
    uint32_t draw = 7;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        int64_t counts[ROWS * COLUMNS] = { 0 };
        tq_hidden hidden[ROWS * COLUMNS];

        for (size_t r = 0; r + 1 < ROWS; r++) {
            for (size_t c = 0; c + 1 < COLUMNS; c++) {
                int64_t n;

                draw = draw * 1664525u + 1013904223u;
                n = (draw >> 24) % 3 == 0 ? 0 : (int64_t)((draw >> 16) % 9);
                counts[r * COLUMNS + c] = n;
                counts[r * COLUMNS + COLUMNS - 1] += n;
                counts[(ROWS - 1) * COLUMNS + c] += n;
                counts[ROWS * COLUMNS - 1] += n;
            }
        }
        tq_small_hide(counts, ROWS, COLUMNS, true, hidden);
        for (size_t i = 0; i < ROWS * COLUMNS; i++)
            assert_int_equal(hidden[i] == SMALL, tq_count_is_small(counts[i]));
        for (size_t r = 0; r < ROWS; r++) {
            size_t n = 0;

            for (size_t c = 0; c < COLUMNS; c++)
                n += hidden[r * COLUMNS + c] != NO;
            assert_int_not_equal(n, 1);
        }
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t n = 0;

            for (size_t r = 0; r < ROWS; r++)
                n += hidden[r * COLUMNS + c] != NO;
            assert_int_not_equal(n, 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_text__tells_no_one_and_no_two),
        cmocka_unit_test(small_hide__one_hidden_count_takes_the_least_other_along),
        cmocka_unit_test(small_hide__a_lone_count_hides_its_total),
        cmocka_unit_test(small_hide__no_told_total_leaves_a_small_count_a_single_way),
        cmocka_unit_test(small_hide__no_line_of_any_table_has_one_hidden_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
