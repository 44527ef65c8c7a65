/* sim_office.c - One PC of a commune: its file, its clerk, its sessions, its crashes. */
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

static void use(struct sim_office *o)
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

/* False: the machine died while it opened the file. */
static bool try_open(struct sim_office *o)
{
    struct sim *s = o->sim;
    struct tq_db_config config = { .path = o->path, .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_error err;
    tq_status rc;

    use(o);
    tq_error_clear(&err);
    config.catalogue = &s->lax;
    config.clock = &o->clock;
    config.random = &o->random;
    rc = tq_db_open(&o->file, &config, NULL, &err);
    if (rc == TQ_OK)
        rc = tq_office_store_new(&o->store, o->file, &err);
    if (rc != TQ_OK && (o->disk->off || sim_may_fail(s, rc))) {
        tq_db_close(o->file);
        o->file = NULL;
        return false;
    }
    sim_must(s, rc, "open an office", &err);
    o->db = sql_handle(o->file);
    o->office.store = o->store;
    o->crashed = false;
    o->crash_in = 0;
    return true;
}

/* What the next start finds. */
static void settle(struct sim_office *o)
{
    bool power = o->sim->options.power && sim_chance(o->sim, 60);

    sim_say(o->sim, "office %zu %s", o->number, power ? "loses power" : "is killed");
    sim_disk_settle(o->disk, power);
}

void sim_office_open(struct sim_office *o)
{
    int failed = 0;

    while (!try_open(o)) {
        if (o->disk->off) {
            o->sim->stats.faults[SIM_CRASH_OPEN]++;
            settle(o);
        } else if (++failed == 5) { /* someone makes room, replaces the disk */
            o->disk->full.in = 0;
            o->disk->error.in = 0;
        }
    }
}

void sim_office_close(struct sim_office *o)
{
    use(o);
    tq_office_session_free(o->session);
    o->session = NULL;
    o->office.in_session = false;
    for (size_t i = 0; i < SIM_TABLES; i++) {
        sqlite3_finalize(o->walks[i]);
        o->walks[i] = NULL;
    }
    tq_office_store_free(o->store);
    o->store = NULL;
    tq_db_close(o->file);
    o->file = NULL;
    o->db = NULL;
}

/* An empty office file; making one takes longer than a night, copying it does not. */
static void make_file(struct sim *s, const char *path)
{
    const char *empty = s->options.all_tables ? "/sim/template/all.db" : "/sim/template/few.db";
    struct tq_db_config config = { .path = empty, .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_error err;
    struct tq_db *db;

    tq_error_clear(&err);
    if (!sim_disk_copy(empty, path)) {
        config.catalogue = &s->lax;
        sim_must(s, tq_db_open(&db, &config, NULL, &err), "make an office file", &err);
        tq_db_close(db);
        if (!sim_disk_copy(empty, path))
            sim_fail(s, "cannot copy %s", empty);
    }
    /* The same draws follow whether the template was made now or found. */
    sim_vfs_set_random(s->options.seed * 1000 + ++s->files_made);
}

void sim_office_make(struct sim *s, size_t number, size_t commune, uint32_t device)
{
    struct sim_office *o = &s->offices[number];
    char sql[512];

    memset(o, 0, sizeof(*o));
    o->sim = s;
    o->number = number;
    o->commune = commune;
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
    o->office.catalogue = &s->lax;
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
    make_file(s, o->path);
    sim_office_open(o);
    snprintf(sql, sizeof(sql),
            "UPDATE tq_state SET district=x'd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1',unit='%s',device=%u,"
            "letter='%c',incarnation=1,schema=1",
            sim_unit(commune), device, 'A' + (int)(device % 26));
    run_sql(o, sql);
}

void sim_office_crash(struct sim_office *o)
{
    struct sim *s = o->sim;

    o->disk->off = true; /* closing must not tidy up */
    sim_office_close(o);
    settle(o);
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
        settle(o);
    sim_office_open(o);
    o->applying = false;
    sim_check_commit(o);
}

/* ---- syncing ---- */

static tq_status send(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct sim_office *o = ctx;

    (void)err;
    *bytes = 256;
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
    if (r->progress.phase == TQ_OFFICE_DONE) {
        s->stats.syncs_done++;
        if (r->equal_as_of != r->complete && !(s->rebuilt && s->faults))
            sim_fail(s, "office %zu is not equal to the district at %" PRIx64, o->number,
                    r->complete);
        if (r->progress.rows_repaired > 0 && !s->rebuilt)
            sim_fail(s, "office %zu: %u rows repaired", o->number, r->progress.rows_repaired);
        if (r->round_trips > 3 && !s->faults && !o->forked && !s->rebuilt)
            sim_fail(s, "office %zu: %u round trips", o->number, r->round_trips);
        return;
    }
    if (sim_office_is_dead(o))
        return;
    if (o->revoked && r->progress.phase == TQ_OFFICE_REFUSED && r->error.status == TQ_REVOKED)
        return;
    if (sim_may_fail(s, r->error.status))
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
        tq_office_session_free(o->session);
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

    use(o);
    if (o->session != NULL) {
        (void)!tq_office_session_timeout(o->session);
        after(o);
    }
    memset(&config, 0, sizeof(config));
    config.office = &o->office;
    config.session = ((uint64_t)sim_roll(s, 1u << 30) << 30) | sim_roll(s, 1u << 30) | 1;
    config.software = tq_slice_str("sim");
    config.credit_bytes = s->options.small_chunks ? 300 + sim_roll(s, 3000) : 0;
    config.send = send;
    config.send_ctx = o;
    tq_error_clear(&err);
    sim_must(s, tq_office_session_new(&o->session, &config, &err), "session", &err);
    o->last_heard_ms = s->now_ms;
    s->stats.syncs++;
    sim_office_arm_memory(o);
    (void)!tq_office_session_start(o->session, sim_office_now(o));
    sim_office_disarm_memory(o);
    after(o);
}

void sim_office_message(struct sim_office *o, const struct tq_message *message, size_t bytes)
{
    use(o);
    if (message->kind == TQ_MSG_BROADCAST) {
        tq_broadcast_outcome outcome;
        struct tq_error err;
        tq_status rc;

        tq_error_clear(&err);
        sim_office_arm_memory(o);
        rc = tq_office_apply_broadcast(
                &o->office, &message->u.broadcast, sim_office_now(o), &outcome, &err);
        sim_office_disarm_memory(o);
        if (rc != TQ_OK && !sim_office_is_dead(o) && !sim_may_fail(o->sim, rc))
            sim_fail(o->sim, "office %zu: broadcast: %s", o->number, err.msg);
        if (sim_office_is_dead(o))
            sim_office_crash(o);
        return;
    }
    if (o->session == NULL)
        return;
    o->last_heard_ms = o->sim->now_ms;
    sim_office_arm_memory(o);
    (void)!tq_office_session_message(o->session, sim_office_now(o), message, bytes);
    sim_office_disarm_memory(o);
    after(o);
}

void sim_office_silence(struct sim_office *o)
{
    use(o);
    (void)!tq_office_session_timeout(o->session);
    after(o);
}

void sim_office_arm_memory(struct sim_office *o)
{
    if (o->no_memory > 0)
        test_mem_fail_after(o->no_memory, false);
}

void sim_office_disarm_memory(struct sim_office *o)
{
    if (o->no_memory > 0 && test_mem_take_failed() > 0) {
        o->sim->stats.faults[SIM_NOMEM]++;
        o->no_memory = 0;
        sim_say(o->sim, "office %zu: an allocation failed", o->number);
    }
    test_mem_fail_after(-1, false);
}

/* ---- the clerk ---- */

/* Ordinary SQL; a refusal by a trigger is an answer like any other. */
static bool clerk(struct sim_office *o, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static bool clerk(struct sim_office *o, const char *format, ...)
{
    char *message = NULL;
    char sql[2048];
    va_list args;
    int rc;

    va_start(args, format);
    vsnprintf(sql, sizeof(sql), format, args);
    va_end(args);
    rc = sqlite3_exec(o->db, sql, NULL, NULL, &message);
    if (rc != SQLITE_OK && sqlite3_get_autocommit(o->db) == 0)
        sqlite3_exec(o->db, "ROLLBACK", NULL, NULL, NULL);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_CONSTRAINT && !o->disk->off &&
            !(o->sim->options.disks && ((rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_IOERR)))
        sim_fail(o->sim, "office %zu: %s: %s", o->number, sql, message);
    sim_say(o->sim, "office %zu: %s%s%s", o->number, sql, rc != SQLITE_OK ? ": " : "",
            rc != SQLITE_OK ? message : "");
    sqlite3_free(message);
    /* Two clerks of three use our own program, which counts its commits (and here this one). */
    if (rc == SQLITE_OK && o->number % 3 != 0)
        (void)!sqlite3_exec(o->db, "UPDATE tq_state SET commits=commits+2", NULL, NULL, NULL);
    o->sim->stats.changes += rc == SQLITE_OK;
    if (o->disk->off)
        sim_office_crash(o);
    return rc == SQLITE_OK;
}

/* A random row's key as SQL: "x'..'"; false when the table is empty. */
static bool pick(struct sim_office *o, const char *table, char out[64])
{
    char sql[256];
    sqlite3_stmt *stmt = NULL;
    bool found;
    int64_t count;

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    count = sim_office_int(o, sql);
    if (count == 0)
        return false;
    snprintf(sql, sizeof(sql), "SELECT quote(id) FROM %s ORDER BY id LIMIT 1 OFFSET %u", table,
            /* mostly the few that everybody works at */
            sim_roll(o->sim, count > 3 && sim_chance(o->sim, 60) ? 3 : (uint32_t)count));
    sqlite3_prepare_v2(o->db, sql, -1, &stmt, NULL);
    found = sqlite3_step(stmt) == SQLITE_ROW;
    if (found)
        snprintf(out, 64, "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return found;
}

static void hex(const uint8_t *key, char out[64])
{
    int n = snprintf(out, 64, "x'");

    for (size_t i = 0; i < TQ_SURROGATE_BYTES; i++)
        n += snprintf(out + n, 64 - (size_t)n, "%02X", key[i]);
    snprintf(out + n, 64 - (size_t)n, "'");
}

/* A village: mostly one that is there, now and then one that the district has yet to add. */
static const char *some_village(struct sim_office *o)
{
    struct sim *s = o->sim;

    return sim_village(s, o->commune, 1 + sim_roll(s, sim_chance(s, 10) ? 40 : 2));
}

static bool is_bad(struct sim_office *o)
{
    return sim_chance(o->sim, 15);
}

static void new_incident(struct sim_office *o)
{
    struct sim *s = o->sim;
    const char *unit = sim_unit(o->commune);
    uint8_t *key = tq_arena_alloc(s->arena, TQ_SURROGATE_BYTES);
    size_t *n = &s->nincidents[o->commune];
    char id[64];

    tq_db_new_key(o->file, key);
    hex(key, id);
    if (sim_chance(s, 10)) { /* by hand: the default gives the key */
        clerk(o, "INSERT INTO incident(unit,area,damage_vnd) VALUES('%s',%u,%" PRIu64 ")", unit,
                1 + sim_roll(s, 5), ++s->values);
        return;
    }
    if (!clerk(o,
                "INSERT INTO incident(id,unit,area,category,village,occurred_on,damage_vnd,summary)"
                " VALUES(%s,'%s',%u,'%s','%s','2020-%02u-10',%" PRIu64 ",%s)",
                id, unit, is_bad(o) ? 9 : 1 + sim_roll(s, 5), sim_chance(s, 5) ? "nope" : "theft",
                some_village(o), 10 + sim_roll(s, 3), ++s->values,
                sim_chance(s, 10) ? "'ho\xcc\x80"
                                    "a gia\xcc\x89i'"
                                  : "NULL"))
        return;
    if (*n < SIM_KEYS)
        s->incidents[o->commune][(*n)++] = tq_slice_of(key, TQ_SURROGATE_BYTES);
}

static void edit_incident(struct sim_office *o)
{
    struct sim *s = o->sim;
    char id[64];

    if (!pick(o, "incident", id))
        return;
    switch (sim_roll(s, 9)) {
    case 0:
        clerk(o, "UPDATE incident SET area=%u WHERE id=%s", is_bad(o) ? 9 : 1 + sim_roll(s, 5), id);
        break;
    case 1:
        clerk(o, "UPDATE incident SET village='%s' WHERE id=%s", some_village(o), id);
        break;
    case 2:
        clerk(o, "UPDATE incident SET category='%s' WHERE id=%s", is_bad(o) ? "nope" : "fraud", id);
        break;
    case 3:
        clerk(o,
                "UPDATE incident SET voided_at=%" PRId64
                ",void_reason='dữ liệu mẫu %u' WHERE id=%s",
                sim_office_now(o) < 0 ? 1 : sim_office_now(o), sim_roll(s, 1000), id);
        break;
    case 4:
        clerk(o, "UPDATE incident SET reconciled=1-coalesce(reconciled,0) WHERE id=%s", id);
        break;
    case 5: /* two cells at once */
        clerk(o, "UPDATE incident SET injured=%u,damage_vnd=%" PRIu64 " WHERE id=%s",
                sim_roll(s, 9), ++s->values, id);
        break;
    default:
        clerk(o, "UPDATE incident SET damage_vnd=%s%" PRIu64 " WHERE id=%s", is_bad(o) ? "-" : "",
                ++s->values, id);
        break;
    }
}

/* A notice about an incident that may be another PC's, and not here yet. */
static void new_notice(struct sim_office *o)
{
    struct sim *s = o->sim;
    size_t n = s->nincidents[o->commune];
    uint8_t key[TQ_SURROGATE_BYTES];
    char id[64];
    char incident[64] = "NULL";

    tq_db_new_key(o->file, key);
    hex(key, id);
    if (n > 0)
        hex(s->incidents[o->commune][sim_roll(s, (uint32_t)n)].data, incident);
    clerk(o,
            "INSERT INTO border_notice(id,unit,direction,category,incident) VALUES(%s,'%s','%s',"
            "'dữ liệu mẫu',%s)",
            id, sim_unit(o->commune), is_bad(o) ? "up" : "out", incident);
}

static void natural_rows(struct sim_office *o)
{
    struct sim *s = o->sim;
    const char *unit = sim_unit(o->commune);
    const char *village = sim_village(s, o->commune, 1 + sim_roll(s, sim_chance(s, 5) ? 9 : 2));
    unsigned month = 10 + (sim_chance(s, 50) ? 2 : sim_roll(s, 3));
    uint64_t value = ++s->values;

    switch (sim_roll(s, 6)) {
    case 0:
        clerk(o,
                "INSERT INTO village_return(village,period,indicator,unit,value,source,state) "
                "VALUES('%s','ADMIN/2020-%02u','households@1','%s',%" PRIu64 ",'%s','draft')",
                village, month, unit, value, is_bad(o) ? "dream" : "typed");
        break;
    case 1:
        clerk(o,
                "UPDATE village_return SET value=%s%" PRIu64 ",source='typed',state='confirmed' "
                "WHERE village='%s' AND period='ADMIN/2020-%02u'",
                is_bad(o) ? "-" : "", value, village, month);
        break;
    case 2:
        clerk(o,
                "INSERT INTO village_profile(village,as_of,unit,households,note) VALUES('%s',"
                "'2020-%02u-%02u','%s',%s%u,'%" PRIu64 "')",
                village, month, 1 + sim_roll(s, 3), unit, is_bad(o) ? "-" : "",
                1 + (unsigned)(value % 100000), value);
        break;
    case 3:
        clerk(o, "UPDATE village_profile SET note='%" PRIu64 "' WHERE village='%s'", value,
                village);
        break;
    case 4:
        clerk(o,
                "INSERT INTO covenant(village,adopted_on,unit,mode,households_total,present,agreed)"
                " VALUES('%s','2020-%02u-02','%s','meeting',100,%u,80)",
                village, month, unit, is_bad(o) ? 101 : 80 + sim_roll(s, 20));
        break;
    default:
        clerk(o, "UPDATE covenant SET households_total=%u,present=90,agreed=80 WHERE village='%s'",
                is_bad(o) ? 10 : 100 + sim_roll(s, 50), village);
        break;
    }
}

/* What everybody works at: the same cells from every PC. */
static void hot_cells(struct sim_office *o)
{
    struct sim *s = o->sim;

    switch (sim_roll(s, 4)) {
    case 0:
        clerk(o,
                "UPDATE incident SET damage_vnd=%" PRIu64
                " WHERE id=(SELECT min(id) FROM incident)",
                ++s->values);
        break;
    case 1:
        clerk(o, "UPDATE incident SET injured=%u WHERE id=(SELECT max(id) FROM incident)",
                (unsigned)(++s->values % 100000));
        break;
    case 2:
        clerk(o,
                "UPDATE village_return SET value=%" PRIu64
                ",source='typed' WHERE (village,period)=("
                "SELECT village,period FROM village_return ORDER BY 1,2 LIMIT 1)",
                ++s->values);
        break;
    default:
        clerk(o, "INSERT INTO emulation_launch(unit,year,pledged) VALUES('%s',%u,%u)",
                sim_unit(o->commune), 2000 + sim_roll(s, 30), (unsigned)(++s->values % 100000));
        break;
    }
}

/* A tool that tells the file another unit for a moment: another commune's row gets in. */
static void foreign_row(struct sim_office *o)
{
    struct sim *s = o->sim;
    uint8_t key[TQ_SURROGATE_BYTES];
    char id[64];
    size_t other = (o->commune + 1) % s->ncommunes;

    tq_db_new_key(o->file, key);
    hex(key, id);
    clerk(o,
            "BEGIN; UPDATE tq_state SET unit='%s'; INSERT INTO incident(id,unit,area) "
            "VALUES(%s,'%s',1); UPDATE tq_state SET unit='%s'; COMMIT",
            sim_unit(other), id, sim_unit(other), sim_unit(o->commune));
}

/* The clerk looks at what came back: corrects it or voids it. */
static void put_right(struct sim_office *o)
{
    struct sim *s = o->sim;

    if (sim_chance(s, 60))
        clerk(o,
                "UPDATE incident SET area=3,category='theft',damage_vnd=%" PRIu64
                " WHERE id IN (SELECT key FROM tq_returned WHERE tbl=28 ORDER BY key LIMIT 1)",
                ++s->values);
    else
        clerk(o,
                "UPDATE incident SET voided_at=1607900000000,void_reason='dữ liệu mẫu' WHERE id IN "
                "(SELECT key FROM tq_returned WHERE tbl=28 ORDER BY key LIMIT 1)");
    if (sim_chance(s, 50))
        clerk(o, "UPDATE border_notice SET direction='in' WHERE id IN "
                 "(SELECT key FROM tq_returned WHERE tbl=34 ORDER BY key LIMIT 1)");
}

void sim_office_seal(struct sim_office *o)
{
    struct tq_seal_result sealed;
    struct tq_error err;
    tq_status rc;

    use(o);
    tq_error_clear(&err);
    rc = tq_office_seal(&o->office, sim_office_now(o), &sealed, &err);
    if (sim_office_is_dead(o))
        sim_office_crash(o);
    else if (!sim_may_fail(o->sim, rc))
        sim_must(o->sim, rc, "seal", &err);
}

static void saved_path(const struct sim_office *o, char out[96])
{
    snprintf(out, 96, "/sim/office%zu/saved.db", o->number);
}

/* As `backup` would: the file as it is after its WAL was moved into it. False: it died meanwhile. */
static bool save_as(struct sim_office *o, const char *path)
{
    bool saved;

    sim_pause(true);
    sim_office_close(o);
    sim_net_cut(o->sim, o);
    saved = !o->disk->off && sim_disk_copy(o->path, path);
    sim_pause(false);
    if (o->disk->off)
        settle(o);
    return saved;
}

static void start_again(struct sim_office *o)
{
    sim_office_open(o);
    o->applying = false;
    sim_check_commit(o);
}

void sim_office_save(struct sim_office *o)
{
    char path[96];

    saved_path(o, path);
    save_as(o, path);
    start_again(o);
}

/* The file is another one now: what stood in the old one is gone with it. */
static void take_file(struct sim_office *o, const char *path)
{
    struct sim *s = o->sim;

    if (!sim_disk_copy(path, o->path))
        sim_fail(s, "cannot copy %s", path);
    sim_vfs_set_random(s->options.seed * 1000 + ++s->files_made);
    o->last_cursor = 0;
    o->last_log = 0;
    o->forked = true;
}

void sim_office_restore(struct sim_office *o)
{
    char path[96];

    saved_path(o, path);
    if (o->revoked || sim_disk_find(o->disk, path) == NULL)
        return;
    sim_say(o->sim, "office %zu is restored", o->number);
    if (save_as(o, "/sim/template/unused.db")) {
        take_file(o, path);
        o->sim->stats.faults[SIM_RESTORE]++;
    }
    start_again(o);
}

void sim_office_copy(struct sim_office *o)
{
    static const char BETWEEN[] = "/sim/template/copy.db";
    struct sim *s = o->sim;
    char saved[96];

    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *other = &s->offices[i];

        if (other == o || other->commune != o->commune || o->revoked || other->revoked)
            continue;
        sim_say(s, "the file of office %zu goes to office %zu", o->number, i);
        if (!save_as(o, BETWEEN)) {
            start_again(o);
            return;
        }
        start_again(o);
        if (save_as(other, "/sim/template/unused.db")) {
            take_file(other, BETWEEN);
            other->device = o->device;
            other->signer = mill_signer(o->device);
            o->forked = true;
            saved_path(other, saved); /* of a device that it is no more */
            sim_disk_put(other->disk, saved, NULL, 0);
            s->stats.faults[SIM_COPY]++;
        }
        start_again(other);
        return;
    }
}

/* A row that two PCs of a commune have: one voids it while the other edits it. */
void sim_office_void_edit(struct sim_office *o)
{
    struct sim *s = o->sim;
    int64_t now = sim_office_now(o);
    char id[64];

    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *other = &s->offices[i];

        if (other == o || other->commune != o->commune || o->revoked || other->revoked)
            continue;
        use(o);
        if (!pick(o, "incident", id) || !clerk(o,
                                                "UPDATE incident SET voided_at=%" PRId64
                                                ",void_reason='dữ liệu mẫu' WHERE id=%s",
                                                now < 0 ? 1 : now, id))
            return;
        o->applying = false;
        sim_check_commit(o);
        use(other);
        if (clerk(other, "UPDATE incident SET damage_vnd=%" PRIu64 ",injured=3 WHERE id=%s",
                    ++s->values, id))
            s->stats.faults[SIM_VOID_EDIT]++;
        other->applying = false;
        sim_check_commit(other);
        return;
    }
}

void sim_office_work(struct sim_office *o)
{
    struct sim *s = o->sim;
    uint32_t what = sim_roll(s, 100);

    use(o);
    if (sim_office_int(o, "SELECT loading FROM tq_state") != 0 && !sim_chance(s, 20))
        return;
    if (what < 25)
        new_incident(o);
    else if (what < 45)
        edit_incident(o);
    else if (what < 65)
        hot_cells(o);
    else if (what < 70)
        new_notice(o);
    else if (what < 90)
        natural_rows(o);
    else if (what < 92)
        foreign_row(o);
    else
        put_right(o);
    o->applying = false;
    sim_check_commit(o);
}
