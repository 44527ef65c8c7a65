#include "link_zmq.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "tuquan/mem.h"

static bool host_is_good(const char *host, size_t len, bool to_bind)
{
    static const char ALLOWED[] =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

    if (to_bind && len == 1 && host[0] == '*')
        return true;
    return len > 0 && strspn(host, ALLOWED) == len;
}

static bool port_is_good(const char *port, bool to_bind)
{
    unsigned value = 0;
    size_t len = strlen(port);

    if (to_bind && strcmp(port, "*") == 0)
        return true;
    if (len == 0 || len > 5 || strspn(port, "0123456789") != len)
        return false;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (unsigned)(port[i] - '0');
    return value <= 65535 && (value > 0 || to_bind);
}

bool link_zmq_address_is_good(const char *address, bool to_bind)
{
    const char *host;
    const char *colon;

    if (address == NULL || strlen(address) >= TQ_LINK_ADDRESS_SIZE ||
            strncmp(address, "tcp://", 6) != 0)
        return false;
    host = address + 6;
    colon = strchr(host, ':');
    return colon != NULL && host_is_good(host, (size_t)(colon - host), to_bind) &&
           port_is_good(colon + 1, to_bind);
}

tq_status link_zmq_fail(struct tq_error *err, const char *what)
{
    int code = zmq_errno();

    switch (code) {
    case ENOMEM:
        return tq_error_set(err, TQ_NOMEM, "%s", what);
    case EADDRINUSE:
        return tq_error_set(err, TQ_PORT_TAKEN, "%s", what);
    case EINTR:
        return tq_error_set(err, TQ_INTERRUPTED, "%s", what);
    default:
        return tq_error_set(err, TQ_IO, "%s: %s", what, zmq_strerror(code));
    }
}

tq_status link_zmq_set_bytes(
        void *socket, int option, const void *value, size_t len, struct tq_error *err)
{
    char what[40];

    if (zmq_setsockopt(socket, option, value, len) == 0)
        return TQ_OK;
    snprintf(what, sizeof(what), "socket option %d", option);
    return link_zmq_fail(err, what);
}

tq_status link_zmq_set_int(void *socket, int option, int value, struct tq_error *err)
{
    return link_zmq_set_bytes(socket, option, &value, sizeof(value), err);
}

tq_status link_zmq_set_common(void *socket, size_t max_message_bytes, int queue, int handshake_ms,
        int heartbeat_ms, int silence_ms, struct tq_error *err)
{
    const struct link_zmq_option options[] = {
        { ZMQ_LINGER, 0 },
        { ZMQ_SNDHWM, queue },
        { ZMQ_RCVHWM, queue },
        { ZMQ_HANDSHAKE_IVL, handshake_ms },
        { ZMQ_HEARTBEAT_IVL, heartbeat_ms },
        { ZMQ_HEARTBEAT_TIMEOUT, silence_ms },
        { ZMQ_HEARTBEAT_TTL, silence_ms },
        { ZMQ_TCP_KEEPALIVE, 1 },
        { ZMQ_TCP_KEEPALIVE_IDLE, LINK_ZMQ_DEAD_LINE_MS / 2000 },
        { ZMQ_TCP_KEEPALIVE_INTVL, LINK_ZMQ_DEAD_LINE_MS / 6000 },
        { ZMQ_TCP_KEEPALIVE_CNT, 3 },
        { ZMQ_TCP_MAXRT, LINK_ZMQ_DEAD_LINE_MS },
    };
    int64_t frame = (int64_t)(max_message_bytes + LINK_ZMQ_FRAME_EXTRA);
    tq_status rc;

    if (frame < (int64_t)LINK_ZMQ_FRAME_LEAST)
        frame = LINK_ZMQ_FRAME_LEAST;
    rc = link_zmq_set_bytes(socket, ZMQ_MAXMSGSIZE, &frame, sizeof(frame), err);
    for (size_t i = 0; rc == TQ_OK && i < sizeof(options) / sizeof(options[0]); i++)
        rc = link_zmq_set_int(socket, options[i].option, options[i].value, err);
    return rc;
}

tq_status link_zmq_monitor_open(
        struct tq_net *net, void *socket, int events, void **monitor, struct tq_error *err)
{
    char name[48];
    void *reader = NULL;
    tq_status rc = TQ_OK;

    *monitor = NULL;
    snprintf(name, sizeof(name), "inproc://tuquan.monitor.%u", net->monitors++);
    if (zmq_socket_monitor(socket, name, events) != 0)
        return link_zmq_fail(err, "monitor");
    reader = zmq_socket(net->context, ZMQ_PAIR);
    if (reader == NULL)
        return link_zmq_fail(err, "monitor");
    /* No bound on what waits: at a full queue the library's own thread would stand still. */
    rc = link_zmq_set_int(reader, ZMQ_RCVHWM, 0, err);
    if (rc == TQ_OK)
        rc = link_zmq_set_int(reader, ZMQ_LINGER, 0, err);
    if (rc == TQ_OK && zmq_connect(reader, name) != 0)
        rc = link_zmq_fail(err, "monitor");
    if (rc != TQ_OK)
        zmq_close(reader);
    else
        *monitor = reader;
    return rc;
}

bool link_zmq_monitor_next(void *monitor, uint16_t *event, uint32_t *value)
{
    uint8_t frame[6];
    int n = zmq_recv(monitor, frame, sizeof(frame), ZMQ_DONTWAIT);

    if (n < 0)
        return false;
    link_zmq_skip_parts(monitor);
    if (n != (int)sizeof(frame))
        return false;
    memcpy(event, frame, sizeof(*event));
    memcpy(value, frame + sizeof(*event), sizeof(*value));
    return true;
}

void link_zmq_close(void *socket, void *monitor, int linger_ms)
{
    if (socket != NULL) {
        if (monitor != NULL)
            zmq_socket_monitor(socket, NULL, 0);
        zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
        zmq_close(socket);
    }
    if (monitor != NULL)
        zmq_close(monitor);
}

bool link_zmq_has_more(void *socket)
{
    int more = 0;
    size_t size = sizeof(more);

    return zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 && more != 0;
}

void link_zmq_skip_parts(void *socket)
{
    while (link_zmq_has_more(socket)) {
        zmq_msg_t part;

        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&part);
            return;
        }
        zmq_msg_close(&part);
    }
}

tq_status tq_net_new(struct tq_net **out, struct tq_error *err)
{
    struct tq_net *net = tq_mem_zalloc(sizeof(*net));

    *out = NULL;
    if (net == NULL)
        return tq_error_set(err, TQ_NOMEM, "net");
    net->context = zmq_ctx_new();
    if (net->context == NULL) {
        tq_mem_free(net);
        return link_zmq_fail(err, "context");
    }
    *out = net;
    return TQ_OK;
}

void tq_net_free(struct tq_net *net)
{
    if (net == NULL)
        return;
    while (zmq_ctx_term(net->context) != 0 && zmq_errno() == EINTR)
        ;
    tq_mem_free(net);
}
