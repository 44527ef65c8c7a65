/* office.h - The office's steps of a sync: seal, take a receipt, lay rows, compare, repair.
 *
 * Each step is one transaction: it happens wholly or not at all (sync.md sections 3, 4 and 6).
 * Invariant: file = canonical rows + unsettled cells, at every commit.
 * Ownership: struct tq_office is the caller's; what it points to must outlive it.
 * Threads:   the thread that owns the database handle. */
#ifndef TQ_OFFICE_H
#define TQ_OFFICE_H

#include "tuquan/codec_ops.h"
#include "tuquan/office_ops.h"

#define TQ_PART_BYTES ((size_t)512 * 1024) /* a set is cut when it grows beyond this */
#define TQ_PART_CHANGES ((size_t)50000)

/* Text to NFC, appended to `out`. Fails: ENCODING, NOMEM. base/text's tq_text_nfc fits. */
typedef tq_status (*tq_nfc_fn)(struct tq_slice text, struct tq_buf *out, struct tq_error *err);

/* Sum of the canonical rows of one table and owner, as the last comparison and the transactions
 * after it know it. */
struct tq_sum {
    uint32_t table;
    uint32_t owner_len;
    uint8_t owner[48];
    uint64_t rows;
    uint8_t sum[TQ_DIGEST_BYTES];
};

#define TQ_SUMS_MAX 64u
#define TQ_READ_EVERY_ROW_MS ((int64_t)7 * 24 * 3600 * 1000)

struct tq_sums {
    bool valid;
    bool changed;    /* by the open transaction */
    uint32_t schema; /* columns as of */
    uint32_t wrong;  /* how often a reading of every row found other sums */
    size_t n;
    struct tq_sum list[TQ_SUMS_MAX];
};

#define TQ_KEEP_SETS_MS (INT64_C(366) * 24 * 3600 * 1000)

struct tq_office {
    const struct tq_catalogue *catalogue;
    const struct tq_office_ops *ops;
    void *store; /* ctx of ops */
    const struct tq_codec_ops *codec;
    const struct tq_signer *signer;
    tq_verify_fn verify;
    uint8_t district_key[TQ_SIGN_KEY_BYTES];
    tq_nfc_fn nfc;                 /* NULL: text is taken as it is */
    size_t part_bytes;             /* 0: TQ_PART_BYTES */
    size_t part_changes;           /* 0: TQ_PART_CHANGES */
    bool in_session;               /* kept by the session: broadcasts wait */
    uint8_t place[TQ_PLACE_BYTES]; /* of machine and folder; zeros: unknown */
    struct tq_sums sums;           /* zero at first */
    uint64_t backed_up;            /* kept by the session: as Welcome said, if nothing is lacking */
    bool rebuilding;               /* kept by the session: the district was restored, `top` stays */
    bool keeps_top; /* kept by the session: an answer by file, perhaps of another history */
    struct tq_head_words heads;      /* of a district towards its neighbour; zeros at an office */
    struct tq_neighbour_words words; /* the same; borrowed */
    uint64_t epoch; /* kept by the session: of the district whose history holds `top`; 0: unknown */
};

struct tq_seal_result {
    size_t sets;
    size_t changes;
    size_t normalised;
};

/* What a chunk did. */
typedef enum tq_apply_outcome {
    TQ_APPLY_DONE,
    TQ_APPLY_IGNORED, /* does not continue this file: repeated, reordered, of another pull */
    TQ_APPLY_RECEIPT, /* names a set whose receipt is missing: `missing` says which */
} tq_apply_outcome;

struct tq_apply_result {
    tq_apply_outcome outcome;
    struct tq_chain_point missing;
    size_t rows;
    size_t settled;
};

typedef enum tq_broadcast_outcome {
    TQ_BROADCAST_DONE,
    TQ_BROADCAST_GAP,   /* applied, but one before it was missed: pull, after a random delay */
    TQ_BROADCAST_WAIT,  /* a session runs: nothing was laid; pull when it has ended */
    TQ_BROADCAST_UNMET, /* of a start of the district that no session met: nothing was laid; pull */
} tq_broadcast_outcome;

TQ_BEGIN_DECLS

/* Seal everything in the log. Nothing in it: OK with 0 sets. Fails also: TOO_LARGE when a single
 * change exceeds the limits. */
TQ_MUST_CHECK tq_status tq_office_seal(struct tq_office *office, int64_t now_ms,
        struct tq_seal_result *result, struct tq_error *err);

