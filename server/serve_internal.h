/* serve_internal.h - What the files of the running district share.
 *
 * serve.c is the loop; serve_peers.c knows connections by number; serve_notes.c writes down what
 * sessions told; serve_gate.c answers who may pass; serve_guest.c admits new machines; serve_watch.c
 * keeps an eye on strangers, crowds and the gate; herald.c broadcasts. */
#ifndef TQ_SERVER_SERVE_INTERNAL_H
#define TQ_SERVER_SERVE_INTERNAL_H

#include <stdatomic.h>

#include "app.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/district_session.h"
#include "tuquan/file.h"
#include "tuquan/gate.h"
#include "tuquan/hub.h"
#include "tuquan/process.h"
#include "watch.h"

#define NEWS_TOPIC "news"
#define GUEST_ID_PREFIX "guest:"
#define PEER_BUCKETS 1024u
#define PEERS_A_DEVICE 16u

struct peer_entry {
    struct peer_entry *next;
    uint64_t number;
    struct tq_peer peer;
    struct member *member;
    uint32_t device;
    int64_t heard_ms; /* steady */
};

/* So many times at once, and then so many a minute. */
struct allowance {
    int64_t tokens; /* 1/60000 */
    int64_t filled_ms;
};

/* What one device may ask of us, over all its connections. */
struct member {
    struct member *next;
    uint32_t device;
    size_t npeers;
    struct allowance hellos;
    struct allowance pulls;
    struct allowance notes; /* lines of the session log */
    int64_t told_ms; /* steady: last refusal sent for what it should not have sent; 0 never */
};

struct peers {
    struct member *members;
    struct peer_entry *buckets[PEER_BUCKETS];
    uint64_t last;
    size_t count;
};

/* The gate's own memory of who came how often. */
#define GATE_DOORS 1024u

struct gate_door {
    uint32_t device;
    uint32_t times;
    int64_t since_ms;
    struct allowance connections;
};

/* What a session told, until it is written down. */
struct pending_note {
    struct pending_note *next;
    tq_district_event event;
    uint32_t device;
    int64_t now_ms;
    int64_t offset_ms;
    uint32_t schema;
    uint64_t equal_as_of;
    char software[64];
    char machine[TQ_MAX_NAME_BYTES + 1];
    uint64_t head;
    struct tq_office_status status;
    struct tq_fork fork;
    bool restored;
    uint32_t incarnation;
    uint8_t place[TQ_PLACE_BYTES];
    struct tq_head_words heads; /* of a neighbouring district's */
    struct tq_neighbour_words words;
    struct tq_session_record record;
    char outcome[64];
};

struct herald {
    uint8_t key_id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t key[TQ_GROUP_KEY_BYTES];
    uint64_t last;      /* sequence of the last broadcast */
    uint64_t looked_at; /* head up to which public rows were looked at */
    uint64_t sent;
};

/* A pair that a device has offered and not used yet, by its user-id. */
struct offered_key {
    char user_id[TQ_USER_ID_SIZE];
};

struct server {
    struct app *app;
    struct cli *cli;
    struct tq_net *net;
    struct tq_gate *gate;
    struct tq_roster *roster; /* who may pass */
    struct tq_hub *hub;
    struct tq_district *district;
    struct tq_arena *arena; /* of one message */
    int stop_fd;            /* readable once we are to stop */
    struct peers peers;
    struct pending_note *notes;
    struct pending_note *last_note;
    struct herald herald;
    uint8_t readmit_key[TQ_CURVE_KEY_BYTES]; /* with which lost devices knock */
    char readmit_id[TQ_USER_ID_SIZE];
    int64_t readmit_until_ms; /* 0: nobody is taken back */
    struct offered_key *offered;
    size_t noffered;
    bool takes_back;    /* and that was said */
    bool guests_wanted; /* the guests' port is to be open */
    bool guests_open;
    bool offers;     /* an office offered what the district lost */
    bool must_rekey; /* a revocation was seen and the broadcast's key not changed yet */
    uint64_t epoch;
    int64_t now_ms;
    int64_t looked_ms; /* steady: last look at the file */
    bool stop;
    const atomic_bool
            *closed; /* a link without an agreement in force: nothing is read; NULL: never */
    uint64_t messages;
    struct tq_file_lock *lock;
    struct page *page; /* NULL: none */
    struct watch watch;
    struct tq_hub_stats seen_hub; /* what the watch has counted */
    struct tq_gate_stats seen_gate;
    int64_t asked_ms; /* steady: when the gate was asked last; 0: never */
    uint64_t asked_beats;
    atomic_bool crowded;                /* read by the gate's thread */
    struct gate_door doors[GATE_DOORS]; /* of the gate's thread */
    atomic_uint_fast64_t over;          /* connections that no device needs, ... */
    atomic_uint_fast64_t over_refused; /* ... those among them that a crowd left no room for, ... */
    atomic_uint_fast32_t over_device;  /* ... and who came last */
    uint64_t seen_over;                /* what the watch has counted */
    uint64_t seen_over_refused;
};

