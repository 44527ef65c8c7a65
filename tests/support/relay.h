/* relay.h - A TCP relay between office and district: counts bytes, delays, limits the rate, loses,
 * stalls, cuts at a byte, refuses. Stands in for the bad line that this machine cannot make.
 *
 * Works on the byte stream, as TCP does: a lost segment is one that comes a resend later, with all
 * behind it. Everything may be changed while connections stand.
 * Ownership: relay_start gives the relay to the caller, relay_stop takes it.
 * Threads:   one of its own; every function may be called from any other. */
#ifndef TQ_TESTS_RELAY_H
#define TQ_TESTS_RELAY_H

#include <stdbool.h>
#include <stdint.h>

struct relay;

enum relay_way { RELAY_UP, RELAY_DOWN }; /* office > district, district > office */

/* Listen on a free port of 127.0.0.1 and pass everything to 127.0.0.1:target_port. Ends the test
 * on failure. */
struct relay *relay_start(uint16_t target_port);

/* Close all connections and the port. NULL is fine. */
void relay_stop(struct relay *relay);

uint16_t relay_port(const struct relay *relay);

/* "tcp://127.0.0.1:PORT", borrowed. */
const char *relay_address(const struct relay *relay);

/* Each way; the round trip is twice this. */
void relay_set_delay(struct relay *relay, int one_way_ms);

/* Bytes a second, each way; 0: as fast as it goes. */
void relay_set_rate(struct relay *relay, uint32_t bytes_per_s);

/* Of 100 segments (1,200 bytes), how many come only after another resend_ms; the same seed gives
 * the same line. */
void relay_set_loss(struct relay *relay, unsigned percent, int resend_ms, uint64_t seed);

/* While true nothing moves, and nobody is told. */
void relay_set_stalled(struct relay *relay, bool stalled);

/* While true a connect is refused at once; connections that stand go on. */
void relay_set_refusing(struct relay *relay, bool refusing);

/* Cut the next connection (or the one that stands) after `bytes` of it have passed that way; holds
 * for one connection. UINT64_MAX: never. */
void relay_cut_after(struct relay *relay, enum relay_way way, uint64_t bytes);

/* Cut everything now. */
void relay_cut(struct relay *relay);

/* Of all connections so far. */
uint64_t relay_bytes(const struct relay *relay, enum relay_way way);
uint64_t relay_connections(const struct relay *relay);
uint64_t relay_cuts(const struct relay *relay);

/* How often the office asked out of silence and was answered, after the
 * handshake of ZMTP and CURVE. Tells only with a delay that is longer than either side thinks. */
uint64_t relay_round_trips(const struct relay *relay);

#endif
