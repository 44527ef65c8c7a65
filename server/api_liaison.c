/* api_liaison.c - Links with neighbouring districts: what reads, and what a leader or whoever keeps
 * machines decides. A link is named in the body, for it may not be there yet. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cmd.h"
#include "tuquan/file.h"

#define TEXT_FILE "page.agreement.txt"
#define WAIT_S                                                                                     \
    "8" /* for the neighbour, while others wait for the worker; two more for a round that goes on */

/* The worker is one: so is the file on its way. */
static void put_text(struct api_call *call, char *path, size_t size)
{
    const char *text = api_need(call, "text");

    if (call->err.status != TQ_OK ||
            tq_file_join(path, size, call->api->dir, TEXT_FILE, &call->err) != TQ_OK ||
            tq_file_replace(path, tq_slice_str(text), true, &call->err) != TQ_OK)
        path[0] = '\0'; /* call->err says why, and nothing is run */
}

/* links, links/NAME, border/due, border/journal?link=&way=&table=&refused=1&from=&to=&limit=&before= */
void api_links(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const OPTIONS[] = { "way", "table", "from", "to", "limit", "before" };
    bool is_border = strcmp(request->parts[2], "border") == 0;
    bool is_one = !is_border && request->nparts > 3;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_LIAISON);
    api_arg(&call, is_border ? request->parts[3] : is_one ? "show" : "list");
    if (is_one)
        api_arg(&call, request->parts[3]);
    if (is_border && strcmp(request->parts[3], "journal") == 0) {
        if (web_query(request, "link") != NULL)
            api_arg(&call, web_query(request, "link"));
        for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(OPTIONS[0]); i++)
            api_option(&call, OPTIONS[i], web_query(request, OPTIONS[i]));
        api_option(&call, "refused", web_query(request, "refused") != NULL ? "" : NULL);
    }
    api_end(&call);
}

/* The command writes its own line, with where it was called from; what failed has the route's. */
static tq_status run_own_line(struct api_call *call)
{
    tq_status rc;

    call->api->app.address = call->request->address;
    rc = api_run(call);
    call->api->app.address = NULL;
    call->told = rc == TQ_OK;
    return rc;
}

/* {link, hours?}: told once, as text and as a picture. */
void api_link_invite(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    static const char *const NUMBERS[] = { "hours", "port" };
    struct api_call call;
    char texts[2][24];
    tq_status rc;

    api_begin(&call, ctx, request, answer, &CMD_LIAISON);
    api_body(&call);
    api_arg(&call, "invite");
    api_arg(&call, api_need(&call, "link"));
    for (size_t i = 0; i < 2; i++) {
        const json_t *number = json_object_get(call.body, NUMBERS[i]);

        if (!json_is_integer(number))
            continue;
        snprintf(texts[i], sizeof(texts[i]), "%lld", (long long)json_integer_value(number));
        api_option(&call, NUMBERS[i], texts[i]);
    }
    rc = run_own_line(&call);
    api_answer_invitation(&call, rc);
}

/* accept {link, invitation, by_file?}, end {link, why}, sync {link} */
void api_link_do(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *word = request->parts[3];
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_LIAISON);
    api_body(&call);
    api_arg(&call, word);
    api_arg(&call, api_need(&call, "link"));
    if (strcmp(word, "accept") == 0) {
        api_arg(&call, api_need(&call, "invitation"));
        api_option(
                &call, "by-file", json_is_true(json_object_get(call.body, "by_file")) ? "" : NULL);
    }
    if (strcmp(word, "end") == 0) {
        api_option(&call, "why", api_need(&call, "why"));
        call.cli.yes = true; /* the page has asked twice */
    } else {
        api_option(&call, "timeout", WAIT_S);
    }
    if (strcmp(word, "sync") == 0)
        api_end_write(&call);
    else
        api_answer_write(&call, run_own_line(&call));
}

/* {link, side, text, check?}: with "check" it is read and told, and nothing is written. */
void api_link_agree(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    char path[APP_PATH_BYTES] = "";
    struct api_call call;
    bool checks;

    api_begin(&call, ctx, request, answer, &CMD_LIAISON);
    api_body(&call);
    checks = json_is_true(json_object_get(call.body, "check"));
    api_arg(&call, checks ? "check" : "agree");
    if (!checks)
        api_arg(&call, api_need(&call, "link"));
    put_text(&call, path, sizeof(path));
    api_arg(&call, path);
    if (!checks)
        api_option(&call, "side", api_need(&call, "side"));
    if (checks)
        api_end(&call);
    else
        api_answer_write(&call, run_own_line(&call));
    if (path[0] != '\0')
        tq_file_remove(path);
}

/* {link, period, send?}: drafted from the register, and sent. */
void api_link_statistics(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_LIAISON);
    api_body(&call);
    api_arg(&call, "statistics");
    api_arg(&call, api_need(&call, "link"));
    api_arg(&call, api_need(&call, "period"));
    api_option(&call, "send", json_is_true(json_object_get(call.body, "send")) ? "" : NULL);
    api_end_write(&call);
}
