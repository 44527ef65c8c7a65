#include "tuquan/alike.h"

#include <string.h>

#include "store/sql.h"
#include "tuquan/bytes.h"
#include "tuquan/hash.h"

#define QUERY_BYTES ((size_t)4096)

static bool is_looked_at(const struct tq_table *table)
{
    return table->scope == TQ_OWN && table->surrogate && tq_table_column_find(table, "label") >= 0;
}

/* A label is the device's letters and a counter: without its counter it names the device. One
 * person who enters two things on one machine knows that they are two. */
static void append_pairs(struct tq_buf *sql, const struct tq_table *table, tq_alike_reason reason)
{
    tq_buf_printf(sql,
            "SELECT %u, a.unit, a.id, b.id, a.label, b.label, %d FROM %s a JOIN %s b ON "
            "b.unit = a.unit AND b.id > a.id AND b.voided_at IS NULL",
            table->id, (int)reason, table->name, table->name);
    if (reason == TQ_ALIKE_LABEL) {
        tq_buf_append_str(sql, " AND b.label = a.label WHERE a.label <> ''");
    } else {
        for (const uint32_t *c = table->alike; *c != 0; c++) {
            const char *name = table->columns[tq_table_column(table, *c)].name;

            tq_buf_printf(sql, " AND b.%s = a.%s", name, name);
        }
        tq_buf_append_str(sql,
                " WHERE (a.label IS NULL OR b.label IS NULL OR rtrim(a.label, '0123456789') <>"
                " rtrim(b.label, '0123456789'))");
    }
    tq_buf_printf(sql,
            " AND a.voided_at IS NULL AND (?1 = '' OR a.unit = ?1) AND NOT EXISTS (SELECT 1 FROM "
            "tq_distinct d WHERE d.tbl = %u AND d.first_key = a.id AND d.second_key = b.id)",
            table->id);
}

/* Every table's pairs in one statement. */
static void append_query(struct tq_buf *sql, const struct tq_catalogue *catalogue)
{
    const char *between = "";

    for (size_t i = 0; i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];

        if (!is_looked_at(table))
            continue;
        tq_buf_append_str(sql, between);
        between = " UNION ALL ";
        append_pairs(sql, table, TQ_ALIKE_LABEL);
        if (table->alike[0] == 0)
            continue;
        tq_buf_append_str(sql, between);
        append_pairs(sql, table, TQ_ALIKE_FACTS);
    }
    tq_buf_append_str(sql, " ORDER BY 2, 1, 5, 3, 4");
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

tq_status tq_alike_list(struct tq_db *db, struct tq_slice unit, size_t limit,
        struct tq_arena *arena, struct tq_alike **out, size_t *n, size_t *total,
        struct tq_error *err)
{
    struct tq_alike *list = tq_arena_array(arena, limit, sizeof(*list));
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    bool row = true;
    tq_status rc;

    *out = list;
    *n = 0;
    *total = 0;
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "alike");
    tq_buf_init(&sql, QUERY_BYTES * 4);
    append_query(&sql, tq_db_catalogue(db));
    tq_buf_append(&sql, "", 1);
    if (!tq_buf_is_ok(&sql)) {
        rc = tq_error_set(err, TQ_NOMEM, "alike");
        goto out;
    }
    rc = sql_prepare(db, &stmt, (const char *)sql.data, err);
    if (rc == TQ_OK)
        sql_bind_text(stmt, 1, unit.len > 0 ? unit : tq_slice_str(""));
    while (rc == TQ_OK) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        (*total)++;
        if (*n < limit)
            rc = read_pair(db, stmt, arena, &list[(*n)++], err);
    }
    if (rc != TQ_OK)
        sql_done(stmt);

out:
    tq_buf_deinit(&sql);
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
