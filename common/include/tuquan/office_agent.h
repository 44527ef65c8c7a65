/* office_agent.h - What the agent remembers between two attempts, in the office's file.
 *
 * The agent decides from these facts alone, so that a restart or a missed event changes nothing.
 * Ownership: plain values.
 * Threads:   the thread that owns the database. */
#ifndef TQ_OFFICE_AGENT_H
#define TQ_OFFICE_AGENT_H

#include "tuquan/database.h"

/* What the last attempt failed by, where waiting does not mend it by itself; stored by number. */
enum tq_agent_trouble {
    TQ_TROUBLE_NONE,
    TQ_TROUBLE_TURNED, /* the district does not admit us, or is not ours: a person is needed */
    TQ_TROUBLE_FILE,   /* our file is damaged; stands until a sync finds it whole */
    TQ_TROUBLE_ANSWER, /* who answered was not understood: it may be another program's page */
};

/* Instants in UTC ms; 0: never. */
struct tq_agent_memory {
    int64_t last_attempt_ms;
    int64_t last_success_ms;
    uint32_t failures; /* in a row */
    uint32_t random;   /* drawn with the last attempt */
    enum tq_agent_trouble trouble;
    int64_t gap_since_ms;
    int64_t come_back_at_ms;
    char last_error[512]; /* as it was told, with its code; empty after a success */
    int64_t news_ms;      /* last broadcast that was applied */
    uint64_t news_seq;
};

/* What the file itself shows. */
struct tq_agent_outbox {
    uint64_t waiting;         /* changes in the log or in sets without a receipt */
    int64_t waiting_since_ms; /* the oldest of them; 0: none */
    bool loading;
};

TQ_BEGIN_DECLS

/* Does trying again help nothing until somebody acts? */
bool tq_agent_needs_person(const struct tq_agent_memory *memory);

/* What is remembered, the same put back, and what waits now. A file that never tried has zeros.
 * Fail: what the database fails with; nothing changes then. */
TQ_MUST_CHECK tq_status tq_agent_get(
        struct tq_db *db, struct tq_agent_memory *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_agent_put(
        struct tq_db *db, const struct tq_agent_memory *memory, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_agent_outbox(
        struct tq_db *db, struct tq_agent_outbox *out, struct tq_error *err);

TQ_END_DECLS
#endif
