/* records_search.c - A page of a search by the copy of all texts (search.h), beside the rows that wait
 * for the district: those may have been written since, so each is looked at itself. */
#include <string.h>

#include "store/records_internal.h"
#include "store/search_internal.h"
#include "tuquan/text.h"

void tq_records_set_search(struct tq_records *records, struct tq_search *search)
{
    records->search = search;
}

/* Keys of the table's unsettled rows, the greatest first. */
static tq_status unsettled(struct tq_records *records, const struct tq_table *table,
        struct tq_buf *keys, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(records->db, &stmt,
            "SELECT DISTINCT key FROM tq_pending WHERE tbl = ?1 ORDER BY key DESC", err);

    if (rc == TQ_OK)
        sql_bind_int(stmt, 1, table->id);
    while (rc == TQ_OK && row) {
        rc = sql_step(records->db, stmt, &row, err);
        if (rc == TQ_OK && row && sql_bytes(stmt, 0).len == TQ_SURROGATE_BYTES)
            tq_buf_append_slice(keys, sql_bytes(stmt, 0));
    }
    return rc;
}

static bool holds_words(const struct tq_table *table, const struct tq_record *record,
        struct tq_slice wanted, struct tq_buf *scratch)
{
    for (size_t c = 0; c < table->ncolumns && wanted.len > 0; c++) {
        if (record->values[c].type != TQ_TEXT)
            continue;
        tq_buf_clear(scratch);
        if (tq_text_fold(record->values[c].s, scratch, NULL) == TQ_OK &&
                records_holds(tq_buf_slice(scratch), wanted))
            return true;
    }
    return wanted.len == 0;
}

/* Is the row there, in force unless voided ones are wanted, and does it hold the words? */
static tq_status look(struct tq_records *records, const struct tq_query *query,
        struct tq_slice wanted, const uint8_t *key, struct tq_arena *arena, struct tq_buf *scratch,
        struct tq_record *out, bool *hit, struct tq_error *err)
{
    int voided = tq_table_column_find(query->table, "voided_at");
    tq_status rc = tq_record_get(
            records, query->table, tq_slice_of(key, TQ_SURROGATE_BYTES), arena, out, hit, err);

    if (rc == TQ_OK && *hit)
        *hit = (query->with_voided || out->values[voided].type == TQ_NULL) &&
               holds_words(query->table, out, wanted, scratch);
    return rc;
}

/* Two lists of keys, each the greatest first, as one: unsettled rows that hold the words, and hits of
 * the copy that are settled. */
static tq_status join(struct tq_records *records, const struct tq_query *query,
        struct tq_slice wanted, const struct tq_buf *hits, const struct tq_buf *open,
        struct tq_arena *arena, struct tq_buf *keys, struct tq_error *err)
{
    const size_t size = TQ_SURROGATE_BYTES;
    struct tq_buf scratch;
    tq_status rc = TQ_OK;
    size_t i = 0;

    tq_buf_init(&scratch, 0);
    for (size_t k = 0; rc == TQ_OK && k < open->len; k += size) {
        struct tq_record record;
        bool hit = false;

        while (i < hits->len && memcmp(hits->data + i, open->data + k, size) > 0) {
            tq_buf_append(keys, hits->data + i, size);
            i += size;
        }
        if (i < hits->len && memcmp(hits->data + i, open->data + k, size) == 0)
            i += size;
        rc = look(records, query, wanted, open->data + k, arena, &scratch, &record, &hit, err);
        if (hit)
            tq_buf_append(keys, open->data + k, size);
    }
    if (i < hits->len)
        tq_buf_append(keys, hits->data + i, hits->len - i);
    tq_buf_deinit(&scratch);
    if (rc == TQ_OK && !tq_buf_is_ok(keys))
        rc = tq_error_set(err, TQ_NOMEM, "search");
    return rc;
}

static tq_status read_page(struct tq_records *records, const struct tq_query *query,
        const struct tq_buf *keys, struct tq_arena *arena, struct tq_buf *list,
        struct tq_error *err)
{
    size_t n = keys->len / TQ_SURROGATE_BYTES;
    size_t end =
            query->limit > 0 && query->offset + query->limit < n ? query->offset + query->limit : n;
    tq_status rc = TQ_OK;

    for (size_t i = query->offset; rc == TQ_OK && i < end; i++) {
        struct tq_record record;
        bool found = false;

        rc = tq_record_get(records, query->table,
                tq_slice_of(keys->data + i * TQ_SURROGATE_BYTES, TQ_SURROGATE_BYTES), arena,
                &record, &found, err);
        if (found)
            tq_buf_append(list, &record, sizeof(record));
    }
    return rc;
}

/* The keys of all rows that a query without filters is about; *done false: the copy cannot say. */
static tq_status find_keys(struct tq_records *records, const struct tq_query *query,
        struct tq_slice wanted, struct tq_arena *arena, struct tq_buf *keys, bool *done,
        struct tq_error *err)
{
    struct tq_buf hits;
    struct tq_buf open;
    int64_t others = 0;
    tq_status rc;

    *done = false;
    if (records->search == NULL || query->nfilters > 0 || query->unsettled_only ||
            query->own_unit_only || !query->table->surrogate)
        return TQ_OK;
    tq_buf_init(&hits, 0);
    tq_buf_init(&open, 0);
    rc = tq_db_others(records->db, &others, err);
    if (rc == TQ_OK)
        rc = search_find(records->search, query->table->id, others, query->with_voided, wanted,
                &hits, done, err);
    if (rc == TQ_OK && *done)
        rc = unsettled(records, query->table, &open, err);
    if (rc == TQ_OK && *done)
        rc = join(records, query, wanted, &hits, &open, arena, keys, err);
    tq_buf_deinit(&hits);
    tq_buf_deinit(&open);
    return rc;
}

tq_status records_page_by_search(struct tq_records *records, const struct tq_query *query,
        struct tq_slice wanted, struct tq_arena *arena, struct tq_buf *list, size_t *total,
        bool *done, struct tq_error *err)
{
    struct tq_buf keys;
    tq_status rc;

    tq_buf_init(&keys, 0);
    rc = find_keys(records, query, wanted, arena, &keys, done, err);
    if (rc == TQ_OK && *done) {
        *total = keys.len / TQ_SURROGATE_BYTES;
        rc = read_page(records, query, &keys, arena, list, err);
    }
    tq_buf_deinit(&keys);
    return rc;
}

tq_status records_count_by_search(struct tq_records *records, const struct tq_query *query,
        struct tq_arena *arena, size_t *total, bool *done, struct tq_error *err)
{
    struct tq_buf keys;
    tq_status rc;

    tq_buf_init(&keys, 0);
    rc = find_keys(records, query, tq_slice_of(NULL, 0), arena, &keys, done, err);
    if (rc == TQ_OK && *done)
        *total = keys.len / TQ_SURROGATE_BYTES;
    tq_buf_deinit(&keys);
    return rc;
}
