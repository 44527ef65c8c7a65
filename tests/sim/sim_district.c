/* sim_district.c - The district's server: its file, its officers, its restarts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"
#include "test_mem.h"
#include "tuquan/district_devices.h"

#define RETRY_MS INT64_C(300000) /* after a turn that failed */

static struct sim *running;

bool sim_district_is_dead(const struct sim_district *d)
{
    return d->crashed || d->disk->off;
}

static tq_status hook_begin(void *ctx, struct tq_error *err)
{
    struct sim_district *d = &running->district;

    if (sim_district_is_dead(d))
        return tq_error_set(err, TQ_IO, "the server is off");
    return tq_district_store_ops(ctx)->begin(ctx, err);
}

/* A round of the link has more to write than what it merges. */
static void go_off(struct sim_district *d)
{
    d->crashed = true;
    d->disk->off = d->disk->off || running->border != NULL;
}

static tq_status hook_commit(void *ctx, struct tq_error *err)
{
    struct sim_district *d = &running->district;
    bool crash = d->crash_in > 0 && --d->crash_in == 0;
    tq_status rc;

    running->stats.faults[SIM_DISTRICT_CRASH_COMMIT] += crash;

    if (crash && !d->crash_after) {
        go_off(d);
        return tq_error_set(err, TQ_IO, "the server goes off before a commit");
    }
    rc = tq_district_store_ops(ctx)->commit(ctx, err);
    if (crash) {
        go_off(d);
        return tq_error_set(err, TQ_IO, "the server goes off after a commit");
    }
    return rc;
}

static int64_t drift(const struct sim *s)
{
    const struct sim_district *d = &s->district;

    return d->rate_ppm != 0 ? (s->now_ms - d->rate_from_ms) / 1000 * d->rate_ppm / 1000 : 0;
}

void sim_district_rate(struct sim *s)
{
    struct sim_district *d = &s->district;

    d->offset_ms = sim_district_now(s) - s->now_ms;
    d->rate_from_ms = s->now_ms;
    d->rate_ppm = (int64_t)sim_roll(s, 400000) - 200000;
    d->clock_drifts = true;
}

/* The server's loop reads the clock: does that show what was done to it? */
static void clock_struck(struct sim *s)
{
    struct sim_district *d = &s->district;
    bool drifts = drift(s) < -120000 || drift(s) > 120000;

    s->stats.faults[SIM_DISTRICT_CLOCK] += d->clock_steps;
    d->clock_steps = false;
    s->stats.faults[SIM_DISTRICT_CLOCK_FAST] += d->clock_drifts && drifts;
    d->clock_drifts = d->clock_drifts && !drifts;
}

void sim_district_use(struct sim *s)
{
    running = s;
    sim_clock_use(s, sim_district_now(s) - s->now_ms);
}

int64_t sim_district_now(const struct sim *s)
{
    return s->now_ms + s->district.offset_ms + drift(s);
}

static void run_sql(struct sim *s, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(sql_handle(tq_district_store_db(s->district.store)), sql, NULL, NULL,
                &message) != SQLITE_OK)
        sim_fail(s, "district: %s: %s", sql, message);
}

