/* inbox_undo.c - Taking an answer back, whatever kind of item it was given to; and noting those that
 * are no decision of a conflict, so that it can be done. */
#include <string.h>

#include "inbox.h"
#include "inbox_sides.h"
#include "tuquan/quoted.h"
#include "values.h"

tq_status inbox_values_of(struct app *app, const struct tq_table *table, struct tq_slice key,
        const bool *wanted, struct tq_slice *out, struct tq_error *err)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_cells cells = { .columns = columns, .values = values };
    struct tq_record record;
    struct tq_buf text;
    bool found = false;
    tq_status rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);

    *out = tq_slice_str("");
    if (rc != TQ_OK || !found)
        return rc;
    for (uint32_t c = 0; c < table->ncolumns; c++) {
        if (!wanted[c])
            continue;
        columns[cells.n] = table->columns[c].id;
        values[cells.n++] = record.values[c];
    }
    tq_buf_init(&text, 0);
    tq_quoted_format(&text, &cells);
    return inbox_keep(app, &text, out, err);
}

tq_status inbox_values(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice like, struct tq_slice *out, struct tq_error *err)
{
    bool wanted[TQ_MAX_COLUMNS] = { false };
    struct tq_cells cells;
    tq_status rc = tq_quoted_parse(like, app->arena, &cells, err);

    for (uint32_t i = 0; rc == TQ_OK && i < cells.n; i++) {
        int c = tq_table_column(table, cells.columns[i]);

        if (c >= 0)
            wanted[c] = true;
    }
    return rc == TQ_OK ? inbox_values_of(app, table, key, wanted, out, err) : rc;
}

tq_status inbox_note(struct app *app, struct tq_answer *answer, struct tq_error *err)
{
    answer->author = tq_records_author(app->records);
    answer->at_ms = app_now(app);
    return tq_office_answer_put(app->db, answer, err);
}

/* Was the decision of this conflict given on this machine? */
static tq_status is_ours(struct app *app, const struct tq_table *table,
        const struct tq_record *record, bool *ours, struct tq_error *err)
{
    static const char *const COLUMNS[] = { "decision", "decided_by", "decided_at" };
    bool wanted[TQ_MAX_COLUMNS] = { false };
    struct tq_slice values;
    tq_status rc;

    for (size_t i = 0; i < 3; i++) {
        int c = tq_table_column_find(table, COLUMNS[i]);

        if (c >= 0)
            wanted[c] = true;
    }
    rc = inbox_values_of(app, table, record->key, wanted, &values, err);
    return rc == TQ_OK ? inbox_wrote_here(app, table, record->key, values, ours, err) : rc;
}

/* The conflict that was decided last on this machine: by its own clock, the other's may be wrong.
 * `record` stays empty where there is none. */
static tq_status find_last(struct app *app, const struct tq_table **table, struct tq_record *record,
        struct tq_error *err)
{
    struct tq_query query = { .own_unit_only = true };
    struct tq_record *rows;
    size_t n;
    size_t total;
    int at;
    tq_status rc;

    *table = tq_catalogue_find(app->catalogue, "conflict");
    query.table = *table;
    at = tq_table_column_find(*table, "decided_at");
    rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        bool ours;

        if (rows[i].values[at].type != TQ_INT ||
                (record->values != NULL && rows[i].values[at].i <= record->values[at].i))
            continue;
        rc = is_ours(app, *table, &rows[i], &ours, err);
        if (rc == TQ_OK && ours)
            *record = rows[i];
    }
    return rc;
}

