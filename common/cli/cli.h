/* cli.h - The frame of both command lines: a table of commands, their options and help, the
 * language, JSON, errors out of the catalogue and exit codes.
 *
 * A program is a table: adding a command is one file and one line (client/main.c, server/main.c).
 * Ownership: a struct cli lives on main's stack; what it hands out is borrowed until cli_main ends.
 * Threads:   the main thread only. */
#ifndef TQ_CLI_CLI_H
#define TQ_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/error.h"

#define CLI_MAX_OPTIONS 16u

struct cli;

/* A text for people in both languages. */
struct cli_text {
    const char *vi;
    const char *en;
};

struct cli_option {
    const char *name;  /* "dry-run": given as --dry-run */
    char letter;       /* 0: none */
    const char *value; /* what stands for the value in the help, "N"; NULL: a flag */
    struct cli_text help;
};

struct cli_command {
    const char *name;
    const char *usage;                /* what follows the name: "TABLE COLUMN=VALUE..." */
    struct cli_text summary;          /* one line, in the list of commands */
    struct cli_text details;          /* examples and explanations below the options; may be NULL */
    const struct cli_option *options; /* ends with a NULL name; may be NULL */
    size_t min_args;
    size_t max_args; /* 0 with min_args 0: takes none; SIZE_MAX: any number */
    /* Do it. Output goes through the functions below; a failure comes back as status and facts,
     * and is printed by cli_main. */
    tq_status (*run)(struct cli *cli, struct tq_error *err);
    /* Lines added to the command's --help that the table cannot know; may be NULL. */
    void (*more_help)(struct cli *cli);
};

struct cli_program {
    const char *name; /* "tuquan-commune" */
    const char *version;
    struct cli_text summary;
    const char *default_dir;
    const struct cli_command *const *commands; /* ends with NULL */
};

struct cli_value {
    bool given;
    char *text; /* owned by the frame */
};

struct cli {
    const struct cli_program *program;
    const struct cli_command *command;
    void *app; /* the program's own state, for its commands */
    tq_lang lang;
    bool json;
    bool texts;  /* of a page: tables give "KEY_text" beside KEY where people read another word */
    bool colour; /* standard output is a terminal that wants it */
    bool quiet;
    bool yes;        /* answer every confirmation with yes */
    const char *dir; /* data folder */
    size_t nargs;
    const char *const *args;
    const char *secret; /* from a page: what a person would type at a prompt; NULL: ask */
    json_t *result;     /* what --json prints; commands add keys to it */
    bool done; /* what was asked is written for good: a failure after this is one of the answer */
    struct cli_value values[CLI_MAX_OPTIONS];
    int exit_code; /* what a command that succeeded wants to end with; 0 unless it says so */
};

/* cli_say for formats: a macro, so that the compiler sees both literals and checks them. */
#define CLI_SAY(cli, vi, en) ((cli)->lang == TQ_LANG_EN ? (en) : (vi))

/* Run the program: parse, dispatch, report. Returns the exit code. */
int cli_main(const struct cli_program *program, void *app, int argc, char **argv);

/* USAGE: the word that was not understood (NULL: something is missing), and the command's usage. */
tq_status cli_wrong_word(const struct cli *cli, const char *word, struct tq_error *err);

/* The value of an option that this call needs. Fails: USAGE, which names it, when it is not there or
 * empty. */
TQ_MUST_CHECK tq_status cli_need_option(
        const struct cli *cli, const char *name, const char **out, struct tq_error *err);

/* The text in the user's language. */
const char *cli_say(const struct cli *cli, const char *vi, const char *en);

/* An option of this command: its value, "" for a flag that was given, NULL when it was not. */
const char *cli_option(const struct cli *cli, const char *name);

/* The value as a number within low..high, or `fallback`. Fails: USAGE, naming the option. */
TQ_MUST_CHECK tq_status cli_option_number(const struct cli *cli, const char *name, int64_t low,
        int64_t high, int64_t fallback, int64_t *out, struct tq_error *err);

/* A line for people on standard output; nothing under --json or --quiet. */
void cli_print(const struct cli *cli, const char *fmt, ...) TQ_PRINTF(2, 3);

/* Ask; *yes tells. --yes answers. Fails: USAGE when nobody can be asked. */
TQ_MUST_CHECK tq_status cli_confirm(
        const struct cli *cli, const char *question, bool *yes, struct tq_error *err);

/* A warning on standard error, and in the list "warnings" of the result. */
void cli_warn(struct cli *cli, const char *fmt, ...) TQ_PRINTF(2, 3);

/* Add to the result under --json; the value is consumed in any case. What there is no memory for makes
 * the answer a failure (answer.h). */
void cli_json_set(struct cli *cli, const char *key, json_t *value);

#endif
