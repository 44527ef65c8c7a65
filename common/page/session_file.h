/* session_file.h - The sessions of a page in a private file of the data folder: a restart of the
 * program signs nobody out.
 *
 * Ownership: all borrowed; the folder's name and the sessions outlive the struct.
 * Threads:   the server's. */
#ifndef TQ_PAGE_SESSION_FILE_H
#define TQ_PAGE_SESSION_FILE_H

#include "web/session.h"

#define SESSION_FILE_BYTES ((size_t)128 << 10)

struct session_file {
    const char *dir;
    const char *name;
    struct web_sessions *sessions;
    uint64_t kept;   /* changes that are written */
    int64_t kept_ms; /* steady */
};

/* Read it; one that others may read, or that is damaged, signs nobody in. Fails: NOMEM. */
TQ_MUST_CHECK tq_status session_file_load(
        struct session_file *file, int64_t now_ms, struct tq_error *err);

/* Write it when somebody came or went, or was seen some time ago; `at_once`: in any case. What cannot
 * be written now is tried again. */
void session_file_keep(struct session_file *file, int64_t now_ms, bool at_once);

#endif
