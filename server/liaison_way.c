#include "liaison_way.h"

#include <stdio.h>
#include <string.h>

#include "liaison_heads.h"
#include "member/exchange.h"
#include "tuquan/file.h"
#include "tuquan/link.h"
#include "tuquan/mem.h"
#include "watch.h"

#define KEPT_ARENA ((size_t)1 << 20) /* for an agreement */
#define WAIT_MS 100
#define WAITS 300     /* for a round that another program is going */
#define PAGE_WAITS 20 /* the same while others wait for the one who works for the page */

/* What a round in this program needs: the ctx of its struct round_way. */
struct here {
    int timeout_ms;
    int stop_fd;
};

static bool has_room(const char *dir)
{
    uint64_t left;

    return tq_file_room(dir, &left, NULL) == TQ_OK && left > BOX_MAX_BYTES;
}

static tq_status pull(
        void *ctx, struct box *box, const struct tq_link_info *link, struct tq_error *err)
{
    const struct here *here = ctx;
    struct exchange_config config;
    struct tq_office_result result;
    /* What is theirs ends before what is ours. */
    tq_status rc = tq_db_bound(box->db, BOX_MAX_BYTES, err);

    if (rc != TQ_OK)
        return rc;
    memset(&config, 0, sizeof(config));
    memset(&result, 0, sizeof(result));
    config.program = "tuquan-district";
    config.timeout_ms = here->timeout_ms;
    config.stop_fd = here->stop_fd;
    rc = tq_net_new(&config.net, err);
    if (rc == TQ_OK)
        rc = exchange_run(box->net, &config, &result, err);
    tq_net_free(config.net);
    if (rc != TQ_OK && result.refusal != 0) /* its words may be in another language than ours */
        rc = tq_error_set(err, rc, "%.*s", (int)link->name.len, (const char *)link->name.data);
    if (rc == TQ_DISK_FULL && has_room(box->dir)) /* not the disk: the bound of what is theirs */
        rc = tq_error_set(err, TQ_TOO_LARGE, "%s", box->dir);
    return rc;
}

static tq_status open_out(void *ctx, struct box *box, struct app *app,
        const struct tq_link_info *link, struct tq_error *err)
{
    (void)ctx;
    return box_open_out(box, app->cli, link, true, err);
}

static tq_status open_in(void *ctx, struct box *box, struct app *app,
        const struct tq_link_info *link, struct tq_error *err)
{
    const struct here *here = ctx;

    if (here->timeout_ms > 0 && box_is_by_file(app->cli->dir, link->id)) /* there is no line */
        return tq_error_set(
                err, TQ_NOT_JOINED, "%.*s", (int)link->name.len, (const char *)link->name.data);
    return box_open_in(box, app->cli, link, err);
}

static void close_box(void *ctx, struct box *box)
{
    (void)ctx;
    box_close(box);
}

/* One round at a time, of whatever program. */
static tq_status lock(void *ctx, struct app *app, const struct tq_link_info *link, bool must,
        void **held, struct tq_error *err)
{
    struct tq_file_lock *file = NULL;
    char path[APP_PATH_BYTES];
    tq_status rc = box_path(app->cli->dir, link->id, "", path, err);

    (void)ctx;
    if (rc == TQ_OK && !must && !tq_file_exists(path))
        return TQ_OK;
    if (rc == TQ_OK)
        rc = box_path(app->cli->dir, link->id, "round.lock", path, err);
    if (rc == TQ_OK)
        rc = tq_file_lock(&file, path, err);
    *held = file;
    return rc;
}

static void unlock(void *ctx, void *held)
{
    (void)ctx;
    tq_file_unlock(held);
}

static struct round_way way_of(struct here *here)
{
    struct round_way way = { here, lock, unlock, open_out, open_in, close_box, pull,
        heads_exchange };

    return way;
}

