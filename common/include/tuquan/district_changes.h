/* district_changes.h - The ledger page by page, the newest first: every change that ever came, by
 * commune, person, row and day; and every receipt.
 *
 * One page looks at a bounded part of the ledger and says where it got to: what is asked for may lie
 * further back, and the next page goes on there.
 * Ownership: results live in the arena that was given.
 * Threads:   those of the store; a reading store is enough. Each page is one snapshot. */
#ifndef TQ_DISTRICT_CHANGES_H
#define TQ_DISTRICT_CHANGES_H

#include "tuquan/codec_ops.h"
#include "tuquan/district_reports.h"

/* Most changes that one page looks at, in whole sets. */
#define TQ_CHANGES_MOST 20000u
/* Most sets that one page passes, those that cannot hold what is asked for among them. */
#define TQ_CHANGES_SETS 20000u

/* A change: the place-th of the n-th set. */
struct tq_changes_place {
    uint64_t n;
    uint32_t place;
};

struct tq_changes_question {
    struct tq_slice unit;   /* who sent it, or whose row the district changed; empty: all */
    struct tq_slice author; /* part of the name, marks and capitals do not count; empty: all */
    const struct tq_table *table;   /* NULL: all */
    struct tq_slice key;            /* of the table; empty: all */
    int64_t from_ms;                /* received at or after; 0: ever */
    int64_t until_ms;               /* received before; 0: now */
    uint32_t verdicts;              /* bits 1 << tq_verdict; 0: all */
    struct tq_changes_place before; /* n 0: from the newest */
    size_t limit;
};

struct tq_changes_page {
    struct tq_why_entry *list; /* `current` is not told */
    struct tq_slice *units;    /* of the device, one for each */
    size_t count;
    bool more; /* there may be more from `next` on */
    struct tq_changes_place next;
    int64_t reached_ms; /* when the oldest set that was looked at was received */
};

/* One receipt, with the set that it is about. */
struct tq_receipt_line {
    uint64_t pos;
    uint32_t device;
    struct tq_slice unit;
    struct tq_slice machine;
    uint64_t set_seq;
    int64_t at_ms;
    bool amending;
    uint64_t accepted;
    uint64_t superseded;
    uint64_t held;
    uint64_t refused;
    uint64_t requested;
    struct tq_slice set_hash; /* empty: the set is not in the ledger any more */
};

TQ_BEGIN_DECLS

/* One page of the changes that the question is about, the newest first. Fails: INVALID (the
 * author is no text), CORRUPT (a set cannot be read), NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_changes_list(struct tq_district_store *store,
        const struct tq_codec_ops *codec, const struct tq_changes_question *question,
        struct tq_arena *arena, struct tq_changes_page *out, struct tq_error *err);

/* At most `limit` of one unit or (empty) of all, older than place `before` (0: from the newest). */
TQ_MUST_CHECK tq_status tq_receipts_list(struct tq_district_store *store, struct tq_slice unit,
        uint64_t before, size_t limit, struct tq_arena *arena, struct tq_receipt_line **out,
        size_t *count, struct tq_error *err);

TQ_END_DECLS
#endif
