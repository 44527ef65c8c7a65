/* terminal.h - What a program may know about the screen that it writes to.
 *
 * Ownership: streams and buffers are the caller's; who read a secret wipes it.
 * Threads:   any; no state. */
#ifndef TQ_TERMINAL_H
#define TQ_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tuquan/api.h"

TQ_BEGIN_DECLS

/* A person looks at this stream. */
bool tq_terminal_is(FILE *stream);

/* Its width in columns; 0 when it is no terminal. COLUMNS in the environment goes first. */
size_t tq_terminal_columns(FILE *stream);

/* One line of standard input, unseen where a person types it after `prompt`. False: nothing came, or it
 * does not fit `size`. */
bool tq_terminal_read_secret(const char *prompt, char *out, size_t size);

TQ_END_DECLS
#endif
