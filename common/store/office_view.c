#include "tuquan/office_view.h"

#include <string.h>

#include "store/sql.h"
#include "store/records_internal.h"

/* Is set `s` in a backup that counts, as state `t` knows? */
#define IN_BACKUP "(t.backed_up >= t.backup_from AND s.merged_at <= t.backed_up)"

/* A refused change that waits for an answer: a later one of the cell, not sealed yet, is one. After an
 * answer that was taken back only what was written since is. */
#define CHANGED_AGAIN                                                                              \
    "EXISTS (SELECT 1 FROM tq_pending p WHERE p.tbl = tq_refused.tbl AND p.key = tq_refused.key"   \
    " AND p.cell = tq_refused.cell AND p.set_n IS NULL) AND (reopened = 0 OR EXISTS (SELECT 1 "    \
    "FROM"                                                                                         \
    " tq_log l WHERE l.id > reopened AND l.tbl = tq_refused.tbl AND l.key = tq_refused.key"        \
    " AND l.cell = tq_refused.cell))"
#define UNANSWERED "answered = 0 AND NOT (" CHANGED_AGAIN ")"

/* A list that grows while a statement is walked; rows are copied into the arena at the end. */
struct list {
    struct tq_buf rows;
    size_t size;
};

static tq_status keep(
        struct tq_arena *arena, struct tq_slice in, struct tq_slice *out, struct tq_error *err)
{
    *out = records_keep(arena, in);
    if (out->data != NULL)
        return TQ_OK;
    return tq_error_set(err, tq_arena_is_exhausted(arena) ? TQ_RANGE : TQ_NOMEM, "%s",
            tq_phrase(TQ_PHRASE_VIEW));
}

static tq_status close_list(struct list *list, struct tq_arena *arena, tq_status rc, void **out,
        size_t *n, struct tq_error *err)
{
    *out = NULL;
    *n = 0;
    if (rc == TQ_OK && !tq_buf_is_ok(&list->rows))
        rc = tq_error_set(err, TQ_NOMEM, "%s", tq_phrase(TQ_PHRASE_VIEW));
    if (rc == TQ_OK && list->rows.len > 0) {
        *out = tq_arena_copy(arena, list->rows.data, list->rows.len);
        *n = list->rows.len / list->size;
        if (*out == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "%s", tq_phrase(TQ_PHRASE_VIEW));
    }
    tq_buf_deinit(&list->rows);
    return rc;
}

static tq_status count(
        struct tq_db *db, const char *sql, int64_t *out, tq_status rc, struct tq_error *err)
{
    return rc == TQ_OK ? sql_get_int(db, sql, out, err) : rc;
}

/* Since when something waits; and when the newest of what came back did: what is held, by the receipt
 * that says so. */
static tq_status read_times(struct tq_db *db, struct tq_office_facts *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    rc = count(db,
            "SELECT coalesce(min(at), 0) FROM (SELECT min(at_ms) AS at FROM tq_log UNION ALL"
            " SELECT min(sealed_at) FROM tq_set WHERE acked = 0)",
            &out->waiting_since, rc, err);
    return count(db,
            "SELECT coalesce(max(at), 0) FROM (SELECT max(at_ms) AS at FROM tq_refused "
            "WHERE " UNANSWERED " UNION ALL SELECT max(at_ms) FROM tq_returned UNION ALL"
            " SELECT max(r.t) FROM tq_set s JOIN tq_receipt r ON r.incarnation = s.incarnation AND"
            " r.seq = s.seq WHERE s.n IN (SELECT set_n FROM tq_pending WHERE state = 1))",
            &out->came_back_at, rc, err);
}

