#include "api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "commands.h"
#include "person.h"
#include "tuquan/mem.h"
#include "tuquan/version.h"
#include "tuquan/words.h"
#include "web/answer.h"

#define CALL_BYTES ((size_t)4 << 20)

static const struct cli_program PROGRAM = { .name = "tuquan-commune" };

tq_status api_open(struct api *api, struct tq_error *err)
{
    struct cli cli = { .program = &PROGRAM, .lang = api->lang, .dir = api->dir, .quiet = true };
    tq_status rc = TQ_OK;

    if (api->is_open)
        return TQ_OK;
    if (api->arena == NULL)
        api->arena = tq_arena_new(CALL_BYTES);
    if (api->arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "api");
    rc = app_open(&api->app, &cli, err);
    api->app.cli = NULL; /* each call has its own */
    if (rc != TQ_OK)
        app_close(&api->app);
    api->is_open = rc == TQ_OK;
    return rc;
}

void api_close(struct api *api)
{
    if (api->is_open)
        app_close(&api->app);
    api->is_open = false;
    tq_arena_free(api->arena);
    api->arena = NULL;
}

/* ---- a call ---- */

void api_begin(struct api_call *call, void *ctx, const struct web_request *request,
        struct web_answer *answer, const struct cli_command *command)
{
    struct api *api = ctx;

    memset(call, 0, sizeof(*call));
    (void)cli_json_take_short();
    call->api = api;
    call->request = request;
    call->answer = answer;
    call->cli.program = &PROGRAM;
    call->cli.command = command;
    call->cli.lang = request->lang;
    call->cli.json = true;
    call->cli.quiet = true;
    call->cli.dir = api->dir;
    call->cli.args = call->args;
    call->cli.result = json_object();
    if (api_open(api, &call->err) != TQ_OK)
        return;
    call->cli.app = &api->app;
    tq_arena_reset(api->arena);
    tq_records_set_author(api->app.records, request->person[0] != '\0'
                                                    ? request->person
                                                    : cli_config_text(api->app.config, "author"));
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0 &&
            command != &CMD_PERSON)
        api_may_write(call);
}

void api_may_write(struct api_call *call)
{
    struct person_list persons;

    if (call->err.status != TQ_OK || person_load(call->api->dir, &persons, &call->err) != TQ_OK ||
            persons.n == 0 || person_find(&persons, call->request->person) != NULL)
        return;
    tq_error_set(&call->err, TQ_PAGE_SIGN_IN, "%s", "");
}

void api_arg(struct api_call *call, const char *text)
{
    if (call->err.status != TQ_OK)
        return;
    if (call->cli.nargs == API_MAX_ARGS)
        tq_error_set(&call->err, TQ_RANGE, "%u", API_MAX_ARGS);
    else
        call->args[call->cli.nargs++] = text;
}

