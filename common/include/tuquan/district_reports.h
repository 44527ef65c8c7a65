/* district_reports.h - What officers ask the district's file: the board, what is held, what
 * conflicts, why a cell holds what it holds, and whether the ledger is whole.
 *
 * Ownership: results live in the arena that was given.
 * Threads:   those of the store; a reading store is enough. Each answer is one snapshot. */
#ifndef TQ_DISTRICT_REPORTS_H
#define TQ_DISTRICT_REPORTS_H

#include "tuquan/calendar.h"
#include "tuquan/codec_ops.h"
#include "tuquan/district_store.h"

/* One commune on the board. Instants are 0 when it never happened; texts are empty for NULL. */
struct tq_board_row {
    struct tq_slice unit;
    struct tq_slice code;
    struct tq_slice name;
    uint32_t devices; /* enrolled and not revoked */
    int64_t last_heard_at_ms;
    int64_t last_confirmed_at_ms;
    int64_t offset_ms; /* of the device whose clock is furthest off */
    struct tq_slice software;
    uint32_t schema;
    uint64_t equal_as_of;
    uint64_t waiting; /* rows that its offices said they have not sent */
    uint64_t held;
    uint64_t refused; /* rows refused in receipts since `since_ms` */
    uint64_t conflicts;
    uint64_t requests;             /* corrections asked and not decided */
    bool has_report;               /* of the period */
    struct tq_slice report_state;  /* draft, approved, sent */
    struct tq_slice receipt_state; /* received, returned, verified, locked */
    int64_t report_submitted_at_ms;
    int64_t report_received_at_ms;
    int64_t report_late_days;
};

struct tq_board_question {
    struct tq_slice parent; /* communes of this unit; empty: all communes in the file */
    struct tq_slice period; /* whose report; empty: none */
    struct tq_slice type;   /* month, quarter, ... */
    int64_t since_ms;
    tq_day on; /* the communes that there are on it */
};

/* An open entry of held_row, conflict or correction_request. */
struct tq_open_entry {
    uint8_t id[TQ_SURROGATE_BYTES];
    struct tq_slice unit;
    struct tq_slice table_name;
    struct tq_slice row_key;
    struct tq_slice cell;
    struct tq_slice values;       /* held, kept, or new */
    struct tq_slice other_values; /* of a conflict the other one's, of a request the old ones */
    struct tq_slice author;
    struct tq_slice other_author;
    uint32_t device;
    uint32_t other_device;
    int64_t at_ms;
    int64_t other_at_ms;
    struct tq_slice reason;
    struct tq_slice detail;
};

/* One value ever sent for a cell. */
struct tq_why_entry {
    uint64_t set_n;
    uint32_t device;
    uint32_t incarnation;
    uint64_t set_seq;
    uint32_t place;
    uint64_t seq; /* given to it at its merge */
    struct tq_change change;
    int64_t e;
    int64_t received_t; /* Ta of its set */
    tq_verdict verdict; /* as the latest receipt says */
    tq_reason reason;
    bool current; /* it is the value of the cell now */
};

struct tq_verify_report {
    uint64_t sets;
    uint64_t receipts;
    uint64_t changes;
    uint64_t index_entries;
    uint64_t rows;
    bool damaged;
    char what[512]; /* the first damage: where and what, of phrases as facts are */
};

TQ_BEGIN_DECLS

/* The communes, by unit. */
TQ_MUST_CHECK tq_status tq_report_board(struct tq_district_store *store,
        const struct tq_board_question *question, struct tq_arena *arena, struct tq_board_row **out,
        size_t *count, struct tq_error *err);

/* Open entries of one unit or (empty) of all, oldest first. */
TQ_MUST_CHECK tq_status tq_report_held(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_report_conflicts(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_report_requests(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err);

/* Conflicts that are closed, of one unit or (empty) of all, the newest first, `most` at most: `reason`
 * is the decision (empty: a later value closed it), `author` and `at_ms` are who decided and when. */
TQ_MUST_CHECK tq_status tq_report_closed(struct tq_district_store *store, struct tq_slice unit,
        size_t most, struct tq_arena *arena, struct tq_open_entry **out, size_t *count,
        struct tq_error *err);

/* Open requests by a neighbour's name that a locked period made, without their values; `most` (> 0) at
 * most. */
TQ_MUST_CHECK tq_status tq_report_neighbours(struct tq_district_store *store,
        struct tq_slice author, size_t most, struct tq_arena *arena, struct tq_open_entry **out,
        size_t *count, struct tq_error *err);

/* Requests of neighbours that an officer refused, of one unit or (empty) of all. */
TQ_MUST_CHECK tq_status tq_report_refused(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err);

/* Every value ever sent for a cell (TQ_CELL_ROW: every change of the row), in order of arrival.
 * Reads the whole ledger. */
TQ_MUST_CHECK tq_status tq_report_why(struct tq_district_store *store,
        const struct tq_codec_ops *codec, const struct tq_table *table, struct tq_slice key,
        uint32_t cell, struct tq_arena *arena, struct tq_why_entry **out, size_t *count,
        struct tq_error *err);

/* The change that the cell's value is of, as it stands now; without its verdict. *found false: no such
 * row, or the district's program wrote it. */
TQ_MUST_CHECK tq_status tq_report_wrote(struct tq_district_store *store,
        const struct tq_codec_ops *codec, const struct tq_table *table, struct tq_slice key,
        uint32_t cell, struct tq_arena *arena, struct tq_why_entry *out, bool *found,
        struct tq_error *err);

/* When a row of an office was entered: the effective time of its insert (sync.md 5.2), which no clock
 * of a device can put later than its arrival. Fails: NOT_FOUND (no such row, or nobody's insert). */
TQ_MUST_CHECK tq_status tq_report_entered(struct tq_district_store *store,
        const struct tq_codec_ops *codec, const struct tq_table *table, struct tq_slice key,
        struct tq_arena *arena, int64_t *e, struct tq_error *err);

/* Walk everything: each set's hash, signature, place in its chain, effective times; each receipt's
 * signature and words against its set; the ledger hash over all of them against the history of
 * heads; every row against the index and the digests. Damage is not a failure: it is reported. */
TQ_MUST_CHECK tq_status tq_report_verify(struct tq_district_store *store,
        const struct tq_codec_ops *codec, tq_verify_fn verify, struct tq_verify_report *out,
        struct tq_error *err);

TQ_END_DECLS
#endif
