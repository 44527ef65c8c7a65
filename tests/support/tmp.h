/* tmp.h - A folder for one test, removed with everything in it afterwards. */
#ifndef TQ_TESTS_TMP_H
#define TQ_TESTS_TMP_H

#include <stddef.h>

/* Make a fresh folder; its path goes into `path` (64 bytes or more). Ends the test on failure. */
void tmp_make(char *path, size_t size);

/* Remove the folder and everything below it. */
void tmp_remove(const char *path);

#endif
