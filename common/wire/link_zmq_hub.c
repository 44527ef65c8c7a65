#include "tuquan/hub.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "link_zmq.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"

/* Bad messages dropped in one tq_hub_recv before the loop gets its turn again. */
#define DROPS_A_TURN 64
#define BACKLOG 4096
#define CLOSE_WAIT_MS 2000
#define TOLD_OVER 8u /* what is over the limit by less than an eighth of it can still be refused */
#define QUEUED_BYTES ((size_t)32 * 1024 * 1024)
#define QUEUED_ALL_BYTES ((size_t)512 * 1024 * 1024)
#define TOPIC_FRAME (TQ_LINK_TOPIC_SIZE + 1u)

struct port {
    void *socket;
    void *monitor;
    char address[TQ_LINK_ADDRESS_SIZE];
};

struct tq_hub {
    struct tq_net *net;
    struct tq_gate *gate;
    struct tq_hub_config config;
    char topics[TQ_HUB_TOPICS_MAX][TQ_LINK_TOPIC_SIZE];
    size_t ntopics;
    struct port sync;
    struct port news;
    struct port guest;
    bool guest_turn; /* whose message is taken first: neither port can starve the other */
    struct tq_hub_stats stats;
    uint64_t ended; /* connections */
    uint64_t admitted;
    uint64_t failed;
    zmq_msg_t last; /* what the caller still reads */
};

static void port_close(struct port *port, int linger_ms)
{
    link_zmq_close(port->socket, port->monitor, linger_ms);
    memset(port, 0, sizeof(*port));
}

static tq_status bind_failed(const char *address, struct tq_error *err)
{
    int code = zmq_errno();

    if (code == EADDRINUSE)
        return tq_error_set(err, TQ_PORT_TAKEN, "%s", address);
    if (code == EINVAL || code == ENODEV || code == EADDRNOTAVAIL || code == EPROTONOSUPPORT)
        return tq_error_set(err, TQ_CONFIG, "%s: %s", address, zmq_strerror(code));
    return tq_error_set(err, TQ_IO, "%s: %s", address, zmq_strerror(code));
}

