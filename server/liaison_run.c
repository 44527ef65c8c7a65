#include "liaison_run.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "liaison_publish.h"
#include "liaison_way.h"
#include "serve.h"
#include "tuquan/clock.h"
#include "tuquan/link.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/thread.h"

#define LOOK_MS 300
#define KNOCKS_MS INT64_C(2000)
#define AGAIN_MS INT64_C(5000) /* a door that could not be opened */
#define TIMEOUT_MS 30000

/* One mailbox that is served. */
struct door {
    struct door *next;
    struct cli cli;
    struct tq_link_info link; /* id and the addresses, which lie behind it */
    char addresses[2][TQ_LINK_ADDRESS_SIZE];
    struct tq_wake wake;
    struct tq_thread *thread;
    atomic_bool ended;
    atomic_bool closed; /* no agreement in force; read by its thread */
    int64_t ended_ms;   /* steady; 0: not seen yet */
    int64_t knocks_ms;  /* steady: when it was last looked who knocked */
    int64_t round_ms;   /* steady: when the last round began; 0: never */
    int64_t failed_ms;  /* steady: when a failure of its own was last said; 0: never */
};

struct liaison_service {
    struct cli cli;
    struct app app;
    struct door *doors;
    struct tq_wake wake;
    struct tq_thread *thread;
    struct tq_arena *arena; /* of one look */
    int64_t every_ms;
    int64_t told_ms; /* steady: when the offices were last told what is agreed; 0: never */
};

static int64_t steady_ms(void)
{
    const struct tq_clock *clock = tq_clock_system();

    return clock->steady_ms(clock->ctx);
}

static void complain(const struct cli *cli, const struct tq_error *err)
{
    char text[640];

    fprintf(stderr, "LIAISON %s\n", tq_error_text(err, cli->lang, text, sizeof(text)));
}

/* ---- a door ---- */

static void serve_door(void *arg)
{
    struct door *door = arg;
    struct tq_error err = { 0 };
    struct box *box = tq_mem_zalloc(sizeof(*box));
    tq_status rc = box == NULL ? tq_error_set(&err, TQ_NOMEM, "liaison")
                               : box_open_out(box, &door->cli, &door->link, true, &err);

    if (rc == TQ_OK)
        rc = serve_box(&box->app, &box->cli, door->wake.read_fd, &door->closed, &err);
    if (rc != TQ_OK)
        complain(&door->cli, &err);
    if (box != NULL)
        box_close(box);
    tq_mem_free(box);
    atomic_store(&door->ended, true);
}

static void close_door(struct door *door)
{
    if (door->thread != NULL) {
        tq_wake_signal(&door->wake);
        tq_thread_join(door->thread);
    }
    door->thread = NULL;
    tq_wake_deinit(&door->wake);
}

static struct door *door_of(struct liaison_service *s, int64_t link)
{
    struct door *door = s->doors;

    while (door != NULL && door->link.id != link)
        door = door->next;
    if (door != NULL)
        return door;
    door = tq_mem_zalloc(sizeof(*door));
    if (door == NULL)
        return NULL;
    door->link.id = link;
    door->wake.read_fd = door->wake.write_fd = -1;
    door->next = s->doors;
    s->doors = door;
    return door;
}

/* Also of a link that has ended: whoever knocks there is told so. */
static tq_status open_door(struct liaison_service *s, struct door *door,
        const struct tq_link_info *link, struct tq_error *err)
{
    const struct tq_slice from[2] = { link->sync_address, link->guest_address };
    struct tq_slice *to[2] = { &door->link.sync_address, &door->link.guest_address };
    tq_status rc;

    if (door->thread != NULL && atomic_load(&door->ended)) {
        if (door->ended_ms == 0)
            door->ended_ms = steady_ms();
        if (steady_ms() - door->ended_ms < AGAIN_MS)
            return TQ_OK;
        close_door(door);
    }
    if (door->thread != NULL && /* invited anew, at another port */
            (!tq_slice_equal(link->sync_address, door->link.sync_address) ||
                    !tq_slice_equal(link->guest_address, door->link.guest_address)))
        close_door(door);
    if (door->thread != NULL || link->invited_at_ms == 0)
        return TQ_OK;
    for (size_t i = 0; i < 2; i++) {
        snprintf(door->addresses[i], sizeof(door->addresses[i]), "%.*s", (int)from[i].len,
                (const char *)from[i].data);
        *to[i] = tq_slice_str(door->addresses[i]);
    }
    door->cli = s->cli;
    door->ended_ms = 0;
    atomic_store(&door->ended, false);
    rc = tq_wake_init(&door->wake, err);
    return rc == TQ_OK ? tq_thread_start(&door->thread, "liaison-door", serve_door, door, err) : rc;
}

/* ---- the rounds ---- */

/* Kept with the link, where `liaison list` shows it, and said once in a while. What a round failed with
 * it has kept itself. */
static void failed(
        struct liaison_service *s, struct door *door, tq_status rc, const struct tq_error *err)
{
    if (door->failed_ms != 0 && steady_ms() - door->failed_ms < AGAIN_MS)
        return;
    door->failed_ms = steady_ms();
    complain(&s->cli, err);
    if (tq_links_note(s->app.store, door->link.id, TQ_LIAISON_FAILED,
                tq_slice_str(tq_status_code(rc)), tq_slice_of(NULL, 0), 0, app_now_ms(),
                NULL) != TQ_OK)
        return; /* it is said above, and tried again */
}

