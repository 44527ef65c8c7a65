/* figures_sums.c - What the dated rows of a commune bring in each window. A commune's rows are read
 * from its part of an index that has all of it (0017_facts.sql), each once for all windows; what
 * they brought is kept (tally.h). */
#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"
#include "tuquan/figures.h"

#define BIT(figure) (UINT64_C(1) << (figure))
#define MOST_WINDOWS 32u /* at a time */

/* The windows of one commune that are summed now. */
struct summing {
    struct tq_figures *out;
    size_t unit;
    const struct tq_window *windows;
    const bool *missing;
};

typedef void (*bring_fn)(const struct summing *s, sqlite3_stmt *stmt);

/* `rows`: of the unit ?1, with a day from ?2 to ?3, or an instant from ?4 to ?5. */
struct part {
    uint64_t brings;
    const char *table;
    const char *rows;
    bring_fn bring;
    bool reads_units; /* what happened across the border is known by them */
};

static void add(const struct summing *s, tq_figure figure, tq_day day, int64_t n)
{
    if (day == FACTS_NO_DAY || n == 0)
        return;
    for (size_t w = 0; w < s->out->nwindows; w++)
        if (s->missing[w] && tq_window_has(s->windows[w], day))
            s->out->n[figures_place(s->out, s->unit, figure, w)] += n;
}

static tq_day day_at(sqlite3_stmt *stmt, int column)
{
    tq_day day;

    return tq_day_parse(sql_bytes(stmt, column), &day) ? day : FACTS_NO_DAY;
}

static tq_day instant_at(sqlite3_stmt *stmt, int column)
{
    return sql_value(stmt, column).type == TQ_INT ? tq_day_of_instant(sql_int(stmt, column))
                                                  : FACTS_NO_DAY;
}

/* Of a row that begins with INCIDENT_DAYS. */
static struct tq_incident_days incident_days(sqlite3_stmt *stmt)
{
    struct tq_value occurred = sql_value(stmt, 0);
    struct tq_value known = sql_value(stmt, 1);
    struct tq_value due = sql_value(stmt, 2);

    return tq_facts_incident_days(&occurred, &known, &due);
}

#define INCIDENT_DAYS "occurred_on, known_at, due_on"
#define INCIDENTS_HERE                                                                             \
    " FROM incident WHERE unit = ?1 AND voided_at IS NULL AND " FACTS_HAPPENED_HERE("id")
#define INCIDENT_HAPPENED                                                                          \
    "occurred_on BETWEEN ?2 AND ?3 OR occurred_on IS NULL AND known_at BETWEEN ?4 AND ?5"

/* ---- what a row brings ---- */

static void bring_incident(const struct summing *s, sqlite3_stmt *stmt)
{
    struct tq_incident_days days = incident_days(stmt);
    tq_day day = days.on;
    tq_day due = days.due;
    int64_t area = sql_int(stmt, 3);

    if (area >= 1 && area <= 5)
        add(s, (tq_figure)(TQ_FIGURE_INCIDENTS_1 + area - 1), day, 1);
    add(s, TQ_FIGURE_DEATHS, day, sql_int(stmt, 4));
    add(s, TQ_FIGURE_INJURED, day, sql_int(stmt, 5));
    add(s, TQ_FIGURE_DAMAGE_VND, day, sql_int(stmt, 6));
    add(s, TQ_FIGURE_DUE, due, 1);
    add(s, TQ_FIGURE_IN_TIME, due, sql_int(stmt, 7));
}

static void bring_tip(const struct summing *s, sqlite3_stmt *stmt)
{
    tq_day day = sql_value(stmt, 0).type == TQ_INT ? instant_at(stmt, 0) : day_at(stmt, 1);

    add(s, TQ_FIGURE_TIPS, day, 1);
    add(s, TQ_FIGURE_TIPS_IN_TIME, day, sql_int(stmt, 2));
    add(s, TQ_FIGURE_TIPS_SOLVED, day, sql_int(stmt, 3));
}

