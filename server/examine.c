#include "examine.h"

#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "cmd.h"
#include "tuquan/clock.h"

#define EXAMINED "page.examined"
#define MOST_BYTES ((size_t)1 << 20)
#define HOUR_MS INT64_C(3600000)
#define EVERY_MS (12 * HOUR_MS)
#define VIETNAM_MS (7 * HOUR_MS)
#define NIGHT_FROM 2
#define NIGHT_TO 5

static const struct cli_program PROGRAM = { .name = "tuquan-district" };

void examine_begin(struct examine *examine, const char *dir, tq_lang lang)
{
    snprintf(examine->dir, sizeof(examine->dir), "%s", dir);
    examine->lang = lang;
    atomic_init(&examine->asked, false);
    atomic_init(&examine->runs, false);
    atomic_init(&examine->stop, false);
    atomic_init(&examine->over, false);
}

void examine_end(struct examine *examine)
{
    atomic_store(&examine->stop, true);
    tq_thread_join(examine->thread);
    examine->thread = NULL;
}

void examine_ask(struct examine *examine)
{
    atomic_store(&examine->asked, true);
}

bool examine_is_open(const struct examine *examine)
{
    return atomic_load(&examine->asked) || atomic_load(&examine->runs);
}

bool examine_is_due(int64_t now_ms, int64_t last_ms)
{
    int64_t hour = (now_ms + VIETNAM_MS) / HOUR_MS % 24;

    return hour >= NIGHT_FROM && hour < NIGHT_TO && now_ms - last_ms > EVERY_MS;
}

/* What failed is told at the server: the result that is kept stays. */
static void tell(const struct examine *examine, const struct tq_error *err)
{
    char text[640];

    fprintf(stderr, "EXAMINE %s\n", tq_error_text(err, examine->lang, text, sizeof(text)));
}

static void work(void *arg)
{
    struct examine *examine = arg;
    const struct tq_clock *clock = tq_clock_system();
    int64_t from_ms = clock->steady_ms(clock->ctx);
    struct app app = { .stop = &examine->stop };
    struct tq_error err = { .status = TQ_OK };
    struct cli cli = { .program = &PROGRAM,
        .command = &CMD_DOCTOR,
        .app = &app,
        .lang = examine->lang,
        .json = true,
        .texts = true,
        .quiet = true,
        .dir = examine->dir };
    tq_status rc;

    (void)cli_json_take_short();
    cli.result = json_object();
    rc = CMD_DOCTOR.run(&cli, &err);
    cli_json_set(&cli, "at_ms", json_integer(app_now_ms()));
    cli_json_set(&cli, "took_ms", json_integer(clock->steady_ms(clock->ctx) - from_ms));
    if (rc == TQ_OK && cli_json_take_short())
        rc = tq_error_set(&err, TQ_NOMEM, "examine");
    if (rc == TQ_OK && !atomic_load(&examine->stop))
        rc = cli_json_save(examine->dir, EXAMINED, cli.result, &err);
    if (rc != TQ_OK)
        tell(examine, &err);
    json_decref(cli.result);
    atomic_store(&examine->over, true);
}

/* Where none is kept, the first night begins an hour after the server. */
static void read_last(struct examine *examine, int64_t now_ms)
{
    json_t *kept = NULL;

    examine->last_ms = now_ms - EVERY_MS + HOUR_MS;
    if (examine_load(examine->dir, &kept, NULL) == TQ_OK && kept != NULL)
        examine->last_ms = json_integer_value(json_object_get(kept, "at_ms"));
    json_decref(kept);
    examine->known = true;
}

bool examine_tick(struct examine *examine, int64_t now_ms)
{
    struct tq_error err = { .status = TQ_OK };

    if (examine->thread != NULL && !atomic_load(&examine->over))
        return false;
    if (examine->thread != NULL) {
        tq_thread_join(examine->thread);
        examine->thread = NULL;
        atomic_store(&examine->runs, false);
        examine->last_ms = now_ms; /* one that failed is not tried again all night */
        return true;
    }
    if (!examine->known)
        read_last(examine, now_ms);
    if (!atomic_load(&examine->asked) && !examine_is_due(now_ms, examine->last_ms))
        return false;
    atomic_store(&examine->over, false);
    atomic_store(&examine->runs, true);
    atomic_store(
            &examine->asked, false); /* who asks from now on means what this one may have passed */
    if (tq_thread_start(&examine->thread, "examine", work, examine, &err) != TQ_OK) {
        tell(examine, &err);
        atomic_store(&examine->runs, false);
        examine->last_ms = now_ms;
    }
    return false;
}

tq_status examine_load(const char *dir, json_t **out, struct tq_error *err)
{
    return cli_json_load(dir, EXAMINED, MOST_BYTES, out, err);
}
