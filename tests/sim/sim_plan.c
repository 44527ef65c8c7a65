/* sim_plan.c - What happens in the nights of a seed, drawn before any of it happens: a script.
 *
 * Each event has a seed of its own, so that leaving some out leaves the others as they are. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "sim_args.h"

static const char *const KINDS[SIM_EVENT_KINDS] = {
#define X(name, text) text,
    SIM_EVENTS(X)
#undef X
};

/* Drawn apart from the run: what happens in it must not move the plan. */
struct planner {
    uint64_t rng;
    uint64_t later; /* other streams, for what came later: older seeds stay as they were */
    uint64_t latest;
    uint64_t sticks;
    uint64_t border;
    uint64_t parcels;
    uint64_t reports;
    uint64_t rests;
    uint64_t servers;
    uint64_t shells;
    struct sim_script *script;
    size_t noffices;
    int night;
};

static uint32_t roll(struct planner *p, uint32_t sides)
{
    return sim_draw(&p->rng, sides);
}

static bool chance(struct planner *p, uint32_t percent)
{
    return roll(p, 100) < percent;
}

static void change_stream(struct planner *p, uint64_t *other)
{
    uint64_t rng = p->rng;

    p->rng = *other;
    *other = rng;
}

static void add(struct planner *p, sim_kind kind, size_t office, int64_t at_ms)
{
    struct sim_script *script = p->script;

    if (script->n == script->cap) {
        script->cap = script->cap > 0 ? script->cap * 2 : 1024;
        script->events = realloc(script->events, script->cap * sizeof(*script->events));
    }
    script->events[script->n++] = (struct sim_event){ kind, p->night, at_ms, office,
        ((uint64_t)roll(p, UINT32_MAX) << 32) | roll(p, UINT32_MAX) };
}

static void draw_options(struct planner *p, struct sim_options *o, bool calm)
{
    o->all_tables = chance(p, 8);
    if (calm)
        return;
    o->network = chance(p, 60);
    o->crashes = chance(p, 50);
    o->power = o->crashes && chance(p, 70);
    o->clocks = chance(p, 40);
    o->restarts = chance(p, 50);
    o->partitions = chance(p, 40);
    o->small_chunks = chance(p, 50);
    o->broadcasts = chance(p, 50);
    o->disks = chance(p, 40);
    o->memory = chance(p, 40);
    o->revokes = chance(p, 20);
    o->decisions = chance(p, 60);
}

static void plan_faults(struct planner *p, size_t i, int64_t dawn, int64_t at)
{
    const struct sim_options *o = &p->script->options;

    if (o->network && chance(p, 6))
        add(p, SIM_DO_CUT, i, at + roll(p, 3000));
    if (o->network && chance(p, 8))
        add(p, SIM_DO_CUT_BYTES, i, at - 1);
    if (o->crashes && chance(p, 6))
        add(p, SIM_DO_KILL_OFFICE, i, at + roll(p, 1500));
    if (o->crashes && chance(p, 5))
        add(p, SIM_DO_ARM_COMMIT, i, at - 1);
    if (o->crashes && chance(p, 10))
        add(p, SIM_DO_ARM_DISK, i, at - 1 - roll(p, chance(p, 50) ? 1 : 8 * SIM_HOUR_MS));
    if (o->disks && chance(p, 5))
        add(p, SIM_DO_FULL, i, dawn + roll(p, 14 * SIM_HOUR_MS));
    if (o->disks && chance(p, 8))
        add(p, SIM_DO_IO_ERROR, i, at - 1);
    if (o->memory && chance(p, 10))
        add(p, SIM_DO_NO_MEMORY, i, at - 1 + roll(p, chance(p, 50) ? 1 : 1500));
}

