#include "trail.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/text.h"
#include "web/path.h"

#define PART_LETTERS 60

struct entry {
    const char *code;
    const char *words[2]; /* Vietnamese, English */
    const char *method;   /* NULL: no route does it */
    const char *path;
};

static const struct entry ENTRIES[] = {
    { "sign_in", { "đăng nhập", "sign in" }, "POST", "/api/v1/sign-in" },
    { "sign_out", { "đăng xuất", "sign out" }, "POST", "/api/v1/sign-out" },
    { "own_password", { "đổi mật khẩu của mình", "own password" }, "POST", "/api/v1/password" },
    { "own_totp", { "xin mã xác thực mới", "own second factor asked for" }, "POST",
            "/api/v1/totp" },
    { "own_totp_proved", { "bật mã xác thực của mình", "own second factor in force" }, "POST",
            "/api/v1/totp/proof" },
    { "own_sessions_end", { "đóng các phiên khác của mình", "own other sessions ended" }, "DELETE",
            "/api/v1/own-sessions" },
    { "liaison invited", { "mời huyện bạn nối liên lạc", "neighbour invited" }, "POST",
            "/api/v1/links/invite" },
    { "liaison accepted", { "nhận lời mời của huyện bạn", "neighbour's invitation accepted" },
            "POST", "/api/v1/links/accept" },
    { "liaison agreed", { "nhập quy chế với huyện bạn", "agreement brought in" }, "POST",
            "/api/v1/links/agree" },
    { "liaison ended", { "chấm dứt liên lạc với huyện bạn", "link ended" }, "POST",
            "/api/v1/links/end" },
    { "liaison_sync", { "liên lạc ngay với huyện bạn", "round of a link" }, "POST",
            "/api/v1/links/sync" },
    { "liaison_statistics", { "thống kê giáp ranh", "border statistics" }, "POST",
            "/api/v1/links/statistics" },
    { "period_open", { "mở kỳ", "open a period" }, "POST", "/api/v1/periods/*/open" },
    { "period_make", { "lập kỳ của năm", "periods of a year made" }, "POST", "/api/v1/periods" },
    { "period_closing", { "kỳ đang chốt", "a period is closing" }, "POST",
            "/api/v1/periods/*/closing" },
    { "period_close", { "đóng kỳ", "close a period" }, "POST", "/api/v1/periods/*/close" },
    { "period_lock", { "khóa kỳ", "lock a period" }, "POST", "/api/v1/periods/*/lock" },
    { "period_unlock", { "mở khóa kỳ", "unlock a period" }, "POST", "/api/v1/periods/*/unlock" },
    { "publication_prepare", { "lập bảng để công bố", "publication prepared" }, "POST",
            "/api/v1/publications/*/prepare" },
    { "publication_sign", { "ký công bố", "publication signed" }, "POST",
            "/api/v1/publications/*/sign" },
    { "publication_withdraw", { "bỏ bảng đã lập", "publication withdrawn" }, "POST",
            "/api/v1/publications/*/withdraw" },
    { "province_report", { "ghi báo cáo gửi tỉnh", "report to the province written" }, "PUT",
            "/api/v1/province/*" },
    { "province_sign", { "ký báo cáo gửi tỉnh", "report to the province signed" }, "POST",
            "/api/v1/province/*/sign" },
    { "report_return", { "trả lại ô của báo cáo", "figure of a report returned" }, "POST",
            "/api/v1/reports/*/*/return" },
    { "report_verify", { "thẩm định báo cáo", "report verified" }, "POST",
            "/api/v1/reports/*/*/verify" },
    { "row_add", { "thêm dòng của huyện", "row of the district added" }, "POST", "/api/v1/rows/*" },
    { "row_change", { "sửa dòng của huyện", "row of the district changed" }, "PATCH",
            "/api/v1/rows/*/*" },
    { "unit_rename", { "đổi tên đơn vị", "unit renamed" }, "POST", "/api/v1/units/*/rename" },
    { "village_add", { "thêm thôn", "village added" }, "POST", "/api/v1/units/*/villages" },
    { "unit_merge", { "nhập đơn vị", "units merged" }, "POST", "/api/v1/units/merge" },
    { "unit_split", { "tách đơn vị", "unit split" }, "POST", "/api/v1/units/split" },
    { "sheet_copy", { "chép bảng điểm", "scoring sheet copied" }, "POST", "/api/v1/sheets/*/copy" },
    { "sheet_publish", { "ban hành bảng điểm", "scoring sheet published" }, "POST",
            "/api/v1/sheets/*/publish" },
    { "score", { "chấm điểm", "a score" }, "PUT", "/api/v1/scores/*/*/*" },
    { "reconcile", { "đối soát", "reconcile" }, "POST", "/api/v1/reconcile/*/*" },
    { "conflict_take", { "khác nhau: lấy giá trị kia", "conflict: the other value" }, "POST",
            "/api/v1/conflicts/*/take" },
    { "conflict_keep", { "khác nhau: giữ giá trị đang có", "conflict: kept" }, "POST",
            "/api/v1/conflicts/*/keep" },
    { "conflict_edit", { "khác nhau: ghi giá trị khác", "conflict: another value" }, "POST",
            "/api/v1/conflicts/*/edit" },
    { "conflict_undo", { "khác nhau: rút lại quyết định", "conflict: decision taken back" }, "POST",
            "/api/v1/conflicts/*/undo" },
    { "held_release", { "nhận dòng tạm giữ", "held row released" }, "POST",
            "/api/v1/held/*/release" },
    { "held_return", { "trả lại dòng tạm giữ", "held row returned" }, "POST",
            "/api/v1/held/*/return" },
    { "request_grant", { "đồng ý đính chính", "correction granted" }, "POST",
            "/api/v1/requests/*/grant" },
    { "request_refuse", { "từ chối đính chính", "correction refused" }, "POST",
            "/api/v1/requests/*/refuse" },
    { "request_reopen", { "xét lại đính chính đã từ chối", "refused correction reopened" }, "POST",
            "/api/v1/requests/*/reopen" },
    { "same_keep", { "giữ cả hai dòng giống nhau", "both alike rows kept" }, "POST",
            "/api/v1/same/*/keep" },
    { "appeal_answer", { "trả lời ý kiến", "appeal answered" }, "POST", "/api/v1/appeals/answer" },
    { "invite", { "cấp giấy mời", "invitation" }, "POST", "/api/v1/invitations" },
    { "device_revoke", { "thu hồi máy", "machine revoked" }, "POST", "/api/v1/devices/*/revoke" },
    { "device_renew", { "đổi khóa máy", "keys of a machine renewed" }, "POST",
            "/api/v1/devices/*/renew" },
    { "device_renamed", { "máy đổi tên", "machine renamed" }, NULL, NULL },
    { "user_add", { "thêm tài khoản", "account added" }, "POST", "/api/v1/accounts" },
    { "user_edit", { "sửa tài khoản", "account changed" }, "PATCH", "/api/v1/accounts/*" },
    { "user_role", { "đổi vai trò", "role changed" }, NULL, NULL },
    { "user_password", { "đặt mật khẩu", "password set" }, NULL, NULL },
    { "user_disable", { "khóa tài khoản", "account disabled" }, NULL, NULL },
    { "user_enable", { "mở khóa tài khoản", "account enabled" }, NULL, NULL },
    { "user_totp", { "mã xác thực của tài khoản", "second factor of an account" }, "POST",
            "/api/v1/accounts/*/totp" },
    { "user_totp_off", { "bỏ mã xác thực", "second factor dropped" }, "DELETE",
            "/api/v1/accounts/*/totp" },
    { "user_sessions_end", { "đóng phiên của tài khoản", "sessions of an account ended" }, "DELETE",
            "/api/v1/accounts/*/sessions" },
    { "examine", { "khám máy chủ", "server examined" }, "POST", "/api/v1/doctor" },
    { "init", { "lập dữ liệu huyện", "district made" }, NULL, NULL },
    { "backup", { "sao lưu", "backup" }, NULL, NULL },
    { "restore", { "phục hồi", "restored" }, NULL, NULL },
    { "ledger excused", { "ghi nhận mốc sổ cái mất khi phục hồi", "heads lost in a restore" }, NULL,
            NULL },
    { "bundle shown", { "xem gói trước khi mở", "bundle looked into" }, "POST",
            "/api/v1/border/show" },
    { "bundle opened", { "mở gói bằng tệp", "bundle opened" }, "POST", "/api/v1/border/open" },
    { "bundle refused", { "không nhận gói của xã", "bundle of an office refused" }, NULL, NULL },
    { "bundle confirmed", { "xác nhận trả lời chưa ký", "unsigned answer confirmed" }, "POST",
            "/api/v1/border/reply" },
    { "bundle made", { "lập gói cho huyện bạn", "bundle made for a neighbour" }, "POST",
            "/api/v1/border/bundle" },
    { "readmit", { "nhận lại máy đã mất", "lost machines readmitted" }, NULL, NULL },
    { "readmitted", { "máy đã được nhận lại", "machine readmitted" }, NULL, NULL },
    { "keys renewed", { "máy đã đổi khóa", "machine has new keys" }, NULL, NULL },
    { "publication_taken_back", { "nhận lại bảng đã công bố", "publication taken back" }, NULL,
            NULL },
    { "proposal_confirmed", { "nhận đề xuất", "proposal confirmed" }, NULL, NULL },
    { "proposal_refused", { "bỏ đề xuất", "proposal refused" }, NULL, NULL },
};