static void bring_activity(const struct summing *s, sqlite3_stmt *stmt)
{
    tq_figure planned = (tq_figure)sql_int(stmt, 0);
    tq_day held = day_at(stmt, 2);

    if (sql_value(stmt, 0).type != TQ_INT)
        return;
    if (planned == TQ_FIGURE_MEDIATIONS) { /* both count by the day it was held */
        add(s, TQ_FIGURE_MEDIATIONS, held, sql_int(stmt, 3));
        add(s, TQ_FIGURE_MEDIATIONS_SETTLED, held, sql_int(stmt, 4));
        return;
    }
    add(s, planned, day_at(stmt, 1), 1);
    add(s, (tq_figure)(planned + 1), held, 1);
}

static void bring_hotspot(const struct summing *s, sqlite3_stmt *stmt)
{
    add(s, TQ_FIGURE_HOTSPOTS_NEW, day_at(stmt, 0), 1);
    add(s, TQ_FIGURE_HOTSPOTS_ENDED, day_at(stmt, 1), 1);
}

static void bring_encroachment(const struct summing *s, sqlite3_stmt *stmt)
{
    add(s, TQ_FIGURE_ENCROACHMENTS_FOUND, day_at(stmt, 0), 1);
    add(s, TQ_FIGURE_ENCROACHMENTS_CLEARED, day_at(stmt, 1), 1);
}

static const struct part PARTS[] = {
    { BIT(TQ_FIGURE_INCIDENTS_1) | BIT(TQ_FIGURE_INCIDENTS_2) | BIT(TQ_FIGURE_INCIDENTS_3) |
                    BIT(TQ_FIGURE_INCIDENTS_4) | BIT(TQ_FIGURE_INCIDENTS_5) |
                    BIT(TQ_FIGURE_DEATHS) | BIT(TQ_FIGURE_INJURED) | BIT(TQ_FIGURE_DAMAGE_VND) |
                    BIT(TQ_FIGURE_DUE) | BIT(TQ_FIGURE_IN_TIME),
            "incident",
            "SELECT " INCIDENT_DAYS ", coalesce(reclassified, area,"
            " CASE coalesce(reclassified_category, category)"
            " WHEN 'theft' THEN 3 WHEN 'property' THEN 3 WHEN 'fire_explosion' THEN 3"
            " WHEN 'drugs' THEN 2 WHEN 'gambling' THEN 2 WHEN 'prostitution' THEN 2"
            " WHEN 'other_evil' THEN 2 WHEN 'traffic_accident' THEN 4"
            " WHEN 'traffic_violation' THEN 4 WHEN 'urban_order' THEN 4"
            " WHEN 'public_disorder' THEN 4 WHEN 'reoffence' THEN 5 ELSE 1 END),"
            " deaths, injured, damage_vnd, closed_on <= due_on" INCIDENTS_HERE
            " AND (due_on BETWEEN ?2 AND ?3 OR " INCIDENT_HAPPENED ")",
            bring_incident, true },
    { BIT(TQ_FIGURE_TIPS) | BIT(TQ_FIGURE_TIPS_IN_TIME) | BIT(TQ_FIGURE_TIPS_SOLVED), "tip",
            "SELECT received_at, received_on, passed_at - received_at <= 86400000,"
            " solved_confirmed <> 0"
            " FROM tip WHERE unit = ?1 AND voided_at IS NULL AND (received_at BETWEEN ?4 AND ?5"
            " OR received_at IS NULL AND received_on BETWEEN ?2 AND ?3)",
            bring_tip, false },
    { BIT(TQ_FIGURE_PATROLS_PLANNED) | BIT(TQ_FIGURE_PATROLS) | BIT(TQ_FIGURE_OUTREACH_PLANNED) |
                    BIT(TQ_FIGURE_OUTREACH) | BIT(TQ_FIGURE_INSPECTIONS_PLANNED) |
                    BIT(TQ_FIGURE_INSPECTIONS) | BIT(TQ_FIGURE_MEDIATIONS) |
                    BIT(TQ_FIGURE_MEDIATIONS_SETTLED),
            "activity",
            "SELECT CASE kind WHEN 'patrol' THEN 13 WHEN 'joint_patrol' THEN 13"
            " WHEN 'outreach' THEN 15 WHEN 'fire_inspection' THEN 17 WHEN 'mediation' THEN 19 END,"
            " planned_on, iif(state IS 'cancelled', NULL, held_on), accepted, settled"
            " FROM activity WHERE unit = ?1 AND voided_at IS NULL AND (planned_on BETWEEN ?2 AND ?3"
            " OR held_on BETWEEN ?2 AND ?3)",
            bring_activity, false },
    { BIT(TQ_FIGURE_HOTSPOTS_NEW) | BIT(TQ_FIGURE_HOTSPOTS_ENDED), "hotspot",
            "SELECT arisen_on, ended_on FROM hotspot WHERE unit = ?1 AND voided_at IS NULL",
            bring_hotspot, false },
    { BIT(TQ_FIGURE_ENCROACHMENTS_FOUND) | BIT(TQ_FIGURE_ENCROACHMENTS_CLEARED), "encroachment",
            "SELECT found_on, cleared_on FROM encroachment WHERE unit = ?1 AND voided_at IS NULL",
            bring_encroachment, false },
};

