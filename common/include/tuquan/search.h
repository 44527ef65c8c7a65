/* search.h - Folded texts of all rows in memory, so that a search over a year's rows takes
 * milliseconds.
 *
 * A copy of what the file held at one moment, made by a thread of its own over a handle of its own and
 * put in place at once. Whoever searches says which state of the file he sees (the commits of others,
 * tq_db_others); the copy serves while that is the one it was made for. What his own handle has
 * written since is unsettled, and such rows are always looked at themselves.
 * Ownership: tq_search_new gives it to the caller; records that use it borrow it.
 * Threads:   tq_search_build one; the rest any. */
#ifndef TQ_SEARCH_H
#define TQ_SEARCH_H

#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/database.h"
#include "tuquan/error.h"
#include "tuquan/records.h"

struct tq_search;

TQ_BEGIN_DECLS

/* Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_search_new(struct tq_search **out, struct tq_error *err);
void tq_search_free(struct tq_search *search);

/* Read every row of `db` and put the copy in place; `others` is the state that was asked for before the
 * reading began. Fails: NOMEM, the database's; what was in place stays then. */
TQ_MUST_CHECK tq_status tq_search_build(
        struct tq_search *search, struct tq_db *db, int64_t others, struct tq_error *err);

/* From now on lists with a search look here first; NULL: no more. */
void tq_records_set_search(struct tq_records *records, struct tq_search *search);

TQ_END_DECLS
#endif
