/* border_cover.h - Does an agreement in force let a row cross the border today? From the rows of
 * liaison_agreement that a district tells its offices (server/liaison_publish.c), so that office and
 * district say the same. Nothing is enforced at the border by it: tq_liaison_judge is.
 *
 * Ownership: what is loaded lives in the arena that was given.
 * Threads:   those of the records. */
#ifndef TQ_BORDER_COVER_H
#define TQ_BORDER_COVER_H

#include "tuquan/records.h"

/* Why a row does not cross. */
typedef enum tq_cover_why {
    TQ_COVER_FINE = 0,
    TQ_COVER_NONE,     /* no agreement names the two communes */
    TQ_COVER_EARLY,    /* one does, from a later day on */
    TQ_COVER_OVER,     /* one did: it ended, or its days are over */
    TQ_COVER_TABLE,    /* one is in force, and names no such rows */
    TQ_COVER_CATEGORY, /* ... or not of this kind */
} tq_cover_why;

struct tq_cover {
    tq_cover_why why;
    struct tq_slice number; /* of the agreement that comes closest; empty: none */
    struct tq_slice day;    /* its first day, or its last one */
};

/* The agreements that were ever told. */
struct tq_covers {
    const struct tq_table *table;
    struct tq_record *list;
    size_t count;
    struct tq_slice today; /* YYYY-MM-DD */
};

TQ_BEGIN_DECLS

/* `day`: today. Fails: what the database fails with. */
TQ_MUST_CHECK tq_status tq_covers_load(struct tq_covers *out, struct tq_records *records,
        int64_t day, struct tq_arena *arena, struct tq_error *err);

/* Of a row (values in catalogue order); fine of a table that never crosses. */
struct tq_cover tq_covers_judge(const struct tq_covers *covers, const struct tq_table *table,
        const struct tq_value *values);

/* ... and it is stopped: it was sent, or came, and is not void. */
bool tq_cover_stops(
        const struct tq_cover *cover, const struct tq_table *table, const struct tq_value *values);

/* The rule that a row breaks: LIAISON_ENDED, LIAISON_OUTSIDE; OK. */
tq_status tq_cover_code(const struct tq_cover *cover);

TQ_END_DECLS
#endif
