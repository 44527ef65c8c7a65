#include "tuquan/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "columns_events.h"
#include "columns_public.h"
#include "columns_score.h"
#include "columns_village.h"
#include "tuquan/calendar.h"
#include "tuquan/hash.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define INSTANT_LOW INT64_C(946684800000)   /* 2000-01-01 */
#define INSTANT_HIGH INT64_C(7258118400000) /* 2200-01-01 */
#define KEY_SEPARATOR 0x1f
#define KEY_INT_MAX 99999999

static const struct tq_group_rule VOID_RULES[] = {
    { TQ_GROUP_ALL_OR_NONE, VOID_CELL, 2, { 6, 7 }, NULL, NULL },
};

static const struct tq_group_rule COVENANT_RULES[] = {
    { TQ_GROUP_ALL_OR_NONE, VOID_CELL, 2, { 6, 7 }, NULL, NULL },
    { TQ_GROUP_MAJORITY, 10, 3, { 10, 11, 12 },
            "số hộ đồng ý phải quá nửa tổng số hộ, không quá số hộ dự; số hộ dự không quá tổng số "
            "hộ",
            "more than half of all households must agree, no more than attended; no more can "
            "attend "
            "than there are" },
};

/* Every day that the facts read of a row. What began and what ended are judged each by itself, for a
 * hotspot that ends today was there in the period that is locked, whoever ends it. */
#define LOCK(column, ...)                                                                          \
    {                                                                                              \
        (column), { __VA_ARGS__ }, NULL                                                            \
    }
#define LOCK_BY_CODE(column, code, ...)                                                            \
    {                                                                                              \
        (column), { __VA_ARGS__ }, (code)                                                          \
    }
#define LOCKS_END LOCK(0, 0)
static const struct tq_lock INCIDENT_LOCKS[] = { LOCK(13, 0), LOCK(15, 0), LOCKS_END };
static const struct tq_lock TIP_LOCKS[] = { LOCK(10, 0), LOCKS_END };
static const struct tq_lock END_LOCKS[] = { LOCK(12, 12, VOID_CELL), LOCKS_END };
/* A plan counts by its kind; an activity that was put off is held in a later period. */
static const struct tq_lock ACTIVITY_LOCKS[] = { LOCK(11, 9, 11, VOID_CELL), LOCKS_END };
static const struct tq_lock GROUP_LOCKS[] = { LOCK(13, 13, VOID_CELL), LOCK(14, 14, VOID_CELL),
    LOCK(15, 15, VOID_CELL), LOCKS_END };
/* A pause counts while the state says so: who ends one takes it back. */
static const struct tq_lock MODEL_LOCKS[] = { LOCK(18, 10, 18, VOID_CELL),
    LOCK_BY_CODE(19, "paused", 19, 21, VOID_CELL), LOCK(20, 20, VOID_CELL), LOCKS_END };
static const struct tq_lock COVENANT_LOCKS[] = { LOCK_BY_CODE(2, "draft", 15, VOID_CELL),
    LOCKS_END };
static const struct tq_lock LAUNCH_LOCKS[] = { LOCK(8, 8, VOID_CELL), LOCK(9, 9, VOID_CELL),
    LOCKS_END };
static const struct tq_lock RECOGNITION_LOCKS[] = { LOCK(2, 11, 12, VOID_CELL), LOCKS_END };
/* B3 counts minutes by number or hash: one written after the lock moves it as a signature does. */
static const struct tq_lock MEETING_LOCKS[] = { LOCK(10, 10, 13, 14, 15, VOID_CELL), LOCKS_END };
static const struct tq_lock PATROL_LOCKS[] = { LOCK(11, 11, 14, 15, 16, VOID_CELL), LOCKS_END };

