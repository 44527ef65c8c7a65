#include "tuquan/office_bind.h"

#include "store/office_store_internal.h"
#include "store/sql.h"

/* The file's unit must be none, this one, or one that was closed into it; its district none or this
 * one. Of a file whose device lost its keys the district has judged the unit: the file cannot have
 * learned since what was closed. */
static tq_status check(struct tq_db *db, const struct tq_certificate *certificate, bool judged,
        struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT (unit IS NULL OR (device IS NOT NULL AND ?3) OR unit IN (WITH RECURSIVE "
            "s(unit) AS (SELECT ?1 UNION SELECT "
            "x.old_unit FROM s JOIN unit_successor x ON x.new_unit = s.unit WHERE x.voided_at IS "
            "NULL) SELECT unit FROM s)) AND (district IS NULL OR district = ?2), unit "
            "FROM tq_state",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, certificate->unit);
    sql_bind_blob(stmt, 2, tq_slice_of(certificate->district, sizeof(certificate->district)));
    sql_bind_int(stmt, 3, judged);
    rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && (!row || sql_int(stmt, 0) == 0)) {
        struct tq_slice have = row ? sql_bytes(stmt, 1) : tq_slice_of(NULL, 0);

        rc = tq_error_set(err, TQ_WRONG_FILE, "%s: %.*s", tq_db_path(db), (int)have.len,
                (const char *)have.data);
    }
    sql_done(stmt);
    return rc;
}

tq_status tq_office_bind_in(struct tq_db *db, const struct tq_certificate *certificate, bool judged,
        struct tq_slice district_name, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = check(db, certificate, judged, err);

    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt,
                "UPDATE tq_state SET district = ?1, district_name = ?2, unit = ?3, device = ?4, "
                "letter = ?5, incarnation = ?6, schema = ?7",
                err);
    if (rc == TQ_OK) {
        sql_bind_blob(stmt, 1, tq_slice_of(certificate->district, sizeof(certificate->district)));
        sql_bind_text(stmt, 2, district_name);
        sql_bind_text(stmt, 3, certificate->unit);
        sql_bind_int(stmt, 4, certificate->device);
        sql_bind_text(stmt, 5, certificate->letter);
        sql_bind_int(stmt, 6, certificate->incarnation);
        sql_bind_int(stmt, 7, tq_db_catalogue(db)->version);
        rc = sql_run(db, stmt, err);
    }
    return rc;
}

tq_status tq_office_bind(struct tq_db *db, const struct tq_certificate *certificate,
        struct tq_slice district_name, struct tq_error *err)
{
    tq_status rc = tq_db_begin(db, err);

    if (rc == TQ_OK)
        rc = tq_office_bind_in(db, certificate, false, district_name, err);
    if (rc == TQ_OK)
        rc = tq_db_commit(db, err);
    if (rc != TQ_OK)
        tq_db_rollback(db);
    return rc;
}

tq_status tq_store_bind_file(void *ctx, const struct tq_certificate *certificate,
        struct tq_slice district_name, struct tq_error *err)
{
    struct tq_office_store *store = ctx;

    return tq_office_bind_in(store->db, certificate, true, district_name, err);
}
