/* district_ops.h - The district's store as the merge sees it: batches inside one transaction.
 *
 * store/district_store.c is SQLite behind it; a second engine must fit under it without touching
 * sync/. One thread writes. Everything read comes back in the given arena or is copied by the
 * caller; everything written is copied by the store before it returns.
 * Sequences become visible only at commit, in order.
 * Ownership: `ctx` is the store's; what is read lives in the arena that was given.
 * Threads:   one writes; a reader has a store of its own. */
#ifndef TQ_DISTRICT_OPS_H
#define TQ_DISTRICT_OPS_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/change.h"
#include "tuquan/codec_ops.h"
#include "tuquan/error.h"
#include "tuquan/message.h"
#include "tuquan/meta.h"

/* What the district knows of itself. */
struct tq_district_state {
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint64_t epoch;
    uint64_t head;                      /* last sequence given */
    int64_t t_last;                     /* T of the last transaction */
    uint64_t backed_up;                 /* head of the last backup that was tried; read only */
    uint8_t ledger_hash[TQ_HASH_BYTES]; /* chain over all sets and receipts (ledger.h) */
};

struct tq_device {
    uint32_t device;
    struct tq_slice unit; /* its scope's owner; empty for the district itself */
    struct tq_slice letter;
    uint32_t incarnation;      /* the one that it was enrolled with */
    uint32_t last_incarnation; /* the highest that it was given */
    uint32_t former;           /* device whose file it goes on with; 0: its own */
    uint8_t sign_key[TQ_SIGN_KEY_BYTES];
    struct tq_slice other_keys; /* signing keys that it had, or has offered: what they signed is its
                                   own, too; TQ_SIGN_KEY_BYTES each */
    bool revoked;
    bool renew_asked; /* it is to renew its keys */
};

/* One incarnation's branch. head.seq 0: nothing held yet. */
struct tq_chain {
    bool exists;
    uint32_t parent_device; /* 0: the same device */
    struct tq_chain_point parent;
    struct tq_chain_point head;
    int64_t e_last; /* e of the last change of head (or of the parent); carried on as e0 */
};

/* A file that was restored or copied, and the incarnation that it goes on under. */
struct tq_fork {
    uint32_t device;
    struct tq_chain_point head;   /* last set of the file */
    struct tq_chain_point parent; /* last set of it with a receipt: where the branch begins */
    uint32_t parent_device;       /* whose chain it is in; 0: the device's own */
    int64_t e_parent;             /* e of the parent's last change */
    uint64_t common;              /* highest sequence of head's chain that the file is known to
                                     have as the district has it */
    tq_fork_kind kind;
    uint8_t place[TQ_PLACE_BYTES];
    int64_t at_ms;
    uint32_t incarnation; /* given */
    char letter[TQ_MAX_LETTER_BYTES + 1];
    uint64_t lost; /* changes of head's chain above `common` */
};

/* A set as the ledger keeps it. */
struct tq_ledger_set {
    uint64_t n; /* order of arrival */
    struct tq_set set;
    uint64_t first_seq; /* place k has first_seq + k */
    uint32_t nchanges;
    int64_t ta;
    int64_t offset_ms;
    int64_t e0;
    int64_t e_last;
    uint64_t merged_at;
};

/* One row as stored. values: one per column, in catalogue order. */
struct tq_stored_row {
    const struct tq_table *table;
    struct tq_slice key;
    bool exists;
    struct tq_value *values;
    struct tq_meta meta;
};

/* Why a change waits. */
typedef enum tq_held_kind {
    TQ_HELD_PARENT = 1,     /* for row (wait_table, wait_key) to exist */
    TQ_HELD_ROW = 2,        /* the same, for the row that it changes */
    TQ_HELD_CORRECTION = 3, /* a refused insert: for its own writer's correction */
    TQ_HELD_SCHEMA = 4,     /* for a newer catalogue; wait_table is its number */
    TQ_HELD_REQUEST = 5,    /* an insert in a locked period: for the officer's decision */
    TQ_HELD_REFILL = 6,     /* accepted before the district was lost: for its row to come back */
    TQ_HELD_DROPPED = 7, /* for nothing: an insert that its writer voided before it was taken; kept
                               so that what he still wrote to the row is known to be dropped, too */
} tq_held_kind;