/* Each step of a model needs the facts of the one before; a state that is counted needs its day. */
#define STEPS_END                                                                                  \
    {                                                                                              \
        0, NULL,                                                                                   \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
static const struct tq_step MODEL_STEPS[] = { { 21, "surveyed", { 12, 13 } },
    { 21, "decided", { 12, 13, 16, 17 } }, { 21, "launched", { 12, 13, 16, 17, 18 } },
    { 21, "running", { 12, 13, 16, 17, 18 } }, { 21, "paused", { 12, 13, 16, 17, 18, 19 } },
    { 21, "ended", { 12, 13, 16, 17, 18, 20 } }, STEPS_END };
static const struct tq_step GROUP_STEPS[] = { { 16, "dissolved", { 15 } }, STEPS_END };

/* Numbers are for ever; ranks put parents first. Keys and the owner and lock_by columns are named
 * by their index. */
#define NOBODY (-1)
#define NEVER (-1)
#define STAYS_OPEN                                                                                 \
    {                                                                                              \
        0, 0, NULL, NULL                                                                           \
    }
#define TABLE_RULES(id, rank, name, label, scope, surrogate, nkey, owner, lock, who, cols, rules)  \
    TABLE_SINCE(1, id, rank, name, label, scope, surrogate, nkey, owner, lock, who, cols, rules)
#define TABLE_SINCE(                                                                               \
        since, id, rank, name, label, scope, surrogate, nkey, owner, lock, who, cols, rules)       \
    {                                                                                              \
        (id), (rank), (name), (label), (scope), (surrogate), (nkey), { 0, 1, 2, 3 }, (owner),      \
                (lock), (who), VOID_CELL, COUNT_OF(cols), (cols), COUNT_OF(rules), (rules),        \
                (since), { 0 }, STAYS_OPEN, NULL, NULL                                             \
    }
/* ... public, of the district, frozen as the braces at the end say: state, via, open, last. */
#define PUBLIC_FROZEN(id, rank, name, label, nkey, cols, ...)                                      \
    {                                                                                              \
        (id), (rank), (name), (label), TQ_PUBLIC, false, (nkey), { 0, 1, 2, 3 }, NOBODY, NEVER,    \
                BY_D, VOID_CELL, COUNT_OF(cols), (cols), COUNT_OF(VOID_RULES), VOID_RULES, 1,      \
                { 0 }, { __VA_ARGS__ }, NULL, NULL                                                 \
    }
/* ... and more days to lock by, and the numbers of the columns that make two rows look alike. */
#define OWN_ALIKE(id, rank, name, label, lock, also, who, cols, ...)                               \
    OWN_STEPS(id, rank, name, label, lock, also, NULL, who, cols, __VA_ARGS__)
#define OWN_STEPS(id, rank, name, label, lock, also, steps, who, cols, ...)                        \
    {                                                                                              \
        (id), (rank), (name), (label), TQ_OWN, true, 1, { 0, 1, 2, 3 }, 1, (lock), (who),          \
                VOID_CELL, COUNT_OF(cols), (cols), COUNT_OF(VOID_RULES), VOID_RULES, 1,            \
                { __VA_ARGS__ }, STAYS_OPEN, (also), (steps)                                       \
    }
/* ... of a natural key, with more days to lock by and rules of groups of cells. */
#define OWN_LOCKED(id, rank, name, label, nkey, owner, also, who, cols, rules)                     \
    {                                                                                              \
        (id), (rank), (name), (label), TQ_OWN, false, (nkey), { 0, 1, 2, 3 }, (owner), NEVER,      \
                (who), VOID_CELL, COUNT_OF(cols), (cols), COUNT_OF(rules), (rules), 1, { 0 },      \
                STAYS_OPEN, (also), NULL                                                           \
    }
#define PUBLIC_ID(id, rank, name, label, lock, who, cols)                                          \
    TABLE_RULES(id, rank, name, label, TQ_PUBLIC, true, 1, NOBODY, lock, who, cols, VOID_RULES)
#define PUBLIC_KEY(id, rank, name, label, nkey, lock, who, cols)                                   \
    TABLE_RULES(id, rank, name, label, TQ_PUBLIC, false, nkey, NOBODY, lock, who, cols, VOID_RULES)
#define OWN_ID(id, rank, name, label, lock, who, cols)                                             \
    TABLE_RULES(id, rank, name, label, TQ_OWN, true, 1, 1, lock, who, cols, VOID_RULES)
#define OWN_ID_SINCE(since, id, rank, name, label, lock, who, cols)                                \
    TABLE_SINCE(since, id, rank, name, label, TQ_OWN, true, 1, 1, lock, who, cols, VOID_RULES)
#define OWN_KEY(id, rank, name, label, nkey, owner, lock, who, cols)                               \
    TABLE_RULES(id, rank, name, label, TQ_OWN, false, nkey, owner, lock, who, cols, VOID_RULES)

