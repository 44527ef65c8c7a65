/* office_ops.h - What the office side of synchronisation asks of its storage: one narrow interface.
 *
 * sync/ speaks only this; store/office_store.c is the SQLite behind it. No call blocks except
 * `begin` (SQLite's busy handler). Any call may fail with NOMEM, IO, DISK_FULL, BUSY or CORRUPT;
 * the caller then rolls back, and nothing of the transaction remains.
 *
 * Ownership: what a call puts into an arena lives as long as the arena.
 * Threads:   the thread that owns the database handle. */
#ifndef TQ_OFFICE_OPS_H
#define TQ_OFFICE_OPS_H

#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/change.h"
#include "tuquan/error.h"
#include "tuquan/message.h"

/* READ sees one state of the file; WRITE is captured by the triggers; APPLY is not. */
typedef enum tq_txn_mode { TQ_TXN_READ, TQ_TXN_WRITE, TQ_TXN_APPLY } tq_txn_mode;

/* The one row of the file that says who it belongs to and how far it is. */
struct tq_office_state {
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint32_t device;
    uint32_t incarnation;
    uint32_t schema;
    struct tq_slice unit; /* "code@valid_from" */
    struct tq_position position;
    uint64_t seen;
    int64_t t_seen;
    struct tq_slice scope;        /* of the last chunk */
    struct tq_slice loaded_scope; /* of the last whole pull */
    uint64_t top;
    uint8_t top_hash[TQ_HASH_BYTES];
    uint64_t epoch;
    bool loading;
    int64_t last_sent_at;
    int64_t last_confirmed_at;
    int64_t last_received_at;
    int64_t last_heard_at;
    uint64_t equal_as_of;
    int64_t equal_at;
    int64_t read_every_row_at;
    uint64_t backed_up; /* in a tested backup of the district: everything up to here; 0 nothing */
    uint64_t
            backup_from; /* backups whose head is below this do not count: the district lacked sets */
    bool foreign_write; /* left by opening the file: triggers or the flag were not as they should */
};

/* Where an unsettled cell stands; numbers are in the file. */
typedef enum tq_pending_state {
    TQ_PENDING_WAITING = 0,
    TQ_PENDING_HELD = 1,
    TQ_PENDING_RETURNED = 2,  /* refused insert: waits for a person */
    TQ_PENDING_REQUESTED = 3, /* insert into a locked period: waits for the district */
    TQ_PENDING_DROPPED = 4,   /* voided before it was ever taken: goes when the cursor is there */
} tq_pending_state;

/* An unsettled cell and the canonical value under it. */
struct tq_pending {
    uint32_t table;
    uint32_t cell; /* TQ_CELL_ROW: the district has no such row */
    struct tq_slice key;
    struct tq_cells base; /* of TQ_CELL_ROW: empty */
    uint64_t seen;
    int64_t t_seen;
    int64_t set_n; /* newest set that carries a change of it; 0: not sealed yet */
    tq_pending_state state;
};

/* What became of a sealed set. */
typedef enum tq_set_fate {
    TQ_SET_WAITS = 0,
    TQ_SET_CONFIRMED = 1, /* its receipt is stored */
    TQ_SET_RESEALED = 2,  /* never sent again: its rows went out under a new incarnation */
} tq_set_fate;

struct tq_stored_set {
    int64_t n; /* order in this file; 0: none */
    struct tq_set set;
    int64_t sealed_at_ms;
    uint64_t nchanges;
    tq_set_fate fate;
    bool canonical;     /* its accepted changes were made canonical */
    uint64_t merged_at; /* of its latest receipt */
};

/* A row that did not come to exist at the district, for the list that people see. */
struct tq_returned {
    uint32_t table;
    struct tq_slice key;
    tq_reason reason; /* NONE: the district no longer has it */
    uint32_t column;
    struct tq_slice detail;
    int64_t set_n;
    uint32_t place;
    int64_t at_ms;
};

/* A cell of a row that the district did not take, for the same list: the value written here is in no
 * row any more. */
struct tq_refused_change {
    uint32_t table;
    struct tq_slice key;
    uint32_t cell;
    struct tq_cells mine;
    tq_reason reason;
    uint32_t column;
    struct tq_slice detail;
    int64_t set_n;
    int64_t at_ms;
};

typedef enum tq_difference {
    TQ_DIFFERS_CELL = 1,    /* a value differed from the district's */
    TQ_DIFFERS_MISSING = 2, /* a row was missing here */
    TQ_DIFFERS_EXTRA = 3,   /* a row was here that the district has not */
    TQ_DIFFERS_LOST = 4, /* added to these: the district was restored and had it before; no fault */
    TQ_DIFFERS_OFFERED = 9, /* a lost cell that the district was told of */
} tq_difference;

