/* cmd_join.c - tuquan-commune join INVITATION: this machine becomes one of its commune's. */
#include "app.h"
#include "commands.h"
#include "machine_words.h"
#include "member/join.h"
#include "tuquan/identity.h"

static const struct cli_option OPTIONS[] = {
    { "machine", 'm', "TÊN",
            { "tên máy, theo chỗ để máy, không theo tên người",
                    "a name for it: of its place, no person's" } },
    { "timeout", 't', "N", { "số giây chờ huyện (mặc định 30)", "seconds to wait (30)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status run(struct cli *cli, struct tq_error *err)
{
    const char *machine = cli_option(cli, "machine");
    char unit[64];
    char name[128];
    char text[640];
    struct tq_error unwritten;
    int64_t timeout;
    tq_status rc = cli_option_number(cli, "timeout", 1, 3600, 30, &timeout, err);

    if (rc == TQ_OK && machine != NULL)
        rc = app_lint_name(
                cli, "machine", cli_say(cli, "Tên máy", "The machine's name"), machine, err);
    if (rc == TQ_OK)
        rc = tq_identity_init(err);
    if (rc == TQ_OK)
        rc = join_district(cli->dir, cli->args[0], machine != NULL ? machine : MACHINE_UNNAMED,
                NULL, (int)timeout * 1000, unit, name, err);
    if (rc != TQ_OK)
        return rc;
    /* The machine has joined; without the file every setting is its default all the same. */
    if (app_write_config(cli, "", NULL, &unwritten) != TQ_OK)
        cli_warn(cli, "%s", tq_error_text(&unwritten, cli->lang, text, sizeof(text)));
    cli_json_set(cli, "unit", json_string(unit));
    cli_json_set(cli, "district", json_string(name));
    cli_print(cli, "%s %s, %s %s.", cli_say(cli, "Máy này đã tham gia", "This machine joined"),
            name, cli_say(cli, "đơn vị", "unit"), unit);
    cli_print(cli, "%s",
            cli_say(cli, "Bước tiếp theo: tuquan-commune sync (tải dữ liệu lần đầu).",
                    "Next: tuquan-commune sync (first load)."));
    return TQ_OK;
}

const struct cli_command CMD_JOIN = {
    .name = "join",
    .usage = "INVITATION",
    .summary = { "nối máy này với huyện bằng giấy mời", "join the district by an invitation" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
