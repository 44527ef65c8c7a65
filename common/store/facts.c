#include "tuquan/facts.h"

#include <string.h>

#include "store/facts_internal.h"
#include "store/sql.h"

#define MOST_MONTHS 14u
#define MOST_ROWS_BYTES ((size_t)256 << 20)

static bool has_day(struct tq_window window, tq_day day)
{
    return day != FACTS_NO_DAY && tq_window_has(window, day);
}

bool tq_facts_incident_falls(struct tq_incident_days days, struct tq_window window)
{
    return has_day(window, days.on) || has_day(window, days.due);
}

static bool was_open(const struct fact_span *span, tq_day day)
{
    return span->from != FACTS_NO_DAY && span->from <= day &&
           (span->to == FACTS_NO_DAY || span->to > day);
}

static bool is_valid_village(const struct facts *f, struct tq_slice village)
{
    for (size_t i = 0; i < f->villages.n; i++) {
        if (tq_slice_equal(f->villages.rows[i].unit, village))
            return true;
    }
    return false;
}

static bool is_same_cell(const struct fact_return *a, const struct fact_return *b)
{
    return tq_slice_equal(a->village, b->village) && tq_slice_equal(a->code, b->code);
}

/* True when a newer version of the indicator says the same month: it stands before this one. */
static bool is_superseded(const struct facts *f, size_t at)
{
    const struct fact_return *r = &f->returns.rows[at];

    return at > 0 && r[-1].on == r->on && is_same_cell(&r[-1], r);
}

/* True when the village says no later month of the window: later ones stand behind. */
static bool is_latest(const struct facts *f, size_t at, struct tq_window window)
{
    const struct fact_return *r = &f->returns.rows[at];
    size_t next = at + 1;

    while (next < f->returns.n && f->returns.rows[next].on == r->on &&
            is_same_cell(&f->returns.rows[next], r))
        next++;
    return next == f->returns.n || !is_same_cell(&f->returns.rows[next], r) ||
           !has_day(window, f->returns.rows[next].on);
}

/* Flow: the sum over the window. Stock: the latest value dated in it, of each village that is
 * there at its end; a village without one adds nothing. */
static int64_t count_returns(const struct facts *f, struct tq_slice code, struct tq_window window)
{
    int64_t sum = 0;

    for (size_t i = 0; i < f->returns.n; i++) {
        const struct fact_return *r = &f->returns.rows[i];

        if (!has_day(window, r->on) || !tq_slice_equal(r->code, code) || is_superseded(f, i))
            continue;
        if (!r->stock || (is_latest(f, i, window) && is_valid_village(f, r->village))) {
            sum += r->value;
            facts_note(f, "village_return", r->key, r->value);
        }
    }
    return sum;
}

static int64_t count_households(const struct facts *f)
{
    int64_t sum = 0;

    for (size_t i = 0; i < f->villages.n; i++) {
        sum += f->villages.rows[i].households;
        facts_note(f, "unit", f->villages.rows[i].key, f->villages.rows[i].households);
    }
    return sum;
}

static int64_t count_activities(
        const struct facts *f, const struct tq_source *source, struct tq_window window)
{
    int64_t sum = 0;

    for (size_t i = 0; i < f->activities.n; i++) {
        const struct fact_activity *a = &f->activities.rows[i];

        int64_t n = 0;

        if (!tq_list_has(source->first, a->kind))
            continue;
        if (source->measure == TQ_MEASURE_PLANNED)
            n = has_day(window, a->planned) ? 1 : 0;
        else if (!has_day(window, a->held))
            continue;
        else if (source->measure == TQ_MEASURE_HELD)
            n = 1;
        else
            n = source->measure == TQ_MEASURE_ACCEPTED ? a->accepted : a->settled;
        sum += n;
        facts_note(f, "activity", a->key, n);
    }
    return sum;
}

