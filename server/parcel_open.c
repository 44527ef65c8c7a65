/* parcel_open.c - A bundle of the neighbour's: whose it is, whether it may be taken, and its parts laid
 * into the mailboxes, from where a round carries them on as if they had come over the line. */
#include <stdio.h>
#include <string.h>

#include "bundle_merge.h"
#include "member/guest.h"
#include "member/join.h"
#include "member/one_way.h"
#include "parcel.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/head_store.h"
#include "tuquan/word_store.h"
#include "tuquan/parcel_store.h"

#define OPEN_ARENA ((size_t)320 * 1024 * 1024)

struct opening {
    struct app *app;
    struct tq_arena *arena;
    struct tq_slice file;
    struct parcel_opened *opened;
    struct tq_link_info link;
    struct tq_parcel head;
    struct tq_parcel_body body;
};

/* ---- whose it is ---- */

/* The link whose neighbour's mailbox signed it; one that cannot be read is no other's trouble. A key
 * that signed before and is pinned no more is told from one that nobody knows. */
static tq_status find_link(struct opening *o, struct tq_error *err)
{
    struct tq_parcel_record before;
    struct tq_error unread = { .status = TQ_OK };
    struct tq_link_info *list;
    size_t count;
    tq_status rc = tq_links_list(o->app->store, false, o->app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct parcel_peer peer;
        tq_status read = parcel_peer_of(o->app, list[i].id, &peer, &unread);

        if (read == TQ_NOMEM)
            return tq_error_set(err, read, "parcel");
        if (read == TQ_OK && peer.pinned &&
                memcmp(peer.district, o->head.from, sizeof(peer.district)) == 0) {
            o->link = list[i];
            return TQ_OK;
        }
    }
    if (rc == TQ_OK)
        rc = tq_parcels_by_signer(o->app->store, TQ_PARCEL_IN, o->head.signer, &before, err);
    if (rc != TQ_OK)
        return rc;
    o->link.id = before.link;
    if (before.link == 0 && unread.status != TQ_OK) { /* it may be that one's */
        *err = unread;
        return unread.status;
    }
    return tq_error_set(err, before.link != 0 ? TQ_REVOKED : TQ_FORGED, "%.*s",
            (int)o->head.from_name.len, (const char *)o->head.from_name.data);
}

/* Who was locked out may have been invited anew: whether it is, the invitation says. */
static bool joins_anew(struct opening *o, const struct box *box)
{
    struct tq_error closed;

    return o->link.ended_at_ms == 0 &&
           tq_parcel_open(&o->head, &box->app.keys, o->arena, &o->body, &closed) == TQ_OK &&
           o->body.join.len > 0;
}

