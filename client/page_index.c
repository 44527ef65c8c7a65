#include "page_index.h"

#include <stdatomic.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/socket.h"
#include "tuquan/thread.h"

struct page_index {
    struct tq_search *search;
    struct tq_db *db; /* the thread's */
    struct tq_thread *thread;
    struct tq_wake wake;
    atomic_llong wanted;
    atomic_bool stop;
    long long built; /* the thread's; -1: nothing yet */
};

/* A build that fails (a full memory, a file that is held) is tried with the next change: lists walk
 * meanwhile. */
static void build(void *arg)
{
    struct page_index *index = arg;

    while (!atomic_load(&index->stop)) {
        long long wanted = atomic_load(&index->wanted);

        if (wanted != index->built) {
            (void)(tq_search_build(index->search, index->db, wanted, NULL) == TQ_OK);
            index->built = wanted;
            continue;
        }
        if (tq_socket_wait(&index->wake.read_fd, 1, -1, NULL) != TQ_OK)
            return;
        tq_wake_clear(&index->wake);
    }
}

tq_status page_index_start(struct page_index **out, const char *db_path, struct tq_error *err)
{
    struct tq_db_config open = { .path = db_path, .role = TQ_ROLE_OFFICE, .create = false };
    struct page_index *index = tq_mem_zalloc(sizeof(*index));
    tq_status rc = index != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "index");

    *out = NULL;
    if (rc != TQ_OK)
        return rc;
    index->wake.read_fd = -1;
    index->wake.write_fd = -1;
    index->built = -1;
    atomic_init(&index->wanted, -1);
    atomic_init(&index->stop, false);
    rc = tq_wake_init(&index->wake, err);
    if (rc == TQ_OK)
        rc = tq_search_new(&index->search, err);
    if (rc == TQ_OK)
        rc = tq_db_open(&index->db, &open, NULL, err);
    if (rc == TQ_OK)
        rc = tq_thread_start(&index->thread, "index", build, index, err);
    if (rc == TQ_OK)
        *out = index;
    else
        page_index_stop(index);
    return rc;
}

void page_index_stop(struct page_index *index)
{
    if (index == NULL)
        return;
    atomic_store(&index->stop, true);
    if (index->thread != NULL) {
        tq_db_stop(index->db);
        tq_wake_signal(&index->wake);
        tq_thread_join(index->thread);
    }
    tq_search_free(index->search);
    tq_db_close(index->db);
    tq_wake_deinit(&index->wake);
    tq_mem_free(index);
}

struct tq_search *page_index_search(struct page_index *index)
{
    return index->search;
}

void page_index_want(struct page_index *index, int64_t others)
{
    if (atomic_exchange(&index->wanted, others) != others)
        tq_wake_signal(&index->wake);
}