int64_t facts_count_incident(
        const struct fact_incident *x, const struct tq_source *source, struct tq_window window)
{
    bool happened = has_day(window, x->on);

    if (!tq_list_has(source->first, x->area_text) || !tq_list_has(source->second, x->category))
        return 0;
    switch (source->measure) {
    case TQ_MEASURE_DUE:
        return has_day(window, x->due) ? 1 : 0;
    case TQ_MEASURE_IN_TIME:
        return has_day(window, x->due) && x->closed != FACTS_NO_DAY && x->closed <= x->due ? 1 : 0;
    case TQ_MEASURE_DEATHS:
        return happened ? x->deaths : 0;
    case TQ_MEASURE_GRAVE:
        return happened && (x->deaths > 0 || x->injured > 0 || !x->contained) ? 1 : 0;
    case TQ_MEASURE_REPORTED_LATE:
        if (!happened)
            return 0;
        if (x->reported == FACTS_NO_DAY || x->known == FACTS_NO_DAY)
            return x->found_by_other && x->reported == FACTS_NO_DAY ? 1 : 0;
        return x->reported - x->known > source->number ? 1 : 0;
    default:
        return happened ? 1 : 0;
    }
}

static void count_incidents(const struct facts *f, const struct tq_source *source,
        struct tq_window window, struct counted *out)
{
    for (size_t i = 0; i < f->incidents.n; i++) {
        const struct fact_incident *x = &f->incidents.rows[i];
        int64_t n = facts_count_incident(x, source, window);

        out->n += n;
        facts_note(f, "incident", x->key, n);
        if (n > 0 && !x->reconciled)
            out->unreconciled = true;
    }
}

static int64_t count_tips(
        const struct facts *f, const struct tq_source *source, struct tq_window window)
{
    int64_t sum = 0;

    for (size_t i = 0; i < f->tips.n; i++) {
        const struct fact_tip *t = &f->tips.rows[i];

        int64_t n = 1;

        if (!has_day(window, t->on))
            continue;
        if (source->measure == TQ_MEASURE_SOLVED)
            n = t->solved ? 1 : 0;
        else if (source->measure == TQ_MEASURE_IN_TIME)
            n = t->passed_ms >= 0 && t->received_ms >= 0 &&
                                t->passed_ms - t->received_ms <= source->number * 3600000
                        ? 1
                        : 0;
        sum += n;
        facts_note(f, "tip", t->key, n);
    }
    return sum;
}

/* The COMMUNE year that the period is part of, up to the window's end. */
static struct tq_window training_year(const struct facts *f)
{
    struct tq_period year = { TQ_CALENDAR_COMMUNE, TQ_PERIOD_YEAR, f->period->period.year, 1 };
    struct tq_window window = tq_period_window(&year, TQ_LEVEL_COMMUNE);

    if (f->period->period.kind != TQ_PERIOD_YEAR && window.last > f->period->window.last)
        window.last = f->period->window.last;
    return window;
}

static int64_t count_spans(
        const struct facts *f, const struct tq_source *source, struct tq_window window)
{
    bool hotspot = source->kind == TQ_SOURCE_HOTSPOT;
    const struct fact_span *rows = hotspot                           ? f->hotspots.rows
                                   : source->kind == TQ_SOURCE_GROUP ? f->groups.rows
                                                                     : f->encroachments.rows;
    size_t n = hotspot                           ? f->hotspots.n
               : source->kind == TQ_SOURCE_GROUP ? f->groups.n
                                                 : f->encroachments.n;
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        const struct fact_span *s = &rows[i];
        bool counts = false;

        switch (source->measure) {
        case TQ_MEASURE_STANDING: /* open at the end for more than `number` days */
            counts = was_open(s, window.last) && window.last - s->from > source->number;
            break;
        case TQ_MEASURE_CLEARED:
            counts = has_day(window, s->from) && s->to != FACTS_NO_DAY && s->to <= window.last;
            break;
        case TQ_MEASURE_ALL:
            counts = was_open(s, window.last);
            break;
        case TQ_MEASURE_TRAINED:
            counts = was_open(s, window.last) && has_day(training_year(f), s->at);
            break;
        default: /* new, found */
            counts = has_day(window, s->from);
            break;
        }
        sum += counts ? 1 : 0;
        facts_note(f,
                hotspot                           ? "hotspot"
                : source->kind == TQ_SOURCE_GROUP ? "self_mgmt_group"
                                                  : "encroachment",
                s->key, counts ? 1 : 0);
    }
    return sum;
}

static int64_t count_models(
        const struct facts *f, const struct tq_source *source, struct tq_window window)
{
    tq_day oldest = FACTS_NO_DAY;

    for (size_t i = 0; i < f->models.n; i++) {
        const struct fact_model *m = &f->models.rows[i];

        if (facts_model_runs(m, window.last) && (oldest == FACTS_NO_DAY || m->launched < oldest))
            oldest = m->launched;
    }
    if (source->measure == TQ_MEASURE_NO_MODEL)
        return oldest == FACTS_NO_DAY ? 1 : 0;
    return oldest != FACTS_NO_DAY && tq_day_add_months(oldest, (int)source->number) > window.last
                   ? 1
                   : 0;
}

