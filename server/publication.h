/* publication.h - A ranking published by two people: prepared by one, signed by another, and nothing
 * signed but what was prepared.
 *
 * Ownership: none kept. Threads: the app's. */
#ifndef TQ_SERVER_PUBLICATION_H
#define TQ_SERVER_PUBLICATION_H

#include <jansson.h>

#include "app.h"
#include "tuquan/ranking_store.h"

/* The period, sheet and documents that the command names. Fails: as rank_sheet. */
TQ_MUST_CHECK tq_status publication_order(
        struct app *app, struct cli *cli, struct tq_publication *out, struct tq_error *err);

/* By one alone, where there are no accounts. Fails: PAGE_TWO (there are); as tq_ranking_publish. */
TQ_MUST_CHECK tq_status publication_alone(struct app *app, struct cli *cli, struct tq_error *err);

/* What publishing would write now is kept under its digest; what was prepared before gives way. Fails:
 * as tq_ranking_publish. */
TQ_MUST_CHECK tq_status publication_prepare(struct app *app, struct cli *cli, struct tq_error *err);

/* --digest, where given, is what was read. Fails: NOT_FOUND (nothing is prepared), PAGE_TWO (the same
 * account), PAGE_PREPARED (it is another table by now: what changed is in the answer). */
TQ_MUST_CHECK tq_status publication_sign(struct app *app, struct cli *cli, struct tq_error *err);
TQ_MUST_CHECK tq_status publication_withdraw(
        struct app *app, struct cli *cli, struct tq_error *err);

/* What publishing now would write, what stands against it, and what is prepared. */
TQ_MUST_CHECK tq_status publication_show(struct app *app, struct cli *cli, struct tq_error *err);

/* publication_facts.c */

/* A version's list of differences as [{unit, name, what, area, before, after}]. NULL: no memory. */
json_t *publication_differences(struct app *app, struct tq_slice text);

/* "Xã A điểm: 91,50 > 91,20; ..." of prepared_changes. Appends; the first few, and how many more. */
void publication_tell_changes(
        struct app *app, const struct cli *cli, const json_t *changes, struct tq_buf *out);

#endif
