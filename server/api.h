/* api.h - The district's API: each route runs the command of the same name and answers with its --json.
 *
 * What only reads runs in the page's thread over a reader of the file (WAL: it never waits for the
 * merge, nor the merge for it); what writes, or takes long, runs in the worker over a handle of its
 * own, and stands in the audit trail, in the transaction of what it writes. Signing in and what an
 * account does to itself runs at the door, in another worker (api_sign.c, api_own.c). Who may do what
 * is the table of routes (api_routes.c), asked by api_may.
 * docs/api-district.md describes the routes.
 * Ownership: api_open fills the caller's struct; api_close empties it.
 * Threads:   one thread uses one struct api. */
#ifndef TQ_SERVER_API_H
#define TQ_SERVER_API_H

#include "account.h"
#include "app.h"
#include "examine.h"
#include "page/api_call.h"
#include "throttle.h"
#include "web/server.h"

struct api {
    const char *dir;
    tq_lang lang;
    bool writes; /* a worker's */
    bool door;   /* that of the door's, where people come in */
    struct app app;
    bool is_open;
    struct tq_arena *arena;          /* of one call */
    struct web_sessions *sessions;   /* of the page's thread; NULL in the worker's */
    struct throttle *throttle;       /* at the door; NULL elsewhere */
    struct examine *examine;         /* of the page */
    char no_hash[TQ_PASSWORD_BYTES]; /* of nobody's password: an unknown name takes as long */
};

extern const struct web_route API_ROUTES[];

/* Fails as app_open. */
TQ_MUST_CHECK tq_status api_open(struct api *api, struct tq_error *err);
void api_close(struct api *api);

/* The hook of the web server; ctx is the page thread's struct api. Fails: PAGE_ACCOUNT (nobody is
 * signed in any more), PAGE_ROLE. */
TQ_MUST_CHECK tq_status api_may(
        void *ctx, const struct web_route *route, struct web_request *request);

/* Put a call together; a failure on the way is kept and answered by api_end (what reads) or
 * api_end_write (what writes: with its line in the trail). */
void api_begin(struct api_call *call, void *ctx, const struct web_request *request,
        struct web_answer *answer, const struct cli_command *command);
void api_end_write(struct api_call *call);

/* In two steps. */
TQ_MUST_CHECK tq_status api_run_write(struct api_call *call);
void api_answer_write(struct api_call *call, tq_status rc);

/* api_answer_write, with the picture of the answer's "invitation"; the picture is wiped. */
void api_answer_invitation(struct api_call *call, tq_status rc);

/* For commands that write their own line of the trail: where they were called from goes into it. */
void api_end_own_line(struct api_call *call);

/* A line in the trail by itself; `who` NULL: whoever is signed in. Fails: BUSY, IO, NOMEM. */
TQ_MUST_CHECK tq_status api_audit(struct api_call *call, const char *who, tq_status outcome);

/* A change of accounts with its line: begun in the transaction that the seal commits (actor_seal),
 * ended by how the change went; `who` as above. Fails: BUSY, IO, NOMEM; the end as `rc`. */
TQ_MUST_CHECK tq_status api_line_begin(struct api_call *call, const char *who);
TQ_MUST_CHECK tq_status api_line_end(struct api_call *call, tq_status rc);

/* api_sign.c */
void api_sign_in(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_sign_out(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_session(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_own.c */
void api_password(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_own_totp(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_own_totp_proof(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_own_sessions(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_own_sessions_end(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_accounts.c */
void api_accounts(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_account_add(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_account_edit(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_account_totp(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_account_end(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_sessions(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_audit_list(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_read.c */
void api_healthz(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_board(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_movement(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rank(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rank_history(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rank_paper(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_figures(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_province(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_publication(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_scores(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_inbox(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_appeals(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_directives(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_changes(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_why(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_rows(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_doctor_run(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_doctor(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_plain(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_catalogue.c */
void api_sheet(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_sheet_do(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_unit_rename(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_village_add(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_unit_do(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_decide.c */
void api_score(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_report_decide(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_row_set(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_inbox_decide(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_appeal_answer(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_period_make(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_period_set(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_province_set(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_publication_do(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_reconcile(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_invite(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_device(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_liaison.c */
void api_links(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_link_invite(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_link_do(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_link_statistics(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_link_agree(void *ctx, const struct web_request *request, struct web_answer *answer);

/* api_bundle.c */
void api_border_make(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_border_get(void *ctx, const struct web_request *request, struct web_answer *answer);
void api_border_take(void *ctx, const struct web_request *request, struct web_answer *answer);

#endif
