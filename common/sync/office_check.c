/* office_check.c - The session's last step: digests, ranges, repairs. */
#include <string.h>

#include "tuquan/digest.h"

#include "sync/office_session_internal.h"

#define ROWS_PER_RANGE 32u
#define RANGES_AT_ONCE 2048u /* of all tables together; a message carries 4096 */

/* The columns that both sides know. */
static uint32_t schema_of(const struct tq_office_session *session)
{
    uint32_t ours = session->state.schema;
    uint32_t theirs = session->welcome.schema;

    return theirs != 0 && theirs < ours ? theirs : ours;
}

static tq_status ask(struct tq_office_session *session, const struct tq_range *ranges, size_t n,
        struct tq_error *err)
{
    struct tq_message message;

    if (++session->rounds > TQ_MAX_ROUNDS)
        return tq_error_set(err, TQ_PROTOCOL, "the digests do not meet");
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_DIGEST_ASK;
    message.u.ranges.as_of = session->result.complete;
    message.u.ranges.nranges = n;
    message.u.ranges.ranges = ranges;
    session->result.round_trips++;
    return tq_session_send(session, &message, err);
}

/* Our own sums of one table that differs, cut finely enough to be repaired at once. */
static tq_status split_one(struct tq_office_session *session, struct tq_unequal *unequal,
        struct tq_range **list, size_t *n, struct tq_error *err)
{
    struct tq_range *ranges;
    struct tq_range *grown;
    size_t count;
    tq_status rc = tq_office_split(session->office, schema_of(session), unequal->theirs.table,
            unequal->theirs.owner, ROWS_PER_RANGE, RANGES_AT_ONCE / session->nunequal + 1,
            session->step, &ranges, &count, err);

    if (rc != TQ_OK)
        return rc;
    grown = tq_arena_array(session->step, *n + count, sizeof(*grown));
    if (grown == NULL)
        return tq_error_set(err, TQ_NOMEM, "digest");
    if (*n > 0)
        memcpy(grown, *list, *n * sizeof(*grown));
    for (size_t i = 0; i < count; i++) {
        grown[(*n)++] = ranges[i];
        unequal->rows += ranges[i].rows;
        tq_digest_add(unequal->sum, ranges[i].sum);
    }
    *list = grown;
    return TQ_OK;
}

static tq_status keep_unequal(struct tq_office_session *session, const struct tq_digest *digests,
        size_t n, struct tq_error *err)
{
    session->unequal = tq_arena_array(session->keep, n, sizeof(*session->unequal));
    if (session->unequal == NULL)
        return tq_error_set(err, TQ_NOMEM, "digest");
    for (size_t i = 0; i < n; i++) {
        struct tq_digest *theirs = &session->unequal[i].theirs;

        *theirs = digests[i];
        theirs->owner.data =
                tq_arena_copy(session->keep, digests[i].owner.data, digests[i].owner.len);
        if (theirs->owner.data == NULL)
            return tq_error_set(err, TQ_NOMEM, "digest");
    }
    session->nunequal = n;
    return TQ_OK;
}

static tq_status equal(struct tq_office_session *session, int64_t now_ms, struct tq_error *err)
{
    tq_status rc = tq_office_record_equal(
            session->office, session->result.complete, now_ms, session->result.every_row, err);

    if (rc != TQ_OK)
        return rc;
    session->result.equal_as_of = session->result.complete;
    session->compared = true;
    return TQ_OK;
}

tq_status tq_session_compare(struct tq_office_session *session, const struct tq_rows *rows,
        int64_t now_ms, struct tq_error *err)
{
    struct tq_digest *unequal;
    struct tq_range *ranges = NULL;
    size_t nranges = 0;
    size_t n;
    tq_status rc = tq_office_compare(session->office, schema_of(session), rows->digests,
            rows->ndigests, now_ms, session->step, &unequal, &n, &session->result.every_row, err);

    if (rc != TQ_OK)
        return rc;
    if (n == 0)
        return equal(session, now_ms, err);
    tq_session_move(session, TQ_OFFICE_CHECKING);
    rc = keep_unequal(session, unequal, n, err);
    if (rc == TQ_OK)
        rc = session->office->ops->begin(session->office->store, TQ_TXN_READ, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = split_one(session, &session->unequal[i], &ranges, &nranges, err);
    session->office->ops->rollback(session->office->store);
    return rc == TQ_OK ? ask(session, ranges, nranges, err) : rc;
}

static struct tq_unequal *find_unequal(
        struct tq_office_session *session, const struct tq_range *range)
{
    for (size_t i = 0; i < session->nunequal; i++)
        if (session->unequal[i].theirs.table == range->table &&
                tq_slice_equal(session->unequal[i].theirs.owner, range->owner))
            return &session->unequal[i];
    return NULL;
}

static bool all_met(const struct tq_office_session *session)
{
    for (size_t i = 0; i < session->nunequal; i++) {
        const struct tq_unequal *unequal = &session->unequal[i];

        if (unequal->rows != unequal->theirs.rows ||
                memcmp(unequal->sum, unequal->theirs.sum, TQ_DIGEST_BYTES) != 0)
            return false;
    }
    return true;
}

tq_status tq_session_tell(struct tq_office_session *session, const struct tq_ranges *ranges,
        int64_t now_ms, struct tq_error *err)
{
    struct tq_range *list;
    size_t n = 0;
    tq_status rc;

    if (ranges->as_of != session->result.complete)
        return TQ_OK;
    list = tq_arena_array(session->step, ranges->nranges, sizeof(*list));
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "digest");
    rc = session->office->ops->begin(session->office->store, TQ_TXN_READ, err);
    for (size_t i = 0; rc == TQ_OK && i < ranges->nranges; i++) {
        const struct tq_range *theirs = &ranges->ranges[i];

        list[n] = *theirs;
        if (find_unequal(session, theirs) == NULL)
            continue;
        rc = tq_office_digest(session->office, schema_of(session), &list[n], err);
        if (rc == TQ_OK && (list[n].rows != theirs->rows ||
                                   memcmp(list[n].sum, theirs->sum, TQ_DIGEST_BYTES) != 0))
            n++;
    }
    session->office->ops->rollback(session->office->store);
    if (rc != TQ_OK)
        return rc;
    if (n > 0)
        return ask(session, list, n, err);
    /* The district has nothing more to say: equal now, or it moved on meanwhile (next night). */
    if (all_met(session))
        return equal(session, now_ms, err);
    session->compared = true;
    return TQ_OK;
}

tq_status tq_session_repair(struct tq_office_session *session, const struct tq_rows *rows,
        int64_t now_ms, struct tq_error *err)
{
    struct tq_unequal *unequal = find_unequal(session, &rows->range);
    struct tq_range before = rows->range;
    struct tq_range after = rows->range;
    uint32_t repaired = 0;
    tq_status rc;

    if (unequal == NULL) {
        session->result.messages_dropped++;
        return TQ_OK;
    }
    if ((rc = tq_office_digest(session->office, schema_of(session), &before, err)) != TQ_OK ||
            (rc = tq_office_apply_repair(session->office, rows, session->result.complete, now_ms,
                     &repaired, err)) != TQ_OK ||
            (rc = tq_office_digest(session->office, schema_of(session), &after, err)) != TQ_OK)
        return rc;
    session->result.progress.rows_repaired += repaired;
    unequal->rows = unequal->rows - before.rows + after.rows;
    tq_digest_subtract(unequal->sum, before.sum);
    tq_digest_add(unequal->sum, after.sum);
    return all_met(session) ? equal(session, now_ms, err) : TQ_OK;
}
