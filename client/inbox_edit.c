/* inbox_edit.c - The right value into the row that an item of the inbox is about. */
#include <string.h>

#include "inbox.h"
#include "tuquan/office_view.h"

/* What the answer calls the item: its key in hex. */
static tq_status name_item(
        struct app *app, struct tq_slice key, struct tq_answer *out, struct tq_error *err)
{
    char *hex = tq_arena_alloc(app->arena, 2 * key.len + 1);

    if (hex == NULL)
        return tq_error_set(err, TQ_NOMEM, "inbox");
    tq_hex(hex, key.data, key.len);
    out->item = tq_slice_of(hex, 2 * key.len);
    return TQ_OK;
}

size_t inbox_id_letters(struct tq_slice kind)
{
    return tq_slice_equal(kind, tq_slice_str("returned")) ? 2u * TQ_SURROGATE_BYTES
                                                          : INBOX_ID_LETTERS;
}

tq_status inbox_say_several(
        const char *id, struct tq_slice one, struct tq_slice other, struct tq_error *err)
{
    return tq_error_set(err, TQ_NEEDS_PERSON, "%s: %.*s %.*s", id, (int)one.len,
            (const char *)one.data, (int)other.len, (const char *)other.data);
}

/* A row that came back, by its own key or the first digits of it. */
static tq_status find_returned(
        struct app *app, const char *id, struct tq_answer *out, struct tq_error *err)
{
    struct tq_waiting *rows;
    size_t n;
    tq_status rc = tq_office_waiting(app->db, INT32_MAX, app->arena, &rows, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        char hex[2 * TQ_SURROGATE_BYTES + 1];

        if (rows[i].state != 2 || rows[i].table == NULL || rows[i].key.len != TQ_SURROGATE_BYTES)
            continue;
        tq_hex(hex, rows[i].key.data, rows[i].key.len);
        if (strlen(id) < 8 || strncmp(hex, id, strlen(id)) != 0)
            continue;
        if (out->table != NULL)
            return inbox_say_several(id, out->item, tq_slice_str(hex), err);
        out->table = rows[i].table;
        out->key = rows[i].key;
        out->kind = tq_slice_str("returned");
        rc = name_item(app, rows[i].key, out, err);
    }
    return rc;
}

/* An entry of the inbox's own tables; `out` stays as it is when it is none of this one. */
static tq_status find_entry(struct app *app, const char *id, const char *name, const char *kind,
        struct tq_answer *out, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, name);
    struct tq_record record;
    struct tq_slice entry;
    bool found = false;
    tq_status rc = tq_record_find(app->records, table, tq_slice_str(id), app->arena, &entry, err);

    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = tq_record_get(app->records, table, entry, app->arena, &record, &found, err);
    if (rc != TQ_OK || !found)
        return rc;
    out->table = inbox_target(app, table, &record, &out->key);
    out->kind = tq_slice_str(kind);
    return name_item(app, entry, out, err);
}

/* The item, and the row that it is about. */
static tq_status find_item(
        struct app *app, const char *id, struct tq_answer *out, struct tq_error *err)
{
    static const char *const TABLES[][2] = { { "conflict", "conflict" }, { "held_row", "held" },
        { "correction_request", "correction" } };
    struct tq_refused_cell cell;
    bool refused;
    tq_status rc = inbox_find_refused(app, id, &cell, &refused, err);

    if (rc == TQ_OK && refused) {
        out->table = cell.table;
        out->key = cell.key;
        out->kind = tq_slice_str("refused");
        out->item = tq_slice_str(id);
        out->refused = cell.id;
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = find_returned(app, id, out, err);
    for (size_t i = 0; rc == TQ_OK && out->table == NULL && i < 3; i++)
        rc = find_entry(app, id, TABLES[i][0], TABLES[i][1], out, err);
    if (rc == TQ_OK && out->table == NULL)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", id);
    return rc;
}

/* The change, with what stood in its columns before and after. */
static tq_status write_noted(struct app *app, const struct tq_draft *draft,
        struct tq_answer *answer, struct tq_error *err)
{
    struct tq_problem problem = { 0 };
    tq_status rc =
            inbox_values_of(app, answer->table, answer->key, draft->given, &answer->before, err);

    if (rc != TQ_OK)
        return rc;
    rc = tq_record_update(app->records, draft, answer->key, NULL, &problem, err);
    if (rc != TQ_OK) {
        app_explain(app, &problem, err);
        return rc;
    }
    return inbox_values_of(app, answer->table, answer->key, draft->given, &answer->after, err);
}

/* What stood there already is no answer that could be taken back, but to a refused change. */
static void say_edited(const struct cli *cli, bool wrote, bool refused)
{
    const struct cli_text said =
            wrote ? (struct cli_text){ "Đã sửa. Chờ gửi lên huyện (rút lại: inbox undo).",
                "Changed. Waits to be sent to the district (back: inbox undo)." }
            : refused ? (struct cli_text){ "Giá trị ấy đang có sẵn: coi như đã xem (rút lại: inbox "
                                           "undo).",
                  "That value stands already: noted as seen (back: inbox undo)." }
                      : (struct cli_text){ "Giá trị ấy đang có sẵn: không có gì đổi.",
                            "That value stands already: nothing changed." };

    cli_print(cli, "%s", cli_say(cli, said.vi, said.en));
}

tq_status inbox_edit(struct app *app, const char *id, const char *const *args, size_t nargs,
        struct tq_error *err)
{
    struct tq_answer answer = { .what = tq_slice_str("edit") };
    struct tq_draft draft;
    bool wrote = false;
    tq_status rc = find_item(app, id, &answer, err);

    if (rc == TQ_OK)
        rc = app_draft(app, answer.table, args, nargs, &draft, err);
    if (rc == TQ_OK)
        rc = app_lint(app, &draft, err);
    if (rc == TQ_OK)
        rc = tq_records_begin(app->records, err);
    if (rc == TQ_OK)
        rc = write_noted(app, &draft, &answer, err);
    if (rc == TQ_OK && answer.refused != 0)
        rc = tq_office_refused_answer(app->db, answer.refused, err);
    wrote = rc == TQ_OK && !tq_slice_equal(answer.before, answer.after);
    if (rc == TQ_OK && (answer.refused != 0 || wrote))
        rc = inbox_note(app, &answer, err);
    if (rc == TQ_OK)
        rc = tq_records_commit(app->records, err);
    tq_records_rollback(app->records);
    if (rc == TQ_OK)
        say_edited(app->cli, wrote, answer.refused != 0);
    return rc;
}
