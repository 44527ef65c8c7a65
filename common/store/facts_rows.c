/* Periods, sheets, units and votes out of their rows. */
#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"
#include "tuquan/facts.h"
#include "tuquan/own_units.h"

#define MOST_VOTES 64u

static bool keep(struct tq_arena *arena, struct tq_slice from, struct tq_slice *out)
{
    uint8_t *copy = tq_arena_alloc(arena, from.len + 1);

    if (copy == NULL)
        return false;
    if (from.len > 0)
        memcpy(copy, from.data, from.len);
    *out = tq_slice_of(copy, from.len);
    return true;
}

static tq_status short_of_memory(struct tq_error *err)
{
    return tq_error_set(err, TQ_NOMEM, "facts");
}

tq_status tq_facts_place(struct tq_db *db, struct tq_arena *arena, struct tq_slice unit,
        struct tq_slice incident, struct tq_slice *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT iif(" FACTS_HAPPENED_HERE(
                    "t.id") ", t.unit, t.across_unit) FROM incident AS t"
                            " WHERE t.id = ?2 AND t.unit = ?1 AND t.voided_at IS NULL",
            err);

    *out = tq_slice_of(NULL, 0);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, unit);
    sql_bind_blob(stmt, 2, incident);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    if (!keep(arena, sql_bytes(stmt, 0), out))
        rc = short_of_memory(err);
    sql_done(stmt);
    return rc;
}

/* The row's own days go before the calendar's: a window is what the district has set. */
static tq_status read_period(
        struct tq_db *db, struct tq_arena *arena, struct tq_facts_period *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT starts_on, ends_on, same_last_year FROM period WHERE period = ?1"
            " AND voided_at IS NULL",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, out->key);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    out->stored = true;
    (void)tq_day_parse(sql_bytes(stmt, 0), &out->window.first);
    (void)tq_day_parse(sql_bytes(stmt, 1), &out->window.last);
    if (sql_bytes(stmt, 2).len > 0 && !keep(arena, sql_bytes(stmt, 2), &out->last_year))
        rc = short_of_memory(err);
    sql_done(stmt);
    return rc;
}

tq_status tq_facts_period(struct tq_db *db, struct tq_arena *arena, struct tq_slice key,
        struct tq_facts_period *out, struct tq_error *err)
{
    char *text = tq_arena_alloc(arena, TQ_PERIOD_TEXT);
    struct tq_period before;

    memset(out, 0, sizeof(*out));
    if (text == NULL || !keep(arena, key, &out->key))
        return short_of_memory(err);
    if (!tq_period_parse(key, &out->period))
        return tq_error_set(err, TQ_NOT_FOUND, "period %.*s", (int)key.len, (const char *)key.data);
    out->window = tq_period_window(&out->period, TQ_LEVEL_COMMUNE);
    before = out->period;
    before.year--;
    tq_period_print(&before, text);
    out->last_year = tq_slice_str(text);
    return read_period(db, arena, out, err);
}

static tq_status read_sheet_row(struct tq_db *db, struct tq_arena *arena, struct tq_slice key,
        struct tq_sheet_row *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT name, params, basis FROM scoring_sheet WHERE sheet = ?1 AND voided_at IS NULL",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, key);
    rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && !row)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %.*s", tq_phrase(TQ_PHRASE_SHEET), (int)key.len,
                (const char *)key.data);
    if (rc != TQ_OK)
        return rc;
    if (!keep(arena, key, &out->key) || !keep(arena, sql_bytes(stmt, 0), &out->name) ||
            !keep(arena, sql_bytes(stmt, 1), &out->parameters) ||
            !keep(arena, sql_bytes(stmt, 2), &out->basis))
        rc = short_of_memory(err);
    sql_done(stmt);
    return rc;
}

static tq_status read_criteria(struct tq_db *db, struct tq_arena *arena, struct tq_slice key,
        struct tq_criterion_row *rows, size_t *nrows, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT code, name, area, max_points_c, formula, params FROM criterion"
            " WHERE sheet = ?1 AND kind <> 'area' AND voided_at IS NULL ORDER BY criterion",
            err);

    *nrows = 0;
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, key);
    for (;;) {
        struct tq_criterion_row *out = &rows[*nrows];

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        if (*nrows == TQ_MAX_CRITERIA)
            rc = tq_error_set(err, TQ_RANGE, "criterion: %s %u", tq_phrase(TQ_PHRASE_TOO_MANY),
                    TQ_MAX_CRITERIA);
        else if (!keep(arena, sql_bytes(stmt, 0), &out->code) ||
                 !keep(arena, sql_bytes(stmt, 1), &out->name) ||
                 !keep(arena, sql_bytes(stmt, 4), &out->formula) ||
                 !keep(arena, sql_bytes(stmt, 5), &out->parameters))
            rc = short_of_memory(err);
        if (rc != TQ_OK) {
            sql_done(stmt);
            return rc;
        }
        out->area = sql_int(stmt, 2);
        out->max_c = sql_int(stmt, 3);
        (*nrows)++;
    }
}

