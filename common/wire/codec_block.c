#include "codec_block.h"

#include <string.h>

#include "tuquan/codec.h"

/* The values of one column, of the rows that have it. */
struct gathered {
    size_t n;
    struct tq_slice *keys;
    struct tq_value *values;
    struct tq_value *base;
    uint8_t *absent; /* fresh for each column: it goes out */
};

static bool check_rows(struct coder *c, const struct columns_job *job, uint8_t *used)
{
    for (size_t r = 0; r < job->keys.n; r++) {
        const struct cells *row = &job->rows[r];
        uint32_t before = 0;

        if (row->n > TQ_MAX_COLUMNS)
            return coder_fail(c, TQ_INVALID, "a row with %u columns", row->n);
        for (uint32_t i = 0; i < row->n; i++) {
            if (row->numbers[i] <= before || row->numbers[i] > TQ_MAX_CELL_NUMBER)
                return coder_fail(c, TQ_INVALID, "column numbers of a row must ascend");
            before = row->numbers[i];
            bit_set(used, before);
        }
    }
    return true;
}

static void gather(
        const struct columns_job *job, uint32_t number, uint32_t *place, struct gathered *out)
{
    out->n = 0;
    for (size_t r = 0; r < job->keys.n; r++) {
        const struct cells *row = &job->rows[r];

        if (place[r] == row->n || row->numbers[place[r]] != number) {
            bit_set(out->absent, r);
            continue;
        }
        out->keys[out->n] = job->keys.at[r];
        out->values[out->n] = row->values[place[r]];
        if (job->before != NULL)
            out->base[out->n] = job->before[r][place[r]];
        out->n++;
        place[r]++;
    }
}

static bool encode_one(struct coder *c, struct columns_job *job, uint32_t number,
        struct gathered *g, struct column_scratch *scratch)
{
    struct keys_view keys = { g->n, g->keys };
    Tuquan__V1__Column *column;

    if (job->before != NULL) {
        column = column_encode(c, number, keys, g->base, NULL, scratch);
        if (column == NULL)
            return false;
        job->before_out[job->nout] = column;
    }
    column = column_encode(
            c, number, keys, g->values, job->before != NULL ? g->base : NULL, scratch);
    if (column == NULL)
        return false;
    if (g->n < job->keys.n)
        column->absent = pb_of(g->absent, (job->keys.n + 7) / 8);
    job->after_out[job->nout++] = column;
    return true;
}

bool columns_encode(struct coder *c, struct columns_job *job)
{
    size_t rows = job->keys.n;
    uint8_t used[TQ_MAX_CELL_NUMBER / 8 + 1] = { 0 };
    uint32_t *place = coder_alloc(c, rows, sizeof(*place));
    struct column_scratch scratch;
    struct gathered g = { 0 };
    size_t columns = 0;

    g.keys = coder_alloc(c, rows, sizeof(*g.keys));
    g.values = coder_alloc(c, rows, sizeof(*g.values));
    g.base = coder_alloc(c, rows, sizeof(*g.base));
    if (!column_scratch_init(c, &scratch, rows) || !check_rows(c, job, used))
        return false;
    for (uint32_t number = 1; number <= TQ_MAX_CELL_NUMBER; number++)
        columns += used[number / 8] >> (number % 8) & 1;
    if (columns > TQ_MAX_COLUMNS)
        return coder_fail(c, TQ_INVALID, "a table with %zu columns", columns);
    job->nout = 0;
    job->after_out = coder_alloc(c, columns, sizeof(Tuquan__V1__Column *));
    job->before_out = coder_alloc(c, columns, sizeof(Tuquan__V1__Column *));
    for (uint32_t number = 1; number <= TQ_MAX_CELL_NUMBER; number++) {
        if ((used[number / 8] >> (number % 8) & 1) == 0)
            continue;
        g.absent = coder_alloc(c, rows / 8 + 1, 1);
        if (c->status != TQ_OK)
            return false;
        gather(job, number, place, &g);
        if (!encode_one(c, job, number, &g, &scratch))
            return false;
    }
    return c->status == TQ_OK;
}

/* One column back to its rows. */
struct scatter {
    struct coder *c;
    const struct columns_source *from;
    struct cells *rows;
    uint32_t **numbers;       /* per row, where its numbers go */
    struct tq_value **after;  /* per row, where its values go */
    struct tq_value **before; /* NULL: none */
    struct tq_slice *keys;    /* scratch, as the next two */
    struct tq_value *values;
    struct tq_value *base;
};

