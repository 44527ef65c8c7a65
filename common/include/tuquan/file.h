/* file.h - Files and folders, for all code outside base/: whole small files, written so that a
 * crash leaves the old one or the new one.
 *
 * Facts in errors always name the path. Statuses: NOT_FOUND, EXISTS, IO, DISK_FULL, RANGE (larger
 * than allowed), NOMEM.
 * Ownership: results go into the caller's tq_buf.
 * Threads:   any. */
#ifndef TQ_FILE_H
#define TQ_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"

struct tq_file_lock;

TQ_BEGIN_DECLS

/* Append the whole file of at most `max` bytes. "-" is the standard input. */
TQ_MUST_CHECK tq_status tq_file_read(
        const char *path, size_t max, struct tq_buf *out, struct tq_error *err);

/* Something is there under that name. */
bool tq_file_exists(const char *path);
bool tq_file_is_dir(const char *path);

/* Bytes that may still be written where `path` is. */
TQ_MUST_CHECK tq_status tq_file_room(const char *path, uint64_t *bytes, struct tq_error *err);

/* Only its owner may read it. */
bool tq_file_is_private(const char *path);

/* Make a folder that only its owner may enter; one that is there already is fine. */
TQ_MUST_CHECK tq_status tq_file_make_dir(const char *path, struct tq_error *err);

/* Write a new file; it must not be there (EXISTS). `is_private`: 0600, else 0644. */
TQ_MUST_CHECK tq_status tq_file_write_new(
        const char *path, struct tq_slice data, bool is_private, struct tq_error *err);

/* Replace a file as a whole: the old content or the new one survives a crash. */
TQ_MUST_CHECK tq_status tq_file_replace(
        const char *path, struct tq_slice data, bool is_private, struct tq_error *err);

/* A file that comes in parts and need not survive a crash: what was there is gone, only its owner may
 * read it. *fd is -1 after a failure, and after tq_file_end. */
TQ_MUST_CHECK tq_status tq_file_begin(const char *path, int *fd, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_file_append(
        const char *path, int fd, struct tq_slice part, struct tq_error *err);
void tq_file_end(int *fd);

/* Give a file another name in the same folder; nothing may be there under it (EXISTS). */
TQ_MUST_CHECK tq_status tq_file_move(const char *from, const char *to, struct tq_error *err);

/* The same, in the place of what is there, in one step. */
TQ_MUST_CHECK tq_status tq_file_put_over(const char *from, const char *to, struct tq_error *err);

/* Take a file away; one that is not there is fine. */
void tq_file_remove(const char *path);

/* The same of a folder; one that is not empty stays. */
void tq_file_remove_dir(const char *path);

/* Hold a lock file of this name until tq_file_unlock or the end of the process, however it ends.
 * Fails: BUSY (another process holds it; names its number), IO, NOMEM; *out is NULL then. */
TQ_MUST_CHECK tq_status tq_file_lock(
        struct tq_file_lock **out, const char *path, struct tq_error *err);
void tq_file_unlock(struct tq_file_lock *lock);

/* Does a process hold it now? */
bool tq_file_is_locked(const char *path);

/* "dir/name" into `out`; RANGE when it does not fit. */
TQ_MUST_CHECK tq_status tq_file_join(
        char *out, size_t size, const char *dir, const char *name, struct tq_error *err);

/* The path of a file that is there from the root on, links followed; false: it is not there, or the
 * path does not fit `out`. */
bool tq_file_absolute(const char *path, char *out, size_t size);

TQ_END_DECLS
#endif
