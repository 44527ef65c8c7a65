#include "border.h"

#include <string.h>

#include "cli/border_words.h"
#include "tuquan/liaison.h"
#include "tuquan/words.h"

#define MOST 100u /* of a table: more than that is not worked off in a day */

static const char *const TABLES[] = { "border_notice", "border_meeting", "joint_patrol",
    "border_handover" };

tq_status border_load(
        struct app *app, const struct tq_table *table, struct border *out, struct tq_error *err)
{
    memset(out, 0, sizeof(*out));
    out->is = tq_liaison_is_table(table);
    return out->is ? tq_covers_load(&out->covers, app->records, tq_day_of_instant(app_now(app)),
                             app->arena, err)
                   : TQ_OK;
}

bool border_stops(const struct border *border, const struct tq_table *table,
        const struct tq_value *values, struct tq_cover *out)
{
    if (!border->is)
        return false;
    *out = tq_covers_judge(&border->covers, table, values);
    return tq_cover_stops(out, table, values);
}

json_t *border_mark(const struct app *app, const struct border *border,
        const struct tq_table *table, const struct tq_value *values)
{
    struct tq_cover cover;

    return border_stops(border, table, values, &cover)
                   ? border_json(app->cli, &cover, table, values)
                   : json_null();
}

void border_append(const struct app *app, const struct border *border, const struct tq_table *table,
        const struct tq_value *values, struct tq_buf *out)
{
    struct tq_cover cover;

    if (!border_stops(border, table, values, &cover))
        return;
    tq_buf_append_str(out, ". ");
    border_words(app->cli, &cover, out);
}

static bool is_word(const struct tq_value *value, const char *word)
{
    return value->type == TQ_TEXT && tq_slice_equal(value->s, tq_slice_str(word));
}

/* Of what came: that it was seen, and what is answered. Of what is ours: that it is sent. What the
 * neighbour answered on paper may be entered, and a row be closed. */
static bool crosses(
        const struct tq_draft *draft, const struct tq_value *before, const struct tq_value *after)
{
    const struct tq_table *table = draft->table;
    int direction = tq_table_column_find(table, "direction");
    int state = tq_table_column_find(table, "state");
    bool came = direction >= 0 && is_word(&after[direction], "in");
    bool moves = draft->given[state] && !tq_value_equal(&before[state], &after[state]);

    if (!came)
        return moves && is_word(&after[state], "sent");
    if (moves && (is_word(&after[state], "acknowledged") || is_word(&after[state], "answered")))
        return true;
    for (size_t i = 0; i < table->ncolumns; i++)
        if (draft->given[i] && tq_liaison_is_answer(&table->columns[i]) &&
                after[i].type != TQ_NULL && !tq_value_equal(&before[i], &after[i]))
            return true;
    return false;
}

tq_status border_may(struct app *app, const struct tq_draft *draft, const struct tq_slice *key,
        struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    struct tq_value before[TQ_MAX_COLUMNS];
    struct tq_value after[TQ_MAX_COLUMNS];
    struct tq_record row;
    struct border border;
    struct tq_cover cover;
    struct tq_buf text;
    bool found = false;
    tq_status rc = border_load(app, table, &border, err);

    if (rc != TQ_OK || !border.is)
        return rc;
    if (key != NULL)
        rc = tq_record_get(app->records, table, *key, app->arena, &row, &found, err);
    for (size_t i = 0; i < table->ncolumns; i++) {
        before[i] = found ? row.values[i] : table->columns[i].fallback;
        after[i] = draft->given[i] ? draft->values[i] : before[i];
    }
    if (!found && !draft->given[table->owner])
        after[table->owner] = tq_value_text(tq_records_unit(app->records));
    if (rc != TQ_OK || !crosses(draft, before, after))
        return rc;
    cover = tq_covers_judge(&border.covers, table, after);
    if (!tq_cover_bars(&cover))
        return TQ_OK;
    tq_buf_init(&text, 0);
    border_words(app->cli, &cover, &text);
    rc = tq_error_set(err, tq_cover_code(&cover), "%s. %.*s",
            tq_word_of_table(table, app->cli->lang), (int)text.len,
            text.len > 0 ? (const char *)text.data : "");
    tq_buf_deinit(&text);
    return rc;
}

/* Ours, and nobody has seen it there. Where no column says which way a row goes, it is ours once we
 * have signed it and they have not. */
static bool is_on_its_way(const struct tq_table *table, const struct tq_value *values)
{
    int direction = tq_table_column_find(table, "direction");
    int ours = tq_table_column_find(table, "signed_on");
    int theirs = tq_table_column_find(table, "partner_signed_on");

    if (!is_word(&values[tq_table_column_find(table, "state")], "sent"))
        return false;
    if (direction >= 0)
        return is_word(&values[direction], "out");
    return values[ours].type != TQ_NULL && values[theirs].type == TQ_NULL;
}

tq_status border_stopped(
        struct app *app, border_fn fn, void *ctx, size_t *count, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    *count = 0;
    for (size_t t = 0; rc == TQ_OK && t < sizeof(TABLES) / sizeof(TABLES[0]); t++) {
        struct tq_query query = { .table = tq_catalogue_find(app->catalogue, TABLES[t]),
            .nfilters = 1,
            .own_unit_only = true,
            .any_order = true,
            .uncounted = true };
        struct border border;
        struct tq_record *rows;
        size_t n = 0;
        size_t total;
        size_t told = 0;

        query.filters[0].column = tq_table_column_find(query.table, "state");
        query.filters[0].op = TQ_QUERY_IS;
        query.filters[0].value = tq_value_str("sent");
        rc = border_load(app, query.table, &border, err);
        if (rc == TQ_OK)
            rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
        for (size_t i = 0; rc == TQ_OK && i < n; i++) {
            struct tq_cover cover;

            if (!is_on_its_way(query.table, rows[i].values) ||
                    !border_stops(&border, query.table, rows[i].values, &cover))
                continue;
            ++*count;
            if (fn != NULL && told++ < MOST)
                rc = fn(ctx, query.table, &rows[i], &cover, err);
        }
    }
    return rc;
}
