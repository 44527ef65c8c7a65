/* path.h - A path and a query as they came, taken apart and decoded.
 *
 * Parts are parted before they are decoded, so that one may hold a '/' ("ADMIN%2F2020-Q4").
 * Ownership: decoded texts live in the arena.
 * Threads:   any. */
#ifndef TQ_WEB_PATH_H
#define TQ_WEB_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "tuquan/arena.h"
#include "tuquan/error.h"

/* Decode "%2F" (and nothing else). Fails: ENCODING (bad escape, a NUL, not UTF-8), NOMEM. */
TQ_MUST_CHECK tq_status web_decode(
        struct tq_arena *arena, const char *text, size_t len, const char **out);

/* The parts of "/a/b/c", each decoded. Fails: ENCODING (also: more than `max`), NOMEM. */
TQ_MUST_CHECK tq_status web_path_split(
        struct tq_arena *arena, const char *path, const char **parts, size_t max, size_t *n);

/* Do the parts fit the pattern "/a/" "*" "/c"? '*' takes any part but an empty one. */
bool web_path_fits(const char *pattern, const char *const *parts, size_t n);

#endif