_Static_assert(TQ_FIGURE_PATROLS_PLANNED == 13 && TQ_FIGURE_OUTREACH_PLANNED == 15 &&
                       TQ_FIGURE_INSPECTIONS_PLANNED == 17 && TQ_FIGURE_MEDIATIONS == 19,
        "the numbers in the text of the activities");

/* ---- one part of one commune ---- */

/* From the first day of any missing window to the last of any. */
static struct tq_window span_of(const struct summing *s)
{
    struct tq_window span = { 0, 0 };
    bool any = false;

    for (size_t w = 0; w < s->out->nwindows; w++) {
        if (!s->missing[w])
            continue;
        if (!any || s->windows[w].first < span.first)
            span.first = s->windows[w].first;
        if (!any || s->windows[w].last > span.last)
            span.last = s->windows[w].last;
        any = true;
    }
    return span;
}

/* What stands in the places that a part's rows may have; bound bytes are borrowed. */
struct bound {
    char first[TQ_DAY_TEXT];
    char last[TQ_DAY_TEXT];
};

static void bind_span(
        sqlite3_stmt *stmt, struct tq_slice unit, struct tq_window span, struct bound *b)
{
    int n = sqlite3_bind_parameter_count(stmt);

    tq_day_print(span.first, b->first);
    tq_day_print(span.last, b->last);
    sql_bind_text(stmt, 1, unit);
    if (n >= 3) {
        sql_bind_str(stmt, 2, b->first);
        sql_bind_str(stmt, 3, b->last);
    }
    if (n >= 5) {
        sql_bind_int(stmt, 4, tq_day_start_ms(span.first));
        sql_bind_int(stmt, 5, tq_day_start_ms(span.last + 1) - 1);
    }
}

static tq_status sum_rows(
        struct tq_db *db, const struct part *part, const struct summing *s, struct tq_error *err)
{
    struct bound bound;
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(db, &stmt, part->rows, err);

    if (rc != TQ_OK)
        return rc;
    bind_span(stmt, s->out->units[s->unit], span_of(s), &bound);
    while (rc == TQ_OK && row) {
        rc = sql_step(db, stmt, &row, err);
        if (rc == TQ_OK && row)
            part->bring(s, stmt);
    }
    return rc;
}

static void key_of(const struct summing *s, tq_figure figure, size_t w, struct tally_key *out)
{
    struct tq_hasher hasher;

    tally_key_begin(&hasher, "figure", s->out->units[s->unit]);
    tq_hash_add_u32(&hasher, (uint32_t)figure);
    tq_hash_add_u32(&hasher, (uint32_t)s->windows[w].first);
    tq_hash_add_u32(&hasher, (uint32_t)s->windows[w].last);
    tally_key_end(&hasher, out);
}

