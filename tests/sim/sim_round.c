/* sim_round.c - Rounds of the link, by the server's own functions over simulated files; agreements that
 * change, end and begin again; what may go wrong at either side. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"
#include "test_mem.h"
#include "tuquan/district_devices.h"

#define REST_ROUNDS 4 /* told, came, answered, heard: and each may have missed the first */
#define ROUND_BYTES ((long)16 << 20) /* more than a round of so few rows ever needs */

bool border_link(struct border_side *side, struct tq_arena *arena, struct tq_link_info *out)
{
    struct tq_error err;

    tq_error_clear(&err);
    return tq_links_find(border_store(side), tq_slice_str("1"), arena, out, &err) == TQ_OK;
}

/* ---- how a round reaches its files ---- */

static tq_status way_lock(void *ctx, struct app *app, const struct tq_link_info *link, bool must,
        void **held, struct tq_error *err)
{
    struct border_side *side = ctx;

    (void)app;
    (void)link;
    (void)must;
    *held = NULL;
    if (side->locked) {
        side->sim->stats.faults[SIM_BORDER_BUSY]++;
        return tq_error_set(err, TQ_BUSY, "a round goes on");
    }
    side->locked = true;
    *held = side;
    return TQ_OK;
}

static void way_unlock(void *ctx, void *held)
{
    struct border_side *side = ctx;

    if (held != NULL)
        side->locked = false;
}

tq_status border_open_out(struct border_side *side, struct box *box, struct app *app,
        const struct tq_link_info *link, struct tq_error *err)
{
    memset(box, 0, sizeof(*box));
    if (border_is_dead(side))
        return tq_error_set(err, TQ_IO, "the server is off");
    box->catalogue = (struct tq_catalogue *)side->out.catalogue;
    box->app.store = side->out.store;
    box->app.merger = tq_district_merger(side->out.core);
    box->app.catalogue = side->out.catalogue;
    box->app.clock = app->clock;
    box->app.arena = app->arena;
    box->app.keys = side->out.own;
    return box_path(side->dir, link->id, "out", box->dir, err);
}

static tq_status way_open_out(void *ctx, struct box *box, struct app *app,
        const struct tq_link_info *link, struct tq_error *err)
{
    return border_open_out(ctx, box, app, link, err);
}

static tq_status way_open_in(void *ctx, struct box *box, struct app *app,
        const struct tq_link_info *link, struct tq_error *err)
{
    struct border_side *side = ctx;

    (void)app;
    (void)link;
    memset(box, 0, sizeof(*box));
    if (border_is_dead(side))
        return tq_error_set(err, TQ_IO, "the server is off");
    box->catalogue = (struct tq_catalogue *)side->in.catalogue;
    side->net.store = side->in.store;
    side->net.office = side->in.office;
    box->net = &side->net;
    box->db = side->in.file;
    return TQ_OK;
}

static void way_close(void *ctx, struct box *box)
{
    (void)ctx;
    memset(box, 0, sizeof(*box));
}

/* As the server writes it down when the session's turn is over. */
static void write_notes(struct border_hall *hall, uint32_t device)
{
    int64_t now = hall->side->clock.now_ms(hall->side);
    tq_status rc = TQ_OK;
    struct tq_error err;

    tq_error_clear(&err);
    if (border_is_dead(hall->side) || hall->store == NULL)
        return;
    sim_pause(true);
    if (hall->noted.hello)
        rc = tq_devices_heard(hall->store, device, now, hall->noted.offset_ms, hall->noted.schema,
                tq_slice_str("sim"), hall->noted.equal_as_of, &err);
    if (rc == TQ_OK && hall->noted.complete)
        rc = tq_devices_confirmed(hall->store, device, now, hall->noted.head, &err);
    sim_pause(false);
    if (rc != TQ_OK && !border_is_dead(hall->side) && !sim_may_fail(hall->side->sim, rc))
        sim_fail(hall->side->sim, "notes: %s", err.msg);
    memset(&hall->noted, 0, sizeof(hall->noted));
}

