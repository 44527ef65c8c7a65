#include "api.h"

#include <stdio.h>
#include <string.h>

#include "cli/qr.h"
#include "trail.h"
#include "tuquan/district_audit.h"
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
    if (api->door && api->throttle == NULL)
        rc = throttle_new(&api->throttle, err);
    if (rc == TQ_OK && api->door)
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

/* Everything of a line but its outcome; texts live in `line`. */
struct line {
    struct tq_audit_entry entry;
    char about[256];
    char detail[96];
};

/* Of what is told in the body alone: which commune, and what of it. */
static void about_body(const json_t *body, char *about, size_t size)
{
    static const char *const NAMES[] = { "unit", "period", "criterion", "link" };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const char *text = json_string_value(json_object_get(body, NAMES[i]));

        if (text != NULL)
            trail_add(about, size, text);
    }
}

static void make_line(
        const struct api_call *call, const char *who, tq_status outcome, struct line *out)
{
    const struct web_request *request = call->request;
    const char *code = trail_code(request, out->about, sizeof(out->about));

    if (out->about[0] == '\0')
        about_body(call->body, out->about, sizeof(out->about));
    snprintf(out->detail, sizeof(out->detail), "%s%s%s", request->address,
            outcome != TQ_OK ? " " : "", outcome != TQ_OK ? tq_status_code(outcome) : "");
    out->entry = (struct tq_audit_entry){ app_now_ms(),
        tq_slice_str(who != NULL ? who : request->person), tq_slice_str(code),
        tq_slice_str(out->about), tq_slice_str(out->detail), 0 };
}

tq_status api_audit(struct api_call *call, const char *who, tq_status outcome)
{
    struct line line;

    make_line(call, who, outcome, &line);
    return tq_devices_audit(call->api->app.store, line.entry.at_ms, line.entry.who, line.entry.what,
            line.entry.about, line.entry.detail, &call->err);
}

tq_status api_run_write(struct api_call *call)
{
    struct tq_district_store *store = call->api->app.store;
    struct line line;
    tq_status rc;

    make_line(call, NULL, TQ_OK, &line);
    tq_audit_with_next(store, &line.entry);
    rc = api_run(call);
    call->told = !tq_audit_waits(store);
    tq_audit_with_next(store, NULL);
    return rc;
}

/* What failed, or changed no row, has its line here. What cannot be written to the trail is told as a
 * failure, with "done" where it is done. */
void api_answer_write(struct api_call *call, tq_status rc)
{
    struct tq_error first = call->err;
    tq_status told = TQ_OK;

    call->err = (struct tq_error){ .status = TQ_OK };
    if (rc != TQ_OK || !call->told)
        told = api_audit(call, NULL, rc);
    if (rc != TQ_OK || told == TQ_OK)
        call->err = first;
    call->cli.done = call->cli.done || (rc == TQ_OK && told != TQ_OK);
    api_answer(call, rc != TQ_OK ? rc : told);
}

void api_answer_invitation(struct api_call *call, tq_status rc)
{
    struct tq_buf image;

    tq_buf_init(&image, 0);
    tq_buf_keep_secret(&image);
    if (rc == TQ_OK)
        rc = cli_qr_image(&image,
                json_string_value(json_object_get(call->cli.result, "invitation")), &call->err);
    if (rc == TQ_OK)
        cli_json_set(&call->cli, "qr", json_stringn((const char *)image.data, image.len));
    tq_buf_deinit(&image);
    api_answer_write(call, rc);
}

void api_end_write(struct api_call *call)
{
    api_answer_write(call, api_run_write(call));
}

void api_end_own_line(struct api_call *call)
{
    tq_status rc;

    call->api->app.address = call->request->address;
    rc = api_run(call);
    call->api->app.address = NULL;
    call->told = rc == TQ_OK;
    api_answer_write(call, rc);
}

/* The wait for the file's writer comes first: once the accounts are changed, nothing waits. */
tq_status api_line_begin(struct api_call *call, const char *who)
{
    const struct tq_district_ops *ops = tq_district_store_ops(call->api->app.store);
    tq_status rc = ops->begin(ops->ctx, &call->err);

    if (rc == TQ_OK)
        rc = api_audit(call, who, TQ_OK);
    return rc;
}

tq_status api_line_end(struct api_call *call, tq_status rc)
{
    const struct tq_district_ops *ops = tq_district_store_ops(call->api->app.store);

    if (rc != TQ_OK)
        ops->rollback(ops->ctx);
    call->told = rc == TQ_OK;
    return rc;
}
