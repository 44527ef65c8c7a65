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

/* These events instead, if they fail too; takes them. */
static void try_events(struct shrinker *k, struct sim_event *events, size_t n)
{
    struct sim_script *all = k->script;
    struct sim_script less = *all;

    less.events = events;
    less.n = n;
    less.cap = n;
    if (!still_fails(k, &less)) {
        free(events);
        return;
    }
    free(all->events);
    all->events = events;
    all->n = n;
    all->cap = n;
}

/* Try without events [from, from + n). */
static void without(struct shrinker *k, size_t from, size_t n)
{
    const struct sim_script *all = k->script;
    size_t left = all->n - n;
    struct sim_event *events = malloc((left > 0 ? left : 1) * sizeof(*events));

    if (events == NULL)
        return;
    memcpy(events, all->events, from * sizeof(*events));
    memcpy(events + from, all->events + from + n, (left - from) * sizeof(*events));
    try_events(k, events, left);
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
    const struct sim_script *all = k->script;
    struct sim_event *events = malloc((all->n > 0 ? all->n : 1) * sizeof(*events));
    size_t n = 0;

    for (size_t i = 0; events != NULL && i < all->n; i++)
        if (all->events[i].office != office || sim_is_districts(all->events[i].kind))
            events[n++] = all->events[i];
    if (events != NULL && n < all->n)
        try_events(k, events, n);
    else
        free(events);
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
