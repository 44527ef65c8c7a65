#include "tuquan/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "link_zmq.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"

/*   open --> DIALLING --tcp--> GREETING --handshake--> UP --lost--> DOWN
 *               |                 |  |
 *               |                 |  +--closed, fewer than three--> PAUSING --(a moment)--> open
 *               +--no answer--> DOWN <--refused by ZAP, closed 3 times, too slow--+ */
enum stage { DOWN, DIALLING, GREETING, UP, PAUSING };

/* After 400 the library never tries again; after all else it would, unseen. So we own every
 * attempt: its own timer is set to "practically never". Not to -1: then a lost connection takes the
 * messages that were not read yet with it. */
#define LIBRARY_RETRY_MS (24 * 3600 * 1000)
#define PAUSE_MS 150
#define ZAP_REFUSED 400u

struct tq_link {
    struct tq_net *net;
    struct tq_link_config config;
    char address[TQ_LINK_ADDRESS_SIZE];
    char topic[TQ_LINK_TOPIC_SIZE];
    size_t topic_len; /* with its NUL: the prefix on the wire */
    void *socket;
    void *monitor;
    enum stage stage;
    unsigned closed; /* handshakes closed in a row since the caller opened the link */
    int64_t greeting_since;
    int64_t pause_until;
    struct tq_buf early; /* sent before it was UP: a handshake tried again takes it along */
    int nearly;
    zmq_msg_t last; /* what the caller still reads */
};

static void close_socket(struct tq_link *link)
{
    link_zmq_close(link->socket, link->monitor, link->config.linger_ms);
    link->socket = NULL;
    link->monitor = NULL;
    link->stage = DOWN;
}

