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

/* A line of `length` cells from `first`, `step` apart, with exactly one hidden count: hides a second
 * one. True when it did. */
static bool hide_second(struct counts *t, size_t first, size_t step, size_t length)
{
    size_t hidden = 0;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < length; i++) {
        size_t at = first + i * step;

        if (t->hidden[at] != TQ_HIDDEN_NO)
            hidden++;
        else if (best == SIZE_MAX || is_better(t, at, best))
            best = at;
    }
    if (hidden != 1 || best == SIZE_MAX)
        return false;
    t->hidden[best] = TQ_HIDDEN_WITH;
    return true;
}

void tq_small_hide(
        const int64_t *counts, size_t rows, size_t columns, bool across, tq_hidden *hidden)
{
    struct counts t = { counts, hidden, rows, columns, across };
    bool more = rows > 0 && columns > 0;

    for (size_t i = 0; i < rows * columns; i++)
        hidden[i] = tq_count_is_small(counts[i]) ? TQ_HIDDEN_SMALL : TQ_HIDDEN_NO;
    while (more) { /* each turn hides at least one more: it ends */
        more = false;
        for (size_t c = 0; c < columns; c++)
            more = hide_second(&t, c, columns, rows) || more;
        for (size_t r = 0; across && r < rows; r++)
            more = hide_second(&t, r * columns, 1, columns) || more;
    }
}

const char *tq_small_text(int64_t count, tq_hidden hidden, char *out)
{
    if (hidden == TQ_HIDDEN_NO)
        snprintf(out, TQ_SMALL_TEXT, "%" PRId64, count);
    else
        snprintf(out, TQ_SMALL_TEXT, "%s", hidden == TQ_HIDDEN_SMALL ? "<3" : "…");
    return out;
}
