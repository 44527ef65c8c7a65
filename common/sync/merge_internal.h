/* merge_internal.h - What the files of the merge share: one batch, its sets, its rows.
 *
 * merge.c runs the batch; merge_admit.c lets sets in; merge_judge.c carries a judgement out;
 * merge_refill.c takes back sets that were lost, merge_amend.c receipts; merge_answer.c makes
 * receipts; merge_source.c finds the set behind a sequence; merge_row.c holds the rows of the batch
 * and writes them; merge_rules.c judges a change by itself; merge_cell.c decides the winner of a
 * cell; merge_held.c keeps and releases what waits; merge_dropped.c drops it with its row;
 * merge_decide.c carries out what others decide about it, merge_officer.c what an officer does;
 * merge_own.c asks what speaks against his own changes;
 * merge_inbox.c writes the rows that the merge itself makes (conflict, held_row, correction_request);
 * merge_report.c stamps reports that have arrived.
 * Ownership: everything of a batch lives in its arena. */
#ifndef TQ_MERGE_INTERNAL_H
#define TQ_MERGE_INTERNAL_H

#include "tuquan/digest.h"
#include "tuquan/mem.h"
#include "tuquan/merge.h"

#define MERGE_LOCKS 2048u    /* a power of two */
#define MERGE_ALL UINT32_MAX /* merge_forget_exceptions */
#define MERGE_ARENA_BYTES ((size_t)512 * 1024 * 1024)

/* A set whose changes are judged: one that arrives, or one of the ledger with held changes. */
struct merge_source {
    struct merge_source *next; /* in the batch's list */
    struct tq_set set;
    struct tq_set_body body;
    struct tq_device device;
    struct tq_chain chain; /* of its incarnation, before it */
    uint64_t n;
    uint64_t first_seq;
    int64_t ta;
    int64_t offset_ms;
    int64_t e0;
    int64_t *e;
    bool arrives;  /* in this batch: gets its first receipt; else an amending one if `amended` */
    bool refilled; /* comes back: answered by the receipts of then, no place is judged twice */
    bool elsewhere; /* held, and comes with a first receipt that is not this ledger's: two copies sent
                       it, the one to a district that was lost, the other to this one */
    bool replaying; /* merge_refill.c is carrying out what those receipts say */
    bool resumed;   /* came back before; a place that waited for its row was carried out only now */
    struct merge_fate *fates; /* what they say, per place; NULL: nothing */
    struct tq_slice *told;    /* those receipts that this ledger has not, by rising t */
    size_t ntold;
    struct tq_receipt first; /* of `told` */
    bool amended;
    struct tq_exception *exceptions;
    size_t nexceptions;
    size_t cap_exceptions;
    uint8_t *verdicts; /* per place, the worst of its cells (tq_verdict) */
    struct tq_merge_item *item;
};

/* A row of the batch. */
struct merge_row {
    struct merge_row *next; /* in its hash bucket */
    struct merge_row *next_dirty;
    const struct tq_table *table;
    struct tq_slice key;
    bool exists;
    bool dirty;
    bool existed; /* in the store, before the batch */
    bool touched; /* gets a new row sequence at the end */
    bool came;    /* began to exist in this batch: releases what waits for it */
    struct tq_value *values;
    const struct tq_value *was; /* the values before the batch; NULL: there was no row */
    struct tq_meta meta;
    uint8_t digest_before[TQ_DIGEST_BYTES];
};

struct merge_entry {
    struct tq_slice owner;
    struct tq_index_entry entry;
};

/* Is what falls on `lock_on` locked? The periods do not change while a batch is judged: its rows are
 * written afterwards. */
struct merge_lock {
    struct tq_slice lock_on;
    bool locked;
};

/* Held changes that this batch took out: a list read before may still name them. Open addressing. */
struct merge_gone {
    uint64_t *ids;
    size_t count;
    size_t room; /* a power of two, or 0 */
};

