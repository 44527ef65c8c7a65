/* socket.h - A listening TCP socket and waiting for several descriptors at once, for code outside
 * base/ that hands them to a library.
 *
 * Ownership: a descriptor is the caller's until tq_socket_close.
 * Threads:   any. */
#ifndef TQ_SOCKET_H
#define TQ_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/error.h"

#define TQ_SOCKET_HOST_BYTES 64u

struct tq_socket_address {
    char host[TQ_SOCKET_HOST_BYTES]; /* numeric: "127.0.0.1", "::1"; no name is looked up */
    uint16_t port;                   /* 0: any free one */
};

TQ_BEGIN_DECLS

/* "127.0.0.1:7050" or "[::1]:7050". Fails: INVALID. */
TQ_MUST_CHECK tq_status tq_socket_address_parse(
        const char *text, struct tq_socket_address *out, struct tq_error *err);

/* The one way to write a numeric address ("0:0::1" is "::1"), for two to be compared. False: no address
 * in numbers, or no room. */
bool tq_socket_numeric(const char *text, char *out, size_t size);

/* The address is of this machine alone. */
bool tq_socket_is_loopback(const struct tq_socket_address *address);

/* Listen there, not blocking; the port in use is filled in. Fails: PORT_TAKEN, INVALID, IO; *fd is
 * -1 then. */
TQ_MUST_CHECK tq_status tq_socket_listen(
        struct tq_socket_address *address, int *fd, struct tq_error *err);

/* The address of a peer (a struct sockaddr; NULL: not known) in numbers, without its port; "?" where it
 * cannot be told. An IPv4 address that came by IPv6 is shown as IPv4. */
void tq_socket_peer(const void *address, char *out, size_t size);

/* -1 is fine. */
void tq_socket_close(int fd);

/* Wait until one of `fds` can be read or `timeout_ms` (-1: for ever) have passed. A signal ends it
 * early, too. Fails: IO. */
TQ_MUST_CHECK tq_status tq_socket_wait(
        const int *fds, size_t count, int timeout_ms, struct tq_error *err);

TQ_END_DECLS
#endif
