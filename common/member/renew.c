#include "member/renew.h"

#include <string.h>

#include "member/guest.h"
#include "tuquan/codec.h"
#include "tuquan/file.h"
#include "tuquan/process.h"

tq_status renew_begin(const char *dir, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    struct tq_keys keys;
    tq_status rc = tq_file_join(path, sizeof(path), dir, NETWORK_NEXT_KEYS, err);

    if (rc != TQ_OK || tq_file_exists(path))
        return rc;
    rc = tq_keys_generate(&keys, err);
    if (rc == TQ_OK)
        rc = tq_keys_save(path, &keys, err);
    tq_keys_wipe(&keys);
    return rc;
}

static tq_status load(
        struct network *net, const char *name, struct tq_keys *out, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), net->dir, name, err);

    return rc == TQ_OK ? tq_keys_load(path, out, err) : rc;
}

static tq_status ask(struct network *net, const struct tq_keys *next, struct tq_net *sockets,
        int timeout_ms, int stop_fd, struct tq_arena *arena, struct tq_error *err)
{
    struct guest_config config;
    struct tq_joined joined;
    struct tq_join join;
    tq_status rc;

    memset(&join, 0, sizeof(join));
    memcpy(join.curve_key, next->curve_public, TQ_CURVE_KEY_BYTES);
    memcpy(join.sign_key, next->sign_public, TQ_SIGN_KEY_BYTES);
    tq_renewal_sign(&join, net->link.district, net->link.device, &net->signer);
    memset(&config, 0, sizeof(config));
    config.net = sockets;
    config.address = network_sync_address(net);
    config.kind = TQ_LINK_SYNC;
    config.timeout_ms = timeout_ms;
    config.stop_fd = stop_fd;
    memcpy(config.server_key, net->link.curve_key, TQ_CURVE_KEY_BYTES);
    memcpy(config.public_key, net->keys.curve_public, TQ_CURVE_KEY_BYTES);
    memcpy(config.secret_key, net->keys.curve_secret, TQ_CURVE_KEY_BYTES);
    rc = guest_ask(&config, &join, net->link.district, arena, &joined, err);
    tq_wipe(config.secret_key, sizeof(config.secret_key));
    if (rc == TQ_OK &&
            (joined.certificate.device != net->link.device ||
                    memcmp(joined.district_sign_key, net->link.sign_key, TQ_SIGN_KEY_BYTES) != 0))
        rc = tq_error_set(err, TQ_FORGED, "%s", config.address);
    if (rc == TQ_OK)
        rc = network_take_joined(net, &joined, err);
    tq_wipe(&joined, sizeof(joined));
    return rc;
}

/* Asked with the keys in force, whichever of the two pairs that is: when the answer to an earlier
 * offer was lost, the certificate that came with it comes once more. */
static tq_status offer(struct network *net, const struct tq_keys *next, struct tq_net *sockets,
        int timeout_ms, int stop_fd, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_error unread;
    tq_status rc = ask(net, next, sockets, timeout_ms, stop_fd, arena, err);

    if (rc != TQ_NOT_ADMITTED) {
        if (rc == TQ_OK)
            net->keys = *next; /* the signer reads them there */
        return rc;
    }
    tq_error_clear(err);
    net->keys = *next;
    if (network_is_certified(net))
        return TQ_OK;
    rc = ask(net, next, sockets, timeout_ms, stop_fd, arena, err);
    if (rc == TQ_NOT_ADMITTED) { /* neither: the sync will tell */
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc != TQ_OK && renew_back(net, &unread) != TQ_OK)
        tq_keys_wipe(&net->keys);
    return rc;
}

tq_status renew_offer(struct network *net, struct tq_net *sockets, int timeout_ms, int stop_fd,
        struct tq_error *err)
{
    struct tq_arena *arena;
    struct tq_keys next;
    tq_status rc;

    if (!network_is_renewing(net->dir))
        return TQ_OK;
    rc = load(net, NETWORK_NEXT_KEYS, &next, err);
    if (rc != TQ_OK)
        return rc;
    arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "renewal")
                       : offer(net, &next, sockets, timeout_ms, stop_fd, arena, err);
    net->renewing = rc == TQ_OK;
    tq_arena_free(arena);
    tq_keys_wipe(&next);
    return rc;
}

tq_status renew_end(struct network *net, struct tq_error *err)
{
    char from[NETWORK_PATH_BYTES];
    char to[NETWORK_PATH_BYTES];
    tq_status rc = tq_file_join(from, sizeof(from), net->dir, NETWORK_NEXT_KEYS, err);

    if (rc == TQ_OK)
        rc = tq_file_join(to, sizeof(to), net->dir, NETWORK_KEYS, err);
    if (rc == TQ_OK)
        rc = tq_file_put_over(from, to, err);
    if (rc == TQ_OK) {
        net->renewing = false;
        net->renewed = true;
    }
    return rc;
}

tq_status renew_back(struct network *net, struct tq_error *err)
{
    net->renewing = false;
    return load(net, NETWORK_KEYS, &net->keys, err);
}
