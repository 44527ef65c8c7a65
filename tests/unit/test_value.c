#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tuquan/value.h"

static void value_decode__gives_back_what_was_encoded(void **state)
{
    struct tq_value in[4] = { tq_value_null(), tq_value_int(INT64_MIN), tq_value_str("Bạch Lưu"),
        tq_value_blob(tq_slice_of("\0\1\2", 3)) };
    struct tq_buf buf;
    struct tq_slice rest;

    (void)state;
    tq_buf_init(&buf, 0);
    for (size_t i = 0; i < 4; i++)
        tq_value_encode(&buf, &in[i]);
    assert_true(tq_buf_is_ok(&buf));
    rest = tq_buf_slice(&buf);
    for (size_t i = 0; i < 4; i++) {
        struct tq_value out;

        assert_true(tq_value_decode(&rest, &out));
        assert_true(tq_value_equal(&in[i], &out));
    }
    assert_int_equal(rest.len, 0);
    tq_buf_deinit(&buf);
}

static void value_decode__refuses_every_cut(void **state)
{
    struct tq_value in = tq_value_str("Sông Lô");
    struct tq_buf buf;

    (void)state;
    tq_buf_init(&buf, 0);
    tq_value_encode(&buf, &in);
    for (size_t n = 0; n < buf.len; n++) {
        struct tq_slice cut = tq_slice_of(buf.data, n);
        struct tq_value out;

        assert_false(tq_value_decode(&cut, &out));
    }
    tq_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_decode__gives_back_what_was_encoded),
        cmocka_unit_test(value_decode__refuses_every_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
