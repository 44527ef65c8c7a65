#include "tuquan/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/text.h"
#include "words_en.h"

#define NAME_BYTES 64u

struct word {
    const char *where; /* "table.column", or "" for everywhere */
    const char *code;
    const char *vi;
};

/* clang-format off */
static const struct word WORDS[] = {
    /* What the same code means in one place only. */
    { "activity.kind", "meeting", "Họp" },
    { "covenant.mode", "meeting", "Họp thôn" },
    { "model.state", "running", "Đang hoạt động" },
    { "model.state", "proposed", "Đề xuất" },
    { "hotspot.state", "open", "Còn tồn tại" },
    { "hotspot.state", "ended", "Đã xóa" },
    { "encroachment.state", "open", "Còn lấn chiếm" },
    { "encroachment.state", "ended", "Đã giải tỏa" },
    { "incident.state", "new", "Mới" },
    { "incident.state", "closed", "Đã xử lý xong" },
    { "period.state", "open", "Đang mở" },
    { "period.state", "closed", "Đã đóng" },
    { "unit.state", "active", "Đang hoạt động" },
    { "ranking.state", "provisional", "Tạm tính" },
    { "ranking_row.grade", "none", "Chưa xếp loại" },
    { "ranking_row.status", "scored", "Đã chấm" },
    { "ranking_row.status", "not_received", "Chưa gửi" },
    { "ranking_row.status", "insufficient", "Chưa đủ dữ liệu" },
    { "conflict.state", "open", "Chờ quyết định" },
    { "held_row.state", "open", "Đang tạm giữ" },
    { "report.state", "sent", "Đã nộp" },
    /* Kinds of incidents. */
    { "", "theft", "Trộm cắp" },
    { "", "property", "Xâm phạm tài sản" },
    { "", "assault", "Cố ý gây thương tích" },
    { "", "robbery", "Cướp, cướp giật" },
    { "", "fraud", "Lừa đảo" },
    { "", "public_disorder", "Gây rối trật tự công cộng" },
    { "", "drugs", "Ma túy" },
    { "", "gambling", "Cờ bạc" },
    { "", "prostitution", "Mại dâm" },
    { "", "other_evil", "Tệ nạn khác" },
    { "", "fire_explosion", "Cháy nổ" },
    { "", "traffic_accident", "Tai nạn giao thông" },
    { "", "traffic_violation", "Vi phạm giao thông" },
    { "", "urban_order", "Trật tự đô thị" },
    { "", "reoffence", "Tái phạm" },
    { "", "other", "Khác" },
    /* Activities. */
    { "", "patrol", "Tuần tra" },
    { "", "outreach", "Tuyên truyền" },
    { "", "fire_inspection", "Kiểm tra an toàn PCCC" },
    { "", "mediation", "Hòa giải" },
    { "", "festival", "Ngày hội" },
    { "", "joint_patrol", "Tuần tra chung" },
    /* Units. */
    { "", "province", "Tỉnh" },
    { "", "city", "Thành phố" },
    { "", "district", "Huyện" },
    { "", "town_district", "Thị xã" },
    { "", "commune", "Xã" },
    { "", "town", "Thị trấn" },
    { "", "ward", "Phường" },
    { "", "village", "Thôn" },
    { "", "residential_group", "Tổ dân phố" },
    { "", "ministry", "Bộ" },
    /* States. */
    { "", "new", "Mới" },
    { "", "verifying", "Đang xác minh" },
    { "", "handling", "Đang xử lý" },
    { "", "closed", "Đã đóng" },
    { "", "received", "Đã nhận" },
    { "", "passed", "Đã chuyển" },
    { "", "solved", "Đã làm rõ" },
    { "", "unfounded", "Không có cơ sở" },
    { "", "open", "Đang mở" },
    { "", "ended", "Đã kết thúc" },
    { "", "planned", "Dự kiến" },
    { "", "done", "Đã làm" },
    { "", "cancelled", "Đã hủy kế hoạch" },
    { "", "draft", "Nháp" },
    { "", "approved", "Đã duyệt" },
    { "", "sent", "Đã gửi" },
    { "", "acknowledged", "Đã tiếp nhận" },
    { "", "answered", "Đã trả lời" },
    { "", "pilot", "Mô hình điểm" },
    { "", "replica", "Nhân rộng" },
    { "", "proposed", "Đề nghị" },
    { "", "surveyed", "Đã khảo sát" },
    { "", "decided", "Đã quyết định" },
    { "", "launched", "Đã ra mắt" },
    { "", "running", "Đang chạy" },
    { "", "paused", "Tạm dừng" },
    { "", "active", "Đang hoạt động" },
    { "", "replaced", "Đã thay" },
    { "", "dissolved", "Đã giải thể" },
    { "", "ballot", "Phiếu lấy ý kiến" },
    { "", "adopted", "Đã thông qua" },
    { "", "recognised", "Đã công nhận" },
    { "", "amended", "Đã sửa đổi" },
    { "", "paper", "Sổ giấy" },
    { "", "typed", "Gõ tay" },
    { "", "import", "Nhập từ tệp" },
    { "", "derived", "Tính từ vụ việc" },
    { "", "confirmed", "Đã xác nhận" },
    { "", "met", "Đạt" },
    { "", "not_met", "Chưa đạt" },
    { "", "registered", "Đã đăng ký" },
    { "", "assessed", "Đã xét" },
    { "", "merged", "Đã sáp nhập" },
    { "", "full", "Toàn bộ" },
    { "", "part", "Một phần" },
    { "", "month", "Tháng" },
    { "", "quarter", "Quý" },
    { "", "half", "Nửa năm" },
    { "", "year", "Năm" },
    { "", "adhoc", "Đột xuất" },
    { "", "future", "Chưa đến" },
    { "", "closing", "Sắp đóng" },
    { "", "locked", "Đã khóa" },
    { "", "flow", "Phát sinh trong kỳ" },
    { "", "stock", "Có đến cuối kỳ" },
    { "", "published", "Đã công bố" },
    { "", "retired", "Hết dùng" },
    { "", "provisional", "Tạm tính" },
    { "", "superseded", "Đã có bản mới" },
    { "", "returned", "Trả lại" },
    { "", "verified", "Đã thẩm định" },
    { "", "accepted", "Đồng ý" },
    { "", "granted", "Đồng ý" },
    { "", "refused", "Không đồng ý" },
    { "", "asked", "Đã đề nghị" },
    { "", "applied", "Đã thực hiện" },
    { "", "issued", "Đã ban hành" },
    { "", "seen", "Đã đọc" },
    { "", "released", "Đã cho qua" },
    { "", "dropped", "Đã bỏ" },
    { "", "keep", "Giữ giá trị đang có" },
    { "", "take_other", "Lấy giá trị kia" },
    { "", "excellent", "Xuất sắc" },
    { "", "good", "Tốt" },
    { "", "fair", "Khá" },
    { "", "average", "Trung bình" },
    { "", "weak", "Yếu" },
    { "", "none", "Không" },
    { "", "yes", "Có" },
    { "", "no", "Không" },
    { "", "law", "Luật định" },
    { "", "local", "Của địa phương" },
    { "", "out", "Gửi đi" },
    { "", "in", "Nhận về" },
    { "", "area", "Lĩnh vực" },
    { "", "item", "Tiêu chí" },
    { "", "bonus", "Điểm thưởng" },
    { "", "penalty", "Điểm trừ" },
    { "", "cap", "Khống chế" },
    { "", "model_village", "Thôn có mô hình" },
};

