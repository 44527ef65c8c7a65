/* serve_gate.c - Who may pass: devices that are not revoked on sync and news, holders of an open
 * invitation on the guests' port. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve_internal.h"
#include "tuquan/gate.h"
#include "tuquan/mem.h"

#define DOOR_MS INT64_C(60000)
#define DOOR_TIMES 20u

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

/* While connections crowd the server, no single device takes more of them than it can need. */
static bool may_come_again(struct server *s, uint32_t device)
{
    struct gate_door *door = &s->doors[device % GATE_DOORS];
    int64_t now = tq_process_monotonic_ms();

    if (!atomic_load(&s->crowded))
        return true;
    if (door->device != device || now - door->since_ms > DOOR_MS) {
        door->device = device;
        door->since_ms = now;
        door->times = 0;
    }
    return ++door->times <= DOOR_TIMES;
}

bool gate_lookup(void *ctx, const char *domain, const uint8_t key[TQ_LINK_KEY_BYTES],
        char user_id[TQ_USER_ID_SIZE])
{
    struct server *s = ctx;
    struct tq_error err;
    uint32_t device;
    bool guest = false;

    if (strcmp(domain, TQ_GATE_GUEST) == 0) {
        if (tq_devices_guest(s->gate_store, key, app_now_ms(), &guest, &err) != TQ_OK || !guest)
            return false;
        guest_id(key, user_id);
        return true;
    }
    if (tq_devices_by_curve(s->gate_store, key, &device, &err) != TQ_OK ||
            !may_come_again(s, device))
        return false;
    snprintf(user_id, TQ_USER_ID_SIZE, "%u", device);
    return true;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* Asked for every message: the list is in memory, renewed at each look at the file. */
bool gate_admits(void *ctx, const char *user_id)
{
    struct server *s = ctx;
    unsigned long number;
    uint32_t device;
    char *end;

    if (strncmp(user_id, GUEST_ID_PREFIX, strlen(GUEST_ID_PREFIX)) == 0)
        return true; /* an invitation is checked when it is spent */
    number = strtoul(user_id, &end, 10);
    if (*end != '\0' || number == 0 || number > UINT32_MAX)
        return false;
    device = (uint32_t)number;
    return s->nactive > 0 &&
           bsearch(&device, s->active, s->nactive, sizeof(device), by_number) != NULL;
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

tq_status gate_refresh(struct server *s, bool *revoked, struct tq_error *err)
{
    struct tq_device_info *list;
    uint32_t *active;
    size_t count;
    size_t n = 0;
    tq_status rc;

    tq_arena_reset(s->arena);
    rc = tq_devices_list(s->app->store, s->arena, &list, &count, err);
    if (rc != TQ_OK)
        return rc;
    active = tq_mem_alloc((count + 1) * sizeof(*active));
    if (active == NULL)
        return tq_error_set(err, TQ_NOMEM, "devices");
    *revoked = false;
    for (size_t i = 0; i < count; i++) {
        if (list[i].device != TQ_DEVICE_DISTRICT && list[i].revoked_at_ms == 0) {
            active[n++] = list[i].device;
            continue;
        }
        for (size_t k = 0; k < s->nactive; k++)
            *revoked = *revoked || s->active[k] == list[i].device;
        if (list[i].revoked_at_ms != 0)
            tq_district_drop_device(s->district, list[i].device);
    }
    qsort(active, n, sizeof(*active), by_number);
    tq_mem_free(s->active);
    s->active = active;
    s->nactive = n;
    return TQ_OK;
}
