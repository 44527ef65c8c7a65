/* office_pending.c - Unsettled cells and what is noted about rows, for the office's store. */
#include <string.h>

#include "store/office_store_internal.h"
#include "tuquan/quoted.h"

#define DUE_AT_ONCE 500
#define NOW_MS "CAST((julianday()-2440587.5)*86400000 AS INTEGER)"
#define PENDING_COLUMNS "p.tbl,p.cell,p.key,p.base,p.seen,p.t_seen,p.set_n,p.state"
#define SLOT(which) ((which)-TQ_STORE_PENDING_SLOTS)

typedef enum sql {
    SQL_PENDING_ROW = TQ_STORE_PENDING_SLOTS,
    SQL_PENDING_TABLE,
    SQL_PENDING_DUE,
    SQL_PENDING_SETS,
    SQL_PENDING_ROWS,
    SQL_PENDING_PUT,
    SQL_PENDING_DELETE,
    SQL_RETURNED_PUT,
    SQL_RETURNED_DELETE,
    SQL_REFUSED_PUT,
    SQL_REFUSED_SEALED,
    SQL_HISTORY_PUT,
    SQL_FAULT_PUT,
    SQL_LOST_CELLS,
    SQL_LOST_TOLD,
    SQL_BROADCAST_GET,
    SQL_BROADCAST_PUT,
    SQL_OWNERS_CLEAR,
    SQL_OWNERS_PUT,
} sql;

static const char *const SQL[] = {
    [SLOT(SQL_PENDING_ROW)] =
            "SELECT " PENDING_COLUMNS " FROM tq_pending p WHERE p.tbl=?1 AND p.key=?2"
            " ORDER BY p.cell",
    [SLOT(SQL_PENDING_TABLE)] = "SELECT " PENDING_COLUMNS " FROM tq_pending p WHERE p.tbl=?1"
                                " ORDER BY p.key,p.cell",
    [SLOT(SQL_PENDING_DUE)] =
            "SELECT " PENDING_COLUMNS " FROM tq_pending p CROSS JOIN tq_set s ON s.n=p.set_n"
            " WHERE s.acked=1 AND s.merged_at<=?1 AND p.state IN (0,4) AND (p.cell=0 OR NOT EXISTS"
            " (SELECT 1 FROM tq_pending z WHERE z.tbl=p.tbl AND z.key=p.key AND z.cell=0))"
            " LIMIT ?2",
    [SLOT(SQL_PENDING_SETS)] =
            "SELECT DISTINCT p.set_n FROM tq_pending p JOIN tq_set s ON s.n=p.set_n"
            " WHERE s.acked=1",
    [SLOT(SQL_PENDING_ROWS)] = "SELECT count(*) FROM (SELECT DISTINCT tbl,key FROM tq_pending)",
    [SLOT(SQL_PENDING_PUT)] =
            "INSERT INTO tq_pending(tbl,key,cell,base,seen,t_seen,set_n,state)"
            " VALUES(?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT(tbl,key,cell) DO UPDATE SET base=?4,"
            "seen=?5,t_seen=?6,set_n=?7,state=?8",
    [SLOT(SQL_PENDING_DELETE)] = "DELETE FROM tq_pending WHERE tbl=?1 AND key=?2 AND cell=?3",
    [SLOT(SQL_RETURNED_PUT)] =
            "INSERT OR REPLACE INTO tq_returned(tbl,key,reason,\"column\",detail,set_n,"
            "place,at_ms) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
    [SLOT(SQL_RETURNED_DELETE)] = "DELETE FROM tq_returned WHERE tbl=?1 AND key=?2",
    [SLOT(SQL_REFUSED_PUT)] =
            "INSERT INTO tq_refused(tbl,key,cell,mine,reason,\"column\",detail,set_n,at_ms)"
            " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9) ON CONFLICT(tbl,key,cell) DO UPDATE SET mine=?4,"
            "reason=?5,\"column\"=?6,detail=?7,set_n=?8,at_ms=?9,answered=0 WHERE set_n<?8",
    [SLOT(SQL_REFUSED_SEALED)] =
            "UPDATE tq_refused SET answered=1 WHERE answered=0 AND EXISTS (SELECT 1 FROM tq_pending"
            " p WHERE p.tbl=tq_refused.tbl AND p.key=tq_refused.key AND p.cell=tq_refused.cell"
            " AND p.set_n=?1) AND (reopened=0 OR EXISTS (SELECT 1 FROM tq_log l WHERE l.id>reopened"
            " AND l.tbl=tq_refused.tbl AND l.key=tq_refused.key AND l.cell=tq_refused.cell))",
    /* Of a whole row: when it came here. */
    [SLOT(SQL_HISTORY_PUT)] =
            "INSERT OR REPLACE INTO tq_cell_history(tbl,key,cell,device,author,at_ms,"
            "seq) VALUES(?1,?2,?3,?4,?5,iif(?3=0," NOW_MS ",?6),?7)",
    [SLOT(SQL_FAULT_PUT)] = "INSERT INTO tq_fault(at_ms,kind,tbl,key,cell,found,expected,text)"
                            " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
    [SLOT(SQL_LOST_CELLS)] = "SELECT key,cell,found,max(id) FROM tq_fault WHERE kind=5 AND tbl=?1"
                             " GROUP BY key,cell ORDER BY key,cell LIMIT ?2",
    [SLOT(SQL_LOST_TOLD)] = "UPDATE tq_fault SET kind=9 WHERE kind=5 AND tbl=?1 AND key=?2",
    [SLOT(SQL_OWNERS_CLEAR)] = "DELETE FROM tq_scope",
    [SLOT(SQL_OWNERS_PUT)] = "INSERT INTO tq_scope(unit) VALUES(?1)",
    [SLOT(SQL_BROADCAST_GET)] = "SELECT seq FROM tq_broadcast WHERE tbl=?1",
    [SLOT(SQL_BROADCAST_PUT)] = "INSERT INTO tq_broadcast(tbl,seq) VALUES(?1,?2) ON CONFLICT(tbl)"
                                " DO UPDATE SET seq=max(seq,?2)",
};

