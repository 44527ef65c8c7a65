/* api_sign.c - Signing in and out. At the door, in a worker of its own, but for the session: a password
 * is looked at for tens of milliseconds, on purpose, and nobody waits for that behind a long question.
 *
 * Guessing waits (throttle.h) by three keys. A browser that the account has signed in from before is
 * counted by itself alone: whatever strangers do, its owner gets in. Any other place is counted for
 * itself, and for itself with the account; and all places that the account does not know are counted
 * together, so that many addresses guess no faster than one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "actor.h"
#include "api.h"
#include "tuquan/clock.h"
#include "tuquan/process.h"
#include "tuquan/random.h"
#include "tuquan/text.h"
#include "tuquan/version.h"

#define TRIES_OWN 5
#define TRIES_PLACE 20
#define TRIES_STRANGERS 30
#define TRIES_UNKNOWN 100 /* unknown names that get into the trail, before waits thin them out */
#define KEYS_MAX 3u
#define KEY_BYTES 256u
#define UNKNOWN_KEY "unknown names"

struct guess {
    struct api_call *call;
    const char *name;
    const char *password;
    const char *code;
    int64_t now_ms;    /* of the clock */
    int64_t steady_ms; /* waits are steady */
    uint8_t browser[TQ_HASH_BYTES];
    uint8_t place[TQ_HASH_BYTES];
    bool has_browser;
    size_t nkeys;
    char keys[KEYS_MAX][KEY_BYTES];
    int64_t tries[KEYS_MAX];
    int64_t step; /* of the code that was right; 0: none was needed */
    int64_t epoch;
    char account[ACCOUNT_NAME_BYTES]; /* as it is written in the file */
    char nonce[ACCOUNT_NONCE_BYTES];
    char ticket[ACCOUNT_TICKET_BYTES];
};

/* The change and its line in the trail: both, or neither. */
static tq_status change_told(
        struct api_call *call, const char *who, account_change_fn change, void *ctx)
{
    const struct account_seal seal = actor_seal(&call->api->app);
    tq_status rc = api_line_begin(call, who);

    if (rc == TQ_OK)
        rc = account_change(call->api->dir, change, ctx, &seal, &call->err);
    return api_line_end(call, rc);
}

/* ---- guesses ---- */

static void add_key(struct guess *guess, int64_t tries, const char *a, const char *b)
{
    snprintf(guess->keys[guess->nkeys], KEY_BYTES, "%s\n%.160s", a, b);
    guess->tries[guess->nkeys++] = tries;
}

static bool is_token(const char *text)
{
    return strlen(text) == WEB_TOKEN_BYTES - 1 &&
           strspn(text, "0123456789abcdef") == WEB_TOKEN_BYTES - 1;
}

/* One key for a name, however its letters are put together: each spelling would have its own tries.
 * A name of nobody is counted the same way. */
static tq_status name_key(
        const struct guess *guess, const struct account *account, char out[KEY_BYTES])
{
    const char *name = account != NULL ? account->name : guess->name;
    struct tq_slice shown;
    struct tq_buf nfc;
    tq_status rc = TQ_RANGE;

    tq_buf_init(&nfc, 0);
    if (strlen(name) < KEY_BYTES)
        rc = tq_text_nfc(tq_slice_str(name), &nfc, NULL);
    shown = rc == TQ_OK ? tq_buf_slice(&nfc) : tq_slice_str(name);
    snprintf(out, KEY_BYTES, "%.*s", (int)shown.len, shown.len > 0 ? (const char *)shown.data : "");
    tq_buf_deinit(&nfc);
    return rc == TQ_NOMEM ? tq_error_set(&guess->call->err, rc, "account") : TQ_OK;
}

