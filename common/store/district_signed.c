/* district_signed.c - A publication that the district lost comes back on its own signature: the head
 * of a version and all its rows, as one device offers them, give the hash that the district signed
 * (sync.md section 7). Who else offers other values cannot spoil that, for each device is looked at by
 * itself. */
#include <stdlib.h>
#include <string.h>

#include "store/district_proposals.h"
#include "store/ranking_store_internal.h"

#define KEY_PERIOD 0
#define KEY_SHEET 1
#define KEY_VERSION 2

struct version {
    struct tq_district_store *store;
    struct tq_arena *arena;
    const struct tq_table *table;      /* ranking */
    const struct tq_table *rows_table; /* ranking_row */
    const struct tq_proposal *head;
    struct tq_value key[TQ_MAX_KEY_COLUMNS];
    struct tq_value values[TQ_MAX_COLUMNS]; /* of the head, by column index */
    struct tq_value **rows;                 /* the same of each row, in order of place and unit */
    size_t nrows;
};

static int column_of(const struct tq_table *table, const char *name)
{
    int at = tq_table_column_find(table, name);

    return at >= 0 ? at : 0;
}

/* The whole row that a proposal tells of. */
static bool fill_values(const struct tq_proposal *p, struct tq_value *key, struct tq_value *values)
{
    if (!tq_key_decode(p->table, p->key, key))
        return false;
    for (size_t i = 0; i < p->table->ncolumns; i++)
        values[i] = p->table->columns[i].fallback;
    for (uint32_t i = 0; i < p->cells.n; i++) {
        int at = tq_table_column(p->table, p->cells.columns[i]);

        if (at >= 0)
            values[at] = p->cells.values[i];
    }
    for (uint32_t i = 0; i < p->table->nkey; i++)
        values[p->table->key[i]] = key[i];
    return true;
}

static tq_status read_list(struct district_bind *q, struct tq_arena *arena,
        struct tq_proposal **out, size_t *n, struct tq_error *err)
{
    size_t cap = 0;
    bool row;
    tq_status rc = district_step(q, &row, "proposals", err);

    *n = 0;
    *out = NULL;
    while (rc == TQ_OK && row) {
        rc = district_proposal_grow(out, *n, &cap, arena, err);
        if (rc == TQ_OK)
            rc = district_proposal_read(q, arena, &(*out)[*n], err);
        if (rc != TQ_OK)
            break;
        (*n)++;
        rc = district_step(q, &row, "proposals", err);
    }
    if (rc != TQ_OK)
        district_end(q);
    return rc;
}

/* As the publication hashed them. */
static int by_place(const void *left, const void *right)
{
    const struct tq_value *a = *(struct tq_value *const *)left;
    const struct tq_value *b = *(struct tq_value *const *)right;
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "ranking_row");
    int place = column_of(table, "place");
    int unit = column_of(table, "unit");

    if (a[place].i != b[place].i)
        return a[place].i < b[place].i ? -1 : 1;
    return tq_slice_compare(a[unit].s, b[unit].s);
}

/* Rows of this version that the device offers; *usable false: one of them is here already. */
static tq_status gather_rows(struct version *v, uint32_t device, bool *usable, struct tq_error *err)
{
    struct district_bind q = district_take(v->store, SQL_PROPOSALS_HELD);
    struct tq_value key[TQ_MAX_KEY_COLUMNS];
    struct tq_proposal *list;
    size_t n;
    tq_status rc;

    bind_int(&q, device);
    bind_int(&q, v->rows_table->id);
    rc = read_list(&q, v->arena, &list, &n, err);
    if (rc != TQ_OK)
        return rc;
    v->rows = tq_arena_array(v->arena, n + 1, sizeof(*v->rows));
    v->nrows = 0;
    if (v->rows == NULL)
        return district_no_memory(v->arena, err);
    for (size_t i = 0; rc == TQ_OK && *usable && i < n; i++) {
        struct tq_value *values = tq_arena_array(v->arena, TQ_MAX_COLUMNS, sizeof(*values));

        if (values == NULL)
            return district_no_memory(v->arena, err);
        if (!fill_values(&list[i], key, values) ||
                !tq_value_equal(&key[KEY_PERIOD], &v->key[KEY_PERIOD]) ||
                !tq_value_equal(&key[KEY_SHEET], &v->key[KEY_SHEET]) ||
                !tq_value_equal(&key[KEY_VERSION], &v->key[KEY_VERSION]))
            continue;
        rc = v->store->ops.rows_get(
                v->store, v->rows_table, &list[i].key, 1, v->arena, &list[i].now, err);
        *usable = !list[i].now.exists;
        v->rows[v->nrows++] = values;
    }
    if (v->nrows > 0)
        qsort(v->rows, v->nrows, sizeof(struct tq_value *), by_place);
    return rc;
}

static tq_status is_signed(const struct version *v, tq_verify_fn verify, const uint8_t *sign_key,
        bool *out, struct tq_error *err)
{
    const struct tq_value *signature = &v->values[column_of(v->table, "signature")];
    const struct tq_value *due = &v->values[column_of(v->table, "units_due")];
    const struct tq_value *stored = &v->values[column_of(v->table, "rows_hash")];
    uint8_t head_hash[TQ_HASH_BYTES];
    uint8_t rows_hash[TQ_HASH_BYTES];
    uint8_t to_sign[TQ_HASH_BYTES];
    struct tq_hasher hasher;
    bool ok = ranking_hash_head(head_hash, v->table, v->values);

    *out = false;
    tq_hash_init(&hasher, RANKING_ROWS_DOMAIN, TQ_HASH_BYTES);
    for (size_t i = 0; ok && i < v->nrows; i++)
        ok = ranking_hash_row(&hasher, v->rows_table, v->rows[i]);
    tq_hash_final(&hasher, rows_hash, sizeof(rows_hash));
    if (!ok)
        return tq_error_set(err, TQ_NOMEM, "ranking");
    if (signature->type != TQ_BLOB || signature->s.len != TQ_SIGNATURE_BYTES ||
            due->type != TQ_INT || due->i != (int64_t)v->nrows || stored->type != TQ_BLOB ||
            stored->s.len != TQ_HASH_BYTES || memcmp(stored->s.data, rows_hash, TQ_HASH_BYTES) != 0)
        return TQ_OK;
    ranking_signed_hash(to_sign, head_hash, rows_hash);
    *out = verify(
            sign_key, TQ_SIGN_RANKING, tq_slice_of(to_sign, sizeof(to_sign)), signature->s.data);
    return TQ_OK;
}