tq_status tq_facts_sheet(struct tq_db *db, struct tq_arena *arena, struct tq_slice key,
        const struct tq_sheet **out, struct tq_error *err)
{
    struct tq_criterion_row *rows = tq_arena_array(arena, TQ_MAX_CRITERIA, sizeof(*rows));
    struct tq_sheet_row sheet;
    size_t nrows = 0;
    tq_status rc;

    *out = NULL;
    memset(&sheet, 0, sizeof(sheet));
    if (rows == NULL)
        return short_of_memory(err);
    rc = read_sheet_row(db, arena, key, &sheet, err);
    if (rc == TQ_OK)
        rc = read_criteria(db, arena, key, rows, &nrows, err);
    if (rc == TQ_OK)
        rc = tq_sheet_parse(out, arena, &sheet, rows, nrows, err);
    return rc;
}

tq_status tq_facts_all(struct tq_db *db, struct tq_arena *arena, const struct tq_sheet *sheet,
        const struct tq_facts_period *period, struct tq_slice parent, int64_t now_ms,
        const struct tq_contender **out, size_t *nout, struct tq_error *err)
{
    struct tq_slice *units = NULL;
    struct tq_contender *made;
    size_t n = 0;
    tq_status rc;

    *out = NULL;
    *nout = 0;
    rc = tq_own_units(db, arena, parent, period->window.last, &units, &n, err);
    if (rc != TQ_OK)
        return rc;
    made = tq_arena_array(arena, n + 1, sizeof(*made));
    if (made == NULL)
        return short_of_memory(err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = tq_facts_unit(db, arena, sheet, period, units[i], now_ms, &made[i], err);
    *out = made;
    *nout = n;
    return rc;
}

/* Unit keys parted by spaces. */
static tq_status split_units(
        struct tq_arena *arena, struct tq_slice text, struct tq_vote *out, struct tq_error *err)
{
    struct tq_slice kept;
    struct tq_slice *units;
    size_t n = 0;

    if (!keep(arena, text, &kept))
        return short_of_memory(err);
    units = tq_arena_array(arena, kept.len / 2 + 1, sizeof(*units));
    if (units == NULL)
        return short_of_memory(err);
    for (size_t at = 0; at < kept.len;) {
        size_t end = at;

        while (end < kept.len && kept.data[end] != ' ')
            end++;
        if (end > at)
            units[n++] = tq_slice_of(kept.data + at, end - at);
        at = end + 1;
    }
    *out = (struct tq_vote){ units, n };
    return TQ_OK;
}

tq_status tq_facts_votes(struct tq_db *db, struct tq_arena *arena, struct tq_slice period,
        struct tq_slice sheet, int64_t now_ms, const struct tq_vote **out, size_t *nout,
        struct tq_error *err)
{
    char today[TQ_DAY_TEXT];
    struct tq_vote *votes = tq_arena_array(arena, MOST_VOTES, sizeof(*votes));
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc;

    *out = votes;
    *nout = 0;
    if (votes == NULL)
        return short_of_memory(err);
    rc = sql_prepare(db, &stmt,
            "SELECT ordered_units FROM (SELECT ordered_units, voted_on, id FROM tie_vote"
            " WHERE period = ?1 AND sheet = ?2"
            " AND voided_at IS NULL AND ordered_units IS NOT NULL AND voted_on <= ?3"
            " ORDER BY voted_on DESC, id DESC LIMIT ?4) ORDER BY voted_on, id",
            err);
    if (rc != TQ_OK)
        return rc;
    tq_day_print(tq_day_of_instant(now_ms), today);
    sql_bind_str(stmt, 3, today);
    sql_bind_text(stmt, 1, period);
    sql_bind_text(stmt, 2, sheet);
    sql_bind_int(stmt, 4, MOST_VOTES); /* the newest */
    for (;;) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        rc = split_units(arena, sql_bytes(stmt, 0), &votes[*nout], err);
        if (rc != TQ_OK) {
            sql_done(stmt);
            return rc;
        }
        (*nout)++;
    }
}