static tq_status get_stmt(
        struct tq_office_store *store, sql which, sqlite3_stmt **out, struct tq_error *err)
{
    return tq_store_stmt(store, which, SQL[SLOT(which)], out, err);
}

static tq_status read_pending(
        sqlite3_stmt *stmt, struct tq_arena *arena, struct tq_pending *out, struct tq_error *err)
{
    struct tq_slice base;

    memset(out, 0, sizeof(*out));
    out->table = (uint32_t)sqlite3_column_int64(stmt, 0);
    out->cell = (uint32_t)sqlite3_column_int64(stmt, 1);
    out->seen = (uint64_t)sqlite3_column_int64(stmt, 4);
    out->t_seen = sqlite3_column_int64(stmt, 5);
    out->set_n = sqlite3_column_int64(stmt, 6);
    out->state = (tq_pending_state)sqlite3_column_int(stmt, 7);
    if (!tq_store_column_slice(stmt, 2, arena, &out->key) ||
            !tq_store_column_slice(stmt, 3, arena, &base))
        return tq_error_set(err, TQ_NOMEM, "pending");
    return tq_quoted_parse(base, arena, &out->base, err);
}

/* All rows of a bound statement; the array grows in the arena. */
static tq_status read_all(struct tq_office_store *store, sqlite3_stmt *stmt, struct tq_arena *arena,
        struct tq_pending **out, size_t *n, struct tq_error *err)
{
    struct tq_pending *list = NULL;
    size_t cap = 0;
    bool found = true;
    tq_status rc = TQ_OK;

    *n = 0;
    for (;;) {
        rc = tq_store_step(store, stmt, "pending", &found, err);
        if (rc != TQ_OK || !found)
            break;
        if (*n == cap) {
            struct tq_pending *grown;

            cap = cap > 0 ? 2 * cap : 8;
            grown = tq_arena_array(arena, cap, sizeof(*grown));
            if (grown == NULL) {
                rc = tq_error_set(err, TQ_NOMEM, "pending");
                break;
            }
            if (*n > 0)
                memcpy(grown, list, *n * sizeof(*grown));
            list = grown;
        }
        rc = read_pending(stmt, arena, &list[*n], err);
        if (rc != TQ_OK)
            break;
        (*n)++;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    *out = list;
    return rc;
}

tq_status tq_store_pending_row(void *ctx, uint32_t table, struct tq_slice key,
        struct tq_arena *arena, struct tq_pending **out, size_t *n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_PENDING_ROW, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    tq_store_bind_blob(stmt, 2, key);
    return read_all(store, stmt, arena, out, n, err);
}

tq_status tq_store_pending_table(void *ctx, uint32_t table, struct tq_arena *arena,
        struct tq_pending **out, size_t *n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_PENDING_TABLE, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    return read_all(store, stmt, arena, out, n, err);
}

tq_status tq_store_pending_due(void *ctx, uint64_t cursor, struct tq_arena *arena,
        struct tq_pending **out, size_t *n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_PENDING_DUE, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, (int64_t)cursor);
    sqlite3_bind_int(stmt, 2, DUE_AT_ONCE);
    return read_all(store, stmt, arena, out, n, err);
}

