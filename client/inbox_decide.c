#include <stdlib.h>
#include <string.h>

#include "inbox.h"
#include "tuquan/office_view.h"
#include "tuquan/quoted.h"
#include "tuquan/words.h"

struct tq_slice inbox_text(
        const struct tq_table *table, const struct tq_record *record, const char *column)
{
    int c = tq_table_column_find(table, column);

    if (c < 0 || record->values[c].type != TQ_TEXT)
        return tq_slice_str("");
    return record->values[c].s;
}

const struct tq_table *inbox_target(const struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *key)
{
    int at = tq_table_column_find(table, "row_key");
    struct tq_slice name = inbox_text(table, record, "table_name");

    *key = at >= 0 ? record->values[at].s : tq_slice_of(NULL, 0);
    return at >= 0 && name.len > 0 ? tq_word_to_table(app->catalogue, name) : NULL;
}

tq_status inbox_stands(struct app *app, const struct tq_table *target, struct tq_slice key,
        struct tq_slice values, bool *same, struct tq_error *err)
{
    struct tq_record record;
    struct tq_cells cells = { 0 };
    bool found = false;
    tq_status rc = tq_record_get(app->records, target, key, app->arena, &record, &found, err);

    if (rc == TQ_OK)
        rc = tq_quoted_parse(values, app->arena, &cells, err);
    *same = rc == TQ_OK && found;
    for (uint32_t i = 0; *same && i < cells.n; i++) {
        int c = tq_table_column(target, cells.columns[i]);

        /* Bytes do not count: nobody types them. */
        if (c >= 0 && target->columns[c].type != TQ_BLOB)
            *same = tq_value_equal(&cells.values[i], &record.values[c]);
    }
    return rc;
}

tq_status inbox_keep(
        struct app *app, struct tq_buf *text, struct tq_slice *out, struct tq_error *err)
{
    void *copy = tq_arena_copy(app->arena, text->data, text->len);
    tq_status rc = TQ_OK;

    if (!tq_buf_is_ok(text) || (text->len > 0 && copy == NULL))
        rc = tq_error_set(err, TQ_NOMEM, "inbox");
    *out = tq_slice_of(copy, copy != NULL ? text->len : 0);
    tq_buf_deinit(text);
    return rc;
}

/* The decision cell of a conflict; NULL: taken back. */
static tq_status write_decision(struct app *app, const struct tq_table *table, struct tq_slice key,
        const char *decision, struct tq_error *err)
{
    bool any = decision != NULL;
    const struct {
        const char *column;
        struct tq_value value;
    } cells[] = {
        { "decision", any ? tq_value_str(decision) : tq_value_null() },
        { "decided_by", any ? tq_value_text(tq_records_author(app->records)) : tq_value_null() },
        { "decided_at", any ? tq_value_int(app_now(app)) : tq_value_null() },
    };
    struct tq_problem problem = { 0 };
    struct tq_draft draft;
    tq_status rc;

    memset(&draft, 0, sizeof(draft));
    draft.table = table;
    for (size_t i = 0; i < 3; i++) {
        int c = tq_table_column_find(table, cells[i].column);

        draft.given[c] = true;
        draft.values[c] = cells[i].value;
    }
    rc = tq_record_update(app->records, &draft, key, NULL, &problem, err);
    if (rc != TQ_OK)
        app_explain(app, &problem, err);
    return rc;
}

/* The values of `text` ("number=quoted," repeated) into the draft: to be written, or as seen. */
static tq_status fill_draft(struct app *app, struct tq_slice text, bool shown,
        struct tq_draft *draft, struct tq_error *err)
{
    struct tq_cells cells = { 0 };
    tq_status rc = text.len > 0 ? tq_quoted_parse(text, app->arena, &cells, err) : TQ_OK;

    for (uint32_t i = 0; rc == TQ_OK && i < cells.n; i++) {
        int c = tq_table_column(draft->table, cells.columns[i]);

        if (c < 0 && !shown)
            return tq_error_set(err, TQ_VERSION, "%s %u", draft->table->name, cells.columns[i]);
        if (c < 0)
            continue;
        (shown ? draft->has_shown : draft->given)[c] = true;
        (shown ? draft->shown : draft->values)[c] = cells.values[i];
    }
    return rc;
}

