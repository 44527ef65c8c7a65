/* parcel_files.c - What stands beside the mailboxes for bundles: whom we know, who joined, what
 * waits. */
#include <string.h>

#include "liaison_accept.h"
#include "member/network.h"
#include "parcel.h"
#include "tuquan/district_devices.h"
#include "tuquan/parcel_store.h"
#include "tuquan/process.h"

#define MEMBERS 64u

static tq_status path_in(
        struct app *app, int64_t link, const char *name, char *out, struct tq_error *err)
{
    char dir[APP_PATH_BYTES];
    tq_status rc = box_path(app->cli->dir, link, "in", dir, err);

    return rc == TQ_OK ? tq_file_join(out, APP_PATH_BYTES, dir, name, err) : rc;
}

tq_status parcel_accept(struct app *app, const struct tq_link_info *link, const char *invitation,
        struct tq_error *err)
{
    struct tq_invitation read;
    char path[APP_PATH_BYTES];
    char dir[APP_PATH_BYTES];
    bool stays = false;
    tq_status rc = tq_invitation_parse(tq_slice_str(invitation), &read, err);

    tq_invitation_wipe(&read);
    if (rc == TQ_OK) /* the newest invitation says whose mailbox it is */
        rc = accept_make_room(app, link, invitation, PARCEL_INVITATION, &stays, err);
    if (rc != TQ_OK || stays)
        return rc;
    rc = box_path(app->cli->dir, link->id, "in", dir, err);
    if (rc == TQ_OK)
        rc = tq_file_make_dir(dir, err);
    if (rc == TQ_OK)
        rc = path_in(app, link->id, PARCEL_INVITATION, path, err);
    return rc == TQ_OK ? tq_file_replace(path, tq_slice_str(invitation), true, err) : rc;
}

tq_status parcel_invitation(
        struct app *app, int64_t link, struct tq_buf *text, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    tq_status rc = path_in(app, link, PARCEL_INVITATION, path, err);

    if (rc == TQ_OK)
        rc = tq_file_read(path, TQ_INVITATION_BYTES, text, err);
    tq_buf_append_u8(text, 0);
    return rc == TQ_OK && !tq_buf_is_ok(text) ? tq_error_set(err, TQ_NOMEM, "%s", path) : rc;
}

static tq_status invited(
        struct app *app, int64_t link, struct parcel_peer *out, struct tq_error *err)
{
    struct tq_invitation invitation;
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, TQ_INVITATION_BYTES + 1);
    tq_buf_keep_secret(&text);
    rc = parcel_invitation(app, link, &text, err);
    if (rc == TQ_OK)
        rc = tq_invitation_parse(tq_slice_str((const char *)text.data), &invitation, err);
    if (rc == TQ_OK) {
        out->pinned = true;
        memcpy(out->district, invitation.district, sizeof(out->district));
        memcpy(out->curve_key, invitation.district_curve_key, sizeof(out->curve_key));
        tq_invitation_wipe(&invitation);
    }
    tq_buf_deinit(&text);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc;
}

tq_status parcel_peer_of(
        struct app *app, int64_t link, struct parcel_peer *out, struct tq_error *err)
{
    struct district_link joined;
    char dir[APP_PATH_BYTES];
    tq_status rc = box_path(app->cli->dir, link, "in", dir, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK)
        rc = network_load_link(dir, &joined, err);
    if (rc == TQ_NOT_JOINED) {
        tq_error_clear(err);
        return invited(app, link, out, err);
    }
    if (rc != TQ_OK)
        return rc;
    out->pinned = out->joined = true;
    memcpy(out->district, joined.district, sizeof(out->district));
    memcpy(out->curve_key, joined.curve_key, sizeof(out->curve_key));
    tq_wipe(&joined, sizeof(joined));
    return TQ_OK;
}

tq_status parcel_signer(struct app *app, const struct tq_parcel *head, struct tq_slice *name,
        bool *ours, struct tq_error *err)
{
    struct tq_parcel_record made = { .link = 0 };
    struct tq_link_info *list;
    size_t count;
    tq_status rc = tq_links_list(app->store, false, app->arena, &list, &count, err);

    *name = tq_slice_of(NULL, 0);
    *ours = false;
    if (rc == TQ_OK)
        rc = tq_parcels_by_signer(app->store, TQ_PARCEL_OUT, head->signer, &made, err);
    for (size_t i = 0; rc == TQ_OK && name->len == 0 && i < count; i++) {
        struct tq_error unread; /* that link's trouble: what it pinned, nobody knows */
        struct parcel_peer peer;

        if (made.link == list[i].id ||
                (parcel_peer_of(app, list[i].id, &peer, &unread) == TQ_OK && peer.pinned &&
                        memcmp(peer.district, head->from, sizeof(peer.district)) == 0)) {
            *name = list[i].name;
            *ours = made.link == list[i].id;
        }
    }
    return rc;
}

tq_status parcel_member(struct box *box, struct tq_device_info *out, struct tq_error *err)
{
    struct tq_device_info *list;
    size_t count;
    bool found = false;
    tq_status rc = tq_devices_list(box->app.store, box->app.arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) /* the one that joined last */
        if (list[i].device != TQ_DEVICE_DISTRICT && (!found || list[i].device > out->device)) {
            *out = list[i];
            found = true;
        }
    return rc == TQ_OK && !found ? tq_error_set(err, TQ_NOT_FOUND, "%s", box->dir) : rc;
}

tq_status parcel_note(struct app *app, int64_t link, const char *way, struct tq_slice number,
        tq_status code, struct tq_slice file, struct tq_error *err)
{
    struct tq_link_entry entry;
    char words[TQ_PARCEL_WORDS_TEXT] = "";

    memset(&entry, 0, sizeof(entry));
    entry.link = link;
    entry.at_ms = app_time_ms(app);
    if (file.data != NULL) {
        tq_parcel_code(file, entry.hash);
        tq_parcel_words(entry.hash, words);
        entry.key = tq_slice_of(entry.hash, sizeof(entry.hash));
    } else { /* each is a line of its own */
        memcpy(entry.hash, &entry.at_ms, sizeof(entry.at_ms));
    }
    entry.way = tq_slice_str(way);
    entry.agreement = number.len <= TQ_PARCEL_NAME_BYTES ? number : tq_slice_of(NULL, 0);
    entry.code = tq_slice_str(code == TQ_OK ? "" : tq_status_code(code));
    entry.detail = tq_slice_str(words);
    return tq_journal_add(app->store, &entry, err);
}
