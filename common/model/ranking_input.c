/* What a ranking was made from, as one hash, and what parts two versions of it. */
#include <stdlib.h>
#include <string.h>

#include "tuquan/ranking.h"

static void hash_flag(struct tq_hasher *hasher, bool flag)
{
    tq_hash_add_u32(hasher, flag ? 1 : 0);
}

static void hash_sheet(struct tq_hasher *hasher, const struct tq_sheet *sheet)
{
    tq_hash_add_slice(hasher, sheet->key);
    tq_hash_add_slice(hasher, sheet->parameters);
    tq_hash_add_u64(hasher, sheet->ncriteria);
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];

        tq_hash_add_slice(hasher, c->code);
        tq_hash_add_u32(hasher, c->area);
        tq_hash_add_u64(hasher, (uint64_t)c->max_c);
        tq_hash_add_u32(hasher, (uint32_t)c->formula);
        tq_hash_add_slice(hasher, c->parameters);
    }
}

static void hash_count(struct tq_hasher *hasher, const struct tq_count *count)
{
    tq_hash_add_u64(hasher, (uint64_t)count->n);
    tq_hash_add_u64(hasher, (uint64_t)count->d);
    tq_hash_add_u64(hasher, (uint64_t)count->x);
    hash_flag(hasher, count->has_b);
    tq_hash_add_u64(hasher, count->has_b ? (uint64_t)count->b : 0);
    hash_flag(hasher, count->verified);
    hash_flag(hasher, count->verified && count->verified_absent);
    tq_hash_add_u64(
            hasher, count->verified && !count->verified_absent ? (uint64_t)count->verified_c : 0);
}

void tq_ranking_hash_unit(uint8_t *out, const struct tq_sheet *sheet, struct tq_slice period,
        const struct tq_contender *c)
{
    struct tq_hasher made;
    struct tq_hasher *hasher = &made;

    tq_hash_init(hasher, "tuquan ranking unit 1", TQ_HASH_BYTES);
    tq_hash_add_u32(hasher, TQ_SCORING_ENGINE);
    tq_hash_add_slice(hasher, period);
    hash_sheet(hasher, sheet);
    tq_hash_add_slice(hasher, c->unit);
    hash_flag(hasher, c->submitted);
    tq_hash_add_u64(hasher, (uint64_t)c->returns_confirmed);
    tq_hash_add_u64(hasher, (uint64_t)c->returns_due);
    tq_hash_add_u64(hasher, (uint64_t)c->reports_in_time);
    tq_hash_add_u64(hasher, (uint64_t)c->reports_due);
    for (size_t i = 0; i < sheet->ncriteria; i++)
        hash_count(hasher, &c->counts[i]);
    tq_hash_final(hasher, out, TQ_HASH_BYTES);
}

static int by_unit(const void *a, const void *b)
{
    const struct tq_contender *const *x = a;
    const struct tq_contender *const *y = b;

    return tq_slice_compare((*x)->unit, (*y)->unit);
}

