#include "api.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/district_devices.h"
#include "tuquan/process.h"
#include "tuquan/text.h"

#define CALL_BYTES ((size_t)4 << 20)

static const struct cli_program PROGRAM = { .name = "tuquan-district" };

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
    if (api->writes && api->throttle == NULL)
        rc = throttle_new(&api->throttle, err);
    if (rc == TQ_OK && api->writes)
        rc = tq_password_hash("", api->no_hash, err);
    if (rc == TQ_OK)
        rc = app_open(&api->app, &cli, api->writes, err);
    api->app.cli = NULL; /* each call has its own */
    api->app.stays = rc == TQ_OK;
    api->is_open = rc == TQ_OK;
    return rc;
}

void api_close(struct api *api)
{
    api->app.stays = false;
    if (api->is_open)
        app_close(&api->app);
    api->is_open = false;
    throttle_free(api->throttle);
    api->throttle = NULL;
    tq_arena_free(api->arena);
    api->arena = NULL;
}

tq_status api_may(void *ctx, const struct web_route *route, struct web_request *request)
{
    const struct api *api = ctx;
    unsigned needs = route != NULL ? route->flags / WEB_OWN : RIGHT_SIGNED_IN;
    struct account_list list;
    const struct account *account;
    tq_status rc = account_load(api->dir, &list, NULL);

    account = rc == TQ_OK ? account_of_ticket(&list, request->person) : NULL;
    if (rc == TQ_OK && account == NULL)
        rc = TQ_PAGE_ACCOUNT;
    if (rc == TQ_OK) {
        snprintf(request->person, sizeof(request->person), "%s", account->name);
        request->role = account->role;
        rc = (account_rights(account->role) & needs) != 0 ? TQ_OK : TQ_PAGE_ROLE;
    }
    tq_wipe(&list, sizeof(list));
    return rc;
}

/* ---- a call ---- */

void api_begin(struct api_call *call, void *ctx, const struct web_request *request,
        struct web_answer *answer, const struct cli_command *command)
{
    struct api *api = ctx;

    api_call_init(call, api, &PROGRAM, command, request, answer);
    call->hides_inside = true;
    call->cli.texts = true;
    call->cli.dir = api->dir;
    call->cli.app = &api->app;
    call->arena = api->arena;
    tq_arena_reset(api->arena);
    api->app.author = request->person[0] != '\0' ? request->person : NULL;
}

/* "devices/3/revoke": a part is what the browser said, cut to what a person reads. */
static void path_of(const struct web_request *request, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (size_t i = 2; i < request->nparts && at < size; i++) {
        int n = snprintf(out + at, size - at, "%s%.60s", i > 2 ? "/" : "", request->parts[i]);

        at += n > 0 ? (size_t)n : 0;
    }
}

/* The cut may have parted a letter: the trail holds whole ones. */
static void cut_letters(char *text)
{
    size_t at = 0;

    if (!tq_text_is_valid(tq_slice_str(text), &at))
        text[at] = '\0';
}

tq_status api_audit(struct api_call *call, const char *who, const char *what, tq_status outcome)
{
    const struct web_request *request = call->request;
    char about[256];
    char detail[80];

    path_of(request, about, sizeof(about));
    cut_letters(about);
    snprintf(detail, sizeof(detail), "%s%s%s", request->address, outcome != TQ_OK ? " " : "",
            outcome != TQ_OK ? tq_status_code(outcome) : "");
    return tq_devices_audit(call->api->app.store, app_now_ms(),
            tq_slice_str(who != NULL ? who : request->person), tq_slice_str(what),
            tq_slice_str(about), tq_slice_str(detail), &call->err);
}

/* What cannot be written to the trail is told as a failure, with "done" where it is done. */
void api_answer_write(struct api_call *call, tq_status rc)
{
    struct tq_error first = call->err;
    tq_status told;

    call->err = (struct tq_error){ .status = TQ_OK };
    told = api_audit(call, NULL, call->request->method, rc);
    if (rc != TQ_OK || told == TQ_OK)
        call->err = first;
    call->cli.done = call->cli.done || (rc == TQ_OK && told != TQ_OK);
    api_answer(call, rc != TQ_OK ? rc : told);
}

void api_end_write(struct api_call *call)
{
    api_answer_write(call, api_run(call));
}