/* clang-format off */
static const struct tq_table TABLES[] = {
    PUBLIC_KEY(1, 1, "unit", "Đơn vị", 1, NEVER, BY_D, UNIT),
    PUBLIC_KEY(3, 1, "calendar", "Lịch", 1, NEVER, BY_D, CALENDAR),
    PUBLIC_FROZEN(5, 1, "indicator", "Chỉ tiêu", 1, INDICATOR, 15, 0, "draft", "retired"),
    PUBLIC_FROZEN(6, 1, "scoring_sheet", "Bảng điểm", 1, SCORING_SHEET, 12, 0, "draft", "retired"),
    PUBLIC_ID(8, 1, "directive", "Chỉ đạo", NEVER, BY_D, DIRECTIVE),
    PUBLIC_KEY(2, 2, "unit_successor", "Đơn vị kế thừa", 3, NEVER, BY_D, UNIT_SUCCESSOR),
    PUBLIC_KEY(4, 2, "period", "Kỳ", 1, NEVER, BY_D, PERIOD),
    PUBLIC_FROZEN(7, 2, "criterion", "Tiêu chí", 1, CRITERION, 0, 8, NULL, NULL),
    PUBLIC_ID(9, 3, "tie_vote", "Biểu quyết bằng điểm", NEVER, BY_D, TIE_VOTE),
    PUBLIC_KEY(10, 3, "acceptance", "Chấp nhận chung", 2, NEVER, BY_D, ACCEPTANCE),
    PUBLIC_KEY(11, 3, "ranking", "Bảng xếp hạng", 3, NEVER, BY_S, RANKING),
    PUBLIC_ID(13, 3, "award", "Khen thưởng", NEVER, BY_D, AWARD),
    OWN_KEY(20, 3, "village_profile", "Hồ sơ thôn", 2, 2, 1, BY_C, VILLAGE_PROFILE),
    OWN_STEPS(21, 3, "model", "Mô hình", NEVER, MODEL_LOCKS, MODEL_STEPS, BY_C, MODEL, 9, 10, 11),
    OWN_ID(22, 3, "committee_member", "Ban chỉ đạo", NEVER, BY_CD, COMMITTEE_MEMBER),
    OWN_STEPS(23, 3, "self_mgmt_group", "Tổ tự quản", NEVER, GROUP_LOCKS, GROUP_STEPS, BY_C, SELF_MGMT_GROUP, 9, 10),
    OWN_LOCKED(24, 3, "covenant", "Quy ước", 2, 2, COVENANT_LOCKS, BY_C, COVENANT, COVENANT_RULES),
    OWN_LOCKED(25, 3, "emulation_launch", "Phát động thi đua", 2, 0, LAUNCH_LOCKS, BY_C, EMULATION_LAUNCH, VOID_RULES),
    OWN_KEY(26, 3, "village_return", "Số liệu thôn", 3, 3, 1, BY_C, VILLAGE_RETURN),
    OWN_LOCKED(27, 3, "recognition", "Công nhận đạt chuẩn", 2, 0, RECOGNITION_LOCKS, BY_CD, RECOGNITION, VOID_RULES),
    OWN_ALIKE(28, 3, "incident", "Vụ việc", 8, INCIDENT_LOCKS, BY_C, INCIDENT, 12, 9, 10, 11),
    OWN_ALIKE(29, 3, "tip", "Tin báo", 8, TIP_LOCKS, BY_C, TIP, 0),
    OWN_ALIKE(30, 3, "hotspot", "Tụ điểm", 7, END_LOCKS, BY_C, HOTSPOT, 11, 10, 9),
    OWN_ALIKE(31, 3, "encroachment", "Lấn chiếm", 7, END_LOCKS, BY_C, ENCROACHMENT, 11, 10, 9),
    OWN_ALIKE(32, 3, "activity", "Hoạt động", 8, ACTIVITY_LOCKS, BY_C, ACTIVITY, 12, 9, 10),
    OWN_ID(33, 3, "liaison_agreement", "Quy chế phối hợp", NEVER, BY_CD, LIAISON_AGREEMENT),
    OWN_ALIKE(35, 3, "border_meeting", "Giao ban giáp ranh", NEVER, MEETING_LOCKS, BY_CD, BORDER_MEETING, 10, 9),
    OWN_ALIKE(36, 3, "joint_patrol", "Tuần tra chung", NEVER, PATROL_LOCKS, BY_CD, JOINT_PATROL, 11, 9),
    OWN_KEY(37, 3, "report", "Báo cáo", 3, 0, 2, BY_C, REPORT),
    OWN_KEY(38, 3, "self_score", "Tự chấm điểm", 4, 0, 1, BY_C, SELF_SCORE),
    OWN_KEY(39, 3, "verified_score", "Điểm thẩm định", 4, 0, NEVER, BY_D, VERIFIED_SCORE),
    OWN_ID(40, 3, "adjustment", "Điểm thưởng, trừ", 5, BY_CD, ADJUSTMENT),
    OWN_KEY(41, 3, "grade_cap", "Khống chế xếp loại", 3, 0, NEVER, BY_D, GRADE_CAP),
    OWN_KEY(42, 3, "appeal", "Khiếu nại điểm", 3, 0, NEVER, BY_C, APPEAL),
    OWN_KEY(43, 3, "baseline", "Số cùng kỳ", 3, 0, NEVER, BY_D, BASELINE),
    OWN_KEY(44, 3, "directive_answer", "Trả lời chỉ đạo", 2, 1, NEVER, BY_C, DIRECTIVE_ANSWER),
    OWN_ID_SINCE(2, 48, 3, "border_statistics", "Thống kê giáp ranh", NEVER, BY_CD, BORDER_STATISTICS),
    OWN_ID_SINCE(2, 49, 3, "border_handover", "Bàn giao thường trực", NEVER, BY_CD, BORDER_HANDOVER),
    PUBLIC_KEY(12, 4, "ranking_row", "Dòng xếp hạng", 4, NEVER, BY_S, RANKING_ROW),
    OWN_ID(34, 4, "border_notice", "Thông báo giáp ranh", NEVER, BY_CD, BORDER_NOTICE),
    OWN_ID(45, 5, "correction_request", "Đề nghị đính chính", NEVER, BY_S, CORRECTION_REQUEST),
    OWN_ID(46, 5, "conflict", "Xung đột", NEVER, BY_S, CONFLICT),
    OWN_ID(47, 5, "held_row", "Dòng tạm giữ", NEVER, BY_S, HELD_ROW),
};
/* clang-format on */

