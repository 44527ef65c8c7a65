/* cmd_renew.c - tuquan-district renew DEVICE...: machines are asked to renew their keys. */
#include <stdlib.h>

#include "app.h"
#include "cmd.h"
#include "tuquan/district_devices.h"

#define DAY_MS INT64_C(86400000)
#define MOST 1000

static const struct cli_option OPTIONS[] = {
    { "older", 0, "N",
            { "mọi máy có khóa cũ hơn N ngày", "all whose keys are older than N days" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status ask_older(struct app *app, int64_t days, size_t *asked, struct tq_error *err)
{
    struct tq_device_info *list;
    int64_t now = app_now_ms();
    size_t count;
    tq_status rc = tq_devices_list(app->store, app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        if (list[i].device == TQ_DEVICE_DISTRICT || list[i].revoked_at_ms != 0 ||
                list[i].keys_since_ms > now - days * DAY_MS)
            continue;
        rc = tq_devices_ask_renewal(app->store, list[i].device, now, err);
        *asked += rc == TQ_OK;
    }
    return rc;
}

/* 0: no such number. */
static uint32_t device_of(const char *word)
{
    char *end;
    unsigned long device = strtoul(word, &end, 10);

    return *end == '\0' && device <= UINT32_MAX ? (uint32_t)device : 0;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    size_t asked = 0;
    int64_t days;
    tq_status rc = cli_option_number(cli, "older", 1, 36500, 365, &days, err);

    for (size_t i = 0; rc == TQ_OK && i < cli->nargs; i++)
        if (device_of(cli->args[i]) == 0)
            rc = cli_wrong_word(cli, cli->args[i], err);
    if (rc == TQ_OK)
        rc = app_open(app, cli, true, err);
    for (size_t i = 0; rc == TQ_OK && i < cli->nargs; i++) {
        rc = tq_devices_ask_renewal(app->store, device_of(cli->args[i]), app_now_ms(), err);
        asked += rc == TQ_OK;
    }
    if (rc == TQ_OK && cli->nargs == 0)
        rc = ask_older(app, days, &asked, err);
    app_close(app);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "asked", json_integer((json_int_t)asked));
    cli_print(cli, "%s: %zu. %s",
            cli_say(cli, "Số máy được đề nghị đổi khóa", "Machines asked to renew their keys"),
            asked,
            cli_say(cli, "Máy tự đổi sau lần đồng bộ tới; khóa cũ dùng được đến lúc đó.",
                    "They do it by themselves after the next sync; the old keys go on until "
                    "then."));
    return TQ_OK;
}

const struct cli_command CMD_RENEW = {
    .name = "renew",
    .usage = "[DEVICE...]",
    .summary = { "đề nghị máy của xã đổi khóa (không nêu máy: mọi khóa quá 365 ngày)",
            "ask machines to renew their keys (none named: all keys older than 365 days)" },
    .options = OPTIONS,
    .max_args = MOST,
    .run = run,
};
