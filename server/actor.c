#include "actor.h"

#include <string.h>

#include "tuquan/process.h"
#include "tuquan/terminal.h"

struct asked {
    const char *name;
    const char *password;
    const char *code;
    unsigned right;
    char found[ACCOUNT_NAME_BYTES];
};

/* Under the lock: a code works once, here as at the page. */
static tq_status ask(void *ctx, struct account_list *list, struct tq_error *err)
{
    struct asked *asked = ctx;
    struct account *account = account_find(list, asked->name);
    bool right = true;
    int64_t step = 0;
    tq_status rc = TQ_OK;

    if (account == NULL || account->disabled ||
            !account_password_is(account->hash, asked->password))
        return tq_error_set(err, TQ_PAGE_PASSWORD, "%s", "");
    if (account->has_totp && (asked->code == NULL || asked->code[0] == '\0'))
        return tq_error_set(err, TQ_PAGE_CODE, "%s", "--code");
    if (account->has_totp)
        rc = totp_check(
                account->totp, asked->code, app_now_ms(), account->totp_step, &right, &step, err);
    if (rc == TQ_OK && !right)
        rc = tq_error_set(err, TQ_PAGE_PASSWORD, "%s", "");
    if (rc == TQ_OK && (account_rights(account->role) & asked->right) == 0)
        rc = tq_error_set(err, TQ_PAGE_ROLE, "%s", account->name);
    if (rc != TQ_OK)
        return rc;
    account->totp_step = account->has_totp ? step : account->totp_step;
    memcpy(asked->found, account->name, sizeof(asked->found));
    return TQ_OK;
}

tq_status actor_take(struct app *app, struct cli *cli, unsigned right, struct tq_error *err)
{
    struct asked asked = { .name = cli_option(cli, "as"), .code = cli_option(cli, "code") };
    char password[ACCOUNT_PASSWORD_BYTES] = "";
    tq_status rc = TQ_OK;

    if (app->author != NULL)
        return TQ_OK;
    if (asked.name == NULL)
        return tq_error_set(err, TQ_USAGE, "%s", "--as");
    asked.right = right;
    asked.password = password;
    if (!tq_terminal_read_secret(
                cli_say(cli, "Mật khẩu: ", "Password: "), password, sizeof(password)))
        rc = tq_error_set(err, TQ_PAGE_PASSWORD, "%s", "");
    if (rc == TQ_OK)
        rc = account_change(cli->dir, ask, &asked, NULL, err);
    tq_wipe(password, sizeof(password));
    if (rc != TQ_OK)
        return rc;
    app->author = tq_arena_copy(app->arena, asked.found, strlen(asked.found) + 1);
    return app->author != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "%s", "--as");
}

tq_status actor_exists(const struct app *app, unsigned right, bool *exists, struct tq_error *err)
{
    struct account_list list;
    tq_status rc = account_load(app->cli->dir, &list, err);

    *exists = false;
    for (size_t i = 0; rc == TQ_OK && i < list.n; i++)
        *exists = *exists ||
                  (!list.list[i].disabled && (account_rights(list.list[i].role) & right) != 0);
    tq_wipe(&list, sizeof(list));
    return rc;
}

static tq_status commit(void *ctx, struct tq_error *err)
{
    const struct tq_district_ops *ops = ctx;

    return ops->commit(ops->ctx, err);
}

struct account_seal actor_seal(const struct app *app)
{
    return (struct account_seal){ commit, (void *)(uintptr_t)tq_district_store_ops(app->store) };
}
