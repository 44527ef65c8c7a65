/* api_accounts.c - Accounts, their sessions and the trail, for who keeps them. */
#include "api.h"
#include "cmd.h"
#include "user.h"

void api_accounts(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_USER);
    api_arg(&call, "list");
    api_end(&call);
}

void api_account_add(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_USER);
    api_body(&call);
    api_arg(&call, "add");
    api_arg(&call, api_need(&call, "account"));
    api_option(&call, "role", api_need(&call, "role"));
    call.cli.secret = api_need(&call, "password");
    api_end_own_line(&call);
}

/* One thing at a time: {"role"}, {"disabled"} or {"password"}. */
void api_account_edit(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const json_t *disabled;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_USER);
    api_body(&call);
    disabled = json_object_get(call.body, "disabled");
    if (call.body != NULL && json_object_size(call.body) != 1)
        tq_error_set(&call.err, TQ_INVALID, "{...}: %zu", json_object_size(call.body));
    if (json_is_boolean(disabled)) {
        api_arg(&call, json_is_true(disabled) ? "disable" : "enable");
        api_arg(&call, request->parts[3]);
    } else if (api_text(&call, "role") != NULL) {
        api_arg(&call, "role");
        api_arg(&call, request->parts[3]);
        api_arg(&call, api_text(&call, "role"));
    } else {
        call.cli.secret = api_need(&call, "password");
        api_arg(&call, "passwd");
        api_arg(&call, request->parts[3]);
    }
    api_end_own_line(&call);
}

/* POST {}: a new one, told once; {code}: proved by its first code. */
void api_account_totp(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_USER);
    if (request->method[0] == 'P')
        api_body(&call);
    api_arg(&call, "totp");
    api_arg(&call, request->parts[3]);
    if (request->method[0] == 'D')
        api_option(&call, "off", "");
    else
        api_option(&call, "code", api_text(&call, "code"));
    api_end_own_line(&call);
}

void api_account_end(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_USER);
    api_arg(&call, "sessions");
    api_arg(&call, request->parts[3]);
    api_option(&call, "end", "");
    api_end_own_line(&call);
}

/* Of the page's thread, which has them. */
void api_sessions(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    json_t *list = json_array();
    struct api_call call;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    rc = user_tell_sessions(call.api->dir, call.api->sessions, list, &call.err);
    cli_json_set(&call.cli, "sessions", list);
    api_answer(&call, rc);
}

void api_audit_list(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_USER);
    api_arg(&call, "log");
    api_option(&call, "limit", web_query(request, "limit"));
    api_end(&call);
}
