#include "tuquan/thread.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "tuquan/mem.h"

struct tq_thread {
    pthread_t id;
    const char *name;
    tq_thread_fn fn;
    void *arg;
};

struct tq_mutex {
    pthread_mutex_t lock;
};

static void *run(void *arg)
{
    struct tq_thread *thread = arg;

#ifdef __linux__
    (void)prctl(PR_SET_NAME, thread->name);
#endif
    thread->fn(thread->arg);
    return NULL;
}

tq_status tq_thread_start(
        struct tq_thread **out, const char *name, tq_thread_fn fn, void *arg, struct tq_error *err)
{
    struct tq_thread *thread = tq_mem_zalloc(sizeof(*thread));
    sigset_t all;
    sigset_t before;
    int code;

    *out = NULL;
    if (thread == NULL)
        return tq_error_set(err, TQ_NOMEM, "thread");
    thread->name = name;
    thread->fn = fn;
    thread->arg = arg;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&thread->id, NULL, run, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) {
        tq_mem_free(thread);
        return tq_error_set(err, TQ_IO, "thread: %s", tq_phrase_errno(code));
    }
    *out = thread;
    return TQ_OK;
}

void tq_thread_join(struct tq_thread *thread)
{
    if (thread == NULL)
        return;
    pthread_join(thread->id, NULL);
    tq_mem_free(thread);
}

tq_status tq_mutex_new(struct tq_mutex **out, struct tq_error *err)
{
    struct tq_mutex *mutex = tq_mem_zalloc(sizeof(*mutex));

    *out = NULL;
    if (mutex == NULL || pthread_mutex_init(&mutex->lock, NULL) != 0) {
        tq_mem_free(mutex);
        return tq_error_set(err, TQ_NOMEM, "mutex");
    }
    *out = mutex;
    return TQ_OK;
}

void tq_mutex_lock(struct tq_mutex *mutex)
{
    pthread_mutex_lock(&mutex->lock);
}

void tq_mutex_unlock(struct tq_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->lock);
}

void tq_mutex_free(struct tq_mutex *mutex)
{
    if (mutex == NULL)
        return;
    pthread_mutex_destroy(&mutex->lock);
    tq_mem_free(mutex);
}
