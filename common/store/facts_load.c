#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"

#define FIRST_ROWS ((size_t)64)

/* What fills one row of a list from the statement's current row, whose key comes first; false: no
 * memory. */
typedef bool (*fill_fn)(struct facts *facts, sqlite3_stmt *stmt, void *row);

/* A list to load, at the district from an index that has all of it (0017_facts.sql). `key` is the
 * encoded key of a row, for the list of rows sent back; `dated` leaves out rows without a day in the
 * period or in the same one of last year: nothing counts them, and a year has a hundred thousand. Days
 * are texts ?3..?6, instants ?7..?10. */
struct load {
    const char *table;
    const char *columns;
    const char *join;
    const char *where;
    const char *key;
    size_t row_size;
    fill_fn fill;
    const char *dated;
};

#define ON_A_DAY(column) column " BETWEEN ?3 AND ?4 OR " column " BETWEEN ?5 AND ?6"
#define AT_A_TIME(column) column " BETWEEN ?7 AND ?8 OR " column " BETWEEN ?9 AND ?10"

static bool copy_text(struct facts *facts, sqlite3_stmt *stmt, int column, struct tq_slice *out)
{
    struct tq_slice text = sql_bytes(stmt, column);
    void *copy = tq_arena_alloc(facts->arena, text.len + 1);

    if (copy == NULL)
        return false;
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    *out = tq_slice_of(copy, text.len);
    return true;
}

static tq_day day_at(sqlite3_stmt *stmt, int column)
{
    tq_day day;

    return tq_day_parse(sql_bytes(stmt, column), &day) ? day : FACTS_NO_DAY;
}

static int64_t instant_at(sqlite3_stmt *stmt, int column)
{
    return sql_value(stmt, column).type == TQ_INT ? sql_int(stmt, column) : -1;
}

static tq_day instant_day(sqlite3_stmt *stmt, int column)
{
    return sql_value(stmt, column).type == TQ_INT ? tq_day_of_instant(sql_int(stmt, column))
                                                  : FACTS_NO_DAY;
}

/* An area left empty must not hide an incident: the category says where it belongs. */
static int64_t area_of_category(struct tq_slice category)
{
    static const struct {
        const char *categories;
        int64_t area;
    } areas[] = { { "theft+property+fire_explosion", 3 },
        { "drugs+gambling+prostitution+other_evil", 2 },
        { "traffic_accident+traffic_violation+urban_order+public_disorder", 4 },
        { "reoffence", 5 } };

    for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
        if (tq_list_has(tq_slice_str(areas[i].categories), category))
            return areas[i].area;
    }
    return 1;
}

struct tq_incident_days tq_facts_incident_days(const struct tq_value *occurred_on,
        const struct tq_value *known_at, const struct tq_value *due_on)
{
    struct tq_incident_days out = { FACTS_NO_DAY, FACTS_NO_DAY };

    if (occurred_on->type != TQ_TEXT || !tq_day_parse(occurred_on->s, &out.on))
        out.on = known_at->type == TQ_INT ? tq_day_of_instant(known_at->i) : FACTS_NO_DAY;
    if (due_on->type != TQ_TEXT || !tq_day_parse(due_on->s, &out.due))
        out.due = FACTS_NO_DAY;
    return out;
}

static bool fill_incident(struct facts *facts, sqlite3_stmt *stmt, void *row)
{
    static const char *const names[] = { "0", "1", "2", "3", "4", "5" };
    struct fact_incident *out = row;
    struct tq_value occurred = sql_value(stmt, 2);
    struct tq_value known = sql_value(stmt, 3);
    struct tq_value due = sql_value(stmt, 5);
    struct tq_incident_days days = tq_facts_incident_days(&occurred, &known, &due);

    if (!copy_text(facts, stmt, 1, &out->category))
        return false;
    out->area =
            sql_value(stmt, 0).type == TQ_INT ? sql_int(stmt, 0) : area_of_category(out->category);
    out->area_text = tq_slice_str(names[out->area >= 1 && out->area <= 5 ? out->area : 0]);
    out->on = days.on;
    out->due = days.due;
    out->known = instant_day(stmt, 3);
    out->reported = instant_day(stmt, 4);
    out->closed = day_at(stmt, 6);
    out->deaths = sql_int(stmt, 7);
    out->injured = sql_int(stmt, 8);
    out->contained = sql_int(stmt, 9) != 0;
    out->reconciled = sql_int(stmt, 10) != 0;
    out->found_by_other = sql_int(stmt, 11) != 0;
    return true;
}