/* Go on under a new incarnation (the file was restored or copied), in one transaction: what is
 * sealed without a receipt is sealed again, as rows that keep the incarnation they were captured
 * under; the old bytes stay, unsent. `fork` says which and why, `parent` must be the last set with a
 * receipt (else PROTOCOL: the file moved on meanwhile); since and at are filled in. */
TQ_MUST_CHECK tq_status tq_office_reincarnate(struct tq_office *office, struct tq_office_fork *fork,
        int64_t now_ms, struct tq_error *err);

/* Another device goes on with the file (its keys were lost): bound to the certificate, and what is
 * sealed without a receipt sealed again with the new key, in one transaction. What has its receipt
 * stays as it was signed; later words about it come to the new device. Nothing to do: OK. Fails:
 * WRONG_FILE. */
TQ_MUST_CHECK tq_status tq_office_rebind(struct tq_office *office,
        const struct tq_certificate *certificate, struct tq_slice district_name, int64_t now_ms,
        struct tq_error *err);
/* Whose file it is, for Join: device, incarnation, last set with a receipt; zeros of a new file. */
TQ_MUST_CHECK tq_status tq_office_whose(
        struct tq_office *office, struct tq_join *join, struct tq_error *err);

/* Store a receipt and settle what it settles. *mine false: of another chain, or of a set whose rows
 * went out again under a new incarnation: ignored. Fails also: FORGED (signature), COPIED (the set
 * of that number has another hash here). */
TQ_MUST_CHECK tq_status tq_office_take_receipt(struct tq_office *office,
        const struct tq_receipt *receipt, int64_t now_ms, bool *mine, struct tq_error *err);

/* Store the amending receipts of one chunk and lay its rows. `scope` is the one of Welcome,
 * remembered with `complete`. Fails also: COPIED (the chunk continues a set that is not this
 * file's), FORGED, PROTOCOL. */
TQ_MUST_CHECK tq_status tq_office_apply_rows(struct tq_office *office, const struct tq_rows *rows,
        struct tq_slice scope, int64_t now_ms, struct tq_apply_result *result,
        struct tq_error *err);

/* Bring the range of a repair to what the district says and record each difference. */
TQ_MUST_CHECK tq_status tq_office_apply_repair(struct tq_office *office, const struct tq_rows *rows,
        uint64_t as_of, int64_t now_ms, uint32_t *repaired, struct tq_error *err);

/* Lay the public rows of a broadcast. */
TQ_MUST_CHECK tq_status tq_office_apply_broadcast(struct tq_office *office,
        const struct tq_broadcast *broadcast, int64_t now_ms, tq_broadcast_outcome *outcome,
        struct tq_error *err);

/* Sum of the canonical rows in a range (rows and sum of `range` are filled in); columns as of
 * `schema`. Within a transaction. */
TQ_MUST_CHECK tq_status tq_office_digest(
        struct tq_office *office, uint32_t schema, struct tq_range *range, struct tq_error *err);

/* Cut table and owner into ranges of at most `per_range` canonical rows (and at most `max`), with
 * their sums; keys go into `arena`. Within a transaction. */
TQ_MUST_CHECK tq_status tq_office_split(struct tq_office *office, uint32_t schema, uint32_t table,
        struct tq_slice owner, size_t per_range, size_t max, struct tq_arena *arena,
        struct tq_range **out, size_t *n, struct tq_error *err);

/* Compare with the digests of a `complete`, in one read transaction: *unequal of them differ and
 * stand in `out` (borrowed keys). *every_row: every row was read; it is, unless the sums of the
 * comparison before were kept up to date since: not once a week, not after a write by anybody else,
 * a repair, a failure, or a start of this program (a crash, too). Sums that differ are never taken
 * at their word. */
TQ_MUST_CHECK tq_status tq_office_compare(struct tq_office *office, uint32_t schema,
        const struct tq_digest *digests, size_t ndigests, int64_t now_ms, struct tq_arena *arena,
        struct tq_digest **out, size_t *unequal, bool *every_row, struct tq_error *err);

/* Give back the room of sets that are in a tested backup of the district and older than
 * TQ_KEEP_SETS_MS, both by the district's word and clock; a bounded number at once. */
TQ_MUST_CHECK tq_status tq_office_prune(
        struct tq_office *office, size_t *pruned, struct tq_error *err);

/* Record that the file equals the district as of H. */
TQ_MUST_CHECK tq_status tq_office_record_equal(
        struct tq_office *office, uint64_t h, int64_t now_ms, bool every_row, struct tq_error *err);

TQ_END_DECLS
#endif
