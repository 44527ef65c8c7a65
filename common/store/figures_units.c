/* figures_units.c - Whose figures are summed: the communes of the last day, and those that had ended by
 * then, each with the one that followed it. */
#include <string.h>

#include "store/facts_internal.h"
#include "store/own_units.h"
#include "store/sql.h"
#include "tuquan/own_units.h"

#define MOST_HOPS 16 /* of a commune that was merged again and again */

static const char days_sql[] = "SELECT 1 FROM unit WHERE unit = ?1"
                               " AND (valid_from IS NULL OR valid_from <= ?3)"
                               " AND (valid_to IS NULL OR valid_to >= ?2)";

/* The only one that followed; of a commune that was split nobody knows what is whose. */
static const char successor_sql[] = "SELECT min(new_unit) FROM unit_successor WHERE old_unit = ?1"
                                    " AND voided_at IS NULL HAVING count(DISTINCT new_unit) = 1";

static tq_status was_there(struct tq_db *db, struct tq_slice unit, const struct tq_window *windows,
        size_t nwindows, bool *out, struct tq_error *err)
{
    *out = false;
    for (size_t w = 0; w < nwindows && !*out; w++) {
        sqlite3_stmt *stmt = NULL;
        char first[TQ_DAY_TEXT];
        char last[TQ_DAY_TEXT];
        tq_status rc = sql_prepare(db, &stmt, days_sql, err);

        if (rc != TQ_OK)
            return rc;
        tq_day_print(windows[w].first, first);
        tq_day_print(windows[w].last, last);
        sql_bind_text(stmt, 1, unit);
        sql_bind_str(stmt, 2, first);
        sql_bind_str(stmt, 3, last);
        rc = sql_step(db, stmt, out, err);
        if (rc != TQ_OK)
            return rc;
        sql_done(stmt);
    }
    return TQ_OK;
}

/* Of ascending keys; n: it is not there. */
static size_t place_of(const struct tq_slice *units, size_t n, struct tq_slice unit)
{
    size_t low = 0;
    size_t high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = tq_slice_compare(unit, units[mid]);

        if (order == 0)
            return mid;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return n;
}

/* Who has the figures of `from` now: a place in `units`, or n: it stands for itself. */
static tq_status follow(struct tq_db *db, const struct tq_slice *units, size_t n,
        struct tq_slice from, size_t *out, struct tq_error *err)
{
    char name[128];
    struct tq_slice at = from;

    *out = n;
    for (int hop = 0; hop < MOST_HOPS && *out == n; hop++) {
        sqlite3_stmt *stmt = NULL;
        bool row = false;
        tq_status rc = sql_prepare(db, &stmt, successor_sql, err);

        if (rc != TQ_OK)
            return rc;
        sql_bind_text(stmt, 1, at);
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        if (sql_bytes(stmt, 0).len >= sizeof(name)) {
            sql_done(stmt);
            return TQ_OK;
        }
        at = tq_slice_of(name, sql_bytes(stmt, 0).len);
        memcpy(name, sql_bytes(stmt, 0).data, at.len);
        sql_done(stmt);
        *out = place_of(units, n, at);
    }
    return TQ_OK;
}

tq_status figures_units(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        const struct tq_window *windows, size_t nwindows, struct figures_units *out,
        struct tq_error *err)
{
    struct tq_slice *now = NULL;
    struct tq_slice *ever = NULL;
    size_t nnow = 0;
    size_t never = 0;
    tq_status rc = tq_own_units(db, arena, parent, windows[nwindows - 1].last, &now, &nnow, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK)
        rc = tq_own_units_ever(db, arena, parent, &ever, &never, err);
    if (rc != TQ_OK)
        return rc;
    out->units = tq_arena_array(arena, never + 1, sizeof(*out->units));
    out->to = tq_arena_array(arena, never + 1, sizeof(*out->to));
    if (out->units == NULL || out->to == NULL)
        return tq_error_set(err, TQ_NOMEM, "figures");
    for (size_t i = 0; rc == TQ_OK && i < never; i++) {
        bool counts = place_of(now, nnow, ever[i]) < nnow;

        out->to[out->n] = SIZE_MAX; /* itself */
        if (!counts)
            rc = was_there(db, ever[i], windows, nwindows, &counts, err);
        if (rc == TQ_OK && counts)
            out->units[out->n++] = ever[i];
    }
    for (size_t i = 0; rc == TQ_OK && i < out->n; i++) {
        size_t at = nnow;

        if (place_of(now, nnow, out->units[i]) < nnow)
            continue;
        rc = follow(db, now, nnow, out->units[i], &at, err);
        if (rc == TQ_OK && at < nnow)
            out->to[i] = place_of(out->units, out->n, now[at]);
    }
    return rc;
}

static void add_line(
        struct tq_figures *to, size_t line, const struct tq_figures *from, size_t other)
{
    size_t cells = TQ_FIGURES * from->nwindows;

    for (size_t i = 0; i < cells; i++)
        to->n[line * cells + i] += from->n[other * cells + i];
}

tq_status figures_fold(struct tq_arena *arena, const struct figures_units *units,
        struct tq_figures *figures, struct tq_error *err)
{
    struct tq_figures out = *figures;
    size_t cells = units->n * TQ_FIGURES * figures->nwindows + 1;
    struct tq_slice *kept = tq_arena_array(arena, units->n + 1, sizeof(*kept));
    struct tq_carried *carried = tq_arena_array(arena, units->n + 1, sizeof(*carried));

    out.n = tq_arena_array(arena, cells, sizeof(*out.n));
    if (kept == NULL || carried == NULL || out.n == NULL)
        return tq_error_set(err, TQ_NOMEM, "figures");
    memset(out.n, 0, cells * sizeof(*out.n));
    out.nunits = 0;
    out.ncarried = 0;
    for (size_t i = 0; i < units->n; i++) {
        if (units->to[i] != SIZE_MAX)
            continue;
        kept[out.nunits] = units->units[i];
        for (size_t k = 0; k < units->n; k++) {
            if (k == i || units->to[k] == i)
                add_line(&out, out.nunits, figures, k);
            if (units->to[k] == i)
                carried[out.ncarried++] = (struct tq_carried){ units->units[k], out.nunits };
        }
        out.nunits++;
    }
    out.units = kept;
    out.carried = carried;
    *figures = out;
    return TQ_OK;
}
