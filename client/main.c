/* main.c - tuquan-commune: the table of commands. A command is client/cmd_<name>.c, one line in
 * commands.h and one below. */
#include <stddef.h>

#include "commands.h"
#include "tuquan/process.h"
#include "tuquan/version.h"

static const struct cli_command *const COMMANDS[] = {
    &CMD_INIT,
    &CMD_JOIN,
    &CMD_RENEW,
    &CMD_RUN,
    &CMD_OPEN,
    &CMD_SYNC,
    &CMD_STATUS,
    &CMD_TODAY,
    &CMD_ADD,
    &CMD_EDIT,
    &CMD_VOID,
    &CMD_LIST,
    &CMD_SHOW,
    &CMD_RETURNS,
    &CMD_SUGGEST,
    &CMD_IMPORT,
    &CMD_EXPORT,
    &CMD_REPORT,
    &CMD_SCORE,
    &CMD_FACTS,
    &CMD_SELF_SCORE,
    &CMD_RANK,
    &CMD_RANK_HISTORY,
    &CMD_INBOX,
    &CMD_SAME,
    &CMD_RECEIPT,
    &CMD_WHY,
    &CMD_MACHINE,
    &CMD_PERSON,
    &CMD_CATALOGUE,
    &CMD_BUNDLE,
    &CMD_BACKUP,
    &CMD_RESTORE,
    &CMD_DOCTOR,
    NULL,
};

int main(int argc, char **argv)
{
    const struct cli_program program = {
        .name = "tuquan-commune",
        .version = tq_version(),
        .summary = { "Tự Quản, máy của xã", "Tự Quản, the commune office" },
        .default_dir = "tuquan-commune",
        .commands = COMMANDS,
    };

    tq_process_keep_secrets();
    return cli_main(&program, NULL, argc, argv);
}
