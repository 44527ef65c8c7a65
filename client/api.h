/* api.h - The office's API: each route runs the command of the same name on the page's own handle of
 * the file, and answers with its --json.
 *
 * The routes are in api_*.c; docs/api.md describes them.
 * Ownership: api_open fills the caller's struct; api_close empties it.
 * Threads:   one thread uses one struct api. */
#ifndef TQ_CLIENT_API_H
#define TQ_CLIENT_API_H

#include "app.h"
#include "page.h"
#include "page/api_call.h"
#include "web/server.h"

struct api {
    const char *dir;
    tq_lang lang;
    struct page *page; /* NULL in tests */
    struct app app;
    bool is_open;
    struct tq_arena *arena;        /* of one call */
    struct web_sessions *sessions; /* of the page's thread; NULL in the worker's */
};

extern const struct web_route API_ROUTES[];

/* Open the file; the worker does it at its first call. Fails as app_open. */
TQ_MUST_CHECK tq_status api_open(struct api *api, struct tq_error *err);
void api_close(struct api *api);

/* Begin a call on this handle; the rest of it is page/api_call.h. */
void api_begin(struct api_call *call, void *ctx, const struct web_request *request,
        struct web_answer *answer, const struct cli_command *command);

/* Where there are persons, only one of them who is signed in may write: PAGE_SIGN_IN. api_begin asks it
 * of every route that changes rows; api_end's author is that person. */
void api_may_write(struct api_call *call);

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
void api_facts(void *ctx, const struct web_request *request, struct web_answer *answer);
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
void api_imports(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_import_undo(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_export(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_backup(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_restore(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_bundle_make(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_bundle_get(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_bundle_open(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_doctor(void *ctx, const struct web_request *request, struct web_answer *answer);

#endif
