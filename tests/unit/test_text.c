#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test_mem.h"
#include "tuquan/text.h"

typedef tq_status (*transform)(struct tq_slice, struct tq_buf *, struct tq_error *);

static void assert_gives(transform fn, const char *in, const char *out)
{
    struct tq_error err = { 0 };
    struct tq_buf buf;

    tq_buf_init(&buf, 0);
    assert_int_equal(fn(tq_slice_str(in), &buf, &err), TQ_OK);
    tq_buf_append_u8(&buf, 0);
    assert_string_equal((char *)buf.data, out);
    tq_buf_deinit(&buf);
}

static void text_nfc__composes_what_was_typed_in_pieces(void **state)
{
    (void)state;
    assert_gives(tq_text_nfc,
            "Ba\xcc\xa3"
            "ch L\xc6\xb0u",
            "Bạch Lưu");
    assert_gives(tq_text_nfc, "to\xcc\x82\xcc\x89 tu\xcc\x9b\xcc\xa3", "tổ tự");
    assert_gives(tq_text_nfc, "Sông Lô", "Sông Lô");
    /* hòa and hoà are two spellings, not two encodings: both stay. */
    assert_gives(tq_text_nfc, "hòa hoà", "hòa hoà");
    assert_gives(tq_text_nfc, "\xf0\x9f\x99\x82", "\xf0\x9f\x99\x82");
    assert_true(tq_text_is_nfc(tq_slice_str("Bạch Lưu")));
    assert_false(tq_text_is_nfc(tq_slice_str("Ba\xcc\xa3"
                                             "ch")));
}

static void text_settle__leaves_a_text(void **state)
{
    char flipped[] = "Huy\x7b\xe1\xbb S\xb3ng \x1b[31m L\xc3\xb4";
    char cut[] = "Xã Bạch L\xc6";
    char whole[] = "Bạch Lưu\tthôn";
    char long_facts[600];
    struct tq_error err;

    (void)state;
    tq_text_settle(flipped, false);
    assert_string_equal(flipped, "Huy{?? S?ng ?[31m Lô");
    tq_text_settle(cut, true);
    assert_string_equal(cut, "Xã Bạch L");
    tq_text_settle(whole, true);
    assert_string_equal(whole, "Bạch Lưu\tthôn");
    memset(long_facts, 0, sizeof(long_facts));
    for (size_t i = 0; i + 3 < sizeof(long_facts); i += 3)
        memcpy(long_facts + i, "\xe1\xba\xa1", 3); /* ạ, three bytes: 511 is no multiple */
    for (int shift = 0; shift < 3; shift++) {
        (void)tq_error_set(&err, TQ_INVALID, "%.*s%s", shift, "xx", long_facts);
        assert_true(tq_text_is_valid(tq_slice_str(err.msg), NULL));
        assert_true(strlen(err.msg) > sizeof(err.msg) - 4);
        tq_error_wrap(&err, "%.*s", shift, "yy");
        assert_true(tq_text_is_valid(tq_slice_str(err.msg), NULL));
        assert_true(strlen(err.msg) > sizeof(err.msg) - 8);
    }
}

static void text_nfc__is_idempotent_on_long_text(void **state)
{
    struct tq_buf in;
    struct tq_buf once;
    struct tq_buf twice;

    (void)state;
    tq_buf_init(&in, 0);
    tq_buf_init(&once, 0);
    tq_buf_init(&twice, 0);
    for (int i = 0; i < 500; i++)
        tq_buf_append_str(&in, "to\xcc\x82\xcc\x89 ");
    assert_int_equal(tq_text_nfc(tq_buf_slice(&in), &once, NULL), TQ_OK);
    assert_int_equal(once.len, 500 * strlen("tổ "));
    assert_int_equal(tq_text_nfc(tq_buf_slice(&once), &twice, NULL), TQ_OK);
    assert_true(tq_slice_equal(tq_buf_slice(&once), tq_buf_slice(&twice)));
    tq_buf_deinit(&in);
    tq_buf_deinit(&once);
    tq_buf_deinit(&twice);
}

