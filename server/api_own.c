/* api_own.c - What an account does to itself: its password, its second factor, its sessions. At the
 * door, as signing in is (api_sign.c), but for the list of sessions. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "actor.h"
#include "api.h"
#include "totp_url.h"
#include "tuquan/clock.h"
#include "tuquan/random.h"
#include "user.h"

#define TRIES_OWN 5
#define KEY_BYTES 256u

/* The change and its line in the trail: both, or neither. */
static tq_status set_told(struct api_call *call, struct account_edit *edit)
{
    const struct account_seal seal = actor_seal(&call->api->app);
    tq_status rc = api_line_begin(call, NULL);

    edit->now_ms = app_now_ms();
    edit->keeps = account_ticket_nonce(call->request->ticket); /* this session stays in */
    if (rc == TQ_OK)
        rc = account_set(call->api->dir, call->request->person, edit, &seal, &call->err);
    return api_line_end(call, rc);
}

/* Wrong passwords and wrong codes are counted apart: changing the password to and fro must not give
 * new tries at the code. */
#define OWN_PASSWORD "own"
#define OWN_CODE "own code"

static void own_key(const struct api_call *call, const char *what, char key[KEY_BYTES])
{
    snprintf(key, KEY_BYTES, "%s\n%.200s", what, call->request->person);
}

static tq_status own_wait(struct api_call *call, const char *what)
{
    const struct tq_clock *clock = tq_clock_system();
    char key[KEY_BYTES];
    int64_t wait;

    own_key(call, what, key);
    wait = throttle_wait_ms(call->api->throttle, key, clock->steady_ms(clock->ctx));
    return wait == 0 ? TQ_OK
                     : tq_error_set(&call->err, TQ_PAGE_WAIT, "%" PRId64 " s", (wait + 999) / 1000);
}

/* What came of a try: wrong, it counts; right, what went before is forgotten. */
static void own_count(struct api_call *call, const char *what, tq_status rc)
{
    const struct tq_clock *clock = tq_clock_system();
    char key[KEY_BYTES];

    own_key(call, what, key);
    if (rc == TQ_PAGE_PASSWORD)
        throttle_fail(call->api->throttle, key, TRIES_OWN, clock->steady_ms(clock->ctx));
    else if (rc == TQ_OK)
        throttle_forget(call->api->throttle, key);
}

/* The password again: whoever finds a page open must not be able to take the account over. */
static tq_status ask_password(struct api_call *call, const char *password)
{
    struct account_list list;
    const struct account *account;
    tq_status rc = own_wait(call, OWN_PASSWORD);

    if (rc != TQ_OK)
        return rc;
    rc = account_load(call->api->dir, &list, &call->err);
    account = rc == TQ_OK ? account_find(&list, call->request->person) : NULL;
    if (rc == TQ_OK && (account == NULL || !account_password_is(account->hash, password)))
        rc = tq_error_set(&call->err, TQ_PAGE_PASSWORD, "%s", "");
    tq_wipe(&list, sizeof(list));
    own_count(call, OWN_PASSWORD, rc);
    return rc;
}

/* A change that a code of six digits decides. */
static tq_status set_by_code(struct api_call *call, struct account_edit *edit)
{
    tq_status rc = own_wait(call, OWN_CODE);

    if (rc != TQ_OK)
        return rc;
    rc = set_told(call, edit);
    own_count(call, OWN_CODE, rc);
    return rc;
}

void api_password(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct account_edit edit = { 0 };
    struct api_call call;
    const char *old;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    api_body(&call);
    old = api_need(&call, "old");
    edit.password = api_need(&call, "new");
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = ask_password(&call, old);
    if (rc == TQ_OK)
        rc = set_told(&call, &edit);
    api_answer_write(&call, rc);
}

/* {password, code?}: a new second factor, told once. It counts when the phone has proved it. */
void api_own_totp(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const struct tq_random *random = tq_random_system();
    uint8_t secret[TOTP_SECRET_BYTES];
    struct account_edit edit = { .pending = secret, .asks_code = true };
    struct api_call call;
    const char *password;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    api_body(&call);
    password = api_need(&call, "password");
    edit.code = api_text(&call, "code");
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = ask_password(&call, password);
    random->fill(random->ctx, secret, sizeof(secret));
    if (rc == TQ_OK)
        rc = set_by_code(&call, &edit);
    call.cli.done = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = totp_tell(&call.cli, request->person, secret, &call.err);
    tq_wipe(secret, sizeof(secret));
    api_answer_write(&call, rc);
}

/* {code}: the phone shows the codes of the new one. */
void api_own_totp_proof(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct account_edit edit = { .proves = true };
    struct api_call call;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    api_body(&call);
    edit.code = api_need(&call, "code");
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = set_by_code(&call, &edit);
    api_answer_write(&call, rc);
}

/* Of the page's thread, which has them. */
void api_own_sessions(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    char id[USER_SESSION_ID_BYTES];
    json_t *own = json_array();
    json_t *all = json_array();
    struct api_call call;
    json_t *one;
    size_t i;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    user_session_id(request->session, id);
    rc = user_tell_sessions(call.api->dir, call.api->sessions, all, &call.err);
    json_array_foreach(all, i, one)
    {
        const char *account = json_string_value(json_object_get(one, "account"));
        const char *own_id = json_string_value(json_object_get(one, "id"));

        if (account == NULL || own_id == NULL) {
            rc = tq_error_set(&call.err, TQ_NOMEM, "%s", "sessions");
            break;
        }
        if (strcmp(account, request->person) != 0)
            continue;
        json_object_set_new(one, "this", json_boolean(strcmp(own_id, id) == 0));
        json_array_append(own, one);
    }
    json_decref(all);
    cli_json_set(&call.cli, "sessions", own);
    api_answer(&call, rc);
}

void api_own_sessions_end(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct account_edit edit = { 0 };
    struct api_call call;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = set_told(&call, &edit);
    api_answer_write(&call, rc);
}
