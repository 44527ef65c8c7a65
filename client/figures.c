#include "figures.h"

#include <stdint.h>
#include <string.h>

#define BIG_CHANGE_PERCENT 50
#define SMALL_FIGURE 10 /* below it a jump says nothing */

static tq_status list(struct app *app, const char *table, const char *column, struct tq_value value,
        struct tq_record **rows, size_t *n, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, table), .nfilters = 1 };
    size_t total;

    query.filters[0].column = tq_table_column_find(query.table, column);
    query.filters[0].value = value;
    return tq_record_list(app->records, &query, app->arena, rows, n, &total, err);
}

static struct tq_value of(
        const struct app *app, const char *table, const struct tq_record *row, const char *column)
{
    return row->values[tq_table_column_find(tq_catalogue_find(app->catalogue, table), column)];
}

/* Households of each village, by the newest of its profiles. */
static tq_status load_households(struct app *app, struct figures_grid *grid, struct tq_error *err)
{
    grid->households =
            tq_arena_array(app->arena, grid->frame.nvillages + 1, sizeof(*grid->households));
    if (grid->households == NULL)
        return tq_error_set(err, TQ_NOMEM, "figures");
    for (size_t v = 0; v < grid->frame.nvillages; v++) {
        struct tq_record *rows;
        size_t n = 0;
        tq_status rc = list(app, "village_profile", "village",
                tq_value_text(grid->frame.villages[v].unit), &rows, &n, err);

        if (rc != TQ_OK)
            return rc;
        grid->households[v] = -1;
        for (size_t i = 0; i < n; i++) { /* in the order of their days */
            struct tq_value households = of(app, "village_profile", &rows[i], "households");

            if (households.type == TQ_INT)
                grid->households[v] = households.i;
        }
    }
    return TQ_OK;
}

static int village_of(const struct figures_grid *grid, struct tq_slice key)
{
    for (size_t i = 0; i < grid->frame.nvillages; i++)
        if (tq_slice_equal(grid->frame.villages[i].unit, key))
            return (int)i;
    return -1;
}

/* An indicator of last year may have been another version: its code is what is compared. */
static int indicator_of(const struct figures_grid *grid, struct tq_slice key)
{
    const uint8_t *at = key.len > 0 ? memchr(key.data, '@', key.len) : NULL;

    for (size_t i = 0; i < grid->frame.nindicators; i++)
        if (tq_slice_equal(grid->frame.indicators[i].key, key))
            return (int)i;
    return at == NULL ? -1
                      : returns_indicator_find(
                                &grid->frame, tq_slice_of(key.data, (size_t)(at - key.data)));
}

enum which { NOW, BEFORE, LAST_YEAR };

static tq_status load_month(struct app *app, struct figures_grid *grid, struct tq_slice period,
        enum which which, struct tq_error *err)
{
    struct tq_record *rows;
    size_t n = 0;
    tq_status rc = TQ_OK;

    if (period.len > 0)
        rc = list(app, "village_return", "period", tq_value_text(period), &rows, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        int v = village_of(grid, of(app, "village_return", &rows[i], "village").s);
        struct tq_slice indicator = of(app, "village_return", &rows[i], "indicator").s;
        struct tq_value value = of(app, "village_return", &rows[i], "value");
        int k = indicator_of(grid, indicator);
        struct figures_cell *cell;

        if (v < 0 || k < 0 ||
                (which == NOW && !tq_slice_equal(indicator, grid->frame.indicators[k].key)))
            continue;
        cell = &grid->cells[(size_t)v * grid->frame.nindicators + (size_t)k];
        if (which == BEFORE) {
            cell->before = value;
        } else if (which == LAST_YEAR) {
            cell->last_year = value;
        } else {
            cell->there = true;
            cell->key = rows[i].key;
            cell->value = value;
            cell->state = of(app, "village_return", &rows[i], "state");
            cell->pending = rows[i].pending;
        }
    }
    return rc;
}

/* The months to compare with, by their keys. */
static tq_status name_months(struct app *app, struct figures_grid *grid, struct tq_error *err)
{
    struct tq_period period;
    struct tq_period other;
    char *before = tq_arena_alloc(app->arena, TQ_PERIOD_TEXT);
    char *last_year = tq_arena_alloc(app->arena, TQ_PERIOD_TEXT);

    if (before == NULL || last_year == NULL)
        return tq_error_set(err, TQ_NOMEM, "figures");
    if (!tq_period_parse(grid->frame.period, &period))
        return TQ_OK; /* of no calendar that we know: nothing to compare with */
    other = period;
    other.year = period.number == 1 ? period.year - 1 : period.year;
    other.number = period.number == 1 ? 12 : period.number - 1;
    tq_period_print(&other, before);
    other = period;
    other.year--;
    tq_period_print(&other, last_year);
    grid->before = tq_slice_str(before);
    grid->last_year = tq_slice_str(last_year);
    return TQ_OK;
}

