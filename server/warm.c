#include "warm.h"

#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "cmd.h"
#include "tuquan/facts.h"
#include "tuquan/own_units.h"
#include "tuquan/tally.h"

/* Lists of one commune that are read in a piece, where nobody waits for another. */
#define PIECE 4u
#define MOST_TRIES                                                                                 \
    4096u /* of a step: more than it can need, should counts be forgotten meanwhile */
#define ARENA_BYTES ((size_t)4 << 20)

#define EACH 4u /* steps of a period */

static const struct cli_program PROGRAM = { .name = "tuquan-district" };

static tq_status run(struct api *api, const struct cli_command *command, const char *const *args,
        size_t nargs, json_t **result)
{
    struct cli cli = { .program = &PROGRAM,
        .command = command,
        .app = &api->app,
        .lang = api->lang,
        .json = true,
        .quiet = true,
        .dir = api->dir,
        .args = args,
        .nargs = nargs };
    struct tq_db *db = tq_district_store_db(api->app.store);
    struct tq_error err = { .status = TQ_OK };
    tq_status rc;

    (void)cli_json_take_short();
    cli.result = json_object();
    tq_tally_budget(db, PIECE);
    rc = command->run(&cli, &err);
    tq_tally_budget(db, 0);
    if (rc == TQ_OK && result != NULL)
        *result = json_incref(cli.result);
    json_decref(cli.result);
    return rc;
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text != NULL ? text : "";
}

struct choice {
    const char *period;
    const char *starts;
    const char *ends;
};

/* Takes the row when `better` says so of (its days, those of what was chosen). */
static void choose(struct choice *best, const json_t *row,
        bool (*better)(const struct choice *, const struct choice *))
{
    struct choice one = { text_of(row, "period"), text_of(row, "starts_on"),
        text_of(row, "ends_on") };

    if (best->period == NULL || better(&one, best))
        *best = one;
}

static bool is_later_and_longer(const struct choice *a, const struct choice *b)
{
    int order = strcmp(a->ends, b->ends);

    return order > 0 || (order == 0 && strcmp(a->starts, b->starts) < 0);
}

static bool is_later_and_shorter(const struct choice *a, const struct choice *b)
{
    int order = strcmp(a->ends, b->ends);

    return order > 0 || (order == 0 && strcmp(a->starts, b->starts) > 0);
}

static bool is_sooner_and_shorter(const struct choice *a, const struct choice *b)
{
    int order = strcmp(a->ends, b->ends);

    return order < 0 || (order == 0 && strcmp(a->starts, b->starts) > 0);
}

/* Of those that are ranked: the longest that ended last (the page opens with it), the shortest that
 * did, and the shortest that runs now. */
static void choose_periods(struct warm *warm, const json_t *periods)
{
    struct choice best[WARM_PERIODS] = { { NULL, NULL, NULL } };
    char today[TQ_DAY_TEXT];

    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    for (size_t i = 0; i < json_array_size(periods); i++) {
        const json_t *row = json_array_get(periods, i);
        struct tq_period period;

        if (!tq_period_parse(tq_slice_str(text_of(row, "period")), &period) ||
                period.kind == TQ_PERIOD_MONTH)
            continue;
        if (strcmp(text_of(row, "ends_on"), today) >= 0) {
            choose(&best[2], row, is_sooner_and_shorter);
            continue;
        }
        choose(&best[0], row, is_later_and_longer);
        choose(&best[1], row, is_later_and_shorter);
    }
    for (size_t i = 0; i < WARM_PERIODS; i++)
        snprintf(warm->periods[i], sizeof(warm->periods[i]), "%s",
                best[i].period != NULL ? best[i].period : "");
    if (strcmp(warm->periods[0], warm->periods[1]) == 0)
        warm->periods[1][0] = '\0';
}

static void begin(struct warm *warm, struct api *api)
{
    const char *const args[] = { "list" };
    json_t *result = NULL;

    warm->step = 0;
    warm->unit = 0;
    warm->tries = 0;
    warm->done = run(api, &CMD_PERIOD, args, 1, &result) != TQ_OK;
    if (!warm->done)
        choose_periods(warm, json_object_get(result, "periods"));
    json_decref(result);
}

/* One commune's; NOT_FOUND behind the last. */
static tq_status assess(struct warm *warm, struct api *api, const char *period)
{
    struct tq_db *db = tq_district_store_db(api->app.store);
    struct tq_arena *arena = tq_arena_new(ARENA_BYTES);
    struct tq_facts_period found;
    struct tq_slice *units = NULL;
    char unit[128];
    size_t n = 0;
    tq_status rc = arena != NULL ? TQ_OK : TQ_NOMEM;

    if (rc == TQ_OK)
        rc = tq_facts_period(db, arena, tq_slice_str(period), &found, NULL);
    if (rc == TQ_OK)
        rc = tq_own_units(db, arena, tq_slice_of(NULL, 0), found.window.last, &units, &n, NULL);
    if (rc == TQ_OK && (warm->unit >= n || units[warm->unit].len >= sizeof(unit)))
        rc = TQ_NOT_FOUND;
    if (rc == TQ_OK) {
        const char *const args[] = { period, unit };

        memcpy(unit, units[warm->unit].data, units[warm->unit].len);
        unit[units[warm->unit].len] = '\0';
        rc = run(api, &CMD_ASSESS, args, 2, NULL);
        warm->unit += rc == TQ_INTERRUPTED ? 0 : 1;
    }
    tq_arena_free(arena);
    return rc == TQ_OK ? TQ_INTERRUPTED : rc; /* the next one */
}

/* INTERRUPTED: there is more of this step. */
static tq_status go(struct warm *warm, struct api *api)
{
    static const struct cli_command *const OF_PERIOD[EACH] = { &CMD_RANK, NULL, &CMD_TRENDS,
        &CMD_SUMMARY };
    const char *period;

    if (warm->step == WARM_PERIODS * EACH)
        return run(api, &CMD_SAME, NULL, 0, NULL);
    period = warm->periods[warm->step / EACH];
    if (OF_PERIOD[warm->step % EACH] == NULL)
        return assess(warm, api, period);
    return run(api, OF_PERIOD[warm->step % EACH], &period, 1, NULL);
}

static bool piece(struct warm *warm, struct api *api)
{
    uint64_t seen;

    if (tq_db_seen(tq_district_store_db(api->app.store), &seen, NULL) != TQ_OK)
        return false;
    if (!warm->begun || (warm->done && seen != warm->seen)) {
        warm->begun = true;
        warm->seen = seen;
        begin(warm, api);
        return !warm->done;
    }
    if (warm->done)
        return false;
    while (warm->step < WARM_PERIODS * EACH && warm->periods[warm->step / EACH][0] == '\0')
        warm->step += EACH; /* never in the middle of one: it has begun with its period */
    if (go(warm, api) != TQ_INTERRUPTED || ++warm->tries == MOST_TRIES) {
        warm->step++;
        warm->unit = 0;
        warm->tries = 0;
    }
    warm->done = warm->step > WARM_PERIODS * EACH;
    return true;
}

static int somebody_waits(void *ctx)
{
    const atomic_bool *waits = ctx;

    return atomic_load_explicit(waits, memory_order_relaxed) ? 1 : 0;
}

bool warm_piece(struct warm *warm, struct api *api, const atomic_bool *waits)
{
    struct tq_db *db = tq_district_store_db(api->app.store);
    bool more;

    tq_db_give_way(db, somebody_waits, (void *)(uintptr_t)waits);
    more = piece(warm, api);
    tq_db_give_way(db, NULL, NULL);
    return more;
}
