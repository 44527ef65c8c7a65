/* conflict_show.c - One conflict with what its other value does to the score; what was answered. */
#include <string.h>

#include "cli/effect_words.h"
#include "cli/json.h"
#include "conflict.h"
#include "show.h"
#include "tuquan/effect.h"
#include "tuquan/quoted.h"
#include "tuquan/tally.h"
#include "tuquan/words.h"

#define MOST 20u     /* answers that are listed */
#define LOOKED 1000u /* closed conflicts that are looked at for them */

/* ---- the score ---- */

/* The points with the other value in the row, inside the open transaction. */
static tq_status points_with(struct app *app, struct tq_stored_row *row,
        const struct tq_open_entry *entry, const char *period, int64_t *final_c,
        struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_cells cells;
    tq_status rc = tq_quoted_parse(entry->other_values, app->arena, &cells, err);

    for (uint32_t i = 0; rc == TQ_OK && i < cells.n; i++) {
        int at = tq_table_column(row->table, cells.columns[i]);

        if (at < 0)
            return tq_error_set(
                    err, TQ_NOT_FOUND, "%s.%u", row->table->name, (unsigned)cells.columns[i]);
        row->values[at] = cells.values[i];
    }
    if (rc == TQ_OK)
        rc = ops->rows_put(ops->ctx, row, 1, err);
    return rc != TQ_OK ? rc
                       : tq_effect_points(tq_district_store_db(app->store), app->arena,
                                 tq_slice_str(period), entry->unit, app_now_ms(), final_c, err);
}

/* Both figures. The digests stand still meanwhile, so what is kept by them is left alone. */
static tq_status count_both(struct app *app, struct tq_stored_row *row,
        const struct tq_open_entry *entry, struct effect_points *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_db *db = tq_district_store_db(app->store);
    bool rested = tq_tally_rest(db, true);
    tq_status rc = ops->begin(ops->ctx, err);
    bool begun = rc == TQ_OK;

    if (rc == TQ_OK)
        rc = tq_effect_points(db, app->arena, tq_slice_str(out->period), entry->unit, app_now_ms(),
                &out->now_c, err);
    if (rc == TQ_OK)
        rc = points_with(app, row, entry, out->period, &out->other_c, err);
    if (begun)
        ops->rollback(ops->ctx);
    (void)tq_tally_rest(db, rested);
    return rc;
}

/* *none NULL: there is a figure; else a code of effect_none_words. */
static tq_status effect_of(struct app *app, const struct tq_open_entry *entry, char *period,
        struct effect_points *out, const char **none, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *table = tq_word_to_table(tq_catalogue_current(), entry->table_name);
    struct tq_stored_row row = { 0 };
    tq_status rc = TQ_OK;

    *none = "no_row";
    if (table != NULL)
        rc = ops->rows_get(ops->ctx, table, &entry->row_key, 1, app->arena, &row, err);
    if (rc != TQ_OK || table == NULL || !row.exists)
        return rc;
    row.table = table;
    row.key = entry->row_key;
    *none = "no_period";
    if (entry->unit.len == 0 || !tq_effect_period(table, row.values, period))
        return TQ_OK;
    *none = NULL;
    *out = (struct effect_points){ .period = period };
    rc = count_both(app, &row, entry, out, err);
    if (rc == TQ_NOT_FOUND || rc == TQ_NOT_COMPLETE) {
        tq_error_clear(err);
        *none = "no_score";
        rc = TQ_OK;
    }
    return rc;
}

