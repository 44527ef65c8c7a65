#include "enemy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <poll.h>
#include <unistd.h>

#include <zmq.h>

#include "tuquan/catalogue.h"
#include "tuquan/clock.h"
#include "tuquan/random.h"

void enemy_die(const char *what, const char *detail)
{
    fprintf(stderr, "attacker: %s: %s\n", what, detail);
    exit(2);
}

static void check(bool good, const char *what)
{
    if (!good)
        enemy_die(what, zmq_strerror(zmq_errno()));
}

static void take(struct enemy *e, const char *name, const char *value)
{
    bool good = true;

    if (strcmp(name, "sync_address") == 0)
        snprintf(e->sync_address, sizeof(e->sync_address), "%s", value);
    else if (strcmp(name, "news_address") == 0)
        snprintf(e->news_address, sizeof(e->news_address), "%s", value);
    else if (strcmp(name, "curve_key") == 0)
        good = tq_unhex(value, strlen(value), e->server_key, 32);
    else if (strcmp(name, "sign_key") == 0)
        good = tq_unhex(value, strlen(value), e->district_sign_key, 32);
    else if (strcmp(name, "district") == 0)
        good = tq_unhex(value, strlen(value), e->district, 16);
    else if (strcmp(name, "device") == 0)
        e->device = (uint32_t)strtoul(value, NULL, 10);
    if (!good)
        enemy_die("link file", name);
}

void enemy_load(struct enemy *e, const char *folder)
{
    char path[4096];
    char line[1024];
    char name[64];
    char value[512];
    struct tq_error err;
    FILE *file;

    memset(e, 0, sizeof(*e));
    if (tq_identity_init(&err) != TQ_OK)
        enemy_die("start", err.msg);
    snprintf(path, sizeof(path), "%s/district.link", folder);
    file = fopen(path, "r");
    if (file == NULL)
        enemy_die("link file", path);
    while (fgets(line, sizeof(line), file) != NULL)
        if (line[0] != '#' && sscanf(line, "%63s = %511s", name, value) == 2)
            take(e, name, value);
    fclose(file);
    snprintf(path, sizeof(path), "%s/device.key", folder);
    if (tq_keys_load(path, &e->keys, &err) != TQ_OK)
        enemy_die(path, err.msg);
    e->signer = tq_signer_of(&e->keys);
    e->arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    e->context = zmq_ctx_new();
    check(e->arena != NULL && e->context != NULL, "start");
}

void enemy_close(struct enemy *e)
{
    enemy_disconnect(e);
    if (e->context != NULL)
        zmq_ctx_term(e->context);
    tq_arena_free(e->arena);
    tq_keys_wipe(&e->keys);
}

void enemy_connect(struct enemy *e, bool news)
{
    char monitor[48];
    int zero = 0;
    int many = 100000;

    snprintf(monitor, sizeof(monitor), "inproc://enemy.monitor.%u", e->connections++);

    e->socket = zmq_socket(e->context, news ? ZMQ_XSUB : ZMQ_DEALER);
    check(e->socket != NULL, "socket");
    check(zmq_setsockopt(e->socket, ZMQ_LINGER, &zero, sizeof(zero)) == 0, "linger");
    check(zmq_setsockopt(e->socket, ZMQ_SNDHWM, &many, sizeof(many)) == 0, "hwm");
    check(zmq_setsockopt(e->socket, ZMQ_CURVE_SERVERKEY, e->server_key, 32) == 0, "key");
    check(zmq_setsockopt(e->socket, ZMQ_CURVE_PUBLICKEY, e->keys.curve_public, 32) == 0, "key");
    check(zmq_setsockopt(e->socket, ZMQ_CURVE_SECRETKEY, e->keys.curve_secret, 32) == 0, "key");
    check(zmq_socket_monitor(e->socket, monitor,
                  ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                          ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                          ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) == 0,
            "monitor");
    e->monitor = zmq_socket(e->context, ZMQ_PAIR);
    check(e->monitor != NULL && zmq_connect(e->monitor, monitor) == 0, "monitor");
    check(zmq_connect(e->socket, news ? e->news_address : e->sync_address) == 0, "connect");
}