tq_status inbox_write_over(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice given, struct tq_slice seen, struct tq_error *err)
{
    struct tq_problem problem = { 0 };
    struct tq_draft draft;
    tq_status rc;

    memset(&draft, 0, sizeof(draft));
    draft.table = table;
    rc = fill_draft(app, given, false, &draft, err);
    if (rc == TQ_OK)
        rc = fill_draft(app, seen, true, &draft, err);
    if (rc != TQ_OK)
        return rc;
    rc = tq_record_update(app->records, &draft, key, NULL, &problem, err);
    if (rc != TQ_OK)
        app_explain(app, &problem, err);
    return rc;
}

/* The values of `to` as an ordinary change over those of `shown`, which must still stand there. */
static tq_status write_values(struct app *app, const struct tq_table *table,
        const struct tq_record *record, const char *to, const char *shown, struct tq_error *err)
{
    struct tq_slice seen = shown != NULL ? inbox_text(table, record, shown) : tq_slice_str("");
    struct tq_slice name = inbox_text(table, record, "table_name");
    struct tq_slice key;
    const struct tq_table *target = inbox_target(app, table, record, &key);

    if (target == NULL)
        return tq_error_set(err, TQ_VERSION, "%.*s", (int)name.len, (const char *)name.data);
    return inbox_write_over(app, target, key, inbox_text(table, record, to), seen, err);
}

tq_status inbox_find_conflict(struct app *app, const char *id, const struct tq_table **table,
        struct tq_record *record, struct tq_error *err)
{
    struct tq_slice key;
    bool found = false;
    tq_status rc;

