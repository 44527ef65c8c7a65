#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "tuquan/bytes.h"
#include "tuquan/mem.h"
#include "tuquan/terminal.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

const char *cli_say(const struct cli *cli, const char *vi, const char *en)
{
    return cli->lang == TQ_LANG_EN ? en : vi;
}

const char *cli_option(const struct cli *cli, const char *name)
{
    const struct cli_option *options = cli->command != NULL ? cli->command->options : NULL;

    for (size_t i = 0; options != NULL && options[i].name != NULL; i++)
        if (strcmp(options[i].name, name) == 0)
            return cli->values[i].given ? cli->values[i].text : NULL;
    return NULL;
}

tq_status cli_option_number(const struct cli *cli, const char *name, int64_t low, int64_t high,
        int64_t fallback, int64_t *out, struct tq_error *err)
{
    const char *text = cli_option(cli, name);
    char *end = NULL;

    *out = fallback;
    if (text == NULL)
        return TQ_OK;
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *out < low || *out > high)
        return tq_error_set(
                err, TQ_USAGE, "--%s=%s (%" PRId64 "..%" PRId64 ")", name, text, low, high);
    return TQ_OK;
}

void cli_print(const struct cli *cli, const char *fmt, ...)
{
    va_list args;

    if (cli->json || cli->quiet)
        return;
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    putchar('\n');
}

tq_status cli_confirm(const struct cli *cli, const char *question, bool *yes, struct tq_error *err)
{
    char line[64];
    char folded[sizeof(line)];

    *yes = cli->yes;
    if (cli->yes)
        return TQ_OK;
    if (cli->json || !tq_terminal_is(stdin))
        return tq_error_set(err, TQ_USAGE, "%s --yes", question);
    fprintf(stderr, "%s [%s] ", question, cli_say(cli, "c/K", "y/N"));
    fflush(stderr);
    if (fgets(line, sizeof(line), stdin) == NULL)
        return TQ_OK;
    if (tq_text_fold_word(tq_slice_str(line), folded, sizeof(folded)))
        *yes = folded[0] == 'c' || folded[0] == 'y';
    return TQ_OK;
}

/* How far apart two names are, up to 3: for "did you mean". */
static size_t distance(const char *a, const char *b)
{
    size_t row[32];
    size_t na = strlen(a);
    size_t nb = strlen(b);

    if (na >= 31 || nb >= 31)
        return 9;
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = corner + (a[i - 1] != b[j - 1]);

            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[nb];
}

static const struct cli_command *find_command(
        const struct cli *cli, const char *name, struct tq_error *err)
{
    const struct cli_command *const *list = cli->program->commands;
    const char *near = NULL;
    size_t best = 3;

    for (size_t i = 0; list[i] != NULL; i++) {
        size_t d = distance(name, list[i]->name);

        if (d == 0)
            return list[i];
        if (d < best) {
            best = d;
            near = list[i]->name;
        }
    }
    if (near != NULL)
        tq_error_set(err, TQ_USAGE, "%s (%s?)", name, near);
    else
        tq_error_set(err, TQ_USAGE, "%s", name);
    return NULL;
}

/* What was chosen at the start stands where this parse saw none. */
static tq_status take_language(struct cli *cli, const char *given, struct tq_error *err)
{
    if (given == NULL)
        return TQ_OK;
    if (strcmp(given, "vi") != 0 && strcmp(given, "en") != 0)
        return tq_error_set(err, TQ_USAGE, "--lang=%s (vi, en)", given);
    cli->lang = strcmp(given, "en") == 0 ? TQ_LANG_EN : TQ_LANG_VI;
    return TQ_OK;
}

tq_status cli_wrong_word(const struct cli *cli, const char *word, struct tq_error *err)
{
    const struct cli_command *command = cli->command;
    char usage[256] = "";

    if (command->usage != NULL)
        cli_usage(cli, command->usage, usage, sizeof(usage));
    if (word == NULL)
        return tq_error_set(err, TQ_USAGE, "%s %s %s", cli->program->name, command->name, usage);
    return tq_error_set(err, TQ_USAGE, "%s \"%s\"; %s %s %s",
            cli_say(cli, "không hiểu", "not understood:"), word, cli->program->name, command->name,
            usage);
}

