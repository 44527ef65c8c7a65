/* liaison_standing.h - Who stands for both sides of a link this year, and who is next, as the text
 * of the agreement has it.
 *
 * Ownership: names live in the app's arena. Threads: those of the app. */
#ifndef TQ_SERVER_LIAISON_STANDING_H
#define TQ_SERVER_LIAISON_STANDING_H

#include "app.h"
#include "tuquan/liaison.h"

struct liaison_standing {
    int year;
    struct tq_slice now; /* for people; empty: the text does not say */
    struct tq_slice next;
};

/* In the year of today. Fails: NOMEM, the file's. */
TQ_MUST_CHECK tq_status liaison_standing_read(struct app *app, const struct tq_agreement *agreement,
        struct liaison_standing *out, struct tq_error *err);

/* For `due`: a line for each link whose agreement names them, and "standing" in the result. */
TQ_MUST_CHECK tq_status liaison_standing_tell(
        struct app *app, struct cli *cli, struct tq_error *err);

#endif