/* Does one of the devices that hold this head hold all its rows as they were signed? */
static tq_status look_at(struct version *v, tq_verify_fn verify, const uint8_t *sign_key, bool *out,
        struct tq_error *err)
{
    uint32_t device = 0;
    bool row = true;
    tq_status rc = TQ_OK;

    *out = false;
    while (rc == TQ_OK && !*out) {
        struct district_bind q = district_take(v->store, SQL_PROPOSAL_HOLDERS);
        bool usable = true;

        bind_u64(&q, v->head->id);
        bind_int(&q, device);
        rc = district_step(&q, &row, "proposals", err);
        if (rc != TQ_OK || !row)
            return rc;
        device = (uint32_t)column_u64(&q, 0);
        district_end(&q);
        rc = gather_rows(v, device, &usable, err);
        if (rc == TQ_OK && usable)
            rc = is_signed(v, verify, sign_key, out, err);
    }
    return rc;
}

static void put_row(
        struct change_list *list, const struct tq_table *table, const struct tq_value *values)
{
    change_list_row(list, table->name);
    for (size_t i = 0; i < table->ncolumns; i++)
        change_list_set(list, table->columns[i].name, values[i]);
}

/* Versions of its period, by any sheet, that stand here as published: *newer: one is above this. The
 * older ones are closed, as its publication had closed them. */
static tq_status close_older(
        struct version *v, struct change_list *list, bool *newer, struct tq_error *err)
{
    struct district_bind q = district_take(v->store, SQL_RANKING_VERSIONS);
    int64_t version = v->key[KEY_VERSION].i;
    bool row;
    tq_status rc;

    *newer = false;
    bind_text(&q, v->key[KEY_PERIOD].s);
    bind_int(&q, version);
    rc = district_step(&q, &row, "ranking", err);
    while (rc == TQ_OK && row) {
        int64_t other = column_int(&q, 0);

        *newer = *newer || other > version;
        if (other < version) {
            change_list_row(list, "ranking");
            change_list_set(list, "period", v->key[KEY_PERIOD]);
            change_list_set(
                    list, "sheet", change_list_keep(list, tq_value_text(column_slice(&q, 1))));
            change_list_int(list, "version", other);
            change_list_before(list, "state", tq_value_str("published"));
            change_list_str(list, "state", "superseded");
            change_list_update(list, "state");
        }
        rc = district_step(&q, &row, "ranking", err);
    }
    return rc;
}

static tq_status make_changes(struct version *v, int64_t now_ms, struct tq_slice author,
        struct tq_changes *out, struct tq_error *err)
{
    struct change_list list;
    bool newer;
    tq_status rc;

    change_list_init(&list, v->store->catalogue, v->arena, now_ms, author, err);
    rc = close_older(v, &list, &newer, err);
    if (rc != TQ_OK)
        return rc;
    put_row(&list, v->table, v->values);
    change_list_str(&list, "state", newer ? "superseded" : "published");
    change_list_set(&list, "voided_at", tq_value_null());
    change_list_set(&list, "void_reason", tq_value_null());
    change_list_insert(&list);
    for (size_t i = 0; i < v->nrows; i++) {
        put_row(&list, v->rows_table, v->rows[i]);
        change_list_set(&list, "voided_at", tq_value_null());
        change_list_set(&list, "void_reason", tq_value_null());
        change_list_insert(&list);
    }
    *out = (struct tq_changes){ list.n, list.changes };
    return list.status;
}

tq_status tq_proposals_signed(struct tq_district_store *store, struct tq_arena *arena,
        tq_verify_fn verify, const uint8_t *sign_key, uint64_t after, int64_t now_ms,
        struct tq_slice author, struct tq_changes *out, uint64_t *id, struct tq_error *err)
{
    struct version v = { .store = store,
        .arena = arena,
        .table = tq_catalogue_find(store->catalogue, "ranking"),
        .rows_table = tq_catalogue_find(store->catalogue, "ranking_row") };
    struct district_bind q;
    struct tq_proposal *list;
    bool found = false;
    size_t n;
    tq_status rc;

    *out = (struct tq_changes){ 0, NULL };
    *id = 0;
    if (v.table == NULL || v.rows_table == NULL) /* a catalogue that a test brought */
        return TQ_OK;
    q = district_take(store, SQL_PROPOSALS_OF);
    bind_int(&q, v.table->id);
    bind_u64(&q, after);
    rc = read_list(&q, arena, &list, &n, err);
    for (size_t i = 0; rc == TQ_OK && !found && i < n; i++) {
        rc = store->ops.rows_get(store, v.table, &list[i].key, 1, arena, &list[i].now, err);
        v.head = &list[i];
        *id = list[i].id;
        if (rc != TQ_OK || list[i].now.exists || !fill_values(&list[i], v.key, v.values))
            continue;
        rc = look_at(&v, verify, sign_key, &found, err);
    }
    return rc == TQ_OK && found ? make_changes(&v, now_ms, author, out, err) : rc;
}
