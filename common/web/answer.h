/* answer.h - Answers as every route gives them: JSON, a failure out of the catalogue, a status.
 *
 * Ownership: the body is the answer's, until web_answer_deinit.
 * Threads:   any. */
#ifndef TQ_WEB_ANSWER_H
#define TQ_WEB_ANSWER_H

#include <jansson.h>

#include "web/request.h"

/* 200 without a body; deinit frees the body. */
void web_answer_init(struct web_answer *answer);
void web_answer_deinit(struct web_answer *answer);

/* The HTTP status of one of ours. */
unsigned web_http_status(tq_status status);

/* The whole answer from JSON, which stays the caller's. A failed allocation makes it a 500. */
void web_answer_json(struct web_answer *answer, const json_t *json);

/* A failure that no command found: {"ok": false, "error": {...}}. `facts` may be "". */
void web_answer_fail(struct web_answer *answer, tq_status status, const char *facts, tq_lang lang);

/* The object of an error, as under "error" in the --json of a command; NULL without memory. */
json_t *web_error_json(tq_status status, const char *facts, tq_lang lang);

#endif
