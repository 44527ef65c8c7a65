/* columns_score.h - Reports, scores and what is decided about them; conflicts, held rows, requests. */
#ifndef TQ_MODEL_COLUMNS_SCORE_H
#define TQ_MODEL_COLUMNS_SCORE_H

#include "columns.h"

/* clang-format off */
static const struct tq_column REPORT[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_C, "unit"),
    KEY_LIST(2, "type", "Loại", BY_C, CODES("month", "quarter", "half", "year", "adhoc")),
    KEY_REF(3, "period", "Kỳ", BY_C, "period"),
    VOIDED(BY_C),
    LONG_TEXT(8, "narrative", "Nội dung", BY_C),
    INSTANT(9, "approved_at", "Duyệt lúc", BY_C),
    INSTANT(10, "submitted_at", "Nộp lúc", BY_C),
    LIST_OR(11, "state", "Trạng thái", BY_C, CODES("draft", "approved", "sent"), "draft"),
    INSTANT(12, "received_at", "Huyện nhận lúc", BY_DS),
    INTEGER(13, "late_days", "Số ngày chậm", BY_DS, 0, 36500),
    TEXT(14, "returned_cells", "Ô trả lại và lý do", BY_D),
    INSTANT(15, "returned_at", "Trả lại lúc", BY_D),
    INSTANT(16, "verified_at", "Thẩm định lúc", BY_D),
    LIST(17, "receipt_state", "Huyện xử lý", BY_DS, CODES("received", "returned", "verified", "locked")),
};

static const struct tq_column SELF_SCORE[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_C, "unit"),
    KEY_REF(2, "period", "Kỳ", BY_C, "period"),
    KEY_REF(3, "sheet", "Bảng điểm", BY_C, "scoring_sheet"),
    KEY_REF(4, "criterion", "Tiêu chí", BY_C, "criterion"),
    VOIDED(BY_C),
    POINTS(8, "points_c", "Điểm", BY_C),
    POINTS(9, "proposed_c", "Máy đề nghị", BY_C),
    TEXT(10, "note", "Lý do", BY_C),
    TEXT(11, "evidence", "Mã băm minh chứng", BY_C),
};

static const struct tq_column VERIFIED_SCORE[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_D, "unit"),
    KEY_REF(2, "period", "Kỳ", BY_D, "period"),
    KEY_REF(3, "sheet", "Bảng điểm", BY_D, "scoring_sheet"),
    KEY_REF(4, "criterion", "Tiêu chí", BY_D, "criterion"),
    VOIDED(BY_D),
    POINTS(8, "points_c", "Điểm", BY_D),
    POINTS(9, "machine_c", "Máy tính", BY_D),
    TEXT(10, "reason", "Lý do khác", BY_D),
    INSTANT(11, "verified_at", "Thẩm định lúc", BY_D),
    NAME(12, "verified_by", "Chức vụ người thẩm định", BY_D),
    LIST(13, "applicable", "Áp dụng", BY_D, CODES("yes", "no")),
};

#define ADJUSTMENT_CODES CODES("B1", "B2", "B3", "B4", "P1", "P2", "P3", "P4", "P5")

static const struct tq_column ADJUSTMENT[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    REF(9, "period", "Kỳ", BY_CD, "period"),
    LIST(10, "code", "Mã", BY_CD, ADJUSTMENT_CODES),
    POINTS(11, "points_c", "Điểm đề nghị", BY_CD), /* as a size, never negative in sense */
    TEXT(12, "reason", "Lý do", BY_CD),
    NAME(13, "document_no", "Số văn bản", BY_CD),
    DATE(14, "fact_on", "Ngày có việc", BY_CD),
    POINTS(15, "decided_c", "Điểm được duyệt", BY_D),
    NAME(16, "decision_no", "Số quyết định", BY_D),
    LIST_OR(17, "state", "Trạng thái", BY_D, CODES("proposed", "accepted", "refused"), "proposed"),
};

static const struct tq_column GRADE_CAP[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_D, "unit"),
    KEY_REF(2, "period", "Kỳ", BY_D, "period"),
    KEY_LIST(3, "code", "Mã", BY_D, CODES("D1", "D2", "D3", "D4", "D5", "D6")),
    VOIDED(BY_D),
    TEXT(8, "fact", "Sự việc", BY_D),
    NAME(9, "document_no", "Số văn bản", BY_D),
};

static const struct tq_column APPEAL[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_C, "unit"),
    KEY_REF(2, "period", "Kỳ", BY_C, "period"),
    KEY_REF(3, "criterion", "Tiêu chí", BY_C, "criterion"),
    VOIDED(BY_C),
    TEXT(8, "reason", "Lý do", BY_C),
    DATE(9, "asked_on", "Ngày khiếu nại", BY_C),
    TEXT(10, "answer", "Trả lời", BY_D),
    DATE(11, "answered_on", "Ngày trả lời", BY_D),
    LIST_OR(12, "state", "Trạng thái", BY_D, CODES("open", "answered"), "open"),
};

/* Last year's count of the window for BAND, typed by the district with its document. */
static const struct tq_column BASELINE[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_D, "unit"),
    KEY_REF(2, "period", "Kỳ", BY_D, "period"), /* the period that is scored */
    KEY_CODE(3, "code", "Mã tiêu chí", BY_D),   /* 1.3, 3.4, 4.3 */
    VOIDED(BY_D),
    COUNT(8, "value", "Số cùng kỳ", BY_D),
    NAME(9, "document_no", "Số văn bản", BY_D),
};

