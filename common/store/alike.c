#include "tuquan/alike.h"

#include <string.h>

#include "store/sql.h"
#include "store/tally.h"
#include "tuquan/bytes.h"
#include "tuquan/hash.h"

#define QUERY_BYTES ((size_t)32768)

static bool is_looked_at(const struct tq_table *table)
{
    return table->scope == TQ_OWN && table->surrogate && tq_table_column_find(table, "label") >= 0;
}

/* The columns that two rows must have in common, by name; how many. */
static size_t common_columns(
        const struct tq_table *table, tq_alike_reason reason, const char *names[TQ_MAX_ALIKE + 1])
{
    size_t n = 0;

    if (reason == TQ_ALIKE_LABEL)
        names[n++] = "label";
    else
        for (const uint32_t *c = table->alike; *c != 0; c++)
            names[n++] = table->columns[tq_table_column(table, *c)].name;
    return n;
}

/* Rows that have their like are found by one pass over the table, and only they are joined: of all rows
 * each with each of its commune takes minutes. A label is the device's letters and a counter: without
 * its counter it names the device. One person who enters two things on one machine knows that they are
 * two. */
static void append_pairs(
        struct tq_buf *sql, const struct tq_table *table, tq_alike_reason reason, bool of_one)
{
    const char *names[TQ_MAX_ALIKE + 1];
    size_t n = common_columns(table, reason, names);

    tq_buf_append_str(sql,
            "SELECT * FROM (WITH s AS MATERIALIZED (SELECT * FROM (SELECT unit, id, label AS tag");
    for (size_t i = 0; i < n; i++)
        tq_buf_printf(sql, ", %s AS c%zu", names[i], i);
    tq_buf_append_str(sql, ", count(*) OVER (PARTITION BY unit");
    for (size_t i = 0; i < n; i++)
        tq_buf_printf(sql, ", %s", names[i]);
    tq_buf_printf(sql, ") AS k FROM %s WHERE voided_at IS NULL AND %s", table->name,
            of_one ? "unit = ?1" : "(?1 = '' OR unit = ?1)");
    for (size_t i = 0; i < n; i++)
        tq_buf_printf(sql, " AND %s <> ''", names[i]);
    tq_buf_printf(sql,
            ") WHERE k > 1) SELECT %u, a.unit, a.id, b.id, a.tag, b.tag, %d FROM s AS a JOIN s AS b"
            " ON b.unit = a.unit AND b.id > a.id",
            table->id, (int)reason);
    for (size_t i = 0; i < n; i++)
        tq_buf_printf(sql, " AND b.c%zu = a.c%zu", i, i);
    tq_buf_printf(sql,
            " WHERE NOT EXISTS (SELECT 1 FROM tq_distinct d WHERE d.tbl = %u AND d.first_key = a.id"
            " AND d.second_key = b.id)%s)",
            table->id,
            reason == TQ_ALIKE_LABEL
                    ? ""
                    : " AND (a.tag IS NULL OR b.tag IS NULL"
                      " OR rtrim(a.tag, '0123456789') <> rtrim(b.tag, '0123456789'))");
}

static void append_table(
        struct tq_buf *sql, const struct tq_table *table, bool of_one, const char **between)
{
    tq_buf_append_str(sql, *between);
    *between = " UNION ALL ";
    append_pairs(sql, table, TQ_ALIKE_LABEL, of_one);
    if (table->alike[0] == 0)
        return;
    tq_buf_append_str(sql, *between);
    append_pairs(sql, table, TQ_ALIKE_FACTS, of_one);
}

