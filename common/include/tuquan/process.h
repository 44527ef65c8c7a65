/* process.h - What a program needs of its own process: a clock that never steps, the limit of open
 * files, and a pipe that wakes a loop from a signal or from another thread.
 *
 * Ownership: struct tq_wake is the caller's memory; init opens two descriptors, deinit closes them.
 * Threads:   tq_wake_signal may be called from any thread and from a signal handler; the rest by
 *            the thread that owns the object. */
#ifndef TQ_PROCESS_H
#define TQ_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/error.h"

/* What the district asks for: half-open strangers and all offices fit at once. */
#define TQ_PROCESS_FILES_WANTED 16384u

struct tq_wake {
    int read_fd; /* readable after a signal, until tq_wake_clear */
    int write_fd;
};

TQ_BEGIN_DECLS

/* Milliseconds since some moment in the past; for deadlines only, never stored or sent. */
int64_t tq_process_monotonic_ms(void);

/* The number of this process. */
int64_t tq_process_id(void);

/* Show a link in the user's browser; returns at once. Fails: NOT_FOUND (nothing here can), IO. */
TQ_MUST_CHECK tq_status tq_process_open_link(const char *link, struct tq_error *err);

/* Keep what this process knows to itself: no core file, no debugger of the same user. What the
 * system does not allow is left as it is. */
void tq_process_keep_secrets(void);

/* Overwrite what nobody may find later; never optimised away. */
void tq_wipe(void *data, size_t len);

/* Equal? Takes as long for a near miss as for a far one. */
bool tq_same_secret(const void *a, const void *b, size_t len);

/* A hash that is the same for the same folder of the same machine and differs elsewhere; zeros when
 * the folder is not there. Tells nothing of either. */
void tq_process_place(const char *folder, uint8_t *out, size_t len);

/* Raise the limit of open files to `wanted` or as far as the system allows; never lowers it. *now
 * is the limit in force afterwards. Fails: RANGE when that is below `wanted` (the program goes on
 * and says so). */
TQ_MUST_CHECK tq_status tq_process_raise_files(
        uint64_t wanted, uint64_t *now, struct tq_error *err);

/* Open the pipe. Fails: IO; both descriptors are -1 then. */
TQ_MUST_CHECK tq_status tq_wake_init(struct tq_wake *wake, struct tq_error *err);

/* Make read_fd readable. Never blocks: a full pipe is readable already. */
void tq_wake_signal(const struct tq_wake *wake);

/* Empty the pipe. */
void tq_wake_clear(const struct tq_wake *wake);

/* Close both ends; fine after a failed init and twice. */
void tq_wake_deinit(struct tq_wake *wake);

/* From now on SIGTERM and SIGINT make *fd readable instead of ending the process: for a loop to
 * wait on. Call before threads are started, which inherit it. Close with tq_process_close_stop.
 * Fails: IO; *fd is -1 then. */
TQ_MUST_CHECK tq_status tq_process_open_stop(int *fd, struct tq_error *err);
void tq_process_close_stop(int *fd);

TQ_END_DECLS
#endif
