/* worker.h - One thread for what takes long, so that the server's answers others meanwhile.
 *
 * Ownership: a job is the caller's memory until it is done; web_worker_stop waits for the one in
 *            work and hands back those that were not begun, undone.
 * Threads:   put and take by the server's thread; `run` by the worker's. */
#ifndef TQ_WEB_WORKER_H
#define TQ_WEB_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "tuquan/api.h"
#include "tuquan/error.h"
#include "tuquan/process.h"

#define WEB_WORKER_MAX 8u /* jobs that wait */

struct web_job {
    void (*run)(void *arg);
    void *arg;
    bool is_run; /* false in a job that was handed back undone */
    struct web_job *next;
};

struct web_worker;

/* What the thread does while no job waits: a piece at a time, until it says that there is no more
 * (false). Asked again after each job and each web_worker_nudge. */
struct web_idle {
    /* NULL: it sleeps. `waits` turns true when a job came: then it ends as soon as it can. */
    bool (*run)(void *arg, const atomic_bool *waits);
    void *arg;
};

/* Start the thread; each job that is done wakes `done`. Fails: NOMEM, IO. */
TQ_MUST_CHECK tq_status web_worker_new(struct web_worker **out, const struct tq_wake *done,
        struct web_idle idle, struct tq_error *err);

/* Any thread. */
void web_worker_nudge(struct web_worker *worker);

/* End the thread; jobs come out by web_worker_take. NULL is fine; web_worker_free comes after. */
void web_worker_stop(struct web_worker *worker);
void web_worker_free(struct web_worker *worker);

/* False: too many wait. */
bool web_worker_put(struct web_worker *worker, struct web_job *job);

/* One that is done; NULL: none. */
struct web_job *web_worker_take(struct web_worker *worker);

#endif
