/* page.h - The district's page beside the sync: one thread that runs HTTP over a reader of the file,
 * and a worker over a handle that writes as any other program does. The loop knows nothing of it.
 *
 * Ownership: page_start gives the page to the caller, who stops it. `app` is looked at for its settings
 *            during the start only.
 * Threads:   the caller's; the page has two of its own. */
#ifndef TQ_SERVER_PAGE_H
#define TQ_SERVER_PAGE_H

#include "app.h"

struct page;

/* Serve where page_address says; "": *out is NULL. Fails: CONFIG (an address that strangers reach
 * without TLS, a key that others may read, ...), PORT_TAKEN, as app_open. */
TQ_MUST_CHECK tq_status page_start(
        struct page **out, struct cli *cli, const struct app *app, struct tq_error *err);
void page_stop(struct page *page); /* NULL is fine */

/* OK while it serves; what ended it otherwise. Any thread. */
tq_status page_status(const struct page *page);

/* "http://127.0.0.1:7380": what officers type. */
const char *page_origin(const struct page *page);

#endif
