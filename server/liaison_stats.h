/* liaison_stats.h - Statistics that an agreement lists: half-yearly ("2020-H1") and yearly ("2020"),
 * drafted from the register, small counts hidden, and sent as rows of the link.
 *
 * Ownership: the caller's.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_LIAISON_STATS_H
#define TQ_SERVER_LIAISON_STATS_H

#include "app.h"
#include "tuquan/calendar.h"
#include "tuquan/liaison.h"
#include "tuquan/words.h"

#define STATS_DAYS 15 /* behind the end of a period they are due */

#define STATS_SAY 64u /* bytes of a period in words */

struct stats_period {
    char code[16]; /* "2020-H1", "2020" */
    char from[16];
    char to[16];
};

/* false: no such period. */
bool stats_period_read(struct tq_slice code, struct stats_period *out);

/* "sáu tháng đầu năm 2020"; what is no period as it stands. */
void stats_period_say(struct tq_slice code, tq_lang lang, char out[STATS_SAY]);

/* Does an article name this table? */
bool stats_listed(const struct tq_agreement *agreement, const char *table);

/* The half-year and the year that ended last, as far as the agreement was in force at their end; none
 * when it lists no statistics or no kinds, or is not in force. When its own last day comes within
 * `soon_days`, as of that day: what ends with it must be sent on it. */
size_t stats_periods_due(const struct tq_agreement *agreement, tq_day today, int soon_days,
        struct stats_period out[2]);

/* liaison statistics NAME PERIOD [--send]. Drafts are counted anew, sent as they stand; what was sent
 * stays. Fails: NOT_FOUND, LIAISON_ENDED (or not in force), LIAISON_OUTSIDE (no article lists them, or
 * no kinds are named), NOT_COMPLETE (the period goes on). */
TQ_MUST_CHECK tq_status liaison_statistics(struct app *app, struct cli *cli, struct tq_error *err);

#endif