/* Column numbers ascend and before goes with after; counts each row's columns. */
static bool check_columns(
        struct coder *c, const struct columns_source *from, struct cells *rows, size_t *total)
{
    uint32_t last = 0;

    if (from->nafter > TQ_MAX_COLUMNS || (from->nbefore != 0 && from->nbefore != from->nafter))
        return coder_fail(c, TQ_PROTOCOL, "%zu columns, %zu before", from->nafter, from->nbefore);
    *total = 0;
    for (size_t k = 0; k < from->nafter; k++) {
        const Tuquan__V1__Column *column = from->after[k];

        if (column->number <= last || column->number > TQ_MAX_CELL_NUMBER)
            return coder_fail(c, TQ_PROTOCOL, "column %u does not ascend", column->number);
        last = column->number;
        if (from->nbefore > 0 &&
                (from->before[k]->number != last || from->before[k]->absent.len > 0))
            return coder_fail(c, TQ_PROTOCOL, "column %u: before does not match", last);
        if (!bits_check(c, &column->absent, from->keys.n, "absent"))
            return false;
        for (size_t r = 0; r < from->keys.n; r++)
            rows[r].n += bit_get(&column->absent, r) ? 0 : 1;
        *total += from->keys.n - bits_count(&column->absent);
    }
    return true;
}

static bool scatter_column(struct scatter *s, size_t k)
{
    const Tuquan__V1__Column *column = s->from->after[k];
    size_t rows = s->from->keys.n;
    struct keys_view keys = { 0, s->keys };
    size_t i = 0;

    for (size_t r = 0; r < rows; r++)
        if (!bit_get(&column->absent, r))
            s->keys[keys.n++] = s->from->keys.at[r];
    if (s->before != NULL && !column_decode(s->c, s->from->before[k], keys, NULL, s->base))
        return false;
    if (!column_decode(s->c, column, keys, s->before != NULL ? s->base : NULL, s->values))
        return false;
    for (size_t r = 0; r < rows; r++) {
        if (bit_get(&column->absent, r))
            continue;
        *s->numbers[r]++ = column->number;
        *s->after[r]++ = s->values[i];
        if (s->before != NULL)
            *s->before[r]++ = s->base[i];
        i++;
    }
    return true;
}

/* Give each row its part of the big arrays. */
static bool scatter_init(struct scatter *s, size_t total, const struct tq_value ***before_out)
{
    struct coder *c = s->c;
    size_t rows = s->from->keys.n;
    bool has_before = s->from->nbefore > 0;
    uint32_t *numbers = coder_alloc(c, total, sizeof(*numbers));
    struct tq_value *after = coder_alloc(c, total, sizeof(*after));
    struct tq_value *before = has_before ? coder_alloc(c, total, sizeof(*before)) : NULL;

    s->numbers = coder_alloc(c, rows, sizeof(*s->numbers));
    s->after = coder_alloc(c, rows, sizeof(*s->after));
    s->before = has_before ? coder_alloc(c, rows, sizeof(*s->before)) : NULL;
    *before_out = has_before ? coder_alloc(c, rows, sizeof(**before_out)) : NULL;
    s->keys = coder_alloc(c, rows, sizeof(*s->keys));
    s->values = coder_alloc(c, rows, sizeof(*s->values));
    s->base = coder_alloc(c, rows, sizeof(*s->base));
    if (c->status != TQ_OK)
        return false;
    for (size_t r = 0; r < rows; r++) {
        s->rows[r].numbers = numbers;
        s->rows[r].values = after;
        s->numbers[r] = numbers;
        s->after[r] = after;
        numbers += s->rows[r].n;
        after += s->rows[r].n;
        if (has_before) {
            (*before_out)[r] = before;
            s->before[r] = before;
            before += s->rows[r].n;
        }
    }
    return true;
}

bool columns_decode(struct coder *c, const struct columns_source *from, struct cells **rows_out,
        const struct tq_value ***before_out)
{
    struct scatter s = { 0 };
    size_t total = 0;

    *before_out = NULL;
    *rows_out = coder_alloc(c, from->keys.n, sizeof(**rows_out));
    if (*rows_out == NULL || !check_columns(c, from, *rows_out, &total))
        return false;
    s.c = c;
    s.from = from;
    s.rows = *rows_out;
    if (!scatter_init(&s, total, before_out))
        return false;
    for (size_t k = 0; k < from->nafter; k++)
        if (!scatter_column(&s, k))
            return false;
    return true;
}
