#include "tuquan/ranking_store.h"

#include <stdio.h>
#include <string.h>

#include "store/ranking_store_internal.h"
#include "store/sql.h"
#include "tuquan/tally.h"

/* One ranking on its way to publication. */
struct draft {
    struct tq_db *db;
    struct tq_arena *arena;
    const struct tq_publication *publication;
    const struct tq_sheet *sheet;
    struct tq_facts_period period;
    struct tq_contender *contenders; /* our copy: counts are changed as figures are accepted */
    size_t ncontenders;
    const struct tq_vote *votes;
    size_t nvotes;
    const struct tq_ranking *ranking;
    struct change_list list;
    struct tq_ranking_view before; /* what is in force, by any sheet; version 0: nothing */
    struct tq_error *err;
};

static tq_status short_of_memory(struct tq_error *err)
{
    return tq_error_set(err, TQ_NOMEM, "ranking");
}

static tq_status load_draft(
        struct draft *d, const struct tq_ranking_order *order, struct tq_error *err)
{
    const struct tq_contender *found = NULL;
    tq_status rc = tq_facts_period(d->db, d->arena, order->period, &d->period, err);

    if (rc == TQ_OK)
        rc = tq_facts_sheet(d->db, d->arena, order->sheet, &d->sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_all(d->db, d->arena, d->sheet, &d->period, order->parent, order->now_ms,
                &found, &d->ncontenders, err);
    if (rc == TQ_OK)
        rc = tq_facts_votes(d->db, d->arena, order->period, order->sheet, order->now_ms, &d->votes,
                &d->nvotes, err);
    if (rc != TQ_OK)
        return rc;
    d->contenders = tq_arena_copy(
            d->arena, found, (d->ncontenders > 0 ? d->ncontenders : 1) * sizeof(*found));
    return d->contenders != NULL ? TQ_OK : short_of_memory(err);
}

static tq_status make(struct draft *d, struct tq_error *err)
{
    return tq_ranking_make(&d->ranking, d->arena, d->sheet, d->period.key, d->period.period.kind,
            d->contenders, d->ncontenders, d->votes, d->nvotes, err);
}

tq_status tq_ranking_compute(struct tq_db *db, struct tq_arena *arena,
        const struct tq_ranking_order *order, const struct tq_ranking **out, struct tq_error *err)
{
    struct draft d;
    tq_status rc;

    memset(&d, 0, sizeof(d));
    d.db = db;
    d.arena = arena;
    *out = NULL;
    rc = load_draft(&d, order, err);
    if (rc == TQ_OK)
        rc = make(&d, err);
    *out = d.ranking;
    return rc;
}

/* A verified figure as it stands in its row. */
struct verified_row {
    bool exists;
    bool voided;
    struct tq_value points;
    struct tq_value machine;
    struct tq_value applicable;
    struct tq_value verified_at;
    struct tq_value verified_by;
    struct tq_value reason;
};

static struct tq_slice criterion_key(
        struct tq_arena *arena, const struct tq_sheet *sheet, struct tq_slice code)
{
    size_t len = sheet->key.len + 1 + code.len;
    uint8_t *text = tq_arena_alloc(arena, len + 1);

    if (text == NULL)
        return tq_slice_of(NULL, 0);
    memcpy(text, sheet->key.data, sheet->key.len);
    text[sheet->key.len] = '/';
    memcpy(text + sheet->key.len + 1, code.data, code.len);
    return tq_slice_of(text, len);
}

static tq_status read_verified(struct tq_db *db, struct change_list *list, struct tq_slice unit,
        struct tq_slice period, struct tq_slice sheet, struct tq_slice criterion,
        struct verified_row *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT voided_at, points_c, machine_c, applicable, verified_at, verified_by, reason"
            " FROM verified_score WHERE unit = ?1 AND period = ?2 AND sheet = ?3"
            " AND criterion = ?4",
            err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, unit);
    sql_bind_text(stmt, 2, period);
    sql_bind_text(stmt, 3, sheet);
    sql_bind_text(stmt, 4, criterion);
    rc = sql_step(db, stmt, &out->exists, err);
    if (rc != TQ_OK || !out->exists)
        return rc;
    out->voided = sql_value(stmt, 0).type != TQ_NULL;
    out->points = sql_value(stmt, 1);
    out->machine = sql_value(stmt, 2);
    out->applicable = change_list_keep(list, sql_value(stmt, 3));
    out->verified_at = sql_value(stmt, 4);
    out->verified_by = change_list_keep(list, sql_value(stmt, 5));
    out->reason = change_list_keep(list, sql_value(stmt, 6));
    sql_done(stmt);
    return list->status;
}