static tq_status set_options(struct tq_link *link, struct tq_error *err)
{
    const struct tq_link_config *c = &link->config;
    tq_status rc = link_zmq_set_common(link->socket, c->max_message_bytes, c->queue_messages,
            c->handshake_ms, c->heartbeat_ms, c->silence_ms, err);

    if (rc == TQ_OK)
        rc = link_zmq_set_int(link->socket, ZMQ_CONNECT_TIMEOUT, c->connect_ms, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_int(link->socket, ZMQ_RECONNECT_IVL, LIBRARY_RETRY_MS, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_bytes(
                link->socket, ZMQ_CURVE_SERVERKEY, c->server_key, TQ_LINK_KEY_BYTES, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_bytes(
                link->socket, ZMQ_CURVE_PUBLICKEY, c->public_key, TQ_LINK_KEY_BYTES, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_bytes(
                link->socket, ZMQ_CURVE_SECRETKEY, c->secret_key, TQ_LINK_KEY_BYTES, err);
    if (rc == TQ_OK && c->kind == TQ_LINK_NEWS)
        rc = link_zmq_set_bytes(link->socket, ZMQ_SUBSCRIBE, link->topic, link->topic_len, err);
    return rc;
}

static tq_status open_socket(struct tq_link *link, struct tq_error *err)
{
    tq_status rc;

    close_socket(link);
    link->socket = zmq_socket(
            link->net->context, link->config.kind == TQ_LINK_NEWS ? ZMQ_SUB : ZMQ_DEALER);
    if (link->socket == NULL)
        return link_zmq_fail(err, "socket");
    rc = set_options(link, err);
    if (rc == TQ_OK)
        rc = link_zmq_monitor_open(link->net, link->socket,
                ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED |
                        ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                        ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                        ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
                &link->monitor, err);
    if (rc == TQ_OK && zmq_connect(link->socket, link->address) != 0)
        rc = tq_error_set(err, TQ_CONFIG, "%s: %s", link->address, zmq_strerror(zmq_errno()));
    if (rc != TQ_OK)
        close_socket(link);
    else
        link->stage = DIALLING;
    return rc;
}

static void forget_early(struct tq_link *link)
{
    tq_buf_deinit(&link->early);
    tq_buf_init(&link->early, 0);
    tq_buf_keep_secret(&link->early);
    link->nearly = 0;
}

static tq_status keep_early(
        struct tq_link *link, const void *data, size_t len, struct tq_error *err)
{
    size_t before = link->early.len;

    if (link->nearly >= link->config.queue_messages)
        return tq_error_set(err, TQ_BUSY, "%s", link->address);
    tq_buf_append_u32(&link->early, (uint32_t)len);
    tq_buf_append(&link->early, data, len);
    if (!tq_buf_is_ok(&link->early)) {
        link->early.len = before; /* those before it stay */
        link->early.failed = false;
        return tq_error_set(err, TQ_NOMEM, "%s", link->address);
    }
    link->nearly++;
    return TQ_OK;
}

static void drop_last_early(struct tq_link *link, size_t len)
{
    link->early.len -= len + sizeof(uint32_t);
    link->nearly--;
}

/* A new socket has nothing of what the one before it was given. */
static tq_status send_early(struct tq_link *link, struct tq_error *err)
{
    struct tq_slice rest = tq_buf_slice(&link->early);
    struct tq_slice message;
    uint32_t len;

    while (tq_read_u32(&rest, &len) && tq_read_bytes(&rest, len, &message))
        if (zmq_send(link->socket, message.data, message.len, ZMQ_DONTWAIT) < 0)
            return link_zmq_fail(err, link->address);
    return TQ_OK;
}

static void set_default(int *value, int otherwise)
{
    if (*value <= 0)
        *value = otherwise;
}

static tq_status take_config(
        struct tq_link *link, const struct tq_link_config *config, struct tq_error *err)
{
    struct tq_link_config *c = &link->config;

    *c = *config;
    if (!link_zmq_address_is_good(config->address, false))
        return tq_error_set(err, TQ_CONFIG, "%s \"%.100s\": tcp://host:port",
                tq_phrase(TQ_PHRASE_ADDRESS), config->address != NULL ? config->address : "");
    snprintf(link->address, sizeof(link->address), "%s", config->address);
    if (c->kind == TQ_LINK_NEWS) {
        if (config->topic == NULL || config->topic[0] == '\0' ||
                strlen(config->topic) >= sizeof(link->topic))
            return tq_error_phrase(err, TQ_CONFIG, TQ_PHRASE_TOPIC);
        snprintf(link->topic, sizeof(link->topic), "%s", config->topic);
        link->topic_len = strlen(link->topic) + 1;
    }
    c->address = link->address;
    c->topic = link->topic;
    if (c->max_message_bytes == 0)
        c->max_message_bytes = TQ_LINK_MAX_MESSAGE;
    set_default(&c->queue_messages, 64);
    set_default(&c->connect_ms, 10000);
    set_default(&c->handshake_ms, 30000);
    set_default(&c->heartbeat_ms, 30000);
    set_default(&c->silence_ms, 300000);
    if (c->linger_ms < 0)
        c->linger_ms = 0;
    return TQ_OK;
}

tq_status tq_link_new(struct tq_link **out, struct tq_net *net, const struct tq_link_config *config,
        struct tq_error *err)
{
    struct tq_link *link = tq_mem_zalloc(sizeof(*link));
    tq_status rc;

    *out = NULL;
    if (link == NULL)
        return tq_error_set(err, TQ_NOMEM, "link");
    link->net = net;
    zmq_msg_init(&link->last);
    tq_buf_init(&link->early, 0);
    tq_buf_keep_secret(&link->early); /* a guest's token may be in it */
    rc = take_config(link, config, err);
    if (rc == TQ_OK)
        rc = open_socket(link, err);
    if (rc != TQ_OK)
        tq_link_free(link);
    else
        *out = link;
    return rc;
}

tq_status tq_link_reopen(struct tq_link *link, struct tq_error *err)
{
    link->closed = 0;
    forget_early(link);
    return open_socket(link, err);
}

void tq_link_free(struct tq_link *link)
{
    if (link == NULL)
        return;
    close_socket(link);
    forget_early(link);
    zmq_msg_close(&link->last);
    /* The key goes with the link, not with the next owner of this memory. */
    for (volatile uint8_t *p = link->config.secret_key;
            p < link->config.secret_key + TQ_LINK_KEY_BYTES; p++)
        *p = 0;
    tq_mem_free(link);
}

bool tq_link_is_open(const struct tq_link *link)
{
    return link->stage != DOWN;
}

static size_t send_limit(const struct tq_link *link)
{
    if (link->config.kind == TQ_LINK_GUEST &&
            link->config.max_message_bytes > TQ_LINK_GUEST_MAX_MESSAGE)
        return TQ_LINK_GUEST_MAX_MESSAGE;
    return link->config.max_message_bytes;
}

tq_status tq_link_send(struct tq_link *link, const void *data, size_t len, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    if (len > send_limit(link))
        return tq_error_set(err, TQ_TOO_LARGE, "%zu > %zu", len, send_limit(link));
    if (link->stage == DOWN)
        return tq_error_set(err, TQ_UNREACHABLE, "%s", link->address);
    if (link->stage != UP)
        rc = keep_early(link, data, len, err);
    if (rc != TQ_OK || link->stage == PAUSING)
        return rc;
    if (zmq_send(link->socket, data, len, ZMQ_DONTWAIT) >= 0)
        return TQ_OK;
    rc = zmq_errno() == EAGAIN ? tq_error_set(err, TQ_BUSY, "%s", link->address)
                               : link_zmq_fail(err, link->address);
    if (link->stage != UP)
        drop_last_early(link, len);
    return rc;
}

tq_status tq_link_recv(
        struct tq_link *link, struct tq_slice *message, bool *got, struct tq_error *err)
{
    *got = false;
    *message = tq_slice_of(NULL, 0);
    while (link->socket != NULL) {
        const uint8_t *data;
        size_t len;

        if (zmq_msg_recv(&link->last, link->socket, ZMQ_DONTWAIT) < 0) {
            int code = zmq_errno();

            return code == EAGAIN ? TQ_OK : link_zmq_fail(err, link->address);
        }
        if (zmq_msg_more(&link->last)) {
            link_zmq_skip_parts(link->socket);
            continue;
        }
        data = zmq_msg_data(&link->last);
        len = zmq_msg_size(&link->last);
        if (len < link->topic_len || len - link->topic_len > link->config.max_message_bytes ||
                memcmp(data, link->topic, link->topic_len) != 0)
            continue;
        *message = tq_slice_of(data + link->topic_len, len - link->topic_len);
        *got = true;
        return TQ_OK;
    }
    return TQ_OK;
}

static void report(struct tq_link_event *event, bool *got, tq_link_event_kind kind,
        tq_status status, const char *facts)
{
    event->kind = kind;
    tq_error_set(&event->error, status, "%s", facts);
    *got = true;
}

/* The other side closed before it knew us, or we broke off because it is no district. */
static void handshake_closed(struct tq_link *link, struct tq_link_event *event, bool *got)
{
    int64_t now = tq_process_monotonic_ms();
    int64_t took = now - link->greeting_since;
    /* Closed by a clock, theirs or ours, is no sign of a wrong key. */
    bool slow = took >= link->config.handshake_ms || took >= TQ_LINK_DISTRICT_HANDSHAKE_MS;

    close_socket(link);
    if (slow) {
        report(event, got, TQ_LINK_UNREACHABLE, TQ_TIMEOUT, link->address);
        return;
    }
    link->closed++;
    if (link->closed >= TQ_LINK_HANDSHAKE_TRIES) {
        report(event, got, TQ_LINK_WRONG_SERVER, TQ_WRONG_SERVER, link->address);
        return;
    }
    link->stage = PAUSING;
    link->pause_until = now + (int64_t)PAUSE_MS * link->closed;
}

static void on_monitor(
        struct tq_link *link, uint16_t kind, uint32_t value, struct tq_link_event *event, bool *got)
{
    switch (kind) {
    case ZMQ_EVENT_CONNECTED:
        link->stage = GREETING;
        link->greeting_since = tq_process_monotonic_ms();
        return;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        link->stage = UP;
        link->closed = 0;
        forget_early(link);
        report(event, got, TQ_LINK_CONNECTED, TQ_OK, link->address);
        return;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        if (value == ZAP_REFUSED) {
            close_socket(link);
            report(event, got, TQ_LINK_NOT_ADMITTED, TQ_NOT_ADMITTED, link->address);
            return;
        }
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_DISCONNECTED:
        break;
    default: /* CLOSED, CONNECT_RETRIED */
        if (link->stage == DIALLING) {
            close_socket(link);
            report(event, got, TQ_LINK_UNREACHABLE, TQ_UNREACHABLE, link->address);
        }
        return;
    }
    if (link->stage == UP) {
        link->stage = DOWN; /* the socket stays until reopened: there may be messages to take */
        report(event, got, TQ_LINK_DISCONNECTED, TQ_UNREACHABLE, link->address);
    } else {
        handshake_closed(link, event, got);
    }
}

tq_status tq_link_next_event(
        struct tq_link *link, struct tq_link_event *event, bool *got, struct tq_error *err)
{
    uint16_t kind;
    uint32_t value;

    *got = false;
    memset(event, 0, sizeof(*event));
    if (link->stage == PAUSING && tq_process_monotonic_ms() >= link->pause_until) {
        tq_status rc = open_socket(link, err);

        if (rc == TQ_OK)
            rc = send_early(link, err);
        if (rc != TQ_OK) {
            close_socket(link); /* half of what was sent is not what was sent */
            return rc;
        }
    }
    while (!*got && link->stage != DOWN && link->monitor != NULL &&
            link_zmq_monitor_next(link->monitor, &kind, &value))
        on_monitor(link, kind, value, event, got);
    return TQ_OK;
}

static int pause_left(const struct tq_link *link, int timeout_ms)
{
    int64_t left;

    if (link->stage != PAUSING)
        return timeout_ms;
    left = link->pause_until - tq_process_monotonic_ms();
    left = left > 0 ? left : 0;
    return timeout_ms < 0 || left < timeout_ms ? (int)left : timeout_ms;
}

tq_status tq_link_wait(struct tq_link_ready *items, size_t count, int wake_fd, bool *woken,
        int timeout_ms, struct tq_error *err)
{
    zmq_pollitem_t poll[2 * TQ_LINK_WAIT_MAX + 1];
    size_t n = 0;

    *woken = false;
    if (count > TQ_LINK_WAIT_MAX)
        return tq_error_set(err, TQ_RANGE, "%zu > %u", count, TQ_LINK_WAIT_MAX);
    memset(poll, 0, sizeof(poll));
    for (size_t i = 0; i < count; i++) {
        const struct tq_link *link = items[i].link;
        short want;

        if (link == NULL) {
            poll[n].fd = items[i].fd;
            poll[n++].events = ZMQ_POLLIN;
            poll[n++].fd = -1;
            continue;
        }
        want = items[i].want_write && link->stage != DOWN ? ZMQ_POLLOUT : 0;
        /* A closed socket has no place in the set: -1 is a descriptor that poll leaves out. */
        poll[n].fd = -1;
        poll[n].socket = link->socket;
        poll[n++].events = link->socket != NULL ? (short)(ZMQ_POLLIN | want) : 0;
        poll[n].fd = -1;
        poll[n].socket = link->stage != DOWN ? link->monitor : NULL;
        poll[n].events = poll[n].socket != NULL ? ZMQ_POLLIN : 0;
        n++;
        timeout_ms = pause_left(link, timeout_ms);
    }
    poll[n].fd = wake_fd;
    poll[n++].events = wake_fd >= 0 ? ZMQ_POLLIN : 0;
    if (zmq_poll(poll, (int)n, timeout_ms) < 0)
        return link_zmq_fail(err, "poll");
    for (size_t i = 0; i < count; i++) {
        items[i].readable = (poll[2 * i].revents & ZMQ_POLLIN) != 0;
        items[i].writable = (poll[2 * i].revents & ZMQ_POLLOUT) != 0;
        items[i].event = (poll[2 * i + 1].revents & ZMQ_POLLIN) != 0 ||
                         (items[i].link != NULL && items[i].link->stage == PAUSING &&
                                 pause_left(items[i].link, -1) == 0);
    }
    *woken = (poll[n - 1].revents & ZMQ_POLLIN) != 0;
    return TQ_OK;
}
