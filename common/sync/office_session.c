#include "tuquan/office_session.h"

#include <assert.h>
#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"

#include "sync/office_session_internal.h"

#define DEFAULT_CREDIT ((uint64_t)4 * 1024 * 1024)
#define SET_OVERHEAD ((size_t)256) /* of a set's frame, at most */
#define PULL_BYTES ((size_t)1024)  /* goes out after the sets */

#define BIT(phase) (1u << (phase))

struct phase_row {
    const char *name;
    unsigned next; /* bits of the phases that may follow */
};

/* One row for each tq_office_phase, in order; the drawing stands in the header. */
static const struct phase_row PHASES[TQ_OFFICE_PHASES] = {
    { "idle", BIT(TQ_OFFICE_GREETING) | BIT(TQ_OFFICE_FAILED) },
    { "greeting", BIT(TQ_OFFICE_EXCHANGING) | BIT(TQ_OFFICE_REFUSED) | BIT(TQ_OFFICE_FAILED) },
    { "exchanging", BIT(TQ_OFFICE_GREETING) | BIT(TQ_OFFICE_CHECKING) | BIT(TQ_OFFICE_DONE) |
                            BIT(TQ_OFFICE_REFUSED) | BIT(TQ_OFFICE_FAILED) },
    { "checking", BIT(TQ_OFFICE_GREETING) | BIT(TQ_OFFICE_DONE) | BIT(TQ_OFFICE_REFUSED) |
                          BIT(TQ_OFFICE_FAILED) },
    { "done", 0 },
    { "refused", 0 },
    { "failed", 0 },
};

const char *tq_office_phase_name(tq_office_phase phase)
{
    return (unsigned)phase < TQ_OFFICE_PHASES ? PHASES[phase].name : "unknown";
}

bool tq_office_phase_may_follow(tq_office_phase from, tq_office_phase to)
{
    return (unsigned)from < TQ_OFFICE_PHASES && (unsigned)to < TQ_OFFICE_PHASES &&
           (PHASES[from].next & BIT(to)) != 0;
}

void tq_session_move(struct tq_office_session *session, tq_office_phase to)
{
    assert(tq_office_phase_may_follow(session->phase, to));
    session->phase = to;
    session->result.progress.phase = to;
    session->office->in_session = PHASES[to].next != 0;
}

static tq_status fail(struct tq_office_session *session, const struct tq_error *err)
{
    session->result.error = *err;
    if (!tq_office_session_has_ended(session))
        tq_session_move(session, TQ_OFFICE_FAILED);
    return err->status;
}

static void report_progress(struct tq_office_session *session)
{
    if (session->config.progress != NULL)
        session->config.progress(session->config.progress_ctx, &session->result.progress);
}

tq_status tq_session_send(
        struct tq_office_session *session, struct tq_message *message, struct tq_error *err)
{
    size_t bytes = 0;
    tq_status rc;

    message->session = session->config.session;
    rc = session->config.send(session->config.send_ctx, message, &bytes, err);
    session->result.bytes_sent += bytes;
    return rc;
}

/* ---- going out ---- */

static tq_status send_hello(struct tq_office_session *session, int64_t now_ms, struct tq_error *err)
{
    struct tq_message message;
    struct tq_hello *hello = &message.u.hello;

    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_HELLO;
    hello->protocol_low = TQ_PROTOCOL_LOW;
    hello->protocol_high = TQ_PROTOCOL_HIGH;
    hello->schema = session->state.schema;
    hello->device = session->state.device;
    hello->head = session->head;
    if (hello->head.incarnation != session->state.incarnation) { /* nothing sealed under it yet */
        memset(&hello->head, 0, sizeof(hello->head));
        hello->head.incarnation = session->state.incarnation;
    }
    hello->confirmed = session->confirmed;
    hello->astray = session->asks_branch;
    memcpy(hello->place, session->office->place, sizeof(hello->place));
    hello->cursor = session->state.position.cursor;
    hello->seen = session->state.seen;
    hello->top = session->state.top;
    memcpy(hello->top_hash, session->state.top_hash, sizeof(hello->top_hash));
    hello->scope = session->state.scope;
    hello->clock_ms = now_ms;
    hello->equal_as_of = session->state.equal_as_of;
    hello->software = session->config.software;
    hello->machine = session->config.machine;
    hello->heads = session->office->heads;
    hello->words = session->office->words;
    return tq_session_send(session, &message, err);
}