static tq_status way_pull(
        void *ctx, struct box *box, const struct tq_link_info *link, struct tq_error *err)
{
    struct border_side *side = ctx;

    tq_status rc = tq_db_bound(side->in.file, BOX_MAX_BYTES, err);

    (void)box;
    (void)link;
    if (rc == TQ_OK) {
        rc = border_session(&side->in, err);
        write_notes(side->in.hall, side->in.device);
    }
    return rc;
}

struct round_way border_way(struct border_side *side)
{
    struct round_way way = { side, way_lock, way_unlock, way_open_out, way_open_in, way_close,
        way_pull, NULL };

    return way;
}

/* The server's handles of its own file. */
static void open_app(struct border_side *side)
{
    side->app.store = border_store(side);
    side->app.merger = border_merger(side);
    side->app.catalogue = border_catalogue(side);
    tq_arena_reset(side->app.arena);
}

/* ---- a round ---- */

bool border_is_nobodys_fault(struct border_side *side, tq_status rc)
{
    struct sim *s = side->sim;

    switch (rc) {
    case TQ_OK:
    case TQ_LIAISON_ENDED: /* by a clock that is wrong, too */
        return true;
    case TQ_BUSY:
        return side->locked;
    case TQ_TIMEOUT:
    case TQ_UNREACHABLE:
    case TQ_REFUSED:
    case TQ_PROTOCOL:
    case TQ_REVOKED: /* of these the line has judged */
        return true;
    case TQ_STALE: /* a file of its own changed under it */
        return s->faults;
    default:
        return sim_may_fail(s, rc) || border_is_dead(side);
    }
}

struct struck {
    uint64_t crashes;
    uint64_t full;
    uint64_t errors;
};

static struct struck disk_of(const struct border_side *side)
{
    const struct sim_disk_counts *c = &side->disk->counts;
    struct struck out = { 0, c->full, 0 };

    for (int i = 0; i < SIM_OPS; i++) {
        out.crashes += c->crashes_at[i];
        out.errors += c->errors[i];
    }
    return out;
}

static void count_struck(struct border_side *side, const struct struck *before)
{
    struct sim_stats *stats = &side->sim->stats;
    struct struck after = disk_of(side);

    stats->faults[SIM_BORDER_CRASH] += after.crashes - before->crashes;
    stats->faults[SIM_BORDER_FULL] += after.full > before->full;
    stats->faults[SIM_BORDER_IO] += after.errors - before->errors;
}

static void count_clock(struct border_side *side)
{
    int64_t offset = side->clock.now_ms(side) - side->sim->now_ms;

    side->sim->stats.faults[SIM_BORDER_CLOCK] += offset <= -SIM_HOUR_MS || offset >= SIM_HOUR_MS;
}

/* Lines of our journal about what a hostile partner tried. */
static int64_t refusals(struct border_side *side, const char *which)
{
    char sql[128];

    if (side->number != 0 || !side->sim->border->hostile || border_is_dead(side))
        return 0;
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM tq_liaison_journal WHERE way='in' AND code%s",
            which);
    return border_int(border_store(side), sql);
}

static void count_more(struct border_side *side, sim_fault fault, int64_t before, int64_t now)
{
    if (now > before)
        side->sim->stats.faults[fault] += (uint64_t)(now - before);
}

#define OURS "='E320'"
#define OUTSIDE " NOT IN ('E320','')"

static void after(struct border_side *side)
{
    if (side->number == 0) {
        side->crashed = false; /* the disk is off: the district's own way goes on from there */
        sim_district_after(side->sim, 1 + sim_roll(side->sim, 200));
    } else if (border_is_dead(side)) {
        border_restart(side);
    }
}