struct tq_held {
    uint64_t id; /* order of arrival; 0: held_put gives one, else it rewrites that one */
    tq_held_kind kind;
    tq_reason reason;
    uint32_t column; /* at fault; 0 none */
    uint32_t cell;   /* 0: the whole change; else the one cell of an insert that waits apart */
    uint64_t set_n;  /* where the change stands in the ledger */
    uint32_t place;
    int64_t e; /* of its first receipt */
    uint32_t wait_table;
    struct tq_slice wait_key;
    uint32_t table; /* the row it is about */
    struct tq_slice key;
};

/* What the pull index says of one sequence: a row changed or was touched. */
struct tq_index_entry {
    uint64_t seq;
    uint32_t table;
    struct tq_slice key;
    uint32_t device; /* chain that sent it; clean ones are not echoed to it */
    uint32_t incarnation;
    bool clean; /* accepted, as sent, at its first merge */
};

/* A change that lost, or was put aside by one that had not seen it: an open inbox entry. */
struct tq_loser {
    uint64_t seq; /* given to it at its merge */
    uint64_t set_n;
    uint32_t place;
    uint32_t table;
    struct tq_slice key; /* of the row */
    uint32_t cell;
    struct tq_slice entry; /* key of the inbox row */
};

/* A row, or cells of one, that an office holds and this district wrote and lost. */
struct tq_proposed {
    uint32_t device; /* who offers it */
    uint32_t table;
    struct tq_slice key;
    struct tq_cells cells; /* ascending numbers; no key columns */
};

typedef enum tq_proposal_fate {
    TQ_PROPOSAL_OPEN = 0,    /* waits for an officer */
    TQ_PROPOSAL_REFUSED = 1, /* this value of it was refused */
    TQ_PROPOSAL_NO_ROOM = 2, /* too many wait already: not taken, to be offered again */
} tq_proposal_fate;

/* Called per index entry; false stops. */
typedef bool (*tq_index_fn)(void *arg, const struct tq_index_entry *entry);

struct tq_district_ops {
    void *ctx;

    tq_status (*begin)(void *ctx, struct tq_error *err);      /* write transaction */
    tq_status (*begin_read)(void *ctx, struct tq_error *err); /* one snapshot; end with rollback */
    tq_status (*commit)(void *ctx, struct tq_error *err);
    void (*rollback)(void *ctx);

    tq_status (*state_get)(void *ctx, struct tq_district_state *out, struct tq_error *err);
    tq_status (*state_put)(void *ctx, const struct tq_district_state *state, struct tq_error *err);

    /* T and ledger hash as they were when `seq` was the head (each state_put keeps one line; the
     * chain itself is ledger.h). NOT_FOUND: it never was, so an office that brings it as its top
     * knows another history. */
    tq_status (*history_get)(void *ctx, uint64_t seq, int64_t *t,
            uint8_t ledger_hash[TQ_HASH_BYTES], struct tq_error *err);

    /* NOT_FOUND when there is none. */
    tq_status (*device_get)(void *ctx, uint32_t device, struct tq_arena *arena,
            struct tq_device *out, struct tq_error *err);

    /* The devices of a unit but for `device`, by rising number, at most TQ_MAX_MACHINES. */
    tq_status (*machines_get)(void *ctx, struct tq_slice unit, uint32_t device,
            struct tq_arena *arena, struct tq_machine **out, size_t *n, struct tq_error *err);

    /* exists = false when there is none. */
    tq_status (*chain_get)(void *ctx, uint32_t device, uint32_t incarnation, struct tq_chain *out,
            struct tq_error *err);
    tq_status (*chain_put)(void *ctx, uint32_t device, uint32_t incarnation,
            const struct tq_chain *chain, struct tq_error *err);