static const char *skip_star(const char *pattern, bool *star)
{
    const char *end = strchr(pattern + 1, '/');

    *star = pattern[1] == '*';
    return end != NULL ? end : pattern + strlen(pattern);
}

void trail_add(char *about, size_t size, const char *text)
{
    size_t at = strlen(about);
    size_t bad = 0;

    snprintf(about + at, size - at, "%s%.*s", at > 0 ? " " : "", PART_LETTERS, text);
    if (!tq_text_is_valid(tq_slice_str(about), &bad))
        about[bad] = '\0'; /* the cut has parted a letter */
}

/* What stands where the pattern has a star. */
static void about_of(
        const char *pattern, const struct web_request *request, char *about, size_t size)
{
    bool star;

    about[0] = '\0';
    for (size_t i = 0; pattern[0] == '/' && i < request->nparts; i++) {
        pattern = skip_star(pattern, &star);
        if (star)
            trail_add(about, size, request->parts[i]);
    }
}

const char *trail_code(const struct web_request *request, char *about, size_t size)
{
    for (size_t i = 0; i < sizeof(ENTRIES) / sizeof(ENTRIES[0]); i++) {
        const struct entry *entry = &ENTRIES[i];

        if (entry->method == NULL || strcmp(entry->method, request->method) != 0 ||
                !web_path_fits(entry->path, request->parts, request->nparts))
            continue;
        about_of(entry->path, request, about, size);
        return entry->code;
    }
    about[0] = '\0';
    return request->method;
}

const char *trail_words(const char *code, tq_lang lang)
{
    for (size_t i = 0; i < sizeof(ENTRIES) / sizeof(ENTRIES[0]); i++)
        if (strcmp(ENTRIES[i].code, code) == 0)
            return ENTRIES[i].words[lang == TQ_LANG_EN];
    return code;
}
