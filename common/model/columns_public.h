/* columns_public.h - Tables that everybody sees: units, calendars, sheets, directives, rankings. */
#ifndef TQ_MODEL_COLUMNS_PUBLIC_H
#define TQ_MODEL_COLUMNS_PUBLIC_H

#include "columns.h"

/* clang-format off */
/* A reference to a unit is "code@valid_from": codes are used again over time. A village is a unit
 * of level 4 under its commune. */
static const struct tq_column UNIT[] = {
    KEY_CODE(1, "unit", "Đơn vị", BY_D),
    VOIDED(BY_D),
    REQUIRED_NAME(8, "code", "Mã", BY_D),
    DATE(9, "valid_from", "Có hiệu lực từ", BY_D),
    INTEGER(10, "level", "Cấp", BY_D, 1, 4), /* province, district, commune, village */
    LIST(11, "type", "Loại", BY_D, CODES("province", "city", "district", "town_district", "commune", "town", "ward", "village", "residential_group")),
    NAME(12, "name", "Tên", BY_D),
    NAME(13, "short_name", "Tên ngắn", BY_D), /* of labels: BL */
    REF(14, "parent", "Đơn vị cấp trên", BY_D, "unit"),
    DATE(15, "valid_to", "Hết hiệu lực", BY_D),
    TEXT(16, "borders", "Giáp ranh", BY_D), /* unit keys, separated by spaces */
    LIST_OR(17, "state", "Trạng thái", BY_D, CODES("active", "merged", "closed"), "active"),
    INTEGER(18, "area_ha", "Diện tích (ha)", BY_D, 0, MANY),
    COUNT(19, "population", "Dân số", BY_D),
    NAME(20, "full_name", "Tên đầy đủ", BY_D),
};

static const struct tq_column UNIT_SUCCESSOR[] = {
    KEY_REF(1, "old_unit", "Đơn vị cũ", BY_D, "unit"),
    KEY_REF(2, "new_unit", "Đơn vị mới", BY_D, "unit"),
    KEY_DATE(3, "happened_on", "Từ ngày", BY_D),
    VOIDED(BY_D),
    LIST_OR(8, "share", "Phần", BY_D, CODES("full", "part"), "full"),
    NAME(9, "resolution_no", "Số nghị quyết", BY_D),
};

/* A window starts on year_start of the year before and ends on year_end of the year. */
static const struct tq_column CALENDAR[] = {
    KEY_CODE(1, "calendar", "Lịch", BY_D),
    VOIDED(BY_D),
    NAME(8, "name", "Tên", BY_D),
    NAME(9, "basis", "Căn cứ", BY_D),
    DATE(10, "valid_from", "Có hiệu lực từ", BY_D),
    DATE(11, "valid_to", "Hết hiệu lực", BY_D),
    INTEGER(12, "month_starts_day", "Ngày đầu tháng", BY_D, 1, 31),
    NAME(13, "year_starts", "Đầu năm (tháng-ngày, năm trước)", BY_D),
    NAME(14, "year_ends", "Cuối năm (tháng-ngày)", BY_D),
    YES_NO(15, "boundary_twice", "Ngày giáp tính hai lần", BY_D),
};

static const struct tq_column PERIOD[] = {
    KEY_CODE(1, "period", "Kỳ", BY_D), /* CALENDAR/CODE */
    VOIDED(BY_D),
    REQUIRED_REF(8, "calendar", "Lịch", BY_D, "calendar"),
    REQUIRED_NAME(9, "code", "Mã kỳ", BY_D),
    LIST(10, "kind", "Loại kỳ", BY_D, CODES("month", "quarter", "half", "year")),
    DATE(11, "starts_on", "Từ ngày", BY_D),
    DATE(12, "ends_on", "Đến ngày", BY_D),
    INSTANT(13, "due_at", "Hạn nộp", BY_D),
    INTEGER_OR(14, "grace_days", "Số ngày gia hạn", BY_D, 0, 90, 0),
    LIST_OR(15, "state", "Trạng thái", BY_D, CODES("future", "open", "closing", "closed", "locked"), "future"),
    INSTANT(16, "locked_at", "Khóa lúc", BY_D),
    REF(17, "same_last_year", "Cùng kỳ năm trước", BY_D, "period"),
};