/* From where the file stands now: that may have moved since the session began. */
static tq_status send_pull(struct tq_office_session *session, struct tq_error *err)
{
    struct tq_office_state state;
    struct tq_message message;
    tq_status rc =
            session->office->ops->state_get(session->office->store, session->step, &state, err);

    if (rc != TQ_OK)
        return rc;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_PULL;
    message.u.pull.from = state.position;
    if (session->head.incarnation == session->state.incarnation)
        message.u.pull.sets_coming = session->head.seq;
    message.u.pull.credit_bytes = session->config.credit_bytes;
    return tq_session_send(session, &message, err);
}

static tq_status note_sent(struct tq_office_session *session, const struct tq_stored_set *set,
        size_t bytes, bool refill, struct tq_error *err)
{
    struct tq_sent_set *entry;

    if (session->nsent == session->sent_cap) {
        size_t cap = session->sent_cap > 0 ? session->sent_cap * 2 : 16;
        struct tq_sent_set *grown = tq_mem_realloc(session->sent, cap * sizeof(*session->sent));

        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "session");
        session->sent = grown;
        session->sent_cap = cap;
    }
    entry = &session->sent[session->nsent++];
    memset(entry, 0, sizeof(*entry));
    entry->point.incarnation = set->set.incarnation;
    entry->point.seq = set->set.seq;
    memcpy(entry->point.hash, set->set.hash, TQ_HASH_BYTES);
    entry->bytes = bytes;
    entry->refill = refill;
    session->pushed_bytes += bytes;
    if (refill)
        return TQ_OK;
    entry->changes = set->nchanges;
    session->last_n = set->n;
    session->result.progress.sets_sent++;
    session->result.changes_sent += set->nchanges;
    return TQ_OK;
}

tq_status tq_session_send_set(struct tq_office_session *session, struct tq_message *message,
        const struct tq_stored_set *set, size_t bytes, struct tq_error *err)
{
    tq_status rc = tq_session_send(session, message, err);

    return rc != TQ_OK ? rc : note_sent(session, set, bytes, message->kind == TQ_MSG_REFILL, err);
}

static tq_status ask_receipt(
        struct tq_office_session *session, const struct tq_chain_point *point, struct tq_error *err)
{
    struct tq_message message;

    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_RECEIPT_ASK;
    message.u.receipt_ask = *point;
    return tq_session_send(session, &message, err);
}

static uint64_t in_flight(const struct tq_office_session *session)
{
    uint64_t returned = session->returned_credit > session->returned_receipts
                                ? session->returned_credit
                                : session->returned_receipts;

    return session->pushed_bytes > returned ? session->pushed_bytes - returned : 0;
}

bool tq_session_has_room(const struct tq_office_session *session, size_t bytes)
{
    if (session->config.one_way_bytes != 0)
        return session->result.bytes_sent + bytes + PULL_BYTES <= session->config.one_way_bytes;
    if (session->phase == TQ_OFFICE_GREETING)
        return session->result.bytes_sent - session->greeted_at + bytes + PULL_BYTES <=
               TQ_BEFORE_WELCOME_BYTES;
    return in_flight(session) == 0 || in_flight(session) + bytes <= session->welcome.credit_bytes;
}

/* Is the set one that the district holds already, so that only its receipt got lost? */
static bool is_held(const struct tq_office_session *session, const struct tq_stored_set *set)
{
    return session->phase != TQ_OFFICE_GREETING &&
           set->set.incarnation == session->welcome.held.incarnation &&
           set->set.seq <= session->welcome.held.seq;
}

