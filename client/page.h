/* page.h - The office's page beside the agent: a thread that answers the browser, with a handle of the
 * file of its own.
 *
 * The two speak through this header alone: the page asks for a sync, the agent tells what happens.
 * Ownership: page_start gives the page to the caller; page_stop ends its threads and frees it.
 * Threads:   as each function says. */
#ifndef TQ_CLIENT_PAGE_H
#define TQ_CLIENT_PAGE_H

#include "app.h"
#include "tuquan/office_session.h"

#define PAGE_URL "page.url"
#define PAGE_SESSIONS "page.sessions"
#define PAGE_PORT 7050             /* where it is free and nothing else is configured */
#define PAGE_PORT_FILE "page.port" /* the one that it gave way to, taken again from then on */

struct page;

/* What an event of the agent means, in words; "" where its text says it all. */
const char *page_words(const char *id, tq_lang lang);

/* Listen, write page.url into the data folder and start to answer. `port` not 0: where it was before,
 * instead of the configured one. *out NULL with OK: turned off (`page = no`). Fails: CONFIG
 * (page_address), PORT_TAKEN, what opening the file fails with. */
TQ_MUST_CHECK tq_status page_start(struct page **out, struct cli *cli, const struct app *app,
        uint16_t port, struct tq_error *err);

/* Every answer that is being given is ended first, what takes long is interrupted; page.url goes.
 * NULL is fine. */
void page_stop(struct page *page);

/* "http://127.0.0.1:7050"; borrowed. */
const char *page_address(const struct page *page);
uint16_t page_port(const struct page *page); /* 0: no page */

/* ---- the agent's side; `page` may be NULL ---- */

/* It is there and takes syncs: until then the page says that there is no district. */
void page_set_agent(struct page *page, bool there);

/* Readable when something was asked; -1 without a page. */
int page_wake_fd(const struct page *page);

/* Was a sync asked for since the last call? */
bool page_take_asked(struct page *page);

/* The copy that the file is to go back to, for which agent and page must end; NULL: none was asked for.
 * Borrowed until page_stop. */
const char *page_restore_asked(struct page *page);

/* What the agent says, and how far a sync is, for whoever has the page open. */
void page_tell(struct page *page, const char *id, const char *text, int64_t at_ms);
void page_tell_progress(struct page *page, const struct tq_office_progress *progress);

/* ---- the routes' side ---- */

/* What was told, the oldest first, in words: [{"id", "text", "words", "at"}]; the caller's. */
json_t *page_log(struct page *page);

/* Ask the agent for a sync; false: it has no district. */
bool page_ask_sync(struct page *page);

/* Ask `run` to go back to the copy `file`; false: it was asked already, or the name is too long. */
bool page_ask_restore(struct page *page, const char *file);

#endif
