/* api_decide.c - What an officer decides, and machines: in the worker, each with its line in the
 * trail. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cmd.h"
#include "reconcile.h"

/* {points_c or null (does not apply), reason?, sheet?} */
void api_score(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const json_t *points;
    struct api_call call;
    char text[32];

    api_begin(&call, ctx, request, answer, &CMD_VERIFY_SCORE);
    api_body(&call);
    points = json_object_get(call.body, "points_c");
    for (size_t i = 3; i < 6; i++)
        api_arg(&call, request->parts[i]);
    api_arg(&call, json_is_null(points) ? "none" : api_points(&call, "points_c", points, text));
    api_option(&call, "reason", api_text(&call, "reason"));
    api_option(&call, "sheet", api_text(&call, "sheet"));
    api_end_write(&call);
}

/* reports/PERIOD/UNIT/return {cell, reason}, verify */
void api_report_decide(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_REPORT);
    for (size_t i = 3; i < 6; i++)
        api_arg(&call, request->parts[i]);
    api_body(&call);
    if (strcmp(request->parts[5], "return") == 0) {
        api_option(&call, "cell", api_need(&call, "cell"));
        api_option(&call, "reason", api_need(&call, "reason"));
    }
    api_option(&call, "type", api_text(&call, "type"));
    api_end_write(&call);
}

static bool is_day(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) > 0;
}

/* Of what a commune did with a neighbour an officer writes one thing: that the neighbour has signed,
 * from the minutes that he holds. The day is not taken off again here. */
static bool is_signature(const struct api_call *call, const char *table)
{
    const json_t *values = json_object_get(call->body, "values");

    return (strcmp(table, "border_meeting") == 0 || strcmp(table, "joint_patrol") == 0) &&
           call->request->nparts > 4 && json_object_size(values) == 1 &&
           is_day(json_object_get(values, "partner_signed_on"));
}

/* The standing unit is handed over between the districts: theirs to enter, with whoever signed it. */
static bool is_handover(const struct api_call *call, const char *table)
{
    const json_t *theirs =
            json_object_get(json_object_get(call->body, "values"), "partner_signed_on");

    return strcmp(table, "border_handover") == 0 && (theirs == NULL || is_day(theirs));
}

/* And that statistics of the neighbour's were seen. */
static bool is_receipt(const struct api_call *call, const char *table)
{
    const json_t *values = json_object_get(call->body, "values");
    const char *state = json_string_value(json_object_get(values, "state"));

    return strcmp(table, "border_statistics") == 0 && call->request->nparts > 4 &&
           json_object_size(values) == 1 && state != NULL && strcmp(state, "acknowledged") == 0;
}

/* Whoever changes a row says of each cell what he saw in it. */
static void need_seen(struct api_call *call)
{
    const json_t *was = json_object_get(call->body, "was");
    json_t *values = json_object_get(call->body, "values");
    const char *name;
    json_t *value;

    json_object_foreach(values, name, value)
    {
        if (json_object_get(was, name) == NULL && call->err.status == TQ_OK)
            tq_error_set(&call->err, TQ_INVALID, "\"%s\"", name);
    }
}

/* POST rows/TABLE {values}, PATCH rows/TABLE/KEY {values, was}: what officers decide by a row of their
 * own. Units, sheets and periods have commands that know more. */
