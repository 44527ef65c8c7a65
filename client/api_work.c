/* api_work.c - What is due, figures, reports, scores, rankings, the inbox, receipts. */
#include <string.h>

#include "api.h"
#include "commands.h"

/* A command without arguments. */
static void run_plain(const struct cli_command *command, void *ctx,
        const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, command);
    api_end(&call);
}

void api_today(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    run_plain(&CMD_TODAY, ctx, request, answer);
}

void api_catalogue(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    run_plain(&CMD_CATALOGUE, ctx, request, answer);
}

void api_rank_history(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    run_plain(&CMD_RANK_HISTORY, ctx, request, answer);
}

void api_suggest(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *text = web_query(request, "q");
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_SUGGEST);
    api_table(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    if (text != NULL)
        api_arg(&call, text);
    api_end(&call);
}

/* A query parameter that must be there, as the next argument. */
static void need_query(struct api_call *call, const char *name)
{
    const char *value = web_query(call->request, name);

    if (value == NULL && call->err.status == TQ_OK)
        tq_error_set(&call->err, TQ_USAGE, "?%s=", name);
    api_arg(call, value);
}

/* The same of the body. */
static const char *need_text(struct api_call *call, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    if (text == NULL && call->err.status == TQ_OK)
        tq_error_set(&call->err, TQ_INVALID, "\"%s\"", name);
    return text != NULL ? text : "";
}

/* ---- figures of the villages ---- */

void api_returns_get(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_RETURNS);
    need_query(&call, "period");
    api_end(&call);
}

static void add_figure(struct api_call *call, const char *prefix, const char *village,
        const char *indicator, const json_t *value)
{
    if (json_is_integer(value))
        api_argf(call, "%s%s;%s=%lld", prefix, village, indicator,
                (long long)json_integer_value(value));
    else if (json_is_string(value))
        api_argf(call, "%s%s;%s=%s", prefix, village, indicator, json_string_value(value));
    else if (json_is_null(value))
        api_argf(call, "%s%s;%s=", prefix, village, indicator);
    else if (value != NULL && call->err.status == TQ_OK)
        tq_error_set(&call->err, TQ_INVALID, "%s;%s", village, indicator);
}

void api_returns_put(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;
    json_t *cells;
    json_t *cell;
    size_t i;

    api_begin(&call, ctx, request, answer, &CMD_RETURNS);
    api_body(&call);
    api_arg(&call, need_text(&call, call.body, "period"));
    cells = json_object_get(call.body, "cells");
    if (!json_is_array(cells) && call.err.status == TQ_OK)
        tq_error_set(&call.err, TQ_INVALID, "\"cells\": [...]");
    json_array_foreach(cells, i, cell)
    {
        const char *village = need_text(&call, cell, "village");
        const char *indicator = need_text(&call, cell, "indicator");

        if (call.err.status != TQ_OK)
            break;
        add_figure(&call, "", village, indicator, json_object_get(cell, "value"));
        add_figure(&call, "was:", village, indicator, json_object_get(cell, "was"));
        if (json_is_true(json_object_get(cell, "confirm")))
            api_argf(&call, "confirm:%s;%s", village, indicator);
    }
    if (call.err.status == TQ_OK && call.cli.nargs < 2)
        tq_error_set(
                &call.err, TQ_INVALID, "\"cells\": []"); /* without any it would be a reading */
    api_end(&call);
}

/* ---- reports ---- */

void api_reports(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_REPORT);
    api_option(&call, "all", web_query(request, "all") != NULL ? "" : NULL);
    api_end(&call);
}

/* What was seen: a text, or "" for null; anything else is INVALID. */
static const char *text_or_none(struct api_call *call, const json_t *was, const char *name)
{
    const json_t *value = json_object_get(was, name);

    if (json_is_string(value))
        return json_string_value(value);
    if (!json_is_null(value) && call->err.status == TQ_OK)
        tq_error_set(&call->err, TQ_INVALID, "\"%s\"", name);
    return "";
}

