#include "tuquan/ranking.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One unit on its way into the table. `table` is there because qsort passes no context. */
struct item {
    const struct table *table;
    const struct tq_contender *from;
    struct tq_standing *row;
    uint32_t voted; /* place in the vote of its group, 1..; 0: not named */
};

struct table {
    const struct tq_sheet *sheet;
    struct item *items;
    size_t nitems;
};

static const char *const place_codes[] = { "ranked", "provisional", "not_enough", "not_sent",
    "last" };
static const char *const place_vi[] = { "đã xếp hạng", "tạm tính", "chưa đủ dữ liệu", "chưa gửi",
    "không xếp hạng" };
static const char *const place_en[] = { "ranked", "provisional", "not enough data", "not sent",
    "not ranked" };

#define APPEAL_DAYS 5 /* working days */

tq_day tq_appeal_last_day(int64_t published_at_ms)
{
    return tq_day_add_working(tq_day_of_instant(published_at_ms), APPEAL_DAYS);
}

const char *tq_place_code(tq_place place)
{
    return (unsigned)place <= TQ_PLACE_LAST ? place_codes[place] : "";
}

const char *tq_place_name(tq_place place, tq_lang lang)
{
    if ((unsigned)place > TQ_PLACE_LAST)
        return "";
    return lang == TQ_LANG_EN ? place_en[place] : place_vi[place];
}

