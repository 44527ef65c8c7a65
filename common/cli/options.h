/* options.h - Reads an argument vector by a command's table; inside common/cli only.
 *
 * Ownership: cli_options_free frees what was parsed; texts of the table are borrowed.
 * Threads:   the main thread. */
#ifndef TQ_CLI_OPTIONS_H
#define TQ_CLI_OPTIONS_H

#include "cli/cli.h"

/* What was asked of the frame itself. */
struct cli_options {
    bool help;
    bool version;
    char *dir;
    char *lang;
    char **args;
    size_t nargs;
};

/* Parse argv[1..]. Global options may stand before or after the command's name; its own only when
 * `command` is given. With `command` NULL parsing stops at the first word that is no option.
 * Fails: USAGE, naming the option; NOMEM. Call cli_options_free in any case. */
TQ_MUST_CHECK tq_status cli_options_parse(struct cli *cli, const struct cli_command *command,
        int argc, char **argv, struct cli_options *out, struct tq_error *err);
void cli_options_free(struct cli *cli, struct cli_options *options);

/* The help of the program, or of one command. */
void cli_help_program(const struct cli *cli);
void cli_help_command(struct cli *cli, const struct cli_command *command);

/* A usage line in the user's language: what a person fills in ("PERIOD", "KỲ"), the rest as it is.
 * Returns `out`. */
char *cli_usage(const struct cli *cli, const char *usage, char *out, size_t size);

#endif
