/* sim_parcel.c - Bundles of the link as a third road (docs/liaison.md): made at one side, they lie
 * about until somebody carries one to the other: late, twice, in any order, or never; beside whatever
 * the line does. Making and opening are the server's own; here is what that reaches folders, keys and
 * mailboxes by. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "liaison_accept.h"
#include "liaison_way.h"
#include "parcel.h"
#include "sim_border.h"
#include "tuquan/file.h"

#define WAYS 2 /* there and back */

/* ---- for the server's parts ---- */

static struct border_side *side_of(const struct app *app)
{
    return (struct border_side *)((char *)(uintptr_t)app - offsetof(struct border_side, app));
}

tq_status box_path(
        const char *dir, int64_t link, const char *which, char *out, struct tq_error *err)
{
    (void)link;
    return tq_file_join(out, APP_PATH_BYTES, dir, which, err);
}

tq_status box_open_out(struct box *box, struct cli *cli, const struct tq_link_info *link,
        bool writing, struct tq_error *err)
{
    struct border_side *side = side_of(cli->app);

    (void)writing;
    return border_open_out(side, box, &side->app, link, err);
}

void box_close(struct box *box)
{
    memset(box, 0, sizeof(*box));
}

tq_status round_visit(struct app *app, const struct tq_link_info *link,
        const struct round_visit *visit, struct round_result *out, struct tq_error *err)
{
    struct round_way way = border_way(side_of(app));

    return round_go(app, link, &way, visit, out, err);
}

/* Nobody waits: it is another event. */
tq_status round_when_free(const struct app *app, round_try_fn fn, void *ctx, struct tq_error *err)
{
    (void)app;
    return fn(ctx, err);
}

/* Invitations are the simulator's own (border_invite): nobody joins by file. */
tq_status accept_make_room(struct app *app, const struct tq_link_info *link, const char *invitation,
        const char *name, bool *stays, struct tq_error *err)
{
    (void)link;
    (void)invitation;
    (void)name;
    (void)stays;
    (void)err;
    sim_fail(side_of(app)->sim, "somebody joins by file");
}

tq_status app_public_address(
        const struct app *app, const char *address, char *out, size_t size, struct tq_error *err)
{
    (void)app;
    (void)address;
    snprintf(out, size, "tcp://127.0.0.1:1");
    (void)err;
    return TQ_OK;
}

/* ---- folders ---- */

/* What the reader pins of a mailbox that it is invited to, with keys of its own. */
void border_pin(struct border_hall *out, struct border_side *reader)
{
    struct sim *s = reader->sim;
    struct district_link link = { .device = reader->in.device };
    char dir[APP_PATH_BYTES];
    char path[APP_PATH_BYTES];
    struct tq_error err;

    tq_error_clear(&err);
    sim_must(s, tq_keys_generate(&out->own, &err), "keys", &err);
    snprintf(link.sync_address, sizeof(link.sync_address), "tcp://127.0.0.1:1");
    memcpy(link.curve_key, out->own.curve_public, sizeof(link.curve_key));
    memcpy(link.sign_key, out->own.sign_public, sizeof(link.sign_key));
    tq_district_id_of(&out->own, link.district);
    sim_must(s, box_path(reader->dir, 1, "in", dir, &err), "path", &err);
    sim_must(s, network_save_link(dir, &link, &err), "link", &err);
    sim_must(s, box_path(out->side->dir, 1, "out/" PARCEL_QUESTION, path, &err), "path", &err);
    tq_file_remove(path);
}

void border_folders(struct border_side *side)
{
    struct sim *s = side->sim;
    static const char *const BELOW[] = { "", "in", "out" };
    struct tq_error err;

    tq_error_clear(&err);
    snprintf(side->dir, sizeof(side->dir), "%s/side-%zu", s->dir, side->number);
    side->cli.dir = side->dir;
    side->cli.app = &side->app;
    side->app.cli = &side->cli;
    for (size_t i = 0; i < sizeof(BELOW) / sizeof(BELOW[0]); i++) {
        char path[APP_PATH_BYTES];

        sim_must(s, box_path(side->dir, 1, BELOW[i], path, &err), "path", &err);
        sim_must(s, tq_file_make_dir(path, &err), "folder", &err);
    }
}

/* ---- making ---- */

static tq_status make(
        struct border_side *side, const struct tq_link_info *link, void *ctx, struct tq_error *err)
{
    struct border_parcel *parcel = ctx;
    struct parcel_made made;
    struct tq_buf file;
    tq_status rc;

