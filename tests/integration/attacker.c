/* attacker.c - attacker FOLDER ATTACK [argument...]: attacks a running district with real sockets,
 * with the keys of an office that joined in FOLDER, and prints one line of JSON: what came of it.
 *
 *   stranger N        N connections with keys nobody knows
 *   wrong-server      the office's keys, another server key
 *   plain PORT        a client without CURVE
 *   random N SEED     N connections of random bytes, to all ports in turn
 *   frames N MB       N connections that announce a frame of 1 GB and send so much of it
 *   half-open N       N connections that say nothing, made anew until a line comes, then kept until
 *                     standard input ends
 *                     (these three: with the guests' port as a last argument to that one, too)
 *   members N         N connections with the office's keys that say nothing, kept likewise
 *   subscribe         to everything, until standard input ends; lists what came
 *   invite TEXT       joins by an invitation with keys of its own; `invite-bad TEXT` breaks rules
 *   others            see attacker_talk.c, attacker_sets.c, attacker_neighbour.c, attacker_honest.c
 */
#include "attacker.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.h>

#include "tuquan/link.h"

int64_t number_of(const char *text)
{
    return (int64_t)strtoll(text, NULL, 10);
}

static uint16_t port_of(const char *address)
{
    return (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
}

/* The doors to knock at, in turn. */
struct doors {
    uint16_t ports[3];
    size_t count;
};

static struct doors doors_of(const struct enemy *e, const char *guest)
{
    struct doors doors = { { port_of(e->sync_address), port_of(e->news_address), 0 }, 2 };

    if (guest != NULL)
        doors.ports[doors.count++] = (uint16_t)number_of(guest);
    return doors;
}

static int dial(uint16_t port)
{
    struct sockaddr_in address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int dial_one(const struct doors *doors, int64_t turn)
{
    return dial(doors->ports[(size_t)turn % doors->count]);
}

/* Until whoever started us closes our standard input. */
static void wait_for_the_end(void)
{
    char byte;

    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
}

static uint64_t raise_files(uint64_t wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

static void strangers(struct enemy *e, int64_t count)
{
    struct tq_error err;
    unsigned refused = 0;

    for (int64_t i = 0; i < count; i++) {
        if (tq_keys_generate(&e->keys, &err) != TQ_OK)
            enemy_die("keys", err.msg);
        enemy_connect(e, i % 2 == 1);
        refused += strcmp(enemy_handshake(e, ANSWER_MS), "auth") == 0;
        enemy_disconnect(e);
    }
    printf("{\"refused\": %u}\n", refused);
}

static void wrong_server(struct enemy *e)
{
    const char *outcome;

    e->server_key[3] ^= 1;
    enemy_connect(e, false);
    outcome = enemy_handshake(e, ANSWER_MS);
    printf("{\"handshake\": \"%s\"}\n", outcome);
}

static void plain(struct enemy *e, const char *port)
{
    void *socket = zmq_socket(e->context, ZMQ_DEALER);
    char address[64];
    int zero = 0;
    int wait_ms = 1500;
    int got;

    zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    snprintf(address, sizeof(address), "tcp://127.0.0.1:%s", port);
    zmq_connect(socket, address);
    zmq_send(socket, "hello", 5, ZMQ_DONTWAIT);
    got = zmq_recv(socket, &wait_ms, sizeof(wait_ms), 0);
    zmq_close(socket);
    printf("{\"answered\": %s}\n", got >= 0 ? "true" : "false");
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* As libzmq's client greets. */
static const uint8_t GREETING[64] =
        "\xff\0\0\0\0\0\0\0\1\x7f\3\1CURVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/* Some begin as libzmq's greeting does, so that more than its first line is reached. */
static void random_bytes(const struct doors *doors, int64_t count, uint64_t seed)
{
    uint64_t state = seed | 1;
    uint8_t bytes[1500];
    unsigned sent = 0;

    for (int64_t i = 0; i < count; i++) {
        int fd = dial_one(doors, i);
        size_t len = 1 + (size_t)(next_random(&state) % (sizeof(bytes) - 1));

        if (fd < 0)
            continue;
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)next_random(&state);
        if (i % 4 == 0)
            send(fd, GREETING, sizeof(GREETING), MSG_NOSIGNAL);
        if (i % 8 == 4) /* a frame of 4 GB is coming, it says */
            send(fd, "\2\0\0\0\1\0\0\0\0", 9, MSG_NOSIGNAL);
        if (send(fd, bytes, len, MSG_NOSIGNAL) > 0)
            sent++;
        close(fd);
    }
    printf("{\"sent\": %u}\n", sent);
}

/* Whoever believes the announcement takes memory for what comes. */
static void frames(const struct doors *doors, int64_t count, int64_t megabytes)
{
    static const uint8_t zeros[1024 * 1024];
    unsigned cut = 0;

    for (int64_t i = 0; i < count; i++) {
        int fd = dial_one(doors, i);
        ssize_t sent = 1;

        if (fd < 0)
            continue;
        send(fd, GREETING, sizeof(GREETING), MSG_NOSIGNAL);
        send(fd, "\2\0\0\0\0\x40\0\0\0", 9, MSG_NOSIGNAL);
        for (int64_t k = 0; k < megabytes && sent > 0; k++)
            sent = send(fd, zeros, sizeof(zeros), MSG_NOSIGNAL);
        cut += sent <= 0;
    } /* all are kept until the program ends */
    printf("{\"cut\": %u}\n", cut);
}

static void half_open(const struct doors *doors, int64_t count)
{
    static int fds[16384];
    struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
    uint64_t files = raise_files((uint64_t)count + 64);
    int64_t open = 0;
    char byte;

    if (count > (int64_t)(sizeof(fds) / sizeof(fds[0])))
        count = (int64_t)(sizeof(fds) / sizeof(fds[0]));
    if (files < (uint64_t)count + 64)
        count = (int64_t)files - 64;
    for (int64_t i = 0; i < count; i++)
        fds[i] = dial_one(doors, i);
    for (int64_t i = 0; i < count; i++)
        open += fds[i] >= 0;
    printf("{\"open\": %" PRId64 "}\n", open);
    fflush(stdout);
    while (poll(&input, 1, 200) ==
            0) /* until a word comes: in place of each that was closed another */
        for (int64_t i = 0; i < count; i++)
            if (fds[i] >= 0 && recv(fds[i], &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0) {
                close(fds[i]);
                fds[i] = dial_one(doors, i);
            }
    wait_for_the_end();
}

static void members(struct enemy *e, int64_t count)
{
    static void *sockets[4096];

    raise_files((uint64_t)count * 8 + 1024);
    zmq_ctx_set(e->context, ZMQ_MAX_SOCKETS, (int)count * 3 + 16);
    for (int64_t i = 0; i < count && i < 4096; i++) {
        enemy_connect(e, false);
        sockets[i] = e->socket;
        zmq_socket_monitor(e->socket, NULL, 0);
        zmq_close(e->monitor);
        e->socket = NULL;
        e->monitor = NULL;
    }
    printf("{\"open\": %" PRId64 "}\n", count);
    fflush(stdout);
    wait_for_the_end();
    for (int64_t i = 0; i < count && i < 4096; i++)
        zmq_close(sockets[i]);
}

/* Everything, by every trick; prints each message that came as hex of its first bytes, and whether
 * a word of plain text stands in it. */
static void subscribe(struct enemy *e)
{
    static const char *const WISHES[] = { "\1", "\1news", "\1n", "\1sync", "\1secret", "\1\1",
        "\1news2" };
    int timeout = 200;
    unsigned got = 0;
    unsigned other = 0;

    enemy_connect(e, true);
    printf("{\"handshake\": \"%s\", ", enemy_handshake(e, ANSWER_MS));
    for (size_t i = 0; i < sizeof(WISHES) / sizeof(WISHES[0]); i++)
        zmq_send(e->socket, WISHES[i], strlen(WISHES[i]), 0);
    zmq_send(e->socket, "\1news", 6, 0); /* the one that is offered: with its NUL */
    fprintf(stderr, "subscribed\n");
    zmq_setsockopt(e->socket, ZMQ_RCVTIMEO, &timeout, sizeof(timeout));
    printf("\"messages\": [");
    for (;;) {
        static uint8_t data[1024 * 1024];
        int n = zmq_recv(e->socket, data, sizeof(data), 0);

        if (n < 0 && enemy_goes_on())
            continue;
        if (n < 0)
            break;
        if (n < 5 || memcmp(data, "news", 5) != 0) {
            other++;
            continue;
        }
        printf("%s\"", got > 0 ? ", " : "");
        for (int i = 5; i < n && i < (int)sizeof(data); i++)
            printf("%02x", data[i]);
        printf("\"");
        fprintf(stderr, "heard\n");
        got++;
    }
    printf("], \"other\": %u}\n", other);
}

/* As `tuquan-commune join` does, but with keys made here; `bad`: what a guest may not send. */
static void invite(struct enemy *e, const char *text, bool bad)
{
    struct tq_invitation invitation;
    struct tq_message m;
    struct tq_error err;
    struct tq_keys own;
    const char *handshake;

    if (tq_invitation_parse(tq_slice_str(text), &invitation, &err) != TQ_OK ||
            tq_keys_generate(&own, &err) != TQ_OK)
        enemy_die("invitation", err.msg);
    memcpy(e->keys.curve_public, invitation.guest_public, 32);
    memcpy(e->keys.curve_secret, invitation.guest_secret, 32);
    memcpy(e->server_key, invitation.district_curve_key, 32);
    snprintf(e->sync_address, sizeof(e->sync_address), "%s", invitation.guest_address);
    enemy_connect(e, false);
    handshake = enemy_handshake(e, ANSWER_MS);
    memset(&m, 0, sizeof(m));
    if (bad) {
        enemy_hello(e, NULL);
        enemy_recv(e, &m, ANSWER_MS);
        enemy_send_bytes(e, "\1\2\3 no message at all", 22);
        enemy_recv(e, &m, ANSWER_MS);
    }
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_JOIN;
    m.session = 1;
    m.u.join.token = tq_slice_of(invitation.token, TQ_TOKEN_BYTES);
    memcpy(m.u.join.curve_key, own.curve_public, 32);
    memcpy(m.u.join.sign_key, own.sign_public, 32);
    m.u.join.machine = tq_slice_str("attacker");
    enemy_send(e, &m);
    enemy_recv(e, &m, strcmp(handshake, "in") == 0 ? ANSWER_MS : 100);
    printf("{\"handshake\": \"%s\", \"joined\": %" PRIu64 ", \"refused\": %" PRIu64 "}\n",
            handshake, e->answers[TQ_MSG_JOINED], e->refusals[TQ_REFUSAL_INVITATION]);
    tq_keys_wipe(&own);
}

/* Connections of who is nobody yet. */
static bool knock(struct enemy *e, int argc, char **argv)
{
    const char *what = argv[0];
    int64_t count = argc > 1 ? number_of(argv[1]) : 0;
    struct doors doors;

    if (strcmp(what, "half-open") == 0 && (argc == 2 || argc == 3)) {
        doors = doors_of(e, argc == 3 ? argv[2] : NULL);
        half_open(&doors, count);
        return true;
    }
    if (argc != 3 && argc != 4)
        return false;
    doors = doors_of(e, argc == 4 ? argv[3] : NULL);
    if (strcmp(what, "random") == 0)
        random_bytes(&doors, count, (uint64_t)number_of(argv[2]));
    else if (strcmp(what, "frames") == 0)
        frames(&doors, count, number_of(argv[2]));
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct enemy e;
    const char *what;

    if (argc < 3)
        enemy_die("usage", "FOLDER ATTACK [argument...]");
    enemy_load(&e, argv[1]);
    what = argv[2];
    if (strcmp(what, "stranger") == 0 && argc == 4)
        strangers(&e, number_of(argv[3]));
    else if (strcmp(what, "wrong-server") == 0)
        wrong_server(&e);
    else if (strcmp(what, "plain") == 0 && argc == 4)
        plain(&e, argv[3]);
    else if (strcmp(what, "members") == 0 && argc == 4)
        members(&e, number_of(argv[3]));
    else if (strcmp(what, "subscribe") == 0)
        subscribe(&e);
    else if (strcmp(what, "invite") == 0 && argc == 4)
        invite(&e, argv[3], false);
    else if (strcmp(what, "invite-bad") == 0 && argc == 4)
        invite(&e, argv[3], true);
    else if (!knock(&e, argc - 2, argv + 2) && !talk(&e, argc - 2, argv + 2) &&
             !push(&e, argc - 2, argv + 2) && !neighbour(&e, argc - 2, argv + 2) &&
             !honest(argc - 2, argv + 2))
        enemy_die("no such attack", what);
    enemy_close(&e);
    return 0;
}
