/* log.h - Structured log lines that go to a sink: a stable id, then key=value.
 *
 * The library never writes by itself: whoever makes a struct tq_log says where lines go. A NULL log
 * or one without a sink is silent. Payloads, keys and free text of rows are never logged.
 * Ownership: the log is the caller's and must outlive those who were given it.
 * Threads:   as the sink; the sinks of this file may be called from any thread. */
#ifndef TQ_LOG_H
#define TQ_LOG_H

#include <stdio.h>

#include "tuquan/api.h"

typedef enum tq_log_level {
    TQ_LOG_ERROR, /* a person must see to it */
    TQ_LOG_WARN,  /* odd, and handled */
    TQ_LOG_INFO,  /* what happened, once per event */
    TQ_LOG_DEBUG, /* how */
} tq_log_level;

/* One finished line without a line feed; may not call back into the logger. */
typedef void (*tq_log_sink)(void *arg, tq_log_level level, const char *id, const char *text);

struct tq_log {
    tq_log_sink sink;
    void *arg;          /* of the sink */
    tq_log_level level; /* the most talkative level that is passed on */
};

/* LOG with its compile-time format check; arguments are evaluated only when the level is on. */
#define TQ_LOG(log, level_, ...)                                                                   \
    do {                                                                                           \
        if ((log) != NULL && (log)->sink != NULL && (level_) <= (log)->level)                      \
            tq_log_write((log), (level_), __VA_ARGS__);                                            \
    } while (0)

TQ_BEGIN_DECLS

/* Format and pass on; lines are cut at 1023 bytes, control characters become '?'. */
void tq_log_write(const struct tq_log *log, tq_log_level level, const char *id, const char *fmt,
        ...) TQ_PRINTF(4, 5);

TQ_END_DECLS
#endif
