/* main.c - tuquan-district: the table of commands. A command is server/cmd_<name>.c that defines a
 * struct cli_command (common/cli/cli.h), and one line below. */
#include <stddef.h>

#include "cli/cli.h"
#include "tuquan/version.h"

static const struct cli_command *const COMMANDS[] = {
    NULL,
};

int main(int argc, char **argv)
{
    const struct cli_program program = {
        .name = "tuquan-district",
        .version = tq_version(),
        .summary = { "Tự Quản, máy chủ của huyện", "Tự Quản, the district's server" },
        .default_dir = "tuquan-district",
        .commands = COMMANDS,
    };

    return cli_main(&program, NULL, argc, argv);
}
