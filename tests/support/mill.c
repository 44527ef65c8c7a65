#include "mill.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "district_schema.h"
#include "tmp.h"
#include "tuquan/codec.h"
#include "tuquan/digest.h"

static void fail(const char *what, const struct tq_error *err)
{
    fprintf(stderr, "mill: %s: %s %s\n", what, err != NULL ? tq_status_code(err->status) : "",
            err != NULL ? err->msg : "");
    abort();
}

static void must(tq_status rc, const char *what, const struct tq_error *err)
{
    if (rc != TQ_OK)
        fail(what, err);
}

/* --- keys --- */

void mill_sign_key(uint32_t device, uint8_t out[TQ_SIGN_KEY_BYTES])
{
    memset(out, 0, TQ_SIGN_KEY_BYTES);
    out[0] = (uint8_t)(device >> 8);
    out[1] = (uint8_t)device;
}

static void keyed(const uint8_t *key, const char *domain, struct tq_slice data,
        uint8_t signature[TQ_SIGNATURE_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, domain, TQ_SIGNATURE_BYTES);
    tq_hash_add(&hasher, key, TQ_SIGN_KEY_BYTES);
    tq_hash_add_slice(&hasher, data);
    tq_hash_final(&hasher, signature, TQ_SIGNATURE_BYTES);
}

static void sign(
        void *ctx, const char *domain, struct tq_slice data, uint8_t signature[TQ_SIGNATURE_BYTES])
{
    uint8_t key[TQ_SIGN_KEY_BYTES];

    mill_sign_key((uint32_t)(uintptr_t)ctx, key);
    keyed(key, domain, data, signature);
}

struct tq_signer mill_signer(uint32_t device)
{
    struct tq_signer signer = { (void *)(uintptr_t)device, sign };

    return signer;
}

bool mill_verify(const uint8_t key[TQ_SIGN_KEY_BYTES], const char *domain, struct tq_slice data,
        const uint8_t signature[TQ_SIGNATURE_BYTES])
{
    uint8_t right[TQ_SIGNATURE_BYTES];

    keyed(key, domain, data, right);
    return memcmp(right, signature, sizeof(right)) == 0;
}

/* --- the mill --- */

static void open_store(struct mill *m, bool create)
{
    struct tq_district_config config;
    struct tq_merge_config merge;
    struct tq_error err;
    char *schema = m->migrated ? NULL : district_schema_make(TQ_SOURCE_DIR, tq_catalogue_current());

    memset(&config, 0, sizeof(config));
    config.path = m->path;
    config.catalogue = m->catalogue;
    config.create = create;
    config.schema_sql = schema;
    must(tq_district_store_open(&m->store, &config, &err), "open", &err);
    free(schema);
    m->ops = tq_district_store_ops(m->store);
    memset(&merge, 0, sizeof(merge));
    merge.catalogue = m->catalogue;
    merge.store = m->ops;
    merge.codec = tq_codec_ops();
    merge.signer = mill_signer(0);
    merge.verify = mill_verify;
    must(tq_merger_new(&m->merger, &merge, &err), "merger", &err);
}

static void create(struct mill *m)
{
    struct tq_district_identity identity;
    struct tq_error err;

    memset(&identity, 0, sizeof(identity));
    memset(identity.district, 0xd1, sizeof(identity.district));
    identity.name = tq_slice_str("Huyện mẫu");
    mill_sign_key(0, identity.sign_key);
    identity.created_at_ms = m->now_ms;
    must(tq_district_store_create(m->store, &identity, &err), "create", &err);
}

static void open_new(struct mill *m, const struct tq_catalogue *catalogue, bool migrated)
{
    memset(m, 0, sizeof(*m));
    m->migrated = migrated;
    tmp_make(m->dir, sizeof(m->dir));
    snprintf(m->path, sizeof(m->path), "%s/district.db", m->dir);
    m->catalogue = catalogue;
    m->now_ms = MILL_START_MS;
    m->arena = tq_arena_new((size_t)1 << 30);
    open_store(m, true);
    create(m);
}

void mill_open_with(struct mill *m, const struct tq_catalogue *catalogue)
{
    open_new(m, catalogue, false);
}

void mill_open(struct mill *m)
{
    open_new(m, tq_catalogue_current(), false);
}