/* By what this guess is counted. */
static tq_status find_keys(struct guess *guess, const struct account *account)
{
    const struct web_request *request = guess->call->request;
    char place[WEB_ADDRESS_BYTES];
    char name[KEY_BYTES];
    tq_status rc = name_key(guess, account, name);

    if (rc != TQ_OK)
        return rc;
    throttle_place(request->address, place, sizeof(place));
    account_device_hash("place", place, guess->place);
    guess->has_browser = is_token(request->device);
    if (guess->has_browser)
        account_device_hash("browser", request->device, guess->browser);
    if (account != NULL && guess->has_browser && account_knows(account, guess->browser)) {
        add_key(guess, TRIES_OWN, request->device, name);
        return TQ_OK;
    }
    add_key(guess, TRIES_OWN, place, name);
    add_key(guess, TRIES_PLACE, "place", place);
    if (account == NULL || !account_knows(account, guess->place))
        add_key(guess, TRIES_STRANGERS, "strangers", name);
    return TQ_OK;
}

static tq_status check_wait(struct guess *guess)
{
    int64_t wait = 0;

    for (size_t i = 0; i < guess->nkeys; i++) {
        int64_t one =
                throttle_wait_ms(guess->call->api->throttle, guess->keys[i], guess->steady_ms);

        wait = one > wait ? one : wait;
    }
    return wait == 0 ? TQ_OK
                     : tq_error_set(&guess->call->err, TQ_PAGE_WAIT, "%" PRId64 " s",
                               (wait + 999) / 1000);
}

/* Names that nobody has are told to the trail for a while only: it must not be filled by inventing. */
static bool is_told(struct guess *guess, const struct account *account)
{
    struct throttle *throttle = guess->call->api->throttle;

    if (account != NULL)
        return true;
    if (throttle_wait_ms(throttle, UNKNOWN_KEY, guess->steady_ms) > 0)
        return false;
    throttle_fail(throttle, UNKNOWN_KEY, TRIES_UNKNOWN, guess->steady_ms);
    return true;
}

static tq_status wrong(struct guess *guess, const struct account *account)
{
    struct throttle *throttle = guess->call->api->throttle;
    bool tells = is_told(guess, account);
    tq_status rc = TQ_OK;

    for (size_t i = 0; i < guess->nkeys; i++)
        throttle_fail(throttle, guess->keys[i], guess->tries[i], guess->steady_ms);
    if (tells)
        rc = api_audit(guess->call, account != NULL ? account->name : "?", TQ_PAGE_PASSWORD);
    return rc == TQ_OK ? tq_error_set(&guess->call->err, TQ_PAGE_PASSWORD, "%s", "") : rc;
}

static tq_status check_code(struct guess *guess, const struct account *account, bool *right)
{
    struct tq_error *err = &guess->call->err;

    *right = true;
    if (!account->has_totp)
        return TQ_OK;
    if (guess->code == NULL || guess->code[0] == '\0') {
        /* Somebody knows the password: that must be seen, should it be another. */
        tq_status rc = api_audit(guess->call, account->name, TQ_PAGE_CODE);

        return rc == TQ_OK ? tq_error_set(err, TQ_PAGE_CODE, "%s", "") : rc;
    }
    return totp_check(account->totp, guess->code, guess->now_ms, account->totp_step, right,
            &guess->step, err);
}

/* Under the lock: what was looked at must still be so, and a code works once. */
static tq_status let_in(void *ctx, struct account_list *list, struct tq_error *err)
{
    struct guess *guess = ctx;
    struct account *account = account_find(list, guess->name);

    if (account == NULL || account->disabled || account->epoch != guess->epoch ||
            (guess->step != 0 && guess->step <= account->totp_step))
        return tq_error_set(err, TQ_PAGE_PASSWORD, "%s", "");
    account->signed_ms = guess->now_ms;
    if (guess->step != 0)
        account->totp_step = guess->step;
    account_learn(account, guess->place);
    account_learn(account, guess->browser);
    account_ticket(account, guess->nonce, guess->ticket);
    snprintf(guess->account, sizeof(guess->account), "%s", account->name);
    return TQ_OK;
}

/* One session of many: by this it stays in when the account changes itself in it. */
static void draw_nonce(struct guess *guess)
{
    const struct tq_random *random = tq_random_system();
    uint8_t bytes[(ACCOUNT_NONCE_BYTES - 1) / 2];

    random->fill(random->ctx, bytes, sizeof(bytes));
    tq_hex(guess->nonce, bytes, sizeof(bytes));
}

