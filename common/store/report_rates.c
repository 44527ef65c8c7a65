#include "tuquan/report_rates.h"

#include <stdlib.h>
#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"
#include "tuquan/own_units.h"

#define SEPARATOR 31 /* stands in no code */

/* ?1 and ?2 the window's days, ?3 today. Each report with the days by which it came too late: as
 * facts_reports (facts_load.c) has it. */
static const char reports_sql[] =
        "WITH asked AS (SELECT p.period, p.kind, (p.due_at + 25200000) / 86400000"
        " + coalesce(p.grace_days, 0) AS last FROM period AS p WHERE p.due_at IS NOT NULL"
        " AND p.starts_on >= ?1 AND p.ends_on BETWEEN ?1 AND ?2 AND p.calendar <> 'VILLAGE'"
        " AND p.voided_at IS NULL),"
        " came AS (SELECT a.last AS last, r.late_days AS forgiven,"
        " (r.received_at + 25200000) / 86400000 AS day FROM asked AS a LEFT JOIN report AS r"
        " ON r.unit = ?4 AND r.period = a.period AND r.type = a.kind AND r.voided_at IS NULL"
        " AND r.state = 'sent')"
        " SELECT total(day IS NOT NULL OR last < ?3), total(day IS NOT NULL),"
        " total(day IS NOT NULL AND min(day - last, coalesce(forgiven, day - last)) <= 0) FROM "
        "came";

/* ?3 today as a date, ?5 the window's codes, each between two units separators, ?6 how many they
 * are; the key of village_return leads from a village and a month to its cells. */
/* clang-format off */
static const char cells_sql[] =
        "WITH asked AS MATERIALIZED (SELECT v.unit AS village, m.period AS period FROM unit AS v"
        " JOIN period AS m ON m.kind = 'month' AND m.calendar = 'ADMIN'"
        " AND m.ends_on BETWEEN ?1 AND ?2 AND m.ends_on < ?3 AND m.voided_at IS NULL"
        " WHERE v.parent = ?4 AND v.level = 4 AND v.voided_at IS NULL"
        " AND (v.valid_from IS NULL OR v.valid_from <= m.ends_on)"
        " AND (v.valid_to IS NULL OR v.valid_to >= m.ends_on))"
        " SELECT (SELECT count(*) FROM asked) * ?6,"
        " (SELECT count(DISTINCT r.village || char(31) || r.period || char(31) || i.code)"
        " FROM asked AS a CROSS JOIN village_return AS r ON r.village = a.village"
        " AND r.period = a.period JOIN indicator AS i ON i.indicator = r.indicator"
        " WHERE r.voided_at IS NULL AND r.value IS NOT NULL AND r.state = 'confirmed'"
        " AND i.source = 'typed' AND instr(?5, char(31) || i.code || char(31)) > 0)";

/* The sheet that a window is looked at by: that of the ranking of the shortest period around it, else the
 * newest that was published by its end (?2; ?3 as an instant), else the first that ever was. */
static const char sheet_sql[] =
        "SELECT sheet FROM (SELECT r.sheet, 0 AS turn, julianday(p.ends_on) - julianday(p.starts_on) AS n,"
        " r.state <> 'published' AS m, -r.version AS v FROM ranking AS r"
        " JOIN period AS p ON p.period = r.period WHERE r.voided_at IS NULL AND p.voided_at IS NULL"
        " AND p.starts_on <= ?1 AND p.ends_on >= ?2"
        " UNION ALL SELECT sheet, iif(published_at <= ?3, 1, 2), 0, 0,"
        " iif(published_at <= ?3, -published_at, published_at) FROM scoring_sheet"
        " WHERE state IN ('published', 'retired') AND voided_at IS NULL)"
        " ORDER BY turn, n, m, v, sheet LIMIT 1";

static const char codes_sql[] = "SELECT DISTINCT code FROM indicator WHERE source = 'typed'"
                                " AND state = 'published' AND voided_at IS NULL ORDER BY code";
/* clang-format on */

static const char name_sql[] =
        "SELECT coalesce(full_name, name, code, unit) FROM unit WHERE unit = ?1";

struct work {
    struct tq_db *db;
    struct tq_arena *arena;
    const struct tq_window *windows;
    size_t nwindows;
    tq_day today;
    struct tq_buf codes; /* of the window that is being read */
    int64_t ncodes;
    struct tq_rates_line *lines;
    struct tq_rates *cells; /* [line * nwindows + window] */
    size_t n;
};

static int by_key(const void *a, const void *b)
{
    const struct tq_rates_line *x = a;
    const struct tq_rates_line *y = b;

    return tq_slice_compare(x->unit, y->unit);
}

