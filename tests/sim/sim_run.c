/* sim_run.c - One run of a script: what happens in its order, until something does not hold. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim_border.h"
#include "test_mem.h"

#define REST_ROUNDS 6
#define BORDER_REST_ROUNDS 12
#define SILENCE_MS INT64_C(60000)

/* ---- what happens ---- */

static void arm_crash(struct sim *s, struct sim_disk *disk, uint32_t within)
{
    disk->crash.in = 1 + sim_roll(s, within);
    disk->crash.any_change = true;
    disk->crash.after = sim_chance(s, 40);
    if (sim_chance(s, 30)) { /* at a sync: that is where a commit is decided */
        disk->crash.any_change = false;
        disk->crash.op = SIM_OP_SYNC;
        disk->crash.in = 1 + sim_roll(s, 6);
    }
}

static void arm_error(struct sim *s, struct sim_disk *disk)
{
    static const sim_disk_op OPS[] = { SIM_OP_WRITE, SIM_OP_SYNC, SIM_OP_READ };

    disk->error.op = OPS[sim_roll(s, 3)];
    disk->error.in = 1 + sim_roll(s, disk->error.op == SIM_OP_WRITE ? 60 : 6);
    disk->error.times = sim_chance(s, 70) ? 1 : 1 + sim_roll(s, 10);
    if (disk->error.op == SIM_OP_READ)
        disk->error.in = 1 + sim_roll(s, 3);
}

static void arm_full(struct sim *s, struct sim_disk *disk)
{
    disk->full.in = 1;
    disk->full.until_ms = s->now_ms + (int64_t)sim_roll(s, 20 * SIM_HOUR_MS);
}

static void set_clock(int64_t *offset_ms, bool *steps, int64_t to_ms)
{
    int64_t by_ms = to_ms > *offset_ms ? to_ms - *offset_ms : *offset_ms - to_ms;

    *steps = *steps || by_ms > 120000; /* less is no wrong clock */
    *offset_ms = to_ms;
}

static void seldom_event(struct sim_office *o, sim_kind kind)
{
    if (kind == SIM_DO_STICK_MAKES)
        sim_stick_make(o);
    else if (kind == SIM_DO_STICK_OPENS)
        sim_stick_open(o);
    else if (kind == SIM_DO_STICK_TAKES)
        sim_stick_take(o);
    else if (kind == SIM_DO_REPORTS)
        sim_office_report(o);
    else if (kind == SIM_DO_SHELLS)
        sim_shell_open(o);
}

static void office_event(struct sim *s, struct sim_office *o, const struct sim_event *e)
{
    switch (e->kind) {
    case SIM_DO_WORK:
        sim_office_work(o);
        break;
    case SIM_DO_SYNC:
        if (o->session == NULL && sim_chance(s, 10))
            sim_office_reopen(o);
        if (o->session == NULL)
            sim_office_sync(o);
        break;
    case SIM_DO_KILL_OFFICE:
        s->stats.faults[SIM_KILL] += o->session != NULL;
        sim_office_crash(o);
        break;
    case SIM_DO_ARM_COMMIT:
        o->crash_in = 1 + (int)sim_roll(s, 8);
        o->crash_after = sim_chance(s, 50);
        break;
    case SIM_DO_ARM_DISK:
        arm_crash(s, o->disk, 80);
        break;
    case SIM_DO_CUT:
        s->stats.faults[SIM_LINE_CUT] += sim_net_cut(s, o);
        break;
    case SIM_DO_CUT_BYTES:
        o->cut_after = 1 + sim_roll(s, sim_chance(s, 50) ? 600 : 20000);
        break;
    case SIM_DO_CUT_OFF:
        o->partition_struck = false;
        o->partition_until_ms = s->now_ms + (1 + (int64_t)sim_roll(s, 4)) * SIM_DAY_MS;
        break;
    case SIM_DO_SET_CLOCK:
        set_clock(&o->offset_ms, &o->clock_steps, sim_some_offset(s));
        break;
    case SIM_DO_CLOCK_RATE:
        o->clock_drifts = true;
        o->offset_ms = sim_office_now(o) - s->now_ms;
        o->rate_from_ms = s->now_ms;
        o->rate_ppm = (int64_t)sim_roll(s, 400000) - 200000;
        break;
    case SIM_DO_FULL:
        arm_full(s, o->disk);
        break;
    case SIM_DO_IO_ERROR:
        arm_error(s, o->disk);
        break;
    case SIM_DO_NO_MEMORY:
        o->no_memory = 1 + (long)sim_roll(s, sim_chance(s, 50) ? 60 : 3000);
        break;
    case SIM_DO_SAVES:
        sim_office_save(o);
        break;
    case SIM_DO_RESTORES:
        sim_office_restore(o);
        break;
    case SIM_DO_COPIES:
        sim_office_copy(o);
        break;
    case SIM_DO_VOIDS:
        sim_office_void_edit(o);
        break;
    case SIM_DO_MOMENT:
        o->moment = 1 + (long)sim_roll(s, 12);
        break;
    case SIM_DO_UPGRADES:
        sim_office_upgrade(o);
        break;
    case SIM_DO_INBOX:
        sim_office_inbox(o);
        break;
    case SIM_DO_PRUNES:
        sim_office_prune(o);
        break;
    default:
        seldom_event(o, e->kind);
        break;
    }
}

