/* Typed monthly indicators, by commune and window. */
#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"
#include "tuquan/figures.h"

/* Of two versions of an indicator the newer one says a month; of a stock the last month in the window
 * counts, of the villages that are there at its end; of a flow all of them. By way of each unit's
 * months (CROSS: in this order), which an index has; a walk over all rows takes ten times as long. */
static const char sums[] =
        "WITH said AS (SELECT r.unit AS unit, r.village AS village, i.code AS code,"
        " i.nature AS nature, p.ends_on AS ends_on, r.value AS value, max(i.version)"
        " FROM period AS p CROSS JOIN unit AS o CROSS JOIN village_return AS r"
        " ON r.unit = o.unit AND r.period = p.period"
        " JOIN indicator AS i ON i.indicator = r.indicator"
        " WHERE p.ends_on BETWEEN ?1 AND ?2 AND p.kind = 'month' AND r.voided_at IS NULL"
        " AND r.state = 'confirmed' AND r.value IS NOT NULL AND i.source = 'typed'"
        " GROUP BY r.village, i.code, p.ends_on),"
        " latest AS (SELECT unit, village, code, value, max(ends_on) FROM said"
        " WHERE nature = 'stock' GROUP BY village, code)"
        " SELECT l.unit, l.code, sum(l.value) FROM latest AS l JOIN unit AS v ON v.unit = l.village"
        " WHERE v.voided_at IS NULL AND (v.valid_from IS NULL OR v.valid_from <= ?2)"
        " AND (v.valid_to IS NULL OR v.valid_to >= ?2) GROUP BY 1, 2"
        " UNION ALL SELECT unit, code, sum(value) FROM said WHERE nature IS NOT 'stock'"
        " GROUP BY 1, 2";

static const char names[] = "SELECT name, nature FROM indicator WHERE code = ?1"
                            " AND voided_at IS NULL ORDER BY version DESC LIMIT 1";

struct typed_list {
    struct tq_typed *of;
    size_t n;
};

static size_t find(const struct typed_list *list, struct tq_slice code)
{
    size_t i = 0;

    while (i < list->n && !tq_slice_equal(list->of[i].code, code))
        i++;
    return i;
}

/* Each that a criterion reads, once, under the first area that reads it. */
static void list_codes(const struct tq_sheet *sheet, struct typed_list *list)
{
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];
        const struct tq_sum *sums_of[3] = { &c->n, &c->d, &c->x };

        for (size_t s = 0; s < 3; s++) {
            for (size_t k = 0; k < sums_of[s]->n; k++) {
                const struct tq_source *source = &sums_of[s]->of[k];

                if (source->kind != TQ_SOURCE_RETURN || list->n == TQ_MAX_CRITERIA ||
                        find(list, source->first) < list->n)
                    continue;
                list->of[list->n].code = source->first;
                list->of[list->n++].area = c->area;
            }
        }
    }
}

static tq_status read_name(
        struct tq_db *db, struct tq_arena *arena, struct tq_typed *typed, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_slice name;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt, names, err);

    typed->name = typed->code;
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, typed->code);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    typed->stock = tq_slice_equal(sql_bytes(stmt, 1), tq_slice_str("stock"));
    name = sql_bytes(stmt, 0);
    if (name.len > 0) {
        typed->name = tq_slice_of(tq_arena_copy(arena, name.data, name.len), name.len);
        if (typed->name.data == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "figures");
    }
    sql_done(stmt);
    return rc;
}

/* The line that a commune's returns are shown in. */
static size_t line_of(const struct tq_figures *of, struct tq_slice unit)
{
    for (size_t i = 0; i < of->ncarried; i++)
        if (tq_slice_equal(of->carried[i].unit, unit))
            return of->carried[i].to;
    return figures_unit(of, unit);
}

static tq_status sum_window(struct tq_db *db, const struct tq_figures *of,
        const struct tq_window *windows, size_t w, struct typed_list *list, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char first[TQ_DAY_TEXT];
    char last[TQ_DAY_TEXT];
    bool row = true;
    tq_status rc = sql_prepare(db, &stmt, sums, err);

    if (rc != TQ_OK)
        return rc;
    tq_day_print(windows[w].first, first);
    tq_day_print(windows[w].last, last);
    sql_bind_str(stmt, 1, first);
    sql_bind_str(stmt, 2, last);
    while (rc == TQ_OK && row) {
        size_t unit;
        size_t at;

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        unit = line_of(of, sql_bytes(stmt, 0));
        at = find(list, sql_bytes(stmt, 1));
        if (unit != SIZE_MAX && at < list->n)
            list->of[at].n[unit * of->nwindows + w] += sql_int(stmt, 2);
    }
    return rc;
}

