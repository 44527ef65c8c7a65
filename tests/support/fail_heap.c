/* fail_heap.c - Put before libtuquan by LD_PRELOAD: the tq_mem_* of a real program, which counts and
 * fails as it is told.
 *
 * FAIL_HEAP   N: the N-th allocation (from 0) fails; N+: that one and all after it. None: it counts.
 * FAIL_ARMED  A file without which nothing is counted yet: a server that has to start first.
 * FAIL_TELL   A file that gets "<allocations> <failed> <blocks still there>" at the end.
 *
 * Ownership: of what malloc gives. Threads: any. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tuquan/mem.h"

static long at = -1;
static bool forever;
static const char *tell;
static const char *armed_by;
static atomic_bool armed;
static atomic_long calls;
static atomic_long failed;
static atomic_long live;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_HEAP");
    char *end;

    tell = getenv("FAIL_TELL");
    armed_by = getenv("FAIL_ARMED");
    atomic_store(&armed, armed_by == NULL);
    if (text == NULL)
        return;
    at = strtol(text, &end, 10);
    forever = *end == '+';
}

__attribute__((destructor)) static void end(void)
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

static bool must_fail(void)
{
    long now;

    if (!atomic_load(&armed)) {
        if (access(armed_by, F_OK) != 0)
            return false;
        atomic_store(&armed, true);
    }
    now = atomic_fetch_add(&calls, 1);
    if (at < 0 || now < at || (now > at && !forever))
        return false;
    atomic_fetch_add(&failed, 1);
    return true;
}

void *tq_mem_alloc(size_t size)
{
    void *block = must_fail() ? NULL : malloc(size > 0 ? size : 1);

    if (block != NULL)
        atomic_fetch_add(&live, 1);
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
    void *grown = must_fail() ? NULL : realloc(block, size > 0 ? size : 1);

    if (grown != NULL && block == NULL)
        atomic_fetch_add(&live, 1);
    return grown;
}

void tq_mem_free(void *block)
{
    if (block != NULL)
        atomic_fetch_sub(&live, 1);
    free(block);
}
