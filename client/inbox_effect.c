#include <stdio.h>
#include <string.h>

#include "inbox.h"
#include "score_view.h"
#include "tuquan/text.h"
#include "tuquan/words.h"
#include "values.h"

/* The key of the period that a row counts in: its own, or the quarter of its first date. */
static bool period_of(const struct tq_table *table, const struct tq_record *record, char *out)
{
    int own = tq_table_column_find(table, "period");
    struct tq_period period;
    tq_day day;

    if (own >= 0 && record->values[own].type == TQ_TEXT) {
        if (!tq_period_parse(record->values[own].s, &period))
            return false;
        tq_period_print(&period, out);
        return true;
    }
    for (size_t c = 0; c < table->ncolumns; c++) {
        if (table->columns[c].rule.kind != TQ_RULE_DATE || record->values[c].type != TQ_TEXT ||
                !tq_day_parse(record->values[c].s, &day))
            continue;
        period = tq_period_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_QUARTER, TQ_LEVEL_COMMUNE, day);
        tq_period_print(&period, out);
        return true;
    }
    return false;
}

static tq_status points(
        struct app *app, const char *period_key, int64_t *final_c, struct tq_error *err)
{
    struct score_view view;
    tq_status rc = score_view_load(app, tq_slice_str(period_key), &view, err);

    if (rc == TQ_OK)
        *final_c = view.score.final_c;
    return rc;
}

/* The same for all conflicts of a period, counted once. */
static tq_status points_now(struct app *app, struct inbox_points *now, const char *period,
        int64_t *final_c, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    if (strcmp(now->period, period) != 0) {
        rc = points(app, period, &now->final_c, err);
        snprintf(now->period, sizeof(now->period), "%s", rc == TQ_OK ? period : "");
    }
    *final_c = now->final_c;
    return rc;
}

/* The points with `values` in the row; nothing of it stays. */
static tq_status points_with(struct app *app, const struct tq_table *target, struct tq_slice key,
        struct tq_slice values, const char *period, int64_t *final_c, struct tq_error *err)
{
    struct tq_draft draft;
    tq_status rc;

    memset(&draft, 0, sizeof(draft));
    draft.table = target;
    while (values.len > 0) {
        struct tq_value value;
        uint32_t number;
        int c;

        values_next(&values, app->arena, &number, &value);
        c = tq_table_column(target, number);
        if (c < 0)
            continue;
        draft.given[c] = true;
        draft.values[c] = value;
    }
    rc = tq_records_begin(app->records, err);
    if (rc == TQ_OK)
        rc = tq_record_update(app->records, &draft, key, NULL, NULL, err);
    if (rc == TQ_OK)
        rc = points(app, period, final_c, err);
    tq_records_rollback(app->records);
    return rc;
}

/* `row`: it is not a value that is taken or not, but the row itself. */
static tq_status say_effect(struct app *app, bool row, const char *period, int64_t now_c,
        int64_t other_c, struct inbox_item *item, struct tq_error *err)
{
    char a[40];
    char b[40];
    char c[40];
    struct tq_buf text;

    tq_buf_init(&text, 0);
    if (now_c == other_c)
        tq_buf_printf(
                &text, CLI_SAY(app->cli, "%s: không đổi điểm", "%s: the points stay"), period);
    else
        tq_buf_printf(&text,
                row ? CLI_SAY(app->cli, "%s: %s điểm khi chưa có dòng này; có thì %s (%s%s)",
                              "%s: %s points without this row; with it %s (%s%s)")
                    : CLI_SAY(app->cli, "%s: %s điểm; với giá trị kia %s (%s%s)",
                              "%s: %s points; with the other value %s (%s%s)"),
                period, cli_show_points(app->cli, now_c, a, sizeof(a)),
                cli_show_points(app->cli, other_c, b, sizeof(b)), other_c > now_c ? "+" : "",
                cli_show_points(app->cli, other_c - now_c, c, sizeof(c)));
    item->effect_json = json_object();
    json_object_set_new(item->effect_json, "period", json_string(period));
    json_object_set_new(item->effect_json, "final_c", json_integer(now_c));
    json_object_set_new(item->effect_json, "final_with_other_c", json_integer(other_c));
    json_object_set_new(item->effect_json, "row", json_boolean(row));
    return inbox_keep(app, &text, &item->effect, err);
}

/* May one more be counted? Else the item says why it has none. */
static bool may_count(struct app *app, struct inbox_points *now, struct inbox_item *item)
{
    if (now->counted < INBOX_EFFECTS) {
        now->counted++;
        return true;
    }
    item->effect_left_out = true;
    item->effect = tq_slice_str(cli_say(app->cli, "chưa tính: máy chỉ tính điểm cho 20 việc đầu",
            "not counted: only for the first 20 items"));
    return false;
}

tq_status inbox_effect(struct app *app, struct inbox_points *now, const struct tq_table *target,
        struct tq_slice key, struct tq_slice values, struct inbox_item *item, struct tq_error *err)
{
    struct tq_record record;
    char period[TQ_PERIOD_TEXT];
    struct tq_error why = { 0 };
    int64_t now_c = 0;
    int64_t other_c = 0;
    bool found = false;
    tq_status rc = tq_record_get(app->records, target, key, app->arena, &record, &found, err);

