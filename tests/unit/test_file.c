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

/* A lock is of the open file: even within one process nobody gets it twice. */
static void file_lock__is_held_by_one_and_ends_with_its_holder(void **state)
{
    char dir[128];
    char path[256];
    struct tq_file_lock *first;
    struct tq_file_lock *second;
    struct tq_error err = { 0 };

    (void)state;
    tmp_make(dir, sizeof(dir));
    snprintf(path, sizeof(path), "%s/x.lock", dir);
    assert_false(tq_file_is_locked(path));
    assert_int_equal(tq_file_lock(&first, path, &err), TQ_OK);
    assert_true(tq_file_is_locked(path));
    assert_int_equal(tq_file_lock(&second, path, &err), TQ_BUSY);
    assert_null(second);
    assert_non_null(strstr(err.msg, "PID "));
    tq_file_unlock(first);
    assert_false(tq_file_is_locked(path));
    assert_int_equal(tq_file_lock(&second, path, &err), TQ_OK);
    tq_file_unlock(second);
    tq_file_unlock(NULL);
    snprintf(path, sizeof(path), "%s/none/x.lock", dir);
    assert_int_equal(tq_file_lock(&first, path, &err), TQ_NOT_FOUND);
    assert_null(first);
    tmp_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_write__is_read_back_and_private),
        cmocka_unit_test(file_make_dir__accepts_what_is_there_and_names_what_is_not),
        cmocka_unit_test(file_lock__is_held_by_one_and_ends_with_its_holder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