static bool fill_activity(struct facts *facts, sqlite3_stmt *stmt, void *row)
{
    struct fact_activity *out = row;

    if (!copy_text(facts, stmt, 0, &out->kind))
        return false;
    out->planned = day_at(stmt, 1);
    out->held = tq_slice_equal(sql_bytes(stmt, 5), tq_slice_str("cancelled")) ? FACTS_NO_DAY
                                                                              : day_at(stmt, 2);
    out->accepted = sql_int(stmt, 3);
    out->settled = sql_int(stmt, 4);
    return true;
}

static bool fill_tip(struct facts *facts, sqlite3_stmt *stmt, void *row)
{
    struct fact_tip *out = row;

    (void)facts;
    out->received_ms = instant_at(stmt, 0);
    out->passed_ms = instant_at(stmt, 1);
    out->on = instant_day(stmt, 0);
    if (out->on == FACTS_NO_DAY)
        out->on = day_at(stmt, 2);
    out->solved = sql_int(stmt, 3) != 0;
    return true;
}

static bool fill_span(struct facts *facts, sqlite3_stmt *stmt, void *row)
{
    struct fact_span *out = row;

    (void)facts;
    out->from = day_at(stmt, 0);
    out->to = day_at(stmt, 1);
    out->at = day_at(stmt, 2);
    return true;
}

static bool fill_model(struct facts *facts, sqlite3_stmt *stmt, void *row)
{
    struct fact_model *out = row;

    if (!copy_text(facts, stmt, 0, &out->village))
        return false;
    out->launched = day_at(stmt, 1);
    out->ended = day_at(stmt, 2);
    return true;
}

static bool fill_return(struct facts *facts, sqlite3_stmt *stmt, void *row)
{
    struct fact_return *out = row;
    struct tq_period month;

    if (!copy_text(facts, stmt, 0, &out->village) || !copy_text(facts, stmt, 1, &out->code))
        return false;
    out->stock = tq_slice_equal(sql_bytes(stmt, 2), tq_slice_str("stock"));
    out->value = sql_int(stmt, 3);
    out->on = day_at(stmt, 4);
    if (out->on == FACTS_NO_DAY && tq_period_parse(sql_bytes(stmt, 5), &month))
        out->on = tq_period_window(&month, TQ_LEVEL_COMMUNE).last;
    out->version = sql_int(stmt, 6);
    return true;
}

static bool fill_village(struct facts *facts, sqlite3_stmt *stmt, void *row)
{
    struct fact_village *out = row;

    out->households = sql_int(stmt, 1);
    return copy_text(facts, stmt, 0, &out->unit);
}

static const struct load load_incidents = { "incident",
    "coalesce(t.reclassified, t.area), coalesce(t.reclassified_category, t.category),"
    " t.occurred_on, t.known_at, t.reported_at, t.due_on, t.closed_on, t.deaths, t.injured,"
    " t.contained_locally, t.reconciled, t.found_by_other",
    "", "t.unit = ?1 AND " FACTS_HAPPENED_HERE("t.id"), "t.id", sizeof(struct fact_incident),
    fill_incident,
    ON_A_DAY("t.occurred_on") " OR " ON_A_DAY("t.due_on") " OR " AT_A_TIME("t.known_at") };

static const struct load load_activities = { "activity",
    "t.kind, t.planned_on, t.held_on, t.accepted, t.settled, t.state", "", "t.unit = ?1", "t.id",
    sizeof(struct fact_activity), fill_activity,
    ON_A_DAY("t.planned_on") " OR " ON_A_DAY("t.held_on") };

static const struct load load_tips = { "tip",
    "t.received_at, t.passed_at, t.received_on, t.solved_confirmed", "", "t.unit = ?1", "t.id",
    sizeof(struct fact_tip), fill_tip,
    AT_A_TIME("t.received_at") " OR " ON_A_DAY("t.received_on") };

static const struct load load_hotspots = { "hotspot", "t.arisen_on, t.ended_on, NULL", "",
    "t.unit = ?1", "t.id", sizeof(struct fact_span), fill_span, NULL };

static const struct load load_encroachments = { "encroachment", "t.found_on, t.cleared_on, NULL",
    "", "t.unit = ?1", "t.id", sizeof(struct fact_span), fill_span, NULL };

/* A group without a founding day has always been there. Days count, never a state alone: without a
 * day nobody could say which locked period it changes. */
