/* office_refill.c - The district was restored, or lost: the office brings back what it has receipts
 * for (sync.md section 7).
 *
 * The memory of it is the file's top, which no ledger knows any more once it took anything from the
 * other history, until the district answered for everything and the rows were compared: a session that
 * is cut begins again, also if the first history is back by then. */
#include <string.h>

#include "sync/office_session_internal.h"

/* Had the district answered a set of this chain behind the last one that it holds? Others may stand
 * between them whose receipts are lost. */
static bool lacks_answered(const struct tq_office_session *session)
{
    const struct tq_chain_point *held = &session->welcome.held;

    return session->head.incarnation == held->incarnation &&
           session->confirmed.incarnation == held->incarnation &&
           session->confirmed.seq > held->seq;
}

/* Sets of the present chain that went out before Welcome came could not be taken: once more. */
static void forget_pushed(struct tq_office_session *session)
{
    size_t kept = 0;

    for (size_t i = 0; i < session->nsent; i++) {
        if (session->sent[i].refill || session->sent[i].confirmed) {
            session->sent[kept++] = session->sent[i];
            continue;
        }
        session->pushed_bytes -= session->sent[i].bytes;
        session->result.progress.sets_sent--;
        session->result.changes_sent -= session->sent[i].changes;
    }
    session->nsent = kept;
    session->last_n = 0;
}

tq_status tq_session_refill_begin(struct tq_office_session *session, struct tq_error *err)
{
    bool lacks = lacks_answered(session);
    struct tq_stored_set last;
    tq_status rc;

    session->office->rebuilding = session->welcome.restored;
    session->office->backed_up =
            lacks || session->welcome.restored ? 0 : session->welcome.backed_up;
    session->office->epoch =
            session->welcome.restored || session->office->keeps_top ? 0 : session->welcome.epoch;
    if (!lacks && !session->welcome.restored)
        return TQ_OK;
    rc = session->office->ops->set_last(session->office->store, session->step, &last, err);
    session->refill_last = last.n;
    /* Nothing is held of its branch: what that begins at may be lost as well. */
    session->refill_gap = lacks || session->welcome.held.seq == 0;
    session->refilling = rc == TQ_OK;
    session->result.district_restored = session->welcome.restored;
    if (session->refill_gap)
        forget_pushed(session);
    return rc;
}

/* Had the district answered for this set, and lost it or the last of its answers? */
static bool is_lacking(const struct tq_office_session *session, const struct tq_stored_set *set)
{
    const struct tq_welcome *welcome = &session->welcome;

    if (set->merged_at == 0 || set->fate == TQ_SET_RESEALED)
        return false;
    if (set->set.payload.len == 0) /* pruned: a tested backup of the district has it */
        return false;
    if (set->set.device != session->state.device) /* of the device before: not ours to send */
        return false;
    if (set->set.incarnation == welcome->held.incarnation && set->set.seq > welcome->held.seq)
        return true;
    return welcome->restored && set->merged_at > welcome->kept;
}

static tq_status offer(
        struct tq_office_session *session, const struct tq_stored_set *set, struct tq_error *err)
{
    const struct tq_office_ops *ops = session->office->ops;
    struct tq_slice *list = NULL;
    struct tq_message message;
    size_t bytes = set->set.payload.len;
    size_t cap = 0;
    size_t n = 0;
    int64_t t = INT64_MIN;

    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_REFILL;
    message.u.refill.set = set->set;
    for (;;) {
        struct tq_slice receipt;
        bool found = false;
        tq_status rc = ops->receipt_next(session->office->store, set->set.incarnation, set->set.seq,
                t, session->step, &t, &receipt, &found, err);

        if (rc != TQ_OK)
            return rc;
        if (!found)
            break;
        if (n == cap) {
            struct tq_slice *grown;

            cap = cap > 0 ? 2 * cap : 8;
            grown = tq_arena_array(session->step, cap, sizeof(*grown));
            if (grown == NULL)
                return tq_error_set(err, TQ_NOMEM, "refill");
            if (n > 0)
                memcpy(grown, list, n * sizeof(*grown));
            list = grown;
        }
        list[n++] = receipt;
        bytes += receipt.len;
    }
    if (n == 0)
        return TQ_OK;
    message.u.refill.receipts = list;
    message.u.refill.nreceipts = n;
    session->result.sets_offered++;
    return tq_session_send_set(session, &message, set, bytes, err);
}