    /* The incarnation that was given for exactly this head and parent and holds no set yet: kind,
     * incarnation, letter and lost are filled in. NOT_FOUND when there is none. */
    tq_status (*fork_find)(void *ctx, struct tq_fork *fork, struct tq_error *err);
    /* Give the next one, above every one that the device or its file ever had, with a letter never
     * used in its unit and an empty chain from `parent`. Fails: COME_BACK when too many were given
     * that hold nothing. */
    tq_status (*fork_give)(void *ctx, struct tq_fork *fork, struct tq_error *err);
    /* The next incarnation above `above` of which the device has a chain; 0: none. */
    tq_status (*chain_next)(
            void *ctx, uint32_t device, uint32_t above, uint32_t *out, struct tq_error *err);
    /* Whose chain an incarnation is: the device's, or of one whose file it goes on with (their
     * incarnations differ); the device itself when the chain is not here. */
    tq_status (*chain_device)(
            void *ctx, uint32_t device, uint32_t incarnation, uint32_t *out, struct tq_error *err);
    /* Where an incarnation was last heard from; zeros when unknown. */
    tq_status (*place_get)(void *ctx, uint32_t device, uint32_t incarnation,
            uint8_t place[TQ_PLACE_BYTES], struct tq_error *err);

    /* Give the set the next n; merged_at follows with ledger_settle in the same transaction. */
    tq_status (*ledger_append)(void *ctx, struct tq_ledger_set *set, struct tq_error *err);
    tq_status (*ledger_settle)(void *ctx, uint64_t n, uint64_t merged_at, struct tq_error *err);

    /* By n, by chain position, or the set whose range holds a sequence; NOT_FOUND. */
    tq_status (*ledger_by_n)(void *ctx, uint64_t n, struct tq_arena *arena,
            struct tq_ledger_set *out, struct tq_error *err);
    tq_status (*ledger_find)(void *ctx, uint32_t device, uint32_t incarnation, uint64_t seq,
            struct tq_arena *arena, struct tq_ledger_set *out, struct tq_error *err);
    tq_status (*ledger_by_seq)(void *ctx, uint64_t seq, struct tq_arena *arena,
            struct tq_ledger_set *out, struct tq_error *err);

    /* A sequence that is not a set's own (a released change): where it came from. NOT_FOUND. */
    tq_status (*origin_put)(
            void *ctx, uint64_t seq, uint64_t set_n, uint32_t place, struct tq_error *err);
    tq_status (*origin_get)(
            void *ctx, uint64_t seq, uint64_t *set_n, uint32_t *place, struct tq_error *err);

    /* The newest sequence that was given to a change besides its set's own. NOT_FOUND. */
    tq_status (*origin_find)(
            void *ctx, uint64_t set_n, uint32_t place, uint64_t *seq, struct tq_error *err);

    /* Sets that came back after a loss (refill.h): what their receipts call them. `lost_put`: the
     * change with the new sequence first + k (k < count) had the lost one `lost`, as far as a `seen`
     * can tell. `lost_get`: NOT_FOUND when `seq` is no refilled one. `history_floor`: the highest
     * head at or below `seq`, 0 none. */
    tq_status (*refill_put)(void *ctx, uint64_t set_n, uint64_t lost_first, uint64_t lost_merged_at,
            struct tq_error *err);
    tq_status (*lost_put)(
            void *ctx, uint64_t first, uint64_t count, uint64_t lost, struct tq_error *err);
    tq_status (*lost_get)(void *ctx, uint64_t seq, uint64_t *lost, struct tq_error *err);
    tq_status (*history_floor)(void *ctx, uint64_t seq, uint64_t *head, struct tq_error *err);

    /* Rows of one table by sorted keys; out[i].exists tells. Values in `arena`. */
    tq_status (*rows_get)(void *ctx, const struct tq_table *table, const struct tq_slice *keys,
            size_t count, struct tq_arena *arena, struct tq_stored_row *out, struct tq_error *err);
    tq_status (*rows_put)(
            void *ctx, const struct tq_stored_row *rows, size_t count, struct tq_error *err);

    /* Up to `limit` rows of a table after `after` (empty: from the first), of one owner (empty:
     * any), in key order. */
    tq_status (*rows_scan)(void *ctx, const struct tq_table *table, struct tq_slice owner,
            struct tq_slice after, struct tq_slice before, size_t limit, struct tq_arena *arena,
            struct tq_stored_row *out, size_t *count, struct tq_error *err);

    tq_status (*held_put)(void *ctx, struct tq_held *held, struct tq_error *err); /* sets id */
    tq_status (*held_delete)(void *ctx, uint64_t id, struct tq_error *err);

