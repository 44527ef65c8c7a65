/* returns.c - The frame of a period's figures. */
#include "returns.h"

#include <string.h>

#include "tuquan/text.h"
#include "tuquan/words.h"

static const struct tq_value *cell_of(
        const struct tq_table *table, const struct tq_record *record, const char *column)
{
    return &record->values[tq_table_column_find(table, column)];
}

static struct tq_slice text_of(
        const struct tq_table *table, const struct tq_record *record, const char *column)
{
    const struct tq_value *value = cell_of(table, record, column);

    return value->type == TQ_TEXT ? value->s : tq_slice_str("");
}

static tq_status all_rows(struct app *app, const char *name, const char *column,
        const struct tq_value *value, const struct tq_table **table, struct tq_record **rows,
        size_t *n, struct tq_error *err)
{
    struct tq_query query = { 0 };
    size_t total;

    *table = tq_catalogue_find(app->catalogue, name);
    query.table = *table;
    query.nfilters = 1;
    query.filters[0].column = tq_table_column_find(*table, column);
    query.filters[0].op = TQ_QUERY_IS;
    query.filters[0].value = *value;
    return tq_record_list(app->records, &query, app->arena, rows, n, &total, err);
}

static tq_status load_period(
        struct app *app, struct tq_slice text, struct returns_frame *frame, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "period");
    const struct tq_table *mine = tq_catalogue_find(app->catalogue, "village_return");
    const struct tq_column *column = &mine->columns[tq_table_column_find(mine, "period")];
    struct tq_record record;
    struct tq_value key;
    bool found = false;
    tq_status rc = tq_record_resolve(app->records, column, text, app->arena, &key, err);

    if (rc == TQ_OK && key.type == TQ_TEXT) {
        rc = tq_record_find(app->records, table, key.s, app->arena, &frame->period, err);
        if (rc == TQ_OK)
            rc = tq_record_get(
                    app->records, table, frame->period, app->arena, &record, &found, err);
    }
    if (rc != TQ_OK)
        return rc;
    if (!found)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %.*s", tq_word_of_table(table, app->cli->lang),
                (int)text.len, text.len > 0 ? (const char *)text.data : "");
    if (!tq_slice_equal(text_of(table, &record, "kind"), tq_slice_str("month")))
        return tq_error_set(err, TQ_USAGE, "%s",
                cli_say(app->cli, "số liệu thôn nhập theo tháng, thí dụ 2020-12",
                        "figures of villages are entered by month, like 2020-12"));
    frame->period = key.s;
    frame->code = text_of(table, &record, "code");
    frame->starts_on = text_of(table, &record, "starts_on");
    frame->ends_on = text_of(table, &record, "ends_on");
    frame->state = text_of(table, &record, "state");
    return TQ_OK;
}

/* Valid on the last day: dates of one form compare as text. */
static bool is_there(const struct tq_table *table, const struct tq_record *record,
        const struct returns_frame *frame)
{
    struct tq_slice from = text_of(table, record, "valid_from");
    struct tq_slice to = text_of(table, record, "valid_to");

    return tq_slice_compare(from, frame->ends_on) <= 0 &&
           (to.len == 0 || tq_slice_compare(to, frame->ends_on) >= 0);
}

static tq_status load_villages(struct app *app, struct returns_frame *frame, struct tq_error *err)
{
    struct tq_value own = tq_value_text(tq_records_unit(app->records));
    const struct tq_table *table;
    struct tq_record *rows = NULL;
    size_t n = 0;
    tq_status rc = all_rows(app, "unit", "parent", &own, &table, &rows, &n, err);

    if (rc != TQ_OK)
        return rc;
    frame->villages = tq_arena_array(app->arena, n + 1, sizeof(frame->villages[0]));
    if (frame->villages == NULL)
        return tq_error_set(err, TQ_NOMEM, "villages");
    for (size_t i = 0; i < n; i++) {
        struct returns_village *village = &frame->villages[frame->nvillages];

        if (!is_there(table, &rows[i], frame))
            continue;
        village->unit = text_of(table, &rows[i], "unit");
        village->code = text_of(table, &rows[i], "code");
        village->name = text_of(table, &rows[i], "full_name");
        if (village->name.len == 0)
            village->name = text_of(table, &rows[i], "name");
        frame->nvillages++;
    }
    return TQ_OK;
}