tq_status figures_load(
        struct app *app, const char *period, struct figures_grid *out, struct tq_error *err)
{
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = returns_frame(app, tq_slice_str(period), &out->frame, err);
    if (rc == TQ_OK)
        rc = name_months(app, out, err);
    if (rc == TQ_OK)
        rc = load_households(app, out, err);
    if (rc == TQ_OK) {
        out->cells = tq_arena_array(
                app->arena, out->frame.nvillages * out->frame.nindicators + 1, sizeof(*out->cells));
        if (out->cells == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "figures");
    }
    if (rc == TQ_OK)
        rc = load_month(app, out, out->frame.period, NOW, err);
    if (rc == TQ_OK)
        rc = load_month(app, out, out->before, BEFORE, err);
    if (rc == TQ_OK)
        rc = load_month(app, out, out->last_year, LAST_YEAR, err);
    return rc;
}

int figures_village(struct app *app, const struct figures_grid *grid, struct tq_slice text)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "village_return");
    const struct tq_column *column = &table->columns[tq_table_column_find(table, "village")];
    struct tq_value found;
    int v = village_of(grid, text);

    if (v >= 0 ||
            tq_record_resolve(app->records, column, text, app->arena, &found, NULL) != TQ_OK ||
            found.type != TQ_TEXT)
        return v;
    return village_of(grid, found.s);
}

/* ---- what is odd ---- */

/* A part is never more than its whole. */
static const struct {
    const char *part;
    const char *whole;
} PARTS[] = {
    { "addicts_managed", "addicts_in_scope" },
    { "contacts_done", "contacts_due" },
    { "reintegration_assigned", "reintegration_in_scope" },
    { "reintegration_livelihood", "reintegration_in_scope" },
    { "reoffended", "reintegration_in_scope" },
};

static bool figure(const struct figures_grid *grid, size_t village, int k, int64_t *out)
{
    if (k < 0)
        return false;
    *out = grid->cells[village * grid->frame.nindicators + (size_t)k].value.i;
    return grid->cells[village * grid->frame.nindicators + (size_t)k].value.type == TQ_INT;
}

static bool is_part_above_whole(const struct figures_grid *grid, size_t village, size_t indicator)
{
    int64_t part;
    int64_t whole;

    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++)
        if (tq_slice_equal(grid->frame.indicators[indicator].code, tq_slice_str(PARTS[i].part)) &&
                figure(grid, village, (int)indicator, &part) &&
                figure(grid, village,
                        returns_indicator_find(&grid->frame, tq_slice_str(PARTS[i].whole)),
                        &whole) &&
                part > whole)
            return true;
    return false;
}

static bool is_jump(int64_t now, const struct tq_value *other)
{
    int64_t most = now > other->i ? now : other->i;
    int64_t least = now > other->i ? other->i : now;

    return other->type == TQ_INT && most >= SMALL_FIGURE &&
           (most - least) * 100 > most * BIG_CHANGE_PERCENT;
}

size_t figures_warn(const struct figures_grid *grid, size_t village, size_t indicator,
        struct figures_warning out[FIGURES_MAX_WARNINGS])
{
    static const struct figures_warning WARNINGS[] = {
        { "above_whole", { "lớn hơn số chung của nó", "more than the whole that it is part of" } },
        { "above_households", { "lớn hơn số hộ của thôn", "more than the village's households" } },
        { "jump_month",
                { "khác tháng trước quá một nửa", "differs by more than half from last month" } },
        { "jump_year", { "khác cùng kỳ năm trước quá một nửa",
                               "differs by more than half from last year" } },
    };
    const struct figures_cell *cell = &grid->cells[village * grid->frame.nindicators + indicator];
    struct tq_slice code = grid->frame.indicators[indicator].code;
    bool of_households = code.len > 11 && memcmp(code.data, "households_", 11) == 0;
    bool stock = tq_slice_equal(grid->frame.indicators[indicator].nature, tq_slice_str("stock"));
    size_t n = 0;

    if (cell->value.type != TQ_INT)
        return 0;
    if (is_part_above_whole(grid, village, indicator))
        out[n++] = WARNINGS[0];
    if (of_households && grid->households[village] >= 0 &&
            cell->value.i > grid->households[village])
        out[n++] = WARNINGS[1];
    if (stock && is_jump(cell->value.i, &cell->before))
        out[n++] = WARNINGS[2];
    if (stock && is_jump(cell->value.i, &cell->last_year))
        out[n++] = WARNINGS[3];
    return n;
}
