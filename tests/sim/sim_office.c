/* sim_office.c - One PC of a commune: its file, its clock, its crashes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"
#include "store/sql.h"
#include "test_mem.h"
#include "tuquan/text.h"

int64_t sim_office_now(const struct sim_office *o)
{
    int64_t fast = (o->sim->now_ms - o->rate_from_ms) / 1000 * o->rate_ppm / 1000;

    return o->sim->now_ms + o->offset_ms + (o->rate_ppm != 0 ? fast : 0);
}

void sim_clock_struck(struct sim_office *o)
{
    int64_t drift = sim_office_now(o) - o->sim->now_ms - o->offset_ms;

    o->sim->stats.faults[SIM_CLOCK_STEP] += o->clock_steps;
    o->clock_steps = false;
    if (!o->clock_drifts || (drift > -120000 && drift < 120000))
        return;
    o->sim->stats.faults[SIM_CLOCK_FAST]++;
    o->clock_drifts = false;
}

static int64_t clock_now(void *ctx)
{
    return sim_office_now(ctx);
}

static void random_fill(void *ctx, void *out, size_t len)
{
    struct sim_office *o = ctx;

    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = (uint8_t)sim_roll(o->sim, 256);
}

/* The hooks of a store are plain functions: who runs now stands here. */
static struct sim_office *running;

static tq_status hook_begin(void *ctx, tq_txn_mode mode, struct tq_error *err)
{
    tq_status rc;

    if (sim_office_is_dead(running))
        return tq_error_set(err, TQ_IO, "the machine is off");
    if (mode == TQ_TXN_APPLY)
        sim_check_before(running);
    rc = tq_office_store_ops()->begin(ctx, mode, err);
    running->applying = rc == TQ_OK && mode == TQ_TXN_APPLY;
    return rc;
}

static tq_status hook_commit(void *ctx, struct tq_error *err)
{
    bool crash = running->crash_in > 0 && --running->crash_in == 0;
    tq_status rc;

    running->sim->stats.faults[SIM_CRASH_COMMIT] += crash;

    if (crash && !running->crash_after) {
        running->crashed = true;
        return tq_error_set(err, TQ_IO, "the machine goes off before a commit");
    }
    rc = tq_office_store_ops()->commit(ctx, err);
    if (rc == TQ_OK) {
        if (running->store != NULL) /* else sealed while the file is opened: looked at when it is */
            sim_check_commit(running);
        running->applying = false;
    }
    if (crash) {
        running->crashed = true;
        return tq_error_set(err, TQ_IO, "the machine goes off after a commit");
    }
    return rc;
}

bool sim_office_is_dead(const struct sim_office *o)
{
    return o->crashed || o->disk->off;
}

void sim_office_use(struct sim_office *o)
{
    running = o;
    sim_clock_use(o->sim, sim_office_now(o) - o->sim->now_ms);
}

static void run_sql(struct sim_office *o, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(o->db, sql, NULL, NULL, &message) != SQLITE_OK)
        sim_fail(o->sim, "office %zu: %s: %s", o->number, sql, message);
}