void enemy_disconnect(struct enemy *e)
{
    int zero = 0;

    if (e->socket == NULL)
        return;
    zmq_socket_monitor(e->socket, NULL, 0);
    zmq_close(e->socket);
    zmq_setsockopt(e->monitor, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_close(e->monitor);
    e->socket = NULL;
    e->monitor = NULL;
}

const char *enemy_handshake(struct enemy *e, int wait_ms)
{
    uint8_t frame[6];
    uint8_t address[512];
    uint16_t event;

    zmq_setsockopt(e->monitor, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    if (zmq_recv(e->monitor, frame, sizeof(frame), 0) != (int)sizeof(frame))
        return "none";
    zmq_recv(e->monitor, address, sizeof(address), 0);
    memcpy(&event, frame, sizeof(event));
    return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED     ? "in"
           : event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ? "auth"
                                                      : "failed";
}

bool enemy_send_bytes(struct enemy *e, const void *data, size_t len)
{
    return zmq_send(e->socket, data, len, ZMQ_DONTWAIT) >= 0;
}

bool enemy_send(struct enemy *e, const struct tq_message *message)
{
    struct tq_error err;
    struct tq_buf buf;
    bool sent;

    tq_buf_init(&buf, 0);
    if (tq_message_encode(message, &buf, &err) != TQ_OK)
        enemy_die("encode", err.msg);
    sent = enemy_send_bytes(e, buf.data, buf.len);
    tq_buf_deinit(&buf);
    return sent;
}

static void count(struct enemy *e, const struct tq_message *m)
{
    e->answers[(unsigned)m->kind % ENEMY_KINDS]++;
    if (m->kind == TQ_MSG_WELCOME)
        e->welcomed = true;
    if (m->kind == TQ_MSG_REFUSED)
        e->refusals[(unsigned)m->u.refused.code % ENEMY_CODES]++;
    if (m->kind == TQ_MSG_RECEIPT) {
        uint64_t hash = 14695981039346656037u;

        for (size_t i = 0; i < m->u.receipt.signed_bytes.len; i++)
            hash = (hash ^ m->u.receipt.signed_bytes.data[i]) * 1099511628211u;
        e->other_receipts += e->answers[TQ_MSG_RECEIPT] > 1 && hash != e->last_receipt;
        e->last_receipt = hash;
        e->accepted += m->u.receipt.accepted;
        for (size_t i = 0; i < m->u.receipt.nexceptions; i++)
            e->exceptions[(unsigned)m->u.receipt.exceptions[i].reason % 256]++;
    }
    if (m->kind == TQ_MSG_ROWS) {
        e->rows += m->u.rows.nrows;
        if (m->u.rows.complete)
            e->head = m->u.rows.to.cursor;
    }
}

bool enemy_recv(struct enemy *e, struct tq_message *out, int wait_ms)
{
    struct tq_error err;
    zmq_msg_t message;
    bool good;

    zmq_setsockopt(e->socket, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, e->socket, 0) < 0) {
        zmq_msg_close(&message);
        return false;
    }
    e->bytes += zmq_msg_size(&message);
    tq_arena_reset(e->arena);
    good = tq_message_decode(tq_slice_of(zmq_msg_data(&message), zmq_msg_size(&message)), e->arena,
                   out, &err) == TQ_OK;
    zmq_msg_close(&message);
    if (!good)
        enemy_die("the district's answer", err.msg);
    count(e, out);
    return true;
}

static int64_t steady(void)
{
    return tq_clock_system()->steady_ms(tq_clock_system()->ctx);
}

bool enemy_expect(struct enemy *e, tq_message_kind kind, struct tq_message *out, int wait_ms)
{
    int64_t end = steady() + wait_ms;
    int64_t left;

    while ((left = end - steady()) > 0) {
        if (!enemy_recv(e, out, (int)left))
            return false;
        if (out->kind == kind)
            return true;
        if (out->kind == TQ_MSG_REFUSED)
            return false;
    }
    return false;
}

void enemy_hello(struct enemy *e, const struct tq_chain_point *head)
{
    const struct tq_random *random = tq_random_system();
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    random->fill(random->ctx, &e->session, sizeof(e->session));
    m.kind = TQ_MSG_HELLO;
    m.session = e->session;
    m.u.hello.protocol_low = TQ_PROTOCOL_LOW;
    m.u.hello.protocol_high = TQ_PROTOCOL_HIGH;
    m.u.hello.schema = tq_catalogue_current()->version;
    m.u.hello.device = e->device;
    m.u.hello.head.incarnation = 1;
    if (head != NULL)
        m.u.hello.head = *head;
    m.u.hello.clock_ms = tq_clock_system()->now_ms(tq_clock_system()->ctx);
    m.u.hello.software = tq_slice_str("attacker");
    enemy_send(e, &m);
}

void enemy_pull(struct enemy *e, uint64_t cursor, uint64_t credit, uint64_t sets_coming)
{
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PULL;
    m.session = e->session;
    m.u.pull.from.cursor = cursor;
    m.u.pull.credit_bytes = credit;
    m.u.pull.sets_coming = sets_coming;
    enemy_send(e, &m);
}

void enemy_credit(struct enemy *e, uint64_t bytes)
{
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_CREDIT;
    m.session = e->session;
    m.u.credit_bytes = bytes;
    enemy_send(e, &m);
}

void enemy_read_little(struct enemy *e)
{
    int small = 4096;
    int few = 1;

    zmq_disconnect(e->socket, e->sync_address);
    zmq_setsockopt(e->socket, ZMQ_RCVBUF, &small, sizeof(small));
    zmq_setsockopt(e->socket, ZMQ_RCVHWM, &few, sizeof(few));
    check(zmq_connect(e->socket, e->sync_address) == 0, "connect");
}

bool enemy_goes_on(void)
{
    struct pollfd input = { STDIN_FILENO, POLLIN, 0 };

    return poll(&input, 1, 0) == 0;
}

void enemy_pause(struct enemy *e, int wait_ms)
{
    zmq_pollitem_t never = { e->socket, 0, 0, 0 };

    zmq_poll(&never, 1, wait_ms);
}

void enemy_report(const struct enemy *e, const char *more)
{
    const char *comma = "";

    printf("{%s\"welcomed\": %s, \"bytes\": %" PRIu64 ", \"rows\": %" PRIu64
           ", \"accepted\": %" PRIu64 ", \"receipts\": %" PRIu64 ", \"other_receipts\": %" PRIu64
           ", \"refusals\": {",
            more, e->welcomed ? "true" : "false", e->bytes, e->rows, e->accepted,
            e->answers[TQ_MSG_RECEIPT], e->other_receipts);
    for (int i = 0; i < ENEMY_CODES; i++) {
        if (e->refusals[i] == 0)
            continue;
        printf("%s\"%d\": %" PRIu64, comma, i, e->refusals[i]);
        comma = ", ";
    }
    printf("}, \"exceptions\": {");
    comma = "";
    for (int i = 0; i < 256; i++) {
        if (e->exceptions[i] == 0)
            continue;
        printf("%s\"%s\": %" PRIu64, comma, tq_reason_code((tq_reason)i), e->exceptions[i]);
        comma = ", ";
    }
    printf("}}\n");
    fflush(stdout);
}
