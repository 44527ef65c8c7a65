/* today.h - The list of what is due at an office, which cmd_today.c and today_border.c fill.
 *
 * Ownership: rows live in the app's arena.
 * Threads:   that of the command. */
#ifndef TQ_CLIENT_TODAY_H
#define TQ_CLIENT_TODAY_H

#include "app.h"

#define TODAY_HORIZON_DAYS 7    /* what is due within a week is shown, too */
#define TODAY_MOST_BORDER 2000u /* looked at: those that are frozen are left out of them */
#define TODAY_MOST 100u         /* of one kind: more than that is not worked off in a day */

/* What a line says: its code for programs, its words, what to do about it. */
struct today_kind {
    const char *code;
    struct cli_text kind;
    struct cli_text next;
};

struct today {
    struct app *app;
    struct cli_table out;
    tq_day day;
    int64_t now_ms;
    size_t late;
};

/* Add a line about a row. */
void today_put(struct today *today, const struct today_kind *kind, const struct tq_table *table,
        struct tq_slice key, struct tq_slice name, int64_t due_ms);

/* ... that is due by the end of a day, under its own name. */
TQ_MUST_CHECK tq_status today_put_row(struct today *today, const struct today_kind *kind,
        const struct tq_table *table, struct tq_slice key, tq_day due, struct tq_error *err);

/* What is due across the border: by the rules of border_due.h, the hand-over that the agreements ask
 * for, agreements that end. */
TQ_MUST_CHECK tq_status today_border(struct today *today, struct tq_error *err);

#endif
