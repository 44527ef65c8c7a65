/* database.h - One SQLite file of an office or of the district: opened, checked, migrated.
 *
 * Opening brings an older file to this build's schema, each migration in a transaction of its own;
 * a newer file, one of the other role and one that is not ours are refused and left as they are.
 * At an office it also clears what a crash left behind and puts the capture triggers right.
 *
 * Invariant: nothing is committed while the applying flag is set (sync.md section 3).
 * Ownership: tq_db_open gives the database to the caller, who closes it. Clock and randomness are
 *            borrowed and must outlive it.
 * Threads:   one thread at a time. */
#ifndef TQ_DATABASE_H
#define TQ_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/catalogue.h"
#include "tuquan/clock.h"
#include "tuquan/error.h"
#include "tuquan/random.h"

struct tq_db; /* opaque */

typedef enum tq_role { TQ_ROLE_OFFICE, TQ_ROLE_DISTRICT } tq_role;

struct tq_capture_sum;

struct tq_db_config {
    const char *path;
    tq_role role;
    bool create;                          /* make the file, or its tables, when not there */
    const struct tq_catalogue *catalogue; /* NULL: that of this build */
    const struct tq_clock *clock;         /* NULL: the machine's */
    const struct tq_random *random;       /* NULL: the machine's */
    uint64_t max_bytes;                   /* it grows no further (DISK_FULL); 0: no bound */
    int busy_ms;                          /* how long to wait for another writer; 0: 10 s */

    /* What the catalogue's capture triggers add up to (tq_capture_add_up), borrowed for the call. The
     * file's own are compared with it, each time. NULL: found out anew. */
    const struct tq_capture_sum *triggers;

    /* Called before the file names a newer catalogue while its log holds changes: seals them under
     * the old one in a transaction of its own. May be NULL (then such a file is refused). */
    tq_status (*seal)(void *ctx, struct tq_db *db, struct tq_error *err);
    void *seal_ctx;
};

/* What opening found; plain facts for `doctor` and the log. */
struct tq_db_report {
    bool created;
    bool cleared_applying;    /* a crash or another tool had left the flag set */
    uint32_t migrations;      /* that were run now */
    uint32_t triggers_mended; /* dropped or changed by somebody else; installed again */
    char names[256];          /* of the first of those, separated by spaces */
};

TQ_BEGIN_DECLS

/* Open (or create) the file. `report` may be NULL. Fails, leaving the file as it was: NOT_FOUND,
 * WRONG_FILE, NEWER_FILE, CORRUPT, BUSY, IO, DISK_FULL, NOMEM. */
TQ_MUST_CHECK tq_status tq_db_open(struct tq_db **out, const struct tq_db_config *config,
        struct tq_db_report *report, struct tq_error *err);

/* From now on it grows no further (0: no change). Fails: what SQLite fails with. */
TQ_MUST_CHECK tq_status tq_db_bound(struct tq_db *db, uint64_t max_bytes, struct tq_error *err);

/* NULL is fine; an open transaction is rolled back. */
void tq_db_close(struct tq_db *db);

/* How long to wait for another writer from now on. */
void tq_db_set_busy_ms(struct tq_db *db, int busy_ms);

/* Borrowed facts. */
const struct tq_catalogue *tq_db_catalogue(const struct tq_db *db);
const struct tq_clock *tq_db_clock(const struct tq_db *db);
const char *tq_db_path(const struct tq_db *db);

/* A key for a new row: 6 bytes of the time of opening, 4 random ones drawn then, a counter. A copied
 * or restored file cannot repeat one. Big-endian, so keys of one opening sort as they were made. */
void tq_db_new_key(struct tq_db *db, uint8_t out[TQ_SURROGATE_BYTES]);

/* BEGIN IMMEDIATE. From here the first failure that spoils the transaction (a refused row does not)
 * is remembered: tq_db_commit then rolls back and returns it. */
TQ_MUST_CHECK tq_status tq_db_begin(struct tq_db *db, struct tq_error *err);

/* BEGIN for reading: one snapshot until tq_db_rollback or tq_db_commit. */
TQ_MUST_CHECK tq_status tq_db_begin_read(struct tq_db *db, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_db_commit(struct tq_db *db, struct tq_error *err);

/* From another thread: what runs on this handle fails with INTERRUPTED, and so does all that comes
 * after it; whoever began the open transaction rolls it back. The handle must stay open meanwhile. */
void tq_db_stop(struct tq_db *db);

/* Until told NULL: a statement that takes long asks `waits` again and again, and fails with
 * INTERRUPTED when that is not 0. In the database's own thread. */
void tq_db_give_way(struct tq_db *db, int (*waits)(void *ctx), void *ctx);

/* A number that is another after each commit that changed the file, of whatever program. */
TQ_MUST_CHECK tq_status tq_db_seen(struct tq_db *db, uint64_t *out, struct tq_error *err);

/* The same for commits of other handles alone. */
TQ_MUST_CHECK tq_status tq_db_others(struct tq_db *db, int64_t *out, struct tq_error *err);

/* Harmless when no transaction is open. */
void tq_db_rollback(struct tq_db *db);
bool tq_db_in_transaction(const struct tq_db *db);

/* Turn capture off and on again inside the open transaction (rows that come from the district).
 * While it is off, tq_db_commit refuses with INTERNAL. */
TQ_MUST_CHECK tq_status tq_db_set_applying(struct tq_db *db, bool on, struct tq_error *err);

/* Who the log names in the open transaction; tq_db_commit puts it back to "" (another tool). */
TQ_MUST_CHECK tq_status tq_db_set_author(
        struct tq_db *db, struct tq_slice author, struct tq_error *err);

TQ_END_DECLS
#endif