static tq_status go(struct border_side *side, border_do_fn fn, const struct tq_link_info *link,
        void *ctx, struct tq_error *err)
{
    long before = test_mem_bytes();
    tq_status rc;

    test_mem_reset_peak();
    if (side->sim->faults && side->no_memory > 0)
        test_mem_fail_after(side->no_memory, false);
    rc = fn(side, link, ctx, err);
    if (side->no_memory > 0 && test_mem_take_failed() > 0) {
        side->sim->stats.faults[SIM_BORDER_NOMEM]++;
        side->no_memory = 0;
    }
    test_mem_fail_after(-1, false);
    if (side->sim->border->depth == 1 && test_mem_peak() - before > ROUND_BYTES)
        sim_fail(side->sim, "link: a round takes %ld bytes", test_mem_peak() - before);
    return rc;
}

/* Heaps are of who runs: the district's own (sim_heap.c) goes on where it was. */
void border_step(struct border_side *side, border_do_fn fn, border_said_fn said, void *ctx)
{
    struct sim *s = side->sim;
    struct tq_arena *arena;
    struct struck before = disk_of(side);
    struct tq_link_info link;
    struct tq_error err;
    int64_t sets;
    int64_t ours;
    int64_t outside;
    tq_status rc;

    if (border_is_dead(side))
        return;
    tq_error_clear(&err);
    ours = refusals(side, OURS);
    outside = refusals(side, OUTSIDE);
    sets = border_int(border_store(side), "SELECT coalesce(max(n),0) FROM tq_ledger");
    border_use(side);
    count_clock(side);
    sim_pause(true);
    arena = tq_arena_new((size_t)1 << 20);
    if (!border_link(side, arena, &link))
        sim_fail(s, "side %zu has no link", side->number);
    sim_pause(false);
    open_app(side);
    s->border->depth++;
    rc = go(side, fn, &link, ctx, &err);
    s->border->depth--;
    sim_pause(true);
    tq_arena_free(arena);
    sim_pause(false);
    border_use(side);
    count_struck(side, &before);
    count_more(side, SIM_HOSTILE_OURS, ours, refusals(side, OURS));
    count_more(side, SIM_HOSTILE_REFUSED, outside, refusals(side, OUTSIDE));
    if (!border_is_dead(side)) {
        said(side, rc, ctx, &err);
        border_check_sets(side, (uint64_t)sets);
    }
    after(side);
    border_check(s);
}

static tq_status by_line(
        struct border_side *side, const struct tq_link_info *link, void *ctx, struct tq_error *err)
{
    struct round_way way = border_way(side);

    return round_go(&side->app, link, &way, NULL, ctx, err);
}

static void went(struct border_side *side, tq_status rc, void *ctx, const struct tq_error *err)
{
    const struct round_result *result = ctx;
    struct sim *s = side->sim;

    sim_say(s,
            "side %zu: a round: told %" PRIu64 ", came %" PRIu64 ", answers %" PRIu64 "/%" PRIu64
            ", refused %" PRIu64 " %s",
            side->number, result->told, result->came, result->answers_out, result->answers_in,
            result->refused, rc == TQ_OK ? "" : err->msg);
    s->stats.rounds++;
    s->stats.crossed += result->told + result->came;
    s->stats.answers += result->answers_out + result->answers_in;
    s->stats.turned_away += result->refused;
    if (!border_is_nobodys_fault(side, rc))
        sim_fail(s, "side %zu: a round: %s %s", side->number, tq_status_code(rc), err->msg);
    if (!s->faults && rc == TQ_OK && !result->pulled)
        sim_fail(s, "side %zu: a round that heard nobody", side->number);
}

void border_round(struct border_side *side)
{
    struct round_result result;

    memset(&result, 0, sizeof(result));
    border_step(side, by_line, went, &result);
}

/* ---- agreements ---- */

static bool both_know(const struct sim *s, const char *name, const char *column)
{
    for (size_t i = 0; i < 2; i++) {
        const struct tq_table *table =
                tq_catalogue_find(border_catalogue(&s->border->sides[i]), name);

        if (table == NULL || tq_table_column_find(table, column) < 0)
            return false;
    }
    return true;
}

