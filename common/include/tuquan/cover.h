/* cover.h - Does an agreement in force let a row cross the border today? Pure: judged by the rows of
 * liaison_agreement that a district tells its offices (server/liaison_publish.c), so that office and
 * district say the same. Nothing is enforced at the border by it: tq_liaison_judge is.
 *
 * Ownership: slices are those of the values that were given.
 * Threads:   none inside. */
#ifndef TQ_COVER_H
#define TQ_COVER_H

#include "tuquan/catalogue.h"
#include "tuquan/error.h"

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

TQ_BEGIN_DECLS

/* What one agreement (values of a row of liaison_agreement) says of a row; `today` is YYYY-MM-DD. Fine
 * of a table that never crosses. */
struct tq_cover tq_cover_of(const struct tq_value *agreement, struct tq_slice today,
        const struct tq_table *table, const struct tq_value *values);

/* Is the first said by an agreement that comes closer to the row than the second's? */
bool tq_cover_is_closer(const struct tq_cover *one, const struct tq_cover *other);

/* The row is stopped: it was sent, or came, is not void, and does not cross. */
bool tq_cover_stops(
        const struct tq_cover *cover, const struct tq_table *table, const struct tq_value *values);

/* An agreement names the two communes, and does not let the row cross: nobody there or here may answer
 * it. Where none ever did, border rows are a register of what goes on paper. */
bool tq_cover_bars(const struct tq_cover *cover);

/* The rule that a row breaks: LIAISON_ENDED, LIAISON_OUTSIDE; OK. */
tq_status tq_cover_code(const struct tq_cover *cover);

TQ_END_DECLS
#endif
