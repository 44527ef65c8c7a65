#include "tuquan/figures.h"

#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"
#include "tuquan/own_units.h"

#define BIT(figure) (UINT64_C(1) << (figure))

static const struct tq_figure_info INFO[TQ_FIGURES] = {
    { "incidents_1", 1, true, false, "Vụ việc về tội phạm", "Incidents: crime" },
    { "incidents_2", 2, true, false, "Vụ việc về tệ nạn xã hội", "Incidents: social evils" },
    { "incidents_3", 3, true, false, "Vụ việc về tài sản, cháy nổ", "Incidents: property, fire" },
    { "incidents_4", 4, true, false, "Vụ việc về giao thông, trật tự",
            "Incidents: traffic, public order" },
    { "incidents_5", 5, true, false, "Vụ việc do người lầm lỗi gây ra", "Incidents: reoffending" },
    { "deaths", 0, true, false, "Số người chết", "Deaths" },
    { "injured", 0, true, false, "Số người bị thương", "Injured" },
    { "damage_vnd", 0, false, false, "Thiệt hại (đồng)", "Damage (VND)" },
    { "due", 0, true, false, "Vụ việc đến hạn xử lý", "Incidents due" },
    { "in_time", 0, true, false, "Vụ việc xử lý đúng hạn", "Incidents closed in time" },
    { "tips", 1, true, false, "Tin báo nhận được", "Tips received" },
    { "tips_in_time", 1, true, false, "Tin báo chuyển trong 24 giờ", "Tips passed on in 24 hours" },
    { "tips_solved", 1, true, false, "Tin báo dẫn đến khám phá vụ việc",
            "Tips that solved a case" },
    { "patrols_planned", 1, false, false, "Buổi tuần tra theo kế hoạch", "Patrols planned" },
    { "patrols", 1, false, false, "Buổi tuần tra đã làm", "Patrols held" },
    { "outreach_planned", 2, false, false, "Buổi tuyên truyền theo kế hoạch", "Outreach planned" },
    { "outreach", 2, false, false, "Buổi tuyên truyền đã làm", "Outreach held" },
    { "inspections_planned", 3, false, false, "Lần kiểm tra PCCC theo kế hoạch",
            "Fire inspections planned" },
    { "inspections", 3, false, false, "Lần kiểm tra PCCC đã làm", "Fire inspections held" },
    { "mediations", 4, true, false, "Vụ nhận hòa giải", "Mediations accepted" },
    { "mediations_settled", 4, true, false, "Vụ hòa giải thành", "Mediations settled" },
    { "hotspots_new", 2, true, false, "Tụ điểm phát sinh", "Hotspots: new" },
    { "hotspots_ended", 2, true, false, "Tụ điểm được xóa", "Hotspots: ended" },
    { "encroachments_found", 4, false, false, "Lấn chiếm phát hiện", "Encroachments found" },
    { "encroachments_cleared", 4, false, false, "Lấn chiếm được giải tỏa",
            "Encroachments cleared" },
    { "reports_due", 0, false, false, "Báo cáo đến hạn", "Reports due" },
    { "reports_in_time", 0, false, false, "Báo cáo nộp đúng hạn", "Reports in time" },
    { "households", 0, false, true, "Số hộ", "Households" },
};

/* What the rows of a table bring, as (what, day, unit, n); `what` is a tq_figure. */
struct part {
    uint64_t brings;
    const char *rows;
};

