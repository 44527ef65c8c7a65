#include "page/api_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/json.h"
#include "tuquan/catalogue.h"
#include "tuquan/words.h"
#include "web/answer.h"

void api_call_init(struct api_call *call, struct api *api, const struct cli_program *program,
        const struct cli_command *command, const struct web_request *request,
        struct web_answer *answer)
{
    memset(call, 0, sizeof(*call));
    (void)cli_json_take_short();
    call->api = api;
    call->request = request;
    call->answer = answer;
    call->cli.program = program;
    call->cli.command = command;
    call->cli.lang = request->lang;
    call->cli.json = true;
    call->cli.quiet = true;
    call->cli.args = call->args;
    call->cli.result = json_object();
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
    text = n >= 0 ? tq_arena_alloc(call->arena, (size_t)n + 1) : NULL;
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
        call->cli.values[i].text = tq_arena_copy(call->arena, value, n + 1);
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
    if (call->hides_inside && call->answer->status >= 500) { /* for who keeps the machine alone */
        fprintf(stderr, "PAGE %s %s\n", tq_status_code(rc), call->err.msg);
        json_object_set_new(json_object_get(cli->result, "error"), "facts", json_string(""));
    }
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
            tq_error_set(&call->err, TQ_USAGE, "%s", name[0] != '\0' ? name : "\"\"");
        else
            add_value(call, prefix, name, value);
    }
}

const char *api_text(struct api_call *call, const char *key)
{
    return json_string_value(json_object_get(call->body, key));
}

const char *api_need(struct api_call *call, const char *key)
{
    const char *text = api_text(call, key);

    if (text == NULL && call->err.status == TQ_OK)
        tq_error_set(&call->err, TQ_INVALID, "\"%s\"", key);
    return text != NULL ? text : "";
}

const char *api_points(struct api_call *call, const char *key, const json_t *value, char out[32])
{
    long long points = (long long)json_integer_value(value);

    if (!json_is_integer(value) || points < 0 || points > 1000000) {
        if (call->err.status == TQ_OK)
            tq_error_set(&call->err, TQ_INVALID, "\"%s\"", key);
        return "";
    }
    snprintf(out, 32, "%lld,%02lld", points / 100, points % 100);
    return out;
}
