/* district_found.h - Changes of the ledger that somebody asked for, copied out of the sets that they
 * came in, with what became of them.
 *
 * Ownership: the list and all that it names live in its arena. */
#ifndef TQ_STORE_DISTRICT_FOUND_H
#define TQ_STORE_DISTRICT_FOUND_H

#include "store/district_internal.h"
#include "tuquan/district_reports.h"

struct found_list {
    struct tq_arena *arena;
    struct tq_why_entry *list;
    size_t count;
    size_t room;
};

/* The change at `place`, accepted as far as is known. */
tq_status found_add(struct found_list *found, const struct tq_ledger_set *set,
        const struct tq_change *change, uint32_t place, int64_t e, struct tq_error *err);

/* What the receipts of the set call those from `first` on; the latest word stands. */
tq_status found_read_verdicts(struct tq_district_store *store, const struct tq_codec_ops *codec,
        const struct tq_ledger_set *set, struct tq_arena *scratch, struct found_list *found,
        size_t first, struct tq_error *err);

#endif
