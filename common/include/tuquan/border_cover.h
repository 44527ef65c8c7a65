/* border_cover.h - The agreements that were told, as cover.h judges by them.
 *
 * Ownership: what is loaded lives in the arena that was given.
 * Threads:   those of the records. */
#ifndef TQ_BORDER_COVER_H
#define TQ_BORDER_COVER_H

#include "tuquan/cover.h"
#include "tuquan/records.h"

/* The agreements that were ever told. */
struct tq_covers {
    struct tq_record *list;
    size_t count;
    struct tq_slice today; /* YYYY-MM-DD */
};

TQ_BEGIN_DECLS

/* `day`: today. Fails: what the database fails with. */
TQ_MUST_CHECK tq_status tq_covers_load(struct tq_covers *out, struct tq_records *records,
        int64_t day, struct tq_arena *arena, struct tq_error *err);

/* Of a row (values in catalogue order), what the agreement says that comes closest to it. */
struct tq_cover tq_covers_judge(const struct tq_covers *covers, const struct tq_table *table,
        const struct tq_value *values);

TQ_END_DECLS
#endif
