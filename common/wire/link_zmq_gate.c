#include "tuquan/gate.h"

#include <errno.h>
#include <string.h>

#include <zmq.h>

#include "link_zmq.h"
#include "tuquan/mem.h"
#include "tuquan/thread.h"

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define STOP_ENDPOINT "inproc://tuquan.gate.stop"

/* A request of RFC 27, frame by frame. */
enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, KEY, FRAMES };

/* Enough for each of them; a longer one is no request that we would grant. */
#define FRAME_SIZE 256

struct request {
    char frame[FRAMES][FRAME_SIZE];
    size_t len[FRAMES];
    int count;     /* frames that came, also those beyond the last we know */
    bool too_long; /* one of them */
};

struct tq_gate {
    void *zap;      /* of the thread, once it runs */
    void *stop_in;  /* of the thread */
    void *stop_out; /* of the owner */
    tq_gate_lookup_fn lookup;
    void *ctx;
    struct tq_thread *thread;
    struct tq_mutex *lock; /* guards stats */
    struct tq_gate_stats stats;
};

static bool read_request(void *zap, struct request *request)
{
    bool more = true;

    memset(request, 0, sizeof(*request));
    while (more) {
        zmq_msg_t part;
        size_t len;

        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, zap, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&part);
            return false;
        }
        len = zmq_msg_size(&part);
        more = zmq_msg_more(&part) != 0;
        if (len >= FRAME_SIZE)
            request->too_long = true;
        else if (request->count < FRAMES) {
            memcpy(request->frame[request->count], zmq_msg_data(&part), len);
            request->len[request->count] = len;
        }
        if (request->count <= FRAMES)
            request->count++;
        zmq_msg_close(&part);
    }
    return true;
}

/* True: user_id is set. Everything that is not exactly as it should be is refused. */
static bool judge(
        const struct tq_gate *gate, const struct request *request, char user_id[TQ_USER_ID_SIZE])
{
    if (request->count != FRAMES || request->too_long)
        return false;
    if (strcmp(request->frame[VERSION], "1.0") != 0 ||
            strcmp(request->frame[MECHANISM], "CURVE") != 0 ||
            request->len[KEY] != TQ_LINK_KEY_BYTES || request->frame[DOMAIN][0] == '\0')
        return false;
    if (!gate->lookup(
                gate->ctx, request->frame[DOMAIN], (const uint8_t *)request->frame[KEY], user_id))
        return false;
    user_id[TQ_USER_ID_SIZE - 1] = '\0';
    return user_id[0] != '\0';
}

static void count(struct tq_gate *gate, const struct request *request, bool admitted)
{
    struct tq_gate_stats *stats = &gate->stats;

    tq_mutex_lock(gate->lock);
    if (admitted) {
        stats->admitted++;
    } else {
        stats->refused++;
        memcpy(stats->refused_address, request->frame[ADDRESS], sizeof(stats->refused_address));
        stats->refused_address[sizeof(stats->refused_address) - 1] = '\0';
        memcpy(stats->refused_domain, request->frame[DOMAIN], sizeof(stats->refused_domain));
        stats->refused_domain[sizeof(stats->refused_domain) - 1] = '\0';
    }
    tq_mutex_unlock(gate->lock);
}