static tq_status read_counts(struct tq_db *db, struct tq_office_facts *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    rc = count(db, "SELECT count(*) FROM tq_log", &out->changes_unsealed, rc, err);
    rc = count(db, "SELECT count(*) FROM (SELECT DISTINCT tbl, key FROM tq_pending)",
            &out->rows_waiting, rc, err);
    rc = count(db,
            "SELECT count(*) FROM (SELECT DISTINCT tbl, key FROM tq_pending WHERE state = 0)",
            &out->rows_open, rc, err);
    rc = count(db,
            "SELECT count(*) FROM (SELECT DISTINCT tbl, key FROM tq_pending WHERE state = 1)",
            &out->rows_held, rc, err);
    rc = count(db,
            "SELECT count(*) FROM (SELECT DISTINCT tbl, key FROM tq_pending WHERE state = 2)",
            &out->rows_returned, rc, err);
    rc = count(db,
            "SELECT count(*) FROM (SELECT DISTINCT tbl, key FROM tq_pending WHERE state = 3)",
            &out->rows_requested, rc, err);
    rc = count(
            db, "SELECT count(*) FROM tq_refused WHERE " UNANSWERED, &out->cells_refused, rc, err);
    rc = count(db, "SELECT count(*) FROM tq_set WHERE acked = 0", &out->sets_waiting, rc, err);
    rc = count(db, "SELECT count(*) FROM tq_set WHERE acked = 1", &out->sets_confirmed, rc, err);
    rc = count(db,
            "SELECT coalesce(sum(s.nchanges), 0) FROM tq_set s, tq_state t WHERE s.acked = 1 AND"
            " NOT " IN_BACKUP,
            &out->changes_not_backed_up, rc, err);
    rc = count(db, "SELECT count(*) FROM tq_fault WHERE kind <= 3", &out->faults, rc, err);
    rc = count(db,
            "SELECT count(*) FROM conflict WHERE state = 'open' AND decision IS NULL AND voided_at "
            "IS NULL",
            &out->conflicts_open, rc, err);
    rc = count(db, "SELECT count(*) FROM held_row WHERE state = 'open' AND voided_at IS NULL",
            &out->held_open, rc, err);
    rc = count(db,
            "SELECT count(*) FROM correction_request WHERE state = 'asked' AND voided_at IS NULL",
            &out->requests_open, rc, err);
    /* One that was submitted anew since is on its way, and waits as any change does. */
    rc = count(db,
            "SELECT count(*) FROM report r, tq_state s WHERE r.unit = s.unit AND r.receipt_state ="
            " 'returned' AND r.voided_at IS NULL AND NOT (r.state = 'sent' AND"
            " coalesce(r.submitted_at > r.returned_at, FALSE))",
            &out->reports_returned, rc, err);
    return rc;
}

tq_status tq_office_facts_read(
        struct tq_db *db, struct tq_arena *arena, struct tq_office_facts *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = sql_prepare(db, &stmt,
            "SELECT s.unit, coalesce(u.full_name, u.name, s.unit), s.district_name, s.letter,"
            " s.device, s.incarnation, s.district IS NOT NULL, s.loading, s.foreign_write,"
            " s.last_sent_at, s.last_confirmed_at, s.last_received_at, s.last_heard_at,"
            " s.equal_as_of, s.equal_at, s.read_every_row_at FROM tq_state s LEFT JOIN unit u ON "
            "u.unit = s.unit",
            err);
    if (rc == TQ_OK)
        rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        rc = keep(arena, sql_bytes(stmt, 0), &out->unit, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 1), &out->unit_name, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 2), &out->district_name, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 3), &out->letter, err);
        out->device = sql_int(stmt, 4);
        out->incarnation = sql_int(stmt, 5);
        out->joined = sql_int(stmt, 6) != 0;
        out->loading = sql_int(stmt, 7) != 0;
        out->foreign_write = sql_int(stmt, 8) != 0;
        out->last_sent_at = sql_int(stmt, 9);
        out->last_confirmed_at = sql_int(stmt, 10);
        out->last_received_at = sql_int(stmt, 11);
        out->last_heard_at = sql_int(stmt, 12);
        out->equal_as_of = sql_int(stmt, 13);
        out->equal_at = sql_int(stmt, 14);
        out->read_every_row_at = sql_int(stmt, 15);
        sql_done(stmt);
    }
    if (rc == TQ_OK)
        rc = read_times(db, out, err);
    return rc == TQ_OK ? read_counts(db, out, err) : rc;
}

tq_status tq_office_waiting(struct tq_db *db, size_t limit, struct tq_arena *arena,
        struct tq_waiting **out, size_t *n, struct tq_error *err)
{
    struct list list = { { 0 }, sizeof(struct tq_waiting) };
    sqlite3_stmt *stmt = NULL;
    void *rows;
    bool row = true;
    tq_status rc;

