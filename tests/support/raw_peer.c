#include "raw_peer.h"

#include <stdio.h>
#include <stdlib.h>

#include <zmq.h>

struct raw_peer {
    void *context;
    void *socket;
};

static void check(bool good)
{
    if (!good) {
        fprintf(stderr, "raw peer: %s\n", zmq_strerror(zmq_errno()));
        exit(1);
    }
}

struct raw_peer *raw_peer_new(const struct tq_link_config *config)
{
    struct raw_peer *peer = calloc(1, sizeof(*peer));
    int zero = 0;

    check(peer != NULL);
    peer->context = zmq_ctx_new();
    check(peer->context != NULL);
    peer->socket = zmq_socket(peer->context, config->kind == TQ_LINK_NEWS ? ZMQ_XSUB : ZMQ_DEALER);
    check(peer->socket != NULL);
    check(zmq_setsockopt(peer->socket, ZMQ_LINGER, &zero, sizeof(zero)) == 0);
    check(zmq_setsockopt(peer->socket, ZMQ_CURVE_SERVERKEY, config->server_key, 32) == 0);
    check(zmq_setsockopt(peer->socket, ZMQ_CURVE_PUBLICKEY, config->public_key, 32) == 0);
    check(zmq_setsockopt(peer->socket, ZMQ_CURVE_SECRETKEY, config->secret_key, 32) == 0);
    check(zmq_connect(peer->socket, config->address) == 0);
    return peer;
}

bool raw_peer_send(struct raw_peer *peer, const void *data, size_t len, bool more)
{
    return zmq_send(peer->socket, data, len, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

void raw_peer_free(struct raw_peer *peer)
{
    zmq_close(peer->socket);
    zmq_ctx_term(peer->context);
    free(peer);
}
