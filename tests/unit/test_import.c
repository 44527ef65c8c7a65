#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "office_db.h"
#include "test_mem.h"
#include "tuquan/import.h"

#define NOW INT64_C(1605400000000)

struct fixture {
    struct office_db office;
    struct tq_records *records;
    long live;
};

static int set_up(void **state)
{
    static struct fixture f;

    f.live = test_mem_live();
    office_db_make(&f.office);
    assert_int_equal(
            tq_records_new(&f.records, f.office.db, tq_catalogue_current(), "văn thư", NULL),
            TQ_OK);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_records_free(f->records);
    office_db_remove(&f->office);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

struct outcome {
    tq_status rc;
    struct tq_import_counts counts;
    int64_t number;
    char problems[2048]; /* "line column [code] sentence\n" each */
};

static void import(struct fixture *f, const char *table, const char *text, tq_import_mode mode,
        struct outcome *out)
{
    struct tq_import *import = NULL;
    const struct tq_import_problem *problems;
    struct tq_buf all;
    size_t n;

    memset(out, 0, sizeof(*out));
    tq_buf_init(&all, 0);
    assert_int_equal(tq_import_new(&import, f->records, NULL), TQ_OK);
    assert_int_equal(tq_import_file(import, tq_catalogue_find(tq_catalogue_current(), table),
                             "tep.csv", tq_slice_str(text), NULL, NULL, NULL),
            TQ_OK);
    problems = tq_import_problems(import, &n);
    for (size_t i = 0; i < n; i++) {
        tq_buf_printf(&all, "%u %.*s [%s] ", problems[i].line, (int)problems[i].column.len,
                problems[i].column.len > 0 ? (const char *)problems[i].column.data : "",
                tq_import_fault_code(problems[i].fault));
        tq_import_say(&problems[i], TQ_LANG_VI, &all);
        tq_buf_append_u8(&all, '\n');
    }
    tq_buf_append_u8(&all, 0);
    snprintf(out->problems, sizeof(out->problems), "%s", (const char *)all.data);
    tq_buf_deinit(&all);
    out->counts = *tq_import_counts(import);
    out->rc = tq_import_finish(import, mode, NOW, &out->number, NULL);
    tq_import_free(import);
}

#define RETURNS "thôn,kỳ,chỉ tiêu,số liệu,source,state\n"

static void import__previews_writes_and_repeats_without_change(void **state)
{
    struct fixture *f = *state;
    struct outcome out;
    const char *text =
            "\xef\xbb\xbf" RETURNS "Thôn 1 (mẫu),2020-11,hh,96,Nhập từ tệp,confirmed\r\n";

    import(f, "village_return", text, TQ_IMPORT_PREVIEW, &out);
    assert_string_equal(out.problems, "");
    assert_int_equal(out.counts.added, 1);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM village_return"), 0);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), 0);
    import(f, "village_return", text, TQ_IMPORT_ALL, &out);
    assert_int_equal(out.rc, TQ_OK);
    assert_int_equal(out.number, 1);
    assert_int_equal(office_db_int(&f->office, "SELECT value FROM village_return"), 96);
    import(f, "village_return", text, TQ_IMPORT_ALL, &out);
    assert_int_equal(out.counts.same, 1);
    assert_int_equal(out.number, 0);
    import(f, "village_return", RETURNS "08779-01,2020-11,hh,97,import,confirmed\n", TQ_IMPORT_ALL,
            &out);
    assert_int_equal(out.counts.changed, 1);
    assert_int_equal(office_db_int(&f->office, "SELECT value FROM village_return"), 97);
}

static void import__names_line_column_and_rule_of_every_problem(void **state)
{
    static const struct {
        const char *table;
        const char *text;
        const char *problems;
    } CASES[] = {
        { "village_return", RETURNS "08779-01,2020-11,hh,1.200,typed,draft\n",
                "2 số liệu [value] số không viết dấu chấm, dấu phẩy (1200, không phải 1.200)\n" },
        { "village_return", RETURNS "08782@2004-01-01,2020-11,hh,1,typed,draft\n",
                "2 thôn [rule] thuộc xã khác, không phải xã mình\n" },
        { "village_return", RETURNS "Thôn Lạ,2020-11,hh,1,typed,draft\n",
                "2 thôn [rule] không có trong danh mục (thôn, kỳ, chỉ tiêu hoặc hồ sơ này chưa "
                "có)\n" },
        { "village_return",
                RETURNS "08779-01,2020-11,hh,1,typed,draft\n\n08779-01,2020-11,hh,2,typed,draft\n",
                "4  [duplicate] trùng với dòng 2\n" },
        { "village_return",
                RETURNS "08782@2004-01-01,2020-11,hh,1,typed,draft\n"
                        "08782@2004-01-01,2020-11,hh,2,typed,draft\n",
                "2 thôn [rule] thuộc xã khác, không phải xã mình\n"
                "3 thôn [rule] thuộc xã khác, không phải xã mình\n"
                "3  [duplicate] trùng với dòng 2\n" },
        { "village_return", "thôn,kỳ,số liệu\n08779-01,2020-11,1\n",
                "1  [column_missing] thiếu cột bắt buộc\n" },
        { "village_return", "thôn,kỳ,chỉ tiêu,số lieu 1,thôn\n",
                "1 số lieu 1 [column_unknown] không có cột này; bảng có các cột: Thôn, Kỳ, Chỉ "
                "tiêu, "
                "Hủy lúc, Lý do hủy, Số liệu, Nguồn, Trạng thái, Ghi chú\n"
                "1 thôn [column_twice] cột này có hai lần\n" },
        { "village_return", RETURNS "08779-01,2020-11,hh,1\n",
                "2  [width] số ô không bằng số cột của dòng tiêu đề\n" },
        { "village_return", RETURNS "08779-01,2020-11,hh,typed,5,draft\n",
                "2 số liệu [value] không phải số\n"
                "2 source [value] không có trong danh sách (Sổ giấy; Gõ tay; Nhập từ tệp)\n"
                "2 số liệu [swapped] cột này và cột \"source\" có vẻ bị đổi chỗ cho nhau\n" },
        { "incident", "area,reconciled\n1,1\n",
                "1 reconciled [column_not_yours] cột này do huyện ghi, xã không nhập được\n" },
        { "incident", "area,summary\n1,\"x\n", "2  [file] dấu ngoặc kép mở ở đây mà không đóng\n" },
        { "incident",
                "area,summary\n1,B\xb9"
                "ch\n",
                "2  [file] chữ không đúng mã UTF-8 (có thể là TCVN3, VNI): hãy lưu lại dạng CSV "
                "UTF-8\n" },
        { "incident", "area\n9\n", "2 area [value] số ngoài khoảng cho phép (từ 1 đến 5)\n" },
        { "ranking", "period\n1\n",
                "1  [table_not_yours] bảng này do huyện ghi, xã không nhập được\n" },
        { "incident", "", "1  [file] tệp không có dòng nào\n" },
        { "incident", "area,summary\n1,Tối mật\n",
                "2 summary [value] có đóng dấu Mật, Tối mật hoặc Tuyệt mật: không được đưa vào "
                "phần mềm\n" },
        { "incident", "area,occurred_on\n1,31/02/2020\n",
                "2 occurred_on [value] không phải ngày (viết 15/11/2020 hoặc 2020-11-15)\n" },
        { "covenant",
                "village,adopted_on,households_total,present,agreed\n"
                "08779-01,2020-01-05,10,8,5\n",
                "2 households_total [rule] số hộ đồng ý phải quá nửa tổng số hộ, không quá số hộ "
                "dự; "
                "số hộ dự không quá tổng số hộ\n" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct outcome out;

        import(f, CASES[i].table, CASES[i].text, TQ_IMPORT_ALL, &out);
        assert_string_equal(out.problems, CASES[i].problems);
        assert_int_equal(out.rc, TQ_CSV);
        assert_int_equal(out.number, 0);
    }
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), 0);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_import"), 0);
}

