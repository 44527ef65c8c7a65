/* api_call.h - A route that runs a command: puts the command's arguments together from a request, runs
 * it, and answers with its --json. Both programs' pages are made of such calls.
 *
 * What a page needs and no command gives is made a command, not code of a route.
 * Ownership: a call lives on a route's stack; texts in it live in the arena until the next call.
 * Threads:   one thread uses one arena. */
#ifndef TQ_PAGE_API_CALL_H
#define TQ_PAGE_API_CALL_H

#include "cli/cli.h"
#include "tuquan/arena.h"
#include "web/request.h"

#define API_MAX_ARGS 2048u /* a grid of figures: three for each cell */

struct api; /* the program's own: client/api.h, server/api.h */

struct api_call {
    struct api *api;
    const struct web_request *request;
    struct web_answer *answer;
    struct tq_arena *arena;
    struct cli cli;
    json_t *body;      /* NULL: none */
    bool told;         /* the program's own: what it does already stands in its trail */
    bool hides_inside; /* facts of a failure of ours (500 and above) are told to nobody */
    const char *args[API_MAX_ARGS];
    struct tq_error err; /* the first failure while the call was put together */
};

/* Begin one; `command` may be NULL: nothing is run, api_answer tells what was put into the result. */
void api_call_init(struct api_call *call, struct api *api, const struct cli_program *program,
        const struct cli_command *command, const struct web_request *request,
        struct web_answer *answer);

/* Put it together; a failure on the way is kept and answered by api_end. */
void api_arg(struct api_call *call, const char *text);
void api_argf(struct api_call *call, const char *fmt, ...) TQ_PRINTF(2, 3);
void api_option(
        struct api_call *call, const char *name, const char *value); /* value NULL: not given */

/* Run and answer; or in two steps. */
void api_end(struct api_call *call);
tq_status api_run(struct api_call *call);
void api_answer(struct api_call *call, tq_status rc);

/* A table of the path that must be there: NOT_FOUND, not wrong usage. */
void api_table(struct api_call *call, const char *name);

/* The body as an object; INVALID otherwise. */
void api_body(struct api_call *call);

/* {"column": value} of the body under `key` as COLUMN=VALUE arguments, each with `prefix`; not there:
 * nothing, unless `required`. "yes": true of the body answers what a person would be asked. */
void api_values(struct api_call *call, const char *key, const char *prefix, bool required);

/* A text of the body; NULL: not there. api_need: INVALID then, and "". */
const char *api_text(struct api_call *call, const char *key);
const char *api_need(struct api_call *call, const char *key);

/* 1/100 as a person writes points ("4,79"); a number of the body that is none: INVALID, and "". */
const char *api_points(struct api_call *call, const char *key, const json_t *value, char out[32]);

#endif