tq_status tq_store_pending_sets(
        void *ctx, struct tq_arena *arena, int64_t **out, size_t *n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    int64_t *list = NULL;
    size_t cap = 0;
    sqlite3_stmt *stmt = NULL;
    bool found = true;
    tq_status rc = get_stmt(store, SQL_PENDING_SETS, &stmt, err);

    *n = 0;
    while (rc == TQ_OK) {
        rc = tq_store_step(store, stmt, "pending", &found, err);
        if (rc != TQ_OK || !found)
            break;
        if (*n == cap) {
            int64_t *grown;

            cap = cap > 0 ? 2 * cap : 8;
            grown = tq_arena_array(arena, cap, sizeof(*grown));
            if (grown == NULL) {
                rc = tq_error_set(err, TQ_NOMEM, "pending");
                break;
            }
            if (*n > 0)
                memcpy(grown, list, *n * sizeof(*grown));
            list = grown;
        }
        list[(*n)++] = sqlite3_column_int64(stmt, 0);
    }
    sqlite3_reset(stmt);
    *out = list;
    return rc;
}

tq_status tq_store_pending_rows(void *ctx, uint32_t *rows, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    tq_status rc = get_stmt(store, SQL_PENDING_ROWS, &stmt, err);

    *rows = 0;
    if (rc != TQ_OK)
        return rc;
    rc = tq_store_step(store, stmt, "pending", &found, err);
    if (rc == TQ_OK && found)
        *rows = (uint32_t)sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return rc;
}

tq_status tq_store_pending_put(void *ctx, const struct tq_pending *pending, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    struct tq_buf base;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_PENDING_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&base, 0);
    tq_quoted_format(&base, &pending->base);
    sqlite3_bind_int64(stmt, 1, pending->table);
    tq_store_bind_blob(stmt, 2, pending->key);
    sqlite3_bind_int64(stmt, 3, pending->cell);
    if (pending->cell != TQ_CELL_ROW)
        tq_store_bind_text(stmt, 4, tq_buf_slice(&base));
    sqlite3_bind_int64(stmt, 5, (int64_t)pending->seen);
    sqlite3_bind_int64(stmt, 6, pending->t_seen);
    if (pending->set_n != 0)
        sqlite3_bind_int64(stmt, 7, pending->set_n);
    sqlite3_bind_int(stmt, 8, (int)pending->state);
    if (tq_buf_is_ok(&base))
        rc = tq_store_run(store, stmt, "pending", err);
    else
        rc = tq_error_set(err, TQ_NOMEM, "pending");
    tq_buf_deinit(&base);
    return rc;
}

tq_status tq_store_pending_delete(
        void *ctx, uint32_t table, struct tq_slice key, uint32_t cell, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_PENDING_DELETE, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    tq_store_bind_blob(stmt, 2, key);
    sqlite3_bind_int64(stmt, 3, cell);
    return tq_store_run(store, stmt, "pending", err);
}

/* ---- notes about rows ---- */

tq_status tq_store_returned_put(void *ctx, const struct tq_returned *returned, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_RETURNED_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, returned->table);
    tq_store_bind_blob(stmt, 2, returned->key);
    sqlite3_bind_int(stmt, 3, (int)returned->reason);
    sqlite3_bind_int64(stmt, 4, returned->column);
    tq_store_bind_text(stmt, 5, returned->detail);
    if (returned->set_n != 0)
        sqlite3_bind_int64(stmt, 6, returned->set_n);
    sqlite3_bind_int64(stmt, 7, returned->place);
    sqlite3_bind_int64(stmt, 8, returned->at_ms);
    return tq_store_run(store, stmt, "returned", err);
}

tq_status tq_store_returned_delete(
        void *ctx, uint32_t table, struct tq_slice key, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_RETURNED_DELETE, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    tq_store_bind_blob(stmt, 2, key);
    return tq_store_run(store, stmt, "returned", err);
}

tq_status tq_store_refused_put(
        void *ctx, const struct tq_refused_change *refused, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    struct tq_buf mine;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_REFUSED_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&mine, 0);
    tq_quoted_format(&mine, &refused->mine);
    sqlite3_bind_int64(stmt, 1, refused->table);
    tq_store_bind_blob(stmt, 2, refused->key);
    sqlite3_bind_int64(stmt, 3, refused->cell);
    tq_store_bind_text(stmt, 4, tq_buf_slice(&mine));
    sqlite3_bind_int(stmt, 5, (int)refused->reason);
    sqlite3_bind_int64(stmt, 6, refused->column);
    tq_store_bind_text(stmt, 7, refused->detail);
    sqlite3_bind_int64(stmt, 8, refused->set_n);
    sqlite3_bind_int64(stmt, 9, refused->at_ms);
    if (tq_buf_is_ok(&mine))
        rc = tq_store_run(store, stmt, "refused", err);
    else
        rc = tq_error_set(err, TQ_NOMEM, "refused");
    tq_buf_deinit(&mine);
    return rc;
}

tq_status tq_store_refused_sealed(
        struct tq_office_store *store, int64_t set_n, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_REFUSED_SEALED, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, set_n);
    return tq_store_run(store, stmt, "refused", err);
}

