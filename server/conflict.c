/* conflict.c - Answers to conflicts about cells that the district writes, and taking them back. */
#include "conflict.h"

#include <string.h>

#include "edit_value.h"
#include "show.h"
#include "tuquan/codec.h"
#include "tuquan/quoted.h"
#include "tuquan/words.h"

static const struct tq_table *target_of(const struct tq_open_entry *entry)
{
    return tq_word_to_table(tq_catalogue_current(), entry->table_name);
}

tq_status conflict_check_ours(struct app *app, const struct cli *cli,
        const struct tq_open_entry *entry, struct tq_error *err)
{
    if (entries_who(app, ENTRIES_CONFLICTS, entry) != ENTRIES_BY_COMMUNE)
        return TQ_OK;
    return tq_error_set(err, TQ_NEEDS_PERSON, "%s",
            cli_say(cli, "ô này do xã ghi; xã quyết trong hộp việc của mình (lệnh inbox)",
                    "the commune writes this cell; it decides in its own inbox"));
}

tq_status conflict_write(struct app *app, const struct tq_change *change,
        const struct edit_list *edits, struct tq_error *err)
{
    struct tq_change *all = tq_arena_array(app->arena, edits->count + 1, sizeof(*all));
    size_t n = 0;

    if (all == NULL)
        return tq_error_set(err, TQ_NOMEM, "changes");
    if (change != NULL)
        all[n++] = *change;
    if (edits->count > 0)
        memcpy(all + n, edits->changes, edits->count * sizeof(*all));
    n += edits->count;
    return n > 0 ? app_write(app, all, n, err) : TQ_OK;
}

/* ---- another value ---- */

/* What is typed belongs to the cell that the two values are of. */
static tq_status read_values(struct app *app, struct cli *cli, const struct tq_table *table,
        uint32_t cell, const char *const *args, size_t nargs, struct tq_value *values, bool *given,
        struct tq_error *err)
{
    tq_status rc = app_records(app, err);

    for (size_t i = 0; rc == TQ_OK && i < nargs; i++) {
        const char *equals = strchr(args[i], '=');
        int at = equals != NULL ? tq_word_to_column(
                                          table, tq_slice_of(args[i], (size_t)(equals - args[i])))
                                : -1;

        if (at < 0)
            return cli_wrong_word(cli, args[i], err);
        if (table->columns[at].cell != cell)
            return tq_error_set(err, TQ_USAGE, "%s: %s: %s",
                    tq_word_of_column(&table->columns[at], cli->lang),
                    cli_say(cli, "hai giá trị là của ô", "the two values are of"),
                    show_cell(cli, table, cell));
        rc = edit_value(app, cli, table, at, equals + 1, &values[at], err);
        given[at] = true;
    }
    return rc;
}