/* serve.c: encode and queue one message; a peer that does not read or is gone is no error. */
TQ_MUST_CHECK tq_status serve_send(struct server *s, const struct tq_peer *peer,
        const struct tq_message *message, size_t *bytes, struct tq_error *err);

/* serve_peers.c. A device has at most PEERS_A_DEVICE connections: the one that was silent longest
 * gives way, with its session. */
struct peer_entry *peers_of(struct peers *peers, const struct tq_peer *peer, uint32_t device,
        struct tq_district *district);
struct member *peers_member(struct peers *peers, uint32_t device);
bool allowance_take(struct allowance *allowance, int64_t burst, int64_t a_minute);
struct peer_entry *peers_find(struct peers *peers, uint64_t number);
void peers_free(struct peers *peers);
size_t peers_forget_silent(struct peers *peers, int64_t before_ms, struct tq_district *district);

/* serve_notes.c */
void notes_take(void *ctx, const struct tq_district_note *note); /* ctx: struct server */
TQ_MUST_CHECK tq_status notes_write(struct server *s, struct tq_error *err);
void notes_free(struct server *s);

/* serve_gate.c */
bool gate_lookup(void *ctx, const char *domain, const uint8_t key[TQ_LINK_KEY_BYTES],
        char user_id[TQ_USER_ID_SIZE]); /* ctx: struct server; the gate's thread */
bool gate_admits(void *ctx, const char *user_id);
uint32_t gate_device(const char *user_id);
TQ_MUST_CHECK tq_status gate_keys_used(struct server *s, const char *user_id, struct tq_error *err);
TQ_MUST_CHECK tq_status gate_refresh(struct server *s, bool *revoked, struct tq_error *err);
/* Anew if another program has written since. What borrows from s->arena is gone then. */
TQ_MUST_CHECK tq_status gate_keep_up(struct server *s, struct tq_error *err);
TQ_MUST_CHECK tq_status gate_refresh_for_new(struct server *s, struct tq_error *err);
bool gate_guest_key(const char *user_id, uint8_t out[TQ_CURVE_KEY_BYTES]);

/* serve_watch.c: once a look. Fails: GATE_OPEN when the gate does not answer any more. */
TQ_MUST_CHECK tq_status watch_look(struct server *s, struct tq_error *err);
void watch_forget_own(struct server *s);
void watch_note(struct server *s, const struct tq_district_note *note);

/* serve_guest.c */
TQ_MUST_CHECK tq_status guest_message(
        struct server *s, const struct tq_hub_message *message, struct tq_error *err);

/* A device renews its keys. */
TQ_MUST_CHECK tq_status guest_renew(struct server *s, const struct tq_hub_message *message,
        const struct tq_message *in, struct tq_error *err);

/* herald.c */
TQ_MUST_CHECK tq_status herald_new_key(struct server *s, struct tq_error *err);
TQ_MUST_CHECK tq_status herald_rekey(struct server *s, struct tq_error *err);
/* In a transaction that reads: what is new there. */
TQ_MUST_CHECK tq_status herald_look(struct server *s, struct tq_error *err);

#endif
