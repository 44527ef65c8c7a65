/* sim_line.c - One session between a mailbox and the partner that serves it, over a line that loses,
 * repeats, mixes up, cuts, and brings what is hours old; either machine may die meanwhile, and people
 * go on working between two messages. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim_border.h"
#include "test_mem.h"

struct line_packet {
    struct tq_buf bytes;
    bool up; /* towards the hall */
    bool late;
    bool repeated;
    bool overtakes;
};

struct border_line {
    struct sim *s;
    struct border_seat *seat;
    struct border_hall *hall;
    struct tq_office_session *session;
    uint64_t conn;
    uint64_t starts; /* of the hall, as the line was made */
    bool link;       /* across the border: bad */
    bool cut;
    long cut_in; /* messages; 0: it holds */
    long moment; /* messages until somebody does something; 0: nobody */
    bool dying;  /* he who serves, at one of his next writes */
    struct line_packet packets[BORDER_PACKETS];
    size_t n;
};

static bool is_bad(const struct border_line *line)
{
    return line->link && line->s->faults && line->s->options.network;
}

/* ---- messages on their way ---- */

static void keep_for_later(struct border_line *line, const struct tq_buf *bytes, bool up)
{
    struct border_seat *seat = line->seat;

    if (seat->nkept == BORDER_KEPT)
        return;
    tq_buf_init(&seat->kept[seat->nkept], 0);
    tq_buf_append(&seat->kept[seat->nkept], bytes->data, bytes->len);
    seat->kept_up[seat->nkept++] = up;
}

static void put(struct border_line *line, const struct tq_buf *bytes, struct line_packet how)
{
    struct line_packet *packet = &line->packets[line->n];

    if (line->n == BORDER_PACKETS)
        sim_fail(line->s, "link: more than %d messages are on their way", BORDER_PACKETS);
    *packet = how;
    tq_buf_init(&packet->bytes, 0);
    tq_buf_append(&packet->bytes, bytes->data, bytes->len);
    line->n++;
}

static void pass(struct border_line *line, const struct tq_message *message, bool up, size_t *bytes)
{
    struct sim *s = line->s;
    struct tq_error err;
    struct tq_buf buf;

    tq_error_clear(&err);
    sim_pause(true);
    tq_buf_init(&buf, 0);
    sim_must(s, tq_message_encode(message, &buf, &err), "encode", &err);
    *bytes = buf.len;
    for (size_t i = 0; i < buf.len; i++)
        s->trace = (s->trace ^ buf.data[i]) * UINT64_C(1099511628211);
    if (is_bad(line) && sim_chance(s, 4)) {
        s->stats.faults[SIM_BORDER_LOST]++;
    } else if (is_bad(line) && s->options.delays && sim_chance(s, 4)) {
        keep_for_later(line, &buf, up);
    } else {
        put(line, &buf, (struct line_packet){ .up = up });
        if (is_bad(line) && sim_chance(s, 4))
            put(line, &buf, (struct line_packet){ .up = up, .repeated = true });
        if (s->border->hostile && up && line->link && sim_chance(s, 10))
            keep_for_later(line, &buf, true);
    }
    tq_buf_deinit(&buf);
    sim_pause(false);
}

static tq_status seat_send(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct border_line *line = ctx;

    (void)err;
    *bytes = 256;
    if (!border_is_dead(line->seat->side))
        pass(line, message, true, bytes);
    return TQ_OK;
}

tq_status border_hall_send(void *ctx, uint64_t peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    struct border_hall *hall = ctx;

    (void)err;
    *bytes = 256;
    if (hall->line != NULL && hall->line->conn == peer && !border_is_dead(hall->side))
        pass(hall->line, message, false, bytes);
    return TQ_OK;
}

static void take(struct border_line *line, size_t at, struct line_packet *out)
{
    *out = line->packets[at];
    memmove(&line->packets[at], &line->packets[at + 1],
            (line->n - at - 1) * sizeof(line->packets[0]));
    line->n--;
}

/* The next one: in order, but where the line mixes up. */
static size_t choose(struct border_line *line)
{
    struct sim *s = line->s;
    size_t at = 0;

    if (is_bad(line) && line->n > 1 && sim_chance(s, 8)) {
        at = sim_roll(s, (uint32_t)line->n);
        for (size_t i = 0; i < at; i++)
            line->packets[at].overtakes =
                    line->packets[at].overtakes || line->packets[i].up == line->packets[at].up;
    }
    return at;
}