void api_argf(struct api_call *call, const char *fmt, ...)
{
    va_list args;
    char *text;
    int n;

    if (call->err.status != TQ_OK)
        return;
    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    text = n >= 0 ? tq_arena_alloc(call->api->arena, (size_t)n + 1) : NULL;
    if (text == NULL) {
        tq_error_set(&call->err, TQ_NOMEM, "%s", fmt);
        return;
    }
    va_start(args, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    va_end(args);
    api_arg(call, text);
}

void api_option(struct api_call *call, const char *name, const char *value)
{
    const struct cli_option *options = call->cli.command->options;
    size_t n = value != NULL ? strlen(value) : 0;

    if (call->err.status != TQ_OK || value == NULL)
        return;
    for (size_t i = 0; options[i].name != NULL; i++) {
        if (strcmp(options[i].name, name) != 0)
            continue;
        call->cli.values[i].text = tq_arena_copy(call->api->arena, value, n + 1);
        call->cli.values[i].given = true;
        if (call->cli.values[i].text == NULL)
            tq_error_set(&call->err, TQ_NOMEM, "%s", name);
        return;
    }
    tq_error_set(&call->err, TQ_INTERNAL, "--%s", name);
}

void api_table(struct api_call *call, const char *name)
{
    if (call->err.status == TQ_OK &&
            tq_word_to_table(tq_catalogue_current(), tq_slice_str(name)) == NULL)
        tq_error_set(&call->err, TQ_NOT_FOUND, "%s", name);
    api_arg(call, name);
}

/* What the error of a command knows of the cell at fault stands in "problem": one object for a page. */
static void join_problem(json_t *result)
{
    json_t *error = json_object_get(result, "error");
    json_t *problem = json_object_get(result, "problem");
    const char *key;
    json_t *value;

    if (error == NULL || problem == NULL)
        return;
    json_object_foreach(problem, key, value) json_object_set(error, key, value);
    json_object_del(result, "problem");
}

tq_status api_run(struct api_call *call)
{
    const struct cli_command *command = call->cli.command;

    if (call->err.status != TQ_OK)
        return call->err.status;
    if (call->cli.nargs < command->min_args || call->cli.nargs > command->max_args)
        return tq_error_set(&call->err, TQ_USAGE, "%s", command->name);
    return command->run(&call->cli, &call->err);
}

void api_answer(struct api_call *call, tq_status rc)
{
    struct cli *cli = &call->cli;
    bool whole;

    if (rc != TQ_OK && call->err.status == TQ_OK)
        call->err.status = rc;
    whole = cli_answer_json(cli, rc, &call->err);
    if (rc != TQ_OK)
        join_problem(cli->result);
    call->answer->status = web_http_status(rc);
    if (whole && !cli_json_take_short())
        web_answer_json(call->answer, cli->result);
    else
        web_answer_fail(call->answer, TQ_NOMEM, cli->done ? "done" : "", cli->lang);
    json_decref(cli->result);
    json_decref(call->body);
    cli->result = NULL;
    call->body = NULL;
}

void api_end(struct api_call *call)
{
    api_answer(call, api_run(call));
}

/* ---- bodies ---- */

void api_body(struct api_call *call)
{
    json_error_t why;

    if (call->err.status != TQ_OK)
        return;
    call->body = json_loadb((const char *)call->request->body.data, call->request->body.len,
            JSON_REJECT_DUPLICATES, &why);
    if (call->body == NULL)
        tq_error_set(&call->err, TQ_INVALID, "JSON, %d:%d", why.line, why.column);
    else if (!json_is_object(call->body))
        tq_error_set(&call->err, TQ_INVALID, "JSON: {...}");
    else
        call->cli.yes = json_is_true(json_object_get(call->body, "yes"));
}

/* Names of columns as the catalogue has them; a '=' in one would shift the value. */
static bool is_name(const char *text)
{
    return text[0] != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(text);
}

static void add_value(
        struct api_call *call, const char *prefix, const char *name, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        api_argf(call, "%s%s=%s", prefix, name, json_string_value(value));
        break;
    case JSON_INTEGER:
        api_argf(call, "%s%s=%lld", prefix, name, (long long)json_integer_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        api_argf(call, "%s%s=%d", prefix, name, json_is_true(value) ? 1 : 0);
        break;
    case JSON_NULL:
        api_argf(call, "%s%s=", prefix, name);
        break;
    default:
        tq_error_set(&call->err, TQ_INVALID, "%s", name);
    }
}

void api_values(struct api_call *call, const char *key, const char *prefix, bool required)
{
    json_t *values = json_object_get(call->body, key);
    const char *name;
    json_t *value;

    if (call->err.status != TQ_OK || (values == NULL && !required))
        return;
    if (!json_is_object(values)) {
        tq_error_set(&call->err, TQ_INVALID, "\"%s\": {...}", key);
        return;
    }
    json_object_foreach(values, name, value)
    {
        if (call->err.status != TQ_OK)
            return;
        if (!is_name(name))
            tq_error_set(&call->err, TQ_USAGE, "%s", name);
        else
            add_value(call, prefix, name, value);
    }
}

const char *api_text(struct api_call *call, const char *key)
{
    return json_string_value(json_object_get(call->body, key));
}