void border_new_terms(struct sim *s)
{
    struct border *b = s->border;
    struct border_terms *t = &b->terms[b->nterms];

    if (b->nterms == BORDER_TERMS)
        return;
    memset(t, 0, sizeof(*t));
    t->number = (unsigned)++b->nterms;
    t->communes = sim_chance(s, 60) ? s->ncommunes : 1 + sim_roll(s, (uint32_t)s->ncommunes);
    t->categories = sim_chance(s, 50) ? 7 : 1 + sim_roll(s, 7);
    t->body = sim_chance(s, 70);
    t->reply_due = sim_chance(s, 60);
    t->answer = sim_chance(s, 70);
    t->meetings = sim_chance(s, 80);
    t->place = sim_chance(s, 50);
    t->signs = sim_chance(s, 70);
    t->patrols = sim_chance(s, 75) && both_know(s, "joint_patrol", "id");
    t->results = sim_chance(s, 50);
    t->area = border_aside(s, 2) == 0 && both_know(s, "border_notice", "area");
    t->where = border_aside(s, 2) == 0 && both_know(s, "border_notice", "place");
    t->statistics = border_aside(s, 4) > 0 && both_know(s, "border_statistics", "id");
    t->figures = border_aside(s, 2) == 0;
    t->handovers = border_aside(s, 4) > 0 && both_know(s, "border_handover", "id");
    t->standing = border_aside(s, 2) == 0;
    t->cases = border_aside(s, 2) == 0 && both_know(s, "border_notice", "case_unit");
    t->seen = border_aside(s, 2) == 0 && both_know(s, "border_meeting", "acknowledged_at");
}

bool border_agree(struct border_side *side)
{
    struct sim *s = side->sim;
    const struct border_terms *terms = &s->border->terms[s->border->nterms - 1];
    struct round_way way = border_way(side);
    struct tq_arena *arena;
    struct tq_link_info link;
    struct tq_error err;
    struct tq_buf text;
    int64_t sets;
    tq_status rc;

    if (border_is_dead(side))
        return false;
    sim_pause(true);
    arena = tq_arena_new((size_t)1 << 20);
    tq_buf_init(&text, 0);
    border_terms_text(s, terms, &text);
    if (!border_link(side, arena, &link))
        sim_fail(s, "side %zu has no link", side->number);
    sets = border_int(side->out.store, "SELECT count(*) FROM tq_ledger");
    sim_pause(false);
    border_use(side);
    open_app(side);
    tq_error_clear(&err);
    rc = round_settle(&side->app, &link, &way, side->number == 0 ? TQ_SIDE_A : TQ_SIDE_B,
            tq_buf_slice(&text), &err);
    sim_say(s, "side %zu: agreement %u: %s", side->number, terms->number,
            rc == TQ_OK ? "ok" : err.msg);
    side->unsure = side->unsure && rc != TQ_OK;
    if (rc == TQ_OK)
        s->stats.faults[SIM_BORDER_NARROWED] +=
                border_int(side->out.store, "SELECT count(*) FROM tq_ledger") > sets;
    if (!border_is_dead(side) && !border_is_nobodys_fault(side, rc))
        sim_fail(s, "side %zu: agreement: %s %s", side->number, tq_status_code(rc), err.msg);
    sim_pause(true);
    tq_buf_deinit(&text);
    tq_arena_free(arena);
    sim_pause(false);
    if (s->border->depth == 0 || !side->locked)
        after(side);
    return rc == TQ_OK;
}

/* As the command does it: the door, a round that goes on, the end. */
void border_end(struct border_side *side)
{
    struct sim *s = side->sim;
    struct tq_error err;
    tq_status rc;

    if (border_is_dead(side) || s->border->ended)
        return;
    border_use(side);
    side->out.shut = true;
    if (side->locked) /* waited for in vain */
        return;
    tq_error_clear(&err);
    rc = tq_links_end(
            border_store(side), 1, tq_slice_str("dữ liệu mẫu"), side->clock.now_ms(side), &err);
    s->border->ended = true;
    if (rc == TQ_OK)
        s->stats.faults[SIM_BORDER_ENDED]++;
    else if (!border_is_dead(side) && !sim_may_fail(s, rc))
        sim_fail(s, "side %zu: end: %s %s", side->number, tq_status_code(rc), err.msg);
    after(side);
}

