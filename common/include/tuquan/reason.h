/* reason.h - Why the district did not take a row or a cell as it was sent, and what became of it.
 *
 * Reasons stand in receipts for ever: append only. Each has a stable code, a sentence and a next
 * step in Vietnamese and English (the error catalogue of single rows). The order of the rules is
 * that of the numbers 1..49 (sync.md section 5.1).
 * Ownership: all texts are static.
 * Threads:   any. */
#ifndef TQ_REASON_H
#define TQ_REASON_H

#include "tuquan/api.h"
#include "tuquan/error.h"

/* What became of one change. */
typedef enum tq_verdict {
    TQ_ACCEPTED = 0,    /* is (or was, when merged) the value of its cell, as sent */
    TQ_SUPERSEDED = 1,  /* lost against a value that neither side had seen, or seen later */
    TQ_HELD = 2,        /* waits for something; released by itself */
    TQ_REFUSED_ROW = 3, /* not taken; came back with a reason */
    TQ_REQUESTED = 4,   /* became a correction request (locked period) */
    TQ_DUPLICATE = 5,   /* the district had merged this very change before */
    TQ_DROPPED = 6,     /* a held row that its writer voided */
} tq_verdict;

/* clang-format off */
#define TQ_REASON_MAP(X) \
    X(TQ_REASON_NONE, 0, "R00", "", "", "", "") \
    X(TQ_REASON_NEWER_SCHEMA, 1, "R01", "máy huyện chưa biết cột này (phiên bản mới hơn)", "the district does not know this column yet (newer version)", \
      "Chờ huyện cập nhật; dòng được giữ lại.", "Wait for the district's update; the row is kept.") \
    X(TQ_REASON_UNKNOWN_NAME, 2, "R02", "bảng hoặc cột không có trong danh mục", "no such table or column in the catalogue", \
      "Cập nhật chương trình.", "Update the program.") \
    X(TQ_REASON_NOT_YOUR_UNIT, 3, "R03", "dòng này thuộc đơn vị khác", "the row belongs to another unit", \
      "Chỉ sửa dữ liệu của đơn vị mình.", "Change only your own unit's data.") \
    X(TQ_REASON_NOT_YOUR_COLUMN, 4, "R04", "cột này do bên khác ghi", "the column is written by another party", \
      "Đề nghị huyện sửa.", "Ask the district to change it.") \
    X(TQ_REASON_BAD_TYPE, 5, "R05", "giá trị sai kiểu", "the value has the wrong type", "Sửa giá trị.", "Correct the value.") \
    X(TQ_REASON_REQUIRED, 6, "R06", "ô bắt buộc còn trống", "a required cell is empty", "Điền ô còn trống.", "Fill the cell.") \
    X(TQ_REASON_OUT_OF_RANGE, 7, "R07", "số ngoài khoảng cho phép", "the number is out of range", "Sửa số.", "Correct the number.") \
    X(TQ_REASON_TOO_LONG, 8, "R08", "chữ quá dài", "the text is too long", "Rút ngắn lại.", "Shorten it.") \
    X(TQ_REASON_NOT_IN_LIST, 9, "R09", "giá trị không có trong danh sách", "the value is not in the list", "Chọn trong danh sách.", "Choose from the list.") \
    X(TQ_REASON_BAD_DATE, 10, "R10", "ngày không hợp lệ", "not a valid date", "Ghi ngày theo dạng NĂM-THÁNG-NGÀY.", "Write the date as YYYY-MM-DD.") \
    X(TQ_REASON_BAD_TEXT, 11, "R11", "chữ có ký tự không hợp lệ", "the text has invalid characters", "Gõ lại ô này.", "Type the cell again.") \
    X(TQ_REASON_GROUP, 12, "R12", "các ô đi cùng nhau không khớp", "cells that belong together do not fit", "Sửa cả nhóm ô.", "Correct the whole group.") \
    X(TQ_REASON_KEY_REWRITTEN, 13, "R13", "khóa hoặc đơn vị của dòng không được đổi", "a row's key or owner never changes", "Hủy dòng và nhập dòng mới.", "Void the row and enter a new one.") \
    X(TQ_REASON_KEY_TAKEN, 14, "R14", "khóa này đã thuộc dòng của máy khác", "the key belongs to another machine's row", "Nhập lại thành dòng mới.", "Enter it again as a new row.") \
    X(TQ_REASON_PARENT_MISSING, 15, "R15", "chưa có dòng mà nó tham chiếu", "the row that it refers to is not there yet", "Tự nhận khi dòng kia đến.", "Taken by itself when the other row arrives.") \
    X(TQ_REASON_ROW_MISSING, 16, "R16", "chưa có dòng để sửa", "the row to change is not there yet", "Tự nhận khi dòng đến.", "Taken by itself when the row arrives.") \
    X(TQ_REASON_PARENT_HELD, 17, "R17", "dòng mà nó tham chiếu đang bị giữ", "the row that it refers to is held", "Xử lý dòng kia trước.", "See to the other row first.") \
    X(TQ_REASON_PERIOD_LOCKED, 18, "R18", "kỳ đã khóa; đã chuyển thành đề nghị đính chính", "the period is locked; made into a correction request", "Chờ huyện quyết định.", "Wait for the district's decision.") \
    X(TQ_REASON_WAITING_CORRECTION, 19, "R19", "dòng đang chờ sửa cho đúng", "the row waits to be corrected", "Sửa ô sai, máy sẽ gửi lại.", "Correct the wrong cell; it is sent again.") \
    X(TQ_REASON_UNIT_CLOSED, 20, "R20", "đơn vị đã chấm dứt hoạt động", "the unit is closed", "Nhập ở đơn vị kế thừa.", "Enter it at the successor unit.") \
    X(TQ_REASON_DELETED, 21, "R21", "dòng không được xóa, chỉ được hủy", "rows are voided, never deleted", "Dùng lệnh hủy.", "Void it.") \
    X(TQ_REASON_NOT_YOUR_VILLAGE, 22, "R22", "thôn này không thuộc đơn vị của dòng", "the village is not of the row's own unit", \
      "Chọn thôn của đơn vị mình.", "Choose a village of your own unit.") \
    X(TQ_REASON_FROZEN, 23, "R23", "bản đã công bố không sửa được", "what is published never changes", \
      "Làm một phiên bản mới.", "Make a new version.") \
    X(TQ_REASON_STEP, 24, "R24", "trạng thái này cần ô đó có trước", "the state needs this cell to be filled first", \
      "Điền ô này, hoặc chọn trạng thái trước đó.", "Fill the cell, or choose an earlier state.") \
    X(TQ_REASON_NEWER_VALUE, 50, "R50", "giá trị khác được ghi sau đã thay thế", "a later value took its place", "Xem hộp việc cần quyết.", "See the inbox.") \
    X(TQ_REASON_NORMALISED, 51, "R51", "chữ đã được chuẩn hóa", "the text was normalised", "Không cần làm gì.", "Nothing to do.") \
    X(TQ_REASON_REQUEST_REFUSED, 52, "R52", "huyện không đồng ý đính chính", "the correction was refused", "Xem lý do của huyện.", "See the district's reason.") \
    X(TQ_REASON_SAME_MOMENT, 53, "R53", "hai máy ghi cùng một lúc; giữ giá trị của máy nối với huyện sau", "both were written at the same moment; that of the machine that joined later stands", \
      "Xem hộp việc cần quyết.", "See the inbox.") \
    X(TQ_REASON_ENTERED_OVER_VOID, 54, "R54", "dòng đã bị hủy mà người nhập lại chưa biết; vẫn coi là hủy", "the row had been voided, unknown to the one who entered it again; it stays void", \
      "Xem hộp việc cần quyết.", "See the inbox.") \
    X(TQ_REASON_HELD_RETURNED, 55, "R55", "huyện trả lại thay vì giữ chờ", "the district gave it back instead of keeping it waiting", \
      "Xem lời của huyện; sửa dòng hoặc hủy dòng.", "See the district's words; correct the row or void it.")
/* clang-format on */

typedef enum tq_reason {
#define X(name, value, code, vi, en, next_vi, next_en) name = (value),
    TQ_REASON_MAP(X)
#undef X
} tq_reason;

TQ_BEGIN_DECLS

/* Static text; an unknown number (of a newer district) gives a sentence that says so. */
const char *tq_reason_code(tq_reason reason);
const char *tq_reason_sentence(tq_reason reason, tq_lang lang);
const char *tq_reason_next_step(tq_reason reason, tq_lang lang);
const char *tq_verdict_name(tq_verdict verdict, tq_lang lang);

TQ_END_DECLS
#endif
