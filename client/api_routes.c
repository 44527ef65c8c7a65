/* api_routes.c - The table of routes, and those that run no command. */
#include <string.h>

#include "api.h"
#include "commands.h"
#include "tuquan/office_view.h"
#include "tuquan/version.h"
#include "web/answer.h"

static json_t *text_json(struct tq_slice text)
{
    return text.len > 0 ? json_stringn((const char *)text.data, text.len) : json_null();
}

static tq_status tell_session(struct api_call *call, struct app *app)
{
    const struct web_request *request = call->request;
    struct tq_office_facts facts;
    struct cli *cli = &call->cli;
    tq_status rc = tq_office_facts_read(app->db, app->arena, &facts, &call->err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "unit", text_json(facts.unit));
    cli_json_set(cli, "unit_name", text_json(facts.unit_name));
    cli_json_set(cli, "district_name", text_json(facts.district_name));
    cli_json_set(cli, "joined", json_boolean(facts.joined));
    cli_json_set(
            cli, "person", request->person[0] != '\0' ? json_string(request->person) : json_null());
    cli_json_set(cli, "author", json_string(cli_config_text(app->config, "author")));
    cli_json_set(cli, "csrf", json_string(request->csrf));
    cli_json_set(cli, "lang", json_string(request->lang == TQ_LANG_EN ? "en" : "vi"));
    cli_json_set(cli, "version", json_string(tq_version()));
    return TQ_OK;
}

static void session(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;
    struct app app;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = app_open(&app, &call.cli, &call.err);
    if (rc == TQ_OK)
        rc = tell_session(&call, &app);
    if (call.cli.app != NULL)
        app_close(&app);
    api_answer(&call, rc);
}

static void status(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_STATUS);
    api_option(&call, "values", web_query(request, "values") != NULL ? "" : NULL);
    api_end(&call);
}

static void machine(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_MACHINE);
    api_end(&call);
}

/* {name, was?, yes?} */
static void machine_rename(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_MACHINE);
    api_may_write(&call);
    api_body(&call);
    api_option(&call, "name", api_need(&call, "name"));
    api_option(&call, "was", api_text(&call, "was"));
    api_end(&call);
}

/* What the agent said since it was started, the oldest first. */
static void log_lines(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, NULL);
    cli_json_set(
            &call.cli, "lines", call.api->page != NULL ? page_log(call.api->page) : json_array());
    api_answer(&call, call.err.status);
}

/* The agent syncs; what comes of it is told by events. */
static void sync_now(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, NULL);
    if (call.err.status != TQ_OK) {
        api_answer(&call, call.err.status);
        return;
    }
    if (!page_ask_sync(call.api->page)) {
        tq_error_set(&call.err, TQ_UNREACHABLE, "%s",
                cli_say(&call.cli, "máy này chưa nối với huyện (lệnh join)",
                        "this machine has not joined a district (command join)"));
        api_answer(&call, TQ_UNREACHABLE);
        return;
    }
    cli_json_set(&call.cli, "asked", json_true());
    api_answer(&call, TQ_OK);
    answer->status = 202;
}

const struct web_route API_ROUTES[] = {
    { "GET", "/open", NULL, WEB_OPEN },
    { "GET", "/api/v1/session", session, 0 },
    { "GET", "/api/v1/status", status, 0 },
    { "GET", "/api/v1/rows/*", api_rows_list, 0 },
    { "POST", "/api/v1/rows/*", api_rows_add, 0 },
    { "GET", "/api/v1/rows/*/*", api_rows_one, 0 },
    { "PATCH", "/api/v1/rows/*/*", api_rows_edit, 0 },
    { "POST", "/api/v1/rows/*/*/void", api_rows_void, 0 },
    { "GET", "/api/v1/rows/*/*/history", api_rows_history, 0 },
    { "GET", "/api/v1/today", api_today, 0 },
    { "GET", "/api/v1/catalogue", api_catalogue, 0 },
    { "GET", "/api/v1/suggest/*/*", api_suggest, 0 },
    { "GET", "/api/v1/returns", api_returns_get, 0 },
    { "PUT", "/api/v1/returns", api_returns_put, 0 },
    { "GET", "/api/v1/reports", api_reports, 0 },
    { "POST", "/api/v1/reports/*/draft", api_report_step, 0 },
    { "POST", "/api/v1/reports/*/approve", api_report_step, 0 },
    { "POST", "/api/v1/reports/*/submit", api_report_step, 0 },
    { "GET", "/api/v1/score", api_score, WEB_SLOW },
    { "GET", "/api/v1/facts/*/*", api_facts, WEB_SLOW },
    { "PUT", "/api/v1/self-score", api_self_score, WEB_SLOW },
    { "GET", "/api/v1/rank", api_rank, 0 },
    { "GET", "/api/v1/rank/history", api_rank_history, 0 },
    { "POST", "/api/v1/appeals", api_appeal, 0 },
    { "GET", "/api/v1/inbox", api_inbox, WEB_SLOW },
    { "POST", "/api/v1/inbox/*/keep", api_inbox_answer, 0 },
    { "POST", "/api/v1/inbox/*/take", api_inbox_answer, 0 },
    { "POST", "/api/v1/inbox/*/edit", api_inbox_answer, 0 },
    { "POST", "/api/v1/inbox/*/undo", api_inbox_answer, 0 },
    { "GET", "/api/v1/receipts", api_receipts, 0 },
    { "GET", "/api/v1/receipts/*", api_receipts, 0 },
    { "GET", "/api/v1/persons", api_persons, 0 },
    { "POST", "/api/v1/persons", api_person_add, WEB_SLOW },
    { "DELETE", "/api/v1/persons/*", api_person_remove, 0 },
    { "POST", "/api/v1/sign-in", api_sign_in, WEB_SLOW },
    { "POST", "/api/v1/sign-out", api_sign_out, 0 },
    { "GET", "/api/v1/machine", machine, 0 },
    { "PUT", "/api/v1/machine", machine_rename, 0 },
    { "GET", "/api/v1/doctor", api_doctor, WEB_SLOW },
    { "GET", "/api/v1/log", log_lines, 0 },
    { "POST", "/api/v1/backup", api_backup, WEB_SLOW },
    { "POST", "/api/v1/restore", api_restore, WEB_SLOW },
    { "GET", "/api/v1/imports", api_imports, 0 },
    { "POST", "/api/v1/import", api_import, WEB_SLOW | WEB_UPLOAD },
    { "POST", "/api/v1/import/undo", api_import_undo, WEB_SLOW },
    { "GET", "/api/v1/export/*", api_export, WEB_SLOW },
    { "POST", "/api/v1/bundle", api_bundle_make, WEB_SLOW },
    { "GET", "/api/v1/bundle", api_bundle_get, WEB_SLOW },
    { "POST", "/api/v1/bundle/open", api_bundle_open, WEB_SLOW | WEB_LARGE },
    { "POST", "/api/v1/sync", sync_now, 0 },
    { "GET", "/api/v1/events", NULL, WEB_STREAM },
    { NULL, NULL, NULL, 0 },
};