static void text_is_valid__finds_the_bad_byte(void **state)
{
    static const struct {
        struct tq_slice text;
        size_t at;
    } BAD[] = {
        { { (const uint8_t *)"ab\0c", 4 }, 2 }, { { (const uint8_t *)"a\x1b[31m", 6 }, 1 },
        { { (const uint8_t *)"x\xc2\x85", 3 }, 1 }, { { (const uint8_t *)"x\x7f", 2 }, 1 },
        { { (const uint8_t *)"B\xb9"
                             "ch L\xad",
                  7 },
                1 },                                   /* TCVN3 */
        { { (const uint8_t *)"\xed\xa0\x80", 3 }, 0 }, /* a surrogate */
        { { (const uint8_t *)"\xc0\x80", 2 }, 0 },     /* overlong NUL */
        { { (const uint8_t *)"\xe1\xba", 2 }, 0 },     /* cut */
    };
    struct tq_buf out;

    (void)state;
    tq_buf_init(&out, 0);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        size_t at = 99;

        assert_false(tq_text_is_valid(BAD[i].text, &at));
        assert_int_equal(at, BAD[i].at);
        assert_int_equal(tq_text_nfc(BAD[i].text, &out, NULL), TQ_ENCODING);
        assert_int_equal(out.len, 0);
    }
    assert_true(tq_text_is_valid(tq_slice_str("dòng 1\n\tdòng 2"), NULL));
    tq_buf_deinit(&out);
}

static void text_fold__finds_without_marks(void **state)
{
    (void)state;
    assert_gives(tq_text_fold, "Đồng Quế", "dong que");
    assert_gives(tq_text_fold, "  Nhân \n Đạo ", "nhan dao");
    assert_gives(tq_text_fold, "HOÀ", "hoa");
    assert_gives(tq_text_fold,
            "Ho\xcc\x80"
            "a",
            "hoa");
}

static void text_pad__counts_columns_not_bytes(void **state)
{
    struct tq_buf out;

    (void)state;
    assert_int_equal(tq_text_width(tq_slice_str("Đồng Quế")), 8);
    assert_int_equal(tq_text_width(tq_slice_str("Ba\xcc\xa3"
                                                "ch")),
            4);
    tq_buf_init(&out, 0);
    tq_text_pad(&out, tq_slice_str("Đồng"), 6, false);
    tq_text_pad(&out, tq_slice_str("tổ"), 4, true);
    tq_buf_append_u8(&out, 0);
    assert_string_equal((char *)out.data, "Đồng    tổ");
    tq_buf_deinit(&out);
    assert_int_equal(tq_text_cut(tq_slice_str("Ba\xcc\xa3"
                                              "ch"),
                             2)
                             .len,
            4);
}

struct lint_case {
    const char *text;
    int kind; /* -1: nothing */
};