static tq_status put_effect(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *entry, struct tq_error *err)
{
    char period[TQ_PERIOD_TEXT] = "";
    struct effect_points effect = { 0 };
    const char *none = NULL;
    struct tq_buf text;
    tq_status rc = effect_of(app, entry, period, &effect, &none, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    if (none == NULL)
        effect_words(cli, &effect, &text);
    else
        tq_buf_append_str(&text, effect_none_words(cli, none));
    cli_table_both_buf(out, &text, none == NULL ? effect_json(&effect) : json_null());
    tq_buf_deinit(&text);
    if (cli_table_last(out) != NULL)
        json_object_set_new(
                cli_table_last(out), "effect_none", none != NULL ? json_string(none) : json_null());
    return TQ_OK;
}

tq_status conflict_show(struct app *app, struct cli *cli, const char *id, struct tq_error *err)
{
    struct cli_column columns[ENTRIES_CONFLICT_COLUMNS + 1];
    struct tq_open_entry entry;
    struct cli_table out;
    tq_status rc = entries_find(app, ENTRIES_CONFLICTS, id, &entry, err);

    if (rc != TQ_OK)
        return rc;
    memcpy(columns, ENTRIES_CONFLICT, sizeof(ENTRIES_CONFLICT));
    columns[ENTRIES_CONFLICT_COLUMNS] =
            (struct cli_column){ "effect", { "Điểm", "Score" }, false, true };
    cli_table_init(&out, cli, columns, ENTRIES_CONFLICT_COLUMNS + 1);
    rc = entries_put_conflict(app, cli, &out, &entry, err);
    if (rc == TQ_OK)
        rc = put_effect(app, cli, &out, &entry, err);
    if (rc == TQ_OK)
        rc = cli_table_print_blocks(&out, "conflicts", err);
    cli_table_deinit(&out);
    return rc;
}

/* ---- what was answered ---- */

static const struct cli_column DECIDED[] = {
    { "id", { "Số", "Id" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "decision", { "Đã quyết", "Decided" }, false, false },
    { "values", { "Khi ấy đang giữ", "Kept then" }, false, true },
    { "other_values", { "Giá trị kia", "The other" }, false, true },
    { "now", { "Nay là", "Now" }, false, true },
    { "decided_by", { "Ai quyết", "By" }, false, true },
    { "decided_at", { "Lúc", "At" }, false, false },
};

static void put_decision(struct cli_table *out, const struct cli *cli, const char *what)
{
    static const struct {
        const char *code;
        struct cli_text said;
    } WORDS[] = { { "keep", { "giữ", "kept" } }, { "take_other", { "lấy", "taken" } },
        { "edit", { "ghi", "written" } } };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(what, WORDS[i].code) == 0)
            cli_table_both(
                    out, cli_say(cli, WORDS[i].said.vi, WORDS[i].said.en), json_string(what));
}

/* What the cell holds by now. */
static tq_status put_now(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *entry, struct tq_error *err)
{
    const struct tq_table *table = tq_word_to_table(tq_catalogue_current(), entry->table_name);
    json_t *json = json_object();
    struct tq_change change = { 0 };
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (table != NULL)
        rc = entries_change(app, entry, entry->values, &change, err);
    if (rc == TQ_OK && change.before != NULL)
        rc = show_values(
                app, cli, table, change.columns, change.before, change.ncolumns, &text, json, err);
    cli_table_both_buf(out, &text, json);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status put_decided(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *entry, const struct conflict_answer *answer,
        struct tq_error *err)
{
    char when[40];
    tq_status rc = entries_put_where(app, cli, out, entry, err);

    put_decision(out, cli, answer->what);
    if (rc == TQ_OK)
        rc = entries_put_values(app, cli, out, entry, entry->values, err);
    if (rc == TQ_OK)
        rc = entries_put_values(app, cli, out, entry, entry->other_values, err);
    if (rc == TQ_OK)
        rc = put_now(app, cli, out, entry, err);
    cli_table_text(out, answer->author);
    cli_table_both(out, cli_show_instant(cli, answer->at_ms, when, sizeof(when)),
            json_integer(answer->at_ms));
    return rc;
}

tq_status conflict_decided(struct app *app, struct cli *cli, const char *text, struct tq_error *err)
{
    struct tq_slice unit = { NULL, 0 };
    struct tq_open_entry *list = NULL;
    struct cli_table out;
    size_t count = 0;
    size_t shown = 0;
    tq_status rc = text != NULL ? app_unit(app, text, &unit, err) : TQ_OK;

    if (rc == TQ_OK)
        rc = tq_report_closed(app->store, unit, LOOKED, app->arena, &list, &count, err);
    cli_table_init(&out, cli, DECIDED, sizeof(DECIDED) / sizeof(DECIDED[0]));
    for (size_t i = 0; rc == TQ_OK && i < count && shown < MOST; i++) {
        struct conflict_answer answer;
        bool given = false;

        rc = conflict_answer(app, &list[i], &answer, &given, err);
        if (rc != TQ_OK || !given)
            continue;
        rc = put_decided(app, cli, &out, &list[i], &answer, err);
        shown++;
    }
    if (rc == TQ_OK && shown == 0)
        cli_print(cli, "%s",
                cli_say(cli, "Huyện chưa quyết việc nào.",
                        "The district has decided nothing yet."));
    if (rc == TQ_OK && (shown > 0 || cli->json))
        rc = cli_table_print_blocks(&out, "decided", err);
    cli_table_deinit(&out);
    return rc;
}
