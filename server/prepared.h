/* prepared.h - A ranking that one person prepared and another is to sign: what it was, in a private
 * file of the data folder, until it is signed or withdrawn.
 *
 * Its digest is over all that is signed but the instant: period, sheet, version, documents, the inputs
 * and each row. Whoever signs signs that or nothing.
 * Ownership: lists and entries are jansson's; prepared_load gives a list to the caller.
 * Threads:   any; changes are made inside a writing transaction of the district's file, one at a
 *            time. */
#ifndef TQ_SERVER_PREPARED_H
#define TQ_SERVER_PREPARED_H

#include <jansson.h>

#include "tuquan/ranking_store.h"

#define PREPARED_FILE "publication.prepared"
#define PREPARED_DIGEST_BYTES (2 * TQ_HASH_BYTES + 1)

/* All that are prepared; none: an empty list. Fails: KEY_FILE (others may read it), CONFIG
 * (damaged), IO, NOMEM. */
TQ_MUST_CHECK tq_status prepared_load(const char *dir, json_t **list, struct tq_error *err);
TQ_MUST_CHECK tq_status prepared_save(const char *dir, const json_t *list, struct tq_error *err);

/* That of a period; NULL: none. Borrowed. prepared_drop takes it out. */
json_t *prepared_find(const json_t *list, const char *period);
void prepared_drop(json_t *list, const char *period);

/* What `publication` gave ({period, sheet, version, digest, document_no, missing_decision_no, rows});
 * the caller adds who and when. NULL: no memory. */
json_t *prepared_of(const struct tq_publication *publication, uint32_t version,
        const struct tq_ranking *ranking);

/* {unit, what, before, after} for each row that differs between two of these; none where only inputs
 * or documents do. NULL: no memory. */
json_t *prepared_changes(const json_t *before, const json_t *after);

#endif
