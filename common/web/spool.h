/* spool.h - Large bodies go to a file part by part: whatever is sent, and by however many, memory stays
 * small. Few come at once.
 *
 * Invariant: at most WEB_SPOOLS files of WEB_LARGE_BYTES; one of a process that died is written over.
 * Ownership: the caller's struct; a taken spool is given back with spool_give.
 * Threads:   the server's; the file may be read by a worker meanwhile. */
#ifndef TQ_WEB_SPOOL_H
#define TQ_WEB_SPOOL_H

#include "web/request.h"

#define WEB_SPOOLS 2u
#define WEB_SPOOL_PATH 4096u

struct web_spool {
    char path[WEB_SPOOL_PATH];
    size_t bytes;
    int fd;
    bool taken;
};

struct web_spools {
    struct web_spool list[WEB_SPOOLS];
};

/* `dir` NULL: none can be taken. Fails: RANGE. */
TQ_MUST_CHECK tq_status spools_init(
        struct web_spools *spools, const char *dir, struct tq_error *err);

/* An empty file. Fails: PAGE_UPLOADS (all are taken), as tq_file_begin. */
TQ_MUST_CHECK tq_status spool_take(
        struct web_spools *spools, struct web_spool **out, struct tq_error *err);

/* Fails: TOO_LARGE, IO, DISK_FULL. */
TQ_MUST_CHECK tq_status spool_add(
        struct web_spool *spool, struct tq_slice part, struct tq_error *err);

/* All has come: the file is there to be read. */
void spool_end(struct web_spool *spool);

/* The file is gone. NULL is fine. */
void spool_give(struct web_spool *spool);

#endif
