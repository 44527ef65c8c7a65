/* records_list.c - Lists of rows: a page of them, and how many there are.
 *
 * Without a search SQLite counts and turns to the page. With one, every row that the filters leave is
 * looked at, as text alone; only those of the page are read whole. */
#include <string.h>

#include "store/records_internal.h"
#include "tuquan/text.h"

/* ---- the statement ---- */

static bool has_value(const struct tq_query *query, size_t i)
{
    return query->filters[i].value.type != TQ_NULL;
}

/* NULL stands in the text, so that SQLite sees where an index of open rows serves. */
static void write_filter(struct tq_buf *sql, const struct tq_query *query, size_t i, int *at)
{
    static const char *const OPS[] = { "IS", ">=", "<=", "IS NOT" };
    const char *column = query->table->columns[query->filters[i].column].name;
    const char *op = OPS[query->filters[i].op];

    if (has_value(query, i))
        tq_buf_printf(sql, " AND %s %s ?%d", column, query->filters[i].op == TQ_QUERY_IS ? "=" : op,
                ++*at);
    else
        tq_buf_printf(sql, " AND %s %s NULL", column, op);
}

static void write_where(
        struct tq_buf *sql, const struct tq_query *query, const struct tq_records *records)
{
    const struct tq_table *table = query->table;
    int at = 0;

    tq_buf_append_str(sql, " WHERE 1");
    if (!query->with_voided && tq_table_column_find(table, "voided_at") >= 0)
        tq_buf_append_str(sql, " AND voided_at IS NULL");
    /* "+": nearly all rows of an office's file are its own unit's, so an index that begins with the
     * unit picks nothing, and SQLite would take it before one of what is open or falls on a day. */
    if (query->own_unit_only && table->owner >= 0)
        tq_buf_printf(sql, " AND %s%s = ?%d", table->surrogate ? "+" : "",
                table->columns[table->owner].name, ++at);
    if (!query->own_unit_only && table->scope == TQ_OWN &&
            !records->district) { /* what left our scope is hidden */
        const char *owner = table->columns[table->owner].name;

        tq_buf_printf(sql,
                " AND (%s IN (SELECT unit FROM tq_scope) OR NOT EXISTS (SELECT 1 FROM tq_scope))",
                owner);
    }
    for (size_t i = 0; i < query->nfilters; i++)
        write_filter(sql, query, i, &at);
    if (query->unsettled_only && table->surrogate)
        tq_buf_printf(sql, " AND %s IN (SELECT key FROM tq_pending WHERE tbl = %u)",
                table->columns[table->key[0]].name, table->id);
}

static void write_order(struct tq_buf *sql, const struct tq_query *query)
{
    const struct tq_table *table = query->table;

    tq_buf_append_str(sql, " ORDER BY ");
    if (query->first != NULL)
        tq_buf_printf(sql, "%s, ", query->first);
    for (uint32_t k = 0; k < table->nkey; k++)
        tq_buf_printf(sql, "%s%s%s", k > 0 ? ", " : "", table->columns[table->key[k]].name,
                table->surrogate ? " DESC" : "");
}

static void bind_where(
        const struct tq_records *records, const struct tq_query *query, sqlite3_stmt *stmt)
{
    int at = 0;

    if (query->own_unit_only && query->table->owner >= 0)
        sql_bind_str(stmt, ++at, records->unit);
    for (size_t i = 0; i < query->nfilters; i++)
        if (has_value(query, i))
            sql_bind(stmt, ++at, &query->filters[i].value);
}

