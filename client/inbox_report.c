/* inbox_report.c - A report that the district gave back: what was submitted, what is wrong with it. */
#include <string.h>

#include "inbox_sides.h"
#include "score_view.h"

/* Does the list "1.2: why; 2.1: why" name this criterion? */
static bool is_given_back(struct tq_slice cells, struct tq_slice code)
{
    bool starts = true;

    for (size_t i = 0; i + code.len < cells.len; i++) {
        if (starts && memcmp(cells.data + i, code.data, code.len) == 0 &&
                cells.data[i + code.len] == ':')
            return true;
        starts = cells.data[i] == ';' || (starts && cells.data[i] == ' ');
    }
    return false;
}

/* "1.2 Tên tiêu chí: 3,50 điểm" of each figure that the list names, as it counts here now. */
static tq_status append_figures(struct app *app, struct tq_slice period, struct tq_slice cells,
        struct tq_buf *out, struct tq_error *err)
{
    struct tq_error why = { 0 };
    struct score_view view;
    char points[40];
    tq_status rc = score_view_load(app, period, &view, &why);

    if (rc != TQ_OK) /* no sheet yet: the list says what it is about */
        return rc == TQ_NOMEM ? tq_error_set(err, TQ_NOMEM, "inbox") : TQ_OK;
    for (size_t i = 0; i < view.sheet->ncriteria; i++) {
        const struct tq_criterion *criterion = &view.sheet->criteria[i];

        if (!is_given_back(cells, criterion->code))
            continue;
        tq_buf_printf(out, "%s%.*s %.*s: ", out->len > 0 ? "; " : "", (int)criterion->code.len,
                (const char *)criterion->code.data, (int)criterion->name.len,
                (const char *)criterion->name.data);
        if (view.score.criteria[i].absence != TQ_ABSENCE_NONE)
            tq_buf_append_str(out, cli_say(app->cli, "không áp dụng", "not applicable"));
        else
            tq_buf_printf(out, CLI_SAY(app->cli, "%s điểm", "%s points"),
                    cli_show_points(
                            app->cli, view.score.criteria[i].points_c, points, sizeof(points)));
    }
    return TQ_OK;
}

/* One cell of the report with who wrote it, on which machine, when. */
static tq_status say_cell(struct app *app, const struct tq_table *table, struct tq_slice key,
        const char *name, struct tq_slice *out, struct tq_error *err)
{
    bool wanted[TQ_MAX_COLUMNS] = { false };
    int c = tq_table_column_find(table, name);
    struct tq_slice values;
    tq_status rc;

    *out = tq_slice_str("");
    if (c < 0)
        return TQ_OK;
    wanted[c] = true;
    rc = inbox_values_of(app, table, key, wanted, &values, err);
    return rc == TQ_OK ? inbox_say(app, table, key, values, out, err) : rc;
}

tq_status inbox_fill_report(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct inbox_item *item, struct tq_error *err)
{
    struct tq_slice submitted;
    struct tq_buf text;
    tq_status rc = say_cell(app, table, record->key, "returned_cells", &item->kept, err);
    tq_status kept;

    inbox_no_effect(app, "report", item);
    if (rc == TQ_OK)
        rc = say_cell(app, table, record->key, "submitted_at", &submitted, err);
    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    rc = append_figures(app, inbox_text(table, record, "period"),
            inbox_text(table, record, "returned_cells"), &text, err);
    tq_buf_append_str(&text, text.len > 0 && submitted.len > 0 ? "; " : "");
    tq_buf_append_slice(&text, submitted);
    kept = inbox_keep(app, &text, &item->other, err);
    return rc != TQ_OK ? rc : kept;
}
