#include "tuquan/orphans.h"

#include <stdio.h>
#include <string.h>

#include "store/sql.h"
#include "store/tally.h"

#define QUERY_BYTES ((size_t)32768)
#define MOST_NEEDS 16u

/* The first column of the cell that voids a row of the table; NULL: its rows are not voided. */
static const char *voided_at(const struct tq_table *table)
{
    int at = table->void_cell != 0 ? tq_table_column(table, table->void_cell) : -1;

    return at >= 0 ? table->columns[at].name : NULL;
}

/* Does this column of a commune's row refer to one that can be voided? Its owner is no parent. */
static const struct tq_table *parent_of(
        const struct tq_catalogue *catalogue, const struct tq_table *table, size_t column)
{
    const struct tq_column *c = &table->columns[column];
    const struct tq_table *parent = NULL;

    if (table->scope == TQ_OWN && voided_at(table) != NULL && (int)column != table->owner &&
            c->rule.kind == TQ_RULE_REF)
        parent = tq_catalogue_find(catalogue, c->rule.ref);
    return parent != NULL && voided_at(parent) != NULL ? parent : NULL;
}

static void append_children(struct tq_buf *sql, const struct tq_table *table, size_t column,
        const struct tq_table *parent, bool of_one)
{
    char of[160];

    snprintf(of, sizeof(of), of_one ? "c.%s = ?1" : "(?1 = '' OR c.%s = ?1)",
            table->columns[table->owner].name);
    tq_buf_printf(
            sql, "SELECT %u, %zu, c.%s", table->id, column, table->columns[table->owner].name);
    for (uint32_t i = 0; i < TQ_MAX_KEY_COLUMNS; i++)
        tq_buf_printf(sql, ", %s%s", i < table->nkey ? "c." : "",
                i < table->nkey ? table->columns[table->key[i]].name : "NULL");
    tq_buf_printf(sql,
            ", c.%s, p.void_reason FROM %s c JOIN %s p ON p.%s = c.%s WHERE p.%s IS NOT NULL"
            " AND c.%s IS NULL AND %s",
            table->columns[column].name, table->name, parent->name,
            parent->columns[parent->key[0]].name, table->columns[column].name, voided_at(parent),
            voided_at(table), of);
}

/* The references of one table (`only`) in one commune, or all in one statement; none: NULL. */
static tq_status prepare(
        struct tq_db *db, const struct tq_table *only, sqlite3_stmt **stmt, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_db_catalogue(db);
    const char *between = "";
    struct tq_buf sql;
    tq_status rc = TQ_OK;

    *stmt = NULL;
    tq_buf_init(&sql, QUERY_BYTES);
    for (size_t i = 0; i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];

        for (size_t c = 0; (only == NULL || only == table) && c < table->ncolumns; c++) {
            const struct tq_table *parent = parent_of(catalogue, table, c);

            if (parent == NULL)
                continue;
            tq_buf_append_str(&sql, between);
            between = " UNION ALL ";
            append_children(&sql, table, c, parent, only != NULL);
        }
    }
    tq_buf_append_str(&sql, " ORDER BY 3, 1, 4, 5, 6, 2");
    tq_buf_append_u8(&sql, 0);
    if (!tq_buf_is_ok(&sql))
        rc = tq_error_set(err, TQ_NOMEM, "orphans");
    else if (between[0] != '\0')
        rc = sql_prepare(db, stmt, (const char *)sql.data, err);
    tq_buf_deinit(&sql);
    return rc;
}

static tq_status keep_bytes(
        struct tq_arena *arena, struct tq_slice from, struct tq_slice *out, struct tq_error *err)
{
    void *copy = tq_arena_copy(arena, from.data, from.len);

    if (copy == NULL && from.len > 0)
        return tq_error_set(err, TQ_NOMEM, "orphans");
    *out = tq_slice_of(copy, from.len);
    return TQ_OK;
}