/* Second names of tables, without marks. */
static const struct { const char *alias; const char *table; } ALIASES[] = {
    { "vu viec", "incident" }, { "tin bao", "tip" }, { "tu diem", "hotspot" },
    { "lan chiem", "encroachment" }, { "hoat dong", "activity" }, { "mo hinh", "model" },
    { "to tu quan", "self_mgmt_group" }, { "quy uoc", "covenant" },
    { "so lieu", "village_return" }, { "so lieu thon", "village_return" },
    { "thon", "village_profile" }, { "bao cao", "report" }, { "ban chi dao", "committee_member" },
    { "thi dua", "emulation_launch" }, { "thong bao giap ranh", "border_notice" },
    { "hop giap ranh", "border_meeting" }, { "tuan tra chung", "joint_patrol" },
    { "thong ke giap ranh", "border_statistics" }, { "ban giao thuong truc", "border_handover" },
    { "dieu chinh", "adjustment" }, { "khieu nai", "appeal" }, { "tu cham", "self_score" },
};
/* clang-format on */

static bool is_str(struct tq_slice text, const char *str)
{
    return tq_slice_equal(text, tq_slice_str(str));
}

static const struct word *find_word(
        const char *table, const struct tq_column *column, struct tq_slice code)
{
    char where[128];

    snprintf(where, sizeof(where), "%s.%s", table, column->name);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (is_str(code, WORDS[i].code) &&
                (WORDS[i].where[0] == '\0' || strcmp(WORDS[i].where, where) == 0))
            return &WORDS[i];
    return NULL;
}