    tq_buf_init(&list.rows, 0);
    rc = sql_prepare(db, &stmt,
            "SELECT p.tbl, p.key, count(*), max(p.state), min(p.cell) = 0, min(p.set_n IS NOT "
            "NULL),"
            " max(r.reason), max(r.\"column\"), max(r.detail)"
            " FROM tq_pending p LEFT JOIN tq_returned r ON r.tbl = p.tbl AND r.key = p.key"
            " GROUP BY p.tbl, p.key ORDER BY max(p.state) DESC, p.tbl, p.key LIMIT ?1",
            err);
    if (rc == TQ_OK)
        sql_bind_int(stmt, 1, (int64_t)limit);
    while (rc == TQ_OK && row) {
        struct tq_waiting item = { 0 };

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        item.table = tq_catalogue_table(tq_db_catalogue(db), (uint32_t)sql_int(stmt, 0));
        item.cells = sql_int(stmt, 2);
        item.state = (int)sql_int(stmt, 3);
        item.is_insert = sql_int(stmt, 4) != 0;
        item.sealed = sql_int(stmt, 5) != 0;
        item.reason = sql_int(stmt, 6);
        item.column = sql_int(stmt, 7);
        rc = keep(arena, sql_bytes(stmt, 1), &item.key, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 8), &item.detail, err);
        tq_buf_append(&list.rows, &item, sizeof(item));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    rc = close_list(&list, arena, rc, &rows, n, err);
    *out = rows;
    return rc;
}

tq_status tq_office_refused(struct tq_db *db, int64_t id, struct tq_arena *arena,
        struct tq_refused_cell **out, size_t *n, struct tq_error *err)
{
    struct list list = { { 0 }, sizeof(struct tq_refused_cell) };
    sqlite3_stmt *stmt = NULL;
    void *rows;
    bool row = true;
    tq_status rc;

    tq_buf_init(&list.rows, 0);
    rc = sql_prepare(db, &stmt,
            "SELECT id, tbl, key, cell, mine, reason, \"column\", detail, " CHANGED_AGAIN
            " FROM tq_refused WHERE answered = 0 AND (?1 = 0 OR id = ?1) ORDER BY id",
            err);
    if (rc == TQ_OK)
        sql_bind_int(stmt, 1, id);
    while (rc == TQ_OK && row) {
        struct tq_refused_cell item = { 0 };

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        item.id = sql_int(stmt, 0);
        item.table = tq_catalogue_table(tq_db_catalogue(db), (uint32_t)sql_int(stmt, 1));
        item.cell = (uint32_t)sql_int(stmt, 3);
        item.reason = sql_int(stmt, 5);
        item.column = sql_int(stmt, 6);
        item.changed = sql_int(stmt, 8) != 0;
        rc = keep(arena, sql_bytes(stmt, 2), &item.key, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 4), &item.mine, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 7), &item.detail, err);
        tq_buf_append(&list.rows, &item, sizeof(item));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    rc = close_list(&list, arena, rc, &rows, n, err);
    *out = rows;
    return rc;
}

tq_status tq_office_returned_lift(
        struct tq_db *db, const struct tq_table *table, struct tq_slice key, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc =
            sql_prepare(db, &stmt, "DELETE FROM tq_returned WHERE tbl = ?1 AND key = ?2", err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, table->id);
    sql_bind_blob(stmt, 2, key);
    return sql_run(db, stmt, err);
}

tq_status tq_office_refused_answer(struct tq_db *db, int64_t id, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt, "UPDATE tq_refused SET answered = 1 WHERE id = ?1", err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, id);
    return sql_run(db, stmt, err);
}

tq_status tq_office_sets(struct tq_db *db, const struct tq_set_query *query, struct tq_arena *arena,
        struct tq_sent_set **out, size_t *n, struct tq_error *err)
{
    int64_t last = query->before > 0 ? query->before - 1 : INT64_MAX;
    struct list list = { { 0 }, sizeof(struct tq_sent_set) };
    sqlite3_stmt *stmt = NULL;
    void *rows;
    bool row = true;
    tq_status rc;