static void plan_office(struct planner *p, size_t i, int64_t dawn)
{
    const struct sim_options *o = &p->script->options;
    int64_t dusk = dawn + 12 * SIM_HOUR_MS;
    uint32_t work = roll(p, 8);
    uint32_t syncs = 1 + roll(p, 2);

    for (uint32_t k = 0; k < work; k++)
        add(p, SIM_DO_WORK, i, dawn + roll(p, 10 * SIM_HOUR_MS));
    for (uint32_t k = 0; k < syncs; k++) {
        /* Often many at once. */
        int64_t at = dusk + (chance(p, 50) ? roll(p, 3000) : (int64_t)roll(p, 10 * SIM_HOUR_MS));

        add(p, SIM_DO_SYNC, i, at);
        if (chance(p, 40)) /* someone works late */
            add(p, SIM_DO_WORK, i, at + roll(p, 1500));
        plan_faults(p, i, dawn, at);
    }
    if (chance(p, 30))
        add(p, SIM_DO_SYNC, i, dawn + roll(p, 10 * SIM_HOUR_MS));
    if (chance(p, 10))
        add(p, SIM_DO_VOIDS, i, dawn + 11 * SIM_HOUR_MS);
    if (o->copies && chance(p, 15))
        add(p, SIM_DO_SAVES, i, dawn + roll(p, SIM_DAY_MS));
    if (o->copies && chance(p, 8))
        add(p, SIM_DO_RESTORES, i, dawn + roll(p, SIM_DAY_MS));
    if (o->copies && chance(p, 2))
        add(p, SIM_DO_COPIES, i, dawn + roll(p, SIM_DAY_MS));
    if (o->partitions && chance(p, 8))
        add(p, SIM_DO_CUT_OFF, i, dawn);
    if (o->clocks && chance(p, 10))
        add(p, SIM_DO_SET_CLOCK, i, dawn + roll(p, SIM_DAY_MS));
    if (o->clocks && chance(p, 5))
        add(p, SIM_DO_CLOCK_RATE, i, dawn + roll(p, SIM_DAY_MS));
}

static void plan_district_faults(struct planner *p, int64_t dusk)
{
    const struct sim_options *o = &p->script->options;

    if (o->restarts && chance(p, 20))
        add(p, SIM_DO_RESTART, 0, dusk + roll(p, 5000));
    if (o->restarts && o->crashes && chance(p, 10))
        add(p, SIM_DO_DISTRICT_ARM_COMMIT, 0, dusk);
    if (o->restarts && o->crashes && chance(p, 20))
        add(p, SIM_DO_DISTRICT_ARM_DISK, 0, dusk + roll(p, 2000));
    if (o->disks && chance(p, 10))
        add(p, SIM_DO_DISTRICT_FULL, 0, dusk - roll(p, SIM_HOUR_MS));
    if (o->disks && chance(p, 15))
        add(p, SIM_DO_DISTRICT_IO_ERROR, 0, dusk + roll(p, 2000));
    if (o->memory && chance(p, 20))
        add(p, SIM_DO_DISTRICT_NO_MEMORY, 0, dusk + roll(p, 2000));
    if (o->clocks && chance(p, 8))
        add(p, SIM_DO_DISTRICT_SET_CLOCK, 0, dusk - roll(p, 8 * SIM_HOUR_MS));
}

static void plan_rebuilding(struct planner *p, int64_t dawn)
{
    if (!p->script->options.refills)
        return;
    if (p->night == 0 || chance(p, 30))
        add(p, SIM_DO_DISTRICT_SAVES, 0, dawn + roll(p, SIM_DAY_MS));
    if (chance(p, 15))
        add(p, SIM_DO_DISTRICT_RESTORES, 0, dawn + roll(p, SIM_DAY_MS));
}