tq_status tq_ranking_hash(uint8_t *out, struct tq_arena *arena, const struct tq_sheet *sheet,
        struct tq_slice period, const struct tq_contender *contenders, size_t ncontenders,
        const struct tq_vote *votes, size_t nvotes, struct tq_error *err)
{
    const struct tq_contender **sorted = tq_arena_array(arena, ncontenders + 1, sizeof(*sorted));
    struct tq_hasher hasher;

    if (sorted == NULL)
        return tq_error_set(err, TQ_NOMEM, "ranking of %zu units", ncontenders);
    for (size_t i = 0; i < ncontenders; i++)
        sorted[i] = &contenders[i];
    qsort(sorted, ncontenders, sizeof(*sorted), by_unit);
    for (size_t i = 1; i < ncontenders; i++) {
        struct tq_slice unit = sorted[i]->unit;

        if (tq_slice_equal(unit, sorted[i - 1]->unit))
            return tq_error_set(err, TQ_INVALID, "unit %.*s: %s", (int)unit.len,
                    (const char *)unit.data, tq_phrase(TQ_PHRASE_TWICE));
    }
    tq_hash_init(&hasher, "tuquan ranking input 1", TQ_HASH_BYTES);
    tq_hash_add_u32(&hasher, TQ_SCORING_ENGINE);
    tq_hash_add_slice(&hasher, period);
    hash_sheet(&hasher, sheet);
    tq_hash_add_u64(&hasher, ncontenders);
    for (size_t i = 0; i < ncontenders; i++) {
        uint8_t unit[TQ_HASH_BYTES];

        tq_ranking_hash_unit(unit, sheet, period, sorted[i]);
        tq_hash_add(&hasher, unit, sizeof(unit));
    }
    tq_hash_add_u64(&hasher, nvotes);
    for (size_t v = 0; v < nvotes; v++) {
        tq_hash_add_u64(&hasher, votes[v].nunits);
        for (size_t i = 0; i < votes[v].nunits; i++)
            tq_hash_add_slice(&hasher, votes[v].units[i]);
    }
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
    return TQ_OK;
}

static const struct tq_published *find_row(
        const struct tq_published *rows, size_t nrows, struct tq_slice unit)
{
    for (size_t i = 0; i < nrows; i++) {
        if (tq_slice_equal(rows[i].unit, unit))
            return &rows[i];
    }
    return NULL;
}

static void note(struct tq_difference *out, size_t *n, struct tq_slice unit,
        tq_difference_kind kind, int64_t before, int64_t after)
{
    if (before != after)
        out[(*n)++] = (struct tq_difference){ unit, kind, 0, before, after };
}

static void compare_rows(const struct tq_published *before, const struct tq_published *after,
        struct tq_difference *out, size_t *n)
{
    struct tq_slice unit = after->unit;

    note(out, n, unit, TQ_DIFFERENCE_PLACE, before->place, after->place);
    note(out, n, unit, TQ_DIFFERENCE_RANK, before->rank, after->rank);
    note(out, n, unit, TQ_DIFFERENCE_FINAL, before->final_c, after->final_c);
    note(out, n, unit, TQ_DIFFERENCE_GRADE, before->grade, after->grade);
    for (uint32_t a = 1; a <= TQ_MAX_AREAS; a++) {
        size_t at = *n;

        note(out, n, unit, TQ_DIFFERENCE_AREA, before->area_c[a], after->area_c[a]);
        if (*n > at)
            out[at].area = a;
    }
}

tq_status tq_ranking_differences(const struct tq_difference **out, size_t *nout,
        struct tq_arena *arena, const struct tq_published *before, size_t nbefore,
        const struct tq_published *after, size_t nafter, struct tq_error *err)
{
    size_t most = nafter * (4 + TQ_MAX_AREAS) + nbefore + 1;
    struct tq_difference *made = tq_arena_array(arena, most, sizeof(*made));
    size_t n = 0;

    *out = made;
    *nout = 0;
    if (made == NULL)
        return tq_error_set(err, TQ_NOMEM, "differences of %zu rows", nafter);
    for (size_t i = 0; i < nafter; i++) {
        const struct tq_published *old = find_row(before, nbefore, after[i].unit);

        if (old != NULL)
            compare_rows(old, &after[i], made, &n);
        else
            made[n++] = (struct tq_difference){ after[i].unit, TQ_DIFFERENCE_ADDED, 0, 0,
                after[i].rank };
    }
    for (size_t i = 0; i < nbefore; i++) {
        if (find_row(after, nafter, before[i].unit) == NULL)
            made[n++] = (struct tq_difference){ before[i].unit, TQ_DIFFERENCE_REMOVED, 0,
                before[i].rank, 0 };
    }
    *nout = n;
    return TQ_OK;
}