/* One difference that the digests found and a repair removed. */
struct tq_difference_record {
    tq_difference kind;
    uint32_t table;
    struct tq_slice key;
    uint32_t column; /* 0: the whole row */
    struct tq_value found;
    struct tq_value expected;
    struct tq_slice text; /* table, key and column by name */
    int64_t at_ms;
};

/* A new incarnation that the file took, and why: for people. */
struct tq_office_fork {
    uint32_t incarnation;
    char letter[TQ_MAX_LETTER_BYTES + 1]; /* of the labels from then on; "" as before */
    tq_fork_kind kind;
    uint32_t former; /* the device before, when another one goes on with the file; else 0 */
    struct tq_chain_point parent;
    int64_t at_ms;
    int64_t since_ms; /* last exchange of the state that was found; 0: none */
    uint64_t lost;    /* changes that the district held and the file did not */
    uint64_t again;   /* of them, those that the file had sealed itself, too */
};

struct tq_office_ops {
    /* Start and end a transaction. `rollback` never fails and may be called without one. */
    tq_status (*begin)(void *ctx, tq_txn_mode mode, struct tq_error *err);
    tq_status (*commit)(void *ctx, struct tq_error *err);
    void (*rollback)(void *ctx);

    /* First call of a READ transaction: *quiet when since the call before nobody wrote rows but this
     * very store and writers of ours that the triggers captured. Never at first, and never when it
     * cannot be told. */
    tq_status (*watch)(void *ctx, bool *quiet, struct tq_error *err);

    tq_status (*state_get)(
            void *ctx, struct tq_arena *arena, struct tq_office_state *out, struct tq_error *err);
    tq_status (*state_put)(void *ctx, const struct tq_office_state *state, struct tq_error *err);

    /* The change log: the first change with a log id above `after`; *found false at the end. */
    tq_status (*log_next)(void *ctx, uint64_t after, struct tq_arena *arena, struct tq_change *out,
            bool *found, struct tq_error *err);

    /* Give the cells changed in log rows first..last to set `set_n` and take the rows out. */
    tq_status (*log_seal)(
            void *ctx, uint64_t first, uint64_t last, int64_t set_n, struct tq_error *err);

    /* An ordinary, captured write of cells of one row, in the name of `author`. Fails also: RULE
     * when a trigger refuses it (the transaction goes on without it). */
    tq_status (*cells_write)(void *ctx, const struct tq_table *table, struct tq_slice key,
            struct tq_slice author, const struct tq_cells *cells, struct tq_error *err);

    /* Sets and their receipts are kept; `set_prune` takes the payload out of at most `most` sets
     * that were answered before T `before`, up to sequence `up_to`, that carry no unsettled cell and
     * are not the last of their incarnation: hash, signature and receipts stay. `set_put` gives
     * set->n. `set_last`: the newest that is not RESEALED. `set_next`: the first with n > `after` of
     * that fate (and, of confirmed ones, not yet canonical). */
    tq_status (*set_put)(void *ctx, struct tq_stored_set *set, struct tq_error *err);
    tq_status (*set_get)(void *ctx, uint32_t incarnation, uint64_t seq, struct tq_arena *arena,
            struct tq_stored_set *out, struct tq_error *err);
    tq_status (*set_get_n)(void *ctx, int64_t n, struct tq_arena *arena, struct tq_stored_set *out,
            struct tq_error *err);
    tq_status (*set_last)(
            void *ctx, struct tq_arena *arena, struct tq_stored_set *out, struct tq_error *err);
    tq_status (*set_next)(void *ctx, tq_set_fate fate, int64_t after, struct tq_arena *arena,
            struct tq_stored_set *out, struct tq_error *err);
    tq_status (*set_mark)(void *ctx, const struct tq_stored_set *set, struct tq_error *err);
    tq_status (*set_prune)(void *ctx, int64_t before, uint64_t up_to, size_t most, size_t *pruned,
            struct tq_error *err);

    /* Write a fork down and take its letter; count changes that the district had already; the last
     * fork (incarnation 0: none ever). */
    /* The file becomes that of another device of its unit. Fails: WRONG_FILE. */
    tq_status (*bind)(void *ctx, const struct tq_certificate *certificate,
            struct tq_slice district_name, struct tq_error *err);
    tq_status (*fork_put)(void *ctx, const struct tq_office_fork *fork, struct tq_error *err);
    tq_status (*fork_again)(
            void *ctx, uint32_t incarnation, uint64_t changes, struct tq_error *err);
    tq_status (*fork_last)(void *ctx, struct tq_office_fork *out, struct tq_error *err);

    /* Remember what the office's other machines are called; outside of any transaction, and without a
     * write where nothing is new. */
    tq_status (*machines_put)(
            void *ctx, const struct tq_machine *list, size_t n, struct tq_error *err);