static int compare_int(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

/* Reports in time as a fraction; none due counts as 1. Greater fraction first. */
static int compare_on_time(const struct tq_contender *a, const struct tq_contender *b)
{
    int64_t an = a->reports_due > 0 ? a->reports_in_time : 1;
    int64_t ad = a->reports_due > 0 ? a->reports_due : 1;
    int64_t bn = b->reports_due > 0 ? b->reports_in_time : 1;
    int64_t bd = b->reports_due > 0 ? b->reports_due : 1;

    return compare_int(bn * ad, an * bd);
}

/* A criterion that does not apply counts as its maximum, in sums and areas alike: it must not be a
 * drawback to have had no case. */
static int64_t tie_sum(
        const struct tq_sheet *sheet, const struct tq_tie *tie, const struct tq_score *score)
{
    int64_t sum = 0;

    for (size_t i = 0; i < tie->ncriteria; i++) {
        uint32_t at = tie->criteria[i];

        sum += score->criteria[at].absence == TQ_ABSENCE_NONE ? score->criteria[at].points_c
                                                              : sheet->criteria[at].max_c;
    }
    return sum;
}

static int64_t tie_area(
        const struct tq_sheet *sheet, const struct tq_tie *tie, const struct tq_score *score)
{
    return score->area_left_out[tie->area] ? sheet->area_max_c[tie->area]
                                           : score->area_c[tie->area];
}

/* < 0: a goes first by this step. The vote is seen to afterwards, group by group. */
static int compare_by(const struct tq_tie *tie, const struct item *a, const struct item *b)
{
    const struct tq_sheet *sheet = a->table->sheet;
    const struct tq_score *x = &a->row->score;
    const struct tq_score *y = &b->row->score;

    switch (tie->kind) {
    case TQ_TIE_PENALTY:
        return compare_int(x->penalty_c, y->penalty_c);
    case TQ_TIE_AREA:
        return compare_int(tie_area(sheet, tie, y), tie_area(sheet, tie, x));
    case TQ_TIE_SUM:
        return compare_int(tie_sum(sheet, tie, y), tie_sum(sheet, tie, x));
    case TQ_TIE_ON_TIME:
        return compare_on_time(a->from, b->from);
    case TQ_TIE_NONE:
    case TQ_TIE_VOTE:
    case TQ_TIE_SHARED:
        break;
    }
    return 0;
}

/* The step that parts two units of one final; `*step` is nties when none does. */
static int compare_ties(const struct item *a, const struct item *b, size_t *step)
{
    const struct tq_sheet *sheet = a->table->sheet;

    for (*step = 0; *step < sheet->nties; (*step)++) {
        int order = compare_by(&sheet->ties[*step], a, b);

        if (order != 0)
            return order;
    }
    return 0;
}

static bool has_points(tq_place place)
{
    return place == TQ_PLACE_RANKED;
}

/* Blocks of the table, from the top. A month has no order of merit. */
static int block(tq_place place)
{
    return (int)place;
}

static int compare_items(const void *pa, const void *pb)
{
    const struct item *a = pa;
    const struct item *b = pb;
    size_t step;
    int order = block(a->row->place) - block(b->row->place);

    if (order == 0 && has_points(a->row->place)) {
        order = compare_int(b->row->score.final_c, a->row->score.final_c);
        if (order == 0)
            order = compare_ties(a, b, &step);
        if (order == 0 && a->voted != b->voted)
            order = a->voted == 0 ? 1 : b->voted == 0 ? -1 : a->voted < b->voted ? -1 : 1;
    }
    return order != 0 ? order : tq_slice_compare(a->from->unit, b->from->unit);
}

static bool is_equal_before_vote(const struct item *a, const struct item *b)
{
    size_t step;

    return a->row->place == b->row->place && has_points(a->row->place) &&
           a->row->score.final_c == b->row->score.final_c && compare_ties(a, b, &step) == 0;
}

static bool is_shared(const struct item *a, const struct item *b)
{
    return is_equal_before_vote(a, b) && a->voted == b->voted;
}

static uint32_t place_in_vote(const struct tq_vote *vote, struct tq_slice unit)
{
    for (size_t i = 0; i < vote->nunits; i++) {
        if (tq_slice_equal(vote->units[i], unit))
            return (uint32_t)i + 1;
    }
    return 0;
}

/* The last vote that names at least two of a group orders those; the others of it stay shared,
 * after them. */
static void apply_votes(struct table *table, const struct tq_vote *votes, size_t nvotes)
{
    const struct tq_sheet *sheet = table->sheet;

    if (sheet->nties == 0 || sheet->ties[sheet->nties - 1].kind != TQ_TIE_VOTE)
        return;
    for (size_t i = 0; i < table->nitems;) {
        size_t end = i + 1;

        while (end < table->nitems && is_equal_before_vote(&table->items[i], &table->items[end]))
            end++;
        for (size_t v = nvotes; v > 0 && end - i > 1; v--) {
            size_t named = 0;

            for (size_t k = i; k < end; k++)
                named += place_in_vote(&votes[v - 1], table->items[k].from->unit) > 0 ? 1 : 0;
            if (named < 2)
                continue;
            for (size_t k = i; k < end; k++)
                table->items[k].voted = place_in_vote(&votes[v - 1], table->items[k].from->unit);
            break;
        }
        i = end;
    }
}

static void note_tie(struct item *a, struct item *b)
{
    const struct tq_sheet *sheet = a->table->sheet;
    size_t step;
    tq_tie_kind kind;
    struct tq_slice text;

    if (a->row->place != b->row->place || !has_points(a->row->place) ||
            a->row->score.final_c != b->row->score.final_c)
        return;
    if (compare_ties(a, b, &step) != 0) {
        kind = sheet->ties[step].kind;
        text = sheet->ties[step].text;
    } else {
        kind = a->voted != b->voted ? TQ_TIE_VOTE : TQ_TIE_SHARED;
        text = tq_slice_str(kind == TQ_TIE_VOTE ? "vote" : "shared");
    }
    /* The lower unit tells what put it below; the upper one keeps what put it below another. */
    b->row->tie = kind;
    b->row->tie_text = text;
    if (a->row->tie == TQ_TIE_NONE) {
        a->row->tie = kind;
        a->row->tie_text = text;
    }
}

static void give_ranks(struct table *table)
{
    for (size_t i = 0; i < table->nitems; i++) {
        struct item *item = &table->items[i];

        if (item->row->place != TQ_PLACE_RANKED)
            break;
        item->row->rank = (uint32_t)i + 1;
        if (i == 0)
            continue;
        note_tie(&table->items[i - 1], item);
        if (is_shared(&table->items[i - 1], item)) {
            item->row->rank = table->items[i - 1].row->rank;
            item->row->shared = true;
            table->items[i - 1].row->shared = true;
        }
    }
}

static tq_grade grade_of(const struct tq_sheet *sheet, int64_t final_c)
{
    for (int i = 0; i < 4; i++) {
        if (final_c >= sheet->grades[i])
            return (tq_grade)(TQ_GRADE_EXCELLENT + i);
    }
    return TQ_GRADE_WEAK;
}

bool tq_ranking_cap_holds(
        const struct tq_criterion *c, const struct tq_count *count, tq_period_kind kind)
{
    return c->formula == TQ_FORMULA_CAP && count->n > 0 &&
           (!c->year_only || kind == TQ_PERIOD_YEAR);
}

static void grade_row(const struct tq_sheet *sheet, const struct tq_contender *from,
        tq_period_kind kind, struct tq_standing *row)
{
    row->score_grade = grade_of(sheet, row->score.final_c);
    row->grade = row->score_grade;
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];

        if (!tq_ranking_cap_holds(c, &from->counts[i], kind))
            continue;
        if (c->grade > row->grade) { /* greater is worse */
            row->grade = c->grade;
            row->capped_by = c->code;
        }
        if (c->effect == TQ_CAP_UNGRADED)
            row->ungraded = true;
        if (c->effect == TQ_CAP_NO_AWARD)
            row->no_award = true;
        if (c->effect == TQ_CAP_LAST)
            row->place = TQ_PLACE_LAST;
    }
}

