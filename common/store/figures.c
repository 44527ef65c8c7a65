#include "tuquan/figures.h"

#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"

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
    { "in_time", 0, true, false, "Vụ việc xử lý đúng hạn", "Closed in time" },
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

static const char households[] =
        "SELECT t.parent, sum((SELECT v.households FROM village_profile AS v"
        " WHERE v.village = t.unit AND v.as_of <= ?1 AND v.voided_at IS NULL"
        " AND v.households IS NOT NULL ORDER BY v.as_of DESC LIMIT 1))"
        " FROM unit AS t WHERE t.level = 4 AND t.voided_at IS NULL"
        " AND (t.valid_from IS NULL OR t.valid_from <= ?1)"
        " AND (t.valid_to IS NULL OR t.valid_to >= ?1) GROUP BY t.parent";

static const char commune_days[] = "SELECT valid_from, valid_to FROM unit WHERE unit = ?1";

static const char commune_name[] = "SELECT ifnull(full_name, name) FROM unit WHERE unit = ?1";

const struct tq_figure_info *tq_figure_info(tq_figure figure)
{
    return (unsigned)figure < TQ_FIGURES ? &INFO[figure] : NULL;
}

size_t figures_place(const struct tq_figures *f, size_t unit, tq_figure figure, size_t window)
{
    return (unit * TQ_FIGURES + (size_t)figure) * f->nwindows + window;
}

int64_t tq_figures_at(
        const struct tq_figures *figures, size_t unit, tq_figure figure, size_t window)
{
    return figures->n[figures_place(figures, unit, figure, window)];
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

static tq_status read_names(
        struct tq_db *db, struct tq_arena *arena, struct tq_figures *out, struct tq_error *err)
{
    struct tq_slice *names = tq_arena_array(arena, out->nunits + 1, sizeof(*names));
    tq_status rc = names != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "figures");

    out->names = names;
    for (size_t u = 0; rc == TQ_OK && u < out->nunits; u++)
        rc = read_name(db, arena, out->units[u], &names[u], err);
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
            out->n[figures_place(out, unit, TQ_FIGURE_HOUSEHOLDS, w)] = sql_int(stmt, 1);
    }
    return rc;
}

/* Of a window the days on which the unit was there: from no other was a report due. False: none. */
static tq_status clip(struct tq_db *db, struct tq_slice unit, struct tq_window *window, bool *any,
        struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_day day;
    tq_status rc = sql_prepare(db, &stmt, commune_days, err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, unit);
    rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        if (tq_day_parse(sql_bytes(stmt, 0), &day) && day > window->first)
            window->first = day;
        if (tq_day_parse(sql_bytes(stmt, 1), &day) && day < window->last)
            window->last = day;
        sql_done(stmt);
    }
    *any = window->first <= window->last;
    return rc;
}

static tq_status read_reports(struct tq_db *db, const struct tq_window *windows, int64_t now_ms,
        struct tq_figures *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t u = 0; u < out->nunits; u++) {
        struct facts f = { .db = db, .unit = out->units[u], .now_ms = now_ms };

        for (size_t w = 0; rc == TQ_OK && w < out->nwindows; w++) {
            struct fact_reports reports = { 0, 0 };
            struct tq_window window = windows[w];
            bool any = false;
            int64_t late;

            rc = clip(db, out->units[u], &window, &any, err);
            if (rc == TQ_OK && any)
                rc = facts_reports(&f, window, &reports, 1, 0, &late, err);
            out->n[figures_place(out, u, TQ_FIGURE_REPORTS_DUE, w)] = reports.due;
            out->n[figures_place(out, u, TQ_FIGURE_REPORTS_IN_TIME, w)] = reports.in_time;
        }
    }
    return rc;
}

tq_status tq_figures_read(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        const struct tq_window *windows, size_t nwindows, uint64_t wanted, int64_t now_ms,
        struct tq_figures *out, struct tq_error *err)
{
    struct figures_units units;
    size_t cells;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    out->nwindows = nwindows;
    rc = figures_units(db, arena, parent, windows, nwindows, &units, err);
    if (rc != TQ_OK)
        return rc;
    out->units = units.units;
    out->nunits = units.n;
    cells = out->nunits * TQ_FIGURES * nwindows;
    out->n = tq_arena_array(arena, cells + 1, sizeof(*out->n));
    if (out->n == NULL)
        return tq_error_set(err, TQ_NOMEM, "figures");
    memset(out->n, 0, (cells + 1) * sizeof(*out->n));
    rc = figures_sums(db, windows, wanted, out, err);
    for (size_t w = 0; (wanted & BIT(TQ_FIGURE_HOUSEHOLDS)) != 0 && rc == TQ_OK && w < nwindows;
            w++)
        rc = read_households(db, windows, w, out, err);
    if (rc == TQ_OK &&
            (wanted & (BIT(TQ_FIGURE_REPORTS_DUE) | BIT(TQ_FIGURE_REPORTS_IN_TIME))) != 0)
        rc = read_reports(db, windows, now_ms, out, err);
    if (rc == TQ_OK)
        rc = figures_fold(arena, &units, out, err);
    return rc == TQ_OK ? read_names(db, arena, out, err) : rc;
}
