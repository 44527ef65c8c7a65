/* merge.h - The merge at the district: sets in, rows, receipts and inbox out (sync.md section 5).
 *
 * Invariant: the result is a function of the sets and of the (Ta, o, e0), sequences and verdicts in
 *            their receipts, never of the order in which they are merged.
 * Ownership: the merger borrows its configuration; a batch's receipts live until the next batch.
 * Threads:   one; the thread that writes the district's store. */
#ifndef TQ_MERGE_H
#define TQ_MERGE_H

#include "tuquan/codec_ops.h"
#include "tuquan/district_ops.h"

struct tq_merge_config {
    const struct tq_catalogue *catalogue;
    const struct tq_district_ops *store;
    const struct tq_codec_ops *codec;
    struct tq_signer signer; /* the district's */
    tq_verify_fn verify;
};

/* One set on its way in and what became of it. */
struct tq_merge_item {
    const struct tq_set *set; /* in */
    uint32_t device;          /* in: the connection's identity; the set must be its own */
    int64_t offset_ms;        /* in: district minus Hello's clock, as measured */
    size_t nrefill;           /* in: not 0: the set comes back with the receipts that we gave it */
    const struct tq_slice *refill; /* in: those, encoded and signed */
    tq_status status;      /* out: OK; FORGED, PROTOCOL, COPIED, REVOKED...: nothing stored */
    struct tq_error error; /* out, with status */
    bool duplicate;        /* out: held before; the receipts are the old ones */
    bool ahead;            /* out, with PROTOCOL: sets before it are not held */
    size_t nreceipts;      /* out: 1, or for a duplicate or refilled one all there are */
    const struct tq_slice *receipts; /* out: encoded and signed */
};

/* What speaks against one change of the district's own. Values: NULL where there are none. */
struct tq_objection {
    size_t change;          /* which of those that were given */
    uint32_t column;        /* number; 0: the row */
    tq_status status;       /* RULE; IMMUTABLE: published; STALE: another value stands by now */
    tq_reason reason;       /* of RULE and IMMUTABLE */
    struct tq_value asked;  /* what the column was to hold */
    struct tq_value seen;   /* of STALE: what the writer saw in it */
    struct tq_value stands; /* of STALE: what it holds */
};

/* Changes of the district itself, and what came of them. */
struct tq_district_write {
    const struct tq_change *changes; /* table, cell, key, owner, columns, before, after, author */
    size_t count;
    uint64_t head; /* the ledger's head that they were worked out from; 0: `before` says enough */
    size_t nobjections;                    /* out: with RULE, IMMUTABLE, STALE; all there are */
    const struct tq_objection *objections; /* out: lives until the merger's next call */
};

struct tq_merger;

TQ_BEGIN_DECLS

/* Fails: NOMEM. `config` is copied; what it points to must outlive the merger. */
TQ_MUST_CHECK tq_status tq_merger_new(
        struct tq_merger **out, const struct tq_merge_config *config, struct tq_error *err);
void tq_merger_free(struct tq_merger *merger);

/* Merge all items in one transaction at wall clock `now_ms`. An item that is wrong gets its own
 * status and does not stop the others. When the transaction itself fails, nothing has changed and
 * the failure is returned; the caller may try the items one by one. */
TQ_MUST_CHECK tq_status tq_merge_batch(struct tq_merger *merger, struct tq_merge_item *items,
        size_t count, int64_t now_ms, struct tq_error *err);

/* Changes of the district itself: sealed as the next set of device 0, signed, merged. All or nothing:
 * fails with RULE or IMMUTABLE when a rule refuses one, with STALE when a row holds another value
 * than `before` (an insert: finds the row, with other values) or the head is another one. */
TQ_MUST_CHECK tq_status tq_merge_district(struct tq_merger *merger, struct tq_district_write *write,
        int64_t now_ms, struct tq_error *err);

/* Judge again what waited for a newer catalogue than the one of its time: to be called when a district
 * starts. What waits for a still newer one stays; nothing to do writes nothing. *released: how many
 * changes were judged. When it fails, nothing has changed. */
TQ_MUST_CHECK tq_status tq_merge_release_schema(
        struct tq_merger *merger, int64_t now_ms, size_t *released, struct tq_error *err);

/* Effective times of a set's changes (section 5.2) into e[0..nchanges). */
void tq_effective_times(
        const struct tq_set_body *body, int64_t ta, int64_t offset_ms, int64_t e0, int64_t *e);

/* The key of the inbox row in which the merge tells that a change of `device` is not the value of
 * `cell`. The change is as the ledger has it: the key is one over texts in NFC, into which the merge
 * brings them before it looks at anything. Fails: NOMEM, TOO_LARGE. */
TQ_MUST_CHECK tq_status tq_merge_conflict_id(const struct tq_change *change, uint32_t device,
        uint32_t cell, struct tq_arena *arena, uint8_t out[TQ_SURROGATE_BYTES],
        struct tq_error *err);

TQ_END_DECLS
#endif