static void count(struct border_line *line, const struct line_packet *packet)
{
    struct sim_stats *stats = &line->s->stats;

    stats->faults[SIM_BORDER_REPEATED] += packet->repeated;
    stats->faults[SIM_BORDER_REORDERED] += packet->overtakes;
    stats->faults[SIM_BORDER_LATE] += packet->late && line->s->options.delays;
    stats->faults[SIM_BORDER_REPLAY] += packet->late && packet->up && line->s->border->hostile;
}

/* ---- the two ends ---- */

static void turn_away(struct border_line *line, uint64_t session)
{
    struct tq_message out;
    size_t bytes;

    memset(&out, 0, sizeof(out));
    out.kind = TQ_MSG_REFUSED;
    out.session = session;
    out.u.refused.code = TQ_REFUSAL_REVOKED;
    out.u.refused.text_vi = tq_slice_str(tq_status_sentence(TQ_REVOKED, TQ_LANG_VI));
    out.u.refused.text_en = tq_slice_str(tq_status_sentence(TQ_REVOKED, TQ_LANG_EN));
    pass(line, &out, false, &bytes);
}

static void serve(struct border_line *line, const struct tq_message *message, size_t bytes)
{
    struct border_hall *hall = line->hall;
    struct sim *s = line->s;
    struct tq_error err;
    tq_status rc;

    border_use(hall->side);
    tq_error_clear(&err);
    if (hall->shut) {
        turn_away(line, message->session);
        return;
    }
    rc = tq_district_receive(hall->core, line->conn, line->seat->device, message, bytes,
            hall->side->clock.now_ms(hall->side), &err);
    if (rc == TQ_OK || border_is_dead(hall->side))
        return;
    if (!sim_may_fail(s, rc))
        sim_fail(s, "link: %s receives: %s %s", hall->path, tq_status_code(rc), err.msg);
    tq_district_drop(hall->core, line->conn);
}

/* True: there was something to do. */
static bool turn(struct border_line *line)
{
    struct border_hall *hall = line->hall;
    struct tq_error err;
    tq_status rc;
    size_t before = line->n;

    if (!tq_district_has_work(hall->core))
        return false;
    border_use(hall->side);
    tq_error_clear(&err);
    rc = tq_district_turn(hall->core, hall->side->clock.now_ms(hall->side), &err);
    if (rc != TQ_OK && !border_is_dead(hall->side) && !sim_may_fail(line->s, rc))
        sim_fail(line->s, "link: %s: %s %s", hall->path, tq_status_code(rc), err.msg);
    return rc == TQ_OK && line->n > before;
}

static void receive(struct border_line *line, const struct tq_message *message, size_t bytes)
{
    border_use(line->seat->side);
    (void)!tq_office_session_message(
            line->session, line->seat->side->clock.now_ms(line->seat->side), message, bytes);
}

static void deliver(struct border_line *line)
{
    struct sim *s = line->s;
    struct line_packet packet;
    struct tq_message message;
    struct tq_arena *arena;
    struct tq_error err;

    take(line, choose(line), &packet);
    s->now_ms += 1 + sim_roll(s, 40);
    tq_error_clear(&err);
    sim_pause(true);
    arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    sim_must(s, tq_message_decode(tq_buf_slice(&packet.bytes), arena, &message, &err), "decode",
            &err);
    sim_pause(false);
    count(line, &packet);
    if (packet.up)
        serve(line, &message, packet.bytes.len);
    else
        receive(line, &message, packet.bytes.len);
    sim_pause(true);
    tq_arena_free(arena);
    tq_buf_deinit(&packet.bytes);
    sim_pause(false);
}

/* ---- what happens between two messages ---- */

