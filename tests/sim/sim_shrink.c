/* sim_shrink.c - Make a failing script short: leave out nights, switches and events while it fails. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim.h"

struct shrinker {
    struct sim_script *script;
    char kind[64]; /* what the failure says, without what differs from run to run */
    char *why;
    time_t end;
};

/* The words of a failure: numbers, keys and values are left out. */
static void kind_of(const char *why, char out[64])
{
    const char *text = strchr(why, ':');
    size_t n = 0;

    for (const char *p = text != NULL ? text : why; *p != '\0' && n < 63; p++)
        if (isalpha((unsigned char)*p) && !isxdigit((unsigned char)*p))
            out[n++] = *p;
    out[n < 24 ? n : 24] = '\0';
}

static bool still_fails(struct shrinker *k, const struct sim_script *script)
{
    struct sim_stats unused;
    uint64_t trace;
    char why[1024];
    char kind[64];

    memset(&unused, 0, sizeof(unused));
    if (sim_run(script, &unused, &trace, why))
        return false;
    kind_of(why, kind);
    if (strcmp(kind, k->kind) != 0)
        return false;
    snprintf(k->why, sizeof(why), "%s", why);
    return true;
}

static bool has_time(const struct shrinker *k)
{
    return time(NULL) < k->end;
}

/* Try without events [from, from + n). */
static bool without(struct shrinker *k, size_t from, size_t n)
{
    struct sim_script *all = k->script;
    struct sim_script less = *all;
    bool fails;

    less.n = all->n - n;
    less.cap = less.n;
    less.events = malloc((less.n > 0 ? less.n : 1) * sizeof(*less.events));
    if (less.events == NULL)
        return false;
    memcpy(less.events, all->events, from * sizeof(*less.events));
    memcpy(less.events + from, all->events + from + n, (all->n - from - n) * sizeof(*less.events));
    fails = still_fails(k, &less);
    if (fails) {
        free(all->events);
        *all = less;
    } else {
        free(less.events);
    }
    return fails;
}

static void drop_events(struct shrinker *k)
{
    for (size_t size = k->script->n / 2; size > 0 && has_time(k); size /= 2) {
        for (size_t from = k->script->n; from > 0 && has_time(k);) {
            size_t n = size < from ? size : from;

            from -= n;
            without(k, from, n);
        }
    }
}

static void drop_office(struct shrinker *k, size_t office)
{
    struct sim_script *all = k->script;
    struct sim_script less = *all;

    less.n = 0;
    less.events = malloc((all->n > 0 ? all->n : 1) * sizeof(*less.events));
    for (size_t i = 0; less.events != NULL && i < all->n; i++)
        if (all->events[i].office != office || sim_is_districts(all->events[i].kind))
            less.events[less.n++] = all->events[i];
    if (less.events != NULL && less.n < all->n && still_fails(k, &less)) {
        free(all->events);
        *all = less;
    } else {
        free(less.events);
    }
}

static void drop_nights(struct shrinker *k)
{
    while (k->script->options.nights > 1 && has_time(k)) {
        struct sim_script less = *k->script;

        less.options.nights--;
        while (less.n > 0 && less.events[less.n - 1].night >= less.options.nights)
            less.n--;
        if (!still_fails(k, &less))
            return;
        k->script->options.nights = less.options.nights;
        k->script->n = less.n;
    }
}

static void drop_switches(struct shrinker *k)
{
    struct sim_options *o = &k->script->options;

#define X(field)                                                                                   \
    if (o->field && has_time(k)) {                                                                 \
        o->field = false;                                                                          \
        o->field = !still_fails(k, k->script);                                                     \
    }
    SIM_SWITCHES(X)
#undef X
}

void sim_shrink(struct sim_script *script, char *why, int seconds)
{
    struct shrinker k;

    memset(&k, 0, sizeof(k));
    k.script = script;
    k.why = why;
    k.end = time(NULL) + seconds;
    kind_of(why, k.kind);
    drop_nights(&k);
    for (size_t i = SIM_OFFICES; i > 0 && has_time(&k); i--)
        drop_office(&k, i - 1);
    drop_events(&k);
    drop_switches(&k);
    drop_events(&k);
}