/* Signed anew; whoever shut his door invites the other once more. */
void border_begin_again(struct sim *s)
{
    for (size_t i = 0; i < 2; i++)
        if (border_is_dead(&s->border->sides[i]))
            border_restart(&s->border->sides[i]);
    for (size_t i = 0; i < 2; i++) {
        struct border_side *side = &s->border->sides[i];

        if (side->out.shut) {
            s->border->behind = s->border->behind || i == 0;
            border_invite(border_partner(side));
        }
        (void)border_agree(side);
    }
    s->border->ended = false;
}

/* ---- what happens ---- */

static void some_fault(struct sim *s, struct border_side *side)
{
    static const sim_disk_op OPS[] = { SIM_OP_WRITE, SIM_OP_SYNC, SIM_OP_READ };
    const struct sim_options *o = &s->options;
    struct sim_disk *disk = side->disk;

    switch (sim_roll(s, 7)) {
    case 0:
        side->crash_in = o->crashes ? 1 + (int)sim_roll(s, 8) : 0;
        side->crash_after = sim_chance(s, 50);
        break;
    case 1:
        disk->crash.in = o->crashes ? 1 + sim_roll(s, 60) : 0;
        disk->crash.any_change = sim_chance(s, 60);
        disk->crash.op = SIM_OP_SYNC;
        disk->crash.after = sim_chance(s, 40);
        break;
    case 2:
        disk->full.in = o->disks ? 1 : 0;
        disk->full.until_ms = s->now_ms + (int64_t)sim_roll(s, 3 * SIM_HOUR_MS);
        break;
    case 3:
        disk->error.op = OPS[sim_roll(s, 3)];
        disk->error.in = o->disks ? 1 + sim_roll(s, disk->error.op == SIM_OP_READ ? 3 : 20) : 0;
        disk->error.times = 1;
        break;
    case 4:
        side->no_memory = o->memory ? 1 + (long)sim_roll(s, sim_chance(s, 50) ? 200 : 5000) : 0;
        break;
    case 5:
        if (side->number == 1 && o->clocks)
            side->offset_ms = sim_some_offset(s);
        break;
    default:
        if (o->partitions)
            s->border->cut_off_until_ms = s->now_ms + (1 + (int64_t)sim_roll(s, 3)) * SIM_DAY_MS;
        break;
    }
}

/* Files of the neighbour as things: kept, put back; mailboxes lost. */
static void boxes(struct sim *s, struct border_side *side)
{
    const char *path = sim_chance(s, 50) ? side->in.path : side->out.path;
    char saved[96];

    if (border_is_dead(side))
        return;
    if (side->number == 1 && sim_chance(s, 30))
        path = side->home.path;
    snprintf(saved, sizeof(saved), "%.80s.saved", path);
    if (sim_chance(s, 15)) {
        s->stats.faults[SIM_BORDER_BOX_LOST]++;
        border_invite(side);
        return;
    }
    sim_pause(true);
    border_close(s, side->number);
    if (sim_chance(s, 60)) {
        (void)sim_disk_copy(path, saved);
    } else if (sim_disk_copy(saved, path)) {
        side->lost = side->lost || path == side->home.path;
        side->unsure = side->unsure || path != side->in.path;
        side->aged = true;
        s->border->behind = s->border->behind || (side->number == 0 && path == side->out.path);
        s->stats.faults[path == side->home.path ? SIM_BORDER_RESTORED : SIM_BORDER_BOX_RESTORED]++;
    }
    border_open(s, side->number);
    sim_pause(false);
    if (side->unsure && !s->border->ended)
        (void)border_agree(side);
}

bool border_knows_not(const struct sim *s)
{
    return s->border->hostile && s->losses > 0 && (s->border->blind || s->border->behind);
}

