#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test_mem.h"
#include "tuquan/csv.h"

/* Every row as "line:field|field\n"; the status of the first failure. */
static tq_status flatten(struct tq_slice text, char *out, size_t size, struct tq_error *err)
{
    struct tq_csv csv;
    struct tq_buf buf;
    struct tq_csv_row row;
    bool more = true;
    tq_status rc = tq_csv_init(&csv, text, err);

    tq_buf_init(&buf, 0);
    while (rc == TQ_OK && more) {
        rc = tq_csv_next(&csv, &row, &more, err);
        if (rc != TQ_OK || !more)
            break;
        tq_buf_printf(&buf, "%u:", row.line);
        for (size_t i = 0; i < row.count; i++) {
            tq_buf_append_str(&buf, i > 0 ? "|" : "");
            tq_buf_append_slice(&buf, row.fields[i]);
        }
        tq_buf_append_u8(&buf, '\n');
    }
    tq_buf_append_u8(&buf, 0);
    if (size > 0 && buf.data != NULL)
        snprintf(out, size, "%s", (const char *)buf.data);
    tq_buf_deinit(&buf);
    tq_csv_deinit(&csv);
    return rc;
}

static void csv_next__reads_what_excel_writes(void **state)
{
    static const struct {
        const char *in;
        const char *out;
    } CASES[] = {
        { "a,b\n1,2\n", "1:a|b\n2:1|2\n" },
        { "a,b\r\n1,2", "1:a|b\n2:1|2\n" },
        { "\xef\xbb\xbf"
          "a;b\r\n1,5;2\r\n",
                "1:a|b\n2:1,5|2\n" },
        { "sep=;\r\na;b\r\n1;2\r\n", "2:a|b\n3:1|2\n" },
        { "a\tb\n1\t\n", "1:a|b\n2:1|\n" },
        { "a,b\n\"x, y\",\"he said \"\"no\"\"\"\n", "1:a|b\n2:x, y|he said \"no\"\n" },
        { "a,b\n\"two\r\nlines\",2\n3,4\n", "1:a|b\n2:two\nlines|2\n4:3|4\n" },
        { "a,b\n\n,\n1,2\n\n", "1:a|b\n4:1|2\n" },
        { "\"thôn;tổ\",b\nx,y", "1:thôn;tổ|b\n2:x|y\n" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char out[256] = "";

        assert_int_equal(flatten(tq_slice_str(CASES[i].in), out, sizeof(out), NULL), TQ_OK);
        assert_string_equal(out, CASES[i].out);
    }
}

static void csv_init__names_the_place_of_a_wrong_encoding(void **state)
{
    struct tq_error err = { 0 };
    char out[64] = "";

    (void)state;
    assert_int_equal(flatten(tq_slice_of("\xff\xfe"
                                         "a\0",
                                     4),
                             out, sizeof(out), &err),
            TQ_ENCODING);
    assert_non_null(strstr(err.msg, "UTF-16"));
    assert_int_equal(flatten(tq_slice_str("a,b\r\nB\xb9"
                                          "ch,2"),
                             out, sizeof(out), &err),
            TQ_ENCODING);
    assert_non_null(strstr(err.msg, "2: không phải UTF-8"));
}

static void csv_next__refuses_what_it_cannot_be_sure_of(void **state)
{
    struct tq_error err = { 0 };
    char out[64] = "";
    char wide[2 * TQ_CSV_MAX_FIELDS + 1];

    (void)state;
    assert_int_equal(flatten(tq_slice_str("a,b\n\"open,2\n3,4\n"), out, sizeof(out), &err), TQ_CSV);
    assert_non_null(strstr(err.msg, "2: "));
    assert_int_equal(flatten(tq_slice_str("a,b\n\"x\"y,2\n"), out, sizeof(out), &err), TQ_CSV);
    assert_non_null(strstr(err.msg, "2: "));
    memset(wide, ',', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = '\0';
    assert_int_equal(flatten(tq_slice_str(wide), out, sizeof(out), &err), TQ_CSV);
}

static void csv_next__survives_a_failing_heap(void **state)
{
    (void)state;
    for (long n = 0; n < 3; n++) {
        struct tq_csv csv;
        struct tq_csv_row row;
        bool more;
        long live = test_mem_live();
        tq_status rc;

        assert_int_equal(tq_csv_init(&csv, tq_slice_str("a,b\n1,2\n"), NULL), TQ_OK);
        test_mem_fail_after(n, true);
        rc = tq_csv_next(&csv, &row, &more, NULL);
        test_mem_fail_after(-1, false);
        assert_int_equal(rc, n == 0 ? TQ_NOMEM : TQ_OK);
        tq_csv_deinit(&csv);
        assert_int_equal(test_mem_live(), live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_next__reads_what_excel_writes),
        cmocka_unit_test(csv_init__names_the_place_of_a_wrong_encoding),
        cmocka_unit_test(csv_next__refuses_what_it_cannot_be_sure_of),
        cmocka_unit_test(csv_next__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