static void text_lint__finds_people_and_stamps(void **state)
{
    static const struct lint_case CASES[] = {
        { "CMND 135 792 468", TQ_LINT_ID_NUMBER },
        { "căn cước 026090001234.", TQ_LINT_ID_NUMBER },
        { "gọi 0912 345 678", TQ_LINT_PHONE },
        { "gọi 0912.345.678", TQ_LINT_PHONE },
        { "gọi +84 912 345 678", TQ_LINT_PHONE },
        { "do ông Nguyễn Văn A báo", TQ_LINT_PERSON },
        { "Bà Lan", TQ_LINT_PERSON },
        { "MẬT", TQ_LINT_SECRET },
        { "Công văn (Mật) số 5", TQ_LINT_SECRET },
        { "Độ mật: tuyệt mật", TQ_LINT_SECRET },
        { "tài liệu Mật", TQ_LINT_SECRET },
        { "TỐI MẬT", TQ_LINT_SECRET },
        { "thiệt hại 150.000.000 đồng", -1 },
        { "thiệt hại 1.200.000.000 đồng", -1 },
        { "bà con nông dân; ông Chủ tịch xã", -1 },
        { "giữ bí mật, mua mật ong", -1 },
        { "sông Lô, bà", -1 },
        { "ngày 15-11-2020, 24 hộ", -1 },
        { "ngày 05-11-2020 08:30", -1 },
        { "từ 05.11.2020-07.11.2020", -1 },
        { "gọi 09.12.2019.88", TQ_LINT_PHONE },
        { "số 01-12-2019-1234", TQ_LINT_ID_NUMBER },
        { "ngày 5.11.2020 12 hộ", -1 },
        { "từ 08 05.11.2020 đến 07.11.2020", -1 },
        { "công văn 123/2020/CV-CAH ngày 15/11/2020, số 07-BB 2020", -1 },
        { "gọi 09.12.345678", TQ_LINT_PHONE },
        { "ngày 05-11-2020 gọi 0912345678", TQ_LINT_PHONE },
        { "", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct tq_lint_finding out[4];
        size_t n = tq_text_lint(tq_slice_str(CASES[i].text), out, 4);

        assert_true(n == 0 || tq_text_lint_may(tq_slice_str(CASES[i].text)));
        if (n != (CASES[i].kind >= 0) || (n > 0 && (int)out[0].kind != CASES[i].kind))
            fail_msg("\"%s\": %zu findings", CASES[i].text, n);
    }
}

/* The quick look may be wrong one way only, whatever stands around; and it spares most texts. */
static void text_lint__a_quick_look_misses_nothing(void **state)
{
    static const char *const PIECES[] = { "ông", "Ông", "ÔNG", "bà", "Bà", "BÀ", "mật", "Mật",
        "MẬT", "tuyệt", "tối", "Lan", "Chủ", "sông", "9", "09", "123", "+84", ".", " ", " ", " ",
        "-", "\n", "(", ")", "bí", "văn", "\xc3", "\xe1\xba", "không", "đ" };
    uint64_t draw = 7; /* the seed */
    size_t hits = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct tq_buf text;
        size_t found;

        tq_buf_init(&text, 0);
        for (int k = 0; k < 9; k++) {
            draw = draw * 6364136223846793005u + 1442695040888963407u;
            tq_buf_append_str(&text, PIECES[(draw >> 33) % (sizeof(PIECES) / sizeof(PIECES[0]))]);
        }
        found = tq_text_lint(tq_buf_slice(&text), NULL, 0);
        hits += found > 0;
        if (found > 0 && !tq_text_lint_may(tq_buf_slice(&text)))
            fail_msg("seed 7, round %d: \"%.*s\"", round, (int)text.len, (const char *)text.data);
        tq_buf_deinit(&text);
    }
    assert_true(hits > 1000);
    assert_false(
            tq_text_lint_may(tq_slice_str("mất xe đạp trước cổng chợ, ngày 15-11-2020, sông Lô")));
}

static void text__survives_a_failing_heap(void **state)
{
    transform fns[] = { tq_text_nfc, tq_text_fold };
    char text[2001];

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (size_t f = 0; f < 2; f++) {
        tq_status rc = TQ_NOMEM;

        for (long n = 0; rc != TQ_OK; n++) {
            struct tq_buf out;
            long live = test_mem_live();

            tq_buf_init(&out, 0);
            test_mem_fail_after(n, true);
            rc = fns[f](tq_slice_str(text), &out, NULL);
            test_mem_fail_after(-1, false);
            assert_true(rc == TQ_OK || (rc == TQ_NOMEM && out.len == 0));
            tq_buf_deinit(&out);
            assert_int_equal(test_mem_live(), live);
        }
    }
}