    /* Move the unsettled cells of set `from` to set `to`. */
    tq_status (*set_move)(void *ctx, int64_t from, int64_t to, struct tq_error *err);

    /* Receipts of one set, by rising t. Putting one twice changes nothing. */
    tq_status (*receipt_put)(void *ctx, uint32_t incarnation, uint64_t seq, int64_t t,
            struct tq_slice bytes, struct tq_error *err);
    tq_status (*receipt_next)(void *ctx, uint32_t incarnation, uint64_t seq, int64_t after_t,
            struct tq_arena *arena, int64_t *t, struct tq_slice *bytes, bool *found,
            struct tq_error *err);

    /* Rows of data tables: one value per column of the table, in catalogue order. */
    tq_status (*row_get)(void *ctx, const struct tq_table *table, struct tq_slice key,
            struct tq_arena *arena, struct tq_value *values, bool *found, struct tq_error *err);
    tq_status (*row_put)(void *ctx, const struct tq_table *table, const struct tq_value *values,
            bool exists, struct tq_error *err);
    tq_status (*row_delete)(
            void *ctx, const struct tq_table *table, struct tq_slice key, struct tq_error *err);

    /* Walk the rows of one owner (empty: all) in key order from `low` (or a little before it). One
     * walk at a time, nothing is written meanwhile. */
    tq_status (*rows_open)(void *ctx, const struct tq_table *table, struct tq_slice owner,
            struct tq_slice low, struct tq_error *err);
    tq_status (*rows_next)(void *ctx, struct tq_arena *arena, struct tq_value *values, bool *found,
            struct tq_error *err);
    void (*rows_close)(void *ctx);

    /* Unsettled cells: of one row; of a table (by key, then cell); those whose set is confirmed
     * with merged_at <= cursor, that wait for nothing else (WAITING, DROPPED) and whose row exists
     * at the district (or which are the row itself), at most a few hundred at once. */
    tq_status (*pending_row)(void *ctx, uint32_t table, struct tq_slice key, struct tq_arena *arena,
            struct tq_pending **out, size_t *n, struct tq_error *err);
    tq_status (*pending_table)(void *ctx, uint32_t table, struct tq_arena *arena,
            struct tq_pending **out, size_t *n, struct tq_error *err);
    tq_status (*pending_due)(void *ctx, uint64_t cursor, struct tq_arena *arena,
            struct tq_pending **out, size_t *n, struct tq_error *err);
    /* Numbers of the confirmed sets that still carry unsettled cells. */
    tq_status (*pending_sets)(
            void *ctx, struct tq_arena *arena, int64_t **out, size_t *n, struct tq_error *err);
    /* How many rows have unsettled cells. */
    tq_status (*pending_rows)(void *ctx, uint32_t *rows, struct tq_error *err);
    tq_status (*pending_put)(void *ctx, const struct tq_pending *pending, struct tq_error *err);
    tq_status (*pending_delete)(
            void *ctx, uint32_t table, struct tq_slice key, uint32_t cell, struct tq_error *err);

    tq_status (*returned_put)(void *ctx, const struct tq_returned *returned, struct tq_error *err);
    tq_status (*returned_delete)(
            void *ctx, uint32_t table, struct tq_slice key, struct tq_error *err);
    /* Of each cell the refusal in the newest set; the same one once more changes nothing. It is
     * answered when a later change of the cell is sealed (log_seal), or by a person. */
    tq_status (*refused_put)(
            void *ctx, const struct tq_refused_change *refused, struct tq_error *err);

    tq_status (*history_put)(void *ctx, uint32_t table, struct tq_slice key,
            const struct tq_origin *origin, uint64_t seq, struct tq_error *err);
    tq_status (*fault_put)(
            void *ctx, const struct tq_difference_record *fault, struct tq_error *err);
    /* Cells of a table that a restored district had lost: the newest record of each (`found` is what
     * the file had), by key and column, at most `most`. */
    tq_status (*lost_cells)(void *ctx, uint32_t table, size_t most, struct tq_arena *arena,
            struct tq_difference_record **out, size_t *n, struct tq_error *err);
    /* The district was told of those of this row. */
    tq_status (*lost_told)(void *ctx, uint32_t table, struct tq_slice key, struct tq_error *err);

    /* Whose own rows the district sends here, in place of what was told before. */
    tq_status (*owners_put)(
            void *ctx, const struct tq_slice *owners, size_t n, struct tq_error *err);

    /* Highest sequence that a broadcast brought for a table (0: the last broadcast as a whole). */
    tq_status (*broadcast_get)(void *ctx, uint32_t table, uint64_t *seq, struct tq_error *err);
    tq_status (*broadcast_put)(void *ctx, uint32_t table, uint64_t seq, struct tq_error *err);
};

#endif
