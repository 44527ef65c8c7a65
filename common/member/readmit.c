#include "member/readmit.h"

#include <string.h>

#include "member/guest.h"
#include "tuquan/codec.h"
#include "tuquan/process.h"

static tq_status about_the_file(
        struct network *net, struct tq_arena *arena, struct tq_join *join, struct tq_error *err)
{
    const struct tq_office_ops *ops = net->office.ops;
    struct tq_office_fork fork;
    void *letter;
    tq_status rc = tq_office_whose(&net->office, join, err);

    memset(&fork, 0, sizeof(fork));
    if (rc == TQ_OK)
        rc = ops->begin(net->store, TQ_TXN_READ, err);
    if (rc == TQ_OK)
        rc = ops->fork_last(net->store, &fork, err);
    ops->rollback(net->store);
    if (rc != TQ_OK || fork.incarnation != join->former_incarnation)
        return rc;
    letter = tq_arena_copy(arena, fork.letter, strlen(fork.letter));
    if (letter == NULL)
        return tq_error_set(err, TQ_NOMEM, "join");
    join->letter = tq_slice_of(letter, strlen(fork.letter));
    return TQ_OK;
}

static tq_status ask(struct network *net, struct tq_net *sockets, int timeout_ms, int stop_fd,
        struct tq_arena *arena, struct tq_error *err)
{
    struct district_link *link = &net->link;
    struct guest_config config;
    struct tq_joined joined;
    struct tq_join join;
    char address[TQ_LINK_ADDRESS_SIZE];
    tq_status rc;

    network_guest_address(net, address);
    memset(&join, 0, sizeof(join));
    memset(&config, 0, sizeof(config));
    join.returns = true;
    rc = tq_certificate_decode(
            tq_slice_of(link->certificate, link->certificate_len), arena, &join.certificate, err);
    if (rc == TQ_OK)
        rc = about_the_file(net, arena, &join, err);
    if (rc != TQ_OK)
        return rc;
    memcpy(join.curve_key, net->keys.curve_public, TQ_CURVE_KEY_BYTES);
    memcpy(join.sign_key, net->keys.sign_public, TQ_SIGN_KEY_BYTES);
    join.machine = tq_slice_str(link->machine);
    config.net = sockets;
    config.address = address;
    config.timeout_ms = timeout_ms;
    config.stop_fd = stop_fd;
    memcpy(config.server_key, link->curve_key, TQ_CURVE_KEY_BYTES);
    memcpy(config.secret_key, link->readmit_secret, TQ_CURVE_KEY_BYTES);
    tq_curve_public(config.public_key, config.secret_key);
    rc = guest_ask(&config, &join, link->district, arena, &joined, err);
    tq_wipe(config.secret_key, sizeof(config.secret_key));
    if (rc == TQ_OK &&
            (joined.certificate.device != link->device ||
                    memcmp(joined.district_sign_key, link->sign_key, TQ_SIGN_KEY_BYTES) != 0))
        rc = tq_error_set(err, TQ_FORGED, "%s", address);
    if (rc == TQ_OK)
        rc = network_take_joined(net, &joined, err);
    tq_wipe(joined.readmit_secret, sizeof(joined.readmit_secret));
    return rc;
}

tq_status readmit(struct network *net, struct tq_net *sockets, int timeout_ms, int stop_fd,
        struct tq_error *err)
{
    struct tq_arena *arena;
    tq_status rc;

    if (net->link.certificate_len == 0 || net->link.guest_address[0] == '\0')
        return tq_error_set(
                err, TQ_NOT_FOUND, "%s " NETWORK_LINK, tq_phrase(TQ_PHRASE_NO_CERTIFICATE));
    arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "join")
                       : ask(net, sockets, timeout_ms, stop_fd, arena, err);
    net->readmitted = net->readmitted || rc == TQ_OK;
    tq_arena_free(arena);
    return rc;
}
