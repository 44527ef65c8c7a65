/* test_mem.h - A heap that can fail on request, in place of base/mem.c. */
#ifndef TQ_TESTS_TEST_MEM_H
#define TQ_TESTS_TEST_MEM_H

#include <stdbool.h>

/* Let `n` more allocations succeed, then fail one (or, with `forever`, all). n < 0: never fail. */
void test_mem_fail_after(long n, bool forever);

/* Has an allocation failed since the last call of test_mem_fail_after(n >= 0)? SQLite does without
 * some of what it asks for, so success alone does not end a loop over n: */
bool test_mem_struck(void);

/* What a test does itself must not fail: while paused nothing is counted down. */
void test_mem_pause(bool pause);

/* How many allocations were made to fail since it was last asked. */
long test_mem_take_failed(void);

/* Bytes allocated now, and the most since test_mem_reset_peak. */
long test_mem_bytes(void);
long test_mem_peak(void);
void test_mem_reset_peak(void);
void test_mem_set_peak(long most);

/* Blocks allocated and not yet freed. */
long test_mem_live(void);

/* Say which freed (or moved) blocks still held these bytes: a secret must be wiped before. A second
 * watch takes the first's place; NULL: none. They are borrowed. */
void test_mem_watch(const void *bytes, unsigned long len);
long test_mem_take_seen(void);

#endif
