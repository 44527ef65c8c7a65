/* sim_sync.c - The sessions of an office: what it seals, sends and gets; how a session may end. */
#include <inttypes.h>
#include <string.h>

#include "sim.h"
#include "test_mem.h"

/* Steps of the product run with what is armed against its memory. */
static void arm_memory(struct sim_office *o)
{
    sim_heap_enter();
    if (o->no_memory > 0)
        test_mem_fail_after(o->no_memory, false);
}

static void disarm_memory(struct sim_office *o)
{
    if (o->no_memory > 0 && test_mem_take_failed() > 0) {
        o->sim->stats.faults[SIM_NOMEM]++;
        o->no_memory = 0;
        sim_say(o->sim, "office %zu: an allocation failed", o->number);
    }
    test_mem_fail_after(-1, false);
    sim_heap_leave(o->sim, o, &o->heap);
}

static tq_status send(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct sim_office *o = ctx;

    (void)err;
    *bytes = 256;
    o->session_number = message->session; /* another one where a session begins again */
    if (!sim_office_is_dead(o))
        sim_net_send(o->sim, o->number, SIM_DISTRICT, o->conn, message, bytes);
    return TQ_OK;
}

/* Which ends of a session are nobody's fault. */
static void judge_end(struct sim_office *o)
{
    struct sim *s = o->sim;
    const struct tq_office_result *r = tq_office_session_result(o->session);

    sim_say(s, "office %zu: %s %s (sent %u, rows %" PRIu64 ", H %" PRIx64 ")", o->number,
            tq_office_phase_name(r->progress.phase), r->error.msg, r->progress.sets_sent,
            r->progress.rows_received, r->complete);
    s->stats.accepted += r->accepted;
    s->stats.superseded += r->superseded;
    s->stats.held += r->held;
    s->stats.refused += r->refused;
    s->stats.requested += r->requested;
    s->stats.exceptions += r->superseded + r->held + r->refused + r->requested;
    if (o->office.sums.wrong > 0)
        sim_fail(s, "office %zu: the sums it kept were wrong", o->number);
    s->stats.faults[SIM_FORK] += r->new_incarnation != 0;
    if (r->progress.rows_received > 0 || r->complete > 0)
        sim_versions_count(o);
    if (r->progress.phase == TQ_OFFICE_DONE) {
        s->stats.syncs_done++;
        sim_told_end(o);
        /* A file of another history takes more than a session when faults cut in between. */
        if (r->equal_as_of != r->complete && !(o->foreign && s->faults))
            sim_fail(s, "office %zu is not equal to the district at %" PRIx64, o->number,
                    r->complete);
        if (r->progress.rows_repaired > 0 && !o->foreign)
            sim_fail(s, "office %zu: %u rows repaired", o->number, r->progress.rows_repaired);
        if (r->round_trips > 3 && !s->faults && !o->forked && !o->foreign)
            sim_fail(s, "office %zu: %u round trips", o->number, r->round_trips);
        return;
    }
    if (sim_office_is_dead(o))
        return;
    if (o->revoked && r->progress.phase == TQ_OFFICE_REFUSED && r->error.status == TQ_REVOKED)
        return;
    if (sim_may_fail(s, r->error.status) || sim_is_busy(o, r->error.status))
        return;
    if (!s->faults || !(s->options.network || s->options.crashes || s->options.restarts ||
                              s->options.partitions || s->options.disks || s->options.memory ||
                              s->options.revokes))
        sim_fail(s, "office %zu: %s: %s", o->number, tq_office_phase_name(r->progress.phase),
                r->error.msg);
    switch (r->error.status) {
    case TQ_TIMEOUT:
    case TQ_UNREACHABLE:
    case TQ_REFUSED:  /* a set before this one got lost */
    case TQ_PROTOCOL: /* the rows do not follow */
        return;
    default:
        sim_fail(s, "office %zu: %s: %s", o->number, tq_office_phase_name(r->progress.phase),
                r->error.msg);
    }
}

