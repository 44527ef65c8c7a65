#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINES_MAX 64
#define SEGMENT 1200u
#define GREETING 64u
#define HANDSHAKE_FRAMES 2u
#define IN_FLIGHT ((size_t)64 * 1024) /* one way of one connection; then TCP pushes back */

struct segment {
    struct segment *next;
    int64_t due_ms;
    size_t len;
    size_t sent;
    uint8_t bytes[SEGMENT];
};

/* One way of one connection. */
struct pipe_end {
    struct segment *first;
    struct segment **end;
    size_t queued;
    uint64_t passed;
    int64_t free_at_ms; /* when the line has sent what is queued, at the set rate */
    bool closed;        /* nothing more comes in */
    uint64_t taken;     /* bytes that came in */
    uint64_t frame_at;  /* of the handshake: where its next frame begins */
    unsigned frames;    /* of the handshake, seen whole or in part */
    uint8_t head[9];    /* of that frame */
};

struct line {
    int fd[2]; /* to the office, to the district */
    struct pipe_end way[2];
    uint64_t cut_after[2];
    bool asked;    /* something went up out of silence */
    bool answered; /* and something came down since */
};

struct relay {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    bool stop;
    int wake[2];
    int listener;
    uint16_t port;
    uint16_t target;
    char address[40];
    struct line *lines[LINES_MAX];
    int delay_ms;
    uint32_t rate;
    unsigned loss;
    int resend_ms;
    uint64_t random;
    bool stalled;
    bool refusing;
    bool want_refusing; /* what the relay's thread is to make of it */
    pthread_cond_t switched;
    bool cut_now;
    uint64_t cut_after[2]; /* for the next connection */
    uint64_t bytes[2];
    uint64_t connections;
    uint64_t cuts;
    uint64_t round_trips;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct sockaddr_in local(uint16_t port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void quiet(int fd)
{
    int one = 1;

    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* Bound, and listening only if asked: a port that is bound and silent refuses. */
static int open_listener(uint16_t port, bool listening)
{
    struct sockaddr_in address = local(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
            bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
            (listening && listen(fd, 128) != 0))
        fail("relay: listen");
    quiet(fd);
    return fd;
}

static void line_close(struct relay *relay, size_t i)
{
    struct line *line = relay->lines[i];

    relay->round_trips += line->asked && line->answered;
    for (size_t way = 0; way < 2; way++) {
        struct segment *segment = line->way[way].first;

        while (segment != NULL) {
            struct segment *next = segment->next;

            free(segment);
            segment = next;
        }
        close(line->fd[way]);
    }
    free(line);
    relay->lines[i] = NULL;
}

static void accept_line(struct relay *relay)
{
    struct sockaddr_in target = local(relay->target);
    int office = accept(relay->listener, NULL, NULL);
    struct line *line;
    size_t i = 0;

    if (office < 0)
        return;
    while (i < LINES_MAX && relay->lines[i] != NULL)
        i++;
    line = i < LINES_MAX ? calloc(1, sizeof(*line)) : NULL;
    if (line == NULL) {
        close(office);
        return;
    }
    line->fd[0] = office;
    line->fd[1] = socket(AF_INET, SOCK_STREAM, 0);
    quiet(line->fd[0]);
    /* On this machine a connect ends at once, so it may block. */
    if (line->fd[1] < 0 || connect(line->fd[1], (struct sockaddr *)&target, sizeof(target)) != 0) {
        close(line->fd[0]);
        close(line->fd[1]);
        free(line);
        return;
    }
    quiet(line->fd[1]);
    for (size_t way = 0; way < 2; way++) {
        line->way[way].end = &line->way[way].first;
        line->cut_after[way] = relay->cut_after[way];
        relay->cut_after[way] = UINT64_MAX;
    }
    relay->connections++;
    relay->lines[i] = line;
}

static bool lost(struct relay *relay)
{
    relay->random ^= relay->random << 13;
    relay->random ^= relay->random >> 7;
    relay->random ^= relay->random << 17;
    return relay->random % 100 < relay->loss;
}

/* ZMTP with CURVE: a greeting of 64 bytes and two commands each way come before what the programs
 * say to each other. How many of `len` new bytes belong to that? */
static size_t handshake_part(struct pipe_end *end, const uint8_t *bytes, size_t len)
{
    size_t i = 0;

    if (end->taken == 0)
        end->frame_at = GREETING;
    for (; i < len && (end->frames < HANDSHAKE_FRAMES || end->taken + i < end->frame_at); i++) {
        uint64_t at = end->taken + i;
        size_t need;
        uint64_t body = 0;

        if (at < end->frame_at)
            continue;
        end->head[at - end->frame_at] = bytes[i];
        need = (end->head[0] & 2) != 0 ? 9 : 2; /* a long frame says its length in 8 bytes */
        if (at - end->frame_at + 1 < need)
            continue;
        for (size_t k = 1; k < need; k++)
            body = body << 8 | end->head[k];
        end->frame_at = at + 1 + body;
        end->frames++;
    }
    end->taken += len;
    return i;
}

/* A round trip: something went up while nothing was under way, something came down, and then it was
 * silent again, or the line ended. What goes up last and is not answered is none. */
static void count_round_trip(struct relay *relay, struct line *line, int way)
{
    bool silent = line->way[0].first == NULL && line->way[1].first == NULL;

    if (way == RELAY_UP && silent) {
        relay->round_trips += line->asked && line->answered;
        line->asked = true;
        line->answered = false;
    }
    line->answered = line->answered || way == RELAY_DOWN;
}

/* False: the line is to be cut. */
static bool take_in(struct relay *relay, struct line *line, int way)
{
    struct pipe_end *end = &line->way[way];

    while (!end->closed && end->queued < IN_FLIGHT) {
        struct segment *segment = calloc(1, sizeof(*segment));
        int64_t now = now_ms();
        ssize_t n;

        if (segment == NULL)
            fail("relay");
        n = recv(line->fd[way], segment->bytes, sizeof(segment->bytes), 0);
        if (n <= 0) {
            free(segment);
            if (n < 0)
                return errno == EAGAIN || errno == EINTR;
            end->closed = true;
            break;
        }
        segment->len = (size_t)n;
        if (handshake_part(end, segment->bytes, segment->len) < segment->len)
            count_round_trip(relay, line, way);
        if (end->free_at_ms < now)
            end->free_at_ms = now;
        if (relay->rate > 0)
            end->free_at_ms += (int64_t)segment->len * 1000 / relay->rate;
        if (relay->loss > 0 && lost(relay))
            end->free_at_ms += relay->resend_ms;
        segment->due_ms = end->free_at_ms + relay->delay_ms;
        *end->end = segment;
        end->end = &segment->next;
        end->queued += segment->len;
    }
    return true;
}

/* False: the line is to be cut, or is through. */
static bool let_out(struct relay *relay, struct line *line, int way)
{
    struct pipe_end *end = &line->way[way];
    int64_t now = now_ms();

    while (end->first != NULL && end->first->due_ms <= now) {
        struct segment *segment = end->first;
        uint64_t left = line->cut_after[way] - end->passed;
        size_t len = segment->len - segment->sent;
        ssize_t n;

        if (line->cut_after[way] != UINT64_MAX && left < len)
            len = (size_t)left;
        n = len > 0 ? send(line->fd[!way], segment->bytes + segment->sent, len, MSG_NOSIGNAL) : 0;
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        segment->sent += (size_t)n;
        end->passed += (uint64_t)n;
        end->queued -= (size_t)n;
        relay->bytes[way] += (uint64_t)n;
        if (end->passed >= line->cut_after[way]) {
            relay->cuts++;
            return false;
        }
        if (segment->sent < segment->len)
            return true;
        end->first = segment->next;
        if (end->first == NULL)
            end->end = &end->first;
        free(segment);
    }
    if (end->closed && end->first == NULL)
        shutdown(line->fd[!way], SHUT_WR);
    return !(line->way[0].closed && line->way[1].closed && line->way[0].first == NULL &&
             line->way[1].first == NULL);
}

static int until_due(const struct line *line, int wait_ms)
{
    for (int way = 0; way < 2; way++) {
        int64_t left;

        if (line->way[way].first == NULL)
            continue;
        left = line->way[way].first->due_ms - now_ms();
        left = left > 0 ? left : 0;
        if (wait_ms < 0 || left < wait_ms)
            wait_ms = (int)left;
    }
    return wait_ms;
}

/* What to poll for; gives the time until the next segment is due. */
static int prepare(struct relay *relay, struct pollfd *fds, nfds_t *count)
{
    int wait_ms = -1;

    fds[0] = (struct pollfd){ relay->wake[0], POLLIN, 0 };
    /* A bound socket that does not listen reports a hang-up for ever. */
    fds[1] = (struct pollfd){ relay->refusing ? -1 : relay->listener, POLLIN, 0 };
    *count = 2;
    for (size_t i = 0; i < LINES_MAX && !relay->stalled; i++) {
        const struct line *line = relay->lines[i];

        if (line == NULL)
            continue;
        wait_ms = until_due(line, wait_ms);
        for (int way = 0; way < 2; way++) {
            const struct pipe_end *in = &line->way[way];
            const struct pipe_end *out = &line->way[!way];
            short events = 0;

            if (!in->closed && in->queued < IN_FLIGHT)
                events |= POLLIN;
            if (out->first != NULL && out->first->due_ms <= now_ms())
                events |= POLLOUT;
            fds[(*count)++] = (struct pollfd){ events != 0 ? line->fd[way] : -1, events, 0 };
        }
    }
    return wait_ms;
}

static void turn(struct relay *relay)
{
    char drain[64];

    while (read(relay->wake[0], drain, sizeof(drain)) > 0)
        ;
    /* Here, for a socket that another thread polls keeps its port although it was closed. */
    if (relay->refusing != relay->want_refusing) {
        close(relay->listener);
        relay->listener = open_listener(relay->port, !relay->want_refusing);
        relay->refusing = relay->want_refusing;
        pthread_cond_broadcast(&relay->switched);
    }
    accept_line(relay);
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct line *line = relay->lines[i];
        bool good = !relay->cut_now;

        if (line == NULL || (relay->stalled && good))
            continue;
        for (int way = 0; good && way < 2; way++)
            good = take_in(relay, line, way);
        for (int way = 0; good && way < 2; way++)
            good = let_out(relay, line, way);
        if (!good)
            line_close(relay, i);
    }
    relay->cut_now = false;
}

static void *run(void *arg)
{
    struct relay *relay = arg;
    struct pollfd fds[2 + 2 * LINES_MAX];

    pthread_mutex_lock(&relay->lock);
    while (!relay->stop) {
        nfds_t count;
        int wait_ms = prepare(relay, fds, &count);

        pthread_mutex_unlock(&relay->lock);
        poll(fds, count, wait_ms);
        pthread_mutex_lock(&relay->lock);
        turn(relay);
    }
    pthread_mutex_unlock(&relay->lock);
    return NULL;
}

struct relay *relay_start(uint16_t target_port)
{
    struct relay *relay = calloc(1, sizeof(*relay));
    struct sockaddr_in bound;
    socklen_t len = sizeof(bound);

    if (relay == NULL || pipe(relay->wake) != 0)
        fail("relay");
    quiet(relay->wake[0]);
    quiet(relay->wake[1]);
    relay->listener = open_listener(0, true);
    if (getsockname(relay->listener, (struct sockaddr *)&bound, &len) != 0)
        fail("relay");
    relay->port = ntohs(bound.sin_port);
    relay->target = target_port;
    relay->cut_after[0] = UINT64_MAX;
    relay->cut_after[1] = UINT64_MAX;
    snprintf(relay->address, sizeof(relay->address), "tcp://127.0.0.1:%u", relay->port);
    pthread_mutex_init(&relay->lock, NULL);
    pthread_cond_init(&relay->switched, NULL);
    if (pthread_create(&relay->thread, NULL, run, relay) != 0)
        fail("relay");
    return relay;
}

static void wake(struct relay *relay)
{
    ssize_t n = write(relay->wake[1], "", 1);

    (void)n;
    pthread_mutex_unlock(&relay->lock);
}

void relay_stop(struct relay *relay)
{
    if (relay == NULL)
        return;
    pthread_mutex_lock(&relay->lock);
    relay->stop = true;
    wake(relay);
    pthread_join(relay->thread, NULL);
    for (size_t i = 0; i < LINES_MAX; i++)
        if (relay->lines[i] != NULL)
            line_close(relay, i);
    close(relay->listener);
    close(relay->wake[0]);
    close(relay->wake[1]);
    pthread_cond_destroy(&relay->switched);
    pthread_mutex_destroy(&relay->lock);
    free(relay);
}

uint16_t relay_port(const struct relay *relay)
{
    return relay->port;
}

const char *relay_address(const struct relay *relay)
{
    return relay->address;
}

void relay_set_delay(struct relay *relay, int one_way_ms)
{
    pthread_mutex_lock(&relay->lock);
    relay->delay_ms = one_way_ms;
    wake(relay);
}

void relay_set_rate(struct relay *relay, uint32_t bytes_per_s)
{
    pthread_mutex_lock(&relay->lock);
    relay->rate = bytes_per_s;
    wake(relay);
}

void relay_set_loss(struct relay *relay, unsigned percent, int resend_ms, uint64_t seed)
{
    pthread_mutex_lock(&relay->lock);
    relay->loss = percent;
    relay->resend_ms = resend_ms;
    relay->random = seed | 1;
    wake(relay);
}

void relay_set_stalled(struct relay *relay, bool stalled)
{
    pthread_mutex_lock(&relay->lock);
    relay->stalled = stalled;
    wake(relay);
}

void relay_set_refusing(struct relay *relay, bool refusing)
{
    pthread_mutex_lock(&relay->lock);
    relay->want_refusing = refusing;
    wake(relay);
    pthread_mutex_lock(&relay->lock);
    while (relay->refusing != refusing)
        pthread_cond_wait(&relay->switched, &relay->lock);
    pthread_mutex_unlock(&relay->lock);
}

void relay_cut_after(struct relay *relay, enum relay_way way, uint64_t bytes)
{
    bool stands = false;

    pthread_mutex_lock(&relay->lock);
    for (size_t i = 0; i < LINES_MAX; i++)
        if (relay->lines[i] != NULL) {
            relay->lines[i]->cut_after[way] = bytes;
            stands = true;
        }
    if (!stands)
        relay->cut_after[way] = bytes;
    wake(relay);
}

void relay_cut(struct relay *relay)
{
    pthread_mutex_lock(&relay->lock);
    relay->cut_now = true;
    wake(relay);
}

/* Reading needs the lock too; the object itself does not change. */
static uint64_t read_locked(const struct relay *relay, const uint64_t *count)
{
    pthread_mutex_t *lock = &((struct relay *)(uintptr_t)relay)->lock;
    uint64_t value;

    pthread_mutex_lock(lock);
    value = *count;
    pthread_mutex_unlock(lock);
    return value;
}

uint64_t relay_bytes(const struct relay *relay, enum relay_way way)
{
    return read_locked(relay, &relay->bytes[way]);
}

uint64_t relay_connections(const struct relay *relay)
{
    return read_locked(relay, &relay->connections);
}

uint64_t relay_cuts(const struct relay *relay)
{
    return read_locked(relay, &relay->cuts);
}

uint64_t relay_round_trips(const struct relay *relay)
{
    struct relay *all = (struct relay *)(uintptr_t)relay;
    uint64_t count;

    pthread_mutex_lock(&all->lock);
    count = relay->round_trips;
    for (size_t i = 0; i < LINES_MAX; i++)
        count += relay->lines[i] != NULL && relay->lines[i]->asked && relay->lines[i]->answered;
    pthread_mutex_unlock(&all->lock);
    return count;
}
