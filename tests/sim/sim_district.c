/* sim_district.c - The district's server: its file, its officers, its restarts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "store/sql.h"

static struct sim *running;

static bool is_dead(const struct sim_district *d)
{
    return d->crashed || d->disk->off;
}

static tq_status hook_begin(void *ctx, struct tq_error *err)
{
    struct sim_district *d = &running->district;

    if (is_dead(d))
        return tq_error_set(err, TQ_IO, "the server is off");
    return tq_district_store_ops(ctx)->begin(ctx, err);
}

static tq_status hook_commit(void *ctx, struct tq_error *err)
{
    struct sim_district *d = &running->district;
    bool crash = d->crash_in > 0 && --d->crash_in == 0;
    tq_status rc;

    if (crash && !d->crash_after) {
        d->crashed = true;
        return tq_error_set(err, TQ_IO, "the server goes off before a commit");
    }
    rc = tq_district_store_ops(ctx)->commit(ctx, err);
    if (crash) {
        d->crashed = true;
        return tq_error_set(err, TQ_IO, "the server goes off after a commit");
    }
    return rc;
}

static void use(struct sim *s)
{
    running = s;
    sim_clock_use(s, s->district.offset_ms);
}

static int64_t now(const struct sim *s)
{
    return s->now_ms + s->district.offset_ms;
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

    sim_disks_pause(true);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        sim_fail(s, "district: %s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(stmt) == SQLITE_ROW)
        out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sim_disks_pause(false);
    return out;
}

static tq_status send(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct sim *s = ctx;

    (void)err;
    *bytes = 256;
    if (is_dead(&s->district))
        return TQ_OK;
    for (size_t i = 0; i < s->noffices; i++) {
        if (s->offices[i].conn == peer) {
            sim_net_send(s, SIM_DISTRICT, i, peer, message, bytes);
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
    identity.created_at_ms = now(s);
    sim_must(s, tq_district_store_create(d->store, &identity, &err), "create", &err);
}

/* False: the machine died while the server started. */
static bool try_open(struct sim *s, bool fresh)
{
    struct sim_district *d = &s->district;
    struct tq_district_config config;
    struct tq_error err;
    tq_status rc;

    use(s);
    tq_error_clear(&err);
    memset(&config, 0, sizeof(config));
    config.path = d->path;
    config.catalogue = s->catalogue;
    config.create = true; /* the system's own files are not asked: a lost one shows by its head */
    d->crashed = false;
    d->crash_in = 0;
    rc = tq_district_store_open(&d->store, &config, &err);
    if (rc != TQ_OK && d->disk->off)
        return false;
    sim_must(s, rc, "open the district", &err);
    if (fresh)
        create(s);
    rc = tq_district_store_start(d->store, d->height, now(s), &d->epoch, &err);
    if (rc != TQ_OK && d->disk->off) {
        tq_district_store_close(d->store);
        d->store = NULL;
        return false;
    }
    sim_must(s, rc, "start", &err);
    return true;
}

/* What the next start finds. */
static void settle(struct sim *s)
{
    bool power = s->options.power && sim_chance(s, 60);

    s->stats.crashes++;
    sim_say(s, "the district %s", power ? "loses power" : "is killed");
    sim_disk_settle(s->district.disk, power);
}

void sim_district_open(struct sim *s, bool fresh)
{
    struct sim_district *d = &s->district;
    struct tq_district_session_config session;
    struct tq_error err;

    while (!try_open(s, fresh))
        settle(s);
    tq_error_clear(&err);
    d->ops = *tq_district_store_ops(d->store);
    d->ops.begin = hook_begin;
    d->ops.commit = hook_commit;
    memset(&session, 0, sizeof(session));
    session.merge.catalogue = s->catalogue;
    session.merge.store = &d->ops;
    session.merge.codec = tq_codec_ops();
    session.merge.signer = mill_signer(0);
    session.merge.verify = mill_verify;
    session.chunk_rows = s->options.small_chunks ? 1 + sim_roll(s, 6) : 0;
    session.send = send;
    session.send_ctx = s;
    sim_must(s, tq_district_new(&d->core, &session, &err), "district", &err);
}

void sim_district_close(struct sim *s)
{
    struct sim_district *d = &s->district;

    use(s);
    tq_district_free(d->core);
    d->core = NULL;
    tq_district_store_close(d->store);
    d->store = NULL;
}

void sim_district_make(struct sim *s)
{
    s->district.disk = sim_disk_new("district", s->options.seed * 100 + 99);
    snprintf(s->district.path, sizeof(s->district.path), "/sim/district/district.db");
    snprintf(s->district.height, sizeof(s->district.height), "%s/height", s->dir);
    sim_district_open(s, true);
}