tq_status cli_need_option(
        const struct cli *cli, const char *name, const char **out, struct tq_error *err)
{
    char usage[256] = "";

    *out = cli_option(cli, name);
    if (*out != NULL && (*out)[0] != '\0')
        return TQ_OK;
    if (cli->command->usage != NULL)
        cli_usage(cli, cli->command->usage, usage, sizeof(usage));
    return tq_error_set(err, TQ_USAGE, "%s --%s; %s %s %s", cli_say(cli, "thiếu", "missing:"), name,
            cli->program->name, cli->command->name, usage);
}

static tq_status check_args(const struct cli *cli, struct tq_error *err)
{
    const struct cli_command *command = cli->command;

    if (cli->nargs < command->min_args)
        return cli_wrong_word(cli, NULL, err);
    if (cli->nargs > command->max_args)
        return tq_error_set(err, TQ_USAGE, "%s: %s \"%s\"", command->name,
                cli_say(cli, "thừa", "too much:"), cli->args[command->max_args]);
    return TQ_OK;
}

/* What stands before the command: its name, the language, --help. */
static tq_status first_look(
        struct cli *cli, int argc, char **argv, bool *done, struct tq_error *err)
{
    struct cli_options options;
    tq_status rc = cli_options_parse(cli, NULL, argc, argv, &options, err);

    *done = false;
    if (take_language(cli, rc == TQ_OK ? options.lang : NULL, rc == TQ_OK ? err : NULL) != TQ_OK)
        rc = TQ_USAGE;
    if (rc == TQ_OK && options.version) {
        printf("%s %s\n", cli->program->name, cli->program->version);
        *done = true;
    } else if (rc == TQ_OK && options.nargs == 0) {
        cli_help_program(cli);
        *done = true;
        cli->exit_code = options.help ? 0 : tq_status_exit_code(TQ_USAGE);
    } else if (rc == TQ_OK) {
        cli->command = find_command(cli, options.args[0], err);
        if (cli->command == NULL)
            rc = TQ_USAGE;
    }
    cli_options_free(cli, &options);
    return rc;
}

static tq_status run_command(struct cli *cli, int argc, char **argv, struct tq_error *err)
{
    struct cli_options options;
    const char *dir = getenv("TUQUAN_DIR");
    tq_status rc = cli_options_parse(cli, cli->command, argc, argv, &options, err);

    if (rc == TQ_OK)
        rc = take_language(cli, options.lang, err);
    if (rc == TQ_OK && options.help) {
        cli_help_command(cli, cli->command);
        cli->json = false;
    } else if (rc == TQ_OK) {
        cli->dir = options.dir != NULL
                           ? options.dir
                           : (dir != NULL && dir[0] != '\0' ? dir : cli->program->default_dir);
        cli->nargs = options.nargs - 1;
        cli->args = (const char *const *)options.args + 1;
        rc = check_args(cli, err);
        if (rc == TQ_OK)
            rc = cli->command->run(cli, err);
    }
    cli_options_free(cli, &options);
    cli->args = NULL;
    cli->nargs = 0;
    return rc;
}

/* --json shapes the very first failure, too: look for the word before anything is parsed. */
static bool asks_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

/* The language shapes it, too; what is no language is told when it is parsed. */
static tq_lang asks_language(int argc, char **argv)
{
    const char *lang = getenv("TUQUAN_LANG");

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            lang = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            lang = argv[i + 1];
    }
    return lang != NULL && strcmp(lang, "en") == 0 ? TQ_LANG_EN : TQ_LANG_VI;
}

int cli_main(const struct cli_program *program, void *app, int argc, char **argv)
{
    struct cli cli = { .program = program, .app = app };
    struct tq_error err = { 0 };
    const char *term = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    bool done = false;
    tq_status rc;

    cli_answer_begin(&cli);
    cli.json = asks_json(argc, argv);
    cli.lang = asks_language(argc, argv);
    cli.colour = tq_terminal_is(stdout) && (no_color == NULL || no_color[0] == '\0') &&
                 (term == NULL || strcmp(term, "dumb") != 0);
    rc = first_look(&cli, argc, argv, &done, &err);
    if (done) {
        cli.json = false;
    } else if (rc == TQ_OK) {
        json_object_set_new(cli.result, "command", json_string(cli.command->name));
        rc = run_command(&cli, argc, argv, &err);
    }
    if (rc != TQ_OK && err.status == TQ_OK)
        err.status = rc;
    return cli_answer(&cli, rc, &err);
}