static const struct tq_catalogue CURRENT = { 4, COUNT_OF(TABLES), TABLES };

const struct tq_catalogue *tq_catalogue_current(void)
{
    return &CURRENT;
}

const struct tq_table *tq_catalogue_table(const struct tq_catalogue *catalogue, uint32_t id)
{
    for (size_t i = 0; i < catalogue->ntables; i++)
        if (catalogue->tables[i].id == id)
            return &catalogue->tables[i];
    return NULL;
}

const struct tq_table *tq_catalogue_find(const struct tq_catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->ntables; i++)
        if (strcmp(catalogue->tables[i].name, name) == 0)
            return &catalogue->tables[i];
    return NULL;
}

bool tq_lock_matters(const struct tq_lock *lock, uint32_t cell)
{
    bool named = lock->cells[0] == 0 || cell == TQ_CELL_ROW;

    for (const uint32_t *c = lock->cells; *c != 0; c++)
        named = named || *c == cell;
    return named;
}

bool tq_lock_is_year(const struct tq_column *column)
{
    return column->type == TQ_INT && column->rule.kind == TQ_RULE_RANGE;
}

int tq_table_column(const struct tq_table *table, uint32_t column_id)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (table->columns[i].id == column_id)
            return (int)i;
    return -1;
}

int tq_table_column_find(const struct tq_table *table, const char *name)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}

size_t tq_table_cell(const struct tq_table *table, uint32_t cell, uint32_t *out)
{
    size_t n = 0;

    for (uint32_t i = 0; i < table->ncolumns && n < TQ_MAX_COLUMNS; i++)
        if (table->columns[i].cell == cell)
            out[n++] = i;
    return n;
}

const char *tq_table_cell_name(const struct tq_table *table, uint32_t cell)
{
    int index = cell == TQ_CELL_ROW ? 0 : tq_table_column(table, cell);

    return index < 0 ? "?" : table->columns[index].name;
}