static void answer(struct tq_gate *gate, const struct request *request)
{
    char user_id[TQ_USER_ID_SIZE] = "";
    bool admitted = judge(gate, request, user_id);

    if (!admitted)
        user_id[0] = '\0';
    count(gate, request, admitted);
    zmq_send(gate->zap, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(gate->zap, request->frame[REQUEST_ID], request->len[REQUEST_ID], ZMQ_SNDMORE);
    zmq_send(gate->zap, admitted ? "200" : "400", 3, ZMQ_SNDMORE);
    zmq_send(gate->zap, "", 0, ZMQ_SNDMORE);
    zmq_send(gate->zap, user_id, strlen(user_id), ZMQ_SNDMORE);
    zmq_send(gate->zap, "", 0, 0);
}

/* A word from the owner: one byte asks, an empty one ends. */
static bool beat(struct tq_gate *gate)
{
    char word;
    int n = zmq_recv(gate->stop_in, &word, 1, ZMQ_DONTWAIT);

    if (n < 0)
        return true;
    tq_mutex_lock(gate->lock);
    gate->stats.beats++;
    tq_mutex_unlock(gate->lock);
    return n > 0;
}

static void run(void *arg)
{
    struct tq_gate *gate = arg;
    struct request request;

    for (;;) {
        zmq_pollitem_t poll[2] = { { gate->stop_in, 0, ZMQ_POLLIN, 0 },
            { gate->zap, 0, ZMQ_POLLIN, 0 } };

        if (zmq_poll(poll, 2, -1) < 0 && zmq_errno() != EINTR)
            break;
        if ((poll[0].revents & ZMQ_POLLIN) != 0 && !beat(gate))
            break;
        while (read_request(gate->zap, &request))
            answer(gate, &request);
    }
    tq_mutex_lock(gate->lock);
    gate->stats.running = false;
    tq_mutex_unlock(gate->lock);
}

static tq_status open_pair(struct tq_gate *gate, struct tq_net *net, struct tq_error *err)
{
    gate->stop_in = zmq_socket(net->context, ZMQ_PAIR);
    gate->stop_out = zmq_socket(net->context, ZMQ_PAIR);
    if (gate->stop_in == NULL || gate->stop_out == NULL ||
            zmq_bind(gate->stop_in, STOP_ENDPOINT) != 0 ||
            zmq_connect(gate->stop_out, STOP_ENDPOINT) != 0)
        return link_zmq_fail(err, "gate");
    return TQ_OK;
}

tq_status tq_gate_start(struct tq_gate **out, struct tq_net *net, tq_gate_lookup_fn lookup,
        void *ctx, struct tq_error *err)
{
    struct tq_gate *gate = tq_mem_zalloc(sizeof(*gate));
    tq_status rc;

    *out = NULL;
    if (gate == NULL)
        return tq_error_set(err, TQ_NOMEM, "gate");
    gate->lookup = lookup;
    gate->ctx = ctx;
    rc = tq_mutex_new(&gate->lock, err);
    if (rc != TQ_OK)
        goto out;
    gate->zap = zmq_socket(net->context, ZMQ_REP);
    if (gate->zap == NULL) {
        rc = link_zmq_fail(err, "gate");
        goto out;
    }
    if (zmq_bind(gate->zap, ZAP_ENDPOINT) != 0) {
        rc = zmq_errno() == EADDRINUSE ? tq_error_set(err, TQ_EXISTS, ZAP_ENDPOINT)
                                       : link_zmq_fail(err, "gate");
        goto out;
    }
    rc = open_pair(gate, net, err);
    if (rc != TQ_OK)
        goto out;
    gate->stats.running = true;
    rc = tq_thread_start(&gate->thread, "gate", run, gate, err);

out:
    if (rc != TQ_OK)
        tq_gate_free(gate);
    else
        *out = gate;
    return rc;
}

void tq_gate_free(struct tq_gate *gate)
{
    if (gate == NULL)
        return;
    if (gate->thread != NULL) {
        zmq_send(gate->stop_out, "", 0, 0);
        tq_thread_join(gate->thread);
    }
    link_zmq_close(gate->zap, NULL, 0);
    link_zmq_close(gate->stop_in, NULL, 0);
    link_zmq_close(gate->stop_out, NULL, 0);
    tq_mutex_free(gate->lock);
    tq_mem_free(gate);
}

void tq_gate_ask(struct tq_gate *gate)
{
    zmq_send(gate->stop_out, "?", 1, ZMQ_DONTWAIT);
}

void tq_gate_get_stats(struct tq_gate *gate, struct tq_gate_stats *out)
{
    tq_mutex_lock(gate->lock);
    *out = gate->stats;
    tq_mutex_unlock(gate->lock);
}
