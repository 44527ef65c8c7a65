#include "member/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/codec.h"
#include "tuquan/file.h"
#include "tuquan/process.h"
#include "tuquan/text.h"

#define MAX_LINK_FILE ((size_t)16384)

static char *text_of(struct district_link *link, const char *name)
{
    return strcmp(name, "sync_address") == 0    ? link->sync_address
           : strcmp(name, "news_address") == 0  ? link->news_address
           : strcmp(name, "guest_address") == 0 ? link->guest_address
           : strcmp(name, "machine") == 0       ? link->machine
                                                : NULL;
}

/* "name = value" per line; unknown names are of a newer version and skipped. */
static bool take_line(struct district_link *link, const char *name, const char *value, size_t len)
{
    char *to = text_of(link, name);

    if (to != NULL) {
        if (len >= TQ_LINK_ADDRESS_SIZE)
            return false;
        memcpy(to, value, len);
        to[len] = '\0';
        return true;
    }
    if (strcmp(name, "curve_key") == 0)
        return tq_unhex(value, len, link->curve_key, sizeof(link->curve_key));
    if (strcmp(name, "sign_key") == 0)
        return tq_unhex(value, len, link->sign_key, sizeof(link->sign_key));
    if (strcmp(name, "district") == 0)
        return tq_unhex(value, len, link->district, sizeof(link->district));
    if (strcmp(name, "readmit_secret") == 0)
        return tq_unhex(value, len, link->readmit_secret, sizeof(link->readmit_secret));
    if (strcmp(name, "certificate") == 0) {
        link->certificate_len = len / 2;
        return len / 2 <= sizeof(link->certificate) &&
               tq_unhex(value, len, link->certificate, len / 2);
    }
    if (strcmp(name, "device") == 0)
        link->device = (uint32_t)strtoul(value, NULL, 10);
    return true;
}

/* A line that is missing leaves its key so. */
static bool is_nothing(const uint8_t *key, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++)
        any |= key[i];
    return any == 0;
}

tq_status network_load_link(const char *dir, struct district_link *link, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    struct tq_buf text;
    unsigned line = 0;
    tq_status rc = tq_file_join(path, sizeof(path), dir, NETWORK_LINK, err);

    memset(link, 0, sizeof(*link));
    tq_buf_init(&text, MAX_LINK_FILE);
    tq_buf_keep_secret(&text);
    if (rc == TQ_OK && tq_file_exists(path) && !tq_file_is_private(path))
        rc = tq_error_set(err, TQ_KEY_FILE, "%s: %s", path, tq_phrase(TQ_PHRASE_KEY_FILE_OPEN));
    if (rc == TQ_OK)
        rc = tq_file_read(path, MAX_LINK_FILE, &text, err);
    if (rc == TQ_NOT_FOUND)
        rc = tq_error_set(err, TQ_NOT_JOINED, "%s", path);
    tq_buf_append_u8(&text, 0);
    if (rc == TQ_OK && !tq_buf_is_ok(&text))
        rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    for (char *at = (char *)text.data; rc == TQ_OK && at != NULL && *at != '\0';) {
        char *end = strchr(at, '\n');
        char *equals = strstr(at, " = ");
        size_t len;

        line++;
        if (end == NULL)
            end = at + strlen(at);
        if (*at != '#' && end > at) {
            if (equals == NULL || equals > end) {
                rc = tq_error_set(err, TQ_CONFIG, "%s:%u", path, line);
                break;
            }
            *equals = '\0';
            len = (size_t)(end - equals) - 3;
            if (!take_line(link, at, equals + 3, len))
                rc = tq_error_set(err, TQ_CONFIG, "%s:%u: %s", path, line, at);
        }
        at = *end == '\0' ? NULL : end + 1;
    }
    if (rc == TQ_OK && (link->sync_address[0] == '\0' || link->device == 0 ||
                               is_nothing(link->curve_key, sizeof(link->curve_key)) ||
                               is_nothing(link->sign_key, sizeof(link->sign_key))))
        rc = tq_error_set(err, TQ_CONFIG, "%s", path);
    tq_buf_deinit(&text);
    return rc;
}

