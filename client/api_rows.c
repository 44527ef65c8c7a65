/* api_rows.c - /api/v1/rows: any table, by the commands list, show, add, edit, void and why. */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "commands.h"

#define MOST_ROWS 1000

/* "limit" as the page asks for it: there is no page of everything. */
static void take_limit(struct api_call *call)
{
    const char *limit = web_query(call->request, "limit");
    char *rest = NULL;
    long n = limit != NULL ? strtol(limit, &rest, 10) : 50;

    if (limit != NULL && (rest == limit || *rest != '\0' || n < 1 || n > MOST_ROWS)) {
        if (call->err.status == TQ_OK)
            tq_error_set(&call->err, TQ_USAGE, "limit=%s (1..%d)", limit, MOST_ROWS);
        return;
    }
    api_option(call, "limit", limit != NULL ? limit : "50");
}

static bool is_set(const char *value)
{
    return value != NULL && strcmp(value, "0") != 0 && strcmp(value, "") != 0;
}

void api_rows_list(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const OPTIONS[] = { "search", "from", "to", "offset" };
    static const char *const FLAGS[] = { "waiting", "voided" };
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_LIST);
    api_table(&call, request->parts[3]);
    take_limit(&call);
    api_option(&call, "shown", "");
    for (size_t i = 0; i < request->nquery; i++) {
        const struct web_pair *pair = &request->query[i];
        bool taken = strcmp(pair->name, "limit") == 0;

        for (size_t k = 0; k < 4 && !taken; k++)
            if (strcmp(pair->name, OPTIONS[k]) == 0) {
                api_option(&call, pair->name, pair->value[0] != '\0' ? pair->value : NULL);
                taken = true;
            }
        for (size_t k = 0; k < 2 && !taken; k++)
            if (strcmp(pair->name, FLAGS[k]) == 0) {
                api_option(&call, pair->name, is_set(pair->value) ? "" : NULL);
                taken = true;
            }
        if (!taken)
            api_argf(&call, "%s=%s", pair->name, pair->value);
    }
    api_end(&call);
}

void api_rows_one(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_SHOW);
    api_table(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    api_end(&call);
}

void api_rows_add(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_ADD);
    api_table(&call, request->parts[3]);
    api_body(&call);
    api_values(&call, "values", "", true);
    api_end(&call);
}

void api_rows_edit(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_EDIT);
    api_table(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    api_body(&call);
    api_values(&call, "values", "", true);
    api_values(&call, "was", "was:", false);
    api_end(&call);
}

void api_rows_void(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *reason;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_VOID);
    api_table(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    api_body(&call);
    reason = api_text(&call, "reason");
    api_arg(&call, reason != NULL ? reason : "");
    api_end(&call);
}

void api_rows_history(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_WHY);
    call.cli.texts = true;
    api_table(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    if (web_query(request, "column") != NULL)
        api_arg(&call, web_query(request, "column"));
    api_end(&call);
}
