#include "bundle_merge.h"

#include <inttypes.h>
#include <string.h>

#include "tuquan/bundle.h"
#include "tuquan/codec.h"
#include "tuquan/district_session.h"

#define PEER UINT64_C(1)
#define TURN_BYTES ((size_t)4 * 1024 * 1024) /* well below what may wait for a merge */

static tq_status keep(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct bundle_answer *a = ctx;

    (void)peer;
    a->count++;
    if (message->kind == TQ_MSG_ROWS)
        a->rows += message->u.rows.nrows;
    if (message->kind == TQ_MSG_RECEIPT) {
        const struct tq_receipt *receipt = &message->u.receipt;

        a->receipts += !receipt->amending;
        a->accepted += receipt->accepted;
        a->superseded += receipt->superseded;
        a->held += receipt->held;
        a->refused += receipt->refused;
        a->requested += receipt->requested;
    }
    return tq_bundle_put(&a->messages, message, bytes, err);
}

static void note(void *ctx, const struct tq_district_note *note)
{
    struct bundle_answer *a = ctx;

    if (note->event == TQ_EVENT_REFUSED)
        a->why = note->why != NULL ? note->why->status : TQ_REFUSED;
    if (note->event == TQ_EVENT_HELLO)
        a->cursor = note->hello->cursor;
    if (note->event == TQ_EVENT_COMPLETE)
        a->complete = true;
}

static tq_status turn_until_done(struct tq_district *district, int64_t now_ms, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && tq_district_has_work(district))
        rc = tq_district_turn(district, now_ms, err);
    return rc;
}

/* Every message in its order; what waits is merged before it grows beyond what a session may hold. */
static tq_status feed(struct bundle_answer *a, struct tq_district *district, uint32_t device,
        int64_t now, struct tq_slice messages, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    struct tq_slice bytes;
    size_t since = 0;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle") : TQ_OK;

    while (rc == TQ_OK && a->why == TQ_OK && tq_bundle_next(&messages, &bytes)) {
        struct tq_message message;

        tq_arena_reset(arena);
        rc = tq_message_decode(bytes, arena, &message, err);
        if (rc == TQ_OK)
            rc = tq_district_receive(district, PEER, device, &message, bytes.len, now, err);
        since += bytes.len;
        if (rc == TQ_OK && since > TURN_BYTES) {
            since = 0;
            rc = tq_district_turn(district, now, err);
        }
    }
    if (rc == TQ_OK && a->why == TQ_OK)
        rc = turn_until_done(district, now, err);
    tq_arena_free(arena);
    return rc;
}

tq_status bundle_merge(struct app *app, uint32_t device, int64_t offset_ms,
        struct tq_slice messages, struct bundle_answer *a, struct tq_error *err)
{
    struct tq_district_session_config config;
    struct tq_district *district = NULL;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.merge = app_merge_config(app);
    config.max_sessions = 1;
    config.by_file = true;
    config.file_offset_ms = offset_ms;
    config.send = keep;
    config.send_ctx = a;
    config.note = note;
    config.note_ctx = a;
    rc = tq_district_new(&district, &config, err);
    if (rc == TQ_OK)
        rc = feed(a, district, device, app_time_ms(app), messages, err);
    tq_district_free(district);
    if (rc == TQ_OK && a->why != TQ_OK)
        rc = tq_error_set(err, a->why, "%" PRIu32, device);
    return rc;
}