/* All figures of the part in one window, as they were kept; false: some was not. */
static bool find_window(struct tq_db *db, const struct part *part, const struct summing *s,
        size_t w, const struct tally_state *state)
{
    bool found = true;

    for (int i = 0; found && i < TQ_FIGURES; i++) {
        struct tally_value value = { 0, false };
        struct tally_key key;

        if ((part->brings & BIT(i)) == 0)
            continue;
        key_of(s, (tq_figure)i, w, &key);
        found = tally_find(db, &key, state, &value);
        s->out->n[figures_place(s->out, s->unit, (tq_figure)i, w)] = value.n;
    }
    for (int i = 0; !found && i < TQ_FIGURES; i++)
        if ((part->brings & BIT(i)) != 0)
            s->out->n[figures_place(s->out, s->unit, (tq_figure)i, w)] = 0;
    return found;
}

static void keep_window(struct tq_db *db, const struct part *part, const struct summing *s,
        size_t w, const struct tally_state *state)
{
    for (int i = 0; i < TQ_FIGURES; i++) {
        struct tally_value value = { 0, false };
        struct tally_key key;

        if ((part->brings & BIT(i)) == 0)
            continue;
        value.n = s->out->n[figures_place(s->out, s->unit, (tq_figure)i, w)];
        key_of(s, (tq_figure)i, w, &key);
        tally_put(db, &key, state, &value);
    }
}

static tq_status sum_part(struct tq_db *db, const struct part *part, size_t unit,
        const struct tq_window *windows, bool keeps, struct tq_figures *out, struct tq_error *err)
{
    struct tally_need needs[] = { { part->table, false }, { "unit", true } };
    bool missing[MOST_WINDOWS];
    struct summing s = { out, unit, windows, missing };
    struct tally_state state;
    bool any = false;
    tq_status rc = TQ_OK;

    if (keeps)
        rc = tally_state(db, needs, part->reads_units ? 2 : 1, out->units[unit], &state, err);
    for (size_t w = 0; rc == TQ_OK && w < out->nwindows; w++) {
        missing[w] = !keeps || !find_window(db, part, &s, w, &state);
        any = any || missing[w];
    }
    if (rc == TQ_OK && any && keeps)
        rc = tally_spend(db, err);
    if (rc == TQ_OK && any)
        rc = sum_rows(db, part, &s, err);
    for (size_t w = 0; rc == TQ_OK && keeps && w < out->nwindows; w++)
        if (missing[w])
            keep_window(db, part, &s, w, &state);
    return rc;
}

tq_status figures_sums(struct tq_db *db, const struct tq_window *windows, uint64_t wanted,
        struct tq_figures *out, struct tq_error *err)
{
    bool keeps = tally_is_on(db);
    tq_status rc = out->nwindows > MOST_WINDOWS ? tq_error_set(err, TQ_INTERNAL, "figures")
                   : keeps                      ? tally_begin(db, err)
                                                : TQ_OK;

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
        for (size_t u = 0; rc == TQ_OK && (PARTS[i].brings & wanted) != 0 && u < out->nunits; u++)
            rc = sum_part(db, &PARTS[i], u, windows, keeps, out, err);
    }
    if (keeps)
        tally_end(db);
    for (int i = 0; i < TQ_FIGURES; i++) {
        for (size_t u = 0; (wanted & BIT(i)) == 0 && u < out->nunits; u++)
            memset(&out->n[figures_place(out, u, (tq_figure)i, 0)], 0,
                    out->nwindows * sizeof(*out->n));
    }
    return rc;
}

tq_status tq_figures_kinds(struct tq_db *db, struct tq_slice unit, struct tq_window window,
        const struct tq_slice *kinds, size_t nkinds, int64_t *out, struct tq_error *err)
{
    struct bound bound;
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT " INCIDENT_DAYS ", coalesce(reclassified_category, category)" INCIDENTS_HERE
            " AND (" INCIDENT_HAPPENED ")",
            err);

    memset(out, 0, nkinds * sizeof(*out));
    if (rc != TQ_OK)
        return rc;
    bind_span(stmt, unit, window, &bound);
    while (rc == TQ_OK && row) {
        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row || !tq_window_has(window, incident_days(stmt).on))
            continue;
        for (size_t i = 0; i < nkinds; i++)
            out[i] += tq_slice_equal(sql_bytes(stmt, 3), kinds[i]);
    }
    return rc;
}
