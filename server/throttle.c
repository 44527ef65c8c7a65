#include "throttle.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/hash.h"
#include "tuquan/mem.h"

struct entry {
    uint8_t key[TQ_HASH_BYTES];
    int64_t failures; /* 0: free */
    int64_t last_ms;
    int64_t until_ms;
};

struct throttle {
    struct entry list[THROTTLE_MAX];
};

tq_status throttle_new(struct throttle **out, struct tq_error *err)
{
    *out = tq_mem_zalloc(sizeof(**out));
    return *out != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "throttle");
}

void throttle_free(struct throttle *throttle)
{
    tq_mem_free(throttle);
}

static void hash_of(const char *key, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.throttle.v1", TQ_HASH_BYTES);
    tq_hash_add(&hasher, key, strlen(key));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

static const struct entry *find(const struct throttle *throttle, const uint8_t *key)
{
    for (size_t i = 0; i < THROTTLE_MAX; i++)
        if (throttle->list[i].failures > 0 &&
                memcmp(throttle->list[i].key, key, TQ_HASH_BYTES) == 0)
            return &throttle->list[i];
    return NULL;
}

static bool gives_way_before(const struct entry *a, const struct entry *b)
{
    return a->failures != b->failures ? a->failures < b->failures : a->last_ms < b->last_ms;
}

/* That of the key, or one for it. */
static struct entry *take(struct throttle *throttle, const char *key)
{
    struct entry *weakest = &throttle->list[0];
    uint8_t hash[TQ_HASH_BYTES];

    hash_of(key, hash);
    for (size_t i = 0; i < THROTTLE_MAX; i++) {
        struct entry *entry = &throttle->list[i];

        if (entry->failures > 0 && memcmp(entry->key, hash, TQ_HASH_BYTES) == 0)
            return entry;
        if (gives_way_before(entry, weakest))
            weakest = entry;
    }
    memset(weakest, 0, sizeof(*weakest));
    memcpy(weakest->key, hash, sizeof(hash));
    return weakest;
}

void throttle_fail(struct throttle *throttle, const char *key, int64_t free_tries, int64_t now_ms)
{
    struct entry *entry = take(throttle, key);
    int64_t wait = THROTTLE_FIRST_MS;

    if (entry->failures > 0 && now_ms - entry->last_ms > THROTTLE_DAY_MS)
        entry->failures = 0;
    entry->failures++;
    entry->last_ms = now_ms;
    if (entry->failures < free_tries)
        return;
    for (int64_t i = free_tries; i < entry->failures && wait < THROTTLE_LONGEST_MS; i++)
        wait *= 2;
    entry->until_ms = now_ms + (wait < THROTTLE_LONGEST_MS ? wait : THROTTLE_LONGEST_MS);
}

int64_t throttle_wait_ms(const struct throttle *throttle, const char *key, int64_t now_ms)
{
    uint8_t hash[TQ_HASH_BYTES];
    const struct entry *entry;

    hash_of(key, hash);
    entry = find(throttle, hash);
    return entry != NULL && entry->until_ms > now_ms ? entry->until_ms - now_ms : 0;
}

void throttle_forget(struct throttle *throttle, const char *key)
{
    uint8_t hash[TQ_HASH_BYTES];
    const struct entry *entry;

    hash_of(key, hash);
    entry = find(throttle, hash);
    if (entry != NULL)
        memset(&throttle->list[entry - throttle->list], 0, sizeof(*entry));
}

void throttle_place(const char *address, char *out, size_t size)
{
    const char *at = address;
    int groups = 0;

    snprintf(out, size, "%s", address);
    if (strchr(address, ':') == NULL)
        return;
    /* "a:b:c:d" of "a:b:c:d:e:f:g:h"; "a:b::" ends where the zeros begin. */
    for (; *at != '\0'; at++)
        if (*at == ':' && (at[1] == ':' || ++groups == 4))
            break;
    if ((size_t)(at - address) < size)
        out[at - address] = '\0';
}
