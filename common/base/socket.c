#include "tuquan/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MAX 8u
#define BACKLOG 64

/* Any of the two families; filled in by make_name. */
union name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t make_name(const struct tq_socket_address *address, union name *out)
{
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, address->host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(address->port);
        return sizeof(out->v4);
    }
    if (inet_pton(AF_INET6, address->host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(address->port);
        return sizeof(out->v6);
    }
    return 0;
}

tq_status tq_socket_address_parse(
        const char *text, struct tq_socket_address *out, struct tq_error *err)
{
    const char *colon = strrchr(text, ':');
    const char *begin = text;
    const char *end = colon;
    char *rest = NULL;
    unsigned long port;
    union name name;

    memset(out, 0, sizeof(*out));
    if (colon == NULL)
        return tq_error_set(err, TQ_INVALID, "%s (127.0.0.1:7050)", text);
    if (text[0] == '[' && colon > text && colon[-1] == ']') {
        begin = text + 1;
        end = colon - 1;
    }
    port = strtoul(colon + 1, &rest, 10);
    if (end == begin || (size_t)(end - begin) >= sizeof(out->host) || colon[1] < '0' ||
            colon[1] > '9' || *rest != '\0' || port > 65535)
        return tq_error_set(err, TQ_INVALID, "%s (127.0.0.1:7050)", text);
    memcpy(out->host, begin, (size_t)(end - begin));
    out->port = (uint16_t)port;
    if (make_name(out, &name) == 0)
        return tq_error_set(err, TQ_INVALID, "%s (127.0.0.1:7050)", text);
    return TQ_OK;
}

bool tq_socket_numeric(const char *text, char *out, size_t size)
{
    struct tq_socket_address address = { .port = 0 };
    union name name;

    if (strlen(text) >= sizeof(address.host))
        return false;
    memcpy(address.host, text, strlen(text) + 1);
    if (make_name(&address, &name) == 0)
        return false;
    tq_socket_peer(&name, out, size);
    return strcmp(out, "?") != 0;
}

bool tq_socket_is_loopback(const struct tq_socket_address *address)
{
    union name name;

    if (make_name(address, &name) == 0)
        return false;
    if (name.any.sa_family == AF_INET)
        return (ntohl(name.v4.sin_addr.s_addr) >> 24) == 127;
    return IN6_IS_ADDR_LOOPBACK(&name.v6.sin6_addr);
}

static tq_status fail(const struct tq_socket_address *address, int fd, struct tq_error *err)
{
    int code = errno;

    tq_socket_close(fd);
    return tq_error_set(err, code == EADDRINUSE || code == EACCES ? TQ_PORT_TAKEN : TQ_IO,
            "%s:%u: %s", address->host, address->port, tq_phrase_errno(code));
}

tq_status tq_socket_listen(struct tq_socket_address *address, int *fd, struct tq_error *err)
{
    const int yes = 1;
    union name name;
    socklen_t len = make_name(address, &name);
    int s;

    *fd = -1;
    if (len == 0)
        return tq_error_set(err, TQ_INVALID, "%s", address->host);
    s = socket(name.any.sa_family, SOCK_STREAM, 0);
    if (s < 0)
        return fail(address, s, err);
    /* A port that we held a moment ago is ours again; one that is listened on is not given twice. */
    if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
            fcntl(s, F_SETFD, FD_CLOEXEC) != 0 || fcntl(s, F_SETFL, O_NONBLOCK) != 0 ||
            bind(s, &name.any, len) != 0 || listen(s, BACKLOG) != 0)
        return fail(address, s, err);
    len = sizeof(name);
    if (getsockname(s, &name.any, &len) != 0)
        return fail(address, s, err);
    address->port = ntohs(name.any.sa_family == AF_INET ? name.v4.sin_port : name.v6.sin6_port);
    *fd = s;
    return TQ_OK;
}

void tq_socket_peer(const void *address, char *out, size_t size)
{
    const struct sockaddr *any = address;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    const char *text = NULL;

    if (any != NULL && any->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof(v4));
        text = inet_ntop(AF_INET, &v4.sin_addr, out, (socklen_t)size);
    } else if (any != NULL && any->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof(v6));
        text = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)
                       ? inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], out, (socklen_t)size)
                       : inet_ntop(AF_INET6, &v6.sin6_addr, out, (socklen_t)size);
    }
    if (text == NULL && size > 1)
        memcpy(out, "?", 2);
}

void tq_socket_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

tq_status tq_socket_wait(const int *fds, size_t count, int timeout_ms, struct tq_error *err)
{
    struct pollfd list[WAIT_MAX];

    if (count > WAIT_MAX)
        return tq_error_set(err, TQ_RANGE, "%zu > %u", count, WAIT_MAX);
    for (size_t i = 0; i < count; i++) {
        list[i].fd = fds[i];
        list[i].events = POLLIN;
        list[i].revents = 0;
    }
    if (poll(list, (nfds_t)count, timeout_ms) < 0 && errno != EINTR)
        return tq_error_set(err, TQ_IO, "poll: %s", tq_phrase_errno(errno));
    return TQ_OK;
}