/* The row that says `points` (NULL: does not apply) beside the machine's figure. */
static void put_verified(struct change_list *list, const struct tq_ranking_order *order,
        struct tq_slice unit, struct tq_slice key, const struct verified_row *old,
        struct tq_value points, struct tq_value machine, struct tq_slice reason)
{
    change_list_row(list, "verified_score");
    change_list_text(list, "unit", unit);
    change_list_text(list, "period", order->period);
    change_list_text(list, "sheet", order->sheet);
    change_list_text(list, "criterion", key);
    change_list_set(list, "points_c", points);
    change_list_set(list, "machine_c", machine);
    change_list_str(list, "applicable", points.type == TQ_INT ? "yes" : "no");
    change_list_text(list, "reason", reason.len > 0 ? reason : tq_slice_of(NULL, 0));
    change_list_int(list, "verified_at", list->at_ms);
    change_list_text(list, "verified_by", list->author);
    if (!old->exists) {
        change_list_insert(list);
        return;
    }
    change_list_before(list, "points_c", old->points);
    change_list_before(list, "machine_c", old->machine);
    change_list_before(list, "applicable", old->applicable);
    change_list_before(list, "reason", old->reason);
    change_list_before(list, "verified_at", old->verified_at);
    change_list_before(list, "verified_by", old->verified_by);
    change_list_update(list, "points_c");
    change_list_update(list, "machine_c");
    change_list_update(list, "applicable");
    change_list_update(list, "reason");
    change_list_update(list, "verified_at");
    change_list_update(list, "verified_by");
}

static struct tq_value machine_figure(const struct tq_criterion *c, const struct tq_count *count)
{
    struct tq_points points = tq_score_criterion(c, count);

    return points.absence == TQ_ABSENCE_NONE ? tq_value_int(points.points_c) : tq_value_null();
}

/* Accepted in bulk: as the machine had it, nobody gave a reason of his own. */
static bool was_bulk(const struct verified_row *row)
{
    return row->exists && row->reason.type == TQ_NULL &&
           tq_value_equal(&row->points, &row->machine);
}

static tq_status accept_one(struct draft *d, const struct tq_contender *contender,
        const struct tq_criterion *c, struct tq_count *count, struct tq_error *err)
{
    const struct tq_ranking_order *order = &d->publication->order;
    struct tq_slice key = criterion_key(d->arena, d->sheet, c->code);
    struct tq_value machine = machine_figure(c, count);
    struct verified_row old;
    tq_status rc;

    if (key.data == NULL)
        return short_of_memory(err);
    rc = read_verified(
            d->db, &d->list, contender->unit, order->period, order->sheet, key, &old, err);
    if (rc != TQ_OK || old.voided || (old.exists && !was_bulk(&old)))
        return rc;
    if (!old.exists || !tq_value_equal(&old.points, &machine))
        put_verified(&d->list, order, contender->unit, key, &old, machine, machine,
                tq_slice_of(NULL, 0));
    count->verified = true;
    count->verified_absent = machine.type == TQ_NULL;
    count->verified_c = machine.type == TQ_INT ? machine.i : 0;
    return d->list.status;
}

/* "Publishing verifies the rest by a recorded bulk acceptance." Only of units that have points. */
static tq_status accept_rest(struct draft *d, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < d->ncontenders; i++) {
        struct tq_contender *contender = &d->contenders[i];
        const struct tq_standing *row = tq_ranking_find(d->ranking, contender->unit);
        struct tq_count *counts;

        if (row == NULL || (row->place != TQ_PLACE_RANKED && row->place != TQ_PLACE_LAST))
            continue;
        counts = tq_arena_copy(d->arena, contender->counts, d->sheet->ncriteria * sizeof(*counts));
        if (counts == NULL)
            return short_of_memory(err);
        contender->counts = counts;
        for (size_t k = 0; rc == TQ_OK && k < d->sheet->ncriteria; k++) {
            if (d->sheet->criteria[k].area > 0)
                rc = accept_one(d, contender, &d->sheet->criteria[k], &counts[k], err);
        }
    }
    return rc;
}

static struct tq_slice units_at(struct draft *d, tq_place place)
{
    struct tq_buf text;

