#include "web/answer.h"

#include <string.h>

/* Where an answer cannot be built for want of memory. */
static const char NO_MEMORY[] = "{\"ok\":false,\"error\":{\"code\":\"E101\"}}";

void web_answer_init(struct web_answer *answer)
{
    memset(answer, 0, sizeof(*answer));
    answer->status = 200;
    answer->type = "application/json";
    tq_buf_init(&answer->body, 0);
}

void web_answer_deinit(struct web_answer *answer)
{
    tq_buf_deinit(&answer->body);
}

unsigned web_http_status(tq_status status)
{
    switch (status) {
    case TQ_OK:
        return 200;
    case TQ_USAGE:
    case TQ_INVALID:
    case TQ_RULE:
    case TQ_RANGE:
    case TQ_ENCODING:
    case TQ_CSV:
    case TQ_CONFIG:
    case TQ_BUNDLE: /* a file that somebody chose, and whoever made it */
    case TQ_BUNDLE_OTHERS:
    case TQ_FORGED:
    case TQ_REVOKED:
    case TQ_PARCEL_OLD:
    case TQ_PARCEL_AGREEMENT:
    case TQ_PARCEL_SEAL:
        return 400;
    case TQ_PAGE_SESSION:
    case TQ_PAGE_ACCOUNT:
    case TQ_PAGE_PASSWORD:
    case TQ_PAGE_CODE:
        return 401;
    case TQ_PAGE_FOREIGN:
    case TQ_PAGE_PIN:
    case TQ_PAGE_PIN_WAIT:
    case TQ_PAGE_SIGN_IN:
    case TQ_PAGE_ROLE:
    case TQ_PAGE_TWO:
        return 403;
    case TQ_NOT_FOUND:
    case TQ_NOT_PUBLISHED:
        return 404;
    case TQ_STALE:
    case TQ_PAGE_PREPARED:
    case TQ_EXISTS:
    case TQ_JOINED:
    case TQ_UNCHANGED:
    case TQ_CONFLICTING:
    case TQ_LOCKED:
    case TQ_IMMUTABLE:
        return 409;
    case TQ_TOO_LARGE:
        return 413;
    case TQ_PAGE_WAIT:
        return 429;
    case TQ_NEEDS_PERSON:
    case TQ_NOT_COMPLETE:
    case TQ_NOT_SENT:
        return 422;
    case TQ_BUSY:
    case TQ_PAGE_UPLOADS:
    case TQ_LOADING:
    case TQ_UNREACHABLE:
    case TQ_TIMEOUT:
    case TQ_COME_BACK:
    case TQ_INTERRUPTED:
        return 503;
    default:
        return 500;
    }
}

static int append(const char *text, size_t len, void *arg)
{
    struct tq_buf *body = arg;

    tq_buf_append(body, text, len);
    return tq_buf_is_ok(body) ? 0 : -1;
}

void web_answer_json(struct web_answer *answer, const json_t *json)
{
    tq_buf_clear(&answer->body);
    if (json != NULL && json_dump_callback(json, append, &answer->body, JSON_COMPACT) == 0)
        return;
    tq_buf_clear(&answer->body);
    tq_buf_append_str(&answer->body, NO_MEMORY);
    answer->status = 500;
}

json_t *web_error_json(tq_status status, const char *facts, tq_lang lang)
{
    json_t *error = json_object();
    json_t *said = json_string(facts);
    int bad = 0;

    bad |= json_object_set_new(error, "code", json_string(tq_status_code(status)));
    bad |= json_object_set_new(error, "sentence", json_string(tq_status_sentence(status, lang)));
    bad |= json_object_set_new(error, "facts", said != NULL ? said : json_string(""));
    bad |= json_object_set_new(error, "next_step", json_string(tq_status_next_step(status, lang)));
    if (bad == 0)
        return error;
    json_decref(error);
    return NULL;
}

void web_answer_fail(struct web_answer *answer, tq_status status, const char *facts, tq_lang lang)
{
    json_t *json = json_object();
    int bad = json_object_set_new(json, "ok", json_false());

    bad |= json_object_set_new(json, "error", web_error_json(status, facts, lang));
    answer->status = web_http_status(status);
    web_answer_json(answer, bad == 0 ? json : NULL);
    json_decref(json);
}
