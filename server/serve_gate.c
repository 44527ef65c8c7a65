/* serve_gate.c - What the roster of the gate is filled with: devices that are not revoked on sync and
 * news; on the guests' port holders of an open invitation, and, while the district takes lost devices
 * back, the key that those have for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve_internal.h"
#include "tuquan/gate.h"
#include "tuquan/mem.h"

#define DOOR_MS INT64_C(60000)
#define DOOR_TIMES 20u
#define CONNECTIONS_AT_ONCE 240
#define CONNECTIONS_A_MINUTE 300

/* A guest's user-id carries its one-time key: 32 bytes as 52 letters of base32, for a user-id has
 * no room for hex. */
static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz234567";

static void guest_id(const uint8_t key[TQ_CURVE_KEY_BYTES], char *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = strlen(GUEST_ID_PREFIX);

    memcpy(out, GUEST_ID_PREFIX, n);
    for (size_t i = 0; i < TQ_CURVE_KEY_BYTES; i++) {
        bits = bits << 8 | key[i];
        have += 8;
        while (have >= 5) {
            have -= 5;
            out[n++] = LETTERS[bits >> have & 31];
        }
    }
    if (have > 0)
        out[n++] = LETTERS[bits << (5 - have) & 31];
    out[n] = '\0';
}

bool gate_guest_key(const char *user_id, uint8_t out[TQ_CURVE_KEY_BYTES])
{
    size_t skip = strlen(GUEST_ID_PREFIX);
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;

    if (strncmp(user_id, GUEST_ID_PREFIX, skip) != 0)
        return false;
    for (const char *p = user_id + skip; *p != '\0' && n < TQ_CURVE_KEY_BYTES; p++) {
        const char *at = strchr(LETTERS, *p);

        if (at == NULL)
            return false;
        bits = bits << 5 | (uint32_t)(at - LETTERS);
        have += 5;
        if (have >= 8) {
            have -= 8;
            out[n++] = (uint8_t)(bits >> have);
        }
    }
    return n == TQ_CURVE_KEY_BYTES;
}

/* While connections crowd the server, no single device takes more of them than it can need; and
 * whoever takes more than that is counted at any time. */
static bool may_come_again(struct server *s, uint32_t device)
{
    struct gate_door *door = &s->doors[device % GATE_DOORS];
    int64_t now = tq_process_monotonic_ms();
    bool may = true;

    if (door->device != device)
        memset(door, 0, sizeof(*door));
    door->device = device;
    if (atomic_load(&s->crowded)) {
        if (now - door->since_ms > DOOR_MS) {
            door->since_ms = now;
            door->times = 0;
        }
        may = ++door->times <= DOOR_TIMES;
    }
    if (!allowance_take(&door->connections, CONNECTIONS_AT_ONCE, CONNECTIONS_A_MINUTE) || !may) {
        atomic_store(&s->over_device, device);
        atomic_fetch_add(&s->over, 1);
    }
    if (!may)
        atomic_fetch_add(&s->over_refused, 1);
    return may;
}

/* The number of a user-id "NUMBER:KEY"; 0: a guest's, or no such thing. */
uint32_t gate_device(const char *user_id)
{
    uint64_t number = 0;
    const char *p = user_id;

    for (; *p >= '0' && *p <= '9' && number <= UINT32_MAX; p++)
        number = number * 10 + (uint64_t)(*p - '0');
    return *p == ':' && number <= UINT32_MAX ? (uint32_t)number : 0;
}

bool gate_lookup(void *ctx, const char *domain, const uint8_t key[TQ_LINK_KEY_BYTES],
        char user_id[TQ_USER_ID_SIZE])
{
    struct server *s = ctx;
    uint32_t device;

    if (!tq_roster_lookup(s->roster, domain, key, user_id))
        return false;
    device = gate_device(user_id);
    return device == 0 || may_come_again(s, device);
}

/* Asked for every message. */
bool gate_admits(void *ctx, const char *user_id)
{
    struct server *s = ctx;

    if (strncmp(user_id, GUEST_ID_PREFIX, strlen(GUEST_ID_PREFIX)) == 0)
        return true; /* an invitation is checked when it is spent */
    return tq_roster_admits(s->roster, user_id);
}

/* A new machine syncs at once: it must not find itself unknown until the next look at the file. */
tq_status gate_refresh_for_new(struct server *s, struct tq_error *err)
{
    struct tq_arena *arena = s->arena; /* holds the certificate that is about to be sent */
    bool revoked;
    tq_status rc;

    s->arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    rc = s->arena == NULL ? tq_error_set(err, TQ_NOMEM, "devices") : gate_refresh(s, &revoked, err);
    s->must_rekey = s->must_rekey || (rc == TQ_OK && revoked);
    tq_arena_free(s->arena);
    s->arena = arena;
    return rc;
}