/* "SELECT what FROM table WHERE ..." with the values bound; `paged`: the rows of the page alone. */
static tq_status open_list(struct tq_records *records, const struct tq_query *query,
        const char *what, bool ordered, bool paged, sqlite3_stmt **stmt, struct tq_error *err)
{
    const char *key = query->table->columns[query->table->key[0]].name;
    bool inner;
    struct tq_buf sql;
    tq_status rc;

    tq_buf_init(&sql, 0);
    tq_buf_append_str(&sql, "SELECT ");
    if (what != NULL)
        tq_buf_append_str(&sql, what);
    else
        records_columns(&sql, query->table, "");
    tq_buf_printf(&sql, " FROM %s", query->table->name);
    /* The keys of the page first: an index of days finds and sorts them without the rows' texts. */
    inner = ordered && paged && query->table->surrogate;
    if (inner)
        tq_buf_printf(&sql, " WHERE %s IN (SELECT %s FROM %s", key, key, query->table->name);
    write_where(&sql, query, records);
    if (ordered)
        write_order(&sql, query);
    if (paged)
        tq_buf_append_str(&sql, " LIMIT ?98 OFFSET ?99");
    if (inner) {
        tq_buf_append_str(&sql, ")");
        write_order(&sql, query);
    }
    rc = records_prepare(records, &sql, stmt, err);
    if (rc == TQ_OK) {
        bind_where(records, query, *stmt);
        if (paged) {
            sql_bind_int(*stmt, 98, query->limit > 0 ? (int64_t)query->limit : -1);
            sql_bind_int(*stmt, 99, (int64_t)query->offset);
        }
    }
    tq_buf_deinit(&sql);
    return rc;
}

/* ---- a page by SQL alone ---- */

static tq_status count_rows(struct tq_records *records, const struct tq_query *query, size_t *total,
        struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = open_list(records, query, "count(*)", false, false, &stmt, err);

    if (rc == TQ_OK)
        rc = sql_step(records->db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        *total = (size_t)sql_int(stmt, 0);
        sql_done(stmt);
    }
    return rc;
}

