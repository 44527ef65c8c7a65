/* cmd_rank_history.c - rank-history: the place of each commune in the published rankings, one after
 * another: the newest version of each, and how it moved since the one of its kind before. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "tuquan/ranking_store.h"

#define MOST_PERIODS 24u

static const struct cli_column COLUMNS[] = {
    { "period", { "Kỳ", "Period" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, true },
    { "rank", { "Hạng", "Rank" }, true, false },
    { "final_c", { "Điểm", "Points" }, true, false },
    { "moved", { "Lên xuống", "Moved" }, true, false },
};

struct published {
    struct tq_slice period;
    struct tq_slice kind;
    struct tq_slice ends_on; /* YYYY-MM-DD */
};

static int by_end(const void *a, const void *b)
{
    const struct published *x = a;
    const struct published *y = b;
    int by = tq_slice_compare(x->ends_on, y->ends_on);

    return by != 0 ? by : tq_slice_compare(x->period, y->period);
}

static int by_kind(const void *a, const void *b)
{
    const struct published *x = a;
    const struct published *y = b;
    int by = tq_slice_compare(x->kind, y->kind);

    return by != 0 ? by : by_end(a, b);
}

/* All rows of a public table. */
static tq_status read_all(struct app *app, const struct tq_table *table, struct tq_record **rows,
        size_t *n, struct tq_error *err)
{
    struct tq_query query = { .table = table };
    size_t total;

    return tq_record_list(app->records, &query, app->arena, rows, n, &total, err);
}

static struct tq_slice text_of(const struct tq_value *value)
{
    return value->type == TQ_TEXT ? value->s : tq_slice_of(NULL, 0);
}

/* Periods that have a published ranking, each once: kind by kind, the oldest first. The order is that
 * of the periods, not of the publications: a correction of an old one changes no movement. */
static tq_status find_periods(
        struct app *app, struct published **out, size_t *n, struct tq_error *err)
{
    const struct tq_table *ranking = tq_catalogue_find(app->catalogue, "ranking");
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "period");
    int of = tq_table_column_find(ranking, "period");
    int at = tq_table_column_find(ranking, "published_at");
    int key = tq_table_column_find(table, "period");
    int kind = tq_table_column_find(table, "kind");
    int ends_on = tq_table_column_find(table, "ends_on");
    struct tq_record *rows;
    struct tq_record *periods;
    size_t nrows = 0;
    size_t nperiods = 0;

    tq_status rc = read_all(app, ranking, &rows, &nrows, err);

    *n = 0;
    if (rc == TQ_OK)
        rc = read_all(app, table, &periods, &nperiods, err);
    if (rc != TQ_OK)
        return rc;
    *out = tq_arena_array(app->arena, nperiods + 1, sizeof(**out));
    if (*out == NULL)
        return tq_error_set(err, TQ_NOMEM, "rank");
    for (size_t i = 0; i < nperiods; i++) {
        const struct tq_value *p = periods[i].values;
        size_t k = 0;

        while (k < nrows && (rows[k].values[at].type != TQ_INT ||
                                    !tq_slice_equal(rows[k].values[of].s, p[key].s)))
            k++;
        if (k < nrows)
            (*out)[(*n)++] =
                    (struct published){ p[key].s, text_of(&p[kind]), text_of(&p[ends_on]) };
    }
    qsort(*out, *n, sizeof(**out), by_end);
    if (*n > MOST_PERIODS) { /* the oldest give way */
        *out += *n - MOST_PERIODS;
        *n = MOST_PERIODS;
    }
    qsort(*out, *n, sizeof(**out), by_kind);
    return TQ_OK;
}

static const struct tq_ranking_line *line_of(
        const struct tq_ranking_view *view, struct tq_slice unit)
{
    for (size_t i = 0; i < view->nlines; i++)
        if (tq_slice_equal(view->lines[i].unit, unit))
            return &view->lines[i];
    return NULL;
}

static void put(struct cli_table *out, const struct tq_ranking_view *view,
        const struct tq_ranking_line *line, const struct tq_ranking_line *before)
{
    char name[256];

    cli_table_text(out, view->period);
    snprintf(name, sizeof(name), "%.*s", (int)line->name.len, (const char *)line->name.data);
    cli_table_both(out, name, json_stringn((const char *)line->unit.data, line->unit.len));
    if (line->rank > 0)
        cli_table_int(out, line->rank);
    else
        cli_table_str(out, NULL);
    cli_table_points(out, line->place == TQ_PLACE_RANKED, line->final_c);
    /* Up is positive: from 7 to 5 is +2. */
    if (before != NULL && before->rank > 0 && line->rank > 0)
        cli_table_int(out, (int64_t)before->rank - (int64_t)line->rank);
    else
        cli_table_str(out, NULL);
}

static tq_status print(struct app *app, struct tq_error *err)
{
    struct published *periods;
    struct tq_ranking_view view[2];
    struct cli_table out;
    size_t n = 0;
    tq_status rc = find_periods(app, &periods, &n, err);

    memset(view, 0, sizeof(view));
    cli_table_init(&out, app->cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        view[0] = view[1]; /* quarters move against quarters, years against years */
        if (i > 0 && !tq_slice_equal(periods[i].kind, periods[i - 1].kind))
            memset(&view[0], 0, sizeof(view[0]));
        rc = tq_ranking_load(
                app->db, app->arena, periods[i].period, tq_slice_of(NULL, 0), 0, &view[1], err);
        for (size_t k = 0; rc == TQ_OK && k < view[1].nlines; k++)
            put(&out, &view[1], &view[1].lines[k], line_of(&view[0], view[1].lines[k].unit));
    }
    if (rc == TQ_OK && n == 0)
        cli_print(app->cli, "%s",
                cli_say(app->cli, "Chưa có bảng xếp hạng nào.", "No ranking was published yet."));
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "rows", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = print(&app, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_RANK_HISTORY = {
    .name = "rank-history",
    .summary = { "hạng của các xã qua các kỳ đã công bố",
            "the places of the communes over the published periods" },
    .run = run,
};
