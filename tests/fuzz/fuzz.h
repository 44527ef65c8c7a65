/* fuzz.h - What libFuzzer calls, and how a target says that something is wrong. */
#ifndef TQ_TESTS_FUZZ_H
#define TQ_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_fail(const char *what, const char *detail)
{
    fprintf(stderr, "%s: %s\n", what, detail);
    abort();
}

#endif
