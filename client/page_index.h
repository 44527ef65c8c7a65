/* page_index.h - Keeps the copy of all texts up to date beside the page, by a thread of its own.
 *
 * Ownership: page_index_start gives it to the caller; page_index_stop ends the thread and frees it.
 * Threads:   the page's asks; the thread inside builds, over a handle that it alone uses. */
#ifndef TQ_CLIENT_PAGE_INDEX_H
#define TQ_CLIENT_PAGE_INDEX_H

#include "app.h"
#include "tuquan/search.h"

struct page_index;

/* `db_path` is copied. Fails: NOMEM, IO, what opening the file fails with. */
TQ_MUST_CHECK tq_status page_index_start(
        struct page_index **out, const char *db_path, struct tq_error *err);
void page_index_stop(struct page_index *index);

struct tq_search *page_index_search(struct page_index *index);

/* The page's handle sees this state now: make the copy for it unless it is. */
void page_index_want(struct page_index *index, int64_t others);

#endif
