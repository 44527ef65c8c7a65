/* office_session.h - One sync as the office sees it: a pure machine of messages and time.
 *
 * Hello, the sets without a receipt and a Pull go out at once; it ends when every set has its
 * receipt, `complete` has come and the digests were compared (or when it cannot go on).
 *
 * Invariant: progress is in the store only; a session that is dropped at any point loses nothing.
 * Ownership: tq_office_session_new gives it to the caller. Messages are borrowed for the call.
 * Threads:   one. */
#ifndef TQ_OFFICE_SESSION_H
#define TQ_OFFICE_SESSION_H

#include "tuquan/office.h"

/*
 *            start            Welcome              complete, all receipts
 *   IDLE ----------> GREETING --------> EXCHANGING -----------> CHECKING ----> DONE
 *    |                |    |             |      |  digests equal  |   |         ^
 *    |                |    |             |      +-----------------|---|---------+
 *    |                |    +--> REFUSED <+--- Refused ------------+   |
 *    +----------------+------> FAILED <--+--- timeout, link lost -----+
 *
 * A file that turns out to be restored or copied takes its new incarnation and begins again at
 * GREETING, under another session number.
 */
typedef enum tq_office_phase {
    TQ_OFFICE_IDLE,
    TQ_OFFICE_GREETING,
    TQ_OFFICE_EXCHANGING,
    TQ_OFFICE_CHECKING,
    TQ_OFFICE_DONE,
    TQ_OFFICE_REFUSED,
    TQ_OFFICE_FAILED,
} tq_office_phase;

#define TQ_OFFICE_PHASES 7

struct tq_office_progress {
    tq_office_phase phase;
    uint32_t sets; /* to be sent in this session */
    uint32_t sets_sent;
    uint32_t sets_confirmed;
    uint64_t rows_received;
    uint32_t rows_repaired;
};

struct tq_office_result {
    struct tq_office_progress progress;
    uint64_t changes_sent;     /* handed to the link; it may not have reached the district */
    uint64_t changes_answered; /* of those, in sets that it answered for */
    uint64_t accepted;         /* counts out of the receipts of this session */
    uint64_t superseded;
    uint64_t held;
    uint64_t refused;
    uint64_t requested;
    uint32_t round_trips;
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint32_t messages_dropped; /* of another session, or out of place */
    uint32_t messages_unreadable;
    uint64_t complete;    /* H; 0: did not come */
    bool every_row;       /* the comparison read every row, or only what changed */
    uint64_t equal_as_of; /* H when the digests agreed; 0: they did not, or were not compared */
    uint64_t backed_up;
    bool renew_keys;        /* the district asks this device to renew its keys */
    bool district_restored; /* it knows less than this file: it was put back from a backup */
    uint32_t sets_offered;  /* brought back, with their receipts */
    uint32_t sets_refilled; /* of those, answered for */
    uint32_t rows_offered;  /* that the district wrote itself, and lost */
    uint32_t rows_refused;  /* of such: an officer decided against them, they are gone */
    bool has_group_key;     /* of the broadcast */
    uint8_t group_key_id[8];
    uint8_t group_key[32];
    bool machines_lost;  /* the names of the other machines could not be kept: next time */
    tq_refusal refusal;  /* 0: none */
    int64_t retry_at_ms; /* by this machine's clock; 0: when a person has done something */
    char refusal_vi[256];
    char refusal_en[256];
    char refusal_next_vi[256];
    char refusal_next_en[256];
    uint32_t new_incarnation;   /* not 0: taken in this session, which then began again */
    struct tq_office_fork fork; /* of it */
    struct tq_error error;      /* why it failed; status TQ_OK otherwise */
};

struct tq_office_session_config {
    struct tq_office *office;
    uint64_t session; /* random */
    struct tq_slice software;
    uint64_t credit_bytes; /* what may be in flight towards us; 0: 4 MiB */

    /* Give a message to the link; *bytes: its size on the wire. Does not block. */
    tq_status (*send)(
            void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err);
    void *send_ctx;

    /* Optional: called after every step. */
    void (*progress)(void *ctx, const struct tq_office_progress *progress);
    void *progress_ctx;

    /* Not 0: a sync by file. To make one: that much goes out at once, for nobody answers before it is
     * read. To take its answer: the same session number, and 1; what would go out goes nowhere. An
     * answer from before what the wire has brought since fails: BUNDLE_OLD. */
    uint64_t one_way_bytes;

    struct tq_slice
            machine; /* what its people call it; empty: the district keeps the name it has */
};

struct tq_office_session;

TQ_BEGIN_DECLS

/* A session that has said nothing yet. The configuration is copied; what it points to must outlive
 * the result. Freeing it sends nothing; NULL is fine. Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_office_session_new(struct tq_office_session **out,
        const struct tq_office_session_config *config, struct tq_error *err);
void tq_office_session_free(struct tq_office_session *session);

/* Seal what is in the log and send the first burst. A failure of any of these ends the session
 * (FAILED) and stands in the result; the return value repeats it. */
tq_status tq_office_session_start(struct tq_office_session *session, int64_t now_ms);

/* One decoded message and its size on the wire. Messages of another session, and those out of
 * place, are dropped and counted. */
tq_status tq_office_session_message(struct tq_office_session *session, int64_t now_ms,
        const struct tq_message *message, size_t bytes);

/* A message came that could not be decoded: counted. The session goes on, as if it were lost. */
void tq_office_session_unreadable(struct tq_office_session *session, const struct tq_error *why);

/* Nothing came for too long; or nothing that could be read, and that is then the error. */
tq_status tq_office_session_timeout(struct tq_office_session *session);

/* The link is gone, or the program stops. */
tq_status tq_office_session_link_lost(struct tq_office_session *session);

/* How far it is; the result is the session's, and whole once it has ended. */
bool tq_office_session_has_ended(const struct tq_office_session *session);
tq_office_phase tq_office_session_phase(const struct tq_office_session *session);
const struct tq_office_result *tq_office_session_result(const struct tq_office_session *session);

/* For logs; static. */
const char *tq_office_phase_name(tq_office_phase phase);

/* The table of allowed moves. */
bool tq_office_phase_may_follow(tq_office_phase from, tq_office_phase to);

TQ_END_DECLS
#endif