/* Minutes are those that have a number or a hash, and were signed by both sides. */
static const char border_sql[] =
        "SELECT (SELECT count(*) FROM border_meeting WHERE unit = ?1 AND held_on BETWEEN ?3 AND ?4"
        " AND signed_on IS NOT NULL AND partner_signed_on IS NOT NULL AND voided_at IS NULL"
        " AND (minutes_no IS NOT NULL OR minutes_hash IS NOT NULL))"
        " + (SELECT count(*) FROM joint_patrol WHERE unit = ?1 AND held_on BETWEEN ?3 AND ?4"
        " AND signed_on IS NOT NULL AND partner_signed_on IS NOT NULL AND voided_at IS NULL"
        " AND (minutes_no IS NOT NULL OR minutes_hash IS NOT NULL))"
        " WHERE ?2 IS NOT NULL";

static const char start_sql[] =
        "SELECT (SELECT count(*) = 0 FROM emulation_launch WHERE unit = ?1 AND year = ?6"
        " AND launched_on <= ?4 AND voided_at IS NULL)"
        " + (SELECT count(*) = 0 FROM emulation_launch WHERE unit = ?1 AND year = ?6"
        " AND registered_on <= ?4 AND voided_at IS NULL)"
        " + (SELECT count(*) = 0 FROM covenant WHERE unit = ?1 AND adopted_on <= ?4"
        " AND state <> 'draft' AND voided_at IS NULL)"
        " WHERE ?2 IS NOT NULL AND ?3 IS NOT NULL AND ?5 IS NULL";

/* An accepted adjustment counts in its own period, and in a year by the day of its fact. */
static const char adjustment_sql[] =
        "SELECT total(abs(coalesce(decided_c, points_c))) FROM adjustment WHERE unit = ?1"
        " AND code = ?5 AND state = 'accepted' AND voided_at IS NULL"
        " AND (period = ?2 OR (?6 = 1 AND fact_on BETWEEN ?3 AND ?4))";

static const char gradecap_sql[] =
        "SELECT count(*) FROM grade_cap WHERE unit = ?1 AND period = ?2 AND ?3 <= ?4"
        " AND code = ?5 AND voided_at IS NULL";

/* The figures are the commune's own words: they say something once the district decided on them. */
#define RECOGNITION_MET                                                                            \
    " FROM recognition WHERE unit = ?1 AND year = ?6 AND state = 'decided' AND result = 'met'"     \
    " AND voided_at IS NULL"

static const char recognition_sql[] =
        "SELECT (SELECT count(*)" RECOGNITION_MET " AND villages_registered >= CAST(?5 AS INTEGER))"
        " WHERE ?2 IS NOT NULL AND ?3 <= ?4";

static const char recognised_sql[] = "SELECT villages_recognised" RECOGNITION_MET
                                     " AND ?2 IS NOT NULL AND ?3 <= ?4 AND ?5 IS NULL";

static struct tq_slice nothing(void)
{
    return tq_slice_of(NULL, 0);
}

/* Q1 and the year look back on what had to be done by the end of Q1; other periods do not. */
static tq_status count_start(struct facts *f, int64_t *out, struct tq_error *err)
{
    struct tq_period own = f->period->period;
    struct tq_period q1 = { TQ_CALENDAR_ADMIN, TQ_PERIOD_QUARTER, own.year, 1 };

    *out = 0;
    if (own.kind != TQ_PERIOD_YEAR && !(own.kind == TQ_PERIOD_QUARTER && own.number == 1))
        return TQ_OK;
    return facts_number(
            f, start_sql, tq_period_window(&q1, TQ_LEVEL_COMMUNE), nothing(), own.year, out, err);
}

/* 1 when the district did not find it met, not every village was registered or fewer than `percent`
 * were recognised. */