    if (rc != TQ_OK || !found || !period_of(target, &record, period) || !may_count(app, now, item))
        return rc;
    rc = points_now(app, now, period, &now_c, &why);
    if (rc == TQ_OK)
        rc = points_with(app, target, key, values, period, &other_c, &why);
    if (rc == TQ_OK)
        return say_effect(app, false, period, now_c, other_c, item, err);
    /* No sheet yet, a value that its rule forbids, a file that is held: there is no figure. */
    return rc == TQ_NOMEM ? tq_error_set(err, TQ_NOMEM, "inbox") : TQ_OK;
}

/* The points with the row as one that was taken, or without it; nothing of it stays. */
static tq_status points_of_row(struct app *app, bool with, const struct tq_table *table,
        struct tq_slice key, const char *period, int64_t *final_c, struct tq_error *err)
{
    tq_status rc = tq_records_begin(app->records, err);

    if (rc == TQ_OK)
        rc = with ? tq_office_returned_lift(app->db, table, key, err)
                  : tq_record_void(
                            app->records, table, key, tq_slice_str("-"), app_now(app), NULL, err);
    if (rc == TQ_OK)
        rc = points(app, period, final_c, err);
    tq_records_rollback(app->records);
    return rc;
}

tq_status inbox_effect_row(struct app *app, struct inbox_points *now, const struct tq_table *table,
        struct tq_slice key, struct inbox_item *item, struct tq_error *err)
{
    struct tq_record record;
    char period[TQ_PERIOD_TEXT];
    struct tq_error why = { 0 };
    int64_t with_c = 0;
    int64_t without_c = 0;
    bool found = false;
    tq_status rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);

    if (rc != TQ_OK || !found || !period_of(table, &record, period) || !may_count(app, now, item))
        return rc;
    rc = points_of_row(app, true, table, key, period, &with_c, &why);
    if (rc == TQ_OK)
        rc = points_of_row(app, false, table, key, period, &without_c, &why);
    if (rc == TQ_OK)
        return say_effect(app, true, period, without_c, with_c, item, err);
    return rc == TQ_NOMEM ? tq_error_set(err, TQ_NOMEM, "inbox") : TQ_OK;
}

/* ---- lint ---- */

static bool is_free_text(const struct tq_column *column)
{
    return column->type == TQ_TEXT && column->rule.kind == TQ_RULE_LENGTH &&
           column->cell != TQ_CELL_ROW && (column->writers & TQ_BY_COMMUNE) != 0 &&
           strcmp(column->name, "official_name") != 0;
}

static tq_status lint_row(struct app *app, const struct tq_table *table,
        const struct tq_record *record, inbox_put_fn put, void *ctx, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns; c++) {
        struct inbox_item item = { .code = "lint",
            .kind = { "Cảnh báo nội dung", "Text warning" },
            .table = table,
            .key = record->key,
            .reason_code = "",
            .reason = "",
            .answered = true };
        struct tq_lint_finding finding;
        struct tq_buf text;
        struct tq_slice name;

        if (!is_free_text(&table->columns[c]) || record->values[c].type != TQ_TEXT ||
                tq_text_lint(record->values[c].s, &finding, 1) == 0)
            continue;
        item.reason = tq_lint_sentence(finding.kind, app->cli->lang);
        item.effect = tq_slice_str(cli_say(app->cli, "không đổi điểm", "the points stay"));
        item.next = cli_say(app->cli, "Mở dòng để sửa; nếu không phải thì để nguyên.",
                "Open the row to correct it; leave it if it is none.");
        rc = app_row_name(app, table, record->key, &name, err);
        if (rc != TQ_OK)
            break;
        tq_buf_init(&text, 0);
        tq_buf_printf(&text, "%s %.*s", tq_word_of_table(table, app->cli->lang), (int)name.len,
                name.len > 0 ? (const char *)name.data : "");
        rc = inbox_keep(app, &text, &item.row, err);
        tq_buf_init(&text, 0);
        tq_buf_printf(&text, "%s: \"%.*s\"", tq_word_of_column(&table->columns[c], app->cli->lang),
                (int)finding.len, (const char *)record->values[c].s.data + finding.at);
        if (rc == TQ_OK)
            rc = inbox_keep(app, &text, &item.detail, err);
        else
            tq_buf_deinit(&text);
        if (rc == TQ_OK)
            put(ctx, &item);
    }
    return rc;
}

/* The columns of a table whose texts are looked at. */
static size_t free_columns(const struct tq_table *table, uint32_t *out)
{
    size_t n = 0;

    if (table->scope != TQ_OWN || (table->writers & TQ_BY_COMMUNE) == 0)
        return 0;
    for (uint32_t c = 0; c < table->ncolumns; c++)
        if (is_free_text(&table->columns[c]))
            out[n++] = c;
    return n;
}

tq_status inbox_lint(struct app *app, inbox_put_fn put, void *ctx, struct tq_error *err)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    tq_status rc = TQ_OK;

    for (size_t t = 0; rc == TQ_OK && t < app->catalogue->ntables; t++) {
        const struct tq_table *table = &app->catalogue->tables[t];
        size_t ncolumns = free_columns(table, columns);
        struct tq_slice *keys;
        size_t n = 0;

        if (ncolumns == 0)
            continue;
        rc = tq_record_scan(app->records, table, columns, ncolumns, tq_text_lint_may, app->arena,
                &keys, &n, err);
        for (size_t i = n; rc == TQ_OK && i > 0; i--) { /* the newest first */
            struct tq_record record;
            bool found = false;

            rc = tq_record_get(app->records, table, keys[i - 1], app->arena, &record, &found, err);
            if (rc == TQ_OK && found)
                rc = lint_row(app, table, &record, put, ctx, err);
        }
    }
    return rc;
}