bool tq_table_is_key(const struct tq_table *table, uint32_t column_index)
{
    for (uint32_t i = 0; i < table->nkey; i++)
        if (table->key[i] == column_index)
            return true;
    return false;
}

/* Valid UTF-8 without NUL and control characters; tab and line breaks are text. */
static bool text_is_clean(struct tq_slice text)
{
    size_t i = 0;

    while (i < text.len) {
        uint8_t c = text.data[i];
        size_t more = c < 0x80 ? 0 : c < 0xc2 ? 4 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 4;
        uint32_t point = more == 0 ? c : c & (0x3fu >> more);

        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f || more == 4 ||
                more >= text.len - i)
            return false;
        for (size_t k = 1; k <= more; k++) {
            if ((text.data[i + k] & 0xc0) != 0x80)
                return false;
            point = point << 6 | (text.data[i + k] & 0x3fu);
        }
        if ((more == 2 && point < 0x800) || (more == 3 && point < 0x10000) || point > 0x10ffff ||
                (point >= 0xd800 && point <= 0xdfff))
            return false;
        i += more + 1;
    }
    return true;
}

static bool key_part_append(
        const struct tq_column *column, const struct tq_value *value, struct tq_buf *out)
{
    if (value->type != column->type)
        return false;
    if (value->type == TQ_INT) {
        if (value->i < 0 || value->i > KEY_INT_MAX)
            return false;
        tq_buf_printf(out, "%08d", (int)value->i);
        return true;
    }
    if (value->type == TQ_TEXT && value->s.len > 0 &&
            memchr(value->s.data, KEY_SEPARATOR, value->s.len) != NULL)
        return false;
    tq_buf_append_slice(out, value->s);
    return value->s.len > 0;
}

/* A reference to a surrogate row is 16 bytes that may hold the separator: its length is known. */
static bool key_part_is_fixed(const struct tq_column *column)
{
    return column->type == TQ_BLOB;
}

bool tq_key_encode(const struct tq_table *table, const struct tq_value *values, struct tq_buf *out)
{
    size_t start = out->len;

    for (uint32_t i = 0; i < table->nkey; i++) {
        const struct tq_column *column = &table->columns[table->key[i]];
        const struct tq_value *value = &values[table->key[i]];

        if (i > 0)
            tq_buf_append_u8(out, KEY_SEPARATOR);
        if (key_part_is_fixed(column) && value->s.len != TQ_SURROGATE_BYTES)
            return false;
        if (!key_part_append(column, value, out))
            return false;
    }
    return tq_buf_is_ok(out) && out->len - start <= TQ_MAX_KEY_BYTES;
}

static bool key_int_read(struct tq_slice part, struct tq_value *out)
{
    int64_t n = 0;

    if (part.len != 8)
        return false;
    for (size_t i = 0; i < part.len; i++) {
        if (part.data[i] < '0' || part.data[i] > '9')
            return false;
        n = n * 10 + (part.data[i] - '0');
    }
    *out = tq_value_int(n);
    return true;
}

bool tq_key_decode(const struct tq_table *table, struct tq_slice key, struct tq_value *out)
{
    if (key.len > TQ_MAX_KEY_BYTES)
        return false;
    for (uint32_t i = 0; i < table->nkey; i++) {
        const struct tq_column *column = &table->columns[table->key[i]];
        const uint8_t *end = key.len > 0 ? memchr(key.data, KEY_SEPARATOR, key.len) : NULL;
        struct tq_slice part = key;

        if (key_part_is_fixed(column))
            part.len = key.len < TQ_SURROGATE_BYTES ? 0 : TQ_SURROGATE_BYTES;
        else if (end != NULL)
            part.len = (size_t)(end - key.data);
        if (part.len == 0)
            return false;
        if (column->type == TQ_INT) {
            if (!key_int_read(part, &out[i]))
                return false;
        } else {
            out[i] = column->type == TQ_BLOB ? tq_value_blob(part) : tq_value_text(part);
        }
        key = tq_slice_of(key.data + part.len, key.len - part.len);
        if (i + 1 < table->nkey) {
            if (key.len == 0 || key.data[0] != KEY_SEPARATOR)
                return false;
            key = tq_slice_of(key.data + 1, key.len - 1);
        }
    }
    return key.len == 0;
}