static tq_status count_recognition(
        struct facts *f, int64_t percent, int64_t *out, struct tq_error *err)
{
    struct tq_window window = f->period->window;
    char villages[24];
    int64_t registered = 0;
    int64_t recognised = 0;
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, sizeof(villages));
    tq_buf_printf(&text, "%zu", f->villages.n);
    if (!tq_buf_is_ok(&text)) {
        tq_buf_deinit(&text);
        return tq_error_set(err, TQ_NOMEM, "facts");
    }
    rc = facts_number(f, recognition_sql, window, tq_buf_slice(&text), f->period->period.year,
            &registered, err);
    if (rc == TQ_OK)
        rc = facts_number(
                f, recognised_sql, window, nothing(), f->period->period.year, &recognised, err);
    tq_buf_deinit(&text);
    *out = registered == 0 || recognised * 100 < percent * (int64_t)f->villages.n ? 1 : 0;
    return rc;
}

/* Cells of one row that were granted by one decision are one correction. What a neighbour asked for
 * (device 0) is none of the commune's. */
static tq_status count_correction(
        struct facts *f, struct tq_window window, int64_t *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(f->db, &stmt,
            "SELECT count(DISTINCT ifnull(table_name || hex(row_key) || char(31) || decision,"
            " hex(id))) FROM correction_request WHERE unit = ?1 AND written_at BETWEEN ?2"
            " AND ?3 AND state IN ('granted', 'applied') AND voided_at IS NULL AND device IS NOT 0",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, f->unit);
    sql_bind_int(stmt, 2, tq_day_start_ms(window.first));
    sql_bind_int(stmt, 3, tq_day_start_ms(window.last + 1) - 1);
    rc = sql_step(f->db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        *out = sql_int(stmt, 0);
        sql_done(stmt);
    }
    return rc;
}

static tq_status count_asked(struct facts *f, const struct tq_source *source,
        struct tq_window window, int64_t *out, struct tq_error *err)
{
    struct fact_reports reports;
    bool year = f->period->period.kind == TQ_PERIOD_YEAR;

    switch (source->kind) {
    case TQ_SOURCE_BORDER:
        return facts_number(f, border_sql, window, nothing(), 0, out, err);
    case TQ_SOURCE_REPORT:
        return facts_reports(f, window, &reports, source->number, source->to, out, err);
    case TQ_SOURCE_CORRECTION:
        return count_correction(f, window, out, err);
    case TQ_SOURCE_START:
        return count_start(f, out, err);
    case TQ_SOURCE_RECOGNITION:
        return count_recognition(f, source->number, out, err);
    case TQ_SOURCE_ADJUSTMENT:
        return facts_number(f, adjustment_sql, window, source->first, year ? 1 : 0, out, err);
    default:
        return facts_number(f, gradecap_sql, window, source->first, 0, out, err);
    }
}

void facts_count_listed(const struct facts *f, const struct tq_source *source,
        struct tq_window window, struct counted *out)
{
    switch (source->kind) {
    case TQ_SOURCE_RETURN:
        out->n += count_returns(f, source->first, window);
        break;
    case TQ_SOURCE_ACTIVITY:
        out->n += count_activities(f, source, window);
        break;
    case TQ_SOURCE_INCIDENT:
        count_incidents(f, source, window, out);
        break;
    case TQ_SOURCE_TIP:
        out->n += count_tips(f, source, window);
        break;
    default: /* hotspots, encroachments, groups */
        out->n += count_spans(f, source, window);
        break;
    }
}

static tq_status count_source(struct facts *f, const struct tq_source *source,
        struct tq_window window, struct counted *out, struct tq_error *err)
{
    struct counted one = { 0, false };
    tq_status rc = TQ_OK;

    switch (source->kind) {
    case TQ_SOURCE_HOUSEHOLDS:
        one.n = count_households(f);
        break;
    case TQ_SOURCE_MODEL:
        one.n = count_models(f, source, window);
        break;
    case TQ_SOURCE_RETURN:
    case TQ_SOURCE_ACTIVITY:
    case TQ_SOURCE_INCIDENT:
    case TQ_SOURCE_TIP:
    case TQ_SOURCE_HOTSPOT:
    case TQ_SOURCE_ENCROACHMENT:
    case TQ_SOURCE_GROUP:
        rc = facts_listed(f, source, window, &one, err);
        break;
    default:
        rc = count_asked(f, source, window, &one.n, err);
        if (rc == TQ_OK && f->notes != NULL)
            rc = facts_note_asked(f, source, window, err);
        break;
    }
    out->n += one.n;
    out->unreconciled = out->unreconciled || one.unreconciled;
    return rc;
}

