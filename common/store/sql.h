/* sql.h - Statements, for the files of common/store only: prepared once and kept, values bound and
 * read as tq_value, SQLite's codes turned into ours.
 *
 * A kept statement is found by its text; sql_done (or sql_run, or the last sql_step) gives it back.
 * Ownership: statements belong to the database. What sql_value gives borrows from the statement
 *            until its next step. Bound bytes are borrowed until the statement is done. */
#ifndef TQ_STORE_SQL_H
#define TQ_STORE_SQL_H

#include <sqlite3.h>

#include "tuquan/database.h"
#include "tuquan/value.h"

/* Before any file is opened: SQLite allocates by tq_mem_*. */
void sql_use_our_heap(void);

/* The connection, for what has no helper here. */
sqlite3 *sql_handle(struct tq_db *db);

/* Our status for an (extended) SQLite code, with what sql_phrase makes of it and `what` as facts. A
 * refusal by a capture trigger is TQ_RULE with the trigger's sentence. */
tq_status sql_fail(sqlite3 *handle, int code, const char *what, struct tq_error *err);

/* What went wrong with the file, as a phrase; anything else (a fault of ours): `said`. */
const char *sql_phrase(int code, const char *said);

/* What PRAGMA integrity_check(1) says, cut to `size`: "ok" for a sound file. SQLite takes a heap that
 * fails for damage: only what is found twice is any. */
TQ_MUST_CHECK tq_status sql_integrity(
        sqlite3 *handle, char *out, size_t size, struct tq_error *err);

/* Remember a failure in the open transaction (sticky); returns `status`. */
tq_status sql_stick(struct tq_db *db, tq_status status, const struct tq_error *err);

/* A kept statement, reset and unbound. `text` is compared by content. */
TQ_MUST_CHECK tq_status sql_prepare(
        struct tq_db *db, sqlite3_stmt **out, const char *text, struct tq_error *err);

/* Give it back: reset, unbind. NULL is fine. */
void sql_done(sqlite3_stmt *stmt);

void sql_bind(sqlite3_stmt *stmt, int at, const struct tq_value *value);
void sql_bind_int(sqlite3_stmt *stmt, int at, int64_t value);
void sql_bind_text(sqlite3_stmt *stmt, int at, struct tq_slice text); /* NULL data: NULL */
void sql_bind_str(sqlite3_stmt *stmt, int at, const char *text);      /* NULL: NULL */
void sql_bind_blob(sqlite3_stmt *stmt, int at, struct tq_slice bytes);

/* Next row. At the end (`row` false) and on failure the statement is done. */
TQ_MUST_CHECK tq_status sql_step(
        struct tq_db *db, sqlite3_stmt *stmt, bool *row, struct tq_error *err);

/* Run to the end, no rows wanted; the statement is done. */
TQ_MUST_CHECK tq_status sql_run(struct tq_db *db, sqlite3_stmt *stmt, struct tq_error *err);

struct tq_value sql_value(sqlite3_stmt *stmt, int column);
int64_t sql_int(sqlite3_stmt *stmt, int column);
struct tq_slice sql_bytes(sqlite3_stmt *stmt, int column); /* text or blob; NULL: empty */

/* Several statements without values, not kept. */
TQ_MUST_CHECK tq_status sql_exec(struct tq_db *db, const char *text, struct tq_error *err);

/* One integer (0 when there is no row or it is NULL). */
TQ_MUST_CHECK tq_status sql_get_int(
        struct tq_db *db, const char *text, int64_t *out, struct tq_error *err);

#endif