/* Send one set without a receipt, the same bytes as ever. *full: when credit comes back. */
tq_status tq_session_push_set(struct tq_office_session *session, const struct tq_stored_set *set,
        bool *full, struct tq_error *err)
{
    struct tq_message message;
    size_t bytes = set->set.payload.len + SET_OVERHEAD;
    tq_status rc;

    *full = false;
    memset(&message, 0, sizeof(message));
    if (is_held(session, set)) {
        struct tq_chain_point point = { set->set.incarnation, set->set.seq, { 0 } };

        memcpy(point.hash, set->set.hash, TQ_HASH_BYTES);
        rc = ask_receipt(session, &point, err);
        bytes = 0;
    } else if (!tq_session_has_room(session, bytes)) {
        *full = true;
        return TQ_OK;
    } else {
        message.kind = TQ_MSG_PUSH;
        message.u.push = set->set;
        rc = tq_session_send(session, &message, err);
    }
    return rc == TQ_OK ? note_sent(session, set, bytes, false, err) : rc;
}

/* Send what may be sent of the sets without a receipt. */
tq_status tq_session_push(struct tq_office_session *session, size_t *sent, struct tq_error *err)
{
    tq_status rc = tq_session_refill_more(session, err);

    *sent = 0;
    while (rc == TQ_OK && !session->refilling) {
        struct tq_stored_set set;
        bool full;

        tq_arena_reset(session->step);
        rc = session->office->ops->set_next(
                session->office->store, TQ_SET_WAITS, session->last_n, session->step, &set, err);
        if (rc != TQ_OK || set.n == 0)
            break;
        rc = tq_session_push_set(session, &set, &full, err);
        if (full)
            break;
        (*sent)++;
    }
    return rc;
}

static tq_status count_waiting(struct tq_office_session *session, struct tq_error *err)
{
    struct tq_stored_set set;
    int64_t after = 0;

    for (;;) {
        tq_status rc;

        tq_arena_reset(session->step);
        rc = session->office->ops->set_next(
                session->office->store, TQ_SET_WAITS, after, session->step, &set, err);
        if (rc != TQ_OK || set.n == 0)
            return rc;
        after = set.n;
        session->result.progress.sets++;
    }
}

/* The end of the chain that Hello names; of a file that stands beside what the district holds, the
 * set where that shows. */
static tq_status find_head(struct tq_office_session *session, struct tq_error *err)
{
    struct tq_office *office = session->office;
    struct tq_stored_set set;
    tq_status rc = tq_office_head(office, session->keep, &session->head, err);

    if (rc == TQ_OK)
        rc = tq_office_confirmed(office, session->asks_branch ? session->kept : UINT64_MAX,
                &session->confirmed, err);
    if (rc != TQ_OK || session->suspect == 0 ||
            session->head.incarnation != session->state.incarnation ||
            session->head.seq <= session->suspect)
        return rc;
    rc = office->ops->set_get(
            office->store, session->state.incarnation, session->suspect, session->step, &set, err);
    if (rc == TQ_OK && set.n != 0) {
        session->head.seq = set.set.seq;
        memcpy(session->head.hash, set.set.hash, sizeof(session->head.hash));
    }
    return rc;
}

tq_status tq_session_begin(struct tq_office_session *session, int64_t now_ms, struct tq_error *err)
{
    struct tq_office *office = session->office;
    struct tq_seal_result sealed;
    size_t sent;
    tq_status rc;

    if ((rc = tq_office_seal(office, now_ms, &sealed, err)) != TQ_OK ||
            (rc = office->ops->state_get(office->store, session->keep, &session->state, err)) !=
                    TQ_OK ||
            (rc = find_head(session, err)) != TQ_OK ||
            (rc = count_waiting(session, err)) != TQ_OK ||
            (rc = send_hello(session, now_ms, err)) != TQ_OK)
        return rc;
    session->result.round_trips++;
    if (session->suspect != 0 ||
            session->asks_branch) /* a question only: what to send, the answer says */
        return TQ_OK;
    rc = tq_session_push(session, &sent, err);
    return rc == TQ_OK ? send_pull(session, err) : rc;
}

/* ---- the end ---- */

