/* import_history.c - The imports that were made, for whoever wants one taken back. */
#include "store/import_internal.h"

static tq_status copy_entry(struct tq_arena *arena, sqlite3_stmt *stmt, struct tq_import_entry *out,
        struct tq_error *err)
{
    const struct tq_slice author = sql_bytes(stmt, 2);
    const struct tq_slice files = sql_bytes(stmt, 3);

    out->number = sql_int(stmt, 0);
    out->at_ms = sql_int(stmt, 1);
    out->author = tq_slice_of(tq_arena_copy(arena, author.data, author.len), author.len);
    out->files = tq_slice_of(tq_arena_copy(arena, files.data, files.len), files.len);
    out->added = sql_int(stmt, 4);
    out->changed = sql_int(stmt, 5);
    out->undone_at = sql_int(stmt, 6);
    if ((author.len > 0 && out->author.data == NULL) || (files.len > 0 && out->files.data == NULL))
        return tq_error_set(err, TQ_NOMEM, "import");
    return TQ_OK;
}

tq_status tq_import_history(struct tq_records *records, size_t max, struct tq_arena *arena,
        struct tq_import_entry **out, size_t *n, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc;

    *n = 0;
    *out = tq_arena_array(arena, max + 1, sizeof(**out));
    if (*out == NULL)
        return tq_error_set(err, TQ_NOMEM, "import");
    rc = sql_prepare(records->db, &stmt,
            "SELECT n, at_ms, author, files, added, changed, coalesce(undone_at, 0) FROM tq_import"
            " ORDER BY n DESC LIMIT ?1",
            err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, (int64_t)max);
    while (rc == TQ_OK && row) {
        rc = sql_step(records->db, stmt, &row, err);
        if (rc != TQ_OK || !row || *n == max)
            continue;
        rc = copy_entry(arena, stmt, &(*out)[(*n)++], err);
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    return rc;
}