static void plan_later(struct planner *p, int64_t dawn)
{
    const struct sim_options *o = &p->script->options;

    for (size_t i = 0; o->moments && i < p->noffices; i++)
        if (chance(p, 50))
            add(p, SIM_DO_MOMENT, i, dawn + 12 * SIM_HOUR_MS - 1);
    for (size_t i = 0; o->versions && i < p->noffices; i++)
        if (chance(p, 8))
            add(p, SIM_DO_UPGRADES, i, dawn + roll(p, SIM_DAY_MS));
    if (o->versions && chance(p, 15))
        add(p, SIM_DO_DISTRICT_UPGRADES, 0, dawn + roll(p, SIM_DAY_MS));

    if (o->empties && chance(p, 8))
        add(p, SIM_DO_DISTRICT_EMPTIES, 0, dawn + roll(p, SIM_DAY_MS));
    if (o->empties && chance(p, 10))
        add(p, SIM_DO_BOTH_RESTORE, 0, dawn + roll(p, SIM_DAY_MS));
}

static void plan_chores(struct planner *p, int64_t dawn)
{
    if (!p->script->options.chores)
        return;
    for (size_t i = 0; i < p->noffices; i++) {
        uint32_t decisions = roll(p, 3);

        for (uint32_t k = 0; k < decisions; k++)
            add(p, SIM_DO_INBOX, i, dawn + roll(p, 11 * SIM_HOUR_MS));
        if (chance(p, 50))
            add(p, SIM_DO_PRUNES, i, dawn + roll(p, SIM_DAY_MS));
    }
    for (int k = 0; k < 3; k++)
        add(p, SIM_DO_HELD, 0, dawn + roll(p, 14 * SIM_HOUR_MS));
    if (chance(p, 25))
        add(p, SIM_DO_BACKS_UP, 0, dawn + roll(p, 10 * SIM_HOUR_MS));
    if (chance(p, 12))
        add(p, SIM_DO_YEAR, 0, dawn + 11 * SIM_HOUR_MS);
    if (chance(p, 8))
        add(p, SIM_DO_TEARS_HEIGHT, 0, dawn + roll(p, SIM_DAY_MS));
}

/* Now and then an office has no line for a while, and somebody drives. */
static void plan_sticks(struct planner *p, int64_t dawn)
{
    for (size_t i = 0; p->script->options.sticks && i < p->noffices; i++) {
        if (chance(p, 25))
            add(p, SIM_DO_STICK_MAKES, i, dawn + roll(p, SIM_DAY_MS));
        if (chance(p, 25))
            add(p, SIM_DO_STICK_OPENS, i, dawn + roll(p, SIM_DAY_MS));
        if (chance(p, 25))
            add(p, SIM_DO_STICK_TAKES, i, dawn + roll(p, SIM_DAY_MS));
    }
}

/* Rounds go by day and by night; side 0 is ours. */
static void plan_border(struct planner *p, int64_t dawn)
{
    static const struct {
        sim_kind kind;
        uint32_t percent;
    } NOW_AND_THEN[] = { { SIM_DO_BORDER_TERMS, 30 }, { SIM_DO_BORDER_TERMS, 30 },
        { SIM_DO_BORDER_BOXES, 30 }, { SIM_DO_BORDER_END, 20 }, { SIM_DO_BORDER_UPGRADE, 20 } };
    const struct sim_options *o = &p->script->options;

    if (!o->neighbours)
        return;
    for (uint32_t k = 4 + roll(p, 6); k > 0; k--)
        add(p, SIM_DO_BORDER_ROUND, roll(p, 2), dawn + roll(p, SIM_DAY_MS));
    for (uint32_t k = 2 + roll(p, 3); k > 0; k--)
        add(p, SIM_DO_BORDER_WORK, 1, dawn + roll(p, SIM_DAY_MS));
    for (uint32_t k = roll(p, 3); k > 0; k--) {
        int64_t at = dawn + roll(p, SIM_DAY_MS);
        size_t side = roll(p, 2);

        add(p, SIM_DO_BORDER_FAULT, side, at);
        add(p, SIM_DO_BORDER_ROUND, side, at + 1);
    }
    for (size_t i = 0; i < sizeof(NOW_AND_THEN) / sizeof(NOW_AND_THEN[0]); i++)
        if (chance(p, NOW_AND_THEN[i].percent))
            add(p, NOW_AND_THEN[i].kind, roll(p, 2), dawn + roll(p, SIM_DAY_MS));
    for (uint32_t k = o->hostile ? 1 + roll(p, 4) : 0; k > 0; k--)
        add(p, SIM_DO_BORDER_HOSTILE, 1, dawn + roll(p, SIM_DAY_MS));
}