/* Pairs of one table in one commune (`only`), or of all tables in one statement. */
static tq_status prepare(
        struct tq_db *db, const struct tq_table *only, sqlite3_stmt **stmt, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_db_catalogue(db);
    const char *between = "";
    struct tq_buf sql;
    tq_status rc;

    tq_buf_init(&sql, QUERY_BYTES);
    for (size_t i = 0; i < catalogue->ntables; i++)
        if (is_looked_at(&catalogue->tables[i]) && (only == NULL || only == &catalogue->tables[i]))
            append_table(&sql, &catalogue->tables[i], only != NULL, &between);
    tq_buf_append_str(&sql, " ORDER BY 2, 1, 5, 3, 4");
    tq_buf_append_u8(&sql, 0);
    rc = tq_buf_is_ok(&sql) ? sql_prepare(db, stmt, (const char *)sql.data, err)
                            : tq_error_set(err, TQ_NOMEM, "alike");
    tq_buf_deinit(&sql);
    return rc;
}

void tq_alike_id(const struct tq_alike *pair, char out[TQ_ALIKE_ID_SIZE])
{
    struct tq_hasher hasher;
    uint8_t hash[TQ_HASH_BYTES];

    tq_hash_init(&hasher, "alike", sizeof(hash));
    tq_hash_add_u32(&hasher, pair->table->id);
    tq_hash_add_slice(&hasher, pair->keys[0]);
    tq_hash_add_slice(&hasher, pair->keys[1]);
    tq_hash_final(&hasher, hash, sizeof(hash));
    tq_hex(out, hash, (TQ_ALIKE_ID_SIZE - 1) / 2);
}

static tq_status keep_bytes(
        struct tq_arena *arena, struct tq_slice from, struct tq_slice *out, struct tq_error *err)
{
    void *copy = tq_arena_copy(arena, from.data, from.len);

    if (copy == NULL && from.len > 0)
        return tq_error_set(err, TQ_NOMEM, "alike");
    *out = tq_slice_of(copy, from.len);
    return TQ_OK;
}

static tq_status read_pair(struct tq_db *db, sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_alike *out, struct tq_error *err)
{
    tq_status rc;

    out->table = tq_catalogue_table(tq_db_catalogue(db), (uint32_t)sql_int(stmt, 0));
    out->reason = (tq_alike_reason)sql_int(stmt, 6);
    rc = keep_bytes(arena, sql_bytes(stmt, 1), &out->unit, err);
    for (int i = 0; rc == TQ_OK && i < 2; i++) {
        rc = keep_bytes(arena, sql_bytes(stmt, 2 + i), &out->keys[i], err);
        if (rc == TQ_OK)
            rc = keep_bytes(arena, sql_bytes(stmt, 4 + i), &out->labels[i], err);
    }
    return rc;
}

struct listing {
    struct tq_db *db;
    struct tq_arena *arena;
    struct tq_alike *list;
    size_t limit;
    size_t n;
    size_t total;
};

