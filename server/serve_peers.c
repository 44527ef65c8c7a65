/* serve_peers.c - Connections by number: the sessions know peers as 64-bit numbers, the hub by the
 * identity that a connection got. */
#include <string.h>

#include "serve_internal.h"
#include "tuquan/mem.h"

#define ONE                                                                                        \
    INT64_C(60000) /* of an allowance: a millisecond brings as many tokens as come a minute */

static size_t bucket_of(const struct tq_peer *peer)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < peer->len; i++)
        h = (h ^ peer->id[i]) * 16777619u;
    return h % PEER_BUCKETS;
}

bool allowance_take(struct allowance *a, int64_t burst, int64_t a_minute)
{
    int64_t now = tq_process_monotonic_ms();

    if (a->filled_ms == 0)
        a->tokens = burst * ONE;
    else
        a->tokens += (now - a->filled_ms) * a_minute;
    a->filled_ms = now;
    if (a->tokens > burst * ONE)
        a->tokens = burst * ONE;
    if (a->tokens < ONE)
        return false;
    a->tokens -= ONE;
    return true;
}

/* As many as there are devices: the gate lets in no other numbers. */
struct member *peers_member(struct peers *peers, uint32_t device)
{
    struct member *m = peers->members;

    while (m != NULL && m->device != device)
        m = m->next;
    if (m == NULL) {
        m = tq_mem_zalloc(sizeof(*m));
        if (m == NULL)
            return NULL;
        m->device = device;
        m->next = peers->members;
        peers->members = m;
    }
    return m;
}

static void forget(struct peers *peers, struct peer_entry **at, struct tq_district *district)
{
    struct peer_entry *e = *at;

    *at = e->next;
    e->member->npeers--;
    tq_district_drop(district, e->number);
    tq_mem_free(e);
    peers->count--;
}

static void forget_oldest_of(
        struct peers *peers, const struct member *member, struct tq_district *district)
{
    struct peer_entry **oldest = NULL;

    for (size_t i = 0; i < PEER_BUCKETS; i++)
        for (struct peer_entry **at = &peers->buckets[i]; *at != NULL; at = &(*at)->next)
            if ((*at)->member == member &&
                    (oldest == NULL || (*at)->heard_ms < (*oldest)->heard_ms))
                oldest = at;
    if (oldest != NULL)
        forget(peers, oldest, district);
}

struct peer_entry *peers_of(struct peers *peers, const struct tq_peer *peer, uint32_t device,
        struct tq_district *district)
{
    size_t at = bucket_of(peer);
    struct peer_entry *e = peers->buckets[at];
    struct member *member;

    while (e != NULL && (e->peer.len != peer->len || memcmp(e->peer.id, peer->id, peer->len) != 0))
        e = e->next;
    if (e == NULL) {
        member = peers_member(peers, device);
        if (member == NULL)
            return NULL;
        if (member->npeers >= PEERS_A_DEVICE)
            forget_oldest_of(peers, member, district);
        e = tq_mem_zalloc(sizeof(*e));
        if (e == NULL)
            return NULL;
        e->peer = *peer;
        e->member = member;
        e->number = ++peers->last * PEER_BUCKETS + at;
        e->next = peers->buckets[at];
        peers->buckets[at] = e;
        member->npeers++;
        peers->count++;
    }
    e->device = device;
    e->heard_ms = tq_process_monotonic_ms();
    return e;
}

struct peer_entry *peers_find(struct peers *peers, uint64_t number)
{
    struct peer_entry *e = peers->buckets[number % PEER_BUCKETS];

    while (e != NULL && e->number != number)
        e = e->next;
    return e;
}

/* A connection that has said nothing for long takes no memory any more; if it speaks again it is a
 * new one, and its session begins with a Hello as always. */
size_t peers_forget_silent(struct peers *peers, int64_t before_ms, struct tq_district *district)
{
    size_t forgotten = 0;

    for (size_t i = 0; i < PEER_BUCKETS; i++) {
        struct peer_entry **at = &peers->buckets[i];

        while (*at != NULL) {
            struct peer_entry *e = *at;

            if (e->heard_ms >= before_ms) {
                at = &e->next;
                continue;
            }
            forget(peers, at, district);
            forgotten++;
        }
    }
    return forgotten;
}

void peers_free(struct peers *peers)
{
    for (size_t i = 0; i < PEER_BUCKETS; i++) {
        while (peers->buckets[i] != NULL) {
            struct peer_entry *next = peers->buckets[i]->next;

            tq_mem_free(peers->buckets[i]);
            peers->buckets[i] = next;
        }
    }
    peers->count = 0;
    while (peers->members != NULL) {
        struct member *next = peers->members->next;

        tq_mem_free(peers->members);
        peers->members = next;
    }
}