int64_t sim_district_int(struct sim *s, const char *sql)
{
    sqlite3 *db = sql_handle(tq_district_store_db(s->district.store));
    sqlite3_stmt *stmt = NULL;
    int64_t out = 0;

    sim_pause(true);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        sim_fail(s, "district: %s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(stmt) == SQLITE_ROW)
        out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sim_pause(false);
    return out;
}

static tq_status send(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct sim *s = ctx;

    (void)err;
    *bytes = 256;
    if (sim_district_is_dead(&s->district))
        return TQ_OK;
    for (size_t i = 0; i < s->noffices; i++) {
        if (s->offices[i].conn == peer) {
            sim_net_send(s, SIM_DISTRICT, i, peer, message, bytes);
            s->district.said = true;
            return TQ_OK;
        }
    }
    return TQ_OK; /* that connection is gone */
}

static void create(struct sim *s)
{
    struct sim_district *d = &s->district;
    struct tq_district_identity identity;
    struct tq_error err;

    tq_error_clear(&err);
    memset(&identity, 0, sizeof(identity));
    memset(identity.district, 0xd1, sizeof(identity.district));
    identity.name = tq_slice_str("Huyện mẫu");
    mill_sign_key(0, identity.sign_key);
    identity.created_at_ms = sim_district_now(s);
    sim_must(s, tq_district_store_create(d->store, &identity, &err), "create", &err);
}

/* False: the machine died while the server started. */
static bool try_open(struct sim *s, bool fresh)
{
    struct sim_district *d = &s->district;
    struct tq_district_config config;
    uint64_t epoch = d->epoch;
    struct tq_error err;
    tq_status rc;
    bool laid;

    sim_district_use(s);
    tq_error_clear(&err);
    memset(&config, 0, sizeof(config));
    config.path = d->path;
    config.catalogue = s->catalogue;
    config.made = sim_template_empty(s);
    laid = fresh && sim_template_district(s, d->path);
    config.create = true; /* the system's own files are not asked: a lost one shows by its head */
    d->crashed = false;
    d->crash_in = 0;
    rc = tq_district_store_open(&d->store, &config, &err);
    if (rc == TQ_OK && laid)
        sim_template_warm(tq_district_store_db(d->store));
    if (rc == TQ_OK && fresh)
        create(s);
    if (rc == TQ_OK)
        rc = tq_district_store_start(d->store, d->height, sim_district_now(s), &d->epoch, &err);
    if (rc != TQ_OK && (d->disk->off || sim_may_fail(s, rc))) {
        tq_district_store_close(d->store);
        d->store = NULL;
        return false;
    }
    sim_must(s, rc, "start of the district", &err);
    if (d->epoch <= epoch)
        sim_fail(s, "epoch %" PRIu64 " after %" PRIu64, d->epoch, epoch);
    return true;
}

void sim_district_found(struct sim *s)
{
    bool power = s->options.power && sim_chance(s, 60);

    s->stats.faults[SIM_DISTRICT_CRASH]++;
    sim_say(s, "the district %s", power ? "loses power" : "is killed");
    sim_disk_settle(s->district.disk, power);
}

/* What waited for this version of the catalogue is judged by it. */
static void release(struct sim *s)
{
    struct tq_error err;
    size_t released;

    tq_error_clear(&err);
    sim_pause(true);
    sim_must(s,
            tq_merge_release_schema(
                    tq_district_merger(s->district.core), sim_district_now(s), &released, &err),
            "release", &err);
    sim_pause(false);
    s->stats.faults[SIM_RELEASED] += released;
}

void sim_district_config(struct sim *s, struct tq_district_session_config *out)
{
    memset(out, 0, sizeof(*out));
    out->merge.catalogue = s->catalogue;
    out->merge.store = &s->district.ops;
    out->merge.codec = tq_codec_ops();
    out->merge.signer = mill_signer(0);
    out->merge.verify = mill_verify;
}

static void note(void *ctx, const struct tq_district_note *note)
{
    struct sim *s = ctx;
    struct sim_heard *heard = &s->district.heard;

    if (note->event != TQ_EVENT_HELLO)
        return;
    heard->hello = true;
    heard->device = note->device;
    heard->incarnation = note->hello->head.incarnation;
    memcpy(heard->place, note->hello->place, sizeof(heard->place));
}

/* As the server writes it down after its answer: so it tells a restored file from a copy. */
static void write_place(struct sim *s)
{
    struct sim_heard *heard = &s->district.heard;
    struct tq_error err;

    if (heard->hello && !sim_district_is_dead(&s->district)) {
        tq_error_clear(&err);
        sim_pause(true);
        sim_must(s,
                tq_devices_placed(s->district.store, heard->device, heard->incarnation,
                        heard->place, sim_district_now(s), &err),
                "place", &err);
        sim_pause(false);
    }
    heard->hello = false;
}

void sim_district_open(struct sim *s, bool fresh)
{
    struct sim_district *d = &s->district;
    struct tq_district_session_config session;
    struct tq_error err;

    sim_heap_enter();
    for (int failed = 0; !try_open(s, fresh);) {
        if (d->disk->off) {
            sim_district_found(s);
        } else if (++failed == 5) { /* someone makes room, replaces the disk */
            d->disk->full.in = 0;
            d->disk->error.in = 0;
        }
    }
    tq_error_clear(&err);
    d->ops = *tq_district_store_ops(d->store);
    d->ops.begin = hook_begin;
    d->ops.commit = hook_commit;
    sim_district_config(s, &session);
    session.chunk_rows = s->options.small_chunks ? 1 + sim_roll(s, 6) : 0;
    session.send = send;
    session.send_ctx = s;
    session.note = s->options.servers ? note : NULL;
    session.note_ctx = s;
    sim_must(s, tq_district_new(&d->core, &session, &err), "district", &err);
    sim_heap_leave(s, NULL, &d->heap);
    if (s->version > 0)
        release(s);
    if (s->border != NULL)
        border_open(s, 0);
}

void sim_district_close(struct sim *s)
{
    struct sim_district *d = &s->district;

    if (s->border != NULL)
        border_close(s, 0);
    sim_district_use(s);
    sim_heap_enter();
    tq_district_free(d->core);
    d->core = NULL;
    tq_district_store_close(d->store);
    d->store = NULL;
    sim_heap_leave(s, NULL, &d->heap);
}

void sim_district_make(struct sim *s)
{
    s->district.disk = sim_disk_new("district", s->options.seed * 100 + 99);
    s->district.disk->lies = s->options.lies;
    snprintf(s->district.path, sizeof(s->district.path), "/sim/district/district.db");
    snprintf(s->district.height, sizeof(s->district.height), "%s/height", s->dir);
    sim_district_open(s, true);
}

void sim_district_restart(struct sim *s)
{
    struct sim_district *d = &s->district;
    bool dead = sim_district_is_dead(d);
    bool strikes = false;

    sim_say(s, "the district restarts");
    for (size_t i = 0; !strikes && i < s->noffices; i++)
        strikes = s->offices[i].session != NULL;
    s->stats.faults[SIM_DISTRICT_RESTART] += strikes;
    d->disk->off = dead; /* closing must not tidy up */
    sim_district_close(s);
    if (d->disk->off)
        sim_district_found(s);
    if (s->faults && s->options.crashes && sim_chance(s, 10)) {
        d->disk->crash.in = 1 + sim_roll(s, 12);
        d->disk->crash.any_change = sim_chance(s, 50);
        d->disk->crash.op = SIM_OP_READ;
    }
    for (size_t i = 0; i < s->noffices; i++)
        sim_net_cut(s, &s->offices[i]);
    sim_district_open(s, false);
    d->disk->crash.in = 0;
    d->turn_due = false;
    sim_check_district(s);
    sim_check_acknowledged(s, false);
}

void sim_district_admit(struct sim *s, const struct sim_office *o)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    uint8_t key[TQ_SIGN_KEY_BYTES];
    struct tq_chain chain;
    struct tq_error err;
    char sql[512];
    int n;

    sim_district_use(s);
    mill_sign_key(o->device, key);
    n = snprintf(sql, sizeof(sql),
            "INSERT INTO tq_device(device,unit,letter,incarnation,sign_key) VALUES(%u,'%s','A',1,"
            "x'",
            o->device, sim_unit(o->commune));
    for (size_t i = 0; i < sizeof(key); i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, "%02x", key[i]);
    snprintf(sql + n, sizeof(sql) - (size_t)n, "')");
    run_sql(s, sql);
    if (s->options.servers) {
        snprintf(sql, sizeof(sql),
                "INSERT INTO tq_incarnation(device,incarnation,unit,letter,given_at,why,fork) "
                "SELECT device,1,unit,'%c',0,'enrolled',0 FROM tq_device WHERE device=%u",
                'A' + (int)(o->device % 26), o->device);
        run_sql(s, sql);
    }
    memset(&chain, 0, sizeof(chain));
    chain.exists = true;
    tq_error_clear(&err);
    sim_must(s, ops->begin(ops->ctx, &err), "begin", &err);
    sim_must(s, ops->chain_put(ops->ctx, o->device, 1, &chain, &err), "chain", &err);
    sim_must(s, ops->commit(ops->ctx, &err), "commit", &err);
}