/* Every commune that is there at the end of one of the windows, once. */
static tq_status read_units(struct work *w, struct tq_slice parent, struct tq_error *err)
{
    struct tq_slice *units[TQ_RATES_MOST_PERIODS];
    size_t counts[TQ_RATES_MOST_PERIODS] = { 0 };
    size_t most = 1;
    size_t kept = 0;
    tq_status rc = TQ_OK;

    for (size_t p = 0; rc == TQ_OK && p < w->nwindows; p++) {
        rc = tq_own_units(w->db, w->arena, parent, w->windows[p].last, &units[p], &counts[p], err);
        most += counts[p];
    }
    if (rc == TQ_OK) {
        w->lines = tq_arena_array(w->arena, most, sizeof(*w->lines));
        rc = w->lines != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "rates");
    }
    if (rc != TQ_OK)
        return rc;
    for (size_t p = 0; p < w->nwindows; p++)
        for (size_t i = 0; i < counts[p]; i++)
            w->lines[w->n++].unit = units[p][i];
    if (w->n > 0)
        qsort(w->lines, w->n, sizeof(*w->lines), by_key);
    for (size_t i = 0; i < w->n; i++)
        if (i == 0 || !tq_slice_equal(w->lines[i].unit, w->lines[kept - 1].unit))
            w->lines[kept++] = w->lines[i];
    w->n = kept;
    return TQ_OK;
}

static tq_status read_name(struct work *w, struct tq_rates_line *line, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    uint8_t *copy;
    struct tq_slice name;
    tq_status rc = sql_prepare(w->db, &stmt, name_sql, err);

    line->name = line->unit;
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, line->unit);
    rc = sql_step(w->db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    name = sql_bytes(stmt, 0);
    copy = tq_arena_copy(w->arena, name.data, name.len);
    line->name = tq_slice_of(copy, copy != NULL ? name.len : 0);
    sql_done(stmt);
    return copy != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "rates");
}

