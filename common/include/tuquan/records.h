/* records.h - Rows of any table of the catalogue for people: read, list, add, change, void.
 *
 * What a program writes for a clerk goes through here: every value is judged by the catalogue before
 * the file is touched, so that a refusal names table, column, value and rule; the capture triggers
 * judge the same again. The author stands in the log.
 * Ownership: a records object borrows the database; results live in the arena they were read into.
 * Threads:   the thread that owns the database handle. */
#ifndef TQ_RECORDS_H
#define TQ_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

struct tq_records; /* opaque */

/* What was wrong with a write: the first thing found. */
struct tq_problem {
    const struct tq_table *table;
    int column; /* index; -1: the row as a whole */
    tq_reason reason;
    char value[128]; /* the value at fault, or what stands in its way; may be empty */
};

/* A row as it was read: one value per column of its table. */
struct tq_record {
    struct tq_slice key; /* encoded */
    const struct tq_value *values;
    int pending; /* -1: settled; else the highest tq_pending state of its cells */
};

/* What to write: an entry per column; only given ones are touched. */
struct tq_draft {
    const struct tq_table *table;
    bool given[TQ_MAX_COLUMNS];
    struct tq_value values[TQ_MAX_COLUMNS];
    bool has_shown[TQ_MAX_COLUMNS]; /* the value that the writer saw, for the stale check */
    struct tq_value shown[TQ_MAX_COLUMNS];
};

#define TQ_QUERY_MAX_FILTERS 8u

/* IS with NULL: where nothing stands. */
typedef enum tq_query_op { TQ_QUERY_IS, TQ_QUERY_FROM, TQ_QUERY_TO, TQ_QUERY_NOT } tq_query_op;

struct tq_query {
    const struct tq_table *table;
    size_t nfilters;
    struct {
        int column;
        tq_query_op op;
        struct tq_value value;
    } filters[TQ_QUERY_MAX_FILTERS];
    struct tq_slice search; /* folded and looked for in every text column; empty: all */
    bool with_voided;
    bool own_unit_only;  /* tables with an owner: rows of the file's own unit */
    bool unsettled_only; /* rows with a cell that the district has not confirmed */
    bool any_order;      /* as SQLite finds them soonest */
    const char *
            first; /* a column: ascending by it, then by the key; not with a search; NULL: by the key */
    bool uncounted; /* *total need not be right: counting costs more than a page */
    size_t offset;
    size_t limit; /* 0: all */
};

TQ_BEGIN_DECLS

/* Start; reads who the file belongs to. `author` (a post or a name in office, at most 60 bytes) is
 * copied. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_records_new(struct tq_records **out, struct tq_db *db,
        const struct tq_catalogue *catalogue, const char *author, struct tq_error *err);

/* Over the district's file, to read alone: get, list, find, resolve, names; everybody's rows. */
TQ_MUST_CHECK tq_status tq_records_new_reading(struct tq_records **out, struct tq_db *db,
        const struct tq_catalogue *catalogue, struct tq_error *err);

/* Rolls back what was not committed; NULL is fine. */
void tq_records_free(struct tq_records *records);

/* From now on somebody else writes (cut at 60 bytes). */
void tq_records_set_author(struct tq_records *records, const char *author);

/* Who writes now; borrowed until somebody else does. */
struct tq_slice tq_records_author(const struct tq_records *records);

/* The unit that the file belongs to, "code@valid_from"; borrowed. */
struct tq_slice tq_records_unit(const struct tq_records *records);

/* Several writes as one. Without it each write is a transaction of its own. `rollback` never
 * fails and may be called without a begin. */
