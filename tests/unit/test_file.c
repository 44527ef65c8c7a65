#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tmp.h"
#include "tuquan/file.h"

static void file_write__is_read_back_and_private(void **state)
{
    char dir[128];
    char path[256];
    struct tq_error err = { 0 };
    struct tq_buf text;

    (void)state;
    tmp_make(dir, sizeof(dir));
    tq_buf_init(&text, 0);
    assert_int_equal(tq_file_join(path, sizeof(path), dir, "khóa", &err), TQ_OK);
    assert_int_equal(tq_file_read(path, 10, &text, &err), TQ_NOT_FOUND);
    assert_non_null(strstr(err.msg, "khóa"));
    assert_int_equal(tq_file_write_new(path, tq_slice_str("one"), true, &err), TQ_OK);
    assert_true(tq_file_is_private(path));
    assert_int_equal(tq_file_write_new(path, tq_slice_str("two"), true, &err), TQ_EXISTS);
    assert_int_equal(tq_file_read(path, 10, &text, &err), TQ_OK);
    assert_true(tq_slice_equal(tq_buf_slice(&text), tq_slice_str("one")));
    assert_int_equal(tq_file_replace(path, tq_slice_str("longer"), false, &err), TQ_OK);
    assert_false(tq_file_is_private(path));
    tq_buf_clear(&text);
    assert_int_equal(tq_file_read(path, 5, &text, &err), TQ_RANGE);
    tq_buf_deinit(&text);
    tmp_remove(dir);
}

static void file_make_dir__accepts_what_is_there_and_names_what_is_not(void **state)
{
    char dir[128];
    char path[256];
    struct tq_error err = { 0 };
    struct tq_buf text;

    (void)state;
    tmp_make(dir, sizeof(dir));
    tq_buf_init(&text, 0);
    snprintf(path, sizeof(path), "%s/a", dir);
    assert_int_equal(tq_file_make_dir(path, &err), TQ_OK);
    assert_int_equal(tq_file_make_dir(path, &err), TQ_OK);
    assert_true(tq_file_is_dir(path));
    assert_int_equal(tq_file_read(path, 5, &text, &err), TQ_IO);
    snprintf(path, sizeof(path), "%s/b/c", dir);
    assert_int_equal(tq_file_make_dir(path, &err), TQ_NOT_FOUND);
    assert_int_equal(tq_file_write_new("/dev/full/x", tq_slice_str("x"), true, &err), TQ_NOT_FOUND);
    tq_buf_deinit(&text);
    tmp_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_write__is_read_back_and_private),
        cmocka_unit_test(file_make_dir__accepts_what_is_there_and_names_what_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