    tq_buf_init(&text, 0);
    for (size_t i = 0; i < d->ranking->nrows; i++) {
        if (d->ranking->rows[i].place != place)
            continue;
        tq_buf_append_str(&text, text.len > 0 ? " " : "");
        tq_buf_append_slice(&text, d->ranking->rows[i].unit);
    }
    return change_list_keep_buf(&d->list, &text);
}

static tq_status check_sheet_state(struct draft *d, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    bool draft = false;
    tq_status rc =
            sql_prepare(d->db, &stmt, "SELECT state FROM scoring_sheet WHERE sheet = ?1", err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, d->sheet->key);
    rc = sql_step(d->db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        draft = tq_slice_equal(sql_bytes(stmt, 0), tq_slice_str("draft"));
        sql_done(stmt);
    }
    if (rc == TQ_OK && draft)
        rc = tq_error_set(err, TQ_NOT_COMPLETE, "%.*s: %s", (int)d->sheet->key.len,
                (const char *)d->sheet->key.data, tq_phrase(TQ_PHRASE_SHEET_IS_DRAFT));
    return rc;
}

/* "Xã Đức Bác, Xã Đồng Quế": the facts of a refusal are for a person. */
static tq_status refuse_missing(struct draft *d, struct tq_error *err)
{
    struct tq_buf names;
    tq_status rc = TQ_OK;

    tq_buf_init(&names, 0);
    for (size_t i = 0; rc == TQ_OK && i < d->ranking->nrows; i++) {
        sqlite3_stmt *stmt = NULL;
        bool row = false;

        if (d->ranking->rows[i].place != TQ_PLACE_NOT_SENT)
            continue;
        rc = sql_prepare(d->db, &stmt,
                "SELECT coalesce(full_name, name, unit) FROM unit WHERE unit = ?1", err);
        if (rc != TQ_OK)
            break;
        sql_bind_text(stmt, 1, d->ranking->rows[i].unit);
        rc = sql_step(d->db, stmt, &row, err);
        tq_buf_append_str(&names, names.len > 0 ? ", " : "");
        tq_buf_append_slice(&names, row ? sql_bytes(stmt, 0) : d->ranking->rows[i].unit);
        if (rc == TQ_OK && row)
            sql_done(stmt);
    }
    if (rc == TQ_OK)
        rc = tq_error_set(err, tq_buf_is_ok(&names) ? TQ_NOT_SENT : TQ_NOMEM, "%.*s",
                (int)names.len, names.len > 0 ? (const char *)names.data : "");
    tq_buf_deinit(&names);
    return rc;
}

static tq_status check_ready(struct draft *d, struct tq_error *err)
{
    struct tq_slice missing = units_at(d, TQ_PLACE_NOT_SENT);

    if (d->list.status != TQ_OK)
        return d->list.status;
    if (d->period.period.kind == TQ_PERIOD_MONTH)
        return tq_error_set(err, TQ_RULE, "%.*s: %s", (int)d->period.key.len,
                (const char *)d->period.key.data, tq_phrase(TQ_PHRASE_MONTH_WITHOUT_RANK));
    if (missing.len > 0 && d->publication->missing_decision_no.len == 0)
        return refuse_missing(d, err);
    return check_sheet_state(d, err);
}

/* "1.1=479;2.4=-;" or, of bonuses and penalties, "B3=100;P1=-50;". */
static struct tq_slice points_text(struct draft *d, const struct tq_standing *row, bool items)
{
    struct tq_buf text;

    tq_buf_init(&text, 0);
    for (size_t i = 0; i < d->sheet->ncriteria; i++) {
        const struct tq_criterion *c = &d->sheet->criteria[i];
        const struct tq_points *points = &row->score.criteria[i];

        if (items ? c->area == 0 : c->formula != TQ_FORMULA_PER || points->points_c == 0)
            continue;
        tq_buf_append_slice(&text, c->code);
        if (points->absence != TQ_ABSENCE_NONE)
            tq_buf_append_str(&text, "=-;");
        else
            tq_buf_printf(&text, "=%s%lld;", c->penalty ? "-" : "", (long long)points->points_c);
    }
    return change_list_keep_buf(&d->list, &text);
}

static struct tq_slice caps_text(struct draft *d, const struct tq_standing *row)
{
    struct tq_buf text;

    tq_buf_init(&text, 0);
    tq_ranking_caps(d->ranking, row, &text);
    return change_list_keep_buf(&d->list, &text);
}