/* Done when nothing is owed to either side; asked from the store, so it cannot be missed. */
static tq_status try_finish(struct tq_office_session *session, struct tq_error *err)
{
    struct tq_stored_set set;
    struct tq_message message;
    bool offered;
    tq_status rc;

    if (!session->compared || tq_office_session_has_ended(session) ||
            !tq_session_refill_is_done(session))
        return TQ_OK;
    rc = session->office->ops->set_next(
            session->office->store, TQ_SET_WAITS, 0, session->step, &set, err);
    if (rc != TQ_OK || set.n != 0)
        return rc;
    rc = tq_session_offer(session, &offered, err);
    if (rc != TQ_OK || !offered)
        return rc;
    rc = tq_session_refill_end(session, err);
    if (rc != TQ_OK)
        return rc;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_STATUS;
    message.u.status.equal_as_of = session->result.equal_as_of;
    message.u.status.read_every_row = session->result.every_row;
    message.u.status.repaired_rows = session->result.progress.rows_repaired;
    rc = session->office->ops->pending_rows(session->office->store, &message.u.status.waiting, err);
    if (rc == TQ_OK)
        rc = tq_session_send(session, &message, err);
    if (rc == TQ_OK && session->result.new_incarnation != 0)
        rc = session->office->ops->fork_last(session->office->store, &session->result.fork, err);
    if (rc == TQ_OK)
        tq_session_move(session, TQ_OFFICE_DONE);
    return rc;
}

/* ---- coming in, one function a message ---- */

static void copy_text(char *out, size_t size, struct tq_slice text)
{
    size_t n = text.len < size - 1 ? text.len : size - 1;

    while (n > 0 && n < text.len && (text.data[n] & 0xc0) == 0x80)
        n--; /* not inside a character */
    if (n > 0)
        memcpy(out, text.data, n);
    out[n] = '\0';
}

static tq_status status_of(tq_refusal refusal)
{
    switch (refusal) {
    case TQ_REFUSAL_UNKNOWN_DEVICE:
        return TQ_NOT_ADMITTED;
    case TQ_REFUSAL_REVOKED:
        return TQ_REVOKED;
    case TQ_REFUSAL_PROTOCOL:
    case TQ_REFUSAL_SCHEMA:
        return TQ_VERSION;
    case TQ_REFUSAL_BUSY:
        return TQ_COME_BACK;
    case TQ_REFUSAL_CHAIN:
        return TQ_COPIED;
    case TQ_REFUSAL_INVITATION:
        return TQ_INVITATION;
    case TQ_REFUSAL_AGREEMENT:
        return TQ_LIAISON_ENDED;
    case TQ_REFUSAL_WRONG_UNIT:
    case TQ_REFUSAL_BROKEN:
        break;
    }
    return TQ_REFUSED;
}

static tq_status on_refused(
        struct tq_office_session *session, const struct tq_refused *refused, int64_t now_ms)
{
    struct tq_office_result *result = &session->result;

    result->refusal = refused->code;
    result->retry_at_ms = refused->retry_after_ms > 0 ? now_ms + refused->retry_after_ms : 0;
    copy_text(result->refusal_vi, sizeof(result->refusal_vi), refused->text_vi);
    copy_text(result->refusal_en, sizeof(result->refusal_en), refused->text_en);
    copy_text(result->refusal_next_vi, sizeof(result->refusal_next_vi), refused->next_vi);
    copy_text(result->refusal_next_en, sizeof(result->refusal_next_en), refused->next_en);
    tq_session_move(session, TQ_OFFICE_REFUSED);
    return tq_error_set(&result->error, status_of(refused->code), "%s", result->refusal_en);
}

static void count_receipt(struct tq_office_session *session, const struct tq_receipt *receipt)
{
    for (size_t i = 0; i < session->nsent; i++) {
        struct tq_sent_set *sent = &session->sent[i];

        if (sent->confirmed || receipt->amending || sent->point.seq != receipt->seq ||
                sent->point.incarnation != receipt->incarnation)
            continue;
        sent->confirmed = true;
        session->returned_receipts += sent->bytes;
        if (sent->refill) {
            session->result.sets_refilled++;
            continue;
        }
        session->result.progress.sets_confirmed++;
        session->result.changes_answered += sent->changes;
        session->result.accepted += receipt->accepted;
        session->result.superseded += receipt->superseded;
        session->result.held += receipt->held;
        session->result.refused += receipt->refused;
        session->result.requested += receipt->requested;
    }
}