tq_status conflict_edit(struct app *app, struct cli *cli, const char *id, const char *const *args,
        size_t nargs, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    struct tq_value key[TQ_MAX_KEY_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    const struct tq_table *table = NULL;
    struct tq_open_entry entry;
    struct edit_list edits;
    tq_status rc = entries_find(app, ENTRIES_CONFLICTS, id, &entry, err);

    if (rc == TQ_OK)
        rc = conflict_check_ours(app, cli, &entry, err);
    if (rc != TQ_OK)
        return rc;
    table = target_of(&entry);
    if (table == NULL || !tq_key_decode(table, entry.row_key, key))
        return tq_error_set(err, TQ_NOT_FOUND, "%s", id);
    rc = read_values(app, cli, table, entries_cell(table, &entry), args, nargs, values, given, err);
    for (uint32_t k = 0; k < table->nkey; k++) {
        values[table->key[k]] = key[k];
        given[table->key[k]] = true;
    }
    edit_init(&edits, app->arena);
    if (rc == TQ_OK)
        rc = edit_row(&edits, app, table, values, given, err);
    if (rc == TQ_OK)
        rc = conflict_write(app, NULL, &edits, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "id", json_string(id));
    cli_json_set(cli, "decision", json_string("edit"));
    cli_json_set(cli, "changed", json_boolean(edits.count > 0));
    cli_print(cli, "%s: %s", id,
            edits.count > 0
                    ? cli_say(cli, "đã ghi giá trị khác (rút lại: conflicts undo MÃ)",
                              "another value was written (back: conflicts undo ID)")
                    : cli_say(cli,
                              "giá trị ấy đang có sẵn: không có gì đổi (conflicts keep MÃ: giữ)",
                              "that value stands already: nothing changed (conflicts keep ID)"));
    return TQ_OK;
}

/* ---- taking back ---- */

/* Are these the values of a text as the entries keep it? */
static bool are_values(struct app *app, struct tq_slice text, const uint32_t *columns,
        const struct tq_value *values, uint32_t n)
{
    struct tq_cells cells;

    if (tq_quoted_parse(text, app->arena, &cells, NULL) != TQ_OK || cells.n == 0)
        return false;
    for (uint32_t i = 0; i < cells.n; i++) {
        uint32_t k = 0;

        while (k < n && columns[k] != cells.columns[i])
            k++;
        if (k == n || !tq_value_equal(&values[k], &cells.values[i]))
            return false;
    }
    return true;
}

/* The decision cell of the conflict itself: who wrote it last? */
static tq_status decided_here(
        struct app *app, const struct tq_open_entry *entry, bool *here, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "conflict");
    int at = tq_table_column_find(table, "decision");
    struct tq_why_entry wrote;
    bool found = false;
    tq_status rc = tq_report_wrote(app->store, tq_codec_ops(), table,
            tq_slice_of(entry->id, TQ_SURROGATE_BYTES), table->columns[at].cell, app->arena, &wrote,
            &found, err);

    *here = rc == TQ_OK && found && wrote.device == TQ_DEVICE_DISTRICT;
    return rc;
}

/* Another value closed it. The district's own is an answer when it was written over the kept one. */
static tq_status written_here(struct app *app, const struct tq_open_entry *entry,
        struct conflict_answer *out, bool *given, struct tq_error *err)
{
    const struct tq_table *table = target_of(entry);
    struct tq_why_entry wrote;
    bool found = false;
    tq_status rc;

    if (table == NULL || entries_who(app, ENTRIES_CONFLICTS, entry) == ENTRIES_BY_COMMUNE)
        return TQ_OK;
    rc = tq_report_wrote(app->store, tq_codec_ops(), table, entry->row_key,
            entries_cell(table, entry), app->arena, &wrote, &found, err);
    if (rc != TQ_OK || !found || wrote.device != TQ_DEVICE_DISTRICT ||
            wrote.change.before == NULL ||
            !are_values(app, entry->values, wrote.change.columns, wrote.change.before,
                    wrote.change.ncolumns))
        return rc;
    *given = true;
    *out = (struct conflict_answer){ "edit", wrote.change.author, wrote.change.at_ms };
    return TQ_OK;
}

tq_status conflict_answer(struct app *app, const struct tq_open_entry *entry,
        struct conflict_answer *out, bool *given, struct tq_error *err)
{
    bool here = false;
    tq_status rc;

    *given = false;
    if (entry->reason.len == 0)
        return written_here(app, entry, out, given, err);
    rc = decided_here(app, entry, &here, err);
    *given = rc == TQ_OK && here;
    *out = (struct conflict_answer){
        tq_slice_equal(entry->reason, tq_slice_str("keep")) ? "keep" : "take_other", entry->author,
        entry->at_ms
    };
    return rc;
}

/* A closed conflict by its id. Fails besides: STALE (it is open). */
static tq_status find_closed(struct app *app, const struct cli *cli, const char *id,
        struct tq_open_entry *out, struct tq_error *err)
{
    tq_status rc = entries_find(app, ENTRIES_CLOSED, id, out, err);

