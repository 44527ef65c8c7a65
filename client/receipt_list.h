/* receipt_list.h - The list of what was sent: page by page, or the sets that carry one register.
 *
 * Ownership: everything lives in the app's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_RECEIPT_LIST_H
#define TQ_CLIENT_RECEIPT_LIST_H

#include "app.h"
#include "tuquan/office_view.h"

/* By the command's options: limit, before, table. A set that cannot be read takes the list from nobody;
 * its line says so. Fails: USAGE, NOT_FOUND (no such table), NOMEM, BUSY, DISK. */
TQ_MUST_CHECK tq_status receipt_list(struct app *app, struct tq_error *err);

/* tq_sent_set.fate as programs read it: "waiting", "confirmed", "resealed". */
const char *receipt_fate_code(int64_t fate);

#endif
