/* serve_peers.c - Connections by number: the sessions know peers as 64-bit numbers, the hub by the
 * identity that a connection got. */
#include <string.h>

#include "serve_internal.h"
#include "tuquan/mem.h"

static size_t bucket_of(const struct tq_peer *peer)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < peer->len; i++)
        h = (h ^ peer->id[i]) * 16777619u;
    return h % PEER_BUCKETS;
}

struct peer_entry *peers_of(struct peers *peers, const struct tq_peer *peer, uint32_t device)
{
    size_t at = bucket_of(peer);
    struct peer_entry *e = peers->buckets[at];

    while (e != NULL && (e->peer.len != peer->len || memcmp(e->peer.id, peer->id, peer->len) != 0))
        e = e->next;
    if (e == NULL) {
        e = tq_mem_zalloc(sizeof(*e));
        if (e == NULL)
            return NULL;
        e->peer = *peer;
        e->number = ++peers->last * PEER_BUCKETS + at;
        e->next = peers->buckets[at];
        peers->buckets[at] = e;
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
            *at = e->next;
            tq_district_drop(district, e->number);
            tq_mem_free(e);
            peers->count--;
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
}