    if (rc != TQ_NOT_FOUND || entries_find(app, ENTRIES_CONFLICTS, id, out, NULL) != TQ_OK)
        return rc;
    return tq_error_set(err, TQ_STALE, "%s: %s", id,
            cli_say(cli, "mục này chưa có quyết định", "it was not decided"));
}

/* What stands there now, for whoever is told that it moved on. */
static tq_status say_moved(struct app *app, struct cli *cli, const char *id,
        const struct tq_table *table, const struct tq_change *change, struct tq_error *err)
{
    struct tq_buf now;
    tq_status rc;

    tq_buf_init(&now, 0);
    rc = show_values(
            app, cli, table, change->columns, change->before, change->ncolumns, &now, NULL, err);
    if (rc == TQ_OK && !tq_buf_is_ok(&now))
        rc = tq_error_set(err, TQ_NOMEM, "conflict");
    if (rc == TQ_OK)
        rc = tq_error_set(err, TQ_STALE, "%s: %s: %.*s", id,
                cli_say(cli, "ô đã đổi sau câu trả lời; nay là", "the cell was written since; now"),
                (int)now.len, (const char *)now.data);
    tq_buf_deinit(&now);
    return rc;
}

/* The kept value over what the answer wrote, which must still stand. */
static tq_status put_back(struct app *app, struct cli *cli, const char *id,
        const struct tq_open_entry *entry, const char *what, struct tq_change *out,
        struct tq_error *err)
{
    const struct tq_table *table = target_of(entry);
    tq_status rc = entries_change(app, entry, entry->values, out, err);

    if (rc != TQ_OK || strcmp(what, "edit") == 0) /* of an edit it was asked already */
        return rc;
    if (out->before == NULL ||
            !are_values(app, entry->other_values, out->columns, out->before, out->ncolumns))
        return say_moved(app, cli, id, table, out, err);
    return TQ_OK;
}

tq_status conflict_undo(struct app *app, struct cli *cli, const char *id, struct tq_error *err)
{
    static const char *const NAMES[] = { "decision", "decided_by", "decided_at" };
    const struct tq_value values[] = { tq_value_null(), tq_value_null(), tq_value_null() };
    struct conflict_answer answer = { "", { NULL, 0 }, 0 };
    struct tq_open_entry entry;
    struct tq_change change;
    struct edit_list edits;
    bool given = false;
    bool keeps;
    tq_status rc = find_closed(app, cli, id, &entry, err);

    if (rc == TQ_OK)
        rc = conflict_answer(app, &entry, &answer, &given, err);
    if (rc == TQ_OK && !given)
        rc = entry.reason.len > 0
                     ? tq_error_set(err, TQ_NEEDS_PERSON, "%s: %s", id,
                               cli_say(cli, "xã đã quyết; xã rút lại trong hộp việc của mình",
                                       "the commune decided; it takes it back in its own inbox"))
                     : tq_error_set(err, TQ_STALE, "%s: %s", id,
                               cli_say(cli, "không có câu trả lời nào của huyện còn đứng",
                                       "no answer of the district's stands"));
    if (rc != TQ_OK)
        return rc;
    keeps = strcmp(answer.what, "keep") == 0;
    edit_init(&edits, app->arena);
    if (!keeps)
        rc = put_back(app, cli, id, &entry, answer.what, &change, err);
    if (rc == TQ_OK && entry.reason.len > 0)
        rc = entries_edit(app, &edits, ENTRIES_CLOSED, &entry, NAMES, values, 3, err);
    if (rc == TQ_OK)
        rc = conflict_write(app, keeps ? NULL : &change, &edits, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "id", json_string(id));
    cli_json_set(cli, "undone", json_string(answer.what));
    cli_print(cli, "%s: %s", id,
            keeps ? cli_say(cli, "đã rút lại, việc ấy lại chờ quyết",
                            "taken back, it waits for a decision again")
                  : cli_say(cli, "đã rút lại, giá trị như trước", "taken back, as it was before"));
    return TQ_OK;
}