static void import__of_a_part_leaves_the_wrong_rows_out(void **state)
{
    struct fixture *f = *state;
    struct outcome out;

    import(f, "tip", "area,label\n1,A-1\n9,A-2\n2,A-3\n", TQ_IMPORT_PARTIAL, &out);
    assert_int_equal(out.rc, TQ_OK);
    assert_int_equal(out.counts.added, 2);
    assert_int_equal(out.counts.wrong, 1);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tip"), 2);
}

static void import__knows_rows_without_labels_by_their_values(void **state)
{
    struct fixture *f = *state;
    struct outcome out;
    const char *text = "area,category,occurred_on\n1,theft,2020-11-05\n1,theft,2020-11-06\n";

    import(f, "incident", text, TQ_IMPORT_ALL, &out);
    assert_int_equal(out.counts.added, 2);
    import(f, "incident", text, TQ_IMPORT_ALL, &out);
    assert_int_equal(out.counts.added, 0);
    assert_int_equal(out.counts.same, 2);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM incident"), 2);
}

static void import__warns_of_personal_data_and_goes_on(void **state)
{
    struct fixture *f = *state;
    struct outcome out;

    import(f, "incident", "area,summary\n1,gọi 0912 345 678\n", TQ_IMPORT_PREVIEW, &out);
    assert_string_equal(out.problems, "2 summary [personal_data] có số giống số điện thoại\n");
    assert_int_equal(out.counts.warnings, 1);
    assert_int_equal(out.counts.wrong, 0);
    import(f, "committee_member", "official_name\nông Nguyễn Văn A\n", TQ_IMPORT_PREVIEW, &out);
    assert_int_equal(out.counts.warnings, 0);
}