/* Public rows of the last transaction, to everybody, as the server's loop does it. Unsigned: who
 * may speak is the link's to know. */
static void broadcast(struct sim *s)
{
    struct sim_district *d = &s->district;
    struct tq_row *rows = tq_arena_array(s->scratch, SIM_KEYS, sizeof(*rows));
    const struct tq_district_ops *ops = tq_district_store_ops(d->store);
    struct tq_message message;
    struct tq_error err;
    int64_t t;
    size_t n = 0;

    tq_error_clear(&err);
    for (struct sim_row *row = s->shadow.first; row != NULL && n < SIM_KEYS; row = row->all) {
        const struct tq_table *table = row->table;
        struct tq_value *values;
        uint32_t *columns;

        if (table->scope != TQ_PUBLIC || !row->newest->exists || row->newest->head <= d->last_said)
            continue;
        values = tq_arena_array(s->scratch, table->ncolumns, sizeof(*values));
        columns = tq_arena_array(s->scratch, table->ncolumns, sizeof(*columns));
        memset(&rows[n], 0, sizeof(rows[n]));
        for (size_t i = 0; i < table->ncolumns; i++) {
            if (!table->columns[i].leaves)
                continue;
            columns[rows[n].ncolumns] = table->columns[i].id;
            values[rows[n].ncolumns++] = row->newest->values[i];
        }
        rows[n].table = table->id;
        rows[n].key = row->key;
        rows[n].exists = true;
        rows[n].seq = row->newest->meta.row_seq;
        rows[n].columns = columns;
        rows[n++].values = values;
    }
    if (n == 0)
        return;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_BROADCAST;
    message.u.broadcast.epoch = d->epoch;
    message.u.broadcast.seq = s->shadow.head;
    message.u.broadcast.prev = d->last_said;
    message.u.broadcast.at_ms = sim_district_now(s);
    message.u.broadcast.rows = rows;
    message.u.broadcast.nrows = n;
    sim_pause(true);
    sim_must(s,
            ops->history_get(ops->ctx, s->shadow.head, &t, message.u.broadcast.ledger_hash, &err),
            "history", &err);
    sim_pause(false);
    d->last_said = s->shadow.head;
    for (size_t i = 0; i < s->noffices; i++) {
        size_t bytes;

        if (!s->offices[i].revoked) /* he has no key for it */
            sim_net_send(s, SIM_DISTRICT, i, s->offices[i].conn, &message, &bytes);
    }
}