/* A chunk had to wait for this receipt (or the next missing one). */
static tq_status after_asked(struct tq_office_session *session, struct tq_error *err)
{
    struct tq_stored_set set;
    tq_status rc;

    if (!session->asked || session->phase != TQ_OFFICE_EXCHANGING)
        return TQ_OK;
    rc = session->office->ops->set_next(
            session->office->store, TQ_SET_WAITS, 0, session->step, &set, err);
    if (rc != TQ_OK || (set.n != 0 && set.set.seq <= session->asked_for.seq &&
                               set.set.incarnation == session->asked_for.incarnation))
        return rc;
    session->asked = false;
    if (session->result.complete != 0)
        return TQ_OK;
    if (++session->rounds > TQ_MAX_ROUNDS)
        return tq_error_set(err, TQ_PROTOCOL, "the rows do not follow");
    session->result.round_trips++;
    return send_pull(session, err);
}

static tq_status on_receipt(struct tq_office_session *session, const struct tq_receipt *receipt,
        int64_t now_ms, struct tq_error *err)
{
    bool mine;
    size_t sent;
    tq_status rc = tq_office_take_receipt(session->office, receipt, now_ms, &mine, err);

    if (rc != TQ_OK)
        return rc;
    if (!mine) {
        session->result.messages_dropped++;
        return TQ_OK;
    }
    count_receipt(session, receipt);
    rc = tq_session_push(session, &sent, err);
    if (rc == TQ_OK && session->pull_again && tq_session_refill_is_done(session)) {
        session->pull_again = false;
        session->result.round_trips++;
        rc = send_pull(session, err);
    }
    return rc == TQ_OK ? after_asked(session, err) : rc;
}

static tq_status return_credit(
        struct tq_office_session *session, size_t bytes, struct tq_error *err)
{
    struct tq_message message;

    session->consumed += bytes;
    if (session->consumed < session->config.credit_bytes / 2)
        return TQ_OK;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_CREDIT;
    message.u.credit_bytes = session->consumed;
    session->consumed = 0;
    return tq_session_send(session, &message, err);
}

/* The chunk builds on a set whose receipt got lost: ask once, pull again when it is here. */
static tq_status on_missing(struct tq_office_session *session, const struct tq_chain_point *missing,
        struct tq_error *err)
{
    if (session->asked && session->asked_for.seq == missing->seq &&
            session->asked_for.incarnation == missing->incarnation)
        return TQ_OK;
    session->asked = true;
    session->asked_for = *missing;
    session->result.round_trips++;
    return ask_receipt(session, missing, err);
}

static tq_status on_rows(struct tq_office_session *session, const struct tq_rows *rows,
        size_t bytes, int64_t now_ms, struct tq_error *err)
{
    struct tq_apply_result applied;
    tq_status rc;

    if (session->phase == TQ_OFFICE_CHECKING && rows->repair) {
        rc = tq_session_repair(session, rows, now_ms, err);
        return rc == TQ_OK ? return_credit(session, bytes, err) : rc;
    }
    if (session->phase != TQ_OFFICE_EXCHANGING || rows->repair || session->result.complete != 0) {
        session->result.messages_dropped++;
        return TQ_OK;
    }
    rc = tq_office_apply_rows(session->office, rows, session->welcome.scope, now_ms, &applied, err);
    if (rc != TQ_OK)
        return rc;
    if (applied.outcome == TQ_APPLY_RECEIPT) {
        rc = on_missing(session, &applied.missing, err);
    } else if (applied.outcome == TQ_APPLY_IGNORED) {
        session->result.messages_dropped++;
        /* The last chunk did not fit what we have: one in between got lost. */
        if (rows->complete && !session->asked) {
            if (++session->rounds > TQ_MAX_ROUNDS)
                return tq_error_set(err, TQ_PROTOCOL, "the rows do not follow");
            session->result.round_trips++;
            rc = send_pull(session, err);
        }
    } else {
        session->result.progress.rows_received += applied.rows;
        /* The district goes on while sets come back: what it had before them is not compared. */
        session->pull_again = rows->complete && !tq_session_refill_is_done(session);
        if (rows->complete && !session->pull_again) {
            session->result.complete = rows->to.cursor;
            memcpy(session->complete_hash, rows->ledger_hash, sizeof(session->complete_hash));
            return tq_session_compare(session, rows, now_ms, err);
        }
    }
    return rc == TQ_OK ? return_credit(session, bytes, err) : rc;
}

