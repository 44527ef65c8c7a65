/* json.h - JSON of ours: its heap, texts, and private files of it.
 *
 * Ownership: what is loaded is the caller's (json_decref).
 * Threads:   none inside; whether memory was short is known to each thread by itself. */
#ifndef TQ_CLI_JSON_H
#define TQ_CLI_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tuquan/bytes.h"
#include "tuquan/error.h"

/* jansson takes its memory from mem.h from now on, and wipes what it gives back. Before anything is
 * made with it. */
void cli_json_use_our_heap(void);

/* What json_dumps gave; NULL is fine. */
void cli_json_free(char *text);

/* Has an allocation of this thread failed since that was last taken? Then what it made lacks a part. */
bool cli_json_is_short(void);
bool cli_json_take_short(void);

/* A text; "" for one that is empty. */
json_t *cli_json_slice(struct tq_slice text);

/* The same of one that was put together; NULL, so no key, where nothing was put in. One that had no
 * memory makes this thread's memory short: nothing lacks it unseen. */
json_t *cli_json_buf(const struct tq_buf *text);

/* A file in `dir` that only its owner may read, of `most` bytes; *out NULL: there is none. Fails:
 * KEY_FILE (others may read it), CONFIG (damaged), NOMEM, IO. */
TQ_MUST_CHECK tq_status cli_json_load(
        const char *dir, const char *name, size_t most, json_t **out, struct tq_error *err);

/* Put in its place, whole; its text is wiped. Fails: NOMEM (`json` NULL or in parts, too), IO. */
TQ_MUST_CHECK tq_status cli_json_save(
        const char *dir, const char *name, const json_t *json, struct tq_error *err);

/* CONFIG with its path: for a caller who finds what it holds wrong. */
TQ_MUST_CHECK tq_status cli_json_is_damaged(
        const char *dir, const char *name, struct tq_error *err);

#endif