/* The one row of a statement of three or two sums. */
static tq_status read_sums(struct work *w, const char *sql, struct tq_slice unit, size_t window,
        bool by_number, int64_t *const *out, size_t n, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char first[TQ_DAY_TEXT];
    char last[TQ_DAY_TEXT];
    char today[TQ_DAY_TEXT];
    bool row = false;
    tq_status rc = sql_prepare(w->db, &stmt, sql, err);

    if (rc != TQ_OK)
        return rc;
    tq_day_print(w->windows[window].first, first);
    tq_day_print(w->windows[window].last, last);
    tq_day_print(w->today, today);
    sql_bind_str(stmt, 1, first);
    sql_bind_str(stmt, 2, last);
    if (by_number)
        sql_bind_int(stmt, 3, w->today);
    else
        sql_bind_str(stmt, 3, today);
    sql_bind_text(stmt, 4, unit);
    if (!by_number) {
        sql_bind_text(stmt, 5, tq_buf_slice(&w->codes));
        sql_bind_int(stmt, 6, w->ncodes);
    }
    rc = sql_step(w->db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    for (size_t i = 0; i < n; i++)
        *out[i] = sql_int(stmt, (int)i);
    sql_done(stmt);
    return TQ_OK;
}

static tq_status read_unit(struct work *w, size_t line, size_t window, struct tq_error *err)
{
    struct tq_rates *to = &w->cells[line * w->nwindows + window];
    int64_t *const reports[] = { &to->reports_due, &to->reports_given, &to->reports_in_time };
    int64_t *const cells[] = { &to->cells_asked, &to->cells_filled };
    struct tq_slice unit = w->lines[line].unit;
    tq_status rc = read_sums(w, reports_sql, unit, window, true, reports, 3, err);

    return rc == TQ_OK ? read_sums(w, cells_sql, unit, window, false, cells, 2, err) : rc;
}

static void add(struct tq_rates *to, const struct tq_rates *from)
{
    to->reports_due += from->reports_due;
    to->reports_given += from->reports_given;
    to->reports_in_time += from->reports_in_time;
    to->cells_asked += from->cells_asked;
    to->cells_filled += from->cells_filled;
}

/* ---- which indicators ---- */

static tq_status find_sheet(
        struct work *w, size_t window, struct tq_slice *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char first[TQ_DAY_TEXT];
    char last[TQ_DAY_TEXT];
    bool row = false;
    void *copy;
    tq_status rc = sql_prepare(w->db, &stmt, sheet_sql, err);

    *out = tq_slice_of(NULL, 0);
    if (rc != TQ_OK)
        return rc;
    tq_day_print(w->windows[window].first, first);
    tq_day_print(w->windows[window].last, last);
    sql_bind_str(stmt, 1, first);
    sql_bind_str(stmt, 2, last);
    sql_bind_int(stmt, 3, tq_day_start_ms(w->windows[window].last + 1) - 1);
    rc = sql_step(w->db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    copy = tq_arena_copy(w->arena, sql_bytes(stmt, 0).data, sql_bytes(stmt, 0).len);
    *out = tq_slice_of(copy, copy != NULL ? sql_bytes(stmt, 0).len : 0);
    sql_done(stmt);
    return copy != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "rates");
}

static void add_code(struct work *w, struct tq_slice code)
{
    if (w->ncodes++ == 0)
        tq_buf_append_u8(&w->codes, SEPARATOR);
    tq_buf_append_slice(&w->codes, code);
    tq_buf_append_u8(&w->codes, SEPARATOR);
}

/* Where no sheet reads any: those of today. */
static tq_status read_todays_codes(struct work *w, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(w->db, &stmt, codes_sql, err);

    while (rc == TQ_OK && row) {
        rc = sql_step(w->db, stmt, &row, err);
        if (rc == TQ_OK && row)
            add_code(w, sql_bytes(stmt, 0));
    }
    return rc;
}

/* Those that the sheet of the window's time reads, as the ranking's coverage has it: what is published
 * or retired today was not asked, or not left out, then. */
static tq_status read_codes(struct work *w, size_t window, struct tq_error *err)
{
    struct tq_slice codes[TQ_MAX_CRITERIA];
    const struct tq_sheet *sheet = NULL;
    struct tq_slice key;
    size_t n = 0;
    tq_status rc = find_sheet(w, window, &key, err);

    tq_buf_clear(&w->codes);
    w->ncodes = 0;
    if (rc == TQ_OK && key.len > 0) {
        rc = tq_facts_sheet(w->db, w->arena, key, &sheet, err);
        if (rc == TQ_OK)
            n = facts_typed_codes(sheet, codes, TQ_MAX_CRITERIA);
    }
    for (size_t i = 0; i < n; i++)
        add_code(w, codes[i]);
    if (rc == TQ_OK && n == 0)
        rc = read_todays_codes(w, err);
    if (rc == TQ_OK && !tq_buf_is_ok(&w->codes))
        rc = tq_error_set(err, TQ_NOMEM, "rates");
    return rc;
}

/* Of the communes of each window; the last line is their sum. */
static tq_status read_window(
        struct work *w, struct tq_slice parent, size_t window, struct tq_error *err)
{
    struct tq_slice *units;
    size_t n;
    size_t line = 0;
    tq_status rc = tq_own_units(w->db, w->arena, parent, w->windows[window].last, &units, &n, err);

    if (rc == TQ_OK)
        rc = read_codes(w, window, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        while (!tq_slice_equal(w->lines[line].unit, units[i]))
            line++; /* both ascend, and each is there */
        rc = read_unit(w, line, window, err);
        add(&w->cells[w->n * w->nwindows + window], &w->cells[line * w->nwindows + window]);
    }
    return rc;
}

tq_status tq_report_rates(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        const struct tq_window *windows, size_t nwindows, int64_t now_ms,
        const struct tq_rates_line **out, size_t *n, struct tq_error *err)
{
    struct work w = { .db = db,
        .arena = arena,
        .windows = windows,
        .nwindows = nwindows,
        .today = tq_day_of_instant(now_ms) };
    tq_status rc;

    *out = NULL;
    *n = 0;
    if (nwindows == 0 || nwindows > TQ_RATES_MOST_PERIODS)
        return tq_error_set(err, TQ_RANGE, "%zu", nwindows);
    rc = read_units(&w, parent, err);
    if (rc == TQ_OK) {
        w.cells = tq_arena_array(arena, (w.n + 1) * nwindows, sizeof(*w.cells));
        rc = w.cells != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "rates");
    }
    for (size_t i = 0; rc == TQ_OK && i < w.n; i++)
        rc = read_name(&w, &w.lines[i], err);
    tq_buf_init(&w.codes, 0);
    for (size_t p = 0; rc == TQ_OK && p < nwindows; p++)
        rc = read_window(&w, parent, p, err);
    tq_buf_deinit(&w.codes);
    if (rc != TQ_OK)
        return rc;
    w.lines[w.n] = (struct tq_rates_line){ tq_slice_str(""), tq_slice_str(""), NULL };
    for (size_t i = 0; i <= w.n; i++)
        w.lines[i].of = &w.cells[i * nwindows];
    *out = w.lines;
    *n = w.n + 1;
    return TQ_OK;
}
