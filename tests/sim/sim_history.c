/* sim_history.c - After the district was restored or lost: what may still know the history that is
 * gone, and when all of it is back, so that the rest of the run is looked at as one without a loss. */
#include <string.h>

#include "sim.h"

/* What is closed or lies about by then is of no age that comes later. */
static void begin_age(struct sim *s, bool rebuilt)
{
    s->rebuilt = rebuilt;
    s->age++;
}

void sim_history_lost(struct sim *s)
{
    begin_age(s, true);
    s->losses++;
    for (size_t i = 0; i < s->noffices; i++) {
        s->offices[i].behind = true;
        s->offices[i].foreign = true; /* also the session that it is in */
    }
    sim_shadow_free(s);
    sim_shadow_init(s);
    s->shadow.base = UINT64_MAX; /* until it is known where this history begins */
}

/* What was before is told by no version here; a file that is equal to this history is known again. */
void sim_history_begins(struct sim *s)
{
    s->shadow.base = s->shadow.head;
}

void sim_history_old(struct sim *s, uint32_t age)
{
    if (age == s->age || s->losses == 0)
        return;
    sim_say(s, "something of before a loss is used again");
    s->rebuilt = true;
}

bool sim_may_be_back(const struct sim *s, uint64_t n)
{
    return s->rebuilt || n <= s->back_n;
}

static bool knows(struct sim_office *o)
{
    struct tq_office_state state;
    struct tq_error err;
    bool known;

    tq_error_clear(&err);
    tq_arena_reset(o->sim->scratch);
    sim_must(o->sim, tq_office_store_ops()->begin(o->store, TQ_TXN_READ, &err), "read", &err);
    sim_must(o->sim, tq_office_store_ops()->state_get(o->store, o->sim->scratch, &state, &err),
            "state", &err);
    known = sim_is_of_this_history(o, &state);
    tq_office_store_ops()->rollback(o->store);
    return known;
}

bool sim_knows_history(struct sim_office *o)
{
    bool known;

    if (!o->sim->rebuilt && !o->behind)
        return true;
    sim_pause(true);
    known = knows(o);
    sim_pause(false);
    return known;
}

/* Files that lie about; some stay, and with the first that is opened the loss is looked for again. */
static void throw_sticks_away(struct sim *s)
{
    if (sim_chance(s, 20))
        return;
    for (size_t i = 0; i < s->noffices; i++)
        sim_stick_free(&s->offices[i]);
}

/* At a rest that held: every file that anybody speaks to is equal to the district, which has every set
 * that one of them was ever answered. A revoked device is heard by nobody: what it knows is gone. */
void sim_history_whole(struct sim *s)
{
    if (!s->rebuilt)
        return;
    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *o = &s->offices[i];

        if (o->revoked)
            continue;
        if (!sim_knows_history(o))
            sim_fail(s, "office %zu at rest knows another history than the district", i);
        o->behind = false;
        o->foreign = false;
        o->told = sim_office_int(o, "SELECT coalesce(max(id),0) FROM tq_fault");
    }
    sim_say(s, "everything is back");
    begin_age(s, false);
    s->back_n = s->shadow.ledger_n;
    s->stats.faults[SIM_WHOLE_AGAIN]++;
    throw_sticks_away(s);
    sim_fold_end(s);
    /* What waits goes on by sets of then, under numbers that no receipt tells another ledger. */
    if (sim_district_int(s, "SELECT count(*) FROM tq_held") == 0)
        sim_fold_begin(s);
}