static tq_status page_rows(struct tq_records *records, const struct tq_query *query,
        struct tq_arena *arena, struct tq_buf *list, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = open_list(records, query, NULL, !query->any_order, true, &stmt, err);

    while (rc == TQ_OK && row) {
        struct tq_record record;

        rc = sql_step(records->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        rc = records_copy_row(stmt, 0, query->table, arena, &record, err);
        if (rc == TQ_OK)
            rc = records_pending(records, query->table, &record, err);
        tq_buf_append(list, &record, sizeof(record));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    return rc;
}

static tq_status count(struct tq_records *records, const struct tq_query *query,
        struct tq_arena *arena, size_t *total, struct tq_error *err)
{
    bool done;
    tq_status rc = records_count_by_search(records, query, arena, total, &done, err);

    return rc == TQ_OK && !done ? count_rows(records, query, total, err) : rc;
}

static tq_status page_by_sql(struct tq_records *records, const struct tq_query *query,
        struct tq_arena *arena, struct tq_buf *list, size_t *total, struct tq_error *err)
{
    tq_status rc = page_rows(records, query, arena, list, err);
    size_t n = list->len / sizeof(struct tq_record);

    /* All of them on the page: nothing to count. */
    if (query->limit == 0 || (n > 0 && n < query->limit) || (n == 0 && query->offset == 0))
        *total = query->offset + n;
    else if (rc == TQ_OK && !query->uncounted)
        rc = count(records, query, arena, total, err);
    return rc;
}

/* ---- a page by looking at each row ---- */

bool records_holds(struct tq_slice text, struct tq_slice wanted)
{
    const uint8_t *at = text.data;
    size_t left = text.len;

    while (left >= wanted.len && wanted.len > 0) {
        const uint8_t *next = memchr(at, wanted.data[0], left - wanted.len + 1);

        if (next == NULL)
            return false;
        if (memcmp(next, wanted.data, wanted.len) == 0)
            return true;
        left -= (size_t)(next + 1 - at);
        at = next + 1;
    }
    return wanted.len == 0;
}

/* Does a text column of the row that `stmt` stands on hold the words? Text that is none (another
 * program's) folds to nothing; NOMEM stays a failure. */
static tq_status matches_search(const struct tq_table *table, sqlite3_stmt *stmt,
        struct tq_slice wanted, struct tq_buf *scratch, bool *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    *out = wanted.len == 0;
    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns && !*out; c++) {
        if (table->columns[c].type != TQ_TEXT)
            continue;
        tq_buf_clear(scratch);
        rc = tq_text_fold(sql_bytes(stmt, (int)c), scratch, err);
        if (rc == TQ_ENCODING) {
            tq_error_clear(err);
            rc = TQ_OK;
        }
        *out = rc == TQ_OK && records_holds(tq_buf_slice(scratch), wanted);
    }
    return rc;
}

/* One row of the walk: kept when it matches and lies on the page. */
static tq_status take_row(struct tq_records *records, const struct tq_query *query,
        struct tq_slice wanted, sqlite3_stmt *stmt, struct tq_arena *arena, struct tq_buf *scratch,
        struct tq_buf *list, size_t *total, struct tq_error *err)
{
    struct tq_record record;
    bool hit;
    tq_status rc = matches_search(query->table, stmt, wanted, scratch, &hit, err);

    if (rc != TQ_OK || !hit)
        return rc;
    /* Natural keys: whether a row waits is known once its key is put together. */
    if (query->unsettled_only && !query->table->surrogate) {
        rc = records_copy_row(stmt, 0, query->table, arena, &record, err);
        if (rc == TQ_OK)
            rc = records_pending(records, query->table, &record, err);
        if (rc != TQ_OK || record.pending < 0)
            return rc;
    }
    ++*total;
    if (*total <= query->offset || (query->limit > 0 && *total > query->offset + query->limit))
        return TQ_OK;
    rc = records_copy_row(stmt, 0, query->table, arena, &record, err);
    if (rc == TQ_OK)
        rc = records_pending(records, query->table, &record, err);
    tq_buf_append(list, &record, sizeof(record));
    return rc;
}

static tq_status page_by_walk(struct tq_records *records, const struct tq_query *query,
        struct tq_slice wanted, struct tq_arena *arena, struct tq_buf *list, size_t *total,
        struct tq_error *err)
{
    struct tq_buf scratch;
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = open_list(records, query, NULL, true, false, &stmt, err);

    tq_buf_init(&scratch, 0);
    while (rc == TQ_OK && row) {
        rc = sql_step(records->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        rc = take_row(records, query, wanted, stmt, arena, &scratch, list, total, err);
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    tq_buf_deinit(&scratch);
    return rc;
}

tq_status tq_record_list(struct tq_records *records, const struct tq_query *query,
        struct tq_arena *arena, struct tq_record **out, size_t *n, size_t *total,
        struct tq_error *err)
{
    struct tq_buf list;
    struct tq_buf wanted;
    bool done;
    tq_status rc;

    *out = NULL;
    *n = 0;
    *total = 0;
    tq_buf_init(&list, 0);
    tq_buf_init(&wanted, 0);
    rc = tq_text_fold(query->search, &wanted, err);
    done = wanted.len == 0 && (!query->unsettled_only || query->table->surrogate);
    if (rc == TQ_OK && done)
        rc = page_by_sql(records, query, arena, &list, total, err);
    else if (rc == TQ_OK)
        rc = records_page_by_search(
                records, query, tq_buf_slice(&wanted), arena, &list, total, &done, err);
    if (rc == TQ_OK && !done)
        rc = page_by_walk(records, query, tq_buf_slice(&wanted), arena, &list, total, err);
    if (rc == TQ_OK && !tq_buf_is_ok(&list))
        rc = tq_error_set(err, TQ_NOMEM, "list");
    if (rc == TQ_OK && list.len > 0) {
        *out = tq_arena_copy(arena, list.data, list.len);
        *n = list.len / sizeof(struct tq_record);
        if (*out == NULL)
            rc = tq_error_set(err, tq_arena_is_exhausted(arena) ? TQ_RANGE : TQ_NOMEM, "%s",
                    query->table->name);
    }
    tq_buf_deinit(&list);
    tq_buf_deinit(&wanted);
    return rc;
}
