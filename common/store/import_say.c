/* import_say.c - The sentences of import.h. */
#include <inttypes.h>
#include <string.h>

#include "tuquan/import.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

static const char *cell_words(tq_cell_mark mark, bool en)
{
    switch (mark) {
    case TQ_CELL_COVERED:
        return en ? "lies under a merged cell: split it in Excel and fill each cell"
                  : "ô nằm dưới một ô gộp: hãy bỏ gộp ô trong Excel rồi điền từng ô";
    case TQ_CELL_FORMULA:
        return en ? "a formula without a result: open the file with Excel and save it"
                  : "công thức chưa có kết quả: hãy mở tệp bằng Excel rồi lưu lại";
    case TQ_CELL_ERROR:
    case TQ_CELL_FINE:
        break;
    }
    return en ? "the cell shows an error: correct it in Excel"
              : "ô đang báo lỗi: hãy sửa trong Excel";
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
        tq_buf_append_str(out, problem->sentence[en]);
        break;
    case TQ_IMPORT_VALUE:
        tq_intake_say(problem->table, &problem->table->columns[problem->at], problem->intake,
                problem->reason, lang, out);
        break;
    case TQ_IMPORT_RULE:
        tq_buf_append_str(
                out, tq_record_reason(problem->table, problem->at, problem->reason, lang));
        if (problem->hint.len > 0)
            tq_buf_printf(out, en ? "; is \"%.*s\" meant?" : "; có phải là \"%.*s\" không?",
                    (int)problem->hint.len, (const char *)problem->hint.data);
        break;
    case TQ_IMPORT_CELL:
        tq_buf_append_str(out, cell_words(problem->mark, en));
        break;
    case TQ_IMPORT_MATCHED:
        tq_buf_printf(out,
                en ? "written another way: taken for \"%.*s\""
                   : "viết khác tên trong máy: được hiểu là \"%.*s\"",
                (int)problem->hint.len, (const char *)problem->hint.data);
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
    case TQ_IMPORT_FAR:
        tq_buf_append_str(out, tq_intake_far_sentence(lang));
        break;
    }
}

const char *tq_import_fault_code(tq_import_fault fault)
{
    static const char *const CODES[] = { "file", "column_unknown", "column_twice", "column_missing",
        "column_not_yours", "width", "value", "rule", "refused", "duplicate", "swapped", "voided",
        "personal_data", "table_not_yours", "cell", "matched", "far_ahead" };

    return (size_t)fault < sizeof(CODES) / sizeof(CODES[0]) ? CODES[fault] : "?";
}