/* A value of the window as it was kept, or to be kept. */
static void key_of(const struct tq_typed *typed, const struct tq_figures *of, size_t unit,
        struct tq_window window, struct tally_key *out)
{
    struct tq_hasher hasher;

    tally_key_begin(&hasher, "typed", of->units[unit]);
    for (size_t i = 0; i < of->ncarried; i++)
        if (of->carried[i].to == unit)
            tq_hash_add_slice(&hasher, of->carried[i].unit);
    tq_hash_add_slice(&hasher, typed->code);
    tq_hash_add_u32(&hasher, (uint32_t)window.first);
    tq_hash_add_u32(&hasher, (uint32_t)window.last);
    tally_key_end(&hasher, out);
}

static bool find_window(struct tq_db *db, const struct tq_figures *of, struct tq_window window,
        size_t w, const struct tally_state *state, struct typed_list *list)
{
    bool found = true;

    for (size_t i = 0; found && i < list->n; i++) {
        for (size_t u = 0; found && u < of->nunits; u++) {
            struct tally_value value = { 0, false };
            struct tally_key key;

            key_of(&list->of[i], of, u, window, &key);
            found = tally_find(db, &key, state, &value);
            list->of[i].n[u * of->nwindows + w] = value.n;
        }
    }
    for (size_t i = 0; !found && i < list->n; i++)
        for (size_t u = 0; u < of->nunits; u++)
            list->of[i].n[u * of->nwindows + w] = 0;
    return found;
}

static void keep_window(struct tq_db *db, const struct tq_figures *of, struct tq_window window,
        size_t w, const struct tally_state *state, const struct typed_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        for (size_t u = 0; u < of->nunits; u++) {
            struct tally_value value = { list->of[i].n[u * of->nwindows + w], false };
            struct tally_key key;

            key_of(&list->of[i], of, u, window, &key);
            tally_put(db, &key, state, &value);
        }
    }
}

/* A village that moved said some months for one commune and some for another: what one has depends on
 * the rows of all. */
static tq_status read_windows(struct tq_db *db, const struct tq_figures *of,
        const struct tq_window *windows, struct typed_list *list, struct tq_error *err)
{
    static const struct tally_need NEEDS[] = { { "village_return", true }, { "period", true },
        { "unit", true }, { "indicator", true } };
    bool keeps = tally_is_on(db);
    struct tally_state state;
    tq_status rc = keeps ? tally_begin(db, err) : TQ_OK;

    if (rc != TQ_OK)
        return rc;
    if (keeps)
        rc = tally_state(
                db, NEEDS, sizeof(NEEDS) / sizeof(NEEDS[0]), tq_slice_of(NULL, 0), &state, err);
    for (size_t w = 0; rc == TQ_OK && w < of->nwindows; w++) {
        if (keeps && find_window(db, of, windows[w], w, &state, list))
            continue;
        if (keeps)
            rc = tally_spend(db, err);
        if (rc == TQ_OK)
            rc = sum_window(db, of, windows, w, list, err);
        if (rc == TQ_OK && keeps)
            keep_window(db, of, windows[w], w, &state, list);
    }
    if (keeps)
        tally_end(db);
    return rc;
}

tq_status tq_typed_read(struct tq_db *db, struct tq_arena *arena, const struct tq_sheet *sheet,
        const struct tq_figures *of, const struct tq_window *windows, const struct tq_typed **out,
        size_t *nout, struct tq_error *err)
{
    struct typed_list list = { tq_arena_array(arena, TQ_MAX_CRITERIA, sizeof(*list.of)), 0 };
    size_t cells = of->nunits * of->nwindows + 1;
    tq_status rc = list.of != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "figures");

    *out = list.of;
    *nout = 0;
    if (rc != TQ_OK)
        return rc;
    memset(list.of, 0, TQ_MAX_CRITERIA * sizeof(*list.of));
    list_codes(sheet, &list);
    for (size_t i = 0; rc == TQ_OK && i < list.n; i++) {
        list.of[i].n = tq_arena_array(arena, cells, sizeof(int64_t));
        if (list.of[i].n == NULL)
            return tq_error_set(err, TQ_NOMEM, "figures");
        memset(list.of[i].n, 0, cells * sizeof(int64_t));
        rc = read_name(db, arena, &list.of[i], err);
    }
    if (rc == TQ_OK)
        rc = read_windows(db, of, windows, &list, err);
    *nout = list.n;
    return rc;
}
