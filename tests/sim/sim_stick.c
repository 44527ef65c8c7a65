/* sim_stick.c - Sessions that travel as files: a few of them lie about, of each office; any is carried
 * to the district at any time, again and again, and so are the answers. */
#include <string.h>

#include "sim.h"
#include "tuquan/bundle.h"

#define FILE_BYTES (UINT64_C(1) << 20)
#define PEER UINT64_MAX /* no line has that number */

/* The place of a new one: what lay there is lost. */
static struct sim_stick *place(struct sim *s, struct sim_stick list[SIM_STICKS])
{
    return &list[sim_roll(s, SIM_STICKS)];
}

/* One that lies there; NULL: none. */
static struct sim_stick *choose(struct sim *s, struct sim_stick list[SIM_STICKS])
{
    size_t from = sim_roll(s, SIM_STICKS);

    for (size_t i = 0; i < SIM_STICKS; i++)
        if (list[(from + i) % SIM_STICKS].session != 0)
            return &list[(from + i) % SIM_STICKS];
    return NULL;
}

static void empty(struct sim_stick *stick)
{
    tq_buf_deinit(&stick->messages);
    memset(stick, 0, sizeof(*stick));
    tq_buf_init(&stick->messages, 0);
}

void sim_stick_free(struct sim_office *o)
{
    for (size_t i = 0; i < SIM_STICKS; i++) {
        empty(&o->questions[i]);
        empty(&o->answers[i]);
    }
}

static tq_status keep(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct sim_stick *stick = ctx;
    tq_status rc;

    sim_pause(true);
    rc = tq_bundle_put(&stick->messages, message, bytes, err);
    sim_pause(false);
    return rc;
}

static tq_status say_nothing(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    (void)ctx;
    (void)message;
    (void)err;
    *bytes = 0;
    return TQ_OK;
}

static struct tq_office_session *begin(
        struct sim_office *o, struct tq_office_session_config *config, struct sim_stick *stick)
{
    struct sim *s = o->sim;
    struct tq_office_session *session;
    struct tq_error err;

    tq_error_clear(&err);
    config->office = &o->office;
    config->software = tq_slice_str("sim");
    config->session = stick->session;
    config->send_ctx = stick;
    sim_must(s, tq_office_session_new(&session, config, &err), "session", &err);
    (void)!tq_office_session_start(session, sim_office_now(o));
    return session;
}

/* Nobody's fault, or what the line has to heal. */
static void judge(struct sim_office *o, const struct tq_office_result *r, const char *what)
{
    struct sim *s = o->sim;

    if (sim_office_is_dead(o) || r->error.status == TQ_OK || sim_may_fail(s, r->error.status) ||
            sim_is_busy(o, r->error.status))
        return;
    if (r->error.status != TQ_BUNDLE_OLD)
        sim_fail(s, "office %zu: %s: %s %s", o->number, what, tq_status_code(r->error.status),
                r->error.msg);
    s->stats.faults[SIM_STICK_LEFT]++;
}

void sim_stick_make(struct sim_office *o)
{
    struct sim *s = o->sim;
    struct sim_stick *stick = place(s, o->questions);
    struct tq_office_session_config config;
    struct tq_office_session *session;

    if (o->session != NULL || o->revoked)
        return;
    sim_office_use(o);
    empty(stick);
    stick->session = ((uint64_t)sim_roll(s, 1u << 30) << 30) | sim_roll(s, 1u << 30) | 1;
    stick->device = o->device;
    stick->age = s->age;
    stick->foreign = !sim_knows_history(o);
    memset(&config, 0, sizeof(config));
    config.send = keep;
    config.one_way_bytes = s->options.small_chunks ? 3000 + sim_roll(s, 3000) : FILE_BYTES;
    config.credit_bytes = s->options.small_chunks ? 300 + sim_roll(s, 3000) : FILE_BYTES;
    session = begin(o, &config, stick);
    judge(o, tq_office_session_result(session), "bundle");
    if (tq_office_session_result(session)->error.status != TQ_OK)
        empty(stick);
    tq_office_session_free(session);
    if (sim_office_is_dead(o)) {
        empty(stick);
        sim_office_crash(o);
    }
}

struct opening {
    struct sim_stick *answer;
    tq_status refused;
};

static tq_status keep_answer(void *ctx, uint64_t peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    struct opening *opening = ctx;

    (void)peer;
    return keep(opening->answer, message, bytes, err);
}

static void note(void *ctx, const struct tq_district_note *note)
{
    struct opening *opening = ctx;

    if (note->event == TQ_EVENT_REFUSED)
        opening->refused = note->why != NULL ? note->why->status : TQ_REFUSED;
}

static tq_status feed(struct tq_district *core, struct sim_office *o, struct opening *opening,
        struct tq_slice messages, struct tq_error *err)
{
    struct sim *s = o->sim;
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    struct tq_slice bytes;
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && opening->refused == TQ_OK && tq_bundle_next(&messages, &bytes)) {
        struct tq_message message;

        tq_arena_reset(arena);
        sim_pause(true);
        sim_must(s, tq_message_decode(bytes, arena, &message, err), "decode", err);
        sim_pause(false);
        rc = tq_district_receive(
                core, PEER, opening->answer->device, &message, bytes.len, sim_district_now(s), err);
    }
    while (rc == TQ_OK && opening->refused == TQ_OK && tq_district_has_work(core))
        rc = tq_district_turn(core, sim_district_now(s), err);
    tq_arena_free(arena);
    return rc;
}

