/* trail.h - What stands in the audit trail, in words: a code for each thing that an account can do,
 * and the words of it for people.
 *
 * Ownership: static texts; `about` is the caller's.
 * Threads:   any. */
#ifndef TQ_SERVER_TRAIL_H
#define TQ_SERVER_TRAIL_H

#include <stddef.h>

#include "tuquan/api.h"
#include "web/request.h"

/* The code of what a request does ("period_lock") and what it is about ("2020-Q4"), cut to what a
 * person reads. A route that has no code is a mistake of ours: its method stands there. */
const char *trail_code(const struct web_request *request, char *about, size_t size);

/* One more text of what it is about, after a space, cut to what a person reads; whole letters only. */
void trail_add(char *about, size_t size, const char *text);

/* "khóa kỳ"; a code that has no words is told as it is. */
const char *trail_words(const char *code, tq_lang lang);

#endif