/* Most codes are English words themselves. */
static struct tq_slice english_code(const struct tq_column *column, struct tq_slice code)
{
    for (const char *const *one = column->rule.list; *one != NULL; one++)
        if (is_str(code, *one) && words_en_code(*one) != NULL)
            return tq_slice_str(words_en_code(*one));
    return code;
}

struct tq_slice tq_word_of_code(
        const char *table, const struct tq_column *column, struct tq_slice code, tq_lang lang)
{
    const struct word *word;

    if (column->rule.kind != TQ_RULE_LIST)
        return code;
    if (lang == TQ_LANG_EN)
        return english_code(column, code);
    word = find_word(table, column, code);
    return word != NULL ? tq_slice_str(word->vi) : code;
}

/* Folded, with '-' and '_' as spaces; false when it does not fit or is no text. Never for want of
 * memory: an unknown word is a mistake of the writer. */
static bool plain(struct tq_slice text, char *out, size_t size)
{
    if (!tq_text_fold_word(text, out, size))
        return false;
    for (char *at = out; *at != '\0'; at++)
        if (*at == '-' || *at == '_')
            *at = ' ';
    return true;
}

/* `wanted` is plain already. */
static bool reads_as(const char *text, const char *wanted)
{
    char have[256];

    return plain(tq_slice_str(text), have, sizeof(have)) && strcmp(have, wanted) == 0;
}

static bool is_english(const char *english, const char *wanted)
{
    return english != NULL && reads_as(english, wanted);
}

const char *tq_word_to_code(const char *table, const struct tq_column *column, struct tq_slice text)
{
    char wanted[256];

    if (column->rule.kind != TQ_RULE_LIST || !plain(text, wanted, sizeof(wanted)))
        return NULL;
    for (const char *const *code = column->rule.list; *code != NULL; code++)
        if (is_str(text, *code))
            return *code;
    for (const char *const *code = column->rule.list; *code != NULL; code++) {
        const struct word *word = find_word(table, column, tq_slice_str(*code));

        if (reads_as(*code, wanted) || (word != NULL && reads_as(word->vi, wanted)) ||
                is_english(words_en_code(*code), wanted))
            return *code;
    }
    return NULL;
}

const struct tq_table *tq_word_to_table(const struct tq_catalogue *catalogue, struct tq_slice text)
{
    char wanted[256];

    if (!plain(text, wanted, sizeof(wanted)))
        return NULL;
    for (size_t i = 0; i < catalogue->ntables; i++)
        if (reads_as(catalogue->tables[i].name, wanted))
            return &catalogue->tables[i];
    for (size_t i = 0; i < sizeof(ALIASES) / sizeof(ALIASES[0]); i++)
        if (strcmp(ALIASES[i].alias, wanted) == 0)
            return tq_catalogue_find(catalogue, ALIASES[i].table);
    for (size_t i = 0; i < catalogue->ntables; i++)
        if (reads_as(catalogue->tables[i].label_vi, wanted) ||
                is_english(words_en_table(catalogue->tables[i].name), wanted))
            return &catalogue->tables[i];
    return NULL;
}

int tq_word_to_column(const struct tq_table *table, struct tq_slice text)
{
    char wanted[256];

    if (!plain(text, wanted, sizeof(wanted)))
        return -1;
    for (size_t i = 0; i < table->ncolumns; i++)
        if (reads_as(table->columns[i].name, wanted))
            return (int)i;
    for (size_t i = 0; i < table->ncolumns; i++)
        if (reads_as(table->columns[i].label_vi, wanted) ||
                is_english(words_en_column(table->columns[i].name), wanted))
            return (int)i;
    return -1;
}