static const struct tq_column INDICATOR[] = {
    KEY_CODE(1, "indicator", "Chỉ tiêu", BY_D), /* code@version */
    VOIDED(BY_D),
    REQUIRED_NAME(8, "code", "Mã", BY_D),
    INTEGER(9, "version", "Phiên bản", BY_D, 1, 9999),
    NAME(10, "name", "Tên", BY_D),
    NAME(11, "measure", "Đơn vị tính", BY_D),
    LIST(12, "nature", "Tính chất", BY_D, CODES("flow", "stock")),
    LIST(13, "source", "Nguồn", BY_D, CODES("typed", "derived")),
    NAME(14, "facts", "Tính từ", BY_D),
    LIST_OR(15, "state", "Trạng thái", BY_D, CODES("draft", "published", "retired"), "draft"),
    INTEGER_OR(16, "sort", "Thứ tự", BY_D, 0, 9999, 0),
};

/* Parameters of sheets and criteria are text, so that a new one needs no schema: tuquan/sheet.h. */
static const struct tq_column SCORING_SHEET[] = {
    KEY_CODE(1, "sheet", "Bảng điểm", BY_D), /* code@version */
    VOIDED(BY_D),
    REQUIRED_NAME(8, "code", "Mã", BY_D),
    INTEGER(9, "version", "Phiên bản", BY_D, 1, 9999),
    NAME(10, "name", "Tên", BY_D),
    NAME(11, "basis", "Căn cứ", BY_D),
    LIST_OR(12, "state", "Trạng thái", BY_D, CODES("draft", "published", "retired"), "draft"),
    INSTANT(13, "published_at", "Công bố lúc", BY_D),
    TEXT(26, "params", "Tham số", BY_D), /* name=value, parted by spaces */
};

/* One line of a sheet: an area, an item of an area, a bonus or penalty code, a cap. */
static const struct tq_column CRITERION[] = {
    KEY_CODE(1, "criterion", "Tiêu chí", BY_D), /* sheet/code */
    VOIDED(BY_D),
    REQUIRED_REF(8, "sheet", "Bảng điểm", BY_D, "scoring_sheet"),
    REQUIRED_NAME(9, "code", "Mã", BY_D),
    LIST_OR(10, "kind", "Loại", BY_D, CODES("area", "item", "bonus", "penalty", "cap"), "item"),
    INTEGER(11, "area", "Lĩnh vực", BY_D, 1, 99),
    TEXT(12, "name", "Tên", BY_D),
    POINTS(13, "max_points_c", "Điểm tối đa", BY_D),
    NAME(14, "formula", "Công thức", BY_D), /* RATIO, BAND, ...: tuquan/sheet.h */
    LIST(30, "origin", "Căn cứ", BY_D, CODES("law", "local")),
    INTEGER_OR(31, "sort", "Thứ tự", BY_D, 0, 9999, 0),
    TEXT(32, "params", "Tham số", BY_D), /* name=value, parted by spaces */
};

static const struct tq_column DIRECTIVE[] = {
    KEY_ID(BY_D),
    VOIDED(BY_D),
    NAME(8, "label", "Số hiệu", BY_D),
    NAME(9, "document_no", "Số văn bản", BY_D),
    DATE(10, "issued_on", "Ngày ban hành", BY_D),
    NAME(11, "title", "Trích yếu", BY_D),
    LONG_TEXT(12, "body", "Nội dung", BY_D),
    DATE(13, "due_on", "Hạn", BY_D),
    LIST_OR(14, "state", "Trạng thái", BY_D, CODES("issued", "seen", "answered", "closed"), "issued"),
};

static const struct tq_column TIE_VOTE[] = {
    KEY_ID(BY_D),
    VOIDED(BY_D),
    NAME(8, "label", "Số hiệu", BY_D),
    REF(9, "period", "Kỳ", BY_D, "period"),
    REF(10, "sheet", "Bảng điểm", BY_D, "scoring_sheet"),
    TEXT(11, "ordered_units", "Thứ tự đơn vị", BY_D), /* unit keys, separated by spaces */
    DATE(12, "voted_on", "Ngày biểu quyết", BY_D),
    NAME(13, "minutes_no", "Số biên bản", BY_D),
};

/* Bulk acceptance of the machine's figures, and the decision to publish without some units. */
static const struct tq_column ACCEPTANCE[] = {
    KEY_REF(1, "period", "Kỳ", BY_D, "period"),
    KEY_REF(2, "sheet", "Bảng điểm", BY_D, "scoring_sheet"),
    VOIDED(BY_D),
    INSTANT(8, "accepted_at", "Chấp nhận lúc", BY_D),
    NAME(9, "accepted_by", "Chức vụ người chấp nhận", BY_D),
    NAME(10, "document_no", "Số văn bản", BY_D),
    TEXT(11, "missing_units", "Đơn vị vắng", BY_D), /* unit keys, separated by spaces */
    NAME(12, "missing_decision_no", "Quyết định công bố khi thiếu", BY_D),
    TEXT(13, "note", "Ghi chú", BY_D),
};

