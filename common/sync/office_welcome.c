/* office_welcome.c - What Welcome says of the file's chain, and the session that begins again when the
 * file turned out to be restored or copied (sync.md section 7). */
#include <string.h>

#include "sync/office_session_internal.h"

/* The file is not what the district takes it for: Hello again, from where it stands now, as another
 * session, so that nothing that is still on its way is mistaken for an answer. */
tq_status tq_session_begin_again(
        struct tq_office_session *session, int64_t now_ms, struct tq_error *err)
{
    if (session->config.one_way_bytes != 0) /* nobody would hear the question */
        return tq_error_set(err, TQ_BUNDLE_OLD, "%u", session->state.incarnation);
    if (++session->restarts > TQ_MAX_RESTARTS)
        return tq_error_set(
                err, TQ_COPIED, "no branch of its own after %u questions", session->restarts - 1);
    session->config.session =
            session->config.session * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    if (session->phase != TQ_OFFICE_GREETING)
        tq_session_move(session, TQ_OFFICE_GREETING);
    session->nsent = 0;
    session->last_n = 0;
    session->pushed_bytes = 0;
    session->returned_credit = 0;
    session->returned_receipts = 0;
    session->consumed = 0;
    session->asked = false;
    session->compared = false;
    session->pull_again = false;
    session->refilling = false;
    session->refill_n = 0; /* what came back in the session before may have been dropped unread */
    memset(&session->offering, 0, sizeof(session->offering));
    session->result.complete = 0;
    session->result.progress.sets = 0;
    session->greeted_at = session->result.bytes_sent;
    return tq_session_begin(session, now_ms, err);
}

static tq_status check_district(const struct tq_office_session *session,
        const struct tq_welcome *welcome, struct tq_error *err)
{
    if (memcmp(welcome->district, session->state.district, TQ_DISTRICT_ID_BYTES) != 0)
        return tq_error_set(err, TQ_WRONG_SERVER, "another district answered");
    if (welcome->protocol < TQ_PROTOCOL_LOW || welcome->protocol > TQ_PROTOCOL_HIGH)
        return tq_error_set(err, TQ_VERSION, "protocol %u", welcome->protocol);
    return TQ_OK;
}

/* Is the top in no history, until a session has found file and district equal? */
static bool histories_differ(const struct tq_office_state *state)
{
    bool differ = true;

    for (size_t i = 0; differ && i < sizeof(state->top_hash); i++)
        differ = state->top_hash[i] == TQ_NO_LEDGER;
    return differ;
}

/* That nothing was restored is said of the top of the question. Where the file knows more by now, an
 * answer of a later start of the district may have been made by one that has lost that: `top` stays,
 * so that the next question tells. An older district, and a bundle, do not say what was asked. */
static bool may_have_lost(const struct tq_office_state *state, const struct tq_welcome *welcome)
{
    return welcome->by_file && welcome->epoch > state->top >> TQ_SEQUENCE_EPOCH_SHIFT &&
           memcmp(welcome->asked_hash, state->top_hash, sizeof(state->top_hash)) != 0;
}

/* An answer by file is of the moment that it was made in. What the wire has brought since may be of a
 * later start of the district, a restored one perhaps, or have given this file another branch: then
 * the wire has said all that it says. That nothing was restored is said of the top of the question,
 * and is none of a file that has met the other history since. */
static tq_status check_answer(const struct tq_office_session *session,
        const struct tq_welcome *welcome, struct tq_error *err)
{
    if (session->config.one_way_bytes == 0 ||
            (welcome->incarnation == 0 && !welcome->restored &&
                    !histories_differ(&session->state) &&
                    welcome->epoch >= session->state.top >> TQ_SEQUENCE_EPOCH_SHIFT))
        return TQ_OK;
    return tq_error_set(err, TQ_BUNDLE_OLD, "%llu", (unsigned long long)welcome->epoch);
}

/* Has the file answered sets that a restored district may have lost? */
tq_status tq_session_is_astray(struct tq_office_session *session, bool *out, struct tq_error *err)
{
    struct tq_chain_point last;
    struct tq_chain_point kept;
    tq_status rc;

    /* The second time at the latest from the beginning: what the numbers said was not so. */
    session->kept = session->astray > 0         ? 0
                    : session->welcome.restored ? session->welcome.kept
                                                : session->state.top;
    *out = false;
    rc = tq_office_confirmed(session->office, UINT64_MAX, &last, err);
    if (rc == TQ_OK)
        rc = tq_office_confirmed(session->office, session->kept, &kept, err);
    if (rc == TQ_OK)
        *out = last.seq != kept.seq || last.incarnation != kept.incarnation;
    return rc;
}

tq_status tq_session_go_astray(
        struct tq_office_session *session, int64_t now_ms, struct tq_error *err)
{
    session->astray++;
    session->asks_branch = true;
    session->suspect = 0;
    return tq_session_begin_again(session, now_ms, err);
}

