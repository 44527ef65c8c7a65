#include "ends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/clock.h"
#include "tuquan/office_bind.h"
#include "tuquan/text.h"

#define LINE_ROOM 8192u
#define SETTLE_MAX 1024u

static const uint8_t DISTRICT[TQ_DISTRICT_ID_BYTES] = { 0xd1, 1, 2, 3 };

static int64_t wall_ms(void)
{
    return tq_clock_system()->now_ms(tq_clock_system()->ctx);
}

/* --- the district --- */

static void line_put(
        struct bench_district *d, bool to_district, const struct tq_message *message, size_t *bytes)
{
    struct bench_packet *packet = &d->line[d->tail % d->room];
    struct tq_error err;

    if (d->tail - d->head == d->room)
        bench_fail("line", "full");
    tq_buf_init(&packet->bytes, 0);
    packet->to_district = to_district;
    bench_must(tq_message_encode(message, &packet->bytes, &err), "encode", &err);
    *bytes = packet->bytes.len;
    d->tail++;
}

static tq_status to_office(void *ctx, uint64_t peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    (void)peer;
    (void)err;
    line_put(ctx, false, message, bytes);
    return TQ_OK;
}

static struct tq_merge_config merge_config(const struct bench_district *d)
{
    struct tq_merge_config merge;

    memset(&merge, 0, sizeof(merge));
    merge.catalogue = tq_catalogue_current();
    merge.store = d->ops;
    merge.codec = tq_codec_ops();
    merge.signer = d->signer;
    merge.verify = tq_verify;
    return merge;
}

static void open_store(struct bench_district *d, bool create)
{
    struct tq_district_session_config sessions;
    struct tq_district_config config;
    struct tq_merge_config merge;
    struct tq_error err;

    memset(&config, 0, sizeof(config));
    config.path = d->path;
    config.catalogue = tq_catalogue_current();
    config.create = create;
    bench_must(tq_district_store_open(&d->store, &config, &err), "district", &err);
    d->ops = tq_district_store_ops(d->store);
    d->signer = tq_signer_of(&d->keys);
    if (create) {
        struct tq_district_identity identity;
        uint64_t epoch;

        memset(&identity, 0, sizeof(identity));
        memcpy(identity.district, DISTRICT, sizeof(DISTRICT));
        identity.name = tq_slice_str("Huyện mẫu");
        memcpy(identity.sign_key, d->keys.sign_public, sizeof(identity.sign_key));
        identity.created_at_ms = wall_ms();
        bench_must(tq_district_store_create(d->store, &identity, &err), "district", &err);
        bench_must(tq_district_store_start(d->store, d->height, wall_ms(), &epoch, &err), "epoch",
                &err);
    }
    merge = merge_config(d);
    bench_must(tq_merger_new(&d->merger, &merge, &err), "merger", &err);
    memset(&sessions, 0, sizeof(sessions));
    sessions.merge = merge;
    sessions.send = d->send != NULL ? d->send : to_office;
    sessions.send_ctx = d->send != NULL ? d->send_ctx : d;
    bench_must(tq_district_new(&d->sessions, &sessions, &err), "sessions", &err);
    d->arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    d->room = LINE_ROOM;
    d->line = calloc(d->room, sizeof(*d->line));
    d->head = d->tail = 0;
    if (d->arena == NULL || d->line == NULL)
        bench_fail("district", "no memory");
}

struct settle {
    struct tq_arena *arena;
    struct tq_change *changes;
    size_t count;
};

static void fact(struct settle *s, const char *table, const char *key, const char *const *fields)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), table);
    struct tq_change *c = &s->changes[s->count++];
    uint32_t *columns = tq_arena_array(s->arena, 8, sizeof(*columns));
    struct tq_value *after = tq_arena_array(s->arena, 8, sizeof(*after));

    if (s->count > SETTLE_MAX || columns == NULL || after == NULL)
        bench_fail(table, "no room");
    memset(c, 0, sizeof(*c));
    c->table = t->id;
    c->key = tq_slice_of(tq_arena_copy(s->arena, key, strlen(key) + 1), strlen(key));
    c->author = tq_slice_str("dữ liệu mẫu");
    for (; fields[0] != NULL; fields += 2) { /* in order of their numbers */
        int at = tq_table_column_find(t, fields[0]);
        size_t len = strlen(fields[1]);

        if (at < 0)
            bench_fail(table, fields[0]);
        columns[c->ncolumns] = t->columns[at].id;
        after[c->ncolumns++] = t->columns[at].type == TQ_INT
                                       ? tq_value_int(strtoll(fields[1], NULL, 10))
                                       : tq_value_text(tq_slice_of(
                                                 tq_arena_copy(s->arena, fields[1], len + 1), len));
    }
    c->columns = columns;
    c->after = after;
}