static tq_status port_options(const struct tq_hub *hub, void *socket, const char *domain,
        size_t max_message_bytes, struct tq_error *err)
{
    const struct tq_hub_config *c = &hub->config;
    tq_status rc = link_zmq_set_common(socket, max_message_bytes, c->queue_messages,
            c->handshake_ms, c->heartbeat_ms, c->silence_ms, err);

    if (rc == TQ_OK)
        rc = link_zmq_set_int(socket, ZMQ_RCVHWM, c->receive_messages, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_int(socket, ZMQ_BACKLOG, BACKLOG, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_int(socket, ZMQ_CURVE_SERVER, 1, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_bytes(socket, ZMQ_CURVE_SECRETKEY, c->secret_key, TQ_LINK_KEY_BYTES, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_bytes(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain), err);
    return rc;
}

static tq_status port_open(struct tq_hub *hub, struct port *port, int type, const char *domain,
        const char *address, size_t max_message_bytes, struct tq_error *err)
{
    size_t len = sizeof(port->address);
    tq_status rc;

    if (!link_zmq_address_is_good(address, true))
        return tq_error_set(err, TQ_CONFIG, "%s \"%.100s\"", tq_phrase(TQ_PHRASE_ADDRESS),
                address != NULL ? address : "");
    port->socket = zmq_socket(hub->net->context, type);
    if (port->socket == NULL)
        return link_zmq_fail(err, "socket");
    rc = port_options(hub, port->socket, domain, max_message_bytes, err);
    /* A router tells us of a peer that is gone, a publisher leaves subscriptions to us. */
    if (rc == TQ_OK)
        rc = link_zmq_set_int(
                port->socket, type == ZMQ_XPUB ? ZMQ_XPUB_MANUAL : ZMQ_ROUTER_MANDATORY, 1, err);
    if (rc == TQ_OK)
        rc = link_zmq_monitor_open(hub->net, port->socket,
                ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED |
                        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                        ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
                &port->monitor, err);
    if (rc == TQ_OK && zmq_bind(port->socket, address) != 0)
        rc = bind_failed(address, err);
    if (rc == TQ_OK && zmq_getsockopt(port->socket, ZMQ_LAST_ENDPOINT, port->address, &len) != 0)
        rc = link_zmq_fail(err, address);
    if (rc != TQ_OK)
        port_close(port, 0);
    return rc;
}

/* True when the listening socket is closed: its port may be bound again. */
static bool count_events(struct tq_hub *hub, struct port *port)
{
    uint16_t event;
    uint32_t value;
    uint64_t unexplained;
    bool closed = false;

    while (port->monitor != NULL && link_zmq_monitor_next(port->monitor, &event, &value)) {
        switch (event) {
        case ZMQ_EVENT_ACCEPTED:
            hub->stats.connections++;
            break;
        case ZMQ_EVENT_DISCONNECTED:
            hub->stats.connections -= hub->stats.connections > 0;
            hub->ended++;
            break;
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
            hub->admitted++;
            break;
        case ZMQ_EVENT_CLOSED:
            closed = true;
            break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            hub->stats.handshakes_refused++;
            break;
        default:
            hub->failed++;
            break;
        }
    }
    /* The library says nothing of some who talk another language; but who ended and never got in,
     * has failed. Those who are in now hide as many, at most. */
    unexplained = hub->ended - hub->admitted - hub->stats.handshakes_refused;
    if (hub->ended >= hub->admitted + hub->stats.handshakes_refused && unexplained > hub->failed)
        hub->failed = unexplained;
    hub->stats.handshakes_failed = hub->failed;
    return closed;
}

static tq_status take_config(
        struct tq_hub *hub, const struct tq_hub_config *config, struct tq_error *err)
{
    struct tq_hub_config *c = &hub->config;

    *c = *config;
    while (hub->ntopics < TQ_HUB_TOPICS_MAX && config->topics[hub->ntopics] != NULL) {
        const char *topic = config->topics[hub->ntopics];

        if (topic[0] == '\0' || strlen(topic) >= TQ_LINK_TOPIC_SIZE)
            return tq_error_set(err, TQ_CONFIG, "%s \"%.40s\"", tq_phrase(TQ_PHRASE_TOPIC), topic);
        snprintf(hub->topics[hub->ntopics++], TQ_LINK_TOPIC_SIZE, "%s", topic);
    }
    if (c->admits == NULL)
        return tq_error_set(err, TQ_INTERNAL, "hub without a check of its peers");
    if (c->max_message_bytes == 0)
        c->max_message_bytes = TQ_LINK_MAX_MESSAGE;
    if (c->queue_messages <= 0)
        c->queue_messages = 64;
    if (c->receive_messages <= 0)
        c->receive_messages = 16;
    if (c->queued_bytes == 0)
        c->queued_bytes = QUEUED_BYTES;
    if (c->handshake_ms <= 0)
        c->handshake_ms = TQ_LINK_DISTRICT_HANDSHAKE_MS;
    if (c->heartbeat_ms <= 0)
        c->heartbeat_ms = 30000;
    if (c->silence_ms <= 0)
        c->silence_ms = 300000;
    /* Borrowed texts of the caller; they are used up. */
    c->sync_address = NULL;
    c->news_address = NULL;
    memset(c->topics, 0, sizeof(c->topics));
    return TQ_OK;
}

tq_status tq_hub_new(struct tq_hub **out, struct tq_net *net, struct tq_gate *gate,
        const struct tq_hub_config *config, struct tq_error *err)
{
    struct tq_hub *hub = tq_mem_zalloc(sizeof(*hub));
    tq_status rc;

    *out = NULL;
    if (hub == NULL)
        return tq_error_set(err, TQ_NOMEM, "hub");
    hub->net = net;
    hub->gate = gate;
    zmq_msg_init(&hub->last);
    rc = take_config(hub, config, err);
    if (rc == TQ_OK)
        rc = port_open(hub, &hub->sync, ZMQ_ROUTER, TQ_GATE_SYNC, config->sync_address,
                hub->config.max_message_bytes + hub->config.max_message_bytes / TOLD_OVER, err);
    if (rc == TQ_OK)
        rc = port_open(
                hub, &hub->news, ZMQ_XPUB, TQ_GATE_NEWS, config->news_address, TOPIC_FRAME, err);
    if (rc == TQ_OK)
        rc = tq_hub_self_test(hub, TQ_HUB_SELF_TEST_MS, err);
    if (rc != TQ_OK)
        tq_hub_free(hub, 0);
    else
        *out = hub;
    return rc;
}

void tq_hub_free(struct tq_hub *hub, int drain_ms)
{
    if (hub == NULL)
        return;
    port_close(&hub->guest, drain_ms);
    port_close(&hub->news, drain_ms);
    port_close(&hub->sync, drain_ms);
    zmq_msg_close(&hub->last);
    for (volatile uint8_t *p = hub->config.secret_key;
            p < hub->config.secret_key + TQ_LINK_KEY_BYTES; p++)
        *p = 0;
    tq_mem_free(hub);
}

/* Stop listening, and wait until the port is really free: the library's thread closes it. */
static void unlisten(struct tq_hub *hub, struct port *port)
{
    int64_t deadline = tq_process_monotonic_ms() + CLOSE_WAIT_MS;
    int64_t left = CLOSE_WAIT_MS;
    int linger_ms = CLOSE_WAIT_MS;

    if (port->socket == NULL)
        return;
    /* Its connections end with the listener: what was said last gets this long to leave. */
    zmq_setsockopt(port->socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
    if (zmq_unbind(port->socket, port->address) != 0)
        return;
    while (left > 0 && !count_events(hub, port)) {
        zmq_pollitem_t poll = { port->monitor, 0, ZMQ_POLLIN, 0 };

        if (zmq_poll(&poll, 1, (int)left) < 0 && zmq_errno() != EINTR)
            return;
        left = deadline - tq_process_monotonic_ms();
    }
}

void tq_hub_refuse_new(struct tq_hub *hub)
{
    unlisten(hub, &hub->guest);
    unlisten(hub, &hub->news);
    unlisten(hub, &hub->sync);
}

const char *tq_hub_sync_address(const struct tq_hub *hub)
{
    return hub->sync.address;
}

const char *tq_hub_news_address(const struct tq_hub *hub)
{
    return hub->news.address;
}

const char *tq_hub_guest_address(const struct tq_hub *hub)
{
    return hub->guest.address;
}

tq_status tq_hub_wait(
        struct tq_hub *hub, int wake_fd, bool *woken, int timeout_ms, struct tq_error *err)
{
    struct port *ports[] = { &hub->sync, &hub->news, &hub->guest };
    zmq_pollitem_t poll[7];
    int n = 0;

    *woken = false;
    memset(poll, 0, sizeof(poll));
    poll[n].fd = wake_fd;
    poll[n++].events = wake_fd >= 0 ? ZMQ_POLLIN : 0;
    for (size_t i = 0; i < 3; i++) {
        if (ports[i]->socket == NULL)
            continue;
        poll[n].socket = ports[i]->socket;
        poll[n++].events = ZMQ_POLLIN;
        poll[n].socket = ports[i]->monitor;
        poll[n++].events = ZMQ_POLLIN;
    }
    if (zmq_poll(poll, n, timeout_ms) < 0)
        return link_zmq_fail(err, "poll");
    *woken = (poll[0].revents & ZMQ_POLLIN) != 0;
    for (size_t i = 0; i < 3; i++)
        count_events(hub, ports[i]);
    return TQ_OK;
}

static bool is_topic(const struct tq_hub *hub, const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < hub->ntopics; i++)
        if (strlen(hub->topics[i]) + 1 == len && memcmp(hub->topics[i], text, len) == 0)
            return true;
    return false;
}

/* One subscription or its end. Only what we follow here counts for the library. */
static void on_subscription(struct tq_hub *hub, zmq_msg_t *message)
{
    const uint8_t *data = zmq_msg_data(message);
    size_t len = zmq_msg_size(message);
    const char *user_id = zmq_msg_gets(message, "User-Id");

    if (user_id == NULL) /* a stranger's, or the end of a connection, which needs no answer */
        return;
    if (!hub->config.admits(hub->config.admits_ctx, user_id)) {
        hub->stats.turned_away++;
        return;
    }
    if (len < 2 || data[0] > 1 || !is_topic(hub, data + 1, len - 1)) {
        hub->stats.wrong_topic++;
        return;
    }
    if (zmq_setsockopt(hub->news.socket, data[0] == 1 ? ZMQ_SUBSCRIBE : ZMQ_UNSUBSCRIBE, data + 1,
                len - 1) == 0)
        hub->stats.subscriptions += data[0];
}

static void follow_subscriptions(struct tq_hub *hub)
{
    for (int i = 0; i < DROPS_A_TURN; i++) {
        zmq_msg_t message;
        bool more;

        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, hub->news.socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&message);
            return;
        }
        more = zmq_msg_more(&message) != 0;
        if (more)
            hub->stats.malformed++;
        else
            on_subscription(hub, &message);
        zmq_msg_close(&message);
        if (more)
            link_zmq_skip_parts(hub->news.socket);
    }
}

/* Devices have numbers; everybody else shares the last account. */
static uint16_t account_of(const char *user_id)
{
    unsigned number = 0;
    size_t digits = strspn(user_id, "0123456789");

    if ((user_id[digits] != '\0' && user_id[digits] != ':') || digits > 9)
        return LINK_ZMQ_ACCOUNTS - 1;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (unsigned)(user_id[i] - '0');
    return (uint16_t)(number % (LINK_ZMQ_ACCOUNTS - 1));
}

enum taken { NOTHING, DROPPED, DELIVERED };

/* Name and admission of hub->last; false: it is nobody's. */
static bool identify(struct tq_hub *hub, struct tq_hub_message *message)
{
    const char *user_id = zmq_msg_gets(&hub->last, "User-Id");
    size_t len = user_id != NULL ? strlen(user_id) : 0;

    if (len == 0 || len >= sizeof(message->user_id)) {
        hub->stats.nameless++;
        return false;
    }
    memcpy(message->user_id, user_id, len + 1);
    message->peer.account = account_of(user_id);
    return true;
}

static enum taken take(
        struct tq_hub *hub, struct port *port, bool guest, struct tq_hub_message *message)
{
    size_t limit = guest ? TQ_LINK_GUEST_MAX_MESSAGE : hub->config.max_message_bytes;
    bool too_large;
    int n;

    if (port->socket == NULL)
        return NOTHING;
    memset(message, 0, sizeof(*message));
    n = zmq_recv(port->socket, message->peer.id, sizeof(message->peer.id), ZMQ_DONTWAIT);
    if (n < 0)
        return NOTHING;
    if (n == 0 || n > (int)sizeof(message->peer.id) || !link_zmq_has_more(port->socket) ||
            zmq_msg_recv(&hub->last, port->socket, ZMQ_DONTWAIT) < 0) {
        hub->stats.malformed++;
        link_zmq_skip_parts(port->socket);
        return DROPPED;
    }
    message->peer.len = (uint8_t)n;
    message->peer.guest = guest;
    too_large = zmq_msg_size(&hub->last) > limit;
    if (zmq_msg_more(&hub->last) || (guest && too_large)) {
        hub->stats.malformed++;
        link_zmq_skip_parts(port->socket);
        return DROPPED;
    }
    if (!identify(hub, message))
        return DROPPED;
    message->kind = guest ? TQ_HUB_GUEST : too_large ? TQ_HUB_TOO_LARGE : TQ_HUB_DEVICE;
    if (!hub->config.admits(hub->config.admits_ctx, message->user_id)) {
        hub->stats.turned_away++;
        message->kind = TQ_HUB_TURNED_AWAY;
    }
    if (!too_large)
        message->data = tq_slice_of(zmq_msg_data(&hub->last), zmq_msg_size(&hub->last));
    return DELIVERED;
}

tq_status tq_hub_recv(
        struct tq_hub *hub, struct tq_hub_message *message, bool *got, struct tq_error *err)
{
    (void)err; /* nothing here fails today; a socket that breaks shows in wait */
    *got = false;
    follow_subscriptions(hub);
    for (int i = 0; i < DROPS_A_TURN; i++) {
        enum taken taken;

        hub->guest_turn = !hub->guest_turn;
        taken = take(hub, hub->guest_turn ? &hub->guest : &hub->sync, hub->guest_turn, message);
        if (taken == NOTHING)
            taken = take(
                    hub, hub->guest_turn ? &hub->sync : &hub->guest, !hub->guest_turn, message);
        *got = taken == DELIVERED;
        if (taken != DROPPED)
            return TQ_OK;
    }
    return TQ_OK;
}

/* A message on its way: the library's thread gives it back once it is written or dropped. */
struct parcel {
    struct tq_net *net;
    size_t len;
    uint16_t account;
    uint8_t data[];
};

static void parcel_done(void *data, void *hint)
{
    struct parcel *parcel = hint;

    (void)data;
    atomic_fetch_sub(&parcel->net->queued[parcel->account], parcel->len);
    atomic_fetch_sub(&parcel->net->queued_all, parcel->len);
    tq_wipe(parcel->data, parcel->len); /* perhaps with what a machine comes back with */
    tq_mem_free(parcel);
}

static tq_status parcel_new(struct tq_hub *hub, const struct tq_peer *peer, const void *data,
        size_t len, zmq_msg_t *out, struct tq_error *err)
{
    uint16_t account = peer->account % LINK_ZMQ_ACCOUNTS;
    struct parcel *parcel;

    /* What waits for one device is bounded, however many connections it has. */
    if (atomic_load(&hub->net->queued[account]) + len > hub->config.queued_bytes ||
            atomic_load(&hub->net->queued_all) + len > QUEUED_ALL_BYTES) {
        hub->stats.overfull++;
        return tq_error_set(err, TQ_BUSY, "peer");
    }
    parcel = tq_mem_alloc(sizeof(*parcel) + len);
    if (parcel == NULL)
        return tq_error_set(err, TQ_NOMEM, "message of %zu", len);
    parcel->net = hub->net;
    parcel->len = len;
    parcel->account = account;
    if (len > 0)
        memcpy(parcel->data, data, len);
    if (zmq_msg_init_data(out, parcel->data, len, parcel_done, parcel) != 0) {
        tq_mem_free(parcel);
        return tq_error_set(err, TQ_NOMEM, "message of %zu", len);
    }
    atomic_fetch_add(&hub->net->queued[account], len);
    atomic_fetch_add(&hub->net->queued_all, len);
    return TQ_OK;
}

tq_status tq_hub_send(struct tq_hub *hub, const struct tq_peer *peer, const void *data, size_t len,
        struct tq_error *err)
{
    void *socket = peer->guest ? hub->guest.socket : hub->sync.socket;
    zmq_msg_t message;
    tq_status rc;

    if (len > hub->config.max_message_bytes)
        return tq_error_set(err, TQ_TOO_LARGE, "%zu > %zu", len, hub->config.max_message_bytes);
    if (socket == NULL || peer->len == 0)
        return tq_error_set(err, TQ_UNREACHABLE, "peer");
    rc = parcel_new(hub, peer, data, len, &message, err);
    if (rc != TQ_OK)
        return rc;
    if (zmq_send(socket, peer->id, peer->len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
        int code = zmq_errno();

        zmq_msg_close(&message);
        hub->stats.overfull += code == EAGAIN;
        if (code == EAGAIN)
            return tq_error_set(err, TQ_BUSY, "peer");
        if (code == EHOSTUNREACH)
            return tq_error_set(err, TQ_UNREACHABLE, "peer");
        return tq_error_set(err, TQ_IO, "peer: %s", zmq_strerror(code));
    }
    if (zmq_msg_send(&message, socket, ZMQ_DONTWAIT) < 0) {
        rc = link_zmq_fail(err, "peer");
        zmq_msg_close(&message);
        return rc;
    }
    return TQ_OK;
}

tq_status tq_hub_publish(
        struct tq_hub *hub, const char *topic, const void *data, size_t len, struct tq_error *err)
{
    size_t prefix = strlen(topic) + 1;
    zmq_msg_t message;

    if (!is_topic(hub, (const uint8_t *)topic, prefix))
        return tq_error_set(err, TQ_NOT_FOUND, "%s \"%.40s\"", tq_phrase(TQ_PHRASE_TOPIC), topic);
    if (len > hub->config.max_message_bytes)
        return tq_error_set(err, TQ_TOO_LARGE, "%zu > %zu", len, hub->config.max_message_bytes);
    follow_subscriptions(hub);
    if (zmq_msg_init_size(&message, prefix + len) != 0)
        return tq_error_set(err, TQ_NOMEM, "broadcast of %zu", len);
    memcpy(zmq_msg_data(&message), topic, prefix);
    if (len > 0)
        memcpy((uint8_t *)zmq_msg_data(&message) + prefix, data, len);
    if (zmq_msg_send(&message, hub->news.socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&message);
        return link_zmq_fail(err, "broadcast");
    }
    return TQ_OK;
}

void tq_hub_get_stats(struct tq_hub *hub, struct tq_hub_stats *out)
{
    count_events(hub, &hub->sync);
    count_events(hub, &hub->news);
    count_events(hub, &hub->guest);
    *out = hub->stats;
    out->queued_bytes = atomic_load(&hub->net->queued_all);
}

tq_status tq_hub_open_guests(struct tq_hub *hub, const char *address, struct tq_error *err)
{
    tq_status rc;

    if (hub->guest.socket != NULL)
        return tq_error_set(err, TQ_EXISTS, "%s", hub->guest.address);
    rc = port_open(
            hub, &hub->guest, ZMQ_ROUTER, TQ_GATE_GUEST, address, TQ_LINK_GUEST_MAX_MESSAGE, err);
    if (rc == TQ_OK)
        rc = tq_hub_self_test(hub, TQ_HUB_SELF_TEST_MS, err);
    if (rc != TQ_OK)
        tq_hub_close_guests(hub);
    return rc;
}

void tq_hub_close_guests(struct tq_hub *hub)
{
    unlisten(hub, &hub->guest);
    port_close(&hub->guest, CLOSE_WAIT_MS);
}

/* A stranger's link to a port of our own. */
static tq_status stranger_new(struct tq_link **out, const struct tq_hub *hub,
        const struct port *port, tq_link_kind kind, struct tq_error *err)
{
    static const char ANYWHERE[] = "tcp://0.0.0.0:";
    struct tq_link_config config;
    char address[TQ_LINK_ADDRESS_SIZE];
    char public_text[41];
    char secret_text[41];

    memset(&config, 0, sizeof(config));
    if (strncmp(port->address, ANYWHERE, strlen(ANYWHERE)) == 0)
        snprintf(address, sizeof(address), "tcp://127.0.0.1:%.16s",
                port->address + strlen(ANYWHERE));
    else
        snprintf(address, sizeof(address), "%s", port->address);
    config.kind = kind;
    config.address = address;
    config.topic = kind == TQ_LINK_NEWS ? "self-test" : NULL;
    memcpy(config.server_key, hub->config.public_key, TQ_LINK_KEY_BYTES);
    if (zmq_curve_keypair(public_text, secret_text) != 0 ||
            zmq_z85_decode(config.public_key, public_text) == NULL ||
            zmq_z85_decode(config.secret_key, secret_text) == NULL)
        return link_zmq_fail(err, "key pair");
    return tq_link_new(out, hub->net, &config, err);
}

/* Every stranger must hear "no"; whatever else happens, or nothing, is a gate that stands open. */
static tq_status watch_strangers(
        struct tq_link_ready *items, size_t count, int bound_ms, struct tq_error *err)
{
    int64_t deadline = tq_process_monotonic_ms() + bound_ms;
    size_t refused = 0;

    while (refused < count) {
        int64_t left = deadline - tq_process_monotonic_ms();
        bool woken;
        tq_status rc;

        if (left <= 0)
            return tq_error_set(err, TQ_GATE_OPEN, "%zu/%zu, %d ms", refused, count, bound_ms);
        rc = tq_link_wait(items, count, -1, &woken, (int)left, err);
        for (size_t i = 0; rc == TQ_OK && i < count; i++) {
            struct tq_link_event event;
            bool got;

            rc = tq_link_next_event(items[i].link, &event, &got, err);
            if (rc == TQ_OK && got && event.kind != TQ_LINK_NOT_ADMITTED)
                return tq_error_set(err, TQ_GATE_OPEN, "%s (%s)", event.error.msg,
                        event.kind == TQ_LINK_CONNECTED ? "in"
                                                        : tq_status_code(event.error.status));
            refused += rc == TQ_OK && got;
        }
        if (rc != TQ_OK && rc != TQ_INTERRUPTED)
            return rc;
    }
    return TQ_OK;
}

tq_status tq_hub_self_test(struct tq_hub *hub, int bound_ms, struct tq_error *err)
{
    const struct {
        const struct port *port;
        tq_link_kind kind;
    } doors[] = { { &hub->sync, TQ_LINK_SYNC }, { &hub->news, TQ_LINK_NEWS },
        { &hub->guest, TQ_LINK_GUEST } };
    struct tq_link_ready items[3];
    struct tq_gate_stats gate;
    size_t count = 0;
    tq_status rc = TQ_OK;

    memset(items, 0, sizeof(items));
    tq_gate_get_stats(hub->gate, &gate);
    if (!gate.running)
        return tq_error_set(err, TQ_GATE_OPEN, "gate");
    for (size_t i = 0; rc == TQ_OK && i < 3; i++) {
        if (doors[i].port->socket == NULL)
            continue;
        rc = stranger_new(&items[count].link, hub, doors[i].port, doors[i].kind, err);
        count += rc == TQ_OK;
    }
    if (rc == TQ_OK)
        rc = watch_strangers(items, count, bound_ms, err);
    for (size_t i = 0; i < count; i++)
        tq_link_free(items[i].link);
    return rc;
}