/* Somebody drives across. */
static void plan_parcels(struct planner *p, int64_t dawn)
{
    if (!p->script->options.parcels)
        return;
    for (uint32_t k = roll(p, 4); k > 0; k--)
        add(p, SIM_DO_PARCEL_MAKES, roll(p, 2), dawn + roll(p, SIM_DAY_MS));
    for (uint32_t k = roll(p, 5); k > 0; k--)
        add(p, SIM_DO_PARCEL_OPENS, roll(p, 2), dawn + roll(p, SIM_DAY_MS));
}

static void plan_reports(struct planner *p, int64_t dawn)
{
    if (!p->script->options.reports)
        return;
    for (uint32_t k = 2 + roll(p, 6); k > 0; k--)
        add(p, SIM_DO_REPORTS, roll(p, (uint32_t)p->noffices), dawn + roll(p, SIM_DAY_MS));
    for (uint32_t k = roll(p, 4); k > 0; k--)
        add(p, SIM_DO_RETURNS, 0, dawn + roll(p, SIM_DAY_MS));
}

static void plan_servers(struct planner *p, int64_t dawn)
{
    const struct sim_options *o = &p->script->options;

    if (o->servers && o->clocks && chance(p, 8))
        add(p, SIM_DO_DISTRICT_CLOCK_RATE, 0, dawn + roll(p, SIM_DAY_MS));
    if (o->servers && chance(p, 8))
        add(p, SIM_DO_TEARS_HEIGHT, 0, dawn + roll(p, SIM_DAY_MS));
}

/* At any time, or about when everybody syncs. */
static void plan_shells(struct planner *p, int64_t dawn)
{
    for (size_t i = 0; p->script->options.shells && i < p->noffices; i++)
        if (chance(p, 30))
            add(p, SIM_DO_SHELLS, i,
                    dawn + (chance(p, 30) ? (int64_t)roll(p, SIM_DAY_MS)
                                          : 12 * SIM_HOUR_MS + roll(p, 3000)));
}

static void plan_day(struct planner *p)
{
    const struct sim_options *o = &p->script->options;
    int64_t dawn = (p->night + 1) * SIM_DAY_MS;
    int64_t dusk = dawn + 12 * SIM_HOUR_MS;
    uint32_t work = roll(p, 4);

    for (size_t i = 0; i < p->noffices; i++)
        plan_office(p, i, dawn);
    for (uint32_t k = 0; k < work; k++)
        add(p, SIM_DO_DISTRICT, 0,
                dawn + (chance(p, 70) ? (int64_t)roll(p, 11 * SIM_HOUR_MS)
                                      : 12 * SIM_HOUR_MS + roll(p, 4000)));
    if (chance(p, 15))
        add(p, SIM_DO_LOCKS, 0, dusk + roll(p, 3000));
    if (chance(p, 15))
        add(p, SIM_DO_PUBLISHES, 0, dusk + roll(p, 3000));
    for (uint32_t k = 0; o->decisions && k < 2; k++)
        add(p, SIM_DO_DECIDES, 0,
                dawn + (chance(p, 50) ? (int64_t)roll(p, 11 * SIM_HOUR_MS)
                                      : 12 * SIM_HOUR_MS + roll(p, 4000)));
    if (o->revokes && p->night >= 2 && chance(p, 20))
        add(p, SIM_DO_REVOKES, roll(p, (uint32_t)p->noffices), dusk + roll(p, 4000));
    plan_district_faults(p, dusk);
    plan_rebuilding(p, dawn);
    if (!o->clocks && p->night % 3 == 2)
        add(p, SIM_DO_FOLD, 0, dusk - 1);
    change_stream(p, &p->later);
    plan_later(p, dawn);
    change_stream(p, &p->later);
    change_stream(p, &p->latest);
    plan_chores(p, dawn);
    change_stream(p, &p->latest);
    change_stream(p, &p->sticks);
    plan_sticks(p, dawn);
    change_stream(p, &p->sticks);
    change_stream(p, &p->border);
    plan_border(p, dawn);
    change_stream(p, &p->border);
    change_stream(p, &p->parcels);
    plan_parcels(p, dawn);
    change_stream(p, &p->parcels);
    change_stream(p, &p->reports);
    plan_reports(p, dawn);
    change_stream(p, &p->reports);
    change_stream(p, &p->rests);
    if (o->rests && chance(p, 60))
        add(p, SIM_DO_RESTS, 0, dawn + SIM_DAY_MS - 1);
    change_stream(p, &p->rests);
    change_stream(p, &p->servers);
    plan_servers(p, dawn);
    change_stream(p, &p->servers);
    change_stream(p, &p->shells);
    plan_shells(p, dawn);
    change_stream(p, &p->shells);
}

