#include "cli/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "tuquan/mem.h"
#include "tuquan/terminal.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

void cli_answer_begin(struct cli *cli)
{
    cli_json_use_our_heap();
    cli->result = json_object();
    json_object_set_new(cli->result, "ok", json_false());
}

void cli_json_set(struct cli *cli, const char *key, json_t *value)
{
    if (cli->json && cli->result != NULL)
        json_object_set_new(cli->result, key, value);
    else
        json_decref(value);
}

void cli_warn(struct cli *cli, const char *fmt, ...)
{
    char line[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (!cli->json) {
        fprintf(stderr, "%s: %s\n", cli_say(cli, "Lưu ý", "Note"), line);
        return;
    }
    if (json_object_get(cli->result, "warnings") == NULL)
        json_object_set_new(cli->result, "warnings", json_array());
    json_array_append_new(json_object_get(cli->result, "warnings"), json_string(line));
}

/* Facts that end in a sentence of their own bring their full stop with them. */
static char *without_stop(char *facts)
{
    size_t n = strlen(facts);

    if (n > 0 && facts[n - 1] == '.')
        facts[n - 1] = '\0';
    return facts;
}

/* Usage is told in the words of the command line, where "report" is a command. */
static void retell(const struct cli *cli, const struct tq_error *err, char *out, size_t size)
{
    if (err->status == TQ_USAGE)
        tq_retell(err->msg, cli->lang, out, size);
    else
        tq_word_retell(tq_catalogue_current(), err->msg, cli->lang, out, size);
    tq_text_settle(out, strlen(out) + 1 == size);
}

static void tell(const struct cli *cli, const struct tq_error *err, char *facts)
{
    bool red = tq_terminal_is(stderr) && getenv("NO_COLOR") == NULL;
    const char *next = tq_status_next_step(err->status, cli->lang);

    fprintf(stderr, "%s%s [%s]%s: %s%s%s.\n", red ? "\033[31m" : "", cli_say(cli, "Lỗi", "Error"),
            tq_status_code(err->status), red ? "\033[0m" : "",
            tq_status_sentence(err->status, cli->lang), facts[0] != '\0' ? ": " : "",
            without_stop(facts));
    if (next[0] != '\0')
        fprintf(stderr, "%s: %s\n", cli_say(cli, "Việc cần làm", "What to do"), next);
}

static json_t *error_object(const struct cli *cli, const struct tq_error *err, const char *facts)
{
    json_t *object = json_object();

    json_object_set_new(object, "code", json_string(tq_status_code(err->status)));
    json_object_set_new(
            object, "sentence", json_string(tq_status_sentence(err->status, cli->lang)));
    json_object_set_new(object, "facts", json_string(facts));
    json_object_set_new(
            object, "next_step", json_string(tq_status_next_step(err->status, cli->lang)));
    json_object_set_new(object, "exit_code", json_integer(tq_status_exit_code(err->status)));
    return object;
}

static void put_string(const char *key, const char *text, const char *after)
{
    printf("    \"%s\": \"", key);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            putchar('\\');
        if ((unsigned char)*p < 0x20)
            printf("\\u%04x", (unsigned)*p);
        else
            putchar(*p);
    }
    printf("\"%s\n", after);
}

/* The same object as error_object's, with no memory at all. */
static void put_error(const struct cli *cli, const struct tq_error *err, const char *facts)
{
    printf("{\n  \"ok\": false,\n  \"error\": {\n");
    put_string("code", tq_status_code(err->status), ",");
    put_string("sentence", tq_status_sentence(err->status, cli->lang), ",");
    put_string("facts", facts, ",");
    put_string("next_step", tq_status_next_step(err->status, cli->lang), ",");
    printf("    \"exit_code\": %d\n  }\n}\n", tq_status_exit_code(err->status));
}

/* True when the whole result stands on standard output. */
static bool put_result(struct cli *cli, tq_status rc, json_t *error)
{
    bool put = false;
    char *text;

    json_object_set_new(cli->result, "ok", json_boolean(rc == TQ_OK));
    if (error != NULL)
        json_object_set_new(cli->result, "error", error);
    text = json_dumps(cli->result, JSON_INDENT(2)); /* whole or not at all */
    if (text != NULL && !cli_json_is_short()) {
        puts(text);
        put = true;
    }
    cli_json_free(text);
    return put;
}

/* What was done stays done: who is told only of a failure would do it again. */
static void add_done(const struct cli *cli, struct tq_error *err)
{
    tq_error_wrap(err, "%s",
            cli_say(cli, "việc đã làm xong, chỉ phần trả lời không trọn",
                    "the work is done, only its answer is not complete"));
}

bool cli_answer_json(struct cli *cli, tq_status rc, struct tq_error *err)
{
    char facts[sizeof(err->msg)];

    if (rc != TQ_OK) {
        if (cli->done)
            add_done(cli, err);
        retell(cli, err, facts, sizeof(facts));
        json_object_set_new(cli->result, "error", error_object(cli, err, facts));
    }
    json_object_set_new(cli->result, "ok", json_boolean(rc == TQ_OK));
    return !cli_json_is_short();
}

int cli_answer(struct cli *cli, tq_status rc, struct tq_error *err)
{
    char facts[sizeof(err->msg)];
    bool put;

    if (rc != TQ_OK && cli->done)
        add_done(cli, err);
    retell(cli, err, facts, sizeof(facts));
    if (rc != TQ_OK && !cli->json)
        tell(cli, err, facts);
    if (cli->json) {
        put = put_result(cli, rc, rc != TQ_OK ? error_object(cli, err, facts) : NULL);
        if (!put && rc == TQ_OK) { /* what failed already has its words: how much was written */
            rc = tq_error_set(err, TQ_NOMEM, "JSON");
            add_done(cli, err);
            retell(cli, err, facts, sizeof(facts));
        }
        if (!put)
            put_error(cli, err, facts);
    }
    json_decref(cli->result);
    cli->result = NULL;
    /* A full disk behind "> file" must not end as success. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && rc == TQ_OK && cli->exit_code == 0)
        return tq_status_exit_code(TQ_IO);
    return rc == TQ_OK ? cli->exit_code : tq_status_exit_code(rc);
}
