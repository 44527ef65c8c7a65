#include "member/exchange.h"

#include <stdio.h>
#include <string.h>

#include "member/readmit.h"
#include "member/renew.h"
#include "tuquan/clock.h"
#include "tuquan/codec.h"
#include "tuquan/process.h"
#include "tuquan/random.h"
#include "tuquan/version.h"

#define SLICE_MS 1000
#define BUSY_MS 200 /* of messages without a break, before the stop is looked at again */

struct exchange {
    char software[48]; /* the session borrows it */
    struct network *net;
    const struct exchange_config *config;
    struct tq_link *link;
    struct tq_office_session *session;
    struct tq_arena *arena;
    int64_t heard_ms;     /* steady */
    bool unsent;          /* the link's queue was full */
    struct tq_buf *queue; /* messages that wait for it, in order */
    size_t nqueue;
};

static int64_t now_ms(void)
{
    const struct tq_clock *clock = tq_clock_system();

    return clock->now_ms(clock->ctx);
}

static int64_t steady_ms(void)
{
    const struct tq_clock *clock = tq_clock_system();

    return clock->steady_ms(clock->ctx);
}

/* What the link cannot take now waits here, in order; sent on when it becomes writable. */
static tq_status keep(struct exchange *x, const struct tq_buf *bytes, struct tq_error *err)
{
    uint8_t length[4] = { (uint8_t)(bytes->len >> 24), (uint8_t)(bytes->len >> 16),
        (uint8_t)(bytes->len >> 8), (uint8_t)bytes->len };

    tq_buf_append(x->queue, length, sizeof(length));
    tq_buf_append(x->queue, bytes->data, bytes->len);
    x->nqueue++;
    return tq_buf_is_ok(x->queue) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "send");
}

static tq_status send(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct exchange *x = ctx;
    struct tq_buf buf;
    tq_status rc;

    tq_buf_init(&buf, TQ_MESSAGE_MAX_BYTES);
    rc = tq_message_encode(message, &buf, err);
    if (rc == TQ_OK) {
        *bytes = buf.len;
        rc = x->nqueue > 0 ? TQ_BUSY : tq_link_send(x->link, buf.data, buf.len, err);
        if (rc == TQ_BUSY) {
            tq_error_clear(err);
            rc = keep(x, &buf, err);
        }
    }
    tq_buf_deinit(&buf);
    return rc;
}

static tq_status send_kept(struct exchange *x, struct tq_error *err)
{
    struct tq_slice rest = tq_buf_slice(x->queue);
    tq_status rc = TQ_OK;

    while (x->nqueue > 0) {
        struct tq_slice before = rest;
        struct tq_slice message;
        uint32_t len;

        if (!tq_read_u32(&rest, &len) || !tq_read_bytes(&rest, len, &message))
            return tq_error_set(err, TQ_INTERNAL, "queue");
        rc = tq_link_send(x->link, message.data, message.len, err);
        if (rc == TQ_BUSY) {
            tq_error_clear(err);
            rest = before;
            rc = TQ_OK;
            break;
        }
        if (rc != TQ_OK)
            return rc;
        x->nqueue--;
    }
    if (rest.len > 0 && rest.data != x->queue->data)
        memmove(x->queue->data, rest.data, rest.len);
    x->queue->len = rest.len;
    return rc;
}

static tq_status take_messages(struct exchange *x, bool *drained, struct tq_error *err)
{
    int64_t end = steady_ms() + BUSY_MS;

    *drained = false;
    while (!tq_office_session_has_ended(x->session) && steady_ms() < end) {
        struct tq_message message;
        struct tq_slice bytes;
        bool got;
        tq_status rc = tq_link_recv(x->link, &bytes, &got, err);

        *drained = rc == TQ_OK && !got;
        if (rc != TQ_OK || !got)
            return rc;
        x->heard_ms = steady_ms();
        tq_arena_reset(x->arena);
        rc = tq_message_decode(bytes, x->arena, &message, err);
        if (rc == TQ_NOMEM)
            return rc;
        if (rc != TQ_OK) { /* the others may do; else the timeout tells */
            tq_office_session_unreadable(x->session, err);
            tq_error_clear(err);
            continue;
        }
        rc = tq_office_session_message(x->session, now_ms(), &message, bytes.len);
        if (rc != TQ_OK)
            return rc;
    }
    return TQ_OK;
}

static tq_status take_events(struct exchange *x, struct tq_error *err)
{
    struct tq_link_event event;
    bool got;
    tq_status rc = tq_link_next_event(x->link, &event, &got, err);

    while (rc == TQ_OK && got) {
        if (event.kind != TQ_LINK_CONNECTED) {
            *err = event.error;
            return event.error.status;
        }
        x->heard_ms = steady_ms();
        rc = tq_link_next_event(x->link, &event, &got, err);
    }
    return rc;
}

static tq_status turn(struct exchange *x, struct tq_error *err)
{
    struct tq_link_ready ready;
    bool woken = false;
    bool drained = false;
    tq_status rc;

    memset(&ready, 0, sizeof(ready));
    ready.link = x->link;
    ready.want_write = x->nqueue > 0;
    rc = tq_link_wait(&ready, 1, x->config->stop_fd, &woken, SLICE_MS, err);
    if (rc == TQ_INTERRUPTED || (rc == TQ_OK && woken))
        return tq_error_set(err, TQ_INTERRUPTED, "sync");
    if (rc == TQ_OK && ready.writable && x->nqueue > 0)
        rc = send_kept(x, err);
    if (rc == TQ_OK)
        rc = take_messages(x, &drained, err);
    if (rc == TQ_OK && drained && !tq_office_session_has_ended(x->session))
        rc = take_events(x, err);
    if (rc == TQ_OK && steady_ms() - x->heard_ms > x->config->timeout_ms)
        rc = tq_error_set(err, TQ_TIMEOUT, "%s", network_sync_address(x->net));
    return rc;
}