void mill_open_migrated(struct mill *m)
{
    open_new(m, tq_catalogue_current(), true);
}

void mill_reopen(struct mill *m, const struct tq_catalogue *catalogue)
{
    tq_merger_free(m->merger);
    tq_district_store_close(m->store);
    m->catalogue = catalogue;
    open_store(m, false);
}

void mill_backup(struct mill *m, const char *path)
{
    char text[320];
    sqlite3 *db;

    snprintf(text, sizeof(text), "VACUUM INTO '%s'", path);
    if (sqlite3_open(m->path, &db) != SQLITE_OK ||
            sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(db), NULL);
    sqlite3_close(db);
}

void mill_restore(struct mill *m, const char *path)
{
    static const char *const BESIDE[] = { "", "-wal", "-shm" };
    struct tq_error err;
    char text[320];
    uint64_t epoch;
    sqlite3 *db;

    tq_merger_free(m->merger);
    tq_district_store_close(m->store);
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "%s%s", m->path, BESIDE[i]);
        remove(text);
    }
    snprintf(text, sizeof(text), "VACUUM INTO '%s'", m->path);
    if (sqlite3_open(path, &db) != SQLITE_OK ||
            sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(db), NULL);
    sqlite3_close(db);
    open_store(m, false);
    snprintf(text, sizeof(text), "%s/height", m->dir);
    must(tq_district_store_start(m->store, text, m->now_ms, &epoch, &err), "start", &err);
}

void mill_lose(struct mill *m)
{
    static const char *const BESIDE[] = { "", "-wal", "-shm" };
    struct tq_error err;
    char text[320];
    uint64_t epoch;

    tq_merger_free(m->merger);
    tq_district_store_close(m->store);
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "%s%s", m->path, BESIDE[i]);
        remove(text);
    }
    memset(m->devices, 0, sizeof(m->devices));
    open_store(m, true);
    create(m);
    snprintf(text, sizeof(text), "%s/height", m->dir);
    must(tq_district_store_start(m->store, text, m->now_ms, &epoch, &err), "start", &err);
}

void mill_close(struct mill *m)
{
    tq_merger_free(m->merger);
    tq_district_store_close(m->store);
    tq_arena_free(m->arena);
    tmp_remove(m->dir);
}

struct mill_device *mill_device(struct mill *m, uint32_t number, const char *unit)
{
    struct mill_device *d = &m->devices[number];
    uint8_t key[TQ_SIGN_KEY_BYTES];
    struct tq_chain chain;
    struct tq_error err;
    sqlite3 *db;
    sqlite3_stmt *stmt = NULL;

    memset(d, 0, sizeof(*d));
    d->device = number;
    snprintf(d->unit, sizeof(d->unit), "%s", unit);
    mill_sign_key(number, key);
    if (sqlite3_open(m->path, &db) != SQLITE_OK ||
            sqlite3_prepare_v2(db,
                    "INSERT INTO tq_device(device, unit, letter, incarnation, sign_key) "
                    "VALUES (?1, ?2, 'A', 1, ?3)",
                    -1, &stmt, NULL) != SQLITE_OK)
        fail("device", NULL);
    sqlite3_bind_int64(stmt, 1, number);
    sqlite3_bind_text(stmt, 2, unit, -1, SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 3, key, sizeof(key), SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_DONE)
        fail(sqlite3_errmsg(db), NULL);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    memset(&chain, 0, sizeof(chain));
    chain.exists = true;
    must(m->ops->begin(m->ops->ctx, &err), "begin", &err);
    must(m->ops->chain_put(m->ops->ctx, number, 1, &chain, &err), "chain", &err);
    must(m->ops->commit(m->ops->ctx, &err), "commit", &err);
    return d;
}

struct tq_slice mill_key(struct mill *m, uint32_t number)
{
    uint8_t *key = tq_arena_alloc(m->arena, TQ_SURROGATE_BYTES);

    key[0] = 1;
    key[TQ_SURROGATE_BYTES - 2] = (uint8_t)(number >> 8);
    key[TQ_SURROGATE_BYTES - 1] = (uint8_t)number;
    return tq_slice_of(key, TQ_SURROGATE_BYTES);
}

