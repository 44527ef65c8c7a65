/* change.h - A change to one row, a change set (sealed by a device), and its receipt.
 *
 * Plain values between capture, codec, merge and receipts; sync.md sections 3 to 5.
 * Ownership: everything borrows; decoded ones from the arena that they were decoded into.
 * Threads:   plain values; those that share an arena are one thread's.
 * Numbers: a *sequence* is epoch << 40 | n, given by the district. T is the district's own strictly
 *          rising time (ms), one per transaction. e is a change's effective time. */
#ifndef TQ_CHANGE_H
#define TQ_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/bytes.h"
#include "tuquan/hash.h"
#include "tuquan/reason.h"
#include "tuquan/value.h"

#define TQ_DISTRICT_ID_BYTES 16u
#define TQ_SIGNATURE_BYTES 64u
#define TQ_DEVICE_DISTRICT 0u        /* the district's own changes are sets of device 0 */
#define TQ_INCARNATION_EPOCH_SHIFT 7 /* its epoch has 24 bits, as in a sequence */
#define TQ_SEQUENCE_EPOCH_SHIFT 40

/* Limits of what a peer may send, checked before memory is taken. */
#define TQ_SET_MAX_PAYLOAD ((size_t)4 * 1024 * 1024)
#define TQ_SET_MAX_CHANGES 100000u

/* Columns and values of one row, by column number, ascending. */
struct tq_cells {
    uint32_t n;
    const uint32_t *columns;
    const struct tq_value *values;
};

/* One change as captured. An insert (cell 0) carries every column that differs from its default;
 * an update carries the columns of one cell. Key and owner columns are never among them. */
struct tq_change {
    uint32_t table;
    uint32_t cell; /* TQ_CELL_ROW: insert */
    struct tq_slice key;
    struct tq_slice owner;   /* unit of the row as its writer has it; empty in public tables */
    struct tq_slice lock_on; /* the row's lock_by value as the writer saw it; empty: none */
    uint32_t ncolumns;
    const uint32_t *columns;       /* column numbers, ascending */
    const struct tq_value *before; /* NULL for an insert; else the values replaced */
    const struct tq_value *after;
    int64_t at_ms;          /* wall clock as read */
    struct tq_slice author; /* may be empty: written by a tool */
    uint32_t incarnation;   /* under which it was captured */
    uint64_t log_id;
    uint64_t seen;  /* what the file knew completely (of the oldest unsettled change of the cell) */
    int64_t t_seen; /* T of that */
};

/* A point of a device's chain. seq 0: before the first set. */
struct tq_chain_point {
    uint32_t incarnation;
    uint64_t seq;
    uint8_t hash[TQ_HASH_BYTES];
};

/* The signed frame of a set: what is hashed is all of this and the payload (tq_set_hash). */
struct tq_set {
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint32_t device;
    uint32_t incarnation;
    uint64_t seq;                /* 1.. in its incarnation */
    uint8_t prev[TQ_HASH_BYTES]; /* hash of the set before; of the parent point for seq 1 */
    struct tq_slice payload;     /* as first sealed, before compression; never re-encoded */
    uint8_t hash[TQ_HASH_BYTES];
    uint8_t signature[TQ_SIGNATURE_BYTES]; /* Ed25519 over the hash, by the device */
};

/* What the payload says. */
struct tq_set_body {
    uint32_t schema;
    struct tq_chain_point parent; /* of the first set of an incarnation: where it branches off */
    int64_t sealed_at_ms;
    uint64_t seen; /* of the file when sealed */
    int64_t t_seen;
    uint64_t group; /* the log id of the group's first row */
    uint32_t part;  /* 1..parts */
    uint32_t parts;
    size_t nchanges;
    const struct tq_change *changes; /* in log order */
};

/* One change that did not simply become the value of its cell. */
struct tq_exception {
    uint32_t place; /* index of the change in its set */
    uint32_t table;
    uint32_t cell;
    struct tq_slice key;
    tq_verdict verdict;
    tq_reason reason;
    uint32_t column;        /* the column at fault, 0 when the rule concerns the row */
    struct tq_slice detail; /* facts for people: the value, the missing key; may be empty */
};

/* The district's signed answer to one set. An amending receipt names only the changes whose fate
 * changed; of two receipts the one with the later t holds for what it names. */
struct tq_receipt {
    uint32_t device;
    uint32_t incarnation;
    uint64_t seq;
    uint8_t set_hash[TQ_HASH_BYTES];
    bool amending;
    int64_t t;          /* T of the transaction that made this receipt */
    int64_t ta;         /* T of the set's first merge */
    int64_t offset_ms;  /* o: district minus device clock; 0 when under 120 s */
    int64_t e0;         /* the e before the set in its chain */
    uint64_t first_seq; /* sequence of place 0; the change at place k has first_seq + k */
    uint64_t merged_at; /* head once this was committed: settled when cursor >= merged_at */
    uint32_t accepted;
    uint32_t superseded;
    uint32_t held;
    uint32_t refused;
    uint32_t requested;
    uint32_t copies; /* durable when it was made: the ledger's own; Welcome names backups */
    uint64_t ledger_seq;
    uint8_t ledger_hash[TQ_HASH_BYTES];
    size_t nexceptions;
    const struct tq_exception *exceptions;
    uint8_t signature[TQ_SIGNATURE_BYTES]; /* Ed25519, by the district, over the encoded receipt */
    struct tq_slice signed_bytes; /* what the signature is over, as decoded; encoding writes
                                              these very bytes; empty in one made here */
};

TQ_BEGIN_DECLS

/* The hash that chains and signs a set, over its frame and payload (domain "tuquan.set.v1"). */
void tq_set_hash(const struct tq_set *set, uint8_t out[TQ_HASH_BYTES]);

TQ_END_DECLS
#endif