static void begin_or_end(struct sim *s, struct border_side *side)
{
    if (s->border->ended)
        border_begin_again(s);
    else if (sim_chance(s, 40))
        border_end(side);
}

void border_event(struct sim *s, const struct sim_event *e)
{
    struct border_side *side;

    if (s->border == NULL)
        return;
    side = &s->border->sides[e->office % 2];
    switch (e->kind) {
    case SIM_DO_BORDER_ROUND:
        border_round(side);
        break;
    case SIM_DO_BORDER_WORK:
        border_neighbour_works(s);
        break;
    case SIM_DO_BORDER_TERMS:
        if (sim_chance(s, 50))
            border_new_terms(s);
        if (!s->border->ended)
            (void)border_agree(side);
        break;
    case SIM_DO_BORDER_FAULT:
        some_fault(s, side);
        break;
    case SIM_DO_BORDER_BOXES:
        boxes(s, side);
        break;
    case SIM_DO_BORDER_END:
        begin_or_end(s, side);
        break;
    case SIM_DO_BORDER_UPGRADE:
        if (side->number == 1)
            border_upgrade(side);
        break;
    case SIM_DO_PARCEL_MAKES:
        border_parcel_make(side);
        break;
    case SIM_DO_PARCEL_OPENS:
        border_parcel_open(side);
        break;
    case SIM_DO_BORDER_HOSTILE:
        if (s->border->hostile)
            border_hostile(s);
        break;
    default:
        break;
    }
    border_check(s);
}

/* ---- at rest ---- */

static void calm(struct border_side *side)
{
    side->disk->crash.in = 0;
    side->disk->error.in = 0;
    side->disk->full.in = 0;
    side->crash_in = 0;
    side->no_memory = 0;
    if (side->number == 1)
        side->offset_ms = 0;
}

/* The neighbour's office has a line to its own district. */
static void rest_by_parcels(struct sim *s)
{
    struct border_side *sides = s->border->sides;
    struct tq_error err;

    if (sides[0].aged || sides[1].aged)
        for (int k = 0; k < 2; k++)
            border_round(&sides[k]);
    sides[0].aged = sides[1].aged = false;
    for (int k = 0; k < REST_ROUNDS; k++) {
        tq_error_clear(&err);
        (void)!border_session(&sides[1].office, &err);
        border_parcel_rest(s);
    }
}

static int64_t lines_of(struct border_side *side)
{
    return border_int(border_store(side), "SELECT count(*) FROM tq_liaison_journal");
}

/* Everybody has heard everything: rounds in which nothing happens write nothing. */
static void quiet_rounds(struct sim *s)
{
    struct border_side *sides = s->border->sides;
    int64_t before[2];

    for (size_t i = 0; i < 2; i++)
        before[i] = lines_of(&sides[i]);
    for (size_t k = 0; k < 4; k++)
        border_round(&sides[k % 2]);
    for (size_t i = 0; i < 2; i++)
        if (lines_of(&sides[i]) != before[i])
            sim_fail(s, "side %zu: a round in which nothing happens is a line of the journal", i);
}

/* One more round of everybody, without faults: the same agreement on both sides. */
void border_rest(struct sim *s)
{
    struct border *b = s->border;

    b->cut_off_until_ms = 0;
    for (size_t i = 0; i < 2; i++)
        calm(&b->sides[i]);
    if (b->ended || b->sides[0].out.shut || b->sides[1].out.shut)
        border_begin_again(s);
    for (size_t i = 0; i < 2; i++)
        (void)border_agree(&b->sides[i]);
    if (s->options.parcels && !b->hostile && s->options.seed % 2 == 0) {
        rest_by_parcels(s);
        return;
    }
    for (int k = 0; k < REST_ROUNDS; k++) {
        struct tq_error err;

        tq_error_clear(&err);
        (void)!border_session(&b->sides[1].office, &err);
        border_round(&b->sides[0]);
        border_round(&b->sides[1]);
    }
    quiet_rounds(s);
}