/* Is what the district holds of this chain the file's own? *taken: what it had answered was that. */
static tq_status check_chain(struct tq_office_session *session, const struct tq_welcome *welcome,
        bool *taken, struct tq_error *err)
{
    struct tq_stored_set set;
    tq_status rc;

    *taken = false;
    if (welcome->held.seq == 0)
        return TQ_OK;
    rc = session->office->ops->set_get(session->office->store, welcome->held.incarnation,
            welcome->held.seq, session->step, &set, err);
    if (rc == TQ_OK && set.n != 0 && tq_office_is_answered(&set) &&
            memcmp(set.set.hash, welcome->held.hash, TQ_HASH_BYTES) != 0) {
        *taken = true;
    } else if (rc == TQ_OK &&
               (set.n == 0 || memcmp(set.set.hash, welcome->held.hash, TQ_HASH_BYTES) != 0)) {
        session->suspect = set.n != 0 ? welcome->held.seq : session->head.seq;
        rc = tq_error_set(err, TQ_COPIED, "the district holds set %u/%llu, which is not here",
                welcome->held.incarnation, (unsigned long long)welcome->held.seq);
    }
    return rc;
}

/* The district says that this file was restored or copied. */
static tq_status take_fork(struct tq_office_session *session, const struct tq_welcome *welcome,
        int64_t now_ms, struct tq_error *err)
{
    struct tq_office_fork *fork = &session->result.fork;
    tq_status rc;

    memset(fork, 0, sizeof(*fork));
    fork->incarnation = welcome->incarnation;
    fork->kind = welcome->fork;
    fork->parent = welcome->held;
    fork->lost = welcome->lost;
    if (welcome->letter.len > 0 && welcome->letter.len < sizeof(fork->letter))
        memcpy(fork->letter, welcome->letter.data, welcome->letter.len);
    rc = tq_office_reincarnate(session->office, fork, now_ms, err);
    if (rc != TQ_OK)
        return rc;
    session->result.new_incarnation = welcome->incarnation;
    session->suspect = 0;
    session->asks_branch = false;
    return tq_session_begin_again(session, now_ms, err);
}

/* Names for people come with each Welcome: for want of them (a full disk, a file that is held) no sync
 * ends. */
static void keep_machines(struct tq_office_session *session, const struct tq_welcome *welcome)
{
    struct tq_error why;

    session->result.machines_lost = session->office->ops->machines_put(session->office->store,
                                            welcome->machines, welcome->nmachines, &why) != TQ_OK;
}

tq_status tq_session_welcome(struct tq_office_session *session, const struct tq_welcome *welcome,
        int64_t now_ms, struct tq_error *err)
{
    const void *scope;
    size_t sent = 0;
    bool taken = false;
    tq_status rc;

    rc = check_district(session, welcome, err);
    if (rc == TQ_OK)
        rc = check_answer(session, welcome, err);
    if (rc == TQ_OK && welcome->incarnation != 0 &&
            welcome->incarnation != session->state.incarnation)
        return take_fork(session, welcome, now_ms, err);
    if (rc == TQ_OK)
        rc = check_chain(session, welcome, &taken, err);
    if (rc == TQ_OK && taken) {
        session->welcome.restored = welcome->restored;
        session->welcome.kept = welcome->kept;
        rc = tq_session_is_astray(session, &taken, err);
    }
    if (rc != TQ_OK)
        return rc;
    if (taken)
        return tq_session_go_astray(session, now_ms, err);
    if (session->suspect != 0) { /* the question was answered: there is nothing to it */
        session->suspect = 0;
        return tq_session_begin_again(session, now_ms, err);
    }
    keep_machines(session, welcome);
    session->office->keeps_top =
            session->config.one_way_bytes != 0 && may_have_lost(&session->state, welcome);
    session->welcome = *welcome;
    session->welcome.nmachines = 0; /* they lie in the message's memory */
    session->welcome.machines = NULL;
    scope = tq_arena_copy(session->keep, welcome->scope.data, welcome->scope.len);
    if (scope == NULL)
        return tq_error_set(err, TQ_NOMEM, "session");
    session->welcome.scope = tq_slice_of(scope, welcome->scope.len);
    session->result.backed_up = welcome->backed_up;
    session->result.renew_keys = welcome->renew_keys;
    session->result.has_group_key = session->config.one_way_bytes == 0;
    memcpy(session->result.group_key_id, welcome->group_key_id, sizeof(welcome->group_key_id));
    memcpy(session->result.group_key, welcome->group_key, sizeof(welcome->group_key));
    tq_session_move(session, TQ_OFFICE_EXCHANGING);
    rc = tq_session_refill_begin(session, err);
    if (rc == TQ_OK)
        rc = tq_session_push(session, &sent, err);
    if (sent > 0) /* what did not fit before Welcome makes both sides wait once more */
        session->result.round_trips++;
    return rc;
}