    tq_buf_init(&list.rows, 0);
    rc = sql_prepare(db, &stmt,
            "SELECT s.n, s.incarnation, s.seq, s.sealed_at, s.nchanges, s.acked, s.hash,"
            " iif(length(s.payload) <= ?2, s.payload, NULL),"
            " (SELECT bytes FROM tq_receipt r WHERE r.incarnation = s.incarnation AND r.seq = s.seq"
            "  ORDER BY t DESC LIMIT 1),"
            " (SELECT count(*) FROM tq_receipt r WHERE r.incarnation = s.incarnation"
            "  AND r.seq = s.seq), (s.acked = 1) + (s.acked = 1 AND " IN_BACKUP "),"
            " length(s.payload) FROM tq_set s, tq_state t WHERE s.n BETWEEN ?3 AND ?4"
            " ORDER BY s.n DESC LIMIT ?1",
            err);
    if (rc == TQ_OK) {
        sql_bind_int(stmt, 1, (int64_t)query->limit);
        sql_bind_int(stmt, 2, (int64_t)query->payload);
        sql_bind_int(stmt, 3, query->only);
        sql_bind_int(stmt, 4, query->only != 0 ? query->only : last);
    }
    while (rc == TQ_OK && row) {
        struct tq_sent_set item = { 0 };

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        item.n = sql_int(stmt, 0);
        item.incarnation = sql_int(stmt, 1);
        item.seq = sql_int(stmt, 2);
        item.sealed_at = sql_int(stmt, 3);
        item.nchanges = sql_int(stmt, 4);
        item.fate = sql_int(stmt, 5);
        item.nreceipts = sql_int(stmt, 9);
        item.copies = sql_int(stmt, 10);
        item.payload_bytes = sql_int(stmt, 11);
        rc = keep(arena, sql_bytes(stmt, 6), &item.hash, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 7), &item.payload, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 8), &item.receipt, err);
        tq_buf_append(&list.rows, &item, sizeof(item));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    rc = close_list(&list, arena, rc, &rows, n, err);
    *out = rows;
    return rc;
}

tq_status tq_office_set_receipts(struct tq_db *db, const struct tq_sent_set *set,
        struct tq_arena *arena, struct tq_slice **out, size_t *n, struct tq_error *err)
{
    struct list list = { { 0 }, sizeof(struct tq_slice) };
    sqlite3_stmt *stmt = NULL;
    void *rows;
    bool row = true;
    tq_status rc;

    tq_buf_init(&list.rows, 0);
    rc = sql_prepare(db, &stmt,
            "SELECT bytes FROM tq_receipt WHERE incarnation = ?1 AND seq = ?2 ORDER BY t", err);
    if (rc == TQ_OK) {
        sql_bind_int(stmt, 1, set->incarnation);
        sql_bind_int(stmt, 2, set->seq);
    }
    while (rc == TQ_OK && row) {
        struct tq_slice item = { NULL, 0 };

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        rc = keep(arena, sql_bytes(stmt, 0), &item, err);
        tq_buf_append(&list.rows, &item, sizeof(item));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    rc = close_list(&list, arena, rc, &rows, n, err);
    *out = rows;
    return rc;
}

/* One source of the story: columns cell, at, device, author, state, set, old, new, no row. */
static tq_status add_story(struct tq_db *db, const char *sql, tq_story_kind kind, uint32_t table,
        struct tq_slice key, uint32_t cell, struct tq_arena *arena, struct list *list,
        struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(db, &stmt, sql, err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, table);
    sql_bind_blob(stmt, 2, key);
    sql_bind_int(stmt, 3, cell);
    while (rc == TQ_OK && row) {
        struct tq_story item = { .kind = kind };

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        item.cell = (uint32_t)sql_int(stmt, 0);
        item.at_ms = sql_int(stmt, 1);
        item.device = sql_int(stmt, 2);
        item.state = (int)sql_int(stmt, 4);
        item.set_n = sql_int(stmt, 5);
        item.no_row = sql_int(stmt, 8) != 0;
        rc = keep(arena, sql_bytes(stmt, 3), &item.author, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 6), &item.old_text, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 7), &item.new_text, err);
        tq_buf_append(&list->rows, &item, sizeof(item));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    return rc;
}

