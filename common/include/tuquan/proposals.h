/* proposals.h - What a restored district wrote itself and lost, as offices still hold it: the list for
 * its officers, and what bears its own signature (sync.md section 7).
 *
 * Invariant: nothing here changes a row of the data; what is confirmed or signed comes back as changes
 *            of the district (device 0), for tq_merge_district.
 * Ownership: everything lives in the arena. Threads: that of the store. */
#ifndef TQ_PROPOSALS_H
#define TQ_PROPOSALS_H

#include "tuquan/codec_ops.h"
#include "tuquan/district_store.h"
#include "tuquan/ranking_store.h"

#define TQ_PROPOSALS_OF_A_DEVICE 4096u /* more are not taken; they stay marked at the office */
#define TQ_PROPOSALS_ALL 16384u
#define TQ_PROPOSALS_BYTES ((uint64_t)64 * 1024 * 1024)

struct tq_proposal {
    uint64_t id;
    const struct tq_table *table;
    struct tq_slice key;
    struct tq_cells cells;    /* what the offices hold; key columns apart */
    struct tq_stored_row now; /* as it stands here */
    int64_t first_at;
    uint32_t units;        /* communes that hold exactly this */
    uint32_t of;           /* communes that could */
    struct tq_slice names; /* of the units, with commas between */
    bool alone;            /* no other value of the same row is proposed */
};

TQ_BEGIN_DECLS

/* All that wait and still differ from what stands here, parents first. */
TQ_MUST_CHECK tq_status tq_proposals_list(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_proposal **out, size_t *n, struct tq_error *err);

/* How many wait, as far as is known without looking at their rows. */
TQ_MUST_CHECK tq_status tq_proposals_count(
        struct tq_district_store *store, uint64_t *out, struct tq_error *err);

/* Take out what does not differ any more (it came back, or was confirmed). */
TQ_MUST_CHECK tq_status tq_proposals_settle(
        struct tq_district_store *store, size_t *settled, struct tq_error *err);

/* This value is refused, and will not be asked about again; audited. Fails: NOT_FOUND. */
TQ_MUST_CHECK tq_status tq_proposals_refuse(struct tq_district_store *store, uint64_t id,
        struct tq_slice who, int64_t now_ms, struct tq_error *err);

/* The next lost publication whose rows, as one device offers them, bear the district's signature
 * (`sign_key`): as changes that put it back as it was; n is 0 when there is none. `after`: begin
 * behind this proposal (0: at first); *id: the one that was found. */
TQ_MUST_CHECK tq_status tq_proposals_signed(struct tq_district_store *store, struct tq_arena *arena,
        tq_verify_fn verify, const uint8_t *sign_key, uint64_t after, int64_t now_ms,
        struct tq_slice author, struct tq_changes *out, uint64_t *id, struct tq_error *err);

TQ_END_DECLS
#endif