static void seldom_district_event(struct sim *s, const struct sim_event *e)
{
    if (e->kind == SIM_DO_DISTRICT_CLOCK_RATE)
        sim_district_rate(s);
    else if (e->kind == SIM_DO_RESTS)
        s->rest_due = s->rebuilt; /* in the morning */
    else
        border_event(s, e);
}

static void district_event(struct sim *s, const struct sim_event *e)
{
    struct sim_district *d = &s->district;

    switch (e->kind) {
    case SIM_DO_DISTRICT:
        sim_district_work(s);
        break;
    case SIM_DO_RESTART:
        sim_district_restart(s);
        break;
    case SIM_DO_DISTRICT_ARM_COMMIT:
        d->crash_in = 1 + (int)sim_roll(s, 5);
        d->crash_after = sim_chance(s, 50);
        break;
    case SIM_DO_DISTRICT_ARM_DISK:
        arm_crash(s, d->disk, 200);
        break;
    case SIM_DO_DISTRICT_FULL:
        arm_full(s, d->disk);
        break;
    case SIM_DO_DISTRICT_IO_ERROR:
        arm_error(s, d->disk);
        break;
    case SIM_DO_DISTRICT_NO_MEMORY:
        d->no_memory = 1 + (long)sim_roll(s, sim_chance(s, 50) ? 100 : 5000);
        break;
    case SIM_DO_DISTRICT_SET_CLOCK:
        set_clock(&d->offset_ms, &d->clock_steps, sim_chance(s, 30) ? 0 : sim_some_offset(s));
        break;
    case SIM_DO_LOCKS:
        sim_district_lock(s);
        break;
    case SIM_DO_PUBLISHES:
        sim_district_publish(s);
        break;
    case SIM_DO_DECIDES:
        sim_district_decide(s);
        break;
    case SIM_DO_DISTRICT_SAVES:
        (void)sim_district_save(s);
        break;
    case SIM_DO_DISTRICT_RESTORES:
        sim_district_restore(s);
        break;
    case SIM_DO_FOLD:
        sim_fold(s);
        break;
    case SIM_DO_DISTRICT_UPGRADES:
        sim_district_upgrade(s);
        break;
    case SIM_DO_DISTRICT_EMPTIES:
        sim_district_empty(s);
        break;
    case SIM_DO_BOTH_RESTORE:
        sim_both_restore(s);
        break;
    case SIM_DO_RETURNS:
        sim_district_return(s);
        break;
    case SIM_DO_HELD:
        sim_district_held(s);
        break;
    case SIM_DO_BACKS_UP:
        sim_district_back_up(s);
        break;
    case SIM_DO_TEARS_HEIGHT:
        sim_district_tear_height(s);
        break;
    case SIM_DO_YEAR:
        sim_year(s);
        break;
    default:
        seldom_district_event(s, e);
        break;
    }
}

bool sim_is_districts(sim_kind kind)
{
    return kind >= SIM_DO_DISTRICT && kind != SIM_DO_UPGRADES && kind != SIM_DO_MOMENT &&
           kind != SIM_DO_INBOX && kind != SIM_DO_PRUNES && kind != SIM_DO_STICK_MAKES &&
           kind != SIM_DO_STICK_OPENS && kind != SIM_DO_STICK_TAKES && kind != SIM_DO_REPORTS &&
           kind != SIM_DO_SHELLS;
}

static void happen(struct sim *s, const struct sim_event *e)
{
    s->rng = e->seed;
    if (sim_is_districts(e->kind))
        district_event(s, e);
    else if (e->kind == SIM_DO_REVOKES)
        sim_district_revoke(s, &s->offices[e->office % s->noffices]);
    else if (e->office < s->noffices)
        office_event(s, &s->offices[e->office], e);
}

