#include "page/session_file.h"

#include "tuquan/file.h"

#define PATH_BYTES 4096
#define EVERY_MS (INT64_C(10) * 60 * 1000) /* when only somebody was seen */

tq_status session_file_load(struct session_file *file, int64_t now_ms, struct tq_error *err)
{
    char path[PATH_BYTES];
    struct tq_buf text;
    tq_status rc = TQ_NOT_FOUND;

    tq_buf_init(&text, SESSION_FILE_BYTES);
    if (tq_file_join(path, sizeof(path), file->dir, file->name, NULL) == TQ_OK &&
            tq_file_exists(path) && tq_file_is_private(path))
        rc = tq_file_read(path, SESSION_FILE_BYTES, &text, NULL);
    if (rc == TQ_OK)
        web_sessions_read(file->sessions, tq_buf_slice(&text));
    tq_buf_deinit(&text);
    file->kept = web_sessions_changes(file->sessions);
    file->kept_ms = now_ms;
    return rc == TQ_NOMEM ? tq_error_set(err, rc, "%s", file->name) : TQ_OK;
}

void session_file_keep(struct session_file *file, int64_t now_ms, bool at_once)
{
    char path[PATH_BYTES];
    struct tq_buf text;

    if (!at_once && file->kept == web_sessions_changes(file->sessions) &&
            now_ms - file->kept_ms < EVERY_MS)
        return;
    tq_buf_init(&text, SESSION_FILE_BYTES);
    web_sessions_write(file->sessions, &text);
    if (tq_buf_is_ok(&text) &&
            tq_file_join(path, sizeof(path), file->dir, file->name, NULL) == TQ_OK &&
            tq_file_replace(path, tq_buf_slice(&text), true, NULL) == TQ_OK) {
        file->kept = web_sessions_changes(file->sessions);
        file->kept_ms = now_ms;
    }
    tq_buf_deinit(&text);
}