static void settle_flush(struct bench_district *d, struct settle *s, const char *what)
{
    struct tq_district_write write = { .changes = s->changes, .count = s->count };
    struct tq_error err;

    bench_must(tq_merge_district(d->merger, &write, wall_ms(), &err), what, &err);
    s->count = 0;
}

static void settle_units(struct bench_district *d, struct settle *s)
{
    char unit[WORK_UNIT_BYTES];
    char village[32];
    char code[32];
    char name[48];

    for (uint32_t u = 0; u < BENCH_OFFICES; u++) {
        const char *fields[] = { "code", code, "level", "3", "name", name, NULL };

        work_unit_name(u, unit);
        snprintf(code, sizeof(code), "%.5s", unit);
        snprintf(name, sizeof(name), "Xã mẫu %u", u + 1);
        fact(s, "unit", unit, fields);
    }
    settle_flush(d, s, "units");
    for (uint32_t u = 0; u < BENCH_OFFICES; u++) {
        work_unit_name(u, unit);
        for (uint32_t v = 0; v < WORK_VILLAGES; v++) {
            const char *fields[] = { "code", code, "level", "4", "name", name, "parent", unit,
                NULL };

            work_village_name(u, v, village, sizeof(village));
            snprintf(code, sizeof(code), "%.8s", village);
            snprintf(name, sizeof(name), "Thôn %u (mẫu)", v + 1);
            fact(s, "unit", village, fields);
        }
    }
    settle_flush(d, s, "villages");
}

static void settle(struct bench_district *d)
{
    static const char *const NONE[] = { NULL };
    struct settle s = { tq_arena_new((size_t)1 << 24), NULL, 0 };
    char key[40];

    s.changes = calloc(SETTLE_MAX, sizeof(*s.changes));
    if (s.arena == NULL || s.changes == NULL)
        bench_fail("settle", "no memory");
    settle_units(d, &s);
    fact(&s, "calendar", "ADMIN", NONE);
    settle_flush(d, &s, "calendar");
    for (uint32_t m = 0; m < WORK_MONTHS; m++) {
        char from[12];
        char to[12];
        const char *fields[] = { "calendar", "ADMIN", "code", key + 6, "starts_on", from, "ends_on",
            to, "state", "open", NULL };

        work_period_name(m, key, sizeof(key));
        snprintf(from, sizeof(from), "%.7s-01", key + 6);
        snprintf(to, sizeof(to), "%.7s-28", key + 6);
        fact(&s, "period", key, fields);
    }
    for (uint32_t i = 0; i < WORK_INDICATORS; i++) {
        const char *fields[] = { "code", key, NULL };

        snprintf(key, sizeof(key), "c%03u@1", i);
        fact(&s, "indicator", key, fields);
    }
    settle_flush(d, &s, "periods");
    free(s.changes);
    tq_arena_free(s.arena);
}

void district_make(struct bench_district *d, const struct bench *b, const char *name)
{
    struct tq_error err;
    char height[64];

    memset(d, 0, sizeof(*d));
    bench_path(b, name, d->path);
    snprintf(height, sizeof(height), "%s.height", name);
    bench_path(b, height, d->height);
    bench_must(tq_keys_generate(&d->keys, &err), "keys", &err);
    open_store(d, true);
    settle(d);
}

void district_open(struct bench_district *d, const char *path)
{
    if (path != d->path)
        snprintf(d->path, sizeof(d->path), "%s", path);
    open_store(d, false);
}

void district_close(struct bench_district *d)
{
    while (d->head != d->tail)
        tq_buf_deinit(&d->line[d->head++ % d->room].bytes);
    free(d->line);
    tq_arena_free(d->arena);
    tq_district_free(d->sessions);
    tq_merger_free(d->merger);
    tq_district_store_close(d->store);
}

uint64_t district_head(struct bench_district *d, int64_t *t)
{
    struct tq_district_state state;
    struct tq_error err;

    bench_must(d->ops->state_get(d->ops->ctx, &state, &err), "head", &err);
    if (t != NULL)
        *t = state.t_last;
    return state.head;
}

void district_enrol(
        struct bench_district *d, uint32_t device, const char *unit, const struct tq_keys *keys)
{
    sqlite3 *db = work_open(d->path);
    sqlite3_stmt *stmt = NULL;
    struct tq_chain chain;
    struct tq_error err;