tq_status tq_store_history_put(void *ctx, uint32_t table, struct tq_slice key,
        const struct tq_origin *origin, uint64_t seq, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_HISTORY_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    tq_store_bind_blob(stmt, 2, key);
    sqlite3_bind_int64(stmt, 3, origin->cell);
    sqlite3_bind_int64(stmt, 4, origin->device);
    tq_store_bind_text(stmt, 5, origin->author);
    sqlite3_bind_int64(stmt, 6, origin->at_ms);
    sqlite3_bind_int64(stmt, 7, (int64_t)seq);
    return tq_store_run(store, stmt, "history", err);
}

tq_status tq_store_fault_put(
        void *ctx, const struct tq_difference_record *fault, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_FAULT_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, fault->at_ms);
    sqlite3_bind_int(stmt, 2, (int)fault->kind);
    sqlite3_bind_int64(stmt, 3, fault->table);
    tq_store_bind_blob(stmt, 4, fault->key);
    sqlite3_bind_int64(stmt, 5, fault->column);
    tq_store_bind_value(stmt, 6, &fault->found);
    tq_store_bind_value(stmt, 7, &fault->expected);
    tq_store_bind_text(stmt, 8, fault->text);
    return tq_store_run(store, stmt, "fault", err);
}

static tq_status read_lost(sqlite3_stmt *stmt, uint32_t table, struct tq_arena *arena,
        struct tq_difference_record *out, struct tq_error *err)
{
    memset(out, 0, sizeof(*out));
    out->kind = (tq_difference)(TQ_DIFFERS_CELL + TQ_DIFFERS_LOST);
    out->table = table;
    out->column = (uint32_t)sqlite3_column_int64(stmt, 1);
    if (!tq_store_column_slice(stmt, 0, arena, &out->key) ||
            !tq_store_column_value(stmt, 2, arena, &out->found))
        return tq_error_set(err, TQ_NOMEM, "lost cells");
    return TQ_OK;
}

tq_status tq_store_lost_cells(void *ctx, uint32_t table, size_t most, struct tq_arena *arena,
        struct tq_difference_record **out, size_t *n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    size_t room = 0;
    bool found = true;
    tq_status rc = get_stmt(store, SQL_LOST_CELLS, &stmt, err);

    *n = 0;
    *out = NULL;
    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    sqlite3_bind_int64(stmt, 2, (sqlite3_int64)most);
    while (rc == TQ_OK && (rc = tq_store_step(store, stmt, "lost cells", &found, err)) == TQ_OK &&
            found) {
        if (*n == room) { /* as many as there are: each table of a session asks, most have few */
            struct tq_difference_record *grown;

            room = room == 0 ? 16 : 2 * room < most ? 2 * room : most;
            grown = tq_arena_array(arena, room, sizeof(**out));
            if (grown != NULL && *n > 0)
                memcpy(grown, *out, *n * sizeof(**out));
            *out = grown;
        }
        rc = *out == NULL ? tq_error_set(err, TQ_NOMEM, "lost cells")
                          : read_lost(stmt, table, arena, &(*out)[*n], err);
        *n += rc == TQ_OK;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return rc;
}

tq_status tq_store_lost_told(void *ctx, uint32_t table, struct tq_slice key, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_LOST_TOLD, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    tq_store_bind_blob(stmt, 2, key);
    return tq_store_run(store, stmt, "lost cells", err);
}

tq_status tq_store_owners_put(
        void *ctx, const struct tq_slice *owners, size_t n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_OWNERS_CLEAR, &stmt, err);

    if (rc == TQ_OK)
        rc = tq_store_run(store, stmt, "scope", err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        rc = get_stmt(store, SQL_OWNERS_PUT, &stmt, err);
        if (rc != TQ_OK)
            break;
        tq_store_bind_text(stmt, 1, owners[i]);
        rc = tq_store_run(store, stmt, "scope", err);
    }
    return rc;
}

tq_status tq_store_broadcast_get(void *ctx, uint32_t table, uint64_t *seq, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    tq_status rc = get_stmt(store, SQL_BROADCAST_GET, &stmt, err);

    *seq = 0;
    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    rc = tq_store_step(store, stmt, "broadcast", &found, err);
    if (rc == TQ_OK && found)
        *seq = (uint64_t)sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return rc;
}

tq_status tq_store_broadcast_put(void *ctx, uint32_t table, uint64_t seq, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    sqlite3_stmt *stmt = NULL;
    tq_status rc = get_stmt(store, SQL_BROADCAST_PUT, &stmt, err);

    if (rc != TQ_OK)
        return rc;
    sqlite3_bind_int64(stmt, 1, table);
    sqlite3_bind_int64(stmt, 2, (int64_t)seq);
    return tq_store_run(store, stmt, "broadcast", err);
}
