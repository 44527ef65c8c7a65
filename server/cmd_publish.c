/* cmd_publish.c - tuquan-district publish PERIOD: accept what nobody verified, freeze, sign. The
 * running server finds the rows and broadcasts them. Where there are accounts, by two people. */
#include <string.h>

#include "actor.h"
#include "app.h"
#include "cmd.h"
#include "publication.h"

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    { "missing-decision", 0, "SỐ",
            { "số quyết định cho công bố khi còn xã chưa gửi",
                    "decision to publish although some have not sent" } },
    { "document", 0, "SỐ", { "số văn bản chấp nhận chung", "document of the bulk acceptance" } },
    { "show", 0, NULL, { "còn thiếu gì, đã lập gì", "what is missing, and what is prepared" } },
    { "prepare", 0, NULL, { "lập để người khác ký", "prepare it, for another to sign" } },
    { "sign", 0, NULL, { "ký đúng bảng đã lập", "sign what was prepared" } },
    { "withdraw", 0, NULL, { "bỏ bảng đã lập", "take back what was prepared" } },
    { "digest", 0, "MÃ", { "với --sign: mã của bảng đã đọc", "with --sign: what was read" } },
    ACTOR_OPTIONS,
    { NULL, 0, NULL, { NULL, NULL } },
};

typedef tq_status (*publish_fn)(struct app *app, struct cli *cli, struct tq_error *err);

static const struct {
    const char *option;
    publish_fn run;
} WAYS[] = {
    { "show", publication_show },
    { "prepare", publication_prepare },
    { "sign", publication_sign },
    { "withdraw", publication_withdraw },
};

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    publish_fn way = publication_alone;
    size_t given = 0;
    tq_status rc;

    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++)
        if (cli_option(cli, WAYS[i].option) != NULL) {
            way = WAYS[i].run;
            given++;
        }
    if (given > 1)
        return tq_error_set(err, TQ_USAGE, "%s", "--show, --prepare, --sign, --withdraw");
    rc = app_open(app, cli, way != publication_show, err);
    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = way(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_PUBLISH = {
    .name = "publish",
    .usage = "PERIOD",
    .summary = { "công bố bảng xếp hạng: khóa số liệu, ký và phát", "freeze, sign and broadcast" },
    .details = { "Có tài khoản lãnh đạo thì cần hai người: một người lập, một lãnh đạo khác ký "
                 "đúng bảng ấy.\nVí dụ:\n  publish 2020-Q4 --prepare --as=\"Phòng TC\"\n  publish "
                 "2020-Q4 --sign --as=\"Chủ tịch\"",
            "Where a leader has an account it takes two: one prepares, another, a leader, signs "
            "that very\ntable.\nExample:\n  publish 2020-Q4 --prepare --as=office\n  publish "
            "2020-Q4 --sign --as=leader" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