static void put_points(struct draft *d, const struct tq_standing *row)
{
    static const char *const areas[TQ_MAX_AREAS] = { "area1_c", "area2_c", "area3_c", "area4_c",
        "area5_c" };
    struct change_list *list = &d->list;
    struct tq_slice caps = caps_text(d, row);

    change_list_int(list, "final_c", row->score.final_c);
    change_list_int(list, "base_c", row->score.base_c);
    change_list_int(list, "bonus_c", row->score.bonus_c);
    change_list_int(list, "penalty_c", row->score.penalty_c);
    for (uint32_t a = 1; a <= d->sheet->nareas; a++) {
        if (!row->score.area_left_out[a])
            change_list_int(list, areas[a - 1], row->score.area_c[a]);
    }
    change_list_str(list, "grade", tq_grade_code(row->grade));
    if (caps.len > 0)
        change_list_text(list, "caps", caps);
    if (row->tie != TQ_TIE_NONE)
        change_list_text(list, "tie_reason", row->tie_text);
    change_list_int(list, "provisional", row->score.provisional ? 1 : 0);
    change_list_text(list, "items", points_text(d, row, true));
    change_list_text(list, "adjustments", points_text(d, row, false));
}

static const struct tq_contender *contender_of(const struct draft *d, struct tq_slice unit)
{
    for (size_t i = 0; i < d->ncontenders; i++) {
        if (tq_slice_equal(d->contenders[i].unit, unit))
            return &d->contenders[i];
    }
    return NULL;
}

static void put_row(struct draft *d, uint32_t version, size_t index, struct tq_hasher *rows_hash)
{
    const struct tq_standing *row = &d->ranking->rows[index];
    const struct tq_contender *from = contender_of(d, row->unit);
    struct change_list *list = &d->list;
    bool scored = row->place == TQ_PLACE_RANKED || row->place == TQ_PLACE_LAST;

    change_list_row(list, "ranking_row");
    change_list_text(list, "period", d->period.key);
    change_list_text(list, "sheet", d->sheet->key);
    change_list_int(list, "version", version);
    change_list_text(list, "unit", row->unit);
    change_list_str(list, "status",
            scored                            ? "scored"
            : row->place == TQ_PLACE_NOT_SENT ? "not_received"
                                              : "insufficient");
    change_list_int(list, "place", (int64_t)index + 1);
    if (row->rank > 0)
        change_list_int(list, "rank", row->rank);
    change_list_int(list, "shared", row->shared ? 1 : 0);
    if (scored)
        put_points(d, row);
    change_list_int(list, "coverage_c", row->coverage_c);
    if (from != NULL) {
        change_list_int(list, "reports_due", from->reports_due);
        change_list_int(list, "reports_in_time", from->reports_in_time);
    }
    change_list_set(list, "input_hash",
            tq_value_blob(tq_slice_of(row->input_hash, sizeof(row->input_hash))));
    if (list->status == TQ_OK && !ranking_hash_row(rows_hash, list->table, list->values))
        list->status = short_of_memory(d->err);
    change_list_insert(list);
}

static const char *const difference_names[] = { "added", "removed", "place", "rank", "final",
    "grade", "area" };

/* The places of a version not written yet, as a reader of the rows would find them. */
static tq_status differences_text(struct draft *d, struct tq_slice *out, struct tq_error *err)
{
    size_t n = d->ranking->nrows;
    struct tq_published *before = NULL;
    struct tq_published *after = tq_arena_array(d->arena, n + 1, sizeof(*after));
    const struct tq_difference *found = NULL;
    size_t nfound = 0;
    struct tq_buf text;
    tq_status rc;

    *out = tq_slice_of(NULL, 0);
    if (d->before.version == 0)
        return TQ_OK;
    if (after == NULL)
        return short_of_memory(err);
    for (size_t i = 0; i < n; i++) {
        const struct tq_standing *row = &d->ranking->rows[i];

        after[i] = (struct tq_published){ row->unit, row->rank, row->score.final_c, row->grade,
            row->place, { 0 } };
        memcpy(after[i].area_c, row->score.area_c, sizeof(after[i].area_c));
    }
    rc = ranking_published_of_view(d->arena, &d->before, &before, err);
    if (rc == TQ_OK)
        rc = tq_ranking_differences(
                &found, &nfound, d->arena, before, d->before.nlines, after, n, err);
    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    for (size_t i = 0; i < nfound; i++) {
        tq_buf_append_slice(&text, found[i].unit);
        tq_buf_printf(&text, "|%s|%u|%lld|%lld\n", difference_names[found[i].kind], found[i].area,
                (long long)found[i].before, (long long)found[i].after);
    }
    *out = change_list_keep_buf(&d->list, &text);
    return d->list.status;
}