void sim_district_arm(struct sim *s)
{
    sim_heap_enter();
    if (s->district.no_memory > 0)
        test_mem_fail_after(s->district.no_memory, false);
}

void sim_district_disarm(struct sim *s)
{
    if (s->district.no_memory > 0 && test_mem_take_failed() > 0) {
        s->stats.faults[SIM_DISTRICT_NOMEM]++;
        s->district.no_memory = 0;
        sim_say(s, "district: an allocation failed");
    }
    test_mem_fail_after(-1, false);
    sim_heap_leave(s, NULL, &s->district.heap);
}

/* After anything that the server did: did it die, what has changed, and when does it look again?
 * `wait_ms` 0: at its next message. */
void sim_district_after(struct sim *s, int64_t wait_ms)
{
    struct sim_district *d = &s->district;

    if (sim_district_is_dead(d)) {
        sim_district_restart(s);
        return;
    }
    sim_check_district(s);
    if (s->options.broadcasts && s->faults)
        broadcast(s);
    if (wait_ms > 0 && !d->turn_due && tq_district_has_work(d->core)) {
        d->turn_due = true;
        d->turn_at_ms = s->now_ms + wait_ms;
    }
}

/* As the server does it: told once per message, and nothing is read. */
static void turn_away(struct sim *s, const struct sim_packet *packet, uint64_t session)
{
    struct tq_message out;
    size_t bytes;

    memset(&out, 0, sizeof(out));
    out.kind = TQ_MSG_REFUSED;
    out.session = session;
    out.u.refused.code = TQ_REFUSAL_REVOKED;
    out.u.refused.text_vi = tq_slice_str(tq_status_sentence(TQ_REVOKED, TQ_LANG_VI));
    out.u.refused.text_en = tq_slice_str(tq_status_sentence(TQ_REVOKED, TQ_LANG_EN));
    sim_net_send(s, SIM_DISTRICT, packet->from, packet->conn, &out, &bytes);
}