tq_status round_run(struct app *app, const struct tq_link_info *link, int timeout_ms, int stop_fd,
        struct round_result *out, struct tq_error *err)
{
    struct here here = { timeout_ms, stop_fd };
    struct round_way way = way_of(&here);

    return round_go(app, link, &way, NULL, out, err);
}

tq_status round_visit(struct app *app, const struct tq_link_info *link,
        const struct round_visit *visit, struct round_result *out, struct tq_error *err)
{
    struct here here = { 0, -1 };
    struct round_way way = way_of(&here);

    return round_go(app, link, &way, visit, out, err);
}

tq_status round_agree(struct app *app, const struct tq_link_info *link, tq_liaison_side side,
        struct tq_slice text, struct tq_error *err)
{
    struct here here = { 0, -1 };
    struct round_way way = way_of(&here);

    return round_settle(app, link, &way, side, text, err);
}

tq_status round_hold(struct app *app, const struct tq_link_info *link, struct tq_file_lock **out,
        struct tq_error *err)
{
    void *held = NULL;
    tq_status rc = lock(NULL, app, link, false, &held, err);

    *out = held;
    return rc;
}

/* ---- what needs no round ---- */

tq_status round_when_free(const struct app *app, round_try_fn fn, void *ctx, struct tq_error *err)
{
    int waits = app->stays ? PAGE_WAITS : WAITS;
    tq_status rc = fn(ctx, err);
    bool woken;

    for (int i = 0; rc == TQ_BUSY && i < waits; i++) {
        tq_error_clear(err);
        rc = tq_link_wait(NULL, 0, -1, &woken, WAIT_MS, err);
        if (rc == TQ_OK)
            rc = fn(ctx, err);
    }
    return rc;
}

static tq_status note_knock(struct app *app, const struct tq_link_info *link, watch_kind kind,
        const struct watch_entry *seen, struct tq_error *err)
{
    struct tq_link_entry entry;
    int64_t minute = seen->last_ms / 60000;

    memset(&entry, 0, sizeof(entry));
    entry.link = link->id;
    entry.at_ms = seen->last_ms;
    entry.way = tq_slice_str("line");
    entry.key = tq_slice_str(watch_code(kind));
    entry.code = tq_slice_str(seen->what[0] != '\0' ? seen->what : tq_status_code(TQ_PROTOCOL));
    entry.detail = tq_slice_str(watch_code(kind));
    memcpy(entry.hash, &minute, sizeof(minute));
    return tq_journal_add(app->store, &entry, err);
}

tq_status round_knocks(struct app *app, const struct tq_link_info *link, struct tq_error *err)
{
    struct watch *watch = tq_mem_zalloc(sizeof(*watch));
    char path[APP_PATH_BYTES];
    tq_status rc = watch == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                                 : box_path(app->cli->dir, link->id, "out", path, err);

    if (rc == TQ_OK && watch_load(watch, path, NULL) == TQ_OK)
        for (int kind = 0; rc == TQ_OK && kind < WATCH_KINDS; kind++)
            if (watch->kinds[kind].count > 0 && kind != WATCH_TROUBLE && kind != WATCH_SLOW)
                rc = note_knock(app, link, (watch_kind)kind, &watch->kinds[kind], err);
    tq_mem_free(watch);
    return rc;
}

tq_status round_in_force(const struct tq_link_info *link, bool *out, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(KEPT_ARENA);
    struct tq_agreement *agreement =
            arena != NULL ? tq_arena_alloc(arena, sizeof(*agreement)) : NULL;
    char today[16];
    tq_status rc = agreement == NULL ? tq_error_set(err, TQ_NOMEM, "liaison") : TQ_OK;

    *out = false;
    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    if (rc == TQ_OK && link->agreement.len > 0)
        rc = tq_agreement_read(agreement, link->agreement, arena, err);
    if (rc == TQ_OK)
        *out = link->agreement.len > 0 && tq_agreement_is_open(agreement, today);
    tq_arena_free(arena);
    return rc;
}
