/* api_read.c - What only reads: a command's answer over the page's own reader of the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cmd.h"
#include "tuquan/file.h"

#define PAPER_FILE "page.paper.xlsx"
#define PAPER_BYTES ((size_t)8 << 20)

/* For whoever watches the machine: nothing but whether the file can be read. */
void api_healthz(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;
    uint64_t head;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    rc = app_head(&call.api->app, &head, &call.err);
    api_answer(&call, rc);
    if (rc != TQ_OK)
        answer->status = 503;
}

/* board[?period=&parent=], board/rates[?period=&parent=] */
void api_board(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_BOARD);
    if (web_query(request, "period") != NULL)
        api_arg(&call, web_query(request, "period"));
    api_option(&call, "parent", web_query(request, "parent"));
    if (request->nparts > 3)
        api_option(&call, "rates", "");
    api_end(&call);
}

/* movement[?year=] */
void api_movement(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_MOVEMENT);
    if (web_query(request, "year") != NULL)
        api_arg(&call, web_query(request, "year"));
    api_end(&call);
}

/* rank/PERIOD, rank/PERIOD/versions/N */
void api_rank(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_RANK);
    api_arg(&call, request->parts[3]);
    api_option(&call, "sheet", web_query(request, "sheet"));
    if (request->nparts > 5)
        api_option(&call, "published", request->parts[5]);
    api_end(&call);
}

void api_rank_history(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_RANK);
    api_arg(&call, request->parts[3]);
    api_option(&call, "history", "");
    api_end(&call);
}

/* A command with --xlsx, and the workbook that it wrote. The worker is one: so is the file. */
static void end_paper(struct api_call *call, struct web_answer *answer, const char *name)
{
    char path[APP_PATH_BYTES] = "";
    tq_status rc;

    call->cli.lang = TQ_LANG_VI; /* a paper of the district, whoever asks for it */
    if (call->err.status == TQ_OK &&
            tq_file_join(path, sizeof(path), call->api->dir, PAPER_FILE, &call->err) != TQ_OK)
        path[0] = '\0';
    api_option(call, "xlsx", path);
    rc = api_run(call);
    if (rc == TQ_OK)
        rc = tq_file_read(path, PAPER_BYTES, &answer->body, &call->err);
    if (path[0] != '\0')
        tq_file_remove(path);
    if (rc != TQ_OK) {
        tq_buf_clear(&answer->body);
        api_answer(call, rc);
        return;
    }
    json_decref(call->cli.result);
    answer->type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    snprintf(answer->file_name, sizeof(answer->file_name), "%s", name);
}

/* rank/PERIOD/paper[?version=N] */
void api_rank_paper(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *version = web_query(request, "version");
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_RANK);
    api_arg(&call, request->parts[3]);
    api_option(&call, "published", version != NULL ? version : "0");
    end_paper(&call, answer, "xep-hang.xlsx");
}

/* trends/PERIOD[?last=N], summary/PERIOD, summary/PERIOD/paper */
void api_figures(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    bool trends = strcmp(request->parts[2], "trends") == 0;
    struct api_call call;

    api_begin(&call, ctx, request, answer, trends ? &CMD_TRENDS : &CMD_SUMMARY);
    api_arg(&call, request->parts[3]);
    api_option(&call, "sheet", web_query(request, "sheet"));
    if (trends)
        api_option(&call, "last", web_query(request, "last"));
    if (request->nparts > 4)
        end_paper(&call, answer, "tong-hop.xlsx");
    else
        api_end(&call);
}

/* province/PERIOD, province/PERIOD/paper */
void api_province(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_PROVINCE);
    api_arg(&call, request->parts[3]);
    if (request->nparts > 4)
        end_paper(&call, answer, "bao-cao-tinh.xlsx");
    else
        api_end(&call);
}

/* What publishing now would write, what stands against it, what is prepared. */
void api_publication(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_PUBLISH);
    api_arg(&call, request->parts[3]);
    api_option(&call, "show", "");
    api_option(&call, "sheet", web_query(request, "sheet"));
    api_option(&call, "missing-decision", web_query(request, "missing_decision"));
    api_end(&call);
}

/* scores/PERIOD/UNIT, assess/PERIOD/UNIT, reconcile/PERIOD/UNIT, facts/PERIOD/UNIT/CRITERION */
void api_scores(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const struct {
        const char *path;
        const struct cli_command *command;
    } OF[] = {
        { "assess", &CMD_ASSESS },
        { "facts", &CMD_FACTS },
        { "reconcile", &CMD_RECONCILE },
        { "scores", &CMD_VERIFY_SCORE },
    };
    const struct cli_command *command;
    struct api_call call;
    size_t at = 0;

    while (strcmp(OF[at].path, request->parts[2]) != 0)
        at++;
    command = OF[at].command;
    api_begin(&call, ctx, request, answer, command);
    for (size_t i = 3; i < request->nparts; i++)
        api_arg(&call, request->parts[i]);
    api_option(&call, "sheet", web_query(request, "sheet"));
    if (command == &CMD_RECONCILE)
        api_option(&call, "list", "");
    if (command == &CMD_FACTS) {
        api_option(&call, "limit", web_query(request, "limit"));
        api_option(&call, "offset", web_query(request, "offset"));
    }
    api_end(&call);
}

