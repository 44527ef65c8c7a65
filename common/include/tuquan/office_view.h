/* office_view.h - What an office file says of itself to people: where it stands with the district,
 * what waits and why, what was sent, and where the value of a cell comes from.
 *
 * Reads only (setting up a file apart). All figures are of one moment when read inside one read
 * transaction.
 * Ownership: lists and texts live in the arena.
 * Threads:   the thread that owns the database handle. */
#ifndef TQ_OFFICE_VIEW_H
#define TQ_OFFICE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

/* Instants are 0 where it has not happened yet. */
struct tq_office_facts {
    struct tq_slice unit;
    struct tq_slice unit_name;
    struct tq_slice district_name;
    struct tq_slice letter;
    int64_t device;
    int64_t incarnation;
    bool joined; /* a district has admitted this machine */
    bool loading;
    bool foreign_write;
    int64_t last_sent_at;
    int64_t last_confirmed_at;
    int64_t last_received_at;
    int64_t last_heard_at;
    int64_t equal_as_of;
    int64_t equal_at;
    int64_t read_every_row_at;
    int64_t changes_unsealed; /* in the log, not yet in a set */
    int64_t rows_waiting;     /* rows with a cell that the district has not confirmed */
    int64_t rows_open;        /* of these: with a cell of which nothing is known yet */
    int64_t rows_held;
    int64_t rows_returned;
    int64_t rows_requested;
    int64_t waiting_since; /* the oldest change that no receipt covers; 0: none */
    int64_t came_back_at;  /* what came back last and waits for somebody; 0: nothing, or unknown */
    int64_t cells_refused; /* changes that were not taken and that nobody has answered yet */
    int64_t sets_waiting;  /* sealed, without a receipt */
    int64_t sets_confirmed;
    int64_t changes_not_backed_up; /* confirmed, and in no tested backup of the district yet */
    int64_t faults;
    int64_t conflicts_open;
    int64_t held_open;
    int64_t reports_returned; /* by the district, not submitted anew */
    int64_t requests_open;    /* corrections that the district has not decided */
};

/* A row with unsettled cells. */
struct tq_waiting {
    const struct tq_table *table; /* NULL: of a table that this build does not know */
    struct tq_slice key;
    int64_t cells;
    int state;      /* the highest tq_pending state of its cells */
    bool is_insert; /* the district has no such row yet */
    bool sealed;    /* every cell is in a set */
    int64_t reason; /* of tq_returned; 0: none */
    int64_t column; /* number of the column at fault; 0: the row */
    struct tq_slice detail;
};

/* A change of a row that the district did not take. */
struct tq_refused_cell {
    int64_t id;
    const struct tq_table *table; /* NULL: of a table that this build does not know */
    struct tq_slice key;
    uint32_t cell;
    struct tq_slice mine; /* "number=quoted," repeated */
    int64_t reason;
    int64_t column; /* number of the column at fault; 0: the row */
    struct tq_slice detail;
    bool changed; /* changed here again, not sealed yet */
};

struct tq_sent_set {
    int64_t n;
    int64_t incarnation;
    int64_t seq;
    int64_t sealed_at;
    int64_t nchanges;
    int64_t fate; /* 0 waits, 1 receipt stored, 2 sealed again */
    struct tq_slice hash;
    struct tq_slice payload; /* empty: not asked for, longer, or pruned */
    int64_t payload_bytes;   /* 0: pruned */
    struct tq_slice receipt; /* encoded, the newest; empty: none */
    int64_t nreceipts;
    int64_t copies; /* durable ones at the district: its file, and a tested backup */
};

struct tq_set_query {
    size_t limit;
    int64_t only;   /* the one of that number; 0: all */
    int64_t before; /* those before it; 0: all */
    size_t payload; /* longer payloads are not read, in bytes */
};

/* One thing known of a cell, oldest first. */
typedef enum tq_story_kind {
    TQ_STORY_CAME,    /* brought by a pull: written elsewhere */
    TQ_STORY_LOGGED,  /* changed here, not sealed yet */
    TQ_STORY_PENDING, /* unsettled: `old` is the district's value as far as known */
} tq_story_kind;

struct tq_story {
    tq_story_kind kind;
    uint32_t cell;
    int64_t at_ms;
    int64_t device;
    int state;
    int64_t set_n;
    struct tq_slice author;
    struct tq_slice old_text; /* "number=quoted value,..." as the log has it */
    struct tq_slice new_text;
    bool no_row; /* PENDING: the district has no such row */
};

struct tq_fault_line {
    int64_t at_ms;
    struct tq_slice text;
};

TQ_BEGIN_DECLS

/* All of it; a file that never joined has what it has. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_office_facts_read(struct tq_db *db, struct tq_arena *arena,
        struct tq_office_facts *out, struct tq_error *err);

/* Rows with unsettled cells, worst state first, at most `limit`. */
TQ_MUST_CHECK tq_status tq_office_waiting(struct tq_db *db, size_t limit, struct tq_arena *arena,
        struct tq_waiting **out, size_t *n, struct tq_error *err);

/* Refused changes that nobody has answered, oldest first; `id` 0: all, else that one alone. */
TQ_MUST_CHECK tq_status tq_office_refused(struct tq_db *db, int64_t id, struct tq_arena *arena,
        struct tq_refused_cell **out, size_t *n, struct tq_error *err);

/* A person has answered: it is listed no more. */
TQ_MUST_CHECK tq_status tq_office_refused_answer(
        struct tq_db *db, int64_t id, struct tq_error *err);

/* Forget that a row came back, so that it is counted as one that was taken: only inside a transaction
 * that is rolled back. */
TQ_MUST_CHECK tq_status tq_office_returned_lift(
        struct tq_db *db, const struct tq_table *table, struct tq_slice key, struct tq_error *err);

/* Sealed sets, newest first. */
TQ_MUST_CHECK tq_status tq_office_sets(struct tq_db *db, const struct tq_set_query *query,
        struct tq_arena *arena, struct tq_sent_set **out, size_t *n, struct tq_error *err);

/* All receipts of a set, encoded, oldest first: an amending one says only what changed. */
TQ_MUST_CHECK tq_status tq_office_set_receipts(struct tq_db *db, const struct tq_sent_set *set,
        struct tq_arena *arena, struct tq_slice **out, size_t *n, struct tq_error *err);

/* What is known of a cell (TQ_CELL_ROW: of every cell of the row). */
TQ_MUST_CHECK tq_status tq_office_story(struct tq_db *db, const struct tq_table *table,
        struct tq_slice key, uint32_t cell, struct tq_arena *arena, struct tq_story **out,
        size_t *n, struct tq_error *err);

/* Differences that digests found and repairs removed, newest first. */
TQ_MUST_CHECK tq_status tq_office_faults(struct tq_db *db, size_t limit, struct tq_arena *arena,
        struct tq_fault_line **out, size_t *n, struct tq_error *err);

/* Is the file sound? `*text` gets "ok" or SQLite's first complaint. */
TQ_MUST_CHECK tq_status tq_office_integrity(
        struct tq_db *db, struct tq_arena *arena, struct tq_slice *text, struct tq_error *err);

/* Say who a new file belongs to (a file for work without a district, tests, a trial). Fails:
 * EXISTS when it belongs to a unit already. */
TQ_MUST_CHECK tq_status tq_office_found(
        struct tq_db *db, const char *unit, const char *letter, struct tq_error *err);

TQ_END_DECLS
#endif
