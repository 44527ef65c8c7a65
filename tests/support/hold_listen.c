/* hold_listen.c - Put before the C library by LD_PRELOAD: a server that stands still between two of its
 * ports, so that a test can knock at the first while the second is not open yet.
 *
 * HOLD_LISTEN N   after the N-th call of listen() (from 1) the calling thread stands still
 * HOLD_TOLD       a file that is made when it does
 * HOLD_GO         a FIFO: it goes on when somebody opens that for writing
 *
 * Threads: any; one of them is held. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long calls;

static void hold(const char *told, const char *go)
{
    int fd = open(told, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
    fd = open(go, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
}

int listen(int fd, int backlog)
{
    union {
        void *symbol;
        int (*call)(int, int);
    } real = { dlsym(RTLD_NEXT, "listen") };
    const char *turn = getenv("HOLD_LISTEN");
    const char *told = getenv("HOLD_TOLD");
    const char *go = getenv("HOLD_GO");
    int rc = real.call(fd, backlog);

    if (turn != NULL && told != NULL && go != NULL &&
            atomic_fetch_add(&calls, 1) + 1 == strtol(turn, NULL, 10))
        hold(told, go);
    return rc;
}