static const struct {
    const char *path;
    const struct cli_command *command;
    const char *word; /* its first argument; NULL: none */
} PLAIN[] = {
    { "units", &CMD_UNITS, NULL },
    { "periods", &CMD_PERIOD, "list" },
    { "sheets", &CMD_SHEET, "list" },
    { "devices", &CMD_DEVICES, NULL },
    { "status", &CMD_STATUS, NULL },
    { "health", &CMD_HEALTH, NULL },
    { "ledger", &CMD_LEDGER, "verify" },
    { "catalogue", &CMD_CATALOGUE, NULL },
    { "changes", &CMD_CHANGES, NULL },
    { "receipts", &CMD_RECEIPTS, NULL },
    { "conflicts", &CMD_CONFLICTS, NULL },
    { "held", &CMD_HELD, NULL },
    { "requests", &CMD_REQUESTS, NULL },
    { "same", &CMD_SAME, NULL },
};

/* One word of the path is one command; the table of routes names none that is not here. */
static void begin_plain(struct api_call *call, void *ctx, const struct web_request *request,
        struct web_answer *answer)
{
    size_t i = 0;

    while (strcmp(PLAIN[i].path, request->parts[2]) != 0)
        i++;
    api_begin(call, ctx, request, answer, PLAIN[i].command);
    if (PLAIN[i].word != NULL)
        api_arg(call, PLAIN[i].word);
}

void api_plain(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    begin_plain(&call, ctx, request, answer);
    api_end(&call);
}

/* The quick checks, and the long examination as it was kept. It opens the file by itself, for it is
 * made for files that cannot be opened. */
void api_doctor(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct app own = { 0 };
    struct api_call call;
    json_t *kept = NULL;
    tq_status rc;

    api_begin(&call, ctx, request, answer, &CMD_DOCTOR);
    call.cli.app = &own;
    api_option(&call, "quick", "");
    rc = api_run(&call);
    if (rc == TQ_OK)
        rc = examine_load(call.api->dir, &kept, &call.err);
    cli_json_set(&call.cli, "examined", kept != NULL ? kept : json_null());
    cli_json_set(&call.cli, "examining", json_boolean(examine_is_open(call.api->examine)));
    api_answer(&call, rc);
}

/* The long one is begun; its result comes when it is there. */
void api_doctor_run(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, NULL);
    examine_ask(call.api->examine);
    api_answer_write(&call, call.err.status);
}

/* What waits for an officer, of all communes or of one; conflicts?decided=1: what was decided;
 * conflicts/ID: that one, with what it does to the score. */
void api_inbox(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    begin_plain(&call, ctx, request, answer);
    if (strcmp(request->parts[2], "requests") == 0 && web_query(request, "refused") != NULL)
        api_option(&call, "refused", "");
    if (strcmp(request->parts[2], "conflicts") == 0 && web_query(request, "decided") != NULL)
        api_option(&call, "decided", "");
    if (request->nparts > 3) {
        api_arg(&call, "show");
        api_arg(&call, request->parts[3]);
    }
    if (web_query(request, "unit") != NULL)
        api_arg(&call, web_query(request, "unit"));
    api_end(&call);
}

/* changes?unit=&author=&..., receipts?unit=&before=: a name that the command has not is nothing. */
void api_changes(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const struct cli_option *options;
    struct api_call call;

    begin_plain(&call, ctx, request, answer);
    if (web_query(request, "unit") != NULL)
        api_arg(&call, web_query(request, "unit"));
    options = call.cli.command->options;
    for (size_t i = 0; options[i].name != NULL; i++)
        api_option(&call, options[i].name, web_query(request, options[i].name));
    api_end(&call);
}

/* directives, directives/LABEL */
void api_directives(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_DIRECTIVES);
    if (request->nparts > 3)
        api_arg(&call, request->parts[3]);
    api_end(&call);
}

void api_appeals(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_APPEALS);
    if (web_query(request, "unit") != NULL)
        api_arg(&call, web_query(request, "unit"));
    api_option(&call, "all", web_query(request, "all") != NULL ? "" : NULL);
    api_end(&call);
}

void api_why(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_WHY);
    api_table(&call, request->parts[3]);
    api_arg(&call, request->parts[4]);
    if (web_query(request, "column") != NULL)
        api_arg(&call, web_query(request, "column"));
    api_end(&call);
}

void api_rows(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const OPTIONS[] = { "unit", "search", "from", "to", "limit", "offset" };
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_LIST);
    api_table(&call, request->parts[3]);
    for (size_t i = 0; i < request->nquery; i++) {
        const char *name = request->query[i].name;
        size_t at = 0;

        while (at < sizeof(OPTIONS) / sizeof(OPTIONS[0]) && strcmp(OPTIONS[at], name) != 0)
            at++;
        if (at < sizeof(OPTIONS) / sizeof(OPTIONS[0]))
            api_option(&call, name, request->query[i].value);
        else if (strcmp(name, "voided") == 0)
            api_option(&call, name, "");
        else
            api_argf(&call, "%s=%s", name, request->query[i].value);
    }
    if (web_query(request, "limit") != NULL && strtol(web_query(request, "limit"), NULL, 10) <= 0)
        tq_error_set(&call.err, TQ_USAGE, "limit");
    api_end(&call);
}