static void append_hex(struct tq_buf *out, const char *name, const uint8_t *data, size_t len)
{
    char hex[2 * NETWORK_CERTIFICATE_BYTES + 1];

    tq_hex(hex, data, len);
    tq_buf_printf(out, "%s = %s\n", name, hex);
    tq_wipe(hex, 2 * len);
}

tq_status network_save_link(const char *dir, const struct district_link *link, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    struct tq_buf text;
    tq_status rc = tq_file_join(path, sizeof(path), dir, NETWORK_LINK, err);

    tq_buf_init(&text, MAX_LINK_FILE);
    tq_buf_keep_secret(&text);
    tq_buf_append_str(
            &text, "# Huyện mà máy này đã tham gia; do `join` ghi. / Written by `join`.\n");
    tq_buf_printf(&text, "sync_address = %s\n", link->sync_address);
    tq_buf_printf(&text, "news_address = %s\n", link->news_address);
    append_hex(&text, "curve_key", link->curve_key, sizeof(link->curve_key));
    append_hex(&text, "sign_key", link->sign_key, sizeof(link->sign_key));
    append_hex(&text, "district", link->district, sizeof(link->district));
    tq_buf_printf(&text, "device = %u\n", link->device);
    if (link->machine[0] != '\0')
        tq_buf_printf(&text, "machine = %s\n", link->machine);
    if (link->certificate_len > 0) {
        tq_buf_printf(&text, "guest_address = %s\n", link->guest_address);
        append_hex(&text, "readmit_secret", link->readmit_secret, sizeof(link->readmit_secret));
        append_hex(&text, "certificate", link->certificate, link->certificate_len);
    }
    if (rc == TQ_OK)
        rc = tq_buf_is_ok(&text) ? tq_file_replace(path, tq_buf_slice(&text), true, err)
                                 : tq_error_set(err, TQ_NOMEM, "%s", path);
    tq_buf_deinit(&text);
    return rc;
}

static void copy_text(char *out, size_t size, struct tq_slice text)
{
    snprintf(out, size, "%.*s", (int)text.len, (const char *)text.data);
}

/* Whoever reads the link to write it again holds this meanwhile: `machine --name` beside an agent. */
static tq_status hold_link(const char *dir, struct tq_file_lock **out, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), dir, "link.lock", err);

    *out = NULL;
    return rc == TQ_OK ? tq_file_lock(out, path, err) : rc;
}

tq_status network_rename(const char *dir, const char *name, struct tq_error *err)
{
    struct district_link link;
    struct tq_file_lock *lock;
    tq_status rc = hold_link(dir, &lock, err);

    memset(&link, 0, sizeof(link));
    if (rc == TQ_OK)
        rc = network_load_link(dir, &link, err);
    if (rc == TQ_OK && strlen(name) >= sizeof(link.machine))
        rc = tq_error_set(err, TQ_TOO_LARGE, "%zu", sizeof(link.machine) - 1);
    if (rc == TQ_OK) {
        copy_text(link.machine, sizeof(link.machine), tq_slice_str(name));
        rc = network_save_link(dir, &link, err);
    }
    tq_wipe(&link, sizeof(link));
    if (lock != NULL)
        tq_file_unlock(lock);
    return rc;
}

void network_read_name(struct network *net)
{
    struct district_link link;

    if (network_load_link(net->dir, &link, NULL) == TQ_OK)
        memcpy(net->link.machine, link.machine, sizeof(link.machine));
    tq_wipe(&link, sizeof(link));
}

tq_status network_fill_link(
        struct district_link *link, const struct tq_joined *joined, struct tq_error *err)
{
    struct tq_buf certificate;
    tq_status rc;

    copy_text(link->sync_address, sizeof(link->sync_address), joined->sync_address);
    copy_text(link->news_address, sizeof(link->news_address), joined->broadcast_address);
    copy_text(link->guest_address, sizeof(link->guest_address), joined->guest_address);
    memcpy(link->sign_key, joined->district_sign_key, sizeof(link->sign_key));
    memcpy(link->readmit_secret, joined->readmit_secret, sizeof(link->readmit_secret));
    memcpy(link->district, joined->certificate.district, sizeof(link->district));
    link->device = joined->certificate.device;
    tq_buf_init(&certificate, 0);
    rc = tq_certificate_encode(&joined->certificate, true, &certificate, err);
    if (rc == TQ_OK && certificate.len > sizeof(link->certificate))
        rc = tq_error_set(err, TQ_TOO_LARGE, "certificate of %zu bytes", certificate.len);
    if (rc == TQ_OK) {
        memcpy(link->certificate, certificate.data, certificate.len);
        link->certificate_len = certificate.len;
    }
    tq_buf_deinit(&certificate);
    return rc;
}

