/* fail_rename.c - Put before the C library by LD_PRELOAD: the disk that fails, or the power that goes,
 * between two moves of files.
 *
 * FAIL_RENAME N   the N-th call of rename() (from 1) fails with EIO
 * DIE_RENAME N    the process ends before the N-th call, as by a cut of power
 *
 * Threads: any. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long calls;

static long turn_of(const char *name)
{
    const char *text = getenv(name);

    return text != NULL ? strtol(text, NULL, 10) : 0;
}

int rename(const char *from, const char *to)
{
    union {
        void *symbol;
        int (*call)(const char *, const char *);
    } real = { dlsym(RTLD_NEXT, "rename") };
    long turn = atomic_fetch_add(&calls, 1) + 1;

    if (turn == turn_of("DIE_RENAME"))
        _exit(99);
    if (turn == turn_of("FAIL_RENAME")) {
        errno = EIO;
        return -1;
    }
    return real.call(from, to);
}
