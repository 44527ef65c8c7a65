/* gate.h - Who may pass: the district's answer to every CURVE handshake (ZAP), and the list of keys
 * that it is answered from.
 *
 * Invariant: the gate runs before any public port is bound, for the library under us lets every
 *            stranger in when nobody answers. A key that the lookup does not know is refused.
 * Ownership: net outlives the gate, the gate outlives the hubs, the lookup's context outlives both.
 * Threads:   the lookup runs in the gate's own thread. A roster may be used by any thread. */
#ifndef TQ_GATE_H
#define TQ_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/error.h"
#include "tuquan/link.h"

/* A device's number in decimal, or "guest:" and the id of an invitation; with its NUL. */
#define TQ_USER_ID_SIZE 64u

/* The ports, as the gate hears of them. */
#define TQ_GATE_SYNC "sync"
#define TQ_GATE_NEWS "news"
#define TQ_GATE_GUEST "guest"

struct tq_gate;
struct tq_roster;

/* Give the user-id of `key` on the port `domain`, or false: refused. Must not block for long: all
 * handshakes wait for it. */
typedef bool (*tq_gate_lookup_fn)(void *ctx, const char *domain,
        const uint8_t key[TQ_LINK_KEY_BYTES], char user_id[TQ_USER_ID_SIZE]);

struct tq_gate_stats {
    uint64_t admitted;
    uint64_t refused;
    uint64_t beats;           /* answers to tq_gate_ask */
    bool running;             /* false: the thread is gone, no new connection should be trusted */
    char refused_address[64]; /* of the last one refused, empty when none was */
    char refused_domain[16];
};

struct tq_roster_entry {
    uint8_t key[TQ_LINK_KEY_BYTES];
    char user_id[TQ_USER_ID_SIZE];
    bool guest; /* on the guest port only; a device: on the other two only */
};

TQ_BEGIN_DECLS

/* Start to answer for all sockets of `net`. Fails: NOMEM, IO, EXISTS (a gate runs already). */
TQ_MUST_CHECK tq_status tq_gate_start(struct tq_gate **out, struct tq_net *net,
        tq_gate_lookup_fn lookup, void *ctx, struct tq_error *err);

/* After the hubs were freed. NULL is fine. */
void tq_gate_free(struct tq_gate *gate);

/* Ask the thread whether it still answers: `beats` of the statistics tells. Does not block. */
void tq_gate_ask(struct tq_gate *gate);
void tq_gate_get_stats(struct tq_gate *gate, struct tq_gate_stats *out);

/* An empty list: everybody is refused. Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_roster_new(struct tq_roster **out, struct tq_error *err);
void tq_roster_free(struct tq_roster *roster);

/* Put these entries (of devices and invitations that hold now) in place of all others, at once:
 * who is not among them is refused at the next handshake and by tq_roster_admits from now on.
 * Fails: NOMEM, INVALID (a user-id that is empty or not ended, a key twice); the list is unchanged
 * then. */
TQ_MUST_CHECK tq_status tq_roster_replace(struct tq_roster *roster,
        const struct tq_roster_entry *entries, size_t count, struct tq_error *err);

/* A tq_gate_lookup_fn; ctx is the roster. */
bool tq_roster_lookup(void *ctx, const char *domain, const uint8_t key[TQ_LINK_KEY_BYTES],
        char user_id[TQ_USER_ID_SIZE]);

/* A tq_hub_admits_fn: does this user-id still hold? ctx is the roster. */
bool tq_roster_admits(void *ctx, const char *user_id);

TQ_END_DECLS
#endif
