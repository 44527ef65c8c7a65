/* hub.h - The district end of the line: the sync port, the broadcast port, and, while an invitation
 * is open, the guest port.
 *
 * Invariant: nothing is delivered that did not pass the gate at its handshake and the `admits` hook
 *            now; a message without an identity is dropped. Ports bind only behind a running gate,
 *            and stay bound only if a stranger was seen to be turned away.
 * Ownership: gate and net outlive the hub. The configuration is copied. A received message is
 *            borrowed until the next receive or free.
 * Threads:   a hub belongs to the thread that made it. */
#ifndef TQ_HUB_H
#define TQ_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"
#include "tuquan/gate.h"
#include "tuquan/link.h"

#define TQ_HUB_TOPICS_MAX 8u
#define TQ_HUB_SELF_TEST_MS 10000

struct tq_hub;

/* Is this user-id still good? Asked for every message, in the hub's thread. */
typedef bool (*tq_hub_admits_fn)(void *ctx, const char *user_id);

/* Zero means the default in brackets. Addresses: tcp://host:port, host may be *, port may be 0 (any
 * free one). */
struct tq_hub_config {
    const char *sync_address;
    const char *news_address;
    uint8_t public_key[TQ_LINK_KEY_BYTES];
    uint8_t secret_key[TQ_LINK_KEY_BYTES];
    const char *topics[TQ_HUB_TOPICS_MAX]; /* that may be subscribed to; NULL ends the list */
    tq_hub_admits_fn admits;
    void *admits_ctx;
    size_t max_message_bytes; /* of devices [TQ_LINK_MAX_MESSAGE]; guests 4096. What is over it by
                                 more than an eighth never comes: the library cuts the connection
                                 at the frame's head, and does not say why */
    int queue_messages;       /* waiting for each peer [64] */
    int receive_messages;     /* of each peer, waiting for us [16]: TCP holds back the rest */
    size_t queued_bytes;      /* waiting for all connections of one user-id [32 MiB] */
    int handshake_ms;         /* [TQ_LINK_DISTRICT_HANDSHAKE_MS] */
    int heartbeat_ms;         /* [30,000] */
    int silence_ms;           /* [300,000], see tuquan/link.h */
};

/* Where an answer goes; dies with the peer's connection. A plain value. */
struct tq_peer {
    uint8_t id[15];
    uint8_t len;
    bool guest;
    uint16_t account; /* of its user-id's waiting bytes; the hub's own */
};

typedef enum tq_hub_message_kind {
    TQ_HUB_DEVICE = 1,  /* from a device that is good now */
    TQ_HUB_GUEST,       /* from the holder of an open invitation, at most 4 KiB */
    TQ_HUB_TURNED_AWAY, /* from one that was good at its handshake and is not any more: its
                           data says only which session the caller's "no" belongs to */
    TQ_HUB_TOO_LARGE,   /* from a good device, over the limit: without its data */
} tq_hub_message_kind;

struct tq_hub_message {
    tq_hub_message_kind kind;
    struct tq_peer peer;
    char user_id[TQ_USER_ID_SIZE];
    struct tq_slice data;
};

struct tq_hub_stats {
    uint64_t connections;        /* TCP connections now, half-open ones included */
    uint64_t nameless;           /* messages without an identity, dropped */
    uint64_t turned_away;        /* messages of peers that are not good any more */
    uint64_t malformed;          /* several parts; a guest's too large */
    uint64_t wrong_topic;        /* subscriptions that were not followed */
    uint64_t subscriptions;      /* that were */
    uint64_t handshakes_failed;  /* no CURVE, another key of ours, garbage, or too slow */
    uint64_t handshakes_refused; /* by the gate */
    uint64_t overfull;           /* messages not queued: their peer does not read */
    uint64_t queued_bytes;       /* now, to all */
};

TQ_BEGIN_DECLS

/* Bind sync and news, and show that a stranger is turned away on both. Fails: CONFIG (address),
 * PORT_TAKEN, GATE_OPEN (a stranger got in, or nothing turned him away in time), NOMEM, IO; nothing
 * stays bound then. */
TQ_MUST_CHECK tq_status tq_hub_new(struct tq_hub **out, struct tq_net *net, struct tq_gate *gate,
        const struct tq_hub_config *config, struct tq_error *err);

/* Just before tq_hub_free: nobody gets in any more, the ports are free for others when this returns.
 * The library ends the standing connections with the listener, too: what was sent before still
 * leaves (the limit of tq_hub_close_guests holds), nothing more is received. So sessions are refused
 * or ended by messages first. */
void tq_hub_refuse_new(struct tq_hub *hub);

/* Close all ports; what was sent last gets drain_ms to leave, dead peers or not (tq_net_free waits
 * for it). NULL is fine. */
void tq_hub_free(struct tq_hub *hub, int drain_ms);

/* Bind the guest port, and show the same there. Fails as tq_hub_new, EXISTS. */
TQ_MUST_CHECK tq_status tq_hub_open_guests(
        struct tq_hub *hub, const char *address, struct tq_error *err);

/* Nothing when it is not open. Answers sent before still go out if they fit the send buffer,
 * as those to a Join do: of 256 KiB one in twenty was cut, for the library drops what it has half
 * written. The port is free for others when this returns. */
void tq_hub_close_guests(struct tq_hub *hub);

/* The addresses as bound, with the port that was found; empty when not bound. Borrowed. */
const char *tq_hub_sync_address(const struct tq_hub *hub);
const char *tq_hub_news_address(const struct tq_hub *hub);
const char *tq_hub_guest_address(const struct tq_hub *hub);

/* Connect with random keys to each bound port, and be turned away, within bound_ms in all. Fails:
 * GATE_OPEN, NOMEM, IO. */
TQ_MUST_CHECK tq_status tq_hub_self_test(struct tq_hub *hub, int bound_ms, struct tq_error *err);

/* Wait for a message, wake_fd (-1: none) or the timeout (-1: for ever); all are TQ_OK. Fails:
 * INTERRUPTED, IO. */
TQ_MUST_CHECK tq_status tq_hub_wait(
        struct tq_hub *hub, int wake_fd, bool *woken, int timeout_ms, struct tq_error *err);

/* Take the next message. *got is false when there is none, or when a run of bad ones was dropped
 * and others get their turn: wait tells. */
TQ_MUST_CHECK tq_status tq_hub_recv(
        struct tq_hub *hub, struct tq_hub_message *message, bool *got, struct tq_error *err);

/* Queue one message for one peer. Fails: BUSY (its queue is full: it does not read; try later or
 * give it up), UNREACHABLE (it is gone), TOO_LARGE. */
TQ_MUST_CHECK tq_status tq_hub_send(struct tq_hub *hub, const struct tq_peer *peer,
        const void *data, size_t len, struct tq_error *err);

/* To every subscriber of `topic`; one whose queue is full misses it. Fails: NOT_FOUND (a topic that
 * the configuration does not list), TOO_LARGE, NOMEM, IO. */
TQ_MUST_CHECK tq_status tq_hub_publish(
        struct tq_hub *hub, const char *topic, const void *data, size_t len, struct tq_error *err);

/* What was counted since the hub was made, copied. */
void tq_hub_get_stats(struct tq_hub *hub, struct tq_hub_stats *out);

TQ_END_DECLS
#endif