static tq_status count_sum(struct facts *f, const struct tq_sum *sum, struct tq_window window,
        struct counted *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < sum->n; i++)
        rc = count_source(f, &sum->of[i], window, out, err);
    return rc;
}

/* Villages whose model runs on the day, each once. */
static int64_t model_villages(const struct facts *f, tq_day day)
{
    int64_t sum = 0;

    for (size_t i = 0; i < f->models.n; i++) {
        bool first = facts_model_runs(&f->models.rows[i], day);

        for (size_t k = 0; first && k < i; k++)
            first = !(facts_model_runs(&f->models.rows[k], day) &&
                      tq_slice_equal(f->models.rows[k].village, f->models.rows[i].village));
        sum += first ? 1 : 0;
    }
    return sum;
}

static int64_t floor_of(const struct facts *f, const struct tq_criterion *c)
{
    struct tq_period months[MOST_MONTHS];
    size_t n = tq_window_months(f->period->window, months, MOST_MONTHS);
    int64_t sum = 0;

    if (c->floor == TQ_FLOOR_NONE)
        return 0;
    for (size_t i = 0; i < n; i++)
        sum += c->floor == TQ_FLOOR_MONTH
                       ? 1
                       : model_villages(f, tq_period_window(&months[i], TQ_LEVEL_COMMUNE).last);
    return sum * c->floor_each;
}

/* 1 when the report of the period came. */
static tq_status count_sent(
        struct facts *f, struct tq_slice period, int64_t *out, struct tq_error *err)
{
    return facts_number(f,
            "SELECT count(*) FROM report AS r WHERE unit = ?1 AND ?2 IS NOT NULL AND ?3 <= ?4"
            " AND period = ?5 AND type <> 'adhoc' AND voided_at IS NULL"
            " AND " FACTS_CAME_AT("?6") " IS NOT NULL",
            f->period->window, period, f->is_office, out, err);
}

/* A baseline that the district typed, with its document, goes before what the file holds of last
 * year; the latter counts only if that year's report was sent: b is never 0 for lack of data. */
static tq_status find_baseline(
        struct facts *f, const struct tq_criterion *c, struct tq_count *count, struct tq_error *err)
{
    struct counted before = { 0, false };
    int64_t known = 0;
    tq_status rc = facts_number(f,
            "SELECT 1 + value FROM baseline WHERE unit = ?1 AND period = ?2 AND ?3 <= ?4"
            " AND code = ?5 AND value IS NOT NULL AND document_no <> '' AND voided_at IS NULL",
            f->period->window, c->code, 0, &known, err);

    if (rc != TQ_OK)
        return rc;
    if (known > 0) {
        count->has_b = true;
        count->b = known - 1;
        return TQ_OK;
    }
    rc = count_sent(f, f->period->last_year, &known, err);
    if (rc != TQ_OK || known == 0)
        return rc;
    rc = count_sum(f, &c->n, tq_window_last_year(f->period->window), &before, err);
    count->has_b = true;
    count->b = before.n;
    return rc;
}

static void begin_part(struct facts *f, tq_fact_part part)
{
    if (f->notes != NULL)
        f->notes->part = part;
}

tq_status facts_criterion(
        struct facts *f, const struct tq_criterion *c, struct tq_count *count, struct tq_error *err)
{
    struct counted n = { 0, false };
    struct counted d = { 0, false };
    struct counted x = { 0, false };
    struct tq_window window = f->period->window;
    int64_t floor = floor_of(f, c);
    tq_status rc;

    begin_part(f, TQ_FACT_N);
    rc = count_sum(f, &c->n, window, &n, err);
    begin_part(f, TQ_FACT_D);
    if (rc == TQ_OK)
        rc = count_sum(f, &c->d, window, &d, err);
    begin_part(f, TQ_FACT_X);
    if (rc == TQ_OK)
        rc = count_sum(f, &c->x, window, &x, err);
    begin_part(f, TQ_FACT_B);
    if (rc == TQ_OK && c->formula == TQ_FORMULA_BAND)
        rc = find_baseline(f, c, count, err);
    count->n = n.n;
    count->d = d.n > floor ? d.n : floor;
    count->x = x.n;
    count->unreconciled = n.unreconciled || d.unreconciled || x.unreconciled;
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s %.*s", tq_phrase(TQ_PHRASE_CRITERION), (int)c->code.len,
                (const char *)c->code.data);
    return rc;
}

