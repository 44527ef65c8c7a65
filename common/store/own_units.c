#include "tuquan/own_units.h"

#include "store/own_units.h"
#include "store/sql.h"

#define MOST_UNITS 20000u

#define COMMUNES                                                                                   \
    "SELECT u.unit FROM unit AS u WHERE u.level = 3 AND (?1 IS NULL OR u.parent = ?1)"             \
    " AND (?2 IS NULL OR u.valid_from IS NULL OR u.valid_from <= ?2)"                              \
    " AND (?2 IS NULL OR u.valid_to IS NULL OR u.valid_to >= ?2) AND u.voided_at IS NULL"

static const char any_sql[] = COMMUNES " ORDER BY u.unit";
static const char own_sql[] = COMMUNES " AND (?1 IS NOT NULL OR " OWN_UNIT("u") ") ORDER BY u.unit";

/* An office's file knows of no machines, and a file of a test need not. */
static tq_status knows_machines(struct tq_db *db, bool *knows, struct tq_error *err)
{
    int64_t n = 0;
    tq_status rc = sql_get_int(db,
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'tq_incarnation'",
            &n, err);

    *knows = n > 0;
    return rc;
}

static tq_status keep(
        struct tq_arena *arena, struct tq_slice from, struct tq_slice *out, struct tq_error *err)
{
    uint8_t *copy = tq_arena_copy(arena, from.data, from.len);

    *out = tq_slice_of(copy, copy != NULL ? from.len : 0);
    return copy != NULL || from.len == 0 ? TQ_OK : tq_error_set(err, TQ_NOMEM, "units");
}

/* `day`: NULL, any. */
static tq_status find(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        const char *day, struct tq_slice **out, size_t *n, struct tq_error *err)
{
    struct tq_slice *units = tq_arena_array(arena, MOST_UNITS, sizeof(*units));
    sqlite3_stmt *stmt = NULL;
    bool knows = false;
    bool row = false;
    tq_status rc = units != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "units");

    *out = units;
    *n = 0;
    if (rc == TQ_OK)
        rc = knows_machines(db, &knows, err);
    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt, knows ? own_sql : any_sql, err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, parent.len > 0 ? parent : tq_slice_of(NULL, 0));
    if (day != NULL)
        sql_bind_str(stmt, 2, day);
    for (;;) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        if (*n == MOST_UNITS)
            rc = tq_error_set(
                    err, TQ_RANGE, "unit: %s %u", tq_phrase(TQ_PHRASE_TOO_MANY), MOST_UNITS);
        else
            rc = keep(arena, sql_bytes(stmt, 0), &units[*n], err);
        if (rc != TQ_OK) {
            sql_done(stmt);
            return rc;
        }
        (*n)++;
    }
}

tq_status tq_own_units(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent, tq_day on,
        struct tq_slice **out, size_t *n, struct tq_error *err)
{
    char day[TQ_DAY_TEXT];

    tq_day_print(on, day);
    return find(db, arena, parent, day, out, n, err);
}

tq_status tq_own_units_ever(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        struct tq_slice **out, size_t *n, struct tq_error *err)
{
    return find(db, arena, parent, NULL, out, n, err);
}
