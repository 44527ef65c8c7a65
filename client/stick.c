#include "stick.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/codec.h"
#include "tuquan/mem.h"
#include "tuquan/random.h"
#include "tuquan/version.h"

#define ANSWER_CREDIT_BYTES ((uint64_t)32 * 1024 * 1024) /* of rows that an answer may hold */

struct sayings {
    struct tq_buf messages;
    uint32_t count;
    uint32_t sets;
};

/* What a session says is kept; or, of one that takes an answer, goes nowhere. */
static tq_status keep(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct sayings *said = ctx;

    said->count++;
    said->sets += message->kind == TQ_MSG_PUSH;
    return tq_bundle_put(&said->messages, message, bytes, err);
}

static tq_status say_nothing(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    (void)ctx;
    (void)message;
    (void)err;
    *bytes = 0;
    return TQ_OK;
}

tq_status stick_make(struct network *net, int64_t now_ms, struct stick_made *made,
        struct tq_buf *out, struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    struct tq_office_session_config config;
    struct tq_office_session *session = NULL;
    const struct tq_office_result *result;
    struct tq_bundle head;
    struct sayings said;
    char software[48];
    tq_status rc;

    memset(made, 0, sizeof(*made));
    memset(&said, 0, sizeof(said));
    tq_buf_init(&said.messages, 0);
    memset(&config, 0, sizeof(config));
    snprintf(software, sizeof(software), "tuquan-commune %s", tq_version());
    config.office = &net->office;
    random->fill(random->ctx, &config.session, sizeof(config.session));
    config.software = tq_slice_str(software);
    config.credit_bytes = ANSWER_CREDIT_BYTES;
    config.send = keep;
    config.send_ctx = &said;
    config.one_way_bytes = TQ_BUNDLE_CONTENT_BYTES;
    rc = tq_office_session_new(&session, &config, err);
    if (rc == TQ_OK) {
        rc = tq_office_session_start(session, now_ms);
        result = tq_office_session_result(session);
        if (rc != TQ_OK && err != NULL)
            *err = result->error;
        made->sets = said.sets;
        made->left = result->progress.sets - said.sets;
        made->changes = result->changes_sent;
    }
    memset(&head, 0, sizeof(head));
    head.kind = TQ_BUNDLE_OFFICE;
    memcpy(head.district, net->link.district, sizeof(head.district));
    head.device = net->link.device;
    head.made_at_ms = now_ms;
    head.session = config.session;
    head.messages = said.count;
    head.sets = said.sets;
    head.rows = made->changes;
    if (rc == TQ_OK)
        rc = tq_bundle_write(
                &head, tq_buf_slice(&said.messages), &net->keys, net->link.curve_key, out, err);
    tq_office_session_free(session);
    tq_buf_deinit(&said.messages);
    return rc;
}

static void count(struct stick_taken *taken, const struct tq_message *message)
{
    const struct tq_receipt *receipt = &message->u.receipt;

    if (message->kind != TQ_MSG_RECEIPT)
        return;
    taken->receipts += !receipt->amending;
    taken->accepted += receipt->accepted;
    taken->superseded += receipt->superseded;
    taken->held += receipt->held;
    taken->refused += receipt->refused;
    taken->requested += receipt->requested;
}

static tq_status feed(struct tq_office_session *session, struct tq_slice messages, int64_t now_ms,
        struct stick_taken *taken, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    struct tq_slice bytes;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle") : TQ_OK;

    while (rc == TQ_OK && !tq_office_session_has_ended(session) &&
            tq_bundle_next(&messages, &bytes)) {
        struct tq_message message;

        tq_arena_reset(arena);
        rc = tq_message_decode(bytes, arena, &message, err);
        if (rc != TQ_OK)
            break;
        rc = tq_office_session_message(session, now_ms, &message, bytes.len);
        if (rc == TQ_OK)
            count(taken, &message);
        else if (err != NULL)
            *err = tq_office_session_result(session)->error;
    }
    tq_arena_free(arena);
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

static tq_status take(struct network *net, const struct tq_bundle *bundle, struct tq_slice messages,
        int64_t now_ms, struct stick_taken *taken, struct tq_error *err)
{
    struct tq_office_session_config config;
    struct tq_office_session *session = NULL;
    const struct tq_office_result *result;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.office = &net->office;
    config.session = bundle->session;
    config.software = tq_slice_str("tuquan-commune");
    config.credit_bytes = ANSWER_CREDIT_BYTES;
    config.send = say_nothing;
    config.one_way_bytes = 1;
    rc = tq_office_session_new(&session, &config, err);
    if (rc != TQ_OK)
        return rc;
    rc = tq_office_session_start(session, now_ms);
    result = tq_office_session_result(session);
    if (rc == TQ_OK)
        rc = feed(session, messages, now_ms, taken, err);
    else if (err != NULL)
        *err = result->error;
    taken->rows = result->progress.rows_received;
    taken->equal = result->equal_as_of != 0;
    taken->every_row = result->every_row;
    tq_office_session_free(session);
    return rc;
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
        rc = take(net, &bundle, tq_buf_slice(&messages), now_ms, taken, err);
    if (rc == TQ_OK)
        rc = look_what_waits(net, taken, err);
    tq_buf_deinit(&messages);
    tq_arena_free(arena);
    return rc;
}