/* Another value stands there by now: say both. */
static tq_status say_moved(
        struct app *app, const struct tq_answer *answer, struct tq_slice now, struct tq_error *err)
{
    struct tq_slice row;
    struct tq_buf text;
    tq_status rc = inbox_name_row(app, answer->table, answer->key, &row, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    tq_buf_printf(&text, "%.*s: %s \"", (int)row.len, (const char *)row.data,
            cli_say(app->cli, "lúc trả lời ghi", "the answer wrote"));
    rc = values_show(app, answer->table, answer->after, true, &text, err);
    tq_buf_printf(&text, "\", %s \"", cli_say(app->cli, "nay là", "now it is"));
    if (rc == TQ_OK)
        rc = values_show(app, answer->table, now, true, &text, err);
    tq_buf_append_str(&text, "\"");
    if (rc == TQ_OK && !tq_buf_is_ok(&text))
        rc = tq_error_set(err, TQ_NOMEM, "inbox");
    if (rc == TQ_OK)
        rc = tq_error_set(err, TQ_STALE, "%.*s", (int)text.len, (const char *)text.data);
    tq_buf_deinit(&text);
    return rc;
}

/* What stood before it over what it wrote, which must still stand. `keep` wrote nothing. */
static tq_status undo_answer(struct app *app, const struct tq_answer *answer, struct tq_error *err)
{
    bool wrote = !tq_slice_equal(answer->what, tq_slice_str("keep"));
    struct tq_slice now;
    tq_status rc = tq_records_begin(app->records, err);

    if (rc == TQ_OK && wrote)
        rc = inbox_values(app, answer->table, answer->key, answer->after, &now, err);
    if (rc == TQ_OK && wrote && !tq_slice_equal(now, answer->after))
        rc = say_moved(app, answer, now, err);
    if (rc == TQ_OK && wrote)
        rc = inbox_write_over(app, answer->table, answer->key, answer->before, answer->after, err);
    if (rc == TQ_OK)
        rc = tq_office_answer_undo(app->db, answer, err);
    if (rc == TQ_OK)
        rc = tq_records_commit(app->records, err);
    tq_records_rollback(app->records);
    return rc;
}

/* What an undo is of: an answer noted here, or else the decision of a conflict. */
struct taken_back {
    const struct tq_answer *answer;
    const struct tq_table *table;
    struct tq_record record;
};

/* The newest of what `id` names, or of what was answered on this machine. */
static tq_status find_answer(
        struct app *app, const char *id, struct taken_back *out, struct tq_error *err)
{
    struct tq_answer *answers;
    size_t n = 0;
    int at;
    tq_status rc = tq_office_answers(app->db, id, 2, app->arena, &answers, &n, err);

    if (rc == TQ_OK && id != NULL && n > 1)
        rc = inbox_say_several(id, answers[0].item, answers[1].item, err);
    if (rc != TQ_OK)
        return rc;
    rc = id != NULL ? inbox_find_conflict(app, id, &out->table, &out->record, err)
                    : find_last(app, &out->table, &out->record, err);
    if (n > 0 && rc == TQ_NOT_FOUND) { /* it was no conflict */
        tq_error_clear(err);
        out->record.values = NULL;
        rc = TQ_OK;
    }
    if (rc == TQ_OK && n == 0 && out->record.values == NULL)
        rc = tq_error_set(err, TQ_STALE, "%s",
                cli_say(app->cli, "máy này chưa quyết việc nào để rút lại",
                        "nothing was decided on this machine yet"));
    if (rc != TQ_OK)
        return rc;
    at = tq_table_column_find(out->table, "decided_at");
    if (n > 0 && (out->record.values == NULL || out->record.values[at].type != TQ_INT ||
                         out->record.values[at].i <= answers[0].at_ms))
        out->answer = &answers[0];
    return rc;
}

/* Whose answer to what went back, and what comes of it. */
static tq_status say_back(struct app *app, const struct taken_back *back, struct tq_error *err)
{
    const struct tq_answer *answer = back->answer;
    bool keep = answer != NULL && tq_slice_equal(answer->what, tq_slice_str("keep"));
    struct tq_slice who =
            answer != NULL ? answer->author : inbox_text(back->table, &back->record, "decided_by");
    struct tq_slice row;
    tq_status rc = answer != NULL ? inbox_name_row(app, answer->table, answer->key, &row, err)
                                  : inbox_target_name(app, back->table, &back->record, &row, err);

    if (rc != TQ_OK)
        return rc;
    cli_print(app->cli, "%.*s%s%.*s%s: %s", (int)row.len, (const char *)row.data,
            who.len > 0 ? " (" : "", (int)who.len, (const char *)who.data, who.len > 0 ? ")" : "",
            keep ? cli_say(app->cli, "đã rút lại, việc ấy lại chờ quyết.",
                           "taken back, it waits for a decision again.")
                 : cli_say(app->cli, "đã rút lại, giá trị như trước. Chờ gửi lên huyện.",
                           "as it was before. Waits to be sent to the district."));
    return rc;
}

tq_status inbox_undo(struct app *app, const char *id, struct tq_error *err)
{
    struct taken_back back = { 0 };
    tq_status rc = find_answer(app, id, &back, err);

    if (rc == TQ_OK)
        rc = back.answer != NULL ? undo_answer(app, back.answer, err)
                                 : inbox_undo_decision(app, back.table, &back.record, err);
    return rc == TQ_OK ? say_back(app, &back, err) : rc;
}