    *table = tq_catalogue_find(app->catalogue, "conflict");
    rc = tq_record_find(app->records, *table, tq_slice_str(id), app->arena, &key, err);
    if (rc == TQ_OK)
        rc = tq_record_get(app->records, *table, key, app->arena, record, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", id);
    return rc;
}

tq_status inbox_find_refused(struct app *app, const char *id, struct tq_refused_cell *out,
        bool *found, struct tq_error *err)
{
    struct tq_refused_cell *cells;
    char *end = NULL;
    int64_t number;
    size_t n;
    tq_status rc;

    *found = false;
    if (id[0] != 'r' || id[1] < '1' || id[1] > '9')
        return TQ_OK;
    number = strtoll(id + 1, &end, 10);
    if (*end != '\0')
        return TQ_OK;
    rc = tq_office_refused(app->db, number, app->arena, &cells, &n, err);
    if (rc == TQ_OK && n == 0)
        rc = tq_error_set(err, TQ_STALE, "%s %s", id,
                cli_say(app->cli, "đã được trả lời", "is answered already"));
    if (rc != TQ_OK)
        return rc;
    if (cells[0].table == NULL)
        return tq_error_set(err, TQ_VERSION, "%s", id);
    *out = cells[0];
    *found = true;
    return TQ_OK;
}

/* Seen: the district's value stays. Or the refused value once more, as an ordinary change. */
static tq_status answer_refused(struct app *app, bool again, const char *id,
        const struct tq_refused_cell *cell, struct tq_error *err)
{
    struct tq_answer answer = { .item = tq_slice_str(id),
        .kind = tq_slice_str("refused"),
        .what = tq_slice_str(again ? "take" : "keep"),
        .table = cell->table,
        .key = cell->key,
        .after = cell->mine,
        .refused = cell->id };
    tq_status rc = tq_records_begin(app->records, err);

    if (rc == TQ_OK)
        rc = inbox_values(app, cell->table, cell->key, cell->mine, &answer.before, err);
    if (rc == TQ_OK && again)
        rc = inbox_write_over(app, cell->table, cell->key, cell->mine, tq_slice_str(""), err);
    if (rc == TQ_OK && again)
        rc = inbox_values(app, cell->table, cell->key, cell->mine, &answer.after, err);
    if (rc == TQ_OK)
        rc = tq_office_refused_answer(app->db, cell->id, err);
    if (rc == TQ_OK)
        rc = inbox_note(app, &answer, err);
    if (rc == TQ_OK)
        rc = tq_records_commit(app->records, err);
    tq_records_rollback(app->records);
    if (rc == TQ_OK)
        cli_print(app->cli, "%s",
                again ? cli_say(app->cli,
                                "Đã ghi lại giá trị kia. Chờ gửi lên huyện (rút lại: inbox undo).",
                                "The other value was written again. Waits to be sent (back: inbox "
                                "undo).")
                      : cli_say(app->cli,
                                "Đã xem; giá trị của huyện được giữ (rút lại: inbox undo).",
                                "Seen; the district's value stays (back: inbox undo)."));
    return rc;
}

tq_status inbox_decide(struct app *app, bool take, const char *id, struct tq_error *err)
{
    const struct tq_table *table;
    struct tq_refused_cell cell;
    struct tq_record record;
    bool refused;
    tq_status rc = inbox_find_refused(app, id, &cell, &refused, err);

    if (rc == TQ_OK && refused)
        return answer_refused(app, take, id, &cell, err);
    if (rc == TQ_OK)
        rc = inbox_find_conflict(app, id, &table, &record, err);

    if (rc == TQ_OK &&
            (inbox_text(table, &record, "decision").len > 0 ||
                    !tq_slice_equal(inbox_text(table, &record, "state"), tq_slice_str("open"))))
        rc = tq_error_set(err, TQ_STALE, "%s %s", id,
                cli_say(app->cli, "đã có quyết định", "is decided already"));
    if (rc == TQ_OK)
        rc = tq_records_begin(app->records, err);
    if (rc == TQ_OK && take)
        rc = write_values(app, table, &record, "other_values", "kept_values", err);
    if (rc == TQ_OK)
        rc = write_decision(app, table, record.key, take ? "take_other" : "keep", err);
    if (rc == TQ_OK)
        rc = tq_records_commit(app->records, err);
    tq_records_rollback(app->records);
    if (rc == TQ_OK)
        cli_print(app->cli, "%s",
                take ? cli_say(app->cli,
                               "Đã lấy giá trị kia. Chờ gửi lên huyện (rút lại: inbox undo).",
                               "The other value was taken. Waits to be sent to the district (back: "
                               "inbox undo).")
                     : cli_say(app->cli,
                               "Đã giữ giá trị đang giữ. Chờ gửi lên huyện (rút lại: inbox undo).",
                               "The kept value stays. Waits to be sent to the district (back: "
                               "inbox "
                               "undo)."));
    return rc;
}

/* ---- undo ---- */

/* What an answer left in the row, and so what must be put back: nothing after `keep`, the other value
 * after `take`, a third one after `edit`. */
static tq_status put_back(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_error *err)
{
    struct tq_slice decision = inbox_text(table, record, "decision");
    struct tq_slice key;
    const struct tq_table *target = inbox_target(app, table, record, &key);
    bool stands = false;
    tq_status rc;

    if (target == NULL || tq_slice_equal(decision, tq_slice_str("keep")))
        return TQ_OK;
    if (decision.len > 0)
        return write_values(app, table, record, "kept_values", "other_values", err);
    rc = inbox_stands(app, target, key, inbox_text(table, record, "kept_values"), &stands, err);
    if (rc == TQ_OK && stands)
        return tq_error_set(err, TQ_STALE, "%s",
                cli_say(app->cli, "mục này chưa có quyết định", "the item was not decided"));
    return rc == TQ_OK ? write_values(app, table, record, "kept_values", NULL, err) : rc;
}

tq_status inbox_undo_decision(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_error *err)
{
    tq_status rc = tq_records_begin(app->records, err);

    if (rc == TQ_OK)
        rc = put_back(app, table, record, err);
    if (rc == TQ_OK && inbox_text(table, record, "decision").len > 0)
        rc = write_decision(app, table, record->key, NULL, err);
    if (rc == TQ_OK)
        rc = tq_records_commit(app->records, err);
    tq_records_rollback(app->records);
    return rc;
}
