#include "tuquan/small_count.h"

#include <inttypes.h>
#include <stdio.h>

#define SMALL_MAX 2

struct counts {
    const int64_t *n;
    tq_hidden *hidden;
    size_t rows;
    size_t columns;
    bool across;
};

bool tq_count_is_small(int64_t count)
{
    return count > 0 && count <= SMALL_MAX;
}

static bool is_total(const struct counts *t, size_t at)
{
    return at / t->columns == t->rows - 1 || (t->across && at % t->columns == t->columns - 1);
}

/* Is a better one to hide with another than b: no total, not 0, the smaller. */
static bool is_better(const struct counts *t, size_t a, size_t b)
{
    if (is_total(t, a) != is_total(t, b))
        return !is_total(t, a);
    if ((t->n[a] != 0) != (t->n[b] != 0))
        return t->n[a] != 0;
    return t->n[a] < t->n[b];
}

/* Can `sum` be that of `n` counts of which none is 1 or 2. */
static bool is_sum_of_others(int64_t sum, size_t n)
{
    return sum == 0 || (n > 0 && sum > SMALL_MAX);
}

/* Do the marks and the sum of the hidden counts tell them: `small` of 1 or 2, `with` of 0 or more. */
static bool tells_all(size_t small, size_t with, int64_t sum)
{
    size_t ways = 0;
    int64_t found = 0;

    if (small == 0)
        return with > 0 && sum == 0;
    for (int64_t of_small = (int64_t)small; of_small <= 2 * (int64_t)small; of_small++) {
        if (of_small <= sum && is_sum_of_others(sum - of_small, with)) {
            ways++;
            found = of_small;
        }
    }
    return ways == 1 && (found == (int64_t)small || found == 2 * (int64_t)small);
}

/* A line of `length` cells from `first`, `step` apart, the last one the total of the others. While one
 * hidden count is alone, or the total is told and with it all hidden ones: hides a further one. True
 * when it did. */
static bool hide_further(struct counts *t, size_t first, size_t step, size_t length)
{
    size_t small = 0;
    size_t with = 0;
    int64_t sum = 0;
    size_t best = SIZE_MAX;
    bool is_told = t->hidden[first + (length - 1) * step] == TQ_HIDDEN_NO;

    for (size_t i = 0; i < length; i++) {
        size_t at = first + i * step;

        if (t->hidden[at] == TQ_HIDDEN_NO) {
            best = best == SIZE_MAX || is_better(t, at, best) ? at : best;
            continue;
        }
        small += t->hidden[at] == TQ_HIDDEN_SMALL;
        with += t->hidden[at] != TQ_HIDDEN_SMALL;
        sum += t->n[at];
    }
    if (best == SIZE_MAX || (small + with != 1 && !(is_told && tells_all(small, with, sum))))
        return false;
    t->hidden[best] = TQ_HIDDEN_WITH;
    return true;
}

bool tq_small_hide_more(
        const int64_t *counts, size_t rows, size_t columns, bool across, tq_hidden *hidden)
{
    struct counts t = { counts, hidden, rows, columns, across };
    bool more = rows > 0 && columns > 0;
    bool any = false;

    while (more) { /* each turn hides at least one more: it ends */
        more = false;
        for (size_t c = 0; c < columns; c++)
            more = hide_further(&t, c, columns, rows) || more;
        for (size_t r = 0; across && r < rows; r++)
            more = hide_further(&t, r * columns, 1, columns) || more;
        any = any || more;
    }
    return any;
}

void tq_small_hide(
        const int64_t *counts, size_t rows, size_t columns, bool across, tq_hidden *hidden)
{
    for (size_t i = 0; i < rows * columns; i++)
        hidden[i] = tq_count_is_small(counts[i]) ? TQ_HIDDEN_SMALL : TQ_HIDDEN_NO;
    (void)tq_small_hide_more(counts, rows, columns, across, hidden);
}

const char *tq_small_text(int64_t count, tq_hidden hidden, char *out)
{
    if (hidden == TQ_HIDDEN_NO)
        snprintf(out, TQ_SMALL_TEXT, "%" PRId64, count);
    else
        snprintf(out, TQ_SMALL_TEXT, "%s", hidden == TQ_HIDDEN_SMALL ? "<3" : "…");
    return out;
}
