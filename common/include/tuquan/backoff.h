/* backoff.h - When an office talks to the district: the nightly slot, what was missed, what waits,
 * how long to hold off after a failure.
 *
 * Invariant: a decision is a function of what is stored and observed now, never of an event: asked
 *            again, or after a restart, it is the same. Asked at the time it named, it says "now".
 *            A clock that was wrong, or is, delays nothing by more than the longest delay here.
 * Ownership: plain values.
 * Threads:   any; nothing is kept, no clock and no randomness inside. */
#ifndef TQ_BACKOFF_H
#define TQ_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"

#define TQ_BACKOFF_DAY_MS ((int64_t)24 * 3600 * 1000)

/* The same for all devices of a district; tq_backoff_plan_default fills it. */
struct tq_backoff_plan {
    int32_t slot_start_minute;  /* of the local day (Asia/Ho_Chi_Minh) */
    int32_t slot_length_minute; /* the devices spread over this; may cross midnight */
    int64_t quiet_ms;           /* local changes wait this long for more to join them */
    int64_t first_delay_ms;     /* after one failure; doubles with each */
    int64_t longest_delay_ms;
    int64_t person_delay_ms;         /* first delay where a person must act before it can succeed */
    int64_t longest_person_delay_ms; /* and the longest then */
    int64_t crowd_ms; /* what wakes all offices at once (power, line, a broadcast) spreads over this */
};

/* What is known. Instants are UTC milliseconds, 0: never, none. */
struct tq_backoff_facts {
    int64_t now_ms;
    uint32_t device;
    int64_t started_ms;       /* this run of the agent */
    int64_t last_attempt_ms;  /* its beginning, whatever came of it */
    int64_t last_success_ms;  /* the last complete sync */
    uint32_t failures;        /* attempts in a row since then */
    uint32_t random;          /* drawn and stored with the last attempt: the spread of its delay */
    bool needs_person;        /* it failed because the district does not admit us, or is not ours */
    int64_t waiting_since_ms; /* the oldest change that is not confirmed */
    int64_t gap_since_ms;     /* a broadcast showed that another one was missed */
    int64_t reachable_since_ms; /* the line was seen to come up; 0: it is down, or nobody knows */
    int64_t come_back_at_ms;    /* named by the district in its last answer */
    bool loading;               /* the first load is not complete */
    bool asked;                 /* a person wants it now */
};

typedef enum tq_backoff_reason {
    TQ_BACKOFF_ASKED = 1, /* now: a person wants it */
    TQ_BACKOFF_FIRST,     /* now: never synced, or the first load is not complete */
    TQ_BACKOFF_SLOT,      /* now: tonight's slot; later: the next one */
    TQ_BACKOFF_MISSED,    /* now: the last slot passed without a sync */
    TQ_BACKOFF_WAITING,   /* local changes have waited; later: they may be joined by more */
    TQ_BACKOFF_GAP,       /* a broadcast was missed */
    TQ_BACKOFF_FAILED,    /* later: the last attempt failed */
    TQ_BACKOFF_COME_BACK, /* later: the district named a time */
    TQ_BACKOFF_CROWD,     /* later, by seconds: all offices woke at once */
} tq_backoff_reason;

struct tq_backoff_decision {
    bool sync_now;
    int64_t at_ms; /* now, or when to ask again; earlier if a fact changes */
    tq_backoff_reason reason;
};

TQ_BEGIN_DECLS

/* 02:00 to 04:00, changes wait 10 minutes, failures 15 s to 30 min, a person 10 min to 4 h, crowds
 * 60 s. */
void tq_backoff_plan_default(struct tq_backoff_plan *plan);

/* Where in `span_ms` this device has its place: neighbours in number lie far apart. */
int64_t tq_backoff_place_ms(uint32_t device, int64_t span_ms);

/* The delay after so many failures in a row (0: none): doubled each time up to the longest, of which
 * `random` takes away up to a half. */
int64_t tq_backoff_delay_ms(
        int64_t first_ms, int64_t longest_ms, uint32_t failures, uint32_t random);

/* The device's last slot at or before `at_ms`; the next is a day later. */
int64_t tq_backoff_slot_before(const struct tq_backoff_plan *plan, uint32_t device, int64_t at_ms);

/* What the agent should do now. */
struct tq_backoff_decision tq_backoff_decide(
        const struct tq_backoff_plan *plan, const struct tq_backoff_facts *facts);

TQ_END_DECLS
#endif
