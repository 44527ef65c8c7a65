/* office_session_internal.h - What the files of the session share; not installed. */
#ifndef TQ_OFFICE_SESSION_INTERNAL_H
#define TQ_OFFICE_SESSION_INTERNAL_H

#include "tuquan/office_session.h"

#include "sync/office_internal.h"

#define TQ_MAX_RESTARTS 6u
#define TQ_MAX_ROUNDS 12u /* of narrowing, or of pulling again, in one session */

/* A set that went out and what it cost. */
struct tq_sent_set {
    struct tq_chain_point point;
    size_t bytes;
    uint64_t changes;
    bool confirmed;
    bool refill; /* one that the district had lost */
};

/* A digest that did not agree, and our own sum as the repairs change it. */
struct tq_unequal {
    struct tq_digest theirs;
    uint64_t rows;
    uint8_t sum[TQ_DIGEST_BYTES];
};

/* What the district wrote and lost: where the offering of it stands. */
struct tq_offering {
    uint32_t number; /* of the last message; 0: none yet */
    bool waiting;    /* for its answer */
    bool done;
    size_t table; /* index in the catalogue */
    bool cells;   /* of that table the lost cells, after the lost rows */
    uint8_t key[TQ_MAX_KEY_BYTES];
    size_t key_len;                        /* the last key that went out of them; 0: none */
    struct tq_row rows[TQ_MAX_OFFER_ROWS]; /* of that message: table, key, exists (a whole row) */
    size_t nrows;
};

struct tq_office_session {
    struct tq_office_session_config config;
    struct tq_office *office;
    tq_office_phase phase;
    struct tq_office_result result;
    struct tq_arena *keep; /* of the session */
    struct tq_arena *step; /* of one event */

    struct tq_office_state state; /* as it was at the start */
    struct tq_chain_point head;
    struct tq_chain_point confirmed;
    uint64_t suspect;  /* sequence of ours that the district holds with another hash; 0: none */
    uint32_t astray;   /* how often answered sets turned out to be replaced by another copy's */
    bool asks_branch;  /* Hello asks for a branch that begins before those */
    uint64_t kept;     /* what was answered up to here the district still has */
    uint32_t restarts; /* of this session, because the file turned out to be a copy */
    struct tq_sent_set *sent;
    size_t nsent;
    size_t sent_cap;
    int64_t last_n;      /* newest set that went out */
    uint64_t greeted_at; /* bytes sent before the present Hello */
    uint64_t pushed_bytes;
    uint64_t returned_credit;   /* by Credit */
    uint64_t returned_receipts; /* by receipts: the larger of the two counts */

    struct tq_welcome welcome;
    uint64_t consumed; /* bytes of rows not yet returned as credit */
    bool asked;        /* a receipt was asked for: pull again when none is missing */
    struct tq_chain_point asked_for;
    struct tq_error unreadable; /* the first message that could not be decoded */
    uint32_t rounds;
    bool compared;
    struct tq_unequal *unequal;
    size_t nunequal;

    bool refilling;      /* sets that the district lost are still to be offered */
    bool refill_gap;     /* what followed them in the chain goes out once more */
    int64_t refill_n;    /* sets up to here were looked at */
    int64_t refill_last; /* of the file when it began */
    bool pull_again;     /* the last pull was complete before all of them were back */
    uint8_t complete_hash[TQ_HASH_BYTES];

    struct tq_offering offering;
    struct tq_arena *offered; /* keys of its rows */
};

/* Send one message of this session and count it. */
TQ_MUST_CHECK tq_status tq_session_send(
        struct tq_office_session *session, struct tq_message *message, struct tq_error *err);

/* Send a message that carries a set, and count it as under way. */
TQ_MUST_CHECK tq_status tq_session_send_set(struct tq_office_session *session,
        struct tq_message *message, const struct tq_stored_set *set, size_t bytes,
        struct tq_error *err);
bool tq_session_has_room(const struct tq_office_session *session, size_t bytes);

/* office_refill.c: after Welcome; while there is credit; before the end; at the end. */
TQ_MUST_CHECK tq_status tq_session_refill_begin(
        struct tq_office_session *session, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_session_refill_more(
        struct tq_office_session *session, struct tq_error *err);
bool tq_session_refill_is_done(const struct tq_office_session *session);
TQ_MUST_CHECK tq_status tq_session_refill_end(
        struct tq_office_session *session, struct tq_error *err);

/* office_offer.c: rows that the district wrote and lost; *done when all were answered. Its answer. */
TQ_MUST_CHECK tq_status tq_session_offer(
        struct tq_office_session *session, bool *done, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_session_offer_answered(
        struct tq_office_session *session, const struct tq_offer *answer, struct tq_error *err);

/* Move to another phase; the table of moves is asserted. */
void tq_session_move(struct tq_office_session *session, tq_office_phase to);

/* Seal and say Hello with what may go out before Welcome; the same again, as another session. */
TQ_MUST_CHECK tq_status tq_session_begin(
        struct tq_office_session *session, int64_t now_ms, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_session_begin_again(
        struct tq_office_session *session, int64_t now_ms, struct tq_error *err);

/* office_welcome.c: the district lost answered sets, and another copy's have taken their place: the
 * file asks for a branch that begins before them. */
TQ_MUST_CHECK tq_status tq_session_is_astray(
        struct tq_office_session *session, bool *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_session_go_astray(
        struct tq_office_session *session, int64_t now_ms, struct tq_error *err);

/* Send one set without a receipt, the same bytes as ever; *full: not yet. All that may be sent. */
TQ_MUST_CHECK tq_status tq_session_push_set(struct tq_office_session *session,
        const struct tq_stored_set *set, bool *full, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_session_push(
        struct tq_office_session *session, size_t *sent, struct tq_error *err);

TQ_MUST_CHECK tq_status tq_session_welcome(struct tq_office_session *session,
        const struct tq_welcome *welcome, int64_t now_ms, struct tq_error *err);

/* After `complete`: compare, and ask when something differs. */
TQ_MUST_CHECK tq_status tq_session_compare(struct tq_office_session *session,
        const struct tq_rows *rows, int64_t now_ms, struct tq_error *err);

/* Sums of finer ranges, or rows, came from the district. */
TQ_MUST_CHECK tq_status tq_session_tell(struct tq_office_session *session,
        const struct tq_ranges *ranges, int64_t now_ms, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_session_repair(struct tq_office_session *session,
        const struct tq_rows *rows, int64_t now_ms, struct tq_error *err);

#endif
