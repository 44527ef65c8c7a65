/* api_bundle.c - Bundles for a neighbour without a line, and its own: made and given out, looked into,
 * opened; an answer of the viewer confirmed. The worker is one: so is each file on its way. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cmd.h"
#include "tuquan/bundle.h"
#include "tuquan/file.h"
#include "tuquan/parcel.h"
#include "web/assets.h"

extern const struct web_asset BUNDLE_VIEWER[];

#define BUNDLE_FILE "page.goi.tqp"
#define COVER_FILE "page.bia.html"
#define VIEWER "xem-goi.html"

_Static_assert(WEB_LARGE_BYTES >= TQ_BUNDLE_MAX_BYTES, "a bundle must fit into a body");

/* Empty after a failure, which call->err keeps. */
static void path_of(struct api_call *call, const char *name, char *path, size_t size)
{
    if (call->err.status != TQ_OK ||
            tq_file_join(path, size, call->api->dir, name, &call->err) != TQ_OK)
        path[0] = '\0';
}

/* {link}: a bundle and its cover, kept until others are made. */
void api_border_make(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    char file[APP_PATH_BYTES] = "";
    char cover[APP_PATH_BYTES] = "";
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_BUNDLE);
    api_body(&call);
    api_arg(&call, "make");
    path_of(&call, BUNDLE_FILE, file, sizeof(file));
    path_of(&call, COVER_FILE, cover, sizeof(cover));
    if (cover[0] != '\0') {
        tq_file_remove(file);
        tq_file_remove(cover);
    }
    api_arg(&call, file);
    api_option(&call, "for", api_need(&call, "link"));
    api_option(&call, "cover", cover);
    api_end_own_line(&call);
}

/* What lies there may have been made since, for somebody else. */
static tq_status check_words(struct api_call *call, struct tq_slice file)
{
    const char *asked = web_query(call->request, "words");
    uint8_t code[TQ_PARCEL_CODE_BYTES];
    char words[TQ_PARCEL_WORDS_TEXT];

    tq_parcel_code(file, code);
    tq_parcel_words(code, words);
    return asked != NULL && strcmp(asked, words) == 0
                   ? TQ_OK
                   : tq_error_set(&call->err, TQ_NOT_FOUND, "%s", asked != NULL ? asked : "words");
}

static tq_status give_made(struct api_call *call, bool cover, struct tq_buf *out)
{
    char path[APP_PATH_BYTES] = "";
    tq_status rc;

    path_of(call, BUNDLE_FILE, path, sizeof(path));
    if (path[0] != '\0' && !tq_file_exists(path))
        return tq_error_set(&call->err, TQ_NOT_FOUND, "%s", BUNDLE_FILE);
    rc = path[0] == '\0' ? call->err.status
                         : tq_file_read(path, TQ_BUNDLE_MAX_BYTES, out, &call->err);
    if (rc == TQ_OK)
        rc = check_words(call, tq_buf_slice(out));
    if (rc != TQ_OK || !cover)
        return rc;
    tq_buf_clear(out);
    path_of(call, COVER_FILE, path, sizeof(path));
    return path[0] == '\0' ? call->err.status
                           : tq_file_read(path, TQ_BUNDLE_MAX_BYTES, out, &call->err);
}

/* border/bundle?words=, border/cover?words=: what was made; border/viewer: the page that shows it
 * elsewhere. Saved, never shown from here. */
void api_border_get(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    bool is_cover = strcmp(request->parts[3], "cover") == 0;
    bool is_viewer = strcmp(request->parts[3], "viewer") == 0;
    struct api_call call;
    tq_status rc;

    api_begin(&call, ctx, request, answer, NULL);
    if (is_viewer) {
        const struct web_asset *page = web_asset_find(BUNDLE_VIEWER, VIEWER);

        rc = page != NULL ? TQ_OK : tq_error_set(&call.err, TQ_INTERNAL, "%s", VIEWER);
        if (rc == TQ_OK)
            tq_buf_append(&answer->body, page->data, page->len);
    } else {
        rc = give_made(&call, is_cover, &answer->body);
    }
    if (rc != TQ_OK) {
        tq_buf_clear(&answer->body);
        api_answer(&call, rc);
        return;
    }
    json_decref(call.cli.result);
    answer->type = "application/octet-stream";
    snprintf(answer->file_name, sizeof(answer->file_name), "%s",
            is_viewer  ? VIEWER
            : is_cover ? "bia.html"
                       : "goi.tqp");
}

/* The file is the body, and lies where the page put it. border/show: what it is, and nothing is
 * written; border/open: a bundle; border/reply?dispatch=: an answer of the viewer. */
void api_border_take(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    bool is_show = strcmp(request->parts[3], "show") == 0;
    bool is_reply = strcmp(request->parts[3], "reply") == 0;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_BUNDLE);
    api_arg(&call, is_show ? "show" : is_reply ? "confirm" : "open");
    api_arg(&call, request->body_file);
    if (is_reply)
        api_option(&call, "dispatch", web_query(request, "dispatch"));
    if (is_show)
        api_end(&call);
    else
        api_end_own_line(&call);
}
