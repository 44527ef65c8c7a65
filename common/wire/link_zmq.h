/* link_zmq.h - What the parts of link_zmq share: context, options, socket monitor.
 *
 * Threads: a socket belongs to one thread; the context to all. */
#ifndef TQ_LINK_ZMQ_H
#define TQ_LINK_ZMQ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tuquan/error.h"
#include "tuquan/link.h"

/* CURVE adds 33 bytes to a message, and its longest handshake command has some 400. */
#define LINK_ZMQ_FRAME_EXTRA 64u
#define LINK_ZMQ_FRAME_LEAST 1024u

/* Dead lines are found by TCP: its own probes when idle, unconfirmed bytes when not. */
#define LINK_ZMQ_DEAD_LINE_MS 120000

/* Bytes that wait to be sent, by user-id: devices by their number, the last for guests. Lives as
 * long as the context, for its thread may give a message back after the hub is gone. */
#define LINK_ZMQ_ACCOUNTS 1024u

struct tq_net {
    void *context;
    atomic_size_t queued[LINK_ZMQ_ACCOUNTS];
    atomic_size_t queued_all;
    unsigned monitors; /* names of monitor sockets; used by the thread that owns the net */
};

struct link_zmq_option {
    int option;
    int value;
};

/* "tcp://host:port"; to bind, host may be "*" and port 0 or "*". The library's own reading of it is
 * too kind: it takes what cannot work, and fails later in silence. */
bool link_zmq_address_is_good(const char *address, bool to_bind);

/* Translate zmq_errno() into our codes. */
tq_status link_zmq_fail(struct tq_error *err, const char *what);

/* Options that every socket of ours on TCP has, then `more`. */
TQ_MUST_CHECK tq_status link_zmq_set_common(void *socket, size_t max_message_bytes, int queue,
        int handshake_ms, int heartbeat_ms, int silence_ms, struct tq_error *err);
TQ_MUST_CHECK tq_status link_zmq_set_int(void *socket, int option, int value, struct tq_error *err);
TQ_MUST_CHECK tq_status link_zmq_set_bytes(
        void *socket, int option, const void *value, size_t len, struct tq_error *err);

/* Watch a socket; must run before it binds or connects: the library's thread waits for a reader. */
TQ_MUST_CHECK tq_status link_zmq_monitor_open(
        struct tq_net *net, void *socket, int events, void **monitor, struct tq_error *err);

/* The next event, without waiting. */
bool link_zmq_monitor_next(void *monitor, uint16_t *event, uint32_t *value);

/* Stop watching `socket` and close both; NULL is fine. */
void link_zmq_close(void *socket, void *monitor, int linger_ms);

/* Drop the parts that follow the one just read. */
void link_zmq_skip_parts(void *socket);

/* The one answer to "is this a frame of several parts". */
bool link_zmq_has_more(void *socket);

#endif
