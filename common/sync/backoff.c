#include "tuquan/backoff.h"

#include <stddef.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define LOCAL_MS (7 * HOUR_MS)        /* Asia/Ho_Chi_Minh has no summer time */
#define SPREAD_MULTIPLIER 2654435769u /* 2^32 / golden ratio: any run of numbers lies evenly */

/* After this much the slot is not "tonight's" any more but one that was missed. */
#define SLOT_FRESH_MS HOUR_MS

/* A district that names a time further away than this has a wrong clock, or we have. */
#define COME_BACK_LONGEST_MS TQ_BACKOFF_DAY_MS

void tq_backoff_plan_default(struct tq_backoff_plan *plan)
{
    plan->slot_start_minute = 2 * 60;
    plan->slot_length_minute = 2 * 60;
    plan->quiet_ms = 10 * MINUTE_MS;
    plan->first_delay_ms = INT64_C(15000);
    plan->longest_delay_ms = 30 * MINUTE_MS;
    plan->person_delay_ms = 10 * MINUTE_MS;
    plan->longest_person_delay_ms = 4 * HOUR_MS;
    plan->crowd_ms = MINUTE_MS;
}

int64_t tq_backoff_place_ms(uint32_t device, int64_t span_ms)
{
    uint32_t place = (uint32_t)((uint64_t)device * SPREAD_MULTIPLIER);

    if (span_ms <= 0)
        return 0;
    if (span_ms > TQ_BACKOFF_DAY_MS)
        span_ms = TQ_BACKOFF_DAY_MS;
    return (int64_t)((uint64_t)place * (uint64_t)span_ms >> 32);
}

int64_t tq_backoff_delay_ms(
        int64_t first_ms, int64_t longest_ms, uint32_t failures, uint32_t random)
{
    int64_t delay = first_ms;

    if (failures == 0)
        return 0;
    for (uint32_t i = 1; i < failures && delay < longest_ms; i++)
        delay *= 2;
    if (delay > longest_ms)
        delay = longest_ms;
    return delay - (int64_t)((uint64_t)random * (uint64_t)(delay / 2) >> 32);
}

int64_t tq_backoff_slot_before(const struct tq_backoff_plan *plan, uint32_t device, int64_t at_ms)
{
    int64_t local = (at_ms > 0 ? at_ms : 0) + LOCAL_MS;
    int64_t place = tq_backoff_place_ms(device, plan->slot_length_minute * MINUTE_MS);
    int64_t of_day = (plan->slot_start_minute * MINUTE_MS + place) % TQ_BACKOFF_DAY_MS;
    int64_t slot = local - local % TQ_BACKOFF_DAY_MS + of_day;

    if (slot > local)
        slot -= TQ_BACKOFF_DAY_MS;
    return slot - LOCAL_MS;
}

/* An instant of our own that lies ahead was read from a wrong clock, then or now: it is unknown. To
 * take it for "now" would move what is counted from it along for ever. */
static int64_t known(int64_t instant_ms, int64_t now_ms)
{
    return instant_ms > 0 && instant_ms <= now_ms ? instant_ms : 0;
}

static void sooner(struct tq_backoff_decision *best, int64_t at_ms, tq_backoff_reason reason)
{
    if (best->reason != 0 && best->at_ms <= at_ms)
        return;
    best->at_ms = at_ms;
    best->reason = reason;
}

static void later(
        struct tq_backoff_decision *best, int64_t at_ms, int64_t now_ms, tq_backoff_reason reason)
{
    if (at_ms <= best->at_ms || at_ms <= now_ms)
        return;
    best->at_ms = at_ms;
    best->reason = reason;
}

/* The first thing that calls for a sync, past or to come. */
static struct tq_backoff_decision first_call(
        const struct tq_backoff_plan *plan, const struct tq_backoff_facts *facts)
{
    struct tq_backoff_decision call = { false, 0, 0 };
    int64_t now = facts->now_ms;
    int64_t slot = tq_backoff_slot_before(plan, facts->device, now);
    int64_t success = known(facts->last_success_ms, now);
    int64_t waiting = known(facts->waiting_since_ms, now);
    int64_t gap = known(facts->gap_since_ms, now);

    if (success == 0 || facts->loading)
        sooner(&call, 0, TQ_BACKOFF_FIRST);
    if (success < slot)
        sooner(&call, slot, now - slot < SLOT_FRESH_MS ? TQ_BACKOFF_SLOT : TQ_BACKOFF_MISSED);
    else
        sooner(&call, slot + TQ_BACKOFF_DAY_MS, TQ_BACKOFF_SLOT);
    /* From an unknown moment on: long enough. */
    if (facts->waiting_since_ms > 0)
        sooner(&call, waiting > 0 ? waiting + plan->quiet_ms : now, TQ_BACKOFF_WAITING);
    if (facts->gap_since_ms > 0)
        sooner(&call, gap > 0 ? gap + tq_backoff_place_ms(facts->device, plan->crowd_ms) : now,
                TQ_BACKOFF_GAP);
    return call;
}

/* When the last failure is over. */
static int64_t failure_over(const struct tq_backoff_plan *plan,
        const struct tq_backoff_facts *facts, int64_t attempt_ms)
{
    int64_t first = facts->needs_person ? plan->person_delay_ms : plan->first_delay_ms;
    int64_t longest = facts->needs_person ? plan->longest_person_delay_ms : plan->longest_delay_ms;

    return attempt_ms + tq_backoff_delay_ms(first, longest, facts->failures, facts->random);
}

struct tq_backoff_decision tq_backoff_decide(
        const struct tq_backoff_plan *plan, const struct tq_backoff_facts *facts)
{
    struct tq_backoff_decision decision = first_call(plan, facts);
    int64_t now = facts->now_ms;
    int64_t attempt = known(facts->last_attempt_ms, now);
    int64_t started = known(facts->started_ms, now);
    int64_t up = known(facts->reachable_since_ms, now);
    int64_t crowd = tq_backoff_place_ms(facts->device, plan->crowd_ms);

    if (facts->asked) {
        decision = (struct tq_backoff_decision){ true, now, TQ_BACKOFF_ASKED };
        return decision;
    }
    if (decision.reason == TQ_BACKOFF_MISSED)
        later(&decision, started + crowd, now, TQ_BACKOFF_CROWD);
    /* A line that came up after the failure starts afresh, at most after the crowd; it does not make
     * a district know us that did not. */
    if (facts->failures > 0 && up > attempt && !facts->needs_person)
        later(&decision, up + crowd, now, TQ_BACKOFF_CROWD);
    else if (facts->failures > 0)
        later(&decision, failure_over(plan, facts, attempt), now, TQ_BACKOFF_FAILED);
    if (facts->come_back_at_ms > now && facts->come_back_at_ms - attempt <= COME_BACK_LONGEST_MS)
        later(&decision, facts->come_back_at_ms, now, TQ_BACKOFF_COME_BACK);
    decision.sync_now = decision.at_ms <= now;
    if (decision.sync_now)
        decision.at_ms = now;
    return decision;
}