/* One set of the file, in its place: between those that come back may be one whose receipt got lost, or
 * that was never sent, and the next cannot be taken before it. *full: when credit comes back. */
static tq_status refill_one(struct tq_office_session *session, const struct tq_stored_set *set,
        bool *full, struct tq_error *err)
{
    *full = false;
    if (is_lacking(session, set)) {
        *full = !tq_session_has_room(session, set->set.payload.len);
        return *full ? TQ_OK : offer(session, set, err);
    }
    if (session->refill_gap && set->fate == TQ_SET_WAITS && set->n > session->last_n)
        return tq_session_push_set(session, set, full, err);
    return TQ_OK;
}

tq_status tq_session_refill_more(struct tq_office_session *session, struct tq_error *err)
{
    while (session->refilling && session->refill_n < session->refill_last) {
        struct tq_stored_set set;
        bool full = false;
        tq_status rc;

        tq_arena_reset(session->step);
        rc = session->office->ops->set_get_n(
                session->office->store, session->refill_n + 1, session->step, &set, err);
        if (rc == TQ_OK && set.n != 0)
            rc = refill_one(session, &set, &full, err);
        if (rc != TQ_OK || full)
            return rc;
        session->refill_n++;
    }
    session->refilling = false;
    return TQ_OK;
}

bool tq_session_refill_is_done(const struct tq_office_session *session)
{
    if (session->refilling)
        return false;
    for (size_t i = 0; i < session->nsent; i++)
        if (session->sent[i].refill && !session->sent[i].confirmed)
            return false;
    return true;
}

/* What came back has another place in the history from now on, at the latest H: were it lost once
 * more, the number of its receipt would not tell. */
static tq_status place_anew(struct tq_office_session *session, struct tq_error *err)
{
    const struct tq_office_ops *ops = session->office->ops;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < session->nsent; i++) {
        const struct tq_chain_point *point = &session->sent[i].point;
        struct tq_stored_set set;

        if (!session->sent[i].refill)
            continue;
        rc = ops->set_get(
                session->office->store, point->incarnation, point->seq, session->step, &set, err);
        if (rc != TQ_OK || set.n == 0 || set.merged_at >= session->result.complete)
            continue;
        set.merged_at = session->result.complete;
        rc = ops->set_mark(session->office->store, &set, err);
    }
    return rc;
}

/* The district is whole as far as this office goes: its history is the file's from now on. Only when
 * the two were found equal: what a lost repair left different would be called a fault of the file
 * afterwards. */
tq_status tq_session_refill_end(struct tq_office_session *session, struct tq_error *err)
{
    const struct tq_office_ops *ops = session->office->ops;
    bool rebuilding = session->office->rebuilding;
    struct tq_office_state state;
    tq_status rc;

    if ((!rebuilding && session->result.sets_offered == 0) ||
            session->result.equal_as_of != session->result.complete)
        return TQ_OK;
    rc = ops->begin(session->office->store, TQ_TXN_APPLY, err);
    if (rc == TQ_OK)
        rc = place_anew(session, err);
    if (rc == TQ_OK && rebuilding)
        rc = ops->state_get(session->office->store, session->step, &state, err);
    if (rc == TQ_OK && rebuilding) {
        state.top = session->result.complete;
        memcpy(state.top_hash, session->complete_hash, sizeof(state.top_hash));
        rc = ops->state_put(session->office->store, &state, err);
    }
    if (rc == TQ_OK)
        rc = ops->commit(session->office->store, err);
    ops->rollback(session->office->store);
    if (!rebuilding)
        return rc;
    session->office->rebuilding = rc != TQ_OK;
    session->office->epoch = rc == TQ_OK ? session->welcome.epoch : 0;
    return rc;
}
