/* office_sums.c - The digests of the canonical rows, kept up to date by what changes them.
 *
 * Only APPLY transactions change canonical rows: what a clerk writes keeps the canonical value
 * under it. So each step there says what a row was and what it became. The sums live in memory and
 * start from a reading of every row; whatever might have spoilt them makes the next comparison read
 * every row again (tq_office_compare). */
#include <string.h>

#include "tuquan/digest.h"

#include "sync/office_internal.h"

static struct tq_sum *find(struct tq_sums *sums, uint32_t table, struct tq_slice owner)
{
    for (size_t i = 0; i < sums->n; i++)
        if (sums->list[i].table == table &&
                tq_slice_equal(tq_slice_of(sums->list[i].owner, sums->list[i].owner_len), owner))
            return &sums->list[i];
    return NULL;
}

void tq_sums_forget(struct tq_office *office)
{
    office->sums.valid = false;
}

void tq_sums_begin(struct tq_office *office, uint32_t schema)
{
    struct tq_sums *sums = &office->sums;

    sums->valid = false;
    sums->changed = false;
    sums->schema = schema;
    sums->n = 0;
}

bool tq_sums_put(struct tq_office *office, const struct tq_range *range)
{
    struct tq_sums *sums = &office->sums;
    struct tq_sum *sum;

    if (sums->n >= TQ_SUMS_MAX || range->owner.len > sizeof(sums->list[0].owner))
        return false;
    sum = &sums->list[sums->n];
    sum->table = range->table;
    sum->owner_len = (uint32_t)range->owner.len;
    if (range->owner.len > 0)
        memcpy(sum->owner, range->owner.data, range->owner.len);
    sum->rows = range->rows;
    memcpy(sum->sum, range->sum, sizeof(sum->sum));
    sums->n++;
    return true;
}

bool tq_sums_get(struct tq_office *office, struct tq_range *range)
{
    const struct tq_sum *sum = find(&office->sums, range->table, range->owner);

    if (sum == NULL)
        return false;
    range->rows = sum->rows;
    memcpy(range->sum, sum->sum, sizeof(range->sum));
    return true;
}

/* Rows of a unit that nobody asked about have no sum. */
static struct tq_sum *sum_of(
        struct tq_sums *sums, const struct tq_table *table, const struct tq_value *values)
{
    struct tq_slice owner = { NULL, 0 };

    if (table->scope == TQ_OWN && table->owner >= 0)
        owner = values[table->owner].s;
    return find(sums, table->id, owner);
}

void tq_sums_change(struct tq_office *office, const struct tq_table *table,
        const struct tq_value *before, const struct tq_value *after)
{
    struct tq_sums *sums = &office->sums;
    uint8_t digest[TQ_DIGEST_BYTES];
    struct tq_sum *sum;

    if (!sums->valid || (before == NULL && after == NULL))
        return;
    sum = sum_of(sums, table, after != NULL ? after : before);
    if (sum == NULL)
        return;
    sums->changed = true;
    if (before != NULL) {
        tq_digest_row(table, sums->schema, before, digest);
        tq_digest_subtract(sum->sum, digest);
        sum->rows--;
    }
    if (after != NULL) {
        tq_digest_row(table, sums->schema, after, digest);
        tq_digest_add(sum->sum, digest);
        sum->rows++;
    }
}

void tq_sums_end(struct tq_office *office, bool committed)
{
    struct tq_sums *sums = &office->sums;

    if (sums->changed && !committed)
        sums->valid = false;
    sums->changed = false;
}
