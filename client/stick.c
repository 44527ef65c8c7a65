#include "stick.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/codec.h"
#include "tuquan/version.h"

tq_status stick_make(struct network *net, int64_t now_ms, struct stick_made *made,
        struct tq_buf *out, struct tq_error *err)
{
    struct one_way_said said = { .session = 0 };
    struct tq_bundle head;
    char software[48];
    tq_status rc;

    memset(made, 0, sizeof(*made));
    tq_buf_init(&said.messages, 0);
    snprintf(software, sizeof(software), "tuquan-commune %s", tq_version());
    rc = one_way_say(net, software, TQ_BUNDLE_CONTENT_BYTES, now_ms, &said, err);
    made->sets = said.sets;
    made->left = said.left;
    made->changes = said.changes;
    memset(&head, 0, sizeof(head));
    head.kind = TQ_BUNDLE_OFFICE;
    memcpy(head.district, net->link.district, sizeof(head.district));
    head.device = net->link.device;
    head.made_at_ms = now_ms;
    head.session = said.session;
    head.messages = said.count;
    head.sets = said.sets;
    head.rows = said.changes;
    if (rc == TQ_OK)
        rc = tq_bundle_write(
                &head, tq_buf_slice(&said.messages), &net->keys, net->link.curve_key, out, err);
    tq_buf_deinit(&said.messages);
    return rc;
}

static tq_status is_ours(
        const struct network *net, const struct tq_bundle *bundle, struct tq_error *err)
{
    if (bundle->kind != TQ_BUNDLE_ANSWER || bundle->device != net->link.device ||
            memcmp(bundle->district, net->link.district, sizeof(bundle->district)) != 0)
        return tq_error_set(err, TQ_BUNDLE_OTHERS, "%u", bundle->device);
    if (memcmp(bundle->signer, net->link.sign_key, sizeof(bundle->signer)) != 0)
        return tq_error_set(err, TQ_FORGED, "TQB1");
    return TQ_OK;
}

static tq_status look_what_waits(
        struct network *net, struct stick_taken *taken, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    struct tq_stored_set set;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle")
                                 : net->office.ops->set_next(
                                           net->office.store, TQ_SET_WAITS, 0, arena, &set, err);

    taken->waits = rc == TQ_OK && set.n != 0;
    tq_arena_free(arena);
    return rc;
}

tq_status stick_take(struct network *net, struct tq_slice file, int64_t now_ms,
        struct stick_taken *taken, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_BUNDLE_ARENA_BYTES);
    struct tq_bundle bundle;
    struct tq_buf messages;
    tq_status rc;

    memset(taken, 0, sizeof(*taken));
    tq_buf_init(&messages, 0);
    rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle")
                       : tq_bundle_read(file, arena, &bundle, err);
    if (rc == TQ_OK)
        rc = is_ours(net, &bundle, err);
    if (rc == TQ_OK)
        rc = tq_bundle_unseal(&bundle, &net->keys, &messages, err);
    if (rc == TQ_OK)
        rc = one_way_take(net, "tuquan-commune", bundle.session, tq_buf_slice(&messages), false,
                now_ms, &taken->said, err);
    if (rc == TQ_OK)
        rc = look_what_waits(net, taken, err);
    tq_buf_deinit(&messages);
    tq_arena_free(arena);
    return rc;
}
