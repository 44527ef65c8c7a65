/* head_store.h - Heads of ledgers that two districts vouch for (docs/liaison.md).
 *
 * Ownership: lists live in the arena that was given.
 * Threads:   those of the store. Each call is a transaction unless the caller has begun one. */
#ifndef TQ_HEAD_STORE_H
#define TQ_HEAD_STORE_H

#include "tuquan/district_store.h"

typedef enum tq_head_kind {
    TQ_HEAD_TOLD = 0, /* in a mailbox: the neighbour's own, as it said last */
    TQ_HEAD_SEEN,     /* in a mailbox: ours, as it countersigned last */
    TQ_HEAD_THEIRS,   /* the neighbour's, which we countersign */
    TQ_HEAD_OURS,     /* ours, with the neighbour's countersignature */
} tq_head_kind;

struct tq_head_record {
    int64_t link;             /* 0: of a mailbox */
    struct tq_head_word word; /* seq 0: there is none */
    uint8_t signer[TQ_SIGN_KEY_BYTES];
    uint64_t known;
    int64_t at_ms;
};

/* A lawful restore lost a head of ours: who said so. */
struct tq_head_excuse {
    int64_t at_ms;
    struct tq_slice who;
    struct tq_slice why;
};

TQ_BEGIN_DECLS

/* In a mailbox: what a Hello brought takes the place of what was there. */
TQ_MUST_CHECK tq_status tq_heads_heard(struct tq_district_store *store,
        const struct tq_head_words *words, int64_t now_ms, struct tq_error *err);

/* One of this sequence that is there stays. */
TQ_MUST_CHECK tq_status tq_heads_put(struct tq_district_store *store, tq_head_kind kind,
        const struct tq_head_record *record, struct tq_error *err);

/* The one that was put last. */
TQ_MUST_CHECK tq_status tq_heads_last(struct tq_district_store *store, tq_head_kind kind,
        int64_t link, struct tq_head_record *out, struct tq_error *err);

/* All of a kind, of all links, the oldest first. */
TQ_MUST_CHECK tq_status tq_heads_list(struct tq_district_store *store, tq_head_kind kind,
        struct tq_arena *arena, struct tq_head_record **out, size_t *count, struct tq_error *err);

/* Can a restore in the trail have lost `seq`: did the ledger of its copy end before, and does what was
 * written since begin behind it? A restore whose entry does not say both explains nothing. */
TQ_MUST_CHECK tq_status tq_heads_lost_by_restore(
        struct tq_district_store *store, uint64_t seq, bool *out, struct tq_error *err);

/* The first word about a head stays. */
TQ_MUST_CHECK tq_status tq_heads_excuse(struct tq_district_store *store,
        const struct tq_head_record *head, const struct tq_head_excuse *excuse,
        struct tq_error *err);

/* *found false: nobody has said so. Texts live in the arena. */
TQ_MUST_CHECK tq_status tq_heads_excused(struct tq_district_store *store,
        const struct tq_head_record *head, struct tq_arena *arena, struct tq_head_excuse *out,
        bool *found, struct tq_error *err);

TQ_END_DECLS
#endif
