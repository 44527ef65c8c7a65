/* raw_peer.h - An admitted peer that does not keep to the rules: it sends any frames it likes. */
#ifndef TQ_TESTS_RAW_PEER_H
#define TQ_TESTS_RAW_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "tuquan/link.h"

struct raw_peer;

/* Connect as `config` says, without waiting: a DEALER, or for NEWS an XSUB. Ends the test on
 * failure. */
struct raw_peer *raw_peer_new(const struct tq_link_config *config);

/* One frame; `more`: others of the same message follow. False: the queue is full. */
bool raw_peer_send(struct raw_peer *peer, const void *data, size_t len, bool more);

void raw_peer_free(struct raw_peer *peer);

#endif
