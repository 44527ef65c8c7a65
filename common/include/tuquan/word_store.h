/* word_store.h - What neighbouring districts say beside rows, in each Hello: by which agreement they
 * go, and the minutes that they have otherwise (docs/liaison.md).
 *
 * Ownership: what is read lives in the arena that was given.
 * Threads:   those of the store. Each call is a transaction unless the caller has begun one. */
#ifndef TQ_WORD_STORE_H
#define TQ_WORD_STORE_H

#include "tuquan/district_store.h"

struct tq_word {
    bool said; /* false: nothing was ever heard */
    struct tq_neighbour_words words;
    int64_t at_ms;
};

/* Minutes that a side has otherwise than the other, while one of them has signed. */
struct tq_minutes {
    uint32_t table;
    struct tq_slice key;
    int64_t link;
    bool incoming; /* a row of the neighbour's */
    bool before;   /* it signed what stood in our row before: what it says now is not known */
    struct tq_value words[3]; /* the neighbour's number, hash, day of its signature */
    int64_t since_ms;
};

TQ_BEGIN_DECLS

/* What a neighbour says now; link 0: in the mailbox that it reads. */
TQ_MUST_CHECK tq_status tq_words_put(struct tq_district_store *store, int64_t link,
        const struct tq_neighbour_words *words, int64_t now_ms, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_words_get(struct tq_district_store *store, int64_t link,
        struct tq_arena *arena, struct tq_word *out, struct tq_error *err);

/* In the place of what was known of the row. */
TQ_MUST_CHECK tq_status tq_minutes_put(
        struct tq_district_store *store, const struct tq_minutes *minutes, struct tq_error *err);
/* They are alike, or nobody has signed. *gone: there was such a line. */
TQ_MUST_CHECK tq_status tq_minutes_drop(struct tq_district_store *store, uint32_t table,
        struct tq_slice key, bool *gone, struct tq_error *err);
/* Of one link, or (0) of all; the first `most`. */
TQ_MUST_CHECK tq_status tq_minutes_list(struct tq_district_store *store, int64_t link, size_t most,
        struct tq_arena *arena, struct tq_minutes **out, size_t *count, struct tq_error *err);

/* Of a row of ours: what stood in its minutes when the neighbour's signature came. *answer 0: none
 * did. */
TQ_MUST_CHECK tq_status tq_signed_get(struct tq_district_store *store, uint32_t table,
        struct tq_slice key, uint64_t *answer, uint8_t minutes[TQ_HASH_BYTES],
        struct tq_error *err);
TQ_MUST_CHECK tq_status tq_signed_put(struct tq_district_store *store, uint32_t table,
        struct tq_slice key, uint64_t answer, const uint8_t minutes[TQ_HASH_BYTES],
        struct tq_error *err);

/* One line of what Hello carries, appended; and taken off its front: false: nothing more, or it is
 * malformed. */
void tq_minutes_encode(struct tq_buf *out, const struct tq_minutes *minutes);
bool tq_minutes_decode(struct tq_slice *from, struct tq_minutes *out);

TQ_END_DECLS
#endif