TQ_MUST_CHECK tq_status tq_records_begin(struct tq_records *records, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_records_commit(struct tq_records *records, struct tq_error *err);
void tq_records_rollback(struct tq_records *records);

/* What a reason of the merge means to somebody who is typing the value of a column (index; -1: the
 * row); static. */
const char *tq_record_reason(
        const struct tq_table *table, int column, tq_reason reason, tq_lang lang);

/* Judge a draft without writing. `insert`: as a new row. Fails: RULE (see *problem), the
 * database's. `problem` may be NULL here and below. */
TQ_MUST_CHECK tq_status tq_record_check(struct tq_records *records, const struct tq_draft *draft,
        bool insert, struct tq_problem *problem, struct tq_error *err);

/* Insert. Owner, surrogate key and label are filled in where they are not given. The encoded key is
 * copied into `arena`. Fails: RULE, EXISTS (the key is taken), STALE never; nothing is written. */
TQ_MUST_CHECK tq_status tq_record_insert(struct tq_records *records, const struct tq_draft *draft,
        struct tq_arena *arena, struct tq_slice *key, struct tq_problem *problem,
        struct tq_error *err);

/* Lay a row down as the district's, uncaptured and unjudged, inside a batch; one that is there stays
 * as it is. For setting up a file without a district, and for tests. *added (may be NULL). */
TQ_MUST_CHECK tq_status tq_record_lay(struct tq_records *records, const struct tq_draft *draft,
        bool *added, struct tq_error *err);

/* Change the given columns of one row. Fails: NOT_FOUND, RULE, STALE (another value stands where
 * `shown` stood; problem->value has it). *changed (may be NULL): how many columns differ now. */
TQ_MUST_CHECK tq_status tq_record_update(struct tq_records *records, const struct tq_draft *draft,
        struct tq_slice key, size_t *changed, struct tq_problem *problem, struct tq_error *err);

/* Void a row: it stays, with when and why. Fails: NOT_FOUND, EXISTS (voided already), RULE. */
TQ_MUST_CHECK tq_status tq_record_void(struct tq_records *records, const struct tq_table *table,
        struct tq_slice key, struct tq_slice reason, int64_t at_ms, struct tq_problem *problem,
        struct tq_error *err);

/* One row; *found false when there is none. */
TQ_MUST_CHECK tq_status tq_record_get(struct tq_records *records, const struct tq_table *table,
        struct tq_slice key, struct tq_arena *arena, struct tq_record *out, bool *found,
        struct tq_error *err);

/* The rows of a query, newest label or key first where keys are surrogates, else in key order.
 * *total counts all that match, whatever the limit. Fails: RANGE when `arena` is too small. */
TQ_MUST_CHECK tq_status tq_record_list(struct tq_records *records, const struct tq_query *query,
        struct tq_arena *arena, struct tq_record **out, size_t *n, size_t *total,
        struct tq_error *err);

/* Keys (encoded, in `arena`, as the rows lie in the file) of the rows in force of the own unit of which
 * one of the columns' texts is `wanted`. Fails: NOMEM, the database's. */
typedef bool (*tq_record_text_fn)(struct tq_slice text);
TQ_MUST_CHECK tq_status tq_record_scan(struct tq_records *records, const struct tq_table *table,
        const uint32_t *columns, size_t ncolumns, tq_record_text_fn wanted, struct tq_arena *arena,
        struct tq_slice **keys, size_t *n, struct tq_error *err);

/* Texts of a column that hold `text` (marks do not matter), without repeats, the newest rows' first, at
 * most `limit`; older ones than two thousand rows are not looked at. */
TQ_MUST_CHECK tq_status tq_record_suggest(struct tq_records *records, const struct tq_table *table,
        int column, struct tq_slice text, size_t limit, struct tq_arena *arena,
        struct tq_slice **out, size_t *n, struct tq_error *err);

/* The row that `text` means: its label, the hex of its key (8 digits or more, if unambiguous), or
 * the parts of a natural key parted by ';' each as a person writes a reference. Fails: NOT_FOUND,
 * NEEDS_PERSON (several: the facts list them). */
TQ_MUST_CHECK tq_status tq_record_find(struct tq_records *records, const struct tq_table *table,
        struct tq_slice text, struct tq_arena *arena, struct tq_slice *key, struct tq_error *err);

/* A reference as a person writes it, to the key that it means: a key; a unit's code or name (of the
 * own villages first); a period without its calendar; an indicator's code; a label. `*out` stays
 * the text itself when nothing is found (the check then refuses it by its name). */
TQ_MUST_CHECK tq_status tq_record_resolve(struct tq_records *records,
        const struct tq_column *column, struct tq_slice text, struct tq_arena *arena,
        struct tq_value *out, struct tq_error *err);

/* The unit that an argument means, of levels `from` to `to` (3: a commune): its key, its code (the
 * newest under it), or its name with or without marks and the word for its kind. Copied into `arena`.
 * Fails: NOT_FOUND, NEEDS_PERSON (several bear the name: the facts name each with its key). */
TQ_MUST_CHECK tq_status tq_records_find_unit(struct tq_records *records, struct tq_slice text,
        int from, int to, struct tq_arena *arena, struct tq_slice *out, struct tq_error *err);

/* What a row is called: its label, else its key's parts with names of units; appended to `out`.
 * Fails: NOMEM (also where `out` ran out of it), the database's. */
TQ_MUST_CHECK tq_status tq_record_name(struct tq_records *records, const struct tq_table *table,
        const struct tq_record *record, struct tq_buf *out, struct tq_error *err);

/* The name of a unit by its key ("Xã Bạch Lưu"), or the key; copied into `arena`. */
TQ_MUST_CHECK tq_status tq_records_unit_name(struct tq_records *records, struct tq_slice unit,
        struct tq_arena *arena, struct tq_slice *out, struct tq_error *err);

TQ_END_DECLS
#endif