static int by_time(const void *a, const void *b)
{
    const struct sim_event *x = a;
    const struct sim_event *y = b;

    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    if (x->office != y->office)
        return x->office < y->office ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->seed < y->seed ? -1 : x->seed > y->seed;
}

void sim_plan(struct sim_script *out, uint64_t seed, const struct sim_args *args)
{
    struct planner planner = { .script = out };
    struct planner *p = &planner;

    memset(out, 0, sizeof(*out));
    p->rng = seed * UINT64_C(0x9fb21c651e98df25) + 7;
    p->later = seed * UINT64_C(0xd6e8feb86659fd93) + 11;
    p->latest = seed * UINT64_C(0xa0761d6478bd642f) + 13;
    p->sticks = seed * UINT64_C(0x8ebc6af09c88c6e3) + 17;
    p->border = seed * UINT64_C(0xe7037ed1a0b428db) + 19;
    p->parcels = seed * UINT64_C(0x589965cc75374cc3) + 23;
    p->reports = seed * UINT64_C(0x1d8e4e27c47d124f) + 29;
    p->rests = seed * UINT64_C(0x8cb92ba72f3d8dd7) + 31;
    p->servers = seed * UINT64_C(0xc2b2ae3d27d4eb4f) + 37;
    p->shells = seed * UINT64_C(0x27d4eb2f165667c5) + 41;
    p->noffices = SIM_OFFICES; /* those that are not there let it pass */
    out->options.seed = seed;
    out->options.nights = (int)args->nights;
    draw_options(p, &out->options, args->calm);
    out->options.copies = args->copies && chance(p, 60);
    out->options.refills = args->refills && chance(p, 60);
    change_stream(p, &p->later);
    out->options.empties = args->empties && chance(p, 40);
    out->options.versions = args->versions && chance(p, 40);
    out->options.moments = args->moments && chance(p, 50);
    change_stream(p, &p->later);
    change_stream(p, &p->latest);
    out->options.delays = args->delays && out->options.network && chance(p, 50);
    /* What was pruned is in a backup, and nowhere else: then there is one. */
    out->options.chores = args->chores && !out->options.empties && chance(p, 60);
    change_stream(p, &p->latest);
    change_stream(p, &p->sticks);
    out->options.sticks = args->sticks && chance(p, 50);
    change_stream(p, &p->sticks);
    change_stream(p, &p->border);
    out->options.neighbours = args->neighbours && chance(p, 50);
    out->options.hostile = out->options.neighbours && chance(p, 25);
    change_stream(p, &p->border);
    change_stream(p, &p->parcels);
    out->options.parcels = args->parcels && out->options.neighbours && chance(p, 60);
    out->options.deaths = args->deaths && out->options.neighbours && chance(p, 75);
    change_stream(p, &p->parcels);
    change_stream(p, &p->reports);
    out->options.reports = args->reports && chance(p, 50);
    change_stream(p, &p->reports);
    change_stream(p, &p->rests);
    out->options.rests = args->rests && chance(p, 75);
    change_stream(p, &p->rests);
    change_stream(p, &p->servers);
    out->options.servers = args->servers && chance(p, 50);
    change_stream(p, &p->servers);
    change_stream(p, &p->shells);
    out->options.shells = args->shells && chance(p, 50);
    change_stream(p, &p->shells);
    for (p->night = 0; p->night < (int)args->nights; p->night++)
        plan_day(p);
    qsort(out->events, out->n, sizeof(*out->events), by_time);
}