static tq_status on_credit(struct tq_office_session *session, uint64_t bytes, struct tq_error *err)
{
    size_t sent;

    if (session->phase != TQ_OFFICE_EXCHANGING)
        return TQ_OK;
    if (bytes > session->pushed_bytes - session->returned_credit)
        bytes = session->pushed_bytes - session->returned_credit;
    session->returned_credit += bytes;
    return tq_session_push(session, &sent, err);
}

/* The district holds other sets than ours: those that we have yet to send, or, where it has lost some,
 * those that it had answered. */
static tq_status on_other_chain(
        struct tq_office_session *session, int64_t now_ms, struct tq_error *err)
{
    bool astray = false;
    tq_status rc = TQ_OK;

    if (session->phase != TQ_OFFICE_GREETING)
        rc = tq_session_is_astray(session, &astray, err);
    if (rc != TQ_OK)
        return rc;
    return astray ? tq_session_go_astray(session, now_ms, err)
                  : tq_session_begin_again(session, now_ms, err);
}

static tq_status dispatch(struct tq_office_session *session, const struct tq_message *message,
        size_t bytes, int64_t now_ms, struct tq_error *err)
{
    bool greeting = session->phase == TQ_OFFICE_GREETING;

    switch (message->kind) {
    case TQ_MSG_WELCOME:
        if (greeting)
            return tq_session_welcome(session, &message->u.welcome, now_ms, err);
        break;
    case TQ_MSG_REFUSED:
        if (message->u.refused.code == TQ_REFUSAL_CHAIN && session->restarts < TQ_MAX_RESTARTS)
            return on_other_chain(session, now_ms, err);
        return on_refused(session, &message->u.refused, now_ms);
    case TQ_MSG_RECEIPT: { /* receipts use up credit as rows do: else many of them end the pull */
        tq_status rc;

        /* Before Welcome nobody has compared the histories: one that was made in a new one would
         * move `top` there, and hide that the old one is lost. It is asked for again. */
        if (greeting)
            break;
        rc = on_receipt(session, &message->u.receipt, now_ms, err);
        return rc == TQ_OK ? return_credit(session, bytes, err) : rc;
    }
    case TQ_MSG_ROWS:
        return on_rows(session, &message->u.rows, bytes, now_ms, err);
    case TQ_MSG_CREDIT:
        return on_credit(session, message->u.credit_bytes, err);
    case TQ_MSG_DIGEST_TELL:
        if (session->phase == TQ_OFFICE_CHECKING && !session->compared)
            return tq_session_tell(session, &message->u.ranges, now_ms, err);
        break;
    case TQ_MSG_OFFER:
        if (session->offering.waiting && message->u.offer.number == session->offering.number)
            return tq_session_offer_answered(session, &message->u.offer, err);
        break;
    case TQ_MSG_HELLO:
    case TQ_MSG_PUSH:
    case TQ_MSG_PULL:
    case TQ_MSG_DIGEST_ASK:
    case TQ_MSG_RECEIPT_ASK:
    case TQ_MSG_STATUS:
    case TQ_MSG_JOIN:
    case TQ_MSG_JOINED:
    case TQ_MSG_BROADCAST:
    case TQ_MSG_REFILL:
        break;
    }
    session->result.messages_dropped++;
    return TQ_OK;
}

/* ---- public ---- */