    /* Does anything wait at all? */
    tq_status (*held_any)(void *ctx, bool *out, struct tq_error *err);

    /* All that wait for (table, key), oldest first. */
    tq_status (*held_waiting)(void *ctx, uint32_t table, struct tq_slice key,
            struct tq_arena *arena, struct tq_held **out, size_t *count, struct tq_error *err);

    /* All that are about the row (table, key), oldest first. */
    tq_status (*held_about)(void *ctx, uint32_t table, struct tq_slice key, struct tq_arena *arena,
            struct tq_held **out, size_t *count, struct tq_error *err);

    /* Open inbox entries of one cell. */
    tq_status (*loser_put)(void *ctx, const struct tq_loser *loser, struct tq_error *err);
    tq_status (*loser_delete)(void *ctx, uint64_t seq, uint32_t cell, struct tq_error *err);
    tq_status (*losers)(void *ctx, uint32_t table, struct tq_slice key, uint32_t cell,
            struct tq_arena *arena, struct tq_loser **out, size_t *count, struct tq_error *err);

    /* Keys by sequence, per owner (empty: public): entries ascend. In a walk they ascend too; the
     * key is the callback's only until it returns. */
    tq_status (*index_put)(void *ctx, struct tq_slice owner, const struct tq_index_entry *entries,
            size_t count, struct tq_error *err);
    tq_status (*index_walk)(void *ctx, struct tq_slice owner, uint64_t above, tq_index_fn fn,
            void *arg, struct tq_error *err);

    tq_status (*receipt_put)(void *ctx, const struct tq_receipt *receipt, struct tq_slice bytes,
            struct tq_error *err);

    /* Receipts of one set, oldest first. */
    tq_status (*receipts_of)(void *ctx, uint32_t device, uint32_t incarnation, uint64_t seq,
            struct tq_arena *arena, struct tq_slice **out, size_t *count, struct tq_error *err);

    /* Amending receipts of a device that came into the ledger above one head and up to another, oldest
     * first, each with the head that it came with (in *heads). That is the one it names, unless it was
     * lost and came back: then it is news to whoever pulled in between. */
    tq_status (*receipts_amending)(void *ctx, uint32_t device, uint64_t above, uint64_t up_to,
            struct tq_arena *arena, struct tq_slice **out, uint64_t **heads, size_t *count,
            struct tq_error *err);

    /* Move the digest of (table, owner): rows by `rows`, the sum by + add - subtract. */
    tq_status (*digest_move)(void *ctx, uint32_t table, struct tq_slice owner, int64_t rows,
            const uint8_t add[TQ_DIGEST_BYTES], const uint8_t subtract[TQ_DIGEST_BYTES],
            struct tq_error *err);
    tq_status (*digest_get)(void *ctx, uint32_t table, struct tq_slice owner, struct tq_digest *out,
            struct tq_error *err);

    /* Was this district ever restored or made anew? Then it wants what it wrote itself. */
    tq_status (*was_rebuilt)(void *ctx, bool *out, struct tq_error *err);
    /* Note what a device offers, in place of what it had offered for the same row. */
    tq_status (*proposal_put)(void *ctx, const struct tq_proposed *proposed, int64_t now_ms,
            tq_proposal_fate *fate, struct tq_error *err);

    /* Is the period that `lock_on` (a period key or a date) falls in locked? */
    tq_status (*locked)(void *ctx, struct tq_slice lock_on, bool *out, struct tq_error *err);

    /* `unit`, then every unit that was closed into it, directly or through others (unit_successor). */
    tq_status (*unit_scope)(void *ctx, struct tq_slice unit, struct tq_arena *arena,
            struct tq_slice **out, size_t *count, struct tq_error *err);

    /* Was this commune closed, and at which sequence did that become known (0: open)? */
    tq_status (*unit_closed)(
            void *ctx, struct tq_slice unit, uint64_t *closed_seq, struct tq_error *err);
};

TQ_BEGIN_DECLS

/* Is it signed by a key that the device has, had, or has offered? */
bool tq_device_signed(const struct tq_device *device, tq_verify_fn verify,
        const uint8_t hash[TQ_HASH_BYTES], const uint8_t signature[TQ_SIGNATURE_BYTES]);

TQ_END_DECLS
#endif