static struct tq_value parse(
        struct mill *m, const struct tq_column *column, const char *text, size_t len)
{
    if (column->type == TQ_INT)
        return tq_value_int(strtoll(text, NULL, 10));
    if (column->type == TQ_BLOB)
        return tq_value_blob(tq_slice_of(tq_arena_copy(m->arena, text, len), len));
    return tq_value_text(tq_slice_of(tq_arena_copy(m->arena, text, len), len));
}

/* An officer's update says what he saw in the row. */
static void look_before(
        struct mill *m, const struct tq_table *table, struct tq_change *c, struct tq_value *before)
{
    struct tq_stored_row row;
    struct tq_error err;

    memset(&row, 0, sizeof(row));
    must(m->ops->rows_get(m->ops->ctx, table, &c->key, 1, m->arena, &row, &err), "row", &err);
    for (uint32_t i = 0; row.exists && i < c->ncolumns; i++)
        before[i] = row.values[tq_table_column(table, c->columns[i])];
}

static struct tq_change *add(struct mill *m, struct mill_device *d, const char *name,
        struct tq_slice key, bool insert, va_list args)
{
    const struct tq_table *table = tq_catalogue_find(m->catalogue, name);
    struct tq_change *c = &d->changes[d->nchanges++];
    uint32_t *columns = tq_arena_array(m->arena, TQ_MAX_COLUMNS, sizeof(*columns));
    struct tq_value *after = tq_arena_array(m->arena, TQ_MAX_COLUMNS, sizeof(*after));
    struct tq_value *before = tq_arena_array(m->arena, TQ_MAX_COLUMNS, sizeof(*before));
    const char *field;

    if (table == NULL)
        fail(name, NULL);
    memset(c, 0, sizeof(*c));
    c->table = table->id;
    c->key = tq_slice_of(tq_arena_copy(m->arena, key.data, key.len), key.len);
    c->owner = table->scope == TQ_OWN ? tq_slice_str(d->unit) : tq_slice_of(NULL, 0);
    while ((field = va_arg(args, const char *)) != NULL) {
        const char *eq = strchr(field, '=');
        char column[64];
        uint32_t at = c->ncolumns;
        int index;

        snprintf(column, sizeof(column), "%.*s",
                eq != NULL ? (int)(eq - field) : (int)strlen(field), field);
        index = tq_table_column_find(table, column);
        if (index < 0)
            fail(column, NULL);
        /* ascending by number */
        while (at > 0 && columns[at - 1] > table->columns[index].id) {
            columns[at] = columns[at - 1];
            after[at] = after[at - 1];
            at--;
        }
        columns[at] = table->columns[index].id;
        after[at] = eq == NULL ? tq_value_null()
                               : parse(m, &table->columns[index], eq + 1, strlen(eq + 1));
        c->ncolumns++;
        if (!insert)
            c->cell = table->columns[index].cell;
    }
    c->columns = columns;
    c->after = after;
    c->before = insert ? NULL : before;
    if (!insert && d == &m->devices[0])
        look_before(m, table, c, before);
    c->at_ms = m->now_ms + d->clock_ms;
    c->author = tq_slice_str("dữ liệu mẫu");
    c->incarnation = d->incarnation != 0 ? d->incarnation : 1;
    c->log_id = ++d->log_id;
    c->seen = d->seen;
    c->t_seen = d->t_seen;
    return c;
}

struct tq_change *mill_insert(
        struct mill *m, struct mill_device *d, const char *table, struct tq_slice key, ...)
{
    struct tq_change *c;
    va_list args;

    va_start(args, key);
    c = add(m, d, table, key, true, args);
    va_end(args);
    return c;
}

struct tq_change *mill_update(
        struct mill *m, struct mill_device *d, const char *table, struct tq_slice key, ...)
{
    struct tq_change *c;
    va_list args;

    va_start(args, key);
    c = add(m, d, table, key, false, args);
    va_end(args);
    return c;
}

struct tq_set mill_seal(struct mill *m, struct mill_device *d)
{
    struct tq_signer signer = mill_signer(d->device);
    struct tq_set_body body;
    struct tq_error err;
    struct tq_set set;
    struct tq_buf buf;