tq_status gate_keep_up(struct server *s, struct tq_error *err)
{
    bool revoked = false;
    bool is;
    tq_status rc = tq_district_store_written_beside(s->app->store, &is, err);

    if (rc == TQ_OK && is)
        rc = gate_refresh(s, &revoked, err);
    s->must_rekey = s->must_rekey || (rc == TQ_OK && revoked);
    return rc;
}

/* The key stands in the user-id: a connection is good as long as the key that made it is. */
static void device_entry(struct tq_roster_entry *entry, uint32_t device, const uint8_t *key)
{
    char short_key[17];

    memset(entry, 0, sizeof(*entry));
    memcpy(entry->key, key, sizeof(entry->key));
    tq_hex(short_key, key, 8);
    snprintf(entry->user_id, sizeof(entry->user_id), "%u:%s", device, short_key);
}

static void guest_entry(struct tq_roster_entry *entry, const uint8_t *key)
{
    memset(entry, 0, sizeof(*entry));
    memcpy(entry->key, key, sizeof(entry->key));
    guest_id(key, entry->user_id);
    entry->guest = true;
}

/* Devices that are good; a revoked one that was among them until now is told of. */
static size_t add_devices(struct server *s, const struct tq_device_info *list, size_t count,
        struct tq_roster_entry *entries, bool *revoked)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i].device == TQ_DEVICE_DISTRICT)
            continue;
        device_entry(&entries[n], list[i].device, list[i].curve_key);
        if (list[i].revoked_at_ms == 0) {
            n++;
            if (list[i].offers_keys && list[i].offered_at_ms + TQ_OFFER_MS > s->now_ms) {
                device_entry(&entries[n], list[i].device, list[i].next_curve_key);
                memcpy(s->offered[s->noffered++].user_id, entries[n].user_id, TQ_USER_ID_SIZE);
                n++;
            }
            continue;
        }
        *revoked = *revoked || tq_roster_admits(s->roster, entries[n].user_id);
        tq_district_drop_device(s->district, list[i].device);
    }
    return n;
}

/* Does the message come under keys that were only offered until now? Then they are in force. */
tq_status gate_keys_used(struct server *s, const char *user_id, struct tq_error *err)
{
    uint32_t device = gate_device(user_id);
    char about[32];
    tq_status rc;

    for (size_t i = 0; i < s->noffered; i++) {
        if (strcmp(s->offered[i].user_id, user_id) != 0)
            continue;
        tq_arena_reset(s->arena);
        snprintf(about, sizeof(about), "device %u", device);
        rc = tq_devices_keys_used(s->app->store, device, s->now_ms, s->arena, err);
        if (rc == TQ_OK)
            rc = tq_devices_audit(s->app->store, s->now_ms, tq_slice_str("server"),
                    tq_slice_str("keys renewed"), tq_slice_str(about), tq_slice_str(""), err);
        s->must_rekey = true; /* who holds the former ones opens no broadcast any more */
        return rc == TQ_OK ? gate_refresh_for_new(s, err) : rc;
    }
    return TQ_OK;
}

tq_status gate_refresh(struct server *s, bool *revoked, struct tq_error *err)
{
    struct tq_readmission readmission;
    struct tq_roster_entry *entries;
    struct offered_key *offered;
    struct tq_device_info *list;
    const uint8_t *guests;
    size_t nguests;
    size_t count;
    size_t n;
    tq_status rc;

    *revoked = false;
    tq_arena_reset(s->arena);
    rc = tq_devices_list(s->app->store, s->arena, &list, &count, err);
    if (rc == TQ_OK)
        rc = tq_devices_guests(s->app->store, s->now_ms, s->arena, &guests, &nguests, err);
    if (rc == TQ_OK)
        rc = tq_devices_readmission(s->app->store, &readmission, err);
    if (rc != TQ_OK)
        return rc;
    entries = tq_arena_array(s->arena, 2 * count + nguests + 1, sizeof(*entries));
    offered = tq_mem_zalloc((count + 1) * sizeof(*offered));
    if (entries == NULL || offered == NULL) {
        tq_mem_free(offered);
        return tq_error_set(err, TQ_NOMEM, "devices");
    }
    tq_mem_free(s->offered);
    s->offered = offered;
    s->noffered = 0;
    n = add_devices(s, list, count, entries, revoked);
    for (size_t i = 0; i < nguests; i++)
        guest_entry(&entries[n++], guests + i * TQ_CURVE_KEY_BYTES);
    s->readmit_until_ms = readmission.until_ms > s->now_ms ? readmission.until_ms : 0;
    if (s->readmit_until_ms != 0) {
        guest_entry(&entries[n], s->readmit_key);
        memcpy(s->readmit_id, entries[n++].user_id, sizeof(s->readmit_id));
    }
    s->guests_wanted = nguests > 0 || s->readmit_until_ms != 0;
    return tq_roster_replace(s->roster, entries, n, err);
}
