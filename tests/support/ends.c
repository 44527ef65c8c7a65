#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ends.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/district_internal.h"

uint64_t ends_random(struct ends *e)
{
    e->random ^= e->random << 13;
    e->random ^= e->random >> 7;
    e->random ^= e->random << 17;
    return e->random;
}

/* May this failure be? Then it is remembered, the first of them; else the test ends. */
static void failed(struct ends *e, const char *what, const struct tq_error *err)
{
    if (!e->heap_fails || err->status != TQ_NOMEM)
        fail_msg("%s: %s %s", what, tq_status_code(err->status), err->msg);
    if (e->told.status == TQ_OK)
        e->told = *err;
}

static tq_status put(struct ends *e, size_t from, size_t to, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    struct packet *packet = &e->line[e->tail % ENDS_QUEUE];
    bool lost = e->loss > 0 && ends_random(e) % 100 < e->loss;
    tq_status rc;

    tq_buf_init(&packet->bytes, 0);
    packet->from = from;
    packet->to = to;
    rc = tq_message_encode(message, &packet->bytes, err);
    if (rc != TQ_OK) {
        failed(e, "encode", err);
        tq_buf_deinit(&packet->bytes);
        return rc;
    }
    *bytes = packet->bytes.len;
    lost = (e->lose > 0 && --e->lose == 0) || lost;
    lost = (e->watch != NULL && e->watch(e->watch_ctx, from, to, message)) || lost;
    if (to < ENDS && message->kind == e->swallow) {
        e->swallow = 0;
        lost = true;
    }
    if (lost) {
        tq_buf_deinit(&packet->bytes);
        return TQ_OK;
    }
    e->tail++;
    assert_true(e->tail - e->head < ENDS_QUEUE);
    return TQ_OK;
}

static tq_status office_send(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct end *end = ctx;

    return put(end->ends, end->number, ENDS, message, bytes, err);
}

static tq_status district_send(void *ctx, uint64_t peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    return put(ctx, ENDS, (size_t)peer, message, bytes, err);
}

static void note(void *ctx, const struct tq_district_note *what)
{
    struct ends *e = ctx;

    if (what->event == TQ_EVENT_REFUSED && e->heap_fails)
        failed(e, "refused", what->why);
    if (what->event != TQ_EVENT_FORKED)
        return;
    e->fork = *what->fork;
    e->forks++;
}

/* Both sides do as the programs do: what cannot be read for want of memory ends the office's session
 * and is lost at the district; what the district cannot take ends that session there. */
static void deliver(struct ends *e)
{
    struct packet *packet = &e->line[e->head % ENDS_QUEUE];
    struct end *end = &e->ends[packet->to < ENDS ? packet->to : packet->from];
    struct tq_message message;
    struct tq_error err = { TQ_OK, "" };
    size_t bytes = packet->bytes.len;

    e->head++;
    tq_arena_reset(e->arena);
    if (tq_message_decode(tq_buf_slice(&packet->bytes), e->arena, &message, &err) != TQ_OK) {
        failed(e, "decode", &err);
        if (packet->to < ENDS && end->session != NULL)
            (void)tq_office_session_link_lost(end->session);
    } else if (packet->to < ENDS) {
        if (end->session != NULL)
            (void)tq_office_session_message(end->session, e->now_ms, &message, bytes);
    } else if (tq_district_receive(e->district, end->number, end->device, &message, bytes,
                       e->now_ms, &err) != TQ_OK) {
        failed(e, "district", &err);
        tq_district_drop(e->district, end->number);
    }
    tq_buf_deinit(&packet->bytes);
}

void ends_start(struct ends *e, size_t number)
{
    struct end *end = &e->ends[number];
    struct tq_office_session_config config = { &end->w.office, ++e->sessions, tq_slice_str("test"),
        0, office_send, end, NULL, NULL, 0, { NULL, 0 } };

    struct tq_error err = { TQ_OK, "" };

    tq_office_session_free(end->session);
    if (tq_office_session_new(&end->session, &config, &err) != TQ_OK) {
        failed(e, "session", &err);
        return;
    }
    if (tq_office_session_start(end->session, e->now_ms) != TQ_OK)
        failed(e, "start", &tq_office_session_result(end->session)->error);
}

void ends_run(struct ends *e)
{
    struct tq_error err = { TQ_OK, "" };

    for (;;) {
        while (e->head != e->tail)
            deliver(e);
        if (tq_district_turn(e->district, e->now_ms, &err) != TQ_OK)
            failed(e, "turn", &err);
        if (e->head == e->tail)
            break;
    }
    for (size_t i = 0; i < ENDS; i++)
        if (e->ends[i].session != NULL)
            (void)tq_office_session_timeout(e->ends[i].session);
    e->now_ms += 1000;
}

const struct tq_office_result *ends_try(struct ends *e, size_t number)
{
    ends_start(e, number);
    ends_run(e);
    return tq_office_session_result(e->ends[number].session);
}

const struct tq_office_result *ends_sync(struct ends *e, size_t number)
{
    const struct tq_office_result *result = ends_try(e, number);

    if (result->progress.phase != TQ_OFFICE_DONE)
        fail_msg("office %zu: %s: %s", number, tq_office_phase_name(result->progress.phase),
                result->error.msg);
    assert_true(result->complete != 0);
    if (result->equal_as_of != result->complete)
        fail_msg("office %zu is not equal to the district", number);
    if (e->ends[number].w.office.sums.wrong > e->wrong)
        fail_msg("office %zu: the sums it kept were wrong", number);
    return result;
}