static tq_status put_ranking(
        struct draft *d, uint32_t version, const uint8_t *rows_hash, struct tq_error *err)
{
    const struct tq_publication *p = d->publication;
    struct tq_slice missing = units_at(d, TQ_PLACE_NOT_SENT);
    struct tq_slice differences;
    uint8_t *hashes = tq_arena_alloc(d->arena, (size_t)2 * TQ_HASH_BYTES + 64);
    uint8_t head_hash[TQ_HASH_BYTES] = { 0 };
    uint8_t to_sign[TQ_HASH_BYTES];
    struct change_list *list = &d->list;
    tq_status rc = differences_text(d, &differences, err);

    if (rc == TQ_OK && hashes == NULL)
        rc = short_of_memory(err);
    if (rc != TQ_OK)
        return rc;
    memcpy(hashes, d->ranking->input_hash, TQ_HASH_BYTES);
    memcpy(hashes + TQ_HASH_BYTES, rows_hash, TQ_HASH_BYTES);
    change_list_row(list, "ranking");
    change_list_text(list, "period", d->period.key);
    change_list_text(list, "sheet", d->sheet->key);
    change_list_int(list, "version", version);
    change_list_str(list, "state", "published");
    change_list_int(list, "computed_at", p->order.now_ms);
    change_list_int(list, "published_at", p->order.now_ms);
    change_list_set(list, "input_hash", tq_value_blob(tq_slice_of(hashes, TQ_HASH_BYTES)));
    change_list_set(
            list, "engine_version", change_list_keep(list, tq_value_str(TQ_RANKING_ENGINE_TEXT)));
    change_list_int(list, "units_due", (int64_t)d->ranking->nrows);
    change_list_int(list, "units_scored", (int64_t)d->ranking->nscored);
    if (missing.len > 0) {
        change_list_text(list, "missing_units", missing);
        change_list_text(list, "decision_no", p->missing_decision_no);
    }
    change_list_text(list, "differences", differences);
    if (p->sign != NULL && !ranking_hash_head(head_hash, list->table, list->values))
        rc = short_of_memory(err);
    ranking_signed_hash(to_sign, head_hash, rows_hash);
    if (p->sign != NULL && rc == TQ_OK)
        rc = p->sign(p->sign_ctx, to_sign, hashes + (size_t)2 * TQ_HASH_BYTES, err);
    if (rc != TQ_OK)
        return rc;
    if (p->sign != NULL)
        change_list_set(list, "signature",
                tq_value_blob(tq_slice_of(hashes + (size_t)2 * TQ_HASH_BYTES, 64)));
    change_list_set(
            list, "rows_hash", tq_value_blob(tq_slice_of(hashes + TQ_HASH_BYTES, TQ_HASH_BYTES)));
    change_list_insert(list);
    return list->status;
}

/* What was in force stays, marked; readers of the newest need not look for the greatest number. Of one
 * period there is one, by whichever sheet; an earlier build could leave two. */
