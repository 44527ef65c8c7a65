#include "tuquan/search.h"

#include <string.h>

#include "store/search_internal.h"
#include "store/sql.h"
#include "tuquan/mem.h"
#include "tuquan/text.h"
#include "tuquan/thread.h"

#define MAX_TABLES 64u

/* The rows of one table, the greatest key first. */
struct copy {
    uint32_t table;
    size_t n;
    struct tq_buf keys;   /* TQ_SURROGATE_BYTES each */
    struct tq_buf voided; /* a byte each */
    struct tq_buf ends;   /* uint32_t each: where a row's text ends */
    struct tq_buf text;   /* folded, a line feed behind each column */
};

struct tq_search {
    struct tq_mutex *lock;
    /* Under the lock: */
    bool built;
    int64_t others;
    size_t ncopies;
    struct copy copies[MAX_TABLES];
};

static void copies_deinit(struct copy *copies, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        tq_buf_deinit(&copies[i].keys);
        tq_buf_deinit(&copies[i].voided);
        tq_buf_deinit(&copies[i].ends);
        tq_buf_deinit(&copies[i].text);
    }
}

tq_status tq_search_new(struct tq_search **out, struct tq_error *err)
{
    struct tq_search *search = tq_mem_zalloc(sizeof(*search));
    tq_status rc = search != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "search");

    *out = NULL;
    if (rc == TQ_OK)
        rc = tq_mutex_new(&search->lock, err);
    if (rc == TQ_OK)
        *out = search;
    else
        tq_mem_free(search);
    return rc;
}

void tq_search_free(struct tq_search *search)
{
    if (search == NULL)
        return;
    copies_deinit(search->copies, search->ncopies);
    tq_mutex_free(search->lock);
    tq_mem_free(search);
}

/* ---- making the copy ---- */

static bool is_searched(const struct tq_table *table)
{
    return table->surrogate && tq_table_column_find(table, "voided_at") >= 0;
}

static tq_status add_row(
        struct copy *copy, const struct tq_table *table, sqlite3_stmt *stmt, struct tq_error *err)
{
    struct tq_slice key = sql_bytes(stmt, 0);
    bool voided = sql_value(stmt, 1).type != TQ_NULL;
    tq_status rc = TQ_OK;
    uint32_t end;
    int at = 2;

    if (key.len != TQ_SURROGATE_BYTES)
        return TQ_OK; /* no row of ours: the walk tells of it */
    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns; c++) {
        if (table->columns[c].type != TQ_TEXT)
            continue;
        rc = tq_text_fold(sql_bytes(stmt, at++), &copy->text, err);
        if (rc == TQ_ENCODING) {
            tq_error_clear(err);
            rc = TQ_OK;
        }
        tq_buf_append_u8(&copy->text, '\n');
    }
    if (copy->text.len > UINT32_MAX)
        return tq_error_set(err, TQ_RANGE, "%s", table->name);
    end = (uint32_t)copy->text.len;
    tq_buf_append_slice(&copy->keys, key);
    tq_buf_append_u8(&copy->voided, voided);
    tq_buf_append(&copy->ends, &end, sizeof(end));
    copy->n++;
    return rc;
}

static tq_status copy_table(
        struct copy *copy, struct tq_db *db, const struct tq_table *table, struct tq_error *err)
{
    const char *key = table->columns[table->key[0]].name;
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    bool row = true;
    tq_status rc;

    copy->table = table->id;
    tq_buf_init(&copy->keys, 0);
    tq_buf_init(&copy->voided, 0);
    tq_buf_init(&copy->ends, 0);
    tq_buf_init(&copy->text, 0);
    tq_buf_init(&sql, 0);
    tq_buf_printf(&sql, "SELECT %s, voided_at", key);
    for (size_t c = 0; c < table->ncolumns; c++)
        if (table->columns[c].type == TQ_TEXT)
            tq_buf_printf(&sql, ", %s", table->columns[c].name);
    tq_buf_printf(&sql, " FROM %s", table->name);
    if (table->scope == TQ_OWN) /* what left our scope is hidden, as in every list */
        tq_buf_printf(&sql,
                " WHERE %s IN (SELECT unit FROM tq_scope) OR NOT EXISTS (SELECT 1 FROM tq_scope)",
                table->columns[table->owner].name);
    tq_buf_printf(&sql, " ORDER BY %s DESC", key);
    tq_buf_append_u8(&sql, 0);
    rc = tq_buf_is_ok(&sql) ? sql_prepare(db, &stmt, (const char *)sql.data, err)
                            : tq_error_set(err, TQ_NOMEM, "search");
    while (rc == TQ_OK && row) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        rc = add_row(copy, table, stmt, err);
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    tq_buf_deinit(&sql);
    if (rc == TQ_OK && (!tq_buf_is_ok(&copy->keys) || !tq_buf_is_ok(&copy->voided) ||
                               !tq_buf_is_ok(&copy->ends) || !tq_buf_is_ok(&copy->text)))
        rc = tq_error_set(err, TQ_NOMEM, "search");
    return rc;
}