tq_status network_take_joined(
        struct network *net, const struct tq_joined *joined, struct tq_error *err)
{
    struct tq_file_lock *lock = NULL;
    tq_status rc = network_fill_link(&net->link, joined, err);

    if (rc == TQ_OK)
        rc = hold_link(net->dir, &lock, err);
    if (rc == TQ_OK) {
        network_read_name(net); /* it may have been changed since */
        rc = network_save_link(net->dir, &net->link, err);
    }
    if (lock != NULL)
        tq_file_unlock(lock);
    return rc;
}

bool network_is_renewing(const char *dir)
{
    char path[NETWORK_PATH_BYTES];

    return tq_file_join(path, sizeof(path), dir, NETWORK_NEXT_KEYS, NULL) == TQ_OK &&
           tq_file_exists(path);
}

/* Is the certificate about this signing key, or was it this device's before? Without one, both are
 * false. */
static tq_status look_at_certificate(const struct district_link *link, const struct tq_keys *keys,
        bool *there, bool *is, bool *was, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new((size_t)1 << 20);
    struct tq_certificate c;
    tq_status rc = TQ_OK;

    *there = link->certificate_len > 0;
    *is = *was = false;
    if (arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "certificate");
    if (*there)
        rc = tq_certificate_decode(
                tq_slice_of(link->certificate, link->certificate_len), arena, &c, err);
    if (rc == TQ_OK && *there) {
        *is = memcmp(c.curve_key, keys->curve_public, sizeof(c.curve_key)) == 0 &&
              memcmp(c.sign_key, keys->sign_public, sizeof(c.sign_key)) == 0;
        for (size_t at = 0; at + TQ_SIGN_KEY_BYTES <= c.former.len; at += TQ_SIGN_KEY_BYTES)
            *was = *was || memcmp(c.former.data + at, keys->sign_public, TQ_SIGN_KEY_BYTES) == 0;
    }
    tq_arena_free(arena);
    return rc;
}

bool network_is_certified(const struct network *net)
{
    bool there;
    bool is;
    bool was;

    return look_at_certificate(&net->link, &net->keys, &there, &is, &was, NULL) == TQ_OK && is;
}

/* What another's key signs, the district refuses for ever: it must not come to sealing. */
tq_status network_check_keys(const char *dir, const struct district_link *link,
        const struct tq_keys *keys, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    bool there;
    bool is;
    bool was;
    tq_status rc = look_at_certificate(link, keys, &there, &is, &was, err);

    if (rc != TQ_OK && rc != TQ_NOMEM)
        return tq_error_set(err, TQ_CONFIG, "%s/%s", dir, NETWORK_LINK);
    if (rc == TQ_OK)
        rc = tq_file_join(path, sizeof(path), dir, NETWORK_KEYS, err);
    /* While a renewal is under way the certificate may be about the pair that takes its place. */
    if (rc != TQ_OK || !there || is || (was && network_is_renewing(dir)))
        return rc;
    return tq_error_set(err, TQ_KEY_FILE, "%s: %s", path, tq_phrase(TQ_PHRASE_KEY_FILE_ANOTHERS));
}

/* The file must be the one that joined with these keys. */
static tq_status check_file(
        struct tq_office_store *store, const struct district_link *link, struct tq_error *err)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct tq_office_state state;
    struct tq_arena *arena = tq_arena_new((size_t)1 << 20);
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "file")
                                 : ops->begin(store, TQ_TXN_READ, err);

    if (rc == TQ_OK) {
        rc = ops->state_get(store, arena, &state, err);
        ops->rollback(store);
    }
    if (rc == TQ_OK && (state.device != link->device ||
                               memcmp(state.district, link->district, sizeof(state.district)) != 0))
        rc = tq_error_set(err, TQ_WRONG_FILE, "%s %u, %s %u (" NETWORK_LINK "): %s",
                tq_phrase(TQ_PHRASE_DEVICE), state.device, tq_phrase(TQ_PHRASE_DEVICE),
                link->device, tq_phrase(TQ_PHRASE_OTHERS_FILE));
    tq_arena_free(arena);
    return rc;
}