struct merge_batch {
    const struct tq_merge_config *config;
    const struct tq_district_ops *store;
    struct tq_arena *arena;
    struct tq_error *err;
    struct tq_district_state state;
    int64_t t;                    /* T of this transaction */
    int64_t t_begun;              /* before the sets raised it */
    struct merge_source *sources; /* arriving and loaded, newest first */
    struct merge_row **buckets;
    size_t nbuckets;
    struct merge_row *dirty;    /* rows to write */
    struct merge_source **good; /* admitted, in order of arrival */
    size_t ngood;
    struct merge_row **came; /* worklist of rows that began to exist */
    size_t ncame;
    size_t cap_came;
    struct merge_branch *branches; /* that were looked into, merge_again.c */
    struct merge_lock *locks;      /* answers about periods, MERGE_LOCKS of them; NULL: none yet */
    bool amends;     /* a set that the ledger holds came with receipts that it has not */
    bool any_held;   /* something waits: a change may overtake it */
    bool any_schema; /* something came back that had waited for a newer catalogue */
    struct merge_gone gone;
    struct merge_entry *entries; /* of the pull index */
    size_t nentries;
    size_t cap_entries;
};

/* What speaks against the district's own changes. */
struct merge_objections {
    struct tq_objection *list;
    size_t count;
    size_t cap;
};

/* Where the present value of a cell came from. */
struct merge_stamp {
    bool found; /* false: written by the district's program itself */
    struct merge_source *source;
    uint32_t place;
    int64_t e;
};

/* What receipts say of one place: its verdict, and the head under which it was known by it. */
struct merge_fate {
    bool named;
    struct tq_exception last;
    const struct tq_exception *list; /* of the receipt that named it last */
    size_t n;
    uint64_t lost;
    bool apart; /* by a receipt of a history that answered the set otherwise */
};

/* What the rules said of one change. column 0: the row. */
struct merge_verdict {
    tq_verdict verdict;
    tq_reason reason;
    uint32_t column;
    const struct tq_table *wait_table; /* for TQ_REASON_PARENT_* */
    struct tq_slice wait_key;
};

/* merge_source.c */
tq_status merge_source_by_n(struct merge_batch *batch, uint64_t n, struct merge_source **out);
tq_status merge_stamp_of(struct merge_batch *batch, uint64_t seq, struct merge_stamp *out);
tq_status merge_is_behind(struct merge_batch *batch, const struct merge_stamp *stamp,
        const struct merge_source *source, uint32_t place, bool *behind);
tq_status merge_is_own(struct merge_batch *batch, const struct merge_stamp *stamp,
        const struct merge_source *source, uint32_t place, bool *own);
tq_status merge_except(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint32_t cell, const struct merge_verdict *verdict);
void merge_forget_exceptions(struct merge_source *source, uint32_t place, uint32_t part);
bool merge_is_excepted(const struct merge_source *source, uint32_t place, uint32_t cell,
        struct merge_verdict *worst);

/* merge_again.c: the same event of one file; did another branch of the file bring this change, and
 * was it merged; does the branch of `source`, before `place`, hold the same change? */
/* Of one device, or of the one that went on with its file when the keys were lost. */
bool merge_same_file(const struct merge_source *a, const struct merge_source *b);
bool merge_same_change(const struct tq_change *a, const struct tq_change *b);
tq_status merge_had_already(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, bool *out);
tq_status merge_had_sent(struct merge_batch *batch, const struct tq_change *change,
        const struct merge_source *source, uint32_t place, bool *out);

/* merge_row.c */
tq_status merge_row_get(struct merge_batch *batch, const struct tq_table *table,
        struct tq_slice key, struct merge_row **out);
tq_status merge_rows_preload(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_slice *keys, size_t count);
tq_status merge_row_dirty(struct merge_batch *batch, struct merge_row *row);
tq_status merge_row_create(
        struct merge_batch *batch, struct merge_row *row, struct tq_slice owner, uint64_t seq);
tq_status merge_row_touch(struct merge_batch *batch, const struct tq_table *table,
        struct tq_slice key, struct tq_slice owner);
tq_status merge_row_entry(struct merge_batch *batch, struct tq_slice owner, uint64_t seq,
        const struct tq_table *table, struct tq_slice key, const struct merge_source *source,
        bool clean);
struct tq_slice merge_row_owner(const struct merge_row *row);
tq_status merge_rows_write(struct merge_batch *batch);
uint64_t merge_next_seq(struct merge_batch *batch);
void *merge_grow(struct merge_batch *batch, void *list, size_t count, size_t *cap, size_t size);

/* merge_rules.c. `skip` (may be NULL): one flag per column index that a later change overwrites. */
tq_status merge_rules(struct merge_batch *batch, struct merge_source *source,
        const struct tq_change *change, const bool *skip, struct merge_verdict *out);