tq_status tq_office_session_new(struct tq_office_session **out,
        const struct tq_office_session_config *config, struct tq_error *err)
{
    struct tq_office_session *session = tq_mem_zalloc(sizeof(*session));

    *out = NULL;
    if (session == NULL)
        return tq_error_set(err, TQ_NOMEM, "session");
    session->config = *config;
    session->office = config->office;
    if (session->config.credit_bytes == 0)
        session->config.credit_bytes = DEFAULT_CREDIT;
    session->keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    session->step = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    session->offered = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    if (session->keep == NULL || session->step == NULL || session->offered == NULL) {
        tq_office_session_free(session);
        return tq_error_set(err, TQ_NOMEM, "session");
    }
    *out = session;
    return TQ_OK;
}

void tq_office_session_free(struct tq_office_session *session)
{
    if (session == NULL)
        return;
    if (session->phase != TQ_OFFICE_IDLE && !tq_office_session_has_ended(session))
        session->office->in_session = false;
    session->office->keeps_top = false;
    tq_mem_free(session->sent);
    tq_arena_free(session->keep);
    tq_arena_free(session->step);
    tq_wipe(session->result.group_key, sizeof(session->result.group_key));
    tq_arena_free(session->offered);
    tq_mem_free(session);
}

tq_status tq_office_session_start(struct tq_office_session *session, int64_t now_ms)
{
    struct tq_error err;
    tq_status rc;

    tq_error_clear(&err);
    if (session->phase != TQ_OFFICE_IDLE)
        return tq_error_set(&session->result.error, TQ_INTERNAL, "the session runs already");
    tq_session_move(session, TQ_OFFICE_GREETING);
    rc = tq_session_begin(session, now_ms, &err);
    if (rc != TQ_OK)
        rc = fail(session, &err);
    report_progress(session);
    return rc;
}

tq_status tq_office_session_message(struct tq_office_session *session, int64_t now_ms,
        const struct tq_message *message, size_t bytes)
{
    struct tq_error err;
    tq_status rc;

    tq_error_clear(&err);
    if (tq_office_session_has_ended(session) || session->phase == TQ_OFFICE_IDLE ||
            message->session != session->config.session) {
        session->result.messages_dropped++;
        return TQ_OK;
    }
    tq_arena_reset(session->step);
    session->result.bytes_received += bytes;
    rc = dispatch(session, message, bytes, now_ms, &err);
    if (rc == TQ_COPIED && session->restarts < TQ_MAX_RESTARTS) {
        tq_error_clear(&err);
        rc = tq_session_begin_again(session, now_ms, &err);
    }
    if (session->phase == TQ_OFFICE_REFUSED) {
        report_progress(session);
        return rc;
    }
    if (rc == TQ_OK)
        rc = try_finish(session, &err);
    if (rc != TQ_OK)
        rc = fail(session, &err);
    report_progress(session);
    return rc;
}

static tq_status cut_off(struct tq_office_session *session, tq_status why, const char *fact)
{
    struct tq_error err;

    tq_error_clear(&err);
    if (tq_office_session_has_ended(session))
        return TQ_OK;
    (void)tq_error_set(&err, why, "%s, %s", fact, tq_office_phase_name(session->phase));
    why = fail(session, &err);
    report_progress(session);
    return why;
}

void tq_office_session_unreadable(struct tq_office_session *session, const struct tq_error *why)
{
    if (session->result.messages_unreadable++ == 0)
        session->unreadable = *why;
}

/* The district did answer, and nobody could read it: that is what people must hear. */
tq_status tq_office_session_timeout(struct tq_office_session *session)
{
    if (session->result.messages_unreadable > 0)
        return cut_off(session, session->unreadable.status, session->unreadable.msg);
    return cut_off(session, TQ_TIMEOUT, "no answer");
}

tq_status tq_office_session_link_lost(struct tq_office_session *session)
{
    return cut_off(session, TQ_UNREACHABLE, "the link is gone");
}

bool tq_office_session_has_ended(const struct tq_office_session *session)
{
    return PHASES[session->phase].next == 0;
}

tq_office_phase tq_office_session_phase(const struct tq_office_session *session)
{
    return session->phase;
}

const struct tq_office_result *tq_office_session_result(const struct tq_office_session *session)
{
    return &session->result;
}
