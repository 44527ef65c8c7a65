/* list_query.h - Which rows a command is about: filters "COLUMN=VALUE" and the options that `list` and
 * `export` share.
 *
 * Ownership: values live in the app's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_LIST_QUERY_H
#define TQ_CLIENT_LIST_QUERY_H

#include "app.h"

#define LIST_QUERY_OPTIONS                                                                         \
    { "search", 's', "TEXT",                                                                       \
        { "tìm chữ, không cần dấu", "look for a text, marks do not matter" } },                    \
            { "from", 0, "DATE",                                                                   \
                { "từ ngày (cột ngày đầu tiên của bảng)", "from (first date column)" } },          \
            { "to", 0, "DATE", { "đến ngày", "up to" } },                                          \
            { "limit", 'n', "N", { "số dòng nhiều nhất (0: tất cả)", "most rows (0: all)" } },     \
            { "offset", 0, "N", { "bỏ qua N dòng đầu", "leave out the first N" } },                \
            { "waiting", 'w', NULL,                                                                \
                { "chỉ dòng chưa khớp với huyện", "only rows not confirmed yet" } },               \
    {                                                                                              \
        "voided", 0, NULL,                                                                         \
        {                                                                                          \
            "kể cả dòng đã hủy", "voided rows, too"                                                \
        }                                                                                          \
    }

/* Fill a query whose table is set. `limit`: the most rows where --limit says nothing. Fails: USAGE,
 * INVALID. */
TQ_MUST_CHECK tq_status list_query(struct app *app, struct tq_query *query,
        const char *const *texts, size_t ntexts, int64_t limit, struct tq_error *err);

#endif
