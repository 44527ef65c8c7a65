/* main.c - tuquan-district: the table of its commands. */
#include "app.h"
#include "cmd.h"
#include "tuquan/process.h"
#include "tuquan/version.h"

static const struct cli_command *const COMMANDS[] = {
    &CMD_INIT,
    &CMD_RUN,
    &CMD_ENROLL,
    &CMD_DEVICES,
    &CMD_REVOKE,
    &CMD_READMIT,
    &CMD_RENEW,
    &CMD_UNITS,
    &CMD_IMPORT,
    &CMD_LIST,
    &CMD_SET,
    &CMD_DIRECTIVES,
    &CMD_CATALOGUE,
    &CMD_PERIOD,
    &CMD_SHEET,
    &CMD_RECONCILE,
    &CMD_REPORT,
    &CMD_ASSESS,
    &CMD_FACTS,
    &CMD_VERIFY_SCORE,
    &CMD_RANK,
    &CMD_PUBLISH,
    &CMD_TRENDS,
    &CMD_SUMMARY,
    &CMD_PROVINCE,
    &CMD_USER,
    &CMD_STATUS,
    &CMD_HEALTH,
    &CMD_BOARD,
    &CMD_MOVEMENT,
    &CMD_CONFLICTS,
    &CMD_HELD,
    &CMD_REQUESTS,
    &CMD_APPEALS,
    &CMD_PROPOSALS,
    &CMD_SAME,
    &CMD_WHY,
    &CMD_CHANGES,
    &CMD_RECEIPTS,
    &CMD_LEDGER,
    &CMD_BUNDLE,
    &CMD_LIAISON,
    &CMD_BACKUP,
    &CMD_RESTORE,
    &CMD_DOCTOR,
    NULL,
};

int main(int argc, char **argv)
{
    struct cli_program program = { "tuquan-district", NULL,
        { "Máy chủ huyện: nhận số liệu của các xã, chấm điểm, xếp hạng, phát kết quả",
                "The district's server: takes the communes' records, scores, ranks, broadcasts" },
        "tuquan-huyen", COMMANDS };
    struct app app = { 0 };

    tq_process_keep_secrets();
    program.version = tq_version();
    return cli_main(&program, &app, argc, argv);
}
