/* throttle.h - How long whoever guessed wrong has to wait: counts by key, in memory.
 *
 * A key is what the caller says: an account at a place, a place, an account for strangers. After its
 * free tries each further failure doubles the wait, from half a minute up to an hour; a day without one
 * forgets it.
 * Invariant: at most THROTTLE_MAX keys; the one with the fewest failures, of those the oldest, gives
 *            way.
 * Ownership: throttle_new gives it to the caller.
 * Threads:   one. */
#ifndef TQ_SERVER_THROTTLE_H
#define TQ_SERVER_THROTTLE_H

#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/error.h"

#define THROTTLE_MAX 2048u
#define THROTTLE_FIRST_MS INT64_C(30000)
#define THROTTLE_LONGEST_MS INT64_C(3600000)
#define THROTTLE_DAY_MS INT64_C(86400000)

struct throttle;

/* Fails: NOMEM. */
TQ_MUST_CHECK tq_status throttle_new(struct throttle **out, struct tq_error *err);
void throttle_free(struct throttle *throttle);

/* What a failure costs beyond `free_tries`, and what is left of it. Times are steady. */
void throttle_fail(struct throttle *throttle, const char *key, int64_t free_tries, int64_t now_ms);
int64_t throttle_wait_ms(const struct throttle *throttle, const char *key, int64_t now_ms);
void throttle_forget(struct throttle *throttle, const char *key);

/* The part of an address that one household or host has: an IPv6 address counts by its first half. */
void throttle_place(const char *address, char *out, size_t size);

#endif