static void put_in_place(struct tq_search *search, struct copy *copies, size_t n, int64_t others)
{
    struct copy before[MAX_TABLES];
    size_t nbefore;

    tq_mutex_lock(search->lock);
    nbefore = search->ncopies;
    memcpy(before, search->copies, sizeof(before));
    memcpy(search->copies, copies, n * sizeof(*copies));
    search->ncopies = n;
    search->others = others;
    search->built = true;
    tq_mutex_unlock(search->lock);
    copies_deinit(before, nbefore);
}

tq_status tq_search_build(
        struct tq_search *search, struct tq_db *db, int64_t others, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_db_catalogue(db);
    struct copy *copies = tq_mem_zalloc(MAX_TABLES * sizeof(*copies));
    size_t n = 0;
    tq_status rc =
            copies != NULL ? tq_db_begin_read(db, err) : tq_error_set(err, TQ_NOMEM, "search");

    for (size_t t = 0; rc == TQ_OK && t < catalogue->ntables && n < MAX_TABLES; t++)
        if (is_searched(&catalogue->tables[t]))
            rc = copy_table(&copies[n++], db, &catalogue->tables[t], err);
    if (copies != NULL)
        tq_db_rollback(db);
    if (rc == TQ_OK)
        put_in_place(search, copies, n, others);
    else if (copies != NULL)
        copies_deinit(copies, n);
    tq_mem_free(copies);
    return rc;
}

/* ---- asking it ---- */

/* The next place in the text at which the words stand; NULL: none. */
static const uint8_t *next_hit(const uint8_t *at, const uint8_t *end, struct tq_slice wanted)
{
    while ((size_t)(end - at) >= wanted.len) {
        at = memchr(at, wanted.data[0], (size_t)(end - at) - wanted.len + 1);
        if (at == NULL || memcmp(at, wanted.data, wanted.len) == 0)
            return at;
        at++;
    }
    return NULL;
}

static void find_in(
        const struct copy *copy, bool with_voided, struct tq_slice wanted, struct tq_buf *keys)
{
    const uint32_t *ends = (const uint32_t *)(const void *)copy->ends.data;
    const uint8_t *text = copy->text.data;
    const uint8_t *end = text + copy->text.len;
    const uint8_t *at = text;
    size_t row = 0;

    for (; wanted.len == 0 && row < copy->n; row++)
        if (with_voided || copy->voided.data[row] == 0)
            tq_buf_append(keys, copy->keys.data + row * TQ_SURROGATE_BYTES, TQ_SURROGATE_BYTES);
    while (row < copy->n && (at = next_hit(at, end, wanted)) != NULL) {
        while (ends[row] <= (size_t)(at - text))
            row++;
        if (with_voided || copy->voided.data[row] == 0)
            tq_buf_append(keys, copy->keys.data + row * TQ_SURROGATE_BYTES, TQ_SURROGATE_BYTES);
        at = text + ends[row++];
    }
}

tq_status search_find(struct tq_search *search, uint32_t table, int64_t others, bool with_voided,
        struct tq_slice wanted, struct tq_buf *keys, bool *fresh, struct tq_error *err)
{
    *fresh = false;
    tq_mutex_lock(search->lock);
    if (search->built && search->others == others)
        for (size_t i = 0; i < search->ncopies && !*fresh; i++)
            if (search->copies[i].table == table) {
                *fresh = true;
                find_in(&search->copies[i], with_voided, wanted, keys);
            }
    tq_mutex_unlock(search->lock);
    return tq_buf_is_ok(keys) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "search");
}