void api_row_set(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const TABLES[] = { "adjustment", "grade_cap", "baseline", "directive",
        "directive_answer", "award", "recognition", "emulation_launch", "criterion", "indicator",
        "tie_vote" };
    const char *table = request->parts[3];
    const json_t *voided;
    struct api_call call;
    size_t i = 0;

    api_begin(&call, ctx, request, answer, &CMD_SET);
    while (i < sizeof(TABLES) / sizeof(TABLES[0]) && strcmp(TABLES[i], table) != 0)
        i++;
    api_body(&call);
    if (i == sizeof(TABLES) / sizeof(TABLES[0]) && call.err.status == TQ_OK &&
            !is_signature(&call, table) && !is_handover(&call, table) && !is_receipt(&call, table))
        tq_error_set(&call.err, TQ_NOT_FOUND, "%s", table);
    if (request->nparts > 4)
        need_seen(&call);
    /* When an answer was taken note of, or a row voided, is said by this machine's clock, not by a
     * browser's. */
    if (strcmp(table, "directive_answer") == 0 && call.body != NULL &&
            json_object_set_new(json_object_get(call.body, "values"), "accepted_at",
                    json_integer(app_now_ms())) != 0)
        tq_error_set(&call.err, TQ_INVALID, "%s", "values");
    voided = json_object_get(json_object_get(call.body, "values"), "voided_at");
    if (voided != NULL && !json_is_null(voided) &&
            json_object_set_new(json_object_get(call.body, "values"), "voided_at",
                    json_integer(app_now_ms())) != 0)
        tq_error_set(&call.err, TQ_INVALID, "%s", "values");
    api_arg(&call, table);
    api_values(&call, "values", "", true);
    api_values(&call, "was", "was:", false);
    api_option(&call, request->nparts > 4 ? "row" : "new",
            request->nparts > 4 ? request->parts[4] : "");
    api_end_write(&call);
}

/* conflicts/ID/take, edit {values}; held/ID/release, requests/ID/grant, same/ID/keep, ... */
void api_inbox_decide(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const struct {
        const char *path;
        const struct cli_command *command;
        const char *option; /* that a person must fill; NULL: none */
    } LISTS[] = {
        { "conflicts", &CMD_CONFLICTS, NULL },
        { "held", &CMD_HELD, "reason" },
        { "requests", &CMD_REQUESTS, "reason" },
        { "same", &CMD_SAME, "why" },
    };
    bool edits = strcmp(request->parts[4], "edit") == 0;
    struct api_call call;
    size_t i = 0;

    while (strcmp(LISTS[i].path, request->parts[2]) != 0)
        i++;
    api_begin(&call, ctx, request, answer, LISTS[i].command);
    if (LISTS[i].option != NULL || edits)
        api_body(&call);
    api_arg(&call, request->parts[4]);
    api_arg(&call, request->parts[3]);
    if (LISTS[i].option != NULL)
        api_option(&call, LISTS[i].option, api_need(&call, LISTS[i].option));
    if (edits)
        api_values(&call, "values", "", true);
    api_end_write(&call);
}

/* {unit, period, criterion, text} */
void api_appeal_answer(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const NAMES[] = { "unit", "period", "criterion" };
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_APPEALS);
    api_body(&call);
    api_arg(&call, "answer");
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        api_arg(&call, api_need(&call, NAMES[i]));
    api_option(&call, "text", api_need(&call, "text"));
    api_end_write(&call);
}

/* periods/PERIOD/open, closing, close, lock; unlock {reason} */
void api_period_set(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    bool unlocks = strcmp(request->parts[4], "unlock") == 0;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_PERIOD);
    api_arg(&call, request->parts[4]);
    api_arg(&call, request->parts[3]);
    if (unlocks) {
        api_body(&call);
        api_option(&call, "reason", api_need(&call, "reason"));
        api_end_own_line(&call);
    } else {
        api_end_write(&call);
    }
}

/* PUT province/PERIOD {was, document?, situation?, ...}; POST province/PERIOD/sign {digest} */
void api_province_set(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const FIELDS[] = { "document", "situation", "results", "assessment",
        "proposals" };
    struct api_call call;
    char text[24];

    api_begin(&call, ctx, request, answer, &CMD_PROVINCE);
    api_arg(&call, request->parts[3]);
    api_body(&call);
    if (request->nparts > 4) {
        api_option(&call, "sign", "");
        api_option(&call, "digest", api_need(&call, "digest"));
    } else {
        const json_t *was = json_object_get(call.body, "was");

        if (!json_is_integer(was) && call.err.status == TQ_OK)
            tq_error_set(&call.err, TQ_INVALID, "\"%s\"", "was");
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(was));
        api_option(&call, "save", "");
        api_option(&call, "was", text);
        for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
            api_option(&call, FIELDS[i], api_text(&call, FIELDS[i]));
    }
    api_end_write(&call);
}

/* {year} */
void api_period_make(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const YEAR = "year";
    const json_t *year;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_PERIOD);
    api_body(&call);
    year = json_object_get(call.body, YEAR);
    if (!json_is_integer(year) && call.err.status == TQ_OK)
        tq_error_set(&call.err, TQ_INVALID, "\"%s\"", YEAR);
    api_arg(&call, "make");
    api_argf(&call, "%lld", (long long)json_integer_value(year));
    api_end_write(&call);
}