void sim_district_message(
        struct sim *s, const struct sim_packet *packet, const struct tq_message *message)
{
    struct sim_district *d = &s->district;
    struct tq_error err;
    tq_status rc;

    sim_district_use(s);
    tq_error_clear(&err);
    if (s->offices[packet->from].revoked) {
        turn_away(s, packet, message->session);
        return;
    }
    sim_district_arm(s);
    rc = tq_district_receive(d->core, packet->conn, s->offices[packet->from].device, message,
            packet->bytes.len, sim_district_now(s), &err);
    sim_district_disarm(s);
    write_place(s);
    if (rc != TQ_OK && !sim_district_is_dead(d)) {
        if (!sim_may_fail(s, rc))
            sim_fail(s, "district: %s: %s", tq_status_code(rc), err.msg);
        tq_district_drop(d->core, packet->conn);
    }
    sim_district_after(s, 1 + sim_roll(s, 200));
}

void sim_district_turn(struct sim *s)
{
    struct sim_district *d = &s->district;
    bool failed;
    struct tq_error err;
    tq_status rc;

    sim_district_use(s);
    tq_error_clear(&err);
    d->turn_due = false;
    d->said = false;
    clock_struck(s);
    sim_district_arm(s);
    rc = tq_district_turn(d->core, sim_district_now(s), &err);
    sim_district_disarm(s);
    /* The server's loop moves the WAL when nothing came. */
    if (rc == TQ_OK && sim_chance(s, 30))
        rc = tq_district_store_checkpoint(d->store, NULL, &err);
    failed = rc != TQ_OK;
    if (failed && !sim_district_is_dead(d) && !sim_may_fail(s, rc))
        sim_fail(s, "turn: %s: %s", tq_status_code(rc), err.msg);
    sim_district_after(s, failed ? RETRY_MS : d->said ? 1 + sim_roll(s, 100) : 0);
}

tq_status sim_district_write(struct sim *s, const struct tq_change *changes, size_t n)
{
    struct tq_district_write write = { .changes = changes, .count = n };
    struct tq_error err;
    tq_status rc;

    tq_error_clear(&err);
    sim_district_use(s);
    sim_district_arm(s);
    rc = tq_merge_district(tq_district_merger(s->district.core), &write, sim_district_now(s), &err);
    sim_district_disarm(s);
    sim_say(s, "district: %zu changes, first of table %u: %s", n, changes[0].table,
            rc == TQ_OK ? "ok" : err.msg);
    if (rc != TQ_OK && rc != TQ_RULE && rc != TQ_STALE && !sim_district_is_dead(&s->district) &&
            !sim_may_fail(s, rc))
        sim_fail(s, "district: table %u: %s %s", changes[0].table, tq_status_code(rc), err.msg);
    sim_district_after(s, 1 + sim_roll(s, 200));
    return rc;
}
