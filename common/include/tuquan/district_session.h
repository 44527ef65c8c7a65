/* district_session.h - All sessions at the district: messages in, one merge for all that wait,
 * receipts, rows and answers out. Pure: the clock, the link and the store come in from outside.
 *
 * A turn of the server's loop: every message that has come goes to tq_district_receive, then one
 * tq_district_turn merges all sets that wait in one transaction, sends their receipts and lets
 * every pull go on as far as its credit allows.
 *
 * Invariant: nothing is kept of a session that the next one could not do without.
 * Ownership: messages are borrowed for the call; sets that wait are copied, within the credit that
 *            Welcome gave.
 * Threads:   the one that writes the store. */
#ifndef TQ_DISTRICT_SESSION_H
#define TQ_DISTRICT_SESSION_H

#include "tuquan/merge.h"

#define TQ_DISTRICT_CREDIT_BYTES ((uint64_t)8 * 1024 * 1024)
#define TQ_DISTRICT_FILE_BYTES ((uint64_t)32 * 1024 * 1024) /* of rows in an answer by file */

/*
 *             Hello              Pull               complete sent
 *   FRESH ------------> OPEN ------------> PULLING ---------------> SERVED
 *     |   \               |                  |                        |  | digest questions
 *     |    \ not admitted | broken message   | broken message         +--+
 *     |     v             v                  v                        |
 *     |    REFUSED <------+------------------+------------------------+
 *     +--- a new Hello opens the session again from any state; a further Pull of the same session
 *          (a repair, a scan that begins again) goes from PULLING or SERVED to PULLING. A restored
 *          or copied file is welcomed with a new incarnation and stays FRESH until it says Hello
 *          under it.
 */
typedef enum tq_district_phase {
    TQ_DISTRICT_FRESH,
    TQ_DISTRICT_OPEN,
    TQ_DISTRICT_PULLING,
    TQ_DISTRICT_SERVED,
    TQ_DISTRICT_REFUSED,
} tq_district_phase;

#define TQ_DISTRICT_PHASES 5

/* What the server records of a session: for the board, the session log, alarms. */
typedef enum tq_district_event {
    TQ_EVENT_HELLO,    /* admitted; hello is given */
    TQ_EVENT_FORKED,   /* a restored or copied file got a new incarnation; fork is given */
    TQ_EVENT_RECEIPT,  /* a receipt went out */
    TQ_EVENT_COMPLETE, /* complete went out: the office has everything up to head */
    TQ_EVENT_OFFER,    /* the office offered what the district lost; proposals may wait */
    TQ_EVENT_STATUS,   /* the office said what it checked; status is given */
    TQ_EVENT_REFUSED,  /* refusal says why */
    TQ_EVENT_DROPPED,  /* a message that belongs to no open session */
} tq_district_event;

struct tq_district_note {
    tq_district_event event;
    uint64_t peer;
    uint32_t device;
    int64_t now_ms;
    int64_t offset_ms;
    const struct tq_hello *hello;
    const struct tq_fork *fork;
    bool restored; /* HELLO: it knows a history that is not in this ledger */
    const struct tq_office_status *status;
    const struct tq_merge_item *item; /* RECEIPT */
    tq_refusal refusal;
    const struct tq_error *why;
    uint64_t head;
    uint64_t bytes_in; /* of this session so far */
    uint64_t bytes_out;
    uint64_t rows_out;
    uint32_t round_trips;
    int64_t hello_ms; /* when the session began; by the clock of now_ms */
};

struct tq_district_session_config {
    struct tq_merge_config merge;
    size_t chunk_rows;      /* most rows of one message; 0: 2000 */
    size_t max_sessions;    /* more are told to come back; 0: 1024 */
    uint32_t busy_retry_ms; /* how long until it may ask again */
    /* What is received was carried here as a file: its clock is of when it was made, so that this
     * offset holds, the last one that the wire told; and the chain has moved on since, perhaps, which
     * makes no copy of its file. What only questions and answers can heal is refused. */
    bool by_file;
    int64_t file_offset_ms;

    /* Give a message to the link; *bytes: its size on the wire. Does not block. */
    tq_status (*send)(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
            struct tq_error *err);
    void *send_ctx;
    void (*note)(void *ctx, const struct tq_district_note *note); /* optional */
    void *note_ctx;
};

struct tq_district;

TQ_BEGIN_DECLS

/* All sessions of one district. The configuration is copied; what it points to must outlive the
 * result. Free ends every session without a word; NULL is fine. Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_district_new(struct tq_district **out,
        const struct tq_district_session_config *config, struct tq_error *err);
void tq_district_free(struct tq_district *district);

/* The merger that all sessions use, for changes of the district itself. Borrowed. */
struct tq_merger *tq_district_merger(struct tq_district *district);

/* The key of the broadcast that Welcome hands out (in memory only). */
void tq_district_set_group_key(
        struct tq_district *district, const uint8_t id[8], const uint8_t key[32]);

/* A message of `peer` (a connection), whose proven identity is `device`. A message that is out of
 * place is dropped and noted; a broken one ends that session. Fails only for our own reasons. */
TQ_MUST_CHECK tq_status tq_district_receive(struct tq_district *district, uint64_t peer,
        uint32_t device, const struct tq_message *message, size_t bytes, int64_t now_ms,
        struct tq_error *err);

/* True when sets wait to be merged or a pull could go on. */
bool tq_district_has_work(const struct tq_district *district);

/* Merge what waits and move every session on. When the transaction as a whole fails, the sets are
 * tried one by one; those that fail alone end their session, to be sent again. */
TQ_MUST_CHECK tq_status tq_district_turn(
        struct tq_district *district, int64_t now_ms, struct tq_error *err);

/* The connection is gone, or its device was revoked. */
void tq_district_drop(struct tq_district *district, uint64_t peer);
void tq_district_drop_device(struct tq_district *district, uint32_t device);

/* Where the session of a connection stands (FRESH: none); how many there are. */
tq_district_phase tq_district_phase_of(const struct tq_district *district, uint64_t peer);
size_t tq_district_sessions(const struct tq_district *district);

/* The table of allowed moves. */
bool tq_district_phase_may_follow(tq_district_phase from, tq_district_phase to);

/* The scope of a device, as Hello and Welcome name it: canonical text of its units (its own first,
 * then those that were closed into it) and schema. Fails: NOMEM. */
tq_status tq_district_scope(const struct tq_slice *units, size_t nunits, uint32_t schema,
        struct tq_arena *arena, struct tq_slice *out);

TQ_END_DECLS
#endif