static tq_status list_pairs(
        struct listing *to, const struct tq_table *only, struct tq_slice unit, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = prepare(to->db, only, &stmt, err);

    if (rc == TQ_OK)
        sql_bind_text(stmt, 1, unit.len > 0 ? unit : tq_slice_str(""));
    while (rc == TQ_OK) {
        rc = sql_step(to->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        to->total++;
        if (to->n < to->limit)
            rc = read_pair(to->db, stmt, to->arena, &to->list[to->n++], err);
    }
    if (rc != TQ_OK)
        sql_done(stmt);
    return rc;
}

/* As list_pairs; a table of a commune in which none was found is not looked at again until one of its
 * rows changes. */
static tq_status list_kept(struct listing *to, const struct tq_table *table, struct tq_slice unit,
        int64_t distinct, struct tq_error *err)
{
    struct tally_need need = { table->name, false };
    struct tally_value value = { 0, false };
    struct tally_state state;
    struct tally_key key;
    struct tq_hasher hasher;
    size_t before = to->total;
    tq_status rc = tally_state(to->db, &need, 1, unit, &state, err);

    if (rc != TQ_OK)
        return rc;
    tally_key_begin(&hasher, "alike", unit);
    tq_hash_add_u32(&hasher, table->id);
    tq_hash_add_u64(&hasher, (uint64_t)distinct);
    tally_key_end(&hasher, &key);
    if (tally_find(to->db, &key, &state, &value)) {
        if (value.n == 0)
            return TQ_OK;
    } else {
        rc = tally_spend(to->db, err);
    }
    if (rc == TQ_OK)
        rc = list_pairs(to, table, unit, err);
    value.n = (int64_t)(to->total - before);
    if (rc == TQ_OK)
        tally_put(to->db, &key, &state, &value);
    return rc;
}

static tq_status list_unit(struct listing *to, struct tq_slice unit, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_db_catalogue(to->db);
    int64_t distinct = 0; /* pairs are kept apart, and never joined again: their number tells */
    tq_status rc = sql_get_int(to->db, "SELECT count(*) FROM tq_distinct", &distinct, err);

    for (size_t i = 0; rc == TQ_OK && i < catalogue->ntables; i++)
        if (is_looked_at(&catalogue->tables[i]))
            rc = list_kept(to, &catalogue->tables[i], unit, distinct, err);
    return rc;
}

tq_status tq_alike_list(struct tq_db *db, struct tq_slice unit, size_t limit,
        struct tq_arena *arena, struct tq_alike **out, size_t *n, size_t *total,
        struct tq_error *err)
{
    struct listing to = { db, arena, tq_arena_array(arena, limit, sizeof(*to.list)), limit, 0, 0 };
    struct tq_slice *units = &unit;
    size_t nunits = 1;
    tq_status rc = to.list != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "alike");

    if (rc == TQ_OK && !tally_is_on(db)) {
        rc = list_pairs(&to, NULL, unit, err);
    } else if (rc == TQ_OK) {
        rc = tally_begin(db, err);
        if (rc == TQ_OK && unit.len == 0)
            rc = tally_owners(db, arena, &units, &nunits, err);
        for (size_t i = 0; rc == TQ_OK && i < nunits; i++)
            rc = list_unit(&to, units[i], err);
        tally_end(db);
    }
    *out = to.list;
    *n = to.n;
    *total = to.total;
    return rc;
}

tq_status tq_alike_find(struct tq_db *db, struct tq_slice unit, const char *id,
        struct tq_arena *arena, struct tq_alike *out, struct tq_error *err)
{
    struct tq_alike *pairs;
    size_t n;
    size_t total;
    tq_status rc = tq_alike_list(db, unit, 1, arena, &pairs, &n, &total, err);

    if (rc == TQ_OK && total > 1)
        rc = tq_alike_list(db, unit, total, arena, &pairs, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        char given[TQ_ALIKE_ID_SIZE];

        tq_alike_id(&pairs[i], given);
        if (strcmp(given, id) == 0) {
            *out = pairs[i];
            return TQ_OK;
        }
    }
    return rc != TQ_OK ? rc : tq_error_set(err, TQ_NOT_FOUND, "same %s", id);
}

tq_status tq_alike_keep(struct tq_db *db, const struct tq_alike *pair, struct tq_slice author,
        struct tq_slice why, int64_t now_ms, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = tq_db_begin(db, err);

    if (rc != TQ_OK)
        return rc;
    rc = sql_prepare(db, &stmt,
            "INSERT INTO tq_distinct(tbl, first_key, second_key, author, at_ms, why) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            err);
    if (rc == TQ_OK) {
        sql_bind_int(stmt, 1, pair->table->id);
        sql_bind_blob(stmt, 2, pair->keys[0]);
        sql_bind_blob(stmt, 3, pair->keys[1]);
        sql_bind_text(stmt, 4, author.len > 0 ? author : tq_slice_str(""));
        sql_bind_int(stmt, 5, now_ms);
        sql_bind_text(stmt, 6, why.len > 0 ? why : tq_slice_str(""));
        rc = sql_run(db, stmt, err);
    }
    if (rc == TQ_OK)
        rc = tq_db_commit(db, err);
    tq_db_rollback(db);
    return rc;
}