void tq_ranking_caps(
        const struct tq_ranking *ranking, const struct tq_standing *row, struct tq_buf *out)
{
    for (size_t i = 0; i < ranking->sheet->ncriteria; i++) {
        const struct tq_criterion *c = &ranking->sheet->criteria[i];

        if (!tq_ranking_cap_holds(c, &row->counts[i], ranking->kind))
            continue;
        tq_buf_append_str(out, out->len > 0 ? " " : "");
        tq_buf_append_slice(out, c->code);
    }
    if (row->over_quota)
        tq_buf_append_str(out, out->len > 0 ? " quota" : "quota");
}

static void clear_grade(const struct tq_sheet *sheet, const struct tq_contender *from,
        tq_period_kind kind, struct tq_standing *row)
{
    row->grade = TQ_GRADE_NONE;
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        if (sheet->criteria[i].effect == TQ_CAP_UNGRADED &&
                tq_ranking_cap_holds(&sheet->criteria[i], &from->counts[i], kind))
            row->capped_by = sheet->criteria[i].code;
    }
}

/* Counted after caps, in rank order. A shared rank that would pass the quota drops whole, and with
 * it all that stand below: nobody gains the place of one ranked higher. */
static uint32_t apply_quota(struct table *table)
{
    uint32_t graded = 0;
    uint32_t quota;
    uint32_t used = 0;
    bool full = false;

    for (size_t i = 0; i < table->nitems; i++) {
        if (table->items[i].row->place == TQ_PLACE_RANKED && !table->items[i].row->ungraded)
            graded++;
    }
    quota = (uint32_t)((int64_t)graded * table->sheet->quota_percent / 100);
    for (size_t i = 0; i < table->nitems;) {
        size_t end = i;
        uint32_t best = 0;

        while (end < table->nitems && table->items[end].row->rank == table->items[i].row->rank) {
            best += table->items[end].row->grade == TQ_GRADE_EXCELLENT ? 1 : 0;
            end++;
        }
        if (table->items[i].row->rank == 0)
            break;
        full = full || used + best > quota;
        for (size_t k = i; k < end && full; k++) {
            if (table->items[k].row->grade == TQ_GRADE_EXCELLENT) {
                table->items[k].row->grade = TQ_GRADE_GOOD;
                table->items[k].row->over_quota = true;
            }
        }
        used += full ? 0 : best;
        i = end;
    }
    return quota;
}

static uint32_t coverage_c(const struct tq_contender *c)
{
    if (c->returns_due <= 0 || c->returns_confirmed <= 0)
        return 0;
    if (c->returns_confirmed >= c->returns_due)
        return 10000;
    return (uint32_t)(c->returns_confirmed * 10000 / c->returns_due);
}

/* An empty commune must never lead: without report, coverage or any applicable item no points. */
static void place_row(const struct tq_sheet *sheet, const struct tq_contender *from,
        tq_period_kind kind, struct tq_standing *row)
{
    row->unit = from->unit;
    row->counts = from->counts;
    row->coverage_c = coverage_c(from);
    if (!from->submitted) {
        row->place = TQ_PLACE_NOT_SENT;
    } else if (row->coverage_c < sheet->coverage_percent * 100 ||
               (from->returns_due <= 0 && sheet->coverage_percent > 0)) {
        row->place = TQ_PLACE_NOT_ENOUGH;
    } else {
        tq_score_unit(sheet, from->counts, &row->score);
        row->place = kind == TQ_PERIOD_MONTH ? TQ_PLACE_PROVISIONAL : TQ_PLACE_RANKED;
        if (row->score.empty)
            row->place = TQ_PLACE_NOT_ENOUGH;
        else
            grade_row(sheet, from, kind, row);
    }
}

static bool is_scored(const struct tq_standing *row)
{
    return row->place == TQ_PLACE_RANKED || row->place == TQ_PLACE_PROVISIONAL ||
           row->place == TQ_PLACE_LAST;
}

