/* backup.h - A copy of a data file that is in use, as one file, checked.
 *
 * By SQLite's own backup, so that what other programs write meanwhile is in it wholly or not at
 * all. Keys stand in files of their own and never get into it.
 * Ownership: all borrowed for the call; the report is the caller's.
 * Threads:   any; each call opens connections of its own. */
#ifndef TQ_BACKUP_H
#define TQ_BACKUP_H

#include "tuquan/api.h"
#include "tuquan/error.h"
#include "tuquan/hash.h"

struct tq_backup_report {
    char unit[64];        /* whose file it is; "" when it says none */
    char name[256];       /* as people call it; the key where the file has no name for it */
    uint8_t district[16]; /* zeros when it has not joined */
    uint64_t pages;       /* of SQLite */
    uint64_t bytes;       /* of the copy */
    uint8_t digest[TQ_HASH_BYTES]; /* of the copy's bytes */
};

TQ_BEGIN_DECLS

/* Copy an office's file to `to`, which must not be there, and read the copy through. Nothing is left
 * behind on failure. Fails: NOT_FOUND, WRONG_FILE (no office's), CORRUPT, EXISTS, BUSY, DISK_FULL,
 * IO. */
TQ_MUST_CHECK tq_status tq_backup_make(
        const char *from, const char *to, struct tq_backup_report *report, struct tq_error *err);

/* Whose file it is, without changing anything. Fails as above. */
TQ_MUST_CHECK tq_status tq_backup_whose(
        const char *path, struct tq_backup_report *report, struct tq_error *err);

TQ_END_DECLS
#endif
