/* border_due.h - What is due across the border, for the office and for the district: rows by the day in
 * one of their columns, the hand-over of each January, an agreement that ends.
 *
 * Each program has its own words for a rule and its own horizon; what is due, and by which day, is
 * said here alone.
 * Ownership: rules are static; what a query means lives in its struct, which must not be moved.
 * Threads:   pure functions. */
#ifndef TQ_BORDER_DUE_H
#define TQ_BORDER_DUE_H

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/calendar.h"
#include "tuquan/records.h"

#define TQ_BORDER_SIGN_DAYS 7     /* behind the day of a meeting: minutes written, signed by both */
#define TQ_AGREEMENT_SOON_DAYS 30 /* before an agreement ends, it is told */

typedef enum tq_border_due {
    TQ_BORDER_REPLY_OURS,
    TQ_BORDER_REPLY_THEIRS,
    TQ_BORDER_MEETING, /* it comes */
    TQ_BORDER_PATROL,
    TQ_BORDER_HANDOVER,    /* its day stands, its minutes do not */
    TQ_BORDER_MINUTES,     /* a meeting was held, and has none */
    TQ_BORDER_SIGN_OURS,   /* minutes that we have not signed */
    TQ_BORDER_SIGN_THEIRS, /* or they */
    TQ_BORDER_STATISTICS_SEEN,
    TQ_BORDER_SEEN, /* a meeting, patrol, hand-over of theirs, to acknowledge */
    TQ_BORDER_DUE_COUNT
} tq_border_due;

/* Rows of a table that are not done: `open` is empty. */
struct tq_border_rule {
    tq_border_due due;
    const char *table;
    const char *day; /* of the row; it is due so many `days` behind it */
    int days;
    const char *open;
    const char *direction; /* NULL: the table has none */
    bool signs;            /* of rows that have minutes */
    bool theirs;           /* the neighbour's to do */
    bool came;             /* of rows that the neighbour made */
};

struct tq_border_query {
    struct tq_query query;
    char from[TQ_DAY_TEXT];
    char to[TQ_DAY_TEXT];
};

TQ_BEGIN_DECLS

/* All of them, static; several may bear one name: minutes of a meeting, of a patrol. */
const struct tq_border_rule *tq_border_rules(size_t *count);

/* The rows of a rule that are due by the day `until`; never closed ones, drafts where they are asked
 * for. The caller adds whose, how many, in which order. */
void tq_border_query_init(struct tq_border_query *out, const struct tq_border_rule *rule,
        const struct tq_catalogue *catalogue, tq_day today, tq_day until, bool drafts);

/* The day by which a row of that query is due; false when it has none. */
bool tq_border_due_on(const struct tq_border_rule *rule, const struct tq_table *table,
        const struct tq_value *values, tq_day *out);

/* The standing unit goes round each year: by the end of January the hand-over has its minutes, from
 * `soon` days before. Not in the first year of an agreement (its first and last day as text): nobody
 * stood before. false: none is due. */
bool tq_border_handover_due(
        struct tq_slice from, struct tq_slice to, tq_day today, int soon, int *year, tq_day *due);

/* The hand-overs of that year that have their minutes. */
void tq_border_handover_query(struct tq_query *out, const struct tq_catalogue *catalogue, int year);

TQ_END_DECLS
#endif
