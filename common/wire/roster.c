#include <stdlib.h>
#include <string.h>

#include "tuquan/gate.h"
#include "tuquan/mem.h"
#include "tuquan/thread.h"

struct tq_roster {
    struct tq_mutex *lock;
    struct tq_roster_entry *by_key;
    const char **by_user; /* into by_key */
    size_t count;
};

static int compare_keys(const void *a, const void *b)
{
    const struct tq_roster_entry *x = a;
    const struct tq_roster_entry *y = b;

    return memcmp(x->key, y->key, sizeof(x->key));
}

static int compare_users(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

tq_status tq_roster_new(struct tq_roster **out, struct tq_error *err)
{
    struct tq_roster *roster = tq_mem_zalloc(sizeof(*roster));
    tq_status rc;

    *out = NULL;
    if (roster == NULL)
        return tq_error_set(err, TQ_NOMEM, "roster");
    rc = tq_mutex_new(&roster->lock, err);
    if (rc != TQ_OK)
        tq_mem_free(roster);
    else
        *out = roster;
    return rc;
}

void tq_roster_free(struct tq_roster *roster)
{
    if (roster == NULL)
        return;
    tq_mutex_free(roster->lock);
    tq_mem_free(roster->by_user);
    tq_mem_free(roster->by_key);
    tq_mem_free(roster);
}

static tq_status check_entries(
        const struct tq_roster_entry *by_key, size_t count, struct tq_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct tq_roster_entry *entry = &by_key[i];

        if (entry->user_id[0] == '\0' ||
                memchr(entry->user_id, '\0', sizeof(entry->user_id)) == NULL)
            return tq_error_set(err, TQ_INVALID, "user_id %zu", i);
        if (i > 0 && compare_keys(entry - 1, entry) == 0)
            return tq_error_set(err, TQ_INVALID, "%s, %s: %s", entry[-1].user_id, entry->user_id,
                    tq_phrase(TQ_PHRASE_TWICE));
    }
    return TQ_OK;
}

tq_status tq_roster_replace(struct tq_roster *roster, const struct tq_roster_entry *entries,
        size_t count, struct tq_error *err)
{
    struct tq_roster_entry *by_key = tq_mem_zalloc((count + 1) * sizeof(*by_key));
    const char **by_user = tq_mem_zalloc((count + 1) * sizeof(*by_user));
    struct tq_roster_entry *old_keys = NULL;
    const char **old_users = NULL;
    tq_status rc;

    if (by_key == NULL || by_user == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "roster of %zu", count);
        goto out;
    }
    if (count > 0) {
        memcpy(by_key, entries, count * sizeof(*by_key));
        qsort(by_key, count, sizeof(*by_key), compare_keys);
    }
    rc = check_entries(by_key, count, err);
    if (rc != TQ_OK)
        goto out;
    for (size_t i = 0; i < count; i++)
        by_user[i] = by_key[i].user_id;
    qsort(by_user, count, sizeof(*by_user), compare_users);
    tq_mutex_lock(roster->lock);
    old_keys = roster->by_key;
    old_users = roster->by_user;
    roster->by_key = by_key;
    roster->by_user = by_user;
    roster->count = count;
    tq_mutex_unlock(roster->lock);
    by_key = old_keys;
    by_user = old_users;

out:
    tq_mem_free(by_user);
    tq_mem_free(by_key);
    return rc;
}

bool tq_roster_lookup(void *ctx, const char *domain, const uint8_t key[TQ_LINK_KEY_BYTES],
        char user_id[TQ_USER_ID_SIZE])
{
    struct tq_roster *roster = ctx;
    bool guest = strcmp(domain, TQ_GATE_GUEST) == 0;
    struct tq_roster_entry wanted;
    const struct tq_roster_entry *found = NULL;
    bool admitted = false;

    if (!guest && strcmp(domain, TQ_GATE_SYNC) != 0 && strcmp(domain, TQ_GATE_NEWS) != 0)
        return false;
    memset(&wanted, 0, sizeof(wanted));
    memcpy(wanted.key, key, sizeof(wanted.key));
    tq_mutex_lock(roster->lock);
    if (roster->count > 0)
        found = bsearch(&wanted, roster->by_key, roster->count, sizeof(wanted), compare_keys);
    if (found != NULL && found->guest == guest) {
        memcpy(user_id, found->user_id, TQ_USER_ID_SIZE);
        admitted = true;
    }
    tq_mutex_unlock(roster->lock);
    return admitted;
}

bool tq_roster_admits(void *ctx, const char *user_id)
{
    struct tq_roster *roster = ctx;
    bool admitted;

    tq_mutex_lock(roster->lock);
    admitted = roster->count > 0 && bsearch(&user_id, roster->by_user, roster->count,
                                            sizeof(roster->by_user[0]), compare_users) != NULL;
    tq_mutex_unlock(roster->lock);
    return admitted;
}
