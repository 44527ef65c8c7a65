#include "tuquan/sync_report.h"

#include "store/sql.h"

#define MOST_DAYS ((size_t)400)
#define MOST_OUTCOMES ((size_t)64)

/* Milliseconds to the civil day of Viet Nam. */
#define DAY "date((at_ms + 25200000) / 1000, 'unixepoch')"

static const char days_sql[] =
        "SELECT " DAY ", count(*), total(outcome = 'complete'), total(bytes_in), total(bytes_out),"
        " total(rows_out), total(round_trips), total(took_ms), max(took_ms) FROM tq_session_log"
        " WHERE at_ms >= ?1 GROUP BY 1 ORDER BY 1 DESC LIMIT 400";

static const char outcomes_sql[] =
        "SELECT o.outcome, o.n, o.last_at, (SELECT d.unit FROM tq_session_log AS s JOIN tq_device "
        "AS d"
        " ON d.device = s.device WHERE s.outcome = o.outcome AND s.at_ms = o.last_at LIMIT 1)"
        " FROM (SELECT outcome, count(*) AS n, max(at_ms) AS last_at FROM tq_session_log"
        " WHERE at_ms >= ?1 GROUP BY outcome) AS o ORDER BY o.n DESC, o.outcome LIMIT 64";

static const char backup_sql[] =
        "SELECT at_ms, about FROM tq_audit WHERE what = 'backup' ORDER BY id DESC LIMIT 1";

static tq_status keep(struct tq_arena *arena, sqlite3_stmt *stmt, int at, struct tq_slice *out,
        struct tq_error *err)
{
    struct tq_slice text = sql_bytes(stmt, at);
    uint8_t *copy = text.len > 0 ? tq_arena_copy(arena, text.data, text.len) : NULL;

    *out = tq_slice_of(copy, copy != NULL ? text.len : 0);
    return copy != NULL || text.len == 0 ? TQ_OK : tq_error_set(err, TQ_NOMEM, "sessions");
}

static tq_status begin(struct tq_db *db, const char *sql, int64_t since_ms, void *rows,
        sqlite3_stmt **stmt, struct tq_error *err)
{
    tq_status rc = rows != NULL ? sql_prepare(db, stmt, sql, err)
                                : tq_error_set(err, TQ_NOMEM, "sessions");

    if (rc == TQ_OK)
        sql_bind_int(*stmt, 1, since_ms);
    return rc;
}

tq_status tq_sync_days(struct tq_db *db, struct tq_arena *arena, int64_t since_ms,
        struct tq_sync_day **out, size_t *n, struct tq_error *err)
{
    struct tq_sync_day *rows = tq_arena_array(arena, MOST_DAYS, sizeof(*rows));
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = begin(db, days_sql, since_ms, rows, &stmt, err);

    *out = rows;
    *n = 0;
    while (rc == TQ_OK) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        rc = keep(arena, stmt, 0, &rows[*n].day, err);
        rows[*n].sessions = sql_int(stmt, 1);
        rows[*n].complete = sql_int(stmt, 2);
        rows[*n].bytes_in = sql_int(stmt, 3);
        rows[*n].bytes_out = sql_int(stmt, 4);
        rows[*n].rows_out = sql_int(stmt, 5);
        rows[*n].round_trips = sql_int(stmt, 6);
        rows[*n].took_ms = sql_int(stmt, 7);
        rows[*n].most_ms = sql_int(stmt, 8);
        (*n)++;
    }
    sql_done(stmt);
    return rc;
}

tq_status tq_sync_outcomes(struct tq_db *db, struct tq_arena *arena, int64_t since_ms,
        struct tq_sync_outcome **out, size_t *n, struct tq_error *err)
{
    struct tq_sync_outcome *rows = tq_arena_array(arena, MOST_OUTCOMES, sizeof(*rows));
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = begin(db, outcomes_sql, since_ms, rows, &stmt, err);

    *out = rows;
    *n = 0;
    while (rc == TQ_OK) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        rc = keep(arena, stmt, 0, &rows[*n].outcome, err);
        rows[*n].count = sql_int(stmt, 1);
        rows[*n].last_at_ms = sql_int(stmt, 2);
        if (rc == TQ_OK)
            rc = keep(arena, stmt, 3, &rows[*n].unit, err);
        (*n)++;
    }
    sql_done(stmt);
    return rc;
}

tq_status tq_sync_last_backup(
        struct tq_db *db, struct tq_arena *arena, struct tq_last_backup *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt, backup_sql, err);

    *out = (struct tq_last_backup){ 0, { NULL, 0 } };
    if (rc == TQ_OK)
        rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    out->at_ms = sql_int(stmt, 0);
    rc = keep(arena, stmt, 1, &out->path, err);
    sql_done(stmt);
    return rc;
}