static const struct tq_column DIRECTIVE_ANSWER[] = {
    KEY_REF_ID(1, "directive", "Chỉ đạo", BY_C, "directive"),
    KEY_REF(2, "unit", "Đơn vị", BY_C, "unit"),
    VOIDED(BY_C),
    INSTANT(8, "seen_at", "Đọc lúc", BY_C),
    TEXT(9, "answer", "Trả lời", BY_C),
    INSTANT(10, "answered_at", "Trả lời lúc", BY_C),
    INSTANT(11, "accepted_at", "Huyện ghi nhận lúc", BY_D),
};

/* A change of a locked period; its key is the hash of the change. */
static const struct tq_column CORRECTION_REQUEST[] = {
    KEY_ID(BY_S),
    OWNER(2, BY_S),
    VOIDED(BY_S),
    NAME(8, "table_name", "Bảng", BY_S),
    BYTES(9, "row_key", "Khóa dòng", BY_S, TQ_MAX_KEY_BYTES),
    NAME(10, "cell", "Ô", BY_S), /* empty: the whole row */
    LONG_TEXT(11, "old_values", "Giá trị cũ", BY_S),
    LONG_TEXT(12, "new_values", "Giá trị mới", BY_S),
    NAME(13, "lock_on", "Kỳ hoặc ngày bị khóa", BY_S),
    NAME(14, "author", "Người ghi", BY_S),
    INTEGER(15, "device", "Máy", BY_S, 0, INT64_C(4294967295)),
    INSTANT(16, "written_at", "Ghi lúc", BY_S),
    TEXT(17, "reason", "Lý do", BY_C),
    LIST_OR(18, "state", "Trạng thái", BY_DS, CODES("asked", "granted", "refused", "applied"), "asked"),
    TEXT(19, "decision", "Quyết định", BY_D),
    NAME(20, "decided_by", "Người quyết định", BY_D),
    INSTANT(21, "decided_at", "Quyết định lúc", BY_D),
};

/* Two values of one cell of which neither writer had seen the other. */
static const struct tq_column CONFLICT[] = {
    KEY_ID(BY_S),
    OWNER(2, BY_S),
    VOIDED(BY_S),
    NAME(8, "table_name", "Bảng", BY_S),
    BYTES(9, "row_key", "Khóa dòng", BY_S, TQ_MAX_KEY_BYTES),
    NAME(10, "cell", "Ô", BY_S),
    LONG_TEXT(11, "kept_values", "Giá trị đang giữ", BY_S),
    LONG_TEXT(12, "other_values", "Giá trị kia", BY_S),
    NAME(13, "kept_author", "Người ghi giá trị đang giữ", BY_S),
    NAME(14, "other_author", "Người ghi giá trị kia", BY_S),
    INTEGER(15, "kept_device", "Máy ghi giá trị đang giữ", BY_S, 0, INT64_C(4294967295)),
    INTEGER(16, "other_device", "Máy ghi giá trị kia", BY_S, 0, INT64_C(4294967295)),
    INTEGER(17, "kept_at", "Giá trị đang giữ ghi lúc", BY_S, INT64_MIN, INT64_MAX),
    INTEGER(18, "other_at", "Giá trị kia ghi lúc", BY_S, INT64_MIN, INT64_MAX),
    NAME(19, "reason", "Lý do", BY_S), /* reason code: R50 */
    LIST_OR(20, "state", "Trạng thái", BY_S, CODES("open", "decided"), "open"),
    COLUMN(21, 21, false, "decision", "Quyết định", TQ_TEXT, BY_CD, LIST_RULE(CODES("keep", "take_other")), NO_DEFAULT),
    COLUMN(22, 21, false, "decided_by", "Người quyết định", TQ_TEXT, BY_CD, LENGTH_RULE(0, NAME_MAX_BYTES), NO_DEFAULT),
    COLUMN(23, 21, false, "decided_at", "Quyết định lúc", TQ_INT, BY_CD, INSTANT_RULE, NO_DEFAULT),
};

/* A change that the district has not taken: waits for something, or to be corrected. */
static const struct tq_column HELD_ROW[] = {
    KEY_ID(BY_S),
    OWNER(2, BY_S),
    VOIDED(BY_S),
    NAME(8, "table_name", "Bảng", BY_S),
    BYTES(9, "row_key", "Khóa dòng", BY_S, TQ_MAX_KEY_BYTES),
    NAME(10, "cell", "Ô", BY_S), /* empty: the whole row */
    LONG_TEXT(11, "held_values", "Giá trị bị giữ", BY_S),
    NAME(12, "author", "Người ghi", BY_S),
    INTEGER(13, "device", "Máy", BY_S, 0, INT64_C(4294967295)),
    INTEGER(14, "written_at", "Ghi lúc", BY_S, INT64_MIN, INT64_MAX),
    NAME(15, "reason", "Lý do", BY_S), /* reason code: R15 */
    NAME(16, "reason_column", "Ô sai", BY_S),
    TEXT(17, "detail", "Chi tiết", BY_S),
    LIST_OR(18, "state", "Trạng thái", BY_S, CODES("open", "released", "returned", "dropped"), "open"),
    COLUMN(19, 19, false, "decision", "Quyết định", TQ_TEXT, BY_CD, LENGTH_RULE(0, NAME_MAX_BYTES), NO_DEFAULT),
    COLUMN(20, 19, false, "decided_by", "Người quyết định", TQ_TEXT, BY_CD, LENGTH_RULE(0, NAME_MAX_BYTES), NO_DEFAULT),
    COLUMN(21, 19, false, "decided_at", "Quyết định lúc", TQ_INT, BY_CD, INSTANT_RULE, NO_DEFAULT),
};
/* clang-format on */

#endif