static const struct part PARTS[] = {
    { BIT(TQ_FIGURE_INCIDENTS_1) | BIT(TQ_FIGURE_INCIDENTS_2) | BIT(TQ_FIGURE_INCIDENTS_3) |
                    BIT(TQ_FIGURE_INCIDENTS_4) | BIT(TQ_FIGURE_INCIDENTS_5) |
                    BIT(TQ_FIGURE_DEATHS) | BIT(TQ_FIGURE_INJURED) | BIT(TQ_FIGURE_DAMAGE_VND) |
                    BIT(TQ_FIGURE_DUE) | BIT(TQ_FIGURE_IN_TIME),
            "SELECT t.unit AS unit, CASE k.column1 WHEN 0 THEN coalesce(t.reclassified, t.area,"
            " CASE coalesce(t.reclassified_category, t.category)"
            " WHEN 'theft' THEN 3 WHEN 'property' THEN 3 WHEN 'fire_explosion' THEN 3"
            " WHEN 'drugs' THEN 2 WHEN 'gambling' THEN 2 WHEN 'prostitution' THEN 2"
            " WHEN 'other_evil' THEN 2 WHEN 'traffic_accident' THEN 4"
            " WHEN 'traffic_violation' THEN 4 WHEN 'urban_order' THEN 4"
            " WHEN 'public_disorder' THEN 4 WHEN 'reoffence' THEN 5 ELSE 1 END) - 1"
            " ELSE k.column1 END AS what,"
            " iif(k.column1 < 8, coalesce(t.occurred_on,"
            " date(t.known_at / 1000 + 25200, 'unixepoch')), t.due_on) AS day,"
            " CASE k.column1 WHEN 5 THEN t.deaths WHEN 6 THEN t.injured WHEN 7 THEN t.damage_vnd"
            " WHEN 9 THEN t.closed_on <= t.due_on ELSE 1 END AS n"
            " FROM incident AS t, (VALUES (0), (5), (6), (7), (8), (9)) AS k"
            " WHERE t.voided_at IS NULL" },
    { BIT(TQ_FIGURE_TIPS) | BIT(TQ_FIGURE_TIPS_IN_TIME) | BIT(TQ_FIGURE_TIPS_SOLVED),
            "SELECT t.unit AS unit, k.column1 AS what,"
            " coalesce(date(t.received_at / 1000 + 25200, 'unixepoch'), t.received_on) AS day,"
            " CASE k.column1 WHEN 11 THEN t.passed_at - t.received_at <= 86400000"
            " WHEN 12 THEN t.solved_confirmed <> 0 ELSE 1 END AS n"
            " FROM tip AS t, (VALUES (10), (11), (12)) AS k WHERE t.voided_at IS NULL" },
    { BIT(TQ_FIGURE_PATROLS_PLANNED) | BIT(TQ_FIGURE_PATROLS) | BIT(TQ_FIGURE_OUTREACH_PLANNED) |
                    BIT(TQ_FIGURE_OUTREACH) | BIT(TQ_FIGURE_INSPECTIONS_PLANNED) |
                    BIT(TQ_FIGURE_INSPECTIONS) | BIT(TQ_FIGURE_MEDIATIONS) |
                    BIT(TQ_FIGURE_MEDIATIONS_SETTLED),
            "SELECT t.unit AS unit, CASE t.kind WHEN 'patrol' THEN 13 WHEN 'joint_patrol' THEN 13"
            " WHEN 'outreach' THEN 15 WHEN 'fire_inspection' THEN 17 WHEN 'mediation' THEN 19 END"
            " + k.column1 AS what,"
            " iif(k.column1 = 0 AND t.kind <> 'mediation', t.planned_on,"
            " iif(t.state IS 'cancelled', NULL, t.held_on)) AS day,"
            " iif(t.kind = 'mediation', iif(k.column1 = 0, t.accepted, t.settled), 1) AS n"
            " FROM activity AS t, (VALUES (0), (1)) AS k WHERE t.voided_at IS NULL" },
    { BIT(TQ_FIGURE_HOTSPOTS_NEW) | BIT(TQ_FIGURE_HOTSPOTS_ENDED),
            "SELECT t.unit AS unit, k.column1 AS what,"
            " iif(k.column1 = 21, t.arisen_on, t.ended_on) AS day, 1 AS n"
            " FROM hotspot AS t, (VALUES (21), (22)) AS k WHERE t.voided_at IS NULL" },
    { BIT(TQ_FIGURE_ENCROACHMENTS_FOUND) | BIT(TQ_FIGURE_ENCROACHMENTS_CLEARED),
            "SELECT t.unit AS unit, k.column1 AS what,"
            " iif(k.column1 = 23, t.found_on, t.cleared_on) AS day, 1 AS n"
            " FROM encroachment AS t, (VALUES (23), (24)) AS k WHERE t.voided_at IS NULL" },
};

