/* cmd_renew.c - tuquan-commune renew: new keys for this machine, from the next sync on. */
#include "app.h"
#include "commands.h"
#include "member/renew.h"
#include "tuquan/process.h"

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct district_link link;
    tq_status rc = tq_identity_init(err);

    if (rc == TQ_OK)
        rc = network_load_link(cli->dir, &link, err);
    if (rc == TQ_OK)
        rc = renew_begin(cli->dir, err);
    tq_wipe(&link, sizeof(link));
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "begun", json_boolean(true));
    cli_print(cli, "%s",
            cli_say(cli,
                    "Đã tạo khóa mới; khóa cũ vẫn dùng cho đến khi huyện nhận khóa mới ở lần đồng "
                    "bộ "
                    "tới.",
                    "New keys were made; the old ones go on until the district has taken the new "
                    "ones "
                    "at the next sync."));
    return TQ_OK;
}

const struct cli_command CMD_RENEW = {
    .name = "renew",
    .usage = "",
    .summary = { "đổi khóa của máy này, không ngắt việc",
            "renew this machine's keys, without a break" },
    .run = run,
};