/* May it be taken at all? `box` is ours that the neighbour reads: its keys are who we are to it. */
static tq_status check(struct opening *o, struct box *box, struct tq_error *err)
{
    static const uint8_t NOBODY[TQ_DISTRICT_ID_BYTES];
    struct tq_agreement *agreement = tq_arena_alloc(o->arena, sizeof(*agreement));
    uint8_t us[TQ_DISTRICT_ID_BYTES];
    struct tq_device_info member;
    tq_status rc = parcel_member(box, &member, err);

    if (rc == TQ_OK && member.revoked_at_ms != 0 && !joins_anew(o, box))
        return tq_error_set(err, TQ_REVOKED, "%.*s", (int)o->head.from_name.len,
                (const char *)o->head.from_name.data);
    if (rc == TQ_NOT_FOUND) { /* it joins by this one, perhaps */
        tq_error_clear(err);
        rc = TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    tq_district_id_of(&box->app.keys, us);
    if (memcmp(us, o->head.to, sizeof(us)) != 0 &&
            !(o->head.readable && memcmp(NOBODY, o->head.to, sizeof(us)) == 0))
        return tq_error_set(err, TQ_BUNDLE_OTHERS, "%.*s", (int)o->head.to_name.len,
                (const char *)o->head.to_name.data);
    if (agreement == NULL)
        return tq_error_set(err, TQ_NOMEM, "parcel");
    if (o->link.ended_at_ms != 0 || o->link.agreement.len == 0)
        return tq_error_set(err, TQ_LIAISON_ENDED, "%.*s", (int)o->link.name.len,
                (const char *)o->link.name.data);
    rc = tq_agreement_read(agreement, o->link.agreement, o->arena, err);
    if (rc == TQ_OK && memcmp(agreement->hash, o->head.agreement, sizeof(agreement->hash)) != 0)
        rc = tq_error_set(err, TQ_PARCEL_AGREEMENT, "%.*s", (int)o->head.number.len,
                (const char *)o->head.number.data);
    if (rc == TQ_OK) /* with our keys, as long as the mailbox is open */
        rc = tq_parcel_open(&o->head, &box->app.keys, o->arena, &o->body, err);
    return rc;
}

/* The last one again does no harm; one of before it brings nothing that the last did not. */
static tq_status check_age(struct opening *o, struct tq_error *err)
{
    struct tq_parcel_record last;
    tq_status rc = tq_parcels_last(o->app->store, TQ_PARCEL_IN, o->link.id, &last, err);

    if (rc != TQ_OK || last.link == 0 ||
            memcmp(last.signer, o->head.signer, sizeof(last.signer)) != 0)
        return rc;
    o->opened->again = last.serial == o->head.serial &&
                       memcmp(last.code, o->opened->code, sizeof(last.code)) == 0;
    return o->head.serial <= last.serial && !o->opened->again
                   ? tq_error_set(err, TQ_PARCEL_OLD, "%.*s", (int)o->head.from_name.len,
                             (const char *)o->head.from_name.data)
                   : TQ_OK;
}

/* ---- joining ---- */

static tq_status certify(void *ctx, struct tq_certificate *certificate, struct tq_error *err)
{
    return tq_certificate_sign(certificate, ctx, err);
}

/* Its JOIN, that each of our bundles answers until it was heard. */
static tq_status keep_join(const struct opening *o, const char *path, struct tq_error *err)
{
    struct tq_buf kept;
    tq_status rc;

    tq_buf_init(&kept, 0);
    tq_buf_keep_secret(&kept);
    tq_buf_append_slice(&kept, o->body.guest);
    tq_buf_append_slice(&kept, o->body.join);
    rc = tq_buf_is_ok(&kept) ? tq_file_replace(path, tq_buf_slice(&kept), true, err)
                             : tq_error_set(err, TQ_NOMEM, "%s", path);
    tq_buf_deinit(&kept);
    return rc;
}

/* It becomes the member of our mailbox, as it would have at the guests' port. */
static tq_status admit(struct opening *o, struct box *box, struct tq_error *err)
{
    struct tq_certificate certificate;
    struct tq_device_info member;
    struct tq_message message;
    char path[APP_PATH_BYTES];
    tq_status rc = tq_message_decode(o->body.join, o->arena, &message, err);

    if (rc == TQ_OK)
        rc = tq_file_join(path, sizeof(path), box->dir, PARCEL_JOIN, err);
    if (rc == TQ_OK)
        rc = parcel_member(box, &member, err);
    if (rc == TQ_OK && /* by an earlier one, that may have been cut before it was kept */
            memcmp(member.sign_key, message.u.join.sign_key, sizeof(member.sign_key)) == 0)
        return member.last_heard_at_ms != 0 ? TQ_OK : keep_join(o, path, err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    if (rc == TQ_OK)
        rc = tq_devices_spend(box->app.store, &message.u.join, o->body.guest.data,
                app_time_ms(&box->app), certify, &box->app.signer, o->arena, &certificate, err);
    if (rc == TQ_OK)
        rc = keep_join(o, path, err);
    o->opened->joined = rc == TQ_OK;
    return rc;
}

/* A join_ask_fn: the answer that the bundle brought. */
static tq_status answered(void *ctx, const struct tq_invitation *invitation,
        const struct tq_join *join, struct tq_arena *arena, struct tq_joined *out,
        struct tq_error *err)
{
    struct opening *o = ctx;
    struct tq_message message;
    tq_status rc = tq_message_decode(o->body.joined, arena, &message, err);

    if (rc != TQ_OK)
        return rc;
    *out = message.u.joined;
    return guest_check(join, invitation->district, out, err);
}

/* We became a member of its mailbox. */
static tq_status become(struct opening *o, struct box *box, struct tq_error *err)
{
    struct parcel_peer peer;
    char dir[APP_PATH_BYTES];
    char machine[128];
    char unit[64];
    char theirs[128];
    struct tq_buf text;
    tq_status rc = parcel_peer_of(o->app, o->link.id, &peer, err);

    if (rc != TQ_OK || peer.joined)
        return rc;
    rc = box_path(o->app->cli->dir, o->link.id, "in", dir, err);
    tq_buf_init(&text, TQ_INVITATION_BYTES + 1);
    tq_buf_keep_secret(&text);
    if (rc == TQ_OK)
        rc = parcel_invitation(o->app, o->link.id, &text, err);
    snprintf(machine, sizeof(machine), "%s", box->app.author);
    if (rc == TQ_OK)
        rc = join_by(dir, (const char *)text.data, machine, box->catalogue, answered, o, unit,
                theirs, err);
    tq_buf_deinit(&text);
    o->opened->joined = rc == TQ_OK;
    return rc;
}

/* ---- both mailboxes ---- */

/* It is answered again by each bundle of ours until it asks anew. */
static tq_status keep_question(
        struct opening *o, struct box *box, uint32_t device, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_buf kept;
    tq_status rc = tq_file_join(path, sizeof(path), box->dir, PARCEL_QUESTION, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&kept, 0);
    tq_buf_append_u64(&kept, (uint64_t)app_time_ms(&box->app));
    tq_buf_append_u32(&kept, device);
    tq_buf_append_slice(&kept, o->body.question);
    rc = tq_buf_is_ok(&kept) ? tq_file_replace(path, tq_buf_slice(&kept), true, err)
                             : tq_error_set(err, TQ_NOMEM, "%s", path);
    tq_buf_deinit(&kept);
    return rc;
}

static tq_status hear(struct opening *o, struct box *box, struct tq_error *err)
{
    struct tq_slice rest = o->body.question;
    struct tq_slice first;
    struct tq_device_info member;
    struct tq_message message;
    struct bundle_answer answer;
    int64_t now = app_time_ms(&box->app);
    tq_status rc = parcel_member(box, &member, err);

    if (rc == TQ_OK && member.revoked_at_ms != 0)
        rc = tq_error_set(err, TQ_REVOKED, "%u", member.device);
    if (rc == TQ_OK)
        rc = tq_bundle_next(&rest, &first) ? tq_message_decode(first, o->arena, &message, err)
                                           : tq_error_set(err, TQ_PROTOCOL, "%s", "question");
    if (rc != TQ_OK)
        return rc;
    memset(&answer, 0, sizeof(answer));
    tq_buf_init(&answer.messages, 0);
    rc = bundle_merge(&box->app, member.device, member.offset_ms, o->body.question, &answer, err);
    tq_buf_deinit(&answer.messages);
    if (rc == TQ_OK)
        rc = tq_devices_heard(box->app.store, member.device, now, member.offset_ms,
                message.u.hello.schema, message.u.hello.software, message.u.hello.equal_as_of, err);
    if (rc == TQ_OK)
        rc = tq_heads_heard(box->app.store, &message.u.hello.heads, now, err);
    if (rc == TQ_OK)
        rc = tq_words_put(box->app.store, 0, &message.u.hello.words, now, err);
    if (rc == TQ_OK)
        rc = tq_devices_confirmed(box->app.store, member.device, now, message.u.hello.cursor, err);
    return rc == TQ_OK ? keep_question(o, box, member.device, err) : rc;
}

/* Before the lock of the round was held another agreement may have been brought in, and a later one
 * of its bundles been opened. */
static tq_status check_again(struct opening *o, const struct round *r, struct tq_error *err)
{
    if (memcmp(r->agreement.hash, o->head.agreement, sizeof(r->agreement.hash)) != 0)
        return tq_error_set(err, TQ_PARCEL_AGREEMENT, "%.*s", (int)o->head.number.len,
                (const char *)o->head.number.data);
    return check_age(o, err);
}

/* Under the same lock: an older one that waits for it is refused. */
static tq_status record(const struct opening *o, struct tq_error *err)
{
    struct tq_parcel_record kept = { .link = o->link.id };

    kept.serial = o->head.serial;
    kept.at_ms = app_time_ms(o->app);
    memcpy(kept.code, o->opened->code, sizeof(kept.code));
    memcpy(kept.signer, o->head.signer, sizeof(kept.signer));
    return tq_parcels_put(o->app->store, TQ_PARCEL_IN, &kept, err);
}

static tq_status out_part(void *ctx, struct round *r, struct box *box, struct tq_error *err)
{
    struct opening *o = ctx;
    tq_status rc = check_again(o, r, err);

    if (rc == TQ_OK && o->body.join.len > 0)
        rc = admit(o, box, err);
    if (rc == TQ_OK && o->body.joined.len > 0)
        rc = become(o, box, err);
    if (rc == TQ_OK && o->body.question.len > 0)
        rc = hear(o, box, err);
    return rc == TQ_OK ? record(o, err) : rc;
}

static tq_status in_part(void *ctx, struct round *r, struct box *box, struct tq_error *err)
{
    struct opening *o = ctx;
    struct one_way_taken taken;
    tq_status rc;

    if (o->body.answer.len == 0)
        return TQ_OK;
    rc = tq_db_bound(box->db, BOX_MAX_BYTES, err); /* as on the line: ours has room behind it */
    if (rc != TQ_OK)
        return rc;
    rc = one_way_take(box->net, "tuquan-district", o->body.answer_session, o->body.answer, true,
            r->now_ms, &taken, err);
    o->opened->stale = rc == TQ_BUNDLE_OLD || taken.behind;
    if (rc == TQ_BUNDLE_OLD) { /* the wire was there first: what it brought is more */
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc;
}

struct visiting {
    struct opening *o;
    const struct round_visit *visit;
};

static tq_status try_visit(void *ctx, struct tq_error *err)
{
    struct visiting *v = ctx;

    return round_visit(v->o->app, &v->o->link, v->visit, &v->o->opened->round, err);
}

/* The mailbox is closed again before the round opens it. */
static tq_status check_with_box(struct opening *o, struct tq_error *err)
{
    struct box *box = tq_arena_alloc(o->arena, sizeof(*box));
    tq_status rc;

    if (box == NULL)
        return tq_error_set(err, TQ_NOMEM, "parcel");
    rc = box_open_out(box, o->app->cli, &o->link, true, err);
    if (rc != TQ_OK)
        return rc == TQ_NO_DATA ? tq_error_set(err, TQ_NOT_JOINED, "%.*s", (int)o->link.name.len,
                                          (const char *)o->link.name.data)
                                : rc;
    rc = check(o, box, err);
    box_close(box);
    return rc;
}

static tq_status take(struct opening *o, struct tq_error *err)
{
    struct round_visit visit = { o, out_part, in_part, true };
    struct visiting visiting = { o, &visit };
    tq_status rc = tq_parcel_read(o->file, o->arena, &o->head, err);

    if (rc == TQ_OK)
        rc = find_link(o, err);
    if (rc == TQ_OK)
        rc = check_with_box(o, err);
    if (rc == TQ_OK)
        rc = check_age(o, err);
    if (rc != TQ_OK)
        return rc;
    o->opened->link = o->link.id;
    o->opened->name = o->link.name;
    return round_when_free(o->app, try_visit, &visiting, err);
}

tq_status parcel_open(
        struct app *app, struct tq_slice file, struct parcel_opened *opened, struct tq_error *err)
{
    struct opening *o = tq_arena_alloc(app->arena, sizeof(*o));
    tq_status noted;
    tq_status rc;

    memset(opened, 0, sizeof(*opened));
    if (o == NULL)
        return tq_error_set(err, TQ_NOMEM, "parcel");
    memset(o, 0, sizeof(*o));
    o->app = app;
    o->file = file;
    o->opened = opened;
    o->arena = tq_arena_new(OPEN_ARENA);
    tq_parcel_code(file, opened->code);
    rc = o->arena == NULL ? tq_error_set(err, TQ_NOMEM, "parcel") : take(o, err);
    if (rc == TQ_OK)
        rc = parcel_note(app, o->link.id, "bundle_in", o->head.number, TQ_OK, file, err);
    else if (rc != TQ_NOMEM && rc != TQ_BUSY) {
        noted = parcel_note(app, o->link.id, "bundle_in", o->head.number, rc, file, NULL);
        rc = noted == TQ_NOMEM ? noted : rc;
    }
    tq_arena_free(o->arena);
    return rc;
}
