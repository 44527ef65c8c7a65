/* liaison_run.h - The links of a running district: a thread that goes its rounds, and one for each
 * mailbox that a partner may knock at. The district's own loop knows nothing of them.
 *
 * Ownership: liaison_start gives the service to the caller, who stops it.
 * Threads:   its own; each has its own handles of the files. */
#ifndef TQ_SERVER_LIAISON_RUN_H
#define TQ_SERVER_LIAISON_RUN_H

#include "app.h"

struct liaison_service;

/* Fails: NOMEM, IO, as app_open. */
TQ_MUST_CHECK tq_status liaison_start(struct liaison_service **out, const struct cli *cli,
        const struct app *app, struct tq_error *err);
void liaison_stop(struct liaison_service *service); /* NULL is fine */

#endif
