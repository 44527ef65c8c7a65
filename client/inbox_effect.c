#include <stdio.h>
#include <string.h>

#include "cli/effect_words.h"
#include "inbox.h"
#include "tuquan/effect.h"
#include "tuquan/text.h"
#include "tuquan/words.h"
#include "values.h"

static tq_status points(
        struct app *app, const char *period_key, int64_t *final_c, struct tq_error *err)
{
    return tq_effect_points(app->db, app->arena, tq_slice_str(period_key),
            tq_records_unit(app->records), app_now(app), final_c, err);
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
    rc = values_give(app, values, &draft, err);
    if (rc != TQ_OK)
        return rc;
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
    const struct effect_points effect = { period, now_c, other_c, row };
    struct tq_buf text;

    tq_buf_init(&text, 0);
    effect_words(app->cli, &effect, &text);
    item->effect_json = effect_json(&effect);
    return inbox_keep(app, &text, &item->effect, err);
}

void inbox_no_effect(const struct app *app, const char *code, struct inbox_item *item)
{
    item->effect_none = code;
    item->effect = tq_slice_str(effect_none_words(app->cli, code));
}

/* Is it to be counted? Else the item says why it has none. The row is found and its period known. */
static tq_status may_count(struct app *app, struct inbox_points *now, struct inbox_item *item,
        bool *may, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    *may = now->all || now->counted < INBOX_EFFECTS;
    if (now->only != NULL)
        rc = inbox_is_named(item, now->only, may, err);
    if (*may)
        now->counted++;
    else
        inbox_no_effect(app, "left_out", item);
    return rc;
}

/* The period in which the row counts, where it is to be counted. */
static tq_status begin_count(struct app *app, struct inbox_points *now,
        const struct tq_table *table, struct tq_slice key, char *period, struct inbox_item *item,
        bool *may, struct tq_error *err)
{
    struct tq_record record;
    bool found = false;
    tq_status rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);

    *may = false;
    if (rc != TQ_OK)
        return rc;
    if (!found)
        inbox_no_effect(app, "no_row", item);
    else if (!tq_effect_period(table, record.values, period))
        inbox_no_effect(app, "no_period", item);
    else
        rc = may_count(app, now, item, may, err);
    return rc;
}

/* No sheet yet, a value that its rule forbids, a file that is held: there is no figure. */
static tq_status end_count(
        struct app *app, tq_status rc, struct inbox_item *item, struct tq_error *err)
{
    if (rc == TQ_NOMEM)
        return tq_error_set(err, TQ_NOMEM, "inbox");
    inbox_no_effect(app, "no_score", item);
    return TQ_OK;
}

tq_status inbox_effect(struct app *app, struct inbox_points *now, const struct tq_table *target,
        struct tq_slice key, struct tq_slice values, struct inbox_item *item, struct tq_error *err)
{
    char period[TQ_PERIOD_TEXT];
    struct tq_error why = { 0 };
    int64_t now_c = 0;
    int64_t other_c = 0;
    bool may = false;
    tq_status rc = begin_count(app, now, target, key, period, item, &may, err);

    if (rc != TQ_OK || !may)
        return rc;
    rc = points_now(app, now, period, &now_c, &why);
    if (rc == TQ_OK)
        rc = points_with(app, target, key, values, period, &other_c, &why);
    return rc == TQ_OK ? say_effect(app, false, period, now_c, other_c, item, err)
                       : end_count(app, rc, item, err);
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
    char period[TQ_PERIOD_TEXT];
    struct tq_error why = { 0 };
    int64_t with_c = 0;
    int64_t without_c = 0;
    bool may = false;
    tq_status rc = begin_count(app, now, table, key, period, item, &may, err);

    if (rc != TQ_OK || !may)
        return rc;
    rc = points_of_row(app, true, table, key, period, &with_c, &why);
    if (rc == TQ_OK)
        rc = points_of_row(app, false, table, key, period, &without_c, &why);
    return rc == TQ_OK ? say_effect(app, true, period, without_c, with_c, item, err)
                       : end_count(app, rc, item, err);
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
        inbox_no_effect(app, "text", &item);
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