static tq_reason check_rule(const struct tq_column *column, const struct tq_value *value)
{
    const struct tq_rule *rule = &column->rule;

    switch (rule->kind) {
    case TQ_RULE_RANGE:
        return value->i < rule->low || value->i > rule->high ? TQ_REASON_OUT_OF_RANGE
                                                             : TQ_REASON_NONE;
    case TQ_RULE_LENGTH:
        if ((int64_t)value->s.len < rule->low)
            return column->type == TQ_BLOB ? TQ_REASON_BAD_TYPE : TQ_REASON_REQUIRED;
        return (int64_t)value->s.len > rule->high ? TQ_REASON_TOO_LONG : TQ_REASON_NONE;
    case TQ_RULE_LIST:
        for (size_t i = 0; rule->list[i] != NULL; i++)
            if (tq_slice_equal(value->s, tq_slice_str(rule->list[i])))
                return TQ_REASON_NONE;
        return TQ_REASON_NOT_IN_LIST;
    case TQ_RULE_DATE:
        return tq_date_is_valid(value->s) ? TQ_REASON_NONE : TQ_REASON_BAD_DATE;
    case TQ_RULE_INSTANT:
        return value->i < INSTANT_LOW || value->i >= INSTANT_HIGH ? TQ_REASON_BAD_DATE
                                                                  : TQ_REASON_NONE;
    case TQ_RULE_REF:
        if (value->type == TQ_BLOB)
            return value->s.len == TQ_SURROGATE_BYTES ? TQ_REASON_NONE : TQ_REASON_BAD_TYPE;
        return value->s.len > TQ_MAX_KEY_BYTES ? TQ_REASON_TOO_LONG : TQ_REASON_NONE;
    case TQ_RULE_HASH:
        return value->s.len == TQ_HASH_BYTES ? TQ_REASON_NONE : TQ_REASON_BAD_TYPE;
    case TQ_RULE_NONE:
        break;
    }
    return TQ_REASON_NONE;
}

tq_reason tq_column_check(const struct tq_column *column, const struct tq_value *value)
{
    tq_reason reason;

    if (value->type == TQ_NULL)
        return column->required ? TQ_REASON_REQUIRED : TQ_REASON_NONE;
    if (value->type != column->type)
        return TQ_REASON_BAD_TYPE;
    reason = check_rule(column, value);
    if (reason == TQ_REASON_NONE && value->type == TQ_TEXT && !text_is_clean(value->s))
        reason = TQ_REASON_BAD_TEXT;
    return reason;
}

static const struct tq_value *value_of(
        const struct tq_table *table, uint32_t column_id, const struct tq_value *values)
{
    int index = tq_table_column(table, column_id);

    return index < 0 || values[index].type == TQ_NULL ? NULL : &values[index];
}

/* As in SQL, a comparison with an empty cell says nothing. */
static bool group_holds(const struct tq_table *table, const struct tq_group_rule *rule,
        const struct tq_value *values)
{
    const struct tq_value *v[4] = { NULL, NULL, NULL, NULL };
    uint32_t filled = 0;

    for (uint32_t i = 0; i < rule->count; i++) {
        v[i] = value_of(table, rule->columns[i], values);
        filled += v[i] != NULL;
    }
    if (rule->kind == TQ_GROUP_ALL_OR_NONE)
        return filled == 0 || filled == rule->count;
    if (v[0] != NULL && v[2] != NULL && 2 * v[2]->i <= v[0]->i)
        return false;
    if (v[0] != NULL && v[1] != NULL && v[1]->i > v[0]->i)
        return false;
    return v[1] == NULL || v[2] == NULL || v[2]->i <= v[1]->i;
}

tq_reason tq_table_check_groups(
        const struct tq_table *table, uint32_t cell, const struct tq_value *values)
{
    for (size_t i = 0; i < table->ngroup_rules; i++) {
        const struct tq_group_rule *rule = &table->group_rules[i];

        if ((cell == TQ_CELL_ROW || rule->cell == cell) && !group_holds(table, rule, values))
            return TQ_REASON_GROUP;
    }
    return TQ_REASON_NONE;
}

bool tq_date_is_valid(struct tq_slice text)
{
    tq_day day;

    return tq_day_parse(text, &day);
}
