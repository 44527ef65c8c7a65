#include "tuquan/office_answers.h"

#include "store/records_internal.h"
#include "store/sql.h"

/* An empty text is no NULL. */
static struct tq_slice text_of(struct tq_slice in)
{
    return in.len > 0 ? in : tq_slice_str("");
}

tq_status tq_office_answer_put(
        struct tq_db *db, const struct tq_answer *answer, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt,
            "INSERT INTO tq_answer (item, kind, what, tbl, key, before, after, refused, author,"
            " at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, answer->item);
    sql_bind_text(stmt, 2, answer->kind);
    sql_bind_text(stmt, 3, answer->what);
    sql_bind_int(stmt, 4, answer->table->id);
    sql_bind_blob(stmt, 5, answer->key);
    sql_bind_text(stmt, 6, text_of(answer->before));
    sql_bind_text(stmt, 7, text_of(answer->after));
    sql_bind_int(stmt, 8, answer->refused);
    sql_bind_text(stmt, 9, text_of(answer->author));
    sql_bind_int(stmt, 10, answer->at_ms);
    return sql_run(db, stmt, err);
}

static tq_status keep(
        struct tq_arena *arena, struct tq_slice in, struct tq_slice *out, struct tq_error *err)
{
    *out = records_keep(arena, in);
    return out->data != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "inbox");
}

static tq_status take(struct tq_db *db, sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_answer *out, struct tq_error *err)
{
    struct {
        int column;
        struct tq_slice *to;
    } texts[] = { { 1, &out->item }, { 2, &out->kind }, { 3, &out->what }, { 5, &out->key },
        { 6, &out->before }, { 7, &out->after }, { 9, &out->author } };
    tq_status rc = TQ_OK;

    *out = (struct tq_answer){ .id = sql_int(stmt, 0),
        .table = tq_catalogue_table(tq_db_catalogue(db), (uint32_t)sql_int(stmt, 4)),
        .refused = sql_int(stmt, 8),
        .at_ms = sql_int(stmt, 10) };
    for (size_t i = 0; rc == TQ_OK && i < sizeof(texts) / sizeof(texts[0]); i++)
        rc = keep(arena, sql_bytes(stmt, texts[i].column), texts[i].to, err);
    return rc;
}

tq_status tq_office_answers(struct tq_db *db, const char *item, size_t limit,
        struct tq_arena *arena, struct tq_answer **out, size_t *n, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_answer *list = tq_arena_array(arena, limit, sizeof(*list));
    bool row = true;
    tq_status rc = list != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "inbox");

    *n = 0;
    *out = list;
    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt,
                "SELECT id, item, kind, what, tbl, key, before, after, refused, author, at_ms"
                " FROM tq_answer a WHERE undone = 0 AND (?1 IS NULL OR item = ?1 OR (length(?1) >= "
                "8"
                " AND substr(item, 1, length(?1)) = ?1)) AND NOT EXISTS (SELECT 1 FROM tq_answer b "
                "WHERE b.item = a.item AND"
                " b.id > a.id AND b.undone = 0) ORDER BY id DESC LIMIT ?2",
                err);
    if (rc == TQ_OK) {
        sql_bind_str(stmt, 1, item);
        sql_bind_int(stmt, 2, (int64_t)limit);
    }
    while (rc == TQ_OK && row) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        rc = take(db, stmt, arena, &list[*n], err);
        if (rc != TQ_OK)
            sql_done(stmt);
        else if (list[*n].table != NULL)
            (*n)++;
    }
    return rc;
}

static tq_status run_for(struct tq_db *db, const char *sql, int64_t id, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt, sql, err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, id);
    return sql_run(db, stmt, err);
}

tq_status tq_office_answer_undo(
        struct tq_db *db, const struct tq_answer *answer, struct tq_error *err)
{
    tq_status rc = run_for(db, "UPDATE tq_answer SET undone = 1 WHERE id = ?1", answer->id, err);

    if (rc != TQ_OK || answer->refused == 0)
        return rc;
    return run_for(db,
            "UPDATE tq_refused SET answered = 0, reopened = coalesce((SELECT seq FROM"
            " sqlite_sequence WHERE name = 'tq_log'), 0) WHERE id = ?1",
            answer->refused, err);
}
