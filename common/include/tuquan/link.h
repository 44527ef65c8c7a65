/* link.h - The office end of the line: a connection to the district's sync, broadcast or guest
 * port, encrypted and mutually known (CURVE), outward TCP only.
 *
 * Invariant: nothing blocks but tq_link_wait, up to its timeout. One open = one TCP connection: a
 *            link that is down stays down until tq_link_reopen, so that the caller's back-off alone
 *            decides when to try again. The one exception: a handshake that the other side closes
 *            is tried three times before WRONG_SERVER is reported, for one may be a restart.
 * Ownership: net outlives its links. The configuration is copied. A received message is borrowed
 *            until the next receive, reopen or free of the same link.
 * Threads:   a link belongs to the thread that made it. */
#ifndef TQ_LINK_H
#define TQ_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"

#define TQ_LINK_KEY_BYTES 32u
#define TQ_LINK_ADDRESS_SIZE 256u
#define TQ_LINK_TOPIC_SIZE 32u
#define TQ_LINK_WAIT_MAX 16u
#define TQ_LINK_MAX_MESSAGE ((size_t)4 * 1024 * 1024) /* unless configured */
#define TQ_LINK_GUEST_MAX_MESSAGE ((size_t)4096)      /* what a guest may send */
#define TQ_LINK_HANDSHAKE_TRIES 3u

/* How long the district lets a connection stay half-open. Not 5 s: a line with a round trip of 2 s
 * and 1 kB/s needs 6 to 7 (measured), would be closed each time and look like a wrong server. */
#define TQ_LINK_DISTRICT_HANDSHAKE_MS 15000

struct tq_net; /* sockets of one program: its context and input/output thread */
struct tq_link;

typedef enum tq_link_kind {
    TQ_LINK_SYNC,  /* the device's own key, messages both ways */
    TQ_LINK_NEWS,  /* the device's own key, broadcasts of one topic inwards */
    TQ_LINK_GUEST, /* the one-time key of an invitation, for Join */
} tq_link_kind;

/* Zero means the default in brackets. */
struct tq_link_config {
    tq_link_kind kind;
    const char *address; /* tcp://host:port */
    uint8_t server_key[TQ_LINK_KEY_BYTES];
    uint8_t public_key[TQ_LINK_KEY_BYTES];
    uint8_t secret_key[TQ_LINK_KEY_BYTES];
    const char *topic;        /* of NEWS */
    size_t max_message_bytes; /* in both directions [TQ_LINK_MAX_MESSAGE; guests 4096 outwards] */
    int queue_messages;       /* waiting each way [64] */
    int connect_ms;           /* TCP connect [10,000] */
    int handshake_ms;         /* [30,000]: a line of 2 s needs 4 round trips, nearly 10 s */
    int heartbeat_ms;         /* [30,000] */
    int silence_ms; /* [300,000]: a heartbeat queues behind our own bytes, which on a line of 1 kB/s
                       may take minutes; a dead line is found by TCP itself, much earlier */
    int linger_ms;  /* at close, for what was sent last [0: dropped] */
};

typedef enum tq_link_event_kind {
    TQ_LINK_CONNECTED = 1, /* the handshake is done: the district knows us and is the right one */
    TQ_LINK_DISCONNECTED,  /* was connected; TQ_UNREACHABLE */
    TQ_LINK_NOT_ADMITTED,  /* TQ_NOT_ADMITTED */
    TQ_LINK_WRONG_SERVER,  /* TQ_WRONG_SERVER, after three closed handshakes */
    TQ_LINK_UNREACHABLE,   /* TQ_UNREACHABLE (refused, no such name, no answer) or TQ_TIMEOUT */
} tq_link_event_kind;

struct tq_link_event {
    tq_link_event_kind kind;
    struct tq_error error; /* status and facts; TQ_OK for CONNECTED */
};

/* One line of tq_link_wait: `link` (or `fd`) and `want_write` go in, the rest comes out. */
struct tq_link_ready {
    struct tq_link *link; /* NULL: `fd` is waited for */
    int fd;               /* of another thread's tq_wake; with `link` NULL only */
    bool want_write;      /* after a send that said TQ_BUSY */
    bool readable;
    bool writable;
    bool event; /* call tq_link_next_event, after the messages were taken */
};

TQ_BEGIN_DECLS

/* Fails: NOMEM, IO. */
TQ_MUST_CHECK tq_status tq_net_new(struct tq_net **out, struct tq_error *err);

/* After everything on it was freed; waits at most for their linger times. NULL is fine. */
void tq_net_free(struct tq_net *net);

/* Make a link and begin to connect. Fails: CONFIG (address), NOMEM, IO; *out is NULL then. */
TQ_MUST_CHECK tq_status tq_link_new(struct tq_link **out, struct tq_net *net,
        const struct tq_link_config *config, struct tq_error *err);

/* Drop the connection, if any, and begin a new one on a new socket; unsent messages are gone.
 * Fails as tq_link_new; the link is down then. */
TQ_MUST_CHECK tq_status tq_link_reopen(struct tq_link *link, struct tq_error *err);

/* Close; NULL is fine. Does not wait for a peer, dead or alive. */
void tq_link_free(struct tq_link *link);

/* False from DISCONNECTED, NOT_ADMITTED, WRONG_SERVER or UNREACHABLE until reopened. */
bool tq_link_is_open(const struct tq_link *link);

/* Queue one message; before CONNECTED it waits for the handshake, also for one that is tried again.
 * Fails: BUSY (queue full: wait for writable), TOO_LARGE, UNREACHABLE (link is down), NOMEM. Nothing
 * is queued on failure. */
TQ_MUST_CHECK tq_status tq_link_send(
        struct tq_link *link, const void *data, size_t len, struct tq_error *err);

/* Take the next message; *got is false when there is none. NEWS delivers the part after the topic.
 * What the other side sends against the protocol (several parts, too large) is dropped. */
TQ_MUST_CHECK tq_status tq_link_recv(
        struct tq_link *link, struct tq_slice *message, bool *got, struct tq_error *err);

/* Take the next event; *got is false when there is none. */
TQ_MUST_CHECK tq_status tq_link_next_event(
        struct tq_link *link, struct tq_link_event *event, bool *got, struct tq_error *err);

/* Wait until one of `items` has something, wake_fd (-1: none) is readable, or timeout_ms (-1: for
 * ever) have passed; all three are TQ_OK. Fails: RANGE (more than TQ_LINK_WAIT_MAX), INTERRUPTED
 * (by a signal), IO. */
TQ_MUST_CHECK tq_status tq_link_wait(struct tq_link_ready *items, size_t count, int wake_fd,
        bool *woken, int timeout_ms, struct tq_error *err);

TQ_END_DECLS
#endif