static tq_status open_link(struct exchange *x, struct tq_error *err)
{
    struct tq_link_config config;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.kind = TQ_LINK_SYNC;
    config.address = network_sync_address(x->net);
    memcpy(config.server_key, x->net->link.curve_key, TQ_LINK_KEY_BYTES);
    memcpy(config.public_key, x->net->keys.curve_public, TQ_LINK_KEY_BYTES);
    memcpy(config.secret_key, x->net->keys.curve_secret, TQ_LINK_KEY_BYTES);
    config.max_message_bytes = TQ_MESSAGE_MAX_BYTES;
    config.linger_ms = 1000; /* the closing word about what was checked */
    rc = tq_link_new(&x->link, x->config->net, &config, err);
    tq_wipe(config.secret_key, sizeof(config.secret_key));
    return rc;
}

static tq_status make_session(struct exchange *x, struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    struct tq_office_session_config config;

    memset(&config, 0, sizeof(config));
    config.office = &x->net->office;
    random->fill(random->ctx, &config.session, sizeof(config.session));
    snprintf(x->software, sizeof(x->software), "%s %s", x->config->program, tq_version());
    config.software = tq_slice_str(x->software);
    network_read_name(x->net); /* it may have been changed since */
    config.machine = tq_slice_str(x->net->link.machine);
    config.send = send;
    config.send_ctx = x;
    config.progress = x->config->progress;
    config.progress_ctx = x->config->progress_ctx;
    return tq_office_session_new(&x->session, &config, err);
}

static tq_status run_once(struct network *net, const struct exchange_config *config,
        struct tq_office_result *result, struct tq_error *err)
{
    struct exchange x;
    struct tq_buf queue;
    size_t pruned;
    tq_status rc;

    memset(&x, 0, sizeof(x));
    memset(result, 0, sizeof(*result));
    tq_buf_init(&queue, 0);
    x.net = net;
    x.config = config;
    x.queue = &queue;
    x.heard_ms = steady_ms();
    x.arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    rc = x.arena == NULL ? tq_error_set(err, TQ_NOMEM, "sync") : open_link(&x, err);
    if (rc == TQ_OK)
        rc = make_session(&x, err);
    if (rc == TQ_OK)
        rc = tq_office_session_start(x.session, now_ms());
    while (rc == TQ_OK && !tq_office_session_has_ended(x.session))
        rc = turn(&x, err);
    if (x.session != NULL) {
        if (!tq_office_session_has_ended(x.session)) {
            tq_status ended = rc == TQ_TIMEOUT ? tq_office_session_timeout(x.session)
                                               : tq_office_session_link_lost(x.session);

            if (rc == TQ_TIMEOUT && ended != rc) { /* it was not silence */
                rc = ended;
                tq_error_clear(err);
            }
        }
        *result = *tq_office_session_result(x.session);
        if (result->progress.phase == TQ_OFFICE_DONE &&
                tq_office_prune(&net->office, &pruned, NULL) != TQ_OK)
            pruned = 0; /* only room: the next sync tries again */
        if (rc != TQ_OK && result->error.status == rc && err != NULL && err->msg[0] == '\0')
            *err = result->error;
        else if (rc == TQ_OK && result->error.status != TQ_OK) {
            rc = result->error.status;
            if (err != NULL)
                *err = result->error;
        }
    }
    tq_office_session_free(x.session);
    tq_link_free(x.link);
    tq_arena_free(x.arena);
    tq_buf_deinit(&queue);
    return rc;
}

/* Once, with the pair that a renewal offers when one is under way. */
static tq_status run_renewing(struct network *net, const struct exchange_config *config,
        struct tq_office_result *result, struct tq_error *err)
{
    tq_status rc;

    memset(result, 0, sizeof(*result));
    rc = renew_offer(net, config->net, config->timeout_ms, config->stop_fd, err);
    if (rc == TQ_OK)
        rc = run_once(net, config, result, err);
    if (rc == TQ_OK && net->renewing)
        rc = renew_end(net, err);
    if (rc == TQ_NOT_ADMITTED && net->renewing) {
        /* Forgotten meanwhile, or the district was restored to before it: the certificate tells. */
        if (network_is_certified(net))
            return rc;
        tq_error_clear(err);
        rc = renew_back(net, err);
        if (rc == TQ_OK)
            rc = run_once(net, config, result, err);
    }
    if (rc == TQ_OK && result->renew_keys && !net->renewed)
        rc = renew_begin(net->dir, err); /* the next sync offers them */
    return rc;
}

tq_status exchange_run(struct network *net, const struct exchange_config *config,
        struct tq_office_result *result, struct tq_error *err)
{
    struct tq_error why;
    tq_status rc = run_renewing(net, config, result, err);

    if (rc != TQ_NOT_ADMITTED)
        return rc;
    /* Known before, and lost with the district's data? Else its first answer stands. */
    rc = readmit(net, config->net, config->timeout_ms, config->stop_fd, &why);
    if (rc == TQ_OK) {
        tq_error_clear(err);
        rc = run_once(net, config, result, err);
        return rc == TQ_OK && net->renewing ? renew_end(net, err) : rc;
    }
    if (rc == TQ_REVOKED || rc == TQ_INTERRUPTED || rc == TQ_FORGED) {
        *err = why;
        return rc;
    }
    return TQ_NOT_ADMITTED;
}