static void import__warns_of_a_day_far_ahead(void **state)
{
    struct fixture *f = *state;
    struct outcome out;

    import(f, "incident", "area,occurred_on\n1,2099-01-01\n1,2020-11-01\n", TQ_IMPORT_PREVIEW,
            &out);
    assert_string_equal(
            out.problems, "2 occurred_on [far_ahead] ngày này còn hơn một năm nữa mới đến\n");
    assert_int_equal(out.counts.warnings, 1);
    assert_int_equal(out.counts.wrong, 0);
    import(f, "incident", "area,due_on\n1,2099-01-01\n", TQ_IMPORT_PREVIEW, &out);
    assert_int_equal(out.counts.warnings, 0);
}

static void import_undo__gives_back_what_nobody_changed_since(void **state)
{
    struct fixture *f = *state;
    struct outcome out;
    int64_t number = 0;
    size_t undone;
    size_t kept;

    import(f, "tip", "area,label\n1,A-1\n2,A-2\n", TQ_IMPORT_ALL, &out);
    import(f, "tip", "area,label,note\n3,A-1,một\n4,A-2,hai\n5,A-3,ba\n", TQ_IMPORT_ALL, &out);
    assert_int_equal(out.counts.changed, 2);
    office_db_run(&f->office, "UPDATE tip SET area=2 WHERE label='A-2'", NULL, 0);
    assert_int_equal(tq_import_undo(f->records, &number, tq_slice_str("nhập nhầm tệp"), NOW,
                             &undone, &kept, NULL),
            TQ_OK);
    assert_int_equal(number, 2);
    assert_int_equal(undone, 4); /* two cells of A-1, a note of A-2, the row A-3 */
    assert_int_equal(kept, 1);
    assert_int_equal(office_db_int(&f->office, "SELECT area FROM tip WHERE label='A-1'"), 1);
    assert_int_equal(office_db_int(&f->office, "SELECT area FROM tip WHERE label='A-2'"), 2);
    assert_string_equal(office_db_text(&f->office, "SELECT void_reason FROM tip WHERE label='A-3'"),
            "nhập nhầm tệp");
    assert_int_equal(
            tq_import_undo(f->records, &number, tq_slice_str("x"), NOW, &undone, &kept, NULL),
            TQ_EXISTS);
    number = 99;
    assert_int_equal(
            tq_import_undo(f->records, &number, tq_slice_str("x"), NOW, &undone, &kept, NULL),
            TQ_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(import__previews_writes_and_repeats_without_change),
        TEST(import__names_line_column_and_rule_of_every_problem),
        TEST(import__of_a_part_leaves_the_wrong_rows_out),
        TEST(import__knows_rows_without_labels_by_their_values),
        TEST(import__warns_of_personal_data_and_goes_on),
        TEST(import__warns_of_a_day_far_ahead),
        TEST(import_undo__gives_back_what_nobody_changed_since),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
