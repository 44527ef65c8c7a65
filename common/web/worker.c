#include "web/worker.h"

#include <stddef.h>

#include "tuquan/mem.h"
#include "tuquan/socket.h"
#include "tuquan/thread.h"

struct web_worker {
    struct tq_thread *thread;
    struct tq_mutex *lock;
    struct tq_wake wake; /* there is a job, or it is time to end */
    const struct tq_wake *done_wake;
    struct web_idle idle;
    atomic_bool waits; /* is there a job? */
    /* Under the lock: */
    struct web_job *first;
    size_t n;
    struct web_job *done;
    bool stop;
};

static struct web_job *next_job(struct web_worker *worker, bool *stop)
{
    struct web_job *job;

    tq_mutex_lock(worker->lock);
    *stop = worker->stop;
    job = worker->stop ? NULL : worker->first;
    if (job != NULL) {
        worker->first = job->next;
        worker->n--;
    }
    atomic_store(&worker->waits, worker->first != NULL || worker->stop);
    tq_mutex_unlock(worker->lock);
    return job;
}

static void hand_back(struct web_worker *worker, struct web_job *job)
{
    tq_mutex_lock(worker->lock);
    job->next = worker->done;
    worker->done = job;
    tq_mutex_unlock(worker->lock);
    tq_wake_signal(worker->done_wake);
}

static void work(void *arg)
{
    struct web_worker *worker = arg;
    bool stop = false;

    while (!stop) {
        struct web_job *job = next_job(worker, &stop);

        if (job != NULL) {
            job->run(job->arg);
            job->is_run = true;
            hand_back(worker, job);
        } else if (!stop && (worker->idle.run == NULL ||
                                    !worker->idle.run(worker->idle.arg, &worker->waits))) {
            /* What the wait itself fails with ends the worker: nothing is taken any more. */
            stop = tq_socket_wait(&worker->wake.read_fd, 1, -1, NULL) != TQ_OK;
            tq_wake_clear(&worker->wake);
        }
    }
}

tq_status web_worker_new(struct web_worker **out, const struct tq_wake *done, struct web_idle idle,
        struct tq_error *err)
{
    struct web_worker *worker = tq_mem_zalloc(sizeof(*worker));
    tq_status rc = worker != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "worker");

    *out = NULL;
    if (rc != TQ_OK)
        return rc;
    worker->done_wake = done;
    worker->idle = idle;
    atomic_init(&worker->waits, false);
    worker->wake.read_fd = -1;
    worker->wake.write_fd = -1;
    rc = tq_mutex_new(&worker->lock, err);
    if (rc == TQ_OK)
        rc = tq_wake_init(&worker->wake, err);
    if (rc == TQ_OK)
        rc = tq_thread_start(&worker->thread, "worker", work, worker, err);
    if (rc == TQ_OK)
        *out = worker;
    else
        web_worker_free(worker);
    return rc;
}

void web_worker_nudge(struct web_worker *worker)
{
    tq_wake_signal(&worker->wake);
}

void web_worker_stop(struct web_worker *worker)
{
    if (worker == NULL || worker->thread == NULL)
        return;
    tq_mutex_lock(worker->lock);
    worker->stop = true;
    atomic_store(&worker->waits, true);
    tq_mutex_unlock(worker->lock);
    tq_wake_signal(&worker->wake);
    tq_thread_join(worker->thread);
    worker->thread = NULL;
    while (worker->first != NULL) {
        struct web_job *job = worker->first;

        worker->first = job->next;
        job->next = worker->done;
        worker->done = job;
    }
}

void web_worker_free(struct web_worker *worker)
{
    if (worker == NULL)
        return;
    web_worker_stop(worker);
    tq_wake_deinit(&worker->wake);
    tq_mutex_free(worker->lock);
    tq_mem_free(worker);
}

bool web_worker_put(struct web_worker *worker, struct web_job *job)
{
    struct web_job **end;
    bool room;

    job->next = NULL;
    job->is_run = false;
    tq_mutex_lock(worker->lock);
    room = worker->n < WEB_WORKER_MAX && !worker->stop;
    if (room) {
        for (end = &worker->first; *end != NULL; end = &(*end)->next)
            ;
        *end = job;
        worker->n++;
        atomic_store(&worker->waits, true);
    }
    tq_mutex_unlock(worker->lock);
    if (room)
        tq_wake_signal(&worker->wake);
    return room;
}

struct web_job *web_worker_take(struct web_worker *worker)
{
    struct web_job *job;

    tq_mutex_lock(worker->lock);
    job = worker->done;
    if (job != NULL)
        worker->done = job->next;
    tq_mutex_unlock(worker->lock);
    return job;
}
