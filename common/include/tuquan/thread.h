/* thread.h - Threads and locks, for the few places that have their own (ZAP, checkpoints, HTTP).
 *
 * Ownership: new/start give the object to the caller; free/join take it back. NULL is fine there.
 * Threads:   signals are blocked in a started thread: they go to the program's first one. */
#ifndef TQ_THREAD_H
#define TQ_THREAD_H

#include "tuquan/api.h"
#include "tuquan/error.h"

struct tq_thread;
struct tq_mutex;

typedef void (*tq_thread_fn)(void *arg);

TQ_BEGIN_DECLS

/* Run fn(arg) in a thread. `name`: what a debugger and `top -H` call it, a constant of up to 15 bytes.
 * Fails: NOMEM, IO (no more threads); *out is NULL then. */
TQ_MUST_CHECK tq_status tq_thread_start(
        struct tq_thread **out, const char *name, tq_thread_fn fn, void *arg, struct tq_error *err);

/* Wait until it has ended, and free it. */
void tq_thread_join(struct tq_thread *thread);

/* Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_mutex_new(struct tq_mutex **out, struct tq_error *err);
void tq_mutex_lock(struct tq_mutex *mutex);
void tq_mutex_unlock(struct tq_mutex *mutex);
void tq_mutex_free(struct tq_mutex *mutex);

TQ_END_DECLS
#endif
