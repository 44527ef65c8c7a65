/* cmd_user.c - tuquan-district user: the accounts of the district's page. What is done here stands in
 * the audit trail, under the author of district.ini. */
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "actor.h"
#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "totp_url.h"
#include "trail.h"
#include "tuquan/district_audit.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"
#include "tuquan/process.h"
#include "tuquan/random.h"
#include "tuquan/terminal.h"
#include "user.h"

#define WHAT_BYTES 64u

static const struct cli_option OPTIONS[] = {
    { "role", 'r', "VAI_TRÒ",
            { "read-only, officer, leader hoặc operator",
                    "read-only, officer, leader or operator" } },
    { "off", 0, NULL, { "bỏ mã xác thực", "without the second factor from now on" } },
    { "code", 0, "MÃ_XÁC_THỰC",
            { "mã mà điện thoại đang hiện: từ đây mã xác thực mới có hiệu lực",
                    "the code that the phone shows: the new second factor is in force" } },
    { "end", 0, NULL, { "đóng mọi phiên của tài khoản", "end all sessions of the account" } },
    { "limit", 'n', "N", { "số dòng nhật ký (mặc định 100)", "lines of the log (100)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "account", { "Tài khoản", "Account" }, false, true },
    { "role", { "Vai trò", "Role" }, false, false },
    { "disabled", { "Đã khóa", "Disabled" }, false, false },
    { "totp", { "Mã xác thực", "Second factor" }, false, false },
    { "created_at_ms", { "Lập lúc", "Made" }, false, false },
    { "last_sign_in_ms", { "Đăng nhập cuối", "Last sign-in" }, false, false },
};

static const struct cli_column LOG[] = {
    { "at_ms", { "Lúc", "At" }, false, false },
    { "who", { "Ai", "Who" }, false, true },
    { "what", { "Việc", "What" }, false, false },
    { "about", { "Về", "About" }, false, true },
    { "detail", { "Chi tiết", "Detail" }, false, true },
};

static void put_instant(struct cli *cli, struct cli_table *out, int64_t at_ms)
{
    char shown[40];

    cli_table_both(out, at_ms != 0 ? cli_show_instant(cli, at_ms, shown, sizeof(shown)) : "",
            json_integer(at_ms));
}

static void put_flag(struct cli *cli, struct cli_table *out, bool flag)
{
    cli_table_both(out, flag ? cli_say(cli, "có", "yes") : "", json_boolean(flag));
}

static tq_status list(struct cli *cli, struct tq_error *err)
{
    struct account_list accounts;
    struct cli_table out;
    tq_status rc = account_load(cli->dir, &accounts, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; i < accounts.n; i++) {
        const struct account *account = &accounts.list[i];

        cli_table_text(&out, tq_slice_str(account->name));
        cli_table_text(&out, tq_slice_str(account_role_name(account->role)));
        put_flag(cli, &out, account->disabled);
        put_flag(cli, &out, account->has_totp);
        put_instant(cli, &out, account->created_ms);
        put_instant(cli, &out, account->signed_ms);
    }
    rc = cli_table_print_or(&out, "accounts",
            cli_say(cli, "Chưa có tài khoản nào. Lập: user add TÊN --role=officer.",
                    "No account yet. Make one: user add NAME --role=officer."),
            err);
    cli_table_deinit(&out);
    tq_wipe(&accounts, sizeof(accounts));
    return rc;
}

/* What was done, for people; programs get its code, and the words beside it. */
static const char *words_of(const struct cli *cli, struct tq_slice what, char code[WHAT_BYTES])
{
    snprintf(code, WHAT_BYTES, "%.*s", (int)what.len, (const char *)what.data);
    return trail_words(code, cli->lang);
}

static void put_what(struct cli *cli, struct cli_table *out, struct tq_slice what)
{
    char code[WHAT_BYTES];
    const char *words = words_of(cli, what, code);

    cli_table_both(out, words, json_stringn((const char *)what.data, what.len));
}

static tq_status log_lines(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_audit_entry *entries = NULL;
    struct cli_table out;
    char said[WHAT_BYTES];
    int64_t limit;
    size_t n = 0;
    tq_status rc = cli_option_number(cli, "limit", 1, 10000, 100, &limit, err);

    if (rc == TQ_OK)
        rc = tq_audit_list(
                app->store, 0, tq_slice_str(""), (size_t)limit, app->arena, &entries, &n, err);
    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, LOG, sizeof(LOG) / sizeof(LOG[0]));
    for (size_t i = 0; i < n; i++) {
        put_instant(cli, &out, entries[i].at_ms);
        cli_table_text(&out, entries[i].who);
        put_what(cli, &out, entries[i].what);
        cli_table_text(&out, entries[i].about);
        cli_table_text(&out, entries[i].detail);
        if (cli_table_last(&out) != NULL)
            json_object_set_new(cli_table_last(&out), "said",
                    json_string(words_of(cli, entries[i].what, said)));
    }
    rc = cli_table_print_or(&out, "entries",
            cli_say(cli, "Nhật ký chưa có dòng nào.", "The log holds no line."), err);
    cli_table_deinit(&out);
    return rc;
}

/* ---- what changes accounts ---- */

/* It comes from standard input: what stands in a command line, others can read. */
static tq_status read_password(struct cli *cli, char out[USER_PASSWORD_BYTES], struct tq_error *err)
{
    const char *given = cli->secret;

    if (given != NULL && strlen(given) < USER_PASSWORD_BYTES) {
        memcpy(out, given, strlen(given) + 1);
        return TQ_OK;
    }
    if (given != NULL || !tq_terminal_read_secret(cli_say(cli, "Mật khẩu: ", "Password: "), out,
                                 USER_PASSWORD_BYTES))
        return tq_error_set(err, TQ_INVALID, "%s %u..%u", tq_phrase(TQ_PHRASE_CHARACTERS),
                ACCOUNT_PASSWORD_LEAST, ACCOUNT_PASSWORD_MOST);
    return TQ_OK;
}

static tq_status read_role(
        struct cli *cli, const char *text, account_role *out, struct tq_error *err)
{
    if (text != NULL && account_role_read(text, out))
        return TQ_OK;
    return text == NULL ? cli_wrong_word(cli, NULL, err)
                        : tq_error_set(err, TQ_INVALID, "\"%.40s\"", text);
}

static tq_status add(struct cli *cli, const struct account_seal *seal, struct tq_error *err)
{
    char password[USER_PASSWORD_BYTES] = "";
    account_role role = ACCOUNT_READ_ONLY;
    tq_status rc = read_role(cli, cli_option(cli, "role"), &role, err);

    if (rc == TQ_OK)
        rc = read_password(cli, password, err);
    if (rc == TQ_OK)
        rc = account_add(cli->dir, cli->args[1], role, password, app_now_ms(), seal, err);
    tq_wipe(password, sizeof(password));
    return rc;
}

static tq_status passwd(struct cli *cli, const struct account_seal *seal, struct tq_error *err)
{
    char password[USER_PASSWORD_BYTES] = "";
    struct account_edit edit = { .password = password };
    tq_status rc = read_password(cli, password, err);

    if (rc == TQ_OK)
        rc = account_set(cli->dir, cli->args[1], &edit, seal, err);
    tq_wipe(password, sizeof(password));
    return rc;
}

static tq_status set_role(struct cli *cli, const struct account_seal *seal, struct tq_error *err)
{
    account_role role = ACCOUNT_READ_ONLY;
    struct account_edit edit = { .role = &role };
    tq_status rc = read_role(cli, cli->args[2], &role, err);

    return rc == TQ_OK ? account_set(cli->dir, cli->args[1], &edit, seal, err) : rc;
}

static tq_status set_disabled(
        struct cli *cli, bool disabled, const struct account_seal *seal, struct tq_error *err)
{
    struct account_edit edit = { .disabled = &disabled };

    return account_set(cli->dir, cli->args[1], &edit, seal, err);
}

/* A new one is made and told; with --code it is proved, and in force. */
static tq_status set_totp(struct cli *cli, const struct account_seal *seal, struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    const char *code = cli_option(cli, "code");
    bool off = cli_option(cli, "off") != NULL;
    uint8_t secret[TOTP_SECRET_BYTES];
    struct account_edit edit = { .drops_totp = off, .proves = !off && code != NULL, .code = code };
    bool makes = !off && code == NULL;
    tq_status rc;

    random->fill(random->ctx, secret, sizeof(secret));
    edit.pending = makes ? secret : NULL;
    edit.now_ms = app_now_ms();
    rc = account_set(cli->dir, cli->args[1], &edit, seal, err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK && makes)
        rc = totp_tell(cli, cli->args[1], secret, err);
    if (rc == TQ_OK && makes)
        cli_print(cli, "%s",
                cli_say(cli, "Có hiệu lực khi gõ lại lệnh này với --code=MÃ điện thoại đang hiện.",
                        "In force once this command is given again with --code=, which the phone "
                        "shows."));
    tq_wipe(secret, sizeof(secret));
    return rc;
}

static tq_status end_sessions(
        struct cli *cli, const struct account_seal *seal, struct tq_error *err)
{
    struct account_edit edit = { 0 };

    return account_set(cli->dir, cli->args[1], &edit, seal, err);
}

/* ---- sessions ---- */

static tq_status sessions(struct cli *cli, struct tq_error *err)
{
    json_t *lines = json_array();
    tq_status rc = user_read_sessions(cli->dir, lines, err);
    json_t *one;
    size_t i;

    json_array_foreach(lines, i, one)
    {
        char shown[40];

        cli_print(cli, "%s  %s", json_string_value(json_object_get(one, "account")),
                cli_show_instant(cli, json_integer_value(json_object_get(one, "seen_ms")), shown,
                        sizeof(shown)));
    }
    cli_json_set(cli, "sessions", lines);
    return rc;
}

/* ---- which is asked for ---- */

typedef tq_status (*action_fn)(
        struct cli *cli, const struct account_seal *seal, struct tq_error *err);

static tq_status disable(struct cli *cli, const struct account_seal *seal, struct tq_error *err)
{
    return set_disabled(cli, true, seal, err);
}

static tq_status enable(struct cli *cli, const struct account_seal *seal, struct tq_error *err)
{
    return set_disabled(cli, false, seal, err);
}

static const struct {
    const char *word;
    size_t nargs;
    action_fn run;
    const char *what; /* in the audit trail */
} ACTIONS[] = {
    { "add", 2, add, "user_add" },
    { "passwd", 2, passwd, "user_password" },
    { "role", 3, set_role, "user_role" },
    { "disable", 2, disable, "user_disable" },
    { "enable", 2, enable, "user_enable" },
    { "totp", 2, set_totp, "user_totp" },
    { "sessions", 2, end_sessions, "user_sessions_end" },
};

/* What is written to the trail beside the account: never a secret. */
static void detail_of(const struct app *app, const struct cli *cli, char *out, size_t size)
{
    const char *said = "";

    if (strcmp(cli->args[0], "role") == 0)
        said = cli->args[2];
    else if (strcmp(cli->args[0], "add") == 0)
        said = cli_option(cli, "role") != NULL ? cli_option(cli, "role") : "";
    else if (strcmp(cli->args[0], "totp") == 0)
        said = cli_option(cli, "off") != NULL ? "off" : cli_option(cli, "code") != NULL ? "on" : "";
    snprintf(out, size, "%s%s%s", said, said[0] != '\0' && app->address != NULL ? " " : "",
            app->address != NULL ? app->address : "");
}

/* The change and its line: both, or neither. */
static tq_status act_told(
        struct app *app, struct cli *cli, action_fn run, const char *what, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct account_seal seal = actor_seal(app);
    char detail[128];
    tq_status rc = ops->begin(ops->ctx, err);

    detail_of(app, cli, detail, sizeof(detail));
    if (rc == TQ_OK)
        rc = tq_devices_audit(app->store, app_now_ms(), tq_slice_str(app_author(app)),
                tq_slice_str(what), tq_slice_str(cli->args[1]), tq_slice_str(detail), err);
    if (rc == TQ_OK)
        rc = run(cli, &seal, err);
    if (rc != TQ_OK)
        ops->rollback(ops->ctx);
    return rc;
}

static tq_status act(struct app *app, struct cli *cli, struct tq_error *err)
{
    for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(ACTIONS[0]); i++) {
        tq_status rc;

        if (strcmp(ACTIONS[i].word, cli->args[0]) != 0 || ACTIONS[i].nargs != cli->nargs)
            continue;
        if (ACTIONS[i].run == end_sessions && cli_option(cli, "end") == NULL)
            return cli_wrong_word(cli, NULL, err);
        rc = act_told(app, cli, ACTIONS[i].run, ACTIONS[i].what, err);
        if (rc == TQ_OK)
            cli_print(cli, "%s", cli_say(cli, "Xong.", "Done."));
        return rc;
    }
    return cli_wrong_word(cli, cli->args[0], err);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *word = cli->nargs > 0 ? cli->args[0] : "list";
    bool lists = cli->nargs <= 1 && strcmp(word, "list") == 0;
    bool logs = cli->nargs == 1 && strcmp(word, "log") == 0;
    bool tells = cli->nargs == 1 && strcmp(word, "sessions") == 0;
    tq_status rc = app_open(app, cli, !lists && !logs && !tells, err);

    if (rc == TQ_OK && lists)
        rc = list(cli, err);
    else if (rc == TQ_OK && logs)
        rc = log_lines(app, cli, err);
    else if (rc == TQ_OK && tells)
        rc = sessions(cli, err);
    else if (rc == TQ_OK)
        rc = act(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_USER = {
    .name = "user",
    .usage = "[list | log | sessions | VIỆC TÊN [VAI_TRÒ]]",
    .summary = { "tài khoản trang của huyện: vai trò, mật khẩu, mã xác thực, phiên, nhật ký",
            "accounts of the district's page: role, password, second factor, sessions, log" },
    .details = { "Việc: add, passwd, role, disable, enable, totp, sessions. Vai trò: read-only, "
                 "officer,\nleader, operator. Mật khẩu (12 đến 128 ký tự) đọc từ bàn phím hoặc đầu "
                 "vào chuẩn.\nVí dụ:\n  user add \"Phòng TC\" --role=officer\n  user role "
                 "\"Phòng TC\" leader\n  user totp \"Phòng TC\"\n  user sessions \"Phòng TC\" "
                 "--end",
            "To do: add, passwd, role, disable, enable, totp, sessions. Roles: read-only, "
            "officer,\nleader, operator. The password (12 to 128 characters) is read from the "
            "keyboard "
            "or\nstandard input.\nExample:\n  user add office --role=officer\n  user role office "
            "leader\n  user totp office\n  user sessions office --end" },
    .options = OPTIONS,
    .max_args = 3,
    .run = run,
};