/* Within a session of the office: what its messages must not be confused by. */
static void worst_moment(struct sim *s, struct sim_office *o)
{
    uint64_t voids = s->stats.faults[SIM_VOID_EDIT];
    uint64_t locks = s->stats.faults[SIM_LOCK];
    uint64_t published = s->stats.faults[SIM_PUBLISH];
    uint64_t decided = s->stats.faults[SIM_GRANT] + s->stats.faults[SIM_REFUSE];
    uint64_t changes = s->stats.changes;

    switch (sim_roll(s, s->options.chores ? 9 : 6)) {
    case 0:
        sim_district_lock(s);
        break;
    case 1:
        sim_district_publish(s);
        break;
    case 2:
        sim_district_decide(s);
        break;
    case 3:
        sim_office_work(o);
        s->stats.faults[SIM_EDIT_WITHIN] += s->stats.changes > changes && o->written > 0;
        break;
    case 6:
        sim_office_inbox(o);
        break;
    case 7:
        sim_district_held(s);
        break;
    case 8:
        sim_office_prune(o);
        break;
    default:
        sim_office_void_edit(o);
        break;
    }
    s->stats.faults[SIM_VOID_WITHIN] += s->stats.faults[SIM_VOID_EDIT] - voids;
    s->stats.faults[SIM_LOCK_WITHIN] += s->stats.faults[SIM_LOCK] - locks;
    s->stats.faults[SIM_PUBLISH_WITHIN] += s->stats.faults[SIM_PUBLISH] - published;
    s->stats.faults[SIM_DECIDE_WITHIN] +=
            s->stats.faults[SIM_GRANT] + s->stats.faults[SIM_REFUSE] - decided;
}

static struct sim_office *next_silence(struct sim *s)
{
    struct sim_office *best = NULL;

    for (size_t i = 0; i < s->noffices; i++)
        if (s->offices[i].session != NULL &&
                (best == NULL || s->offices[i].last_heard_ms < best->last_heard_ms))
            best = &s->offices[i];
    return best;
}

static void deliver(struct sim *s, struct sim_packet *packet)
{
    struct sim_office *o = &s->offices[packet->to == SIM_DISTRICT ? packet->from : packet->to];
    struct tq_arena *arena;
    struct tq_message message;
    struct tq_error err;

    tq_error_clear(&err);
    sim_pause(true);
    arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    sim_must(s, tq_message_decode(tq_buf_slice(&packet->bytes), arena, &message, &err), "decode",
            &err);
    sim_net_arrived(s, packet);
    sim_pause(false);
    if (packet->to == SIM_DISTRICT)
        sim_district_message(s, packet, &message);
    else if (packet->conn == s->offices[packet->to].conn)
        sim_office_message(&s->offices[packet->to], &message, packet->bytes.len);
    tq_arena_free(arena);
    if (packet->used)
        sim_net_take(s, packet);
    if (o->session != NULL && o->moment > 0 && --o->moment == 0)
        worst_moment(s, o);
}

/* A disk that was full has room again. */
static void free_disks(struct sim *s)
{
    for (size_t i = 0; i <= s->noffices; i++) {
        struct sim_disk *disk = i < s->noffices ? s->offices[i].disk : s->district.disk;

        if (disk->full.in > 0 && disk->full.until_ms <= s->now_ms)
            disk->full.in = 0;
    }
}

static int64_t time_of(const struct sim *s, const struct sim_event *event)
{
    return SIM_START_MS + s->skipped_ms + event->at_ms;
}

/* Everything until nothing is planned and nothing moves. `events`: those of this night. */
static void run(struct sim *s, const struct sim_event *events, size_t n)
{
    size_t done = 0;

    for (;;) {
        struct sim_packet *packet = sim_net_next(s);
        const struct sim_event *event = done < n ? &events[done] : NULL;
        struct sim_office *silent = next_silence(s);
        int64_t at = INT64_MAX;

        if (packet != NULL)
            at = packet->at_ms;
        if (s->district.turn_due && s->district.turn_at_ms < at)
            at = s->district.turn_at_ms;
        if (event != NULL && time_of(s, event) < at)
            at = time_of(s, event);
        if (silent != NULL && silent->last_heard_ms + SILENCE_MS < at)
            at = silent->last_heard_ms + SILENCE_MS;
        if (at == INT64_MAX)
            return;
        if (at > s->now_ms)
            s->now_ms = at;
        free_disks(s);
        sim_shells_end(s);
        if (event != NULL && time_of(s, event) <= s->now_ms) {
            done++;
            happen(s, event);
        } else if (s->district.turn_due && s->district.turn_at_ms <= s->now_ms) {
            sim_district_turn(s);
        } else if (packet != NULL && packet->at_ms <= s->now_ms) {
            deliver(s, packet);
        } else if (silent != NULL) {
            sim_office_silence(silent);
        }
        while (sim_net_break(s))
            continue;
    }
}

