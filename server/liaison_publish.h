/* liaison_publish.h - What the agreements allow, told to the offices: a row of liaison_agreement for
 * each link and commune of ours, made of the text that both districts brought in.
 *
 * Ownership: the caller's.
 * Threads:   the thread that owns the app. */
#ifndef TQ_SERVER_LIAISON_PUBLISH_H
#define TQ_SERVER_LIAISON_PUBLISH_H

#include "app.h"

/* Writes what differs from what the offices are told; nothing when all is told. A link that ended, and
 * a commune that its agreement names no more, are told as closed. Fails: RULE (of one link, the first
 * such; the others are told), BUSY and the store's. */
TQ_MUST_CHECK tq_status liaison_publish(struct app *app, struct tq_error *err);

#endif
