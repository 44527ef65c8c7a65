/* columns_village.h - What a commune says of its villages: profiles, models, covenants, figures. */
#ifndef TQ_MODEL_COLUMNS_VILLAGE_H
#define TQ_MODEL_COLUMNS_VILLAGE_H

#include "columns.h"

/* clang-format off */
static const struct tq_column VILLAGE_PROFILE[] = {
    KEY_REF_OWN(1, "village", "Thôn", BY_C, "unit"),
    KEY_DATE(2, "as_of", "Tính đến ngày", BY_C),
    OWNER(3, BY_C),
    VOIDED(BY_C),
    COUNT(8, "households", "Số hộ", BY_C),
    COUNT(9, "residents", "Số nhân khẩu", BY_C),
    COUNT(10, "business_households", "Số hộ kinh doanh", BY_C),
    NAME(11, "document_no", "Số văn bản", BY_C),
    TEXT(12, "note", "Ghi chú", BY_C),
};

static const struct tq_column MODEL[] = {
    KEY_ID(BY_C),
    OWNER(2, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    LIST(9, "kind", "Loại", BY_C, CODES("pilot", "replica")),
    REF_OWN(10, "village", "Thôn", BY_C, "unit"),
    NAME(11, "name", "Tên", BY_C),
    NAME(12, "survey_no", "Số báo cáo khảo sát", BY_C),
    DATE(13, "survey_on", "Ngày khảo sát", BY_C),
    NAME(14, "plan_no", "Số kế hoạch", BY_C),
    DATE(15, "plan_on", "Ngày kế hoạch", BY_C),
    NAME(16, "decision_no", "Số quyết định", BY_C),
    DATE(17, "decision_on", "Ngày quyết định", BY_C),
    DATE(18, "launched_on", "Ngày ra mắt", BY_C),
    DATE(19, "paused_on", "Tạm dừng từ", BY_C),
    DATE(20, "ended_on", "Kết thúc ngày", BY_C),
    LIST_OR(21, "state", "Trạng thái", BY_C, CODES("proposed", "surveyed", "decided", "launched", "running", "paused", "ended"), "proposed"),
    TEXT(22, "note", "Ghi chú", BY_C),
};

static const struct tq_column COMMITTEE_MEMBER[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    NAME(9, "decision_no", "Số quyết định", BY_CD),
    NAME(10, "position", "Chức danh trong ban", BY_CD),
    NAME(11, "organisation", "Cơ quan, chức vụ", BY_CD),
    NAME(12, "official_name", "Tên cán bộ", BY_CD), /* acting in office: the one exception */
    DATE(13, "since_on", "Từ ngày", BY_CD),
    LIST_OR(14, "state", "Trạng thái", BY_CD, CODES("active", "replaced"), "active"),
};

static const struct tq_column SELF_MGMT_GROUP[] = {
    KEY_ID(BY_C),
    OWNER(2, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    REF_OWN(9, "village", "Thôn", BY_C, "unit"),
    NAME(10, "name", "Tên tổ", BY_C),
    COUNT(11, "households", "Số hộ", BY_C),
    COUNT(12, "members", "Số thành viên", BY_C),
    DATE(13, "founded_on", "Ngày thành lập", BY_C),
    DATE(14, "trained_on", "Ngày tập huấn", BY_C),
    DATE(15, "dissolved_on", "Ngày giải thể", BY_C),
    LIST_OR(16, "state", "Trạng thái", BY_C, CODES("active", "dissolved"), "active"),
};

static const struct tq_column COVENANT[] = {
    KEY_REF_OWN(1, "village", "Thôn", BY_C, "unit"),
    KEY_DATE(2, "adopted_on", "Ngày thông qua", BY_C),
    OWNER(3, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    LIST(9, "mode", "Hình thức", BY_C, CODES("meeting", "ballot")),
    COLUMN(10, 10, false, "households_total", "Tổng số hộ", TQ_INT, BY_C, RANGE_RULE(0, MANY), NO_DEFAULT),
    COLUMN(11, 10, false, "present", "Số hộ dự", TQ_INT, BY_C, RANGE_RULE(0, MANY), NO_DEFAULT),
    COLUMN(12, 10, false, "agreed", "Số hộ đồng ý", TQ_INT, BY_C, RANGE_RULE(0, MANY), NO_DEFAULT),
    NAME(13, "decision_no", "Số quyết định", BY_C),
    HASH(14, "doc_hash", "Mã băm văn bản", BY_C),
    LIST_OR(15, "state", "Trạng thái", BY_C, CODES("draft", "adopted", "recognised", "amended"), "draft"),
};

static const struct tq_column EMULATION_LAUNCH[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_C, "unit"),
    KEY_INT(2, "year", "Năm", BY_C, 1990, 2200),
    VOIDED(BY_C),
    DATE(8, "registered_on", "Ngày đăng ký", BY_C),
    DATE(9, "launched_on", "Ngày phát động", BY_C),
    COUNT(10, "pledged", "Số hộ ký giao ước", BY_C),
    NAME(11, "document_no", "Số văn bản", BY_C),
    DATE(12, "confirmed_on", "Huyện xác nhận ngày", BY_D),
    LIST_OR(13, "state", "Trạng thái", BY_C, CODES("open", "closed"), "open"),
};

/* The typed monthly figures; value, where it came from and whether it counts are one cell. */
static const struct tq_column VILLAGE_RETURN[] = {
    KEY_REF_OWN(1, "village", "Thôn", BY_C, "unit"),
    KEY_REF(2, "period", "Kỳ", BY_C, "period"),
    KEY_REF(3, "indicator", "Chỉ tiêu", BY_C, "indicator"),
    OWNER(4, BY_C),
    VOIDED(BY_C),
    COLUMN(8, 8, false, "value", "Số liệu", TQ_INT, BY_C, RANGE_RULE(0, INT64_C(1000000000000000)), NO_DEFAULT),
    COLUMN(9, 8, false, "source", "Nguồn", TQ_TEXT, BY_C, LIST_RULE(CODES("paper", "typed", "import")), NO_DEFAULT),
    COLUMN(10, 8, true, "state", "Trạng thái", TQ_TEXT, BY_C, LIST_RULE(CODES("draft", "confirmed")), TEXT_DEFAULT("draft")),
    TEXT(11, "note", "Ghi chú", BY_C),
};

static const struct tq_column RECOGNITION[] = {
    KEY_REF(1, "unit", "Đơn vị", BY_CD, "unit"),
    KEY_INT(2, "year", "Năm", BY_CD, 1990, 2200),
    VOIDED(BY_C),
    TEXT(8, "answers", "Trả lời từng tiêu chí", BY_C),
    DATE(9, "registered_on", "Ngày đăng ký", BY_C),
    COUNT(10, "villages_total", "Số thôn", BY_C),
    COUNT(11, "villages_registered", "Số thôn đăng ký", BY_C),
    COUNT(12, "villages_recognised", "Số thôn đạt chuẩn", BY_C),
    LIST(13, "result", "Kết quả", BY_D, CODES("met", "not_met")),
    NAME(14, "decision_no", "Số quyết định", BY_D),
    DATE(15, "decided_on", "Ngày quyết định", BY_D),
    LIST_OR(16, "state", "Trạng thái", BY_D, CODES("registered", "assessed", "decided"), "registered"),
};
/* clang-format on */

#endif