/* The short way judges by character alone; a Han character sends the same text the long way. */
static void nfc__short_way_and_long_way_agree(void **state)
{
    static const uint32_t FROM_TO[][2] = { { 0x20, 0x300 }, { 0x1e00, 0x1f00 },
        { 0x2010, 0x2028 } };

    (void)state;
    for (size_t r = 0; r < sizeof(FROM_TO) / sizeof(FROM_TO[0]); r++) {
        for (uint32_t c = FROM_TO[r][0]; c < FROM_TO[r][1]; c++) {
            uint8_t text[6];
            size_t n = 0;
            struct tq_buf nfc;

            if (c >= 0x7f && c < 0xa0)
                continue;
            if (c >= 0x800) {
                text[n++] = (uint8_t)(0xe0 | c >> 12);
                text[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
            } else if (c >= 0x80) {
                text[n++] = (uint8_t)(0xc0 | c >> 6);
            }
            text[n++] = c >= 0x80 ? (uint8_t)(0x80 | (c & 0x3f)) : (uint8_t)c;
            assert_true(tq_text_is_nfc(tq_slice_of(text, n)));
            memcpy(text + n, "\xe4\xb8\x80", 3);
            tq_buf_init(&nfc, 0);
            assert_int_equal(tq_text_nfc(tq_slice_of(text, n + 3), &nfc, NULL), TQ_OK);
            assert_int_equal(nfc.len, n + 3);
            assert_memory_equal(nfc.data, text, n + 3);
            tq_buf_deinit(&nfc);
        }
    }
    assert_false(tq_text_is_nfc(tq_slice_str("a\xcc\x80")));    /* a and a combining grave */
    assert_false(tq_text_is_nfc(tq_slice_str("\xe2\x84\xab"))); /* the sign for angstrom */
    assert_false(tq_text_is_nfc(tq_slice_str("\xc2\x80")));     /* not valid at all */
    assert_false(tq_text_is_nfc(tq_slice_str("\xc3")));
    assert_false(tq_text_is_nfc(tq_slice_str("\xe1\xba")));
}

/* The table against the full decomposition: a sign that the table does not know makes it decide. */
static void text_fold__is_the_same_by_table_and_in_full(void **state)
{
    (void)state;
    for (uint32_t c = 0x20; c < 0x2000; c++) {
        char plain[32];
        char full[40];
        char point[4];
        struct tq_buf a;
        struct tq_buf b;
        size_t n = 0;

        if (c >= 0x7f && c < 0xa0)
            continue;
        if (c < 0x80) {
            point[n++] = (char)c;
        } else if (c < 0x800) {
            point[n++] = (char)(0xc0 | c >> 6);
            point[n++] = (char)(0x80 | (c & 0x3f));
        } else {
            point[n++] = (char)(0xe0 | c >> 12);
            point[n++] = (char)(0x80 | (c >> 6 & 0x3f));
            point[n++] = (char)(0x80 | (c & 0x3f));
        }
        snprintf(plain, sizeof(plain), "%.*s X%.*s \t y", (int)n, point, (int)n, point);
        snprintf(full, sizeof(full), "%s\xe2\x82\xac", plain);
        tq_buf_init(&a, 0);
        tq_buf_init(&b, 0);
        assert_int_equal(tq_text_fold(tq_slice_str(plain), &a, NULL), TQ_OK);
        assert_int_equal(tq_text_fold(tq_slice_str(full), &b, NULL), TQ_OK);
        if (a.len + 3 != b.len || memcmp(a.data, b.data, a.len) != 0)
            print_error("U+%04X: %.*s, %.*s\n", (unsigned)c, (int)a.len, (const char *)a.data,
                    (int)b.len, (const char *)b.data);
        assert_int_equal(a.len + 3, b.len);
        assert_memory_equal(a.data, b.data, a.len);
        tq_buf_deinit(&a);
        tq_buf_deinit(&b);
    }
}

static void text_upper__makes_capitals_of_every_letter(void **state)
{
    struct tq_buf buf;

    (void)state;
    tq_buf_init(&buf, 0);
    tq_text_upper(tq_slice_str("Xã Bạch Lưu, đồng quế 7 \xff"), &buf);
    tq_buf_append_u8(&buf, 0);
    assert_string_equal((char *)buf.data, "XÃ BẠCH LƯU, ĐỒNG QUẾ 7 \xff");
    tq_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nfc__short_way_and_long_way_agree),
        cmocka_unit_test(text_nfc__composes_what_was_typed_in_pieces),
        cmocka_unit_test(text_nfc__is_idempotent_on_long_text),
        cmocka_unit_test(text_is_valid__finds_the_bad_byte),
        cmocka_unit_test(text_settle__leaves_a_text),
        cmocka_unit_test(text_fold__finds_without_marks),
        cmocka_unit_test(text_fold__is_the_same_by_table_and_in_full),
        cmocka_unit_test(text_upper__makes_capitals_of_every_letter),
        cmocka_unit_test(text_pad__counts_columns_not_bytes),
        cmocka_unit_test(text_lint__finds_people_and_stamps),
        cmocka_unit_test(text_lint__a_quick_look_misses_nothing),
        cmocka_unit_test(text__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