static int64_t sort_of(const struct tq_table *table, const struct tq_record *record)
{
    const struct tq_value *sort = cell_of(table, record, "sort");

    return sort->type == TQ_INT ? sort->i : 0;
}

static tq_status load_indicators(struct app *app, struct returns_frame *frame, struct tq_error *err)
{
    struct tq_value typed = tq_value_str("typed");
    const struct tq_table *table;
    struct tq_record *rows = NULL;
    int64_t *sorts;
    size_t n = 0;
    tq_status rc = all_rows(app, "indicator", "source", &typed, &table, &rows, &n, err);

    if (rc != TQ_OK)
        return rc;
    frame->indicators = tq_arena_array(app->arena, n + 1, sizeof(frame->indicators[0]));
    sorts = tq_arena_array(app->arena, n + 1, sizeof(sorts[0]));
    if (frame->indicators == NULL || sorts == NULL)
        return tq_error_set(err, TQ_NOMEM, "indicators");
    for (size_t i = 0; i < n; i++) {
        struct returns_indicator one = { text_of(table, &rows[i], "indicator"),
            text_of(table, &rows[i], "code"), text_of(table, &rows[i], "name"),
            text_of(table, &rows[i], "measure"), text_of(table, &rows[i], "nature") };
        int64_t sort = sort_of(table, &rows[i]);
        size_t at = frame->nindicators;

        if (!tq_slice_equal(text_of(table, &rows[i], "state"), tq_slice_str("published")))
            continue;
        for (; at > 0 && sorts[at - 1] > sort; at--) {
            frame->indicators[at] = frame->indicators[at - 1];
            sorts[at] = sorts[at - 1];
        }
        frame->indicators[at] = one;
        sorts[at] = sort;
        frame->nindicators++;
    }
    return TQ_OK;
}

tq_status returns_frame(
        struct app *app, struct tq_slice period, struct returns_frame *out, struct tq_error *err)
{
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = load_period(app, period, out, err);
    if (rc == TQ_OK)
        rc = load_villages(app, out, err);
    if (rc == TQ_OK)
        rc = load_indicators(app, out, err);
    return rc;
}

tq_status returns_cell(struct app *app, const struct returns_frame *frame, size_t village,
        size_t indicator, struct tq_record *out, bool *found, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "village_return");
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_buf key;
    tq_status rc = TQ_OK;

    for (size_t c = 0; c < table->ncolumns; c++)
        values[c] = tq_value_null();
    values[tq_table_column_find(table, "village")] = tq_value_text(frame->villages[village].unit);
    values[tq_table_column_find(table, "period")] = tq_value_text(frame->period);
    values[tq_table_column_find(table, "indicator")] =
            tq_value_text(frame->indicators[indicator].key);
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(table, values, &key) || !tq_buf_is_ok(&key))
        rc = tq_error_set(err, TQ_NOMEM, "returns");
    if (rc == TQ_OK)
        rc = tq_record_get(app->records, table, tq_buf_slice(&key), app->arena, out, found, err);
    tq_buf_deinit(&key);
    return rc;
}

static bool folds_alike(struct tq_slice a, struct tq_slice b)
{
    char one[512];
    char two[512];

    return tq_text_fold_word(a, one, sizeof(one)) && tq_text_fold_word(b, two, sizeof(two)) &&
           strcmp(one, two) == 0;
}

int returns_indicator_find(const struct returns_frame *frame, struct tq_slice heading)
{
    int found = -1;

    for (size_t i = 0; i < frame->nindicators; i++)
        if (tq_text_same(heading, frame->indicators[i].code) ||
                tq_text_same(heading, frame->indicators[i].key) ||
                tq_text_same(heading, frame->indicators[i].name))
            return (int)i;
    for (size_t i = 0; i < frame->nindicators; i++)
        if (folds_alike(heading, frame->indicators[i].name)) {
            if (found >= 0)
                return -1;
            found = (int)i;
        }
    return found;
}
