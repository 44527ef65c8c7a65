/* office_store_internal.h - Shared by the files of the office's store; not installed. */
#ifndef TQ_OFFICE_STORE_INTERNAL_H
#define TQ_OFFICE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "tuquan/office_store.h"

#include "store/sql.h"

#define TQ_STORE_TABLES 64u /* table numbers that get cached statements */

/* Statements of data tables. */
typedef enum tq_row_sql { TQ_ROW_GET, TQ_ROW_INSERT, TQ_ROW_UPDATE, TQ_ROW_DELETE } tq_row_sql;

#define TQ_ROW_SQLS 4u
#define TQ_STORE_SQLS 48u
#define TQ_STORE_PENDING_SLOTS 24u

/* A place in the write-ahead log: the end of a commit. */
struct tq_wal_place {
    bool known;
    uint8_t salts[8]; /* another log has others */
    uint32_t frame;   /* 1 is the first, 0 before it */
};

/* What office_watch.c compares the next time. */
struct tq_store_watch {
    struct tq_wal_place place;
    uint64_t in_file; /* tq_state.commits */
    uint64_t commits; /* of our own connection, as struct tq_db has them */
    uint64_t counted;
};

struct tq_office_store {
    struct tq_db *db;
    sqlite3 *handle;
    bool applying;
    sqlite3_stmt *fixed[TQ_STORE_SQLS];
    sqlite3_stmt *rows[TQ_STORE_TABLES][TQ_ROW_SQLS];
    sqlite3_stmt *walk;
    const struct tq_table *walk_table;
    struct tq_store_watch watched;
};

/* Turn what SQLite said last into a status, with its sentence as the fact. */
tq_status tq_store_fail(
        struct tq_office_store *store, int code, const char *doing, struct tq_error *err);

void tq_store_bind_blob(sqlite3_stmt *stmt, int at, struct tq_slice bytes);
void tq_store_bind_text(sqlite3_stmt *stmt, int at, struct tq_slice text);
void tq_store_bind_value(sqlite3_stmt *stmt, int at, const struct tq_value *value);

/* Copies into `arena`; false when memory is short. */
bool tq_store_column_slice(
        sqlite3_stmt *stmt, int at, struct tq_arena *arena, struct tq_slice *out);
bool tq_store_column_value(
        sqlite3_stmt *stmt, int at, struct tq_arena *arena, struct tq_value *out);

/* The statement of a slot, prepared when first asked for. Slots from TQ_STORE_PENDING_SLOTS on
 * belong to office_pending.c. */
TQ_MUST_CHECK tq_status tq_store_stmt(struct tq_office_store *store, unsigned slot,
        const char *text, sqlite3_stmt **out, struct tq_error *err);

/* Step a statement; *found when it gave a row. */
TQ_MUST_CHECK tq_status tq_store_step(struct tq_office_store *store, sqlite3_stmt *stmt,
        const char *doing, bool *found, struct tq_error *err);

/* Run a statement that returns nothing, and make it ready for the next time. */
TQ_MUST_CHECK tq_status tq_store_run(
        struct tq_office_store *store, sqlite3_stmt *stmt, const char *doing, struct tq_error *err);

tq_status tq_store_watch(void *ctx, bool *quiet, struct tq_error *err);

tq_status tq_store_bind_file(void *ctx, const struct tq_certificate *certificate,
        struct tq_slice district_name, struct tq_error *err);
tq_status tq_store_machines_put(
        void *ctx, const struct tq_machine *list, size_t n, struct tq_error *err);

tq_status tq_store_cells_write(void *ctx, const struct tq_table *table, struct tq_slice key,
        struct tq_slice author, const struct tq_cells *cells, struct tq_error *err);
tq_status tq_store_row_get(void *ctx, const struct tq_table *table, struct tq_slice key,
        struct tq_arena *arena, struct tq_value *values, bool *found, struct tq_error *err);
tq_status tq_store_row_put(void *ctx, const struct tq_table *table, const struct tq_value *values,
        bool exists, struct tq_error *err);
tq_status tq_store_row_delete(
        void *ctx, const struct tq_table *table, struct tq_slice key, struct tq_error *err);
tq_status tq_store_rows_open(void *ctx, const struct tq_table *table, struct tq_slice owner,
        struct tq_slice low, struct tq_error *err);
tq_status tq_store_rows_next(void *ctx, struct tq_arena *arena, struct tq_value *values,
        bool *found, struct tq_error *err);
void tq_store_rows_close(void *ctx);

tq_status tq_store_pending_row(void *ctx, uint32_t table, struct tq_slice key,
        struct tq_arena *arena, struct tq_pending **out, size_t *n, struct tq_error *err);
tq_status tq_store_pending_table(void *ctx, uint32_t table, struct tq_arena *arena,
        struct tq_pending **out, size_t *n, struct tq_error *err);
tq_status tq_store_pending_due(void *ctx, uint64_t cursor, struct tq_arena *arena,
        struct tq_pending **out, size_t *n, struct tq_error *err);
tq_status tq_store_pending_rows(void *ctx, uint32_t *rows, struct tq_error *err);
tq_status tq_store_pending_sets(
        void *ctx, struct tq_arena *arena, int64_t **out, size_t *n, struct tq_error *err);
tq_status tq_store_pending_put(void *ctx, const struct tq_pending *pending, struct tq_error *err);
tq_status tq_store_pending_delete(
        void *ctx, uint32_t table, struct tq_slice key, uint32_t cell, struct tq_error *err);
tq_status tq_store_returned_put(
        void *ctx, const struct tq_returned *returned, struct tq_error *err);
tq_status tq_store_returned_delete(
        void *ctx, uint32_t table, struct tq_slice key, struct tq_error *err);
tq_status tq_store_refused_put(
        void *ctx, const struct tq_refused_change *refused, struct tq_error *err);
/* Set `set_n` changes these cells again: what was refused before is answered. */
tq_status tq_store_refused_sealed(
        struct tq_office_store *store, int64_t set_n, struct tq_error *err);
tq_status tq_store_history_put(void *ctx, uint32_t table, struct tq_slice key,
        const struct tq_origin *origin, uint64_t seq, struct tq_error *err);
tq_status tq_store_lost_cells(void *ctx, uint32_t table, size_t most, struct tq_arena *arena,
        struct tq_difference_record **out, size_t *n, struct tq_error *err);
tq_status tq_store_lost_told(void *ctx, uint32_t table, struct tq_slice key, struct tq_error *err);
tq_status tq_store_fault_put(
        void *ctx, const struct tq_difference_record *fault, struct tq_error *err);
tq_status tq_store_owners_put(
        void *ctx, const struct tq_slice *owners, size_t n, struct tq_error *err);
tq_status tq_store_broadcast_get(void *ctx, uint32_t table, uint64_t *seq, struct tq_error *err);
tq_status tq_store_broadcast_put(void *ctx, uint32_t table, uint64_t seq, struct tq_error *err);

#endif
