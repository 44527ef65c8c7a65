/* page_words.c - What the agent says, for people who never saw a log. */
#include "page.h"

#include <string.h>

const char *page_words(const char *id, tq_lang lang)
{
    static const struct {
        const char *id;
        struct cli_text words;
    } WORDS[] = {
        { "AGENT-UP", { "Chương trình nền đã chạy.", "The agent runs." } },
        { "AGENT-DOWN", { "Chương trình nền đã dừng.", "The agent has stopped." } },
        { "SYNC-BEGIN", { "Đang đồng bộ với huyện.", "Syncing with the district." } },
        { "SYNC-DONE", { "Đồng bộ xong.", "The sync is done." } },
        { "SYNC-FAILED", { "Đồng bộ chưa được; máy sẽ tự thử lại.",
                                 "The sync failed; it is tried again." } },
        { "NEWS-APPLIED", { "Đã nhận tin huyện phát sóng.", "A broadcast of the district came." } },
        { "NEWS-LEFT", { "Tin huyện phát sóng sẽ về ở lần đồng bộ tới.",
                               "A broadcast comes with the next sync." } },
        { "NEWS-DROPPED",
                { "Bỏ qua một tin phát sóng không mở được.", "A broadcast could not be opened." } },
        { "NEWS-REKEYED",
                { "Huyện đã đổi khóa phát sóng.", "The key of the broadcast has changed." } },
        { "KEYS-RENEWED", { "Máy đã đổi khóa.", "This machine's keys were renewed." } },
        { "FILE-BUSY", { "Tệp dữ liệu đang bị chương trình khác giữ; chờ.",
                               "Another program holds the data file." } },
        { "FILE-FORKED",
                { "Tệp này được khôi phục hoặc chép lại.", "This file was restored or copied." } },
        { "NAMES-LEFT", { "Tên các máy của xã chưa ghi lại được; lần đồng bộ sau ghi lại.",
                                "The names of the machines are kept at the next sync." } },
        { "RESTORED", { "Đã khôi phục từ bản sao lưu.", "Restored from a copy." } },
        { "RESTORE-FAILED", { "Chưa khôi phục được; tệp đang có vẫn nguyên.",
                                    "Not restored; the present file is as it was." } },
        { "DISTRICT-LOST-DATA", { "Máy chủ huyện được khôi phục từ bản cũ.",
                                        "The district was restored from a copy." } },
        { "AGENT-TROUBLE", { "Chương trình nền gặp trục trặc; đang thử lại.",
                                   "The agent has trouble; it goes on trying." } },
    };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(WORDS[i].id, id) == 0)
            return lang == TQ_LANG_EN ? WORDS[i].words.en : WORDS[i].words.vi;
    return "";
}
