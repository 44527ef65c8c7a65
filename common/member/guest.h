/* guest.h - One question at the district's door: JOIN, and its answer.
 *
 * Ownership: all borrowed for the call; the answer lives in the arena.
 * Threads:   the caller's. Blocks until the answer, the stop descriptor, or the end of the time. */
#ifndef TQ_MEMBER_GUEST_H
#define TQ_MEMBER_GUEST_H

#include "member/network.h"

struct guest_config {
    struct tq_net *net;
    const char *address;
    uint8_t server_key[TQ_CURVE_KEY_BYTES];
    uint8_t public_key[TQ_CURVE_KEY_BYTES]; /* the pair that is known there */
    uint8_t secret_key[TQ_CURVE_KEY_BYTES]; /* the caller wipes it */
    tq_link_kind kind;                      /* 0: the guests' port */
    int timeout_ms;
    bool patient; /* the port, or the key for it, may be known there only in a moment */
    int stop_fd;  /* -1: none */
};

/* Ask, and check that the answer is the word of the district `district` about the keys that were
 * named. Fails: INVITATION, REVOKED, NOT_ADMITTED (refused; with the district's words, if it gave
 * any), UNREACHABLE, TIMEOUT, WRONG_SERVER, FORGED, INTERRUPTED. */
TQ_MUST_CHECK tq_status guest_ask(const struct guest_config *config, const struct tq_join *join,
        const uint8_t district[TQ_DISTRICT_ID_BYTES], struct tq_arena *arena, struct tq_joined *out,
        struct tq_error *err);

/* Is `joined` the word of the district `district` about the keys that `join` named? Fails: FORGED. */
TQ_MUST_CHECK tq_status guest_check(const struct tq_join *join,
        const uint8_t district[TQ_DISTRICT_ID_BYTES], const struct tq_joined *joined,
        struct tq_error *err);

#endif