    memset(&set, 0, sizeof(set));
    memset(&body, 0, sizeof(body));
    body.schema = d->schema != 0 ? d->schema : m->catalogue->version;
    body.sealed_at_ms = m->now_ms;
    body.seen = d->seen;
    body.t_seen = d->t_seen;
    body.group = d->nchanges > 0 ? d->changes[0].log_id : 1;
    body.part = 1;
    body.parts = 1;
    if (d->parts > 0) {
        body.group = d->group;
        body.part = d->part;
        body.parts = d->parts;
    }
    if (d->seq == 0)
        body.parent = d->parent;
    body.nchanges = d->nchanges;
    body.changes = d->changes;
    tq_buf_init(&buf, 0);
    must(tq_codec_ops()->body_encode(&body, &buf, &err), "body", &err);
    memset(set.district, 0xd1, sizeof(set.district));
    set.device = d->device;
    set.incarnation = d->incarnation != 0 ? d->incarnation : 1;
    set.seq = ++d->seq;
    memcpy(set.prev, d->head, TQ_HASH_BYTES);
    set.payload = tq_slice_of(tq_arena_copy(m->arena, buf.data, buf.len), buf.len);
    tq_buf_deinit(&buf);
    tq_set_hash(&set, set.hash);
    memcpy(d->head, set.hash, TQ_HASH_BYTES);
    signer.sign(signer.ctx, TQ_SIGN_SET, tq_slice_of(set.hash, TQ_HASH_BYTES), set.signature);
    d->nchanges = 0;
    return set;
}

tq_status mill_merge(struct mill *m, const struct tq_set *sets, const uint32_t *devices,
        size_t count, struct tq_merge_item *items)
{
    struct tq_error err;
    tq_status rc;

    for (size_t i = 0; i < count; i++) {
        memset(&items[i], 0, sizeof(items[i]));
        items[i].set = &sets[i];
        items[i].device = devices != NULL ? devices[i] : sets[i].device;
    }
    m->now_ms += 1000;
    rc = tq_merge_batch(m->merger, items, count, m->now_ms, &err);
    if (rc != TQ_OK)
        fprintf(stderr, "mill: merge: %s %s\n", tq_status_code(rc), err.msg);
    return rc;
}

struct tq_receipt mill_receipt(struct mill *m, struct tq_slice bytes)
{
    struct tq_receipt receipt;
    struct tq_error err;
    struct tq_slice copy = tq_slice_of(tq_arena_copy(m->arena, bytes.data, bytes.len), bytes.len);

    must(tq_codec_ops()->receipt_decode(copy, m->arena, &receipt, &err), "receipt", &err);
    return receipt;
}

struct tq_receipt mill_send(struct mill *m, struct mill_device *d)
{
    struct tq_set set = mill_seal(m, d);
    struct tq_merge_item item;

    if (mill_merge(m, &set, NULL, 1, &item) != TQ_OK)
        fail("merge", NULL);
    must(item.status, "set", &item.error);
    return mill_receipt(m, item.receipts[0]);
}

tq_status mill_district(struct mill *m, struct tq_error *err)
{
    struct mill_device *d = &m->devices[0];
    tq_status rc;

    m->now_ms += 1000;
    m->write.changes = d->changes;
    m->write.count = d->nchanges;
    rc = tq_merge_district(m->merger, &m->write, m->now_ms, err);
    m->write.head = 0;
    d->nchanges = 0;
    return rc;
}

static void unit(struct mill *m, const char *code, const char *key, int level, const char *parent)
{
    char fields[4][80];

    snprintf(fields[0], sizeof(fields[0]), "code=%s", code);
    snprintf(fields[1], sizeof(fields[1]), "level=%d", level);
    snprintf(fields[2], sizeof(fields[2]), "name=Xã mẫu %s", code);
    snprintf(fields[3], sizeof(fields[3]), "parent=%s", parent != NULL ? parent : "");
    if (parent != NULL)
        mill_insert(m, &m->devices[0], "unit", tq_slice_str(key), fields[0], fields[1], fields[2],
                fields[3], NULL);
    else
        mill_insert(m, &m->devices[0], "unit", tq_slice_str(key), fields[0], fields[1], fields[2],
                NULL);
}