static const char households[] =
        "SELECT t.parent, sum((SELECT v.households FROM village_profile AS v"
        " WHERE v.village = t.unit AND v.as_of <= ?1 AND v.voided_at IS NULL"
        " AND v.households IS NOT NULL ORDER BY v.as_of DESC LIMIT 1))"
        " FROM unit AS t WHERE t.level = 4 AND t.voided_at IS NULL"
        " AND (t.valid_from IS NULL OR t.valid_from <= ?1)"
        " AND (t.valid_to IS NULL OR t.valid_to >= ?1) GROUP BY t.parent";

static const char commune_name[] = "SELECT ifnull(full_name, name) FROM unit WHERE unit = ?1";

const struct tq_figure_info *tq_figure_info(tq_figure figure)
{
    return (unsigned)figure < TQ_FIGURES ? &INFO[figure] : NULL;
}

static size_t place(const struct tq_figures *f, size_t unit, tq_figure figure, size_t window)
{
    return (unit * TQ_FIGURES + (size_t)figure) * f->nwindows + window;
}

int64_t tq_figures_at(
        const struct tq_figures *figures, size_t unit, tq_figure figure, size_t window)
{
    return figures->n[place(figures, unit, figure, window)];
}

int64_t tq_figures_total(const struct tq_figures *figures, tq_figure figure, size_t window)
{
    int64_t sum = 0;

    for (size_t u = 0; u < figures->nunits; u++)
        sum += tq_figures_at(figures, u, figure, window);
    return sum;
}

size_t figures_unit(const struct tq_figures *figures, struct tq_slice unit)
{
    size_t low = 0;
    size_t high = figures->nunits;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = tq_slice_compare(unit, figures->units[mid]);

        if (order == 0)
            return mid;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return SIZE_MAX;
}

/* ---- which communes ---- */

static tq_status read_name(struct tq_db *db, struct tq_arena *arena, struct tq_slice unit,
        struct tq_slice *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    void *copy = NULL;
    tq_status rc = sql_prepare(db, &stmt, commune_name, err);

    *out = unit;
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, unit);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    if (sql_bytes(stmt, 0).len > 0) {
        copy = tq_arena_copy(arena, sql_bytes(stmt, 0).data, sql_bytes(stmt, 0).len);
        *out = tq_slice_of(copy, sql_bytes(stmt, 0).len);
        rc = copy != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "figures");
    }
    sql_done(stmt);
    return rc;
}

static tq_status read_units(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        tq_day on, struct tq_figures *out, struct tq_error *err)
{
    struct tq_slice *names;
    struct tq_slice *units = NULL;
    tq_status rc = tq_own_units(db, arena, parent, on, &units, &out->nunits, err);

    out->units = units;
    if (rc != TQ_OK)
        return rc;
    names = tq_arena_array(arena, out->nunits + 1, sizeof(*names));
    out->names = names;
    if (names == NULL)
        return tq_error_set(err, TQ_NOMEM, "figures");
    for (size_t u = 0; rc == TQ_OK && u < out->nunits; u++)
        rc = read_name(db, arena, units[u], &names[u], err);
    return rc;
}

/* ---- their sums ---- */

struct span {
    char first[TQ_DAY_TEXT];
    char last[TQ_DAY_TEXT];
};

/* From the first day of any window to the last of any. */
static void span_of(const struct tq_window *windows, size_t n, struct span *out)
{
    tq_day first = windows[0].first;
    tq_day last = windows[0].last;

    for (size_t i = 1; i < n; i++) {
        first = windows[i].first < first ? windows[i].first : first;
        last = windows[i].last > last ? windows[i].last : last;
    }
    tq_day_print(first, out->first);
    tq_day_print(last, out->last);
}

static void add_sum(struct tq_figures *out, const struct tq_window *windows, uint64_t wanted,
        sqlite3_stmt *stmt)
{
    int64_t what = sql_int(stmt, 0);
    size_t unit = figures_unit(out, sql_bytes(stmt, 2));
    tq_day day;

    if (what < 0 || what >= TQ_FIGURES || (wanted & BIT(what)) == 0 || unit == SIZE_MAX ||
            !tq_day_parse(sql_bytes(stmt, 1), &day))
        return;
    for (size_t w = 0; w < out->nwindows; w++) {
        if (tq_window_has(windows[w], day))
            out->n[place(out, unit, (tq_figure)what, w)] += sql_int(stmt, 3);
    }
}