static void be_device(struct end *end, uint32_t device)
{
    end->device = device;
    end->signer = mill_signer(device);
    end->w.office.signer = &end->signer;
}

static void start_district(struct ends *e)
{
    struct tq_district_session_config config;
    struct tq_error err = { TQ_OK, "" };

    memset(&config, 0, sizeof(config));
    config.merge.catalogue = e->mill.catalogue;
    config.merge.store = e->mill.ops;
    config.merge.codec = tq_codec_ops();
    config.merge.signer = mill_signer(0);
    config.merge.verify = mill_verify;
    config.send = district_send;
    config.send_ctx = e;
    config.note = note;
    config.note_ctx = e;
    if (tq_district_new(&e->district, &config, &err) != TQ_OK)
        fail_msg("district: %s", err.msg);
}

size_t ends_upgrade_district(struct ends *e, const struct tq_catalogue *catalogue)
{
    struct tq_error err = { TQ_OK, "" };
    size_t released;

    tq_district_free(e->district);
    e->district = NULL;
    mill_reopen(&e->mill, catalogue);
    start_district(e);
    if (tq_merge_release_schema(e->mill.merger, e->now_ms, &released, &err) != TQ_OK)
        fail_msg("release: %s", err.msg);
    return released;
}

void ends_restore_district(struct ends *e, const char *path)
{
    tq_district_free(e->district);
    e->district = NULL;
    e->mill.now_ms = e->now_ms;
    mill_restore(&e->mill, path);
    start_district(e);
}

void ends_upgrade_office(struct ends *e, size_t number, const struct tq_catalogue *catalogue)
{
    struct end *end = &e->ends[number];

    tq_office_session_free(end->session);
    end->session = NULL;
    world_reopen(&end->w, catalogue);
}

int ends_open(void **state)
{
    struct ends *e = calloc(1, sizeof(*e));

    e->now_ms = (int64_t)time(NULL) * 1000;
    e->random = 88172645463325252u;
    mill_open(&e->mill);
    e->mill.now_ms = e->now_ms;
    mill_settle(&e->mill);
    e->arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    start_district(e);
    for (size_t i = 0; i < ENDS; i++) {
        struct end *end = &e->ends[i];

        end->ends = e;
        end->number = i;
        mill_device(&e->mill, 7 + (uint32_t)i, WORLD_UNIT);
        world_open_empty(&end->w, 7 + (uint32_t)i);
        end->w.live = -1;
        world_sql(&end->w, "UPDATE tq_state SET district=x'd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1'");
        be_device(end, 7 + (uint32_t)i);
        end->w.office.verify = mill_verify;
        mill_sign_key(0, end->w.office.district_key);
        ends_sync(e, i);
    }
    *state = e;
    return 0;
}

int ends_close(void **state)
{
    struct ends *e = *state;

    for (size_t i = 0; i < ENDS; i++) {
        tq_office_session_free(e->ends[i].session);
        world_close(&e->ends[i].w);
    }
    while (e->head != e->tail)
        tq_buf_deinit(&e->line[e->head++ % ENDS_QUEUE].bytes);
    tq_district_free(e->district);
    mill_close(&e->mill);
    tq_arena_free(e->arena);
    free(e);
    return 0;
}

static void copy_file(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");

    if (backup == NULL)
        fail_msg("copy: %s", sqlite3_errmsg(to));
    assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    assert_int_equal(sqlite3_backup_finish(backup), SQLITE_OK);
}

void ends_save(struct ends *e, size_t number, struct image *image)
{
    assert_int_equal(sqlite3_open(":memory:", &image->db), SQLITE_OK);
    copy_file(image->db, e->ends[number].w.db);
}

void ends_load(struct ends *e, size_t number, const struct image *image)
{
    struct end *end = &e->ends[number];

    tq_office_session_free(end->session);
    end->session = NULL;
    tq_district_drop(e->district, number);
    copy_file(end->w.db, image->db);
    end->w.office.sums.valid = false; /* of another file: a program would have opened it */
    be_device(end, (uint32_t)strtoul(world_get(&end->w, "SELECT device FROM tq_state"), NULL, 10));
}

void ends_save_district(struct ends *e, struct image *image)
{
    assert_int_equal(sqlite3_open(":memory:", &image->db), SQLITE_OK);
    copy_file(image->db, e->mill.store->db);
}

void ends_load_district(struct ends *e, const struct image *image)
{
    tq_district_free(e->district);
    e->district = NULL;
    copy_file(e->mill.store->db, image->db);
    start_district(e);
}

void ends_forget(struct image *image)
{
    sqlite3_close(image->db);
}

void ends_agree(struct ends *e, size_t noffices)
{
    static const char ALL[] = "SELECT group_concat(code||'|'||title||'|'||amount||'|'||"
                              "(voided_at IS NOT NULL)) FROM (SELECT * FROM item ORDER BY code)";

    for (size_t i = 0; i < noffices; i++) {
        struct office_world *w = &e->ends[i].w;

        world_expect(w, ALL, world_get(&e->ends[0].w, ALL));
        world_expect(w, "SELECT count(*) FROM tq_log", "0");
        world_expect(w, "SELECT count(*) FROM tq_set WHERE acked=0", "0");
        world_expect(w, "SELECT count(*) FROM tq_fault", "0");
    }
}
