#include "member/one_way.h"

#include <string.h>

#include "tuquan/bundle.h"
#include "tuquan/codec.h"
#include "tuquan/random.h"

#define ANSWER_CREDIT_BYTES ((uint64_t)32 * 1024 * 1024) /* of rows that an answer may hold */

/* What a session says is kept; or, of one that takes an answer, goes nowhere. */
static tq_status keep(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct one_way_said *said = ctx;

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

tq_status one_way_say(struct network *net, const char *software, uint64_t bytes, int64_t now_ms,
        struct one_way_said *said, struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    struct tq_office_session_config config;
    struct tq_office_session *session = NULL;
    const struct tq_office_result *result;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.office = &net->office;
    random->fill(random->ctx, &config.session, sizeof(config.session));
    config.software = tq_slice_str(software);
    config.credit_bytes = ANSWER_CREDIT_BYTES;
    config.send = keep;
    config.send_ctx = said;
    config.one_way_bytes = bytes;
    said->session = config.session;
    rc = tq_office_session_new(&session, &config, err);
    if (rc == TQ_OK) {
        rc = tq_office_session_start(session, now_ms);
        result = tq_office_session_result(session);
        if (rc != TQ_OK && err != NULL)
            *err = result->error;
        said->left = result->progress.sets - said->sets;
        said->changes = result->changes_sent;
    }
    tq_office_session_free(session);
    return rc;
}

static void count(struct one_way_taken *taken, const struct tq_message *message)
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

static tq_status where(
        struct network *net, struct tq_arena *arena, struct tq_position *out, struct tq_error *err)
{
    struct tq_office_state state;
    tq_status rc = net->office.ops->begin(net->office.store, TQ_TXN_READ, err);

    if (rc == TQ_OK) {
        rc = net->office.ops->state_get(net->office.store, arena, &state, err);
        net->office.ops->rollback(net->office.store);
    }
    if (rc == TQ_OK)
        *out = state.position;
    return rc;
}

/* Rows of (from, H] hold those of (stands, H] for each `stands` between: what lies at or below it is
 * left out, and only the last chunk, which has them all before it, moves the file. */
static tq_status begin_later(const struct tq_position *stands, struct tq_rows *rows,
        struct tq_arena *arena, struct one_way_taken *taken, struct tq_error *err)
{
    struct tq_row *later;
    size_t n = 0;

    if (stands->scanning || stands->cursor == 0 || rows->from.cursor >= stands->cursor ||
            rows->repair)
        return TQ_OK;
    later = tq_arena_array(arena, rows->nrows + 1, sizeof(*later));
    if (later == NULL)
        return tq_error_set(err, TQ_NOMEM, "rows");
    for (size_t i = 0; i < rows->nrows; i++)
        if (rows->rows[i].seq > stands->cursor)
            later[n++] = rows->rows[i];
    taken->behind = rows->complete && rows->to.cursor <= stands->cursor;
    rows->rows = later;
    rows->nrows = n;
    rows->from = *stands;
    if (!rows->complete)
        rows->to = *stands;
    return TQ_OK;
}

static tq_status feed(struct tq_office_session *session, struct tq_slice messages,
        const struct tq_position *stands, int64_t now_ms, struct one_way_taken *taken,
        struct tq_error *err)
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
        if (stands != NULL && message.kind == TQ_MSG_ROWS)
            rc = begin_later(stands, &message.u.rows, arena, taken, err);
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

tq_status one_way_take(struct network *net, const char *software, uint64_t session_number,
        struct tq_slice messages, bool overlaps, int64_t now_ms, struct one_way_taken *taken,
        struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new((size_t)1 << 20);
    struct tq_office_session_config config;
    struct tq_office_session *session = NULL;
    const struct tq_office_result *result;
    struct tq_position stands;
    tq_status rc =
            arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle") : where(net, arena, &stands, err);

    memset(taken, 0, sizeof(*taken));
    memset(&config, 0, sizeof(config));
    config.office = &net->office;
    config.session = session_number;
    config.software = tq_slice_str(software);
    config.credit_bytes = ANSWER_CREDIT_BYTES;
    config.send = say_nothing;
    config.one_way_bytes = 1;
    if (rc == TQ_OK)
        rc = tq_office_session_new(&session, &config, err);
    if (rc != TQ_OK) {
        tq_arena_free(arena);
        return rc;
    }
    rc = tq_office_session_start(session, now_ms);
    result = tq_office_session_result(session);
    if (rc == TQ_OK)
        rc = feed(session, messages, overlaps ? &stands : NULL, now_ms, taken, err);
    else if (err != NULL)
        *err = result->error;
    taken->rows = result->progress.rows_received;
    taken->equal = result->equal_as_of != 0;
    taken->every_row = result->every_row;
    tq_office_session_free(session);
    tq_arena_free(arena);
    return rc;
}
