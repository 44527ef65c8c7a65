/* test_mem.c - mem.h for tests: counts live blocks and can fail the n-th allocation. */
#include "test_mem.h"

#define _GNU_SOURCE
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/mem.h"

static atomic_long live;
static atomic_long countdown = -1; /* allocations left until failures begin; -1: never */
static atomic_bool persistent;
static atomic_int paused;
static atomic_long failed;
static atomic_long bytes;
static atomic_long peak;

static void add_bytes(long n)
{
    long now = atomic_fetch_add(&bytes, n) + n;

    if (now > atomic_load(&peak))
        atomic_store(&peak, now);
}
static atomic_bool struck;
static const void *_Atomic watched;
static atomic_ulong watched_len;
static atomic_long seen;

void test_mem_watch(const void *wanted, unsigned long len)
{
    atomic_store(&watched_len, len);
    atomic_store(&watched, wanted);
    atomic_store(&seen, 0);
}

long test_mem_take_seen(void)
{
    return atomic_exchange(&seen, 0);
}

/* A block is given back. */
static void look_at(const void *block)
{
    const void *wanted = atomic_load(&watched);

    if (wanted != NULL && block != NULL &&
            memmem(block, malloc_usable_size((void *)(uintptr_t)block), wanted,
                    atomic_load(&watched_len)) != NULL)
        atomic_fetch_add(&seen, 1);
}

static bool must_fail(void)
{
    long left = atomic_load(&countdown);

    if (left < 0 || atomic_load(&paused) > 0)
        return false;
    if (left > 0) {
        atomic_fetch_sub(&countdown, 1);
        return false;
    }
    atomic_store(&struck, true);
    atomic_fetch_add(&failed, 1);
    if (!atomic_load(&persistent))
        atomic_store(&countdown, -1);
    return true;
}

void test_mem_fail_after(long n, bool forever)
{
    if (n >= 0)
        atomic_store(&struck, false);
    atomic_store(&persistent, forever);
    atomic_store(&countdown, n);
}

bool test_mem_struck(void)
{
    return atomic_load(&struck);
}

void test_mem_pause(bool pause)
{
    atomic_store(&paused, pause ? 1 : 0);
}

long test_mem_take_failed(void)
{
    return atomic_exchange(&failed, 0);
}

long test_mem_bytes(void)
{
    return atomic_load(&bytes);
}

long test_mem_peak(void)
{
    return atomic_load(&peak);
}

void test_mem_reset_peak(void)
{
    atomic_store(&peak, atomic_load(&bytes));
}

void test_mem_set_peak(long most)
{
    atomic_store(&peak, most);
}

long test_mem_live(void)
{
    return atomic_load(&live);
}

void *tq_mem_alloc(size_t size)
{
    void *block = must_fail() ? NULL : malloc(size > 0 ? size : 1);

    if (block != NULL) {
        atomic_fetch_add(&live, 1);
        add_bytes((long)malloc_usable_size(block));
    }
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
    long before = block != NULL ? (long)malloc_usable_size(block) : 0;
    void *grown;

    if (must_fail())
        return NULL;
    if (size > (size_t)before)
        look_at(block); /* it may move */
    grown = realloc(block, size > 0 ? size : 1);
    if (grown != NULL && block == NULL)
        atomic_fetch_add(&live, 1);
    if (grown != NULL)
        add_bytes((long)malloc_usable_size(grown) - before);
    return grown;
}

void tq_mem_free(void *block)
{
    if (block != NULL) {
        atomic_fetch_sub(&live, 1);
        atomic_fetch_sub(&bytes, (long)malloc_usable_size(block));
        look_at(block);
    }
    free(block);
}