static tq_status read_orphan(struct tq_db *db, sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_orphan *out, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_db_catalogue(db);
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_buf key;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    memset(values, 0, sizeof(values));
    out->table = tq_catalogue_table(catalogue, (uint32_t)sql_int(stmt, 0));
    out->column = (uint32_t)sql_int(stmt, 1);
    out->parent = parent_of(catalogue, out->table, out->column);
    for (uint32_t i = 0; i < out->table->nkey; i++)
        values[out->table->key[i]] = sql_value(stmt, 3 + (int)i);
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(out->table, values, &key) || !tq_buf_is_ok(&key))
        rc = tq_error_set(err, tq_buf_is_ok(&key) ? TQ_CORRUPT : TQ_NOMEM, "key of a row of %s",
                out->table->name);
    else
        rc = keep_bytes(arena, tq_buf_slice(&key), &out->key, err);
    tq_buf_deinit(&key);
    if (rc == TQ_OK)
        rc = keep_bytes(arena, sql_bytes(stmt, 2), &out->unit, err);
    if (rc == TQ_OK)
        rc = keep_bytes(arena, sql_bytes(stmt, 3 + TQ_MAX_KEY_COLUMNS), &out->parent_key, err);
    if (rc == TQ_OK)
        rc = keep_bytes(arena, sql_bytes(stmt, 4 + TQ_MAX_KEY_COLUMNS), &out->void_reason, err);
    return rc;
}

struct listing {
    struct tq_db *db;
    struct tq_arena *arena;
    struct tq_orphan *list;
    size_t limit;
    size_t n;
    size_t total;
};

static tq_status list_rows(
        struct listing *to, const struct tq_table *only, struct tq_slice unit, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = prepare(to->db, only, &stmt, err);

    if (rc != TQ_OK || stmt == NULL)
        return rc;
    sql_bind_text(stmt, 1, unit.len > 0 ? unit : tq_slice_str(""));
    while (rc == TQ_OK) {
        rc = sql_step(to->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        to->total++;
        if (to->n < to->limit)
            rc = read_orphan(to->db, stmt, to->arena, &to->list[to->n++], err);
    }
    if (rc != TQ_OK)
        sql_done(stmt);
    return rc;
}

/* The rows of the table in the commune, and those of any that they may lie under. */
static size_t needs_of(const struct tq_catalogue *catalogue, const struct tq_table *table,
        struct tally_need needs[MOST_NEEDS])
{
    size_t n = 0;

    needs[n++] = (struct tally_need){ table->name, false };
    for (size_t c = 0; c < table->ncolumns && n < MOST_NEEDS; c++) {
        const struct tq_table *parent = parent_of(catalogue, table, c);

        if (parent != NULL)
            needs[n++] = (struct tally_need){ parent->name, true };
    }
    return n;
}

/* As list_rows; where there was none it is not looked at again until one of these rows changes. */
static tq_status list_kept(struct listing *to, const struct tq_table *table, struct tq_slice unit,
        struct tq_error *err)
{
    struct tally_need needs[MOST_NEEDS];
    size_t n = needs_of(tq_db_catalogue(to->db), table, needs);
    struct tally_value value = { 0, false };
    struct tally_state state;
    struct tally_key key;
    struct tq_hasher hasher;
    size_t before = to->total;
    tq_status rc;

    if (n < 2)
        return TQ_OK;
    rc = n == MOST_NEEDS ? tq_error_set(err, TQ_INTERNAL, "orphans of %s", table->name)
                         : tally_state(to->db, needs, n, unit, &state, err);
    if (rc != TQ_OK)
        return rc;
    tally_key_begin(&hasher, "orphans", unit);
    tq_hash_add_u32(&hasher, table->id);
    tally_key_end(&hasher, &key);
    if (tally_find(to->db, &key, &state, &value)) {
        if (value.n == 0)
            return TQ_OK;
    } else {
        rc = tally_spend(to->db, err);
    }
    if (rc == TQ_OK)
        rc = list_rows(to, table, unit, err);
    value.n = (int64_t)(to->total - before);
    if (rc == TQ_OK)
        tally_put(to->db, &key, &state, &value);
    return rc;
}

tq_status tq_orphans_list(struct tq_db *db, struct tq_slice unit, size_t limit,
        struct tq_arena *arena, struct tq_orphan **out, size_t *n, size_t *total,
        struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_db_catalogue(db);
    struct listing to = { db, arena, tq_arena_array(arena, limit, sizeof(*to.list)), limit, 0, 0 };
    struct tq_slice *units = &unit;
    size_t nunits = 1;
    tq_status rc = to.list != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "orphans");

    if (rc == TQ_OK && !tally_is_on(db)) {
        rc = list_rows(&to, NULL, unit, err);
    } else if (rc == TQ_OK) {
        rc = tally_begin(db, err);
        if (rc == TQ_OK && unit.len == 0)
            rc = tally_owners(db, arena, &units, &nunits, err);
        for (size_t i = 0; rc == TQ_OK && i < nunits * catalogue->ntables; i++)
            rc = list_kept(&to, &catalogue->tables[i % catalogue->ntables],
                    units[i / catalogue->ntables], err);
        tally_end(db);
    }
    *out = to.list;
    *n = to.n;
    *total = to.total;
    return rc;
}
