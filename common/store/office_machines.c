#include "tuquan/office_machines.h"

#include "store/office_store_internal.h"
#include "store/records_internal.h"
#include "store/sql.h"

/* An empty text is no NULL. */
static struct tq_slice text_of(struct tq_slice in)
{
    return in.len > 0 ? in : tq_slice_str("");
}

static tq_status keep(
        struct tq_arena *arena, struct tq_slice in, struct tq_slice *out, struct tq_error *err)
{
    *out = records_keep(arena, in);
    return out->data != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "machines");
}

static tq_status is_known(
        struct tq_db *db, const struct tq_machine *machine, bool *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT 1 FROM tq_machine WHERE device = ?1 AND letter = ?2 AND name = ?3"
            " AND since_ms = ?4",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, machine->device);
    sql_bind_text(stmt, 2, text_of(machine->letter));
    sql_bind_text(stmt, 3, text_of(machine->name));
    sql_bind_int(stmt, 4, machine->since_ms);
    rc = sql_step(db, stmt, out, err);
    if (rc == TQ_OK && *out)
        sql_done(stmt);
    return rc;
}

static tq_status put(struct tq_db *db, const struct tq_machine *machine, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt,
            "INSERT OR REPLACE INTO tq_machine (device, letter, name, since_ms)"
            " VALUES (?1, ?2, ?3, ?4)",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, machine->device);
    sql_bind_text(stmt, 2, text_of(machine->letter));
    sql_bind_text(stmt, 3, text_of(machine->name));
    sql_bind_int(stmt, 4, machine->since_ms);
    return sql_run(db, stmt, err);
}

tq_status tq_office_machines_put(
        struct tq_db *db, const struct tq_machine *list, size_t n, struct tq_error *err)
{
    bool known = true;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && known && i < n; i++)
        rc = is_known(db, &list[i], &known, err);
    if (rc != TQ_OK || known)
        return rc;
    rc = tq_db_begin(db, err);
    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = put(db, &list[i], err);
    if (rc == TQ_OK)
        rc = tq_db_commit(db, err);
    if (rc != TQ_OK)
        tq_db_rollback(db);
    return rc;
}

tq_status tq_store_machines_put(
        void *ctx, const struct tq_machine *list, size_t n, struct tq_error *err)
{
    struct tq_office_store *store = ctx;

    return tq_office_machines_put(store->db, list, n, err);
}

tq_status tq_office_machines(struct tq_db *db, struct tq_arena *arena, int64_t *own,
        struct tq_machine **out, size_t *n, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_machine *list = NULL;
    size_t room = 0;
    bool row = true;
    tq_status rc = sql_get_int(db, "SELECT device FROM tq_state", own, err);

    *n = 0;
    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt,
                "SELECT device, letter, name, since_ms FROM tq_machine ORDER BY device", err);
    while (rc == TQ_OK && row) {
        struct tq_machine *one;

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        if (*n == room) {
            struct tq_machine *grown = tq_arena_array(arena, 2 * room + 8, sizeof(*grown));

            if (grown == NULL) {
                rc = tq_error_set(err, TQ_NOMEM, "machines");
                sql_done(stmt);
                break;
            }
            for (size_t i = 0; i < *n; i++)
                grown[i] = list[i];
            list = grown;
            room = 2 * room + 8;
        }
        one = &list[*n];
        one->device = (uint32_t)sql_int(stmt, 0);
        one->since_ms = sql_int(stmt, 3);
        rc = keep(arena, sql_bytes(stmt, 1), &one->letter, err);
        if (rc == TQ_OK)
            rc = keep(arena, sql_bytes(stmt, 2), &one->name, err);
        if (rc != TQ_OK)
            sql_done(stmt);
        else
            (*n)++;
    }
    *out = list;
    return rc;
}
