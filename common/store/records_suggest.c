/* records_suggest.c - Earlier entries of a text column, for whoever types the next one. */
#include <string.h>

#include "store/records_internal.h"
#include "store/sql.h"
#include "tuquan/text.h"

#define LOOK_BACK 2000 /* newest rows: what is older is no help, and must not cost a second */

static bool holds(const struct tq_buf *text, const struct tq_buf *wanted)
{
    for (size_t i = 0; i + wanted->len <= text->len; i++)
        if (wanted->len == 0 || memcmp(text->data + i, wanted->data, wanted->len) == 0)
            return true;
    return false;
}

/* A text that fits and is not in the list yet is copied to its end. */
static tq_status take(struct tq_slice text, const struct tq_buf *wanted, struct tq_arena *arena,
        struct tq_slice *list, size_t *n, struct tq_error *err)
{
    struct tq_buf folded;
    bool fits;
    void *copy;

    for (size_t i = 0; i < *n; i++)
        if (tq_slice_equal(list[i], text))
            return TQ_OK;
    tq_buf_init(&folded, 0);
    fits = tq_text_fold(text, &folded, NULL) == TQ_OK && text.len > 0 && holds(&folded, wanted);
    tq_buf_deinit(&folded);
    if (!fits)
        return TQ_OK;
    copy = tq_arena_copy(arena, text.data, text.len);
    if (copy == NULL)
        return tq_error_set(err, TQ_NOMEM, "suggest");
    list[(*n)++] = tq_slice_of(copy, text.len);
    return TQ_OK;
}

tq_status tq_record_suggest(struct tq_records *records, const struct tq_table *table, int column,
        struct tq_slice text, size_t limit, struct tq_arena *arena, struct tq_slice **out,
        size_t *n, struct tq_error *err)
{
    const char *name = table->columns[column].name;
    sqlite3_stmt *stmt = NULL;
    struct tq_buf wanted;
    struct tq_buf sql;
    bool row = true;
    tq_status rc;

    *n = 0;
    *out = tq_arena_array(arena, limit, sizeof(**out));
    tq_buf_init(&wanted, 0);
    tq_buf_init(&sql, 0);
    rc = *out != NULL ? tq_text_fold(text, &wanted, err) : tq_error_set(err, TQ_NOMEM, "suggest");
    tq_buf_printf(&sql,
            "SELECT %s FROM (SELECT %s FROM %s ORDER BY %s DESC LIMIT %d) WHERE %s IS NOT NULL",
            name, name, table->name, table->columns[table->key[0]].name, LOOK_BACK, name);
    if (rc == TQ_OK)
        rc = records_prepare(records, &sql, &stmt, err);
    while (rc == TQ_OK && row && *n < limit) {
        rc = sql_step(records->db, stmt, &row, err);
        if (rc == TQ_OK && row)
            rc = take(sql_bytes(stmt, 0), &wanted, arena, *out, n, err);
    }
    sql_done(row ? stmt : NULL);
    tq_buf_deinit(&wanted);
    tq_buf_deinit(&sql);
    return rc;
}
