/* import_say.c - The sentences of import.h. */
#include <inttypes.h>
#include <string.h>

#include "tuquan/import.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

static const char *shape_words(tq_csv_problem problem, bool en)
{
    switch (problem) {
    case TQ_CSV_UTF16:
        return en ? "the file is UTF-16: save it as CSV UTF-8"
                  : "tệp dùng mã UTF-16: hãy lưu lại dạng CSV UTF-8";
    case TQ_CSV_NOT_UTF8:
        return en ? "not UTF-8 (an old font such as TCVN3 or VNI?): save it as CSV UTF-8"
                  : "chữ không đúng mã UTF-8 (có thể là TCVN3, VNI): hãy lưu lại dạng CSV UTF-8";
    case TQ_CSV_OPEN_QUOTE:
        return en ? "a quote is opened here and never closed"
                  : "dấu ngoặc kép mở ở đây mà không đóng";
    case TQ_CSV_AFTER_QUOTE:
        return en ? "text stands behind a closing quote" : "có chữ đứng sau dấu ngoặc kép đóng";
    case TQ_CSV_TOO_WIDE:
        return en ? "too many cells in one line" : "quá nhiều ô trên một dòng";
    case TQ_CSV_FINE:
        break;
    }
    return en ? "the file is empty" : "tệp không có dòng nào";
}

void tq_import_say(const struct tq_import_problem *problem, tq_lang lang, struct tq_buf *out)
{
    static const char *const WORDS[][2] = {
        [TQ_IMPORT_COLUMN_UNKNOWN] = { "không có cột này; bảng có các cột: ",
                "no such column; the table has: " },
        [TQ_IMPORT_COLUMN_TWICE] = { "cột này có hai lần", "the column is there twice" },
        [TQ_IMPORT_COLUMN_MISSING] = { "thiếu cột bắt buộc", "a required column is missing" },
        [TQ_IMPORT_COLUMN_NOT_YOURS] = { "cột này do huyện ghi, xã không nhập được",
                "the column is written by the district" },
        [TQ_IMPORT_WIDTH] = { "số ô không bằng số cột của dòng tiêu đề",
                "the number of cells is not that of the header" },
        [TQ_IMPORT_VOIDED] = { "dòng này đã bị hủy trước đây; không tự nhập lại",
                "the row was voided before; it is not entered again by itself" },
        [TQ_IMPORT_TABLE_NOT_YOURS] = { "bảng này do huyện ghi, xã không nhập được",
                "the table is written by the district" },
    };
    bool en = lang == TQ_LANG_EN;

    switch (problem->fault) {
    case TQ_IMPORT_SHAPE:
        tq_buf_append_str(out, shape_words(problem->csv, en));
        break;
    case TQ_IMPORT_VALUE:
        tq_intake_say(problem->table, &problem->table->columns[problem->at], problem->intake,
                problem->reason, lang, out);
        break;
    case TQ_IMPORT_RULE:
        tq_buf_append_str(out, tq_record_reason(problem->reason, lang));
        break;
    case TQ_IMPORT_REFUSED:
        tq_buf_append_slice(out, problem->value);
        break;
    case TQ_IMPORT_DUPLICATE:
        tq_buf_printf(out, en ? "the same record as line %" PRIu32 : "trùng với dòng %" PRIu32,
                problem->other_line);
        break;
    case TQ_IMPORT_SWAPPED:
        tq_buf_printf(out,
                en ? "this column and \"%.*s\" seem to have changed places"
                   : "cột này và cột \"%.*s\" có vẻ bị đổi chỗ cho nhau",
                (int)problem->value.len, (const char *)problem->value.data);
        break;
    case TQ_IMPORT_PERSONAL:
        tq_buf_append_str(out, tq_lint_sentence((tq_lint)problem->lint, lang));
        break;
    case TQ_IMPORT_COLUMN_UNKNOWN:
        tq_buf_append_str(out, WORDS[problem->fault][en]);
        tq_word_columns(problem->table, TQ_BY_COMMUNE, lang, out);
        break;
    case TQ_IMPORT_TABLE_NOT_YOURS:
    case TQ_IMPORT_COLUMN_TWICE:
    case TQ_IMPORT_COLUMN_MISSING:
    case TQ_IMPORT_COLUMN_NOT_YOURS:
    case TQ_IMPORT_WIDTH:
    case TQ_IMPORT_VOIDED:
        tq_buf_append_str(out, WORDS[problem->fault][en]);
        break;
    }
}

const char *tq_import_fault_code(tq_import_fault fault)
{
    static const char *const CODES[] = { "file", "column_unknown", "column_twice", "column_missing",
        "column_not_yours", "width", "value", "rule", "refused", "duplicate", "swapped", "voided",
        "personal_data", "table_not_yours" };

    return (size_t)fault < sizeof(CODES) / sizeof(CODES[0]) ? CODES[fault] : "?";
}
