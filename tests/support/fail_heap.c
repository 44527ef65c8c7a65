/* fail_heap.c - Put before libtuquan by LD_PRELOAD: the tq_mem_* of a real program, which counts and
 * fails as it is told.
 *
 * FAIL_HEAP   N: the N-th allocation (from 0) fails; N+: that one and all after it. None: it counts.
 * STOP_HEAP   N: SIGTERM at the N-th allocation, as from somebody who ends the program just then.
 * FAIL_ARMED  A file without which nothing is counted yet: a server that has to start first.
 * FAIL_ORDERS A file: whenever it is there, it is taken, what happened so far is told, and
 *             counting begins anew for the number in it: of a server, request by request.
 * FAIL_TELL   A file that gets "<allocations> <failed> <blocks still there>" at the end.
 * FAIL_FREED  A file that gets every block as it was when it was given back or left behind by one
 *             that grew: what a program that wipes its secrets has none of. Each ends with a NUL.
 *
 * Ownership: of what malloc gives. Threads: any. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tuquan/mem.h"

static atomic_long at = -1;
static long stop_at = -1;
static bool forever;
static const char *tell;
static const char *armed_by;
static const char *orders;
static atomic_bool taking;
static atomic_bool armed;
static atomic_long calls;
static atomic_long failed;
static atomic_long live;
static int freed = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_HEAP");
    const char *stop = getenv("STOP_HEAP");
    char *end;

    tell = getenv("FAIL_TELL");
    armed_by = getenv("FAIL_ARMED");
    orders = getenv("FAIL_ORDERS");
    if (getenv("FAIL_FREED") != NULL)
        freed = open(getenv("FAIL_FREED"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    atomic_store(&armed, armed_by == NULL);
    if (stop != NULL)
        stop_at = strtol(stop, &end, 10);
    if (text == NULL)
        return;
    atomic_store(&at, strtol(text, &end, 10));
    forever = *end == '+';
}

/* One write for each block, so that those of two threads do not mix. */
static void keep_freed(const void *block)
{
    const char *bytes = block;
    size_t len;
    int was = errno;

    if (freed < 0 || block == NULL)
        return;
    len = malloc_usable_size((void *)(uintptr_t)block);
    while (len > 0 && bytes[len - 1] == '\0')
        len--;
    if (len > 0 &&
            write(freed, bytes, len + (len < malloc_usable_size((void *)(uintptr_t)block))) < 0)
        abort(); /* a test that looks at less than everything is none */
    errno = was;
}

static void say(void)
{
    char text[96];
    int n = snprintf(text, sizeof(text), "%ld %ld %ld\n", atomic_load(&calls), atomic_load(&failed),
            atomic_load(&live));
    int file = tell != NULL ? open(tell, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;

    if (file < 0)
        return;
    if (write(file, text, (size_t)n) != n)
        (void)unlink(tell);
    close(file);
}

__attribute__((destructor)) static void end(void)
{
    say();
}

static void take_order(void)
{
    char text[32] = "";
    int file;

    if (orders == NULL || access(orders, F_OK) != 0 || atomic_exchange(&taking, true))
        return;
    file = open(orders, O_RDONLY);
    if (file >= 0 && read(file, text, sizeof(text) - 1) > 0) {
        say();
        atomic_store(&at, -1);
        atomic_store(&calls, 0);
        atomic_store(&failed, 0);
        atomic_store(&at, strtol(text, NULL, 10));
        unlink(orders);
    }
    if (file >= 0)
        close(file);
    atomic_store(&taking, false);
}

static bool must_fail(void)
{
    long now;
    long which;

    take_order();

    if (!atomic_load(&armed)) {
        if (access(armed_by, F_OK) != 0)
            return false;
        atomic_store(&armed, true);
    }
    now = atomic_fetch_add(&calls, 1);
    if (now == stop_at)
        raise(SIGTERM);
    which = atomic_load(&at);
    if (which < 0 || now < which || (now > which && !forever))
        return false;
    atomic_fetch_add(&failed, 1);
    return true;
}

void *tq_mem_alloc(size_t size)
{
    void *block = must_fail() ? NULL : malloc(size > 0 ? size : 1);

    if (block != NULL)
        atomic_fetch_add(&live, 1);
    if (block != NULL && freed >= 0) /* what a library left there is not ours */
        memset(block, 0, malloc_usable_size(block));
    return block;
}

void *tq_mem_zalloc(size_t size)
{
    void *block = tq_mem_alloc(size);

    if (block != NULL)
        memset(block, 0, size);
    return block;
}

void *tq_mem_realloc(void *block, size_t size)
{
    void *grown;

    if (must_fail())
        return NULL;
    keep_freed(block); /* it may move */
    if (freed >= 0) {  /* so that a new part has nothing of a library's either */
        grown = calloc(1, size > 0 ? size : 1);
        if (grown != NULL && block != NULL) {
            size_t was = malloc_usable_size(block);

            memcpy(grown, block, was < size ? was : size);
            free(block);
        }
    } else {
        grown = realloc(block, size > 0 ? size : 1);
    }
    if (grown != NULL && block == NULL)
        atomic_fetch_add(&live, 1);
    return grown;
}

void tq_mem_free(void *block)
{
    if (block != NULL)
        atomic_fetch_sub(&live, 1);
    keep_freed(block);
    free(block);
}
