/* office_store.h - The office's SQLite file behind tuquan/office_ops.h.
 *
 * Invariant: no transaction is left open by a failed call; the capture triggers are silent only
 *            inside an APPLY transaction.
 * Ownership: tq_office_store_new gives the store to the caller; the database is borrowed and must
 *            outlive it: free the store before tq_db_close.
 * Threads:   the thread that owns the handle. */
#ifndef TQ_OFFICE_STORE_H
#define TQ_OFFICE_STORE_H

#include "tuquan/database.h"
#include "tuquan/office_ops.h"

struct tq_office_store;

TQ_BEGIN_DECLS

/* A store over an open, migrated office database. Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_office_store_new(
        struct tq_office_store **out, struct tq_db *db, struct tq_error *err);

/* Finalises its statements; NULL is fine. */
void tq_office_store_free(struct tq_office_store *store);

/* The operations; their ctx is the store. */
const struct tq_office_ops *tq_office_store_ops(void);

TQ_END_DECLS
#endif
