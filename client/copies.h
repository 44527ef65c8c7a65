/* copies.h - Which copies of the office's file were made on this machine: `backup` notes each one that
 * it has read through, `machine` lists them, the page goes back to one of them and to no other file.
 *
 * Ownership: a result is the caller's (json_decref).
 * Threads:   any; each call reads or replaces the file as a whole. */
#ifndef TQ_CLIENT_COPIES_H
#define TQ_CLIENT_COPIES_H

#include <jansson.h>

#include "tuquan/api.h"
#include "tuquan/error.h"

#define COPIES_KEPT 20u /* noted at most: the newest */

/* Note `copy` ({file, at, ...}; its ownership moves) as the newest. Fails: NOMEM, IO, DISK_FULL; what
 * was noted before stays then. */
TQ_MUST_CHECK tq_status copies_note(const char *dir, json_t *copy, struct tq_error *err);

/* The newest first, with `there`: is the file still where it was made. An empty list where nothing is
 * noted or what is noted cannot be read. Fails: NOMEM. */
TQ_MUST_CHECK tq_status copies_list(const char *dir, json_t **out, struct tq_error *err);

/* It is noted under exactly this name, and there. Fails: NOMEM; *has is false then. */
TQ_MUST_CHECK tq_status copies_has(
        const char *dir, const char *file, bool *has, struct tq_error *err);

#endif
