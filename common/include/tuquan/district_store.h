/* district_store.h - The district's SQLite file: rows, ledger, receipts, index, digests.
 *
 * Invariant: what a merge writes becomes visible in one commit or not at all; the ledger only
 *            grows.
 * Ownership: tq_district_store_open gives the store to the caller, who closes it. The catalogue is
 *            borrowed and must outlive it.
 * Threads:   a store belongs to one thread. One store of a file writes; any number of reading ones
 *            (each with its own connection) see the last commit. Checkpoints may run on a store of
 *            their own, in another thread. */
#ifndef TQ_DISTRICT_STORE_H
#define TQ_DISTRICT_STORE_H

#include "tuquan/database.h"
#include "tuquan/district_ops.h"

struct tq_district_store; /* opaque */

struct tq_district_config {
    const char *path;
    const struct tq_catalogue *catalogue;
    bool create;            /* make the file when it is not there */
    bool reading;           /* never write; for pages and commands beside the running server */
    const char *schema_sql; /* of a fresh file, for tests that bring their own catalogue; NULL: the
                               migrations of this build */
    struct tq_district_store *made; /* a new file's, borrowed until this store is closed: when it is
                                       verified, its schema is compared with that one's; NULL: a new
                                       one is made for it */
};

/* Who the district is. */
struct tq_district_identity {
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    struct tq_slice name;
    uint8_t sign_key[TQ_SIGN_KEY_BYTES]; /* public */
    int64_t created_at_ms;
};

/* What the offices brought back after the file was restored or lost. */
struct tq_refilled {
    uint64_t sets;
    int64_t from_ms; /* when the first and the last of them had arrived; 0: none */
    int64_t to_ms;
    uint64_t waiting; /* changes of them whose row nobody has brought */
};

TQ_BEGIN_DECLS

/* Open, and bring the schema to this build's. Fails: NOT_FOUND, WRONG_FILE, NEWER_FILE, BUSY,
 * CORRUPT, IO, NOMEM. */
TQ_MUST_CHECK tq_status tq_district_store_open(struct tq_district_store **out,
        const struct tq_district_config *config, struct tq_error *err);

/* NULL is fine; an open transaction is rolled back. */
void tq_district_store_close(struct tq_district_store *store);

/* What the merge and the sessions use; borrowed, lives as long as the store. */
const struct tq_district_ops *tq_district_store_ops(struct tq_district_store *store);

/* The file as such, for reading facts and making keys; borrowed. NULL with schema_sql. */
struct tq_db *tq_district_store_db(struct tq_district_store *store);

/* Write down who this district is, once. Its own changes are sets of device 0, whose key is the
 * district's. Fails: EXISTS when it has been done. */
TQ_MUST_CHECK tq_status tq_district_store_create(struct tq_district_store *store,
        const struct tq_district_identity *identity, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_district_store_identity(struct tq_district_store *store,
        struct tq_arena *arena, struct tq_district_identity *out, struct tq_error *err);

/* Each start of the serving program: open a new epoch, the highest of the last + 1, the one in the
 * height file + 1 and the ten-minute spans since 2020, and set the head to its sequence 0.
 * `height_path`: may be missing, old or unreadable, never a reason to fail. */
TQ_MUST_CHECK tq_status tq_district_store_start(struct tq_district_store *store,
        const char *height_path, int64_t now_ms, uint64_t *epoch, struct tq_error *err);

/* Data was lost: this file is a backup, or empty, and nobody can say how far the lost one was. The next
 * epoch lies so far ahead that it was not used, though the lost district was started often and the
 * height file is gone; and devices that are not in the file are taken back. */
TQ_MUST_CHECK tq_status tq_district_store_begin_again(
        struct tq_district_store *store, int64_t now_ms, struct tq_error *err);

/* Below every sequence that a start from now on gives: behind what was lost, too, as far as the height
 * file or begin_again know of it. */
TQ_MUST_CHECK tq_status tq_district_store_next_start(struct tq_district_store *store,
        const char *height_path, uint64_t *first, struct tq_error *err);

/* Has another connection committed since the last call? The first call says yes. Cheap: asked for
 * every message. */
TQ_MUST_CHECK tq_status tq_district_store_written_beside(
        struct tq_district_store *store, bool *is, struct tq_error *err);

/* Move the WAL into the file as far as readers allow; commits never do it. On a store of its own it
 * may run beside the writer. `left_pages`: what stayed in the WAL; may be NULL. */
TQ_MUST_CHECK tq_status tq_district_store_checkpoint(
        struct tq_district_store *store, uint64_t *left_pages, struct tq_error *err);

/* Zeros where nothing was lost. Fails: what the database fails with. */
TQ_MUST_CHECK tq_status tq_district_store_refilled(
        struct tq_district_store *store, struct tq_refilled *out, struct tq_error *err);

/* The sequence up to which a test-restored backup exists. */
TQ_MUST_CHECK tq_status tq_district_store_backed_up(
        struct tq_district_store *store, uint64_t *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_district_store_set_backed_up(
        struct tq_district_store *store, uint64_t seq, struct tq_error *err);

TQ_END_DECLS
#endif