void mill_settle(struct mill *m)
{
    struct tq_error err;

    unit(m, "08773", "08773@2004-01-01", 3, NULL);
    unit(m, "08779", "08779@2004-01-01", 3, NULL);
    must(mill_district(m, &err), "units", &err);
    unit(m, "08773-01", "08773-01@2019-01-01", 4, "08773@2004-01-01");
    unit(m, "08779-01", "08779-01@2019-01-01", 4, "08779@2004-01-01");
    mill_insert(m, &m->devices[0], "calendar", tq_slice_str("ADMIN"), NULL);
    must(mill_district(m, &err), "villages", &err);
    mill_insert(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), "calendar=ADMIN",
            "code=2020-12", "starts_on=2020-11-15", "ends_on=2020-12-14", "state=open", NULL);
    mill_insert(
            m, &m->devices[0], "indicator", tq_slice_str("households@1"), "code=households", NULL);
    must(mill_district(m, &err), "period", &err);
}

struct tq_receipt mill_amended(struct mill *m, struct mill_device *d, uint64_t seq)
{
    struct tq_slice *list;
    struct tq_error err;
    size_t count;

    must(m->ops->receipts_of(m->ops->ctx, d->device, d->incarnation != 0 ? d->incarnation : 1, seq,
                 m->arena, &list, &count, &err),
            "receipts", &err);
    if (count < 2)
        fail("no amending receipt", NULL);
    return mill_receipt(m, list[count - 1]);
}

struct tq_value mill_cell(
        struct mill *m, const char *table, struct tq_slice key, const char *column, bool *exists)
{
    const struct tq_table *t = tq_catalogue_find(m->catalogue, table);
    struct tq_stored_row row;
    struct tq_error err;
    int at = tq_table_column_find(t, column);

    memset(&row, 0, sizeof(row));
    must(m->ops->rows_get(m->ops->ctx, t, &key, 1, m->arena, &row, &err), "row", &err);
    if (exists != NULL)
        *exists = row.exists;
    if (!row.exists || at < 0)
        return tq_value_null();
    return row.values[at];
}

/* Every row of a table, all owners. */
static size_t scan(struct mill *m, const struct tq_table *t, struct tq_slice after,
        struct tq_stored_row *page, size_t limit)
{
    struct tq_error err;
    size_t got = 0;

    must(m->ops->rows_scan(m->ops->ctx, t, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0), limit,
                 m->arena, page, &got, &err),
            "scan", &err);
    return got;
}

size_t mill_count(struct mill *m, const char *table, const char *column, const char *text)
{
    const struct tq_table *t = tq_catalogue_find(m->catalogue, table);
    int at = column != NULL ? tq_table_column_find(t, column) : -1;
    struct tq_slice after = tq_slice_of(NULL, 0);
    struct tq_stored_row page[64];
    size_t count = 0;
    size_t got;

    do {
        got = scan(m, t, after, page, 64);
        for (size_t i = 0; i < got; i++)
            count += at < 0 || tq_slice_equal(page[i].values[at].s, tq_slice_str(text));
        if (got > 0)
            after = page[got - 1].key;
    } while (got == 64);
    return count;
}

uint64_t mill_head(struct mill *m, int64_t *t)
{
    struct tq_district_state state;
    struct tq_error err;

    must(m->ops->state_get(m->ops->ctx, &state, &err), "state", &err);
    if (t != NULL)
        *t = state.t_last;
    return state.head;
}

static void add_value(struct tq_hasher *hasher, const struct tq_value *value)
{
    struct tq_buf buf;

    tq_buf_init(&buf, 0);
    tq_value_encode(&buf, value);
    tq_hash_add_slice(hasher, tq_buf_slice(&buf));
    tq_buf_deinit(&buf);
}

/* Of the inbox only what does not depend on the order of arrival: which change lost, and where. */
static bool counts(const struct tq_table *t, const struct tq_column *column)
{
    static const char *const STABLE[] = { "id", "unit", "table_name", "row_key", "cell",
        "other_values", "other_author", "other_device", "state", "held_values", "reason",
        "old_values", "new_values", "kept_values", "kept_author", "kept_device", "kept_at",
        "other_at", "decision" };

    if (t->id < 45)
        return true;
    for (size_t i = 0; i < sizeof(STABLE) / sizeof(STABLE[0]); i++)
        if (strcmp(column->name, STABLE[i]) == 0)
            return true;
    return false;
}

/* An inbox entry that was settled may never have been opened in another order; then there is none
 * about what two people decided of it either. */
