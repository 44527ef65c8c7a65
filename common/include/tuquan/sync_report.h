/* sync_report.h - What the log of sessions says: how many syncs a day, what went over the line, how
 * long they took, and how they ended. District's file.
 *
 * Ownership: results live in the arena that was given.
 * Threads:   that of the database. */
#ifndef TQ_SYNC_REPORT_H
#define TQ_SYNC_REPORT_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

struct tq_sync_day {
    struct tq_slice day; /* civil, of Viet Nam */
    int64_t sessions;
    int64_t complete;
    int64_t bytes_in;
    int64_t bytes_out;
    int64_t rows_out;
    int64_t round_trips;
    int64_t took_ms; /* all together */
    int64_t most_ms; /* the longest */
};

struct tq_sync_outcome {
    struct tq_slice outcome; /* complete, restored, copied, bundle, or the code of an error */
    int64_t count;
    int64_t last_at_ms;
    struct tq_slice unit; /* whose was the last; empty: unknown */
};

/* The last backup that was tried; at_ms 0: none. */
struct tq_last_backup {
    int64_t at_ms;
    struct tq_slice path;
};

TQ_BEGIN_DECLS

/* Of sessions since then: by day, the newest first; by how they ended, the most frequent first. Fails:
 * NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_sync_days(struct tq_db *db, struct tq_arena *arena, int64_t since_ms,
        struct tq_sync_day **out, size_t *n, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_sync_outcomes(struct tq_db *db, struct tq_arena *arena, int64_t since_ms,
        struct tq_sync_outcome **out, size_t *n, struct tq_error *err);

/* Its path lives in the arena. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_sync_last_backup(
        struct tq_db *db, struct tq_arena *arena, struct tq_last_backup *out, struct tq_error *err);

TQ_END_DECLS
#endif