static const struct load load_groups = { "self_mgmt_group",
    "coalesce(t.founded_on, '0001-01-01'), t.dissolved_on, t.trained_on", "", "t.unit = ?1", "t.id",
    sizeof(struct fact_span), fill_span, NULL };

/* A pause counts while it lasts: a model that runs again has run all the time. */
static const struct load load_models = { "model",
    "t.village, t.launched_on, min(ifnull(t.ended_on, '9999'),"
    " iif(t.state = 'paused', ifnull(t.paused_on, '9999'), '9999'))",
    "", "t.unit = ?1 AND t.launched_on IS NOT NULL", "t.id", sizeof(struct fact_model), fill_model,
    NULL };

static const struct load load_returns = { "village_return",
    "t.village, i.code, i.nature, t.value, p.ends_on, t.period, i.version",
    " JOIN indicator AS i ON i.indicator = t.indicator"
    " LEFT JOIN period AS p ON p.period = t.period",
    "t.unit = ?1 AND t.state = 'confirmed' AND t.value IS NOT NULL AND i.source = 'typed'",
    "CAST(t.village || char(31) || t.period || char(31) || t.indicator AS BLOB)",
    sizeof(struct fact_return), fill_return, "p.ends_on IS NULL OR " ON_A_DAY("p.ends_on") };

/* Villages of the commune on the window's last day (?2), each with its newest profile. */
static const struct load load_villages = { "unit",
    "t.unit, (SELECT v.households FROM village_profile AS v WHERE v.village = t.unit"
    " AND v.as_of <= ?2 AND v.voided_at IS NULL AND v.households IS NOT NULL"
    " ORDER BY v.as_of DESC LIMIT 1)",
    "",
    "t.parent = ?1 AND t.level = 4 AND (t.valid_from IS NULL OR t.valid_from <= ?2)"
    " AND (t.valid_to IS NULL OR t.valid_to >= ?2)",
    "CAST(t.unit AS BLOB)", sizeof(struct fact_village), fill_village, NULL };

/* The period (0) or the same of last year (1), as days and as instants. The texts live on in the arena:
 * bound bytes are borrowed. */
static bool bind_window(struct facts *facts, sqlite3_stmt *stmt, int which)
{
    struct tq_window window =
            which == 0 ? facts->period->window : tq_window_last_year(facts->period->window);
    char *first = tq_arena_alloc(facts->arena, TQ_DAY_TEXT);
    char *last = tq_arena_alloc(facts->arena, TQ_DAY_TEXT);

    if (first == NULL || last == NULL)
        return false;
    tq_day_print(window.first, first);
    tq_day_print(window.last, last);
    sql_bind_str(stmt, 3 + 2 * which, first);
    sql_bind_str(stmt, 4 + 2 * which, last);
    sql_bind_int(stmt, 7 + 2 * which, tq_day_start_ms(window.first));
    sql_bind_int(stmt, 8 + 2 * which, tq_day_start_ms(window.last + 1) - 1);
    return true;
}

static bool bind_days(struct facts *facts, const struct load *load, sqlite3_stmt *stmt)
{
    char *last;

    if (load->dated != NULL)
        return bind_window(facts, stmt, 0) && bind_window(facts, stmt, 1);
    if (load != &load_villages)
        return true;
    last = tq_arena_alloc(facts->arena, TQ_DAY_TEXT);
    if (last == NULL)
        return false;
    tq_day_print(facts->period->window.last, last);
    sql_bind_str(stmt, 2, last);
    return true;
}

static tq_status statement(
        struct facts *facts, const struct load *load, sqlite3_stmt **out, struct tq_error *err)
{
    char sql[2000];
    char returned[200] = "";
    bool noted = facts->notes != NULL;
    uint32_t table = 0;
    const struct tq_table *found = tq_catalogue_find(tq_db_catalogue(facts->db), load->table);
    tq_status rc;

