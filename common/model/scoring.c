#include "tuquan/scoring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MOST INT64_C(10000000000)

int64_t tq_half_up(int64_t a, int64_t b)
{
    assert(a >= 0 && b > 0);
    return a / b + (a % b >= b - a % b ? 1 : 0);
}

/* Whatever a file holds, no product below overflows. */
static int64_t bounded(int64_t count)
{
    return count < 0 ? 0 : count > COUNT_MOST ? COUNT_MOST : count;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t score_ratio(const struct tq_criterion *c, int64_t n, int64_t d)
{
    /* n > d is capped; it also keeps max * n * 100 within bounds: 10^6 * 10^10 * 10^2. */
    return least(c->max_c, tq_half_up(c->max_c * least(n, d) * 100, d * c->target));
}

static size_t band_step(const struct tq_criterion *c, int64_t n, int64_t b)
{
    size_t step = 0;

    if (n == 0)
        return 0;
    if (b <= c->small) {
        if (n < b)
            return 0;
        return n - b < (int64_t)TQ_BAND_STEPS - 2 ? (size_t)(n - b) + 1 : TQ_BAND_STEPS - 1;
    }
    while (step < TQ_BAND_STEPS - 1 && n * 100 > b * c->steps[step])
        step++;
    return step;
}

static int64_t score_band(const struct tq_criterion *c, int64_t n, int64_t b, int64_t x)
{
    int64_t points = c->points[band_step(c, n, b)];

    return x > 0 && c->cap_c >= 0 ? least(points, c->cap_c) : points;
}

static int64_t deduct(int64_t from, int64_t each, int64_t n)
{
    int64_t lost = each * n; /* 10^6 * 10^10 */

    return lost >= from ? 0 : from - lost;
}

static int64_t score_share(const struct tq_criterion *c, int64_t n, int64_t d)
{
    if (n == 0)
        return c->points[0];
    return n * 100 <= d * c->limit ? c->points[1] : c->points[2];
}

static int64_t score_minor(const struct tq_criterion *c, int64_t n, int64_t x)
{
    if (n == 0)
        return c->points[0];
    return n == 1 && x == 0 ? c->points[1] : c->points[2];
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int64_t tq_points_median(int64_t *points_c, size_t n)
{
    qsort(points_c, n, sizeof(*points_c), by_size);
    return n % 2 == 1 ? points_c[n / 2] : tq_half_up(points_c[n / 2 - 1] + points_c[n / 2], 2);
}

struct tq_points tq_score_criterion(const struct tq_criterion *c, const struct tq_count *count)
{
    struct tq_points out = { 0, TQ_ABSENCE_NONE, count->unreconciled };
    int64_t n = bounded(count->n);
    int64_t d = bounded(count->d);
    int64_t x = bounded(count->x);

    switch (c->formula) {
    case TQ_FORMULA_RATIO:
    case TQ_FORMULA_SHARE:
        if (d == 0)
            out.absence = TQ_ABSENCE_NOTHING_DUE;
        else
            out.points_c =
                    c->formula == TQ_FORMULA_RATIO ? score_ratio(c, n, d) : score_share(c, n, d);
        break;
    case TQ_FORMULA_BAND:
        if (!count->has_b)
            out.absence = TQ_ABSENCE_NO_BASELINE;
        else
            out.points_c = score_band(c, n, bounded(count->b), x);
        break;
    case TQ_FORMULA_DEDUCT:
        out.points_c = deduct(c->n_from, c->n_each, n) + deduct(c->d_from, c->d_each, d);
        break;
    case TQ_FORMULA_MINOR:
        out.points_c = score_minor(c, n, x);
        break;
    case TQ_FORMULA_PER:
        out.points_c = least(c->max_c, c->n_each * n + c->d_each * d + x);
        break;
    case TQ_FORMULA_CAP:
        break;
    }
    return out;
}

static struct tq_points points_used(const struct tq_criterion *c, const struct tq_count *count)
{
    struct tq_points points = tq_score_criterion(c, count);

    if (c->area == 0)
        return points;
    if (count->verified && count->verified_absent) {
        points = (struct tq_points){ 0, TQ_ABSENCE_DECIDED, false };
    } else if (count->verified) {
        points.absence = TQ_ABSENCE_NONE;
        points.points_c = least(c->max_c, bounded(count->verified_c));
    } else if (points.absence == TQ_ABSENCE_NONE) {
        points.provisional = true;
    }
    return points;
}

static void add_areas(const struct tq_sheet *sheet, struct tq_score *out)
{
    int64_t sum[TQ_MAX_AREAS + 1] = { 0 };
    int64_t max[TQ_MAX_AREAS + 1] = { 0 };
    int64_t left = 0;
    int64_t total = 0;

    for (size_t i = 0; i < sheet->ncriteria; i++) {
        uint32_t area = sheet->criteria[i].area;

        if (area == 0 || out->criteria[i].absence != TQ_ABSENCE_NONE)
            continue;
        sum[area] += out->criteria[i].points_c;
        max[area] += sheet->criteria[i].max_c;
    }
    for (uint32_t a = 1; a <= sheet->nareas; a++) {
        out->area_left_out[a] = max[a] == 0;
        if (max[a] == 0)
            continue;
        out->area_c[a] = tq_half_up(sum[a] * sheet->area_max_c[a], max[a]);
        left += sheet->area_max_c[a];
        total += out->area_c[a];
    }
    out->empty = left == 0;
    if (!out->empty)
        out->base_c = tq_half_up(total * sheet->total_c, left);
}

void tq_score_unit(
        const struct tq_sheet *sheet, const struct tq_count *counts, struct tq_score *out)
{
    int64_t final;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];

        out->criteria[i] = points_used(c, &counts[i]);
        if (c->formula == TQ_FORMULA_PER && c->penalty)
            out->penalty_c += out->criteria[i].points_c;
        else if (c->formula == TQ_FORMULA_PER)
            out->bonus_c += out->criteria[i].points_c;
        if (out->criteria[i].provisional)
            out->provisional = true;
    }
    out->bonus_c = least(out->bonus_c, sheet->bonus_c);
    out->penalty_c = least(out->penalty_c, sheet->penalty_c);
    add_areas(sheet, out);
    final = out->base_c + out->bonus_c - out->penalty_c;
    out->final_c = final > 0 ? final : 0;
}

int64_t tq_score_gain(const struct tq_sheet *sheet, const struct tq_count *counts, size_t index)
{
    struct tq_count tried[TQ_MAX_CRITERIA];
    struct tq_score now;
    struct tq_score then;

    if (index >= sheet->ncriteria || sheet->criteria[index].area == 0)
        return 0;
    tq_score_unit(sheet, counts, &now);
    if (now.criteria[index].absence != TQ_ABSENCE_NONE)
        return 0;
    memcpy(tried, counts, sheet->ncriteria * sizeof(tried[0]));
    tried[index].verified = true;
    tried[index].verified_c = sheet->criteria[index].max_c;
    tq_score_unit(sheet, tried, &then);
    return then.final_c - now.final_c;
}
