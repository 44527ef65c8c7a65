#include "api.h"

#include <string.h>

#include "commands.h"
#include "person.h"

#define CALL_BYTES ((size_t)4 << 20)

static const struct cli_program PROGRAM = { .name = "tuquan-commune" };

tq_status api_open(struct api *api, struct tq_error *err)
{
    struct cli cli = { .program = &PROGRAM, .lang = api->lang, .dir = api->dir, .quiet = true };
    tq_status rc = TQ_OK;

    if (api->is_open)
        return TQ_OK;
    if (api->arena == NULL)
        api->arena = tq_arena_new(CALL_BYTES);
    if (api->arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "api");
    rc = app_open(&api->app, &cli, err);
    api->app.cli = NULL; /* each call has its own */
    if (rc != TQ_OK)
        app_close(&api->app);
    api->is_open = rc == TQ_OK;
    return rc;
}

void api_close(struct api *api)
{
    if (api->is_open)
        app_close(&api->app);
    api->is_open = false;
    tq_arena_free(api->arena);
    api->arena = NULL;
}

/* ---- a call ---- */

void api_begin(struct api_call *call, void *ctx, const struct web_request *request,
        struct web_answer *answer, const struct cli_command *command)
{
    struct api *api = ctx;

    api_call_init(call, api, &PROGRAM, command, request, answer);
    call->cli.dir = api->dir;
    if (api_open(api, &call->err) != TQ_OK)
        return;
    call->arena = api->arena;
    call->cli.app = &api->app;
    tq_arena_reset(api->arena);
    tq_records_set_author(api->app.records, request->person[0] != '\0'
                                                    ? request->person
                                                    : cli_config_text(api->app.config, "author"));
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0 &&
            command != &CMD_PERSON)
        api_may_write(call);
}

void api_may_write(struct api_call *call)
{
    struct person_list persons;

    if (call->err.status != TQ_OK || person_load(call->api->dir, &persons, &call->err) != TQ_OK ||
            persons.n == 0 || person_find(&persons, call->request->person) != NULL)
        return;
    tq_error_set(&call->err, TQ_PAGE_SIGN_IN, "%s", "");
}
