#include "liaison_accept.h"

#include <stdio.h>
#include <string.h>

#include "liaison_way.h"
#include "member/join.h"
#include "member/network.h"
#include "tuquan/calendar.h"
#include "tuquan/codec.h"
#include "tuquan/file.h"
#include "tuquan/process.h"

#define DAY_MS 86400000

/* Is it of a mailbox that was joined? Which one: *district. */
static bool is_joined(const char *dir, uint8_t district[TQ_DISTRICT_ID_BYTES])
{
    struct district_link link;
    struct tq_error unread;
    bool joined = network_load_link(dir, &link, &unread) == TQ_OK;

    if (joined)
        memcpy(district, link.district, TQ_DISTRICT_ID_BYTES);
    tq_wipe(&link, sizeof(link));
    return joined;
}

/* in-2026-11-23-NNN: what was there is kept. */
static tq_status put_aside(
        struct app *app, const struct tq_link_info *link, const char *dir, struct tq_error *err)
{
    int64_t now = app_now_ms();
    char path[APP_PATH_BYTES];
    char name[64];
    char day[TQ_DAY_TEXT];
    tq_status rc;

    tq_day_print(tq_day_of_instant(now), day);
    snprintf(name, sizeof(name), "in-%s-%08d", day, (int)(now % DAY_MS));
    rc = box_path(app->cli->dir, link->id, name, path, err);
    return rc == TQ_OK ? tq_file_move(dir, path, err) : rc;
}

struct holding {
    struct app *app;
    const struct tq_link_info *link;
    struct tq_file_lock *held;
};

static tq_status try_hold(void *ctx, struct tq_error *err)
{
    struct holding *h = ctx;

    return round_hold(h->app, h->link, &h->held, err);
}

/* `to` goes aside, if it is there, and `from`, if any, takes its place: in no round's way. */
static tq_status swap(struct app *app, const struct tq_link_info *link, const char *from,
        const char *to, struct tq_error *err)
{
    struct holding holding = { app, link, NULL };
    tq_status rc = round_when_free(app, try_hold, &holding, err);

    if (rc == TQ_OK && tq_file_is_dir(to))
        rc = put_aside(app, link, to, err);
    if (rc == TQ_OK && from != NULL)
        rc = tq_file_move(from, to, err);
    tq_file_unlock(holding.held);
    return rc;
}

/* ---- over the line ---- */

struct joining {
    struct app *app;
    const struct tq_link_info *link;
    const char *invitation;
    const char *machine;
    int timeout_ms;
    char *theirs;
    char in[APP_PATH_BYTES];
    char fresh[APP_PATH_BYTES]; /* beside it, until it is whole */
    uint8_t district[TQ_DISTRICT_ID_BYTES];
};

static tq_status join_into(const struct joining *j, const char *dir, struct tq_error *err)
{
    struct tq_catalogue *catalogue = NULL;
    char unit[64];
    tq_status rc = tq_liaison_catalogue_new(&catalogue, tq_catalogue_current(), err);

    if (rc == TQ_OK)
        rc = join_district(
                dir, j->invitation, j->machine, catalogue, j->timeout_ms, unit, j->theirs, err);
    tq_liaison_catalogue_free(catalogue);
    return rc;
}

/* An earlier try may have come as far as this, and further. */
static tq_status join_anew(const struct joining *j, struct tq_error *err)
{
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    tq_status rc = TQ_OK;

    if (is_joined(j->fresh, district) && memcmp(district, j->district, sizeof(district)) != 0)
        rc = put_aside(j->app, j->link, j->fresh, err);
    if (rc == TQ_OK)
        rc = join_into(j, j->fresh, err);
    if (rc == TQ_JOINED && is_joined(j->fresh, district)) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc == TQ_OK ? swap(j->app, j->link, j->fresh, j->in, err) : rc;
}

static tq_status join(const struct joining *j, struct tq_error *err)
{
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    bool joined = is_joined(j->in, district);
    bool same = joined && memcmp(district, j->district, sizeof(district)) == 0;
    tq_status rc;

    if (!joined && is_joined(j->fresh, district) &&
            memcmp(district, j->district, sizeof(district)) == 0)
        return swap(j->app, j->link, j->fresh, j->in, err); /* it was cut in the middle of it */
    if (joined && !same)
        return join_anew(j, err);
    rc = join_into(j, j->in, err);
    if (rc != TQ_JOINED || !same)
        return rc;
    /* Joined, and the keys are good: good for nothing, if the neighbour has locked us out. */
    tq_error_clear(err);
    rc = join_anew(j, err);
    return rc == TQ_INVITATION && j->link->problem.len == 0
                   ? tq_error_set(err, TQ_EXISTS, "%s", j->in)
                   : rc;
}

tq_status accept_by_line(struct app *app, const struct tq_link_info *link, const char *invitation,
        const char *machine, int timeout_ms, char theirs[128], struct tq_error *err)
{
    struct joining j = { .app = app,
        .link = link,
        .invitation = invitation,
        .machine = machine,
        .timeout_ms = timeout_ms,
        .theirs = theirs };
    struct tq_invitation read;
    tq_status rc = tq_invitation_parse(tq_slice_str(invitation), &read, err);

    snprintf(theirs, 128, "%.*s", (int)link->name.len, (const char *)link->name.data);
    if (rc == TQ_OK) {
        memcpy(j.district, read.district, sizeof(j.district));
        tq_invitation_wipe(&read);
        rc = box_path(app->cli->dir, link->id, "in", j.in, err);
    }
    if (rc == TQ_OK)
        rc = box_path(app->cli->dir, link->id, "in.new", j.fresh, err);
    return rc == TQ_OK ? join(&j, err) : rc;
}

/* ---- by file ---- */

static tq_status is_this(
        const char *dir, const char *name, const char *invitation, bool *out, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_buf text;
    tq_status rc = tq_file_join(path, sizeof(path), dir, name, err);

    *out = false;
    if (rc != TQ_OK || !tq_file_exists(path))
        return rc;
    tq_buf_init(&text, TQ_INVITATION_BYTES + 1);
    tq_buf_keep_secret(&text);
    rc = tq_file_read(path, TQ_INVITATION_BYTES, &text, err);
    *out = rc == TQ_OK && tq_slice_equal(tq_buf_slice(&text), tq_slice_str(invitation));
    tq_buf_deinit(&text);
    return rc;
}

tq_status accept_make_room(struct app *app, const struct tq_link_info *link, const char *invitation,
        const char *name, bool *stays, struct tq_error *err)
{
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    char in[APP_PATH_BYTES];
    tq_status rc = box_path(app->cli->dir, link->id, "in", in, err);

    *stays = false;
    if (rc != TQ_OK || !is_joined(in, district))
        return rc;
    rc = is_this(in, name, invitation, stays, err);
    return rc == TQ_OK && !*stays ? swap(app, link, NULL, in, err) : rc;
}