void api_report_step(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *narrative;
    const json_t *was;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_REPORT);
    if (request->body.len > 0)
        api_body(&call);
    api_arg(&call, request->parts[4]);
    api_arg(&call, request->parts[3]);
    /* {narrative?, was?: {narrative, state}, yes?}; null: there was none. */
    was = json_object_get(call.body, "was");
    if (json_object_get(was, "narrative") != NULL)
        api_option(&call, "was", text_or_none(&call, was, "narrative"));
    if (json_object_get(was, "state") != NULL)
        api_option(&call, "was-state", text_or_none(&call, was, "state"));
    narrative = api_text(&call, "narrative");
    if (narrative != NULL && strcmp(request->parts[4], "draft") == 0)
        api_arg(&call, narrative);
    api_end(&call);
}

/* ---- scores and rankings ---- */

static void run_of_period(const struct cli_command *command, const char *option, void *ctx,
        const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, command);
    if (web_query(request, "period") != NULL)
        api_arg(&call, web_query(request, "period"));
    api_option(&call, option, web_query(request, option));
    api_end(&call);
}

void api_score(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    run_of_period(&CMD_SCORE, "sheet", ctx, request, answer);
}

/* facts/PERIOD/CRITERION[?sheet=] */
void api_facts(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_FACTS);
    call.cli.texts = true;
    api_arg(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    api_option(&call, "sheet", web_query(request, "sheet"));
    api_option(&call, "limit", web_query(request, "limit"));
    api_option(&call, "offset", web_query(request, "offset"));
    api_end(&call);
}

void api_rank(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    run_of_period(&CMD_RANK, "published", ctx, request, answer);
}

void api_self_score(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;
    json_t *points;
    json_t *was;
    char a[32];
    char b[32];

    api_begin(&call, ctx, request, answer, &CMD_SELF_SCORE);
    api_body(&call);
    api_arg(&call, need_text(&call, call.body, "period"));
    api_arg(&call, need_text(&call, call.body, "criterion"));
    points = json_object_get(call.body, "points_c");
    was = json_object_get(call.body, "was_c");
    if (points != NULL && !json_is_null(points))
        api_argf(&call, "%s", api_points(&call, "points_c", points, a));
    if (was != NULL) /* null: there were none */
        api_option(&call, "was", json_is_null(was) ? "" : api_points(&call, "was_c", was, b));
    api_option(&call, "reason", api_text(&call, "reason"));
    api_option(&call, "evidence", api_text(&call, "evidence"));
    api_option(&call, "sheet", api_text(&call, "sheet"));
    api_end(&call);
}

void api_appeal(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_ADD);
    api_arg(&call, "appeal");
    api_body(&call);
    api_argf(&call, "period=%s", need_text(&call, call.body, "period"));
    api_argf(&call, "criterion=%s", need_text(&call, call.body, "criterion"));
    api_argf(&call, "reason=%s", need_text(&call, call.body, "reason"));
    api_end(&call);
}

/* ---- what a person decides ---- */

void api_inbox(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *part = web_query(request, "part");
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_INBOX);
    part = part != NULL ? part : "";
    if (web_query(request, "show") != NULL) {
        api_arg(&call, "show");
        api_arg(&call, web_query(request, "show"));
    }
    api_option(&call, "effects", web_query(request, "effects") != NULL ? "" : NULL);
    api_option(&call, "decided", web_query(request, "decided") != NULL ? "" : NULL);
    api_option(&call, "no-texts", strcmp(part, "decisions") == 0 ? "" : NULL);
    api_option(&call, "texts", strcmp(part, "texts") == 0 ? "" : NULL);
    api_end(&call);
}

void api_inbox_answer(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *step = request->parts[4];
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_INBOX);
    if (request->body.len > 0)
        api_body(&call);
    api_arg(&call, step);
    api_arg(&call, request->parts[3]);
    if (strcmp(step, "edit") == 0)
        api_values(&call, "values", "", true);
    api_end(&call);
}

void api_receipts(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_RECEIPT);
    call.cli.texts = true;
    if (request->nparts > 3)
        api_arg(&call, request->parts[3]);
    api_option(&call, "limit", web_query(request, "limit"));
    api_option(&call, "before", web_query(request, "before"));
    api_option(&call, "table", web_query(request, "table"));
    api_end(&call);
}