/* Merged beside the server's loop, as another program of the same machine does. */
void sim_stick_open(struct sim_office *o)
{
    struct sim *s = o->sim;
    struct sim_stick *question = choose(s, o->questions);
    struct opening opening = { place(s, o->answers), TQ_OK };
    struct tq_district_session_config config;
    struct tq_district *core;
    struct tq_error err;
    tq_status rc;

    if (question == NULL)
        return;
    sim_history_old(s, question->age);
    tq_error_clear(&err);
    sim_district_use(s);
    sim_district_config(s, &config);
    config.chunk_rows = s->options.small_chunks ? 1 + sim_roll(s, 6) : 0;
    config.by_file = true;
    config.file_offset_ms = sim_district_now(s) - sim_office_now(o);
    config.send = keep_answer;
    config.send_ctx = &opening;
    config.note = note;
    config.note_ctx = &opening;
    empty(opening.answer);
    opening.answer->session = question->session;
    opening.answer->device = question->device;
    opening.answer->age = question->age;
    opening.answer->foreign = question->foreign;
    sim_must(s, tq_district_new(&core, &config, &err), "district", &err);
    rc = feed(core, o, &opening, tq_buf_slice(&question->messages), &err);
    tq_district_free(core);
    sim_say(s, "office %zu: a bundle is opened: %s", o->number,
            rc != TQ_OK ? err.msg : tq_status_code(opening.refused));
    if (rc == TQ_OK && opening.refused != TQ_OK && !sim_district_is_dead(&s->district) &&
            !sim_may_fail(s, opening.refused)) {
        bool revoked = s->options.revokes && opening.refused == TQ_REVOKED;

        if (!revoked && !(s->rebuilt && opening.refused == TQ_NOT_ADMITTED) &&
                opening.refused != TQ_BUNDLE_OLD && opening.refused != TQ_COPIED)
            sim_fail(s, "office %zu: its bundle is refused: %s", o->number,
                    tq_status_code(opening.refused));
        s->stats.faults[SIM_STICK_LEFT]++;
    }
    if (rc != TQ_OK && !sim_district_is_dead(&s->district) && !sim_may_fail(s, rc))
        sim_fail(s, "office %zu: its bundle: %s %s", o->number, tq_status_code(rc), err.msg);
    if (rc != TQ_OK || opening.refused != TQ_OK || sim_district_is_dead(&s->district))
        empty(opening.answer);
    else
        s->stats.faults[SIM_STICK]++;
    sim_district_after(s, 1 + sim_roll(s, 200));
}

void sim_stick_take(struct sim_office *o)
{
    struct sim *s = o->sim;
    struct sim_stick *answer = choose(s, o->answers);
    struct tq_slice messages;
    struct tq_office_session_config config;
    struct tq_office_session *session;
    const struct tq_office_result *r;
    struct tq_arena *arena;
    bool foreign; /* it, or the file */
    struct tq_slice bytes;
    struct tq_error err;

    if (answer == NULL || answer->device != o->device || o->session != NULL || o->revoked)
        return;
    sim_history_old(s, answer->age);
    foreign = answer->foreign || answer->age != s->age || !sim_knows_history(o);
    messages = tq_buf_slice(&answer->messages);
    tq_error_clear(&err);
    sim_office_use(o);
    memset(&config, 0, sizeof(config));
    config.send = say_nothing;
    config.one_way_bytes = 1;
    config.credit_bytes = FILE_BYTES;
    arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    session = begin(o, &config, answer);
    while (!tq_office_session_has_ended(session) && tq_bundle_next(&messages, &bytes)) {
        struct tq_message message;

        tq_arena_reset(arena);
        sim_pause(true);
        sim_must(s, tq_message_decode(bytes, arena, &message, &err), "decode", &err);
        sim_pause(false);
        (void)!tq_office_session_message(session, sim_office_now(o), &message, bytes.len);
    }
    r = tq_office_session_result(session);
    sim_say(s, "office %zu: an answer is taken: %s %s", o->number,
            tq_office_phase_name(r->progress.phase), r->error.msg);
    judge(o, r, "answer");
    /* A broadcast may have brought what is newer than the answer. */
    if (r->progress.phase == TQ_OFFICE_CHECKING && r->complete != 0 && r->equal_as_of == 0 &&
            !foreign && !s->options.broadcasts && !sim_office_is_dead(o) &&
            r->error.status == TQ_OK)
        sim_fail(s, "office %zu is not equal to the answer at %llx", o->number,
                (unsigned long long)r->complete);
    s->stats.faults[SIM_STICK_TAKEN] += r->error.status == TQ_OK && !sim_office_is_dead(o);
    tq_office_session_free(session);
    tq_arena_free(arena);
    if (sim_office_is_dead(o))
        sim_office_crash(o);
}