/* The browser's own number, by which the account knows it again. */
static void give_device(struct guess *guess)
{
    struct web_answer *answer = guess->call->answer;
    const struct tq_random *random = tq_random_system();
    uint8_t bytes[(WEB_TOKEN_BYTES - 1) / 2];

    if (guess->has_browser) {
        memcpy(answer->device, guess->call->request->device, sizeof(answer->device));
        return;
    }
    random->fill(random->ctx, bytes, sizeof(bytes));
    tq_hex(answer->device, bytes, sizeof(bytes));
    account_device_hash("browser", answer->device, guess->browser);
}

static tq_status sign_in(struct guess *guess)
{
    struct api *api = guess->call->api;
    struct tq_error *err = &guess->call->err;
    struct account_list list;
    struct account *account;
    bool right;
    tq_status rc = account_load(api->dir, &list, err);

    if (rc != TQ_OK)
        return rc;
    account = account_find(&list, guess->name);
    rc = find_keys(guess, account);
    if (rc == TQ_OK)
        rc = check_wait(guess);
    if (rc == TQ_OK) {
        right = account_password_is(
                        account != NULL ? account->hash : api->no_hash, guess->password) &&
                account != NULL && !account->disabled;
        if (right)
            rc = check_code(guess, account, &right);
        if (rc == TQ_OK && !right)
            rc = wrong(guess, account);
    }
    if (rc == TQ_OK) {
        guess->epoch = account->epoch;
        give_device(guess);
        draw_nonce(guess);
        rc = change_told(guess->call, account->name, let_in, guess);
        if (rc == TQ_PAGE_PASSWORD) /* the same code came in by another door meanwhile */
            rc = wrong(guess, account);
    }
    if (rc == TQ_OK)
        throttle_forget(api->throttle, guess->keys[0]);
    tq_wipe(&list, sizeof(list));
    return rc;
}

void api_sign_in(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const struct tq_clock *clock = tq_clock_system();
    struct api_call call;
    struct guess guess;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    api_body(&call);
    memset(&guess, 0, sizeof(guess));
    guess.call = &call;
    guess.name = api_need(&call, "account");
    guess.password = api_need(&call, "password");
    guess.code = api_text(&call, "code");
    guess.now_ms = clock->now_ms(clock->ctx);
    guess.steady_ms = clock->steady_ms(clock->ctx);
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = sign_in(&guess);
    if (rc == TQ_OK) {
        answer->signs = true;
        snprintf(answer->person, sizeof(answer->person), "%s", guess.ticket);
        cli_json_set(&call.cli, "account", json_string(guess.account));
    } else {
        answer->device[0] = '\0';
    }
    api_answer(&call, rc);
}

void api_sign_out(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, NULL);
    answer->closes = true;
    api_answer_write(&call, call.err.status);
}

/* ---- who is signed in ---- */

static json_t *may_json(account_role role)
{
    json_t *may = json_array();

    for (unsigned i = 1; i < NRIGHTS; i++)
        if ((account_rights(role) & 1u << i) != 0)
            json_array_append_new(may, json_string(account_right_name(1u << i)));
    return may;
}

static bool has_totp(const struct api *api, const char *name)
{
    struct account_list list;
    const struct account *account =
            account_load(api->dir, &list, NULL) == TQ_OK ? account_find(&list, name) : NULL;
    bool has = account != NULL && account->has_totp;

    tq_wipe(&list, sizeof(list));
    return has;
}

void api_session(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    account_role role = (account_role)request->role;
    struct tq_district_identity identity;
    struct api_call call;
    struct cli *cli = &call.cli;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    rc = tq_district_store_identity(call.api->app.store, call.arena, &identity, &call.err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "account", json_string(request->person));
        cli_json_set(cli, "role", json_string(account_role_name(role)));
        cli_json_set(cli, "may", may_json(role));
        cli_json_set(cli, "totp", json_boolean(has_totp(call.api, request->person)));
        cli_json_set(cli, "csrf", json_string(request->csrf));
        cli_json_set(cli, "lang", json_string(request->lang == TQ_LANG_EN ? "en" : "vi"));
        cli_json_set(cli, "version", json_string(tq_version()));
        cli_json_set(cli, "district_name",
                json_stringn((const char *)identity.name.data, identity.name.len));
    }
    api_answer(&call, rc);
}