tq_status tq_office_story(struct tq_db *db, const struct tq_table *table, struct tq_slice key,
        uint32_t cell, struct tq_arena *arena, struct tq_story **out, size_t *n,
        struct tq_error *err)
{
    static const struct {
        tq_story_kind kind;
        const char *sql;
    } SOURCES[] = {
        { TQ_STORY_CAME,
                "SELECT cell, at_ms, device, author, 0, 0, NULL, NULL, 0 FROM tq_cell_history"
                " WHERE tbl = ?1 AND key = ?2 AND (?3 = 0 OR cell = ?3) ORDER BY seq, cell" },
        { TQ_STORY_PENDING,
                "SELECT cell, 0, 0, NULL, state, coalesce(set_n, 0), base, NULL, base IS NULL"
                " FROM tq_pending WHERE tbl = ?1 AND key = ?2 AND (?3 = 0 OR cell IN (0, ?3))"
                " ORDER BY cell" },
        { TQ_STORY_LOGGED,
                "SELECT cell, at_ms, 0, author, 0, 0, old, new, 0 FROM tq_log"
                " WHERE tbl = ?1 AND key = ?2 AND (?3 = 0 OR cell IN (0, ?3)) ORDER BY id" },
    };
    struct list list = { { 0 }, sizeof(struct tq_story) };
    void *rows;
    tq_status rc = TQ_OK;

    tq_buf_init(&list.rows, 0);
    for (size_t i = 0; rc == TQ_OK && i < sizeof(SOURCES) / sizeof(SOURCES[0]); i++)
        rc = add_story(
                db, SOURCES[i].sql, SOURCES[i].kind, table->id, key, cell, arena, &list, err);
    rc = close_list(&list, arena, rc, &rows, n, err);
    *out = rows;
    return rc;
}

tq_status tq_office_faults(struct tq_db *db, size_t limit, struct tq_arena *arena,
        struct tq_fault_line **out, size_t *n, struct tq_error *err)
{
    struct list list = { { 0 }, sizeof(struct tq_fault_line) };
    sqlite3_stmt *stmt = NULL;
    void *rows;
    bool row = true;
    tq_status rc;

    tq_buf_init(&list.rows, 0);
    rc = sql_prepare(db, &stmt,
            "SELECT at_ms, text FROM tq_fault WHERE kind <= 3 ORDER BY id DESC LIMIT ?1", err);
    if (rc == TQ_OK)
        sql_bind_int(stmt, 1, (int64_t)limit);
    while (rc == TQ_OK && row) {
        struct tq_fault_line item = { 0 };

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        item.at_ms = sql_int(stmt, 0);
        rc = keep(arena, sql_bytes(stmt, 1), &item.text, err);
        tq_buf_append(&list.rows, &item, sizeof(item));
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    rc = close_list(&list, arena, rc, &rows, n, err);
    *out = rows;
    return rc;
}

tq_status tq_office_integrity(
        struct tq_db *db, struct tq_arena *arena, struct tq_slice *text, struct tq_error *err)
{
    char said[512];
    tq_status rc = sql_integrity(sql_handle(db), said, sizeof(said), err);

    *text = tq_slice_str("");
    return rc == TQ_OK ? keep(arena, tq_slice_str(said), text, err) : rc;
}

tq_status tq_office_found(
        struct tq_db *db, const char *unit, const char *letter, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int64_t taken = 0;
    tq_status rc = tq_db_begin(db, err);

    if (rc == TQ_OK)
        rc = sql_get_int(db, "SELECT unit IS NOT NULL FROM tq_state", &taken, err);
    if (rc == TQ_OK && taken)
        rc = tq_error_set(err, TQ_EXISTS, "%s", tq_db_path(db));
    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt, "UPDATE tq_state SET unit = ?1, letter = ?2", err);
    if (rc == TQ_OK) {
        sql_bind_str(stmt, 1, unit);
        sql_bind_str(stmt, 2, letter);
        rc = sql_run(db, stmt, err);
    }
    if (rc == TQ_OK)
        rc = tq_db_commit(db, err);
    if (rc != TQ_OK)
        tq_db_rollback(db);
    return rc;
}