static tq_status supersede(struct draft *d, struct tq_error *err)
{
    struct change_list *list = &d->list;
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(d->db, &stmt,
            "SELECT sheet, version, state FROM ranking WHERE period = ?1 AND state <> 'superseded'"
            " AND voided_at IS NULL ORDER BY version, sheet",
            err);

    if (rc == TQ_OK)
        sql_bind_text(stmt, 1, d->period.key);
    while (rc == TQ_OK && row) {
        rc = sql_step(d->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        change_list_row(list, "ranking");
        change_list_text(list, "period", d->period.key);
        change_list_set(list, "sheet", change_list_keep(list, sql_value(stmt, 0)));
        change_list_int(list, "version", sql_int(stmt, 1));
        change_list_before(list, "state", change_list_keep(list, sql_value(stmt, 2)));
        change_list_str(list, "state", "superseded");
        change_list_update(list, "state");
        rc = list->status;
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    return rc;
}

/* Numbers rise over the sheets of a period: one number, one table. */
static tq_status next_version(struct draft *d, uint32_t *version, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(d->db, &stmt,
            "SELECT coalesce(max(version), 0) + 1 FROM ranking WHERE period = ?1", err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, d->period.key);
    rc = sql_step(d->db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        *version = (uint32_t)sql_int(stmt, 0);
        sql_done(stmt);
    }
    return rc;
}

static tq_status put_acceptance(struct draft *d, struct tq_error *err)
{
    static const char *const columns[] = { "accepted_at", "accepted_by", "document_no",
        "missing_units", "missing_decision_no" };
    const struct tq_publication *p = d->publication;
    struct change_list *list = &d->list;
    struct tq_slice missing = units_at(d, TQ_PLACE_NOT_SENT);
    sqlite3_stmt *stmt = NULL;
    bool exists = false;
    tq_status rc = sql_prepare(d->db, &stmt,
            "SELECT accepted_at, accepted_by, document_no, missing_units, missing_decision_no"
            " FROM acceptance WHERE period = ?1 AND sheet = ?2",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, d->period.key);
    sql_bind_text(stmt, 2, d->sheet->key);
    rc = sql_step(d->db, stmt, &exists, err);
    if (rc != TQ_OK)
        return rc;
    change_list_row(list, "acceptance");
    change_list_text(list, "period", d->period.key);
    change_list_text(list, "sheet", d->sheet->key);
    change_list_int(list, "accepted_at", p->order.now_ms);
    change_list_text(list, "accepted_by", p->author);
    if (p->document_no.len > 0)
        change_list_text(list, "document_no", p->document_no);
    if (missing.len > 0) {
        change_list_text(list, "missing_units", missing);
        change_list_text(list, "missing_decision_no", p->missing_decision_no);
    }
    if (!exists) {
        change_list_insert(list);
        return list->status;
    }
    for (int i = 0; i < 5; i++)
        change_list_before(list, columns[i], change_list_keep(list, sql_value(stmt, i)));
    sql_done(stmt);
    for (int i = 0; i < 5; i++)
        change_list_update(list, columns[i]);
    return list->status;
}

static tq_status find_before(struct draft *d, struct tq_error *err)
{
    struct tq_error none;
    tq_status rc = tq_ranking_load(
            d->db, d->arena, d->period.key, tq_slice_of(NULL, 0), 0, &d->before, &none);

    if (rc == TQ_NOT_FOUND) {
        memset(&d->before, 0, sizeof(d->before));
        return TQ_OK;
    }
    return rc == TQ_OK ? TQ_OK : tq_error_set(err, rc, "%s", none.msg);
}

static tq_status freeze(struct draft *d, uint32_t *version, struct tq_error *err)
{
    uint8_t rows_hash[TQ_HASH_BYTES];
    struct tq_hasher hasher;
    tq_status rc = find_before(d, err);

    if (rc != TQ_OK)
        return rc;
    if (d->before.version > 0 && tq_slice_equal(d->before.sheet, d->sheet->key) &&
            memcmp(d->before.input_hash, d->ranking->input_hash, TQ_HASH_BYTES) == 0)
        return tq_error_set(err, TQ_UNCHANGED, "%s %u", tq_phrase(TQ_PHRASE_NOTHING_CHANGED),
                (unsigned)d->before.version);
    rc = next_version(d, version, err);
    if (rc != TQ_OK)
        return rc;
    tq_hash_init(&hasher, RANKING_ROWS_DOMAIN, TQ_HASH_BYTES);
    for (size_t i = 0; i < d->ranking->nrows; i++)
        put_row(d, *version, i, &hasher);
    tq_hash_final(&hasher, rows_hash, sizeof(rows_hash));
    rc = put_acceptance(d, err);
    if (rc == TQ_OK)
        rc = put_ranking(d, *version, rows_hash, err);
    if (rc == TQ_OK)
        rc = supersede(d, err);
    return rc != TQ_OK ? rc : d->list.status;
}

tq_status tq_ranking_publish(struct tq_db *db, struct tq_arena *arena,
        const struct tq_publication *publication, struct tq_changes *out, uint32_t *version,
        const struct tq_ranking **ranking, struct tq_error *err)
{
    /* What is signed is counted, never remembered. */
    bool rested = tq_tally_rest(db, !publication->only_shown);
    struct draft d;
    tq_status rc;

    memset(&d, 0, sizeof(d));
    d.db = db;
    d.arena = arena;
    d.publication = publication;
    d.err = err;
    *out = (struct tq_changes){ 0, NULL };
    *version = 0;
    *ranking = NULL;
    change_list_init(&d.list, tq_db_catalogue(db), arena, publication->order.now_ms,
            publication->author, err);
    rc = load_draft(&d, &publication->order, err);
    if (rc == TQ_OK)
        rc = make(&d, err);
    if (rc == TQ_OK)
        rc = check_ready(&d, err);
    if (rc == TQ_OK)
        rc = accept_rest(&d, err);
    if (rc == TQ_OK)
        rc = make(&d, err); /* again, with what was accepted: this is what rows will give */
    if (rc == TQ_OK)
        rc = freeze(&d, version, err);
    (void)tq_tally_rest(db, rested);
    if (rc != TQ_OK)
        return rc;
    *ranking = d.ranking;
    *out = (struct tq_changes){ d.list.n, d.list.changes };
    return TQ_OK;
}

tq_status tq_score_verify(struct tq_db *db, struct tq_arena *arena,
        const struct tq_ranking_order *order, struct tq_slice unit, struct tq_slice criterion,
        bool applicable, int64_t points_c, struct tq_slice reason, struct tq_slice author,
        struct tq_changes *out, struct tq_error *err)
{
    struct tq_value points = applicable ? tq_value_int(points_c) : tq_value_null();
    struct tq_facts_period period;
    struct tq_contender contender;
    const struct tq_sheet *sheet = NULL;
    struct verified_row old;
    struct change_list list;
    struct tq_slice key;
    struct tq_value machine;
    tq_status rc = tq_facts_period(db, arena, order->period, &period, err);
    int at = -1;

    *out = (struct tq_changes){ 0, NULL };
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, arena, order->sheet, &sheet, err);
    if (rc == TQ_OK)
        at = tq_sheet_find(sheet, criterion);
    if (rc == TQ_OK && (at < 0 || sheet->criteria[at].area == 0))
        rc = tq_error_set(err, TQ_NOT_FOUND, "criterion %.*s", (int)criterion.len,
                (const char *)criterion.data);
    if (rc == TQ_OK && applicable && (points_c < 0 || points_c > sheet->criteria[at].max_c))
        rc = tq_error_set(err, TQ_INVALID, "%.*s = %lld,%02lld: %s %lld,%02lld", (int)criterion.len,
                (const char *)criterion.data, (long long)points_c / 100, (long long)points_c % 100,
                tq_phrase(TQ_PHRASE_POINTS_ABOVE_MOST), (long long)sheet->criteria[at].max_c / 100,
                (long long)sheet->criteria[at].max_c % 100);
    if (rc == TQ_OK) {
        bool rested = tq_tally_rest(db, true); /* it is written down beside the verified one */

        rc = tq_facts_unit(db, arena, sheet, &period, unit, order->now_ms, &contender, err);
        (void)tq_tally_rest(db, rested);
    }
    if (rc != TQ_OK)
        return rc;
    machine = machine_figure(&sheet->criteria[at], &contender.counts[at]);
    if (!tq_value_equal(&points, &machine) && reason.len == 0)
        return machine.type == TQ_INT
                       ? tq_error_set(err, TQ_INVALID, "%.*s: %s %lld,%02lld", (int)criterion.len,
                                 (const char *)criterion.data, tq_phrase(TQ_PHRASE_NEEDS_REASON),
                                 (long long)machine.i / 100, (long long)machine.i % 100)
                       : tq_error_set(err, TQ_INVALID, "%.*s: %s %s", (int)criterion.len,
                                 (const char *)criterion.data, tq_phrase(TQ_PHRASE_NEEDS_REASON),
                                 tq_phrase(TQ_PHRASE_NOT_APPLICABLE));
    change_list_init(&list, tq_db_catalogue(db), arena, order->now_ms, author, err);
    key = criterion_key(arena, sheet, criterion);
    if (key.data == NULL)
        return short_of_memory(err);
    rc = read_verified(db, &list, unit, order->period, order->sheet, key, &old, err);
    if (rc == TQ_OK && old.voided)
        rc = tq_error_set(err, TQ_IMMUTABLE, "%.*s: %s", (int)key.len, (const char *)key.data,
                tq_phrase(TQ_PHRASE_VOIDED));
    if (rc != TQ_OK)
        return rc;
    put_verified(&list, order, unit, key, &old, points, machine, reason);
    *out = (struct tq_changes){ list.n, list.changes };
    return list.status;
}