static void find_medians(struct tq_ranking *ranking, int64_t *room)
{
    for (size_t c = 0; c < ranking->sheet->ncriteria; c++) {
        size_t n = 0;

        for (size_t i = 0; i < ranking->nrows; i++) {
            const struct tq_standing *row = &ranking->rows[i];

            if (is_scored(row) && row->score.criteria[c].absence == TQ_ABSENCE_NONE)
                room[n++] = row->score.criteria[c].points_c;
        }
        if (n == 0)
            continue;
        ranking->median_c[c] = tq_points_median(room, n);
    }
}

static void fill_items(struct table *table, struct tq_standing *rows, struct tq_slice period,
        tq_period_kind kind, const struct tq_contender *contenders)
{
    for (size_t i = 0; i < table->nitems; i++) {
        struct item *item = &table->items[i];

        *item = (struct item){ table, &contenders[i], &rows[i], 0 };
        place_row(table->sheet, item->from, kind, item->row);
        tq_ranking_hash_unit(rows[i].input_hash, table->sheet, period, item->from);
    }
    qsort(table->items, table->nitems, sizeof(*table->items), compare_items);
}

static void grade_table(struct table *table, struct tq_ranking *ranking)
{
    for (size_t i = 0; i < table->nitems; i++) {
        struct item *item = &table->items[i];

        if (item->row->ungraded && item->row->place == TQ_PLACE_RANKED)
            clear_grade(table->sheet, item->from, ranking->kind, item->row);
        if (item->row->place == TQ_PLACE_PROVISIONAL || !is_scored(item->row))
            item->row->grade = TQ_GRADE_NONE;
        ranking->nscored += is_scored(item->row) ? 1 : 0;
    }
    ranking->quota = apply_quota(table);
}

tq_status tq_ranking_make(const struct tq_ranking **out, struct tq_arena *arena,
        const struct tq_sheet *sheet, struct tq_slice period, tq_period_kind kind,
        const struct tq_contender *contenders, size_t ncontenders, const struct tq_vote *votes,
        size_t nvotes, struct tq_error *err)
{
    struct tq_ranking *made = tq_arena_alloc(arena, sizeof(*made));
    struct tq_standing *rows = tq_arena_array(arena, ncontenders + 1, sizeof(*rows));
    struct tq_standing *shown = tq_arena_array(arena, ncontenders + 1, sizeof(*shown));
    int64_t *room = tq_arena_array(arena, ncontenders + 1, sizeof(*room));
    struct table table = { sheet, tq_arena_array(arena, ncontenders + 1, sizeof(struct item)),
        ncontenders };
    tq_status rc;

    *out = NULL;
    if (made == NULL || rows == NULL || shown == NULL || room == NULL || table.items == NULL)
        return tq_error_set(err, TQ_NOMEM, "ranking of %zu units", ncontenders);
    rc = tq_ranking_hash(
            made->input_hash, arena, sheet, period, contenders, ncontenders, votes, nvotes, err);
    if (rc != TQ_OK)
        return rc;
    fill_items(&table, rows, period, kind, contenders);
    apply_votes(&table, votes, nvotes);
    qsort(table.items, table.nitems, sizeof(*table.items), compare_items);
    give_ranks(&table);
    made->sheet = sheet;
    made->kind = kind;
    made->grades_are_final = kind == TQ_PERIOD_YEAR;
    made->engine = TQ_SCORING_ENGINE;
    grade_table(&table, made);
    for (size_t i = 0; i < ncontenders; i++)
        shown[i] = *table.items[i].row;
    made->rows = shown;
    made->nrows = ncontenders;
    find_medians(made, room);
    *out = made;
    return TQ_OK;
}

const struct tq_standing *tq_ranking_find(const struct tq_ranking *ranking, struct tq_slice unit)
{
    for (size_t i = 0; i < ranking->nrows; i++) {
        if (tq_slice_equal(ranking->rows[i].unit, unit))
            return &ranking->rows[i];
    }
    return NULL;
}

size_t tq_ranking_gains(const struct tq_sheet *sheet, const struct tq_count *counts, uint32_t *out,
        int64_t *gains_c)
{
    int64_t gains[TQ_MAX_CRITERIA];
    size_t n = 0;

    for (size_t i = 0; i < sheet->ncriteria; i++) {
        int64_t gain = tq_score_gain(sheet, counts, i);
        size_t at = n;

        if (gain <= 0)
            continue;
        while (at > 0 && gains[at - 1] < gain) {
            gains[at] = gains[at - 1];
            out[at] = out[at - 1];
            at--;
        }
        gains[at] = gain;
        out[at] = (uint32_t)i;
        n++;
    }
    if (gains_c != NULL && n > 0)
        memcpy(gains_c, gains, n * sizeof(gains[0]));
    return n;
}