/* The one who serves does something of his own: his agreement, his round, the end. */
static void moment(struct border_line *line)
{
    struct border_side *partner = line->hall->side;
    struct sim *s = line->s;
    uint64_t ended = s->stats.faults[SIM_BORDER_ENDED];
    uint64_t narrowed = s->stats.faults[SIM_BORDER_NARROWED];

    test_mem_fail_after(-1, false);
    if (s->options.deaths && partner->locked) { /* a round of his own goes on: he is told so */
        (void)border_agree(partner);
        return;
    }
    switch (sim_roll(s, 6)) {
    case 0:
        border_new_terms(s);
        (void)border_agree(partner);
        break;
    case 1:
        if (sim_chance(s, 30))
            border_end(partner);
        break;
    case 2:
        border_neighbour_works(s);
        break;
    default:
        if (s->border->depth < 2 && !partner->locked) {
            s->stats.faults[SIM_BORDER_BOTH]++;
            border_round(partner);
        }
        break;
    }
    s->stats.faults[SIM_BORDER_ENDED_WITHIN] += s->stats.faults[SIM_BORDER_ENDED] - ended;
    s->stats.faults[SIM_BORDER_NARROWED_WITHIN] += s->stats.faults[SIM_BORDER_NARROWED] - narrowed;
}

/* Where the partner's machine has died, it starts again, unless that is for who holds it to do. */
static void look_at_partner(struct border_line *line)
{
    struct border_side *partner = line->hall->side;

    if (border_is_dead(partner) && partner != line->seat->side) {
        line->s->stats.faults[SIM_BORDER_PARTNER_DIED]++;
        line->cut = true;
        test_mem_fail_after(-1, false);
        if (!partner->locked)
            border_restart(partner);
    }
    line->cut = line->cut || line->hall->starts != line->starts;
}

static void cut(struct border_line *line)
{
    struct sim *s = line->s;

    s->stats.faults[SIM_BORDER_CUT]++;
    line->cut = true;
    if (sim_chance(s, 50) && line->hall->core != NULL)
        tq_district_drop(line->hall->core, line->conn);
}

static void drive(struct border_line *line)
{
    while (!tq_office_session_has_ended(line->session) && !line->cut &&
            !border_is_dead(line->seat->side)) {
        if (line->n == 0 || sim_chance(line->s, 30)) {
            if (!turn(line) && line->n == 0)
                break;
        } else {
            deliver(line);
            if (line->moment > 0 && --line->moment == 0)
                moment(line);
            if (line->cut_in > 0 && --line->cut_in == 0)
                cut(line);
        }
        look_at_partner(line);
    }
    border_use(line->seat->side);
    if (tq_office_session_has_ended(line->session))
        return;
    if (line->cut)
        (void)!tq_office_session_link_lost(line->session);
    else
        (void)!tq_office_session_timeout(line->session);
}

/* ---- a session ---- */

static void bring_late(struct border_line *line)
{
    struct border_seat *seat = line->seat;
    size_t left = 0;

    for (size_t i = 0; i < seat->nkept; i++) {
        if (line->s->faults && sim_chance(line->s, 50)) {
            put(line, &seat->kept[i], (struct line_packet){ .up = seat->kept_up[i], .late = true });
            tq_buf_deinit(&seat->kept[i]);
        } else {
            seat->kept_up[left] = seat->kept_up[i];
            seat->kept[left++] = seat->kept[i];
        }
    }
    seat->nkept = left;
}

/* He who serves: at a commit, or within a write or sync. */
static void may_die(struct border_line *line)
{
    struct border_side *partner = line->hall->side;
    struct sim *s = line->s;

    if (partner->locked || !sim_chance(s, 20))
        return;
    line->dying = true;
    partner->crash_in = sim_chance(s, 60) ? 1 + (int)sim_roll(s, 3) : 0;
    partner->crash_after = sim_chance(s, 50);
    if (partner->crash_in != 0)
        return;
    partner->disk->crash.in = 1 + sim_roll(s, 10);
    partner->disk->crash.any_change = sim_chance(s, 60);
    partner->disk->crash.op = SIM_OP_SYNC;
    partner->disk->crash.after = sim_chance(s, 40);
}

static void begin(struct border_line *line, struct border_seat *seat)
{
    struct sim *s = seat->side->sim;

    line->s = s;
    line->seat = seat;
    line->hall = seat->hall;
    line->link = seat == &seat->side->in;
    line->conn = UINT64_C(1) << 40 | ++s->border->lines;
    line->starts = seat->hall->starts;
    seat->hall->line = line;
    if (is_bad(line) && sim_chance(s, 12))
        line->cut_in = 1 + (long)sim_roll(s, 12);
    if (line->link && s->faults && s->options.moments &&
            sim_chance(s, s->options.deaths && s->border->depth > 1 ? 95 : 40))
        line->moment = 1 + (long)sim_roll(s, 10);
    if (line->link && s->faults && s->options.deaths && s->options.crashes)
        may_die(line);
}