static void after(struct sim_office *o)
{
    if (o->session != NULL && tq_office_session_has_ended(o->session)) {
        judge_end(o);
        sim_heap_enter(); /* what its steps have taken goes with it */
        tq_office_session_free(o->session);
        sim_heap_leave(o->sim, o, &o->heap);
        o->session = NULL;
    }
    if (sim_office_is_dead(o))
        sim_office_crash(o);
}

void sim_office_sync(struct sim_office *o)
{
    struct sim *s = o->sim;
    struct tq_office_session_config config;
    struct tq_error err;

    sim_office_use(o);
    if (o->session != NULL) {
        (void)!tq_office_session_timeout(o->session);
        after(o);
    }
    o->foreign = !sim_knows_history(o);
    memset(&config, 0, sizeof(config));
    config.office = &o->office;
    config.session = ((uint64_t)sim_roll(s, 1u << 30) << 30) | sim_roll(s, 1u << 30) | 1;
    config.software = tq_slice_str("sim");
    config.credit_bytes = s->options.small_chunks ? 300 + sim_roll(s, 3000) : 0;
    config.send = send;
    config.send_ctx = o;
    tq_error_clear(&err);
    sim_heap_enter();
    sim_must(s, tq_office_session_new(&o->session, &config, &err), "session", &err);
    sim_heap_leave(s, o, &o->heap);
    o->last_heard_ms = s->now_ms;
    s->stats.syncs++;
    o->syncs++;
    sim_clock_struck(o);
    arm_memory(o);
    (void)!tq_office_session_start(o->session, sim_office_now(o));
    disarm_memory(o);
    sim_told_begin(o);
    after(o);
}

/* What was sent in an earlier session is dropped unread: nothing of it comes into the file. */
static void check_unread(
        struct sim_office *o, const struct tq_message *message, sqlite3_int64 changes)
{
    if (!sim_office_is_dead(o) && sqlite3_total_changes64(o->db) != changes)
        sim_fail(o->sim, "office %zu: message %d of an earlier session was taken", o->number,
                (int)message->kind);
}

void sim_office_message(struct sim_office *o, const struct tq_message *message, size_t bytes)
{
    sqlite3_int64 changes;
    bool stale;

    sim_office_use(o);
    if (message->kind == TQ_MSG_BROADCAST) {
        tq_broadcast_outcome outcome;
        struct tq_error err;
        tq_status rc;

        tq_error_clear(&err);
        arm_memory(o);
        rc = tq_office_apply_broadcast(
                &o->office, &message->u.broadcast, sim_office_now(o), &outcome, &err);
        disarm_memory(o);
        if (rc != TQ_OK && !sim_office_is_dead(o) && !sim_may_fail(o->sim, rc) &&
                !sim_is_busy(o, rc))
            sim_fail(o->sim, "office %zu: broadcast: %s", o->number, err.msg);
        if (sim_office_is_dead(o))
            sim_office_crash(o);
        return;
    }
    if (o->session == NULL)
        return;
    o->last_heard_ms = o->sim->now_ms;
    stale = message->session != o->session_number; /* it may begin again by this very message */
    changes = sqlite3_total_changes64(o->db);
    arm_memory(o);
    (void)!tq_office_session_message(o->session, sim_office_now(o), message, bytes);
    disarm_memory(o);
    if (stale)
        check_unread(o, message, changes);
    after(o);
}

void sim_office_silence(struct sim_office *o)
{
    sim_office_use(o);
    (void)!tq_office_session_timeout(o->session);
    after(o);
}

void sim_office_seal(struct sim_office *o)
{
    struct tq_seal_result sealed;
    struct tq_error err;
    tq_status rc;

    sim_office_use(o);
    tq_error_clear(&err);
    rc = tq_office_seal(&o->office, sim_office_now(o), &sealed, &err);
    if (sim_office_is_dead(o))
        sim_office_crash(o);
    else if (!sim_may_fail(o->sim, rc) && !sim_is_busy(o, rc))
        sim_must(o->sim, rc, "seal", &err);
}
