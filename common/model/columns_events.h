/* columns_events.h - Dated facts: incidents, tips, hotspots, activities, and the border. */
#ifndef TQ_MODEL_COLUMNS_EVENTS_H
#define TQ_MODEL_COLUMNS_EVENTS_H

#include "columns.h"

/* clang-format off */
#define INCIDENT_CATEGORIES \
    CODES("theft", "property", "assault", "robbery", "fraud", "public_disorder", "drugs", "gambling", "prostitution", "other_evil", \
        "fire_explosion", "traffic_accident", "traffic_violation", "urban_order", "reoffence", "other")

/* Counts, never people. Which criterion an incident falls under follows from area and category:
 * 1.3 area 1 without theft and property; 3.4 theft, property; 3.5 fire_explosion; 4.3
 * traffic_accident; 2.4 area 2. */
static const struct tq_column INCIDENT[] = {
    KEY_ID(BY_C),
    OWNER(2, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    INTEGER(9, "area", "Lĩnh vực", BY_C, 1, 5),
    LIST(10, "category", "Loại", BY_C, INCIDENT_CATEGORIES),
    REF_OWN(11, "village", "Thôn", BY_C, "unit"),
    DATE(12, "occurred_on", "Ngày xảy ra", BY_C),
    INSTANT(13, "known_at", "Biết lúc", BY_C),
    INSTANT(14, "reported_at", "Báo cáo lúc", BY_C),
    DATE(15, "due_on", "Hạn xử lý", BY_C),
    DATE(16, "closed_on", "Ngày xử lý xong", BY_C),
    COUNT_OR_0(17, "deaths", "Số người chết", BY_C),
    COUNT_OR_0(18, "injured", "Số người bị thương", BY_C),
    INTEGER_OR(19, "damage_vnd", "Thiệt hại (đồng)", BY_C, 0, INT64_C(1000000000000000), 0),
    YES_NO(20, "contained_locally", "Dập tắt tại chỗ", BY_C),
    NAME(21, "handled_by", "Đơn vị xử lý", BY_C),
    YES_NO(22, "at_border", "Ở vùng giáp ranh", BY_C),
    TEXT(23, "summary", "Tóm tắt", BY_C),
    LIST_OR(24, "state", "Trạng thái", BY_C, CODES("new", "verifying", "handling", "closed"), "new"),
    YES_NO(25, "reconciled", "Đã đối soát", BY_D),
    INTEGER(26, "reclassified", "Huyện xếp lại lĩnh vực", BY_D, 1, 5),
    LIST(27, "reclassified_category", "Huyện xếp lại loại", BY_D, INCIDENT_CATEGORIES),
    YES_NO(28, "found_by_other", "Nguồn khác phát hiện", BY_D),
    REF_SINCE(4, 29, "across_unit", "Xảy ra ở đơn vị bạn", BY_C, "unit"), /* which counts it; empty: here */
    YES_NO_SINCE(4, 30, "counted_here", "Huyện xác định xảy ra ở xã", BY_D), /* whatever the commune says */
};

static const struct tq_column TIP[] = {
    KEY_ID(BY_C),
    OWNER(2, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    INTEGER(9, "area", "Lĩnh vực", BY_C, 1, 5),
    INSTANT(10, "received_at", "Nhận lúc", BY_C),
    INSTANT(11, "passed_at", "Chuyển lúc", BY_C),
    DATE(12, "received_on", "Ngày nhận", BY_C),
    YES_NO(13, "solved", "Giúp làm rõ vụ việc", BY_C),
    YES_NO(14, "solved_confirmed", "Huyện xác nhận", BY_D),
    LIST_OR(15, "state", "Trạng thái", BY_C, CODES("received", "passed", "solved", "unfounded"), "received"),
    TEXT(16, "note", "Ghi chú", BY_C),
};

static const struct tq_column HOTSPOT[] = {
    KEY_ID(BY_C),
    OWNER(2, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    REF_OWN(9, "village", "Thôn", BY_C, "unit"),
    NAME(10, "kind", "Loại", BY_C),
    DATE(11, "arisen_on", "Phát sinh ngày", BY_C),
    DATE(12, "ended_on", "Xóa ngày", BY_C),
    TEXT(13, "note", "Ghi chú", BY_C),
    LIST_OR(14, "state", "Trạng thái", BY_C, CODES("open", "ended"), "open"),
};

static const struct tq_column ENCROACHMENT[] = {
    KEY_ID(BY_C),
    OWNER(2, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    REF_OWN(9, "village", "Thôn", BY_C, "unit"),
    NAME(10, "place", "Địa điểm", BY_C),
    DATE(11, "found_on", "Phát hiện ngày", BY_C),
    DATE(12, "cleared_on", "Giải tỏa ngày", BY_C),
    TEXT(13, "note", "Ghi chú", BY_C),
    LIST_OR(14, "state", "Trạng thái", BY_C, CODES("open", "ended"), "open"),
};

static const struct tq_column ACTIVITY[] = {
    KEY_ID(BY_C),
    OWNER(2, BY_C),
    VOIDED(BY_C),
    NAME(8, "label", "Số hiệu", BY_C),
    LIST(9, "kind", "Loại", BY_C, CODES("patrol", "outreach", "fire_inspection", "mediation", "festival", "meeting", "joint_patrol")),
    REF_OWN(10, "village", "Thôn", BY_C, "unit"),
    DATE(11, "planned_on", "Ngày dự kiến", BY_C),
    DATE(12, "held_on", "Ngày làm", BY_C),
    COUNT(13, "participants", "Số người dự", BY_C),
    COUNT(14, "accepted", "Vụ nhận hòa giải", BY_C),
    COUNT(15, "settled", "Vụ hòa giải thành", BY_C),
    TEXT(16, "results", "Kết quả", BY_C),
    LIST_OR(17, "state", "Trạng thái", BY_C, CODES("planned", "done", "cancelled"), "planned"),
};

/* The border: one side writes, the other answers. */
#define BORDER_STATES CODES("draft", "sent", "acknowledged", "answered", "closed")

/* What the district writes is made of the text that it agreed on (liaison_publish.c). */
static const struct tq_column LIAISON_AGREEMENT[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    REF(9, "partner_unit", "Đơn vị bạn", BY_CD, "unit"),
    NAME(10, "document_no", "Số quy chế", BY_CD),
    DATE(11, "signed_on", "Ngày ký", BY_CD),
    DATE(12, "valid_to", "Hết hạn", BY_CD),
    REF(13, "standing_unit", "Đơn vị thường trực", BY_CD, "unit"),
    HASH(14, "doc_hash", "Mã băm văn bản", BY_CD),
    DATE(15, "partner_signed_on", "Bên bạn ký ngày", BY_P),
    LIST_OR(16, "state", "Trạng thái", BY_CD, BORDER_STATES, "draft"),
    DATE_SINCE(3, 17, "valid_from", "Có hiệu lực từ", BY_CD),
    NAME_SINCE(3, 18, "signer", "Người ký (chức vụ)", BY_CD),
    NAME_SINCE(3, 19, "partner_signer", "Bên bạn ký (chức vụ)", BY_CD),
    TEXT_SINCE(3, 20, "partner_units", "Các đơn vị bạn", BY_D), /* unit keys, separated by spaces */
    TEXT_SINCE(3, 21, "categories", "Loại việc được báo", BY_D), /* codes, separated by spaces */
    TEXT_SINCE(3, 22, "allowed", "Loại sổ được chuyển", BY_D), /* tables, separated by spaces */
    TEXT_SINCE(4, 23, "standing_order", "Thứ tự thường trực", BY_D), /* units or names, separated by "; " */
    INTEGER_SINCE(4, 24, "standing_from", "Thường trực từ năm", BY_D, 2000, 2100), /* that of the first */
};

static const struct tq_column BORDER_NOTICE[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    LIST_OR(9, "direction", "Chiều", BY_CD, CODES("out", "in"), "out"),
    REF(10, "partner_unit", "Đơn vị bạn", BY_CD, "unit"),
    NAME(11, "category", "Loại", BY_CD),
    DATE(12, "issued_on", "Ngày thông báo", BY_CD),
    NAME(13, "dispatch_no", "Số công văn", BY_CD),
    TEXT(14, "body", "Nội dung", BY_CD),
    DATE(15, "reply_due", "Hạn trả lời", BY_CD),
    REF_ID(16, "incident", "Vụ việc", BY_CD, "incident"),
    INSTANT(17, "acknowledged_at", "Bên bạn nhận lúc", BY_CDP),
    DATE(18, "answered_on", "Bên bạn trả lời ngày", BY_CDP),
    TEXT(19, "answer", "Trả lời", BY_CDP),
    NAME(20, "answer_no", "Số công văn trả lời", BY_CDP),
    LIST_OR(21, "state", "Trạng thái", BY_CD, BORDER_STATES, "draft"),
    INTEGER_SINCE(2, 22, "area", "Lĩnh vực", BY_CD, 1, 5),
    NAME_SINCE(2, 23, "place", "Địa điểm", BY_CD),
    DATE_SINCE(4, 24, "happens_on", "Ngày xảy ra, sẽ diễn ra", BY_CD),
    /* Where the case that each side has linked to it happened; the district's, of `incident` (liaison_case.c). */
    REF_SINCE(4, 25, "case_unit", "Vụ việc chung: ta ghi xảy ra ở", BY_D, "unit"),
    REF_SINCE(4, 26, "partner_case_unit", "Vụ việc chung: bạn ghi xảy ra ở", BY_DP, "unit"),
};

static const struct tq_column BORDER_MEETING[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    REF(9, "partner_unit", "Đơn vị bạn", BY_CD, "unit"),
    DATE(10, "held_on", "Ngày họp", BY_CD),
    NAME(11, "place", "Địa điểm", BY_CD),
    TEXT(12, "topics", "Nội dung", BY_CD),
    NAME(13, "minutes_no", "Số biên bản", BY_CD),
    HASH(14, "minutes_hash", "Mã băm biên bản", BY_CD),
    DATE(15, "signed_on", "Ký ngày", BY_CD),
    DATE(16, "partner_signed_on", "Bên bạn ký ngày", BY_DP),
    LIST_OR(17, "state", "Trạng thái", BY_CD, BORDER_STATES, "draft"),
    INSTANT_SINCE(4, 18, "acknowledged_at", "Bên nhận báo đã nhận lúc", BY_CDP),
    YES_NO_SINCE(4, 19, "came", "Bên bạn lập", BY_D),
};

static const struct tq_column JOINT_PATROL[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    REF(9, "partner_unit", "Đơn vị bạn", BY_CD, "unit"),
    DATE(10, "planned_on", "Ngày dự kiến", BY_CD),
    DATE(11, "held_on", "Ngày làm", BY_CD),
    COUNT(12, "participants", "Số người dự", BY_CD),
    REF(13, "standing_unit", "Đơn vị thường trực", BY_CD, "unit"),
    NAME(14, "minutes_no", "Số biên bản", BY_CD),
    HASH(15, "minutes_hash", "Mã băm biên bản", BY_CD),
    DATE(16, "signed_on", "Ký ngày", BY_CD),
    DATE(17, "partner_signed_on", "Bên bạn ký ngày", BY_DP),
    TEXT(18, "results", "Kết quả", BY_CD),
    LIST_OR(19, "state", "Trạng thái", BY_CD, BORDER_STATES, "draft"),
    INSTANT_SINCE(4, 20, "acknowledged_at", "Bên nhận báo đã nhận lúc", BY_CDP),
    YES_NO_SINCE(4, 21, "came", "Bên bạn lập", BY_D),
};

/* Half-yearly ("2020-H1") and yearly ("2020") figures that an agreement lists: text, for they count
 * nothing here, and small counts are hidden in them before they are told (liaison_stats.c). */
static const struct tq_column BORDER_STATISTICS[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    LIST_OR(9, "direction", "Chiều", BY_CD, CODES("out", "in"), "out"),
    REF(10, "partner_unit", "Đơn vị bạn", BY_CD, "unit"),
    NAME(11, "period", "Kỳ", BY_D),
    TEXT(12, "figures", "Số liệu", BY_D),
    DATE(13, "issued_on", "Ngày gửi", BY_CD),
    INSTANT(14, "acknowledged_at", "Bên bạn nhận lúc", BY_CDP),
    LIST_OR(15, "state", "Trạng thái", BY_CD, BORDER_STATES, "draft"),
};

/* Who is the standing unit of a year, and the minutes by which the one before handed over. */
static const struct tq_column BORDER_HANDOVER[] = {
    KEY_ID(BY_CD),
    OWNER(2, BY_CD),
    VOIDED(BY_CD),
    NAME(8, "label", "Số hiệu", BY_CD),
    REF(9, "partner_unit", "Đơn vị bạn", BY_CD, "unit"),
    INTEGER(10, "year", "Năm", BY_CD, 2000, 2100),
    NAME(11, "standing", "Đơn vị thường trực", BY_CD),
    DATE(12, "handed_on", "Ngày bàn giao", BY_CD),
    NAME(13, "minutes_no", "Số công văn, biên bản", BY_CD),
    HASH(14, "minutes_hash", "Mã băm biên bản", BY_CD),
    DATE(15, "signed_on", "Ký ngày", BY_CD),
    DATE(16, "partner_signed_on", "Bên bạn ký ngày", BY_DP),
    LIST_OR(17, "state", "Trạng thái", BY_CD, BORDER_STATES, "draft"),
    INSTANT_SINCE(4, 18, "acknowledged_at", "Bên nhận báo đã nhận lúc", BY_CDP),
    YES_NO_SINCE(4, 19, "came", "Bên bạn lập", BY_D),
};
/* clang-format on */

#endif