static void end(struct border_line *line)
{
    sim_pause(true);
    for (size_t i = 0; i < line->n; i++)
        tq_buf_deinit(&line->packets[i].bytes);
    sim_pause(false);
    line->hall->line = NULL;
    if (line->hall->core != NULL && line->hall->starts == line->starts)
        tq_district_drop(line->hall->core, line->conn);
    if (line->dying && !border_is_dead(line->hall->side)) {
        line->hall->side->crash_in = 0;
        line->hall->side->disk->crash.in = 0;
    }
    if (line->dying)
        look_at_partner(line);
    free(line);
}

static bool is_nobodys_fault(const struct sim *s, const struct border_line *line, tq_status rc)
{
    bool hostile = s->border->hostile && line->link;

    switch (rc) {
    case TQ_TIMEOUT:
    case TQ_UNREACHABLE:
        return s->faults || hostile;
    case TQ_REFUSED: /* a set before this one got lost */
    case TQ_PROTOCOL:
        return (s->faults && (s->options.network || s->options.disks || s->options.memory ||
                                     s->options.crashes)) ||
               hostile;
    case TQ_REVOKED:
        return line->hall->shut || s->faults;
    default:
        return sim_may_fail(s, rc);
    }
}

static tq_status judge(struct border_line *line, struct tq_error *err)
{
    struct sim *s = line->s;
    const struct tq_office_result *r = tq_office_session_result(line->session);

    sim_say(s, "  link: %s from %s: %s %s (sent %u, rows %" PRIu64 ")", line->seat->path,
            line->hall->path, tq_office_phase_name(r->progress.phase), r->error.msg,
            r->progress.sets_sent, r->progress.rows_received);
    s->stats.faults[SIM_BORDER_OTHER_VERSION] +=
            line->link && r->progress.phase == TQ_OFFICE_DONE &&
            line->seat->catalogue->version != line->hall->catalogue->version;
    if (r->progress.phase == TQ_OFFICE_DONE) {
        if (!s->border->hostile && r->equal_as_of != r->complete && !s->faults)
            sim_fail(s, "link: %s is not equal to %s", line->seat->path, line->hall->path);
        border_check_pulled(line->seat);
        return TQ_OK;
    }
    if (!border_is_dead(line->seat->side) && !is_nobodys_fault(s, line, r->error.status))
        sim_fail(s, "link: %s from %s: %s: %s", line->seat->path, line->hall->path,
                tq_office_phase_name(r->progress.phase), r->error.msg);
    return tq_error_set(
            err, r->error.status != TQ_OK ? r->error.status : TQ_IO, "%s", r->error.msg);
}

static bool is_cut_off(struct border_seat *seat)
{
    struct sim *s = seat->side->sim;

    if (seat != &seat->side->in || s->now_ms >= s->border->cut_off_until_ms)
        return false;
    s->stats.faults[SIM_BORDER_PARTITION]++;
    return true;
}

tq_status border_session(struct border_seat *seat, struct tq_error *err)
{
    struct sim *s = seat->side->sim;
    struct tq_office_session_config config;
    struct border_line *line;
    tq_status rc;

    if (is_cut_off(seat) || (border_is_dead(seat->hall->side) && seat->hall->side->locked))
        return tq_error_set(err, TQ_UNREACHABLE, "nobody answers");
    if (border_is_dead(seat->hall->side))
        border_restart(seat->hall->side);
    line = calloc(1, sizeof(*line));
    begin(line, seat);
    sim_pause(true);
    bring_late(line);
    sim_pause(false);
    border_use(seat->side);
    memset(&config, 0, sizeof(config));
    config.office = &seat->office;
    config.session = ((uint64_t)sim_roll(s, 1u << 30) << 30) | sim_roll(s, 1u << 30) | 1;
    config.software = tq_slice_str("sim");
    config.credit_bytes = s->options.small_chunks ? 300 + sim_roll(s, 3000) : 0;
    config.send = seat_send;
    config.send_ctx = line;
    rc = tq_office_session_new(&line->session, &config, err);
    if (rc == TQ_OK) {
        (void)!tq_office_session_start(line->session, seat->side->clock.now_ms(seat->side));
        drive(line);
        rc = judge(line, err);
    }
    tq_office_session_free(line->session);
    end(line);
    border_use(seat->side);
    return rc;
}