size_t facts_typed_codes(const struct tq_sheet *sheet, struct tq_slice *out, size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];
        const struct tq_sum *sums[3] = { &c->n, &c->d, &c->x };

        for (size_t s = 0; s < 3; s++) {
            for (size_t k = 0; k < sums[s]->n; k++) {
                const struct tq_source *source = &sums[s]->of[k];
                size_t at = 0;

                if (source->kind != TQ_SOURCE_RETURN)
                    continue;
                while (at < n && !tq_slice_equal(out[at], source->first))
                    at++;
                if (at == n && n < cap)
                    out[n++] = source->first;
            }
        }
    }
    return n;
}

int64_t facts_count_confirmed(const struct facts *f, const struct tq_slice *codes, size_t ncodes)
{
    int64_t n = 0;

    for (size_t i = 0; i < f->returns.n; i++) {
        const struct fact_return *r = &f->returns.rows[i];
        size_t at = 0;

        while (at < ncodes && !tq_slice_equal(codes[at], r->code))
            at++;
        if (at < ncodes && has_day(f->period->window, r->on) && is_valid_village(f, r->village) &&
                !is_superseded(f, i))
            n++;
    }
    return n;
}

static tq_status count_coverage(struct facts *f, struct tq_contender *out, struct tq_error *err)
{
    struct tq_slice codes[TQ_MAX_CRITERIA];
    struct tq_period months[MOST_MONTHS];
    size_t ncodes = facts_typed_codes(f->sheet, codes, TQ_MAX_CRITERIA);
    size_t nmonths = tq_window_months(f->period->window, months, MOST_MONTHS);

    out->returns_due = (int64_t)(f->villages.n * ncodes * nmonths);
    if (ncodes == 0) {
        out->returns_due = out->returns_confirmed = f->villages.n > 0 ? 1 : 0;
        return TQ_OK;
    }
    return facts_confirmed(f, codes, ncodes, &out->returns_confirmed, err);
}

static tq_status count_all(
        struct facts *f, struct tq_count *counts, struct tq_contender *out, struct tq_error *err)
{
    struct fact_reports reports = { 0, 0 };
    int64_t late = 0;
    int64_t submitted = 0;
    tq_status rc = facts_load(f, err);

    for (size_t i = 0; rc == TQ_OK && i < f->sheet->ncriteria; i++)
        rc = facts_criterion(f, &f->sheet->criteria[i], &counts[i], err);
    if (rc == TQ_OK)
        rc = count_coverage(f, out, err);
    if (rc == TQ_OK)
        rc = facts_reports(f, f->period->window, &reports, 1, 0, &late, err);
    if (rc == TQ_OK)
        rc = count_sent(f, f->period->key, &submitted, err);
    out->submitted = submitted > 0;
    out->reports_due = reports.due;
    out->reports_in_time = reports.in_time;
    return rc;
}

tq_status tq_facts_unit(struct tq_db *db, struct tq_arena *arena, const struct tq_sheet *sheet,
        const struct tq_facts_period *period, struct tq_slice unit, int64_t now_ms,
        struct tq_contender *out, struct tq_error *err)
{
    struct facts f = { .db = db, .sheet = sheet, .period = period, .unit = unit, .now_ms = now_ms };
    struct tq_count *counts = tq_arena_array(arena, sheet->ncriteria, sizeof(*counts));
    struct tq_arena *rows = tq_arena_new(MOST_ROWS_BYTES);
    tq_status rc = TQ_OK;

    memset(out, 0, sizeof(*out));
    if (counts == NULL || rows == NULL) {
        tq_arena_free(rows);
        return tq_error_set(err, TQ_NOMEM, "facts");
    }
    f.arena = rows; /* a year of one commune's: given back before the next one's are read */
    f.keeps = tally_is_on(db);
    if (f.keeps)
        rc = tally_begin(db, err);
    if (rc == TQ_OK)
        rc = count_all(&f, counts, out, err);
    f.arena = arena;
    if (rc == TQ_OK)
        rc = facts_verified(&f, counts, err);
    if (f.keeps)
        tally_end(db);
    tq_arena_free(rows);
    out->unit = unit;
    out->counts = counts;
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s %.*s", tq_phrase(TQ_PHRASE_FACTS_OF), (int)unit.len,
                (const char *)unit.data);
    return rc;
}