void sim_script_free(struct sim_script *script)
{
    free(script->events);
    memset(script, 0, sizeof(*script));
}

/* ---- as text ---- */

void sim_script_write(const struct sim_script *script, const char *why, FILE *out)
{
    const struct sim_options *o = &script->options;

    fprintf(out, "# %s\nseed %" PRIu64 "\nnights %d\n", why, o->seed, o->nights);
#define X(field)                                                                                   \
    if (o->field)                                                                                  \
        fprintf(out, "with " #field "\n");
    SIM_SWITCHES(X)
#undef X
    for (size_t i = 0; i < script->n; i++) {
        const struct sim_event *e = &script->events[i];

        fprintf(out, "at %" PRId64 " %s %zu %" PRIx64 "\n", e->at_ms, KINDS[e->kind], e->office,
                e->seed);
    }
}

/* The number at *at, which moves behind it; false: there is none. */
static bool take_number(const char **at, int base, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(*at, &end, base);
    if (end == *at || errno != 0)
        return false;
    *at = end;
    return true;
}

/* As "nights 4": the number after a word that starts the line. */
static bool take_setting(const char *line, const char *word, uint64_t *out)
{
    size_t len = strlen(word);

    if (strncmp(line, word, len) != 0)
        return false;
    line += len;
    return take_number(&line, 10, out);
}

static bool read_event(struct sim_script *out, const char *line)
{
    struct planner p;
    struct sim_event e;
    uint64_t at_ms;
    uint64_t office;
    size_t len;

    memset(&e, 0, sizeof(e));
    if (strncmp(line, "at ", 3) != 0)
        return false;
    line += 3;
    if (!take_number(&line, 10, &at_ms))
        return false;
    line += strspn(line, " ");
    len = strcspn(line, " \n");
    while (e.kind < SIM_EVENT_KINDS &&
            (strlen(KINDS[e.kind]) != len || memcmp(KINDS[e.kind], line, len) != 0))
        e.kind++;
    line += len;
    if (!take_number(&line, 10, &office) || !take_number(&line, 16, &e.seed))
        return false;
    if (e.kind == SIM_EVENT_KINDS || office >= SIM_OFFICES)
        return false;
    e.at_ms = (int64_t)at_ms;
    e.office = (size_t)office;
    memset(&p, 0, sizeof(p));
    p.script = out;
    p.night = (int)(e.at_ms / SIM_DAY_MS) - 1;
    add(&p, e.kind, e.office, e.at_ms);
    out->events[out->n - 1].seed = e.seed;
    return true;
}

bool sim_script_read(struct sim_script *out, FILE *in)
{
    uint64_t nights;
    char line[256];
    char name[40];

    memset(out, 0, sizeof(*out));
    while (fgets(line, sizeof(line), in) != NULL) {
        if (line[0] == '#' || line[0] == '\n' || take_setting(line, "seed ", &out->options.seed))
            continue;
        if (take_setting(line, "nights ", &nights) && nights <= INT_MAX) {
            out->options.nights = (int)nights;
            continue;
        }
        if (sscanf(line, "with %39s", name) == 1) {
#define X(field)                                                                                   \
    if (strcmp(name, #field) == 0)                                                                 \
        out->options.field = true;
            SIM_SWITCHES(X)
#undef X
        } else if (!read_event(out, line)) {
            fprintf(stderr, "not understood: %s", line);
            return false;
        }
    }
    return true;
}