    if (found != NULL)
        table = found->id;
    if (facts->is_office)
        snprintf(returned, sizeof(returned),
                " AND NOT EXISTS (SELECT 1 FROM tq_returned AS r WHERE r.tbl = %u AND r.key = %s)",
                table, load->key);
    snprintf(sql, sizeof(sql),
            "SELECT %s%s%s FROM %s AS t%s WHERE %s AND t.voided_at IS NULL%s%s%s%s", load->columns,
            noted ? ", " : "", noted ? load->key : "", load->table, load->join, load->where,
            load->dated != NULL ? " AND (" : "", load->dated != NULL ? load->dated : "",
            load->dated != NULL ? ")" : "", returned);
    rc = sql_prepare(facts->db, out, sql, err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(*out, 1, facts->unit);
    if (!bind_days(facts, load, *out)) {
        sql_done(*out);
        return tq_error_set(err, TQ_NOMEM, "facts");
    }
    return TQ_OK;
}

/* Room for one more row, the old rows kept. */
static void *grow(struct facts *facts, void *rows, size_t n, size_t *cap, size_t size)
{
    size_t more = *cap == 0 ? FIRST_ROWS : *cap * 2;
    void *bigger;

    if (n < *cap)
        return rows;
    bigger = tq_arena_array(facts->arena, more, size);
    if (bigger == NULL)
        return NULL;
    if (rows != NULL && n > 0)
        memcpy(bigger, rows, n * size);
    *cap = more;
    return bigger;
}

static tq_status read_list(struct facts *facts, const struct load *load, size_t *n, size_t *cap,
        const void **out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    uint8_t *rows = NULL;
    tq_status rc = statement(facts, load, &stmt, err);
    bool row = false;

    while (rc == TQ_OK) {
        rc = sql_step(facts->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        rows = grow(facts, rows, *n, cap, load->row_size);
        if (rows == NULL || !load->fill(facts, stmt, rows + *n * load->row_size) ||
                (facts->notes != NULL &&
                        !copy_text(facts, stmt, sqlite3_column_count(stmt) - 1,
                                (struct tq_slice *)(void *)(rows + *n * load->row_size)))) {
            sql_done(stmt);
            rc = tq_error_set(err, TQ_NOMEM, "facts of %s", load->table);
            break;
        }
        (*n)++;
    }
    *out = rows;
    return rc;
}

#define READ(list, load)                                                                           \
    do {                                                                                           \
        const void *rows_ = NULL;                                                                  \
        if (rc == TQ_OK)                                                                           \
            rc = read_list(facts, load, &facts->list.n, &facts->list.cap, &rows_, err);            \
        facts->list.rows = rows_;                                                                  \
    } while (0)

tq_status facts_load(struct facts *facts, struct tq_error *err)
{
    int64_t has = 0;
    tq_status rc = sql_get_int(facts->db,
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'tq_returned'",
            &has, err);

    facts->is_office = has != 0;
    READ(models, &load_models);
    READ(villages, &load_villages);
    return rc;
}

/* Of two versions of an indicator the newer comes first, and counts. */
static int by_cell(const void *a, const void *b)
{
    const struct fact_return *x = a;
    const struct fact_return *y = b;
    int order = tq_slice_compare(x->code, y->code);

    if (order == 0)
        order = tq_slice_compare(x->village, y->village);
    if (order == 0)
        order = (x->on > y->on) - (x->on < y->on);
    return order != 0 ? order : (x->version < y->version) - (x->version > y->version);
}

static void sort_returns(struct facts *facts)
{
    if (facts->returns.n > 1)
        qsort((void *)(uintptr_t)facts->returns.rows, facts->returns.n,
                sizeof(*facts->returns.rows), by_cell);
}

tq_status facts_need(struct facts *facts, enum fact_list list, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    if (facts->loaded[list])
        return TQ_OK;
    if (facts->keeps)
        rc = tally_spend(facts->db, err);
    switch (list) {
    case FACTS_INCIDENTS:
        READ(incidents, &load_incidents);
        break;
    case FACTS_ACTIVITIES:
        READ(activities, &load_activities);
        break;
    case FACTS_TIPS:
        READ(tips, &load_tips);
        break;
    case FACTS_HOTSPOTS:
        READ(hotspots, &load_hotspots);
        break;
    case FACTS_ENCROACHMENTS:
        READ(encroachments, &load_encroachments);
        break;
    case FACTS_GROUPS:
        READ(groups, &load_groups);
        break;
    default:
        READ(returns, &load_returns);
        sort_returns(facts);
        break;
    }
    facts->loaded[list] = rc == TQ_OK;
    return rc;
}

tq_status facts_number(struct facts *facts, const char *sql, struct tq_window window,
        struct tq_slice text, int64_t number, int64_t *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char first[TQ_DAY_TEXT];
    char last[TQ_DAY_TEXT];
    bool row = false;
    tq_status rc = sql_prepare(facts->db, &stmt, sql, err);
    int n;

    *out = 0;
    if (rc != TQ_OK)
        return rc;
    tq_day_print(window.first, first);
    tq_day_print(window.last, last);
    n = sqlite3_bind_parameter_count(stmt);
    sql_bind_text(stmt, 1, facts->unit);
    if (n >= 2)
        sql_bind_text(stmt, 2, facts->period->key);
    if (n >= 3)
        sql_bind_str(stmt, 3, first);
    if (n >= 4)
        sql_bind_str(stmt, 4, last);
    if (n >= 5)
        sql_bind_text(stmt, 5, text);
    if (n >= 6)
        sql_bind_int(stmt, 6, number);
    rc = sql_step(facts->db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    *out = sql_int(stmt, 0);
    sql_done(stmt);
    return TQ_OK;
}

/* Each period that is due in the window with its report, if one was sent. Days of grace that are
 * given later count at once; what an officer has set in late_days forgives, too. */
static const char reports_due[] = "SELECT p.due_at, p.grace_days, " FACTS_CAME_AT(
        "?4") ", r.late_days FROM period AS p LEFT JOIN report AS r ON r.unit = ?1"
              " AND r.period = p.period AND r.type = p.kind AND r.voided_at IS NULL"
              " WHERE p.due_at BETWEEN ?2 AND ?3 AND p.voided_at IS NULL AND p.calendar <> "
              "'VILLAGE'";

tq_status facts_reports(struct facts *facts, struct tq_window window, struct fact_reports *out,
        int64_t from, int64_t to, int64_t *late, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(facts->db, &stmt, reports_due, err);
    bool row = false;

    *out = (struct fact_reports){ 0, 0 };
    *late = 0;
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, facts->unit);
    sql_bind_int(stmt, 2, tq_day_start_ms(window.first));
    sql_bind_int(stmt, 3, tq_day_start_ms(window.last + 1) - 1);
    sql_bind_int(stmt, 4, facts->is_office);
    for (;;) {
        tq_day limit;
        int64_t days;

        rc = sql_step(facts->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        limit = tq_day_of_instant(sql_int(stmt, 0)) + (tq_day)sql_int(stmt, 1);
        if (sql_value(stmt, 2).type != TQ_INT) {
            /* A report whose day has not passed is neither in time nor late yet. */
            if (tq_day_of_instant(facts->now_ms) <= limit)
                continue;
            out->due++;
            *late += to == 0 ? 1 : 0;
            continue;
        }
        days = tq_day_of_instant(sql_int(stmt, 2)) - limit;
        if (sql_value(stmt, 3).type == TQ_INT && sql_int(stmt, 3) < days)
            days = sql_int(stmt, 3);
        out->due++;
        out->in_time += days <= 0 ? 1 : 0;
        *late += days >= from && days > 0 && (to == 0 || days <= to) ? 1 : 0;
    }
}

tq_status facts_verified(struct facts *facts, struct tq_count *counts, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(facts->db, &stmt,
            "SELECT criterion, points_c, applicable,"
            " CASE WHEN points_c IS NOT machine_c THEN reason END FROM verified_score WHERE unit = "
            "?1"
            " AND period = ?2 AND sheet = ?3 AND voided_at IS NULL",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, facts->unit);
    sql_bind_text(stmt, 2, facts->period->key);
    sql_bind_text(stmt, 3, facts->sheet->key);
    for (;;) {
        struct tq_slice code;
        struct tq_slice why;
        bool absent;
        int at;

        rc = sql_step(facts->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            return rc;
        /* The key of a criterion is sheet/code. */
        code = sql_bytes(stmt, 0);
        for (size_t i = 0; i < code.len; i++) {
            if (code.data[i] == '/') {
                code = tq_slice_of(code.data + i + 1, code.len - i - 1);
                break;
            }
        }
        at = tq_sheet_find(facts->sheet, code);
        absent = tq_slice_equal(sql_bytes(stmt, 2), tq_slice_str("no"));
        if (at < 0 || (!absent && sql_value(stmt, 1).type != TQ_INT))
            continue;
        counts[at].verified = true;
        counts[at].verified_absent = absent;
        counts[at].verified_c = absent ? 0 : sql_int(stmt, 1);
        why = sql_bytes(stmt, 3);
        if (why.len == 0)
            continue;
        why = tq_slice_of(tq_arena_copy(facts->arena, why.data, why.len), why.len);
        if (why.data == NULL) {
            sql_done(stmt);
            return tq_error_set(err, TQ_NOMEM, "facts");
        }
        counts[at].verified_reason = why;
    }
}

bool facts_model_runs(const struct fact_model *model, tq_day day)
{
    return model->launched != FACTS_NO_DAY && model->launched <= day &&
           (model->ended == FACTS_NO_DAY || model->ended > day);
}