void sim_district_restart(struct sim *s)
{
    struct sim_district *d = &s->district;
    bool dead = is_dead(d);

    sim_say(s, "the district restarts");
    s->stats.restarts++;
    d->disk->off = dead; /* closing must not tidy up */
    sim_district_close(s);
    if (d->disk->off)
        settle(s);
    if (s->faults && s->options.crashes && sim_chance(s, 10)) {
        d->disk->crash.in = 1 + sim_roll(s, 12);
        d->disk->crash.any_change = true;
    }
    for (size_t i = 0; i < s->noffices; i++)
        sim_net_cut(s, &s->offices[i]);
    sim_district_open(s, false);
    d->disk->crash.in = 0;
    d->turn_due = false;
    sim_check_district(s);
}

void sim_district_admit(struct sim *s, const struct sim_office *o)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    uint8_t key[TQ_SIGN_KEY_BYTES];
    struct tq_chain chain;
    struct tq_error err;
    char sql[512];
    int n;

    use(s);
    mill_sign_key(o->device, key);
    n = snprintf(sql, sizeof(sql),
            "INSERT INTO tq_device(device,unit,letter,incarnation,sign_key) VALUES(%u,'%s','A',1,"
            "x'",
            o->device, sim_unit(o->commune));
    for (size_t i = 0; i < sizeof(key); i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, "%02x", key[i]);
    snprintf(sql + n, sizeof(sql) - (size_t)n, "')");
    run_sql(s, sql);
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
    struct tq_message message;
    size_t n = 0;

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
    message.u.broadcast.at_ms = now(s);
    message.u.broadcast.rows = rows;
    message.u.broadcast.nrows = n;
    d->last_said = s->shadow.head;
    for (size_t i = 0; i < s->noffices; i++) {
        size_t bytes;

        sim_net_send(s, SIM_DISTRICT, i, s->offices[i].conn, &message, &bytes);
    }
}

static void after(struct sim *s)
{
    if (is_dead(&s->district)) {
        sim_district_restart(s);
    } else {
        sim_check_district(s);
        if (s->options.broadcasts && s->faults)
            broadcast(s);
    }
}

void sim_district_message(
        struct sim *s, const struct sim_packet *packet, const struct tq_message *message)
{
    struct sim_district *d = &s->district;
    struct tq_error err;
    tq_status rc;

    use(s);
    tq_error_clear(&err);
    rc = tq_district_receive(d->core, packet->conn, s->offices[packet->from].device, message,
            packet->bytes.len, now(s), &err);
    if (rc != TQ_OK && !is_dead(d))
        sim_fail(s, "district: %s: %s", tq_status_code(rc), err.msg);
    if (!d->turn_due && tq_district_has_work(d->core)) {
        d->turn_due = true;
        d->turn_at_ms = s->now_ms + sim_roll(s, 200);
    }
    after(s);
}

void sim_district_turn(struct sim *s)
{
    struct sim_district *d = &s->district;
    struct tq_error err;
    tq_status rc;

    use(s);
    tq_error_clear(&err);
    d->turn_due = false;
    rc = tq_district_turn(d->core, now(s), &err);
    if (rc != TQ_OK && !is_dead(d))
        sim_fail(s, "turn: %s: %s", tq_status_code(rc), err.msg);
    /* The server's loop moves the WAL when nothing came. */
    if (rc == TQ_OK && sim_chance(s, 30))
        rc = tq_district_store_checkpoint(d->store, NULL, &err);
    if (rc != TQ_OK && !is_dead(d))
        sim_fail(s, "checkpoint: %s: %s", tq_status_code(rc), err.msg);
    after(s);
}

/* ---- the officers ---- */

struct field {
    const char *column;
    struct tq_value value;
};

/* One change of the district; fields of one cell, or of an insert. */
static bool change(struct sim *s, const char *name, struct tq_slice key, struct tq_slice owner,
        bool insert, const struct field *fields, size_t n)
{
    const struct tq_table *table = tq_catalogue_find(s->catalogue, name);
    struct sim_row *row = sim_shadow_find(s, table, key);
    uint32_t columns[8];
    struct tq_value after_values[8];
    struct tq_value before[8];
    struct tq_change c;
    struct tq_error err;
    tq_status rc;

    memset(&c, 0, sizeof(c));
    memset(before, 0, sizeof(before));
    c.table = table->id;
    c.key = key;
    c.owner = owner;
    for (size_t i = 0; i < n; i++) { /* given in order of their numbers */
        int at = tq_table_column_find(table, fields[i].column);

        columns[i] = table->columns[at].id;
        after_values[i] = fields[i].value;
        if (!insert) {
            c.cell = table->columns[at].cell;
            if (row != NULL && row->newest->exists)
                before[i] = row->newest->values[at];
        }
    }
    c.ncolumns = (uint32_t)n;
    c.columns = columns;
    c.before = insert ? NULL : before;
    c.after = after_values;
    c.author = tq_slice_str("dữ liệu mẫu");
    tq_error_clear(&err);
    use(s);
    rc = tq_merge_district(
            tq_district_merger(s->district.core), &c, 1, s->now_ms + s->district.offset_ms, &err);
    sim_say(s, "district: %s %s %s: %s", insert ? "insert" : "update", name,
            sim_key_text(s, table, key), rc == TQ_OK ? "ok" : err.msg);
    if (rc != TQ_OK && !is_dead(&s->district))
        sim_fail(s, "district: %s %s: %s", name, sim_key_text(s, table, key), err.msg);
    after(s);
    return rc == TQ_OK;
}