/* publications/PERIOD/prepare {sheet?, document?, missing_decision?}, sign {digest}, withdraw */
void api_publication_do(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *way = request->parts[4];
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_PUBLISH);
    api_body(&call);
    api_arg(&call, request->parts[3]);
    api_option(&call, way, "");
    if (strcmp(way, "prepare") == 0) {
        api_option(&call, "sheet", api_text(&call, "sheet"));
        api_option(&call, "document", api_text(&call, "document"));
        api_option(&call, "missing-decision", api_text(&call, "missing_decision"));
    } else if (strcmp(way, "sign") == 0) {
        api_option(&call, "digest", api_need(&call, "digest"));
    }
    api_end_write(&call);
}

/* rows: [{key, seen}]: what the officer had before him, and no other. */
static void add_rows(struct api_call *call)
{
    const json_t *rows = json_object_get(call->body, "rows");

    if (!json_is_array(rows) || json_array_size(rows) == 0) {
        if (call->err.status == TQ_OK)
            tq_error_set(&call->err, TQ_INVALID, "\"%s\"", "rows");
        return;
    }
    for (size_t i = 0; i < json_array_size(rows) && call->err.status == TQ_OK; i++) {
        const json_t *row = json_array_get(rows, i);
        const char *key = json_string_value(json_object_get(row, "key"));
        const char *seen = json_string_value(json_object_get(row, "seen"));

        if (key == NULL || seen == NULL || strlen(seen) != RECONCILE_SEEN_BYTES - 1)
            tq_error_set(&call->err, TQ_INVALID, "\"%s\"", "rows");
        else
            api_argf(call, "seen:%s:%s", seen, key);
    }
}

/* A number or a code; null: as the commune wrote it. */
static void add_cell(struct api_call *call, const char *key, const char *option)
{
    const json_t *value = json_object_get(call->body, key);
    char text[24];

    if (value == NULL)
        return;
    if (json_is_integer(value)) {
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
        api_option(call, option, text);
    } else if (json_is_string(value) || json_is_null(value)) {
        api_option(call, option, json_is_null(value) ? "" : json_string_value(value));
    } else if (call->err.status == TQ_OK) {
        tq_error_set(&call->err, TQ_INVALID, "\"%s\"", key);
    }
}

/* reconcile/PERIOD/UNIT {rows, document, area?, category?, found_by_other?, reason?} */
void api_reconcile(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_RECONCILE);
    api_arg(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    api_body(&call);
    add_rows(&call);
    add_cell(&call, "area", "area");
    add_cell(&call, "category", "category");
    add_cell(&call, "found_by_other", "found-by-other");
    api_option(&call, "document", api_need(&call, "document"));
    api_option(&call, "reason", api_text(&call, "reason"));
    if (call.err.status == TQ_OK && api_text(&call, "document")[0] == '\0')
        tq_error_set(&call.err, TQ_INVALID, "\"%s\"", "document");
    api_end_own_line(&call);
}

/* ---- machines ---- */

/* {unit, hours?}: told once, as text and as a picture. */
void api_invite(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const json_t *hours;
    struct api_call call;
    char text[24];
    tq_status rc;

    api_begin(&call, ctx, request, answer, &CMD_ENROLL);
    api_body(&call);
    api_arg(&call, api_need(&call, "unit"));
    hours = json_object_get(call.body, "hours");
    if (json_is_integer(hours)) {
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(hours));
        api_option(&call, "hours", text);
    }
    rc = api_run_write(&call);
    api_answer_invitation(&call, rc);
}

/* devices/N/revoke {why}, devices/N/renew */
void api_device(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    bool revokes = strcmp(request->parts[4], "revoke") == 0;
    struct api_call call;

    api_begin(&call, ctx, request, answer, revokes ? &CMD_REVOKE : &CMD_RENEW);
    if (revokes)
        api_body(&call);
    api_arg(&call, request->parts[3]);
    if (revokes)
        api_option(&call, "why", api_need(&call, "why"));
    api_end_write(&call);
}
