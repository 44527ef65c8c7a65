/* cmd_rank_history.c - rank-history: the place of each commune in the published rankings, one after
 * another: the newest version of each. */
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
    int64_t at_ms;
};

static int by_time(const void *a, const void *b)
{
    const struct published *x = a;
    const struct published *y = b;

    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* Periods that have a published ranking, the oldest first, each once. */
static tq_status find_periods(
        struct app *app, struct published *out, size_t *n, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "ranking") };
    int at = tq_table_column_find(query.table, "published_at");
    int period = tq_table_column_find(query.table, "period");
    struct tq_record *rows;
    size_t nrows = 0;
    size_t total;
    tq_status rc = tq_record_list(app->records, &query, app->arena, &rows, &nrows, &total, err);

    *n = 0;
    for (size_t i = 0; rc == TQ_OK && i < nrows; i++) {
        struct published one = { rows[i].values[period].s, rows[i].values[at].i };
        size_t k = 0;

        if (rows[i].values[at].type != TQ_INT)
            continue;
        while (k < *n && !tq_slice_equal(out[k].period, one.period))
            k++;
        if (k < *n) {
            out[k].at_ms = one.at_ms > out[k].at_ms ? one.at_ms : out[k].at_ms;
            continue;
        }
        if (*n == MOST_PERIODS) { /* the oldest gives way */
            qsort(out, *n, sizeof(*out), by_time);
            if (one.at_ms <= out[0].at_ms)
                continue;
            k = 0;
            (*n)--;
        }
        out[k] = one;
        (*n)++;
    }
    qsort(out, *n, sizeof(*out), by_time);
    return rc;
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
    struct published *periods = tq_arena_array(app->arena, MOST_PERIODS, sizeof(*periods));
    struct tq_ranking_view view[2];
    struct cli_table out;
    size_t n = 0;
    tq_status rc = periods != NULL ? find_periods(app, periods, &n, err)
                                   : tq_error_set(err, TQ_NOMEM, "rank");

    memset(view, 0, sizeof(view));
    cli_table_init(&out, app->cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        view[0] = view[1];
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