static tq_status read_part(struct tq_db *db, const struct part *part,
        const struct tq_window *windows, uint64_t wanted, struct tq_figures *out,
        struct tq_error *err)
{
    struct tq_buf text;
    struct span span;
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc;

    tq_buf_init(&text, 0);
    tq_buf_printf(&text,
            "SELECT what, day, unit, sum(n) FROM (%s) WHERE day BETWEEN ?1 AND ?2 AND n <> 0"
            " GROUP BY 1, 2, 3",
            part->rows);
    tq_buf_append_u8(&text, 0);
    rc = tq_buf_is_ok(&text) ? sql_prepare(db, &stmt, (const char *)text.data, err)
                             : tq_error_set(err, TQ_NOMEM, "figures");
    tq_buf_deinit(&text);
    if (rc != TQ_OK)
        return rc;
    span_of(windows, out->nwindows, &span);
    sql_bind_str(stmt, 1, span.first);
    sql_bind_str(stmt, 2, span.last);
    while (rc == TQ_OK && row) {
        rc = sql_step(db, stmt, &row, err);
        if (rc == TQ_OK && row)
            add_sum(out, windows, wanted, stmt);
    }
    return rc;
}

static tq_status read_households(struct tq_db *db, const struct tq_window *windows, size_t w,
        struct tq_figures *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char last[TQ_DAY_TEXT];
    bool row = true;
    tq_status rc = sql_prepare(db, &stmt, households, err);

    if (rc != TQ_OK)
        return rc;
    tq_day_print(windows[w].last, last);
    sql_bind_str(stmt, 1, last);
    while (rc == TQ_OK && row) {
        size_t unit;

        rc = sql_step(db, stmt, &row, err);
        unit = rc == TQ_OK && row ? figures_unit(out, sql_bytes(stmt, 0)) : SIZE_MAX;
        if (unit != SIZE_MAX)
            out->n[place(out, unit, TQ_FIGURE_HOUSEHOLDS, w)] = sql_int(stmt, 1);
    }
    return rc;
}

static tq_status read_reports(struct tq_db *db, const struct tq_window *windows, int64_t now_ms,
        struct tq_figures *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t u = 0; u < out->nunits; u++) {
        struct facts f = { .db = db, .unit = out->units[u], .now_ms = now_ms };

        for (size_t w = 0; rc == TQ_OK && w < out->nwindows; w++) {
            struct fact_reports reports;
            int64_t late;

            rc = facts_reports(&f, windows[w], &reports, 1, 0, &late, err);
            out->n[place(out, u, TQ_FIGURE_REPORTS_DUE, w)] = reports.due;
            out->n[place(out, u, TQ_FIGURE_REPORTS_IN_TIME, w)] = reports.in_time;
        }
    }
    return rc;
}

tq_status tq_figures_read(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        const struct tq_window *windows, size_t nwindows, uint64_t wanted, int64_t now_ms,
        struct tq_figures *out, struct tq_error *err)
{
    size_t cells;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    out->nwindows = nwindows;
    rc = read_units(db, arena, parent, windows[nwindows - 1].last, out, err);
    if (rc != TQ_OK)
        return rc;
    cells = out->nunits * TQ_FIGURES * nwindows;
    out->n = tq_arena_array(arena, cells + 1, sizeof(*out->n));
    if (out->n == NULL)
        return tq_error_set(err, TQ_NOMEM, "figures");
    memset(out->n, 0, (cells + 1) * sizeof(*out->n));
    for (size_t i = 0; rc == TQ_OK && i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
        if ((PARTS[i].brings & wanted) != 0)
            rc = read_part(db, &PARTS[i], windows, wanted, out, err);
    }
    for (size_t w = 0; (wanted & BIT(TQ_FIGURE_HOUSEHOLDS)) != 0 && rc == TQ_OK && w < nwindows;
            w++)
        rc = read_households(db, windows, w, out, err);
    if (rc == TQ_OK &&
            (wanted & (BIT(TQ_FIGURE_REPORTS_DUE) | BIT(TQ_FIGURE_REPORTS_IN_TIME))) != 0)
        rc = read_reports(db, windows, now_ms, out, err);
    return rc;
}