tq_status merge_rules_frame(struct merge_batch *batch, struct merge_source *source,
        const struct tq_change *change, struct merge_verdict *out);
tq_status merge_part(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_change *insert, uint32_t cell, struct tq_change *out);
bool merge_is_newer(const struct merge_batch *batch, const struct merge_source *source);

/* merge_cell.c */
tq_status merge_cell(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row, uint32_t cell, struct merge_verdict *out);
bool merge_was_written(const struct merge_row *row, uint32_t cell);
tq_status merge_is_settled(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, const struct merge_row *row, uint32_t cell, const struct merge_stamp *present,
        bool *out);

/* merge_admit.c */
tq_status merge_admit(struct merge_batch *batch, struct merge_source *source, bool *good);
void merge_raise_t(struct merge_batch *batch, const struct merge_source *source);
tq_status merge_enter(struct merge_batch *batch, struct merge_source *source);
tq_status merge_normalise(struct merge_batch *batch, struct merge_source *source, bool tell);
/* One value, the new text in `arena`. `buf`: of MERGE_NFC_BYTES at most. */
#define MERGE_NFC_BYTES ((size_t)4 * TQ_MAX_TEXT_BYTES)
tq_status merge_normalise_value(struct tq_value *value, struct tq_buf *buf, struct tq_arena *arena,
        bool *changed, struct tq_error *err);

/* merge_answer.c */
tq_status merge_answer_all(
        struct merge_batch *batch, uint64_t head_before, const uint8_t *hash_before);

/* merge_judge.c: judge one change and carry out what follows; `seq` is its own or a new one. */
tq_status merge_judge(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, uint64_t seq);
/* Reasons that the writer can put right in the row that he entered. */
bool merge_is_correctable(tq_reason reason);
tq_status merge_put_aside(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_table *table, const struct merge_row *row, struct merge_verdict *verdict);
tq_status merge_judge_cells(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row);
tq_status merge_judge_part(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row, uint32_t cell);
tq_status merge_insert_row(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, const bool *skip);

/* merge_refill.c: sets that come back with their receipts */
tq_status merge_has_seen(struct merge_batch *batch, uint64_t seen, uint64_t seq, bool *out);
tq_status merge_is_covered(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, const struct merge_stamp *by, bool *out);
tq_status merge_refill_read(
        struct merge_batch *batch, struct merge_source *source, struct tq_merge_item *item);
tq_status merge_refill_enter(struct merge_batch *batch, struct merge_source *source);
tq_status merge_refill_judge(
        struct merge_batch *batch, struct merge_source *source, uint32_t place);
void merge_refill_verdict(const struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, struct merge_verdict *out);
void merge_refill_part(const struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, uint32_t cell, struct merge_verdict *out);
const bool *merge_refill_skip(struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, const struct tq_table *table);
tq_status merge_refill_release(
        struct merge_batch *batch, const struct tq_held *held, struct merge_row *row);
tq_status merge_refill_replay(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, uint64_t seq);
tq_status merge_refill_was(struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, uint64_t at, struct tq_exception *out, uint64_t *when);
unsigned merge_fate_weight(tq_verdict verdict);

/* merge_amend.c: sets that the ledger holds, told of a fate that it had lost */
tq_status merge_amend(struct merge_batch *batch);
tq_status merge_say_told(struct merge_batch *batch, struct merge_source *source, uint32_t place);

tq_status merge_refill_answer(struct merge_batch *batch, struct merge_source *source);

/* merge_own.c: the district's own changes. Compare asks each row whether it holds what the writer saw;
 * refused lists what the rules held against them; say makes the failure of the first, or OK. */
tq_status merge_own_compare(struct merge_batch *batch, const struct tq_change *changes,
        size_t count, struct merge_objections *out);
tq_status merge_own_refused(
        struct merge_batch *batch, const struct tq_change *changes, struct merge_objections *out);
tq_status merge_own_say(struct merge_batch *batch, const struct tq_change *changes,
        const struct merge_objections *of);

/* merge_void.c */
bool merge_is_entry(const struct tq_table *table, uint32_t cell, const struct tq_change *change);
tq_status merge_void_entered(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, struct merge_row *row);
tq_status merge_void_first(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        struct merge_row *row);

