/* api.h - The office's API: each route runs the command of the same name on the page's own handle of
 * the file, and answers with its --json.
 *
 * The routes are in api_*.c; docs/api.md describes them. What a page needs and no command gives is
 * made a command, not code of a route.
 * Ownership: api_open fills the caller's struct; api_close empties it. A call lives on a route's
 *            stack; texts in it live until the next call.
 * Threads:   one thread uses one struct api. */
#ifndef TQ_CLIENT_API_H
#define TQ_CLIENT_API_H

#include "app.h"
#include "page.h"
#include "web/request.h"
#include "web/server.h"

#define API_MAX_ARGS 2048u /* a grid of figures: three for each cell */

struct api {
    const char *dir;
    tq_lang lang;
    struct page *page; /* NULL in tests */
    struct app app;
    bool is_open;
    struct tq_arena *arena;        /* of one call */
    struct web_sessions *sessions; /* of the page's thread; NULL in the worker's */
};

struct api_call {
    struct api *api;
    const struct web_request *request;
    struct web_answer *answer;
    struct cli cli;
    json_t *body; /* NULL: none */
    const char *args[API_MAX_ARGS];
    struct tq_error err; /* the first failure while the call was put together */
};

extern const struct web_route API_ROUTES[];

/* Open the file; the worker does it at its first call. Fails as app_open. */
TQ_MUST_CHECK tq_status api_open(struct api *api, struct tq_error *err);
void api_close(struct api *api);

/* Put a call together and run it; a failure on the way is kept and answered by api_end. */
void api_begin(struct api_call *call, void *ctx, const struct web_request *request,
        struct web_answer *answer, const struct cli_command *command);
void api_arg(struct api_call *call, const char *text);
void api_argf(struct api_call *call, const char *fmt, ...) TQ_PRINTF(2, 3);
void api_option(
        struct api_call *call, const char *name, const char *value); /* value NULL: not given */
void api_end(struct api_call *call);

/* The same in two steps: run the command (once or several times, see api_again), then answer with the
 * result. */
tq_status api_run(struct api_call *call);
void api_answer(struct api_call *call, tq_status rc);

/* Where there are persons, only one of them who is signed in may write: PAGE_SIGN_IN. api_begin asks it
 * of every route that changes rows; api_end's author is that person. */
void api_may_write(struct api_call *call);

/* A table of the path that must be there: NOT_FOUND, not wrong usage. */
void api_table(struct api_call *call, const char *name);

/* The body as an object; INVALID otherwise. */
void api_body(struct api_call *call);

/* {"column": value} of the body under `key` as COLUMN=VALUE arguments, each with `prefix`; not there:
 * nothing, unless `required`. "yes": true of the body answers what a person would be asked. */
void api_values(struct api_call *call, const char *key, const char *prefix, bool required);

/* A text of the body; NULL: not there. */
const char *api_text(struct api_call *call, const char *key);

/* Routes, by file: api_rows.c */
void api_rows_list(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rows_one(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rows_add(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rows_edit(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rows_void(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rows_history(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_work.c */
void api_today(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_catalogue(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_suggest(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_returns_get(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_returns_put(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_reports(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_report_step(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_score(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_self_score(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rank(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rank_history(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_appeal(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_inbox(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_inbox_answer(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_receipts(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_person.c */
void api_persons(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_sign_in(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_sign_out(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_person_add(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_person_remove(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_files.c: in the worker */
void api_import(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_import_undo(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_export(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_backup(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_doctor(void *ctx, const struct web_request *request, struct web_answer *answer);

#endif