tq_status network_check_file(const char *dir, struct tq_db *db, struct tq_error *err)
{
    struct tq_office_store *store = NULL;
    struct district_link link;
    struct tq_error unread;
    char fresh[NETWORK_PATH_BYTES];
    tq_status rc = tq_file_join(fresh, sizeof(fresh), dir, NETWORK_FRESH_KEYS, err);

    /* A join that was cut has bound the file and not yet written its link: joining goes on. */
    if (rc != TQ_OK || tq_file_exists(fresh))
        return rc;
    rc = network_load_link(dir, &link, &unread);
    if (rc == TQ_OK)
        rc = tq_office_store_new(&store, db, err);
    else
        rc = rc == TQ_NOMEM ? tq_error_set(err, rc, "%s", dir) : TQ_OK; /* the sync tells */
    if (rc == TQ_OK && store != NULL)
        rc = check_file(store, &link, err);
    tq_office_store_free(store);
    tq_wipe(&link, sizeof(link));
    return rc;
}

tq_status network_open(struct network *net, const char *dir, struct tq_db *db, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    tq_status rc;

    memset(net, 0, sizeof(*net));
    net->dir = dir;
    rc = network_load_link(dir, &net->link, err);
    if (rc == TQ_OK)
        rc = tq_file_join(path, sizeof(path), dir, NETWORK_KEYS, err);
    if (rc == TQ_OK)
        rc = tq_keys_load(path, &net->keys, err);
    if (rc == TQ_OK)
        rc = network_check_keys(dir, &net->link, &net->keys, err);
    if (rc == TQ_OK)
        rc = tq_office_store_new(&net->store, db, err);
    if (rc == TQ_OK)
        rc = check_file(net->store, &net->link, err);
    if (rc != TQ_OK) {
        network_close(net);
        return rc;
    }
    net->signer = tq_signer_of(&net->keys);
    net->office.catalogue = tq_db_catalogue(db);
    net->office.ops = tq_office_store_ops();
    net->office.store = net->store;
    net->office.codec = tq_codec_ops();
    net->office.signer = &net->signer;
    net->office.verify = tq_verify;
    memcpy(net->office.district_key, net->link.sign_key, TQ_SIGN_KEY_BYTES);
    net->office.nfc = tq_text_nfc;
    tq_process_place(dir, net->office.place, sizeof(net->office.place));
    return TQ_OK;
}

void network_close(struct network *net)
{
    tq_office_store_free(net->store);
    tq_keys_wipe(&net->keys);
    tq_wipe(net, sizeof(*net));
}

const char *network_sync_address(const struct network *net)
{
    return net->server != NULL && net->server[0] != '\0' ? net->server : net->link.sync_address;
}

const char *network_news_address(const struct network *net)
{
    return net->broadcast != NULL && net->broadcast[0] != '\0' ? net->broadcast
                                                               : net->link.news_address;
}

/* "tcp://host:port": up to the last colon. */
static size_t without_port(const char *address)
{
    const char *colon = strrchr(address, ':');

    return colon == NULL ? strlen(address) : (size_t)(colon - address);
}

void network_guest_address(const struct network *net, char out[TQ_LINK_ADDRESS_SIZE])
{
    const char *joined = net->link.guest_address;

    if (net->guest != NULL && net->guest[0] != '\0')
        snprintf(out, TQ_LINK_ADDRESS_SIZE, "%s", net->guest);
    else if (net->server != NULL && net->server[0] != '\0')
        snprintf(out, TQ_LINK_ADDRESS_SIZE, "%.*s%s", (int)without_port(net->server), net->server,
                joined + without_port(joined));
    else
        snprintf(out, TQ_LINK_ADDRESS_SIZE, "%s", joined);
}
