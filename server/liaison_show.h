/* liaison_show.h - What the reading words of `liaison` tell: list, journal, show, check,
 * due.
 *
 * Threads: the main thread. */
#ifndef TQ_SERVER_LIAISON_SHOW_H
#define TQ_SERVER_LIAISON_SHOW_H

#include "app.h"
#include "tuquan/liaison.h"
#include "tuquan/liaison_store.h"

TQ_MUST_CHECK tq_status liaison_list(struct app *app, struct cli *cli, struct tq_error *err);

/* What crossed and what was refused, by the options of the command; `link`: 0 all of them. */
TQ_MUST_CHECK tq_status liaison_journal(
        struct app *app, struct cli *cli, int64_t link, struct tq_error *err);

/* The sentence of a code of either catalogue; "" for another text. */
const char *liaison_why(const struct cli *cli, struct tq_slice code);

/* An agreement as it is read: of a link, with how it stands; of a file, before it is brought in. */
TQ_MUST_CHECK tq_status liaison_show(struct app *app, struct cli *cli, struct tq_error *err);
TQ_MUST_CHECK tq_status liaison_check(struct app *app, struct cli *cli, struct tq_error *err);

/* Say so where the neighbour, as it was last heard, is too old for a text that was just agreed on;
 * "partner_older" in JSON. */
TQ_MUST_CHECK tq_status liaison_warn_older(struct cli *cli, const struct tq_link_info *link,
        const struct tq_agreement *agreement, struct tq_error *err);

/* What must be answered or done with neighbours, by the day it is due. */
TQ_MUST_CHECK tq_status liaison_due(struct app *app, struct cli *cli, struct tq_error *err);

#endif
