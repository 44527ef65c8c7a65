#include "tuquan/province_report.h"

#include <string.h>

#include "store/sql.h"

static bool keep(struct tq_arena *arena, struct tq_slice from, struct tq_slice *out)
{
    void *copy = tq_arena_copy(arena, from.data, from.len);

    *out = tq_slice_of(copy, from.len);
    return copy != NULL;
}

static tq_status read_row(sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_province_report *out, struct tq_error *err)
{
    bool whole = keep(arena, sql_bytes(stmt, TQ_PROVINCE_FIELDS), &out->made_by);

    for (int i = 0; i < TQ_PROVINCE_FIELDS; i++) {
        if (sql_value(stmt, i).type == TQ_TEXT)
            whole = keep(arena, sql_bytes(stmt, i), &out->fields[i]) && whole;
    }
    out->made_at_ms = sql_int(stmt, TQ_PROVINCE_FIELDS + 1);
    if (sql_value(stmt, TQ_PROVINCE_FIELDS + 2).type == TQ_TEXT)
        whole = keep(arena, sql_bytes(stmt, TQ_PROVINCE_FIELDS + 2), &out->signed_by) && whole;
    out->signed_at_ms = sql_int(stmt, TQ_PROVINCE_FIELDS + 3);
    return whole ? TQ_OK : tq_error_set(err, TQ_NOMEM, "report");
}

tq_status tq_province_report_get(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_slice period, struct tq_province_report *out, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(store);
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT document_no, situation, results, assessment, proposals, made_by, made_at,"
            " signed_by, signed_at FROM tq_province_report WHERE period = ?1",
            err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, period);
    rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        rc = read_row(stmt, arena, out, err);
        sql_done(stmt);
    }
    return rc;
}

/* One change in a transaction, which carries the line of the trail that waits for one. `stmt` is bound.
 * Changes nothing: the row is signed, or is not there. */
static tq_status change(struct tq_district_store *store, sqlite3_stmt *stmt, struct tq_slice period,
        struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(store);
    struct tq_db *db = tq_district_store_db(store);
    tq_status rc = ops->begin(ops->ctx, err);

    if (rc != TQ_OK) {
        sql_done(stmt);
        return rc;
    }
    rc = sql_run(db, stmt, err);
    if (rc == TQ_OK && sqlite3_changes(sql_handle(db)) == 0)
        rc = tq_error_set(err, TQ_LOCKED, "%.*s", (int)period.len, (const char *)period.data);
    if (rc == TQ_OK)
        return ops->commit(ops->ctx, err);
    ops->rollback(ops->ctx);
    return rc;
}

tq_status tq_province_report_put(struct tq_district_store *store, struct tq_slice period,
        const struct tq_province_report *report, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(tq_district_store_db(store), &stmt,
            "INSERT INTO tq_province_report (period, made_by, made_at, document_no, situation,"
            " results, assessment, proposals) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            " ON CONFLICT (period) DO UPDATE SET made_by = excluded.made_by,"
            " made_at = excluded.made_at, document_no = excluded.document_no,"
            " situation = excluded.situation, results = excluded.results,"
            " assessment = excluded.assessment, proposals = excluded.proposals"
            " WHERE signed_at IS NULL",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, period);
    sql_bind_text(stmt, 2, report->made_by);
    sql_bind_int(stmt, 3, report->made_at_ms);
    for (int i = 0; i < TQ_PROVINCE_FIELDS; i++)
        sql_bind_text(stmt, 4 + i, report->fields[i]);
    return change(store, stmt, period, err);
}

tq_status tq_province_report_sign(struct tq_district_store *store, struct tq_slice period,
        const struct tq_province_report *report, struct tq_slice paper, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(tq_district_store_db(store), &stmt,
            "UPDATE tq_province_report SET signed_by = ?2, signed_at = ?3, document_no = ?5,"
            " situation = ?6, results = ?7, assessment = ?8, proposals = ?9, paper = ?10"
            " WHERE period = ?1 AND signed_at IS NULL AND made_at = ?4",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, period);
    sql_bind_text(stmt, 2, report->signed_by);
    sql_bind_int(stmt, 3, report->signed_at_ms);
    sql_bind_int(stmt, 4, report->made_at_ms);
    for (int i = 0; i < TQ_PROVINCE_FIELDS; i++)
        sql_bind_text(stmt, 5 + i, report->fields[i]);
    sql_bind_blob(stmt, 10, paper);
    return change(store, stmt, period, err);
}

tq_status tq_province_report_paper(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_slice period, struct tq_slice *out, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(store);
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT paper FROM tq_province_report WHERE period = ?1 AND paper IS NOT NULL", err);

    *out = tq_slice_of(NULL, 0);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, period);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    rc = keep(arena, sql_bytes(stmt, 0), out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "report");
    sql_done(stmt);
    return rc;
}