static bool is_open(const struct tq_table *t, const struct tq_stored_row *row)
{
    int state = tq_table_column_find(t, "state");
    int about = tq_table_column_find(t, "table_name");

    if (t->id < 45)
        return true;
    if (about >= 0 && tq_slice_equal(row->values[about].s, tq_slice_str("conflict")))
        return false;
    return tq_slice_equal(row->values[state].s, tq_slice_str("open")) ||
           tq_slice_equal(row->values[state].s, tq_slice_str("asked"));
}

static void trace_row(FILE *out, const struct tq_table *t, const struct tq_stored_row *row)
{
    fprintf(out, "%s", t->name);
    for (size_t c = 0; c < t->ncolumns; c++) {
        const struct tq_value *v = &row->values[c];

        if (!counts(t, &t->columns[c]) || v->type == TQ_NULL)
            continue;
        fprintf(out, " %s=", t->columns[c].name);
        if (v->type == TQ_INT)
            fprintf(out, "%lld", (long long)v->i);
        else if (v->type == TQ_TEXT)
            fprintf(out, "%.*s", (int)v->s.len, (const char *)v->s.data);
        for (size_t i = 0; v->type == TQ_BLOB && i < v->s.len; i++)
            fprintf(out, "%02x", v->s.data[i]);
    }
    fprintf(out, "\n");
}

void mill_fingerprint(struct mill *m, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;
    struct tq_stored_row page[64];

    tq_hash_init(&hasher, "mill", TQ_HASH_BYTES);
    for (size_t k = 0; k < m->catalogue->ntables; k++) {
        const struct tq_table *t = &m->catalogue->tables[k];
        struct tq_slice after = tq_slice_of(NULL, 0);
        size_t got;

        do {
            got = scan(m, t, after, page, 64);
            for (size_t i = 0; i < got; i++) {
                if (!is_open(t, &page[i]))
                    continue;
                tq_hash_add_u32(&hasher, t->id);
                for (size_t c = 0; c < t->ncolumns; c++)
                    if (counts(t, &t->columns[c]) &&
                            !(m->no_arrivals && strcmp(t->columns[c].name, "received_at") == 0))
                        add_value(&hasher, &page[i].values[c]);
                if (m->trace != NULL)
                    trace_row(m->trace, t, &page[i]);
            }
            if (got > 0)
                after = page[got - 1].key;
        } while (got == 64);
    }
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

static void check_owner(struct mill *m, const struct tq_table *t, struct tq_slice owner)
{
    struct tq_slice after = tq_slice_of(NULL, 0);
    struct tq_digest kept;
    struct tq_error err;
    uint8_t sum[TQ_DIGEST_BYTES] = { 0 };
    struct tq_stored_row page[64];
    uint64_t rows = 0;
    size_t got;

    do {
        must(m->ops->rows_scan(m->ops->ctx, t, owner, after, tq_slice_of(NULL, 0), 64, m->arena,
                     page, &got, &err),
                "scan", &err);
        for (size_t i = 0; i < got; i++) {
            uint8_t one[TQ_DIGEST_BYTES];

            tq_digest_row(t, m->catalogue->version, page[i].values, one);
            tq_digest_add(sum, one);
            rows++;
        }
        if (got > 0)
            after = page[got - 1].key;
    } while (got == 64);
    must(m->ops->digest_get(m->ops->ctx, t->id, owner, &kept, &err), "digest", &err);
    if (kept.rows != rows || memcmp(kept.sum, sum, sizeof(sum)) != 0) {
        fprintf(stderr, "mill: digest of %s: kept %llu rows, there are %llu\n", t->name,
                (unsigned long long)kept.rows, (unsigned long long)rows);
        abort();
    }
}

void mill_check_digests(struct mill *m)
{
    for (size_t k = 0; k < m->catalogue->ntables; k++) {
        const struct tq_table *t = &m->catalogue->tables[k];

        if (t->scope == TQ_PUBLIC) {
            check_owner(m, t, tq_slice_of(NULL, 0));
            continue;
        }
        check_owner(m, t, tq_slice_str("08773@2004-01-01"));
        check_owner(m, t, tq_slice_str("08779@2004-01-01"));
    }
}

int mill_set_up(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));

    mill_open(m);
    mill_settle(m);
    *state = m;
    return 0;
}

int mill_tear_down(void **state)
{
    struct mill *m = *state;

    mill_check_digests(m);
    mill_close(m);
    free(m);
    return 0;
}