static void go_round(struct liaison_service *s, struct door *door, const struct tq_link_info *link)
{
    struct round_result result;
    struct tq_error err = { 0 };

    door->round_ms = steady_ms();
    if (round_run(&s->app, link, TIMEOUT_MS, s->wake.read_fd, &result, &err) != TQ_OK)
        return; /* the link has it */
    if (result.told + result.came + result.answers_in + result.answers_out > 0)
        fprintf(stdout, "LIAISON %.*s: %llu/%llu, %llu/%llu\n", (int)link->name.len,
                (const char *)link->name.data, (unsigned long long)result.told,
                (unsigned long long)result.came, (unsigned long long)result.answers_out,
                (unsigned long long)result.answers_in);
}

static tq_status tend(struct liaison_service *s, struct door *door, const struct tq_link_info *link,
        struct tq_error *err)
{
    bool in_force;
    tq_status rc = round_in_force(link, &in_force, err);

    /* Whatever key comes, and also when the agreement could not be read. */
    atomic_store(&door->closed, !in_force || link->ended_at_ms != 0);
    if (rc == TQ_OK)
        rc = open_door(s, door, link, err);
    if (rc == TQ_OK && steady_ms() - door->knocks_ms >= KNOCKS_MS) {
        door->knocks_ms = steady_ms();
        rc = round_knocks(&s->app, link, err);
    }
    if (rc == TQ_OK && link->ended_at_ms == 0 && in_force &&
            (link->invited_at_ms != 0 || link->accepted_at_ms != 0) &&
            (door->round_ms == 0 || steady_ms() - door->round_ms >= s->every_ms))
        go_round(s, door, link);
    return rc;
}

/* What was agreed on before this version, and what a restore took back. The links need none of it. */
static void tell_offices(struct liaison_service *s)
{
    struct tq_error err = { 0 };

    s->told_ms = steady_ms();
    tq_arena_reset(s->app.arena);
    if (liaison_publish(&s->app, &err) != TQ_OK)
        complain(&s->cli, &err);
}

/* One link's failure is its own: the others go on. */
static tq_status look(struct liaison_service *s, struct tq_error *err)
{
    struct tq_link_info *list;
    size_t count;
    tq_status rc;

    if (s->told_ms == 0 || steady_ms() - s->told_ms >= s->every_ms)
        tell_offices(s);
    tq_arena_reset(s->arena);
    rc = tq_links_list(s->app.store, false, s->arena, &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct door *door = door_of(s, list[i].id);
        struct tq_error why = { 0 };
        tq_status own;

        if (door == NULL)
            return tq_error_set(err, TQ_NOMEM, "liaison");
        own = tend(s, door, &list[i], &why);
        if (own != TQ_OK)
            failed(s, door, own, &why);
    }
    return rc;
}

static void go_rounds(void *arg)
{
    struct liaison_service *s = arg;
    struct tq_error err = { 0 };
    int64_t said_ms = 0;
    bool woken = false;

    while (!woken) {
        tq_status rc = look(s, &err);

        if (rc != TQ_OK && (said_ms == 0 || steady_ms() - said_ms >= AGAIN_MS)) {
            said_ms = steady_ms();
            complain(&s->cli, &err);
        }
        tq_error_clear(&err);
        rc = tq_link_wait(NULL, 0, s->wake.read_fd, &woken, LOOK_MS, &err);
        if (rc != TQ_OK) { /* without it nobody could stop this */
            if (rc != TQ_INTERRUPTED)
                complain(&s->cli, &err);
            return;
        }
    }
}

tq_status liaison_start(struct liaison_service **out, const struct cli *cli, const struct app *app,
        struct tq_error *err)
{
    struct liaison_service *s = tq_mem_zalloc(sizeof(*s));
    tq_status rc;

    *out = s;
    if (s == NULL)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    s->cli = *cli;
    s->cli.quiet = true;
    s->cli.json = false;
    s->cli.result = NULL;
    s->wake.read_fd = s->wake.write_fd = -1;
    s->every_ms = cli_config_number(app->config, "liaison_s") * 1000;
    s->arena = tq_arena_new((size_t)16 << 20);
    rc = s->arena == NULL ? tq_error_set(err, TQ_NOMEM, "liaison") : tq_wake_init(&s->wake, err);
    if (rc == TQ_OK)
        rc = app_open(&s->app, &s->cli, true, err);
    if (rc == TQ_OK)
        rc = tq_thread_start(&s->thread, "liaison", go_rounds, s, err);
    if (rc != TQ_OK) {
        liaison_stop(s);
        *out = NULL;
    }
    return rc;
}

void liaison_stop(struct liaison_service *s)
{
    if (s == NULL)
        return;
    if (s->thread != NULL) {
        tq_wake_signal(&s->wake);
        tq_thread_join(s->thread);
    }
    while (s->doors != NULL) {
        struct door *next = s->doors->next;

        close_door(s->doors);
        tq_mem_free(s->doors);
        s->doors = next;
    }
    app_close(&s->app);
    tq_wake_deinit(&s->wake);
    tq_arena_free(s->arena);
    tq_mem_free(s);
}
