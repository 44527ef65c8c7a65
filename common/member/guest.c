#include "member/guest.h"

#include <string.h>

#include "tuquan/clock.h"
#include "tuquan/codec.h"
#include "tuquan/process.h"
#include "tuquan/random.h"

/* The district opens its guests' port, and learns who may use it, a moment after the invitation was
 * made: it looks four times a second. */
#define OPENS_MS 3000
#define KNOWN_MS 1000
#define AGAIN_MS 250

struct asking {
    const struct guest_config *config;
    const struct tq_join *join;
    struct tq_link *link;
    int64_t began_ms;
    bool unsaid; /* the line could not take the question yet */
};

static int64_t steady_ms(void)
{
    const struct tq_clock *clock = tq_clock_system();

    return clock->steady_ms(clock->ctx);
}

static tq_status open_link(struct asking *a, struct tq_error *err)
{
    struct tq_link_config config;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.kind = a->config->kind != 0 ? a->config->kind : TQ_LINK_GUEST;
    config.address = a->config->address;
    memcpy(config.server_key, a->config->server_key, TQ_LINK_KEY_BYTES);
    memcpy(config.public_key, a->config->public_key, TQ_LINK_KEY_BYTES);
    memcpy(config.secret_key, a->config->secret_key, TQ_LINK_KEY_BYTES);
    rc = tq_link_new(&a->link, a->config->net, &config, err);
    tq_wipe(config.secret_key, sizeof(config.secret_key));
    return rc;
}

static tq_status say(struct asking *a, struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    struct tq_message message;
    struct tq_buf buf;
    tq_status rc;

    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_JOIN;
    random->fill(random->ctx, &message.session, sizeof(message.session));
    message.u.join = *a->join;
    tq_buf_init(&buf, 0);
    rc = tq_message_encode(&message, &buf, err);
    if (rc == TQ_OK)
        rc = tq_link_send(a->link, buf.data, buf.len, err);
    a->unsaid = rc == TQ_BUSY;
    if (a->unsaid) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    tq_buf_deinit(&buf);
    return rc;
}

/* An event that ends the try. */
static tq_status take_event(struct asking *a, struct tq_error *err)
{
    struct tq_link_event event;
    bool got;
    tq_status rc = tq_link_next_event(a->link, &event, &got, err);

    if (rc != TQ_OK || !got || event.kind == TQ_LINK_CONNECTED)
        return rc;
    *err = event.error;
    return event.error.status;
}

/* Is it too early to believe it? */
static bool may_pass(const struct asking *a, tq_status rc)
{
    int64_t waited = steady_ms() - a->began_ms;

    return a->config->patient && ((rc == TQ_UNREACHABLE && waited < OPENS_MS) ||
                                         (rc == TQ_NOT_ADMITTED && waited < KNOWN_MS));
}

static tq_status again(struct asking *a, struct tq_error *err)
{
    bool woken = false;
    tq_status rc = tq_link_wait(NULL, 0, a->config->stop_fd, &woken, AGAIN_MS, err);

    if (rc == TQ_OK && woken)
        rc = tq_error_set(err, TQ_INTERRUPTED, "join");
    if (rc == TQ_OK)
        rc = tq_link_reopen(a->link, err);
    return rc != TQ_OK ? rc : say(a, err);
}

static tq_status refused(
        const struct asking *a, const struct tq_refused *refused, struct tq_error *err)
{
    tq_status rc = refused->code == TQ_REFUSAL_REVOKED          ? TQ_REVOKED
                   : refused->code == TQ_REFUSAL_UNKNOWN_DEVICE ? TQ_NOT_ADMITTED
                                                                : TQ_INVITATION;

    /* What the code says anyhow is not said twice. */
    if (tq_slice_equal(refused->text_vi, tq_slice_str(tq_status_sentence(rc, TQ_LANG_VI))))
        return tq_error_set(err, rc, "%s", a->config->address);
    return tq_error_set(
            err, rc, "%.*s", (int)refused->text_vi.len, (const char *)refused->text_vi.data);
}

static tq_status await(
        struct asking *a, struct tq_arena *arena, struct tq_joined *out, struct tq_error *err)
{
    int64_t end = a->began_ms + a->config->timeout_ms;

    while (steady_ms() < end) {
        struct tq_link_ready ready;
        struct tq_message answer;
        struct tq_slice bytes;
        bool got = false;
        bool woken = false;
        tq_status rc;

        memset(&ready, 0, sizeof(ready));
        ready.link = a->link;
        ready.want_write = a->unsaid;
        rc = tq_link_wait(&ready, 1, a->config->stop_fd, &woken, (int)(end - steady_ms()), err);
        if (rc == TQ_OK && woken)
            rc = tq_error_set(err, TQ_INTERRUPTED, "join");
        if (rc == TQ_OK && a->unsaid && ready.writable)
            rc = say(a, err);
        if (rc == TQ_OK)
            rc = tq_link_recv(a->link, &bytes, &got, err);
        if (rc == TQ_OK && !got)
            rc = take_event(a, err);
        if (may_pass(a, rc)) {
            tq_error_clear(err);
            rc = again(a, err);
        }
        if (rc != TQ_OK)
            return rc;
        if (!got)
            continue;
        rc = tq_message_decode(bytes, arena, &answer, err);
        if (rc != TQ_OK)
            return rc;
        if (answer.kind == TQ_MSG_REFUSED)
            return refused(a, &answer.u.refused, err);
        if (answer.kind == TQ_MSG_JOINED) {
            *out = answer.u.joined;
            return TQ_OK;
        }
    }
    return tq_error_set(err, TQ_TIMEOUT, "%s", a->config->address);
}

tq_status guest_check(const struct tq_join *join, const uint8_t district[TQ_DISTRICT_ID_BYTES],
        const struct tq_joined *joined, struct tq_error *err)
{
    const struct tq_certificate *c = &joined->certificate;
    tq_status rc = tq_certificate_verify(c, joined->district_sign_key, err);

    if (rc != TQ_OK)
        return rc;
    if (memcmp(c->curve_key, join->curve_key, TQ_CURVE_KEY_BYTES) != 0 ||
            memcmp(c->sign_key, join->sign_key, TQ_SIGN_KEY_BYTES) != 0 ||
            memcmp(c->district, district, TQ_DISTRICT_ID_BYTES) != 0)
        return tq_error_set(err, TQ_FORGED, "%u", c->device);
    return TQ_OK;
}

tq_status guest_ask(const struct guest_config *config, const struct tq_join *join,
        const uint8_t district[TQ_DISTRICT_ID_BYTES], struct tq_arena *arena, struct tq_joined *out,
        struct tq_error *err)
{
    struct asking a = { config, join, NULL, steady_ms(), false };
    tq_status rc = open_link(&a, err);

    if (rc == TQ_OK)
        rc = say(&a, err);
    if (rc == TQ_OK)
        rc = await(&a, arena, out, err);
    if (rc == TQ_OK)
        rc = guest_check(join, district, out, err);
    tq_link_free(a.link);
    return rc;
}