static void disarm(struct sim *s)
{
    for (size_t i = 0; i <= s->noffices; i++) {
        struct sim_disk *disk = i < s->noffices ? s->offices[i].disk : s->district.disk;

        disk->crash.in = 0;
        disk->error.in = 0;
        disk->full.in = 0;
    }
    for (size_t i = 0; i < s->noffices; i++) {
        s->offices[i].partition_until_ms = 0;
        s->offices[i].crash_in = 0;
        s->offices[i].cut_after = 0;
        s->offices[i].no_memory = 0;
        s->offices[i].moment = 0;
        s->offices[i].shell_until_ms = 0;
    }
    sim_shells_end(s);
    s->district.crash_in = 0;
    s->district.no_memory = 0;
    if (!s->options.delays)
        return;
    sim_net_clear(s); /* else hours late, and after what ends the faults */
    memset(s->last_at, 0, sizeof(s->last_at));
}

static bool is_quiet(struct sim *s, uint64_t head)
{
    if (s->shadow.head != head)
        return false;
    for (size_t i = 0; i < s->noffices; i++)
        if (!s->offices[i].revoked &&
                sim_office_int(&s->offices[i], "SELECT cursor FROM tq_state") != (int64_t)head)
            return false;
    return true;
}

/* Faults off, nobody works: a few rounds, then everything is where it belongs. */
static void rest(struct sim *s)
{
    s->faults = false;
    disarm(s);
    for (int round = 0;; round++) {
        uint64_t head;

        if (s->border != NULL)
            border_rest(s);
        run(s, NULL, 0);
        head = s->shadow.head;
        for (size_t i = 0; i < s->noffices; i++) {
            sim_office_sync(&s->offices[i]);
            run(s, NULL, 0);
        }
        if (is_quiet(s, head))
            break;
        if (round == (s->border != NULL ? BORDER_REST_ROUNDS : REST_ROUNDS))
            sim_fail(s, "no rest after %d rounds", round);
    }
    sim_check_rest(s);
    if (s->border != NULL)
        border_check_rest(s);
    sim_history_whole(s);
    s->rest_due = false;
    s->faults = true;
}

/* In the end everybody knows everything: nothing waits for a newer catalogue then. */
static void upgrade_all(struct sim *s)
{
    s->faults = false;
    disarm(s);
    while (s->version < SIM_VERSIONS && s->version > 0)
        sim_district_upgrade(s);
    for (size_t i = 0; i < s->noffices; i++)
        for (int step = 0; step < SIM_VERSIONS; step++)
            sim_office_upgrade(&s->offices[i]);
    s->faults = true;
}

static void live(struct sim *s)
{
    const struct sim_script *script = s->script;
    size_t at = 0;

    sim_build(s);
    rest(s);
    sim_fold_begin(s);
    for (s->night = 0; s->night < s->options.nights; s->night++) {
        int64_t dawn = SIM_START_MS + s->skipped_ms + (s->night + 1) * SIM_DAY_MS;
        size_t from = at;

        if (s->now_ms < dawn)
            s->now_ms = dawn;
        while (at < script->n && script->events[at].night <= s->night)
            at++;
        run(s, script->events + from, at - from);
        s->stats.nights += s->noffices;
        if (s->night + 1 == s->options.nights)
            upgrade_all(s);
        if (s->rest_due || s->night % 8 == 7 || s->night + 1 == s->options.nights)
            rest(s);
    }
    sim_fold_history(s);
}

void sim_stats_add(struct sim_stats *to, const struct sim_stats *from)
{
    uint64_t *out = (uint64_t *)to;
    const uint64_t *in = (const uint64_t *)from;

    for (size_t i = 0; i < sizeof(*to) / sizeof(uint64_t); i++)
        out[i] += in[i];
}

bool sim_run(const struct sim_script *script, struct sim_stats *total, uint64_t *trace, char *why)
{
    struct sim *s = calloc(1, sizeof(*s));
    volatile bool good = true;

    test_mem_fail_after(-1, false);
    sim_vfs_set_random(script->options.seed);
    sim_disks_unpause();
    test_mem_pause(false);
    sim_heap_reset();
    s->options = script->options;
    s->script = script;
    s->rng = script->options.seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
    s->now_ms = SIM_START_MS;
    s->trace = UINT64_C(1469598103934665603);
    if (setjmp(s->failed) == 0) {
        live(s);
    } else {
        good = false;
        test_mem_fail_after(-1, false);
        snprintf(why, 1024, "night %d: %s", s->night, s->why);
    }
    *trace = s->trace;
    for (size_t i = 0; i <= s->noffices; i++)
        sim_count_disk(s, i < s->noffices ? s->offices[i].disk : s->district.disk);
    sim_stats_add(total, &s->stats);
    sim_tear_down(s);
    free(s);
    return good;
}