const char *tq_word_of_table(const struct tq_table *table, tq_lang lang)
{
    const char *english = lang == TQ_LANG_EN ? words_en_table(table->name) : NULL;

    return lang != TQ_LANG_EN ? table->label_vi : english != NULL ? english : table->name;
}

const char *tq_word_of_column(const struct tq_column *column, tq_lang lang)
{
    const char *english = lang == TQ_LANG_EN ? words_en_column(column->name) : NULL;

    return lang != TQ_LANG_EN ? column->label_vi : english != NULL ? english : column->name;
}

/* The table that stands at `text`, behind a code, and its column (-1: none); how long the two are. */
static const struct tq_table *named_at(
        const struct tq_catalogue *catalogue, const char *text, int *column, size_t *len)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    const struct tq_table *table;
    char name[NAME_BYTES];
    size_t n = strspn(text, LETTERS);

    *column = -1;
    *len = n;
    if (n == 0 || n >= sizeof(name))
        return NULL;
    memcpy(name, text, n);
    name[n] = '\0';
    table = tq_catalogue_find(catalogue, name);
    if (table == NULL || text[n] != '.')
        return table;
    n = strspn(text + *len + 1, LETTERS);
    if (n == 0 || n >= sizeof(name))
        return table;
    memcpy(name, text + *len + 1, n);
    name[n] = '\0';
    *column = tq_table_column_find(table, name);
    *len += *column >= 0 ? n + 1 : 0;
    return table;
}

char *tq_word_retell(const struct tq_catalogue *catalogue, const char *text, tq_lang lang,
        char *out, size_t size)
{
    char told[1024];
    const struct tq_table *table;
    const char *at;
    size_t len;
    int column;

    tq_retell(text, lang, told, sizeof(told));
    snprintf(out, size, "%s", told);
    at = strstr(told, "[R");
    at = at != NULL && strlen(at) >= 6 && strncmp(at + 4, "] ", 2) == 0 ? at + 6 : told;
    table = named_at(catalogue, at, &column, &len);
    if (table == NULL || strchr(" :", at[len]) == NULL ||
            strncmp(at + len, " (--", 4) == 0) /* what was typed for an option */
        return out;
    snprintf(out, size, "%.*s%s%s%s%s", (int)(at - told), told, tq_word_of_table(table, lang),
            column >= 0 ? ", " : "",
            column >= 0 ? tq_word_of_column(&table->columns[column], lang) : "", at + len);
    return out;
}

#define MOST_WORDS 24u /* of a code list in one sentence */

static void put_list(const struct tq_table *table, const struct tq_column *column, tq_lang lang,
        struct tq_buf *out)
{
    for (size_t i = 0; column->rule.list[i] != NULL; i++) {
        if (i == MOST_WORDS) {
            tq_buf_append_str(out, "...");
            break;
        }
        tq_buf_append_str(out, i > 0 ? "; " : "");
        tq_buf_append_slice(out,
                tq_word_of_code(table->name, column, tq_slice_str(column->rule.list[i]), lang));
    }
}

void tq_word_allowed(const struct tq_table *table, const struct tq_column *column, tq_lang lang,
        struct tq_buf *out)
{
    const struct tq_rule *rule = &column->rule;
    bool en = lang == TQ_LANG_EN;

    if (rule->kind == TQ_RULE_LIST) {
        tq_buf_append_str(out, " (");
        put_list(table, column, lang, out);
        tq_buf_append_str(out, ")");
    } else if (rule->kind == TQ_RULE_RANGE) {
        tq_buf_printf(out,
                en ? " (%" PRId64 " to %" PRId64 ")" : " (từ %" PRId64 " đến %" PRId64 ")",
                rule->low, rule->high);
    } else if (rule->kind == TQ_RULE_LENGTH && column->type == TQ_TEXT) {
        tq_buf_printf(out, en ? " (at most %" PRId64 " bytes)" : " (nhiều nhất %" PRId64 " byte)",
                rule->high);
    }
}

void tq_word_columns(const struct tq_table *table, uint32_t party, tq_lang lang, struct tq_buf *out)
{
    bool first = true;

    for (size_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];

        if ((column->writers & party) == 0 || (int)c == table->owner ||
                (table->surrogate && tq_table_is_key(table, (uint32_t)c)))
            continue;
        tq_buf_append_str(out, first ? "" : ", ");
        tq_buf_append_str(out, tq_word_of_column(column, lang));
        first = false;
    }
}