    if (sqlite3_prepare_v2(db,
                "INSERT INTO tq_device(device,unit,letter,incarnation,curve_key,sign_key) "
                "VALUES(?1,"
                "?2,'A',1,?3,?4)",
                -1, &stmt, NULL) != SQLITE_OK)
        bench_fail("enrol", sqlite3_errmsg(db));
    sqlite3_bind_int64(stmt, 1, device);
    sqlite3_bind_text(stmt, 2, unit, -1, SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 3, keys->curve_public, sizeof(keys->curve_public), SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 4, keys->sign_public, sizeof(keys->sign_public), SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_DONE)
        bench_fail("enrol", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    memset(&chain, 0, sizeof(chain));
    chain.exists = true;
    bench_must(d->ops->begin(d->ops->ctx, &err), "enrol", &err);
    bench_must(d->ops->chain_put(d->ops->ctx, device, 1, &chain, &err), "enrol", &err);
    bench_must(d->ops->commit(d->ops->ctx, &err), "enrol", &err);
}

/* --- devices without a file --- */

void sender_init(
        struct bench_sender *s, struct bench_district *d, uint32_t device, const char *unit)
{
    struct tq_error err;

    memset(s, 0, sizeof(*s));
    s->device = device;
    bench_must(tq_keys_generate(&s->keys, &err), "keys", &err);
    s->signer = tq_signer_of(&s->keys);
    s->arena = tq_arena_new((size_t)1 << 28);
    if (s->arena == NULL)
        bench_fail("sender", "no memory");
    district_enrol(d, device, unit, &s->keys);
}

void sender_deinit(struct bench_sender *s)
{
    tq_arena_free(s->arena);
}

static void seal_one(struct bench_sender *s, struct tq_set_body *body, struct tq_set *set)
{
    struct tq_error err;
    struct tq_buf buf;

    tq_buf_init(&buf, 0);
    bench_must(tq_body_encode(body, &buf, &err), "body", &err);
    memset(set, 0, sizeof(*set));
    memcpy(set->district, DISTRICT, sizeof(DISTRICT));
    set->device = s->device;
    set->incarnation = 1;
    set->seq = ++s->seq;
    memcpy(set->prev, s->hash, TQ_HASH_BYTES);
    set->payload = tq_slice_of(tq_arena_copy(s->arena, buf.data, buf.len), buf.len);
    tq_buf_deinit(&buf);
    tq_set_hash(set, set->hash);
    memcpy(s->hash, set->hash, TQ_HASH_BYTES);
    s->signer.sign(
            s->signer.ctx, TQ_SIGN_SET, tq_slice_of(set->hash, TQ_HASH_BYTES), set->signature);
}

size_t sender_seal(struct bench_sender *s, struct tq_change *changes, size_t count, size_t per_set,
        uint64_t seen, int64_t t_seen, struct tq_set *sets, size_t room)
{
    size_t parts = (count + per_set - 1) / per_set;
    struct tq_set_body body;

    if (parts > room)
        bench_fail("sets", "no room");
    for (size_t i = 0; i < count; i++) {
        changes[i].seen = seen;
        changes[i].t_seen = t_seen;
    }
    for (size_t p = 0; p < parts; p++) {
        size_t n = count - p * per_set < per_set ? count - p * per_set : per_set;

        memset(&body, 0, sizeof(body));
        body.schema = tq_catalogue_current()->version;
        body.sealed_at_ms = wall_ms();
        body.seen = seen;
        body.t_seen = t_seen;
        body.group = changes[0].log_id;
        body.part = (uint32_t)p + 1;
        body.parts = (uint32_t)parts;
        body.nchanges = n;
        body.changes = changes + p * per_set;
        seal_one(s, &body, &sets[p]);
    }
    return parts;
}

void district_merge(struct bench_district *d, const struct tq_set *sets, size_t count)
{
    struct tq_merge_item *items = calloc(count, sizeof(*items));
    struct tq_error err;

    if (items == NULL)
        bench_fail("merge", "no memory");
    for (size_t i = 0; i < count; i++) {
        items[i].set = &sets[i];
        items[i].device = sets[i].device;
    }
    bench_must(tq_merge_batch(d->merger, items, count, wall_ms(), &err), "merge", &err);
    for (size_t i = 0; i < count; i++)
        bench_must(items[i].status, "set", &items[i].error);
    free(items);
}

/* --- offices --- */

static void office_ops(struct bench_office *o)
{
    struct tq_error err;

    bench_must(tq_office_store_new(&o->net.store, o->db, &err), "office", &err);
    o->net.signer = tq_signer_of(&o->net.keys);
    o->net.office.catalogue = tq_db_catalogue(o->db);
    o->net.office.ops = tq_office_store_ops();
    o->net.office.store = o->net.store;
    o->net.office.codec = tq_codec_ops();
    o->net.office.signer = &o->net.signer;
    o->net.office.verify = tq_verify;
    memcpy(o->net.office.district_key, o->net.link.sign_key, TQ_SIGN_KEY_BYTES);
    o->net.office.nfc = tq_text_nfc;
}

static void open_file(struct bench_office *o, bool create)
{
    struct tq_db_config config;
    struct tq_error err;

    memset(&config, 0, sizeof(config));
    config.path = o->path;
    config.role = TQ_ROLE_OFFICE;
    config.create = create;
    bench_must(tq_db_open(&o->db, &config, NULL, &err), o->path, &err);
}

void office_make(struct bench_office *o, const struct bench *b, struct bench_district *d,
        const char *name, uint32_t device, const char *unit)
{
    struct tq_certificate certificate;
    struct tq_error err;

    memset(o, 0, sizeof(*o));
    bench_path(b, name, o->path);
    o->device = device;
    bench_must(tq_keys_generate(&o->net.keys, &err), "keys", &err);
    memcpy(o->net.link.sign_key, d->keys.sign_public, TQ_SIGN_KEY_BYTES);
    memcpy(o->net.link.curve_key, d->keys.curve_public, TQ_CURVE_KEY_BYTES);
    memcpy(o->net.link.district, DISTRICT, sizeof(DISTRICT));
    o->net.link.device = device;
    district_enrol(d, device, unit, &o->net.keys);
    open_file(o, true);
    memset(&certificate, 0, sizeof(certificate));
    memcpy(certificate.district, DISTRICT, sizeof(DISTRICT));
    certificate.device = device;
    certificate.incarnation = 1;
    certificate.letter = tq_slice_str("A");
    certificate.unit = tq_slice_str(unit);
    bench_must(tq_office_bind(o->db, &certificate, tq_slice_str("Huyện mẫu"), &err), "bind", &err);
    office_ops(o);
}

void office_open(struct bench_office *o, const char *path)
{
    if (path != o->path)
        snprintf(o->path, sizeof(o->path), "%s", path);
    open_file(o, false);
    office_ops(o);
}

void office_writer(struct bench_office *o, const struct workload *w)
{
    o->raw = work_open(o->path);
    work_writer_init(&o->writer, w, o->raw);
    o->writer.counts = true;
}

void office_close(struct bench_office *o)
{
    if (o->raw != NULL) {
        work_writer_deinit(&o->writer);
        sqlite3_close(o->raw);
        o->raw = NULL;
    }
    tq_office_store_free(o->net.store);
    tq_db_close(o->db);
    o->net.store = NULL;
    o->db = NULL;
}

/* --- a sync in memory --- */

static tq_status to_district(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    (void)err;
    line_put(ctx, true, message, bytes);
    return TQ_OK;
}

static void deliver(struct bench_district *d, struct bench_office *o, struct tq_office_session *s)
{
    struct bench_packet packet = d->line[d->head++ % d->room];
    struct tq_message message;
    struct tq_error err;

    tq_arena_reset(d->arena);
    bench_must(tq_message_decode(tq_buf_slice(&packet.bytes), d->arena, &message, &err), "decode",
            &err);
    if (packet.to_district)
        bench_must(tq_district_receive(d->sessions, o->device, o->device, &message,
                           packet.bytes.len, wall_ms(), &err),
                "district", &err);
    else
        (void)!tq_office_session_message(s, wall_ms(), &message, packet.bytes.len);
    tq_buf_deinit(&packet.bytes);
}

struct tq_office_result ends_sync(struct bench_district *d, struct bench_office *o)
{
    struct tq_office_session_config config;
    struct tq_office_session *session;
    struct tq_office_result result;
    struct tq_error err;

    memset(&config, 0, sizeof(config));
    config.office = &o->net.office;
    config.session = (uint64_t)(bench_now() * 1e9) | 1;
    config.software = tq_slice_str("tuquan-bench");
    config.send = to_district;
    config.send_ctx = d;
    bench_must(tq_office_session_new(&session, &config, &err), "session", &err);
    (void)!tq_office_session_start(session, wall_ms());
    do {
        while (d->head != d->tail)
            deliver(d, o, session);
        bench_must(tq_district_turn(d->sessions, wall_ms(), &err), "turn", &err);
    } while (d->head != d->tail);
    result = *tq_office_session_result(session);
    if (result.progress.phase != TQ_OFFICE_DONE)
        bench_fail(tq_office_phase_name(result.progress.phase), result.error.msg);
    if (result.equal_as_of != result.complete)
        bench_fail("sync", "the office is not equal to the district");
    tq_office_session_free(session);
    return result;
}