static const struct tq_column RANKING[] = {
    KEY_REF(1, "period", "Kỳ", BY_S, "period"),
    KEY_REF(2, "sheet", "Bảng điểm", BY_S, "scoring_sheet"),
    KEY_INT(3, "version", "Lần", BY_S, 1, 99999999),
    VOIDED(BY_S),
    LIST_OR(8, "state", "Trạng thái", BY_S, CODES("provisional", "published", "superseded"), "provisional"),
    INSTANT(9, "computed_at", "Tính lúc", BY_S),
    INSTANT(10, "published_at", "Công bố lúc", BY_S),
    HASH(11, "input_hash", "Mã băm đầu vào", BY_S),
    NAME(12, "engine_version", "Phiên bản máy chấm", BY_S),
    COUNT(13, "units_due", "Số đơn vị", BY_S),
    COUNT(14, "units_scored", "Số đơn vị được chấm", BY_S),
    TEXT(15, "missing_units", "Đơn vị chưa gửi", BY_S),
    NAME(16, "decision_no", "Số quyết định", BY_S),
    LONG_TEXT(17, "differences", "Khác lần trước", BY_S),
    BYTES(18, "signature", "Chữ ký", BY_S, 64),
    HASH(19, "rows_hash", "Mã băm các dòng", BY_S),
};

static const struct tq_column RANKING_ROW[] = {
    KEY_REF(1, "period", "Kỳ", BY_S, "period"),
    KEY_REF(2, "sheet", "Bảng điểm", BY_S, "scoring_sheet"),
    KEY_INT(3, "version", "Lần", BY_S, 1, 99999999),
    KEY_REF(4, "unit", "Đơn vị", BY_S, "unit"),
    VOIDED(BY_S),
    LIST_OR(8, "status", "Tình trạng", BY_S, CODES("scored", "not_received", "insufficient"), "scored"),
    INTEGER(9, "place", "Thứ tự", BY_S, 1, 99999),
    INTEGER(10, "rank", "Hạng", BY_S, 1, 99999),
    YES_NO(11, "shared", "Đồng hạng", BY_S),
    POINTS(12, "final_c", "Tổng điểm", BY_S),
    POINTS(13, "base_c", "Điểm tiêu chí", BY_S),
    POINTS(14, "bonus_c", "Điểm thưởng", BY_S),
    POINTS(15, "penalty_c", "Điểm trừ", BY_S),
    POINTS(16, "area1_c", "Lĩnh vực I", BY_S),
    POINTS(17, "area2_c", "Lĩnh vực II", BY_S),
    POINTS(18, "area3_c", "Lĩnh vực III", BY_S),
    POINTS(19, "area4_c", "Lĩnh vực IV", BY_S),
    POINTS(20, "area5_c", "Lĩnh vực V", BY_S),
    LIST(21, "grade", "Xếp loại", BY_S, CODES("excellent", "good", "fair", "average", "weak", "none")),
    NAME(22, "caps", "Khống chế", BY_S), /* D1 D4 quota */
    NAME(23, "tie_reason", "Căn cứ khi bằng điểm", BY_S),
    INTEGER(24, "coverage_c", "Mức đủ dữ liệu (1/100 %)", BY_S, 0, 10000),
    COUNT(25, "reports_due", "Báo cáo phải nộp", BY_S),
    COUNT(26, "reports_in_time", "Báo cáo đúng hạn", BY_S),
    YES_NO(27, "provisional", "Tạm tính", BY_S),
    TEXT(28, "items", "Điểm từng tiêu chí", BY_S), /* 1.1=479;1.2=583;2.4=-; */
    TEXT(29, "adjustments", "Thưởng, trừ", BY_S), /* B3=100;P1=-50; */
    HASH(30, "input_hash", "Mã băm đầu vào", BY_S),
};

static const struct tq_column AWARD[] = {
    KEY_ID(BY_D),
    VOIDED(BY_D),
    NAME(8, "label", "Số hiệu", BY_D),
    NAME(9, "decision_no", "Số quyết định", BY_D),
    DATE(10, "decided_on", "Ngày quyết định", BY_D),
    REF(11, "recipient_unit", "Đơn vị được khen", BY_D, "unit"),
    NAME(12, "recipient_post", "Chức vụ được khen", BY_D),
    NAME(13, "form", "Hình thức", BY_D),
    LIST(14, "level", "Cấp khen", BY_D, CODES("commune", "district", "province", "ministry")),
    REF(15, "period", "Kỳ", BY_D, "period"),
    LIST_OR(16, "state", "Trạng thái", BY_D, CODES("proposed", "granted"), "proposed"),
};
/* clang-format on */

#endif