    tq_buf_init(&file, 0);
    rc = parcel_make(&side->app, link, &made, &file, err);
    if (rc == TQ_OK)
        rc = parcel_record(&side->app, link, &made, tq_buf_slice(&file), err);
    sim_pause(true);
    if (rc == TQ_OK) {
        if (parcel->file.len > 0 && !parcel->opened)
            side->sim->stats.faults[SIM_PARCEL_LOST]++;
        parcel->file.len = 0;
        parcel->opened = false;
        parcel->number = ++side->sim->border->parcels;
        tq_buf_append_slice(&parcel->file, tq_buf_slice(&file));
    }
    sim_pause(false);
    tq_buf_deinit(&file);
    return rc;
}

static bool is_left_to_the_line(tq_status rc)
{
    return rc == TQ_BUNDLE_OLD || rc == TQ_COPIED;
}

static void made(struct border_side *side, tq_status rc, void *ctx, const struct tq_error *err)
{
    struct sim *s = side->sim;
    const struct border_parcel *parcel = ctx;

    sim_say(s, "side %zu: bundle %" PRIu64 " is made: %s", side->number, parcel->number,
            rc == TQ_OK ? "ok" : err->msg);
    if (!border_is_nobodys_fault(side, rc) && !is_left_to_the_line(rc))
        sim_fail(s, "side %zu: a bundle: %s %s", side->number, tq_status_code(rc), err->msg);
}

void border_parcel_make(struct border_side *side)
{
    struct border_parcel *parcel = &side->parcels[sim_roll(side->sim, BORDER_PARCELS)];

    border_step(side, make, made, parcel);
}

/* ---- opening ---- */

struct opening {
    struct border_parcel *parcel;
    struct parcel_opened opened;
};

static tq_status open(
        struct border_side *side, const struct tq_link_info *link, void *ctx, struct tq_error *err)
{
    struct opening *opening = ctx;

    (void)link;
    return parcel_open(&side->app, tq_buf_slice(&opening->parcel->file), &opening->opened, err);
}

/* What may be said of a bundle that lay about. */
static bool is_of_before(tq_status rc)
{
    return rc == TQ_PARCEL_OLD || rc == TQ_PARCEL_AGREEMENT || rc == TQ_BUNDLE_OTHERS ||
           rc == TQ_FORGED || rc == TQ_REVOKED;
}

static void opened(struct border_side *side, tq_status rc, void *ctx, const struct tq_error *err)
{
    const struct opening *opening = ctx;
    struct sim *s = side->sim;
    uint64_t *faults = s->stats.faults;

    sim_say(s, "side %zu: bundle %" PRIu64 " is opened: %s %s", side->number,
            opening->parcel->number, tq_status_code(rc), rc == TQ_OK ? "" : err->msg);
    faults[SIM_PARCEL] += rc == TQ_OK;
    faults[SIM_PARCEL_AGAIN] += rc == TQ_OK && opening->opened.again;
    faults[SIM_PARCEL_BEHIND] += rc == TQ_OK && opening->opened.stale;
    faults[SIM_PARCEL_OLD] += rc == TQ_PARCEL_OLD;
    faults[SIM_PARCEL_TERMS] += rc == TQ_PARCEL_AGREEMENT;
    faults[SIM_PARCEL_OTHERS] += rc == TQ_BUNDLE_OTHERS || rc == TQ_FORGED || rc == TQ_REVOKED;
    s->stats.crossed += opening->opened.round.came;
    s->stats.answers += opening->opened.round.answers_in;
    if (!border_is_nobodys_fault(side, rc) && !is_of_before(rc) && !is_left_to_the_line(rc))
        sim_fail(s, "side %zu: bundle %" PRIu64 ": %s %s", side->number, opening->parcel->number,
                tq_status_code(rc), err->msg);
    opening->parcel->opened = opening->parcel->opened || rc == TQ_OK;
}

static void open_at(struct border_side *side, struct border_parcel *parcel)
{
    struct opening opening = { parcel, { .link = 0 } };

    if (parcel->file.len > 0)
        border_step(side, open, opened, &opening);
}

void border_parcel_open(struct border_side *side)
{
    struct border_side *from = border_partner(side);

    open_at(side, &from->parcels[sim_roll(side->sim, BORDER_PARCELS)]);
}

/* Nothing goes wrong any more, and there is no line: what one side makes, the other opens. */
void border_parcel_rest(struct sim *s)
{
    for (int k = 0; k < WAYS; k++)
        for (size_t i = 0; i < 2; i++) {
            struct border_side *side = &s->border->sides[i];
            struct border_parcel *parcel = &side->parcels[0];

            border_step(side, make, made, parcel);
            open_at(border_partner(side), parcel);
            if (!parcel->opened && !s->border->hostile)
                sim_fail(s, "side %zu: bundle %" PRIu64 " was not taken", side->number,
                        parcel->number);
        }
}

void border_parcels_free(struct border_side *side)
{
    for (size_t i = 0; i < BORDER_PARCELS; i++)
        tq_buf_deinit(&side->parcels[i].file);
    tq_keys_wipe(&side->out.own);
}