/* merge_held.c */
tq_status merge_hold(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        tq_held_kind kind, const struct merge_verdict *verdict);
tq_status merge_hold_part(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        tq_held_kind kind, uint32_t cell, const struct merge_verdict *verdict);
tq_status merge_release(struct merge_batch *batch);
tq_status merge_release_about(struct merge_batch *batch, const struct merge_row *row,
        const struct merge_source *source, uint32_t place);
tq_status merge_held_judge(struct merge_batch *batch, const struct tq_held *held);
tq_status merge_held_release(struct merge_batch *batch, const struct tq_held *held);
tq_status merge_held_take(
        struct merge_batch *batch, const struct tq_held *held, struct merge_source **source);
tq_status merge_overtake(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_row *row, uint32_t cell);
tq_status merge_try_correction(struct merge_batch *batch, const struct tq_table *table,
        struct tq_slice key, struct merge_source *source);

/* merge_tell.c */
tq_status merge_held_tell(struct merge_batch *batch, struct merge_source *source,
        const struct tq_held *held, const char *state);

/* merge_dropped.c */
tq_status merge_is_dropped(struct merge_batch *batch, const struct merge_source *source,
        const struct tq_table *table, struct tq_slice key, bool *out);
tq_status merge_drop_all(struct merge_batch *batch, const struct tq_held *list, size_t count,
        const struct merge_source *by);
tq_status merge_drop_followers(
        struct merge_batch *batch, const struct tq_table *table, struct tq_slice key);
tq_status merge_drop_before(struct merge_batch *batch, struct merge_source *source, uint32_t place);

/* merge_decide.c */
tq_status merge_row_is_granted(struct merge_batch *batch, const struct merge_row *row,
        const struct merge_source *source, bool *out);
bool merge_is_requested(const struct tq_held *held, const struct tq_change *change);
tq_status merge_request_join(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_verdict *verdict, bool *joined);
tq_status merge_request_again(
        struct merge_batch *batch, struct merge_source *source, uint32_t place);
tq_status merge_request_refused(
        struct merge_batch *batch, struct merge_row *request, uint64_t decided_at);
tq_status merge_request_of_copies(
        struct merge_batch *batch, struct merge_source *source, uint32_t place);
tq_status merge_release_schema(struct merge_batch *batch, size_t *released);

/* merge_officer.c: `entry` is the held_row of which `change` writes the decision */
/* A decision comes back: it was carried out then, and the inbox says so again. */
tq_status merge_held_decided_before(struct merge_batch *batch, const struct merge_row *entry);
/* Was the same, sent by another copy of its file, given back before? Then it is given back again:
 * what was to wait is refused. */
tq_status merge_held_was_returned(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, bool *out);
tq_status merge_held_stands(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        struct merge_verdict *verdict);
tq_status merge_held_decided(
        struct merge_batch *batch, const struct tq_change *change, const struct merge_row *entry);

/* merge_report.c */
tq_status merge_reports_stamp(struct merge_batch *batch);

/* merge_inbox.c */
tq_status merge_system_write(struct merge_batch *batch, struct merge_row *row,
        const char *const *columns, const struct tq_value *values, size_t count);
tq_status merge_request_turn(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const char *state, const struct tq_change *whole);
tq_status merge_request_close(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, const char *why);
tq_status merge_loser_add(struct merge_batch *batch, struct merge_row *row, uint32_t cell,
        struct merge_source *loser, uint32_t place, uint64_t seq);
tq_status merge_loser_settle(struct merge_batch *batch, const struct tq_loser *loser);
tq_status merge_inbox_refresh(struct merge_batch *batch, struct merge_row *row, uint32_t cell,
        struct merge_source *source, uint32_t place);
tq_status merge_inbox_show(struct merge_batch *batch, struct merge_row *row, uint32_t cell);
bool merge_cell_agrees(const struct tq_table *table, uint32_t cell, const struct tq_value *a,
        const struct tq_value *b, size_t count);
tq_status merge_conflict_decided(struct merge_batch *batch, struct merge_row *entry);
tq_status merge_held_note(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint32_t cell, const struct merge_verdict *verdict, const char *state);
/* Was the same asked before and refused? Then it is refused again: nobody decides twice. */
tq_status merge_request_stands(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, uint32_t cell, struct merge_verdict *verdict);
tq_status merge_request(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_change *asked);
void merge_change_id(const struct merge_source *source, uint32_t place, const char *domain,
        uint32_t cell, uint8_t out[TQ_SURROGATE_BYTES]);
bool merge_granted(struct merge_batch *batch, const struct tq_change *change);

#endif