static void public_row(struct sim *s, const char *table, const char *key, const char *c1,
        const char *v1, const char *c2, const char *v2)
{
    struct field fields[2] = { { c1, tq_value_str(v1) }, { c2, tq_value_null() } };

    if (c2 != NULL)
        fields[1].value = tq_value_str(v2);
    change(s, table, tq_slice_str(key), tq_slice_of(NULL, 0), true, fields, c2 != NULL ? 2 : 1);
}

static void add_unit(struct sim *s, const char *key, int level, const char *parent)
{
    struct field fields[4] = { { "code", tq_value_text(tq_slice_of(key, strcspn(key, "@"))) },
        { "level", tq_value_int(level) }, { "name", tq_value_str("Đơn vị mẫu") },
        { "parent", tq_value_null() } };

    if (parent != NULL)
        fields[3].value = tq_value_str(parent);
    change(s, "unit", tq_slice_str(key), tq_slice_of(NULL, 0), true, fields,
            parent != NULL ? 4 : 3);
}

void sim_district_settle(struct sim *s)
{
    use(s);
    for (size_t i = 0; i < s->ncommunes; i++)
        add_unit(s, sim_unit(i), 3, NULL);
    for (size_t i = 0; i < s->ncommunes; i++)
        for (uint32_t k = 1; k <= 2; k++)
            add_unit(s, sim_village(s, i, k), 4, sim_unit(i));
    public_row(s, "calendar", "ADMIN", "name", "mẫu", NULL, NULL);
    for (int month = 10; month <= 12; month++) {
        char key[32];
        char code[24];
        char from[24];
        char to[24];
        struct field fields[5];

        snprintf(key, sizeof(key), "ADMIN/2020-%02d", month);
        snprintf(code, sizeof(code), "2020-%02d", month);
        snprintf(from, sizeof(from), "2020-%02d-01", month);
        snprintf(to, sizeof(to), "2020-%02d-30", month);
        fields[0] = (struct field){ "calendar", tq_value_str("ADMIN") };
        fields[1] = (struct field){ "code", tq_value_str(code) };
        fields[2] = (struct field){ "starts_on", tq_value_str(from) };
        fields[3] = (struct field){ "ends_on", tq_value_str(to) };
        fields[4] = (struct field){ "state", tq_value_str("open") };
        change(s, "period", tq_slice_str(key), tq_slice_of(NULL, 0), true, fields, 5);
    }
    public_row(s, "indicator", "households@1", "code", "households", NULL, NULL);
}

/* A random row of a table as the district has it. */
static struct sim_row *pick(struct sim *s, const char *name)
{
    const struct tq_table *table = tq_catalogue_find(s->catalogue, name);
    struct sim_row *found = NULL;
    uint32_t n = 0;

    for (struct sim_row *row = s->shadow.first; row != NULL; row = row->all)
        if (row->table == table && row->newest->exists && sim_roll(s, ++n) == 0)
            found = row;
    return found;
}

static void verify_incident(struct sim *s)
{
    struct sim_row *row = pick(s, "incident");
    struct field field = { "reconciled", tq_value_int(sim_roll(s, 2)) };

    if (row == NULL)
        return;
    if (sim_chance(s, 50))
        field = (struct field){ "reclassified", tq_value_int(1 + sim_roll(s, 5)) };
    change(s, "incident", row->key, row->owner, false, &field, 1);
}

static void lock_period(struct sim *s)
{
    char key[32];
    struct field field = { "state", tq_value_str(sim_chance(s, 60) ? "open" : "locked") };

    snprintf(key, sizeof(key), "ADMIN/2020-%02u", 10 + sim_roll(s, 3));
    change(s, "period", tq_slice_str(key), tq_slice_of(NULL, 0), false, &field, 1);
}

static void add_village(struct sim *s)
{
    size_t commune = sim_roll(s, (uint32_t)s->ncommunes);
    const char *key = sim_village(s, commune, 3 + sim_roll(s, 38));

    if (sim_shadow_find(s, tq_catalogue_find(s->catalogue, "unit"), tq_slice_str(key)) == NULL)
        add_unit(s, key, 4, sim_unit(commune));
}

static void new_directive(struct sim *s)
{
    uint8_t key[TQ_SURROGATE_BYTES] = { 0x77 };
    struct field field = { "title", tq_value_str("Chỉ đạo mẫu") };

    for (size_t i = 8; i < sizeof(key); i++)
        key[i] = (uint8_t)sim_roll(s, 256);
    change(s, "directive", tq_slice_of(key, sizeof(key)), tq_slice_of(NULL, 0), true, &field, 1);
}

void sim_district_work(struct sim *s)
{
    switch (sim_roll(s, 10)) {
    case 0:
    case 1:
        lock_period(s);
        break;
    case 2:
    case 3:
        add_village(s);
        break;
    case 4:
        new_directive(s);
        break;
    default:
        verify_incident(s);
        break;
    }
}