int64_t sim_office_int(struct sim_office *o, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t out = 0;

    sim_pause(true);
    if (sqlite3_prepare_v2(o->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        sim_fail(o->sim, "office %zu: %s: %s", o->number, sql, sqlite3_errmsg(o->db));
    if (sqlite3_step(stmt) == SQLITE_ROW)
        out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sim_pause(false);
    return out;
}

/* An older copy of the file, put back under a newer program. */
static tq_status seal_older(void *ctx, struct tq_db *db, struct tq_error *err)
{
    struct sim_office *o = ctx;
    struct tq_office office = o->office;
    struct tq_office_store *store = NULL;
    struct tq_seal_result sealed;
    tq_status rc = tq_office_store_new(&store, db, err);

    office.store = store;
    if (rc == TQ_OK)
        rc = tq_office_seal(&office, sim_office_now(o), &sealed, err);
    tq_office_store_free(store);
    return rc;
}

/* False: the machine died while it opened the file. */
static bool try_open(struct sim_office *o)
{
    struct sim *s = o->sim;
    struct tq_db_config config = { .path = o->path, .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_error err;
    tq_status rc;

    sim_office_use(o);
    o->crashed = false;
    tq_error_clear(&err);
    config.catalogue = o->office.catalogue;
    config.triggers = sim_template_triggers(s, o->office.catalogue);
    config.clock = &o->clock;
    config.random = &o->random;
    config.seal = seal_older;
    config.seal_ctx = o;
    rc = tq_db_open(&o->file, &config, NULL, &err);
    if (rc == TQ_OK)
        rc = tq_office_store_new(&o->store, o->file, &err);
    if (o->crashed) /* while it sealed what an older program had left */
        o->disk->off = true;
    if (rc != TQ_OK && (o->disk->off || sim_may_fail(s, rc) || sim_is_busy(o, rc))) {
        tq_office_store_free(o->store);
        o->store = NULL;
        tq_db_close(o->file);
        o->file = NULL;
        return false;
    }
    sim_must(s, rc, "open an office", &err);
    o->db = sql_handle(o->file);
    o->office.store = o->store;
    o->crash_in = 0;
    return true;
}

void sim_office_settle(struct sim_office *o)
{
    bool power = o->sim->options.power && sim_chance(o->sim, 60);

    sim_shell_close(o); /* the crash may have come while the file was closed or opened */
    sim_say(o->sim, "office %zu %s", o->number, power ? "loses power" : "is killed");
    sim_disk_settle(o->disk, power);
}

void sim_office_open(struct sim_office *o)
{
    int failed = 0;

    sim_heap_enter();
    while (!try_open(o)) {
        if (o->disk->off) {
            o->sim->stats.faults[SIM_CRASH_OPEN]++;
            sim_office_settle(o);
        } else if (o->shell != NULL && o->shell_writes) { /* as long as the other one needs */
            sim_shell_close(o);
        } else if (++failed == 5) { /* someone makes room, replaces the disk */
            o->disk->full.in = 0;
            o->disk->error.in = 0;
        }
    }
    sim_heap_leave(o->sim, o, &o->heap);
}

void sim_office_close(struct sim_office *o)
{
    if (o->disk->off || o->sim->ending) /* it goes with the machine */
        sim_shell_close(o);
    sim_office_use(o);
    for (size_t i = 0; i < SIM_TABLES; i++) {
        sqlite3_finalize(o->walks[i]);
        o->walks[i] = NULL;
    }
    sim_heap_enter();
    tq_office_session_free(o->session);
    o->session = NULL;
    o->office.in_session = false;
    o->office.rebuilding = false; /* what the program held in memory goes with it */
    o->office.epoch = 0;
    tq_office_store_free(o->store);
    o->store = NULL;
    tq_db_close(o->file);
    o->file = NULL;
    o->db = NULL;
    sim_heap_leave(o->sim, o, &o->heap);
}

void sim_office_make(
        struct sim *s, size_t number, size_t commune, uint32_t device, uint32_t version)
{
    struct sim_office *o = &s->offices[number];
    char sql[512];

    memset(o, 0, sizeof(*o));
    o->sim = s;
    o->number = number;
    o->commune = commune;
    o->version = version;
    o->device = device;
    o->conn = ++s->conns;
    snprintf(o->path, sizeof(o->path), "/sim/office%zu/office.db", number);
    snprintf(sql, sizeof(sql), "office%zu", number);
    o->disk = sim_disk_new(sql, s->options.seed * 100 + number);
    o->disk->lies = s->options.lies;
    o->clock.ctx = o;
    o->clock.now_ms = clock_now;
    o->clock.steady_ms = clock_now;
    o->random.ctx = o;
    o->random.fill = random_fill;
    o->before_arena = tq_arena_new((size_t)64 << 20);
    o->signer = mill_signer(device);
    o->ops = *tq_office_store_ops();
    o->ops.begin = hook_begin;
    o->ops.commit = hook_commit;
    o->office.catalogue = &s->lax[version];
    o->office.ops = &o->ops;
    o->office.codec = tq_codec_ops();
    o->office.signer = &o->signer;
    o->office.verify = mill_verify;
    o->office.nfc = tq_text_nfc;
    memset(o->office.place, (int)number + 1, sizeof(o->office.place));
    if (s->options.small_chunks) {
        o->office.part_bytes = 600 + sim_roll(s, 2000);
        o->office.part_changes = 2 + sim_roll(s, 10);
    }
    mill_sign_key(0, o->office.district_key);
    sim_template_office(s, o->office.catalogue, o->path);
    /* The same draws follow whether the template was made now or found. */
    sim_vfs_set_random(s->options.seed * 1000 + ++s->files_made);
    sim_office_open(o);
    snprintf(sql, sizeof(sql),
            "UPDATE tq_state SET district=x'd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1',unit='%s',device=%u,"
            "letter='%c',incarnation=1,schema=%u",
            sim_unit(commune), device, 'A' + (int)(device % 26), o->office.catalogue->version);
    run_sql(o, sql);
}

void sim_office_crash(struct sim_office *o)
{
    struct sim *s = o->sim;

    o->disk->off = true; /* closing must not tidy up */
    sim_office_close(o);
    sim_office_settle(o);
    sim_net_cut(s, o);
    if (s->faults && s->options.crashes && sim_chance(s, 10)) {
        o->disk->crash.in = 1 + sim_roll(s, 20);
        o->disk->crash.op = SIM_OP_READ; /* there is little to write */
    }
    sim_office_open(o);
    o->disk->crash.in = 0;
    o->applying = false;
    sim_check_commit(o);
}

void sim_office_reopen(struct sim_office *o)
{
    sim_office_close(o);
    sim_net_cut(o->sim, o);
    if (o->disk->off)
        sim_office_settle(o);
    sim_office_open(o);
    o->applying = false;
    sim_check_commit(o);
}
